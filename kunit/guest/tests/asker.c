// SPDX-License-Identifier: GPL-2.0
/*
 * What a filter is told that asks about a file in every way there is, and what programs see of a
 * folder whose listing it has changed. The filter "asker" asks and judges; what it cannot see, a
 * file's number, its pages or what is left below, is looked at here.
 *
 * needs: lower=ext4,tmpfs kernels=6.1,6.12 filters=asker modules=loop time=60
 */
#include <linux/fs.h>
#include <sys/sysmacros.h>

#include "../rows.h"
#include "../twin.h"

#define ACL_ACCESS "system.posix_acl_access"

static const char *mnt, *lower;
static char data[65536];

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", lower, name);
	return path;
}

static void put(const char *name, const char *content)
{
	int out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(write(out, content, strlen(content)) == (ssize_t)strlen(content));
	close(out);
}

/* Opens a file by which the filter is asked, and takes down what it says. */
static const char *ask(const char *name, int flags)
{
	int fd = open(name, flags);

	FLT_EXPECT(fd >= 0 && !close(fd));
	rows_collect("asker: ", NULL);
	return text;
}

static void prepare(void)
{
	static const unsigned int acl[] = {
		2, 1 | 6 << 16, -1, 2 | 6 << 16, 1000, 4 | 4 << 16, -1, 16 | 6 << 16, -1,
		32 | 0 << 16, -1,
	};

	put("ask-classes", "0123456789");
	FLT_REQUIRE(!mkdir(below("real"), 0755));
	put("real/file", "text");
	FLT_REQUIRE(!symlink("real", below("way")));
	FLT_REQUIRE(!mknod(below("node"), S_IFCHR | 0660, makedev(5, 7)) &&
		    !chmod(below("node"), 0660) && !chown(below("node"), 12, 34));
	FLT_REQUIRE(!mkdir(below("full"), 0755));
	put("full/x", "text");
	put("fixed", "text");
	FLT_REQUIRE(!chmod(below("fixed"), 0444));
	put("ask-delete", "");
	put("ask-ea", "");
	put("ask-plain", "");
	put("ask-secure", "");
	put("ask-control", "");
	put("ask-pattern", "");
	FLT_REQUIRE(!setxattr(below("ask-ea"), "trusted.a", "1", 1, 0) &&
		    !setxattr(below("ask-ea"), "trusted.b", "222", 3, 0) &&
		    !setxattr(below("ask-ea"), "trusted.c", "33", 2, 0));
	put("secured", "text");
	put("moded", "text");
	FLT_REQUIRE(!chown(below("secured"), 77, 88) && !chown(below("moded"), 77, 88) &&
		    !setxattr(below("secured"), ACL_ACCESS, acl, sizeof(acl), 0));
	FLT_REQUIRE(!mkdir(below("pattern"), 0755));
	put("pattern/a.txt", "");
	put("pattern/ab.txt", "");
	put("pattern/a.b.c", "");
	put("pattern/abc", "");
	put("pattern/ABC", "");
}

/* Letters, then nothing, then letters, and all of that on the device. */
static void have_ranges(void)
{
	int out = open(below("ranges"), O_CREAT | O_RDWR, 0644);

	memset(data, 'x', 4096);
	FLT_REQUIRE(pwrite(out, data, 4096, 0) == 4096 && pwrite(out, data, 4096, 524288) == 4096 &&
		    !fsync(out) && !close(out));
}

static void classes(void)
{
	unsigned long long number = 0;
	struct stat st;
	const char *at;

	at = strstr(ask("ask-classes", O_RDWR), "number ");
	FLT_REQUIRE(at && sscanf(at, "number %llu", &number) == 1);
	FLT_PROVES("INFO-23", !stat(below("ask-classes"), &st) && st.st_ino == number);
}

/* A copy of this program, which waits. */
static void deleted(void)
{
	int ready[2], hold[2];
	char byte;
	pid_t child;

	FLT_REQUIRE(!system("cp /bin/busybox program"));
	FLT_REQUIRE(!chmod("program", 0755) && !pipe(ready) && !pipe(hold));
	child = fork();
	if (!child) {
		dup2(hold[0], 0);
		dup2(ready[1], 1);
		execl("./program", "sh", "-c", "echo; read line", NULL);
		_exit(1);
	}
	FLT_REQUIRE(read(ready[0], &byte, 1) == 1);
	ask("ask-delete", O_RDWR);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	close(hold[0]);
	close(hold[1]);
	FLT_PROVES("INFO-29", !access(below("full/x"), F_OK) && !access(below("fixed"), F_OK) &&
		   !access(below("program"), F_OK));
	FLT_PROVES("INFO-29", rmdir("full") && (errno == ENOTEMPTY || errno == EEXIST) &&
		   !access(below("full"), F_OK));
	/* a program's own call is another matter */
	FLT_PROVES("INFO-29", !unlink("fixed") && access(below("fixed"), F_OK));
}

static void attributes(void)
{
	const char *none = "/tmp/work/none", *second = "/tmp/work/second";
	char name[PATH_MAX];

	ask("ask-ea", O_RDWR);
	FLT_PROVES("INFO-67", getxattr(below("ask-ea"), "trusted.new", data, 9) == 3 &&
		   !memcmp(data, "one", 3) && getxattr(below("ask-ea"), "trusted.a", data, 9) < 0 &&
		   getxattr(below("ask-ea"), "trusted.b", data, 9) == 3);
	FLT_PROVES("INFO-67", getxattr(below("ask-ea"), "trusted.bad", data, 9) < 0 &&
		   getxattr(below("ask-ea"), "trusted.also", data, 9) < 0);
	ask("ask-plain", O_RDWR);

	/* a file system that has none at all */
	mkdir(none, 0755);
	mkdir(second, 0755);
	FLT_REQUIRE(!mount("none", none, "ramfs", 0, NULL));
	snprintf(name, sizeof(name), "%s/ask-none", none);
	close(open(name, O_CREAT | O_WRONLY, 0644));
	FLT_REQUIRE(!mount(none, second, "fltfs", 0, NULL));
	snprintf(name, sizeof(name), "%s/ask-none", second);
	ask(name, O_RDONLY);
	FLT_EXPECT(!listxattr(name, data, sizeof(data)));
	FLT_REQUIRE(!umount(second) && !umount(none));
}

static void secured(void)
{
	struct stat st;

	ask("ask-secure", O_RDWR);
	/* who is not in the descriptor has nothing any more */
	FLT_PROVES("INFO-70", getxattr(below("secured"), ACL_ACCESS, data, 100) < 0 &&
		   !stat(below("secured"), &st) && (st.st_mode & 07777) == 0640 &&
		   st.st_uid == 177 && st.st_gid == 188);
	FLT_PROVES("INFO-70", getxattr(below("moded"), ACL_ACCESS, data, 100) == 4 + 5 * 8);
}

static void controls(void)
{
	bool blocks = strcmp(getenv("LOWER_FS"), "tmpfs");
	unsigned int status = 1, count = 0;
	long long first = 0, next = 0, second = 0;
	const char *at;
	struct stat st;
	int in;

	have_ranges();
	at = strstr(ask("ask-control", O_RDWR), "places ");
	FLT_REQUIRE(at && sscanf(at, "places %x %u %lld %lld %lld", &status, &count, &first, &next,
				 &second) == 5);
	/* a block, and what is no block; the last of it is as far as the file goes */
	FLT_PROVES("INFO-60", blocks ? !status && count >= 3 && first > 0 && next > 0 &&
		   second == -1 : status == 0xc0000010);
	FLT_PROVES("INFO-60", strstr(text, blocks && !strcmp(getenv("LOWER_FS"), "xfs") ?
				     "clone 00000000" : "clone c0000010"));
	FLT_PROVES("INFO-61", !stat(below("ranges"), &st) && st.st_size == 524288 + 4096);
	in = open(below("ranges"), O_RDONLY);
	FLT_PROVES("INFO-61", pread(in, data, 8, 998) == 8 && !memcmp(data, "xx\0\0\0\0xx", 8) &&
		   pread(in, data, 8, 524288 + 4090) == 6 && !memcmp(data, "xxxx\0\0", 6));
	close(in);
}

/* How many pages of the file below are in memory. */
static unsigned int cached(const char *name)
{
	unsigned char there[64];
	int in = open(below(name), O_RDONLY), count = 0, i;
	void *map = mmap(NULL, sizeof(there) * 4096, PROT_READ, MAP_SHARED, in, 0);

	FLT_REQUIRE(map != MAP_FAILED && !mincore(map, sizeof(there) * 4096, there));
	for (i = 0; i < (int)sizeof(there); i++)
		count += there[i] & 1;
	munmap(map, sizeof(there) * 4096);
	close(in);
	return count;
}

static bool on_device(const char *word)
{
	int in = open("/tmp/work/image", O_RDONLY);
	void *map = mmap(NULL, 8 << 20, PROT_READ, MAP_SHARED, in, 0);
	bool found;

	FLT_REQUIRE(map != MAP_FAILED);
	found = memmem(map, 8 << 20, word, strlen(word));
	munmap(map, 8 << 20);
	close(in);
	return found;
}

/* What a flush makes sure of is seen on the device, and in memory. */
static void flushed(void)
{
	const char *own = "/tmp/work/own";
	char name[] = "ask-flush-0", word[] = "flushed-by-kind-0";
	int out;

	FLT_REQUIRE(!system("mkdir -p /tmp/work/own && cd /tmp/work && "
			    "dd if=/dev/zero of=image bs=1M count=8 2>/dev/null && "
			    "mke2fs -q -F image && l=$(losetup -f) && losetup $l image && "
			    "echo $l >loop && mount -t ext4 $l own"));
	lower = own;
	FLT_REQUIRE(!chdir("/") && !mount(own, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	memset(data, 'x', sizeof(data));
	for (name[10] = '0'; name[10] <= '4'; name[10]++) {
		word[16] = name[10];
		out = open(name, O_CREAT | O_EXCL | O_RDWR, 0644);
		/* (which had nothing to flush yet) */
		rows_collect("asker: ", NULL);
		FLT_REQUIRE(write(out, data, sizeof(data)) == sizeof(data) &&
			    pwrite(out, word, strlen(word), 0) == (ssize_t)strlen(word));
		FLT_EXPECT(!on_device(word));
		ask(name, O_RDWR);
		FLT_PROVES("INFO-55", on_device(word));
		FLT_PROVES("INFO-55", (cached(name) == 0) == (name[10] == '1'));
		if (name[10] == '0')
			FLT_PROVES("INFO-54", on_device(word));
		close(out);
	}
	/* and where nothing can be written, nothing can be flushed */
	close(open("ask-refused", O_CREAT | O_RDWR, 0644));
	rows_collect("none of it: ", NULL);
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT | MS_RDONLY, NULL));
	ask("ask-refused", O_RDONLY);
	FLT_REQUIRE(!chdir("/") && !umount(mnt) && !umount(own));
	FLT_REQUIRE(!system("losetup -d $(cat /tmp/work/loop)"));
	lower = getenv("LOWER");
}

#define MANY 300

struct entry {
	unsigned long long ino;
	long long offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* The listing, by calls with little room; how often NAME is there, and its number. */
static int times_there(const char *folder, const char *name, unsigned long long *ino, int *all)
{
	int in = open(folder, O_RDONLY | O_DIRECTORY), found = 0, at;
	long got;

	if (all)
		*all = 0;
	while ((got = syscall(SYS_getdents64, in, data, 200)) > 0) {
		for (at = 0; at < got; at += ((struct entry *)(data + at))->length) {
			struct entry *one = (struct entry *)(data + at);

			if (all)
				++*all;
			if (strcmp(one->name, name))
				continue;
			found++;
			if (ino)
				*ino = one->ino;
		}
	}
	FLT_EXPECT(!got);
	close(in);
	return found;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every entry once, gone back to in whatever order. */
static void positions(void)
{
	static char *first[MANY + 10], *second[MANY + 10];
	static long where[MANY + 10];
	int count = 0, again = 0, i, wrong = 0;
	struct dirent *one;
	DIR *dir = opendir("dir-edit");

	FLT_REQUIRE(dir);
	for (;;) {
		where[count] = telldir(dir);
		one = readdir(dir);
		if (!one || count == MANY + 9)
			break;
		first[count++] = strdup(one->d_name);
	}
	/* what follows a place is what followed it before */
	for (i = count - 1; i >= 0; i -= 7) {
		/* (what was made has no place of its own) */
		if (!strcmp(first[i], "made"))
			continue;
		seekdir(dir, where[i]);
		one = readdir(dir);
		wrong += !one || strcmp(one->d_name, first[i]);
	}
	FLT_PROVES("DIR-15", !wrong);
	rewinddir(dir);
	while ((one = readdir(dir)) && again < MANY + 10)
		second[again++] = strdup(one->d_name);
	closedir(dir);
	FLT_PROVES("DIR-15", again == count && count == MANY + 5);
	qsort(first, count, sizeof(*first), by_name);
	qsort(second, again, sizeof(*second), by_name);
	for (i = 0; i < count && i < again; i++)
		wrong += strcmp(first[i], second[i]) || (i && !strcmp(first[i], first[i - 1]));
	FLT_PROVES("DIR-15", !wrong);
}

static void folders(void)
{
	unsigned long long ino = 0;
	char name[64];
	int i, all;

	FLT_REQUIRE(!mkdir(below("dir-edit"), 0755) && !mkdir(below("dir-dots"), 0755) &&
		    !mkdir(below("dir-none"), 0755));
	put("dir-edit/hide-1", "");
	put("dir-edit/hide-2", "");
	put("dir-edit/rename-me", "");
	put("dir-edit/number", "");
	put("dir-dots/x", "");
	put("dir-none/x", "");
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "dir-edit/file-with-a-name-%d", i);
		put(name, "");
	}

	FLT_PROVES("DIR-03", !times_there("dir-edit", "hide-1", NULL, NULL) &&
		   !times_there("dir-edit", "hide-2", NULL, NULL));
	rows_collect("asker: ", NULL);
	/* from the beginning once, and then on */
	FLT_PROVES("DIR-01", strstr(text, "list restart 1") && strstr(text, "list restart 0"));
	FLT_PROVES("DIR-03", times_there("dir-edit", "Rename-me", NULL, NULL) == 1 &&
		   !times_there("dir-edit", "rename-me", NULL, NULL));
	FLT_PROVES("DIR-03", times_there("dir-edit", "number", &ino, NULL) == 1 && ino == 4242);
	FLT_PROVES("DIR-03", !times_there("dir-none", "x", NULL, &all) && !all);
	FLT_PROVES("DIR-04", times_there("dir-edit", "made", &ino, &all) == 1 && ino == 77);
	/* two that are there, the two of a kind, what was made and all the rest */
	FLT_PROVES("DIR-15", all == MANY + 5);
	FLT_PROVES("DIR-06", times_there("dir-dots", "x", NULL, &all) == 1 && all == 1);
	FLT_PROVES("DIR-06", times_there("dir-edit", ".", NULL, NULL) == 1 &&
		   times_there("dir-edit", "..", NULL, NULL) == 1);
	positions();
	rows_collect("asker: ", NULL);
	/* still there for who knows the name */
	FLT_EXPECT(!access("dir-edit/hide-1", F_OK) && !access("dir-none/x", F_OK));
	ask("ask-pattern", O_RDWR);
}

/* Links and special files are made as what they are, which the create says. */
static void made(void)
{
	rows_collect("asker: ", NULL);
	FLT_EXPECT(!symlink("some/target", "made-link"));
	rows_collect("asker: ", NULL);
	FLT_PROVES("CREATE-79", strstr(text, "atomic a000001d 15 some/target."));
	FLT_EXPECT(!mkfifo("made-fifo", 0644));
	rows_collect("asker: ", NULL);
	FLT_PROVES("CREATE-79", strstr(text, "atomic 80000024 0 ."));
	FLT_EXPECT(!mknod("made-node", S_IFCHR | 0600, makedev(1, 3)));
	rows_collect("asker: ", NULL);
	FLT_PROVES("CREATE-79", strstr(text, "atomic 80000025 0 ."));
	/* and nothing else has one */
	FLT_EXPECT(!mkdir("made-folder", 0755) && !close(open("made", O_CREAT | O_RDWR, 0644)) &&
		   !close(open("made", O_RDONLY)) && !chmod("made", 0600));
	rows_collect("asker: ", NULL);
	FLT_PROVES("CREATE-79", !strstr(text, "atomic "));
}

static void renamed(void)
{
	FLT_EXPECT(!rename("made", "made-2"));
	rows_collect("asker: ", NULL);
	FLT_PROVES("INFO-32", strstr(text, "rename bare 1 parent 0"));
	FLT_EXPECT(!rename("made-2", "made-folder/made"));
	rows_collect("asker: ", NULL);
	FLT_PROVES("INFO-32", strstr(text, "rename bare 0 parent 1"));
	FLT_EXPECT(!link("made-folder/made", "made-folder/linked"));
	rows_collect("asker: ", NULL);
	FLT_PROVES("INFO-32", strstr(text, "rename bare 1 parent 0"));
	FLT_EXPECT(!link("made-folder/made", "linked"));
	rows_collect("asker: ", NULL);
	FLT_PROVES("INFO-32", strstr(text, "rename bare 0 parent 1"));
}

/* A request that Windows does not have comes with the program's own address. */
static void requested(void)
{
	int on = open("made-folder/made", O_RDWR);
	struct stat st;
	char want[64];

	/* and a question of its own, by name and by descriptor */
	FLT_EXPECT(!stat("made-folder/made", &st) && !fstat(on, &st));

	FLT_PROVES("INFO-63", ioctl(on, _IOW('Q', 7, int[4]), data) < 0 && errno == ENOTTY);
	rows_collect("asker: ", NULL);
	snprintf(want, sizeof(want), "ioctl mode 1 method 3 at %lx", (unsigned long)data);
	if (!FLT_PROVES("INFO-62", strstr(text, want)))
		printf("not \"%s\" but\n%s", want, text);
	close(on);
}

/* Is there such a line? */
static bool in_file(const char *path, const char *word)
{
	char line[512];
	bool found = false;
	FILE *in = fopen(path, "r");

	FLT_REQUIRE(in);
	while (fgets(line, sizeof(line), in))
		found = found || strstr(line, word);
	fclose(in);
	return found;
}

/* A filter that has not asked to see locks: nobody waits for one in an operation. */
static void locked(void)
{
	struct flock range = { .l_type = F_WRLCK, .l_len = 10 };
	int on = open("made-folder/made", O_RDWR), status, i;
	pid_t child;

	FLT_REQUIRE(!fcntl(on, F_SETLK, &range));
	child = fork();
	if (!child)
		_exit(fcntl(on, F_SETLKW, &range) ? 1 : 0);
	for (i = 0; i < 400 && !in_file("/proc/locks", "->"); i++)
		usleep(25000);
	FLT_REQUIRE(in_file("/proc/locks", "->"));
	FLT_PROVES("LOCK-16", !in_file("/sys/kernel/debug/fltshim/operations", "LOCK_CONTROL"));
	range.l_type = F_UNLCK;
	FLT_PROVES("LOCK-16", !fcntl(on, F_SETLK, &range) &&
		   waitpid(child, &status, 0) == child && !status);
	close(on);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	lower = getenv("LOWER");
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	prepare();
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("asker"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	classes();
	deleted();
	attributes();
	secured();
	controls();
	folders();
	made();
	renamed();
	requested();
	locked();
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	flushed();
	FLT_REQUIRE(!twin_unload("asker", true) && !twin_unload("fltshim", false));
	return prove_status();
}
