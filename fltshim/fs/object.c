// SPDX-License-Identifier: GPL-2.0
/*
 * Life of file objects. Made when an open begins, open when the create succeeded, cleaned up with
 * the last descriptor, closed and freed with the last reference. A file object holds its upper
 * dentry and its lower file; when a filter keeps it longer than the open file lives, it holds the
 * super block too, so an unmounted file system stays in memory until the filter lets go. Whoever
 * lets go last does not unmount it: a teardown waits for callbacks and work routines, and that may
 * be in one. A worker drops what holds the super block.
 *
 * CLEANUP and CLOSE cannot fail and their bottoms are done whatever the filters say.
 */
#include <linux/slab.h>
#include "compat/open.h"
#include "fs/name.h"
#include "fs/object.h"
#include "fs/own.h"
#include "fs/request.h"
#include "fs/reuse.h"

static struct kmem_cache *fltfs_fo_cache;
static struct workqueue_struct *fltfs_unpin_wq;

static void fltfs_unpin_worker(struct work_struct *work)
{
	deactivate_super(container_of(work, struct fltfs_sb, unpin)->upper);
}

void fltfs_unpin_init(struct fltfs_sb *fsb)
{
	INIT_WORK(&fsb->unpin, fltfs_unpin_worker);
}

/**
 * fltfs_unpin() - drop a reference that a file object had to its super block
 * @sb: upper super block, active
 *
 * Task context. Only what is the last one when it is looked at goes to the worker, so that is not
 * queued again before it has dropped that.
 */
void fltfs_unpin(struct super_block *sb)
{
	if (!atomic_add_unless(&sb->s_active, -1, 1))
		queue_work(fltfs_unpin_wq, &fltfs_sb(sb)->unpin);
}

/* Other work that ends with fltfs_unpin(): over when the module goes. */
void fltfs_unpin_later(struct work_struct *work)
{
	queue_work(fltfs_unpin_wq, work);
}

static struct fltfs_stream *fltfs_stream_of(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct fltfs_stream *stream = READ_ONCE(fi->stream);
	struct fltfs_stream *other;

	if (stream)
		return stream;
	stream = kzalloc(sizeof(*stream), GFP_KERNEL);
	if (!stream)
		return NULL;
	stream->header.NodeTypeCode = 0x4654;
	stream->header.NodeByteSize = sizeof(stream->header);
	stream->header.Version = FSRTL_FCB_HEADER_V1;
	stream->header.Flags = FSRTL_FLAG_ADVANCED_HEADER;
	stream->header.Flags2 = FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS;
	stream->header.FilterContexts.Flink = &stream->header.FilterContexts;
	stream->header.FilterContexts.Blink = &stream->header.FilterContexts;
	flt_sections_init(&stream->sections, fi->volume);
	stream->inode = inode;
	spin_lock_init(&stream->lock);
	INIT_LIST_HEAD(&stream->opens);
	INIT_LIST_HEAD(&stream->keepers);
	other = cmpxchg(&fi->stream, NULL, stream);
	if (other) {
		kfree(stream);
		return other;
	}
	return stream;
}

/*
 * The inode goes: no file object is left, since each holds the dentry. That may be in reclaim,
 * which no filter may hold up.
 */
void fltfs_stream_free(struct fltfs_stream *stream)
{
	if (!stream)
		return;
	if (!hlist_empty(&stream->contexts.contexts))
		flt_contexts_drop(&stream->contexts, true);
	fltfs_keepers_free(stream);
	kfree(stream);
}

/*
 * Does the open come from another machine? File servers in the kernel name their threads so; one
 * that works in the kernel's common workers (ksmbd) cannot be told from others.
 */
static bool fltfs_remote_origin(void)
{
	static const char *const servers[] = { "nfsd", "lockd" };
	unsigned int i;

	if (likely(!(current->flags & PF_KTHREAD)))
		return false;
	for (i = 0; i < ARRAY_SIZE(servers); i++)
		if (strstarts(current->comm, servers[i]))
			return true;
	return false;
}

/**
 * fltfs_fo_new() - a file object for an open that begins
 * @dentry: upper dentry, negative if the file is to be created
 *
 * Return: the object with one reference, or NULL for lack of memory.
 */
struct fltfs_fo *fltfs_fo_new(struct dentry *dentry)
{
	struct fltfs_fo *fo = kmem_cache_alloc(fltfs_fo_cache, GFP_KERNEL);

	if (!fo)
		return NULL;
	flt_file_init(&fo->base, fltfs_volume(dentry->d_sb));
	fo->dentry = dget(dentry);
	fo->below = NULL;
	fo->lower = NULL;
	fo->stream = NULL;
	INIT_LIST_HEAD(&fo->link);
	fo->opener = get_pid(task_tgid(current));
	fo->granted = 0;
	fo->sync = 0;
	fo->state = 0;
	fo->scan = NULL;
	fo->lister = NULL;
	fo->ea_cursor = 0;
	atomic_set(&fo->maps, 0);
	fo->base.fo.Flags = FO_SYNCHRONOUS_IO | FO_OPENED_CASE_SENSITIVE;
	if (fltfs_remote_origin())
		fo->base.fo.Flags |= FO_REMOTE_ORIGIN;
	if (fltfs_dentry_name(dentry, &fo->base.fo.FileName)) {
		flt_file_put(&fo->base);
		return NULL;
	}
	return fo;
}

/**
 * fltfs_fo_opened() - the create succeeded below
 * @fo: file object; its dentry is positive by now
 * @access: access granted
 *
 * Return: 0 or -ENOMEM.
 */
int fltfs_fo_opened(struct fltfs_fo *fo, ACCESS_MASK access)
{
	struct fltfs_stream *stream = fltfs_stream_of(d_inode(fo->dentry));
	FILE_OBJECT *shown = &fo->base.fo;

	if (!stream)
		return -ENOMEM;
	fo->stream = stream;
	fo->granted = access;
	set_bit(FLTFS_FO_OPEN, &fo->state);
	fo->base.stream = &stream->contexts;
	fo->base.sections = &stream->sections;
	shown->FsContext = &stream->header;
	shown->FsContext2 = fo;
	shown->SectionObjectPointer = &stream->sections.shown;
	shown->ReadAccess = !!(access & (FILE_READ_DATA | FILE_EXECUTE));
	shown->WriteAccess = !!(access & (FILE_WRITE_DATA | FILE_APPEND_DATA));
	shown->DeleteAccess = !!(access & DELETE);
	shown->SharedRead = TRUE;
	shown->SharedWrite = TRUE;
	shown->SharedDelete = TRUE;
	return 0;
}

/* Let operations on its name find it (fltfs_fo_own()); the lower file is set by now. */
void fltfs_fo_list(struct fltfs_fo *fo)
{
	spin_lock(&fo->stream->lock);
	list_add(&fo->link, &fo->stream->opens);
	spin_unlock(&fo->stream->lock);
}

/* Not open any more, or never to be shown open: nobody finds it. */
static void fltfs_fo_unlist(struct fltfs_fo *fo)
{
	if (!fo->stream)
		return;
	spin_lock(&fo->stream->lock);
	list_del_init(&fo->link);
	spin_unlock(&fo->stream->lock);
}

/*
 * The file system is about to drop its reference. If a filter has one it holds the super block from
 * now on, which the caller's file, path operation or earlier pin still keeps alive.
 */
static void fltfs_fo_pin(struct fltfs_fo *fo)
{
	if (refcount_read(&fo->base.refs) > 1 && !test_bit(FLTFS_FO_PINNED, &fo->state) &&
	    atomic_inc_not_zero(&fo->dentry->d_sb->s_active))
		set_bit(FLTFS_FO_PINNED, &fo->state);
}

/* A truncation by path that a filter sent to this inode is over (short.c). */
static void fltfs_fo_end_write(struct fltfs_fo *fo)
{
	if (unlikely(test_and_clear_bit(FLTFS_FO_WRITER, &fo->state)))
		put_write_access(d_inode(fo->dentry));
}

/**
 * fltfs_fo_forget() - the open failed after all (cancelled, or refused above the file system)
 * @fo: file object; no CLEANUP and no CLOSE are sent for it. Those below a filter that cancelled
 *	the open have had theirs, and a name that the open was to delete goes here.
 */
void fltfs_fo_forget(struct fltfs_fo *fo)
{
	if (fo->base.fo.Flags & FO_FILE_OPEN_CANCELLED && test_bit(FLTFS_FO_OPEN, &fo->state))
		fltfs_fo_remove_marked(fo);
	fltfs_fo_unlist(fo);
	fltfs_fo_end_write(fo);
	clear_bit(FLTFS_FO_OPEN, &fo->state);
	fo->base.fo.FsContext = NULL;
	fo->base.fo.FsContext2 = NULL;
	if (fo->lower) {
		fltfs_close_lower(d_inode(fo->dentry), fo->lower);
		fo->lower = NULL;
	}
	fltfs_fo_pin(fo);
	flt_file_put(&fo->base);
}

static __always_inline void fltfs_fo_send(struct fltfs_fo *fo, UCHAR major)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_nothing };
	struct flt_operation op FLT_NOT_CLEARED;

	__flt_operation_init(&op, fo->base.volume, major, &fo->base.fo);
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	if (major == IRP_MJ_CLOSE)
		op.iopb.IrpFlags |= IRP_CLOSE_OPERATION;
	op.front = &request;
	flt_operation_run(&op);
	flt_operation_fini(&op);
}

/* Each with the operation in a frame of its own, and what is known of it known to the compiler. */
static noinline void fltfs_fo_send_cleanup(struct fltfs_fo *fo)
{
	fltfs_fo_send(fo, IRP_MJ_CLEANUP);
}

static noinline void fltfs_fo_send_close(struct fltfs_fo *fo)
{
	fltfs_fo_send(fo, IRP_MJ_CLOSE);
}

/**
 * fltfs_fo_clean() - the CLEANUP of an open file object begins
 * @fo: file object
 * @marked: set to whether its name goes with it
 *
 * Under the stream's lock, since another object's mark is handed on to one that is not cleaned up.
 *
 * Return: false when it has begun before
 */
bool fltfs_fo_clean(struct fltfs_fo *fo, bool *marked)
{
	bool first;

	if (test_bit(FLTFS_FO_CLEANED, &fo->state))
		return false;
	spin_lock(&fo->stream->lock);
	first = !test_and_set_bit(FLTFS_FO_CLEANED, &fo->state);
	*marked = test_bit(FLTFS_FO_DELETE, &fo->state);
	spin_unlock(&fo->stream->lock);
	return first;
}

/**
 * fltfs_fo_cleanup() - the last descriptor is gone
 * @fo: open file object; calls after the first do nothing
 *
 * A name that a filter marked for deletion goes here, in the bottom; the mark cannot be seen
 * afterwards. Passive level, any task that may sleep.
 */
void fltfs_fo_cleanup(struct fltfs_fo *fo)
{
	bool marked;

	if (!fltfs_fo_clean(fo, &marked))
		return;
	fltfs_fo_flag(fo, FO_HANDLE_CREATED);
	if (unlikely(marked))
		fltfs_fo_cleanup_delete(fo);
	else
		fltfs_fo_send_cleanup(fo);
	fltfs_fo_flag(fo, FO_CLEANUP_COMPLETE);
	fltfs_fo_unlist(fo);
}

/**
 * fltfs_fo_release() - the upper file, or the operation by path, is over
 * @fo: file object; the caller's reference goes
 *
 * CLOSE follows at once, or with the last reference that a filter holds.
 */
void fltfs_fo_release(struct fltfs_fo *fo)
{
	fltfs_fo_cleanup(fo);
	fltfs_fo_end_write(fo);
	fltfs_fo_pin(fo);
	flt_file_put(&fo->base);
}

/**
 * fltfs_fo_free() - the last reference is gone
 * @base: in a file object
 *
 * CLOSE is sent here. A filter that takes a reference while it sees CLOSE keeps the memory, and
 * comes back here without another CLOSE.
 */
void fltfs_fo_free(struct flt_file *base)
{
	struct fltfs_fo *fo = container_of(base, struct fltfs_fo, base);
	struct super_block *sb;

	if (test_bit(FLTFS_FO_OPEN, &fo->state) && !test_bit(FLTFS_FO_OWN, &fo->state) &&
	    !test_and_set_bit(FLTFS_FO_CLOSED, &fo->state)) {
		refcount_set(&base->refs, 1);
		fltfs_fo_send_close(fo);
		fltfs_fo_pin(fo);
		if (!refcount_dec_and_test(&base->refs)) {
			/* flt_file_put() drops the volume once for each time it gets here. */
			flt_object_get(&base->volume->obj);
			return;
		}
	}
	fltfs_fo_unlist(fo);
	flt_file_fini(base);
	fltfs_scan_free(fo->scan);
	fltfs_lister_free(fo->lister);
	if (fo->lower)
		fltfs_close_lower(d_inode(fo->dentry), fo->lower);
	put_pid(fo->opener);
	fltfs_name_free(&base->fo.FileName);
	sb = test_bit(FLTFS_FO_PINNED, &fo->state) ? fo->dentry->d_sb : NULL;
	dput(fo->below);
	dput(fo->dentry);
	kmem_cache_free(fltfs_fo_cache, fo);
	if (sb)
		fltfs_unpin(sb);
}

/**
 * fltfs_fo_own() - the caller's own open file object on a dentry
 * @dentry: upper dentry, positive
 *
 * The VFS hides the descriptor from calls such as fstat() and fchmod(); the newest object that the
 * calling thread group opened on the same name stands for it (rule R3).
 *
 * Return: a referenced object (flt_file_put()), or NULL.
 */
struct fltfs_fo *fltfs_fo_own(struct dentry *dentry)
{
	struct fltfs_stream *stream = READ_ONCE(fltfs_i(d_inode(dentry))->stream);
	struct pid *tgid = task_tgid(current);
	struct fltfs_fo *fo, *own = NULL;

	if (!stream)
		return NULL;
	spin_lock(&stream->lock);
	list_for_each_entry(fo, &stream->opens, link) {
		if (fo->opener == tgid && fo->dentry == dentry &&
		    !test_bit(FLTFS_FO_CLEANED, &fo->state) &&
		    !test_bit(FLTFS_FO_OWN, &fo->state) &&
		    refcount_inc_not_zero(&fo->base.refs)) {
			own = fo;
			break;
		}
	}
	spin_unlock(&stream->lock);
	return own;
}

/* What an open upper file was opened for, as a create would have said it. */
static ACCESS_MASK fltfs_file_access(const struct file *file)
{
	ACCESS_MASK access = 0;

	if (file->f_mode & FMODE_READ)
		access |= FILE_GENERIC_READ;
	if (file->f_mode & FMODE_WRITE)
		access |= FILE_GENERIC_WRITE;
	return access;
}

/**
 * fltfs_file_make_fo() - a file object for an open file
 * @file: open upper file, held by the caller
 *
 * A file opened when nobody was interested gets its object with the first operation that somebody
 * is interested in; its create was not shown.
 *
 * Return: as fltfs_file_get_fo()
 */
struct fltfs_fo *fltfs_file_make_fo(struct file *file)
{
	struct fltfs_fo *fo;
	struct file *lower;

	fo = fltfs_fo_new(file_dentry(file));
	if (!fo)
		return NULL;
	lower = fltfs_lower_file(file);
	if (fltfs_fo_opened(fo, fltfs_file_access(file))) {
		flt_file_put(&fo->base);
		return NULL;
	}
	fo->lower = lower;
	fltfs_fo_flag(fo, FO_HANDLE_CREATED);
	if (cmpxchg(&file->private_data, (void *)lower, (void *)((unsigned long)fo | 1)) !=
	    (void *)lower) {
		/* Another thread was faster: this one was never shown to anybody. */
		fo->lower = NULL;
		fltfs_fo_forget(fo);
		return fltfs_file_fo(file);
	}
	fltfs_fo_list(fo);
	return fo;
}

/* With a constructor, objects are not cleared at each allocation where init_on_alloc is set. */
static void fltfs_fo_init_once(void *object)
{
	struct fltfs_fo *fo = object;

	memset(fo, 0, sizeof(*fo));
}

int fltfs_fo_cache_create(void)
{
	fltfs_fo_cache = kmem_cache_create("fltfs_file_object", sizeof(struct fltfs_fo), 0,
					   SLAB_HWCACHE_ALIGN, fltfs_fo_init_once);
	if (!fltfs_fo_cache)
		return -ENOMEM;
	fltfs_unpin_wq = alloc_workqueue("fltfs_unpin", WQ_UNBOUND, 0);
	if (fltfs_unpin_wq)
		return 0;
	kmem_cache_destroy(fltfs_fo_cache);
	return -ENOMEM;
}

/* The last unmount let go of the module; the worker that did it may be on its last instructions. */
void fltfs_fo_cache_destroy(void)
{
	destroy_workqueue(fltfs_unpin_wq);
	kmem_cache_destroy(fltfs_fo_cache);
}
