// SPDX-License-Identifier: GPL-2.0
/* ntddscsi.h: control codes and structures of disks, volumes and the mount manager. */
#ifndef _FSH_NTDDSCSI_H_
#define _FSH_NTDDSCSI_H_

#include "fsh/devioctl.h"

#endif /* _FSH_NTDDSCSI_H_ */
