/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The front half's requests: what an operation carries in op->front. The bottom of the stack calls
 * the request's own bottom routine, so each entry point states in one place what it wants done.
 */
#ifndef FS_REQUEST_H
#define FS_REQUEST_H

#include "fs/object.h"
#include "nt/rtl_status.h"

/* What a by-path operation is made of; the interest test of each is one mask (rule R1). */
#define FLTFS_SEQ_SHORT		(FLT_WANT(IRP_MJ_CREATE) | FLT_WANT(IRP_MJ_CLEANUP) | \
				 FLT_WANT(IRP_MJ_CLOSE))
#define FLTFS_SEQ_SET		(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_SET_INFORMATION))
#define FLTFS_SEQ_STAT		(FLTFS_SEQ_SHORT | FLT_WANT(IRP_MJ_QUERY_INFORMATION) | \
				 FLT_WANT(IRP_MJ_QUERY_OPEN))
#define FLTFS_SEQ_END		(FLT_WANT(IRP_MJ_CLEANUP) | FLT_WANT(IRP_MJ_CLOSE))

/**
 * struct fltfs_request - first member of every request
 * @bottom: does what the operation's (accepted) parameters say and sets its result
 * @reached: the operation came to the bottom
 */
struct fltfs_request {
	void (*bottom)(struct flt_operation *op);
	bool reached;
};

static inline struct fltfs_fo *fltfs_op_fo(const struct flt_operation *op)
{
	return fltfs_fo_of(op->iopb.TargetFileObject);
}

/* Set the result from an errno. */
static inline void fltfs_op_errno(struct flt_operation *op, int err, ULONG_PTR information)
{
	flt_operation_result(op, flt_status_from_errno(err), information);
}

int fltfs_op_result(const struct flt_operation *op);
bool fltfs_perform(struct flt_operation *op);
void fltfs_bottom_nothing(struct flt_operation *op);

/* volume.c */
int fltfs_volume_create(struct super_block *sb, const char *name);
void fltfs_volume_destroy(struct fltfs_sb *fsb);

/* lower_info.c */
int fltfs_lower_stat(const struct fltfs_fo *fo, u32 request_mask, unsigned int flags,
		     struct kstat *stat);
NTSTATUS fltfs_fill_information(FILE_INFORMATION_CLASS class, void *buffer, ULONG length,
				const struct kstat *stat, const struct fltfs_fo *fo, ULONG *used);
void fltfs_bottom_query(struct flt_operation *op);
s64 fltfs_creation_time(const struct kstat *stat);
ULONG fltfs_attributes(const struct kstat *stat);
ULONG fltfs_reparse_tag(umode_t mode);

/* transfer.c, lower_rw.c: READ and WRITE */

/**
 * struct fltfs_transfer - a read or write under way
 * @request: first member
 * @iocb: the caller's
 * @buffer: kernel memory that stands for the caller's
 * @size: its size
 * @end: position after what was written below
 */
struct fltfs_transfer {
	struct fltfs_request request;
	struct kiocb *iocb;
	void *buffer;
	size_t size;
	loff_t end;
};

ssize_t fltfs_read_filtered(struct kiocb *iocb, struct iov_iter *iter);
ssize_t fltfs_write_filtered(struct kiocb *iocb, struct iov_iter *iter);
void fltfs_bottom_read(struct flt_operation *op);
void fltfs_bottom_write(struct flt_operation *op);

/* short.c: file objects for one operation by path */

/**
 * struct fltfs_how - a create that the shim makes for an operation by path (table 5.2)
 * @access: DesiredAccess
 * @options: CreateOptions, without the disposition
 * @disposition: FILE_OPEN or FILE_CREATE
 * @attributes: FileAttributes
 * @flags: OperationFlags besides SL_CASE_SENSITIVE
 */
struct fltfs_how {
	ACCESS_MASK access;
	ULONG options;
	UCHAR disposition;
	UCHAR flags;
	USHORT attributes;
};

/* Makes an object below, as the accepted parameters of its create say. */
typedef int (*fltfs_make_fn)(void *context, const FLT_PARAMETERS *parameters);

struct fltfs_fo *fltfs_short_open(struct dentry *dentry, const struct fltfs_how *how,
				  struct dentry *target, fltfs_make_fn make, void *context);

/* open.c */
int fltfs_open_filtered(struct inode *inode, struct file *file);
int fltfs_create_filtered(struct inode *dir, struct dentry *dentry, struct file *file,
			  umode_t mode);
int fltfs_tmpfile_filtered(struct inode *dir, struct file *file, umode_t mode);
int fltfs_open_fo(struct inode *inode, struct file *file);

/* stat.c */
int fltfs_query_end(struct fltfs_fo *fo, loff_t *end);

/* remove.c */
void fltfs_fo_cleanup_delete(struct fltfs_fo *fo);

/* scan.c */
int fltfs_iterate_filtered(struct file *file, struct dir_context *ctx);
void fltfs_scan_free(struct fltfs_scan *scan);

#endif
