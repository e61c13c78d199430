/* SPDX-License-Identifier: GPL-2.0 */
/* How often misuses of NT routines are told in the log; the unit tests lift that limit. */
#ifndef NT_VIOLATION_LIMIT_H
#define NT_VIOLATION_LIMIT_H

#include <linux/ratelimit_types.h>

extern struct ratelimit_state fsh_violation_limit;

#endif
