/* SPDX-License-Identifier: GPL-2.0 */
/* Start and stop of the NT executive's parts; called from main.c through nt_init.c only. */
#ifndef NT_INIT_H
#define NT_INIT_H

int nt_init(void);
void nt_exit(void);

void io_toplevel_exit(void);	/* io_toplevel.c */

#endif
