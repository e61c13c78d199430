// SPDX-License-Identifier: GPL-2.0
/*
 * What holds inside a filter's callbacks: creates, references, the ends of contexts, locks. The
 * filter "inside" judges most of it; "probe" above it shows what is seen there, and "answer" below
 * or above it sends creates elsewhere, or keeps them.
 *
 * needs: lower=ext4 kernels=6.1,6.12,debug filters=inside,probe,answer time=90 parallel=yes
 */
#include <signal.h>
#include <sys/file.h>
#include <sys/statfs.h>

#include "../sequence.h"
#include "../rows.h"

#define MEMORY ((void *)0x20000000)

/* A backslash, as the kernel log has it. */
#define ROOT "\\x5c"

static const char *mnt, *lower;

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", lower, name);
	return path;
}

static void put(const char *name, const char *data)
{
	int out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(out >= 0 && write(out, data, strlen(data)) == (ssize_t)strlen(data));
	close(out);
}

static bool holds(const char *name, const char *data)
{
	int in = open(below(name), O_RDONLY);
	char have[64];
	ssize_t got = read(in, have, sizeof(have));

	close(in);
	return got == (ssize_t)strlen(data) && !memcmp(have, data, got);
}

/* What the filter has printed is kept until forget(); its rows are counted as they come. */
static char all[65536];

static void forget(void)
{
	rows_collect("inside: ", "fltshim: ");
	all[0] = 0;
}

static const char *said(const char *what)
{
	rows_collect("inside: ", "fltshim: ");
	FLT_REQUIRE(strlen(all) + strlen(text) < sizeof(all));
	strcat(all, text);
	return strstr(all, what);
}

/* The same, when it need not be there yet. */
static const char *says(const char *what)
{
	int tries;

	for (tries = 0; tries < 400; tries++) {
		if (said(what))
			return strstr(all, what);
		usleep(25000);
	}
	printf("\"%s\" is not among\n%s", what, all);
	return NULL;
}

static unsigned int times(const char *what)
{
	const char *at = all;
	unsigned int found = 0;

	said(what);
	while ((at = strstr(at, what))) {
		found++;
		at++;
	}
	return found;
}

static void evict(void)
{
	int out = open("/proc/sys/vm/drop_caches", O_WRONLY);

	FLT_REQUIRE(write(out, "2", 1) == 1);
	close(out);
}

/* The process that opens it is the one that the filter is in, with its memory and its rights. */
static void who(const char *name)
{
	char line[64];
	pid_t child;
	int status;

	put(name, "text");
	FLT_EXPECT(!chmod(below("secret"), 0600));
	forget();
	FLT_EXPECT(!close(open(name, O_RDONLY)));
	snprintf(line, sizeof(line), "who %d secret 00000000", getpid());
	FLT_PROVES("CREATE-02", said(line));
	child = fork();
	if (!child)
		_exit(setgid(1000) || setuid(1000) || open(name, O_RDONLY) < 0);
	FLT_REQUIRE(waitpid(child, &status, 0) == child && !status);
	snprintf(line, sizeof(line), "who %d secret c0000022", child);
	FLT_PROVES("CREATE-02", said(line));
}

static void reparsed(void)
{
	int in;

	put("reparse=00r00000000", "first");
	put("reparse", "text");
	FLT_REQUIRE(!mkfifo(below("reparse-fifo"), 0600));
	forget();
	in = open("reparse=00r00000000", O_RDONLY);
	FLT_EXPECT(in >= 0 && !close(in));
	FLT_PROVES("CREATE-16", times("row CREATE-16 ok") == 3);
	in = open("reparse-fifo", O_RDONLY | O_NONBLOCK);
	FLT_EXPECT(in >= 0 && !close(in));
	FLT_PROVES("CREATE-14", times("row CREATE-14 ok") == 2);
}

static void opened(void)
{
	struct statfs vfs;
	struct stat st;
	int out;

	put("intact", "0123456789");
	out = open("intact", O_WRONLY | O_TRUNC);
	FLT_PROVES("CREATE-28", out >= 0 && holds("intact", "0123456789") && !fstat(out, &st) &&
		   st.st_size == 10);
	FLT_EXPECT(!close(out));
	out = open("intact", O_RDWR | O_TRUNC | O_CREAT, 0600);
	FLT_PROVES("CREATE-28", out >= 0 && holds("intact", "0123456789"));
	FLT_EXPECT(!close(out));

	put("usable", "text");
	forget();
	FLT_EXPECT(!close(open("usable", O_RDWR)));
	FLT_PROVES("CREATE-18", times("row CREATE-18 ok") == 4 && holds("usable", "TEXT"));
	FLT_EXPECT(!statfs(mnt, &vfs));
	FLT_PROVES("FILEOBJ-06", times("row FILEOBJ-06 ok") >= 2);

	FLT_REQUIRE(!symlink("usable", below("a-link")) && !mkfifo(below("a-fifo"), 0600));
	put("see-link", "text");
	forget();
	FLT_EXPECT(!close(open("see-link", O_RDONLY)));
	FLT_PROVES("CREATE-68", times("row CREATE-68 ok") == 12);
}

/* When contexts go: with the close, and with the inode. */
static void contexts(void)
{
	const char *closed, *handle, *stream;
	int one, two;

	/* what is left of another file */
	forget();
	evict();
	FLT_EXPECT(says("context stream goes"));
	put("marked", "text");
	forget();
	one = open("marked", O_RDONLY);
	two = open("marked", O_RDONLY);
	close(one);
	handle = says("context handle goes");
	evict();
	FLT_PROVES("FILEOBJ-47", handle && times("context handle goes") == 1 &&
		   !times("context stream goes"));
	FLT_PROVES("FILEOBJ-47", strstr(all, "close of " ROOT "marked") &&
		   strstr(all, "close of " ROOT "marked") < strstr(all, "context handle goes"));
	forget();
	close(two);
	says("context handle goes");
	evict();
	stream = says("context stream goes");
	closed = strstr(all, "close of " ROOT "marked");
	handle = strstr(all, "context handle goes");
	FLT_PROVES("FILEOBJ-47", closed && handle && stream && closed < handle && handle < stream);
	FLT_PROVES("FILEOBJ-47", times("context stream goes") == 1 &&
		   times("context handle goes") == 1);

	put("undone", "text");
	forget();
	FLT_EXPECT(open("undone", O_RDONLY) < 0 && errno == EACCES);
	FLT_EXPECT(says("context handle goes"));
	evict();
	FLT_EXPECT(says("context stream goes"));
	/* (once each, also a while later) */
	evict();
	FLT_PROVES("CREATE-56", times("context handle goes") == 1 &&
		   times("context stream goes") == 1);
}

/* How many breaches of the rules the filter is charged with. */
static long breaches(void)
{
	FILE *in = fopen("/sys/fs/fltshim/filters/inside/violations", "r");
	char kind[64];
	long count, sum = 0;

	FLT_REQUIRE(in);
	while (fscanf(in, "%63s %ld", kind, &count) == 2)
		sum += count;
	fclose(in);
	return sum;
}

static void references(void)
{
	long before = breaches();
	const char *gone, *closed;
	int in;

	put("over", "text");
	put("kept", "text");
	put("let-go", "text");
	put("twice", "text");
	put("forgotten", "text");
	forget();
	in = open("over", O_RDONLY);
	FLT_EXPECT(!close(in));
	FLT_PROVES("FILEOBJ-28", said("row FILEOBJ-28 ok") && breaches() == before + 2 &&
		   times("no driver has a reference to file object"));
	in = open("kept", O_RDONLY);
	FLT_EXPECT(!close(in));
	FLT_PROVES("FILEOBJ-27", says("cleanup of " ROOT "kept") && !said("close of " ROOT "kept"));
	in = open("let-go", O_RDONLY);
	FLT_EXPECT(!close(in));
	closed = says("close of " ROOT "kept");
	gone = strstr(all, "let go");
	FLT_PROVES("FILEOBJ-27", said("row FILEOBJ-27 ok") && closed && gone &&
		   strstr(all, "let go") < strstr(all, "close of " ROOT "kept"));
	in = open("twice", O_RDONLY);
	FLT_EXPECT(!close(in));
	FLT_PROVES("NAME-04", said("row NAME-04 ok") && breaches() == before + 3 &&
		   times("no driver has a reference to name") == 1);
	in = open("forgotten", O_RDONLY);
	FLT_EXPECT(!close(in) && breaches() == before + 3);
}

/* By its complete name, in the midst of what holds the folder. */
static void by_name(const char *options)
{
	unsigned int i, seen = 0;
	int out;

	FLT_REQUIRE(!chdir("/") && !mount(NULL, mnt, NULL, MS_REMOUNT, options) && !chdir(mnt));
	forget();
	seq_start();
	out = open("named", O_CREAT | O_WRONLY, 0600);
	FLT_EXPECT(out >= 0 && !close(out) && !rename("named", "named-2") && !unlink("named-2"));
	seq_stop();
	for (i = 0; i < seq_count; i++)
		seen += !seq_events[i].major && !strcmp(seq_events[i].name, "\\by-name") &&
			seq_events[i].pid == (unsigned int)getpid();
	FLT_PROVES("VFS-912", times("row VFS-912 ok") >= 2 && !times("row VFS-912 failed") &&
		   seen == times("row VFS-912 ok"));
}

static int lock(int on, int command, short type)
{
	struct flock range = { .l_type = type, .l_len = 5 };

	return fcntl(on, command, &range);
}

static void wake(int unused)
{
	(void)unused;
}

static void locks(void)
{
	struct flock range = { .l_type = F_WRLCK, .l_len = 5 };
	int file, status, own;
	unsigned int i, cancelled = 0;
	pid_t child;

	put("l", "text");
	forget();
	file = open("l", O_RDWR);
	FLT_EXPECT(!lock(file, F_SETLK, F_WRLCK) && !lock(file, F_SETLK, F_UNLCK));
	FLT_EXPECT(!flock(file, LOCK_EX) && !flock(file, LOCK_UN) && !close(file));
	FLT_PROVES("LOCK-18", times("row LOCK-18 ok") >= 8 && !times("LOCK-18 failed"));
	FLT_PROVES("LOCK-14", times("row LOCK-14 ok") >= 4 && !times("LOCK-14 failed"));

	put("pendlock", "text");
	file = open("pendlock", O_RDWR);
	forget();
	seq_start();
	child = fork();
	if (!child) {
		own = open("pendlock", O_RDWR);
		_exit(lock(own, F_SETLKW, F_WRLCK));
	}
	FLT_EXPECT(says("lock kept"));
	kill(child, SIGKILL);
	FLT_REQUIRE(waitpid(child, &status, 0) == child);
	FLT_PROVES("LOCK-31", WIFSIGNALED(status) && says("lock cancelled") &&
		   times("lock cancelled") == 1);
	seq_stop();
	for (i = 0; i < seq_count; i++)
		cancelled += seq_events[i].major == 17 && seq_events[i].minor == 1 &&
			     seq_events[i].done && seq_events[i].status == 0xc0000120;
	FLT_PROVES("LOCK-31", cancelled == 1 && times("row LOCK-18 failed") == 0);
	FLT_PROVES("LOCK-31", !fcntl(file, F_GETLK, &range) && range.l_type == F_UNLCK);

	/* a signal that is handled ends such a wait, too */
	forget();
	child = fork();
	if (!child) {
		sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = wake }, NULL);
		own = open("pendlock", O_RDWR);
		_exit(!lock(own, F_SETLKW, F_WRLCK) || errno != EINTR);
	}
	FLT_EXPECT(says("lock kept"));
	kill(child, SIGUSR1);
	FLT_REQUIRE(waitpid(child, &status, 0) == child);
	FLT_PROVES("LOCK-30", WIFEXITED(status) && !WEXITSTATUS(status));
	range = (struct flock){ .l_type = F_WRLCK, .l_len = 5 };
	FLT_PROVES("LOCK-31", times("lock cancelled") == 1 && !fcntl(file, F_GETLK, &range) &&
		   range.l_type == F_UNLCK);
	FLT_EXPECT(!close(file));
}

int main(void)
{
	char *memory;

	mnt = getenv("MNT");
	lower = getenv("LOWER");
	setvbuf(stdout, NULL, _IOLBF, 0);
	memory = mmap(MEMORY, 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	FLT_REQUIRE(memory == MEMORY);
	strcpy(memory, "inside");
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe") && !twin_load("inside") &&
		    !twin_load("answer"));
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	put("secret", "text");
	put("by-name", "text");
	who("who");
	reparsed();
	opened();
	contexts();
	references();
	by_name("create=early");
	by_name("create=locked");
	locks();

	/* above it, one that keeps the create for a while */
	FLT_REQUIRE(!twin_unload("answer", true) &&
		    !twin_load_with("answer", "params=\"Instances\\Answer Instance\\Altitude=365590\""));
	who("who=00k00000005");
	FLT_REQUIRE(!twin_unload("answer", true) && !chdir("/"));
	forget();
	FLT_REQUIRE(!twin_unload("inside", true));
	FLT_PROVES("FILEOBJ-29", said("2 references to file object"));
	FLT_PROVES("FIELD-15", said("DriverUnload: 2 references to file object") &&
		   said("DriverUnload: 2 references to name") &&
		   said("DriverUnload: 3 references to volume"));
	FLT_PROVES("FILEOBJ-29", !umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true));
	FLT_PROVES("FILEOBJ-29", !twin_unload("fltshim", false));
	FLT_PROVES("FIELD-15", !said("file names were never released"));
	return prove_status();
}
