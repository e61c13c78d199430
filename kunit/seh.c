// SPDX-License-Identifier: GPL-2.0
/*
 * Suite seh: raising and catching in the shim itself, in every context that calls drivers (SRC-20,
 * SRC-21, SRC-26). What drivers write is tested in a guest by kunit/guest/filters/sehtest.
 */
#include <linux/preempt.h>
#include "kunit/async_issue.h"
#include "nt/seh.h"
#include "nt/violation.h"

static unsigned int seh_cleanups;

static void seh_cleaned(int *unused)
{
	seh_cleanups++;
}

/* Some functions deep, each with registers of its own. */
static noinline seh_raises unsigned long seh_deep(unsigned int depth, NTSTATUS status)
{
	int watched __maybe_unused __attribute__((__cleanup__(seh_cleaned))) = 0;
	unsigned long a = depth * 3, b = depth * 5, c = depth * 7;

	OPTIMIZER_HIDE_VAR(a);
	OPTIMIZER_HIDE_VAR(b);
	OPTIMIZER_HIDE_VAR(c);
	if (!depth) {
		ExRaiseStatus(status);
		return 0;
	}
	c += seh_deep(depth - 1, status);
	return a + b + c;
}

static seh_raises void seh_raiser(void *arg)
{
	seh_deep(6, *(NTSTATUS *)arg);
}

static seh_raises void seh_returns(void *arg)
{
}

/* What the caller of a try had in its registers is there after an exception. */
static void seh_registers(struct kunit *test)
{
	register unsigned long rbx asm("rbx") = 0x1111111111111111;
	register unsigned long r12 asm("r12") = 0x2222222222222222;
	register unsigned long r13 asm("r13") = 0x3333333333333333;
	register unsigned long r14 asm("r14") = 0x4444444444444444;
	register unsigned long r15 asm("r15") = 0x5555555555555555;
	NTSTATUS status = STATUS_DISK_FULL, code = 0;
	unsigned long sum;
	bool returned;

	asm volatile("" : "+r" (rbx), "+r" (r12), "+r" (r13), "+r" (r14), "+r" (r15));
	returned = seh_call(seh_raiser, &status, &code);
	asm volatile("" : "+r" (rbx), "+r" (r12), "+r" (r13), "+r" (r14), "+r" (r15));
	sum = rbx + r12 + r13 + r14 + r15;
	FLT_PROVES(test, "SRC-20", !returned && code == STATUS_DISK_FULL);
	FLT_PROVES(test, "SRC-20", sum == 0xffffffffffffffff && rbx == 0x1111111111111111 &&
		   r15 == 0x5555555555555555);
	FLT_PROVES(test, "SRC-20", seh_call(seh_returns, NULL, &code) &&
		   code == STATUS_DISK_FULL);
}

struct seh_result {
	unsigned int wrong;
	bool atomic;
};

/* Frames within frames, many times over. */
static seh_raises void seh_outer(void *arg)
{
	NTSTATUS inner = STATUS_NOT_SUPPORTED, code = 0;
	struct seh_result *result = arg;

	if (seh_call(seh_raiser, &inner, &code) || code != inner)
		result->wrong++;
	ExRaiseStatus(STATUS_FILE_DELETED);
}

static void seh_many(void *arg)
{
	struct seh_result *result = arg;
	unsigned int i;

	result->atomic = in_serving_softirq();
	for (i = 0; i < 1000; i++) {
		NTSTATUS code = 0;

		if (seh_call(seh_outer, result, &code) || code != STATUS_FILE_DELETED)
			result->wrong++;
	}
}

/* In a thread and in softirq, with no memory to be had. */
static void seh_contexts(struct kunit *test)
{
	struct seh_result thread = {}, soft = {};
	bool allocated;

	seh_many(&thread);
	FLT_PROVES(test, "SRC-21", !thread.wrong && !thread.atomic);
	async_in_softirq(seh_many, &soft);
	FLT_PROVES(test, "SRC-21", !soft.wrong && soft.atomic);
	if (async_faults_work()) {
		allocated = async_with_fault(1, seh_many, &thread);
		FLT_PROVES(test, "SRC-21", !allocated && !thread.wrong);
	}
}

/*
 * What the compiler would have run on the way out of a function does not run when an exception
 * leaves it; lockdep and the count of preemption see what a function of the shim would have left.
 */
static void seh_nothing_runs(struct kunit *test)
{
	NTSTATUS status = STATUS_DISK_FULL, code;
	int before = preempt_count();

	seh_cleanups = 0;
	FLT_PROVES(test, "SRC-26", !seh_call(seh_raiser, &status, &code) && !seh_cleanups &&
		   preempt_count() == before);
}

static struct kunit_case seh_cases[] = {
	KUNIT_CASE(seh_registers),
	KUNIT_CASE(seh_contexts),
	KUNIT_CASE(seh_nothing_runs),
	{}
};

static struct kunit_suite seh_suite = {
	.name = "seh",
	.test_cases = seh_cases,
};

kunit_test_suite(seh_suite);
