// SPDX-License-Identifier: GPL-2.0
/* inaddr.h: network addresses, as extra create parameters carry them. */
#ifndef _FSH_INADDR_H_
#define _FSH_INADDR_H_

#include "fsh/net.h"

#endif /* _FSH_INADDR_H_ */
