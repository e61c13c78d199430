// SPDX-License-Identifier: GPL-2.0
/*
 * How often the file system below is asked for a name: for each call that names a file as often
 * through the mount as without it, once for a name that is not cached, and not at all for one that
 * is, with and without a filter. Counted by a probe on the file system's own lookup.
 *
 * needs: kernels=6.1,6.12 lower=ext4 long-lower=xfs filters=passthru parallel=yes
 */
#include "../twin.h"

#define TRACING "/sys/kernel/tracing"

static void put_line(const char *path, const char *line)
{
	int out = open(path, O_WRONLY | O_APPEND);

	FLT_REQUIRE(out >= 0 && write(out, line, strlen(line)) == (ssize_t)strlen(line));
	close(out);
}

/* How often the probe was hit so far. */
static unsigned long lookups(void)
{
	FILE *in = fopen(TRACING "/kprobe_profile", "r");
	unsigned long hits = 0, missed = 0;
	char name[64];

	FLT_REQUIRE(in);
	while (fscanf(in, "%63s %lu %lu", name, &hits, &missed) == 3)
		if (!strcmp(name, "below"))
			break;
	fclose(in);
	FLT_EXPECT(!missed);
	return hits;
}

static void forget(void)
{
	sync();
	put_line("/proc/sys/vm/drop_caches", "2");
}

#define CALLS(name, ...) static void name(void) { __VA_ARGS__; }

CALLS(call_stat, FLT_EXPECT(!stat("f", &(struct stat){ 0 })))
CALLS(call_access, FLT_EXPECT(!access("f", R_OK)))
CALLS(call_open, FLT_EXPECT(!close(open("f", O_RDWR))))
CALLS(call_create, FLT_EXPECT(!close(open("new", O_CREAT | O_RDWR, 0600))))
CALLS(call_exclusive, FLT_EXPECT(!close(open("other", O_CREAT | O_EXCL | O_RDWR, 0600))))
CALLS(call_old, FLT_EXPECT(!close(open("f", O_CREAT | O_TRUNC | O_RDWR, 0600))))
CALLS(call_absent, FLT_EXPECT(stat("absent", &(struct stat){ 0 }) && errno == ENOENT))
CALLS(call_chmod, FLT_EXPECT(!chmod("f", 0640)))
CALLS(call_chown, FLT_EXPECT(!chown("f", 1, 1)))
CALLS(call_times, FLT_EXPECT(!utimensat(AT_FDCWD, "f", NULL, 0)))
CALLS(call_truncate, FLT_EXPECT(!truncate("f", 5)))
CALLS(call_set_xattr, FLT_EXPECT(!setxattr("f", "user.a", "1", 1, 0)))
CALLS(call_get_xattr, getxattr("f", "user.a", NULL, 0))
CALLS(call_readlink, char to[8]; FLT_EXPECT(readlink("s", to, sizeof(to)) == 1))
CALLS(call_mkdir, FLT_EXPECT(!mkdir("d2", 0755)))
CALLS(call_mknod, FLT_EXPECT(!mkfifo("p", 0600)))
CALLS(call_symlink, FLT_EXPECT(!symlink("f", "s2")))
CALLS(call_link, FLT_EXPECT(!link("f", "l")))
CALLS(call_rename, FLT_EXPECT(!rename("f", "g")))
CALLS(call_over, FLT_EXPECT(!rename("f", "h")))
CALLS(call_unlink, FLT_EXPECT(!unlink("f")))
CALLS(call_rmdir, FLT_EXPECT(!rmdir("d")))

static const struct {
	const char *name;
	void (*call)(void);
	/* how many names it has */
	unsigned int names;
	/* may it be made again, once the names are cached? */
	bool again;
} calls[] = {
	{ "stat", call_stat, 1, true }, { "access", call_access, 1, true },
	{ "open", call_open, 1, true }, { "create", call_create, 1, true },
	{ "create exclusively", call_exclusive, 1, false },
	{ "create what is there", call_old, 1, true },
	{ "stat of nothing", call_absent, 1, true }, { "chmod", call_chmod, 1, true },
	{ "chown", call_chown, 1, true }, { "utimensat", call_times, 1, true },
	{ "truncate", call_truncate, 1, true }, { "setxattr", call_set_xattr, 1, true },
	{ "getxattr", call_get_xattr, 1, true }, { "readlink", call_readlink, 1, true },
	{ "mkdir", call_mkdir, 1, false }, { "mkfifo", call_mknod, 1, false },
	{ "symlink", call_symlink, 1, false }, { "link", call_link, 2, false },
	{ "rename", call_rename, 2, false }, { "rename over", call_over, 2, false },
	{ "unlink", call_unlink, 1, false }, { "rmdir", call_rmdir, 1, false },
};

/* Lookups of one call in an empty folder below ROOT, and of the same call made again. */
static void count(const char *root, unsigned int number, unsigned long counted[2])
{
	char work[PATH_MAX], command[2 * PATH_MAX];
	unsigned long before;

	snprintf(work, sizeof(work), "%s/work", root);
	FLT_REQUIRE(!mkdir(work, 0755) && !chdir(work));
	close(open("f", O_CREAT | O_WRONLY, 0644));
	close(open("h", O_CREAT | O_WRONLY, 0644));
	FLT_REQUIRE(!mkdir("d", 0755) && !symlink("f", "s"));
	forget();
	before = lookups();
	calls[number].call();
	counted[0] = lookups() - before;
	counted[1] = 0;
	if (calls[number].again) {
		before = lookups();
		calls[number].call();
		counted[1] = lookups() - before;
	}
	FLT_REQUIRE(!chdir("/"));
	snprintf(command, sizeof(command), "rm -r %s", work);
	FLT_EXPECT(!system(command));
}

static void filtered(const char *filter)
{
	char direct[PATH_MAX], below[PATH_MAX];
	const char *mnt = getenv("MNT");
	unsigned long straight[2], seen[2];
	unsigned int i;

	snprintf(direct, sizeof(direct), "%s/direct", getenv("LOWER"));
	snprintf(below, sizeof(below), "%s/below", getenv("LOWER"));
	mkdir(direct, 0755);
	mkdir(below, 0755);
	if (*filter)
		FLT_REQUIRE(!twin_load(filter));
	FLT_REQUIRE(!mount(below, mnt, "fltfs", 0, NULL));
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		count(direct, i, straight);
		count(mnt, i, seen);
		if (!FLT_EXPECT(straight[0] == calls[i].names && seen[0] == straight[0] &&
				seen[1] == straight[1] && !seen[1]))
			printf("%s, %s: %lu and %lu, straight %lu and %lu\n", calls[i].name,
			       *filter ? filter : "no filter", seen[0], seen[1], straight[0],
			       straight[1]);
	}
	FLT_REQUIRE(!umount(mnt));
	if (*filter)
		FLT_REQUIRE(!twin_unload(filter, true));
}

int main(void)
{
	bool xfs = !strcmp(getenv("LOWER_FS"), "xfs");

	setvbuf(stdout, NULL, _IOLBF, 0);
	mount("tracefs", TRACING, "tracefs", 0, NULL);
	put_line(TRACING "/kprobe_events", xfs ? "p:below xfs_vn_lookup\n" : "p:below ext4_lookup\n");
	put_line(TRACING "/events/kprobes/below/enable", "1");
	FLT_REQUIRE(!twin_load("fltshim"));
	filtered("");
	filtered("passthru");
	FLT_REQUIRE(!twin_unload("fltshim", false));
	put_line(TRACING "/events/kprobes/below/enable", "0");
	put_line(TRACING "/kprobe_events", "-:below\n");
	return prove_status();
}
