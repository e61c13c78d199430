// SPDX-License-Identifier: GPL-2.0
/*
 * What is locked while a filter's callback runs: what section 8.1 of the map says that the VFS has
 * locked, and nothing that fltfs, its page cache or the file system below it has (8.4). The filter
 * "answer" waits in its callbacks, before and after the operation, and others try what they could
 * not do if more were locked; and in the operations of the page cache what they cannot do.
 *
 * needs: lower=any kernels=6.1,6.12 filters=probe,answer time=90 parallel=yes
 */
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/file.h>

#include "../waiters.h"

#define PAGE	4096

static char data[4 * PAGE] __attribute__((aligned(PAGE)));
static char name[64], other_name[64];
CALLS(do_open, open(name, O_RDONLY))
CALLS(do_read, (void)!read(open(name, O_RDONLY), data, 5))
CALLS(do_write, (void)!write(open(name, O_RDWR), data, 5))
CALLS(do_sync, fsync(open(name, O_RDWR)))
CALLS(do_get, getxattr(name, "trusted.a", data, 9))
CALLS(do_lock, flock(open(name, O_RDWR), LOCK_EX))
CALLS(do_ioctl, ioctl(open(name, O_RDWR), _IO('Q', 1)))
CALLS(do_stat, fstat(open(name, O_RDWR), &(struct stat){ 0 }))
CALLS(do_create, open(name, O_CREAT | O_RDWR, 0644))
CALLS(do_mkdir, mkdir(name, 0755))
CALLS(do_unlink, unlink(name))
CALLS(do_link, link(name, "d/l"))
CALLS(do_rename, rename(name, "e/g"))
CALLS(do_mode, chmod(name, 0600))
CALLS(do_set, setxattr(name, "trusted.a", "1", 1, 0))
CALLS(do_truncate, truncate(name, 3))
CALLS(do_allocate, fallocate(open(name, O_RDWR), 0, 0, 1000))
CALLS(do_punch, fallocate(open(name, O_RDWR), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 5))
CALLS(do_list, struct dirent *e; DIR *dir = opendir(name); while ((e = readdir(dir))) ;
      closedir(dir))
CALLS(do_syncfs, syncfs(open(getenv("MNT"), O_RDONLY)))
CALLS(do_statfs, syscall(SYS_statfs, getenv("MNT"), data))

/*
 * The file and the folder below: all of this is done on the lower file system itself, which is
 * frozen in between. Nothing of it waits.
 */
static char lower_file[PATH_MAX], lower_new[PATH_MAX + 16], lower_root[PATH_MAX];

CALLS(use_below, int root = open(lower_root, O_RDONLY);
      int out = open(lower_file, O_RDWR | O_NONBLOCK);
      if (ioctl(root, FIFREEZE, 0) || ioctl(root, FITHAW, 0)) pause();
      if (out >= 0 && (pwrite(out, data, 1, 0) != 1 || ftruncate(out, 20) || fsync(out))) pause();
      chmod(lower_file, 0640); setxattr(lower_file, "trusted.b", "1", 1, 0);
      close(open(lower_new, O_CREAT | O_RDWR, 0600)); unlink(lower_new))

static void say_below(const char *folder)
{
	snprintf(lower_root, sizeof(lower_root), "%s", getenv("LOWER"));
	snprintf(lower_file, sizeof(lower_file), "%s/%s", getenv("LOWER"), name);
	snprintf(lower_new, sizeof(lower_new), "%s/%snew-below", getenv("LOWER"), folder);
}

static bool nothing_below(void (*call)(void))
{
	bool good;

	begin(call);
	good = soon(use_below);
	if (!good)
		printf("%s: something below is locked\n", name);
	good = end() && good;
	return go_on() && good;
}

/*
 * MAJOR is the function in which the filter waits, before it ("w") and, where AFTER says so, after
 * it ("z"). What is made anew is not there before.
 */
static const struct {
	void (*call)(void);
	const char *folder;
	unsigned int major;
	bool made, after;
} table[] = {
	{ do_open, "", 0, false, true },
	{ do_read, "", 3, false, true },
	{ do_sync, "", 9, false, true },
	{ do_get, "", 7, false, true },
	{ do_lock, "", 0x11, false, true },
	{ do_ioctl, "", 0xe, false, true },
	{ do_stat, "", 5, false, true },
	{ do_write, "", 4, false, true },
	{ do_allocate, "", 6, false, true },
	{ do_punch, "", 0xd, false, true },
	{ do_create, "d/", 0, true, true },
	{ do_mkdir, "d/", 0, true, false },
	{ do_unlink, "d/", 6, false, true },
	{ do_link, "d/", 6, false, true },
	{ do_rename, "d/", 6, false, true },
	{ do_mode, "", 0x15, false, true },
	{ do_set, "", 8, false, true },
	{ do_truncate, "", 6, false, true },
};

static void every_operation(void)
{
	unsigned int i, after;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (after = 0; after <= table[i].after; after++) {
			snprintf(name, sizeof(name), "%sf=%02x%c" LONG_WAIT, table[i].folder,
				 table[i].major, after ? 'z' : 'w');
			say_below(table[i].folder);
			if (!table[i].made)
				file(name);
			FLT_PROVES("VFS-913", nothing_below(table[i].call));
			unlink(below("d/l"));
			unlink(below("e/g"));
			unlink(below(name));
			rmdir(below(name));
		}
	}
	for (after = 0; after < 2; after++) {
		snprintf(name, sizeof(name), "l=0c%c" LONG_WAIT, after ? 'z' : 'w');
		say_below(name);
		snprintf(lower_new, sizeof(lower_new), "%s/new-below", lower_file);
		FLT_REQUIRE(!mkdir(below(name), 0755));
		FLT_PROVES("VFS-913", nothing_below(do_list));
		FLT_REQUIRE(!rmdir(below(name)));
	}
}

/* The volume's own operations: a file whose name has '!' says what is done with them. */
static void volume(void)
{
	static const char *const names[] = { "x!09w" LONG_WAIT, "x!09z" LONG_WAIT,
					     "x!0aw" LONG_WAIT };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s", names[i]);
		file(name);
		close(open(name, O_RDONLY));
		say_below("");
		FLT_PROVES("VFS-913", nothing_below(i < 2 ? do_syncfs : do_statfs));
		FLT_EXPECT(!unlink(below(name)));
	}
	file("x!000" LONG_WAIT);
	close(open("x!000" LONG_WAIT, O_RDONLY));
}

/* Opens or shuts a gate of the filter's. */
static void gate(const char *which)
{
	file(which);
	close(open(which, O_RDONLY));
}

#define NOBODY_WAITS	"gate!ffh00000001"
#define ALL_WAIT	"gate!ffh00000000"

/* In the mount's own page cache. */

static char *map_it(int protection)
{
	return mmap(NULL, PAGE, protection, MAP_SHARED, open(name, O_RDWR), 0);
}

CALLS(do_map, map_it(PROT_READ))
CALLS(do_fault, *(volatile char *)map_it(PROT_READ))
CALLS(do_msync, char *map = map_it(PROT_READ | PROT_WRITE); *map = 'x';
      msync(map, PAGE, MS_SYNC))

/* What others do meanwhile. */
CALLS(look_at_maps, snprintf(data, sizeof(data), "/proc/%d/maps", waiter);
      int in = open(data, O_RDONLY); (void)!read(in, data, sizeof(data)); close(in))
CALLS(read_it, (void)!pread(open(other_name, O_RDONLY), data, PAGE, 0))
/* (a whole page, which need not be read first) */
CALLS(write_it, (void)!pwrite(open(other_name, O_RDWR), data, PAGE, 2 * PAGE))
CALLS(change_it, chmod(other_name, 0640))
CALLS(cut_it, truncate(other_name, PAGE))
CALLS(fault_elsewhere, char *map = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED,
			     open(other_name, O_RDWR), 0); *(volatile char *)(map + PAGE))
CALLS(read_elsewhere, (void)!pread(open(other_name, O_RDONLY), data, 1, 3 * PAGE))

/* Each what one of those waits for, by what it sleeps in. */
static bool first_is(const char *stack, const char *function)
{
	const char *first = strstr(stack, "] ");

	return first && !strncmp(first + 2, function, strlen(function));
}

static bool in_mmap_lock(const char *stack)
{
	return first_is(stack, "m_start");
}

static bool in_inode_lock(const char *stack)
{
	return strstr(stack, "vfs_write") && first_is(stack, "fltfs_");
}

static bool in_pages_lock(const char *stack)
{
	return strstr(stack, "notify_change") && !in_filter(stack);
}

static bool in_folio(const char *stack)
{
	return strstr(stack, "filemap_") && !in_filter(stack);
}

static bool in_write_back(const char *stack)
{
	return strstr(stack, "fltfs_copies_wait") || first_is(stack, "folio_wait_writeback");
}

/* It waits there for as long as the one in the filter does. */
static bool waits_in(void (*call)(void), bool (*there)(const char *stack))
{
	pid_t child = child_of(call);

	if (!sleeps(child, there)) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		return false;
	}
	waiting[nr_waiting++] = child;
	return true;
}

/* Somebody waits in a callback, and others do what WITH says. */
static bool meanwhile(void (*call)(void), bool (*with)(void))
{
	bool good;

	begin(call);
	good = with();
	good = end() && good;
	return go_on() && good;
}

/* The same where it is paging I/O that waits, which is begun again when its caller is killed. */
static bool meanwhile_paging(void (*call)(void), bool (*with)(void))
{
	bool good;

	begin(call);
	good = with();
	good = end() && good;
	gate(NOBODY_WAITS);
	good = go_on() && good;
	gate(ALL_WAIT);
	return good;
}

/* (a name of its own for the others, of which the filter knows nothing) */
static bool of_write(void)
{
	return soon(read_elsewhere) && soon(write_it) && soon(change_it);
}

static bool of_nested_read(void)
{
	return waits_in(write_it, in_inode_lock);
}

static bool of_map(void)
{
	return soon(read_it) && soon(write_it) && waits_in(look_at_maps, in_mmap_lock);
}

static bool of_write_back(void)
{
	return soon(read_it) && waits_in(do_syncfs, in_write_back);
}

/* A file that nobody has read yet, with another name. */
static void begin_file(const char *what, const char *action)
{
	static int keeper = -1;

	static unsigned int number;
	char link_to[PATH_MAX];
	int out;

	snprintf(name, sizeof(name), "c%u=%s%s" LONG_WAIT, ++number, what, action);
	snprintf(other_name, sizeof(other_name), "other-%u", number);
	out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);
	memset(data, '7', sizeof(data));
	FLT_REQUIRE(out >= 0 && write(out, data, sizeof(data)) == sizeof(data));
	close(out);
	snprintf(link_to, sizeof(link_to), "%s", below(name));
	FLT_REQUIRE(!link(link_to, below(other_name)));
	/* What is written when this closes would wait in the filter as well. */
	gate(NOBODY_WAITS);
	close(keeper);
	gate(ALL_WAIT);
	/*
	 * Where the filter is to wait in what a program asks for, and not in paging I/O, that is
	 * done for another open of the file, which is there before.
	 */
	keeper = strcmp(what, "03") && action[0] != 'y' ? open(other_name, O_RDWR) : -1;
}

/* What changes the size holds the inode, and no page or range of them. */
static bool of_change(void)
{
	return soon(read_elsewhere) && soon(fault_elsewhere);
}

/* The page that is being read is nobody's until it has been, and so is where the file ends. */
static void of_a_fault(void)
{
	int status;
	bool good;

	begin_file("03", "g");
	begin(do_fault);
	good = waits_in(read_it, in_folio) && waits_in(cut_it, in_pages_lock);
	FLT_PROVES("VFS-914", good && !waitpid(waiter, NULL, WNOHANG));
	gate("gate!ffg00000001");
	FLT_PROVES("VFS-874", good && waitpid(waiter, &status, 0) == waiter && !status && go_on());
}

static void own_cache(void)
{
	const char *mnt = getenv("MNT");
	unsigned int after;

	/* so that pages are not written at once, which the filter would see as well */
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "cache=own,write=back"));
	for (after = 0; after < 2; after++) {
		begin_file("04", after ? "z" : "w");
		FLT_PROVES("VFS-872", meanwhile(do_write, of_write));
		begin_file("0d", after ? "z" : "w");
		FLT_PROVES("VFS-913", meanwhile(do_punch, of_write));
		begin_file("06", after ? "z" : "w");
		FLT_PROVES("VFS-913", meanwhile(do_truncate, of_change));
	}
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "write=through"));
	/* a part of a page is read in the midst of its write */
	begin_file("03", "y");
	FLT_PROVES("VFS-872", meanwhile_paging(do_write, of_nested_read));
	begin_file("ff", "w");
	FLT_PROVES("VFS-873", meanwhile(do_map, of_map));
	of_a_fault();
	begin_file("04", "y");
	FLT_PROVES("VFS-876", meanwhile_paging(do_msync, of_write_back));
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe") && !twin_load("answer"));
	FLT_REQUIRE(!mkdir(below("d"), 0755) && !mkdir(below("e"), 0755));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	FLT_REQUIRE(!access("d", F_OK));
	every_operation();
	volume();
	own_cache();
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("answer", true) && !twin_unload("probe", true) &&
		    !twin_unload("fltshim", false));
	return prove_status();
}
