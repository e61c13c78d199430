// SPDX-License-Identifier: GPL-2.0
/* ntddvol.h: control codes and structures of disks, volumes and the mount manager. */
#ifndef _FSH_NTDDVOL_H_
#define _FSH_NTDDVOL_H_

#include "fsh/devioctl.h"

#endif /* _FSH_NTDDVOL_H_ */
