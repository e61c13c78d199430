// SPDX-License-Identifier: GPL-2.0
/*
 * A C test, after a boot that was lost.
 * needs: lower=ext4
 * expect: not ok does not hold: 1 == 2
 */
#include "prove.h"

int main(void)
{
	FLT_PROVES("SELF-003", 1 == 1);
	FLT_PROVES("SELF-004", 1 == 2);
	return prove_status();
}
