// SPDX-License-Identifier: GPL-2.0
/*
 * The fake volume's side of struct flt_volume_ops. A request is what it keeps of an operation
 * that it did not finish at once; it is gone before flt_operation_bottom_done() is called, since
 * the operation may be gone after that.
 */
#include <linux/delay.h>
#include <linux/slab.h>
#include "fltmgr/name.h"
#include "kunit/fake_volume.h"
#include "kunit/world.h"

struct fake_request {
	struct fake_volume *fake;
	struct flt_operation *op;
	struct list_head link;
	struct work_struct work;
	NTSTATUS status;
	ULONG_PTR information;
};

static struct fake_volume *fake_of(const struct flt_operation *op)
{
	return op->volume->private;
}

static void fake_answer(struct fake_volume *fake, struct flt_operation *op, NTSTATUS status,
			ULONG_PTR information)
{
	if (information == FAKE_AS_ASKED) {
		information = 0;
		if (op->iopb.MajorFunction == IRP_MJ_READ)
			information = op->iopb.Parameters.Read.Length;
		else if (op->iopb.MajorFunction == IRP_MJ_WRITE)
			information = op->iopb.Parameters.Write.Length;
		if (!NT_SUCCESS(status))
			information = 0;
	}
	flt_operation_result(op, status, information);
	if (op->iopb.MajorFunction == IRP_MJ_CREATE) {
		PFILE_OBJECT file = op->iopb.TargetFileObject;

		op->data.TagData = fake->tag;
		fake->tag = NULL;
		if (file && flt_file_of(file)->own && NT_SUCCESS(status) &&
		    status != STATUS_REPARSE)
			file->FsContext = file;
	}
	atomic_inc(&fake->completed);
}

static void fake_finish(struct fake_request *request)
{
	struct flt_operation *op = request->op;

	world_note_fake(request->fake->world, op, WORLD_FAKE_DONE);
	fake_answer(request->fake, op, request->status, request->information);
	kfree(request);
	flt_operation_bottom_done(op);
}

static void fake_worker(struct work_struct *work)
{
	struct fake_request *request = container_of(work, struct fake_request, work);

	if (request->fake->delay_ms)
		msleep(request->fake->delay_ms);
	fake_finish(request);
}

static struct fake_request *fake_pop(struct fake_volume *fake, struct list_head *list)
{
	struct fake_request *request;

	spin_lock_bh(&fake->lock);
	request = list_first_entry_or_null(list, struct fake_request, link);
	if (request)
		list_del_init(&request->link);
	spin_unlock_bh(&fake->lock);
	return request;
}

static void fake_tasklet(struct tasklet_struct *tasklet)
{
	struct fake_volume *fake = from_tasklet(fake, tasklet, tasklet);
	struct fake_request *request;

	while ((request = fake_pop(fake, &fake->soft)))
		fake_finish(request);
}

static bool fake_cancel(struct flt_operation *op)
{
	struct fake_volume *fake = fake_of(op);
	struct fake_request *request, *found = NULL;

	atomic_inc(&fake->cancelled);
	if (!fake->cancellable)
		return false;
	spin_lock_bh(&fake->lock);
	list_for_each_entry(request, &fake->held, link) {
		if (request->op == op) {
			list_del_init(&request->link);
			found = request;
			break;
		}
	}
	spin_unlock_bh(&fake->lock);
	if (found) {
		found->status = STATUS_CANCELLED;
		found->information = 0;
		queue_work(system_unbound_wq, &found->work);
	}
	return found;
}

static bool fake_perform(struct flt_operation *op)
{
	struct fake_volume *fake = fake_of(op);
	struct fake_order order = { fake->when, fake->status, fake->information };
	struct fake_request *request;

	atomic_inc(&fake->performed);
	/* Looked at where there was one operation; of several at once nobody asks for it. */
	data_race(fake->seen = op->iopb);
	world_note_fake(fake->world, op, WORLD_FAKE_PERFORM);
	if (fake->on_perform)
		fake->on_perform(fake, op, &order);
	if (order.when == FAKE_INLINE) {
		fake_answer(fake, op, order.status, order.information);
		return true;
	}
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request) {
		fake_answer(fake, op, STATUS_INSUFFICIENT_RESOURCES, 0);
		return true;
	}
	request->fake = fake;
	request->op = op;
	request->status = order.status;
	request->information = order.information;
	INIT_WORK(&request->work, fake_worker);
	INIT_LIST_HEAD(&request->link);
	switch (order.when) {
	case FAKE_EARLY:
		fake_finish(request);
		break;
	case FAKE_WORKER:
		queue_work(system_unbound_wq, &request->work);
		break;
	case FAKE_SOFTIRQ:
		spin_lock_bh(&fake->lock);
		list_add_tail(&request->link, &fake->soft);
		spin_unlock_bh(&fake->lock);
		tasklet_schedule(&fake->tasklet);
		break;
	default:
		spin_lock_bh(&fake->lock);
		list_add_tail(&request->link, &fake->held);
		spin_unlock_bh(&fake->lock);
		if (fake->cancellable && flt_operation_canceled(op))
			fake_cancel(op);
	}
	return false;
}

static void fake_free_file(struct flt_file *file)
{
	struct fake_volume *fake = file->volume->private;

	atomic_dec(&fake->files);
	flt_file_fini(file);
	kfree(file);
}

static struct flt_file *fake_new_file(struct flt_volume *volume, NTSTATUS *status)
{
	PFILE_OBJECT file = fake_open(volume->private);

	*status = file ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
	return file ? flt_file_of(file) : NULL;
}

static struct flt_name *fake_query_name(struct flt_file *file, NTSTATUS *status)
{
	struct fake_volume *fake = file->volume->private;
	const WCHAR *path = fake->path ?: file->fo.FileName.Buffer;
	size_t units = file->fo.FileName.Length / sizeof(WCHAR);
	struct flt_name *name;

	atomic_inc(&fake->asked);
	*status = fake->path_status;
	if (!NT_SUCCESS(*status))
		return NULL;
	if (fake->path)
		for (units = 0; path[units]; units++)
			;
	*status = flt_name_from_text(file->volume, path, units, &name);
	return NT_SUCCESS(*status) ? name : NULL;
}

static u64 fake_name_stamp(struct flt_file *file)
{
	struct fake_volume *fake = file->volume->private;

	return READ_ONCE(fake->stamp);
}

static const struct flt_volume_ops fake_volume_ops = {
	.perform = fake_perform,
	.cancel = fake_cancel,
	.free_file = fake_free_file,
	.new_file = fake_new_file,
	.query_name = fake_query_name,
	.name_stamp = fake_name_stamp,
	.section = &fake_section_ops,
};

/* Mounts it (again); its orders, and what it held, are as they were. Return: 0 or an errno. */
int fake_volume_mount(struct fake_volume *fake, const char *name)
{
	struct flt_volume_info info = {
		.mount_name = name,
		.lower_type = "fake",
		.fs_type = FLT_FSTYPE_NTFS,
		.device_type = FILE_DEVICE_DISK_FILE_SYSTEM,
		.local = true,
	};
	struct flt_volume *volume = flt_volume_create(&fake_volume_ops, fake, &info);

	if (IS_ERR(volume))
		return PTR_ERR(volume);
	flt_sections_init(&fake->sections, volume);
	fake->volume = volume;
	return 0;
}

/* Another answer to questions about sections, or, with NULL, none; its own from now on. */
void fake_volume_sections(struct fake_volume *fake, const struct flt_section_ops *section)
{
	fake->ops = fake_volume_ops;
	fake->ops.section = section;
	fake->volume->ops = &fake->ops;
}

/* Unmounts it: what comes from outside has ended; what filters do to it ends meanwhile. */
void fake_volume_unmount(struct fake_volume *fake)
{
	flt_volume_destroy(fake->volume);
}

/**
 * fake_volume_create() - mount a fake volume
 * @w: where its events go
 * @name: its mount name
 *
 * Its orders are to succeed at once, doing all that is asked.
 *
 * Return: the volume, set up, or NULL
 */
struct fake_volume *fake_volume_create(struct world *w, const char *name)
{
	struct fake_volume *fake = kzalloc(sizeof(*fake), GFP_KERNEL);

	if (!fake)
		return NULL;
	fake->world = w;
	fake->information = FAKE_AS_ASKED;
	spin_lock_init(&fake->lock);
	INIT_LIST_HEAD(&fake->held);
	INIT_LIST_HEAD(&fake->soft);
	tasklet_setup(&fake->tasklet, fake_tasklet);
	if (fake_volume_mount(fake, name)) {
		kfree(fake);
		return NULL;
	}
	return fake;
}

/* Unmount: no operation of the volume is under way any more. */
void fake_volume_destroy(struct fake_volume *fake)
{
	tasklet_kill(&fake->tasklet);
	fake_volume_unmount(fake);
	kfree(fake);
}

/* A file object of the volume, to be given back with fake_close(). */
PFILE_OBJECT fake_open(struct fake_volume *fake)
{
	struct flt_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return NULL;
	flt_file_init(file, fake->volume);
	atomic_inc(&fake->files);
	return &file->fo;
}

void fake_close(PFILE_OBJECT file)
{
	if (file)
		flt_file_put(flt_file_of(file));
}

/* Finishes the oldest held operation, in this context; false when there is none. */
bool fake_release(struct fake_volume *fake)
{
	struct fake_request *request = fake_pop(fake, &fake->held);

	if (request)
		fake_finish(request);
	return request;
}

/* The same in a tasklet; returns at once. */
void fake_release_in_softirq(struct fake_volume *fake)
{
	struct fake_request *request = fake_pop(fake, &fake->held);

	if (!request)
		return;
	spin_lock_bh(&fake->lock);
	list_add_tail(&request->link, &fake->soft);
	spin_unlock_bh(&fake->lock);
	tasklet_schedule(&fake->tasklet);
}

unsigned int fake_release_all(struct fake_volume *fake)
{
	unsigned int n = 0;

	while (fake_release(fake))
		n++;
	return n;
}

unsigned int fake_nr_held(struct fake_volume *fake)
{
	unsigned int n;

	spin_lock_bh(&fake->lock);
	n = list_count_nodes(&fake->held);
	spin_unlock_bh(&fake->lock);
	return n;
}
