/* Files of feeds: which of the formats one is, and its records one after another. */
#include "util/limits.h"
#include "warn/tablein.h"
#include "warn/warn_priv.h"

/* --- JSON --------------------------------------------------------------------------------------------------------------------- */

/* The next value as one record. Where the record is at fault but the JSON is not, it is left out and said. */
static int take_value(struct warn *w, struct jdoc *d, str file, err *e)
{
	err own = { .offset = ERR_NO_OFFSET };
	size_t at = d->i < d->n ? d->at[d->i] : d->text.len;

	if (jdoc_tree(d, &w->tree, e) < 0)
		return -1;
	if (warn_take(w, 0, file, &own) < 0) {
		if (own.code == ERR_OOM || w->failed) {
			*e = own;
			return -1;
		}
		warn_say(w, "%.*s: byte %zu: %s", STR_ARG(file), at, own.text);
		w->n.left_out++;
	}
	return w->failed ? err_set(e, ERR_LIMIT, ERR_NO_OFFSET,
				   "more records or matches than can be held, or no memory: "
				   "name fewer feeds or rows")
			 : 0;
}

static int take_list(struct warn *w, struct jdoc *d, str file, err *e)
{
	if (jdoc_expect(d, '[', e) < 0)
		return -1;
	if (jdoc_peek(d) == ']') {
		d->i++;
		return 0;
	}
	for (;;) {
		if (take_value(w, d, file, e) < 0)
			return -1;
		if (jdoc_peek(d) != ',')
			return jdoc_expect(d, ']', e);
		d->i++;
	}
}

/* {"vulnerabilities": [record...], ...}, as NVD and KEV have it: record by record, since it may be large. */
static int take_container(struct warn *w, struct jdoc *d, str file, err *e)
{
	if (jdoc_expect(d, '{', e) < 0)
		return -1;
	for (;;) {
		str name;

		if (d->i < d->n && jdoc_peek(d) != '"')
			return err_set(e, ERR_CORRUPT, d->at[d->i],
				       "no JSON: the name of a member should stand here");
		if (d->i >= d->n)
			return jdoc_expect(d, '"', e);
		name = jdoc_take_string(d);
		if (jdoc_expect(d, ':', e) < 0)
			return -1;
		if (str_is(name, "vulnerabilities") && jdoc_peek(d) == '[') {
			if (take_list(w, d, file, e) < 0)
				return -1;
		} else if (jdoc_tree(d, &w->tree, e) < 0) {
			return -1;
		}
		if (jdoc_peek(d) != ',')
			return jdoc_expect(d, '}', e);
		d->i++;
	}
}

static int read_json(struct warn *w, str text, str file, err *e)
{
	struct jdoc d;

	if (jdoc_open(&d, w->shim, text, e) < 0)
		return -1;
	while (d.i < d.n) {
		char c = jdoc_peek(&d);
		int rc;

		if (c == '[')
			rc = take_list(w, &d, file, e);
		else if (c == '{')
			rc = jdoc_has(&d, "vulnerabilities") && !jdoc_has(&d, "document")
				     ? take_container(w, &d, file, e)
				     : take_value(w, &d, file, e);
		else
			rc = err_set(e, ERR_CORRUPT, d.at[d.i], "no JSON: an object should stand here");
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* --- tables --------------------------------------------------------------------------------------------------------------------- */

/* "0.94321" to 943210. False: no number from 0 to 1. */
static bool micro(str s, uint32_t *ret)
{
	uint32_t v = 0, unit = 1000000;
	size_t i = 0;

	if (s.len == 0 || (s.ptr[0] != '0' && s.ptr[0] != '1' && s.ptr[0] != '.'))
		return false;
	if (s.ptr[0] != '.')
		v = (uint32_t)(s.ptr[i++] - '0') * unit;
	if (i < s.len && s.ptr[i++] != '.')
		return false;
	for (; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		unit /= 10;
		v += unit * (uint32_t)(s.ptr[i] - '0');
	}
	*ret = v;
	return v <= 1000000;
}

static int column(const struct tablein *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq_ascii_nocase(t->cell[i], str_of(name)))
			return (int)i;
	return -1;
}

static str at(const struct tablein *t, int c)
{
	return c >= 0 && (size_t)c < t->n ? t->cell[c] : (str){ 0 };
}

static void take_epss(struct warn *w, const struct tablein *t, int cve, int epss, int percentile)
{
	uint32_t score, place = 0;
	struct map_entry *m;
	bool fresh;

	if (!record_is_cve(at(t, cve)) || !micro(at(t, epss), &score)) {
		w->n.odd++;
		return;
	}
	micro(at(t, percentile), &place);
	m = map_put(&w->epss, at(t, cve), 0, &fresh);
	if (m)
		m->value = (uint64_t)score << 32 | place;
	w->failed |= !m;
	w->n.scores++;
}

/* Each identifier of a line: all cells but that of the CVE. */
static void take_ids(struct warn *w, const struct tablein *t, int cve)
{
	if (!record_is_cve(at(t, cve))) {
		w->n.odd++;
		return;
	}
	for (size_t i = 0; i < t->n; i++) {
		bool fresh;
		struct map_entry *m;
		uint32_t *next;
		str *id;

		if ((int)i == cve || t->cell[i].len == 0 || t->cell[i].len > 64)
			continue;
		m = map_put(&w->ids, t->cell[cve], 0, &fresh);
		id = VEC_PUSH(&w->id_list, LIMIT_WARN_SCORES);
		next = VEC_PUSH(&w->id_next, LIMIT_WARN_SCORES);
		if (!m || !id || !next) {
			w->failed = true;
			return;
		}
		*id = warn_kept(w, t->cell[i]);
		*next = (uint32_t)m->value;
		m->value = w->id_list.len;
		w->n.ids++;
	}
}

/* A table with a column cve; ids: of identifiers, else of scores. */
static int read_table(struct warn *w, str text, bool ids, err *e)
{
	struct tablein *t = malloc(sizeof *t);
	int rc, cve = -1, epss = -1, percentile = -1;
	arena mem;

	if (!t)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a table");
	arena_init(&mem, LIMIT_WARN_LIST_BYTES);
	tablein_open(t, text);
	rc = tablein_row(t, &mem, e);
	if (rc > 0) {
		cve = column(t, "cve");
		epss = column(t, "epss");
		percentile = column(t, "percentile");
	}
	if (rc >= 0 && (cve < 0 || (!ids && epss < 0)))
		rc = err_set(
			e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			ids ? "no table of identifiers: the first line names no column cve"
			    : "neither JSON of CVE, NVD, CSAF or KEV nor a table of EPSS (cve,epss,percentile)");
	while (rc > 0 && (arena_clear(&mem), rc = tablein_row(t, &mem, e)) > 0) {
		if (ids)
			take_ids(w, t, cve);
		else
			take_epss(w, t, cve, epss, percentile);
		if (w->failed)
			rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "more than %u lines, or no memory",
				     LIMIT_WARN_SCORES);
	}
	arena_done(&mem);
	free(t);
	return rc;
}

static str without_mark(str s)
{
	return str_starts(s, STR("\xEF\xBB\xBF")) ? (str){ s.ptr + 3, s.len - 3 } : s;
}

int warn_feed(struct warn *w, str text, str name, err *e)
{
	str file = warn_kept(w, name), s = without_mark(text);
	size_t i = 0;
	int rc;

	while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\t' || s.ptr[i] == '\r' || s.ptr[i] == '\n'))
		i++;
	if (i == s.len)
		rc = err_set(e, ERR_TRUNCATED, 0, "an empty file");
	else if (s.ptr[i] == '{' || s.ptr[i] == '[')
		rc = read_json(w, s, file, e);
	else
		rc = read_table(w, s, false, e);
	return rc < 0 ? err_prefix(e, "%.*s", STR_ARG(name)) : 0;
}

int warn_ids(struct warn *w, str text, str name, err *e)
{
	return read_table(w, text, true, e) < 0 ? err_prefix(e, "%.*s", STR_ARG(name)) : 0;
}
