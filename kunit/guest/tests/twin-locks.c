// SPDX-License-Identifier: GPL-2.0
/*
 * Locks and leases between processes, on the mount as on the file system below.
 *
 * needs: long-kernels=debug filters=passthru parallel=yes
 */
#include "../twin.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>

static long lock(int fd, int command, short type, off_t start, off_t size)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start,
			   .l_len = size };
	long result = fcntl(fd, command, &l);

	if (!result && (command == F_GETLK || command == F_OFD_GETLK))
		twin_say("  type %d from %ld length %ld %s", l.l_type, (long)l.l_start,
			 (long)l.l_len, l.l_pid > 0 ? "a process" : l.l_pid ? "no process" : "-");
	return result;
}

/* What another process can do with the file now. */
static void other_process(void)
{
	pid_t child = fork();

	if (!child) {
		int fd = open("f", O_RDWR);

		CALL(lock(fd, F_SETLK, F_WRLCK, 0, 10));
		CALL(lock(fd, F_SETLK, F_RDLCK, 0, 10));
		CALL(lock(fd, F_SETLK, F_WRLCK, 10, 10));
		CALL(lock(fd, F_GETLK, F_WRLCK, 0, 100));
		CALL(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 10));
		CALL(lock(fd, F_OFD_SETLK, F_WRLCK, 50, 10));
		CALL(flock(fd, LOCK_SH | LOCK_NB));
		CALL(flock(fd, LOCK_EX | LOCK_NB));
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void posix(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	int second = CALL_FD(open("f", O_RDONLY));

	CALL(lock(fd, F_SETLK, F_WRLCK, 0, 10));
	other_process();
	CALL(lock(fd, F_SETLK, F_RDLCK, 0, 10));
	other_process();
	CALL(lock(fd, F_SETLK, F_UNLCK, 3, 3));
	other_process();
	CALL(lock(second, F_SETLK, F_WRLCK, 0, 10));
	CALL(lock(fd, F_SETLK, F_WRLCK, -1, 10));
	CALL(lock(fd, F_SETLK, 77, 0, 10));
	/* closing any descriptor of the file gives the process's locks back */
	CALL(close(second));
	other_process();
}

static void ofd(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	int second = CALL_FD(open("f", O_RDWR));

	CALL(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 10));
	CALL(lock(second, F_OFD_SETLK, F_WRLCK, 0, 10));
	CALL(lock(second, F_OFD_GETLK, F_RDLCK, 0, 10));
	other_process();
	CALL(close(second));
	other_process();
	CALL(close(fd));
}

static void bsd(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	int second = CALL_FD(open("f", O_RDONLY));

	CALL(flock(fd, LOCK_EX));
	CALL(flock(second, LOCK_SH | LOCK_NB));
	other_process();
	CALL(flock(fd, LOCK_SH));
	CALL(flock(second, LOCK_SH | LOCK_NB));
	other_process();
	CALL(flock(fd, LOCK_UN));
	CALL(flock(second, LOCK_EX | LOCK_NB));
	CALL(flock(fd, 99));
}

static void waiting(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	char buffer[8] = "";
	int status = 0;
	pid_t child;

	CALL(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	child = fork();
	if (!child) {
		/*
		 * Nothing is said here: parent and child run side by side, and
		 * the order of their lines would be a matter of luck.
		 */
		int mine = open("f", O_RDWR);

		if (lock(mine, F_SETLKW, F_WRLCK, 0, 0))
			_exit(1);
		_exit(write(mine, "child", 5) == 5 ? 0 : 2);
	}
	usleep(100000);
	CALL(pread(fd, buffer, 5, 0));
	CALL(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	waitpid(child, &status, 0);
	twin_say("the child's end: %x", status);
	CALL(pread(fd, buffer, 5, 0));
	twin_say("%s", buffer);
	child = fork();
	if (!child) {
		/* a lock wait that is killed */
		int mine = open("f", O_RDWR);

		flock(mine, LOCK_EX);
		flock(open("f", O_RDWR), LOCK_EX);
		_exit(0);
	}
	usleep(100000);
	kill(child, SIGKILL);
	CALL((waitpid(child, NULL, 0), 0));
	CALL(flock(fd, LOCK_EX | LOCK_NB));
}

static volatile sig_atomic_t lease_broken;

static void on_break(int signal)
{
	lease_broken = signal;
}

static void leases(void)
{
	int fd;
	pid_t child;

	twin_put("f", "x");
	fd = CALL_FD(open("f", O_RDONLY));
	signal(SIGIO, on_break);
	CALL(fcntl(fd, F_SETLEASE, F_WRLCK));
	CALL(fcntl(fd, F_SETLEASE, F_RDLCK));
	CALL(fcntl(fd, F_GETLEASE));
	child = fork();
	if (!child) {
		CALL_FD(open("f", O_RDONLY));
		CALL_FD(open("f", O_WRONLY | O_NONBLOCK));
		_exit(0);
	}
	waitpid(child, NULL, 0);
	twin_say("broken %d", lease_broken == SIGIO);
	CALL(fcntl(fd, F_SETLEASE, F_UNLCK));
}

static void polling(void)
{
	int fd = CALL_FD(open("f", O_CREAT | O_RDWR, 0600));
	int epoll = CALL_FD(epoll_create1(0));
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	struct epoll_event event = { .events = EPOLLIN };

	CALL(poll(&p, 1, 0));
	twin_say("%x", p.revents);
	CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

TWIN_TEST("passthru",
	  { "posix", posix },
	  { "ofd", ofd },
	  { "bsd", bsd },
	  { "waiting", waiting },
	  { "leases", leases },
	  { "polling", polling })
