// SPDX-License-Identifier: GPL-2.0
/*
 * The end of the machine: IRP_MJ_SHUTDOWN for the filters of every volume that is mounted still
 * (VOL-81), while devices work. No filter is unloaded then (UNLOAD-09), and none holds the end up
 * for longer than a while (VOL-82): each volume's operation runs in a worker, which is left behind
 * if it must be.
 */
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "fltmgr/held.h"
#include "fltmgr/operation.h"
#include "fltmgr/shutdown.h"
#include "fltmgr/volume.h"

/* How long the filters have. */
unsigned long flt_shutdown_patience = 10 * HZ;

struct flt_shutdown {
	struct work_struct work;
	struct flt_volume *volume;
	struct flt_operation op;
};

static atomic_t flt_shutdowns;		/* volumes whose filters are not through */
static DECLARE_WAIT_QUEUE_HEAD(flt_shutdowns_over);

static void flt_shutdown_worker(struct work_struct *work)
{
	struct flt_shutdown *shutdown = container_of(work, struct flt_shutdown, work);
	struct flt_volume *volume = shutdown->volume;
	struct flt_operation *op = &shutdown->op;

	/* An unmount that has not begun waits for this lock. */
	mutex_lock(&volume->setup_lock);
	if (!READ_ONCE(volume->leaving)) {
		flt_operation_init(op, volume, IRP_MJ_SHUTDOWN, NULL);
		op->data.RequestorMode = KernelMode;
		op->iopb.IrpFlags = IRP_SYNCHRONOUS_API;
		flt_operation_run(op);
		flt_operation_fini(op);
	}
	mutex_unlock(&volume->setup_lock);
	flt_object_put(&volume->obj);
	kfree(shutdown);
	/* The last step: flt_shutdown_exit() waits for it, and the worker's end by the core. */
	if (atomic_dec_and_test(&flt_shutdowns))
		wake_up_all(&flt_shutdowns_over);
}

/**
 * flt_shutdown() - tell the filters that the machine goes down
 *
 * Task context, may sleep. Returns when they know, or when their time is up.
 */
void flt_shutdown(void)
{
	struct flt_volume *volume = NULL;

	while ((volume = flt_volume_after(volume))) {
		struct flt_shutdown *shutdown;

		if (!flt_volume_wants(volume, FLT_WANT(IRP_MJ_SHUTDOWN)))
			continue;
		/* There is nobody to tell that a volume was left out. */
		shutdown = kzalloc(sizeof(*shutdown), GFP_KERNEL | __GFP_NOFAIL);
		flt_object_get(&volume->obj);
		shutdown->volume = volume;
		atomic_inc(&flt_shutdowns);
		INIT_WORK(&shutdown->work, flt_shutdown_worker);
		queue_work(system_unbound_wq, &shutdown->work);
	}
	if (!wait_event_idle_timeout(flt_shutdowns_over, !atomic_read(&flt_shutdowns),
				     flt_shutdown_patience))
		flt_shutdown_warn();
}

static int flt_shutdown_notify(struct notifier_block *block, unsigned long action, void *unused)
{
	flt_shutdown();
	return NOTIFY_DONE;
}

static struct notifier_block flt_shutdown_block = {
	.notifier_call = flt_shutdown_notify,
};

int flt_shutdown_init(void)
{
	return register_reboot_notifier(&flt_shutdown_block);
}

void flt_shutdown_exit(void)
{
	unregister_reboot_notifier(&flt_shutdown_block);
	wait_event_idle(flt_shutdowns_over, !atomic_read(&flt_shutdowns));
}
