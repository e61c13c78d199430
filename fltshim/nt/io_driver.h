/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading of a Windows driver that was built as a module: what the generated glue of each driver
 * module calls, and what the rest of the shim may know of a driver.
 */
#ifndef NT_IO_DRIVER_H
#define NT_IO_DRIVER_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "nt/nt.h"
#include "nt/violation.h"

struct module;

/* One value of the service key, as the INF says it; strings are UTF-16LE with their NUL. */
struct fsh_reg_value {
	const char *key;	/* relative to the service key; "" for itself */
	const char *name;
	u32 type;
	const void *data;
	u32 size;
};

/* What the glue knows of its driver. */
struct fsh_driver_desc {
	struct module *owner;
	const char *service;
	PDRIVER_INITIALIZE entry;
	void (*construct)(void);	/* static objects of C++, or NULL */
	void (*destroy)(void);
	const struct fsh_reg_value *values;
	unsigned int nr_values;
	const char *overrides;	/* module parameter: "Parameters\Debug=1;Name=text" or NULL */
};

/**
 * struct fsh_driver - a loaded driver
 * @owner: its module
 * @service: name of its service
 * @destroy: destroys static objects of C++, or NULL
 * @object: the DRIVER_OBJECT that DriverEntry got
 * @filter: the filter manager's, when the driver registered as a minifilter
 * @entered: DriverEntry has returned with success; the filter manager sets it, and before that
 *	nobody opens a device of the driver
 * @work: its routines that are queued or run in a work queue, from io_work_get() to io_work_put();
 *	fsh_driver_free() closes it and waits for them
 * @unregister: the filter manager's: takes @filter back for the driver; without a function until
 *	it has registered
 * @path: the registry path that DriverEntry got
 * @misuses: how often it misused a routine, by enum fsh_misuse
 * @link: in the list of drivers, RCU
 * @rcu: delays the freeing
 */
struct fsh_driver {
	struct module *owner;
	const char *service;
	void (*destroy)(void);
	PDRIVER_OBJECT object;
	void *filter;
	u8 entered;
	EX_RUNDOWN_REF work;
	struct work_struct unregister;
	UNICODE_STRING path;
	atomic64_t misuses[FSH_NR_MISUSES];
	struct list_head link;
	struct rcu_head rcu;
};

/* For the filter manager, which this file does not know. */
struct fsh_driver_hooks {
	void (*entry_done)(struct fsh_driver *driver);
	void (*entry_failed)(struct fsh_driver *driver);
};

int fsh_driver_load(const struct fsh_driver_desc *desc, struct fsh_driver **out);
void fsh_driver_unload(struct fsh_driver *driver);
void fsh_driver_set_hooks(const struct fsh_driver_hooks *hooks);
struct fsh_driver *fsh_driver_of(PDRIVER_OBJECT object);
bool fsh_driver_is_loaded(const char *service, bool *entered);
struct fsh_driver *fsh_driver_at(unsigned long address);

#endif
