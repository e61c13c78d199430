// SPDX-License-Identifier: GPL-2.0
/* ws2ipdef.h: network addresses, as extra create parameters carry them. */
#ifndef _FSH_WS2IPDEF_H_
#define _FSH_WS2IPDEF_H_

#include "fsh/net.h"

#endif /* _FSH_WS2IPDEF_H_ */
