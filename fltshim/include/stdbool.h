// SPDX-License-Identifier: GPL-2.0
/* stdbool.h: the C boolean. */
#ifndef _FSH_STDBOOL_H_
#define _FSH_STDBOOL_H_

#ifndef __cplusplus
#define bool _Bool
#define true 1
#define false 0
#endif

#endif /* _FSH_STDBOOL_H_ */
