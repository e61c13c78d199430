// SPDX-License-Identifier: GPL-2.0
/*
 * Early create (section 8.3 of the map): a filter that thinks long about a new file stops nobody
 * else in its directory, and nobody can tell that the directory was let go meanwhile. "answer"
 * waits in its pre-operation as the name of a file says; "probe", above it, shows each create and
 * how it ended.
 *
 * needs: lower=any kernels=6.1,6.12,debug filters=probe,answer,passthru time=120 long=1800
 * needs: parallel=yes
 */
#include <sys/inotify.h>
#include <linux/fs.h>

#include "../waiters.h"

CALLS(slow_create, open("d/new=00w" LONG_WAIT, O_CREAT | O_RDWR, 0644))
CALLS(slow_mknod, mknod("d/nod=00w" LONG_WAIT, S_IFREG | 0644, 0))
CALLS(make_there, close(open("d/there", O_CREAT | O_RDWR, 0644)); unlink("d/there"))
CALLS(change_there, mkdir("d/dir", 0755); rename("d/dir", "d/dir2"); rmdir("d/dir2"))
CALLS(look_there, access("d/not-known-yet", F_OK); access("d/new=00w" LONG_WAIT, F_OK))
CALLS(freeze, int root = open(getenv("MNT"), O_RDONLY);
      if (!ioctl(root, FIFREEZE, 0)) ioctl(root, FITHAW, 0))

/* What others can do while a filter waits. */
static void others(void)
{
	pid_t first;

	begin(slow_create);
	FLT_PROVES("VFS-901", soon(make_there) && soon(change_there) && soon(look_there));
	FLT_PROVES("VFS-907", access("d/new=00w" LONG_WAIT, F_OK) && errno == ENOENT);
	/* a second one that wants the same name does not hold the directory either */
	first = waiter;
	begin(slow_create);
	FLT_PROVES("VFS-907", soon(make_there) && soon(look_there));
	FLT_PROVES("VFS-907", end());
	/* nor does it hold up who freezes, while the mount stays writable */
	FLT_PROVES("VFS-907", soon(freeze));
	FLT_PROVES("VFS-907", mount(NULL, getenv("MNT"), NULL, MS_REMOUNT | MS_RDONLY, NULL) &&
		   errno == EBUSY);
	waiter = first;
	FLT_PROVES("VFS-916", end() && access(below("d/new=00w" LONG_WAIT), F_OK));
	go_on();
}

/* What is made under the lock, and then keeps the directory. */
static void locked(void)
{
	begin(slow_mknod);
	FLT_PROVES("VFS-902", held(make_there));
	FLT_PROVES("VFS-902", end() && go_on() && soon(make_there));
}

/* Children that open a name, and what became of each. */
enum { MADE = 1, OTHER_USER = 2 };

struct race {
	const char *id, *name;
	int flags, how;
	void (*act)(const struct race *race);
	int want;		/* errno */
	char content;		/* first byte; 0: an empty file, or nothing to read */
	const char *creates;	/* STATUS:INFORMATION of each */
};

static void move(const struct race *race)
{
	char from[PATH_MAX];

	snprintf(from, sizeof(from), "d/from-%c", race->name[2]);
	FLT_EXPECT(!rename(from, race->name));
}

static void make_below(const struct race *race)
{
	file(race->name);
}

static void make_and_remove_below(const struct race *race)
{
	file(race->name);
	FLT_EXPECT(!unlink(below(race->name)));
}

/* The very dentry that is waited with gets a file, and goes elsewhere with it. */
static void make_and_move(const struct race *race)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(from, sizeof(from), "d/from-%c", race->name[2]);
	snprintf(to, sizeof(to), "e/moved-%c", race->name[2]);
	FLT_EXPECT(!link(from, race->name) && !rename(race->name, to));
}

static void make_move_and_remove(const struct race *race)
{
	char to[PATH_MAX];

	make_and_move(race);
	snprintf(to, sizeof(to), "e/moved-%c", race->name[2]);
	FLT_EXPECT(!unlink(to));
}

/* ... and its folder goes, which it was the last one in. */
static void make_move_and_remove_folder(const struct race *race)
{
	FLT_EXPECT(!link("r/from", race->name) && !rename(race->name, "e/moved-r") &&
		   !unlink("r/from") && !rmdir("r"));
}

static void remove_folder(const struct race *race)
{
	(void)race;
	FLT_EXPECT(!rmdir("i"));
}

static void move_folder(const struct race *race)
{
	(void)race;
	FLT_EXPECT(!rename("m", "m2"));
}

#define NAME(x)	x "=00g00000000"

static const struct race races[] = {
	{ "VFS-108", NAME("d/a"), O_CREAT | O_RDWR, 0, move, 0, '0', "0:1 " },
	{ "VFS-107", NAME("d/b"), O_CREAT | O_EXCL | O_RDWR, 0, move, EEXIST, 0, "c0000035:4 " },
	{ "VFS-905", NAME("d/c"), O_CREAT | O_RDWR, 0, move, 0, '0', "104:a000001d 0:1 " },
	{ "VFS-905", NAME("d/d"), O_CREAT | O_RDWR | O_NOFOLLOW, 0, move, ELOOP, 0,
	  "104:a000001d " },
	{ "VFS-905", NAME("d/e"), O_CREAT | O_RDWR, 0, move, EISDIR, 0, "c00000ba:0 " },
	{ "VFS-105", NAME("d/f"), O_RDWR, 0, move, 0, '0', "0:1 " },
	{ "VFS-905", NAME("d/g"), O_CREAT | O_RDWR | O_NONBLOCK, 0, move, 0, 0, "104:80000024 " },
	{ "VFS-904", NAME("d/h"), O_CREAT | O_RDWR | O_TRUNC, OTHER_USER, move, EACCES, 0,
	  "c0000022:0 " },
	{ "VFS-907", NAME("i/i"), O_CREAT | O_RDWR, 0, remove_folder, ENOENT, 0, "c0000034:0 " },
	{ "VFS-108", NAME("d/j"), O_CREAT | O_RDWR, 0, make_below, 0, '0', "0:1 " },
	{ "VFS-905", NAME("d/k"), O_CREAT | O_RDWR, MADE, make_and_remove_below, 0, 0, "0:2 " },
	{ "VFS-903", NAME("d/l"), O_CREAT | O_EXCL | O_RDWR, MADE, NULL, 0, 0, "0:2 " },
	{ "VFS-907", NAME("m/m"), O_CREAT | O_RDWR, MADE, move_folder, 0, 0, "0:2 " },
	{ "VFS-105", NAME("d/n"), O_RDONLY, 0, NULL, ENOENT, 0, "c0000034:5 " },
	{ "VFS-108", NAME("d/o"), O_CREAT | O_RDWR | O_TRUNC, 0, move, 0, 0, "0:3 " },
	{ "VFS-905", NAME("d/p"), O_CREAT | O_RDWR, MADE, make_move_and_remove, 0, 0, "0:2 " },
	{ "VFS-905", NAME("d/q"), O_CREAT | O_RDWR, MADE, make_and_move, 0, 0, "0:2 " },
	{ "VFS-907", NAME("r/r"), O_CREAT | O_RDWR, 0, make_move_and_remove_folder, ENOENT, 0,
	  "c0000034:0 " },
};

#define NR_RACES (sizeof(races) / sizeof(races[0]))

/* What a child found. */
struct found {
	int error;
	char first;
};

static void race_child(const struct race *race, volatile struct found *found)
{
	char first = 0;
	int in;

	if (race->how & OTHER_USER && setresuid(65534, 65534, 65534))
		_exit(1);
	in = open(race->name, race->flags, 0644);
	found->error = in < 0 ? errno : 0;
	if (in >= 0 && read(in, &first, 1) == 1)
		found->first = first;
	close(in);
	_exit(0);
}

/* The creates of a process, in order. */
static const char *creates_of(pid_t pid)
{
	static char text[256];
	unsigned int i, used = 0;

	text[0] = 0;
	for (i = 0; i < seq_count; i++) {
		if (seq_events[i].major || (pid_t)seq_events[i].pid != pid)
			continue;
		used += snprintf(text + used, sizeof(text) - used, "%x:%llx ",
				 seq_events[i].done ? seq_events[i].status : ~0U,
				 seq_events[i].information);
	}
	return text;
}

/* Has the filter above seen that many creates begin? */
static bool seen_begin(unsigned int want)
{
	unsigned int i, count = 0;

	seq_stop();
	for (i = 0; i < seq_count; i++)
		count += !seq_events[i].major;
	return count >= want;
}

static void lost_races(void)
{
	volatile struct found *found = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[NR_RACES];
	unsigned int i;

	file("d/from-a"), file("d/from-b"), file("d/from-f"), file("d/from-h"), file("d/from-o");
	file("d/from-p"), file("d/from-q");
	file("d/target");
	FLT_REQUIRE(!chmod(below("d/from-h"), 0600) && !chmod(below("d"), 0777));
	FLT_REQUIRE(!symlink("target", below("d/from-c")) &&
		    !symlink("target", below("d/from-d")));
	FLT_REQUIRE(!mkdir(below("d/from-e"), 0755) && !mkfifo(below("d/from-g"), 0644));
	FLT_REQUIRE(!mkdir(below("i"), 0755) && !mkdir(below("m"), 0755) &&
		    !mkdir(below("r"), 0755));
	file("r/from");
	seq_start();
	for (i = 0; i < NR_RACES; i++) {
		children[i] = fork();
		if (!children[i])
			race_child(&races[i], &found[i]);
	}
	for (i = 0; !seen_begin(NR_RACES) && i < 2000; i++)
		usleep(10000);
	for (i = 0; i < NR_RACES; i++)
		FLT_EXPECT(sleeps(children[i], in_filter));
	for (i = 0; i < NR_RACES; i++)
		if (races[i].act)
			races[i].act(&races[i]);
	file("x!ffg00000001");
	close(open("x!ffg00000001", O_RDONLY));
	for (i = 0; i < NR_RACES; i++)
		waitpid(children[i], NULL, 0);
	seq_stop();
	for (i = 0; i < NR_RACES; i++) {
		const struct race *race = &races[i];
		const char *creates = creates_of(children[i]);

		if (!FLT_PROVES(race->id, found[i].error == race->want &&
				found[i].first == race->content &&
				!strcmp(creates, race->creates)))
			printf("differs: %s: %s, '%c', creates %s; expected %s, '%c', %s\n",
			       race->name, strerror(found[i].error), found[i].first ?: ' ',
			       creates, strerror(race->want), race->content ?: ' ',
			       race->creates);
		if (race->how & MADE && race->act != move_folder)
			FLT_EXPECT(!access(below(race->name), F_OK));
	}
	FLT_PROVES("VFS-907", !access(below(NAME("m2/m")), F_OK));
	/* nobody but its owner emptied it */
	FLT_PROVES("VFS-904", ({ struct stat st; !stat(below(NAME("d/h")), &st) &&
					st.st_size == 10; }));
}

/* The folder of a file that is open for the program already, but not yet for the VFS, goes. */
CALLS(slow_opened, open("u/v=00z" LONG_WAIT, O_CREAT | O_RDWR, 0644))

static void gone_meanwhile(void)
{
	FLT_REQUIRE(!mkdir("u", 0755));
	begin(slow_opened);
	FLT_PROVES("VFS-907", !rename("u/v=00z" LONG_WAIT, "e/v") && !rmdir("u"));
	FLT_PROVES("VFS-907", end() && !access(below("e/v"), F_OK));
}

/* A filter sends creates down again that have succeeded: they are open once. */
CALLS(open_again, if (open("d/again=00i00000000", O_CREAT | O_RDWR, 0644) < 0) abort())

static void reissued(void)
{
	unsigned int i;
	int in;

	/* made, then opened */
	for (i = 0; i < 2; i++) {
		FLT_PROVES("ASYNC-082", soon(open_again));
		in = open(below("d/again=00i00000000"), O_RDONLY);
		/* nobody writes to it: no lower file was forgotten */
		FLT_PROVES("CREATE-51", in >= 0 && !fcntl(in, F_SETLEASE, F_RDLCK) &&
			   !fcntl(in, F_SETLEASE, F_UNLCK));
		close(in);
	}
}

/* What a watcher of the directory is told of a create. */
static void watched(void)
{
	static const unsigned int want[] = { IN_CREATE, IN_OPEN, IN_CLOSE_WRITE, IN_DELETE };
	int notify = inotify_init1(IN_NONBLOCK), in;
	char events[4096];
	unsigned int count = 0;
	ssize_t got, at = 0;
	bool same = true;

	FLT_REQUIRE(notify >= 0 && inotify_add_watch(notify, "d", IN_ALL_EVENTS) >= 0);
	in = open("d/watched", O_CREAT | O_RDWR, 0644);
	FLT_EXPECT(in >= 0);
	close(in);
	unlink("d/watched");
	got = read(notify, events, sizeof(events));
	while (at < got) {
		struct inotify_event *event = (void *)(events + at);

		same = same && count < 4 && event->mask == want[count];
		count++;
		at += sizeof(*event) + event->len;
	}
	FLT_PROVES("VFS-903", same && count == 4);
	close(notify);
}

/*
 * Names that appear below: nothing is shown, and they are found at the next look. A first walk
 * into a mount whose filters were not asked yet leaves the walk without locks, and nobody sees it.
 */
static void made_below(void)
{
	FLT_EXPECT(access("d/made-below", F_OK) && errno == ENOENT);
	seq_start();
	file("d/made-below");
	seq_stop();
	FLT_PROVES("VFS-234", !seq_count && !access("d/made-below", F_OK));
	FLT_EXPECT(!unlink(below("d/made-below")));
	FLT_PROVES("VFS-234", access("d/made-below", F_OK) && errno == ENOENT);
}

/* Each allocation of an open fails once: it ends with ENOMEM, and who saw a create sees its end. */
static int fail_open(const char *name, int flags, unsigned int nth)
{
	int fail = open("/proc/thread-self/fail-nth", O_RDWR), file, error;
	char text[16] = "";

	FLT_REQUIRE(fail >= 0);
	snprintf(text, sizeof(text), "%u", nth);
	FLT_REQUIRE(write(fail, text, strlen(text)) > 0);
	file = open(name, flags, 0644);
	error = file < 0 ? errno : 0;
	memset(text, 0, sizeof(text));
	FLT_REQUIRE(pread(fail, text, sizeof(text) - 1, 0) > 0);
	FLT_REQUIRE(write(fail, "0", 1) == 1);
	close(fail);
	close(file);
	/* 0: that many allocations there were, and the last one failed */
	return atoi(text) ? -1 : error;
}

static void without_memory(void)
{
	static const struct {
		const char *name;
		int flags;
	} opens[] = {
		{ "d/known", O_RDONLY }, { "d/lack", O_CREAT | O_RDWR }, { "d/absent", O_RDONLY },
		{ "d", O_RDONLY | O_DIRECTORY }, { "d", O_TMPFILE | O_RDWR },
	};
	int debugfs = open("/sys/kernel/debug/failslab/ignore-gfp-wait", O_WRONLY);
	int verbose = open("/sys/kernel/debug/failslab/verbose", O_WRONLY);
	unsigned long before, after;
	unsigned int i, nth;
	int error;

	if (debugfs < 0) {
		FLT_EXPECT(strcmp(getenv("KERNEL") ?: "", "debug"));
		return;
	}
	FLT_REQUIRE(write(debugfs, "N", 1) == 1 && write(verbose, "0", 1) == 1);
	file("d/known");
	before = counted("passthru", 0);
	after = counted("passthru", 1);
	for (i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		for (nth = 1; nth < 200; nth++) {
			error = fail_open(opens[i].name, opens[i].flags, nth);
			if (error < 0)
				break;
			if (!FLT_PROVES("VFS-127", !error || error == ENOMEM || error == ENFILE ||
					(i == 2 && error == ENOENT)))
				printf("%s, allocation %u: %s\n", opens[i].name, nth,
				       strerror(error));
			if (i == 1)
				unlink(opens[i].name);
		}
		FLT_EXPECT(nth > 3 && nth < 200);
	}
	before = counted("passthru", 0) - before;
	after = counted("passthru", 1) - after;
	FLT_PROVES("VFS-127", before && before == after);
	FLT_EXPECT(write(debugfs, "Y", 1) == 1);
	close(debugfs);
	close(verbose);
}

/* Everybody does everything with two names. */
static void everything(unsigned int task, unsigned int rounds, volatile unsigned int *odd)
{
	unsigned int seed = task * 7919 + 1;
	char one[32], two[32], mine[32];
	int in;

	snprintf(mine, sizeof(mine), "s/mine-%u", task);
	while (rounds--) {
		unsigned int what = rand_r(&seed);

		snprintf(one, sizeof(one), "s/%c", 'a' + (what >> 8 & 1));
		snprintf(two, sizeof(two), "s/%c", 'a' + (what >> 9 & 1));
		errno = 0;
		in = -1;
		switch (what >> 12 & 7) {
		case 0:
		case 1:
			in = open(one, O_CREAT | O_EXCL | O_RDWR, 0600);
			break;
		case 2:
			in = open(one, O_CREAT | O_TRUNC | O_RDWR, 0600);
			break;
		case 3:
			in = open(one, O_RDONLY);
			break;
		case 4:
			close(open(mine, O_CREAT | O_RDWR, 0600));
			rename(mine, one);
			break;
		case 5:
			symlink(two + 2, one);
			break;
		case 6:
			if (!mkdir(one, 0700))
				rmdir(one);
			break;
		default:
			unlink(one);
		}
		if (errno && errno != EEXIST && errno != ENOENT && errno != EISDIR &&
		    errno != ELOOP && errno != ENOTEMPTY && errno != ENOTDIR) {
			(*odd)++;
			fprintf(stderr, "case %u: %s\n", what >> 12 & 7, strerror(errno));
		}
		close(in);
	}
}

/* One name that is made and removed: each making has one maker. */
static void making(unsigned int rounds, volatile unsigned int *made, volatile unsigned int *odd)
{
	int in;

	while (rounds--) {
		in = open("s/one", O_CREAT | O_EXCL | O_RDWR, 0600);
		if (in >= 0)
			__atomic_add_fetch(&made[0], 1, __ATOMIC_RELAXED);
		else if (errno != EEXIST)
			(*odd)++;
		close(in);
		if (!unlink("s/one"))
			__atomic_add_fetch(&made[1], 1, __ATOMIC_RELAXED);
		else if (errno != ENOENT)
			(*odd)++;
	}
}

static void storm(void)
{
	bool debug = !strcmp(getenv("KERNEL") ?: "", "debug");
	unsigned int rounds = *(getenv("LONG") ?: "") ? (debug ? 2000 : 10000) : debug ? 100 : 200;
	volatile unsigned int *counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long before = counted("passthru", 0), after = counted("passthru", 1);
	unsigned int task;

	FLT_REQUIRE(!mkdir("s", 0755));
	for (task = 0; task < 4; task++) {
		if (!fork()) {
			everything(task, rounds, &counts[task]);
			making(rounds, &counts[8], &counts[task]);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	FLT_PROVES("VFS-905", !counts[0] && !counts[1] && !counts[2] && !counts[3]);
	FLT_PROVES("VFS-905", counts[8] && counts[8] == counts[9] && access("s/one", F_OK));
	before = counted("passthru", 0) - before;
	after = counted("passthru", 1) - after;
	FLT_PROVES("VFS-903", before && before == after);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	static const char busy[] = "params=Parameters\\MayWait=0";

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("answer") && !twin_load("probe"));
	FLT_REQUIRE(!mkdir(below("d"), 0755) && !mkdir(below("e"), 0755));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	FLT_PROVES("VFS-966", !access("d", F_OK));
	PART(others());
	PART(locked());
	PART(lost_races());
	PART(gone_meanwhile());
	PART(reissued());
	PART(watched());
	PART(made_below());
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("answer", true));
	/* nobody says that it may wait */
	FLT_REQUIRE(!twin_load_with("answer", busy));
	begin(slow_create);
	FLT_PROVES("VFS-902", held(make_there));
	FLT_PROVES("VFS-902", end() && go_on() && soon(make_there));
	FLT_REQUIRE(!twin_unload("answer", true) && !twin_load("passthru"));
	PART(without_memory());
	PART(storm());
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("passthru", true));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
