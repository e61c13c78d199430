/* SPDX-License-Identifier: GPL-2.0 */
/* Opens of drivers' devices and the requests made for them, for the shim's own code. */
#ifndef NT_IO_IRP_H
#define NT_IO_IRP_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include "nt/nt.h"

struct file;
struct fsh_driver;

/**
 * struct io_open - one open of a device
 * @refs: the open file's, and one of each request
 * @device: what is open, referenced
 * @driver: whose it is; pinned while the file is open, not by requests
 * @claimed: an exclusive device
 * @filp: the open file; NULL until the driver has let it be opened
 * @lock: protects @calls and @cleaned
 * @calls: those under way that hold a reference to @filp of their own
 * @cleaned: IRP_MJ_CLEANUP was sent, or is being
 * @security: what IRP_MJ_CREATE points to
 * @file: what the driver sees
 */
struct io_open {
	refcount_t refs;
	PDEVICE_OBJECT device;
	struct fsh_driver *driver;
	bool claimed;
	struct file *filp;
	spinlock_t lock;	/* of calls and cleaned */
	long calls;
	bool cleaned;
	IO_SECURITY_CONTEXT security;
	struct {
		FILE_OBJECT object;
		u64 longer;	/* so that nobody takes it for a file of a volume */
	} file;
};

/**
 * struct io_irp - one request
 * @link: among those that drivers have, from the dispatch to the completion
 * @free_link: waits for a worker, when a driver completed it after its issuer had gone
 * @left: its issuer has gone
 * @done: the driver has completed it
 * @open: what it is for, referenced
 * @system: its system buffer, or NULL
 * @mdl: the program's memory, or NULL
 * @irp: what the driver has
 * @stack: its one stack location
 */
struct io_irp {
	struct hlist_node link;
	struct llist_node free_link;
	bool left;
	struct completion done;
	struct io_open *open;
	void *system;
	PMDL mdl;
	IRP irp;
	IO_STACK_LOCATION stack;
};

struct io_irp *io_irp_new(struct io_open *open, UCHAR major);
void io_irp_free(struct io_irp *own);
NTSTATUS io_irp_send(struct io_irp **irp);
void io_irp_driver_gone(struct fsh_driver *driver);
void io_irp_exit(void);

/* io_device_file.c */
void io_open_put(struct io_open *open);
void io_open_cleanup(struct io_open *open, bool closing);

#endif
