// SPDX-License-Identifier: GPL-2.0
/* Are the segments of an iterator reached through iter_iov()? */
#include <linux/uio.h>

const struct iovec *flt_probe(const struct iov_iter *iter);
const struct iovec *flt_probe(const struct iov_iter *iter)
{
	return iter_iov(iter);
}
