// SPDX-License-Identifier: GPL-2.0
/*
 * What an administrator sees and says: /sys/fs/fltshim/filters/NAME/{altitude,instances,stats,
 * violations,locks,attach,detach,unload}, and the operations in flight in debugfs. sysfs files are
 * removed before a filter goes, so every show and store works on a live one.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/rtl_status.h"

struct flt_filter_sysfs {
	struct kobject kobj;
	struct flt_filter *filter;
};

static struct kobject *flt_sysfs_root;
static struct kobject *flt_sysfs_filters;
static struct dentry *flt_debugfs_root;

static struct flt_filter *flt_sysfs_filter(struct kobject *kobj)
{
	return container_of(kobj, struct flt_filter_sysfs, kobj)->filter;
}

/* Counted UTF-16 of plain characters, as altitudes and instance names are. */
static int flt_sysfs_emit_name(char *buf, int at, const UNICODE_STRING *name)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < name->Length / sizeof(WCHAR); i++) {
		WCHAR c = name->Buffer[i];

		len += sysfs_emit_at(buf, at + len, "%c", c >= ' ' && c < 0x7f ? c : '?');
	}
	return len;
}

static ssize_t altitude_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	int len = flt_sysfs_emit_name(buf, 0, &flt_sysfs_filter(kobj)->defs[0].altitude);

	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t instances_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct flt_filter *filter = flt_sysfs_filter(kobj);
	struct flt_instance *instance;
	int len = 0;

	mutex_lock(&flt_filters_lock);
	list_for_each_entry(instance, &filter->instances, filter_link) {
		if (len > PAGE_SIZE - 512) {
			len += sysfs_emit_at(buf, len, "...\n");
			break;
		}
		len += flt_sysfs_emit_name(buf, len, &instance->altitude);
		len += sysfs_emit_at(buf, len, " %.200s ", instance->volume->info.mount_name);
		len += sysfs_emit_at(buf, len, "\\Device\\HarddiskVolume%u ",
				     instance->volume->number);
		len += flt_sysfs_emit_name(buf, len, &instance->name);
		len += sysfs_emit_at(buf, len, "\n");
	}
	mutex_unlock(&flt_filters_lock);
	return len;
}

static ssize_t stats_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct flt_filter *filter = flt_sysfs_filter(kobj);
	unsigned int i;
	int len = 0;

	for (i = 0; i < FLT_NR_OPS; i++) {
		u64 pre = 0, post = 0;
		int cpu;

		for_each_possible_cpu(cpu) {
			struct flt_filter_stats *stats = per_cpu_ptr(filter->stats, cpu);

			pre += READ_ONCE(stats->pre[i]);
			post += READ_ONCE(stats->post[i]);
		}
		if (pre || post)
			len += sysfs_emit_at(buf, len, "%s %llu %llu\n",
					     flt_op_desc_at(i)->name, pre, post);
	}
	return len;
}

static ssize_t violations_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct flt_filter *filter = flt_sysfs_filter(kobj);
	int i, len = 0;

	for (i = 0; i < FLT_NR_VIOLATIONS; i++)
		len += sysfs_emit_at(buf, len, "%s %lld\n", flt_violation_names[i],
				     (long long)flt_violations_of(filter, i));
	return len;
}

static ssize_t locks_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct flt_filter *filter = flt_sysfs_filter(kobj);
	int i, len = 0;

	for (i = FLT_LOCK_NONE + 1; i < FLT_NR_LOCKS; i++)
		len += sysfs_emit_at(buf, len, "%s %d\n", flt_lock_names[i],
				     atomic_read(&filter->slow_locks[i]));
	return len;
}

/*
 * "1" asks the filter to unload, "mandatory" does not take no for an answer. The directory goes
 * away inside this call, hence the broken protection; the claim keeps the filter meanwhile.
 */
static ssize_t unload_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			    size_t count)
{
	struct flt_filter *filter = flt_sysfs_filter(kobj);
	bool mandatory;
	struct kernfs_node *kn;
	NTSTATUS status;

	if (sysfs_streq(buf, "mandatory"))
		mandatory = true;
	else if (sysfs_streq(buf, "1"))
		mandatory = false;
	else
		return -EINVAL;
	status = flt_filter_unload_claim(filter, mandatory);
	if (status == STATUS_SUCCESS) {
		kn = sysfs_break_active_protection(kobj, &attr->attr);
		status = flt_filter_unload(filter, mandatory);
		sysfs_unbreak_active_protection(kn);
	}
	if (status == STATUS_SUCCESS)
		return count;
	pr_info("fltshim: unload of %s refused with status %#x\n", kobject_name(kobj), status);
	return flt_errno_from_status(status, NULL) ?: -EBUSY;
}

/* "VOLUME" or "VOLUME INSTANCE", as attach and detach are told it; @text is the caller's. */
static NTSTATUS flt_sysfs_by_hand(struct flt_filter *filter, char *text, bool attach)
{
	UNICODE_STRING volume_name = {}, name = {};
	char *rest = strim(text), *first = strsep(&rest, " ");
	struct flt_volume *volume;
	NTSTATUS status;
	WCHAR *units;
	ULONG used;

	units = kcalloc(2, PAGE_SIZE, GFP_KERNEL);
	if (!units)
		return STATUS_INSUFFICIENT_RESOURCES;
	volume_name.Buffer = units;
	status = RtlUTF8ToUnicodeN(units, PAGE_SIZE, &used, first, strlen(first));
	if (status != STATUS_SUCCESS)
		goto out;
	volume_name.Length = used;
	if (rest) {
		rest = strim(rest);
		name.Buffer = units + PAGE_SIZE / sizeof(*units);
		status = RtlUTF8ToUnicodeN(name.Buffer, PAGE_SIZE, &used, rest, strlen(rest));
		if (status != STATUS_SUCCESS)
			goto out;
		name.Length = used;
	}
	status = flt_volume_from_name(&volume_name, &volume);
	if (status != STATUS_SUCCESS)
		goto out;
	if (attach)
		status = FltAttachVolume(flt_filter_opaque(filter), (PFLT_VOLUME)volume,
					 rest ? &name : NULL, NULL);
	else
		status = FltDetachVolume(flt_filter_opaque(filter), (PFLT_VOLUME)volume,
					 rest ? &name : NULL);
	FltObjectDereference(volume);
out:
	/* A name that is not UTF-8 is nobody's. */
	if (status == STATUS_SOME_NOT_MAPPED)
		status = STATUS_OBJECT_NAME_INVALID;
	kfree(units);
	return status;
}

static ssize_t flt_sysfs_move(struct kobject *kobj, const char *buf, size_t count, bool attach)
{
	char *text = kstrndup(buf, count, GFP_KERNEL);
	NTSTATUS status;

	if (!text)
		return -ENOMEM;
	status = flt_sysfs_by_hand(flt_sysfs_filter(kobj), text, attach);
	kfree(text);
	if (NT_SUCCESS(status))
		return count;
	pr_info("fltshim: %s of %s refused with status %#x\n", attach ? "attach" : "detach",
		kobject_name(kobj), status);
	return flt_errno_from_status(status, NULL) ?: -EBUSY;
}

/* The filter's setup callback may say no, and so may its query teardown callback below. */
static ssize_t attach_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			    size_t count)
{
	return flt_sysfs_move(kobj, buf, count, true);
}

static ssize_t detach_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			    size_t count)
{
	return flt_sysfs_move(kobj, buf, count, false);
}

static struct kobj_attribute flt_attr_altitude = __ATTR_RO(altitude);
static struct kobj_attribute flt_attr_instances = __ATTR_RO(instances);
static struct kobj_attribute flt_attr_stats = __ATTR_RO(stats);
static struct kobj_attribute flt_attr_violations = __ATTR_RO(violations);
static struct kobj_attribute flt_attr_locks = __ATTR_RO(locks);
static struct kobj_attribute flt_attr_attach = __ATTR_WO(attach);
static struct kobj_attribute flt_attr_detach = __ATTR_WO(detach);
static struct kobj_attribute flt_attr_unload = __ATTR_WO(unload);

static struct attribute *flt_filter_attrs[] = {
	&flt_attr_altitude.attr,
	&flt_attr_instances.attr,
	&flt_attr_stats.attr,
	&flt_attr_violations.attr,
	&flt_attr_locks.attr,
	&flt_attr_attach.attr,
	&flt_attr_detach.attr,
	&flt_attr_unload.attr,
	NULL
};
ATTRIBUTE_GROUPS(flt_filter);

static void flt_sysfs_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct flt_filter_sysfs, kobj));
}

static const struct kobj_type flt_sysfs_type = {
	.release = flt_sysfs_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = flt_filter_groups,
};

int flt_sysfs_add(struct flt_filter *filter)
{
	struct flt_filter_sysfs *sysfs = kzalloc(sizeof(*sysfs), GFP_KERNEL);
	int ret;

	if (!sysfs)
		return -ENOMEM;
	sysfs->filter = filter;
	ret = kobject_init_and_add(&sysfs->kobj, &flt_sysfs_type, flt_sysfs_filters, "%s",
				   filter->name_utf8);
	if (ret) {
		kobject_put(&sysfs->kobj);
		return ret;
	}
	filter->sysfs = sysfs;
	return 0;
}

/* Waits for readers and writers of the files, but for one that unloads the filter. */
void flt_sysfs_remove(struct flt_filter *filter)
{
	struct flt_filter_sysfs *sysfs = filter->sysfs;

	if (!sysfs)
		return;
	filter->sysfs = NULL;
	kobject_del(&sysfs->kobj);
	kobject_put(&sysfs->kobj);
}

static int flt_inflight_open(struct inode *inode, struct file *file)
{
	return single_open(file, flt_inflight_show, NULL);
}

static const struct file_operations flt_inflight_fops = {
	.owner = THIS_MODULE,
	.open = flt_inflight_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

int flt_sysfs_init(void)
{
	flt_sysfs_root = kobject_create_and_add("fltshim", fs_kobj);
	if (!flt_sysfs_root)
		return -ENOMEM;
	flt_sysfs_filters = kobject_create_and_add("filters", flt_sysfs_root);
	if (!flt_sysfs_filters) {
		kobject_put(flt_sysfs_root);
		return -ENOMEM;
	}
	flt_debugfs_root = debugfs_create_dir("fltshim", NULL);
	debugfs_create_file("operations", 0400, flt_debugfs_root, NULL, &flt_inflight_fops);
	return 0;
}

void flt_sysfs_exit(void)
{
	debugfs_remove_recursive(flt_debugfs_root);
	kobject_put(flt_sysfs_filters);
	kobject_put(flt_sysfs_root);
}
