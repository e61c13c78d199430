/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GUIDs that drivers refer to without defining them. Drivers have them from their own headers.
 */
#ifndef NT_GUID_H
#define NT_GUID_H

#include "nt/nt.h"

extern const GUID GUID_ECP_ATOMIC_CREATE;
extern const GUID GUID_ECP_CSV_DOWN_LEVEL_OPEN;
extern const GUID GUID_ECP_CSV_QUERY_FILE_REVISION;
extern const GUID GUID_ECP_DUAL_OPLOCK_KEY;
extern const GUID GUID_ECP_IO_DEVICE_HINT;
extern const GUID GUID_ECP_NETWORK_OPEN_CONTEXT;
extern const GUID GUID_ECP_NFS_OPEN;
extern const GUID GUID_ECP_OPLOCK_KEY;
extern const GUID GUID_ECP_PREFETCH_OPEN;
extern const GUID GUID_ECP_SRV_OPEN;

#endif
