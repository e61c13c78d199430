// SPDX-License-Identifier: GPL-2.0
/*
 * I/O that a filter starts itself on the file it sees: asynchronous uncached reads, which complete
 * in a bottom half, and what it can ask and change of a file and its volume. The filter "ownio" does
 * it when a file of a certain name is cleaned up, and prints what came of it. At the end below a
 * page cache of the mount's own, which keeps back what was written until then.
 *
 * needs: lower=ext4 filters=ownio,probe,answer time=60 parallel=yes
 */
#include <sys/statvfs.h>

#include "../rows.h"
#include "../twin.h"

#define BLOCK	4096
#define BLOCKS	256

static void collect(void)
{
	rows_collect("ownio: ", NULL);
}

struct answer {
	unsigned int status;
	unsigned long long info;
	long long a, b, c;
};

static struct answer answer(const char *name)
{
	struct answer answer = { .status = ~0u };
	char start[64], *line;

	snprintf(start, sizeof(start), "ownio: %s status=", name);
	line = strstr(text, start);
	if (!FLT_EXPECT(line))
		printf("%s is missing\n", name);
	else
		sscanf(line + strlen(start), "%x info=%llu a=%lld b=%lld c=%lld", &answer.status,
		       &answer.info, &answer.a, &answer.b, &answer.c);
	return answer;
}

static void own(const char *mnt, const char *lower)
{
	char path[PATH_MAX], below[PATH_MAX];
	struct statvfs fs;
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/own", mnt);
	snprintf(below, sizeof(below), "%s/own", lower);
	fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0644);
	FLT_REQUIRE(write(fd, "0123456789", 10) == 10);
	FLT_REQUIRE(!fsync(fd));
	FLT_REQUIRE(!statvfs(lower, &fs));
	close(fd);
	collect();
	FLT_REQUIRE(!stat(below, &st));

	FLT_PROVES("ASYNC-102", answer("append").status == 0 && answer("append").info == 8 &&
		   answer("append").a == 10 && answer("append").b == 18);
	FLT_PROVES("ASYNC-102", answer("appended").status == 0 && answer("appended").info == 8 &&
		   answer("appended").a == 8);
	FLT_PROVES("ASYNC-109", answer("at-end").status == 0xc0000011 && !answer("at-end").info);
	FLT_PROVES("ASYNC-109", answer("behind").status == 0xc0000011 && !answer("behind").info);
	FLT_PROVES("INFO-48", answer("full-size").status == 0 && answer("full-size").info == 32 &&
		   answer("full-size").a == (long long)fs.f_blocks &&
		   answer("full-size").c == (long long)fs.f_bsize);
	FLT_PROVES("INFO-48", answer("size").status == 0 &&
		   answer("size").a == (long long)fs.f_blocks &&
		   answer("size").c == (long long)fs.f_bsize);
	FLT_EXPECT(answer("device").status == 0 && answer("device").a == 7 &&
		   answer("device").b & 0x20);
	FLT_PROVES("INFO-49", answer("attribute").status == 0 &&
		   (answer("attribute").a & 0x1c000c7) == 0x1c000c7 &&
		   answer("attribute").b == 255 && answer("attribute").c == 'E');
	FLT_EXPECT(answer("volume").status == 0 && !answer("volume").a && !answer("volume").b);
	FLT_EXPECT(answer("short").status == 0xc0000004 && !answer("short").info);
	FLT_EXPECT(answer("no-class").status == 0xc0000003);

	FLT_PROVES("INFO-25", answer("end").status == 0 && st.st_size == 12345);
	FLT_PROVES("INFO-25", answer("bad-end").status == 0xc000000d);
	FLT_PROVES("INFO-26", answer("allocation").status == 0 && st.st_blocks * 512 >= 1048576);
	FLT_PROVES("INFO-20", answer("basic").status == 0 && st.st_mtime == 978307200 &&
		   !(st.st_mode & 0222));
	FLT_PROVES("INFO-36", answer("position").status == 0 && answer("position").a == 77);
	/* It was not opened to be deleted. */
	FLT_EXPECT(answer("disposition").status == 0xc0000022);
	FLT_EXPECT(answer("disposition-ex").status == 0xc0000022);
	FLT_EXPECT(answer("no-set").status == 0xc0000003);
	FLT_EXPECT(answer("short-set").status == 0xc0000004);
	FLT_EXPECT(answer("standard").status == 0 && answer("standard").a == 12345 &&
		   answer("standard").b >= 1048576);
	unlink(below);
}

/* @kept: what is read has not been written yet. */
static void direct(const char *mnt, bool passive, bool kept)
{
	int requests = 0, good = 0, bad = 0, pending = 0, in_passive = 0, dispatch = 0, above = 0;
	int waited = 0;
	char path[PATH_MAX], *block = aligned_alloc(BLOCK, BLOCK), *line;
	long long sum = 0, want = 0;
	int fd, i, j;

	snprintf(path, sizeof(path), "%s/direct", mnt);
	fd = open(path, O_CREAT | O_RDWR | (kept ? 0 : O_DIRECT), 0600);
	FLT_REQUIRE(fd >= 0);
	for (i = 0; i < BLOCKS; i++) {
		for (j = 0; j < BLOCK; j++) {
			block[j] = i * 7 + j;
			want += (unsigned char)block[j];
		}
		FLT_REQUIRE(write(fd, block, BLOCK) == BLOCK);
	}
	collect();
	close(fd);
	collect();
	line = strstr(text, "ownio: direct ");
	FLT_REQUIRE(line);
	printf("%s", line);
	FLT_REQUIRE(sscanf(line, "ownio: direct requests=%d good=%d bad=%d pending=%d passive=%d dispatch=%d above=%d sum=%lld waited=%d",
			   &requests, &good, &bad, &pending, &in_passive, &dispatch, &above,
			   &sum, &waited) == 9);
	FLT_EXPECT(requests == BLOCKS && good == BLOCKS && !bad && sum == want);
	FLT_PROVES("IRQL-22", !above && in_passive + dispatch == BLOCKS);
	FLT_EXPECT(pending > 0);
	/* A completion that sleeps for another of the same CPU is not in its way. */
	FLT_EXPECT(!passive || waited == BLOCKS / 8);
	/* Its routine is named in a pragma that says it may be paged out. */
	if (!passive)
		FLT_PROVES("ASYNC-066", dispatch > 0);
	FLT_PROVES("VFS-881", passive ? !dispatch : dispatch > 0);
	unlink(path);
	free(block);
}

/* What is kept back counts in a listing, and a flush by the filter reaches it. */
static void flushed(const char *mnt, const char *lower)
{
	char path[PATH_MAX], data[8] = "";
	int fd, other, below;

	snprintf(path, sizeof(path), "%s/flush", mnt);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	other = open(path, O_RDONLY);
	FLT_REQUIRE(fd >= 0 && other >= 0 && write(fd, "kept", 4) == 4);
	snprintf(path, sizeof(path), "%s/flush", lower);
	below = open(path, O_RDONLY);
	FLT_REQUIRE(below >= 0);
	FLT_EXPECT(!read(below, data, 4));
	collect();
	close(other);
	collect();
	FLT_EXPECT(answer("list").status == 0 && answer("list").a == 4);
	FLT_EXPECT(answer("flush").status == 0);
	FLT_EXPECT(read(below, data, 4) == 4 && !strcmp(data, "kept"));
	close(below);
	close(fd);
	unlink(path);
}

/* How often it was told of a flush, and could read there what begins with @first, or any. */
static unsigned int brackets(char first)
{
	unsigned int count = 0, status, bytes, major;
	const char *line = text;
	int read, begins;

	collect();
	while ((line = strstr(line, "ownio: bracket ")) != NULL) {
		if (sscanf(line, "ownio: bracket status=%x info=%u a=%u b=%d c=%d", &status,
			   &bytes, &major, &read, &begins) != 5 ||
		    status || read || bytes != 4 || (first && begins != first))
			printf("differs: %.80s\n", line);
		else
			count++;
		line++;
	}
	return count;
}

/*
 * A filter that is told of a flush flushes the same file, and reads what was kept back, inside the
 * bracket, where it finds nothing else of that.
 */
static void bracketed(const char *mnt)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/bracket", mnt);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(fd >= 0);
	collect();
	FLT_REQUIRE(pwrite(fd, "fkpt", 4, 0) == 4 && !fsync(fd));
	FLT_PROVES("VFS-911", brackets('f') == 2);
	FLT_REQUIRE(pwrite(fd, "rkpt", 4, 0) == 4 &&
		    !sync_file_range(fd, 0, 4, SYNC_FILE_RANGE_WRITE));
	FLT_PROVES("VFS-454", brackets('r') == 2);
	FLT_REQUIRE(pwrite(fd, "skpt", 4, 0) == 4);
	sync();
	/* in the flusher, at APC_LEVEL, nothing goes down for it */
	FLT_PROVES("VFS-453", brackets(0) == 2);
	close(fd);
	unlink(path);
}

/* What a filter reads itself is not what is below while a page could not be written there. */
static void unsettled(const char *mnt, const char *lower)
{
	const char *name = "w=04ac0000185settle";
	char path[PATH_MAX], *map;
	int fd, other;

	snprintf(path, sizeof(path), "%s/%s", lower, name);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	FLT_REQUIRE(fd >= 0 && write(fd, "old", 3) == 3 && !close(fd));
	snprintf(path, sizeof(path), "%s/%s", mnt, name);
	fd = open(path, O_RDWR);
	other = open(path, O_RDONLY);
	map = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	map[0] = 'n';
	collect();
	close(other);
	collect();
	FLT_PROVES("VFS-892", answer("settle").status >> 30 == 3 && !answer("settle").info);
	FLT_PROVES("VFS-892", fsync(fd) && errno == EIO && !fsync(fd));
	munmap(map, BLOCK);
	close(fd);
	unlink(path);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	int passive;

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("ownio"));
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	for (passive = 0; passive < 2; passive++) {
		FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, passive ? "completion=passive" : NULL));
		own(mnt, lower);
		direct(mnt, passive, false);
		FLT_REQUIRE(!umount(mnt));
	}
	FLT_REQUIRE(!twin_load("probe"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own,write=back"));
	direct(mnt, false, true);
	flushed(mnt, lower);
	bracketed(mnt);
	FLT_REQUIRE(!twin_load("answer"));
	unsettled(mnt, lower);
	FLT_REQUIRE(!twin_unload("answer", true));
	FLT_REQUIRE(!umount(mnt) && !twin_unload("probe", true));
	FLT_REQUIRE(!twin_unload("ownio", true) && !twin_unload("fltshim", false));
	return prove_status();
}
