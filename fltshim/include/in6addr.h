// SPDX-License-Identifier: GPL-2.0
/* in6addr.h: network addresses, as extra create parameters carry them. */
#ifndef _FSH_IN6ADDR_H_
#define _FSH_IN6ADDR_H_

#include "fsh/net.h"

#endif /* _FSH_IN6ADDR_H_ */
