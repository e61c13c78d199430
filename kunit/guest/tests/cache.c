// SPDX-License-Identifier: GPL-2.0
/*
 * The own page cache: random reads, writes, maps, truncations, holes, uncached requests and flushes
 * on files of the mount, each step checked against a copy of what the file must hold.
 *
 * First below the sample swapbuf, which changes every byte that goes down: what programs see is
 * plain, what lies below at the end is changed, but for holes. Several processes work on a file
 * each, with writes that go through and with write-back, and while swapbuf goes and comes back in
 * between; and one to four on one file, each in parts of its own whose borders are not pages', but
 * for steps that are the whole file's. Then with filters that come and go all the time, so that
 * files move from one page cache to the other and back: swapbuf, with which a byte is what was
 * written or that changed, and nothing else; and one that only watches.
 *
 * STEPS=N in the environment makes so many steps in each part, of one file N times 160.
 *
 * needs: lower=ext4,tmpfs,xfs kernels=6.1,6.12,debug filters=swapbuf,passthru time=180 long=7200
 * needs: parallel=yes
 */
#include "../twin.h"

#include <linux/falloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define FILE_SIZE	(160 * 1024)
#define STEPS		120
#define STEPS_LESS	60
#define STEPS_LONG	2200
/* By those who share a file, all of them, and with both ways to write, together. */
#define SHARED		20000
#define SHARED_LESS	8000
#define SHARED_DEBUG	1000
#define SHARED_LONG	350000
#define WORKERS		3
#define STOPS		2	/* how often workers stop for swapbuf to go */
#define SHARERS		4
#define PART		5000	/* of a shared file, one process after the other */

/* How the workers of a round work. */
enum how { ONCE, STOPPING, ENDLESS };

/* How often each worker that does not end has found its file's data where; shared memory. */
enum place { BELOW, OWN, PLACES };
static volatile unsigned int (*found)[PLACES], *mine;

static volatile sig_atomic_t stop_wanted;
static bool changed;	/* what lies below is */
static bool loose;	/* who changes it comes and goes */
static unsigned int seed;
static unsigned long steps = STEPS, shared_steps = SHARED;

static char copy[FILE_SIZE], data[FILE_SIZE] __attribute__((aligned(4096)));
static off_t size;

static unsigned int any(unsigned int below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			printf("%s:%d: does not hold: %s (errno %d: %s) seed %u size %ld\n", \
			       __FILE__, __LINE__, #condition, errno, strerror(errno), seed, \
			       (long)size); \
			exit(1); \
		} \
	} while (0)

/*
 * Below a filter that changes every byte an uncached read of a hole shows what the filter makes of
 * zeros; the page cache does not ask it.
 */
static void must_be(const char *got, off_t at, size_t length, const char *how, bool uncached)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (got[i] == copy[at + i])
			continue;
		if (uncached && changed && got[i] == (char)0xa5 && !copy[at + i])
			continue;
		if (loose && (got[i] ^ copy[at + i]) == (char)0xa5)
			continue;
		printf("differs: %s: byte %ld of %ld is %#x, must be %#x (seed %u)\n", how,
		       (long)(at + i), (long)size, got[i] & 0xff, copy[at + i] & 0xff, seed);
		exit(1);
	}
}

static void grown(off_t at, size_t length)
{
	if (at > size)
		memset(copy + size, 0, at - size);
	if (at + (off_t)length > size)
		size = at + length;
}

static void read_step(int fd, off_t at, size_t length)
{
	ssize_t want = at >= size ? 0 : size - at < (off_t)length ? size - at : (off_t)length;

	MUST(pread(fd, data, length, at) == want);
	must_be(data, at, want, "read", false);
}

static void write_step(int fd, off_t at, size_t length, const char *path)
{
	twin_fill(data, length, any(~0U));
	if (any(6)) {
		MUST(pwrite(fd, data, length, at) == (ssize_t)length);
	} else {
		at = size;
		if (at + (off_t)length > FILE_SIZE)
			length = FILE_SIZE - at;
		fd = open(path, O_WRONLY | O_APPEND);
		MUST(fd >= 0);
		MUST(write(fd, data, length) == (ssize_t)length);
		MUST(!close(fd));
	}
	grown(at, length);
	memcpy(copy + at, data, length);
}

static void map_step(int fd, off_t at, size_t length)
{
	bool shared = any(3);
	char *map;

	if (!size)
		return;
	at %= size;
	if (at + (off_t)length > size)
		length = size - at;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, shared ? MAP_SHARED : MAP_PRIVATE, fd, 0);
	MUST(map != MAP_FAILED);
	must_be(map + at, at, length, "map", false);
	memset(map + at, at & 0xff, length);
	if (shared)
		memset(copy + at, at & 0xff, length);
	/* seen by a read at once */
	if (any(2))
		read_step(fd, at, length);
	MUST(any(4) || !msync(map, size, MS_SYNC));
	MUST(!munmap(map, size));
}

static void allocate_step(int fd, off_t at, size_t length)
{
	static const int modes[] = {
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_ZERO_RANGE, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
		0, FALLOC_FL_KEEP_SIZE,
	};
	/* Space that is set aside reads as zeros below, as if zeros had been written there. */
	int mode = modes[any(changed ? 2 : sizeof(modes) / sizeof(*modes))];
	off_t end = at + length;

	if (fallocate(fd, mode, at, length)) {
		/* tmpfs leaves off where a signal comes, and takes back what it set aside */
		MUST(errno == EOPNOTSUPP || (errno == EINTR && stop_wanted));
		return;
	}
	if (!(mode & FALLOC_FL_KEEP_SIZE) && end > size) {
		memset(copy + size, 0, end - size);
		size = end;
	}
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE) && at < size)
		memset(copy + at, 0, (end > size ? size : end) - at);
}

/* A whole block taken out of the file, or put in. */
static void move_step(int fd, off_t at)
{
	off_t block = 4096;

	at &= ~(block - 1);
	if (at + block >= size)
		return;
	if (any(2)) {
		if (fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, at, block)) {
			MUST(errno == EOPNOTSUPP || errno == EINVAL);
			return;
		}
		memmove(copy + at, copy + at + block, size - at - block);
		size -= block;
	} else if (size + block <= FILE_SIZE) {
		if (fallocate(fd, FALLOC_FL_INSERT_RANGE, at, block)) {
			MUST(errno == EOPNOTSUPP || errno == EINVAL);
			return;
		}
		memmove(copy + at + block, copy + at, size - at);
		memset(copy + at, 0, block);
		size += block;
	}
}

static void direct_step(const char *path, off_t at, size_t length)
{
	int fd = open(path, O_RDWR | O_DIRECT);
	ssize_t got;

	if (fd < 0) {
		MUST(errno == EINVAL);
		return;
	}
	at &= ~4095L;
	length = (length + 4095) & ~4095UL;
	if (at + (off_t)length > FILE_SIZE)
		length = FILE_SIZE - at;
	if (any(2)) {
		got = pread(fd, data, length, at);
		MUST(got == (at >= size ? 0 : size - at < (off_t)length ? size - at :
									  (off_t)length));
		must_be(data, at, got, "direct read", true);
	} else {
		twin_fill(data, length, any(~0U));
		MUST(pwrite(fd, data, length, at) == (ssize_t)length);
		grown(at, length);
		memcpy(copy + at, data, length);
	}
	MUST(!close(fd));
}

/* Is a mapping of the file one of its own, or of the lower file? */
static enum place place_of(int fd)
{
	unsigned int device[2] = {};
	unsigned long start;
	char line[PATH_MAX];
	struct stat st;
	char *map;
	FILE *in;

	/* what may lie behind the end of the file is not touched */
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	in = fopen("/proc/self/maps", "r");
	MUST(map != MAP_FAILED && in && !stat(getenv("MNT"), &st));
	do
		MUST(fgets(line, sizeof(line), in));
	while (sscanf(line, "%lx-%*x %*s %*x %x:%x", &start, &device[0], &device[1]) != 3 ||
	       start != (unsigned long)map);
	MUST(!fclose(in) && !munmap(map, 4096));
	return makedev(device[0], device[1]) == st.st_dev ? OWN : BELOW;
}

/* Notes where the data is. A file that was mapped below stays there until it is closed. */
static void look(const char *path)
{
	int fd = open(path, O_RDWR);

	MUST(fd >= 0);
	mine[place_of(fd)]++;
	MUST(!close(fd));
}

static void one_step(const char *path, int *fd)
{
	off_t at = any(FILE_SIZE - 1);
	size_t length = 1 + any(any(4) ? 5000 : 60000);
	struct stat st;

	if (at + (off_t)length > FILE_SIZE)
		length = FILE_SIZE - at;
	switch (any(16)) {
	case 0 ... 3:
		write_step(*fd, at, length, path);
		break;
	case 4 ... 6:
		read_step(*fd, at, length);
		break;
	case 7:
		MUST(!(any(2) ? ftruncate(*fd, at) : truncate(path, at)));
		grown(at, 0);
		size = at;
		break;
	case 8 ... 9:
		map_step(*fd, at, length);
		break;
	case 10 ... 11:
		allocate_step(*fd, at, length);
		break;
	case 12:
		direct_step(path, at, length);
		break;
	case 13:
		MUST(any(4) || !fsync(*fd));
		if (!any(3))
			posix_fadvise(*fd, 0, 0, POSIX_FADV_DONTNEED);
		break;
	case 14:
		move_step(*fd, at);
		break;
	case 15:
		MUST(!close(*fd));
		if (mine)
			look(path);
		if (!any(10))
			size = 0;
		*fd = open(path, O_RDWR | (any(4) ? 0 : O_SYNC) | (size ? 0 : O_TRUNC));
		MUST(*fd >= 0);
		break;
	}
	MUST(!fstat(*fd, &st) && st.st_size == size);
}

/* What lies below must be what is above, each byte changed; or a hole. */
static void check_below(const char *below)
{
	int fd = open(below, O_RDONLY);
	size_t i;

	MUST(fd >= 0);
	MUST(pread(fd, data, FILE_SIZE, 0) == size);
	for (i = 0; i < (size_t)size; i++) {
		if ((data[i] ^ copy[i]) == (char)0xa5 || (!data[i] && !copy[i]) ||
		    (loose && data[i] == copy[i]))
			continue;
		printf("differs: below: byte %zu of %ld is %#x for %#x\n", i, (long)size,
		       data[i] & 0xff, copy[i] & 0xff);
		exit(1);
	}
	close(fd);
}

static void on_term(int number)
{
	stop_wanted = number == SIGTERM;
}

/* @below: look there at the end. */
static void worker(const char *path, const char *below, unsigned int number, enum how how)
{
	unsigned long step;
	int fd;

	signal(SIGTERM, on_term);
	seed = number * 7919 + 1;
	size = 0;
	memset(copy, 0, FILE_SIZE);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	MUST(fd >= 0);
	for (step = 0; step < steps || (how == ENDLESS && !stop_wanted); step++) {
		one_step(path, &fd);
		if (how == STOPPING && step % (steps / (STOPS + 1)) == steps / (STOPS + 1) - 1)
			raise(SIGSTOP);
	}
	read_step(fd, 0, FILE_SIZE);
	MUST(!close(fd));
	if (below)
		check_below(below);
	exit(0);
}

/* A file that several processes share: what it holds, and who works on all of it; shared memory. */
static struct {
	pthread_rwlock_t lock;
	char copy[FILE_SIZE];
} *common;

/* Bytes of the shared file are what they must be. */
static void common_is(const char *got, off_t at, size_t length, const char *how, bool uncached)
{
	memcpy(copy + at, common->copy + at, length);
	must_be(got, at, length, how, uncached);
}

/* A step of which others see nothing: it is on a part of its own. */
static void own_part(int fd, char *map, off_t at)
{
	size_t length = 1 + any(PART), hole;

	at += any(PART + 1 - length);
	switch (any(8)) {
	case 0 ... 1:
		twin_fill(data, length, any(~0U));
		MUST(pwrite(fd, data, length, at) == (ssize_t)length);
		memcpy(common->copy + at, data, length);
		break;
	case 2:
		memset(map + at, any(256), length);
		memcpy(common->copy + at, map + at, length);
		break;
	case 3 ... 4:
		MUST(pread(fd, data, length, at) == (ssize_t)length);
		common_is(data, at, length, "shared read", false);
		break;
	case 5:
		common_is(map + at, at, length, "shared map", false);
		break;
	case 6:
		hole = 1 + any(length);
		MUST(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, hole));
		memset(common->copy + at, 0, hole);
		break;
	default:
		if (!any(8))
			MUST(!msync(map, FILE_SIZE, MS_SYNC));
		else if (!any(8))
			MUST(!fsync(fd));
		else if (!any(8))
			posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	}
}

/* A step on all of the file, while nobody else makes one. */
static void whole_file(int fd, int direct, char *map)
{
	off_t at = any(FILE_SIZE), block = at & ~4095L;

	switch (any(3)) {
	case 0:
		MUST(!ftruncate(fd, at) && !ftruncate(fd, FILE_SIZE));
		memset(common->copy + at, 0, FILE_SIZE - at);
		break;
	case 1:
		if (direct < 0)
			break;
		twin_fill(data, 4096, any(~0U));
		MUST(pwrite(direct, data, 4096, block) == 4096);
		memcpy(common->copy + block, data, 4096);
		common_is(map + block, block, 4096, "map of what was written directly", false);
		break;
	default:
		if (direct < 0)
			break;
		MUST(pread(direct, data, 4096, block) == 4096);
		common_is(data, block, 4096, "shared direct read", true);
	}
}

static void sharer(const char *path, unsigned int number, unsigned int sharers)
{
	int fd = open(path, O_RDWR), direct = open(path, O_RDWR | O_DIRECT);
	unsigned int parts = FILE_SIZE / PART / sharers;
	unsigned long step, count = shared_steps / 2 / SHARERS / sharers;
	char *map;

	seed = number * 104729 + sharers;
	size = FILE_SIZE;
	MUST(fd >= 0 && (direct >= 0 || errno == EINVAL));
	map = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(map != MAP_FAILED);
	for (step = 0; step < count; step++) {
		bool all = !any(8);

		MUST(!(all ? pthread_rwlock_wrlock(&common->lock) :
			     pthread_rwlock_rdlock(&common->lock)));
		if (all)
			whole_file(fd, direct, map);
		else
			own_part(fd, map, (any(parts) * sharers + number) * (off_t)PART);
		MUST(!pthread_rwlock_unlock(&common->lock));
	}
	exit(0);
}

static bool await(unsigned int count)
{
	bool good = true;
	int status;

	while (count--) {
		if (wait(&status) < 0 || status)
			good = false;
	}
	return good;
}

static bool own_files(const char *name, enum how how, pid_t *pids)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	char path[PATH_MAX], below[PATH_MAX];
	unsigned int i;

	for (i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		FLT_REQUIRE(pids[i] >= 0);
		if (pids[i])
			continue;
		if (how == ENDLESS)
			mine = found[i];
		snprintf(path, sizeof(path), "%s/%s-%u", mnt, name, i);
		snprintf(below, sizeof(below), "%s/%s-%u", lower, name, i);
		worker(path, changed ? below : NULL, i + *name, how);
	}
	return how != ONCE || await(WORKERS);
}

/* Are the two files the same? */
static bool same(const char *path, const char *other)
{
	static char there[FILE_SIZE];
	int in = open(path, O_RDONLY);
	ssize_t got = read(in, data, FILE_SIZE);

	close(in);
	in = open(other, O_RDONLY);
	if (read(in, there, FILE_SIZE) != got)
		got = -1;
	close(in);
	return got >= 0 && !memcmp(data, there, got);
}

/*
 * While workers stand still, with their files open, swapbuf goes: then everybody sees what lies
 * below. When it is back, programs see the plain bytes again.
 */
static bool swapbuf_goes(void)
{
	char path[PATH_MAX], below[PATH_MAX];
	pid_t pids[WORKERS];
	unsigned int i, round;
	int status;

	own_files("stopping", STOPPING, pids);
	for (round = 0; round <= STOPS; round++) {
		for (i = 0; i < WORKERS; i++)
			if (waitpid(pids[i], &status, WUNTRACED) != pids[i] || !WIFSTOPPED(status))
				return false;
		FLT_REQUIRE(!twin_unload("swapbuf", true));
		for (i = 0; i < WORKERS; i++) {
			snprintf(path, sizeof(path), "%s/stopping-%u", getenv("MNT"), i);
			snprintf(below, sizeof(below), "%s/stopping-%u", getenv("LOWER"), i);
			FLT_EXPECT(same(path, below));
		}
		FLT_REQUIRE(!twin_load("swapbuf"));
		for (i = 0; i < WORKERS; i++)
			kill(pids[i], SIGCONT);
	}
	return await(WORKERS);
}

/* One file, by so many processes. One that fails may have locked out the others. */
static bool shared_file(unsigned int sharers)
{
	char path[PATH_MAX], below[PATH_MAX];
	pid_t pids[SHARERS];
	bool good = true;
	unsigned int i, j;
	int fd, status;

	snprintf(path, sizeof(path), "%s/shared", getenv("MNT"));
	snprintf(below, sizeof(below), "%s/shared", getenv("LOWER"));
	fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
	FLT_REQUIRE(fd >= 0 && !ftruncate(fd, FILE_SIZE) && !close(fd));
	memset(common->copy, 0, FILE_SIZE);
	for (i = 0; i < sharers; i++) {
		pids[i] = fork();
		FLT_REQUIRE(pids[i] >= 0);
		if (!pids[i])
			sharer(path, i, sharers);
	}
	for (i = 0; i < sharers; i++) {
		if (wait(&status) >= 0 && !status)
			continue;
		for (j = 0; j < sharers && good; j++)
			kill(pids[j], SIGKILL);
		good = false;
	}
	if (!good)
		return false;
	size = FILE_SIZE;
	fd = open(path, O_RDONLY);
	MUST(pread(fd, data, FILE_SIZE, 0) == FILE_SIZE && !close(fd));
	common_is(data, 0, FILE_SIZE, "shared file", false);
	check_below(below);
	return true;
}

static void shared_files(void)
{
	unsigned int sharers;

	for (sharers = 1; sharers <= SHARERS; sharers++)
		FLT_EXPECT(shared_file(sharers));
}

static void common_begin(void)
{
	pthread_rwlockattr_t how;

	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	FLT_REQUIRE(common != MAP_FAILED && !pthread_rwlockattr_init(&how));
	FLT_REQUIRE(!pthread_rwlockattr_setpshared(&how, PTHREAD_PROCESS_SHARED));
	/* Who wants all of the file is not to wait for ever. */
	FLT_REQUIRE(!pthread_rwlockattr_setkind_np(&how,
						   PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
	FLT_REQUIRE(!pthread_rwlock_init(&common->lock, &how));
}

static int shared_fd;

/* What the writer writes, or the zeros of a hole. */
static bool is_written(char byte)
{
	return byte == 'w' || !byte ||
	       (loose && (byte == ('w' ^ (char)0xa5) || byte == (char)0xa5));
}

/* Maps a file again and again, while another thread of the program writes to it. */
static void *mapper(void *unused)
{
	while (!stop_wanted) {
		char *map = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, shared_fd, 0);

		MUST(map != MAP_FAILED && is_written(*map));
		MUST(!munmap(map, FILE_SIZE));
	}
	return unused;
}

/* Each write has its memory faulted in, which waits for a mapper that changes the program's map. */
static void writer_and_mapper(const char *path)
{
	pthread_t thread;
	char *memory;

	signal(SIGTERM, on_term);
	shared_fd = open(path, O_CREAT | O_RDWR, 0600);
	MUST(shared_fd >= 0 && !ftruncate(shared_fd, FILE_SIZE));
	MUST(!pthread_create(&thread, NULL, mapper, NULL));
	while (!stop_wanted) {
		memory = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		MUST(memory != MAP_FAILED);
		*memory = 'w';
		MUST(pwrite(shared_fd, memory, FILE_SIZE, 0) == FILE_SIZE);
		MUST(!munmap(memory, FILE_SIZE));
		/* a file that is mapped stays where it is until it is closed */
		if (!any(20)) {
			int again = open(path, O_RDWR);

			MUST(again >= 0 && !close(again));
		}
	}
	pthread_join(thread, NULL);
	exit(0);
}

/* Does each worker find its file's data there, more often than then? */
static bool all_find(enum place place, const unsigned int *before)
{
	unsigned int i = 0, tries = 0;

	while (i < WORKERS) {
		if (found[i][place] != before[i]) {
			i++;
		} else if (++tries > 6000) {
			printf("worker %u has never found its data %s\n", i,
			       place == OWN ? "in the own page cache" : "below");
			return false;
		} else {
			usleep(10000);
		}
	}
	return true;
}

/* A filter comes and goes while files are worked on: all of them follow. */
static bool coming_and_going(const char *filter, const char *name)
{
	unsigned int rounds, before[WORKERS];
	char path[PATH_MAX];
	pid_t pids[WORKERS + 1];
	bool good = true;
	int i;

	found = mmap(NULL, sizeof(*found) * WORKERS, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	FLT_REQUIRE(found != MAP_FAILED);
	own_files(name, ENDLESS, pids);
	snprintf(path, sizeof(path), "%s/threads-%s", getenv("MNT"), filter);
	pids[WORKERS] = fork();
	FLT_REQUIRE(pids[WORKERS] >= 0);
	if (!pids[WORKERS])
		writer_and_mapper(path);
	for (rounds = 0; rounds < 4 && good; rounds++) {
		for (i = 0; i < WORKERS; i++)
			before[i] = found[i][OWN];
		FLT_REQUIRE(!twin_load(filter));
		good = all_find(OWN, before);
		for (i = 0; i < WORKERS; i++)
			before[i] = found[i][BELOW];
		FLT_REQUIRE(!twin_unload(filter, true));
		good = good && all_find(BELOW, before);
	}
	for (i = 0; i <= WORKERS; i++)
		kill(pids[i], SIGTERM);
	return await(WORKERS + 1) && good;
}

/* Whoever the pages are written by: a set-id bit does not outlive another user's write. */
static bool set_id_goes(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	char path[PATH_MAX];
	struct stat st;
	int status = 1, fd;
	pid_t child;

	snprintf(path, sizeof(path), "%s/set-id", getenv("MNT"));
	fd = open(path, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(fd >= 0 && write(fd, "0123456789", 10) == 10);
	FLT_REQUIRE(!fchmod(fd, 06777));
	child = fork();
	if (!child) {
		FLT_REQUIRE(!setgid(1000) && !setuid(1000));
		/* A limit on sizes: what is above it another task may write, but not this one. */
		FLT_REQUIRE(!setrlimit(RLIMIT_FSIZE, &limit));
		signal(SIGXFSZ, SIG_IGN);
		FLT_EXPECT(pwrite(fd, "x", 1, limit.rlim_cur) == -1 && errno == EFBIG);
		FLT_EXPECT(pwrite(fd, "x", 1, 3) == 1);
		_exit(prove_failures);
	}
	waitpid(child, &status, 0);
	FLT_EXPECT(!fstat(fd, &st) && !(st.st_mode & 06000) && st.st_size == 10);
	close(fd);
	return !status && !(st.st_mode & 06000);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT"), *more = getenv("LONG");
	const char *kernel = getenv("KERNEL");
	pid_t pids[WORKERS];

	if (strcmp(kernel, "6.12")) {
		steps = STEPS_LESS;
		shared_steps = strcmp(kernel, "debug") ? SHARED_LESS : SHARED_DEBUG;
	}
	if (more && *more) {
		steps = STEPS_LONG;
		shared_steps = SHARED_LONG;
	}
	if (getenv("STEPS")) {
		steps = strtoul(getenv("STEPS"), NULL, 0);
		shared_steps = steps * 160;
	}
	common_begin();
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("swapbuf"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=auto"));
	changed = true;
	FLT_PROVES("BUF-062", own_files("through", ONCE, pids));
	FLT_EXPECT(set_id_goes());
	shared_files();
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "write=back"));
	FLT_PROVES("BUF-062", own_files("back", ONCE, pids));
	shared_files();
	FLT_EXPECT(swapbuf_goes());
	FLT_REQUIRE(!twin_unload("swapbuf", true));
	loose = true;
	seed = 1;
	FLT_EXPECT(coming_and_going("swapbuf", "swapping"));
	loose = false;
	FLT_REQUIRE(!umount(mnt));

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, "cache=own"));
	changed = false;
	seed = 1;
	FLT_EXPECT(coming_and_going("passthru", "endless"));
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
