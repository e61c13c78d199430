// SPDX-License-Identifier: GPL-2.0
/*
 * Taking names apart. Every part points into the name; a part that is not there has length 0.
 */
#include <linux/export.h>
#include "fltmgr/name.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_NAME_ALL_PARTS	(FLTFL_FILE_NAME_PARSED_FINAL_COMPONENT | \
				 FLTFL_FILE_NAME_PARSED_EXTENSION | \
				 FLTFL_FILE_NAME_PARSED_STREAM | \
				 FLTFL_FILE_NAME_PARSED_PARENT_DIR)

/* The units [@from, @to) of @buffer; nothing at all if there are none. */
static UNICODE_STRING flt_name_part(PWSTR buffer, size_t from, size_t to)
{
	UNICODE_STRING part = {};

	if (to > from) {
		part.Length = (to - from) * sizeof(WCHAR);
		part.MaximumLength = part.Length;
		part.Buffer = buffer + from;
	}
	return part;
}

/* What both routines look for in units [@from, @to) of a name. */
struct flt_name_parts {
	UNICODE_STRING extension;
	UNICODE_STRING stream;
	UNICODE_STRING final;
	size_t parent_end;	/* behind the last backslash */
};

static void flt_name_split(PWSTR buffer, size_t from, size_t to, struct flt_name_parts *parts)
{
	size_t final = to, colon, dot, i;

	while (final > from && buffer[final - 1] != '\\')
		final--;
	for (colon = final; colon < to && buffer[colon] != ':'; colon++)
		;
	dot = colon;
	for (i = final; i < colon; i++) {
		if (buffer[i] == '.')
			dot = i;
	}
	parts->parent_end = final;
	parts->final = flt_name_part(buffer, final, to);
	parts->stream = flt_name_part(buffer, colon, to);
	parts->extension = flt_name_part(buffer, dot + 1, colon);
}

/**
 * FltParseFileNameInformation() - fill in the parts of a name
 * @FileNameInformation: the name; others may have it too and parse it at the same time
 *
 * WDK page: fltparsefilenameinformation. IRQL: <= APC_LEVEL. A name in short format has an
 * extension only. There is no share: the volumes are local ones.
 *
 * Return: STATUS_SUCCESS, STATUS_INVALID_PARAMETER
 */
NTSTATUS FltParseFileNameInformation(PFLT_FILE_NAME_INFORMATION FileNameInformation)
{
	PFLT_FILE_NAME_INFORMATION info = FileNameInformation;
	struct flt_name_parts parts;
	size_t volume, end;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!info || info->Size != sizeof(*info) || !info->Name.Buffer) {
		fsh_violation(fsh_caller(), __func__, "%p is no name of the filter manager's",
			      info);
		return STATUS_INVALID_PARAMETER;
	}
	/* Pairs with the release below. */
	if (smp_load_acquire(&info->NamesParsed) == FLT_NAME_ALL_PARTS)
		return STATUS_SUCCESS;
	volume = info->Volume.Length / sizeof(WCHAR);
	end = info->Name.Length / sizeof(WCHAR);
	flt_name_split(info->Name.Buffer, volume, end, &parts);
	info->Extension = parts.extension;
	if (info->Format != FLT_FILE_NAME_SHORT) {
		info->Stream = parts.stream;
		info->FinalComponent = parts.final;
		info->ParentDir = flt_name_part(info->Name.Buffer, volume, parts.parent_end);
	}
	/* The parts come before the bits. */
	smp_store_release(&info->NamesParsed, FLT_NAME_ALL_PARTS);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltParseFileNameInformation);

/**
 * FltParseFileName() - find the parts of any name
 * @FileName: the name
 * @Extension: receives what follows the last dot of the final component; may be NULL
 * @Stream: receives the stream, from its colon on; may be NULL
 * @FinalComponent: receives what follows the last backslash; may be NULL
 *
 * WDK page: fltparsefilename. IRQL: <= APC_LEVEL. What is received points into @FileName.
 *
 * Return: STATUS_SUCCESS, STATUS_INVALID_PARAMETER
 */
NTSTATUS FltParseFileName(PCUNICODE_STRING FileName, PUNICODE_STRING Extension,
			  PUNICODE_STRING Stream, PUNICODE_STRING FinalComponent)
{
	struct flt_name_parts parts;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!FileName || (FileName->Length && !FileName->Buffer)) {
		fsh_violation(fsh_caller(), __func__, "there is no name");
		return STATUS_INVALID_PARAMETER;
	}
	flt_name_split(FileName->Buffer, 0, FileName->Length / sizeof(WCHAR), &parts);
	if (Extension)
		*Extension = parts.extension;
	if (Stream)
		*Stream = parts.stream;
	if (FinalComponent)
		*FinalComponent = parts.final;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltParseFileName);
