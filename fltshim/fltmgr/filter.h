/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A registered minifilter: its callbacks (copied out of FLT_REGISTRATION), the instances that its
 * service key defines, and what is counted for it.
 */
#ifndef FLTMGR_FILTER_H
#define FLTMGR_FILTER_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/ratelimit.h>
#include "fltmgr/context.h"
#include "fltmgr/object.h"
#include "fltmgr/op_table.h"
#include "fltmgr/operation.h"
#include "fltmgr/violation.h"
#include "fltmgr/work_item.h"
#include "nt/io_driver.h"

struct flt_filter_sysfs;

/* Callbacks for one major function, by dense index. */
struct flt_filter_op {
	PFLT_PRE_OPERATION_CALLBACK pre;
	PFLT_POST_OPERATION_CALLBACK post;
	ULONG skip;
};

/* One instance that the INF defines. */
struct flt_instance_def {
	UNICODE_STRING name;
	UNICODE_STRING altitude;
	ULONG flags;		/* FLT_DEF_* */
};

#define FLT_DEF_NO_AUTOMATIC	0x1	/* INST-15: no automatic attachment */
#define FLT_DEF_NO_MANUAL	0x2	/* INST-15: no manual attachment */

/* Per-CPU counters of calls into a filter. */
struct flt_filter_stats {
	u64 pre[FLT_NR_OPS];
	u64 post[FLT_NR_OPS];
};

enum flt_filter_state {
	FLT_FILTER_REGISTERED,	/* FltRegisterFilter() returned */
	FLT_FILTER_FILTERING,	/* FltStartFiltering() was called */
	FLT_FILTER_GONE,	/* FltUnregisterFilter() has begun */
};

/**
 * struct flt_filter - a minifilter
 * @obj: common header; PFLT_FILTER is its address
 * @driver: the module that registered it
 * @name: service name as the INF spells it, NUL-terminated; @name_utf8 for messages and sysfs,
 *	which stays, as the filter's memory does, for who walks over its operations under RCU
 * @state: enum flt_filter_state, under flt_filters_lock
 * @unloading: an unload request is under way (claims it)
 * @over: its teardown is through; who claimed its end, by unload or unregistration, drops it then
 * @unload_mandatory: of which kind; decides the teardown reason
 * @entered: DriverEntry has returned with success
 * @flags: FLTFL_REGISTRATION_*
 * @unload: and the following: the registered callbacks, NULL where there is none
 * @generate_name: of a name provider, with the following
 * @normalize: expands one component, unless there is @normalize_ex
 * @normalize_ex: likewise
 * @normalize_done: the path is through
 * @section_conflict: is told before an operation takes data away that its sections map
 * @ops: callbacks per major function
 * @nr_ops: how many have one
 * @defs: instances of the service key; the default one first
 * @features: SupportedFeatures of the service key
 * @buffer_access: Parameters\BufferAccess: data buffers have to be kernel addresses
 * @may_wait: Parameters\MayWait: its callbacks of a create may wait, for a program's answer perhaps
 * @context_defs: contexts that it registered, or NULL
 * @contexts: its contexts of volumes
 * @instances: of all volumes, under flt_filters_lock
 * @link: in the list of filters, highest default altitude first
 * @stats: per CPU
 * @violations: by kind
 * @violation_limit: how many of them the log gets
 * @slow_locks: how often it kept something of the VFS locked for long, by enum flt_lock
 * @queues: where its work items run
 * @sysfs: its directory
 */
struct flt_filter {
	struct flt_object obj;
	struct fsh_driver *driver;
	UNICODE_STRING name;
	char *name_utf8;
	enum flt_filter_state state;
	atomic_t unloading;
	bool over;
	bool unload_mandatory;
	bool entered;
	ULONG flags;
	PFLT_FILTER_UNLOAD_CALLBACK unload;
	PFLT_INSTANCE_SETUP_CALLBACK setup;
	PFLT_INSTANCE_QUERY_TEARDOWN_CALLBACK query_teardown;
	PFLT_INSTANCE_TEARDOWN_CALLBACK teardown_start;
	PFLT_INSTANCE_TEARDOWN_CALLBACK teardown_complete;
	PFLT_GENERATE_FILE_NAME generate_name;
	PFLT_NORMALIZE_NAME_COMPONENT normalize;
	PFLT_NORMALIZE_NAME_COMPONENT_EX normalize_ex;
	PFLT_NORMALIZE_CONTEXT_CLEANUP normalize_done;
	PFLT_SECTION_CONFLICT_NOTIFICATION_CALLBACK section_conflict;
	struct flt_filter_op ops[FLT_NR_OPS];
	unsigned int nr_ops;
	struct flt_instance_def *defs;
	unsigned int nr_defs;
	u32 features;
	bool buffer_access;
	bool may_wait;
	struct flt_context_defs *context_defs;
	struct list_head contexts;
	struct list_head instances;
	struct list_head link;
	struct flt_filter_stats __percpu *stats;
	atomic64_t violations[FLT_NR_VIOLATIONS];
	struct ratelimit_state violation_limit;
	atomic_t slow_locks[FLT_NR_LOCKS];
	struct flt_item_queues queues;
	struct flt_filter_sysfs *sysfs;
	struct rcu_head rcu;
};

extern bool flt_filters_ready;
extern struct mutex flt_filters_lock;	/* the lists of filters, volumes and their instances */
extern struct list_head flt_filters;

static inline struct flt_filter *flt_filter_of(PFLT_FILTER filter)
{
	return (struct flt_filter *)filter;
}

static inline PFLT_FILTER flt_filter_opaque(struct flt_filter *filter)
{
	return (PFLT_FILTER)filter;
}

struct flt_filter *flt_filter_get(PFLT_FILTER opaque, const char *who, const char *routine);
bool flt_filter_has(const struct flt_filter *filter, unsigned long ip);
struct flt_filter *flt_filter_find_locked(const UNICODE_STRING *name);
NTSTATUS flt_filter_unload_claim(struct flt_filter *filter, bool mandatory);
NTSTATUS flt_filter_unload(struct flt_filter *filter, bool mandatory);
int flt_filters_init(void);
void flt_filters_exit(void);

/* filter_key.c: what the service key says */
NTSTATUS flt_filter_read_key(struct flt_filter *filter);
bool flt_copy_string(UNICODE_STRING *to, const UNICODE_STRING *from);
void flt_filter_free_defs(struct flt_filter *filter);

/* filter_load.c: loading and unloading by name */
void flt_load_failed(const struct fsh_driver *driver);

/* sysfs.c */
int flt_sysfs_add(struct flt_filter *filter);
void flt_sysfs_remove(struct flt_filter *filter);
int flt_sysfs_init(void);
void flt_sysfs_exit(void);

#endif
