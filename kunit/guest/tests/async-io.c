// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous reads and writes, by libaio and io_uring, at depth 32, over ext4 on a block device:
 * every byte is right, filters see asynchronous operations, their post-operation callbacks run at
 * DISPATCH_LEVEL in a bottom half, or at PASSIVE_LEVEL where the mount says so, and never above.
 * The filter "levels" counts; it is run as one that does not look at data, as one that does, and
 * as one that keeps operations for a while. What it is told of the requestor is right wherever it
 * asks, and changes of the parameters end in a short transfer or an error.
 *
 * needs: lower=ext4 filters=levels time=240 parallel=yes
 */
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/statfs.h>

#include "../twin.h"

#define DEPTH	32
#define BLOCK	4096
#define BLOCKS	512
#define READS	512
#define LOOK	1
#define PEND	2
#define HALF	4
#define HOLD	8
#define HALVE	16
#define DOUBLE	32
#define NONSENSE 64
#define LOCK	128

/* The filter's counts, from the line that it prints when it goes. */
static struct {
	long long sync, async, passive, apc, dispatch, above, moved, pended, read, written, sum;
	long long wrong, wow;
	unsigned int pid;
} seen;

/* What the test itself did. */
static long long did_read, did_write, did_sum;

static char *memory;		/* DEPTH blocks */
static int log_fd = -1;

static void fill(char *block, unsigned int number, unsigned int round)
{
	unsigned int *word = (unsigned int *)block, i;

	for (i = 0; i < BLOCK / sizeof(*word); i++)
		word[i] = number * 2654435761u + round * 40503u + i;
}

static bool filled(const char *block, unsigned int number, unsigned int round)
{
	char want[BLOCK];

	fill(want, number, round);
	return !memcmp(block, want, BLOCK);
}

static void add_up(const char *block, size_t size)
{
	while (size--)
		did_sum += (unsigned char)*block++;
}

/* One request of either kind; @user comes back with its result. */
struct request {
	bool write;
	int fd;
	void *buffer;
	size_t size;
	long long offset;
	unsigned long user;
};

/* A way to submit requests and to get their results. */
struct engine {
	const char *name;
	void (*open)(void);
	void (*submit)(const struct request *request);
	long (*wait)(unsigned long *user);
	void (*close)(void);
};

static aio_context_t aio_context;

static void aio_open(void)
{
	aio_context = 0;
	FLT_REQUIRE(!syscall(SYS_io_setup, DEPTH, &aio_context));
}

static void aio_submit(const struct request *request)
{
	struct iocb iocb = {
		.aio_data = request->user,
		.aio_lio_opcode = request->write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD,
		.aio_fildes = request->fd,
		.aio_buf = (unsigned long)request->buffer,
		.aio_nbytes = request->size,
		.aio_offset = request->offset,
	};
	struct iocb *list = &iocb;

	FLT_REQUIRE(syscall(SYS_io_submit, aio_context, 1, &list) == 1);
}

static long aio_wait(unsigned long *user)
{
	struct io_event event;

	FLT_REQUIRE(syscall(SYS_io_getevents, aio_context, 1, 1, &event, NULL) == 1);
	*user = event.data;
	return event.res;
}

static void aio_close(void)
{
	syscall(SYS_io_destroy, aio_context);
}

static struct {
	int fd;
	struct io_uring_params params;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	size_t sq_size, cq_size, sqes_size;
} ring;

static void *ring_map(size_t size, off_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
			offset);

	FLT_REQUIRE(at != MAP_FAILED);
	return at;
}

static int ring_setup(unsigned int flags)
{
	memset(&ring.params, 0, sizeof(ring.params));
	ring.params.flags = flags;
	ring.fd = syscall(SYS_io_uring_setup, DEPTH, &ring.params);
	if (ring.fd < 0)
		return -1;
	ring.sq_size = ring.params.sq_off.array + ring.params.sq_entries * sizeof(unsigned int);
	ring.cq_size = ring.params.cq_off.cqes +
		       ring.params.cq_entries * sizeof(struct io_uring_cqe);
	ring.sqes_size = ring.params.sq_entries * sizeof(struct io_uring_sqe);
	ring.sq = ring_map(ring.sq_size, IORING_OFF_SQ_RING);
	ring.cq = ring_map(ring.cq_size, IORING_OFF_CQ_RING);
	ring.sqes = ring_map(ring.sqes_size, IORING_OFF_SQES);
	return 0;
}

static void ring_open(void)
{
	FLT_REQUIRE(!ring_setup(0));
}

static void ring_submit(const struct request *request)
{
	_Atomic unsigned int *tail = (void *)(ring.sq + ring.params.sq_off.tail);
	unsigned int *array = (void *)(ring.sq + ring.params.sq_off.array);
	unsigned int at = *tail & (ring.params.sq_entries - 1);

	memset(&ring.sqes[at], 0, sizeof(ring.sqes[at]));
	ring.sqes[at].opcode = request->write ? IORING_OP_WRITE : IORING_OP_READ;
	ring.sqes[at].fd = request->fd;
	ring.sqes[at].addr = (unsigned long)request->buffer;
	ring.sqes[at].len = request->size;
	ring.sqes[at].off = request->offset;
	ring.sqes[at].user_data = request->user;
	array[at] = at;
	atomic_store_explicit(tail, *tail + 1, memory_order_release);
	FLT_REQUIRE(syscall(SYS_io_uring_enter, ring.fd, 1, 0, 0, NULL, 0) == 1);
}

static long ring_wait(unsigned long *user)
{
	_Atomic unsigned int *head = (void *)(ring.cq + ring.params.cq_off.head);
	_Atomic unsigned int *tail = (void *)(ring.cq + ring.params.cq_off.tail);
	struct io_uring_cqe *cqes = (void *)(ring.cq + ring.params.cq_off.cqes), cqe;

	while (*head == atomic_load_explicit(tail, memory_order_acquire))
		FLT_REQUIRE(syscall(SYS_io_uring_enter, ring.fd, 0, 1, IORING_ENTER_GETEVENTS,
				    NULL, 0) >= 0 || errno == EINTR);
	cqe = cqes[*head & (ring.params.cq_entries - 1)];
	atomic_store_explicit(head, *head + 1, memory_order_release);
	*user = cqe.user_data;
	return cqe.res;
}

static void ring_close(void)
{
	munmap(ring.sq, ring.sq_size);
	munmap(ring.cq, ring.cq_size);
	munmap(ring.sqes, ring.sqes_size);
	close(ring.fd);
}

static const struct engine engines[] = {
	{ "libaio", aio_open, aio_submit, aio_wait, aio_close },
	{ "io_uring", ring_open, ring_submit, ring_wait, ring_close },
};

static bool in_use[DEPTH];

static unsigned int free_slot(void)
{
	unsigned int i = 0;

	while (in_use[i])
		i++;
	return i;
}

/* Waits for one request; what was read has to be right. */
static void finish_one(const struct engine *engine, const unsigned int *block_of, bool write,
		       unsigned int round)
{
	unsigned long slot;
	long result = engine->wait(&slot);

	FLT_REQUIRE(slot < DEPTH);
	in_use[slot] = false;
	if (!FLT_EXPECT(result == BLOCK))
		printf("%s: block %u gave %ld\n", engine->name, block_of[slot], result);
	if (write) {
		did_write += BLOCK;
	} else {
		did_read += BLOCK;
		FLT_EXPECT(filled(memory + slot * BLOCK, block_of[slot], round));
	}
	add_up(memory + slot * BLOCK, BLOCK);
}

/* @count requests, DEPTH of them at a time, at blocks all over the file. */
static void run(const struct engine *engine, int fd, bool write, unsigned int count,
		unsigned int round)
{
	unsigned int block_of[DEPTH], i, busy = 0;

	for (i = 0; i < count; i++) {
		struct request request = { .write = write, .fd = fd, .size = BLOCK };
		unsigned int block = (i * 167 + 5) % BLOCKS;

		if (busy == DEPTH) {
			finish_one(engine, block_of, write, round);
			busy--;
		}
		request.user = free_slot();
		in_use[request.user] = true;
		block_of[request.user] = block;
		request.buffer = memory + request.user * BLOCK;
		request.offset = (long long)block * BLOCK;
		if (write)
			fill(request.buffer, block, round);
		else
			memset(request.buffer, 0xee, BLOCK);
		engine->submit(&request);
		busy++;
	}
	while (busy--)
		finish_one(engine, block_of, write, round);
}

/* The file as the lower file system has it. */
static void expect_below(const char *lower, unsigned int round)
{
	char path[PATH_MAX], block[BLOCK];
	unsigned int i;
	int fd;

	snprintf(path, sizeof(path), "%s/file", lower);
	fd = open(path, O_RDONLY);
	for (i = 0; i < BLOCKS; i++) {
		FLT_REQUIRE(pread(fd, block, BLOCK, (off_t)i * BLOCK) == BLOCK);
		if (!FLT_EXPECT(filled(block, i, round)))
			break;
	}
	close(fd);
}

static void filter_begin(unsigned int mode)
{
	char args[128];

	snprintf(args, sizeof(args), "params=Parameters\\Mode=%u;Parameters\\BufferAccess=%u", mode,
		 mode & LOOK);
	FLT_REQUIRE(!twin_load_with("levels", args));
	memset(&seen, 0, sizeof(seen));
	did_read = 0;
	did_write = 0;
	did_sum = 0;
	if (log_fd < 0)
		log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
}

static void filter_end(void)
{
	char record[2048], *text;
	ssize_t got;
	int fields = 0;

	FLT_REQUIRE(!twin_unload("levels", true));
	while ((got = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[got > 0 ? got : 0] = 0;
		text = strstr(record, "sync=");
		if (text)
			fields = sscanf(text, "sync=%lld async=%lld passive=%lld apc=%lld dispatch=%lld above=%lld moved=%lld pended=%lld read=%lld written=%lld sum=%lld wrong=%lld pid=%u wow=%lld",
					&seen.sync, &seen.async, &seen.passive, &seen.apc,
					&seen.dispatch, &seen.above, &seen.moved, &seen.pended,
					&seen.read, &seen.written, &seen.sum, &seen.wrong,
					&seen.pid, &seen.wow);
	}
	FLT_REQUIRE(fields == 14);
}

static int open_file(const char *mnt, int flags)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/file", mnt);
	fd = open(path, flags | O_CREAT, 0600);
	FLT_REQUIRE(fd >= 0);
	return fd;
}

/* A ring that is closed lets go of its files a moment later. */
static void unmount(const char *mnt)
{
	int tries = 0;

	while (umount(mnt) && tries++ < 100)
		usleep(100000);
	FLT_REQUIRE(tries <= 100);
}

/* One way of working, with one filter on one kind of mount. */
static void test(const struct engine *engine, const char *lower, const char *mnt, bool passive,
		 unsigned int mode)
{
	static unsigned int round;
	unsigned int requests = READS + BLOCKS + BLOCKS / 2;
	int fd;

	printf("%s, %s, mode %u\n", engine->name, passive ? "passive" : "dispatch", mode);
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, passive ? "completion=passive" : NULL));
	filter_begin(mode);
	engine->open();
	fd = open_file(mnt, O_RDWR | O_DIRECT);
	run(engine, fd, true, BLOCKS, ++round);
	run(engine, fd, false, READS, round);
	close(fd);
	/* Through the page cache there is no asynchronous form below; the operation is one. */
	fd = open_file(mnt, O_RDWR);
	run(engine, fd, false, BLOCKS / 2, round);
	close(fd);
	engine->close();
	unmount(mnt);
	filter_end();
	printf("  sync=%lld async=%lld passive=%lld apc=%lld dispatch=%lld above=%lld moved=%lld pended=%lld\n",
	       seen.sync, seen.async, seen.passive, seen.apc, seen.dispatch, seen.above,
	       seen.moved, seen.pended);
	expect_below(lower, round);

	/* In the submitter, a worker and a bottom half alike. */
	FLT_PROVES("CBD-072", !seen.wrong);
	FLT_PROVES("CBD-073", !seen.wrong && seen.pid == (unsigned int)getpid());
	FLT_PROVES("CBD-074", seen.pid == (unsigned int)getpid());
	if (!passive)
		FLT_PROVES("CBD-077", !seen.wrong && seen.dispatch > 0);
	FLT_PROVES("CBD-079", !seen.wow);
	FLT_PROVES("VFS-405", seen.async == requests && !seen.sync);
	FLT_PROVES("CBD-070", seen.async == requests && !seen.sync);
	FLT_PROVES("VFS-406", !seen.above && !seen.apc &&
		   (mode & HALF || seen.passive + seen.dispatch == requests));
	FLT_PROVES("VFS-881", passive ? !seen.dispatch : seen.dispatch > 0);
	FLT_PROVES("VFS-414", mode & HALF || seen.written == did_write);
	FLT_EXPECT(mode & HALF || seen.read == did_read);
	FLT_EXPECT(!(mode & LOOK) || seen.sum == did_sum);
	FLT_EXPECT(!(mode & PEND) == !seen.pended);
	if (!(mode & HALF))
		FLT_PROVES("VFS-720", seen.moved > 0);
}

/* Memory that is not there, or goes away while a filter keeps the request. */
static void bad_memory(const struct engine *engine, const char *lower, const char *mnt,
		       unsigned int mode)
{
	struct request request = { .size = BLOCK, .user = 1 };
	unsigned long user;
	int i;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	filter_begin(mode);
	engine->open();
	request.fd = open_file(mnt, O_RDWR | O_DIRECT);
	for (i = 0; i < 8; i++) {
		request.buffer = (void *)0x10000;
		request.write = i & 1;
		engine->submit(&request);
		FLT_EXPECT(engine->wait(&user) == -EFAULT);
		request.buffer = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		request.write = false;
		engine->submit(&request);
		munmap(request.buffer, BLOCK);
		FLT_EXPECT(engine->wait(&user) == BLOCK || mode & LOOK);
	}
	close(request.fd);
	engine->close();
	unmount(mnt);
	filter_end();
}

/* A process that is killed with requests under way leaves nothing behind. */
static void killed(const struct engine *engine, const char *lower, const char *mnt,
		   unsigned int mode)
{
	int status, i;
	pid_t child;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	filter_begin(mode);
	for (i = 0; i < 10; i++) {
		child = fork();
		if (!child) {
			int fd = open_file(mnt, O_RDWR | O_DIRECT);
			unsigned int slot;

			engine->open();
			for (slot = 0; slot < DEPTH; slot++) {
				struct request request = {
					.fd = fd, .buffer = memory + slot * BLOCK, .size = BLOCK,
					.offset = slot * BLOCK, .user = slot,
				};

				engine->submit(&request);
			}
			raise(SIGKILL);
		}
		FLT_EXPECT(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	}
	unmount(mnt);
	filter_end();
	FLT_EXPECT(!seen.above);
	/* Whoever asked is gone, or on its way out, when the completion asks who it was. */
	if (engine == &engines[0])
		FLT_PROVES("CBD-078", !seen.wrong && seen.async > 0);
	else	/* a ring may go before it has submitted anything */
		FLT_EXPECT(!seen.wrong);
}

/* A request that a filter holds can be cancelled, and a process with such requests can die. */
static void cancelled(const char *lower, const char *mnt)
{
	struct iocb iocb = {
		.aio_lio_opcode = IOCB_CMD_PREAD, .aio_buf = (unsigned long)memory,
		.aio_nbytes = BLOCK,
	};
	struct iocb *list = &iocb;
	struct io_event event;
	int status, i;
	pid_t child;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	filter_begin(HOLD);
	iocb.aio_fildes = open_file(mnt, O_RDWR | O_DIRECT);
	aio_open();
	for (i = 0; i < 100; i++) {
		memset(&event, 0, sizeof(event));
		FLT_REQUIRE(syscall(SYS_io_submit, aio_context, 1, &list) == 1);
		FLT_EXPECT(syscall(SYS_io_cancel, aio_context, &iocb, &event) == -1 &&
			   errno == EINPROGRESS);
		FLT_REQUIRE(syscall(SYS_io_getevents, aio_context, 1, 1, &event, NULL) == 1);
		FLT_EXPECT(event.res == -ECANCELED);
	}
	aio_close();
	close(iocb.aio_fildes);
	child = fork();
	if (!child) {
		iocb.aio_fildes = open_file(mnt, O_RDWR | O_DIRECT);
		aio_open();
		for (i = 0; i < DEPTH; i++)
			FLT_REQUIRE(syscall(SYS_io_submit, aio_context, 1, &list) == 1);
		raise(SIGKILL);
	}
	FLT_EXPECT(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	unmount(mnt);
	filter_end();
	FLT_EXPECT(seen.pended == 100 + DEPTH);
}

/* A thread of this process that reads; and the process is what the filter is told. */
static void *read_in_thread(void *fd)
{
	FLT_EXPECT(pread(*(int *)fd, memory, BLOCK, 0) == BLOCK);
	return NULL;
}

/* A 32-bit program: open(2), read(2) twice and _exit(2), as the kernel of 1991 would run it. */
static bool make_32bit_program(const char *path, const char *file)
{
	static const unsigned char code[] = {
		0xb8, 5, 0, 0, 0,		/* mov eax, open */
		0xbb, 0, 0, 0, 0,		/* mov ebx, name */
		0x31, 0xc9,			/* xor ecx, ecx */
		0xcd, 0x80,			/* int 0x80 */
		0x89, 0xc3,			/* mov ebx, eax */
		0xb9, 0, 0, 0, 0,		/* mov ecx, buffer */
		0xba, 0, 1, 0, 0,		/* mov edx, 256 */
		0xb8, 3, 0, 0, 0,		/* mov eax, read */
		0xcd, 0x80,
		0xb8, 3, 0, 0, 0,
		0xcd, 0x80,
		0x31, 0xdb,			/* xor ebx, ebx */
		0xb8, 1, 0, 0, 0,		/* mov eax, exit */
		0xcd, 0x80,
	};
	const unsigned int base = 0x08048000, entry = 0x54, name = 0x200;
	unsigned int *word;
	unsigned char image[4096] = {
		0x7f, 'E', 'L', 'F', 1, 1, 1, [16] = 2, [18] = 3, [20] = 1, [28] = 0x34,
		[40] = 0x34, [42] = 0x20, [44] = 1,
	};
	bool made;
	int fd;

	word = (unsigned int *)(image + 24);
	*word = base + entry;
	word = (unsigned int *)(image + 0x34);
	word[0] = 1;			/* PT_LOAD */
	word[2] = base;
	word[3] = base;
	word[4] = sizeof(image);
	word[5] = 2 * sizeof(image);	/* the buffer is behind */
	word[6] = 7;
	word[7] = 4096;
	memcpy(image + entry, code, sizeof(code));
	*(unsigned int *)(image + entry + 6) = base + name;
	*(unsigned int *)(image + entry + 17) = base + sizeof(image);
	strcpy((char *)image + name, file);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	made = fd >= 0 && write(fd, image, sizeof(image)) == sizeof(image);
	close(fd);
	return made;
}

/* Reads that are waited for: of this process, of a thread of it, and of a 32-bit program. */
static void waited_for(const char *lower, const char *mnt)
{
	char path[PATH_MAX], program[PATH_MAX];
	int fd, status = 0;
	pthread_t thread;
	pid_t child;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	filter_begin(0);
	fd = open_file(mnt, O_RDWR);
	FLT_REQUIRE(!pthread_create(&thread, NULL, read_in_thread, &fd));
	pthread_join(thread, NULL);
	FLT_EXPECT(pread(fd, memory, BLOCK, 0) == BLOCK && pwrite(fd, memory, BLOCK, 0) == BLOCK);
	close(fd);
	unmount(mnt);
	filter_end();
	FLT_PROVES("CBD-073", !seen.wrong && seen.pid == (unsigned int)getpid());
	FLT_EXPECT(seen.sync == 3 && !seen.async && !seen.wow);

	snprintf(path, sizeof(path), "%s/file", mnt);
	snprintf(program, sizeof(program), "/tmp/read32");
	FLT_REQUIRE(make_32bit_program(program, path));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	filter_begin(PEND);
	child = fork();
	if (!child) {
		execl(program, program, NULL);
		_exit(errno == ENOEXEC ? 77 : 1);
	}
	FLT_EXPECT(waitpid(child, &status, 0) == child);
	fd = open_file(mnt, O_RDWR);
	FLT_EXPECT(pread(fd, memory, BLOCK, 0) == BLOCK && pread(fd, memory, BLOCK, 0) == BLOCK);
	close(fd);
	unmount(mnt);
	filter_end();
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		printf("this kernel runs no 32-bit programs\n");
		return;
	}
	FLT_EXPECT(WIFEXITED(status) && !WEXITSTATUS(status) && seen.sync == 4);
	/* Its two reads, and not those of this program, one of which a worker looked at. */
	FLT_PROVES("CBD-079", seen.wow == 2);
}

/* A worker looks at what a kept write writes: memory that was locked where the caller was. */
static void kept_writes(const char *lower, const char *mnt, bool direct)
{
	long long sum = 0;
	unsigned int i, j;
	int fd;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	filter_begin(PEND | LOCK);
	fd = open_file(mnt, O_RDWR | (direct ? O_DIRECT : 0));
	for (i = 1; i <= 16; i++) {
		fill(memory, i, 4711);
		for (j = 0; i % 4 == 0 && j < BLOCK; j++)
			sum += (unsigned char)memory[j];
		FLT_EXPECT(pwrite(fd, memory, BLOCK, BLOCK * (BLOCKS + i)) == BLOCK);
	}
	close(fd);
	unmount(mnt);
	filter_end();
	FLT_PROVES("PEND-18", seen.pended == 4 && seen.sum == sum);
}

/* Lengths that a filter changes, and parameters that make no sense. */
static void changed(const char *lower, const char *mnt)
{
	static char buffer[4 * BLOCK], want[2 * BLOCK];
	char path[PATH_MAX];
	unsigned int look, i;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/file", lower);
	fd = open(path, O_RDONLY);
	FLT_REQUIRE(fd >= 0 && read(fd, want, sizeof(want)) == sizeof(want));
	close(fd);
	for (look = 0; look < 2; look++) {
		FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
		filter_begin(HALVE | look);
		fd = open_file(mnt, O_RDONLY);
		memset(buffer, 0x55, sizeof(buffer));
		got = pread(fd, buffer, 1000, 0);
		FLT_PROVES("CBD-047", got == 500 && !memcmp(buffer, want, 500) &&
			   (unsigned char)buffer[500] == 0x55);
		close(fd);
		unmount(mnt);
		filter_end();

		FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
		filter_begin(DOUBLE | look);
		fd = open_file(mnt, O_RDONLY);
		memset(buffer, 0x55, sizeof(buffer));
		got = pread(fd, buffer, 1000, 0);
		FLT_PROVES("CBD-047", got == 1000 && !memcmp(buffer, want, 1000));
		for (i = 1000; i < sizeof(buffer) && buffer[i] == 0x55; i++)
			;
		FLT_PROVES("CBD-047", i == sizeof(buffer));
		close(fd);
		unmount(mnt);
		filter_end();
	}
	for (look = 0; look < 2; look++) {
		FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
		filter_begin(NONSENSE);
		fd = open_file(mnt, O_RDWR | (look ? O_DIRECT : 0));
		for (i = 0; i < 64; i++) {
			errno = 0;
			if (i / 8 & 1)
				got = pwrite(fd, memory, BLOCK, BLOCK * (BLOCKS + 1));
			else
				got = pread(fd, memory, BLOCK, 0);
			if (got > BLOCK || (got < 0 && !errno))
				break;
		}
		FLT_PROVES("CBD-046", i == 64);
		/* The file system goes on as ever. */
		FLT_PROVES("CBD-046", !fsync(fd));
		close(fd);
		unmount(mnt);
		filter_end();
		FLT_PROVES("CBD-046", seen.sync == 64);
	}
}

/* A request that must not wait is turned down before any callback; polled rings are refused. */
static void not_now(const char *lower, const char *mnt)
{
	struct request request = { .buffer = memory, .size = BLOCK, .user = 7 };
	struct iovec iov = { memory, BLOCK };
	unsigned long user;
	int fd;

	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	filter_begin(0);
	fd = open_file(mnt, O_RDWR);
	FLT_PROVES("VFS-407", preadv2(fd, &iov, 1, 0, RWF_NOWAIT) == -1 && errno == EAGAIN);
	FLT_PROVES("VFS-407", pwritev2(fd, &iov, 1, 0, RWF_NOWAIT) == -1 && errno == EAGAIN);
	close(fd);
	if (!ring_setup(IORING_SETUP_IOPOLL)) {
		request.fd = open_file(mnt, O_RDWR | O_DIRECT);
		ring_submit(&request);
		FLT_PROVES("VFS-408", ring_wait(&user) == -EOPNOTSUPP);
		close(request.fd);
		ring_close();
	}
	unmount(mnt);
	filter_end();
	FLT_PROVES("VFS-407", !seen.sync && !seen.async);
}

int main(void)
{
	static const unsigned int modes[] = { 0, LOOK, PEND, LOOK | PEND, HALF };
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	unsigned int e, m, p;

	setvbuf(stdout, NULL, _IOLBF, 0);
	memory = aligned_alloc(BLOCK, DEPTH * BLOCK);
	FLT_REQUIRE(!twin_load("fltshim"));
	for (e = 0; e < 2; e++) {
		for (p = 0; p < 2; p++) {
			for (m = 0; m < sizeof(modes) / sizeof(modes[0]); m++)
				test(&engines[e], lower, mnt, p, modes[m]);
		}
		for (m = 0; m < 4; m++)
			killed(&engines[e], lower, mnt, modes[m]);
	}
	for (m = 0; m < 4; m++)
		bad_memory(&engines[0], lower, mnt, modes[m]);
	not_now(lower, mnt);
	cancelled(lower, mnt);
	waited_for(lower, mnt);
	kept_writes(lower, mnt, false);
	kept_writes(lower, mnt, true);
	changed(lower, mnt);
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
