// SPDX-License-Identifier: GPL-2.0
/*
 * Files that a filter opens itself on a real file system: by name, by link, relative to a folder;
 * listed, renamed, removed; in the midst of other operations. The filter "opener" does it when a
 * file of a certain name is cleaned up, and prints what came of it; what is on the disk afterwards
 * is looked at here.
 *
 * needs: lower=ext4 long-kernels=debug filters=opener time=60 parallel=yes
 */
#include <linux/fs.h>

#include "../twin.h"

static int log_fd;
static char text[65536];
static const char *mnt, *lower;

/* Everything that the filter has printed since the last call. */
static void collect(void)
{
	char record[2048];
	size_t used = 0;
	ssize_t got;

	text[0] = 0;
	while ((got = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		char *line;

		if (got <= 0)
			continue;
		record[got] = 0;
		line = strstr(record, ";");
		line = line ? line + 1 : record;
		if (strcspn(line, "\n") + used + 2 < sizeof(text))
			used += sprintf(text + used, "%.*s\n", (int)strcspn(line, "\n"), line);
	}
}

struct answer {
	unsigned int status;
	unsigned long long info;
	long long a, b;
};

static struct answer answer(const char *name)
{
	struct answer answer = { .status = ~0u };
	char start[64], *line;

	snprintf(start, sizeof(start), "opener: %s status=", name);
	line = strstr(text, start);
	if (!FLT_EXPECT(line))
		printf("%s is missing\n", name);
	else
		sscanf(line + strlen(start), "%x info=%llu a=%lld b=%lld", &answer.status,
		       &answer.info, &answer.a, &answer.b);
	return answer;
}

/* The status and Information of an open. */
static int is(const char *name, unsigned int status, unsigned long long info)
{
	struct answer found = answer(name);

	if (found.status == status && found.info == info)
		return 1;
	printf("%s: status %x info %llu, not %x %llu\n", name, found.status, found.info, status,
	       info);
	return 0;
}

static int said_well(const char *name)
{
	return !(answer(name).status & 0x80000000);
}

/* The status alone. */
static int said(const char *name, unsigned int status)
{
	struct answer found = answer(name);

	if (found.status == status)
		return 1;
	printf("%s: status %x, not %x\n", name, found.status, status);
	return 0;
}

static const char *at(const char *dir, const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/play/%s", dir, name);
	return path;
}

static void put(const char *name, const char *content)
{
	int fd = open(at(lower, name), O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	close(fd);
}

static void touch(const char *name)
{
	int fd = open(at(mnt, name), O_CREAT | O_RDWR, 0666);

	FLT_REQUIRE(fd >= 0);
	close(fd);
}

static int exists(const char *dir, const char *name)
{
	struct stat st;

	return !lstat(at(dir, name), &st);
}

static long long size_of(const char *dir, const char *name)
{
	struct stat st;

	return stat(at(dir, name), &st) ? -1 : (long long)st.st_size;
}

static unsigned int mode_of(const char *name)
{
	struct stat st;

	return stat(at(lower, name), &st) ? 0 : st.st_mode & 07777;
}

/* Is the file the same above as below? */
static int agrees(const char *name)
{
	struct stat above, below;

	return !stat(at(mnt, name), &above) && !stat(at(lower, name), &below) &&
	       above.st_size == below.st_size && above.st_nlink == below.st_nlink &&
	       above.st_mtim.tv_sec == below.st_mtim.tv_sec &&
	       above.st_mtim.tv_nsec == below.st_mtim.tv_nsec;
}

/* Folders in folders, until no system call could name the last one. */
static void make_deep(void)
{
	char part[201];
	int dir, next;
	unsigned int i;

	memset(part, 'n', 200);
	part[200] = 0;
	FLT_REQUIRE(!mkdir(at(lower, "deep"), 0755));
	dir = open(at(lower, "deep"), O_PATH | O_DIRECTORY);
	for (i = 0; i < 25; i++) {
		FLT_REQUIRE(!mkdirat(dir, part, 0755));
		next = openat(dir, part, O_PATH | O_DIRECTORY);
		close(dir);
		dir = next;
	}
	close(dir);
}

/* Nobody, not even the kernel, may change the file or link to it. */
static void fix(const char *name, int flags)
{
	int fd = open(at(lower, name), O_RDONLY);

	FLT_REQUIRE(fd >= 0 && !ioctl(fd, FS_IOC_SETFLAGS, &flags));
	close(fd);
}

static void prepare(void)
{
	static const char *const files[] = {
		"full", "full2", "gone", "doomed", "spared", "r1", "d/a", "d/replaced", "list/a",
		"list/ab", "list/abc", "list/b", "list/cb-not", "tree/sub/x", "more", "secret", "*",
		"posix", "linkold", "fixed", "kept", "held", "away/in/x", "open", "sticky/a",
	};
	unsigned int i;

	FLT_REQUIRE(!mkdir(at(lower, ""), 0777) && !mkdir(at(lower, "d"), 0755) &&
		    !mkdir(at(lower, "list"), 0755) && !mkdir(at(lower, "tree"), 0755) &&
		    !mkdir(at(lower, "tree/sub"), 0755) && !mkdir(at(lower, "mounted"), 0755));
	FLT_REQUIRE(!mkdir(at(lower, "away"), 0755) && !mkdir(at(lower, "away/in"), 0755) &&
		    !symlink("../..", at(lower, "away/in/up")) &&
		    !mkdir(at(lower, "sticky"), 0755) && !chmod(at(lower, "sticky"), 01777));
	make_deep();
	FLT_REQUIRE(!chmod(at(lower, ""), 0777));
	put("f", "hello");
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		put(files[i], "content");
	FLT_REQUIRE(!chmod(at(lower, "secret"), 0600) && !chmod(at(lower, "open"), 0666));
	fix("fixed", FS_IMMUTABLE_FL);
	FLT_REQUIRE(!symlink("f", at(lower, "link")) && !symlink("../f", at(lower, "d/up")) &&
		    !symlink("d", at(lower, "dirlink")) &&
		    !symlink("/etc", at(lower, "absolute")) &&
		    !symlink("../../..", at(lower, "out")) &&
		    !symlink("no", at(lower, "dangling")) &&
		    !symlink("loop", at(lower, "loop")) && !mkfifo(at(lower, "fifo"), 0644));
}

static void opened(void)
{
	FLT_PROVES("CREATE-34", is("open", 0, 1) && answer("open").a && answer("open").b);
	FLT_EXPECT(is("read", 0, 5) && answer("read").a == 5);
	FLT_EXPECT(is("write", 0, 6) && size_of(lower, "f") == 11);
	FLT_PROVES("INFO-12", size_of(mnt, "f") == 11 && agrees("f") && agrees("full") &&
		   agrees("linked") && agrees("d/replaced") && !exists(mnt, "r1"));
	FLT_EXPECT(said("name", 0) && answer("name").a);
	FLT_EXPECT(said("flush", 0));
	FLT_PROVES("CREATE-43", is("reopen", 0, 1) && answer("reopen").a && answer("reopen").b);
	FLT_EXPECT(said("no-read-access", 0xc0000010) || said("no-read-access", 0xc0000022));

	FLT_PROVES("CREATE-40", is("missing", 0xc0000034, 5));
	/* names of the file system below are told apart by case, whatever a filter asks for */
	FLT_PROVES("NAME-44", is("other-case", 0xc0000034, 5) && is("same-case", 0, 1));
	FLT_PROVES("CREATE-40", said("missing-path", 0xc000003a));
	FLT_PROVES("CREATE-40", said("through-file", 0xc000003a));
	FLT_PROVES("CREATE-13", is("overwrite-missing", 0xc0000034, 5));
	FLT_PROVES("CREATE-40", is("create-existing", 0xc0000035, 4));
	FLT_PROVES("CREATE-13", is("create", 0, 2) && is("open-if", 0, 1) &&
		   is("open-if-new", 0, 2) && is("overwrite", 0, 3) && is("supersede", 0, 0) &&
		   is("create-existing", 0xc0000035, 4));
	FLT_PROVES("CREATE-46", exists(mnt, "created") && exists(mnt, "created2") &&
		   size_of(mnt, "full") == 0 && size_of(mnt, "full2") == 0 &&
		   exists(mnt, "newdir"));
	FLT_EXPECT(is("create-readonly", 0, 2) && answer("create-readonly").b == 1);
	FLT_EXPECT(is("mkdir", 0, 2) && answer("mkdir").b == 0x10);
	FLT_PROVES("CREATE-24", said("directory-on-file", 0xc0000103));
	FLT_PROVES("CREATE-24", said("file-on-directory", 0xc00000ba));
	FLT_EXPECT(is("slash", 0, 1) && said("slash-file", 0xc0000103));
	FLT_EXPECT(said("dots", 0xc0000033) && is("stream", 0, 1) && is("root", 0, 1));
	FLT_PROVES("CREATE-37", is("star", 0, 1) && answer("star").a == 7);

	FLT_PROVES("CREATE-39", is("link", 0, 1) && answer("link").a == 11 &&
		   is("link-up", 0, 1) && answer("link-up").a == 11 && is("link-dir", 0, 1));
	FLT_PROVES("CREATE-38", said("link-absolute", 0xc0000368) && said("link-out", 0xc0000368));
	FLT_EXPECT(said("link-dangling", 0xc0000034) && said("link-loop", 0xc0000280));
	FLT_PROVES("CREATE-39", said("link-stop", 0x8000002d) &&
		   said("link-stop-dir", 0x8000002d));
	FLT_PROVES("CREATE-39", is("link-itself", 0, 1) && answer("link-itself").b & 0x400);
	FLT_EXPECT(said("fifo", 0xc0000279));
	FLT_PROVES("CREATE-38", said("mounted", 0xc0000368));
	FLT_PROVES("CREATE-42", is("target", 0, 4) && answer("target").b == 0x10 &&
		   is("target-new", 0, 5));
	FLT_PROVES("CREATE-23", is("delete-on-close", 0, 1) && answer("delete-on-close").a &&
		   said("delete-on-close-after", 0xc0000034) && !exists(lower, "gone") &&
		   !exists(mnt, "gone"));
}

static void changed(void)
{
	FLT_PROVES("INFO-28", said("disposition", 0) && answer("disposition").a);
	FLT_PROVES("FILEOBJ-13", answer("disposition").a && !answer("taken-back").a);
	FLT_PROVES("CREATE-40", said("delete-pending", 0xc0000056));
	FLT_PROVES("INFO-30", said("delete-pending", 0xc0000056) &&
		   answer("delete-pending-other").a == 1 && said("deleted", 0xc0000034) &&
		   !exists(lower, "doomed"));
	FLT_PROVES("INFO-30", said("posix", 0) && said("posix-gone", 0xc0000034) &&
		   !exists(lower, "posix"));
	FLT_PROVES("FILEOBJ-30", said("kept", 0) && answer("kept").a == 11 && answer("kept").b &&
		   said("kept-read", 0xc000000d));
	FLT_PROVES("INFO-28", said("taken-back", 0) && exists(lower, "spared"));

	FLT_PROVES("INFO-31", said("rename", 0) && !exists(mnt, "r1") &&
		   said("rename-collision", 0xc0000035) && said("rename-full", 0) &&
		   said("rename-replace", 0) && exists(mnt, "d/replaced") &&
		   !exists(mnt, "d/r3") && said("rename-flags", 0xc000000d));
	FLT_PROVES("INFO-34", said("rename-itself", 0) && said("rename-case", 0) &&
		   said("rename-into-itself", 0xc000000d));
	FLT_PROVES("INFO-31", said("link-new", 0) && said("link-collision", 0xc0000035) &&
		   exists(mnt, "linked"));
	FLT_PROVES("INFO-31", said("link-replace", 0) && agrees("linkold"));
	FLT_EXPECT(!said_well("link-fails") && size_of(lower, "kept") == 7 && agrees("kept"));
	FLT_EXPECT(said("rename-no-path", 0xc000003a));
	FLT_PROVES("CREATE-46", said("rename-directory", 0) && !exists(mnt, "tree") &&
		   exists(mnt, "forest/sub/x"));
}

static void listed(void)
{
	FLT_PROVES("DIR-12", answer("list-classes").a == answer("list-classes").b &&
		   said("list-no-class", 0xc0000003));
	FLT_PROVES("DIR-10", answer("list-classes").a == answer("list-classes").b &&
		   is("list-layout", 0, 0) && !answer("list-layout").a &&
		   answer("list-layout").b == 4);
	FLT_PROVES("DIR-07", said("list-pattern", 0) && answer("list-pattern").a == 3 &&
		   is("list-other-pattern", 0x80000006, 0) && answer("list-single").a == 1 &&
		   said("list-restart", 0) && answer("list-restart").a == 1);
	FLT_PROVES("DIR-08", is("list-none", 0xc000000f, 0) &&
		   is("list-other-pattern", 0x80000006, 0));
	FLT_PROVES("DIR-11", said("list-peek", 0) && answer("list-peek").a == 7 &&
		   answer("list-peek").b == 7);
	FLT_PROVES("DIR-09", answer("list-lengths").a == answer("list-lengths").b);
	FLT_PROVES("DIR-17", said("list-agrees", 0) && answer("list-agrees").a);
	FLT_EXPECT(answer("list-agrees").b);
	FLT_PROVES("DIR-18", said("list-file", 0xc000000d) && said("list-no-access", 0xc0000022));

	FLT_EXPECT(said("ea-set", 0) && said("ea-query", 0) && answer("ea-query").a == 9 &&
		   answer("ea-query").b == 3);
	FLT_EXPECT(said("security-size", 0xc0000023) && answer("security-size").a &&
		   said("security-query", 0) && said("security-set", 0));

	FLT_EXPECT(said("little-basic", 0xc0000022) && said("little-ea", 0xc0000022) &&
		   said("little-dacl", 0xc0000022) && said("little-owner", 0xc0000022) &&
		   said("little-rename", 0xc0000022));
	FLT_EXPECT(said("create-bad-ea", 0x80000014) && !exists(lower, "bad-ea") &&
		   !exists(mnt, "bad-ea"));
	FLT_EXPECT(is("create-no-dacl", 0, 2) && is("create-dacl", 0, 2) &&
		   mode_of("dacl") == 0600);

	FLT_PROVES("VOL-44", said("volume", 0) && answer("volume").a && !answer("volume").b);
	FLT_EXPECT(said("volume-query", 0) && said("volume-flush", 0) &&
		   said("volume-read", 0xc0000010) && said("volume-write", 0xc0000010) &&
		   said("volume-set", 0xc0000010) && said("volume-list", 0));
	FLT_PROVES("CREATE-51", said("volume", 0));
}

/* What a filter finds before and after a name is gone. */
static void removed(void)
{
	touch("a.rm");
	FLT_REQUIRE(!link(at(mnt, "a.rm"), at(mnt, "b.other")));
	collect();
	FLT_REQUIRE(!unlink(at(mnt, "a.rm")));
	collect();
	FLT_PROVES("FILEOBJ-43", said("name-before", 0) && said("name-after", 0xc0000034));
	FLT_PROVES("FILEOBJ-44", said("object-before", 0) && answer("object-before").a == 2 &&
		   said("object-after", 0) && answer("object-after").a == 1 &&
		   said("id-before", 0xc00002f0) && said("id-after", 0xc00002f0));
	FLT_REQUIRE(!rename(at(mnt, "b.other"), at(mnt, "a.rm")));
	collect();
	FLT_REQUIRE(!unlink(at(mnt, "a.rm")));
	collect();
	FLT_PROVES("FILEOBJ-43", said("name-before", 0) && said("name-after", 0xc0000034));
	FLT_PROVES("FILEOBJ-44", said("object-before", 0) && said("object-after", 0xc0000123) &&
		   said("id-before", 0xc00002f0) && said("id-after", 0xc0000123));
}

/* A user without rights closes the file. */
static void as_user(void)
{
	pid_t child = fork();
	struct stat st;
	int status;

	if (!child) {
		if (setgid(1000) || setuid(1000))
			_exit(1);
		status = open(at(mnt, "user"), O_CREAT | O_RDWR, 0666);
		_exit(status < 0 || close(status));
	}
	FLT_REQUIRE(waitpid(child, &status, 0) == child && !status);
	collect();
	FLT_PROVES("CREATE-41", is("secret", 0, 1) && said("secret-checked", 0xc0000022) &&
		   is("open-checked", 0, 1) && said("create-checked", 0xc0000022));
	FLT_EXPECT(is("create-unchecked", 0, 2) && !stat(at(lower, "d/users"), &st) &&
		   st.st_uid == 1000);
	/* of the rights to read, to write and to delete, each by its own rule */
	FLT_PROVES("CREATE-41", said("may-write", 0xc0000022) && said("may-write-open", 0) &&
		   answer("may-write-open").a == 2 && said("may-ea", 0xc0000022));
	FLT_PROVES("CREATE-41", said("may-attributes", 0xc0000022) &&
		   said("may-dac", 0xc0000022) && said("may-dac-own", 0) &&
		   said("may-owner", 0xc0000022));
	FLT_PROVES("CREATE-41", said("may-delete", 0) &&
		   said("may-delete-there", 0xc0000022) &&
		   said("may-delete-sticky", 0xc0000022));
	FLT_PROVES("CREATE-41", said("may-all", 0) && answer("may-all").a == 4 &&
		   said("may-all-own", 0) && answer("may-all-own").a == 7 &&
		   said("may-all-and-write", 0xc0000022));
}

/* What was open and is elsewhere now, or open elsewhere too. */
static void kept_open(void)
{
	char out[PATH_MAX];
	int fd;

	touch("hold");
	snprintf(out, sizeof(out), "%s-away", lower);
	FLT_REQUIRE(!rename(at(lower, "away"), out));
	fd = open(at(mnt, "held"), O_RDONLY);
	FLT_REQUIRE(fd >= 0);
	collect();
	FLT_REQUIRE(said("hold", 0) && said("hold-away", 0));
	touch("use");
	collect();
	FLT_PROVES("INFO-30", said("held-marked", 0) && said("held-pending", 0xc0000056) &&
		   exists(lower, "held"));
	close(fd);
	FLT_PROVES("INFO-30", !exists(lower, "held"));
	FLT_PROVES("CREATE-38", said("away-out", 0xc0000368) && said("away-in", 0) &&
		   said("away-rename", 0xc0000368) && said("away-name", 0xc0000034));
	FLT_PROVES("NAME-42", said("deep", 0) && said("deep-name", 0) && answer("deep-name").a &&
		   answer("deep-name").b > 2 * 25 * 201);
	FLT_REQUIRE(!rename(out, at(lower, "away")));

	touch("x.mv");
	collect();
	FLT_PROVES("FIELD-06", said("move", 0) && exists(mnt, "d/moved") && !exists(mnt, "x.mv"));
	FLT_EXPECT(said("move-name", 0) && answer("move-name").a);
}

/* Every step in the midst of an operation worked. */
static void all_worked(const char *what, int at_least)
{
	char start[64], *line = text;
	int good = 0, bad = 0;

	snprintf(start, sizeof(start), "opener: in %s ", what);
	while ((line = strstr(line, start))) {
		if (!strncmp(line + strlen(start), "opened=0 listed=0 made=0 renamed=0", 34))
			good++;
		else
			printf("%.*s\n", (int)strcspn(line, "\n"), line), bad++;
		line++;
	}
	FLT_PROVES("CREATE-45", good >= at_least && !bad);
	FLT_PROVES("FIELD-06", good >= at_least && !bad);
	/* (it holds the folder, or the file, that the filter used) */
	FLT_PROVES("VFS-911", good >= at_least && !bad);
}

static void in_callbacks(void)
{
	int fd;

	collect();
	touch("new.cb");
	fd = open(at(mnt, "new.cb"), O_RDONLY);
	FLT_REQUIRE(fd >= 0);
	close(fd);
	FLT_EXPECT(!rename(at(mnt, "new.cb"), at(mnt, "other.cb")));
	FLT_EXPECT(!rename(at(mnt, "other.cb"), at(mnt, "d/other.cb")));
	FLT_EXPECT(!link(at(mnt, "d/other.cb"), at(mnt, "link.cb")));
	FLT_EXPECT(!chmod(at(mnt, "link.cb"), 0600));
	FLT_EXPECT(!truncate(at(mnt, "link.cb"), 10));
	FLT_EXPECT(!unlink(at(mnt, "link.cb")));
	FLT_EXPECT(!unlink(at(mnt, "d/other.cb")));
	FLT_EXPECT(!mkdir(at(mnt, "dir.cb"), 0755));
	FLT_EXPECT(!rmdir(at(mnt, "dir.cb")));
	FLT_EXPECT(!symlink("x", at(mnt, "sym.cb")));
	FLT_EXPECT(!unlink(at(mnt, "sym.cb")));
	collect();
	all_worked("pre-create", 8);
	all_worked("post-create", 8);
	all_worked("pre-set", 5);
	all_worked("post-set", 5);
	all_worked("pre-cleanup", 5);
	FLT_EXPECT(!exists(lower, "in-callback") && !exists(lower, "d/in-callback"));
}

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	FLT_REQUIRE(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

int main(void)
{
	int before;

	mnt = getenv("MNT");
	lower = getenv("LOWER");
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("opener"));
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	prepare();
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	FLT_REQUIRE(!mount("none", at(mnt, "mounted"), "tmpfs", 0, NULL));
	lseek(log_fd, 0, SEEK_END);
	/* In the cache above, as they were. */
	FLT_EXPECT(size_of(mnt, "f") == 5 && size_of(mnt, "full") == 7 && exists(mnt, "r1"));
	FLT_EXPECT(!exists(mnt, "created") && exists(mnt, "gone") && exists(mnt, "tree/sub/x"));
	touch("run");
	collect();
	opened();
	changed();
	listed();
	removed();
	as_user();
	kept_open();
	in_callbacks();

	before = descriptors();
	touch("leave");
	FLT_PROVES("CREATE-36", descriptors() == before);
	collect();
	FLT_EXPECT(said("left", 0) && said("left-too", 0));
	FLT_PROVES("CREATE-36", strstr(text, "OBJ_KERNEL_HANDLE"));
	fix("fixed", 0);
	FLT_REQUIRE(!umount(at(mnt, "mounted")));
	/* A file that a filter forgot does not keep the mount; its volume stays until then. */
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("opener", true));
	collect();
	FLT_PROVES("CREATE-49", strstr(text, "2 files were left open"));
	/* The volume goes in a worker, after its last file. */
	FLT_EXPECT(!twin_unload("fltshim", false));
	return prove_status();
}
