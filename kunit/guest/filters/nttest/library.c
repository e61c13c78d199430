/*++

    The C library: every routine of it, with what MSVC's says, and what does not fit.

--*/

#include <fltKernel.h>
#include <ntstrsafe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <ctype.h>
#include "nttest.h"

static int
PrintWide (
    _Out_writes_(Count) PWSTR Buffer,
    _In_ size_t Count,
    _In_ PCWSTR Format,
    ...
    )
{
    va_list List;
    int Length;

    va_start(List, Format);
    Length = _vsnwprintf(Buffer, Count, Format, List);
    va_end(List);

    return Length;
}

static int
PrintWhole (
    _Out_writes_(Size) PSTR Buffer,
    _In_ size_t Size,
    _In_ PCSTR Format,
    ...
    )
{
    va_list List;
    int Length;

    va_start(List, Format);
    Length = vsprintf_s(Buffer, Size, Format, List);
    va_end(List);

    return Length;
}

//
//  The routines that take their arguments in a list, one after another, on the same one
//

static BOOLEAN
PrintList (
    _In_ PCSTR Format,
    _In_ PCWSTR WideFormat,
    ...
    )
{
    CHAR Bytes[16];
    WCHAR Wide[16];
    BOOLEAN Good = TRUE;
    va_list List;
    ULONG i;

    for (i = 0; i < 10; i++) {

        RtlFillMemory(Bytes, sizeof(Bytes), 'x');
        RtlFillMemory(Wide, sizeof(Wide), 'x');
        va_start(List, WideFormat);

        switch (i) {
        case 0: Good = (BOOLEAN)(vsprintf(Bytes, Format, List) == 6 && Bytes[7] == 'x'); break;
        case 1: Good = (BOOLEAN)(vsnprintf(Bytes, 4, Format, List) == 6 && Bytes[4] == 'x'); break;
        case 2: Good = (BOOLEAN)(_vsnprintf(Bytes, 4, Format, List) == -1 && Bytes[4] == 'x'); break;
        case 3: Good = (BOOLEAN)(_vsnprintf_s(Bytes, 8, 3, Format, List) == -1 &&
                                 strcmp(Bytes, "12-") == 0); break;
        case 4: Good = (BOOLEAN)(_vscprintf(Format, List) == 6); break;
        case 5: Good = (BOOLEAN)(vswprintf(Wide, WideFormat, List) == 6 &&
                                 wcscmp(Wide, L"12-abc") == 0); break;
        case 6: Good = (BOOLEAN)(vswprintf_s(Wide, 7, WideFormat, List) == 6 &&
                                 wcscmp(Wide, L"12-abc") == 0); break;
        case 7: Good = (BOOLEAN)(vswprintf_s(Wide, 6, WideFormat, List) == -1 && Wide[0] == 0); break;
        case 8: Good = (BOOLEAN)(_vsnwprintf_s(Wide, 8, 3, WideFormat, List) == -1 &&
                                 wcscmp(Wide, L"12-") == 0); break;
        case 9: Good = (BOOLEAN)(_vscwprintf(WideFormat, List) == 6); break;
        }

        va_end(List);

        if (!Good) {

            DbgPrint("list routine %u is wrong\n", i);
            return FALSE;
        }
    }

    return TRUE;
}

//
//  What does not fit: -1 and no end for the older routines, an empty string and an error for
//  those of the other kind.
//

static VOID
CheckTruncation (
    VOID
    )
{
    CHAR Bytes[8];
    WCHAR Wide[8];

    NtPart("truncation");

    Wide[3] = L'!';
    CHECK(_snwprintf(Wide, 3, L"%s", L"abcdef") == -1);
    CHECK(Wide[0] == L'a' && Wide[2] == L'c' && Wide[3] == L'!');
    CHECK(_snwprintf(Wide, 3, L"abc") == 3 && Wide[3] == L'!');
    CHECK(_snwprintf(Wide, 3, L"ab") == 2 && Wide[2] == 0);
    Wide[2] = L'!';
    CHECK(PrintWide(Wide, 2, L"%u", 1234) == -1 && Wide[1] == L'2' && Wide[2] == L'!');
    CHECK(_scprintf("%u-%s", 12, "abc") == 6 && _scwprintf(L"%u-%s", 12, L"abc") == 6);

    CHECK(strcpy_s(Bytes, sizeof(Bytes), "1234567") == 0 && strcmp(Bytes, "1234567") == 0);
    CHECK(strcpy_s(Bytes, sizeof(Bytes), "12345678") == 34 && Bytes[0] == 0);
    Bytes[0] = 'x';
    CHECK(strcpy_s(Bytes, sizeof(Bytes), NULL) == 22 && Bytes[0] == 0);
    CHECK(strcpy_s(NULL, 8, "a") == 22);
    CHECK(strncpy_s(Bytes, sizeof(Bytes), "12345678", 3) == 0 && strcmp(Bytes, "123") == 0);
    CHECK(strncpy_s(Bytes, sizeof(Bytes), "12345678", 8) == 34 && Bytes[0] == 0);
    CHECK(strncpy_s(Bytes, sizeof(Bytes), "12345678", (size_t)-1) == 80 &&
          strcmp(Bytes, "1234567") == 0);
    CHECK(strcpy_s(Bytes, sizeof(Bytes), "abc") == 0 && strcat_s(Bytes, 8, "defg") == 0);
    CHECK(strcmp(Bytes, "abcdefg") == 0);
    CHECK(strcat_s(Bytes, 8, "h") == 34 && Bytes[0] == 0);
    CHECK(strcpy_s(Bytes, 8, "abc") == 0 && strncat_s(Bytes, 8, "defghi", 2) == 0 &&
          strcmp(Bytes, "abcde") == 0);

    CHECK(wcscpy_s(Wide, 8, L"1234567") == 0 && wcscmp(Wide, L"1234567") == 0);
    CHECK(wcscpy_s(Wide, 8, L"12345678") == 34 && Wide[0] == 0);
    CHECK(wcsncpy_s(Wide, 8, L"12345678", 4) == 0 && wcscmp(Wide, L"1234") == 0);
    CHECK(wcscat_s(Wide, 8, L"567") == 0 && wcscmp(Wide, L"1234567") == 0);
    CHECK(wcscat_s(Wide, 8, L"8") == 34 && Wide[0] == 0);
    CHECK(wcscpy_s(Wide, 8, L"ab") == 0 && wcsncat_s(Wide, 8, L"cdef", 1) == 0 &&
          wcscmp(Wide, L"abc") == 0);

    CHECK(sprintf_s(Bytes, sizeof(Bytes), "%d-%s", 12, "abc") == 6);
    CHECK(sprintf_s(Bytes, sizeof(Bytes), "%d", 123456789) == -1 && Bytes[0] == 0);
    CHECK(PrintList("%d-%s", L"%d-%hs", 12, "abc"));
    CHECK(PrintWhole(Bytes, sizeof(Bytes), "%x", 0xabcdef) == 6 && strcmp(Bytes, "abcdef") == 0);
    CHECK(PrintWhole(Bytes, 6, "%x", 0xabcdef) == -1 && Bytes[0] == 0);
    CHECK(swprintf(Wide, L"%d", 1234567) == 7 && wcscmp(Wide, L"1234567") == 0);
    CHECK(swprintf_s(Wide, 8, L"%d", 1234567) == 7 && wcscmp(Wide, L"1234567") == 0);
    CHECK(swprintf_s(Wide, 8, L"%d", 12345678) == -1 && Wide[0] == 0);
    CHECK(_snprintf_s(Bytes, sizeof(Bytes), 3, "%s", "abcdef") == -1 &&
          strcmp(Bytes, "abc") == 0);
    CHECK(_snwprintf_s(Wide, 8, 3, L"%s", L"abcdef") == -1 && wcscmp(Wide, L"abc") == 0);

    RtlFillMemory(Bytes, sizeof(Bytes), 'x');
    CHECK(memcpy_s(Bytes, 4, "abcd", 4) == 0 && Bytes[3] == 'd' && Bytes[4] == 'x');
    CHECK(memcpy_s(Bytes, 4, "12345", 5) == 34 && Bytes[0] == 0 && Bytes[3] == 0 &&
          Bytes[4] == 'x');
    CHECK(memmove_s(Bytes, 8, "abcdefg", 8) == 0 && memmove_s(Bytes + 1, 7, Bytes, 6) == 0 &&
          strcmp(Bytes, "aabcdef") == 0);
    CHECK(memmove_s(Bytes, 2, "abc", 3) == 34);
}

static VOID
CheckBytes (
    VOID
    )
{
    CHAR Bytes[16];
    PSTR Rest;
    PSTR End;

    NtPart("bytes");

    CHECK(strlen("abc") == 3 && strnlen("abc", 2) == 2 && strnlen("abc", 9) == 3);
    CHECK(strcmp("a", "b") < 0 && strncmp("abx", "aby", 2) == 0);
    CHECK(_strnicmp("ABx", "aby", 2) == 0 && stricmp("AB", "ab") == 0 &&
          strnicmp("ABx", "aby", 3) < 0);
    CHECK(strcpy(Bytes, "ab") == Bytes && strcat(Bytes, "cd") == Bytes &&
          strncat(Bytes, "efgh", 2) == Bytes && strcmp(Bytes, "abcdef") == 0);
    CHECK(strncpy(Bytes, "xy", 4) == Bytes && Bytes[3] == 0 && Bytes[4] == 'e');
    CHECK(strchr("abcb", 'b')[1] == 'c' && strrchr("abcb", 'b')[1] == 0 &&
          strchr("abc", 'z') == NULL && strstr("hello", "ll")[2] == 'o' &&
          strstr("hello", "lol") == NULL);
    CHECK(strspn("aabc", "ab") == 3 && strcspn("aabc", "c") == 3 &&
          strpbrk("hello", "lo")[0] == 'l');
    strcpy(Bytes, "aBc1");
    CHECK(strcmp(_strupr(Bytes), "ABC1") == 0 && strcmp(_strlwr(Bytes), "abc1") == 0 &&
          strcmp(_strrev(Bytes), "1cba") == 0);
    CHECK(_strupr_s(Bytes, sizeof(Bytes)) == 0 && strcmp(Bytes, "1CBA") == 0 &&
          _strlwr_s(Bytes, sizeof(Bytes)) == 0 && strcmp(Bytes, "1cba") == 0);
    strcpy(Bytes, ",a,,b");
    CHECK(strcmp(strtok_s(Bytes, ",", &Rest), "a") == 0 &&
          strcmp(strtok_s(NULL, ",", &Rest), "b") == 0 && strtok_s(NULL, ",", &Rest) == NULL);
    CHECK(memchr("abc", 'c', 2) == NULL && memchr("abc", 'c', 3) != NULL &&
          memcmp("abc", "abd", 3) < 0);

    CHECK(tolower('A') == 'a' && toupper('z') == 'Z' && tolower('1') == '1');
    CHECK(isalpha('x') && !isalpha('1') && isdigit('7') && !isdigit('a') && isxdigit('F') &&
          !isxdigit('g') && isalnum('0') && !isalnum('_') && isspace('\t') && !isspace('x') &&
          isupper('A') && !isupper('a') && islower('a') && !islower('A') && isprint(' ') &&
          !isprint('\n') && ispunct('!') && !ispunct('a'));

    CHECK(atol("99") == 99 && strtol("-0x1f!", &End, 16) == -31 && *End == '!');
    CHECK(strtoul("777", &End, 8) == 511 && *End == 0);
    CHECK(_strtoi64("-9000000000", &End, 10) == -9000000000LL &&
          _strtoui64("ffffffffff", &End, 16) == 0xffffffffffULL);
    CHECK(_itoa_s(-12, Bytes, sizeof(Bytes), 10) == 0 && strcmp(Bytes, "-12") == 0);
    CHECK(_itoa_s(12345, Bytes, 5, 10) != 0 && Bytes[0] == 0);
    CHECK(_ultoa_s(0xbeef, Bytes, sizeof(Bytes), 16) == 0 && strcmp(Bytes, "beef") == 0);
    CHECK(_ui64toa_s(5000000000ULL, Bytes, sizeof(Bytes), 10) == 0 &&
          strcmp(Bytes, "5000000000") == 0);
    CHECK(abs(-3) == 3 && abs(3) == 3);
    CHECK(sprintf(Bytes, "%03d", 7) == 3 && strcmp(Bytes, "007") == 0);
    CHECK(snprintf(Bytes, 4, "%s", "abcdef") == 6 && strcmp(Bytes, "abc") == 0);
}

static VOID
CheckWide (
    VOID
    )
{
    WCHAR Wide[16];
    CHAR Bytes[16];
    PWSTR Rest;
    PWSTR End;

    NtPart("wide");

    CHECK(wcslen(L"abc") == 3 && wcsnlen(L"abc", 2) == 2);
    CHECK(wcscmp(L"a", L"b") < 0 && wcsncmp(L"abx", L"aby", 2) == 0);
    CHECK(wcscpy(Wide, L"ab") == Wide && wcscat(Wide, L"cd") == Wide &&
          wcsncat(Wide, L"efgh", 2) == Wide && wcscmp(Wide, L"abcdef") == 0);
    CHECK(wcschr(L"abcb", L'b')[1] == L'c' && wcschr(L"abc", L'z') == NULL);
    CHECK(wcsspn(L"aabc", L"ab") == 3 && wcscspn(L"aabc", L"c") == 3 &&
          wcspbrk(L"hello", L"lo")[0] == L'l');
    wcscpy(Wide, L"aBc\x00e9");
    CHECK(wcscmp(_wcsupr(Wide), L"ABC\x00c9") == 0 && wcscmp(_wcslwr(Wide), L"abc\x00e9") == 0);
    CHECK(wcscmp(_wcsrev(Wide), L"\x00e9" L"cba") == 0);
    CHECK(_wcsupr_s(Wide, 16) == 0 && Wide[0] == 0xc9 && _wcslwr_s(Wide, 16) == 0 &&
          Wide[0] == 0xe9);
    wcscpy(Wide, L"a;b");
    CHECK(wcscmp(wcstok_s(Wide, L";", &Rest), L"a") == 0 &&
          wcscmp(wcstok_s(NULL, L";", &Rest), L"b") == 0 && wcstok_s(NULL, L";", &Rest) == NULL);

    CHECK(iswalpha(L'x') && !iswalpha(L'1') && iswdigit(L'7') && !iswdigit(L'a') &&
          iswxdigit(L'F') && !iswxdigit(L'g') && iswalnum(L'0') && iswspace(L' ') &&
          !iswspace(L'x') && iswupper(L'A') && !iswupper(L'a') && iswlower(L'a') &&
          iswprint(L'a') && !iswprint(L'\n'));

    CHECK(_wtoi(L"-12x") == -12 && _wtol(L"77") == 77 && _wtoi64(L"9000000000") == 9000000000LL);
    CHECK(wcstol(L"-31;", &End, 10) == -31 && *End == L';');
    CHECK(_wcstoi64(L"-9000000000", &End, 10) == -9000000000LL &&
          _wcstoui64(L"ffffffffff", &End, 16) == 0xffffffffffULL);
    CHECK(_itow_s(255, Wide, 16, 16) == 0 && wcscmp(Wide, L"ff") == 0);
    CHECK(_ultow_s(4000000000U, Wide, 16, 10) == 0 && wcscmp(Wide, L"4000000000") == 0);
    CHECK(_i64tow_s(-5000000000LL, Wide, 16, 10) == 0 && wcscmp(Wide, L"-5000000000") == 0);
    CHECK(_ui64tow_s(5000000000ULL, Wide, 16, 10) == 0 && wcscmp(Wide, L"5000000000") == 0);

    CHECK(mbstowcs(Wide, "abc", 16) == 3 && wcscmp(Wide, L"abc") == 0);
    CHECK(wcstombs(Bytes, L"xyz", sizeof(Bytes)) == 3 && strcmp(Bytes, "xyz") == 0);
}

static int
CompareWords (
    const void *First,
    const void *Second
    )
{
    return strcmp(*(const char *const *)First, *(const char *const *)Second);
}

static VOID
CheckSearch (
    VOID
    )
{
    static const char *const Words[] = { "ant", "bee", "cow", "dog", "elk" };
    const char *Key = "cow";
    int First;

    NtPart("search");

    CHECK(bsearch(&Key, Words, ARRAYSIZE(Words), sizeof(Words[0]), CompareWords) == &Words[2]);
    Key = "cat";
    CHECK(bsearch(&Key, Words, ARRAYSIZE(Words), sizeof(Words[0]), CompareWords) == NULL);
    srand(1);
    First = rand();
    CHECK(First >= 0 && rand() != First);
    srand(1);
    CHECK(rand() == First);
}

static NTSTATUS
PrintSafely (
    _Out_writes_(Count) PWSTR Buffer,
    _In_ SIZE_T Count,
    _In_ PCWSTR Format,
    ...
    )
{
    va_list List;
    NTSTATUS Status;

    va_start(List, Format);
    Status = RtlStringCchVPrintfW(Buffer, Count, Format, List);
    va_end(List);

    return Status;
}

static VOID
CheckSafe (
    VOID
    )
{
    UNICODE_STRING Source = { 6, 6, L"abcdef" };
    UNICODE_STRING Target;
    WCHAR Wide[6];
    CHAR Bytes[6];

    NtPart("safe");

    CHECK(RtlStringCchCopyNW(Wide, 6, L"abcdefgh", 3) == STATUS_SUCCESS &&
          wcscmp(Wide, L"abc") == 0);
    CHECK(RtlStringCchCopyNW(Wide, 6, L"abcdefgh", 7) == STATUS_BUFFER_OVERFLOW &&
          wcscmp(Wide, L"abcde") == 0);
    CHECK(RtlStringCchCopyNA(Bytes, 6, "abcdefgh", 5) == STATUS_SUCCESS &&
          strcmp(Bytes, "abcde") == 0);
    CHECK(RtlStringCbCopyNA(Bytes, 6, "xyz", 2) == STATUS_SUCCESS && strcmp(Bytes, "xy") == 0);
    CHECK(RtlStringCchCatNA(Bytes, 6, "123456", 2) == STATUS_SUCCESS &&
          strcmp(Bytes, "xy12") == 0);
    CHECK(RtlStringCchCopyNW(Wide, 0, L"a", 1) == STATUS_INVALID_PARAMETER);
    CHECK(PrintSafely(Wide, 6, L"%d%s", 12, L"abc") == STATUS_SUCCESS &&
          wcscmp(Wide, L"12abc") == 0);
    CHECK(PrintSafely(Wide, 6, L"%d", 1234567) == STATUS_BUFFER_OVERFLOW &&
          wcscmp(Wide, L"12345") == 0);

    Target.Buffer = Wide;
    Target.Length = 0;
    Target.MaximumLength = sizeof(Wide);
    CHECK(RtlUnicodeStringCopy(&Target, &Source) == STATUS_SUCCESS && Target.Length == 6 &&
          Wide[2] == L'c');
    CHECK(RtlUnicodeStringCat(&Target, &Source) == STATUS_SUCCESS && Target.Length == 12);
    CHECK(RtlUnicodeStringCat(&Target, &Source) == STATUS_BUFFER_OVERFLOW && Target.Length == 12);
    CHECK(RtlUnicodeStringCopyString(&Target, L"12") == STATUS_SUCCESS && Target.Length == 4);
    CHECK(RtlUnicodeStringCatString(&Target, L"34") == STATUS_SUCCESS && Target.Length == 8 &&
          Wide[3] == L'4');
    CHECK(RtlUnicodeStringCopyString(&Target, L"1234567") == STATUS_BUFFER_OVERFLOW &&
          Target.Length == 12 && Wide[5] == L'6');
}

//
//  What the test wants to see in the log, or not: by level, component and routine.
//

static VOID
PrintVia (
    _In_ PCSTR Format,
    ...
    )
{
    va_list List;

    va_start(List, Format);
    vDbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, Format, List);
    va_end(List);

    va_start(List, Format);
    vDbgPrintExWithPrefix("before ", DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, Format, List);
    va_end(List);
}

static VOID
PrintLevels (
    VOID
    )
{
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "mine: error %d\n", 1);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_WARNING_LEVEL, "mine: warning %d\n", 2);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_TRACE_LEVEL, "mine: trace %d\n", 3);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "mine: info %d\n", 4);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, 0x2, "mine: also trace %d\n", 5);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, 0x80000002, "mine: by mask %d\n", 6);
    DbgPrintEx(DPFLTR_FLTMGR_ID, DPFLTR_ERROR_LEVEL, "other: error %d\n", 7);
    PrintVia("listed: error %d %s\n", 9, "text");
    printf("printed %d\n", 10);

    //
    //  In a checked build only.
    //

#if defined(DBG) && DBG
    DbgPrint("build checked\n");
#endif
    KdPrint(("checked: plain %d\n", 11));
    KdPrintEx((DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "checked: error %d\n", 12));
}

VOID
CheckCLibrary (
    VOID
    )
{
    CheckTruncation();
    CheckBytes();
    CheckWide();
    CheckSearch();
    CheckSafe();
    PrintLevels();
}
