/* The coverage of a case for a terminal. */
#include <stdio.h>
#include <stdlib.h>

#include "report/report_priv.h"
#include "report/visible.h"
#include "util/times.h"

enum { BAR = 48 };

static void bar(const struct story_matrix *m, const struct matrix_cell *c, buf *out)
{
	int64_t days = m->last_day - m->first_day + 1;
	int64_t width = days < BAR ? days : BAR;
	char line[BAR + 1];

	memset(line, '.', sizeof line);
	for (uint32_t i = 0; i < c->nruns; i++) {
		int64_t from = (c->runs[i].from - m->first_day) * width / days;
		int64_t to = (c->runs[i].to - m->first_day) * width / days;

		for (int64_t k = from < 0 ? 0 : from; k <= to && k < width; k++)
			line[k] = '#';
	}
	buf_add(out, line, (size_t)width);
}

static void word_of(const char *kind, uint32_t source, buf *out)
{
	buf key = { 0 };

	buf_printf(&key, "%s.%s", kind, source_name(source));
	buf_byte(&key, 0);
	if (!key.failed)
		buf_z(out, wording(key.ptr, LANGUAGE_EN));
	buf_done(&key);
}

static void cell(const struct story_matrix *m, const struct matrix_cell *c, bool color, buf *out)
{
	size_t at = out->len;

	buf_z(out, "    ");
	word_of("source", c->source, out);
	while (!out->failed && out->len < at + 36)
		buf_byte(out, ' ');
	if (c->missing) {
		buf_z(out, color ? "\x1b[33mmissing\x1b[0m: hides " : "missing: hides ");
		word_of("hides", c->source, out);
	} else {
		bar(m, c, out);
		buf_printf(out, " %u day%s", c->days, c->days == 1 ? "" : "s");
		if (c->lost)
			buf_printf(out, ", %llu record ids missing", (unsigned long long)c->lost);
		if (c->cleared_ns != TIME_NONE)
			buf_z(out, color ? ", \x1b[31mcleared\x1b[0m" : ", cleared");
	}
	buf_byte(out, '\n');
}

static void day_text(int32_t day, buf *out)
{
	int64_t year;
	unsigned month, d;

	time_civil_from_days(day, &year, &month, &d);
	buf_printf(out, "%04d-%02u-%02u", (int)year, month, d);
}

static void clocks(const struct story *st, buf *out)
{
	size_t n;
	const struct clock_node *node = clock_nodes(st->clock, &n);

	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < node[i].npieces; k++) {
			const struct clock_piece *p = &node[i].pieces[k];

			if (llabs(p->skew_ns) <= (2 * NS_PER_S) && p->zone_ns == 0)
				continue;
			buf_z(out, "  clock of ");
			visible_text(out, story_host_name(st, node[i].host));
			buf_printf(out, " (%s): %+.1f s", clock_log_name(node[i].log),
				   (double)p->skew_ns / 1e9);
			if (p->zone_ns)
				buf_printf(out, " and %+.1f hours of a wrong or undeclared zone",
					   (double)p->zone_ns / 3600e9);
			buf_printf(out, ", %u samples\n", p->samples);
		}
}

int report_coverage(struct store *s, bool color, buf *out, err *e)
{
	struct story *st;
	const struct story_matrix *m;
	uint32_t missing = 0;

	if (story_build(&st, s, e) < 0)
		return -1;
	m = &st->matrix;
	if (m->ncells) {
		buf_z(out, "Coverage from ");
		day_text(m->first_day, out);
		buf_z(out, " to ");
		day_text(m->last_day, out);
		buf_byte(out, '\n');
	}
	for (uint32_t i = 0; i < m->ncells; i++) {
		const struct matrix_cell *c = &m->cells[i];

		missing += c->missing;
		if (i == 0 || c->host != m->cells[i - 1].host) {
			buf_z(out, "  ");
			if (c->host == STORY_NOBODY) {
				buf_z(out, wording("word.no_host", LANGUAGE_EN));
			} else {
				visible_text(out, story_host_name(st, c->host));
				buf_printf(out, " (%s)", host_role_name(st->hosts[c->host].role));
			}
			buf_byte(out, '\n');
		}
		cell(m, c, color, out);
	}
	clocks(st, out);
	buf_printf(out, "%u hosts have logs, %u are only spoken of, %u sources are missing\n",
		   st->nhosts_with_logs, st->nhosts - st->nhosts_with_logs, missing);
	story_free(st);
	return missing ? 1 : 0;
}
