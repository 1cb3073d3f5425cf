/* facts_priv.h - how the rows of data/facts_*.tsv look when compiled, and how they are bound and run. */
#ifndef SPOOR_FACTS_FACTS_PRIV_H
#define SPOOR_FACTS_FACTS_PRIV_H

#include "facts/facts.h"
#include "util/buf.h"

/* Pseudo attributes of a row. */
#define FA_BYTES FA_COUNT       /* adds to fact.bytes */
#define FA_FIRST (FA_COUNT + 1) /* times that the record gives for what it says, in place of its own */
#define FA_LAST (FA_COUNT + 2)

enum fact_fn {
	FN_TEXT,
	FN_LITERAL,
	FN_IP,
	FN_PID,
	FN_ID,
	FN_HOST,
	FN_ACCOUNT,
	FN_TASK,
	FN_DATA,
	FN_SECONDS,
	FN_CMDLET,
	FN_PARAMETERS,
	FN_DAY,
	FN_CHANNEL,
	FN_USER,
	/* of flat logs */
	FN_PLACE,    /* the event's host */
	FN_OBSERVER, /* the device that says so, else the event's host */
	FN_IF,
	FN_LOWER,
	FN_ADDRESS,
	FN_FIRST,
	FN_PATH,
	FN_LOWPATH,
	FN_QUERY,
	FN_FILE,
	FN_VERSION,
	FN_DOMAIN,
	FN_URLPORT,
	FN_SHAPE,
	FN_MAC,
	FN_DENIED,
	FN_ACTION,
	FN_ANSWERS,
	FN_PART,
	FN_MAILBOX,
	FN_MAILDOMAIN,
	FN_SERVICE,
	FN_OTHER,
	FN_PARTNAME,
	FN_PARTREST,
	FN_PARAM,
	FN_WORD,
	FN_WORDIP,
	FN_BEFORE,
	FN_PAIR,
	FN_PAIRIP,
	FN_PATHIN,
	FN_HASHIN,
	FN_VERSIONIN,
	FN_OUTCOME,
	FN_ITEM,
	FN_UID,
	FN_SAMPLE,
	FN_LABEL,
};
enum fact_join {
	JOIN_FIRST,
	JOIN_AND,  /* behind a space */
	JOIN_GLUE, /* without one */
	JOIN_OR,   /* if what stands before gave nothing */
};

enum { FACT_ARGS = 3 };

struct fact_op {
	int attr; /* enum fact_attr or FA_BYTES */
	enum fact_fn fn;
	enum fact_join join;
	bool required;      /* no fact without a text */
	str arg[FACT_ARGS]; /* fields, or literals where the function takes them */
};

struct fact_condition {
	str field;
	char op; /* = ~ ^ * & < > ? as in the table */
	bool negate;
	uint64_t number; /* mask of &, limit of < and > */
	str values;      /* comma-separated */
};

struct fact_rule {
	const char *datasets; /* flat logs: comma-separated, "name*" for all that begin so; NULL: Windows */
	const char *provider, *channel;
	uint32_t event_id;
	enum fact_kind kind;
	uint32_t op, nops, condition, nconditions;
};

static inline bool fact_condition_is_limit(const struct fact_condition *c)
{
	return c->op == '&' || c->op == '<' || c->op == '>';
}

/* Rule i of the table, NULL behind the last. */
const struct fact_rule *fact_rule_at(size_t i);
const struct fact_op *fact_rule_ops(const struct fact_rule *r);
const struct fact_condition *fact_rule_conditions(const struct fact_rule *r);
/* Does the rule speak of Windows events with this provider (empty: not named), channel and id? */
bool fact_rule_matches(const struct fact_rule *r, str provider, str channel, uint64_t event_id);
/* Does it speak of flat logs of this dataset? */
bool fact_rule_covers(const struct fact_rule *r, str dataset);

/* A field of a rule in a schema: the columns that can give it, the best first. */
struct fact_col {
	int32_t col;
	uint8_t how;   /* enum ecs_how: what its value holds */
	bool converts; /* what its ECS field takes is not all of it */
};
struct fact_arg {
	uint16_t at, n; /* of fact_plan.cols */
};

/* A rule bound to a schema. */
struct fact_plan {
	const struct fact_rule *rule;
	const struct fact_col *cols;
	const struct fact_arg *args; /* FACT_ARGS per op */
	const struct fact_arg *cond; /* per condition */
	struct fact_arg bytes;       /* the first that is there counts */
	bool daily;                  /* the fact has a day, so it has hours */
	bool timed;                  /* its times come from fields */
};

struct fact_lines;

/* Is the event on the right side of the limit of a condition with a number? */
bool fact_plan_limit(const struct fact_plan *p, uint32_t condition, const event *ev);

/* Is the function's second argument a literal? (Its first, of FN_DATA.) */
bool fact_fn_takes_literal(enum fact_fn fn);
/* Bind into memory of `mem`. False without memory. */
bool fact_plan_bind(struct fact_plan *p, const struct fact_rule *r, const struct schema *s, arena *mem);

/* Text of the attributes while a fact is being made: offsets into `text`, which grows. */
struct fact_draft {
	buf text;
	buf scratch[FACT_ARGS];
	size_t from[FA_COUNT], len[FA_COUNT];
	str host; /* where the event was recorded */
	str day;  /* its day, if somebody knows it already */
	uint64_t bytes;
	int64_t first_ns, last_ns;
};

/* Is the value text as it lies there? Without blanks around it? */
static inline bool fact_value_is_plain(value v)
{
	return (v.type == VALUE_UTF8 || v.type == VALUE_NUMBER || v.type == VALUE_TRUE_FALSE) &&
	       !(v.flags & VALUE_F_ARRAY);
}
static inline bool fact_value_is_bare(value v)
{
	return fact_value_is_plain(v) && v.len && v.ptr[0] > ' ' && v.ptr[v.len - 1] > ' ';
}
/* Its text without blanks, in the event or in `scratch`, before what its ECS field takes of it; whether that takes
 * less than all. */
str fact_value_text(value v, buf *scratch);
bool fact_how_converts(uint8_t how);
/* The first of an argument's columns that says something; empty if none does. The text lies in the event or in
 * `scratch`. */
str fact_arg_text(const struct fact_col *cols, struct fact_arg a, const event *ev, buf *scratch);
/* Do the conditions of a bound rule hold for the event? One of them? */
bool fact_plan_condition(const struct fact_plan *p, uint32_t condition, const event *ev,
			 struct fact_draft *d);
bool fact_plan_holds(const struct fact_plan *p, const event *ev, struct fact_draft *d);
/* What the event adds to fact.bytes. */
uint64_t fact_plan_bytes(const struct fact_plan *p, const event *ev);
/* Fill the attributes: RUN_NONE if a required one stays empty. */
enum fact_run { RUN_FACT, RUN_NONE, RUN_OOM };
enum fact_run fact_plan_run(const struct fact_plan *p, const event *ev, struct fact_draft *d);
/* Is the function one of texts alone, not of host, day or values of Windows? Append what it gives for its arguments;
 * empty ones for literals. */
bool fact_fn_of_texts(enum fact_fn fn);
void fact_op_texts(const struct fact_op *op, const str s[FACT_ARGS], buf *out);
/* How many ops from one on are of the same attribute; append what they give to the draft's text. */
uint32_t fact_plan_ops_of(const struct fact_plan *p, uint32_t from);
void fact_plan_attr(const struct fact_plan *p, uint32_t from, uint32_t n, const event *ev,
		    struct fact_draft *d);
/* Append what a function of Windows events gives: those that know types of values. */
void fact_values_run(const struct fact_op *op, const struct fact_plan *p, const struct fact_arg *args,
		     const event *ev, buf *out);
/* Start a draft; then attributes that every fact has. */
void fact_draft_clear(struct fact_draft *d);
void fact_draft_put(struct fact_draft *d, enum fact_attr attr, str s);
void fact_draft_done(struct fact_draft *d);

struct fact_span {
	int64_t first_ns, last_ns;
	uint64_t count, bytes;
	uint32_t hours;
};

/* Widen by another span; counters stop at their maximum. */
void fact_span_add(struct fact_span *s, const struct fact_span *more);
/* By one event. */
static inline void fact_span_tick(struct fact_span *s, int64_t ns, uint64_t nbytes, uint32_t hours)
{
	if (ns != TIME_NONE) {
		s->first_ns = s->first_ns == TIME_NONE || ns < s->first_ns ? ns : s->first_ns;
		s->last_ns = ns > s->last_ns ? ns : s->last_ns; /* TIME_NONE is the smallest */
	}
	s->count += s->count < UINT64_MAX;
	s->bytes = s->bytes <= UINT64_MAX - nbytes ? s->bytes + nbytes : UINT64_MAX;
	s->hours |= hours;
}
int fact_ref_cmp(const struct event_ref *a, const struct event_ref *b);
/* Keep the FACT_REFS smallest, ordered, without doubles. */
void fact_refs_add(struct event_ref *refs, uint32_t *nrefs, const struct event_ref *r);

/* "2024-04-18" of a time, empty for TIME_NONE. out has room for 24 bytes. */
str fact_day(int64_t ns, char out[24]);
/* Bit of the UTC hour of a time, 0 for TIME_NONE. */
uint32_t fact_hour_bit(int64_t ns);

/* A value that says "not there". */
bool fact_absent_word(str s);
static inline bool fact_absent(str s)
{
	if (s.len == 0)
		return true;
	if (s.ptr[0] == '-')
		return s.len == 1;
	return (s.ptr[0] == 'N' || s.ptr[0] == '%' || s.ptr[0] == '(') && fact_absent_word(s);
}

/* The value normalisers: each appends to `out` from `text`. Absent gives nothing. */
void fact_text_ip(str s, buf *out);
void fact_text_address(str s, buf *out); /* nothing unless it is an address */
void fact_text_task(str xml, buf *out);

/* --- what URLs say (weburl.c) ----------------------------------------------------------------- */

/* Does the path name a file that people keep: not a page, a script or a picture of a page? */
bool fact_path_is_file(str url);
/* Does it name what only decorates pages: style sheets, scripts, pictures, fonts? */
bool fact_path_is_asset(str url);
/* Path without query; of pages' decoration its folder, of refused requests the first two parts, numbers that differ in
 * every request as #. */
void fact_text_path(str url, str status, str method, bool lower, buf *out);
void fact_text_file(str url, buf *out);
/* Names and values of a query, values that differ in every request as # and *. */
void fact_text_query(str query, str url, str method, buf *out);
/* Value of a parameter of a query. */
void fact_text_param(str query, str name, buf *out);
/* Did the server refuse the request: 4xx, but for those that ask for a password? */
bool fact_status_is_refused(str status);
/* The part that looks like a version, of the query's values or the path. */
void fact_text_version(str url, str query, buf *out);
void fact_text_domain(str url, buf *out);
void fact_text_urlport(str url, buf *out);

/* --- words and messages (factwords.c) ---------------------------------------------------------- */

/* "denied" if the word says that something was refused. */
void fact_text_denied(str word, buf *out);
/* The word, unless it says no more than that something was let through or came to its end. */
void fact_text_action(str word, buf *out);
/* A message with numbers and addresses replaced, at most FACT_SHAPE_LEN bytes. */
enum { FACT_SHAPE_LEN = 120 };
void fact_text_shape(str message, buf *out);
void fact_text_mac(str s, buf *out);
/* Addresses among the answers, in order, at most four; else what went wrong. */
void fact_text_answers(str list, str rcode, buf *out);
/* Behind a name as "name=value" or "name: value", the first of several names that is there; an address. */
void fact_text_pair(str text, str names, buf *out);
void fact_text_pairip(str text, str names, buf *out);
/* What stands between `mark` and the next ';': all of it, up to its first dot, what is behind that. */
enum fact_part { PART_ALL, PART_NAME, PART_REST };
void fact_text_part(str text, str mark, enum fact_part which, buf *out);
/* The port, if it is that of a service which people run: what a refused connection wanted. */
void fact_text_service(str port, buf *out);
/* "Smtp~a@b", "SMTP:a@b" to a@b; lower case. */
void fact_text_mailbox(str s, buf *out);
/* "@domain" of the first address. */
void fact_text_maildomain(str s, buf *out);

/* --- what messages hold (msgparts.c) ----------------------------------------------------------- */

void fact_text_word(str text, str mark, buf *out);   /* the word behind the mark */
void fact_text_wordip(str text, str mark, buf *out); /* the address behind it */
void fact_text_before(str text, str mark, buf *out); /* what stands before it */
void fact_text_pathin(str text, buf *out);           /* a file, a folder or a URL */
void fact_text_hashin(str text, buf *out);           /* MD5, SHA-1 or SHA-256 */
void fact_text_versionin(str text, buf *out);
void fact_text_outcome(str text, buf *out);          /* "ok", "failed" */
void fact_text_item(str list, str number, buf *out); /* address n of a list, from 1 */
void fact_text_uid(str s, buf *out);                 /* a user of Unix by name or number */
void fact_text_sample(str s, buf *out);              /* one key of eight, else nothing */

#endif
