// SPDX-License-Identifier: GPL-2.0
/* Can a case of KUnit say what is to be done when it ends? */
#include <kunit/resource.h>

int flt_probe(struct kunit *test, void (*end)(void *arg));
int flt_probe(struct kunit *test, void (*end)(void *arg))
{
	return kunit_add_action_or_reset(test, end, NULL);
}
