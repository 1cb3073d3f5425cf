/* convert_text.c - patterns asked of values whose text the event writes in another way.
 *
 * A pattern that has read the rules' spelling of a beginning stands at some of its elements; what is left
 * behind each of them is asked of what follows the event's spelling. */
#include <stdio.h>
#include <stdlib.h>

#include "sigma/convert_priv.h"
#include "sigma/fold.h"
#include "util/utf.h"

/* --- where a pattern stands ----------------------------------------------------------------- */

/* A star may stand for nothing. */
static void pass_stars(struct reach *r, const struct pattern *p)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->at[i] && p->elems[i] == PAT_STAR)
			r->at[i + 1] = 1;
}

bool reach_init(struct reach *r, const struct pattern *p)
{
	*r = (struct reach){ calloc((size_t)p->nelems + 1, 1), p->nelems };
	if (!r->at)
		return false;
	r->at[0] = 1;
	pass_stars(r, p);
	return true;
}

void reach_done(struct reach *r)
{
	free(r->at);
}

static bool is_hex(uint32_t c)
{
	return c - '0' < 10u || (c | 32) - 'a' < 6u;
}

static bool takes(uint32_t elem, uint32_t c, bool any_hex)
{
	if (elem == PAT_ANY)
		return true;
	if (any_hex)
		return is_hex(elem);
	return elem == c || (elem == PAT_DASH && (c == '-' || c == '/'));
}

static void step(struct reach *r, const struct pattern *p, uint32_t c, bool any_hex)
{
	for (size_t i = r->n + 1; i-- > 0;) {
		bool stays = i < r->n && p->elems[i] == PAT_STAR && r->at[i];
		bool comes = i > 0 && r->at[i - 1] && p->elems[i - 1] != PAT_STAR &&
			     takes(p->elems[i - 1], c, any_hex);

		r->at[i] = stays || comes;
	}
	pass_stars(r, p);
}

void reach_text(struct reach *r, const struct pattern *p, const char *text, bool cased)
{
	str s = str_of(text);

	for (size_t i = 0, len; i < s.len; i += len) {
		uint32_t c = utf8_next((str){ s.ptr + i, s.len - i }, &len);

		step(r, p, cased ? c : fold_cp(c), false);
	}
}

void reach_hex(struct reach *r, const struct pattern *p)
{
	step(r, p, 0, true);
}

bool reach_nowhere(const struct reach *r)
{
	for (size_t i = 0; i <= r->n; i++)
		if (r->at[i])
			return false;
	return true;
}

bool reach_is_place(const struct reach *r, const struct pattern *p, size_t i)
{
	return r->at[i] && !(i && r->at[i - 1] && p->elems[i - 1] == PAT_STAR);
}

/* --- beginnings ----------------------------------------------------------------------------- */

/* The event's beginning, then what is left of the pattern behind element i. */
static uint32_t rest_behind(struct converter *c, const char *field, const char *begin,
			    const struct pattern *p, size_t i, bool cased)
{
	pat_elems elems = { 0 };
	uint32_t node = UINT32_MAX;
	bool ok = pat_add_text(&elems, str_of(begin));

	for (; ok && i < p->nelems; i++)
		ok = pat_add(&elems, p->elems[i]);
	if (ok)
		node = conv_glob(c, field, elems.at, elems.len, cased);
	VEC_DONE(&elems);
	return node;
}

/* One row of the table. *ret_same: the pattern as it is asks the same of both spellings. */
static uint32_t prefix_row(struct converter *c, const char *field, const struct logsource_pair *row,
			   const struct pattern *p, bool cased, bool *ret_same)
{
	struct reach rules = { 0 }, event = { 0 };
	uint32_t node = UINT32_MAX;

	if (!reach_init(&rules, p) || !reach_init(&event, p))
		goto done;
	reach_text(&rules, p, row->name, cased);
	reach_text(&event, p, row->value, cased);
	node = conv_false(c);
	if (memcmp(rules.at, event.at, p->nelems + 1u) == 0) {
		*ret_same |= !reach_nowhere(&rules);
		goto done;
	}
	for (size_t i = 0; i <= p->nelems; i++)
		if (reach_is_place(&rules, p, i))
			node = conv_or(c, node, rest_behind(c, field, row->value, p, i, cased));
done:
	reach_done(&rules);
	reach_done(&event);
	return node;
}

uint32_t conv_prefix(struct converter *c, const char *field, const struct logsource_pair *table,
		     const struct pattern *p, bool cased)
{
	const struct pattern pattern = *p; /* predicates move */
	uint32_t node = conv_false(c);
	bool same = false;

	for (; table->name; table++)
		node = conv_or(c, node, prefix_row(c, field, table, &pattern, cased, &same));
	return same ? conv_or(c, node, conv_glob(c, field, pattern.elems, pattern.nelems, cased)) : node;
}

/* --- registry data -------------------------------------------------------------------------- */

/* Rules know data as Sysmon writes it. Types as event 4657 names them. */
#define TYPE_FIELD "NewValueType"
#define TYPE_BINARY "%%1875"
#define TYPE_DWORD "%%1876"
static const char *const NO_TEXT[] = { "%%1872",    TYPE_BINARY, TYPE_DWORD, "%%1877", "%%1878",
				       "%%1879", "%%1880",    "%%1881",   "%%1882", "%%1883" };

static bool matches(const struct pred *pred, const char *text)
{
	struct reach r;
	bool whole;

	if (pred->kind != PRED_GLOB || !reach_init(&r, &pred->pattern))
		return false;
	reach_text(&r, &pred->pattern, text, pred->cased);
	whole = r.at[r.n];
	reach_done(&r);
	return whole;
}

enum dword_answer { DWORD_NONE, DWORD_ANY, DWORD_ONE, DWORD_UNKNOWN };

/* Exactly eight hexadecimal digits, then ")": the number that is asked for. */
static bool one_number(const struct pattern *p, size_t i, uint32_t *ret)
{
	uint32_t v = 0;

	if (p->nelems < i + 9 || p->elems[i + 8] != ')')
		return false;
	for (size_t k = i; k < i + 8; k++) {
		uint32_t c = p->elems[k];

		if (!is_hex(c))
			return false;
		v = v << 4 | (c - '0' < 10u ? c - '0' : (c | 32) - 'a' + 10);
	}
	*ret = v;
	return true;
}

/* Which numbers of "DWORD (0x00000001)" does the pattern take? */
static enum dword_answer which_dword(const struct pattern *p, bool cased, uint32_t *ret)
{
	enum dword_answer answer = DWORD_UNKNOWN;
	struct reach begun, ended = { 0 };
	size_t places = 0, place = 0;

	if (!reach_init(&begun, p))
		return DWORD_UNKNOWN;
	reach_text(&begun, p, "DWORD (0x", cased);
	if (!reach_init(&ended, p))
		goto done;
	memcpy(ended.at, begun.at, p->nelems + 1u);
	for (int i = 0; i < 8; i++)
		reach_hex(&ended, p);
	reach_text(&ended, p, ")", cased);
	for (size_t i = 0; i <= p->nelems; i++)
		if (reach_is_place(&begun, p, i)) {
			places++;
			place = i;
		}
	if (!ended.at[p->nelems])
		answer = DWORD_NONE;
	else if (begun.at[p->nelems])
		answer = DWORD_ANY; /* a star is open at the end */
	else if (one_number(p, place, ret)) /* no place before it reaches the end but through stars */
		answer = places == 1 || p->elems[place] != PAT_STAR ? DWORD_ONE : DWORD_UNKNOWN;
done:
	reach_done(&begun);
	reach_done(&ended);
	return answer;
}

/* The number as the event may write it. */
static uint32_t dword_equals(struct converter *c, const char *field, uint32_t v)
{
	static const char *const FORMS[] = { "%u", "0x%x", "0x%08x" };
	uint32_t node = conv_false(c);
	char text[16];

	for (size_t i = 0; i < COUNT(FORMS); i++) {
		/* one of the three constants above */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof text, FORMS[i], v);
#pragma GCC diagnostic pop
		node = conv_or(c, node, conv_equals(c, field, text));
	}
	return node;
}

static void add_case(struct converter *c, struct known *k, uint32_t here, uint32_t holds)
{
	k->yes = conv_or(c, k->yes, conv_and(c, here, holds));
	k->no = conv_or(c, k->no, conv_and(c, here, conv_not(c, holds)));
}

static void ask_dword(struct converter *c, struct known *k, const char *field, const struct pred *pred)
{
	uint32_t here = conv_equals(c, TYPE_FIELD, TYPE_DWORD), v = 0;
	enum dword_answer answer =
		pred->kind == PRED_GLOB ? which_dword(&pred->pattern, pred->cased, &v) : DWORD_NONE;

	if (answer == DWORD_NONE || answer == DWORD_ANY)
		add_case(c, k, here, answer == DWORD_ANY ? conv_true(c) : conv_false(c));
	else if (answer == DWORD_ONE)
		add_case(c, k, here, dword_equals(c, field, v));
}

struct known conv_data(struct converter *c, const char *field, const struct pred *pred, uint32_t pred_id)
{
	struct known k = { conv_false(c), conv_false(c) };
	uint32_t other = conv_false(c);
	uint32_t holds = sigma_leaf(c->pool, sigma_field(c->pool, str_of(field)), pred_id);

	for (size_t i = 0; i < COUNT(NO_TEXT); i++)
		other = conv_or(c, other, conv_equals(c, TYPE_FIELD, NO_TEXT[i]));
	if (matches(pred, "(Empty)"))
		holds = conv_or(c, holds, conv_equals(c, field, ""));
	add_case(c, &k, conv_not(c, other), holds);
	add_case(c, &k, conv_equals(c, TYPE_FIELD, TYPE_BINARY),
		 matches(pred, "Binary Data") ? conv_true(c) : conv_false(c));
	ask_dword(c, &k, field, pred);
	return k;
}
