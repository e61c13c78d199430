// SPDX-License-Identifier: GPL-2.0
/*
 * Upper and lower case of UTF-16 units, as every name comparison here sees it. The kernel exports
 * only case folding of whole UTF-8 strings, which changes lengths; Windows maps unit to unit, so
 * this holds a table (written by scripts/case_table).
 */
#include <linux/export.h>
#include "nt/rtl_case.h"

struct rtl_case_run {
	u16 first;
	u16 last;
	u16 step;
	s32 delta;
};

#include "nt/rtl_case_table.h"

static u16 rtl_case_find(const struct rtl_case_run *runs, const u8 *pages, u16 unit)
{
	unsigned int low = pages[unit >> 8], high = pages[(unit >> 8) + 1];

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		const struct rtl_case_run *run = &runs[middle];

		if (unit < run->first)
			high = middle;
		else if (unit > run->last)
			low = middle + 1;
		else
			return (unit - run->first) % run->step ? unit : unit + run->delta;
	}
	return unit;
}

u16 rtl_upper_wide(u16 unit)
{
	return rtl_case_find(rtl_upper_runs, rtl_upper_pages, unit);
}

u16 rtl_lower_wide(u16 unit)
{
	return rtl_case_find(rtl_lower_runs, rtl_lower_pages, unit);
}

/**
 * RtlUpcaseUnicodeChar() - upper case of one UTF-16 unit
 * @SourceCharacter: the unit; one half of a surrogate pair stays as it is
 *
 * Any IRQL. WDK: RtlUpcaseUnicodeChar.
 */
WCHAR RtlUpcaseUnicodeChar(WCHAR SourceCharacter)
{
	return rtl_upper(SourceCharacter);
}
EXPORT_SYMBOL_GPL(RtlUpcaseUnicodeChar);

/**
 * RtlDowncaseUnicodeChar() - lower case of one UTF-16 unit
 * @SourceCharacter: the unit; one half of a surrogate pair stays as it is
 *
 * Any IRQL. WDK: RtlDowncaseUnicodeChar.
 */
WCHAR RtlDowncaseUnicodeChar(WCHAR SourceCharacter)
{
	return rtl_lower(SourceCharacter);
}
EXPORT_SYMBOL_GPL(RtlDowncaseUnicodeChar);

/**
 * RtlUpperChar() - upper case of one byte
 * @Character: a byte; the 8-bit code page is UTF-8 here, so bytes above 0x7f stay as they are
 *
 * Any IRQL. WDK: RtlUpperChar.
 */
CHAR RtlUpperChar(CHAR Character)
{
	return Character >= 'a' && Character <= 'z' ? Character - 'a' + 'A' : Character;
}
EXPORT_SYMBOL_GPL(RtlUpperChar);
