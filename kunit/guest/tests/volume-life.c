// SPDX-License-Identifier: GPL-2.0
/*
 * A volume from its mount to its end, with filters that take part in both, and what filters are told
 * that it is, over file systems of several kinds. The filter "onvolume" says what it is called for
 * and judges part of it; "probe", above it and below it, shows in which order.
 *
 * needs: lower=any kernels=6.1,6.12,debug filters=probe,onvolume,passthru,misfit,answer
 * needs: parallel=yes
 * needs: modules=loop,isofs,fuse time=120
 */
#include "../waiters.h"
#include "../disc.h"
#include "../rows.h"

#include <linux/fs.h>
#include <linux/fuse.h>
#include <linux/loop.h>

#define ABOVE "params=\"Instances\\OnVolume Instance\\Altitude=399000\""
#define BELOW "params=\"Instances\\OnVolume Instance\\Altitude=301000\""

static const char *mnt, *lower;

/* What both filters have printed since forget(). */
static char all[262144];

static void forget(void)
{
	rows_collect("onvolume: ", "probe: ");
	all[0] = 0;
}

static const char *said(const char *what)
{
	rows_collect("onvolume: ", "probe: ");
	FLT_REQUIRE(strlen(all) + strlen(text) < sizeof(all));
	strcat(all, text);
	return strstr(all, what);
}

static const char *says(const char *what)
{
	int tries;

	for (tries = 0; tries < 400; tries++) {
		if (said(what))
			return strstr(all, what);
		usleep(25000);
	}
	printf("\"%s\" is not among\n%s", what, all);
	return NULL;
}

/* Are these there in this order? (The last is waited for.) */
static bool in_order(const char *first, ...)
{
	const char *at, *what = first, *last = first;
	va_list args;

	va_start(args, first);
	while ((what = va_arg(args, const char *)))
		last = what;
	va_end(args);
	says(last);
	at = all;
	va_start(args, first);
	for (what = first; at && what; what = va_arg(args, const char *)) {
		at = strstr(at, what);
		if (at)
			at += strlen(what);
		else
			printf("\"%s\" does not follow in\n%s", what, all);
	}
	va_end(args);
	return at;
}

static int refs(void)
{
	FILE *in = fopen("/sys/module/fltshim/refcnt", "r");
	int count = -1;

	FLT_REQUIRE(in && fscanf(in, "%d", &count) == 1);
	fclose(in);
	return count;
}

/* A file of the filter's. */
static FILE *open_of(const char *filter, const char *name)
{
	DIR *dir = opendir("/sys/fs/fltshim/filters");
	struct dirent *entry = NULL;
	char path[PATH_MAX];
	FILE *in;

	while (dir && (entry = readdir(dir)) && strcasecmp(entry->d_name, filter))
		;
	FLT_REQUIRE(entry);
	snprintf(path, sizeof(path), "/sys/fs/fltshim/filters/%s/%s", entry->d_name, name);
	closedir(dir);
	in = fopen(path, "r");
	FLT_REQUIRE(in);
	return in;
}

static int lines(const char *filter, const char *name)
{
	FILE *in = open_of(filter, name);
	char line[512];
	int found = 0;

	while (fgets(line, sizeof(line), in))
		found++;
	fclose(in);
	return found;
}

static long breaches(void)
{
	FILE *in = open_of("onvolume", "violations");
	char kind[64];
	long count, sum = 0;

	while (fscanf(in, "%63s %ld", kind, &count) == 2)
		sum += count;
	fclose(in);
	return sum;
}

static unsigned long mounts_of(const char *filter, int column)
{
	FILE *in = open_of(filter, "stats");
	unsigned long counts[2] = { 0, 0 };
	char line[256], name[64];

	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%63s %lu %lu", name, &counts[0], &counts[1]) == 3 &&
		    strstr(name, "VOLUME_MOUNT"))
			break;
		counts[0] = 0;
		counts[1] = 0;
	}
	fclose(in);
	return counts[column];
}

/* The filter asks for itself, and says what it thinks of the answers. */
static void ask(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/vol-ask", mnt);
	forget();
	FLT_EXPECT(!close(open(path, O_RDONLY)));
	said("");
}

/* A file system of our own with one file, on a device of its own that /tmp/work/loop names. */
static void small_one(const char *name)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "mkdir -p /tmp/work/small && cd /tmp/work && "
		 "dd if=/dev/zero of=image bs=1M count=8 2>/dev/null && mke2fs -q -F image && "
		 "l=$(losetup -f) && losetup $l image && echo $l >loop && "
		 "mount -t ext4 $l small && echo text >small/%s", name);
	FLT_REQUIRE(!system(command));
}

#define PRE_MOUNT	"> 237.0 "
#define POST_MOUNT	"< 237.0 "
#define PRE_END		"> 236.0 "
#define POST_END	"< 236.0 "

static void life(bool above)
{
	unsigned long before = mounts_of("passthru", 0);
	struct stat st;
	char *map;
	int in;

	forget();
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own,write=back"));
	if (above)
		FLT_PROVES("VOL-04", in_order("pre mount", PRE_MOUNT, POST_MOUNT, "post mount", NULL));
	else
		FLT_PROVES("VOL-04", in_order(PRE_MOUNT, "pre mount", "post mount", POST_MOUNT, NULL));
	FLT_PROVES("VOL-04", mounts_of("passthru", 0) == before + 1 && !mounts_of("misfit", 0));
	FLT_REQUIRE(!stat(mnt, &st));
	FLT_PROVES("VOL-04", lines("misfit", "instances") == 1 && says("setup"));
	file("vol-ask");
	ask();
	FLT_PROVES("INFO-46", !said("> 10.0 ") == !above);

	/* a file that is dirty, mapped, and closed; then the end */
	FLT_REQUIRE(!chdir(mnt));
	file("dirty");
	in = open("dirty", O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, in, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	map[2] = 'x';
	close(in);
	FLT_REQUIRE(!chdir("/"));
	forget();
	FLT_EXPECT(umount(mnt) && errno == EBUSY);
	munmap(map, 4096);
	/* what the mapping held is let go by a worker */
	for (in = 0; in < 400 && umount(mnt); in++)
		usleep(25000);
	if (above)
		FLT_PROVES("VOL-75", in_order("> 4.0 ", "> 2.0 ", "pre dismount level 0 object 0 instance 1",
					      PRE_END, POST_END, "post dismount", "teardown start 8",
					      "teardown complete 8", "context goes", NULL));
	else
		FLT_PROVES("VOL-75", in_order("> 4.0 ", "> 2.0 ", PRE_END,
					      "pre dismount level 0 object 0 instance 1",
					      "post dismount", POST_END, "teardown start 8",
					      "teardown complete 8", "context goes", NULL));
	FLT_PROVES("VOL-75", !lines("probe", "instances") && !lines("onvolume", "instances"));
	in = open(below("dirty"), O_RDONLY);
	FLT_PROVES("VOL-75", read(in, all, 10) == 10 && !memcmp(all, "01x3456789", 10));
	close(in);
}

/* The end comes, whatever a filter says. */
static void prevented(void)
{
	char name[] = "vol-end-0";
	long before;

	for (name[8] = '1'; name[8] <= '2'; name[8]++) {
		before = breaches();
		file(name);
		FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
		FLT_REQUIRE(!close(open(name, O_RDONLY)) && !chdir("/"));
		forget();
		FLT_EXPECT(!umount(mnt));
		FLT_EXPECT(in_order("pre dismount", "teardown start 8", "teardown complete 8",
				    NULL));
		FLT_EXPECT(breaches() > before);
	}
}

/* Who comes while an instance is set up. */
CALLS(look, stat(mnt, &(struct stat){ 0 }))

static bool in_setup(const char *stack)
{
	return strstr(stack, "[onvolume]");
}

static bool for_setup(const char *stack)
{
	return strstr(stack, "flt_volume_setup") && !in_setup(stack);
}

static void setup(void)
{
	pid_t child;
	int status;

	unlink(below("go"));
	forget();
	FLT_REQUIRE(!twin_load_with("onvolume", "params=Wait=1"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	begin_in(look, in_setup);
	child = child_of(look);
	FLT_EXPECT(sleeps(child, for_setup));
	kill(child, SIGKILL);
	FLT_PROVES("VOL-07", waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	FLT_PROVES("VOL-07", !waitpid(waiter, NULL, WNOHANG) && !said("set up"));
	file("go");
	FLT_PROVES("VOL-07", waitpid(waiter, &status, 0) == waiter && !status && says("set up"));
	FLT_REQUIRE(!umount(mnt) && !twin_unload("onvolume", true));
}

/* A mount that fails when the volume is there already. */
static void failed_mount(void)
{
	const char *own = "/tmp/work/own";
	int before;

	mkdir(own, 0755);
	FLT_REQUIRE(!mount("none", own, "tmpfs", 0, NULL));
	before = refs();
	FLT_REQUIRE(!twin_load_with("answer", "params=NoMounts=1"));
	FLT_PROVES("VOL-10", mount(own, mnt, "fltfs", 0, NULL) && errno == EACCES);
	FLT_REQUIRE(!twin_unload("answer", true));
	FLT_PROVES("VOL-10", refs() == before && !lines("probe", "instances"));
	FLT_PROVES("VOL-10", !umount(own));
}

static void put_word(const char *path, const char *word)
{
	int out = open(path, O_WRONLY);

	FLT_REQUIRE(out >= 0 && write(out, word, strlen(word)) == (ssize_t)strlen(word));
	close(out);
}

/* Each allocation of a mount fails once, in its turn, where the kernel can do that. */
static void no_memory(void)
{
	const char *own = "/tmp/work/own";
	char number[16];
	int before, i, nth, status, failed = 0, wrong = 0;
	pid_t child;

	if (access("/proc/self/fail-nth", W_OK) ||
	    access("/sys/kernel/debug/failslab/ignore-gfp-wait", W_OK))
		return;
	put_word("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	put_word("/sys/kernel/debug/failslab/verbose", "0");
	FLT_REQUIRE(!mount("none", own, "tmpfs", 0, NULL));
	before = refs();
	for (i = 1; i < 2000; i++) {
		child = fork();
		if (!child) {
			nth = open("/proc/thread-self/fail-nth", O_RDWR);
			snprintf(number, sizeof(number), "%d", i);
			if (nth < 0 || write(nth, number, strlen(number)) < 0)
				_exit(9);
			status = mount(own, mnt, "fltfs", 0, NULL) ? 1 : 0;
			memset(number, 0, sizeof(number));
			if (pread(nth, number, sizeof(number) - 1, 0) < 0)
				_exit(9);
			if (write(nth, "0", 1) != 1)
				_exit(9);
			/* 2: there were fewer allocations than that */
			_exit(status | (atoi(number) ? 2 : 0));
		}
		waitpid(child, &status, 0);
		FLT_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) < 9);
		status = WEXITSTATUS(status);
		failed += status & 1;
		if (!(status & 1) && umount(mnt))
			wrong++;
		wrong += refs() != before || lines("probe", "instances");
		if (status & 2)
			break;
	}
	printf("%d of %d allocations failed the mount\n", failed, i - 1);
	FLT_PROVES("VOL-10", i < 2000 && failed > 10 && !wrong);
	FLT_PROVES("VOL-10", !umount(own));
	put_word("/sys/kernel/debug/failslab/ignore-gfp-wait", "Y");
}

struct facts {
	unsigned int device, type, by_instance, by_volume, status, flags;
	char driver[64], system[64];
};

/* What the filter says of the mount. */
static struct facts facts(void)
{
	struct facts got = { .device = 99 };
	char path[PATH_MAX];
	const char *at;

	snprintf(path, sizeof(path), "%s/vol-facts", mnt);
	forget();
	FLT_EXPECT(!close(open(path, O_RDONLY)));
	at = says("facts device");
	FLT_EXPECT(at && sscanf(at, "facts device %x type %u writable %u %u %x flags %u driver %63s system %63s",
				&got.device, &got.type, &got.by_instance, &got.by_volume, &got.status,
				&got.flags, got.driver, got.system) >= 7);
	return got;
}

/* What the kernel log shows of a backslash. */
#define DRIVER(name) "\\x5cFileSystem\\x5c" name

/* The type that an administrator chooses for filters that attach to some only. */
static void typed(void)
{
	static const struct {
		const char *option;
		unsigned int type;
	} ways[] = {
		{ "fstype=unknown", 0 }, { "fstype=ntfs", 2 }, { "fstype=fat", 3 },
		{ "fstype=refs", 28 },
	};
	struct facts got;
	unsigned int i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, ways[i].option));
		got = facts();
		FLT_PROVES("VOL-20", got.type == ways[i].type &&
			   !strcmp(got.driver, DRIVER("ext4")));
		FLT_PROVES("VOL-20", !mount(NULL, mnt, NULL, MS_REMOUNT, ways[i].option));
		FLT_PROVES("VOL-20", mount(NULL, mnt, NULL, MS_REMOUNT, "fstype=csvfs") &&
			   errno == EINVAL);
		FLT_REQUIRE(!umount(mnt));
	}
	FLT_PROVES("VOL-20", mount("/tmp/work/small", mnt, "fltfs", 0, "fstype=ext4") &&
		   errno == EINVAL);
}

static void writable(void)
{
	struct facts got;
	char device[64];
	int on = 1, off = 0, block;
	FILE *in;

	/* a file system of our own, on a device of our own */
	small_one("vol-facts");
	in = fopen("/tmp/work/loop", "r");
	FLT_REQUIRE(in && fscanf(in, "%63s", device) == 1);
	fclose(in);
	FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, NULL));
	got = facts();
	FLT_PROVES("VOL-34", !got.status && got.by_instance == 1 && got.by_volume == 1 && !got.flags);
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT | MS_RDONLY, NULL));
	got = facts();
	FLT_PROVES("VOL-34", !got.status && !got.by_instance && !got.by_volume);
	FLT_PROVES("VOL-68", got.flags == 1);
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, NULL));
	got = facts();
	FLT_PROVES("VOL-34", got.by_instance == 1 && got.by_volume == 1 && !got.flags);
	FLT_REQUIRE(!mount(NULL, "/tmp/work/small", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	got = facts();
	FLT_PROVES("VOL-34", !got.by_instance && !got.by_volume);
	block = open(device, O_RDONLY);
	FLT_REQUIRE(block >= 0 && !mount(NULL, "/tmp/work/small", NULL, MS_REMOUNT, NULL));
	sync();
	FLT_REQUIRE(!ioctl(block, BLKROSET, &on));
	got = facts();
	FLT_PROVES("VOL-34", !got.by_instance && !got.by_volume);
	FLT_REQUIRE(!ioctl(block, BLKROSET, &off));
	got = facts();
	FLT_PROVES("VOL-34", got.by_instance == 1 && got.by_volume == 1);
	FLT_PROVES("VOL-22", !strcmp(got.driver, DRIVER("ext4")) && !strcmp(got.system, "EXT4") &&
		   got.type == 2);
	close(block);
	FLT_REQUIRE(!umount(mnt));
	typed();
	FLT_REQUIRE(!umount("/tmp/work/small"));
	FLT_REQUIRE(!system("losetup -d $(cat /tmp/work/loop)"));
}

/* What is below becomes read-only, and nobody has asked for that through the mount. */
static void turned(void)
{
	char path[PATH_MAX], byte;
	int trigger, on, i;

	trigger = open("/proc/sysrq-trigger", O_WRONLY);
	if (trigger < 0)
		return;
	small_one("f");
	FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, NULL));
	snprintf(path, sizeof(path), "%s/f", mnt);
	on = open(path, O_RDONLY);
	FLT_REQUIRE(on >= 0 && write(trigger, "u", 1) == 1);
	for (i = 0; i < 400 && !access("/tmp/work/small/f", W_OK); i++)
		usleep(25000);
	FLT_REQUIRE(access("/tmp/work/small/f", W_OK) && errno == EROFS);
	FLT_PROVES("VOL-69", open(path, O_RDWR) < 0 && errno == EROFS);
	FLT_PROVES("VOL-69", truncate(path, 1) && errno == EROFS);
	forget();
	FLT_PROVES("VOL-69", chmod(path, 0600) && errno == EROFS);
	FLT_PROVES("VOL-69", said("< 21.0 ") && strstr(said("< 21.0 "), "st=c00000a2"));
	snprintf(path, sizeof(path), "%s/new", mnt);
	FLT_PROVES("VOL-69", mkdir(path, 0755) && errno == EROFS);
	FLT_PROVES("VOL-69", pread(on, &byte, 1, 0) == 1 && byte == 't');
	close(on);
	close(trigger);
	FLT_REQUIRE(!umount(mnt) && !umount("/tmp/work/small"));
	FLT_REQUIRE(!system("losetup -d $(cat /tmp/work/loop)"));
	/* and everything else that was writable before */
	FLT_REQUIRE(!system("sed -n 's/^.dev[^ ]* \\([^ ]*\\) ext4 ro.*/\\1/p' /proc/mounts | "
			    "while read m; do mount -o remount,rw $m; done"));
	FLT_REQUIRE(!access(lower, W_OK));
}

/* A reference that the filter never gives back. */
static void kept(void)
{
	char path[PATH_MAX], called[64];
	FILE *in;
	char line[512];

	file("vol-keep");
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	snprintf(path, sizeof(path), "%s/vol-keep", mnt);
	FLT_REQUIRE(!close(open(path, O_RDONLY)));
	called[0] = 0;
	in = open_of("probe", "instances");
	while (fgets(line, sizeof(line), in))
		if (strstr(line, "HarddiskVolume"))
			sscanf(strstr(line, "HarddiskVolume"), "%63[A-Za-z0-9]", called);
	fclose(in);
	FLT_REQUIRE(called[0] && !umount(mnt));
	forget();
	FLT_PROVES("VOL-42", !twin_unload("onvolume", true));
	rows_collect("onvolume: ", "1 references to volume");
	strcat(called, " were never given back");
	FLT_PROVES("VOL-42", strstr(text, called));
	/* it is gone: its number is the next one's */
	called[strcspn(called, " ")] = 0;
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !access(mnt, F_OK));
	in = open_of("probe", "instances");
	FLT_PROVES("VOL-42", fgets(line, sizeof(line), in) && strstr(line, called));
	fclose(in);
	FLT_REQUIRE(!umount(mnt));
}

static unsigned int queue_value(const char *loop, const char *name)
{
	char path[PATH_MAX];
	unsigned int value = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/sys/block/%s/queue/%s", loop, name);
	in = fopen(path, "r");
	FLT_REQUIRE(in && fscanf(in, "%u", &value) == 1);
	fclose(in);
	return value;
}

/* Sectors as the device has them; and of a file system without a device. */
static void sectors(unsigned int size)
{
	unsigned int status = 1, got[4], flags = 0, shift = 9, start = 9, want = 3;
	char device[64], path[PATH_MAX], command[256];
	const char *at;
	int block;
	FILE *in;

	if (size) {
		FLT_REQUIRE(!system("cd /tmp/work && dd if=/dev/zero of=image bs=1M count=16 2>/dev/null && "
				    "l=$(losetup -f) && losetup $l image && echo $l >loop"));
		in = fopen("/tmp/work/loop", "r");
		FLT_REQUIRE(in && fscanf(in, "%63s", device) == 1);
		fclose(in);
		block = open(device, O_RDWR);
		FLT_REQUIRE(block >= 0 && !ioctl(block, LOOP_SET_BLOCK_SIZE, size) && !close(block));
		snprintf(command, sizeof(command),
			 "mke2fs -q -F -b 4096 %s && mount -t ext4 %s /tmp/work/small", device,
			 device);
		FLT_REQUIRE(!system(command));
	} else {
		FLT_REQUIRE(!mount("none", "/tmp/work/small", "tmpfs", 0, NULL));
	}
	close(open("/tmp/work/small/vol-sectors", O_CREAT | O_WRONLY, 0644));
	FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, NULL));
	snprintf(path, sizeof(path), "%s/vol-sectors", mnt);
	forget();
	FLT_EXPECT(!close(open(path, O_RDONLY)));
	at = says("sectors ");
	FLT_REQUIRE(at && sscanf(at, "sectors %x %u %u %u %u %x %x %x", &status, &got[0], &got[1],
				 &got[2], &got[3], &flags, &shift, &start) == 8);
	if (size) {
		const char *loop = strrchr(device, '/') + 1;

		FLT_PROVES("VOL-55", !status && got[0] == size &&
			   got[0] == queue_value(loop, "logical_block_size"));
		FLT_PROVES("VOL-55", got[1] == queue_value(loop, "physical_block_size") &&
			   got[2] == got[1] && got[3] == got[1]);
		want |= queue_value(loop, "rotational") ? 0 : 4;
		want |= queue_value(loop, "discard_max_bytes") ? 8 : 0;
	} else {
		FLT_PROVES("VOL-55", !status && got[0] == 512 && got[1] == 4096 && got[2] == 4096 &&
			   got[3] == 4096);
	}
	FLT_PROVES("VOL-55", flags == want && !shift && !start);
	FLT_REQUIRE(!umount(mnt) && !umount("/tmp/work/small"));
	if (size)
		FLT_REQUIRE(!system("losetup -d $(cat /tmp/work/loop)"));
}

static void disc(void)
{
	struct facts got;

	disc_make("/tmp/work/disc", "VOL-FACTS.;1", "text\n");
	FLT_REQUIRE(!system("cd /tmp/work && l=$(losetup -f) && losetup $l disc && echo $l >loop && "
			    "mount -t iso9660 -o ro $l small"));
	FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, NULL));
	got = facts();
	FLT_PROVES("VOL-25", got.device == 2 && got.type == 4);
	FLT_PROVES("VOL-22", !strcmp(got.driver, DRIVER("iso9660")) && !strcmp(got.system, "ISO9660"));
	FLT_PROVES("VOL-34", !got.status && !got.by_instance && !got.by_volume);
	FLT_REQUIRE(!umount(mnt) && !umount("/tmp/work/small"));
	FLT_REQUIRE(!system("losetup -d $(cat /tmp/work/loop)"));
}

/* A file system of another machine, as far as anybody can tell: it has one file. */
static int channel;

static void answer(const struct fuse_in_header *in, int error, const void *data, size_t size)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + (error ? 0 : size), .error = -error, .unique = in->unique,
	};
	struct iovec parts[2] = { { &out, sizeof(out) }, { (void *)data, size } };

	if (writev(channel, parts, error ? 1 : 2) < 0 && errno != ENOENT)
		_exit(3);
}

static void serve_one(const struct fuse_in_header *in, const char *data)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096,
	};
	struct fuse_entry_out entry = { .nodeid = 2, .generation = 1 };
	struct fuse_attr_out attr = { .attr_valid = 0 };
	struct fuse_open_out opened = { .open_flags = 0 };
	struct fuse_statfs_out vfs = { .st = { .namelen = 255, .bsize = 4096, .blocks = 10 } };

	attr.attr.ino = in->nodeid;
	attr.attr.mode = in->nodeid == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
	attr.attr.nlink = 1;
	entry.attr = attr.attr;
	entry.attr.ino = 2;
	entry.attr.mode = S_IFREG | 0644;
	switch (in->opcode) {
	case FUSE_INIT:
		answer(in, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		answer(in, strcmp(data, "vol-facts") && strcmp(data, "vol-ask") ? ENOENT : 0,
		       &entry, sizeof(entry));
		break;
	case FUSE_GETATTR:
		answer(in, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPENDIR:
	case FUSE_OPEN:
		answer(in, 0, &opened, sizeof(opened));
		break;
	case FUSE_STATFS:
		answer(in, 0, &vfs, sizeof(vfs));
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
	case FUSE_FLUSH:
		answer(in, 0, NULL, 0);
		break;
	default:
		answer(in, ENOSYS, NULL, 0);
	}
}

static void serve(void)
{
	static char buffer[FUSE_MIN_READ_BUFFER + 65536];
	ssize_t got;

	for (;;) {
		got = read(channel, buffer, sizeof(buffer));
		if (got >= (ssize_t)sizeof(struct fuse_in_header))
			serve_one((void *)buffer, buffer + sizeof(struct fuse_in_header));
		else if (got < 0 && errno != EINTR && errno != ENOENT)
			_exit(0);
	}
}

static void network(void)
{
	char options[128];
	struct facts got;
	pid_t server;

	mknod("/dev/fuse", S_IFCHR | 0600, makedev(10, 229));
	channel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	FLT_REQUIRE(channel >= 0);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0", channel);
	FLT_REQUIRE(!mount("other:/", "/tmp/work/small", "fuse.sshfs", 0, options));
	server = fork();
	if (!server)
		serve();
	close(channel);
	FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, NULL));
	got = facts();
	FLT_PROVES("VOL-25", got.device == 0x12);
	FLT_PROVES("VOL-34", got.status == 0xc0000010);
	ask();
	FLT_REQUIRE(!umount(mnt) && !umount("/tmp/work/small"));
	waitpid(server, NULL, 0);
}

static void kinds(void)
{
	const char *type = getenv("LOWER_FS");
	char name[16], driver[64];
	struct facts got;
	unsigned int i;

	file("vol-facts");
	file("vol-object");
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	got = facts();
	for (i = 0; type[i]; i++)
		name[i] = type[i] - ('a' <= type[i] && type[i] <= 'z' ? 32 : 0);
	name[i] = 0;
	snprintf(driver, sizeof(driver), DRIVER("%s"), type);
	FLT_PROVES("VOL-25", got.device == 7);
	FLT_PROVES("VOL-22", !strcmp(got.driver, driver) && !strcmp(got.system, name));
	FLT_REQUIRE(!chdir(mnt) && !close(open("vol-object", O_RDONLY)) && !chdir("/"));
	FLT_EXPECT(said("map the volume"));

	FLT_REQUIRE(!umount(mnt));

	FLT_REQUIRE(!mount("none", "/tmp/work/small", "tmpfs", 0, NULL));
	close(open("/tmp/work/small/vol-facts", O_CREAT | O_WRONLY, 0644));
	FLT_REQUIRE(!mount("/tmp/work/small", mnt, "fltfs", 0, NULL));
	got = facts();
	FLT_PROVES("VOL-25", got.device == 7 && !got.status && got.by_instance == 1);
	FLT_REQUIRE(!umount(mnt) && !umount("/tmp/work/small"));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	lower = getenv("LOWER");
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe") && !twin_load("passthru") &&
		    !twin_load("misfit"));
	failed_mount();
	no_memory();
	FLT_REQUIRE(!twin_load_with("onvolume", ABOVE));
	life(true);
	FLT_REQUIRE(!twin_unload("onvolume", true) && !twin_load_with("onvolume", BELOW));
	life(false);
	prevented();
	writable();
	kinds();
	sectors(512);
	sectors(4096);
	sectors(0);
	disc();
	network();
	turned();
	kept();
	/* (what it waits for is in its service key from then on) */
	setup();
	FLT_REQUIRE(!twin_unload("misfit", true) && !twin_unload("passthru", true) &&
		    !twin_unload("probe", true));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
