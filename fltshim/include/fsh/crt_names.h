// SPDX-License-Identifier: GPL-2.0
/*
 * The names of the C library for minifilter sources. Macros, so that neither the kernel's
 * routines of the same name nor the compiler's own idea of them is ever used.
 */
#ifndef _FSH_CRT_NAMES_H
#define _FSH_CRT_NAMES_H

#include "compiler.h"
#include "crt.h"

#define _atoi64 fsh_atoi64
#define _i64toa_s fsh_i64toa_s
#define _i64tow_s fsh_i64tow_s
#define _itoa_s fsh_itoa_s
#define _itow_s fsh_itow_s
#define _scprintf fsh_scprintf
#define _scwprintf fsh_scwprintf
#define _snprintf fsh_snprintf
#define _snprintf_s fsh_snprintf_s
#define _snwprintf fsh_snwprintf
#define _snwprintf_s fsh_snwprintf_s
#define _stricmp fsh_stricmp
#define _strlwr fsh_strlwr
#define _strlwr_s fsh_strlwr_s
#define _strnicmp fsh_strnicmp
#define _strrev fsh_strrev
#define _strtoi64 fsh_strtoi64
#define _strtoui64 fsh_strtoui64
#define _strupr fsh_strupr
#define _strupr_s fsh_strupr_s
#define _ui64toa_s fsh_ui64toa_s
#define _ui64tow_s fsh_ui64tow_s
#define _ultoa_s fsh_ultoa_s
#define _ultow_s fsh_ultow_s
#define _vscprintf fsh_vscprintf
#define _vscwprintf fsh_vscwprintf
#define _vsnprintf fsh_vsnprintf
#define _vsnprintf_s fsh_vsnprintf_s
#define _vsnwprintf fsh_vsnwprintf
#define _vsnwprintf_s fsh_vsnwprintf_s
#define _wcsicmp fsh_wcsicmp
#define _wcslwr fsh_wcslwr
#define _wcslwr_s fsh_wcslwr_s
#define _wcsnicmp fsh_wcsnicmp
#define _wcsrev fsh_wcsrev
#define _wcstoi64 fsh_wcstoi64
#define _wcstoui64 fsh_wcstoui64
#define _wcsupr fsh_wcsupr
#define _wcsupr_s fsh_wcsupr_s
#define _wtoi fsh_wtoi
#define _wtoi64 fsh_wtoi64
#define _wtol fsh_wtol
#define abs fsh_abs
#define atoi fsh_atoi
#define atol fsh_atol
#define bsearch fsh_bsearch
#define isalnum fsh_isalnum
#define isalpha fsh_isalpha
#define isdigit fsh_isdigit
#define islower fsh_islower
#define isprint fsh_isprint
#define ispunct fsh_ispunct
#define isspace fsh_isspace
#define isupper fsh_isupper
#define iswalnum fsh_iswalnum
#define iswalpha fsh_iswalpha
#define iswdigit fsh_iswdigit
#define iswlower fsh_iswlower
#define iswprint fsh_iswprint
#define iswspace fsh_iswspace
#define iswupper fsh_iswupper
#define iswxdigit fsh_iswxdigit
#define isxdigit fsh_isxdigit
#define mbstowcs fsh_mbstowcs
#define memchr fsh_memchr
#define memcmp fsh_memcmp
#define memcpy fsh_memcpy
#define memcpy_s fsh_memcpy_s
#define memmove fsh_memmove
#define memmove_s fsh_memmove_s
#define memset fsh_memset
#define printf fsh_printf
#define qsort fsh_qsort
#define rand fsh_rand
#define snprintf fsh_c99_snprintf
#define sprintf fsh_sprintf
#define sprintf_s fsh_sprintf_s
#define srand fsh_srand
#define strcat fsh_strcat
#define strcat_s fsh_strcat_s
#define strchr fsh_strchr
#define strcmp fsh_strcmp
#define strcpy fsh_strcpy
#define strcpy_s fsh_strcpy_s
#define strcspn fsh_strcspn
#define strlen fsh_strlen
#define strncat fsh_strncat
#define strncat_s fsh_strncat_s
#define strncmp fsh_strncmp
#define strncpy fsh_strncpy
#define strncpy_s fsh_strncpy_s
#define strnlen fsh_strnlen
#define strpbrk fsh_strpbrk
#define strrchr fsh_strrchr
#define strspn fsh_strspn
#define strstr fsh_strstr
#define strtok_s fsh_strtok_s
#define strtol fsh_strtol
#define strtoul fsh_strtoul
#define swprintf fsh_swprintf
#define swprintf_s fsh_swprintf_s
#define tolower fsh_tolower
#define toupper fsh_toupper
#define towlower fsh_towlower
#define towupper fsh_towupper
#define vsnprintf fsh_c99_vsnprintf
#define vsprintf fsh_vsprintf
#define vsprintf_s fsh_vsprintf_s
#define vswprintf fsh_vswprintf
#define vswprintf_s fsh_vswprintf_s
#define wcscat fsh_wcscat
#define wcscat_s fsh_wcscat_s
#define wcschr fsh_wcschr
#define wcscmp fsh_wcscmp
#define wcscpy fsh_wcscpy
#define wcscpy_s fsh_wcscpy_s
#define wcscspn fsh_wcscspn
#define wcslen fsh_wcslen
#define wcsncat fsh_wcsncat
#define wcsncat_s fsh_wcsncat_s
#define wcsncmp fsh_wcsncmp
#define wcsncpy fsh_wcsncpy
#define wcsncpy_s fsh_wcsncpy_s
#define wcsnlen fsh_wcsnlen
#define wcspbrk fsh_wcspbrk
#define wcsrchr fsh_wcsrchr
#define wcsspn fsh_wcsspn
#define wcsstr fsh_wcsstr
#define wcstok_s fsh_wcstok_s
#define wcstol fsh_wcstol
#define wcstombs fsh_wcstombs
#define wcstoul fsh_wcstoul
#define stricmp fsh_stricmp
#define strnicmp fsh_strnicmp
#define strcmpi fsh_stricmp
#define _strcmpi fsh_stricmp
#define wcsicmp fsh_wcsicmp
#define wcsnicmp fsh_wcsnicmp
#define strupr fsh_strupr
#define strlwr fsh_strlwr
#define wcsupr fsh_wcsupr
#define wcslwr fsh_wcslwr
#define strnlen_s fsh_strnlen
#define wcsnlen_s fsh_wcsnlen

#define _TRUNCATE ((size_t)-1)
#ifndef va_start
typedef __builtin_va_list va_list;
#define va_start(ap, last) __builtin_va_start(ap, last)
#define va_arg(ap, type) __builtin_va_arg(ap, type)
#define va_end(ap) __builtin_va_end(ap)
#define va_copy(d, s) __builtin_va_copy(d, s)
#define __va_copy(d, s) __builtin_va_copy(d, s)
#endif
#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#define _countof(a) (sizeof(a) / sizeof((a)[0]))

#endif /* _FSH_CRT_NAMES_H */
