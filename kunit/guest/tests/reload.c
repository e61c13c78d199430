// SPDX-License-Identifier: GPL-2.0
/*
 * Filters come and go 200 times, back to back, while four processes work on the mount: no data is
 * lost or wrong, and no process sees an error.
 *
 * needs: lower=ext4 filters=passthru,spy time=300 parallel=yes
 */
#include "../twin.h"

#define ROUNDS 200
#define WORKERS 4
#define FILES 20

/* Shared by all: the filters are through; how often each worker went round. */
static struct {
	volatile bool stop;
	volatile unsigned int rounds[WORKERS];
} *shared;

static char text[64], data[128];

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			printf("%s:%d: does not hold: %s (errno %d: %s)\n", __FILE__, __LINE__, \
			       #condition, errno, strerror(errno)); \
			exit(1); \
		} \
	} while (0)

/* Does the file hold the text, and then MORE? */
static bool holds(const char *path, const char *more)
{
	int fd = open(path, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, data, sizeof(data) - 1);

	if (fd < 0 || close(fd) || got < 0)
		return false;
	data[got] = 0;
	return !strncmp(data, text, strlen(text)) && !strcmp(data + strlen(text), more);
}

static void put(const char *path, int flags, const char *what)
{
	int fd = open(path, O_WRONLY | flags, 0600);

	MUST(fd >= 0);
	MUST(write(fd, what, strlen(what)) == (ssize_t)strlen(what));
	MUST(!close(fd));
}

static void work(const char *mnt, unsigned int number)
{
	char folder[PATH_MAX], path[PATH_MAX + 16], fresh[PATH_MAX + 16];
	struct dirent **entries;
	unsigned int round;
	int count;

	/* The processors are kept busy, and the filters come and go all the same. */
	MUST(nice(10) != -1);
	snprintf(folder, sizeof(folder), "%s/%u", mnt, number);
	MUST(!mkdir(folder, 0700));
	for (round = 1; !shared->stop; round++) {
		snprintf(path, sizeof(path), "%s/%u", folder, round % FILES);
		snprintf(fresh, sizeof(fresh), "%s/new", folder);
		snprintf(text, sizeof(text), "worker %u round %u\n", number, round);
		put(fresh, O_CREAT | O_TRUNC, text);
		MUST(holds(fresh, ""));
		MUST(!rename(fresh, path));
		MUST(holds(path, ""));
		put(path, O_APPEND, "more\n");
		MUST(holds(path, "more\n"));
		if (round % 10 == 0) {
			count = scandir(folder, &entries, NULL, NULL);
			MUST(count > 2 && count <= FILES + 2);
			while (count--)
				free(entries[count]);
			free(entries);
		}
		MUST(round % 7 || !unlink(path));
		shared->rounds[number] = round;
	}
	exit(0);
}

static void filters(const char *first, const char *second)
{
	const char *names[] = { first, second };
	unsigned int i;

	for (i = 0; i < 2 && names[i]; i++)
		FLT_REQUIRE(!twin_load_with(names[i], strcmp(names[i], "spy") ? "" :
					    "params=Parameters\\DebugFlags=0"));
	for (i = 0; i < 2 && names[i]; i++)
		FLT_REQUIRE(!twin_unload(names[i], true));
}

int main(void)
{
	const char *mnt = getenv("MNT");
	unsigned int i;
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	FLT_REQUIRE(shared != MAP_FAILED);
	FLT_REQUIRE(!twin_load("fltshim"));
	FLT_REQUIRE(!mount(getenv("LOWER"), mnt, "fltfs", 0, NULL));
	for (i = 0; i < WORKERS; i++) {
		pid_t child = fork();

		FLT_REQUIRE(child >= 0);
		if (!child)
			work(mnt, i);
	}
	for (i = 0; i < ROUNDS; i++)
		switch (i % 3) {
		case 0:
			filters("passthru", "spy");
			break;
		case 1:
			filters("spy", "passthru");
			break;
		case 2:
			filters("passthru", NULL);
			break;
		}
	shared->stop = true;
	while (wait(&status) > 0)
		FLT_EXPECT(!status);
	for (i = 0; i < WORKERS; i++) {
		FLT_EXPECT(shared->rounds[i] > 50);
		printf("worker %u went round %u times\n", i, shared->rounds[i]);
	}
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
