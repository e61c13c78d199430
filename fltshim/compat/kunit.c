// SPDX-License-Identifier: GPL-2.0
/*
 * The unit suites where KUnit would run them before the module's own start (it is told not to, by
 * kunit.enable=0 when it boots): a name that is written to the parameter "suites", "suite" or
 * "suite.case" with * and ?, has those run that it fits, in the thread that writes. What cases
 * leave behind goes with their threads or with the resources of KUnit.
 */
#include <linux/glob.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "compat/kunit.h"

#ifndef FLT_HAVE_KUNIT_ACTION

struct kunit_deferred {
	void (*end)(void *arg);
	void *arg;
};

static int kunit_deferred_init(struct kunit_resource *resource, void *context)
{
	resource->data = kmemdup(context, sizeof(struct kunit_deferred), GFP_KERNEL);
	return resource->data ? 0 : -ENOMEM;
}

static void kunit_deferred_free(struct kunit_resource *resource)
{
	struct kunit_deferred *deferred = resource->data;

	deferred->end(deferred->arg);
	kfree(deferred);
}

int flt_kunit_defer(struct kunit *test, void (*end)(void *arg), void *arg)
{
	struct kunit_deferred deferred = { .end = end, .arg = arg };

	if (kunit_alloc_resource(test, kunit_deferred_init, kunit_deferred_free, GFP_KERNEL,
				 &deferred))
		return 0;
	end(arg);
	return -ENOMEM;
}

#endif /* FLT_HAVE_KUNIT_ACTION */

#ifndef FLT_HAVE_KUNIT_AFTER_INIT

/* The memory of the thread that runs suites, which its cases may have a part of. */
static struct mm_struct *suites_mm;

#ifndef FLT_HAVE_KUNIT_VM_MMAP

/* A thread that still has the memory; one that aborted its case has given it back on its way. */
static void kunit_memory_end(void *unused)
{
	if (!(current->flags & PF_KTHREAD) || !current->mm)
		return;
	kthread_unuse_mm(suites_mm);
	mmput(suites_mm);
}

unsigned long flt_kunit_memory(struct kunit *test, size_t size, int prot)
{
	if (!current->mm) {
		mmget(suites_mm);
		kthread_use_mm(suites_mm);
		if (flt_kunit_defer(test, kunit_memory_end, NULL))
			return 0;
	}
	/* (It is unmapped when the thread that runs suites ends.) */
	return vm_mmap(NULL, 0, size, prot, MAP_ANONYMOUS | MAP_PRIVATE, 0);
}

#endif /* FLT_HAVE_KUNIT_VM_MMAP */

/* Take the cases out of @suite that do not fit; is there one left? Suites run once. */
static bool suite_fits(struct kunit_suite *suite, const char *name, const char *of_case)
{
	struct kunit_case *from, *to = suite->test_cases;

	if (!glob_match(name, suite->name))
		return false;
	for (from = to; from->run_case; from++)
		if (!of_case || glob_match(of_case, from->name))
			*to++ = *from;
	*to = (struct kunit_case){ };
	return to != suite->test_cases;
}

static int suites_set(const char *text, const struct kernel_param *unused)
{
	char *name = kstrdup(text, GFP_KERNEL), *of_case;
	struct kunit_suite **suite = THIS_MODULE->kunit_suites;
	int i, kept = 0;

	/* (Not from insmod's arguments, which come before the module's start.) */
	if (!name || THIS_MODULE->state != MODULE_STATE_LIVE || suites_mm) {
		kfree(name);
		return name ? -EBUSY : -ENOMEM;
	}
	of_case = strim(name);
	strsep(&of_case, ".");
	for (i = 0; i < THIS_MODULE->num_kunit_suites; i++)
		if (suite_fits(suite[i], strim(name), of_case))
			suite[kept++] = suite[i];
	suites_mm = current->mm;
	pr_info("KTAP version 1\n1..%d\n", kept);
	for (i = 0; i < kept; i++)
		kunit_run_tests(suite[i]);
	kfree(name);
	return 0;
}

static const struct kernel_param_ops suites_ops = { .set = suites_set };
module_param_cb(suites, &suites_ops, NULL, 0200);
MODULE_PARM_DESC(suites, "runs unit suites, once: suite or suite.case, with * and ?");

#endif /* FLT_HAVE_KUNIT_AFTER_INIT */
