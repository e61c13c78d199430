/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the filters hear of when the machine goes down.
 */
#ifndef FLTMGR_SHUTDOWN_H
#define FLTMGR_SHUTDOWN_H

extern unsigned long flt_shutdown_patience;	/* jiffies */

void flt_shutdown(void);
int flt_shutdown_init(void);
void flt_shutdown_exit(void);

#endif
