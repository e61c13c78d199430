// SPDX-License-Identifier: GPL-2.0
/*
 * fsbench: what is done by name: opening, asking, making, renaming, listing. Works in the current
 * folder, with names of one component where the path is not what is measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fsbench.h"

#define ENTRIES		1000

/* Names */

static void make_file(void)
{
	touch("file", 0);
}

static void remove_file(void)
{
	GOOD(unlink("file"));
}

static void run_open(unsigned int n)
{
	while (n--)
		GOOD(close(GOOD(open("file", O_RDONLY))));
}

static void run_stat(unsigned int n)
{
	struct stat st;

	while (n--)
		GOOD(stat("file", &st));
}

static void run_enoent(unsigned int n)
{
	struct stat st;

	while (n--)
		if (stat("missing", &st) == 0 || errno != ENOENT)
			die("stat of a missing name: %s", strerror(errno));
}

static const char * const deep[] = {
	"a", "a/b", "a/b/c", "a/b/c/d", "a/b/c/d/e", "a/b/c/d/e/f", "a/b/c/d/e/f/g",
	"a/b/c/d/e/f/g/h",
};

static void make_deep(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(deep); i++)
		GOOD(mkdir(deep[i], 0755));
	touch("a/b/c/d/e/f/g/h/file", 0);
}

static void run_deep(unsigned int n)
{
	struct stat st;

	while (n--)
		GOOD(stat("a/b/c/d/e/f/g/h/file", &st));
}

static void remove_deep(void)
{
	GOOD(unlink("a/b/c/d/e/f/g/h/file"));
	for (size_t i = ARRAY_SIZE(deep); i--;)
		GOOD(rmdir(deep[i]));
}

static void run_create(unsigned int n)
{
	char name[8];

	while (n--) {
		name_of(name, n);
		GOOD(close(GOOD(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644))));
		GOOD(unlink(name));
	}
}

static void run_rename(unsigned int n)
{
	for (; n >= 2; n -= 2) {
		GOOD(rename("file", "moved"));
		GOOD(rename("moved", "file"));
	}
}

static void make_entries(void)
{
	char name[8];

	GOOD(mkdir("many", 0755));
	GOOD(chdir("many"));
	for (int i = 0; i < ENTRIES; i++)
		touch(name_of(name, i), 0);
	GOOD(chdir(".."));
	fd = GOOD(open("many", O_RDONLY | O_DIRECTORY));
}

static void run_readdir(unsigned int n)
{
	while (n--) {
		GOOD(lseek(fd, 0, SEEK_SET));
		while (GOOD(syscall(SYS_getdents64, fd, buffer, sizeof(buffer))))
			;
	}
}

static void remove_entries(void)
{
	char name[8];

	GOOD(close(fd));
	GOOD(chdir("many"));
	for (int i = 0; i < ENTRIES; i++)
		GOOD(unlink(name_of(name, i)));
	GOOD(chdir(".."));
	GOOD(rmdir("many"));
}

const struct operation name_operations[] = {
	{ "open-close",		1000, make_file, NULL, run_open, remove_file },
	{ "stat",		1500, make_file, NULL, run_stat, remove_file },
	{ "stat-deep8",		1000, make_deep, NULL, run_deep, remove_deep },
	{ "stat-enoent",	2000, NULL, NULL, run_enoent, NULL },
	{ "create-unlink",	256, NULL, NULL, run_create, NULL, 31 },
	{ "rename",		320, make_file, NULL, run_rename, remove_file },
	{ "readdir-1000",	8, make_entries, NULL, run_readdir, remove_entries },
	{ }
};
