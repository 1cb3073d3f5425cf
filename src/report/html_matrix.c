/* What the evidence holds of each host and what it lacks, day by day; clocks. */
#include <stdlib.h>

#include "report/html_priv.h"

/* A text under "source.NAME", "hides.NAME"... */
static const char *source_word(const char *kind, uint32_t source)
{
	static const char NONE[] = "";
	const char *name = source_name(source), *word;
	buf key = { 0 };

	buf_printf(&key, "%s.%s", kind, name ? name : "");
	buf_byte(&key, 0);
	word = key.failed ? NONE : wording(key.ptr, LANGUAGE_EN);
	/* an unknown key answers itself: text that goes away with the buffer */
	word = word == key.ptr ? NONE : word;
	buf_done(&key);
	return word;
}

static void days_bar(struct html *h, const struct matrix_cell *c)
{
	const struct story_matrix *m = &h->st->matrix;
	buf *b = html_buf(h);

	buf_printf(b,
		   "<svg class=\"days\" viewBox=\"0 0 %d 8\" preserveAspectRatio=\"none\" role=\"img\" "
		   "aria-label=\"%u days with events\">",
		   m->last_day - m->first_day + 1, c->days);
	for (uint32_t i = 0; i < c->nruns && i < 400; i++)
		if (c->runs[i].to >= m->first_day && c->runs[i].from <= m->last_day)
			buf_printf(b, "<rect class=\"flow\" x=\"%d\" y=\"0\" width=\"%d\" height=\"8\"/>",
				   c->runs[i].from - m->first_day, c->runs[i].to - c->runs[i].from + 1);
	if (c->cleared_ns != TIME_NONE)
		buf_printf(b, "<rect class=\"fcrit\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"8\"/>",
			   (double)c->cleared_ns / (86400e9) - m->first_day,
			   (double)(m->last_day - m->first_day + 1) / 150);
	buf_z(b, "</svg>");
}

static void cell(struct html *h, const struct matrix_cell *c)
{
	buf *b = html_buf(h);

	buf_z(b, "<div class=\"src\"><span>");
	html_text(b, str_of(source_word("source", c->source)));
	buf_z(b, "</span>");
	if (c->missing) {
		buf_z(b, "<span class=\"lack\"><b class=\"pill w60\">missing</b> hides ");
		html_text(b, str_of(source_word("hides", c->source)));
		buf_z(b, "</span>");
	} else {
		days_bar(h, c);
		buf_printf(b, "<span class=\"sub\">%u day%s, ", c->days, c->days == 1 ? "" : "s");
		html_count(b, c->events);
		buf_z(b, " events");
		if (c->lost) {
			buf_z(b, ", ");
			html_count(b, c->lost);
			buf_z(b, " record ids missing");
		}
		buf_z(b, c->cleared_ns != TIME_NONE ? ", cleared</span>" : "</span>");
	}
	buf_z(b, "</div>");
}

static void row(struct html *h, uint32_t at, uint32_t end)
{
	const struct matrix_cell *c = &h->st->matrix.cells[at];
	static const struct story_host NOBODY = { .role_basis = ROLE_DEFAULT };
	bool known = c->host < h->st->nhosts;
	const struct story_host *x = known ? &h->st->hosts[c->host] : &NOBODY;
	buf *b = html_buf(h);

	buf_z(b, "<tr><td class=\"h\">");
	html_text(b, known ? x->name : str_of(wording("word.no_host", LANGUAGE_EN)));
	if (x->owner.len) {
		buf_z(b, "<br><span class=\"sub\">");
		html_text(b, x->owner);
		buf_z(b, "</span>");
	}
	buf_printf(b, "</td><td>%s<br><span class=\"sub\">%s</span></td><td class=\"srcs\">",
		   host_role_name(x->role), role_basis_name(x->role_basis));
	for (uint32_t i = at; i < end; i++)
		cell(h, &h->st->matrix.cells[i]);
	buf_z(b, "</td></tr>\n");
	out_some(&h->o);
}

void html_coverage(struct html *h)
{
	const struct story_matrix *m = &h->st->matrix;
	uint64_t shown = 0, all = 0;

	html_section(
		h, "coverage", "What the evidence covers",
		"Logs of each host, day by day (UTC), from the first to the last day of the evidence; red: the log "
		"was cleared then. Missing is what a host of that role should have.");
	if (m->ncells == 0) {
		buf_z(html_buf(h), "<p class=\"empty\">No log of a host.</p>\n");
		html_section_end(h);
		return;
	}
	html_table(h, "t-coverage", "Host|Role|Sources");
	/* servers first: what they lack hides more */
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t at = 0, end; at < m->ncells; at = end) {
			uint32_t host = m->cells[at].host;
			enum host_role role = host < h->st->nhosts ? h->st->hosts[host].role : HOST_SENSOR;
			bool desk = role == HOST_WORKSTATION || role == HOST_UNKNOWN;

			for (end = at; end < m->ncells && m->cells[end].host == m->cells[at].host; end++)
				;
			if (desk != (pass == 1))
				continue;
			all++;
			if (shown < ROWS_COVERAGE) {
				shown++;
				row(h, at, end);
			}
		}
	html_table_end(h, shown, all, "hosts");
	html_section_end(h);
}

/* --- clocks ---------------------------------------------------------------------------------- */

static void offset_text(buf *b, int64_t ns)
{
	int64_t ms = ns / 1000000;

	buf_printf(b, "%+.1f s", (double)ms / 1000);
}

static void clock_row(struct html *h, const struct clock_node *n, const struct clock_piece *p)
{
	buf *b = html_buf(h);

	buf_z(b, "<tr><td class=\"h\">");
	html_text(b, story_host_name(h->st, n->host));
	buf_printf(b, "</td><td>%s</td><td class=\"t\">", clock_log_name(n->log));
	html_time(b, p->from_ns - p->from_ns % NS_PER_S);
	buf_z(b, "<br><span class=\"sub\">to ");
	html_time(b, p->to_ns - p->to_ns % NS_PER_S);
	buf_z(b, "</span></td><td class=\"n\">");
	offset_text(b, p->skew_ns);
	buf_z(b, "</td><td class=\"w\">");
	if (p->zone_ns)
		buf_printf(b, "%+.1f hours more: the zone of this log is wrong or was not declared. ",
			   (double)p->zone_ns / 3600e9);
	if (p->dst)
		buf_z(b, "It begins or ends where clocks are changed: daylight saving time. ");
	if (n->implausible)
		buf_z(b, "Kerberos would not have accepted so much: look at it. ");
	buf_printf(b, "</td><td class=\"n\">%u</td></tr>\n", p->samples);
	out_some(&h->o);
}

void html_clocks(struct html *h)
{
	size_t n;
	const struct clock_node *node = clock_nodes(h->st->clock, &n);
	uint64_t shown = 0, all = 0;

	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < node[i].npieces; k++)
			all += llabs(node[i].pieces[k].skew_ns) > CLOCK_WORTH_NS || node[i].pieces[k].zone_ns;
	if (all == 0)
		return;
	html_section(
		h, "clocks", "Clocks that were off",
		"More than two seconds, from events that two logs tell of. Positive: the log is ahead. Times in this "
		"report are as logged, never corrected.");
	html_table(h, "t-clocks", "Host|Clock|t:Logged from|n:Ahead|w:Note|n:Samples");
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < node[i].npieces && shown < ROWS_COVERAGE; k++)
			if (llabs(node[i].pieces[k].skew_ns) > CLOCK_WORTH_NS || node[i].pieces[k].zone_ns) {
				clock_row(h, &node[i], &node[i].pieces[k]);
				shown++;
			}
	html_table_end(h, shown, all, "pieces of time");
	html_section_end(h);
}
