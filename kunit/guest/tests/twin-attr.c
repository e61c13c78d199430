// SPDX-License-Identifier: GPL-2.0
/*
 * What a file is rather than what is in it: modes, owners, times, extended attributes, access
 * control lists, flags, and what statfs says of the whole.
 *
 * needs: long-kernels=debug filters=passthru time=120
 */
#include "../twin.h"

#include <linux/fs.h>
#include <sys/statvfs.h>
#include <sys/time.h>

static void modes(void)
{
	static const mode_t all[] = { 0, 0777, 0640, 04755, 02755, 06755, 01644, 02644, 07777 };
	unsigned int i;
	struct stat st;
	int fd;

	twin_put("f", "contents");
	CALL(mkdir("d", 0755));
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		CALL(chmod("f", all[i]));
		CALL(stat("f", &st));
		twin_say("%o", st.st_mode);
		CALL(chmod("d", all[i]));
		CALL(stat("d", &st));
		twin_say("%o", st.st_mode);
	}
	/* writing and changing the owner take the privilege bits away */
	CALL(chmod("f", 06755));
	fd = CALL_FD(open("f", O_WRONLY));
	CALL(chown("f", 1000, 1000));
	CALL(fstat(fd, &st));
	twin_say("%o", st.st_mode);
	CALL(fchmod(fd, 06755));
	CALL(write(fd, "x", 1));
	CALL(fstat(fd, &st));
	twin_say("%o", st.st_mode);
	CALL(chmod("absent", 0600));
	CALL(fchmodat(AT_FDCWD, "f", 0600, 0));
	fd = CALL_FD(open("f", O_PATH));
	CALL(fchmod(fd, 0600));
	CALL(fstat(fd, &st));
}

static void write_as_user(void)
{
	int fd = CALL_FD(open("privileged", O_WRONLY));

	CALL(write(fd, "x", 1));
	CALL(ftruncate(fd, 0));
	CALL(fallocate(fd, 0, 0, 10));
	CALL(chmod("privileged", 06777));
	CALL(chmod("mine", 06777));
	CALL(chown("mine", -1, 1000));
	CALL(chown("mine", -1, 5));
	CALL(chown("mine", 0, -1));
	CALL(chmod("mine", 02777));
	CALL(truncate("mine", 3));
}

static void privileges(void)
{
	umask(0);
	twin_put("privileged", "p");
	CALL(chmod("privileged", 06777));
	twin_put("mine", "mine");
	CALL(chown("mine", 1000, 1000));
	CALL(chmod(".", 0777));
	twin_as_user(write_as_user);
}

static void times(void)
{
	struct timespec both[2] = { { 100, 123456789 }, { 200, 987654321 } };
	struct timespec early[2] = { { -5, 5 }, { -6, 6 } };
	struct timespec some[2] = { { 300, UTIME_OMIT }, { 300, UTIME_NOW } };
	struct timespec bad[2] = { { 1, 2000000000 }, { 1, 0 } };
	struct timeval old[2] = { { 400, 5 }, { 500, 6 } };
	struct stat st;
	int fd;

	twin_put("f", "x");
	CALL(symlink("f", "s"));
	fd = CALL_FD(open("f", O_RDWR));
	CALL(utimensat(AT_FDCWD, "f", both, 0));
	CALL(stat("f", &st));
	twin_say_stat("f", &st);
	CALL(futimens(fd, early));
	CALL(fstat(fd, &st));
	twin_say_stat("f", &st);
	CALL(utimensat(AT_FDCWD, "f", some, 0));
	CALL(fstat(fd, &st));
	twin_say_stat("f", &st);
	CALL(utimensat(AT_FDCWD, "f", bad, 0));
	CALL(utimensat(AT_FDCWD, "s", both, AT_SYMLINK_NOFOLLOW));
	CALL(utimes("f", old));
	CALL(read(fd, &(char){ 0 }, 1));
	CALL(fstat(fd, &st));
	twin_say("mtime %s", twin_time(&st.st_mtim));
	CALL(write(fd, "y", 1));
	CALL(fstat(fd, &st));
	twin_say("mtime %s", twin_time(&st.st_mtim));
	CALL(futimens(fd, both));
	CALL(ftruncate(fd, 0));
	CALL(fstat(fd, &st));
	twin_say("mtime %s", twin_time(&st.st_mtim));
	CALL(mkdir("d", 0755));
	CALL(utimensat(AT_FDCWD, "d", both, 0));
	twin_put("d/new", "n");
	CALL(stat("d", &st));
	twin_say("mtime %s", twin_time(&st.st_mtim));
	CALL(utimensat(AT_FDCWD, "d", both, 0));
	CALL(unlink("d/new"));
	CALL(stat("d", &st));
	twin_say("mtime %s", twin_time(&st.st_mtim));
	CALL(utimensat(AT_FDCWD, "d", both, 0));
}

static void owners(void)
{
	struct stat st;

	twin_put("f", "x");
	CALL(chown("f", 12, 34));
	CALL(chown("f", -1, 56));
	CALL(chown("f", 78, -1));
	CALL(chown("f", -1, -1));
	CALL(stat("f", &st));
	twin_say_stat("f", &st);
	CALL(chown("f", 4000000000U, 4000000001U));
	CALL(fchownat(AT_FDCWD, "absent", 0, 0, 0));
}

static void xattrs(void)
{
	static const char * const names[] = { "user.a", "trusted.b", "security.c", "user.",
					      "user", "system.d", "unknown.e", "" };
	char value[70000], list[1000];
	unsigned int i;
	int fd;

	twin_put("f", "x");
	CALL(mkdir("d", 0755));
	CALL(symlink("f", "s"));
	CALL(mkfifo("fifo", 0600));
	fd = CALL_FD(open("f", O_RDONLY));
	memset(value, 'v', sizeof(value));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		twin_say("%s", names[i]);
		CALL(setxattr("f", names[i], "1", 1, XATTR_REPLACE));
		CALL(setxattr("f", names[i], "12", 2, XATTR_CREATE));
		CALL(setxattr("f", names[i], "123", 3, XATTR_CREATE));
		CALL(setxattr("f", names[i], "1234", 4, 0));
		CALL(getxattr("f", names[i], value, 2));
		CALL(getxattr("f", names[i], value, 0));
		CALL(getxattr("f", names[i], value, 100));
		CALL(fsetxattr(fd, names[i], "12345", 5, 0));
		CALL(fgetxattr(fd, names[i], value, 100));
		CALL(setxattr("d", names[i], "d", 1, 0));
		CALL(lsetxattr("s", names[i], "s", 1, 0));
		CALL(setxattr("fifo", names[i], "p", 1, 0));
	}
	CALL(setxattr("f", "user.empty", "", 0, 0));
	CALL(setxattr("f", "user.big", value, 3000, 0));
	CALL(setxattr("f", "user.bigger", value, 65537, 0));
	CALL(setxattr("f", "user.biggest", value, 65536, 0));
	CALL(getxattr("f", "user.biggest", value, 0));
	CALL(getxattr("f", "user.biggest", value, sizeof(value)));
	CALL(listxattr("f", list, 5));
	CALL(removexattr("f", "user.a"));
	CALL(removexattr("f", "user.a"));
	CALL(fremovexattr(fd, "trusted.b"));
	CALL(flistxattr(fd, list, sizeof(list)));
}

static void user_xattrs_part(void)
{
	char value[100];

	CALL(setxattr("mine", "user.x", "1", 1, 0));
	CALL(setxattr("mine", "trusted.x", "1", 1, 0));
	CALL(setxattr("theirs", "user.x", "1", 1, 0));
	CALL(getxattr("theirs", "user.seen", value, 100));
	CALL(getxattr("theirs", "trusted.hidden", value, 100));
	CALL(listxattr("theirs", value, 100));
	CALL(getxattr("secret", "user.seen", value, 100));
	/* names may be listed without the right to read */
	CALL(listxattr("secret", value, 100));
}

static void user_xattrs(void)
{
	twin_put("mine", "x");
	CALL(chown("mine", 1000, 1000));
	twin_put("theirs", "x");
	twin_put("secret", "x");
	CALL(chmod("secret", 0600));
	CALL(setxattr("theirs", "user.seen", "1", 1, 0));
	CALL(setxattr("theirs", "trusted.hidden", "1", 1, 0));
	CALL(setxattr("secret", "user.seen", "1", 1, 0));
	CALL(chmod(".", 0777));
	twin_as_user(user_xattrs_part);
}

/* The on-disk form of an access control list: user 1000 may read, or may nothing. */
struct acl {
	uint32_t version;
	struct {
		uint16_t tag, permissions;
		uint32_t id;
	} entries[5];
};

static struct acl make_acl(unsigned int for_user, unsigned int mask)
{
	return (struct acl){ 2, { { 1, 6, -1 }, { 2, for_user, 1000 }, { 4, 4, -1 },
				  { 16, mask, -1 }, { 32, 0, -1 } } };
}

static void read_as_user(void)
{
	CALL_FD(open("granted", O_RDONLY));
	CALL_FD(open("granted", O_RDWR));
	CALL_FD(open("masked", O_RDONLY));
	CALL_FD(open("denied", O_RDONLY));
	CALL_FD(open("d/new", O_RDONLY));
	CALL(access("granted", W_OK));
	CALL(removexattr("granted", "system.posix_acl_access"));
}

static void acls(void)
{
	const char *access_acl = "system.posix_acl_access";
	struct acl acl = make_acl(4, 7);
	char back[100];
	struct stat st;

	CALL(chmod(".", 0755));
	twin_put("granted", "g");
	twin_put("masked", "m");
	twin_put("denied", "d");
	CALL(mkdir("d", 0755));
	CALL(setxattr("granted", access_acl, &acl, sizeof(acl), 0));
	acl = make_acl(4, 0);
	CALL(setxattr("masked", access_acl, &acl, sizeof(acl), 0));
	acl = make_acl(0, 7);
	CALL(setxattr("denied", access_acl, &acl, sizeof(acl), 0));
	acl = make_acl(4, 7);
	CALL(setxattr("d", "system.posix_acl_default", &acl, sizeof(acl), 0));
	CALL(setxattr("granted", "system.posix_acl_default", &acl, sizeof(acl), 0));
	twin_put("d/new", "n");
	CALL(mkdir("d/below", 0777));
	CALL(stat("granted", &st));
	twin_say("%o", st.st_mode);
	CALL(getxattr("granted", access_acl, back, sizeof(back)));
	CALL(getxattr("d/new", access_acl, back, sizeof(back)));
	acl.version = 7;
	CALL(setxattr("granted", access_acl, &acl, sizeof(acl), 0));
	CALL(setxattr("granted", access_acl, &acl, 3, 0));
	twin_as_user(read_as_user);
	CALL(chmod("granted", 0600));
	CALL(removexattr("masked", access_acl));
	CALL(removexattr("masked", access_acl));
}

static void inode_flags(void)
{
	struct fsxattr x = { 0 };
	int fd, flags = 0;

	twin_put("f", "x");
	fd = CALL_FD(open("f", O_RDWR));
	CALL(ioctl(fd, FS_IOC_GETFLAGS, &flags));
	twin_say("%x", flags);
	flags |= FS_IMMUTABLE_FL;
	if (CALL(ioctl(fd, FS_IOC_SETFLAGS, &flags)) == 0) {
		CALL(write(fd, "y", 1));
		CALL_FD(open("f", O_WRONLY));
		CALL(unlink("f"));
		CALL(chmod("f", 0600));
		CALL(rename("f", "g"));
		CALL(setxattr("f", "user.x", "1", 1, 0));
		flags &= ~FS_IMMUTABLE_FL;
		CALL(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	}
	flags |= FS_APPEND_FL;
	if (CALL(ioctl(fd, FS_IOC_SETFLAGS, &flags)) == 0) {
		CALL_FD(open("f", O_WRONLY));
		CALL_FD(open("f", O_WRONLY | O_TRUNC));
		CALL_FD(open("f", O_WRONLY | O_APPEND));
		CALL(truncate("f", 0));
		flags &= ~FS_APPEND_FL;
		CALL(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	}
	CALL(ioctl(fd, FS_IOC_FSGETXATTR, &x));
	twin_say("%x %u %u", x.fsx_xflags, x.fsx_extsize, x.fsx_projid);
	CALL(ioctl(fd, 0x12345678, &x));
	CALL(ioctl(fd, FIONREAD, &flags));
	twin_say("%d", flags);
}

static void statx_step(void)
{
	struct statx stx;

	twin_put("f", "12345");
	memset(&stx, 0, sizeof(stx));
	CALL(statx(AT_FDCWD, "f", 0, STATX_ALL, &stx));
	twin_say("mask %x blksize %u attributes %llx of %llx nlink %u size %llu", stx.stx_mask,
		 stx.stx_blksize, stx.stx_attributes,
		 stx.stx_attributes_mask & ~STATX_ATTR_MOUNT_ROOT, stx.stx_nlink, stx.stx_size);
	CALL(statx(AT_FDCWD, "f", AT_STATX_DONT_SYNC, STATX_SIZE, &stx));
	CALL(statx(AT_FDCWD, "f", AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &stx));
	twin_say("%x", stx.stx_mask);
	CALL(statx(AT_FDCWD, "f", 0, 0x80000000, &stx));
	CALL(statx(AT_FDCWD, "absent", 0, STATX_ALL, &stx));
}

static void volume(void)
{
	struct statvfs st;

	memset(&st, 0, sizeof(st));
	CALL(statvfs(".", &st));
	twin_say("block %lu fragment %lu blocks %lu files %lu names to %lu flags %lx", st.f_bsize,
		 st.f_frsize, st.f_blocks, st.f_files, st.f_namemax, st.f_flag);
	CALL(pathconf(".", _PC_NAME_MAX));
	CALL(pathconf(".", _PC_PIPE_BUF));
}

TWIN_TEST("passthru",
	  { "modes", modes },
	  { "privileges", privileges },
	  { "times", times },
	  { "owners", owners },
	  { "xattrs", xattrs },
	  { "user-xattrs", user_xattrs },
	  { "acls", acls },
	  { "flags", inode_flags },
	  { "statx", statx_step },
	  { "volume", volume })
