// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that is not there: each allocation that a call makes is failed once, the first, the second
 * and so on, on the way through fltfs and filters. The call then fails for that reason or succeeds
 * after all; the data is right, the next call succeeds, and nothing is lost (the kernel with checks
 * looks for that when the test is over). Reads and writes on ext4 on a block device; what changes
 * names on a tmpfs, as a disk file system gives up where its journal has no memory.
 *
 * needs: lower=ext4 kernels=debug filters=passthru,deferwork,asyncio,swapbuf time=60
 */
#include <linux/aio_abi.h>

#include "../twin.h"

#define BLOCK	4096
#define BLOCKS	8
/* No call makes so many. */
#define MOST	1000

static const char *mnt;
static int fd = -1, direct = -1, nth;
static aio_context_t aio;
static char *block, want[BLOCK];
static unsigned int calls, refused;

/* Anything else would be a wrong reason: locks have one of their own, and so has a tmpfs. */
static bool for_lack_of_memory(int error)
{
	return error == ENOMEM || error == EAGAIN || error == ENOBUFS || error == ENFILE ||
	       error == EIO || error == ENOLCK || error == ENOSPC;
}

static void fail_at(int number)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", number);

	FLT_REQUIRE(pwrite(nth, text, length, 0) == length);
}

/* Was there an allocation to fail? */
static bool has_failed(void)
{
	char text[16] = "";

	FLT_REQUIRE(pread(nth, text, sizeof(text) - 1, 0) > 0);
	return !atoi(text);
}

static bool was_read(ssize_t got)
{
	if (got != BLOCK)
		return false;
	return !memcmp(block, want, BLOCK) || FLT_EXPECT(!"the data is wrong");
}

static bool do_read(void)
{
	return was_read(pread(fd, block, BLOCK, 2 * BLOCK));
}

static bool do_read_direct(void)
{
	return was_read(pread(direct, block, BLOCK, 2 * BLOCK));
}

static bool do_write(void)
{
	return pwrite(fd, want, BLOCK, 2 * BLOCK) == BLOCK;
}

static bool do_write_direct(void)
{
	return pwrite(direct, block, BLOCK, 2 * BLOCK) == BLOCK;
}

static ssize_t submit(int code)
{
	struct iocb one = {
		.aio_lio_opcode = code, .aio_fildes = direct, .aio_buf = (uintptr_t)block,
		.aio_nbytes = BLOCK, .aio_offset = 2 * BLOCK,
	}, *list = &one;
	struct io_event event;

	if (syscall(SYS_io_submit, aio, 1, &list) != 1)
		return -1;
	FLT_REQUIRE(syscall(SYS_io_getevents, aio, 1, 1, &event, NULL) == 1);
	if (event.res < 0) {
		errno = -event.res;
		return -1;
	}
	return event.res;
}

static bool do_read_aio(void)
{
	return was_read(submit(IOCB_CMD_PREAD));
}

static bool do_write_aio(void)
{
	return submit(IOCB_CMD_PWRITE) == BLOCK;
}

static bool do_open(void)
{
	int other = open("f", O_RDONLY);

	return other >= 0 && !close(other);
}

static bool do_stat(void)
{
	struct stat st;

	return !stat("f", &st) && !fstat(fd, &st);
}

static bool do_list(void)
{
	int folder = open(".", O_RDONLY | O_DIRECTORY);
	char data[1024];
	int error;
	long got;

	if (folder < 0)
		return false;
	got = syscall(SYS_getdents64, folder, data, sizeof(data));
	error = errno;
	close(folder);
	errno = error;
	return got > 0;
}

static bool do_sync(void)
{
	return !fdatasync(fd);
}

static bool do_create(void)
{
	int other = open("new", O_CREAT | O_RDWR, 0600);

	return other >= 0 && !close(other);
}

static bool do_unlink(void)
{
	return !unlink("there");
}

static bool do_rename(void)
{
	return !rename("there", "new");
}

static bool do_link(void)
{
	return !link("there", "new");
}

static bool do_mkdir(void)
{
	return !mkdir("new", 0700);
}

static bool do_symlink(void)
{
	return !symlink("there", "new");
}

static bool do_chmod(void)
{
	return !chmod("there", 0640);
}

static bool do_truncate(void)
{
	return !truncate("there", 100);
}

static bool do_lock(void)
{
	struct flock range = { .l_type = F_WRLCK, .l_len = 5 };

	return !fcntl(fd, F_SETLK, &range);
}

static bool do_xattr(void)
{
	return !setxattr("there", "trusted.one", "1", 1, 0);
}

static const struct call {
	const char *name;
	bool (*run)(void);
} data_calls[] = {
	{ "read", do_read }, { "direct read", do_read_direct }, { "aio read", do_read_aio },
	{ "write", do_write }, { "direct write", do_write_direct },
	{ "aio write", do_write_aio }, { "open", do_open }, { "stat", do_stat },
	{ "list", do_list }, { "lock", do_lock }, { }
}, name_calls[] = {
	{ "create", do_create }, { "unlink", do_unlink }, { "rename", do_rename },
	{ "link", do_link }, { "mkdir", do_mkdir }, { "symlink", do_symlink },
	{ "chmod", do_chmod }, { "truncate", do_truncate }, { "xattr", do_xattr },
	{ "sync", do_sync }, { }
};

/* As each call finds it. */
static void prepare(void)
{
	struct flock range = { .l_type = F_UNLCK, .l_len = 5 };
	int other;

	fcntl(fd, F_SETLK, &range);
	unlink("new");
	rmdir("new");
	other = open("there", O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(other >= 0 && !close(other));
	memcpy(block, want, BLOCK);
}

static void each_fails(const struct call *call, const char *filter)
{
	int number, error;
	bool good, reached = true;

	for (number = 1; reached && number < MOST; number++) {
		prepare();
		fail_at(number);
		errno = 0;
		good = call->run();
		error = errno;
		reached = has_failed();
		fail_at(0);
		calls++;
		refused += !good;
		if (!good && !FLT_EXPECT(for_lack_of_memory(error)))
			printf("%s with %s, allocation %d: %s\n", call->name, filter, number,
			       strerror(error));
	}
	FLT_EXPECT(number < MOST);
	prepare();
	if (!FLT_EXPECT(call->run()))
		printf("%s with %s, after all\n", call->name, filter);
}

static void all(const struct call *list, const char *below, const char *filter)
{
	int i;

	FLT_REQUIRE(!mount(below, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	fd = open("f", O_CREAT | O_RDWR, 0600);
	direct = open("f", O_RDWR | O_DIRECT);
	FLT_REQUIRE(fd >= 0);
	for (i = 0; i < BLOCKS; i++)
		FLT_REQUIRE(pwrite(fd, want, BLOCK, i * BLOCK) == BLOCK);
	FLT_REQUIRE(!fsync(fd));
	for (; list->name; list++)
		each_fails(list, filter);
	FLT_EXPECT(!close(fd) && (direct < 0 || !close(direct)) && !unlink("f"));
	prepare();
	FLT_EXPECT(!unlink("there") && !chdir("/") && !umount(mnt));
}

static void put(const char *name, const char *text)
{
	int out = open(name, O_WRONLY);

	FLT_REQUIRE(out >= 0 && write(out, text, strlen(text)) > 0 && !close(out));
}

int main(void)
{
	static const char *const filters[] = { "", "passthru", "deferwork", "asyncio", "swapbuf" };
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	memset(want, 'w', BLOCK);
	block = aligned_alloc(BLOCK, BLOCK);
	put("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/failslab/verbose", "0");
	nth = open("/proc/thread-self/fail-nth", O_RDWR);
	FLT_REQUIRE(block && nth >= 0 && !syscall(SYS_io_setup, 1, &aio));
	FLT_REQUIRE(!mkdir("/mnt/names", 0700) && !mount("none", "/mnt/names", "tmpfs", 0, NULL));
	FLT_REQUIRE(!twin_load("fltshim"));
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		FLT_REQUIRE(!*filters[i] || !twin_load(filters[i]));
		all(data_calls, getenv("LOWER"), filters[i]);
		all(name_calls, "/mnt/names", filters[i]);
		FLT_REQUIRE(!*filters[i] || !twin_unload(filters[i], true));
		printf("%s: %u of %u calls were refused\n", *filters[i] ? filters[i] : "none",
		       refused, calls);
		FLT_EXPECT(refused > 20);
		calls = 0;
		refused = 0;
	}
	put("/sys/kernel/debug/failslab/ignore-gfp-wait", "Y");
	FLT_EXPECT(!syscall(SYS_io_destroy, aio) && !close(nth));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	FLT_EXPECT(!umount("/mnt/names") && !rmdir("/mnt/names"));
	return prove_status();
}
