#include "desk/deskdoc.h"

#include "desk/noticetext.h"
#include "share/share.h"
#include "util/limits.h"

void deskdoc_init(struct deskdoc *d, const char *lang)
{
	*d = (struct deskdoc){ .lang = str_of(lang) };
	arena_init(&d->mem, LIMIT_DESK_BYTES);
}

void deskdoc_done(struct deskdoc *d)
{
	VEC_DONE(&d->at);
	arena_done(&d->mem);
}

struct block *deskdoc_add(struct deskdoc *d, enum block_kind kind, str text)
{
	struct block *b = VEC_PUSH(&d->at, LIMIT_DESK_ROWS);

	if (!b) {
		d->failed = true;
		return NULL;
	}
	b->kind = kind;
	deskdoc_cell(d, b, (struct block_cell){ .text = text });
	return b;
}

void deskdoc_cell(struct deskdoc *d, struct block *b, struct block_cell c)
{
	if (!b || b->n == BLOCK_CELLS)
		return;
	c.text = arena_str(&d->mem, c.text);
	c.to = arena_str(&d->mem, c.to);
	d->failed |= !c.text.ptr || !c.to.ptr;
	if (!d->failed)
		b->cell[b->n++] = c;
}

void deskdoc_xml(buf *to, str s)
{
	buf text = { 0 };

	share_text(&text, s);
	for (size_t i = 0; i < text.len; i++)
		switch (text.ptr[i]) {
		case '<':
			buf_z(to, "&lt;");
			break;
		case '>':
			buf_z(to, "&gt;");
			break;
		case '&':
			buf_z(to, "&amp;");
			break;
		case '"':
			buf_z(to, "&quot;");
			break;
		case '\'':
			buf_z(to, "&#39;");
			break;
		default:
			buf_byte(to, text.ptr[i]);
		}
	to->failed |= text.failed;
	buf_done(&text);
}

/* --- Markdown ------------------------------------------------------------------------------------------ */

static void md_cell(buf *to, const struct block_cell *c)
{
	if (c->to.len)
		buf_byte(to, '[');
	notice_evidence(to, c->text, true);
	if (c->to.len)
		buf_printf(to, "](#%.*s)", STR_ARG(c->to));
}

static void md_row(buf *to, const struct block *b)
{
	for (size_t i = 0; i < b->n; i++) {
		buf_z(to, i ? " | " : "| ");
		md_cell(to, &b->cell[i]);
	}
	buf_z(to, " |\n");
	for (size_t i = 0; b->kind == BLOCK_HEAD && i < b->n; i++)
		buf_printf(to, "%s%s", b->cell[i].number ? "|---:" : "|---", i + 1 == b->n ? "|\n" : "");
}

static bool is_row(const struct block *b)
{
	return b->kind == BLOCK_ROW || b->kind == BLOCK_HEAD;
}

void deskdoc_md(buf *to, const struct deskdoc *d, str stem)
{
	static const char *const BEGIN[] = {
		[BLOCK_TITLE] = "# ", [BLOCK_SECTION] = "## ", [BLOCK_ENTRY] = "", [BLOCK_TEXT] = "",
		[BLOCK_ITEM] = "- ",  [BLOCK_HEAD] = "",       [BLOCK_ROW] = "",   [BLOCK_PLOT] = ""
	};

	for (size_t i = 0; i < d->at.len; i++) {
		const struct block *b = &d->at.at[i], *last = i ? &d->at.at[i - 1] : NULL;

		if (last && !(last->kind == b->kind && b->kind == BLOCK_ITEM) &&
		    !(is_row(last) && b->kind == BLOCK_ROW))
			buf_byte(to, '\n');
		buf_z(to, BEGIN[b->kind]);
		if (is_row(b)) {
			md_row(to, b);
			continue;
		}
		if (b->anchor.len)
			buf_printf(to, "<a id=\"%.*s\"></a>**", STR_ARG(b->anchor));
		if (b->kind == BLOCK_PLOT) {
			buf_z(to, "![");
			notice_evidence(to, b->cell[1].text, true);
			buf_printf(to, "](%.*s-%.*s.svg)\n", STR_ARG(stem), STR_ARG(b->cell[0].text));
			continue;
		}
		md_cell(to, &b->cell[0]);
		buf_z(to, b->anchor.len ? "**\n" : "\n");
	}
}

/* --- HTML ------------------------------------------------------------------------------------------------ */

static const char STYLE[] =
	"body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
	"table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{padding:.3rem .6rem;border-bottom:1px solid #ccc;text-align:left}"
	"table{table-layout:fixed}th:first-child{width:46%}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}h3{font-size:1rem;margin:1rem 0 0}a{color:#0b4f9e}"
	"p.ids{margin:.1rem 0;overflow-wrap:anywhere;font-size:.85rem}figure{margin:1rem 0}svg{max-width:100%;height:auto}"
	"@media print{body{max-width:none;margin:0}a{color:inherit;text-decoration:none}}";

static void html_cell(buf *to, const struct block_cell *c)
{
	if (c->to.len)
		buf_printf(to, "<a href=\"#%.*s\">", STR_ARG(c->to));
	deskdoc_xml(to, c->text);
	if (c->to.len)
		buf_z(to, "</a>");
}

static void html_row(buf *to, const struct block *b)
{
	const char *tag = b->kind == BLOCK_HEAD ? "th" : "td";

	buf_z(to, "<tr>");
	for (size_t i = 0; i < b->n; i++) {
		buf_printf(to, "<%s%s%s>", tag, b->kind == BLOCK_HEAD ? " scope=\"col\"" : "",
			   b->cell[i].number ? " class=\"n\"" : "");
		html_cell(to, &b->cell[i]);
		buf_printf(to, "</%s>", tag);
	}
	buf_z(to, "</tr>\n");
}

static void html_block(buf *to, const struct block *b)
{
	static const char *const TAGS[] = {
		[BLOCK_TITLE] = "h1", [BLOCK_SECTION] = "h2", [BLOCK_ENTRY] = "h3", [BLOCK_TEXT] = "p",
		[BLOCK_ITEM] = "li",  [BLOCK_HEAD] = "",      [BLOCK_ROW] = "",     [BLOCK_PLOT] = ""
	};

	if (is_row(b)) {
		html_row(to, b);
	} else if (b->kind == BLOCK_PLOT) {
		buf_z(to, "<figure>");
		buf_str(to, b->svg);
		buf_z(to, "</figure>\n");
	} else {
		buf_printf(to, "<%s", TAGS[b->kind]);
		if (b->anchor.len)
			buf_printf(to, " id=\"%.*s\"", STR_ARG(b->anchor));
		buf_byte(to, '>');
		html_cell(to, &b->cell[0]);
		buf_printf(to, "</%s>\n", TAGS[b->kind]);
	}
}

void deskdoc_html(buf *to, const struct deskdoc *d)
{
	bool list = false, table = false;

	buf_printf(to, "<!DOCTYPE html>\n<html lang=\"%.*s\">\n<head><meta charset=\"utf-8\">\n",
		   STR_ARG(d->lang));
	buf_z(to,
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	for (size_t i = 0; i < d->at.len && i < 1; i++)
		deskdoc_xml(to, d->at.at[i].cell[0].text);
	buf_printf(to, "</title>\n<style>%s</style></head>\n<body>\n", STYLE);
	for (size_t i = 0; i < d->at.len; i++) {
		const struct block *b = &d->at.at[i];
		bool item = b->kind == BLOCK_ITEM, row = is_row(b);

		if (list && !item)
			buf_z(to, "</ul>\n");
		if (table && (!row || b->kind == BLOCK_HEAD))
			buf_z(to, "</table>\n");
		if (item && !list)
			buf_z(to, "<ul>\n");
		if (b->kind == BLOCK_HEAD)
			buf_z(to, "<table>\n");
		list = item;
		table = row;
		html_block(to, b);
	}
	buf_printf(to, "%s%s</body>\n</html>\n", list ? "</ul>\n" : "", table ? "</table>\n" : "");
}
