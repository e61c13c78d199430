/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of fsbench share: an operation, and what most of them need. Touches nothing itself.
 */
#ifndef FSBENCH_H
#define FSBENCH_H

#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define PAGE		4096
#define FILE_SIZE	(1 << 20)

/**
 * struct operation - something to measure
 * @name: what it is called
 * @count: how many make a batch: some five million instructions, more than a timer tick; divided
 *	where the contender is so slow that it would take long
 * @setup: makes what it needs; sets refused where the file system cannot do it
 * @before: before each batch, not counted
 * @run: does it so many times
 * @teardown: leaves the folder empty again
 * @batches: how many are measured if not as many as usual: more where threads take turns by chance
 */
struct operation {
	const char *name;
	unsigned int count;
	void (*setup)(void);
	void (*before)(void);
	void (*run)(unsigned int n);
	void (*teardown)(void);
	unsigned int batches;
};

/* Each ends with one that has no name. */
extern const struct operation data_operations[], async_operations[], name_operations[],
			      program_operations[];

extern int fd;
extern bool refused;
extern char buffer[64 << 10];

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
long good(long value, const char *call);
#define GOOD(call)	good((call), #call)

char *name_of(char *name, unsigned int number);
void touch(const char *name, size_t size);
void open_direct(void);
void close_direct(void);
void remove_programs(void);

#endif
