/* Which facts are two sights of one event. */
#include <stdio.h>
#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

#define NEAR_NS (300 * NS_PER_S) /* what two clocks of one domain may differ by */

/* A sight of something under a key, waiting for the other one. */
struct sight {
	uint32_t host;
	enum clock_log log;
	int64_t ns;
};

struct sights {
	struct builder *b;
	map keys;
	VEC(struct sight) at;
	int64_t near; /* samples farther apart are no pair; 0: all are */
};

static void sights_init(struct sights *s, struct builder *b, int64_t near)
{
	memset(s, 0, sizeof *s);
	s->b = b;
	s->near = near;
	map_init(&s->keys, LIMIT_CLOCK_SAMPLES, 256u << 20);
}

static void sights_done(struct sights *s)
{
	map_done(&s->keys);
	VEC_DONE(&s->at);
}

static bool near_enough(const struct sights *s, int64_t delta)
{
	return s->near == 0 || (delta <= s->near && delta >= -s->near);
}

/* Remember a sight of `key`; with one of another clock it is a sample. first_side: kept; the other is compared. */
static void sight(struct sights *s, str key, uint32_t host, enum clock_log log, int64_t ns, bool first_side)
{
	struct map_entry *m;
	struct sight *x;
	bool fresh = false;

	if (host == STORY_NOBODY || !time_is_sane(ns) || key.len == 0)
		return;
	m = first_side ? map_put(&s->keys, key, s->at.len, &fresh) : map_get(&s->keys, key);
	if (!m)
		return;
	if (fresh) {
		x = VEC_PUSH(&s->at, LIMIT_CLOCK_SAMPLES);
		if (x)
			*x = (struct sight){ host, log, ns };
		return;
	}
	x = m->value < s->at.len ? &s->at.at[m->value] : NULL;
	if (x && (x->host != host || x->log != log) && near_enough(s, ns - x->ns) &&
	    !clock_sample(s->b->st->clock, host, log, ns, x->host, x->log, x->ns))
		s->b->st->dropped++;
}

/* "a\0b\0day" */
static str key_of(struct builder *b, buf *k, str word, uint32_t x, uint32_t y, str day)
{
	(void)b;
	buf_clear(k);
	buf_str(k, word);
	buf_byte(k, 0);
	buf_add(k, &x, sizeof x);
	buf_add(k, &y, sizeof y);
	buf_str(k, day);
	return buf_view(k);
}

/* --- the joins ------------------------------------------------------------------------------- */

static int on_sample(void *ctx, const struct fact *f, err *e)
{
	struct sights *s = ctx;
	buf k = { 0 };

	(void)e;
	sight(s, key_of(s->b, &k, f->attr[FA_OBJECT], 0, 0, f->attr[FA_DETAIL]),
	      host_named(s->b, f->attr[FA_HOST]), CLOCK_SYSTEM, f->first_ns, true);
	buf_done(&k);
	return 0;
}

static str day_of(const struct fact *f, char out[24])
{
	int64_t year;
	unsigned month, day;

	if (f->first_ns == TIME_NONE)
		return STR("");
	time_civil_from_days(f->first_ns / (86400 * NS_PER_S), &year, &month, &day);
	return (str){ out, (size_t)snprintf(out, 24, "%d-%02u-%02u", (int)year, month, day) };
}

/* Credentials given at the source, the logon at the target: once each, else which is which cannot be told. */
static int on_explicit(void *ctx, const struct fact *f, err *e)
{
	struct sights *s = ctx;
	uint32_t from = host_named(s->b, f->attr[FA_HOST]), to = host_named(s->b, f->attr[FA_TARGET_HOST]);
	char day[24];
	buf k = { 0 };

	(void)e;
	if (f->count == 1 && to != STORY_NOBODY)
		sight(s,
		      key_of(s->b, &k, keep_lower(s->b, str_basename(f->attr[FA_TARGET_ACCOUNT])), from, to,
			     day_of(f, day)),
		      from, CLOCK_SYSTEM, f->first_ns, true);
	buf_done(&k);
	return 0;
}

static int on_logon(void *ctx, const struct fact *f, err *e)
{
	struct sights *s = ctx;
	uint32_t to = host_named(s->b, f->attr[FA_HOST]), from;
	enum story_basis basis;
	char day[24];
	buf k = { 0 };

	(void)e;
	from = host_at(s->b, f->attr[FA_SOURCE_IP], f->first_ns, &basis);
	if (f->count == 1 && to != STORY_NOBODY && from != STORY_NOBODY)
		sight(s,
		      key_of(s->b, &k, keep_lower(s->b, str_basename(f->attr[FA_ACCOUNT])), from, to,
			     day_of(f, day)),
		      to, CLOCK_SYSTEM, f->first_ns, false);
	buf_done(&k);
	return 0;
}

/* The client's own word that it goes to a host by remote desktop, and the host's that it came. */
static int on_desktop(void *ctx, const struct fact *f, err *e)
{
	struct sights *s = ctx;
	uint32_t here = host_named(s->b, f->attr[FA_HOST]);
	bool leaves = str_eq(f->attr[FA_DETAIL], STR("rdp to"));
	enum story_basis basis;
	uint32_t there;
	buf k = { 0 };

	(void)e;
	if (f->count != 1 || here == STORY_NOBODY)
		return 0;
	if (leaves)
		there = f->attr[FA_TARGET_HOST].len
				? host_named(s->b, f->attr[FA_TARGET_HOST])
				: host_at(s->b, f->attr[FA_TARGET_IP], f->first_ns, &basis);
	else if (str_eq(f->attr[FA_DETAIL], STR("rdp authenticated")))
		there = host_at(s->b, f->attr[FA_SOURCE_IP], f->first_ns, &basis);
	else
		return 0;
	if (there != STORY_NOBODY)
		sight(s,
		      key_of(s->b, &k, STR("rdp"), leaves ? here : there, leaves ? there : here,
			     f->attr[FA_DAY]),
		      here, CLOCK_SYSTEM, f->first_ns, true);
	buf_done(&k);
	return 0;
}

/* A file served to a client, and the client's own word that it fetched it. */
static int on_served(void *ctx, const struct fact *f, err *e)
{
	struct sights *s = ctx;
	enum story_basis basis;
	uint32_t to = host_at(s->b, f->attr[FA_SOURCE_IP], f->first_ns, &basis);
	buf k = { 0 };

	(void)e;
	if (f->count == 1 && to != STORY_NOBODY)
		sight(s,
		      key_of(s->b, &k, keep_lower(s->b, str_basename(f->attr[FA_OBJECT])), to, 0,
			     f->attr[FA_DAY]),
		      host_named(s->b, f->attr[FA_HOST]), CLOCK_WEB, f->first_ns, true);
	buf_done(&k);
	return 0;
}

static int on_transfer(void *ctx, const struct fact *f, err *e)
{
	struct sights *s = ctx;
	uint32_t here = host_named(s->b, f->attr[FA_HOST]);
	str rest, path = str_cut(f->attr[FA_OBJECT], '?', &rest);
	buf k = { 0 };

	(void)e;
	if (f->count == 1 && str_starts(f->attr[FA_DETAIL], STR("started")))
		sight(s, key_of(s->b, &k, keep_lower(s->b, str_basename(path)), here, 0, f->attr[FA_DAY]),
		      here, CLOCK_SYSTEM, f->first_ns, false);
	buf_done(&k);
	return 0;
}

/* --- zones of DHCP logs ---------------------------------------------------------------------- */

/* A machine that is given an address has started, or speaks to a domain controller, within the minute. One pair may be chance; the
 * whole half hour that most pairs agree on is the zone of the log. */
enum { HALVES = 30, LEAST_PAIRS = 8, MOST_PAIRS = 1000 };

struct zone_vote {
	uint32_t server;
	uint32_t near[2 * HALVES + 1]; /* pairs so many half hours apart, within two minutes */
	uint32_t pairs;
	int64_t sum[2 * HALVES + 1]; /* of what is left */
	int64_t ns;
};

struct voting {
	struct builder *b;
	VEC(struct sight) at; /* machine accounts heard, by host and time */
	struct zone_vote *vote;
	uint32_t nvotes;
};

static int on_arrival(void *ctx, const struct fact *f, err *e)
{
	struct voting *v = ctx;
	struct sight *x;
	str account, rest;

	(void)e;
	account = str_cut(str_basename(f->attr[FA_ACCOUNT]), '@', &rest);
	if (account.len < 2 || account.ptr[account.len - 1] != '$' || !time_is_sane(f->first_ns))
		return 0;
	account.len--;
	x = VEC_PUSH(&v->at, LIMIT_CLOCK_SAMPLES);
	if (x)
		*x = (struct sight){ host_named(v->b, account), CLOCK_SYSTEM, f->first_ns };
	return 0;
}

static int on_boot(void *ctx, const struct fact *f, err *e)
{
	struct voting *v = ctx;
	struct sight *x;

	(void)e;
	if (!time_is_sane(f->first_ns) || !str_eq(f->attr[FA_DETAIL], STR("started")))
		return 0;
	x = VEC_PUSH(&v->at, LIMIT_CLOCK_SAMPLES);
	if (x)
		*x = (struct sight){ host_named(v->b, f->attr[FA_HOST]), CLOCK_SYSTEM, f->first_ns };
	return 0;
}

static int sight_order(const void *pa, const void *pb)
{
	const struct sight *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (a->ns > b->ns) - (a->ns < b->ns);
}

static struct zone_vote *vote_of(struct voting *v, uint32_t server)
{
	enum { SERVERS = 64 };

	for (uint32_t i = 0; i < v->nvotes; i++)
		if (v->vote[i].server == server)
			return &v->vote[i];
	if (v->nvotes == SERVERS)
		return NULL;
	if (!v->vote)
		v->vote = arena_array(&v->b->st->arrays, SERVERS, sizeof *v->vote);
	if (!v->vote)
		return NULL;
	v->vote[v->nvotes].server = server;
	return &v->vote[v->nvotes++];
}

static int on_given(void *ctx, const struct fact *f, err *e)
{
	const int64_t HALF = 1800 * NS_PER_S;
	struct voting *v = ctx;
	uint32_t server = host_telling(v->b, f);
	uint32_t host = host_named(v->b, f->attr[FA_TARGET_HOST]);
	struct zone_vote *vote;
	size_t lo = 0, hi = v->at.len;

	(void)e;
	if (!str_eq(f->attr[FA_DETAIL], STR("assign")) || server == STORY_NOBODY || host == STORY_NOBODY ||
	    !time_is_sane(f->first_ns) || (vote = vote_of(v, server)) == NULL)
		return 0;
	vote->pairs++;
	vote->ns = f->first_ns;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct sight *x = &v->at.at[mid];

		if (x->host < host || (x->host == host && x->ns < f->first_ns - HALVES * HALF))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (unsigned n = 0; lo < v->at.len && v->at.at[lo].host == host && n < 64; lo++, n++) {
		/* the server's time is later by the zone */
		int64_t apart = f->first_ns - v->at.at[lo].ns;
		int64_t k = (apart + (HALVES + 1) * HALF + HALF / 2) / HALF - (HALVES + 1);

		if (apart < -(HALVES * HALF))
			break;
		if (k < -HALVES || k > HALVES || llabs(apart - k * HALF) > 60 * NS_PER_S)
			continue;
		vote->near[k + HALVES]++;
		vote->sum[k + HALVES] += apart - k * HALF;
	}
	return 0;
}

void lease_zones_find(struct builder *b)
{
	struct voting v = { .b = b };

	if (b->rc == 0 && !b->failed)
		b->rc = store_each_fact(b->s, FACT_AUTHENTICATION, on_arrival, &v, b->e);
	if (b->rc == 0 && !b->failed)
		b->rc = store_each_fact(b->s, FACT_SYSTEM_STATE, on_boot, &v, b->e);
	if (v.at.len)
		qsort(v.at.at, v.at.len, sizeof *v.at.at, sight_order);
	if (b->rc == 0)
		b->rc = store_each_fact(b->s, FACT_LEASE, on_given, &v, b->e);
	for (uint32_t i = 0; i < v.nvotes; i++) {
		const struct zone_vote *t = &v.vote[i];
		uint32_t best = 0, second = 0;
		struct lease_zone *z;
		int64_t zone;

		for (uint32_t k = 1; k <= 2 * HALVES; k++)
			best = t->near[k] > t->near[best] ? k : best;
		for (uint32_t k = 0; k <= 2 * HALVES; k++)
			second = k != best && t->near[k] > second ? t->near[k] : second;
		if (t->near[best] < LEAST_PAIRS || t->near[best] < 3 * second)
			continue;
		zone = ((int64_t)best - HALVES) * 1800 * NS_PER_S;
		for (uint32_t k = 0; k < t->near[best] && k < MOST_PAIRS; k++)
			clock_sample(b->st->clock, t->server, CLOCK_LEASES, t->ns, t->server, CLOCK_SYSTEM,
				     t->ns - zone);
		z = VEC_PUSH(&b->lease_zone, LIMIT_STORY_HOSTS);
		if (z)
			*z = (struct lease_zone){ t->server, zone };
	}
	VEC_DONE(&v.at);
}

/* --- all together ---------------------------------------------------------------------------- */

static void join(struct builder *b, int64_t near, int a, int (*on_a)(void *, const struct fact *, err *),
		 int c, int (*on_c)(void *, const struct fact *, err *))
{
	struct sights s;

	if (b->rc || b->failed)
		return;
	sights_init(&s, b, near);
	b->rc = store_each_fact(b->s, a, on_a, &s, b->e);
	if (b->rc == 0 && on_c)
		b->rc = store_each_fact(b->s, c, on_c, &s, b->e);
	sights_done(&s);
}

static int on_machine(void *ctx, const struct fact *f, err *e)
{
	struct voting *v = ctx;
	str account, rest;
	uint32_t host;

	(void)e;
	account = str_cut(str_basename(f->attr[FA_ACCOUNT]), '@', &rest);
	if (account.len < 2 || account.ptr[account.len - 1] != '$')
		return 0;
	account.len--;
	host = host_named(v->b, account);
	if (host != STORY_NOBODY && str_starts(f->attr[FA_DETAIL], STR("kerberos")))
		v->b->kerberos[host] = true;
	return 0;
}

void clocks_collect(struct builder *b)
{
	bool *anchor = arena_array(&b->st->arrays, b->host.len + 1, sizeof *anchor);
	struct voting v = { .b = b };

	b->kerberos = arena_array(&b->st->arrays, b->host.len + 1, sizeof *b->kerberos);
	if (!anchor || !b->kerberos) {
		b->failed = true;
		return;
	}
	for (size_t i = 0; i < b->host.len; i++)
		anchor[i] = b->host.at[i].role == HOST_DC;
	join(b, 0, FACT_CLOCK_SAMPLE, on_sample, 0, NULL);
	join(b, NEAR_NS, FACT_EXPLICIT_CREDENTIALS, on_explicit, FACT_LOGON, on_logon);
	join(b, NEAR_NS, FACT_REMOTE_SESSION, on_desktop, 0, NULL);
	join(b, NEAR_NS, FACT_ARTEFACT_SERVED, on_served, FACT_TRANSFER, on_transfer);
	if (b->rc == 0 && !b->failed)
		b->rc = store_each_fact(b->s, FACT_AUTHENTICATION, on_machine, &v, b->e);
	if (b->rc == 0 && !b->failed)
		b->rc = clock_settle(b->st->clock, anchor, b->kerberos, (uint32_t)b->host.len, b->e);
}
