// SPDX-License-Identifier: GPL-2.0
/*
 * What a filter is shown, or not, when the kernel itself uses the mount: core dumps, modules, file
 * handles, caches, changes made below. And what a file of the mount can do at all: section 10 of
 * the map. As sequences.c, with the filter "probe".
 *
 * needs: lower=ext4,tmpfs,xfs long-kernels=debug filters=probe,answer time=60
 */
#include <elf.h>
#include <linux/fiemap.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/sendfile.h>

#include "../sequence.h"

static char data[65536];
static struct {
	struct file_handle head;
	unsigned char bytes[128];
} handle;
static int handle_mount;

static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	return path;
}

static void drop_caches(void)
{
	int drop = open("/proc/sys/vm/drop_caches", O_WRONLY);

	FLT_EXPECT(write(drop, "2", 1) == 1);
	close(drop);
}

static void dump_core(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 1 << 20, 1 << 20 });
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	waitpid(child, &status, 0);
	FLT_EXPECT(WIFSIGNALED(status) && WCOREDUMP(status));
}

static void have_core(void)
{
	char pattern[PATH_MAX];
	int out = open("/proc/sys/kernel/core_pattern", O_WRONLY);

	snprintf(pattern, sizeof(pattern), "%s/core", getenv("MNT"));
	FLT_REQUIRE(write(out, pattern, strlen(pattern)) > 0);
	close(out);
	have_f();
}

static void have_module(void)
{
	have_f();
	fd = open("f", O_RDONLY);
}

static void have_handle(void)
{
	have_f();
	handle.head.handle_bytes = sizeof(handle.bytes);
	FLT_REQUIRE(!name_to_handle_at(AT_FDCWD, "f", &handle.head, &handle_mount, 0));
}

static void have_changed(void)
{
	char from[PATH_MAX];

	have_f();
	FLT_REQUIRE(!access("f", F_OK) && access("new", F_OK));
	snprintf(from, sizeof(from), "%s", below("f"));
	FLT_REQUIRE(!rename(from, below("g")));
	close(open(below("new"), O_CREAT | O_WRONLY, 0644));
}

CALLS(load_module, FLT_EXPECT(syscall(SYS_finit_module, fd, "", 0) && errno == ENOEXEC))
CALLS(make_handle, handle.head.handle_bytes = sizeof(handle.bytes);
      FLT_EXPECT(!name_to_handle_at(AT_FDCWD, "f", &handle.head, &handle_mount, 0)))
CALLS(open_handle, int root = open("/", O_PATH), mount = open(getenv("MNT"), O_RDONLY);
      seq_start(); fd = open_by_handle_at(mount, &handle.head, O_RDONLY);
      FLT_EXPECT(fd >= 0); seq_stop(); close(mount); close(root))
CALLS(look_at_changes, FLT_EXPECT(access("f", F_OK) && !access("g", F_OK));
      FLT_EXPECT(!access("new", F_OK)))
CALLS(read_it, FLT_EXPECT(pread(fd, data, 4, 0) == 4))
CALLS(look_at_fd, char path[64]; snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
      int in = open(path, O_RDONLY); FLT_EXPECT(read(in, data, sizeof(data)) > 0); close(in);
      in = open("/proc/self/maps", O_RDONLY); FLT_EXPECT(read(in, data, sizeof(data)) > 0);
      close(in))

static const struct row rows[] = {
	{ "VFS-114", "a core dump", have_core, dump_core,
	  "CREATE a \\core CREATE 12*1* 60 =2; *WRITE a *; " CLOSED("a") },
	{ "VFS-648", "a module that is none", have_module, load_module, "*READ a 0 *=10*" },
	{ "VFS-631", "a file handle is made", have_f, make_handle, "" },
	{ "VFS-115 VFS-631", "a file handle is opened", have_handle, open_handle,
	  "CREATE ? \\f OPEN 120089 20 =1*" },
	{ "VFS-202 VFS-879 VFS-965", "changes below are noticed", have_changed, look_at_changes, "" },
	{ "VFS-235 VFS-879 VFS-880", "caches are dropped", have_f, drop_caches, "" },
	{ "VFS-320", "a read and its access time", have_open_f, read_it, "READ a 0 4 =4" },
	{ "VFS-650", "/proc looks at a file", have_open_f, look_at_fd, "" },
};

/* The kernel's own reads have kernel buffers. */
static void kernel_reads(void)
{
	unsigned int i;

	have_module();
	seq_start();
	load_module();
	seq_stop();
	for (i = 0; i < seq_count; i++)
		if (seq_events[i].major == 3)
			FLT_PROVES("VFS-648", !seq_events[i].mode);
	close(fd);
}

static int as_user(int (*call)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(call());
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static int create_as_user(void)
{
	return open("mine", O_CREAT | O_RDWR, 0600) < 0 ? errno : 0;
}

static int mount_in_namespace(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return 0;
	return mount(getenv("LOWER"), getenv("MNT"), "fltfs", 0, NULL) ? errno : 255;
}

/* What stops a copy of a mount from having its owners mapped; 0 for nothing. */
static int map_ids(const char *path)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC);
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	char name[64];
	pid_t child;
	int pair[2], error, map;

	FLT_REQUIRE(tree >= 0 && !pipe(pair));
	child = fork();
	if (!child) {
		error = unshare(CLONE_NEWUSER) ? errno : 0;
		error = write(pair[1], &error, 1) != 1;
		pause();
		_exit(error);
	}
	FLT_REQUIRE(read(pair[0], name, 1) == 1 && !name[0]);
	snprintf(name, sizeof(name), "/proc/%d/uid_map", child);
	map = open(name, O_WRONLY);
	FLT_REQUIRE(write(map, "0 1000 1", 8) == 8);
	close(map);
	snprintf(name, sizeof(name), "/proc/%d/gid_map", child);
	map = open(name, O_WRONLY);
	FLT_REQUIRE(write(map, "0 1000 1", 8) == 8);
	close(map);
	snprintf(name, sizeof(name), "/proc/%d/ns/user", child);
	attr.userns_fd = open(name, O_RDONLY);
	error = syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) ? errno :
											   0;
	close(attr.userns_fd);
	close(tree);
	close(pair[0]);
	close(pair[1]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return error;
}

/* Are there rings at all? A kernel may be made without, or an administrator may not want them. */
static bool no_rings(void)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(SYS_io_uring_setup, 4, &params);

	FLT_REQUIRE(ring >= 0 || errno == ENOSYS || errno == EPERM);
	close(ring);
	return ring < 0;
}

/* One request of a ring: its result. */
static int ring_one(unsigned int flags, const struct io_uring_sqe *sqe)
{
	struct io_uring_params params = { .flags = flags };
	int ring = syscall(SYS_io_uring_setup, 4, &params), result;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	char *sq, *cq;

	FLT_REQUIRE(ring >= 0);
	sq = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
	cq = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(*cqes),
		  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_CQ_RING);
	sqes = mmap(NULL, params.sq_entries * sizeof(*sqes), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
	FLT_REQUIRE(sq != MAP_FAILED && cq != MAP_FAILED && sqes != MAP_FAILED);
	*sqes = *sqe;
	*(unsigned int *)(sq + params.sq_off.array) = 0;
	__atomic_store_n((unsigned int *)(sq + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	FLT_REQUIRE(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
	cqes = (void *)(cq + params.cq_off.cqes);
	result = cqes->res;
	close(ring);
	return result;
}

/* A ring that polls for completions, which no file of ours can. */
static int poll_ring_read(void)
{
	int file = open("f", O_RDONLY | O_DIRECT), result;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_READ, .addr = (unsigned long)data,
				    .len = 4096 };

	if (file < 0)
		file = open("f", O_RDONLY);
	sqe.fd = file;
	result = ring_one(IORING_SETUP_IOPOLL, &sqe);
	close(file);
	return result;
}

/* An open by a ring, of what is there and of what is not: a create as any other. */
static void ring_open(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
				    .addr = (unsigned long)"f", .len = 0600,
				    .open_flags = O_RDONLY };
	int file, made;

	if (no_rings())
		return;
	have_f();
	seq_start();
	file = ring_one(0, &sqe);
	close(file);
	sqe.addr = (unsigned long)"made-by-ring";
	sqe.open_flags = O_CREAT | O_EXCL | O_RDWR;
	made = ring_one(0, &sqe);
	close(made);
	seq_stop();
	FLT_PROVES("VFS-128", file >= 0 && made >= 0);
	FLT_PROVES("VFS-128", !fnmatch("CREATE a \\f OPEN 120089 20 =1; " CLOSED("a") "; "
				       "CREATE [ab] \\made-by-ring CREATE 12019f 60 =2; CLEANUP ?; "
				       "CLOSE ?", seq_render(), FNM_NOESCAPE) &&
		   seq_sound() && (int)seq_events[0].pid == getpid());
	if (prove_failures)
		printf("%s\n", seq_render());
	unlink("made-by-ring");
}

/* A 32-bit program that does an ioctl on descriptor 3 and exits with its errno. */
static void compat(void)
{
	static const unsigned char code[] = {
		0xb8, 0x36, 0, 0, 0,		/* eax = ioctl */
		0xbb, 3, 0, 0, 0,		/* of descriptor 3 */
		0xb9, 0x01, 'Q', 0, 0,		/* _IO('Q', 1) */
		0x31, 0xd2, 0xcd, 0x80,
		0x89, 0xc3, 0xf7, 0xdb,		/* ebx = -eax */
		0xb8, 1, 0, 0, 0, 0xcd, 0x80,	/* exit */
	};
	const unsigned int base = 0x400000;
	struct {
		Elf32_Ehdr head;
		Elf32_Phdr load;
		unsigned char code[sizeof(code)];
	} program = {
		.head = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
			.e_entry = base + offsetof(__typeof__(program), code),
			.e_phoff = sizeof(Elf32_Ehdr), .e_ehsize = sizeof(Elf32_Ehdr),
			.e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1,
		},
		.load = {
			.p_type = PT_LOAD, .p_vaddr = base, .p_paddr = base,
			.p_filesz = sizeof(program), .p_memsz = sizeof(program),
			.p_flags = PF_R | PF_X, .p_align = 4096,
		},
	};
	int out = open("/tmp/ioctl32", O_CREAT | O_WRONLY | O_TRUNC, 0755), status = 0;
	pid_t child;

	memcpy(program.code, code, sizeof(code));
	FLT_REQUIRE(write(out, &program, sizeof(program)) == sizeof(program) && !close(out));
	have_open_f();
	seq_start();
	child = fork();
	if (!child) {
		dup2(fd, 3);
		execl("/tmp/ioctl32", "ioctl32", NULL);
		_exit(200);
	}
	waitpid(child, &status, 0);
	seq_stop();
	close(fd);
	unlink("/tmp/ioctl32");
	if (WEXITSTATUS(status) == 200)
		return;		/* a kernel without 32-bit programs */
	FLT_PROVES("VFS-533", WIFEXITED(status) && WEXITSTATUS(status) == ENOTTY);
	if (!FLT_PROVES("VFS-533", seq_count >= 1 && seq_events[0].major == 14 &&
			seq_events[0].detail[3] == 1))
		printf("%s\n", seq_render());
}

/* Section 10: what is there, what is not, and what each returns. */
static void members(void)
{
	struct iovec vec = { data, 4 };
	struct epoll_event event = { .events = EPOLLIN };
	int pipes[2], epoll = epoll_create1(0), polled, other_fd;
	loff_t at = 0;
	char *map;

	have_open_f();
	FLT_PROVES("VFS-961", pread(fd, data, 4, 0) == 4 && pwrite(fd, "0", 1, 0) == 1 &&
		   lseek(fd, 2, SEEK_SET) == 2);
	seq_start();
	FLT_REQUIRE(!chmod(getenv("MNT"), 0755));
	FLT_PROVES("VFS-962", as_user(create_as_user) == EACCES);
	seq_stop();
	FLT_PROVES("VFS-962", !strstr(seq_render(), "mine"));
	FLT_PROVES("VFS-963", !mkdir("made", 0755) && !access("made", F_OK) && !rmdir("made") &&
		   access("made", F_OK));
	other_fd = open(".", O_TMPFILE | O_RDWR, 0600);
	FLT_PROVES("VFS-964", other_fd >= 0 && write(other_fd, "x", 1) == 1);
	close(other_fd);
	other_fd = dup(fd);
	FLT_PROVES("VFS-967", !close(dup(fd)) && !close(other_fd));
	seq_start();
	other_fd = open("f", O_RDONLY);
	FLT_EXPECT(!close(dup(other_fd)) && !close(other_fd));
	seq_stop();
	FLT_PROVES("VFS-968", !strcmp(seq_render(), "CREATE a \\f OPEN 120089 20 =1; "
				      CLOSED("a")));
	FLT_PROVES("VFS-969", lseek(fd, 3, SEEK_SET) == 3 && lseek(fd, 0, SEEK_CUR) == 3 &&
		   lseek(fd, -1, SEEK_SET) < 0);
	FLT_PROVES("VFS-970", preadv2(fd, &vec, 1, 0, 0) == 4 && pwritev2(fd, &vec, 1, 0, 0) == 4);
	FLT_REQUIRE(!pipe(pipes));
	FLT_PROVES("VFS-971", splice(fd, &at, pipes[1], NULL, 4, 0) == 4);
	at = 4;
	FLT_PROVES("VFS-971", splice(pipes[0], NULL, fd, &at, 4, 0) == 4);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	FLT_PROVES("VFS-972", map != MAP_FAILED && !munmap(map, 4096));
	other_fd = open(".", O_RDONLY);
	FLT_PROVES("VFS-973", !fsync(other_fd) && !fsync(fd) && !fdatasync(fd));
	FLT_PROVES("VFS-972", mmap(NULL, 4096, PROT_READ, MAP_SHARED, other_fd, 0) == MAP_FAILED &&
		   errno == ENODEV);
	FLT_PROVES("VFS-974", !flock(fd, LOCK_EX) && !flock(fd, LOCK_UN) &&
		   !flock(other_fd, LOCK_SH));
	close(other_fd);
	FLT_PROVES("VFS-975", !fcntl(fd, F_SETLEASE, F_WRLCK) && fcntl(fd, F_GETLEASE) == F_WRLCK &&
		   !fcntl(fd, F_SETLEASE, F_UNLCK));
	other_fd = open("to", O_CREAT | O_RDWR, 0644);
	FLT_PROVES("VFS-976", copy_file_range(fd, &(loff_t){ 0 }, other_fd, NULL, 10, 0) == 10);
	close(other_fd);
	FLT_PROVES("VFS-978", epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) && errno == EPERM);
	polled = no_rings() ? -EOPNOTSUPP : poll_ring_read();
	FLT_PROVES("VFS-978", polled == -EOPNOTSUPP);
	FLT_PROVES("VFS-985", as_user(mount_in_namespace) == EPERM);
	/* (ext4 can be mapped with each of our kernels) */
	FLT_EXPECT(strcmp(getenv("LOWER_FS"), "ext4") || !map_ids(getenv("LOWER")));
	FLT_PROVES("VFS-985", map_ids(getenv("MNT")) == EINVAL);
	close(epoll);
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
}

static void specials(void)
{
	int in, out;

	FLT_REQUIRE(!mkfifo("fifo", 0600) && !mknod("null", S_IFCHR | 0600, makedev(1, 3)) &&
		    !mknod("sock", S_IFSOCK | 0600, 0));
	in = open("fifo", O_RDONLY | O_NONBLOCK);
	out = open("fifo", O_WRONLY);
	FLT_PROVES("VFS-984", write(out, "ab", 2) == 2 && read(in, data, 9) == 2);
	close(in);
	close(out);
	in = open("fifo", O_RDWR);
	FLT_PROVES("VFS-984", write(in, "c", 1) == 1 && read(in, data, 9) == 1 && data[0] == 'c');
	close(in);
	out = open("null", O_WRONLY);
	FLT_PROVES("VFS-984", write(out, data, 100) == 100);
	close(out);
	FLT_PROVES("VFS-984", open("sock", O_RDWR) < 0 && errno == ENXIO);
}

static void list(void)
{
	struct dirent *entry;
	int count = 0, i;
	char name[32];
	DIR *dir;

	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "entry-%d", i);
		close(open(below(name), O_CREAT | O_WRONLY, 0644));
	}
	dir = opendir(".");
	while ((entry = readdir(dir)))
		count += !strncmp(entry->d_name, "entry-", 6);
	FLT_PROVES("VFS-977", count == 300);
	rewinddir(dir);
	FLT_PROVES("VFS-977", readdir(dir));
	closedir(dir);
}

/* More than one operation of a filter that looks at data can carry, asked for at once. */
static void large(void)
{
	const size_t size = 20 << 20;
	char *from = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	int file = open("large", O_CREAT | O_RDWR, 0644), write;
	struct iocb request, *list = &request;
	aio_context_t context = 0;
	struct io_event event;

	FLT_REQUIRE(from != MAP_FAILED && !syscall(SYS_io_setup, 1, &context));
	twin_fill(from, size, 1);
	for (write = 1; write >= 0; write--) {
		memset(&request, 0, sizeof(request));
		request.aio_fildes = file;
		request.aio_lio_opcode = write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
		request.aio_buf = (unsigned long)(write ? from : from + size);
		request.aio_nbytes = size;
		FLT_PROVES("VFS-405", syscall(SYS_io_submit, context, 1, &list) == 1 &&
			   syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1 &&
			   event.res == (long)size);
	}
	FLT_PROVES("VFS-405", !memcmp(from, from + size, size));
	syscall(SYS_io_destroy, context);
	munmap(from, 2 * size);
	close(file);
}

/* A filter that says that somebody else has locked what is read or written (LOCK-60). */
static void conflicts(void)
{
	struct io_uring_sqe sqe = { .addr = (unsigned long)data, .len = 10 };
	struct iocb request, *list = &request;
	aio_context_t context = 0;
	struct io_event event;
	int file, write;

	FLT_REQUIRE(!twin_load("answer") && !syscall(SYS_io_setup, 1, &context));
	for (write = 0; write <= 1; write++) {
		file = open(write ? "c=04ac0000054" : "c=03ac0000054", O_CREAT | O_RDWR, 0600);
		FLT_REQUIRE(file >= 0);
		FLT_PROVES("LOCK-60", (write ? pwrite(file, data, 10, 0) :
					       pread(file, data, 10, 0)) < 0 && errno == EAGAIN);
		memset(&request, 0, sizeof(request));
		request.aio_fildes = file;
		request.aio_lio_opcode = write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
		request.aio_buf = (unsigned long)data;
		request.aio_nbytes = 10;
		FLT_PROVES("LOCK-60", syscall(SYS_io_submit, context, 1, &list) == 1 &&
			   syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1 &&
			   event.res == -EAGAIN);
		sqe.opcode = write ? IORING_OP_WRITE : IORING_OP_READ;
		sqe.fd = file;
		FLT_PROVES("LOCK-60", no_rings() || ring_one(0, &sqe) == -EAGAIN);
		close(file);
	}
	syscall(SYS_io_destroy, context);
	FLT_REQUIRE(!twin_unload("answer", true));
}

/* What one lower file system cannot do cannot be done here, with the same errno. */
static int result(const char *folder, int what)
{
	unsigned long long map[4 + 8] = { 0, ~0ULL };
	char path[PATH_MAX];
	int file, error;

	snprintf(path, sizeof(path), "%s/kind", folder);
	file = open(path, O_CREAT | O_RDWR | (what ? 0 : O_DIRECT), 0644);
	errno = file < 0 ? errno : 0;
	switch (what) {
	case 1:
		fsetxattr(file, "user.a", "1", 1, 0);
		break;
	case 2:
		ioctl(file, FS_IOC_FIEMAP, map);
		break;
	case 3:
		fsync(file);
		break;
	}
	error = errno;
	close(file);
	return error;
}

static void lower_kind(void)
{
	const char *id = !strcmp(getenv("LOWER_FS"), "tmpfs") ? "VFS-993" : NULL;
	char path[PATH_MAX];
	int i;

	snprintf(path, sizeof(path), "%s", getenv("LOWER"));
	for (i = 0; i < 4; i++) {
		int want = result(path, i), got = result(getenv("MNT"), i);

		prove_result(id, want == got, "as below", __FILE__, __LINE__);
	}
	if (id)
		FLT_PROVES("VFS-993", !result(path, 3) && result(path, 2));
	if (!strcmp(getenv("LOWER_FS"), "xfs")) {
		FLT_PROVES("VFS-992", !renameat2(AT_FDCWD, "kind", AT_FDCWD, "kind2",
						 RENAME_NOREPLACE));
		FLT_PROVES("VFS-992", !mkdir("kind", 0755) &&
			   !renameat2(AT_FDCWD, "kind2", AT_FDCWD, "kind", RENAME_EXCHANGE));
		FLT_PROVES("VFS-992", !renameat2(AT_FDCWD, "kind", AT_FDCWD, "kind3",
						 RENAME_WHITEOUT));
	}
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seq_row(&rows[i]);
	FLT_REQUIRE(!chdir(mnt));
	kernel_reads();
	ring_open();
	compat();
	members();
	specials();
	list();
	lower_kind();
	large();
	conflicts();
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
