// SPDX-License-Identifier: GPL-2.0
/*
 * What fsync() acknowledged through the mount survives a crash. Below lies ext4 on a device that
 * logs every write in the order in which the disk got it (dm-log-writes), with a mark in the log
 * after each record that was acknowledged. Afterwards the log is replayed up to arbitrary places,
 * ext4 recovers, and every record that was marked before has to be there, whole. So too below
 * swapbuf, which changes every byte on its way down, with writes that go through and with write-back.
 *
 * needs: kernels=6.12 long-kernels=6.1 lower=ext4 filters=swapbuf modules=dm-log-writes,loop
 * needs: programs=e2fsprogs
 * needs: parallel=yes
 * needs: time=120 long=3600
 */
#include "../twin.h"

#include <linux/dm-ioctl.h>
#include <linux/fs.h>

#define MEGABYTES 32
#define RECORDS 48
#define RECORD 700
#define CUTS 6
#define CUTS_LONG 200
#define NAME "crash"

/* What is in a log, all of it little-endian. */
#define LOG_MAGIC 0x6a736677736872ULL
#define LOG_DISCARD 4
#define LOG_MARK 8

struct log_super {
	unsigned long long magic, version, nr_entries;
	unsigned int sectorsize;
};

struct log_entry {
	unsigned long long sector, nr_sectors, flags, data_len;
};

static int control;

static void run(const char *format, ...)
{
	char command[PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command)) {
		printf("failed: %s\n", command);
		exit(1);
	}
}

/* A request of the device mapper, with what follows the header. */
static int dm(unsigned long request, unsigned int flags, const void *data, size_t size)
{
	struct {
		struct dm_ioctl head;
		char data[1024];
	} all = {
		.head = {
			.version = { 4, 0, 0 }, .data_size = sizeof(all),
			.data_start = sizeof(all.head), .flags = flags, .name = NAME,
		},
	};

	all.head.target_count = request == DM_TABLE_LOAD;
	if (data)
		memcpy(all.data, data, size);
	return ioctl(control, request, &all);
}

static void device_begin(const char *disk, const char *log)
{
	struct {
		struct dm_target_spec spec;
		char text[256];
	} table = {
		.spec = { .length = MEGABYTES * 2048, .target_type = "log-writes" },
	};

	snprintf(table.text, sizeof(table.text), "%s %s", disk, log);
	FLT_REQUIRE(!dm(DM_DEV_CREATE, 0, NULL, 0));
	FLT_REQUIRE(!dm(DM_TABLE_LOAD, 0, &table, sizeof(table)));
	FLT_REQUIRE(!dm(DM_DEV_SUSPEND, 0, NULL, 0));
}

static void acknowledge(unsigned int record)
{
	struct {
		struct dm_target_msg head;
		char text[64];
	} message = { .head = { .sector = 0 } };

	snprintf(message.text, sizeof(message.text), "mark %u", record);
	FLT_REQUIRE(!dm(DM_TARGET_MSG, 0, &message, sizeof(message)));
}

/* A record's own bytes. */
static const char *content(unsigned int record)
{
	static char data[RECORD];

	twin_fill(data, sizeof(data), record * 7 + 1);
	return data;
}

static const char *in(const char *root, const char *format, unsigned int record)
{
	static char paths[4][PATH_MAX];
	static unsigned int next;
	char name[64], *path = paths[next++ % 4];

	snprintf(name, sizeof(name), format, record);
	snprintf(path, PATH_MAX, "%s/%s", root, name);
	return path;
}

static void sync_folder(const char *root)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY);

	FLT_REQUIRE(fd >= 0 && !fsync(fd));
	close(fd);
}

/* Makes a record last, in one of several ways; returns when it was acknowledged. */
static void write_record(const char *root, unsigned int record)
{
	const char *data = content(record);
	char *map;
	int fd;

	switch (record % 5) {
	case 0:	/* a new file */
		fd = open(in(root, "new-%u", record), O_CREAT | O_EXCL | O_WRONLY, 0644);
		FLT_REQUIRE(write(fd, data, RECORD) == RECORD && !fsync(fd));
		sync_folder(root);
		break;
	case 1:	/* the end of a log */
		fd = open(in(root, "log", 0), O_CREAT | O_WRONLY | O_APPEND, 0644);
		FLT_REQUIRE(write(fd, data, RECORD) == RECORD && !fdatasync(fd));
		break;
	case 2:	/* a place of its own, at once */
		fd = open(in(root, "places", 0), O_CREAT | O_WRONLY | O_DSYNC, 0644);
		FLT_REQUIRE(pwrite(fd, data, RECORD, record * RECORD) == RECORD);
		break;
	case 3:	/* a file that takes the place of another */
		fd = open(in(root, "current.new", 0), O_CREAT | O_TRUNC | O_WRONLY, 0644);
		FLT_REQUIRE(write(fd, data, RECORD) == RECORD && !fsync(fd));
		FLT_REQUIRE(!rename(in(root, "current.new", 0), in(root, "current", 0)));
		sync_folder(root);
		break;
	default: /* memory */
		fd = open(in(root, "map", 0), O_CREAT | O_RDWR, 0644);
		FLT_REQUIRE(!ftruncate(fd, RECORDS * RECORD));
		map = mmap(NULL, RECORDS * RECORD, PROT_WRITE | PROT_READ, MAP_SHARED, fd, 0);
		FLT_REQUIRE(map != MAP_FAILED);
		memcpy(map + record * RECORD, data, RECORD);
		FLT_REQUIRE(!msync(map, RECORDS * RECORD, MS_SYNC) && !fsync(fd));
		munmap(map, RECORDS * RECORD);
	}
	close(fd);
}

static bool has(const char *path, off_t at, unsigned int record)
{
	char data[RECORD];
	int fd = open(path, O_RDONLY);
	bool same = pread(fd, data, RECORD, at) == RECORD && !memcmp(data, content(record), RECORD);

	close(fd);
	return same;
}

static bool record_there(const char *root, unsigned int record)
{
	unsigned int later;

	switch (record % 5) {
	case 0:
		return has(in(root, "new-%u", record), 0, record);
	case 1:
		return has(in(root, "log", 0), record / 5 * RECORD, record);
	case 2:
		return has(in(root, "places", 0), record * RECORD, record);
	case 3:
		for (later = record; later < RECORDS; later += 5)
			if (has(in(root, "current", 0), 0, later))
				return true;
		return false;
	default:
		return has(in(root, "map", 0), record * RECORD, record);
	}
}

static const char *options;	/* of the mount */

static void mount_both(const char *disk, const char *below, const char *mnt)
{
	FLT_REQUIRE(!mount(disk, below, "ext4", 0, NULL));
	FLT_REQUIRE(!mount(below, mnt, "fltfs", 0, options));
}

/* Below swapbuf no byte lies on the disk as it was written. */
static bool lies_swapped(const char *below)
{
	char data[RECORD];
	int fd = open(in(below, "new-%u", 0), O_RDONLY), i;
	bool swapped = pread(fd, data, RECORD, 0) == RECORD;

	close(fd);
	for (i = 0; i < RECORD; i++)
		swapped = swapped && (data[i] ^ content(0)[i]) == (char)0xa5;
	return swapped;
}

/* The entries of the log up to that one, onto the disk. Return: how many records were marked. */
static unsigned int replay(int log, int disk, unsigned long long end, unsigned int sector)
{
	static char data[1 << 20];
	off_t at = sector;
	unsigned int marked = 0;
	unsigned long long i;

	for (i = 0; i < end; i++) {
		struct log_entry entry;
		size_t left, part;
		off_t to;

		FLT_REQUIRE(pread(log, &entry, sizeof(entry), at) == sizeof(entry));
		if (entry.flags & LOG_MARK) {
			char text[64] = "";

			FLT_REQUIRE(pread(log, text, 63, at + sizeof(entry)) > 0);
			marked = atoi(text) + 1;
		}
		at += sector;
		to = entry.sector * 512;
		left = entry.flags & LOG_DISCARD ? 0 : entry.nr_sectors * 512;
		for (; left; left -= part, at += part, to += part) {
			part = left < sizeof(data) ? left : sizeof(data);
			FLT_REQUIRE(pread(log, data, part, at) == (ssize_t)part);
			FLT_REQUIRE(pwrite(disk, data, part, to) == (ssize_t)part);
		}
	}
	return marked;
}

static void cut(const char *below, const char *mnt, unsigned long long end, unsigned int sector,
		bool swapped)
{
	int log = open("log", O_RDONLY), disk;
	unsigned int marked, i, lost = 0;

	run("cp --sparse=always start disk");
	disk = open("disk", O_RDWR);
	marked = replay(log, disk, end, sector);
	close(disk);
	close(log);
	run("losetup /dev/loop0 disk");
	mount_both("/dev/loop0", below, mnt);
	for (i = 0; i < marked; i++) {
		if (record_there(mnt, i))
			continue;
		printf("record %u of %u is not there after %llu writes\n", i, marked,
		       end);
		lost++;
	}
	FLT_EXPECT(!lost);
	FLT_EXPECT(!marked || lies_swapped(below) == swapped);
	FLT_REQUIRE(!umount(mnt) && !umount(below));
	run("losetup -d /dev/loop0");
}

static void one_filter(const char *filter, const char *with, unsigned int cuts)
{
	const char *below = "/mnt/crash-below", *mnt = getenv("MNT");
	struct log_super super;
	unsigned int i;
	int log;

	options = with;
	FLT_REQUIRE(!twin_load("fltshim"));
	if (*filter)
		FLT_REQUIRE(!twin_load(filter));
	mkdir(below, 0755);
	run("rm -f start disk log; truncate -s %uM start; truncate -s 256M log", MEGABYTES);
	run("mkfs.ext4 -q -F -E lazy_itable_init=0 start && cp --sparse=always start disk");
	run("losetup /dev/loop0 disk && losetup /dev/loop1 log");
	device_begin("/dev/loop0", "/dev/loop1");
	mount_both("/dev/dm-0", below, mnt);
	for (i = 0; i < RECORDS; i++) {
		write_record(mnt, i);
		acknowledge(i);
	}
	FLT_REQUIRE(!umount(mnt) && !umount(below));
	FLT_REQUIRE(!dm(DM_DEV_REMOVE, 0, NULL, 0));
	run("losetup -d /dev/loop0 && losetup -d /dev/loop1");

	log = open("log", O_RDONLY);
	FLT_REQUIRE(read(log, &super, sizeof(super)) == sizeof(super) && super.magic == LOG_MAGIC);
	close(log);
	printf("%llu writes for %u records\n", super.nr_entries, RECORDS);
	FLT_EXPECT(super.nr_entries > 4 * RECORDS);
	for (i = 0; i < cuts; i++)
		cut(below, mnt, 1 + rand() % super.nr_entries, super.sectorsize, *filter);
	cut(below, mnt, super.nr_entries, super.sectorsize, *filter);
	if (*filter)
		FLT_REQUIRE(!twin_unload(filter, true));
	FLT_REQUIRE(!twin_unload("fltshim", false));
}

int main(void)
{
	bool long_run = *(getenv("LONG") ?: "");
	unsigned int seed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = getenv("SEED") ? atoi(getenv("SEED")) : long_run ? time(NULL) : 1;
	printf("cuts of seed %u\n", seed);
	srand(seed);
	mkdir("/dev/mapper", 0755);
	mknod("/dev/mapper/control", S_IFCHR | 0600, makedev(10, 236));
	control = open("/dev/mapper/control", O_RDWR);
	FLT_REQUIRE(control >= 0);
	one_filter("", NULL, long_run ? CUTS_LONG : CUTS);
	one_filter("swapbuf", "cache=auto", long_run ? CUTS_LONG : CUTS);
	one_filter("swapbuf", "cache=auto,write=back", long_run ? CUTS_LONG : CUTS);
	return prove_status();
}
