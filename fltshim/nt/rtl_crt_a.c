// SPDX-License-Identifier: GPL-2.0
/*
 * The str... routines of Microsoft's C library, and those over single bytes. Case is that of
 * ASCII, as in Microsoft's "C" locale.
 */
#include "nt/rtl_crt.h"

static inline u8 rtl_low_byte(u8 unit)
{
	return unit >= 'A' && unit <= 'Z' ? unit + 0x20 : unit;
}

static inline u8 rtl_high_byte(u8 unit)
{
	return unit >= 'a' && unit <= 'z' ? unit - 0x20 : unit;
}

typedef char rtl_unit_t;
#define RTL_U		u8
#define RTL_CHARACTER	int
#define RTL_STR(x)	fsh_str##x
#define RTL_TO(x)	fsh_##x##toa_s
#define RTL_FOLD(u)	rtl_low_byte(u)
#define RTL_RISE(u)	rtl_high_byte(u)
#include "nt/rtl_crt_text.h"

int fsh_atoi(const char *String)
{
	return fsh_strtol(String, NULL, 10);
}
EXPORT_SYMBOL_GPL(fsh_atoi);

int fsh_atol(const char *String)
{
	return fsh_strtol(String, NULL, 10);
}
EXPORT_SYMBOL_GPL(fsh_atol);

long long fsh_atoi64(const char *String)
{
	return fsh_strtoi64(String, NULL, 10);
}
EXPORT_SYMBOL_GPL(fsh_atoi64);

int fsh_tolower(int Character)
{
	return Character >= 'A' && Character <= 'Z' ? Character + 0x20 : Character;
}
EXPORT_SYMBOL_GPL(fsh_tolower);

int fsh_toupper(int Character)
{
	return Character >= 'a' && Character <= 'z' ? Character - 0x20 : Character;
}
EXPORT_SYMBOL_GPL(fsh_toupper);

int fsh_isupper(int Character)
{
	return Character >= 'A' && Character <= 'Z';
}
EXPORT_SYMBOL_GPL(fsh_isupper);

int fsh_islower(int Character)
{
	return Character >= 'a' && Character <= 'z';
}
EXPORT_SYMBOL_GPL(fsh_islower);

int fsh_isalpha(int Character)
{
	return fsh_isupper(Character) || fsh_islower(Character);
}
EXPORT_SYMBOL_GPL(fsh_isalpha);

int fsh_isdigit(int Character)
{
	return Character >= '0' && Character <= '9';
}
EXPORT_SYMBOL_GPL(fsh_isdigit);

int fsh_isxdigit(int Character)
{
	return rtl_digit(Character) < 16;
}
EXPORT_SYMBOL_GPL(fsh_isxdigit);

int fsh_isalnum(int Character)
{
	return rtl_digit(Character) < 36;
}
EXPORT_SYMBOL_GPL(fsh_isalnum);

int fsh_isspace(int Character)
{
	return Character == ' ' || (Character >= '\t' && Character <= '\r');
}
EXPORT_SYMBOL_GPL(fsh_isspace);

int fsh_isprint(int Character)
{
	return Character >= ' ' && Character < 0x7f;
}
EXPORT_SYMBOL_GPL(fsh_isprint);

int fsh_ispunct(int Character)
{
	return Character > ' ' && Character < 0x7f && !fsh_isalnum(Character);
}
EXPORT_SYMBOL_GPL(fsh_ispunct);
