/* A document as Markdown, as HTML for print, as CSV, and in somebody's own frame. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "report/paper.h"
#include "report/page_css.h"
#include "report/visible.h"
#include "util/csv.h"

/* --- what differs -------------------------------------------------------------------------------- */

struct form {
	void (*text)(buf *out, str s);
	void (*heading)(buf *out, unsigned level, str title);
	void (*open)(buf *out, enum doc_kind kind);
	void (*close)(buf *out, enum doc_kind kind);
	void (*evidence)(buf *out, str s);
	void (*reference)(buf *out, uint32_t n);
	void (*table)(buf *out, const struct doc *d, const struct doc_block *b);
};

static str tail_line(const struct doc *d, const struct doc_block *b, buf *out)
{
	uint64_t shown = b->ncolumns ? (b->last - b->first) / b->ncolumns : 0;

	buf_clear(out);
	if (b->all > shown) {
		buf_u64(out, b->all - shown);
		buf_byte(out, ' ');
		buf_z(out, wording("doc.more", d->lang));
	} else if (shown == 0) {
		buf_z(out, wording("doc.nothing", d->lang));
	}
	return buf_view(out);
}

/* --- Markdown ------------------------------------------------------------------------------------ */

/* Would Markdown or HTML take this byte for more than itself? Also what links by itself (GitHub: addresses, www., mail). */
static bool md_means(str s, size_t i)
{
	char c = s.ptr[i];

	if (c == ':')
		return i + 2 < s.len && s.ptr[i + 1] == '/' && s.ptr[i + 2] == '/';
	if (c == '.')
		return (i >= 3 && str_eq_ascii_nocase((str){ s.ptr + i - 3, 3 }, STR("www"))) || i < 10;
	if (c == '-' || c == '+' || c == ')' || c == '=')
		return i < 10;
	return c && strchr("\\`*_{}[]<>#|~&!@", c);
}

/* Marks of Markdown and HTML mean nothing in a text of the evidence. */
static void md_text(buf *out, str s)
{
	buf seen = { 0 };

	visible_text(&seen, s);
	for (size_t i = 0; i < seen.len; i++) {
		if (md_means(buf_view(&seen), i))
			buf_byte(out, '\\');
		buf_byte(out, seen.ptr[i]);
	}
	buf_done(&seen);
}

static void md_heading(buf *out, unsigned level, str title)
{
	buf_byte(out, '\n');
	for (unsigned i = 0; i < level; i++)
		buf_byte(out, '#');
	buf_byte(out, ' ');
	md_text(out, title);
	buf_z(out, "\n\n");
}

static void md_open(buf *out, enum doc_kind kind)
{
	buf_z(out, kind == DOC_POINT ? "- " : "");
}

static void md_close(buf *out, enum doc_kind kind)
{
	buf_z(out, kind == DOC_POINT ? "\n" : "\n\n");
}

static void md_reference(buf *out, uint32_t n)
{
	buf_printf(out, " \\[%u\\]", n);
}

static void md_table(buf *out, const struct doc *d, const struct doc_block *b)
{
	buf more = { 0 };

	if (b->last > b->first) {
		for (uint32_t c = 0; c < b->ncolumns; c++) {
			buf_z(out, "| ");
			md_text(out, b->columns[c]);
			buf_byte(out, ' ');
		}
		buf_z(out, "|\n");
		for (uint32_t c = 0; c < b->ncolumns; c++)
			buf_z(out, "|---");
		buf_z(out, "|\n");
	}
	for (size_t i = b->first; i < b->last; i++) {
		buf_z(out, "| ");
		md_text(out, d->cell.at[i]);
		buf_z(out, (i - b->first) % b->ncolumns + 1 == b->ncolumns ? " |\n" : " ");
	}
	buf_byte(out, '\n');
	md_text(out, tail_line(d, b, &more));
	buf_z(out, more.len ? "\n\n" : "");
	buf_done(&more);
}

static const struct form MD = { md_text, md_heading, md_open, md_close, md_text, md_reference, md_table };

/* --- HTML ---------------------------------------------------------------------------------------- */

static void html_words(buf *out, str s)
{
	visible_html(out, s, false);
}

static void html_heading(buf *out, unsigned level, str title)
{
	buf_printf(out, "<h%u>", level + 1);
	html_words(out, title);
	buf_printf(out, "</h%u>\n", level + 1);
}

static void html_open(buf *out, enum doc_kind kind)
{
	buf_z(out, kind == DOC_POINT ? "<p class=\"point\">" : "<p>");
}

static void html_close(buf *out, enum doc_kind kind)
{
	(void)kind;
	buf_z(out, "</p>\n");
}

static void html_evidence(buf *out, str s)
{
	buf_z(out, "<span class=\"ev\">");
	html_words(out, s);
	buf_z(out, "</span>");
}

static void html_reference(buf *out, uint32_t n)
{
	buf_printf(out, " <a href=\"#r%u\">[%u]</a>", n, n);
}

static void html_table(buf *out, const struct doc *d, const struct doc_block *b)
{
	bool references = strcmp(b->id, "references") == 0;
	buf more = { 0 };

	if (b->last > b->first) {
		buf_z(out, "<table><thead><tr>");
		for (uint32_t c = 0; c < b->ncolumns; c++) {
			buf_z(out, "<th>");
			html_words(out, b->columns[c]);
			buf_z(out, "</th>");
		}
		buf_z(out, "</tr></thead><tbody>\n");
		for (size_t i = b->first; i < b->last; i++) {
			size_t c = (i - b->first) % b->ncolumns;

			if (c == 0 && references)
				buf_printf(out, "<tr id=\"r%zu\">", (i - b->first) / b->ncolumns + 1);
			else if (c == 0)
				buf_z(out, "<tr>");
			buf_z(out, "<td>");
			html_words(out, d->cell.at[i]);
			buf_z(out, c + 1 == b->ncolumns ? "</td></tr>\n" : "</td>");
		}
		buf_z(out, "</tbody></table>\n");
	}
	if (tail_line(d, b, &more).len) {
		buf_z(out, "<p class=\"note\">");
		html_words(out, buf_view(&more));
		buf_z(out, "</p>\n");
	}
	buf_done(&more);
}

static const struct form HTML = { html_words,    html_heading,   html_open, html_close,
				  html_evidence, html_reference, html_table };

/* --- both ---------------------------------------------------------------------------------------- */

static void write_block(const struct doc *d, const struct form *f, const struct doc_block *b, buf *out)
{
	if (b->kind == DOC_HEADING) {
		f->heading(out, b->level, b->title);
		return;
	}
	if (b->kind == DOC_TABLE) {
		f->table(out, d, b);
		return;
	}
	f->open(out, b->kind);
	for (size_t i = b->first; i < b->last; i++) {
		const struct doc_run *r = &d->run.at[i];

		if (r->what == RUN_REFERENCE)
			f->reference(out, r->number);
		else if (r->what == RUN_EVIDENCE)
			f->evidence(out, r->text);
		else
			f->text(out, r->text);
	}
	f->close(out, b->kind);
}

bool doc_part(const struct doc *d, str part, bool html, buf *out)
{
	const struct form *f = html ? &HTML : &MD;
	bool within = false, found = false, annex = str_eq(part, STR("annex"));

	if (str_eq(part, STR("title"))) {
		f->text(out, str_of(wording("doc.title", d->lang)));
		return true;
	}
	for (size_t i = 0; i < d->block.len; i++) {
		const struct doc_block *b = &d->block.at[i];

		if (b->kind == DOC_HEADING && b->part)
			within =
				str_eq(part, str_of(b->part)) ||
				(annex && strcmp(b->part, "executive") != 0 && strcmp(b->part, "story") != 0);
		if (within)
			write_block(d, f, b, out);
		found |= within;
	}
	return found || annex;
}

static void all_parts(const struct doc *d, bool html, buf *out)
{
	for (size_t i = 0; i < d->block.len; i++)
		write_block(d, html ? &HTML : &MD, &d->block.at[i], out);
}

void doc_md(const struct doc *d, buf *out)
{
	buf_z(out, "# ");
	md_text(out, str_of(wording("doc.title", d->lang)));
	buf_byte(out, '\n');
	all_parts(d, false, out);
}

void doc_html(const struct doc *d, buf *out)
{
	buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n",
		   d->lang == LANGUAGE_ZH ? "zh-Hans" : "en");
	buf_z(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
	page_hash_source(page_print_style(), out);
	buf_z(out,
	      "; base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	html_words(out, str_of(wording("doc.title", d->lang)));
	buf_z(out, "</title>\n<style>");
	buf_add(out, page_print_style().ptr, page_print_style().len);
	buf_z(out, "</style></head><body>\n<h1>");
	html_words(out, str_of(wording("doc.title", d->lang)));
	buf_z(out, "</h1>\n");
	all_parts(d, true, out);
	buf_z(out, "</body></html>\n");
}

/* --- somebody's own frame ------------------------------------------------------------------------ */

int doc_template(const struct doc *d, str text, bool html, buf *out, err *e)
{
	unsigned line = 1;
	size_t at;

	while ((at = str_find(text, STR("{{"))) != SIZE_MAX) {
		str name, rest = { text.ptr + at + 2, text.len - at - 2 };
		size_t end = str_find(rest, STR("}}"));

		buf_add(out, text.ptr, at);
		for (size_t i = 0; i < at; i++)
			line += text.ptr[i] == '\n';
		name = str_trim((str){ rest.ptr, end == SIZE_MAX ? 0 : end });
		if (end == SIZE_MAX || !doc_part(d, name, html, out))
			return err_set(
				e, ERR_ARG, ERR_NO_OFFSET,
				"line %u: {{%.*s}} is no part of the report: title, executive, story, hosts, relays, artefacts, "
				"loss, timeline, rules, unseen, decisions, evidence, references, annex",
				line, STR_ARG(name));
		text = (str){ rest.ptr + end + 2, rest.len - end - 2 };
	}
	buf_str(out, text);
	return out->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the report") : 0;
}

/* --- tables -------------------------------------------------------------------------------------- */

struct table_file {
	const struct doc *d;
	const struct doc_block *b;
};

static int fill_table(void *ctx, int fd, err *e)
{
	const struct table_file *t = ctx;
	const struct doc_block *b = t->b;
	struct out o = { .fd = fd };

	buf_z(&o.b, "\xEF\xBB\xBF"); /* so that a spreadsheet takes it for UTF-8 */
	for (uint32_t c = 0; c < b->ncolumns; c++) {
		buf_z(&o.b, c ? "," : "");
		csv_cell(&o.b, b->columns[c]);
	}
	buf_z(&o.b, CSV_LINE_END);
	for (size_t i = b->first; i < b->last; i++) {
		buf seen = { 0 };

		visible_text(&seen, t->d->cell.at[i]);
		csv_cell(&o.b, buf_view(&seen));
		buf_done(&seen);
		buf_z(&o.b, (i - b->first) % b->ncolumns + 1 == b->ncolumns ? CSV_LINE_END : ",");
		out_some(&o);
	}
	return out_end(&o, e);
}

int doc_csv(const struct doc *d, const char *dir, err *e)
{
	char name[64];

	for (size_t i = 0; i < d->block.len; i++) {
		struct table_file t = { d, &d->block.at[i] };

		if (t.b->kind != DOC_TABLE)
			continue;
		snprintf(name, sizeof name, "%s.csv", t.b->id);
		if (out_file(dir, name, fill_table, &t, e) < 0)
			return -1;
	}
	return 0;
}
