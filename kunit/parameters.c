// SPDX-License-Identifier: GPL-2.0
/*
 * Suite parameters: the members of the parameter block by name, place and size, as drivers that
 * were written for x64 use them; what operations that have no IRP carry; what may not be kept of
 * them; and the memory that goes with callback data.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include "kunit/async_issue.h"
#include "nt/mm_mdl.h"
#include "nt/violation.h"

static const FLT_PARAMETERS any;

struct parameters_member {
	const char *name;
	const void *place;
	unsigned short size;
	unsigned short want_offset;
	unsigned short want_size;
};

#define MEMBER(place, at, bytes) \
	{ #place, &(place), sizeof(place), at, bytes }

/* By pages of the WDK: every member, where it lies on x64, and how large it is. */
static const struct parameters_member parameters_members[] = {
	MEMBER(any.Create.SecurityContext, 0, 8),
	MEMBER(any.Create.Options, 8, 4),
	MEMBER(any.Create.ShareAccess, 18, 2),
	MEMBER(any.Create.FileAttributes, 16, 2),
	MEMBER(any.Create.EaLength, 24, 4),
	MEMBER(any.Create.EaBuffer, 32, 8),
	MEMBER(any.Create.AllocationSize, 40, 8),
	MEMBER(any.CreatePipe.SecurityContext, 0, 8),
	MEMBER(any.CreatePipe.Options, 8, 4),
	MEMBER(any.CreatePipe.ShareAccess, 18, 2),
	MEMBER(any.CreatePipe.Parameters, 24, 8),
	MEMBER(any.CreateMailslot.SecurityContext, 0, 8),
	MEMBER(any.CreateMailslot.Options, 8, 4),
	MEMBER(any.CreateMailslot.ShareAccess, 18, 2),
	MEMBER(any.CreateMailslot.Parameters, 24, 8),
	MEMBER(any.Read.Length, 0, 4),
	MEMBER(any.Read.Key, 8, 4),
	MEMBER(any.Read.ByteOffset, 16, 8),
	MEMBER(any.Read.ReadBuffer, 24, 8),
	MEMBER(any.Read.MdlAddress, 32, 8),
	MEMBER(any.Write.Length, 0, 4),
	MEMBER(any.Write.Key, 8, 4),
	MEMBER(any.Write.ByteOffset, 16, 8),
	MEMBER(any.Write.WriteBuffer, 24, 8),
	MEMBER(any.Write.MdlAddress, 32, 8),
	MEMBER(any.QueryFileInformation.Length, 0, 4),
	MEMBER(any.QueryFileInformation.FileInformationClass, 8, 4),
	MEMBER(any.QueryFileInformation.InfoBuffer, 16, 8),
	MEMBER(any.SetFileInformation.Length, 0, 4),
	MEMBER(any.SetFileInformation.FileInformationClass, 8, 4),
	MEMBER(any.SetFileInformation.ParentOfTarget, 16, 8),
	MEMBER(any.SetFileInformation.ReplaceIfExists, 24, 1),
	MEMBER(any.SetFileInformation.AdvanceOnly, 25, 1),
	MEMBER(any.SetFileInformation.ClusterCount, 24, 4),
	MEMBER(any.SetFileInformation.DeleteHandle, 24, 8),
	MEMBER(any.SetFileInformation.InfoBuffer, 32, 8),
	MEMBER(any.QueryEa.Length, 0, 4),
	MEMBER(any.QueryEa.EaList, 8, 8),
	MEMBER(any.QueryEa.EaListLength, 16, 4),
	MEMBER(any.QueryEa.EaIndex, 24, 4),
	MEMBER(any.QueryEa.EaBuffer, 32, 8),
	MEMBER(any.QueryEa.MdlAddress, 40, 8),
	MEMBER(any.SetEa.Length, 0, 4),
	MEMBER(any.SetEa.EaBuffer, 8, 8),
	MEMBER(any.SetEa.MdlAddress, 16, 8),
	MEMBER(any.QueryVolumeInformation.Length, 0, 4),
	MEMBER(any.QueryVolumeInformation.FsInformationClass, 8, 4),
	MEMBER(any.QueryVolumeInformation.VolumeBuffer, 16, 8),
	MEMBER(any.SetVolumeInformation.Length, 0, 4),
	MEMBER(any.SetVolumeInformation.FsInformationClass, 8, 4),
	MEMBER(any.SetVolumeInformation.VolumeBuffer, 16, 8),
	MEMBER(any.DirectoryControl.QueryDirectory.Length, 0, 4),
	MEMBER(any.DirectoryControl.QueryDirectory.FileName, 8, 8),
	MEMBER(any.DirectoryControl.QueryDirectory.FileInformationClass, 16, 4),
	MEMBER(any.DirectoryControl.QueryDirectory.FileIndex, 24, 4),
	MEMBER(any.DirectoryControl.QueryDirectory.DirectoryBuffer, 32, 8),
	MEMBER(any.DirectoryControl.QueryDirectory.MdlAddress, 40, 8),
	MEMBER(any.DirectoryControl.NotifyDirectory.Length, 0, 4),
	MEMBER(any.DirectoryControl.NotifyDirectory.CompletionFilter, 8, 4),
	MEMBER(any.DirectoryControl.NotifyDirectory.DirectoryBuffer, 32, 8),
	MEMBER(any.DirectoryControl.NotifyDirectory.MdlAddress, 40, 8),
	MEMBER(any.DirectoryControl.NotifyDirectoryEx.DirectoryNotifyInformationClass, 16, 4),
	MEMBER(any.DirectoryControl.NotifyDirectoryEx.DirectoryBuffer, 32, 8),
	MEMBER(any.FileSystemControl.VerifyVolume.Vpb, 0, 8),
	MEMBER(any.FileSystemControl.VerifyVolume.DeviceObject, 8, 8),
	MEMBER(any.FileSystemControl.Common.OutputBufferLength, 0, 4),
	MEMBER(any.FileSystemControl.Common.InputBufferLength, 8, 4),
	MEMBER(any.FileSystemControl.Common.FsControlCode, 16, 4),
	MEMBER(any.FileSystemControl.Neither.OutputBufferLength, 0, 4),
	MEMBER(any.FileSystemControl.Neither.InputBufferLength, 8, 4),
	MEMBER(any.FileSystemControl.Neither.FsControlCode, 16, 4),
	MEMBER(any.FileSystemControl.Neither.InputBuffer, 24, 8),
	MEMBER(any.FileSystemControl.Neither.OutputBuffer, 32, 8),
	MEMBER(any.FileSystemControl.Neither.OutputMdlAddress, 40, 8),
	MEMBER(any.FileSystemControl.Buffered.OutputBufferLength, 0, 4),
	MEMBER(any.FileSystemControl.Buffered.InputBufferLength, 8, 4),
	MEMBER(any.FileSystemControl.Buffered.FsControlCode, 16, 4),
	MEMBER(any.FileSystemControl.Buffered.SystemBuffer, 24, 8),
	MEMBER(any.FileSystemControl.Direct.OutputBufferLength, 0, 4),
	MEMBER(any.FileSystemControl.Direct.InputBufferLength, 8, 4),
	MEMBER(any.FileSystemControl.Direct.FsControlCode, 16, 4),
	MEMBER(any.FileSystemControl.Direct.InputSystemBuffer, 24, 8),
	MEMBER(any.FileSystemControl.Direct.OutputBuffer, 32, 8),
	MEMBER(any.FileSystemControl.Direct.OutputMdlAddress, 40, 8),
	MEMBER(any.DeviceIoControl.Common.OutputBufferLength, 0, 4),
	MEMBER(any.DeviceIoControl.Common.InputBufferLength, 8, 4),
	MEMBER(any.DeviceIoControl.Common.IoControlCode, 16, 4),
	MEMBER(any.DeviceIoControl.Neither.OutputBufferLength, 0, 4),
	MEMBER(any.DeviceIoControl.Neither.InputBufferLength, 8, 4),
	MEMBER(any.DeviceIoControl.Neither.IoControlCode, 16, 4),
	MEMBER(any.DeviceIoControl.Neither.InputBuffer, 24, 8),
	MEMBER(any.DeviceIoControl.Neither.OutputBuffer, 32, 8),
	MEMBER(any.DeviceIoControl.Neither.OutputMdlAddress, 40, 8),
	MEMBER(any.DeviceIoControl.Buffered.OutputBufferLength, 0, 4),
	MEMBER(any.DeviceIoControl.Buffered.InputBufferLength, 8, 4),
	MEMBER(any.DeviceIoControl.Buffered.IoControlCode, 16, 4),
	MEMBER(any.DeviceIoControl.Buffered.SystemBuffer, 24, 8),
	MEMBER(any.DeviceIoControl.Direct.OutputBufferLength, 0, 4),
	MEMBER(any.DeviceIoControl.Direct.InputBufferLength, 8, 4),
	MEMBER(any.DeviceIoControl.Direct.IoControlCode, 16, 4),
	MEMBER(any.DeviceIoControl.Direct.InputSystemBuffer, 24, 8),
	MEMBER(any.DeviceIoControl.Direct.OutputBuffer, 32, 8),
	MEMBER(any.DeviceIoControl.Direct.OutputMdlAddress, 40, 8),
	MEMBER(any.DeviceIoControl.FastIo.InputBuffer, 24, 8),
	MEMBER(any.DeviceIoControl.FastIo.OutputBuffer, 32, 8),
	MEMBER(any.LockControl.Length, 0, 8),
	MEMBER(any.LockControl.Key, 8, 4),
	MEMBER(any.LockControl.ByteOffset, 16, 8),
	MEMBER(any.LockControl.ProcessId, 24, 8),
	MEMBER(any.LockControl.FailImmediately, 32, 1),
	MEMBER(any.LockControl.ExclusiveLock, 33, 1),
	MEMBER(any.QuerySecurity.SecurityInformation, 0, 4),
	MEMBER(any.QuerySecurity.Length, 8, 4),
	MEMBER(any.QuerySecurity.SecurityBuffer, 16, 8),
	MEMBER(any.QuerySecurity.MdlAddress, 24, 8),
	MEMBER(any.SetSecurity.SecurityInformation, 0, 4),
	MEMBER(any.SetSecurity.SecurityDescriptor, 8, 8),
	MEMBER(any.WMI.ProviderId, 0, 8),
	MEMBER(any.WMI.DataPath, 8, 8),
	MEMBER(any.WMI.BufferSize, 16, 4),
	MEMBER(any.WMI.Buffer, 24, 8),
	MEMBER(any.QueryQuota.Length, 0, 4),
	MEMBER(any.QueryQuota.StartSid, 8, 8),
	MEMBER(any.QueryQuota.SidList, 16, 8),
	MEMBER(any.QueryQuota.SidListLength, 24, 4),
	MEMBER(any.QueryQuota.QuotaBuffer, 32, 8),
	MEMBER(any.QueryQuota.MdlAddress, 40, 8),
	MEMBER(any.SetQuota.Length, 0, 4),
	MEMBER(any.SetQuota.QuotaBuffer, 8, 8),
	MEMBER(any.SetQuota.MdlAddress, 16, 8),
	MEMBER(any.Pnp.StartDevice.AllocatedResources, 0, 8),
	MEMBER(any.Pnp.StartDevice.AllocatedResourcesTranslated, 8, 8),
	MEMBER(any.Pnp.QueryDeviceRelations.Type, 0, 4),
	MEMBER(any.Pnp.QueryInterface.InterfaceType, 0, 8),
	MEMBER(any.Pnp.QueryInterface.Size, 8, 2),
	MEMBER(any.Pnp.QueryInterface.Version, 10, 2),
	MEMBER(any.Pnp.QueryInterface.Interface, 16, 8),
	MEMBER(any.Pnp.QueryInterface.InterfaceSpecificData, 24, 8),
	MEMBER(any.Pnp.DeviceCapabilities.Capabilities, 0, 8),
	MEMBER(any.Pnp.FilterResourceRequirements.IoResourceRequirementList, 0, 8),
	MEMBER(any.Pnp.ReadWriteConfig.WhichSpace, 0, 4),
	MEMBER(any.Pnp.ReadWriteConfig.Buffer, 8, 8),
	MEMBER(any.Pnp.ReadWriteConfig.Offset, 16, 4),
	MEMBER(any.Pnp.ReadWriteConfig.Length, 24, 4),
	MEMBER(any.Pnp.SetLock.Lock, 0, 1),
	MEMBER(any.Pnp.QueryId.IdType, 0, 4),
	MEMBER(any.Pnp.QueryDeviceText.DeviceTextType, 0, 4),
	MEMBER(any.Pnp.QueryDeviceText.LocaleId, 8, 4),
	MEMBER(any.Pnp.UsageNotification.InPath, 0, 1),
	MEMBER(any.Pnp.UsageNotification.Type, 8, 4),
	MEMBER(any.AcquireForSectionSynchronization.SyncType, 0, 4),
	MEMBER(any.AcquireForSectionSynchronization.PageProtection, 4, 4),
	MEMBER(any.AcquireForSectionSynchronization.OutputInformation, 8, 8),
	MEMBER(any.AcquireForModifiedPageWriter.EndingOffset, 0, 8),
	MEMBER(any.AcquireForModifiedPageWriter.ResourceToRelease, 8, 8),
	MEMBER(any.ReleaseForModifiedPageWriter.ResourceToRelease, 0, 8),
	MEMBER(any.QueryOpen.Irp, 0, 8),
	MEMBER(any.QueryOpen.FileInformation, 8, 8),
	MEMBER(any.QueryOpen.Length, 16, 8),
	MEMBER(any.QueryOpen.FileInformationClass, 24, 4),
	MEMBER(any.FastIoCheckIfPossible.FileOffset, 0, 8),
	MEMBER(any.FastIoCheckIfPossible.Length, 8, 4),
	MEMBER(any.FastIoCheckIfPossible.LockKey, 16, 4),
	MEMBER(any.FastIoCheckIfPossible.CheckForReadOperation, 24, 1),
	MEMBER(any.NetworkQueryOpen.Irp, 0, 8),
	MEMBER(any.NetworkQueryOpen.NetworkInformation, 8, 8),
	MEMBER(any.MdlRead.FileOffset, 0, 8),
	MEMBER(any.MdlRead.Length, 8, 4),
	MEMBER(any.MdlRead.Key, 16, 4),
	MEMBER(any.MdlRead.MdlChain, 24, 8),
	MEMBER(any.MdlReadComplete.MdlChain, 0, 8),
	MEMBER(any.PrepareMdlWrite.FileOffset, 0, 8),
	MEMBER(any.PrepareMdlWrite.Length, 8, 4),
	MEMBER(any.PrepareMdlWrite.Key, 16, 4),
	MEMBER(any.PrepareMdlWrite.MdlChain, 24, 8),
	MEMBER(any.MdlWriteComplete.FileOffset, 0, 8),
	MEMBER(any.MdlWriteComplete.MdlChain, 8, 8),
	MEMBER(any.MountVolume.DeviceType, 0, 4),
	MEMBER(any.Others.Argument1, 0, 8),
	MEMBER(any.Others.Argument2, 8, 8),
	MEMBER(any.Others.Argument3, 16, 8),
	MEMBER(any.Others.Argument4, 24, 8),
	MEMBER(any.Others.Argument5, 32, 8),
	MEMBER(any.Others.Argument6, 40, 8),
};

static void parameters_layout(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parameters_members); i++) {
		const struct parameters_member *m = &parameters_members[i];

		size_t offset = m->place - (const void *)&any;

		if (!FLT_PROVES(test, "CBD-031", offset == m->want_offset &&
				m->size == m->want_size))
			kunit_info(test, "%s: %u bytes at %zu", m->name, m->size, offset);
	}
}

/* A reparse point's data, as a create that ends in STATUS_REPARSE shows it. */
static void parameters_tag(struct kunit *test)
{
	static const WCHAR target[] = u"\\??\\target";
	const size_t length = sizeof(target) - sizeof(WCHAR);
	FLT_TAG_DATA_BUFFER *tag;
	WCHAR *name;

	tag = kunit_kzalloc(test, sizeof(*tag) + 2 * sizeof(target), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tag);
	tag->FileTag = 0xa000000c;	/* a symbolic link */
	tag->SymbolicLinkReparseBuffer.SubstituteNameOffset = length;
	tag->SymbolicLinkReparseBuffer.SubstituteNameLength = length;
	tag->SymbolicLinkReparseBuffer.PrintNameLength = length;
	memcpy((char *)tag->SymbolicLinkReparseBuffer.PathBuffer + length, target, length);
	name = tag->SymbolicLinkReparseBuffer.PathBuffer +
	       tag->SymbolicLinkReparseBuffer.SubstituteNameOffset / sizeof(WCHAR);
	FLT_PROVES(test, "CBD-020", !memcmp(name, target, length) && !name[length / sizeof(WCHAR)]);
	FLT_PROVES(test, "CBD-020", FLT_TAG_DATA_BUFFER_HEADER_SIZE == 8 &&
		   offsetof(FLT_TAG_DATA_BUFFER, SymbolicLinkReparseBuffer.PathBuffer) == 20 &&
		   offsetof(FLT_TAG_DATA_BUFFER, MountPointReparseBuffer.PathBuffer) == 16 &&
		   offsetof(FLT_TAG_DATA_BUFFER, GenericReparseBuffer.DataBuffer) == 8 &&
		   offsetof(FLT_TAG_DATA_BUFFER, GenericGUIDReparseBuffer.TagGuid) == 8 &&
		   offsetof(FLT_TAG_DATA_BUFFER, GenericGUIDReparseBuffer.DataBuffer) == 24);
}

/* Runs a fast I/O operation and gives what A saw before it. */
static const FLT_PARAMETERS *parameters_shown(struct world *w, struct request *r)
{
	world_clear(w);
	request_run(r);
	return &world_event(w, 'A', WORLD_PRE, 0)->iopb.Parameters;
}

static void parameters_of_fast_io(struct kunit *test)
{
	static const UCHAR mdls[] = { IRP_MJ_MDL_READ, IRP_MJ_PREPARE_MDL_WRITE };
	static const UCHAR nothing[] = {
		IRP_MJ_ACQUIRE_FOR_CC_FLUSH, IRP_MJ_RELEASE_FOR_CC_FLUSH,
		IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION,
	};
	struct world *w = world_of(test);
	FILE_NETWORK_OPEN_INFORMATION network;
	void *irp = &network;
	const FLT_PARAMETERS *p;
	FLT_PARAMETERS *give;
	PMDL chain = NULL;
	MDL mdl;
	ULONG length = 56;
	struct request *r;
	unsigned int i;
	char buffer[56];

	world_probe(w, 'A', NULL);
	r = request_new(w, IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE);
	give = &r->op.iopb.Parameters;
	give->FastIoCheckIfPossible.FileOffset.QuadPart = 4096;
	give->FastIoCheckIfPossible.Length = 512;
	give->FastIoCheckIfPossible.LockKey = 7;
	give->FastIoCheckIfPossible.CheckForReadOperation = TRUE;
	p = parameters_shown(w, r);
	FLT_PROVES(test, "FASTIO-20", p->FastIoCheckIfPossible.FileOffset.QuadPart == 4096 &&
		   p->FastIoCheckIfPossible.Length == 512 &&
		   p->FastIoCheckIfPossible.LockKey == 7 &&
		   p->FastIoCheckIfPossible.CheckForReadOperation);

	r = request_new(w, IRP_MJ_NETWORK_QUERY_OPEN);
	give = &r->op.iopb.Parameters;
	give->NetworkQueryOpen.Irp = irp;
	give->NetworkQueryOpen.NetworkInformation = &network;
	p = parameters_shown(w, r);
	FLT_PROVES(test, "FASTIO-21", p->NetworkQueryOpen.Irp == irp &&
		   p->NetworkQueryOpen.NetworkInformation == &network);

	r = request_new(w, IRP_MJ_QUERY_OPEN);
	give = &r->op.iopb.Parameters;
	give->QueryOpen.Irp = (PIRP)buffer;
	give->QueryOpen.FileInformation = buffer;
	give->QueryOpen.Length = &length;
	give->QueryOpen.FileInformationClass = FileStatInformation;
	p = parameters_shown(w, r);
	FLT_PROVES(test, "FASTIO-25", p->QueryOpen.Irp == (PIRP)buffer &&
		   p->QueryOpen.FileInformation == buffer && p->QueryOpen.Length == &length &&
		   p->QueryOpen.FileInformationClass == FileStatInformation);

	for (i = 0; i < ARRAY_SIZE(mdls); i++) {
		r = request_new(w, mdls[i]);
		give = &r->op.iopb.Parameters;
		give->MdlRead.FileOffset.QuadPart = 8192;
		give->MdlRead.Length = 100;
		give->MdlRead.Key = 3;
		give->MdlRead.MdlChain = &chain;
		p = parameters_shown(w, r);
		FLT_PROVES(test, "FASTIO-42", p->PrepareMdlWrite.FileOffset.QuadPart == 8192 &&
			   p->PrepareMdlWrite.Length == 100 && p->PrepareMdlWrite.Key == 3 &&
			   p->PrepareMdlWrite.MdlChain == &chain);
	}
	r = request_new(w, IRP_MJ_MDL_READ_COMPLETE);
	r->op.iopb.Parameters.MdlReadComplete.MdlChain = &mdl;
	FLT_PROVES(test, "FASTIO-42", parameters_shown(w, r)->MdlReadComplete.MdlChain == &mdl);
	r = request_new(w, IRP_MJ_MDL_WRITE_COMPLETE);
	r->op.iopb.Parameters.MdlWriteComplete.FileOffset.QuadPart = 512;
	r->op.iopb.Parameters.MdlWriteComplete.MdlChain = &mdl;
	p = parameters_shown(w, r);
	FLT_PROVES(test, "FASTIO-42", p->MdlWriteComplete.FileOffset.QuadPart == 512 &&
		   p->MdlWriteComplete.MdlChain == &mdl);

	for (i = 0; i < ARRAY_SIZE(nothing); i++) {
		p = parameters_shown(w, request_new(w, nothing[i]));
		FLT_PROVES(test, "FASTIO-32", !memchr_inv(p, 0, sizeof(*p)));
	}
}

static void parameters_mount(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	*status = FLT_PREOP_DISALLOW_FASTIO;
}

static void parameters_of_mount(struct kunit *test)
{
	static const ULONG types[] = {
		FILE_DEVICE_DISK_FILE_SYSTEM, FILE_DEVICE_CD_ROM_FILE_SYSTEM,
		FILE_DEVICE_NETWORK_FILE_SYSTEM,
	};
	struct world *w = world_of(test);
	const struct world_event *pre;
	struct request *r;
	unsigned int i;

	world_probes(w, "AB");
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		r = request_new(w, IRP_MJ_VOLUME_MOUNT);
		r->op.iopb.Parameters.MountVolume.DeviceType = types[i];
		FLT_PROVES(test, "FASTIO-48",
			   parameters_shown(w, r)->MountVolume.DeviceType == types[i]);
		pre = world_event(w, 'A', WORLD_PRE, 0);
		FLT_PROVES(test, "FASTIO-48", FLT_IS_FASTIO_OPERATION(&pre->data) &&
			   pre->iopb.MajorFunction == IRP_MJ_VOLUME_MOUNT);
	}
	/* It cannot be turned down. */
	w->probe[0]->on_pre = parameters_mount;
	world_clear(w);
	FLT_PROVES(test, "FASTIO-48", NT_SUCCESS(world_do(w, IRP_MJ_VOLUME_MOUNT)) &&
		   world_count(w, 'B', WORLD_PRE) == 1 && atomic_read(&w->fake->performed) == 4 &&
		   world_violations(w) == 1);
}

/* The file object of a query by name is in its issuer's frame. */
static NTSTATUS parameters_kept;

static void parameters_keep(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	ObfReferenceObject(objects->FileObject);
	parameters_kept = ObReferenceObjectByPointer(objects->FileObject, 0, NULL, KernelMode);
	/* What was not taken cannot be given back. */
	ObfDereferenceObject(objects->FileObject);
}

static noinline NTSTATUS parameters_query_by_name(struct world *w)
{
	struct flt_file file;
	struct request *r;

	flt_file_init(&file, w->fake->volume);
	file.lent = true;
	r = request_on(w, w->fake, &file.fo, IRP_MJ_NETWORK_QUERY_OPEN);
	request_run(r);
	flt_file_fini(&file);
	FLT_PROVES(w->test, "FASTIO-22", refcount_read(&file.refs) == 1);
	flt_object_put(&w->fake->volume->obj);
	return r->status;
}

static void parameters_lent(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);

	world_probes(w, "A");
	FLT_PROVES(test, "FASTIO-22", NT_SUCCESS(parameters_query_by_name(w)) &&
		   atomic64_read(&fsh_violations) == before);
	w->probe[0]->on_pre = parameters_keep;
	FLT_PROVES(test, "FASTIO-22", NT_SUCCESS(parameters_query_by_name(w)) &&
		   parameters_kept == STATUS_ACCESS_DENIED &&
		   atomic64_read(&fsh_violations) == before + 2);
	w->breaches = true;
}

static void parameters_same_address(struct kunit *test)
{
	struct world *w = world_of(test);
	char who;

	world_probes(w, "ABC");
	world_do(w, IRP_MJ_READ);
	for (who = 'A'; who <= 'C'; who++)
		FLT_PROVES(test, "CBD-015", world_event(w, who, WORLD_PRE, 0)->address ==
			   world_event(w, who, WORLD_POST, 0)->address);
}

/* What a driver of Windows could ask for, and does not get here. */
static void parameters_not_offered(struct kunit *test)
{
	void *routine = __symbol_get("FsRtlRegisterFileSystemFilterCallbacks");

	FLT_PROVES(test, "FASTIO-06", !routine);
	if (routine)
		__symbol_put("FsRtlRegisterFileSystemFilterCallbacks");
}

/* A program's pages would be pinned the same way: what is locked is unlocked with the data. */
static void parameters_free_mdls(struct kunit *test)
{
	struct world *w = world_of(test);
	long before = mm_mdl_count();
	struct issue *i;
	unsigned int n;
	char *memory;
	PMDL mdl[3];

	world_probes(w, "AB");
	memory = kunit_kzalloc(test, 3 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, memory);
	/* The driver's own chain, in the parameter block. */
	i = issue_new(w, 'A', IRP_MJ_READ);
	for (n = 0; n < 3; n++) {
		mdl[n] = IoAllocateMdl(memory + n * PAGE_SIZE, PAGE_SIZE, FALSE, FALSE, NULL);
		KUNIT_ASSERT_NOT_NULL(test, mdl[n]);
		MmBuildMdlForNonPagedPool(mdl[n]);
		if (n)
			mdl[n - 1]->Next = mdl[n];
	}
	i->data->Iopb->Parameters.Read.Length = 3 * PAGE_SIZE;
	i->data->Iopb->Parameters.Read.MdlAddress = mdl[0];
	FLT_EXPECT(test, mm_mdl_count() == before + 3 && NT_SUCCESS(issue_run(i)) &&
		   i->data->IoStatus.Information == 3 * PAGE_SIZE);
	FLT_PROVES(test, "ASYNC-017", mm_mdl_count() == before + 3);
	issue_free(i);
	FLT_PROVES(test, "ASYNC-017", mm_mdl_count() == before);

	/* One that FltLockUserBuffer() made, and the driver's behind it. */
	i = issue_new(w, 'A', IRP_MJ_WRITE);
	i->data->Iopb->Parameters.Write.WriteBuffer = memory;
	FLT_EXPECT(test, NT_SUCCESS(FltLockUserBuffer(i->data)) &&
		   i->data->Iopb->Parameters.Write.MdlAddress && mm_mdl_count() == before + 1);
	issue_free(i);
	FLT_PROVES(test, "ASYNC-017", mm_mdl_count() == before);
	/* The same for what is used again. */
	i = issue_new(w, 'A', IRP_MJ_WRITE);
	i->data->Iopb->Parameters.Write.WriteBuffer = memory;
	FLT_EXPECT(test, NT_SUCCESS(FltLockUserBuffer(i->data)) && NT_SUCCESS(issue_run(i)));
	FltReuseCallbackData(i->data);
	FLT_EXPECT(test, mm_mdl_count() == before);
	issue_free(i);
}

/* Pages of a program: they stay pinned as long as the callback data, and no longer. */
static void parameters_free_pinned(struct kunit *test)
{
	struct world *w = world_of(test);
	long before = mm_mdl_count();
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct issue *i;
	int pins;
	PMDL mdl;

	KUNIT_ASSERT_NOT_NULL(test, page);
	world_probes(w, "A");
	i = issue_new(w, 'A', IRP_MJ_READ);
	mdl = IoAllocateMdl(page_address(page), PAGE_SIZE, FALSE, FALSE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, mdl);
	pins = page_ref_count(page);
	MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);
	FLT_EXPECT(test, mdl->MdlFlags & MDL_PAGES_LOCKED);
	i->data->Iopb->Parameters.Read.MdlAddress = mdl;
	issue_free(i);
	FLT_PROVES(test, "ASYNC-017", mm_mdl_count() == before && page_ref_count(page) == pins);
	__free_page(page);
}

static struct kunit_case parameters_cases[] = {
	KUNIT_CASE(parameters_layout),
	KUNIT_CASE(parameters_tag),
	KUNIT_CASE(parameters_of_fast_io),
	KUNIT_CASE(parameters_of_mount),
	KUNIT_CASE(parameters_lent),
	KUNIT_CASE(parameters_same_address),
	KUNIT_CASE(parameters_not_offered),
	KUNIT_CASE(parameters_free_mdls),
	KUNIT_CASE(parameters_free_pinned),
	{}
};

static struct kunit_suite parameters_suite = {
	.name = "parameters",
	.init = world_init,
	.exit = world_exit,
	.test_cases = parameters_cases,
};

kunit_test_suite(parameters_suite);
