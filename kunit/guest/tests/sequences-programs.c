// SPDX-License-Identifier: GPL-2.0
/*
 * What a filter is shown when programs do well-known things: section 4 of the map. Data is cached
 * below only, so no paging I/O is among it. As sequences.c, with the filter "probe" and Debian's
 * programs; a program's own extra stat calls may differ between versions, and are left open.
 *
 * needs: lower=any kernels=6.1,6.12 filters=probe programs=coreutils,findutils,tar,sqlite3 time=120
 */
#include <linux/fs.h>
#include <signal.h>

#include "../sequence.h"

static char mnt[PATH_MAX];

static void write_file(const char *name, const char *text)
{
	int out = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(write(out, text, strlen(text)) == (ssize_t)strlen(text));
	close(out);
}

/* Makes everything that the rows use, below, and forgets what is cached of it above. */
static void prepare(void)
{
	FLT_REQUIRE(!chdir(getenv("LOWER")));
	write_file("a", "0123456789");
	mkdir("d", 0755);
	mkdir("e", 0755);
	write_file("d/x", "x");
	FLT_REQUIRE(!chdir(mnt));
	fd = open("a", O_RDONLY);
	close(fd);
	fd = -1;
}

static void prepare_two(void)
{
	prepare();
	write_file("b", "old");
}

/* Runs a program with the mount as its working folder, and with no output. */
static void run(const char *const *words)
{
	pid_t child = fork();
	int status, null;

	if (!child) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		execvp(words[0], (char *const *)words);
		_exit(127);
	}
	waitpid(child, &status, 0);
	if (!FLT_EXPECT(!status))
		printf("%s ended with %x\n", words[0], status);
}

/* The same for a line of the shell, which looks at its working folder: elsewhere, then. */
static void shell(const char *line)
{
	char text[2 * PATH_MAX];

	snprintf(text, sizeof(text), "cd /; M=%s; %s", mnt, line);
	FLT_REQUIRE(!chdir("/"));
	FLT_EXPECT(!system(text));
	FLT_REQUIRE(!chdir(mnt));
}

#define RUN(name, ...) static void name(void) { run((const char *const[]){ __VA_ARGS__, NULL }); }
#define SHELL(name, line) static void name(void) { shell(line); }
RUN(cat_a, "cat", "a")
SHELL(echo_new, "echo x >$M/f")
SHELL(echo_old, "echo x >$M/a")
SHELL(echo_more, "echo x >>$M/a")
RUN(copy, "cp", "a", "b")
RUN(move, "mv", "a", "b")
RUN(move_over, "mv", "-f", "a", "b")
RUN(move_across, "mv", "d/x", "e/")
RUN(remove_a, "rm", "a")
RUN(remove_tree, "rm", "-r", "d")
RUN(make_folders, "mkdir", "-p", "n/m")
RUN(list_long, "ls", "-l", "d")
RUN(stat_a, "stat", "a")
RUN(mode_a, "chmod", "600", "a")
RUN(link_a, "ln", "a", "l")
RUN(symlink_a, "ln", "-s", "t", "l")
RUN(find_files, "find", "d", "-type", "f")
RUN(touch_old, "touch", "a")
RUN(touch_new, "touch", "n")
RUN(dd_sync, "dd", "if=/dev/zero", "of=n", "bs=512", "count=1", "conv=fsync", "status=none")
RUN(free_space, "df", ".")
RUN(cut_by_program, "truncate", "-s", "5", "a")
SHELL(inherited, "cat <$M/a >/dev/null")
RUN(move_out, "mv", "a", "/tmp/work/moved")
RUN(move_in, "mv", "/tmp/work/coming", "n")
RUN(commit, "sqlite3", "a.db", "insert into t values(2);")
RUN(unpack, "tar", "-xf", "/tmp/work/one.tar")

CALLS(cut_by_path, FLT_EXPECT(!truncate("a", 10)))
CALLS(removed_open, fd = open("a", O_RDWR); FLT_EXPECT(!unlink("a") && write(fd, "x", 1) == 1);
      close(fd); fd = -1)
CALLS(renamed_open, char c; fd = open("a", O_RDWR);
      FLT_EXPECT(!rename("a", "b") && read(fd, &c, 1) == 1); close(fd); fd = -1)

static void forked(void)
{
	pid_t child;

	fd = open("a", O_RDWR);
	child = fork();
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	close(fd);
	fd = -1;
}

static void executed(void)
{
	run((const char *const[]){ "./prog", NULL });
}

/* A copy of this program, which does nothing under that name, or waits for a signal. */
static void prepare_program(void)
{
	char path[PATH_MAX];
	int in, out;
	ssize_t got;
	static char data[65536];

	prepare();
	snprintf(path, sizeof(path), "%s/prog", getenv("LOWER"));
	in = open("/proc/self/exe", O_RDONLY);
	out = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	while ((got = read(in, data, sizeof(data))) > 0)
		FLT_REQUIRE(write(out, data, got) == got);
	close(in);
	close(out);
}

static pid_t running;

static void prepare_running(void)
{
	prepare_program();
	running = fork();
	if (!running) {
		execl("./prog", "./prog", "wait", NULL);
		_exit(127);
	}
	/* once it stopped, its exec is over */
	FLT_REQUIRE(waitpid(running, NULL, WUNTRACED) == running);
}

static void write_running(void)
{
	FLT_EXPECT(open("prog", O_WRONLY) < 0 && errno == ETXTBSY);
}

/* It goes after that row is over, since its end is shown. */
static void prepare_again(void)
{
	kill(running, SIGKILL);
	waitpid(running, NULL, 0);
	prepare_program();
}

/* The kernel reads the image for itself; the object ends with the process. */
static void execute_in_detail(void)
{
	const struct seq_event *event;
	unsigned int i, reads = 0, images = 0;
	bool kernel = true;

	FLT_REQUIRE(!chdir(mnt));
	prepare_program();
	seq_start();
	executed();
	seq_stop();
	for (i = 0; i < seq_count; i++) {
		event = &seq_events[i];
		reads += event->major == 3;
		kernel = kernel && (event->major != 3 || !event->mode);
		images += event->major == 0xff && event->detail[1] == 0x20;
	}
	FLT_PROVES("VFS-641", reads && kernel);
	FLT_PROVES("VFS-642", images == 1);
	FLT_PROVES("VFS-643", seq_count > 2 && seq_events[seq_count - 2].major == 18 &&
		   seq_events[seq_count - 1].major == 2);
	FLT_PROVES("VFS-116", seq_events[0].after.access & 1);
	FLT_REQUIRE(!chdir("/"));
}

static void prepare_coming(void)
{
	prepare();
	write_file("/tmp/work/coming", "0123456789");
	FLT_REQUIRE(!chown("/tmp/work/coming", 5, 5));
}

static void prepare_database(void)
{
	prepare();
	FLT_REQUIRE(!system("sqlite3 $LOWER/a.db 'create table t(a)'"));
}

/* Locks of the database are never waited for. */
static void commit_in_detail(void)
{
	unsigned int i, locks = 0, waits = 0;

	FLT_REQUIRE(!chdir(mnt));
	prepare_database();
	seq_start();
	commit();
	seq_stop();
	for (i = 0; i < seq_count; i++) {
		if (seq_events[i].major == 17 && seq_events[i].minor == 1) {
			locks++;
			waits += !(seq_events[i].detail[3] & 1);
		}
	}
	FLT_PROVES("VFS-719", locks >= 3 && !waits);
	FLT_REQUIRE(!chdir("/") && !system("rm -rf $LOWER/*"));
}

static void prepare_archive(void)
{
	prepare();
	FLT_REQUIRE(!system("cd /tmp/work && echo hello >one && tar -cf one.tar one"));
}

#define REMOVAL(name) \
	"CREATE ? \\" name " OPEN 110080 204060 =1; SET_INFORMATION ? Disposition; CLEANUP ?; CLOSE ?"

static const struct row rows[] = {
	{ "VFS-701", "cat", prepare, cat_a,
	  "CREATE a \\a OPEN 120089 20 =1; QUERY_INFORMATION a All; READ a 0 131072 =10; "
	  "READ a 10 131072 !c0000011; " CLOSED("a") },
	{ "VFS-702", "echo x >f", prepare, echo_new,
	  "CREATE a \\f OVERWRITE_IF 120116 60 =2; *WRITE a 0 2 =2; " CLOSED("a") },
	{ "VFS-703 CREATE-27", "echo x >f, f exists", prepare, echo_old,
	  "CREATE a \\a OVERWRITE_IF 120116 60 =3; *WRITE a 0 2 =2; " CLOSED("a") },
	{ "VFS-704", "echo x >>f", prepare, echo_more,
	  "CREATE a \\a OPEN_IF 120116 60 =1; *WRITE a end 2 =2; " CLOSED("a") },
	{ "VFS-705", "cp a b", prepare, copy,
	  "QUERY_OPEN ? StatLx; CREATE a \\a OPEN 120089 20 =1; QUERY_INFORMATION a All; "
	  "CREATE b \\b CREATE 120116 60 =2; *FILE_SYSTEM_CONTROL b 983e8 !*; *"
	  "READ a 0 *=10; *WRITE b 0 10 =10; *" CLOSED("b") "; " CLOSED("a") },
	{ "VFS-707", "mv a b", prepare, move,
	  "CREATE a \\a OPEN 110080 204020 =1; SET_INFORMATION a Rename; " CLOSED("a") },
	{ "VFS-708", "mv a b, b exists", prepare_two, move_over,
	  "QUERY_OPEN ? StatLx; QUERY_OPEN ? StatLx; CREATE a \\a OPEN 110080 204020 =1; "
	  "SET_INFORMATION a Rename; " CLOSED("a") },
	{ "VFS-709", "mv d/x e/", prepare, move_across,
	  "*CREATE a \\d\\x OPEN 110080 204020 =1; CREATE b \\e* OPEN 100002 4020 TFO =5; "
	  "SET_INFORMATION a Rename; " CLOSED("b") "; " CLOSED("a") },
	{ "VFS-710", "mv to another mount", prepare, move_out,
	  "*CREATE a \\a OPEN 120089 * =1; QUERY_INFORMATION a All; *READ a 0 * =10; *" CLOSED("a")
	  "; *" REMOVAL("a") },
	{ "VFS-710", "mv from another mount", prepare_coming, move_in,
	  "*CREATE a \\n CREATE 120116 * =2; *WRITE a 0 10 =10; SET_INFORMATION a Basic; "
	  "*SET_SECURITY a 3; *SET_SECURITY a 4; *" CLOSED("a") },
	{ "VFS-719", "a commit of sqlite", prepare_database, commit,
	  "*CREATE ? \\a.db OPEN_IF *; *LOCK_CONTROL ? minor=1 key=0 * nowait; "
	  "*LOCK_CONTROL ? minor=1 key=0 1073741825 1 nowait exclusive; "
	  "*CREATE ? \\a.db-journal OPEN_IF * =2; *WRITE ? *; "
	  "*LOCK_CONTROL ? minor=1 key=0 1073741826 510 nowait exclusive; *FLUSH_BUFFERS ?*; "
	  "CREATE ? \\ OPEN *; FLUSH_BUFFERS ?*; CLEANUP ?; CLOSE ?; WRITE ? 0 12 =12; "
	  "FLUSH_BUFFERS ?*; WRITE ? 0 4096 =4096; *FLUSH_BUFFERS ?*; CLEANUP ?; CLOSE ?; "
	  REMOVAL("a.db-journal") "; *LOCK_CONTROL ? minor=2 key=0 *" },
	{ "VFS-711", "rm a", prepare, remove_a,
	  "QUERY_OPEN ? StatLx; " REMOVAL("a") },
	{ "VFS-712", "rm -r d", prepare, remove_tree,
	  "QUERY_OPEN ? StatLx; CREATE a \\d OPEN 120089 4021 =1; QUERY_INFORMATION a All; *"
	  "DIRECTORY_CONTROL a IdBothDirectory restart; *!80000006; *" REMOVAL("d\\x")
	  "; *CLEANUP a; CLOSE a; CREATE ? \\d OPEN 110080 204021 =1; "
	  "SET_INFORMATION ? Disposition; CLEANUP ?; CLOSE ?" },
	{ "VFS-713", "mkdir -p n/m", prepare, make_folders,
	  "CREATE a \\n CREATE 100001 21 attr=10 =2; " CLOSED("a") "; *"
	  "CREATE ? \\n\\m CREATE 100001 21 attr=10 =2; CLEANUP ?; CLOSE ?" },
	{ "VFS-714", "ls -l d", prepare, list_long,
	  "QUERY_OPEN ? StatLx; "
	  "CREATE ? \\d OPEN 120000 4020 =1; QUERY_SECURITY ? 4; " CLOSED("?") "; "
	  "CREATE ? \\d OPEN 120000 4020 =1; QUERY_SECURITY ? 4; " CLOSED("?") "; "
	  "CREATE ? \\d OPEN 120089 4021 =1; QUERY_INFORMATION ? All; "
	  "DIRECTORY_CONTROL ? IdBothDirectory restart; "
	  "DIRECTORY_CONTROL ? IdBothDirectory !80000006; QUERY_OPEN ? StatLx; "
	  "CREATE ? \\d\\x OPEN 120000 4020 =1; QUERY_SECURITY ? 4; " CLOSED("?") "; "
	  CLOSED("?") },
	{ "VFS-715", "stat a", prepare, stat_a,
	  "QUERY_OPEN a StatLx" },
	{ "VFS-724", "truncate(2)", prepare, cut_by_path,
	  "CREATE a \\a OPEN 100002 60 =1; SET_INFORMATION a EndOfFile 10; " CLOSED("a") },
	{ "VFS-724", "truncate(1)", prepare, cut_by_program,
	  "CREATE a \\a OPEN_IF 120116 60 =1; *SET_INFORMATION a EndOfFile 5; " CLOSED("a") },
	{ "VFS-725", "chmod 600 a", prepare, mode_a,
	  "QUERY_OPEN ? StatLx; CREATE a \\a OPEN 160000 4020 =1; SET_SECURITY a 4; " CLOSED("a") },
	{ "VFS-726", "ln a l", prepare, link_a,
	  "*CREATE a \\a OPEN 100180 204020 =1; SET_INFORMATION a Link; " CLOSED("a") },
	{ "VFS-727", "ln -s t l", prepare, symlink_a,
	  "CREATE a \\l CREATE 100100 200060 =2; " CLOSED("a") },
	{ "VFS-728", "find d -type f", prepare, find_files,
	  "*CREATE b \\d OPEN 120089 4021 =1; QUERY_INFORMATION b All; *"
	  "DIRECTORY_CONTROL b IdBothDirectory restart; *!80000006; *" CLOSED("b") "*" },
	{ "VFS-729", "tar -xf", prepare_archive, unpack,
	  "*CREATE a \\one CREATE 120116 60 =2; WRITE a 0 6 =6; SET_INFORMATION a Basic; "
	  "SET_SECURITY a 3; SET_SECURITY a 4; " CLOSED("a") },
	{ "VFS-730", "touch a", prepare, touch_old,
	  "CREATE a \\a OPEN_IF 120116 60 =1; SET_INFORMATION a Basic; " CLOSED("a") },
	{ "VFS-730", "touch n", prepare, touch_new,
	  "CREATE a \\n OPEN_IF 120116 60 =2; SET_INFORMATION a Basic; " CLOSED("a") },
	{ "VFS-732", "dd conv=fsync", prepare, dd_sync,
	  "CREATE a \\n OVERWRITE_IF 120116 60 =2; *WRITE a 0 512 =512; FLUSH_BUFFERS a; "
	  CLOSED("a") },
	{ "VFS-733 FILEOBJ-46", "unlink while open", prepare, removed_open,
	  "CREATE a \\a OPEN 12019f 60 =1; " REMOVAL("a") "; WRITE a 0 1 =1; " CLOSED("a") },
	{ "VFS-734", "rename while open", prepare, renamed_open,
	  "CREATE a \\a OPEN 12019f 60 =1; CREATE b \\a OPEN 110080 204020 =1; "
	  "SET_INFORMATION b Rename; " CLOSED("b") "; READ a 0 1 =1; " CLOSED("a") },
	{ "VFS-737", "cat <a", prepare, inherited,
	  "CREATE a \\a OPEN 120089 20 =1; QUERY_INFORMATION a All; READ a 0 131072 =10; "
	  "READ a 10 131072 !c0000011; " CLOSED("a") },
	{ "VFS-739", "df", prepare, free_space,
	  "*CREATE ? (null) OPEN 100080 20 =1; QUERY_VOLUME_INFORMATION ? FullSize; "
	  "CLEANUP ?; CLOSE ?" },
	{ "VFS-741", "fork with an open file", prepare, forked,
	  "CREATE a \\a OPEN 12019f 60 =1; " CLOSED("a") },
	{ "VFS-644", "writing to a program that runs", prepare_running, write_running, "" },
	{ "VFS-116 VFS-755 CREATE-07 VFS-120", "execve", prepare_again, executed,
	  "CREATE a \\prog OPEN 100020 60 =1; READ a 0 256 =256; *"
	  "ACQUIRE_SECTION a 1 *; RELEASE_SECTION a; *" CLOSED("a") },
};

/* Does the lower file system share blocks? Then cp neither reads nor writes. */
static bool shares_blocks(void)
{
	char from[300], to[300];
	int in, out;
	bool shares;

	snprintf(from, sizeof(from), "%s/from", getenv("LOWER"));
	snprintf(to, sizeof(to), "%s/to", getenv("LOWER"));
	in = open(from, O_CREAT | O_RDWR, 0600);
	out = open(to, O_CREAT | O_RDWR, 0600);
	FLT_REQUIRE(in >= 0 && out >= 0 && write(in, "data", 4) == 4);
	shares = !ioctl(out, FICLONE, in);
	FLT_REQUIRE(!close(in) && !close(out) && !unlink(from) && !unlink(to));
	return shares;
}

int main(int argc, char **argv)
{
	bool shares;
	unsigned int i;

	if (!strcmp(argv[0], "./prog")) {
		if (argc > 1)
			raise(SIGSTOP);
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(mnt, sizeof(mnt), "%s", getenv("MNT"));
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	shares = shares_blocks();
	FLT_REQUIRE(!mount(getenv("LOWER"), mnt, "fltfs", 0, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!shares || strcmp(rows[i].ids, "VFS-705"))
			seq_row(&rows[i]);
	}
	execute_in_detail();
	commit_in_detail();
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
