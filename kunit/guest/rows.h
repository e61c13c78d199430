/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a filter for tests prints in the log: its rows of the contract are counted, the rest is kept
 * for who asks. For the main thread of a test.
 */
#ifndef GUEST_ROWS_H
#define GUEST_ROWS_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "prove.h"

static int log_fd;		/* of /dev/kmsg, O_NONBLOCK */
static char text[65536];	/* what rows_collect() kept, a line each */

/* Everything that FILTER ("name: ") has printed since the last call, and lines that have ALSO. */
static void rows_collect(const char *filter, const char *also)
{
	char record[2048], id[32], held[16];
	size_t used = 0;
	ssize_t got;

	text[0] = 0;
	while ((got = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		char *line;

		if (got <= 0)
			continue;
		record[got] = 0;
		line = strcasestr(record, filter);
		if (line && sscanf(line + strlen(filter), "row %31s %15s", id, held) == 2)
			prove_result(id, !strcmp(held, "ok"), line, __FILE__, __LINE__);
		if (!line && also)
			line = strstr(record, also);
		if (line && strcspn(line, "\n") + used + 2 < sizeof(text))
			used += sprintf(text + used, "%.*s\n", (int)strcspn(line, "\n"), line);
	}
}

#endif
