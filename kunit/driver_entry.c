// SPDX-License-Identifier: GPL-2.0
/*
 * Suite driver_entry: what a driver's entry routine gets, and what becomes of a driver that fails
 * in it (REG-01 to REG-05, REG-14).
 */
#include <linux/module.h>
#include "fltmgr/filter.h"
#include "kunit/world.h"
#include "nt/io_driver.h"
#include "nt/violation.h"
#include "nt/zw_registry.h"

#define REG_SERVICES "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

/* What DriverEntry saw. */
static struct {
	int irql;
	unsigned int other_callbacks;
	char path[160];
	struct task_struct *task;
} entry_seen;

static void entry_look_around(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	unsigned int i;

	might_sleep();
	entry_seen.irql = KeGetCurrentIrql();
	entry_seen.task = current;
	entry_seen.other_callbacks = p->world->nr_events;
	for (i = 0; i < path->Length / sizeof(WCHAR) && i < sizeof(entry_seen.path) - 1; i++)
		entry_seen.path[i] = path->Buffer[i];
	entry_seen.path[i] = 0;
}

static void entry_driver_entry(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = entry_look_around,
						    .instance_flags = 0 };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);
	struct reg_key *key;
	u32 value = 99;

	FLT_PROVES(test, "REG-01", entry_seen.irql == PASSIVE_LEVEL &&
		   entry_seen.task == current && entry_seen.other_callbacks == 0);
	FLT_PROVES(test, "REG-01", atomic_read(&p->entries) == 1);
	FLT_PROVES(test, "REG-02", !strcmp(entry_seen.path, REG_SERVICES "probeA"));
	key = reg_open_service("PROBEa");
	if (FLT_EXPECT(test, key)) {
		struct reg_key *parameters = reg_open_subkey(key, "Parameters");

		FLT_EXPECT(test, parameters);
		if (parameters) {
			FLT_EXPECT(test, NT_SUCCESS(reg_get_dword(parameters, "probevalue",
								  &value)) && value == 0);
			reg_put(parameters);
		}
		reg_put(key);
	}
}

/* A driver reads its own key by the path that it was given. */
static NTSTATUS entry_read_status;
static ULONG entry_read_value;

static void entry_read_own_key(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	UNICODE_STRING below = { .Buffer = u"Parameters", .Length = 20, .MaximumLength = 22 };
	UNICODE_STRING name = { .Buffer = u"ProbeValue", .Length = 20, .MaximumLength = 22 };
	u8 buffer[64] __aligned(8);
	KEY_VALUE_PARTIAL_INFORMATION *value = (void *)buffer;
	OBJECT_ATTRIBUTES attributes;
	HANDLE service, parameters;
	ULONG size;

	InitializeObjectAttributes(&attributes, path, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
				   NULL, NULL);
	entry_read_status = ZwOpenKey(&service, KEY_READ, &attributes);
	if (!NT_SUCCESS(entry_read_status))
		return;
	InitializeObjectAttributes(&attributes, &below, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
				   service, NULL);
	entry_read_status = ZwOpenKey(&parameters, KEY_READ, &attributes);
	ZwClose(service);
	if (!NT_SUCCESS(entry_read_status))
		return;
	entry_read_status = ZwQueryValueKey(parameters, &name, KeyValuePartialInformation, value,
					    sizeof(buffer), &size);
	ZwClose(parameters);
	if (NT_SUCCESS(entry_read_status) && value->Type == REG_DWORD && value->DataLength == 4)
		memcpy(&entry_read_value, value->Data, 4);
}

static void entry_registry_path(struct kunit *test)
{
	/* The probe's value is that of its instance flags. */
	static const struct probe_config config = { .on_entry = entry_read_own_key,
						    .instance_flags = 2 };

	entry_read_status = STATUS_UNSUCCESSFUL;
	entry_read_value = 99;
	world_probe(world_of(test), 'A', &config);
	FLT_PROVES(test, "REG-02", NT_SUCCESS(entry_read_status) && entry_read_value == 2);
}

static void entry_fails(struct kunit *test)
{
	static const struct {
		NTSTATUS status;
		int err;
	} cases[] = {
		{ STATUS_UNSUCCESSFUL, -EIO },
		{ STATUS_ACCESS_DENIED, -EACCES },
		{ STATUS_BUFFER_OVERFLOW, -ERANGE },	/* a warning fails as well */
	};
	struct world *w = world_of(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct probe_config config = { .no_register = true,
					       .entry_status = cases[i].status };
		struct probe *p;

		FLT_PROVES(test, "REG-03", probe_load(w, 'A', &config, &p) == cases[i].err);
		FLT_PROVES(test, "REG-03", atomic_read(&p->unloads) == 0);
	}
}

static void entry_fails_while_registered(struct kunit *test)
{
	static const struct probe_config config = { .entry_status = STATUS_UNSUCCESSFUL };
	struct world *w = world_of(test);
	unsigned int before = world_filters();
	struct probe *p;

	FLT_EXPECT(test, !prove_log_start(test, "probeA"));
	FLT_PROVES(test, "REG-04", probe_load(w, 'A', &config, &p) < 0);
	p->filter = NULL;
	FLT_PROVES(test, "REG-04", world_filters() == before);
	FLT_PROVES(test, "REG-04", atomic_read(&p->setups) == 1 &&
		   atomic_read(&p->starts) == 1 && atomic_read(&p->completes) == 1);
	FLT_PROVES(test, "REG-04", prove_log_count() >= 1);
	FLT_PROVES(test, "REG-03", atomic_read(&p->unloads) == 0);
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-04", world_trace_is(w, "F"));
}

/* Work of a driver whose entry fails: what runs is waited for, and can queue nothing more. */
static struct {
	WORK_QUEUE_ITEM first, second;
	struct fsh_driver *driver;
	bool closed;
	bool over;
	atomic_t seconds;
} entry_work;

static void entry_work_second(PVOID context)
{
	atomic_inc(&entry_work.seconds);
}

/* Does the driver take no more work? */
static bool entry_work_closed(void)
{
	if (!ExAcquireRundownProtection(&entry_work.driver->work))
		return true;
	ExReleaseRundownProtection(&entry_work.driver->work);
	return false;
}

static void entry_work_first(PVOID context)
{
	entry_work.closed = WORLD_WAIT(entry_work_closed());
	ExQueueWorkItem(&entry_work.second, CriticalWorkQueue);
	msleep(50);
	WRITE_ONCE(entry_work.over, true);
}

static void entry_queues(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	/* The code of these tests is that of the only driver there is. */
	entry_work.driver = fsh_driver_at((unsigned long)entry_work_first);
	entry_work.first.WorkerRoutine = entry_work_first;
	entry_work.second.WorkerRoutine = entry_work_second;
	ExQueueWorkItem(&entry_work.first, DelayedWorkQueue);
}

static void entry_fails_with_work(struct kunit *test)
{
	static const struct probe_config config = { .no_register = true, .on_entry = entry_queues,
						    .entry_status = STATUS_UNSUCCESSFUL };
	s64 before = atomic64_read(&fsh_violations);
	int users = module_refcount(THIS_MODULE);
	struct world *w = world_of(test);
	struct probe *p;

	memset(&entry_work, 0, sizeof(entry_work));
	FLT_EXPECT(test, probe_load(w, 'A', &config, &p) == -EIO);
	FLT_EXPECT(test, entry_work.closed && READ_ONCE(entry_work.over));
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 1);
	FLT_EXPECT(test, module_refcount(THIS_MODULE) == users);
	msleep(20);
	FLT_EXPECT(test, !atomic_read(&entry_work.seconds) && !entry_work.second.List.Flink);
}

/* Unregistered from its own callback, so by a worker, which is through when the load has failed. */
static void entry_unregisters_inside(struct probe *p, PFLT_CALLBACK_DATA data,
				     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	p->on_pre = NULL;
	FltUnregisterFilter(objects->Filter);
}

static void entry_filters_and_ends(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	FltStartFiltering(p->filter);
	p->on_pre = entry_unregisters_inside;
	world_do(p->world, IRP_MJ_READ);
	p->filter = NULL;
}

static void entry_fails_after_the_end(struct kunit *test)
{
	static const struct probe_config config = {
		.entry_status = STATUS_UNSUCCESSFUL, .on_entry = entry_filters_and_ends,
		.no_start = true,
	};
	struct world *w = world_of(test);
	unsigned int before = world_filters(), i;
	int users = module_refcount(THIS_MODULE);
	struct probe *p;

	w->breaches = true;
	for (i = 0; i < 20; i++) {
		FLT_PROVES(test, "REG-04", probe_load(w, 'A', &config, &p) < 0);
		FLT_PROVES(test, "REG-04", world_filters() == before &&
			   atomic_read(&p->completes) == 1 &&
			   module_refcount(THIS_MODULE) == users);
	}
}

static void entry_never_registers(struct kunit *test)
{
	static const struct probe_config config = { .no_register = true };
	struct world *w = world_of(test);
	unsigned int before = world_filters();
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "REG-05", p->driver && world_filters() == before);
	probe_unload(p);
	FLT_PROVES(test, "REG-05", atomic_read(&p->unloads) == 0);
}

static void entry_before_the_manager_is_up(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p;

	flt_filters_ready = false;
	probe_load(w, 'H', NULL, &p);
	flt_filters_ready = true;
	FLT_PROVES(test, "REG-14", p->register_status == STATUS_FLT_NOT_INITIALIZED);
	probe_unload(p);
	probe_load(w, 'H', NULL, &p);
	FLT_PROVES(test, "REG-14", NT_SUCCESS(p->register_status));
	probe_unload(p);
}

static struct kunit_case driver_entry_cases[] = {
	KUNIT_CASE(entry_driver_entry),
	KUNIT_CASE(entry_registry_path),
	KUNIT_CASE(entry_fails),
	KUNIT_CASE(entry_fails_with_work),
	KUNIT_CASE(entry_fails_while_registered),
	KUNIT_CASE(entry_fails_after_the_end),
	KUNIT_CASE(entry_never_registers),
	KUNIT_CASE(entry_before_the_manager_is_up),
	{}
};

static struct kunit_suite driver_entry_suite = {
	.name = "driver_entry",
	.init = world_init,
	.exit = world_exit,
	.test_cases = driver_entry_cases,
};

kunit_test_suite(driver_entry_suite);
