/* What to read first: the most telling clues, each host in turn, in the order of time. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum { FIRST_ROWS = 200 };

struct ranked {
	uint32_t clue;
	uint32_t rank; /* smaller is read first */
};

static int by_rank(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->clue > b->clue) - (a->clue < b->clue);
}

static int by_clue(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	return (a->clue > b->clue) - (a->clue < b->clue);
}

static void clients_write(struct finder *f, struct incident *out)
{
	uint32_t *at = arena_array(&f->b->st->arrays, f->host.len + 1, sizeof *at), n = 0;

	for (size_t i = 0; at && i < f->host.len; i++) {
		const struct incident_host *h = &f->host.at[i];
		uint32_t k;

		if (h->class > CLASS_LIKELY || h->entry || is_server(f, h->host) || h->first_ns == TIME_NONE)
			continue;
		/* few hosts: insertion keeps them by time */
		for (k = n++; k > 0 && f->suspect[at[k - 1]].t0 > h->first_ns; k--)
			at[k] = at[k - 1];
		at[k] = h->host;
	}
	out->first_clients = at;
	out->nfirst_clients = n;
}

/* How many clues that say the same of this server, or of any desk, came before this one. */
static uint32_t turn_of(map *seen, const struct story_clue *c, bool server)
{
	uint32_t who = server ? c->host : STORY_NOBODY; /* of many desks the first few stand for all */
	buf key = { 0 };
	struct map_entry *m;
	uint32_t turn = 0;

	buf_add(&key, &who, sizeof who);
	buf_z(&key, c->sentence.key);
	buf_z(&key, c->phase);
	m = map_put(seen, buf_view(&key), 0, NULL);
	buf_done(&key);
	if (m)
		turn = (uint32_t)m->value++;
	return turn < 20 ? turn : 20;
}

void chronicle_write(struct finder *f, struct incident *out)
{
	struct ranked *r = calloc(f->clue.len + 1, sizeof *r);
	map seen; /* a host, what it says, in which phase -> how often so far */
	uint32_t *rows = arena_array(&f->b->st->arrays, f->clue.len + 1, sizeof *rows);
	size_t n = 0, head;

	map_init(&seen, LIMIT_STORY_CLUES, 64u << 20);
	for (size_t i = 0; r && i < f->clue.len; i++) {
		const struct story_clue *c = &f->clue.at[i];

		if (f->suspect[c->host].in || c->grade >= GRADE_STRONG || c->weight >= 60)
			r[n++] = (struct ranked){ (uint32_t)i, 0 };
	}
	for (size_t i = 0; i < n; i++) {
		const struct story_clue *c = &f->clue.at[r[i].clue];

		/* the tenth clue of one kind counts as much as a weaker first of another */
		r[i].rank = 100u - c->weight + turn_of(&seen, c, is_server(f, c->host)) * 3;
	}
	if (n)
		qsort(r, n, sizeof *r, by_rank);
	head = n < FIRST_ROWS ? n : FIRST_ROWS;
	if (r)
		qsort(r, head, sizeof *r, by_clue);
	if (r && n > head)
		qsort(r + head, n - head, sizeof *r, by_clue);
	for (size_t i = 0; rows && i < n; i++)
		rows[i] = r[i].clue;
	out->timeline = rows;
	out->ntimeline = rows ? (uint32_t)n : 0;
	for (size_t i = 0; i < f->host.len; i++)
		out->by_class[f->host.at[i].class]++;
	clients_write(f, out);
	free(r);
	map_done(&seen);
}
