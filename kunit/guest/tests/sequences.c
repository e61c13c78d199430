// SPDX-License-Identifier: GPL-2.0
/*
 * Which operations a filter is shown for which calls, in which order, on which file object and
 * with which parameters: the rows of vfs-map.md, as far as operations are delivered. The filter
 * "probe" prints every callback; a row holds if what it printed is what the table here says.
 *
 * needs: lower=ext4,tmpfs long-kernels=debug filters=probe time=120
 */
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/statfs.h>

#include "../sequence.h"

static char data[65536], *aligned;

static void have_x(void)
{
	close(open("x", O_CREAT | O_WRONLY, 0644));
	mkdir("d", 0755);
	mkdir("full", 0755);
	close(open("full/inside", O_CREAT | O_WRONLY, 0644));
}

static void have_x_and_y(void)
{
	have_x();
	close(open("y", O_CREAT | O_WRONLY, 0644));
}

static void uncached_f(void)
{
	have_f();
	sync();
	close(fd);
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	FLT_REQUIRE(write(fd, "2", 1) == 1);
	close(fd);
}

static void have_direct(void)
{
	int out = open("big", O_CREAT | O_WRONLY | O_TRUNC, 0644);

	FLT_REQUIRE(write(out, data, sizeof(data)) == sizeof(data));
	close(out);
	fd = open("big", O_RDWR | O_DIRECT);
}

static void have_two(void)
{
	have_open_f();
	other = open("out", O_CREAT | O_RDWR | O_TRUNC, 0644);
	FLT_REQUIRE(other >= 0);
}

/* RWF_NOAPPEND of new headers */
#define NO_APPEND 0x20

static void have_append(void)
{
	have_f();
	fd = open("f", O_RDWR | O_APPEND);
}

static void have_specials(void)
{
	mkfifo("fifo", 0600);
	symlink("f", "s");
	mknod("socket", S_IFSOCK | 0600, 0);
	mknod("device", S_IFCHR | 0600, makedev(1, 5));
	have_f();
}

CALLS(open_read, close(open("f", O_RDONLY)))
CALLS(open_write, close(open("f", O_WRONLY)))
CALLS(open_both, close(open("f", O_RDWR)))
CALLS(open_append, close(open("f", O_RDWR | O_APPEND)))
CALLS(open_direct, close(open("f", O_RDWR | O_DIRECT)))
CALLS(open_sync, close(open("f", O_RDWR | O_SYNC)))
CALLS(open_odd, close(open("f", O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOATIME)))
CALLS(open_truncate, close(open("f", O_RDWR | O_TRUNC)))
CALLS(open_new, close(open("new", O_RDWR | O_CREAT, 0644)))
CALLS(open_new_readonly, close(open("new2", O_RDWR | O_CREAT, 0444)))
CALLS(open_old_create, close(open("f", O_RDWR | O_CREAT, 0644)))
CALLS(open_exclusive, close(open("new3", O_RDWR | O_CREAT | O_EXCL, 0644)))
CALLS(open_exclusive_old, FLT_EXPECT(open("f", O_RDWR | O_CREAT | O_EXCL, 0644) < 0))
CALLS(open_new_truncate, close(open("new4", O_RDWR | O_CREAT | O_TRUNC, 0644)))
CALLS(open_old_truncate, close(open("f", O_RDWR | O_CREAT | O_TRUNC, 0644)))
CALLS(open_no_way, FLT_EXPECT(open("absent/x", O_RDONLY) < 0 && open("f/x", O_RDONLY) < 0))
CALLS(open_absent, FLT_EXPECT(open("absent", O_RDONLY) < 0 && errno == ENOENT))
CALLS(open_absent_again, FLT_EXPECT(open("absent", O_RDWR) < 0 && errno == ENOENT);
      FLT_EXPECT(open("absent", O_RDWR) < 0 && errno == ENOENT))
CALLS(open_path, close(open("f", O_PATH)))
CALLS(open_folder, close(open("d", O_RDONLY)))
CALLS(open_directory, close(open("d", O_RDONLY | O_DIRECTORY)))
CALLS(open_tmpfile, close(open("d", O_TMPFILE | O_RDWR, 0600)))
CALLS(open_fifo, close(open("fifo", O_RDONLY | O_NONBLOCK)))
CALLS(open_socket, FLT_EXPECT(open("socket", O_RDWR) < 0 && errno == ENXIO))
CALLS(open_device, int in = open("device", O_RDONLY); FLT_EXPECT(read(in, data, 8) == 8); close(in))
CALLS(stat_root, FLT_EXPECT(!stat(getenv("MNT"), &(struct stat){ 0 })))
CALLS(seek_past_end, FLT_EXPECT(lseek(fd, 5, SEEK_END) == 15 && lseek(fd, 0, SEEK_CUR) == 15))
CALLS(open_link, close(open("s", O_RDONLY)))
CALLS(open_nofollow, FLT_EXPECT(open("s", O_RDONLY | O_NOFOLLOW) < 0))
CALLS(close_dup, close(dup(fd)))
CALLS(close_last, close(fd))
CALLS(close_removed, unlink("f"); seq_start(); close(fd))
CALLS(set_flags, FLT_EXPECT(!fcntl(fd, F_SETFL, O_APPEND)))
CALLS(look, FLT_EXPECT(!access("f", R_OK) && access("absent", F_OK)))
CALLS(make_regular, FLT_EXPECT(!mknod("r", S_IFREG | 0644, 0)))
CALLS(make_folder, FLT_EXPECT(!mkdir("made", 0755)))
CALLS(make_fifo, FLT_EXPECT(!mkfifo("pipe", 0644)))
CALLS(make_link, FLT_EXPECT(!symlink("target", "link")))
CALLS(remove_x, FLT_EXPECT(!unlink("x")))
CALLS(remove_hard, link("x", "hard"); seq_start(); FLT_EXPECT(!unlink("hard")))
CALLS(remove_fifo, FLT_EXPECT(!unlink("fifo")))
CALLS(remove_folder, FLT_EXPECT(!rmdir("d")))
CALLS(remove_full, FLT_EXPECT(rmdir("full") && errno == ENOTEMPTY))
CALLS(rename_x, FLT_EXPECT(!rename("x", "renamed")))
CALLS(rename_over, FLT_EXPECT(!rename("x", "y")))
CALLS(rename_across, FLT_EXPECT(!rename("x", "d/x")))
CALLS(rename_folder, FLT_EXPECT(!rename("d", "moved")); rename("moved", "d"))
CALLS(rename_same, FLT_EXPECT(!rename("x", "x")))
CALLS(rename_into_self, FLT_EXPECT(rename("d", "d/below") && errno == EINVAL))
CALLS(rename_no_replace, FLT_EXPECT(syscall(SYS_renameat2, AT_FDCWD, "x", AT_FDCWD, "y",
					   RENAME_NOREPLACE)))
CALLS(exchange, FLT_EXPECT(!syscall(SYS_renameat2, AT_FDCWD, "x", AT_FDCWD, "y",
				    RENAME_EXCHANGE)))
CALLS(link_here, FLT_EXPECT(!link("x", "linked")); unlink("linked"))
CALLS(link_there, FLT_EXPECT(!link("x", "d/linked")))
CALLS(stat_path, FLT_EXPECT(!stat("f", &(struct stat){ 0 })))
CALLS(stat_link, FLT_EXPECT(!lstat("s", &(struct stat){ 0 })))
CALLS(stat_fd, FLT_EXPECT(!fstat(fd, &(struct stat){ 0 })))
CALLS(set_times, FLT_EXPECT(!utimensat(AT_FDCWD, "f", NULL, 0)))
CALLS(set_times_fd, FLT_EXPECT(!futimens(fd, NULL)))
CALLS(cut_path, FLT_EXPECT(!truncate("f", 5)))
CALLS(cut_fd, FLT_EXPECT(!ftruncate(fd, 5)))
CALLS(read_some, FLT_EXPECT(pread(fd, data, 4, 5) == 4))
CALLS(read_past, FLT_EXPECT(pread(fd, data, 100, 100) == 0))
CALLS(read_short, FLT_EXPECT(pread(fd, data, 100, 5) == 5))
CALLS(read_nothing, FLT_EXPECT(pread(fd, data, 0, 0) == 0 && pwrite(fd, data, 0, 0) == 0))
CALLS(read_direct, FLT_EXPECT(pread(fd, aligned, 4096, 4096) == 4096))
CALLS(write_some, FLT_EXPECT(pwrite(fd, data, 3, 2) == 3))
CALLS(write_growing, FLT_EXPECT(pwrite(fd, data, 20, 10) == 20))
CALLS(write_direct, FLT_EXPECT(pwrite(fd, aligned, 4096, 8192) == 4096))
CALLS(write_synced, struct iovec v = { data, 3 };
      FLT_EXPECT(pwritev2(fd, &v, 1, 2, RWF_DSYNC) == 3))
CALLS(write_polled, struct iovec v = { data, 3 };
      FLT_EXPECT(pwritev2(fd, &v, 1, 2, RWF_HIPRI) == 3))
CALLS(write_no_append, struct iovec v = { data, 3 }; struct stat st;
      FLT_EXPECT(pwritev2(fd, &v, 1, 2, NO_APPEND) == 3 && !fstat(fd, &st) && st.st_size == 10))
CALLS(write_append, struct iovec v = { data, 3 };
      FLT_EXPECT(pwritev2(fd, &v, 1, 0, RWF_APPEND) == 3))
CALLS(read_vector, struct iovec v[3] = { { data, 1 }, { data + 50, 2 }, { data + 90, 3 } };
      FLT_EXPECT(preadv(fd, v, 3, 0) == 6))
CALLS(send_from, FLT_EXPECT(sendfile(open("/dev/null", O_WRONLY), fd, &(off_t){ 0 }, 10) == 10))
CALLS(send_socket, int s[2]; FLT_EXPECT(!socketpair(AF_UNIX, SOCK_STREAM, 0, s));
      FLT_EXPECT(sendfile(s[0], fd, &(off_t){ 0 }, 10) == 10 && read(s[1], data, 99) == 10);
      close(s[0]); close(s[1]))
CALLS(send_to, int in = open("/proc/self/exe", O_RDONLY);
      FLT_EXPECT(sendfile(fd, in, NULL, 1000) == 1000); close(in))
CALLS(copy_range, FLT_EXPECT(copy_file_range(fd, NULL, other, NULL, 10, 0) == 10))
CALLS(seek_set, lseek(fd, 5, SEEK_SET); lseek(fd, 5, SEEK_CUR))
CALLS(seek_end, FLT_EXPECT(lseek(fd, 0, SEEK_END) == 10))
CALLS(advise, posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
CALLS(poll_it, struct pollfd p = { .fd = fd, .events = POLLIN }; poll(&p, 1, 0))
CALLS(sync_fd, FLT_EXPECT(!fsync(fd)))
CALLS(sync_data, FLT_EXPECT(!fdatasync(fd)))
CALLS(sync_folder, int dir = open("d", O_RDONLY); seq_start(); FLT_EXPECT(!fsync(dir)); close(dir))
CALLS(lease, fcntl(fd, F_SETLEASE, F_WRLCK); fcntl(fd, F_SETLEASE, F_UNLCK))

static void list_folder(void)
{
	struct dirent *entry;
	DIR *dir = opendir("full");
	int count = 0;

	while ((entry = readdir(dir)))
		count++;
	closedir(dir);
	FLT_EXPECT(count == 3);
}

static const struct row rows[] = {
	{ "VFS-101 VFS-119 VFS-121 VFS-751 VFS-776 CBD-011 CBD-032 CREATE-05 CREATE-07 VFS-770 FILEOBJ-40", "open, close", have_f, open_read,
	  "CREATE a \\f OPEN 120089 20 =1; " CLOSED("a") },
	{ "VFS-752 CREATE-07 VFS-770", "open for writing", have_f, open_write,
	  "CREATE a \\f OPEN 120116 60 =1; " CLOSED("a") },
	{ "VFS-753 CREATE-07 VFS-770", "open for both", have_f, open_both,
	  "CREATE a \\f OPEN 12019f 60 =1; " CLOSED("a") },
	{ "VFS-760", "open to append", have_f, open_append,
	  "CREATE a \\f OPEN 12019f 60 =1; " CLOSED("a") },
	{ "VFS-761", "open with O_DIRECT", have_f, open_direct,
	  "CREATE a \\f OPEN 12019f 68 =1; " CLOSED("a") },
	{ "VFS-762", "open with O_SYNC", have_f, open_sync,
	  "CREATE a \\f OPEN 12019f 62 =1; " CLOSED("a") },
	{ "VFS-767", "flags that are not shown", have_f, open_odd,
	  "CREATE a \\f OPEN 12019f 60 =1; " CLOSED("a") },
	{ "VFS-102 VFS-758 VFS-778 VFS-317 CBD-011 CBD-032 CREATE-05 CREATE-27", "open with O_TRUNC", have_f, open_truncate,
	  "CREATE a \\f OVERWRITE 12019f 60 =3; " CLOSED("a") },
	{ "VFS-103 VFS-756 VFS-777 CBD-011 CBD-032 CREATE-05", "create", have_f, open_new,
	  "CREATE a \\new OPEN_IF 12019f 60 =2; " CLOSED("a") },
	{ "VFS-756", "create a read-only file", have_f, open_new_readonly,
	  "CREATE a \\new2 OPEN_IF 12019f 60 attr=*1 =2; " CLOSED("a") },
	{ "VFS-104", "create what exists and is not cached", uncached_f, open_old_create,
	  "CREATE a \\f OPEN_IF 12019f 60 =1; " CLOSED("a") },
	{ "VFS-757 CBD-011 CBD-032 CREATE-05", "create exclusively", have_f, open_exclusive,
	  "CREATE a \\new3 CREATE 12019f 60 =2; " CLOSED("a") },
	{ "VFS-107", "create exclusively what exists", have_f, open_exclusive_old, "" },
	{ "VFS-759 CREATE-05", "create with O_TRUNC", have_f, open_new_truncate,
	  "CREATE a \\new4 OVERWRITE_IF 12019f 60 =2; " CLOSED("a") },
	{ "VFS-759 VFS-778", "create with O_TRUNC what exists", have_f, open_old_truncate,
	  "CREATE a \\f OVERWRITE_IF 12019f 60 =3; " CLOSED("a") },
	{ "VFS-106", "open that fails in the walk", have_f, open_no_way, "" },
	{ "VFS-111", "O_PATH", have_f, open_path, "" },
	{ "VFS-112 VFS-764", "open a folder", have_x, open_folder,
	  "CREATE a \\d OPEN 120089 4020 =1; " CLOSED("a") },
	{ "VFS-112 VFS-763 CBD-032", "open a folder with O_DIRECTORY", have_x, open_directory,
	  "CREATE a \\d OPEN 120089 4021 =1; " CLOSED("a") },
	{ "VFS-109 VFS-765", "O_TMPFILE", have_x, open_tmpfile,
	  "CREATE a \\d\\* CREATE 13019f 1060 attr=*1?? =2; " CLOSED("a") },
	{ "VFS-105", "open a name that does not exist", have_f, open_absent,
	  "CREATE a \\absent OPEN 120089 20 !c0000034" },
	{ "VFS-105", "open it again when that is known", have_f, open_absent_again,
	  "CREATE ? \\absent OPEN 12019f 60 !c0000034; "
	  "CREATE ? \\absent OPEN 12019f 60 !c0000034" },
	{ "VFS-113 VFS-736", "open a FIFO", have_specials, open_fifo,
	  "CREATE a \\fifo OPEN 120089 20 !104:80000024" },
	{ "VFS-113", "open a socket node", have_specials, open_socket,
	  "CREATE a \\socket OPEN 12019f 60 !104:80000023" },
	{ "VFS-113", "open and read a device", have_specials, open_device,
	  "CREATE a \\device OPEN 120089 20 !104:80000025" },
	{ "VFS-204", "open through a symbolic link", have_specials, open_link,
	  "CREATE a \\f OPEN 120089 20 =1; " CLOSED("a") },
	{ "VFS-766", "O_NOFOLLOW on a symbolic link", have_specials, open_nofollow, "" },
	{ "VFS-118", "close one of two descriptors", have_open_f, close_dup, "" },
	{ "VFS-119 VFS-121", "close the last one", have_open_f, close_last, CLOSED("a") },
	{ "VFS-123", "close a removed file", have_open_f, close_removed, CLOSED("a") },
	{ "VFS-125", "F_SETFL", have_open_f, set_flags, "" },
	{ "VFS-201 VFS-203", "access", have_f, look, "" },
	{ "VFS-206 VFS-800", "mknod of a regular file", have_f, make_regular,
	  "CREATE a \\r CREATE 100100 60 =2; " CLOSED("a") },
	{ "VFS-207 VFS-799", "mkdir", have_f, make_folder,
	  "CREATE a \\made CREATE 100001 21 attr=10 =2; " CLOSED("a") },
	{ "VFS-208 VFS-801", "mkfifo", have_f, make_fifo,
	  "CREATE a \\pipe CREATE 100100 200060 =2; " CLOSED("a") },
	{ "VFS-210 VFS-801", "symlink", have_f, make_link,
	  "CREATE a \\link CREATE 100100 200060 =2; " CLOSED("a") },
	{ "VFS-211 VFS-794 CREATE-07", "unlink", have_x, remove_x,
	  "CREATE a \\x OPEN 110080 204060 =1; SET_INFORMATION a Disposition; " CLOSED("a") },
	{ "VFS-213", "unlink one of two names", have_x, remove_hard,
	  "CREATE a \\hard OPEN 110080 204060 =1; SET_INFORMATION a Disposition; " CLOSED("a") },
	{ "VFS-214", "unlink a FIFO", have_specials, remove_fifo,
	  "CREATE a \\fifo OPEN 110080 204060 =1; SET_INFORMATION a Disposition; " CLOSED("a") },
	{ "VFS-215 VFS-795", "rmdir", have_x, remove_folder,
	  "CREATE a \\d OPEN 110080 204021 =1; SET_INFORMATION a Disposition; " CLOSED("a") },
	{ "VFS-215", "rmdir of a full folder", have_x, remove_full,
	  "CREATE a \\full OPEN 110080 204021 =1; SET_INFORMATION a Disposition !c0000101; "
	  CLOSED("a") },
	{ "VFS-216 VFS-796", "rename", have_x, rename_x,
	  "CREATE a \\x OPEN 110080 204020 =1; SET_INFORMATION a Rename; " CLOSED("a") },
	{ "VFS-217", "rename over a file", have_x_and_y, rename_over,
	  "CREATE a \\x OPEN 110080 204020 =1; SET_INFORMATION a Rename; " CLOSED("a") },
	{ "VFS-218 VFS-797", "rename into another folder", have_x, rename_across,
	  "CREATE a \\x OPEN 110080 204020 =1; CREATE b \\d* OPEN 100002 4020 TFO =?; "
	  "SET_INFORMATION a Rename; " CLOSED("b") "; " CLOSED("a") },
	{ "VFS-219", "rename a folder, there and back", have_x, rename_folder,
	  "CREATE a \\d OPEN 110080 204020 =1; SET_INFORMATION a Rename; " CLOSED("a")
	  "; CREATE ? \\moved OPEN 110080 204020 =1; SET_INFORMATION ? Rename; CLEANUP ?; CLOSE ?" },
	{ "VFS-224", "rename onto itself", have_x, rename_same, "" },
	{ "VFS-225", "rename into its own subtree", have_x, rename_into_self, "" },
	{ "VFS-221", "RENAME_NOREPLACE onto a name", have_x_and_y, rename_no_replace, "" },
	{ "VFS-222", "RENAME_EXCHANGE", have_x_and_y, exchange,
	  "CREATE a \\x OPEN 110080 204020 =1; CREATE b \\y OPEN 110080 204020 =1; "
	  "SET_INFORMATION a RenameEx; SET_INFORMATION b RenameEx; " CLOSED("b") "; "
	  CLOSED("a") },
	{ "VFS-233 VFS-798", "link in the same folder", have_x, link_here,
	  "CREATE a \\x OPEN 100180 204020 =1; SET_INFORMATION a Link; " CLOSED("a") "; *" },
	{ "VFS-233 VFS-797", "link into another folder", have_x, link_there,
	  "CREATE a \\x OPEN 100180 204020 =1; CREATE b \\d* OPEN 100002 4020 TFO =?; "
	  "SET_INFORMATION a Link; " CLOSED("b") "; " CLOSED("a") },
	{ "VFS-301", "stat", have_f, stat_path, "QUERY_OPEN ? StatLx" },
	{ "VFS-306", "stat of the mount's root", have_f, stat_root,
	  "CREATE a \\ OPEN 100080 4020 =1; QUERY_INFORMATION a All; " CLOSED("a") },
	{ "VFS-307", "lstat of a symbolic link", have_specials, stat_link, "QUERY_OPEN ? StatLx" },
	{ "VFS-304", "fstat", have_open_f, stat_fd, "QUERY_INFORMATION a All" },
	{ "VFS-314 VFS-805", "utimensat", have_f, set_times,
	  "CREATE a \\f OPEN 100100 4020 =1; SET_INFORMATION a Basic; " CLOSED("a") },
	{ "VFS-314", "futimens", have_open_f, set_times_fd, "SET_INFORMATION a Basic" },
	{ "VFS-315 VFS-802", "truncate", have_f, cut_path,
	  "CREATE a \\f OPEN 100002 60 =1; SET_INFORMATION a EndOfFile 5; " CLOSED("a") },
	{ "VFS-316", "ftruncate", have_open_f, cut_fd, "SET_INFORMATION a EndOfFile 5" },
	{ "VFS-401 CBD-023 FASTIO-49", "pread", have_open_f, read_some, "READ a 5 4 =4" },
	{ "VFS-401", "pread of less than asked", have_open_f, read_short, "READ a 5 100 =5" },
	{ "VFS-402", "pread past the end", have_open_f, read_past, "READ a 100 100 !c0000011" },
	{ "VFS-403", "reading and writing nothing", have_open_f, read_nothing, "" },
	{ "VFS-404 CBD-023 FASTIO-49", "direct read", have_direct, read_direct,
	  "READ a 4096 4096 NOCACHE =4096" },
	{ "VFS-409", "preadv", have_open_f, read_vector, "READ a 0 6 =6" },
	{ "VFS-411 CBD-011", "pwrite", have_open_f, write_some, "WRITE a 2 3 =3" },
	{ "VFS-412", "append", have_open_f, write_append, "WRITE a end 3 =3" },
	{ "VFS-417", "a polled write", have_open_f, write_polled, "WRITE a 2 3 =3" },
	{ "VFS-417", "a write that does not append", have_append, write_no_append,
	  "WRITE a 2 3 =3; QUERY_INFORMATION a All" },
	{ "VFS-413 CBD-025", "write through", have_open_f, write_synced, "WRITE a 2 3 THROUGH =3" },
	{ "VFS-414 CBD-023 FASTIO-49", "direct write", have_direct, write_direct,
	  "WRITE a 8192 4096 NOCACHE =4096" },
	{ "VFS-415", "write that extends the file", have_open_f, write_growing,
	  "WRITE a 10 20 =20" },
	{ "VFS-422", "sendfile from the mount", have_open_f, send_from, "READ a 0 *=10*" },
	{ "VFS-738", "sendfile to a socket", have_open_f, send_socket, "READ a 0 *=10*" },
	{ "VFS-423", "sendfile to the mount", have_open_f, send_to, "WRITE a 0 *" },
	{ "VFS-425", "copy_file_range", have_two, copy_range, "READ a 0 *; WRITE b 0 10 =10" },
	{ "VFS-428", "lseek", have_open_f, seek_set, "" },
	{ "VFS-998", "lseek to the end", have_open_f, seek_end, "QUERY_INFORMATION a Standard" },
	{ "VFS-998", "lseek past the end", have_open_f, seek_past_end,
	  "QUERY_INFORMATION a Standard" },
	{ "VFS-430", "posix_fadvise", have_open_f, advise, "" },
	{ "VFS-431", "poll", have_open_f, poll_it, "" },
	{ "VFS-516", "a lease", have_open_f, lease, "" },
	{ "VFS-461 INFO-56", "fsync", have_open_f, sync_fd, "FLUSH_BUFFERS a" },
	{ "VFS-461 INFO-56", "fdatasync", have_open_f, sync_data, "FLUSH_BUFFERS a minor=4" },
	{ "VFS-464", "fsync of a folder", have_x, sync_folder,
	  "FLUSH_BUFFERS a; " CLOSED("a") },
	{ "VFS-465 CBD-025", "list a folder", have_x, list_folder,
	  "CREATE a \\full OPEN 120089 4021 =1; *DIRECTORY_CONTROL a IdBothDirectory restart; "
	  "DIRECTORY_CONTROL a IdBothDirectory !80000006; " CLOSED("a") },
};

/* Does the filter have an instance? Only once the mount was used: setup comes with that. */
static bool probe_is_attached(void)
{
	char text[512];
	int in = open("/sys/fs/fltshim/filters/probe/instances", O_RDONLY);
	ssize_t got = read(in, text, sizeof(text));

	FLT_EXPECT(got >= 0);
	close(in);
	return got > 0;
}

/* First uses of a mount that need no walk into it; each on a mount of its own (VFS-616). */
static void first_stat(const char *mnt)
{
	FLT_EXPECT(!stat(mnt, &(struct stat){ 0 }));
}

static void first_statfs(const char *mnt)
{
	FLT_EXPECT(!statfs(mnt, &(struct statfs){ 0 }));
}

static void first_chmod(const char *mnt)
{
	FLT_EXPECT(!chmod(mnt, 0755));
}

static void first_open(const char *mnt)
{
	FLT_EXPECT(!close(open(mnt, O_RDONLY)));
}

static void setup_at_first_use(const char *lower, const char *mnt)
{
	void (*const uses[])(const char *mnt) = {
		first_stat, first_statfs, first_chmod, first_open,
	};
	unsigned int i;

	for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
		FLT_PROVES("VFS-616", !probe_is_attached());
		uses[i](mnt);
		if (!FLT_PROVES("VFS-616", probe_is_attached()))
			printf("first use %u\n", i);
		FLT_REQUIRE(!umount(mnt));
	}
}

/* tmpfs of 6.1 knows no O_DIRECT, so there is nothing to see there. */
static bool direct_is_missing(const char *lower)
{
	char path[PATH_MAX];
	int probe;

	snprintf(path, sizeof(path), "%s/direct", lower);
	probe = open(path, O_CREAT | O_RDWR | O_DIRECT, 0600);
	close(probe);
	unlink(path);
	return probe < 0;
}

/* 6.1 does not. */
static bool knows_no_append(void)
{
	struct iovec one = { data, 1 };
	int out = open("/tmp/work/append", O_CREAT | O_RDWR | O_APPEND, 0600);
	bool known = pwritev2(out, &one, 1, 0, NO_APPEND) == 1;

	close(out);
	return known;
}

/* With the option classes=ex, and as ever when that is taken back. */
static const struct row ex_rows[] = {
	{ "FIELD-11", "unlink, Ex classes", have_x, remove_x,
	  "CREATE a \\x OPEN 110080 204060 =1; SET_INFORMATION a DispositionEx; " CLOSED("a") },
	{ "FIELD-11", "rmdir, Ex classes", have_x, remove_folder,
	  "CREATE a \\d OPEN 110080 204021 =1; SET_INFORMATION a DispositionEx; " CLOSED("a") },
	{ "FIELD-11", "rename, Ex classes", have_x, rename_x,
	  "CREATE a \\x OPEN 110080 204020 =1; SET_INFORMATION a RenameEx; " CLOSED("a") },
	{ "FIELD-11", "RENAME_NOREPLACE onto a name, Ex classes", have_x_and_y, rename_no_replace,
	  "" },
	{ "FIELD-11", "link, Ex classes", have_x, link_here,
	  "CREATE a \\x OPEN 100180 204020 =1; SET_INFORMATION a LinkEx; " CLOSED("a") "; *" },
	{ "FIELD-11", "truncate, Ex classes", have_f, cut_path,
	  "CREATE a \\f OPEN 100002 60 =1; SET_INFORMATION a EndOfFile 5; " CLOSED("a") },
};

static const struct row classic_rows[] = {
	{ "FIELD-11", "unlink, classic classes again", have_x, remove_x,
	  "CREATE a \\x OPEN 110080 204060 =1; SET_INFORMATION a Disposition; " CLOSED("a") },
};

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");
	bool no_direct = direct_is_missing(lower);
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	aligned = aligned_alloc(4096, 65536);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe"));
	setup_at_first_use(lower, mnt);
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((!no_direct ||
		     (rows[i].prepare != have_direct && rows[i].call != open_direct)) &&
		    (rows[i].call != write_no_append || knows_no_append()))
			seq_row(&rows[i]);
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "classes=ex"));
	for (i = 0; i < sizeof(ex_rows) / sizeof(ex_rows[0]); i++)
		seq_row(&ex_rows[i]);
	FLT_REQUIRE(!mount(NULL, mnt, NULL, MS_REMOUNT, "classes=classic"));
	seq_row(&classic_rows[0]);
	FLT_REQUIRE(!umount(mnt));
	FLT_REQUIRE(!twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
