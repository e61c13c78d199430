/*++

    Habits of the language: the size of long, suffixes of constants, names of functions pasted
    between literals, bit fields, characters of several letters, a second storage class.

--*/

#include <FLTKERNEL.h>
#include "SehTest.h"

typedef struct _BITS {

    ULONG First : 3;
    UCHAR Second : 3;
    USHORT Third : 3;
    BOOLEAN Fourth : 1;

} BITS;

typedef struct _MESSAGE {

    unsigned long Size;
    long Kind;
    long long Offset;
    unsigned long int Flags;

} MESSAGE;

C_ASSERT(sizeof(long) == 4);
C_ASSERT(sizeof(unsigned long) == 4);
C_ASSERT(sizeof(long long) == 8);
C_ASSERT(sizeof(MESSAGE) == 24);
C_ASSERT(sizeof(0xC000009AL) == 4);
C_ASSERT(sizeof(1UL << 3) == 4);
C_ASSERT(sizeof(1i64) == 8);
C_ASSERT(sizeof(1LL) == 8);
C_ASSERT(sizeof(WCHAR) == 2);
C_ASSERT(sizeof(L"ab") == 6);
C_ASSERT('Fshm' == 0x4673686d);
C_ASSERT(sizeof(BITS) == 12);
C_ASSERT(sizeof(BOOLEAN) == 1);

static
FORCEINLINE
long
AddOne (
    _In_ long Value
    )
{
    return Value + 1L;
}

static BOOLEAN
Same (
    _In_ PCSTR First,
    _In_ PCSTR Second
    )
{
    while (*First != 0 && *First == *Second) {

        First += 1;
        Second += 1;
    }

    return (BOOLEAN)(*First == *Second);
}

VOID
CheckLanguage (
    VOID
    )
{
    PCSTR Inside = NULL;
    int linux = 1;
    int asm = 2;

    SehRow("SRC-68");

    CHECK(AddOne(41) == 42);

    SehRow("SRC-81");

    CHECK((0x80000000L >> 31) == 1);

    SehRow("SRC-101");

    CHECK(Same(__FUNCTION__, "CheckLanguage"));
    CHECK(Same("in " __FUNCTION__ ": ", "in CheckLanguage: "));
    try {

        Inside = NULL;

    } finally {

        Inside = __FUNCTION__;
    }

    CHECK(Same(Inside, "CheckLanguage"));

    SehRow("SRC-129");

    CHECK(linux + asm == 3);
}
