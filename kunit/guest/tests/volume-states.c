// SPDX-License-Identifier: GPL-2.0
/*
 * A volume that is made read-only, frozen, synced, mounted twice or changed from below, with a filter
 * and the mount's own page cache. The filter "probe" shows what of it filters see; "answer" fails a
 * flush.
 *
 * needs: lower=any kernels=6.1,6.12 filters=probe,answer modules=loop time=90 parallel=yes
 */
#include <linux/fs.h>

#include "../events.h"
#include "../waiters.h"

static const char *mnt, *lower;
static char data[8192];

static bool lies_below(const char *name, const char *want)
{
	char found[64] = "";
	int in = open(below(name), O_RDONLY);
	ssize_t got = read(in, found, sizeof(found) - 1);

	close(in);
	return got == (ssize_t)strlen(want) && !strcmp(found, want);
}

static bool fails_with(int error, int result)
{
	return result < 0 && errno == error;
}

/* Nothing can be changed, and filters are not asked. */
static void read_only(void)
{
	struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	int in;

	file("f");
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own") && !chdir(mnt) &&
		    !access("f", F_OK));
	in = open("f", O_RDONLY);
	seq_start();
	FLT_PROVES("VOL-68", !mount(NULL, mnt, NULL, MS_REMOUNT | MS_RDONLY, NULL));
	seq_stop();
	FLT_PROVES("VOL-68", count(CREATE) == 1 && count(9) == 1 && count(CLEANUP) == 1 &&
		   count(CLOSE) == 1 && seq_count == 4);
	seq_start();
	FLT_PROVES("VOL-68", fails_with(EROFS, open("new", O_CREAT | O_WRONLY, 0644)));
	FLT_PROVES("VOL-68", fails_with(EROFS, open("f", O_RDWR)));
	FLT_PROVES("VOL-68", fails_with(EROFS, mkdir("d", 0755)));
	FLT_PROVES("VOL-68", fails_with(EROFS, unlink("f")) && fails_with(EROFS, rename("f", "g")));
	FLT_PROVES("VOL-68", fails_with(EROFS, link("f", "g")) && fails_with(EROFS, symlink("f", "g")));
	FLT_PROVES("VOL-68", fails_with(EROFS, chmod("f", 0600)) && fails_with(EROFS, chown("f", 1, 1)));
	FLT_PROVES("VOL-68", fails_with(EROFS, truncate("f", 1)) &&
		   fails_with(EROFS, utimensat(AT_FDCWD, "f", times, 0)));
	FLT_PROVES("VOL-68", fails_with(EROFS, setxattr("f", "trusted.a", "1", 1, 0)));
	seq_stop();
	if (!FLT_PROVES("VOL-68", !seq_count))
		printf("%s\n", seq_render());
	FLT_PROVES("VOL-68", pread(in, data, 20, 0) == 10);
	FLT_PROVES("VOL-68", !mount(NULL, mnt, NULL, MS_REMOUNT, NULL) && !chmod("f", 0600));
	close(in);
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
}

/* Synced means that it is on the device. */
static void on_device(void)
{
	int on;

	FLT_REQUIRE(!system("mkdir -p /tmp/work/small && dd if=/dev/zero of=/tmp/work/image bs=1M count=8 2>/dev/null && mke2fs -q -F /tmp/work/image && l=$(losetup -f) && losetup $l /tmp/work/image && echo $l >/tmp/work/loop && mount -t ext4 $l /tmp/work/small"));
	FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, NULL) && !chdir(mnt));
	on = open("f", O_CREAT | O_RDWR, 0644);
	FLT_REQUIRE(write(on, "0123456789", 10) == 10);
	FLT_PROVES("VOL-73", !syncfs(on));
	FLT_PROVES("VOL-73", !system("grep -q 0123456789 /tmp/work/image"));
	close(on);
	FLT_REQUIRE(!chdir("/") && !umount(mnt) && !umount("/tmp/work/small"));
	FLT_REQUIRE(!system("losetup -d $(cat /tmp/work/loop)"));
}

/* What is dirty in pages of the mount's own goes first; then the volume is told. */
static void synced(void)
{
	char *map;
	int on;

	file("f");
	file("x!09ac0000185");
	file("x!000c0000185");
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own") && !chdir(mnt));
	on = open("f", O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, on, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	map[3] = 'x';
	seq_start();
	FLT_PROVES("VOL-73", !syncfs(on));
	seq_stop();
	FLT_PROVES("VOL-73", lies_below("f", "012x456789"));
	FLT_PROVES("VOL-73", event(WRITE, 0)->flags & 2 && event(WRITE, 0) < event(CREATE, 0) &&
		   event(CREATE, 0) < event(9, 0) && event(9, 0) < event(CLEANUP, 0) &&
		   event(CLEANUP, 0) < event(CLOSE, 0) && !event(9, 0)->minor &&
		   !strcmp(event(CREATE, 0)->name, "(null)") &&
		   event(9, 0)->object == event(CREATE, 0)->object);
	FLT_REQUIRE(!close(open("x!09ac0000185", O_RDONLY)));
	FLT_PROVES("VOL-73", syncfs(on) && errno == EIO);
	FLT_REQUIRE(!close(open("x!000c0000185", O_RDONLY)));
	FLT_PROVES("VOL-73", !syncfs(on));
	munmap(map, 4096);
	close(on);
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
}

static int target;

CALLS(write_target, if (pwrite(target, "late", 4, 0) != 4) _exit(1))
CALLS(make_folder, if (mkdir("late", 0755)) _exit(1))
CALLS(remove_file, if (unlink("g")) _exit(1))
CALLS(change_mode, if (chmod("f", 0600)) _exit(1))

static bool in_freeze(const char *stack)
{
	const char *first = strstr(stack, "] ");

	return first && (!strncmp(first + 2, "percpu_rwsem_wait", 17) || in_lock(stack) ||
			 strstr(stack, "mnt_want_write") || strstr(stack, "vfs_write") ||
			 strstr(stack, "ksys_pwrite64"));
}

/* Whoever changes something waits, before filters see it; who reads does not. */
static void frozen(void)
{
	void (* const calls[])(void) = { write_target, make_folder, remove_file, change_mode };
	pid_t children[4];
	unsigned int i;
	int root, status;
	char *map;

	file("f");
	file("g");
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own") && !chdir(mnt));
	root = open(".", O_RDONLY);
	target = open("f", O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, target, 0);
	FLT_REQUIRE(map != MAP_FAILED && !access("g", F_OK));
	map[3] = 'x';
	seq_start();
	FLT_PROVES("VOL-71", !ioctl(root, FIFREEZE, 0));
	seq_stop();
	FLT_PROVES("VOL-71", count(WRITE) == 1 && event(WRITE, 0)->flags & 2 &&
		   lies_below("f", "012x456789"));
	seq_start();
	for (i = 0; i < 4; i++) {
		children[i] = child_of(calls[i]);
		FLT_PROVES("VOL-71", sleeps(children[i], in_freeze));
	}
	FLT_PROVES("VOL-71", pread(target, data, 20, 0) == 10);
	seq_stop();
	if (!FLT_PROVES("VOL-71", count(READ) == 1 && seq_count == 1))
		printf("%s\n", seq_render());
	FLT_PROVES("VOL-71", lies_below("f", "012x456789") && access(below("late"), F_OK) &&
		   !access(below("g"), F_OK));
	/* below, all goes on */
	file("below");
	FLT_PROVES("VOL-71", lies_below("below", "0123456789"));
	FLT_PROVES("VOL-71", !ioctl(root, FITHAW, 0));
	for (i = 0; i < 4; i++)
		FLT_PROVES("VOL-71", waitpid(children[i], &status, 0) == children[i] && !status);
	FLT_PROVES("VOL-71", lies_below("f", "late456789") && !access(below("late"), F_OK) &&
		   access(below("g"), F_OK));
	munmap(map, 4096);
	close(target);
	close(root);
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
}

/* Writers all the while; each order of freezing and thawing both. */
static volatile unsigned long *written;
static int lower_root, root;

CALLS(freeze_root, if (ioctl(root, FIFREEZE, 0)) _exit(1))

static bool goes_on(void)
{
	unsigned long before[2] = { written[0], written[1] };
	double start = now();

	while (now() - start < PATIENCE) {
		if (written[0] > before[0] + 3 && written[1] > before[1] + 3)
			return true;
		usleep(1000);
	}
	return false;
}

static bool both(bool upper_thaws_first)
{
	bool good = !ioctl(root, FIFREEZE, 0);

	good = !ioctl(lower_root, FIFREEZE, 0) && good;
	good = !ioctl(upper_thaws_first ? root : lower_root, FITHAW, 0) && good;
	good = !ioctl(upper_thaws_first ? lower_root : root, FITHAW, 0) && good;
	return good && goes_on();
}

/* Writers wait below, and whoever freezes the mount waits for them, until that is thawed. */
static bool lower_first(bool upper_thaws_first)
{
	bool good = !ioctl(lower_root, FIFREEZE, 0);
	pid_t child = child_of(freeze_root);
	int status = 1;

	if (!upper_thaws_first) {
		good = !ioctl(lower_root, FITHAW, 0) && good;
		good = waitpid(child, &status, 0) == child && !status && good;
		good = !ioctl(root, FITHAW, 0) && good;
	} else {
		/* nothing to thaw above as long as the writers hold it */
		good = ioctl(root, FITHAW, 0) && good;
		good = !ioctl(lower_root, FITHAW, 0) && good;
		good = waitpid(child, &status, 0) == child && !status && good;
		good = !ioctl(root, FITHAW, 0) && good;
	}
	return good && goes_on();
}

static void both_frozen(void)
{
	pid_t writers[2];
	char name[16];
	int i, out;

	if (!strcmp(getenv("LOWER_FS"), "tmpfs"))
		return;
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	root = open(".", O_RDONLY);
	lower_root = open(lower, O_RDONLY);
	written = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < 2; i++) {
		writers[i] = fork();
		if (writers[i])
			continue;
		snprintf(name, sizeof(name), "load-%d", i);
		for (;;) {
			out = open(name, O_CREAT | O_RDWR, 0600);
			if (out < 0 || write(out, data, 4096) != 4096 || fsync(out) || close(out) ||
			    unlink(name))
				_exit(1);
			written[i]++;
		}
	}
	FLT_EXPECT(goes_on());
	FLT_PROVES("VOL-72", both(false));
	FLT_PROVES("VOL-72", both(true));
	FLT_PROVES("VOL-72", lower_first(false));
	FLT_PROVES("VOL-72", lower_first(true));
	for (i = 0; i < 2; i++) {
		kill(writers[i], SIGKILL);
		waitpid(writers[i], NULL, 0);
	}
	close(root);
	close(lower_root);
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
}

static bool in_log(const char *what)
{
	char record[2048];
	bool found = false;
	ssize_t got;

	while ((got = read(seq_log, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[got > 0 ? got : 0] = 0;
		found = found || strstr(record, what);
	}
	return found;
}

/* One folder, two mounts. */
static void twice(void)
{
	const char *second = "/tmp/work/second";
	char path[PATH_MAX];
	struct stat st;
	int one, two;

	mkdir(second, 0755);
	file("f");
	seq_start();
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !mount(lower, second, "fltfs", 0, NULL));
	FLT_PROVES("VOL-86", !in_log("seen late"));
	FLT_REQUIRE(!stat(mnt, &st) && !stat(second, &st));
	FLT_PROVES("VOL-86", instances() == 2);
	snprintf(path, sizeof(path), "%s/f", mnt);
	one = open(path, O_RDWR);
	snprintf(path, sizeof(path), "%s/f", second);
	two = open(path, O_RDWR);
	seq_start();
	FLT_PROVES("VOL-86", pwrite(one, "abc", 3, 0) == 3 && pread(two, data, 20, 0) == 10 &&
		   !memcmp(data, "abc3456789", 10));
	FLT_PROVES("VOL-86", pwrite(two, "longer text", 11, 0) == 11 && !fstat(one, &st) &&
		   st.st_size == 11 && pread(one, data, 20, 0) == 11 &&
		   !memcmp(data, "longer text", 11));
	seq_stop();
	FLT_PROVES("VOL-86", count(WRITE) == 2 && event(WRITE, 0)->volume != event(WRITE, 1)->volume);
	close(one);
	close(two);
	FLT_REQUIRE(!umount(second));
	seq_start();
	FLT_REQUIRE(!mount(lower, second, "fltfs", 0, "cache=own"));
	FLT_PROVES("VOL-86", in_log("seen late"));
	FLT_REQUIRE(!umount(second) && !umount(mnt) && !rmdir(second));
}

/* What the mount's file has, by an open of its own. */
static bool lies_above(const char *name, const char *want)
{
	char found[64] = "";
	int in = open(name, O_RDONLY);
	ssize_t got = read(in, found, sizeof(found) - 1);

	close(in);
	return got == (ssize_t)strlen(want) && !strcmp(found, want);
}

static void write_below(const char *name, const char *text)
{
	int out = open(below(name), O_WRONLY | O_TRUNC);

	FLT_REQUIRE(write(out, text, strlen(text)) == (ssize_t)strlen(text) && !close(out));
}

static off_t size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) ? -1 : st.st_size;
}

/* A file that was used and closed, so that the mount may still have its data. */
static void used_before(void)
{
	int out;

	file("used");
	FLT_PROVES("VOL-87", lies_above("used", "0123456789"));
	write_below("used", "abcdefghij");
	FLT_PROVES("VOL-87", lies_above("used", "abcdefghij"));
	write_below("used", "longer than it was");
	FLT_PROVES("VOL-87", size_of("used") == 18 && lies_above("used", "longer than it was"));
	write_below("used", "short");
	FLT_PROVES("VOL-87", size_of("used") == 5 && lies_above("used", "short"));
	/* what the mount wrote last, and what is changed by way of it, has no other effect */
	out = open("used", O_WRONLY | O_APPEND);
	FLT_REQUIRE(write(out, "er", 2) == 2 && !close(out));
	write_below("used", "SHORTER");
	FLT_PROVES("VOL-87", lies_above("used", "SHORTER"));
	/* the rest of the page that a write changes is what lies below, not what lay there */
	write_below("used", "another one");
	out = open("used", O_WRONLY);
	FLT_REQUIRE(pwrite(out, "A", 1, 0) == 1 && !close(out));
	FLT_PROVES("VOL-87", lies_below("used", "Another one") && lies_above("used", "Another one"));
	write_below("used", "and yet another");
	FLT_PROVES("VOL-87", !truncate("used", 12) && lies_below("used", "and yet anot") &&
		   size_of("used") == 12 && lies_above("used", "and yet anot"));
	write_below("used", "one");
	FLT_PROVES("VOL-87", !truncate("used", 2) && !truncate("used", 3) && size_of("used") == 3);
	FLT_REQUIRE(!unlink("used"));
}

/* What is changed below is seen by the next who looks. */
static void changed_below(const char *options)
{
	char path[PATH_MAX];
	struct stat st;
	int one, two, out;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, options) && !chdir(mnt));
	used_before();
	FLT_REQUIRE(!mkdir(below("folder"), 0755));
	file("folder/old");
	one = open("folder/old", O_RDWR);
	two = open("folder", O_RDONLY);
	FLT_REQUIRE(one >= 0 && two >= 0 && access("folder/new", F_OK));
	file("folder/new");
	FLT_PROVES("VOL-87", !stat("folder/new", &st) && st.st_size == 10);
	out = open(below("folder/new"), O_WRONLY);
	FLT_REQUIRE(pwrite(out, "more text than before", 21, 0) == 21 && !close(out));
	FLT_PROVES("VOL-87", !stat("folder/new", &st) && st.st_size == 21);
	snprintf(path, sizeof(path), "%s", below("folder/new"));
	FLT_REQUIRE(!rename(path, below("folder/old")));
	FLT_PROVES("VOL-87", fails_with(ENOENT, access("folder/new", F_OK)) &&
		   !stat("folder/old", &st) && st.st_size == 21);
	/* the one that was open is the one that it was */
	FLT_PROVES("VOL-87", pread(one, data, 30, 0) == 10 && !fstat(one, &st) && !st.st_nlink);
	FLT_REQUIRE(!unlink(below("folder/old")) && !rmdir(below("folder")));
	file("folder");
	FLT_PROVES("VOL-87", !stat("folder", &st) && S_ISREG(st.st_mode));
	FLT_PROVES("VOL-87", faccessat(two, "old", F_OK, 0) && (errno == ENOENT || errno == ESTALE));
	FLT_PROVES("VOL-87", mkdirat(two, "new", 0755) && (errno == ENOENT || errno == ESTALE));
	close(one);
	close(two);
	FLT_REQUIRE(!unlink("folder") && !chdir("/") && !umount(mnt));
}

/* The options as mountinfo has them. */
static bool shown_options(char *to, size_t size)
{
	FILE *in = fopen("/proc/self/mountinfo", "r");
	char line[2048], point[512], type[64], source[512], options[512];
	bool found = false;

	while (in && fgets(line, sizeof(line), in)) {
		char *rest = strstr(line, " - ");

		if (!rest || sscanf(line, "%*d %*d %*s %*s %511s", point) != 1 ||
		    strcmp(point, mnt) || sscanf(rest, " - %63s %511s %511s", type, source,
						 options) != 3)
			continue;
		found = !strcmp(type, "fltfs") && !strcmp(source, lower);
		snprintf(to, size, "%s", options);
	}
	if (in)
		fclose(in);
	return found;
}

static void shown(void)
{
	static const char *const ways[] = {
		"", "completion=passive,create=locked", "cache=lower,open=reuse,write=back", "cache=own,volume=77",
		"classes=ex,fstype=refs", "fstype=unknown",
		"guid=01234567-89ab-cdef-0123-456789abcdef,dosname=Q:",
	};
	char options[512], again[512], line[2048];
	unsigned int i;
	FILE *out;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, ways[i]));
		FLT_PROVES("VOL-89", shown_options(options, sizeof(options)) &&
			   strstr(options, ways[i]));
		FLT_REQUIRE(!umount(mnt));
		/* the words that the VFS itself has there are flags, not options */
		FLT_REQUIRE(!strncmp(options, "rw", 2));
		FLT_PROVES("VOL-89", !mount(lower, mnt, "fltfs", 0, options + (options[2] ? 3 : 2)) &&
			   shown_options(again, sizeof(again)) && !strcmp(options, again));
		FLT_REQUIRE(!umount(mnt));
		snprintf(line, sizeof(line), "%s %s fltfs %s 0 0\n", lower, mnt, options);
		out = fopen("/etc/fstab", "w");
		FLT_REQUIRE(out && fputs(line, out) >= 0 && !fclose(out));
		FLT_PROVES("VOL-89", !system("mount -a") && shown_options(again, sizeof(again)) &&
			   !strcmp(options, again));
		FLT_REQUIRE(!umount(mnt));
	}
	unlink("/etc/fstab");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	lower = getenv("LOWER");
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe") && !twin_load("answer"));
	read_only();
	on_device();
	synced();
	frozen();
	both_frozen();
	FLT_REQUIRE(!twin_unload("answer", true));
	twice();
	changed_below(NULL);
	changed_below("cache=own");
	changed_below("cache=own,write=back");
	shown();
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
