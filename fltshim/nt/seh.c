// SPDX-License-Identifier: GPL-2.0
/*
 * Structured exception handling at run time: frames, raising, and the barrier around calls into
 * drivers (contract SRC-10 to SRC-27). Knows the stack of the running task, nothing of filters.
 *
 * Where the frames are. A frame lives in the stack of the function with the __try. The innermost
 * active frame of a function begins with its mark: its own address mixed with a secret of this
 * boot, a number that is no pointer and stands for a frame at this address only. Functions are
 * strictly nested, so the innermost frame of all is the marked one nearest above the stack
 * pointer, and a raise walks up the stack, which it may read to its end, until it meets a word
 * that is the mark of its own place. So a __try costs some stores and no lock, list or per-task
 * field, and only a raise pays.
 *
 * Within one function the compiler places frames as it likes. There the source tells the order:
 * entering a frame takes the mark from the one around, leaving it gives the mark back.
 *
 * A frame is left by fsh_seh_pop() and fsh_seh_pop_fin(), which the compiler calls on every way
 * out of the body, or by the raise that goes to it (and then once more by the former, which does
 * no harm). A raise goes to every frame on its way, never past one, so no mark outlives its
 * function.
 *
 * In a softirq the stack may be the CPU's own, whose end is not told to modules; there the walk
 * ends at the barrier through which the softirq entered the driver, and every softirq that calls
 * drivers has one. Softirqs of one CPU do not interrupt each other, so one variable suffices.
 *
 * This file is compiled without fentry, see seh.h.
 */
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include "nt/seh.h"
#include "nt/violation.h"

/* With a kernel or user address this gives a number that is no canonical address. */
#define SEH_SECRET_TOP	0x5a3cUL

unsigned long seh_secret __ro_after_init;
static DEFINE_PER_CPU(struct fsh_frame *, seh_softirq_barrier);

static_assert(offsetof(struct fsh_frame, mark) == 0);
static_assert(offsetof(struct fsh_frame, jump) == 8);

static void seh_enter(struct fsh_frame *frame, struct fsh_x *x, struct fsh_frame *outer)
{
	frame->outer = outer;
	frame->x = x;
	frame->preempt = preempt_count();
	frame->normal = 0;
	frame->raised = 0;
	if (outer)
		WRITE_ONCE(outer->mark, 0);
	WRITE_ONCE(frame->mark, seh_mark(frame));
}

static void seh_leave(struct fsh_frame *frame)
{
	WRITE_ONCE(frame->mark, 0);
	if (frame->outer)
		WRITE_ONCE(frame->outer->mark, seh_mark(frame->outer));
}

/* The innermost active frame above a stack pointer of this context, or NULL. */
static struct fsh_frame *seh_find(unsigned long sp)
{
	unsigned long end, at;

	if (in_serving_softirq()) {
		struct fsh_frame *barrier = this_cpu_read(seh_softirq_barrier);

		if (!barrier)
			return NULL;
		end = (unsigned long)(barrier + 1);
	} else {
		unsigned long low = (unsigned long)task_stack_page(current);

		end = low + THREAD_SIZE;
		if (sp < low || sp >= end)
			return NULL;
	}
	for (at = ALIGN(sp, sizeof(long)); at < end; at += sizeof(long)) {
		if (READ_ONCE_NOCHECK(*(unsigned long *)at) == (seh_secret ^ at))
			return (struct fsh_frame *)at;
	}
	return NULL;
}

/**
 * seh_inside - the frame that would take an exception raised at this stack pointer
 * @sp: a stack pointer of the running context
 *
 * Return: a frame, one without @x being a barrier; NULL without any
 */
const struct fsh_frame *seh_inside(unsigned long sp)
{
	return seh_find(sp);
}

/* Nothing is released on the way, as on Windows; a finally block does that, or nobody. */
static void seh_check_level(const struct fsh_frame *frame, NTSTATUS code)
{
	if (unlikely(frame->preempt != preempt_count()))
		fsh_violation(fsh_driver_name_at(frame->jump[7]), "raise",
			      "exception %08x with a spin lock held or the IRQL raised", code);
}

/* The frames that are jumped over cannot take their KASAN red zones back; this does. */
static void seh_unpoison(const struct fsh_frame *frame)
{
#ifdef CONFIG_KASAN_STACK
	unsigned long low = (unsigned long)__builtin_frame_address(0) & ~15UL;

	__asan_set_shadow_00(kasan_mem_to_shadow((void *)low),
			     ((unsigned long)frame - low) >> KASAN_SHADOW_SCALE_SHIFT);
#endif
}

/* Goes to the innermost frame. Does not return. */
static noinline void seh_raise(const struct fsh_x *x)
{
	struct fsh_frame *frame = seh_find((unsigned long)__builtin_frame_address(0));

	/* As on Windows; only a call without a barrier, a defect of the shim, comes to this. */
	if (!frame)
		panic("fltshim: exception %08x outside every call into a driver\n", x->code);
	seh_leave(frame);
	seh_check_level(frame, x->code);
	frame->raised = 1;
	frame->code = x->code;
	/* the very same where a handler or a finally block passes it on */
	if (frame->x && frame->x != x)
		*frame->x = *x;
	seh_unpoison(frame);
	fsh_longjmp(frame);
}

static noinline void seh_raise_at(NTSTATUS status, void *address, ULONG parameters,
				  ULONG_PTR first, ULONG_PTR second)
{
	struct fsh_x x = {
		.code = status,
		.flags = EXCEPTION_NONCONTINUABLE,
		.address = address,
		.parameters = parameters,
		.information = { first, second },
	};

	seh_raise(&x);
}

/**
 * seh_raise_status - raise an exception from the shim
 * @status: its code
 *
 * For routines that raise by contract; they are seh_raises. Does not return.
 */
void seh_raise_status(NTSTATUS status)
{
	seh_raise_at(status, __builtin_return_address(0), 0, 0, 0);
}

/**
 * seh_raise_access_violation - raise STATUS_ACCESS_VIOLATION for an address
 * @address: the address that may not be touched
 * @write: it was to be written
 */
void seh_raise_access_violation(ULONG_PTR address, bool write)
{
	seh_raise_at(STATUS_ACCESS_VIOLATION, __builtin_return_address(0), 2, write, address);
}

/**
 * seh_raise_fault - raise the exception of a fault
 * @code: its code
 * @instruction: that faulted
 * @parameters: how many of the following count
 * @first: for an access violation 1 for a write, 0 for a read
 * @second: for an access violation the address
 */
void seh_raise_fault(NTSTATUS code, void *instruction, ULONG parameters, ULONG_PTR first,
		     ULONG_PTR second)
{
	seh_raise_at(code, instruction, parameters, first, second);
}

/* A raise in softirq looks for its frame up to the barrier that is noted here. */
void seh_barrier_up_softirq(struct seh_barrier *barrier)
{
	barrier->around = this_cpu_read(seh_softirq_barrier);
	this_cpu_write(seh_softirq_barrier, &barrier->frame);
}

void seh_barrier_down_softirq(struct seh_barrier *barrier)
{
	this_cpu_write(seh_softirq_barrier, barrier->around);
}

/**
 * seh_call - call into a driver behind a barrier
 * @fn: what to call; seh_raises, as everything between it and the driver's code
 * @arg: its argument
 * @code: the exception that nobody handled
 *
 * Every call of the shim into a driver goes through here or through a frame of the same kind: a
 * callback, a work item, a thread, DriverEntry, an unload routine (SRC-22).
 *
 * Context: task or softirq.
 * Return: true if @fn returned, false if an exception reached the barrier. The caller names the
 * driver and the callback in the log and fails the operation with *@code.
 */
bool seh_call(void (*fn)(void *arg), void *arg, NTSTATUS *code)
{
	struct seh_barrier barrier __attribute__((__uninitialized__));
	const bool softirq = in_serving_softirq();

	seh_barrier_init(&barrier);
	if (unlikely(fsh_setjmp(&barrier.frame))) {
		*code = barrier.frame.code;
		seh_barrier_down(&barrier, softirq);
		return false;
	}
	seh_barrier_up(&barrier, softirq);
	fn(arg);
	seh_barrier_down(&barrier, softirq);
	return true;
}

/* What the rewritten statements of drivers call. */

void fsh_seh_push(struct fsh_frame *frame, struct fsh_x *x, struct fsh_frame *outer)
{
	seh_enter(frame, x, outer);
}
EXPORT_SYMBOL_GPL(fsh_seh_push);

/* The body of a try with a handler is left, on whatever way. */
void fsh_seh_pop(struct fsh_frame *frame)
{
	seh_leave(frame);
}
EXPORT_SYMBOL_GPL(fsh_seh_pop);

/* The finally block begins; returns what AbnormalTermination() gives. */
int fsh_seh_pop_fin(struct fsh_frame *frame)
{
	seh_leave(frame);
	return !frame->normal;
}
EXPORT_SYMBOL_GPL(fsh_seh_pop_fin);

/* The finally block has ended: an exception that led here goes on its way. */
void fsh_seh_resume(struct fsh_frame *frame)
{
	if (frame->raised)
		seh_raise(frame->x);
}
EXPORT_SYMBOL_GPL(fsh_seh_resume);

/*
 * The filter expression did not choose its handler. By now inner finally blocks have run, so
 * there is nothing to continue with, and that answer becomes an exception of its own (SRC-17).
 */
void fsh_seh_continue(struct fsh_x *x, int disposition)
{
	if (disposition < 0)
		seh_raise_at(STATUS_NONCONTINUABLE_EXCEPTION, x->address, 0, 0, 0);
	seh_raise(x);
}
EXPORT_SYMBOL_GPL(fsh_seh_continue);

/* What GetExceptionInformation() gives; there is no processor context to look at. */
PEXCEPTION_POINTERS fsh_seh_information(const struct fsh_x *x, struct fsh_x_info *info)
{
	memset(info, 0, sizeof(*info));
	info->record.ExceptionCode = x->code;
	info->record.ExceptionFlags = x->flags;
	info->record.ExceptionAddress = x->address;
	info->record.NumberParameters = x->parameters;
	memcpy(info->record.ExceptionInformation, x->information, sizeof(x->information));
	info->pointers.ExceptionRecord = &info->record;
	return &info->pointers;
}
EXPORT_SYMBOL_GPL(fsh_seh_information);

/* In seh_jump.S; exported from C, so that the symbol has a version. */
static_assert(sizeof(fsh_setjmp(NULL)) == sizeof(int));
EXPORT_SYMBOL_GPL(fsh_setjmp);

/**
 * ExRaiseStatus - raise an exception with a status as its code
 * @Status: the code
 *
 * Does not return; the innermost __try of the caller decides. IRQL: any up to DISPATCH_LEVEL.
 * WDK: nf-wdm-exraisestatus
 */
void ExRaiseStatus(NTSTATUS Status)
{
	seh_raise_at(Status, __builtin_return_address(0), 0, 0, 0);
}
EXPORT_SYMBOL_GPL(ExRaiseStatus);

/**
 * ExRaiseAccessViolation - raise STATUS_ACCESS_VIOLATION
 *
 * WDK: nf-wdm-exraiseaccessviolation
 */
void ExRaiseAccessViolation(void)
{
	seh_raise_at(STATUS_ACCESS_VIOLATION, __builtin_return_address(0), 0, 0, 0);
}
EXPORT_SYMBOL_GPL(ExRaiseAccessViolation);

/**
 * ExRaiseDatatypeMisalignment - raise STATUS_DATATYPE_MISALIGNMENT
 *
 * WDK: nf-wdm-exraisedatatypemisalignment
 */
void ExRaiseDatatypeMisalignment(void)
{
	seh_raise_at(STATUS_DATATYPE_MISALIGNMENT, __builtin_return_address(0), 0, 0, 0);
}
EXPORT_SYMBOL_GPL(ExRaiseDatatypeMisalignment);

/**
 * FsRtlIsNtstatusExpected - may a file system answer an exception with a failed operation?
 * @Exception: code of the exception
 *
 * Return: FALSE for the codes that mean a defect of the driver itself.
 * WDK: nf-ntifs-fsrtlisntstatusexpected
 */
BOOLEAN FsRtlIsNtstatusExpected(NTSTATUS Exception)
{
	switch (Exception) {
	case STATUS_DATATYPE_MISALIGNMENT:
	case STATUS_ACCESS_VIOLATION:
	case STATUS_BREAKPOINT:
	case STATUS_SINGLE_STEP:
	case STATUS_ILLEGAL_INSTRUCTION:
	case STATUS_INSTRUCTION_MISALIGNMENT:
		return FALSE;
	default:
		return TRUE;
	}
}
EXPORT_SYMBOL_GPL(FsRtlIsNtstatusExpected);

/**
 * FsRtlNormalizeNtstatus - an exception's code as the status of an operation
 * @Exception: code of the exception
 * @GenericException: what to answer for a code that means a defect
 *
 * WDK: nf-ntifs-fsrtlnormalizentstatus
 */
NTSTATUS FsRtlNormalizeNtstatus(NTSTATUS Exception, NTSTATUS GenericException)
{
	return FsRtlIsNtstatusExpected(Exception) ? Exception : GenericException;
}
EXPORT_SYMBOL_GPL(FsRtlNormalizeNtstatus);

/* Chooses the secret of this boot; before the first call into a driver. */
int seh_init(void)
{
	seh_secret = (get_random_long() >> 16) | (SEH_SECRET_TOP << 48);
	return 0;
}
