/* SPDX-License-Identifier: GPL-2.0 */
/* Callbacks on handles and on the registry: what unloading needs of them. */
#ifndef NT_OB_CALLBACK_H
#define NT_OB_CALLBACK_H

struct fsh_driver;

void ob_callback_driver_gone(struct fsh_driver *driver);

#endif
