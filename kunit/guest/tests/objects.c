// SPDX-License-Identifier: GPL-2.0
/*
 * What a filter sees of file objects from the open to the last close: who is whose, what their
 * members say when, and that all of them end. With the filter "probe", as sequences.c, but looking
 * at single events.
 *
 * needs: lower=any kernels=6.1,6.12,debug filters=probe time=120 parallel=yes
 */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/statfs.h>

#include "../events.h"

/* Members of a file object, as probe.c prints them. */
#define R_READ 1
#define R_WRITE 2
#define R_DELETE 4
#define R_LOCKED 64
/* Type and Size, DeviceObject, Vpb */
#define R_SHAPE (256 | 512 | 1024)
#define R_RELATED 2048

#define FO_SYNCHRONOUS_IO 0x2
#define FO_ALERTABLE_IO 0x4
#define FO_NO_INTERMEDIATE_BUFFERING 0x8
#define FO_WRITE_THROUGH 0x10
#define FO_FILE_MODIFIED 0x1000
#define FO_FILE_SIZE_CHANGED 0x2000
#define FO_CLEANUP_COMPLETE 0x4000
#define FO_TEMPORARY_FILE 0x8000
#define FO_DELETE_ON_CLOSE 0x10000
#define FO_OPENED_CASE_SENSITIVE 0x20000
#define FO_HANDLE_CREATED 0x40000
#define FO_VOLUME_OPEN 0x400000

static const char *mnt;

/*
 * Every object in the record: between its successful create and its close it has one cleanup and
 * one close, in this order; a create that failed has neither; nobody gets the pointer before.
 */
static bool balanced(unsigned int *opens)
{
	unsigned int i, j;
	bool good = true;

	*opens = 0;
	for (i = 0; i < seq_count; i++) {
		const struct seq_event *create = &seq_events[i];
		unsigned int cleanups = 0, closes = 0;

		if (create->major != CREATE)
			continue;
		for (j = i + 1; j < seq_count; j++) {
			const struct seq_event *next = &seq_events[j];

			if (next->object != create->object)
				continue;
			if (next->major == CREATE)
				break;
			cleanups += next->major == CLEANUP && !closes;
			closes += next->major == CLOSE;
			good = good && next->done;
		}
		if (create->status)
			good = good && !cleanups && !closes;
		else
			good = good && cleanups == 1 && closes == 1;
		*opens += !create->status;
	}
	return good;
}

/* Two descriptors of one file, one of its other name, and one of another file. */
static void identities(void)
{
	const struct seq_event *a, *b;
	int one, two, hard, other_file;
	char byte;

	put("f");
	put("g");
	FLT_REQUIRE(!link("f", "hard"));
	seq_start();
	one = open("f", O_RDONLY);
	two = open("f", O_RDWR);
	hard = open("hard", O_WRONLY);
	other_file = open("g", O_RDONLY);
	FLT_EXPECT(read(one, &byte, 1) == 1 && pwrite(two, "x", 1, 0) == 1);
	close(one);
	close(two);
	close(hard);
	close(other_file);
	seq_stop();
	a = event(CREATE, 0);
	b = event(CREATE, 1);
	FLT_PROVES("FILEOBJ-02", event(READ, 0)->object == a->object &&
		   event(WRITE, 0)->object == b->object && a->object != b->object &&
		   event(CLEANUP, 0)->object == a->object && event(CLOSE, 0)->object == a->object &&
		   event(CLEANUP, 1)->object == b->object && event(CLOSE, 1)->object == b->object);
	FLT_PROVES("FILEOBJ-05", !a->before.context && !b->before.context && a->after.context &&
		   a->after.context == b->after.context &&
		   a->after.context == event(CREATE, 2)->after.context &&
		   event(CREATE, 3)->after.context &&
		   a->after.context != event(CREATE, 3)->after.context &&
		   event(READ, 0)->before.context == a->after.context &&
		   event(CLEANUP, 1)->before.context == a->after.context);
	FLT_PROVES("FILEOBJ-11", (a->after.access & 7) == R_READ &&
		   (b->after.access & 7) == (R_READ | R_WRITE) &&
		   (event(CREATE, 2)->after.access & 7) == R_WRITE);
	FLT_PROVES("FILEOBJ-08", !strcmp(event(CLOSE, 0)->name, "\\f") &&
		   !strcmp(event(CLOSE, 3)->name, "\\g"));
	FLT_PROVES("VOL-02", a->volume && event(CLOSE, 0)->volume == a->volume &&
		   event(READ, 0)->volume == a->volume && event(CLOSE, 3)->volume == a->volume);
	/* (on a network volume there is no Vpb: see lowers.sh) */
	FLT_PROVES("FILEOBJ-04", (a->before.access & R_SHAPE) == R_SHAPE &&
		   (event(CLOSE, 0)->before.access & R_SHAPE) == R_SHAPE);
	seq_start();
	FLT_EXPECT(!unlink("hard"));
	seq_stop();
	FLT_PROVES("FILEOBJ-11", (event(CREATE, 0)->after.access & 7) == R_DELETE);
}

/* Flags that the open decides. */
static void flags(void)
{
	const struct seq_event *plain, *through, *direct, *temporary, *made;
	int in;

	put("f");
	FLT_REQUIRE(!mkdir("d", 0755));
	seq_start();
	close(open("f", O_RDONLY));
	close(open("f", O_WRONLY | O_DSYNC));
	close(open("f", O_WRONLY | O_SYNC));
	close(open("d", O_TMPFILE | O_RDWR, 0600));
	close(open("new", O_CREAT | O_RDWR, 0644));
	close(open("read-only", O_CREAT | O_RDWR, 0444));
	FLT_EXPECT(!mkdir("made", 0755));
	seq_stop();
	plain = event(CREATE, 0);
	through = event(CREATE, 1);
	temporary = event(CREATE, 3);
	made = event(CREATE, 4);
	FLT_PROVES("FILEOBJ-18", plain->before.flags & plain->after.flags & FO_SYNCHRONOUS_IO &&
		   made->after.flags & FO_SYNCHRONOUS_IO &&
		   !((plain->after.flags | made->after.flags) & FO_ALERTABLE_IO));
	FLT_PROVES("FILEOBJ-19", through->after.flags & FO_WRITE_THROUGH &&
		   event(CREATE, 2)->after.flags & FO_WRITE_THROUGH &&
		   !(plain->after.flags & (FO_WRITE_THROUGH | FO_NO_INTERMEDIATE_BUFFERING)));
	FLT_PROVES("FILEOBJ-24", temporary->after.flags & FO_TEMPORARY_FILE &&
		   temporary->after.flags & FO_DELETE_ON_CLOSE &&
		   plain->after.flags & FO_OPENED_CASE_SENSITIVE &&
		   !(plain->after.flags & (FO_TEMPORARY_FILE | FO_DELETE_ON_CLOSE)));
	FLT_PROVES("CREATE-09", made->detail[2] == 0x80 && event(CREATE, 5)->detail[2] & 1 &&
		   event(CREATE, 6)->detail[2] & 0x10 && temporary->detail[2] & 0x100);
	in = open("f", O_RDONLY | O_DIRECT);
	if (in < 0)
		return;
	close(in);
	seq_start();
	close(open("f", O_RDONLY | O_DIRECT));
	seq_stop();
	direct = event(CREATE, 0);
	FLT_PROVES("FILEOBJ-19", direct->after.flags & FO_NO_INTERMEDIATE_BUFFERING &&
		   !(direct->after.flags & FO_WRITE_THROUGH));
}

/* What the object remembers of what was done with it. */
static void history(void)
{
	const struct seq_event *end;
	char bytes[8];
	int in;

	put("f");
	seq_start();
	in = open("f", O_RDWR);
	FLT_EXPECT(read(in, bytes, 4) == 4 && read(in, bytes, 1) == 1);
	FLT_EXPECT(pread(in, bytes, 2, 0) == 2 && lseek(in, 7, SEEK_SET) == 7);
	FLT_EXPECT(read(in, bytes, 1) == 1 && write(in, "x", 1) == 1 && read(in, bytes, 1) == 1);
	close(in);
	seq_stop();
	FLT_PROVES("FILEOBJ-15", event(READ, 0)->position == 0 && event(READ, 1)->position == 4 &&
		   event(READ, 2)->position == 5 && event(READ, 3)->position == 7 &&
		   event(WRITE, 0)->position == 8 && event(READ, 4)->position == 9);
	FLT_PROVES("FILEOBJ-22", !(event(CREATE, 0)->after.flags & FO_HANDLE_CREATED) &&
		   event(READ, 0)->before.flags & FO_HANDLE_CREATED);
	end = event(CLEANUP, 0);
	FLT_PROVES("FILEOBJ-21", !(event(WRITE, 0)->before.flags & FO_FILE_MODIFIED) &&
		   end->before.flags & FO_FILE_MODIFIED &&
		   !(end->before.flags & FO_FILE_SIZE_CHANGED));
	FLT_PROVES("FILEOBJ-23", !(end->before.flags & FO_CLEANUP_COMPLETE) &&
		   event(CLOSE, 0)->before.flags & FO_CLEANUP_COMPLETE);

	seq_start();
	close(open("f", O_RDWR));
	in = open("f", O_RDWR);
	FLT_EXPECT(pwrite(in, "xyz", 3, 20) == 3);
	close(in);
	in = open("f", O_RDWR);
	FLT_EXPECT(!ftruncate(in, 3));
	close(in);
	seq_stop();
	FLT_PROVES("FILEOBJ-21", !(event(CLEANUP, 0)->before.flags &
				   (FO_FILE_MODIFIED | FO_FILE_SIZE_CHANGED)));
	end = event(CLEANUP, 1);
	FLT_PROVES("FILEOBJ-21", end->before.flags & FO_FILE_MODIFIED &&
		   end->before.flags & FO_FILE_SIZE_CHANGED);
	FLT_PROVES("FILEOBJ-21", event(CLEANUP, 2)->before.flags & FO_FILE_SIZE_CHANGED);
}

/* Locks, and what the object and the close say of them. */
static void locks(void)
{
	struct flock range = { .l_type = F_WRLCK, .l_len = 5 };
	const struct seq_event *first;
	int in;

	put("f");
	seq_start();
	close(open("f", O_RDWR));
	seq_stop();
	FLT_PROVES("LOCK-19", !count(LOCK) && !(event(CLEANUP, 0)->before.access & R_LOCKED));
	seq_start();
	in = open("f", O_RDWR);
	FLT_EXPECT(!fcntl(in, F_SETLK, &range));
	range.l_type = F_UNLCK;
	FLT_EXPECT(!fcntl(in, F_SETLK, &range));
	range.l_type = F_RDLCK;
	FLT_EXPECT(!fcntl(in, F_SETLK, &range));
	close(in);
	seq_stop();
	first = event(LOCK, 0);
	FLT_PROVES("LOCK-19", !(event(CREATE, 0)->after.access & R_LOCKED) &&
		   first->after.access & R_LOCKED && count(LOCK) == 4 && event(LOCK, 3)->minor == 3);
	FLT_PROVES("FILEOBJ-14", first->after.access & R_LOCKED &&
		   event(LOCK, 1)->after.access & R_LOCKED &&
		   event(CLEANUP, 0)->before.access & R_LOCKED);
	/* the length can be read before and after, and is nothing where all goes */
	FLT_PROVES("LOCK-04", first->answered && first->answer.eof == 5 &&
		   (long long)first->detail[1] == 5 && event(LOCK, 1)->answered &&
		   event(LOCK, 1)->answer.eof == 5 && event(LOCK, 3)->answered &&
		   !event(LOCK, 3)->detail[1] && !event(LOCK, 3)->answer.eof);
}

/* A descriptor goes through fork, dup and a socket; the last of them ends the object. */
static void descriptors(void)
{
	char space[CMSG_SPACE(sizeof(int))] = "", byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space,
				  .msg_controllen = sizeof(space) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int in, copy, pair[2], go[2];
	pid_t child;

	put("f");
	FLT_REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair) && !pipe(go));
	in = open("f", O_RDONLY);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &in, sizeof(in));
	seq_start();
	copy = dup(in);
	child = fork();
	if (!child) {
		close(go[1]);
		close(pair[0]);
		close(pair[1]);
		_exit(read(go[0], &byte, 1) == 1);
	}
	FLT_EXPECT(sendmsg(pair[0], &message, 0) == 1);
	close(in);
	close(copy);
	seq_stop();
	FLT_PROVES("FILEOBJ-34", !seq_count);
	close(go[1]);
	waitpid(child, NULL, 0);
	seq_stop();
	FLT_PROVES("FILEOBJ-34", !seq_count);
	/* nobody receives it: it is never flushed, and goes with the socket */
	close(pair[0]);
	close(pair[1]);
	FLT_PROVES("FILEOBJ-34", comes(CLOSE, 1));
	FLT_PROVES("VFS-120", seq_count == 2 && seq_events[0].major == CLEANUP &&
		   seq_events[1].major == CLOSE && seq_sound() &&
		   seq_events[0].object == seq_events[1].object);
	close(go[0]);
}

/* Names, of what is opened by path and of the volume. */
static void names(void)
{
	struct statfs vfs;
	const struct seq_event *volume;

	put("f");
	FLT_REQUIRE(!mkdir("d", 0755) && !close(open("d/x", O_CREAT | O_WRONLY, 0644)));
	seq_start();
	close(open(".", O_RDONLY));
	close(open("d/x", O_RDONLY));
	FLT_EXPECT(!statfs(mnt, &vfs));
	seq_stop();
	volume = event(CREATE, 2);
	FLT_PROVES("FILEOBJ-09", !strcmp(event(CREATE, 0)->name, "\\") &&
		   !strcmp(event(CREATE, 1)->name, "\\d\\x") && !strcmp(volume->name, "(null)") &&
		   !(event(CREATE, 1)->before.access & R_RELATED));
	FLT_PROVES("CREATE-20", !strcmp(volume->name, "(null)") &&
		   !(volume->before.access & R_RELATED) && volume->after.flags & FO_VOLUME_OPEN &&
		   event(10, 0)->before.flags & FO_VOLUME_OPEN);
	FLT_PROVES("FILEOBJ-24", volume->after.flags & FO_VOLUME_OPEN &&
		   !(event(CREATE, 0)->after.flags & FO_VOLUME_OPEN));
	FLT_EXPECT((int)volume->pid == getpid() && volume->mode);

	/* the folder that a name comes into, and whether the name is there already */
	put("g");
	put("d/taken");
	seq_start();
	FLT_EXPECT(!rename("f", "d/free") && !rename("g", "d/taken"));
	seq_stop();
	FLT_PROVES("CREATE-15", count(CREATE) == 4 && event(CREATE, 1)->op_flags & 4 &&
		   event(CREATE, 1)->information == 5 && event(CREATE, 3)->op_flags & 4 &&
		   event(CREATE, 3)->information == 4 && !(event(CREATE, 0)->op_flags & 4));
	FLT_PROVES("CREATE-15", event(CREATE, 0)->op_flags & event(CREATE, 1)->op_flags & 0x80);
	FLT_PROVES("CREATE-15", !(event(CREATE, 0)->op_flags & 3));
}

/* Several processes open, fail to open, lock and remove at the same time. */
static void balance(void)
{
	unsigned int opens;
	char name[16];
	pid_t children[3];
	int i, j, in;

	put("shared");
	seq_start();
	for (i = 0; i < 3; i++) {
		children[i] = fork();
		if (children[i])
			continue;
		snprintf(name, sizeof(name), "b%d", i);
		for (j = 0; j < 5; j++) {
			in = open(name, O_CREAT | O_RDWR, 0600);
			FLT_EXPECT(in >= 0 && write(in, "x", 1) == 1);
			close(dup(in));
			close(open("shared", O_RDONLY));
			close(open("absent", O_WRONLY));
			FLT_EXPECT(!unlink(name));
			close(in);
		}
		_exit(prove_failures);
	}
	for (i = 0; i < 3; i++) {
		FLT_REQUIRE(waitpid(children[i], &j, 0) == children[i]);
		FLT_EXPECT(!j);
	}
	seq_stop();
	FLT_PROVES("FILEOBJ-33", balanced(&opens) && opens >= 45 && seq_count < SEQ_MAX);
	FLT_PROVES("FILEOBJ-03", balanced(&opens) && opens >= 45);
	FLT_PROVES("VFS-820", balanced(&opens) && opens >= 45);
}

static void emptied(void (*work)(void))
{
	char command[PATH_MAX];

	FLT_REQUIRE(!chdir(mnt));
	work();
	FLT_REQUIRE(!chdir("/"));
	snprintf(command, sizeof(command), "rm -rf %s/*", getenv("LOWER"));
	FLT_EXPECT(!system(command));
}

int main(void)
{
	const char *lower = getenv("LOWER");

	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	FLT_REQUIRE(!twin_load("fltshim"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	stat(mnt, &(struct stat){ 0 });
	FLT_REQUIRE(!twin_load("probe"));
	/* a volume that was there before the filter */
	FLT_PROVES("VOL-09", instances() == 1);
	emptied(identities);
	emptied(flags);
	emptied(history);
	emptied(locks);
	emptied(descriptors);
	emptied(names);
	emptied(balance);
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
