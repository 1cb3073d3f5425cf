/* line_terms.c - the inputs of a line by number, and the texts of attributes that came of them before. */
#include <stdlib.h>

#include "facts/lines_priv.h"

/* What texts of attributes came of which inputs: two places for each, the last ones stay. The inputs' numbers, each
 * times a secret odd number, are added up; 64 bits of that stand for them. */
enum { TERM_BITS = 15, TERMS = 2 << TERM_BITS };
struct term_known {
	uint64_t sum;
	uint32_t term; /* 0: free */
	uint32_t text;
};

#define NO_FORM UINT64_MAX /* of no value */

/* Values that are texts as they lie there, found by some of their bytes: a place for each, the last one stays. Most of what
 * comes often is here, and needs no hash of all its bytes. */
enum { NEAR_BITS = 12 };
struct text_near {
	uint64_t form; /* 0: free */
	const char *ptr;
	uint32_t id;
};

bool line_terms_ready(struct fact_table *t)
{
	if (!t->terms) /* most of it is never touched; number 0 is nobody's */
		t->terms = calloc(TERMS, sizeof *t->terms);
	if (!t->near)
		t->near = calloc(1 << NEAR_BITS, sizeof *t->near);
	if (t->near && t->near_generation != t->texts_generation) {
		memset(t->near, 0, sizeof *t->near << NEAR_BITS);
		t->near_generation = t->texts_generation;
	}
	return t->terms && t->near;
}

static void forget_all(struct fact_table *t, struct fact_lines *l)
{
	memset(l->now, 0, (NOW_INPUTS + l->ninputs + l->nterms) * sizeof *l->now);
	l->now[NOW_LINE] = l->now[NOW_PLACE] = 1;
	l->generation = t->texts_generation;
	for (uint32_t i = 0; i < l->ninputs; i++) {
		l->inputs[i].line = l->inputs[i].text_line = 0;
		l->inputs[i].last_form = NO_FORM;
	}
	for (uint32_t i = 0; i < l->nterms; i++) {
		l->terms[i].same = NOW_UNKNOWN;
		l->terms[i].number = ++t->bound;
	}
	l->conditions.number = ++t->bound;
}

void line_start(struct fact_table *t, const struct site *s, struct fact_lines *l)
{
	uint32_t *now = l->now;

	if (l->generation != t->texts_generation || ++now[NOW_LINE] == NOW_UNKNOWN)
		forget_all(t, l);
	if (now[NOW_SITE] != s->number || now[NOW_WHEN] != s->when) {
		now[NOW_PLACE]++; /* more seldom than lines */
		now[NOW_SITE] = s->number;
		now[NOW_WHEN] = s->when;
	}
}

/* --- inputs ---------------------------------------------------------------------------------- */

/* As fact_arg_text(); of a raw one what was logged. */
static str input_text(const struct input *in, const event *ev, buf *scratch)
{
	for (uint32_t i = 0; i < in->ncols; i++) {
		value v = event_value(ev, in->cols[i].col);
		str s = { (const char *)v.ptr, v.len };

		if (v.type == VALUE_ABSENT || v.len == 0)
			continue;
		if (!in->raw && in->cols[i].converts)
			return fact_arg_text(in->cols + i, (struct fact_arg){ 0, (uint16_t)(in->ncols - i) },
					     ev, scratch);
		if (!fact_value_is_bare(v) || v.len > INPUT_LEN_MAX)
			s = fact_value_text(v, scratch);
		if (!fact_absent(s))
			return s;
	}
	return (str){ "", 0 };
}

/* Judged is the sample alone: what is not in it may be unknown only because it was not looked up. */
static void worth_learn(struct worth *w, uint32_t hash, bool known)
{
	enum { LOOK = 128, KNOWN = LOOK / 4 };

	if (!line_in_sample(hash))
		return;
	w->known += known;
	if (++w->seen == LOOK) {
		w->seldom = w->known < KNOWN;
		w->seen = w->known = 0;
	}
}

str line_input_slow(struct fact_table *t, const struct fact_lines *l, struct input *in, const event *ev)
{
	if (in->text_line == l->now[NOW_LINE])
		return in->text;
	in->text = input_text(in, ev, &t->draft.scratch[0]);
	if (in->text.ptr != t->draft.scratch[0].ptr) /* there the next one may lie */
		in->text_line = l->now[NOW_LINE];
	return in->text;
}

/* Length, type, flags and unit of a value in one word. */
static inline uint64_t value_form(const value *v)
{
	uint64_t form;

	_Static_assert(offsetof(value, len) + sizeof form == sizeof(value), "they fill a word");
	memcpy(&form, &v->len, sizeof form);
	return form;
}

static inline struct text_near *near_of(const struct fact_table *t, const value *v, uint64_t form)
{
	const uint64_t *odd = t->secrets.of;
	uint64_t sum = form * odd[0];

	if (v->len >= 8) {
		sum += load_le64(v->ptr) * odd[1] + load_le64(v->ptr + v->len - 8) * odd[2];
		if (v->len >= 32)
			sum += load_le64(v->ptr + v->len - 24) * odd[3] +
			       load_le64(v->ptr + v->len - 16) * odd[4];
	} else if (v->len >= 4) {
		sum += (load_le32(v->ptr) | (uint64_t)load_le32(v->ptr + v->len - 4) << 32) * odd[1];
	} else {
		sum += (v->ptr[0] | (uint64_t)v->ptr[v->len / 2] << 8 | (uint64_t)v->ptr[v->len - 1] << 16) *
		       odd[1];
	}
	return &t->near[sum >> (64 - NEAR_BITS)];
}

/* Where few are near, none is looked for there for some time. */
static void near_learn(struct input *in, bool known)
{
	enum { LOOK = 1024, SKIP = 32 * LOOK };

	in->near_known += known;
	if (++in->near_seen < LOOK)
		return;
	in->near_skip = in->near_known < LOOK / 2 ? SKIP : 0;
	in->near_seen = in->near_known = 0;
}

/* Inputs that are being looked up together, so that their memory comes at the same time. */
struct asking {
	uint32_t n;
	struct asked_text {
		struct input *in;
		struct text_near *near;
		str text;
		uint64_t form; /* of the value, if that is the text as a whole */
		uint32_t hash;
	} at[16];
};

static void asking_end(struct fact_table *t, struct fact_lines *l, struct asking *a)
{
	for (uint32_t i = 0; i < a->n; i++)
		fact_texts_bytes_come(&t->texts, a->at[i].hash);
	for (uint32_t i = 0; i < a->n; i++) {
		struct input *in = a->at[i].in;
		str s = a->at[i].text;
		uint32_t hash = a->at[i].hash, id = fact_texts_find(&t->texts, s, hash);

		worth_learn(&in->worth, hash, id != 0);
		if (!id)
			id = fact_texts_add(&t->texts, s, hash);
		l->now[NOW_INPUTS + (in - l->inputs)] = id;
		if (id == FACT_TEXT_FULL)
			continue;
		in->last = id;
		in->last_ptr = fact_text_of(&t->texts, id).ptr;
		in->last_form = a->at[i].form;
		if (a->at[i].form != NO_FORM && a->at[i].near)
			*a->at[i].near = (struct text_near){ a->at[i].form, in->last_ptr, id };
	}
	a->n = 0;
}

/* Number of an input, if that needs no look; else NOW_UNKNOWN, and it may have to be asked for. */
static uint32_t input_ask(struct fact_table *t, struct fact_lines *l, struct input *in, const event *ev,
			  struct asking *a)
{
	struct asked_text *x = &a->at[a->n];
	struct text_near *near = NULL;
	uint64_t form = NO_FORM;
	uint32_t hash;
	str s;

	if (in->slot >= 0) {
		const value *v = &ev->values[in->slot];

		form = value_form(v);
		if (form == in->last_form && fact_same_bytes(in->last_ptr, (const char *)v->ptr, v->len))
			return in->last;
		if (in->near_skip) {
			in->near_skip--;
		} else if (v->len && !in->presence) {
			bool known;

			near = near_of(t, v, form);
			known = near->form == form &&
				fact_same_bytes(near->ptr, (const char *)v->ptr, v->len);
			near_learn(in, known);
			if (known)
				return near->id;
		}
	}
	s = line_input_says(t, l, in, ev);
	if (in->presence)
		return s.len > 0;
	if (s.len == 0)
		return FACT_TEXT_NONE;
	if (s.len > INPUT_LEN_MAX)
		return NOW_UNKNOWN;
	hash = fact_texts_hash(&t->texts, s);
	if (in->worth.seldom && !line_in_sample(hash))
		return NOW_UNKNOWN;
	fact_texts_come(&t->texts, hash);
	if (form != NO_FORM &&
	    (s.len != ev->values[in->slot].len || s.ptr != (const char *)ev->values[in->slot].ptr))
		form = NO_FORM;
	*x = (struct asked_text){ in, near, s, form, hash };
	a->n++;
	if (s.ptr == t->draft.scratch[0].ptr || a->n == COUNT(a->at)) { /* where the next may lie; no room */
		asking_end(t, l, a);
		return l->now[NOW_INPUTS + (in - l->inputs)];
	}
	return NOW_UNKNOWN;
}

static void inputs_ask(struct fact_table *t, struct fact_lines *l, const uint16_t *which, uint32_t n,
		       const event *ev, struct asking *a)
{
	uint32_t line = l->now[NOW_LINE], *now = l->now + NOW_INPUTS;

	for (uint32_t i = 0; i < n; i++) {
		struct input *in = &l->inputs[which[i]];

		if (in->line == line)
			continue;
		in->line = line;
		now[which[i]] = input_ask(t, l, in, ev, a);
	}
}

void line_inputs(struct fact_table *t, struct fact_lines *l, const uint16_t *which, uint32_t n,
		 const event *ev)
{
	struct asking a;

	a.n = 0;
	inputs_ask(t, l, which, n, ev, &a);
	asking_end(t, l, &a);
}

/* --- terms ----------------------------------------------------------------------------------- */

/* Without the limits: those are no part of what the inputs say. */
static uint32_t which_rules(struct fact_table *t, const struct fact_lines *l, const event *ev)
{
	uint32_t rules = l->possible;

	for (uint32_t i = 0; i < l->ntests && rules; i++) {
		const struct line_test *x = &l->tests[i];

		if (rules & (x->unless | x->where))
			rules &= fact_plan_condition(x->plan, x->condition, ev, &t->draft) ? ~x->where
											   : ~x->unless;
	}
	return rules;
}

/* Append the text of a direct term. False: one of its arguments does not lie in the event. */
static bool term_direct(struct fact_table *t, const struct fact_lines *l, const struct term *m,
			const event *ev)
{
	str s[FACT_ARGS];

	for (uint32_t k = 0; k < FACT_ARGS; k++) {
		s[k] = m->args[k] == NOW_NOTHING
			       ? (str){ "", 0 }
			       : line_input_says(t, l, &l->inputs[m->args[k] - NOW_INPUTS], ev);
		if (s[k].ptr == t->draft.scratch[0].ptr)
			return false;
	}
	fact_op_texts(fact_rule_ops(m->plan->rule) + m->op, s, &t->draft.text);
	return true;
}

static uint32_t term_make(struct fact_table *t, const struct site *s, const struct fact_lines *l,
			  const struct term *m, const event *ev)
{
	struct fact_draft *d = &t->draft;

	if (m->conditions)
		return which_rules(t, l, ev);
	if (!m->plan)
		return s->recovered ? fact_value_id(t, STR("recovered")) : FACT_TEXT_NONE;
	buf_clear(&d->text);
	d->host = s->host;
	d->day = str_of(s->day);
	if (!m->direct || !term_direct(t, l, m, ev))
		fact_plan_attr(m->plan, m->op, m->nops, ev, d);
	return d->text.failed ? FACT_TEXT_FULL : fact_value_id(t, buf_view(&d->text));
}

/* What the inputs that stand in `now` come to; whether all of them are known. */
static bool term_sum(const struct fact_table *t, const struct fact_lines *l, const struct term *m,
		     uint64_t *ret)
{
	uint64_t sum = m->number * t->secrets.of[TERM_INPUTS_MAX];
	bool unknown = !m->keyed;

	for (uint32_t i = 0; i < m->ninputs; i++) {
		uint32_t id = l->now[m->inputs[i]];

		sum += id * t->secrets.of[i];
		unknown |= id == NOW_UNKNOWN;
	}
	*ret = sum;
	return !unknown;
}

static struct term_known *term_place(const struct fact_table *t, uint64_t sum)
{
	return &t->terms[sum >> (64 - TERM_BITS) << 1];
}

/* What a term gives of inputs that are all known. */
static uint32_t term_look(struct fact_table *t, const struct site *s, const struct fact_lines *l,
			  const struct term *m, uint64_t sum, const event *ev)
{
	struct term_known *known = term_place(t, sum);
	uint32_t text;

	for (int i = 0; i < 2; i++)
		if (known[i].sum == sum && known[i].term == m->number)
			return known[i].text;
	text = term_make(t, s, l, m, ev);
	if (text != FACT_TEXT_FULL) {
		known[1] = known[0];
		known[0] = (struct term_known){ sum, m->number, text };
	}
	return text;
}

void line_terms(struct fact_table *t, const struct site *s, struct fact_lines *l, const uint16_t *which,
		uint32_t n, const event *ev)
{
	struct {
		struct term *m;
		uint64_t sum;
	} looks[LINE_TERMS_MAX];
	uint32_t nlooks = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct term *m = &l->terms[which[i]];
		uint32_t same = l->now[m->same_as];

		if (m->same == same && same != NOW_UNKNOWN)
			continue;
		m->same = same;
		looks[nlooks].m = m;
		if (!term_sum(t, l, m, &looks[nlooks].sum)) {
			l->now[m->at] = term_make(t, s, l, m, ev);
			continue;
		}
		__builtin_prefetch(term_place(t, looks[nlooks++].sum));
	}
	for (uint32_t i = 0; i < nlooks; i++)
		l->now[looks[i].m->at] = term_look(t, s, l, looks[i].m, looks[i].sum, ev);
}

uint32_t line_rules(struct fact_table *t, const struct site *s, struct fact_lines *l, const event *ev)
{
	struct asking a;
	uint64_t sum;

	a.n = 0;
	inputs_ask(t, l, l->asked, l->nasked, ev, &a);
	l->rules_over = 0;
	for (uint32_t rules = l->rules_last & l->limited; rules; rules &= rules - 1)
		if (!line_within_limits(&l->rules[__builtin_ctz(rules)], ev))
			l->rules_over |= rules & -rules;
	l->rules_ready = l->rules_last & ~l->rules_over; /* likely they hold again */
	for (uint32_t rules = l->rules_ready; rules; rules &= rules - 1) {
		const struct line_rule *r = &l->rules[__builtin_ctz(rules)];

		inputs_ask(t, l, r->inputs, r->ninputs, ev, &a);
	}
	asking_end(t, l, &a);
	l->rules_last = term_sum(t, l, &l->conditions, &sum) ? term_look(t, s, l, &l->conditions, sum, ev)
							     : which_rules(t, l, ev);
	return l->rules_last;
}

uint32_t line_text_now(struct fact_table *t, const struct fact_lines *l, uint16_t at, const event *ev)
{
	if (at >= NOW_INPUTS + l->ninputs)
		return FACT_TEXT_FULL;
	return fact_value_id(t, line_input_says(t, l, &l->inputs[at - NOW_INPUTS], ev));
}
