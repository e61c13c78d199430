// SPDX-License-Identifier: GPL-2.0
/*
 * Suite op_table: the descriptors of major functions, and the types and values that the I/O
 * path's rows give.
 */
#include "fltmgr/op_table.h"
#include "kunit/prove.h"

static void op_table_is_dense(struct kunit *test)
{
	unsigned int major, n = 0;
	DECLARE_BITMAP(seen, FLT_NR_OPS) = { };

	for (major = 0; major < 256; major++) {
		u8 index = flt_op_index(major);

		if (index == FLT_OP_NONE) {
			FLT_EXPECT(test, !flt_op_desc(major));
			continue;
		}
		FLT_EXPECT(test, index < FLT_NR_OPS);
		FLT_EXPECT(test, !test_and_set_bit(index, seen));
		FLT_EXPECT(test, FLT_WANT(major) == 1ULL << index);
		n++;
	}
	FLT_EXPECT(test, n == FLT_NR_OPS);
	FLT_EXPECT(test, flt_op_index(IRP_MJ_OPERATION_END) == FLT_OP_NONE);
	/* The bits of the forms of reads and writes collide with no operation. */
	FLT_EXPECT(test, FLT_NR_OPS <= 56);
}

static void op_table_names(struct kunit *test)
{
#define NAMED(code)	{ code, #code }
	static const struct {
		UCHAR major;
		const char *name;
	} names[] = {
		NAMED(IRP_MJ_CREATE), NAMED(IRP_MJ_CREATE_NAMED_PIPE), NAMED(IRP_MJ_CLOSE),
		NAMED(IRP_MJ_READ), NAMED(IRP_MJ_WRITE), NAMED(IRP_MJ_QUERY_INFORMATION),
		NAMED(IRP_MJ_SET_INFORMATION), NAMED(IRP_MJ_QUERY_EA), NAMED(IRP_MJ_SET_EA),
		NAMED(IRP_MJ_FLUSH_BUFFERS), NAMED(IRP_MJ_QUERY_VOLUME_INFORMATION),
		NAMED(IRP_MJ_SET_VOLUME_INFORMATION), NAMED(IRP_MJ_DIRECTORY_CONTROL),
		NAMED(IRP_MJ_FILE_SYSTEM_CONTROL), NAMED(IRP_MJ_DEVICE_CONTROL),
		NAMED(IRP_MJ_INTERNAL_DEVICE_CONTROL), NAMED(IRP_MJ_SHUTDOWN),
		NAMED(IRP_MJ_LOCK_CONTROL), NAMED(IRP_MJ_CLEANUP), NAMED(IRP_MJ_CREATE_MAILSLOT),
		NAMED(IRP_MJ_QUERY_SECURITY), NAMED(IRP_MJ_SET_SECURITY), NAMED(IRP_MJ_POWER),
		NAMED(IRP_MJ_SYSTEM_CONTROL), NAMED(IRP_MJ_DEVICE_CHANGE),
		NAMED(IRP_MJ_QUERY_QUOTA), NAMED(IRP_MJ_SET_QUOTA), NAMED(IRP_MJ_PNP),
		NAMED(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION),
		NAMED(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION),
		NAMED(IRP_MJ_ACQUIRE_FOR_MOD_WRITE), NAMED(IRP_MJ_RELEASE_FOR_MOD_WRITE),
		NAMED(IRP_MJ_ACQUIRE_FOR_CC_FLUSH), NAMED(IRP_MJ_RELEASE_FOR_CC_FLUSH),
		NAMED(IRP_MJ_QUERY_OPEN), NAMED(IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE),
		NAMED(IRP_MJ_NETWORK_QUERY_OPEN), NAMED(IRP_MJ_MDL_READ),
		NAMED(IRP_MJ_MDL_READ_COMPLETE), NAMED(IRP_MJ_PREPARE_MDL_WRITE),
		NAMED(IRP_MJ_MDL_WRITE_COMPLETE), NAMED(IRP_MJ_VOLUME_MOUNT),
		NAMED(IRP_MJ_VOLUME_DISMOUNT),
	};
#undef NAMED
	unsigned int major, i, valid = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		FLT_PROVES(test, "CBD-103",
			   !strcmp(FltGetIrpName(names[i].major), names[i].name));
	for (major = 0; major < 256; major++) {
		if (flt_op_desc(major))
			valid++;
		else
			FLT_PROVES(test, "CBD-104",
				   !strcmp(FltGetIrpName(major), "<Invalid IRP code>"));
	}
	FLT_PROVES(test, "CBD-103", valid == ARRAY_SIZE(names));
}

static void op_table_facts(struct kunit *test)
{
	unsigned int index, cannot_fail = 0;

	for (index = 0; index < FLT_NR_OPS; index++) {
		const struct flt_op_desc *desc = flt_op_desc_at(index);

		if (desc && desc->cannot_fail)
			cannot_fail++;
	}
	FLT_EXPECT(test, cannot_fail == 6);
	/* What flt_op_form() and its like say of a constant. */
	for (index = 0; index < FLT_NR_IRP_CODES; index++) {
		const struct flt_op_desc *desc = &flt_op_table[index];

		FLT_EXPECT(test, desc->form == FLT_FORM_IRP && !desc->paging &&
			   desc->cannot_fail == (index == IRP_MJ_CLEANUP || index == IRP_MJ_CLOSE));
	}
	FLT_EXPECT(test, flt_op_desc(IRP_MJ_CLEANUP)->cannot_fail);
	FLT_EXPECT(test, flt_op_desc(IRP_MJ_CLOSE)->cannot_fail);
	FLT_EXPECT(test, flt_op_desc(IRP_MJ_QUERY_OPEN)->form == FLT_FORM_FS_FILTER);
	FLT_EXPECT(test, flt_op_desc(IRP_MJ_NETWORK_QUERY_OPEN)->form == FLT_FORM_FAST_IO);
	FLT_EXPECT(test, !flt_op_desc_at(FLT_NR_OPS));
}

/* The types as the contract gives them. */
static FLT_PREOP_CALLBACK_STATUS op_table_pre(PFLT_CALLBACK_DATA data,
					      PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
	return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS op_table_post(PFLT_CALLBACK_DATA data,
						PCFLT_RELATED_OBJECTS objects, PVOID context,
						FLT_POST_OPERATION_FLAGS flags)
{
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void op_table_types(struct kunit *test)
{
	FLT_PROVES(test, "PREOP-01", __same_type(PFLT_PRE_OPERATION_CALLBACK, &op_table_pre));
	FLT_PROVES(test, "POSTOP-01", __same_type(PFLT_POST_OPERATION_CALLBACK, &op_table_post));
}

static void op_table_values(struct kunit *test)
{
	static const int values[] = {
		FLT_PREOP_SUCCESS_WITH_CALLBACK, FLT_PREOP_SUCCESS_NO_CALLBACK, FLT_PREOP_PENDING,
		FLT_PREOP_DISALLOW_FASTIO, FLT_PREOP_COMPLETE, FLT_PREOP_SYNCHRONIZE,
		FLT_PREOP_DISALLOW_FSFILTER_IO,
	};
	unsigned int i, j;
	bool distinct = true;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		for (j = 0; j < i; j++)
			distinct &= values[i] != values[j];
	}
	FLT_PROVES(test, "PREOP-57", FLT_STATUS_DISALLOW_FAST_IO == FLT_PREOP_DISALLOW_FASTIO);
	FLT_PROVES(test, "POSTOP-34", FLT_STATUS_MORE_PROCESSING_REQUIRED ==
		   FLT_POSTOP_MORE_PROCESSING_REQUIRED);
	/* One dispatch test for each value is in the preop suites. */
	FLT_PROVES(test, "PREOP-03", distinct);
}

static void op_table_form_macros(struct kunit *test)
{
	static const ULONG forms[] = {
		FLTFL_CALLBACK_DATA_IRP_OPERATION, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION,
		FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION,
	};
	FLT_CALLBACK_DATA data[2] = { };
	PFLT_CALLBACK_DATA next = data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		data[0].Flags = forms[i] | FLTFL_CALLBACK_DATA_DIRTY;
		FLT_PROVES(test, "CBD-061", FLT_IS_IRP_OPERATION(&data[0]) ==
			   (forms[i] & FLTFL_CALLBACK_DATA_IRP_OPERATION));
		FLT_PROVES(test, "CBD-062", FLT_IS_FASTIO_OPERATION(&data[0]) ==
			   (forms[i] & FLTFL_CALLBACK_DATA_FAST_IO_OPERATION));
		FLT_PROVES(test, "CBD-063", FLT_IS_FS_FILTER_OPERATION(&data[0]) ==
			   (forms[i] & FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION));
	}
	data[0].Flags = FLTFL_CALLBACK_DATA_REISSUED_IO;
	FLT_PROVES(test, "CBD-064", FLT_IS_REISSUED_IO(&data[0]));
	FLT_PROVES(test, "CBD-065", !FLT_IS_SYSTEM_BUFFER(&data[0]));
	data[0].Flags = FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	FLT_PROVES(test, "CBD-064", !FLT_IS_REISSUED_IO(&data[0]));
	FLT_PROVES(test, "CBD-065", FLT_IS_SYSTEM_BUFFER(&data[0]));
	data[0].Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION;
	FLT_PROVES(test, "CBD-066", FLT_IS_IRP_OPERATION(next++) && next == &data[1]);
}

static void op_table_dirty_flag(struct kunit *test)
{
	FLT_CALLBACK_DATA data = { .Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION };

	FLT_PROVES(test, "CBD-036", FltIsCallbackDataDirty(&data) == FALSE);
	FltSetCallbackDataDirty(&data);
	FLT_PROVES(test, "CBD-036", FltIsCallbackDataDirty(&data) == TRUE);
	FLT_PROVES(test, "CBD-036", data.Flags == (FLTFL_CALLBACK_DATA_IRP_OPERATION |
						   FLTFL_CALLBACK_DATA_DIRTY));
	FltClearCallbackDataDirty(&data);
	FLT_PROVES(test, "CBD-036", FltIsCallbackDataDirty(&data) == FALSE);
	FLT_PROVES(test, "CBD-036", data.Flags == FLTFL_CALLBACK_DATA_IRP_OPERATION);
}

static struct kunit_case op_table_cases[] = {
	KUNIT_CASE(op_table_is_dense),
	KUNIT_CASE(op_table_names),
	KUNIT_CASE(op_table_facts),
	KUNIT_CASE(op_table_types),
	KUNIT_CASE(op_table_values),
	KUNIT_CASE(op_table_form_macros),
	KUNIT_CASE(op_table_dirty_flag),
	{}
};

static struct kunit_suite op_table_suite = {
	.name = "op_table",
	.test_cases = op_table_cases,
};

kunit_test_suite(op_table_suite);
