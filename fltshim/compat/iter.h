/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Looking into an iterator over user memory: kernels differ in where they keep the segments.
 */
#ifndef COMPAT_ITER_H
#define COMPAT_ITER_H

#include <linux/uio.h>
#include "compat/config.h"

/* Address and length of the segment that a user-backed iterator is at. */
static inline void __user *flt_iter_segment(const struct iov_iter *iter, size_t *length)
{
	const struct iovec *iov;

	if (iter_is_ubuf(iter)) {
		*length = iov_iter_count(iter);
		return iter->ubuf + iter->iov_offset;
	}
#ifdef FLT_HAVE_ITER_IOV
	iov = iter_iov(iter);
#else
	iov = iter->iov;
#endif
	*length = min(iov_iter_count(iter), iov->iov_len - iter->iov_offset);
	return iov->iov_base + iter->iov_offset;
}

/* iov_iter_advance() by no more than is left, without the call where there is one segment. */
static __always_inline void flt_iter_advance(struct iov_iter *iter, size_t size)
{
	if (likely(iter_is_ubuf(iter))) {
		iter->iov_offset += size;
		iter->count -= size;
	} else {
		iov_iter_advance(iter, size);
	}
}

#endif
