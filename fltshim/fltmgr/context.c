// SPDX-License-Identifier: GPL-2.0
/*
 * Life of contexts: definitions, allocation, references, links, cleanup. The routines for each
 * kind of object are in context_set.c.
 *
 * A context is known by the address that its filter has, in a hash, so that a stale one is never
 * followed. What the shim needs of it is kept beside it and freed by RCU: a reader that finds a
 * context on its anchor either gets a reference or sees that the last one is gone.
 *
 * Locks: flt_context_lock protects anchors, lists of owners and links, flt_context_hash_lock the
 * hash; nothing is taken under either, and no callback runs under them.
 */
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/llist.h>
#include <linux/rculist.h>
#include <linux/workqueue.h>
#include "fltmgr/callback.h"
#include "fltmgr/context.h"
#include "fltmgr/filter.h"
#include "nt/ex_pool.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"

#define FLT_CONTEXT_TYPES	7
#define FLT_CONTEXT_DEFS	4	/* of a type: three fixed sizes and a variable one */
#define FLT_CONTEXT_MAX		65535

/* A definition of the registration. */
struct flt_context_def {
	PFLT_CONTEXT_CLEANUP_CALLBACK cleanup;
	PFLT_CONTEXT_ALLOCATE_CALLBACK allocate;
	PFLT_CONTEXT_FREE_CALLBACK free;
	SIZE_T size;
	ULONG tag;
	bool larger;	/* serves smaller requests too */
};

struct flt_context_defs {
	struct flt_context_def def[FLT_CONTEXT_TYPES][FLT_CONTEXT_DEFS];
	unsigned int count[FLT_CONTEXT_TYPES];
};

/**
 * struct flt_context - a context
 * @hash: by @memory
 * @memory: what the filter has
 * @refs: the filter's and that of the link; 0 while it is cleaned up
 * @filter: whose; referenced, so it cannot unregister before
 * @def: how it was allocated
 * @caller: place in the driver that asked for it
 * @type: FLT_*_CONTEXT
 * @paged: from paged pool
 * @linked: was linked once, and cannot be again
 * @owner: instance or filter that it goes with
 * @anchor: what it hangs on, or NULL
 * @link: in @anchor
 * @owner_link: in the owner's list
 * @dead: waits for the worker
 * @rcu: delays the freeing
 */
struct flt_context {
	struct hlist_node hash;
	void *memory;
	refcount_t refs;
	struct flt_filter *filter;
	const struct flt_context_def *def;
	const void *caller;
	FLT_CONTEXT_TYPE type;
	bool paged;
	u8 linked;
	const void *owner;
	struct flt_anchor *anchor;
	struct hlist_node link;
	struct list_head owner_link;
	struct llist_node dead;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(flt_context_hash, 10);
static DEFINE_SPINLOCK(flt_context_hash_lock);	/* flt_context_hash; softirq-safe */
static DEFINE_SPINLOCK(flt_context_lock);	/* anchors, links; softirq-safe */
static LLIST_HEAD(flt_contexts_dead);
static struct workqueue_struct *flt_context_wq;

static int flt_context_type_index(FLT_CONTEXT_TYPE type)
{
	if (hweight16(type) != 1 || type > FLT_SECTION_CONTEXT)
		return -1;
	return __ffs(type);
}

/* Adds a definition to those of its type. */
static NTSTATUS flt_context_add_def(struct flt_context_defs *defs, int type,
				    const struct flt_context_def *new)
{
	unsigned int i, fixed = 0, count = defs->count[type];

	if (!new->allocate != !new->free || (!new->allocate && !new->tag))
		return STATUS_FLT_INVALID_CONTEXT_REGISTRATION;
	for (i = 0; i < count; i++) {
		const struct flt_context_def *def = &defs->def[type][i];

		if (!memcmp(def, new, sizeof(*def)))
			return STATUS_SUCCESS;
		if (def->allocate || new->allocate || def->size == new->size)
			return STATUS_FLT_INVALID_CONTEXT_REGISTRATION;
		fixed += def->size != FLT_VARIABLE_SIZED_CONTEXTS;
	}
	if (new->size != FLT_VARIABLE_SIZED_CONTEXTS && fixed == FLT_CONTEXT_DEFS - 1)
		return STATUS_FLT_INVALID_CONTEXT_REGISTRATION;
	defs->def[type][count] = *new;
	defs->count[type]++;
	return STATUS_SUCCESS;
}

/**
 * flt_contexts_register() - take over the context definitions of a registration
 * @filter: being registered
 * @reg: ends with FLT_CONTEXT_END; may be NULL
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a type that there is not;
 * STATUS_FLT_INVALID_CONTEXT_REGISTRATION for definitions that do not go together;
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS flt_contexts_register(struct flt_filter *filter, const FLT_CONTEXT_REGISTRATION *reg)
{
	NTSTATUS status = STATUS_SUCCESS;

	if (!reg || reg->ContextType == FLT_CONTEXT_END)
		return STATUS_SUCCESS;
	filter->context_defs = kzalloc(sizeof(*filter->context_defs), GFP_KERNEL);
	if (!filter->context_defs)
		return STATUS_INSUFFICIENT_RESOURCES;
	for (; NT_SUCCESS(status) && reg->ContextType != FLT_CONTEXT_END; reg++) {
		int type = flt_context_type_index(reg->ContextType);
		struct flt_context_def def;

		/* Compared as a whole. */
		memset(&def, 0, sizeof(def));
		def.cleanup = reg->ContextCleanupCallback;
		def.allocate = reg->ContextAllocateCallback;
		def.free = reg->ContextFreeCallback;
		if (!def.allocate) {
			def.size = reg->Size;
			def.tag = reg->PoolTag;
			def.larger = reg->Flags & FLTFL_CONTEXT_REGISTRATION_NO_EXACT_SIZE_MATCH;
		}
		status = type < 0 ? STATUS_INVALID_PARAMETER :
				    flt_context_add_def(filter->context_defs, type, &def);
	}
	return status;
}

/* The definition that serves a request, or NULL (CTX-09 to CTX-11). */
static const struct flt_context_def *flt_context_def(const struct flt_filter *filter, int type,
						     SIZE_T size)
{
	const struct flt_context_def *best = NULL, *variable = NULL;
	unsigned int i;

	if (!filter->context_defs)
		return NULL;
	for (i = 0; i < filter->context_defs->count[type]; i++) {
		const struct flt_context_def *def = &filter->context_defs->def[type][i];

		if (def->allocate || def->size == size)
			return def;
		if (def->size == FLT_VARIABLE_SIZED_CONTEXTS)
			variable = def;
		else if (def->larger && def->size > size && (!best || def->size < best->size))
			best = def;
	}
	return best ?: variable;
}

struct flt_context_call {
	const struct flt_context_def *def;
	void *memory;
	POOL_TYPE pool;
	SIZE_T size;
	FLT_CONTEXT_TYPE type;
};

static seh_raises void flt_thunk_allocate(void *arg)
{
	struct flt_context_call *call = arg;

	call->memory = call->def->allocate(call->pool, call->size, call->type);
}

static seh_raises void flt_thunk_cleanup(void *arg)
{
	struct flt_context_call *call = arg;

	call->def->cleanup(call->memory, call->type);
}

static seh_raises void flt_thunk_free(void *arg)
{
	struct flt_context_call *call = arg;

	call->def->free(call->memory, call->type);
}

static void flt_context_call(struct flt_filter *filter, void (*thunk)(void *arg),
			     struct flt_context_call *call, const char *what)
{
	NTSTATUS code;

	flt_call_guarded(filter, what, thunk, call, &code);
}

static void flt_context_alloc_memory(struct flt_context *ctx, SIZE_T size, POOL_TYPE pool)
{
	POOL_FLAGS flags = ctx->paged ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED;
	struct flt_context_call call = { ctx->def, NULL, pool, size, ctx->type };

	if (ctx->def->allocate) {
		flt_context_call(ctx->filter, flt_thunk_allocate, &call,
				 "context allocate callback");
		ctx->memory = call.memory;
		return;
	}
	if (ctx->def->size != FLT_VARIABLE_SIZED_CONTEXTS) {
		size = ctx->def->size;
		flags |= POOL_FLAG_UNINITIALIZED;
	}
	ctx->memory = pool_alloc(ctx->caller, flags, max_t(size_t, size, 1), ctx->def->tag);
}

/*
 * Takes the link away. Return: true when its reference is the caller's now; false when a filter
 * has dropped that already, which is a breach that flt_context_destroy() reports.
 */
static bool flt_context_unlink(struct flt_context *ctx)
{
	lockdep_assert_held(&flt_context_lock);
	hlist_del_rcu(&ctx->link);
	list_del_init(&ctx->owner_link);
	ctx->anchor = NULL;
	return refcount_read(&ctx->refs);
}

/* The last reference is gone. Task context, no lock held. */
static void flt_context_destroy(struct flt_context *ctx)
{
	struct flt_context_call call = { ctx->def, ctx->memory, 0, 0, ctx->type };
	struct flt_filter *filter = ctx->filter;
	bool linked;

	spin_lock_bh(&flt_context_lock);
	linked = ctx->anchor;
	if (linked)
		flt_context_unlink(ctx);
	spin_unlock_bh(&flt_context_lock);
	if (linked)
		flt_violation(filter, FLT_VIOLATION_OBJECT, NULL,
			      "one release too many of context %p", ctx->memory);
	if (ctx->def->cleanup)
		flt_context_call(filter, flt_thunk_cleanup, &call, "context cleanup callback");
	spin_lock_bh(&flt_context_hash_lock);
	hash_del_rcu(&ctx->hash);
	spin_unlock_bh(&flt_context_hash_lock);
	if (ctx->def->free)
		flt_context_call(filter, flt_thunk_free, &call, "context free callback");
	else
		pool_free(ctx->caller, "FltReleaseContext", ctx->memory, ctx->def->tag);
	kfree_rcu(ctx, rcu);
	flt_object_put(&filter->obj);
}

static void flt_contexts_worker(struct work_struct *unused)
{
	struct flt_context *ctx, *next;

	llist_for_each_entry_safe(ctx, next, llist_del_all(&flt_contexts_dead), dead)
		flt_context_destroy(ctx);
}

static DECLARE_WORK(flt_contexts_work, flt_contexts_worker);

/* @later: the caller may not be made to wait for a filter */
static void flt_context_put(struct flt_context *ctx, bool later)
{
	if (!refcount_dec_and_test(&ctx->refs))
		return;
	if (!later && !ke_is_atomic())
		flt_context_destroy(ctx);
	else if (llist_add(&ctx->dead, &flt_contexts_dead))
		queue_work(flt_context_wq, &flt_contexts_work);
}

/* What a filter says is a context; under RCU. NULL for anything else. */
static struct flt_context *flt_context_find(PFLT_CONTEXT memory)
{
	struct flt_context *ctx;

	hash_for_each_possible_rcu(flt_context_hash, ctx, hash, (unsigned long)memory) {
		if (ctx->memory == memory)
			return ctx;
	}
	return NULL;
}

/* The same, referenced; NULL also for one that is being cleaned up. */
static struct flt_context *flt_context_find_get(PFLT_CONTEXT memory)
{
	struct flt_context *ctx;

	rcu_read_lock();
	ctx = flt_context_find(memory);
	if (ctx && !refcount_inc_not_zero(&ctx->refs))
		ctx = NULL;
	rcu_read_unlock();
	return ctx;
}

/* The filter of a context that the caller has a reference of; NULL for what is none. */
struct flt_filter *flt_context_filter(PFLT_CONTEXT memory)
{
	struct flt_filter *filter = NULL;
	struct flt_context *ctx;

	rcu_read_lock();
	ctx = flt_context_find(memory);
	if (ctx)
		filter = ctx->filter;
	rcu_read_unlock();
	return filter;
}

/* A context of @def, known by its address; the reference to its filter is the caller's. */
static NTSTATUS flt_context_new(struct flt_filter *filter, const struct flt_context_def *def,
				const void *caller, FLT_CONTEXT_TYPE type, SIZE_T size,
				POOL_TYPE pool, PFLT_CONTEXT *memory)
{
	struct flt_context *ctx = kzalloc(sizeof(*ctx), GFP_NOFS);

	if (!ctx)
		return STATUS_INSUFFICIENT_RESOURCES;
	refcount_set(&ctx->refs, 1);
	ctx->filter = filter;
	ctx->def = def;
	ctx->caller = caller;
	ctx->type = type;
	ctx->paged = pool == PagedPool;
	INIT_LIST_HEAD(&ctx->owner_link);
	flt_context_alloc_memory(ctx, size, pool);
	if (!ctx->memory) {
		kfree(ctx);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	spin_lock_bh(&flt_context_hash_lock);
	hash_add_rcu(flt_context_hash, &ctx->hash, (unsigned long)ctx->memory);
	spin_unlock_bh(&flt_context_hash_lock);
	*memory = ctx->memory;
	return STATUS_SUCCESS;
}

/**
 * flt_context_facts() - what kind of context it is, and whether it was linked to something once
 * @memory: the context
 * @type: receives FLT_*_CONTEXT
 * @used: receives whether it was linked
 *
 * Return: false for what is no context
 */
bool flt_context_facts(PFLT_CONTEXT memory, FLT_CONTEXT_TYPE *type, bool *used)
{
	struct flt_context *ctx;

	rcu_read_lock();
	ctx = flt_context_find(memory);
	if (ctx) {
		*type = ctx->type;
		*used = READ_ONCE(ctx->linked);
	}
	rcu_read_unlock();
	return ctx;
}

/**
 * FltAllocateContext() - allocate a context
 * @Filter: the caller
 * @ContextType: FLT_VOLUME_CONTEXT and so on, registered
 * @ContextSize: bytes, at most 65535
 * @PoolType: a volume context has to be nonpaged
 * @ReturnedContext: receives it, with one reference of the caller's
 *
 * WDK page: fltallocatecontext. IRQL: <= APC_LEVEL. One of variable size is zeroed.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND when no registered definition
 * serves the size; STATUS_INVALID_BUFFER_SIZE; STATUS_FLT_MUST_BE_NONPAGED_POOL;
 * STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltAllocateContext(PFLT_FILTER Filter, FLT_CONTEXT_TYPE ContextType, SIZE_T ContextSize,
			    POOL_TYPE PoolType, PFLT_CONTEXT *ReturnedContext)
{
	struct flt_filter *filter = flt_filter_of(Filter);
	int type = flt_context_type_index(ContextType);
	const struct flt_context_def *def;
	NTSTATUS status;

	*ReturnedContext = NULL_CONTEXT;
	if (!ke_at_most(APC_LEVEL) ||
	    !flt_object_is(Filter, FLT_TYPE_FILTER, fsh_caller(), __func__) || type < 0)
		return STATUS_INVALID_PARAMETER;
	if (ContextSize > FLT_CONTEXT_MAX)
		return STATUS_INVALID_BUFFER_SIZE;
	def = flt_context_def(filter, type, ContextSize);
	if (!ContextSize && (!def || def->size))
		return STATUS_INVALID_PARAMETER;
	if (!def)
		return STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND;
	if (PoolType != PagedPool && PoolType != NonPagedPool && PoolType != NonPagedPoolNx)
		return STATUS_INVALID_PARAMETER;
	if (PoolType == PagedPool && ContextType == FLT_VOLUME_CONTEXT)
		return STATUS_FLT_MUST_BE_NONPAGED_POOL;

	if (!flt_object_enter(&filter->obj))
		return STATUS_FLT_DELETING_OBJECT;
	status = flt_context_new(filter, def, __builtin_return_address(0), ContextType,
				 ContextSize, PoolType, ReturnedContext);
	if (!NT_SUCCESS(status))
		flt_object_put(&filter->obj);
	return status;
}
EXPORT_SYMBOL_GPL(FltAllocateContext);

/**
 * FltReferenceContext() - take another reference
 * @Context: of which the caller has one
 *
 * WDK page: fltreferencecontext. IRQL: <= APC_LEVEL. What is no context, and one that is being
 * cleaned up, is reported.
 */
VOID FltReferenceContext(PFLT_CONTEXT Context)
{
	if (!flt_context_find_get(Context))
		fsh_violation(fsh_caller(), __func__, "%p is no context, or on its end", Context);
}
EXPORT_SYMBOL_GPL(FltReferenceContext);

/**
 * FltReleaseContext() - drop a reference
 * @Context: of which the caller has one
 *
 * WDK page: fltreleasecontext. IRQL: <= DISPATCH_LEVEL, <= APC_LEVEL for one from paged pool. With
 * the last reference the context is cleaned up, by a worker at DISPATCH_LEVEL.
 */
VOID FltReleaseContext(PFLT_CONTEXT Context)
{
	struct flt_context *ctx;
	bool live = false;

	if (!ke_at_most(DISPATCH_LEVEL))
		return;
	rcu_read_lock();
	ctx = flt_context_find(Context);
	if (ctx)
		live = refcount_read(&ctx->refs);
	rcu_read_unlock();
	if (!live) {
		fsh_violation(fsh_caller(), __func__, "%p is no context, or on its end", Context);
		return;
	}
	if (ctx->paged && ke_is_atomic())
		fsh_violation(fsh_caller(), __func__, "context from paged pool at DISPATCH_LEVEL");
	flt_context_put(ctx, false);
}
EXPORT_SYMBOL_GPL(FltReleaseContext);

/* On @place, linked; flt_context_lock or RCU. */
static struct flt_context *flt_context_at(const struct flt_context_place *place)
{
	struct flt_context *ctx;

	hlist_for_each_entry_rcu(ctx, &place->anchor->contexts, link,
				 lockdep_is_held(&flt_context_lock)) {
		if (ctx->owner == place->owner && ctx->type == place->type)
			return ctx;
	}
	return NULL;
}

/**
 * flt_context_get() - the context at a place
 * @place: where
 * @context: receives it, referenced; or NULL_CONTEXT
 *
 * Return: STATUS_SUCCESS or STATUS_NOT_FOUND
 */
NTSTATUS flt_context_get(const struct flt_context_place *place, PFLT_CONTEXT *context)
{
	struct flt_context *ctx;

	rcu_read_lock();
	ctx = flt_context_at(place);
	if (ctx && !refcount_inc_not_zero(&ctx->refs))
		ctx = NULL;
	rcu_read_unlock();
	*context = ctx ? ctx->memory : NULL_CONTEXT;
	return ctx ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

static NTSTATUS flt_context_link(const struct flt_context_place *place, struct flt_context *ctx,
				 bool replace, struct flt_context **old)
{
	lockdep_assert_held(&flt_context_lock);
	if (READ_ONCE(*place->deleting) || READ_ONCE(*place->owner_deleting))
		return STATUS_FLT_DELETING_OBJECT;
	if (ctx->linked)
		return STATUS_FLT_CONTEXT_ALREADY_LINKED;
	*old = flt_context_at(place);
	if (*old && !replace && refcount_inc_not_zero(&(*old)->refs))
		return STATUS_FLT_CONTEXT_ALREADY_DEFINED;
	if (*old && !flt_context_unlink(*old))
		*old = NULL;
	refcount_inc(&ctx->refs);
	WRITE_ONCE(ctx->linked, true);
	ctx->owner = place->owner;
	ctx->anchor = place->anchor;
	list_add(&ctx->owner_link, place->owned);
	hlist_add_head_rcu(&ctx->link, &place->anchor->contexts);
	return STATUS_SUCCESS;
}

/**
 * flt_context_set() - hang a context on something
 * @place: where
 * @how: what to do with one that is there already
 * @new: the context, of which the caller has a reference and keeps it; of the place's filter
 * @old: NULL, or receives the one that was there, referenced
 */
NTSTATUS flt_context_set(const struct flt_context_place *place, FLT_SET_CONTEXT_OPERATION how,
			 PFLT_CONTEXT new, PFLT_CONTEXT *old)
{
	struct flt_context *ctx, *was = NULL;
	NTSTATUS status;

	if (old)
		*old = NULL_CONTEXT;
	if (how != FLT_SET_CONTEXT_REPLACE_IF_EXISTS && how != FLT_SET_CONTEXT_KEEP_IF_EXISTS)
		return STATUS_INVALID_PARAMETER;
	ctx = flt_context_find_get(new);
	if (!ctx)
		return STATUS_INVALID_PARAMETER;
	if (ctx->type != place->type) {
		flt_context_put(ctx, false);
		return STATUS_INVALID_PARAMETER;
	}
	spin_lock_bh(&flt_context_lock);
	status = flt_context_link(place, ctx, how == FLT_SET_CONTEXT_REPLACE_IF_EXISTS, &was);
	spin_unlock_bh(&flt_context_lock);
	if (was && old)
		*old = was->memory;
	else if (was)
		flt_context_put(was, false);
	flt_context_put(ctx, false);
	return status;
}

/* The context at a place, taken away from it; NULL: there is none. */
static struct flt_context *flt_context_unlink_at(const struct flt_context_place *place)
{
	struct flt_context *ctx;

	spin_lock_bh(&flt_context_lock);
	ctx = flt_context_at(place);
	if (ctx && !flt_context_unlink(ctx))
		ctx = NULL;
	spin_unlock_bh(&flt_context_lock);
	return ctx;
}

/* Takes the context away from a place, even if that is torn down. Task context, no lock held. */
void flt_context_drop(const struct flt_context_place *place)
{
	struct flt_context *ctx = flt_context_unlink_at(place);

	if (ctx)
		flt_context_put(ctx, false);
}

/**
 * flt_context_delete() - take the context away from a place
 * @place: where
 * @old: NULL, or receives it with the reference that its link had
 */
NTSTATUS flt_context_delete(const struct flt_context_place *place, PFLT_CONTEXT *old)
{
	struct flt_context *ctx;

	if (old)
		*old = NULL_CONTEXT;
	if (READ_ONCE(*place->deleting) || READ_ONCE(*place->owner_deleting))
		return STATUS_FLT_DELETING_OBJECT;
	ctx = flt_context_unlink_at(place);
	if (!ctx)
		return STATUS_NOT_FOUND;
	if (old)
		*old = ctx->memory;
	else
		flt_context_put(ctx, false);
	return STATUS_SUCCESS;
}

/**
 * FltDeleteContext() - take a context away from what it hangs on
 * @Context: of which the caller has a reference, and keeps it
 *
 * WDK page: fltdeletecontext. IRQL: <= APC_LEVEL. Nothing happens to one that hangs nowhere; a
 * section context is refused, since it goes with its section.
 */
VOID FltDeleteContext(PFLT_CONTEXT Context)
{
	struct flt_context *ctx = ke_at_most(APC_LEVEL) ? flt_context_find_get(Context) : NULL;
	bool linked = false;

	if (!ctx || ctx->type == FLT_SECTION_CONTEXT) {
		fsh_violation(fsh_caller(), __func__, "%p is %s", Context,
			      ctx ? "a section context" : "no context");
	} else {
		spin_lock_bh(&flt_context_lock);
		linked = ctx->anchor && flt_context_unlink(ctx);
		spin_unlock_bh(&flt_context_lock);
	}
	if (linked)
		flt_context_put(ctx, false);
	if (ctx)
		flt_context_put(ctx, false);
}
EXPORT_SYMBOL_GPL(FltDeleteContext);

/*
 * The first context of an anchor, or else of an owner, taken away from it; false when it has none.
 * Whether there is one is asked under the lock, under which flt_context_link() looks at the mark
 * that its caller has set: what it links beside is seen here, and later it links nothing.
 */
static bool flt_context_take(struct flt_anchor *anchor, struct list_head *owned,
			     struct flt_context **taken)
{
	struct flt_context *ctx;

	spin_lock_bh(&flt_context_lock);
	if (anchor)
		ctx = hlist_entry_safe(anchor->contexts.first, struct flt_context, link);
	else
		ctx = list_first_entry_or_null(owned, struct flt_context, owner_link);
	*taken = ctx && flt_context_unlink(ctx) ? ctx : NULL;
	spin_unlock_bh(&flt_context_lock);
	return ctx;
}

/**
 * flt_contexts_drop() - what contexts hang on goes away
 * @anchor: its anchor; what it belongs to is marked as going, or nobody has a reference of it
 * @later: the caller may not be made to wait for filters (an inode that is evicted)
 */
void flt_contexts_drop(struct flt_anchor *anchor, bool later)
{
	struct flt_context *ctx;

	while (flt_context_take(anchor, NULL, &ctx)) {
		if (ctx)
			flt_context_put(ctx, later);
	}
}

/**
 * flt_contexts_drop_owned() - an instance is torn down, or a filter unregisters
 * @owned: its contexts, which go wherever they hang; it is marked as going
 */
void flt_contexts_drop_owned(struct list_head *owned)
{
	struct flt_context *ctx;

	while (flt_context_take(NULL, owned, &ctx)) {
		if (ctx)
			flt_context_put(ctx, false);
	}
}

int flt_contexts_init(void)
{
	flt_context_wq = alloc_workqueue("fltshim_context", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return flt_context_wq ? 0 : -ENOMEM;
}

/* No filter is left, and so no context. */
void flt_contexts_exit(void)
{
	destroy_workqueue(flt_context_wq);
}
