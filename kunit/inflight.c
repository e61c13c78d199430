// SPDX-License-Identifier: GPL-2.0
/*
 * Suite inflight: the list of operations in flight, as an administrator reads it in debugfs.
 */
#include <linux/seq_file.h>
#include "fltmgr/held.h"
#include "kunit/keeper.h"
#include "kunit/world.h"

/* What the file says now; the memory is the test's. */
static const char *inflight_text(struct kunit *test)
{
	struct seq_file *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->size = 64 * 1024;
	m->buf = kunit_kzalloc(test, m->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m->buf);
	FLT_EXPECT(test, !flt_inflight_show(m, NULL));
	FLT_EXPECT(test, m->count < m->size);
	m->buf[m->count] = 0;
	return m->buf;
}

static unsigned int inflight_lines(const char *text)
{
	unsigned int n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n - 1;	/* the heading */
}

/* Is there a line with age, process and these words? Gives its age, or -1. */
static int inflight_line(struct kunit *test, const char *text, pid_t pid, const char *words)
{
	int age, who, at;

	while ((text = strchr(text, '\n')) && *++text) {
		if (sscanf(text, "%d %d %n", &age, &who, &at) == 2 && who == pid &&
		    !strncmp(text + at, words, strlen(words)) && text[at + strlen(words)] == '\n')
			return age;
	}
	kunit_info(test, "no line with %d %s", pid, words);
	return -1;
}

static const char *inflight_words(struct kunit *test, struct fake_volume *fake, const char *major,
				  const char *step_and_filter)
{
	char *words = kunit_kzalloc(test, 128, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, words);
	snprintf(words, 128, "%s HarddiskVolume%u %s", major, fake->volume->number,
		 step_and_filter);
	return words;
}

static void inflight_steps(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *pre, *post, *below;
	struct keeper *k, *halt;
	const char *text;
	int older, younger;

	FLT_EXPECT(test, !inflight_lines(inflight_text(test)));
	world_probes(w, "AB");
	k = keeper_pend(w->probe[0], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	pre = request_new(w, IRP_MJ_READ);
	request_spawn(pre);
	FLT_REQUIRE(test, keeper_wait(k));
	msleep(60);
	w->probe[0]->on_pre = NULL;

	halt = keeper_halt(w->probe[1], KEEPER_TEST);
	post = request_new(w, IRP_MJ_WRITE);
	request_start(post);
	FLT_REQUIRE(test, keeper_wait(halt));
	w->probe[1]->on_post = NULL;
	msleep(20);

	w->fake->when = FAKE_HOLD;
	below = request_new(w, IRP_MJ_FLUSH_BUFFERS);
	request_spawn(below);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	msleep(20);

	text = inflight_text(test);
	FLT_EXPECT(test, inflight_lines(text) == 3);
	older = inflight_line(test, text, task_tgid_nr(pre->thread),
			      inflight_words(test, w->fake, "IRP_MJ_READ",
					     "pended in pre probeA"));
	younger = inflight_line(test, text, task_tgid_nr(current),
				inflight_words(test, w->fake, "IRP_MJ_WRITE",
					       "pended in post probeB"));
	FLT_EXPECT(test, inflight_line(test, text, task_tgid_nr(below->thread),
				       inflight_words(test, w->fake, "IRP_MJ_FLUSH_BUFFERS",
						      "file system -")) >= 0);
	FLT_EXPECT(test, younger >= 0 && older >= younger + 50 && older < 60000);
	/* The oldest comes first. */
	FLT_EXPECT(test, strstr(text, "IRP_MJ_READ") < strstr(text, "IRP_MJ_WRITE") &&
		   strstr(text, "IRP_MJ_WRITE") < strstr(text, "IRP_MJ_FLUSH_BUFFERS"));

	w->fake->when = FAKE_INLINE;
	fake_release(w->fake);
	keeper_resume(halt);
	keeper_resume(k);
	FLT_EXPECT(test, request_wait(pre) && request_wait(post) && request_wait(below));
	FLT_EXPECT(test, !inflight_lines(inflight_text(test)));
}

/* A callback that runs is a step as well. */
static char inflight_seen[2];

static void inflight_look_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
				 PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct kunit *test = p->world->test;

	inflight_seen[0] = inflight_line(test, inflight_text(test), task_tgid_nr(current),
					 inflight_words(test, p->world->fake, "IRP_MJ_READ",
							"pre probeA")) >= 0;
}

static int inflight_look_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
				 PCFLT_RELATED_OBJECTS objects, void *context)
{
	struct kunit *test = p->world->test;

	inflight_seen[1] = inflight_line(test, inflight_text(test), task_tgid_nr(current),
					 inflight_words(test, p->world->fake, "IRP_MJ_READ",
							"post probeA")) >= 0;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void inflight_callbacks(struct kunit *test)
{
	struct world *w = world_of(test);

	memset(inflight_seen, 0, sizeof(inflight_seen));
	world_probe(w, 'A', NULL);
	w->probe[0]->on_pre = inflight_look_in_pre;
	w->probe[0]->on_post = inflight_look_in_post;
	world_do(w, IRP_MJ_READ);
	FLT_EXPECT(test, inflight_seen[0] && inflight_seen[1]);
}

/* More than it has lines for: the rest is counted. */
static void inflight_too_many(struct kunit *test)
{
	enum { N = 300 };
	struct world *w = world_of(test);
	const char *text, *more;
	unsigned int i, rest = 0, lines;

	world_probe(w, 'A', NULL);
	w->quiet = true;
	w->fake->when = FAKE_HOLD;
	for (i = 0; i < N; i++)
		request_start(request_new(w, IRP_MJ_READ));
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == N));
	text = inflight_text(test);
	lines = inflight_lines(text);
	more = strstr(text, "# and ");
	if (more && sscanf(more, "# and %u more", &rest) == 1)
		lines--;
	FLT_EXPECT(test, lines + rest == N && lines >= 128);
	FLT_EXPECT(test, lines == N || rest);
	w->fake->when = FAKE_INLINE;
	FLT_EXPECT(test, fake_release_all(w->fake) == N);
}

/* What is held for long is told of once, with the filter's name; what is below is not its fault. */
static void inflight_held_long(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r[3];
	struct keeper *pre, *post;
	unsigned int i;

	world_probes(w, "AB");
	pre = keeper_pend(w->probe[0], KEEPER_TEST, FLT_PREOP_SUCCESS_NO_CALLBACK);
	r[0] = request_new(w, IRP_MJ_READ);
	request_spawn(r[0]);
	FLT_REQUIRE(test, keeper_wait(pre));
	w->probe[0]->on_pre = NULL;
	post = keeper_halt(w->probe[1], KEEPER_TEST);
	r[1] = request_new(w, IRP_MJ_WRITE);
	request_start(r[1]);
	FLT_REQUIRE(test, keeper_wait(post));
	w->fake->when = FAKE_HOLD;
	r[2] = request_new(w, IRP_MJ_READ);
	request_start(r[2]);
	FLT_EXPECT(test, !flt_held_report(HZ * 1000));
	FLT_EXPECT(test, !prove_log_start(test, "has held IRP_MJ_READ"));
	msleep(20);
	FLT_PROVES(test, "DEFER-36", flt_held_report(1) == 2 && prove_log_count() == 1 &&
		   prove_log_last_has("probeA"));
	FLT_PROVES(test, "DEFER-36", !flt_held_report(1));
	w->fake->when = FAKE_INLINE;
	w->probe[1]->on_post = NULL;
	keeper_resume(pre);
	keeper_resume(post);
	fake_release_all(w->fake);
	for (i = 0; i < ARRAY_SIZE(r); i++)
		FLT_EXPECT(test, request_wait(r[i]));
}

/* It is the hold that counts, not the operation's age; and many are one line. */
static void inflight_held_many(struct kunit *test)
{
	enum { N = 20 };
	struct world *w = world_of(test);
	struct request *r[N], *late;
	struct keeper *k[N], *post;
	unsigned int i;

	world_probes(w, "AB");
	for (i = 0; i < N; i++) {
		k[i] = keeper_pend(w->probe[0], KEEPER_TEST, FLT_PREOP_SUCCESS_NO_CALLBACK);
		r[i] = request_new(w, IRP_MJ_READ);
		request_start(r[i]);
		FLT_REQUIRE(test, keeper_wait(k[i]));
	}
	w->probe[0]->on_pre = NULL;
	/* The file system has it for a while, then B. */
	w->fake->when = FAKE_HOLD;
	late = request_new(w, IRP_MJ_WRITE);
	request_start(late);
	msleep(300);
	post = keeper_halt(w->probe[1], KEEPER_TEST);
	fake_release(w->fake);
	FLT_REQUIRE(test, keeper_wait(post));
	FLT_EXPECT(test, !prove_log_start(test, " has held "));
	FLT_EXPECT(test, flt_held_report(jiffies - r[N - 1]->op.held_since) == N);
	FLT_EXPECT(test, prove_log_count() == 1 && prove_log_last_has("and 19 other") &&
		   prove_log_last_has("probeA"));
	w->fake->when = FAKE_INLINE;
	w->probe[1]->on_post = NULL;
	keeper_resume(post);
	for (i = 0; i < N; i++)
		keeper_resume(k[i]);
	for (i = 0; i < N; i++)
		FLT_EXPECT(test, request_wait(r[i]));
	FLT_EXPECT(test, request_wait(late));
}

/* One that is halted for ever is the filter's, and its caller's, misfortune: named, no more. */
static void inflight_halted_for_ever(struct kunit *test)
{
	struct world *w = world_of(test);
	struct fake_volume *other = world_second_volume(w);
	struct request *r = request_new(w, IRP_MJ_READ), *again;
	struct keeper *k;

	FLT_REQUIRE(test, !flt_volume_ready(other->volume));
	world_probes(w, "ABC");
	k = keeper_halt(w->probe[1], KEEPER_TEST);
	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	w->probe[1]->on_post = NULL;
	msleep(20);
	FLT_EXPECT(test, !prove_log_start(test, "has held IRP_MJ_READ"));
	FLT_PROVES(test, "POSTOP-29", flt_held_report(1) == 1 && prove_log_count() == 1 &&
		   prove_log_last_has("probeB"));
	/* The filter works on, here and elsewhere; another volume goes and comes. */
	again = request_on(w, other, NULL, IRP_MJ_READ);
	FLT_PROVES(test, "POSTOP-29", NT_SUCCESS(request_run(again)) &&
		   NT_SUCCESS(world_do(w, IRP_MJ_WRITE)));
	fake_volume_unmount(other);
	FLT_PROVES(test, "POSTOP-29", request_busy(r) && atomic_read(&w->probe[1]->completes) == 1);
	FLT_REQUIRE(test, !fake_volume_mount(other, "/other"));
	FLT_PROVES(test, "POSTOP-29", !flt_volume_ready(other->volume) && request_busy(r));
	keeper_resume(k);
	FLT_PROVES(test, "POSTOP-29", request_wait(r) && atomic_read(&r->ended) == 1);
}

static struct kunit_case inflight_cases[] = {
	KUNIT_CASE(inflight_held_many),
	KUNIT_CASE(inflight_held_long),
	KUNIT_CASE(inflight_halted_for_ever),
	KUNIT_CASE(inflight_steps),
	KUNIT_CASE(inflight_callbacks),
	KUNIT_CASE(inflight_too_many),
	{}
};

static struct kunit_suite inflight_suite = {
	.name = "inflight",
	.init = world_init,
	.exit = world_exit,
	.test_cases = inflight_cases,
};

kunit_test_suite(inflight_suite);
