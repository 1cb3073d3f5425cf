/* Times as logged, brought to the years and the zone of the rest of the evidence. Nothing is rewritten: the facts of
 * the case keep what was logged, and their items tell what was assumed. */
#include <stdlib.h>

#include "story/trace.h"
#include "util/limits.h"
#include "util/times.h"

/* --- times without a year ------------------------------------------------------------------------ */

/* The day around which most of the evidence lies: half of the days with events are before it. */
static int32_t middle_day(const struct builder *b)
{
	int64_t sum = 0;
	size_t n = b->day.len;
	int32_t lo = INT32_MAX, hi = INT32_MIN;

	for (size_t i = 0; i < n; i++) {
		lo = b->day.at[i].day < lo ? b->day.at[i].day : lo;
		hi = b->day.at[i].day > hi ? b->day.at[i].day : hi;
	}
	while (n && lo < hi) { /* bisection: no copy of the days, no order needed */
		int32_t mid = lo + (hi - lo) / 2;

		sum = 0;
		for (size_t i = 0; i < n; i++)
			sum += b->day.at[i].day <= mid;
		if ((size_t)sum * 2 >= n)
			hi = mid;
		else
			lo = mid + 1;
	}
	return n ? lo : 0;
}

/* A log without years was read as one of the last year; if the rest of the evidence lies elsewhere, its times
 * move by whole years to where that is. The assumption stands among the gaps of its item. */
static void years_find(struct trace *t)
{
	struct builder *b = t->b;
	int32_t middle = middle_day(b);

	for (size_t i = 0; middle && i < b->gap.len; i++) {
		const struct gap *g = &b->gap.at[i];
		const struct store_item *it = g->item < b->item.len ? &b->item.at[g->item] : NULL;
		int64_t days;

		if (!it || g->kind != GAP_ASSUMED ||
		    !str_starts(str_of(g->text), STR("times without a year")) || it->first_ns == TIME_NONE)
			continue;
		days = middle - (it->first_ns / 2 + it->last_ns / 2) / DAY;
		t->years[g->item] = (int32_t)((days + (days > 0 ? 182 : -182)) / 365);
	}
}

static int64_t years_on(int64_t ns, int32_t years)
{
	int64_t year, day = ns / DAY;
	unsigned month, d;

	if (ns == TIME_NONE || years == 0)
		return ns;
	time_civil_from_days(day, &year, &month, &d);
	return ns + (time_days_from_civil(year + years, month, d) - day) * DAY;
}

/* --- local times of nobody knows where ------------------------------------------------------------- */

enum { HALF_HOURS_MIN = -24, HALF_HOURS_MAX = 28, VOTES_MIN = 2 };

#define HALF_HOUR (1800 * NS_PER_S)

/* The same logon over SSH, by the host's own log and by the network's. */
struct meeting {
	uint32_t host;
	text_id from;
	int64_t first_ns, last_ns;
	bool local; /* told by a log without a zone */
};

struct meetings {
	struct trace *t;
	const bool *zoneless; /* per item */
	VEC(struct meeting) at;
};

static int on_ssh(void *ctx, const struct fact *f, err *e)
{
	struct meetings *m = ctx;
	struct trace *t = m->t;
	bool logon = f->kind == FACT_LOGON;
	bool local = f->nrefs && f->refs[0].item < t->b->item.len && m->zoneless[f->refs[0].item];
	struct meeting *x;

	(void)e;
	if (f->first_ns == TIME_NONE || f->attr[FA_SOURCE_IP].len == 0 || logon != local ||
	    (logon ? !str_eq(f->attr[FA_LOGON_TYPE], STR("ssh")) : !str_eq(f->attr[FA_PORT], STR("22"))))
		return 0;
	x = VEC_PUSH(&m->at, LIMIT_STORY_ARRIVALS);
	if (x)
		*x = (struct meeting){ logon ? host_named(t->b, f->attr[FA_HOST])
					     : who_at(t->b, f->attr[FA_TARGET_IP], f->first_ns),
				       trace_id(t, f->attr[FA_SOURCE_IP]), f->first_ns, f->last_ns, local };
	return 0;
}

static int meeting_order(const void *pa, const void *pb)
{
	const struct meeting *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->local != b->local)
		return a->local - b->local;
	return (a->first_ns > b->first_ns) - (a->first_ns < b->first_ns);
}

static void vote(uint32_t votes[HALF_HOURS_MAX - HALF_HOURS_MIN + 1], int64_t apart)
{
	int64_t half = (apart + (apart > 0 ? HALF_HOUR / 2 : -HALF_HOUR / 2)) / HALF_HOUR;
	int64_t rest = apart - half * HALF_HOUR;

	if (half >= HALF_HOURS_MIN && half <= HALF_HOURS_MAX && rest > -60 * NS_PER_S && rest < 60 * NS_PER_S)
		votes[half - HALF_HOURS_MIN]++;
}

/* Half hours by which most local times are ahead of UTC; 0 if that cannot be said. */
static int zone_of(const struct meetings *m)
{
	uint32_t votes[HALF_HOURS_MAX - HALF_HOURS_MIN + 1] = { 0 };
	uint32_t best = 0, second = 0;
	int zone = 0;

	for (size_t i = 0; i < m->at.len; i++) {
		const struct meeting *a = &m->at.at[i];

		for (size_t k = i + 1;
		     k < m->at.len && m->at.at[k].host == a->host && m->at.at[k].from == a->from; k++) {
			const struct meeting *b = &m->at.at[k];

			if (a->local || !b->local)
				continue;
			vote(votes, b->first_ns - a->first_ns);
			if (a->last_ns != a->first_ns)
				vote(votes, b->first_ns - a->last_ns);
		}
	}
	for (int i = 0; i <= HALF_HOURS_MAX - HALF_HOURS_MIN; i++) {
		if (votes[i] > best) {
			second = best;
			best = votes[i];
			zone = i + HALF_HOURS_MIN;
		} else if (votes[i] > second) {
			second = votes[i];
		}
	}
	return best >= VOTES_MIN && best > second + second / 2 ? zone : 0;
}

/* Logs of local times were read as UTC, which their items say. What the network saw of the same logons
 * shows by how much they are ahead. */
static void zones_find(struct trace *t)
{
	struct builder *b = t->b;
	bool *zoneless = arena_array(&b->st->arrays, b->item.len + 1, sizeof *zoneless);
	struct meetings m = { .t = t, .zoneless = zoneless };
	int zone;

	if (!zoneless)
		return;
	for (size_t i = 0; i < b->gap.len; i++)
		if (b->gap.at[i].kind == GAP_ASSUMED && b->gap.at[i].item < b->item.len &&
		    str_starts(str_of(b->gap.at[i].text), STR("local times")))
			zoneless[b->gap.at[i].item] = true;
	if (b->rc == 0)
		b->rc = trace_each_fact(t, FACT_LOGON, on_ssh, &m);
	if (b->rc == 0)
		b->rc = trace_each_fact(t, FACT_CONNECTION, on_ssh, &m);
	if (m.at.len)
		qsort(m.at.at, m.at.len, sizeof *m.at.at, meeting_order);
	zone = zone_of(&m);
	for (size_t i = 0; zone && i < b->item.len; i++)
		if (zoneless[i])
			t->shift_ns[i] = -zone * HALF_HOUR;
	VEC_DONE(&m.at);
}

/* Logs that were collected twice: everything in them was counted as often. */
static void copies_find(struct trace *t)
{
	struct builder *b = t->b;
	map by_content;

	map_init(&by_content, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < b->item.len; i++) {
			const struct store_item *it = &b->item.at[i];
			struct map_entry *m =
				it->has_sha256 && it->events
					? map_put(&by_content,
						  (str){ (const char *)it->sha256, sizeof it->sha256 }, 0,
						  NULL)
					: NULL;

			if (m && pass == 0)
				m->value++;
			t->copies[i] = m ? (uint32_t)m->value : 1;
		}
	map_done(&by_content);
}

/* "/var/log/a.log.1", "a.log.gz!/a.log": "a.log". */
static str stem_of(str path)
{
	str base = str_basename(path);
	size_t n = base.len;

	while (n && base.ptr[n - 1] >= '0' && base.ptr[n - 1] <= '9')
		n--;
	return n && n < base.len && base.ptr[n - 1] == '.' ? (str){ base.ptr, n - 1 } : base;
}

/* A log that was copied while it grew, and its later state: both begin with the same event. */
static void beginnings_find(struct trace *t)
{
	struct builder *b = t->b;
	map first_of;
	buf key = { 0 };

	map_init(&first_of, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	for (size_t i = 0; i < b->item.len; i++) {
		const struct store_item *it = &b->item.at[i];
		struct map_entry *m;
		bool fresh;
		size_t o;

		t->twice_until[i] = TIME_NONE;
		if (!it->events || it->first_ns == TIME_NONE || it->last_ns == it->first_ns)
			continue;
		buf_clear(&key);
		buf_add(&key, &it->first_ns, sizeof it->first_ns);
		buf_str(&key, it->format);
		buf_str(&key, stem_of(it->path));
		m = key.failed ? NULL : map_put(&first_of, buf_view(&key), i, &fresh);
		if (!m || fresh)
			continue;
		o = m->value;
		if (b->item.at[o].has_sha256 && it->has_sha256 &&
		    memcmp(b->item.at[o].sha256, it->sha256, sizeof it->sha256) == 0)
			continue; /* a copy of the whole: counted as such */
		t->twice_until[i] = t->twice_until[o] =
			it->last_ns < b->item.at[o].last_ns ? it->last_ns : b->item.at[o].last_ns;
	}
	buf_done(&key);
	map_done(&first_of);
}

struct shifting {
	struct trace *t;
	int (*fn)(void *, const struct fact *, err *);
	void *ctx;
};

static int on_any(void *ctx, const struct fact *f, err *e)
{
	const struct shifting *s = ctx;
	struct fact moved;
	int32_t years = 0;
	int64_t shift = 0;
	uint32_t copies = 1;

	if (f->nrefs && f->refs[0].item < s->t->b->item.len) {
		years = s->t->years[f->refs[0].item];
		shift = s->t->shift_ns[f->refs[0].item];
		copies = s->t->copies[f->refs[0].item];
		if (s->t->twice_until[f->refs[0].item] != TIME_NONE &&
		    f->last_ns <= s->t->twice_until[f->refs[0].item])
			copies *= 2;
	}
	if (years == 0 && shift == 0 && copies == 1)
		return s->fn(s->ctx, f, e);
	moved = *f;
	moved.count = (f->count + copies - 1) / copies;
	moved.bytes = f->bytes / copies;
	moved.first_ns = years_on(f->first_ns, years);
	moved.last_ns = years_on(f->last_ns, years);
	if (moved.first_ns != TIME_NONE) {
		moved.first_ns += shift;
		moved.last_ns += shift;
	}
	return s->fn(s->ctx, &moved, e);
}

int trace_each_fact(struct trace *t, enum fact_kind kind, int (*fn)(void *, const struct fact *, err *),
		    void *ctx)
{
	struct shifting s = { t, fn, ctx };

	return store_each_fact(t->b->s, (int)kind, on_any, &s, t->b->e);
}

void trace_times(struct trace *t)
{
	struct builder *b = t->b;

	t->years = arena_array(&b->st->arrays, b->item.len + 1, sizeof *t->years);
	t->shift_ns = arena_array(&b->st->arrays, b->item.len + 1, sizeof *t->shift_ns);
	t->copies = arena_array(&b->st->arrays, b->item.len + 1, sizeof *t->copies);
	t->twice_until = arena_array(&b->st->arrays, b->item.len + 1, sizeof *t->twice_until);
	if (!t->years || !t->shift_ns || !t->copies || !t->twice_until) {
		b->failed = true;
		return;
	}
	copies_find(t);
	beginnings_find(t);
	years_find(t);
	zones_find(t);
}
