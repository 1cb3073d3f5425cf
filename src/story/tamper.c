/* One path and version, different content. A service that hands out software gives every client the same
 * bytes for the same version; when a second size appears under a version that was already given away,
 * the time of each size shows when the package was replaced and who got which. What the hosts that got
 * the second one have in common afterwards, and others have not, says whether it was harmful. */
#include <math.h>
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum {
	SMALLEST = 32768, /* bytes of a package: smaller things are lists that change */
	WRITES_MAX = 4096,
	VARIANTS_MAX = 4, /* sizes of one path with several clients: more is content that changes */
};

/* One size of one path. */
struct variant {
	uint32_t server;
	text_id path;
	uint64_t size;
	uint32_t clients;
	text_id last_client;
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

/* Who got it: a host, how much of it. */
struct taker {
	uint32_t host;
	text_id client;
	int64_t ns;
	bool whole;
	struct story_refs refs;
};

/* A file written on the server. */
struct replaced {
	int64_t ns;
	text_id path, process;
	struct story_refs refs;
};

struct tamper {
	struct finder *f;
	uint32_t server, incident;
	text_id path, hash;
	struct variant good, bad;
	VEC(struct taker) taker;
	VEC(struct replaced) write;
	VEC(struct mark) common; /* what the cohort has in common */
	uint8_t *cohort;         /* per host: 1 got all of it */
	int64_t *since;          /* per host: when */
	uint32_t got;
};

/* --- variants ------------------------------------------------------------------------------- */

static int served_order(const void *pa, const void *pb)
{
	const struct served *a = pa, *b = pb;

	if (a->server != b->server)
		return a->server < b->server ? -1 : 1;
	if (a->path != b->path)
		return a->path < b->path ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	if (a->client != b->client)
		return a->client < b->client ? -1 : 1;
	return (a->s.first_ns > b->s.first_ns) - (a->s.first_ns < b->s.first_ns);
}

static void variant_widen(struct variant *v, const struct served *s)
{
	if (v->clients == 0)
		*v = (struct variant){ .server = s->server,
				       .path = s->path,
				       .size = s->size,
				       .first_ns = s->s.first_ns,
				       .last_ns = s->s.last_ns };
	if (v->clients == 0 || v->last_client != s->client)
		v->clients++;
	v->last_client = s->client;
	span_add(&v->first_ns, &v->last_ns, s->s.first_ns, s->s.last_ns);
	refs_add_all(&v->refs, s->s.refs.at, s->s.refs.n);
}

/* The sizes of one path that several clients got; their number, or 0 if it is content that changes. */
static uint32_t variants_of(const struct trace *t, size_t from, size_t to, struct variant out[VARIANTS_MAX])
{
	struct variant v = { 0 };
	uint32_t n = 0;

	for (size_t i = from; i <= to; i++) {
		const struct served *s = i < to ? &t->served.at[i] : NULL;

		if (v.clients && (!s || s->size != v.size)) {
			if (v.clients >= 2 && n == VARIANTS_MAX)
				return 0;
			if (v.clients >= 2)
				out[n++] = v;
			v.clients = 0;
		}
		if (s && s->size >= SMALLEST)
			variant_widen(&v, s);
	}
	return n;
}

static bool has_version(str path)
{
	/* "/4.2.7/", "_4.2.7." : digits, a dot, digits */
	for (size_t i = 1; i + 1 < path.len; i++)
		if (path.ptr[i] == '.' && path.ptr[i - 1] >= '0' && path.ptr[i - 1] <= '9' &&
		    path.ptr[i + 1] >= '0' && path.ptr[i + 1] <= '9')
			return true;
	return false;
}

/* --- takers --------------------------------------------------------------------------------- */

static struct taker *taker_of(struct tamper *w, text_id client, int64_t ns)
{
	struct taker *k;

	for (size_t i = 0; i < w->taker.len; i++)
		if (w->taker.at[i].client == client && ns - w->taker.at[i].ns < 3 * DAY)
			return &w->taker.at[i];
	k = VEC_PUSH(&w->taker, LIMIT_TRACE_ROWS);
	if (k)
		*k = (struct taker){ .client = client,
				     .host = who_at(w->f->b, trace_text(&w->f->t, client), ns),
				     .ns = ns };
	return k;
}

/* Some fetch in parts: whose parts make up the second size has got it, too, perhaps before all others. */
static void parts_find(struct tamper *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct served *s = &w->f->t.served.at[i];

		if (s->size == 0 && s->bytes == w->bad.size)
			span_add(&w->bad.first_ns, &w->bad.last_ns, s->s.first_ns, s->s.last_ns);
	}
}

/* Everybody who fetched from the path while the second size was given out. */
static void takers_find(struct tamper *w, size_t from, size_t to)
{
	const struct trace *t = &w->f->t;

	for (size_t i = from; i < to; i++) {
		const struct served *s = &t->served.at[i];
		struct taker *k;

		if (s->size == w->good.size || (s->size == 0 && s->bytes == w->good.size) ||
		    s->s.first_ns < w->bad.first_ns - 30 * MINUTE || s->s.first_ns > w->bad.last_ns + HOUR)
			continue;
		k = taker_of(w, s->client, s->s.first_ns);
		if (!k)
			return;
		if (s->s.first_ns < k->ns)
			k->ns = s->s.first_ns;
		k->whole |= s->size == w->bad.size || (s->size == 0 && s->bytes >= w->bad.size);
		refs_add_all(&k->refs, s->s.refs.at, s->s.refs.n);
	}
}

static bool cohort_mark(struct tamper *w)
{
	size_t n = w->f->b->host.len + 1;

	w->cohort = calloc(n, 1);
	w->since = calloc(n, sizeof *w->since);
	if (!w->cohort || !w->since)
		return false;
	for (size_t i = 0; i < w->taker.len; i++) {
		const struct taker *k = &w->taker.at[i];

		if (k->host == STORY_NOBODY || !k->whole)
			continue;
		w->got += !w->cohort[k->host];
		w->cohort[k->host] = 1;
		w->since[k->host] = k->ns;
	}
	return true;
}

/* --- what the cohort has in common -------------------------------------------------------------- */

/* Hypergeometric tail: of n hosts k have the thing; how likely are a or more of them among the m of the
 * cohort if they were drawn at random? */
static double fisher_tail(double n, double m, double k, double a)
{
	double p = 0, all = lgamma(n + 1) - lgamma(m + 1) - lgamma(n - m + 1);

	for (double x = a; x <= m && x <= k; x++) {
		if (n - k < m - x)
			continue;
		p += exp(lgamma(k + 1) - lgamma(x + 1) - lgamma(k - x + 1) + lgamma(n - k + 1) -
			 lgamma(m - x + 1) - lgamma(n - k - m + x + 1) - all);
	}
	return p;
}

struct common {
	uint32_t regular; /* of `in`: not only once or twice */
	uint32_t in, out; /* hosts of the cohort soon after; all others, and the cohort before */
	uint32_t last_in, last_out;
};

static void common_count(struct tamper *w, struct common *at, text_id id, uint32_t host, int64_t ns,
			 uint64_t count)
{
	struct common *c = &at[id];
	bool in = host != STORY_NOBODY && w->cohort[host] && ns >= w->since[host] - MINUTE &&
		  ns < w->since[host] + 3 * DAY;

	if (id == 0)
		return;
	if (in && c->last_in != host + 1) {
		c->in++;
		c->regular += count >= 8;
		c->last_in = host + 1;
	} else if (!in && c->last_out != host + 1) {
		c->out++;
		c->last_out = host + 1;
	}
}

/* Few others may have it: those behind a shared address, or that were reached by another way; some more where most of
 * the cohort has it, too. */
static bool is_telling(const struct tamper *w, const struct common *c)
{
	double n = (double)w->f->b->host.len, m = w->got, p;
	bool few = c->out * 4 <= c->in + 3, most = c->in * 2 >= w->got && c->out <= c->in;

	if (c->in < 2 || !(few || most))
		return false;
	p = fisher_tail(n, m, c->in + c->out, c->in);
	return p < 1e-3 || (c->out == 0 && c->regular >= 2 && p < 0.02);
}

/* Things of one kind; how many there are. */
static uint32_t implicate(struct tamper *w, enum mark_kind kind, const struct common *at,
			  const struct seen *seen)
{
	uint32_t n = 0;

	for (text_id id = 1; id <= w->f->t.texts.len; id++) {
		struct mark *x;

		if (!is_telling(w, &at[id]) || seen[id].first_ns < w->bad.first_ns - HOUR)
			continue;
		x = VEC_PUSH(&w->common, LIMIT_STORY_CLUES);
		if (x)
			*x = (struct mark){ .kind = kind, .id = id };
		n++;
	}
	return n;
}

/* What is new on the hosts of the cohort and nearly nowhere else. */
struct contrast {
	uint32_t dests, others;
};

static struct contrast cohort_contrast(struct tamper *w)
{
	struct finder *f = w->f;
	const struct trace *t = &f->t;
	struct common *at[MARK_KINDS] = { 0 };
	struct contrast found = { 0 };
	bool ok = true;

	for (int k = 0; k < MARK_KINDS; k++)
		ok = (at[k] = calloc(t->texts.len + 1, sizeof **at)) != NULL && ok;
	for (size_t i = 0; ok && i < t->contact.len; i++)
		if (!speaks_for_others(f, t->contact.at[i].host))
			common_count(w, at[MARK_DEST], t->contact.at[i].dest, t->contact.at[i].host,
				     t->contact.at[i].s.first_ns, t->contact.at[i].s.count);
	for (size_t i = 0; ok && i < t->install.len; i++) {
		const struct install *n = &t->install.at[i];

		common_count(w, at[MARK_OBJECT], n->object, n->host, n->s.first_ns, 0);
		common_count(w, at[MARK_IMAGE], n->image, n->host, n->s.first_ns, 0);
	}
	for (size_t i = 0; ok && i < t->program.len; i++) {
		const struct program *p = &t->program.at[i];

		common_count(w, at[MARK_HASH], p->hash, p->host, p->s.first_ns, 0);
		common_count(w, at[MARK_IMAGE], p->image, p->host, p->s.first_ns, 0);
	}
	if (ok && uses(f, SIGNAL_COHORT)) {
		found.dests = implicate(w, MARK_DEST, at[MARK_DEST], f->dest_seen);
		found.others = implicate(w, MARK_OBJECT, at[MARK_OBJECT], f->object_seen) +
			       implicate(w, MARK_IMAGE, at[MARK_IMAGE], f->image_seen) +
			       implicate(w, MARK_HASH, at[MARK_HASH], f->hash_seen);
	}
	for (int k = 0; k < MARK_KINDS; k++)
		free(at[k]);
	return found;
}

/* --- telling ------------------------------------------------------------------------------------ */

static bool same_part(str a, str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		char x = a.ptr[i] == '\\' ? '/' : a.ptr[i], y = b.ptr[i] == '\\' ? '/' : b.ptr[i];

		if (x != y && ((x | 0x20) != (y | 0x20) || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
			return false;
	}
	return true;
}

/* The last two parts of what was asked for: names of packages repeat from version to version, their folders do not. */
static str tail_of(const struct tamper *w)
{
	str path = trace_text(&w->f->t, w->path);
	size_t at = path.len, parts = 0;

	while (at > 0 && parts < 2)
		parts += path.ptr[--at] == '/';
	return parts == 2 ? (str){ path.ptr + at, path.len - at } : path;
}

/* Is it that file, or (`copy`) one whose name begins like it? */
static bool is_that_file(str path, str tail, bool copy)
{
	for (size_t i = 0; tail.len && i + tail.len <= path.len; i++)
		if ((copy || i + tail.len == path.len) && same_part((str){ path.ptr + i, tail.len }, tail))
			return true;
	return false;
}

/* Writes on the server: those of the file and of copies of it, and others shortly before the second size. */
static int on_written(void *ctx, const struct fact *x, err *e)
{
	struct tamper *w = ctx;
	struct finder *f = w->f;
	struct replaced *r;

	(void)e;
	if (!fact_is_usable(x) || host_named(f->b, x->attr[FA_HOST]) != w->server)
		return 0;
	if (!(x->first_ns > w->bad.first_ns - DAY && x->first_ns < w->bad.first_ns + HOUR) &&
	    !is_that_file(x->attr[FA_OBJECT], tail_of(w), true))
		return 0;
	r = VEC_PUSH(&w->write, WRITES_MAX);
	if (!r)
		return 0;
	*r = (struct replaced){ .ns = x->first_ns,
				.path = trace_id(&f->t, x->attr[FA_OBJECT]),
				.process = trace_id(&f->t, x->attr[FA_PROCESS]) };
	refs_add_all(&r->refs, x->refs, x->nrefs);
	return 0;
}

/* The last write of the file between two times, or the first; TIME_NONE if no log says it. */
static int64_t replaced_at(const struct tamper *w, int64_t from, int64_t to, bool last,
			   struct story_refs *refs)
{
	const struct replaced *best = NULL;

	for (size_t i = 0; i < w->write.len; i++) {
		const struct replaced *r = &w->write.at[i];

		if (r->ns > from && r->ns <= to &&
		    is_that_file(trace_text(&w->f->t, r->path), tail_of(w), false) &&
		    (!best || (last ? r->ns > best->ns : r->ns < best->ns)))
			best = r;
	}
	if (best)
		refs_add_all(refs, best->refs.at, best->refs.n);
	return best ? best->ns : TIME_NONE;
}

static void tell_takers(struct tamper *w)
{
	struct finder *f = w->f;
	str path = trace_text(&f->t, w->path);

	for (size_t i = 0; i < w->taker.len; i++) {
		const struct taker *k = &w->taker.at[i];
		struct story_clue *c;

		if (k->host == STORY_NOBODY)
			continue;
		c = clue_add(f, k->host, FAMILY_DELIVERY, k->whole ? GRADE_STRONG : GRADE_WEAK,
			     "lateral-movement", 70, k->ns, &k->refs,
			     sentence_of(f->b, k->whole ? "inc.fetched" : "inc.fetched_part", "path", path,
					 "size", keep_u64(f->b, w->bad.size), "from", host_text(f, w->server),
					 NULL));
		clue_from(c, w->server);
	}
}

static void tell_tampering(struct tamper *w, int64_t from, int64_t to, const struct story_refs *refs)
{
	struct finder *f = w->f;
	struct incident_artefact *a = VEC_PUSH(&f->artefact, LIMIT_STORY_CLUES);

	if (a)
		*a = (struct incident_artefact){ .host = w->server,
						 .incident = w->incident,
						 .kind = "tampered-package",
						 .path = keep(f->b, trace_text(&f->t, w->path)),
						 .size = w->bad.size,
						 .other_size = w->good.size,
						 .from_ns = from,
						 .to_ns = to,
						 .refs = *refs };
	clue_add(f, w->server, FAMILY_SERVICE, GRADE_CONTROL, "impact", 95, from, refs,
		 sentence_of(f->b, "inc.tampered", "host", host_text(f, w->server), "path",
			     trace_text(&f->t, w->path), "good", keep_u64(f->b, w->good.size), "bad",
			     keep_u64(f->b, w->bad.size), "from", keep_time(f->b, from), "to",
			     keep_time(f->b, to), "count", keep_u64(f->b, w->got), NULL));
}

/* The writes themselves, and those beside the package at the same time: lists, copies of the genuine one. */
static void tell_writes(struct tamper *w, int64_t start, int64_t end)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < w->write.len; i++) {
		const struct replaced *r = &w->write.at[i];
		bool near = r->ns > start - HOUR && r->ns < start + HOUR;

		if (near || (r->ns > end - HOUR && r->ns < end + HOUR))
			clue_add(f, w->server, FAMILY_ENDPOINT, GRADE_STRONG, "impact", 86, r->ns, &r->refs,
				 sentence_of(f->b, "inc.replaced", "path", trace_text(&f->t, r->path),
					     "process", trace_text(&f->t, r->process), "time",
					     keep_time(f->b, r->ns), NULL));
	}
}

/* Is it harm, or a release that forgot its number? */
static void tamper_judge(struct tamper *w, size_t from, size_t to)
{
	struct finder *f = w->f;
	bool reverted = w->good.last_ns > w->bad.last_ns;
	bool known = f->suspect[w->server].in && f->suspect[w->server].t0 <= w->bad.first_ns;
	struct story_refs refs = w->bad.refs;
	struct contrast found;
	int64_t before = w->good.first_ns, start, end;
	bool version = has_version(trace_text(&f->t, w->path));
	uint32_t points;

	parts_find(w, from, to);
	takers_find(w, from, to);
	if (!cohort_mark(w))
		return;
	for (size_t i = from; i < to; i++)
		if (f->t.served.at[i].size == w->good.size && f->t.served.at[i].s.last_ns < w->bad.first_ns)
			before = f->t.served.at[i].s.last_ns > before ? f->t.served.at[i].s.last_ns : before;
	found = cohort_contrast(w);
	/* under a number the content must not change; without one it may, so more must speak for harm */
	points = reverted + 2u * known + (found.dests > 0) + (found.others > 0) + version;
	if (f->barred[w->server] || points < (version ? 2 : 3) ||
	    (!known && found.dests == 0 && found.others == 0))
		return;
	w->incident = known ? f->suspect[w->server].incident : incident_new(f, w->bad.first_ns);
	for (size_t i = 0; i < w->common.len; i++)
		mark_add(f, w->common.at[i].kind, w->common.at[i].id, w->bad.first_ns, w->incident, true);
	if (f->b->rc == 0)
		f->b->rc = trace_each_fact(&f->t, FACT_FILE_WRITE, on_written, w);
	start = replaced_at(w, before, w->bad.first_ns + MINUTE, true, &refs);
	if (start == TIME_NONE)
		start = w->bad.first_ns;
	/* who puts the genuine one back does it after the last that got the other */
	end = replaced_at(w, w->bad.last_ns, reverted ? w->good.last_ns : INT64_MAX, false, &refs);
	if (end == TIME_NONE)
		end = w->bad.last_ns;
	tell_tampering(w, start, end, &refs);
	tell_writes(w, start, end);
	suspect_in(f, w->server, start, STORY_NOBODY, "replaced package", w->incident);
	tell_takers(w);
}

void tamper_find(struct finder *f)
{
	struct trace *t = &f->t;

	if (!uses(f, SIGNAL_REPLACED_CONTENT))
		return;

	if (t->served.len)
		qsort(t->served.at, t->served.len, sizeof *t->served.at, served_order);
	for (size_t i = 0, k; i < t->served.len; i = k) {
		struct variant v[VARIANTS_MAX];
		uint32_t n, good = 0;

		for (k = i + 1; k < t->served.len && t->served.at[k].server == t->served.at[i].server &&
				t->served.at[k].path == t->served.at[i].path;
		     k++)
			;
		n = variants_of(t, i, k, v);
		for (uint32_t m = 1; m < n; m++)
			if (v[m].first_ns < v[good].first_ns)
				good = m;
		for (uint32_t m = 0; n >= 2 && m < n; m++) {
			struct tamper w = { .f = f,
					    .server = t->served.at[i].server,
					    .path = t->served.at[i].path,
					    .good = v[good],
					    .bad = v[m] };

			if (m == good)
				continue;
			tamper_judge(&w, i, k);
			VEC_DONE(&w.taker);
			VEC_DONE(&w.common);
			VEC_DONE(&w.write);
			free(w.cohort);
			free(w.since);
		}
	}
}
