// SPDX-License-Identifier: GPL-2.0
/*
 * Mount option open=reuse: which lower files are kept for the next open, that it shows nobody
 * anything but the file that he opened with his own rights, and that none is left when it must not
 * be. A lower file that is open for reading keeps a write lease from being given below, which is
 * how a kept one is told here.
 *
 * needs: long-kernels=debug filters=passthru time=90 parallel=yes
 */
#include <pthread.h>
#include <sys/statvfs.h>

#include "../twin.h"

/* As many as a mount keeps, and some more. */
#define MOST	1024
#define MANY	1100

#define RACERS	4
#define ROUNDS	1500
#define FILES	8

static const char *mnt, *lower;

static const char *at(const char *top, const char *name)
{
	static char paths[4][256];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", top, name);
	return paths[turn];
}

static void make(const char *name, const char *text)
{
	int fd = open(at(lower, name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	FLT_REQUIRE(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
		    !close(fd));
}

/* Is it open below? Asked once, since who had a lease there is told of each open from then on. */
static bool kept(const char *name)
{
	int fd = open(at(lower, name), O_RDONLY);
	int error = 0;

	FLT_REQUIRE(fd >= 0);
	if (fcntl(fd, F_SETLEASE, F_WRLCK))
		error = errno;
	else
		FLT_EXPECT(!fcntl(fd, F_SETLEASE, F_UNLCK));
	close(fd);
	FLT_EXPECT(!error || error == EAGAIN);
	return error == EAGAIN;
}

/* Opened so on the mount, read and closed: the first letters are those? */
static bool reads(const char *name, int flags, const char *text)
{
	char data[64] __attribute__((aligned(64))) = "";
	int fd = open(at(mnt, name), flags);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, data, sizeof(data) - 1);
	close(fd);
	return got == (ssize_t)strlen(text) && !strcmp(data, text);
}

/* Which opens leave a lower file, and which do not. */
static void which(void)
{
	static const struct {
		const char *name;
		int flags;
		bool kept;
	} table[] = {
		{ "plain", O_RDONLY, true },
		{ "large", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_LARGEFILE, true },
		{ "writer", O_RDWR, false },
		{ "append", O_RDONLY | O_APPEND, false },
		{ "wait", O_RDONLY | O_NONBLOCK, false },
		{ "time", O_RDONLY | O_NOATIME, false },
		{ "sync", O_RDONLY | O_SYNC, false },
	};
	unsigned int i;
	void *map;
	int fd;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		make(table[i].name, table[i].name);
		FLT_EXPECT(reads(table[i].name, table[i].flags, table[i].name) &&
			   reads(table[i].name, table[i].flags, table[i].name));
		if (!FLT_EXPECT(kept(table[i].name) == table[i].kept))
			printf("that was %s\n", table[i].name);
	}

	make("emptied", "something");
	FLT_EXPECT(reads("emptied", O_RDONLY | O_TRUNC, ""));
	make("turned", "turned");
	fd = open(at(mnt, "turned"), O_RDONLY);
	FLT_EXPECT(fd >= 0 && !fcntl(fd, F_SETFL, O_NONBLOCK | O_NOATIME));
	FLT_EXPECT(pread(fd, (char[8]){}, 8, 0) == 6 && !close(fd) && !kept("turned"));

	/* a mapping has the lower file still */
	make("mapped", "mapped");
	fd = open(at(mnt, "mapped"), O_RDONLY);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	FLT_EXPECT(map != MAP_FAILED && !close(fd) && !memcmp(map, "mapped", 7));
	FLT_EXPECT(reads("mapped", O_RDONLY, "mapped"));
	FLT_EXPECT(!munmap(map, 4096));

	/* somebody has a lease below: he is told */
	make("leased", "leased");
	FLT_EXPECT(!kept("leased") && reads("leased", O_RDONLY, "leased") && !kept("leased"));
	FLT_EXPECT(!mkdir(at(lower, "folder"), 0755));
	fd = open(at(mnt, "folder"), O_RDONLY);
	FLT_EXPECT(fd >= 0 && !close(fd));
}

/* Two that are open at a time have nothing in common. */
static void apart(void)
{
	char one[3] = "", two[5] = "";
	int first, second;

	make("both", "abcdefgh");
	FLT_EXPECT(reads("both", O_RDONLY, "abcdefgh"));
	first = open(at(mnt, "both"), O_RDONLY);
	second = open(at(mnt, "both"), O_RDONLY);
	FLT_EXPECT(first >= 0 && second >= 0);
	FLT_EXPECT(read(first, one, 2) == 2 && !posix_fadvise(first, 0, 0, POSIX_FADV_RANDOM));
	FLT_EXPECT(read(second, two, 4) == 4 && !strcmp(one, "ab") && !strcmp(two, "abcd"));
	FLT_EXPECT(read(first, one, 2) == 2 && !strcmp(one, "cd"));
	FLT_EXPECT(!close(first) && !close(second));
	/* the next one begins at the beginning */
	FLT_EXPECT(reads("both", O_RDONLY, "abcdefgh"));

	/* the flags of one are not those of the next */
	first = open(at(mnt, "both"), O_RDONLY);
	FLT_EXPECT(first >= 0 && !(fcntl(first, F_GETFL) & (O_NONBLOCK | O_APPEND)));
	FLT_EXPECT(write(first, "x", 1) < 0 && errno == EBADF && !close(first));
}

static int as_user(bool (*tried)(void))
{
	int status = 0;
	pid_t child = fork();

	if (!child)
		_exit(setgid(1000) || setuid(1000) || !tried());
	FLT_REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool denied(void)
{
	return open(at(mnt, "secret"), O_RDONLY) < 0 && errno == EACCES;
}

static bool granted(void)
{
	return reads("secret", O_RDONLY, "secret");
}

/* Who opens has his own rights, whoever left the file. */
static void rights(void)
{
	make("secret", "secret");
	FLT_EXPECT(!chmod(at(mnt, "secret"), 0600) && reads("secret", O_RDONLY, "secret"));
	FLT_EXPECT(!as_user(denied));
	FLT_EXPECT(!chmod(at(mnt, "secret"), 0644) && !as_user(granted));
	FLT_EXPECT(!chmod(at(lower, "secret"), 0600) && !as_user(denied));
	FLT_EXPECT(!chown(at(lower, "secret"), 1000, 1000) && !as_user(granted));
	FLT_EXPECT(kept("secret"));
}

/* Another file of the name, above or below; and a file that is written while it is kept. */
static void replaced(void)
{
	int fd;

	make("old", "old");
	FLT_EXPECT(reads("old", O_RDONLY, "old"));
	make("new", "new");
	FLT_EXPECT(!rename(at(mnt, "new"), at(mnt, "old")) && reads("old", O_RDONLY, "new"));
	make("newer", "newer");
	FLT_EXPECT(!rename(at(lower, "newer"), at(lower, "old")) &&
		   reads("old", O_RDONLY, "newer"));
	FLT_EXPECT(!link(at(mnt, "old"), at(mnt, "linked")) && reads("linked", O_RDONLY, "newer") &&
		   reads("old", O_RDONLY, "newer") && reads("linked", O_RDONLY, "newer"));
	fd = open(at(mnt, "old"), O_WRONLY | O_TRUNC);
	FLT_EXPECT(fd >= 0 && write(fd, "written", 7) == 7 && !close(fd));
	FLT_EXPECT(reads("old", O_RDONLY, "written") && reads("linked", O_RDONLY, "written"));
	FLT_EXPECT(!unlink(at(mnt, "old")) && reads("linked", O_RDONLY, "written"));
}

static unsigned long long used(void)
{
	struct statvfs it;

	FLT_REQUIRE(!statvfs(lower, &it));
	return (unsigned long long)(it.f_blocks - it.f_bfree) * it.f_frsize;
}

/* The space of a file that is removed is free at once, as far as the file system below is at once. */
static void space(void)
{
	static char block[64 << 10];
	unsigned long long before, tries = 0;
	int fd = open(at(lower, "large-one"), O_WRONLY | O_CREAT, 0644);
	int i;

	FLT_REQUIRE(fd >= 0);
	for (i = 0; i < 64; i++)
		FLT_REQUIRE(write(fd, block, sizeof(block)) == sizeof(block));
	FLT_REQUIRE(!fsync(fd) && !close(fd));
	before = used();
	fd = open(at(mnt, "large-one"), O_RDONLY);
	FLT_EXPECT(fd >= 0 && read(fd, block, 10) == 10 && !close(fd));
	FLT_EXPECT(!unlink(at(mnt, "large-one")));
	while (used() + (3 << 20) > before && tries++ < 300) {
		sync();
		usleep(20000);
	}
	FLT_EXPECT(used() + (3 << 20) <= before);
}

/* A mount keeps so many, the latest; those that are of use stay. */
static void limit(void)
{
	unsigned int i, found = 0;
	char name[32];

	make("favourite", "favourite");
	FLT_EXPECT(reads("favourite", O_RDONLY, "favourite"));
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		make(name, name);
		FLT_EXPECT(reads(name, O_RDONLY, name));
		if (i % 100 == 0)
			FLT_EXPECT(reads("favourite", O_RDONLY, "favourite"));
	}
	FLT_EXPECT(kept("favourite"));
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		found += kept(name);
	}
	/* some that the other tests have left are among them */
	if (!FLT_EXPECT(found < MOST && found > MOST - 20))
		printf("%u are kept\n", found);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		unlink(at(mnt, name));
	}
}

/* When memory is short they go, soon, although their inodes stay. */
static void reclaimed(void)
{
	int holds[200], all, i;
	char name[32];

	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "spare-%d", i);
		make(name, name);
		FLT_EXPECT(reads(name, O_RDONLY, name));
		holds[i] = open(at(mnt, name), O_PATH);
		FLT_REQUIRE(holds[i] >= 0);
	}
	all = open("/proc/sys/vm/drop_caches", O_WRONLY);
	FLT_REQUIRE(all >= 0 && write(all, "2", 1) == 1 && !close(all));
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "spare-%d", i);
		if (!kept(name))
			break;
		usleep(20000);
	}
	FLT_EXPECT(i < 200);
	for (i = 0; i < 200; i++)
		close(holds[i]);
}

static void *racer(void *arg)
{
	unsigned int seed = (unsigned long)arg, i;
	char name[32], text[64];
	long wrong = 0;
	int fd;

	for (i = 0; i < ROUNDS; i++) {
		unsigned int what = rand_r(&seed) % 16;

		snprintf(name, sizeof(name), "race-%u", rand_r(&seed) % FILES);
		snprintf(text, sizeof(text), "%s/%s", mnt, name);
		if (!what) {
			unlink(text);
		} else if (what == 1) {
			fd = open(text, O_WRONLY | O_CREAT, 0644);
			wrong += fd < 0 || write(fd, name, strlen(name)) < 0 || close(fd);
		} else if (what == 2 && !((unsigned long)arg % 4)) {
			wrong += !!mount(NULL, mnt, NULL, MS_REMOUNT,
					 i & 1 ? "open=own" : "open=reuse");
		} else {
			char data[32] = "";

			fd = open(text, O_RDONLY);
			if (fd < 0)
				continue;
			/* made and not written yet, or written by now */
			if (read(fd, data, sizeof(data) - 1) > 0)
				wrong += !!strcmp(data, name);
			close(fd);
		}
	}
	return (void *)wrong;
}

static void race(void)
{
	pthread_t threads[RACERS];
	unsigned long i;
	void *wrong;

	for (i = 0; i < RACERS; i++)
		FLT_REQUIRE(!pthread_create(&threads[i], NULL, racer, (void *)i));
	for (i = 0; i < RACERS; i++)
		FLT_EXPECT(!pthread_join(threads[i], &wrong) && !wrong);
	FLT_EXPECT(!mount(NULL, mnt, NULL, MS_REMOUNT, "open=reuse"));
}

static void all(const char *filter)
{
	char folder[64];

	printf("with %s\n", filter ? filter : "no filter");
	snprintf(folder, sizeof(folder), "%s/%s", getenv("LOWER"), filter ? filter : "none");
	lower = folder;
	FLT_REQUIRE(!mkdir(folder, 0755));
	FLT_REQUIRE(!filter || !twin_load(filter));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "open=reuse"));
	which();
	apart();
	rights();
	replaced();
	space();
	limit();
	reclaimed();
	race();

	/* each has its own from now on, and nothing is left of the others */
	make("last", "last");
	make("later", "later");
	FLT_EXPECT(reads("last", O_RDONLY, "last") && reads("later", O_RDONLY, "later"));
	FLT_EXPECT(!mount(NULL, mnt, NULL, MS_REMOUNT, "open=own"));
	FLT_EXPECT(!kept("last") && reads("later", O_RDONLY, "later") && !kept("later"));
	FLT_EXPECT(!mount(NULL, mnt, NULL, MS_REMOUNT, "open=reuse"));
	make("end", "end");
	FLT_EXPECT(reads("end", O_RDONLY, "end"));
	FLT_REQUIRE(!umount(mnt));
	FLT_EXPECT(!kept("end"));
	FLT_REQUIRE(!filter || !twin_unload(filter, true));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	FLT_REQUIRE(!twin_load("fltshim"));
	all(NULL);
	all("passthru");
	FLT_EXPECT(!twin_unload("fltshim", false));
	return prove_status();
}
