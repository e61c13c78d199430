// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for locks with filters on the way: turns come in the kernel's order and none is lost, and
 * a wait that a signal ends at the moment of the grant has one outcome.
 *
 * needs: kernels=6.1,6.12,debug lower=any filters=passthru,deferwork time=90 long=3600 parallel=yes
 */
#include <signal.h>
#include <sys/file.h>
#include <sys/time.h>

#include "../twin.h"

#define WAITERS 8
#define ROUNDS 400
/* for each of three ways, 100,000 in all */
#define ROUNDS_LONG 33400

static const char *mnt;

static int lock(int on, int command, short type)
{
	struct flock range = { .l_type = type, .l_start = 10, .l_len = 5 };

	return fcntl(on, command, &range);
}

static int open_f(void)
{
	char path[PATH_MAX];
	int file;

	snprintf(path, sizeof(path), "%s/f", mnt);
	file = open(path, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(file >= 0);
	return file;
}

/* How many the kernel has waiting. */
static int waiting(void)
{
	FILE *in = fopen("/proc/locks", "r");
	char line[256];
	int found = 0;

	while (fgets(line, sizeof(line), in))
		found += !!strstr(line, "->");
	fclose(in);
	return found;
}

/* Each takes the lock, says so, and gives it back. Return: in what order, or NULL if some did not. */
static const char *turns(void)
{
	static char order[WAITERS + 1];
	int file = open_f(), said[2], i, status, bad = 0;
	pid_t child;

	FLT_REQUIRE(!pipe(said) && !lock(file, F_SETLK, F_WRLCK));
	for (i = 0; i < WAITERS; i++) {
		child = fork();
		if (!child) {
			char name = 'a' + i;

			_exit(lock(file, F_SETLKW, F_WRLCK) || write(said[1], &name, 1) != 1 ||
			      lock(file, F_SETLK, F_UNLCK));
		}
		while (waiting() <= i)
			usleep(5000);
	}
	FLT_REQUIRE(!lock(file, F_SETLK, F_UNLCK));
	for (i = 0; i < WAITERS; i++)
		bad += wait(&status) < 0 || status;
	close(said[1]);
	memset(order, 0, sizeof(order));
	bad += read(said[0], order, WAITERS) != WAITERS;
	close(said[0]);
	close(file);
	return bad ? NULL : order;
}

static volatile sig_atomic_t rung;

static void ring(int unused)
{
	(void)unused;
	rung = 1;
}

/*
 * A lock is given back while the one who waits for it is woken by a timer: either he has it and was
 * told so, or neither.
 */
static void races(int rounds)
{
	int file = open_f(), ask[2], answer[2], i, wrong = 0, granted = 0;
	struct flock range;
	pid_t child;

	FLT_REQUIRE(!pipe(ask) && !pipe(answer));
	child = fork();
	if (!child) {
		struct sigaction action = { .sa_handler = ring };
		int delay, result;

		sigaction(SIGALRM, &action, NULL);
		close(ask[1]);
		while (read(ask[0], &delay, sizeof(delay)) == sizeof(delay)) {
			rung = 0;
			ualarm(delay, 0);
			result = lock(file, F_SETLKW, F_WRLCK) ? errno : 0;
			/* a signal that came too late is not to end the next wait */
			while (!rung)
				usleep(100);
			FLT_REQUIRE(write(answer[1], &result, sizeof(result)) == sizeof(result));
			FLT_REQUIRE(read(ask[0], &delay, sizeof(delay)) == sizeof(delay));
			lock(file, F_SETLK, F_UNLCK);
			FLT_REQUIRE(write(answer[1], &result, sizeof(result)) == sizeof(result));
		}
		_exit(0);
	}
	for (i = 0; i < rounds; i++) {
		int delay = 500 + rand() % 3000, result = -1;

		FLT_REQUIRE(!lock(file, F_SETLK, F_WRLCK));
		FLT_REQUIRE(write(ask[1], &delay, sizeof(delay)) == sizeof(delay));
		usleep(rand() % 3500);
		FLT_REQUIRE(!lock(file, F_SETLK, F_UNLCK));
		FLT_REQUIRE(read(answer[0], &result, sizeof(result)) == sizeof(result));
		memset(&range, 0, sizeof(range));
		range.l_type = F_WRLCK;
		FLT_REQUIRE(!fcntl(file, F_GETLK, &range));
		if (result == 0)
			wrong += range.l_type != F_WRLCK || range.l_pid != child ||
				 range.l_start != 10 || range.l_len != 5;
		else
			wrong += result != EINTR || range.l_type != F_UNLCK;
		granted += !result;
		FLT_REQUIRE(write(ask[1], &delay, sizeof(delay)) == sizeof(delay));
		FLT_REQUIRE(read(answer[0], &result, sizeof(result)) == sizeof(result));
	}
	printf("%d of %d were granted\n", granted, rounds);
	/* Both ends were met: else nothing raced. */
	FLT_PROVES("LOCK-32", !wrong && granted && granted < rounds);
	close(ask[1]);
	waitpid(child, NULL, 0);
	close(file);
}

static void filtered(const char *filter, int rounds)
{
	const char *order;

	if (*filter)
		FLT_REQUIRE(!twin_load(filter));
	FLT_REQUIRE(!mount(getenv("LOWER"), mnt, "fltfs", 0, NULL));
	order = turns();
	printf("%s: %s\n", *filter ? filter : "no filter", order ?: "some did not get it");
	/* one that keeps each request for a while may change turns, but loses none */
	FLT_PROVES("LOCK-33", order && (!strcmp(filter, "deferwork") || !strcmp(order, "abcdefgh")));
	races(rounds);
	FLT_REQUIRE(!umount(mnt));
	if (*filter)
		FLT_REQUIRE(!twin_unload(filter, true));
}

int main(void)
{
	int rounds = *(getenv("LONG") ?: "") ? ROUNDS_LONG : ROUNDS;

	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	FLT_REQUIRE(!twin_load("fltshim"));
	filtered("", rounds);
	filtered("passthru", rounds);
	filtered("deferwork", rounds);
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
