/* From what the feeds said to what is told: which records count, what several of them say of one row, the order of all. */
#include "util/limits.h"
#include "warn/warn_priv.h"

/* --- which records count ---------------------------------------------------------------------------------------------------------- */

static uint64_t seen_of(const struct warn *w, str id)
{
	struct map_entry *m = map_get(&w->seen, id);

	return m ? m->value : 0;
}

static bool counts(struct warn *w, struct warn_record *r)
{
	uint64_t seen = seen_of(w, r->id), others = (UINT64_C(1) << SOURCES) - 1;
	struct map_entry *issue;

	if (r->dead || r->rejected)
		return false;
	if (r->source == SOURCE_KEV) /* it knows no versions: only where nobody else does */
		return (seen & others) == 0;
	if (r->source == SOURCE_NVD && seen >> SOURCES & 1) {
		if (r->info)
			warn_say(w, "%.*s: withdrawn in the CVE List, though NVD still has it: left out",
				 STR_ARG(r->id));
		return false;
	}
	if (r->source == SOURCE_CSAF) {
		issue = map_get(&w->issues, r->issue);
		return !issue || r->updated_ns == TIME_NONE || issue->value <= (uint64_t)r->updated_ns;
	}
	return true;
}

/* --- vulnerabilities ----------------------------------------------------------------------------------------------------------------- */

static void take_kev(const struct warn *w, struct warn_vuln *v)
{
	struct map_entry *m = map_get(&w->kev_ids, v->id);

	if (!m)
		return;
	v->exploited = true;
	v->kev = w->kev.at[m->value];
	if (v->kev.added_ns > v->updated_ns)
		v->updated_ns = v->kev.added_ns;
}

static void put_alias(struct warn_vuln *v, str id)
{
	for (size_t i = 0; i < v->naliases; i++)
		if (str_eq(v->alias[i], id))
			return;
	if (v->naliases < COUNT(v->alias) && !str_eq(id, v->id))
		v->alias[v->naliases++] = id;
}

static void take_ids(const struct warn *w, struct warn_vuln *v)
{
	struct map_entry *m = map_get(&w->ids, v->id);

	for (uint64_t i = m ? m->value : 0; i; i = w->id_next.at[i - 1])
		put_alias(v, w->id_list.at[i - 1]);
	for (int s = 0; s < SOURCES; s++)
		for (size_t i = 0; v->info[s] && i < v->info[s]->naliases; i++)
			put_alias(v, v->info[s]->alias[i]);
}

static void new_vuln(struct warn *w, const struct warn_record *r, uint32_t *ret)
{
	struct warn_vuln *v = VEC_PUSH(&w->vuln, LIMIT_WARN_RECORDS);
	struct map_entry *m;

	if (!v) {
		w->failed = true;
		return;
	}
	v->id = r->id;
	v->published_ns = v->updated_ns = TIME_NONE;
	take_kev(w, v);
	m = map_get(&w->epss, v->id);
	if (m) {
		v->has_epss = true;
		v->epss_micro = (uint32_t)(m->value >> 32);
		v->percentile_micro = (uint32_t)m->value;
	}
	*ret = (uint32_t)w->vuln.len - 1;
}

static void join_record(struct warn_vuln *v, const struct warn_record *r)
{
	const struct warn_info *i = r->info;

	/* of several advisories the newest speaks */
	if (!v->info[r->source] || r->updated_ns >= v->updated_ns)
		v->info[r->source] = i;
	if (r->updated_ns > v->updated_ns)
		v->updated_ns = r->updated_ns;
	if (i && i->published_ns != TIME_NONE &&
	    (v->published_ns == TIME_NONE || i->published_ns < v->published_ns))
		v->published_ns = i->published_ns;
}

/* Title and text: of the CVE List, else of advisories, else of NVD, else of KEV. */
static void take_words(struct warn_vuln *v)
{
	static const enum rec_source ORDER[] = { SOURCE_CVE, SOURCE_CSAF, SOURCE_NVD, SOURCE_KEV };

	for (size_t i = 0; i < COUNT(ORDER); i++) {
		const struct warn_info *x = v->info[ORDER[i]];

		if (x && v->title.len == 0)
			v->title = x->title;
		if (x && v->summary.len == 0)
			v->summary = x->summary;
	}
	if (v->title.len == 0)
		v->title = v->kev.title;
}

/* Each hit gets its vulnerability; those that do not count are taken out. */
static void join(struct warn *w)
{
	uint32_t *vuln_of = calloc(w->rec.len + 1, sizeof *vuln_of);
	bool fresh;
	size_t kept = 0;
	map ids;

	map_init(&ids, LIMIT_WARN_RECORDS, LIMIT_WARN_BYTES);
	for (size_t i = 0; vuln_of && i < w->rec.len; i++) {
		struct warn_record *r = &w->rec.at[i];
		struct map_entry *m;
		uint32_t v = 0;

		vuln_of[i] = UINT32_MAX;
		if (!r->info || !counts(w, r))
			continue;
		m = map_put(&ids, r->id, w->vuln.len, &fresh);
		if (fresh && m)
			new_vuln(w, r, &v);
		if (!m || w->failed) {
			w->failed = true;
			break;
		}
		vuln_of[i] = (uint32_t)m->value;
		join_record(&w->vuln.at[m->value], r);
	}
	for (size_t i = 0; vuln_of && !w->failed && i < w->hit.len; i++) {
		struct warn_hit h = w->hit.at[i];

		h.vuln = vuln_of[h.record];
		if (h.vuln != UINT32_MAX)
			w->hit.at[kept++] = h;
	}
	w->hit.len = kept;
	w->failed |= !vuln_of;
	free(vuln_of);
	map_done(&ids);
}

/* --- rows --------------------------------------------------------------------------------------------------------------------------- */

static int weight(const struct warn_hit *h)
{
	return h->affected == TRI_YES ? 2 : h->affected == TRI_UNKNOWN ? 1 : 0;
}

static int by_vuln_and_row(const void *a, const void *b)
{
	const struct warn_hit *x = a, *y = b;

	if (x->vuln != y->vuln)
		return x->vuln < y->vuln ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	if (weight(x) != weight(y))
		return weight(y) - weight(x);
	if (x->grade != y->grade)
		return y->grade - x->grade;
	return x->record < y->record ? -1 : x->record > y->record;
}

/* One hit for each vulnerability and row: the worst, the best recognised; it says where another source says no. */
static void merge(struct warn *w)
{
	size_t n = 0;

	if (w->hit.len)
		qsort(w->hit.at, w->hit.len, sizeof *w->hit.at, by_vuln_and_row);
	for (size_t i = 0; i < w->hit.len; i++) {
		struct warn_hit *last = n ? &w->hit.at[n - 1] : NULL;

		if (last && last->vuln == w->hit.at[i].vuln && last->row == w->hit.at[i].row)
			last->disputed |= weight(last) > 0 && weight(&w->hit.at[i]) == 0;
		else
			w->hit.at[n++] = w->hit.at[i];
	}
	w->hit.len = n;
}

static bool is_recent(const struct warn *w, const struct warn_vuln *v)
{
	return w->o.since_ns == TIME_NONE || v->updated_ns >= w->o.since_ns ||
	       v->published_ns >= w->o.since_ns;
}

/* Ranks, and takes out what was not asked for. */
static void choose(struct warn *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->vuln.len; i++) {
		take_words(&w->vuln.at[i]);
		take_ids(w, &w->vuln.at[i]);
		warn_rank(w, &w->vuln.at[i]);
	}
	for (size_t i = 0; i < w->hit.len; i++) {
		struct warn_hit h = w->hit.at[i];
		struct warn_vuln *v = &w->vuln.at[h.vuln];

		h.priority = warn_hit_priority(w, v, &h);
		if (!is_recent(w, v) || (h.affected == TRI_NO ? !w->o.all : h.priority < w->o.min_score))
			continue;
		if (h.priority > v->priority)
			v->priority = h.priority;
		w->hit.at[n++] = h;
	}
	w->hit.len = n;
}

/* --- order ---------------------------------------------------------------------------------------------------------------------------- */

static int by_urgency(const void *a, const void *b)
{
	const struct warn_vuln *x = a, *y = b;

	return x->priority != y->priority ? y->priority - x->priority : str_cmp(x->id, y->id);
}

static int by_party(const void *a, const void *b, void *stock)
{
	const struct warn_hit *x = a, *y = b;
	const struct stock_row *r = &((const struct stock *)stock)->row.at[x->row],
			       *s = &((const struct stock *)stock)->row.at[y->row];
	int d;

	if (x->vuln != y->vuln)
		return x->vuln < y->vuln ? -1 : 1;
	d = str_cmp(r->party, s->party);
	if (d == 0)
		d = str_cmp(r->host, s->host);
	if (d == 0)
		d = str_cmp(r->product, s->product);
	if (d == 0)
		d = str_cmp(r->version, s->version);
	return d != 0 ? d : x->row < y->row ? -1 : x->row > y->row;
}

/* Vulnerabilities that are left, the most urgent first, and their hits in that order. */
static void order(struct warn *w)
{
	uint32_t *place = calloc(w->vuln.len + 1, sizeof *place);
	size_t n = 0;

	if (!place) {
		w->failed = true;
		return;
	}
	for (size_t i = 0; i < w->vuln.len; i++)
		w->vuln.at[i].hit = i; /* where it was */
	for (size_t i = 0; i < w->hit.len; i++)
		w->vuln.at[w->hit.at[i].vuln].nhits++;
	for (size_t i = 0; i < w->vuln.len; i++)
		if (w->vuln.at[i].nhits)
			w->vuln.at[n++] = w->vuln.at[i];
	w->vuln.len = n;
	if (n)
		qsort(w->vuln.at, n, sizeof *w->vuln.at, by_urgency);
	for (size_t i = 0; i < n; i++)
		place[w->vuln.at[i].hit] = (uint32_t)i;
	for (size_t i = 0; i < w->hit.len; i++)
		w->hit.at[i].vuln = place[w->hit.at[i].vuln];
	free(place);
	if (w->hit.len)
		qsort_r(w->hit.at, w->hit.len, sizeof *w->hit.at, by_party, (void *)(uintptr_t)w->stock);
	for (size_t i = 0, at = 0; i < n; at += w->vuln.at[i++].nhits)
		w->vuln.at[i].hit = at;
}

static int by_party_first(const void *a, const void *b, void *warn)
{
	const struct warn *w = warn;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int d = str_cmp(w->stock->row.at[w->hit.at[x].row].party, w->stock->row.at[w->hit.at[y].row].party);

	return d != 0 ? d : x < y ? -1 : x > y;
}

/* Everybody whom a party names, once each. */
static str contacts(struct warn *w, const struct warn_party *p)
{
	enum { CONTACTS_MAX = 400 };
	buf b = { 0 };
	str s;

	for (size_t i = 0; i < p->n && b.len < CONTACTS_MAX; i++) {
		str c = w->stock->row.at[w->hit.at[w->by_party.at[p->first + i]].row].contact;

		if (c.len == 0 || str_find(buf_view(&b), c) != SIZE_MAX)
			continue;
		if (b.len)
			buf_z(&b, "; ");
		buf_str(&b, c);
	}
	w->failed |= b.failed;
	s = warn_kept(w, buf_view(&b));
	buf_done(&b);
	return s;
}

static void make_parties(struct warn *w)
{
	for (size_t i = 0; i < w->hit.len; i++) {
		uint32_t *x =
			w->hit.at[i].affected != TRI_NO ? VEC_PUSH(&w->by_party, LIMIT_WARN_HITS) : NULL;

		if (x)
			*x = (uint32_t)i;
		w->failed |= !x && w->hit.at[i].affected != TRI_NO;
	}
	if (w->by_party.len)
		qsort_r(w->by_party.at, w->by_party.len, sizeof *w->by_party.at, by_party_first, w);
	for (size_t i = 0; i < w->by_party.len; i++) {
		str name = w->stock->row.at[w->hit.at[w->by_party.at[i]].row].party;
		struct warn_party *p = w->party.len ? &w->party.at[w->party.len - 1] : NULL;

		if (!p || !str_eq(p->name, name)) {
			p = VEC_PUSH(&w->party, LIMIT_WARN_ROWS);
			if (!p) {
				w->failed = true;
				return;
			}
			p->name = name;
			p->first = i;
		}
		p->n++;
	}
	for (size_t i = 0; i < w->party.len; i++)
		w->party.at[i].contact = contacts(w, &w->party.at[i]);
}

int warn_finish(struct warn *w, err *e)
{
	join(w);
	if (!w->failed) {
		merge(w);
		choose(w);
		order(w);
		make_parties(w);
	}
	if (w->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the warnings");
	for (size_t i = 0; i < w->hit.len; i++) {
		w->n.affected += w->hit.at[i].affected == TRI_YES;
		w->n.undecided += w->hit.at[i].affected == TRI_UNKNOWN;
	}
	w->n.warnings = w->vuln.len;
	w->n.parties = w->party.len;
	if (w->unsaid) {
		uint64_t more = w->unsaid;

		w->said.len--;
		free(w->said.at[w->said.len]);
		w->unsaid = 0;
		warn_say(w, "... and %llu more of these", (unsigned long long)more + 1);
	}
	if (w->denials_lost || matcher_untried(w->matcher)) {
		char text[200], **to;

		snprintf(
			text, sizeof text,
			"%llu answers \"not affected\" were not kept, %llu criteria with wildcards not tried: ceilings",
			(unsigned long long)w->denials_lost, (unsigned long long)matcher_untried(w->matcher));
		to = VEC_PUSH(&w->said, SAID_MAX + 2);
		if (to)
			*to = strdup(text);
	}
	return 0;
}
