// SPDX-License-Identifier: GPL-2.0
/*
 * A walk over many files, each looked at and opened, keeps nothing: once what is cached is dropped,
 * there are as many objects in the slabs and as much memory as before, without a filter and with
 * one that keeps contexts of them. And an inode of the mount is little larger than the VFS's own.
 *
 * (Not on the debug kernel, which keeps what is freed for a while.)
 *
 * needs: kernels=6.1,6.12 lower=ext4 long-lower=xfs filters=ctx time=60 long=7200 parallel=yes
 */
#include <ftw.h>

#include "../twin.h"

#define FILES 2000
#define FILES_LONG 1000000
#define FILES_IN_FOLDER 1000
/* What the kernel may keep of its own accord, in KiB. */
#define SLACK 8192

static unsigned long walked;

static int visit(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	if (kind != FTW_F)
		return 0;
	walked++;
	return close(open(path, O_RDONLY));
}

static void forget(void)
{
	int out = open("/proc/sys/vm/drop_caches", O_WRONLY), i;

	sync();
	/* what is freed after a grace period may hold the next */
	for (i = 0; i < 4; i++) {
		FLT_REQUIRE(write(out, "3", 1) == 1);
		usleep(200000);
	}
	close(out);
}

/* What a processor keeps of a cache for itself counts as in use. */
static void shrink(const char *name)
{
	char path[PATH_MAX];
	int out;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
	out = open(path, O_WRONLY);
	if (out >= 0 && write(out, "1", 1) != 1)
		printf("%s: %m\n", path);
	close(out);
}

static void shrink_all(void)
{
	char line[512], name[64];
	FILE *in = fopen("/proc/slabinfo", "r");

	FLT_REQUIRE(in);
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "%63s", name) == 1 && !strncmp(name, "flt", 3))
			shrink(name);
	fclose(in);
}

struct memory {
	char name[24][64];
	long objects[24];
	unsigned int count;
	long dentries, slab, available;
};

static void take(struct memory *memory)
{
	char line[512], name[64];
	long active;
	FILE *in;

	memset(memory, 0, sizeof(*memory));
	forget();
	shrink_all();
	in = fopen("/proc/slabinfo", "r");
	FLT_REQUIRE(in);
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%63s %ld", name, &active) != 2)
			continue;
		if (!strcmp(name, "dentry"))
			memory->dentries = active;
		if (strncmp(name, "flt", 3) || memory->count == 24)
			continue;
		snprintf(memory->name[memory->count], 64, "%s", name);
		memory->objects[memory->count++] = active;
	}
	fclose(in);
	in = fopen("/proc/meminfo", "r");
	while (fgets(line, sizeof(line), in)) {
		sscanf(line, "Slab: %ld", &memory->slab);
		sscanf(line, "MemAvailable: %ld", &memory->available);
	}
	fclose(in);
}

static void make_files(const char *top, unsigned long files)
{
	char path[PATH_MAX];
	unsigned long i;

	for (i = 0; i < files; i++) {
		if (i % FILES_IN_FOLDER == 0) {
			snprintf(path, sizeof(path), "%s/%lu", top, i / FILES_IN_FOLDER);
			FLT_REQUIRE(!mkdir(path, 0755));
		}
		snprintf(path, sizeof(path), "%s/%lu/f%lu", top, i / FILES_IN_FOLDER, i);
		FLT_REQUIRE(!mknod(path, S_IFREG | 0644, 0));
	}
}

static void walk(const char *filter, unsigned long files)
{
	static struct memory before, after;
	const char *mnt = getenv("MNT");
	char first[PATH_MAX];
	unsigned int i;

	if (*filter)
		FLT_REQUIRE(!twin_load(filter));
	FLT_REQUIRE(!mount(getenv("LOWER"), mnt, "fltfs", 0, NULL));
	/* what is set up at the first use */
	snprintf(first, sizeof(first), "%s/0", mnt);
	FLT_REQUIRE(!nftw(first, visit, 16, FTW_PHYS));
	take(&before);
	walked = 0;
	FLT_EXPECT(!nftw(mnt, visit, 16, FTW_PHYS) && walked == files);
	take(&after);
	FLT_EXPECT(before.count >= 2 && after.count == before.count);
	for (i = 0; i < after.count; i++)
		if (!FLT_EXPECT(after.objects[i] <= before.objects[i]))
			printf("%s: %ld objects, before %ld\n", after.name[i], after.objects[i],
			       before.objects[i]);
	FLT_EXPECT(after.dentries < before.dentries + 200);
	FLT_EXPECT(after.slab < before.slab + SLACK);
	/* Without what processors keep of free pages, which they take as they work. */
	FLT_EXPECT(after.available > before.available - 4 * SLACK);
	printf("%lu files, %s: dentries %ld then %ld, slab %ld then %ld KiB, available %ld then %ld\n",
	       walked, *filter ? filter : "no filter", before.dentries, after.dentries, before.slab,
	       after.slab, before.available, after.available);
	FLT_REQUIRE(!umount(mnt));
	if (*filter)
		FLT_REQUIRE(!twin_unload(filter, true));
}

static long object_size(const char *cache)
{
	char path[128];
	long size = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/object_size", cache);
	in = fopen(path, "r");
	FLT_REQUIRE(in && fscanf(in, "%ld", &size) == 1);
	fclose(in);
	return size;
}

int main(void)
{
	unsigned long files = *(getenv("LONG") ?: "") ? FILES_LONG : FILES;

	setvbuf(stdout, NULL, _IOLBF, 0);
	make_files(getenv("LOWER"), files);
	FLT_REQUIRE(!twin_load("fltshim"));
	printf("an inode: %ld bytes, the VFS's: %ld\n", object_size("fltfs_inode"),
	       object_size("inode_cache"));
	/* locks that are checked are larger */
	if (strcmp(getenv("KERNEL"), "debug"))
		FLT_EXPECT(object_size("fltfs_inode") <= object_size("inode_cache") + 200);
	walk("", files);
	walk("ctx", files);
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
