// SPDX-License-Identifier: GPL-2.0
/*
 * A device that a driver makes (SRC-136): programs open it under its name and under that of a link,
 * read, write, and send control codes of every method to it. The filter "ctldev" has it.
 *
 * needs: lower=any long-kernels=debug filters=ctldev time=60 parallel=yes
 */
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "../twin.h"
#include "../../../fltshim/user/fltshim_device.h"

#define CODE(n, method)	(0x22 << 16 | (n) << 2 | (method))

static int log_fd, deleted_fd, devices_fd;

/* From here on. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	lseek(fd, 0, SEEK_END);
	return fd;
}

/* Has the log this since the last call that said yes? */
static bool told_by(int fd, const char *what)
{
	char record[2048];
	ssize_t got;

	while ((got = read(fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (got > 0) {
			record[got] = 0;
			if (strstr(record, what))
				return true;
		}
	}
	return false;
}

static bool told(const char *what)
{
	return told_by(log_fd, what);
}

static bool will_be_told(const char *what)
{
	int tries;

	for (tries = 0; tries < 3000; tries++) {
		if (told(what))
			return true;
		usleep(10000);
	}
	return false;
}

static int control_with(int fd, struct fltshim_control *control, unsigned int code,
			const void *in, size_t in_size, void *out, size_t out_size)
{
	*control = (struct fltshim_control) {
		.code = code, .in = (uintptr_t)in, .out = (uintptr_t)out, .in_size = in_size,
		.out_size = out_size, .returned = 99, .status = 99,
	};
	return ioctl(fd, FLTSHIM_CONTROL, control);
}

static void methods(int fd)
{
	char in[] = "abcdef", out[9000];
	struct fltshim_control c;
	size_t i;

	memset(out, 'x', sizeof(out));
	FLT_PROVES("SRC-136", !control_with(fd, &c, CODE(0x800, 0), in, 6, out, 6) &&
		   c.returned == 6 && !c.status && !memcmp(out, "fedcba", 6) && out[6] == 'x' &&
		   !memcmp(in, "abcdef", 6));
	FLT_PROVES("FIELD-14", c.returned == 6 && !memcmp(out, "fedcba", 6));
	/* less room than there is */
	memset(out, 'x', sizeof(out));
	FLT_PROVES("SRC-136", !control_with(fd, &c, CODE(0x800, 0), in, 6, out, 3) &&
		   c.returned == 3 && !memcmp(out, "fedxxx", 6));
	/* the output's pages, over page boundaries */
	FLT_PROVES("SRC-136", !control_with(fd, &c, CODE(0x801, 2), "D", 1, out + 1, 8500) &&
		   c.returned == 8500 && out[0] != 'D' && out[8501] != 'D');
	for (i = 1; i <= 8500 && out[i] == 'D'; i++)
		;
	FLT_PROVES("SRC-136", i == 8501);
	FLT_PROVES("FIELD-14", i == 8501);
	FLT_PROVES("SRC-136", !control_with(fd, &c, CODE(0x801, 1), "D", 1, out + 1, 8500) &&
		   !c.returned);
	/* addresses as they are */
	FLT_PROVES("SRC-136", !control_with(fd, &c, CODE(0x802, 3), in, 6, out, 10) &&
		   c.returned == 6 && !memcmp(out, "abcdef", 6));
	FLT_PROVES("FIELD-14", c.returned == 6 && !memcmp(out, "abcdef", 6));
}

static void failures(int fd)
{
	char out[16] = "";
	struct fltshim_control c;

	FLT_PROVES("SRC-136", control_with(fd, &c, CODE(0x803, 0), NULL, 0, out, 16) == -1 &&
		   errno == EACCES && c.status == 0xc0000022 && !c.returned && !out[0]);
	FLT_PROVES("SRC-136", control_with(fd, &c, CODE(0x8ff, 0), NULL, 0, NULL, 0) == -1 &&
		   c.status == 0xc0000010);
	FLT_EXPECT(control_with(fd, &c, CODE(0x806, 0), NULL, 0, NULL, 0) == -1 &&
		   c.status == 0xc000007f && errno == ENOSPC);
	/* a warning comes with its data, and with no more than there is room for */
	FLT_PROVES("SRC-136", !control_with(fd, &c, CODE(0x807, 0), NULL, 0, out, 4) &&
		   c.status == 0x80000005 && c.returned == 4 && !strcmp(out, "oooo"));
	FLT_EXPECT(!control_with(fd, &c, CODE(0x809, 0), NULL, 0, out, 4) && c.returned == 4);
	FLT_EXPECT(!control_with(fd, &c, CODE(0x808, 0), NULL, 0, NULL, 0) &&
		   told("without completing"));
	/* memory that is not there */
	FLT_EXPECT(control_with(fd, &c, CODE(0x800, 0), (void *)8, 100, out, 4) == -1 &&
		   errno == EFAULT);
	FLT_EXPECT(control_with(fd, &c, CODE(0x800, 0), "abc", 3, (void *)8, 3) == -1 &&
		   errno == EFAULT);
	FLT_EXPECT(control_with(fd, &c, CODE(0x801, 2), "D", 1, (void *)8, 3) == -1 &&
		   errno == EFAULT);
	/* (the sanitizer stops at such an address before the processor does) */
	if (strcmp(getenv("KERNEL") ?: "", "debug"))
		FLT_EXPECT(control_with(fd, &c, CODE(0x802, 3), (void *)8, 3, out, 3) == -1 &&
			   c.status == 0xc0000005);
	FLT_EXPECT(control_with(fd, &c, CODE(0x800, 0), out, FLTSHIM_CONTROL_MAX + 1, out, 4) == -1 &&
		   errno == EINVAL);
	FLT_EXPECT(ioctl(fd, 0x1234, &c) == -1 && errno == ENOTTY);
	FLT_EXPECT(ioctl(fd, FLTSHIM_CONTROL, (void *)8) == -1 && errno == EFAULT);
}

/* Requests that the driver keeps: one ends by itself, one when its program is killed. */
static void kept(int fd)
{
	struct fltshim_control c;
	unsigned int number = 0;
	int status, own;
	pid_t pid;

	FLT_PROVES("SRC-136", !control_with(fd, &c, CODE(0x804, 0), NULL, 0, &number, 4) &&
		   number == 4711 && c.returned == 4);
	/* One handle of two is closed meanwhile, which is not its end. */
	own = open("/dev/fltshim/CtlDev", O_RDWR | O_CLOEXEC);
	pid = fork();
	if (!pid) {
		control_with(own, &c, CODE(0x805, 0), NULL, 0, NULL, 0);
		_exit(1);
	}
	FLT_REQUIRE(own >= 0 && pid > 0);
	FLT_EXPECT(will_be_told("waits for its end"));
	close(own);
	usleep(100000);
	FLT_EXPECT(!waitpid(pid, &status, WNOHANG));
	FLT_EXPECT(!kill(pid, SIGKILL) && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	FLT_EXPECT(told("cancelled") && told("cleanup 1"));
}

struct ending {
	int fd;
	unsigned int status;
};

static void *wait_for_the_end(void *arg)
{
	struct ending *ending = arg;
	struct fltshim_control c;

	control_with(ending->fd, &c, CODE(0x805, 0), NULL, 0, NULL, 0);
	ending->status = c.status;
	return NULL;
}

/* A descriptor on its way through a socket. */
static bool send_descriptor(int socket, int fd)
{
	char byte = 0, room[CMSG_SPACE(sizeof(int))] = "";
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	return sendmsg(socket, &message, 0) == 1;
}

/* The last handle goes while a request is kept: the driver hears of that, and ends it. */
static void cleaned_up(void)
{
	struct ending ending;
	int other, sockets[2];
	pthread_t thread;

	ending.fd = open("/dev/fltshim/CtlDev", O_RDWR | O_CLOEXEC);
	other = dup(ending.fd);
	FLT_REQUIRE(ending.fd >= 0 && other >= 0);
	FLT_REQUIRE(!pthread_create(&thread, NULL, wait_for_the_end, &ending));
	FLT_EXPECT(will_be_told("waits for its end"));
	close(other);
	FLT_EXPECT(!told("cleanup"));
	close(ending.fd);
	FLT_PROVES("SRC-136", told("cleanup ends a request"));
	pthread_join(thread, NULL);
	FLT_PROVES("SRC-136", ending.status == 0xc0000120);
	FLT_EXPECT(will_be_told("close, 2 open"));

	/* The last one is on its way to another program, and nobody ever takes it. */
	ending.fd = open("/dev/fltshim/CtlDev", O_RDWR | O_CLOEXEC);
	FLT_REQUIRE(ending.fd >= 0 && !socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	FLT_REQUIRE(!pthread_create(&thread, NULL, wait_for_the_end, &ending));
	FLT_EXPECT(will_be_told("waits for its end"));
	FLT_REQUIRE(send_descriptor(sockets[0], ending.fd));
	close(ending.fd);
	FLT_EXPECT(!told("cleanup"));
	close(sockets[1]);
	close(sockets[0]);
	FLT_PROVES("SRC-136", will_be_told("cleanup ends a request"));
	pthread_join(thread, NULL);
	FLT_PROVES("SRC-136", ending.status == 0xc0000120);
	FLT_EXPECT(will_be_told("close, 2 open"));
}

/* Requests that the driver has returned from without an end, and then completes all the same. */
static void too_late(int fd)
{
	struct fltshim_control c;
	char out[5000];

	memset(out, 'x', sizeof(out));
	FLT_EXPECT(!control_with(fd, &c, CODE(0x80b, 0), NULL, 0, out, sizeof(out)) &&
		   !c.status && !c.returned && out[0] == 'x');
	FLT_EXPECT(told("without completing"));
	FLT_EXPECT(control_with(fd, &c, CODE(0x80c, 0), NULL, 0, out, sizeof(out)) == -1 &&
		   c.status == 0xc000007f && !c.returned && out[0] == 'x');
	/* (the sanitizer looks after the rest) */
	FLT_EXPECT(will_be_told("completes too late") && will_be_told("completes too late"));
}

/* A driver that takes its time over an open keeps nobody else from opening it. */
static void slow_create(int fd)
{
	struct fltshim_control c;
	int status, other;
	pid_t pid;

	FLT_REQUIRE(!control_with(fd, &c, CODE(0x80d, 0), NULL, 0, NULL, 0));
	pid = fork();
	if (!pid)
		_exit(open("/dev/fltshim/CtlDev", O_RDWR) < 0);
	FLT_REQUIRE(pid > 0);
	FLT_EXPECT(will_be_told("create waits"));
	other = open("/dev/fltshim/CtlLink", O_RDWR | O_CLOEXEC);
	FLT_PROVES("SRC-136", other >= 0);
	close(other);
	FLT_EXPECT(!waitpid(pid, &status, WNOHANG));
	FLT_EXPECT(!control_with(fd, &c, CODE(0x80e, 0), NULL, 0, NULL, 0));
	FLT_EXPECT(waitpid(pid, &status, 0) == pid && !status);
}

/*
 * A driver lets its device be opened before its DriverEntry is through, and then fails there:
 * whoever had it open would use memory that is not there any more.
 */
static void early(void)
{
	int fd, status;
	pid_t pid = fork();

	if (!pid)
		_exit(twin_load_with("ctldev", "params=Parameters\\Early=1") ? 1 : 0);
	FLT_REQUIRE(pid > 0);
	FLT_EXPECT(will_be_told("the device is there"));
	fd = open("/dev/fltshim/CtlDev", O_RDWR | O_CLOEXEC);
	FLT_PROVES("SRC-136", fd == -1 && (errno == ENODEV || errno == ENOENT || errno == ENXIO));
	FLT_EXPECT(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		   WEXITSTATUS(status) == 1);
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	char data[16] = "";
	struct fltshim_control c;
	int fd, link, only, names;

	setvbuf(stdout, NULL, _IOLBF, 0);
	log_fd = log_open();
	deleted_fd = log_open();
	devices_fd = log_open();
	FLT_REQUIRE(!twin_load("fltshim"));
	early();
	/* (the key outlives the driver) */
	FLT_REQUIRE(!twin_load_with("ctldev", "params=Parameters\\Early=0"));
	names = told("names are right");
	FLT_PROVES("SRC-136", names);
	FLT_PROVES("VOL-92", names);
	fd = open("/dev/fltshim/CtlDev", O_RDWR | O_CLOEXEC);
	link = open("/dev/fltshim/CtlLink", O_RDWR | O_CLOEXEC);
	FLT_PROVES("SRC-136", fd >= 0 && link >= 0 && told("names in a create"));
	methods(fd);
	methods(link);
	failures(fd);
	kept(fd);
	cleaned_up();
	too_late(fd);
	slow_create(fd);
	FLT_PROVES("SRC-136", write(fd, "kept text", 9) == 9 && read(link, data, 16) == 9 &&
		   !strcmp(data, "kept text"));
	only = open("/dev/fltshim/CtlDev", O_RDONLY | O_CLOEXEC);
	FLT_EXPECT(control_with(fd, &c, CODE(0x80a, 0) | 0x8000, NULL, 0, NULL, 0) == 0);
	FLT_EXPECT(control_with(only, &c, CODE(0x80a, 0) | 0x8000, NULL, 0, NULL, 0) == -1 &&
		   errno == EACCES);
	close(only);
	/* It cannot go while it is open. */
	FLT_PROVES("SRC-136", twin_unload("ctldev", false) != 0);
	close(fd);
	FLT_EXPECT(told("close, 1 open"));
	close(link);
	FLT_EXPECT(told("close, 0 open"));
	FLT_REQUIRE(!twin_unload("ctldev", false));
	/* The one that raised and the one that was forgotten. */
	FLT_EXPECT(told("2 requests were never completed"));
	FLT_PROVES("SRC-136", !told_by(deleted_fd, "is no device of a") &&
		   !told_by(devices_fd, "a device was never deleted"));
	FLT_PROVES("SRC-136", open("/dev/fltshim/CtlDev", O_RDWR) == -1 && errno == ENOENT &&
		   open("/dev/fltshim/CtlLink", O_RDWR) == -1);
	FLT_REQUIRE(!twin_unload("fltshim", false));
	return prove_status();
}
