/*++

    Raises from some frames below the caller.

--*/

#include <fltKernel.h>
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
