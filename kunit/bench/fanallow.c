// SPDX-License-Identifier: GPL-2.0
/*
 * The least that interception in user space can cost: a listener of fanotify that is asked before
 * each open and each read on a mount, and always allows. One thread; looks at nothing.
 *
 * usage: fanallow MOUNT-POINT               returns when it listens; ends when it is killed
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "fanallow: %s: %s\n", what, strerror(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	static char events[16 << 10] __attribute__((aligned(64)));
	int group;

	if (argc != 2) {
		fprintf(stderr, "usage: fanallow MOUNT-POINT\n");
		return 2;
	}
	group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_UNLIMITED_QUEUE,
			      O_RDONLY | O_LARGEFILE | O_CLOEXEC);
	if (group < 0)
		die("fanotify_init");
	if (fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN_PERM | FAN_ACCESS_PERM,
			  AT_FDCWD, argv[1]))
		die("fanotify_mark");
	if (daemon(0, 1))
		die("going into the background");
	for (;;) {
		ssize_t left = read(group, events, sizeof(events));
		struct fanotify_event_metadata *event = (void *)events;

		if (left < 0) {
			if (errno == EINTR)
				continue;
			die("reading events");
		}
		for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left)) {
			struct fanotify_response allow = {
				.fd = event->fd, .response = FAN_ALLOW,
			};

			if (write(group, &allow, sizeof(allow)) != sizeof(allow))
				die("allowing");
			close(event->fd);
		}
	}
}
