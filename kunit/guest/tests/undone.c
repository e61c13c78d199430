// SPDX-License-Identifier: GPL-2.0
/*
 * What a filter takes back: opens that it cancels after they succeeded, queries by name that it
 * refuses, and ends of files that it hides from those below. "misfit" does so as the names of the
 * files ask for; "probe", below it, prints what it is shown.
 *
 * needs: kernels=6.1,6.12,debug filters=probe,misfit time=60
 */
#include <fnmatch.h>

#include "../sequence.h"

static const char *lower_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	return path;
}

static void have(const char *name)
{
	int out = open(lower_of(name), O_CREAT | O_WRONLY | O_TRUNC, 0640);

	FLT_REQUIRE(write(out, "0123456789", 10) == 10 && !close(out));
}

static bool seen(const char *want)
{
	const char *got;

	seq_stop();
	got = seq_render();
	if (!fnmatch(want, got, FNM_NOESCAPE))
		return true;
	printf("differs:\n  want: %s\n  got:  %s\n", want, got);
	return false;
}

static bool same_answer(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	       a->st_gid == b->st_gid && a->st_nlink == b->st_nlink &&
	       a->st_blocks == b->st_blocks && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void queries(void)
{
	struct stat got, want;

	have("refused");
	have("discarded");
	FLT_REQUIRE(!stat(lower_of("refused"), &want));
	seq_start();
	FLT_PROVES("PREOP-82", !stat("refused", &got) && same_answer(&got, &want));
	FLT_PROVES("PREOP-82", seen("CREATE a \\refused OPEN 100080 4020 =1; "
				    "QUERY_INFORMATION a StatLx; CLEANUP a; CLOSE a"));
	FLT_PROVES("FASTIO-30", same_answer(&got, &want));
	FLT_REQUIRE(!stat(lower_of("discarded"), &want));
	seq_start();
	FLT_PROVES("POSTOP-35", !stat("discarded", &got) && same_answer(&got, &want));
	FLT_PROVES("POSTOP-35", seen("QUERY_OPEN ? StatLx; CREATE ? \\discarded OPEN 100080 4020 =1; "
				     "QUERY_INFORMATION ? StatLx; CLEANUP ?; CLOSE ?"));
	FLT_PROVES("FASTIO-30", same_answer(&got, &want));
}

static void cancels(void)
{
	struct stat below;

	have("cancel");
	seq_start();
	FLT_PROVES("POSTOP-73", open("cancel", O_RDONLY) < 0 && errno == EACCES);
	FLT_PROVES("POSTOP-73", seen("CREATE a \\cancel OPEN * =1; CLEANUP a; CLOSE a"));

	/* What was made or emptied stays so. */
	seq_start();
	FLT_PROVES("POSTOP-75", open("cancel-new", O_CREAT | O_WRONLY, 0644) < 0 &&
		   errno == EACCES);
	FLT_PROVES("POSTOP-75", seen("CREATE a \\cancel-new OPEN_IF * =2; CLEANUP a; CLOSE a"));
	FLT_PROVES("POSTOP-75", !stat(lower_of("cancel-new"), &below) && !below.st_size);
	have("cancel-cut");
	FLT_PROVES("POSTOP-75", open("cancel-cut", O_WRONLY | O_TRUNC) < 0 && errno == EACCES);
	FLT_PROVES("POSTOP-75", !stat(lower_of("cancel-cut"), &below) && !below.st_size);
	FLT_EXPECT(mkdir("cancel-folder", 0755) < 0 && errno == EACCES);
	FLT_EXPECT(!stat(lower_of("cancel-folder"), &below) && S_ISDIR(below.st_mode));
	FLT_EXPECT(truncate("cancel", 3) < 0 && errno == EACCES);

	have("undone");
	FLT_PROVES("POSTOP-80", open("undone", O_RDONLY) < 0 && errno == EIO);

	/* Who only says that the open failed does not leave it to the others. */
	have("denied");
	seq_start();
	FLT_PROVES("FIELD-15", open("denied", O_RDONLY) < 0 && errno == EACCES);
	FLT_PROVES("FIELD-15", seen("CREATE a \\denied OPEN * =1; CLEANUP a; CLOSE a"));
	FLT_PROVES("VFS-783", open("denied-new", O_CREAT | O_WRONLY, 0644) < 0 && errno == EACCES &&
		   !stat(lower_of("denied-new"), &below) && !below.st_size);
}

/* Where the cleanup of a context ran: the process; -1 when none did. */
static int mark_went(void)
{
	char record[2048], *at;
	int where = -1, tries;
	ssize_t got;

	for (tries = 0; where < 0 && tries < 1000; tries++) {
		while ((got = read(seq_log, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
			record[got > 0 ? got : 0] = 0;
			at = strstr(record, "a mark goes in process ");
			if (at)
				where = atoi(at + strlen("a mark goes in process "));
		}
		usleep(10000);
	}
	return where;
}

/* A context goes with an open that was cancelled, but not while the directory is locked. */
static void contexts(void)
{
	int where;

	FLT_REQUIRE(!mount(NULL, getenv("MNT"), NULL, MS_REMOUNT, "create=locked"));
	seq_start();
	FLT_EXPECT(open("cancel-marked", O_CREAT | O_WRONLY, 0644) < 0 && errno == EACCES);
	where = mark_went();
	FLT_PROVES("CTX-36", where >= 0 && where != getpid());
	FLT_REQUIRE(!mount(NULL, getenv("MNT"), NULL, MS_REMOUNT, "create=early"));
	seq_start();
	FLT_EXPECT(open("cancel-marked2", O_CREAT | O_WRONLY, 0644) < 0 && errno == EACCES);
	FLT_PROVES("CTX-36", mark_went() == getpid());
}

/* How many files are open on the machine. */
static long open_files(void)
{
	FILE *in = fopen("/proc/sys/fs/file-nr", "r");
	long n = -1;

	FLT_REQUIRE(in && fscanf(in, "%ld", &n) == 1);
	fclose(in);
	return n;
}

static void ends(void)
{
	long before = open_files();
	char name[32], text[16];
	unsigned int i, wrong = 0;
	int tries = 50, fd;

	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "hidden-%u", i);
		if (!i)
			seq_start();
		fd = open(name, O_CREAT | O_WRONLY, 0644);
		wrong += fd < 0 || write(fd, name, strlen(name)) != (ssize_t)strlen(name) ||
			 close(fd);
		if (!i)
			FLT_PROVES("PREOP-45", seen("CREATE a \\hidden-0 OPEN_IF * =2; WRITE a 0 8 =8"));
		fd = open(lower_of(name), O_RDONLY);
		wrong += read(fd, text, sizeof(text)) != (ssize_t)strlen(name) ||
			 memcmp(text, name, strlen(name));
		close(fd);
	}
	FLT_PROVES("PREOP-45", !wrong);
	/* Files go a moment after they were closed. */
	while (open_files() > before + 5 && tries--)
		usleep(100000);
	FLT_PROVES("PREOP-45", open_files() <= before + 5);
}

/* Three breaches of the rules there were, and none that this did not ask for. */
static void charged(void)
{
	FILE *in = fopen("/sys/fs/fltshim/filters/misfit/violations", "r");
	char kind[64];
	long count;

	FLT_REQUIRE(in);
	while (fscanf(in, "%63s %ld", kind, &count) == 2)
		if (!FLT_EXPECT(count == 3 * !strcmp(kind, "io-status")))
			printf("%s %ld\n", kind, count);
	fclose(in);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* The callbacks of both are annotated, so there would be no module otherwise. */
	FLT_REQUIRE(!twin_load("fltshim") &&
		    FLT_PROVES("PREOP-02", !twin_load("probe") && !twin_load("misfit")));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	/* the mount's first use sets the filters up */
	FLT_EXPECT(access("nothing", F_OK) < 0);
	queries();
	cancels();
	contexts();
	ends();
	charged();
	FLT_REQUIRE(!chdir("/"));
	/* Nothing is left that would keep the mount, or what lies below it. */
	FLT_PROVES("PREOP-45", !umount(mnt));
	FLT_REQUIRE(!twin_unload("misfit", true) && !twin_unload("probe", true) &&
		    !twin_unload("fltshim", false));
	return prove_status();
}
