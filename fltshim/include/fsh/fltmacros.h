// SPDX-License-Identifier: GPL-2.0
/*
 * What fltkernel.h adds as macros: its assertions and its own versions. For minifilter sources.
 */
#ifndef _FSH_FLTMACROS_H
#define _FSH_FLTMACROS_H

#define FLT_ASSERT(_e) NT_ASSERT(_e)
#define FLT_ASSERTMSG(_m, _e) NT_ASSERTMSG(_m, _e)

/* Every level of the interface is there. */
#define FLT_MGR_BASELINE 1
#define FLT_MGR_AFTER_XPSP2 1
#define FLT_MGR_LONGHORN 1
#define FLT_MGR_WIN7 1
#define FLT_MGR_WIN8 1

#endif /* _FSH_FLTMACROS_H */
