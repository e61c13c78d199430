// SPDX-License-Identifier: GPL-2.0
/*
 * Counted strings: comparison.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include "nt/nt.h"

static WCHAR rtl_fold(WCHAR c)
{
	return c < 0x80 ? toupper(c) : c;
}

/**
 * RtlEqualUnicodeString() - are two counted strings equal?
 * @String1: one
 * @String2: the other
 * @CaseInSensitive: letters compare without case
 *
 * WDK page: rtlequalunicodestring. IRQL: any, since nothing is paged here.
 */
BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			      BOOLEAN CaseInSensitive)
{
	unsigned int i;

	if (String1->Length != String2->Length)
		return FALSE;
	for (i = 0; i < String1->Length / sizeof(WCHAR); i++) {
		WCHAR a = String1->Buffer[i], b = String2->Buffer[i];

		if (a != b && !(CaseInSensitive && rtl_fold(a) == rtl_fold(b)))
			return FALSE;
	}
	return TRUE;
}
EXPORT_SYMBOL_GPL(RtlEqualUnicodeString);
