// SPDX-License-Identifier: GPL-2.0
/*
 * Rights that files give and that writing takes away, and who is told: programs with set-id bits
 * and with capabilities, folders where only owners remove, fanotify's events, and a listener of it
 * that refuses.
 *
 * needs: long-kernels=debug filters=passthru time=120
 */
#include <linux/capability.h>
#include <linux/falloc.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>

#include "../twin.h"

#define OWNER	1000
#define OTHER	2000

/* What is known of who runs, as an exit status. */
static int who(void)
{
	char line[256];
	unsigned long long able = 0;
	FILE *status = fopen("/proc/self/status", "r");

	while (status && fgets(line, sizeof(line), status))
		sscanf(line, "CapEff: %llx", &able);
	return (geteuid() == OWNER) | (getegid() == OWNER) << 1 |
	       (able >> CAP_NET_RAW & 1) << 2 | (able >> CAP_DAC_OVERRIDE & 1) << 3 |
	       (getuid() == OTHER) << 4;
}

/* A copy of this program that is run from where a step has put it says only that. */
static void __attribute__((constructor)) started(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "who"))
		_exit(who());
}

/* A copy of this program, with these bits, of that owner. */
static void program(const char *name, mode_t mode)
{
	char buffer[65536];
	int from = open("/proc/self/exe", O_RDONLY), to = open(name, O_CREAT | O_WRONLY, 0755);
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, got) != got)
			twin_say("no room for %s", name);
	CALL(fchown(to, OWNER, OWNER));
	CALL(fchmod(to, mode));
	close(from);
	close(to);
}

/* Run by somebody else; with no_new_privs it gives nothing. */
static void run(const char *name, bool no_new)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (no_new)
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (setgid(OTHER) || setuid(OTHER))
			_exit(99);
		execl(name, name, "who", NULL);
		_exit(100 + (errno == EACCES));
	}
	waitpid(child, &status, 0);
	twin_say("%s%s ended with %x", name, no_new ? ", nothing new" : "", status);
}

static void set_id(void)
{
	static const mode_t modes[] = { 0755, 04755, 02755, 06755, 06745, 04700, 0644 };
	char name[16];
	unsigned int i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		snprintf(name, sizeof(name), "./%o", modes[i]);
		program(name, modes[i]);
		run(name, false);
		run(name, true);
		/* little of it is to be compared */
		CALL(truncate(name, 100));
	}
}

static void give(const char *name, unsigned int able)
{
	struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].permitted = able,
	};

	CALL(setxattr(name, "security.capability", &caps, XATTR_CAPS_SZ_2, 0));
}

static void capable(void)
{
	program("./able", 0755);
	run("./able", false);
	give("./able", 1 << CAP_NET_RAW);
	run("./able", false);
	run("./able", true);
	give("./able", 1 << CAP_NET_RAW | 1 << CAP_DAC_OVERRIDE);
	run("./able", false);
	CALL(removexattr("./able", "security.capability"));
	run("./able", false);
	CALL(truncate("./able", 100));
}

/* A file with all that writing takes away; anybody may write it. */
static int privileged(const char *name)
{
	int fd = open(name, O_CREAT | O_RDWR, 0600);

	if (pwrite(fd, "0123456789", 10, 0) != 10)
		twin_say("no room for %s", name);
	CALL(fchown(fd, OWNER, OWNER));
	CALL(fchmod(fd, 06777));
	give(name, 1 << CAP_NET_RAW);
	return fd;
}

static void changes(void)
{
	struct stat st;
	void *at;
	int fd;

	CALL(write(fd = open("write", O_WRONLY), "x", 1));
	close(fd);
	CALL(truncate("truncate", 5));
	CALL(close(open("open-truncate", O_WRONLY | O_TRUNC)));
	CALL(fallocate(fd = open("allocate", O_RDWR), 0, 0, 20));
	close(fd);
	CALL(fallocate(fd = open("punch", O_RDWR), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
		       4));
	close(fd);
	fd = open("map", O_RDWR);
	at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		*(volatile char *)at = 'x';
	CALL(msync(at, 4096, MS_SYNC));
	close(fd);
	CALL(chown("chown", -1, -1));
	CALL(chmod("chmod", 0777));
	CALL(utimensat(AT_FDCWD, "times", NULL, 0));
	CALL(stat("times", &st));
	CALL(setxattr("xattr", "user.x", "1", 1, 0));
}

static void taken(void)
{
	static const char *const names[] = { "write", "truncate", "open-truncate", "allocate",
					     "punch", "map", "chown", "chmod", "times", "xattr" };
	unsigned int i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			close(privileged(names[i]));
		/* by an ordinary user, and by who may do everything */
		if (round)
			changes();
		else
			twin_as_user(changes);
		twin_dump(".");
	}
	CALL(chown("write", OTHER, -1));
	CALL(chown("chown", -1, OTHER));
}

static void others_files(void)
{
	CALL(unlink("sticky/owned"));
	CALL(unlink("sticky/own"));
	CALL(rename("sticky/owned", "sticky/mine"));
	CALL(rename("sticky/own", "sticky/mine"));
	CALL(rename("sticky/own", "sticky/owned"));
	CALL(rmdir("sticky/folder"));
	CALL(link("sticky/owned", "sticky/link"));
	CALL(unlink("closed/owned"));
	CALL(mkdir("closed/new", 0755));
	CALL(chmod("sticky/owned", 0777));
	CALL(chown("sticky/own", OTHER, -1));
	CALL(truncate("sticky/owned", 1));
	CALL(open("sticky/owned", O_WRONLY));
	CALL(access("closed/owned", R_OK));
	CALL(close(open("sticky/own", O_CREAT | O_WRONLY, 0644)));
	CALL(unlink("sticky/own"));
}

static void owners_only(void)
{
	CALL(mkdir("sticky", 0));
	CALL(chmod("sticky", 01777));
	CALL(mkdir("sticky/folder", 0755));
	CALL(mkdir("closed", 0711));
	CALL(close(open("sticky/owned", O_CREAT | O_WRONLY, 0644)));
	CALL(close(open("closed/owned", O_CREAT | O_WRONLY, 0600)));
	twin_as_user(others_files);
}

/* What has been told of files here, by name. */
static void told(int group)
{
	char buffer[8192], path[PATH_MAX], link[64];
	struct fanotify_event_metadata *event;
	ssize_t size, length;

	while ((size = read(group, buffer, sizeof(buffer))) > 0) {
		for (event = (void *)buffer; FAN_EVENT_OK(event, size);
		     event = FAN_EVENT_NEXT(event, size)) {
			snprintf(link, sizeof(link), "/proc/self/fd/%d", event->fd);
			length = readlink(link, path, sizeof(path) - 1);
			path[length > 0 ? length : 0] = 0;
			twin_say("told %llx of %s", (unsigned long long)event->mask,
				 strrchr(path, '/') ?: path);
			close(event->fd);
		}
	}
}

static void listened(void)
{
	int group = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY), fd;
	char data[4];

	FLT_REQUIRE(group >= 0);
	CALL(fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN | FAN_ACCESS | FAN_MODIFY | FAN_CLOSE |
			   FAN_ONDIR | FAN_EVENT_ON_CHILD, AT_FDCWD, "."));
	fd = open("f", O_CREAT | O_RDWR, 0644);
	told(group);
	CALL(write(fd, "data", 4));
	told(group);
	CALL(pread(fd, data, 4, 0));
	told(group);
	CALL(ftruncate(fd, 2));
	told(group);
	CALL(close(fd));
	told(group);
	CALL(mkdir("folder", 0755));
	told(group);
	CALL(close(open("folder", O_RDONLY)));
	told(group);
	CALL(access("f", R_OK));
	told(group);
	fd = open("f", O_RDONLY);
	CALL(fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_OPEN, AT_FDCWD, "f"));
	CALL(close(fd));
	told(group);
	close(group);
}

TWIN_TEST("passthru", { "set-id", set_id }, { "capable", capable }, { "taken", taken },
	  { "owners", owners_only }, { "listened", listened })
