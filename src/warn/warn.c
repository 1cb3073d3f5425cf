#include "warn/warn_priv.h"

#include <stdarg.h>

#include "util/limits.h"

int warn_new(struct warn **ret, const struct stock *stock, const struct warn_options *o, err *e)
{
	struct warn *w = calloc(1, sizeof *w);

	if (!w)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for warnings");
	w->stock = stock;
	w->o = *o;
	jtree_init(&w->tree);
	record_clear(&w->record);
	arena_init(&w->mem, LIMIT_WARN_BYTES);
	map_init(&w->records, LIMIT_WARN_RECORDS, LIMIT_WARN_BYTES);
	map_init(&w->seen, LIMIT_WARN_RECORDS, LIMIT_WARN_BYTES);
	map_init(&w->issues, LIMIT_WARN_RECORDS, LIMIT_WARN_BYTES);
	map_init(&w->texts, LIMIT_WARN_RECORDS, LIMIT_WARN_BYTES);
	map_init(&w->kev_ids, LIMIT_WARN_SCORES, LIMIT_WARN_LIST_BYTES);
	map_init(&w->epss, LIMIT_WARN_SCORES, LIMIT_WARN_LIST_BYTES);
	map_init(&w->ids, LIMIT_WARN_SCORES, LIMIT_WARN_LIST_BYTES);
	w->shim = jsonshim_new();
	if (!w->shim || matcher_new(&w->matcher, stock, &(struct match_options){ o->any_vendor }, e) < 0) {
		warn_free(w);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for warnings");
	}
	*ret = w;
	return 0;
}

void warn_free(struct warn *w)
{
	if (!w)
		return;
	matcher_free(w->matcher);
	jtree_done(&w->tree);
	record_done(&w->record);
	jsonshim_free(w->shim);
	arena_done(&w->mem);
	map_done(&w->records);
	map_done(&w->seen);
	map_done(&w->issues);
	map_done(&w->texts);
	map_done(&w->kev_ids);
	map_done(&w->epss);
	map_done(&w->ids);
	VEC_DONE(&w->rec);
	VEC_DONE(&w->kev);
	VEC_DONE(&w->id_list);
	VEC_DONE(&w->id_next);
	VEC_DONE(&w->hit);
	VEC_DONE(&w->vuln);
	VEC_DONE(&w->by_party);
	VEC_DONE(&w->party);
	for (size_t i = 0; i < w->said.len; i++)
		free(w->said.at[i]);
	VEC_DONE(&w->said);
	free(w);
}

void warn_say(struct warn *w, const char *fmt, ...)
{
	char text[512], **to;
	va_list ap;

	if (w->said.len >= SAID_MAX) {
		w->unsaid++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	to = VEC_PUSH(&w->said, SAID_MAX + 2);
	if (to)
		*to = strdup(text);
	w->failed |= !to || !*to;
}

const char *warn_said(const struct warn *w, size_t i)
{
	return i < w->said.len ? w->said.at[i] : NULL;
}

struct warn_counts warn_counts(const struct warn *w)
{
	return w->n;
}

size_t warn_len(const struct warn *w)
{
	return w->vuln.len;
}

size_t warn_parties(const struct warn *w)
{
	return w->party.len;
}

str warn_kept(struct warn *w, str s)
{
	str t = arena_str(&w->mem, s);

	w->failed |= !t.ptr;
	return t.ptr ? t : STR("");
}

str warn_text(const struct warn *w, uint32_t text)
{
	return text < w->texts.len ? w->texts.entries[text].key : STR("");
}

/* --- records -------------------------------------------------------------------------------------------------------------------- */

static struct warn_info *info_of(struct warn *w, const struct record *r)
{
	enum { SUMMARY_MAX = 4000 };
	struct warn_info *x = arena_alloc(&w->mem, sizeof *x);
	str summary = r->summary;

	if (!x) {
		w->failed = true;
		return NULL;
	}
	if (summary.len > SUMMARY_MAX)
		summary.len = SUMMARY_MAX;
	x->title = warn_kept(w, r->title);
	x->summary = warn_kept(w, summary);
	x->published_ns = r->published_ns;
	memcpy(x->score, r->score, sizeof x->score);
	x->nscores = r->nscores;
	for (size_t i = 0; i < r->nscores; i++)
		x->score[i].vector = warn_kept(w, r->score[i].vector);
	for (size_t i = 0; i < r->nrefs; i++)
		x->ref[x->nrefs++] = warn_kept(w, r->ref[i]);
	for (size_t i = 0; i < r->naliases; i++)
		x->alias[x->naliases++] = warn_kept(w, r->alias[i]);
	return x;
}

static bool text_place(struct warn *w, str s, uint32_t *ret)
{
	bool fresh;
	struct map_entry *t = map_put(&w->texts, s.ptr ? s : STR(""), 0, &fresh);

	w->failed |= !t;
	if (t)
		*ret = (uint32_t)(t - w->texts.entries);
	return t != NULL;
}

static void put_hit(struct warn *w, uint32_t record, const struct match_answer *a, buf *name)
{
	struct warn_hit *h = VEC_PUSH(&w->hit, LIMIT_WARN_HITS);

	buf_clear(name);
	if (a->vendor.len) {
		buf_str(name, a->vendor);
		buf_byte(name, ' ');
	}
	buf_str(name, a->product);
	if (!h || name->failed) {
		w->failed = true;
		return;
	}
	*h = (struct warn_hit){ .record = record,
				.row = a->row,
				.affected = (uint8_t)a->affected,
				.grade = (uint8_t)a->grade,
				.why = (uint8_t)a->why,
				.disputed = a->disputed };
	if (text_place(w, a->text, &h->text))
		text_place(w, buf_view(name), &h->about);
}

static void put_hits(struct warn *w, uint32_t record, const struct match_answer *a, size_t n)
{
	/* "not affected" has three quarters of the room: it matters where another source says the contrary */
	size_t room = LIMIT_WARN_HITS / 4 * 3;
	buf name = { 0 };

	for (size_t i = 0; i < n && !w->failed; i++) {
		if (a[i].affected == TRI_NO && w->hit.len >= room)
			w->denials_lost++;
		else
			put_hit(w, record, &a[i], &name);
	}
	buf_done(&name);
}

static const char *feed_name(enum rec_source s)
{
	static const char *const NAMES[SOURCES] = { "CVE List", "NVD", "CSAF", "KEV" };

	return NAMES[s];
}

static void time_words(int64_t ns, char out[TIME_TEXT_MAX])
{
	out[time_text(ns, out)] = '\0';
}

/* Two records of one vulnerability from one source. True: the new one counts. */
static bool supersedes(struct warn *w, struct warn_record *old, const struct record *r, uint64_t hash,
		       str file)
{
	char had[TIME_TEXT_MAX], now[TIME_TEXT_MAX];
	bool newer = r->updated_ns > old->updated_ns;

	if (old->hash == hash && old->updated_ns == r->updated_ns)
		return false; /* the same once more */
	w->n.superseded++;
	time_words(old->updated_ns, had);
	time_words(r->updated_ns, now);
	if (r->updated_ns == old->updated_ns)
		warn_say(
			w,
			"%.*s: two different records of the %s of the same time: the one of %.*s counts, not that of %.*s",
			STR_ARG(r->id), feed_name(r->source), STR_ARG(old->file), STR_ARG(file));
	else
		warn_say(
			w,
			"%.*s: two records of the %s: the one changed %s (%.*s) counts, not that of %s (%.*s)",
			STR_ARG(r->id), feed_name(r->source), newer ? now : had,
			STR_ARG(newer ? file : old->file), newer ? had : now,
			STR_ARG(newer ? old->file : file));
	return newer;
}

static uint64_t record_hash(const struct jtree *t, uint32_t root)
{
	const struct jnode *n = &t->node.at[root];
	size_t from = n->at,
	       end = n->end < t->node.len ? t->node.at[n->end].at : t->node.at[t->node.len - 1].at;

	return hash_bytes(t->text.ptr + from, end > from ? end - from : 0);
}

static void note_seen(struct warn *w, const struct record *r)
{
	bool fresh;
	struct map_entry *m = map_put(&w->seen, r->id, 0, &fresh);

	if (!m) {
		w->failed = true;
		return;
	}
	if (!r->rejected && r->source != SOURCE_KEV)
		m->value |= UINT64_C(1) << r->source;
	if (r->source == SOURCE_CVE)
		m->value = (m->value & ~(UINT64_C(1) << SOURCES)) | (uint64_t)r->rejected << SOURCES;
}

/* The place of the record, or UINT32_MAX: it does not count. */
static uint32_t enter_record(struct warn *w, const struct record *r, uint64_t hash, str file)
{
	bool fresh = false;
	buf key = { 0 };
	struct map_entry *m;
	struct warn_record *x;

	buf_byte(&key, (char)('0' + (int)r->source));
	buf_str(&key, r->issue);
	buf_byte(&key, '\0');
	buf_str(&key, r->id);
	m = key.failed ? NULL : map_put(&w->records, buf_view(&key), w->rec.len, &fresh);
	if (m && !fresh) {
		struct warn_record *old = &w->rec.at[m->value];

		if (!supersedes(w, old, r, hash, file)) {
			buf_done(&key);
			return UINT32_MAX;
		}
		old->dead = true;
		m->value = w->rec.len;
	}
	x = m ? VEC_PUSH(&w->rec, LIMIT_WARN_RECORDS) : NULL;
	if (x) {
		*x = (struct warn_record){ .source = r->source,
					   .issue = { m->key.ptr + 1, r->issue.len },
					   .id = { m->key.ptr + 2 + r->issue.len, r->id.len },
					   .updated_ns = r->updated_ns,
					   .hash = hash,
					   .rejected = r->rejected,
					   .file = file };
		note_seen(w, r);
	}
	w->failed |= !x;
	buf_done(&key);
	return x ? (uint32_t)w->rec.len - 1 : UINT32_MAX;
}

static void enter_kev(struct warn *w, const struct record *r)
{
	bool fresh = false;
	struct map_entry *m = map_put(&w->kev_ids, r->id, w->kev.len, &fresh);
	struct warn_kev *k = m && fresh ? VEC_PUSH(&w->kev, LIMIT_WARN_SCORES) : NULL;

	if (k) {
		*k = (struct warn_kev){ warn_kept(w, r->action), warn_kept(w, r->title), r->published_ns,
					r->ransomware };
		w->n.exploited++;
	}
	w->failed |= !m || (fresh && !k);
}

/* A newer edition of a document of CSAF says all that there is to say: what it left out is withdrawn. */
static void enter_issue(struct warn *w, const struct record *r)
{
	uint64_t time = r->updated_ns == TIME_NONE || r->updated_ns < 0 ? 0 : (uint64_t)r->updated_ns;
	bool fresh;
	struct map_entry *m = map_put(&w->issues, r->issue, time, &fresh);

	if (m && m->value < time)
		m->value = time;
	w->failed |= !m;
}

static int take_record(struct warn *w, uint32_t root, str file, err *e)
{
	const struct record *r = &w->record;
	const struct match_answer *a;
	uint32_t record;
	size_t n;

	w->n.records += r->source != SOURCE_KEV;
	w->n.rejected += r->rejected;
	w->n.odd += r->odd;
	if (r->failed)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET,
			       "%.*s has more than %u parts, or there is no memory for it", STR_ARG(r->id),
			       LIMIT_WARN_PARTS);
	if (r->source == SOURCE_KEV)
		enter_kev(w, r);
	if (r->source == SOURCE_CSAF)
		enter_issue(w, r);
	record = enter_record(w, r, record_hash(&w->tree, root), file);
	if (record == UINT32_MAX || r->rejected)
		return 0;
	if (matcher_run(w->matcher, r, &w->tree.mem, &a, &n, e) < 0)
		return -1;
	if (n) {
		w->rec.at[record].info = info_of(w, r);
		put_hits(w, record, a, n);
	}
	return 0;
}

static int take_csaf(struct warn *w, uint32_t root, str file, err *e)
{
	struct csaf_doc *d = csaf_open(&w->tree, root);
	int got, rc = 0;

	if (!d)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a document of CSAF");
	while (rc == 0 && (got = csaf_next(d, &w->record)) != 0) {
		if (got < 0)
			w->n.odd++;
		else
			rc = take_record(w, root, file, e);
	}
	csaf_close(d);
	return rc;
}

int warn_take(struct warn *w, uint32_t root, str file, err *e)
{
	bool good;

	switch (record_kind(&w->tree, root)) {
	case SOURCE_CVE:
		good = record_cve(&w->record, &w->tree, root);
		break;
	case SOURCE_NVD:
		good = record_nvd(&w->record, &w->tree, root);
		break;
	case SOURCE_KEV:
		good = record_kev(&w->record, &w->tree, root);
		break;
	case SOURCE_CSAF:
		return take_csaf(w, root, file, e);
	default:
		w->n.passed++;
		return 0;
	}
	if (!good) {
		w->n.odd++;
		return 0;
	}
	return take_record(w, root, file, e);
}
