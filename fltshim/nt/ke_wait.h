/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for dispatcher objects (events, semaphores, mutexes, timers, threads). An object needs
 * no destruction: its state and its list of waiters are guarded by a lock chosen by its address.
 */
#ifndef NT_KE_WAIT_H
#define NT_KE_WAIT_H

#include <linux/ktime.h>
#include <linux/spinlock.h>
#include "nt/nt.h"

/* Values of DISPATCHER_HEADER.Type, as on Windows */
enum {
	KE_EVENT_NOTIFICATION = 0,
	KE_EVENT_SYNCHRONIZATION = 1,
	KE_MUTANT = 2,
	KE_SEMAPHORE = 5,
	KE_THREAD = 6,
	KE_TIMER_NOTIFICATION = 8,
	KE_TIMER_SYNCHRONIZATION = 9,
};

enum ke_wake {
	KE_WAKE_OBJECT,		/* by the object or the time only */
	KE_WAKE_FATAL,		/* by a fatal signal too */
	KE_WAKE_SIGNAL,		/* by any signal too */
};

void ke_wait_init(void);
void ke_header_init(DISPATCHER_HEADER *header, u8 type, unsigned int size, LONG state);
bool ke_header_is_valid(const DISPATCHER_HEADER *header);
raw_spinlock_t *ke_object_lock(const void *object);
void ke_object_signalled(DISPATCHER_HEADER *header);

ktime_t ke_deadline(const LARGE_INTEGER *timeout);
NTSTATUS ke_wait(unsigned int count, void **objects, bool all, enum ke_wake wake,
		 const LARGE_INTEGER *timeout, KWAIT_BLOCK *blocks, const bool *stop);
NTSTATUS ke_wait_checked(unsigned int count, void **objects, bool all, enum ke_wake wake,
			 const LARGE_INTEGER *timeout, KWAIT_BLOCK *blocks, const bool *stop,
			 unsigned long ip, const char *routine);

#endif
