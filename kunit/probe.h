/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes: minifilters whose callbacks record what they saw and do what a test told them. There
 * is one slot for each letter A to H, each with callbacks of its own, registered through
 * FltRegisterFilter() from a DriverEntry like any driver. A sits highest.
 */
#ifndef KUNIT_PROBE_H
#define KUNIT_PROBE_H

#include "nt/io_driver.h"
#include "nt/nt.h"

struct probe;
struct world;

#define PROBE_SLOTS	8
#define PROBE_VOLUMES	2

/* An element of the operation registration; a list ends with IRP_MJ_OPERATION_END. */
struct probe_op {
	UCHAR major;
	bool pre;
	bool post;
	ULONG skip;
	PVOID reserved;
};

/**
 * struct probe_config - how a probe registers; zero is the usual one
 * @ops: operations; NULL for every one that can be registered, with both callbacks
 * @altitude: of the default instance; NULL for the slot's own
 * @second: altitude of a second instance definition, or NULL
 * @instance_flags: Flags of the default instance's definition
 * @flags: FLTFL_REGISTRATION_*
 * @service: service name; NULL for "probeA" and so on
 * @null_ops: register with OperationRegistration NULL
 * @no_setup: register without these callbacks
 * @no_query: likewise
 * @no_teardown: likewise
 * @no_unload: likewise
 * @no_key: the service key has no instance
 * @no_register: DriverEntry does not register
 * @no_start: DriverEntry does not start filtering
 * @entry_status: what DriverEntry returns
 * @extra: two more values of the service key, or NULL
 * @change: last change to the registration before it is used
 * @on_entry: called in DriverEntry after registration and before the start
 */
struct probe_config {
	const struct probe_op *ops;
	const WCHAR *altitude;
	const WCHAR *second;
	ULONG instance_flags;
	ULONG flags;
	const char *service;
	bool null_ops;
	bool no_setup;
	bool no_query;
	bool no_teardown;
	bool no_unload;
	bool no_key;
	bool no_register;
	bool no_start;
	NTSTATUS entry_status;
	const struct fsh_reg_value *extra;
	void (*change)(struct probe *p, FLT_REGISTRATION *registration,
		       FLT_OPERATION_REGISTRATION *ops);
	void (*on_entry)(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path);
};

/**
 * struct probe - a slot
 * @name: letter
 * @world: the test's world, NULL for an empty slot
 * @config: as registered
 * @driver: while loaded
 * @filter: while registered
 * @instance: the latest instance on each volume of the world
 * @register_status: what FltRegisterFilter() said
 * @start_status: what FltStartFiltering() said
 * @pre_status: what pre-operation callbacks return; FLT_PREOP_SUCCESS_WITH_CALLBACK at first
 * @context: what they leave as completion context
 * @on_pre: called in them; may change @status and @context of that call
 * @post_status: what post-operation callbacks return
 * @on_post: called in them; its value is returned
 * @on_drain: called in draining calls; its value is returned
 * @setup_status: what the setup callback returns
 * @query_status: what the query-teardown callback returns
 * @unload_status: what the unload callback returns
 * @keep: the unload callback does not call FltUnregisterFilter()
 * @on_setup: called in the setup callback
 * @device_type: VolumeDeviceType that it was given; and the file system type
 * @fs_type: likewise
 * @on_start: called in the teardown-start callback
 * @on_complete: called in the teardown-complete callback
 * @on_unload: called in the unload callback
 * @private: the test's
 * @entries: calls of DriverEntry; and the following: of each callback
 * @max_pre_irql: highest level of a pre-operation callback
 */
struct probe {
	char name;
	struct world *world;
	struct probe_config config;
	struct fsh_driver *driver;
	PFLT_FILTER filter;
	PFLT_INSTANCE instance[PROBE_VOLUMES];
	NTSTATUS register_status;
	NTSTATUS start_status;

	int pre_status;
	void *context;
	void (*on_pre)(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       int *status, void **context);
	int post_status;
	int (*on_post)(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       void *context);
	int (*on_drain)(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			void *context);
	NTSTATUS setup_status;
	NTSTATUS query_status;
	NTSTATUS unload_status;
	bool keep;
	DEVICE_TYPE device_type;
	FLT_FILESYSTEM_TYPE fs_type;
	NTSTATUS (*on_setup)(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags);
	void (*on_start)(struct probe *p, PCFLT_RELATED_OBJECTS objects);
	void (*on_complete)(struct probe *p, PCFLT_RELATED_OBJECTS objects);
	void (*on_unload)(struct probe *p, ULONG flags);
	void *private;

	atomic_t entries;
	atomic_t pre;
	atomic_t post;
	atomic_t drains;
	atomic_t setups;
	atomic_t queries;
	atomic_t starts;
	atomic_t completes;
	atomic_t unloads;
	int max_pre_irql;
};

int probe_load(struct world *w, char name, const struct probe_config *config, struct probe **out);
void probe_unload(struct probe *p);
NTSTATUS probe_request_unload(struct probe *p, bool mandatory);
u64 probe_violations(const struct probe *p, int kind);
u64 probe_all_violations(const struct probe *p);

#endif
