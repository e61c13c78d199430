/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which flags of a caller's kiocb may travel in one of our own.
 */
#ifndef COMPAT_KIOCB_H
#define COMPAT_KIOCB_H

#include <linux/aio.h>
#include <linux/fs.h>
#include "compat/config.h"

#ifdef IOCB_ATOMIC
#define FLT_IOCB_ATOMIC	IOCB_ATOMIC
#else
#define FLT_IOCB_ATOMIC	0
#endif

/*
 * What describes the request. Left out is what ties it to its submitter: HIPRI and ALLOC_CACHE
 * (polling), WAITQ (a wait entry in the caller's kiocb), DIO_CALLER_COMP (a completion field that
 * we would have to forward), EVENTFD and AIO_RW.
 */
#define FLT_IOCB_REQUEST	(IOCB_NOWAIT | IOCB_DSYNC | IOCB_SYNC | IOCB_APPEND | \
				 IOCB_DIRECT | IOCB_WRITE | IOCB_NOIO | FLT_IOCB_ATOMIC)

/*
 * Have a request of libaio report that it is cancelled; other kinds cannot. Kernels that do not
 * mark those of libaio would take another kind for one, and write past it: nothing is done there.
 */
static inline void flt_kiocb_set_cancel(struct kiocb *iocb, kiocb_cancel_fn *cancel)
{
#ifdef IOCB_AIO_RW
	if (iocb->ki_flags & IOCB_AIO_RW)
		kiocb_set_cancel_fn(iocb, cancel);
#endif
}

#endif
