// SPDX-License-Identifier: GPL-2.0
/*
 * What filters are told about names of real files: the filter "names" asks in every callback and
 * prints what it gets. A row of names.md holds if that is what it has to be.
 *
 * needs: lower=ext4,tmpfs long-kernels=debug filters=names time=240
 */
#include "../twin.h"

#define LINES_MAX 512

/* MAJOR of the operations that are looked at. */
enum {
	CREATE = 0, CLOSE = 2, READ = 3, WRITE = 4, SET = 6, CLEANUP = 18, ACQUIRE_SECTION = 255,
};

struct line {
	char phase, what;
	unsigned int major, status;
	char name[1024];	/* behind the volume's */
	bool device;		/* it began with that */
};

static struct line lines[LINES_MAX];
static unsigned int count, failed;
static int kmsg = -1;
static const char *lower, *mnt;

/* What the filter said last about a file whose path begins with "info". */
static struct info {
	unsigned int wrong, links, pending, dir, attr, tag, mode;
	long long size, alloc, created, accessed, written, changed;
	unsigned long long ino;
} info;

static void listen(void)
{
	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FLT_REQUIRE(kmsg >= 0);
	lseek(kmsg, 0, SEEK_END);
	count = 0;
}

/* What the kernel log escapes as \xNN comes back as it was. */
static void unescape(char *text)
{
	char *to = text;
	unsigned int value;

	while (*text) {
		if (text[0] == '\\' && text[1] == 'x' && sscanf(text + 2, "%2x", &value) == 1) {
			*to++ = value;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = 0;
}

static void note(const char *text)
{
	struct line *line = &lines[count];
	int used = 0, number;

	if (!strncmp(text, "FAILED", 6)) {
		printf("%s\n", text);
		failed++;
		return;
	}
	if (sscanf(text, "info %u links=%u pending=%u dir=%u size=%lld alloc=%lld ino=%llu attr=%x tag=%x mode=%u when=%lld,%lld,%lld,%lld",
		   &info.wrong, &info.links, &info.pending, &info.dir, &info.size, &info.alloc,
		   &info.ino, &info.attr, &info.tag, &info.mode, &info.created, &info.accessed,
		   &info.written, &info.changed) == 14)
		return;
	if (count == LINES_MAX ||
	    sscanf(text, "%c %u %c %x %n", &line->phase, &line->major, &line->what, &line->status,
		   &used) != 4)
		return;
	text += used;
	line->device = sscanf(text, "\\Device\\HarddiskVolume%d%n", &number, &used) == 1;
	snprintf(line->name, sizeof(line->name), "%s", line->device ? text + used : text);
	count++;
}

/* Everything since listen(). */
static void hear(void)
{
	char record[4096], *text, *end;
	ssize_t got;

	while ((got = read(kmsg, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (got <= 0)
			continue;
		record[got] = 0;
		text = strstr(record, ";");
		end = text ? strchr(text, '\n') : NULL;
		if (!end)
			continue;
		*end = 0;
		unescape(text);
		/* DbgPrint may put the module's name before what the driver prints */
		if (!strstr(text, "names: "))
			continue;
		while (strstr(text, "names: "))
			text = strstr(text, "names: ") + 7;
		note(text);
	}
}

/* The nth (from 0) answer of a kind, or a line without a name. */
static const struct line *answer(char phase, unsigned int major, char what, unsigned int nth)
{
	static const struct line none = { .status = 0xffffffff, .name = "(never asked)" };
	unsigned int i;

	for (i = 0; i < count; i++)
		if (lines[i].phase == phase && lines[i].major == major && lines[i].what == what &&
		    !nth--)
			return &lines[i];
	return &none;
}

static bool is(char phase, unsigned int major, char what, unsigned int nth, const char *name)
{
	const struct line *line = answer(phase, major, what, nth);

	if (!line->status && line->device && !strcmp(line->name, name))
		return true;
	printf("%c %u %c %u: status %x, '%s' instead of '%s'\n", phase, major, what, nth,
	       line->status, line->name, name);
	return false;
}

static bool refused(char phase, unsigned int major, char what, unsigned int nth,
		    unsigned int status)
{
	const struct line *line = answer(phase, major, what, nth);

	if (line->status == status)
		return true;
	printf("%c %u %c %u: status %x instead of %x\n", phase, major, what, nth, line->status,
	       status);
	return false;
}

static void put(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(fd >= 0 && write(fd, "data", 4) == 4);
	close(fd);
}

/* Opens, so that it is asked in CREATE. */
static void look(const char *path)
{
	int fd;

	listen();
	fd = open(path, O_RDONLY);
	FLT_EXPECT(fd >= 0);
	close(fd);
	hear();
}

static void read_one(int fd)
{
	char byte;

	listen();
	FLT_EXPECT(pread(fd, &byte, 1, 0) == 1);
	hear();
}

static void plain_names(void)
{
	FLT_REQUIRE(!mkdir("a", 0755) && !mkdir("a/sub", 0755));
	put("a/b.txt");
	FLT_REQUIRE(!symlink("a/sub", "l"));
	look("a/b.txt");
	FLT_PROVES("NAME-07", is('>', CREATE, 'n', 0, "\\a\\b.txt") &&
		   is('>', CREATE, 'o', 0, "\\a\\b.txt"));
	FLT_PROVES("NAME-21", is('>', CLOSE, 'n', 0, "\\a\\b.txt"));
	FLT_PROVES("VFS-818", is('>', CLEANUP, 'n', 0, "\\a\\b.txt"));
	FLT_PROVES("NAME-13", refused('>', CREATE, 's', 0, 0xc01c0005));
	FLT_PROVES("NAME-14", refused('>', CLEANUP, 's', 0, 0xc0000034));
	look(".");
	FLT_PROVES("NAME-07", is('>', CREATE, 'n', 0, "\\") && is('>', CREATE, 'o', 0, "\\"));
	look("a");
	FLT_PROVES("NAME-07", is('>', CREATE, 'n', 0, "\\a"));
	look("l/../b.txt");
	FLT_PROVES("NAME-09", is('>', CREATE, 'n', 0, "\\a\\b.txt"));
	look("./l//..//sub/../b.txt");
	FLT_PROVES("NAME-09", is('>', CREATE, 'n', 0, "\\a\\b.txt"));
}

static void other_ways(void)
{
	char path[PATH_MAX];
	pid_t child;
	int status;

	FLT_REQUIRE(!mkdir("/tmp/names-bind", 0755) || errno == EEXIST);
	FLT_REQUIRE(!mount("a", "/tmp/names-bind", NULL, MS_BIND, NULL));
	look("/tmp/names-bind/b.txt");
	FLT_PROVES("NAME-08", is('>', CREATE, 'n', 0, "\\a\\b.txt"));
	listen();
	child = fork();
	if (!child) {
		snprintf(path, sizeof(path), "%s/a", mnt);
		if (chroot(path) || chdir("/sub") || close(open("/b.txt", O_RDONLY)))
			_exit(1);
		_exit(0);
	}
	FLT_EXPECT(waitpid(child, &status, 0) == child && !status);
	hear();
	FLT_PROVES("NAME-08", is('>', CREATE, 'n', 0, "\\a\\b.txt"));
	FLT_REQUIRE(!umount("/tmp/names-bind"));
}

static void new_names(void)
{
	int fd;

	listen();
	fd = open("a/new", O_CREAT | O_WRONLY | O_EXCL, 0644);
	FLT_EXPECT(fd >= 0);
	close(fd);
	hear();
	FLT_PROVES("NAME-11", is('>', CREATE, 'n', 0, "\\a\\new") &&
		   is('>', CREATE, 'o', 0, "\\a\\new"));
	FLT_PROVES("NAME-29", is('<', CREATE, 'n', 0, "\\a\\new"));

	/* Removed and made anew: nothing is tunneled. */
	unlink("a/new");
	listen();
	put("a/new");
	hear();
	FLT_PROVES("NAME-49", !answer('<', CREATE, 't', 0)->status &&
		   !answer('<', CREATE, 't', 0)->device);

	/* An open that fails: asked before, so it is still known. */
	listen();
	FLT_EXPECT(open("a/absent", O_RDONLY) < 0);
	hear();
	FLT_PROVES("NAME-29", is('>', CREATE, 'n', 0, "\\a\\absent") &&
		   is('<', CREATE, 'n', 0, "\\a\\absent"));
	listen();
	fd = open("a", O_TMPFILE | O_RDWR, 0600);
	FLT_EXPECT(fd >= 0);
	close(fd);
	hear();
	FLT_EXPECT(answer('>', CREATE, 'n', 0)->device &&
		   is('>', CREATE, 'o', 0, answer('>', CREATE, 'n', 0)->name));
}

static void renames(void)
{
	char from[PATH_MAX], to[PATH_MAX];
	int fd, dirfd, dirfd2;

	FLT_REQUIRE(!mkdir("d1", 0755) && !mkdir("d2", 0755) && !mkdir("d1/deep", 0755));
	put("d1/f");
	put("d1/deep/f");
	fd = open("d1/f", O_RDWR);
	FLT_REQUIRE(fd >= 0);
	listen();
	FLT_EXPECT(!rename("d1/f", "d1/g"));
	hear();
	FLT_PROVES("NAME-45", is('>', SET, 'd', 0, "\\d1\\g"));
	FLT_PROVES("NAME-26", is('>', SET, 'n', 0, "\\d1\\f") && is('<', SET, 'n', 0, "\\d1\\g"));
	FLT_PROVES("NAME-49", !answer('<', SET, 't', 0)->status);
	read_one(fd);
	FLT_PROVES("NAME-25", is('>', READ, 'n', 0, "\\d1\\g"));
	FLT_PROVES("NAME-10", is('>', READ, 'o', 0, "\\d1\\f"));
	FLT_PROVES("VFS-734", is('>', READ, 'n', 0, "\\d1\\g"));

	/* To another folder, of which the target's is opened first. */
	listen();
	FLT_EXPECT(!rename("d1/g", "d2/h"));
	hear();
	FLT_PROVES("NAME-12", is('>', CREATE, 'n', 0, "\\d1\\g") &&
		   is('>', CREATE, 'n', 1, "\\d2") && is('>', CREATE, 'o', 1, "\\d2"));
	FLT_PROVES("NAME-45", is('>', SET, 'd', 0, "\\d2\\h"));
	FLT_PROVES("NAME-26", is('>', SET, 'n', 0, "\\d1\\g") && is('<', SET, 'n', 0, "\\d2\\h"));
	FLT_PROVES("VFS-709", is('>', SET, 'n', 0, "\\d1\\g") && is('<', SET, 'n', 0, "\\d2\\h"));

	/* Through descriptors of folders. */
	dirfd = open("d1", O_RDONLY | O_DIRECTORY);
	dirfd2 = open("d2", O_RDONLY | O_DIRECTORY);
	listen();
	FLT_EXPECT(!renameat(dirfd2, "h", dirfd, "i"));
	hear();
	FLT_PROVES("NAME-45", is('>', SET, 'd', 0, "\\d1\\i"));
	listen();
	FLT_EXPECT(!linkat(dirfd, "i", dirfd2, "linked", 0));
	hear();
	FLT_PROVES("NAME-45", is('>', SET, 'd', 0, "\\d2\\linked"));
	FLT_PROVES("NAME-26", is('>', SET, 'n', 0, "\\d1\\i") && is('<', SET, 'n', 0, "\\d1\\i"));
	listen();
	FLT_EXPECT(!link("d1/i", "d1/same"));
	hear();
	FLT_PROVES("NAME-45", is('>', SET, 'd', 0, "\\d1\\same"));
	close(dirfd);
	close(dirfd2);

	/* Of a folder: the names of everything below change. */
	close(fd);
	fd = open("d1/deep/f", O_RDWR);
	read_one(fd);
	FLT_PROVES("NAME-25", is('>', READ, 'n', 0, "\\d1\\deep\\f"));
	listen();
	FLT_EXPECT(!rename("d1", "d3"));
	hear();
	FLT_PROVES("NAME-26", is('>', SET, 'n', 0, "\\d1") && is('<', SET, 'n', 0, "\\d3"));
	read_one(fd);
	FLT_PROVES("NAME-25", is('>', READ, 'n', 0, "\\d3\\deep\\f"));
	FLT_PROVES("VFS-219", is('>', READ, 'n', 0, "\\d3\\deep\\f"));
	FLT_PROVES("NAME-10", is('>', READ, 'o', 0, "\\d1\\deep\\f"));
	look("d3/i");
	FLT_PROVES("NAME-25", is('>', CREATE, 'n', 0, "\\d3\\i"));
	FLT_PROVES("NAME-07", is('>', CREATE, 'o', 0, "\\d3\\i"));
	close(fd);

	/* Below the mount: the folder is found by its new name, and what is in it follows. */
	snprintf(from, sizeof(from), "%s/d3", lower);
	snprintf(to, sizeof(to), "%s/d4", lower);
	FLT_REQUIRE(!rename(from, to));
	look("d4/i");
	FLT_PROVES("NAME-07", is('>', CREATE, 'o', 0, "\\d4\\i"));
	FLT_REQUIRE(!rename(to, from));
	look("d3/i");
	FLT_PROVES("NAME-07", is('>', CREATE, 'o', 0, "\\d3\\i"));
	/* Another name of the same file, and then another file of the same name. */
	FLT_REQUIRE(!link("d3/i", "d3/j"));
	look("d3/j");
	FLT_PROVES("NAME-07", is('>', CREATE, 'o', 0, "\\d3\\j"));
	FLT_REQUIRE(!unlink("d3/i") && !rename("d3/j", "d3/i"));
	look("d3/i");
	FLT_PROVES("NAME-07", is('>', CREATE, 'o', 0, "\\d3\\i"));
}

/* Two names change places, files and folders, in one folder and across. */
static void exchanges(void)
{
	int fd, fd2;

	FLT_REQUIRE(!mkdir("x1", 0755) && !mkdir("x2", 0755));
	put("x1/a");
	put("x2/b");
	put("x1/c");
	fd = open("x1/a", O_RDWR);
	if (renameat2(AT_FDCWD, "x1/a", AT_FDCWD, "x2/b", RENAME_EXCHANGE)) {
		FLT_EXPECT(errno == EINVAL);
		close(fd);
		return;
	}
	read_one(fd);
	FLT_PROVES("NAME-25", is('>', READ, 'n', 0, "\\x2\\b"));
	FLT_EXPECT(!renameat2(AT_FDCWD, "x2/b", AT_FDCWD, "x1/c", RENAME_EXCHANGE));
	read_one(fd);
	FLT_PROVES("NAME-25", is('>', READ, 'n', 0, "\\x1\\c"));
	fd2 = open("x2/b", O_RDONLY);
	FLT_EXPECT(!renameat2(AT_FDCWD, "x1", AT_FDCWD, "x2", RENAME_EXCHANGE));
	read_one(fd);
	FLT_PROVES("NAME-25", is('>', READ, 'n', 0, "\\x2\\c"));
	read_one(fd2);
	FLT_PROVES("NAME-25", is('>', READ, 'n', 0, "\\x1\\b"));
	close(fd2);
	look("x2/c");
	FLT_EXPECT(is('>', CREATE, 'n', 0, "\\x2\\c"));
	FLT_EXPECT(!access("x1/b", F_OK) && !access("x2/a", F_OK) && access("x2/b", F_OK) &&
		   access("x1/c", F_OK));
	close(fd);
}

static void unlinked(void)
{
	char byte;
	int fd;

	put("a/gone");
	FLT_REQUIRE(!link("a/gone", "a/stays"));
	fd = open("a/gone", O_RDWR);
	unlink("a/gone");
	read_one(fd);
	FLT_PROVES("NAME-27", is('>', READ, 'n', 0, "\\a\\gone"));
	unlink("a/stays");
	listen();
	FLT_EXPECT(pread(fd, &byte, 1, 0) == 1 && write(fd, "x", 1) == 1);
	close(fd);
	hear();
	FLT_PROVES("NAME-28", is('>', READ, 'n', 0, "\\a\\gone") &&
		   is('>', READ, 'o', 0, "\\a\\gone") && is('>', WRITE, 'n', 0, "\\a\\gone") &&
		   is('>', CLEANUP, 'n', 0, "\\a\\gone"));
	FLT_PROVES("VFS-733", is('>', WRITE, 'n', 0, "\\a\\gone"));
	/* Nothing may be asked of the file system any more, but it was cached. */
	FLT_PROVES("NAME-21", is('>', CLOSE, 'n', 0, "\\a\\gone"));

	/* What was not cached is not given. */
	fd = open("a/b.txt", O_RDONLY);
	FLT_EXPECT(!rename("a/b.txt", "a/c.txt"));
	listen();
	close(fd);
	hear();
	FLT_EXPECT(is('>', CLEANUP, 'n', 0, "\\a\\c.txt"));
	FLT_EXPECT(!rename("a/c.txt", "a/b.txt"));
}

static void odd_names(void)
{
	static const struct {
		const char *row, *name, *shown;
	} odd[] = {
		{ "NAME-40", "a:b", "a\xef\x80\xba" "b" },
		{ "NAME-40", "a\\b", "a\xef\x81\x9c" "b" },
		{ "NAME-40", "a*", "a\xef\x80\xaa" },
		{ "NAME-40", "tab\there", "tab\xef\x80\x89here" },
		{ "NAME-40", "caf\xe9", "caf\xef\x9f\xa9" },
		{ "NAME-43", "\xf0\x9f\x98\x80.txt", "\xf0\x9f\x98\x80.txt" },
		{ "NAME-43", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "NAME-44", "A", "A" },
		{ "NAME-44", "a", "a" },
	};
	char path[PATH_MAX], moved[PATH_MAX], shown[PATH_MAX];
	unsigned int i;

	FLT_REQUIRE(!mkdir("odd", 0755));
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(path, sizeof(path), "odd/%s", odd[i].name);
		snprintf(shown, sizeof(shown), "\\odd\\%s", odd[i].shown);
		put(path);
		look(path);
		FLT_PROVES(odd[i].row, is('>', CREATE, 'n', 0, shown));
	}
	/* The bytes below are those that the program used. */
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(path, sizeof(path), "%s/odd/%s", lower, odd[i].name);
		FLT_PROVES(odd[i].row, !access(path, F_OK));
		snprintf(path, sizeof(path), "odd/%s", odd[i].name);
		snprintf(moved, sizeof(moved), "odd/%s.moved", odd[i].name);
		snprintf(shown, sizeof(shown), "\\odd\\%s.moved", odd[i].shown);
		listen();
		FLT_EXPECT(!rename(path, moved));
		hear();
		FLT_PROVES(odd[i].row, is('>', SET, 'd', 0, shown));
		snprintf(path, sizeof(path), "%s/odd/%s.moved", lower, odd[i].name);
		FLT_PROVES(odd[i].row, !access(path, F_OK));
	}
}

/*
 * A tree that no name can tell the way through: it works all the same.  It is made and removed
 * below the mount, since every step above it asks for names of such a length.
 */
static void deep_tree(void)
{
	char part[201];
	int i, fd, up;

	memset(part, 'p', 200);
	part[200] = 0;
	FLT_REQUIRE(!chdir(lower) && !mkdir("deep", 0755) && !chdir("deep"));
	for (i = 0; i < 165; i++)
		FLT_REQUIRE(!mkdir(part, 0755) && !chdir(part));
	FLT_REQUIRE(!chdir(mnt) && !chdir("deep"));
	for (i = 0; i < 165; i++)
		FLT_REQUIRE(!chdir(part));
	listen();
	fd = open("bottom", O_CREAT | O_RDWR, 0644);
	FLT_PROVES("NAME-42", fd >= 0 && write(fd, "data", 4) == 4);
	close(fd);
	hear();
	FLT_PROVES("NAME-42", refused('>', CREATE, 'n', 0, 0xc0000106) &&
		   refused('>', CREATE, 'o', 0, 0xc0000106));
	FLT_PROVES("NAME-42", !rename("bottom", "end") && !unlink("end"));
	FLT_REQUIRE(!mkdir(part, 0755) && !rmdir(part));
	FLT_REQUIRE(!chdir(lower) && !chdir("deep"));
	for (i = 0; i < 165; i++)
		FLT_REQUIRE(!chdir(part));
	for (i = 0; i < 165; i++) {
		up = chdir("..") || rmdir(part);
		FLT_EXPECT(!up);
	}
	FLT_REQUIRE(!chdir("..") && !rmdir("deep") && !chdir(mnt));
}

static void by_handle(void)
{
	struct {
		struct file_handle head;
		char room[MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int id, at, fd;

	put("a/handle");
	if (name_to_handle_at(AT_FDCWD, "a/handle", &handle.head, &id, 0))
		return;
	at = open(".", O_RDONLY);
	listen();
	fd = open_by_handle_at(at, &handle.head, O_RDONLY);
	hear();
	if (fd >= 0)
		FLT_PROVES("NAME-32", is('>', CREATE, 'n', 0, "\\a\\handle"));
	close(fd);
	close(at);
	FLT_REQUIRE(!chdir("/"));
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	FLT_REQUIRE(write(fd, "2", 1) == 1);
	close(fd);
	FLT_REQUIRE(!chdir(mnt));
	at = open(".", O_RDONLY);
	listen();
	fd = open_by_handle_at(at, &handle.head, O_RDONLY);
	hear();
	if (fd >= 0)
		FLT_PROVES("NAME-32", answer('>', CREATE, 'n', 0)->status == 0xc0000034 ||
			   is('>', CREATE, 'n', 0, "\\a\\handle"));
	close(fd);
	close(at);
}

/* Where mapping is shown, it is so under the caller's mmap lock. */
static void mapped(void)
{
	void *at;
	int fd;

	put("a/mapped");
	fd = open("a/mapped", O_RDWR);
	listen();
	at = mmap(NULL, 4, PROT_READ, MAP_SHARED, fd, 0);
	FLT_EXPECT(at != MAP_FAILED && !munmap(at, 4));
	hear();
	FLT_PROVES("NAME-22", is('>', ACQUIRE_SECTION, 'n', 0, "\\a\\mapped"));
	close(fd);
}

/* Names are asked for in every callback while everything happens at once. */
static void load(unsigned int seed)
{
	char one[64], two[64], data[512];
	unsigned int i;
	int fd;

	for (i = 0; i < 60; i++) {
		seed = seed * 1103515245 + 12345;
		snprintf(one, sizeof(one), "load/d%u/f%u", seed >> 8 & 3, seed >> 16 & 7);
		snprintf(two, sizeof(two), "load/d%u/f%u", seed >> 10 & 3, seed >> 20 & 7);
		fd = open(one, O_CREAT | O_RDWR, 0644);
		if (fd >= 0) {
			if (write(fd, data, sizeof(data)) > 0 && ftruncate(fd, 100))
				break;
			fchmod(fd, 0600);
		}
		rename(one, two);
		link(two, one);
		unlink(one);
		if (!(i % 10)) {
			snprintf(one, sizeof(one), "load/d%u", seed >> 24 & 3);
			mkdir("load/new", 0755);
			rename(one, "load/new/sub");
			rename("load/new/sub", one);
			close(open("load/new", O_RDONLY | O_DIRECTORY));
			rmdir("load/new");
		}
		close(fd);
	}
}

static void under_load(void)
{
	pid_t child[3];
	unsigned int i;
	int status;

	FLT_REQUIRE(!mkdir("load", 0755));
	for (i = 0; i < 4; i++) {
		char path[32];

		snprintf(path, sizeof(path), "load/d%u", i);
		FLT_REQUIRE(!mkdir(path, 0755));
	}
	listen();
	for (i = 0; i < 3; i++) {
		child[i] = fork();
		if (!child[i]) {
			load(i + 1);
			_exit(0);
		}
	}
	for (i = 0; i < 3; i++)
		FLT_EXPECT(waitpid(child[i], &status, 0) == child[i] && !status);
	hear();
	FLT_PROVES("NAME-24", !failed);
	FLT_PROVES("VFS-915", !failed);
}

/* Closes, and hears what the filter thinks of the file. */
static void close_info(int fd)
{
	memset(&info, 0xff, sizeof(info));
	listen();
	close(fd);
	hear();
	if (info.wrong)
		printf("%u answers are wrong\n", info.wrong);
}

/* Times of Windows count from 1601, in units of 100 ns. */
static bool same_time(const struct statx_timestamp *when, long long nt)
{
	return when->tv_sec * 10000000LL + when->tv_nsec / 100 + 116444736000000000LL == nt;
}

/* Without a time of birth the older one of the last two stands for it. */
static bool same_times(const struct statx *stx)
{
	const struct statx_timestamp *m = &stx->stx_mtime, *c = &stx->stx_ctime;
	const struct statx_timestamp *born = &stx->stx_btime;

	if (!(stx->stx_mask & STATX_BTIME))
		born = m->tv_sec < c->tv_sec || (m->tv_sec == c->tv_sec &&
						 m->tv_nsec < c->tv_nsec) ? m : c;
	return same_time(born, info.created) && same_time(&stx->stx_atime, info.accessed) &&
	       same_time(m, info.written) && same_time(c, info.changed);
}

static void informations(void)
{
	struct timespec old[2] = { { 1234567890, 123456789 }, { -86400, 999999999 } };
	struct statx stx;
	struct stat st;
	int fd;

	/* A sparse file with two names. */
	fd = open("info", O_CREAT | O_RDWR, 0640);
	FLT_REQUIRE(fd >= 0 && !link("info", "info2"));
	FLT_EXPECT(pwrite(fd, "end", 3, 1 << 20) == 3 && !fsync(fd));
	FLT_EXPECT(!fstat(fd, &st) && !statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &stx));
	close_info(fd);
	FLT_PROVES("INFO-22", info.size == st.st_size && info.alloc == st.st_blocks * 512LL &&
		   info.links == 2 && !info.pending && !info.dir);
	FLT_EXPECT(info.ino == st.st_ino && info.mode == st.st_mode);
	FLT_PROVES("INFO-04", !info.wrong);
	FLT_PROVES("INFO-05", !info.wrong);
	FLT_PROVES("INFO-39", !info.wrong);
	FLT_PROVES("INFO-14", !info.wrong);
	FLT_PROVES("INFO-19", same_times(&stx));
	FLT_PROVES("INFO-38", !info.tag);

	/* Old times, before 1970 too. */
	fd = open("info", O_RDWR);
	if (!futimens(fd, old) && !statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &stx)) {
		close_info(fd);
		FLT_PROVES("INFO-19", same_times(&stx));
	} else {
		close(fd);
	}

	/* No name is left. */
	fd = open("info", O_RDWR);
	unlink("info");
	unlink("info2");
	close_info(fd);
	FLT_PROVES("INFO-22", info.links == 0 && info.pending == 1);
	mkdir("info.d", 0755);
	FLT_EXPECT(!stat("info.d", &st));
	fd = open("info.d", O_RDONLY);
	close_info(fd);
	FLT_PROVES("INFO-22", info.dir == 1 && info.links == 1 && !info.pending);
	FLT_EXPECT(info.ino == st.st_ino);
	FLT_PROVES("INFO-14", !info.wrong);

	/* What is no file has a tag: removal opens and closes it. */
	FLT_REQUIRE(!mkfifo("info.fifo", 0600) && !symlink("x", "info.link"));
	memset(&info, 0, sizeof(info));
	listen();
	unlink("info.fifo");
	hear();
	FLT_PROVES("INFO-38", info.tag == 0x80000024 && info.attr & 0x400);
	memset(&info, 0, sizeof(info));
	listen();
	unlink("info.link");
	hear();
	FLT_PROVES("INFO-38", info.tag == 0xa000001d && info.attr & 0x400);
}

/* A name that is not UTF-8, made below: every way to it leads to the same file. */
static void latin_below(void)
{
	char path[PATH_MAX], byte;
	struct dirent *entry;
	bool seen = false;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%s/odd/\xff\xfe", lower);
	put(path);
	dir = opendir("odd");
	FLT_REQUIRE(dir);
	while ((entry = readdir(dir)))
		seen |= !strcmp(entry->d_name, "\xff\xfe");
	closedir(dir);
	FLT_PROVES("DIR-14", seen);
	listen();
	fd = open("odd/\xff\xfe", O_RDONLY);
	FLT_PROVES("DIR-14", fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'd');
	close(fd);
	hear();
	FLT_PROVES("DIR-14", is('>', CREATE, 'n', 0, "\\odd\\\xef\x9f\xbf\xef\x9f\xbe"));
	FLT_EXPECT(!rename("odd/\xff\xfe", "odd/\xfd"));
	FLT_PROVES("DIR-14", access(path, F_OK));
	snprintf(path, sizeof(path), "%s/odd/\xfd", lower);
	FLT_PROVES("DIR-14", !access(path, F_OK));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	lower = getenv("LOWER");
	mnt = getenv("MNT");
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("names"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	FLT_REQUIRE(!chdir(mnt));
	plain_names();
	other_ways();
	new_names();
	renames();
	exchanges();
	unlinked();
	odd_names();
	latin_below();
	informations();
	deep_tree();
	by_handle();
	mapped();
	under_load();
	FLT_REQUIRE(!chdir("/"));
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("names", true) && !twin_unload("fltshim", false));
	return prove_status();
}
