/*++

    Pool, memory routines and tables.

--*/

#include <fltKernel.h>
#include "nttest.h"

static BOOLEAN
IsFilledWith (
    _In_ PUCHAR Block,
    _In_ SIZE_T Size,
    _In_ UCHAR Byte
    )
{
    SIZE_T Index;

    for (Index = 0; Index < Size; Index++) {

        if (Block[Index] != Byte) {

            return FALSE;
        }
    }

    return TRUE;
}

static VOID
CheckPool (
    VOID
    )
{
    static const SIZE_T Sizes[] = { 0, 1, 16, 80, 96, 100, 192, 1000, 4080, 4081, 4095, 4096, 4097,
                                    9000, 65536, 1 << 20 };
    PUCHAR Blocks[ARRAYSIZE(Sizes)];
    ULONG Index;
    PVOID Block;
    KSPIN_LOCK Lock;
    KIRQL Irql;
    NTSTATUS Status = STATUS_SUCCESS;

    NtPart("pool");

    for (Index = 0; Index < ARRAYSIZE(Sizes); Index++) {

        Blocks[Index] = (PUCHAR)ExAllocatePool2(POOL_FLAG_PAGED, Sizes[Index], TAG_TEST);
        CHECK(Blocks[Index] != NULL);
        CHECK(((ULONG_PTR)Blocks[Index] & 15) == 0);
        CHECK(Sizes[Index] < PAGE_SIZE || BYTE_OFFSET(Blocks[Index]) == 0);
        CHECK(IsFilledWith(Blocks[Index], Sizes[Index], 0));
        RtlFillMemory(Blocks[Index], Sizes[Index], (UCHAR)(Index + 1));
    }

    for (Index = 0; Index < ARRAYSIZE(Sizes); Index++) {

        CHECK(IsFilledWith(Blocks[Index], Sizes[Index], (UCHAR)(Index + 1)));
        ExFreePoolWithTag(Blocks[Index], TAG_TEST);
    }

    Block = ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, 70, TAG_TEST);
    CHECK(Block != NULL && ((ULONG_PTR)Block & 63) == 0);
    ExFreePool(Block);

    Block = ExAllocatePoolZero(NonPagedPoolNx, 300, TAG_TEST);
    CHECK(Block != NULL && IsFilledWith((PUCHAR)Block, 300, 0));
    ExFreePoolWithTag(Block, 0);

    CHECK(ExAllocatePoolWithTag(PagedPool, (SIZE_T)1 << 40, TAG_TEST) == NULL);

    KeInitializeSpinLock(&Lock);
    KeAcquireSpinLock(&Lock, &Irql);
    Block = ExAllocatePoolWithTag(NonPagedPool, 100, TAG_TEST);
    Blocks[0] = (PUCHAR)ExAllocatePoolWithTag(NonPagedPool, 2 * PAGE_SIZE, TAG_TEST);
    ExFreePoolWithTag(Block, TAG_TEST);
    KeReleaseSpinLock(&Lock, Irql);
    CHECK(Block != NULL && Blocks[0] != NULL);
    ExFreePoolWithTag(Blocks[0], TAG_TEST);

    //
    //  Freed where nothing may sleep, though its pages must be unmapped.
    //

    Block = ExAllocatePoolWithTag(NonPagedPool, 8 << 20, TAG_TEST);
    CHECK(Block != NULL);
    KeAcquireSpinLock(&Lock, &Irql);
    ExFreePoolWithTag(Block, TAG_TEST);
    KeReleaseSpinLock(&Lock, Irql);

    try {

        ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_RAISE_ON_FAILURE, (SIZE_T)1 << 40, TAG_TEST);

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    CHECK(Status == STATUS_INSUFFICIENT_RESOURCES);

    CHECK(RtlCompareMemory("abcdefghijklX", "abcdefghijklY", 13) == 12);
    CHECK(RtlCompareMemory("abc", "abc", 3) == 3);
}

//
//  Lists of blocks for reuse: of each kind, with the pool's routines and with the driver's own.
//

static ULONG OwnBlocks;

static PVOID
AllocateOwn (
    _In_ POOL_TYPE PoolType,
    _In_ SIZE_T Size,
    _In_ ULONG Tag
    )
{
    OwnBlocks += 1;
    return ExAllocatePoolWithTag(PoolType, Size, Tag);
}

static VOID
FreeOwn (
    _In_ PVOID Block
    )
{
    OwnBlocks -= 1;
    ExFreePoolWithTag(Block, TAG_TEST);
}

static PVOID
AllocateOwnEx (
    _In_ POOL_TYPE PoolType,
    _In_ SIZE_T Size,
    _In_ ULONG Tag,
    _Inout_ PLOOKASIDE_LIST_EX List
    )
{
    UNREFERENCED_PARAMETER(List);

    return AllocateOwn(PoolType, Size, Tag);
}

static VOID
FreeOwnEx (
    _In_ PVOID Block,
    _Inout_ PLOOKASIDE_LIST_EX List
    )
{
    UNREFERENCED_PARAMETER(List);

    FreeOwn(Block);
}

#define LIST_BLOCKS 40

static VOID
CheckLists (
    VOID
    )
{
    static NPAGED_LOOKASIDE_LIST NonPaged;
    static PAGED_LOOKASIDE_LIST Paged;
    static LOOKASIDE_LIST_EX Either;
    PVOID Blocks[LIST_BLOCKS];
    KSPIN_LOCK Lock;
    KIRQL Irql;
    ULONG Index;

    NtPart("lists");

    ExInitializePagedLookasideList(&Paged, NULL, NULL, 0, 200, TAG_TEST, 0);
    ExInitializeNPagedLookasideList(&NonPaged, AllocateOwn, FreeOwn, 0, 100, TAG_TEST, 0);
    CHECK(NT_SUCCESS(ExInitializeLookasideListEx(&Either, AllocateOwnEx, FreeOwnEx, PagedPool, 0,
                                                 300, TAG_TEST, 0)));

    for (Index = 0; Index < LIST_BLOCKS; Index++) {

        Blocks[Index] = ExAllocateFromPagedLookasideList(&Paged);
        CHECK(Blocks[Index] != NULL);
        RtlFillMemory(Blocks[Index], 200, (UCHAR)Index);
    }

    for (Index = 0; Index < LIST_BLOCKS; Index++) {

        CHECK(IsFilledWith((PUCHAR)Blocks[Index], 200, (UCHAR)Index));
        ExFreeToPagedLookasideList(&Paged, Blocks[Index]);
    }

    //
    //  What is not paged is to be had with a spin lock held.
    //

    KeInitializeSpinLock(&Lock);
    KeAcquireSpinLock(&Lock, &Irql);

    for (Index = 0; Index < LIST_BLOCKS; Index++) {

        Blocks[Index] = ExAllocateFromNPagedLookasideList(&NonPaged);
    }

    KeReleaseSpinLock(&Lock, Irql);
    CHECK(OwnBlocks >= 1);

    for (Index = 0; Index < LIST_BLOCKS; Index++) {

        CHECK(Blocks[Index] != NULL);
        RtlFillMemory(Blocks[Index], 100, 1);
        ExFreeToNPagedLookasideList(&NonPaged, Blocks[Index]);
    }

    ExDeleteNPagedLookasideList(&NonPaged);
    CHECK(OwnBlocks == 0);

    for (Index = 0; Index < LIST_BLOCKS; Index++) {

        Blocks[Index] = ExAllocateFromLookasideListEx(&Either);
        CHECK(Blocks[Index] != NULL);
        RtlFillMemory(Blocks[Index], 300, (UCHAR)Index);
    }

    CHECK(OwnBlocks == LIST_BLOCKS);

    for (Index = 0; Index < LIST_BLOCKS; Index++) {

        CHECK(IsFilledWith((PUCHAR)Blocks[Index], 300, (UCHAR)Index));
        ExFreeToLookasideListEx(&Either, Blocks[Index]);
    }

    //
    //  Flushed, it keeps none, and goes on.
    //

    ExFlushLookasideListEx(&Either);
    CHECK(OwnBlocks == 0);
    Blocks[0] = ExAllocateFromLookasideListEx(&Either);
    CHECK(Blocks[0] != NULL && OwnBlocks == 1);
    ExFreeToLookasideListEx(&Either, Blocks[0]);
    ExDeleteLookasideListEx(&Either);
    CHECK(OwnBlocks == 0);
    ExDeletePagedLookasideList(&Paged);
}

static VOID
CheckBitmaps (
    VOID
    )
{
    ULONG Bits[3];
    ULONG Index;
    ULONG Start;
    RTL_BITMAP Map;
    RTL_BITMAP_RUN Runs[2];

    NtPart("bitmaps");

    RtlInitializeBitMap(&Map, Bits, 80);
    RtlClearAllBits(&Map);
    CHECK(RtlNumberOfClearBits(&Map) == 80 && RtlAreBitsClear(&Map, 0, 80));

    //
    //  Numbers given out, as a driver keeps them.
    //

    for (Index = 0; Index < 80; Index++) {

        CHECK(RtlFindClearBitsAndSet(&Map, 1, 0) == Index);
    }

    CHECK(RtlFindClearBitsAndSet(&Map, 1, 0) == 0xFFFFFFFF);
    CHECK(RtlAreBitsSet(&Map, 0, 80) && RtlNumberOfSetBits(&Map) == 80);

    RtlClearBits(&Map, 30, 4);
    RtlClearBit(&Map, 50);
    RtlClearBits(&Map, 60, 20);
    RtlSetBit(&Map, 70);
    CHECK(!RtlTestBit(&Map, 31) && RtlTestBit(&Map, 34) && RtlCheckBit(&Map, 70) &&
          !RtlCheckBit(&Map, 71));
    CHECK(RtlFindClearBits(&Map, 4, 0) == 30 && RtlFindClearBits(&Map, 4, 31) == 60 &&
          RtlFindClearBits(&Map, 10, 0) == 60 && RtlFindClearBits(&Map, 11, 0) == 0xFFFFFFFF);
    CHECK(RtlFindSetBits(&Map, 31, 0) == 0xFFFFFFFF && RtlFindSetBits(&Map, 30, 5) == 0);
    CHECK(RtlFindClearRuns(&Map, Runs, 2, TRUE) == 2 && Runs[0].StartingIndex == 60 &&
          Runs[0].NumberOfBits == 10 && Runs[1].StartingIndex == 71 &&
          Runs[1].NumberOfBits == 9);
    CHECK(RtlFindFirstRunClear(&Map, &Start) == 4 && Start == 30);
    CHECK(RtlFindNextForwardRunClear(&Map, 34, &Start) == 1 && Start == 50);
    CHECK(RtlFindLastBackwardRunClear(&Map, 49, &Start) == 4 && Start == 30);
    CHECK(RtlFindLongestRunClear(&Map, &Start) == 10 && Start == 60);
    CHECK(RtlFindLeastSignificantBit(0) < 0 && RtlFindMostSignificantBit(0) < 0);
    CHECK(RtlFindLeastSignificantBit(0x50) == 4 && RtlFindMostSignificantBit(0x50) == 6);
}

typedef struct _ELEMENT {
    ULONG Key;
    ULONG Value;
} ELEMENT, *PELEMENT;

static RTL_GENERIC_COMPARE_RESULTS
CompareElements (
    _In_ struct _RTL_GENERIC_TABLE *Table,
    _In_ PVOID First,
    _In_ PVOID Second
    )
{
    ULONG One = ((PELEMENT)First)->Key;
    ULONG Two = ((PELEMENT)Second)->Key;

    UNREFERENCED_PARAMETER(Table);

    return One < Two ? GenericLessThan : One > Two ? GenericGreaterThan : GenericEqual;
}

static PVOID
AllocateElement (
    _In_ struct _RTL_GENERIC_TABLE *Table,
    _In_ CLONG Size
    )
{
    UNREFERENCED_PARAMETER(Table);

    return ExAllocatePoolWithTag(PagedPool, Size, TAG_TEST);
}

static VOID
FreeElement (
    _In_ struct _RTL_GENERIC_TABLE *Table,
    _In_ PVOID Buffer
    )
{
    UNREFERENCED_PARAMETER(Table);

    ExFreePoolWithTag(Buffer, TAG_TEST);
}

static RTL_GENERIC_COMPARE_RESULTS
CompareAvl (
    _In_ struct _RTL_AVL_TABLE *Table,
    _In_ PVOID First,
    _In_ PVOID Second
    )
{
    UNREFERENCED_PARAMETER(Table);

    return CompareElements(NULL, First, Second);
}

static PVOID
AllocateAvl (
    _In_ struct _RTL_AVL_TABLE *Table,
    _In_ CLONG Size
    )
{
    UNREFERENCED_PARAMETER(Table);

    return AllocateElement(NULL, Size);
}

static VOID
FreeAvl (
    _In_ struct _RTL_AVL_TABLE *Table,
    _In_ PVOID Buffer
    )
{
    UNREFERENCED_PARAMETER(Table);

    FreeElement(NULL, Buffer);
}

static VOID
CheckTables (
    VOID
    )
{
    RTL_GENERIC_TABLE Table;
    RTL_AVL_TABLE Avl;
    ELEMENT Element;
    PELEMENT Found;
    BOOLEAN New;
    BOOLEAN Ordered = TRUE;
    ULONG Index;
    ULONG Last = 0;
    ULONG Count = 0;

    NtPart("tables");

    RtlInitializeGenericTable(&Table, CompareElements, AllocateElement, FreeElement, NULL);
    RtlInitializeGenericTableAvl(&Avl, CompareAvl, AllocateAvl, FreeAvl, NULL);
    CHECK(RtlIsGenericTableEmpty(&Table) && RtlIsGenericTableEmptyAvl(&Avl));

    for (Index = 0; Index < 100; Index++) {

        Element.Key = Index * 37 % 101 + 1;
        Element.Value = Index;
        RtlInsertElementGenericTable(&Table, &Element, sizeof(Element), &New);
        CHECK(New);
        RtlInsertElementGenericTableAvl(&Avl, &Element, sizeof(Element), &New);
        CHECK(New);
    }

    Element.Key = 1;
    Found = (PELEMENT)RtlInsertElementGenericTable(&Table, &Element, sizeof(Element), &New);
    CHECK(!New && Found->Value == 0);
    CHECK(RtlNumberGenericTableElements(&Table) == 100);

    for (Found = (PELEMENT)RtlEnumerateGenericTable(&Table, TRUE);
         Found != NULL;
         Found = (PELEMENT)RtlEnumerateGenericTable(&Table, FALSE)) {

        Ordered = Ordered && Found->Key > Last;
        Last = Found->Key;
        Count += 1;

        if (Found->Key % 2 == 0) {

            Element.Key = Found->Key;
            CHECK(RtlDeleteElementGenericTable(&Table, &Element));
        }
    }

    CHECK(Ordered && Count == 100);

    //
    //  By number: in the order of insertion in the one kind, of the keys in the other.
    //

    Found = (PELEMENT)RtlGetElementGenericTable(&Table, 1);
    CHECK(Found != NULL && Found->Value == 2);
    Found = (PELEMENT)RtlGetElementGenericTableAvl(&Avl, 4);
    CHECK(Found != NULL && Found->Key == 5);
    CHECK(RtlGetElementGenericTableAvl(&Avl, 100) == NULL);

    while (!RtlIsGenericTableEmpty(&Table)) {

        Found = (PELEMENT)RtlGetElementGenericTable(&Table, 0);
        Element.Key = Found->Key;
        RtlDeleteElementGenericTable(&Table, &Element);
    }

    Element.Key = 50;
    CHECK(RtlLookupElementGenericTableAvl(&Avl, &Element) != NULL);
    CHECK(RtlDeleteElementGenericTableAvl(&Avl, &Element));
    CHECK(RtlLookupElementGenericTableAvl(&Avl, &Element) == NULL);

    while ((Found = (PELEMENT)RtlEnumerateGenericTableAvl(&Avl, TRUE)) != NULL) {

        Element.Key = Found->Key;
        RtlDeleteElementGenericTableAvl(&Avl, &Element);
    }

    CHECK(RtlNumberGenericTableElementsAvl(&Avl) == 0);
}

VOID
CheckMemory (
    VOID
    )
{
    CheckPool();
    CheckLists();
    CheckBitmaps();
    CheckTables();
}
