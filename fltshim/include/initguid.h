// SPDX-License-Identifier: GPL-2.0
/*
 * initguid.h: from here on DEFINE_GUID defines, instead of declaring. No guard: including it
 * after other headers is its purpose.
 */
#include "fsh/wdk.h"

#ifndef INITGUID
#define INITGUID
#endif
#undef DEFINE_GUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    EXTERN_C const GUID name; \
    __attribute__((__weak__)) const GUID name = \
        { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
