/* line_terms.c - the inputs of a line by number, and the texts of attributes that came of them before. */
#include <stdlib.h>

#include "facts/lines_priv.h"

/* What texts of attributes came of which inputs: a place for each, the last one stays. */
enum { TERM_BITS = 16, TERMS = 1 << TERM_BITS };
struct term_known {
	uint32_t inputs[TERM_INPUTS_MAX];
	uint32_t term, site, when; /* 0: free; the latter if they matter */
	uint32_t text;
};

bool line_terms_ready(struct fact_table *t)
{
	if (!t->terms) /* most of it is never touched; number 0 is nobody's */
		t->terms = calloc(TERMS, sizeof *t->terms);
	return t->terms != NULL;
}

static void forget_last(struct fact_table *t, struct term *m)
{
	m->line = 0;
	m->any = false;
	m->number = ++t->bound;
}

void line_start(struct fact_table *t, struct fact_lines *l)
{
	if (++l->line != 0 && l->generation == t->generation)
		return;
	l->line = 1;
	l->generation = t->generation;
	for (uint32_t i = 0; i < l->ninputs; i++)
		l->inputs[i].line = l->inputs[i].text_line = l->inputs[i].last_len = 0;
	for (uint32_t i = 0; i < l->nterms; i++)
		forget_last(t, &l->terms[i]);
	forget_last(t, &l->conditions);
}

/* Where fewer than LOOK_KNOWN of LOOK were known, looking all up costs more than it saves: only one of SAMPLE is. */
enum { SAMPLE = 16, LOOK = 128, LOOK_KNOWN = LOOK / 4 };

static bool in_sample(uint32_t hash)
{
	return (hash >> 20) % SAMPLE == 0; /* bits that place nothing */
}

/* Judged is the sample alone: what is not in it may be unknown only because it was not looked up. */
static void worth_learn(struct worth *w, uint32_t hash, bool known)
{
	if (!in_sample(hash))
		return;
	w->known += known;
	if (++w->seen == LOOK) {
		w->seldom = w->known < LOOK_KNOWN;
		w->seen = w->known = 0;
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

/* Number of a text that was not here just before; INPUT_UNKNOWN where most are new. */
static uint32_t input_look(struct fact_table *t, struct input *in, str s)
{
	uint32_t hash = fact_texts_hash(&t->texts, s), id;

	if (in->worth.seldom && !in_sample(hash))
		return INPUT_UNKNOWN;
	id = fact_texts_find(&t->texts, s, hash);
	worth_learn(&in->worth, hash, id);
	if (!id)
		id = fact_texts_add(&t->texts, s, hash);
	if (id == FACT_TEXT_FULL)
		return INPUT_UNKNOWN;
	in->last = id;
	in->last_ptr = fact_text_of(&t->texts, id).ptr;
	in->last_len = (uint32_t)s.len;
	return id;
}

str line_input_slow(struct fact_table *t, const struct fact_lines *l, struct input *in, const event *ev)
{
	in->text = input_text(in, ev, &t->draft.scratch[0]);
	if (in->text.ptr != t->draft.scratch[0].ptr) /* there the next one may lie */
		in->text_line = l->line;
	return in->text;
}

uint32_t line_input_find(struct fact_table *t, const struct fact_lines *l, struct input *in, const event *ev)
{
	str s = line_input_text(t, l, in, ev);

	in->line = l->line;
	if (in->presence)
		in->id = s.len > 0;
	else if (s.len == 0)
		in->id = FACT_TEXT_NONE;
	else if (in->last_len == s.len && fact_same_bytes(in->last_ptr, s.ptr, s.len))
		in->id = in->last;
	else
		in->id = s.len > INPUT_LEN_MAX ? INPUT_UNKNOWN : input_look(t, in, s);
	return in->id;
}

/* --- terms ----------------------------------------------------------------------------------- */

/* Without the limits: those are no part of what the inputs say. */
static uint32_t which_rules(struct fact_table *t, const struct fact_lines *l, const event *ev)
{
	uint32_t rules = 0;

	for (uint32_t i = 0; i < l->nrules; i++) {
		const struct fact_plan *p = l->rules[i].plan;
		const struct fact_condition *conds = fact_rule_conditions(p->rule);
		bool holds = !l->rules[i].never;

		for (uint32_t k = 0; holds && k < p->rule->nconditions; k++)
			holds = fact_condition_is_limit(&conds[k]) ||
				fact_plan_condition(p, k, ev, &t->draft);
		rules |= (uint32_t)holds << i;
	}
	return rules;
}

/* Append the text of a direct term. False: one of its arguments does not lie in the event. */
static bool term_direct(struct fact_table *t, const struct fact_lines *l, const struct term *m,
			const event *ev)
{
	str s[FACT_ARGS];

	for (uint32_t k = 0; k < FACT_ARGS; k++) {
		s[k] = m->args[k] == INPUT_NONE ? (str){ "", 0 }
						: line_input_text(t, l, &l->inputs[m->args[k]], ev);
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

	switch (m->how) {
	case TERM_CONDITIONS:
		return which_rules(t, l, ev);
	case TERM_ORIGIN:
		return fact_value_id(t, STR("recovered"));
	default:
		buf_clear(&d->text);
		d->host = s->host;
		d->day = m->placed ? str_of(s->day) : (str){ 0 };
		if (!m->direct || !term_direct(t, l, m, ev))
			fact_plan_attr(m->plan, m->op, m->nops, ev, d);
		return d->text.failed ? FACT_TEXT_FULL : fact_value_id(t, buf_view(&d->text));
	}
}

static struct term_known *term_place(struct term_known *known, const struct term *m)
{
	uint64_t h = ((uint64_t)m->number << 32 | m->last[0]) * UINT64_C(0x9E3779B97F4A7C15);

	if (m->how != TERM_ONE) {
		h ^= ((uint64_t)m->last[1] << 32 | m->last[2]) * UINT64_C(0xD6E8FEB86659FD93);
		h ^= h >> 32;
		h ^= ((uint64_t)m->last[3] << 32 | (m->last_site ^ m->last_when)) *
		     UINT64_C(0xC2B2AE3D27D4EB4F);
	}
	return &known[(h ^ h >> 32) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - TERM_BITS)];
}

/* Is that of the inputs in m->last? */
static bool term_is_known(const struct term_known *k, const struct term *m)
{
	return k->term == m->number && k->site == m->last_site && k->when == m->last_when &&
	       memcmp(k->inputs, m->last, sizeof k->inputs) == 0;
}

static void term_keep(struct term_known *k, const struct term *m, uint32_t text)
{
	*k = (struct term_known){
		.term = m->number, .site = m->last_site, .when = m->last_when, .text = text
	};
	memcpy(k->inputs, m->last, sizeof k->inputs);
}

/* What a term gives: the number of its text, FACT_TEXT_FULL without room. */
static uint32_t term_find(struct fact_table *t, const struct site *s, struct fact_lines *l, struct term *m,
			  const event *ev)
{
	uint32_t site = m->placed ? s->number : 0, when = m->placed ? s->when : 0;
	bool same = m->any && m->last_site == site && m->last_when == when;
	struct term_known *known;

	m->any = false;
	m->last_site = site;
	m->last_when = when;
	for (uint32_t i = 0; i < m->ninputs; i++) {
		uint32_t id = line_input_id(t, l, m->inputs[i], ev);

		if (id == INPUT_UNKNOWN)
			return term_make(t, s, l, m, ev);
		same &= id == m->last[i];
		m->last[i] = id;
	}
	if (!m->keyed)
		return term_make(t, s, l, m, ev);
	if (!same) {
		known = term_place(t->terms, m);
		if (!term_is_known(known, m)) {
			uint32_t made = term_make(t, s, l, m, ev);

			if (made == FACT_TEXT_FULL && m->how != TERM_CONDITIONS)
				return made;
			term_keep(known, m, made);
		}
		m->last_id = known->text;
	}
	m->any = true;
	return m->last_id;
}

/* As term_find() with one input and nothing else. */
static uint32_t term_of_one(struct fact_table *t, const struct site *s, struct fact_lines *l, struct term *m,
			    const event *ev)
{
	uint32_t id = line_input_id(t, l, m->inputs[0], ev);
	struct term_known *known;

	if (id == INPUT_UNKNOWN)
		return term_find(t, s, l, m, ev);
	m->last[0] = id;
	known = term_place(t->terms, m);
	m->any = known->term == m->number && known->inputs[0] == id;
	if (!m->any)
		return term_find(t, s, l, m, ev);
	return m->last_id = known->text;
}

uint32_t line_term_find(struct fact_table *t, const struct site *s, struct fact_lines *l, struct term *m,
			const event *ev)
{
	m->line = l->line;
	m->id = m->how == TERM_ONE ? term_of_one(t, s, l, m, ev) : term_find(t, s, l, m, ev);
	return m->id;
}
