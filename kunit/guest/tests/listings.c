// SPDX-License-Identifier: GPL-2.0
/*
 * Listings with a filter that looks at entries, for which they are made (BufferAccess 1), and with
 * one that does not: what a filter makes of the operation holds either way. The filter "answer"
 * does with a directory what its name says.
 *
 * needs: long-kernels=debug filters=answer time=120
 */
#include "../twin.h"

#define LIST	"x=0c%c%08x"	/* what is done with a listing, and a status */
#define DENIED	0xc0000022u
#define FILES	700		/* more than three operations list, or a small buffer of a program */

/* Makes a folder below, where nobody sees it, with so many files. */
static const char *folder(char action, unsigned int status, int count)
{
	static char name[PATH_MAX];
	char path[PATH_MAX * 2];
	int fd;

	snprintf(name, sizeof(name), LIST, action, status);
	snprintf(path, sizeof(path), "%s/%s", getenv("LOWER"), name);
	FLT_REQUIRE(!mkdir(path, 0755) || errno == EEXIST);
	while (count--) {
		snprintf(path, sizeof(path), "%s/%s/\xff%d", getenv("LOWER"), name, count);
		fd = open(path, O_CREAT | O_WRONLY, 0644);
		FLT_REQUIRE(fd >= 0 && !close(fd));
	}
	return name;
}

/* So many entries, and how the listing ended. */
static int listed(const char *name, int *error)
{
	DIR *dir = opendir(name);
	int count = 0;

	FLT_REQUIRE(dir);
	errno = 0;
	while (count < 2 * FILES && readdir(dir))
		count++;
	*error = errno;
	closedir(dir);
	return count;
}

/* The next entries of both, from wherever they stand, have one name. */
static bool same_next(DIR *one, DIR *two)
{
	struct dirent *a = readdir(one), *b = readdir(two);

	return a && b && !strcmp(a->d_name, b->d_name);
}

/* Both, entry by entry: names, numbers, types and where the listing can go on from. */
static bool same(const char *above, const char *below)
{
	DIR *one = opendir(above), *two = opendir(below);
	struct dirent *a, *b;
	long at = 0;
	int count;

	FLT_REQUIRE(one && two);
	for (count = 0; ; count++) {
		a = readdir(one);
		b = readdir(two);
		if (!a || !b)
			break;
		if (strcmp(a->d_name, b->d_name) || a->d_ino != b->d_ino ||
		    a->d_type != b->d_type || a->d_off != b->d_off) {
			printf("differs: %s is %s below\n", a->d_name, b->d_name);
			return false;
		}
		if (count == FILES / 2)
			at = telldir(one);
	}
	if (a || b)
		return false;
	/* once more from the middle, and from the beginning */
	seekdir(one, at);
	seekdir(two, at);
	if (!same_next(one, two))
		return false;
	rewinddir(one);
	rewinddir(two);
	if (!same_next(one, two))
		return false;
	closedir(one);
	closedir(two);
	return count > FILES;
}

static void either_way(void)
{
	char below[PATH_MAX];
	const char *name;
	int error;

	/* refused before, and after the fact */
	FLT_PROVES("VFS-465", !listed(folder('a', DENIED, 1), &error) && error == EACCES);
	FLT_PROVES("VFS-465", !listed(folder('p', DENIED, 1), &error) && error == EACCES);
	/* hidden whole */
	FLT_PROVES("DIR-03", !listed(folder('p', 0x80000006, 1), &error) && !error);
	/* the filter has it listed again, each time from the beginning, or all but what it had */
	FLT_PROVES("DIR-03", listed(folder('i', 0, 5), &error) == 7 && !error);
	/* let through */
	name = folder('.', 0, FILES);
	snprintf(below, sizeof(below), "%s/%s", getenv("LOWER"), name);
	FLT_PROVES("VFS-465", same(name, below));
}

/* Entries that lead back to where they began: the listing has an end all the same. */
static void astray(bool looks)
{
	const char *name = folder('e', 0, 2);
	int error, count = listed(name, &error);

	if (looks)
		FLT_PROVES("DIR-05", count < 4 && error == EIO);
	else
		/* it found one entry without a name, and led nobody anywhere */
		FLT_PROVES("VFS-465", count == 4 && !error);
}

int main(void)
{
	const char *lower = getenv("LOWER"), *mnt = getenv("MNT");

	setvbuf(stdout, NULL, _IOLBF, 0);
	FLT_REQUIRE(!twin_load("fltshim") && !twin_load("answer"));
	FLT_REQUIRE(!mount(lower, mnt, "fltfs", 0, NULL) && !chdir(mnt));
	either_way();
	astray(true);
	FLT_REQUIRE(!twin_unload("answer", true) &&
		    !twin_load_with("answer", "params=Parameters\\BufferAccess=0"));
	either_way();
	astray(false);
	FLT_REQUIRE(!chdir("/") && !umount(mnt));
	FLT_REQUIRE(!twin_unload("answer", true) && !twin_unload("fltshim", false));
	return prove_status();
}
