// SPDX-License-Identifier: GPL-2.0
/*
 * Data buffers and contexts as a filter meets them on a file system: memory that stands for the
 * program's, buffers that the filter puts in its place, and the program's own memory where the
 * filter takes addresses as they come. The filter "bufctx" does what the name of a file says and
 * prints what it can judge itself.
 *
 * needs: lower=ext4 kernels=6.1,6.12,debug filters=bufctx,passthru time=120
 */
#include <dirent.h>
#include <pthread.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "../rows.h"
#include "../twin.h"

#define BIG	(64 << 20)
#define GROUP_DIR	"/sys/fs/cgroup/large"

static bool debug;

static void collect(void)
{
	rows_collect("bufctx: ", NULL);
}

static int open_in(const char *dir, const char *name, int flags)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, flags, 0600);
}

static void put(const char *dir, const char *name, const void *data, size_t size)
{
	int fd = open_in(dir, name, O_CREAT | O_WRONLY | O_TRUNC);

	FLT_REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static bool holds(const char *dir, const char *name, const void *data, size_t size)
{
	char *got = malloc(size + 1);
	int fd = open_in(dir, name, O_RDONLY);
	size_t done = 0;
	ssize_t part;
	bool same;

	FLT_REQUIRE(fd >= 0 && got);
	while ((part = read(fd, got + done, size + 1 - done)) > 0)
		done += part;
	same = done == size && !memcmp(got, data, size);
	close(fd);
	free(got);
	return same;
}

/* What the filter does to what is read is what the program gets; the file stays as it is. */
static void in_place(const char *mnt, const char *lower)
{
	put(lower, "flip", "abcdef", 6);
	FLT_PROVES("BUF-004", holds(mnt, "flip", "ABCDEF", 6) && holds(lower, "flip", "abcdef", 6));
}

/*
 * What the filter changes in the buffer of a write, with nothing marked dirty, goes down, cached and
 * not; the program's own memory stays as it is.
 */
static void edited(const char *mnt, const char *lower)
{
	char *data = aligned_alloc(4096, 8192), *want = malloc(8192);
	int fd, i, direct;

	for (direct = 0; direct < 2; direct++) {
		fd = open_in(mnt, "edit", O_CREAT | O_WRONLY | O_TRUNC | (direct ? O_DIRECT : 0));
		FLT_REQUIRE(fd >= 0 && data && want);
		twin_fill(data, 8192, 5 + direct);
		for (i = 0; i < 8192; i++)
			want[i] = data[i] ^ 0x20;
		FLT_EXPECT(pwrite(fd, data, 8192, 0) == 8192);
		close(fd);
		FLT_PROVES("FIELD-08", holds(lower, "edit", want, 8192));
		for (i = 0; i < 8192; i++)
			want[i] ^= 0x20;
		FLT_PROVES("FIELD-08", !memcmp(data, want, 8192));
	}
	free(data);
	free(want);
}

/*
 * The filter keeps a page of its own at the beginning and moves what is read and written behind it.
 * Programs see the size that it says; where the file below ends, their data does; what is mapped
 * is what is there.
 */
static void header(const char *mnt, const char *lower)
{
	char *data = malloc(16384), *back = malloc(16384), *map;
	struct stat st;
	char path[PATH_MAX];
	int fd, below;

	FLT_REQUIRE(data && back);
	memset(data, 'h', 4096);
	twin_fill(data + 4096, 10000, 9);
	put(lower, "header", data, 4096);
	snprintf(path, sizeof(path), "%s/header", mnt);
	FLT_PROVES("FIELD-09", !stat(path, &st) && !st.st_size);
	fd = open(path, O_RDWR);
	FLT_REQUIRE(fd >= 0);
	FLT_PROVES("FIELD-09", !read(fd, back, 1) && write(fd, data + 4096, 9000) == 9000 &&
		   pwrite(fd, data + 4096 + 9000, 1000, 9000) == 1000);
	FLT_PROVES("FIELD-09", holds(lower, "header", data, 14096));
	FLT_PROVES("FIELD-09", !fstat(fd, &st) && st.st_size == 10000);
	FLT_PROVES("FIELD-09", !stat(path, &st) && st.st_size == 10000);
	FLT_PROVES("FIELD-09", lseek(fd, 0, SEEK_END) == 10000 && lseek(fd, -1, SEEK_END) == 9999);
	FLT_PROVES("FIELD-09", pread(fd, back, 16384, 0) == 10000 &&
		   !memcmp(back, data + 4096, 10000));
	FLT_PROVES("FIELD-09", pread(fd, back, 16384, 9990) == 10 && !pread(fd, back, 1, 10000));
	/* Nobody has told the file below: its size is the whole, and so is a mapping. */
	below = open_in(lower, "header", O_RDONLY);
	FLT_PROVES("FIELD-09", !fstat(below, &st) && st.st_size == 14096);
	close(below);
	map = mmap(NULL, 14096, PROT_READ, MAP_SHARED, fd, 0);
	FLT_PROVES("FIELD-09", map != MAP_FAILED && !memcmp(map, data, 14096));
	munmap(map, 14096);
	close(fd);
	free(data);
	free(back);
}

/* Five pieces of odd sizes are one buffer for the filter. */
static void vectors(const char *mnt)
{
	static const int sizes[] = { 1, 511, 4097, 33, 70001 };
	char *data = malloc(100000), want[64];
	struct iovec vec[5];
	unsigned int sum = 0;
	int fd, i, j, at = 0;

	for (i = 0; i < 5; i++) {
		/* with gaps, so that one that reads on in the first piece is wrong */
		vec[i].iov_base = data + at;
		vec[i].iov_len = sizes[i];
		for (j = 0; j < sizes[i]; j++) {
			data[at + j] = i * 31 + j;
			sum = sum * 31 + (unsigned char)data[at + j];
		}
		at += sizes[i] + 13;
	}
	fd = open_in(mnt, "sum", O_CREAT | O_WRONLY);
	FLT_REQUIRE(fd >= 0);
	collect();
	FLT_EXPECT(writev(fd, vec, 5) == 1 + 511 + 4097 + 33 + 70001);
	collect();
	snprintf(want, sizeof(want), "sum %u of %d\n", sum, 1 + 511 + 4097 + 33 + 70001);
	FLT_PROVES("BUF-015", strstr(text, want));
	close(fd);
	free(data);
}

/* Memory that is not there: the filter's callbacks run and nothing faults, the program is told. */
static void nothing_there(const char *mnt, const char *lower)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd;

	FLT_REQUIRE(page != MAP_FAILED && !munmap(page + 4096, 4096));
	put(lower, "touch", "0123456789", 10);
	fd = open_in(mnt, "touch", O_RDWR);
	FLT_REQUIRE(fd >= 0);
	collect();
	FLT_PROVES("BUF-003", pread(fd, page + 4096, 10, 0) == -1 && errno == EFAULT);
	collect();
	FLT_PROVES("BUF-003", strstr(text, "touch kernel status 00000000"));
	FLT_EXPECT(pwrite(fd, page + 4096, 10, 0) == -1 && errno == EFAULT);
	FLT_EXPECT(pread(fd, page, 10, 0) == 10 && !memcmp(page, "0123456789", 10));
	close(fd);
	munmap(page, 4096);
}

/* Buffers that the filter puts there: an MDL beside another address, and chains. */
static void exchanged(const char *mnt, const char *lower)
{
	char *data = aligned_alloc(4096, 40960), *back = aligned_alloc(4096, 40960);
	int fd;

	twin_fill(data, 40960, 3);
	put(lower, "both", data, 5000);
	collect();
	FLT_PROVES("BUF-017", holds(mnt, "both", data, 5000));
	collect();
	FLT_EXPECT(strstr(text, "row BUF-017 ok"));
	put(mnt, "chain", data, 30001);
	FLT_PROVES("BUF-103", holds(lower, "chain", data, 30001));
	FLT_PROVES("BUF-103", holds(mnt, "chain", data, 30001));
	fd = open_in(mnt, "chain.direct", O_CREAT | O_RDWR | O_DIRECT);
	FLT_REQUIRE(fd >= 0);
	FLT_EXPECT(pwrite(fd, data, 36864, 0) == 36864 && pread(fd, back, 36864, 0) == 36864);
	FLT_PROVES("BUF-103", !memcmp(data, back, 36864) && holds(lower, "chain.direct", data, 36864));
	close(fd);
	/* One at an odd address cannot be used uncached; one of exactly the length can. */
	put(lower, "odd", data, 8192);
	fd = open_in(mnt, "odd", O_RDONLY | O_DIRECT);
	FLT_PROVES("BUF-077", pread(fd, back, 4096, 0) == -1 && errno == EINVAL);
	close(fd);
	put(lower, "exact", data, 10001);
	fd = open_in(mnt, "exact", O_RDONLY | O_DIRECT);
	memset(back, 0, 40960);
	FLT_PROVES("BUF-080", pread(fd, back, 4096, 8192) == 10001 - 8192 &&
		   !memcmp(back, data + 8192, 10001 - 8192) && !back[10001 - 8192]);
	close(fd);
	free(data);
	free(back);
}

/* 64 MiB in one call, down and up. */
static void large(const char *mnt)
{
	size_t size = debug ? BIG / 8 : BIG;
	char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_in(mnt, "large", O_CREAT | O_RDWR);
	struct stat st;
	size_t i;

	FLT_REQUIRE(data != MAP_FAILED && fd >= 0);
	for (i = 0; i < size; i += 4096)
		*(size_t *)(data + i) = i * 7;
	FLT_EXPECT(write(fd, data, size) == (ssize_t)size && !fstat(fd, &st) &&
		   st.st_size == (off_t)size);
	memset(data, 0, size);
	FLT_EXPECT(pread(fd, data, size, 0) == (ssize_t)size);
	for (i = 0; i < size && *(size_t *)(data + i) == i * 7; i += 4096)
		;
	FLT_EXPECT(i == size);
	FLT_EXPECT(!ftruncate(fd, 0));
	close(fd);
	munmap(data, size);
}

/* How much memory the kernel held at most for whoever is in this group, in MiB. */
static unsigned long peak(void)
{
	FILE *in = fopen(GROUP_DIR "/memory.peak", "r");
	unsigned long bytes = 0;

	FLT_REQUIRE(in && fscanf(in, "%lu", &bytes) == 1 && bytes);
	fclose(in);
	return bytes >> 20;
}

/* Operations of a kind that the filter "bufctx" has been shown. */
static unsigned long shown(const char *major)
{
	FILE *stats = fopen("/sys/fs/fltshim/filters/bufctx/stats", "r");
	unsigned long pre, post, count = 0;
	char name[64];

	FLT_REQUIRE(stats);
	while (fscanf(stats, "%63s %lu %lu", name, &pre, &post) == 3)
		if (!strcmp(name, major))
			count = pre;
	fclose(stats);
	return count;
}

static bool put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return done;
}

/*
 * The same from 1024 pieces of memory that are one and the same, past the page cache: what the
 * kernel holds for the program meanwhile, which is nearly all for its request, is far less than
 * the request. No operation that filters are shown is for more than a quarter of it, and so is
 * what they take for it.
 */
static void bounded(const char *mnt, const char *name, unsigned long most)
{
	size_t size = BIG / 1024;
	char *piece = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *want = malloc(size);
	struct iovec vec[1024];
	unsigned long held, ops = shown("IRP_MJ_WRITE");
	unsigned int i;
	pid_t child;
	int status, fd;

	FLT_REQUIRE(piece != MAP_FAILED && want);
	twin_fill(piece, size, 11);
	memcpy(want, piece, size);
	for (i = 0; i < 1024; i++)
		vec[i] = (struct iovec){ piece, size };
	if (access("/sys/fs/cgroup/cgroup.procs", F_OK))
		FLT_REQUIRE(!mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL));
	FLT_REQUIRE(put_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory"));
	FLT_REQUIRE(!mkdir(GROUP_DIR, 0700));
	child = fork();
	FLT_REQUIRE(child >= 0);
	if (!child) {
		fd = open_in(mnt, name, O_CREAT | O_RDWR | O_DIRECT);
		if (fd < 0 || !put_text(GROUP_DIR "/cgroup.procs", "0"))
			_exit(1);
		if (pwritev(fd, vec, 1024, 0) != BIG)
			_exit(2);
		memset(piece, 0, size);
		if (preadv(fd, vec, 1024, 0) != BIG)
			_exit(3);
		_exit(memcmp(piece, want, size) ? 4 : 0);
	}
	FLT_REQUIRE(waitpid(child, &status, 0) == child);
	held = peak();
	ops = shown("IRP_MJ_WRITE") - ops;
	printf("%s: status %x, %lu MiB at most, %lu writes\n", name, status, held, ops);
	FLT_EXPECT(!status && held < most);
	FLT_EXPECT(most < BIG >> 22 || ops >= 4);
	while (rmdir(GROUP_DIR) && errno == EBUSY)
		usleep(10000);
	fd = open_in(mnt, name, O_RDWR | O_DIRECT);
	FLT_EXPECT(pread(fd, piece, size, BIG - size) == (ssize_t)size &&
		   !memcmp(piece, want, size) && !ftruncate(fd, 0));
	close(fd);
	munmap(piece, size);
	free(want);
}

/* The program's own memory: a filter that takes addresses as they come. */
static void as_they_come(const char *mnt, const char *lower)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *none = (char *)0x1000, *map, line[64];
	int fd, file, other;

	FLT_REQUIRE(page != MAP_FAILED);
	memcpy(page, "0123456789", 10);
	put(lower, "touch", "abcdefghij", 10);
	fd = open_in(mnt, "touch", O_RDWR);
	FLT_REQUIRE(fd >= 0);
	if (!debug) {
		/* (The sanitizer of the debug kernel stops at any address of a program's.) */
		collect();
		FLT_EXPECT(pwrite(fd, page, 10, 0) == 10);
		collect();
		printf("%s", text);
		FLT_EXPECT(strstr(text, "touch user status"));
		FLT_EXPECT(pwrite(fd, none, 10, 0) == -1 && errno == EFAULT);
		collect();
		FLT_PROVES("BUF-021", strstr(text, "touch user status c0000005"));
		FLT_EXPECT(pread(fd, none, 10, 0) == -1 && errno == EFAULT);
		collect();
		FLT_PROVES("BUF-021", strstr(text, "touch user status c0000005"));
	}
	close(fd);

	/* Locked for what the operation does with it, and no more. */
	put(lower, "lock", "abcdefghij", 10);
	fd = open_in(mnt, "lock", O_RDWR);
	FLT_REQUIRE(fd >= 0 && !mprotect(page, 4096, PROT_READ));
	collect();
	FLT_EXPECT(pread(fd, page, 10, 0) == -1 && errno == EFAULT);
	collect();
	FLT_PROVES("BUF-037", strstr(text, "lock c0000005"));
	mprotect(page, 4096, PROT_READ | PROT_WRITE);

	/* What is read into a file that is mapped gets to that file. */
	file = open_in(lower, "mapped", O_CREAT | O_RDWR);
	FLT_REQUIRE(file >= 0 && !ftruncate(file, 8192));
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	FLT_REQUIRE(map != MAP_FAILED && !fsync(file));
	collect();
	FLT_EXPECT(pread(fd, map + 4090, 10, 0) == 10);
	collect();
	FLT_EXPECT(strstr(text, "lock 00000000"));
	munmap(map, 8192);
	fsync(file);
	close(file);
	other = open("/proc/sys/vm/drop_caches", O_WRONLY);
	FLT_EXPECT(write(other, "3", 1) == 1);
	close(other);
	other = open_in(lower, "mapped", O_RDONLY);
	FLT_PROVES("BUF-046", pread(other, line, 10, 4090) == 10 && !memcmp(line, "abcdefghij", 10));
	close(other);
	close(fd);

	/* A worker of the filter's, and memory that may only be read. */
	memcpy(page, "W12345678Z", 10);
	mprotect(page, 4096, PROT_READ);
	fd = open_in(mnt, debug ? "lock" : "worker", O_CREAT | O_RDWR);
	FLT_PROVES("BUF-037", pwrite(fd, page, 10, 0) == 10);
	collect();
	FLT_EXPECT(debug || strstr(text, "row BUF-039 ok"));
	close(fd);
	munmap(page, 8192);
}

static volatile bool racing;

static void *race(void *arg)
{
	char *page = arg;
	unsigned int i;

	for (i = 0; racing; i++) {
		if (i % 3)
			memset(page, i, 4096);
		else
			mmap(page, 4096, PROT_READ | PROT_WRITE,
			     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (i % 50 == 0) {
			munmap(page, 4096);
			usleep(10);
			mmap(page, 4096, PROT_READ | PROT_WRITE,
			     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		}
	}
	return NULL;
}

/* Is the page that was written made of the pieces that the filter summed? */
static bool summed(const unsigned char *page)
{
	unsigned int said, length, at = 0;
	char *line = text;

	while ((line = strstr(line, "sum ")) && sscanf(line, "sum %u of %u", &said, &length) == 2) {
		unsigned int sum = 0, end = at + length;

		if (length > 4096 - at)
			return false;
		while (at < end)
			sum = sum * 31 + page[at++];
		if (sum != said)
			return false;
		line += 4;
	}
	return at == 4096;
}

/*
 * Memory that changes and goes while it is written: what the filter summed is what is in the file.
 * A page that goes while it is copied makes a write of what there was and, where it is back, one of
 * the rest.  Writes that found no memory are many where the other thread sleeps long; they count
 * for nothing.
 */
static void changing(const char *mnt, const char *lower)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_in(mnt, "sum.race", O_CREAT | O_RDWR), below, wrong = 0, faults = 0;
	unsigned char got[4096];
	pthread_t thread;
	int written = 0;

	below = open_in(lower, "sum.race", O_RDONLY);
	FLT_REQUIRE(page != MAP_FAILED && fd >= 0 && below >= 0);
	racing = true;
	FLT_REQUIRE(!pthread_create(&thread, NULL, race, page));
	while (written < 300 && faults < 1000000) {
		ssize_t put = pwrite(fd, page, 4096, 0);

		collect();
		if (put != 4096) {
			faults++;
			continue;
		}
		written++;
		FLT_REQUIRE(pread(below, got, 4096, 0) == 4096);
		if (!summed(got)) {
			printf("after %d writes the filter said: %s\n", written, text);
			wrong++;
		}
	}
	racing = false;
	pthread_join(thread, NULL);
	printf("written %d, wrong %d, without memory %d\n", written, wrong, faults);
	fflush(stdout);
	FLT_PROVES("BUF-024", !wrong && written == 300);
	close(fd);
	close(below);
	munmap(page, 4096);
}

/* One operation of each kind that has data; the filter compares how it came. */
static void methods(const char *mnt)
{
	char path[PATH_MAX], to[PATH_MAX], value[64];
	struct statfs fs;
	struct dirent *entry;
	int fd, n = 0;
	DIR *dir;

	put(mnt, "renamed", "abc", 3);
	snprintf(path, sizeof(path), "%s/renamed", mnt);
	snprintf(to, sizeof(to), "%s/new-one", mnt);
	fd = open(path, O_RDONLY);
	FLT_REQUIRE(fd >= 0 && read(fd, value, 3) == 3);
	FLT_EXPECT(!fsetxattr(fd, "user.name", "value", 5, 0) &&
		   fgetxattr(fd, "user.name", value, sizeof(value)) == 5 &&
		   !memcmp(value, "value", 5));
	FLT_EXPECT(flistxattr(fd, value, sizeof(value)) > 0);
	FLT_EXPECT(!fchmod(fd, 0640) && !fchown(fd, 1, 1) && !fstat(fd, &(struct stat){}));
	FLT_EXPECT(!truncate(path, 1) && !statfs(mnt, &fs));
	/* an access control list: the owner, a user, the group, a mask, others */
	FLT_EXPECT(!fsetxattr(fd, "system.posix_acl_access",
			      "\2\0\0\0" "\1\0\6\0\377\377\377\377" "\2\0\4\0\7\0\0\0"
			      "\4\0\4\0\377\377\377\377" "\20\0\4\0\377\377\377\377"
			      "\40\0\0\0\377\377\377\377", 44, 0));
	FLT_EXPECT(fgetxattr(fd, "system.posix_acl_access", value, sizeof(value)) == 44);
	close(fd);
	dir = opendir(mnt);
	FLT_REQUIRE(dir);
	while ((entry = readdir(dir)))
		n++;
	closedir(dir);
	FLT_EXPECT(n > 2);
	collect();
	FLT_EXPECT(!rename(path, to));
	collect();
	FLT_PROVES("BUF-001", strstr(text, "row BUF-001 ok"));
}

/* Copied from where it is, kernel memory or the program's. */
static void raw(const char *mnt, const char *whose)
{
	char page[] = "0123456789", want[64];
	int fd = open_in(mnt, "raw", O_CREAT | O_RDWR);

	FLT_REQUIRE(fd >= 0);
	collect();
	FLT_EXPECT(pwrite(fd, page, 10, 0) == 10);
	collect();
	snprintf(want, sizeof(want), "raw %s 00000000 01234567890123456789", whose);
	FLT_PROVES("BUF-020", strstr(text, want));
	if (!debug) {
		FLT_EXPECT(pwrite(fd, (char *)0x1000, 10, 0) == -1 && errno == EFAULT);
		collect();
		if (!strcmp(whose, "user"))
			FLT_PROVES("BUF-021", strstr(text, "raw user c0000005"));
	}
	close(fd);
}

static void contexts(const char *mnt, const char *lower)
{
	static const char *const rows[] = {
		"row CTX-48 ok", "row CTX-49 ok", "row CTX-50 ok", "row CTX-66 ok",
	};
	unsigned int seen = 0, tries;
	char path[PATH_MAX];
	int fd, i;

	put(lower, "context", "x", 1);
	for (i = 0; i < 3; i++) {
		fd = open_in(mnt, "context", O_RDONLY);
		FLT_REQUIRE(fd >= 0);
		close(fd);
	}
	/* A create that fails, and one by path that ends under the folder's lock. */
	FLT_EXPECT(open_in(mnt, "context.absent", O_RDONLY) < 0);
	snprintf(path, sizeof(path), "%s/context", mnt);
	FLT_EXPECT(!unlink(path));
	/* The filter tells of some from a worker. */
	for (tries = 0; tries < 200 && seen < 15; tries++) {
		collect();
		for (i = 0; i < 4; i++)
			if (strstr(text, rows[i]))
				seen |= 1 << i;
		usleep(20000);
	}
	FLT_EXPECT(seen == 15);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT"), *kernel = getenv("KERNEL");

	setvbuf(stdout, NULL, _IOLBF, 0);
	debug = kernel && !strcmp(kernel, "debug");
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("passthru") && !twin_load("bufctx"));
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	in_place(mnt, lower);
	edited(mnt, lower);
	header(mnt, lower);
	vectors(mnt);
	nothing_there(mnt, lower);
	exchanged(mnt, lower);
	large(mnt);
	if (!debug) {
		/* (The kernel of scripts/kernel has no such groups.) */
		bounded(mnt, "large", 24);
		bounded(mnt, "chain.large", 24);
	}
	changing(mnt, lower);
	contexts(mnt, lower);
	methods(mnt);
	raw(mnt, "kernel");
	FLT_REQUIRE(!umount(mnt) && !twin_unload("bufctx", true));
	collect();
	printf("%s", text);
	FLT_EXPECT(strstr(text, "row CTX-36 ok") && strstr(text, "row BUF-006 ok") &&
		   strstr(text, "row BUF-007 ok") && strstr(text, "row BUF-008 ok"));

	FLT_REQUIRE(!twin_load_with("bufctx", "params=Parameters\\BufferAccess=0"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	as_they_come(mnt, lower);
	if (!debug)
		bounded(mnt, "large", 8);
	raw(mnt, "user");
	FLT_REQUIRE(!umount(mnt) && !twin_unload("bufctx", true) && !twin_unload("passthru", true) &&
		    !twin_unload("fltshim", false));
	return prove_status();
}
