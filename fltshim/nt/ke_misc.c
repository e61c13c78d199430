// SPDX-License-Identifier: GPL-2.0
/*
 * Small questions about the machine and the current thread: the check behind PAGED_CODE, the
 * debugger that is not there, processors, stack limits, addresses, unique ids, the floating-point
 * unit.
 */
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <linux/uuid.h>
#include <asm/fpu/api.h>
#include "nt/ke_irql.h"

static BOOLEAN ke_no_debugger = TRUE;
static BOOLEAN ke_debugger;

/*
 * What ntddk.h reaches through pointers:
 * KdDebuggerEnabled - whether a kernel debugger was enabled at boot: never
 * KdDebuggerNotPresent - whether no debugger answers: always
 */
PBOOLEAN KdDebuggerEnabled = &ke_debugger;
EXPORT_SYMBOL_GPL(KdDebuggerEnabled);

PBOOLEAN KdDebuggerNotPresent = &ke_no_debugger;
EXPORT_SYMBOL_GPL(KdDebuggerNotPresent);

/**
 * KdRefreshDebuggerNotPresent() - whether a kernel debugger is absent
 *
 * WDK: KdRefreshDebuggerNotPresent. IRQL: any. Return: TRUE.
 */
BOOLEAN KdRefreshDebuggerNotPresent(void)
{
	return TRUE;
}
EXPORT_SYMBOL_GPL(KdRefreshDebuggerNotPresent);

/**
 * FshPagedCode() - what PAGED_CODE() does in a checked build
 * @File: source file of the driver
 * @Line: line in it
 * @Function: function in it
 *
 * Reports code that may sleep and runs at DISPATCH_LEVEL or above. IRQL: any.
 */
void FshPagedCode(PCSTR File, ULONG Line, PCSTR Function)
{
	if (unlikely(ke_is_atomic()))
		fsh_level_violation(fsh_caller(), "PAGED_CODE", "%s (%s:%u) at level %u", Function,
				    kbasename(File), Line, KeGetCurrentIrql());
}
EXPORT_SYMBOL_GPL(FshPagedCode);

/**
 * KeQueryActiveProcessorCount() - number of processors that run
 * @ActiveProcessors: optional; receives a bit for each of the first 64
 *
 * WDK: KeQueryActiveProcessorCount. IRQL: <= DISPATCH_LEVEL. Return: the number, 64 at most.
 */
ULONG KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)
{
	if (ActiveProcessors)
		*ActiveProcessors = *cpumask_bits(cpu_online_mask);
	return min(num_online_cpus(), 64U);
}
EXPORT_SYMBOL_GPL(KeQueryActiveProcessorCount);

/**
 * KeQueryActiveProcessorCountEx() - number of processors that run
 * @GroupNumber: not used: all processors are one group here
 *
 * WDK: KeQueryActiveProcessorCountEx. IRQL: <= DISPATCH_LEVEL. Return: the number.
 */
ULONG KeQueryActiveProcessorCountEx(USHORT GroupNumber)
{
	return num_online_cpus();
}
EXPORT_SYMBOL_GPL(KeQueryActiveProcessorCountEx);

/**
 * KeGetCurrentProcessorNumberEx() - number of the current processor
 * @ProcNumber: not used
 *
 * WDK: KeGetCurrentProcessorNumberEx. IRQL: any; below DISPATCH_LEVEL it may be stale at once.
 * Return: the number.
 */
ULONG KeGetCurrentProcessorNumberEx(PVOID ProcNumber)
{
	return raw_smp_processor_id();
}
EXPORT_SYMBOL_GPL(KeGetCurrentProcessorNumberEx);

static void ke_stack(unsigned long *low, unsigned long *high)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	*low = (unsigned long)task_stack_page(current);
	*high = *low + THREAD_SIZE;
	if (here < *low || here >= *high) {
		/* On a stack of the interrupt: its bounds are not told to modules. */
		*low = ALIGN_DOWN(here, PAGE_SIZE);
		*high = *low + PAGE_SIZE;
	}
}

/**
 * IoGetStackLimits() - bounds of the current stack
 * @LowLimit: receives the lowest address
 * @HighLimit: receives the address behind the highest
 *
 * WDK: IoGetStackLimits. IRQL: any.
 */
void IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit)
{
	unsigned long low, high;

	ke_stack(&low, &high);
	*LowLimit = low;
	*HighLimit = high;
}
EXPORT_SYMBOL_GPL(IoGetStackLimits);

/**
 * IoGetRemainingStackSize() - bytes left on the current stack
 *
 * WDK: IoGetRemainingStackSize. IRQL: any. Return: the number.
 */
ULONG_PTR IoGetRemainingStackSize(void)
{
	unsigned long low, high;

	ke_stack(&low, &high);
	return (unsigned long)__builtin_frame_address(0) - low;
}
EXPORT_SYMBOL_GPL(IoGetRemainingStackSize);

/**
 * MmIsAddressValid() - whether a kernel address can be read now
 * @VirtualAddress: any address
 *
 * WDK: MmIsAddressValid. IRQL: <= DISPATCH_LEVEL. Return: TRUE if a byte can be read there; FALSE
 * for user addresses, which a driver may not touch directly here.
 */
BOOLEAN MmIsAddressValid(PVOID VirtualAddress)
{
	u8 byte;

	return !copy_from_kernel_nofault(&byte, VirtualAddress, sizeof(byte));
}
EXPORT_SYMBOL_GPL(MmIsAddressValid);

/**
 * ExUuidCreate() - make a new unique id
 * @Uuid: receives it
 *
 * WDK: ExUuidCreate. IRQL: <= APC_LEVEL. Return: STATUS_SUCCESS.
 */
NTSTATUS ExUuidCreate(UUID *Uuid)
{
	guid_t guid;

	/* The kernel's little-endian GUID has the bytes of a Windows one. */
	guid_gen(&guid);
	memcpy(Uuid, &guid, sizeof(*Uuid));
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(ExUuidCreate);

static NTSTATUS ke_fpu_begin(void)
{
	static bool said;

	if (!irq_fpu_usable())
		return STATUS_INVALID_DEVICE_STATE;
	if (!said) {
		said = true;
		pr_info("fltshim: driver code between the save and the restore of the floating-point state runs at DISPATCH_LEVEL\n");
	}
	kernel_fpu_begin();
	ke_fpu_used(true);
	return STATUS_SUCCESS;
}

/**
 * KeSaveFloatingPointState() - make the floating-point unit usable
 * @FloatSave: for the restore
 *
 * WDK: KeSaveFloatingPointState. Until the restore the level is DISPATCH_LEVEL: Linux lets kernel
 * code use the unit only where it cannot be preempted. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_INVALID_DEVICE_STATE where it cannot be used.
 */
NTSTATUS KeSaveFloatingPointState(PKFLOATING_SAVE FloatSave)
{
	NTSTATUS status = ke_fpu_begin();

	FloatSave->Dummy = NT_SUCCESS(status);
	return status;
}
EXPORT_SYMBOL_GPL(KeSaveFloatingPointState);

/**
 * KeRestoreFloatingPointState() - undo KeSaveFloatingPointState()
 * @FloatSave: what that filled in
 *
 * WDK: KeRestoreFloatingPointState. IRQL: DISPATCH_LEVEL. Return: STATUS_INVALID_PARAMETER if
 * nothing was saved.
 */
NTSTATUS KeRestoreFloatingPointState(PKFLOATING_SAVE FloatSave)
{
	if (!FloatSave->Dummy)
		return STATUS_INVALID_PARAMETER;
	FloatSave->Dummy = 0;
	ke_fpu_used(false);
	kernel_fpu_end();
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(KeRestoreFloatingPointState);

/**
 * KeSaveExtendedProcessorState() - make the vector units usable
 * @Mask: which; all are
 * @XStateSave: for the restore
 *
 * WDK: KeSaveExtendedProcessorState. As KeSaveFloatingPointState(). IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_INVALID_DEVICE_STATE where they cannot be used.
 */
NTSTATUS KeSaveExtendedProcessorState(ULONG64 Mask, PXSTATE_SAVE XStateSave)
{
	NTSTATUS status = ke_fpu_begin();

	XStateSave->FshOpaque[0] = NT_SUCCESS(status);
	return status;
}
EXPORT_SYMBOL_GPL(KeSaveExtendedProcessorState);

/**
 * KeRestoreExtendedProcessorState() - undo KeSaveExtendedProcessorState()
 * @XStateSave: what that filled in
 *
 * WDK: KeRestoreExtendedProcessorState. IRQL: DISPATCH_LEVEL.
 */
void KeRestoreExtendedProcessorState(PXSTATE_SAVE XStateSave)
{
	if (!XStateSave->FshOpaque[0])
		return;
	XStateSave->FshOpaque[0] = 0;
	ke_fpu_used(false);
	kernel_fpu_end();
}
EXPORT_SYMBOL_GPL(KeRestoreExtendedProcessorState);
