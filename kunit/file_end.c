// SPDX-License-Identifier: GPL-2.0
/*
 * Suite file_end: the end of a file object that a filter keeps beyond the unmount of fltfs, which
 * is mounted here over the root directory. What the last reference brings with it, and where.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include "fs/fltfs.h"
#include "kunit/world.h"

#define END_NOWHERE	0xff

static UCHAR end_in;		/* in whose pre-operation the file object is referenced */
static PFILE_OBJECT end_file;
static struct task_struct *end_teardown;	/* who tears an instance down */

static void end_keep(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	if (data->Iopb->MajorFunction != end_in || end_file)
		return;
	end_file = objects->FileObject;
	ObReferenceObject(end_file);
}

static void end_start(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	end_teardown = current;
}

/* Mounts fltfs; A keeps the file object of its root directory, which is opened and closed. */
static struct vfsmount *end_world(struct kunit *test, UCHAR in)
{
	struct world *w = world_of(test);
	struct vfsmount *mnt;
	struct path root;
	struct file *file;

	end_in = in;
	end_file = NULL;
	end_teardown = NULL;
	world_probe(w, 'A', NULL);
	w->probe[0]->on_pre = end_keep;
	w->probe[0]->on_start = end_start;
	mnt = vfs_kern_mount(&fltfs_type, SB_KERNMOUNT, "/", NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(mnt));
	root = (struct path) { .mnt = mnt, .dentry = mnt->mnt_root };
	file = file_open_root(&root, "", O_RDONLY | O_DIRECTORY, 0);
	if (IS_ERR(file))
		kern_unmount(mnt);
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	fput(file);
	flush_delayed_fput();
	FLT_EXPECT(test, end_file || in == END_NOWHERE);
	return mnt;
}

/* The last reference goes: the unmount that was waiting for it is somebody else's. */
static void end_unmount(struct kunit *test, struct vfsmount *mnt)
{
	struct world *w = world_of(test);
	struct probe *a = w->probe[0];

	kern_unmount(mnt);
	FLT_EXPECT(test, !atomic_read(&a->starts));
	ObDereferenceObject(end_file);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&a->completes) == 1));
	FLT_EXPECT(test, end_teardown && end_teardown != current);
}

static void end_elsewhere(struct kunit *test)
{
	end_unmount(test, end_world(test, IRP_MJ_CREATE));
}

/* A reference that is taken while CLOSE is shown holds the mount as well. */
static void end_kept_in_close(struct kunit *test)
{
	end_unmount(test, end_world(test, IRP_MJ_CLOSE));
}

/* A create that failed leaves a file object too. */
static int end_refuse(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      void *context)
{
	if (data->Iopb->MajorFunction == IRP_MJ_CREATE) {
		FltCancelFileOpen(objects->Instance, objects->FileObject);
		data->IoStatus.Status = STATUS_ACCESS_DENIED;
	}
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void end_of_a_refused_open(struct kunit *test)
{
	struct vfsmount *mnt = end_world(test, END_NOWHERE);
	struct world *w = world_of(test);
	struct path root = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct file *file;

	end_in = IRP_MJ_CREATE;
	w->probe[0]->on_post = end_refuse;
	file = file_open_root(&root, "", O_RDONLY | O_DIRECTORY, 0);
	FLT_EXPECT(test, IS_ERR(file) && PTR_ERR(file) == -EACCES);
	w->probe[0]->on_post = NULL;
	FLT_REQUIRE(test, end_file);
	end_unmount(test, mnt);
}

/* CLOSE comes in the context of the last dereference, or in a worker's, as was asked for. */
static void end_deferred(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int later;

	for (later = 0; later < 2; later++) {
		struct vfsmount *mnt = end_world(test, IRP_MJ_CREATE);
		const struct world_event *close;
		unsigned int nth = world_count(w, 'A', WORLD_PRE);

		if (later)
			ObDereferenceObjectDeferDelete(end_file);
		else
			ObDereferenceObject(end_file);
		FLT_REQUIRE(test, WORLD_WAIT(world_count(w, 'A', WORLD_PRE) == nth + 1));
		kern_unmount(mnt);
		/* (The record that is counted may be in the making until then.) */
		FLT_EXPECT(test, WORLD_WAIT(atomic_read(&w->probe[0]->completes) == 1));
		close = world_event(w, 'A', WORLD_PRE, nth);
		FLT_EXPECT(test, close->iopb.MajorFunction == IRP_MJ_CLOSE &&
			   (close->task == current) == !later);
		probe_unload(w->probe[0]);
		w->probe[0] = NULL;
		world_clear(w);
	}
}

static struct kunit_case file_end_cases[] = {
	KUNIT_CASE(end_elsewhere),
	KUNIT_CASE(end_kept_in_close),
	KUNIT_CASE(end_of_a_refused_open),
	KUNIT_CASE(end_deferred),
	{}
};

static struct kunit_suite file_end_suite = {
	.name = "file_end",
	.init = world_init,
	.exit = world_exit,
	.test_cases = file_end_cases,
};

kunit_test_suite(file_end_suite);
