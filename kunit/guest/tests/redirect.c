// SPDX-License-Identifier: GPL-2.0
/*
 * Opens that a filter sends to another name: the program has the other file, with the rights that
 * it has there, and a filter above sees one create end and another begin. The filter "answer"
 * does it by the name of the file, "probe" above it shows what is to be seen.
 *
 * needs: kernels=6.1,6.12,debug filters=probe,answer time=60
 */
#include <linux/fs.h>
#include <signal.h>

#include "../sequence.h"

#define TO_PLAIN "=00r00000000"
#define TO_ITSELF "=00r00000001"
#define TO_FOLDER "=00r00000002"
#define TO_NOWHERE "=00r00000003"
#define TO_REST "=00r00000004"
#define TO_NONSENSE "=00r00000005"
/* refused, unless the open was sent here */
#define ONLY_SENT "=00cc0000022"

static char data[4096];

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	return path;
}

static void put(const char *name, const char *text)
{
	int out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(out >= 0 && write(out, text, strlen(text)) == (ssize_t)strlen(text));
	close(out);
}

/* Is this what is in the file below? NULL: it is not there. */
static bool holds(const char *name, const char *text)
{
	int in = open(below(name), O_RDONLY);
	char have[256];
	ssize_t got;

	if (in < 0)
		return !text && errno == ENOENT;
	got = read(in, have, sizeof(have));
	close(in);
	return text && got == (ssize_t)strlen(text) && !memcmp(have, text, got);
}

static bool is_long(const char *name, off_t size)
{
	struct stat st;

	return !stat(below(name), &st) && st.st_size == size;
}

static bool reads(int fd, const char *text)
{
	ssize_t got = pread(fd, data, sizeof(data), 0);

	return got == (ssize_t)strlen(text) && !memcmp(data, text, got);
}

/* The end of the path that /proc has for a descriptor. */
static bool is_called(int fd, const char *end)
{
	char link[64], path[PATH_MAX];
	ssize_t got;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	got = readlink(link, path, sizeof(path) - 1);
	if (got < 0)
		return false;
	path[got] = 0;
	return strlen(path) > strlen(end) && !strcmp(path + got - strlen(end), end);
}

static void existing(void)
{
	struct stat st, want;
	int file;
	char *map;

	put("x" TO_PLAIN, "first");
	put("x", "the other");
	seq_start();
	file = open("x" TO_PLAIN, O_RDONLY);
	seq_stop();
	FLT_PROVES("CREATE-60", !fnmatch("CREATE a \\x" TO_PLAIN
					 " OPEN 120089 20 !104:0; CREATE b \\x OPEN 120089 20 =1",
					 seq_render(), FNM_NOESCAPE) && seq_sound());
	FLT_PROVES("CREATE-59", file >= 0 && reads(file, "the other"));
	FLT_PROVES("CREATE-59", !fstat(file, &st) && !stat("x", &want) &&
		   st.st_ino == want.st_ino && is_called(file, "/x"));
	map = mmap(NULL, 9, PROT_READ, MAP_SHARED, file, 0);
	FLT_PROVES("CREATE-59", map != MAP_FAILED && !memcmp(map, "the other", 9));
	munmap(map, 9);
	FLT_EXPECT(lseek(file, 0, SEEK_END) == 9 && !close(file));

	file = open("x" TO_PLAIN, O_RDWR);
	FLT_PROVES("CREATE-59", write(file, "THE", 3) == 3 && !fsync(file) && !ftruncate(file, 7) &&
		   holds("x", "THE oth") && holds("x" TO_PLAIN, "first"));
	FLT_EXPECT(!close(file));
	file = open("x" TO_PLAIN, O_WRONLY | O_TRUNC);
	FLT_PROVES("CREATE-59", file >= 0 && holds("x", "") && holds("x" TO_PLAIN, "first"));
	FLT_EXPECT(!close(file));
	/* nobody has either of them open for writing any more */
	file = open("x", O_RDONLY);
	FLT_EXPECT(!fcntl(file, F_SETLEASE, F_RDLCK) && !close(file));
	file = open("x" TO_PLAIN, O_RDONLY);
	FLT_EXPECT(!close(file));

	FLT_EXPECT(!mkdir("d", 0755));
	put("d/in", "in the folder");
	put("in" TO_FOLDER, "first");
	file = open("in" TO_FOLDER, O_RDONLY);
	FLT_PROVES("CREATE-59", reads(file, "in the folder") && is_called(file, "/d/in"));
	FLT_EXPECT(!close(file));
	FLT_EXPECT(!mkdir(below("d" TO_PLAIN), 0755));
	file = open("d" TO_PLAIN, O_RDONLY | O_DIRECTORY);
	FLT_PROVES("CREATE-59", !faccessat(file, "in", F_OK, 0) &&
		   syscall(SYS_getdents64, file, data, sizeof(data)) > 0 &&
		   memmem(data, sizeof(data), "in", 3));
	FLT_EXPECT(!close(file));
	/* a folder in the place of a file, and nothing in the place of one */
	put("d" TO_FOLDER, "first");
	file = open("d" TO_FOLDER, O_RDONLY);
	FLT_EXPECT(file < 0 && errno == ENOENT);
	put("e" TO_PLAIN, "first");
	FLT_EXPECT(!mkdir("e", 0755));
	file = open("e" TO_PLAIN, O_RDWR);
	FLT_EXPECT(file < 0 && errno == EISDIR);
	FLT_EXPECT(!rmdir("e"));
	file = open("e" TO_PLAIN, O_RDWR);
	FLT_EXPECT(file < 0 && errno == ENOENT);
	put("f" TO_NOWHERE, "first");
	file = open("f" TO_NOWHERE, O_RDWR);
	FLT_PROVES("CREATE-62", file < 0 && errno == EXDEV);
}

static void absent(void)
{
	struct stat st;
	int file;

	put("there", "it is");
	file = open("there" TO_PLAIN, O_RDONLY);
	FLT_PROVES("VFS-105", file >= 0 && reads(file, "it is") && is_called(file, "/there"));
	FLT_EXPECT(!close(file));
	file = open("there" TO_PLAIN, O_RDWR | O_CREAT, 0600);
	FLT_PROVES("CREATE-59", reads(file, "it is") && holds("there" TO_PLAIN, NULL));
	FLT_EXPECT(!close(file));
	file = open("there" TO_PLAIN, O_RDWR | O_CREAT | O_EXCL, 0600);
	FLT_EXPECT(file < 0 && errno == EEXIST);
	file = open("nothing" TO_PLAIN, O_RDONLY);
	FLT_EXPECT(file < 0 && errno == ENOENT);

	/* neither of them is there: the other one is made */
	seq_start();
	file = open("new" TO_PLAIN, O_RDWR | O_CREAT | O_EXCL, 0440);
	seq_stop();
	FLT_PROVES("CREATE-60", !fnmatch("CREATE a \\new" TO_PLAIN
					 " CREATE * !104:0; CREATE b \\new CREATE * =2",
					 seq_render(), FNM_NOESCAPE) && seq_sound());
	FLT_PROVES("CREATE-59", file >= 0 && write(file, "made", 4) == 4 && holds("new", "made") &&
		   holds("new" TO_PLAIN, NULL) && is_called(file, "/new") &&
		   !fstat(file, &st) && (st.st_mode & 07777) == 0440);
	FLT_EXPECT(!close(file));
	file = open("new2" TO_FOLDER, O_WRONLY | O_CREAT, 0644);
	FLT_PROVES("CREATE-59", write(file, "there", 5) == 5 && holds("d/new2", "there") &&
		   is_called(file, "/d/new2"));
	FLT_EXPECT(!close(file));
	file = open("new" TO_NOWHERE, O_RDWR | O_CREAT, 0644);
	FLT_PROVES("CREATE-62", file < 0 && errno == EXDEV && holds("new" TO_NOWHERE, NULL));
}

/* What filters leave in a create for those that come after it in the same open. */
static void parameters(void)
{
	int file;

	put("sent" ONLY_SENT, "the other");
	file = open("sent" ONLY_SENT, O_RDONLY);
	FLT_EXPECT(file < 0 && errno == EACCES);
	put("sent" TO_REST ONLY_SENT, "first");
	file = open("sent" TO_REST ONLY_SENT, O_RDONLY);
	FLT_PROVES("CREATE-60", file >= 0 && reads(file, "the other"));
	FLT_EXPECT(!close(file) && !unlink(below("sent" TO_REST ONLY_SENT)));
	/* nothing has the first name: it is begun where a file may be made */
	file = open("sent" TO_REST ONLY_SENT, O_RDONLY);
	FLT_PROVES("CREATE-60", file >= 0 && reads(file, "the other"));
	FLT_EXPECT(!close(file));
	file = open("sent" TO_REST ONLY_SENT, O_RDWR | O_CREAT, 0644);
	FLT_PROVES("CREATE-60", file >= 0 && reads(file, "the other"));
	FLT_EXPECT(!close(file));
	file = open("sent" TO_REST ONLY_SENT, O_RDWR | O_CREAT | O_EXCL, 0644);
	FLT_EXPECT(file < 0 && errno == EEXIST);
	file = open("sent" ONLY_SENT, O_RDONLY);
	FLT_EXPECT(file < 0 && errno == EACCES);
	/* by path */
	put("sent" TO_REST ONLY_SENT, "first");
	FLT_EXPECT(truncate("sent" ONLY_SENT, 3) && errno == EACCES);
	FLT_PROVES("CREATE-60", !truncate("sent" TO_REST ONLY_SENT, 3) &&
		   holds("sent" ONLY_SENT, "the") && holds("sent" TO_REST ONLY_SENT, "first"));
	FLT_EXPECT(truncate("sent" ONLY_SENT, 3) && errno == EACCES);
}

static void rights(void)
{
	pid_t child;
	int status;

	put("mine" TO_PLAIN, "first");
	put("mine", "secret");
	FLT_EXPECT(!chmod(below("mine"), 0600) && !chmod(below("mine" TO_PLAIN), 0666));
	FLT_EXPECT(!chmod(below("d"), 0755) && !chmod(below("."), 01777));
	child = fork();
	if (!child) {
		int file;

		if (setgid(1000) || setuid(1000))
			_exit(1);
		file = open("mine" TO_PLAIN, O_RDONLY);
		if (file >= 0 || errno != EACCES)
			_exit(2);
		/* it may make files here, but not in the folder */
		file = open("new3" TO_FOLDER, O_RDWR | O_CREAT, 0644);
		if (file >= 0 || errno != EACCES)
			_exit(3);
		_exit(0);
	}
	waitpid(child, &status, 0);
	FLT_PROVES("CREATE-59", !status);
	if (status)
		printf("the user's child ended with %x\n", status);
}

static void without_end(void)
{
	unsigned int seq_once;
	int file, error;

	put("loop" TO_ITSELF, "first");
	seq_start();
	file = open("loop" TO_ITSELF, O_RDONLY);
	error = errno;
	seq_stop();
	FLT_PROVES("CREATE-63", file < 0 && error == ELOOP);
	FLT_PROVES("CREATE-63", seq_count > 32 && seq_count <= 65);
	seq_start();
	file = open("loop2" TO_ITSELF, O_RDONLY | O_CREAT, 0644);
	error = errno;
	seq_stop();
	FLT_PROVES("CREATE-63", file < 0 && error == ELOOP && holds("loop2" TO_ITSELF, NULL));
	FLT_PROVES("CREATE-63", seq_count > 32 && seq_count <= 65);
	/* from one that is not there to one that is: it is one open */
	seq_once = seq_count;
	seq_start();
	file = open("loop" TO_REST TO_ITSELF, O_RDONLY);
	error = errno;
	seq_stop();
	FLT_PROVES("CREATE-63", file < 0 && error == ELOOP && seq_count == seq_once);
}

/* Of the other file, which is y. */
static void by_path_acl(const char *name)
{
	static const char acl_name[] = "system.posix_acl_access";
	static const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[5];
	} acl = { 2, { { 1, 6, ~0U }, { 2, 4, 5 }, { 4, 4, ~0U }, { 16, 6, ~0U }, { 32, 4, ~0U } } };

	/* not all of them have any */
	if (setxattr(below("y"), acl_name, &acl, sizeof(acl), 0) ||
	    removexattr(below("y"), acl_name))
		return;
	FLT_PROVES("CREATE-61", !setxattr(name, acl_name, &acl, sizeof(acl), 0) &&
		   getxattr(below("y"), acl_name, NULL, 0) == sizeof(acl));
	FLT_PROVES("CREATE-61", getxattr(below(name), acl_name, NULL, 0) < 0 && errno == ENODATA);
	FLT_PROVES("CREATE-61", !removexattr(name, acl_name) &&
		   getxattr(below("y"), acl_name, NULL, 0) < 0 && errno == ENODATA);
}

/* Where the lower file system has that. */
static bool appends_only(const char *name, bool only)
{
	int flags, file = open(below(name), O_RDONLY);
	bool done;

	FLT_REQUIRE(file >= 0);
	done = !ioctl(file, FS_IOC_GETFLAGS, &flags);
	flags = only ? flags | FS_APPEND_FL : flags & ~FS_APPEND_FL;
	done = done && !ioctl(file, FS_IOC_SETFLAGS, &flags);
	close(file);
	return done;
}

/* A lease that another process's truncation breaks: nothing is changed before it is given back. */
static void leased(void)
{
	const struct timespec while_waiting = { 0, 20 * 1000 * 1000 };
	int file, status = -1;
	bool asked = false;
	sigset_t set;
	pid_t child;

	put("leased" TO_PLAIN, "first");
	put("leased", "the other");
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	FLT_REQUIRE(!sigprocmask(SIG_BLOCK, &set, NULL));
	file = open("leased", O_RDONLY);
	FLT_REQUIRE(file >= 0 && !fcntl(file, F_SETLEASE, F_RDLCK));
	child = fork();
	if (!child)
		_exit(!!truncate("leased" TO_PLAIN, 3));
	while (!asked && !waitpid(child, &status, WNOHANG))
		asked = sigtimedwait(&set, NULL, &while_waiting) == SIGIO;
	FLT_PROVES("CREATE-61", asked && holds("leased", "the other"));
	FLT_EXPECT(!fcntl(file, F_SETLEASE, F_UNLCK));
	if (asked)
		waitpid(child, &status, 0);
	FLT_PROVES("CREATE-61", !status && holds("leased", "the"));
	close(file);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* What the VFS asks of the file that it chose is asked of the other one. */
static void truncated(void)
{
	put("log" TO_PLAIN, "first");
	put("log", "the other");
	if (appends_only("log", true)) {
		FLT_PROVES("CREATE-61", truncate("log" TO_PLAIN, 3) && errno == EPERM &&
			   holds("log", "the other"));
		FLT_EXPECT(appends_only("log", false));
	}
	leased();
	/* the errors of an open */
	put("log" TO_NOWHERE, "first");
	FLT_PROVES("CREATE-62", truncate("log" TO_NOWHERE, 3) && errno == EXDEV);
	put("log" TO_NONSENSE, "first");
	FLT_EXPECT(open("log" TO_NONSENSE, O_RDWR) < 0 && errno == EINVAL);
	FLT_EXPECT(truncate("log" TO_NONSENSE, 3) && errno == EINVAL);
}

/* What acts on the object alone acts on the other one. */
static void by_path(void)
{
	/* not by the short way, in which nothing can be sent elsewhere */
	const char *name = "y" TO_PLAIN "=f9d00000000";
	const struct timespec times[2] = { { 1000, 0 }, { 2000, 0 } };
	struct stat st, other;

	put(name, "first");
	put("y", "the other");
	FLT_EXPECT(!stat(below("y"), &other));
	FLT_PROVES("CREATE-64", !stat(name, &st) && st.st_size == 9 && st.st_ino == other.st_ino);
	FLT_PROVES("CREATE-61", !stat(name, &st) && st.st_size == 9 && st.st_ino == other.st_ino);
	seq_start();
	FLT_PROVES("CREATE-61", !truncate(name, 3) && holds("y", "the") && holds(name, "first"));
	seq_stop();
	FLT_PROVES("CREATE-60", !fnmatch("* CREATE b \\y OPEN 100002 *", seq_render(), FNM_NOESCAPE));
	FLT_PROVES("CREATE-61", !fnmatch("CREATE a *y" TO_PLAIN "* !104:0; CREATE b \\y OPEN * =1; "
					 "SET_INFORMATION b EndOfFile 3; " CLOSED("b"),
					 seq_render(), FNM_NOESCAPE) && seq_sound());
	FLT_PROVES("CREATE-61", !chmod(name, 0640) && !stat(below("y"), &other) &&
		   (other.st_mode & 07777) == 0640);
	FLT_PROVES("CREATE-61", !chown(name, 7, 8) && !stat(below("y"), &other) &&
		   other.st_uid == 7 && other.st_gid == 8);
	FLT_PROVES("CREATE-61", !utimensat(AT_FDCWD, name, times, 0) && !stat(below("y"), &other) &&
		   other.st_atime == 1000 && other.st_mtime == 2000);
	FLT_PROVES("CREATE-61", !setxattr(name, "trusted.a", "12", 2, 0) &&
		   getxattr(below("y"), "trusted.a", data, 9) == 2 &&
		   getxattr(name, "trusted.a", data, 9) == 2);
	FLT_PROVES("CREATE-61", getxattr(below(name), "trusted.a", data, 9) < 0 &&
		   errno == ENODATA && !stat(below(name), &other) && other.st_mtime > 2000 &&
		   (other.st_mode & 07777) == 0644 && !other.st_uid);
	FLT_EXPECT(!setxattr(below(name), "trusted.b", "12", 2, 0));
	FLT_PROVES("CREATE-61", listxattr(name, data, sizeof(data)) > 0 &&
		   memmem(data, sizeof(data), "trusted.a", 10) &&
		   !memmem(data, sizeof(data), "trusted.b", 10));
	by_path_acl(name);
	/* a folder in the place of a file: the mode would be one of a file */
	put("d" TO_PLAIN "f", "first");
	FLT_EXPECT(chmod("d" TO_PLAIN "f", 0700) && errno == EXDEV);
	put("g" TO_ITSELF "=f9d00000000", "first");
	FLT_EXPECT(stat("g" TO_ITSELF "=f9d00000000", &st) && errno == ELOOP);
}

/* One that is longer than filters can be shown, where there are such. */
static void long_attribute(void)
{
	const char *own = "/tmp/work/own", *up = "/tmp/work/up";
	char *value = calloc(1, 65536);

	FLT_REQUIRE(!mkdir(own, 0755) && !mkdir(up, 0755) && value);
	FLT_REQUIRE(!mount("none", own, "tmpfs", 0, NULL) && !mount(own, up, "fltfs", 0, NULL));
	FLT_REQUIRE(!chdir(up));
	close(open("/tmp/work/own/y" TO_PLAIN, O_CREAT | O_WRONLY, 0644));
	close(open("/tmp/work/own/y", O_CREAT | O_WRONLY, 0644));
	FLT_PROVES("CREATE-61", !setxattr("y" TO_PLAIN, "trusted.a", value, 65536, 0) &&
		   getxattr("/tmp/work/own/y", "trusted.a", NULL, 0) == 65536 &&
		   getxattr("/tmp/work/own/y" TO_PLAIN, "trusted.a", NULL, 0) < 0);
	FLT_PROVES("CREATE-61", getxattr("y" TO_PLAIN, "trusted.a", value, 65536) == 65536);
	/* only the first file has such a one */
	FLT_EXPECT(!setxattr("/tmp/work/own/y" TO_PLAIN, "trusted.b", value, 65536, 0));
	FLT_PROVES("CREATE-61", getxattr("y" TO_PLAIN, "trusted.b", value, 65536) < 0 &&
		   errno == ENODATA);
	FLT_EXPECT(!setxattr("/tmp/work/own/y", "trusted.b", "12", 2, 0));
	FLT_PROVES("CREATE-61", getxattr("y" TO_PLAIN, "trusted.b", value, 65536) == 2);
	free(value);
	FLT_REQUIRE(!chdir(getenv("MNT")) && !umount(up) && !umount(own));
}

/* What the VFS has chosen already is left alone. */
static void fixed(void)
{
	put("x", "the other");
	FLT_PROVES("CREATE-61", unlink("x" TO_PLAIN) && errno == EXDEV);
	FLT_PROVES("CREATE-61", rename("x" TO_PLAIN, "z") && errno == EXDEV);
	FLT_PROVES("CREATE-61", link("x" TO_PLAIN, "z") && errno == EXDEV);
	FLT_PROVES("CREATE-61", mkdir("m" TO_PLAIN, 0755) && errno == EXDEV);
	FLT_PROVES("CREATE-61", symlink("t", "s" TO_PLAIN) && errno == EXDEV);
	FLT_PROVES("CREATE-61", rmdir("d" TO_PLAIN) && errno == EXDEV);
	FLT_PROVES("CREATE-61", holds("x" TO_PLAIN, "first") && holds("x", "the other") &&
		   holds("z", NULL) && holds("m" TO_PLAIN, NULL) && holds("m", NULL));
}

/* A program that runs, by the name of another one. */
static pid_t start(const char *argument)
{
	int pipes[2];
	pid_t child;
	char byte;

	FLT_REQUIRE(!pipe2(pipes, O_CLOEXEC));
	child = fork();
	if (!child) {
		execl("./program" TO_PLAIN, "program", argument, NULL);
		_exit(1);
	}
	close(pipes[1]);
	/* The other end is closed when it runs. */
	FLT_EXPECT(!read(pipes[0], &byte, 1));
	close(pipes[0]);
	return child;
}

static void executed(void)
{
	char command[2 * PATH_MAX];
	int file, status;
	struct stat st;
	pid_t child;

	put("program" TO_PLAIN, "no program");
	snprintf(command, sizeof(command), "cp /proc/%d/exe %s/program", getpid(), getenv("LOWER"));
	FLT_REQUIRE(!system(command));
	FLT_EXPECT(!chmod(below("program" TO_PLAIN), 0755));
	child = start("seven");
	waitpid(child, &status, 0);
	FLT_PROVES("CREATE-59", WIFEXITED(status) && WEXITSTATUS(status) == 7);
	/* a program that runs is not written to, by whatever name */
	child = start("wait");
	file = open("program" TO_PLAIN, O_RDWR);
	FLT_PROVES("CREATE-59", file < 0 && errno == ETXTBSY);
	FLT_PROVES("CREATE-61", truncate("program" TO_PLAIN, 7) && errno == ETXTBSY);
	/* and not emptied, by this name or its own */
	FLT_EXPECT(stat(below("program"), &st) == 0 && st.st_size > 1000);
	FLT_EXPECT(open("program" TO_PLAIN, O_RDONLY | O_TRUNC) < 0 && errno == ETXTBSY &&
		   is_long("program", st.st_size));
	FLT_EXPECT(open("program", O_RDONLY | O_TRUNC) < 0 && errno == ETXTBSY &&
		   is_long("program", st.st_size));
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	file = open("program" TO_PLAIN, O_RDWR);
	FLT_PROVES("CREATE-59", file >= 0 && !close(file));
	FLT_PROVES("CREATE-61", !truncate("program" TO_PLAIN, 7) && is_long("program", 7));
	/* nobody counts as its writer any more */
	file = open("program", O_RDONLY);
	FLT_EXPECT(!fcntl(file, F_SETLEASE, F_RDLCK) && !close(file));
}

int main(int argc, char **argv)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	if (argc == 2 && !strcmp(argv[1], "seven"))
		return 7;
	if (argc == 2 && !strcmp(argv[1], "wait"))
		return pause();
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("answer") && !twin_load("probe"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	existing();
	absent();
	parameters();
	rights();
	without_end();
	by_path();
	long_attribute();
	truncated();
	fixed();
	executed();
	/* under the lock of the folder no other name can be looked up */
	FLT_REQUIRE(!chdir("/") && !mount(NULL, mnt, NULL, MS_REMOUNT, "create=locked") &&
		    !chdir(mnt));
	FLT_EXPECT(open("there" TO_PLAIN, O_RDONLY) < 0 && errno == EXDEV);
	FLT_REQUIRE(!chdir("/") && !closedir(opendir(mnt)));
	close_range(3, ~0U, 0);
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("answer", true) &&
		    !twin_unload("fltshim", false));
	return prove_status();
}
