// SPDX-License-Identifier: GPL-2.0
/*
 * fsbench: whole programs, started and waited for: unpacking 5,000 files, searching them, asking git
 * what has changed in them, and inserting into a database. Needs what scripts/bench puts into
 * /bench, and Debian's programs. The tree is left for the next operation until all are measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fsbench.h"

extern char **environ;

/* Runs ARGUMENTS, silent but for errors, and takes no other end than EXPECTED. */
static void spawn(int expected, char * const *arguments)
{
	posix_spawn_file_actions_t actions;
	int status, error;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
	if (error)
		die("cannot run %s: %s", arguments[0], strerror(error));
	posix_spawn_file_actions_destroy(&actions);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waiting for %s: %s", arguments[0], strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != expected)
		die("%s ended with status 0x%x", arguments[0], status);
}

#define SPAWN(expected, ...)	spawn(expected, (char * const []){ __VA_ARGS__, NULL })

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void remove_tree(void)
{
	if (exists("tree"))
		SPAWN(0, "rm", "-r", "tree");
	sync();
}

static void run_untar(unsigned int n)
{
	while (n--)
		SPAWN(0, "tar", "-xf", "/bench/tree.tar");
}

static void make_tree(void)
{
	if (exists("tree/.git"))
		SPAWN(0, "rm", "-r", "tree/.git");
	if (!exists("tree"))
		run_untar(1);
	sync();
}

static void run_grep(unsigned int n)
{
	/* In none of the files: each is read to its end. */
	while (n--)
		SPAWN(1, "grep", "-rF", "a needle in a haystack", "tree");
}

static void make_repository(void)
{
	make_tree();
	SPAWN(0, "tar", "-xf", "/bench/repository.tar");
	sync();
}

static void run_status(unsigned int n)
{
	while (n--)
		SPAWN(0, "git", "-C", "tree", "status", "--porcelain");
}

static void remove_database(void)
{
	if (exists("database"))
		GOOD(unlink("database"));
}

static void make_table(void)
{
	remove_database();
	SPAWN(0, "sqlite3", "database", "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)");
	sync();
}

static void run_insert(unsigned int n)
{
	while (n--)
		SPAWN(0, "sqlite3", "database", ".read /bench/insert.sql");
}

/* Removes what is kept between operations. */
void remove_programs(void)
{
	if (exists("tree"))
		remove_tree();
}

const struct operation program_operations[] = {
	{ "untar-5000",		1, NULL, remove_tree, run_untar, NULL, 1 },
	{ "grep-r",		1, make_tree, NULL, run_grep, NULL, 3 },
	{ "git-status",		1, make_repository, NULL, run_status, NULL, 3 },
	{ "sqlite-insert",	1, NULL, make_table, run_insert, remove_database, 3 },
	{ }
};
