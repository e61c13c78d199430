// SPDX-License-Identifier: GPL-2.0
/*
 * The table of major functions: one line for each code that a minifilter can register, with the
 * facts that the walk and the registration need. Constant data and FltGetIrpName() only.
 */
#include <linux/export.h>
#include "fltmgr/op_table.h"

#define PSEUDO(code)	(FLT_NR_IRP_CODES + 255 - (UCHAR)(code))

const struct flt_op_desc flt_op_table[FLT_NR_OPS] = {
	[IRP_MJ_CREATE] = { "IRP_MJ_CREATE" },
	[IRP_MJ_CREATE_NAMED_PIPE] = { "IRP_MJ_CREATE_NAMED_PIPE" },
	[IRP_MJ_CLOSE] = { "IRP_MJ_CLOSE", .cannot_fail = true },
	[IRP_MJ_READ] = { "IRP_MJ_READ" },
	[IRP_MJ_WRITE] = { "IRP_MJ_WRITE" },
	[IRP_MJ_QUERY_INFORMATION] = { "IRP_MJ_QUERY_INFORMATION" },
	[IRP_MJ_SET_INFORMATION] = { "IRP_MJ_SET_INFORMATION" },
	[IRP_MJ_QUERY_EA] = { "IRP_MJ_QUERY_EA" },
	[IRP_MJ_SET_EA] = { "IRP_MJ_SET_EA" },
	[IRP_MJ_FLUSH_BUFFERS] = { "IRP_MJ_FLUSH_BUFFERS" },
	[IRP_MJ_QUERY_VOLUME_INFORMATION] = { "IRP_MJ_QUERY_VOLUME_INFORMATION" },
	[IRP_MJ_SET_VOLUME_INFORMATION] = { "IRP_MJ_SET_VOLUME_INFORMATION" },
	[IRP_MJ_DIRECTORY_CONTROL] = { "IRP_MJ_DIRECTORY_CONTROL" },
	[IRP_MJ_FILE_SYSTEM_CONTROL] = { "IRP_MJ_FILE_SYSTEM_CONTROL" },
	[IRP_MJ_DEVICE_CONTROL] = { "IRP_MJ_DEVICE_CONTROL" },
	[IRP_MJ_INTERNAL_DEVICE_CONTROL] = { "IRP_MJ_INTERNAL_DEVICE_CONTROL" },
	[IRP_MJ_SHUTDOWN] = { "IRP_MJ_SHUTDOWN", .no_post = true },
	[IRP_MJ_LOCK_CONTROL] = { "IRP_MJ_LOCK_CONTROL" },
	[IRP_MJ_CLEANUP] = { "IRP_MJ_CLEANUP", .cannot_fail = true },
	[IRP_MJ_CREATE_MAILSLOT] = { "IRP_MJ_CREATE_MAILSLOT" },
	[IRP_MJ_QUERY_SECURITY] = { "IRP_MJ_QUERY_SECURITY" },
	[IRP_MJ_SET_SECURITY] = { "IRP_MJ_SET_SECURITY" },
	[IRP_MJ_POWER] = { "IRP_MJ_POWER", .no_register = true },
	[IRP_MJ_SYSTEM_CONTROL] = { "IRP_MJ_SYSTEM_CONTROL" },
	[IRP_MJ_DEVICE_CHANGE] = { "IRP_MJ_DEVICE_CHANGE", .no_register = true },
	[IRP_MJ_QUERY_QUOTA] = { "IRP_MJ_QUERY_QUOTA" },
	[IRP_MJ_SET_QUOTA] = { "IRP_MJ_SET_QUOTA" },
	[IRP_MJ_PNP] = { "IRP_MJ_PNP" },

	[PSEUDO(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION)] = {
		"IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION", FLT_FORM_FS_FILTER
	},
	[PSEUDO(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION)] = {
		"IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION", FLT_FORM_FS_FILTER,
		.cannot_fail = true,
	},
	[PSEUDO(IRP_MJ_ACQUIRE_FOR_MOD_WRITE)] = {
		"IRP_MJ_ACQUIRE_FOR_MOD_WRITE", FLT_FORM_FS_FILTER, .paging = true,
	},
	[PSEUDO(IRP_MJ_RELEASE_FOR_MOD_WRITE)] = {
		"IRP_MJ_RELEASE_FOR_MOD_WRITE", FLT_FORM_FS_FILTER,
		.cannot_fail = true, .paging = true,
	},
	[PSEUDO(IRP_MJ_ACQUIRE_FOR_CC_FLUSH)] = {
		"IRP_MJ_ACQUIRE_FOR_CC_FLUSH", FLT_FORM_FS_FILTER
	},
	[PSEUDO(IRP_MJ_RELEASE_FOR_CC_FLUSH)] = {
		"IRP_MJ_RELEASE_FOR_CC_FLUSH", FLT_FORM_FS_FILTER,
		.cannot_fail = true,
	},
	[PSEUDO(IRP_MJ_QUERY_OPEN)] = {
		"IRP_MJ_QUERY_OPEN", FLT_FORM_FS_FILTER
	},
	[PSEUDO(IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE)] = {
		"IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE", FLT_FORM_FAST_IO
	},
	[PSEUDO(IRP_MJ_NETWORK_QUERY_OPEN)] = {
		"IRP_MJ_NETWORK_QUERY_OPEN", FLT_FORM_FAST_IO
	},
	[PSEUDO(IRP_MJ_MDL_READ)] = {
		"IRP_MJ_MDL_READ", FLT_FORM_FAST_IO
	},
	[PSEUDO(IRP_MJ_MDL_READ_COMPLETE)] = {
		"IRP_MJ_MDL_READ_COMPLETE", FLT_FORM_FAST_IO
	},
	[PSEUDO(IRP_MJ_PREPARE_MDL_WRITE)] = {
		"IRP_MJ_PREPARE_MDL_WRITE", FLT_FORM_FAST_IO
	},
	[PSEUDO(IRP_MJ_MDL_WRITE_COMPLETE)] = {
		"IRP_MJ_MDL_WRITE_COMPLETE", FLT_FORM_FAST_IO
	},
	[PSEUDO(IRP_MJ_VOLUME_MOUNT)] = {
		"IRP_MJ_VOLUME_MOUNT", FLT_FORM_FAST_IO
	},
	[PSEUDO(IRP_MJ_VOLUME_DISMOUNT)] = {
		"IRP_MJ_VOLUME_DISMOUNT", FLT_FORM_FAST_IO, .cannot_fail = true,
	},
};

/**
 * flt_op_desc_at() - descriptor by dense index
 * @index: below FLT_NR_OPS
 *
 * Return: the descriptor, or NULL where the index is of no code
 */
const struct flt_op_desc *flt_op_desc_at(unsigned int index)
{
	if (index >= FLT_NR_OPS || !flt_op_table[index].name)
		return NULL;
	return &flt_op_table[index];
}

/**
 * flt_op_desc() - descriptor of a major function
 * @major: IRP_MJ code, pseudo codes included
 *
 * Return: the descriptor, or NULL for a code that does not exist
 */
const struct flt_op_desc *flt_op_desc(UCHAR major)
{
	return flt_op_desc_at(flt_op_index(major));
}

/**
 * FltGetIrpName() - printable name of a major function
 * @IrpMajorCode: the code, fast I/O and FS-filter codes included
 *
 * WDK page: fltgetirpname. IRQL: any.
 *
 * Return: a static string; "<Invalid IRP code>" for anything that is no code
 */
PCHAR FltGetIrpName(UCHAR IrpMajorCode)
{
	const struct flt_op_desc *desc = flt_op_desc(IrpMajorCode);

	return (PCHAR)(desc ? desc->name : "<Invalid IRP code>");
}
EXPORT_SYMBOL_GPL(FltGetIrpName);
