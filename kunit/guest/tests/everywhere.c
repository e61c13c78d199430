// SPDX-License-Identifier: GPL-2.0
/*
 * A filter that does all that it may in each of its callbacks, "everywhere", while several programs
 * work on trees of files: nothing hangs, nothing is lost, and where the kernel checks the order of
 * locks it finds nothing. On the file system of the test, on an overlayfs over it and on a tmpfs,
 * with the lower page cache and with the mount's own.
 *
 * needs: lower=ext4 long-lower=xfs filters=everywhere,passthru modules=overlay time=120
 * needs: parallel=yes
 */
#include <linux/falloc.h>
#include <sys/file.h>
#include <sys/statfs.h>

#include "../twin.h"

#define WORKERS	3
#define FOLDERS	3
#define FILES	4
#define SIZE	6000

static char data[SIZE], back[SIZE];
static int log_fd;	/* of /dev/kmsg */

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			printf("worker %d, line %d: %s (%s)\n", number, __LINE__, #condition, \
			       strerrorname_np(errno)); \
			_exit(1); \
		} \
	} while (0)

static const char *in(const char *root, unsigned int folder, unsigned int one)
{
	static char path[2][PATH_MAX];
	static unsigned int next;
	char *to = path[next++ % 2];

	if (one < FILES)
		snprintf(to, PATH_MAX, "%s/d%u/f%u", root, folder, one);
	else
		snprintf(to, PATH_MAX, "%s/d%u", root, folder);
	return to;
}

static void fill(int number, unsigned int folder, unsigned int one)
{
	twin_fill(data, SIZE, number * 1000 + folder * 10 + one);
}

/* A tree, each file written in another way. */
static void make_tree(int number, const char *root)
{
	unsigned int folder, one;
	char *map;
	int out;

	MUST(!mkdir(root, 0755));
	for (folder = 0; folder < FOLDERS; folder++) {
		MUST(!mkdir(in(root, folder, FILES), 0755));
		for (one = 0; one < FILES; one++) {
			fill(number, folder, one);
			out = open(in(root, folder, one), O_CREAT | O_EXCL | O_RDWR, 0600);
			MUST(out >= 0);
			if (one & 1) {
				MUST(!ftruncate(out, SIZE));
				map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, out, 0);
				MUST(map != MAP_FAILED);
				memcpy(map, data, SIZE);
				MUST(!msync(map, SIZE, MS_SYNC) && !munmap(map, SIZE));
			} else {
				MUST(write(out, data, SIZE) == SIZE);
				MUST(!fsync(out));
			}
			MUST(!close(out));
		}
	}
}

/* Is the tree what make_tree() made? */
static void look_at_tree(int number, const char *root)
{
	unsigned int folder, one, entries;
	struct dirent *entry;
	struct stat st;
	DIR *dir;
	int file;

	for (folder = 0; folder < FOLDERS; folder++) {
		dir = opendir(in(root, folder, FILES));
		MUST(dir);
		for (entries = 0; (entry = readdir(dir)); entries++)
			;
		closedir(dir);
		MUST(entries == FILES + 2);
		for (one = 0; one < FILES; one++) {
			fill(number, folder, one);
			MUST(!stat(in(root, folder, one), &st) && st.st_size == SIZE);
			file = open(in(root, folder, one), O_RDONLY);
			MUST(file >= 0 && read(file, back, SIZE) == SIZE);
			MUST(!memcmp(data, back, SIZE) && !close(file));
		}
	}
}

static void copy_tree(int number, const char *from, const char *to)
{
	unsigned int folder, one;
	int source, target;
	ssize_t got;

	MUST(!mkdir(to, 0755));
	for (folder = 0; folder < FOLDERS; folder++) {
		MUST(!mkdir(in(to, folder, FILES), 0755));
		for (one = 0; one < FILES; one++) {
			source = open(in(from, folder, one), O_RDONLY);
			target = open(in(to, folder, one), O_CREAT | O_WRONLY | O_TRUNC, 0644);
			MUST(source >= 0 && target >= 0);
			if (one == 0) {
				got = copy_file_range(source, NULL, target, NULL, SIZE, 0);
				MUST(got == SIZE);
			} else {
				while ((got = read(source, back, 4096)) > 0)
					MUST(write(target, back, got) == got);
				MUST(!got);
			}
			MUST(!close(source) && !close(target));
		}
	}
}

/* Whatever else there is, on one folder of a tree. */
static void change_tree(int number, const char *root, const char *moved)
{
	const char *file = in(root, 0, 0);
	char path[PATH_MAX], name[256];
	struct timespec times[2] = { { 1000, 0 }, { 2000, 0 } };
	struct statfs vfs;
	int open_file;

	MUST(!chmod(file, 0640) && !chown(file, 1, 1) && !utimensat(AT_FDCWD, file, times, 0));
	MUST(!setxattr(file, "trusted.t", "1", 1, 0));
	MUST(getxattr(file, "trusted.t", name, sizeof(name)) == 1);
	MUST(listxattr(file, name, sizeof(name)) > 0 && !removexattr(file, "trusted.t"));
	open_file = open(file, O_RDWR);
	MUST(open_file >= 0 && !flock(open_file, LOCK_EX) && !flock(open_file, LOCK_UN));
	MUST(!fcntl(open_file, F_SETLK, &(struct flock){ .l_type = F_WRLCK }));
	MUST(!ftruncate(open_file, 100) && !fallocate(open_file, 0, 0, SIZE));
	MUST(!statfs(root, &vfs) && !close(open_file));

	snprintf(path, sizeof(path), "%s/d0/link", root);
	MUST(!link(file, path) && !unlink(path));
	MUST(!symlink("f1", path) && readlink(path, name, sizeof(name)) == 2);
	MUST(!stat(path, &(struct stat){ 0 }) && !unlink(path));
	open_file = open(root, O_TMPFILE | O_RDWR, 0600);
	MUST(open_file >= 0 || errno == EOPNOTSUPP);
	MUST(open_file < 0 || (write(open_file, "x", 1) == 1 && !close(open_file)));
	/* from one folder to another, over one that is there, and the folders themselves */
	MUST(!rename(in(root, 0, 1), in(root, 1, 1)));
	snprintf(path, sizeof(path), "%s/d1/sub", root);
	MUST(!rename(in(root, 2, FILES), path));
	MUST(!rename(root, moved));
}

static void remove_tree(int number, const char *root)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir = opendir(root);

	MUST(dir);
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", root, entry->d_name);
		if (entry->d_type == DT_DIR) {
			remove_tree(number, path);
		} else {
			MUST(!unlink(path));
		}
	}
	closedir(dir);
	MUST(!rmdir(root));
}

static void work(int number)
{
	char tree[16], copy[16], moved[16];

	/* one that hangs is killed, and told of */
	alarm(!strcmp(getenv("KERNEL"), "debug") ? 240 : 150);
	snprintf(tree, sizeof(tree), "t%d", number);
	snprintf(copy, sizeof(copy), "c%d", number);
	snprintf(moved, sizeof(moved), "m%d", number);
	make_tree(number, tree);
	copy_tree(number, tree, copy);
	look_at_tree(number, copy);
	look_at_tree(number, tree);
	change_tree(number, tree, moved);
	look_at_tree(number, copy);
	sync();
	remove_tree(number, copy);
	remove_tree(number, moved);
	_exit(0);
}

static bool all_work(void)
{
	pid_t workers[WORKERS];
	bool good = true;
	int i, status;

	for (i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (!workers[i])
			work(i);
	}
	for (i = 0; i < WORKERS; i++) {
		if (waitpid(workers[i], &status, 0) != workers[i] || status) {
			printf("worker %d ended with %x\n", i, status);
			good = false;
		}
	}
	return good;
}

static bool empty(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);
	int count = 0;

	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return dir && !count;
}

/* How many breaches of the rules the filter is charged with. */
static long breaches(void)
{
	FILE *in = fopen("/sys/fs/fltshim/filters/everywhere/violations", "r");
	char kind[64];
	long count, sum = 0;

	FLT_REQUIRE(in);
	while (fscanf(in, "%63s %ld", kind, &count) == 2)
		sum += count;
	fclose(in);
	return sum;
}

/* Where the kernel checks the order of locks: it has found nothing, or it would have stopped. */
static bool order_checked(void)
{
	FILE *in = fopen("/proc/lockdep_stats", "r");
	char line[256];
	int on = 1;

	while (in && fgets(line, sizeof(line), in))
		sscanf(line, " debug_locks: %d", &on);
	if (in)
		fclose(in);
	return on;
}

/* What the filter said when it went. */
static const char *told_at_end(void)
{
	static char record[2048];
	const char *at = NULL;
	ssize_t got;

	while (!at && ((got = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE)) {
		record[got > 0 ? got : 0] = 0;
		at = strcasestr(record, "everywhere: names ");
	}
	return at ? at + strlen("everywhere: ") : NULL;
}

static void over(const char *lower, const char *options)
{
	const char *mnt = getenv("MNT");

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, options) && !chdir(mnt));
	FLT_PROVES("VFS-919", all_work());
	FLT_PROVES("VFS-919", empty(mnt) && empty(lower));
	FLT_PROVES("VFS-919", order_checked());
	FLT_REQUIRE(!chdir("/"));
	FLT_PROVES("VFS-919", !umount(mnt));
}

int main(void)
{
	const char *lower = getenv("LOWER"), *told;
	char options[4 * PATH_MAX], folder[3][PATH_MAX];
	int counts[7] = { 0 };
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("passthru") && !twin_load("everywhere"));
	for (i = 0; i < 3; i++) {
		snprintf(folder[i], PATH_MAX, "%s/%c", lower, "luw"[i]);
		FLT_REQUIRE(!mkdir(folder[i], 0755));
	}
	over(folder[0], NULL);
	over(folder[0], "cache=own");
	FLT_REQUIRE(!mkdir("/tmp/work/over", 0755));
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", folder[0],
		 folder[1], folder[2]);
	FLT_REQUIRE(!mount("overlay", "/tmp/work/over", "overlay", 0, options));
	over("/tmp/work/over", NULL);
	FLT_REQUIRE(!umount("/tmp/work/over"));
	FLT_REQUIRE(!mount("none", "/tmp/work/over", "tmpfs", 0, NULL));
	over("/tmp/work/over", "cache=auto");
	FLT_REQUIRE(!umount("/tmp/work/over") && !rmdir("/tmp/work/over"));

	FLT_PROVES("VFS-919", !breaches());
	FLT_REQUIRE(!twin_unload("everywhere", true));
	told = told_at_end();
	FLT_EXPECT(told && sscanf(told, "names %d folders %d files %d reads %d contexts %d sleeps %d failed %d",
				  &counts[0], &counts[1], &counts[2], &counts[3], &counts[4],
				  &counts[5], &counts[6]) == 7);
	/* it did what it was there for */
	printf("names %d folders %d files %d reads %d contexts %d sleeps %d failed %d\n", counts[0],
	       counts[1], counts[2], counts[3], counts[4], counts[5], counts[6]);
	FLT_PROVES("VFS-919", counts[0] > 1000 && counts[1] > 1000 && counts[2] > 500 &&
		   counts[3] > 100 && counts[4] > 1000 && counts[5] > 20 && !counts[6]);
	FLT_REQUIRE(!twin_unload("passthru", true) && !twin_unload("fltshim", false));
	return prove_status();
}
