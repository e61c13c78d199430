// SPDX-License-Identifier: GPL-2.0
/*
 * Suite irp_extension: what an operation carries beside its parameters: activity ids, and the I/O
 * priorities of operations, file objects and threads (CBD-106 to CBD-114).
 */
#include <linux/ioprio.h>
#include "kunit/async_issue.h"
#include "kunit/world.h"

static const GUID irp_id = { 0x11223344, 0x5566, 0x7788, { 1, 2, 3, 4, 5, 6, 7, 8 } };

static struct {
	NTSTATUS before, set, none, after, propagated, extension, flags, copy;
	GUID id, thread;
	LPGUID original;
	GUID own;
} irp;

static void irp_set(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    int *status, void **context)
{
	irp.before = FltGetActivityIdCallbackData(data, &irp.id);
	irp.none = FltSetActivityIdCallbackData(data, NULL);
	irp.set = FltSetActivityIdCallbackData(data, &irp_id);
}

static void irp_get(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    int *status, void **context)
{
	COPY_INFORMATION copy;
	PFLT_CALLBACK_DATA own;

	irp.original = &irp.own;
	irp.after = FltGetActivityIdCallbackData(data, &irp.id);
	irp.propagated = FltPropagateActivityIdToThread(data, &irp.thread, &irp.original);
	irp.copy = FltGetCopyInformationFromCallbackData(data, &copy);
	if (!NT_SUCCESS(FltAllocateCallbackData(objects->Instance, objects->FileObject, &own)))
		return;
	irp.extension = FltPropagateIrpExtension(data, own, 0);
	irp.flags = FltPropagateIrpExtension(data, own, 1);
	FltGetActivityIdCallbackData(own, &irp.own);
	FltFreeCallbackData(own);
}

static void irp_activity(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	memset(&irp, 0, sizeof(irp));
	world_probes(w, "AB");
	w->probe[0]->on_pre = irp_set;
	w->probe[1]->on_pre = irp_get;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-106", irp.before == STATUS_NOT_FOUND &&
		   irp.after == STATUS_SUCCESS && !memcmp(&irp.id, &irp_id, sizeof(irp_id)));
	FLT_PROVES(test, "CBD-107", irp.set == STATUS_SUCCESS &&
		   irp.none == STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "CBD-108", irp.propagated == STATUS_SUCCESS && !irp.original &&
		   !memcmp(&irp.thread, &irp_id, sizeof(irp_id)));
	FLT_PROVES(test, "CBD-109", irp.extension == STATUS_SUCCESS &&
		   !memcmp(&irp.own, &irp_id, sizeof(irp_id)) &&
		   irp.flags == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-110", irp.copy == STATUS_NOT_FOUND);
	w->probe[0]->on_pre = NULL;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-108", irp.propagated == STATUS_NOT_FOUND);
	FLT_PROVES(test, "CBD-109", irp.extension == STATUS_SUCCESS);
	w->probe[0]->on_pre = irp_set;
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	request_run(r);
	FLT_PROVES(test, "CBD-106", irp.before == STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "CBD-107", irp.set == STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "CBD-108", irp.propagated == STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "CBD-109", irp.extension == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-110", irp.copy == STATUS_INVALID_PARAMETER);
	w->breaches = true;
}

static struct {
	IO_PRIORITY_HINT hint, all;
	IO_PRIORITY_INFO info;
	NTSTATUS set, bad;
	int give;
} prio;

static void prio_look(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	prio.bad = FltSetIoPriorityHintIntoCallbackData(data, MaxIoPriorityTypes);
	prio.set = STATUS_SUCCESS;
	if (prio.give >= 0)
		prio.set = FltSetIoPriorityHintIntoCallbackData(data, prio.give);
	prio.hint = FltGetIoPriorityHintFromCallbackData(data);
	prio.all = FltGetIoPriorityHint(data);
	prio.info.Size = sizeof(prio.info);
	FltRetrieveIoPriorityInfo(data, objects->FileObject, NULL, &prio.info);
}

static IO_PRIORITY_HINT prio_of_class(struct world *w, int class, int level)
{
	set_task_ioprio(current, IOPRIO_PRIO_VALUE(class, level));
	world_do(w, IRP_MJ_READ);
	return prio.hint;
}

static void irp_priorities(struct kunit *test)
{
	PETHREAD self = PsGetCurrentThread();
	struct world *w = world_of(test);
	IO_PRIORITY_INFO info = { .Size = sizeof(info) };
	struct request *r = request_new(w, IRP_MJ_READ);

	world_probe(w, 'A', NULL)->on_pre = prio_look;
	prio.give = -1;
	FLT_PROVES(test, "CBD-111", prio_of_class(w, IOPRIO_CLASS_NONE, 0) == IoPriorityNormal);
	FLT_PROVES(test, "CBD-111", prio_of_class(w, IOPRIO_CLASS_IDLE, 0) == IoPriorityVeryLow);
	FLT_PROVES(test, "CBD-111", prio_of_class(w, IOPRIO_CLASS_BE, 7) == IoPriorityLow);
	FLT_PROVES(test, "CBD-111", prio_of_class(w, IOPRIO_CLASS_BE, 4) == IoPriorityNormal);
	FLT_PROVES(test, "CBD-112", prio.bad == STATUS_INVALID_PARAMETER);
	/* The operation's own, else the file object's, else the thread's, else Normal. */
	prio_of_class(w, IOPRIO_CLASS_IDLE, 0);
	FLT_PROVES(test, "CBD-113", prio.info.IoPriority == IoPriorityNormal &&
		   prio.info.ThreadPriority == 0xffff && prio.info.PagePriority == 0xffff &&
		   prio.all == IoPriorityVeryLow);
	FLT_EXPECT(test, NT_SUCCESS(FltSetIoPriorityHintIntoFileObject(w->file, IoPriorityLow)) &&
		   FltGetIoPriorityHintFromFileObject(w->file) == IoPriorityLow);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-113", prio.info.IoPriority == IoPriorityLow &&
		   prio.all == IoPriorityLow);
	prio.give = IoPriorityHigh;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-112", prio.set == STATUS_SUCCESS && prio.hint == IoPriorityHigh);
	FLT_PROVES(test, "CBD-113", prio.info.IoPriority == IoPriorityHigh &&
		   prio.all == IoPriorityHigh);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	request_run(r);
	FLT_PROVES(test, "CBD-112", prio.set == STATUS_SUCCESS && prio.hint == IoPriorityNormal);
	FLT_PROVES(test, "CBD-113",
		   FltRetrieveIoPriorityInfo(NULL, NULL, self, &info) == STATUS_SUCCESS &&
		   info.IoPriority == IoPriorityVeryLow && info.ThreadPriority == 8 &&
		   info.PagePriority == 5);
	set_task_ioprio(current, 0);
}

static void irp_priorities_of_threads(struct kunit *test)
{
	PETHREAD self = PsGetCurrentThread();
	IO_PRIORITY_INFO saved = { .Size = sizeof(saved) }, low = { .Size = sizeof(low) };
	IO_PRIORITY_INFO bad;
	NTSTATUS status;
	KIRQL old;

	set_task_ioprio(current, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 0));
	low.IoPriority = IoPriorityVeryLow;
	low.ThreadPriority = 4;
	low.PagePriority = 0xffff;
	FLT_PROVES(test, "CBD-114", FltApplyPriorityInfoThread(&low, &saved, self) ==
		   STATUS_SUCCESS && saved.IoPriority == IoPriorityHigh &&
		   saved.ThreadPriority == 8);
	FLT_PROVES(test, "CBD-114", FltGetIoPriorityHintFromThread(self) == IoPriorityVeryLow &&
		   task_nice(current) == 8);
	/* Back again, the one before coming into the same structure. */
	FLT_PROVES(test, "CBD-114", FltApplyPriorityInfoThread(&saved, &saved, self) ==
		   STATUS_SUCCESS && saved.IoPriority == IoPriorityVeryLow &&
		   saved.ThreadPriority == 4);
	FLT_PROVES(test, "CBD-114", FltGetIoPriorityHintFromThread(self) == IoPriorityHigh &&
		   !task_nice(current));
	bad = low;
	bad.IoPriority = MaxIoPriorityTypes;
	FLT_PROVES(test, "CBD-114",
		   FltApplyPriorityInfoThread(&bad, NULL, self) == STATUS_INVALID_PARAMETER_1);
	bad = low;
	bad.ThreadPriority = 77;
	FLT_PROVES(test, "CBD-114",
		   FltApplyPriorityInfoThread(&bad, NULL, self) == STATUS_INVALID_PARAMETER_1);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	status = FltApplyPriorityInfoThread(&low, NULL, self);
	KeLowerIrql(old);
	FLT_EXPECT(test, status == STATUS_INVALID_DEVICE_STATE);
	FLT_EXPECT(test, NT_SUCCESS(FltSetIoPriorityHintIntoThread(self, IoPriorityNormal)));
	FLT_EXPECT(test, FltGetIoPriorityHintFromThread(self) == IoPriorityNormal);
	set_task_ioprio(current, 0);
}

static struct kunit_case irp_extension_cases[] = {
	KUNIT_CASE(irp_activity),
	KUNIT_CASE(irp_priorities),
	KUNIT_CASE(irp_priorities_of_threads),
	{}
};

static struct kunit_suite irp_extension_suite = {
	.name = "irp_extension",
	.init = world_init,
	.exit = world_exit,
	.test_cases = irp_extension_cases,
};

kunit_test_suite(irp_extension_suite);
