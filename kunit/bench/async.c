// SPDX-License-Identifier: GPL-2.0
/*
 * fsbench: direct reads, many in flight, by libaio's calls and by io_uring's. Uses the system calls
 * themselves, no library.
 */
#include <errno.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fsbench.h"

#define DEPTH		32

static aio_context_t aio;

static void open_aio(void)
{
	open_direct();
	aio = 0;
	if (!refused)
		GOOD(syscall(SYS_io_setup, DEPTH, &aio));
}

static void run_aio(unsigned int n)
{
	struct iocb blocks[DEPTH], *list[DEPTH];
	struct io_event events[DEPTH];

	for (; n >= DEPTH; n -= DEPTH) {
		for (int i = 0; i < DEPTH; i++) {
			blocks[i] = (struct iocb) {
				.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd,
				.aio_buf = (uintptr_t)buffer, .aio_nbytes = PAGE,
				.aio_offset = i * PAGE,
			};
			list[i] = &blocks[i];
		}
		if (GOOD(syscall(SYS_io_submit, aio, DEPTH, list)) != DEPTH)
			die("io_submit took only a part");
		if (GOOD(syscall(SYS_io_getevents, aio, DEPTH, DEPTH, events, NULL)) != DEPTH)
			die("io_getevents gave only a part");
		for (int i = 0; i < DEPTH; i++)
			if (events[i].res != PAGE)
				die("an asynchronous read returned %lld", (long long)events[i].res);
	}
}

static void close_aio(void)
{
	if (!refused)
		GOOD(syscall(SYS_io_destroy, aio));
	close_direct();
}

/* io_uring, as the kernel has it: one ring, one call for submitting and reaping. */
static struct {
	int fd;
	void *rings;
	size_t size;
	struct io_uring_sqe *entries;
	size_t entries_size;
	struct io_uring_params of;
} ring;

static void *ring_map(size_t size, off_t what)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, what);

	if (at == MAP_FAILED)
		die("mmap of a ring: %s", strerror(errno));
	return at;
}

static unsigned int *ring_word(uint32_t offset)
{
	return (unsigned int *)((char *)ring.rings + offset);
}

static void open_uring(void)
{
	size_t completions;

	open_direct();
	if (refused)
		return;
	memset(&ring, 0, sizeof(ring));
	ring.fd = GOOD(syscall(SYS_io_uring_setup, DEPTH, &ring.of));
	if (!(ring.of.features & IORING_FEAT_SINGLE_MMAP))
		die("this kernel's io_uring is too old");
	ring.size = ring.of.sq_off.array + ring.of.sq_entries * sizeof(unsigned int);
	completions = ring.of.cq_off.cqes + ring.of.cq_entries * sizeof(struct io_uring_cqe);
	if (ring.size < completions)
		ring.size = completions;
	ring.rings = ring_map(ring.size, IORING_OFF_SQ_RING);
	ring.entries_size = ring.of.sq_entries * sizeof(struct io_uring_sqe);
	ring.entries = ring_map(ring.entries_size, IORING_OFF_SQES);
}

static void run_uring(unsigned int n)
{
	unsigned int *array = ring_word(ring.of.sq_off.array);
	unsigned int *tail = ring_word(ring.of.sq_off.tail);
	unsigned int *head = ring_word(ring.of.cq_off.head);
	unsigned int mask = *ring_word(ring.of.cq_off.ring_mask);
	struct io_uring_cqe *done = (void *)((char *)ring.rings + ring.of.cq_off.cqes);

	for (; n >= DEPTH; n -= DEPTH) {
		for (unsigned int i = 0; i < DEPTH; i++) {
			unsigned int slot = (*tail + i) & (DEPTH - 1);

			ring.entries[slot] = (struct io_uring_sqe) {
				.opcode = IORING_OP_READ, .fd = fd, .addr = (uintptr_t)buffer,
				.len = PAGE, .off = i * PAGE,
			};
			array[slot] = slot;
		}
		__atomic_store_n(tail, *tail + DEPTH, __ATOMIC_RELEASE);
		if (GOOD(syscall(SYS_io_uring_enter, ring.fd, DEPTH, DEPTH, IORING_ENTER_GETEVENTS,
				 NULL, 0)) != DEPTH)
			die("io_uring_enter took only a part");
		if (__atomic_load_n(ring_word(ring.of.cq_off.tail), __ATOMIC_ACQUIRE) - *head != DEPTH)
			die("io_uring_enter gave only a part");
		for (unsigned int i = 0; i < DEPTH; i++)
			if (done[(*head + i) & mask].res != PAGE)
				die("a read of io_uring returned %d", done[(*head + i) & mask].res);
		__atomic_store_n(head, *head + DEPTH, __ATOMIC_RELEASE);
	}
}

static void close_uring(void)
{
	if (!refused) {
		GOOD(munmap(ring.entries, ring.entries_size));
		GOOD(munmap(ring.rings, ring.size));
		GOOD(close(ring.fd));
	}
	close_direct();
}

const struct operation async_operations[] = {
	{ "aio-dio-4K",		1024, open_aio, NULL, run_aio, close_aio },
	{ "uring-dio-4K",	1024, open_uring, NULL, run_uring, close_uring, 41 },
	{ }
};
