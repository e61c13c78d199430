// SPDX-License-Identifier: GPL-2.0
/*
 * Random reads, writes, maps, truncations and holes on files of the mount, from several
 * processes, each against a copy of what its file must hold; others make, rename and remove
 * names in shared folders, through the mount and below it, as fast as they can. With both
 * samples attached, which come and go meanwhile.
 *
 * needs: kernels=6.1,6.12,debug filters=passthru,spy time=180 long=1800 more=debug parallel=yes
 */
#include "../twin.h"

#include <signal.h>
#include <sys/mman.h>

#define FILE_SIZE (256 * 1024)
#define WORKERS 8		/* on the mount; one more makes names below it */
#define WROTE "names/"		/* what a file of the name workers begins with */
/* Of the workers on the mount together. */
#define OPERATIONS 10000
#define OPERATIONS_LONG 100000
/* So often filters come and go at least, if the operations are done sooner. */
#define ROUNDS 10

/* Shared by all: the filters have come and gone often enough. */
static volatile bool *enough;

static unsigned int seed;

static unsigned int any(unsigned int below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

static char copy[FILE_SIZE], data[FILE_SIZE];
static off_t size;

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			printf("%s:%d: does not hold: %s (errno %d: %s)\n", __FILE__, __LINE__, \
			       #condition, errno, strerror(errno)); \
			exit(1); \
		} \
	} while (0)

static void check(int fd, off_t at, size_t length)
{
	ssize_t want = at >= size ? 0 : size - at < (off_t)length ? size - at : (off_t)length;
	ssize_t got = pread(fd, data, length, at);

	MUST(got == want);
	MUST(!memcmp(data, copy + at, got));
}

static void one_data_step(const char *path, int *fd)
{
	off_t at = any(FILE_SIZE - 1);
	size_t length = 1 + any(any(4) ? 5000 : 60000);
	char *map;

	if (at + (off_t)length > FILE_SIZE)
		length = FILE_SIZE - at;
	switch (any(12)) {
	case 0 ... 3:
		twin_fill(data, length, any(~0U));
		MUST(pwrite(*fd, data, length, at) == (ssize_t)length);
		if (at > size)
			memset(copy + size, 0, at - size);
		memcpy(copy + at, data, length);
		if (at + (off_t)length > size)
			size = at + length;
		break;
	case 4 ... 6:
		check(*fd, at, length);
		break;
	case 7:
		MUST(!(any(2) ? ftruncate(*fd, at) : truncate(path, at)));
		if (at > size)
			memset(copy + size, 0, at - size);
		size = at;
		break;
	case 8:
		if (!size)
			break;
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
		MUST(map != MAP_FAILED);
		at = any(size);
		if (at + (off_t)length > size)
			length = size - at;
		MUST(!memcmp(map + at, copy + at, length));
		memset(map + at, at & 0xff, length);
		memset(copy + at, at & 0xff, length);
		MUST(any(3) || !msync(map, size, MS_SYNC));
		MUST(!munmap(map, size));
		break;
	case 9:
		if (fallocate(*fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, length)) {
			MUST(errno == EOPNOTSUPP);
			break;
		}
		if (at < size)
			memset(copy + at, 0, (at + (off_t)length > size ? size - at :
					      (off_t)length));
		break;
	case 10:
		MUST(any(4) || !fsync(*fd));
		break;
	case 11:
		MUST(!close(*fd));
		*fd = open(path, O_RDWR | (any(4) ? 0 : O_SYNC));
		MUST(*fd >= 0);
		break;
	}
}

static void data_worker(const char *mnt, unsigned int number, unsigned long steps)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	seed = number * 7919 + 1;
	snprintf(path, sizeof(path), "%s/data-%u", mnt, number);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	MUST(fd >= 0);
	for (; steps || !*enough; steps -= !!steps) {
		one_data_step(path, &fd);
		MUST(!fstat(fd, &st) && st.st_size == size);
	}
	check(fd, 0, FILE_SIZE);
	exit(0);
}

/* No call may fail with what cannot come from others doing the same. */
static void name_worker(const char *top, unsigned int number, unsigned long steps)
{
	char a[PATH_MAX], b[PATH_MAX], held[16];
	struct dirent **entries;
	const char *inside;
	struct stat st;
	ssize_t got;
	int fd, i;

	seed = number * 104729 + 1;
	for (; steps || !*enough; steps -= !!steps) {
		snprintf(a, sizeof(a), "%s/names/%u/%u", top, any(3), any(12));
		snprintf(b, sizeof(b), "%s/names/%u/%u", top, any(3), any(12));
		inside = a + strlen(top) + 1;
		errno = 0;
		switch (any(9)) {
		case 0:
		case 1:
			fd = open(a, O_CREAT | O_RDWR | (any(2) ? O_EXCL : 0), 0600);
			if (fd >= 0) {
				MUST(write(fd, inside, strlen(inside)) == (ssize_t)strlen(inside));
				close(fd);
			}
			break;
		case 2:
			rename(a, b);
			break;
		case 3:
			unlink(a);
			break;
		case 4:
			link(a, b);
			break;
		case 5:
			mkdir(a, 0700);
			break;
		case 6:
			rmdir(a);
			break;
		case 7:
			if (!stat(a, &st))
				MUST(st.st_nlink < 100);
			fd = open(a, O_RDONLY | O_NONBLOCK);
			if (fd >= 0) {
				/* It is empty between its open and its first write. */
				got = read(fd, held, sizeof(held));
				MUST(got < 0 ? errno == EISDIR : !got ||
				     (got > (ssize_t)strlen(WROTE) &&
				      !memcmp(held, WROTE, strlen(WROTE))));
				close(fd);
			}
			break;
		case 8:
			snprintf(a, sizeof(a), "%s/names/%u", top, any(3));
			i = scandir(a, &entries, NULL, NULL);
			MUST(i >= 2);
			while (i--)
				free(entries[i]);
			free(entries);
			errno = 0;
			break;
		}
		MUST(!errno || errno == ENOENT || errno == EEXIST || errno == ENOTDIR ||
		     errno == EISDIR || errno == ENOTEMPTY || errno == EPERM || errno == EINVAL ||
		     errno == ESTALE);
	}
	exit(0);
}

/* How many workers have ended since the last call. */
static unsigned int reap(void)
{
	unsigned int count = 0;
	int status;

	while (waitpid(-1, &status, WNOHANG) > 0) {
		FLT_EXPECT(status == 0);
		count++;
	}
	return count;
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT"), *more = getenv("LONG");
	unsigned long operations = more && *more ? OPERATIONS_LONG : OPERATIONS;
	unsigned int i, left = WORKERS + 1, rounds = 0;
	char path[PATH_MAX];

	setvbuf(stdout, NULL, _IOLBF, 0);
	enough = mmap(NULL, sizeof(*enough), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	FLT_REQUIRE(enough != MAP_FAILED);
	FLT_REQUIRE(!twin_load("fltshim"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	snprintf(path, sizeof(path), "%s/names", lower);
	FLT_REQUIRE(!mkdir(path, 0700));
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/names/%u", lower, i);
		FLT_REQUIRE(!mkdir(path, 0700));
	}
	for (i = 0; i <= WORKERS; i++) {
		pid_t child = fork();

		FLT_REQUIRE(child >= 0);
		if (child)
			continue;
		if (i < WORKERS / 2)
			data_worker(mnt, i, operations / WORKERS);
		name_worker(i == WORKERS ? lower : mnt, i, operations / WORKERS);
	}
	seed = 1;
	while (left) {
		FLT_REQUIRE(!twin_load("passthru"));
		FLT_EXPECT(!twin_load_with("spy", "params=Parameters\\DebugFlags=0"));
		usleep(any(300000));
		FLT_REQUIRE(!twin_unload("passthru", true));
		usleep(any(100000));
		FLT_REQUIRE(!twin_unload("spy", true));
		*enough = ++rounds >= ROUNDS;
		left -= reap();
	}
	printf("%lu operations at least, filters came and went %u times\n", operations, rounds);
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
