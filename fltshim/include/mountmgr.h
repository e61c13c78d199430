// SPDX-License-Identifier: GPL-2.0
/* mountmgr.h: control codes and structures of disks, volumes and the mount manager. */
#ifndef _FSH_MOUNTMGR_H_
#define _FSH_MOUNTMGR_H_

#include "fsh/devioctl.h"

#endif /* _FSH_MOUNTMGR_H_ */
