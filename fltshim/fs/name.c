// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion of names. It is one-to-one: characters that mean something in a Windows name, control
 * characters, and bytes that are not UTF-8 go to a private range of Unicode and come back from it,
 * so that no file gets a false separator or stream and no two files get one name (NAME-40, 41).
 */
#include <linux/mm.h>
#include <linux/nls.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "fltmgr/name.h"
#include "fs/name.h"
#include "fs/object.h"
#include "fs/own.h"
#include "nt/rtl_status.h"

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

/**
 * fltfs_path_text() - a path that came from a filter
 * @path: components separated by backslashes
 * @text: receives it, components separated by slashes, none at the ends; PATH_MAX bytes; not
 *	terminated
 * @used: its bytes
 * @directory: set when a backslash stands at the end of @path
 *
 * Return: STATUS_SUCCESS, STATUS_OBJECT_NAME_INVALID or STATUS_NAME_TOO_LONG
 */
NTSTATUS fltfs_path_text(const UNICODE_STRING *path, char *text, size_t *used, bool *directory)
{
	static const WCHAR stream[] = { ':', ':', '$', 'D', 'A', 'T', 'A' };
	size_t units = path->Length / sizeof(WCHAR), from = 0, i, at = 0;

	/* The data of a file by its full name, which every file has. */
	if (units > ARRAY_SIZE(stream) &&
	    !memcmp(path->Buffer + units - ARRAY_SIZE(stream), stream, sizeof(stream)))
		units -= ARRAY_SIZE(stream);
	if (units > 1 && path->Buffer[units - 1] == '\\') {
		*directory = true;
		units--;
	}
	for (i = 0; i <= units; i++) {
		int len;

		if (i < units && path->Buffer[i] != '\\')
			continue;
		if (i > from) {
			if (at)
				text[at++] = '/';
			len = fltfs_name_from_utf16(path->Buffer + from, i - from, text + at,
						    NAME_MAX);
			if (len < 0 || (len == 1 && text[at] == '.') ||
			    (len == 2 && text[at] == '.' && text[at + 1] == '.'))
				return STATUS_OBJECT_NAME_INVALID;
			at += len;
			if (at + NAME_MAX + 2 > PATH_MAX)
				return STATUS_NAME_TOO_LONG;
		}
		from = i + 1;
	}
	*used = at;
	return STATUS_SUCCESS;
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

/* Is the dentry below the root of its file system, or only known by a handle? */
static bool fltfs_dentry_connected(const struct dentry *dentry)
{
	const struct dentry *root = dentry->d_sb->s_root;

	rcu_read_lock();
	while (!IS_ROOT(dentry))
		dentry = READ_ONCE(dentry->d_parent);
	rcu_read_unlock();
	return dentry == root;
}

/*
 * The path from a folder that is not the root of a file system. d_path() would need a mount that is
 * somewhere, and a process that has not nearly ended.
 */
static char *fltfs_path_inside(const struct dentry *dentry, const struct dentry *root, char *buffer,
			       size_t size)
{
	char *at = buffer + size - 1;
	int err = 0;

	*at = 0;
	/* Nothing is renamed meanwhile. */
	read_seqlock_excl(&rename_lock);
	while (!err && dentry != root) {
		unsigned int len = dentry->d_name.len;

		if (IS_ROOT(dentry)) {
			err = -ENOENT;
		} else if (at - buffer <= len) {
			err = -ENAMETOOLONG;
		} else {
			at -= len + 1;
			*at = '/';
			memcpy(at + 1, dentry->d_name.name, len);
		}
		dentry = dentry->d_parent;
	}
	read_sequnlock_excl(&rename_lock);
	if (err)
		return ERR_PTR(err);
	if (!*at)
		*--at = '/';
	return at;
}

static char *fltfs_path_once(const struct dentry *dentry, const struct dentry *root, char *buffer,
			     size_t size)
{
	if (root == dentry->d_sb->s_root)
		return dentry_path_raw(dentry, buffer, size);
	return fltfs_path_inside(dentry, root, buffer, size);
}

/**
 * fltfs_path_from() - where a dentry is, or was when it had a name
 * @dentry: upper or lower
 * @root: directory of the same file system
 * @small: memory for a short path
 * @size: its size
 * @heap: receives memory for another, to be freed with kvfree(); or NULL
 *
 * Takes rename_lock only, so it may be called under any lock of the VFS.
 *
 * Return: the path from @root, in @small or *@heap; -ENOMEM, -ENAMETOOLONG when no UNICODE_STRING
 * can hold it, -ENOENT when it is not known or not below @root
 */
char *fltfs_path_from(const struct dentry *dentry, const struct dentry *root, char *small,
		      size_t size, char **heap)
{
	/* No name of 32,767 units takes more bytes than the last one. */
	static const size_t sizes[] = { PATH_MAX, 2 * FLTFS_NAME_BYTES_MAX };
	unsigned int i;
	char *path;

	*heap = NULL;
	if (root == dentry->d_sb->s_root && unlikely(!fltfs_dentry_connected(dentry)))
		return ERR_PTR(-ENOENT);
	path = fltfs_path_once(dentry, root, small, size);
	for (i = 0; path == ERR_PTR(-ENAMETOOLONG) && i < ARRAY_SIZE(sizes); i++) {
		kvfree(*heap);
		*heap = kvmalloc(sizes[i], GFP_KERNEL);
		if (!*heap)
			return ERR_PTR(-ENOMEM);
		path = fltfs_path_once(dentry, root, *heap, sizes[i]);
	}
	if (IS_ERR(path)) {
		kvfree(*heap);
		*heap = NULL;
	}
	return path;
}

/*
 * A path is made anew only when a name on it may have changed: making one costs as much as an
 * operation. Each inode has the last one of it that was asked for, unless that is a long one: for
 * as long as an inode is cached so much memory would stay.
 */
#define FLTFS_KNOWN_MAX		1024	/* bytes */

struct fltfs_known_name {
	struct rcu_head rcu;
	const struct dentry *dentry;	/* whose it is; lives, or this is gone with it */
	u64 stamp;			/* fltfs_stamp() before it was made */
	size_t bytes;			/* with its end */
	WCHAR text[];
};

/* Another one after the name of a file, if it is no folder, or of any folder was changed. */
static u64 fltfs_stamp(const struct super_block *sb, const struct inode *inode)
{
	u64 folders = (u32)atomic_read(&fltfs_sb(sb)->moves);

	return folders << 32 | (inode ? READ_ONCE(fltfs_i(inode)->moves) : 0);
}

void fltfs_known_drop(struct inode *inode)
{
	struct fltfs_known_name *old;

	old = unrcu_pointer(xchg(&fltfs_i(inode)->known, RCU_INITIALIZER(NULL)));
	if (old)
		kfree_rcu(old, rcu);
}

/* Return: false when it has to be made. */
static bool fltfs_known_copy(const struct dentry *dentry, const struct inode *inode,
			     UNICODE_STRING *name)
{
	const struct fltfs_known_name *known;
	bool found;

	rcu_read_lock();
	known = rcu_dereference(fltfs_i(inode)->known);
	found = known && known->dentry == dentry &&
		known->stamp == fltfs_stamp(dentry->d_sb, inode);
	if (found) {
		name->Buffer = kmalloc(known->bytes, GFP_NOWAIT | __GFP_NOWARN);
		found = name->Buffer;
	}
	if (found) {
		memcpy(name->Buffer, known->text, known->bytes);
		name->Length = known->bytes - sizeof(WCHAR);
		name->MaximumLength = name->Length;
	}
	rcu_read_unlock();
	return found;
}

/* Without memory the next one who asks tries again. */
static void fltfs_known_set(const struct dentry *dentry, struct inode *inode, u64 stamp,
			    const UNICODE_STRING *name)
{
	const size_t bytes = name->Length + sizeof(WCHAR);
	struct fltfs_known_name *known, *old;

	if (struct_size(known, text, bytes / sizeof(WCHAR)) > FLTFS_KNOWN_MAX)
		return;
	known = kmalloc(struct_size(known, text, bytes / sizeof(WCHAR)),
			GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!known)
		return;
	known->dentry = dentry;
	known->stamp = stamp;
	known->bytes = bytes;
	memcpy(known->text, name->Buffer, bytes);
	old = unrcu_pointer(xchg(&fltfs_i(inode)->known, RCU_INITIALIZER(known)));
	if (old)
		kfree_rcu(old, rcu);
}

static noinline int fltfs_make_name(struct dentry *dentry, struct inode *inode,
				    UNICODE_STRING *name)
{
	u64 stamp = fltfs_stamp(dentry->d_sb, inode);
	char small[FLTFS_NAME_SHORT], *heap, *path;
	int err;

	memset(name, 0, sizeof(*name));
	/* Pairs with fltfs_dentry_moved(). */
	smp_rmb();
	path = fltfs_path_from(dentry, dentry->d_sb->s_root, small, sizeof(small), &heap);
	if (IS_ERR(path))
		return PTR_ERR(path) == -ENOMEM ? -ENOMEM : 0;
	err = fltfs_new_name(path, strlen(path), true, name);
	kvfree(heap);
	if (!err && inode)
		fltfs_known_set(dentry, inode, stamp, name);
	return err == -ENAMETOOLONG ? 0 : err;
}

/**
 * fltfs_dentry_name() - path of a dentry from the root of its mount, as filters see it
 * @dentry: upper dentry
 * @name: filled; freed with fltfs_name_free()
 *
 * May be called under any lock of the VFS. A path that is not known, or that no UNICODE_STRING can
 * hold, leaves the name empty: the operation itself must still work (NAME-42).
 *
 * Return: 0 or -ENOMEM.
 */
int fltfs_dentry_name(struct dentry *dentry, UNICODE_STRING *name)
{
	struct inode *inode = d_inode_rcu(dentry);

	if (inode && fltfs_known_copy(dentry, inode, name))
		return 0;
	return fltfs_make_name(dentry, inode, name);
}

/**
 * fltfs_query_name() - flt_volume_ops.query_name
 * @base: in a file object
 * @status: why not: STATUS_NAME_TOO_LONG, STATUS_OBJECT_NAME_NOT_FOUND for a file that is known by
 *	a handle only, STATUS_INSUFFICIENT_RESOURCES
 *
 * Return: where its file is now, or was last; NULL if that cannot be told.
 */
struct flt_name *fltfs_query_name(struct flt_file *base, NTSTATUS *status)
{
	struct fltfs_fo *fo = container_of(base, struct fltfs_fo, base);
	const UNICODE_STRING *own = &base->fo.FileName;
	char small[FLTFS_NAME_SHORT], *heap, *path;
	struct flt_name *name = NULL;
	int units;

	if (test_bit(FLTFS_FO_OWN, &fo->state) || READ_ONCE(fo->below))
		return fltfs_own_name(fo, status);
	/* A file without a name has the one that was made up for it. */
	if (test_bit(FLTFS_FO_NAMELESS, &fo->state)) {
		*status = flt_name_from_text(base->volume, own->Buffer,
					     own->Length / sizeof(WCHAR), &name);
		return name;
	}
	path = fltfs_path_from(fo->dentry, fo->dentry->d_sb->s_root, small, sizeof(small), &heap);
	if (IS_ERR(path)) {
		*status = flt_status_from_errno(PTR_ERR(path));
		return NULL;
	}
	units = fltfs_name_to_utf16(path, strlen(path), true, NULL, 0);
	*status = flt_name_alloc(base->volume, units, &name);
	if (NT_SUCCESS(*status))
		fltfs_name_to_utf16(path, strlen(path), true, flt_name_path(name), units);
	kvfree(heap);
	return name;
}

/* flt_volume_ops.name_stamp */
u64 fltfs_name_stamp(struct flt_file *base)
{
	struct fltfs_fo *fo = container_of(base, struct fltfs_fo, base);

	return fltfs_stamp(fo->dentry->d_sb, d_inode_rcu(fo->dentry));
}

/**
 * fltfs_dentry_moved() - a name has changed: cached names of what it concerns are void
 * @dentry: upper dentry, at its new place; its directory is locked
 */
void fltfs_dentry_moved(struct dentry *dentry)
{
	struct fltfs_inode *fi = fltfs_i(d_inode(dentry));

	/* After the change that the counters tell of; who asks reads them before the name. */
	smp_wmb();
	if (d_is_dir(dentry))
		atomic_inc(&fltfs_sb(dentry->d_sb)->moves);
	else
		WRITE_ONCE(fi->moves, fi->moves + 1);
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
