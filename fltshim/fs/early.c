// SPDX-License-Identifier: GPL-2.0
/*
 * Early create: the filters' pre-operation callbacks of an open that may make a file run without
 * the lock of its directory, and their post-operation callbacks in ->open, so a filter that
 * thinks long about a new file stops nobody else there (section 8.3 of the map).
 *
 * The VFS calls ->atomic_open with the directory locked. Letting a lock of the VFS go inside an
 * inode operation is sound here, and nowhere else, because this method has one caller
 * (open_last_lookups()), which takes the lock for this call alone, one frame above, and afterwards
 * only tells watchers and unlocks. The rules:
 *
 * 1. Meanwhile the dentry is an ordinary hashed negative one. One that is "in lookup" would be
 *    waited for, by others who hold the directory.
 * 2. Afterwards everything may have changed: the directory may be dead (ENOENT), the dentry
 *    unhashed or elsewhere, since it was made and renamed (the name is looked up anew), or positive
 *    (EEXIST for O_EXCL, otherwise an open of what is there). Directory and name are those that the
 *    VFS came with; both are kept, as the dentry's own follow it.
 * 3. Exclusive or shared is told by file->f_flags: the VFS takes O_CREAT out of the argument when
 *    it is not permitted, but keeps the kind of lock.
 * 4. Freeze protection of the upper super block goes with the lock. O_CREAT in the argument means
 *    that the VFS has it. The mount's write count stays.
 * 5. A kernel thread may have another caller of ->atomic_open behind it: never for one.
 * 6. The file is made in the operation's bottom, under the lock again; then the operation is
 *    parked until ->open, which the VFS calls after its own checks and notifications. What exists
 *    already is opened only there, since until then nobody has checked the caller's right to it.
 * 7. The VFS may refuse the open between the two (a security module, fanotify): a task work ends
 *    the operation before the task returns to user mode, and frees the request in any case. It
 *    keeps the super block and the module until then. A task that opens files one after another
 *    without that (io_uring) may bring the memory of the refused file again, as another one.
 * 8. A filter may send the open to another name (reopen.c). What exists there is left to the VFS,
 *    which checks and opens it as any other, with a create in ->open that goes on where this one
 *    has ended; what does not is made there, and opened at once.
 */
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include "fs/open.h"
#include "fs/namei.h"

/**
 * struct fltfs_early_dir - a directory that is locked
 * @parent: upper directory, referenced
 * @exclusive: the kind of lock
 * @freezes: freeze protection goes with it
 */
struct fltfs_early_dir {
	struct dentry *parent;
	bool exclusive;
	bool freezes;
};

/**
 * struct fltfs_early - an early create
 * @create: the create
 * @op: its operation
 * @work: ends it
 * @link: among the parked ones of this hash value, and those that were
 * @sent: elsewhere: the operation is over, and what it has left is in @create
 * @task: the opener, which alone goes on with it
 * @flags: open flags, and
 * @cred: whose open it is, referenced: with the file's address they tell it from a later one
 * @dir: where it is made
 * @vfs: what the VFS has locked: the same, unless a filter sent the open elsewhere
 * @name: what is made there
 * @asked: the dentry to be made, referenced; that of the file object may be another of its name.
 *	Of one that was sent elsewhere: the dentry to be opened
 */
struct fltfs_early {
	struct fltfs_create create;
	struct flt_operation op;
	struct callback_head work;
	struct hlist_node link;
	bool sent;
	struct task_struct *task;
	unsigned int flags;
	const struct cred *cred;
	struct fltfs_early_dir dir;
	struct fltfs_early_dir vfs;
	struct name_snapshot name;
	struct dentry *asked;
};

#define FLTFS_PARKED_BITS	6

/* The lock is for tasks that share a hash value; an entry is its own task's. */
static struct fltfs_parked {
	spinlock_t lock;	/* list */
	struct hlist_head list;
} fltfs_parked[1 << FLTFS_PARKED_BITS];

static struct fltfs_parked *fltfs_parked_of_task(void)
{
	return &fltfs_parked[hash_ptr(current, FLTFS_PARKED_BITS)];
}

static void fltfs_early_unlock(const struct fltfs_early_dir *dir)
{
	struct inode *inode = d_inode(dir->parent);

	if (dir->exclusive)
		inode_unlock(inode);
	else
		inode_unlock_shared(inode);
	if (dir->freezes)
		sb_end_write(inode->i_sb);
}

static void fltfs_early_lock(const struct fltfs_early_dir *dir)
{
	struct inode *inode = d_inode(dir->parent);

	if (dir->freezes)
		sb_start_write(inode->i_sb);
	if (dir->exclusive)
		inode_lock(inode);
	else
		inode_lock_shared(inode);
}

/* Has the file object's dentry the name that was asked for? The directory is locked. */
static bool fltfs_early_named(const struct fltfs_early *early)
{
	const struct dentry *dentry = early->create.fo->dentry;
	const struct qstr *name = &early->name.name;

	return !d_unhashed(dentry) && dentry->d_parent == early->dir.parent &&
	       dentry->d_name.len == name->len &&
	       !memcmp(dentry->d_name.name, name->name, name->len);
}

/* Looks the name up anew; the file object gets the dentry that has it now. */
static int fltfs_early_look(struct fltfs_early *early)
{
	struct dentry *parent = early->dir.parent;
	struct fltfs_fo *fo = early->create.fo;
	struct dentry *found;

	found = lookup_one(fltfs_lower_idmap(parent->d_sb), early->name.name.name, parent,
			   early->name.name.len);
	if (IS_ERR(found))
		return PTR_ERR(found);
	dput(fo->dentry);
	fo->dentry = found;
	return 0;
}

/* What the lock is needed for. Return: 0 when the name exists now and may be opened. */
static int fltfs_early_make(struct fltfs_early *early, const FLT_PARAMETERS *parameters,
			    ULONG disposition, ULONG_PTR *information)
{
	struct fltfs_create *create = &early->create;
	unsigned int flags = create->file->f_flags;
	int err, tries;

	if (IS_DEADDIR(d_inode(early->dir.parent)))
		return -ENOENT;
	/* It may be made below, or dropped above, after each look, but hardly for ever. */
	for (tries = 0; tries < 3; tries++) {
		if (tries || !fltfs_early_named(early)) {
			err = fltfs_early_look(early);
			if (err)
				return err;
		}
		if (d_really_is_positive(create->fo->dentry))
			break;
		if (create->created)
			continue;
		err = fltfs_create_new(create, parameters, disposition, information);
		if (err && err != -ESTALE)
			return err;
		if (!err && d_really_is_positive(create->fo->dentry))
			break;
	}
	if (d_really_is_negative(create->fo->dentry))
		return -ESTALE;
	if (create->created || !(flags & O_CREAT))
		return 0;
	if (flags & O_EXCL) {
		*information = FILE_EXISTS;
		return -EEXIST;
	}
	return d_is_dir(create->fo->dentry) ? -EISDIR : 0;
}

/*
 * Takes the lock. When it parks the operation it keeps it, otherwise it lets it go again: the
 * post-operation callbacks come next.
 */
static void fltfs_bottom_early(struct flt_operation *op)
{
	struct fltfs_early *early = container_of(op, struct fltfs_early, op);
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	ULONG disposition = parameters->Create.Options >> 24;
	struct fltfs_create *create = &early->create;
	ULONG_PTR information = 0;
	int err;

	if (disposition > FILE_MAXIMUM_DISPOSITION) {
		flt_operation_result(op, STATUS_INVALID_PARAMETER, 0);
		return;
	}
	fltfs_early_lock(&early->dir);
	err = fltfs_early_make(early, parameters, disposition, &information);
	if (!err && op->parks && !d_is_symlink(create->fo->dentry)) {
		create->request.parked = true;
		return;
	}
	fltfs_early_unlock(&early->dir);
	/* A filter sent it down again: without the VFS only what was made here may be opened. */
	if (!err && !create->created && !d_is_symlink(create->fo->dentry))
		err = -ESTALE;
	if (err)
		fltfs_op_errno(op, err, information);
	else if (d_is_symlink(create->fo->dentry))
		fltfs_create_outside(op, create);
	else
		fltfs_create_opened(op, create);
}

/*
 * The operation goes on, on its way up. A filter that sends it down again from there gets what
 * @bottom says once more: the directory is not locked any more, and the VFS has made its checks.
 */
static void fltfs_early_go_on(struct fltfs_early *early, void (*bottom)(struct flt_operation *op))
{
	struct fltfs_request *request = &early->create.request;

	request->parked = false;
	request->bottom = bottom;
	bottom(&early->op);
	flt_operation_unpark(&early->op);
}

static void fltfs_bottom_refused(struct flt_operation *op)
{
	fltfs_op_errno(op, -EACCES, 0);
}

/* The VFS refused the open that was parked. A file that was made stays, as without filters. */
static void fltfs_early_refuse(struct fltfs_early *early)
{
	fltfs_early_go_on(early, fltfs_bottom_refused);
	flt_operation_fini(&early->op);
	fltfs_fo_forget(early->create.fo);
}

static void fltfs_early_link(struct fltfs_early *early)
{
	struct fltfs_parked *parked = fltfs_parked_of_task();

	spin_lock(&parked->lock);
	hlist_add_head(&early->link, &parked->list);
	spin_unlock(&parked->lock);
}

/* Is it the open of this file, and not one that only has the file's address? */
static bool fltfs_early_is_of(const struct fltfs_early *early, const struct file *file)
{
	const struct dentry *dentry = early->sent ? early->asked : early->create.fo->dentry;

	return dentry == file_dentry(file) && early->flags == file->f_flags &&
	       early->cred == file->f_cred;
}

/*
 * The task's parked create of this file, which is no longer parked, or the one that was sent to
 * it; or NULL. One that only has the file's address was refused.
 */
static struct fltfs_early *fltfs_early_take(const struct file *file, bool sent)
{
	struct fltfs_parked *parked = fltfs_parked_of_task();
	struct fltfs_early *early, *found = NULL;

	if (likely(!READ_ONCE(parked->list.first)))
		return NULL;
	spin_lock(&parked->lock);
	hlist_for_each_entry(early, &parked->list, link) {
		if (early->task == current && early->create.file == file && early->sent == sent) {
			hlist_del_init(&early->link);
			found = early;
			break;
		}
	}
	spin_unlock(&parked->lock);
	if (found && !fltfs_early_is_of(found, file)) {
		if (!sent)
			fltfs_early_refuse(found);
		found = NULL;
	}
	return found;
}

/**
 * fltfs_early_open() - ->open of a file whose create was begun in ->atomic_open
 * @file: upper file
 * @bottom: opens it, or says what it is, and sets the operation's result
 * @fo: receives the open file object; an error pointer; or NULL for what lies outside the volume
 *
 * Return: whether there was such a create; otherwise the open has one to send.
 */
bool fltfs_early_open(struct file *file, void (*bottom)(struct flt_operation *op),
		      struct fltfs_fo **fo)
{
	struct fltfs_early *early = fltfs_early_take(file, false);
	struct fltfs_create *create;
	int err;

	if (likely(!early))
		return false;
	create = &early->create;
	fltfs_early_go_on(early, bottom);
	err = fltfs_create_result(create, &early->op);
	flt_operation_fini(&early->op);
	*fo = create->fo;
	if (err || create->outside) {
		fltfs_fo_forget(create->fo);
		*fo = ERR_PTR(err);
	} else {
		fltfs_fo_list(create->fo);
	}
	return true;
}

/**
 * fltfs_early_inherit() - ->open of a file that a create in ->atomic_open may have been sent to
 * @create: about to be sent; receives what that one has left
 */
void fltfs_early_inherit(struct fltfs_create *create)
{
	struct fltfs_early *early = fltfs_early_take(create->file, true);

	if (likely(!early))
		return;
	create->restarts = early->create.restarts + 1;
	create->ecps = early->create.ecps;
	early->create.ecps.list = NULL;
}

static void fltfs_early_free(struct fltfs_early *early)
{
	flt_ecps_kept_end(&early->create.ecps);
	release_dentry_name_snapshot(&early->name);
	dput(early->asked);
	dput(early->dir.parent);
	dput(early->vfs.parent);
	put_cred(early->cred);
	kfree(early);
}

/* Task work of the opener, on its way to user mode. */
static void fltfs_early_end(struct callback_head *work)
{
	struct fltfs_early *early = container_of(work, struct fltfs_early, work);
	struct super_block *sb = early->vfs.parent->d_sb;
	struct fltfs_parked *parked = fltfs_parked_of_task();
	bool refused;

	spin_lock(&parked->lock);
	refused = !hlist_unhashed(&early->link);
	if (refused)
		hlist_del(&early->link);
	spin_unlock(&parked->lock);
	if (refused && !early->sent)
		fltfs_early_refuse(early);
	fltfs_early_free(early);
	deactivate_super(sb);
	module_put(THIS_MODULE);
}

/* The operation is at the file system and the lock is held: what follows comes with ->open. */
static int fltfs_early_park(struct fltfs_early *early)
{
	struct fltfs_create *create = &early->create;
	struct dentry *found = create->fo->dentry;
	struct file *file = create->file;

	if (create->created)
		file->f_mode |= FMODE_CREATED;
	fltfs_early_link(early);
	return finish_no_open(file, found == early->asked ? NULL : dget(found));
}

/* Where @dentry is to be made, and its name: both as they are at one time. */
static void fltfs_early_aim(struct fltfs_early *early, struct dentry *dentry)
{
	unsigned int seq;

	for (;;) {
		seq = read_seqbegin(&rename_lock);
		early->dir.parent = dget_parent(dentry);
		take_dentry_name_snapshot(&early->name, dentry);
		if (!read_seqretry(&rename_lock, seq))
			break;
		dput(early->dir.parent);
		release_dentry_name_snapshot(&early->name);
	}
}

/* The open goes on with a name that is to be made, in whatever directory that is. */
static int fltfs_early_again(struct fltfs_early *early, struct dentry *dentry)
{
	struct fltfs_create *create = &early->create;
	int err;

	release_dentry_name_snapshot(&early->name);
	dput(early->dir.parent);
	fltfs_early_aim(early, dentry);
	create->dir = d_inode(early->dir.parent);
	err = fltfs_create_again(create, &early->op, dentry);
	if (err)
		return err;
	dput(early->asked);
	early->asked = dget(dentry);
	flt_operation_run(&early->op);
	return 0;
}

/* The operation is over, and a create in ->open of what exists goes on where it ended. */
static int fltfs_early_send(struct fltfs_early *early, struct dentry *dentry)
{
	struct fltfs_create *create = &early->create;

	if (create->restarts == FLT_MAX_DEVICE_REPARSE_ATTEMPTS)
		return -ELOOP;
	flt_ecps_keep(&early->op, &create->ecps);
	dput(early->asked);
	early->asked = dget(dentry);
	early->sent = true;
	fltfs_early_link(early);
	return 0;
}

/*
 * Follows the open where filters send it. Return: NULL when the operation is over; an existing
 * dentry to open instead, referenced, or an error: then it is finished, too.
 */
static struct dentry *fltfs_early_follow(struct fltfs_early *early)
{
	bool make = early->create.dir;
	struct dentry *found;
	int err;

	while (fltfs_create_redirected(&early->create, &early->op)) {
		found = fltfs_reopen_find(&early->create, make);
		if (IS_ERR(found) || d_really_is_positive(found)) {
			err = IS_ERR(found) ? 0 : fltfs_early_send(early, found);
			flt_operation_fini(&early->op);
			if (!err)
				return found;
			dput(found);
			return ERR_PTR(err);
		}
		err = fltfs_early_again(early, found);
		dput(found);
		if (err)
			return ERR_PTR(err);
	}
	return NULL;
}

/* The operation is over, and the lock is not held yet. */
static int fltfs_early_over(struct fltfs_early *early)
{
	struct dentry *found = fltfs_early_follow(early);
	struct fltfs_create *create = &early->create;
	struct file *file = create->file;
	struct fltfs_fo *fo = create->fo;
	int err = PTR_ERR_OR_ZERO(found);

	if (!found) {
		err = fltfs_create_result(create, &early->op);
		flt_operation_fini(&early->op);
	}
	if (!found && !err && !create->outside) {
		fltfs_early_lock(&early->vfs);
		file->f_mode |= FMODE_CREATED;
		fltfs_fo_list(fo);
		return fltfs_finish_open(file, fo->dentry, fo);
	}
	if (!found && !err)
		found = dget(fo->dentry);
	/* What filters keep with it goes while nothing is locked (CTX-36). */
	fltfs_fo_forget(fo);
	fltfs_early_lock(&early->vfs);
	return err ?: finish_no_open(file, found);
}

/* May the lock be let go? Otherwise the callbacks run under it (VFS-902). */
static bool fltfs_early_allowed(const struct fltfs_sb *fsb)
{
	return !READ_ONCE(fsb->create_locked) && READ_ONCE(fsb->create_waits) &&
	       !(current->flags & PF_KTHREAD);
}

static struct fltfs_early *fltfs_early_new(struct dentry *dentry, struct file *file)
{
	struct fltfs_early *early = kmalloc(sizeof(*early), GFP_KERNEL);

	if (!early)
		return NULL;
	memset(&early->create, 0, sizeof(early->create));
	if (fltfs_create_init(&early->create, dentry, file)) {
		kfree(early);
		return NULL;
	}
	early->create.request.bottom = fltfs_bottom_early;
	INIT_HLIST_NODE(&early->link);
	early->sent = false;
	early->task = current;
	early->flags = file->f_flags;
	early->cred = get_cred(file->f_cred);
	/* The directory is locked: neither it nor the name changes. */
	fltfs_early_aim(early, dentry);
	early->asked = dget(dentry);
	early->dir.exclusive = file->f_flags & O_CREAT;
	early->dir.freezes = false;
	early->vfs = early->dir;
	dget(early->vfs.parent);
	init_task_work(&early->work, fltfs_early_end);
	return early;
}

/**
 * fltfs_create_filtered() - ->atomic_open of a name that does not exist, which filters want to see
 * @dir: upper directory, locked by the VFS
 * @dentry: negative upper dentry, hashed
 * @file: upper file
 * @flags: open flags; O_CREAT if it may be made
 * @mode: mode of the new file
 *
 * Return: 0 when the file is open, or is to be opened by the VFS; or a negative errno.
 */
int fltfs_create_filtered(struct inode *dir, struct dentry *dentry, struct file *file,
			  unsigned int flags, umode_t mode)
{
	struct inode *make = flags & O_CREAT ? dir : NULL;
	struct fltfs_early *early;

	if (!fltfs_early_allowed(fltfs_sb(dir->i_sb)))
		return fltfs_create_locked(make, dentry, file, mode);
	early = fltfs_early_new(dentry, file);
	if (!early)
		return -ENOMEM;
	if (task_work_add(current, &early->work, TWA_RESUME)) {
		/* The task exits: it will not come to user mode any more. */
		fltfs_fo_forget(early->create.fo);
		fltfs_early_free(early);
		return fltfs_create_locked(make, dentry, file, mode);
	}
	__module_get(THIS_MODULE);
	atomic_inc(&dir->i_sb->s_active);
	early->dir.freezes = make;
	early->vfs.freezes = make;
	early->create.dir = make;
	early->create.mode = mode;
	fltfs_create_prepare(&early->create, &early->op);
	early->op.parks = true;

	fltfs_early_unlock(&early->vfs);
	flt_operation_run(&early->op);
	if (flt_operation_parked(&early->op))
		return fltfs_early_park(early);
	return fltfs_early_over(early);
}

void fltfs_early_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fltfs_parked); i++)
		spin_lock_init(&fltfs_parked[i].lock);
}

void fltfs_early_exit(void)
{
	/* The tail of a task work that has let the module go. */
	synchronize_rcu_tasks();
}
