/* Cells that the tables of report.html share. */
#include "report/html_priv.h"

void html_cell_time(struct html *h, int64_t first, int64_t last)
{
	buf *b = html_buf(h);

	buf_z(b, "<td class=\"t\">");
	html_time(b, first);
	if (last != first && last - first >= NS_PER_S) {
		buf_z(b, "<br><span class=\"sub\">to ");
		html_time(b, last);
		buf_z(b, "</span>");
	}
	buf_z(b, "</td>");
}

void html_cell_text(struct html *h, const char *class, str s)
{
	buf *b = html_buf(h);

	if (class)
		buf_printf(b, "<td class=\"%s\">", class);
	else
		buf_z(b, "<td>");
	html_text(b, s);
	buf_z(b, "</td>");
}

/* A host's name, which may be broken behind its dots. */
void html_host_name(buf *b, str s)
{
	while (s.len) {
		str rest, label = str_cut(s, '.', &rest);

		html_text(b, label);
		if (label.len < s.len)
			buf_z(b, ".<wbr>");
		s = rest;
	}
}

void html_cell_host(struct html *h, str s)
{
	buf *b = html_buf(h);

	buf_z(b, "<td class=\"h\">");
	html_host_name(b, s);
	buf_z(b, "</td>");
}

void html_cell_count(struct html *h, uint64_t n)
{
	buf *b = html_buf(h);

	buf_z(b, "<td class=\"n\">");
	html_count(b, n);
	buf_z(b, "</td>");
}

/* The events behind a row, inside its cell of text, which then ends. */
void html_cell_end_refs(struct html *h, const struct story_refs *refs, uint64_t of)
{
	html_refs(h, refs->at, refs->n, of);
	buf_z(html_buf(h), "</td>");
}

/* "page_written" as people read it. */
void html_pill(buf *b, const char *class, const char *word)
{
	buf_printf(b, "<span class=\"pill %s\">", class);
	for (; *word; word++)
		buf_byte(b, *word == '_' ? ' ' : *word);
	buf_z(b, "</span>");
}

void html_recovered_mark(buf *b, bool recovered)
{
	if (recovered)
		buf_z(b, " <span class=\"pill w40\">recovered records</span>");
}
