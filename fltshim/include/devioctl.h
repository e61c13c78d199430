// SPDX-License-Identifier: GPL-2.0
/* devioctl.h: control codes and structures of disks, volumes and the mount manager. */
#ifndef _FSH_DEVIOCTL_H_
#define _FSH_DEVIOCTL_H_

#include "fsh/devioctl.h"

#endif /* _FSH_DEVIOCTL_H_ */
