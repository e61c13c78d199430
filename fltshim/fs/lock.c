// SPDX-License-Identifier: GPL-2.0
/*
 * flock, POSIX and open-file-description locks: kept on the upper inode, and on the lower file as
 * well where that has methods of its own (a network file system, whose locks hold between
 * machines); that is then asked first. Filters see LOCK_CONTROL; the key tells the kinds apart.
 *
 * What a filter grants by itself is its own: nothing is recorded but the owner, who has to be told
 * off with UNLOCK_ALL when it closes the file. An unlock cannot be failed.
 */
#include <linux/slab.h>
#include "compat/lock.h"
#include "fltmgr/file_object.h"
#include "fs/request.h"
#include "nt/ps_process.h"

enum {
	FLTFS_KEY_POSIX,
	FLTFS_KEY_FLOCK,
	FLTFS_KEY_OFD,
};

/* An owner of POSIX locks that a filter keeps; in the stream's list, under its lock. */
struct fltfs_keeper {
	struct list_head link;
	fl_owner_t owner;
};

/**
 * struct fltfs_locking - a lock or unlock under way
 * @request: first member
 * @file: upper file
 * @cmd: F_SETLK or F_SETLKW
 * @fl: what the VFS asks for; changed as filters change it
 * @key: FLTFS_KEY_*
 * @length: what Parameters.LockControl.Length points to
 * @shown: its value
 * @had: the owner had a lock in that range before
 * @ret: what the kernel's lock code said
 */
struct fltfs_locking {
	struct fltfs_request request;
	struct file *file;
	int cmd;
	struct file_lock *fl;
	ULONG key;
	LARGE_INTEGER length;
	s64 shown;
	bool had;
	int ret;
};

/* The lower file's own lock, held between machines. */
static int fltfs_lock_remote(struct file *lower, int cmd, const struct file_lock *fl)
{
	struct file_lock copy;
	int err;

	locks_init_lock(&copy);
	locks_copy_lock(&copy, (struct file_lock *)fl);
	flt_lock_file(&copy) = lower;
	if (flt_lock_flags(fl) & FL_FLOCK) {
		flt_lock_owner(&copy) = (fl_owner_t)lower;
		err = lower->f_op->flock(lower, cmd, &copy);
	} else {
		err = vfs_lock_file(lower, cmd, &copy, NULL);
	}
	locks_release_private(&copy);
	return err;
}

static int fltfs_lock_lower(struct file *file, int cmd, struct file_lock *fl)
{
	struct file *lower = fltfs_lower_file(file);
	bool flock = flt_lock_flags(fl) & FL_FLOCK;
	int err;

	if (flock ? !!lower->f_op->flock : !!lower->f_op->lock) {
		err = fltfs_lock_remote(lower, cmd, fl);
		/* Unlocked here in any case: the owner may be gone already. */
		if (err && flt_lock_type(fl) != F_UNLCK)
			return err;
	}
	/* A lock manager waits by itself, and says so by asking for no wait here. */
	if (!flock && cmd != F_SETLKW)
		return posix_lock_file(file, fl, NULL);
	return locks_lock_inode_wait(file_inode(file), fl);
}

/* The range and kind as the filters left them. */
static int fltfs_lock_take(struct fltfs_locking *locking, const struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	s64 offset = parameters->LockControl.ByteOffset.QuadPart;
	struct file_lock *fl = locking->fl;
	s64 length;

	if (!parameters->LockControl.Length)
		return -EINVAL;
	length = parameters->LockControl.Length->QuadPart;
	if (offset != fl->fl_start || length != locking->shown) {
		if (offset < 0 || length <= 0 || length > OFFSET_MAX - offset)
			return -EINVAL;
		fl->fl_start = offset;
		fl->fl_end = offset + length - 1;
	}
	if (flt_lock_type(fl) != F_UNLCK)
		flt_lock_type(fl) = op->iopb.OperationFlags & SL_EXCLUSIVE_LOCK ? F_WRLCK :
										    F_RDLCK;
	return 0;
}

/*
 * Sets the lock. A wait lasts until somebody else lets go of his: no filter has to stay for that
 * (LOCK-34).
 */
static int fltfs_lock_set(struct flt_operation *op, struct fltfs_locking *locking)
{
	struct file_lock *fl = locking->fl;
	int ret;

	if (locking->cmd != F_SETLKW || !(flt_lock_flags(fl) & FL_SLEEP))
		return fltfs_lock_lower(locking->file, locking->cmd, fl);
	flt_lock_flags(fl) &= ~FL_SLEEP;
	ret = fltfs_lock_lower(locking->file, F_SETLK, fl);
	flt_lock_flags(fl) |= FL_SLEEP;
	if (ret != -EAGAIN)
		return ret;
	flt_operation_bottom_waits(op);
	ret = fltfs_lock_lower(locking->file, F_SETLKW, fl);
	flt_operation_bottom_waited(op);
	return ret;
}

static void fltfs_bottom_lock(struct flt_operation *op)
{
	struct fltfs_locking *locking = op->front;
	int ret = fltfs_lock_take(locking, op);

	if (!ret) {
		locking->had = flt_lock_held(file_inode(locking->file), locking->fl);
		ret = fltfs_lock_set(op, locking);
	}
	locking->ret = ret;
	if (ret >= 0) {
		fltfs_op_fo(op)->base.fo.LockOperation = TRUE;
		flt_operation_result(op, STATUS_SUCCESS, 0);
	} else if (ret == -EAGAIN) {
		flt_operation_result(op, STATUS_LOCK_NOT_GRANTED, 0);
	} else if (ret == -ERESTARTSYS || ret == -EINTR) {
		flt_operation_result(op, STATUS_CANCELLED, 0);
	} else {
		fltfs_op_errno(op, ret, 0);
	}
}

static void fltfs_lock_fill(struct flt_operation *op, struct fltfs_locking *locking)
{
	FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const struct file_lock *fl = locking->fl;

	op->iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op->data.RequestorMode = fltfs_requestor();
	op->iopb.MinorFunction = flt_lock_type(fl) == F_UNLCK ? IRP_MN_UNLOCK_SINGLE : IRP_MN_LOCK;
	parameters->LockControl.Length = &locking->length;
	parameters->LockControl.Key = locking->key;
	parameters->LockControl.ByteOffset.QuadPart = fl->fl_start;
	parameters->LockControl.ProcessId = ps_process_of(current);
	if (flt_lock_type(fl) == F_UNLCK)
		return;
	parameters->LockControl.FailImmediately = locking->cmd != F_SETLKW;
	parameters->LockControl.ExclusiveLock = flt_lock_type(fl) == F_WRLCK;
	if (parameters->LockControl.FailImmediately)
		op->iopb.OperationFlags |= SL_FAIL_IMMEDIATELY;
	if (parameters->LockControl.ExclusiveLock)
		op->iopb.OperationFlags |= SL_EXCLUSIVE_LOCK;
}

/* Remembers that a filter keeps locks of an owner. Without memory the owner is not told off. */
static void fltfs_keeper_add(struct fltfs_stream *stream, fl_owner_t owner)
{
	struct fltfs_keeper *keeper = kmalloc(sizeof(*keeper), GFP_KERNEL), *other;

	if (!keeper)
		return;
	keeper->owner = owner;
	spin_lock(&stream->lock);
	list_for_each_entry(other, &stream->keepers, link) {
		if (other->owner == owner) {
			spin_unlock(&stream->lock);
			kfree(keeper);
			return;
		}
	}
	list_add(&keeper->link, &stream->keepers);
	spin_unlock(&stream->lock);
}

/* Return: a filter kept locks of the owner; that is forgotten now. */
static bool fltfs_keeper_drop(struct fltfs_stream *stream, fl_owner_t owner)
{
	struct fltfs_keeper *keeper, *found = NULL;

	if (!stream || list_empty_careful(&stream->keepers))
		return false;
	spin_lock(&stream->lock);
	list_for_each_entry(keeper, &stream->keepers, link) {
		if (keeper->owner == owner) {
			list_del(&keeper->link);
			found = keeper;
			break;
		}
	}
	spin_unlock(&stream->lock);
	kfree(found);
	return found;
}

/* The inode goes, and with it what was remembered. */
void fltfs_keepers_free(struct fltfs_stream *stream)
{
	struct fltfs_keeper *keeper, *next;

	list_for_each_entry_safe(keeper, next, &stream->keepers, link)
		kfree(keeper);
}

static int fltfs_unlocked(struct fltfs_locking *locking, NTSTATUS status, int err)
{
	if (!locking->request.reached && err)
		locking->ret = fltfs_lock_lower(locking->file, locking->cmd, locking->fl);
	if (err && status != STATUS_RANGE_NOT_LOCKED)
		pr_warn_ratelimited("fltfs: a filter failed an unlock with %#x; it is unlocked all the same\n",
				    status);
	return 0;
}

/*
 * A filter refused what had been granted below, and left it there: the lock goes again (LOCK-25).
 * Where it took the place of one that the same owner had before, that one is not known any more;
 * then nothing is taken away, and the program is told what it has. Return: 0, or @err.
 */
static int fltfs_lock_undo(struct fltfs_locking *locking, int err)
{
	if (!flt_lock_held(file_inode(locking->file), locking->fl))
		return err;
	pr_warn_ratelimited("fltfs: a filter refused a lock after it was granted, and left it there; it is %s\n",
			    locking->had ? "kept, since there was one before" : "taken away");
	if (locking->had)
		return 0;
	flt_lock_type(locking->fl) = F_UNLCK;
	flt_lock_flags(locking->fl) &= ~FL_SLEEP;
	fltfs_lock_lower(locking->file, F_SETLK, locking->fl);
	return err;
}

static int fltfs_locked(struct fltfs_locking *locking, struct fltfs_fo *fo, NTSTATUS status,
			int err)
{
	bool reached = locking->request.reached;

	if (!err && !reached) {
		fo->base.fo.LockOperation = TRUE;
		if (locking->key == FLTFS_KEY_POSIX)
			fltfs_keeper_add(fo->stream, flt_lock_owner(locking->fl));
		return 0;
	}
	/* A filter was keeping it when a signal came: as if it had waited below (LOCK-30). */
	if (!reached && status == STATUS_CANCELLED && signal_pending(current))
		return -ERESTARTSYS;
	if (!reached)
		return err;
	/* An interrupted wait keeps the errno by which the call is restarted or not. */
	if (status == STATUS_CANCELLED && locking->ret < 0)
		return locking->ret;
	if (err && locking->ret == 0)
		return fltfs_lock_undo(locking, err);
	return err ?: locking->ret;
}

static noinline int fltfs_lock_filtered(struct fltfs_locking *locking)
{
	struct fltfs_fo *fo = fltfs_file_get_fo(locking->file);
	struct file_lock *fl = locking->fl;
	bool unlock = flt_lock_type(fl) == F_UNLCK;
	struct flt_operation op FLT_NOT_CLEARED;
	NTSTATUS status;
	int err;

	if (!fo)
		return -ENOMEM;
	locking->request.bottom = fltfs_bottom_lock;
	locking->shown = (fl->fl_end == OFFSET_MAX ? OFFSET_MAX : fl->fl_end + 1) - fl->fl_start;
	locking->length.QuadPart = locking->shown;
	flt_operation_init(&op, fo->base.volume, IRP_MJ_LOCK_CONTROL, &fo->base.fo);
	fltfs_lock_fill(&op, locking);
	if (locking->cmd == F_SETLKW && flt_lock_flags(fl) & FL_SLEEP)
		op.flags |= FLT_OP_INTERRUPTIBLE;
	op.front = locking;
	flt_operation_run(&op);
	status = op.data.IoStatus.Status;
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return unlock ? fltfs_unlocked(locking, status, err) :
			fltfs_locked(locking, fo, status, err);
}

/**
 * fltfs_lock() - f_op->lock: POSIX and open-file-description locks
 * @file: upper file
 * @cmd: F_GETLK, F_SETLK, F_SETLKW
 * @fl: what is asked for
 *
 * A query gives no operation, since there is none for it. What goes at a close was shown as
 * UNLOCK_ALL (fltfs_lock_flush()) or is implied by CLEANUP.
 *
 * Return: 0, FILE_LOCK_DEFERRED, or a negative errno.
 */
int fltfs_lock(struct file *file, int cmd, struct file_lock *fl)
{
	struct fltfs_locking locking = { .file = file, .cmd = cmd, .fl = fl };
	struct file *lower = fltfs_lower_file(file);
	int err;

	/* A lock manager gives up waiting: what waits here is its own to take out of the queue. */
	if (cmd == F_CANCELLK)
		return lower->f_op->lock ? vfs_cancel_lock(lower, fl) : 0;
	if (cmd == F_GETLK) {
		posix_test_lock(file, fl);
		if (flt_lock_type(fl) != F_UNLCK || !lower->f_op->lock)
			return 0;
		flt_lock_file(fl) = lower;
		err = vfs_test_lock(lower, fl);
		flt_lock_file(fl) = file;
		return err;
	}
	if (flt_lock_flags(fl) & FL_CLOSE ||
	    !fltfs_wants(file_inode(file), FLT_WANT(IRP_MJ_LOCK_CONTROL)))
		return fltfs_lock_lower(file, cmd, fl);
	locking.key = flt_lock_flags(fl) & FL_OFDLCK ? FLTFS_KEY_OFD : FLTFS_KEY_POSIX;
	return fltfs_lock_filtered(&locking);
}

/* f_op->flock; those dropped at the last close are implied by CLEANUP (VFS-513). */
int fltfs_flock(struct file *file, int cmd, struct file_lock *fl)
{
	struct fltfs_locking locking = { .file = file, .cmd = cmd, .fl = fl,
					 .key = FLTFS_KEY_FLOCK };

	if (flt_lock_flags(fl) & FL_CLOSE ||
	    !fltfs_wants(file_inode(file), FLT_WANT(IRP_MJ_LOCK_CONTROL)))
		return fltfs_lock_lower(file, cmd, fl);
	return fltfs_lock_filtered(&locking);
}

/**
 * fltfs_setlease() - f_op->setlease
 * @file: upper file
 * @arg: F_RDLCK, F_WRLCK or F_UNLCK
 * @lease: to be put on it
 * @priv: passed on
 *
 * A lease promises to hear of others who open the file. Where the file system below has a say in
 * that, since others are on other machines, the mount cannot promise it.
 *
 * Return: 0 or a negative errno.
 */
int fltfs_setlease(struct file *file, flt_lease_arg arg, struct FLT_LEASE **lease, void **priv)
{
	if (arg != F_UNLCK && fltfs_lower_file(file)->f_op->setlease)
		return -EAGAIN;
	return generic_setlease(file, arg, lease, priv);
}

/* All POSIX locks of an owner go. */
struct fltfs_unlock_all {
	struct fltfs_request request;
	struct file *file;
	fl_owner_t owner;
	LARGE_INTEGER length;
};

static void fltfs_bottom_unlock_all(struct flt_operation *op)
{
	const struct fltfs_unlock_all *all = op->front;

	/* Comes back to fltfs_lock() with FL_CLOSE. */
	locks_remove_posix(all->file, all->owner);
	flt_operation_result(op, STATUS_SUCCESS, 0);
}

static noinline void fltfs_unlock_all_send(struct fltfs_fo *fo, struct file *file,
					   fl_owner_t owner)
{
	struct fltfs_unlock_all all = {
		.request.bottom	= fltfs_bottom_unlock_all,
		.file		= file,
		.owner		= owner,
	};
	struct flt_operation op FLT_NOT_CLEARED;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_LOCK_CONTROL, &fo->base.fo);
	op.flags |= FLT_OP_UNKILLABLE;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.MinorFunction = IRP_MN_UNLOCK_ALL;
	op.iopb.Parameters.LockControl.Length = &all.length;
	op.iopb.Parameters.LockControl.ProcessId = ps_process_of(current);
	op.front = &all;
	flt_operation_run(&op);
	flt_operation_fini(&op);
	if (!all.request.reached)
		locks_remove_posix(file, owner);
}

/**
 * fltfs_lock_flush() - a descriptor is closed, so its owner's POSIX locks go
 * @file: upper file
 * @owner: lock owner
 *
 * Before a CLEANUP; the VFS, which would do it after ->flush, finds nothing more.
 */
void fltfs_lock_flush(struct file *file, fl_owner_t owner)
{
	struct inode *inode = file_inode(file);
	struct fltfs_fo *fo;
	bool kept;

	if (!fltfs_wants(inode, FLT_WANT(IRP_MJ_LOCK_CONTROL)))
		return;
	kept = fltfs_keeper_drop(READ_ONCE(fltfs_i(inode)->stream), owner);
	if (!kept && !flt_owner_has_lock(inode, owner))
		return;
	fo = fltfs_file_get_fo(file);
	if (fo)
		fltfs_unlock_all_send(fo, file, owner);
}
