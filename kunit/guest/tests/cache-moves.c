// SPDX-License-Identifier: GPL-2.0
/*
 * Files that change their page cache while something is under way: asynchronous writes that wait
 * for a frozen file system to be thawed, and splices that wait for their pipe. Nobody waits for
 * either, and what is spliced is found where the file's data is when it comes.
 *
 * needs: lower=ext4,xfs kernels=6.1,6.12,debug filters=passthru,swapbuf,asyncio time=120
 * needs: parallel=yes
 */
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/resource.h>

#include "../twin.h"

#define BLOCK	4096
#define SPLICED	5000	/* bytes of a splice, from the middle of a page */
#define AT	1000
#define MASK	((char)0xa5)	/* what swapbuf changes each byte by */
#define PATIENCE 60		/* seconds: then it hangs */

static const char *mnt, *lower;
static char data[4 * BLOCK] __attribute__((aligned(BLOCK)));

static int open_in(const char *dir, const char *name, int flags)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags, 0600);
	FLT_REQUIRE(fd >= 0);
	return fd;
}

static void freeze(bool on)
{
	int fd = open(lower, O_RDONLY | O_DIRECTORY);

	FLT_REQUIRE(fd >= 0 && !ioctl(fd, on ? FIFREEZE : FITHAW, 0));
	close(fd);
}

/* Is a task in that routine? Of one process, or of any. */
static bool is_in(const char *routine, pid_t pid)
{
	static char stack[4096];
	struct dirent *entry;
	char path[PATH_MAX];
	bool found = false;
	ssize_t got;
	DIR *dir;
	int fd;

	dir = opendir("/proc");
	while (!found && (entry = readdir(dir))) {
		if (pid ? atoi(entry->d_name) != pid : !atoi(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stack", entry->d_name);
		fd = open(path, O_RDONLY);
		got = read(fd, stack, sizeof(stack) - 1);
		close(fd);
		stack[got > 0 ? got : 0] = 0;
		found = strstr(stack, routine);
	}
	closedir(dir);
	return found;
}

static bool comes_to(const char *routine, pid_t pid)
{
	unsigned int tries;

	for (tries = 0; tries < PATIENCE * 50; tries++) {
		if (is_in(routine, pid))
			return true;
		usleep(20000);
	}
	printf("nobody has come to %s\n", routine);
	return false;
}

/* Does the process end, with status 0? */
static bool ends(pid_t pid)
{
	unsigned int tries;
	int status;

	for (tries = 0; tries < PATIENCE * 50; tries++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return !status;
		usleep(20000);
	}
	printf("%d has not ended\n", pid);
	return false;
}

/* One asynchronous write of a block at 0. */
static pid_t async_write(const char *name, int flags)
{
	aio_context_t context = 0;
	struct io_event event;
	struct iocb request = {
		.aio_lio_opcode = IOCB_CMD_PWRITE, .aio_buf = (uintptr_t)data,
		.aio_nbytes = BLOCK,
	}, *requests = &request;
	pid_t child = fork();

	FLT_REQUIRE(child >= 0);
	if (child)
		return child;
	memset(data, 'n', BLOCK);
	request.aio_fildes = open_in(mnt, name, O_RDWR | flags);
	_exit(syscall(SYS_io_setup, 1, &context) ||
	      syscall(SYS_io_submit, context, 1, &requests) != 1 ||
	      syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1 || event.res != BLOCK);
}

/*
 * A write waits for the thaw, in a filter's own request if one is named. The file is read from the
 * own page cache meanwhile.
 */
static void frozen(const char *filter)
{
	const char *name = filter ?: "plain";
	pid_t writer, reader;
	int below, fd;

	if (filter)
		FLT_REQUIRE(!twin_load(filter));
	below = open_in(lower, name, O_CREAT | O_RDWR);
	memset(data, 'o', 2 * BLOCK);
	FLT_REQUIRE(pwrite(below, data, 2 * BLOCK, 0) == 2 * BLOCK && !fsync(below));
	fd = open_in(mnt, name, O_RDWR);
	freeze(true);
	writer = async_write(name, filter ? O_DIRECT : 0);
	FLT_EXPECT(comes_to("percpu_rwsem_wait", 0));
	FLT_REQUIRE(!twin_load("passthru"));
	reader = fork();
	if (!reader)
		_exit(pread(fd, data, BLOCK, BLOCK) != BLOCK || data[0] != 'o');
	FLT_EXPECT(ends(reader));
	freeze(false);
	FLT_PROVES("VFS-920", ends(writer));
	FLT_EXPECT(pread(fd, data, 2 * BLOCK, 0) == 2 * BLOCK && data[0] == 'n' &&
		   data[BLOCK - 1] == 'n' && data[BLOCK] == 'o');
	FLT_EXPECT(!fsync(fd) && pread(below, data, BLOCK, 0) == BLOCK && data[BLOCK - 1] == 'n');
	close(fd);
	close(below);
	FLT_REQUIRE(!twin_unload("passthru", true));
	if (filter)
		FLT_REQUIRE(!twin_unload(filter, true));
}

/* A splice into a file, which waits for its pipe. */
static pid_t splice_into(int in, int fd, size_t want)
{
	loff_t at = AT;
	pid_t child = fork();

	FLT_REQUIRE(child >= 0);
	if (!child)
		_exit(splice(in, NULL, fd, &at, 4 * BLOCK, 0) != (ssize_t)want);
	FLT_EXPECT(comes_to("pipe_wait_readable", child));
	return child;
}

static bool all(const char *bytes, size_t count, char want)
{
	while (count--)
		if (*bytes++ != want)
			return false;
	return true;
}

/* What lies around what was spliced, and that. */
static bool holds(int fd, char around, char spliced, size_t count)
{
	if (pread(fd, data, sizeof(data), 0) != 2 * BLOCK)
		return false;
	return all(data, AT, around) && all(data + AT, count, spliced) &&
	       all(data + AT + count, 2 * BLOCK - AT - count, around);
}

/* @into: swapbuf comes while the splice waits, and the own page cache is used; else it goes. */
static void spliced(bool into)
{
	const char *name = into ? "into" : "out";
	int below = open_in(lower, name, O_CREAT | O_RDWR), fd, pipes[2];
	pid_t child;

	FLT_REQUIRE(!pipe(pipes));
	memset(data, 'o', sizeof(data));
	FLT_REQUIRE(pwrite(below, data, 2 * BLOCK, 0) == 2 * BLOCK);
	fd = open_in(mnt, name, O_RDWR);
	if (!into)
		FLT_REQUIRE(!twin_load("swapbuf"));
	FLT_EXPECT(holds(fd, into ? 'o' : 'o' ^ MASK, 0, 0));
	child = splice_into(pipes[0], fd, SPLICED);
	if (into)
		FLT_REQUIRE(!twin_load("swapbuf"));
	else
		FLT_REQUIRE(!twin_unload("swapbuf", true));
	/* it is when a file is opened that the own one is left */
	close(open_in(mnt, name, O_RDWR));
	FLT_EXPECT(holds(fd, into ? 'o' ^ MASK : 'o', 0, 0));
	memset(data, 's', SPLICED);
	FLT_REQUIRE(write(pipes[1], data, SPLICED) == SPLICED);
	FLT_EXPECT(ends(child));
	FLT_EXPECT(holds(fd, into ? 'o' ^ MASK : 'o', 's', SPLICED));
	FLT_EXPECT(holds(below, 'o', into ? 's' ^ MASK : 's', SPLICED));
	if (into)
		FLT_REQUIRE(!twin_unload("swapbuf", true));
	close(fd);
	close(below);
	close(pipes[0]);
	close(pipes[1]);
}

/* Somebody writes to the pipe. */
static pid_t pipe_write(int pipe)
{
	pid_t child = fork();

	FLT_REQUIRE(child >= 0);
	if (!child)
		_exit(write(pipe, "s", 1) != 1);
	return child;
}

/*
 * A splice that began in the own page cache comes to a frozen file system: it waits for the thaw
 * without keeping its pipe locked.
 */
static void spliced_frozen(void)
{
	int below = open_in(lower, "thaw", O_CREAT | O_RDWR), fd, pipes[2];
	pid_t child;

	FLT_REQUIRE(!pipe(pipes));
	memset(data, 'o', sizeof(data));
	FLT_REQUIRE(pwrite(below, data, 2 * BLOCK, 0) == 2 * BLOCK);
	FLT_REQUIRE(!twin_load("swapbuf"));
	fd = open_in(mnt, "thaw", O_RDWR);
	child = splice_into(pipes[0], fd, SPLICED + 1);
	FLT_REQUIRE(!twin_unload("swapbuf", true));
	close(open_in(mnt, "thaw", O_RDWR));
	freeze(true);
	memset(data, 's', SPLICED);
	FLT_REQUIRE(write(pipes[1], data, SPLICED) == SPLICED);
	FLT_EXPECT(comes_to("percpu_rwsem_wait", child));
	FLT_PROVES("VFS-423", ends(pipe_write(pipes[1])));
	freeze(false);
	FLT_EXPECT(ends(child));
	FLT_EXPECT(holds(fd, 'o', 's', SPLICED + 1));
	close(fd);
	close(below);
	close(pipes[0]);
	close(pipes[1]);
}

/*
 * A splice into a file of the own page cache that another write, which waits for the thaw, keeps
 * locked: its pipe is not locked meanwhile.
 */
static void spliced_locked(void)
{
	int below = open_in(lower, "locked", O_CREAT | O_RDWR), fd, pipes[2];
	pid_t child, writer;
	loff_t at = AT;

	FLT_REQUIRE(!pipe(pipes) && write(pipes[1], "ssss", 4) == 4);
	memset(data, 'o', sizeof(data));
	FLT_REQUIRE(pwrite(below, data, 2 * BLOCK, 0) == 2 * BLOCK);
	FLT_REQUIRE(!twin_load("swapbuf"));
	fd = open_in(mnt, "locked", O_RDWR);
	freeze(true);
	writer = fork();
	if (!writer)
		_exit(pwrite(fd, data, 1, 0) != 1);
	FLT_EXPECT(comes_to("percpu_rwsem_wait", writer));
	child = fork();
	if (!child)
		_exit(splice(pipes[0], NULL, fd, &at, 4, 0) != 4);
	FLT_EXPECT(comes_to("fltfs_own_transfer", child));
	FLT_PROVES("VFS-423", ends(pipe_write(pipes[1])));
	freeze(false);
	FLT_EXPECT(ends(writer) && ends(child));
	FLT_EXPECT(pread(fd, data, 8, AT) == 8 && all(data, 4, 's') &&
		   all(data + 4, 4, 'o' ^ MASK));
	FLT_REQUIRE(!twin_unload("swapbuf", true));
	close(fd);
	close(below);
	close(pipes[0]);
	close(pipes[1]);
}

/* What the file may not have stays in the pipe, in front of what came later. */
static void spliced_short(void)
{
	struct rlimit limit, less;
	loff_t at = 0;
	int fd, pipes[2];

	FLT_REQUIRE(!pipe(pipes) && !getrlimit(RLIMIT_FSIZE, &limit));
	FLT_REQUIRE(!twin_load("swapbuf"));
	fd = open_in(mnt, "short", O_CREAT | O_RDWR);
	memset(data, 's', sizeof(data));
	data[SPLICED] = 'r';
	FLT_REQUIRE(write(pipes[1], data, 3 * BLOCK) == 3 * BLOCK);
	signal(SIGXFSZ, SIG_IGN);
	less = limit;
	less.rlim_cur = SPLICED;
	FLT_REQUIRE(!setrlimit(RLIMIT_FSIZE, &less));
	FLT_PROVES("VFS-423", splice(pipes[0], NULL, fd, &at, 3 * BLOCK, 0) == SPLICED &&
		   at == SPLICED);
	FLT_EXPECT(splice(pipes[0], NULL, fd, &at, 3 * BLOCK, 0) == -1 && errno == EFBIG);
	FLT_REQUIRE(!setrlimit(RLIMIT_FSIZE, &limit));
	FLT_REQUIRE(write(pipes[1], "w", 1) == 1);
	FLT_PROVES("VFS-423", read(pipes[0], data, sizeof(data)) == 3 * BLOCK - SPLICED + 1 &&
		   data[0] == 'r' && all(data + 1, 3 * BLOCK - SPLICED - 1, 's') &&
		   data[3 * BLOCK - SPLICED] == 'w');
	FLT_EXPECT(pread(fd, data, sizeof(data), 0) == SPLICED && all(data, SPLICED, 's'));
	FLT_REQUIRE(!twin_unload("swapbuf", true));
	close(fd);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	mnt = getenv("MNT");
	lower = getenv("LOWER");
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own"));
	frozen(NULL);
	frozen("asyncio");
	spliced(true);
	spliced(false);
	spliced_frozen();
	spliced_locked();
	spliced_short();
	FLT_REQUIRE(!umount(mnt) && !twin_unload("fltshim", false));
	return prove_status();
}
