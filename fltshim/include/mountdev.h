// SPDX-License-Identifier: GPL-2.0
/* mountdev.h: control codes and structures of disks, volumes and the mount manager. */
#ifndef _FSH_MOUNTDEV_H_
#define _FSH_MOUNTDEV_H_

#include "fsh/devioctl.h"

#endif /* _FSH_MOUNTDEV_H_ */
