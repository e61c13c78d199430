/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A volume: one mount of a file system that filters attach to. The interest mask is the one word
 * that an entry point of the file system reads to learn that nobody wants an operation.
 */
#ifndef FLTMGR_VOLUME_H
#define FLTMGR_VOLUME_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/uuid.h>
#include "fltmgr/context.h"
#include "fltmgr/object.h"
#include "fltmgr/op_table.h"
#include "fltmgr/volume_ops.h"

struct flt_filter;
struct flt_stack;

/* What the file system tells about a volume when it creates one. */
struct flt_volume_info {
	const char *mount_name;		/* what messages call it: the lower path */
	const char *lower_type;		/* "ext4" */
	FLT_FILESYSTEM_TYPE fs_type;
	ULONG device_type;		/* FILE_DEVICE_* */
	bool read_only;
	bool local;
	bool dax;			/* every file is mapped without a cache */
	USHORT sector_size;		/* of the device; 0 where there is none */
	USHORT alignment;		/* of memory for the device: a mask */
	ULONG characteristics;		/* FILE_REMOVABLE_MEDIA, FILE_READ_ONLY_DEVICE */
	guid_t guid;			/* the same at each mount; all zero: there is none */
	bool guid_said;			/* that one, or no volume */
	char letter;			/* drive letter that it must have, A to Z; 0: none */
	unsigned int number;		/* that it must have; 0: any that is free */
	const char *taken;		/* set with -EEXIST: which of these another volume has */
};

#define FLT_GUID_NAME_UNITS	48	/* of \??\Volume{...} */

/**
 * struct flt_volume - a mounted volume
 * @obj: common header
 * @interest: FLT_WANT bits of everything that some attached instance may want; read without a
 *	lock, published after the stack that it describes
 * @stack: the current snapshot; RCU, replaced under @lock. The last one is freed after
 *	@obj.deleting was set, an RCU period later, and the pointer stays: an operation of the
 *	volume may follow it, since none outlives flt_volume_destroy(); whoever has a reference only
 *	asks flt_stack_peek()
 * @setup_pending: automatic instances were not offered yet (flt_volume_ready())
 * @leaving: the file system is going away; no new instance
 * @aborted: it was unmounted by force: filters may not begin to keep operations
 * @lock: protects @instances and the order of publications; never held across a callback
 * @mounting: what stands for filters while IRP_MJ_VOLUME_MOUNT is under way
 * @instances: all instances in falling altitude, those being set up included
 * @setup_lock: makes the first user run the setup and the others wait for it; held while the
 *	filters hear of a shutdown, which the unmount waits for
 * @setup_task: the task that runs the setup callbacks, for comparison only
 * @ops: the file system; NULL once it is gone, cleared under @lock
 * @private: the file system's own, likewise
 * @info: what the file system told
 * @number: N of \Device\HarddiskVolumeN
 * @name: that name, NUL-terminated
 * @guid_name: \??\Volume{...}, of @info.guid
 * @guid_text: its text
 * @device: its device object
 * @disk: that of its disk, or NULL
 * @contexts: of filters
 * @link: in the list of volumes
 * @rcu: delays the freeing past flt_object_put()
 */
struct flt_volume {
	struct flt_object obj;
	u64 interest;
	struct flt_stack __rcu *stack;
	bool setup_pending;
	u8 leaving;
	u8 aborted;
	struct mutex lock;	/* instances, order of publications */
	struct list_head mounting;
	struct list_head instances;
	struct mutex setup_lock;	/* one setup at a time */
	struct task_struct *setup_task;
	const struct flt_volume_ops *ops;
	void *private;
	struct flt_volume_info info;
	unsigned int number;
	UNICODE_STRING name;
	UNICODE_STRING guid_name;
	WCHAR guid_text[FLT_GUID_NAME_UNITS + 1];
	PDEVICE_OBJECT device;
	PDEVICE_OBJECT disk;
	struct flt_anchor contexts;
	struct list_head link;
	struct rcu_head rcu;
};

/* Does anybody on this volume want one of the operations in @mask? */
static inline bool flt_volume_wants(const struct flt_volume *volume, u64 mask)
{
	return READ_ONCE(volume->interest) & mask;
}

/* Can files of it be mapped? False also when it is at its end. */
static inline bool flt_volume_maps(const struct flt_volume *volume)
{
	const struct flt_volume_ops *ops = READ_ONCE(volume->ops);

	return ops && ops->section;
}

extern struct list_head flt_volumes;	/* under flt_filters_lock */

struct flt_volume *flt_volume_create(const struct flt_volume_ops *ops, void *private,
				     struct flt_volume_info *info);
int flt_volume_setup(struct flt_volume *volume);
const char *flt_volume_set_identity(struct flt_volume *volume);
DEVICE_TYPE flt_volume_device_type(const struct flt_volume *volume);
void flt_volume_leave(struct flt_volume *volume);
void flt_volume_destroy(struct flt_volume *volume);

/**
 * flt_volume_ready() - see that the automatic instances of a new volume are set up
 * @volume: a mounted volume
 *
 * Called at the first use after mount, in task context without a lock of the VFS held. One load
 * and a branch afterwards.
 *
 * Return: 0, -EINTR when the caller was killed while it waited, -ENOMEM
 */
static inline int flt_volume_ready(struct flt_volume *volume)
{
	/* Pairs with the release at the end of flt_volume_setup(). */
	if (likely(!smp_load_acquire(&volume->setup_pending)))
		return 0;
	return flt_volume_setup(volume);
}

struct flt_filter **flt_filters_get(unsigned int *count);

/* volume_mount.c */
int flt_volume_mount_begin(struct flt_volume *volume);
void flt_volume_mount_end(struct flt_volume *volume);

NTSTATUS flt_volume_from_name(PCUNICODE_STRING name, struct flt_volume **out);
struct flt_volume *flt_volume_after(struct flt_volume *last);
void flt_volumes_offer(struct flt_filter *filter);
void flt_volumes_exit(void);

#endif
