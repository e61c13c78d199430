// SPDX-License-Identifier: GPL-2.0
/*
 * Over an ext4 of kinds that behave in a way of their own: with names compared without case, with
 * folders whose key is missing, and with data in its journal, where direct I/O is none below. The
 * filter "probe" shows what of that filters see.
 *
 * needs: lower=ext4 kernels=6.1,6.12 filters=probe programs=e2fsprogs time=60
 * needs: modules=loop,ecb,xts,cts,sha512_generic
 */
#include <linux/fs.h>
#include <linux/fscrypt.h>

#include "../events.h"

#define OWN	"/tmp/work/own"

static const char *mnt;
static char device[64];

/* A file system of that kind. Return: false where this kernel has none such. */
static bool have(const char *features, const char *options)
{
	char command[512];
	FILE *in;

	snprintf(command, sizeof(command),
		 "truncate -s 24M /tmp/work/image && mkfs.ext4 -q -F %s /tmp/work/image && l=$(losetup -f) && losetup $l /tmp/work/image && echo $l >/tmp/work/loop",
		 features);
	FLT_REQUIRE(!system(command));
	in = fopen("/tmp/work/loop", "r");
	FLT_REQUIRE(in && fscanf(in, "%63s", device) == 1);
	fclose(in);
	mkdir(OWN, 0755);
	if (!mount(device, OWN, "ext4", 0, options))
		return true;
	snprintf(command, sizeof(command), "losetup -d %s", device);
	FLT_REQUIRE(!system(command));
	return false;
}

static void have_not(void)
{
	char command[128];

	FLT_REQUIRE(!umount(OWN));
	snprintf(command, sizeof(command), "losetup -d %s", device);
	FLT_REQUIRE(!system(command));
}

/* Nothing of it can be mounted. */
static void without_case(void)
{
	if (!have("-O casefold", NULL))
		return;
	FLT_PROVES("VFS-991", mount(OWN, mnt, "fltfs", 0, NULL) && errno == EINVAL);
	have_not();
}

/* Through the journal: shown as uncached all the same, and over when the call is. */
static void journaled(void)
{
	static char *data, back[4096];
	char path[PATH_MAX];
	int on;

	FLT_REQUIRE(have("", "data=journal") && !posix_memalign((void **)&data, 4096, 4096));
	FLT_REQUIRE(!mount(OWN, mnt, "fltfs", 0, NULL));
	snprintf(path, sizeof(path), "%s/f", mnt);
	on = open(path, O_CREAT | O_RDWR | O_DIRECT, 0644);
	FLT_REQUIRE(on >= 0);
	memset(data, 'x', 4096);
	seq_start();
	FLT_PROVES("VFS-991", pwrite(on, data, 4096, 0) == 4096);
	memset(data, 0, 4096);
	FLT_PROVES("VFS-991", pread(on, data, 4096, 0) == 4096 && data[0] == 'x' &&
		   data[4095] == 'x');
	seq_stop();
	FLT_PROVES("VFS-991", count(WRITE) == 1 && event(WRITE, 0)->flags & 1 &&
		   event(WRITE, 0)->done && event(WRITE, 0)->information == 4096 &&
		   count(READ) == 1 && event(READ, 0)->flags & 1 && event(READ, 0)->done &&
		   seq_sound());
	close(on);
	on = open(OWN "/f", O_RDONLY);
	FLT_PROVES("VFS-991", read(on, back, 4096) == 4096 && back[100] == 'x');
	close(on);
	FLT_REQUIRE(!umount(mnt));
	have_not();
}

/* The key of a folder is there, and then it is not. */
static void without_key(void)
{
	struct {
		struct fscrypt_add_key_arg arg;
		unsigned char raw[64];
	} add = { .arg = { .raw_size = 64, .key_spec.type = FSCRYPT_KEY_SPEC_TYPE_IDENTIFIER } };
	struct fscrypt_policy_v2 policy = {
		.version = FSCRYPT_POLICY_V2,
		.contents_encryption_mode = FSCRYPT_MODE_AES_256_XTS,
		.filenames_encryption_mode = FSCRYPT_MODE_AES_256_CTS,
		.flags = FSCRYPT_POLICY_FLAGS_PAD_32,
	};
	struct fscrypt_remove_key_arg gone = { 0 };
	char path[PATH_MAX];
	int root, folder, on;

	if (!have("-O encrypt", NULL))
		return;
	memset(add.raw, 7, sizeof(add.raw));
	root = open(OWN, O_RDONLY | O_DIRECTORY);
	FLT_REQUIRE(!mkdir(OWN "/secret", 0755));
	folder = open(OWN "/secret", O_RDONLY | O_DIRECTORY);
	if (!ioctl(root, FS_IOC_ADD_ENCRYPTION_KEY, &add)) {
		memcpy(policy.master_key_identifier, add.arg.key_spec.u.identifier,
		       sizeof(policy.master_key_identifier));
		FLT_REQUIRE(!ioctl(folder, FS_IOC_SET_ENCRYPTION_POLICY, &policy));
		close(folder);
		FLT_REQUIRE(!mount(OWN, mnt, "fltfs", 0, NULL));
		snprintf(path, sizeof(path), "%s/secret/with-key", mnt);
		on = open(path, O_CREAT | O_RDWR, 0644);
		FLT_PROVES("VFS-991", on >= 0 && write(on, "text", 4) == 4);
		close(on);
		FLT_REQUIRE(!umount(mnt));
		sync();
		gone.key_spec = add.arg.key_spec;
		FLT_REQUIRE(!ioctl(root, FS_IOC_REMOVE_ENCRYPTION_KEY, &gone));
		FLT_REQUIRE(!gone.removal_status_flags);
		FLT_REQUIRE(!mount(OWN, mnt, "fltfs", 0, NULL));
		snprintf(path, sizeof(path), "%s/secret/without-key", mnt);
		FLT_PROVES("VFS-991", open(path, O_CREAT | O_RDWR, 0644) < 0 && errno == ENOKEY);
		FLT_PROVES("VFS-991", mkdir(path, 0755) && errno == ENOKEY);
		FLT_REQUIRE(!umount(mnt));
	} else {
		close(folder);
	}
	close(root);
	have_not();
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	without_case();
	journaled();
	without_key();
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
