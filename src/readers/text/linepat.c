#include "readers/text/linepat.h"

#include <stdlib.h>

#include "util/limits.h"

enum step_kind { STEP_LITERAL, STEP_SPACE, STEP_FIELD, STEP_TAIL };
enum field_kind { FIELD_TEXT, FIELD_DIGITS, FIELD_WORD, FIELD_QUOTED, FIELD_REST, FIELD_LAST, FIELD_TIME };

struct step {
	uint8_t kind;  /* enum step_kind */
	uint8_t field; /* enum field_kind */
	uint8_t form;  /* enum logtime_form */
	bool drop;
	str text; /* the literal, or the field's name */
};

/* --- reading a pattern ---------------------------------------------------------------------- */

static void field_kind(struct step *s, str kind)
{
	static const struct {
		const char *word;
		uint8_t field, form;
	} KINDS[] = {
		{ "digits", FIELD_DIGITS, 0 },
		{ "word", FIELD_WORD, 0 },
		{ "quoted", FIELD_QUOTED, 0 },
		{ "rest", FIELD_REST, 0 },
		{ "last", FIELD_LAST, 0 },
		{ "iso", FIELD_TIME, LOGTIME_ISO },
		{ "clf", FIELD_TIME, LOGTIME_CLF },
		{ "syslog", FIELD_TIME, LOGTIME_SYSLOG },
		{ "ctime", FIELD_TIME, LOGTIME_CTIME },
		{ "daymon", FIELD_TIME, LOGTIME_DAYMON },
		{ "us", FIELD_TIME, LOGTIME_US },
		{ "eu", FIELD_TIME, LOGTIME_EU },
		{ "compact", FIELD_TIME, LOGTIME_COMPACT },
		{ "epoch", FIELD_TIME, LOGTIME_EPOCH },
	};

	for (size_t i = 0; i < COUNT(KINDS); i++) {
		if (str_eq(kind, str_of(KINDS[i].word))) {
			s->field = KINDS[i].field;
			s->form = KINDS[i].form;
		}
	}
}

/* The first step of *rest. */
static struct step step_read(str *rest)
{
	struct step s = { 0 };
	str kind;
	size_t n = 1;

	if (rest->ptr[0] == '{') {
		size_t end = str_find(*rest, STR("}"));

		s.kind = STEP_FIELD;
		s.text = str_cut((str){ rest->ptr + 1, end - 1 }, ':', &kind);
		s.drop = s.text.len == 0;
		field_kind(&s, kind);
		n = end + 1;
	} else if (str_starts(*rest, STR("|||"))) {
		s.kind = STEP_TAIL;
		n = 3;
	} else if (rest->ptr[0] == ' ') {
		s.kind = STEP_SPACE;
	} else {
		while (n < rest->len && rest->ptr[n] != '{' && rest->ptr[n] != ' ' && rest->ptr[n] != '|')
			n++;
		s.kind = STEP_LITERAL;
		s.text = (str){ rest->ptr, n };
	}
	*rest = (str){ rest->ptr + n, rest->len - n };
	return s;
}

static size_t steps_read(const char *pattern, struct step *ret)
{
	str rest = str_of(pattern);
	size_t n = 0;

	while (rest.len && n < LIMIT_LINEPAT_STEPS)
		ret[n++] = step_read(&rest);
	return n;
}

size_t linepat_names(const char *pattern, str names[LINEPAT_FIELDS])
{
	str rest = str_of(pattern);
	size_t n = 0;

	while (rest.len && n < LINEPAT_FIELDS) {
		struct step s = step_read(&rest);

		if (s.kind == STEP_FIELD && !s.drop)
			names[n++] = s.text;
	}
	return n;
}

/* --- matching ------------------------------------------------------------------------------- */

static size_t quoted_end(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i;
	}
	return SIZE_MAX;
}

/* Where the field before `next` ends in s; left: steps from there on. */
static size_t text_end(str s, const struct step *next, size_t left)
{
	const char *p;

	if (left == 0)
		return s.len;
	if (next->kind == STEP_LITERAL)
		return str_find(s, next->text);
	p = memchr(s.ptr, ' ', s.len);
	if (p)
		return (size_t)(p - s.ptr);
	return next->kind == STEP_TAIL ? s.len : SIZE_MAX;
}

/* A space and the literal behind it are one mark: "{user} [" lets a user have spaces. */
static size_t spaced_end(str s, const struct step *literal)
{
	for (size_t i = 0; i < s.len; i++) {
		const char *p = memchr(s.ptr + i, ' ', s.len - i);

		if (!p)
			return SIZE_MAX;
		i = (size_t)(p - s.ptr);
		if (str_starts((str){ p + 1, s.len - i - 1 }, literal->text))
			return i;
	}
	return SIZE_MAX;
}

/* The last place of the fixed text behind a field, with the space before it. */
static size_t last_end(str s, const struct step *next, size_t left)
{
	bool spaced = left > 1 && next->kind == STEP_SPACE && next[1].kind == STEP_LITERAL;
	str mark = left == 0 ? (str){ 0 } : spaced ? next[1].text : next->text;

	if (!mark.len)
		return s.len;
	for (size_t i = s.len; i-- > 0;)
		if (str_starts((str){ s.ptr + i, s.len - i }, mark) &&
		    (!spaced || (i > 0 && s.ptr[i - 1] == ' ')))
			return i - spaced;
	return SIZE_MAX;
}

static size_t run_of(str s, bool digits)
{
	size_t n = 0;

	while (n < s.len &&
	       (digits ? (unsigned char)(s.ptr[n] - '0') <= 9 : s.ptr[n] != ' ' && s.ptr[n] != '\t'))
		n++;
	return n ? n : SIZE_MAX;
}

/* A word that is followed by fixed text ends before it. */
static size_t word_end(str s, const struct step *next, size_t left)
{
	size_t n = run_of(s, false), at;

	if (n == SIZE_MAX || left == 0 || next->kind != STEP_LITERAL)
		return n;
	at = str_find((str){ s.ptr, n }, next->text);
	return at == SIZE_MAX ? n : at;
}

static size_t field_end(const struct step *f, size_t left, str s, struct linepat_hit *hit)
{
	switch ((enum field_kind)f->field) {
	case FIELD_DIGITS:
		return run_of(s, true);
	case FIELD_WORD:
		return word_end(s, f + 1, left);
	case FIELD_QUOTED:
		return quoted_end(s);
	case FIELD_REST:
		return s.len;
	case FIELD_LAST:
		return last_end(s, f + 1, left);
	case FIELD_TIME: {
		size_t n = logtime_read(s, (enum logtime_form)f->form, &hit->time);

		hit->has_time |= n > 0;
		return n ? n : SIZE_MAX;
	}
	case FIELD_TEXT:
		break;
	}
	if (left > 1 && f[1].kind == STEP_SPACE && f[2].kind == STEP_LITERAL)
		return spaced_end(s, f + 2);
	return text_end(s, f + 1, left);
}

static bool steps_match(const struct step *steps, size_t nsteps, str s, struct linepat_hit *hit)
{
	size_t n, fields = 0;

	hit->has_time = false;
	for (size_t i = 0; i < nsteps; i++) {
		const struct step *st = &steps[i];

		switch ((enum step_kind)st->kind) {
		case STEP_LITERAL:
			if (!str_starts(s, st->text))
				return false;
			s = (str){ s.ptr + st->text.len, s.len - st->text.len };
			break;
		case STEP_SPACE:
			if (!s.len || s.ptr[0] != ' ')
				return false;
			while (s.len && s.ptr[0] == ' ')
				s = (str){ s.ptr + 1, s.len - 1 };
			break;
		case STEP_TAIL:
			if (s.len)
				break;
			for (; i < nsteps; i++)
				if (steps[i].kind == STEP_FIELD && !steps[i].drop)
					hit->values[fields++] = (str){ 0 };
			return true;
		case STEP_FIELD:
			n = field_end(st, nsteps - i - 1, s, hit);
			if (n == SIZE_MAX)
				return false;
			if (!st->drop)
				hit->values[fields++] = (str){ s.ptr, n };
			s = (str){ s.ptr + n, s.len - n };
			break;
		}
	}
	return s.len == 0 || str_trim(s).len == 0;
}

bool linepat_match(const char *pattern, str line, struct linepat_hit *ret)
{
	struct step steps[LIMIT_LINEPAT_STEPS];

	return steps_match(steps, steps_read(pattern, steps), line, ret);
}

/* --- formats -------------------------------------------------------------------------------- */

struct compiled {
	char first;                  /* what text must begin with to fit; '\0': anything */
	const struct schema *schema; /* of its columns, once they were said */
	size_t nsteps, nnames;
	struct step steps[LIMIT_LINEPAT_STEPS];
	str names[LINEPAT_FIELDS];
};

struct linepat_set {
	size_t n;
	struct compiled at[];
};

struct linepat_set *linepat_set_new(const struct text_pattern *patterns)
{
	struct linepat_set *set;
	size_t n = 0;

	while (patterns[n].pattern)
		n++;
	set = calloc(1, sizeof *set + n * sizeof set->at[0]);
	if (!set)
		return NULL;
	for (set->n = 0; set->n < n; set->n++) {
		struct compiled *c = &set->at[set->n];

		c->nsteps = steps_read(patterns[set->n].pattern, c->steps);
		c->nnames = linepat_names(patterns[set->n].pattern, c->names);
		c->first = c->nsteps && c->steps[0].kind == STEP_LITERAL ? c->steps[0].text.ptr[0] : '\0';
	}
	return set;
}

static bool compiled_match(const struct compiled *c, str s, struct linepat_hit *hit)
{
	if (c->first && (!s.len || s.ptr[0] != c->first))
		return false;
	return steps_match(c->steps, c->nsteps, s, hit);
}

bool linepat_set_fits(const struct linepat_set *set, size_t i, str line, struct linepat_hit *ret)
{
	return compiled_match(&set->at[i], line, ret);
}

const str *linepat_set_names(const struct linepat_set *set, size_t i, size_t *ret_n)
{
	*ret_n = set->at[i].nnames;
	return set->at[i].names;
}

static value value_of(str s)
{
	if (s.len == 0 || (s.len == 1 && s.ptr[0] == '-'))
		return (value){ 0 };
	return value_utf8(s);
}

static bool columns_of(struct text *t, struct linepat_set *set, size_t i)
{
	const struct text_pattern *p = &t->format->patterns[i];
	struct compiled *c = &set->at[i];

	if (c->schema) {
		if (t->schema != c->schema)
			text_columns_again(t, c->schema);
		return true;
	}
	if (!text_columns(t, str_of(p->dataset ? p->dataset : t->format->dataset), c->names, c->nnames))
		return false;
	c->schema = t->schema;
	return true;
}

size_t linepat_set_match(const struct linepat_set *set, str text, struct linepat_hit *ret,
			 const str **ret_names, size_t *ret_n)
{
	for (size_t i = 0; i < set->n; i++) {
		if (!compiled_match(&set->at[i], text, ret))
			continue;
		*ret_names = set->at[i].names;
		*ret_n = set->at[i].nnames;
		return i;
	}
	return SIZE_MAX;
}

enum text_line linepat_line(struct text *t)
{
	struct linepat_set *set = t->patterns;
	struct linepat_hit hit;

	for (size_t i = 0; i < set->n; i++) {
		const struct compiled *c = &set->at[i];

		if (!compiled_match(c, t->line, &hit))
			continue;
		if (!columns_of(t, set, i))
			return TEXT_BAD;
		for (size_t k = 0; k < c->nnames; k++)
			t->values[k] = value_of(hit.values[k]);
		if (hit.has_time)
			text_time(t, &hit.time);
		return TEXT_EVENT;
	}
	return TEXT_BAD;
}

int linepat_claim(const struct text_format *f, const struct text_head *h)
{
	enum { SHARE_MIN = 80 };
	struct linepat_set *set = linepat_set_new(f->patterns);
	struct linepat_hit hit;
	size_t bad = 0;

	for (size_t k = 0; set && k < h->nlines && !text_misfits(h, bad, SHARE_MIN); k++) {
		size_t i = 0;

		while (i < set->n && !compiled_match(&set->at[i], h->lines[k], &hit))
			i++;
		bad += i == set->n;
	}
	if (!set)
		bad = h->nlines;
	free(set);
	return h->nlines && !text_misfits(h, bad, SHARE_MIN) ? LINEPAT_CLAIM : 0;
}
