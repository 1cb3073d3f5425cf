#include "report/html_priv.h"

#include <stdio.h>

#include "util/times.h"

void html_text(buf *b, str s)
{
	visible_html(b, s, false);
}

void html_clip(buf *b, str s, size_t max)
{
	size_t n = s.len;

	if (n > max)
		for (n = max; n && ((unsigned char)s.ptr[n] & 0xC0) == 0x80; n--)
			;
	html_text(b, (str){ s.ptr, n });
	if (n < s.len)
		buf_z(b, "\xE2\x80\xA6");
}

void html_time(buf *b, int64_t ns)
{
	char text[TIME_TEXT_MAX];
	size_t n;

	if (ns == TIME_NONE) {
		buf_z(b, "<span class=\"sub\">unknown</span>");
		return;
	}
	/* to the millisecond: what is finer stands in case.json */
	n = time_text(ns - ns % 1000000, text);
	for (size_t i = 0; i < n; i++)
		if (text[i] == 'T')
			text[i] = ' ';
	buf_add(b, text, n && text[n - 1] == 'Z' ? n - 1 : n);
}

void html_count(buf *b, uint64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			buf_z(b, "\xE2\x80\xAF"); /* narrow space */
		buf_byte(b, digits[i]);
	}
}

void html_bytes(buf *b, uint64_t v)
{
	static const char *const UNITS[] = { "B", "kB", "MB", "GB", "TB" };
	double d = (double)v;
	size_t u = 0;

	while (d >= 1000 && u + 1 < COUNT(UNITS)) {
		d /= 1000;
		u++;
	}
	buf_printf(b, u ? "%.1f %s" : "%.0f %s", d, UNITS[u]);
}

static void sentence_part(void *ctx, bool evidence, str text)
{
	buf *b = ctx;

	if (evidence)
		buf_z(b, "<span class=\"ev\">");
	/* a long command is shown in its beginning; all of it stands in case.json */
	html_clip(b, text, evidence ? 600 : SIZE_MAX);
	if (evidence)
		buf_z(b, "</span>");
}

void html_sentence(buf *b, const struct story_sentence *s)
{
	story_sentence_each(s, LANGUAGE_EN, sentence_part, b);
}

const char *html_weight(uint8_t weight)
{
	return weight >= 75 ? "w80" : weight >= 55 ? "w60" : weight >= 40 ? "w40" : "w0";
}

/* How a reference is typed: the first 16 digits of the hash are enough to find the item. */
static void short_ref(const struct story *st, const struct event_ref *r, buf *b)
{
	char text[REF_TEXT_MAX];
	size_t n = story_ref_text(st, r, text);
	str rest, hash = str_cut((str){ text, n }, ':', &rest);

	buf_add(b, hash.ptr, hash.len > 16 ? 16 : hash.len);
	buf_byte(b, ':');
	buf_str(b, rest);
}

void html_refs(struct html *h, const struct event_ref *refs, uint32_t n, uint64_t of)
{
	buf *b = html_buf(h);

	if (n == 0)
		return;
	buf_z(b, "<details class=\"refs\"><summary>");
	if (of > n) {
		buf_printf(b, "%u of ", n);
		html_count(b, of);
		buf_z(b, " events");
	} else {
		buf_printf(b, n == 1 ? "1 event" : "%u events", n);
	}
	buf_z(b, "</summary>");
	for (uint32_t i = 0; i < n; i++) {
		const struct store_item *it = story_ref_item(h->st, &refs[i]);

		buf_z(b, "<code>spoor show . ");
		short_ref(h->st, &refs[i], b);
		buf_z(b, "</code>");
		if (it && (i == 0 || refs[i].item != refs[i - 1].item)) {
			buf_z(b, "<span class=\"sub\">");
			html_text(b, it->path);
			buf_z(b, "</span>");
		}
	}
	buf_z(b, "</details>");
}

void html_section(struct html *h, const char *id, const char *title, const char *note)
{
	buf *b = html_buf(h);

	buf_printf(b, "<section id=\"%s\"><h2>%s</h2>\n", id, title);
	if (note)
		buf_printf(b, "<p class=\"note\">%s</p>\n", note);
}

void html_section_end(struct html *h)
{
	buf_z(html_buf(h), "</section>\n");
	out_some(&h->o);
}

void html_table(struct html *h, const char *id, const char *headings)
{
	buf *b = html_buf(h);
	str rest = str_of(headings);

	if (id)
		buf_printf(b,
			   "<input class=\"filter\" type=\"search\" data-table=\"%s\" "
			   "placeholder=\"Filter rows\" aria-label=\"Filter rows\">\n",
			   id);
	buf_printf(b, "<div class=\"scroll\"><table%s%s%s><thead><tr>", id ? " id=\"" : "", id ? id : "",
		   id ? "\"" : "");
	while (rest.len) {
		str name = str_cut(rest, '|', &rest), text, kind = str_cut(name, ':', &text);

		if (text.len)
			buf_printf(b, "<th class=\"%.*s\">%.*s</th>", STR_ARG(kind), STR_ARG(text));
		else
			buf_printf(b, "<th>%.*s</th>", STR_ARG(name));
	}
	buf_z(b, "</tr></thead><tbody>\n");
}

void html_table_end(struct html *h, uint64_t shown, uint64_t all, const char *what)
{
	buf *b = html_buf(h);

	buf_z(b, "</tbody></table></div>\n");
	if (all > shown) {
		buf_z(b, "<p class=\"more\">");
		html_count(b, all - shown);
		buf_printf(b, " more %s in case.json</p>\n", what);
	}
	out_some(&h->o);
}

int report_html(struct store *s, const struct story *st, int fd, err *e)
{
	struct html h = { .o = { .fd = fd }, .s = s, .st = st };
	int rc;

	html_head(&h);
	html_incident(&h);
	html_story(&h);
	html_lanes(&h);
	html_timeline(&h);
	html_hosts(&h);
	html_edges(&h);
	rc = html_findings(&h, e);
	html_coverage(&h);
	html_clocks(&h);
	html_blind(&h);
	html_gaps(&h);
	html_items(&h);
	html_foot(&h);
	if (rc < 0) {
		out_end(&h.o, NULL);
		return -1;
	}
	return out_end(&h.o, e);
}
