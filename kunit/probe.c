// SPDX-License-Identifier: GPL-2.0
/*
 * The probes' callbacks and their registration. Callbacks run in every context that the filter
 * manager allows, so they only record and do what the test said.
 */
#include <linux/slab.h>
#include "fltmgr/filter.h"
#include "kunit/probe.h"
#include "kunit/world.h"
#include "nt/zw_registry.h"

static struct probe probe_slots[PROBE_SLOTS];

static struct fake_volume *probe_fake(PFLT_VOLUME volume)
{
	return ((struct flt_volume *)volume)->private;
}

static int probe_volume_index(const struct probe *p, PFLT_VOLUME volume)
{
	return p->world->other && probe_fake(volume) == p->world->other;
}

static void probe_record(struct world_event *event, PFLT_CALLBACK_DATA data,
			 PCFLT_RELATED_OBJECTS objects, void *context)
{
	event->address = data;
	event->data = *data;
	event->iopb = *data->Iopb;
	event->objects = *objects;
	event->context = context;
}

static FLT_PREOP_CALLBACK_STATUS probe_pre(struct probe *p, PFLT_CALLBACK_DATA data,
					   PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
	struct world_event *event = world_note(p->world, p->name, WORLD_PRE);
	int status = p->pre_status, irql = KeGetCurrentIrql();

	atomic_inc(&p->pre);
	if (irql > READ_ONCE(p->max_pre_irql))
		WRITE_ONCE(p->max_pre_irql, irql);
	if (event) {
		probe_record(event, data, objects, *context);
		event->volume = probe_volume_index(p, objects->Volume);
	}
	if (p->context)
		*context = p->context;
	if (p->on_pre)
		p->on_pre(p, data, objects, &status, context);
	return status;
}

static FLT_POSTOP_CALLBACK_STATUS probe_post(struct probe *p, PFLT_CALLBACK_DATA data,
					     PCFLT_RELATED_OBJECTS objects, PVOID context,
					     FLT_POST_OPERATION_FLAGS flags)
{
	bool drain = flags & FLTFL_POST_OPERATION_DRAINING;
	struct world_event *event = world_note(p->world, p->name,
					       drain ? WORLD_DRAIN : WORLD_POST);

	if (event) {
		probe_record(event, data, objects, context);
		event->volume = probe_volume_index(p, objects->Volume);
		event->flags = flags;
	}
	if (drain) {
		atomic_inc(&p->drains);
		return p->on_drain ? p->on_drain(p, data, objects, context) :
				     FLT_POSTOP_FINISHED_PROCESSING;
	}
	atomic_inc(&p->post);
	return p->on_post ? p->on_post(p, data, objects, context) : p->post_status;
}

static void probe_note(struct probe *p, enum world_event_kind kind,
		       PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	struct world_event *event = world_note(p->world, p->name, kind);

	if (!event)
		return;
	if (objects) {
		event->objects = *objects;
		event->volume = probe_volume_index(p, objects->Volume);
	}
	event->flags = flags;
}

static NTSTATUS probe_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	atomic_inc(&p->setups);
	probe_note(p, WORLD_SETUP, objects, flags);
	p->instance[probe_volume_index(p, objects->Volume)] = objects->Instance;
	return p->on_setup ? p->on_setup(p, objects, flags) : p->setup_status;
}

static NTSTATUS probe_query(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	atomic_inc(&p->queries);
	probe_note(p, WORLD_QUERY, objects, flags);
	return p->query_status;
}

static void probe_start(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG reason)
{
	atomic_inc(&p->starts);
	probe_note(p, WORLD_START, objects, reason);
	if (p->on_start)
		p->on_start(p, objects);
}

static void probe_complete(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG reason)
{
	atomic_inc(&p->completes);
	probe_note(p, WORLD_COMPLETE, objects, reason);
	if (p->on_complete)
		p->on_complete(p, objects);
}

static NTSTATUS probe_unload_called(struct probe *p, ULONG flags)
{
	atomic_inc(&p->unloads);
	probe_note(p, WORLD_UNLOAD, NULL, flags);
	if (p->on_unload)
		p->on_unload(p, flags);
	if (!p->keep && NT_SUCCESS(p->unload_status)) {
		FltUnregisterFilter(p->filter);
		p->filter = NULL;
	}
	return p->unload_status;
}

/* What a slot needs that has to be a function of its own. */
struct probe_functions {
	PFLT_PRE_OPERATION_CALLBACK pre;
	PFLT_POST_OPERATION_CALLBACK post;
	PFLT_INSTANCE_SETUP_CALLBACK setup;
	PFLT_INSTANCE_QUERY_TEARDOWN_CALLBACK query;
	PFLT_INSTANCE_TEARDOWN_CALLBACK start;
	PFLT_INSTANCE_TEARDOWN_CALLBACK complete;
	PFLT_FILTER_UNLOAD_CALLBACK unload;
	NTSTATUS (*entry)(PDRIVER_OBJECT object, PUNICODE_STRING path);
};

static NTSTATUS probe_entry(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path);

#define probe_slot_0	(&probe_slots[0])
#define probe_slot_1	(&probe_slots[1])
#define probe_slot_2	(&probe_slots[2])
#define probe_slot_3	(&probe_slots[3])
#define probe_slot_4	(&probe_slots[4])
#define probe_slot_5	(&probe_slots[5])
#define probe_slot_6	(&probe_slots[6])
#define probe_slot_7	(&probe_slots[7])

#define PROBE_SLOT(n)									\
static FLT_PREOP_CALLBACK_STATUS probe_pre_##n(PFLT_CALLBACK_DATA data,			\
					       PCFLT_RELATED_OBJECTS objects,		\
					       PVOID *context)				\
{											\
	return probe_pre(probe_slot_##n, data, objects, context);			\
}											\
static FLT_POSTOP_CALLBACK_STATUS probe_post_##n(PFLT_CALLBACK_DATA data,		\
						 PCFLT_RELATED_OBJECTS objects,		\
						 PVOID context,				\
						 FLT_POST_OPERATION_FLAGS flags)	\
{											\
	return probe_post(probe_slot_##n, data, objects, context, flags);		\
}											\
static NTSTATUS probe_setup_##n(PCFLT_RELATED_OBJECTS objects,				\
				FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE device,	\
				FLT_FILESYSTEM_TYPE fs)					\
{											\
	probe_slot_##n->device_type = device;						\
	probe_slot_##n->fs_type = fs;							\
	return probe_setup(probe_slot_##n, objects, flags);				\
}											\
static NTSTATUS probe_query_##n(PCFLT_RELATED_OBJECTS objects,				\
				FLT_INSTANCE_QUERY_TEARDOWN_FLAGS flags)		\
{											\
	return probe_query(probe_slot_##n, objects, flags);				\
}											\
static VOID probe_start_##n(PCFLT_RELATED_OBJECTS objects,				\
			    FLT_INSTANCE_TEARDOWN_FLAGS reason)				\
{											\
	probe_start(probe_slot_##n, objects, reason);					\
}											\
static VOID probe_complete_##n(PCFLT_RELATED_OBJECTS objects,				\
			       FLT_INSTANCE_TEARDOWN_FLAGS reason)			\
{											\
	probe_complete(probe_slot_##n, objects, reason);				\
}											\
static NTSTATUS probe_unload_##n(FLT_FILTER_UNLOAD_FLAGS flags)				\
{											\
	return probe_unload_called(probe_slot_##n, flags);				\
}											\
static NTSTATUS probe_entry_##n(PDRIVER_OBJECT object, PUNICODE_STRING path)		\
{											\
	return probe_entry(probe_slot_##n, object, path);				\
}

#define PROBE_FUNCTIONS(n) {							\
	probe_pre_##n, probe_post_##n, probe_setup_##n, probe_query_##n,	\
	probe_start_##n, probe_complete_##n, probe_unload_##n, probe_entry_##n	\
}

PROBE_SLOT(0)
PROBE_SLOT(1)
PROBE_SLOT(2)
PROBE_SLOT(3)
PROBE_SLOT(4)
PROBE_SLOT(5)
PROBE_SLOT(6)
PROBE_SLOT(7)

static const struct probe_functions probe_functions[PROBE_SLOTS] = {
	PROBE_FUNCTIONS(0), PROBE_FUNCTIONS(1), PROBE_FUNCTIONS(2), PROBE_FUNCTIONS(3),
	PROBE_FUNCTIONS(4), PROBE_FUNCTIONS(5), PROBE_FUNCTIONS(6), PROBE_FUNCTIONS(7),
};

static const char *const probe_services[PROBE_SLOTS] = {
	"probeA", "probeB", "probeC", "probeD", "probeE", "probeF", "probeG", "probeH",
};

static const WCHAR *const probe_altitudes[PROBE_SLOTS] = {
	u"800000", u"700000", u"600000", u"500000", u"400000", u"300000", u"200000", u"100000",
};

/* Every major function that can be registered, or the ones that the test named. */
static unsigned int probe_fill_ops(const struct probe *p, FLT_OPERATION_REGISTRATION *ops)
{
	const struct probe_functions *f = &probe_functions[p - probe_slots];
	const struct probe_op *op = p->config.ops;
	unsigned int n = 0, index;

	if (op) {
		for (; op->major != IRP_MJ_OPERATION_END; op++)
			ops[n++] = (FLT_OPERATION_REGISTRATION) {
				.MajorFunction = op->major,
				.Flags = op->skip,
				.PreOperation = op->pre ? f->pre : NULL,
				.PostOperation = op->post ? f->post : NULL,
				.Reserved1 = op->reserved,
			};
	} else {
		for (index = 0; index < FLT_NR_OPS; index++) {
			const struct flt_op_desc *desc = flt_op_desc_at(index);

			if (!desc || desc->no_register)
				continue;
			ops[n++] = (FLT_OPERATION_REGISTRATION) {
				.MajorFunction = index < FLT_NR_IRP_CODES ? index :
						 255 - (index - FLT_NR_IRP_CODES),
				.PreOperation = f->pre,
				.PostOperation = desc->no_post ? NULL : f->post,
			};
		}
	}
	ops[n].MajorFunction = IRP_MJ_OPERATION_END;
	return n;
}

static NTSTATUS probe_register(struct probe *p, PDRIVER_OBJECT object)
{
	const struct probe_functions *f = &probe_functions[p - probe_slots];
	FLT_OPERATION_REGISTRATION *ops;
	FLT_REGISTRATION *registration;
	NTSTATUS status;

	ops = kcalloc(FLT_NR_OPS + 8, sizeof(*ops), GFP_KERNEL | __GFP_NOFAIL);
	registration = kzalloc(sizeof(*registration), GFP_KERNEL | __GFP_NOFAIL);
	probe_fill_ops(p, ops);
	registration->Size = sizeof(*registration);
	registration->Version = FLT_REGISTRATION_VERSION;
	registration->Flags = p->config.flags;
	registration->OperationRegistration = p->config.null_ops ? NULL : ops;
	registration->FilterUnloadCallback = p->config.no_unload ? NULL : f->unload;
	registration->InstanceSetupCallback = p->config.no_setup ? NULL : f->setup;
	registration->InstanceQueryTeardownCallback = p->config.no_query ? NULL : f->query;
	if (!p->config.no_teardown) {
		registration->InstanceTeardownStartCallback = f->start;
		registration->InstanceTeardownCompleteCallback = f->complete;
	}
	if (p->config.change)
		p->config.change(p, registration, ops);
	status = FltRegisterFilter(object, registration, &p->filter);
	/* A driver may discard its tables now (REG-15): ours turn to poison. */
	memset(ops, 0x6b, sizeof(*ops) * (FLT_NR_OPS + 8));
	memset(registration, 0x6b, sizeof(*registration));
	kfree(ops);
	kfree(registration);
	return status;
}

static NTSTATUS probe_entry(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	atomic_inc(&p->entries);
	if (!p->config.no_register) {
		p->register_status = probe_register(p, object);
		if (!NT_SUCCESS(p->register_status)) {
			p->filter = NULL;
			return p->register_status;
		}
	}
	if (p->config.on_entry)
		p->config.on_entry(p, object, path);
	if (!p->config.no_register && !p->config.no_start)
		p->start_status = FltStartFiltering(p->filter);
	return p->config.entry_status;
}

static u32 probe_text_size(const WCHAR *text)
{
	u32 n = 0;

	while (text[n])
		n++;
	return (n + 1) * sizeof(WCHAR);
}

static struct fsh_reg_value probe_text(const char *key, const char *name, const WCHAR *text)
{
	return (struct fsh_reg_value) {
		.key = key, .name = name, .type = REG_SZ, .data = text,
		.size = probe_text_size(text),
	};
}

static struct fsh_reg_value probe_dword(const char *key, const char *name, const u32 *value)
{
	return (struct fsh_reg_value) {
		.key = key, .name = name, .type = REG_DWORD, .data = value, .size = sizeof(*value),
	};
}

/* Takes a key and all below it out of the registry. */
static void probe_forget(struct reg_key *key)
{
	struct reg_key *child;

	while ((child = reg_subkey_at(key, 0)))
		probe_forget(child);
	reg_delete_key(key);
	reg_put(key);
}

/**
 * probe_load() - load a probe as if its module were inserted
 * @w: the world
 * @name: letter
 * @config: how it registers, or NULL for the usual
 * @out: receives the slot, even when loading fails
 *
 * Its service key is made anew: what an earlier probe of that name had in it is gone.
 *
 * Return: 0, or the error with which the module would not load
 */
int probe_load(struct world *w, char name, const struct probe_config *config, struct probe **out)
{
	struct fsh_reg_value values[8];
	struct fsh_driver_desc desc = { .owner = THIS_MODULE, .values = values };
	unsigned int slot = name - 'A', n = 0;
	struct probe *p = &probe_slots[slot];
	struct reg_key *old;
	int ret;

	memset(p, 0, sizeof(*p));
	p->name = name;
	p->world = w;
	if (config)
		p->config = *config;
	p->pre_status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	p->post_status = FLT_POSTOP_FINISHED_PROCESSING;
	p->start_status = STATUS_UNSUCCESSFUL;
	*out = p;

	desc.service = p->config.service ?: probe_services[slot];
	desc.entry = probe_functions[slot].entry;
	old = reg_open_service(desc.service);
	if (old)
		probe_forget(old);
	if (!p->config.no_key) {
		values[n++] = probe_text("Instances", "DefaultInstance", u"main");
		values[n++] = probe_text("Instances\\main", "Altitude",
					 p->config.altitude ?: probe_altitudes[slot]);
		values[n++] = probe_dword("Instances\\main", "Flags", &p->config.instance_flags);
		if (p->config.second)
			values[n++] = probe_text("Instances\\second", "Altitude",
						 p->config.second);
	}
	values[n++] = probe_dword("Parameters", "ProbeValue", &p->config.instance_flags);
	if (p->config.extra) {
		values[n++] = p->config.extra[0];
		values[n++] = p->config.extra[1];
	}
	desc.nr_values = n;
	ret = fsh_driver_load(&desc, &p->driver);
	if (ret)
		p->driver = NULL;
	return ret;
}

/* Ends a probe whatever state it is in, without asking it. */
void probe_unload(struct probe *p)
{
	if (p->filter && p->driver && p->driver->filter)
		FltUnregisterFilter(p->filter);
	p->filter = NULL;
	if (p->driver)
		fsh_driver_unload(p->driver);
	p->driver = NULL;
}

/* What "fltmc unload" and its mandatory form do. */
NTSTATUS probe_request_unload(struct probe *p, bool mandatory)
{
	struct flt_filter *filter = flt_filter_of(p->filter);
	NTSTATUS status = flt_filter_unload_claim(filter, mandatory);

	if (NT_SUCCESS(status))
		status = flt_filter_unload(filter, mandatory);
	return status;
}

u64 probe_violations(const struct probe *p, int kind)
{
	return p->filter ? atomic64_read(&flt_filter_of(p->filter)->violations[kind]) : 0;
}

u64 probe_all_violations(const struct probe *p)
{
	u64 sum = 0;
	int kind;

	for (kind = 0; kind < FLT_NR_VIOLATIONS; kind++)
		sum += probe_violations(p, kind);
	return sum;
}
