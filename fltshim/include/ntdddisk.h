// SPDX-License-Identifier: GPL-2.0
/* ntdddisk.h: control codes and structures of disks, volumes and the mount manager. */
#ifndef _FSH_NTDDDISK_H_
#define _FSH_NTDDDISK_H_

#include "fsh/devioctl.h"

#endif /* _FSH_NTDDDISK_H_ */
