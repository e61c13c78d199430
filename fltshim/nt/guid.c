// SPDX-License-Identifier: GPL-2.0
/*
 * GUIDs that drivers refer to without defining them: the kinds of extra create parameters that
 * the system knows. Constant data only.
 */
#include <linux/export.h>
#include "nt/guid.h"

/*
 * Kinds of extra create parameters:
 * GUID_ECP_ATOMIC_CREATE - what a new file is made with
 * GUID_ECP_CSV_DOWN_LEVEL_OPEN - open by the file system of a cluster
 * GUID_ECP_CSV_QUERY_FILE_REVISION - asks such a file system for a file's revision
 * GUID_ECP_DUAL_OPLOCK_KEY - two keys of an oplock
 * GUID_ECP_IO_DEVICE_HINT - device that a path of several leads to
 * GUID_ECP_NETWORK_OPEN_CONTEXT - for a network redirector
 * GUID_ECP_NFS_OPEN - open by an NFS server
 * GUID_ECP_OPLOCK_KEY - key of an oplock
 * GUID_ECP_PREFETCH_OPEN - open by the prefetcher
 * GUID_ECP_SRV_OPEN - open by an SMB server
 */
const GUID GUID_ECP_ATOMIC_CREATE = {
	0x4720bd83, 0x52ac, 0x4104, { 0xa1, 0x30, 0xd1, 0xec, 0x6a, 0x8c, 0xc8, 0xe5 }
};
EXPORT_SYMBOL_GPL(GUID_ECP_ATOMIC_CREATE);

const GUID GUID_ECP_CSV_DOWN_LEVEL_OPEN = {
	0x4248be44, 0x647f, 0x488f, { 0x8b, 0xe5, 0xa0, 0x8a, 0xaf, 0x70, 0xf0, 0x28 }
};
EXPORT_SYMBOL_GPL(GUID_ECP_CSV_DOWN_LEVEL_OPEN);

const GUID GUID_ECP_CSV_QUERY_FILE_REVISION = {
	0x44aec90b, 0xde65, 0x4d46, { 0x8f, 0xbf, 0x76, 0x3f, 0x9d, 0x97, 0x0b, 0x1d }
};
EXPORT_SYMBOL_GPL(GUID_ECP_CSV_QUERY_FILE_REVISION);

const GUID GUID_ECP_DUAL_OPLOCK_KEY = {
	0x41621a14, 0xb08b, 0x4df1, { 0xb6, 0x76, 0xa0, 0x5f, 0xfd, 0xf0, 0x1b, 0xea }
};
EXPORT_SYMBOL_GPL(GUID_ECP_DUAL_OPLOCK_KEY);

const GUID GUID_ECP_IO_DEVICE_HINT = {
	0xf315b732, 0xac6b, 0x4d4d, { 0xbe, 0x0c, 0xb3, 0x12, 0x64, 0x90, 0xe1, 0xa3 }
};
EXPORT_SYMBOL_GPL(GUID_ECP_IO_DEVICE_HINT);

const GUID GUID_ECP_NETWORK_OPEN_CONTEXT = {
	0xc584edbf, 0x00df, 0x4d28, { 0xb8, 0x84, 0x35, 0xba, 0xca, 0x89, 0x11, 0xe8 }
};
EXPORT_SYMBOL_GPL(GUID_ECP_NETWORK_OPEN_CONTEXT);

const GUID GUID_ECP_NFS_OPEN = {
	0xf326d30c, 0xe5f8, 0x4fe7, { 0xab, 0x74, 0xf5, 0xa3, 0x19, 0x6d, 0x92, 0xdb }
};
EXPORT_SYMBOL_GPL(GUID_ECP_NFS_OPEN);

const GUID GUID_ECP_OPLOCK_KEY = {
	0x48850596, 0x3050, 0x4be7, { 0x98, 0x63, 0xfe, 0xc3, 0x50, 0xce, 0x8d, 0x7f }
};
EXPORT_SYMBOL_GPL(GUID_ECP_OPLOCK_KEY);

const GUID GUID_ECP_PREFETCH_OPEN = {
	0xe1777b21, 0x847e, 0x4837, { 0xaa, 0x45, 0x64, 0x16, 0x1d, 0x28, 0x06, 0x55 }
};
EXPORT_SYMBOL_GPL(GUID_ECP_PREFETCH_OPEN);

const GUID GUID_ECP_SRV_OPEN = {
	0xbebfaebc, 0xaabf, 0x489d, { 0x9d, 0x2c, 0xe9, 0xe3, 0x61, 0x10, 0x28, 0x53 }
};
EXPORT_SYMBOL_GPL(GUID_ECP_SRV_OPEN);
