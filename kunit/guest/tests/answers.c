// SPDX-License-Identifier: GPL-2.0
/*
 * What a filter answers is what programs get: every status of the map's tables as its errno, a
 * refusal as no change below, a changed parameter as the changed effect, a changed result as what
 * is seen. The filter "answer" does with an operation what the name of its file says.
 *
 * needs: long-kernels=debug filters=answer time=120
 */
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/statfs.h>

#include "../twin.h"

enum { CREATE = 0, READ = 3, WRITE = 4, QUERY = 5, SET = 6, QUERY_EA = 7, SET_EA = 8, FLUSH = 9,
       QUERY_VOLUME = 10, FSCTL = 13, IOCTL = 14, LOCK = 17, SET_SECURITY = 21, QUERY_OPEN = 0xf9,
       SECTION = 0xff };

#define DENIED 0xc0000022u

static const struct timespec times[] = { { 5, 0 }, { 5, 0 } };
static char data[4096];

/* A name that makes the filter act, in a buffer that is used again later. */
static const char *named(unsigned int major, char action, unsigned int status)
{
	static char names[4][64];
	static unsigned int next;
	char *name = names[next++ % 4];

	snprintf(name, sizeof(names[0]), "x=%02x%c%08x", major, action, status);
	return name;
}

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	return path;
}

/* A file of ten bytes, made below where nobody sees it. */
static const char *file(const char *name)
{
	int fd = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(write(fd, "0123456789", 10) == 10);
	close(fd);
	return name;
}

static struct stat lower_stat(const char *name)
{
	struct stat st = { 0 };

	stat(below(name), &st);
	return st;
}

static int error_of(long result)
{
	return result < 0 ? errno : 0;
}

/* Every status of tables 7.1 and 7.2, by errno. */
static const struct {
	int error;
	unsigned int statuses[70];
} table[] = {
	{ 1, { 0xc0000061, 0xc0000060, 0xc0000020 } },
	{ 2, { 0xc0000034, 0xc000003a, 0xc000000f, 0xc0000225, 0x8000001a, 0xc00002f0,
		0xc0000123, 0xc0000056, 0xc01c0015, 0xc01c0014, 0xc01c0013, 0xc01c0018,
		0xc01c0016 } },
	{ 3, { 0xe0f50003 } },
	{ 4, { 0xc0000703, 0xc000004b, 0xc000010a } },
	{ 5, { 0xc0000185, 0xc0000001, 0xc00000e5, 0xc000009c, 0xc000003e, 0xc0000102,
		0xc0000222, 0xc0000278, 0xc01c000a, 0xc0000128, 0xc0000277, 0xc00002b2,
		0xc0000184, 0xc00000a3, 0x8000001e, 0xc0000006, 0xc0000016 } },
	{ 6, { 0xc000000e } },
	{ 7, { 0xc0000050 } },
	{ 8, { 0xc000007b } },
	{ 9, { 0xc0000008, 0xc0000037 } },
	{ 10, { 0xe0f5000a } },
	{ 11, { 0xc00000d8, 0xc0000054, 0xc0000055, 0xc000022d, 0xc00000bf, 0xc01c0006,
		0xc01c0008 } },
	{ 12, { 0xc000009a, 0xc0000017, 0xc000012d, 0xc0000205, 0xc00000a1 } },
	{ 13, { 0xc0000022, 0xc0000906, 0xc0000907, 0xc0000121, 0xc000005a, 0xc0000361,
		0xc0000804, 0xc0000293, 0xc000004e } },
	{ 14, { 0xc00000e8, 0xc0000005 } },
	{ 15, { 0xe0f5000f } },
	{ 16, { 0xc0000708, 0xc0000043, 0x80000011, 0xc00000ae, 0xc00000e2, 0xc0000909,
		0xc000010e, 0xc01c0010, 0xc0000281, 0xc000038e, 0xc0000246, 0xc01c0023 } },
	{ 17, { 0xc0000035, 0xc01c0002, 0xc01c0011, 0xc01c0012, 0xc00000bd, 0xc01c001c } },
	{ 18, { 0xc00000d4, 0xc0000368 } },
	{ 19, { 0xc00000c0, 0xc000026e, 0xc01c000b, 0xc01c0019, 0xc00002b6, 0xc01c000f,
		0xc0000365, 0xc01c0007 } },
	{ 20, { 0xc0000103 } },
	{ 21, { 0xc00000ba } },
	{ 22, { 0xc000000d, 0xc00000ef, 0xc00000f0, 0xc00000f1, 0xc00000f2, 0xc0000003,
		0xc0000004, 0xc0000206, 0xc0000077, 0xc0000078, 0xc0000079, 0xc0000058,
		0xc0000033, 0xc000003b, 0xc0000039, 0x80000014, 0x80000013, 0x80000002,
		0xc0000275, 0xc0000276, 0xc0000220, 0xc00000e3, 0xc0000369, 0xc01c0005,
		0xc01c0003, 0xc0000024, 0xc00000f3, 0xc00000f4, 0xc00000f5, 0xc00000f6,
		0xc00000f7, 0xc00001a1, 0xc0000045, 0xc0000086, 0xc0000040, 0xc000011e,
		0xc0000019, 0xc0000018, 0xc000002a, 0xc000007e, 0xc000019f, 0xc01c0017,
		0xc01c000c } },
	{ 23, { 0xe0f50017 } },
	{ 24, { 0xc000011f } },
	{ 25, { 0xc0000010 } },
	{ 26, { 0xc0000243 } },
	{ 27, { 0xc0000904 } },
	{ 28, { 0xc000007f } },
	{ 29, { 0xc00000af } },
	{ 30, { 0xc00000a2 } },
	{ 31, { 0xc0000265 } },
	{ 32, { 0xc000014b } },
	{ 33, { 0xe0f50021 } },
	{ 34, { 0xc0000023, 0x80000005 } },
	{ 35, { 0xc0000194 } },
	{ 36, { 0xc0000106 } },
	{ 37, { 0xe0f50025 } },
	{ 38, { 0xc0000002 } },
	{ 39, { 0xc0000101 } },
	{ 40, { 0xc0000280, 0x8000002d } },
	{ 52, { 0xe0f50034 } },
	{ 61, { 0xc0000051, 0xc0000052, 0x80000012 } },
	{ 62, { 0xe0f5003e } },
	{ 67, { 0xe0f50043 } },
	{ 71, { 0xc00000c3 } },
	{ 74, { 0xc000003f } },
	{ 75, { 0xc0000095 } },
	{ 77, { 0xe0f5004d } },
	{ 84, { 0xc0000161 } },
	{ 87, { 0xe0f50057 } },
	{ 95, { 0xc00000bb, 0xc000004f, 0xc0000279 } },
	{ 100, { 0xe0f50064 } },
	{ 101, { 0xc000023c } },
	{ 103, { 0xc0000241 } },
	{ 104, { 0xc000020d } },
	{ 105, { 0xe0f50069 } },
	{ 107, { 0xc000020c } },
	{ 108, { 0xe0f5006c } },
	{ 110, { 0xc00000b5, 0xc0000267 } },
	{ 111, { 0xc0000236 } },
	{ 112, { 0xe0f50070 } },
	{ 113, { 0xc000023d } },
	{ 114, { 0xe0f50072 } },
	{ 115, { 0xe0f50073 } },
	{ 116, { 0xc0000098 } },
	{ 117, { 0xc0000032 } },
	{ 121, { 0xc00000c4 } },
	{ 122, { 0xc0000802, 0xc0000044 } },
	{ 123, { 0xc0000013 } },
	{ 124, { 0xc0000014 } },
	{ 125, { 0xc0000120, 0xc0000240, 0xc01c000e } },
	{ 126, { 0xc000028b } },
	{ 127, { 0xe0f5007f } },
	{ 128, { 0xe0f50080 } },
	{ 129, { 0xe0f50081 } },
	{ 133, { 0xe0f50085 } },
	{ 512, { 0xe0f50200 } },
	{ 513, { 0xe0f50201 } },
	{ 521, { 0xe0f50209 } },
	{ 524, { 0xe0f5020c } },
	{ 525, { 0xe0f5020d } },
	{ 526, { 0xe0f5020e } },
	{ 528, { 0xe0f50210 } },
};

/* The errno that one operation gives when its filter ends it with a status. */
static int with_create(unsigned int status)
{
	const char *name = file(named(CREATE, 'a', status));
	int fd = open(name, O_RDONLY), error = error_of(fd);

	close(fd);
	unlink(below(name));
	return error;
}

static int with_read(unsigned int status)
{
	const char *name = file(named(READ, 'a', status));
	int fd = open(name, O_RDONLY), error = error_of(read(fd, data, 5));

	close(fd);
	unlink(below(name));
	return error;
}

static int with_set(unsigned int status)
{
	const char *name = file(named(SET, 'a', status));
	int error = error_of(truncate(name, 3));

	FLT_EXPECT(lower_stat(name).st_size == 10);
	unlink(below(name));
	return error;
}

static int with_query_ea(unsigned int status)
{
	const char *name = file(named(QUERY_EA, 'a', status));
	int error = error_of(getxattr(name, "trusted.x", data, sizeof(data)));

	unlink(below(name));
	return error;
}

/* The kernel with checks is slow: but for the long run, less of what differs only in a number. */
static bool debug, less;

static void all_statuses(void)
{
	static int (*const with[])(unsigned int status) = {
		with_create, with_read, with_set, with_query_ea,
	};
	unsigned int i, j, k, count = 0;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (j = 0; table[i].statuses[j]; j++, count++) {
			unsigned int status = table[i].statuses[j];
			int want = table[i].error, got[4] = { want, want, want, want };

			for (k = 0; k < 4; k++)
				if (!less || k == count % 4)
					got[k] = with[k](status);
			if (!FLT_PROVES("VFS-852", got[0] == want && got[1] == want &&
					got[2] == want && got[3] == want))
				printf("status %x: wanted %d, got %d %d %d %d\n", status, want,
				       got[0], got[1], got[2], got[3]);
		}
	}
	/* rule (d): these end a read, they do not fail it */
	FLT_PROVES("VFS-852", with_read(0xc0000011) == 0);
	FLT_PROVES("VFS-852", with_read(0) == 0 && with_read(0x10c) == 0);
	/* rule (f) */
	FLT_PROVES("VFS-852", with_read(0x104) == EIO);
}

static unsigned int log_lines(const char *text)
{
	char record[4096];
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	unsigned int count = 0;
	ssize_t got;

	while ((got = read(log, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (got > 0) {
			record[got] = 0;
			count += !!strstr(record, text);
		}
	}
	close(log);
	return count;
}

static void odd_statuses(void)
{
	unsigned int e, lines = log_lines("unknown status 0xc0de0001");

	FLT_PROVES("VFS-853", with_set(0xc0de0001) == EIO &&
		   log_lines("unknown status 0xc0de0001") == lines + 1);
	for (e = 1; e <= 4095; e += e < 140 && !less ? 1 : 97)
		FLT_PROVES("VFS-854", with_create(0xe0f50000 | e) == (int)e);
	FLT_PROVES("VFS-854", with_create(0xe0f50000) == EIO && with_create(0xe0f51000) == EIO &&
		   with_create(0xe0f5ffff) == EIO);
}

/* What another process would meet that wants to write. */
static short lock_seen(int fd)
{
	int pid = fork(), status;

	if (!pid) {
		struct flock range = { .l_type = F_WRLCK };

		_exit(fcntl(fd, F_GETLK, &range) ? 99 : range.l_type);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/*
 * The filter refuses all locks of a file by one of its names; its other name has what was locked
 * before. Every status has its errno; nothing that was held is disturbed; and what is given back
 * cannot be kept.
 */
static void locks_refused(void)
{
	static const struct {
		unsigned int status;
		int error;
	} table[] = {
		{ 0xc0000055, EAGAIN }, { 0xc0000054, EAGAIN }, { 0xc0000120, ECANCELED },
		{ 0xc0000194, EDEADLK }, { 0xc000009a, ENOMEM }, { 0xc00001a1, EINVAL },
		{ 0xc0000022, EACCES }, { 0xc00000bb, EOPNOTSUPP }, { 0xc000007e, 0 },
	};
	struct flock range = { .l_len = 10 };
	unsigned int i;
	int fd, other;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *name = named(LOCK, 'a', table[i].status);
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s", below(file(name)));
		unlink(below("other-name"));
		FLT_REQUIRE(!link(path, below("other-name")));
		other = open("other-name", O_RDWR);
		fd = open(name, O_RDWR);
		FLT_REQUIRE(other >= 0 && fd >= 0);
		range.l_type = F_WRLCK;
		if (table[i].error)
			FLT_PROVES("LOCK-20", fcntl(fd, F_SETLK, &range) &&
				   errno == table[i].error);
		FLT_PROVES("LOCK-22", !table[i].error || lock_seen(other) == F_UNLCK);
		range.l_type = F_RDLCK;
		FLT_REQUIRE(!fcntl(other, F_SETLK, &range) && lock_seen(other) == F_RDLCK);
		range.l_type = F_WRLCK;
		if (table[i].error)
			FLT_PROVES("LOCK-22", fcntl(fd, F_SETLK, &range) &&
				   lock_seen(other) == F_RDLCK);
		range.l_type = F_UNLCK;
		FLT_PROVES("LOCK-21", !fcntl(fd, F_SETLK, &range) && lock_seen(other) == F_UNLCK);
		range.l_type = F_RDLCK;
		FLT_REQUIRE(!fcntl(other, F_SETLK, &range) && lock_seen(other) == F_RDLCK);
		FLT_PROVES("LOCK-38", !close(fd) && lock_seen(other) == F_UNLCK);
		close(other);
	}
}

/* Refusals: the errno, and nothing has changed below. */
static void refusals(void)
{
	static const unsigned int acl[] = {
		2, 1 | 6 << 16, -1, 2 | 6 << 16, 1000, 4 | 4 << 16, -1, 16 | 6 << 16, -1,
		32 | 0 << 16, -1,
	};
	const char *name = file(named(SET_SECURITY, 'a', DENIED));
	struct flock range = { .l_type = F_WRLCK };
	int fd, other, pid, status;
	char path[PATH_MAX];
	struct statfs vfs;
	void *at;

	FLT_PROVES("VFS-311", chmod(name, 0777) && errno == EACCES &&
		   (lower_stat(name).st_mode & 0777) == 0644);
	FLT_PROVES("VFS-312", chown(name, 5, 5) && errno == EACCES && !lower_stat(name).st_uid);
	FLT_PROVES("INFO-71", chmod(name, 0777) && chown(name, 5, 5) &&
		   (lower_stat(name).st_mode & 0777) == 0644 && !lower_stat(name).st_uid);
	FLT_PROVES("INFO-71", setxattr(name, "system.posix_acl_access", acl, sizeof(acl), 0) &&
		   errno == EACCES &&
		   getxattr(below(name), "system.posix_acl_access", data, 100) < 0);

	name = file(named(SET_EA, 'a', DENIED));
	FLT_PROVES("VFS-334", setxattr(name, "trusted.a", "1", 1, 0) && errno == EACCES &&
		   getxattr(below(name), "trusted.a", data, 9) < 0);

	name = file(named(SET, 'a', DENIED));
	FLT_PROVES("VFS-314", utimensat(AT_FDCWD, name, times, 0) &&
		   errno == EACCES && lower_stat(name).st_mtime != 5);
	FLT_PROVES("VFS-211", unlink(name) && errno == EACCES && lower_stat(name).st_size == 10);
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-321", fallocate(fd, 0, 0, 100000) && errno == EACCES &&
		   lower_stat(name).st_size == 10);
	close(fd);

	name = file(named(FSCTL, 'a', DENIED));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-323", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2, 3) &&
		   errno == EACCES && pread(fd, data, 10, 0) == 10 &&
		   !memcmp(data, "0123456789", 10));
	close(fd);

	name = file(named(IOCTL, 's', 0));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-532", ioctl(fd, _IOW('Q', 7, int[4]), data) == 0);
	close(fd);

	name = file(named(SECTION, 'a', DENIED));
	fd = open(name, O_RDWR);
	at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	FLT_PROVES("VFS-441", at == MAP_FAILED && errno == EACCES);
	FLT_PROVES("FASTIO-35", at == MAP_FAILED && errno == EACCES);
	close(fd);

	name = file(named(LOCK, 'a', 0xc0000055));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-501", fcntl(fd, F_SETLK, &range) && errno == EAGAIN);
	FLT_PROVES("VFS-511", flock(fd, LOCK_EX) && errno == EWOULDBLOCK);
	/* an unlock cannot be failed */
	range.l_type = F_UNLCK;
	FLT_PROVES("VFS-503", !fcntl(fd, F_SETLK, &range));
	FLT_PROVES("VFS-512", !flock(fd, LOCK_UN));
	close(fd);

	/* granted below, refused on the way back: the lock is gone again */
	name = file(named(LOCK, 'p', 0xc0000022));
	fd = open(name, O_RDWR);
	range.l_type = F_WRLCK;
	FLT_PROVES("LOCK-25", fcntl(fd, F_SETLK, &range) && errno == EACCES);
	pid = fork();
	if (!pid) {
		range.l_type = F_WRLCK;
		_exit(fcntl(fd, F_GETLK, &range) || range.l_type != F_UNLCK);
	}
	waitpid(pid, &status, 0);
	FLT_PROVES("LOCK-25", !status);
	close(fd);

	/* but what the owner had before is not taken from it: then the grant stands */
	snprintf(path, sizeof(path), "%s", below(name));
	FLT_REQUIRE(!link(path, below("linked")));
	other = open("linked", O_RDWR);
	fd = open(name, O_RDWR);
	range.l_type = F_RDLCK;
	FLT_REQUIRE(!fcntl(other, F_SETLK, &range));
	range.l_type = F_WRLCK;
	FLT_PROVES("LOCK-25", !fcntl(fd, F_SETLK, &range));
	pid = fork();
	if (!pid) {
		range.l_type = F_RDLCK;
		_exit(fcntl(fd, F_GETLK, &range) || range.l_type != F_WRLCK);
	}
	waitpid(pid, &status, 0);
	FLT_PROVES("LOCK-25", !status);
	close(fd);
	close(other);

	locks_refused();

	/* a lock that the filter keeps is not the kernel's */
	name = file(named(LOCK, 's', 0));
	fd = open(name, O_RDWR);
	range.l_type = F_WRLCK;
	FLT_PROVES("LOCK-23", !fcntl(fd, F_SETLK, &range));
	pid = fork();
	if (!pid) {
		range.l_type = F_WRLCK;
		_exit(fcntl(fd, F_GETLK, &range) || range.l_type != F_UNLCK);
	}
	waitpid(pid, &status, 0);
	FLT_PROVES("LOCK-23", !status);
	close(fd);

	name = file("x!0aac0000022");
	close(open(name, O_RDONLY));
	FLT_PROVES("VFS-602", statfs(getenv("MNT"), &vfs) && errno == EACCES);
	name = file("x!09ac0000022");
	fd = open(name, O_RDONLY);
	FLT_PROVES("VFS-604", syncfs(fd) && errno == EACCES);
	close(fd);
	close(open(file("x!000c0000022"), O_RDONLY));

	name = named(CREATE, 'a', DENIED);
	FLT_PROVES("CREATE-19", open(name, O_CREAT | O_RDWR, 0600) < 0 && errno == EACCES &&
		   access(below(name), F_OK) && errno == ENOENT);
	/* success without an open file is none */
	name = named(CREATE, 's', 0);
	FLT_PROVES("CREATE-19", open(name, O_CREAT | O_RDWR, 0600) < 0 && errno == EOPNOTSUPP &&
		   access(below(name), F_OK) && errno == ENOENT);

	/* a post-operation that fails a create: nothing stays open */
	name = file(named(CREATE, 'p', DENIED));
	FLT_PROVES("VFS-783", open(name, O_RDONLY) < 0 && errno == EACCES);
	unlink(below(name));
}

/* Changed parameters. */
static void changes(void)
{
	const char *name = file(named(SET_SECURITY, 'e', 0));
	char path[PATH_MAX];
	struct stat st;
	int fd;

	FLT_PROVES("VFS-311", !chmod(name, 0757) && (lower_stat(name).st_mode & 07777) == 0750);
	FLT_PROVES("VFS-311", !chmod(name, 04757) && (lower_stat(name).st_mode & 07777) == 04750);
	FLT_PROVES("VFS-312", !chown(name, 7, 8) && lower_stat(name).st_uid == 8 &&
		   lower_stat(name).st_gid == 8);

	/* what a filter gives to somebody else loses the privileges that went with its owner */
	name = file(named(SET_SECURITY, 'e', 1));
	FLT_PROVES("VFS-312", !chmod(name, 06777) && lower_stat(name).st_uid == 9 &&
		   (lower_stat(name).st_mode & 07777) == 0740);
	FLT_REQUIRE(!chmod(below(name), 06755));
	FLT_PROVES("VFS-312", !chown(name, 7, -1) && lower_stat(name).st_uid == 9 &&
		   (lower_stat(name).st_mode & 07777) == 0740);

	name = file(named(SET, 'e', 0));
	FLT_PROVES("VFS-315", !truncate(name, 7) && lower_stat(name).st_size == 3);
	FLT_PROVES("INFO-10", lower_stat(name).st_size == 3);
	FLT_PROVES("VFS-314", !utimensat(AT_FDCWD, name, times, 0) &&
		   lower_stat(name).st_mtime == 1000000000 &&
		   lower_stat(name).st_mtim.tv_nsec == 700);
	FLT_PROVES("INFO-10", lower_stat(name).st_mtime == 1000000000);
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-316", !ftruncate(fd, 8) && lower_stat(name).st_size == 3);
	FLT_PROVES("VFS-321", !fallocate(fd, 0, 0, 100000) && lower_stat(name).st_size == 3);
	FLT_PROVES("VFS-322", !fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 100000) &&
		   lower_stat(name).st_size == 3 && lower_stat(name).st_blocks * 512 >= 50000 &&
		   lower_stat(name).st_blocks * 512 < 100000);
	close(fd);
	snprintf(path, sizeof(path), "%s", name);
	FLT_PROVES("VFS-216", rename(path, "other") && errno == EXDEV &&
		   lower_stat(path).st_size == 3);
	FLT_PROVES("VFS-211", !unlink(path) && lower_stat(path).st_size == 3);

	/* another end alone: what was asked for is still set aside */
	name = file(named(SET, 'e', 1));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-321", !fallocate(fd, 0, 0, 100000) && lower_stat(name).st_size == 50 &&
		   lower_stat(name).st_blocks * 512 >= 100000);
	close(fd);

	name = file(named(SET_EA, 'e', 0));
	FLT_PROVES("VFS-334", !setxattr(name, "trusted.a", "12", 2, 0) &&
		   getxattr(below(name), "trusted.a", data, 9) == 2 && !memcmp(data, "Z2", 2));

	name = file(named(QUERY_EA, 'e', 0));
	FLT_REQUIRE(!setxattr(below(name), "trusted.a", "12", 2, 0));
	FLT_PROVES("VFS-331", getxattr(name, "trusted.a", data, 9) == 2 && !memcmp(data, "Z2", 2));
	FLT_PROVES("VFS-333", listxattr(name, data, sizeof(data)) >= 10 &&
		   memmem(data, 4000, "trusted.Z", 10) && !memmem(data, 4000, "trusted.a", 10));

	/* said to be answered, with nothing: no end, and no memory of others, comes of it */
	name = file(named(QUERY_EA, 's', 0));
	FLT_REQUIRE(!setxattr(below(name), "trusted.a", "12", 2, 0));
	FLT_PROVES("VFS-333", !listxattr(name, data, sizeof(data)));
	FLT_PROVES("VFS-331", getxattr(name, "trusted.a", data, 9) < 0 && errno == ENODATA);

	name = file(named(FSCTL, 'e', 0));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-323", !fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2, 3) &&
		   pread(fd, data, 10, 0) == 10 && !memcmp(data, "012\0\00056789", 10));
	close(fd);

	/* removed by its last close, because the filter said so when it was opened */
	name = file(named(CREATE, 'e', 0));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-781", fd >= 0 && !fstat(fd, &st) && lower_stat(name).st_size == 10);
	close(fd);
	FLT_PROVES("VFS-781", access(below(name), F_OK) && errno == ENOENT);

	/* superseded: as good as new; and a right to write that the filter took away */
	name = file(named(CREATE, 'e', 1));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-779", fd >= 0 && !lower_stat(name).st_size);
	close(fd);
	name = file(named(CREATE, 'e', 2));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-780", fd >= 0 && pread(fd, data, 10, 0) == 10);
	FLT_PROVES("VFS-780", pwrite(fd, "abc", 3, 0) < 0 && errno == EACCES &&
		   pread(fd, data, 10, 0) == 10 && !memcmp(data, "0123456789", 10));
	close(fd);
}

/* Changed results. */
static void results(void)
{
	const char *name = file(named(QUERY_OPEN, 'e', 0));
	struct statfs have, see;
	struct stat st, real;
	off_t end;
	int fd;

	real = lower_stat(name);
	FLT_PROVES("VFS-310", !stat(name, &st) && st.st_size == 1010 && st.st_nlink == 7 &&
		   st.st_ino == 4242 && st.st_blocks == real.st_blocks + 8 &&
		   st.st_mtime == real.st_mtime + 1);
	FLT_PROVES("INFO-09", st.st_size == 1010 && st.st_mtime == real.st_mtime + 1);
	FLT_PROVES("VFS-310", st.st_mode == (S_IFREG | 0751) && st.st_uid == 1234 &&
		   st.st_gid == 4321);
	/* it is an answer, not a change: the next one is made anew, the inode knows nothing */
	FLT_PROVES("VFS-310", !stat(name, &st) && st.st_size == 1010 &&
		   lower_stat(name).st_size == 10);
	FLT_PROVES("INFO-09", !stat(name, &st) && st.st_size == 1010 &&
		   st.st_mtime == real.st_mtime + 1);
	fd = open(name, O_RDONLY);
	end = lseek(fd, 0, SEEK_END);
	FLT_PROVES("VFS-310", end == 10);
	close(fd);

	name = file(named(QUERY, 'e', 0));
	real = lower_stat(name);
	fd = open(name, O_RDONLY);
	FLT_PROVES("VFS-310", !fstat(fd, &st) && st.st_size == 1010 && st.st_nlink == 7 &&
		   st.st_ino == 4242 && st.st_blocks == real.st_blocks + 8 &&
		   st.st_mtime == real.st_mtime + 1 && st.st_mode == (S_IFREG | 0444));
	FLT_PROVES("INFO-09", st.st_size == 1010 && st.st_mtime == real.st_mtime + 1);
	close(fd);

	FLT_REQUIRE(!statfs(getenv("LOWER"), &have));
	close(open(file("x!0ae00000000"), O_RDONLY));
	FLT_PROVES("VFS-602", !statfs(getenv("MNT"), &see) && see.f_blocks == have.f_blocks / 2 &&
		   see.f_files == have.f_files && see.f_bsize == have.f_bsize &&
		   labs((long)(see.f_bfree - have.f_bfree / 2)) < 64);
	FLT_PROVES("VOL-50", see.f_namelen == have.f_namelen &&
		   !memcmp(&see.f_fsid, &have.f_fsid, sizeof(see.f_fsid)) &&
		   see.f_type == 0x464c5446);
	close(open(file("x!000c0000022"), O_RDONLY));
}

/* What a filter completes by itself has its effect on the position all the same. */
static void completions(void)
{
	const char *name = file(named(WRITE, 's', 0));
	int fd = open(name, O_RDWR | O_APPEND);

	FLT_PROVES("VFS-412", write(fd, "abc", 3) == 3 && lseek(fd, 0, SEEK_CUR) == 13);
	FLT_PROVES("VFS-412", lower_stat(name).st_size == 10);
	close(fd);
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-411", write(fd, "abc", 3) == 3 && lseek(fd, 0, SEEK_CUR) == 3);
	close(fd);

	/* a rename that the filter made in its own way: the folder in its place is one still */
	name = named(SET, 's', 0);
	FLT_REQUIRE(!mkdir(below(name), 0755) && !mkdir(below("onto"), 0755));
	FLT_PROVES("VFS-217", !rename(name, "onto") && !access(name, F_OK));
	fd = open("onto/new", O_CREAT | O_RDWR, 0644);
	FLT_PROVES("VFS-217", fd >= 0 && !access(below("onto/new"), F_OK));
	close(fd);

	name = file(named(FLUSH, 's', 0));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-461", !fsync(fd));
	FLT_PROVES("INFO-57", !fsync(fd) && !fdatasync(fd));
	close(fd);
	name = file(named(FLUSH, 'a', DENIED));
	fd = open(name, O_RDWR);
	FLT_PROVES("VFS-461", fsync(fd) && errno == EACCES);
	FLT_PROVES("INFO-57", fsync(fd) && errno == EACCES && fdatasync(fd) && errno == EACCES);
	close(fd);
}

/* Nobody is interested in reads and writes: copies and splices go straight down. */
static void narrow(void)
{
	const char *name = file(named(FSCTL, 'a', DENIED));
	int in, out, pipes[2];
	loff_t at = 0;

	in = open(file("from"), O_RDONLY);
	out = open(name, O_RDWR);
	FLT_PROVES("VFS-424", copy_file_range(in, &at, out, NULL, 10, 0) < 0 && errno == EACCES);
	close(out);
	out = open("to", O_CREAT | O_RDWR, 0644);
	at = 0;
	FLT_PROVES("VFS-424", copy_file_range(in, &at, out, NULL, 10, 0) == 10 &&
		   pread(out, data, 20, 0) == 10 && !memcmp(data, "0123456789", 10));
	close(out);
	FLT_REQUIRE(!pipe(pipes));
	at = 0;
	FLT_PROVES("VFS-421", splice(in, &at, pipes[1], NULL, 10, 0) == 10 &&
		   read(pipes[0], data, 20) == 10 && !memcmp(data, "0123456789", 10));
	close(pipes[0]);
	close(pipes[1]);
	close(in);
}

/* How many pieces of memory of SIZE ("8k") the kernel has, accounted ones or the others; or -1. */
static long pieces(const char *size, bool accounted)
{
	char line[512], name[64], end[16];
	FILE *info = fopen("/proc/slabinfo", "r");
	long active, sum = -1;

	snprintf(end, sizeof(end), "-%s", size);
	while (info && fgets(line, sizeof(line), info))
		if (sscanf(line, "%63s %ld", name, &active) == 2 && !strncmp(name, "kmalloc-", 8) &&
		    strlen(name) > strlen(end) &&
		    !strcmp(name + strlen(name) - strlen(end), end) &&
		    !strncmp(name, "kmalloc-cg-", 11) == accounted)
			sum = (sum < 0 ? 0 : sum) + active;
	if (info)
		fclose(info);
	return sum;
}

#define MANY 300

/* Makes many files in the working folder, and looks at each of them. */
static void look_at_many(int count)
{
	struct stat st;
	char name[16];
	int i, fd, failed = 0;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%d", i);
		fd = open(name, O_CREAT | O_WRONLY, 0644);
		failed += fd < 0 || close(fd) || stat(name, &st);
	}
	FLT_EXPECT(!failed);
}

/* What an inode keeps of its name is little, and is accounted to who made it be kept. */
static void names_kept(void)
{
	long before, accounted;
	char name[256];
	int i;

	memset(name, 'n', 200);
	name[200] = 0;
	FLT_REQUIRE(!mkdir(name, 0755) && !chdir(name));
	accounted = pieces("512", true);
	look_at_many(MANY);
	if (accounted >= 0)
		FLT_EXPECT(pieces("512", true) - accounted >= MANY / 2);
	for (i = 0; i < 14; i++)
		FLT_REQUIRE(!mkdir(name, 0755) && !chdir(name));
	before = pieces("8k", false);
	accounted = pieces("8k", true);
	/* (What was freed counts for long where KASAN looks at it.) */
	look_at_many(less ? MANY / 10 : MANY);
	if (before >= 0 && !debug)
		FLT_EXPECT(pieces("8k", false) - before < MANY / 2);
	if (accounted >= 0 && !debug)
		FLT_EXPECT(pieces("8k", true) - accounted < MANY / 2);
	FLT_REQUIRE(!chdir(getenv("MNT")));
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	debug = !strcmp(getenv("KERNEL") ?: "", "debug");
	less = debug && !*(getenv("LONG") ?: "");
	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("answer"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	all_statuses();
	odd_statuses();
	refusals();
	changes();
	results();
	completions();
	names_kept();
	FLT_REQUIRE(!twin_unload("answer", true) && !twin_load_with("answer", "params=Narrow=1"));
	narrow();
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("answer", true) && !twin_unload("fltshim", false));
	return prove_status();
}
