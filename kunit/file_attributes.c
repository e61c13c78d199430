// SPDX-License-Identifier: GPL-2.0
/*
 * Suite file_attributes: what the mode and the attributes of a file below are as FileAttributes,
 * kinds of files that not every file system has among them.
 */
#include <linux/fs.h>
#include <linux/stat.h>
#include "fs/request.h"
#include "kunit/world.h"

static ULONG attributes_of(umode_t mode, u64 attributes, loff_t size, u64 blocks)
{
	const struct kstat stat = {
		.mode		= mode,
		.attributes	= attributes,
		.size		= size,
		.blocks		= blocks,
		.blksize	= 4096,
		.nlink		= 1,
	};

	return fltfs_attributes(&stat);
}

static void attributes_of_data(struct kunit *test)
{
	const umode_t mode = S_IFREG | 0644;

	FLT_EXPECT(test, attributes_of(mode, 0, 8192, 16) == FILE_ATTRIBUTE_NORMAL);
	FLT_PROVES(test, "VFS-825", attributes_of(mode, 0, 8192, 8) == FILE_ATTRIBUTE_SPARSE_FILE);
	FLT_PROVES(test, "VFS-825", attributes_of(mode, 0, 5000, 16) == FILE_ATTRIBUTE_NORMAL);
	/* few blocks are no holes there */
	FLT_PROVES(test, "VFS-825", attributes_of(mode, STATX_ATTR_COMPRESSED, 8192, 8) ==
		   FILE_ATTRIBUTE_COMPRESSED);
	FLT_PROVES(test, "VFS-826", attributes_of(mode, STATX_ATTR_COMPRESSED, 8192, 16) ==
		   FILE_ATTRIBUTE_COMPRESSED);
	FLT_PROVES(test, "VFS-826", attributes_of(mode, STATX_ATTR_ENCRYPTED, 8192, 16) ==
		   FILE_ATTRIBUTE_ENCRYPTED);
	FLT_PROVES(test, "VFS-826", attributes_of(S_IFDIR | 0755, STATX_ATTR_ENCRYPTED, 4096, 8) ==
		   (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_ENCRYPTED));
}

static struct kunit_case file_attributes_cases[] = {
	KUNIT_CASE(attributes_of_data),
	{}
};

static struct kunit_suite file_attributes_suite = {
	.name = "file_attributes",
	.test_cases = file_attributes_cases,
};

kunit_test_suite(file_attributes_suite);
