// SPDX-License-Identifier: GPL-2.0
/*
 * Suite mdl: memory descriptor lists and probing of addresses, on kernel memory of every kind and
 * on the memory of a program that does not exist (BUF-018 to BUF-026, BUF-099 to BUF-104).
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "kunit/prove.h"
#include "nt/mm_mdl.h"
#include "nt/seh.h"
#include "nt/violation.h"

static u64 mdl_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

/* Three kinds of memory, each with an address that is not at a page. */
struct mdl_memory {
	const char *kind;
	void *base;
	char *address;
	ULONG length;
};

static char mdl_static[3 * PAGE_SIZE];

static void mdl_memories(struct kunit *test, struct mdl_memory *m)
{
	m[0] = (struct mdl_memory) { "slab", kzalloc(700, GFP_KERNEL) };
	m[0].address = m[0].base + 5;
	m[0].length = 600;
	m[1] = (struct mdl_memory) { "vmalloc", vzalloc(5 * PAGE_SIZE) };
	m[1].address = m[1].base + 100;
	m[1].length = 4 * PAGE_SIZE;
	m[2] = (struct mdl_memory) { "module", NULL, mdl_static + 1, 2 * PAGE_SIZE };
	FLT_REQUIRE(test, m[0].base && m[1].base);
}

static void mdl_memories_free(struct mdl_memory *m)
{
	kfree(m[0].base);
	vfree(m[1].base);
}

static void mdl_allocate(struct kunit *test)
{
	u64 breaches = mdl_breaches();
	char *address = (char *)0x7fff12345678;
	PMDL mdl = IoAllocateMdl(address, 10000, FALSE, FALSE, NULL), atomic;
	KIRQL irql;

	FLT_REQUIRE(test, mdl);
	FLT_PROVES(test, "BUF-099", !(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA |
						     MDL_SOURCE_IS_NONPAGED_POOL)));
	FLT_PROVES(test, "BUF-104", MmGetMdlVirtualAddress(mdl) == address);
	FLT_PROVES(test, "BUF-104", MmGetMdlByteCount(mdl) == 10000);
	FLT_PROVES(test, "BUF-104", MmGetMdlByteOffset(mdl) == 0x678);
	FLT_EXPECT(test, !MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority));
	irql = KeRaiseIrqlToDpcLevel();
	atomic = IoAllocateMdl(address, 100, FALSE, FALSE, NULL);
	IoFreeMdl(atomic);
	KeLowerIrql(irql);
	FLT_PROVES(test, "BUF-099", atomic && mdl_breaches() == breaches);
	IoFreeMdl(mdl);
}

static void mdl_nonpaged(struct kunit *test)
{
	u64 breaches = mdl_breaches();
	struct mdl_memory m[3];
	PMDL mdl;
	int i;

	mdl_memories(test, m);
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		struct page *page = mm_kernel_page(m[i].address);

		mdl = IoAllocateMdl(m[i].address, m[i].length, FALSE, FALSE, NULL);
		FLT_REQUIRE(test, mdl);
		MmBuildMdlForNonPagedPool(mdl);
		FLT_PROVES(test, "BUF-100", mdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL);
		FLT_PROVES(test, "BUF-100",
			   MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == m[i].address);
		FLT_PROVES(test, "BUF-100", MmGetMdlPfnArray(mdl)[0] == page_to_pfn(page));
		FLT_PROVES(test, "BUF-018",
			   MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == m[i].address);
		IoFreeMdl(mdl);
	}
	mdl_memories_free(m);
	FLT_EXPECT(test, mdl_breaches() == breaches);
}

static void mdl_stack_is_refused(struct kunit *test)
{
	u64 breaches = mdl_breaches();
	char here[64];
	PMDL mdl = IoAllocateMdl(here, sizeof(here), FALSE, FALSE, NULL);

	FLT_REQUIRE(test, mdl);
	MmBuildMdlForNonPagedPool(mdl);
	FLT_PROVES(test, "BUF-101", mdl_breaches() == breaches + 1);
	FLT_PROVES(test, "BUF-101", !MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority));
	IoFreeMdl(mdl);
}

/* What a driver does with MmProbeAndLockPages() in a try block. */
struct mdl_attempt {
	PMDL mdl;
	KPROCESSOR_MODE mode;
	LOCK_OPERATION operation;
	NTSTATUS code;
};

static seh_raises void mdl_lock_thunk(void *arg)
{
	struct mdl_attempt *a = arg;

	MmProbeAndLockPages(a->mdl, a->mode, a->operation);
}

static NTSTATUS mdl_lock(PMDL mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation)
{
	struct mdl_attempt a = { mdl, mode, operation };

	return seh_call(mdl_lock_thunk, &a, &a.code) ? STATUS_SUCCESS : a.code;
}

static void mdl_lock_kernel(struct kunit *test)
{
	struct mdl_memory m[3];
	PMDL mdl;
	int i;

	mdl_memories(test, m);
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		mdl = IoAllocateMdl(m[i].address, m[i].length, FALSE, FALSE, NULL);
		FLT_REQUIRE(test, mdl);
		FLT_PROVES(test, "BUF-102", mdl_lock(mdl, UserMode, IoWriteAccess) ==
			   STATUS_ACCESS_VIOLATION);
		FLT_PROVES(test, "BUF-102", mdl_lock(mdl, KernelMode, IoWriteAccess) ==
			   STATUS_SUCCESS && mdl->MdlFlags & MDL_PAGES_LOCKED);
		FLT_EXPECT(test, !(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA));
		FLT_PROVES(test, "BUF-018",
			   MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == m[i].address);
		FLT_EXPECT(test, mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA);
		MmUnlockPages(mdl);
		FLT_EXPECT(test, !(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA)));
		IoFreeMdl(mdl);
	}
	mdl_memories_free(m);
	/* Addresses of the kernel's where there is no memory, and of a program that is not here. */
	mdl = IoAllocateMdl((void *)0xffff800000001000, 100, FALSE, FALSE, NULL);
	FLT_PROVES(test, "BUF-102", mdl_lock(mdl, KernelMode, IoReadAccess) ==
		   STATUS_ACCESS_VIOLATION);
	IoFreeMdl(mdl);
	mdl = IoAllocateMdl((void *)0x10000, 100, FALSE, FALSE, NULL);
	FLT_PROVES(test, "BUF-102", mdl_lock(mdl, UserMode, IoReadAccess) ==
		   STATUS_ACCESS_VIOLATION);
	IoFreeMdl(mdl);
}

/* Three pages of a program's memory; the case's thread has it as its own from now on. */
static char __user *mdl_program(struct kunit *test, int prot)
{
	unsigned long at = flt_kunit_memory(test, 3 * PAGE_SIZE, prot);

	FLT_REQUIRE(test, at && at < TASK_SIZE_MAX);
	return (char __user *)at;
}

static void mdl_lock_program(struct kunit *test)
{
	char __user *user = mdl_program(test, PROT_READ | PROT_WRITE);
	u64 breaches = mdl_breaches();
	char *system, got = 0;
	KIRQL irql;
	PMDL mdl;

	FLT_REQUIRE(test, !put_user('a', user + PAGE_SIZE));
	mdl = IoAllocateMdl((void __force *)user + 10, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
	FLT_REQUIRE(test, mdl);
	FLT_PROVES(test, "BUF-102", mdl_lock(mdl, UserMode, IoWriteAccess) == STATUS_SUCCESS);
	irql = KeRaiseIrqlToDpcLevel();
	system = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
	FLT_PROVES(test, "BUF-018", system && offset_in_page(system) == 10);
	FLT_PROVES(test, "BUF-026", system && system[PAGE_SIZE - 10] == 'a');
	if (system)
		system[PAGE_SIZE - 10] = 'b';
	FLT_PROVES(test, "BUF-018",
		   MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == system);
	/* What needs to sleep is given back later, even if the MDL is freed meanwhile. */
	MmUnlockPages(mdl);
	IoFreeMdl(mdl);
	KeLowerIrql(irql);
	FLT_EXPECT(test, !get_user(got, user + PAGE_SIZE) && got == 'b');
	FLT_EXPECT(test, mdl_breaches() == breaches);
}

static void mdl_lock_what_may_not_be_written(struct kunit *test)
{
	char __user *user = mdl_program(test, PROT_READ);
	PMDL mdl = IoAllocateMdl((void __force *)user, 100, FALSE, FALSE, NULL);

	FLT_REQUIRE(test, mdl);
	FLT_PROVES(test, "BUF-102", mdl_lock(mdl, UserMode, IoWriteAccess) ==
		   STATUS_ACCESS_VIOLATION);
	FLT_PROVES(test, "BUF-102", mdl_lock(mdl, UserMode, IoReadAccess) == STATUS_SUCCESS);
	MmUnlockPages(mdl);
	IoFreeMdl(mdl);
	mdl = IoAllocateMdl((void __force *)user, 4 * PAGE_SIZE, FALSE, FALSE, NULL);
	FLT_REQUIRE(test, mdl);
	/* A range that ends behind a program's memory. */
	mdl->ByteCount = 2 * PAGE_SIZE;
	mdl->StartVa = (void *)(TASK_SIZE_MAX - PAGE_SIZE);
	FLT_PROVES(test, "BUF-102", mdl_lock(mdl, UserMode, IoReadAccess) ==
		   STATUS_ACCESS_VIOLATION);
	IoFreeMdl(mdl);
}

static void mdl_parts(struct kunit *test)
{
	char *memory = vzalloc(4 * PAGE_SIZE);
	u64 breaches;
	PMDL whole, part;

	FLT_REQUIRE(test, memory);
	whole = IoAllocateMdl(memory + 100, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
	part = IoAllocateMdl(memory + 100, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
	FLT_REQUIRE(test, whole && part);
	MmBuildMdlForNonPagedPool(whole);
	IoBuildPartialMdl(whole, part, memory + PAGE_SIZE + 7, 50);
	FLT_EXPECT(test, MmGetMdlVirtualAddress(part) == memory + PAGE_SIZE + 7);
	FLT_EXPECT(test, MmGetMdlByteCount(part) == 50);
	FLT_EXPECT(test, MmGetMdlPfnArray(part)[0] == MmGetMdlPfnArray(whole)[1]);
	FLT_EXPECT(test, MmGetSystemAddressForMdlSafe(part, NormalPagePriority) ==
		   memory + PAGE_SIZE + 7);
	IoBuildPartialMdl(whole, part, memory + 2 * PAGE_SIZE, 0);
	FLT_EXPECT(test, MmGetMdlByteCount(part) == PAGE_SIZE + 100);
	breaches = mdl_breaches();
	IoBuildPartialMdl(whole, part, memory + 3 * PAGE_SIZE + 100, 1);
	FLT_EXPECT(test, mdl_breaches() == breaches + 1);
	FLT_EXPECT(test, MmGetMdlByteCount(part) == PAGE_SIZE + 100);
	IoFreeMdl(whole);
	/* Nor is there a part of what is not built. */
	whole = IoAllocateMdl(memory + 100, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
	FLT_REQUIRE(test, whole);
	IoBuildPartialMdl(whole, part, memory + PAGE_SIZE, 1);
	FLT_EXPECT(test, mdl_breaches() == breaches + 2);
	FLT_EXPECT(test, MmGetMdlByteCount(part) == PAGE_SIZE + 100);
	IoFreeMdl(part);
	IoFreeMdl(whole);
	vfree(memory);
}

/* Of the chain one goes, the others stay; then the shim frees what is left. */
static void mdl_chains(struct kunit *test)
{
	u64 breaches = mdl_breaches();
	IRP irp = {};
	PMDL mdl[3], kept = NULL;
	int i;

	for (i = 0; i < 3; i++) {
		mdl[i] = IoAllocateMdl((void *)0x1000, 10 + i, i > 0, FALSE, &irp);
		FLT_REQUIRE(test, mdl[i]);
	}
	FLT_PROVES(test, "BUF-103", irp.MdlAddress == mdl[0] && mdl[0]->Next == mdl[1] &&
		   mdl[1]->Next == mdl[2] && !mdl[2]->Next);
	IoFreeMdl(mdl[0]);
	FLT_PROVES(test, "BUF-103", mdl[1]->ByteCount == 11 && mdl[2]->ByteCount == 12);
	mm_mdl_free_chain(mdl[1]);
	FLT_EXPECT(test, mdl_breaches() == breaches);

	mdl[0] = IoAllocateMdl((void *)0x1000, 10, FALSE, FALSE, NULL);
	FLT_REQUIRE(test, mdl[0]);
	mm_mdl_keep(&kept, mdl[0]);
	IoFreeMdl(mdl[0]);
	FLT_PROVES(test, "BUF-043", mdl_breaches() == breaches + 1 && kept == mdl[0]);
	mm_mdl_free_kept(&kept);
	IoFreeMdl(NULL);
	FLT_EXPECT(test, mdl_breaches() == breaches + 2);
}

struct mdl_probe {
	void *address;
	size_t length;
	ULONG alignment;
	bool write;
};

static seh_raises void mdl_probe_thunk(void *arg)
{
	struct mdl_probe *p = arg;

	if (p->write)
		ProbeForWrite(p->address, p->length, p->alignment);
	else
		ProbeForRead(p->address, p->length, p->alignment);
}

static NTSTATUS mdl_probe(void *address, size_t length, ULONG alignment, bool write)
{
	struct mdl_probe p = { address, length, alignment, write };
	NTSTATUS code;

	return seh_call(mdl_probe_thunk, &p, &code) ? STATUS_SUCCESS : code;
}

static void mdl_probing(struct kunit *test)
{
	void *user = (void __force *)mdl_program(test, PROT_READ | PROT_WRITE);
	void *kernel = kmalloc(100, GFP_KERNEL);
	int write;

	FLT_REQUIRE(test, kernel);
	for (write = 0; write < 2; write++) {
		FLT_PROVES(test, "BUF-022", mdl_probe(kernel, 1, 1, write) ==
			   STATUS_ACCESS_VIOLATION);
		FLT_PROVES(test, "BUF-022", mdl_probe(kernel, 0, 1, write) == STATUS_SUCCESS);
		FLT_PROVES(test, "BUF-022", mdl_probe((void *)1, 0, 8, write) ==
			   STATUS_SUCCESS);
		FLT_EXPECT(test, mdl_probe(user, 2 * PAGE_SIZE, 4, write) == STATUS_SUCCESS);
		FLT_EXPECT(test, mdl_probe(user + 1, 4, 4, write) ==
			   STATUS_DATATYPE_MISALIGNMENT);
		FLT_EXPECT(test, mdl_probe(user, ULONG_MAX, 1, write) ==
			   STATUS_ACCESS_VIOLATION);
		FLT_EXPECT(test, mdl_probe((void *)(TASK_SIZE_MAX - 1), 2, 1, write) ==
			   STATUS_ACCESS_VIOLATION);
	}
	/* Reading is not tried, writing is, and changes nothing. */
	FLT_EXPECT(test, mdl_probe((void *)PAGE_SIZE, 1, 1, false) == STATUS_SUCCESS);
	FLT_EXPECT(test, mdl_probe((void *)PAGE_SIZE, 1, 1, true) == STATUS_ACCESS_VIOLATION);
	kfree(kernel);
}

static void mdl_stand_ins(struct kunit *test)
{
	size_t size = 3 * PAGE_SIZE;
	char *row = alloc_pages_exact(size, GFP_KERNEL), *spread = vmalloc(size);
	int write;

	FLT_REQUIRE(test, row && spread);
	mm_stand_in_mark(row, size);
	mm_stand_in_mark(spread, size);
	for (write = 0; write < 2; write++) {
		FLT_PROVES(test, "BUF-023", mdl_probe(row, size, 1, write) == STATUS_SUCCESS);
		FLT_PROVES(test, "BUF-023", mdl_probe(spread + 5, size - 5, 1, write) ==
			   STATUS_SUCCESS);
		FLT_PROVES(test, "BUF-023", mdl_probe(spread, size + 1, 1, write) ==
			   STATUS_ACCESS_VIOLATION);
	}
	free_pages_exact(row, size);
	vfree(spread);
	/* The mark does not go to the next owner of a page. */
	row = (char *)get_zeroed_page(GFP_KERNEL);
	FLT_REQUIRE(test, row);
	FLT_PROVES(test, "BUF-023", mdl_probe(row, 1, 1, false) == STATUS_ACCESS_VIOLATION);
	free_page((unsigned long)row);
}

static struct kunit_case mdl_cases[] = {
	KUNIT_CASE(mdl_allocate),
	KUNIT_CASE(mdl_nonpaged),
	KUNIT_CASE(mdl_stack_is_refused),
	KUNIT_CASE(mdl_lock_kernel),
	KUNIT_CASE(mdl_lock_program),
	KUNIT_CASE(mdl_lock_what_may_not_be_written),
	KUNIT_CASE(mdl_parts),
	KUNIT_CASE(mdl_chains),
	KUNIT_CASE(mdl_probing),
	KUNIT_CASE(mdl_stand_ins),
	{}
};

static struct kunit_suite mdl_suite = {
	.name = "mdl",
	.test_cases = mdl_cases,
};

kunit_test_suite(mdl_suite);
