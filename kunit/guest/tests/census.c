// SPDX-License-Identifier: GPL-2.0
/*
 * What holds for every operation that a program causes, checked in every callback by the filter
 * "census": its form, level, thread, flags and targets; a stat that the filter does not want to
 * see as a query by name gives the same answer. And what the manager allocates: nothing for an
 * operation that its caller waits for, once for an asynchronous one, counted by the kernel's own
 * tracepoints with eight instances on the way; once for an asynchronous one with sixteen.
 *
 * needs: lower=ext4 filters=census,passthru time=120
 */
#include <linux/aio_abi.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/vfs.h>

#include "../twin.h"

#define TRACING "/sys/kernel/tracing"
#define REFUSE_PRE 1
#define REFUSE_POST 2

static const char *lower, *mnt;
static int log_fd = -1;

static struct {
	unsigned int ops, fast, fsfilter, wrong, cleanup, session;
	unsigned long long majors, apc;
} seen;

static void census_begin(unsigned int mode)
{
	char args[64];

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	snprintf(args, sizeof(args), "params=Parameters\\Mode=%u", mode);
	FLT_REQUIRE(!twin_load_with("census", args));
	memset(&seen, 0, sizeof(seen));
	if (log_fd < 0)
		log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
}

static void census_end(void)
{
	char record[2048], *text;
	ssize_t got;
	int fields = 0;

	FLT_REQUIRE(!twin_unload("census", true));
	FLT_REQUIRE(!umount(mnt));
	while ((got = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[got > 0 ? got : 0] = 0;
		text = strstr(record, "census: bit");
		if (text)
			printf("%s", text);
		text = strstr(record, "ops=");
		if (text)
			fields = sscanf(text, "ops=%u fast=%u fsfilter=%u wrong=%x majors=%llx apc=%llx cleanup=%u session=%u",
					&seen.ops, &seen.fast, &seen.fsfilter, &seen.wrong,
					&seen.majors, &seen.apc, &seen.cleanup,
					&seen.session);
	}
	FLT_REQUIRE(fields == 8);
}

/* Pre-operations of one major function so far. */
static unsigned long long census_count(const char *major)
{
	FILE *stats = fopen("/sys/fs/fltshim/filters/census/stats", "r");
	unsigned long long pre, post, count = 0;
	char name[64];

	FLT_REQUIRE(stats);
	while (fscanf(stats, "%63s %llu %llu", name, &pre, &post) == 3) {
		if (!strcmp(name, major))
			count = pre;
	}
	fclose(stats);
	return count;
}

/* A path on the mount, and the same below it. */
static const char *above(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", mnt, name);
	return path;
}

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", lower, name);
	return path;
}

/* Calls of every kind that filters are shown. */
static void work(void)
{
	static char data[3 * 4096 + 5];
	struct iovec iov = { data, 100 };
	struct statx stx;
	struct statfs sfs;
	struct stat st;
	DIR *dir;
	int fd, out, code[4] = { 0 };
	void *map;

	FLT_EXPECT(!mkdir(above("folder"), 0755));
	fd = open(above("file"), O_CREAT | O_EXCL | O_RDWR, 0644);
	FLT_REQUIRE(fd >= 0);
	FLT_EXPECT(write(fd, data, sizeof(data)) == sizeof(data));
	FLT_EXPECT(pread(fd, data, 4096, 4096) == 4096);
	FLT_EXPECT(preadv(fd, &iov, 1, 0) == 100 && pwritev(fd, &iov, 1, 0) == 100);
	FLT_EXPECT(!ftruncate(fd, 5000) && !truncate(above("file"), 4096));
	FLT_EXPECT(!fsync(fd) && !fdatasync(fd));
	FLT_EXPECT(!fstat(fd, &st) && st.st_size == 4096);
	FLT_EXPECT(!fchmod(fd, 0600) && !fchown(fd, 1, 1) && !futimens(fd, NULL));
	FLT_EXPECT(!fsetxattr(fd, "user.x", "y", 1, 0) && fgetxattr(fd, "user.x", data, 8) == 1);
	FLT_EXPECT(!flock(fd, LOCK_EX));
	FLT_EXPECT(!fcntl(fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK, .l_len = 10 }));
	FLT_EXPECT(!fallocate(fd, 0, 0, 8192));
	FLT_EXPECT(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096));
	FLT_EXPECT(ioctl(fd, _IOW('Q', 7, int[4]), code) && errno == ENOTTY);
	FLT_EXPECT(!fstatfs(fd, &sfs));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	*(volatile char *)map = 'm';
	FLT_EXPECT(!msync(map, 4096, MS_SYNC) && !munmap(map, 4096));
	out = open(above("copy"), O_CREAT | O_RDWR | O_DIRECT, 0644);
	FLT_REQUIRE(out >= 0);
	lseek(fd, 0, SEEK_SET);
	FLT_EXPECT(sendfile(out, fd, NULL, 4096) == 4096 || errno == EINVAL);
	close(out);
	close(fd);
	out = open(above("copy"), O_WRONLY | O_TRUNC | O_SYNC);
	FLT_EXPECT(write(out, "x", 1) == 1);
	close(out);
	FLT_EXPECT(!symlink("file", above("link")) && !lstat(above("link"), &st));
	FLT_EXPECT(!stat(above("link"), &st) && S_ISREG(st.st_mode));
	FLT_EXPECT(stat(above("none"), &st) && errno == ENOENT);
	FLT_EXPECT(!statx(AT_FDCWD, above("folder"), 0, STATX_ALL, &stx));
	FLT_EXPECT(!mknod(above("fifo"), S_IFIFO | 0600, 0) && !stat(above("fifo"), &st));
	dir = opendir(mnt);
	FLT_REQUIRE(dir);
	while (readdir(dir))
		;
	closedir(dir);
	FLT_EXPECT(!access(above("file"), R_OK));
	FLT_EXPECT(!chmod(above("file"), 0640) && !utimensat(AT_FDCWD, above("file"), NULL, 0));
	FLT_EXPECT(!rename(above("copy"), below("copy")) || errno == EXDEV);
	FLT_EXPECT(!unlink(above("copy")) && !unlink(above("link")) && !unlink(above("fifo")));
	FLT_EXPECT(!rmdir(above("folder")));
}

/* The last descriptor is closed by another process than the one that opened it. */
static pid_t last_closer(void)
{
	int fd = open(above("file"), O_RDONLY), go[2], status;
	pid_t child;

	FLT_REQUIRE(fd >= 0 && !pipe(go));
	child = fork();
	if (!child) {
		FLT_REQUIRE(read(go[0], &status, 1) == 1);
		close(fd);
		_exit(0);
	}
	close(fd);
	FLT_REQUIRE(write(go[1], "", 1) == 1);
	close(go[0]);
	close(go[1]);
	FLT_REQUIRE(waitpid(child, &status, 0) == child && !status);
	return child;
}

static bool same_stat(const char *name)
{
	struct stat a, b;
	int ra = lstat(above(name), &a), ea = errno, rb = lstat(below(name), &b);

	if (ra || rb)
		return ra == rb && ea == errno;
	return a.st_mode == b.st_mode && a.st_size == b.st_size && a.st_nlink == b.st_nlink &&
	       a.st_uid == b.st_uid && a.st_gid == b.st_gid && a.st_blocks == b.st_blocks &&
	       a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
	       a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_rdev == b.st_rdev;
}

/* One stat, and how often each part of the slow path was seen for it. */
static void slow_path(bool refuse_in_post)
{
	static const char * const parts[] = { "IRP_MJ_CREATE", "IRP_MJ_QUERY_INFORMATION",
					      "IRP_MJ_CLEANUP", "IRP_MJ_CLOSE" };
	static const char * const names[] = { "file", "dir", "sym", "none", "." };
	const char *refused = refuse_in_post ? "POSTOP-35" : "PREOP-82";
	unsigned long long before[4], fast = census_count("IRP_MJ_QUERY_OPEN");
	struct stat st;
	unsigned int i;
	bool once = true;

	for (i = 0; i < 4; i++)
		before[i] = census_count(parts[i]);
	FLT_REQUIRE(!stat(above("file"), &st));
	for (i = 0; i < 4; i++)
		once = once && census_count(parts[i]) == before[i] + 1;
	FLT_PROVES("FASTIO-29", once);
	FLT_PROVES(refused, once);
	/* The query by name is tried once, and comes before. */
	FLT_PROVES("FASTIO-30", census_count("IRP_MJ_QUERY_OPEN") == fast + 1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool same = same_stat(names[i]);

		FLT_PROVES("FASTIO-29", same);
		FLT_PROVES("FASTIO-30", same);
		FLT_PROVES(refused, same);
		FLT_PROVES("FASTIO-28", same);
	}
}

static void judge(unsigned int mode)
{
	const unsigned long long delivered = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 |
					     1 << 9 | 1 << 12 | 1 << 18;
	const unsigned long long passive = 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 |
					   1 << 17 | 1 << 21;
	const unsigned long long controls = 1 << 13 | 1 << 14;

	FLT_PROVES("FASTIO-01", (seen.majors & delivered) == delivered && !(seen.wrong & 3));
	FLT_PROVES("FASTIO-02", !(seen.wrong & 2));
	FLT_PROVES("FASTIO-07", !seen.fast && seen.ops > 50);
	FLT_PROVES("FASTIO-26", seen.fsfilter && !(seen.wrong & 0x200));
	FLT_PROVES("FASTIO-27", !(seen.wrong & 0x400));
	FLT_PROVES("CBD-004", !(seen.wrong & 0x800) && seen.majors & 1 << 5 &&
		   seen.majors & 1 << 6);
	FLT_PROVES("CBD-028", !(seen.wrong & 4));
	FLT_PROVES("CBD-034", !(seen.wrong & 0x1000) && seen.majors & 1 << 6);
	FLT_PROVES("CBD-016", !(seen.wrong & 0x40));
	FLT_PROVES("CBD-072", !(seen.wrong & 0x2000));
	FLT_PROVES("IRQL-30", seen.majors & 1 && !(seen.wrong & 0x180));
	FLT_PROVES("IRQL-32", seen.majors & 1 << 2 && !(seen.wrong & 0x80));
	FLT_PROVES("IRQL-33", seen.majors & 1 << 3 && seen.majors & 1 << 4 &&
		   !(seen.wrong & 0x180));
	FLT_PROVES("IRQL-35", (seen.majors & passive) == passive && !(seen.wrong & 0x180) &&
		   !(seen.apc & passive));
	FLT_PROVES("IRQL-37", (seen.majors & controls) == controls && !(seen.wrong & 0x180) &&
		   !(seen.apc & controls));
	FLT_PROVES("CBD-023", !(seen.wrong & 0x20018));
	FLT_PROVES("CBD-024", !(seen.wrong & 8) && seen.fsfilter);
	FLT_PROVES("CBD-070", !(seen.wrong & 0x8000));
	FLT_PROVES("FASTIO-33", !(seen.wrong & 0x10000) && seen.fsfilter);
	FLT_PROVES("FASTIO-32", !(seen.wrong & 0x10000) && seen.fsfilter);
	FLT_PROVES("IRQL-36", seen.majors & 1 << 12 && !(seen.wrong & 0x180));
	FLT_EXPECT(!seen.wrong);
	FLT_EXPECT(mode || seen.fsfilter > 2);
}

static void tracing(const char *file, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), TRACING "/%s", file);
	fd = open(path, O_WRONLY | O_TRUNC);
	FLT_REQUIRE(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Allocations that the manager or fltfs made since tracing() began, from the trace. */
static unsigned int allocations(void)
{
	FILE *trace = fopen(TRACING "/trace", "r");
	unsigned int count = 0, lines = 0;
	char line[1024];

	FLT_REQUIRE(trace);
	while (fgets(line, sizeof(line), trace)) {
		if (!strstr(line, "call_site="))
			continue;
		lines++;
		if (strstr(line, "[fltshim]")) {
			if (!count++)
				printf("%s", line);
		}
	}
	fclose(trace);
	FLT_EXPECT(lines < 100000);
	return count;
}

static void trace_begin(void)
{
	tracing("trace", "\n");
	tracing("tracing_on", "1");
}

static unsigned int trace_end(void)
{
	tracing("tracing_on", "0");
	return allocations();
}

#define TRANSFERS 200

static unsigned int instances(void)
{
	FILE *list = fopen("/sys/fs/fltshim/filters/Passthru/instances", "r");
	unsigned int count = 0;
	char line[256];

	FLT_REQUIRE(list);
	while (fgets(line, sizeof(line), list))
		count++;
	fclose(list);
	return count;
}

/* Waited for: nothing is allocated, but for a very deep stack; asynchronous: once for each. */
static void memory(unsigned int depth)
{
	static char *data;
	aio_context_t context = 0;
	struct io_event event;
	unsigned int count;
	int fd, i;

	if (!data)
		data = aligned_alloc(4096, 4096);
	fd = open(above("file"), O_RDWR | O_DIRECT);
	FLT_REQUIRE(fd >= 0);
	FLT_REQUIRE(pwrite(fd, data, 4096, 0) == 4096 && pread(fd, data, 4096, 0) == 4096);
	FLT_EXPECT(instances() == depth);
	trace_begin();
	for (i = 0; i < TRANSFERS; i++)
		FLT_REQUIRE(pread(fd, data, 4096, 0) == 4096 && pwrite(fd, data, 4096, 0) == 4096);
	count = trace_end();
	printf("%u instances: %u allocations in %u that are waited for\n", depth, count,
	       2 * TRANSFERS);
	FLT_EXPECT(depth > 12 || !count);

	FLT_REQUIRE(!syscall(SYS_io_setup, 8, &context));
	trace_begin();
	for (i = 0; i < 2 * TRANSFERS; i++) {
		struct iocb iocb = {
			.aio_lio_opcode = i & 1 ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD,
			.aio_fildes = fd, .aio_buf = (unsigned long)data, .aio_nbytes = 4096,
		}, *list = &iocb;

		FLT_REQUIRE(syscall(SYS_io_submit, context, 1, &list) == 1);
		FLT_REQUIRE(syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1);
		FLT_REQUIRE(event.res == 4096);
	}
	count = trace_end();
	printf("%u allocations in %u asynchronous\n", count, 2 * TRANSFERS);
	FLT_EXPECT(count == 2 * TRANSFERS);
	syscall(SYS_io_destroy, context);
	close(fd);
}

/* passthru with so many instances. */
static void passthru(unsigned int depth)
{
	char params[1024] = "params=";
	size_t used = strlen(params);
	unsigned int i;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	for (i = 2; i <= depth; i++)
		used += snprintf(params + used, sizeof(params) - used,
				 "%sInstances\\%u\\Altitude=385131.%u", i > 2 ? ";" : "", i, i);
	FLT_REQUIRE(!twin_load_with("passthru", params));
	memory(depth);
	FLT_REQUIRE(!twin_unload("passthru", true));
	FLT_REQUIRE(!umount(mnt));
}

int main(void)
{
	unsigned int mode;
	pid_t closer;

	lower = getenv("LOWER");
	mnt = getenv("MNT");
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim"));
	FLT_REQUIRE(!mkdir(below("dir"), 0750) && !symlink("file", below("sym")));
	for (mode = 0; mode < 3; mode++) {
		unlink(below("file"));
		census_begin(mode);
		work();
		if (mode)
			slow_path(mode == REFUSE_POST);
		closer = last_closer();
		census_end();
		judge(mode);
		FLT_PROVES("IRQL-31", seen.cleanup == (unsigned int)closer &&
			   !(seen.wrong & 0x180));
		FLT_PROVES("CBD-074", seen.cleanup == (unsigned int)closer);
		FLT_PROVES("CBD-076", seen.session == (unsigned int)getsid(0));
	}

	mount("tracefs", TRACING, "tracefs", 0, NULL);
	tracing("events/kmem/kmalloc/enable", "1");
	tracing("events/kmem/kmem_cache_alloc/enable", "1");
	passthru(8);
	passthru(16);
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
