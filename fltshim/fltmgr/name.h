/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of files as filters ask for them: shared, read-only structures with a reference count,
 * cached with the file object that they are of. name.c answers, name_cache.c keeps, name_parse.c
 * takes apart, name_provider.c asks filters that give names of their own, name_target.c is about
 * where a rename or link goes.
 */
#ifndef FLTMGR_NAME_H
#define FLTMGR_NAME_H

#include <linux/refcount.h>
#include "fltmgr/driver_refs.h"
#include "nt/nt.h"

struct flt_file;
struct flt_instance;
struct flt_volume;

#define FLT_NAME_BYTES_MAX	65534	/* what a UNICODE_STRING can hold */
#define FLT_NAME_HOLDERS	4	/* drivers that may hold a name at no cost of memory */

/**
 * struct flt_name - a name
 * @info: what filters have; its address is the PFLT_FILE_NAME_INFORMATION
 * @refs: one for each filter that has it, one for the cache
 * @provider: who made it: the names id of an instance, 0 for the file system
 * @stamp: what flt_volume_ops.name_stamp() said before it was made
 * @held: what the first drivers hold of it (driver_refs.c)
 * @untold: some reference of a driver could not be noted (driver_refs.c)
 * @link: in the file's cache
 * @rcu: a reader of the cache may be looking at it
 * @text: volume and path, with a NUL after it
 */
struct flt_name {
	FLT_FILE_NAME_INFORMATION info;
	refcount_t refs;
	u64 provider;
	u64 stamp;
	struct flt_ref held[FLT_NAME_HOLDERS];
	u8 untold;
	struct hlist_node link;
	struct rcu_head rcu;
	WCHAR text[];
};

/**
 * struct flt_name_query - a question for a name
 * @file: whose
 * @data: the operation in which it is asked, or NULL
 * @instance: who asks; NULL stands above everybody
 * @options: FLT_FILE_NAME_*, valid
 * @creating: the file's create is on its way down, so that it is not open
 * @cache_only: what is cached may be given, nothing else
 */
struct flt_name_query {
	struct flt_file *file;
	PFLT_CALLBACK_DATA data;
	struct flt_instance *instance;
	FLT_FILE_NAME_OPTIONS options;
	bool creating;
	bool cache_only;
};

/* name_cache.c */
extern atomic_t flt_names_alive;	/* names that are not freed yet */

NTSTATUS flt_name_alloc(const struct flt_volume *volume, size_t units, struct flt_name **out);
void flt_name_put(struct flt_name *name);
PFLT_FILE_NAME_INFORMATION flt_name_give(struct flt_name *name, const void *caller);
struct flt_name *flt_name_cached(struct flt_file *file, ULONG format, u64 provider);
void flt_name_cache(struct flt_file *file, struct flt_name *name, u64 provider, u64 stamp);
u64 flt_name_stamp(struct flt_file *file);
void flt_names_drop(struct flt_file *file);
u64 flt_names_id(void);
void flt_names_exit(void);

/* The path in a name that flt_name_alloc() has made: as many units as were asked for. */
static inline WCHAR *flt_name_path(struct flt_name *name)
{
	return name->text + name->info.Volume.Length / sizeof(WCHAR);
}

/* name.c */
bool flt_name_options_valid(FLT_FILE_NAME_OPTIONS options);
NTSTATUS flt_name_get(const struct flt_name_query *query, struct flt_name **out);
NTSTATUS flt_name_from_text(const struct flt_volume *volume, const WCHAR *path, size_t units,
			    struct flt_name **out);

/* name_target.c */
size_t flt_name_volume_end(const WCHAR *path, size_t units);

/* name_provider.c */
struct flt_stack;

struct flt_instance *flt_provider_enter(const struct flt_name_query *query,
					struct flt_stack **stack);
NTSTATUS flt_provider_name(struct flt_instance *provider, const struct flt_name_query *query,
			   struct flt_name **out, bool *cache);
NTSTATUS flt_provider_normalize(struct flt_instance *provider, struct flt_file *file,
				struct flt_name *from, FLT_NORMALIZE_NAME_FLAGS flags,
				struct flt_name **out);

#endif
