// SPDX-License-Identifier: GPL-2.0
/*
 * Which operations a filter is shown for locks and leases, and what becomes of both. As sequences.c,
 * with the filter "probe".
 *
 * needs: lower=ext4,tmpfs long-kernels=debug filters=probe time=120
 */
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>

#include "../sequence.h"

static char data[65536];

static void have_twice(void)
{
	have_open_f();
	other = open("f", O_RDWR);
}

static int lock(int on, int command, short type, off_t start, off_t length)
{
	struct flock range = { .l_type = type, .l_start = start, .l_len = length };

	return fcntl(on, command, &range);
}

CALLS(lock_write, FLT_EXPECT(!lock(fd, F_SETLK, F_WRLCK, 10, 20)))
CALLS(lock_read, FLT_EXPECT(!lock(fd, F_SETLK, F_RDLCK, 10, 0)))
CALLS(lock_wait, FLT_EXPECT(!lock(fd, F_SETLKW, F_WRLCK, 10, 20)))
CALLS(lock_query, FLT_EXPECT(!lock(fd, F_GETLK, F_WRLCK, 10, 20)))
CALLS(lock_open_file, FLT_EXPECT(!lock(fd, F_OFD_SETLK, F_WRLCK, 10, 20) &&
				 !lock(fd, F_OFD_SETLKW, F_UNLCK, 12, 2) &&
				 !lock(fd, F_OFD_GETLK, F_WRLCK, 10, 20)))
CALLS(unlock, FLT_EXPECT(!lock(fd, F_SETLK, F_UNLCK, 12, 5)))
CALLS(whole_lock, FLT_EXPECT(!flock(fd, LOCK_EX | LOCK_NB) && !flock(fd, LOCK_SH)))
CALLS(whole_unlock, FLT_EXPECT(!flock(fd, LOCK_UN)))
CALLS(close_fd, close(fd); fd = -1)
CALLS(close_other, close(other); other = -1; FLT_EXPECT(!lock(fd, F_OFD_GETLK, F_WRLCK, 0, 0)))
CALLS(lock_wait_open_file, FLT_EXPECT(!lock(fd, F_OFD_SETLKW, F_RDLCK, 10, 20)))
CALLS(unlock_several, FLT_EXPECT(!lock(fd, F_SETLK, F_UNLCK, 5, 60)))
CALLS(lock_far, struct stat st; FLT_EXPECT(!lock(fd, F_SETLK, F_WRLCK, 1 << 30, 7));
      seq_stop(); FLT_EXPECT(!fstat(fd, &st) && st.st_size == 10); seq_start();
      FLT_EXPECT(!lock(fd, F_SETLK, F_WRLCK, 1 << 30, 7)))
CALLS(lock_relative, struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_END,
					    .l_start = -2, .l_len = -3 };
      FLT_EXPECT(!fcntl(fd, F_SETLK, &range));
      range = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = INT64_MAX };
      FLT_EXPECT(fcntl(fd, F_SETLK, &range) && errno == EOVERFLOW);
      FLT_EXPECT(lock(fd, F_SETLK, F_WRLCK, -1, 1) && errno == EINVAL))
CALLS(lease, fcntl(fd, F_SETLEASE, F_WRLCK); fcntl(fd, F_SETLEASE, F_UNLCK))

static void have_lease(void)
{
	have_open_f();
	signal(SIGIO, SIG_IGN);
	FLT_REQUIRE(!fcntl(fd, F_SETLEASE, F_WRLCK));
}

/* The status of a child tells of its own failures, not of those before it. */
static pid_t begin_child(void)
{
	pid_t child = fork();

	if (!child)
		prove_failures = 0;
	return child;
}

/* Until somebody waits for a lock: the kernel says so in /proc/locks. */
static void until_blocked(void)
{
	char line[256];
	bool blocked = false;

	while (!blocked) {
		FILE *in = fopen("/proc/locks", "r");

		FLT_REQUIRE(in);
		while (fgets(line, sizeof(line), in))
			blocked = blocked || strstr(line, "->");
		fclose(in);
		usleep(10000);
	}
}

static void break_lease(void)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(open("f", O_WRONLY | O_NONBLOCK) >= 0 || errno != EWOULDBLOCK);
	waitpid(child, &status, 0);
	FLT_EXPECT(!status);
}

static void have_lock(void)
{
	have_open_f();
	FLT_REQUIRE(!lock(fd, F_SETLK, F_WRLCK, 10, 20));
}

static void have_lock_twice(void)
{
	have_twice();
	FLT_REQUIRE(!lock(fd, F_SETLK, F_WRLCK, 10, 20));
}

static void have_whole_lock(void)
{
	have_open_f();
	FLT_REQUIRE(!flock(fd, LOCK_EX) && !lock(fd, F_OFD_SETLK, F_WRLCK, 10, 20));
}

static void conflict(void)
{
	pid_t child = begin_child();
	int status;

	if (!child) {
		FLT_EXPECT(lock(fd, F_SETLK, F_RDLCK, 15, 1) && errno == EAGAIN);
		/* locks are advisory: neither read nor write cares */
		FLT_EXPECT(pread(fd, data, 4, 12) == 0 && pwrite(fd, data, 4, 12) == 4);
		_exit(prove_failures);
	}
	waitpid(child, &status, 0);
	FLT_EXPECT(!status);
}

/* A child's locks, which it drops as it ends. */
static void in_child(void (*call)(void))
{
	pid_t child = begin_child();
	int status;

	if (!child) {
		call();
		_exit(prove_failures);
	}
	waitpid(child, &status, 0);
	FLT_EXPECT(!status);
}

static void *lock_in_thread(void *unused)
{
	(void)unused;
	FLT_EXPECT(!lock(fd, F_SETLK, F_WRLCK, 10, 20));
	return NULL;
}

static void lock_threads(void)
{
	pthread_t thread;

	FLT_EXPECT(!pthread_create(&thread, NULL, lock_in_thread, NULL));
	pthread_join(thread, NULL);
	FLT_EXPECT(!lock(fd, F_SETLK, F_UNLCK, 10, 20));
}

static void have_two_locks(void)
{
	have_open_f();
	FLT_REQUIRE(!lock(fd, F_SETLK, F_WRLCK, 10, 10) && !lock(fd, F_SETLK, F_WRLCK, 40, 10));
}

/* The last byte that a file could have is locked, too. */
static void have_top_lock(void)
{
	have_open_f();
	FLT_REQUIRE(!lock(fd, F_SETLK, F_WRLCK, 100, 0));
}

CALLS(child_top, FLT_EXPECT(lock(fd, F_SETLK, F_RDLCK, INT64_MAX - 1, 1) && errno == EAGAIN))
CALLS(top_conflict, in_child(child_top))

/* The whole file by flock() and some of it by an open-file-description lock, see have_whole_lock. */
CALLS(child_kinds, other = open("f", O_RDWR);
      FLT_EXPECT(!lock(other, F_SETLK, F_WRLCK, 50, 10));
      FLT_EXPECT(lock(other, F_SETLK, F_WRLCK, 10, 1) && errno == EAGAIN);
      FLT_EXPECT(flock(other, LOCK_SH | LOCK_NB) && errno == EAGAIN))
CALLS(kinds, in_child(child_kinds))

/* What close() has dropped another process can have at once. */
CALLS(child_takes, other = open("f", O_RDWR);
      FLT_EXPECT(!flock(other, LOCK_EX | LOCK_NB) && !lock(other, F_SETLK, F_WRLCK, 0, 0)))
CALLS(close_and_take, close(fd); fd = -1; in_child(child_takes))

/* Held by another process: it is named, here and in /proc/locks; and it is killed. */
static pid_t holder;

static void have_holder(void)
{
	int ready[2];
	char byte;

	have_f();
	FLT_REQUIRE(!pipe(ready));
	holder = fork();
	if (!holder) {
		fd = open("f", O_RDWR);
		FLT_REQUIRE(!lock(fd, F_SETLK, F_WRLCK, 0, 10));
		FLT_REQUIRE(write(ready[1], "", 1) == 1);
		pause();
		_exit(0);
	}
	FLT_REQUIRE(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	fd = open("f", O_RDWR);
}

static void holder_named(void)
{
	struct flock range = { .l_type = F_WRLCK, .l_len = 1 };
	char word[64], line[256];
	bool named = false;
	pid_t killer;
	FILE *in;

	FLT_EXPECT(!fcntl(fd, F_GETLK, &range) && range.l_pid == holder);
	snprintf(word, sizeof(word), " WRITE %d ", holder);
	in = fopen("/proc/locks", "r");
	while (in && fgets(line, sizeof(line), in))
		named = named || strstr(line, word);
	fclose(in);
	FLT_EXPECT(named);
	killer = fork();
	if (!killer) {
		until_blocked();
		_exit(kill(holder, SIGKILL));
	}
	FLT_EXPECT(!lock(fd, F_SETLKW, F_WRLCK, 0, 10));
	waitpid(killer, NULL, 0);
	waitpid(holder, NULL, 0);
}

/* Two processes, two files, and each wants the other's. */
static void have_cycle(void)
{
	int ready[2];
	char byte;

	have_twice();
	close(other);
	other = open("g", O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(!lock(fd, F_SETLK, F_WRLCK, 0, 1) && !pipe(ready));
	holder = fork();
	if (!holder) {
		FLT_REQUIRE(!lock(other, F_SETLK, F_WRLCK, 0, 1));
		FLT_REQUIRE(write(ready[1], "", 1) == 1);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
	}
	FLT_REQUIRE(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	until_blocked();
}

static void cycle(void)
{
	int status;

	FLT_EXPECT(lock(other, F_SETLKW, F_WRLCK, 0, 1) && errno == EDEADLK);
	FLT_EXPECT(!lock(fd, F_SETLK, F_UNLCK, 0, 1));
	waitpid(holder, &status, 0);
	FLT_EXPECT(!status);
}

static void wake(int unused)
{
	(void)unused;
}

/* A waiter that a signal wakes, or kills. */
static void waiter(bool killed)
{
	pid_t child = begin_child();
	int status;

	if (!child) {
		sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, NULL);
		FLT_EXPECT(lock(fd, F_SETLKW, F_WRLCK, 15, 1) && errno == EINTR);
		_exit(prove_failures);
	}
	until_blocked();
	kill(child, killed ? SIGKILL : SIGALRM);
	waitpid(child, &status, 0);
	FLT_EXPECT(killed ? WIFSIGNALED(status) : !status);
}

/* A signal whose handler lets system calls go on; and one that ends flock(). */
static void other_waiters(void)
{
	struct sigaction again = { .sa_handler = wake, .sa_flags = SA_RESTART };
	pid_t child = begin_child();
	int status;

	if (!child) {
		sigaction(SIGALRM, &again, NULL);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 15, 1));
	}
	until_blocked();
	kill(child, SIGALRM);
	/* it was woken, and waits again */
	while (seq_stop(), !seq_count || !seq_events[0].done)
		usleep(20000);
	FLT_EXPECT(!lock(fd, F_SETLK, F_UNLCK, 10, 20));
	waitpid(child, &status, 0);
	FLT_EXPECT(!status);

	FLT_EXPECT(!flock(fd, LOCK_EX));
	child = begin_child();
	if (!child) {
		int mine = open("f", O_RDWR);

		sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, NULL);
		FLT_EXPECT(flock(mine, LOCK_EX) && errno == EINTR);
		_exit(prove_failures);
	}
	until_blocked();
	kill(child, SIGALRM);
	waitpid(child, &status, 0);
	FLT_EXPECT(!status);
}

CALLS(wait_woken, waiter(false))
CALLS(wait_killed, waiter(true))

#define ALL "9223372036854775807"

static const struct row rows[] = {
	{ "VFS-501 CBD-025 CBD-033 LOCK-03 LOCK-05", "F_SETLK", have_open_f, lock_write,
	  "LOCK_CONTROL a minor=1 key=0 10 20 nowait exclusive" },
	{ "VFS-501 CBD-025 CBD-033 LOCK-05 LOCK-09", "F_SETLK, shared and to the end", have_open_f, lock_read,
	  "LOCK_CONTROL a minor=1 key=0 10 9223372036854775797 nowait" },
	{ "VFS-502 CBD-025 CBD-033 LOCK-03 LOCK-05", "F_SETLKW", have_open_f, lock_wait,
	  "LOCK_CONTROL a minor=1 key=0 10 20 exclusive" },
	{ "VFS-502 LOCK-20 LOCK-30", "a signal ends the wait", have_lock, wait_woken,
	  "LOCK_CONTROL a minor=1 key=0 15 1 exclusive !c0000120" },
	{ "VFS-514 LOCK-30", "so does the end of the waiter", have_lock, wait_killed,
	  "LOCK_CONTROL a minor=1 key=0 15 1 exclusive !c0000120" },
	{ "LOCK-30", "other waits and signals", have_lock, other_waiters,
	  "LOCK_CONTROL a minor=1 key=0 15 1 exclusive !c0000120; "
	  "*LOCK_CONTROL a minor=1 key=0 15 1 exclusive; *"
	  "LOCK_CONTROL ? minor=1 key=1 0 " ALL " exclusive !c0000120; CLEANUP ?; CLOSE ?" },
	{ "VFS-503 LOCK-06", "F_UNLCK of a part", have_lock, unlock,
	  "LOCK_CONTROL a minor=2 key=0 12 5" },
	{ "VFS-503 LOCK-06", "F_UNLCK of what is not locked", have_open_f, unlock,
	  "LOCK_CONTROL a minor=2 key=0 12 5" },
	{ "LOCK-05", "F_OFD_SETLKW", have_open_f, lock_wait_open_file,
	  "LOCK_CONTROL a minor=1 key=2 10 20" },
	{ "LOCK-03", "a lock of another thread", have_open_f, lock_threads,
	  "LOCK_CONTROL a minor=1 key=0 10 20 nowait exclusive; "
	  "LOCK_CONTROL a minor=2 key=0 10 20" },
	{ "LOCK-06", "F_UNLCK of several", have_two_locks, unlock_several,
	  "LOCK_CONTROL a minor=2 key=0 5 60" },
	{ "LOCK-08", "kinds of locks", have_whole_lock, kinds,
	  "CREATE a *; LOCK_CONTROL a minor=1 key=0 50 10 nowait exclusive; "
	  "LOCK_CONTROL a minor=1 key=0 10 1 nowait exclusive !c0000055; "
	  "LOCK_CONTROL a minor=1 key=1 0 " ALL " nowait !c0000055; "
	  "LOCK_CONTROL ? minor=3 key=0 0 0; *" CLOSED("a") },
	{ "LOCK-09", "a lock to the end has the last byte", have_top_lock, top_conflict,
	  "LOCK_CONTROL a minor=1 key=0 9223372036854775806 1 nowait !c0000055" },
	{ "LOCK-10", "a range before the end", have_open_f, lock_relative,
	  "LOCK_CONTROL a minor=1 key=0 5 3 nowait exclusive" },
	{ "LOCK-11", "a lock beyond the end", have_open_f, lock_far,
	  "LOCK_CONTROL a minor=1 key=0 1073741824 7 nowait exclusive" },
	{ "LOCK-37", "they are gone when close() returns", have_whole_lock, close_and_take,
	  CLOSED("a") "; CREATE ? *; LOCK_CONTROL ? minor=1 key=1 0 " ALL " nowait exclusive; "
	  "LOCK_CONTROL ? minor=1 key=0 0 " ALL " nowait exclusive; *" },
	{ "LOCK-27", "the owner is named", have_holder, holder_named,
	  "LOCK_CONTROL a minor=1 key=0 0 10 exclusive; *" },
	{ "LOCK-39", "the owner is killed", have_holder, holder_named,
	  "*; LOCK_CONTROL b minor=3 key=0 0 0; CLEANUP b; CLOSE b" },
	{ "LOCK-26 LOCK-20", "two that would wait for each other", have_cycle, cycle,
	  "LOCK_CONTROL a minor=1 key=0 0 1 exclusive !c0000194; "
	  "LOCK_CONTROL b minor=2 key=0 0 1; *" },
	{ "VFS-504", "F_GETLK", have_lock, lock_query, "" },
	{ "VFS-505 LOCK-05 LOCK-08", "open-file-description locks", have_open_f, lock_open_file,
	  "LOCK_CONTROL a minor=1 key=2 10 20 nowait exclusive; "
	  "LOCK_CONTROL a minor=2 key=2 12 2" },
	{ "VFS-511 LOCK-07 LOCK-08 LOCK-09", "flock", have_open_f, whole_lock,
	  "LOCK_CONTROL a minor=1 key=1 0 " ALL " nowait exclusive; "
	  "LOCK_CONTROL a minor=1 key=1 0 " ALL },
	{ "VFS-512 LOCK-07", "LOCK_UN", have_whole_lock, whole_unlock,
	  "LOCK_CONTROL a minor=2 key=1 0 " ALL },
	{ "VFS-513", "flock and open-file-description locks go with the last close",
	  have_whole_lock, close_fd, CLOSED("a") },
	{ "VFS-515 LOCK-36 FILEOBJ-42", "POSIX locks go with the close", have_lock, close_fd,
	  "LOCK_CONTROL a minor=3 key=0 0 0; " CLOSED("a") },
	{ "VFS-515 LOCK-36", "of any descriptor", have_lock_twice, close_other,
	  "LOCK_CONTROL a minor=3 key=0 0 0; " CLOSED("a") },
	{ "VFS-518", "locks hold up nobody", have_lock, conflict,
	  "LOCK_CONTROL a minor=1 key=0 15 1 nowait !c0000055; READ a 12 4 !c0000011; "
	  "WRITE a 12 4 =4" },
	{ "VFS-516 VFS-882", "a lease", have_open_f, lease, "" },
	{ "VFS-882", "a lease is broken, before the open is shown", have_lease, break_lease, "" },
};

/* A filter that comes when a file is locked is shown the end of that lock. */
static void locked_before(void)
{
	FLT_REQUIRE(!twin_unload("probe", true) && !chdir(getenv("MNT")));
	have_lock();
	FLT_REQUIRE(!twin_load("probe"));
	seq_start();
	FLT_EXPECT(!lock(fd, F_SETLK, F_UNLCK, 10, 5));
	seq_stop();
	FLT_PROVES("LOCK-17", !strcmp(seq_render(), "LOCK_CONTROL a minor=2 key=0 10 5"));
	seq_start();
	close(fd);
	seq_stop();
	if (!FLT_PROVES("LOCK-17", !strncmp(seq_render(), "LOCK_CONTROL a minor=3 key=0 0 0", 32)))
		printf("got: %s\n", seq_render());
	FLT_REQUIRE(!unlink("f") && !chdir("/"));
}

int main(void)
{
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	FLT_REQUIRE(!mount(getenv("LOWER"), getenv("MNT"), "fltfs", 0, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seq_row(&rows[i]);
	locked_before();
	FLT_REQUIRE(!umount(getenv("MNT")));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
