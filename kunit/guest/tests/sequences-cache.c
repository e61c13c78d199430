// SPDX-License-Identifier: GPL-2.0
/*
 * What filters see of files whose data is in fltfs's own page cache: sections 3.4 and 8.2 of the
 * map. Pages are filled and written by operations of their own, at APC_LEVEL, inside brackets; a
 * file that is mapped lives as long as its mapping. "answer", below "probe", fails some of them and
 * keeps others for a while.
 *
 * needs: filters=probe,answer time=60
 */
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/klog.h>

#include "../sequence.h"

#define PAGE	4096
#define PAGES	8

static char data[PAGES * PAGE] __attribute__((aligned(PAGE)));
static char *map;

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	return path;
}

/* A file that the mount has not seen yet. */
static void make(const char *name, size_t length)
{
	int out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);
	size_t i;

	for (i = 0; i < length; i++)
		data[i] = '0' + i % 10;
	FLT_REQUIRE(out >= 0 && write(out, data, length) == (ssize_t)length);
	close(out);
}

static void open_f(size_t length)
{
	make("f", length);
	fd = open("f", O_RDWR);
	FLT_REQUIRE(fd >= 0);
}

/* Is that what lies below? */
static bool lies_below(const char *name, const char *text)
{
	char found[64] = "";
	int in = open(below(name), O_RDONLY);
	ssize_t got = read(in, found, sizeof(found) - 1);

	close(in);
	if (got == (ssize_t)strlen(text) && !strcmp(found, text))
		return true;
	printf("differs: below, %s is '%s', not '%s'\n", name, found, text);
	return false;
}

static void map_f(int protection, int advice)
{
	map = mmap(NULL, PAGE, protection, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED && !madvise(map, PAGE, advice));
}

/* Each what a row begins with. */
static void have_short(void)
{
	open_f(10);
}

static void have_long(void)
{
	open_f(sizeof(data));
}

static void have_cached(void)
{
	have_short();
	FLT_REQUIRE(read(fd, data, 1) == 1 && !lseek(fd, 0, SEEK_SET));
}

static void have_one_cached(void)
{
	have_long();
	FLT_REQUIRE(!posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM) &&
		    pread(fd, data, 1, 3 * PAGE) == 1 &&
		    !posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL));
}

static void have_map(void)
{
	have_short();
	map_f(PROT_READ | PROT_WRITE, MADV_RANDOM);
}

static void have_mapped_page(void)
{
	have_map();
	FLT_REQUIRE(map[0] == '0');
}

static void have_dirty(void)
{
	have_map();
	map[3] = 'x';
}

static void have_direct(void)
{
	have_dirty();
	other = open("f", O_RDWR | O_DIRECT);
}

static void have_program(void)
{
	int in = open("/proc/self/exe", O_RDONLY);
	int out = open(below("prog"), O_CREAT | O_WRONLY, 0755);
	ssize_t got;

	while ((got = read(in, data, sizeof(data))) > 0)
		FLT_REQUIRE(write(out, data, got) == got);
	FLT_REQUIRE(!got && !close(in) && !close(out));
}

CALLS(read_all, FLT_EXPECT(read(fd, data, 100) == 10 && !memcmp(data, "0123456789", 10)))
CALLS(read_long, FLT_EXPECT(pread(fd, data, sizeof(data), 0) == sizeof(data) &&
			    data[3 * PAGE] == '8' && data[sizeof(data) - 1] == '7'))
CALLS(touch, FLT_EXPECT(map[1] == '1' && !map[10] && !map[PAGE - 1]))
CALLS(write_part, FLT_EXPECT(pwrite(fd, "ab", 2, 3) == 2);
      FLT_EXPECT(lies_below("f", "012ab56789")))
CALLS(write_page, FLT_EXPECT(pwrite(fd, data, PAGE, 0) == PAGE))
CALLS(sync_map, FLT_EXPECT(!msync(map, PAGE, MS_SYNC)); FLT_EXPECT(lies_below("f", "012x456789")))
CALLS(sync_clean, FLT_EXPECT(!fsync(fd)))
CALLS(sync_range, FLT_EXPECT(!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
      FLT_EXPECT(lies_below("f", "012x456789")))
CALLS(sync_all, FLT_EXPECT(!syncfs(fd)); FLT_EXPECT(lies_below("f", "012x456789")))
CALLS(drop, FLT_EXPECT(!posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)))
CALLS(want, FLT_EXPECT(!posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED)))
CALLS(map_data, map_f(PROT_READ, MADV_NORMAL); munmap(map, PAGE))
CALLS(map_code, map = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
      munmap(map, PAGE))
CALLS(write_close, FLT_EXPECT(pwrite(fd, "abcd", 4, 8) == 4);
      FLT_EXPECT(lies_below("f", "0123456789")); close(fd); fd = -1;
      FLT_EXPECT(lies_below("f", "01234567abcd")))
CALLS(stat_longer, struct stat st; FLT_EXPECT(pwrite(fd, "abcd", 4, 8) == 4);
      FLT_EXPECT(!fstat(fd, &st) && st.st_size == 12 && lseek(fd, 0, SEEK_END) == 12))

static void dirty_and_move(void)
{
	int control = open("/proc/sys/vm/compact_memory", O_WRONLY);

	map[3] = 'x';
	/* the kernel may carry the page elsewhere */
	if (control >= 0)
		FLT_EXPECT(write(control, "1", 1) == 1);
	close(control);
	FLT_EXPECT(map[3] == 'x');
	FLT_EXPECT(lies_below("f", "0123456789"));
}

static void direct_read(void)
{
	FLT_EXPECT(pread(other, data, PAGE, 0) == 10 && !memcmp(data, "012x456789", 10));
}

static void direct_write(void)
{
	memset(data, 'y', PAGE);
	FLT_EXPECT(pwrite(other, data, PAGE, 0) == PAGE);
	FLT_EXPECT(pread(fd, data, PAGE, 0) == PAGE && data[PAGE - 1] == 'y' && map[0] == 'y');
}

/* Another file in between shows what comes before and what after. */
static void close_first(void)
{
	close(fd);
	fd = -1;
	close(open("g", O_RDONLY));
	FLT_EXPECT(map[3] == 'x');
	FLT_EXPECT(!munmap(map, PAGE));
	FLT_EXPECT(lies_below("f", "012x456789"));
}

static void have_dirty_and_g(void)
{
	have_dirty();
	make("g", 1);
}

static void execute(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		execl("prog", "prog", "only", NULL);
		_exit(99);
	}
	FLT_EXPECT(waitpid(child, &status, 0) == child && !status);
}

#define PAGED_READ	"READ a 0 4096 NOCACHE PAGING"
#define PAGED_WRITE	"WRITE a 0 4096 NOCACHE PAGING"
#define FLUSHED_OF(x)	"ACQUIRE_CC_FLUSH " x "; WRITE " x " 0 4096 NOCACHE PAGING SYNC =4096; " \
			"RELEASE_CC_FLUSH " x
#define FLUSHED		FLUSHED_OF("a")

static const struct row rows[] = {
	{ "VFS-401 VFS-448 FASTIO-50", "read what is not cached", have_short, read_all,
	  "READ a 0 100 =10; " PAGED_READ " =10" },
	{ "VFS-401 VFS-446 FASTIO-50", "read what is cached", have_cached, read_all,
	  "READ a 0 100 =10" },
	{ "VFS-448", "two runs of pages", have_one_cached, read_long,
	  "READ a 0 32768 =32768; READ a 0 12288 NOCACHE PAGING =12288; "
	  "READ a 16384 16384 NOCACHE PAGING =16384" },
	{ "VFS-447 SECT-12", "a fault", have_map, touch, PAGED_READ " SYNC =10" },
	{ "VFS-446", "a fault on what is cached", have_mapped_page, touch, "" },
	{ "VFS-411 VFS-452 VFS-454", "write a part of a page", have_short, write_part,
	  "WRITE a 3 2 =2; " PAGED_READ " SYNC =10; " FLUSHED },
	{ "VFS-411 VFS-452", "write a whole page", have_short, write_page,
	  "WRITE a 0 4096 =4096; " FLUSHED },
	{ "VFS-450 VFS-451", "a page becomes dirty and moves", have_mapped_page, dirty_and_move,
	  "" },
	{ "VFS-451 VFS-430", "a clean page is dropped", have_cached, drop, "" },
	{ "VFS-430", "a page will be needed", have_short, want, PAGED_READ " =10" },
	{ "VFS-454 VFS-461 SECT-12", "msync", have_dirty, sync_map,
	  FLUSHED "; FLUSH_BUFFERS a minor=4" },
	{ "VFS-462 FASTIO-38", "fsync of a clean file", have_cached, sync_clean,
	  "ACQUIRE_CC_FLUSH a; RELEASE_CC_FLUSH a; FLUSH_BUFFERS a" },
	{ "VFS-463 FASTIO-38", "sync_file_range", have_dirty, sync_range,
	  "ACQUIRE_CC_FLUSH a; " PAGED_WRITE " =4096; RELEASE_CC_FLUSH a" },
	{ "VFS-453 FASTIO-37", "the flusher", have_dirty, sync_all,
	  "ACQUIRE_MOD_WRITE a to 10; " PAGED_WRITE "* =4096; RELEASE_MOD_WRITE a; CREATE b *" },
	{ "VFS-122 VFS-443 VFS-445 FILEOBJ-39", "a mapping outlives its file", have_dirty_and_g,
	  close_first,
	  "CLEANUP a; CREATE b \\g OPEN 120089 20 =1; " CLOSED("b") "; " FLUSHED "; CLOSE a" },
	{ "VFS-120 VFS-116", "a program", have_program, execute,
	  "CREATE a \\prog OPEN *; " CLOSED("a") },
};

static const struct row direct_rows[] = {
	{ "VFS-404 VFS-457", "an uncached read", have_direct, direct_read,
	  "READ a 0 4096 NOCACHE =10; " FLUSHED_OF("b") },
	{ "VFS-414 VFS-457", "an uncached write", have_direct, direct_write,
	  "WRITE a 0 4096 NOCACHE =4096; " FLUSHED_OF("b") "; READ b 0 4096 =4096; "
	  "READ b 0 4096 NOCACHE PAGING =4096" },
};

static const struct row back_rows[] = {
	{ "FILEOBJ-41 FASTIO-38", "write-back, at the last close", have_short, write_close,
	  "WRITE a 8 4 =4; " PAGED_READ " SYNC =10; CLEANUP a; " FLUSHED "; CLOSE a" },
	{ "VFS-415", "write-back, the size is there before", have_short, stat_longer,
	  "WRITE a 8 4 =4; " PAGED_READ " SYNC =10; QUERY_INFORMATION a All; "
	  "QUERY_INFORMATION a Standard" },
};

static const struct row lower_rows[] = {
	{ "SECT-12", "the lower page cache", have_dirty, sync_map, "" },
};

static unsigned long long sum_of(const char *bytes, size_t length)
{
	unsigned long long sum = 0;

	while (length--)
		sum += (unsigned char)*bytes++;
	return sum;
}

/* What a row's operations carried besides what it compares. */
static void look_closer(const char *what)
{
	char want[] = "012x456789";

	if (!strcmp(what, "a fault"))
		FLT_PROVES("VFS-447", seq_events[0].pid == (unsigned int)getpid() &&
			   seq_events[0].detail[2] == PAGE);
	else if (!strcmp(what, "msync"))
		FLT_PROVES("BUF-014", seq_events[1].major == 4 &&
			   seq_events[1].detail[2] == sum_of(want, 10));
	else if (!strcmp(what, "two runs of pages"))
		FLT_PROVES("BUF-014", seq_events[1].detail[2] == 3 * PAGE &&
			   seq_events[2].detail[2] == 4 * PAGE);
	else if (!strcmp(what, "the flusher"))
		FLT_PROVES("VFS-453", seq_events[0].detail[0] == 10 &&
			   seq_events[1].pid != (unsigned int)getpid());
	else if (!strcmp(what, "a mapping outlives its file"))
		FLT_PROVES("FILEOBJ-39", seq_events[5].major == 4 &&
			   seq_events[5].before.flags & 0x4000 &&
			   seq_events[5].object == seq_events[0].object);
}

static void run(const struct row *row, unsigned int count)
{
	for (; count--; row++) {
		map = NULL;
		seq_row(row);
		look_closer(row->what);
		if (map && map != MAP_FAILED)
			munmap(map, PAGE);
	}
}
#define RUN(rows) run(rows, sizeof(rows) / sizeof(rows[0]))

/* SectionObjectPointer says what is mapped, from the mapping's own bracket on. */
static void sections(void)
{
	static const struct row mapped[] = {
		{ "VFS-443 FILEOBJ-07", "mapped as data", have_short, map_data,
		  "ACQUIRE_SECTION a 1 2; RELEASE_SECTION a" },
		{ "VFS-443 FILEOBJ-07", "mapped as code", have_short, map_code,
		  "ACQUIRE_SECTION a 1 20; RELEASE_SECTION a" },
	};
	unsigned int i;

	for (i = 0; i < 2; i++) {
		seq_row(&mapped[i]);
		FLT_PROVES("VFS-443", !seq_events[0].detail[2] &&
			   seq_events[1].detail[2] == 1U << i);
		FLT_PROVES("FILEOBJ-07", !seq_events[0].detail[2] &&
			   seq_events[1].detail[2] == 1U << i);
	}
}

static sigjmp_buf jump;

static void on_bus(int unused)
{
	(void)unused;
	siglongjmp(jump, 1);
}

/* A fault that a filter fails is a signal; what read-ahead could not get is tried once more. */
static void failed_fault(void)
{
	volatile bool signalled = false;

	make("f=03ac0000185", 10);
	fd = open("f=03ac0000185", O_RDWR);
	map_f(PROT_READ, MADV_NORMAL);
	seq_start();
	signal(SIGBUS, on_bus);
	if (!sigsetjmp(jump, 1))
		FLT_EXPECT(*(volatile char *)map && !"a fault that failed");
	else
		signalled = true;
	signal(SIGBUS, SIG_DFL);
	seq_stop();
	FLT_PROVES("VFS-447", signalled);
	FLT_PROVES("VFS-448", !fnmatch(PAGED_READ " !c0000185; " PAGED_READ " SYNC !c0000185*",
				      seq_render(), FNM_NOESCAPE));
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));
}

/* A page that a filter does not let through: whoever asks is told, once. */
static void failed_write(void)
{
	bool told;

	make("f=04ac0000185", 10);
	fd = open("f=04ac0000185", O_RDWR);
	map_f(PROT_READ | PROT_WRITE, MADV_NORMAL);
	map[3] = 'x';
	/* in the flusher, which has nobody to tell */
	syncfs(fd);
	told = fsync(fd) && errno == EIO;
	FLT_PROVES("VFS-892", told);
	FLT_PROVES("VFS-453", told);
	FLT_EXPECT(!fsync(fd));
	FLT_EXPECT(lies_below("f=04ac0000185", "0123456789"));
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));
}

/* Who is about to look at the lower file, which lacks a page, is refused; fsync still tells. */
static void failed_before(void)
{
	struct fiemap fiemap = { .fm_length = FIEMAP_MAX_OFFSET };
	int version;

	make("f=04ac0000185", 10);
	fd = open("f=04ac0000185", O_RDWR);
	map_f(PROT_READ | PROT_WRITE, MADV_NORMAL);
	map[3] = 'x';
	FLT_PROVES("VFS-892", ioctl(fd, FS_IOC_GETVERSION, &version) && errno == EIO);
	map[3] = 'x';
	/* (tmpfs has no such map.) */
	FLT_PROVES("VFS-892", ioctl(fd, FS_IOC_FIEMAP, &fiemap) &&
		   (errno == EIO || errno == EOPNOTSUPP));
	FLT_PROVES("VFS-892", fsync(fd) && errno == EIO);
	FLT_EXPECT(!fsync(fd) && lies_below("f=04ac0000185", "0123456789"));
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));
}

/* A page that the filters have had, and that there was no memory for then: they have it once. */
static void failed_memory(void)
{
	unsigned int i, count = 0;
	bool told;

	make("f=04pc000009a", 10);
	fd = open("f=04pc000009a", O_RDWR);
	map_f(PROT_READ | PROT_WRITE, MADV_NORMAL);
	map[3] = 'x';
	seq_start();
	told = fsync(fd) && errno == ENOMEM;
	seq_stop();
	for (i = 0; i < seq_count; i++)
		count += seq_events[i].major == 4 && seq_events[i].flags & 2;
	FLT_PROVES("VFS-892", told);
	FLT_EXPECT(count == 1);
	/* the mount's own record of it, which the next test would find */
	FLT_EXPECT(syncfs(fd) && errno == ENOMEM && !syncfs(fd));
	FLT_EXPECT(lies_below("f=04pc000009a", "012x456789"));
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));
}

/* Begins to write the file's page in a child, and returns while a filter keeps that. */
static pid_t written(void)
{
	pid_t child;
	bool there = false;
	unsigned int i;

	seq_start();
	child = fork();
	if (!child)
		_exit(!!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
	while (!there) {
		usleep(5000);
		seq_stop();
		for (i = 0; i < seq_count; i++)
			there |= seq_events[i].major == 4 && seq_events[i].flags & 2;
	}
	return child;
}

static bool still(pid_t child)
{
	return !waitpid(child, NULL, WNOHANG);
}

/*
 * A filter keeps the write of a page for a second, and a worker goes on with it. The page is not
 * under write-back meanwhile; who wants it to be in the file waits.
 */
static void kept_write(int (*settle)(void), const char *left)
{
	const char *name = "f=04k000003e8";
	bool kept;
	pid_t child;

	make(name, 10);
	fd = open(name, O_RDWR);
	map_f(PROT_READ | PROT_WRITE, MADV_NORMAL);
	map[3] = 'x';
	child = written();
	/* would wait for write-back to end */
	map[4] = 'y';
	kept = still(child);
	FLT_PROVES("VFS-891", kept && lies_below(name, "0123456789"));
	FLT_PROVES("VFS-892", !settle());
	FLT_PROVES("VFS-892", lies_below(name, left));
	FLT_EXPECT(waitpid(child, NULL, 0) == child);
	FLT_PROVES("VFS-456", lies_below(name, left));
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));
	FLT_EXPECT(!unlink(below(name)));
}

static int settle_fsync(void)
{
	return fsync(fd);
}

static int settle_truncate(void)
{
	return ftruncate(fd, 4);
}

static int settle_sync(void)
{
	return syncfs(fd);
}

static long violations(void)
{
	FILE *in = fopen("/sys/fs/fltshim/filters/answer/violations", "r");
	long count, sum = 0;

	FLT_REQUIRE(in);
	while (fscanf(in, "%*s %ld", &count) == 1)
		sum += count;
	fclose(in);
	return sum;
}

/*
 * A filter that would wait ten minutes for a program does not: a page is filled and written, and a
 * file mapped, at once.
 */
static void no_wait(void)
{
	long before = violations();

	make("f=03u000927c0", 10);
	fd = open("f=03u000927c0", O_RDONLY);
	FLT_PROVES("VFS-893", fd >= 0 && pread(fd, data, 100, 0) == 10 && data[9] == '9' &&
		   violations() > before);
	FLT_EXPECT(!close(fd));

	before = violations();
	make("f=04u000927c0", 10);
	fd = open("f=04u000927c0", O_RDWR);
	map_f(PROT_READ | PROT_WRITE, MADV_NORMAL);
	map[3] = 'x';
	FLT_PROVES("VFS-893", !msync(map, PAGE, MS_SYNC) && violations() > before &&
		   lies_below("f=04u000927c0", "012x456789"));
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));

	before = violations();
	make("f=ffu000927c0", 10);
	fd = open("f=ffu000927c0", O_RDWR);
	map_f(PROT_READ, MADV_NORMAL);
	FLT_PROVES("VFS-893", map[3] == '3' && violations() > before);
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));
}

static void with_answer(void)
{
	FLT_REQUIRE(!chdir(getenv("MNT")));
	failed_fault();
	failed_write();
	failed_before();
	failed_memory();
	kept_write(settle_fsync, "012xy56789");
	kept_write(settle_truncate, "012x");
	kept_write(settle_sync, "012xy56789");
	no_wait();
	FLT_REQUIRE(!chdir("/"));
}

/* Has the kernel log a line with both words, and how many? */
static unsigned int logged(const char *word, const char *other)
{
	static char log[1 << 20];
	int size = klogctl(3, log, sizeof(log) - 1);
	unsigned int count = 0;
	char *line;

	log[size > 0 ? size : 0] = 0;
	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
		count += strstr(line, word) && strstr(line, other);
	return count;
}

/* Files that are mapped already when a filter comes. */
static void mapped_before(void)
{
	char *second;

	FLT_REQUIRE(!chdir(getenv("MNT")));
	make("early-one", 10);
	make("early-two", 10);
	fd = open("early-one", O_RDWR);
	other = open("early-two", O_RDWR);
	map_f(PROT_READ, MADV_NORMAL);
	second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, 0);
	FLT_REQUIRE(map[0] == '0' && second[1] == '1');
	FLT_REQUIRE(!twin_load("probe"));
	FLT_EXPECT(read(fd, data, 100) == 10 && read(other, data, 100) == 10);
	FLT_PROVES("SECT-13", logged("file early-one is mapped", "filter probe") == 1 &&
		   !logged("file early-two is mapped", "filter probe"));
	/* a filter that comes later is told as well */
	FLT_REQUIRE(!twin_load("answer"));
	FLT_EXPECT(read(other, data, 100) == 0 && read(fd, data, 100) == 0);
	FLT_PROVES("SECT-13", logged("file early-two is mapped", "filter ") == 1 &&
		   logged("file early-one is mapped", "filter ") == 1);
	FLT_REQUIRE(!twin_unload("answer", true));
	munmap(map, PAGE);
	munmap(second, PAGE);
	close(fd);
	close(other);
	/* from now on they are as others */
	fd = open("early-one", O_RDWR);
	seq_start();
	FLT_EXPECT(read(fd, data, 100) == 10);
	seq_stop();
	FLT_EXPECT(!strcmp(seq_render(), "READ a 0 100 =10; " PAGED_READ " =10"));
	close(fd);
	FLT_REQUIRE(!chdir("/"));
}

int main(int argc, char **argv)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	bool direct;
	int out;

	(void)argv;
	if (argc > 1)
		return 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	out = open(below("direct"), O_CREAT | O_RDWR | O_DIRECT, 0600);
	direct = out >= 0;
	close(out);
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own"));
	RUN(rows);
	sections();
	if (direct)
		RUN(direct_rows);
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "write=back"));
	RUN(back_rows);
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "write=through"));
	FLT_REQUIRE(!twin_load("answer"));
	with_answer();
	FLT_REQUIRE(!twin_unload("answer", true));
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "cache=lower"));
	RUN(lower_rows);
	FLT_REQUIRE(!twin_unload("probe", true));
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "cache=own"));
	mapped_before();
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
