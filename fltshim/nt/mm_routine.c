// SPDX-License-Identifier: GPL-2.0
/*
 * Routines found by name at run time. The table of names is the one that the kernel has of what
 * fltshim exports; nothing else of the kernel is ever handed out.
 */
#include <linux/export.h>
#include <linux/module.h>
#include "nt/ke_irql.h"
#include "nt/mm_routine.h"
#include "nt/rtl_format.h"

/* Names that are macros in our headers: what stands behind them. */
static const struct {
	const char *name;
	const char *is;
} mm_macros[] = {
	{ "KeAcquireSpinLock", "KeAcquireSpinLockRaiseToDpc" },
	{ "ObDereferenceObject", "ObfDereferenceObject" },
	{ "ObReferenceObject", "ObfReferenceObject" },
	{ "RtlCopyMemory", "fsh_memcpy" },
	{ "RtlMoveMemory", "fsh_memmove" },
	{ "memcpy", "fsh_memcpy" },
	{ "memmove", "fsh_memmove" },
	{ "memset", "fsh_memset" },
};

static void *mm_exported(const char *name)
{
	void *address = __symbol_get(name);

	if (!address)
		return NULL;
	/* The driver keeps fltshim loaded, so this reference is not needed. */
	__symbol_put(name);
	return within_module((unsigned long)address, THIS_MODULE) ? address : NULL;
}

/**
 * fsh_routine_by_name() - the address of a routine that drivers may call
 * @name: its name, as Windows has it
 *
 * Task context.
 *
 * Return: NULL for a name that fltshim does not export
 */
void *fsh_routine_by_name(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(mm_macros); i++) {
		if (!strcmp(name, mm_macros[i].name))
			return mm_exported(mm_macros[i].is);
	}
	return mm_exported(name);
}

/**
 * MmGetSystemRoutineAddress() - find a routine by its name
 * @SystemRoutineName: name; case matters
 *
 * Finds all that fltshim exports under a name of Windows (FIELD-21). IRQL PASSIVE_LEVEL.
 * WDK: MmGetSystemRoutineAddress.
 *
 * Return: NULL for any other name, which is logged
 */
PVOID MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
	struct rtl_converted done;
	char name[128];
	void *routine;

	if (!ke_at_most(PASSIVE_LEVEL))
		return NULL;
	done = rtl_utf8_from_utf16(name, sizeof(name) - 1, SystemRoutineName->Buffer,
				   SystemRoutineName->Length / sizeof(WCHAR));
	name[done.fit] = 0;
	routine = done.fit == done.need ? fsh_routine_by_name(name) : NULL;
	if (!routine)
		pr_info("fltshim: %s asks for routine %s, which there is not\n", fsh_caller(),
			name);
	return routine;
}
EXPORT_SYMBOL_GPL(MmGetSystemRoutineAddress);
