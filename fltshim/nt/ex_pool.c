// SPDX-License-Identifier: GPL-2.0
/*
 * The pool routines: each name with its own rule for zeroing, raising and level. The blocks
 * themselves are in ex_pool_block.c. Nothing is paged on Linux, so paged pool differs from
 * nonpaged pool only in where it may be asked for.
 */
#include <linux/export.h>
#include "nt/ex_pool.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

#define POOL_TAG_NONE		0x656e6f4e	/* "None" */
#define POOL_TYPE_PAGED		1
#define POOL_TYPE_ALIGNED	4

#define POOL_KIND		(POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | \
				 POOL_FLAG_PAGED)
#define POOL_REQUIRED_KNOWN	(POOL_KIND | POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED | \
				 POOL_FLAG_SESSION | POOL_FLAG_CACHE_ALIGNED | \
				 POOL_FLAG_RAISE_ON_FAILURE)
#define POOL_REQUIRED		(POOL_FLAG_REQUIRED_END | (POOL_FLAG_REQUIRED_END - 1))

/* Paged pool cannot be asked for at DISPATCH_LEVEL; on Windows that stops the machine sometimes. */
static void *pool_get(const void *caller, const char *routine, POOL_FLAGS flags, size_t size,
		      ULONG tag)
{
	if (flags & POOL_FLAG_PAGED && unlikely(ke_is_atomic())) {
		fsh_level_violation(fsh_driver_name_at((unsigned long)caller), routine,
				    "%zu bytes of paged pool at DISPATCH_LEVEL or above, at most APC_LEVEL is allowed",
				    size);
		return NULL;
	}
	return pool_alloc(caller, flags, size, tag);
}

/* What a POOL_TYPE means, with @zero of the routine's name. */
static void *pool_get_type(const void *caller, const char *routine, POOL_TYPE type, size_t size,
			   ULONG tag, bool zero)
{
	POOL_FLAGS flags = type & POOL_TYPE_PAGED ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED;

	if (type & POOL_TYPE_ALIGNED)
		flags |= POOL_FLAG_CACHE_ALIGNED;
	if (!zero && !(type & POOL_ZERO_ALLOCATION))
		flags |= POOL_FLAG_UNINITIALIZED;
	return pool_get(caller, routine, flags, size, tag);
}

/* The classic routines raise only if the type says so. */
static seh_raises void *pool_type(const void *caller, const char *routine, POOL_TYPE type,
				  size_t size, ULONG tag, bool zero)
{
	void *block = pool_get_type(caller, routine, type, size, tag, zero);

	if (!block && type & POOL_RAISE_IF_ALLOCATION_FAILURE)
		seh_raise_status(STATUS_INSUFFICIENT_RESOURCES);
	return block;
}

/* The quota routines raise unless the type says no. */
static seh_raises void *pool_quota(const void *caller, const char *routine, POOL_TYPE type,
				   size_t size, ULONG tag, bool zero)
{
	void *block = pool_get_type(caller, routine, type, size, tag, zero);

	if (!block && !(type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE))
		seh_raise_status(STATUS_INSUFFICIENT_RESOURCES);
	return block;
}

/**
 * ExAllocatePool2() - allocate pool
 * @Flags: one of POOL_FLAG_PAGED and POOL_FLAG_NON_PAGED(_EXECUTE), and modifiers; pool is never
 *	executable here, quota is not charged, special pool is ordinary pool
 * @NumberOfBytes: size
 * @Tag: tag
 *
 * The memory is zeroed unless POOL_FLAG_UNINITIALIZED is given. IRQL <= DISPATCH_LEVEL, paged
 * pool <= APC_LEVEL. WDK: ExAllocatePool2.
 *
 * Return: NULL without memory and for flags that do not fit; with POOL_FLAG_RAISE_ON_FAILURE it
 * raises STATUS_INSUFFICIENT_RESOURCES or STATUS_INVALID_PARAMETER instead
 */
seh_raises PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
	const void *caller = __builtin_return_address(0);
	bool valid = hweight64(Flags & POOL_KIND) == 1 &&
		     !(Flags & POOL_REQUIRED & ~POOL_REQUIRED_KNOWN);
	void *block = NULL;

	if (valid)
		block = pool_get(caller, __func__, Flags, NumberOfBytes, Tag);
	else
		fsh_violation(fsh_driver_name_at((unsigned long)caller), __func__,
			      "flags %#llx", Flags);
	if (!block && Flags & POOL_FLAG_RAISE_ON_FAILURE)
		seh_raise_status(valid ? STATUS_INSUFFICIENT_RESOURCES :
				 STATUS_INVALID_PARAMETER);
	return block;
}
EXPORT_SYMBOL_GPL(ExAllocatePool2);

/**
 * ExAllocatePool() - allocate pool under the tag "None"
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 *
 * The memory is not zeroed unless POOL_ZERO_ALLOCATION is in the type. IRQL <= DISPATCH_LEVEL,
 * paged pool <= APC_LEVEL. WDK: ExAllocatePool.
 *
 * Return: NULL without memory
 */
seh_raises PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
	return pool_type(__builtin_return_address(0), __func__, PoolType, NumberOfBytes,
			 POOL_TAG_NONE, false);
}
EXPORT_SYMBOL_GPL(ExAllocatePool);

/**
 * ExAllocatePoolWithTag() - allocate pool
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 * @Tag: tag
 *
 * The memory is not zeroed unless POOL_ZERO_ALLOCATION is in the type. IRQL <= DISPATCH_LEVEL,
 * paged pool <= APC_LEVEL. WDK: ExAllocatePoolWithTag.
 *
 * Return: NULL without memory; POOL_RAISE_IF_ALLOCATION_FAILURE makes it raise instead
 */
seh_raises PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return pool_type(__builtin_return_address(0), __func__, PoolType, NumberOfBytes, Tag,
			 false);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolWithTag);

/**
 * ExAllocatePoolWithTagPriority() - allocate pool
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 * @Tag: tag
 * @Priority: not used: Linux has no pool that is reserved for important requests
 *
 * As ExAllocatePoolWithTag(). WDK: ExAllocatePoolWithTagPriority.
 *
 * Return: NULL without memory
 */
seh_raises PVOID ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
					       ULONG Tag, EX_POOL_PRIORITY Priority)
{
	return pool_type(__builtin_return_address(0), __func__, PoolType, NumberOfBytes, Tag,
			 false);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolWithTagPriority);

/**
 * ExAllocatePoolZero() - allocate zeroed pool
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 * @Tag: tag
 *
 * IRQL <= DISPATCH_LEVEL, paged pool <= APC_LEVEL. WDK: ExAllocatePoolZero.
 *
 * Return: NULL without memory; POOL_RAISE_IF_ALLOCATION_FAILURE makes it raise instead
 */
seh_raises PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return pool_type(__builtin_return_address(0), __func__, PoolType, NumberOfBytes, Tag,
			 true);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolZero);

/**
 * ExAllocatePoolUninitialized() - allocate pool that is not zeroed
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 * @Tag: tag
 *
 * IRQL <= DISPATCH_LEVEL, paged pool <= APC_LEVEL. WDK: ExAllocatePoolUninitialized.
 *
 * Return: NULL without memory; POOL_RAISE_IF_ALLOCATION_FAILURE makes it raise instead
 */
seh_raises PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return pool_type(__builtin_return_address(0), __func__, PoolType, NumberOfBytes, Tag,
			 false);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolUninitialized);

/**
 * ExAllocatePoolWithQuotaTag() - allocate pool for the current process
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 * @Tag: tag
 *
 * Nothing is charged: Linux has no such quota. The memory is not zeroed. IRQL <= DISPATCH_LEVEL,
 * paged pool <= APC_LEVEL. WDK: ExAllocatePoolWithQuotaTag.
 *
 * Return: raises STATUS_INSUFFICIENT_RESOURCES without memory; with
 * POOL_QUOTA_FAIL_INSTEAD_OF_RAISE it returns NULL
 */
seh_raises PVOID ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return pool_quota(__builtin_return_address(0), __func__, PoolType, NumberOfBytes, Tag,
			  false);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolWithQuotaTag);

/**
 * ExAllocatePoolWithQuota() - allocate pool for the current process under the tag "None"
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 *
 * As ExAllocatePoolWithQuotaTag(). WDK: ExAllocatePoolWithQuota.
 *
 * Return: raises STATUS_INSUFFICIENT_RESOURCES without memory, or NULL
 */
seh_raises PVOID ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
	return pool_quota(__builtin_return_address(0), __func__, PoolType, NumberOfBytes,
			  POOL_TAG_NONE, false);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolWithQuota);

/**
 * ExAllocatePoolQuotaZero() - allocate zeroed pool for the current process
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 * @Tag: tag
 *
 * As ExAllocatePoolWithQuotaTag(), zeroed. WDK: ExAllocatePoolQuotaZero.
 *
 * Return: raises STATUS_INSUFFICIENT_RESOURCES without memory, or NULL
 */
seh_raises PVOID ExAllocatePoolQuotaZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return pool_quota(__builtin_return_address(0), __func__, PoolType, NumberOfBytes, Tag,
			  true);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolQuotaZero);

/**
 * ExAllocatePoolQuotaUninitialized() - allocate pool for the current process
 * @PoolType: type and modifiers
 * @NumberOfBytes: size
 * @Tag: tag
 *
 * As ExAllocatePoolWithQuotaTag(). WDK: ExAllocatePoolQuotaUninitialized.
 *
 * Return: raises STATUS_INSUFFICIENT_RESOURCES without memory, or NULL
 */
seh_raises PVOID ExAllocatePoolQuotaUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
						  ULONG Tag)
{
	return pool_quota(__builtin_return_address(0), __func__, PoolType, NumberOfBytes, Tag,
			  false);
}
EXPORT_SYMBOL_GPL(ExAllocatePoolQuotaUninitialized);

/**
 * ExFreePoolWithTag() - free pool
 * @P: a block of any pool routine
 * @Tag: its tag; 0 for any
 *
 * A wrong tag is reported and the block freed. An address at which no block starts is reported
 * and nothing is freed. IRQL <= DISPATCH_LEVEL. WDK: ExFreePoolWithTag.
 */
VOID ExFreePoolWithTag(PVOID P, ULONG Tag)
{
	pool_free(__builtin_return_address(0), __func__, P, Tag);
}
EXPORT_SYMBOL_GPL(ExFreePoolWithTag);

/**
 * ExFreePool() - free pool
 * @P: a block of any pool routine
 *
 * As ExFreePoolWithTag() with any tag. IRQL <= DISPATCH_LEVEL. WDK: ExFreePool.
 */
VOID ExFreePool(PVOID P)
{
	pool_free(__builtin_return_address(0), __func__, P, 0);
}
EXPORT_SYMBOL_GPL(ExFreePool);

/**
 * ExFreePool2() - free pool
 * @P: a block of any pool routine
 * @Tag: its tag; 0 for any
 * @ExtendedParameters: not used
 * @ExtendedParametersCount: not used
 *
 * As ExFreePoolWithTag(). IRQL <= DISPATCH_LEVEL. WDK: ExFreePool2.
 */
VOID ExFreePool2(PVOID P, ULONG Tag, PVOID ExtendedParameters, ULONG ExtendedParametersCount)
{
	pool_free(__builtin_return_address(0), __func__, P, Tag);
}
EXPORT_SYMBOL_GPL(ExFreePool2);
