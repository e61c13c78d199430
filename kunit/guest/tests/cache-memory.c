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

/* How often the group came to its limit. */
static unsigned long group_events(void)
{
	FILE *in = fopen(GROUP_DIR "/memory.events", "r");
	unsigned long count = 0;
	char line[64];

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "max %lu", &count) == 1)
			break;
	if (in)
		fclose(in);
	return count;
}

static void write_all(const char *mnt, const char *lower, bool group)
{
	char path[PATH_MAX];
	unsigned int i;
	int status;

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
	for (i = 0; i < WRITERS; i++)
		FLT_PROVES("VFS-891", wait(&status) > 0 && !status);
	for (i = 0; i < WRITERS; i++) {
		snprintf(path, sizeof(path), "%s/file-%u", lower, i);
		FLT_PROVES("BUF-062", changed_below(path, i));
		snprintf(path, sizeof(path), "%s/file-%u", mnt, i);
		FLT_EXPECT(!unlink(path));
	}
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
	make_group();
	write_all(mnt, lower, true);
	FLT_EXPECT(group_events() > 0);
	FLT_EXPECT(!rmdir(GROUP_DIR));
	lock_memory();
	write_all(mnt, lower, false);
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("swapbuf", true) && !twin_unload("fltshim", false));
	return prove_status();
}
