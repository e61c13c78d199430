// SPDX-License-Identifier: GPL-2.0
/*
 * Owner, mode and ACL as security descriptors. The shape is one of our own and has everything that
 * the Linux side has: users are S-1-22-1-uid, groups S-1-22-2-gid, the mask of an ACL S-1-22-3-0,
 * all others S-1-1-0; each entry of a mode or ACL is one ACCESS_ALLOWED_ACE, in the order of the
 * ACL, and its mask has the generic rights for r, w and x. Those of a directory's default ACL are
 * marked as inherited only; there are none where it is removed. What comes back from a filter is
 * taken if it has this shape, and is refused otherwise: a DACL that says something else has no mode
 * that means the same.
 */
#include <linux/slab.h>
#include "fs/request.h"

#define FLTFS_SID_USER	1
#define FLTFS_SID_GROUP	2
#define FLTFS_SID_MASK	3

/* S-1-22-class-id, and S-1-1-0 with one sub-authority less. */
struct fltfs_sid {
	u8 revision;
	u8 count;
	u8 authority[6];
	ULONG sub[2];
};

#define FLTFS_SID_SIZE	sizeof(struct fltfs_sid)
#define FLTFS_WORLD_SIZE	(sizeof(struct fltfs_sid) - sizeof(ULONG))

/* ACE_HEADER.AceFlags: object, container and only inherited */
#define FLTFS_ACE_DEFAULT	0x0b

static const struct fltfs_sid fltfs_world = { 1, 1, { 0, 0, 0, 0, 0, 1 }, { 0 } };

/* A descriptor under construction; what does not fit is only counted. */
struct fltfs_descriptor {
	u8 *buffer;
	ULONG room;
	ULONG used;
};

static void *fltfs_descriptor_add(struct fltfs_descriptor *to, ULONG size)
{
	ULONG at = to->used;

	to->used += size;
	if (to->used > to->room)
		return NULL;
	memset(to->buffer + at, 0, size);
	return to->buffer + at;
}

static ACCESS_MASK fltfs_access_of(unsigned int perm)
{
	return (perm & 4 ? FILE_GENERIC_READ : 0) | (perm & 2 ? FILE_GENERIC_WRITE : 0) |
	       (perm & 1 ? FILE_GENERIC_EXECUTE : 0);
}

static void fltfs_sid_init(struct fltfs_sid *sid, ULONG class, ULONG id)
{
	*sid = (struct fltfs_sid){ 1, 2, { 0, 0, 0, 0, 0, 22 }, { class, id } };
}

static void fltfs_sid_add(struct fltfs_descriptor *to, ULONG class, ULONG id)
{
	struct fltfs_sid *sid = fltfs_descriptor_add(to, FLTFS_SID_SIZE);

	if (sid)
		fltfs_sid_init(sid, class, id);
}

static void fltfs_ace_add(struct fltfs_descriptor *to, const struct fltfs_sid *sid, UCHAR flags,
			  unsigned int perm)
{
	ULONG length = sid->count == 1 ? FLTFS_WORLD_SIZE : FLTFS_SID_SIZE;
	ULONG size = offsetof(ACCESS_ALLOWED_ACE, SidStart) + length;
	ACCESS_ALLOWED_ACE *ace = fltfs_descriptor_add(to, size);

	if (!ace)
		return;
	ace->Header.AceFlags = flags;
	ace->Header.AceSize = size;
	ace->Mask = fltfs_access_of(perm);
	memcpy((u8 *)ace + offsetof(ACCESS_ALLOWED_ACE, SidStart), sid, length);
}

static void fltfs_ace_of(struct fltfs_descriptor *to, const struct posix_acl_entry *entry,
			 const struct kstat *stat, UCHAR flags)
{
	struct fltfs_sid sid = fltfs_world;

	switch (entry->e_tag) {
	case ACL_USER_OBJ:
		fltfs_sid_init(&sid, FLTFS_SID_USER, from_kuid_munged(&init_user_ns, stat->uid));
		break;
	case ACL_USER:
		fltfs_sid_init(&sid, FLTFS_SID_USER, from_kuid_munged(&init_user_ns, entry->e_uid));
		break;
	case ACL_GROUP_OBJ:
		fltfs_sid_init(&sid, FLTFS_SID_GROUP, from_kgid_munged(&init_user_ns, stat->gid));
		break;
	case ACL_GROUP:
		fltfs_sid_init(&sid, FLTFS_SID_GROUP,
			       from_kgid_munged(&init_user_ns, entry->e_gid));
		break;
	case ACL_MASK:
		fltfs_sid_init(&sid, FLTFS_SID_MASK, 0);
		break;
	}
	fltfs_ace_add(to, &sid, flags, entry->e_perm);
}

/* Return: where the ACL begins. */
static ULONG fltfs_dacl_add(struct fltfs_descriptor *to, const struct kstat *stat,
			    const struct posix_acl *acl, int type)
{
	const UCHAR flags = type == ACL_TYPE_DEFAULT ? FLTFS_ACE_DEFAULT : 0;
	const struct posix_acl_entry plain[] = {
		{ .e_tag = ACL_USER_OBJ, .e_perm = stat->mode >> 6 & 7 },
		{ .e_tag = ACL_GROUP_OBJ, .e_perm = stat->mode >> 3 & 7 },
		{ .e_tag = ACL_OTHER, .e_perm = stat->mode & 7 },
	};
	const struct posix_acl_entry *entries = acl ? acl->a_entries : plain;
	unsigned int i, count = acl ? acl->a_count : flags ? 0 : ARRAY_SIZE(plain);
	ULONG at = to->used;
	ACL *header = fltfs_descriptor_add(to, sizeof(*header));

	for (i = 0; i < count; i++)
		fltfs_ace_of(to, &entries[i], stat, flags);
	if (header && to->used <= to->room) {
		header->AclRevision = ACL_REVISION;
		header->AclSize = to->used - at;
		header->AceCount = count;
	}
	return at;
}

static void fltfs_descriptor_fill(struct fltfs_descriptor *to, SECURITY_INFORMATION what,
				  const struct kstat *stat, const struct posix_acl *acl,
				  int type)
{
	SECURITY_DESCRIPTOR_RELATIVE head = {
		.Revision	= SECURITY_DESCRIPTOR_REVISION,
		.Control	= SE_SELF_RELATIVE,
	};
	void *at = fltfs_descriptor_add(to, sizeof(head));

	if (what & OWNER_SECURITY_INFORMATION) {
		head.Owner = to->used;
		fltfs_sid_add(to, FLTFS_SID_USER, from_kuid_munged(&init_user_ns, stat->uid));
	}
	if (what & GROUP_SECURITY_INFORMATION) {
		head.Group = to->used;
		fltfs_sid_add(to, FLTFS_SID_GROUP, from_kgid_munged(&init_user_ns, stat->gid));
	}
	if (what & DACL_SECURITY_INFORMATION) {
		head.Control |= SE_DACL_PRESENT;
		head.Dacl = fltfs_dacl_add(to, stat, acl, type);
	}
	if (at)
		memcpy(at, &head, sizeof(head));
}

/**
 * fltfs_descriptor_build() - a self-relative security descriptor
 * @buffer: filled
 * @room: its size
 * @what: the parts wanted: owner, group, DACL
 * @stat: owner, group and mode
 * @acl: the ACL; NULL where the mode says all, or where a default ACL goes
 * @type: ACL_TYPE_ACCESS, or ACL_TYPE_DEFAULT for what a directory hands on
 * @needed: how large the descriptor is
 *
 * Return: 0, or -ERANGE when it does not fit.
 */
int fltfs_descriptor_build(void *buffer, ULONG room, SECURITY_INFORMATION what,
			   const struct kstat *stat, const struct posix_acl *acl, int type,
			   ULONG *needed)
{
	struct fltfs_descriptor to = { .buffer = buffer, .room = buffer ? room : 0 };

	fltfs_descriptor_fill(&to, what, stat, acl, type);
	*needed = to.used;
	return to.used > to.room ? -ERANGE : 0;
}

/* The parts of a descriptor in either form; NULL where there is none. */
static NTSTATUS fltfs_descriptor_parts(const void *descriptor, const void **owner,
				       const void **group, const ACL **dacl)
{
	const SECURITY_DESCRIPTOR_RELATIVE *relative = descriptor;
	const SECURITY_DESCRIPTOR *absolute = descriptor;

	if (!descriptor)
		return STATUS_ACCESS_VIOLATION;
	if (relative->Revision != SECURITY_DESCRIPTOR_REVISION)
		return STATUS_UNKNOWN_REVISION;
	if (relative->Control & SE_SELF_RELATIVE) {
		if ((relative->Owner && relative->Owner < sizeof(*relative)) ||
		    (relative->Group && relative->Group < sizeof(*relative)) ||
		    (relative->Dacl && relative->Dacl < sizeof(*relative)))
			return STATUS_INVALID_SECURITY_DESCR;
		*owner = relative->Owner ? descriptor + relative->Owner : NULL;
		*group = relative->Group ? descriptor + relative->Group : NULL;
		*dacl = relative->Dacl ? descriptor + relative->Dacl : NULL;
	} else {
		*owner = absolute->Owner;
		*group = absolute->Group;
		*dacl = absolute->Dacl;
	}
	if (!(relative->Control & SE_DACL_PRESENT))
		*dacl = NULL;
	return STATUS_SUCCESS;
}

/**
 * fltfs_descriptor_has() - which parts has a descriptor?
 * @descriptor: in either form
 * @what: receives them; a DACL that gives everybody every right counts as none
 *
 * Return: STATUS_SUCCESS, or what is wrong with the descriptor
 */
NTSTATUS fltfs_descriptor_has(const void *descriptor, SECURITY_INFORMATION *what)
{
	const void *owner, *group;
	const ACL *dacl;
	NTSTATUS status;

	status = fltfs_descriptor_parts(descriptor, &owner, &group, &dacl);
	*what = 0;
	if (!NT_SUCCESS(status))
		return status;
	if (owner)
		*what |= OWNER_SECURITY_INFORMATION;
	if (group)
		*what |= GROUP_SECURITY_INFORMATION;
	if (dacl)
		*what |= DACL_SECURITY_INFORMATION;
	return STATUS_SUCCESS;
}

static bool fltfs_sid_is(const void *sid, ULONG class, ULONG *id)
{
	struct fltfs_sid want, have;

	memcpy(&have, sid, FLTFS_WORLD_SIZE);
	if (have.revision != 1 || have.count != 2)
		return false;
	memcpy(&have, sid, FLTFS_SID_SIZE);
	fltfs_sid_init(&want, class, have.sub[1]);
	if (memcmp(&want, &have, FLTFS_SID_SIZE))
		return false;
	*id = have.sub[1];
	return true;
}

/* The permission that a mask of ours stands for, or -1. */
static int fltfs_perm_of(ACCESS_MASK mask)
{
	int perm;

	for (perm = 0; perm < 8; perm++)
		if (fltfs_access_of(perm) == mask)
			return perm;
	return -1;
}

/* One entry; which user and which group are the file's own follows from the order. */
static NTSTATUS fltfs_entry_of(const ACCESS_ALLOWED_ACE *ace, ULONG left,
			       struct posix_acl_entry *entry)
{
	const ULONG fixed = offsetof(ACCESS_ALLOWED_ACE, SidStart);
	const void *sid = (const u8 *)ace + fixed;
	int perm;
	ULONG id;

	if (left < fixed + FLTFS_WORLD_SIZE || ace->Header.AceSize > left ||
	    ace->Header.AceSize < fixed + FLTFS_WORLD_SIZE)
		return STATUS_INVALID_ACL;
	perm = fltfs_perm_of(ace->Mask);
	if (ace->Header.AceType || ace->Header.AceFlags || perm < 0)
		return STATUS_NOT_SUPPORTED;
	entry->e_perm = perm;
	if (ace->Header.AceSize == fixed + FLTFS_WORLD_SIZE) {
		entry->e_tag = ACL_OTHER;
		return memcmp(sid, &fltfs_world, FLTFS_WORLD_SIZE) ? STATUS_NOT_SUPPORTED :
								     STATUS_SUCCESS;
	}
	if (ace->Header.AceSize != fixed + FLTFS_SID_SIZE)
		return STATUS_NOT_SUPPORTED;
	if (fltfs_sid_is(sid, FLTFS_SID_USER, &id)) {
		entry->e_tag = ACL_USER;
		entry->e_uid = make_kuid(&init_user_ns, id);
	} else if (fltfs_sid_is(sid, FLTFS_SID_GROUP, &id)) {
		entry->e_tag = ACL_GROUP;
		entry->e_gid = make_kgid(&init_user_ns, id);
	} else if (fltfs_sid_is(sid, FLTFS_SID_MASK, &id)) {
		entry->e_tag = ACL_MASK;
	} else {
		return STATUS_NOT_SUPPORTED;
	}
	return STATUS_SUCCESS;
}

/* Whom the entries of a file's owner and group may name, as numbers: who has it, or gets it. */
struct fltfs_holders {
	ULONG user[2];
	ULONG group[2];
};

static void fltfs_holders_init(struct fltfs_holders *holders, const struct inode *inode,
			       const void *owner, const void *group)
{
	kuid_t uid;
	kgid_t gid;

	fltfs_owners(inode, &uid, &gid);
	holders->user[0] = from_kuid_munged(&init_user_ns, uid);
	holders->group[0] = from_kgid_munged(&init_user_ns, gid);
	if (!owner || !fltfs_sid_is(owner, FLTFS_SID_USER, &holders->user[1]))
		holders->user[1] = holders->user[0];
	if (!group || !fltfs_sid_is(group, FLTFS_SID_GROUP, &holders->group[1]))
		holders->group[1] = holders->group[0];
}

/* The first user and the first group are the file's own, or the ACL would say what it does not. */
static bool fltfs_is_holder(const ULONG *holders, ULONG id)
{
	return id == holders[0] || id == holders[1];
}

static NTSTATUS fltfs_dacl_entries(const ACL *dacl, const struct fltfs_holders *holders,
				   struct posix_acl *acl)
{
	const u8 *at = (const u8 *)(dacl + 1);
	ULONG left = dacl->AclSize - sizeof(*dacl), i;
	bool owner = false, group = false;
	NTSTATUS status;

	for (i = 0; i < dacl->AceCount; i++) {
		const ACCESS_ALLOWED_ACE *ace = (const void *)at;
		struct posix_acl_entry *entry = &acl->a_entries[i];

		status = fltfs_entry_of(ace, left, entry);
		if (!NT_SUCCESS(status))
			return status;
		if (entry->e_tag == ACL_USER && !owner) {
			if (!fltfs_is_holder(holders->user,
					     from_kuid_munged(&init_user_ns, entry->e_uid)))
				return STATUS_NOT_SUPPORTED;
			entry->e_tag = ACL_USER_OBJ;
			owner = true;
		} else if (entry->e_tag == ACL_GROUP && !group) {
			if (!fltfs_is_holder(holders->group,
					     from_kgid_munged(&init_user_ns, entry->e_gid)))
				return STATUS_NOT_SUPPORTED;
			entry->e_tag = ACL_GROUP_OBJ;
			group = true;
		}
		at += ace->Header.AceSize;
		left -= ace->Header.AceSize;
	}
	return posix_acl_valid(&init_user_ns, acl) ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

/* An ACL, as fltfs_dacl_add() writes one, to be released. */
static NTSTATUS fltfs_dacl_acl(const ACL *dacl, const struct fltfs_holders *holders,
			       struct posix_acl **acl)
{
	NTSTATUS status;

	*acl = NULL;
	/* Without a DACL everybody might do everything: that is not meant for a Linux mode. */
	if (!dacl)
		return STATUS_NOT_SUPPORTED;
	if (dacl->AclRevision != ACL_REVISION || dacl->AclSize < sizeof(*dacl))
		return STATUS_INVALID_ACL;
	*acl = posix_acl_alloc(dacl->AceCount, GFP_KERNEL);
	if (!*acl)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = fltfs_dacl_entries(dacl, holders, *acl);
	if (NT_SUCCESS(status))
		return status;
	posix_acl_release(*acl);
	*acl = NULL;
	return status;
}

/* Owner, group and others; nothing else is a mode. */
static NTSTATUS fltfs_dacl_mode(const ACL *dacl, const struct fltfs_holders *holders,
				umode_t *mode)
{
	struct posix_acl *acl;
	NTSTATUS status;

	*mode = 0;
	status = fltfs_dacl_acl(dacl, holders, &acl);
	if (NT_SUCCESS(status) && posix_acl_equiv_mode(acl, mode))
		status = STATUS_NOT_SUPPORTED;
	posix_acl_release(acl);
	return status;
}

/**
 * fltfs_descriptor_take() - what a descriptor says, as a change of attributes
 * @inode: of what, the upper one
 * @descriptor: in either form
 * @what: its parts that count
 * @attr: ia_mode has the mode whose permissions are replaced; receives what is to be changed, and
 *	ATTR_MODE, ATTR_UID and ATTR_GID as @what says
 *
 * Return: STATUS_SUCCESS, or what is wrong with the descriptor (INFO-70).
 */
NTSTATUS fltfs_descriptor_take(const struct inode *inode, const void *descriptor,
			       SECURITY_INFORMATION what, struct iattr *attr)
{
	const void *owner, *group;
	struct fltfs_holders holders;
	NTSTATUS status;
	const ACL *dacl;
	umode_t perm;
	ULONG id;

	status = fltfs_descriptor_parts(descriptor, &owner, &group, &dacl);
	if (!NT_SUCCESS(status))
		return status;
	attr->ia_valid &= ~(ATTR_MODE | ATTR_UID | ATTR_GID);
	if (what & OWNER_SECURITY_INFORMATION) {
		if (!owner || !fltfs_sid_is(owner, FLTFS_SID_USER, &id))
			return STATUS_INVALID_OWNER;
		attr->ia_uid = make_kuid(&init_user_ns, id);
		attr->ia_valid |= ATTR_UID;
	}
	if (what & GROUP_SECURITY_INFORMATION) {
		if (!group || !fltfs_sid_is(group, FLTFS_SID_GROUP, &id))
			return STATUS_INVALID_SID;
		attr->ia_gid = make_kgid(&init_user_ns, id);
		attr->ia_valid |= ATTR_GID;
	}
	if (what & DACL_SECURITY_INFORMATION) {
		fltfs_holders_init(&holders, inode, owner, group);
		status = fltfs_dacl_mode(dacl, &holders, &perm);
		if (!NT_SUCCESS(status))
			return status;
		attr->ia_mode = (attr->ia_mode & ~0777) | perm;
		attr->ia_valid |= ATTR_MODE;
	}
	return STATUS_SUCCESS;
}

/**
 * struct fltfs_acl_change - an ACL being set
 * @request: first member
 * @dentry: upper dentry of what it is set on
 * @descriptor: what filters see
 * @shown: the same, not to be changed
 * @size: of both
 * @lower: makes the change below
 * @context: for @lower
 */
struct fltfs_acl_change {
	struct fltfs_request request;
	struct dentry *dentry;
	void *descriptor;
	void *shown;
	ULONG size;
	int (*lower)(void *context, struct dentry *dentry);
	void *context;
};

/* A filter may refuse an ACL; what it would put in its place has no form for the caller. */
static void fltfs_bottom_acl(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_acl_change *change = op->front;
	int err = -EOPNOTSUPP;

	if (parameters->SetSecurity.SecurityInformation == DACL_SECURITY_INFORMATION &&
	    parameters->SetSecurity.SecurityDescriptor == change->descriptor &&
	    !memcmp(change->descriptor, change->shown, change->size))
		err = change->lower(change->context, change->dentry);
	fltfs_op_errno(op, err, 0);
}

static noinline int fltfs_acl_send(struct fltfs_fo *fo, struct fltfs_acl_change *change)
{
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	change->request.bottom = fltfs_bottom_acl;
	flt_operation_init(&op, fo->base.volume, IRP_MJ_SET_SECURITY, &fo->base.fo);
	op.vfs_lock = FLT_LOCK_INODE;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.Parameters.SetSecurity.SecurityInformation = DACL_SECURITY_INFORMATION;
	op.iopb.Parameters.SetSecurity.SecurityDescriptor = change->descriptor;
	op.front = change;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* Both copies of the descriptor, in one piece of memory. */
static int fltfs_acl_describe(struct fltfs_acl_change *change, const struct inode *inode,
			      const struct posix_acl *acl, int type)
{
	struct kstat stat = { .mode = fltfs_lower_inode(inode)->i_mode };
	ULONG size = 0;

	fltfs_owners(inode, &stat.uid, &stat.gid);
	fltfs_descriptor_build(NULL, 0, DACL_SECURITY_INFORMATION, &stat, acl, type, &size);
	change->descriptor = kvmalloc(2 * size, GFP_KERNEL);
	if (!change->descriptor)
		return -ENOMEM;
	fltfs_descriptor_build(change->descriptor, size, DACL_SECURITY_INFORMATION, &stat, acl,
			       type, &size);
	change->size = size;
	change->shown = change->descriptor + size;
	memcpy(change->shown, change->descriptor, size);
	return 0;
}

/**
 * fltfs_acl_set_filtered() - an ACL being set or removed, which a filter wants to see
 * @dentry: upper dentry
 * @acl: the new ACL; NULL when it is removed
 * @type: ACL_TYPE_ACCESS or ACL_TYPE_DEFAULT
 * @lower: makes the change below, of an upper dentry that may be another by then
 * @context: for @lower
 *
 * Return: what @lower said, or a filter's errno; -EOPNOTSUPP when a filter changed the descriptor.
 */
int fltfs_acl_set_filtered(struct dentry *dentry, struct posix_acl *acl, int type,
			   int (*lower)(void *context, struct dentry *dentry), void *context)
{
	struct fltfs_acl_change change = { .lower = lower, .context = context };
	struct fltfs_subject subject;
	int err;

	err = fltfs_subject_open(&subject, dentry, WRITE_DAC | READ_CONTROL | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (err)
		return err;
	change.dentry = subject.fo->dentry;
	err = fltfs_acl_describe(&change, d_inode(change.dentry), acl, type);
	if (!err)
		err = fltfs_acl_send(subject.fo, &change);
	fltfs_subject_close(&subject);
	kvfree(change.descriptor);
	return err;
}

/**
 * fltfs_query_security() - QUERY_SECURITY at the bottom
 * @fo: open file object
 * @what: the parts wanted
 * @buffer: filled
 * @length: its size
 * @used: bytes written, or needed
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW (nothing written), or the lower file system's.
 */
NTSTATUS fltfs_query_security(struct fltfs_fo *fo, SECURITY_INFORMATION what, void *buffer,
			      ULONG length, ULONG *used)
{
	struct inode *lower = fltfs_lower_inode(d_inode(fo->dentry));
	struct posix_acl *acl = NULL;
	struct kstat stat;
	int err;

	err = fltfs_lower_stat(fo, 0, 0, &stat);
	if (err)
		return flt_status_from_errno(err);
	if (what & DACL_SECURITY_INFORMATION && IS_POSIXACL(lower) && !S_ISLNK(stat.mode)) {
		acl = fltfs_map_acl(fo->dentry->d_sb, flt_check_acl(lower, ACL_TYPE_ACCESS));
		if (IS_ERR(acl)) {
			err = PTR_ERR(acl);
			acl = NULL;
			if (err != -EOPNOTSUPP)
				return flt_status_from_errno(err);
		}
	}
	err = fltfs_descriptor_build(buffer, length, what, &stat, acl, ACL_TYPE_ACCESS, used);
	posix_acl_release(acl);
	return err ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static void fltfs_bottom_query_security(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	ULONG used = 0;

	if (fltfs_op_is_open(op))
		status = fltfs_query_security(fltfs_op_fo(op),
					      parameters->QuerySecurity.SecurityInformation,
					      parameters->QuerySecurity.SecurityBuffer,
					      parameters->QuerySecurity.Length, &used);
	flt_operation_result(op, status, used);
}

static noinline int fltfs_query_security_send(struct fltfs_fo *fo, void *buffer, ULONG length)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_query_security };
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_QUERY_SECURITY, &fo->base.fo);
	op.data.RequestorMode = KernelMode;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.Parameters.QuerySecurity.SecurityInformation = DACL_SECURITY_INFORMATION;
	op.iopb.Parameters.QuerySecurity.Length = length;
	op.iopb.Parameters.QuerySecurity.SecurityBuffer = buffer;
	op.front = &request;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/**
 * fltfs_acl_get_filtered() - a program asks for an ACL, which a filter wants to see
 * @dentry: upper dentry
 *
 * What filters make of the descriptor goes nowhere: it cannot say all that an ACL says.
 *
 * Return: 0 if the program may have it, a filter's errno, or that of the lower file system.
 */
int fltfs_acl_get_filtered(struct dentry *dentry)
{
	struct fltfs_subject subject;
	ULONG length = 0;
	NTSTATUS status;
	void *buffer;
	int err;

	err = fltfs_subject_open(&subject, dentry, READ_CONTROL | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (err)
		return err;
	status = fltfs_query_security(subject.fo, DACL_SECURITY_INFORMATION, NULL, 0, &length);
	err = status == STATUS_BUFFER_OVERFLOW ? 0 : flt_errno_from_status(status, NULL);
	buffer = err ? NULL : kvzalloc(length, GFP_KERNEL);
	if (buffer)
		err = fltfs_query_security_send(subject.fo, buffer, length);
	else if (!err)
		err = -ENOMEM;
	kvfree(buffer);
	fltfs_subject_close(&subject);
	return err;
}

/* Can the file below have an ACL? */
static bool fltfs_has_acls(const struct fltfs_fo *fo)
{
	const struct inode *lower = fltfs_lower_inode(d_inode(fo->dentry));

	return IS_POSIXACL(lower) && !S_ISLNK(lower->i_mode);
}

/* Has the file below an ACL that says more than its mode? */
static bool fltfs_has_acl(const struct fltfs_fo *fo)
{
	struct inode *lower = fltfs_lower_inode(d_inode(fo->dentry));
	struct posix_acl *acl;
	bool has;

	if (!fltfs_has_acls(fo))
		return false;
	acl = flt_check_acl(lower, ACL_TYPE_ACCESS);
	/* Where it cannot be told, the ACL is set, or that fails. */
	has = acl && acl != ERR_PTR(-EOPNOTSUPP);
	if (!IS_ERR_OR_NULL(acl))
		posix_acl_release(acl);
	return has;
}

/*
 * The ACL that a descriptor's DACL has to be set as, or NULL where a mode says it all. What the
 * file has goes then: a mode alone would leave it, with more in force than the DACL says.
 */
static NTSTATUS fltfs_descriptor_acl(const struct fltfs_fo *fo, SECURITY_INFORMATION what,
				     const void *descriptor, struct posix_acl **acl)
{
	const void *owner, *group;
	struct fltfs_holders holders;
	NTSTATUS status;
	const ACL *dacl;
	umode_t mode = 0;

	*acl = NULL;
	if (!(what & DACL_SECURITY_INFORMATION))
		return STATUS_SUCCESS;
	status = fltfs_descriptor_parts(descriptor, &owner, &group, &dacl);
	if (!NT_SUCCESS(status))
		return status;
	fltfs_holders_init(&holders, d_inode(fo->dentry), owner, group);
	status = fltfs_dacl_acl(dacl, &holders, acl);
	if (NT_SUCCESS(status) && !posix_acl_equiv_mode(*acl, &mode) && !fltfs_has_acl(fo)) {
		posix_acl_release(*acl);
		*acl = NULL;
	}
	return status;
}

/* Owner and mode, as far as they change. */
static int fltfs_set_owner_mode(struct fltfs_fo *fo, struct iattr *attr)
{
	if (!(attr->ia_valid & (ATTR_UID | ATTR_GID | ATTR_MODE)))
		return 0;
	if (attr->ia_valid & (ATTR_UID | ATTR_GID) && !S_ISDIR(attr->ia_mode)) {
		attr->ia_valid |= FLTFS_KILL_PRIVILEGES;
		if (attr->ia_valid & ATTR_MODE)
			return fltfs_setattr_owned(fo->dentry, attr);
	}
	return fltfs_setattr_lower(fo->dentry, attr);
}

/**
 * fltfs_set_security() - SET_SECURITY that a filter started
 * @fo: open file object
 * @what: the parts to set
 * @descriptor: in either form
 *
 * Return: STATUS_SUCCESS, what is wrong with the descriptor, or the lower file system's error.
 */
NTSTATUS fltfs_set_security(struct fltfs_fo *fo, SECURITY_INFORMATION what,
			    const void *descriptor)
{
	struct iattr attr = {
		.ia_valid	= ATTR_CTIME,
		.ia_mode	= fltfs_lower_inode(d_inode(fo->dentry))->i_mode,
	};
	struct posix_acl *acl;
	NTSTATUS status;
	int err;

	status = fltfs_descriptor_acl(fo, what, descriptor, &acl);
	if (NT_SUCCESS(status))
		status = fltfs_descriptor_take(d_inode(fo->dentry), descriptor,
					       acl ? what & ~DACL_SECURITY_INFORMATION : what,
					       &attr);
	/* Before anything is changed. */
	if (NT_SUCCESS(status) && acl &&
	    (!fltfs_has_acls(fo) || (!FLT_SET_ACL_MAPS && fltfs_sb(fo->dentry->d_sb)->mapped)))
		status = STATUS_NOT_SUPPORTED;
	if (NT_SUCCESS(status)) {
		err = fltfs_set_owner_mode(fo, &attr);
		if (!err && acl)
			err = fltfs_acl_below(fo->dentry, acl, ACL_TYPE_ACCESS);
		status = flt_status_from_errno(err);
	}
	posix_acl_release(acl);
	return status;
}
