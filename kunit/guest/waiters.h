/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For C tests in which a filter makes somebody wait ("answer", by the name of a file) and others
 * go on or do not.
 */
#ifndef FLTSHIM_GUEST_WAITERS_H
#define FLTSHIM_GUEST_WAITERS_H

#include <signal.h>

#include "sequence.h"

#define LONG_WAIT "00007530"		/* 30 s: nobody waits for its end */

/* How long "at once" may take here; see waiters_begin(). */
static double at_once = 0.7;

static inline void waiters_begin(void)
{
	if (!strcmp(getenv("KERNEL") ?: "", "debug"))
		at_once = 3;
}

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

/* Children that are kept waiting, and may wait where nobody can be killed. */
static pid_t waiting[8];
static unsigned int nr_waiting;

static inline bool ends(pid_t child)
{
	double start = now();

	while (now() - start < at_once) {
		if (waitpid(child, NULL, WNOHANG) == child)
			return true;
		usleep(5000);
	}
	return false;
}

/* Runs a call in a child: does it end soon? */
static inline bool soon(void (*call)(void))
{
	pid_t child = fork();

	if (!child) {
		call();
		_exit(0);
	}
	if (ends(child))
		return true;
	waiting[nr_waiting++] = child;
	return false;
}

/* What was kept waiting goes on now. */
static inline bool go_on(void)
{
	bool all = true;

	while (nr_waiting)
		all = ends(waiting[--nr_waiting]) && all;
	return all;
}

/* Somebody who waits in a filter. */
static pid_t waiter;

static inline void begin(void (*call)(void))
{
	waiter = fork();
	if (!waiter) {
		call();
		_exit(0);
	}
	usleep(250000);
	FLT_EXPECT(!waitpid(waiter, NULL, WNOHANG));
}

/* It is killed; how long did it take to go? */
static inline bool end(void)
{
	double start = now();
	int status;

	kill(waiter, SIGKILL);
	waitpid(waiter, &status, 0);
	return WIFSIGNALED(status) && now() - start < at_once;
}

#define CALLS(name, ...) static void name(void) { __VA_ARGS__; }


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
