// SPDX-License-Identifier: GPL-2.0
/*
 * Which operations a filter is shown for what is not reading, writing and naming: extended
 * attributes, modes and owners, ACLs, allocation, control requests, mappings, and the mount
 * as a whole. As sequences.c, with the filter "probe".
 *
 * needs: lower=ext4,tmpfs,xfs long-kernels=debug filters=probe,levels,answer time=120
 */
#include <linux/falloc.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/un.h>

#include "../sequence.h"

#ifndef F_SET_RW_HINT
#define F_SET_RW_HINT	1036
#endif

static char data[65536];

static void nothing(void)
{
}

static void have_all(void)
{
	have_f();
	symlink("f", "s");
	mkdir("d", 0755);
}

static void have_all_open(void)
{
	have_all();
	fd = open("f", O_RDWR);
	FLT_REQUIRE(fd >= 0);
}

static void have_attributes(void)
{
	have_all_open();
	FLT_REQUIRE(!setxattr("f", "trusted.a", "12", 2, 0) &&
		    !setxattr("f", "trusted.b", "", 0, 0) &&
		    !setxattr("f", "security.test", "x", 1, 0));
}

/* Extended attributes. */
CALLS(ea_set, FLT_EXPECT(!setxattr("f", "trusted.a", "12", 2, 0)))
CALLS(ea_set_fd, FLT_EXPECT(!fsetxattr(fd, "trusted.a", "12", 2, XATTR_CREATE));
      FLT_EXPECT(fsetxattr(fd, "trusted.a", "12", 2, XATTR_CREATE) && errno == EEXIST))
CALLS(ea_set_empty, FLT_EXPECT(!setxattr("f", "trusted.a", "", 0, 0)))
CALLS(ea_set_link, FLT_EXPECT(!lsetxattr("s", "trusted.a", "12", 2, 0)))
CALLS(ea_get_link, lgetxattr("s", "trusted.a", data, 100))
CALLS(ea_remove, FLT_EXPECT(!removexattr("f", "trusted.a")))
CALLS(ea_get, FLT_EXPECT(getxattr("f", "trusted.a", data, 100) == 2 && !memcmp(data, "12", 2)))
CALLS(ea_get_fd, FLT_EXPECT(fgetxattr(fd, "trusted.a", data, 100) == 2))
CALLS(ea_get_size, FLT_EXPECT(getxattr("f", "trusted.a", NULL, 0) == 2))
CALLS(ea_get_short, FLT_EXPECT(fgetxattr(fd, "trusted.a", data, 1) < 0 && errno == ERANGE))
CALLS(ea_get_empty, FLT_EXPECT(fgetxattr(fd, "trusted.b", data, 1) == 0))
CALLS(ea_get_absent, FLT_EXPECT(fgetxattr(fd, "trusted.x", data, 100) < 0 && errno == ENODATA))
CALLS(ea_list, FLT_EXPECT(listxattr("f", data, sizeof(data)) >= 34))
CALLS(ea_list_fd, FLT_EXPECT(flistxattr(fd, NULL, 0) >= 34))
CALLS(ea_security, FLT_EXPECT(!setxattr("f", "security.test", "x", 1, 0) &&
			      getxattr("f", "security.test", data, 9) == 1 &&
			      !removexattr("f", "security.test")))

/* Mode, owner, ACL. */
static const unsigned int acl[] = {
	2,			/* version, then tag | permissions << 16, id */
	1 | 6 << 16, -1, 2 | 4 << 16, 1000, 4 | 4 << 16, -1, 16 | 4 << 16, -1, 32 | 0 << 16, -1,
};

#define ACL_ACCESS "system.posix_acl_access"
#define ACL_DEFAULT "system.posix_acl_default"

CALLS(mode, FLT_EXPECT(!chmod("f", 0600)))
CALLS(mode_fd, FLT_EXPECT(!fchmod(fd, 0600)))
CALLS(mode_folder, FLT_EXPECT(!chmod("d", 0700) && !chown("d", 1, 2) &&
			      !utimensat(AT_FDCWD, "d", NULL, 0)))
CALLS(owner, FLT_EXPECT(!chown("f", 1, 2)))
CALLS(owner_only, FLT_EXPECT(!chown("f", 1, -1)))
CALLS(group_only, FLT_EXPECT(!chown("f", -1, 2)))
CALLS(owner_fd, FLT_EXPECT(!fchown(fd, 1, 2)))
CALLS(owner_link, FLT_EXPECT(!lchown("s", 1, 2)))
CALLS(acl_set, FLT_EXPECT(!setxattr("f", ACL_ACCESS, acl, sizeof(acl), 0)))
CALLS(acl_set_fd, FLT_EXPECT(!fsetxattr(fd, ACL_ACCESS, acl, sizeof(acl), 0)))
CALLS(acl_remove, FLT_EXPECT(!removexattr("f", ACL_ACCESS)))
CALLS(acl_default, FLT_EXPECT(!setxattr("d", ACL_DEFAULT, acl, sizeof(acl), 0)))
CALLS(acl_inherit, FLT_EXPECT(!close(open("d/x", O_CREAT | O_RDWR, 0666)));
      seq_stop(); FLT_EXPECT(getxattr("d/x", ACL_ACCESS, data, 100) > 0))

static void have_acl(void)
{
	have_all();
	FLT_REQUIRE(!setxattr("f", ACL_ACCESS, acl, sizeof(acl), 0));
}

static void have_default_acl(void)
{
	have_all();
	FLT_REQUIRE(!setxattr("d", ACL_DEFAULT, acl, sizeof(acl), 0));
}

static void as_user(void (*call)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		call();
		_exit(prove_failures);
	}
	waitpid(child, &status, 0);
	FLT_EXPECT(!status);
}

CALLS(may_read, FLT_EXPECT(!access("f", R_OK) && access("f", W_OK)))
CALLS(acl_check, as_user(may_read))

static void have_set_id(void)
{
	have_all_open();
	FLT_REQUIRE(!fchown(fd, 1000, 1000) && !fchmod(fd, 06777));
}

static bool set_id_is_gone(void)
{
	struct stat st;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/f", getenv("LOWER"));
	return !stat(path, &st) && !(st.st_mode & 06000);
}

CALLS(just_write, FLT_EXPECT(pwrite(fd, "xyz", 3, 2) == 3))
CALLS(just_cut, FLT_EXPECT(!ftruncate(fd, 5)))
CALLS(set_id_write, as_user(just_write); FLT_EXPECT(set_id_is_gone()))
CALLS(set_id_cut, as_user(just_cut); FLT_EXPECT(set_id_is_gone()))
CALLS(set_id_chown, FLT_EXPECT(!fchown(fd, 1001, 1001)); FLT_EXPECT(set_id_is_gone()))

/* Allocation and control. */
CALLS(grow, FLT_EXPECT(!fallocate(fd, 0, 0, 100000)))
CALLS(set_aside, FLT_EXPECT(!fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 200000)))
CALLS(set_aside_inside, FLT_EXPECT(!fallocate(fd, 0, 0, 5)))
CALLS(punch, FLT_EXPECT(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2, 3)))
CALLS(private_ioctl, FLT_EXPECT(ioctl(fd, _IOW('Q', 7, int[4]), data) < 0 && errno == ENOTTY))
CALLS(vfs_ioctls, int n;
      FLT_EXPECT(!ioctl(fd, FIONREAD, &n) && n == 10 && !ioctl(fd, FIGETBSZ, &n));
      n = 0; FLT_EXPECT(ioctl(fd, FIBMAP, &n) < 0 && errno == EINVAL))
CALLS(other_fcntl, unsigned long long hint = 2; fcntl(fd, F_SET_RW_HINT, &hint);
      FLT_EXPECT(fcntl(fd, F_GETOWN) == 0))
CALLS(notify, fcntl(fd, F_NOTIFY, DN_MODIFY))

static void have_folder(void)
{
	have_all();
	fd = open("d", O_RDONLY);
}

static void have_target(void)
{
	have_all_open();
	other = open("out", O_CREAT | O_RDWR, 0644);
}

static void clone_f(void)
{
	int result = ioctl(other, FICLONE, fd);

	FLT_EXPECT(!result || errno == EOPNOTSUPP);
	if (!strcmp(getenv("LOWER_FS"), "xfs"))
		FLT_PROVES("VFS-992", !result && pread(other, data, 20, 0) == 10 &&
			   !memcmp(data, "0123456789", 10));
}

static void dedupe(void)
{
	struct {
		struct file_dedupe_range range;
		struct file_dedupe_range_info info;
	} ask = { .range = { .src_length = 10, .dest_count = 1 }, .info = { .dest_fd = other } };

	FLT_EXPECT(!ioctl(fd, FIDEDUPERANGE, &ask));
}

/* Mappings. */
static char *map;

static void map_as(int protection, int flags)
{
	map = mmap(NULL, 4096, protection, flags, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
}

CALLS(map_read, map_as(PROT_READ, MAP_SHARED); munmap(map, 4096))
CALLS(map_none, map_as(PROT_NONE, MAP_PRIVATE); munmap(map, 4096))
CALLS(map_write, map_as(PROT_READ | PROT_WRITE, MAP_SHARED); munmap(map, 4096))
CALLS(map_copy, map_as(PROT_READ | PROT_WRITE, MAP_PRIVATE); munmap(map, 4096))
CALLS(map_exec, map_as(PROT_READ | PROT_EXEC, MAP_PRIVATE); munmap(map, 4096))
CALLS(map_exec_only, map_as(PROT_EXEC, MAP_PRIVATE); munmap(map, 4096))
CALLS(map_exec_write, map_as(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED); munmap(map, 4096))
CALLS(map_exec_copy, map_as(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE); munmap(map, 4096))
CALLS(map_outlives, map_as(PROT_READ | PROT_WRITE, MAP_SHARED); close(fd); fd = -1;
      FLT_EXPECT(map[1] == '1'); map[1] = 'x'; FLT_EXPECT(!munmap(map, 4096)))

static void have_map(void)
{
	have_all_open();
	map_as(PROT_READ | PROT_WRITE, MAP_SHARED);
}

static sigjmp_buf *jump;

static void on_bus(int unused)
{
	(void)unused;
	siglongjmp(*jump, 1);
}

static void map_beyond(void)
{
	sigjmp_buf here;

	jump = &here;
	signal(SIGBUS, on_bus);
	FLT_EXPECT(!ftruncate(fd, 0));
	seq_start();
	if (!sigsetjmp(here, 1)) {
		map[1] = 'x';
		FLT_EXPECT(!"a fault beyond the end is a signal");
	}
	signal(SIGBUS, SIG_DFL);
	munmap(map, 4096);
}

static void map_use(void)
{
	pid_t child;
	int memory;

	FLT_EXPECT(map[2] == '2');
	map[2] = 'x';
	FLT_EXPECT(!mprotect(map, 4096, PROT_READ | PROT_EXEC));
	child = fork();
	if (!child)
		_exit(map[2] != 'x');
	waitpid(child, NULL, 0);
	memory = open("/proc/self/mem", O_RDONLY);
	FLT_EXPECT(pread(memory, data, 4, (off_t)(unsigned long)map) == 4 && data[2] == 'x');
	close(memory);
	map = mremap(map, 4096, 8192, MREMAP_MAYMOVE);
	FLT_EXPECT(map != MAP_FAILED && !munmap(map, 8192));
}

/* Names. */
static void bind_socket(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "sock" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	FLT_EXPECT(!bind(s, (struct sockaddr *)&to, sizeof(to)));
	close(s);
}

static void have_folders(void)
{
	mkdir("d", 0755);
	mkdir("e", 0755);
	mkdir("full", 0755);
	close(open("full/x", O_CREAT | O_WRONLY, 0644));
}

CALLS(rename_over_folder, FLT_EXPECT(!rename("d", "e")))
CALLS(rename_over_full, FLT_EXPECT(rename("d", "full") && (errno == ENOTEMPTY || errno == EEXIST)))

static void unlinked_stat(void)
{
	struct stat st;

	FLT_EXPECT(!fstat(fd, &st) && st.st_nlink == 0);
	FLT_EXPECT(pwrite(fd, "x", 1, 0) == 1);
}

static void have_unlinked(void)
{
	have_all_open();
	FLT_REQUIRE(!unlink("f"));
}

static void have_removed_folder(void)
{
	have_all();
	fd = open("d", O_RDONLY);
	FLT_REQUIRE(!rmdir("d"));
}

CALLS(list_removed, FLT_EXPECT(syscall(SYS_getdents64, fd, data, sizeof(data)) < 0 &&
			       errno == ENOENT))
CALLS(seek_folder, FLT_EXPECT(lseek(fd, 0, SEEK_CUR) == 0 && lseek(fd, 0, SEEK_SET) == 0))

/* The mount as a whole. */
static void have_root(void)
{
	have_all();
	fd = open(getenv("MNT"), O_RDONLY);
}

/* Memory is wanted back, and the lower inodes are written. */
static void forget(void)
{
	int caches = open("/proc/sys/vm/drop_caches", O_WRONLY);
	int below = open(getenv("LOWER"), O_RDONLY);

	if (write(caches, "2", 1) != 1 || syncfs(below))
		FLT_EXPECT(0);
	close(caches);
	close(below);
}

CALLS(volume_stat, struct statfs s; FLT_EXPECT(!statfs(getenv("MNT"), &s)))
CALLS(volume_stat_fd, struct statfs s; FLT_EXPECT(!fstatfs(fd, &s)))
CALLS(volume_sync, FLT_EXPECT(!syncfs(fd)))
CALLS(all_sync, sync())
CALLS(read_mounts, int in = open("/proc/self/mountinfo", O_RDONLY);
      FLT_EXPECT(read(in, data, sizeof(data)) > 0); close(in))

static void freeze(void)
{
	char path[PATH_MAX];
	int file;

	snprintf(path, sizeof(path), "%s/below", getenv("LOWER"));
	FLT_EXPECT(!ioctl(fd, FIFREEZE, 0));
	file = open(path, O_CREAT | O_WRONLY, 0644);
	FLT_EXPECT(file >= 0 && write(file, "x", 1) == 1);
	close(file);
	FLT_EXPECT(!ioctl(fd, FITHAW, 0));
}

static void read_only(void)
{
	const char *mnt = getenv("MNT");

	FLT_EXPECT(!mount(NULL, mnt, NULL, MS_REMOUNT | MS_RDONLY, NULL));
	FLT_EXPECT(open("f", O_WRONLY) < 0 && errno == EROFS);
	FLT_EXPECT(mkdir("no", 0755) && errno == EROFS);
	FLT_EXPECT(!mount(NULL, mnt, NULL, MS_REMOUNT, NULL));
}

#define ALL "9223372036854775807"
#define SHORT(access, options) "CREATE a \\f OPEN " access " " options " =1; "
/* (an empty name is printed so) */
#define VOLUME(access) "CREATE a (null) OPEN " access " 20 =1; "

static const struct row rows[] = {
	{ "VFS-334 VFS-807", "setxattr", have_all, ea_set,
	  SHORT("100010", "4020") "SET_EA a 9 2; " CLOSED("a") },
	{ "VFS-334", "fsetxattr, flags and all", have_all_open, ea_set_fd,
	  "SET_EA a 9 2; SET_EA a 9 2 !c0000035" },
	{ "VFS-335", "an empty value", have_all, ea_set_empty,
	  SHORT("100010", "4020") "SET_EA a 9 0 empty; " CLOSED("a") },
	{ "VFS-335", "removexattr", have_attributes, ea_remove, "SET_EA a 9 0" },
	{ "VFS-807", "lsetxattr of a symbolic link", have_all, ea_set_link,
	  "CREATE a \\s OPEN 100010 204020 =1; SET_EA a 9 2; " CLOSED("a") },
	{ "VFS-806", "lgetxattr of a symbolic link", have_all, ea_get_link,
	  "CREATE a \\s OPEN 100008 204020 =1; QUERY_EA a list restart; " CLOSED("a") },
	{ "VFS-331", "getxattr of an open file", have_attributes, ea_get,
	  "QUERY_EA a list restart" },
	{ "VFS-331", "fgetxattr", have_attributes, ea_get_fd, "QUERY_EA a list restart" },
	{ "VFS-331", "too small a buffer", have_attributes, ea_get_short,
	  "QUERY_EA a list restart" },
	{ "VFS-331", "an empty value", have_attributes, ea_get_empty, "QUERY_EA a list restart" },
	{ "VFS-331", "none of that name", have_attributes, ea_get_absent,
	  "QUERY_EA a list restart" },
	{ "VFS-332", "how large is it?", have_attributes, ea_get_size, "QUERY_EA a list restart" },
	{ "VFS-333", "listxattr", have_attributes, ea_list,
	  "QUERY_EA a restart; QUERY_EA a !80000012" },
	{ "VFS-333", "flistxattr", have_attributes, ea_list_fd,
	  "QUERY_EA a restart; QUERY_EA a !80000012" },
	{ "VFS-336", "security.*", have_all, ea_security, "" },
	{ "VFS-311 VFS-803 INFO-71", "chmod", have_all, mode,
	  SHORT("160000", "4020") "SET_SECURITY a 4; " CLOSED("a") },
	{ "VFS-311", "fchmod", have_all_open, mode_fd, "SET_SECURITY a 4" },
	{ "VFS-312 VFS-804 INFO-71", "chown", have_all, owner,
	  SHORT("1a0000", "4020") "SET_SECURITY a 3; " CLOSED("a") },
	{ "VFS-312", "owner only", have_all, owner_only,
	  SHORT("1a0000", "4020") "SET_SECURITY a 1; " CLOSED("a") },
	{ "VFS-312", "group only", have_all, group_only,
	  SHORT("1a0000", "4020") "SET_SECURITY a 2; " CLOSED("a") },
	{ "VFS-312", "fchown", have_all_open, owner_fd, "SET_SECURITY a 3" },
	{ "VFS-312 VFS-804", "lchown", have_all, owner_link,
	  "CREATE a \\s OPEN 1a0000 204020 =1; SET_SECURITY a 3; " CLOSED("a") },
	{ "VFS-319", "a folder's mode, owner and times", have_all, mode_folder,
	  "CREATE ? \\d OPEN 160000 4020 =1; SET_SECURITY ? 4; CLEANUP ?; CLOSE ?; "
	  "CREATE ? \\d OPEN 1a0000 4020 =1; SET_SECURITY ? 3; CLEANUP ?; CLOSE ?; "
	  "CREATE ? \\d OPEN 100100 4020 =1; SET_INFORMATION ? Basic; CLEANUP ?; CLOSE ?" },
	{ "VFS-339 VFS-809 INFO-71", "an ACL", have_all, acl_set,
	  SHORT("160000", "4020") "SET_SECURITY a 4; " CLOSED("a") },
	{ "VFS-339", "an ACL by descriptor", have_all_open, acl_set_fd, "SET_SECURITY a 4" },
	{ "VFS-339", "an ACL goes", have_acl, acl_remove,
	  SHORT("160000", "4020") "SET_SECURITY a 4; " CLOSED("a") },
	{ "VFS-339", "what a folder hands on", have_all, acl_default,
	  "CREATE a \\d OPEN 160000 4020 =1; SET_SECURITY a 4 inherited=b; " CLOSED("a") },
	{ "VFS-337", "an ACL is checked", have_acl, acl_check, "" },
	{ "VFS-340", "an ACL is inherited", have_default_acl, acl_inherit,
	  "CREATE a \\d\\x OPEN_IF 12019f 60 =2; " CLOSED("a")
	  "; CREATE ? \\d\\x OPEN 120000 4020 =1; QUERY_SECURITY ? 4; " CLOSED("?") },
	{ "VFS-313 VFS-416", "a write clears set-id bits", have_set_id, set_id_write,
	  "WRITE a 2 3 =3" },
	{ "VFS-313", "a truncation clears set-id bits", have_set_id, set_id_cut,
	  "SET_INFORMATION a EndOfFile 5" },
	{ "VFS-313", "a change of owner does", have_set_id, set_id_chown, "SET_SECURITY a 3" },
	{ "VFS-321", "fallocate that grows the file", have_all_open, grow,
	  "SET_INFORMATION a Allocation; SET_INFORMATION a EndOfFile 100000" },
	{ "VFS-322", "FALLOC_FL_KEEP_SIZE", have_all_open, set_aside,
	  "SET_INFORMATION a Allocation" },
	{ "VFS-322", "fallocate inside the size", have_all_open, set_aside_inside,
	  "SET_INFORMATION a Allocation" },
	{ "VFS-323", "FALLOC_FL_PUNCH_HOLE", have_all_open, punch,
	  "FILE_SYSTEM_CONTROL a 980c8 2 5" },
	{ "VFS-426", "FICLONE", have_target, clone_f, "FILE_SYSTEM_CONTROL a 983e8*" },
	{ "VFS-427", "FIDEDUPERANGE", have_target, dedupe, "FILE_SYSTEM_CONTROL a 983e8*" },
	{ "VFS-532", "an ioctl that nobody knows", have_all_open, private_ioctl,
	  "DEVICE_CONTROL a 8051601f 16 0 !c0000010" },
	{ "VFS-534", "ioctls of the VFS", have_all_open, vfs_ioctls, "" },
	{ "VFS-536", "F_SET_RW_HINT", have_all_open, other_fcntl, "" },
	{ "VFS-536", "F_NOTIFY", have_folder, notify, "" },
	{ "VFS-441", "a mapping to read", have_all_open, map_read,
	  "ACQUIRE_SECTION a 1 2; RELEASE_SECTION a" },
	{ "VFS-441", "for nothing", have_all_open, map_none,
	  "ACQUIRE_SECTION a 1 1; RELEASE_SECTION a" },
	{ "VFS-441", "to write", have_all_open, map_write,
	  "ACQUIRE_SECTION a 1 4; RELEASE_SECTION a" },
	{ "VFS-441", "to write privately", have_all_open, map_copy,
	  "ACQUIRE_SECTION a 1 8; RELEASE_SECTION a" },
	{ "VFS-441 FASTIO-33", "to execute", have_all_open, map_exec,
	  "ACQUIRE_SECTION a 1 20; RELEASE_SECTION a" },
	{ "VFS-441 FASTIO-33", "to execute only", have_all_open, map_exec_only,
	  "ACQUIRE_SECTION a 1 10; RELEASE_SECTION a" },
	{ "VFS-441", "to execute and write", have_all_open, map_exec_write,
	  "ACQUIRE_SECTION a 1 40; RELEASE_SECTION a" },
	{ "VFS-441", "to execute and write privately", have_all_open, map_exec_copy,
	  "ACQUIRE_SECTION a 1 80; RELEASE_SECTION a" },
	{ "VFS-442 VFS-445", "a mapping that outlives the file", have_all_open, map_outlives,
	  "ACQUIRE_SECTION a 1 4; RELEASE_SECTION a; " CLOSED("a") },
	{ "VFS-444 VFS-445 VFS-446 VFS-450 VFS-651", "what is done with a mapping", have_map,
	  map_use, "" },
	{ "VFS-449", "a fault beyond the end", have_map, map_beyond, "" },
	{ "VFS-209", "bind", nothing, bind_socket,
	  "CREATE a \\sock CREATE 100100 200060 =2; " CLOSED("a") },
	{ "VFS-220", "rename over an empty folder", have_folders, rename_over_folder,
	  "CREATE a \\d OPEN 110080 204020 =1; SET_INFORMATION a Rename; " CLOSED("a") },
	{ "VFS-220", "rename over a full folder", have_folders, rename_over_full,
	  "CREATE a \\d OPEN 110080 204020 =1; SET_INFORMATION a Rename !c0000???; "
	  CLOSED("a") },
	{ "VFS-212", "an open file that was removed", have_unlinked, unlinked_stat,
	  "QUERY_INFORMATION a All; WRITE a 0 1 =1" },
	{ "VFS-468", "listing a removed folder", have_removed_folder, list_removed, "" },
	{ "VFS-467", "a folder's position", have_folder, seek_folder, "" },
	{ "VFS-602 VFS-811 VOL-49 VOL-58", "statfs", have_all, volume_stat,
	  VOLUME("100080") "QUERY_VOLUME_INFORMATION a FullSize; " CLOSED("a") },
	{ "VFS-602 VOL-49 VOL-58", "fstatfs", have_all_open, volume_stat_fd,
	  VOLUME("100080") "QUERY_VOLUME_INFORMATION a FullSize; " CLOSED("a") },
	{ "VFS-604 VFS-812", "syncfs", have_all_open, volume_sync,
	  VOLUME("100002") "FLUSH_BUFFERS a; " CLOSED("a") },
	{ "VFS-603 VFS-604", "sync", have_all, all_sync,
	  VOLUME("100002") "FLUSH_BUFFERS a; " CLOSED("a") },
	{ "VFS-605 VFS-812", "freeze and thaw", have_root, freeze,
	  VOLUME("100002") "FLUSH_BUFFERS a; " CLOSED("a") },
	{ "VFS-606", "remount", have_all, read_only,
	  VOLUME("100002") "FLUSH_BUFFERS a; " CLOSED("a") },
	{ "VFS-611", "/proc/mounts", have_all, read_mounts, "" },
	{ "VFS-609 VFS-610", "inodes are forgotten", have_all, forget, "" },
};

/* The way out: told, not asked, and everything is synced before. */
static void unmount(const char *mnt)
{
	seq_start();
	FLT_REQUIRE(!umount(mnt));
	seq_stop();
	FLT_PROVES("VFS-607", !strcmp(seq_render(), "VOLUME_DISMOUNT a") &&
		   !seq_events[0].object && seq_sound());
	FLT_PROVES("VFS-607", !strcmp(seq_teardown, "8"));
}

/* With a filter that sees writes and would not see what a clone does, there are none. */
static void no_clones(void)
{
	FLT_REQUIRE(!twin_load("levels") && !chdir(getenv("MNT")));
	have_target();
	seq_start();
	FLT_PROVES("VFS-426", ioctl(other, FICLONE, fd) && errno == EOPNOTSUPP);
	seq_stop();
	FLT_PROVES("VFS-426", !seq_count);
	close(fd);
	close(other);
	FLT_REQUIRE(!chdir("/") && !twin_unload("levels", true));
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	seq_start();
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	seq_stop();
	/* before anything else, for a disk, without a file or an instance */
	FLT_PROVES("VFS-601", !strcmp(seq_render(), "VOLUME_MOUNT a") && seq_sound() &&
		   !seq_events[0].object && seq_events[0].detail[0] == 8 &&
		   seq_events[0].detail[1] == 1);
	FLT_PROVES("VOL-03", seq_count == 1 && seq_events[0].detail[0] == 8 &&
		   seq_events[0].detail[1] == 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seq_row(&rows[i]);
	no_clones();
	unmount(mnt);
	/* refused by the lower one of two, and then by nobody */
	FLT_REQUIRE(!twin_load_with("answer", "params=NoMounts=1"));
	seq_start();
	FLT_PROVES("VFS-601", mount(lower, mnt, "fltfs", 0, NULL) && errno == EACCES);
	seq_stop();
	FLT_PROVES("VFS-601", !strcmp(seq_render(), "VOLUME_MOUNT a !c0000022"));
	FLT_PROVES("VOL-05", !seq_teardown[0]);
	FLT_REQUIRE(!twin_unload("answer", true));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
