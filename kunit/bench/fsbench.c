// SPDX-License-Identifier: GPL-2.0
/*
 * What operations on one file system cost, in instructions. Runs in a guest whose time stamp
 * counter counts instructions (scripts/guest --icount), and refuses to run anywhere else. Works in
 * the folder it is given and uses nothing but system calls there, each with a name of one
 * component; only what an operation is about lies between the two readings of the counter.
 *
 * usage: fsbench FOLDER [OPERATION...]        prints "OPERATION INSTRUCTIONS", or "OPERATION -"
 *                                             where the file system refuses
 *        fsbench -p FOLDER OPERATION          one batch, between two marks for fsprofile.c
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The first batches fill caches and pools; the figure is the median of the others. */
#define WARM_UP		2
#define BATCHES		11

#define PAGE		4096
#define FILE_SIZE	(1 << 20)
#define MAP_SIZE	(8 << 20)
/* A fault on a cached page maps the pages around it too, so many. */
#define FAULT_AROUND	(64 << 10)
#define ENTRIES		1000
#define DEPTH		32

static int fd = -1;
static bool refused;
static char *map;
static aio_context_t aio;
static char buffer[64 << 10] __attribute__((aligned(PAGE)));

static void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "fsbench: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

/* VALUE unless it is negative, which is the end: a failed operation is not one to measure. */
static long good(long value, const char *what)
{
	if (value < 0)
		die("%s: %s", what, strerror(errno));
	return value;
}

#define GOOD(call)	good((call), #call)

static uint64_t counter(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* A name for NUMBER, of the same length for each. */
static char *name_of(char *name, unsigned int number)
{
	name[0] = 'n';
	for (int i = 4; i; i--, number /= 10)
		name[i] = '0' + number % 10;
	name[5] = 0;
	return name;
}

static void touch(const char *name, size_t size)
{
	int file = GOOD(open(name, O_RDWR | O_CREAT | O_TRUNC, 0644));

	memset(buffer, 'x', sizeof(buffer));
	for (size_t done = 0; done < size; done += sizeof(buffer))
		GOOD(write(file, buffer, sizeof(buffer)));
	if (size)
		GOOD(fsync(file));
	GOOD(close(file));
}

/* Open files */

static void open_data(void)
{
	touch("data", FILE_SIZE);
	fd = GOOD(open("data", O_RDWR));
}

static void close_data(void)
{
	GOOD(close(fd));
	GOOD(unlink("data"));
}

static void run_null(unsigned int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void run_pread(unsigned int n)
{
	while (n--)
		GOOD(pread(fd, buffer, PAGE, (n % 256) * PAGE));
}

static void run_pread_64k(unsigned int n)
{
	while (n--)
		GOOD(pread(fd, buffer, 64 << 10, (n % 16) << 16));
}

static void run_pwrite(unsigned int n)
{
	while (n--)
		GOOD(pwrite(fd, buffer, PAGE, (n % 256) * PAGE));
}

static void run_fstat(unsigned int n)
{
	struct stat st;

	while (n--)
		GOOD(fstat(fd, &st));
}

static void run_fsync(unsigned int n)
{
	while (n--)
		GOOD(fsync(fd));
}

static void open_append(void)
{
	touch("log", 0);
	fd = GOOD(open("log", O_WRONLY | O_APPEND));
}

static void empty_append(void)
{
	GOOD(ftruncate(fd, 0));
}

static void run_append(unsigned int n)
{
	while (n--)
		GOOD(write(fd, buffer, PAGE));
}

static void close_append(void)
{
	GOOD(close(fd));
	GOOD(unlink("log"));
}

/* Direct reads, one at a time and many in flight */

static void open_direct(void)
{
	touch("data", FILE_SIZE);
	fd = open("data", O_RDONLY | O_DIRECT);
	if (fd < 0 && errno != EINVAL)
		die("open for direct reads: %s", strerror(errno));
	refused = fd < 0;
}

static void close_direct(void)
{
	if (fd >= 0)
		GOOD(close(fd));
	GOOD(unlink("data"));
}

static void open_aio(void)
{
	open_direct();
	aio = 0;
	GOOD(syscall(SYS_io_setup, DEPTH, &aio));
}

static void run_aio(unsigned int n)
{
	struct iocb blocks[DEPTH], *list[DEPTH];
	struct io_event events[DEPTH];

	for (; n >= DEPTH; n -= DEPTH) {
		for (int i = 0; i < DEPTH; i++) {
			blocks[i] = (struct iocb) {
				.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd,
				.aio_buf = (uintptr_t)buffer, .aio_nbytes = PAGE,
				.aio_offset = i * PAGE,
			};
			list[i] = &blocks[i];
		}
		if (GOOD(syscall(SYS_io_submit, aio, DEPTH, list)) != DEPTH)
			die("io_submit took only a part");
		if (GOOD(syscall(SYS_io_getevents, aio, DEPTH, DEPTH, events, NULL)) != DEPTH)
			die("io_getevents gave only a part");
		for (int i = 0; i < DEPTH; i++)
			if (events[i].res != PAGE)
				die("an asynchronous read returned %lld", (long long)events[i].res);
	}
}

static void close_aio(void)
{
	GOOD(syscall(SYS_io_destroy, aio));
	close_direct();
}

/* Names */

static void make_file(void)
{
	touch("file", 0);
}

static void remove_file(void)
{
	GOOD(unlink("file"));
}

static void run_open(unsigned int n)
{
	while (n--)
		GOOD(close(GOOD(open("file", O_RDONLY))));
}

static void run_stat(unsigned int n)
{
	struct stat st;

	while (n--)
		GOOD(stat("file", &st));
}

static void run_enoent(unsigned int n)
{
	struct stat st;

	while (n--)
		if (stat("missing", &st) == 0 || errno != ENOENT)
			die("stat of a missing name: %s", strerror(errno));
}

static const char * const deep[] = {
	"a", "a/b", "a/b/c", "a/b/c/d", "a/b/c/d/e", "a/b/c/d/e/f", "a/b/c/d/e/f/g",
	"a/b/c/d/e/f/g/h",
};

static void make_deep(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(deep); i++)
		GOOD(mkdir(deep[i], 0755));
	touch("a/b/c/d/e/f/g/h/file", 0);
}

static void run_deep(unsigned int n)
{
	struct stat st;

	while (n--)
		GOOD(stat("a/b/c/d/e/f/g/h/file", &st));
}

static void remove_deep(void)
{
	GOOD(unlink("a/b/c/d/e/f/g/h/file"));
	for (size_t i = ARRAY_SIZE(deep); i--;)
		GOOD(rmdir(deep[i]));
}

static void run_create(unsigned int n)
{
	char name[8];

	while (n--) {
		name_of(name, n);
		GOOD(close(GOOD(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644))));
		GOOD(unlink(name));
	}
}

static void run_rename(unsigned int n)
{
	for (; n >= 2; n -= 2) {
		GOOD(rename("file", "moved"));
		GOOD(rename("moved", "file"));
	}
}

static void make_entries(void)
{
	char name[8];

	GOOD(mkdir("many", 0755));
	GOOD(chdir("many"));
	for (int i = 0; i < ENTRIES; i++)
		touch(name_of(name, i), 0);
	GOOD(chdir(".."));
	fd = GOOD(open("many", O_RDONLY | O_DIRECTORY));
}

static void run_readdir(unsigned int n)
{
	while (n--) {
		GOOD(lseek(fd, 0, SEEK_SET));
		while (GOOD(syscall(SYS_getdents64, fd, buffer, sizeof(buffer))))
			;
	}
}

static void remove_entries(void)
{
	char name[8];

	GOOD(close(fd));
	GOOD(chdir("many"));
	for (int i = 0; i < ENTRIES; i++)
		GOOD(unlink(name_of(name, i)));
	GOOD(chdir(".."));
	GOOD(rmdir("many"));
}

/* Mapped files */

static void open_mapped(void)
{
	touch("data", MAP_SIZE);
	fd = GOOD(open("data", O_RDWR));
}

static void map_data(void)
{
	if (map)
		GOOD(munmap(map, MAP_SIZE));
	map = mmap(NULL, MAP_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die("mmap: %s", strerror(errno));
}

static void run_fault(unsigned int n)
{
	while (n--)
		*(volatile char *)(map + (size_t)n * FAULT_AROUND);
}

static void close_mapped(void)
{
	GOOD(munmap(map, MAP_SIZE));
	map = NULL;
	close_data();
}

/**
 * struct operation - something to measure
 * @name: what it is called
 * @count: how many make a batch: some ten million instructions, which are a few timer ticks
 * @setup: makes what it needs; sets refused where the file system cannot do it
 * @before: before each batch, not counted
 * @run: does it so many times
 * @teardown: leaves the folder empty again
 */
static const struct operation {
	const char *name;
	unsigned int count;
	void (*setup)(void);
	void (*before)(void);
	void (*run)(unsigned int n);
	void (*teardown)(void);
} operations[] = {
	{ "null-syscall",	20000, NULL, NULL, run_null, NULL },
	{ "pread-4K",		5000, open_data, NULL, run_pread, close_data },
	{ "pread-64K",		700, open_data, NULL, run_pread_64k, close_data },
	{ "pwrite-4K",		4000, open_data, NULL, run_pwrite, close_data },
	{ "append-4K",		1000, open_append, empty_append, run_append, close_append },
	{ "open-close",		2000, make_file, NULL, run_open, remove_file },
	{ "stat",		3000, make_file, NULL, run_stat, remove_file },
	{ "stat-deep8",		1800, make_deep, NULL, run_deep, remove_deep },
	{ "stat-enoent",	4000, NULL, NULL, run_enoent, NULL },
	{ "fstat",		8000, open_data, NULL, run_fstat, close_data },
	{ "create-unlink",	1000, NULL, NULL, run_create, NULL },
	{ "rename",		1000, make_file, NULL, run_rename, remove_file },
	{ "readdir-1000",	10, make_entries, NULL, run_readdir, remove_entries },
	{ "fsync-clean",	6000, open_data, NULL, run_fsync, close_data },
	{ "mmap-fault",		MAP_SIZE / FAULT_AROUND, open_mapped, map_data, run_fault,
	  close_mapped },
	{ "dio-4K",		2000, open_direct, NULL, run_pread, close_direct },
	{ "aio-dio-4K",		2048, open_aio, NULL, run_aio, close_aio },
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * What is put off, most of all memory freed by RCU, gets done, so that each batch begins in the
 * same state of the allocator and at the same distance from a timer tick. Idle time is free.
 */
static void settle(void)
{
	usleep(100000);
}

static uint64_t batch(const struct operation *op)
{
	uint64_t start;

	if (op->before)
		op->before();
	settle();
	start = counter();
	op->run(op->count);
	return counter() - start;
}

static void measure(const struct operation *op)
{
	uint64_t spans[BATCHES];

	refused = false;
	if (op->setup)
		op->setup();
	if (refused) {
		printf("%s -\n", op->name);
	} else {
		for (int i = -WARM_UP; i < BATCHES; i++) {
			uint64_t span = batch(op);

			if (i >= 0)
				spans[i] = span;
		}
		qsort(spans, BATCHES, sizeof(spans[0]), compare);
		printf("%s %.2f\n", op->name, (double)spans[BATCHES / 2] / op->count);
	}
	if (op->teardown)
		op->teardown();
	fflush(stdout);
}

/* Encodings of "nop" that no compiler makes; fsprofile.c looks for them. */
static void profile(const struct operation *op)
{
	refused = false;
	if (op->setup)
		op->setup();
	if (refused)
		die("%s: this file system refuses it", op->name);
	for (int i = 0; i < WARM_UP; i++)
		batch(op);
	if (op->before)
		op->before();
	settle();
	asm volatile(".byte 0x0f, 0x1f, 0x80, 0x66, 0x73, 0x62, 0x31" : : : "memory");
	op->run(op->count);
	asm volatile(".byte 0x0f, 0x1f, 0x80, 0x66, 0x73, 0x62, 0x30" : : : "memory");
	if (op->teardown)
		op->teardown();
	printf("%s %u\n", op->name, op->count);
}

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	die("there is no operation %s", name);
	return NULL;
}

/*
 * Whoever measures with something else than instructions must not believe the figures. Ten tries,
 * as others may have to do with the processor.
 */
static void check_counter(void)
{
	const uint64_t loops = 100000;
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 10; i++) {
		uint64_t left = loops, start = counter(), span;

		asm volatile("1: dec %0; jnz 1b" : "+r"(left) : : "cc");
		span = counter() - start;
		least = span < least ? span : least;
	}
	if (least < 2 * loops || least > 2 * loops + loops / 50)
		die("the time stamp counter does not count instructions: %llu for %llu",
		    (unsigned long long)least, (unsigned long long)(2 * loops));
}

int main(int argc, char **argv)
{
	bool profiling = argc > 1 && strcmp(argv[1], "-p") == 0;

	argc -= 1 + profiling;
	argv += 1 + profiling;
	if (argc < 1 || (profiling && argc != 2)) {
		fprintf(stderr, "usage: fsbench [-p] FOLDER [OPERATION...]\n");
		return 2;
	}
	if (chdir(argv[0]))
		die("%s: %s", argv[0], strerror(errno));
	if (profiling) {
		profile(find(argv[1]));
		return 0;
	}
	check_counter();
	if (argc == 1)
		for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
			measure(&operations[i]);
	for (int i = 1; i < argc; i++)
		measure(find(argv[i]));
	return 0;
}
