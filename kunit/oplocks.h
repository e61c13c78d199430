/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites about oplocks share: B keeps the oplock of one file, every file object of which
 * is a handle; holders ask and acknowledge with controls, and what else is done to the file is
 * checked for breaks.
 */
#ifndef KUNIT_OPLOCKS_H
#define KUNIT_OPLOCKS_H

#include "kunit/async_issue.h"

/* The kinds in the order of a row's letters: 2 1 B F, then R RH RW RWH. */
enum { KIND_2, KIND_1, KIND_B, KIND_F, KIND_R, KIND_RH, KIND_RW, KIND_RWH, KINDS };

#define CACHE_R	OPLOCK_LEVEL_CACHE_READ
#define CACHE_H	OPLOCK_LEVEL_CACHE_HANDLE
#define CACHE_W	OPLOCK_LEVEL_CACHE_WRITE

struct opl_kind {
	const char *name;
	ULONG code;	/* of an old kind */
	ULONG level;	/* of a new one */
};

extern const struct opl_kind opl_kinds[KINDS];

enum opl_routine { OPL_CHECK, OPL_TO_NONE, OPL_BREAK_H };

#define OPL_CONTEXT	((void *)0x0b10c)

struct opl_state {
	struct world *world;
	OPLOCK oplock;
	PFILE_OBJECT file[4];
	ULONG open_count;
	ULONG request_flags;
	ULONG flags;
	enum opl_routine routine;
	bool blocks;		/* no wait routine */
	bool ignores;		/* B goes on with what it was told to pend */
	bool quiet;		/* many threads: nothing is recorded */
	FLT_PREOP_CALLBACK_STATUS returned;
	NTSTATUS status;	/* IoStatus after it */
	unsigned int waits;
	NTSTATUS waited;
	unsigned int preposts;
	bool good_context;
};

extern struct opl_state opl;

/* An operation with what its parameters point to. */
struct opl_request {
	struct request request;
	IO_SECURITY_CONTEXT security;
	union {
		REQUEST_OPLOCK_INPUT_BUFFER in;
		REQUEST_OPLOCK_OUTPUT_BUFFER out;
		FILE_DISPOSITION_INFORMATION disposition;
		FILE_END_OF_FILE_INFORMATION eof;
	} buffer;
};

struct world *opl_world(struct kunit *test);
void opl_end(void);
void opl_clean(void);
void opl_key(PFILE_OBJECT file, UCHAR number);
void opl_setup(struct opl_request *r, PFILE_OBJECT file, UCHAR major);
struct opl_request *opl_new(PFILE_OBJECT file, UCHAR major);
void opl_code(struct opl_request *r, ULONG code);
void opl_fill(struct opl_request *r, ULONG level, ULONG flags);
void opl_ask_for(struct opl_request *r, unsigned int kind);
struct opl_request *opl_ask(PFILE_OBJECT file, unsigned int kind);
bool opl_granted(struct opl_request *r);
bool opl_over(struct opl_request *r, NTSTATUS status);
bool opl_refused(PFILE_OBJECT file, unsigned int kind, NTSTATUS status);
struct opl_request *opl_control(PFILE_OBJECT file, ULONG code);
struct opl_request *opl_acknowledge(PFILE_OBJECT file, ULONG level, ULONG more);
struct opl_request *opl_do(PFILE_OBJECT file, UCHAR major);
struct opl_request *opl_opening(PFILE_OBJECT file, ACCESS_MASK access, ULONG share,
				ULONG disposition, ULONG options);
bool opl_told(const struct opl_request *held, unsigned int kind, char how);
struct opl_request *opl_give_up(PFILE_OBJECT file, unsigned int kind);

#endif
