/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations that a minifilter starts: callback data of its own, looked up by address before it
 * is believed, since a driver hands it back to free, reuse or reissue it.
 */
#ifndef FLTMGR_GENERATED_H
#define FLTMGR_GENERATED_H

#include "fltmgr/operation.h"

struct flt_instance;

enum flt_generated_state {
	FLT_GENERATED_FRESH,	/* allocated or reused, not issued */
	FLT_GENERATED_ISSUED,	/* on its way; its owner must not touch it */
	FLT_GENERATED_DONE,	/* issued and completed */
};

/**
 * struct flt_generated - callback data allocated by FltAllocateCallbackData
 * @op: the operation; its callback data is what the driver has
 * @link: in the hash of generated operations
 * @state: enum flt_generated_state, under the hash's lock
 * @freed: the driver gave it up while it was issued (a violation) or cancelled: it is released
 *	after its completion callback and with the last of @pins
 * @pins: cancels that look at it just now, under the hash's lock
 * @keep_position: the file position is put back to @position when the request is over
 * @shim: made by the shim for FltReadFile and the like: the driver may not free it
 * @instance: initiating instance, referenced
 * @file: target file object at the time of allocation, referenced; may be NULL
 * @callback: completion callback of the present issue
 * @context: its argument
 * @position: see @keep_position
 * @records: for the walk, as many as seemed enough at the allocation
 */
struct flt_generated {
	struct flt_operation op;
	struct hlist_node link;
	u8 state;
	bool freed;
	bool shim;
	bool keep_position;
	unsigned int pins;
	struct flt_instance *instance;
	PFILE_OBJECT file;
	PFLT_COMPLETED_ASYNC_IO_CALLBACK callback;
	void *context;
	s64 position;
	struct flt_record records[];
};

struct flt_generated *flt_generated_alloc(struct flt_instance *instance, PFILE_OBJECT file,
					  bool shim, unsigned int records);
void flt_generated_release(struct flt_generated *gen);
struct flt_generated *flt_generated_take(PFLT_CALLBACK_DATA data);
struct flt_generated *flt_generated_pin(PFLT_CALLBACK_DATA data, bool *issued);
void flt_generated_unpin(struct flt_generated *gen);
bool flt_generated_give_back(PFLT_CALLBACK_DATA data, bool reuse);
NTSTATUS flt_generated_start(struct flt_generated *gen,
			     PFLT_COMPLETED_ASYNC_IO_CALLBACK callback, void *context);
void flt_generated_run(struct flt_generated *gen);
struct flt_generated *flt_generated_retake(PFLT_CALLBACK_DATA data, struct flt_instance *instance);
void flt_generated_repeat(struct flt_generated *gen);

/* irp_extension.c */
struct flt_operation *flt_irp_get(PFLT_CALLBACK_DATA data, struct flt_generated **gen);
void flt_irp_put(struct flt_generated *gen);

struct flt_instance *flt_instance_check(PFLT_INSTANCE opaque);
bool flt_instance_may_start(struct flt_instance *instance);

int flt_generated_init(void);
void flt_generated_exit(void);

#endif
