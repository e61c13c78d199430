// SPDX-License-Identifier: GPL-2.0
/* ntddstor.h: control codes and structures of disks, volumes and the mount manager. */
#ifndef _FSH_NTDDSTOR_H_
#define _FSH_NTDDSTOR_H_

#include "fsh/devioctl.h"

#endif /* _FSH_NTDDSTOR_H_ */
