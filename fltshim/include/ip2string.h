// SPDX-License-Identifier: GPL-2.0
/* ip2string.h: network addresses, as extra create parameters carry them. */
#ifndef _FSH_IP2STRING_H_
#define _FSH_IP2STRING_H_

#include "fsh/net.h"

#endif /* _FSH_IP2STRING_H_ */
