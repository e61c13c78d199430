// SPDX-License-Identifier: GPL-2.0
/*
 * What goes on while a filter makes somebody wait, and what does not: section 8.1 of the map. The
 * filter "answer" waits in its pre-operation for as long as the name of a file says; "probe", above
 * it, shows how an operation ended. Whoever waits can be killed, and what it held is free then.
 *
 * needs: lower=any kernels=6.1,6.12,debug filters=probe,answer,passthru time=120 long=1800
 * needs: parallel=yes
 */
#include <linux/fs.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/xattr.h>

#include "../waiters.h"

static int pipes[2];
static char data[4096];

CALLS(slow_open, open("f=00w" LONG_WAIT, O_RDONLY))
CALLS(slow_read, read(open("f=03w" LONG_WAIT, O_RDONLY), data, 5))
CALLS(slow_write, write(open("f=04w" LONG_WAIT, O_RDWR), data, 5))
CALLS(slow_sync, fsync(open("f=09w" LONG_WAIT, O_RDWR)))
CALLS(slow_get, getxattr("f=07w" LONG_WAIT, "trusted.a", data, 9))
CALLS(slow_lock, flock(open("f=11w" LONG_WAIT, O_RDWR), LOCK_EX))
CALLS(slow_ioctl, ioctl(open("f=0ew" LONG_WAIT, O_RDWR), _IO('Q', 1)))
CALLS(slow_stat, fstat(open("f=05w" LONG_WAIT, O_RDWR), &(struct stat){ 0 }))
CALLS(slow_absent, close(open("d/absent=00w" LONG_WAIT, O_RDONLY)))
CALLS(slow_create, open("d/new=00w" LONG_WAIT, O_CREAT | O_RDWR, 0644))
CALLS(slow_there, mkdir("f/dir=00w" LONG_WAIT, 0755))
CALLS(slow_mkdir, mkdir("d/dir=00w" LONG_WAIT, 0755))
CALLS(slow_unlink, unlink("d/f=06w" LONG_WAIT))
CALLS(slow_link, link("d/f=06w" LONG_WAIT, "d/l"))
CALLS(slow_rename, rename("d/f=06w" LONG_WAIT, "e/g"))
CALLS(slow_mode, chmod("f=15w" LONG_WAIT, 0600))
CALLS(slow_set, setxattr("f=08w" LONG_WAIT, "trusted.a", "1", 1, 0))
CALLS(slow_allocate, fallocate(open("f=06w" LONG_WAIT, O_RDWR), 0, 0, 1000))
CALLS(slow_list, struct dirent *e; DIR *dir = opendir("f=0cw" LONG_WAIT);
      while ((e = readdir(dir))) ; closedir(dir))
CALLS(slow_remove, unlink("d/f=12w000005dc"))
CALLS(slow_splice, splice(pipes[0], NULL, open("f=04w" LONG_WAIT, O_RDWR), NULL, 10, 0))
CALLS(slow_splice_in, splice(open("f=03w" LONG_WAIT, O_RDONLY), NULL, pipes[1], NULL, 10, 0))
CALLS(slow_syncfs, syncfs(open(getenv("MNT"), O_RDONLY)))
CALLS(slow_statfs, syscall(SYS_statfs, getenv("MNT"), data))

/* What others do meanwhile. */
static const char *target;

CALLS(use_target, int in = open(target, O_RDWR); (void)!read(in, data, 1);
      (void)!write(in, data, 1); fstat(in, &(struct stat){ 0 }); close(in))
CALLS(use_other, int in = open("other", O_RDWR); (void)!read(in, data, 1);
      (void)!write(in, data, 1); fsync(in); close(in); chmod("other", 0600))
CALLS(make_there, close(open("d/there", O_CREAT | O_RDWR, 0644)); unlink("d/there"))
CALLS(make_elsewhere, close(open("e/there", O_CREAT | O_RDWR, 0644)); unlink("e/there"))
CALLS(rename_elsewhere, close(open("e/one", O_CREAT, 0644)); rename("e/one", "e/two");
      unlink("e/two"))
CALLS(rename_in_f, close(open("f/one", O_CREAT, 0644)); rename("f/one", "f/two");
      unlink("f/two"))
CALLS(rename_across, close(open("e/one", O_CREAT, 0644)); rename("e/one", "f/two");
      unlink("f/two"))
CALLS(use_pipe, (void)!write(pipes[1], data, 1))
CALLS(make_in_list, close(open("f=0cw" LONG_WAIT "/new", O_CREAT | O_RDWR, 0644)))
CALLS(look_in_list, access("f=0cw" LONG_WAIT "/known", F_OK))
CALLS(look_there, access("d/known", F_OK); close(open("d/known", O_RDONLY)))
CALLS(change_target, chmod(target, 0644))
CALLS(mark_target, setxattr(target, "trusted.t", "1", 1, 0))

/* Each operation that holds nothing: others use the same file, whatever it is. */
static void nothing_held(void)
{
	static const struct {
		void (*call)(void);
		const char *name;
	} slow[] = {
		{ slow_read, "f=03w" LONG_WAIT }, { slow_sync, "f=09w" LONG_WAIT },
		{ slow_get, "f=07w" LONG_WAIT }, { slow_lock, "f=11w" LONG_WAIT },
		{ slow_ioctl, "f=0ew" LONG_WAIT }, { slow_stat, "f=05w" LONG_WAIT },
	};
	unsigned int i;

	for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		file(slow[i].name);
		begin(slow[i].call);
		target = slow[i].name;
		FLT_PROVES("VFS-861", soon(change_target) && soon(use_other));
		FLT_PROVES("VFS-861", end());
	}
	file("f=00w" LONG_WAIT);
	begin(slow_open);
	FLT_PROVES("VFS-861", soon(use_other) && soon(make_there));
	FLT_PROVES("VFS-861", end());
}

/* Writers and their like hold freeze protection: who freezes waits, and nobody else. */
CALLS(freeze, int root = open(getenv("MNT"), O_RDONLY);
      if (!ioctl(root, FIFREEZE, 0)) ioctl(root, FITHAW, 0))

static void freeze_held(void)
{
	file("f=04w" LONG_WAIT);
	begin(slow_write);
	target = "f=04w" LONG_WAIT;
	FLT_PROVES("VFS-862", soon(change_target) && soon(use_other) && held(freeze));
	FLT_PROVES("VFS-862", end() && go_on());
	file("f=06w" LONG_WAIT);
	begin(slow_allocate);
	target = "f=06w" LONG_WAIT;
	FLT_PROVES("VFS-862", soon(use_target) && held(freeze));
	FLT_PROVES("VFS-862", end() && go_on());
	unlink(below("f=06w" LONG_WAIT));
}

/* Names hold their directory. */
static void directory_held(void)
{
	static const struct {
		const char *id;
		void (*call)(void);
	} slow[] = {
		{ "VFS-864", slow_create }, { "VFS-866", slow_mkdir }, { "VFS-867", slow_unlink },
		{ "VFS-868", slow_link },
	};
	unsigned int i;

	for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		file("d/f=06w" LONG_WAIT);
		begin(slow[i].call);
		FLT_PROVES(slow[i].id, held(make_there));
		FLT_PROVES(slow[i].id, soon(make_elsewhere) && soon(look_there) &&
			   soon(rename_elsewhere));
		/* the one who waits is killed, and the directory is free */
		FLT_PROVES("VFS-916", end() && go_on() && soon(make_there));
	}
	FLT_PROVES("VFS-916", access(below("d/new=00w" LONG_WAIT), F_OK) &&
		   access(below("d/dir=00w" LONG_WAIT), F_OK) && access(below("d/l"), F_OK) &&
		   !access(below("d/f=06w" LONG_WAIT), F_OK));
	begin(slow_absent);
	FLT_PROVES("VFS-865", held(make_there));
	FLT_PROVES("VFS-865", soon(look_there) && soon(make_elsewhere) && soon(rename_elsewhere));
	FLT_PROVES("VFS-865", end() && go_on() && soon(make_there));
	begin(slow_rename);
	FLT_PROVES("VFS-869", held(make_there) && held(rename_across) && soon(rename_in_f));
	FLT_PROVES("VFS-869", soon(use_other));
	FLT_PROVES("VFS-916", end() && go_on() && soon(rename_across));
	FLT_PROVES("VFS-869", !access(below("d/f=06w" LONG_WAIT), F_OK) &&
		   access(below("e/g"), F_OK));
}

/* Both ends of a pipe wait for a splice into it, and nobody else; for one from it nobody does. */
static void pipe_held(void)
{
	FLT_REQUIRE(!pipe(pipes) && write(pipes[1], data, 10) == 10);
	file("f=04w" LONG_WAIT);
	begin(slow_splice);
	target = "f=04w" LONG_WAIT;
	FLT_PROVES("VFS-423", soon(change_target) && soon(use_other) && soon(use_pipe));
	FLT_PROVES("VFS-423", end() && go_on());
	file("f=03w" LONG_WAIT);
	begin(slow_splice_in);
	target = "f=03w" LONG_WAIT;
	FLT_PROVES("VFS-863", soon(change_target) && soon(use_other) && held(use_pipe));
	FLT_PROVES("VFS-863", end() && go_on());
	close(pipes[0]);
	close(pipes[1]);
}

/*
 * A filter that waits after the lower file system has done its part waits outside of it: whoever
 * goes to the lower directory or file meets no lock, and no journal is held open.
 */
CALLS(make_below_list, int out = open(below("l=0cz" LONG_WAIT "/low"), O_CREAT | O_RDWR, 0644);
      write(out, data, 1); fsync(out); close(out); sync())
CALLS(slow_listed, struct dirent *e; DIR *dir = opendir("l=0cz" LONG_WAIT);
      while ((e = readdir(dir))) ; closedir(dir))
CALLS(slow_written, write(open("f=04z" LONG_WAIT, O_RDWR), data, 5))
CALLS(write_below, int out = open(below("f=04z" LONG_WAIT), O_RDWR); write(out, data, 1);
      ftruncate(out, 3); fsync(out); close(out))
CALLS(slow_made, close(open("d/made=00z" LONG_WAIT, O_CREAT | O_RDWR, 0644)))
CALLS(make_below_there, close(open(below("d/low"), O_CREAT | O_RDWR, 0644));
      unlink(below("d/low")))

static void outside_below(void)
{
	FLT_REQUIRE(!mkdir(below("l=0cz" LONG_WAIT), 0755));
	file("l=0cz" LONG_WAIT "/known");
	begin(slow_listed);
	FLT_PROVES("VFS-466", soon(make_below_list));
	FLT_PROVES("VFS-921", soon(use_other));
	FLT_PROVES("VFS-466", end() && go_on());
	file("f=04z" LONG_WAIT);
	begin(slow_written);
	FLT_PROVES("VFS-921", soon(write_below) && soon(use_other));
	FLT_PROVES("VFS-921", end() && go_on());
	/* after a create: neither the upper nor the lower directory is held */
	begin(slow_made);
	FLT_PROVES("VFS-901", soon(make_there) && soon(make_elsewhere));
	FLT_PROVES("VFS-921", soon(make_below_there));
	FLT_PROVES("VFS-901", end() && go_on() && !access(below("d/made=00z" LONG_WAIT), F_OK));
}

/* Who asks about the mount waits for nobody who waits in a filter. */
CALLS(ask_mount, char text[4096]; struct statfs *st = (void *)data;
      int in = open("/proc/self/mountinfo", O_RDONLY); while (read(in, text, sizeof(text)) > 0) ;
      close(in); syscall(SYS_statfs, getenv("MNT"), st))

static void asked(void)
{
	void (* const slow[])(void) = { slow_syncfs, slow_rename, slow_create, slow_mode };
	unsigned int i;

	file("d/f=06w" LONG_WAIT);
	file("f=15w" LONG_WAIT);
	file("x!09w" LONG_WAIT);
	close(open("x!09w" LONG_WAIT, O_RDONLY));
	for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		begin(slow[i]);
		FLT_PROVES("VFS-983", soon(ask_mount));
		FLT_PROVES("VFS-983", end() && go_on());
	}
	file("x!000" LONG_WAIT);
	close(open("x!000" LONG_WAIT, O_RDONLY));
}

/* A listing holds its folder, for those who change it. */
static void listing_held(void)
{
	FLT_REQUIRE(!mkdir(below("f=0cw" LONG_WAIT), 0755));
	file("f=0cw" LONG_WAIT "/known");
	FLT_REQUIRE(!access("f=0cw" LONG_WAIT "/known", F_OK));
	begin(slow_list);
	FLT_PROVES("VFS-871", soon(look_in_list) && soon(use_other) && soon(make_there) &&
		   held(make_in_list));
	FLT_PROVES("VFS-871", end() && go_on());
}

/* A name goes in the bottom of the CLEANUP, not before, and what the lower call says counts. */
static void removal(void)
{
	int status, flags = FS_IMMUTABLE_FL, none = 0, in;

	file("d/f=12w000005dc");
	begin(slow_remove);
	FLT_PROVES("VFS-124", !access(below("d/f=12w000005dc"), F_OK));
	waitpid(waiter, &status, 0);
	FLT_PROVES("VFS-124", access(below("d/f=12w000005dc"), F_OK) && errno == ENOENT);

	/* made immutable below, unknown above */
	file("d/stays");
	file("d/x=00e00000000");
	FLT_REQUIRE(!access("d/stays", F_OK) && !access("d/x=00e00000000", F_OK));
	in = open(below("d/stays"), O_RDONLY);
	if (!ioctl(in, FS_IOC_SETFLAGS, &flags)) {
		FLT_PROVES("VFS-124", unlink("d/stays") && errno == EPERM &&
			   !access(below("d/stays"), F_OK));
		ioctl(in, FS_IOC_SETFLAGS, &none);
	}
	close(in);
	/* removed by its last close, which cannot fail */
	in = open(below("d/x=00e00000000"), O_RDONLY);
	status = open("d/x=00e00000000", O_RDONLY);
	FLT_REQUIRE(status >= 0);
	if (!ioctl(in, FS_IOC_SETFLAGS, &flags)) {
		FLT_PROVES("VFS-124", !close(status) && !access(below("d/x=00e00000000"), F_OK));
		ioctl(in, FS_IOC_SETFLAGS, &none);
	} else {
		close(status);
	}
	close(in);
}

/* Changes of attributes hold their inode. */
static void inode_held(void)
{
	file("f=15w" LONG_WAIT);
	begin(slow_mode);
	target = "f=15w" LONG_WAIT;
	FLT_PROVES("VFS-870", soon(use_other) && held(mark_target));
	FLT_PROVES("VFS-870", end() && go_on());
	file("f=08w" LONG_WAIT);
	begin(slow_set);
	target = "f=08w" LONG_WAIT;
	FLT_PROVES("VFS-870", soon(use_other) && held(change_target));
	FLT_PROVES("VFS-916", end() && go_on() && soon(change_target));
}

CALLS(sync_all, sync())
CALLS(use_volume, syscall(SYS_statfs, getenv("MNT"), data); use_other())

static void volume_held(void)
{
	file("x!09w" LONG_WAIT);
	close(open("x!09w" LONG_WAIT, O_RDONLY));
	begin(slow_syncfs);
	FLT_PROVES("VFS-877", soon(use_volume) && held(freeze));
	FLT_PROVES("VFS-877", end());
	/* the freezer has its turn now, and waits for the filter itself: then it does not freeze */
	FLT_EXPECT(sleeps(waiting[0], in_filter));
	/* who goes through all file systems waits for that one; it is not to wait in the filter */
	FLT_PROVES("VFS-878", held(sync_all));
	file("x!000" LONG_WAIT);
	close(open("x!000" LONG_WAIT, O_RDONLY));
	kill(waiting[0], SIGKILL);
	FLT_PROVES("VFS-878", go_on() && soon(sync_all));
	FLT_PROVES("VFS-877", soon(use_other));
	file("x!0aw" LONG_WAIT);
	close(open("x!0aw" LONG_WAIT, O_RDONLY));
	begin(slow_statfs);
	FLT_PROVES("VFS-861", soon(use_other));
	FLT_PROVES("VFS-861", end());
	file("x!000" LONG_WAIT);
	close(open("x!000" LONG_WAIT, O_RDONLY));
}

/* How the operation of a task that is killed ends: with its post-operation, in that task. */
static void killed(const char *id, void (*call)(void), unsigned int major)
{
	bool found = false;
	unsigned int i;

	seq_start();
	begin(call);
	FLT_PROVES(id, end());
	seq_stop();
	for (i = 0; i < seq_count; i++) {
		if (seq_events[i].major == major && seq_events[i].status == 0xc0000120)
			found = seq_events[i].done && (int)seq_events[i].pid == waiter;
	}
	if (!FLT_PROVES(id, found))
		printf("%s\n", seq_render());
}

/* The lock that somebody waits for, and whether those who wait got it in the end. */
static int locked;

static int lock_file(int command, short type)
{
	struct flock range = { .l_type = type, .l_len = 10 };

	/* (a descriptor that is inherited will do: POSIX locks are the process's) */
	return fcntl(locked, command, &range);
}

CALLS(slow_posix, if (lock_file(F_SETLKW, F_WRLCK)) _exit(1))

static bool granted(void)
{
	int status;

	return waitpid(waiter, &status, 0) == waiter && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* The operation of the one who waits, which has begun and of which no end was seen yet. */
static const struct seq_event *lock_event(void)
{
	unsigned int i;

	seq_stop();
	for (i = 0; i < seq_count; i++)
		if (seq_events[i].major == 17 && (int)seq_events[i].pid == waiter)
			return &seq_events[i];
	return NULL;
}

/*
 * A lock that is not free is waited for below the filters: nothing else waits, and a filter may go,
 * with what it is owed, as long as the wait lasts.
 */
static void locks(void)
{
	const struct seq_event *event;
	pid_t unloader;
	int i, status = -1;

	file("locked");
	target = "locked";
	locked = open("locked", O_RDWR);
	FLT_REQUIRE(!lock_file(F_SETLK, F_WRLCK));
	seq_start();
	begin_in(slow_posix, below_filters);
	event = lock_event();
	FLT_PROVES("LOCK-28", event && !event->done && soon(use_target) && soon(change_target));
	/* (whoever closes a descriptor of the file drops his locks, so those were children) */
	FLT_REQUIRE(!lock_file(F_SETLK, F_UNLCK));
	FLT_PROVES("LOCK-28", granted());
	event = lock_event();
	FLT_PROVES("LOCK-28", event && event->done && !event->status);

	FLT_REQUIRE(!lock_file(F_SETLK, F_WRLCK));
	seq_start();
	begin_in(slow_posix, below_filters);
	event = lock_event();
	FLT_EXPECT(event && !event->done);
	FLT_PROVES("VOL-74", umount(getenv("MNT")) && errno == EBUSY && lock_event());
	unloader = fork();
	if (!unloader)
		_exit(twin_unload("probe", true) ? 1 : 0);
	for (i = 0; i < 400 && waitpid(unloader, &status, WNOHANG) != unloader; i++)
		usleep(50000);
	event = lock_event();
	FLT_PROVES("LOCK-34", event && event->done);
	FLT_PROVES("LOCK-34", !status);
	FLT_PROVES("LOCK-34", !waitpid(waiter, NULL, WNOHANG));
	FLT_REQUIRE(!lock_file(F_SETLK, F_UNLCK));
	FLT_PROVES("LOCK-34", granted());
	if (status == -1)
		waitpid(unloader, &status, 0);
	close(locked);
}

/* Two tasks make the same names at the same time: each name is made by one of them. */
static void races(void)
{
	const bool debug = !strcmp(getenv("KERNEL") ?: "", "debug");
	const int rounds = *(getenv("LONG") ?: "") ? 10000 : debug ? 400 : 2000;
	unsigned long before = counted("passthru", 0), after = counted("passthru", 1);
	volatile signed char *made = mmap(NULL, 2 * 10000 + 8, PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile int *at = (volatile int *)(made + 20000);
	pid_t child = fork();
	int i, odd = 0, file, mine = !child;
	char name[32];

	for (i = 0; i < rounds; i++) {
		/* side by side now and then, or one of them would win every time */
		at[mine] = i;
		while (i % 50 == 0 && at[!mine] < i)
			sched_yield();
		snprintf(name, sizeof(name), "race-%d", i);
		file = open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
		made[mine * 10000 + i] = file >= 0 ? 1 : errno == EEXIST ? 0 : -1;
		close(file);
	}
	at[mine] = rounds;
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	for (i = 0; i < rounds; i++) {
		odd += made[i] < 0 || made[10000 + i] < 0 || made[i] + made[10000 + i] != 1;
		snprintf(name, sizeof(name), "race-%d", i);
		FLT_REQUIRE(!unlink(below(name)));
	}
	FLT_PROVES("VFS-735", !odd);
	before = counted("passthru", 0) - before;
	after = counted("passthru", 1) - after;
	FLT_PROVES("VFS-735", before >= (unsigned long)rounds && before == after);
}

/* What a filter keeps locked for long is told, with its name, and counted. */
static bool logged(const char *text)
{
	char record[2048];
	bool found = false;
	ssize_t got;

	lseek(seq_log, 0, SEEK_DATA);
	while ((got = read(seq_log, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[got > 0 ? got : 0] = 0;
		found = found || strstr(record, text);
	}
	return found;
}

static void told(void)
{
	static const struct {
		void (*call)(void);
		const char *log;
	} slow[] = {
		{ slow_rename, "filter answer has kept renames locked for more than 0 s, in IRP_MJ_SET_INFORMATION of process %d" },
		{ slow_there, "filter answer has kept directory locked for more than 2 s, in IRP_MJ_CREATE of process %d" },
		{ slow_mode, "filter answer has kept inode locked for more than 2 s, in IRP_MJ_SET_SECURITY of process %d" },
		{ slow_syncfs, "filter answer has kept mount locked for more than 1 s, in IRP_MJ_FLUSH_BUFFERS of process %d" },
	};
	enum { COUNT = sizeof(slow) / sizeof(slow[0]) };
	pid_t children[COUNT];
	unsigned int i, tries;
	char text[256], line[64], kind[32];
	int param = open("/sys/module/fltshim/parameters/lock_report", O_RDWR), count;
	FILE *in;

	seq_start();
	FLT_REQUIRE(param >= 0 && write(param, "2", 1) == 1);
	file("d/f=06w" LONG_WAIT);
	file("f=15w" LONG_WAIT);
	file("x!09w" LONG_WAIT);
	close(open("x!09w" LONG_WAIT, O_RDONLY));
	for (i = 0; i < COUNT; i++) {
		begin(slow[i].call);
		children[i] = waiter;
	}
	for (i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), slow[i].log, children[i]);
		for (tries = 0; !logged(text) && tries < 150; tries++)
			usleep(100000);
		FLT_PROVES("VFS-917", logged(text));
	}
	/* the log has a code in the place of a backslash */
	FLT_PROVES("VFS-917", logged(" \\x5cd\\x5cf=06w" LONG_WAIT));
	in = fopen("/sys/fs/fltshim/filters/answer/locks", "r");
	FLT_REQUIRE(in);
	for (i = 0; fgets(line, sizeof(line), in); i++)
		FLT_PROVES("VFS-917", sscanf(line, "%31s %d", kind, &count) == 2 && count >= 1);
	FLT_PROVES("VFS-917", i == COUNT);
	fclose(in);
	for (i = 0; i < COUNT; i++) {
		waiter = children[i];
		FLT_EXPECT(end());
	}
	FLT_EXPECT(write(param, "10", 2) == 2);
	close(param);
	file("x!000" LONG_WAIT);
	close(open("x!000" LONG_WAIT, O_RDONLY));
}

/* umount -f: who waits in a filter that can be cancelled goes on, and nobody waits anew. */
static bool returns(void)
{
	double start = now();
	int status = 0;

	while (!waitpid(waiter, &status, WNOHANG) && now() - start < PATIENCE)
		usleep(1000);
	return WIFEXITED(status) && now() - start < PATIENCE;
}

static void forced(void)
{
	const char *mnt = getenv("MNT");

	file("f=03w" LONG_WAIT);
	begin(slow_read);
	FLT_PROVES("VFS-608", umount2(mnt, MNT_FORCE) && errno == EBUSY);
	FLT_PROVES("VFS-608", returns());
	FLT_PROVES("VFS-608", soon(slow_read));
	FLT_EXPECT(!mount(NULL, mnt, NULL, MS_REMOUNT, NULL));
	begin(slow_read);
	FLT_EXPECT(end());
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("answer") && !twin_load("probe"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	FLT_REQUIRE(!mkdir(below("d"), 0755) && !mkdir(below("e"), 0755) &&
		    !mkdir(below("f"), 0755));
	file("other");
	file("d/known");
	FLT_REQUIRE(!access("d/known", F_OK) && !access("e", F_OK) && !access("f", F_OK));
	PART(nothing_held());
	PART(freeze_held());
	/* a new file's directory is held only so; see the test "early" */
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "create=locked"));
	/* a remount forgets names */
	FLT_REQUIRE(!access("d/known", F_OK) && !access("e", F_OK) && !access("f", F_OK));
	PART(directory_held());
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "create=early"));
	PART(pipe_held());
	PART(listing_held());
	PART(removal());
	PART(inode_held());
	PART(volume_held());
	PART(outside_below());
	PART(asked());
	PART(told());
	PART(forced());
	killed("VFS-126", slow_open, 0);
	killed("VFS-418", slow_read, 3);
	killed("VFS-418", slow_write, 4);
	PART(locks());			/* at its end there is no "probe" any more */
	FLT_REQUIRE(!twin_unload("answer", true));
	FLT_REQUIRE(!twin_load("passthru"));
	PART(races());
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("passthru", true));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
