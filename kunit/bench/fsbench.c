// SPDX-License-Identifier: GPL-2.0
/*
 * What operations on one file system cost, in instructions. Runs in a guest whose time stamp
 * counter counts instructions (scripts/guest --icount), and refuses to run anywhere else. Works in
 * the folder it is given; only what an operation is about lies between two readings of the counter.
 * The operations are in data.c, async.c, names.c and programs.c.
 *
 * usage: fsbench FOLDER WHAT [OPERATION...]   prints "WHAT OPERATION INSTRUCTIONS", or "-"
 *                                             where the file system refuses
 *        fsbench -p FOLDER WHAT OPERATION...  one batch of each, between two marks for fsprofile.c;
 *                                             prints "WHAT OPERATION TIMES"
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsbench.h"

/* The first batches fill caches and pools; the figure is the median of the others. */
#define WARM_UP		2
#define BATCHES		11
#define BATCHES_MOST	41
/* A batch of a contender that is slow is cut to so many instructions. */
#define LONG_BATCH	20000000

int fd = -1;
bool refused;
/* What each line begins with. */
static const char *what;
char buffer[64 << 10] __attribute__((aligned(PAGE)));

static const struct operation * const tables[] = {
	data_operations, async_operations, name_operations, program_operations,
};

void die(const char *format, ...)
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
long good(long value, const char *call)
{
	if (value < 0)
		die("%s: %s", call, strerror(errno));
	return value;
}

static uint64_t counter(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* A name for NUMBER, of the same length for each. */
char *name_of(char *name, unsigned int number)
{
	name[0] = 'n';
	for (int i = 4; i; i--, number /= 10)
		name[i] = '0' + number % 10;
	name[5] = 0;
	return name;
}

void touch(const char *name, size_t size)
{
	int file = GOOD(open(name, O_RDWR | O_CREAT | O_TRUNC, 0644));

	memset(buffer, 'x', sizeof(buffer));
	for (size_t done = 0; done < size; done += sizeof(buffer))
		GOOD(write(file, buffer, sizeof(buffer)));
	if (size)
		GOOD(fsync(file));
	GOOD(close(file));
}

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

static uint64_t batch(const struct operation *op, unsigned int count)
{
	uint64_t start;

	if (op->before)
		op->before();
	settle();
	start = counter();
	op->run(count);
	return counter() - start;
}

static void measure(const struct operation *op)
{
	unsigned int batches = op->batches ? op->batches : BATCHES, count = op->count;
	unsigned int warm_up = batches < WARM_UP ? batches : WARM_UP;
	uint64_t spans[BATCHES_MOST];

	refused = false;
	if (op->setup)
		op->setup();
	if (refused) {
		printf("%s %s -\n", what, op->name);
	} else {
		for (unsigned int i = 0; i < warm_up; i++) {
			uint64_t span = batch(op, count);

			/* In whole thirty-twos, which suit those that go in pairs or rings. */
			if (span > 2 * LONG_BATCH && count > 64)
				count = (count * LONG_BATCH / span + 31) / 32 * 32;
		}
		for (unsigned int i = 0; i < batches; i++)
			spans[i] = batch(op, count);
		qsort(spans, batches, sizeof(spans[0]), compare);
		printf("%s %s %.2f\n", what, op->name,
		       (double)spans[batches / 2] / count);
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
	if (refused) {
		printf("%s %s -\n", what, op->name);
		goto out;
	}
	for (int i = 0; i < WARM_UP; i++)
		batch(op, op->count);
	if (op->before)
		op->before();
	settle();
	asm volatile(".byte 0x0f, 0x1f, 0x80, 0x66, 0x73, 0x62, 0x31" : : : "memory");
	op->run(op->count);
	asm volatile(".byte 0x0f, 0x1f, 0x80, 0x66, 0x73, 0x62, 0x30" : : : "memory");
	printf("%s %s %u\n", what, op->name, op->count);
out:
	if (op->teardown)
		op->teardown();
	fflush(stdout);
}

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct operation *op = tables[i]; op->name; op++)
			if (strcmp(op->name, name) == 0)
				return op;
	die("there is no operation %s", name);
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
	if (argc < 2 || (profiling && argc == 2)) {
		fprintf(stderr, "usage: fsbench [-p] FOLDER WHAT [OPERATION...]\n");
		return 2;
	}
	if (chdir(argv[0]))
		die("%s: %s", argv[0], strerror(errno));
	what = argv[1];
	if (!profiling)
		check_counter();
	if (argc == 2)
		for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
			for (const struct operation *op = tables[i]; op->name; op++)
				measure(op);
	for (int i = 2; i < argc; i++)
		(profiling ? profile : measure)(find(argv[i]));
	remove_programs();
	return 0;
}
