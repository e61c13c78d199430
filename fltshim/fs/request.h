/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The front half's requests: what an operation carries in op->front. The bottom of the stack calls
 * the request's own bottom routine, so each entry point states in one place what it wants done.
 */
#ifndef FS_REQUEST_H
#define FS_REQUEST_H

#include <linux/bvec.h>
#include <linux/llist.h>
#include <linux/uio.h>
#include "fs/object.h"
#include "nt/rtl_status.h"

struct fileattr;
struct fiemap_extent_info;

/* What a by-path operation is made of; the interest test of each is one mask (rule R1). */
#define FLTFS_SEQ_SHORT		(FLT_WANT(IRP_MJ_CREATE) | FLT_WANT(IRP_MJ_CLEANUP) | \
				 FLT_WANT(IRP_MJ_CLOSE))
#define FLTFS_SEQ_SET		(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_SET_INFORMATION))
#define FLTFS_SEQ_STAT		(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_QUERY_INFORMATION) | \
				 FLT_WANT(IRP_MJ_QUERY_OPEN))
#define FLTFS_SEQ_END		(FLT_WANT(IRP_MJ_CLEANUP) | FLT_WANT(IRP_MJ_CLOSE))
#define FLTFS_SEQ_SECURITY	(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_SET_SECURITY))
#define FLTFS_SEQ_QUERY_EA	(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_QUERY_EA))
#define FLTFS_SEQ_SET_EA	(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_SET_EA))
#define FLTFS_SEQ_CONTROL	(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_FILE_SYSTEM_CONTROL))
#define FLTFS_SEQ_QUERY_SECURITY \
	(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_QUERY_SECURITY))
#define FLTFS_SEQ_STATFS	(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_QUERY_VOLUME_INFORMATION))
#define FLTFS_SEQ_SECTION \
	(FLT_WANT(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION) | \
	 FLT_WANT(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION))
#define FLTFS_SEQ_SYNC		(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_FLUSH_BUFFERS))

/**
 * struct fltfs_request - first member of every request
 * @bottom: does what the operation's (accepted) parameters say and sets its result
 * @reached: the operation came to the bottom
 * @parked: the bottom left it under way, for the front half to go on with
 */
struct fltfs_request {
	void (*bottom)(struct flt_operation *op);
	bool reached;
	bool parked;
};

static inline struct fltfs_fo *fltfs_op_fo(const struct flt_operation *op)
{
	return fltfs_fo_of(op->iopb.TargetFileObject);
}

/* Is the operation on an object that is open still? A filter may have put another in its place. */
static inline bool fltfs_op_is_open(const struct flt_operation *op)
{
	return op->iopb.TargetFileObject && test_bit(FLTFS_FO_OPEN, &fltfs_op_fo(op)->state);
}

/* Who asked for what carries no memory of its own: a kernel thread, or a program. */
static inline KPROCESSOR_MODE fltfs_requestor(void)
{
	return current->flags & PF_KTHREAD ? KernelMode : UserMode;
}

/* Set the result from an errno. */
static inline void fltfs_op_errno(struct flt_operation *op, int err, ULONG_PTR information)
{
	flt_operation_result(op, flt_status_from_errno(err), information);
}

int fltfs_op_errno_of(const struct flt_operation *op);

/**
 * fltfs_op_result() - what the program gets
 * @op: finished operation
 *
 * Return: 0 for success and informational codes, otherwise a negative errno (table 7 of the map;
 * codes that end a read or a listing are the caller's to look at first).
 */
static inline int fltfs_op_result(const struct flt_operation *op)
{
	return likely(op->data.IoStatus.Status == STATUS_SUCCESS) ? 0 : fltfs_op_errno_of(op);
}

bool fltfs_perform(struct flt_operation *op);
void fltfs_bottom_nothing(struct flt_operation *op);

/* volume.c */
int fltfs_volume_create(struct super_block *sb, struct fs_context *fc);
void fltfs_volume_destroy(struct fltfs_sb *fsb);
void fltfs_interest_changed(struct flt_volume *volume);
ULONG fltfs_type_of(const char *name, const char *subtype, FLT_FILESYSTEM_TYPE *type);

/* lower_info.c */
int fltfs_lower_stat(const struct fltfs_fo *fo, u32 request_mask, unsigned int flags,
		     struct kstat *stat);
NTSTATUS fltfs_fill_information(FILE_INFORMATION_CLASS class, void *buffer, ULONG length,
				const struct kstat *stat, const struct fltfs_fo *fo, ULONG *used);
void fltfs_bottom_query(struct flt_operation *op);
u64 fltfs_file_id(struct fltfs_sb *fsb, const struct kstat *stat);
s64 fltfs_creation_time(const struct kstat *stat);
ULONG fltfs_attributes(const struct kstat *stat);
ULONG fltfs_reparse_tag(umode_t mode);

/* transfer.c, async.c, lower_rw.c: READ and WRITE */

#define FLTFS_INLINE_VECS	8

/* Memory as a list of pages, which buffered and direct requests take alike. */
struct fltfs_vecs {
	struct bio_vec inline_vecs[FLTFS_INLINE_VECS];
	struct bio_vec *vecs;
	unsigned int count;
};

bool fltfs_vecs_alloc(struct fltfs_vecs *vecs, unsigned int count);
void fltfs_vecs_free(struct fltfs_vecs *vecs);

/**
 * struct fltfs_transfer - a read or write under way
 * @request: first member; READ and WRITE have no bottom of their own
 * @write: which
 * @data: a paging READ of @size bytes at @start is known to find data there
 * @caller: the caller's request
 * @iter: the caller's memory; the bottom leaves it where it is
 * @length: of the operation as it was first shown
 * @shown: what ReadBuffer or WriteBuffer was then
 * @buffer: kernel memory that stands for the caller's; NULL unless a filter looks at data
 * @size: its size
 * @memory: what was allocated for it
 * @memory_size: its size
 * @end: position after what was written below
 * @was: where the file ended before an append
 * @start: see @data
 * @async: what an asynchronous request is part of, or NULL
 * @paging: lower file of paging I/O, which has no caller and no iterator; or NULL
 * @inode: upper inode, with @paging
 * @sent_for: the file object of the request, with @paging
 */
struct fltfs_transfer {
	struct fltfs_request request;
	bool write;
	bool data;
	struct kiocb *caller;
	struct iov_iter *iter;
	size_t length;
	void *shown;
	void *buffer;
	size_t size;
	void *memory;
	size_t memory_size;
	loff_t end;
	union {
		loff_t was;
		loff_t start;
	};
	struct fltfs_async *async;
	struct file *paging;
	struct inode *inode;
	PFILE_OBJECT sent_for;
};

/**
 * struct fltfs_lower_aio - an asynchronous request to the lower file
 * @iocb: what the lower file sees
 * @op: the operation
 * @vecs: its memory, where that is the kernel's
 * @size: of the lower file before a write
 * @result: what the lower file said
 * @node: waits for a bottom half
 * @work: waits for a worker
 * @refs: submitter and completion; a lower file system may look at @iocb after completing it
 * @async: what it is part of, or NULL if it was allocated by itself
 */
struct fltfs_lower_aio {
	struct kiocb iocb;
	struct flt_operation *op;
	struct fltfs_vecs vecs;
	loff_t size;
	long result;
	union {
		struct llist_node node;
		struct work_struct work;
	};
	refcount_t refs;
	struct fltfs_async *async;
};

/**
 * struct fltfs_async - an asynchronous read or write that filters see
 * @op: the operation
 * @transfer: its front half
 * @lower: its bottom
 * @pages: user pages, pinned where the request has to do without its submitter
 * @pinned: they are
 * @kept: a filter has pended it at some time
 * @err: what prevented that it can go on without its submitter
 * @place: @pages, or the caller's memory of another kind
 * @cred: the submitter's, for a bottom in another thread
 * @cancel: calls what a filter armed for a cancel
 * @refs: operation, bottom and cancel
 * @nr_records: how many @records
 * @records: for the walk of a deep stack, so that nothing more is allocated: FLT_DEEP_RECORDS, or
 *	more where that many filters are attached
 */
struct fltfs_async {
	struct flt_operation op;
	struct fltfs_transfer transfer;
	struct fltfs_lower_aio lower;
	struct fltfs_vecs pages;
	bool pinned;
	bool kept;
	int err;
	struct iov_iter place;
	const struct cred *cred;
	struct work_struct cancel;
	refcount_t refs;
	unsigned int nr_records;
	struct flt_record records[];
};

/* transfer.c */
ssize_t fltfs_read_filtered(struct kiocb *iocb, struct iov_iter *iter);
ssize_t fltfs_write_filtered(struct kiocb *iocb, struct iov_iter *iter);

static inline ssize_t fltfs_transfer_filtered(struct kiocb *iocb, struct iov_iter *iter, bool write)
{
	return write ? fltfs_write_filtered(iocb, iter) : fltfs_read_filtered(iocb, iter);
}

bool fltfs_transfer_begin(struct flt_operation *op, struct fltfs_fo *fo,
			  struct fltfs_transfer *transfer);
ssize_t fltfs_transfer_end(struct flt_operation *op, struct fltfs_transfer *transfer);
void fltfs_transfer_drop(struct fltfs_transfer *transfer);

/* Frees what stands for the caller's memory. Not under a spin lock; softirq is all right. */
static inline void fltfs_transfer_free(struct fltfs_transfer *transfer)
{
	if (unlikely(transfer->memory))
		fltfs_transfer_drop(transfer);
}

bool fltfs_substitute(struct flt_operation *op);

/* async.c */
ssize_t fltfs_async_start(struct fltfs_fo *fo, struct kiocb *iocb, struct iov_iter *iter,
			  bool write);
int fltfs_async_pin(struct fltfs_async *async, size_t length);
void fltfs_async_put(struct fltfs_async *async);
void fltfs_keep(struct flt_operation *op);
int fltfs_async_init(void);
void fltfs_async_exit(void);

/* lower_rw.c */
bool fltfs_perform_transfer(struct flt_operation *op);
struct file *fltfs_paging_lower(const struct flt_operation *op);
int fltfs_transfer_iter(struct flt_operation *op, struct fltfs_vecs *vecs, bool write,
			struct iov_iter *iter);
void fltfs_lower_aio_finish(struct fltfs_lower_aio *aio);
int fltfs_lower_rw_init(void);
void fltfs_lower_rw_exit(void);

/* completion.c */
void fltfs_complete(struct fltfs_lower_aio *aio);
int fltfs_completion_init(void);
void fltfs_completion_exit(void);

/* short.c: file objects for one operation by path */

/**
 * struct fltfs_how - a create that the shim makes for an operation by path (table 5.2)
 * @access: DesiredAccess
 * @options: CreateOptions, without the disposition
 * @disposition: FILE_OPEN or FILE_CREATE
 * @attributes: FileAttributes
 * @flags: OperationFlags besides SL_CASE_SENSITIVE
 * @lock: enum flt_lock: what the VFS keeps locked meanwhile
 * @volume: the object is the volume itself
 * @follows: a filter may send it to another name: the VFS does nothing itself with what it chose
 * @ecps: extra create parameters, which go with the create; or NULL
 */
struct fltfs_how {
	ACCESS_MASK access;
	ULONG options;
	UCHAR disposition;
	UCHAR flags;
	USHORT attributes;
	u8 lock;
	bool volume;
	bool follows;
	struct _ECP_LIST *ecps;
};

/* Makes an object below, as the accepted parameters of its create say. */
typedef int (*fltfs_make_fn)(void *context, const FLT_PARAMETERS *parameters);

struct fltfs_fo *fltfs_short_open(struct dentry *dentry, const struct fltfs_how *how,
				  struct dentry *target, fltfs_make_fn make, void *context);
struct fltfs_fo *fltfs_short_volume(struct super_block *sb, ACCESS_MASK access);

/**
 * struct fltfs_subject - what an operation on a dentry is shown on (rule R3)
 * @fo: the file object
 * @own: it is one that the caller has open, else one made for this operation
 */
struct fltfs_subject {
	struct fltfs_fo *fo;
	bool own;
};

int fltfs_subject_open(struct fltfs_subject *subject, struct dentry *dentry, ACCESS_MASK access,
		       ULONG options);
void fltfs_subject_close(struct fltfs_subject *subject);

/* setattr.c */

/* What a change of owner takes from anything but a directory. */
#define FLTFS_KILL_PRIVILEGES	(ATTR_KILL_SUID | ATTR_KILL_SGID | ATTR_KILL_PRIV)

int fltfs_setattr_owned(struct dentry *dentry, struct iattr *attr);

/* security.c */

#define FLTFS_DESCRIPTOR_SHORT	128	/* owner, group and three entries */

int fltfs_descriptor_build(void *buffer, ULONG room, SECURITY_INFORMATION what,
			   const struct kstat *stat, const struct posix_acl *acl, int type,
			   ULONG *needed);
NTSTATUS fltfs_descriptor_has(const void *descriptor, SECURITY_INFORMATION *what);
NTSTATUS fltfs_descriptor_take(const struct inode *inode, const void *descriptor,
			       SECURITY_INFORMATION what, struct iattr *attr);
int fltfs_acl_set_filtered(struct dentry *dentry, struct posix_acl *acl, int type,
			   int (*lower)(void *context, struct dentry *dentry), void *context);
int fltfs_acl_get_filtered(struct dentry *dentry);
NTSTATUS fltfs_query_security(struct fltfs_fo *fo, SECURITY_INFORMATION what, void *buffer,
			      ULONG length, ULONG *used);
NTSTATUS fltfs_set_security(struct fltfs_fo *fo, SECURITY_INFORMATION what,
			    const void *descriptor);

/* ea.c */
ssize_t fltfs_ea_get(struct dentry *dentry, const char *name, void *value, size_t size);
ssize_t fltfs_ea_list(struct dentry *dentry, char *list, size_t size);
int fltfs_ea_set(struct dentry *dentry, const char *name, const void *value, size_t size,
		 int flags);
bool fltfs_ea_shown(const char *name);
struct fltfs_ea_query;
NTSTATUS fltfs_query_ea(struct flt_operation *op, struct fltfs_ea_query *query, ULONG *used);
NTSTATUS fltfs_set_ea(struct fltfs_fo *fo, const void *buffer, ULONG length, int flags);

/* xattr.c */
int fltfs_xattr_change(struct dentry *dentry, const char *name, const void *value, size_t size,
		       int flags);

/* volume_io.c */
int fltfs_statfs_filtered(struct super_block *sb, struct dentry *dentry, struct kstatfs *buf);
int fltfs_sync_filtered(struct super_block *sb);
int fltfs_sync_lower(struct super_block *sb);
int fltfs_mount_filtered(struct fltfs_sb *fsb);
void fltfs_dismount_filtered(struct fltfs_sb *fsb);

/* allocate.c */
long fltfs_allocate_filtered(struct file *file, int mode, loff_t offset, loff_t len);
u64 fltfs_want_allocate(int mode);

/* section.c */
extern const struct flt_section_ops fltfs_section_ops;
void fltfs_conflict(struct flt_operation *op, struct inode *inode, loff_t from);
void fltfs_conflict_size(struct flt_operation *op, struct inode *inode, loff_t size);

/* flags.c, extents.c */
int fltfs_get_flags_filtered(struct dentry *dentry, struct fileattr *attr);
int fltfs_set_flags_filtered(struct dentry *dentry, struct fileattr *attr);
int fltfs_set_flags_lower(struct dentry *dentry, struct dentry *lower, struct fileattr *attr);
loff_t fltfs_seek_data_filtered(struct file *file, loff_t offset, int whence);
bool fltfs_next_range(struct file *lower, loff_t *at, loff_t end, loff_t *length, int *err);
int fltfs_fiemap_filtered(struct inode *inode, struct fiemap_extent_info *info, u64 start,
			  u64 length);
int fltfs_fiemap_lower(struct inode *inode, struct fiemap_extent_info *info, u64 start,
		       u64 length);

/* volume_ioctl.c */
u64 fltfs_want_ioctl(unsigned int cmd);
long fltfs_volume_ioctl_filtered(struct file *file, unsigned int cmd, unsigned long arg,
				 bool compat);

/* control.c */
long fltfs_ioctl_lower(struct file *lower, unsigned int cmd, unsigned long arg, bool compat);

/**
 * struct fltfs_control - a FILE_SYSTEM_CONTROL that a program's call is shown as
 * @code: FSCTL code
 * @buffer: input; output as well, unless the code's method is METHOD_NEITHER
 * @input_length: bytes of input
 * @output: output of METHOD_NEITHER
 * @output_length: room for output
 * @lock: enum flt_lock: what the VFS keeps locked meanwhile
 */
struct fltfs_control {
	ULONG code;
	void *buffer;
	ULONG input_length;
	void *output;
	ULONG output_length;
	u8 lock;
};

long fltfs_ioctl_filtered(struct file *file, unsigned int cmd, unsigned long arg, bool compat);
int fltfs_control_send(struct fltfs_fo *fo, const struct fltfs_control *control,
		       struct fltfs_request *request);
loff_t fltfs_duplicate_filtered(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
				loff_t len, bool dedupe, loff_t (*lower)(void *context),
				void *context);

/* open.c */
int fltfs_open_filtered(struct inode *inode, struct file *file);
int fltfs_create_locked(struct inode *dir, struct dentry *dentry, struct file *file,
			umode_t mode);
int fltfs_tmpfile_filtered(struct inode *dir, struct file *file, umode_t mode);
int fltfs_open_fo(struct inode *inode, struct file *file);

/* early.c */
int fltfs_create_filtered(struct inode *dir, struct dentry *dentry, struct file *file,
			  unsigned int flags, umode_t mode);
void fltfs_early_init(void);
void fltfs_early_exit(void);

/* generated.c, volume_info.c */
void fltfs_perform_generated(struct flt_operation *op);
NTSTATUS fltfs_query_volume(const struct fltfs_fo *fo, FS_INFORMATION_CLASS class, void *buffer,
			    ULONG length, const struct kstatfs *known, ULONG *used);

/* stat.c */
int fltfs_query_end(struct fltfs_fo *fo, loff_t *end);

/* remove.c */
void fltfs_fo_cleanup_delete(struct fltfs_fo *fo);
void fltfs_fo_remove_marked(struct fltfs_fo *fo);
int fltfs_remove_below(struct fltfs_sb *fsb, struct dentry *lower);
int fltfs_check_empty(struct fltfs_fo *fo);
bool fltfs_fo_is_deleted(const struct fltfs_fo *fo);

/* reparse.c */
ULONG fltfs_reparse_size(const char *target);
void fltfs_reparse_fill(REPARSE_DATA_BUFFER *header, ULONG tag, const char *target);
void fltfs_atomic_made(struct flt_operation *op);
NTSTATUS fltfs_own_control(struct flt_operation *op, ULONG *used);
NTSTATUS fltfs_query_reparse(const struct fltfs_fo *fo, void *buffer, ULONG length, ULONG *used);
int fltfs_readlink_filtered(struct dentry *dentry, char __user *buffer, int size);

/* scan.c */
int fltfs_iterate_filtered(struct file *file, struct dir_context *ctx);
void fltfs_scan_free(struct fltfs_scan *scan);

#endif
