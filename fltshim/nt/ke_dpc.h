/* SPDX-License-Identifier: GPL-2.0 */
/* Deferred procedure calls, as timers use them. */
#ifndef NT_KE_DPC_H
#define NT_KE_DPC_H

#include "nt/nt.h"

bool ke_dpc_queue(PRKDPC dpc, PVOID argument1, PVOID argument2);
void ke_dpc_init(void);
void ke_dpc_exit(void);

#endif
