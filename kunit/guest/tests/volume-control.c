// SPDX-License-Identifier: GPL-2.0
/*
 * What is asked of a volume and of its file system by their own requests: sizes, and ioctls of all
 * kinds. They are shown to filters with a code from which the number can be had, and reach the file
 * system below as they came, but never with a file of the mount in them. "probe" shows them, "answer"
 * and "onvolume" answer some in its place.
 *
 * needs: lower=any kernels=6.1,6.12 filters=probe,answer,onvolume modules=loop time=60 parallel=yes
 */
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/fscrypt.h>
#include <sys/statfs.h>

#include "../events.h"
#include "../waiters.h"

static const char *mnt;
static char data[4096];

static bool sizes(const char *how, int error)
{
	struct statfs got, want;
	int result;

	file(how);
	FLT_REQUIRE(!close(open(how, O_RDONLY)));
	FLT_REQUIRE(!syscall(SYS_statfs, getenv("LOWER"), &want));
	result = syscall(SYS_statfs, mnt, &got);
	if (error)
		return result && errno == error;
	return !result && got.f_blocks == want.f_blocks && got.f_bsize == want.f_bsize &&
	       got.f_bfree <= got.f_blocks && got.f_bavail <= got.f_blocks &&
	       labs((long)got.f_bavail - (long)want.f_bavail) < 1000;
}

static bool told(const char *what)
{
	char record[2048];
	bool found = false;
	ssize_t got;

	while ((got = read(seq_log, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[got > 0 ? got : 0] = 0;
		found = found || strstr(record, what);
	}
	return found;
}

static void asked_for_sizes(void)
{
	FLT_PROVES("VOL-51", sizes("x!0aac0000022", EACCES));
	FLT_PROVES("VOL-51", sizes("y!0aac00000bb", EOPNOTSUPP));
	FLT_PROVES("VOL-51", sizes("z!000c0000022", 0));
	seq_start();
	FLT_PROVES("VOL-51", sizes("vol-size-1", 0) && told("numbers in a volume query"));
	FLT_PROVES("VOL-51", sizes("vol-size-2", 0));
	FLT_REQUIRE(sizes("vol-size-0", 0));
}

/* Which function an ioctl is shown in; 0 for none. */
static unsigned int shown(int on, unsigned long number, void *argument)
{
	seq_start();
	(void)!ioctl(on, number, argument);
	seq_stop();
	if (!seq_count)
		return 0;
	return seq_count == 1 && !seq_events[0].minor ? seq_events[0].major : 99;
}

static void kinds(void)
{
	int on, other_file, folder, off = 0;
	loff_t size;

	file("f");
	file("g");
	on = open("f", O_RDWR);
	other_file = open("g", O_RDWR);
	folder = open(".", O_RDONLY);
	FLT_REQUIRE(on >= 0 && other_file >= 0 && folder >= 0);
	FLT_PROVES("VOL-59", shown(on, FS_IOC_GETVERSION, data) == 14);
	FLT_PROVES("VOL-59", shown(folder, FS_IOC_GETVERSION, data) == 14);
	FLT_PROVES("VOL-59", shown(on, _IO('Q', 1), NULL) == 14);
	FLT_PROVES("VOL-59", shown(on, FICLONE, (void *)(long)other_file) == 13 &&
		   seq_events[0].detail[0] == 0x983e8);
	FLT_PROVES("VOL-59", !shown(on, FIONREAD, data) && !shown(on, FIOCLEX, NULL) &&
		   !shown(on, FIONCLEX, NULL) && !shown(on, FIONBIO, &off) &&
		   !shown(on, FIOQSIZE, &size));
	close(on);
	close(other_file);
	close(folder);
}

/* Numbers of all forms, and what can be told from what the filter is shown. */
static void numbers(void)
{
	unsigned int i, seed = 1, dir, size, type, number, wrong = 0, seen = 0;
	int on;

	file("n=0eac0000010");
	on = open("n=0eac0000010", O_RDWR);
	FLT_REQUIRE(on >= 0);
	for (i = 0; i < 800; i++) {
		const struct seq_event *one = &seq_events[0];
		unsigned long long code, in, out;

		seed = seed * 1103515245 + 12345;
		dir = seed >> 29 & 3;
		type = seed >> 16 & 0xff;
		number = seed >> 8 & 0xff;
		seed = seed * 1103515245 + 12345;
		/* each of the sizes' bits, and all of them */
		size = i & 16 ? 1U << (i & 15) % 14 : seed >> 16 & 0x3fff;
		/* what the VFS itself knows */
		if (!type || strchr("fXTv", type))
			continue;
		/* a size without a direction is told nobody */
		if (!dir)
			size = 0;
		seq_start();
		if (!ioctl(on, _IOC(dir, type, number, size), data) || errno != ENOTTY)
			wrong++;
		seq_stop();
		code = one->detail[0];
		in = one->detail[1];
		out = one->detail[2];
		wrong += seq_count != 1 || one->major != 14;
		wrong += code != ((0x8000UL + type) << 16 | dir << 14 | (0x800 + number) << 2 | 3);
		wrong += in != (dir & _IOC_WRITE ? size : 0) || out != (dir & _IOC_READ ? size : 0);
		/* and back */
		wrong += _IOC(code >> 14 & 3, (code >> 16) - 0x8000, ((code & 0x3fff) >> 2) - 0x800,
			      in ?: out) != _IOC(dir, type, number, size);
		seen++;
	}
	FLT_PROVES("VOL-61", !wrong && seen > 700);
	close(on);
}

/* The same of the file system itself, as that user: what it returns, and the bytes. */
struct told {
	int result, error;
	unsigned char bytes[512];
};

static void ask(const char *path, unsigned long number, struct told *to)
{
	int on = open(path, O_RDONLY);

	memset(to, 0, sizeof(*to));
	errno = 0;
	to->result = ioctl(on, number, to->bytes);
	to->error = errno;
	close(on);
}

static void compare(const char *below_path, const char *path)
{
	static const unsigned long numbers_of[] = {
		FS_IOC_GETVERSION, FS_IOC_FSGETXATTR, FS_IOC_GETFLAGS, FITRIM,
		FS_IOC_GET_ENCRYPTION_POLICY, FS_IOC_GET_ENCRYPTION_POLICY_EX,
		FS_IOC_GET_ENCRYPTION_NONCE, FS_IOC_MEASURE_VERITY, FS_IOC_ENABLE_VERITY,
		/* of ext4, the sizes and state of a file; of xfs, its geometry; of btrfs, its own */
		_IOW('f', 41, unsigned int), _IOR('X', 124, char[256]), _IOR('X', 100, char[112]),
		_IOR(0x94, 31, char[1024]), _IO('Q', 99),
	};
	struct told *got = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				-1, 0);
	unsigned int i, user;

	for (i = 0; i < sizeof(numbers_of) / sizeof(numbers_of[0]); i++) {
		for (user = 0; user < 2; user++) {
			pid_t child = fork();

			if (!child) {
				if (user && (setgid(1000) || setuid(1000)))
					_exit(1);
				ask(below_path, numbers_of[i], &got[0]);
				ask(path, numbers_of[i], &got[1]);
				_exit(0);
			}
			waitpid(child, NULL, 0);
			FLT_PROVES("VFS-535", !memcmp(&got[0], &got[1], sizeof(got[0])));
			if (!FLT_PROVES("VOL-62", !memcmp(&got[0], &got[1], sizeof(got[0]))))
				printf("%lx as %u: %d %d, %d %d\n", numbers_of[i], user,
				       got[0].result, got[0].error, got[1].result, got[1].error);
		}
	}
	munmap(got, 8192);
}

static long long trim(const char *name)
{
	struct fstrim_range range = { .len = ~0ULL };
	int on = open(name, O_RDONLY), result = ioctl(on, FITRIM, &range);

	close(on);
	return result ? -errno : (long long)range.len;
}

/* On a device that can be trimmed. */
static void trimmed(void)
{
	FLT_REQUIRE(!system("mkdir -p /tmp/work/small /tmp/work/up && dd if=/dev/zero of=/tmp/work/image bs=1M count=8 2>/dev/null && mke2fs -q -F /tmp/work/image && l=$(losetup -f) && losetup $l /tmp/work/image && echo $l >/tmp/work/loop && mount -t ext4 $l /tmp/work/small"));
	FLT_REQUIRE(!mount("/tmp/work/small", "/tmp/work/up", "fltfs", 0, NULL));
	close(open("/tmp/work/small/t=0dac0000022", O_CREAT | O_WRONLY, 0644));
	close(open("/tmp/work/small/t", O_CREAT | O_WRONLY, 0644));
	sync();
	FLT_PROVES("VOL-64", trim("/tmp/work/up/t=0dac0000022") == -EACCES);
	FLT_PROVES("VFS-531", trim("/tmp/work/up/t=0dac0000022") == -EACCES);
	/* nothing was, so there is something to be trimmed */
	FLT_PROVES("VOL-64", trim("/tmp/work/up/t") > 0);
	FLT_PROVES("VOL-62", !trim("/tmp/work/small/t"));
	FLT_REQUIRE(!umount("/tmp/work/up") && !umount("/tmp/work/small"));
	FLT_REQUIRE(!system("losetup -d $(cat /tmp/work/loop)"));
}

/* Requests that carry a descriptor, which is one of the mount. */
static void descriptors(void)
{
	struct {
		unsigned int reserved, donor;
		unsigned long long from, to, length, moved;
	} move = { .length = 1 };
	struct {
		long long version, target, temporary;
		char rest[168];
	} swap = { .version = 0 };
	char dedupe_bytes[sizeof(struct file_dedupe_range) + sizeof(struct file_dedupe_range_info)] = "";
	struct file_dedupe_range *dedupe = (void *)dedupe_bytes;
	int on, donor, result;

	file("one");
	file("two");
	on = open("one", O_RDWR);
	donor = open("two", O_RDWR);
	FLT_REQUIRE(on >= 0 && donor >= 0 && pwrite(donor, "abcdefghij", 10, 0) == 10);
	move.donor = donor;
	result = ioctl(on, _IOWR('f', 15, move), &move);
	FLT_PROVES("VOL-63", result < 0 && (errno == EINVAL || errno == EXDEV ||
					    errno == EOPNOTSUPP || errno == ENOTTY));
	swap.target = on;
	swap.temporary = donor;
	result = ioctl(on, _IOWR('X', 109, swap), &swap);
	FLT_PROVES("VOL-63", result < 0 && (errno == EINVAL || errno == EXDEV ||
					    errno == EOPNOTSUPP || errno == ENOTTY));
	result = ioctl(on, FICLONE, donor);
	FLT_PROVES("VOL-63", !result || errno == EOPNOTSUPP || errno == EINVAL);
	if (!result)
		FLT_PROVES("VOL-63", pread(on, data, 10, 0) == 10 && !memcmp(data, "abcdefghij", 10));
	else
		FLT_PROVES("VOL-63", pread(on, data, 10, 0) == 10 && !memcmp(data, "0123456789", 10));
	dedupe->src_length = 10;
	dedupe->dest_count = 1;
	dedupe->info[0].dest_fd = donor;
	result = ioctl(on, FIDEDUPERANGE, dedupe);
	FLT_PROVES("VOL-63", result ? errno == EOPNOTSUPP || errno == EINVAL || errno == ENOTTY :
		   dedupe->info[0].status >= 0 || dedupe->info[0].status == -EOPNOTSUPP ||
		   dedupe->info[0].status == -EINVAL);
	FLT_PROVES("VOL-63", pread(donor, data, 10, 0) == 10 && !memcmp(data, "abcdefghij", 10));
	close(on);
	close(donor);
}

static void answered(void)
{
	char room[20];
	int on;

	file("answered");
	on = open("answered", O_RDONLY);
	memset(room, '.', sizeof(room));
	FLT_PROVES("VOL-64", ioctl(on, _IOR('Q', 1, room), room) == 19);
	FLT_PROVES("VOL-64", !memcmp(room, "abcdefghijklmnopqrs.", 20));
	close(on);
}

int main(void)
{
	const char *lower = getenv("LOWER");
	char path[PATH_MAX];

	setvbuf(stdout, NULL, _IOLBF, 0);
	mnt = getenv("MNT");
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("probe") && !twin_load("answer") &&
		    !twin_load("onvolume"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	asked_for_sizes();
	kinds();
	numbers();
	snprintf(path, sizeof(path), "%s/f", mnt);
	compare(below("f"), path);
	compare(lower, mnt);
	trimmed();
	descriptors();
	answered();
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("onvolume", true) && !twin_unload("answer", true) &&
		    !twin_unload("probe", true) && !twin_unload("fltshim", false));
	return prove_status();
}
