/* lines_priv.h - the rules of a flat log's schema bound as one: for fact_lines_bind.c and fact_lines.c. */
#ifndef SPOOR_FACTS_LINES_PRIV_H
#define SPOOR_FACTS_LINES_PRIV_H

#include "facts/factstore.h"

enum {
	LINE_RULES_MAX = 32,
	LINE_LIMITS_MAX = 32,
	LINE_KEY_MAX = 64,
	TERM_INPUTS_MAX = 4,
	INPUT_LEN_MAX = 1024
};
#define INPUT_UNKNOWN UINT32_MAX /* its text has no number */
#define INPUT_NONE UINT16_MAX
#define REST_UNKNOWN UINT32_MAX /* times, or too much */

/* How often an input's text was known. Where seldom, only a sample is looked up: of texts, not of lines, so that it sees
 * what comes again after a long time. */
struct worth {
	uint32_t seen, known;
	bool seldom;
};

/* What the functions and conditions of rules are given: the first of some columns that says something. What a line
 * gives is decided by its inputs' texts alone. */
struct input {
	const struct fact_col *cols;
	uint32_t ncols;
	bool presence; /* only whether there is a text: 0 or 1 stands for it */
	bool raw;      /* one column of which not all is used: known by all of it */
	int32_t slot;  /* of its only column, if that is used as a whole or raw; else -1 */

	uint32_t text_line; /* where it said `text` */
	str text;
	uint32_t line, id; /* number of the text in that line */
	uint32_t last;     /* a text that was here before, and its bytes */
	uint32_t last_len;
	const char *last_ptr;
	struct worth worth;
};

/* An attribute, as one or several rules make it. */
enum term_how {
	TERM_RUN,
	TERM_SAME,  /* the text of its only input */
	TERM_ONE,   /* it has one */
	TERM_CONST, /* it has none */
	TERM_DAY,
	TERM_ORIGIN,
	TERM_CONDITIONS, /* no attribute: which rules' conditions hold, a bit each */
};
struct term {
	enum term_how how;
	const struct fact_plan *plan;
	uint32_t op, nops;
	uint32_t number; /* of this generation: never given twice by one table */
	bool placed;     /* host or day matter */
	bool keyed;      /* its inputs are few enough to be remembered by */
	uint32_t ninputs;
	uint16_t inputs[TERM_INPUTS_MAX];
	bool direct; /* one function of the texts of `args`: inputs, INPUT_NONE for what is no field */
	uint16_t args[FACT_ARGS];

	uint32_t line, id; /* its text in that line */
	bool any;          /* and before, of these inputs in that place: */
	uint32_t last_id, last_site, last_when, last[TERM_INPUTS_MAX];
};

struct line_attr {
	uint16_t attr, term;
	bool required;
};
struct line_rule {
	const struct fact_plan *plan;
	const struct line_attr *attrs; /* in the order of the attributes */
	uint32_t nattrs;
	uint32_t limits; /* bits that must be set */
	bool never;      /* the log has not what it asks for */
	bool alone;      /* it needs more than the key of a line: the rest */
	uint16_t *rest;
	uint32_t nrest;
};
/* A condition that only compares a number with a limit. */
struct line_limit {
	const struct fact_plan *plan;
	uint32_t condition;
};

struct fact_lines {
	uint32_t number; /* never given twice by one table */
	bool usable;     /* few enough of everything */
	bool keyed;      /* and of inputs, to remember whole lines */
	struct input *inputs;
	struct term *terms;
	struct line_rule *rules;
	struct line_limit *limits;
	uint16_t *key; /* inputs that decide what the rules give which are not alone, and all conditions */
	uint32_t ninputs, nterms, nrules, nlimits, nkey;
	struct term conditions;

	uint32_t line; /* number of the current one */
	uint64_t generation;
	uint32_t seen, known, skip; /* lines since the last judgement; of them known ones; not to look up */
};

/* Have room for what is known of terms. False without memory. */
bool line_terms_ready(struct fact_table *t);
/* The next line. */
void line_start(struct fact_table *t, struct fact_lines *l);
/* Text of an input, of a raw one all that was logged; in the event or in the draft's scratch. */
str line_input_slow(struct fact_table *t, const struct fact_lines *l, struct input *in, const event *ev);
static inline str line_input_text(struct fact_table *t, const struct fact_lines *l, struct input *in,
				  const event *ev)
{
	if (in->slot >= 0) {
		const value *v = &ev->values[in->slot];

		if (v->len == 0)
			return (str){ "", 0 };
		if (v->len <= INPUT_LEN_MAX && (v->type == VALUE_UTF8 || v->type == VALUE_NUMBER) &&
		    v->flags == 0 && v->ptr[0] > '-' && v->ptr[0] != 'N' &&
		    v->ptr[v->len - 1] > ' ') /* no blank, nothing that says "not there" */
			return (str){ (const char *)v->ptr, v->len };
	}
	return in->text_line == l->line ? in->text : line_input_slow(t, l, in, ev);
}

/* Number of an input's text. */
uint32_t line_input_find(struct fact_table *t, const struct fact_lines *l, struct input *in, const event *ev);
static inline uint32_t line_input_id(struct fact_table *t, const struct fact_lines *l, uint16_t i,
				     const event *ev)
{
	struct input *in = &l->inputs[i];

	return in->line == l->line ? in->id : line_input_find(t, l, in, ev);
}

/* Number of a term's text; FACT_TEXT_FULL without room. Of conditions: which rules, a bit each, but for their limits. */
uint32_t line_term_find(struct fact_table *t, const struct site *s, struct fact_lines *l, struct term *m,
			const event *ev);
static inline uint32_t line_term_text(struct fact_table *t, const struct site *s, struct fact_lines *l,
				      struct term *m, const event *ev)
{
	uint32_t id;

	switch (m->how) {
	case TERM_SAME:
	case TERM_ONE:
		id = line_input_id(t, l, m->inputs[0], ev);
		if (m->how == TERM_SAME && id != INPUT_UNKNOWN)
			return id;
		if (id == m->last[0] && m->any)
			return m->last_id;
		break;
	case TERM_DAY:
		return s->day_text;
	case TERM_ORIGIN:
		if (!s->recovered)
			return FACT_TEXT_NONE;
		break;
	case TERM_CONST:
		if (m->any)
			return m->last_id;
		break;
	default:
		break;
	}
	return m->line == l->line ? m->id : line_term_find(t, s, l, m, ev);
}

#endif
