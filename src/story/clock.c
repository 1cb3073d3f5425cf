#include "story/clock.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/map.h"
#include "util/times.h"
#include "util/vec.h"

#define JUMP_NS (2 * NS_PER_S)         /* from here on two days are two pieces */
#define ZONE_NEAR_NS (120 * NS_PER_S)  /* so near to a whole hour it is a zone */
#define FARTHEST_NS (15 * NS_PER_HOUR) /* zones differ by no more */

enum { ROUNDS = 8 };

struct sample {
	uint32_t a, b; /* nodes */
	int64_t ns;    /* as a logged it */
	int64_t delta; /* a minus b */
};

/* A sample as one of its nodes sees it. */
struct view {
	int64_t ns, delta;
	uint32_t other;
};

struct clock_model {
	arena mem;
	map keys; /* host and log to a node */
	VEC(struct clock_node) node;
	VEC(struct sample) sample;
	struct view *view;
	size_t *first;  /* of a node's views; nodes + 1 */
	double *offset; /* per node: one for all times */
};

int clock_new(struct clock_model **ret, err *e)
{
	struct clock_model *m = calloc(1, sizeof *m);

	if (!m)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for clocks");
	arena_init(&m->mem, SIZE_MAX);
	map_init(&m->keys, LIMIT_STORY_HOSTS * CLOCK_LOGS, LIMIT_STORY_HOSTS * CLOCK_LOGS * 8u);
	*ret = m;
	return 0;
}

void clock_free(struct clock_model *m)
{
	if (!m)
		return;
	arena_done(&m->mem);
	map_done(&m->keys);
	VEC_DONE(&m->node);
	VEC_DONE(&m->sample);
	free(m->view);
	free(m->first);
	free(m->offset);
	free(m);
}

static bool node_at(struct clock_model *m, uint32_t host, enum clock_log log, uint32_t *ret)
{
	uint32_t key[2] = { host, (uint32_t)log };
	struct map_entry *at;
	struct clock_node *n;
	bool fresh;

	at = map_put(&m->keys, (str){ (const char *)key, sizeof key }, m->node.len, &fresh);
	if (!at)
		return false;
	if (fresh) {
		n = VEC_PUSH(&m->node, LIMIT_STORY_HOSTS * CLOCK_LOGS);
		if (!n)
			return false;
		n->host = host;
		n->log = log;
	}
	*ret = (uint32_t)at->value;
	return *ret < m->node.len;
}

bool clock_sample(struct clock_model *m, uint32_t a, enum clock_log a_log, int64_t a_ns, uint32_t b,
		  enum clock_log b_log, int64_t b_ns)
{
	struct sample s = { .ns = a_ns };
	struct sample *to;

	if (a_ns <= INT64_MIN / 2 || a_ns >= INT64_MAX / 2 || b_ns == TIME_NONE ||
	    (a == b && a_log == b_log) || __builtin_sub_overflow(a_ns, b_ns, &s.delta) ||
	    s.delta > FARTHEST_NS || s.delta < -FARTHEST_NS)
		return true;
	if (!node_at(m, a, a_log, &s.a) || !node_at(m, b, b_log, &s.b))
		return false;
	to = VEC_PUSH(&m->sample, LIMIT_CLOCK_SAMPLES);
	if (!to)
		return false;
	*to = s;
	m->node.at[s.a].samples++;
	m->node.at[s.b].samples++;
	return true;
}

/* --- solving --------------------------------------------------------------------------------- */

static int double_order(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

/* Sorts v. */
static double median(double *v, size_t n)
{
	if (n == 0)
		return 0;
	qsort(v, n, sizeof *v, double_order);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static int view_order(const void *pa, const void *pb)
{
	const struct view *a = pa, *b = pb;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->other != b->other)
		return a->other < b->other ? -1 : 1;
	return (a->delta > b->delta) - (a->delta < b->delta);
}

static bool views_fill(struct clock_model *m)
{
	size_t *at;

	m->view = calloc(m->sample.len * 2 + 1, sizeof *m->view);
	m->first = calloc(m->node.len + 2, sizeof *m->first);
	m->offset = calloc(m->node.len + 1, sizeof *m->offset);
	if (!m->view || !m->first || !m->offset)
		return false;
	at = m->first + 1;
	for (size_t i = 0, sum = 0; i < m->node.len; i++) {
		at[i] = sum; /* where the node's views go on; in the end, where the next begin */
		sum += m->node.at[i].samples;
	}
	for (size_t i = 0; i < m->sample.len; i++) {
		const struct sample *s = &m->sample.at[i];

		m->view[at[s->a]++] = (struct view){ s->ns, s->delta, s->b };
		m->view[at[s->b]++] = (struct view){ s->ns - s->delta, -s->delta, s->a };
	}
	for (size_t i = 0; i < m->node.len; i++)
		if (m->first[i + 1] > m->first[i])
			qsort(m->view + m->first[i], m->first[i + 1] - m->first[i], sizeof *m->view,
			      view_order);
	return true;
}

static uint32_t root(uint32_t *group, uint32_t i)
{
	while (group[i] != i)
		i = group[i] = group[group[i]];
	return i;
}

/* One offset per node for all times: medians over the neighbours, again and again, outward from the nodes that are
 * known (anchors, else the one with most samples of each group). */
static void solve(struct clock_model *m, double *scratch, bool *known)
{
	size_t n = m->node.len;

	for (int round = 0; round < ROUNDS + 24; round++) {
		bool news = false;

		for (size_t i = 0; i < n; i++) {
			size_t k = 0;

			if (m->node.at[i].anchor)
				continue;
			for (size_t v = m->first[i]; v < m->first[i + 1]; v++)
				if (known[m->view[v].other])
					scratch[k++] = (double)m->view[v].delta + m->offset[m->view[v].other];
			if (k == 0)
				continue;
			m->offset[i] = median(scratch, k);
			news |= !known[i];
			known[i] = true;
		}
		if (round >= ROUNDS && !news)
			return;
	}
}

struct member {
	uint32_t group, node;
};

static int member_order(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

/* Nodes grouped by having samples in common. */
static struct member *groups_find(struct clock_model *m)
{
	struct member *all = calloc(m->node.len + 1, sizeof *all);
	uint32_t *group = calloc(m->node.len + 1, sizeof *group);

	for (uint32_t i = 0; group && i < m->node.len; i++)
		group[i] = i;
	for (size_t i = 0; group && i < m->sample.len; i++)
		group[root(group, m->sample.at[i].a)] = root(group, m->sample.at[i].b);
	for (uint32_t i = 0; all && group && i < m->node.len; i++)
		all[i] = (struct member){ root(group, i), i };
	if (all && group && m->node.len)
		qsort(all, m->node.len, sizeof *all, member_order);
	if (!group) {
		free(all);
		all = NULL;
	}
	free(group);
	return all;
}

/* Where the group that begins at k ends. */
static size_t group_end(const struct clock_model *m, const struct member *all, size_t k)
{
	size_t end = k;

	while (end < m->node.len && all[end].group == all[k].group)
		end++;
	return end;
}

/* What is known to begin with: anchors; in a group without one, the node with most samples. */
static void groups_start(const struct clock_model *m, const struct member *all, bool *known)
{
	for (size_t k = 0, end; k < m->node.len; k = end) {
		uint32_t best = all[k].node;
		bool anchored = false;

		end = group_end(m, all, k);
		for (size_t i = k; i < end; i++) {
			const struct clock_node *n = &m->node.at[all[i].node];

			known[all[i].node] = n->anchor;
			anchored |= n->anchor;
			if (n->samples > m->node.at[best].samples)
				best = all[i].node;
		}
		if (!anchored)
			known[best] = true;
	}
}

/* A group without an anchor has no truth but its own middle. */
static void groups_center(struct clock_model *m, const struct member *all, double *scratch)
{
	for (size_t k = 0, end; k < m->node.len; k = end) {
		bool anchored = false;
		size_t n = 0;
		double middle;

		end = group_end(m, all, k);
		for (size_t i = k; i < end; i++) {
			anchored |= m->node.at[all[i].node].anchor;
			if (m->node.at[all[i].node].log == CLOCK_SYSTEM)
				scratch[n++] = m->offset[all[i].node];
		}
		middle = anchored ? 0 : median(scratch, n);
		for (size_t i = k; i < end; i++)
			m->offset[all[i].node] -= middle;
	}
}

/* --- pieces ---------------------------------------------------------------------------------- */

static int64_t day_of(int64_t ns)
{
	return ns / NS_PER_DAY - (ns % NS_PER_DAY < 0);
}

/* The last Sundays of March and October, the second of March and the first of November, a day either way. */
static bool clocks_change(int64_t ns)
{
	int64_t year, day = day_of(ns);
	unsigned month, d;

	for (int64_t near = day - 1; near <= day + 1; near++) {
		bool sunday = (near + 4) % 7 == 0;

		time_civil_from_days(near, &year, &month, &d);
		if (sunday && ((month == 3 && (d > 24 || (d > 7 && d < 15))) || (month == 10 && d > 24) ||
			       (month == 11 && d < 8)))
			return true;
	}
	return false;
}

static void piece_end(struct clock_piece *p, double *v, size_t n, bool half_hours)
{
	int64_t unit = half_hours ? NS_PER_HOUR / 2 : NS_PER_HOUR;
	double middle = median(v, n);
	int64_t off = (int64_t)middle;
	int64_t k = (off + (off < 0 ? -unit / 2 : unit / 2)) / unit;

	p->samples = (uint32_t)n;
	p->zone_ns = k && llabs(off - k * unit) <= ZONE_NEAR_NS ? k * unit : 0;
	p->skew_ns = off - p->zone_ns;
	for (size_t i = 0; i < n; i++)
		v[i] = v[i] > middle ? v[i] - middle : middle - v[i];
	p->spread_ns = (int64_t)median(v, n);
	p->dst = llabs(p->zone_ns) == NS_PER_HOUR && (clocks_change(p->from_ns) || clocks_change(p->to_ns));
}

/* The other node's offset at that time: of its pieces if it has them already. */
static double offset_then(const struct clock_model *m, uint32_t node, int64_t ns)
{
	const struct clock_node *n = &m->node.at[node];
	double off = m->offset[node];

	for (uint32_t i = 0; i < n->npieces; i++)
		if (i == 0 || ns >= n->pieces[i].from_ns)
			off = (double)(n->pieces[i].skew_ns + n->pieces[i].zone_ns);
	return off;
}

/* Values of the views [from, to) into v. */
static void values(const struct clock_model *m, size_t from, size_t to, double *v)
{
	for (size_t k = from; k < to; k++)
		v[k - from] = (double)m->view[k].delta +
			      offset_then(m, m->view[k].other, m->view[k].ns - m->view[k].delta);
}

static size_t day_end(const struct clock_model *m, size_t from, size_t end)
{
	size_t to = from;

	while (to < end && day_of(m->view[to].ns) == day_of(m->view[from].ns))
		to++;
	return to;
}

/* Cut a node's samples where the days' medians jump. A day with one sample starts nothing. */
static void pieces_of(struct clock_model *m, uint32_t node, struct clock_piece *out, uint32_t *ret_n,
		      uint32_t max, double *v)
{
	size_t from = m->first[node], end = m->first[node + 1], start = from;
	bool half = m->node.at[node].log != CLOCK_SYSTEM;
	double middle = 0;

	*ret_n = 0;
	while (from < end) {
		size_t to = day_end(m, from, end);
		double day;

		values(m, from, to, v);
		day = median(v, to - from);
		if (from == start) {
			middle = day;
		} else if ((day - middle > JUMP_NS || middle - day > JUMP_NS) && from - start == 1) {
			start = from; /* one sample alone, and the next day knows nothing of it */
			middle = day;
		} else if ((day - middle > JUMP_NS || middle - day > JUMP_NS) && to - from > 1 &&
			   *ret_n + 1 < max) {
			values(m, start, from, v);
			out[*ret_n] = (struct clock_piece){ .from_ns = m->view[start].ns,
							    .to_ns = m->view[from - 1].ns };
			piece_end(&out[(*ret_n)++], v, from - start, half);
			start = from;
			middle = day;
		}
		from = to;
	}
	if (start == end)
		return;
	values(m, start, end, v);
	out[*ret_n] = (struct clock_piece){ .from_ns = m->view[start].ns, .to_ns = m->view[end - 1].ns };
	piece_end(&out[(*ret_n)++], v, end - start, half);
}

static bool pieces_fill(struct clock_model *m, double *v, const bool *kerberos, uint32_t nhosts)
{
	enum { MOST = 1024 };
	struct clock_piece *tmp = calloc(MOST, sizeof *tmp);
	bool ok = tmp != NULL;

	for (uint32_t i = 0; ok && i < m->node.len; i++) {
		struct clock_node *n = &m->node.at[i];
		struct clock_piece *keep;
		uint32_t k;

		pieces_of(m, i, tmp, &k, MOST, v);
		keep = arena_array(&m->mem, k + 1u, sizeof *keep);
		if (!keep) {
			ok = false;
			break;
		}
		memcpy(keep, tmp, k * sizeof *keep);
		if (n->anchor) /* true by decision, whatever its partners seem to say */
			k = 0;
		n->pieces = keep;
		n->npieces = k;
		for (uint32_t p = 0; p < k; p++)
			n->implausible |= n->host < nhosts && kerberos[n->host] && n->log == CLOCK_SYSTEM &&
					  llabs(keep[p].skew_ns) > 300 * NS_PER_S;
	}
	free(tmp);
	return ok;
}

static int by_host(const void *pa, const void *pb)
{
	const struct clock_node *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (a->log > b->log) - (a->log < b->log);
}

int clock_settle(struct clock_model *m, const bool *anchor, const bool *kerberos, uint32_t nhosts, err *e)
{
	double *scratch = calloc(m->sample.len * 2 + m->node.len + 1, sizeof *scratch);
	bool *known = calloc(m->node.len + 1, sizeof *known);
	struct member *all = NULL;
	bool ok = scratch && known && views_fill(m);

	for (uint32_t i = 0; ok && i < m->node.len; i++)
		m->node.at[i].anchor = m->node.at[i].log == CLOCK_SYSTEM && m->node.at[i].host < nhosts &&
				       anchor[m->node.at[i].host];
	if (ok && (all = groups_find(m)) != NULL) {
		groups_start(m, all, known);
		solve(m, scratch, known);
		groups_center(m, all, scratch);
		ok = pieces_fill(m, scratch, kerberos, nhosts);
	}
	ok = ok && all;
	free(all);
	free(scratch);
	free(known);
	if (!ok)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for clocks");
	if (m->node.len)
		qsort(m->node.at, m->node.len, sizeof *m->node.at, by_host);
	VEC_DONE(&m->sample);
	return 0;
}

/* --- questions ------------------------------------------------------------------------------- */

/* Between two pieces of one zone the clock is taken to have gone evenly. */
static int64_t between(const struct clock_piece *a, const struct clock_piece *b, int64_t ns)
{
	double part;

	if (a->zone_ns != b->zone_ns || ns <= a->to_ns || b->from_ns <= a->to_ns)
		return a->skew_ns + a->zone_ns;
	part = (double)(ns - a->to_ns) / (double)(b->from_ns - a->to_ns);
	return a->zone_ns + a->skew_ns + (int64_t)((double)(b->skew_ns - a->skew_ns) * part);
}

int64_t clock_log_offset(const struct clock_model *m, uint32_t host, enum clock_log log, int64_t ns,
			 int64_t *ret_spread_ns)
{
	const struct clock_node key = { .host = host, .log = log };
	const struct clock_node *n =
		m && m->node.len ? bsearch(&key, m->node.at, m->node.len, sizeof key, by_host) : NULL;
	uint32_t i = 0;

	if (ret_spread_ns)
		*ret_spread_ns = n && n->anchor ? 0 : -1;
	if (!n || n->npieces == 0)
		return 0;
	while (i + 1 < n->npieces && ns >= n->pieces[i + 1].from_ns)
		i++;
	if (ret_spread_ns)
		*ret_spread_ns = n->pieces[i].spread_ns;
	return i + 1 < n->npieces ? between(&n->pieces[i], &n->pieces[i + 1], ns)
				  : n->pieces[i].skew_ns + n->pieces[i].zone_ns;
}

int64_t clock_offset(const struct clock_model *m, uint32_t host, int64_t ns, int64_t *ret_spread_ns)
{
	return clock_log_offset(m, host, CLOCK_SYSTEM, ns, ret_spread_ns);
}

const struct clock_node *clock_nodes(const struct clock_model *m, size_t *ret_n)
{
	*ret_n = m ? m->node.len : 0;
	return m ? m->node.at : NULL;
}

const char *clock_log_name(enum clock_log log)
{
	static const char *const NAMES[CLOCK_LOGS] = {
		[CLOCK_SYSTEM] = "system",
		[CLOCK_WEB] = "web_access",
		[CLOCK_LEASES] = "dhcp",
		[CLOCK_AGENT] = "agent",
	};

	return (unsigned)log < CLOCK_LOGS ? NAMES[log] : NULL;
}
