// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing in every way that Linux has: the data and what the calls return are on
 * the mount what they are on the file system below.
 *
 * needs: long-kernels=debug filters=passthru time=120
 */
#include "../twin.h"

#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/fiemap.h>
#include <linux/io_uring.h>
#include <sys/sendfile.h>

static char block[1 << 16], other[1 << 16];
/* addresses that the compiler must not know to be bad */
static void * volatile nowhere;
static void * volatile unmapped = (void *)8;

static void plain(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 2000 } };
	struct stat st;
	struct iovec vec[3] = { { block, 100 }, { block + 100, 0 }, { block + 100, 5000 } };

	twin_fill(block, sizeof(block), 1);
	CALL(write(fd, block, sizeof(block)));
	CALL(write(fd, block, 0));
	CALL(pwrite(fd, block, 777, 100000));
	CALL(pwrite(fd, block, 1, -1));
	CALL(lseek(fd, 0, SEEK_CUR));
	CALL(lseek(fd, -10, SEEK_END));
	CALL(lseek(fd, -10, SEEK_SET));
	CALL(lseek(fd, 5000000000, SEEK_SET));
	CALL(read(fd, other, 10));
	CALL(pread(fd, other, sizeof(other), 50000));
	twin_say("%lx", twin_hash(other, sizeof(other)));
	CALL(lseek(fd, 3, SEEK_SET));
	CALL(writev(fd, vec, 3));
	CALL(lseek(fd, 3, SEEK_SET));
	CALL(readv(fd, vec, 3));
	CALL(pwritev(fd, vec, 3, 70000));
	CALL(preadv(fd, vec, 3, 70000));
	CALL(pwritev2(fd, vec, 3, 90000, RWF_DSYNC));
	CALL(pwritev2(fd, vec, 3, 0, RWF_APPEND));
	CALL(preadv2(fd, vec, 3, 0, RWF_HIPRI));
	CALL(read(fd, nowhere, 10));
	CALL(write(fd, unmapped, 10));
	CALL(read(fd, unmapped, 10));
	CALL(close(fd));
	fd = CALL_FD(open("f", O_RDONLY));
	/* an access for some file systems */
	CALL(utimensat(AT_FDCWD, "f", old, 0));
	CALL(read(fd, block, 0));
	CALL(fstat(fd, &st));
	twin_say_stat("f", &st);
	CALL(write(fd, block, 1));
	CALL(ftruncate(fd, 1));
	CALL(close(fd));
	fd = CALL_FD(open("f", O_WRONLY));
	CALL(read(fd, block, 1));
	CALL(close(fd));
	fd = CALL_FD(open(".", O_RDONLY));
	CALL(read(fd, block, 1));
	CALL(write(fd, block, 1));
	CALL(ftruncate(fd, 0));
}

static void append(void)
{
	int a = CALL_FD(open("f", O_CREAT | O_WRONLY | O_APPEND, 0600));
	int b = CALL_FD(open("f", O_WRONLY | O_APPEND));
	int i;

	for (i = 0; i < 20; i++) {
		dprintf(a, "a%d ", i);
		dprintf(b, "b%d ", i);
	}
	CALL(lseek(a, 0, SEEK_SET));
	CALL(write(a, "end", 3));
	CALL(pwrite(a, "PW", 2, 0));
	CALL(fcntl(a, F_SETFL, 0));
	CALL(pwrite(a, "PW", 2, 0));
}

static void sizes(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));

	twin_fill(block, sizeof(block), 2);
	CALL(write(fd, block, 10000));
	CALL(ftruncate(fd, 5000));
	CALL(ftruncate(fd, 9000));
	CALL(pread(fd, other, 10000, 0));
	twin_say("%lx", twin_hash(other, 9000));
	CALL(ftruncate(fd, -1));
	CALL(truncate("f", 1 << 20));
	CALL(truncate("absent", 0));
	CALL(truncate(".", 0));
	CALL(truncate("f", (1UL << 63) - 1));
	CALL(ftruncate(fd, 123));
	CALL(fallocate(fd, 0, 0, 50000));
	CALL(fallocate(fd, FALLOC_FL_KEEP_SIZE, 50000, 50000));
	CALL(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 8192));
	CALL(fallocate(fd, FALLOC_FL_ZERO_RANGE, 4096, 8192));
	CALL(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 4096, 4096));
	CALL(fallocate(fd, FALLOC_FL_INSERT_RANGE, 4096, 4096));
	CALL(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1));
	CALL(fallocate(fd, 0, -1, 1));
	CALL(fallocate(fd, 0, 0, 0));
	CALL(posix_fallocate(fd, 0, 60000));
}

static void holes(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));

	CALL(pwrite(fd, "x", 1, 1 << 20));
	CALL(fsync(fd));
	CALL(lseek(fd, 0, SEEK_DATA));
	CALL(lseek(fd, 0, SEEK_HOLE));
	CALL(lseek(fd, 1 << 20, SEEK_HOLE));
	CALL(lseek(fd, 1 << 21, SEEK_DATA));
	CALL(lseek(fd, 77, SEEK_END));
}

static void limits(void)
{
	struct { unsigned long current, most; } limit = { 5000, 5000 };
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));

	twin_fill(block, sizeof(block), 3);
	signal(SIGXFSZ, SIG_IGN);
	CALL(syscall(SYS_prlimit64, 0, 1 /* RLIMIT_FSIZE */, &limit, NULL));
	CALL(write(fd, block, 10000));
	CALL(write(fd, block, 10000));
	CALL(ftruncate(fd, 10000));
	CALL(fallocate(fd, 0, 0, 10000));
}

static void copies(void)
{
	int in = CALL_FD(open("in", O_CREAT | O_RDWR, 0600));
	int out = CALL_FD(open("out", O_CREAT | O_RDWR, 0600));
	int outside = CALL_FD(open("/tmp/twin-outside", O_CREAT | O_RDWR | O_TRUNC, 0600));
	int fds[2];
	off_t from = 100;
	loff_t a = 0, b = 30000;

	twin_fill(block, sizeof(block), 4);
	CALL(write(in, block, 60000));
	CALL(sendfile(out, in, &from, 20000));
	twin_say("%ld", (long)from);
	CALL(copy_file_range(in, &a, out, &b, 20000, 0));
	twin_say("%ld %ld", (long)a, (long)b);
	CALL(copy_file_range(in, &a, in, &a, 100, 0));
	CALL(copy_file_range(in, NULL, outside, NULL, 100, 0));
	CALL(lseek(in, 0, SEEK_SET));
	CALL(sendfile(outside, in, NULL, 60000));
	CALL(lseek(outside, 0, SEEK_SET));
	CALL(sendfile(out, outside, NULL, 50000));
	CALL(pipe(fds));
	a = 500;
	CALL(splice(in, &a, fds[1], NULL, 10000, 0));
	CALL(splice(fds[0], NULL, out, NULL, 10000, 0));
	CALL(splice(out, NULL, fds[1], NULL, 10000, 0));
	/* refused while a filter wants to see writes, whatever is below (VFS-426) */
	if (!twin_filtered)
		CALL(ioctl(out, FICLONE, in));
	CALL(close(in));
	CALL(close(out));
	CALL(unlink("/tmp/twin-outside"));
}

static void maps(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	int readonly;
	char *shared, *private, *map;

	twin_fill(block, sizeof(block), 5);
	CALL(write(fd, block, 20000));
	shared = mmap(NULL, 20480, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 20480, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (shared == MAP_FAILED || private == MAP_FAILED) {
		twin_say("mmap: %s", strerrorname_np(errno));
		return;
	}
	twin_say("%lx %lx", twin_hash(shared, 20000), twin_hash(private, 20000));
	memset(shared + 5000, 'S', 100);
	memset(private + 6000, 'P', 100);
	CALL(pread(fd, other, 20000, 0));
	twin_say("%lx", twin_hash(other, 20000));
	CALL(pwrite(fd, "WRITTEN", 7, 7000));
	twin_say("%.7s %.7s", shared + 7000, private + 7000);
	CALL(msync(shared, 20480, MS_SYNC));
	CALL(close(fd));
	memset(shared + 8000, 'C', 100);
	CALL(madvise(shared, 20480, MADV_DONTNEED));
	twin_say("%c", shared[8050]);
	CALL(mprotect(shared, 20480, PROT_READ));
	CALL(munmap(shared, 20480));
	CALL(munmap(private, 20480));
	readonly = CALL_FD(open("f", O_RDONLY));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, readonly, 0);
	twin_say("%s", map == MAP_FAILED ? strerrorname_np(errno) : "mapped");
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, readonly, 0);
	CALL(mprotect(map, 4096, PROT_READ | PROT_WRITE));
	map = mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED, readonly, 0);
	/* beyond the end of the file: the child must die of SIGBUS */
	if (!fork())
		_exit(map[1 << 19]);
	CALL((wait(&(int){ 0 }), 0));
}

static void direct(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR | O_DIRECT, 0600));
	char *aligned = aligned_alloc(4096, 65536);

	if (fd < 0)
		return;
	twin_fill(aligned, 65536, 6);
	CALL(write(fd, aligned, 65536));
	CALL(pwrite(fd, aligned, 4096, 8192));
	CALL(pread(fd, aligned, 16384, 4096));
	twin_say("%lx", twin_hash(aligned, 16384));
	CALL(pread(fd, aligned + 1, 4096, 0));
	CALL(pread(fd, aligned, 100, 0));
	CALL(pwrite(fd, aligned, 4096, 3));
	CALL(pread(fd, aligned, 65536, 61440));
	CALL(fcntl(fd, F_SETFL, 0));
	CALL(pread(fd, aligned, 100, 50));
	CALL(fcntl(fd, F_SETFL, O_DIRECT));
}

static void syncs(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR | O_SYNC, 0600));
	int dir = CALL_FD(open(".", O_RDONLY | O_DIRECTORY));

	CALL(write(fd, "synced", 6));
	CALL(fsync(fd));
	CALL(fdatasync(fd));
	CALL(fsync(dir));
	CALL(syncfs(fd));
	CALL(sync_file_range(fd, 0, 6, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
	CALL(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	CALL(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
	CALL(posix_fadvise(fd, 0, 0, 99));
	CALL(readahead(fd, 0, 4096));
	fd = CALL_FD(open("f", O_RDONLY));
	CALL(fsync(fd));
}

static void kernel_aio(void)
{
	aio_context_t context = 0;
	struct io_event events[8];
	struct iocb cbs[8], *list[8];
	char *aligned = aligned_alloc(4096, 8 * 4096);
	int fd, i, got;

	for (i = 0; i < 2; i++) {
		int flags = i ? O_DIRECT : 0;
		int n;

		fd = CALL_FD(open("f", O_CREAT | O_RDWR | flags, 0600));
		if (fd < 0)
			continue;
		context = 0;
		CALL(syscall(SYS_io_setup, 8, &context));
		twin_fill(aligned, 8 * 4096, 7 + i);
		memset(cbs, 0, sizeof(cbs));
		for (n = 0; n < 8; n++) {
			cbs[n].aio_fildes = fd;
			cbs[n].aio_lio_opcode = IOCB_CMD_PWRITE;
			cbs[n].aio_buf = (uintptr_t)(aligned + n * 4096);
			cbs[n].aio_nbytes = 4096;
			cbs[n].aio_offset = (7 - n) * 4096;
			list[n] = &cbs[n];
		}
		CALL(syscall(SYS_io_submit, context, 8, list));
		got = CALL(syscall(SYS_io_getevents, context, 8, 8, events, NULL));
		for (n = 0; n < got; n++)
			if (events[n].res != 4096)
				twin_say("write: %lld", events[n].res);
		for (n = 0; n < 8; n++) {
			cbs[n].aio_lio_opcode = IOCB_CMD_PREAD;
			if (n == 3) {
				cbs[n].aio_lio_opcode = IOCB_CMD_FDSYNC;
				cbs[n].aio_buf = cbs[n].aio_nbytes = cbs[n].aio_offset = 0;
			}
		}
		CALL(syscall(SYS_io_submit, context, 8, list));
		got = CALL(syscall(SYS_io_getevents, context, 8, 8, events, NULL));
		twin_say("%lx", twin_hash(aligned, 8 * 4096));
		CALL(syscall(SYS_io_destroy, context));
		close(fd);
	}
}

/* The least of io_uring: one ring, one request at a time. */
static struct ring {
	int fd;
	char *sq, *cq;
	struct io_uring_sqe *entries;
	struct io_uring_params p;
} ring;

static long ring_do(unsigned char opcode, int fd, const void *addr, unsigned int len,
		    unsigned long offset)
{
	unsigned int *tail = (unsigned int *)(ring.sq + ring.p.sq_off.tail);
	unsigned int *head = (unsigned int *)(ring.cq + ring.p.cq_off.head);
	unsigned int *array = (unsigned int *)(ring.sq + ring.p.sq_off.array);
	unsigned int at = *tail & (ring.p.sq_entries - 1);
	struct io_uring_cqe *done;
	struct io_uring_sqe *entry = &ring.entries[at];

	memset(entry, 0, sizeof(*entry));
	entry->opcode = opcode;
	entry->fd = fd;
	entry->addr = (uintptr_t)addr;
	entry->len = len;
	entry->off = offset;
	array[at] = at;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -1000 - errno;
	done = (struct io_uring_cqe *)(ring.cq + ring.p.cq_off.cqes) +
		(*head & (ring.p.cq_entries - 1));
	at = done->res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return (int)at;
}

static void rings(void)
{
	const int prot = PROT_READ | PROT_WRITE;
	char *aligned = aligned_alloc(4096, 65536);
	int fd, i;

	ring.fd = CALL_FD(syscall(SYS_io_uring_setup, 8, &ring.p));
	if (ring.fd < 0)
		return;
	ring.sq = mmap(NULL, 65536, prot, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
	ring.cq = mmap(NULL, 65536, prot, MAP_SHARED, ring.fd, IORING_OFF_CQ_RING);
	ring.entries = mmap(NULL, 8 * sizeof(*ring.entries), prot, MAP_SHARED, ring.fd,
			    IORING_OFF_SQES);
	for (i = 0; i < 2; i++) {
		fd = CALL_FD(open("f", O_CREAT | O_RDWR | (i ? O_DIRECT : 0), 0600));
		if (fd < 0)
			continue;
		twin_fill(aligned, 65536, 8 + i);
		CALL(ring_do(IORING_OP_WRITE, fd, aligned, 65536, 0));
		CALL(ring_do(IORING_OP_READ, fd, aligned, 4096, 8192));
		CALL(ring_do(IORING_OP_READ, fd, aligned, 4096, 1 << 20));
		twin_say("%lx", twin_hash(aligned, 65536));
		CALL(ring_do(IORING_OP_FSYNC, fd, NULL, 0, 0));
		CALL(ring_do(IORING_OP_FALLOCATE, fd, (void *)8192, 0, 65536));
		close(fd);
	}
	CALL(ring_do(IORING_OP_UNLINKAT, AT_FDCWD, "absent", 0, 0));
	CALL(ring_do(IORING_OP_MKDIRAT, AT_FDCWD, "made", 0755, 0));
	close(ring.fd);
}

static void extents(void)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extents[8];
	} query = { .map = { .fm_length = ~0ULL, .fm_extent_count = 8,
			     .fm_flags = FIEMAP_FLAG_SYNC } };
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	unsigned int i;

	twin_fill(block, sizeof(block), 9);
	CALL(pwrite(fd, block, 4096, 0));
	CALL(pwrite(fd, block, 4096, 1 << 20));
	CALL(ioctl(fd, FS_IOC_FIEMAP, &query));
	for (i = 0; i < query.map.fm_mapped_extents; i++)
		twin_say("%llu %llu %x", query.extents[i].fe_logical,
			 query.extents[i].fe_length, query.extents[i].fe_flags);
}

static void execute(void)
{
	static char * const argv[] = { "sh", "-c", "exit 7", NULL };
	static char * const argv_script[] = { "./script", NULL };
	int in = open("/bin/busybox", O_RDONLY), out, status;
	char text[] = "#!./sh\nexit 8\n";

	out = CALL_FD(open("program", O_CREAT | O_WRONLY, 0755));
	while (sendfile(out, in, NULL, 1 << 20) > 0)
		;
	if (!fork()) {
		/* a file open for writing cannot be run */
		CALL(execv("./program", argv));
		_exit(1);
	}
	wait(&status);
	CALL(close(out));
	CALL(rename("program", "sh"));
	CALL(link("sh", "program"));
	if (!fork()) {
		execv("./sh", argv);
		_exit(errno);
	}
	wait(&status);
	twin_say("%x", status);
	out = CALL_FD(open("script", O_CREAT | O_WRONLY, 0755));
	CALL(write(out, text, sizeof(text) - 1));
	CALL(close(out));
	if (!fork()) {
		execv("./script", argv_script);
		_exit(errno);
	}
	wait(&status);
	twin_say("%x", status);
	CALL(unlink("program"));
	CALL(unlink("sh"));
}

TWIN_TEST("passthru",
	  { "plain", plain },
	  { "append", append },
	  { "sizes", sizes },
	  { "holes", holes },
	  { "limits", limits },
	  { "copies", copies },
	  { "maps", maps },
	  { "direct", direct },
	  { "syncs", syncs },
	  { "aio", kernel_aio },
	  { "rings", rings },
	  { "extents", extents },
	  { "execute", execute })
