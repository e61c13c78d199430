/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes the image of a compact disc (ISO 9660) with one file, for tests that want such a file
 * system below and have no program that makes one.
 */
#ifndef GUEST_DISC_H
#define GUEST_DISC_H

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "prove.h"

/* Numbers on a compact disc are written twice, in both orders of their bytes. */
static void disc_both32(unsigned char *at, unsigned int value)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = at[7 - i] = value >> 8 * i;
}

static void disc_both16(unsigned char *at, unsigned int value)
{
	at[0] = at[3] = value;
	at[1] = at[2] = value >> 8;
}

static unsigned int disc_record(unsigned char *at, const char *name, unsigned int length,
				unsigned int size, bool folder)
{
	unsigned int whole = (33 + length + 1) & ~1U;

	at[0] = whole;
	disc_both32(at + 2, folder ? 18 : 19);
	disc_both32(at + 10, size);
	at[18] = 100;
	at[19] = 1;
	at[20] = 1;
	at[25] = folder ? 2 : 0;
	disc_both16(at + 28, 1);
	at[32] = length;
	memcpy(at + 33, name, length);
	return whole;
}

/* NAME has a dot and a version; TEXT fits into one block. */
static void disc_make(const char *path, const char *name, const char *text)
{
	static unsigned char image[24 * 2048];
	unsigned char *head = image + 16 * 2048, *end = image + 17 * 2048, *at = image + 18 * 2048;
	int out = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	memset(image, 0, sizeof(image));
	head[0] = 1;
	memcpy(head + 1, "CD001\1", 6);
	disc_both32(head + 80, 24);
	disc_both16(head + 120, 1);
	disc_both16(head + 124, 1);
	disc_both16(head + 128, 2048);
	disc_record(head + 156, "", 1, 2048, true);
	end[0] = 255;
	memcpy(end + 1, "CD001\1", 6);
	at += disc_record(at, "", 1, 2048, true);
	at += disc_record(at, "\1", 1, 2048, true);
	disc_record(at, name, strlen(name), strlen(text), false);
	memcpy(image + 19 * 2048, text, strlen(text));
	FLT_REQUIRE(write(out, image, sizeof(image)) == sizeof(image) && !close(out));
}

#endif
