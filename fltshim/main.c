// SPDX-License-Identifier: GPL-2.0
/*
 * Module start and stop: the one place that lists the facilities of fltshim in the order in
 * which they come up, and takes them down in reverse. Nothing else lives here.
 */
#include <linux/module.h>

static int __init fltshim_init(void)
{
	return 0;
}

static void __exit fltshim_exit(void)
{
}

module_init(fltshim_init);
module_exit(fltshim_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Windows Filter Manager for Linux");
