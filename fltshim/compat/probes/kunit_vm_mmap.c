// SPDX-License-Identifier: GPL-2.0
/* Does KUnit give a case's thread memory like a program's? */
#include <kunit/test.h>

unsigned long flt_probe(struct kunit *test);
unsigned long flt_probe(struct kunit *test)
{
	return kunit_vm_mmap(test, NULL, 0, 1, 0, 0, 0);
}
