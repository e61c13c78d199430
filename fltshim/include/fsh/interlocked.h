// SPDX-License-Identifier: GPL-2.0
/*
 * Interlocked operations as full-fence compiler builtins. Return values are those of Windows:
 * Increment, Decrement and Add give the new value, the others the old one. Each operation also
 * has its intrinsic spelling and the spellings that ask for less ordering, which x86 gives for
 * nothing. For minifilter sources only.
 */
#ifndef _FSH_INTERLOCKED_H
#define _FSH_INTERLOCKED_H

#include "types.h"
#include "compiler.h"

FSH_INLINE LONG InterlockedIncrement(volatile LONG *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG InterlockedDecrement(volatile LONG *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG InterlockedExchange(volatile LONG *Target, LONG Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG InterlockedCompareExchange(volatile LONG *Destination, LONG ExChange,
                                           LONG Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

FSH_INLINE LONG InterlockedExchangeAdd(volatile LONG *Addend, LONG Value)
{
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG InterlockedAdd(volatile LONG *Addend, LONG Value)
{
    return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG InterlockedOr(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG InterlockedAnd(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG InterlockedXor(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_xor(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedIncrement64(volatile LONG64 *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedDecrement64(volatile LONG64 *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedExchange64(volatile LONG64 *Target, LONG64 Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedCompareExchange64(volatile LONG64 *Destination, LONG64 ExChange,
                                               LONG64 Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

FSH_INLINE LONG64 InterlockedExchangeAdd64(volatile LONG64 *Addend, LONG64 Value)
{
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedAdd64(volatile LONG64 *Addend, LONG64 Value)
{
    return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedOr64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedAnd64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE LONG64 InterlockedXor64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_xor(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedIncrement16(volatile SHORT *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedDecrement16(volatile SHORT *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedExchange16(volatile SHORT *Target, SHORT Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedCompareExchange16(volatile SHORT *Destination, SHORT ExChange,
                                              SHORT Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

FSH_INLINE SHORT InterlockedExchangeAdd16(volatile SHORT *Addend, SHORT Value)
{
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedAdd16(volatile SHORT *Addend, SHORT Value)
{
    return __atomic_add_fetch(Addend, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedOr16(volatile SHORT *Destination, SHORT Value)
{
    return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedAnd16(volatile SHORT *Destination, SHORT Value)
{
    return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE SHORT InterlockedXor16(volatile SHORT *Destination, SHORT Value)
{
    return __atomic_fetch_xor(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE CHAR InterlockedExchange8(volatile CHAR *Target, CHAR Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE CHAR InterlockedOr8(volatile CHAR *Destination, CHAR Value)
{
    return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE CHAR InterlockedAnd8(volatile CHAR *Destination, CHAR Value)
{
    return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE PVOID FshExchangePointer(PVOID volatile *Target, PVOID Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FSH_INLINE PVOID FshCompareExchangePointer(PVOID volatile *Destination, PVOID ExChange,
                                           PVOID Comperand)
{
    return __sync_val_compare_and_swap(Destination, Comperand, ExChange);
}

FSH_INLINE BOOLEAN InterlockedBitTestAndSet(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)(1u << (Bit & 31));

    return (__atomic_fetch_or(Base + (Bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

FSH_INLINE BOOLEAN InterlockedBitTestAndReset(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)(1u << (Bit & 31));

    return (__atomic_fetch_and(Base + (Bit >> 5), ~mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

FSH_INLINE BOOLEAN InterlockedBitTestAndComplement(volatile LONG *Base, LONG Bit)
{
    LONG mask = (LONG)(1u << (Bit & 31));

    return (__atomic_fetch_xor(Base + (Bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

/* Sources pass pointers to any pointer type, as the WDK macros allow. */
#define InterlockedExchangePointer(Target, Value) \
    FshExchangePointer((PVOID volatile *)(Target), (PVOID)(Value))
#define InterlockedCompareExchangePointer(Destination, ExChange, Comperand) \
    FshCompareExchangePointer((PVOID volatile *)(Destination), (PVOID)(ExChange), \
                              (PVOID)(Comperand))
#define InterlockedIncrementSizeT(a) ((SIZE_T)InterlockedIncrement64((volatile LONG64 *)(a)))
#define InterlockedDecrementSizeT(a) ((SIZE_T)InterlockedDecrement64((volatile LONG64 *)(a)))
#define InterlockedExchangeAddSizeT(a, b) \
    ((SIZE_T)InterlockedExchangeAdd64((volatile LONG64 *)(a), (LONG64)(b)))
#define InterlockedAddUlong(a, b) ((ULONG)InterlockedAdd((volatile LONG *)(a), (LONG)(b)))
#define InterlockedIncrementUlong(a) ((ULONG)InterlockedIncrement((volatile LONG *)(a)))
#define InterlockedDecrementUlong(a) ((ULONG)InterlockedDecrement((volatile LONG *)(a)))
#define InterlockedOrAffinity InterlockedOr64
#define InterlockedSetBits(Flags, Flag) InterlockedOr((volatile LONG *)(Flags), (LONG)(Flag))
#define InterlockedClearBits(Flags, Flag) \
    InterlockedAnd((volatile LONG *)(Flags), (LONG)~(ULONG)(Flag))
#define RtlInterlockedSetBits(Flags, Flag) InterlockedSetBits(Flags, Flag)
#define RtlInterlockedClearBits(Flags, Flag) InterlockedClearBits(Flags, Flag)
#define RtlInterlockedAndBits(Flags, Flag) \
    InterlockedAnd((volatile LONG *)(Flags), (LONG)(Flag))
#define RtlInterlockedSetBitsDiscardReturn(Flags, Flag) \
    ((void)InterlockedSetBits(Flags, Flag))
#define RtlInterlockedClearBitsDiscardReturn(Flags, Flag) \
    ((void)InterlockedClearBits(Flags, Flag))

/* Reads and writes with a stated order */
#define FSH_LOAD(p, o) __atomic_load_n((p), (o))
#define ReadNoFence(p) ((LONG)FSH_LOAD((p), __ATOMIC_RELAXED))
#define ReadAcquire(p) ((LONG)FSH_LOAD((p), __ATOMIC_ACQUIRE))
#define ReadRaw(p) (*(p))
#define ReadNoFence64(p) ((LONG64)FSH_LOAD((p), __ATOMIC_RELAXED))
#define ReadAcquire64(p) ((LONG64)FSH_LOAD((p), __ATOMIC_ACQUIRE))
#define ReadULongNoFence(p) ((ULONG)FSH_LOAD((p), __ATOMIC_RELAXED))
#define ReadULongAcquire(p) ((ULONG)FSH_LOAD((p), __ATOMIC_ACQUIRE))
#define ReadPointerNoFence(p) FSH_LOAD((p), __ATOMIC_RELAXED)
#define ReadPointerAcquire(p) FSH_LOAD((p), __ATOMIC_ACQUIRE)
#define ReadBooleanNoFence(p) FSH_LOAD((p), __ATOMIC_RELAXED)
#define ReadBooleanAcquire(p) FSH_LOAD((p), __ATOMIC_ACQUIRE)
#define WriteNoFence(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define WriteRelease(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define WriteRaw(p, v) (*(p) = (v))
#define WriteNoFence64(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define WriteRelease64(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define WriteULongNoFence(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define WriteULongRelease(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define WritePointerNoFence(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define WritePointerRelease(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define WriteBooleanNoFence(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define WriteBooleanRelease(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/* Other spellings */
#define _InterlockedIncrement InterlockedIncrement
#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedIncrementRelease InterlockedIncrement
#define InterlockedIncrementNoFence InterlockedIncrement
#define _InterlockedDecrement InterlockedDecrement
#define InterlockedDecrementAcquire InterlockedDecrement
#define InterlockedDecrementRelease InterlockedDecrement
#define InterlockedDecrementNoFence InterlockedDecrement
#define _InterlockedExchange InterlockedExchange
#define InterlockedExchangeAcquire InterlockedExchange
#define InterlockedExchangeRelease InterlockedExchange
#define InterlockedExchangeNoFence InterlockedExchange
#define _InterlockedCompareExchange InterlockedCompareExchange
#define InterlockedCompareExchangeAcquire InterlockedCompareExchange
#define InterlockedCompareExchangeRelease InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence InterlockedCompareExchange
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define InterlockedExchangeAddAcquire InterlockedExchangeAdd
#define InterlockedExchangeAddRelease InterlockedExchangeAdd
#define InterlockedExchangeAddNoFence InterlockedExchangeAdd
#define _InterlockedAdd InterlockedAdd
#define InterlockedAddAcquire InterlockedAdd
#define InterlockedAddRelease InterlockedAdd
#define InterlockedAddNoFence InterlockedAdd
#define _InterlockedOr InterlockedOr
#define InterlockedOrAcquire InterlockedOr
#define InterlockedOrRelease InterlockedOr
#define InterlockedOrNoFence InterlockedOr
#define _InterlockedAnd InterlockedAnd
#define InterlockedAndAcquire InterlockedAnd
#define InterlockedAndRelease InterlockedAnd
#define InterlockedAndNoFence InterlockedAnd
#define _InterlockedXor InterlockedXor
#define InterlockedXorAcquire InterlockedXor
#define InterlockedXorRelease InterlockedXor
#define InterlockedXorNoFence InterlockedXor
#define _InterlockedIncrement64 InterlockedIncrement64
#define InterlockedIncrement64Acquire InterlockedIncrement64
#define InterlockedIncrement64Release InterlockedIncrement64
#define InterlockedIncrement64NoFence InterlockedIncrement64
#define _InterlockedDecrement64 InterlockedDecrement64
#define InterlockedDecrement64Acquire InterlockedDecrement64
#define InterlockedDecrement64Release InterlockedDecrement64
#define InterlockedDecrement64NoFence InterlockedDecrement64
#define _InterlockedExchange64 InterlockedExchange64
#define InterlockedExchange64Acquire InterlockedExchange64
#define InterlockedExchange64Release InterlockedExchange64
#define InterlockedExchange64NoFence InterlockedExchange64
#define _InterlockedCompareExchange64 InterlockedCompareExchange64
#define InterlockedCompareExchange64Acquire InterlockedCompareExchange64
#define InterlockedCompareExchange64Release InterlockedCompareExchange64
#define InterlockedCompareExchange64NoFence InterlockedCompareExchange64
#define _InterlockedExchangeAdd64 InterlockedExchangeAdd64
#define InterlockedExchangeAdd64Acquire InterlockedExchangeAdd64
#define InterlockedExchangeAdd64Release InterlockedExchangeAdd64
#define InterlockedExchangeAdd64NoFence InterlockedExchangeAdd64
#define _InterlockedAdd64 InterlockedAdd64
#define InterlockedAdd64Acquire InterlockedAdd64
#define InterlockedAdd64Release InterlockedAdd64
#define InterlockedAdd64NoFence InterlockedAdd64
#define _InterlockedOr64 InterlockedOr64
#define InterlockedOr64Acquire InterlockedOr64
#define InterlockedOr64Release InterlockedOr64
#define InterlockedOr64NoFence InterlockedOr64
#define _InterlockedAnd64 InterlockedAnd64
#define InterlockedAnd64Acquire InterlockedAnd64
#define InterlockedAnd64Release InterlockedAnd64
#define InterlockedAnd64NoFence InterlockedAnd64
#define _InterlockedXor64 InterlockedXor64
#define InterlockedXor64Acquire InterlockedXor64
#define InterlockedXor64Release InterlockedXor64
#define InterlockedXor64NoFence InterlockedXor64
#define _InterlockedIncrement16 InterlockedIncrement16
#define _InterlockedDecrement16 InterlockedDecrement16
#define _InterlockedExchange16 InterlockedExchange16
#define _InterlockedCompareExchange16 InterlockedCompareExchange16
#define _InterlockedExchangeAdd16 InterlockedExchangeAdd16
#define _InterlockedAdd16 InterlockedAdd16
#define _InterlockedOr16 InterlockedOr16
#define _InterlockedAnd16 InterlockedAnd16
#define _InterlockedXor16 InterlockedXor16
#define _InterlockedExchangePointer InterlockedExchangePointer
#define InterlockedExchangePointerAcquire InterlockedExchangePointer
#define InterlockedExchangePointerRelease InterlockedExchangePointer
#define InterlockedExchangePointerNoFence InterlockedExchangePointer
#define _InterlockedCompareExchangePointer InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerAcquire InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerRelease InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerNoFence InterlockedCompareExchangePointer
#define _interlockedbittestandset InterlockedBitTestAndSet
#define _interlockedbittestandreset InterlockedBitTestAndReset
#define _InterlockedExchange8 InterlockedExchange8
#define _InterlockedOr8 InterlockedOr8
#define _InterlockedAnd8 InterlockedAnd8

#endif /* _FSH_INTERLOCKED_H */
