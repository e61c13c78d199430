/* SPDX-License-Identifier: GPL-2.0 */
/* Threads that drivers start, and waiting for them. */
#ifndef NT_PS_THREAD_H
#define NT_PS_THREAD_H

#include "nt/nt.h"

struct fsh_driver;

DISPATCHER_HEADER *ps_thread_header(const void *object);
void ps_driver_gone(struct fsh_driver *driver);
void ps_exit(void);

#endif
