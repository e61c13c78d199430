// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes, times and numbers as filters see them (section 6 of the map), and the state of file
 * objects by phase (5.3). What "probe" prints is compared with what the lower file system says;
 * "answer", below it, makes a stat come the slow way and changes attributes and times.
 *
 * needs: lower=ext4,tmpfs long-kernels=debug filters=probe,answer,sehloose time=60
 */
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/statfs.h>

#include "../sequence.h"

enum {
	READONLY = 0x1, DIRECTORY = 0x10, NORMAL = 0x80, TEMPORARY = 0x100, SPARSE = 0x200,
	REPARSE_POINT = 0x400,
};

enum {
	FO_SYNCHRONOUS_IO = 0x2, FO_NO_BUFFERING = 0x8, FO_WRITE_THROUGH = 0x10,
	FO_CACHE_SUPPORTED = 0x40, FO_MODIFIED = 0x1000, FO_SIZE_CHANGED = 0x2000,
	FO_CLEANUP_COMPLETE = 0x4000, FO_CASE_SENSITIVE = 0x20000, FO_HANDLE_CREATED = 0x40000,
	FO_VOLUME_OPEN = 0x400000,
};

static char below_path[PATH_MAX], data[4096];

static const char *below(const char *name)
{
	snprintf(below_path, sizeof(below_path), "%s/%s", getenv("LOWER"), name);
	return below_path;
}

static const char *file(const char *name, mode_t mode)
{
	int out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0600);

	FLT_REQUIRE(write(out, "0123456789", 10) == 10 && !fchmod(out, mode));
	close(out);
	return name;
}

/* What the first event that has an answer says of a file. */
static const struct seq_answer *answer(void)
{
	static const struct seq_answer none;
	unsigned int i;

	for (i = 0; i < seq_count; i++)
		if (seq_events[i].answered)
			return &seq_events[i].answer;
	return &none;
}

/* Looks at a name through the mount; ST receives what the program got. */
static const struct seq_answer *look(const char *name, struct stat *st)
{
	seq_start();
	FLT_EXPECT(!lstat(name, st));
	seq_stop();
	return answer();
}

static const struct seq_answer *look_fd(int fd, struct stat *st)
{
	seq_start();
	FLT_EXPECT(!fstat(fd, st));
	seq_stop();
	return answer();
}

static long long filetime(const struct timespec *time)
{
	return (time->tv_sec + 11644473600LL) * 10000000 + time->tv_nsec / 100;
}

static void kinds(void)
{
	static const struct {
		const char *name;
		mode_t mode;
		unsigned int tag;
	} special[] = {
		{ "fifo", S_IFIFO | 0600, 0x80000024 }, { "socket", S_IFSOCK | 0600, 0x80000023 },
		{ "char", S_IFCHR | 0600, 0x80000025 }, { "block", S_IFBLK | 0600, 0x80000026 },
	};
	const struct seq_answer *got;
	struct stat st;
	unsigned int i;

	FLT_REQUIRE(!mkdir(below("d"), 0755));
	got = look("d", &st);
	FLT_PROVES("VFS-821", got->attributes == DIRECTORY);
	FLT_PROVES("VFS-840", got->links == 1 && st.st_nlink >= 1);
	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		FLT_REQUIRE(!mknod(below(special[i].name), special[i].mode, makedev(11, 22)));
		got = look(special[i].name, &st);
		FLT_PROVES("VFS-822", got->attributes == REPARSE_POINT &&
			   got->tag == special[i].tag && got->mode == special[i].mode);
		if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
			FLT_PROVES("VFS-822", got->major == 11 && got->minor == 22);
	}
	FLT_REQUIRE(!symlink("target", below("link")));
	got = look("link", &st);
	FLT_PROVES("VFS-822", got->tag == 0xa000001d &&
		   (got->attributes & ~READONLY) == REPARSE_POINT);
	FLT_PROVES("VFS-841", got->eof == 6);

	got = look(file("plain", 0644), &st);
	FLT_PROVES("VFS-829", got->attributes == NORMAL && !got->tag);
	FLT_PROVES("VFS-841", got->eof == 10);
	FLT_PROVES("VFS-842", got->allocation == st.st_blocks * 512);
	got = look(file(".hidden", 0644), &st);
	FLT_PROVES("VFS-828", got->attributes == NORMAL);
	got = look(file("readonly", 0444), &st);
	FLT_PROVES("VFS-823", got->attributes == READONLY);
	got = look(file("writable", 0020), &st);
	FLT_PROVES("VFS-823", got->attributes == NORMAL);
}

/* A filter that adds or takes the attribute, in a change of times. */
static void attribute_changes(void)
{
	const struct timespec times[] = { { 5, 0 }, { 6, 0 } };
	struct stat st;

	FLT_EXPECT(!utimensat(AT_FDCWD, file("x=06e00000001", 0646), times, 0));
	FLT_PROVES("VFS-823", !stat(below("x=06e00000001"), &st) && (st.st_mode & 0777) == 0444);
	FLT_EXPECT(!utimensat(AT_FDCWD, file("x=06e00000080", 0444), times, 0));
	FLT_PROVES("VFS-823", !stat(below("x=06e00000080"), &st) && (st.st_mode & 0777) == 0644);
	FLT_EXPECT(!utimensat(AT_FDCWD, file("x=06e00000010", 0644), times, 0));
	FLT_PROVES("VFS-821", !stat(below("x=06e00000010"), &st) && S_ISREG(st.st_mode));
	/* -1 leaves the time to the file system, other negative ones are none */
	FLT_PROVES("VFS-832", !utimensat(AT_FDCWD, file("x=06effffffff", 0644), times, 0) &&
		   !stat(below("x=06effffffff"), &st) && st.st_atime == 5 && st.st_mtime != 6);
	FLT_PROVES("VFS-832", utimensat(AT_FDCWD, file("x=06efffffffb", 0644), times, 0) &&
		   errno == EINVAL);
	FLT_PROVES("VFS-832", !utimensat(AT_FDCWD, file("x=06e00000000", 0644), times, 0) &&
		   !stat(below("x=06e00000000"), &st) && st.st_mtime == 1000000000 &&
		   st.st_mtim.tv_nsec == 700);
}

/* Set through the mount: what changes below is noticed at the next lookup only. */
static void immutable(void)
{
	int fd = open("plain", O_RDONLY), flags = FS_IMMUTABLE_FL, none = 0;
	const struct seq_answer *got;
	struct stat st;

	if (!ioctl(fd, FS_IOC_SETFLAGS, &flags)) {
		got = look("plain", &st);
		FLT_PROVES("VFS-830", got->attributes == NORMAL);
		FLT_PROVES("VFS-830", chmod("plain", 0600) && errno == EPERM);
		FLT_REQUIRE(!ioctl(fd, FS_IOC_SETFLAGS, &none));
	}
	close(fd);
}

static void links(void)
{
	const struct seq_answer *got;
	char path[64];
	struct stat st;
	int fd;

	file("two", 0644);
	FLT_REQUIRE(!link("two", "second"));
	got = look("two", &st);
	FLT_PROVES("VFS-840", got->links == 2 && st.st_nlink == 2);
	fd = open("two", O_RDWR);
	FLT_REQUIRE(!unlink("two") && !unlink("second"));
	got = look_fd(fd, &st);
	FLT_PROVES("VFS-840", !got->links && got->delete_pending && !st.st_nlink);
	FLT_PROVES("VFS-212", !got->links && got->delete_pending);
	close(fd);

	fd = open(".", O_TMPFILE | O_RDWR, 0600);
	FLT_REQUIRE(fd >= 0);
	got = look_fd(fd, &st);
	FLT_PROVES("VFS-824", got->attributes & TEMPORARY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	seq_start();
	FLT_EXPECT(!linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	seq_stop();
	FLT_PROVES("VFS-110", !strcmp(seq_render(), "SET_INFORMATION a Link"));
	got = look_fd(fd, &st);
	FLT_PROVES("VFS-824", !(got->attributes & TEMPORARY) && got->links == 1);
	close(fd);
	FLT_PROVES("VFS-110", !access(below("named"), F_OK));
}

/* Times that the lower file system can hold, as it holds them. */
static void times(void)
{
	static const struct timespec given[] = {
		{ 0, 0 }, { 1, 123456789 }, { -1, 999999999 }, { -86400 * 365L, 1 },
		{ 2000000000, 100 }, { 4000000000, 99 }, { -12000000000, 0 }, { 1000000000000, 5 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		const struct timespec both[] = { given[i], given[i] };
		const struct seq_answer *got;
		struct stat st, seen;
		long long want;

		file("time", 0644);
		FLT_REQUIRE(!utimensat(AT_FDCWD, below("time"), both, 0) &&
			    !stat(below("time"), &st));
		got = look("time", &seen);
		FLT_PROVES("VFS-836", seen.st_mtim.tv_sec == st.st_mtim.tv_sec &&
			   seen.st_mtim.tv_nsec == st.st_mtim.tv_nsec);
		want = st.st_mtim.tv_sec > 900000000000 ? INT64_MAX : filetime(&st.st_mtim);
		if (st.st_mtim.tv_sec < -11644473600)
			FLT_PROVES("VFS-834", got->written == 1 && got->accessed == 1);
		else if (want == INT64_MAX)
			FLT_PROVES("VFS-835", got->written == want && got->accessed == want);
		else
			FLT_PROVES("VFS-831", got->written == want &&
				   got->changed == filetime(&st.st_ctim));

		/* set through the filters, nothing of it is lost */
		file("time", 0644);
		FLT_REQUIRE(!utimensat(AT_FDCWD, "time", both, 0) && !stat(below("time"), &seen));
		if (!FLT_PROVES("VFS-833", seen.st_mtim.tv_sec == st.st_mtim.tv_sec &&
				seen.st_mtim.tv_nsec == st.st_mtim.tv_nsec))
			printf("time %u: %ld.%ld\n", i, seen.st_mtim.tv_sec, seen.st_mtim.tv_nsec);
		if (st.st_mtim.tv_sec < -11644473600)
			FLT_PROVES("VFS-834", seen.st_mtim.tv_sec == st.st_mtim.tv_sec);
		if (want == INT64_MAX)
			FLT_PROVES("VFS-835", seen.st_mtim.tv_sec == st.st_mtim.tv_sec);
	}
}

/* A FIFO's own methods set its times; they are those below. */
static void fifo_times(void)
{
	static const struct timespec old[] = { { 1000, 0 }, { 2000, 0 } };
	struct stat st, before;
	char byte;
	int fd;

	FLT_REQUIRE(!mknod("times.fifo", S_IFIFO | 0600, 0));
	fd = open("times.fifo", O_RDWR);
	FLT_REQUIRE(fd >= 0 && !futimens(fd, old) && !stat(below("times.fifo"), &before));
	FLT_EXPECT(before.st_mtim.tv_sec == 2000);
	FLT_EXPECT(write(fd, "x", 1) == 1 && !stat(below("times.fifo"), &st));
	FLT_EXPECT(st.st_mtim.tv_sec >= before.st_ctim.tv_sec && st.st_atim.tv_sec == 1000);
	FLT_EXPECT(read(fd, &byte, 1) == 1 && byte == 'x' && !fstat(fd, &st));
	FLT_EXPECT(st.st_mtim.tv_sec >= before.st_ctim.tv_sec &&
		   st.st_atim.tv_sec >= before.st_ctim.tv_sec);
	FLT_EXPECT(!stat(below("times.fifo"), &before) &&
		   before.st_atim.tv_sec == st.st_atim.tv_sec &&
		   before.st_atim.tv_nsec == st.st_atim.tv_nsec);
	close(fd);
	FLT_EXPECT(!unlink("times.fifo"));
}

static bool user_may_touch(const char *name)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(utimensat(AT_FDCWD, name, NULL, 0) ? errno : 0);
	}
	waitpid(child, &status, 0);
	FLT_EXPECT(!status || WEXITSTATUS(status) == EPERM);
	return !status;
}

static void time_now(void)
{
	const struct timespec omitted[] = { { 0, UTIME_OMIT }, { 0, UTIME_NOW } };
	const struct seq_answer *got;
	struct timespec now;

	file("touched", 0666);
	clock_gettime(CLOCK_REALTIME, &now);
	seq_start();
	FLT_EXPECT(!utimensat(AT_FDCWD, "touched", omitted, 0));
	seq_stop();
	got = answer();
	FLT_PROVES("VFS-837", llabs(got->written - filetime(&now)) < 50000000);
	FLT_PROVES("VFS-314", !got->accessed && !got->created && !got->attributes);
	/* the present time needs the right to write; another one, the file itself */
	FLT_PROVES("VFS-837", user_may_touch("touched"));
	FLT_PROVES("VFS-837", !user_may_touch(file("t=06e00000000", 0666)));
}

static void numbers(void)
{
	const struct seq_answer *got;
	struct statfs vfs;
	int fd;

	FLT_REQUIRE(!statfs(getenv("LOWER"), &vfs));
	seq_start();
	FLT_EXPECT(!statfs(getenv("MNT"), &(struct statfs){ 0 }));
	seq_stop();
	got = answer();
	FLT_PROVES("VFS-843", (long)got->attributes * got->tag == vfs.f_bsize && got->tag == 512);
	FLT_PROVES("VFS-602", got->ino == vfs.f_blocks);

	/* as far as a file can be, and one further */
	fd = open("plain", O_RDWR);
	FLT_PROVES("VFS-845", pread(fd, data, 1, 1LL << 40) == 0);
	if (strcmp(getenv("LOWER_FS"), "ext4")) {
		/* elsewhere no offset that the VFS lets through is too large */
		close(fd);
		return;
	}
	seq_start();
	FLT_PROVES("VFS-844", pwrite(fd, "x", 1, INT64_MAX - 1) < 0 && errno == EFBIG);
	FLT_PROVES("VFS-844", fallocate(fd, 0, INT64_MAX - 5, 2) < 0 && errno == EFBIG);
	seq_stop();
	FLT_PROVES("VFS-844", !seq_count);
	close(fd);
	/* what asks no more than the kernel knows already is not shown */
	FLT_REQUIRE(!access("plain", F_OK));
	seq_start();
	FLT_PROVES("VFS-309", !access("plain", R_OK | W_OK) && access("plain", X_OK) &&
		   !access("plain", F_OK));
	seq_stop();
	FLT_PROVES("VFS-309", !seq_count);
}

/* The event of a major function, the first or, if LAST, the last. */
static const struct seq_event *event(unsigned int major, bool last)
{
	static const struct seq_event none;
	const struct seq_event *found = NULL;
	unsigned int i;

	for (i = 0; i < seq_count; i++)
		if (seq_events[i].major == major && (last || !found))
			found = &seq_events[i];
	FLT_EXPECT(found);
	return found ? found : &none;
}

static void objects(void)
{
	const unsigned int always = FO_SYNCHRONOUS_IO | FO_CASE_SENSITIVE;
	const struct seq_event *create, *other;
	struct flock range = { .l_type = F_WRLCK };
	int fd;

	file("state", 0644);
	seq_start();
	fd = open("state", O_RDWR | O_SYNC);
	FLT_EXPECT(write(fd, "x", 1) == 1 && pwrite(fd, "x", 1, 10000) == 1);
	FLT_EXPECT(pread(fd, data, 1, 0) == 1 && !fcntl(fd, F_SETLK, &range) && !fsync(fd));
	close(fd);
	seq_stop();
	create = event(0, false);
	FLT_PROVES("VFS-814", create->before.flags == (always | FO_WRITE_THROUGH) &&
		   !create->before.context && !create->before.context2);
	FLT_PROVES("VFS-815", create->after.context && create->after.context2 &&
		   create->after.flags == (always | FO_WRITE_THROUGH | FO_CACHE_SUPPORTED) &&
		   (create->after.access & 0xff) == 0x3b);
	other = event(3, false);
	FLT_PROVES("VFS-117", !(create->after.flags & FO_HANDLE_CREATED) &&
		   event(4, false)->before.flags & FO_HANDLE_CREATED);
	FLT_PROVES("VFS-817", other->before.flags & FO_HANDLE_CREATED &&
		   other->before.flags & FO_MODIFIED && other->before.flags & FO_SIZE_CHANGED &&
		   other->before.context == create->after.context &&
		   other->before.context2 == create->after.context2);
	FLT_PROVES("VFS-817", !(other->before.access & 64) && event(9, false)->before.access & 64);
	other = event(18, false);
	FLT_PROVES("VFS-818", other->before.context == create->after.context &&
		   !(other->before.flags & FO_CLEANUP_COMPLETE));
	FLT_PROVES("VFS-819", event(2, false)->before.flags & FO_CLEANUP_COMPLETE &&
		   event(2, false)->before.context == create->after.context);

	seq_start();
	FLT_EXPECT(open("state", O_RDONLY | O_NOFOLLOW | O_DIRECTORY) < 0);
	FLT_EXPECT(open("x=00pc0000022", O_RDWR) < 0);
	FLT_EXPECT(open("absent", O_RDONLY) < 0);
	seq_stop();
	create = event(0, true);
	FLT_PROVES("VFS-816", create->status && !create->after.context &&
		   !create->after.context2 && create->after.flags == always);

	/* of an operation by path, of the volume, and of no access at all */
	seq_start();
	FLT_EXPECT(!truncate("state", 5));
	seq_stop();
	create = event(0, false);
	FLT_PROVES("VFS-814", create->before.flags == always && !create->before.context);
	FLT_PROVES("VFS-815", create->after.context && create->after.context2);
	seq_start();
	FLT_EXPECT(!statfs(getenv("MNT"), &(struct statfs){ 0 }));
	seq_stop();
	create = event(0, false);
	FLT_PROVES("VFS-814", create->before.flags == always && !create->before.context);
	FLT_PROVES("VFS-815", create->after.context && !create->after.context2 &&
		   create->after.flags & FO_VOLUME_OPEN);
	seq_start();
	close(open("state", 3));
	seq_stop();
	create = event(0, false);
	FLT_PROVES("VFS-754", create->detail[0] == 0x100080 && !(create->after.access & 3));
}

/* A walk that is restricted is not shown; the open that follows is. */
static void restricted(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_BENEATH };
	int fd, root = open(getenv("MNT"), O_PATH);

	file("d/inside", 0644);
	seq_start();
	fd = syscall(SYS_openat2, root, "d/inside", &how, sizeof(how));
	FLT_EXPECT(fd >= 0);
	close(fd);
	how.resolve = RESOLVE_NO_SYMLINKS;
	FLT_EXPECT(syscall(SYS_openat2, root, "link", &how, sizeof(how)) < 0 && errno == ELOOP);
	how.resolve = RESOLVE_BENEATH;
	FLT_EXPECT(syscall(SYS_openat2, root, "../x", &how, sizeof(how)) < 0 && errno == EXDEV);
	seq_stop();
	FLT_PROVES("VFS-768", !fnmatch("CREATE a \\d\\inside OPEN 120089 20 =1; " CLOSED("a"),
				       seq_render(), FNM_NOESCAPE));
	close(root);
}

/* A filter that does not want a stat in its fast form, and one that does not know that. */
static void slow_stats(void)
{
	struct stat fast, slow;

	file("x=f9d00000000", 0640);
	FLT_REQUIRE(!stat(below("x=f9d00000000"), &fast));
	seq_start();
	FLT_EXPECT(!stat("x=f9d00000000", &slow));
	seq_stop();
	FLT_PROVES("VFS-716", !fnmatch("QUERY_OPEN ? StatLx !c01c0004; "
				       "CREATE ? \\x=f9d00000000 OPEN 100080 4020 =1; "
				       "QUERY_INFORMATION ? StatLx; CLEANUP ?; CLOSE ?",
				       seq_render(), FNM_NOESCAPE));
	FLT_PROVES("INFO-07", seq_count == 5 && event(5, 0)->done && !event(5, 0)->status);
	FLT_PROVES("VFS-716", slow.st_ino == fast.st_ino && slow.st_mode == fast.st_mode &&
		   slow.st_size == fast.st_size && slow.st_blocks == fast.st_blocks &&
		   slow.st_nlink == fast.st_nlink &&
		   !memcmp(&slow.st_mtim, &fast.st_mtim, sizeof(fast.st_mtim)));

	FLT_REQUIRE(!twin_load("sehloose"));
	seq_start();
	FLT_EXPECT(!stat("plain", &slow));
	seq_stop();
	FLT_PROVES("VFS-717", !strcmp("CREATE a \\plain OPEN 100080 4020 =1; "
				      "QUERY_INFORMATION a All; " CLOSED("a"), seq_render()));
	FLT_PROVES("VFS-303", !strcmp("CREATE a \\plain OPEN 100080 4020 =1; "
				      "QUERY_INFORMATION a All; " CLOSED("a"), seq_render()));
	FLT_PROVES("VFS-791", seq_events[0].detail[0] == 0x100080 &&
		   (seq_events[0].detail[1] & 0xffffff) == 0x4020);
	seq_start();
	FLT_EXPECT(!lstat("link", &slow));
	seq_stop();
	FLT_PROVES("VFS-792", !strcmp("CREATE a \\link OPEN 100080 204020 =1; "
				      "QUERY_INFORMATION a All; " CLOSED("a"), seq_render()));
	seq_start();
	FLT_EXPECT(!syscall(SYS_statx, AT_FDCWD, "plain", AT_STATX_FORCE_SYNC, STATX_SIZE, data));
	FLT_EXPECT(!syscall(SYS_statx, AT_FDCWD, "plain", AT_STATX_DONT_SYNC, STATX_SIZE, data));
	seq_stop();
	FLT_PROVES("VFS-305", seq_count == 8 && seq_sound());
	FLT_REQUIRE(!twin_unload("sehloose", true));
	seq_start();
	FLT_EXPECT(!syscall(SYS_statx, AT_FDCWD, "plain", AT_STATX_DONT_SYNC, STATX_SIZE, data));
	seq_stop();
	FLT_PROVES("VFS-305", !strcmp("QUERY_OPEN a StatLx", seq_render()));
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("answer") && !twin_load("probe"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	kinds();
	attribute_changes();
	immutable();
	links();
	times();
	fifo_times();
	time_now();
	numbers();
	objects();
	restricted();
	slow_stats();
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("answer", true));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
