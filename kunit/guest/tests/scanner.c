// SPDX-License-Identifier: GPL-2.0
/*
 * Sections on a file system: views that a scanner of data has of files, what becomes of them when
 * programs change the file, handles that programs map, and how mappings of programs are shown. The
 * filter "scanner" does what the name of a file says and prints what it can judge itself.
 *
 * needs: lower=ext4,tmpfs long-kernels=debug filters=scanner,bufctx,passthru,answer,probe time=60
 */
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>

#include "../rows.h"
#include "../twin.h"

#define SIZE	5000

static const char *mnt, *lower;

static void collect(void)
{
	rows_collect("scanner: ", "fltshim: ");
}

static bool told(const char *what)
{
	collect();
	if (strstr(text, what))
		return true;
	printf("not told \"%s\" but:\n%s", what, text);
	return false;
}

static int open_in(const char *dir, const char *name, int flags)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, flags, 0600);
}

/* Bytes that are never zero, and a file of them. */
static void put(const char *name, size_t size)
{
	char *data = malloc(size);
	int fd = open_in(lower, name, O_CREAT | O_WRONLY | O_TRUNC);
	size_t i;

	for (i = 0; i < size; i++)
		data[i] = i % 251 + 1;
	FLT_REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	free(data);
}

static unsigned int sum(const unsigned char *data, size_t size)
{
	unsigned int sum = 0;

	while (size--)
		sum = sum * 31 + *data++;
	return sum;
}

/* The sum of what put() made. */
static unsigned int pattern_sum(size_t size)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < size; i++)
		sum = sum * 31 + i % 251 + 1;
	return sum;
}

/* The sum of what a program reads. */
static unsigned int read_sum(const char *name)
{
	unsigned char data[SIZE + 1];
	int fd = open_in(mnt, name, O_RDONLY);
	ssize_t got = pread(fd, data, sizeof(data), 0);

	FLT_REQUIRE(fd >= 0 && got > 0);
	close(fd);
	return sum(data, got);
}

static void touch(const char *name)
{
	int fd = open_in(mnt, name, O_CREAT | O_RDWR);

	FLT_REQUIRE(fd >= 0);
	close(fd);
}

/* What the instances see is what a program reads, whatever filter is between them. */
static void view(const char *name)
{
	unsigned int want;
	char line[64];

	put(name, SIZE);
	want = read_sum(name);
	collect();
	touch(name);
	snprintf(line, sizeof(line), "view %u of %d in 8192", want, SIZE);
	FLT_PROVES("SECT-22", told(line));
}

/* No view of what cannot be mapped. */
static void refused(void)
{
	char path[PATH_MAX];
	int fd;

	put("view.empty", 0);
	collect();
	touch("view.empty");
	FLT_PROVES("SECT-17", told("no section: c0000011"));
	snprintf(path, sizeof(path), "%s/view.dir", lower);
	FLT_REQUIRE(!mkdir(path, 0700));
	fd = open_in(mnt, "view.dir", O_RDONLY);
	FLT_REQUIRE(fd >= 0);
	close(fd);
	FLT_PROVES("SECT-17", told("no section: c00000ba"));
	FLT_EXPECT(!rmdir(path));
}

static char *direct_buffer;

/* A kept section of @name, then @change; how often the filter was told, and what it has. */
static void conflict(const char *name, int (*change)(int fd), unsigned int count, unsigned int major,
		     const char *id)
{
	char want[64];
	int fd;

	put(name, 3 * 4096 + 100);
	fd = open_in(mnt, name, O_RDWR);
	FLT_REQUIRE(fd >= 0 && told("kept 00000000 of 12388"));
	FLT_PROVES("SECT-39", !change(fd));
	collect();
	snprintf(want, sizeof(want), "conflict 1 major %u irql 0 mine 1", major);
	FLT_PROVES(id, count ? !!strstr(text, want) : !strstr(text, "conflict"));
	FLT_PROVES(id, !strstr(text, "conflict 2"));
	touch("check");
	collect();
	FLT_PROVES("SECT-27", strstr(text, "check 0 changed"));
	snprintf(want, sizeof(want), "conflicts %u", count);
	FLT_EXPECT(strstr(text, want));
	close(fd);
	touch("drop");
}

static int do_truncate(int fd)
{
	return ftruncate(fd, 4096);
}

static int do_grow(int fd)
{
	return ftruncate(fd, 5 * 4096);
}

static int do_punch(int fd)
{
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096);
}

static int do_direct(int fd)
{
	if (fcntl(fd, F_SETFL, O_DIRECT))
		return -1;
	/* (Zeros: the view may have the old bytes or these.) */
	return pwrite(fd, direct_buffer, 4096, 4096) != 4096;
}

/* By way of a pipe. */
static int do_splice(int fd)
{
	loff_t at = 4096;
	int pipes[2];
	bool done;

	FLT_REQUIRE(!pipe(pipes));
	done = !fcntl(fd, F_SETFL, O_DIRECT) &&
	       vmsplice(pipes[1], &(struct iovec) { direct_buffer, 4096 }, 1, 0) == 4096 &&
	       splice(pipes[0], NULL, fd, &at, 4096, 0) == 4096;
	close(pipes[0]);
	close(pipes[1]);
	return !done;
}

/* From another file, of zeros. */
static int copy_zeros(int fd, int flags)
{
	int in = open_in(mnt, "zeros", O_CREAT | O_RDWR);
	loff_t from = 0, to = 4096;
	bool done;

	FLT_REQUIRE(in >= 0 && !ftruncate(in, 8192));
	done = !fcntl(fd, F_SETFL, flags) && copy_file_range(in, &from, fd, &to, 4096, 0) == 4096;
	close(in);
	return !done;
}

static int do_copy(int fd)
{
	return copy_zeros(fd, 0);
}

static int do_direct_copy(int fd)
{
	return copy_zeros(fd, O_DIRECT);
}

/* What the lower file system has to be asked for, even if it cannot. */
static int do_clone(int fd)
{
	struct file_clone_range range = { .src_length = 4096, .dest_offset = 4096 };
	bool done;

	range.src_fd = open_in(mnt, "zeros", O_CREAT | O_RDWR);
	FLT_REQUIRE(range.src_fd >= 0 && !ftruncate(range.src_fd, 8192));
	done = !ioctl(fd, FICLONERANGE, &range) || errno == EOPNOTSUPP;
	close(range.src_fd);
	return !done;
}

/* Writing, reading and renaming as usual. */
static int do_usual(int fd)
{
	char from[PATH_MAX], to[PATH_MAX], byte;

	snprintf(from, sizeof(from), "%s/keep.usual", mnt);
	snprintf(to, sizeof(to), "%s/moved", mnt);
	return pread(fd, &byte, 1, 5000) != 1 || pwrite(fd, &byte, 1, 5000) != 1 ||
	       rename(from, to) || unlink(to);
}

static void conflicts(bool direct)
{
	conflict("keep.truncate", do_truncate, 1, 6, "SECT-34");
	conflict("keep.grow", do_grow, 0, 0, "SECT-40");
	conflict("keep.punch", do_punch, 1, 13, "SECT-34");
	if (direct) {
		conflict("keep.direct", do_direct, 1, 4, "SECT-34");
		conflict("keep.splice", do_splice, 1, 4, "SECT-34");
		conflict("keep.copied", do_direct_copy, 1, 4, "SECT-34");
	}
	conflict("keep.clone", do_clone, 1, 13, "SECT-34");
	conflict("keep.copy", do_copy, 0, 0, "SECT-40");
	conflict("keep.usual", do_usual, 0, 0, "SECT-40");
}

/* A file opened anew to be overwritten is the conflict's own open. */
static void overwritten(void)
{
	int fd;

	put("keep.over", SIZE);
	touch("keep.over");
	collect();
	fd = open_in(mnt, "keep.over", O_WRONLY | O_TRUNC);
	FLT_REQUIRE(fd >= 0);
	FLT_PROVES("SECT-34", told("conflict 1 major 0 irql 0"));
	close(fd);
	touch("drop");
}

/* The callback closes the section: nobody is told any more, and the data is there. */
static void closed_by_it(void)
{
	int fd;

	put("closer", SIZE);
	fd = open_in(mnt, "closer", O_RDWR);
	FLT_REQUIRE(fd >= 0);
	collect();
	FLT_PROVES("SECT-35", !ftruncate(fd, 100) && told("conflict 1"));
	FLT_PROVES("SECT-37", !ftruncate(fd, 50) && !told("conflict 2"));
	touch("check");
	FLT_PROVES("SECT-27", told("check 0 changed"));
	close(fd);
	touch("drop");
}

/* The file is gone before the section is. */
static void late(void)
{
	char path[PATH_MAX];

	put("late", SIZE);
	touch("late");
	FLT_EXPECT(told("kept 00000000 of 5000"));
	snprintf(path, sizeof(path), "%s/late", mnt);
	FLT_EXPECT(!unlink(path));
	touch("check");
	FLT_PROVES("SECT-30", told("check 0 changed, same 1"));
	touch("drop");
	FLT_PROVES("SECT-30", told("late closed"));
}

static void piece(void)
{
	int fd = open_in(lower, "piece", O_CREAT | O_RDWR);

	FLT_REQUIRE(fd >= 0 && !ftruncate(fd, 100LL << 30));
	close(fd);
	touch("piece");
	FLT_PROVES("SECT-28", told("a view of 102400 MiB is not mapped"));
}

static void viewed(const char *name, unsigned int want, const char *id)
{
	char line[64];

	touch(name);
	snprintf(line, sizeof(line), "view %u of %d in 8192", want, SIZE);
	FLT_PROVES(id, told(line));
}

/* Reads that give less than is asked for, and those of another file: by the filter "answer". */
static void odd_reads(void)
{
	static const char other[] = "other=00o00000000=12o00000000";
	unsigned char zeros[SIZE] = {};
	int fd;

	put("view.half=03e00000000", SIZE);
	viewed("view.half=03e00000000", pattern_sum(SIZE), "SECT-27");
	put("view.none=03s00000000", SIZE);
	touch("view.none=03s00000000");
	FLT_PROVES("SECT-27", told("no view: c0000006"));

	fd = open_in(lower, other, O_CREAT | O_WRONLY);
	FLT_REQUIRE(fd >= 0 && write(fd, zeros, SIZE) == SIZE && !close(fd));
	put("view.sent=03o00000000", SIZE);
	fd = open_in(mnt, other, O_RDONLY);
	FLT_REQUIRE(fd >= 0);
	viewed("view.sent=03o00000000", sum(zeros, SIZE), "CBD-048");
	close(fd);
	/* and not against the rights that it is open with */
	fd = open_in(mnt, other, O_WRONLY);
	FLT_REQUIRE(fd >= 0);
	touch("view.sent=03o00000000");
	FLT_EXPECT(told("no view: c0000006"));
	close(fd);
	viewed("view.sent=03o00000000", pattern_sum(SIZE), "SECT-22");
}

/* What fills copies is paging I/O, and at its level; the filter "probe" prints it. */
static void level_of_copies(void)
{
	unsigned int irql, flags, paging = 0, high = 0;
	char *line;

	put("view.level", SIZE);
	collect();
	touch("view.level");
	rows_collect("probe: ", NULL);
	for (line = text; (line = strstr(line, "> 3.0 ")); line++) {
		if (sscanf(line, "> 3.0 fo=%*x pid=%*u irql=%u mode=%*u fl=%x", &irql,
			   &flags) == 2 && flags & 2) {
			paging++;
			high += irql == 1;
		}
	}
	FLT_EXPECT(paging && high == paging);
}

static sigjmp_buf back;

static void on_bus(int sig)
{
	siglongjmp(back, sig);
}

/* A program maps the handle that it was given. */
static void handle(void)
{
	unsigned int want, got_sum;
	unsigned char *map;
	volatile int bus;
	int fd, got, status;
	char *line;
	pid_t pid;

	put("handle", SIZE);
	want = pattern_sum(SIZE);
	collect();
	fd = open_in(mnt, "handle", O_RDWR);
	FLT_REQUIRE(fd >= 0);
	collect();
	line = strstr(text, "handle ");
	FLT_REQUIRE(line && sscanf(line, "handle %d sum %u", &got, &got_sum) == 2 && got > 0);
	FLT_PROVES("SECT-20", got_sum == want && strstr(line, "status 00000000"));
	FLT_PROVES("SECT-20", fcntl(got, F_GETFD) == FD_CLOEXEC);
	FLT_PROVES("SECT-20", mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, got, 0) ==
			      MAP_FAILED && errno == EACCES);
	FLT_EXPECT(mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, got, 0) == MAP_FAILED);
	map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, got, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	FLT_PROVES("SECT-20", sum(map, SIZE) == want);
	FLT_PROVES("SECT-22", sum(map, SIZE) == want);
	FLT_EXPECT(mprotect(map, SIZE, PROT_READ | PROT_WRITE) && mprotect(map, SIZE,
								    PROT_READ | PROT_EXEC));

	/* It is another program's as well, as any descriptor that it inherits. */
	pid = fork();
	if (!pid)
		_exit(sum(map, SIZE) != want || close(got));
	FLT_EXPECT(waitpid(pid, &status, 0) == pid && !status);

	/* What is cut off, the mapping loses, and the view does not. */
	signal(SIGBUS, on_bus);
	FLT_PROVES("SECT-39", !ftruncate(fd, 100));
	bus = sigsetjmp(back, 1);
	if (!bus)
		printf("%d is still there\n", ((volatile unsigned char *)map)[4500]);
	FLT_PROVES("SECT-39", bus == SIGBUS);
	signal(SIGBUS, SIG_DFL);
	FLT_EXPECT(map[50] == 51);
	munmap(map, SIZE);
	close(got);
	close(fd);
	touch("check");
	FLT_PROVES("SECT-27", told("check 0 changed"));
	touch("drop");
}

/* How mappings are shown. */
static void mappings(void)
{
	static const struct {
		int prot, flags, shown;
	} rows[] = {
		{ PROT_READ, MAP_SHARED, 0x02 },
		{ PROT_READ, MAP_PRIVATE, 0x02 },
		{ PROT_READ | PROT_WRITE, MAP_SHARED, 0x04 },
		{ PROT_READ | PROT_WRITE, MAP_PRIVATE, 0x08 },
		{ PROT_EXEC, MAP_PRIVATE, 0x10 },
		{ PROT_READ | PROT_EXEC, MAP_PRIVATE, 0x20 },
		{ PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, 0x40 },
		{ PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, 0x80 },
		{ PROT_NONE, MAP_SHARED, 0x01 },
	};
	unsigned int i;
	char want[32];
	int fd, empty;
	char *map;

	put("reach", SIZE);
	put("mapped", SIZE);
	fd = open_in(mnt, "mapped", O_RDWR);
	FLT_REQUIRE(fd >= 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		collect();
		map = mmap(NULL, SIZE, rows[i].prot, rows[i].flags, fd, 0);
		FLT_EXPECT(map != MAP_FAILED);
		snprintf(want, sizeof(want), "map %02x\n", rows[i].shown);
		FLT_PROVES("SECT-02", told(want));
		munmap(map, SIZE);
	}
	close(fd);

	touch("empty");
	empty = open_in(mnt, "empty", O_RDWR);
	collect();
	map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, empty, 0);
	FLT_PROVES("SECT-10", map != MAP_FAILED && told("map 02"));
	munmap(map, SIZE);
	close(empty);

	fd = open_in(mnt, "reach", O_RDONLY);
	map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	FLT_PROVES("SECT-08", map != MAP_FAILED && map[0] == 1);
	collect();
	FLT_PROVES("SECT-08", strstr(text, "cannot be reached"));
	/* Whose fault it was, and where. */
	FLT_EXPECT(strstr(text, "driver scanner misused ProbeForRead: memory"));
	FLT_EXPECT(strstr(text, "driver scanner misused ProbeForWrite: memory"));
	FLT_EXPECT(strstr(text, "driver scanner misused MmProbeAndLockPages: memory"));
	munmap(map, SIZE);
	close(fd);
}

/* Is a page of the file in the page cache? */
static bool resident(int fd, size_t page)
{
	unsigned char vec[2] = {};
	char *map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);

	FLT_REQUIRE(map != MAP_FAILED && !mincore(map, SIZE, vec));
	munmap(map, SIZE);
	return vec[page] & 1;
}

/* What is dirty, and whether it is mapped, shows in what the filter is answered. */
static void cached(void)
{
	char page[4096] = "x", byte;
	int fd, below;
	char *map;

	put("cache", SIZE);
	fd = open_in(mnt, "cache", O_RDWR);
	below = open_in(lower, "cache", O_RDONLY);
	FLT_REQUIRE(fd >= 0 && below >= 0 && pwrite(fd, page, sizeof(page), 0) == sizeof(page));
	FLT_EXPECT(resident(below, 0));
	collect();
	touch("cache");
	FLT_PROVES("SECT-48", told("cache flush 00000000 123 purge 1 both 00000000"));
	/* What was dropped was written, since it is read anew. */
	FLT_PROVES("SECT-49", !resident(below, 0));
	FLT_PROVES("SECT-48", pread(fd, &byte, 1, 0) == 1 && byte == 'x');
	FLT_PROVES("SECT-60", strstr(text, "size 00000000 5000"));
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	map[4999] = 'y';
	touch("cache");
	FLT_PROVES("SECT-49", told("purge 0 both 00000000"));
	FLT_PROVES("SECT-51", !resident(below, 0) && !resident(below, 1));
	FLT_PROVES("SECT-51", map[4999] == 'y' && map[0] == 'x');
	munmap(map, SIZE);
	close(below);
	close(fd);
}

static void users(void)
{
	char path[PATH_MAX], copy[2 * PATH_MAX + 64], *map;
	int fd, exec;
	pid_t pid;

	put("users", SIZE);
	fd = open_in(mnt, "users", O_RDWR);
	FLT_REQUIRE(fd >= 0);
	exec = open_in(mnt, "users", O_RDONLY);
	FLT_PROVES("SECT-56", told("users writers 1 write 1 delete 1"));
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	close(exec);
	close(fd);
	exec = open_in(mnt, "users", O_RDONLY);
	FLT_PROVES("SECT-56", told("users writers 1 write 1 delete 0"));
	FLT_PROVES("SECT-55", strstr(text, "write 1 delete 0"));
	FLT_PROVES("SECT-57", strstr(text, "writers 1"));
	munmap(map, SIZE);
	close(exec);
	exec = open_in(mnt, "users", O_RDONLY);
	FLT_PROVES("SECT-56", told("users writers 0 write 1 delete 1"));
	FLT_PROVES("SECT-57", strstr(text, "writers 0"));
	map = mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, exec, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	fd = open_in(mnt, "users", O_RDONLY);
	FLT_PROVES("SECT-55", told("users writers 0 write 0 delete 0"));
	munmap(map, SIZE);
	close(exec);
	close(fd);

	/* A program that runs. */
	snprintf(path, sizeof(path), "%s/users.program", mnt);
	snprintf(copy, sizeof(copy), "cp /bin/busybox %s && chmod 755 %s", path, path);
	if (system(copy)) {
		printf("no program to run\n");
		return;
	}
	collect();
	pid = fork();
	if (!pid) {
		execl(path, "sleep", "60", NULL);
		_exit(1);
	}
	/* It runs when its own open and mappings are over. */
	for (fd = 0; fd < 200; fd++) {
		collect();
		exec = open_in(mnt, "users.program", O_RDONLY);
		close(exec);
		collect();
		if (strstr(text, "write 0 delete 0"))
			break;
		usleep(20000);
	}
	FLT_PROVES("SECT-55", strstr(text, "users writers 0 write 0 delete 0"));
	/* The answer is only an answer. */
	FLT_PROVES("SECT-55", !unlink(path));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The same where the data is in a page cache of the mount's own, and only there. */
static void own(bool direct)
{
	const char page[4096] = "kept back";
	unsigned int want;
	char line[64];
	int fd;

	FLT_REQUIRE(!twin_load("passthru"));
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "cache=own,write=back"));
	view("view.own");
	view("low.own");
	fd = open_in(mnt, "view.kept", O_CREAT | O_RDWR);
	FLT_REQUIRE(fd >= 0 && pwrite(fd, page, 4096, 700) == 4096);
	want = read_sum("view.kept");
	collect();
	touch("view.kept");
	snprintf(line, sizeof(line), "view %u of %d in 8192", want, 4096 + 700);
	FLT_PROVES("SECT-22", told(line));
	close(fd);
	conflicts(direct);
	overwritten();
	closed_by_it();
	late();
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "cache=lower,write=through"));
	FLT_REQUIRE(!twin_unload("passthru", true));
}

int main(void)
{
	const char *type = getenv("LOWER_FS");
	bool disk = type && strcmp(type, "tmpfs");

	mnt = getenv("MNT");
	lower = getenv("LOWER");
	setvbuf(stdout, NULL, _IOLBF, 0);
	direct_buffer = aligned_alloc(4096, 4096);
	memset(direct_buffer, 0, 4096);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("scanner"));
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	view("view");
	view("low");
	refused();
	conflicts(disk);
	overwritten();
	closed_by_it();
	late();
	piece();
	handle();
	mappings();
	if (disk)
		cached();
	users();

	/* With a filter that changes what is read, between the two instances. */
	FLT_REQUIRE(!twin_load("bufctx"));
	view("view.flip");
	view("low.flip");
	FLT_REQUIRE(!twin_unload("bufctx", true));
	FLT_REQUIRE(!twin_load("probe"));
	level_of_copies();
	FLT_REQUIRE(!twin_unload("probe", true));
	FLT_REQUIRE(!twin_load("answer"));
	odd_reads();
	FLT_REQUIRE(!twin_unload("answer", true));

	own(disk);

	/* What is left is closed for the filter, and said. */
	touch("leave");
	put("leave", SIZE);
	touch("leave");
	FLT_EXPECT(told("kept 00000000 of 5000"));
	FLT_REQUIRE(!twin_unload("scanner", true));
	collect();
	FLT_PROVES("SECT-33", strstr(text, "leave was left open"));
	FLT_PROVES("SECT-29", strstr(text, "was never unmapped"));
	FLT_PROVES("SECT-01", strstr(text, "acquired"));
	FLT_REQUIRE(!umount(mnt) && !twin_unload("fltshim", false));
	return prove_status();
}
