/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Oplocks that a filter grants on files it keeps itself: what is granted and who waits (oplock.c),
 * which operation breaks what (oplock_rule.c), and the routines on top (oplock_check.c,
 * oplock_request.c).
 */
#ifndef FLTMGR_OPLOCK_H
#define FLTMGR_OPLOCK_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include "fltmgr/keyed.h"
#include "fltmgr/operation.h"

enum flt_oplock_kind {
	FLT_OPLOCK_LEVEL_2,
	FLT_OPLOCK_LEVEL_1,
	FLT_OPLOCK_BATCH,
	FLT_OPLOCK_FILTER,
	FLT_OPLOCK_R,		/* these four are asked for with FSCTL_REQUEST_OPLOCK */
	FLT_OPLOCK_RH,
	FLT_OPLOCK_RW,
	FLT_OPLOCK_RWH,
	FLT_NR_OPLOCKS,
};

/* What an operation is to an oplock. */
enum flt_oplock_use {
	FLT_OPLOCK_OPENS,
	FLT_OPLOCK_READS,
	FLT_OPLOCK_WRITES,	/* or changes its size */
	FLT_OPLOCK_LOCKS,
	FLT_OPLOCK_RENAMES,
	FLT_OPLOCK_DELETES,	/* or cannot be done beside a cached handle */
	FLT_NR_OPLOCK_USES,
	FLT_OPLOCK_NOTHING = FLT_NR_OPLOCK_USES,
	FLT_OPLOCK_NOTIFY,	/* wants to know when no break is under way */
};

/* How a break goes on. */
enum flt_oplock_ack {
	FLT_ACK_UNBROKEN,	/* there is none */
	FLT_ACK_NEVER,		/* the oplock is gone at once */
	FLT_ACK_LATER,		/* acknowledged, but nobody waits for it */
	FLT_ACK_FIRST,		/* the operation waits for it */
};

/**
 * struct flt_oplock_query - an operation, as far as oplocks go
 * @use: what it is to them
 * @file: on which file object; for comparison with the holders'
 * @key: its oplock key, or NULL
 * @overwrites: of an open: nothing of what is there may be cached
 * @excludes: of an open: it is one that breaks a filter oplock
 * @all: oplocks of its own key break as well
 * @lazy: it does not wait for what it breaks
 * @modes: of an open: @access and @share are known
 * @access: what it wants
 * @share: what it allows others
 */
struct flt_oplock_query {
	enum flt_oplock_use use;
	PFILE_OBJECT file;
	const GUID *key;
	bool overwrites;
	bool excludes;
	bool all;
	bool lazy;
	bool modes;
	ACCESS_MASK access;
	USHORT share;
};

/**
 * struct flt_oplock_grant - an oplock, from its request until it is gone
 * @link: in the oplock's list
 * @oplock: of which file; referenced
 * @kind: enum flt_oplock_kind
 * @file: its holder's; for comparison
 * @key: its holder's
 * @keyed: there is one
 * @breaking: its request is completed, its acknowledgment awaited
 * @closing: it was acknowledged by the promise to close
 * @reserved: made by a create for a request that is to come; there is none yet
 * @to: while it is breaking: the OPLOCK_LEVEL_CACHE_* that may be left
 * @request: the operation that asked for it and ends with the break, with its answer
 */
struct flt_oplock_grant {
	struct list_head link;
	struct flt_oplock *oplock;
	enum flt_oplock_kind kind;
	PFILE_OBJECT file;
	GUID key;
	bool keyed;
	bool breaking;
	bool closing;
	bool reserved;
	u8 to;
	struct flt_oplock_request *request;
};

/**
 * struct flt_oplock_request - the operation that a granted oplock keeps
 * @link: among those that are to be completed
 * @op: the operation
 * @status: its result
 * @information: likewise
 * @tells: an output buffer is filled, too
 * @out: with this
 */
struct flt_oplock_request {
	struct list_head link;
	struct flt_operation *op;
	NTSTATUS status;
	ULONG_PTR information;
	bool tells;
	REQUEST_OPLOCK_OUTPUT_BUFFER out;
};

/**
 * struct flt_oplock_waiter - an operation that waits for an acknowledgment
 * @link: in the oplock's list, in order of arrival
 * @oplock: which
 * @op: the operation
 * @query: what it wants
 * @routine: what is called at the end, and goes on with the operation
 * @context: its argument
 * @done: or: a thread that waits; then this is in its frame, and without a reference to @oplock.
 *	With neither the operation is completed
 * @status: how it ended
 * @ready: it may be ended; before that @over says that it would have been
 * @over: see there
 */
struct flt_oplock_waiter {
	struct list_head link;
	struct flt_oplock *oplock;
	struct flt_operation *op;
	struct flt_oplock_query query;
	PFLTOPLOCK_WAIT_COMPLETE_ROUTINE routine;
	void *context;
	struct completion *done;
	NTSTATUS status;
	bool ready;
	bool over;
};

/**
 * struct flt_oplock - what an OPLOCK stands for
 * @keyed: by the driver's variable; references: the table's, grants', waiters' and callers'
 * @lock: protects the rest, and everything of grants and waiters in the lists
 * @grants: struct flt_oplock_grant
 * @waiters: struct flt_oplock_waiter
 * @dead: uninitialised: nothing is granted any more, and the driver's variable is not ours
 */
struct flt_oplock {
	struct flt_keyed keyed;
	spinlock_t lock;	/* softirq too, where a cancel comes */
	struct list_head grants;
	struct list_head waiters;
	bool dead;
};

/* oplock_rule.c */
NTSTATUS flt_oplock_admits(const struct flt_oplock *oplock, const struct flt_oplock_grant *wanted);
bool flt_oplock_replaces(const struct flt_oplock_grant *wanted, const struct flt_oplock_grant *old);
enum flt_oplock_ack flt_oplock_break_of(const struct flt_oplock_grant *grant,
					const struct flt_oplock_query *query, u8 *to);
bool flt_oplock_same_key(const struct flt_oplock_grant *grant, PFILE_OBJECT file, const GUID *key);
u8 flt_oplock_level(enum flt_oplock_kind kind);
bool flt_oplock_kind_of_level(ULONG level, enum flt_oplock_kind *kind);
void flt_oplock_classify(const FLT_CALLBACK_DATA *data, struct flt_oplock_query *query);

static inline bool flt_oplock_is_new(enum flt_oplock_kind kind)
{
	return kind >= FLT_OPLOCK_R;
}

static inline bool flt_oplock_is_shared(enum flt_oplock_kind kind)
{
	return kind == FLT_OPLOCK_LEVEL_2 || kind == FLT_OPLOCK_R || kind == FLT_OPLOCK_RH;
}

/* oplock.c */
extern const struct flt_cancel_ops flt_oplock_request_ops;	/* cancel_arg: the grant */
extern const struct flt_cancel_ops flt_oplock_waiter_ops;	/* cancel_arg: the waiter */
struct flt_oplock *flt_oplock_get(POPLOCK address, unsigned long ip, const char *routine);
void flt_oplock_put(struct flt_oplock *oplock);
bool flt_oplock_meet(struct flt_oplock *oplock, const struct flt_oplock_query *query,
		     struct list_head *answers);
bool flt_oplock_breaks(const struct flt_oplock *oplock, const struct flt_oplock_query *query);
bool flt_oplock_let_go(struct flt_oplock_grant *grant, NTSTATUS status, u8 level,
		       struct list_head *answers);
void flt_oplock_gone(struct flt_oplock_grant *grant);
bool flt_oplock_closed(struct flt_oplock *oplock, PFILE_OBJECT file, struct list_head *answers);
void flt_oplock_answer(struct list_head *answers);
void flt_oplock_advance(struct flt_oplock *oplock);
void flt_oplock_end_waiter(struct flt_oplock_waiter *waiter);
void flt_oplocks_exit(void);

#endif
