// SPDX-License-Identifier: GPL-2.0
/*
 * The wcs... routines of Microsoft's C library, and those over single UTF-16 units. Case is that
 * of RtlUpcaseUnicodeChar(); beyond ASCII a letter is what has case.
 */
#include "nt/rtl_crt.h"

typedef WCHAR rtl_unit_t;
#define RTL_U		u16
#define RTL_CHARACTER	WCHAR
#define RTL_STR(x)	fsh_wcs##x
#define RTL_TO(x)	fsh_##x##tow_s
#define RTL_FOLD(u)	rtl_lower(u)
#define RTL_RISE(u)	rtl_upper(u)
#include "nt/rtl_crt_text.h"

int fsh_wtoi(PCWSTR String)
{
	return fsh_wcstol(String, NULL, 10);
}
EXPORT_SYMBOL_GPL(fsh_wtoi);

int fsh_wtol(PCWSTR String)
{
	return fsh_wcstol(String, NULL, 10);
}
EXPORT_SYMBOL_GPL(fsh_wtol);

long long fsh_wtoi64(PCWSTR String)
{
	return fsh_wcstoi64(String, NULL, 10);
}
EXPORT_SYMBOL_GPL(fsh_wtoi64);

unsigned short fsh_towlower(unsigned short Character)
{
	return rtl_lower(Character);
}
EXPORT_SYMBOL_GPL(fsh_towlower);

unsigned short fsh_towupper(unsigned short Character)
{
	return rtl_upper(Character);
}
EXPORT_SYMBOL_GPL(fsh_towupper);

int fsh_iswupper(unsigned short Character)
{
	return rtl_lower(Character) != Character;
}
EXPORT_SYMBOL_GPL(fsh_iswupper);

int fsh_iswlower(unsigned short Character)
{
	return rtl_upper(Character) != Character;
}
EXPORT_SYMBOL_GPL(fsh_iswlower);

int fsh_iswalpha(unsigned short Character)
{
	return fsh_iswupper(Character) || fsh_iswlower(Character);
}
EXPORT_SYMBOL_GPL(fsh_iswalpha);

int fsh_iswdigit(unsigned short Character)
{
	return Character >= '0' && Character <= '9';
}
EXPORT_SYMBOL_GPL(fsh_iswdigit);

int fsh_iswxdigit(unsigned short Character)
{
	return rtl_digit(Character) < 16;
}
EXPORT_SYMBOL_GPL(fsh_iswxdigit);

int fsh_iswalnum(unsigned short Character)
{
	return fsh_iswalpha(Character) || fsh_iswdigit(Character);
}
EXPORT_SYMBOL_GPL(fsh_iswalnum);

int fsh_iswspace(unsigned short Character)
{
	switch (Character) {
	case '\t' ... '\r':
	case ' ':
	case 0x85:
	case 0xa0:
	case 0x1680:
	case 0x2000 ... 0x200a:
	case 0x2028:
	case 0x2029:
	case 0x202f:
	case 0x205f:
	case 0x3000:
		return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(fsh_iswspace);

int fsh_iswprint(unsigned short Character)
{
	return Character >= ' ' && !(Character >= 0x7f && Character < 0xa0) &&
	       Character < 0xfffe;
}
EXPORT_SYMBOL_GPL(fsh_iswprint);
