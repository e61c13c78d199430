// SPDX-License-Identifier: GPL-2.0
/*
 * Drivers: makes the service key and the DRIVER_OBJECT of a driver module, runs its DriverEntry
 * under the exception barrier, and takes everything back when the module goes.
 */
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "nt/ex_pool.h"
#include "nt/io_device.h"
#include "nt/io_driver.h"
#include "nt/io_irp.h"
#include "nt/io_workitem.h"
#include "nt/mm_section.h"
#include "nt/ob_callback.h"
#include "nt/ob_object.h"
#include "nt/ps_notify.h"
#include "nt/ps_thread.h"
#include "nt/rtl_status.h"
#include "nt/seh.h"
#include "nt/violation.h"
#include "nt/zw_registry.h"

static DEFINE_MUTEX(fsh_drivers_lock);	/* writers of the list; readers use RCU or it */
static LIST_HEAD(fsh_drivers);
static const struct fsh_driver_hooks *fsh_hooks;

static const char fsh_services[] = "System\\CurrentControlSet\\Services\\";
static const char fsh_path_prefix[] =
	"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";

/* Widens ASCII text; the buffer has room for a NUL. */
static bool fsh_widen(UNICODE_STRING *out, const char *a, const char *b, size_t b_len)
{
	size_t a_len = strlen(a), i;

	out->Buffer = kcalloc(a_len + b_len + 1, sizeof(WCHAR), GFP_KERNEL);
	if (!out->Buffer)
		return false;
	for (i = 0; i < a_len; i++)
		out->Buffer[i] = (unsigned char)a[i];
	for (i = 0; i < b_len; i++)
		out->Buffer[a_len + i] = (unsigned char)b[i];
	out->Length = (a_len + b_len) * sizeof(WCHAR);
	out->MaximumLength = out->Length + sizeof(WCHAR);
	return true;
}

/* Sets one value of the service key; @key is relative to it. */
static NTSTATUS fsh_key_set(struct reg_key *service, const char *key, size_t key_len,
			    const char *name, size_t name_len, u32 type, const void *data,
			    u32 size)
{
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
	UNICODE_STRING path = { }, wide = { };
	struct reg_key *subkey;

	if (!fsh_widen(&path, "", key, key_len) || !fsh_widen(&wide, "", name, name_len))
		goto out;
	subkey = reg_open_path(service, &path, true, NULL);
	if (!subkey)
		goto out;
	status = reg_set_value(subkey, &wide, type, data, size);
	reg_put(subkey);
out:
	kfree(path.Buffer);
	kfree(wide.Buffer);
	return status;
}

/* Does the service key have a text of this name, as the INF said? */
static bool fsh_key_has_text(struct reg_key *service, const char *key, size_t key_len,
			     const char *name, size_t name_len)
{
	char *plain = kmemdup_nul(name, name_len, GFP_KERNEL);
	UNICODE_STRING path = { }, text;
	struct reg_key *subkey = NULL;
	bool found = false;

	if (plain && fsh_widen(&path, "", key, key_len))
		subkey = reg_open_path(service, &path, false, NULL);
	if (subkey) {
		found = NT_SUCCESS(reg_get_string(subkey, plain, &text));
		if (found)
			kfree(text.Buffer);
		reg_put(subkey);
	}
	kfree(path.Buffer);
	kfree(plain);
	return found;
}

/*
 * Is this a value of an instance that is not defined? Its altitude defines one, so that more of
 * them can be had without another INF.
 */
static bool fsh_no_such_instance(struct reg_key *service, const char *key, size_t len)
{
	static const char altitude[] = "Altitude=";
	static const char *const roots[] = { "Instances\\", "Parameters\\Instances\\" };
	UNICODE_STRING path = { };
	struct reg_key *subkey;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(roots); i++) {
		if (len > strlen(roots[i]) && !strncasecmp(key, roots[i], strlen(roots[i])))
			break;
	}
	if (i == ARRAY_SIZE(roots) ||
	    !strncasecmp(key + len, altitude, strlen(altitude)) ||
	    !fsh_widen(&path, "", key, len))
		return false;
	subkey = reg_open_path(service, &path, false, NULL);
	kfree(path.Buffer);
	if (subkey)
		reg_put(subkey);
	return !subkey;
}

/*
 * One "Key\Name=value" of the overrides. What the INF has as text stays text (an altitude is one);
 * else a number becomes a REG_DWORD, the rest a REG_SZ.
 */
static int fsh_override(struct reg_key *service, const char *item, size_t len)
{
	const char *equals = memchr(item, '=', len), *name = item, *p;
	char number[16];
	NTSTATUS status;
	size_t value_len;
	u32 dword;

	if (!equals || equals == item)
		return -EINVAL;
	for (p = item; p < equals; p++) {
		if (*p == '\\')
			name = p + 1;
	}
	if (name == equals || fsh_no_such_instance(service, item, name - item))
		return -EINVAL;
	value_len = item + len - (equals + 1);
	if (value_len < sizeof(number)) {
		memcpy(number, equals + 1, value_len);
		number[value_len] = 0;
	} else {
		number[0] = 0;
	}
	if (!kstrtou32(number, 0, &dword) &&
	    !fsh_key_has_text(service, item, name - item, name, equals - name)) {
		status = fsh_key_set(service, item, name - item, name, equals - name, REG_DWORD,
				     &dword, sizeof(dword));
	} else {
		UNICODE_STRING text;

		if (!fsh_widen(&text, "", equals + 1, value_len))
			return -ENOMEM;
		status = fsh_key_set(service, item, name - item, name, equals - name, REG_SZ,
				     text.Buffer, text.MaximumLength);
		kfree(text.Buffer);
	}
	return NT_SUCCESS(status) ? 0 : -ENOMEM;
}

static int fsh_overrides(struct reg_key *service, const struct fsh_driver_desc *desc)
{
	const char *item = desc->overrides, *end;
	int ret;

	for (; item && *item; item = *end ? end + 1 : end) {
		end = strchrnul(item, ';');
		if (end == item)
			continue;
		ret = fsh_override(service, item, end - item);
		if (ret) {
			pr_err("fltshim: %s: \"%.*s\" is no Key\\Name=value, or of an instance that is not defined\n",
			       desc->service, (int)(end - item), item);
			return ret;
		}
	}
	return 0;
}

/* The service key with what the INF and the module parameter say. */
static int fsh_fill_key(const struct fsh_driver_desc *desc)
{
	struct reg_key *service;
	UNICODE_STRING path;
	unsigned int i;
	int ret = 0;

	if (!fsh_widen(&path, fsh_services, desc->service, strlen(desc->service)))
		return -ENOMEM;
	service = reg_open_path(NULL, &path, true, NULL);
	kfree(path.Buffer);
	if (!service)
		return -ENOMEM;
	for (i = 0; i < desc->nr_values && !ret; i++) {
		const struct fsh_reg_value *v = &desc->values[i];

		if (!NT_SUCCESS(fsh_key_set(service, v->key, strlen(v->key), v->name,
					    strlen(v->name), v->type, v->data, v->size)))
			ret = -ENOMEM;
	}
	if (!ret)
		ret = fsh_overrides(service, desc);
	reg_put(service);
	return ret;
}

struct fsh_entry_call {
	const struct fsh_driver_desc *desc;
	struct fsh_driver *driver;
	NTSTATUS status;
};

static seh_raises void fsh_call_entry(void *arg)
{
	struct fsh_entry_call *call = arg;

	if (call->desc->construct)
		call->desc->construct();
	call->status = call->desc->entry(call->driver->object, &call->driver->path);
}

static seh_raises void fsh_call_driver_unload(void *arg)
{
	struct fsh_driver *driver = arg;

	driver->object->DriverUnload(driver->object);
}

static seh_raises void fsh_call_destroy(void *arg)
{
	struct fsh_driver *driver = arg;

	driver->destroy();
}

/* The last of the driver's code that runs. */
static void fsh_driver_destroy(struct fsh_driver *driver)
{
	NTSTATUS code;

	if (driver->destroy && !seh_call(fsh_call_destroy, driver, &code))
		pr_err("fltshim: %s: a destructor raised %#x and nobody handled it\n",
		       driver->service, code);
}

static void fsh_driver_free(struct fsh_driver *driver)
{
	ps_notify_driver_gone(driver);
	io_work_driver_gone(driver);
	ps_driver_gone(driver);
	io_irp_driver_gone(driver);
	io_device_driver_gone(driver);
	ob_callback_driver_gone(driver);
	mm_view_driver_gone(driver);
	ob_driver_gone(driver);
	pool_driver_gone(driver);
	mutex_lock(&fsh_drivers_lock);
	list_del_rcu(&driver->link);
	mutex_unlock(&fsh_drivers_lock);
	kfree(driver->path.Buffer);
	kfree(driver->object);
	kfree_rcu(driver, rcu);
}

static struct fsh_driver *fsh_driver_alloc(const struct fsh_driver_desc *desc)
{
	struct fsh_driver *driver = kzalloc(sizeof(*driver), GFP_KERNEL);

	if (!driver)
		return NULL;
	driver->object = kzalloc(sizeof(*driver->object), GFP_KERNEL);
	if (!driver->object || !fsh_widen(&driver->path, fsh_path_prefix, desc->service,
					  strlen(desc->service))) {
		kfree(driver->object);
		kfree(driver);
		return NULL;
	}
	driver->owner = desc->owner;
	driver->service = desc->service;
	driver->destroy = desc->destroy;
	ExInitializeRundownProtection(&driver->work);
	driver->object->Type = IO_TYPE_DRIVER;
	driver->object->Size = sizeof(*driver->object);
	mutex_lock(&fsh_drivers_lock);
	list_add_tail_rcu(&driver->link, &fsh_drivers);
	mutex_unlock(&fsh_drivers_lock);
	return driver;
}

/**
 * fsh_driver_load() - run a driver's DriverEntry
 * @desc: what the glue knows; lives as long as the module
 * @out: receives the driver
 *
 * Task context. Anything but a success status fails the load; a filter that DriverEntry left
 * registered then is taken back for it.
 *
 * Return: 0, or the error of module initialisation
 */
int fsh_driver_load(const struct fsh_driver_desc *desc, struct fsh_driver **out)
{
	struct fsh_entry_call call = { .desc = desc };
	NTSTATUS code;
	int ret;

	ret = fsh_fill_key(desc);
	if (ret)
		return ret;
	call.driver = fsh_driver_alloc(desc);
	if (!call.driver)
		return -ENOMEM;
	if (!seh_call(fsh_call_entry, &call, &code)) {
		pr_err("fltshim: %s: DriverEntry raised %#x and nobody handled it\n",
		       desc->service, code);
		call.status = code;
	}
	if (call.status >= 0) {
		if (fsh_hooks && fsh_hooks->entry_done)
			fsh_hooks->entry_done(call.driver);
		io_device_driver_ready(call.driver);
		*out = call.driver;
		return 0;
	}
	pr_err("fltshim: %s: DriverEntry failed with status %#x\n", desc->service, call.status);
	if (fsh_hooks && fsh_hooks->entry_failed)
		fsh_hooks->entry_failed(call.driver);
	fsh_driver_destroy(call.driver);
	fsh_driver_free(call.driver);
	ret = flt_errno_from_status(call.status, NULL);
	return ret ?: -EIO;
}
EXPORT_SYMBOL_GPL(fsh_driver_load);

/**
 * fsh_driver_unload() - a driver's module goes
 * @driver: from fsh_driver_load(); not registered as a filter any more
 *
 * Runs DriverUnload when the driver has one.
 */
void fsh_driver_unload(struct fsh_driver *driver)
{
	NTSTATUS code;

	if (driver->object->DriverUnload &&
	    !seh_call(fsh_call_driver_unload, driver, &code))
		pr_err("fltshim: %s: DriverUnload raised %#x and nobody handled it\n",
		       driver->service, code);
	fsh_driver_destroy(driver);
	fsh_driver_free(driver);
}
EXPORT_SYMBOL_GPL(fsh_driver_unload);

/* One user: the filter manager, at its start and end. */
void fsh_driver_set_hooks(const struct fsh_driver_hooks *hooks)
{
	WRITE_ONCE(fsh_hooks, hooks);
}

/**
 * fsh_driver_of() - the driver of a DRIVER_OBJECT
 * @object: what a driver handed in; looked up before it is believed
 *
 * Return: the driver, or NULL for a pointer that is no driver object
 */
struct fsh_driver *fsh_driver_of(PDRIVER_OBJECT object)
{
	struct fsh_driver *driver, *found = NULL;

	mutex_lock(&fsh_drivers_lock);
	list_for_each_entry(driver, &fsh_drivers, link) {
		if (driver->object == object)
			found = driver;
	}
	mutex_unlock(&fsh_drivers_lock);
	return found;
}

/**
 * fsh_driver_is_loaded() - is the image of a service in memory?
 * @service: its name, in any case
 * @entered: receives whether its DriverEntry has returned with success; may be NULL
 *
 * Any context.
 */
bool fsh_driver_is_loaded(const char *service, bool *entered)
{
	struct fsh_driver *driver;
	bool found = false;

	rcu_read_lock();
	list_for_each_entry_rcu(driver, &fsh_drivers, link) {
		if (strcasecmp(driver->service, service))
			continue;
		found = true;
		if (entered)
			*entered = READ_ONCE(driver->entered);
		break;
	}
	rcu_read_unlock();
	return found;
}

/**
 * fsh_driver_at() - which driver does an address belong to?
 * @address: code address
 *
 * Any context.
 *
 * Return: the driver, valid while its module is loaded; NULL for an address outside every driver
 */
struct fsh_driver *fsh_driver_at(unsigned long address)
{
	struct fsh_driver *driver, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(driver, &fsh_drivers, link) {
		if (within_module(address, driver->owner)) {
			found = driver;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/**
 * fsh_driver_name_at() - the name of the driver that an address belongs to
 * @address: code address
 *
 * Any context.
 *
 * Return: the name of the driver's service, valid while its module is loaded; "(none)" for an
 * address outside every driver
 */
const char *fsh_driver_name_at(unsigned long address)
{
	const char *name = "(none)";
	struct fsh_driver *driver;

	rcu_read_lock();
	driver = fsh_driver_at(address);
	if (driver)
		name = driver->service;
	rcu_read_unlock();
	return name;
}

/**
 * fsh_driver_misused() - count a misuse for a driver
 * @name: as fsh_driver_name_at() gave it
 * @kind: which
 *
 * Any context.
 */
void fsh_driver_misused(const char *name, enum fsh_misuse kind)
{
	struct fsh_driver *driver;

	rcu_read_lock();
	list_for_each_entry_rcu(driver, &fsh_drivers, link) {
		if (driver->service == name) {
			atomic64_inc(&driver->misuses[kind]);
			break;
		}
	}
	rcu_read_unlock();
}
