/* deliver.c - results in evidence order: at once where their turn is, else aside until it is. */
#include <stdlib.h>

#include "engine/run_priv.h"
#include "util/limits.h"

/* --- into the merge ------------------------------------------------------------------------- */

static int member_begin(struct run *r, struct job *job, const Wire__Member *m, err *e)
{
	str path = wire_str(m->path);
	char *own = malloc(path.len + 1);

	(void)r;
	if (!own)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an item");
	if (path.len)
		memcpy(own, path.ptr, path.len);
	own[path.len] = '\0';
	item_state_done(&job->member);
	item_state_init(&job->member, job->item.id + m->member, job->item.id, (str){ own, path.len },
			m->mtime_ns);
	job->member.owned_path = own;
	return 0;
}

static int result_put(struct run *r, struct task *t, const Wire__FromWorker *m, err *e)
{
	struct job *job = t->job;

	switch (m->body_case) {
	case WIRE__FROM_WORKER__BODY_MEMBER:
		return member_begin(r, job, m->member, e);
	case WIRE__FROM_WORKER__BODY_BATCH:
		return merge_batch(&r->merge, m->batch->member ? &job->member : &job->item, m->batch, e);
	case WIRE__FROM_WORKER__BODY_ITEM_DONE:
		if (t->kind == WIRE__TASK_KIND__HASH) {
			Wire__ItemDone sum = WIRE__ITEM_DONE__INIT;

			sum.sha256 = m->item_done->sha256;
			sum.first_ns = sum.last_ns = TIME_NONE;
			merge_item_done(&job->item, &sum);
		} else if (m->item_done->member) {
			merge_item_done(&job->member, m->item_done);
			return merge_item_put(&r->merge, &job->member, e);
		} else {
			merge_item_done(&job->item, m->item_done);
		}
		return 0;
	default:
		return 0;
	}
}

int task_result(struct run *r, struct task *t, const Wire__FromWorker *m, bytes frame, err *e)
{
	uint8_t *packed = NULL;
	int rc;

	if (t->live)
		return result_put(r, t, m, e);
	if (!frame.ptr) {
		frame.len = wire__from_worker__get_packed_size(m);
		packed = malloc(frame.len + 1);
		if (!packed)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for results");
		wire__from_worker__pack(m, packed);
		frame.ptr = packed;
	}
	rc = spool_add(&r->spool, &t->spool, frame, e);
	free(packed);
	return rc;
}

/* --- out of the spool ----------------------------------------------------------------------- */

enum part { PART_ALL, PART_ITEM, PART_MEMBERS };

struct replay {
	struct run *r;
	struct task *t;
	enum part part;
	arena mem;
};

/* Of an archive: results of the file itself, or of its members. */
static bool wanted(const struct replay *p, const Wire__FromWorker *m)
{
	bool own = (m->body_case == WIRE__FROM_WORKER__BODY_BATCH && !m->batch->member) ||
		   (m->body_case == WIRE__FROM_WORKER__BODY_ITEM_DONE && !m->item_done->member);

	if (m->body_case == WIRE__FROM_WORKER__BODY_MEMBER && p->part == PART_ITEM)
		p->t->job->item.members++;
	return p->part == PART_ALL || own == (p->part == PART_ITEM);
}

static int frame_put(void *ctx, bytes frame, err *e)
{
	struct replay *p = ctx;
	const Wire__FromWorker *m;

	arena_clear(&p->mem);
	m = wire_unpack_from(frame, &p->mem);
	if (!m) /* it was unpacked before */
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for results");
	return wanted(p, m) ? result_put(p->r, p->t, m, e) : 0;
}

static int replay(struct run *r, struct task *t, enum part part, err *e)
{
	struct replay p = { .r = r, .t = t, .part = part };
	int rc;

	arena_init(&p.mem, LIMIT_WIRE_UNPACKED);
	rc = spool_each(&r->spool, &t->spool, frame_put, &p, e);
	arena_done(&p.mem);
	return rc;
}

/* --- in order ------------------------------------------------------------------------------- */

static void item_begin(struct run *r, struct job *job)
{
	const struct walk_item *w = walk_at(r->walk, job->walk);

	item_state_init(&job->item, (uint32_t)r->merge.next_id, UINT32_MAX, w->path, w->mtime_ns);
	job->item.limit_to = w->size;
	job->item.container = job->container;
	job->begun = true;
}

static int item_end(struct run *r, struct job *job, err *e)
{
	job->item.container = job->container;
	return merge_item_put(&r->merge, &job->item, e);
}

static bool all_complete(const struct job *job)
{
	for (size_t i = 0; i < job->tasks.len; i++)
		if (job->tasks.at[i]->state != TASK_COMPLETE)
			return false;
	return true;
}

/* An archive comes before its members, and is known only after them. */
static int container_put(struct run *r, struct job *job, err *e)
{
	for (size_t i = 0; i < job->tasks.len; i++)
		if (replay(r, job->tasks.at[i], PART_ITEM, e) < 0)
			return -1;
	r->merge.next_id += job->item.members;
	if (item_end(r, job, e) < 0)
		return -1;
	return replay(r, job->tasks.at[0], PART_MEMBERS, e);
}

/* Tasks of a plain file: all that are complete, and the begun one goes live. Answers whether all are. */
static int tasks_put(struct run *r, struct job *job, bool *ret_all, err *e)
{
	*ret_all = false;
	for (; job->delivered < job->tasks.len; job->delivered++) {
		struct task *t = job->tasks.at[job->delivered];
		bool safe = !has_output(r) || t->turn_taken || t->kind == WIRE__TASK_KIND__HASH;

		if (t->state != TASK_COMPLETE && !safe)
			return 0; /* it may have to run again */
		if (!t->live) {
			if (replay(r, t, PART_ALL, e) < 0)
				return -1;
			spool_clear(&r->spool, &t->spool);
			t->live = true;
		}
		if (t->state != TASK_COMPLETE)
			return 0;
	}
	*ret_all = true;
	return 0;
}

static int unreadable_put(struct run *r, size_t i, err *e)
{
	const struct walk_item *w = walk_at(r->walk, i);
	struct item_state it;
	struct gap g = w->gap;

	item_state_init(&it, (uint32_t)r->merge.next_id++, UINT32_MAX, w->path, w->mtime_ns);
	return merge_gap(&r->merge, &it, &g, e) < 0 ? -1 : merge_item_put(&r->merge, &it, e);
}

/* 1: item `head` is out; 0: not yet. */
static int head_put(struct run *r, err *e)
{
	struct job *job = r->jobs[r->head];
	bool all;

	if (!walk_at(r->walk, r->head)->readable)
		return unreadable_put(r, r->head, e) < 0 ? -1 : 1;
	if (!job || !job->identified)
		return 0;
	if (!job->begun) {
		item_begin(r, job);
		r->merge.next_id++;
	}
	if (job->container) {
		if (!all_complete(job))
			return 0;
		if (container_put(r, job, e) < 0)
			return -1;
	} else {
		if (tasks_put(r, job, &all, e) < 0)
			return -1;
		if (!all)
			return 0;
		if (item_end(r, job, e) < 0)
			return -1;
	}
	r->bytes_done += walk_at(r->walk, r->head)->size;
	job_free(r, job);
	return 1;
}

int deliver(struct run *r, err *e)
{
	int rc = 1;

	while (rc > 0 && r->head < r->njobs) {
		rc = head_put(r, e);
		if (rc > 0)
			r->head++;
	}
	return rc < 0 ? -1 : 0;
}
