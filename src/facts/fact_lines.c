/* fact_lines.c - facts of the lines of flat logs: the texts of their attributes are known by the numbers of what the
 * line says. */
#include "facts/lines_priv.h"

/* Rules of an event whose texts are not looked up. */
static int rules_observe(struct fact_table *t, const struct site *s, const event *ev, err *e)
{
	for (uint32_t i = 0; i < s->nplans; i++)
		if (fact_plan_holds(&s->plans[i], ev, &t->draft) &&
		    fact_plan_make(t, s, &s->plans[i], ev, e) < 0)
			return -1;
	return 0;
}

/* The key of what the rule gives of `now`, and which attributes it has. False without room. */
static bool rule_key(struct fact_table *t, const struct fact_lines *l, const struct line_rule *r,
		     const event *ev, struct fact_key *ret, uint64_t *ret_attrs)
{
	const uint32_t *now = l->now;
	struct fact_making m = fact_key_start(&t->secrets, r->plan->rule->kind);
	uint32_t *to = ret->words + KEY_IDS;

	for (const struct line_attr *a = r->attrs, *end = a + r->nattrs; a != end; a++) {
		uint32_t text = now[a->at];

		if (text - 1 >= NOW_UNKNOWN - 1) { /* nothing or unknown */
			if (text == NOW_UNKNOWN)
				text = line_text_now(t, l, a->at, ev);
			if (text == FACT_TEXT_FULL)
				return false;
			if (text == FACT_TEXT_NONE)
				continue;
		}
		m.attrs |= UINT64_C(1) << a->attr;
		m.sum += a->secret * text;
		*to++ = text;
	}
	m.n = (uint32_t)(to - ret->words);
	fact_key_end(ret, &m, r->plan->rule->kind);
	*ret_attrs = m.attrs;
	return true;
}

static struct fact_tick tick(const struct site *s, const struct fact_plan *p, const event *ev, uint32_t entry)
{
	return (struct fact_tick){ entry, p->daily ? fact_hour_of(s, ev) : 0, ev->time_ns,
				   fact_plan_bytes(p, ev), ev->ref };
}

/* The fact of a rule whose conditions hold, if the line gives one. learn: NULL, or to be remembered. */
static int rule_observe(struct fact_table *t, const struct site *s, struct fact_lines *l, uint32_t rule,
			const event *ev, struct line_fact *learn, err *e)
{
	const struct line_rule *r = &l->rules[rule];
	struct fact_asked *a = fact_next_asked(t);
	uint64_t attrs;

	if (learn) {
		*learn = (struct line_fact){ .entry = FACT_NO_ENTRY, .rule = (uint8_t)rule };
		line_rest(t, l, r, ev, learn);
	}
	if (!line_within_limits(r, ev))
		return 0;
	if (r->plan->timed)
		return fact_plan_make(t, s, r->plan, ev, e);
	if (!(l->rules_ready >> rule & 1))
		line_inputs(t, l, r->inputs, r->ninputs, ev);
	line_terms(t, s, l, r->terms, r->nterms, ev);
	if (!rule_key(t, l, r, ev, &a->key, &attrs))
		return fact_no_room(t, e);
	if (r->required & ~attrs) {
		if (learn)
			learn->none = true;
		return 0;
	}
	a->learn = learn ? &learn->entry : NULL;
	a->tick = tick(s, r->plan, ev, FACT_NO_ENTRY);
	return fact_ask_soon(t, e);
}

/* Is what else the rule needs the same as when the fact came of it? */
static bool same_rest(struct fact_table *t, const struct fact_lines *l, const struct line_rule *r,
		      const event *ev, const struct line_fact *f)
{
	struct line_fact now;

	if (!f->none && f->entry == FACT_NO_ENTRY)
		return false;
	if (r->nrest == 0)
		return true;
	line_rest(t, l, r, ev, &now);
	return now.nrest != LINE_REST_NOT && now.nrest == f->nrest &&
	       fact_same_bytes(now.rest, f->rest, now.nrest);
}

/* Facts of a line that came before. */
static int line_again(struct fact_table *t, const struct site *s, struct fact_lines *l, const event *ev,
		      struct line_fact *facts, uint32_t n, err *e)
{
	bool asked = false;

	for (struct line_fact *f = facts; f != facts + n; f++) {
		const struct line_rule *r = &l->rules[f->rule];
		struct fact_tick now;

		if (!line_within_limits(r, ev))
			continue;
		if (same_rest(t, l, r, ev, f)) {
			now = tick(s, r->plan, ev, f->entry);
			if (!f->none)
				fact_count_soon(t, &now);
			continue;
		}
		if (!asked)
			line_inputs(t, l, l->asked, l->nasked, ev);
		asked = true;
		l->rules_ready = 0;
		fact_unlearn(t, &f->entry); /* that was of another rest */
		if (rule_observe(t, s, l, f->rule, ev, f, e) < 0)
			return -1;
	}
	return 0;
}

/* Not for the first line: of many small logs a table sees no more. */
static bool memory_ready(struct fact_table *t)
{
	if (t->seen_line)
		return line_terms_ready(t);
	t->seen_line = true;
	return false;
}

int fact_lines_observe(struct fact_table *t, struct binding *b, const struct site *s, const event *ev, err *e)
{
	struct fact_lines *l = b->lines;
	struct line_fact *facts = NULL;
	uint32_t rules, n = 0;
	enum memo_line memo;

	if (s->nplans == 0)
		return 0;
	if (s->plans != b->plans || !l->usable || !fact_same_day(t, s, ev) || !memory_ready(t))
		return rules_observe(t, s, ev, e);
	line_start(t, s, l);
	memo = l->keyed ? line_memo_find(t, s, l, ev, &facts, &n) : MEMO_NOT;
	if (memo == MEMO_KNOWN)
		return line_again(t, s, l, ev, facts, n, e);
	rules = line_rules(t, s, l, ev);
	if (memo == MEMO_NEW)
		facts = line_memo_add(t, (uint32_t)__builtin_popcount(rules));
	else
		rules &= ~l->rules_over;
	for (; rules; rules &= rules - 1) {
		if (rule_observe(t, s, l, (uint32_t)__builtin_ctz(rules), ev, facts, e) < 0)
			return -1;
		facts += facts != NULL;
	}
	return 0;
}
