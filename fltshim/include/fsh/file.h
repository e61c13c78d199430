// SPDX-License-Identifier: GPL-2.0
/*
 * What a create asks for and what an information class carries: the four headers below in one.
 * May include nothing but them.
 */
#ifndef _FSH_FILE_H
#define _FSH_FILE_H

#include "access.h"
#include "fileinfo.h"
#include "fsinfo.h"
#include "fsctl.h"

#endif /* _FSH_FILE_H */
