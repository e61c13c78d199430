// SPDX-License-Identifier: GPL-2.0
/*
 * fsbench: reads, writes and other calls on open files, cached and direct, and pages of mapped
 * files. Works in the current folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fsbench.h"

#define MAP_SIZE	(8 << 20)
/* A fault on a cached page maps the pages around it too, so many. */
#define FAULT_AROUND	(64 << 10)

static char *map;

/* Open files */

static void open_data(void)
{
	touch("data", FILE_SIZE);
	fd = GOOD(open("data", O_RDWR));
}

static void close_data(void)
{
	GOOD(close(fd));
	GOOD(unlink("data"));
}

static void run_null(unsigned int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void run_pread(unsigned int n)
{
	while (n--)
		GOOD(pread(fd, buffer, PAGE, (n % 256) * PAGE));
}

static void run_pread_64k(unsigned int n)
{
	while (n--)
		GOOD(pread(fd, buffer, 64 << 10, (n % 16) << 16));
}

static void run_pwrite(unsigned int n)
{
	while (n--)
		GOOD(pwrite(fd, buffer, PAGE, (n % 256) * PAGE));
}

static void run_fstat(unsigned int n)
{
	struct stat st;

	while (n--)
		GOOD(fstat(fd, &st));
}

static void run_fsync(unsigned int n)
{
	while (n--)
		GOOD(fsync(fd));
}

static void open_append(void)
{
	touch("log", 0);
	fd = GOOD(open("log", O_WRONLY | O_APPEND));
}

static void empty_append(void)
{
	GOOD(ftruncate(fd, 0));
}

static void run_append(unsigned int n)
{
	while (n--)
		GOOD(write(fd, buffer, PAGE));
}

static void close_append(void)
{
	GOOD(close(fd));
	GOOD(unlink("log"));
}

/* Direct reads */

void open_direct(void)
{
	touch("data", FILE_SIZE);
	fd = open("data", O_RDONLY | O_DIRECT);
	if (fd < 0 && errno != EINVAL)
		die("open for direct reads: %s", strerror(errno));
	refused = fd < 0;
}

void close_direct(void)
{
	if (fd >= 0)
		GOOD(close(fd));
	GOOD(unlink("data"));
}

/* Mapped files */

static void open_mapped(void)
{
	touch("data", MAP_SIZE);
	fd = GOOD(open("data", O_RDWR));
}

static void map_data(void)
{
	if (map)
		GOOD(munmap(map, MAP_SIZE));
	map = mmap(NULL, MAP_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die("mmap: %s", strerror(errno));
}

static void run_fault(unsigned int n)
{
	while (n--)
		*(volatile char *)(map + (size_t)n * FAULT_AROUND);
}

static void close_mapped(void)
{
	GOOD(munmap(map, MAP_SIZE));
	map = NULL;
	close_data();
}

const struct operation data_operations[] = {
	{ "null-syscall",	10000, NULL, NULL, run_null, NULL },
	{ "pread-4K",		2500, open_data, NULL, run_pread, close_data },
	{ "pread-64K",		400, open_data, NULL, run_pread_64k, close_data },
	{ "pwrite-4K",		2000, open_data, NULL, run_pwrite, close_data },
	{ "append-4K",		800, open_append, empty_append, run_append, close_append },
	{ "fstat",		4000, open_data, NULL, run_fstat, close_data },
	{ "fsync-clean",	3000, open_data, NULL, run_fsync, close_data },
	{ "mmap-fault",		MAP_SIZE / FAULT_AROUND, open_mapped, map_data, run_fault,
	  close_mapped },
	{ "dio-4K",		1000, open_direct, NULL, run_pread, close_direct },
	{ }
};
