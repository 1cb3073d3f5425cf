#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "facts/facts_priv.h"
#include "util/limits.h"
#include "util/times.h"

/* --- binding -------------------------------------------------------------------------------- */

/* Exact name; else the same name with its first letter in the other case, as some shippers write it. */
static int32_t find_field(const struct schema *s, const char *name)
{
	str want = str_of(name);
	int32_t col;
	bool taken;

	if (want.len == 0)
		return -1;
	for (uint32_t from = 0; (col = schema_find(s, want, from)) >= 0; from = (uint32_t)col + 1) {
		taken = s->columns[col].section == SECTION_SYSTEM;
		if (!taken)
			return col;
	}
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		str have = s->columns[i].name;

		if (s->columns[i].section != SECTION_SYSTEM && have.len == want.len &&
		    (have.ptr[0] ^ want.ptr[0]) == 0x20 &&
		    memcmp(have.ptr + 1, want.ptr + 1, want.len - 1) == 0)
			return (int32_t)i;
	}
	return -1;
}

/* The rendered text beside the event, which readers hide from rules. */
static int32_t find_message(const struct schema *s)
{
	for (uint32_t i = 0; i < s->ncolumns; i++)
		if (str_eq_ascii_nocase(s->columns[i].name, STR("Message")))
			return (int32_t)i;
	return -1;
}

static int32_t first_unnamed(const struct schema *s)
{
	for (uint32_t i = 0; i < s->ncolumns; i++)
		if (s->columns[i].flags & COLUMN_F_UNNAMED)
			return (int32_t)i;
	return schema_find(s, STR("Data"), 0);
}

static int32_t find_for(const struct schema *s, const struct fact_op *op)
{
	switch (op->fn) {
	case FN_LITERAL:
		return -1;
	case FN_DATA:
		return first_unnamed(s);
	case FN_CMDLET:
	case FN_PARAMETERS:
		return find_message(s);
	default:
		return find_field(s, op->a);
	}
}

bool fact_plan_bind(struct fact_plan *p, const struct fact_rule *r, const struct schema *s, arena *mem)
{
	const struct fact_op *ops = fact_rule_ops(r);
	const struct fact_condition *conds = fact_rule_conditions(r);

	p->rule = r;
	p->op_a = arena_array(mem, r->nops + 1, sizeof *p->op_a);
	p->op_b = arena_array(mem, r->nops + 1, sizeof *p->op_b);
	p->cond = arena_array(mem, r->nconditions + 1, sizeof *p->cond);
	if (!p->op_a || !p->op_b || !p->cond)
		return false;
	for (uint32_t i = 0; i < r->nops; i++) {
		p->op_a[i] = find_for(s, &ops[i]);
		p->op_b[i] = find_field(s, ops[i].b);
	}
	for (uint32_t i = 0; i < r->nconditions; i++)
		p->cond[i] = find_field(s, conds[i].field);
	return true;
}

/* --- values --------------------------------------------------------------------------------- */

static bool means_absent(str s)
{
	static const char *const WORDS[] = { "-", "N/A", "%%1793", "(empty)", "(null)" };

	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (str_eq(s, str_of(WORDS[i])))
			return true;
	return s.len == 0;
}

/* Append the trimmed text of a value unless it means "not there". max: bytes converted at most. */
static void put_text(value v, size_t max, buf *out)
{
	size_t start = out->len;
	str t;

	if ((v.type == VALUE_UTF16 || v.type == VALUE_UTF8 || v.type == VALUE_ANSI) && v.len > max)
		v.len = (uint32_t)max & ~1u;
	value_text(v, out);
	if (out->failed)
		return;
	while (out->len > start && out->ptr[out->len - 1] == '\0')
		out->len--;
	t = str_trim((str){ out->ptr + start, out->len - start });
	if (means_absent(t))
		t.len = 0;
	if (t.len)
		memmove(out->ptr + start, t.ptr, t.len);
	out->len = start + t.len;
}

static str text_since(const buf *b, size_t start)
{
	return (str){ b->ptr + start, b->failed || b->len < start ? 0 : b->len - start };
}

/* "[v6]:port", "v4:port", "v6%zone", "::ffff:v4" -> the address alone */
void fact_text_ip(str s, buf *out)
{
	char tmp[INET6_ADDRSTRLEN + 1], canon[INET6_ADDRSTRLEN];
	unsigned char v6[16];
	str rest;

	s = str_trim(s);
	if (str_starts(s, STR("[")))
		s = str_cut((str){ s.ptr + 1, s.len - 1 }, ']', &rest);
	s = str_cut(s, '%', &rest);
	if (str_find(s, STR(".")) != SIZE_MAX) {
		str head = str_cut(s, ':', &rest);

		if (rest.len && str_find(head, STR(".")) != SIZE_MAX)
			s = head; /* 192.0.2.1:3389 */
		if (s.len > 7 && str_eq_ascii_nocase((str){ s.ptr, 7 }, STR("::ffff:")))
			s = (str){ s.ptr + 7, s.len - 7 };
	}
	if (means_absent(s) || str_eq(s, STR("::")) || str_eq(s, STR("0.0.0.0")) ||
	    str_eq_ascii_nocase(s, STR("LOCAL")) || str_eq_ascii_nocase(s, STR("Unknown")))
		return;
	if (s.len < sizeof tmp && str_find(s, STR(":")) != SIZE_MAX) {
		memcpy(tmp, s.ptr, s.len);
		tmp[s.len] = '\0';
		if (inet_pton(AF_INET6, tmp, v6) == 1 && inet_ntop(AF_INET6, v6, canon, sizeof canon))
			s = str_of(canon);
	}
	buf_str(out, s);
}

static void put_ip(value v, buf *out)
{
	size_t start = out->len;
	buf tmp = { 0 };

	put_text(v, 256, out);
	fact_text_ip(text_since(out, start), &tmp);
	out->len = start;
	buf_str(out, buf_view(&tmp));
	buf_done(&tmp);
}

static void put_host(value v, buf *out)
{
	size_t start = out->len;
	str s;

	put_text(v, LIMIT_FACT_VALUE, out);
	s = text_since(out, start);
	while (s.len && s.ptr[0] == '\\')
		s = (str){ s.ptr + 1, s.len - 1 };
	while (s.len && s.ptr[s.len - 1] == '.')
		s.len--;
	if (s.len)
		memmove(out->ptr + start, s.ptr, s.len);
	out->len = start + s.len;
}

static void put_number(value v, const char *form, buf *out)
{
	uint64_t u;

	if (value_u64(v, &u)) {
		if (form[0] == 'x')
			buf_printf(out, "0x%llx", (unsigned long long)u);
		else
			buf_u64(out, u);
	} else {
		put_text(v, 64, out);
	}
}

static void put_account(value domain, value user, buf *out)
{
	size_t start = out->len, mid;
	str u;

	put_text(domain, 1024, out);
	mid = out->len;
	put_text(user, 1024, out);
	u = text_since(out, mid);
	if (out->failed || u.len == 0) {
		out->len = start;
		return;
	}
	if (mid == start)
		return;
	if (str_find(u, STR("\\")) != SIZE_MAX || str_find(u, STR("@")) != SIZE_MAX) {
		memmove(out->ptr + start, u.ptr, u.len);
		out->len = start + u.len;
		return;
	}
	if (!buf_reserve(out, 1))
		return;
	memmove(out->ptr + mid + 1, out->ptr + mid, out->len - mid);
	out->ptr[mid] = '\\';
	out->len++;
}

/* --- what needs more than a field ------------------------------------------------------------ */

static void xml_text(str s, buf *out)
{
	static const struct {
		str entity;
		char c;
	} ENTITIES[] = {
		{ STR("&quot;"), '"' }, { STR("&apos;"), '\'' }, { STR("&lt;"), '<' },
		{ STR("&gt;"), '>' },   { STR("&amp;"), '&' },
	};

	for (size_t i = 0; i < s.len; i++) {
		str rest = { s.ptr + i, s.len - i };
		size_t k;

		for (k = 0; k < COUNT(ENTITIES) && !str_starts(rest, ENTITIES[k].entity); k++)
			;
		if (k < COUNT(ENTITIES)) {
			buf_byte(out, ENTITIES[k].c);
			i += ENTITIES[k].entity.len - 1;
		} else {
			buf_byte(out, s.ptr[i]);
		}
	}
}

/* Text between the next <name> and </name>; *at moves behind it. */
static bool xml_element(str xml, const char *name, size_t *at, str *ret)
{
	char open[32], close[32];
	size_t from, to;
	str rest = { xml.ptr + *at, xml.len - *at };

	snprintf(open, sizeof open, "<%s>", name);
	snprintf(close, sizeof close, "</%s>", name);
	from = str_find(rest, str_of(open));
	if (from == SIZE_MAX)
		return false;
	from += strlen(open);
	to = str_find((str){ rest.ptr + from, rest.len - from }, str_of(close));
	if (to == SIZE_MAX)
		to = rest.len - from; /* cut: what is there counts */
	*ret = (str){ rest.ptr + from, to };
	*at += from + to;
	return true;
}

/* Every <Exec> as "command arguments", every <ComHandler> as "class {id}", joined by " ; ". */
void fact_text_task(str xml, buf *out)
{
	size_t at = 0, start = out->len;
	str part, inner;

	while (xml_element(xml, "Exec", &at, &part)) {
		size_t in = 0;

		if (out->len > start)
			buf_z(out, " ; ");
		if (xml_element(part, "Command", &in, &inner))
			xml_text(str_trim(inner), out);
		in = 0;
		if (xml_element(part, "Arguments", &in, &inner)) {
			buf_byte(out, ' ');
			xml_text(str_trim(inner), out);
		}
	}
	at = 0;
	while (xml_element(xml, "ClassId", &at, &part)) {
		buf_z(out, out->len > start ? " ; class " : "class ");
		xml_text(str_trim(part), out);
	}
}

static void put_task(value v, buf *out)
{
	size_t start = out->len;
	buf xml = { 0 };

	put_text(v, LIMIT_TASK_XML, &xml);
	fact_text_task(buf_view(&xml), out);
	if (out->len == start && xml.len)
		buf_z(out, "(no action could be read)");
	buf_done(&xml);
}

/* Element n of the unnamed Data of an event, however the reader laid it out. */
static void put_data(const event *ev, int32_t col, unsigned n, buf *out)
{
	const struct schema *s = ev->schema;

	for (uint32_t i = (uint32_t)col; col >= 0 && i < s->ncolumns; i++) {
		value v = event_value(ev, (int32_t)i), one;
		size_t pos = 0;

		if (i != (uint32_t)col && !(s->columns[i].flags & COLUMN_F_UNNAMED))
			continue;
		if (v.type == VALUE_ABSENT && n-- == 0)
			return;
		while (value_next(v, &pos, &one)) {
			if (n-- == 0) {
				put_text(one, LIMIT_FACT_VALUE, out);
				return;
			}
		}
	}
}

/* "Cmdlet succeeded. Cmdlet NAME, parameters TEXT." */
static void put_cmdlet(value v, bool parameters, buf *out)
{
	buf tmp = { 0 };
	str text, name, rest;
	size_t at;

	put_text(v, 4 * LIMIT_FACT_VALUE, &tmp);
	text = buf_view(&tmp);
	at = str_find(text, STR(". Cmdlet "));
	if (at != SIZE_MAX) {
		text = (str){ text.ptr + at + 9, text.len - at - 9 };
		name = str_cut(text, ',', &rest);
		rest = str_trim(rest);
		if (!parameters)
			buf_str(out, name);
		else if (str_starts(rest, STR("parameters ")))
			buf_add(out, rest.ptr + 11,
				rest.len - 11 - (rest.ptr[rest.len - 1] == '.' && rest.len > 11));
	}
	buf_done(&tmp);
}

/* Signed whole seconds from a to b: what a clock was moved by. */
static void put_seconds(value a, value b, buf *out)
{
	int64_t from, to, s;

	if (!value_time(a, &from) || !value_time(b, &to) || __builtin_sub_overflow(to, from, &s))
		return;
	s /= NS_PER_S;
	if (s == 0)
		buf_z(out, "less than a second");
	else
		buf_printf(out, "%+lld s", (long long)s);
}

/* --- running --------------------------------------------------------------------------------- */

static bool one_value_holds(char op, str text, str want)
{
	switch (op) {
	case '=':
		return str_eq_ascii_nocase(text, want);
	case '~':
		return text.len >= want.len &&
		       str_eq_ascii_nocase((str){ text.ptr + text.len - want.len, want.len }, want);
	default:
		for (size_t i = 0; i + want.len <= text.len; i++)
			if (str_eq_ascii_nocase((str){ text.ptr + i, want.len }, want))
				return true;
		return false;
	}
}

static bool condition_holds(const struct fact_condition *c, value v, buf *scratch)
{
	size_t start = scratch->len;
	str text, rest = str_of(c->values);
	bool hit = false;
	uint64_t u;

	if (c->op == '&')
		return (value_u64(v, &u) && (u & c->mask) != 0) != c->negate;
	put_text(v, LIMIT_FACT_VALUE, scratch);
	text = text_since(scratch, start);
	while (!hit && rest.len)
		hit = one_value_holds(c->op, text, str_cut(rest, ',', &rest));
	scratch->len = start;
	return hit != c->negate;
}

static void run_op(const struct fact_op *op, const struct fact_plan *p, uint32_t i, const event *ev, buf *out)
{
	value a = event_value(ev, p->op_a[i]);
	char day[24];

	switch (op->fn) {
	case FN_TEXT:
		put_text(a, LIMIT_FACT_VALUE, out);
		break;
	case FN_LITERAL:
		buf_z(out, op->a);
		break;
	case FN_IP:
		put_ip(a, out);
		break;
	case FN_PID:
		put_number(a, "d", out);
		break;
	case FN_ID:
		put_number(a, "x", out);
		break;
	case FN_HOST:
		put_host(a, out);
		break;
	case FN_ACCOUNT:
		put_account(a, event_value(ev, p->op_b[i]), out);
		break;
	case FN_TASK:
		put_task(a, out);
		break;
	case FN_DATA:
		put_data(ev, p->op_a[i], (unsigned)(op->a[0] - '0'), out);
		break;
	case FN_SECONDS:
		put_seconds(a, event_value(ev, p->op_b[i]), out);
		break;
	case FN_CMDLET:
	case FN_PARAMETERS:
		put_cmdlet(a, op->fn == FN_PARAMETERS, out);
		break;
	case FN_DAY:
		buf_str(out, fact_day(ev->time_ns, day));
		break;
	case FN_CHANNEL:
		put_text(event_wk(ev, WK_CHANNEL), LIMIT_FACT_VALUE, out);
		break;
	case FN_USER:
		put_text(event_wk(ev, WK_USER_ID), 256, out);
		break;
	}
}

void fact_draft_clear(struct fact_draft *d)
{
	buf_clear(&d->text);
	memset(d->from, 0, sizeof d->from);
	memset(d->len, 0, sizeof d->len);
	d->bytes = 0;
}

void fact_draft_put(struct fact_draft *d, enum fact_attr attr, str s)
{
	d->from[attr] = d->text.len;
	buf_str(&d->text, s);
	d->len[attr] = d->text.len - d->from[attr];
}

bool fact_plan_run(const struct fact_plan *p, const event *ev, struct fact_draft *d)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);
	const struct fact_condition *conds = fact_rule_conditions(p->rule);
	buf *t = &d->text;
	size_t term = 0;

	for (uint32_t i = 0; i < p->rule->nconditions; i++)
		if (!condition_holds(&conds[i], event_value(ev, p->cond[i]), t))
			return false;
	for (uint32_t i = 0; i < p->rule->nops; i++) {
		size_t start = t->len;
		int attr = ops[i].attr;

		if (attr == FA_BYTES) {
			if (!value_u64(event_value(ev, p->op_a[i]), &d->bytes))
				d->bytes = 0;
			continue;
		}
		if (ops[i].join == JOIN_FIRST)
			d->from[attr] = start;
		if (ops[i].join != JOIN_OR)
			term = start;
		else if (t->len > term)
			continue; /* an earlier alternative was there */
		if (ops[i].join != JOIN_FIRST && start > d->from[attr]) {
			buf_byte(t, ' ');
			start++;
		}
		run_op(&ops[i], p, i, ev, t);
		if (t->len == start && start > term)
			t->len = term; /* nothing came: without the space */
		d->len[attr] = t->len - d->from[attr];
	}
	return !t->failed;
}
