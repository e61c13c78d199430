/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests that look at single events of what the filter "probe" printed (sequence.h).
 */
#ifndef FLTSHIM_GUEST_EVENTS_H
#define FLTSHIM_GUEST_EVENTS_H

#include "sequence.h"

#define CREATE 0
#define CLOSE 2
#define READ 3
#define WRITE 4
#define LOCK 17
#define CLEANUP 18

/* The event of that kind, counted from 0; one with nothing in it if there is none. */
static inline const struct seq_event *event(unsigned int major, unsigned int number)
{
	static const struct seq_event none = { .major = 99 };
	unsigned int i;

	for (i = 0; i < seq_count; i++)
		if (seq_events[i].major == major && !number--)
			return &seq_events[i];
	return &none;
}

static inline unsigned int count(unsigned int major)
{
	unsigned int i, found = 0;

	for (i = 0; i < seq_count; i++)
		found += seq_events[i].major == major;
	return found;
}

/* More events, until COUNT of that kind are there. */
static inline bool comes(unsigned int major, unsigned int number)
{
	int tries;

	for (tries = 0; tries < 200; tries++) {
		seq_stop();
		if (count(major) >= number)
			return true;
		usleep(50000);
	}
	return false;
}

/* More events, until the filter's instance is torn down: seq_teardown says why. */
static inline bool torn_down(void)
{
	int tries;

	for (tries = 0; tries < 200 && !seq_teardown[0]; tries++) {
		usleep(50000);
		seq_stop();
	}
	return seq_teardown[0];
}

static inline void put(const char *name)
{
	char path[PATH_MAX];
	int out;

	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	out = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
	FLT_REQUIRE(write(out, "0123456789", 10) == 10);
	close(out);
}

/* How many instances the filter has. */
static inline int instances(void)
{
	FILE *in = fopen("/sys/fs/fltshim/filters/probe/instances", "r");
	char line[512];
	int found = 0;

	while (in && fgets(line, sizeof(line), in))
		found++;
	if (in)
		fclose(in);
	return found;
}

#endif
