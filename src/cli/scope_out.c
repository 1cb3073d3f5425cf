#include "cli/scope_out.h"

#include "facts/fact.h"
#include "report/report_ref.h"
#include "util/csv.h"
#include "util/json.h"
#include "util/times.h"

static void kinds_text(buf *b, uint64_t kinds)
{
	bool any = false;

	for (int k = 0; k < FACT_KINDS; k++) {
		if (!(kinds >> k & 1))
			continue;
		buf_z(b, any ? ", " : "");
		buf_z(b, fact_kind_name((enum fact_kind)k));
		any = true;
	}
}

static str ref_text(const struct scope_view *v, const struct scope_match *m, char out[REF_TEXT_MAX])
{
	return m->refs.n ? (str){ out, story_ref_text(v->st, &m->refs.at[0], out) } : STR("");
}

static enum term_style class_style(enum host_class c)
{
	return c == CLASS_CONFIRMED ? TERM_BRIGHT_RED
	       : c == CLASS_LIKELY  ? TERM_RED
	       : c == CLASS_EXPOSED ? TERM_YELLOW
				    : TERM_PLAIN;
}

static void time_cell(buf *b, int64_t ns)
{
	char text[TIME_TEXT_MAX] = "unknown";

	if (ns != TIME_NONE)
		time_text(ns - ns % NS_PER_S, text);
	term_cell(b, str_of(text), 20);
}

/* --- table ---------------------------------------------------------------------------------------------------- */

static void host_head(buf *b, const struct term *t, const struct scope_view *v, const struct scope_match *m)
{
	double p;
	enum host_class c = scope_class(v->st, m->host, &p);

	term_begin(b, t, TERM_BOLD);
	term_str(b, m->where.len ? m->where : STR("(host not recorded)"));
	term_end(b, t, TERM_BOLD);
	if (m->host == STORY_NOBODY) {
		buf_z(b, "  no known host\n");
		return;
	}
	buf_z(b, "  ");
	term_begin(b, t, class_style(c));
	buf_z(b, host_class_name(c));
	term_end(b, t, class_style(c));
	if (p >= 0)
		buf_printf(b, " %.0f %%", p * 100);
	buf_byte(b, '\n');
}

static bool same_place(const struct scope_match *a, const struct scope_match *b)
{
	return a->host == b->host && str_eq(a->where, b->where);
}

static void write_table(buf *b, const struct term *t, const struct scope_view *v)
{
	const struct scope *s = v->scope;
	char ref[REF_TEXT_MAX];

	for (size_t i = 0; i < s->match.len; i++) {
		const struct scope_match *m = &s->match.at[i];
		const struct scope_indicator *x = &v->in[m->indicator];

		if (i == 0 || !same_place(m, m - 1))
			host_head(b, t, v, m);
		buf_z(b, "  ");
		time_cell(b, m->first_ns);
		buf_z(b, "  ");
		time_cell(b, m->last_ns);
		buf_printf(b, "  %8llu  %-6s ", (unsigned long long)m->count, scope_type_name(x->type));
		term_str(b, x->value);
		buf_z(b, "  (");
		kinds_text(b, m->kinds);
		buf_z(b, ")\n      ");
		buf_str(b, ref_text(v, m, ref));
		buf_byte(b, '\n');
	}
	buf_printf(b, "%zu indicators, %u hosts or places", v->n, s->hosts);
	if (v->passed)
		buf_printf(b, "; %llu entries were no indicators of these kinds",
			   (unsigned long long)v->passed);
	buf_z(b,
	      s->match.len
		      ? "\n"
		      : "\nNo log of the case holds any of the values. That does not mean that nobody dealt with them.\n");
}

/* --- csv --------------------------------------------------------------------------------------------------------- */

static void write_csv(buf *b, const struct term *t, const struct scope_view *v)
{
	(void)t;
	buf_z(b, "host,known,class,probability,type,indicator,first,last,count,facts,ref" CSV_LINE_END);
	for (size_t i = 0; i < v->scope->match.len; i++) {
		const struct scope_match *m = &v->scope->match.at[i];
		const struct scope_indicator *x = &v->in[m->indicator];
		char ref[REF_TEXT_MAX];
		buf kinds = { 0 };
		double p;
		enum host_class c = scope_class(v->st, m->host, &p);

		csv_cell(b, m->where);
		buf_printf(b, ",%s,%s,", m->host == STORY_NOBODY ? "no" : "yes",
			   m->host == STORY_NOBODY ? "" : host_class_name(c));
		if (p >= 0)
			buf_printf(b, "%.4f", p);
		buf_printf(b, ",%s,", scope_type_name(x->type));
		csv_cell(b, x->value);
		buf_byte(b, ',');
		buf_time(b, m->first_ns);
		buf_byte(b, ',');
		buf_time(b, m->last_ns);
		buf_printf(b, ",%llu,", (unsigned long long)m->count);
		kinds_text(&kinds, m->kinds);
		csv_cell(b, buf_view(&kinds));
		buf_byte(b, ',');
		buf_str(b, ref_text(v, m, ref));
		buf_z(b, CSV_LINE_END);
		b->failed |= kinds.failed;
		buf_done(&kinds);
	}
}

/* --- json -------------------------------------------------------------------------------------------------------- */

static void json_match(buf *b, const struct scope_view *v, const struct scope_match *m)
{
	const struct scope_indicator *x = &v->in[m->indicator];
	char ref[REF_TEXT_MAX];

	json_sep(b);
	buf_byte(b, '{');
	json_member_str(b, "type", str_of(scope_type_name(x->type)));
	json_member_str(b, "indicator", x->value);
	json_member_time(b, "first", m->first_ns);
	json_member_time(b, "last", m->last_ns);
	json_member_u64(b, "count", m->count);
	json_key(b, "facts");
	buf_byte(b, '[');
	for (int k = 0; k < FACT_KINDS; k++)
		if (m->kinds >> k & 1) {
			json_sep(b);
			json_str(b, str_of(fact_kind_name((enum fact_kind)k)));
		}
	buf_byte(b, ']');
	json_key(b, "refs");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < m->refs.n; i++) {
		json_sep(b);
		json_str(b, (str){ ref, story_ref_text(v->st, &m->refs.at[i], ref) });
	}
	buf_z(b, "]}");
}

static void write_json(buf *b, const struct term *t, const struct scope_view *v)
{
	const struct scope *s = v->scope;

	(void)t;
	buf_byte(b, '{');
	json_member_u64(b, "indicators", v->n);
	json_member_u64(b, "passed", v->passed);
	json_member_u64(b, "dropped", s->dropped);
	json_key(b, "hosts");
	buf_byte(b, '[');
	for (size_t i = 0; i < s->match.len;) {
		const struct scope_match *m = &s->match.at[i];
		double p;
		enum host_class c = scope_class(v->st, m->host, &p);

		json_sep(b);
		buf_z(b, "\n{");
		json_member_str(b, "host", m->where);
		json_member_bool(b, "known", m->host != STORY_NOBODY);
		if (m->host != STORY_NOBODY)
			json_member_str(b, "class", str_of(host_class_name(c)));
		if (p >= 0) {
			json_key(b, "probability");
			buf_printf(b, "%.4f", p);
		}
		json_key(b, "matches");
		buf_byte(b, '[');
		for (; i < s->match.len && same_place(&s->match.at[i], m); i++)
			json_match(b, v, &s->match.at[i]);
		buf_z(b, "]}");
	}
	buf_z(b, "]}\n");
}

void (*const SCOPE_WRITERS[])(buf *b, const struct term *t,
			      const struct scope_view *v) = { write_table, write_csv, write_json };
