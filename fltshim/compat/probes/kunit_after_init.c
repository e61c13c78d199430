// SPDX-License-Identifier: GPL-2.0
/*
 * Does KUnit run the suites of a module after the module's start? It does where it tells suites
 * apart that belong to the start.
 */
#include <kunit/test.h>

bool flt_probe(struct kunit_suite *suite);
bool flt_probe(struct kunit_suite *suite)
{
	return suite->is_init;
}
