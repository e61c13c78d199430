/* SPDX-License-Identifier: GPL-2.0 */
/* Device objects, for the shim's own code. */
#ifndef NT_IO_DEVICE_H
#define NT_IO_DEVICE_H

#include "nt/nt.h"

PDEVICE_OBJECT io_device_new(PDRIVER_OBJECT driver, DEVICE_TYPE type, size_t extension);
void io_device_get(PDEVICE_OBJECT device);
void io_device_put(PDEVICE_OBJECT device);

#endif
