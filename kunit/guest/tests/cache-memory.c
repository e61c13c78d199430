// SPDX-License-Identifier: GPL-2.0
/*
 * The own page cache where memory is short: for a group of processes with a limit of its own, and
 * for all, nearly all of it being locked by this program. Files that are larger together than what
 * is left are written, by calls and through mappings, kept back (write=back) below the sample
 * swapbuf. Pages can be had again only by writing others through the filter: nobody may wait for
 * ever, and every byte must arrive.
 *
 * needs: lower=ext4 kernels=6.12 long-kernels=6.1 filters=swapbuf time=180 long=900
 * needs: parallel=yes
 */
#include "../twin.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define MIB		(1024UL * 1024)
#define LEFT		(56 * MIB)
#define GROUP		(12 * MIB)	/* what a group may have */
#define GROUP_DIR	"/sys/fs/cgroup/writers"
#define WRITERS		2
#define PIECE		(64 * 1024)

static unsigned long file_size = 16 * MIB;
static unsigned int passes = 1;

static unsigned long available(void)
{
	FILE *in = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "MemAvailable: %lu", &kib) == 1)
			break;
	if (in)
		fclose(in);
	return kib * 1024;
}

/* So that no more than LEFT is left. */
static void lock_memory(void)
{
	unsigned long there = available();
	void *locked;

	FLT_REQUIRE(there > LEFT + 64 * MIB);
	locked = mmap(NULL, there - LEFT, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FLT_REQUIRE(locked != MAP_FAILED && !mlock(locked, there - LEFT));
}

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			printf("%s:%d: does not hold: %s (errno %d: %s)\n", __FILE__, __LINE__, \
			       #condition, errno, strerror(errno)); \
			exit(1); \
		} \
	} while (0)

/* Different in each piece, pass and file, and cheap to make. */
static void fill(char *piece, unsigned long at, unsigned int key)
{
	unsigned int *word = (unsigned int *)piece;
	unsigned int i;

	for (i = 0; i < PIECE / sizeof(*word); i++)
		word[i] = (at / PIECE * 2654435761U + i) * (key | 1);
}

static void writer(const char *path, unsigned int number)
{
	static char piece[PIECE], got[PIECE];
	unsigned int pass, key;
	unsigned long at;
	char *map;
	int fd;

	for (pass = 0; pass < passes; pass++) {
		key = number * 1000 + pass * 10 + 7;
		fd = open(path, O_CREAT | O_RDWR, 0600);
		MUST(fd >= 0 && !ftruncate(fd, file_size));
		map = mmap(NULL, file_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		MUST(map != MAP_FAILED);
		for (at = 0; at < file_size; at += PIECE) {
			fill(piece, at, key);
			if (at / PIECE % 2)
				memcpy(map + at, piece, PIECE);
			else
				MUST(pwrite(fd, piece, PIECE, at) == PIECE);
		}
		for (at = 0; at < file_size; at += PIECE) {
			fill(piece, at, key);
			MUST(pread(fd, got, PIECE, at) == PIECE && !memcmp(piece, got, PIECE));
		}
		MUST(!munmap(map, file_size) && !fsync(fd) && !close(fd));
	}
	exit(0);
}

/* Every byte changed, none lost. */
static bool changed_below(const char *path, unsigned int number)
{
	static char piece[PIECE], got[PIECE];
	unsigned int i, key = number * 1000 + (passes - 1) * 10 + 7;
	int fd = open(path, O_RDONLY);
	unsigned long at;

	for (at = 0; at < file_size; at += PIECE) {
		fill(piece, at, key);
		if (read(fd, got, PIECE) != PIECE)
			return false;
		for (i = 0; i < PIECE; i++) {
			if ((got[i] ^ piece[i]) != (char)0xa5) {
				printf("differs: %s: byte %lu\n", path, at + i);
				close(fd);
				return false;
			}
		}
	}
	close(fd);
	return true;
}

static bool put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (!done)
		printf("cannot write %s to %s: %s\n", text, path, strerror(errno));
	close(fd);
	return done;
}

/* A group of processes that may have so little memory, page cache included. */
static void make_group(void)
{
	char limit[32];

	snprintf(limit, sizeof(limit), "%lu", GROUP);
	if (access("/sys/fs/cgroup/cgroup.procs", F_OK))
		FLT_REQUIRE(!mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL));
	FLT_REQUIRE(put_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory"));
	FLT_REQUIRE(!mkdir(GROUP_DIR, 0700) && put_text(GROUP_DIR "/memory.max", limit));
}

/* A number of the group's. */
static unsigned long group_number(const char *file, const char *word)
{
	FILE *in = fopen(file, "r");
	unsigned long number = 0;
	char line[64], name[64];

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "%63s %lu", name, &number) == 2 && !strcmp(name, word))
			break;
	if (in)
		fclose(in);
	return number;
}

/* The most that it has not written yet while the writers run, which are waited for. */
static unsigned long wait_for_writers(void)
{
	unsigned long most = 0, now;
	unsigned int left = WRITERS;
	int status;
	pid_t child;

	while (left) {
		child = waitpid(-1, &status, WNOHANG);
		FLT_REQUIRE(child >= 0);
		if (child) {
			FLT_PROVES("VFS-891", !status);
			left--;
			continue;
		}
		now = group_number(GROUP_DIR "/memory.stat", "file_dirty") +
		      group_number(GROUP_DIR "/memory.stat", "file_writeback");
		if (now > most)
			most = now;
		usleep(2000);
	}
	return most;
}

static void write_all(const char *mnt, const char *lower, bool group)
{
	char path[PATH_MAX];
	unsigned long unwritten;
	unsigned int i;

	for (i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		FLT_REQUIRE(child >= 0);
		snprintf(path, sizeof(path), "%s/file-%u", mnt, i);
		if (child)
			continue;
		/* without what its parent has locked */
		MUST(!group || put_text(GROUP_DIR "/cgroup.procs", "0"));
		writer(path, i);
	}
	unwritten = wait_for_writers();
	if (group) {
		printf("the group had %lu KiB not written yet, at most\n", unwritten / 1024);
		/* Else it could be full of what cannot be given back, and one of it be killed. */
		FLT_EXPECT(unwritten && unwritten < GROUP / 4 * 3);
	}
	for (i = 0; i < WRITERS; i++) {
		snprintf(path, sizeof(path), "%s/file-%u", lower, i);
		FLT_PROVES("BUF-062", changed_below(path, i));
		snprintf(path, sizeof(path), "%s/file-%u", mnt, i);
		FLT_EXPECT(!unlink(path));
	}
}

/* Has all of a file a place on the disk, rather than in the page cache alone? */
static bool has_place(int fd)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extents[8];
	} all;
	unsigned int i;

	memset(&all, 0, sizeof(all));
	all.map.fm_length = ~0ULL;
	all.map.fm_extent_count = 8;
	FLT_REQUIRE(!ioctl(fd, FS_IOC_FIEMAP, &all));
	for (i = 0; i < all.map.fm_mapped_extents; i++)
		if (all.extents[i].fe_flags & FIEMAP_EXTENT_DELALLOC)
			return false;
	return all.map.fm_mapped_extents;
}

/*
 * What is written back goes to the disk, and not only to the page cache below. Else a group waits
 * for pages that nobody is about to write.
 */
static void goes_to_disk(const char *mnt, const char *lower)
{
	static char data[16 * PIECE];
	char path[PATH_MAX];
	int fd, below;

	snprintf(path, sizeof(path), "%s/placed", mnt);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(fd >= 0 && write(fd, data, sizeof(data)) == sizeof(data));
	snprintf(path, sizeof(path), "%s/placed", lower);
	below = open(path, O_RDONLY);
	FLT_REQUIRE(below >= 0);
	FLT_EXPECT(!has_place(below));
	FLT_EXPECT(!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
	FLT_EXPECT(has_place(below));
	close(below);
	close(fd);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT"), *more = getenv("LONG");

	if (more && *more) {
		file_size = 64 * MIB;
		passes = 10;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("swapbuf"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=auto,write=back"));
	goes_to_disk(mnt, lower);
	make_group();
	write_all(mnt, lower, true);
	FLT_EXPECT(group_number(GROUP_DIR "/memory.events", "max") > 0);
	FLT_EXPECT(!rmdir(GROUP_DIR));
	lock_memory();
	write_all(mnt, lower, false);
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("swapbuf", true) && !twin_unload("fltshim", false));
	return prove_status();
}
