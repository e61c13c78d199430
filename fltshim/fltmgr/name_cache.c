// SPDX-License-Identifier: GPL-2.0
/*
 * Life of names, and the cache that each file object has of its own. An entry is known by format
 * and maker. It is looked up under RCU and answers with a reference to itself: no lock and no
 * allocation. The stamp of the file system says whether a normalized name still is the file's; the
 * name by which a file was opened stays what it was (NAME-10, NAME-25).
 *
 * Lists change under the file's names_lock, in task context. An entry holds no object.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "fltmgr/driver_refs.h"
#include "fltmgr/file_object.h"
#include "fltmgr/instance.h"
#include "fltmgr/name.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_NAMES_CACHED	8	/* entries of one file object */

atomic_t flt_names_alive;
static atomic64_t flt_names_ids;

/**
 * flt_name_alloc() - memory for a name
 * @volume: what it begins with
 * @units: length of the path that the caller fills in, in UTF-16 units
 * @out: receives it, with one reference; see flt_name_path()
 *
 * Return: STATUS_SUCCESS, STATUS_NAME_TOO_LONG, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS flt_name_alloc(const struct flt_volume *volume, size_t units, struct flt_name **out)
{
	size_t length = volume->name.Length + units * sizeof(WCHAR);
	struct flt_name *name;

	if (length > FLT_NAME_BYTES_MAX)
		return STATUS_NAME_TOO_LONG;
	name = kvmalloc(sizeof(*name) + length + sizeof(WCHAR), GFP_KERNEL);
	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	memset(name, 0, sizeof(*name));
	refcount_set(&name->refs, 1);
	INIT_HLIST_NODE(&name->link);
	name->info.Size = sizeof(name->info);
	name->info.Name = (UNICODE_STRING) { length, length, name->text };
	name->info.Volume = (UNICODE_STRING) {
		volume->name.Length, volume->name.Length, name->text
	};
	memcpy(name->text, volume->name.Buffer, volume->name.Length);
	name->text[length / sizeof(WCHAR)] = 0;
	atomic_inc(&flt_names_alive);
	*out = name;
	return STATUS_SUCCESS;
}

void flt_name_put(struct flt_name *name)
{
	if (!refcount_dec_and_test(&name->refs))
		return;
	atomic_dec(&flt_names_alive);
	kvfree_rcu(name, rcu);
}

static void flt_name_ref_put(void *name)
{
	flt_name_put(name);
}

static const struct flt_ref_kind flt_name_refs = { "name", flt_name_ref_put };

/* A reference becomes that of the driver whose code @caller is in. */
PFLT_FILE_NAME_INFORMATION flt_name_give(struct flt_name *name, const void *caller)
{
	if (!flt_ref_taken(name, &flt_name_refs, caller, name->held,
			   FLT_NAME_HOLDERS))
		WRITE_ONCE(name->untold, true);
	return &name->info;
}

/* Changes whenever what flt_volume_ops.query_name() answers for the file may have changed. */
u64 flt_name_stamp(struct flt_file *file)
{
	const struct flt_volume_ops *ops = READ_ONCE(file->volume->ops);

	return ops && ops->name_stamp ? ops->name_stamp(file) : 0;
}

/**
 * flt_name_cached() - look a name up
 * @file: the file
 * @format: FLT_FILE_NAME_NORMALIZED and so on
 * @provider: who made it: a names id
 *
 * IRQL <= APC_LEVEL.
 *
 * Return: the name with a reference for the caller, or NULL
 */
struct flt_name *flt_name_cached(struct flt_file *file, ULONG format, u64 provider)
{
	struct flt_name *name, *found = NULL;
	u64 stamp;

	if (!READ_ONCE(file->names.first))
		return NULL;
	stamp = flt_name_stamp(file);
	rcu_read_lock();
	hlist_for_each_entry_rcu(name, &file->names, link) {
		if (name->info.Format != format || name->provider != provider)
			continue;
		if (format != FLT_FILE_NAME_OPENED && name->stamp != stamp)
			continue;
		if (refcount_inc_not_zero(&name->refs)) {
			found = name;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/**
 * flt_name_cache() - keep a name
 * @file: of this file
 * @name: not shown to anybody yet; the cache takes a reference of its own
 * @provider: who made it
 * @stamp: flt_name_stamp() before it was made, so that a change meanwhile is noticed
 *
 * What it replaces goes; so does the oldest entry of a file that has many.
 */
void flt_name_cache(struct flt_file *file, struct flt_name *name, u64 provider, u64 stamp)
{
	struct flt_name *old;
	struct hlist_node *next;
	unsigned int left = FLT_NAMES_CACHED;

	name->provider = provider;
	name->stamp = stamp;
	refcount_inc(&name->refs);
	spin_lock(&file->names_lock);
	hlist_for_each_entry_safe(old, next, &file->names, link) {
		if (--left && (old->info.Format != name->info.Format || old->provider != provider))
			continue;
		hlist_del_rcu(&old->link);
		flt_name_put(old);
	}
	hlist_add_head_rcu(&name->link, &file->names);
	spin_unlock(&file->names_lock);
}

/* Drops the entries that @provider has made, all of them if it is 0. */
static void flt_names_forget(struct flt_file *file, u64 provider)
{
	struct hlist_node *next;
	struct flt_name *name;

	spin_lock(&file->names_lock);
	hlist_for_each_entry_safe(name, next, &file->names, link) {
		if (provider && name->provider != provider)
			continue;
		hlist_del_rcu(&name->link);
		flt_name_put(name);
	}
	spin_unlock(&file->names_lock);
}

/* The file object goes: nobody looks names up in it any more. */
void flt_names_drop(struct flt_file *file)
{
	if (!hlist_empty(&file->names))
		flt_names_forget(file, 0);
}

/* A new id for an instance; entries with an old one are never found again. */
u64 flt_names_id(void)
{
	return atomic64_inc_return(&flt_names_ids);
}

static struct flt_name *flt_name_of(PFLT_FILE_NAME_INFORMATION info, const char *caller,
				    const char *routine)
{
	struct flt_name *name = container_of(info, struct flt_name, info);

	if (info && info->Size == sizeof(*info) && info->Name.Buffer == name->text)
		return name;
	fsh_violation(caller, routine, "%p is no name of the filter manager's", info);
	return NULL;
}

/**
 * FltReferenceFileNameInformation() - take one more reference to a name
 * @FileNameInformation: what FltGetFileNameInformation() or one of its relatives gave
 *
 * WDK page: fltreferencefilenameinformation. IRQL: <= APC_LEVEL.
 */
VOID FltReferenceFileNameInformation(PFLT_FILE_NAME_INFORMATION FileNameInformation)
{
	struct flt_name *name;

	if (!ke_at_most(APC_LEVEL))
		return;
	name = flt_name_of(FileNameInformation, fsh_caller(), __func__);
	if (!name)
		return;
	refcount_inc(&name->refs);
	flt_name_give(name, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(FltReferenceFileNameInformation);

/**
 * FltReleaseFileNameInformation() - give a reference to a name back
 * @FileNameInformation: not to be used by this holder any more
 *
 * WDK page: fltreleasefilenameinformation. IRQL: <= APC_LEVEL; above, a warning, and the reference
 * is given back all the same. What no driver has is reported and ignored.
 */
VOID FltReleaseFileNameInformation(PFLT_FILE_NAME_INFORMATION FileNameInformation)
{
	struct flt_name *name = flt_name_of(FileNameInformation, fsh_caller(), __func__);

	if (!ke_at_most(APC_LEVEL) && !name)
		return;
	if (!name)
		return;
	if (flt_ref_returned(name, __builtin_return_address(0)) || READ_ONCE(name->untold))
		flt_name_put(name);
	else
		fsh_violation(fsh_caller(), __func__, "no driver has a reference to name %p", name);
}
EXPORT_SYMBOL_GPL(FltReleaseFileNameInformation);

/**
 * FltPurgeFileNameInformationCache() - forget the names that an instance has provided
 * @Instance: a name provider's instance
 * @FileObject: of this file; NULL for all files of the volume
 *
 * WDK page: fltpurgefilenameinformationcache. IRQL: <= APC_LEVEL. Whoever has such a name keeps it.
 *
 * Return: STATUS_SUCCESS, STATUS_INVALID_PARAMETER
 */
NTSTATUS FltPurgeFileNameInformationCache(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject)
{
	struct flt_instance *instance = flt_instance_of(Instance);

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Instance, FLT_TYPE_INSTANCE, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	if (!FileObject) {
		WRITE_ONCE(instance->names, flt_names_id());
		return STATUS_SUCCESS;
	}
	if (flt_file_of(FileObject)->volume != instance->volume)
		return STATUS_INVALID_PARAMETER;
	flt_names_forget(flt_file_of(FileObject), READ_ONCE(instance->names));
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltPurgeFileNameInformationCache);

void flt_names_exit(void)
{
	int alive = atomic_read(&flt_names_alive);

	if (alive)
		pr_warn("fltshim: %d file names were never released by the drivers that asked for them\n",
			alive);
}
