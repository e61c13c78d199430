/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IRP_MJ_CREATE of a program's open: what open.c (the create itself) and early.c (a create that
 * begins before its directory is locked) share.
 */
#ifndef FS_OPEN_H
#define FS_OPEN_H

#include "fltmgr/ecp.h"
#include "fs/request.h"

/**
 * struct fltfs_create - a create under way
 * @request: first member
 * @security: what SecurityContext points to
 * @state: its AccessState
 * @fo: file object
 * @file: upper file
 * @dir: upper directory when the name may be created, else NULL
 * @mode: mode of a new file
 * @tmpfile: a file without a name is made
 * @outside: it is a FIFO, socket, device node or symbolic link, as the bottom found
 * @created: the bottom made the file
 * @restarts: how often a filter has sent it to another name
 * @ecps: what the one before has left for its operation
 */
struct fltfs_create {
	struct fltfs_request request;
	IO_SECURITY_CONTEXT security;
	ACCESS_STATE state;
	struct fltfs_fo *fo;
	struct file *file;
	struct inode *dir;
	umode_t mode;
	bool tmpfile;
	bool outside;
	bool created;
	unsigned int restarts;
	struct flt_ecps_kept ecps;
};

/* Does the open go on with another name? The operation is over. */
static inline bool fltfs_create_redirected(const struct fltfs_create *create,
					   const struct flt_operation *op)
{
	return unlikely(op->data.IoStatus.Status == STATUS_REPARSE) && !create->outside &&
	       op->data.IoStatus.Information == IO_REPARSE;
}

/* open.c */
int fltfs_create_init(struct fltfs_create *create, struct dentry *dentry, struct file *file);
void fltfs_create_prepare(struct fltfs_create *create, struct flt_operation *op);
int fltfs_create_again(struct fltfs_create *create, struct flt_operation *op,
		       struct dentry *dentry);
int fltfs_create_new(struct fltfs_create *create, const FLT_PARAMETERS *parameters,
		     ULONG disposition, ULONG_PTR *information);
void fltfs_create_opened(struct flt_operation *op, struct fltfs_create *create);
void fltfs_create_outside(struct flt_operation *op, struct fltfs_create *create);
int fltfs_finish_open(struct file *file, struct dentry *dentry, struct fltfs_fo *fo);
int fltfs_create_result(const struct fltfs_create *create, const struct flt_operation *op);

/* reopen.c */
struct flt_place;
int fltfs_redirect_place(const struct fltfs_fo *fo, struct flt_place *place);
int fltfs_redirect_permit(flt_idmap *idmap, struct inode *inode, int mask, unsigned int flags);
struct dentry *fltfs_reopen_find(const struct fltfs_create *create, bool make);
int fltfs_reopen(struct fltfs_create *create, struct flt_operation *op);

/* early.c */
void fltfs_early_inherit(struct fltfs_create *create);
bool fltfs_early_open(struct file *file, void (*bottom)(struct flt_operation *op),
		      struct fltfs_fo **fo);

#endif
