// SPDX-License-Identifier: GPL-2.0
/*
 * What one process gets done in a time, and two at once on two processors, each with a file of its
 * own. Takes the folders in turn, so that what else the machine does falls on all of them alike.
 *
 * usage: fsscale ROUNDS MILLISECONDS FOLDER FOLDER OPERATION...
 *                                      prints "OPERATION FOLDER-NUMBER PROCESSES PER-SECOND"
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PROCESSES	2
#define PAGE		4096
#define FILE_PAGES	64
#define BATCH		32

/* What the processes share: a page each, so that they do not meet on a cache line. */
struct share {
	int ready;
	int begin;
	double rate;
	char room[PAGE - 16];
};

static struct share *shares;
static char buffer[PAGE];
static int fd;

static void die(const char *what)
{
	fprintf(stderr, "fsscale: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void do_write(unsigned int i)
{
	if (pwrite(fd, buffer, PAGE, i % FILE_PAGES * PAGE) != PAGE)
		die("pwrite");
}

static void do_read(unsigned int i)
{
	if (pread(fd, buffer, PAGE, i % FILE_PAGES * PAGE) != PAGE)
		die("pread");
}

static void do_open(unsigned int i)
{
	char name[] = { 'f', '0' + i, 0 };
	int file = open(name, O_RDONLY);

	if (file < 0 || close(file))
		die("open and close");
}

static const struct operation {
	const char *name;
	void (*run)(unsigned int i);
	int by_number;
} operations[] = {
	{ "scale-write", do_write, 0 }, { "scale-read", do_read, 0 }, { "scale-open", do_open, 1 },
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void work(const struct operation *op, int number, double seconds)
{
	char name[] = { 'f', '0' + number, 0 };
	unsigned long done = 0;
	double start, end;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(number, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
	fd = open(name, O_RDWR | O_CREAT, 0644);
	if (fd < 0)
		die(name);
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		do_write(i);
	for (unsigned int i = 0; i < 10 * BATCH; i++)
		op->run(op->by_number ? (unsigned int)number : i);
	__atomic_store_n(&shares[number].ready, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&shares[0].begin, __ATOMIC_ACQUIRE))
		usleep(1000);
	start = now();
	do {
		for (unsigned int i = 0; i < BATCH; i++)
			op->run(op->by_number ? (unsigned int)number : i);
		done += BATCH;
		end = now();
	} while (end < start + seconds);
	shares[number].rate = done / (end - start);
	exit(0);
}

/* How many a second COUNT processes did together. */
static double rate_of(const struct operation *op, int count, double seconds)
{
	double rate = 0;
	int status;

	memset(shares, 0, PROCESSES * sizeof(*shares));
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			work(op, i, seconds);
	}
	for (int i = 0; i < count; i++)
		while (!__atomic_load_n(&shares[i].ready, __ATOMIC_ACQUIRE)) {
			if (waitpid(-1, &status, WNOHANG) != 0)
				exit(1);
			usleep(1000);
		}
	__atomic_store_n(&shares[0].begin, 1, __ATOMIC_RELEASE);
	for (int i = 0; i < count; i++)
		if (wait(&status) < 0 || status != 0)
			exit(1);
	for (int i = 0; i < count; i++)
		rate += shares[i].rate;
	return rate;
}

int main(int argc, char **argv)
{
	int rounds = argc > 5 ? atoi(argv[1]) : 0;
	double seconds = argc > 5 ? atoi(argv[2]) / 1e3 : 0;

	if (rounds <= 0 || seconds <= 0) {
		fprintf(stderr, "usage: fsscale ROUNDS MILLISECONDS FOLDER FOLDER OPERATION...\n");
		return 2;
	}
	shares = mmap(NULL, PROCESSES * sizeof(*shares), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shares == MAP_FAILED)
		die("mmap");
	for (int at = 5; at < argc; at++) {
		const struct operation *op = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
			if (strcmp(operations[i].name, argv[at]) == 0)
				op = &operations[i];
		if (!op) {
			errno = EINVAL;
			die(argv[at]);
		}
		for (int round = 0; round < rounds; round++)
			for (int folder = 0; folder < 2; folder++)
				for (int count = 1; count <= PROCESSES; count++) {
					if (chdir(argv[3 + folder]))
						die(argv[3 + folder]);
					printf("%s %d %d %.1f\n", op->name, folder, count,
					       rate_of(op, count, seconds));
					fflush(stdout);
				}
	}
	return 0;
}
