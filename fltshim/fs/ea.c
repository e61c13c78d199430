// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes as filters see them: user.* and trusted.*, with their prefix, as QUERY_EA and
 * SET_EA. What such an operation cannot hold goes to the lower file system without it: a value over
 * 65535 bytes, of which only the open is shown, a name over 254 bytes, and all other names.
 *
 * Linux has empty values, Windows has not: a length of 0 means that there is no such attribute, or
 * that it is to go, unless FLTFS_EA_EMPTY says that the value is an empty one.
 */
#include <linux/slab.h>
#include <linux/xattr.h>
#include "fs/ea_entry.h"
#include "fs/request.h"

/* How long a filter's value may be, in place of a shorter one, without being asked for again. */
#define FLTFS_EA_LEAST		1024

/* Is a name one that filters are shown? */
bool fltfs_ea_shown(const char *name)
{
	return (!strncmp(name, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN) ||
		!strncmp(name, XATTR_TRUSTED_PREFIX, XATTR_TRUSTED_PREFIX_LEN)) &&
	       strlen(name) <= FLTFS_EA_NAME_MAX;
}

/* Is there a whole entry, its name terminated? Return: it, or NULL. */
const FILE_FULL_EA_INFORMATION *fltfs_ea_at(const void *buffer, ULONG length, ULONG at)
{
	const FILE_FULL_EA_INFORMATION *entry = buffer + at;

	if (at > length || length - at < FLTFS_EA_FIXED + 1 ||
	    length - at < fltfs_ea_size(entry) || entry->NextEntryOffset % 4)
		return NULL;
	if (entry->NextEntryOffset && (entry->NextEntryOffset < fltfs_ea_size(entry) ||
				       entry->NextEntryOffset > length - at))
		return NULL;
	if (strnlen(fltfs_ea_name(entry), entry->EaNameLength + 1) != entry->EaNameLength)
		return NULL;
	return entry;
}

/* Answers under construction. */
struct fltfs_ea_answer {
	u8 *buffer;
	ULONG length;
	ULONG used;
	FILE_FULL_EA_INFORMATION *last;
};

/*
 * A value below. Whoever may list the names of a file is shown them all, so for a listing nobody is
 * asked whether the caller may read the values.
 */
static ssize_t fltfs_ea_value_below(struct dentry *dentry, const char *name, void *value,
				    size_t size, bool listing)
{
	struct dentry *lower = fltfs_lower_dentry(dentry);

	if (listing)
		return __vfs_getxattr(lower, d_inode(lower), name, value, size);
	return vfs_getxattr(fltfs_lower_idmap(dentry->d_sb), lower, name, value, size);
}

/*
 * Adds the entry of a name; one that does not exist has length 0. In a listing it has to exist, and
 * a value that is too long for an entry is left out. Return: STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW
 * when there is no room, or the lower file system's error.
 */
static NTSTATUS fltfs_ea_add(struct fltfs_ea_answer *answer, struct dentry *dentry,
			     const char *name, bool listing)
{
	ULONG at = ALIGN(answer->used, 4), fixed = FLTFS_EA_FIXED + strlen(name) + 1;
	FILE_FULL_EA_INFORMATION *entry = (void *)answer->buffer + at;
	ssize_t size;

	if (at > answer->length || answer->length - at < fixed)
		return STATUS_BUFFER_OVERFLOW;
	size = fltfs_ea_value_below(dentry, name, NULL, 0, listing);
	if (size > FLTFS_EA_VALUE_MAX && !listing)
		return STATUS_EA_TOO_LARGE;
	if (size > FLTFS_EA_VALUE_MAX)
		size = 0;
	if (size > 0 && answer->length - at - fixed < size)
		return STATUS_BUFFER_OVERFLOW;
	if (size > 0)
		size = fltfs_ea_value_below(dentry, name, (u8 *)entry + fixed,
					    min_t(size_t, answer->length - at - fixed,
						  FLTFS_EA_VALUE_MAX), listing);
	if (size < 0 && (size != -ENODATA || listing))
		return flt_status_from_errno(size);
	memset(entry, 0, FLTFS_EA_FIXED);
	entry->Flags = size ? 0 : FLTFS_EA_EMPTY;
	entry->EaNameLength = strlen(name);
	if (size > 0)
		entry->EaValueLength = size;
	else if (size < 0)
		entry->Flags = 0;
	memcpy(fltfs_ea_name(entry), name, strlen(name) + 1);
	if (answer->last)
		answer->last->NextEntryOffset = (u8 *)entry - (u8 *)answer->last;
	answer->last = entry;
	answer->used = at + fixed + entry->EaValueLength;
	return STATUS_SUCCESS;
}

/* The attributes that were asked for by name. */
static NTSTATUS fltfs_ea_answer_list(struct fltfs_ea_answer *answer, struct dentry *dentry,
				     const u8 *list, ULONG length, bool single)
{
	char name[XATTR_NAME_MAX + 1];
	NTSTATUS status;
	ULONG at = 0;

	for (;;) {
		const FILE_GET_EA_INFORMATION *get = (const void *)(list + at);
		ULONG fixed = offsetof(FILE_GET_EA_INFORMATION, EaName);

		if (at > length || length - at < fixed ||
		    length - at - fixed < get->EaNameLength || get->NextEntryOffset % 4)
			return STATUS_EA_LIST_INCONSISTENT;
		memcpy(name, (const u8 *)get + fixed, get->EaNameLength);
		name[get->EaNameLength] = 0;
		if (strlen(name) != get->EaNameLength || !fltfs_ea_shown(name))
			return STATUS_INVALID_EA_NAME;
		status = fltfs_ea_add(answer, dentry, name, false);
		if (!NT_SUCCESS(status) || single || !get->NextEntryOffset)
			return status;
		at += get->NextEntryOffset;
	}
}

/*
 * The lower file system's list of names, to be freed by the caller; or an error pointer. The
 * largest list fits: xfs has another order for those who come with a smaller buffer.
 */
static char *fltfs_ea_names(struct dentry *dentry, size_t *size)
{
	char *names = kvmalloc(XATTR_LIST_MAX, GFP_KERNEL);
	ssize_t got;

	if (!names)
		return ERR_PTR(-ENOMEM);
	got = vfs_listxattr(fltfs_lower_dentry(dentry), names, XATTR_LIST_MAX);
	if (got < 0) {
		kvfree(names);
		return ERR_PTR(got);
	}
	*size = got;
	return names;
}

/**
 * struct fltfs_ea_query - a program's question, of one round or more
 * @request: first member
 * @inode: whose names @names are
 * @names: the lower file system's list of names, once it was asked for, or an error pointer
 * @size: its size
 * @cursor: how many names were told of
 */
struct fltfs_ea_query {
	struct fltfs_request request;
	struct inode *inode;
	char *names;
	size_t size;
	ULONG cursor;
};

/* All of them that are in a list of names, from the cursor on. */
static NTSTATUS fltfs_ea_answer_all(struct fltfs_ea_answer *answer, struct dentry *dentry,
				    const char *names, size_t size, ULONG *cursor, bool single)
{
	NTSTATUS status = STATUS_SUCCESS;
	ULONG index = 0;
	size_t at;

	for (at = 0; at < size; at += strlen(names + at) + 1) {
		if (!fltfs_ea_shown(names + at) || index++ < *cursor)
			continue;
		status = fltfs_ea_add(answer, dentry, names + at, true);
		/* One that went meanwhile is not there any more. */
		if (status == STATUS_NONEXISTENT_EA_ENTRY)
			status = STATUS_SUCCESS;
		else if (!NT_SUCCESS(status))
			break;
		++*cursor;
		if (single && answer->last)
			break;
	}
	if (status == STATUS_BUFFER_OVERFLOW && !answer->last)
		return STATUS_BUFFER_TOO_SMALL;
	if (NT_SUCCESS(status) && !answer->last)
		return *cursor ? STATUS_NO_MORE_EAS : STATUS_NO_EAS_ON_FILE;
	return status;
}

/* With the list of names of a program's query, which is asked for once, or one of its own. */
static NTSTATUS fltfs_ea_answer_names(struct fltfs_ea_answer *answer, struct dentry *dentry,
				      struct fltfs_ea_query *query, ULONG *cursor, bool single)
{
	bool kept = query && query->inode == d_inode(dentry);
	size_t size = kept ? query->size : 0;
	char *names = kept ? query->names : NULL;
	NTSTATUS status;

	if (!names)
		names = fltfs_ea_names(dentry, &size);
	if (kept) {
		query->names = names;
		query->size = size;
	}
	if (IS_ERR(names))
		return flt_status_from_errno(PTR_ERR(names));
	status = fltfs_ea_answer_all(answer, dentry, names, size, cursor, single);
	if (!kept)
		kvfree(names);
	return status;
}

/* A query that names no attributes. */
static NTSTATUS fltfs_ea_answer_walk(const struct flt_operation *op,
				     struct fltfs_ea_answer *answer, struct dentry *dentry,
				     struct fltfs_ea_query *query, ULONG *cursor)
{
	NTSTATUS status;

	if (op->iopb.OperationFlags & SL_INDEX_SPECIFIED) {
		if (!op->iopb.Parameters.QueryEa.EaIndex)
			return STATUS_NONEXISTENT_EA_ENTRY;
		*cursor = op->iopb.Parameters.QueryEa.EaIndex - 1;
	} else if (op->iopb.OperationFlags & SL_RESTART_SCAN) {
		*cursor = 0;
	}
	status = fltfs_ea_answer_names(answer, dentry, query, cursor,
				       op->iopb.OperationFlags & SL_RETURN_SINGLE_ENTRY);
	if (status == STATUS_NO_MORE_EAS && op->iopb.OperationFlags & SL_INDEX_SPECIFIED)
		status = STATUS_NONEXISTENT_EA_ENTRY;
	return status;
}

/**
 * fltfs_query_ea() - QUERY_EA at the bottom
 * @op: operation on an open object; a program's or one that a filter started
 * @query: the program's, which has a cursor of its own; NULL for a filter's, which goes on where
 *	the last one on that file object ended
 * @used: bytes written
 *
 * Return: a status of INFO-65 and INFO-66, or the lower file system's.
 */
NTSTATUS fltfs_query_ea(struct flt_operation *op, struct fltfs_ea_query *query, ULONG *used)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	struct fltfs_ea_answer answer = {
		.buffer	= parameters->QueryEa.EaBuffer,
		.length	= parameters->QueryEa.Length,
	};
	ULONG cursor = query ? query->cursor : READ_ONCE(fo->ea_cursor);
	NTSTATUS status;

	*used = 0;
	if (!answer.buffer)
		return STATUS_INVALID_PARAMETER;
	if (!fltfs_sb(fo->dentry->d_sb)->sb->s_xattr)
		return STATUS_EAS_NOT_SUPPORTED;
	if (parameters->QueryEa.EaList) {
		status = fltfs_ea_answer_list(&answer, fo->dentry, parameters->QueryEa.EaList,
					      parameters->QueryEa.EaListLength,
					      op->iopb.OperationFlags & SL_RETURN_SINGLE_ENTRY);
		if (status == STATUS_BUFFER_OVERFLOW && !answer.last)
			status = STATUS_BUFFER_TOO_SMALL;
	} else {
		status = fltfs_ea_answer_walk(op, &answer, fo->dentry, query, &cursor);
		if (query)
			query->cursor = cursor;
		else
			WRITE_ONCE(fo->ea_cursor, cursor);
	}
	*used = answer.used;
	return status;
}

static void fltfs_bottom_query_ea(struct flt_operation *op)
{
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	ULONG used = 0;

	if (fltfs_op_is_open(op))
		status = fltfs_query_ea(op, op->front, &used);
	flt_operation_result(op, status, used);
}

/*
 * Memory for answers. It is cleared, since what a filter says is there goes to the program whether
 * anybody has written it or not.
 */
struct fltfs_ea_room {
	u8 *buffer;
	ULONG size;
	ULONG used;
	bool too_small;
};

/* Sends a query; the status and, where it is a success, the valid bytes of the buffer. */
static noinline NTSTATUS fltfs_ea_query_send(struct fltfs_fo *fo, struct fltfs_ea_query *query,
					     void *list, ULONG list_length,
					     struct fltfs_ea_room *room, UCHAR flags, int *err)
{
	struct flt_operation op FLT_NOT_CLEARED;
	NTSTATUS status;

	query->request.bottom = fltfs_bottom_query_ea;
	flt_operation_init(&op, fo->base.volume, IRP_MJ_QUERY_EA, &fo->base.fo);
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.OperationFlags = flags;
	op.iopb.Parameters.QueryEa.Length = room->size;
	op.iopb.Parameters.QueryEa.EaList = list;
	op.iopb.Parameters.QueryEa.EaListLength = list_length;
	op.iopb.Parameters.QueryEa.EaBuffer = room->buffer;
	op.front = query;
	flt_operation_run(&op);
	status = op.data.IoStatus.Status;
	*err = fltfs_op_result(&op);
	room->used = min_t(ULONG_PTR, op.data.IoStatus.Information, room->size);
	flt_operation_fini(&op);
	return status;
}

/* The one value that was asked for. Return: its length, or a negative errno. */
static ssize_t fltfs_ea_get_one(struct fltfs_fo *fo, const char *name, void *value, size_t size,
				struct fltfs_ea_room *room)
{
	struct {
		FILE_GET_EA_INFORMATION get;
		char name[XATTR_NAME_MAX];
	} list = { .get.EaNameLength = strlen(name) };
	struct fltfs_ea_query query = {};
	const FILE_FULL_EA_INFORMATION *entry;
	NTSTATUS status;
	int err;

	memcpy((u8 *)&list + offsetof(FILE_GET_EA_INFORMATION, EaName), name, strlen(name) + 1);
	status = fltfs_ea_query_send(fo, &query, &list,
				     offsetof(FILE_GET_EA_INFORMATION, EaName) + strlen(name) + 1,
				     room, SL_RETURN_SINGLE_ENTRY | SL_RESTART_SCAN, &err);
	/* A value that is longer than the lower one. */
	room->too_small = status == STATUS_BUFFER_TOO_SMALL || status == STATUS_BUFFER_OVERFLOW;
	if (err)
		return err;
	entry = fltfs_ea_at(room->buffer, room->used, 0);
	if (!entry || (!entry->EaValueLength && !(entry->Flags & FLTFS_EA_EMPTY)))
		return -ENODATA;
	if (size && entry->EaValueLength > size)
		return -ERANGE;
	if (size)
		memcpy(value, fltfs_ea_value(entry), entry->EaValueLength);
	return entry->EaValueLength;
}

/* With room for what is expected, and if that is too little once more with room for anything. */
static ssize_t fltfs_ea_get_roomy(struct fltfs_fo *fo, const char *name, void *value, size_t size,
				  size_t expected)
{
	const size_t fixed = FLTFS_EA_ROOM - FLTFS_EA_VALUE_MAX;
	struct fltfs_ea_room room = {
		.size = clamp_t(size_t, max(size, expected), FLTFS_EA_LEAST, FLTFS_EA_VALUE_MAX) +
			fixed,
	};
	ssize_t ret;

	for (;;) {
		room.buffer = kvzalloc(room.size, GFP_KERNEL);
		if (!room.buffer)
			return -ENOMEM;
		ret = fltfs_ea_get_one(fo, name, value, size, &room);
		kvfree(room.buffer);
		if (!room.too_small || room.size == FLTFS_EA_ROOM)
			return ret;
		room.size = FLTFS_EA_ROOM;
	}
}

/**
 * fltfs_ea_get() - getxattr that a filter wants to see
 * @dentry: upper dentry
 * @name: one for which fltfs_ea_shown() holds
 * @value: filled, unless @size is 0
 * @size: its size, or 0 to learn the length
 *
 * Return: length of the value, or a negative errno.
 */
ssize_t fltfs_ea_get(struct dentry *dentry, const char *name, void *value, size_t size)
{
	struct fltfs_subject subject;
	struct dentry *chosen;
	ssize_t ret, expected;

	ret = fltfs_subject_open(&subject, dentry, FILE_READ_EA | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (ret)
		return ret;
	/* A filter may have sent it to another file, which is the one that is asked. */
	chosen = subject.fo->dentry;
	expected = fltfs_ea_value_below(chosen, name, NULL, 0, true);
	if (expected > FLTFS_EA_VALUE_MAX)
		ret = fltfs_ea_value_below(chosen, name, value, size, false);
	else
		ret = fltfs_ea_get_roomy(subject.fo, name, value, size,
					 max_t(ssize_t, expected, 0));
	fltfs_subject_close(&subject);
	return ret;
}

/* Names that filters left in a listing, one after another, each terminated. */
struct fltfs_ea_left {
	char *names;
	size_t used;
	size_t room;
};

static int fltfs_ea_keep(struct fltfs_ea_left *left, const FILE_FULL_EA_INFORMATION *entry)
{
	size_t length = entry->EaNameLength + 1;

	if (left->used + length > left->room) {
		size_t room = 2 * left->room + length + 256;
		char *names;

		if (room > XATTR_LIST_MAX * 2)
			return -E2BIG;
		names = kvmalloc(room, GFP_KERNEL);
		if (!names)
			return -ENOMEM;
		if (left->used)
			memcpy(names, left->names, left->used);
		kvfree(left->names);
		left->names = names;
		left->room = room;
	}
	memcpy(left->names + left->used, fltfs_ea_name(entry), length);
	left->used += length;
	return 0;
}

/* The names of one answer, but for those that only the lower file system has a say in. */
static int fltfs_ea_keep_all(struct fltfs_ea_left *left, const struct fltfs_ea_room *room)
{
	const FILE_FULL_EA_INFORMATION *entry;
	ULONG at = 0;
	int err = 0;

	while (!err && (entry = fltfs_ea_at(room->buffer, room->used, at))) {
		if (fltfs_ea_shown(fltfs_ea_name(entry)))
			err = fltfs_ea_keep(left, entry);
		if (!entry->NextEntryOffset)
			break;
		at += entry->NextEntryOffset;
	}
	return err;
}

/*
 * Queries until there is nothing more. Filters may answer whatever they like: each round has to
 * give a name, and there can only be so many, or to get further below than any before.
 */
static int fltfs_ea_list_all(struct fltfs_fo *fo, struct fltfs_ea_query *query,
			     struct fltfs_ea_left *left, struct fltfs_ea_room *room)
{
	UCHAR flags = SL_RESTART_SCAN;
	ULONG furthest = 0;
	NTSTATUS status;
	int err;

	for (;;) {
		size_t before = left->used;

		status = fltfs_ea_query_send(fo, query, NULL, 0, room, flags, &err);
		if (status == STATUS_NO_MORE_EAS || status == STATUS_NO_EAS_ON_FILE ||
		    status == STATUS_EAS_NOT_SUPPORTED)
			return 0;
		if (err && status != STATUS_BUFFER_OVERFLOW)
			return err;
		err = fltfs_ea_keep_all(left, room);
		if (err)
			return err;
		if (left->used == before && query->cursor <= furthest)
			return 0;
		if (fatal_signal_pending(current))
			return -EINTR;
		furthest = max(furthest, query->cursor);
		flags = 0;
	}
}

/* Takes a name out of the list. Return: it was there. */
static bool fltfs_ea_take(struct fltfs_ea_left *left, const char *name)
{
	size_t at, length = strlen(name) + 1;

	for (at = 0; at < left->used; at += strlen(left->names + at) + 1) {
		if (strcmp(left->names + at, name))
			continue;
		memmove(left->names + at, left->names + at + length, left->used - at - length);
		left->used -= length;
		return true;
	}
	return false;
}

static int fltfs_ea_put_name(char *list, size_t size, size_t *used, const char *name)
{
	size_t length = strlen(name) + 1;

	if (size && (*used > size || size - *used < length))
		return -ERANGE;
	if (size)
		memcpy(list + *used, name, length);
	*used += length;
	return 0;
}

/* In the lower file system's order, without what filters took out; then what they put in. */
static ssize_t fltfs_ea_merge(struct dentry *dentry, struct fltfs_ea_query *query,
			      struct fltfs_ea_left *left, char *list, size_t size)
{
	size_t at, used = 0;
	int err = 0;

	/* A filter has answered everything by itself. */
	if (!query->names)
		query->names = fltfs_ea_names(dentry, &query->size);
	if (IS_ERR(query->names))
		return PTR_ERR(query->names);
	for (at = 0; at < query->size && !err; at += strlen(query->names + at) + 1)
		if (!fltfs_ea_shown(query->names + at) || fltfs_ea_take(left, query->names + at))
			err = fltfs_ea_put_name(list, size, &used, query->names + at);
	for (at = 0; at < left->used && !err; at += strlen(left->names + at) + 1)
		err = fltfs_ea_put_name(list, size, &used, left->names + at);
	return err ?: used;
}

/**
 * fltfs_ea_list() - listxattr that a filter wants to see
 * @dentry: upper dentry
 * @list: filled, unless @size is 0
 * @size: its size, or 0 to learn the length
 *
 * Return: length of the list, or a negative errno.
 */
ssize_t fltfs_ea_list(struct dentry *dentry, char *list, size_t size)
{
	struct fltfs_ea_room room = { .size = FLTFS_EA_ROOM };
	struct fltfs_ea_query query = {};
	struct fltfs_ea_left left = {};
	struct fltfs_subject subject;
	ssize_t ret;

	room.buffer = kvzalloc(room.size, GFP_KERNEL);
	if (!room.buffer)
		return -ENOMEM;
	ret = fltfs_subject_open(&subject, dentry, FILE_READ_EA | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (!ret) {
		query.inode = d_inode(subject.fo->dentry);
		ret = fltfs_ea_list_all(subject.fo, &query, &left, &room);
		if (!ret)
			ret = fltfs_ea_merge(subject.fo->dentry, &query, &left, list, size);
		fltfs_subject_close(&subject);
	}
	if (!IS_ERR(query.names))
		kvfree(query.names);
	kvfree(left.names);
	kvfree(room.buffer);
	return ret;
}
