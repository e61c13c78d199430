// SPDX-License-Identifier: GPL-2.0
/*
 * The own page cache below the sample swapbuf when things go wrong: a process is killed in the
 * middle of an fsync, and the file system below is full. What was not refused is in the file, above
 * and, changed, below; what was refused is not.
 *
 * needs: lower=ext4 kernels=6.1,6.12,debug filters=swapbuf time=60 parallel=yes
 */
#include "../twin.h"

#include <signal.h>

#define MIB	(1024 * 1024)
#define BIG	(4 * MIB)
#define ROUNDS	20	/* of kills, until enough of them */
#define KILLS	4	/* were in the middle: before a write below begins, or within one */
#define DISK	MIB	/* what the small file system below can hold */
#define PIECES	120

static char copy[2 * DISK], data[BIG], piece[64 * 1024];
static unsigned int seed = 1;

static unsigned int any(unsigned int below)
{
	seed = seed * 1103515245 + 12345;
	return seed / 65536 % below;
}

static bool changed(const char *path, const char *want, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t i;

	if (fd < 0 || read(fd, data, BIG) != (ssize_t)size) {
		printf("differs: below, the size of %s is not %zu\n", path, size);
		return false;
	}
	close(fd);
	for (i = 0; i < size; i++) {
		if ((data[i] ^ want[i]) == (char)0xa5 || (!data[i] && !want[i]))
			continue;
		printf("differs: below, byte %zu is %#x for %#x\n", i, data[i] & 0xff,
		       want[i] & 0xff);
		return false;
	}
	return true;
}

static char first_below(const char *path)
{
	int fd = open(path, O_RDONLY);
	char byte = 0;

	if (fd >= 0 && read(fd, &byte, 1) < 0)
		byte = 0;
	close(fd);
	return byte;
}

/*
 * Pages are on their way down when the process that wants them there is killed: all of them arrive,
 * and the next who asks is told so.
 */
static void killed(const char *mnt, const char *lower)
{
	char path[PATH_MAX], below[PATH_MAX], *want = malloc(BIG);
	volatile bool *over = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				   -1, 0);
	unsigned int round, middle = 0;
	int fd, status;
	pid_t child;

	snprintf(path, sizeof(path), "%s/killed", mnt);
	snprintf(below, sizeof(below), "%s/killed", lower);
	for (round = 1; round <= ROUNDS && middle < KILLS; round++) {
		*over = false;
		twin_fill(want, BIG, round);
		want[0] = round;
		child = fork();
		FLT_REQUIRE(child >= 0);
		if (!child) {
			fd = open(path, O_CREAT | O_RDWR, 0600);
			if (fd < 0 || pwrite(fd, want, BIG, 0) != BIG)
				_exit(1);
			fsync(fd);
			*over = true;
			pause();
		}
		/* the first of them has arrived */
		while (!*over && first_below(below) != (char)(round ^ 0xa5))
			;
		middle += !*over;
		kill(child, SIGKILL);
		FLT_EXPECT(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
		fd = open(path, O_RDWR);
		FLT_PROVES("VFS-892", fd >= 0 && !fsync(fd));
		FLT_PROVES("VFS-892", changed(below, want, BIG));
		FLT_EXPECT(pread(fd, data, BIG, 0) == BIG && !memcmp(data, want, BIG));
		close(fd);
	}
	printf("killed in the middle of an fsync %u times in %u rounds\n", middle, round - 1);
	FLT_EXPECT(middle);
	free(want);
}

/* Writes that the file system below has no room for, in a file with holes and behind its end. */
static void full(const char *mnt, const char *lower)
{
	char path[PATH_MAX + 8], below[PATH_MAX + 8], other[PATH_MAX + 8];
	unsigned int i, refused = 0;
	off_t size = DISK / 2, at;
	int fd, filler;

	snprintf(path, sizeof(path), "%s/full", mnt);
	snprintf(below, sizeof(below), "%s/full", lower);
	snprintf(other, sizeof(other), "%s/filler", lower);
	filler = open(other, O_CREAT | O_RDWR, 0600);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(filler >= 0 && fd >= 0 && !ftruncate(fd, size) &&
		    !fallocate(filler, 0, 0, DISK * 3 / 4));
	memset(copy, 0, sizeof(copy));
	for (i = 0; i < PIECES; i++) {
		size_t length = 1 + any(30000), j;
		ssize_t got;

		/* room again, for the rest */
		if (i == PIECES * 7 / 8)
			FLT_REQUIRE(!ftruncate(filler, 0));
		at = any(3) ? any(size) : size;
		twin_fill(piece, length, i);
		got = pwrite(fd, piece, length, at);
		if (got < 0) {
			FLT_EXPECT(errno == ENOSPC);
			got = 0;
		}
		refused += got < (ssize_t)length;
		if (i >= PIECES * 7 / 8)
			FLT_EXPECT(got == (ssize_t)length);
		memcpy(copy + at, piece, got);
		if (at + got > size)
			size = at + got;
		FLT_EXPECT(pread(fd, data, BIG, 0) == size);
		/* of what was refused some may be there, as far as the file was that long */
		for (j = got; j < length && at + (off_t)j < size; j++)
			if (data[at + j] == piece[j])
				copy[at + j] = piece[j];
		if (memcmp(data, copy, size)) {
			printf("differs: after piece %u, %zd of %zu at %ld\n", i, got, length,
			       (long)at);
			prove_failures++;
			break;
		}
	}
	printf("%u of %u pieces were refused\n", refused, i);
	FLT_EXPECT(refused > 5 && refused < PIECES);
	/* which may tell of what was refused, once */
	fsync(fd);
	FLT_EXPECT(!fsync(fd));
	close(fd);
	FLT_PROVES("VFS-411", changed(below, copy, size));
	close(filler);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	char disk[PATH_MAX];

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("swapbuf"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=auto,write=back"));
	killed(mnt, lower);
	FLT_REQUIRE(!umount(mnt));

	snprintf(disk, sizeof(disk), "%s/disk", lower);
	FLT_REQUIRE(!mkdir(disk, 0700) && !mount("none", disk, "tmpfs", 0, "size=1m"));
	FLT_REQUIRE(!mount(disk, mnt, "fltfs", 0, "cache=auto"));
	full(mnt, disk);
	FLT_REQUIRE(!umount(mnt) && !umount(disk) && !rmdir(disk));
	FLT_REQUIRE(!twin_unload("swapbuf", true) && !twin_unload("fltshim", false));
	return prove_status();
}
