// SPDX-License-Identifier: GPL-2.0
/*
 * What a program asks of a file besides its data, or does with ranges of it, as file system
 * controls: flags, extents, where data is, targets of links; ACLs that are read; and trimming and
 * the label of the volume. What filters are shown, by the filter "probe"; what their refusals and
 * changes do, by the filter "answer".
 *
 * needs: kernels=6.1,6.12,debug lower=ext4 filters=probe,answer time=60
 */
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>

#include "../sequence.h"

#define ACL "system.posix_acl_access"
#define DENIED "ac0000022"

static char data[4096];

static void have_link(void)
{
	have_f();
	symlink("f", "s");
}

/* Blocks of data at 0 and 64 KiB, a hole between and one behind. */
static void have_holes(void)
{
	fd = open("holes", O_CREAT | O_RDWR | O_TRUNC, 0644);
	FLT_REQUIRE(pwrite(fd, data, 4096, 0) == 4096);
	FLT_REQUIRE(pwrite(fd, data, 4096, 65536) == 4096);
	FLT_REQUIRE(!ftruncate(fd, 131072) && !fsync(fd));
}

static int get_flags(int file, unsigned int *flags)
{
	return ioctl(file, FS_IOC_GETFLAGS, flags);
}

/* An ext4 file that loses FS_EXTENT_FL is converted, which is another matter. */
static int set_flags(int file, unsigned int flags)
{
	flags |= FS_EXTENT_FL;
	return ioctl(file, FS_IOC_SETFLAGS, &flags);
}

static int extents(int file, struct fiemap_extent *first)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extents[8];
	} all = { .map = { .fm_length = FIEMAP_MAX_OFFSET, .fm_extent_count = 8 } };

	if (ioctl(file, FS_IOC_FIEMAP, &all))
		return -1;
	if (first)
		*first = all.extents[1];
	return all.map.fm_mapped_extents;
}

static int set_label(int file, const char *label)
{
	char all[FSLABEL_MAX] = "";

	snprintf(all, sizeof(all), "%s", label);
	return ioctl(file, FS_IOC_SETFSLABEL, all);
}

static bool label_is(int file, const char *label)
{
	char all[FSLABEL_MAX] = "";

	return !ioctl(file, FS_IOC_GETFSLABEL, all) && !strcmp(all, label);
}

/* By a process that has not opened the file itself. */
#define BY_ANOTHER(condition) \
	do { \
		int status, child = fork(); \
		if (!child) \
			_exit(!(condition)); \
		FLT_EXPECT(waitpid(child, &status, 0) == child && !status); \
	} while (0)

CALLS(read_link, FLT_EXPECT(readlink("s", data, 10) == 1 && data[0] == 'f'))
CALLS(follow_link, FLT_EXPECT(!access("s", R_OK)))
CALLS(collapse, FLT_EXPECT(!fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 4096, 4096)))
CALLS(insert, FLT_EXPECT(!fallocate(fd, FALLOC_FL_INSERT_RANGE, 4096, 4096)))
CALLS(see_extents, FLT_EXPECT(extents(fd, NULL) == 2))
CALLS(see_extents_elsewhere, BY_ANOTHER(extents(fd, NULL) == 2))
CALLS(see_flags, unsigned int flags; FLT_EXPECT(!get_flags(fd, &flags)))
CALLS(see_flags_elsewhere, unsigned int flags; BY_ANOTHER(!get_flags(fd, &flags)))
CALLS(change_flags, FLT_EXPECT(!set_flags(fd, FS_NODUMP_FL)))
CALLS(change_flags_elsewhere, BY_ANOTHER(!set_flags(fd, FS_NODUMP_FL)))
CALLS(read_acl, FLT_EXPECT(getxattr("f", ACL, data, 100) < 0 && errno == ENODATA))
CALLS(read_acl_fd, FLT_EXPECT(fgetxattr(fd, ACL, data, 100) < 0 && errno == ENODATA))
CALLS(seek_data, FLT_EXPECT(lseek(fd, 4096, SEEK_DATA) == 65536 &&
			    lseek(fd, 0, SEEK_CUR) == 65536))
CALLS(seek_hole, FLT_EXPECT(lseek(fd, 0, SEEK_HOLE) == 4096 && lseek(fd, 0, SEEK_CUR) == 4096))
CALLS(seek_no_data, FLT_EXPECT(lseek(fd, 69632, SEEK_DATA) < 0 && errno == ENXIO))
CALLS(seek_nowhere, FLT_EXPECT(lseek(fd, 131072, SEEK_HOLE) < 0 && errno == ENXIO))
CALLS(see_label, FLT_EXPECT(label_is(fd, "first")))
CALLS(change_label, FLT_EXPECT(!set_label(fd, "first") && label_is(fd, "first")))
CALLS(trim, struct fstrim_range all = { .len = -1 }; ioctl(fd, FITRIM, &all))
CALLS(leave_whiteout, FLT_EXPECT(!syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "g",
					  RENAME_WHITEOUT)))

static const struct row rows[] = {
	{ "VFS-205 VFS-793 VFS-986", "readlink", have_link, read_link,
	  "CREATE a \\s OPEN 100080 204020 =1; FILE_SYSTEM_CONTROL a 900a8; " CLOSED("a") },
	{ "VFS-205 VFS-986", "following a link", have_link, follow_link, "" },
	{ "VFS-324", "COLLAPSE_RANGE", have_holes, collapse, "FILE_SYSTEM_CONTROL a 9bc00" },
	{ "VFS-324", "INSERT_RANGE", have_holes, insert, "FILE_SYSTEM_CONTROL a 9bc00" },
	{ "VFS-325 VOL-60", "FIEMAP", have_holes, see_extents, "FILE_SYSTEM_CONTROL a 90073" },
	{ "VFS-325 VFS-810", "FIEMAP by another", have_holes, see_extents_elsewhere,
	  "CREATE a \\holes OPEN 100080 4020 =1; FILE_SYSTEM_CONTROL a 90073; " CLOSED("a") },
	{ "VFS-326 VOL-60", "GETFLAGS", have_open_f, see_flags, "FILE_SYSTEM_CONTROL a 93c04" },
	{ "VFS-326 VFS-810", "GETFLAGS by another", have_open_f, see_flags_elsewhere,
	  "CREATE a \\f OPEN 100080 4020 =1; FILE_SYSTEM_CONTROL a 93c04; " CLOSED("a") },
	{ "VFS-327 VOL-60", "SETFLAGS", have_open_f, change_flags,
	  "FILE_SYSTEM_CONTROL a 93c04; FILE_SYSTEM_CONTROL a 93c08" },
	{ "VFS-327 VFS-810", "SETFLAGS by another", have_open_f, change_flags_elsewhere,
	  "CREATE a \\f OPEN 100080 4020 =1; FILE_SYSTEM_CONTROL a 93c04; " CLOSED("a")
	  "; CREATE ? \\f OPEN 100100 4020 =1; FILE_SYSTEM_CONTROL ? 93c08; CLEANUP ?; CLOSE ?" },
	{ "VFS-338 VFS-808", "getxattr of an ACL", have_f, read_acl,
	  "CREATE a \\f OPEN 120000 4020 =1; QUERY_SECURITY a 4; " CLOSED("a") },
	{ "VFS-338", "fgetxattr of an ACL", have_open_f, read_acl_fd, "QUERY_SECURITY a 4" },
	{ "VFS-429", "SEEK_DATA", have_holes, seek_data, "FILE_SYSTEM_CONTROL a 940cf" },
	{ "VFS-429", "SEEK_HOLE", have_holes, seek_hole, "FILE_SYSTEM_CONTROL a 940cf" },
	{ "VFS-429", "SEEK_DATA behind all data", have_holes, seek_no_data,
	  "FILE_SYSTEM_CONTROL a 940cf" },
	{ "VFS-429", "SEEK_HOLE behind the end", have_holes, seek_nowhere, "" },
	{ "VFS-531 VFS-615 VOL-52", "SETFSLABEL", have_open_f, change_label,
	  "SET_VOLUME_INFORMATION a class-2; QUERY_VOLUME_INFORMATION a class-1" },
	{ "VFS-531 VFS-615 VOL-52", "GETFSLABEL", have_open_f, see_label,
	  "QUERY_VOLUME_INFORMATION a class-1" },
	{ "VFS-531 VOL-60 VOL-59", "FITRIM", have_open_f, trim, "FILE_SYSTEM_CONTROL a 98208*" },
	{ "VFS-223", "RENAME_WHITEOUT", have_f, leave_whiteout,
	  "CREATE a \\f OPEN 110080 204020 =1; SET_INFORMATION a Rename; " CLOSED("a") },
};

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	return path;
}

/* The flags of the file below. */
static unsigned int flags_below(const char *name)
{
	unsigned int flags = 0;
	int file = open(below(name), O_RDONLY);

	FLT_EXPECT(!get_flags(file, &flags));
	close(file);
	return flags;
}

/* A file with holes is sparse for filters, and one without is not. */
static void sparse(void)
{
	struct stat st;

	FLT_REQUIRE(!chdir(getenv("MNT")));
	have_holes();
	seq_start();
	FLT_REQUIRE(!fstat(fd, &st));
	seq_stop();
	FLT_PROVES("VFS-825", seq_count == 1 && seq_events[0].answered &&
		   seq_events[0].answer.attributes & 0x200);
	close(fd);
	have_open_f();
	FLT_REQUIRE(!fsync(fd));
	seq_start();
	FLT_REQUIRE(!fstat(fd, &st));
	seq_stop();
	FLT_PROVES("VFS-825", seq_count == 1 && seq_events[0].answered &&
		   !(seq_events[0].answer.attributes & 0x200));
	close(fd);
}

/* A refusal is the caller's errno, and nothing happens. */
static void refused(void)
{
	static const char name[] = "x=0d" DENIED, link[] = "l=0d" DENIED, acl[] = "x=14" DENIED;
	struct fiemap_extent extent;
	unsigned int flags;
	struct stat st;
	int file;

	file = open(name, O_CREAT | O_RDWR, 0644);
	FLT_REQUIRE(pwrite(file, data, 4096, 65536) == 4096 && !symlink("somewhere", link));
	FLT_REQUIRE((flags_below(name) & FS_NODUMP_FL) == 0);
	FLT_PROVES("VFS-205", readlink(link, data, sizeof(data)) < 0 && errno == EACCES);
	FLT_PROVES("VFS-324", fallocate(file, FALLOC_FL_COLLAPSE_RANGE, 0, 4096) &&
		   errno == EACCES && !fstat(file, &st) && st.st_size == 69632);
	FLT_PROVES("VFS-325", extents(file, &extent) < 0 && errno == EACCES);
	FLT_PROVES("VFS-326", get_flags(file, &flags) && errno == EACCES);
	FLT_PROVES("VFS-327", set_flags(file, FS_NODUMP_FL) && errno == EACCES &&
		   (flags_below(name) & FS_NODUMP_FL) == 0);
	FLT_PROVES("VFS-429", lseek(file, 0, SEEK_DATA) < 0 && errno == EACCES &&
		   lseek(file, 0, SEEK_HOLE) < 0 && errno == EACCES &&
		   !lseek(file, 0, SEEK_CUR));
	close(file);
	close(open(acl, O_CREAT | O_RDWR, 0644));
	FLT_PROVES("VFS-338", getxattr(acl, ACL, data, 100) < 0 && errno == EACCES);
}

/* The label of the volume: refused, changed, and what the file system below says of a long one. */
static void labels(void)
{
	int below_it = open(getenv("LOWER"), O_RDONLY), get, set, plain;

	get = open("x=0aac0000022", O_CREAT | O_RDWR, 0644);
	set = open("x=0bac0000022", O_CREAT | O_RDWR, 0644);
	plain = open("plain", O_CREAT | O_RDWR, 0644);
	FLT_REQUIRE(get >= 0 && set >= 0 && !set_label(plain, "second"));
	FLT_PROVES("VFS-531", !label_is(get, "second") && errno == EACCES);
	FLT_PROVES("VFS-531", set_label(set, "third") && errno == EACCES &&
		   label_is(below_it, "second"));
	FLT_PROVES("VOL-52", set_label(plain, "longer than any label here") && errno == EINVAL);
	close(get);
	close(set);
	get = open("x=0ae00000000", O_CREAT | O_RDWR, 0644);
	set = open("x=0be00000000", O_CREAT | O_RDWR, 0644);
	FLT_PROVES("VFS-531", label_is(get, "Zecond") && label_is(below_it, "second"));
	FLT_PROVES("VFS-531", !set_label(set, "third") && label_is(below_it, "Zhird"));
	FLT_PROVES("VFS-531", !set_label(plain, "") && label_is(below_it, ""));
	close(get);
	close(set);
	close(plain);
	close(below_it);
}

/* What the filter makes of the answers, and of the flags that are set. */
static void changed(void)
{
	static const char name[] = "x=0de00000000", link[] = "l=0de00000000";
	unsigned int flags = 0;
	int file;

	file = open(name, O_CREAT | O_RDWR, 0644);
	FLT_REQUIRE(pwrite(file, data, 4096, 0) == 4096 && !symlink("somewhere", link));
	FLT_PROVES("VFS-205", readlink(link, data, sizeof(data)) == 8 &&
		   !memcmp(data, "Zomewher", 8));
	FLT_PROVES("VFS-205", readlink(link, data, 3) == 3);
	FLT_PROVES("VFS-326", !get_flags(file, &flags) && flags & FS_NODUMP_FL &&
		   !(flags_below(name) & FS_NODUMP_FL));
	FLT_PROVES("VFS-327", !set_flags(file, FS_NODUMP_FL) &&
		   (flags_below(name) & (FS_NODUMP_FL | FS_NOATIME_FL)) == FS_NOATIME_FL);
	FLT_PROVES("VFS-429", lseek(file, 0, SEEK_DATA) == 5 && lseek(file, 0, SEEK_HOLE) == 0 &&
		   lseek(file, 5, SEEK_HOLE) == 7);
	close(file);
}

/* And what is asked without a filter is answered by the file system below. */
static void alike(const char *where)
{
	struct fiemap_extent above, real;
	unsigned int flags;
	int file, lower;

	FLT_REQUIRE(!chdir(where));
	have_holes();
	have_link();
	file = fd;
	lower = open(below("holes"), O_RDONLY);
	FLT_PROVES("VFS-325", extents(file, &above) == 2 && extents(lower, &real) == 2 &&
		   !memcmp(&above, &real, sizeof(real)));
	FLT_PROVES("VFS-326", !get_flags(file, &flags) && flags == flags_below("holes"));
	FLT_PROVES("VFS-205", readlink("s", data, 10) == 1 && data[0] == 'f');
	close(lower);
	close(file);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	alike(mnt);
	FLT_REQUIRE(!twin_load("probe"));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seq_row(&rows[i]);
	sparse();
	alike(mnt);
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_load("answer"));
	refused();
	changed();
	labels();
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("answer", true) && !twin_unload("fltshim", false));
	return prove_status();
}
