// SPDX-License-Identifier: GPL-2.0
/*
 * Volumes from the mount to the end: what they are called, what they are made over, how long they
 * live and what a filter sees of that. With the filter "probe", as sequences.c, but looking at
 * single events.
 *
 * needs: lower=any long-kernels=debug filters=probe time=120 long=900
 */
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>

#include "../events.h"

static const char *mnt;

/* Is a line of its instances one of that volume? */
static bool has_volume(const char *name)
{
	FILE *in = fopen("/sys/fs/fltshim/filters/probe/instances", "r");
	char line[512], *at;
	bool found = false;

	while (in && fgets(line, sizeof(line), in)) {
		at = strstr(line, name);
		found = found || (at && strchr(" \t\n", at[strlen(name)]));
	}
	if (in)
		fclose(in);
	return found;
}

/* A volume is in use: it stays, and filters see nothing of the attempt. */
static void busy(const char *lower)
{
	int in;

	put("f");
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	in = open("f", O_RDONLY);
	FLT_REQUIRE(in >= 0 && !chdir("/"));
	seq_start();
	FLT_PROVES("VOL-74", umount(mnt) && errno == EBUSY);
	FLT_REQUIRE(!chdir(mnt));
	seq_stop();
	FLT_PROVES("VOL-74", !seq_count && !seq_teardown[0]);
	close(in);
	seq_start();
	FLT_PROVES("VOL-74", umount(mnt) && errno == EBUSY);
	seq_stop();
	FLT_PROVES("VOL-74", !seq_count && !seq_teardown[0]);
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
}

/* One super block is one volume, however often it is seen; and it goes with the last of them. */
static void lives(const char *lower)
{
	const char *second = "/tmp/work/second";
	char path[PATH_MAX];
	struct stat st;
	int in, status;
	pid_t child;
	char byte;

	mkdir(second, 0755);
	strcpy(path, "/tmp/work/third");
	mkdir(path, 0755);
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	stat(mnt, &st);
	FLT_PROVES("VOL-01", instances() == 1);
	seq_start();
	FLT_REQUIRE(!mount(mnt, second, NULL, MS_BIND, NULL));
	stat(second, &st);
	child = fork();
	if (!child)
		_exit(unshare(CLONE_NEWNS) || stat(mnt, &st) || instances() != 1);
	waitpid(child, &status, 0);
	seq_stop();
	FLT_PROVES("VOL-01", instances() == 1 && !status && !count(0xed));
	FLT_REQUIRE(!umount(second));
	FLT_REQUIRE(!mount(lower, second, "fltfs", 0, NULL));
	stat(second, &st);
	FLT_PROVES("VOL-01", instances() == 2);
	FLT_REQUIRE(!umount(second));

	/* a number of its own, which nobody else can have meanwhile, and others pass over */
	FLT_REQUIRE(!mount(lower, second, "fltfs", 0, "volume=2"));
	stat(second, &st);
	FLT_PROVES("VOL-91", has_volume("Volume1") && has_volume("Volume2"));
	FLT_PROVES("VOL-91", mount(lower, path, "fltfs", 0, "volume=2") && errno == EEXIST);
	FLT_REQUIRE(!mount(lower, path, "fltfs", 0, NULL));
	stat(path, &st);
	FLT_PROVES("VOL-91", has_volume("Volume3"));
	FLT_REQUIRE(!umount(path) && !umount(second));
	FLT_REQUIRE(!mount(lower, second, "fltfs", 0, "volume=65535"));
	stat(second, &st);
	FLT_PROVES("VOL-91", has_volume("Volume65535"));
	FLT_PROVES("VOL-91", mount(NULL, second, NULL, MS_REMOUNT, "volume=7") && errno == EINVAL);
	FLT_REQUIRE(!umount(second) && !rmdir(path));
	FLT_PROVES("VOL-91", mount(lower, second, "fltfs", 0, "volume=0") && errno == EINVAL);
	FLT_PROVES("VOL-91", mount(lower, second, "fltfs", 0, "volume=65536") && errno == EINVAL);

	/* unmounted with a file open: it filters on, until that is closed */
	put("f");
	snprintf(path, sizeof(path), "%s/f", mnt);
	in = open(path, O_RDONLY);
	FLT_REQUIRE(in >= 0);
	seq_start();
	FLT_EXPECT(!umount2(mnt, MNT_DETACH));
	FLT_EXPECT(read(in, &byte, 1) == 1);
	seq_stop();
	FLT_PROVES("VOL-78", count(READ) == 1 && !count(0xec) && instances() == 1);
	close(in);
	FLT_PROVES("VOL-78", comes(0xec, 1) && count(CLOSE) == 1 &&
		   event(CLOSE, 0) < event(0xec, 0));
	FLT_PROVES("VOL-78", torn_down() && !instances() && !strcmp(seq_teardown, "8"));

	/* a name space of its own, and what is mounted there, ends with its process */
	seq_start();
	child = fork();
	if (!child) {
		if (unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount(lower, mnt, "fltfs", 0, NULL) || stat(mnt, &st))
			_exit(1);
		_exit(instances() != 1);
	}
	waitpid(child, &status, 0);
	FLT_PROVES("VOL-80", !status && comes(0xec, 1) && seq_sound());
	FLT_PROVES("VOL-80", torn_down() && !instances() && !strcmp(seq_teardown, "8"));
}

/* Mounts it, and learns from its first instance what the volume is called. */
static bool called(const char *source, const char *to, const char *options)
{
	struct stat st;

	seq_guid[0] = 0;
	seq_dos[0] = 0;
	seq_start();
	if (mount(source, to, "fltfs", 0, options))
		return false;
	stat(to, &st);
	seq_stop();
	return seq_guid[0] && seq_dos[0];
}

/* What a volume is called besides its number, by itself and by options. */
static void identity(const char *lower)
{
	static const char said[] = "\\??\\Volume{01234567-89ab-cdef-0123-456789abcdef}";
	static const char guid[] = "guid=01234567-89ab-cdef-0123-456789ABCDEF";
	const char *second = "/tmp/work/second", *own = "/tmp/work/memory";
	char first[64], folder[PATH_MAX];
	struct stat st;

	snprintf(folder, sizeof(folder), "%s/folder", lower);
	FLT_REQUIRE(!mkdir(folder, 0755) && !mkdir(own, 0755));
	FLT_REQUIRE(called(lower, mnt, NULL));
	strcpy(first, seq_guid);
	FLT_PROVES("VOL-16", !strncmp(seq_dos, "\\\\?\\Volume{", 11) &&
		   !strcmp(seq_dos + 4, first + 4));
	FLT_REQUIRE(called(lower, second, NULL));
	FLT_PROVES("VOL-14", strcmp(seq_guid, first));
	FLT_REQUIRE(!umount(second) && called(folder, second, NULL));
	FLT_PROVES("VOL-14", strcmp(seq_guid, first));
	FLT_REQUIRE(!umount(second) && !umount(mnt) && called(lower, mnt, NULL));
	FLT_PROVES("VOL-14", !strcmp(seq_guid, first) == !!strcmp(getenv("LOWER_FS"), "tmpfs"));
	FLT_REQUIRE(!umount(mnt));
	/* what is only in memory */
	FLT_REQUIRE(!mount("none", own, "tmpfs", 0, NULL) && called(own, mnt, NULL));
	strcpy(first, seq_guid);
	FLT_REQUIRE(!umount(mnt) && called(own, mnt, NULL));
	FLT_PROVES("VOL-14", strcmp(seq_guid, first));
	FLT_REQUIRE(!umount(mnt) && !umount(own) && !rmdir(own));

	FLT_REQUIRE(called(lower, mnt, guid));
	FLT_PROVES("VOL-14", !strcmp(seq_guid, said));
	FLT_PROVES("VOL-14", mount(folder, second, "fltfs", 0, guid) && errno == EEXIST);
	FLT_PROVES("VOL-70", mount(NULL, mnt, NULL, MS_REMOUNT,
				   "guid=01234567-89ab-cdef-0123-456789abcdee") && errno == EINVAL);
	FLT_EXPECT(mount(folder, second, "fltfs", 0, "guid={}") && errno == EINVAL);
	FLT_EXPECT(mount(folder, second, "fltfs", 0,
			 "guid=00000000-0000-0000-0000-000000000000") && errno == EINVAL);
	FLT_REQUIRE(!umount(mnt));

	FLT_REQUIRE(called(lower, mnt, "dosname=q:"));
	FLT_PROVES("VOL-16", !strcmp(seq_dos, "Q:"));
	FLT_PROVES("VOL-16", mount(folder, second, "fltfs", 0, "dosname=Q:") && errno == EEXIST);
	FLT_PROVES("VOL-70", mount(NULL, mnt, NULL, MS_REMOUNT, "dosname=r:") && errno == EINVAL);
	/* what it has may be said again */
	FLT_EXPECT(!mount(NULL, mnt, NULL, MS_REMOUNT, "dosname=Q:") &&
		   !system("grep -q 'fltfs .*,dosname=Q:' /proc/mounts"));
	FLT_REQUIRE(called(folder, second, "dosname=R:"));
	FLT_PROVES("VOL-16", !strcmp(seq_dos, "R:"));
	FLT_REQUIRE(!umount(second) && !umount(mnt));
	FLT_PROVES("VOL-16", mount(lower, mnt, "fltfs", 0, "dosname=Q") && errno == EINVAL &&
		   mount(lower, mnt, "fltfs", 0, "dosname=1:") && errno == EINVAL &&
		   mount(lower, mnt, "fltfs", 0, "dosname=QQ:") && errno == EINVAL);
	/* the letter went with its mount */
	FLT_REQUIRE(called(folder, mnt, "dosname=Q:"));
	FLT_PROVES("VOL-16", !strcmp(seq_dos, "Q:"));
	FLT_REQUIRE(!stat(mnt, &st) && !umount(mnt) && !rmdir(folder));
}

/* As soon as the mount is gone, so may be what was below it. */
static void release(void)
{
	const int rounds = *(getenv("LONG") ?: "") ? 1000 : 100;
	const char *own = "/tmp/work/own";
	char path[64];
	int i;

	mkdir(own, 0755);
	snprintf(path, sizeof(path), "%s/f", mnt);
	for (i = 0; i < rounds; i++) {
		if (mount("none", own, "tmpfs", 0, NULL) || mount(own, mnt, "fltfs", 0, NULL))
			break;
		close(open(path, O_CREAT | O_RDWR, 0600));
		if (umount(mnt) || umount(own))
			break;
	}
	FLT_PROVES("VOL-77", i == rounds);
}

/* A copy of the mount of PATH on TO whose owners are shown as others. */
static bool mount_mapped(const char *path, const char *to)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int ready[2], tree, map;
	char name[64], byte;
	pid_t child;

	FLT_REQUIRE(!pipe(ready));
	child = fork();
	if (!child) {
		FLT_REQUIRE(!unshare(CLONE_NEWUSER) && write(ready[1], "", 1) == 1);
		pause();
		_exit(0);
	}
	FLT_REQUIRE(read(ready[0], &byte, 1) == 1);
	snprintf(name, sizeof(name), "/proc/%d/uid_map", child);
	map = open(name, O_WRONLY);
	FLT_REQUIRE(write(map, "0 1000 10", 9) == 9 && !close(map));
	snprintf(name, sizeof(name), "/proc/%d/gid_map", child);
	map = open(name, O_WRONLY);
	FLT_REQUIRE(write(map, "0 1000 10", 9) == 9 && !close(map));
	snprintf(name, sizeof(name), "/proc/%d/ns/user", child);
	attr.userns_fd = open(name, O_RDONLY);
	tree = syscall(SYS_open_tree, AT_FDCWD, path, 1 /* OPEN_TREE_CLONE */);
	FLT_REQUIRE(tree >= 0 && (int)attr.userns_fd >= 0);
	map = syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (!map)
		FLT_REQUIRE(!syscall(SYS_move_mount, tree, "", AT_FDCWD, to, 4));
	close(tree);
	close(attr.userns_fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return !map;
}

static bool owned(const char *folder, const char *name, uid_t uid, gid_t gid)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!stat(path, &st) && st.st_uid == uid && st.st_gid == gid)
		return true;
	printf("%s is owned by %u and %u\n", path, st.st_uid, st.st_gid);
	return false;
}

/* Over owners that are not what they seem: 0 to 9 are shown as 1000 to 1009, and others as nobody. */
static void mapped(const char *lower, const char *path)
{
	static const char acl_name[] = "system.posix_acl_access";
	struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[5];
	} acl = { 2, { { 1, 6, ~0U }, { 2, 4, 1005 }, { 4, 4, ~0U }, { 16, 4, ~0U },
		       { 32, 0, ~0U } } }, got;
	char name[PATH_MAX];
	int status;
	pid_t child;

	FLT_REQUIRE(!mount(path, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	put("f");
	FLT_PROVES("VOL-90", owned(mnt, "f", 1000, 1000) && owned(lower, "f", 0, 0));
	FLT_PROVES("VOL-90", !chown("f", 1003, 1004) && owned(mnt, "f", 1003, 1004) &&
		   owned(lower, "f", 3, 4));
	FLT_PROVES("VOL-90", chown("f", 7, 8) && errno == EOVERFLOW && owned(lower, "f", 3, 4));
	FLT_PROVES("VOL-90", !chmod("f", 0600) && !chmod(".", 0777));
	child = fork();
	if (!child) {
		/* its own files it may change, and make */
		if (setgid(1004) || setuid(1003) || chmod("f", 0640) ||
		    close(open("made", O_CREAT | O_EXCL | O_WRONLY, 0600)) || mkdir("folder", 0755) ||
		    rename("made", "moved"))
			_exit(1);
		_exit(0);
	}
	waitpid(child, &status, 0);
	FLT_PROVES("VOL-90", !status && owned(lower, "moved", 3, 4) &&
		   owned(mnt, "moved", 1003, 1004) && owned(lower, "folder", 3, 4));
	child = fork();
	if (!child)
		_exit(setgid(3) || setuid(3) || open("moved", O_RDONLY) >= 0 || errno != EACCES ||
		      !chmod("moved", 0644) || errno != EPERM);
	waitpid(child, &status, 0);
	FLT_PROVES("VOL-90", !status);

	snprintf(name, sizeof(name), "%s/f", lower);
	if (!setxattr("f", acl_name, &acl, sizeof(acl), 0)) {
		FLT_PROVES("VOL-90", getxattr(name, acl_name, &got, sizeof(got)) == sizeof(got) &&
			   got.entries[1].id == 5);
		FLT_PROVES("VOL-90", getxattr("f", acl_name, &got, sizeof(got)) == sizeof(got) &&
			   got.entries[1].id == 1005);
		child = fork();
		if (!child)
			_exit(setgid(1005) || setuid(1005) || open("f", O_RDONLY) < 0);
		waitpid(child, &status, 0);
		FLT_PROVES("VOL-90", !status);
		child = fork();
		if (!child)
			_exit(setgid(5) || setuid(5) || open("f", O_RDONLY) >= 0);
		waitpid(child, &status, 0);
		FLT_PROVES("VOL-90", !status);
	}
	FLT_EXPECT(!unlink("moved") && !rmdir("folder") && !chmod(".", 0755));
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
}

/* What cannot be mounted on, in the words of the request's own log. */
static bool refused(const char *source, int error, const char *word)
{
	int request = syscall(SYS_fsopen, "fltfs", 0), result;
	char text[512] = "";
	bool said = false;

	FLT_REQUIRE(request >= 0);
	result = syscall(SYS_fsconfig, request, 1, "source", source, 0);
	if (!result)
		result = syscall(SYS_fsconfig, request, 6, NULL, NULL, 0);
	result = result ? errno : 0;
	while (read(request, text, sizeof(text) - 1) > 0) {
		said = said || strstr(text, word);
		memset(text, 0, sizeof(text));
	}
	close(request);
	if (result != error || !said)
		printf("%s: error %d, %s'%s'\n", source, result, said ? "" : "without ", word);
	return result == error && said;
}

static void refusals(const char *lower)
{
	char path[PATH_MAX], hidden[PATH_MAX];
	int status;
	pid_t child;

	snprintf(path, sizeof(path), "%s/absent", lower);
	FLT_PROVES("VOL-88", refused(path, ENOENT, path));
	put("f");
	snprintf(path, sizeof(path), "%s/f", lower);
	FLT_PROVES("VOL-88", refused(path, ENOTDIR, "is not a directory"));
	FLT_PROVES("VOL-88", refused("/proc", EINVAL, "proc"));
	snprintf(path, sizeof(path), "%s/closed", lower);
	snprintf(hidden, sizeof(hidden), "%s/closed/d", lower);
	FLT_REQUIRE(!mkdir(path, 0700) && !mkdir(hidden, 0755));
	child = fork();
	if (!child) {
		/* may mount, but not look everywhere */
		struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct caps[2] = { {
			.effective = 1 << CAP_SYS_ADMIN, .permitted = 1 << CAP_SYS_ADMIN,
		} };

		FLT_REQUIRE(!setresuid(-1, 1000, -1) && !syscall(SYS_capset, &head, caps));
		_exit(!refused(hidden, EACCES, hidden));
	}
	waitpid(child, &status, 0);
	FLT_PROVES("VOL-88", !status);
	FLT_REQUIRE(!rmdir(hidden) && !rmdir(path));

	/* in a user name space of one's own */
	child = fork();
	if (!child)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) || !mount(lower, mnt, "fltfs", 0, NULL) ||
		      errno != EPERM);
	waitpid(child, &status, 0);
	FLT_PROVES("VOL-90", !status);
	snprintf(path, sizeof(path), "%s/mapped", lower);
	FLT_REQUIRE(!mkdir(path, 0755));
	if (mount_mapped(lower, path)) {
		mapped(lower, path);
		FLT_REQUIRE(!umount(path));
	}
	FLT_REQUIRE(!rmdir(path));
}

int main(void)
{
	const char *lower = getenv("LOWER");

	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	busy(lower);
	lives(lower);
	identity(lower);
	release();
	refusals(lower);
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
