/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For C tests that compare fltfs with the file system below it: every step is run twice, in a
 * folder of the lower file system itself and in one seen through a mount, and what the calls
 * returned and what the tree looks like afterwards must be the same. All of it is done once
 * without a filter and once with the filters that the test names.
 *
 * A test defines its steps, then  TWIN_TEST("passthru", { "name", step }, ...)  makes main().
 * A step runs in a process of its own in an empty working folder and uses CALL() and twin_say().
 */
#ifndef FLTSHIM_GUEST_TWIN_H
#define FLTSHIM_GUEST_TWIN_H

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "prove.h"

/* Times below this were set by a step; later ones are the clock's and only known to be recent. */
#define TWIN_OLD 1000000000

struct twin_step {
	const char *name;
	void (*run)(void);
};

static FILE *twin_log;

static inline __attribute__((format(printf, 1, 2))) void twin_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(twin_log, format, args);
	va_end(args);
	fputc('\n', twin_log);
	/* a child that a step forks must not print it again */
	fflush(twin_log);
}

static inline long twin_result(const char *text, long result, int error)
{
	if (result == -1)
		twin_say("%s: %s", text, strerrorname_np(error));
	else
		twin_say("%s = %ld", text, result);
	return result;
}

/* Makes the call, logs it with what it returned, and gives that. */
#define CALL(expression) \
	({ \
		errno = 0; \
		long twin_value = (long)(expression); \
		twin_result(#expression, twin_value, errno); \
	})

/* For calls that return a descriptor, whose number says nothing. */
#define CALL_FD(expression) \
	({ \
		errno = 0; \
		int twin_fd = (expression); \
		int twin_errno = errno; \
		twin_result(#expression, twin_fd < 0 ? -1 : 0, twin_errno); \
		twin_fd; \
	})

static inline unsigned long twin_hash(const void *data, size_t size)
{
	const unsigned char *byte = data;
	unsigned long hash = 5381;

	while (size--)
		hash = hash * 33 + *byte++;
	return hash;
}

static inline void twin_hash_fd(int fd)
{
	unsigned long hash = 5381;
	char buffer[65536];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		hash = hash * 31 + twin_hash(buffer, got);
		at += got;
	}
	twin_say("  data %ld bytes %lx%s", (long)at, hash, got < 0 ? " then an error" : "");
}

static inline const char *twin_time(const struct timespec *when)
{
	static char text[4][48];
	static unsigned int next;
	char *at = text[next++ % 4];

	if (when->tv_sec < TWIN_OLD)
		snprintf(at, sizeof(text[0]), "%ld.%09ld", (long)when->tv_sec, when->tv_nsec);
	else if (labs(time(NULL) - when->tv_sec) < 3600)
		snprintf(at, sizeof(text[0]), "now");
	else
		snprintf(at, sizeof(text[0]), "%ld?", (long)when->tv_sec);
	return at;
}

static inline void twin_say_stat(const char *name, const struct stat *st)
{
	twin_say("%s mode %o links %lu owner %u:%u size %ld device %u:%u atime %s mtime %s ctime %s",
		 name, st->st_mode, (unsigned long)st->st_nlink, st->st_uid, st->st_gid,
		 (long)st->st_size, major(st->st_rdev), minor(st->st_rdev),
		 twin_time(&st->st_atim), twin_time(&st->st_mtim), twin_time(&st->st_ctim));
}

static inline void twin_say_xattrs(const char *path)
{
	char names[4096], value[4096];
	ssize_t size = llistxattr(path, names, sizeof(names));
	ssize_t at, got;

	for (at = 0; at < size; at += strlen(names + at) + 1) {
		got = lgetxattr(path, names + at, value, sizeof(value));
		twin_say("  xattr %s %zd bytes %lx", names + at, got,
			 got > 0 ? twin_hash(value, got) : 0);
	}
}

/* What to say of PATH: an NFS client makes a name up for a file that was removed while open. */
static inline const char *twin_shown(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strncmp(name, ".nfs", 4) || strlen(name) != 28 ||
	    strspn(name + 4, "0123456789abcdef") != 24)
		return path;
	return "(removed while open)";
}

static inline int twin_by_name(const void *a, const void *b)
{
	const struct dirent *const *first = a, *const *second = b;

	return strcmp((*first)->d_name, (*second)->d_name);
}

/* Everything below PATH that a program can see and that is the same on every run. */
static inline void twin_dump(const char *path);

/* As scandir(3), which would count as an access to the folder. */
static inline void twin_dump_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOATIME);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry, **entries = NULL;
	char below[PATH_MAX];
	size_t count = 0, i;

	if (!dir) {
		twin_say("  cannot be listed: %s", strerrorname_np(errno));
		return;
	}
	while ((entry = readdir(dir))) {
		entries = realloc(entries, (count + 1) * sizeof(*entries));
		FLT_REQUIRE(entries);
		entries[count] = malloc(entry->d_reclen);
		FLT_REQUIRE(entries[count]);
		memcpy(entries[count++], entry, entry->d_reclen);
	}
	closedir(dir);
	if (count)
		qsort(entries, count, sizeof(*entries), twin_by_name);
	for (i = 0; i < count; i++) {
		twin_say("  entry %s type %d", twin_shown(entries[i]->d_name),
			 entries[i]->d_type);
		if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) {
			snprintf(below, sizeof(below), "%s/%s", path, entries[i]->d_name);
			twin_dump(below);
		}
		free(entries[i]);
	}
	free(entries);
}

/* All that is to be known of a file, and of those below a folder, without changing anything. */
static inline void twin_dump(const char *path)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t size;
	int fd;

	if (lstat(path, &st) < 0) {
		twin_say("%s: %s", path, strerrorname_np(errno));
		return;
	}
	twin_say_stat(twin_shown(path), &st);
	twin_say_xattrs(path);
	if (S_ISLNK(st.st_mode)) {
		size = readlink(path, target, sizeof(target));
		twin_say("  leads to %.*s", (int)size, target);
	} else if (S_ISREG(st.st_mode)) {
		fd = open(path, O_RDONLY | O_NOATIME);
		if (fd < 0) {
			twin_say("  cannot be read: %s", strerrorname_np(errno));
			return;
		}
		twin_hash_fd(fd);
		close(fd);
	} else if (S_ISDIR(st.st_mode)) {
		twin_dump_folder(path);
	}
}

/* Small helpers for steps. */
static inline void twin_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		twin_say("cannot write %s: %s", path, strerrorname_np(errno));
	close(fd);
}

static inline void twin_fill(char *data, size_t size, unsigned int seed)
{
	while (size--) {
		seed = seed * 1103515245 + 12345;
		*data++ = seed >> 16;
	}
}

/* Runs FUNCTION as an ordinary user in a child. */
static inline void twin_as_user(void (*function)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		function();
		fflush(twin_log);
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (status)
		twin_say("the user's child ended with %x", status);
}

/* One step in one folder; its log, which the caller frees. */
static inline char *twin_run(const struct twin_step *step, const char *folder)
{
	char *text;
	long size;
	FILE *log = tmpfile();
	pid_t child;
	int status;

	FLT_REQUIRE(log);
	fflush(NULL);
	child = fork();
	if (!child) {
		char path[PATH_MAX];

		twin_log = log;
		snprintf(path, sizeof(path), "%s/%s", folder, step->name);
		/* a step that hangs is a result, too */
		alarm(!strcmp(getenv("KERNEL") ?: "", "debug") ? 180 : 90);
		umask(022);
		if (mkdir(path, 0755) || chdir(path)) {
			twin_say("cannot begin in %s: %s", step->name, strerrorname_np(errno));
			_exit(1);
		}
		step->run();
		umask(022);
		twin_dump(".");
		fflush(log);
		_exit(0);
	}
	waitpid(child, &status, 0);
	fseek(log, 0, SEEK_END);
	size = ftell(log);
	rewind(log);
	text = calloc(1, size + 64);
	FLT_REQUIRE(fread(text, 1, size, log) == (size_t)size);
	if (status)
		sprintf(text + size, "the step ended with status %x\n", status);
	fclose(log);
	return text;
}

/* Say where two logs part. */
static inline void twin_differ(const char *step, const char *filters, const char *direct,
			const char *seen)
{
	unsigned int told = 0;

	while (*direct || *seen) {
		size_t a = strcspn(direct, "\n"), b = strcspn(seen, "\n");

		if (a != b || memcmp(direct, seen, a)) {
			printf("differs: step %s, %s: below '%.*s', on the mount '%.*s'\n", step,
			       filters, (int)a, direct, (int)b, seen);
			if (++told == 8)
				break;
		}
		direct += a + !!direct[a];
		seen += b + !!seen[b];
	}
}

static inline int twin_load_with(const char *name, const char *args)
{
	char path[256];
	int fd, result;

	snprintf(path, sizeof(path), "/modules/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	result = syscall(SYS_finit_module, fd, args, 0);
	close(fd);
	return result;
}

static inline int twin_load(const char *name)
{
	return twin_load_with(name, "");
}

/* sysfs has the name of the service, which may differ from the module's in case. */
static inline int twin_stop_filter(const char *name)
{
	char path[256 + 64];
	struct dirent *entry;
	DIR *dir = opendir("/sys/fs/fltshim/filters");
	int fd = -1, result;

	while (dir && (entry = readdir(dir))) {
		if (strcasecmp(entry->d_name, name))
			continue;
		snprintf(path, sizeof(path), "/sys/fs/fltshim/filters/%s/unload", entry->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		break;
	}
	if (dir)
		closedir(dir);
	result = fd >= 0 && write(fd, "1", 1) == 1 ? 0 : -1;
	if (fd >= 0)
		close(fd);
	return result;
}

static inline int twin_unload(const char *name, bool filter)
{
	int tries, result = -1;

	if (filter && twin_stop_filter(name))
		return -1;
	/* files are closed a moment after their process ends */
	for (tries = 0; result && tries < 50; tries++) {
		result = syscall(SYS_delete_module, name, O_NONBLOCK);
		if (result)
			usleep(100000);
	}
	return result;
}

/* For a step whose answer a filter may change: one is attached in this round. */
static bool twin_filtered __attribute__((unused));

/* All steps without filters or with FILTERS (words), in folders named for the ROUND. */
static inline void twin_round(const struct twin_step *steps, unsigned int count, const char *filters,
		       const char *round)
{
	char direct[PATH_MAX], below[PATH_MAX], words[256], *names[8];
	const char *type = getenv("TWIN_TYPE") ? getenv("TWIN_TYPE") : "fltfs";
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	bool bind = !strcmp(type, "bind");
	unsigned int i, filter_count = 0;
	char *word;

	FLT_REQUIRE(lower && mnt);
	snprintf(direct, sizeof(direct), "%s/direct-%s", lower, round);
	snprintf(below, sizeof(below), "%s/below-%s", lower, round);
	FLT_REQUIRE(!mkdir(direct, 0755) && !mkdir(below, 0755));
	if (!bind)
		FLT_REQUIRE(!twin_load("fltshim"));
	snprintf(words, sizeof(words), "%s", bind ? "" : filters);
	twin_filtered = *words;
	for (word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		FLT_REQUIRE(!twin_load(word));
		names[filter_count++] = word;
	}
	FLT_REQUIRE(!mount(below, mnt, bind ? NULL : type, bind ? MS_BIND : 0, NULL));
	for (i = 0; i < count; i++) {
		char *one = twin_run(&steps[i], direct);
		char *two = twin_run(&steps[i], mnt);

		if (strcmp(one, two)) {
			twin_differ(steps[i].name, *filters ? filters : "no filter", one, two);
			prove_failures++;
		}
		if (getenv("TWIN_SHOW"))
			printf("--- %s\n%s", steps[i].name, one);
		free(one);
		free(two);
	}
	FLT_REQUIRE(!umount(mnt));
	while (filter_count--)
		FLT_REQUIRE(!twin_unload(names[filter_count], true));
	if (!bind)
		FLT_REQUIRE(!twin_unload("fltshim", false));
}

/* FILTERS: names of filters with which everything is done again; "" for none. */
#define TWIN_TEST(filters, ...) \
int main(void) \
{ \
	static const struct twin_step steps[] = { __VA_ARGS__ }; \
	const unsigned int count = sizeof(steps) / sizeof(steps[0]); \
\
	setvbuf(stdout, NULL, _IOLBF, 0); \
	twin_round(steps, count, "", "plain"); \
	if (*(filters)) \
		twin_round(steps, count, filters, "filtered"); \
	return prove_status(); \
}

#endif
