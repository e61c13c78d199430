/* SPDX-License-Identifier: GPL-2.0 */
/* Work items of drivers; the queues that run them. */
#ifndef NT_IO_WORKITEM_H
#define NT_IO_WORKITEM_H

struct fsh_driver;
struct workqueue_struct;

extern struct workqueue_struct *io_work_queue, *io_work_urgent;

int io_work_init(void);
void io_work_exit(void);
void io_work_driver_gone(struct fsh_driver *driver);

#endif
