// SPDX-License-Identifier: GPL-2.0
/*
 * The context routines of each kind of object: where its contexts hang and whom they belong to.
 * What setting, getting and deleting mean is in context.c.
 */
#include <linux/export.h>
#include "fltmgr/context.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/**
 * struct flt_about - what a routine of this file was called with, and by whom
 * @type: FLT_*_CONTEXT
 * @filter: for volume contexts: whose
 * @volume: for volume contexts
 * @instance: for the others: whose
 * @file: for contexts of file, stream and stream handle
 * @ip: return address into the driver
 * @routine: for messages
 * @level: contexts can be looked at: not above APC_LEVEL (CTX-55)
 */
struct flt_about {
	FLT_CONTEXT_TYPE type;
	PFLT_FILTER filter;
	PFLT_VOLUME volume;
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	unsigned long ip;
	const char *routine;
	bool level;
};

/* To be used in the exported routine itself. */
#define FLT_ABOUT(kind, ...)				\
	(&(const struct flt_about){			\
		.type = FLT_##kind##_CONTEXT,		\
		.ip = _RET_IP_,				\
		.routine = __func__,			\
		.level = ke_at_most(APC_LEVEL),		\
		__VA_ARGS__				\
	})

/* Of an open file. */
static bool flt_file_has_contexts(PFILE_OBJECT file)
{
	return flt_file_is_open(file) && flt_file_of(file)->stream;
}

static const char *flt_about_who(const struct flt_about *about)
{
	return fsh_driver_name_at(about->ip);
}

/* The usual answer costs a compare; only a message needs the driver's name. */
static bool flt_about_is(const struct flt_about *about, const void *object,
			 enum flt_object_type type)
{
	if (likely(object && ((const struct flt_object *)object)->type == type))
		return true;
	return flt_object_is(object, type, flt_about_who(about), about->routine);
}

/*
 * Contexts are private: no minifilter has to do with another's (CTX-66).
 */
static bool flt_about_own(const struct flt_about *about, const struct flt_filter *filter)
{
	if (likely(flt_filter_has(filter, about->ip)))
		return true;
	fsh_violation(fsh_driver_name_at(about->ip), about->routine,
		      "contexts of %s are not its own", filter->name_utf8);
	return false;
}

static NTSTATUS flt_place_volume(struct flt_context_place *place, const struct flt_about *about)
{
	struct flt_volume *volume = (struct flt_volume *)about->volume;
	struct flt_filter *filter = flt_filter_of(about->filter);

	if (!flt_about_is(about, filter, FLT_TYPE_FILTER) ||
	    !flt_about_is(about, volume, FLT_TYPE_VOLUME) || !flt_about_own(about, filter))
		return STATUS_INVALID_PARAMETER;
	*place = (struct flt_context_place) {
		.anchor = &volume->contexts,
		.owner = filter,
		.owned = &filter->contexts,
		.deleting = &volume->obj.deleting,
		.owner_deleting = &filter->obj.deleting,
		.filter = filter,
		.type = FLT_VOLUME_CONTEXT,
	};
	return STATUS_SUCCESS;
}

static NTSTATUS flt_place_file(struct flt_context_place *place, const struct flt_about *about)
{
	struct flt_instance *instance = flt_instance_of(about->instance);
	struct flt_file *file = flt_file_of(about->file);

	if (!flt_file_has_contexts(about->file))
		return STATUS_NOT_SUPPORTED;
	if (file->volume != instance->volume) {
		fsh_violation(flt_about_who(about), about->routine,
			      "the file is on another volume than the instance");
		return STATUS_INVALID_PARAMETER;
	}
	place->anchor = about->type == FLT_STREAMHANDLE_CONTEXT ? &file->contexts : file->stream;
	return STATUS_SUCCESS;
}

/* Where the context goes, or is looked for. */
static NTSTATUS flt_place(struct flt_context_place *place, const struct flt_about *about)
{
	struct flt_instance *instance = flt_instance_of(about->instance);

	if (!about->level)
		return STATUS_NOT_SUPPORTED;
	if (about->type == FLT_VOLUME_CONTEXT)
		return flt_place_volume(place, about);
	if (!flt_about_is(about, instance, FLT_TYPE_INSTANCE) ||
	    !flt_about_own(about, instance->filter))
		return STATUS_INVALID_PARAMETER;
	*place = (struct flt_context_place) {
		.anchor = &instance->anchor,
		.owner = instance,
		.owned = &instance->contexts,
		.deleting = &instance->obj.deleting,
		.owner_deleting = &instance->obj.deleting,
		.filter = instance->filter,
		.type = about->type,
	};
	return about->type == FLT_INSTANCE_CONTEXT ? STATUS_SUCCESS : flt_place_file(place, about);
}

static NTSTATUS flt_set(const struct flt_about *about, FLT_SET_CONTEXT_OPERATION how,
			PFLT_CONTEXT new, PFLT_CONTEXT *old)
{
	struct flt_context_place place;
	NTSTATUS status = flt_place(&place, about);
	const struct flt_filter *owner;

	if (old)
		*old = NULL_CONTEXT;
	if (!NT_SUCCESS(status))
		return status;
	owner = flt_context_filter(new);
	if (owner && owner != place.filter) {
		fsh_violation(flt_about_who(about), about->routine, "context %p is one of %s", new,
			      owner->name_utf8);
		return STATUS_INVALID_PARAMETER;
	}
	return flt_context_set(&place, how, new, old);
}

static NTSTATUS flt_get(const struct flt_about *about, PFLT_CONTEXT *context)
{
	struct flt_context_place place;
	NTSTATUS status = flt_place(&place, about);

	*context = NULL_CONTEXT;
	return NT_SUCCESS(status) ? flt_context_get(&place, context) : status;
}

static NTSTATUS flt_delete(const struct flt_about *about, PFLT_CONTEXT *old)
{
	struct flt_context_place place;
	NTSTATUS status = flt_place(&place, about);

	if (old)
		*old = NULL_CONTEXT;
	return NT_SUCCESS(status) ? flt_context_delete(&place, old) : status;
}

/**
 * FltSetVolumeContext() - set the caller's context of the volume
 * @Volume: the volume
 * @Operation: FLT_SET_CONTEXT_REPLACE_IF_EXISTS or FLT_SET_CONTEXT_KEEP_IF_EXISTS
 * @NewContext: the context; the caller keeps its reference, whatever comes of this
 * @OldContext: NULL, or receives the context that was there, referenced
 *
 * WDK page: fltsetvolumecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_CONTEXT_ALREADY_DEFINED; STATUS_FLT_CONTEXT_ALREADY_LINKED;
 * STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED above APC_LEVEL
 */
NTSTATUS FltSetVolumeContext(PFLT_VOLUME Volume, FLT_SET_CONTEXT_OPERATION Operation,
			     PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
	PFLT_FILTER filter = flt_filter_opaque(flt_context_filter(NewContext));

	return flt_set(FLT_ABOUT(VOLUME, .filter = filter, .volume = Volume),
		       Operation, NewContext, OldContext);
}
EXPORT_SYMBOL_GPL(FltSetVolumeContext);

/**
 * FltGetVolumeContext() - the caller's context of the volume
 * @Filter: the caller
 * @Volume: the volume
 * @Context: receives it, referenced; or NULL_CONTEXT
 *
 * WDK page: fltgetvolumecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED above
 * APC_LEVEL
 */
NTSTATUS FltGetVolumeContext(PFLT_FILTER Filter, PFLT_VOLUME Volume, PFLT_CONTEXT *Context)
{
	return flt_get(FLT_ABOUT(VOLUME, .filter = Filter, .volume = Volume), Context);
}
EXPORT_SYMBOL_GPL(FltGetVolumeContext);

/**
 * FltDeleteVolumeContext() - take the caller's context of the volume away
 * @Filter: the caller
 * @Volume: the volume
 * @OldContext: NULL, or receives the context with the reference that it was held by
 *
 * WDK page: fltdeletevolumecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER;
 * STATUS_NOT_SUPPORTED above APC_LEVEL
 */
NTSTATUS FltDeleteVolumeContext(PFLT_FILTER Filter, PFLT_VOLUME Volume, PFLT_CONTEXT *OldContext)
{
	return flt_delete(FLT_ABOUT(VOLUME, .filter = Filter, .volume = Volume), OldContext);
}
EXPORT_SYMBOL_GPL(FltDeleteVolumeContext);

/**
 * FltSetInstanceContext() - set the caller's context of an instance
 * @Instance: an instance of the caller's
 * @Operation: FLT_SET_CONTEXT_REPLACE_IF_EXISTS or FLT_SET_CONTEXT_KEEP_IF_EXISTS
 * @NewContext: the context; the caller keeps its reference, whatever comes of this
 * @OldContext: NULL, or receives the context that was there, referenced
 *
 * WDK page: fltsetinstancecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_CONTEXT_ALREADY_DEFINED; STATUS_FLT_CONTEXT_ALREADY_LINKED;
 * STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED above APC_LEVEL
 */
NTSTATUS FltSetInstanceContext(PFLT_INSTANCE Instance, FLT_SET_CONTEXT_OPERATION Operation,
			       PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
	return flt_set(FLT_ABOUT(INSTANCE, .instance = Instance),
		       Operation, NewContext, OldContext);
}
EXPORT_SYMBOL_GPL(FltSetInstanceContext);

/**
 * FltGetInstanceContext() - the caller's context of an instance
 * @Instance: an instance of the caller's
 * @Context: receives it, referenced; or NULL_CONTEXT
 *
 * WDK page: fltgetinstancecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED above
 * APC_LEVEL
 */
NTSTATUS FltGetInstanceContext(PFLT_INSTANCE Instance, PFLT_CONTEXT *Context)
{
	return flt_get(FLT_ABOUT(INSTANCE, .instance = Instance), Context);
}
EXPORT_SYMBOL_GPL(FltGetInstanceContext);

/**
 * FltDeleteInstanceContext() - take the caller's context of an instance away
 * @Instance: an instance of the caller's
 * @OldContext: NULL, or receives the context with the reference that it was held by
 *
 * WDK page: fltdeleteinstancecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER;
 * STATUS_NOT_SUPPORTED above APC_LEVEL
 */
NTSTATUS FltDeleteInstanceContext(PFLT_INSTANCE Instance, PFLT_CONTEXT *OldContext)
{
	return flt_delete(FLT_ABOUT(INSTANCE, .instance = Instance), OldContext);
}
EXPORT_SYMBOL_GPL(FltDeleteInstanceContext);

/**
 * FltSetFileContext() - set the caller's context of a file
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @Operation: FLT_SET_CONTEXT_REPLACE_IF_EXISTS or FLT_SET_CONTEXT_KEEP_IF_EXISTS
 * @NewContext: the context; the caller keeps its reference, whatever comes of this
 * @OldContext: NULL, or receives the context that was there, referenced
 *
 * WDK page: fltsetfilecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_CONTEXT_ALREADY_DEFINED; STATUS_FLT_CONTEXT_ALREADY_LINKED;
 * STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED for a file
 * that is not open and above APC_LEVEL
 */
NTSTATUS FltSetFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
			   FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
			   PFLT_CONTEXT *OldContext)
{
	return flt_set(FLT_ABOUT(FILE, .instance = Instance, .file = FileObject),
		       Operation, NewContext, OldContext);
}
EXPORT_SYMBOL_GPL(FltSetFileContext);

/**
 * FltGetFileContext() - the caller's context of a file
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @Context: receives it, referenced; or NULL_CONTEXT
 *
 * WDK page: fltgetfilecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED for a
 * file that is not open and above APC_LEVEL
 */
NTSTATUS FltGetFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *Context)
{
	return flt_get(FLT_ABOUT(FILE, .instance = Instance, .file = FileObject), Context);
}
EXPORT_SYMBOL_GPL(FltGetFileContext);

/**
 * FltDeleteFileContext() - take the caller's context of a file away
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @OldContext: NULL, or receives the context with the reference that it was held by
 *
 * WDK page: fltdeletefilecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER;
 * STATUS_NOT_SUPPORTED for a file
 * that is not open and above APC_LEVEL
 */
NTSTATUS FltDeleteFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
			      PFLT_CONTEXT *OldContext)
{
	return flt_delete(FLT_ABOUT(FILE, .instance = Instance, .file = FileObject), OldContext);
}
EXPORT_SYMBOL_GPL(FltDeleteFileContext);

/**
 * FltSetStreamContext() - set the caller's context of a stream
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @Operation: FLT_SET_CONTEXT_REPLACE_IF_EXISTS or FLT_SET_CONTEXT_KEEP_IF_EXISTS
 * @NewContext: the context; the caller keeps its reference, whatever comes of this
 * @OldContext: NULL, or receives the context that was there, referenced
 *
 * WDK page: fltsetstreamcontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_CONTEXT_ALREADY_DEFINED; STATUS_FLT_CONTEXT_ALREADY_LINKED;
 * STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED for a file
 * that is not open and above APC_LEVEL
 */
NTSTATUS FltSetStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
			     FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
			     PFLT_CONTEXT *OldContext)
{
	return flt_set(FLT_ABOUT(STREAM, .instance = Instance, .file = FileObject),
		       Operation, NewContext, OldContext);
}
EXPORT_SYMBOL_GPL(FltSetStreamContext);

/**
 * FltGetStreamContext() - the caller's context of a stream
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @Context: receives it, referenced; or NULL_CONTEXT
 *
 * WDK page: fltgetstreamcontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED for a
 * file that is not open and above APC_LEVEL
 */
NTSTATUS FltGetStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *Context)
{
	return flt_get(FLT_ABOUT(STREAM, .instance = Instance, .file = FileObject), Context);
}
EXPORT_SYMBOL_GPL(FltGetStreamContext);

/**
 * FltDeleteStreamContext() - take the caller's context of a stream away
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @OldContext: NULL, or receives the context with the reference that it was held by
 *
 * WDK page: fltdeletestreamcontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER;
 * STATUS_NOT_SUPPORTED for a file
 * that is not open and above APC_LEVEL
 */
NTSTATUS FltDeleteStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				PFLT_CONTEXT *OldContext)
{
	return flt_delete(FLT_ABOUT(STREAM, .instance = Instance, .file = FileObject), OldContext);
}
EXPORT_SYMBOL_GPL(FltDeleteStreamContext);

/**
 * FltSetStreamHandleContext() - set the caller's context of an open file
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @Operation: FLT_SET_CONTEXT_REPLACE_IF_EXISTS or FLT_SET_CONTEXT_KEEP_IF_EXISTS
 * @NewContext: the context; the caller keeps its reference, whatever comes of this
 * @OldContext: NULL, or receives the context that was there, referenced
 *
 * WDK page: fltsetstreamhandlecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_CONTEXT_ALREADY_DEFINED; STATUS_FLT_CONTEXT_ALREADY_LINKED;
 * STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED for a file
 * that is not open and above APC_LEVEL
 */
NTSTATUS FltSetStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				   FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
				   PFLT_CONTEXT *OldContext)
{
	return flt_set(FLT_ABOUT(STREAMHANDLE, .instance = Instance, .file = FileObject),
		       Operation, NewContext, OldContext);
}
EXPORT_SYMBOL_GPL(FltSetStreamHandleContext);

/**
 * FltGetStreamHandleContext() - the caller's context of an open file
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @Context: receives it, referenced; or NULL_CONTEXT
 *
 * WDK page: fltgetstreamhandlecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED for a
 * file that is not open and above APC_LEVEL
 */
NTSTATUS FltGetStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				   PFLT_CONTEXT *Context)
{
	return flt_get(FLT_ABOUT(STREAMHANDLE, .instance = Instance, .file = FileObject), Context);
}
EXPORT_SYMBOL_GPL(FltGetStreamHandleContext);

/**
 * FltDeleteStreamHandleContext() - take the caller's context of an open file away
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @OldContext: NULL, or receives the context with the reference that it was held by
 *
 * WDK page: fltdeletestreamhandlecontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER;
 * STATUS_NOT_SUPPORTED for a file
 * that is not open and above APC_LEVEL
 */
NTSTATUS FltDeleteStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				      PFLT_CONTEXT *OldContext)
{
	return flt_delete(FLT_ABOUT(STREAMHANDLE, .instance = Instance, .file = FileObject),
			  OldContext);
}
EXPORT_SYMBOL_GPL(FltDeleteStreamHandleContext);

/**
 * FltSetTransactionContext() - set a context of a transaction
 * @Instance: an instance of the caller's
 * @Transaction: the transaction
 * @Operation: what to do with one that is there
 * @NewContext: the context
 * @OldContext: NULL, or receives NULL_CONTEXT
 *
 * WDK page: fltsettransactioncontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED: Linux file systems have no transactions
 */
NTSTATUS FltSetTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
				  FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext,
				  PFLT_CONTEXT *OldContext)
{
	if (OldContext)
		*OldContext = NULL_CONTEXT;
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltSetTransactionContext);

/**
 * FltGetTransactionContext() - the context of a transaction
 * @Instance: an instance of the caller's
 * @Transaction: the transaction
 * @Context: receives NULL_CONTEXT
 *
 * WDK page: fltgettransactioncontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_SUPPORTED: Linux file systems have no transactions
 */
NTSTATUS FltGetTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
				  PFLT_CONTEXT *Context)
{
	*Context = NULL_CONTEXT;
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltGetTransactionContext);

/**
 * FltDeleteTransactionContext() - take the context of a transaction away
 * @Instance: an instance of the caller's
 * @Transaction: the transaction
 * @OldContext: NULL, or receives NULL_CONTEXT
 *
 * WDK page: fltdeletetransactioncontext. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_NOT_FOUND: none can have been set
 */
NTSTATUS FltDeleteTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction,
				     PFLT_CONTEXT *OldContext)
{
	if (OldContext)
		*OldContext = NULL_CONTEXT;
	return STATUS_NOT_FOUND;
}
EXPORT_SYMBOL_GPL(FltDeleteTransactionContext);

/**
 * FltGetSectionContext() - the caller's context of its section of a stream
 * @Instance: an instance of the caller's
 * @FileObject: an open file object of its volume
 * @Context: receives it, referenced; or NULL_CONTEXT
 *
 * WDK page: fltgetsectioncontext. IRQL: <= APC_LEVEL. FltCreateSectionForDataScan() sets it,
 * FltCloseSectionForDataScan() takes it away.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND; STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED for a
 * file that is not open, above APC_LEVEL, and on a volume whose files cannot be mapped
 */
NTSTATUS FltGetSectionContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
			      PFLT_CONTEXT *Context)
{
	NTSTATUS status;

	status = flt_get(FLT_ABOUT(SECTION, .instance = Instance, .file = FileObject), Context);
	if (status == STATUS_NOT_FOUND && !flt_volume_maps(flt_instance_of(Instance)->volume))
		return STATUS_NOT_SUPPORTED;
	return status;
}
EXPORT_SYMBOL_GPL(FltGetSectionContext);

/* What is wanted of the related contexts; those that there are not stay NULL_CONTEXT. */
static void flt_get_several(const struct flt_about *first, PCFLT_RELATED_OBJECTS objects,
			    FLT_CONTEXT_TYPE wanted, PFLT_RELATED_CONTEXTS_EX to)
{
	static const struct {
		FLT_CONTEXT_TYPE type;
		size_t member;
	} kinds[] = {
		{ FLT_VOLUME_CONTEXT, offsetof(FLT_RELATED_CONTEXTS_EX, VolumeContext) },
		{ FLT_INSTANCE_CONTEXT, offsetof(FLT_RELATED_CONTEXTS_EX, InstanceContext) },
		{ FLT_FILE_CONTEXT, offsetof(FLT_RELATED_CONTEXTS_EX, FileContext) },
		{ FLT_STREAM_CONTEXT, offsetof(FLT_RELATED_CONTEXTS_EX, StreamContext) },
		{ FLT_STREAMHANDLE_CONTEXT,
		  offsetof(FLT_RELATED_CONTEXTS_EX, StreamHandleContext) },
		{ FLT_SECTION_CONTEXT, offsetof(FLT_RELATED_CONTEXTS_EX, SectionContext) },
	};
	struct flt_about about = *first;
	unsigned int i;

	about.filter = objects->Filter;
	about.volume = objects->Volume;
	about.instance = objects->Instance;
	about.file = objects->FileObject;
	for (i = 0; about.level && i < ARRAY_SIZE(kinds); i++) {
		about.type = kinds[i].type;
		if (wanted & about.type)
			flt_get(&about, (void *)to + kinds[i].member);
	}
}

/**
 * FltGetContexts() - the caller's contexts of what an operation is about
 * @FltObjects: as a callback got them
 * @DesiredContexts: FLT_*_CONTEXT bits
 * @Contexts: receives those that there are, referenced, and NULL_CONTEXT for the others
 *
 * WDK page: fltgetcontexts. IRQL: <= APC_LEVEL. To be released with FltReleaseContexts().
 */
VOID FltGetContexts(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts,
		    PFLT_RELATED_CONTEXTS Contexts)
{
	FLT_RELATED_CONTEXTS_EX got = {};

	flt_get_several(FLT_ABOUT(VOLUME), FltObjects, DesiredContexts & ~FLT_SECTION_CONTEXT,
			&got);
	/* The same members, without the last one. */
	memcpy(Contexts, &got, sizeof(*Contexts));
}
EXPORT_SYMBOL_GPL(FltGetContexts);

/**
 * FltGetContextsEx() - the caller's contexts of what an operation is about
 * @FltObjects: as a callback got them
 * @DesiredContexts: FLT_*_CONTEXT bits
 * @ContextsSize: sizeof(FLT_RELATED_CONTEXTS_EX)
 * @Contexts: receives those that there are, referenced, and NULL_CONTEXT for the others
 *
 * WDK page: fltgetcontextsex. IRQL: <= APC_LEVEL. To be released with FltReleaseContextsEx().
 *
 * Return: STATUS_SUCCESS, also when there is none; STATUS_INVALID_PARAMETER
 */
NTSTATUS FltGetContextsEx(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts,
			  SIZE_T ContextsSize, PFLT_RELATED_CONTEXTS_EX Contexts)
{
	if (ContextsSize != sizeof(*Contexts) || DesiredContexts & ~FLT_ALL_CONTEXTS)
		return STATUS_INVALID_PARAMETER;
	memset(Contexts, 0, sizeof(*Contexts));
	flt_get_several(FLT_ABOUT(VOLUME), FltObjects, DesiredContexts, Contexts);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetContextsEx);

static void flt_release_contexts(PFLT_CONTEXT *contexts, unsigned int count)
{
	for (; count--; contexts++) {
		if (*contexts != NULL_CONTEXT)
			FltReleaseContext(*contexts);
		*contexts = NULL_CONTEXT;
	}
}

/**
 * FltReleaseContexts() - release what FltGetContexts() gave
 * @Contexts: the contexts, NULL_CONTEXT afterwards
 *
 * WDK page: fltreleasecontexts. IRQL: as FltReleaseContext().
 */
VOID FltReleaseContexts(PFLT_RELATED_CONTEXTS Contexts)
{
	flt_release_contexts(&Contexts->VolumeContext, sizeof(*Contexts) / sizeof(PFLT_CONTEXT));
}
EXPORT_SYMBOL_GPL(FltReleaseContexts);

/**
 * FltReleaseContextsEx() - release what FltGetContextsEx() gave
 * @ContextsSize: sizeof(FLT_RELATED_CONTEXTS_EX)
 * @Contexts: the contexts, NULL_CONTEXT afterwards
 *
 * WDK page: fltreleasecontextsex. IRQL: as FltReleaseContext().
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another size
 */
NTSTATUS FltReleaseContextsEx(SIZE_T ContextsSize, PFLT_RELATED_CONTEXTS_EX Contexts)
{
	if (ContextsSize != sizeof(*Contexts))
		return STATUS_INVALID_PARAMETER;
	flt_release_contexts(&Contexts->VolumeContext, sizeof(*Contexts) / sizeof(PFLT_CONTEXT));
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltReleaseContextsEx);

/**
 * FltSupportsFileContexts() - can file contexts be set for a file object?
 * @FileObject: a file object, or NULL
 *
 * WDK page: fltsupportsfilecontexts. IRQL: <= APC_LEVEL. TRUE for every open file.
 */
BOOLEAN FltSupportsFileContexts(PFILE_OBJECT FileObject)
{
	return flt_file_has_contexts(FileObject);
}
EXPORT_SYMBOL_GPL(FltSupportsFileContexts);

/**
 * FltSupportsFileContextsEx() - can file contexts be set for a file object?
 * @FileObject: a file object, or NULL
 * @Instance: an instance, or NULL to ask for the file system alone, which gives the same answer
 *
 * WDK page: fltsupportsfilecontextsex. IRQL: <= APC_LEVEL. TRUE for every open file.
 */
BOOLEAN FltSupportsFileContextsEx(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance)
{
	return flt_file_has_contexts(FileObject);
}
EXPORT_SYMBOL_GPL(FltSupportsFileContextsEx);

/**
 * FltSupportsStreamContexts() - can stream contexts be set for a file object?
 * @FileObject: a file object, or NULL
 *
 * WDK page: fltsupportsstreamcontexts. IRQL: <= APC_LEVEL. TRUE for every open file.
 */
BOOLEAN FltSupportsStreamContexts(PFILE_OBJECT FileObject)
{
	return flt_file_has_contexts(FileObject);
}
EXPORT_SYMBOL_GPL(FltSupportsStreamContexts);

/**
 * FltSupportsStreamHandleContexts() - can stream handle contexts be set for a file object?
 * @FileObject: a file object, or NULL
 *
 * WDK page: fltsupportsstreamhandlecontexts. IRQL: <= APC_LEVEL. TRUE for every open file.
 */
BOOLEAN FltSupportsStreamHandleContexts(PFILE_OBJECT FileObject)
{
	return flt_file_has_contexts(FileObject);
}
EXPORT_SYMBOL_GPL(FltSupportsStreamHandleContexts);
