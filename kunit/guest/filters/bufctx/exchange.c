/*++

Module Name:

    exchange.c

Abstract:

    A buffer that takes the place of the one of an operation: one piece, or a chain of three.

Environment:

    Kernel mode

--*/

#include "bufctx.h"

VOID
FreeExchange (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PEXCHANGE Exchange
    )
{
    ULONG Index;

    for (Index = 0; Index < PIECES; Index += 1) {

        if (Exchange->Piece[Index] != NULL) {

            FltFreePoolAlignedWithTag( FltObjects->Instance, Exchange->Piece[Index], BUFCTX_TAG );
        }
    }

    if (Exchange->Decoy != NULL) {

        ExFreePoolWithTag( Exchange->Decoy, BUFCTX_TAG );
    }

    ExFreePoolWithTag( Exchange, BUFCTX_TAG );
}

PEXCHANGE
NewExchange (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ ULONG Length,
    _In_ ULONG Pieces,
    _Out_ PMDL *First
    )
/*++

Routine Description:

    Buffers for an operation, and the chain of their MDLs. All of three pieces but the last are of
    a fixed size.

--*/
{
    PEXCHANGE Exchange = ExAllocatePool2( POOL_FLAG_NON_PAGED, sizeof(EXCHANGE), BUFCTX_TAG );
    PMDL *Place = First;
    ULONG Index;

    for (Index = 0; Index < Pieces; Index += 1) {

        Exchange->Length[Index] = Index + 1 < Pieces ? min( Length, PIECE ) : Length;
        Length -= Exchange->Length[Index];

        if (Exchange->Length[Index] == 0) {

            break;
        }

        Exchange->Piece[Index] = FltAllocatePoolAlignedWithTag( FltObjects->Instance,
                                                                NonPagedPoolNx,
                                                                Exchange->Length[Index],
                                                                BUFCTX_TAG );
        RtlFillMemory( Exchange->Piece[Index], Exchange->Length[Index], 0xEE );
        *Place = IoAllocateMdl( Exchange->Piece[Index], Exchange->Length[Index], FALSE, FALSE,
                                NULL );
        MmBuildMdlForNonPagedPool( *Place );
        Place = &(*Place)->Next;
    }

    return Exchange;
}

VOID
CopyExchange (
    _In_ PEXCHANGE Exchange,
    _In_ PUCHAR Buffer,
    _In_ SIZE_T Length,
    _In_ BOOLEAN Out
    )
{
    ULONG Index;
    SIZE_T Part;

    for (Index = 0; Index < PIECES && Length > 0; Index += 1) {

        Part = min( Length, Exchange->Length[Index] );

        if (Out) {

            RtlCopyMemory( Buffer, Exchange->Piece[Index], Part );

        } else {

            RtlCopyMemory( Exchange->Piece[Index], Buffer, Part );
        }

        Buffer += Part;
        Length -= Part;
    }
}
