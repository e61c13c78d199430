/* SPDX-License-Identifier: GPL-2.0 */
/* The device objects of volumes. */
#ifndef FLTMGR_DEVICE_H
#define FLTMGR_DEVICE_H

#include <linux/types.h>

struct flt_volume;

bool flt_devices_create(struct flt_volume *volume);
void flt_devices_release(struct flt_volume *volume);

#endif
