/*++

    Strings, formats and the C library.

--*/

#include <fltKernel.h>
#include <ntstrsafe.h>
#include <stdio.h>
#include <stdlib.h>
#include "nttest.h"

static CHAR Text[256];
static WCHAR Wide[256];

#define PRINTS(_want, ...) \
    CHECK(_snprintf(Text, sizeof(Text), __VA_ARGS__) == (int)strlen(_want) && \
          strcmp(Text, _want) == 0)

#define PRINTS_WIDE(_want, ...) \
    CHECK(_snwprintf(Wide, ARRAYSIZE(Wide), __VA_ARGS__) == (int)wcslen(_want) && \
          wcscmp(Wide, _want) == 0)

static int
PrintList (
    _In_ PCSTR Format,
    ...
    )
{
    va_list List;
    int Length;

    va_start(List, Format);
    Length = _vsnprintf(Text, sizeof(Text), Format, List);
    va_end(List);

    return Length;
}

static VOID
CheckFormats (
    VOID
    )
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\x");
    UNICODE_STRING Part = { 4, 8, L"abcd" };
    ANSI_STRING Bytes = { 3, 3, "xyz!" };
    UNICODE_STRING None = { 0, 0, NULL };
    LONG Negative = -2;
    LONG Untouched = 5;
    CHAR Small[4];

    NtPart("formats");

    PRINTS("abc 5 -7", "abc %d %d", 5, -7);
    PRINTS("[   5][5   ][0005][+5][ 5]", "[%4d][%-4d][%04d][%+d][% d]", 5, 5, 5, 5, 5);
    PRINTS("\\Device\\x ab xyz", "%wZ %wZ %Z", &Name, &Part, &Bytes);
    PRINTS("\\Device\\x ab xyz", "%wZ %wZ %Z", Name, Part, Bytes);
    PRINTS("(null) (null)", "%s %wZ", NULL, &None);
    PRINTS("-2 fffffffe 0xfffffffe", "%ld %lx %#x", Negative, Negative, Negative);
    PRINTS("123456789abcdef0 1234567890123 7", "%I64x %lld %Iu", 0x123456789abcdef0ULL,
           1234567890123LL, (SIZE_T)7);
    PRINTS("wide narrow wide w n", "%ws %hs %S %wc %c", L"wide", "narrow", L"wide", L'w', 'n');
    PRINTS("ab|   ab|ab   |  x", "%.2s|%5.2s|%-5.2s|%*s", "abc", "abc", "abc", 3, "x");
    PRINTS("100% 00000012       0012", "100%% %.8d %10.4d", 12, 12);
    PRINTS("\xc3\xa9", "%ws", L"\x00e9");

    //
    //  What is not printed takes its argument all the same (a double is eight bytes).
    //

    PRINTS("a 7 ? ? 8", "a%n %d %f %.3g %d", &Untouched, 7, 0x3ff0000000000000ULL,
           0x3ff0000000000000ULL, 8);
    CHECK(Untouched == 5);
    PRINTS("0xc0000005 9", "%!STATUS! %d", STATUS_ACCESS_VIOLATION, 9);

    PRINTS_WIDE(L"wide narrow \\Device\\x 12", L"%s %S %wZ %u", L"wide", "narrow", &Name, 12);
    PRINTS_WIDE(L"n w 0000002A", L"%hs %ls %08X", "n", L"w", 42);

    CHECK(PrintList("%d %s %wZ %I64x %ld", 3, "s", &Name, 0x123456789aULL, Negative) == 27);
    CHECK(strcmp(Text, "3 s \\Device\\x 123456789a -2") == 0);

    CHECK(_snprintf(Text, 20, "%p", (PVOID)0) == 16);

    Small[3] = '!';
    CHECK(_snprintf(Small, 3, "abcdef") == -1 && Small[2] == 'c' && Small[3] == '!');
    CHECK(_snprintf(Small, 3, "abc") == 3 && Small[3] == '!');
    CHECK(_snprintf(Small, 3, "ab") == 2 && Small[2] == 0);
}

static VOID
CheckStrings (
    VOID
    )
{
    DECLARE_CONST_UNICODE_STRING(Mixed, L"Caf\x00c9 \x0416");
    DECLARE_CONST_UNICODE_STRING(Lower, L"caf\x00e9 \x0436");
    DECLARE_CONST_UNICODE_STRING(Prefix, L"CAF");
    DECLARE_CONST_UNICODE_STRING(Number, L"  0x1fZ");
    WCHAR Buffer[16];
    UNICODE_STRING String;
    UNICODE_STRING Other;
    ANSI_STRING Bytes;
    GUID Guid;
    GUID Again;
    ULONG Value;
    LARGE_INTEGER Time;
    TIME_FIELDS Fields;

    NtPart("strings");

    CHECK(RtlEqualUnicodeString(&Mixed, &Lower, TRUE));
    CHECK(!RtlEqualUnicodeString(&Mixed, &Lower, FALSE));
    CHECK(RtlCompareUnicodeString(&Mixed, &Lower, TRUE) == 0);
    CHECK(RtlCompareUnicodeString(&Prefix, &Lower, TRUE) < 0);
    CHECK(RtlPrefixUnicodeString(&Prefix, &Lower, TRUE));
    CHECK(!RtlPrefixUnicodeString(&Prefix, &Lower, FALSE));

    CHECK(RtlValidateUnicodeString(0, &Prefix) == STATUS_SUCCESS);
    CHECK(RtlValidateUnicodeString(0, NULL) == STATUS_SUCCESS);
    CHECK(RtlValidateUnicodeString(1, &Prefix) == STATUS_INVALID_PARAMETER);
    String = Prefix;
    String.Length -= 1;
    CHECK(RtlValidateUnicodeString(0, &String) == STATUS_INVALID_PARAMETER);
    String.Length = String.MaximumLength + sizeof(WCHAR);
    CHECK(RtlValidateUnicodeString(0, &String) == STATUS_INVALID_PARAMETER);
    RtlZeroMemory(&String, sizeof(String));
    CHECK(RtlValidateUnicodeString(0, &String) == STATUS_SUCCESS);
    String.MaximumLength = sizeof(WCHAR);
    CHECK(RtlValidateUnicodeString(0, &String) == STATUS_INVALID_PARAMETER);

    String.Buffer = Buffer;
    String.MaximumLength = sizeof(Buffer);
    RtlCopyUnicodeString(&String, &Prefix);
    CHECK(String.Length == 6 && Buffer[3] == 0);
    CHECK(NT_SUCCESS(RtlAppendUnicodeToString(&String, L"123")));
    CHECK(NT_SUCCESS(RtlAppendUnicodeStringToString(&String, &Prefix)));
    CHECK(wcscmp(Buffer, L"CAF123CAF") == 0);
    CHECK(RtlAppendUnicodeToString(&String, L"12345678") == STATUS_BUFFER_TOO_SMALL);
    CHECK(String.Length == 18);

    CHECK(NT_SUCCESS(RtlUpcaseUnicodeString(&Other, &Lower, TRUE)));
    CHECK(Other.Length == Lower.Length && Other.Buffer[3] == 0xc9);
    RtlFreeUnicodeString(&Other);
    CHECK(Other.Buffer == NULL);

    RtlInitAnsiString(&Bytes, "caf\xc3\xa9");
    CHECK(NT_SUCCESS(RtlAnsiStringToUnicodeString(&Other, &Bytes, TRUE)));
    CHECK(Other.Length == 8 && Other.Buffer[3] == 0xe9 && Other.Buffer[4] == 0);
    CHECK(NT_SUCCESS(RtlUnicodeStringToAnsiString(&Bytes, &Other, TRUE)));
    CHECK(Bytes.Length == 5 && strcmp(Bytes.Buffer, "caf\xc3\xa9") == 0);
    RtlFreeAnsiString(&Bytes);
    RtlFreeUnicodeString(&Other);

    CHECK(NT_SUCCESS(RtlUnicodeStringToInteger(&Number, 0, &Value)) && Value == 0x1f);
    CHECK(NT_SUCCESS(RtlIntegerToUnicodeString(0xbeef, 16, &String)));
    CHECK(wcscmp(Buffer, L"BEEF") == 0);

    RtlInitUnicodeString(&Other, L"{00112233-4455-6677-8899-aabbccddeeff}");
    CHECK(NT_SUCCESS(RtlGUIDFromString(&Other, &Guid)) && Guid.Data1 == 0x112233 &&
          Guid.Data3 == 0x6677 && Guid.Data4[7] == 0xff);
    CHECK(NT_SUCCESS(RtlStringFromGUID(&Guid, &Other)));
    CHECK(Other.Length == 38 * sizeof(WCHAR));
    CHECK(NT_SUCCESS(RtlGUIDFromString(&Other, &Again)) &&
          RtlEqualMemory(&Guid, &Again, sizeof(Guid)));
    RtlFreeUnicodeString(&Other);

    Time.QuadPart = 116444736000000000LL;
    RtlTimeToTimeFields(&Time, &Fields);
    CHECK(Fields.Year == 1970 && Fields.Month == 1 && Fields.Day == 1 && Fields.Weekday == 4);
    KeQuerySystemTime(&Time);
    RtlTimeToTimeFields(&Time, &Fields);
    CHECK(Fields.Year >= 2020 && Fields.Year < 2100);
}

static int
CompareNumbers (
    const void *First,
    const void *Second
    )
{
    return *(const int *)First - *(const int *)Second;
}

static VOID
CheckLibrary (
    VOID
    )
{
    WCHAR Buffer[8];
    UNICODE_STRING String;
    CHAR Bytes[8];
    size_t Length;
    int Numbers[40];
    int Index;
    BOOLEAN Sorted = TRUE;

    NtPart("library");

    CHECK(_wcsicmp(L"T\x00e9st", L"t\x00c9ST") == 0);
    CHECK(_wcsnicmp(L"abcd", L"ABxx", 2) == 0);
    CHECK(_stricmp("abc", "ABD") < 0);
    CHECK(wcsstr(L"hello world", L"wor") != NULL && wcsrchr(L"a\\b\\c", L'\\')[1] == L'c');
    CHECK(towupper(L'\x0436') == L'\x0416' && towlower(L'A') == L'a');
    CHECK(wcsncpy(Buffer, L"ab", 8) == Buffer && Buffer[7] == 0);
    CHECK(atoi("-12x") == -12 && wcstoul(L"ff", NULL, 16) == 255);

    for (Index = 0; Index < 40; Index++) {

        Numbers[Index] = Index * 37 % 41;
    }

    qsort(Numbers, 40, sizeof(int), CompareNumbers);

    for (Index = 1; Index < 40; Index++) {

        if (Numbers[Index - 1] > Numbers[Index]) {

            Sorted = FALSE;
        }
    }

    CHECK(Sorted);

    CHECK(RtlStringCchPrintfW(Buffer, 8, L"%s", L"1234567") == STATUS_SUCCESS);
    CHECK(RtlStringCbPrintfW(Buffer, sizeof(Buffer), L"%u", 12345678) == STATUS_BUFFER_OVERFLOW);
    CHECK(wcscmp(Buffer, L"1234567") == 0);
    CHECK(RtlStringCbCopyA(Bytes, sizeof(Bytes), "abc") == STATUS_SUCCESS);
    CHECK(RtlStringCbCatA(Bytes, sizeof(Bytes), "defgh") == STATUS_BUFFER_OVERFLOW);
    CHECK(strcmp(Bytes, "abcdefg") == 0);
    CHECK(RtlStringCchLengthW(L"abc", 10, &Length) == STATUS_SUCCESS && Length == 3);
    CHECK(RtlStringCbLengthW(L"abc", 6, &Length) == STATUS_INVALID_PARAMETER);

    String.Buffer = Buffer;
    String.Length = 0;
    String.MaximumLength = sizeof(Buffer);
    CHECK(RtlUnicodeStringPrintf(&String, L"%d-%s", 12, L"abc") == STATUS_SUCCESS);
    CHECK(String.Length == 12);
    CHECK(RtlUnicodeStringCatString(&String, L"xyz") == STATUS_BUFFER_OVERFLOW);
    CHECK(String.Length == 16 && Buffer[7] == L'y');
}

VOID
CheckText (
    VOID
    )
{
    CheckFormats();
    CheckStrings();
    CheckLibrary();
}
