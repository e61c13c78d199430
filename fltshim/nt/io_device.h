/* SPDX-License-Identifier: GPL-2.0 */
/* Device objects, for the shim's own code. */
#ifndef NT_IO_DEVICE_H
#define NT_IO_DEVICE_H

#include "nt/nt.h"

struct fsh_driver;
struct io_node;

PDEVICE_OBJECT io_device_new(PDRIVER_OBJECT driver, DEVICE_TYPE type, size_t extension);
void io_device_get(PDEVICE_OBJECT device);
void io_device_put(PDEVICE_OBJECT device);
bool io_device_claim(PDEVICE_OBJECT device);
void io_device_unclaim(PDEVICE_OBJECT device);
NTSTATUS io_link_target(const UNICODE_STRING *link, UNICODE_STRING *target);
void io_device_driver_ready(struct fsh_driver *driver);
void io_device_driver_gone(struct fsh_driver *driver);

/* io_device_file.c: what programs open */
struct io_node *io_node_create(const char *name, PDEVICE_OBJECT device, struct fsh_driver *driver);
void io_node_destroy(struct io_node *node);
int io_files_init(void);
void io_files_exit(void);

#endif
