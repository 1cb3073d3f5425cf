/* extract.c - a bound rule on an event: do its conditions hold, and which texts does it give. */
#include "event/ecs.h"
#include "facts/facts_priv.h"
#include "util/limits.h"

/* --- arguments ------------------------------------------------------------------------------- */

/* "name:port" to its parts: [v6]:port, v4:port, name:port; a bare v6 address has no port. */
static str cut_port(str s, bool port)
{
	size_t colon = SIZE_MAX, colons = 0;

	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == ':') {
			colon = i;
			colons++;
		}
	if (s.len && s.ptr[0] == '[') {
		size_t end = str_find(s, STR("]"));

		if (end == SIZE_MAX)
			return (str){ 0 };
		if (!port)
			return (str){ s.ptr + 1, end - 1 };
		return colon != SIZE_MAX && colon == end + 1 ? (str){ s.ptr + colon + 1, s.len - colon - 1 }
							     : (str){ 0 };
	}
	if (colons != 1)
		return port ? (str){ 0 } : s;
	return port ? (str){ s.ptr + colon + 1, s.len - colon - 1 } : (str){ s.ptr, colon };
}

/* The text of a value as its ECS field has it, as far as facts need it. */
static str arg_as(str s, uint8_t how, buf *scratch)
{
	str rest;

	switch (how) {
	case ECS_HOST_OF:
	case ECS_IP_OF:
		return cut_port(s, false);
	case ECS_PORT_OF:
		return cut_port(s, true);
	case ECS_URL_PATH:
		return str_cut(s, '?', &rest);
	case ECS_URL_QUERY:
		str_cut(s, '?', &rest);
		return rest;
	case ECS_TRANSPORT:
		return str_eq(s, STR("6"))    ? STR("tcp")
		       : str_eq(s, STR("17")) ? STR("udp")
		       : str_eq(s, STR("1"))  ? STR("icmp")
					      : s;
	case ECS_PLUS:
		if (!memchr(s.ptr, '+', s.len))
			return s;
		buf_clear(scratch);
		buf_str(scratch, s);
		for (size_t i = 0; i < scratch->len; i++)
			if (scratch->ptr[i] == '+')
				scratch->ptr[i] = ' ';
		return scratch->failed ? (str){ 0 } : buf_view(scratch);
	default:
		return s;
	}
}

bool fact_how_converts(uint8_t how)
{
	return how == ECS_HOST_OF || how == ECS_IP_OF || how == ECS_PORT_OF || how == ECS_URL_PATH ||
	       how == ECS_URL_QUERY || how == ECS_TRANSPORT || how == ECS_PLUS;
}

str fact_value_text(value v, buf *scratch)
{
	if (v.len > 4 * LIMIT_FACT_VALUE)
		v.len = 4 * LIMIT_FACT_VALUE;
	if (fact_value_is_bare(v))
		return (str){ (const char *)v.ptr, v.len };
	if (fact_value_is_plain(v))
		return str_trim((str){ (const char *)v.ptr, v.len });
	buf_clear(scratch);
	value_text(v, scratch);
	return str_trim(buf_view(scratch));
}

str fact_arg_text(const struct fact_col *cols, struct fact_arg a, const event *ev, buf *scratch)
{
	for (uint32_t i = 0; i < a.n; i++) {
		const struct fact_col *c = &cols[a.at + i];
		value v = event_value(ev, c->col);
		str s;

		if (v.type == VALUE_ABSENT || v.len == 0)
			continue;
		s = fact_value_text(v, scratch);
		if (fact_absent(s))
			continue;
		s = arg_as(s, c->how, scratch);
		if (s.len)
			return s;
	}
	return (str){ "", 0 };
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool ends_nocase(str text, str want)
{
	return text.len >= want.len &&
	       str_eq_ascii_nocase((str){ text.ptr + text.len - want.len, want.len }, want);
}

static bool one_value_holds(char op, str text, str want)
{
	switch (op) {
	case '=':
		return str_eq_ascii_nocase(text, want);
	case '~':
		return ends_nocase(text, want);
	case '^':
		return text.len >= want.len && str_eq_ascii_nocase((str){ text.ptr, want.len }, want);
	case '?':
		if (str_eq(want, STR("file")))
			return fact_path_is_file(text);
		if (str_eq(want, STR("refused")))
			return fact_status_is_refused(text);
		return text.len > 0; /* any */
	default:
		for (size_t i = 0; i + want.len <= text.len; i++)
			if (str_eq_ascii_nocase((str){ text.ptr + i, want.len }, want))
				return true;
		return false;
	}
}

static bool number_holds(const struct fact_condition *c, uint64_t u)
{
	return c->op == '&' ? (u & c->number) != 0 : c->op == '<' ? u <= c->number : u >= c->number;
}

/* Too short a text for a number that reaches the limit, if it is one at all: most are, of bytes that a server sent. */
static bool is_short(value v, uint64_t limit)
{
	static const uint64_t TENS[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };

	return v.type == VALUE_UTF8 && v.len < COUNT(TENS) && TENS[v.len] <= limit;
}

bool fact_plan_limit(const struct fact_plan *p, uint32_t condition, const event *ev)
{
	const struct fact_condition *c = &fact_rule_conditions(p->rule)[condition];
	struct fact_arg a = p->cond[condition];
	uint64_t u;

	for (uint32_t i = 0; i < a.n; i++) {
		value v = event_value(ev, p->cols[a.at + i].col);

		if (i + 1 == a.n && c->op == '>' && is_short(v, c->number))
			break;
		if (value_u64(v, &u))
			return number_holds(c, u) != c->negate;
	}
	return c->negate;
}

bool fact_plan_condition(const struct fact_plan *p, uint32_t condition, const event *ev, struct fact_draft *d)
{
	const struct fact_condition *c = &fact_rule_conditions(p->rule)[condition];
	str text, rest = c->values;
	bool hit;

	if (fact_condition_is_limit(c))
		return fact_plan_limit(p, condition, ev);
	text = fact_arg_text(p->cols, p->cond[condition], ev, &d->scratch[0]);
	do
		hit = one_value_holds(c->op, text, str_cut(rest, ',', &rest));
	while (!hit && rest.len);
	return hit != c->negate;
}

bool fact_plan_holds(const struct fact_plan *p, const event *ev, struct fact_draft *d)
{
	for (uint32_t i = 0; i < p->rule->nconditions; i++)
		if (!fact_plan_condition(p, i, ev, d))
			return false;
	return true;
}

uint64_t fact_plan_bytes(const struct fact_plan *p, const event *ev)
{
	uint64_t u;

	for (uint32_t i = 0; i < p->bytes.n; i++)
		if (value_u64(event_value(ev, p->cols[p->bytes.at + i].col), &u))
			return u;
	return 0;
}

/* --- running --------------------------------------------------------------------------------- */

static void put_lower(str s, buf *out)
{
	size_t start = out->len;

	buf_str(out, s);
	for (size_t i = start; i < out->len; i++)
		if (out->ptr[i] >= 'A' && out->ptr[i] <= 'Z')
			out->ptr[i] = (char)(out->ptr[i] | 0x20);
}

/* DOMAIN\user of two texts, or what the second says of both. */
static void put_user(str domain, str user, buf *out)
{
	if (user.len && domain.len && !memchr(user.ptr, '\\', user.len) && !memchr(user.ptr, '@', user.len)) {
		buf_str(out, domain);
		buf_byte(out, '\\');
	}
	buf_str(out, user);
}

/* "name=value;" */
static void put_label(str v, str name, buf *out)
{
	if (v.len == 0)
		return;
	buf_str(out, name);
	buf_byte(out, '=');
	buf_str(out, v);
	buf_byte(out, ';');
}

static void put_first(str list, buf *out)
{
	str rest;

	fact_text_address(str_trim(str_cut(list, ',', &rest)), out);
}

static void put_part(str s, str mark, buf *out)
{
	fact_text_part(s, mark, PART_ALL, out);
}

static void put_part_name(str s, str mark, buf *out)
{
	fact_text_part(s, mark, PART_NAME, out);
}

static void put_part_rest(str s, str mark, buf *out)
{
	fact_text_part(s, mark, PART_REST, out);
}

static void put_if(str s, str literal, buf *out)
{
	buf_str(out, s.len ? literal : s);
}

static void put_other(str a, str b, buf *out)
{
	if (!str_eq(a, b))
		fact_text_address(a, out);
}

/* Functions of one text. */
static void (*const OF_ONE[])(str, buf *) = {
	[FN_LOWER] = put_lower,           [FN_ADDRESS] = fact_text_address,
	[FN_FIRST] = put_first,           [FN_FILE] = fact_text_file,
	[FN_DOMAIN] = fact_text_domain,   [FN_URLPORT] = fact_text_urlport,
	[FN_SHAPE] = fact_text_shape,     [FN_MAC] = fact_text_mac,
	[FN_DENIED] = fact_text_denied,   [FN_ACTION] = fact_text_action,
	[FN_MAILBOX] = fact_text_mailbox, [FN_MAILDOMAIN] = fact_text_maildomain,
	[FN_SERVICE] = fact_text_service, [FN_PATHIN] = fact_text_pathin,
	[FN_HASHIN] = fact_text_hashin,   [FN_VERSIONIN] = fact_text_versionin,
	[FN_OUTCOME] = fact_text_outcome, [FN_UID] = fact_text_uid,
	[FN_SAMPLE] = fact_text_sample,
};

/* Of two: fields, or a field and a literal. */
static void (*const OF_TWO[])(str, str, buf *) = {
	[FN_ACCOUNT] = put_user,
	[FN_VERSION] = fact_text_version,
	[FN_ANSWERS] = fact_text_answers,
	[FN_OTHER] = put_other,
	[FN_IF] = put_if,
	[FN_PARAM] = fact_text_param,
	[FN_PART] = put_part,
	[FN_PARTNAME] = put_part_name,
	[FN_PARTREST] = put_part_rest,
	[FN_WORD] = fact_text_word,
	[FN_WORDIP] = fact_text_wordip,
	[FN_BEFORE] = fact_text_before,
	[FN_PAIR] = fact_text_pair,
	[FN_PAIRIP] = fact_text_pairip,
	[FN_ITEM] = fact_text_item,
	[FN_LABEL] = put_label,
};

bool fact_fn_of_texts(enum fact_fn fn)
{
	size_t i = (size_t)fn;

	return fn == FN_TEXT || fn == FN_PATH || fn == FN_LOWPATH || fn == FN_QUERY ||
	       (i < COUNT(OF_ONE) && OF_ONE[i]) || (i < COUNT(OF_TWO) && OF_TWO[i]);
}

void fact_op_texts(const struct fact_op *op, const str s[FACT_ARGS], buf *out)
{
	size_t fn = (size_t)op->fn;

	if (fn == FN_PATH || fn == FN_LOWPATH)
		fact_text_path(s[0], s[1], s[2], fn == FN_LOWPATH, out);
	else if (fn == FN_QUERY)
		fact_text_query(s[0], s[1], s[2], out);
	else if (fn < COUNT(OF_ONE) && OF_ONE[fn])
		OF_ONE[fn](s[0], out);
	else if (fn < COUNT(OF_TWO) && OF_TWO[fn])
		OF_TWO[fn](s[0], fact_fn_takes_literal(op->fn) ? op->arg[1] : s[1], out);
	else
		buf_str(out, s[0]);
}

/* What comes from no field of the row. False: the function is none of these. */
static bool run_special(const struct fact_op *op, const struct fact_plan *p, const struct fact_arg *args,
			const event *ev, struct fact_draft *d)
{
	buf *out = &d->text;
	char day[24];
	str s;

	switch (op->fn) {
	case FN_LITERAL:
		buf_str(out, op->arg[0]);
		return true;
	case FN_DAY:
		buf_str(out, d->day.len ? d->day : fact_day(ev->time_ns, day));
		return true;
	case FN_PLACE:
		buf_str(out, d->host);
		return true;
	case FN_OBSERVER:
		s = fact_arg_text(p->cols, args[0], ev, &d->scratch[0]);
		buf_str(out, s.len ? s : d->host);
		return true;
	default:
		return false;
	}
}

static void run_op(const struct fact_op *op, const struct fact_plan *p, uint32_t i, const event *ev,
		   struct fact_draft *d)
{
	const struct fact_arg *args = p->args + (size_t)i * FACT_ARGS;
	str s[FACT_ARGS];

	if (run_special(op, p, args, ev, d))
		return;
	if (!p->rule->datasets) {
		fact_values_run(op, p, args, ev, &d->text);
		return;
	}
	for (int k = 0; k < FACT_ARGS; k++)
		s[k] = fact_arg_text(p->cols, args[k], ev, &d->scratch[k]);
	fact_op_texts(op, s, &d->text);
}

void fact_draft_clear(struct fact_draft *d)
{
	buf_clear(&d->text);
	memset(d->len, 0, sizeof d->len);
	d->bytes = 0;
	d->first_ns = d->last_ns = TIME_NONE;
}

void fact_draft_put(struct fact_draft *d, enum fact_attr attr, str s)
{
	d->from[attr] = d->text.len;
	buf_str(&d->text, s);
	d->len[attr] = d->text.len - d->from[attr];
}

void fact_draft_done(struct fact_draft *d)
{
	buf_done(&d->text);
	for (int i = 0; i < FACT_ARGS; i++)
		buf_done(&d->scratch[i]);
}

/* A time that the record gives. */
static void run_time(const struct fact_plan *p, uint32_t i, int attr, const event *ev, struct fact_draft *d)
{
	struct fact_arg a = p->args[(size_t)i * FACT_ARGS];
	int64_t ns;

	for (uint32_t c = 0; c < a.n; c++) {
		if (!value_time(event_value(ev, p->cols[a.at + c].col), &ns))
			continue;
		*(attr == FA_FIRST ? &d->first_ns : &d->last_ns) = ns;
		return;
	}
}

void fact_plan_attr(const struct fact_plan *p, uint32_t from, uint32_t n, const event *ev,
		    struct fact_draft *d)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);
	buf *t = &d->text;
	size_t attr = t->len, term = attr;

	for (uint32_t i = from; i < from + n; i++) {
		size_t start = t->len;

		if (ops[i].join != JOIN_OR)
			term = start;
		else if (start > term)
			continue; /* an earlier alternative was there */
		if (ops[i].join == JOIN_AND && start > attr) {
			buf_byte(t, ' ');
			start++;
		}
		run_op(&ops[i], p, i, ev, d);
		if (t->len == start && start > term)
			t->len = term; /* nothing came: without the space */
	}
}

uint32_t fact_plan_ops_of(const struct fact_plan *p, uint32_t from)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);
	uint32_t n = 1;

	while (from + n < p->rule->nops && ops[from + n].attr == ops[from].attr)
		n++;
	return n;
}

enum fact_run fact_plan_run(const struct fact_plan *p, const event *ev, struct fact_draft *d)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);

	d->bytes = fact_plan_bytes(p, ev);
	for (uint32_t i = 0, n; i < p->rule->nops; i += n) {
		int attr = ops[i].attr;

		n = fact_plan_ops_of(p, i);
		if (attr >= FA_COUNT) {
			for (uint32_t k = i; k < i + n && attr != FA_BYTES; k++)
				run_time(p, k, attr, ev, d);
			continue;
		}
		d->from[attr] = d->text.len;
		fact_plan_attr(p, i, n, ev, d);
		d->len[attr] = d->text.len - d->from[attr];
		if (ops[i].required && d->len[attr] == 0)
			return RUN_NONE;
	}
	return d->text.failed ? RUN_OOM : RUN_FACT;
}
