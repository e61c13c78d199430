// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are mapped, from their open to the end of the volume, as a filter sees them where the
 * mount has its own page cache: worked sequences of section 9 of the map, and what the cache's own
 * methods have to keep (section 10). With the filter "probe"; "answer" fails a read of a page.
 *
 * needs: kernels=6.1,6.12 filters=probe,answer time=60
 */
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>

#include "../events.h"
#include "../waiters.h"

#define PAGE	4096
#define PAGES	8

static char data[PAGES * PAGE] __attribute__((aligned(PAGE)));
static char *map;
static int root;

static void make(const char *name, size_t length)
{
	int out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);
	size_t i;

	for (i = 0; i < length; i++)
		data[i] = '0' + i % 10;
	FLT_REQUIRE(out >= 0 && write(out, data, length) == (ssize_t)length);
	close(out);
}

static bool lies_below(const char *name, const char *want)
{
	char found[64] = "";
	int in = open(below(name), O_RDONLY);
	ssize_t got = read(in, found, sizeof(found) - 1);

	close(in);
	return got == (ssize_t)strlen(want) && !strcmp(found, want);
}

static void have_f_below(void)
{
	make("f", 10);
}

static void open_and_map(void)
{
	fd = open("f", O_RDWR);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(fd >= 0 && map != MAP_FAILED && !madvise(map, PAGE, MADV_RANDOM));
}

static void map_and_sync(void)
{
	open_and_map();
	FLT_EXPECT(map[0] == '0');
	map[3] = 'x';
	FLT_EXPECT(!msync(map, PAGE, MS_SYNC) && lies_below("f", "012x456789"));
	FLT_EXPECT(!munmap(map, PAGE) && !close(fd));
	fd = -1;
	FLT_EXPECT(comes(CLOSE, 1));
}

static void close_and_flush(void)
{
	open_and_map();
	map[3] = 'x';
	FLT_EXPECT(!close(fd));
	fd = -1;
	FLT_EXPECT(lies_below("f", "0123456789"));
	FLT_EXPECT(!syncfs(root) && lies_below("f", "012x456789"));
	FLT_EXPECT(comes(CLOSE, 1) && !munmap(map, PAGE));
	FLT_EXPECT(comes(CLOSE, 2));
}

#define MAPPED		"CREATE a \\f OPEN 12019f 60 =1; ACQUIRE_SECTION a 1 4; RELEASE_SECTION a; " \
			"READ a 0 4096 NOCACHE PAGING* =10; "

static const struct row rows[] = {
	{ "VFS-721", "mapped, changed and synced", have_f_below, map_and_sync,
	  MAPPED "ACQUIRE_CC_FLUSH a; WRITE a 0 4096 NOCACHE PAGING SYNC =4096; "
	  "RELEASE_CC_FLUSH a; FLUSH_BUFFERS a minor=4; " CLOSED("a") },
	{ "VFS-722", "closed before it is written", have_f_below, close_and_flush,
	  MAPPED "CLEANUP a; ACQUIRE_MOD_WRITE a to 10; WRITE a 0 4096 NOCACHE PAGING* =4096; "
	  "RELEASE_MOD_WRITE a; CREATE b * =1; FLUSH_BUFFERS b; " CLOSED("b") "; CLOSE a" },
};

static void look_closer(const char *what)
{
	if (strcmp(what, "closed before it is written"))
		return;
	FLT_PROVES("VFS-722", event(WRITE, 0)->before.flags & 0x4000 &&
		   event(CLEANUP, 0) < event(WRITE, 0) && event(WRITE, 0) < event(CLOSE, 1));
	FLT_PROVES("VFS-722", event(WRITE, 0)->pid != (unsigned int)getpid());
}

/* A program without a loader, which is this one. */
static void execute(void)
{
	int in = open("/proc/self/exe", O_RDONLY);
	int out = open(below("prog"), O_CREAT | O_WRONLY, 0755), status;
	unsigned int i, section = SEQ_MAX, paged = 0, runs = 0, others = 0;
	ssize_t got;
	pid_t child;

	while ((got = read(in, data, sizeof(data))) > 0)
		FLT_REQUIRE(write(out, data, got) == got);
	FLT_REQUIRE(!got && !close(in) && !close(out));
	seq_start();
	child = fork();
	if (!child) {
		execl("prog", "prog", "only", NULL);
		_exit(99);
	}
	FLT_EXPECT(waitpid(child, &status, 0) == child && !status);
	FLT_EXPECT(comes(CLOSE, 1));
	for (i = 0; i < seq_count; i++) {
		const struct seq_event *one = &seq_events[i];

		others += one->object != seq_events[0].object;
		if (one->major == 0xff && one->detail[1] & 0xf0) {
			runs++;
			if (section == SEQ_MAX)
				section = i;
			FLT_PROVES("VFS-723", seq_events[i + 1].major == 0xfe);
		}
		paged += one->major == READ && one->flags & 2 && i > section;
	}
	FLT_PROVES("VFS-723", !seq_events[0].major && seq_events[0].detail[0] & 0x20 && !others);
	FLT_PROVES("VFS-723", event(READ, 0)->mode == 0 && event(READ, 0)->detail[0] == 256 &&
		   !event(READ, 0)->detail[3] && !(event(READ, 0)->flags & 2));
	FLT_PROVES("VFS-723", runs >= 1 && paged >= 1);
	FLT_PROVES("VFS-723", seq_count < SEQ_MAX && seq_count > 4 &&
		   seq_events[seq_count - 2].major == CLEANUP &&
		   seq_events[seq_count - 1].major == CLOSE);
}

static sigjmp_buf jump;

static void on_bus(int unused)
{
	(void)unused;
	siglongjmp(jump, 1);
}

/* Does it fail to be read, or changed? */
static bool bus_error(volatile char *at, bool change)
{
	volatile bool signalled = true;

	signal(SIGBUS, on_bus);
	if (!sigsetjmp(jump, 1)) {
		if (change)
			*at = 'x';
		else
			(void)*at;
		signalled = false;
	}
	signal(SIGBUS, SIG_DFL);
	return signalled;
}

/* A page that could not be read is nobody's: who needs it next gets it. */
static void failed_read(void)
{
	const char *name = "f=03ac0000185";
	char *second;

	FLT_REQUIRE(!twin_load("answer"));
	make(name, 10);
	fd = open(name, O_RDWR);
	second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	FLT_PROVES("VFS-979", fd >= 0 && second != MAP_FAILED);
	FLT_PROVES("VFS-979", bus_error(second, false) && bus_error(second, false));
	FLT_PROVES("VFS-979", pread(fd, data, 5, 0) < 0 && errno == EIO);
	FLT_PROVES("VFS-979", !ftruncate(fd, 0) && bus_error(second, false));
	FLT_REQUIRE(!twin_unload("answer", true));
	FLT_PROVES("VFS-979", pwrite(fd, "abc", 3, 0) == 3 && second[0] == 'a' &&
		   lies_below(name, "abc"));
	FLT_EXPECT(!munmap(second, PAGE) && !close(fd));
}

/* What is to be on the disk is there, all of it. */
static void all_pages(void)
{
	unsigned int i, wrong = 0;
	char byte;
	int in;

	make("pages", sizeof(data));
	fd = open("pages", O_RDWR);
	map = mmap(NULL, sizeof(data), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	for (i = 0; i < PAGES; i += 2)
		map[i * PAGE + 5] = 'A' + i;
	FLT_PROVES("VFS-980", !fsync(fd));
	in = open(below("pages"), O_RDONLY);
	for (i = 0; i < PAGES; i++) {
		wrong += pread(in, &byte, 1, i * PAGE + 5) != 1;
		wrong += byte != (char)(i & 1 ? '0' + (i * PAGE + 5) % 10 : 'A' + i);
	}
	FLT_PROVES("VFS-980", !wrong);
	close(in);
}

static char *page_to_change;

CALLS(change_page, page_to_change[7] = 'y')

static bool in_fault(const char *stack)
{
	return strstr(stack, "page_mkwrite") || strstr(stack, "do_page_mkwrite");
}

/* A page becomes one that is written: nobody is asked, a freeze holds it, and none is beyond the end. */
static void write_faults(void)
{
	/* (the file and the mapping of all_pages()) */
	seq_start();
	map[PAGE] = 'y';
	seq_stop();
	FLT_PROVES("VFS-875", !seq_count);
	FLT_PROVES("VFS-981", map[PAGE] == 'y' && !fsync(fd));
	FLT_REQUIRE(!ioctl(root, FIFREEZE, 0));
	page_to_change = map + 2 * PAGE;
	FLT_EXPECT(page_to_change[0]);
	seq_start();
	begin_in(change_page, in_fault);
	FLT_PROVES("VFS-875", !waitpid(waiter, NULL, WNOHANG));
	FLT_REQUIRE(!ioctl(root, FITHAW, 0));
	FLT_PROVES("VFS-875", ends(waiter));
	seq_stop();
	FLT_PROVES("VFS-875", !count(READ) && !count(WRITE) && !count(0xff));
	FLT_PROVES("VFS-981", map[2 * PAGE + 7] == 'y');
	FLT_EXPECT(map[5 * PAGE]);
	FLT_REQUIRE(!ftruncate(fd, 3 * PAGE));
	FLT_PROVES("VFS-981", bus_error(map + 5 * PAGE, true) && !bus_error(map + PAGE, true));
	FLT_EXPECT(!munmap(map, sizeof(data)) && !close(fd));
}

/* A file that is forgotten by its name, but whose pages are there, is not lost. */
static void kept_inode(void)
{
	char from[PATH_MAX];

	FLT_REQUIRE(!mkdir(below("d"), 0755));
	make("d/f", 10);
	fd = open("d/f", O_RDONLY);
	/* A change in the clock's tick of the last close might come again: then it is read anew. */
	usleep(50000);
	FLT_REQUIRE(read(fd, data, 100) == 10 && !close(fd));
	snprintf(from, sizeof(from), "%s", below("d"));
	FLT_REQUIRE(!rename(from, below("e")));
	FLT_EXPECT(access("d/f", F_OK) && errno == ENOENT);
	fd = open("e/f", O_RDONLY);
	seq_start();
	FLT_PROVES("VFS-982", read(fd, data, 100) == 10 && !memcmp(data, "0123456789", 10));
	seq_stop();
	if (!FLT_PROVES("VFS-982", !strcmp(seq_render(), "READ a 0 100 =10")))
		printf("%s\n", seq_render());
	close(fd);
}

/* All of it is written before the volume goes, and nothing is left open. */
static void the_end(const char *mnt)
{
	make("last", 10);
	close(root);
	seq_start();
	fd = open("last", O_RDWR);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FLT_REQUIRE(map != MAP_FAILED);
	map[3] = 'x';
	close(fd);
	sync();
	FLT_PROVES("VFS-740", lies_below("last", "012x456789"));
	FLT_EXPECT(comes(CLOSE, 1));
	FLT_PROVES("VFS-740", count(0xfd) == 1 && count(WRITE) == 1 && count(0xfc) == 1 &&
		   event(0xfd, 0) < event(WRITE, 0) && event(WRITE, 0) < event(0xfc, 0) &&
		   event(WRITE, 0)->pid != (unsigned int)getpid());
	FLT_PROVES("VFS-740", count(9) == 1 && event(0xfc, 0) < event(CREATE, 1) &&
		   event(CREATE, 1) < event(9, 0) && event(9, 0) < event(CLEANUP, 1) &&
		   event(CLEANUP, 1) < event(CLOSE, 0) &&
		   event(9, 0)->object == event(CLOSE, 0)->object);
	map[4] = 'y';
	FLT_REQUIRE(!munmap(map, PAGE) && !chdir("/"));
	FLT_EXPECT(comes(CLOSE, 2));
	/* what the last closes have let go is let go a moment later */
	while (umount(mnt) && errno == EBUSY)
		usleep(10000);
	FLT_PROVES("VFS-740", torn_down() && !strcmp(seq_teardown, "8"));
	FLT_PROVES("VFS-740", lies_below("last", "012xy56789") && count(WRITE) == 2);
	FLT_PROVES("VFS-740", event(WRITE, 1) < event(CLOSE, 1) && count(0xec) == 1 &&
		   event(CLOSE, 1) < event(0xec, 0));
	FLT_PROVES("VFS-740", count(CREATE) == 2 && count(CLEANUP) == 2 && count(CLOSE) == 2 &&
		   !instances());
}

int main(int argc, char **argv)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	unsigned int i;

	(void)argv;
	if (argc > 1)
		return 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own"));
	root = open(mnt, O_RDONLY);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seq_row(&rows[i]);
		look_closer(rows[i].what);
	}
	FLT_REQUIRE(!chdir(mnt));
	execute();
	failed_read();
	all_pages();
	write_faults();
	kept_inode();
	the_end(mnt);
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
