/* winvalues.c - values of Windows events as text of facts. */
#include <stdio.h>
#include <stdlib.h>

#include "facts/facts_priv.h"
#include "util/limits.h"
#include "util/times.h"

/* --- values --------------------------------------------------------------------------------- */

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
	if (fact_absent(t))
		t.len = 0;
	if (t.len)
		memmove(out->ptr + start, t.ptr, t.len);
	out->len = start + t.len;
}

static str text_since(const buf *b, size_t start)
{
	return (str){ b->ptr + start, b->failed || b->len < start ? 0 : b->len - start };
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

/* The value of a rule of Windows events, which has one column at most. */
static value arg_value(const struct fact_plan *p, struct fact_arg a, const event *ev)
{
	return a.n ? event_value(ev, p->cols[a.at].col) : (value){ 0 };
}

static void put_sample(value v, buf *out)
{
	buf tmp = { 0 };

	put_text(v, 256, &tmp);
	fact_text_sample(buf_view(&tmp), out);
	buf_done(&tmp);
}

void fact_values_run(const struct fact_op *op, const struct fact_plan *p, const struct fact_arg *args,
		     const event *ev, buf *out)
{
	value a = arg_value(p, args[0], ev);

	switch (op->fn) {
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
		put_account(a, arg_value(p, args[1], ev), out);
		break;
	case FN_TASK:
		put_task(a, out);
		break;
	case FN_DATA:
		put_data(ev, args[0].n ? p->cols[args[0].at].col : -1, (unsigned)(op->arg[0].ptr[0] - '0'),
			 out);
		break;
	case FN_SECONDS:
		put_seconds(a, arg_value(p, args[1], ev), out);
		break;
	case FN_CMDLET:
	case FN_PARAMETERS:
		put_cmdlet(a, op->fn == FN_PARAMETERS, out);
		break;
	case FN_SAMPLE:
		put_sample(a, out);
		break;
	case FN_CHANNEL:
		put_text(event_wk(ev, WK_CHANNEL), LIMIT_FACT_VALUE, out);
		break;
	case FN_USER:
		put_text(event_wk(ev, WK_USER_ID), 256, out);
		break;
	default:
		put_text(a, LIMIT_FACT_VALUE, out);
		break;
	}
}
