/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Assertions of the unit suites. One that carries the ID of a contract row leaves a line in the
 * log, "proves: ID ok|failed suite.case file:line", which scripts/contract counts. The suite is
 * the file's base name. May be used in test context only, not in callbacks.
 */
#ifndef KUNIT_PROVE_H
#define KUNIT_PROVE_H

#include <kunit/test.h>
#include "compat/kunit.h"
#include "nt/nt.h"

bool prove_result(struct kunit *test, const char *id, bool held, const char *what,
		  const char *suite, const char *file, int line);

bool prove_stops(void);

/* The row holds here. Goes on either way; gives the condition. */
#define FLT_PROVES(test, id, condition) \
	prove_result(test, id, !!(condition), #condition, KBUILD_BASENAME, __FILE__, __LINE__)

/* The same without a row: something the test itself relies on. */
#define FLT_EXPECT(test, condition) FLT_PROVES(test, NULL, condition)

/* The case cannot go on without this. */
#define FLT_REQUIRE(test, condition)						\
	do {									\
		struct kunit *test_ = (test);					\
										\
		if (!FLT_EXPECT(test_, condition))				\
			KUNIT_FAIL_AND_ABORT(test_, "cannot go on");		\
	} while (0)

/*
 * Watching the kernel log: from prove_log_start() on, lines that contain @word are counted and
 * the last one is kept; every misuse of an NT routine is told.
 */
int prove_log_start(struct kunit *test, const char *word);
int prove_log_count(void);
bool prove_log_last_has(const char *text);

#endif
