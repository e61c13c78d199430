#line 1 "kunit/guest/filters/sehtest/raise.c"
/*++

    Raises from some frames below the caller.

--*/

#include <fltkernel.h>
#include "sehtest.h"

VOID
RaiseDeep (
    _In_ ULONG Depth,
    _In_ NTSTATUS Status
    )
{
    volatile UCHAR Filler[64];

    Filler[Depth % sizeof(Filler)] = (UCHAR)Depth;

    if (Depth == 0) {

        ExRaiseStatus(Status);

    } else {

        RaiseDeep(Depth - 1, Status);
    }

    Filler[0] = Filler[1];
}
