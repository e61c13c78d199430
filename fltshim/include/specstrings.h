// SPDX-License-Identifier: GPL-2.0
/* specstrings.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_SPECSTRINGS_H_
#define _FSH_SPECSTRINGS_H_

#include "fsh/wdk.h"

#endif /* _FSH_SPECSTRINGS_H_ */
