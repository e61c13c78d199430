// SPDX-License-Identifier: GPL-2.0
/*
 * Random system calls, each made in a folder of the lower file system and in one seen through a
 * mount: what they return, and what the tree and the open files look like afterwards, must be the
 * same, without a filter and with some, one process at a time and several at once, each with folders
 * of its own. A sequence in which something differs is made as short as it gets, and printed.
 *
 * SEED=N in the environment repeats one sequence, SEQUENCES=N makes so many.
 *
 * needs: kernels=6.1,6.12 filters=passthru,deferwork,swapbuf time=200 long=7200
 */
#include "../calls.h"

#include <grp.h>
#include <signal.h>

#define SEQUENCE 500
#define SEQUENCES 2
/* With those of several processes 84,500 calls each way, and a million over three file systems. */
#define SEQUENCES_LONG 100
/* Processes at once, and what each of them does. */
#define PROCESSES 3
#define TOGETHER 1
#define TOGETHER_LONG 23
/* After so many calls the whole trees are compared. */
#define LOOK_AT_ALL 100
#define LOOK_AT_ALL_LONG 50

/* As a user, or as root again. */
static void become(unsigned int number)
{
	FLT_REQUIRE(!setresuid(-1, 0, -1) && !setresgid(-1, 0, -1));
	if (number & 1)
		FLT_REQUIRE(!setresgid(-1, 1000, -1) && !setresuid(-1, 1000, -1));
}

/* Everything, as root. */
static char *dump(struct side *side)
{
	static char *text[2];
	FILE *log;
	size_t size;
	char *at;

	at = text[side - sides];
	free(at);
	log = open_memstream(&text[side - sides], &size);
	twin_log = log;
	FLT_REQUIRE(log && !fchdir(side->root));
	twin_dump(".");
	fclose(log);
	return text[side - sides];
}

/* What differs has been said; what it needs is looked for. */
static bool shrinking;

static bool same_trees(void)
{
	char *below, *above;
	uid_t user = geteuid();
	bool same;

	become(0);
	below = dump(&sides[0]);
	above = dump(&sides[1]);
	same = !strcmp(below, above);
	if (!same && !shrinking)
		twin_differ("the trees", "", below, above);
	become(user ? 1 : 0);
	return same;
}

static unsigned int successes, look_at_all = LOOK_AT_ALL;

/* What nobody uses leaves memory. */
static void forget(void)
{
	uid_t user = geteuid();
	int out;

	become(0);
	out = open("/proc/sys/vm/drop_caches", O_WRONLY);
	FLT_REQUIRE(write(out, "2", 1) == 1);
	close(out);
	become(user ? 1 : 0);
}

/* Into the side's folder, which the user may have been kept out of. */
static void enter(const struct side *side)
{
	uid_t user = geteuid();

	if (!fchdir(side->root))
		return;
	become(0);
	FLT_REQUIRE(!fchdir(side->root));
	become(user ? 1 : 0);
}

/* Makes one call on both sides. */
static bool same_call(const struct call *call)
{
	unsigned int i;

	if (call->kind == FORGET)
		forget();
	for (i = 0; i < 2; i++) {
		struct side *side = &sides[i];

		side->used = 0;
		side->said[0] = 0;
		enter(side);
		do_call(side, call);
		look(side, names[call->name]);
		look(side, names[call->name2]);
		look_inside(side, names[call->name]);
		if (call->name2 != call->name)
			look_inside(side, names[call->name2]);
		look_fd(side, call->slot);
		look_fd(side, call->slot2);
	}
	if (call->kind == WHO)
		become(call->number);
	if (call->kind == UMASK)
		umask(call->number & 077);
	successes += !!strstr(sides[0].said, " = ");
	if (!strcmp(sides[0].said, sides[1].said))
		return true;
	if (!shrinking)
		printf("differs: below %s\ndiffers: mount %s\n", sides[0].said, sides[1].said);
	return false;
}

static unsigned int round_number;

/* New folders, and no file open. */
static void sides_begin(const char *direct, const char *mnt)
{
	const char *roots[2] = { direct, mnt };
	char path[PATH_MAX];
	unsigned int i, j;

	round_number++;
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%u", roots[i], round_number);
		FLT_REQUIRE(!mkdir(path, 0777) && !chmod(path, 0777));
		sides[i].root = open(path, O_RDONLY | O_DIRECTORY);
		FLT_REQUIRE(sides[i].root >= 0);
		for (j = 0; j < SLOTS; j++)
			sides[i].slots[j] = -1;
	}
	umask(022);
}

static void sides_end(const char *direct, const char *mnt)
{
	const char *roots[2] = { direct, mnt };
	char command[PATH_MAX];
	unsigned int i, j;

	become(0);
	FLT_REQUIRE(!chdir("/"));
	for (i = 0; i < 2; i++) {
		for (j = 0; j < SLOTS; j++)
			close(sides[i].slots[j]);
		close(sides[i].root);
		snprintf(command, sizeof(command), "rm -rf %s/%u", roots[i], round_number);
		FLT_EXPECT(!system(command));
	}
}

/*
 * Runs the calls that are not left out. Return: how many it took to make a difference, or 0.
 */
static unsigned int run(const char *direct, const char *mnt, const struct call *calls,
			const bool *left_out, unsigned int count, unsigned int all_after,
			bool print)
{
	unsigned int i, done = 0;

	sides_begin(direct, mnt);
	for (i = 0; i < count; i++) {
		bool same;

		if (left_out[i])
			continue;
		same = same_call(&calls[i]);
		if (print)
			printf("%u: %s\n", i, sides[0].said);
		if (same && (++done % all_after == 0 || i == count - 1))
			same = same_trees();
		if (!same) {
			sides_end(direct, mnt);
			return i + 1;
		}
	}
	sides_end(direct, mnt);
	return 0;
}

/* Leaves out what the difference does not need, larger pieces first, and prints the rest. */
static void shrink(const char *direct, const char *mnt, const struct call *calls, bool *left_out,
		   unsigned int count)
{
	unsigned int piece, i, j, differs;
	bool kept[SEQUENCE];

	shrinking = true;
	for (piece = count / 2; piece; piece /= 2) {
		for (i = 0; i + piece <= count; i += piece) {
			memcpy(kept, left_out, sizeof(kept));
			for (j = i; j < i + piece; j++)
				left_out[j] = true;
			if (!memcmp(kept, left_out, sizeof(kept)))
				continue;
			differs = run(direct, mnt, calls, left_out, count, 1 + piece / 4, false);
			if (differs)
				count = differs;
			else
				memcpy(left_out, kept, sizeof(kept));
		}
	}
	shrinking = false;
	FLT_EXPECT(run(direct, mnt, calls, left_out, count, 1, true));
}

static bool sequence(const char *direct, const char *mnt, const char *filters, unsigned int count,
		     unsigned long long from)
{
	static struct call calls[SEQUENCE];
	static bool left_out[SEQUENCE];
	unsigned int i, differs;

	seed = from;
	for (i = 0; i < count; i++)
		choose(&calls[i]);
	memset(left_out, 0, sizeof(left_out));
	differs = run(direct, mnt, calls, left_out, count, look_at_all, false);
	if (!differs)
		return true;
	printf("differs: seed %llu, call %u, %s\n", from, differs,
	       *filters ? filters : "no filter");
	prove_failures++;
	shrink(direct, mnt, calls, left_out, differs);
	return false;
}

/* Several sequences at the same time, on the same mount. */
static void together(const char *direct, const char *mnt, const char *filter,
		     unsigned int sequences)
{
	pid_t children[PROCESSES];
	unsigned int i, j;
	int status;

	for (i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i])
			continue;
		/* numbers of its own, for folders and for what is done there */
		round_number = 100000 * (i + 1);
		prove_failures = 0;
		for (j = 0; j < sequences; j++)
			if (!sequence(direct, mnt, filter, SEQUENCE,
				      1000003ULL * (i + 1) + j * 5ULL + strlen(filter)))
				break;
		_exit(!!prove_failures);
	}
	for (i = 0; i < PROCESSES; i++) {
		FLT_REQUIRE(waitpid(children[i], &status, 0) == children[i]);
		FLT_EXPECT(!status);
	}
}

static void filtered(const char *filter)
{
	bool long_run = *(getenv("LONG") ?: "");
	unsigned int sequences = long_run ? SEQUENCES_LONG : SEQUENCES, i;
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT"), *from = getenv("SEED");
	const char *count = getenv("SEQUENCES");
	char direct[PATH_MAX], below[PATH_MAX];

	snprintf(direct, sizeof(direct), "%s/direct", lower);
	snprintf(below, sizeof(below), "%s/below", lower);
	mkdir(direct, 0755);
	mkdir(below, 0755);
	if (count)
		sequences = atoi(count);
	if (long_run)
		look_at_all = LOOK_AT_ALL_LONG;
	successes = 0;
	FLT_REQUIRE(!twin_load("fltshim"));
	if (*filter)
		FLT_REQUIRE(!twin_load(filter));
	twin_filtered = *filter;
	/* swapbuf changes what it sees of paging I/O as well, and so all data. */
	FLT_REQUIRE(!mount(below, mnt, "fltfs", 0, strcmp(filter, "swapbuf") ? NULL : "cache=auto"));
	for (i = 0; i < sequences; i++)
		if (!sequence(direct, mnt, filter, SEQUENCE,
			      from ? strtoull(from, NULL, 0) : i * 3ULL + strlen(filter) + 1))
			break;
	printf("%u of %u calls did something\n", successes, i * SEQUENCE);
	/* Not all of them refused, alike on both sides. */
	FLT_EXPECT(successes > i * SEQUENCE / 10);
	if (!from)
		together(direct, mnt, filter, long_run ? TOGETHER_LONG : TOGETHER);
	FLT_REQUIRE(!umount(mnt));
	if (*filter)
		FLT_REQUIRE(!twin_unload(filter, true));
	FLT_REQUIRE(!twin_unload("fltshim", false));
}

int main(void)
{
	const char *fs = getenv("LOWER_FS") ?: "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* a FIFO that nobody reads */
	signal(SIGPIPE, SIG_IGN);
	FLT_REQUIRE(!setgroups(0, NULL));
	filtered("");
	filtered("passthru");
	filtered("deferwork");
	/* Over the others its page cache was not compared yet. */
	if (!strcmp(fs, "btrfs") || !strcmp(fs, "overlay"))
		return prove_status();
	no_holes = true;
	filtered("swapbuf");
	return prove_status();
}
