// SPDX-License-Identifier: GPL-2.0
/*
 * Opening, creating and closing: every combination of flags gives on the mount what it gives
 * on the file system below, and leaves the same tree.
 *
 * needs: lower=ext4,tmpfs long-lower=xfs filters=passthru time=120
 */
#include "../twin.h"

static void try_open(const char *path, int flags, const char *text)
{
	int fd;

	errno = 0;
	fd = open(path, flags, 0640);
	twin_say("open %s %s: %s", path, text, fd < 0 ? strerrorname_np(errno) : "ok");
	if (fd >= 0) {
		twin_say("  flags %x", fcntl(fd, F_GETFL));
		close(fd);
	}
}

/* What every try finds; one that neither creates nor truncates leaves it so. */
static void make_ground(void)
{
	struct stat st;

	unlink("absent");
	unlink("nowhere");
	unlink("folder/new");
	unlink("folder/new2");
	mkdir("folder", 0755);
	if (stat("file", &st) || st.st_size != 8)
		twin_put("file", "contents");
	symlink("file", "link");
	symlink("nowhere", "dangling");
	symlink("folder", "link-folder");
	symlink("loop", "loop");
	mkfifo("fifo", 0600);
}

static void flags_matrix(void)
{
	static const struct {
		int flag;
		const char *name;
	} flags[] = {
		{ O_CREAT, "creat" }, { O_EXCL, "excl" }, { O_TRUNC, "trunc" },
		{ O_DIRECTORY, "directory" }, { O_NOFOLLOW, "nofollow" },
		{ O_PATH, "path" },
	};
	static const char * const paths[] = {
		"absent", "file", "folder", "link", "dangling", "loop", "fifo", "file/below",
		"absent/below", "folder/.", "file/", "absent2/", "folder/new", "link-folder/new2",
	};
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	unsigned int bits, m, p, f;

	make_ground();
	for (p = 0; p < sizeof(paths) / sizeof(paths[0]); p++) {
		for (bits = 0; bits < 1 << 6; bits++) {
			for (m = 0; m < 3; m++) {
				int all = modes[m];
				char text[128];

				snprintf(text, sizeof(text), "mode %u", m);
				for (f = 0; f < 6; f++) {
					if (bits & 1 << f) {
						all |= flags[f].flag;
						strcat(text, " ");
						strcat(text, flags[f].name);
					}
				}
				try_open(paths[p], all | O_NONBLOCK, text);
				if (all & (O_CREAT | O_TRUNC))
					make_ground();
			}
		}
	}
}

static void names(void)
{
	char name[300];

	memset(name, 'n', sizeof(name));
	name[255] = 0;
	CALL(close(open(name, O_CREAT | O_WRONLY, 0600)));
	CALL(unlink(name));
	name[255] = 'n';
	name[256] = 0;
	CALL_FD(open(name, O_CREAT | O_WRONLY, 0600));
	CALL(mkdir(name, 0700));
	CALL_FD(open("", O_RDONLY));
	CALL(close(open("with \\ and : and \x7f", O_CREAT | O_WRONLY, 0600)));
	CALL(close(open("\xff\xfe is not utf-8", O_CREAT | O_WRONLY, 0600)));
	CALL(close(open("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", O_CREAT | O_WRONLY, 0600)));
	CALL(close(open("trailing. ", O_CREAT | O_WRONLY, 0600)));
	CALL(access("TRAILING. ", F_OK));
}

static void create_mode(void)
{
	umask(0);
	CALL(close(open("a", O_CREAT | O_WRONLY, 04777)));
	umask(077);
	CALL(close(open("b", O_CREAT | O_WRONLY, 0666)));
	CALL(close(open("readonly", O_CREAT | O_RDWR, 0444)));
	CALL(mkdir("sticky", 01777));
	CALL(mkdir("setgid", 0755));
	CALL(chown("setgid", 0, 1000));
	CALL(chmod("setgid", 02777));
	CALL(close(open("setgid/inherits", O_CREAT | O_WRONLY, 0666)));
	CALL(mkdir("setgid/below", 0700));
}

static void exclusive(void)
{
	CALL(close(open("x", O_CREAT | O_EXCL | O_WRONLY, 0600)));
	CALL_FD(open("x", O_CREAT | O_EXCL | O_WRONLY, 0600));
	CALL(symlink("target", "s"));
	CALL_FD(open("s", O_CREAT | O_EXCL | O_WRONLY, 0600));
	CALL(close(open("s", O_CREAT | O_WRONLY, 0600)));
	CALL(access("target", F_OK));
}

static void tmpfile_step(void)
{
	char path[64];
	int fd = CALL_FD(open(".", O_TMPFILE | O_RDWR, 0600));
	struct stat st;

	CALL(write(fd, "hidden", 6));
	CALL(fstat(fd, &st));
	twin_say("links %lu size %ld", (unsigned long)st.st_nlink, (long)st.st_size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CALL(linkat(AT_FDCWD, path, AT_FDCWD, "shown", AT_SYMLINK_FOLLOW));
	CALL(linkat(AT_FDCWD, path, AT_FDCWD, "shown", AT_SYMLINK_FOLLOW));
	close(fd);
	fd = CALL_FD(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CALL(linkat(AT_FDCWD, path, AT_FDCWD, "never", AT_SYMLINK_FOLLOW));
	CALL_FD(open(".", O_TMPFILE | O_RDONLY, 0600));
}

static void deleted_but_open(void)
{
	char buffer[16] = "";
	struct stat st;
	int fd = CALL_FD(open("gone", O_CREAT | O_RDWR, 0600));

	CALL(write(fd, "still here", 10));
	CALL(unlink("gone"));
	CALL_FD(open("gone", O_RDONLY));
	CALL(pread(fd, buffer, 10, 0));
	twin_say("%s", buffer);
	CALL(fstat(fd, &st));
	twin_say("links %lu", (unsigned long)st.st_nlink);
	CALL(ftruncate(fd, 3));
	CALL(fchmod(fd, 0644));
	CALL(fsync(fd));
	CALL(linkat(fd, "", AT_FDCWD, "back", AT_EMPTY_PATH));
	CALL(mkdir("dir", 0755));
	fd = CALL_FD(open("dir", O_RDONLY | O_DIRECTORY));
	CALL(rmdir("dir"));
	CALL_FD(openat(fd, "new", O_CREAT | O_WRONLY, 0600));
	CALL(fstat(fd, &st));
	twin_say("links %lu", (unsigned long)st.st_nlink);
	CALL_FD(open("/proc/self/cwd/../deleted-but-open", O_RDONLY | O_DIRECTORY));
}

static void special_files(void)
{
	char buffer[8] = "";
	int fds[2];

	CALL(mkfifo("fifo", 0600));
	CALL(mknod("null", S_IFCHR | 0600, makedev(1, 3)));
	CALL(mknod("zero", S_IFCHR | 0600, makedev(1, 5)));
	CALL(mknod("socket", S_IFSOCK | 0600, 0));
	CALL(mknod("regular", S_IFREG | 0600, 0));
	CALL(mknod("block", S_IFBLK | 0600, makedev(240, 7)));
	CALL(mknod("folder", S_IFDIR | 0600, 0));
	CALL_FD(open("fifo", O_WRONLY | O_NONBLOCK));
	fds[0] = CALL_FD(open("fifo", O_RDONLY | O_NONBLOCK));
	fds[1] = CALL_FD(open("fifo", O_WRONLY | O_NONBLOCK));
	CALL(write(fds[1], "through", 7));
	CALL(read(fds[0], buffer, 7));
	twin_say("%s", buffer);
	fds[0] = CALL_FD(open("null", O_RDWR));
	CALL(write(fds[0], "nothing", 7));
	CALL(read(fds[0], buffer, 7));
	fds[0] = CALL_FD(open("zero", O_RDONLY));
	CALL(read(fds[0], buffer, 7));
	CALL_FD(open("socket", O_RDONLY));
	CALL_FD(open("block", O_RDONLY));
}

static void user_part(void)
{
	CALL_FD(open("secret", O_RDONLY));
	CALL_FD(open("public", O_WRONLY));
	CALL_FD(open("public", O_RDONLY));
	CALL_FD(open("closed/file", O_RDONLY));
	CALL_FD(open("closed", O_RDONLY | O_DIRECTORY));
	CALL_FD(open("new", O_CREAT | O_WRONLY, 0600));
	CALL_FD(open("theirs/new", O_CREAT | O_WRONLY, 0600));
	CALL(unlink("public"));
	CALL(unlink("sticky/root"));
	CALL(rename("sticky/root", "sticky/mine"));
	CALL(chmod("public", 0777));
	CALL(chown("theirs/new", 0, 0));
	CALL(chmod("theirs/new", 06755));
	CALL(mknod("theirs/null", S_IFCHR | 0600, makedev(1, 3)));
	CALL(access("secret", R_OK));
	CALL(access("public", R_OK));
	CALL(access("public", X_OK));
	CALL_FD(open("public", O_RDONLY | O_NOATIME));
	CALL(truncate("public", 0));
	CALL(utimensat(AT_FDCWD, "public", NULL, 0));
	CALL(symlink("x", "theirs/link"));
	CALL(setxattr("public", "user.x", "y", 1, 0));
	CALL(link("secret", "theirs/secret"));
}

static void permissions(void)
{
	umask(0);
	twin_put("secret", "s");
	CALL(chmod("secret", 0600));
	twin_put("public", "p");
	CALL(chmod("public", 0644));
	CALL(mkdir("closed", 0700));
	twin_put("closed/file", "c");
	CALL(mkdir("theirs", 0755));
	CALL(chown("theirs", 1000, 1000));
	CALL(mkdir("sticky", 01777));
	twin_put("sticky/root", "r");
	CALL(chmod(".", 0755));
	twin_as_user(user_part);
}

static void many_opens(void)
{
	int fds[200], i;

	for (i = 0; i < 200; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%d", i % 50);
		fds[i] = open(name, O_CREAT | O_RDWR | O_APPEND, 0600);
		if (fds[i] < 0 || write(fds[i], name, strlen(name)) < 0)
			twin_say("%d: %s", i, strerrorname_np(errno));
	}
	for (i = 0; i < 200; i++)
		close(fds[i]);
}

static void dup_and_fork(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	int other = CALL_FD(dup(fd));
	int reopened;
	char path[64];

	CALL(write(fd, "abc", 3));
	CALL(write(other, "def", 3));
	if (!fork()) {
		CALL(write(fd, "ghi", 3));
		_exit(0);
	}
	wait(NULL);
	CALL(lseek(fd, 0, SEEK_CUR));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reopened = CALL_FD(open(path, O_RDWR | O_TRUNC));
	CALL(lseek(reopened, 0, SEEK_END));
	CALL(close(fd));
	CALL(write(other, "jkl", 3));
}

/* The number of a file that is gone, in a handle, is not that of the file that has it next. */
static void handles(void)
{
	struct {
		struct file_handle head;
		unsigned char bytes[MAX_HANDLE_SZ];
	} old = { .head.handle_bytes = MAX_HANDLE_SZ }, new = old;
	int mount, tries, at = CALL_FD(open(".", O_RDONLY | O_DIRECTORY));
	struct stat gone, st = { .st_ino = 0 };

	twin_put("f", "first");
	CALL(name_to_handle_at(AT_FDCWD, "f", &old.head, &mount, 0));
	CALL(stat("f", &gone));
	close(CALL_FD(open_by_handle_at(at, &old.head, O_RDONLY)));
	CALL(unlink("f"));
	CALL_FD(open_by_handle_at(at, &old.head, O_RDONLY));
	for (tries = 0; tries < 300 && st.st_ino != gone.st_ino; tries++) {
		char name[32];

		snprintf(name, sizeof(name), "g%d", tries);
		twin_put(name, "next");
		if (stat(name, &st) || st.st_ino != gone.st_ino)
			continue;
		FLT_EXPECT(!name_to_handle_at(AT_FDCWD, name, &new.head, &mount, 0));
		FLT_PROVES("VFS-839", new.head.handle_bytes == old.head.handle_bytes &&
			   memcmp(&old.bytes, &new.bytes, old.head.handle_bytes));
		FLT_PROVES("VFS-839", open_by_handle_at(at, &old.head, O_RDONLY) < 0 &&
			   errno == ESTALE);
	}
	close(at);
	while (tries--) {
		char name[32];

		snprintf(name, sizeof(name), "g%d", tries);
		unlink(name);
	}
}

TWIN_TEST("passthru",
	  { "flags", flags_matrix },
	  { "names", names },
	  { "mode", create_mode },
	  { "exclusive", exclusive },
	  { "tmpfile", tmpfile_step },
	  { "deleted-but-open", deleted_but_open },
	  { "special", special_files },
	  { "permissions", permissions },
	  { "many", many_opens },
	  { "dup", dup_and_fork },
	  { "handles", handles })
