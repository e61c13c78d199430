// SPDX-License-Identifier: GPL-2.0
/*
 * Structured exception handling: what the statements that scripts/minifilter generates for
 * __try, __except and __finally refer to. Both worlds include it; minifilter sources get the
 * words and the GetException... macros from excpt.h.
 *
 * A frame lives in the stack frame of the function with the __try. While it is the innermost one
 * of its function, its first word is its mark, by which nt/seh.c finds it on the stack.
 */
#ifndef _FSH_SEH_H
#define _FSH_SEH_H

#include "types.h"

#pragma pack(push, 8)

#ifdef __cplusplus
extern "C" {
#endif

/* The exception that a filter expression, a handler or a finally block looks at. */
struct fsh_x {
    NTSTATUS code;
    ULONG flags;
    PVOID address;
    ULONG_PTR parameters;
    ULONG_PTR information[2];
};

/* The same as GetExceptionInformation() shows it; only statements that ask have one. */
struct fsh_x_info {
    EXCEPTION_RECORD record;
    EXCEPTION_POINTERS pointers;
};

/* seh_jump.S knows the offsets of mark and jump. */
struct fsh_frame {
    unsigned long long mark;
    unsigned long long jump[8];     /* rbx rbp r12 r13 r14 r15 rsp rip */
    struct fsh_frame *outer;        /* of the __try around in the same function, or NULL */
    struct fsh_x *x;                /* where the exception is put; NULL for a barrier */
    NTSTATUS code;                  /* for a barrier */
    int preempt;                    /* the preemption count at the push */
    unsigned char normal;           /* the body was left by its end or by __leave */
    unsigned char raised;           /* the body was left by an exception */
};

/*
 * 0 when the frame is set up, 1 when an exception has come back to it. May be called only where
 * the generated statements do: in a function that returns twice, behind fsh_seh_push().
 */
int fsh_setjmp(struct fsh_frame *frame) __attribute__((__returns_twice__));

void fsh_seh_push(struct fsh_frame *frame, struct fsh_x *x, struct fsh_frame *outer);
void fsh_seh_pop(struct fsh_frame *frame);
int fsh_seh_pop_fin(struct fsh_frame *frame);
void fsh_seh_resume(struct fsh_frame *frame);
void fsh_seh_continue(struct fsh_x *x, int disposition);
PEXCEPTION_POINTERS fsh_seh_information(const struct fsh_x *x, struct fsh_x_info *info);

NTSTATUS FsRtlNormalizeNtstatus(NTSTATUS Exception, NTSTATUS GenericException);

#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

#define EXCEPTION_NONCONTINUABLE 0x1
#define EXCEPTION_MAXIMUM_PARAMETERS 15

#ifdef __cplusplus
}

/* (a driver may include this in an extern "C" of its own) */
extern "C++" {

/* Runs the block of a __finally when the body before it is left, on whatever way. */
template <typename Block> class fsh_finally {
    struct fsh_frame *frame;
    Block &block;

public:
    fsh_finally(struct fsh_frame *f, Block &b) : frame(f), block(b) {}
    ~fsh_finally()
    {
        block(fsh_seh_pop_fin(frame));
        fsh_seh_resume(frame);
    }
};

}
#endif
#pragma pack(pop)
#endif /* _FSH_SEH_H */
