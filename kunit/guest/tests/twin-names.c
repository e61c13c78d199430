// SPDX-License-Identifier: GPL-2.0
/*
 * Names: making, renaming, linking and removing them, listing folders, and being told of it.
 *
 * needs: lower=ext4,tmpfs long-lower=xfs filters=passthru time=120
 */
#include "../twin.h"

#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>

static long rename2(const char *from, const char *to, unsigned int flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

/* What rename knows: files, folders, full folders, links, absent, each onto each. */
static void rename_matrix(void)
{
	static const char * const kinds[] = {
		"file", "folder", "full", "link", "dangling", "absent", "hard", "folder/in", "fifo",
	};
	static const unsigned int flags[] = { 0, RENAME_NOREPLACE, RENAME_EXCHANGE,
					      RENAME_WHITEOUT, RENAME_EXCHANGE | RENAME_NOREPLACE };
	unsigned int a, b, f, n = 0;

	for (a = 0; a < 9; a++) {
		for (b = 0; b < 9; b++) {
			for (f = 0; f < 5; f++) {
				char from[64], to[64], dir[32];

				snprintf(dir, sizeof(dir), "d%u", n++);
				CALL((mkdir(dir, 0755) || chdir(dir)));
				twin_put("file", "file");
				mkdir("folder", 0755);
				mkdir("full", 0755);
				twin_put("full/contents", "x");
				symlink("file", "link");
				symlink("nowhere", "dangling");
				link("file", "hard");
				mkfifo("fifo", 0600);
				snprintf(from, sizeof(from), "%s", kinds[a]);
				snprintf(to, sizeof(to), "%s%s", kinds[b], a == b ? "" : "");
				errno = 0;
				if (rename2(from, to, flags[f]))
					twin_say("%s to %s, %x: %s", from, to, flags[f],
						 strerrorname_np(errno));
				else
					twin_say("%s to %s, %x", from, to, flags[f]);
				if (chdir(".."))
					twin_say("no way back");
			}
		}
	}
}

static void rename_odd(void)
{
	int fd;

	CALL(mkdir("a", 0755));
	CALL(mkdir("a/b", 0755));
	CALL(rename("a", "a/b/c"));
	CALL(rename("a/b", "a"));
	CALL(rename(".", "x"));
	CALL(rename("a/..", "x"));
	CALL(rename("a/", "renamed/"));
	CALL(rename("renamed", "a"));
	twin_put("f", "f");
	CALL(rename("f", "g/"));
	CALL(rename("f/", "g"));
	CALL(rename("f", "f"));
	CALL(rename("f", "a/b/f"));
	CALL(rename("a/b/f", "F"));
	CALL(rename("F", "f"));
	fd = CALL_FD(open("f", O_RDWR));
	CALL(rename("f", "g"));
	CALL(write(fd, "written after", 13));
	CALL(rename2("g", "h", 64));
	CALL(rename("h", "/tmp/other-file-system"));
	CALL(rename("absent", "present"));
}

static void links(void)
{
	struct stat st;
	int i, fd;

	twin_put("f", "f");
	CALL(link("f", "g"));
	CALL(link("f", "g"));
	CALL(link("absent", "h"));
	CALL(mkdir("d", 0755));
	CALL(link("d", "e"));
	CALL(symlink("f", "s"));
	CALL(link("s", "t"));
	CALL(linkat(AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW));
	CALL(link("f", "/tmp/other-file-system"));
	for (i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d/%d", i);
		if (link("f", name))
			twin_say("%d: %s", i, strerrorname_np(errno));
	}
	CALL(stat("f", &st));
	twin_say("%lu", (unsigned long)st.st_nlink);
	CALL(unlink("f"));
	CALL(unlink("d/7"));
	fd = CALL_FD(open("g", O_RDONLY));
	CALL(fstat(fd, &st));
	twin_say("%lu", (unsigned long)st.st_nlink);
}

static void symlinks(void)
{
	char text[5000], back[5000];
	long size;

	memset(text, 'x', sizeof(text));
	text[4095] = 0;
	CALL(symlink(text, "long"));
	size = CALL(readlink("long", back, sizeof(back)));
	twin_say("%lx", twin_hash(back, size > 0 ? size : 0));
	text[4095] = 'x';
	text[4096] = 0;
	CALL(symlink(text, "longer"));
	CALL(symlink("", "empty"));
	CALL(symlink("target", "s"));
	CALL(symlink("target", "s"));
	CALL(readlink("s", back, 3));
	CALL(readlink(".", back, 3));
	CALL(chmod("s", 0600));
	twin_put("target", "t");
	CALL(chmod("s", 0600));
	CALL(lchown("s", 5, 6));
	CALL(chown("s", 7, 8));
	CALL(mkdir("d", 0755));
	CALL(symlink("../s", "d/up"));
	CALL(truncate("d/up", 0));
	CALL(symlink("a/b", "a"));
	CALL(access("a/b/c", F_OK));
}

static void removal(void)
{
	const struct timespec old[2] = { { .tv_sec = 2000 }, { .tv_sec = 1000 } };
	struct stat st;
	int fd;

	CALL(mkdir("d", 0755));
	CALL(mkdir("d", 0755));
	CALL(mkdir("d/e/f", 0755));
	CALL(mkdir("d/e/", 0755));
	/* is no access, whoever looks whether it is empty */
	CALL(utimensat(AT_FDCWD, "d", old, 0));
	CALL(rmdir("d"));
	CALL(lstat("d", &st));
	twin_say_stat("d", &st);
	CALL(rmdir("d/e/."));
	CALL(rmdir("d/e/.."));
	CALL(unlink("d/e"));
	twin_put("f", "f");
	CALL(rmdir("f"));
	CALL(unlink("f/"));
	CALL(unlink("absent"));
	CALL(unlink("absent/"));
	fd = CALL_FD(open("d/e", O_RDONLY | O_DIRECTORY));
	CALL(rmdir("d/e"));
	CALL(openat(fd, "x", O_CREAT | O_WRONLY, 0600));
	CALL(mkdirat(fd, "x", 0700));
	CALL(unlinkat(fd, "x", 0));
	CALL(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR));
	CALL(unlinkat(AT_FDCWD, "f", AT_REMOVEDIR));
	CALL(unlinkat(AT_FDCWD, "f", 0));
}

static void listing(void)
{
	struct dirent *entry;
	char buffer[512];
	int count = 0, i, fd;
	unsigned long all = 0;
	long where = 0, got;
	DIR *dir;

	for (i = 0; i < 1000; i++) {
		char name[64];

		snprintf(name, sizeof(name), "a name that takes some room %d", i);
		close(open(name, O_CREAT | O_WRONLY, 0600));
	}
	dir = opendir(".");
	while ((entry = readdir(dir))) {
		/* order differs between folders of some file systems: a sum does not */
		all += twin_hash(entry->d_name, strlen(entry->d_name)) + entry->d_type;
		if (++count == 500)
			where = telldir(dir);
	}
	twin_say("%d %lx", count, all);
	seekdir(dir, where);
	for (i = 0; readdir(dir); i++)
		;
	twin_say("%d", i);
	rewinddir(dir);
	for (i = 0; (entry = readdir(dir)); i++)
		if (entry->d_type == DT_REG && i % 2)
			unlink(entry->d_name);
	closedir(dir);
	dir = opendir(".");
	for (i = 0; readdir(dir); i++)
		;
	twin_say("%d", i);
	closedir(dir);
	fd = open(".", O_RDONLY);
	CALL(syscall(SYS_getdents64, fd, buffer, 10));
	for (i = 0; (got = syscall(SYS_getdents64, fd, buffer, sizeof(buffer))) > 0; )
		i += got;
	twin_say("%d bytes, then %ld", i, got);
	dir = opendir(".");
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlink(entry->d_name);
	closedir(dir);
}

static void inode_numbers(void)
{
	struct stat st, from_fd;
	struct dirent *entry;
	DIR *dir;
	int fd;

	twin_put("f", "f");
	CALL(mkdir("d", 0755));
	CALL(link("f", "g"));
	dir = opendir(".");
	while ((entry = readdir(dir))) {
		CALL(lstat(entry->d_name, &st));
		if (!strcmp(entry->d_name, ".."))
			continue;
		twin_say("number in the listing and in stat %s",
			 entry->d_ino == st.st_ino ? "agree" : "differ");
	}
	closedir(dir);
	fd = CALL_FD(open("f", O_RDONLY));
	CALL(stat("g", &st));
	CALL(fstat(fd, &from_fd));
	twin_say("%d", st.st_ino == from_fd.st_ino && st.st_dev == from_fd.st_dev);
}

static void print_events(int fd)
{
	char buffer[8192] __attribute__((aligned(8)));
	ssize_t got = read(fd, buffer, sizeof(buffer));
	ssize_t at = 0;

	if (got < 0)
		twin_say("no event: %s", strerrorname_np(errno));
	while (at < got) {
		struct inotify_event *event = (struct inotify_event *)(buffer + at);

		twin_say("event %x %s", event->mask, event->len ? event->name : "");
		at += sizeof(*event) + event->len;
	}
}

static void events(void)
{
	int fd = CALL_FD(inotify_init1(IN_NONBLOCK));
	int file;

	CALL(mkdir("d", 0755));
	CALL(inotify_add_watch(fd, ".", IN_ALL_EVENTS));
	file = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	CALL(write(file, "x", 1));
	CALL(pread(file, &(char){ 0 }, 1, 0));
	CALL(close(file));
	print_events(fd);
	CALL(rename("f", "d/f"));
	CALL(rename("d/f", "g"));
	CALL(link("g", "h"));
	CALL(chmod("h", 0644));
	CALL(truncate("h", 0));
	CALL(symlink("x", "s"));
	print_events(fd);
	CALL(unlink("g"));
	CALL(unlink("h"));
	CALL(rmdir("d"));
	CALL(mkdir("e", 0700));
	print_events(fd);
	CALL(utimensat(AT_FDCWD, "e", NULL, 0));
	CALL(setxattr("e", "user.x", "y", 1, 0));
	print_events(fd);
}

static void sockets(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	char buffer[8] = "";
	int a = socket(AF_UNIX, SOCK_STREAM, 0), b = socket(AF_UNIX, SOCK_STREAM, 0), c;

	CALL(bind(a, (struct sockaddr *)&address, sizeof(address)));
	CALL(bind(b, (struct sockaddr *)&address, sizeof(address)));
	CALL(connect(b, (struct sockaddr *)&address, sizeof(address)));
	CALL(listen(a, 1));
	CALL(connect(b, (struct sockaddr *)&address, sizeof(address)));
	c = CALL_FD(accept(a, NULL, NULL));
	CALL(write(b, "hello", 5));
	CALL(read(c, buffer, 5));
	twin_say("%s", buffer);
	CALL(unlink("socket"));
}

static void working_folder(void)
{
	char path[PATH_MAX];

	CALL(mkdir("a", 0755));
	CALL(mkdir("a/b", 0755));
	CALL(chdir("a/b"));
	CALL(rename("../../a", "../../c"));
	CALL(getcwd(path, sizeof(path)) != NULL);
	twin_say("%s", strstr(path, "/cwd/") ? strstr(path, "/cwd/") : "lost");
	CALL(rmdir("../b"));
	CALL(getcwd(path, sizeof(path)) != NULL);
	CALL_FD(open("x", O_CREAT | O_WRONLY, 0600));
	CALL(chdir(".."));
}

TWIN_TEST("passthru",
	  { "rename", rename_matrix },
	  { "odd", rename_odd },
	  { "links", links },
	  { "symlinks", symlinks },
	  { "removal", removal },
	  { "listing", listing },
	  { "numbers", inode_numbers },
	  { "events", events },
	  { "sockets", sockets },
	  { "cwd", working_folder })
