/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads what the filter "probe" printed and says it in a short form that a table of expected
 * sequences can be compared with: pre-operations in order, separated by "; ", each
 *   NAME x DETAILS RESULT
 * where x is a letter for the file object, in order of first appearance, DETAILS depend on the
 * operation (see seq_render), and RESULT is "=N" for Information and "!status" for a status
 * other than success, both in hex but for counts of bytes.
 */
#ifndef FLTSHIM_GUEST_SEQUENCE_H
#define FLTSHIM_GUEST_SEQUENCE_H

#include <fnmatch.h>

#include "twin.h"

#define SEQ_MAX 256

struct seq_event {
	unsigned int major, minor, pid, irql, mode, flags, op_flags;
	unsigned long long object, detail[4];
	/* Flags, FsContext, FsContext2 and bits of probe.c of the file object, before and after */
	struct seq_object {
		unsigned int flags, access;
		unsigned long long context, context2;
	} before, after;
	/* of the file object before, and the volume */
	long long position;
	unsigned long long volume;
	char name[256];
	/* what a query of attributes answered, or a change of times was */
	bool answered;
	struct seq_answer {
		unsigned long long ino;
		unsigned int attributes, tag, links, delete_pending, directory;
		long long eof, allocation, created, accessed, written, changed;
		unsigned int mode, uid, gid, major, minor;
	} answer;
	/* of the post-operation */
	bool done;
	unsigned int post_irql, status;
	unsigned long long information;
	/* other operations began, and not all of them ended, before this one ended */
	bool crossed;
};

static struct seq_event seq_events[SEQ_MAX];
static unsigned int seq_count;
/* What the instance was told when it went: '?' asked, and the reason of each teardown. */
static char seq_teardown[64];
/* What the volume of the last instance is called: \\??\\Volume{...}, and as programs name it. */
static char seq_guid[64], seq_dos[64];
static int seq_log = -1;

static inline const char *seq_major(unsigned int major)
{
	static const char * const names[] = {
		[0] = "CREATE", [2] = "CLOSE", [3] = "READ", [4] = "WRITE",
		[5] = "QUERY_INFORMATION", [6] = "SET_INFORMATION", [7] = "QUERY_EA",
		[8] = "SET_EA", [9] = "FLUSH_BUFFERS", [10] = "QUERY_VOLUME_INFORMATION",
		[11] = "SET_VOLUME_INFORMATION",
		[12] = "DIRECTORY_CONTROL", [13] = "FILE_SYSTEM_CONTROL",
		[14] = "DEVICE_CONTROL", [17] = "LOCK_CONTROL", [18] = "CLEANUP",
		[16] = "SHUTDOWN", [20] = "QUERY_SECURITY", [21] = "SET_SECURITY",
	};

	switch (major) {
	case 0xff:
		return "ACQUIRE_SECTION";
	case 0xfe:
		return "RELEASE_SECTION";
	case 0xfd:
		return "ACQUIRE_MOD_WRITE";
	case 0xfc:
		return "RELEASE_MOD_WRITE";
	case 0xfb:
		return "ACQUIRE_CC_FLUSH";
	case 0xfa:
		return "RELEASE_CC_FLUSH";
	case 0xf9:
		return "QUERY_OPEN";
	case 0xf2:
		return "NETWORK_QUERY_OPEN";
	case 0xed:
		return "VOLUME_MOUNT";
	case 0xec:
		return "VOLUME_DISMOUNT";
	}
	return major < sizeof(names) / sizeof(names[0]) && names[major] ? names[major] : "OTHER";
}

static inline const char *seq_class(unsigned int number)
{
	static char other[16];

	switch (number) {
	case 4: return "Basic";
	case 5: return "Standard";
	case 10: return "Rename";
	case 11: return "Link";
	case 13: return "Disposition";
	case 18: return "All";
	case 19: return "Allocation";
	case 20: return "EndOfFile";
	case 34: return "NetworkOpen";
	case 37: return "IdBothDirectory";
	case 64: return "DispositionEx";
	case 65: return "RenameEx";
	case 70: return "StatLx";
	case 72: return "LinkEx";
	}
	snprintf(other, sizeof(other), "class-%u", number);
	return other;
}

/* From here on events are recorded. */
static inline void seq_start(void)
{
	if (seq_log < 0)
		seq_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FLT_REQUIRE(seq_log >= 0);
	lseek(seq_log, 0, SEEK_END);
	seq_count = 0;
	seq_teardown[0] = 0;
}

static inline void seq_pre(const char *text)
{
	struct seq_event *event = &seq_events[seq_count];
	const char *name = strstr(text, " name=");

	if (seq_count == SEQ_MAX)
		return;
	memset(event, 0, sizeof(*event));
	if (sscanf(text, "> %u.%u fo=%llx pid=%u irql=%u mode=%u fl=%x of=%x a=%llx b=%llx c=%llx d=%llx ff=%x x=%llx y=%llx r=%x p=%lld v=%llx",
		   &event->major, &event->minor, &event->object, &event->pid, &event->irql,
		   &event->mode, &event->flags, &event->op_flags, &event->detail[0],
		   &event->detail[1], &event->detail[2], &event->detail[3], &event->before.flags,
		   &event->before.context, &event->before.context2, &event->before.access,
		   &event->position, &event->volume) != 18)
		return;
	if (name)
		snprintf(event->name, sizeof(event->name), "%s", name + 6);
	seq_count++;
}

/* The answer of a query, which ends next. */
static struct seq_answer seq_last_answer;
static bool seq_have_answer;

static inline void seq_answer(const char *text)
{
	struct seq_answer *to = &seq_last_answer;

	memset(to, 0, sizeof(*to));
	seq_have_answer = sscanf(text, "= ino=%llu attr=%x tag=%x links=%u del=%u dir=%u eof=%lld alloc=%lld c=%lld a=%lld w=%lld h=%lld mode=%u uid=%u gid=%u major=%u minor=%u",
				 &to->ino, &to->attributes, &to->tag, &to->links,
				 &to->delete_pending, &to->directory, &to->eof, &to->allocation,
				 &to->created, &to->accessed, &to->written, &to->changed,
				 &to->mode, &to->uid, &to->gid, &to->major, &to->minor) >= 12;
}

static inline void seq_post(const char *text)
{
	unsigned int major, minor, irql, flags, status, i;
	unsigned long long object, information;
	struct seq_object after;

	if (sscanf(text, "< %u.%u fo=%llx irql=%u fl=%x st=%x info=%llx ff=%x x=%llx y=%llx r=%x",
		   &major, &minor, &object, &irql, &flags, &status, &information, &after.flags,
		   &after.context, &after.context2, &after.access) != 11)
		return;
	for (i = seq_count; i-- > 0; ) {
		struct seq_event *event = &seq_events[i];

		if (event->done)
			continue;
		if (event->major != major || event->minor != minor || event->object != object) {
			event->crossed = true;
			continue;
		}
		event->done = true;
		event->post_irql = irql;
		event->status = status;
		event->information = information;
		event->after = after;
		event->answered = seq_have_answer;
		event->answer = seq_last_answer;
		seq_have_answer = false;
		return;
	}
}

/* What the kernel log escapes as \xNN comes back as it was. */
static inline void seq_unescape(char *text)
{
	char *to = text;
	unsigned int value;

	while (*text) {
		if (text[0] == '\\' && text[1] == 'x' && sscanf(text + 2, "%2x", &value) == 1) {
			*to++ = value;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = 0;
}

/* Everything since seq_start(). */
static inline void seq_stop(void)
{
	char record[2048], *text, *end;
	ssize_t got;

	while ((got = read(seq_log, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (got <= 0)
			continue;
		record[got] = 0;
		text = strstr(record, ";");
		end = text ? strchr(text, '\n') : NULL;
		if (!end)
			continue;
		*end = 0;
		seq_unescape(text);
		/* DbgPrint may put the module's name before what the driver prints */
		while (strstr(text, "probe: "))
			text = strstr(text, "probe: ") + 7;
		if (*text == '>')
			seq_pre(text);
		else if (*text == '<')
			seq_post(text);
		else if (*text == '=')
			seq_answer(text);
		else if (!strncmp(text, "* query", 7))
			strcat(seq_teardown, "?");
		else if (sscanf(text, "* volume %63s %63s", seq_guid, seq_dos) == 2)
			continue;
		else if (!strncmp(text, "* teardown ", 11) && strlen(seq_teardown) < 48)
			strcat(seq_teardown, text + 11);
	}
}

static inline char seq_letter(unsigned int index)
{
	unsigned int i, different = 0;

	for (i = 0; i < index; i++) {
		unsigned int j = 0;

		if (seq_events[i].object == seq_events[index].object)
			return seq_letter(i);
		while (seq_events[j].object != seq_events[i].object)
			j++;
		different += j == i;
	}
	return 'a' + different;
}

static inline int seq_create(char *to, size_t room, const struct seq_event *event)
{
	static const char * const dispositions[] = {
		"SUPERSEDE", "OPEN", "CREATE", "OPEN_IF", "OVERWRITE", "OVERWRITE_IF",
	};
	unsigned int options = event->detail[1] & 0xffffff;
	unsigned int disposition = event->detail[1] >> 24 & 0xff;
	int used;

	used = snprintf(to, room, " %s %s %llx %x", event->name,
			disposition < 6 ? dispositions[disposition] : "?", event->detail[0],
			options);
	if (event->detail[2] & ~0x80ULL)
		used += snprintf(to + used, room - used, " attr=%llx", event->detail[2]);
	if (event->detail[3] != 7)
		used += snprintf(to + used, room - used, " share=%llx", event->detail[3]);
	if (event->op_flags & 4)
		used += snprintf(to + used, room - used, " TFO");
	return used;
}

static inline int seq_details(char *to, size_t room, const struct seq_event *event)
{
	int used = 0;

	switch (event->major) {
	case 0:
		return seq_create(to, room, event);
	case 3:
	case 4:
		if (event->detail[3] == ~0ULL)
			used = snprintf(to, room, " end");
		else
			used = snprintf(to, room, " %lld", event->detail[3]);
		used += snprintf(to + used, room - used, " %llu", event->detail[0]);
		if (event->flags & 1)
			used += snprintf(to + used, room - used, " NOCACHE");
		if (event->flags & 2)
			used += snprintf(to + used, room - used, " PAGING");
		if (event->flags & 0x40)
			used += snprintf(to + used, room - used, " SYNC");
		if (event->op_flags & 4)
			used += snprintf(to + used, room - used, " THROUGH");
		break;
	case 5:
	case 6:
	case 0xf9:
		used = snprintf(to, room, " %s", seq_class(event->detail[0]));
		if (event->major == 6 && event->detail[0] == 20)
			used += snprintf(to + used, room - used, " %lld", event->detail[3]);
		break;
	case 7:
		used = snprintf(to, room, "%s%s", event->detail[1] ? " list" : "",
				event->op_flags & 1 ? " restart" : "");
		break;
	case 8:
		used = snprintf(to, room, " %llu %llu%s", event->detail[0], event->detail[1],
				event->detail[2] & 1 ? " empty" : "");
		break;
	case 10:
		used = snprintf(to, room, event->detail[0] == 7 ? " FullSize" : " class-%llu",
				event->detail[0]);
		break;
	case 11:
		used = snprintf(to, room, " class-%llu", event->detail[0]);
		break;
	case 13:
		used = snprintf(to, room, " %llx", event->detail[0]);
		if (event->detail[0] == 0x980c8)
			used += snprintf(to + used, room - used, " %lld %lld", event->detail[2],
					 event->detail[3]);
		break;
	case 14:
		used = snprintf(to, room, " %llx %llu %llu", event->detail[0], event->detail[1],
				event->detail[2]);
		break;
	case 20:
	case 21:
		used = snprintf(to, room, " %llx", event->detail[0]);
		if (event->detail[2])
			used += snprintf(to + used, room - used, " inherited=%llx",
					 event->detail[2]);
		break;
	case 0xff:
		used = snprintf(to, room, " %llu %llx", event->detail[0], event->detail[1]);
		break;
	case 0xfd:
		used = snprintf(to, room, " to %llu", event->detail[0]);
		if (event->detail[1])
			used += snprintf(to + used, room - used, " resource-differs");
		break;
	case 0xfc:
		used = snprintf(to, room, "%s", event->detail[1] ? " resource-differs" : "");
		break;
	case 12:
		used = snprintf(to, room, " %s%s", seq_class(event->detail[0]),
				event->op_flags & 1 ? " restart" : "");
		break;
	case 17:
		used = snprintf(to, room, " minor=%u key=%llu %lld %lld%s%s%s%s", event->minor,
				event->detail[2], event->detail[0], event->detail[1],
				event->detail[3] & 1 ? " nowait" : "",
				event->detail[3] & 2 ? " exclusive" : "",
				(event->detail[3] ^ event->op_flags) & 3 ? " flags-differ" : "",
				event->detail[3] & 4 ? "" : " not-its-process");
		break;
	case 9:
		if (event->minor)
			used = snprintf(to, room, " minor=%u", event->minor);
		break;
	}
	return used;
}

/* The events in the short form; in a buffer that the next call uses again. */
static inline const char *seq_render(void)
{
	static char text[SEQ_MAX * 128];
	size_t used = 0;
	unsigned int i;

	text[0] = 0;
	for (i = 0; i < seq_count; i++) {
		struct seq_event *event = &seq_events[i];

		used += snprintf(text + used, sizeof(text) - used, "%s%s %c", i ? "; " : "",
				 seq_major(event->major), seq_letter(i));
		used += seq_details(text + used, sizeof(text) - used, event);
		if (!event->done)
			used += snprintf(text + used, sizeof(text) - used, " never-ended");
		else if (event->status == 0x104)
			used += snprintf(text + used, sizeof(text) - used, " !104:%llx",
					 event->information);
		else if (event->status)
			used += snprintf(text + used, sizeof(text) - used, " !%x", event->status);
		else if (event->major == 0 || event->major == 3 || event->major == 4)
			used += snprintf(text + used, sizeof(text) - used, " =%llu",
					 event->information);
	}
	return text;
}

/* The level at which an operation's callbacks run: APC_LEVEL where it is part of paging. */
static inline unsigned int seq_level(const struct seq_event *event)
{
	if (event->major == 3 || event->major == 4)
		return !!(event->flags & 2);
	return event->major == 0xfd || event->major == 0xfc;
}

/* What holds for all operations of these tests whatever they are. */
static inline bool seq_sound(void)
{
	unsigned int i;

	for (i = 0; i < seq_count; i++)
		if (!seq_events[i].done || seq_events[i].irql != seq_level(&seq_events[i]) ||
		    seq_events[i].post_irql != seq_level(&seq_events[i]))
			return false;
	return true;
}

/* A row: the IDs it proves, the call, what must be seen ("*" as in file names). */
struct row {
	const char *ids;
	const char *what;
	void (*prepare)(void);
	void (*call)(void);
	const char *want;
};

#define CLOSED(x) "CLEANUP " x "; CLOSE " x

/* Descriptors that a row opened: closed when it is over. */
static int fd __attribute__((unused)), other __attribute__((unused));

/* A step of a row. */
#define CALLS(name, ...) static void name(void) { __VA_ARGS__; }

/* What most rows begin with: a file of ten bytes, and that file open. */
static inline void have_f(void)
{
	int out = open("f", O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(write(out, "0123456789", 10) == 10);
	close(out);
}

static inline void have_open_f(void)
{
	have_f();
	fd = open("f", O_RDWR);
	FLT_REQUIRE(fd >= 0);
}

/* Every ID of the row in its own proof. */
static inline void seq_prove(const struct row *row, bool held, const char *got)
{
	char ids[128], *id;

	snprintf(ids, sizeof(ids), "%s", row->ids);
	for (id = strtok(ids, " "); id; id = strtok(NULL, " "))
		FLT_PROVES(id, held);
	if (!held)
		printf("differs: %s (%s)\n  want: %s\n  got:  %s\n", row->what, row->ids, row->want,
		       got);
}

/* Runs a row, in an empty folder of the mount, so that names are short and known. */
static inline void seq_row(const struct row *row)
{
	char folder[PATH_MAX];
	const char *got;
	int failures;

	fd = other = -1;
	FLT_REQUIRE(!chdir(getenv("MNT")));
	row->prepare();
	seq_start();
	failures = prove_failures;
	row->call();
	seq_stop();
	got = seq_render();
	/* a call that did not do what it should shows nothing of how it looks when it does */
	seq_prove(row, !fnmatch(row->want, got, FNM_NOESCAPE) && seq_sound() &&
		  prove_failures == failures, got);
	close(fd);
	close(other);
	FLT_REQUIRE(!chdir("/"));
	snprintf(folder, sizeof(folder), "rm -rf %s/*", getenv("LOWER"));
	FLT_EXPECT(!system(folder));
}

#endif
