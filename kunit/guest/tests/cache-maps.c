// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of files in the own page cache, below the sample swapbuf: that they count as accesses,
 * and what becomes of a file that is written below from one.
 *
 * needs: lower=ext4,tmpfs,xfs kernels=6.1,6.12,debug filters=swapbuf time=60 parallel=yes
 */
#include "../twin.h"

/* Mapping a file is an access, as it is below. */
static void mapped_is_accessed(void)
{
	static const struct timespec old[] = { { 1000, 0 }, { 2000, 0 } };
	char path[PATH_MAX], *map;
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/accessed", getenv("MNT"));
	fd = open(path, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(fd >= 0 && write(fd, "0123456789", 10) == 10 && !futimens(fd, old));
	map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	FLT_EXPECT(map[3] == '3' && !fstat(fd, &st) && st.st_atim.tv_sec >= st.st_ctim.tv_sec &&
		   st.st_mtim.tv_sec == 2000);
	munmap(map, 4096);
	close(fd);
	unlink(path);
}

/* Nor does the time of a write wait until the page is written below. */
static void mapped_is_written(void)
{
	static const struct timespec old[] = { { 1000, 0 }, { 2000, 0 } };
	char path[PATH_MAX], *map;
	struct stat st, early;
	int fd;

	snprintf(path, sizeof(path), "%s/written", getenv("MNT"));
	fd = open(path, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(fd >= 0 && write(fd, "0123456789", 10) == 10 && !futimens(fd, old));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	FLT_EXPECT(map[3] == '3' && !fstat(fd, &early) && early.st_mtim.tv_sec == 2000);
	map[3] = 'x';
	FLT_EXPECT(!fstat(fd, &st) && st.st_mtim.tv_sec >= early.st_ctim.tv_sec);
	munmap(map, 4096);
	close(fd);
	unlink(path);
}

/* A file is written below from a mapping of it above, of which nothing is read yet. */
static void written_from_itself(void)
{
	char path[PATH_MAX], *map;
	int fd, below;

	snprintf(path, sizeof(path), "%s/itself", getenv("LOWER"));
	below = open(path, O_CREAT | O_RDWR, 0600);
	snprintf(path, sizeof(path), "%s/itself", getenv("MNT"));
	FLT_REQUIRE(below >= 0 && write(below, "0123456789", 10) == 10);
	fd = open(path, O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	FLT_EXPECT(pwrite(below, map, 10, 0) == -1 && errno == EFAULT);
	/* with the page there it is a write as any other */
	FLT_EXPECT(map[3] == ('3' ^ (char)0xa5) && pwrite(below, map + 3, 1, 0) == 1);
	munmap(map, 4096);
	close(fd);
	close(below);
	unlink(path);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("swapbuf"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=auto"));
	mapped_is_accessed();
	mapped_is_written();
	written_from_itself();
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("swapbuf", true) && !twin_unload("fltshim", false));
	return prove_status();
}
