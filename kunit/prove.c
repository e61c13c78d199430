// SPDX-License-Identifier: GPL-2.0
/*
 * Results of assertions, and a look at the kernel log through the console's trace point.
 */
#include <linux/moduleparam.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "kunit/prove.h"
#include "nt/violation_limit.h"

static bool stop_at_failure;
module_param(stop_at_failure, bool, 0444);
MODULE_PARM_DESC(stop_at_failure, "end a case with its first failure, and skip those after it");

static bool prove_has_failed;

/* Cases after the first failure need not run (world_init()). */
bool prove_stops(void)
{
	return stop_at_failure && READ_ONCE(prove_has_failed);
}

/**
 * prove_result() - record one assertion
 * @test: the running case
 * @id: contract row, or NULL
 * @held: did it hold?
 * @what: its text
 * @suite: base name of the file
 * @file: path of the file
 * @line: line in it
 *
 * Return: @held; does not return from a failure with stop_at_failure
 */
bool prove_result(struct kunit *test, const char *id, bool held, const char *what,
		  const char *suite, const char *file, int line)
{
	const char *base = kbasename(file);

	if (id)
		pr_info("proves: %s %s %s.%s %s:%d\n", id, held ? "ok" : "failed", suite,
			test->name, base, line);
	if (held)
		return true;
	KUNIT_FAIL(test, "%s:%d: does not hold: %s%s%s", base, line, what, id ? " for " : "",
		   id ?: "");
	WRITE_ONCE(prove_has_failed, true);
	if (stop_at_failure)
		KUNIT_FAIL_AND_ABORT(test, "the first failure is enough");
	return false;
}

static DEFINE_RAW_SPINLOCK(prove_log_lock);
static const char *prove_log_word;
static char prove_log_line[256];
static int prove_log_lines;

static void prove_log_probe(void *unused, const char *text, size_t len)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&prove_log_lock, flags);
	if (prove_log_word && strnstr(text, prove_log_word, len)) {
		prove_log_lines++;
		len = min(len, sizeof(prove_log_line) - 1);
		memcpy(prove_log_line, text, len);
		prove_log_line[len] = 0;
	}
	raw_spin_unlock_irqrestore(&prove_log_lock, flags);
}

/* By name, since not every kernel exports it. */
static void prove_log_find(struct tracepoint *point, void *found)
{
	if (!strcmp(point->name, "console"))
		*(struct tracepoint **)found = point;
}

static void prove_log_stop(void *point)
{
	tracepoint_probe_unregister(point, prove_log_probe, NULL);
	tracepoint_synchronize_unregister();
	prove_log_word = NULL;
	fsh_violation_limit.interval = 5 * HZ;
}

/**
 * prove_log_start() - count the log lines that contain a word, and limit none, from now on
 * @test: until this case ends
 * @word: static string
 *
 * Return: 0, or the error of the trace point
 */
int prove_log_start(struct kunit *test, const char *word)
{
	struct tracepoint *point = NULL;
	int ret;

	for_each_kernel_tracepoint(prove_log_find, &point);
	if (!point)
		return -ENOENT;
	prove_log_lines = 0;
	prove_log_line[0] = 0;
	prove_log_word = word;
	ret = tracepoint_probe_register(point, prove_log_probe, NULL);
	if (ret)
		return ret;
	/* Cases before this one may have used up what is told in a while. */
	fsh_violation_limit.interval = 0;
	return flt_kunit_defer(test, prove_log_stop, point);
}

int prove_log_count(void)
{
	return READ_ONCE(prove_log_lines);
}

bool prove_log_last_has(const char *text)
{
	unsigned long flags;
	bool has;

	raw_spin_lock_irqsave(&prove_log_lock, flags);
	has = strstr(prove_log_line, text);
	raw_spin_unlock_irqrestore(&prove_log_lock, flags);
	return has;
}
