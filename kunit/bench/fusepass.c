// SPDX-License-Identifier: GPL-2.0
/*
 * The best that FUSE can do: a mirror of a folder that speaks to the kernel without a library, lets
 * it keep names, attributes, listings and pages, and hands it the file below for reading and writing
 * (passthrough). One thread. Trusts the file below to be changed by nobody else. Needs the kernel's
 * own <linux/fuse.h>, which scripts/bench takes from the headers that it builds with.
 *
 * usage: fusepass FOLDER MOUNT-POINT        returns when it is mounted; ends with the mount
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define HOUR		3600
#define MAX_WRITE	(128 << 10)
#define BUCKETS		65536

/*
 * A file or folder that the kernel knows. @backing is the kernel's number for the file below, given at
 * the first open and kept until the kernel forgets the node: cheaper than one for each open.
 */
struct node {
	struct node *next;
	dev_t dev;
	ino_t ino;
	int fd;
	int backing;
	uint64_t lookups;
};

static struct node *buckets[BUCKETS];
static struct node root = { .fd = -1 };
static int device;
/* A request, and room for what is answered. */
static char request[MAX_WRITE + 4096 + 1] __attribute__((aligned(4096)));
static char reply[MAX_WRITE] __attribute__((aligned(4096)));

static void die(const char *what)
{
	fprintf(stderr, "fusepass: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct node *node_of(uint64_t id)
{
	return id == FUSE_ROOT_ID ? &root : (struct node *)(uintptr_t)id;
}

static struct node **bucket_of(dev_t dev, ino_t ino)
{
	return &buckets[(ino * 31 + dev) % BUCKETS];
}

/* The calls on an O_PATH descriptor that do not take one go by its name in /proc. */
static const char *proc_name(const struct node *node)
{
	static char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", node->fd);
	return name;
}

static void answer(const struct fuse_in_header *in, int error, const void *data, size_t size)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + size, .error = -error, .unique = in->unique,
	};
	struct iovec parts[] = {
		{ .iov_base = &out, .iov_len = sizeof(out) },
		{ .iov_base = (void *)data, .iov_len = size },
	};

	/* Who asked may be gone. */
	if (writev(device, parts, size ? 2 : 1) < 0 && errno != ENOENT)
		die("answering");
}

/* ERROR below zero means that errno says what is wrong. */
static void answer_result(const struct fuse_in_header *in, long result)
{
	answer(in, result < 0 ? errno : 0, NULL, 0);
}

static void fill_attr(struct fuse_attr *attr, const struct stat *st)
{
	*attr = (struct fuse_attr) {
		.ino = st->st_ino, .size = st->st_size, .blocks = st->st_blocks,
		.atime = st->st_atim.tv_sec, .atimensec = st->st_atim.tv_nsec,
		.mtime = st->st_mtim.tv_sec, .mtimensec = st->st_mtim.tv_nsec,
		.ctime = st->st_ctim.tv_sec, .ctimensec = st->st_ctim.tv_nsec,
		.mode = st->st_mode, .nlink = st->st_nlink, .uid = st->st_uid, .gid = st->st_gid,
		.rdev = st->st_rdev, .blksize = st->st_blksize,
	};
}

/* The node of NAME in PARENT, which the kernel holds once more; errno if there is none. */
static int look_up(struct node *parent, const char *name, struct fuse_entry_out *entry)
{
	int fd = openat(parent->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct node *node, **bucket;
	struct stat st;

	memset(entry, 0, sizeof(*entry));
	entry->entry_valid = HOUR;
	entry->attr_valid = HOUR;
	if (fd < 0)
		return errno;
	if (fstatat(fd, "", &st, AT_EMPTY_PATH)) {
		close(fd);
		return errno;
	}
	bucket = bucket_of(st.st_dev, st.st_ino);
	for (node = *bucket; node; node = node->next)
		if (node->ino == st.st_ino && node->dev == st.st_dev)
			break;
	if (node) {
		close(fd);
	} else {
		node = calloc(1, sizeof(*node));
		if (!node)
			die("memory");
		*node = (struct node) {
			.next = *bucket, .dev = st.st_dev, .ino = st.st_ino, .fd = fd,
		};
		*bucket = node;
	}
	node->lookups++;
	entry->nodeid = (uintptr_t)node;
	fill_attr(&entry->attr, &st);
	return 0;
}

static void forget(uint64_t id, uint64_t lookups)
{
	struct node *node = node_of(id), **at;

	if (node == &root)
		return;
	node->lookups -= lookups;
	if (node->lookups)
		return;
	for (at = bucket_of(node->dev, node->ino); *at != node; at = &(*at)->next)
		;
	*at = node->next;
	if (node->backing && ioctl(device, FUSE_DEV_IOC_BACKING_CLOSE, &node->backing))
		die("giving back a file below");
	close(node->fd);
	free(node);
}

static void do_init(const struct fuse_in_header *in, const struct fuse_init_in *init)
{
	const uint64_t want = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_DO_READDIRPLUS |
			      FUSE_READDIRPLUS_AUTO | FUSE_PARALLEL_DIROPS | FUSE_CACHE_SYMLINKS |
			      FUSE_MAX_PAGES | FUSE_ATOMIC_O_TRUNC | FUSE_INIT_EXT | FUSE_PASSTHROUGH;
	uint64_t can = init->flags | (uint64_t)init->flags2 << 32;
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = init->max_readahead, .flags = (uint32_t)(want & can),
		.flags2 = (want & can) >> 32, .max_background = 64, .congestion_threshold = 48,
		.max_write = MAX_WRITE, .time_gran = 1, .max_pages = MAX_WRITE / 4096,
		.max_stack_depth = 1,
	};

	if (!(can & FUSE_PASSTHROUGH)) {
		errno = EOPNOTSUPP;
		die("passthrough");
	}
	answer(in, 0, &out, sizeof(out));
}

static void do_getattr(const struct fuse_in_header *in)
{
	struct fuse_attr_out out = { .attr_valid = HOUR };
	struct stat st;

	if (fstatat(node_of(in->nodeid)->fd, "", &st, AT_EMPTY_PATH)) {
		answer(in, errno, NULL, 0);
		return;
	}
	fill_attr(&out.attr, &st);
	answer(in, 0, &out, sizeof(out));
}

static long set_attributes(const struct node *node, const struct fuse_setattr_in *set)
{
	const char *name = proc_name(node);
	uint32_t valid = set->valid;

	if (valid & FATTR_MODE && chmod(name, set->mode))
		return -1;
	if (valid & (FATTR_UID | FATTR_GID) &&
	    fchownat(node->fd, "", valid & FATTR_UID ? set->uid : (uid_t)-1,
		     valid & FATTR_GID ? set->gid : (gid_t)-1, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -1;
	if (valid & FATTR_SIZE && truncate(name, set->size))
		return -1;
	if (valid & (FATTR_ATIME | FATTR_MTIME)) {
		struct timespec times[2] = {
			{ .tv_sec = set->atime, .tv_nsec = set->atimensec },
			{ .tv_sec = set->mtime, .tv_nsec = set->mtimensec },
		};

		if (!(valid & FATTR_ATIME))
			times[0].tv_nsec = UTIME_OMIT;
		else if (valid & FATTR_ATIME_NOW)
			times[0].tv_nsec = UTIME_NOW;
		if (!(valid & FATTR_MTIME))
			times[1].tv_nsec = UTIME_OMIT;
		else if (valid & FATTR_MTIME_NOW)
			times[1].tv_nsec = UTIME_NOW;
		return utimensat(AT_FDCWD, name, times, 0);
	}
	return 0;
}

/* Opens NODE's file and tells the kernel which file below is behind it. */
static int open_node(struct node *node, int flags, struct fuse_open_out *out)
{
	int fd = open(proc_name(node), (flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW)) | O_CLOEXEC);

	if (fd < 0)
		return errno;
	if (!node->backing) {
		struct fuse_backing_map map = { .fd = fd };

		node->backing = ioctl(device, FUSE_DEV_IOC_BACKING_OPEN, &map);
		if (node->backing <= 0)
			die("handing over a file below");
	}
	*out = (struct fuse_open_out) {
		.fh = fd, .open_flags = FOPEN_PASSTHROUGH,
		.backing_id = node->backing,
	};
	return 0;
}

static void do_open(const struct fuse_in_header *in, const struct fuse_open_in *open_in)
{
	struct fuse_open_out out;
	int error = open_node(node_of(in->nodeid), open_in->flags, &out);

	answer(in, error, &out, error ? 0 : sizeof(out));
}

static void do_create(const struct fuse_in_header *in, const struct fuse_create_in *create)
{
	const char *name = (const char *)(create + 1);
	struct node *parent = node_of(in->nodeid);
	struct {
		struct fuse_entry_out entry;
		struct fuse_open_out open;
	} out;
	int error, fd;

	fd = openat(parent->fd, name, create->flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		    create->mode & ~create->umask);
	if (fd < 0) {
		answer(in, errno, NULL, 0);
		return;
	}
	error = look_up(parent, name, &out.entry);
	if (!error)
		error = open_node(node_of(out.entry.nodeid), create->flags & ~O_TRUNC, &out.open);
	close(fd);
	answer(in, error, &out, error ? 0 : sizeof(out));
}

static void do_opendir(const struct fuse_in_header *in)
{
	DIR *dir = NULL;
	int fd = open(proc_name(node_of(in->nodeid)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fuse_open_out out = { .open_flags = FOPEN_CACHE_DIR | FOPEN_KEEP_CACHE };

	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir) {
		answer(in, errno, NULL, 0);
		return;
	}
	out.fh = (uintptr_t)dir;
	answer(in, 0, &out, sizeof(out));
}

/* With PLUS each entry comes with its attributes, and counts as looked up. */
static void do_readdir(const struct fuse_in_header *in, const struct fuse_read_in *read, bool plus)
{
	size_t head = plus ? offsetof(struct fuse_direntplus, dirent) : 0, used = 0;
	DIR *dir = (DIR *)(uintptr_t)read->fh;
	struct dirent *found;

	if (telldir(dir) != (long)read->offset)
		seekdir(dir, read->offset);
	for (;;) {
		long before = telldir(dir);
		struct fuse_dirent *dirent = (void *)(reply + used + head);
		size_t length, room;

		errno = 0;
		found = readdir(dir);
		if (!found)
			break;
		length = strlen(found->d_name);
		room = FUSE_DIRENT_ALIGN(head + FUSE_NAME_OFFSET + length);
		if (used + room > read->size || used + room > sizeof(reply)) {
			seekdir(dir, before);
			break;
		}
		memset(reply + used, 0, room);
		if (plus && strcmp(found->d_name, ".") && strcmp(found->d_name, ".."))
			look_up(node_of(in->nodeid), found->d_name, (void *)(reply + used));
		dirent->ino = found->d_ino;
		dirent->off = telldir(dir);
		dirent->namelen = length;
		dirent->type = found->d_type;
		memcpy(dirent->name, found->d_name, length);
		used += room;
	}
	answer(in, used ? 0 : errno, reply, used);
}

static void do_rename(const struct fuse_in_header *in, uint64_t folder, unsigned int flags,
		      const char *names)
{
	const char *to = names + strlen(names) + 1;

	answer_result(in, syscall(SYS_renameat2, node_of(in->nodeid)->fd, names,
				  node_of(folder)->fd, to, flags));
}

static void answer_made(const struct fuse_in_header *in, long result, const char *name)
{
	struct fuse_entry_out out;
	int error = result < 0 ? errno : look_up(node_of(in->nodeid), name, &out);

	answer(in, error, &out, error ? 0 : sizeof(out));
}

static void do_lookup(const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out out;
	int error = look_up(node_of(in->nodeid), name, &out);

	/* The kernel keeps a missing name, too, if it is told so with a node of 0. */
	answer(in, error == ENOENT ? 0 : error, &out, error && error != ENOENT ? 0 : sizeof(out));
}

static void do_read(const struct fuse_in_header *in, const struct fuse_read_in *read)
{
	ssize_t done = pread(read->fh, reply, read->size < sizeof(reply) ? read->size : sizeof(reply),
			     read->offset);

	answer(in, done < 0 ? errno : 0, reply, done < 0 ? 0 : done);
}

static void do_write(const struct fuse_in_header *in, const struct fuse_write_in *write)
{
	ssize_t done = pwrite(write->fh, write + 1, write->size, write->offset);
	struct fuse_write_out out = { .size = done };

	answer(in, done < 0 ? errno : 0, &out, done < 0 ? 0 : sizeof(out));
}

static void do_statfs(const struct fuse_in_header *in)
{
	struct fuse_statfs_out out = { };
	struct statvfs st;

	if (statvfs(proc_name(node_of(in->nodeid)), &st)) {
		answer(in, errno, NULL, 0);
		return;
	}
	out.st = (struct fuse_kstatfs) {
		.blocks = st.f_blocks, .bfree = st.f_bfree, .bavail = st.f_bavail,
		.files = st.f_files, .ffree = st.f_ffree, .bsize = st.f_bsize,
		.namelen = st.f_namemax, .frsize = st.f_frsize,
	};
	answer(in, 0, &out, sizeof(out));
}

/* One request; false when the mount is gone. */
static bool serve(void)
{
	const struct fuse_in_header *in = (void *)request;
	const void *body = request + sizeof(*in);
	struct node *node;
	ssize_t size = read(device, request, sizeof(request) - 1);

	if (size < 0) {
		if (errno == EINTR || errno == EAGAIN || errno == ENOENT)
			return true;
		if (errno == ENODEV)
			return false;
		die("reading a request");
	}
	request[size] = 0;
	/* The forgetting of a node has no node to look at. */
	node = node_of(in->nodeid);
	switch (in->opcode) {
	case FUSE_INIT:
		do_init(in, body);
		break;
	case FUSE_LOOKUP:
		do_lookup(in, body);
		break;
	case FUSE_FORGET:
		forget(in->nodeid, ((const struct fuse_forget_in *)body)->nlookup);
		break;
	case FUSE_BATCH_FORGET: {
		const struct fuse_batch_forget_in *batch = body;
		const struct fuse_forget_one *one = (const void *)(batch + 1);

		for (uint32_t i = 0; i < batch->count; i++)
			forget(one[i].nodeid, one[i].nlookup);
		break;
	}
	case FUSE_GETATTR:
		do_getattr(in);
		break;
	case FUSE_SETATTR:
		if (set_attributes(node, body))
			answer(in, errno, NULL, 0);
		else
			do_getattr(in);
		break;
	case FUSE_READLINK: {
		ssize_t length = readlinkat(node->fd, "", reply, sizeof(reply));

		answer(in, length < 0 ? errno : 0, reply, length < 0 ? 0 : length);
		break;
	}
	case FUSE_MKDIR: {
		const struct fuse_mkdir_in *made = body;
		const char *name = (const void *)(made + 1);

		answer_made(in, mkdirat(node->fd, name, made->mode & ~made->umask), name);
		break;
	}
	case FUSE_SYMLINK: {
		const char *name = body;

		answer_made(in, symlinkat(name + strlen(name) + 1, node->fd, name), name);
		break;
	}
	case FUSE_LINK: {
		const struct fuse_link_in *link = body;
		const char *name = (const void *)(link + 1);

		answer_made(in, linkat(AT_FDCWD, proc_name(node_of(link->oldnodeid)), node->fd, name,
				       AT_SYMLINK_FOLLOW), name);
		break;
	}
	case FUSE_UNLINK:
		answer_result(in, unlinkat(node->fd, body, 0));
		break;
	case FUSE_RMDIR:
		answer_result(in, unlinkat(node->fd, body, AT_REMOVEDIR));
		break;
	case FUSE_RENAME:
		do_rename(in, ((const struct fuse_rename_in *)body)->newdir, 0,
			  (const char *)body + sizeof(struct fuse_rename_in));
		break;
	case FUSE_RENAME2:
		do_rename(in, ((const struct fuse_rename2_in *)body)->newdir,
			  ((const struct fuse_rename2_in *)body)->flags,
			  (const char *)body + sizeof(struct fuse_rename2_in));
		break;
	case FUSE_OPEN:
		do_open(in, body);
		break;
	case FUSE_CREATE:
		do_create(in, body);
		break;
	case FUSE_READ:
		do_read(in, body);
		break;
	case FUSE_WRITE:
		do_write(in, body);
		break;
	case FUSE_FSYNC:
		answer_result(in, fsync(((const struct fuse_fsync_in *)body)->fh));
		break;
	case FUSE_RELEASE:
		answer_result(in, close(((const struct fuse_release_in *)body)->fh));
		break;
	case FUSE_OPENDIR:
		do_opendir(in);
		break;
	case FUSE_READDIR:
	case FUSE_READDIRPLUS:
		do_readdir(in, body, in->opcode == FUSE_READDIRPLUS);
		break;
	case FUSE_RELEASEDIR:
		answer_result(in, closedir((DIR *)(uintptr_t)
					   ((const struct fuse_release_in *)body)->fh));
		break;
	case FUSE_STATFS:
		do_statfs(in);
		break;
	case FUSE_INTERRUPT:
		break;
	case FUSE_DESTROY:
		answer(in, 0, NULL, 0);
		return false;
	default:
		/* FUSE_FLUSH, extended attributes, locks: the kernel does not ask again. */
		answer(in, ENOSYS, NULL, 0);
	}
	return true;
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 400000, 400000 };
	char options[128];

	if (argc != 3) {
		fprintf(stderr, "usage: fusepass FOLDER MOUNT-POINT\n");
		return 2;
	}
	/* A descriptor for each file that the kernel knows. */
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("raising the number of open files");
	umask(0);
	root.fd = open(argv[1], O_PATH | O_DIRECTORY);
	if (root.fd < 0)
		die(argv[1]);
	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (device < 0)
		die("/dev/fuse");
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions", device);
	if (mount("fusepass", argv[2], "fuse", MS_NOSUID | MS_NODEV, options))
		die("mount");
	if (daemon(0, 1))
		die("going into the background");
	while (serve())
		;
	return 0;
}
