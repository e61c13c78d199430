// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion of names. It is one-to-one: characters that mean something in a Windows name, control
 * characters, and bytes that are not UTF-8 go to a private range of Unicode and come back from it,
 * so that no file gets a false separator or stream and no two files get one name (NAME-40, 41).
 */
#include <linux/mm.h>
#include <linux/nls.h>
#include <linux/random.h>
#include "fs/name.h"

#define FLTFS_NAME_SHORT	256	/* bytes of a path that fit on the stack */
#define PRIVATE_CHAR	0xf000	/* plus a character that Windows gives a meaning to */
#define PRIVATE_BYTE	0xf780	/* plus a byte that is not UTF-8 */

static bool fltfs_meaningful(unicode_t c)
{
	return c < 32 || c == '\\' || c == ':' || c == '"' || c == '*' || c == '<' ||
	       c == '>' || c == '?' || c == '|';
}

/*
 * Characters that are the same on both sides: what most names consist of. One bit for each of
 * ASCII: not control characters, not DEL, not / and not those that are meaningful.
 */
static bool fltfs_plain(unsigned int c)
{
	static const u32 plain[4] = { 0, 0x2bff7bfb, 0xefffffff, 0x6fffffff };

	return c < 128 && plain[c / 32] >> (c % 32) & 1;
}

static bool fltfs_private(unicode_t c)
{
	return (c > PRIVATE_CHAR && c <= PRIVATE_CHAR + 0xff) ||
	       (c >= PRIVATE_BYTE && c <= PRIVATE_BYTE + 0x7f);
}

/*
 * One character of @from as one or two units. A character that is itself in the private range is
 * treated as bytes that are not UTF-8, one after the other: so it stays apart from ours.
 */
static int fltfs_char_to_utf16(const char *from, size_t len, WCHAR *to, int *units)
{
	unicode_t c;
	int n = utf8_to_utf32(from, len, &c);

	*units = 1;
	if (n <= 0 || fltfs_private(c)) {
		to[0] = PRIVATE_BYTE - 0x80 + (u8)*from;
		return 1;
	}
	if (fltfs_meaningful(c)) {
		to[0] = PRIVATE_CHAR + c;
	} else if (c < 0x10000) {
		to[0] = c;
	} else {
		c -= 0x10000;
		to[0] = 0xd800 + (c >> 10);
		to[1] = 0xdc00 + (c & 0x3ff);
		*units = 2;
	}
	return n;
}

/**
 * fltfs_name_to_utf16() - a name as filters see it
 * @from: bytes of a Linux name
 * @len: how many
 * @path: slashes separate components and become backslashes
 * @to: where to, or NULL to learn the length
 * @max: units that fit there
 *
 * Return: units written or needed, -ENAMETOOLONG if they do not fit.
 */
int fltfs_name_to_utf16(const char *from, size_t len, bool path, WCHAR *to, size_t max)
{
	size_t used = 0;
	WCHAR unit[2];
	int n, units;

	while (len) {
		if (likely(fltfs_plain((u8)*from))) {
			unit[0] = *from;
			units = 1;
			n = 1;
		} else if (path && *from == '/') {
			unit[0] = '\\';
			units = 1;
			n = 1;
		} else {
			n = fltfs_char_to_utf16(from, len, unit, &units);
		}
		if (to) {
			if (used + units > max)
				return -ENAMETOOLONG;
			to[used] = unit[0];
			if (units == 2)
				to[used + 1] = unit[1];
		}
		used += units;
		from += n;
		len -= n;
	}
	return used;
}

/**
 * fltfs_name_from_utf16() - one component of a name that came from a filter
 * @from: its units
 * @units: how many
 * @to: where to; not terminated
 * @max: bytes that fit there
 *
 * Return: bytes written, -ENAMETOOLONG if they do not fit, -EILSEQ if the name cannot be one of a
 * Linux file.
 */
int fltfs_name_from_utf16(const WCHAR *from, size_t units, char *to, size_t max)
{
	size_t i, used = 0;

	for (i = 0; i < units; i++) {
		unicode_t c = from[i];
		char bytes[4];
		int n;

		if (likely(fltfs_plain(c))) {
			if (used == max)
				return -ENAMETOOLONG;
			to[used++] = c;
			continue;
		}
		if (!c || c == '/' || c == '\\')
			return -EILSEQ;
		if (c >= 0xd800 && c < 0xdc00 && i + 1 < units &&
		    from[i + 1] >= 0xdc00 && from[i + 1] < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (from[++i] - 0xdc00);
		} else if (c >= PRIVATE_BYTE && c <= PRIVATE_BYTE + 0x7f) {
			bytes[0] = c - PRIVATE_BYTE + 0x80;
			n = 1;
			goto store;
		} else if (c > PRIVATE_CHAR && c <= PRIVATE_CHAR + 0xff &&
			   fltfs_meaningful(c - PRIVATE_CHAR)) {
			c -= PRIVATE_CHAR;
		}
		n = utf32_to_utf8(c, bytes, sizeof(bytes));
		if (n <= 0)
			return -EILSEQ;
store:
		if (used + n > max)
			return -ENAMETOOLONG;
		memcpy(to + used, bytes, n);
		used += n;
	}
	return used;
}

static int fltfs_new_name(const char *from, size_t len, bool path, UNICODE_STRING *name)
{
	int units = len;

	/* There are no more units than bytes; for a long name it is worth to count them. */
	if (len > FLTFS_NAME_SHORT)
		units = fltfs_name_to_utf16(from, len, path, NULL, 0);
	if (units * sizeof(WCHAR) > FLTFS_NAME_BYTES_MAX)
		return -ENAMETOOLONG;
	name->Buffer = kvmalloc((units + 1) * sizeof(WCHAR), GFP_KERNEL);
	if (!name->Buffer)
		return -ENOMEM;
	units = fltfs_name_to_utf16(from, len, path, name->Buffer, units);
	name->Buffer[units] = 0;
	name->Length = units * sizeof(WCHAR);
	name->MaximumLength = name->Length;
	return 0;
}

/**
 * fltfs_dentry_name() - path of a dentry from the root of its mount, as filters see it
 * @dentry: upper dentry
 * @name: filled; freed with fltfs_name_free()
 *
 * Takes rename_lock only, so it may be called under any lock of the VFS. A path that no
 * UNICODE_STRING can hold leaves the name empty: the operation itself must still work (NAME-42).
 *
 * Return: 0 or -ENOMEM.
 */
int fltfs_dentry_name(struct dentry *dentry, UNICODE_STRING *name)
{
	char small[FLTFS_NAME_SHORT];
	size_t size = PATH_MAX;
	char *buffer, *path;
	int err;

	memset(name, 0, sizeof(*name));
	path = dentry_path_raw(dentry, small, sizeof(small));
	if (!IS_ERR(path))
		return fltfs_new_name(path, small + sizeof(small) - 1 - path, true, name);
	for (;;) {
		buffer = kvmalloc(size, GFP_KERNEL);
		if (!buffer)
			return -ENOMEM;
		path = dentry_path_raw(dentry, buffer, size);
		if (!IS_ERR(path))
			break;
		kvfree(buffer);
		/* No name of 32,767 units takes more bytes. */
		if (PTR_ERR(path) != -ENAMETOOLONG || size > 3 * FLTFS_NAME_BYTES_MAX / 2)
			return 0;
		size = 2 * FLTFS_NAME_BYTES_MAX;
	}
	err = fltfs_new_name(path, strlen(path), true, name);
	kvfree(buffer);
	return err == -ENAMETOOLONG ? 0 : err;
}

/**
 * fltfs_component_name() - one component as filters see it
 * @component: its bytes; stable
 * @name: filled; freed with fltfs_name_free()
 *
 * Return: 0 or -ENOMEM.
 */
int fltfs_component_name(const struct qstr *component, UNICODE_STRING *name)
{
	return fltfs_new_name(component->name, component->len, false, name);
}

/**
 * fltfs_tmpfile_name() - a name for a file that has none
 * @dir: upper directory that it is made in
 * @name: filled; freed with fltfs_name_free()
 *
 * Return: 0 or -ENOMEM.
 */
int fltfs_tmpfile_name(struct dentry *dir, UNICODE_STRING *name)
{
	UNICODE_STRING path;
	WCHAR *buffer;
	char last[20];
	int i, len, used;

	if (fltfs_dentry_name(dir, &path))
		return -ENOMEM;
	len = snprintf(last, sizeof(last), "#%016llx", get_random_u64());
	used = path.Length / sizeof(WCHAR);
	buffer = kvmalloc((used + 1 + len + 1) * sizeof(WCHAR), GFP_KERNEL);
	if (!buffer || (used + 1 + len) * sizeof(WCHAR) > FLTFS_NAME_BYTES_MAX) {
		kvfree(buffer);
		*name = path;
		return buffer ? 0 : -ENOMEM;
	}
	if (used)
		memcpy(buffer, path.Buffer, path.Length);
	/* The root's own name is the separator already. */
	if (used != 1)
		buffer[used++] = '\\';
	for (i = 0; i < len; i++)
		buffer[used++] = last[i];
	buffer[used] = 0;
	fltfs_name_free(&path);
	name->Buffer = buffer;
	name->Length = used * sizeof(WCHAR);
	name->MaximumLength = name->Length;
	return 0;
}
