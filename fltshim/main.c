// SPDX-License-Identifier: GPL-2.0
/*
 * Module start and stop: the one place that lists the facilities of fltshim in the order in
 * which they come up, and takes them down in reverse. Nothing else lives here.
 */
#include <linux/module.h>
#include "fltmgr/context.h"
#include "fltmgr/driver_refs.h"
#include "fltmgr/file_lock.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/name.h"
#include "fltmgr/operation.h"
#include "fltmgr/oplock.h"
#include "fltmgr/shutdown.h"
#include "fltmgr/volume.h"
#include "fltmgr/work_item.h"
#include "fs/fltfs.h"
#include "nt/nt_init.h"

/* A facility: comes up, or says why not; @exit may be NULL. */
struct fltshim_part {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
};

static const struct fltshim_part fltshim_parts[] = {
	{ "nt", nt_init, nt_exit },
	{ "operations", flt_operations_init, flt_operations_exit },
	{ "references", flt_refs_init, NULL },
	{ "held operations", flt_held_init, flt_held_exit },
	{ "generated I/O", flt_generated_init, flt_generated_exit },
	{ "file locks", NULL, flt_file_locks_exit },
	{ "oplocks", NULL, flt_oplocks_exit },
	{ "contexts", flt_contexts_init, flt_contexts_exit },
	{ "work items", NULL, flt_work_items_exit },
	{ "names", NULL, flt_names_exit },
	{ "file objects", flt_files_init, flt_files_exit },
	{ "volumes", NULL, flt_volumes_exit },
	{ "sysfs", flt_sysfs_init, flt_sysfs_exit },
	{ "filters", flt_filters_init, flt_filters_exit },
	{ "fltfs", fltfs_init, fltfs_exit },
	{ "shutdown", flt_shutdown_init, flt_shutdown_exit },
};

static void fltshim_down(unsigned int count)
{
	while (count--) {
		if (fltshim_parts[count].exit)
			fltshim_parts[count].exit();
	}
}

static int __init fltshim_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(fltshim_parts); i++) {
		if (!fltshim_parts[i].init)
			continue;
		ret = fltshim_parts[i].init();
		if (ret) {
			pr_err("fltshim: %s: not started, error %d\n", fltshim_parts[i].name, ret);
			fltshim_down(i);
			return ret;
		}
	}
	return 0;
}

static void __exit fltshim_exit(void)
{
	fltshim_down(ARRAY_SIZE(fltshim_parts));
	/* Objects and snapshots that were freed by RCU callbacks of ours. */
	rcu_barrier();
}

module_init(fltshim_init);
module_exit(fltshim_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Windows Filter Manager for Linux");
