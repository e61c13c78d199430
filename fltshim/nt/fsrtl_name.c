// SPDX-License-Identifier: GPL-2.0
/*
 * Names and patterns of file systems: FsRtlIsNameInExpression() and its kin. A pattern is matched
 * by stepping through the name with the set of places that the pattern may have reached, so the
 * time is bounded by the product of the lengths whatever the pattern says.
 */
#include <linux/bitmap.h>
#include <linux/export.h>
#include "nt/rtl_case.h"
#include "nt/seh.h"

/* The forms that DOS patterns are translated to. */
#define FSRTL_DOS_STAR	'<'	/* anything up to the last dot */
#define FSRTL_DOS_QM	'>'	/* one unit, or nothing before a dot or at the end */
#define FSRTL_DOS_DOT	'"'	/* a dot, or nothing at the end */

#define FSRTL_SHORT	256	/* patterns below this need no memory */

static bool fsrtl_is_wild(u16 unit)
{
	return unit == '*' || unit == '?' || unit == FSRTL_DOS_STAR || unit == FSRTL_DOS_QM ||
	       unit == FSRTL_DOS_DOT;
}

/**
 * FsRtlDoesNameContainWildCards() - is this a pattern?
 * @Name: name
 *
 * Any IRQL. WDK: FsRtlDoesNameContainWildCards.
 */
BOOLEAN FsRtlDoesNameContainWildCards(PUNICODE_STRING Name)
{
	size_t i;

	for (i = 0; i < Name->Length / sizeof(WCHAR); i++) {
		if (fsrtl_is_wild(Name->Buffer[i]))
			return TRUE;
	}
	return FALSE;
}
EXPORT_SYMBOL_GPL(FsRtlDoesNameContainWildCards);

static u16 fsrtl_fold(u16 unit, bool fold, const WCHAR *table)
{
	if (!fold)
		return unit;
	return table ? table[unit] : rtl_upper(unit);
}

/**
 * FsRtlAreNamesEqual() - are two names the same?
 * @ConstantNameA: name
 * @ConstantNameB: name
 * @IgnoreCase: compare upper-cased
 * @UpcaseTable: upper case of every unit; NULL for that of RtlUpcaseUnicodeChar()
 *
 * Any IRQL. WDK: FsRtlAreNamesEqual.
 */
BOOLEAN FsRtlAreNamesEqual(PCUNICODE_STRING ConstantNameA, PCUNICODE_STRING ConstantNameB,
			   BOOLEAN IgnoreCase, PCWCH UpcaseTable)
{
	size_t i;

	if (ConstantNameA->Length != ConstantNameB->Length)
		return FALSE;
	for (i = 0; i < ConstantNameA->Length / sizeof(WCHAR); i++) {
		u16 a = ConstantNameA->Buffer[i], b = ConstantNameB->Buffer[i];

		if (a != b && fsrtl_fold(a, IgnoreCase, UpcaseTable) !=
			      fsrtl_fold(b, IgnoreCase, UpcaseTable))
			return FALSE;
	}
	return TRUE;
}
EXPORT_SYMBOL_GPL(FsRtlAreNamesEqual);

/**
 * FsRtlDissectName() - split the first name off a path
 * @Path: path, with or without a backslash in front
 * @FirstName: receives the first name; points into @Path
 * @RemainingName: receives what follows the backslash behind it; points into @Path
 *
 * Any IRQL. WDK: FsRtlDissectName.
 */
VOID FsRtlDissectName(UNICODE_STRING Path, PUNICODE_STRING FirstName,
		      PUNICODE_STRING RemainingName)
{
	size_t units = Path.Length / sizeof(WCHAR), start, end;

	memset(FirstName, 0, sizeof(*FirstName));
	memset(RemainingName, 0, sizeof(*RemainingName));
	if (!units)
		return;
	start = Path.Buffer[0] == '\\';
	for (end = start; end < units && Path.Buffer[end] != '\\'; end++)
		;
	FirstName->Buffer = Path.Buffer + start;
	FirstName->Length = (end - start) * sizeof(WCHAR);
	FirstName->MaximumLength = FirstName->Length;
	if (end < units) {
		RemainingName->Buffer = Path.Buffer + end + 1;
		RemainingName->Length = (units - end - 1) * sizeof(WCHAR);
		RemainingName->MaximumLength = RemainingName->Length;
	}
}
EXPORT_SYMBOL_GPL(FsRtlDissectName);

/* A match in progress: which places of the pattern may have been reached. */
struct fsrtl_match {
	const WCHAR *pattern;
	size_t length;
	unsigned long *now;
	unsigned long *next;
	bool fold;
	const WCHAR *table;
};

/* Adds a place, and those behind it that need no unit of the name; @unit comes next, 0: the end. */
static void fsrtl_reach(const struct fsrtl_match *m, unsigned long *places, size_t at, u16 unit)
{
	for (;; at++) {
		u16 wild;

		if (test_bit(at, places))
			return;
		__set_bit(at, places);
		if (at == m->length)
			return;
		wild = m->pattern[at];
		if (wild == '*' || wild == FSRTL_DOS_STAR)
			continue;
		if (wild == FSRTL_DOS_QM && (!unit || unit == '.'))
			continue;
		if (wild == FSRTL_DOS_DOT && !unit)
			continue;
		return;
	}
}

/* What one unit of the name does to one place: stays there, goes on, or is lost. */
static void fsrtl_step(const struct fsrtl_match *m, size_t at, u16 unit, bool last_dot, u16 then)
{
	u16 wild = m->pattern[at];
	bool goes;

	switch (wild) {
	case '*':
		fsrtl_reach(m, m->next, at, then);
		return;
	case FSRTL_DOS_STAR:
		if (!last_dot)
			fsrtl_reach(m, m->next, at, then);
		return;
	case '?':
		goes = true;
		break;
	case FSRTL_DOS_QM:
		goes = unit != '.';
		break;
	case FSRTL_DOS_DOT:
		goes = unit == '.';
		break;
	default:
		goes = wild == unit ||
		       fsrtl_fold(wild, m->fold, m->table) == fsrtl_fold(unit, m->fold, m->table);
		break;
	}
	if (goes)
		fsrtl_reach(m, m->next, at + 1, then);
}

static bool fsrtl_matches(struct fsrtl_match *m, const WCHAR *name, size_t units)
{
	size_t i, at, last_dot = units;

	for (i = units; i--;) {
		if (name[i] == '.') {
			last_dot = i;
			break;
		}
	}
	bitmap_zero(m->now, m->length + 1);
	fsrtl_reach(m, m->now, 0, units ? name[0] : 0);
	for (i = 0; i < units; i++) {
		u16 then = i + 1 < units ? name[i + 1] : 0;

		bitmap_zero(m->next, m->length + 1);
		for_each_set_bit(at, m->now, m->length)
			fsrtl_step(m, at, name[i], i == last_dot, then);
		if (bitmap_empty(m->next, m->length + 1))
			return false;
		swap(m->now, m->next);
	}
	return test_bit(m->length, m->now);
}

/**
 * FsRtlIsNameInExpression() - does a name match a pattern?
 * @Expression: pattern: * and ?, and < > " for what DOS means by * ? . in a pattern
 * @Name: name without wild cards
 * @IgnoreCase: match upper-cased; the WDK wants the pattern upper-cased already, here both are
 * @UpcaseTable: upper case of every unit; NULL for that of RtlUpcaseUnicodeChar()
 *
 * IRQL <= APC_LEVEL. WDK: FsRtlIsNameInExpression. Raises STATUS_NO_MEMORY for a long pattern
 * without memory.
 */
seh_raises BOOLEAN FsRtlIsNameInExpression(PUNICODE_STRING Expression, PUNICODE_STRING Name,
					   BOOLEAN IgnoreCase, PWCH UpcaseTable)
{
	DECLARE_BITMAP(now, FSRTL_SHORT);
	DECLARE_BITMAP(next, FSRTL_SHORT);
	struct fsrtl_match m = {
		.pattern = Expression->Buffer,
		.length = Expression->Length / sizeof(WCHAR),
		.now = now,
		.next = next,
		.fold = IgnoreCase,
		.table = UpcaseTable,
	};
	unsigned long *memory = NULL;
	bool matches;

	if (!Name->Length || !Expression->Length)
		return Name->Length == Expression->Length;
	if (m.length == 1 && Expression->Buffer[0] == '*')
		return TRUE;
	if (m.length >= FSRTL_SHORT) {
		size_t words = BITS_TO_LONGS(m.length + 1);

		memory = kcalloc(2 * words, sizeof(long), GFP_KERNEL);
		if (memory) {
			m.now = memory;
			m.next = memory + words;
		}
	}
	if (m.length >= FSRTL_SHORT && !memory)
		seh_raise_status(STATUS_NO_MEMORY);
	matches = fsrtl_matches(&m, Name->Buffer, Name->Length / sizeof(WCHAR));
	kfree(memory);
	return matches;
}
EXPORT_SYMBOL_GPL(FsRtlIsNameInExpression);
