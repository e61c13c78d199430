// SPDX-License-Identifier: GPL-2.0
/*
 * The C library routines that a Windows driver may call, under the names that fltshim gives
 * them: WCHAR is 16 bits, formats and results are those of Microsoft's C library. The names of
 * the C library are mapped to these in crt_names.h. May include nothing but its neighbours.
 */
#ifndef _FSH_CRT_H
#define _FSH_CRT_H

#include "types.h"
#include "nt.h"

#ifdef __cplusplus
extern "C" {
#endif

__SIZE_TYPE__ fsh_strlen(const char *String);
__SIZE_TYPE__ fsh_strnlen(const char *String, __SIZE_TYPE__ Maximum);
char *fsh_strcpy(char *Destination, const char *Source);
char *fsh_strncpy(char *Destination, const char *Source, __SIZE_TYPE__ Count);
char *fsh_strcat(char *Destination, const char *Source);
char *fsh_strncat(char *Destination, const char *Source, __SIZE_TYPE__ Count);
int fsh_strcmp(const char *String1, const char *String2);
int fsh_strncmp(const char *String1, const char *String2, __SIZE_TYPE__ Count);
int fsh_stricmp(const char *String1, const char *String2);
int fsh_strnicmp(const char *String1, const char *String2, __SIZE_TYPE__ Count);
char *fsh_strchr(const char *String, int Character);
char *fsh_strrchr(const char *String, int Character);
char *fsh_strstr(const char *String, const char *Search);
__SIZE_TYPE__ fsh_strspn(const char *String, const char *Accept);
__SIZE_TYPE__ fsh_strcspn(const char *String, const char *Reject);
char *fsh_strpbrk(const char *String, const char *Accept);
char *fsh_strupr(char *String);
char *fsh_strlwr(char *String);
char *fsh_strrev(char *String);
int fsh_strcpy_s(char *Destination, __SIZE_TYPE__ Size, const char *Source);
int fsh_strncpy_s(char *Destination, __SIZE_TYPE__ Size, const char *Source, __SIZE_TYPE__ Count);
int fsh_strcat_s(char *Destination, __SIZE_TYPE__ Size, const char *Source);
int fsh_strncat_s(char *Destination, __SIZE_TYPE__ Size, const char *Source, __SIZE_TYPE__ Count);
char *fsh_strtok_s(char *String, const char *Delimiters, char **Context);
int fsh_strupr_s(char *String, __SIZE_TYPE__ Size);
int fsh_strlwr_s(char *String, __SIZE_TYPE__ Size);
__SIZE_TYPE__ fsh_wcslen(const WCHAR *String);
__SIZE_TYPE__ fsh_wcsnlen(const WCHAR *String, __SIZE_TYPE__ Maximum);
WCHAR *fsh_wcscpy(WCHAR *Destination, const WCHAR *Source);
WCHAR *fsh_wcsncpy(WCHAR *Destination, const WCHAR *Source, __SIZE_TYPE__ Count);
WCHAR *fsh_wcscat(WCHAR *Destination, const WCHAR *Source);
WCHAR *fsh_wcsncat(WCHAR *Destination, const WCHAR *Source, __SIZE_TYPE__ Count);
int fsh_wcscmp(const WCHAR *String1, const WCHAR *String2);
int fsh_wcsncmp(const WCHAR *String1, const WCHAR *String2, __SIZE_TYPE__ Count);
int fsh_wcsicmp(const WCHAR *String1, const WCHAR *String2);
int fsh_wcsnicmp(const WCHAR *String1, const WCHAR *String2, __SIZE_TYPE__ Count);
WCHAR *fsh_wcschr(const WCHAR *String, WCHAR Character);
WCHAR *fsh_wcsrchr(const WCHAR *String, WCHAR Character);
WCHAR *fsh_wcsstr(const WCHAR *String, const WCHAR *Search);
__SIZE_TYPE__ fsh_wcsspn(const WCHAR *String, const WCHAR *Accept);
__SIZE_TYPE__ fsh_wcscspn(const WCHAR *String, const WCHAR *Reject);
WCHAR *fsh_wcspbrk(const WCHAR *String, const WCHAR *Accept);
WCHAR *fsh_wcsupr(WCHAR *String);
WCHAR *fsh_wcslwr(WCHAR *String);
WCHAR *fsh_wcsrev(WCHAR *String);
int fsh_wcscpy_s(WCHAR *Destination, __SIZE_TYPE__ Size, const WCHAR *Source);
int fsh_wcsncpy_s(WCHAR *Destination, __SIZE_TYPE__ Size, const WCHAR *Source,
                  __SIZE_TYPE__ Count);
int fsh_wcscat_s(WCHAR *Destination, __SIZE_TYPE__ Size, const WCHAR *Source);
int fsh_wcsncat_s(WCHAR *Destination, __SIZE_TYPE__ Size, const WCHAR *Source,
                  __SIZE_TYPE__ Count);
WCHAR *fsh_wcstok_s(WCHAR *String, const WCHAR *Delimiters, WCHAR **Context);
int fsh_wcsupr_s(WCHAR *String, __SIZE_TYPE__ Size);
int fsh_wcslwr_s(WCHAR *String, __SIZE_TYPE__ Size);
int fsh_memcpy_s(void *Destination, __SIZE_TYPE__ Size, const void *Source, __SIZE_TYPE__ Count);
int fsh_memmove_s(void *Destination, __SIZE_TYPE__ Size, const void *Source, __SIZE_TYPE__ Count);
int fsh_tolower(int Character);
int fsh_toupper(int Character);
unsigned short fsh_towlower(unsigned short Character);
unsigned short fsh_towupper(unsigned short Character);
int fsh_isalpha(int Character);
int fsh_isdigit(int Character);
int fsh_isxdigit(int Character);
int fsh_isalnum(int Character);
int fsh_isspace(int Character);
int fsh_isupper(int Character);
int fsh_islower(int Character);
int fsh_isprint(int Character);
int fsh_ispunct(int Character);
int fsh_iswalpha(unsigned short Character);
int fsh_iswdigit(unsigned short Character);
int fsh_iswxdigit(unsigned short Character);
int fsh_iswalnum(unsigned short Character);
int fsh_iswspace(unsigned short Character);
int fsh_iswupper(unsigned short Character);
int fsh_iswlower(unsigned short Character);
int fsh_iswprint(unsigned short Character);
int fsh_atoi(const char *String);
int fsh_atol(const char *String);
long long fsh_atoi64(const char *String);
int fsh_wtoi(const WCHAR *String);
int fsh_wtol(const WCHAR *String);
long long fsh_wtoi64(const WCHAR *String);
int fsh_strtol(const char *String, char **End, int Base);
unsigned int fsh_strtoul(const char *String, char **End, int Base);
long long fsh_strtoi64(const char *String, char **End, int Base);
unsigned long long fsh_strtoui64(const char *String, char **End, int Base);
int fsh_wcstol(const WCHAR *String, WCHAR **End, int Base);
unsigned int fsh_wcstoul(const WCHAR *String, WCHAR **End, int Base);
long long fsh_wcstoi64(const WCHAR *String, WCHAR **End, int Base);
unsigned long long fsh_wcstoui64(const WCHAR *String, WCHAR **End, int Base);
int fsh_itoa_s(int Value, char *Buffer, __SIZE_TYPE__ Size, int Radix);
int fsh_itow_s(int Value, WCHAR *Buffer, __SIZE_TYPE__ Size, int Radix);
int fsh_ultoa_s(unsigned int Value, char *Buffer, __SIZE_TYPE__ Size, int Radix);
int fsh_ultow_s(unsigned int Value, WCHAR *Buffer, __SIZE_TYPE__ Size, int Radix);
int fsh_i64tow_s(long long Value, WCHAR *Buffer, __SIZE_TYPE__ Size, int Radix);
int fsh_ui64tow_s(unsigned long long Value, WCHAR *Buffer, __SIZE_TYPE__ Size, int Radix);
int fsh_i64toa_s(long long Value, char *Buffer, __SIZE_TYPE__ Size, int Radix);
int fsh_ui64toa_s(unsigned long long Value, char *Buffer, __SIZE_TYPE__ Size, int Radix);
__SIZE_TYPE__ fsh_mbstowcs(WCHAR *Destination, const char *Source, __SIZE_TYPE__ Count);
__SIZE_TYPE__ fsh_wcstombs(char *Destination, const WCHAR *Source, __SIZE_TYPE__ Count);
int fsh_abs(int Value);
int fsh_rand(void);
void fsh_srand(unsigned int Seed);
void fsh_qsort(void *Base, __SIZE_TYPE__ Count, __SIZE_TYPE__ Width, int (*Compare)(const void *,
               const void *));
void *fsh_bsearch(const void *Key, const void *Base, __SIZE_TYPE__ Count, __SIZE_TYPE__ Width,
                  int (*Compare)(const void *, const void *));

/* _snprintf and its kin do not terminate a result that does not fit and return -1 then. */
int FSH_MS_ABI fsh_snprintf(char *Buffer, __SIZE_TYPE__ Count, const char *Format, ...);
int FSH_MS_ABI fsh_c99_snprintf(char *Buffer, __SIZE_TYPE__ Count, const char *Format, ...);
int FSH_MS_ABI fsh_snwprintf(WCHAR *Buffer, __SIZE_TYPE__ Count, const WCHAR *Format, ...);
int FSH_MS_ABI fsh_sprintf(char *Buffer, const char *Format, ...);
int FSH_MS_ABI fsh_swprintf(WCHAR *Buffer, const WCHAR *Format, ...);
int FSH_MS_ABI fsh_sprintf_s(char *Buffer, __SIZE_TYPE__ Size, const char *Format, ...);
int FSH_MS_ABI fsh_swprintf_s(WCHAR *Buffer, __SIZE_TYPE__ Size, const WCHAR *Format, ...);
int FSH_MS_ABI fsh_snprintf_s(char *Buffer, __SIZE_TYPE__ Size, __SIZE_TYPE__ Count,
                              const char *Format, ...);
int FSH_MS_ABI fsh_snwprintf_s(WCHAR *Buffer, __SIZE_TYPE__ Size, __SIZE_TYPE__ Count,
                               const WCHAR *Format, ...);
int FSH_MS_ABI fsh_printf(const char *Format, ...);
int FSH_MS_ABI fsh_scprintf(const char *Format, ...);
int FSH_MS_ABI fsh_scwprintf(const WCHAR *Format, ...);

int fsh_vsnprintf(char *Buffer, __SIZE_TYPE__ Count, const char *Format, FSH_VA_LIST ArgList);
int fsh_c99_vsnprintf(char *Buffer, __SIZE_TYPE__ Count, const char *Format, FSH_VA_LIST ArgList);
int fsh_vsnwprintf(WCHAR *Buffer, __SIZE_TYPE__ Count, const WCHAR *Format, FSH_VA_LIST ArgList);
int fsh_vsprintf(char *Buffer, const char *Format, FSH_VA_LIST ArgList);
int fsh_vswprintf(WCHAR *Buffer, const WCHAR *Format, FSH_VA_LIST ArgList);
int fsh_vsprintf_s(char *Buffer, __SIZE_TYPE__ Size, const char *Format, FSH_VA_LIST ArgList);
int fsh_vswprintf_s(WCHAR *Buffer, __SIZE_TYPE__ Size, const WCHAR *Format, FSH_VA_LIST ArgList);
int fsh_vsnprintf_s(char *Buffer, __SIZE_TYPE__ Size, __SIZE_TYPE__ Count, const char *Format,
                    FSH_VA_LIST ArgList);
int fsh_vsnwprintf_s(WCHAR *Buffer, __SIZE_TYPE__ Size, __SIZE_TYPE__ Count, const WCHAR *Format,
                     FSH_VA_LIST ArgList);
int fsh_vscprintf(const char *Format, FSH_VA_LIST ArgList);
int fsh_vscwprintf(const WCHAR *Format, FSH_VA_LIST ArgList);

#ifdef __cplusplus
}
#endif
#endif /* _FSH_CRT_H */
