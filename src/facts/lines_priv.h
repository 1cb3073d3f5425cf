/* lines_priv.h - the rules of a flat log's schema bound as one: for fact_lines_bind.c, line_terms.c and fact_lines.c. */
#ifndef SPOOR_FACTS_LINES_PRIV_H
#define SPOOR_FACTS_LINES_PRIV_H

#include "facts/factstore.h"

enum {
	LINE_RULES_MAX = 32,
	LINE_TESTS_MAX = 64,
	LINE_KEY_MAX = 64,
	LINE_TERMS_MAX = FA_COUNT, /* of a rule: each attribute is one at most */
	TERM_INPUTS_MAX = 6,
	INPUT_LEN_MAX = 1024,
	LINE_SAMPLE = 4
};

/* What the current line says and what came of it, a number each: fact_lines.now. First come these, then the inputs,
 * then the terms. */
enum {
	NOW_NOTHING, /* always 0 */
	NOW_SITE,
	NOW_WHEN,
	NOW_PLACE, /* changes when one of the two before does */
	NOW_LINE,
	NOW_INPUTS
};
#define NOW_UNKNOWN UINT32_MAX /* of an input: its text has no number. Of a term: no room */
_Static_assert(NOW_UNKNOWN == FACT_TEXT_FULL, "the same for texts");

/* How often an input's text was known. Where seldom, only a sample is looked up: always the same texts, so that it sees
 * what comes again after a long time. */
struct worth {
	uint32_t seen, known;
	bool seldom;
};
static inline bool line_in_sample(uint32_t hash)
{
	return hash >> 28 == 0; /* bits that place nothing */
}

/* What the functions and conditions of rules are given: the first of some columns that says something. What a line
 * gives is decided by its inputs' texts alone. */
struct input {
	const struct fact_col *cols;
	uint32_t ncols;
	bool presence; /* only whether there is a text: 0 or 1 stands for it */
	bool raw;      /* one column of which not all is used: known by all of it */
	int32_t slot;  /* of its first column, if that is used as a whole or raw; else -1 */

	uint32_t line;      /* whose number stands in `now` */
	uint32_t text_line; /* where it said `text` */
	str text;
	uint32_t
		last; /* number of the text that was here before, its bytes and, if it was a whole value, what that was */
	uint64_t last_form;
	const char *last_ptr;
	struct worth worth;
	uint32_t near_seen, near_known,
		near_skip; /* looks among the texts that are near, known ones, lines without a look */
};

/* An attribute, as one or several rules make it, or (without a plan and with tests) which rules' conditions hold. */
struct term {
	const struct fact_plan *plan; /* NULL: the origin */
	uint32_t op, nops;
	uint32_t number; /* of this generation: never given twice by one table */
	bool conditions;
	bool keyed;  /* its inputs are few enough to be remembered by */
	bool direct; /* one function of the texts of `args`: inputs, NOW_NOTHING for none */
	uint16_t ninputs;
	uint16_t inputs[TERM_INPUTS_MAX]; /* all that decides what it gives: of `now` */
	uint16_t args[FACT_ARGS];
	uint16_t at;      /* where in `now` its text stands */
	uint16_t same_as; /* and stays the same as long as this one: the place, an input, the line */
	uint32_t same;
};

/* Conditions that several rules have: whom it rules out. */
struct line_test {
	const struct fact_plan *plan;
	uint32_t condition;
	uint32_t unless, where; /* rules that are out unless it holds, and where it holds */
};
struct line_attr {
	uint16_t attr, at; /* of `now` */
	uint64_t secret;   /* as in struct fact_secrets */
};
struct line_rule {
	const struct fact_plan *plan;
	uint64_t required;              /* attributes without which there is no fact */
	const struct line_attr *attrs;  /* in the order of the attributes */
	const uint16_t *inputs, *terms; /* that these need, but for inputs of conditions */
	const uint16_t *rest;           /* inputs that are not in the key of a line */
	const uint16_t *limits;         /* conditions that only compare a number with a limit */
	uint32_t nattrs, ninputs, nterms, nrest, nlimits;
};
#define REST_UNKNOWN UINT32_MAX /* too much */
/* What came of a line by a rule, to be found when it comes again. */
enum { LINE_REST_NOT = 255 };
struct line_fact {
	uint32_t entry; /* FACT_NO_ENTRY: not there yet */
	uint8_t rule;
	bool none; /* it gave no fact */
	uint8_t nrest;
	char rest[17];
};

struct fact_lines {
	bool usable; /* few enough of everything */
	uint32_t *now;
	struct input *inputs;
	struct term *terms;
	struct line_rule *rules;
	struct line_test *tests;
	uint32_t ninputs, nterms, nrules, ntests;
	uint32_t possible;    /* rules that may hold for such a log */
	uint32_t limited;     /* rules with limits */
	uint32_t rules_last;  /* those that held in the line before */
	uint32_t rules_over;  /* those of them of whose limits this line is not within */
	uint32_t rules_ready; /* those whose inputs stand in `now` */
	struct term conditions;
	const uint16_t *asked; /* inputs of the conditions */
	uint32_t nasked;
	uint64_t generation; /* of the texts */

	bool keyed;      /* lines can be remembered as a whole */
	uint32_t number; /* never given twice by one table */
	const uint16_t *
		key; /* inputs of all conditions, and of rules but for those that tell by what differs always */
	const int32_t *key_slots; /* of those that have one */
	uint32_t nkey, nkey_slots;
	int32_t sample[LINE_SAMPLE]; /* of key_slots: what tells whether a line is in the sample */
	uint32_t nsample;
	bool seldom; /* only a sample of lines is looked up */
	uint32_t seen, known,
		enough; /* lines that were looked up, of which came before, until judged again */
};

/* Have room for what is known of terms. False without memory. */
bool line_terms_ready(struct fact_table *t);
/* The next line. */
void line_start(struct fact_table *t, const struct site *s, struct fact_lines *l);
/* Let these inputs, and then these terms, stand in `now`. */
void line_inputs(struct fact_table *t, struct fact_lines *l, const uint16_t *which, uint32_t n,
		 const event *ev);
void line_terms(struct fact_table *t, const struct site *s, struct fact_lines *l, const uint16_t *which,
		uint32_t n, const event *ev);
/* Text of an input, of a raw one all that was logged; in the event or in the draft's scratch. */
str line_input_slow(struct fact_table *t, const struct fact_lines *l, struct input *in, const event *ev);
static inline str line_input_says(struct fact_table *t, const struct fact_lines *l, struct input *in,
				  const event *ev)
{
	if (in->slot >= 0) {
		const value *v = &ev->values[in->slot];

		if (v->len == 0 && in->ncols == 1)
			return (str){ "", 0 };
		if (v->len - 1 < INPUT_LEN_MAX && (v->type == VALUE_UTF8 || v->type == VALUE_NUMBER) &&
		    v->flags == 0 && v->ptr[0] > '-' && v->ptr[0] != 'N' &&
		    v->ptr[v->len - 1] > ' ') /* no blank, nothing that says "not there" */
			return (str){ (const char *)v->ptr, v->len };
	}
	return line_input_slow(t, l, in, ev);
}
static inline bool line_within_limits(const struct line_rule *r, const event *ev)
{
	for (uint32_t i = 0; i < r->nlimits; i++)
		if (!fact_plan_limit(r->plan, r->limits[i], ev))
			return false;
	return true;
}
/* Which rules' conditions hold, a bit each, but for their limits. */
uint32_t line_rules(struct fact_table *t, const struct site *s, struct fact_lines *l, const event *ev);
/* The number that the text of an unknown input gets now; FACT_TEXT_FULL without room, or if it is a term. */
uint32_t line_text_now(struct fact_table *t, const struct fact_lines *l, uint16_t at, const event *ev);

/* Did the line come before? KNOWN: what came of it, by rule, valid until the next line; NEW: it may be added. */
enum memo_line { MEMO_NOT, MEMO_NEW, MEMO_KNOWN };
enum memo_line line_memo_find(struct fact_table *t, const struct site *s, struct fact_lines *l,
			      const event *ev, struct line_fact **ret, uint32_t *ret_n);
/* Add it: places to fill for what comes of so many rules, at most LINE_RULES_MAX. */
struct line_fact *line_memo_add(struct fact_table *t, uint32_t nfacts);
/* What a rule needs beyond the key of the line. */
void line_rest(struct fact_table *t, const struct fact_lines *l, const struct line_rule *r, const event *ev,
	       struct line_fact *ret);

#endif
