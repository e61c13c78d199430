// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever error the lower file system gives, from whatever operation, is what the program gets,
 * with a filter that sees everything: a FUSE file system that fails on demand lies below. The name
 * of a file says which error its operations give: "e5" EIO, but for looking it up; "l5" just that.
 *
 * needs: kernels=6.12 lower=tmpfs filters=spy modules=fuse time=120
 */
#include "../twin.h"

#include <linux/fuse.h>
#include <poll.h>

#define ERRNOS 133

static int channel;

static void answer(const struct fuse_in_header *in, int error, const void *data, size_t size)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + (error ? 0 : size), .error = -error, .unique = in->unique,
	};
	struct iovec parts[2] = { { &out, sizeof(out) }, { (void *)data, size } };

	/* who asked may have been killed meanwhile */
	if (writev(channel, parts, error ? 1 : 2) < 0 && errno != ENOENT)
		_exit(3);
}

static void fill(struct fuse_attr *attr, uint64_t node)
{
	memset(attr, 0, sizeof(*attr));
	attr->ino = node;
	attr->mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
	attr->nlink = node == FUSE_ROOT_ID ? 2 : 1;
	attr->size = 100;
	attr->blksize = 4096;
}

static void look_up(const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out entry = { .nodeid = 0 };
	int number = atoi(name + 1);

	if (*name == 'l' && number) {
		answer(in, number, NULL, 0);
		return;
	}
	if (*name != 'e') {
		answer(in, ENOENT, NULL, 0);
		return;
	}
	entry.nodeid = 1000 + number;
	entry.generation = 1;
	fill(&entry.attr, entry.nodeid);
	answer(in, 0, &entry, sizeof(entry));
}

/* The number in a name, wherever that stands. */
static int number_in(const char *name)
{
	return *name == 'e' || *name == 'n' ? atoi(name + 1) : 0;
}

static void serve_one(const struct fuse_in_header *in, const char *data)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096,
	};
	struct fuse_attr_out attr = { .attr_valid = 0 };
	struct fuse_open_out open = { .open_flags = FOPEN_DIRECT_IO };
	struct fuse_statfs_out statfs = { .st = { .namelen = 255, .bsize = 4096 } };
	int error = in->nodeid > 1000 ? in->nodeid - 1000 : 0;

	switch (in->opcode) {
	case FUSE_INIT:
		answer(in, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		look_up(in, data);
		break;
	case FUSE_GETATTR:
		fill(&attr.attr, in->nodeid);
		answer(in, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPENDIR:
	case FUSE_OPEN:
		answer(in, 0, &open, sizeof(open));
		break;
	case FUSE_STATFS:
		answer(in, 0, &statfs, sizeof(statfs));
		break;
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
		answer(in, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	case FUSE_UNLINK:
		answer(in, number_in(data), NULL, 0);
		break;
	case FUSE_MKDIR:
		answer(in, number_in(data + sizeof(struct fuse_mkdir_in)), NULL, 0);
		break;
	case FUSE_RENAME2:
		answer(in, number_in(data + sizeof(struct fuse_rename2_in)), NULL, 0);
		break;
	case FUSE_SYMLINK:
		answer(in, number_in(data), NULL, 0);
		break;
	case FUSE_READ:
	case FUSE_WRITE:
	case FUSE_SETATTR:
	case FUSE_FSYNC:
	case FUSE_GETXATTR:
	case FUSE_SETXATTR:
	case FUSE_LISTXATTR:
	case FUSE_FALLOCATE:
	case FUSE_LSEEK:
		answer(in, error, NULL, 0);
		break;
	default:
		answer(in, ENOSYS, NULL, 0);
	}
}

static void serve(void)
{
	static char buffer[FUSE_MIN_READ_BUFFER + 65536];
	ssize_t got;

	for (;;) {
		got = read(channel, buffer, sizeof(buffer));
		if (got >= (ssize_t)sizeof(struct fuse_in_header))
			serve_one((void *)buffer, buffer + sizeof(struct fuse_in_header));
		else if (got < 0 && errno == ENODEV)
			_exit(0);
		else if (got < 0 && errno != EINTR && errno != ENOENT)
			_exit(2);
	}
}

/* What is tried on a file of each number, as a program gets it: 0 or an error. */
#define TRY(name, ...) static int name(const char *path, int fd) \
	{ (void)path; (void)fd; errno = 0; return (__VA_ARGS__) < 0 ? errno : 0; }

static char data[64];

TRY(try_read, pread(fd, data, 10, 0))
TRY(try_write, pwrite(fd, data, 10, 0))
TRY(try_fsync, fsync(fd))
TRY(try_size, ftruncate(fd, 5))
TRY(try_mode, chmod(path, 0600))
TRY(try_owner, chown(path, 1, 1))
TRY(try_get_xattr, getxattr(path, "user.a", data, 10))
TRY(try_set_xattr, setxattr(path, "user.a", "b", 1, 0))
TRY(try_unlink, unlink(path))

static int try_rename(const char *path, int fd)
{
	char to[PATH_MAX];

	(void)fd;
	snprintf(to, sizeof(to), "%s.to", path);
	errno = 0;
	return rename(path, to) < 0 ? errno : 0;
}

static int try_look_up(const char *path, int fd)
{
	char other[PATH_MAX];
	struct stat st;

	(void)fd;
	snprintf(other, sizeof(other), "%s", path);
	*(strrchr(other, '/') + 1) = 'l';
	errno = 0;
	return stat(other, &st) < 0 ? errno : 0;
}

static int try_mkdir(const char *path, int fd)
{
	char other[PATH_MAX];

	(void)fd;
	snprintf(other, sizeof(other), "%s", path);
	*(strrchr(other, '/') + 1) = 'n';
	errno = 0;
	return mkdir(other, 0755) < 0 ? errno : 0;
}

static const struct {
	const char *name;
	int (*call)(const char *path, int fd);
} tries[] = {
	{ "read", try_read }, { "write", try_write }, { "ftruncate", try_size },
	{ "chmod", try_mode }, { "chown", try_owner }, { "unlink", try_unlink },
	{ "rename", try_rename }, { "lookup", try_look_up }, { "mkdir", try_mkdir },
	{ "getxattr", try_get_xattr }, { "setxattr", try_set_xattr }, { "fsync", try_fsync },
};

#define TRIES (sizeof(tries) / sizeof(tries[0]))

static void compare(int number, const char *below, const char *mnt)
{
	const char *roots[2] = { below, mnt };
	int got[2][TRIES];
	unsigned int i, j;

	for (i = 0; i < 2; i++) {
		char path[PATH_MAX];
		int fd;

		snprintf(path, sizeof(path), "%s/e%d", roots[i], number);
		fd = open(path, O_RDWR);
		FLT_REQUIRE(fd >= 0);
		for (j = 0; j < TRIES; j++)
			got[i][j] = tries[j].call(path, fd);
		close(fd);
	}
	for (j = 0; j < TRIES; j++) {
		if (got[0][j] == got[1][j])
			continue;
		printf("differs: %s with %s: below %s, on the mount %s\n", tries[j].name,
		       strerrorname_np(number), strerrorname_np(got[0][j]) ?: "nothing",
		       strerrorname_np(got[1][j]) ?: "nothing");
		prove_failures++;
	}
	FLT_PROVES("VFS-855", !memcmp(got[0], got[1], sizeof(got[0])));
	/* or nothing would be shown */
	FLT_EXPECT(number == ENOSYS || got[0][0] == number);
}

int main(void)
{
	const char *below = getenv("LOWER"), *mnt = getenv("MNT");
	char options[128];
	pid_t server;
	int number, status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	mknod("/dev/fuse", S_IFCHR | 0600, makedev(10, 229));
	channel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	FLT_REQUIRE(channel >= 0);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 channel);
	FLT_REQUIRE(!mount("errnos", below, "fuse", 0, options));
	server = fork();
	if (!server)
		serve();
	close(channel);
	FLT_REQUIRE(!twin_load("fltshim"));
	FLT_REQUIRE(!twin_load_with("spy", "params=Parameters\\DebugFlags=0"));
	FLT_REQUIRE(!mount(below, mnt, "fltfs", 0, NULL));
	for (number = 1; number <= ERRNOS; number++) {
		/* not errors of a system call: the kernel's client takes them for itself */
		if (!strerrorname_np(number) || number == ENOSYS)
			continue;
		compare(number, below, mnt);
	}
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("spy", true) && !twin_unload("fltshim", false));
	FLT_REQUIRE(!umount(below));
	waitpid(server, &status, 0);
	FLT_EXPECT(!status);
	return prove_status();
}
