/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls chosen at random, for a test that makes each of them twice, in two places ("sides"),
 * and compares what it says: what was returned, and how the files concerned look afterwards.
 */
#ifndef FLTSHIM_GUEST_CALLS_H
#define FLTSHIM_GUEST_CALLS_H

#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/sendfile.h>

#include "twin.h"

#define SLOTS 5

enum kind {
	OPEN, CLOSE, TMPFILE, LINK_FD, DUP, READ, WRITE, SEEK, SIZE, PATH_SIZE, ALLOCATE, SYNC,
	MAP, COPY, CLONE, SEND, SETFL, LOCK, RANGE_LOCK, MKDIR, MKNOD, SYMLINK, LINK, UNLINK,
	RMDIR, RENAME, READLINK, CHMOD, CHOWN, TIMES, SET_XATTR, GET_XATTR, REMOVE_XATTR,
	ACCESS, LIST, LIST_FD, FLAGS, WHO, UMASK, STATX, ADVISE, FORGET, NR_KINDS
};

/* How often each comes up. */
static const unsigned char weights[NR_KINDS] = {
	[OPEN] = 24, [CLOSE] = 10, [TMPFILE] = 2, [LINK_FD] = 2, [DUP] = 1, [READ] = 12,
	[WRITE] = 16, [SEEK] = 5, [SIZE] = 4, [PATH_SIZE] = 3, [ALLOCATE] = 5, [SYNC] = 2,
	[MAP] = 4, [COPY] = 4, [CLONE] = 2, [SEND] = 2, [SETFL] = 2, [LOCK] = 2, [RANGE_LOCK] = 3,
	[MKDIR] = 7, [MKNOD] = 2, [SYMLINK] = 3, [LINK] = 4, [UNLINK] = 7, [RMDIR] = 3,
	[RENAME] = 9, [READLINK] = 2, [CHMOD] = 4, [CHOWN] = 3, [TIMES] = 4, [SET_XATTR] = 5,
	[GET_XATTR] = 3, [REMOVE_XATTR] = 2, [ACCESS] = 3, [LIST] = 2, [LIST_FD] = 2,
	[FLAGS] = 2, [WHO] = 2, [UMASK] = 1, [STATX] = 3, [ADVISE] = 1, [FORGET] = 1,
};

static const char * const names[] = {
	"a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "l", "d/l", "m", "m/a", ".", "d/../a",
	"absent/x", "a/",
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static const char * const attributes[] = {
	"user.one", "user.two", "trusted.three", "security.four", "user.", "nonsense",
	"system.posix_acl_access", "system.posix_acl_default",
};

#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

/* For the owner, one user, the group, the mask and others, as the kernel takes it. */
static const unsigned char acl[] = {
	2, 0, 0, 0,
	1, 0, 7, 0, 255, 255, 255, 255,
	2, 0, 6, 0, 232, 3, 0, 0,
	4, 0, 5, 0, 255, 255, 255, 255,
	16, 0, 7, 0, 255, 255, 255, 255,
	32, 0, 4, 0, 255, 255, 255, 255,
};

struct call {
	enum kind kind;
	unsigned int slot, slot2, name, name2, number;
	long at, at2, length;
};

/* Where the calls are made: below, and on the mount. */
static struct side {
	int root;
	int slots[SLOTS];
	char said[8192];
	size_t used;
} sides[2];

static char data[64 * 1024] __attribute__((aligned(4096)));
static unsigned long long seed;

static unsigned int any(unsigned int below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

static __attribute__((format(printf, 2, 3))) void say(struct side *side, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	side->used += vsnprintf(side->said + side->used, sizeof(side->said) - side->used, format,
				args);
	va_end(args);
	if (side->used >= sizeof(side->said))
		side->used = sizeof(side->said) - 1;
}

static void returned(struct side *side, const char *what, long value)
{
	if (value < 0)
		say(side, "%s: %s; ", what, strerrorname_np(errno));
	else
		say(side, "%s = %ld; ", what, value);
}

#define DO(expression) \
	({ \
		errno = 0; \
		long done = (long)(expression); \
		returned(side, #expression, done); \
		done; \
	})

static void choose(struct call *call)
{
	unsigned int all = 0, i, hit;

	memset(call, 0, sizeof(*call));
	for (i = 0; i < NR_KINDS; i++)
		all += weights[i];
	hit = any(all);
	for (i = 0; hit >= weights[i]; i++)
		hit -= weights[i];
	call->kind = i;
	call->slot = any(SLOTS);
	call->slot2 = any(SLOTS);
	/* the first few come up more often, so that things happen to them */
	call->name = any(any(3) ? 8 : NAMES);
	call->name2 = any(any(3) ? 8 : NAMES);
	call->number = any(1 << 30);
	call->at = any(5) ? any(70000) : any(40) * 4096;
	call->at2 = any(5) ? any(70000) : any(40) * 4096;
	call->length = any(5) ? any(9000) : any(4) * 4096;
}

/*
 * For a filter that changes data, in the own page cache: where there are holes is not asked (see
 * SEEK_DATA in fltfs(5)), and nothing goes past the cache, where the filter would change the zeros
 * of holes as well.
 */
static bool no_holes;

static int whence(const struct call *call)
{
	int way = call->number % 6;

	return no_holes && (way == SEEK_DATA || way == SEEK_HOLE) ? SEEK_END : way;
}

static int open_flags(unsigned int number)
{
	static const int ways[] = { O_RDONLY, O_RDWR, O_RDWR, O_WRONLY };
	int flags = ways[number & 3];

	number >>= 2;
	if (number & 1)
		flags |= O_CREAT;
	if ((number & 14) == 14)
		flags |= O_EXCL;
	number >>= 4;
	if ((number & 3) == 3)
		flags |= O_TRUNC;
	if ((number & 12) == 12)
		flags |= O_APPEND;
	number >>= 4;
	switch (number & 31) {
	case 1: return flags | O_DIRECTORY;
	case 2: return flags | O_NOFOLLOW;
	case 3: return flags | O_SYNC;
	case 4: return no_holes ? flags : flags | O_DIRECT;
	case 5: return O_PATH | (flags & O_DIRECTORY);
	case 6: return flags | O_NOATIME;
	case 7: return O_RDONLY | O_DIRECTORY;
	case 8: return flags | 3;
	}
	return flags;
}

static void put(struct side *side, unsigned int slot, int fd)
{
	if (fd < 0)
		return;
	close(side->slots[slot]);
	side->slots[slot] = fd;
}

static void do_open(struct side *side, const struct call *call, const char *name)
{
	int flags = open_flags(call->number), fd;
	mode_t mode = call->number >> 16 & 0777;

	if (call->at & 3)
		mode |= 0600;
	/* a FIFO would wait for its other end */
	say(side, "open(%s, %o, %o) ", name, flags, mode);
	errno = 0;
	fd = open(name, flags | O_NONBLOCK, mode);
	returned(side, "", fd < 0 ? fd : 0);
	put(side, call->slot, fd);
}

static void do_tmpfile(struct side *side, const struct call *call, const char *name)
{
	int fd;

	errno = 0;
	fd = open(name, O_TMPFILE | O_RDWR | (call->number & 1 ? O_EXCL : 0), 0640);
	returned(side, "open(O_TMPFILE)", fd < 0 ? fd : 0);
	put(side, call->slot, fd);
}

static void do_read(struct side *side, const struct call *call, int fd)
{
	struct iovec parts[2] = {
		{ data, call->length / 3 }, { data + call->length / 3, call->length / 2 },
	};
	long got;

	memset(data, 0, sizeof(data));
	switch (call->number & 3) {
	case 0:
		got = DO(read(fd, data, call->length));
		break;
	case 1:
		got = DO(preadv(fd, parts, 2, call->at));
		break;
	default:
		got = DO(pread(fd, data, call->length, call->at));
	}
	if (got > 0)
		say(side, "%lx; ", twin_hash(data, got));
}

static void do_write(struct side *side, const struct call *call, int fd)
{
	struct iovec parts[2] = {
		{ data, call->length / 3 }, { data + call->length / 3, call->length / 2 },
	};

	twin_fill(data, call->length, call->number);
	switch (call->number & 7) {
	case 0:
	case 1:
		DO(write(fd, data, call->length));
		break;
	case 2:
		DO(pwritev(fd, parts, 2, call->at));
		break;
	case 3:
		DO(pwritev2(fd, parts, 2, call->at, call->number & 8 ? RWF_APPEND : RWF_DSYNC));
		break;
	default:
		DO(pwrite(fd, data, call->length, call->at));
	}
}

static void do_allocate(struct side *side, const struct call *call, int fd)
{
	static const int modes[] = {
		0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_ZERO_RANGE, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_INSERT_RANGE, FALLOC_FL_PUNCH_HOLE,
	};
	int mode = modes[call->number & 7];
	/* some want whole blocks */
	long mask = call->number & 8 ? ~4095L : ~0L;

	/* Parts of pages are zeroed there even where the file system below cannot do it. */
	if (no_holes && mode & FALLOC_FL_ZERO_RANGE)
		mode = 0;

	say(side, "mode %x ", mode);
	DO(fallocate(fd, mode, call->at & mask, call->length & mask));
}

static void do_map(struct side *side, const struct call *call, int fd)
{
	bool shared = call->number & 1, write = call->number & 2;
	struct stat st = { .st_size = 0 };
	char *map;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !st.st_size)
		return;
	map = mmap(NULL, st.st_size, PROT_READ | (write ? PROT_WRITE : 0),
		   shared ? MAP_SHARED : MAP_PRIVATE, fd, 0);
	returned(side, "mmap", map == MAP_FAILED ? -1 : 0);
	if (map == MAP_FAILED)
		return;
	if (write)
		map[call->at % st.st_size] = call->number >> 8;
	if (call->number & 4)
		DO(msync(map, st.st_size, MS_SYNC));
	say(side, "%lx; ", twin_hash(map, st.st_size));
	munmap(map, st.st_size);
}

/* Would bytes of a file be written where others of the same sendfile() are read? */
static bool overlap(int fd, loff_t from, int out, size_t length)
{
	loff_t to = lseek(out, 0, SEEK_CUR);
	struct stat in_st, out_st;

	return !fstat(fd, &in_st) && !fstat(out, &out_st) && in_st.st_ino == out_st.st_ino &&
	       from < to + (loff_t)length && to < from + (loff_t)length;
}

static void do_copy(struct side *side, const struct call *call, int fd)
{
	loff_t from = call->at, to = call->at2;
	int out = side->slots[call->slot2], flags = fcntl(out, F_GETFL);
	struct file_clone_range range = {
		.src_fd = fd, .src_offset = from & ~4095L, .dest_offset = to & ~4095L,
		.src_length = call->length & ~4095L,
	};

	switch (call->kind) {
	case COPY:
		/* direct writes, while a filter watches data: they may want whole blocks (fltfs.5) */
		if (twin_filtered && flags != -1 && flags & O_DIRECT)
			break;
		DO(copy_file_range(fd, &from, out, &to, call->length, 0));
		say(side, "%ld %ld; ", (long)from, (long)to);
		break;
	case CLONE:
		/* refused while a filter watches data: programs copy (fltfs.5) */
		if (!twin_filtered)
			DO(ioctl(out, FICLONERANGE, &range));
		break;
	default:
		/* onto itself: what a pipe that has no data of its own does with that (fltfs.5) */
		if (overlap(fd, from, out, call->length))
			break;
		DO(sendfile(out, fd, &from, call->length));
	}
}

static void do_rename(struct side *side, const struct call *call, const char *from, const char *to)
{
	unsigned int flags = call->number & 7;

	if (flags > 2)
		flags = 0;
	say(side, "%s to %s: ", from, to);
	DO(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags));
}

static void do_times(struct side *side, const struct call *call, const char *name)
{
	struct timespec times[2] = {
		{ call->number % TWIN_OLD, call->number % 1000000000 },
		{ call->at * 1000, call->at2 },
	};
	int flags = call->number & 1 ? AT_SYMLINK_NOFOLLOW : 0;

	if (call->number & 2)
		times[0].tv_nsec = UTIME_OMIT;
	if ((call->number & 12) == 12)
		times[1].tv_nsec = UTIME_NOW;
	if (call->number & 16)
		DO(futimens(side->slots[call->slot], times));
	else
		DO(utimensat(AT_FDCWD, name, (call->number & 96) == 96 ? NULL : times, flags));
}

static void do_xattr(struct side *side, const struct call *call, const char *name)
{
	const char *attribute = attributes[call->number % ATTRIBUTES];
	bool is_acl = !strncmp(attribute, "system.", 7);
	size_t length = is_acl ? sizeof(acl) : (size_t)call->length % 500;
	char text[1024];
	long got;

	twin_fill(data, length, call->number);
	if (is_acl && call->number & 64)
		memcpy(data, acl, sizeof(acl));
	say(side, "%s ", attribute);
	switch (call->kind) {
	case SET_XATTR:
		DO(lsetxattr(name, attribute, data, length, call->number >> 8 & 3));
		break;
	case GET_XATTR:
		got = DO(lgetxattr(name, attribute, text, call->number & 256 ? 10 : sizeof(text)));
		if (got > 0)
			say(side, "%lx; ", twin_hash(text, got));
		DO(fgetxattr(side->slots[call->slot], attribute, NULL, 0));
		break;
	default:
		DO(lremovexattr(name, attribute));
	}
}

static void do_list(struct side *side, int fd)
{
	unsigned long all = 0, count = 0;
	struct dirent *entry;
	DIR *dir;

	fd = dup(fd);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		say(side, "cannot list: %s; ", strerrorname_np(errno));
		close(fd);
		return;
	}
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		all += twin_hash(entry->d_name, strlen(entry->d_name)) * (entry->d_type + 1);
		count++;
	}
	say(side, "%lu entries %lx; ", count, all);
	closedir(dir);
}

static void do_lock(struct side *side, const struct call *call, int fd)
{
	struct flock lock = {
		.l_type = call->number % 3, .l_start = call->at, .l_len = call->length,
	};

	switch (call->number >> 8 & 3) {
	case 0:
		DO(fcntl(fd, F_GETLK, &lock));
		say(side, "%d %ld %ld; ", lock.l_type, (long)lock.l_start, (long)lock.l_len);
		break;
	case 1:
		DO(fcntl(fd, F_SETLK, &lock));
		break;
	default:
		DO(fcntl(fd, F_OFD_SETLK, &lock));
	}
}

static void do_seek(struct side *side, const struct call *call, int fd)
{
	int way = whence(call);
	struct stat st;

	/* where a folder of xfs ends depends on whether its inode was out of memory meanwhile */
	if (way == SEEK_END && !fstat(fd, &st) && S_ISDIR(st.st_mode))
		way = SEEK_SET;
	say(side, "whence %d ", way);
	DO(lseek(fd, call->at, way));
}

static void do_flags(struct side *side, const struct call *call, int fd)
{
	unsigned int flags = 0;

	if (DO(ioctl(fd, FS_IOC_GETFLAGS, &flags)) < 0)
		return;
	say(side, "%x; ", flags);
	flags ^= call->number & 1 ? FS_NODUMP_FL : FS_NOATIME_FL;
	DO(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

static void do_statx(struct side *side, const char *name)
{
	struct statx st = { .stx_mask = 0 };

	DO(statx(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, STATX_ALL, &st));
	say(side, "%x %llx %llx %x %s; ", st.stx_mask & (STATX_BASIC_STATS | STATX_BTIME),
	    (unsigned long long)(st.stx_attributes & ~STATX_ATTR_MOUNT_ROOT),
	    (unsigned long long)(st.stx_attributes_mask & ~STATX_ATTR_MOUNT_ROOT), st.stx_blksize,
	    st.stx_btime.tv_sec ? "born" : "");
}

static void do_call(struct side *side, const struct call *call)
{
	const char *name = names[call->name], *name2 = names[call->name2];
	int fd = side->slots[call->slot];
	char text[4096], path[64];
	long got;

	switch (call->kind) {
	case OPEN:
		do_open(side, call, name);
		break;
	case CLOSE:
		DO(close(fd));
		side->slots[call->slot] = -1;
		break;
	case TMPFILE:
		do_tmpfile(side, call, name);
		break;
	case LINK_FD:
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		errno = 0;
		got = linkat(AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
		returned(side, "linkat of a descriptor", got);
		break;
	case DUP:
		put(side, call->slot2, dup(fd));
		break;
	case READ:
		do_read(side, call, fd);
		break;
	case WRITE:
		do_write(side, call, fd);
		break;
	case SEEK:
		do_seek(side, call, fd);
		break;
	case SIZE:
		DO(ftruncate(fd, call->at));
		break;
	case PATH_SIZE:
		DO(truncate(name, call->at));
		break;
	case ALLOCATE:
		do_allocate(side, call, fd);
		break;
	case SYNC:
		if (call->number & 1)
			DO(fsync(fd));
		else
			DO(sync_file_range(fd, call->at, call->length, SYNC_FILE_RANGE_WRITE));
		break;
	case MAP:
		do_map(side, call, fd);
		break;
	case COPY:
	case CLONE:
	case SEND:
		do_copy(side, call, fd);
		break;
	case SETFL:
		DO(fcntl(fd, F_SETFL, O_NONBLOCK | (call->number & 1 ? O_APPEND : 0)));
		break;
	case LOCK:
		DO(flock(fd, (call->number & 1 ? LOCK_EX : LOCK_SH) | LOCK_NB));
		break;
	case RANGE_LOCK:
		do_lock(side, call, fd);
		break;
	case MKDIR:
		DO(mkdir(name, call->number & 0777));
		break;
	case MKNOD:
		DO(mknod(name, (call->number & 1 ? S_IFIFO : call->number & 2 ? S_IFREG : S_IFCHR) |
			 (call->number >> 8 & 0777), makedev(1, 3)));
		break;
	case SYMLINK:
		DO(symlink(name2, name));
		break;
	case LINK:
		DO(linkat(AT_FDCWD, name, AT_FDCWD, name2,
			  call->number & 1 ? AT_SYMLINK_FOLLOW : 0));
		break;
	case UNLINK:
		DO(unlink(name));
		break;
	case RMDIR:
		DO(rmdir(name));
		break;
	case RENAME:
		do_rename(side, call, name, name2);
		break;
	case READLINK:
		got = DO(readlink(name, text, call->number & 1 ? 2 : sizeof(text)));
		if (got > 0)
			say(side, "%.*s; ", (int)got, text);
		break;
	case CHMOD:
		if (call->number & 1)
			DO(chmod(name, call->number >> 8 & 07777));
		else
			DO(fchmod(fd, (call->number >> 8 & 07777) | 0600));
		break;
	case CHOWN:
		if (call->number & 1)
			DO(lchown(name, call->number & 2 ? 1000 : 0, call->number & 4 ? 1000 : -1));
		else
			DO(fchown(fd, call->number & 2 ? 1000 : 0, call->number & 4 ? 1000 : -1));
		break;
	case TIMES:
		do_times(side, call, name);
		break;
	case SET_XATTR:
	case GET_XATTR:
	case REMOVE_XATTR:
		do_xattr(side, call, name);
		break;
	case ACCESS:
		DO(faccessat(AT_FDCWD, name, call->number & 7, call->number & 8 ? AT_EACCESS : 0));
		break;
	case LIST:
		got = open(name, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
		do_list(side, got);
		close(got);
		break;
	case LIST_FD:
		do_list(side, fd);
		break;
	case FLAGS:
		do_flags(side, call, fd);
		break;
	case WHO:
		say(side, "user %d; ", call->number & 1 ? 1000 : 0);
		break;
	case UMASK:
		say(side, "umask %o; ", call->number & 077);
		break;
	case STATX:
		do_statx(side, name);
		break;
	case ADVISE:
		DO(posix_fadvise(fd, call->at, call->length, call->number % 6));
		break;
	default:
		break;
	}
}

static void look(struct side *side, const char *name)
{
	struct stat st;

	if (lstat(name, &st) < 0) {
		say(side, "%s: %s; ", name, strerrorname_np(errno));
		return;
	}
	say(side, "%s: %o %lu %u:%u %ld %s %s %s; ", name, st.st_mode, (unsigned long)st.st_nlink,
	    st.st_uid, st.st_gid, (long)st.st_size, twin_time(&st.st_atim), twin_time(&st.st_mtim),
	    twin_time(&st.st_ctim));
}

/* The data and extended attributes of what may be looked at: each call does, so by words. */
static void look_inside(struct side *side, const char *name)
{
	static unsigned long words[16 * 1024];
	char list[4096], value[4096];
	unsigned long hash = 5381, all = 0;
	ssize_t got, at, size;
	off_t end = 0;
	struct stat st;
	int fd, i;

	if (lstat(name, &st) < 0)
		return;
	size = llistxattr(name, list, sizeof(list));
	/* in whichever order they are listed */
	for (at = 0; at < size; at += strlen(list + at) + 1) {
		got = lgetxattr(name, list + at, value, sizeof(value));
		all += twin_hash(list + at, strlen(list + at)) *
		       (got < 0 ? errno : twin_hash(value, got));
	}
	say(side, "attributes %zd %lx; ", size, all);
	if (!S_ISREG(st.st_mode))
		return;
	fd = open(name, O_RDONLY | O_NOATIME | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		say(side, "data: %s; ", strerrorname_np(errno));
		return;
	}
	while ((got = pread(fd, words, sizeof(words), end)) > 0) {
		end += got;
		memset((char *)words + got, 0, -got & 7);
		for (i = 0; i < (got + 7) / 8; i++)
			hash = (hash << 5 | hash >> 59) * 31 + words[i];
	}
	say(side, "data %ld %lx%s; ", (long)end, hash, got < 0 ? " then an error" : "");
	close(fd);
}

static void look_fd(struct side *side, unsigned int slot)
{
	struct stat st;
	int fd = side->slots[slot];

	if (fstat(fd, &st) < 0) {
		say(side, "%u: %s; ", slot, strerrorname_np(errno));
		return;
	}
	say(side, "%u: %o %lu %u:%u %ld at %ld flags %o %s %s; ", slot, st.st_mode,
	    (unsigned long)st.st_nlink, st.st_uid, st.st_gid, (long)st.st_size,
	    (long)lseek(fd, 0, SEEK_CUR), fcntl(fd, F_GETFL), twin_time(&st.st_atim),
	    twin_time(&st.st_mtim));
}

#endif
