/* SPDX-License-Identifier: GPL-2.0 */
/* Notification of processes: what unloading needs of it. */
#ifndef NT_PS_NOTIFY_H
#define NT_PS_NOTIFY_H

struct fsh_driver;

void ps_notify_driver_gone(struct fsh_driver *driver);
void ps_notify_exit(void);

#endif
