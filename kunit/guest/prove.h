/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For C programs that test in a guest: assertions that carry the ID of a contract row, plain
 * assertions, and the exit status that the runner (run.sh) understands. A program includes
 * this once, checks what it wants, and ends with `return prove_status();`.
 */
#ifndef FLTSHIM_GUEST_PROVE_H
#define FLTSHIM_GUEST_PROVE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The status by which a test says that it cannot run here. */
#define PROVE_SKIP 77

static int prove_failures;

static inline int prove_result(const char *id, int held, const char *what, const char *file,
			       int line)
{
	const char *test = getenv("TEST");
	const char *base = strrchr(file, '/');

	base = base ? base + 1 : file;
	if (id)
		printf("proves: %s %s %s %s:%d\n", id, held ? "ok" : "failed",
		       test ? test : base, base, line);
	if (!held) {
		printf("%s:%d: does not hold: %s (errno %d: %s)\n", base, line, what, errno,
		       strerror(errno));
		prove_failures++;
	}
	fflush(stdout);
	return held;
}

/* FLT_PROVES("VFS-101", condition): the row holds here. Goes on either way; gives the condition. */
#define FLT_PROVES(id, condition) \
	prove_result(id, !!(condition), #condition, __FILE__, __LINE__)

/* The same without a row: something the test itself relies on. */
#define FLT_EXPECT(condition) \
	prove_result(NULL, !!(condition), #condition, __FILE__, __LINE__)

/* The test cannot go on without this. */
#define FLT_REQUIRE(condition) \
	do { \
		if (!FLT_EXPECT(condition)) \
			exit(1); \
	} while (0)

#define FLT_SKIP(...) \
	do { \
		printf(__VA_ARGS__); \
		printf("\n"); \
		exit(PROVE_SKIP); \
	} while (0)

static inline int prove_status(void)
{
	return prove_failures ? 1 : 0;
}

#endif
