/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects and handles, for the shim's own code. An object is what drivers reference by address;
 * a handle is a number that keeps one.
 */
#ifndef NT_OB_OBJECT_H
#define NT_OB_OBJECT_H

#include "nt/nt.h"

struct fsh_driver;

/**
 * struct _OBJECT_TYPE - how objects of one type are kept
 * @name: for messages
 * @get: takes a reference; NULL while nobody provides such objects. Any IRQL up to DISPATCH_LEVEL,
 *	may not sleep.
 * @put: gives it back; any IRQL up to DISPATCH_LEVEL
 * @put_later: the same, but what its end brings with it is left to a worker; NULL where an end
 *	brings nothing
 * @taken: a driver has got a reference, by address or handle; with a place in the driver's code.
 *	NULL where nobody wants to know; any IRQL up to DISPATCH_LEVEL
 * @returned: a driver gives a reference back by the object's address, which put or put_later
 *	follows unless this says that it has none; the same
 * @driver_gone: none of a driver's code runs any more; what it did not give back goes. May be NULL
 * @is_lent: NULL, or whether this one is only lent to a callback and may not be kept
 * @open: a handle is made, in task context; may be NULL
 * @close: a handle is closed, or was not made after all, in task context; may be NULL. What does
 *	something with the last one counts them.
 * @free: for objects of ob_create(): the last reference is gone; any IRQL up to DISPATCH_LEVEL
 */
struct _OBJECT_TYPE {
	const char *name;
	void (*get)(void *object);
	void (*put)(void *object);
	void (*put_later)(void *object);
	void (*taken)(void *object, const void *caller);
	bool (*returned)(void *object, const void *caller);
	void (*driver_gone)(struct fsh_driver *driver);
	bool (*is_lent)(void *object);
	void (*open)(void *object);
	void (*close)(void *object);
	void (*free)(void *object);
};

extern OBJECT_TYPE ob_file_type;	/* filled in by the filter manager */
extern OBJECT_TYPE ob_device_type;
extern OBJECT_TYPE ob_driver_type;
extern OBJECT_TYPE ob_process_type;
extern OBJECT_TYPE ob_thread_type;

void *ob_create(OBJECT_TYPE *type, size_t size);
void ob_get(void *object);
void ob_put(void *object);

NTSTATUS ob_open_handle(const void *caller, OBJECT_TYPE *type, void *object, ACCESS_MASK access,
			ULONG attributes, HANDLE *handle);
NTSTATUS ob_get_by_handle(HANDLE handle, const OBJECT_TYPE *type, void **object);
NTSTATUS ob_get_by_handle_ex(HANDLE handle, const OBJECT_TYPE *type, void **object,
			     POBJECT_HANDLE_INFORMATION information);
NTSTATUS ob_close_handle(HANDLE handle);
void ob_close_handles_of(const void *object);

void ob_init(void);
void ob_exit(void);
void ob_driver_gone(struct fsh_driver *driver);

#endif
