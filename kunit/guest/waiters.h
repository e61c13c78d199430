/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For C tests in which a filter makes somebody wait ("answer", by the name of a file) and others
 * go on or do not.
 */
#ifndef FLTSHIM_GUEST_WAITERS_H
#define FLTSHIM_GUEST_WAITERS_H

#include <signal.h>

#include "sequence.h"

#define LONG_WAIT "000493e0"		/* 300 s: nobody waits for its end */

#define PATIENCE 60		/* s: what takes longer than this does not happen */

static inline const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	return path;
}

static inline void file(const char *name)
{
	int out = open(below(name), O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(out >= 0 && write(out, "0123456789", 10) == 10);
	close(out);
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static inline ssize_t of_process(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t got;
	int in;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	in = open(path, O_RDONLY | O_CLOEXEC);
	got = in < 0 ? -1 : read(in, text, size - 1);
	close(in);
	text[got > 0 ? got : 0] = 0;
	return got;
}

/* The functions that a task sleeps in, the innermost first; empty while it does not sleep. */
static inline const char *sleeps_in(pid_t pid)
{
	static char stack[4096];
	char before[1024], after[1024], *state;

	of_process(pid, "stat", before, sizeof(before));
	of_process(pid, "stack", stack, sizeof(stack));
	of_process(pid, "stat", after, sizeof(after));
	state = strrchr(before, ')');
	if (!state || !strchr("SD", state[2]) || strcmp(before, after))
		stack[0] = 0;
	return stack;
}

/* Waits until a child sleeps there; false if it ends, or is never seen to. */
static inline bool sleeps(pid_t child, bool (*there)(const char *stack))
{
	double start = now();
	const char *stack = "";

	while (now() - start < PATIENCE) {
		siginfo_t ended = { 0 };

		if (waitid(P_PID, child, &ended, WEXITED | WNOHANG | WNOWAIT) || ended.si_pid)
			return false;
		stack = sleeps_in(child);
		if (*stack && there(stack))
			return true;
		usleep(1000);
	}
	printf("process %d is in\n%s\n", child, stack);
	return false;
}

static inline bool in_filter(const char *stack)
{
	return strstr(stack, "[answer]");
}

static inline bool below_filters(const char *stack)
{
	return strstr(stack, "[fltshim]") && !in_filter(stack);
}

/*
 * What takes a lock of the VFS and sleeps until it has it. (The functions of the lock itself are
 * not in the list that the kernel gives.)
 */
static inline bool in_lock(const char *stack)
{
	static const char *const takers[] = {
		"path_openat", "open_last_lookups", "lookup_open", "filename_create",
		"do_unlinkat", "do_rmdir", "lock_rename", "lock_two_directories", "do_renameat2",
		"vfs_setxattr", "chmod_common", "freeze_super", "sb_wait_write",
		"super_lock", "__super_lock", "super_lock_excl", "percpu_rwsem_wait",
		"iterate_supers",
		"pipe_write", "pipe_lock",
	};
	const char *first = strstr(stack, "] ");
	unsigned int i;

	for (i = 0; first && i < sizeof(takers) / sizeof(takers[0]); i++)
		if (!strncmp(first + 2, takers[i], strlen(takers[i])) &&
		    strchr("+.", first[2 + strlen(takers[i])]))
			return true;
	return false;
}

/* Children that are kept waiting, and may wait where nobody can be killed. */
static pid_t waiting[8];
static unsigned int nr_waiting;

static inline bool ends(pid_t child)
{
	double start = now();

	while (now() - start < PATIENCE) {
		if (waitpid(child, NULL, WNOHANG) == child)
			return true;
		usleep(1000);
	}
	return false;
}

static inline pid_t child_of(void (*call)(void))
{
	pid_t child = fork();

	if (!child) {
		call();
		_exit(0);
	}
	return child;
}

/* Does a call end, while nobody else does anything? */
static inline bool soon(void (*call)(void))
{
	pid_t child = child_of(call);

	if (ends(child))
		return true;
	waiting[nr_waiting++] = child;
	return false;
}

/* Is a call kept waiting for a lock of the VFS? It goes on with go_on(), and not before. */
static inline bool held(void (*call)(void))
{
	pid_t child = child_of(call);

	if (!sleeps(child, in_lock)) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		return false;
	}
	waiting[nr_waiting++] = child;
	return true;
}

/* What was kept waiting goes on now. */
static inline bool go_on(void)
{
	bool all = true;

	while (nr_waiting)
		all = ends(waiting[--nr_waiting]) && all;
	return all;
}

/* Somebody who waits in a filter, or elsewhere. */
static pid_t waiter;

static inline void begin_in(void (*call)(void), bool (*there)(const char *stack))
{
	waiter = child_of(call);
	FLT_EXPECT(sleeps(waiter, there));
}

static inline void begin(void (*call)(void))
{
	begin_in(call, in_filter);
}

/* It is killed, and goes; those who wait for it have waited until now. */
static inline bool end(void)
{
	double start = now();
	unsigned int i;
	int status;

	for (i = 0; i < nr_waiting; i++)
		FLT_EXPECT(!waitpid(waiting[i], NULL, WNOHANG));
	FLT_EXPECT(!waitpid(waiter, NULL, WNOHANG));
	kill(waiter, SIGKILL);
	waitpid(waiter, &status, 0);
	return WIFSIGNALED(status) && now() - start < PATIENCE;
}

/* A part of a test; how long it took is seen where the test fails. */
#define PART(part) \
	do { \
		double began = now(); \
		part; \
		printf("%s took %.1f s\n", #part, now() - began); \
	} while (0)

/* A number of the filter's counts: CREATEs, before or after. */
static inline unsigned long counted(const char *filter, unsigned int column)
{
	DIR *filters = opendir("/sys/fs/fltshim/filters");
	char path[PATH_MAX], line[256], name[64];
	unsigned long counts[2] = { 0, 0 };
	struct dirent *entry;
	FILE *in;

	while ((entry = readdir(filters)) && strcasecmp(entry->d_name, filter))
		;
	FLT_REQUIRE(entry);
	snprintf(path, sizeof(path), "/sys/fs/fltshim/filters/%s/stats", entry->d_name);
	closedir(filters);
	in = fopen(path, "r");
	FLT_REQUIRE(in);
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "%63s %lu %lu", name, &counts[0], &counts[1]) == 3 &&
		    !strcmp(name, "IRP_MJ_CREATE"))
			break;
	fclose(in);
	return counts[column];
}

#endif
