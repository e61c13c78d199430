// SPDX-License-Identifier: GPL-2.0
/*
 * Suite context_race: contexts that are set while what they hang on, or whose they are, goes away.
 * However it ends, each that was allocated is cleaned up once (CTX-63 without sections).
 */
#include <linux/kthread.h>
#include "kunit/world.h"

#define RACE_THREADS	3
#define RACE_ROUNDS	60
#define RACE_TAG	0x63617243	/* "Crac" */

static atomic_t race_cleaned;

static void race_cleanup(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	atomic_inc(&race_cleaned);
}

#define RACE_DEF(type)	{ type, 0, race_cleanup, 64, RACE_TAG }

static const FLT_CONTEXT_REGISTRATION race_contexts[] = {
	RACE_DEF(FLT_VOLUME_CONTEXT), RACE_DEF(FLT_INSTANCE_CONTEXT),
	RACE_DEF(FLT_STREAM_CONTEXT), RACE_DEF(FLT_STREAMHANDLE_CONTEXT), { FLT_CONTEXT_END }
};

static void race_change(struct probe *p, FLT_REGISTRATION *registration,
			FLT_OPERATION_REGISTRATION *ops)
{
	registration->ContextRegistration = race_contexts;
}

static struct {
	struct world *w;
	PFLT_INSTANCE instance;	/* referenced while threads use it */
	atomic_t allocated;
	atomic_t set;
	atomic_t running;
	struct completion done;
	bool stop;
} race;

static struct flt_anchor race_anchor;

/* What is set, is set twice at once by some: one of them keeps what the other has set. */
static void race_set(FLT_CONTEXT_TYPE type)
{
	PFILE_OBJECT file = race.w->file;
	PFLT_CONTEXT context, old = NULL;
	NTSTATUS status;

	if (!NT_SUCCESS(FltAllocateContext(race.w->probe[1]->filter, type, 64, NonPagedPool,
					   &context)))
		return;
	atomic_inc(&race.allocated);
	switch (type) {
	case FLT_INSTANCE_CONTEXT:
		status = FltSetInstanceContext(race.instance, FLT_SET_CONTEXT_REPLACE_IF_EXISTS,
					       context, &old);
		break;
	case FLT_STREAM_CONTEXT:
		status = FltSetStreamContext(race.instance, file,
					     FLT_SET_CONTEXT_REPLACE_IF_EXISTS, context, &old);
		break;
	default:
		status = FltSetStreamHandleContext(race.instance, file,
						   FLT_SET_CONTEXT_REPLACE_IF_EXISTS, context,
						   &old);
	}
	atomic_add(NT_SUCCESS(status), &race.set);
	if (old)
		FltReleaseContext(old);
	FltReleaseContext(context);
}

static int race_thread(void *unused)
{
	static const FLT_CONTEXT_TYPE types[] = {
		FLT_INSTANCE_CONTEXT, FLT_STREAM_CONTEXT, FLT_STREAMHANDLE_CONTEXT,
	};
	unsigned int i;

	for (i = 0; !READ_ONCE(race.stop); i++)
		race_set(types[i % ARRAY_SIZE(types)]);
	if (atomic_dec_and_test(&race.running))
		complete(&race.done);
	return 0;
}

static void race_detach(struct kunit *test)
{
	static const struct probe_config config = { .change = race_change };
	struct world *w = world_of(test);
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume;
	unsigned int round, i;
	FILE_OBJECT *file = w->file;

	memset(&race, 0, sizeof(race));
	race.w = w;
	atomic_set(&race_cleaned, 0);
	file->FsContext = &race_anchor;
	flt_file_of(w->file)->stream = &race_anchor;
	world_probe(w, 'A', NULL);
	world_probe(w, 'B', &config);
	for (round = 0; round < RACE_ROUNDS; round++) {
		race.instance = w->probe[1]->instance[0];
		race.stop = false;
		init_completion(&race.done);
		atomic_set(&race.running, RACE_THREADS);
		FLT_REQUIRE(test, NT_SUCCESS(FltObjectReference(race.instance)));
		for (i = 0; i < RACE_THREADS; i++)
			FLT_REQUIRE(test, !IS_ERR(kthread_run(race_thread, NULL, "flt-contexts")));
		usleep_range(200, 3000);
		FLT_REQUIRE(test, NT_SUCCESS(FltDetachVolume(w->probe[1]->filter, volume, NULL)));
		/* They go on a little, with what is gone. */
		usleep_range(200, 1000);
		WRITE_ONCE(race.stop, true);
		wait_for_completion(&race.done);
		FltObjectDereference(race.instance);
		FLT_EXPECT(test, hlist_empty(&race_anchor.contexts) &&
			   hlist_empty(&flt_file_of(w->file)->contexts.contexts));
		FLT_REQUIRE(test, NT_SUCCESS(FltAttachVolume(w->probe[1]->filter, volume, NULL,
							     NULL)));
	}
	kunit_info(test, "%d contexts, %d of them set", atomic_read(&race.allocated),
		   atomic_read(&race.set));
	FLT_EXPECT(test, atomic_read(&race.set) > 0 &&
		   WORLD_WAIT(atomic_read(&race_cleaned) == atomic_read(&race.allocated)));
	flt_file_of(w->file)->stream = NULL;
	file->FsContext = NULL;
}

static struct kunit_case context_race_cases[] = {
	KUNIT_CASE(race_detach),
	{}
};

static struct kunit_suite context_race_suite = {
	.name = "context_race",
	.init = world_init,
	.exit = world_exit,
	.test_cases = context_race_cases,
};

kunit_test_suite(context_race_suite);
