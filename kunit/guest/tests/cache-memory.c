// SPDX-License-Identifier: GPL-2.0
/*
 * The own page cache where memory is short: nearly all of it is locked by this program, then files
 * that are larger together than what is left are written, by calls and through mappings, kept back
 * (write=back) below the sample swapbuf. Pages can be had again only by writing others through the
 * filter: nobody may wait for ever, and every byte must arrive.
 *
 * needs: lower=ext4 kernels=6.1,6.12 filters=swapbuf time=120 long=600
 */
#include "../twin.h"

#include <sys/mman.h>

#define MIB		(1024UL * 1024)
#define LEFT		(56 * MIB)
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

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT"), *more = getenv("LONG");
	char path[PATH_MAX];
	unsigned int i;
	int status;

	if (more && *more) {
		file_size = 64 * MIB;
		passes = 10;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("swapbuf"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=auto,write=back"));
	lock_memory();
	for (i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		FLT_REQUIRE(child >= 0);
		snprintf(path, sizeof(path), "%s/file-%u", mnt, i);
		if (!child)
			writer(path, i);
	}
	for (i = 0; i < WRITERS; i++)
		FLT_PROVES("VFS-891", wait(&status) > 0 && !status);
	for (i = 0; i < WRITERS; i++) {
		snprintf(path, sizeof(path), "%s/file-%u", lower, i);
		FLT_PROVES("BUF-062", changed_below(path, i));
	}
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("swapbuf", true) && !twin_unload("fltshim", false));
	return prove_status();
}
