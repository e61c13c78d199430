// SPDX-License-Identifier: GPL-2.0
/* Is a module's memory one range for each kind of it? */
#include <linux/module.h>

void *flt_probe(struct module *module);
void *flt_probe(struct module *module)
{
	return module->mem[MOD_TEXT].base;
}
