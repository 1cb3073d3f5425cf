/* What a record says of one version. */
#include "util/limits.h"
#include "warn/match_priv.h"

/* --- products with versions and their status (CVE, CSAF) ------------------------------------------------------------------- */

/* What reading a range in words costs, in comparisons. */
enum { WORDS_STEPS = 16 };

/* An entry in words, read once for all rows of a statement. */
static const struct words *words_of(struct matcher *m, const struct rec_version *v)
{
	struct words *x = &m->words[((uintptr_t)v / sizeof *v) % COUNT(m->words)];
	bool known;

	if (x->now == m->now && x->v == v)
		return x;
	m->steps += WORDS_STEPS;
	x->now = m->now;
	x->v = v;
	x->scheme = v->scheme;
	x->readable = str_starts(v->words, STR("vers:"))
			      ? vers_parse(v->words, m->mem, &x->scheme, &known, &x->set)
			      : ver_text_parse(v->words, &x->set);
	return x;
}

/* Is the version one of the entry? *ret_unreadable: the record's own text cannot be read. */
static enum tri entry_has(struct matcher *m, const struct rec_version *v, str version, bool *ret_unreadable)
{
	const struct words *x;

	*ret_unreadable = false;
	if (v->words.len == 0)
		return ver_span_has(v->scheme, &v->span, version);
	x = words_of(m, v);
	if (!x->readable) {
		*ret_unreadable = !ver_is_open(v->words);
		return TRI_UNKNOWN;
	}
	m->steps += x->set.n;
	return ver_set_has(x->scheme, &x->set, version);
}

/* The status at a version of a range in which it changes: that of the last change at or before it. REC_UNSAID: not known. */
static enum rec_status changed_status(const struct record *r, const struct rec_version *v, str version)
{
	enum rec_status s = v->status;
	const struct rec_change *last = NULL;

	for (uint32_t i = 0; i < v->nchanges; i++) {
		const struct rec_change *c = &r->change.at[v->change + i];
		enum ver_order o =
			ver_is_open(version) ? VER_UNDECIDED : ver_compare(v->scheme, version, c->at);

		if (o == VER_UNDECIDED)
			return REC_UNSAID;
		if (o == VER_LESS)
			continue;
		o = last ? ver_compare(v->scheme, c->at, last->at) : VER_GREATER;
		if (o == VER_UNDECIDED)
			return REC_UNSAID;
		if (o == VER_GREATER) {
			last = c;
			s = c->status;
		}
	}
	return s;
}

/* What the entries of a product say together. */
struct said {
	const struct rec_version *yes, *no, *unknown; /* in them for sure, by their status */
	const struct rec_version *maybe_yes, *maybe_no;
	const struct rec_version *unreadable, *last;
	bool maybe_git_only;
};

static bool is_single(const struct rec_version *v)
{
	return v->span.single && v->words.len == 0;
}

static void hear(struct matcher *m, const struct record *r, const struct rec_version *v, str version,
		 struct said *s)
{
	bool unreadable = false;
	enum tri in = entry_has(m, v, version, &unreadable);
	enum rec_status status = v->status;

	s->last = v;
	if (in == TRI_NO)
		return;
	if (v->nchanges) {
		status = changed_status(r, v, version);
		if (status == REC_UNSAID) {
			in = TRI_UNKNOWN;
			status = REC_AFFECTED;
		}
	}
	if (in == TRI_UNKNOWN) {
		if (status == REC_UNAFFECTED) {
			s->maybe_no = v;
			return;
		}
		s->maybe_git_only = (s->maybe_yes == NULL || s->maybe_git_only) && v->scheme == VER_GIT;
		s->maybe_yes = v;
		if (unreadable)
			s->unreadable = v;
		return;
	}
	if (status == REC_AFFECTED && (!s->yes || is_single(v)))
		s->yes = v;
	else if (status == REC_UNAFFECTED && (!s->no || is_single(v)))
		s->no = v;
	else if (status == REC_UNKNOWN)
		s->unknown = v;
}

static struct judged yes_of(const struct rec_version *v)
{
	struct judged j = {
		.affected = TRI_YES, .text = v->text, .scheme = v->scheme, .single = is_single(v)
	};

	j.why = is_single(v) ? WHY_LISTED : WHY_RANGE;
	if (v->words.len == 0 ? ver_span_is_all(&v->span) : ver_is_all(v->words))
		j.why = WHY_ALL;
	return j;
}

static struct judged unknown_of(const struct rec_version *v, str version, bool unreadable)
{
	struct judged j = { .affected = TRI_UNKNOWN, .text = v->text };

	j.why = ver_is_open(v->text) && v->span.single ? WHY_UNSAID
		: unreadable                           ? WHY_UNREADABLE
		: ver_is_open(version)                 ? WHY_NO_VERSION
						       : WHY_UNCOMPARABLE;
	return j;
}

/* No entry has the version, or none for sure that says "affected". */
static struct judged by_default(const struct rec_product *p, const struct said *s, str version)
{
	struct judged j = { .affected = TRI_NO,
			    .why = WHY_OUTSIDE,
			    .text = s->last ? s->last->text : (str){ 0 } };

	switch (p->otherwise) {
	case REC_AFFECTED:
		if (s->maybe_no)
			return unknown_of(s->maybe_no, version, false);
		return (struct judged){ .affected = TRI_YES, .why = s->last ? WHY_DEFAULT : WHY_ALL };
	case REC_UNAFFECTED:
		j.why = WHY_NOT_DEFAULT;
		return j;
	case REC_UNKNOWN:
		return (struct judged){ .affected = TRI_UNKNOWN, .why = WHY_UNKNOWN };
	case REC_UNLISTED:
		j.silent = true;
		return j;
	default: /* the record leaves it open; beside its ranges that is taken for "not affected", as docs/warn.md says */
		if (!s->last)
			return (struct judged){ .affected = TRI_UNKNOWN, .why = WHY_UNSAID };
		return j;
	}
}

struct judged judge_product(struct matcher *m, const struct record *r, const struct rec_product *p,
			    str version)
{
	struct said s = { 0 };
	struct judged j;

	m->steps += p->nversions + 1;
	for (uint32_t i = 0; i < p->nversions && m->steps < m->steps_max; i++)
		hear(m, r, &r->version.at[p->version + i], version, &s);
	if (s.yes && s.no) {
		bool a = is_single(s.yes), b = is_single(s.no);

		if (a == b) /* the more specific of the two counts */
			return (struct judged){ .affected = TRI_UNKNOWN,
						.why = WHY_CONTRADICTS,
						.text = s.yes->text };
		if (b)
			s.yes = NULL;
	}
	if (s.yes)
		return yes_of(s.yes);
	if (s.no)
		return (struct judged){
			.affected = TRI_NO, .why = WHY_FIXED, .text = s.no->text, .single = is_single(s.no)
		};
	if (s.unknown)
		return (struct judged){ .affected = TRI_UNKNOWN,
					.why = WHY_UNKNOWN,
					.text = s.unknown->text };
	if (s.maybe_yes) {
		j = unknown_of(s.maybe_yes, version, s.unreadable != NULL);
		j.only_git = s.maybe_git_only;
		return j;
	}
	return by_default(p, &s, version);
}

/* --- criteria of NVD ----------------------------------------------------------------------------------------------------------- */

static str span_text(struct matcher *m, struct leaf *l)
{
	static const char *const LOW[] = { "", ">=", ">", ">=" }, *const HIGH[] = { "", "<=", "<", "<=" };
	const struct ver_span *s = &l->m->span;
	bool low = s->lo_end != END_NONE, high = s->hi_end != END_NONE;

	if (l->range.ptr)
		return l->range;
	l->range = arena_printf(m->mem, "%s%s%.*s%s%s%s%.*s", low ? LOW[s->lo_end] : "", low ? " " : "",
				STR_ARG(s->lo), low && high ? ", " : "", high ? HIGH[s->hi_end] : "",
				high ? " " : "", STR_ARG(s->hi));

	return l->range.ptr ? l->range : STR("");
}

static str criteria_version(struct matcher *m, struct leaf *l)
{
	const struct cpe_value *u = &l->cpe.at[CPE_UPDATE];
	str v = cpe_value_text(&l->cpe.at[CPE_VERSION]);

	if (u->kind != CPE_VALUE)
		return v;
	if (!l->range.ptr)
		l->range = arena_printf(m->mem, "%.*s %.*s", STR_ARG(v), STR_ARG(u->text));
	return l->range.ptr ? l->range : v;
}

/* "9.0 SP2" of "9.0": the version with something behind it that is no further number. */
static bool is_more_of(str version, str base)
{
	char c;

	if (version.len <= base.len || !str_eq_ascii_nocase((str){ version.ptr, base.len }, base))
		return false;
	c = version.ptr[base.len];
	return c != '.' && (c < '0' || c > '9');
}

/* One version of the criterion against one that is a text. */
static struct judged version_is(struct matcher *m, struct leaf *l, str version)
{
	const struct cpe_value *v = &l->cpe.at[CPE_VERSION];
	str want = criteria_version(m, l);
	struct judged j = { .affected = TRI_YES, .why = WHY_LISTED, .text = want, .single = true };
	enum ver_order o;

	if (ver_is_open(version)) {
		j.affected = TRI_UNKNOWN;
		j.why = WHY_NO_VERSION;
		return j;
	}
	if (cpe_is_wild(v)) {
		struct cpe_value plain = { .kind = CPE_VALUE, .text = version };

		j.affected = cpe_compare(v, &plain) == CPE_SUPERSET ? TRI_YES : TRI_NO;
		j.why = j.affected ? WHY_LISTED : WHY_OUTSIDE;
		return j;
	}
	o = ver_compare(VER_GENERIC, version, want);
	if (o == VER_EQUAL)
		return j;
	j.affected =
		o == VER_UNDECIDED || (l->cpe.at[CPE_UPDATE].kind == CPE_ANY && is_more_of(version, v->text))
			? TRI_UNKNOWN
			: TRI_NO;
	j.why = j.affected == TRI_UNKNOWN ? WHY_UNCOMPARABLE : WHY_OUTSIDE;
	return j;
}

/* Version and update by CPE on both sides. */
static struct judged version_by_cpe(struct matcher *m, struct leaf *l, const struct stock_row *row)
{
	enum cpe_relation v = cpe_compare(&l->cpe.at[CPE_VERSION], &row->cpe->at[CPE_VERSION]),
			  u = cpe_compare(&l->cpe.at[CPE_UPDATE], &row->cpe->at[CPE_UPDATE]);
	struct judged j = {
		.affected = TRI_YES, .why = WHY_LISTED, .text = criteria_version(m, l), .single = true
	};

	if (v == CPE_DISJOINT || u == CPE_DISJOINT) {
		j.affected = TRI_NO;
		j.why = WHY_OUTSIDE;
		/* other names, but 1.0 and 1.0.0 are one version */
		if (l->cpe.at[CPE_VERSION].kind == CPE_VALUE && u != CPE_DISJOINT &&
		    ver_compare(VER_GENERIC, l->cpe.at[CPE_VERSION].text, row->cpe->at[CPE_VERSION].text) ==
			    VER_EQUAL) {
			j.affected = TRI_UNKNOWN;
			j.why = WHY_SPELLING;
		}
	} else if (v == CPE_SUBSET || u == CPE_SUBSET || v == CPE_UNDEFINED || u == CPE_UNDEFINED) {
		j.affected = TRI_UNKNOWN;
		j.why = WHY_NO_VERSION;
	}
	return j;
}

static struct judged leaf_version(struct matcher *m, struct leaf *l, const struct stock_row *row)
{
	const struct cpe_value *v = &l->cpe.at[CPE_VERSION];
	bool by_cpe = row->cpe && row->cpe->at[CPE_VERSION].kind == CPE_VALUE;

	if (l->m->spanned) {
		enum tri in = ver_span_has(VER_GENERIC, &l->m->span, row->version);

		return (struct judged){ .affected = in,
					.why = in == TRI_YES               ? WHY_RANGE
					       : in == TRI_NO              ? WHY_OUTSIDE
					       : ver_is_open(row->version) ? WHY_NO_VERSION
									   : WHY_UNCOMPARABLE,
					.text = span_text(m, l) };
	}
	if (v->kind == CPE_ANY && l->cpe.at[CPE_UPDATE].kind != CPE_VALUE)
		return (struct judged){ .affected = TRI_YES, .why = WHY_ALL };
	if (v->kind == CPE_NA || (row->cpe && row->cpe->at[CPE_VERSION].kind == CPE_NA))
		return row->cpe ? version_by_cpe(m, l, row)
				: (struct judged){
					  .affected = ver_is_open(row->version) ? TRI_UNKNOWN : TRI_NO,
					  .why = ver_is_open(row->version) ? WHY_NO_VERSION : WHY_OUTSIDE,
					  .text = STR("-")
				  };
	return by_cpe ? version_by_cpe(m, l, row) : version_is(m, l, row->version);
}

struct judged judge_leaf(struct matcher *m, struct leaf *l, const struct stock_row *row)
{
	struct judged j = leaf_version(m, l, row);

	m->steps++;
	for (int a = CPE_EDITION; a < CPE_ATTRIBUTES && j.affected != TRI_NO; a++) {
		static const struct cpe_value ANY = { .kind = CPE_ANY };
		const struct cpe_value *want = &l->cpe.at[a];
		enum cpe_relation r = cpe_compare(want, row->cpe ? &row->cpe->at[a] : &ANY);
		str *text = &l->attribute[a];

		if (want->kind == CPE_ANY || r == CPE_EQUAL || r == CPE_SUPERSET ||
		    (r == CPE_SUBSET && want->kind == CPE_NA))
			continue;
		if (!text->ptr)
			*text = arena_printf(m->mem, "%s %.*s", cpe_attribute_name((enum cpe_attribute)a),
					     STR_ARG(cpe_value_text(want)));
		if (r == CPE_DISJOINT) {
			j = (struct judged){ .affected = TRI_NO, .why = WHY_OTHER, .text = *text };
		} else if (j.affected == TRI_YES) {
			j.affected = TRI_UNKNOWN;
			j.why = WHY_ATTRIBUTE;
			j.text = *text;
		}
	}
	return j;
}
