#include "report/page.h"

#include <errno.h>

#include "report/case_json.h"
#include "report/page_css.h"
#include "report/page_pack.h"
#include "report/visible.h"
#include "util/base64.h"
#include "util/sha256.h"

#if SPOOR_HAVE_UI
#include "ui.inc"

bytes page_script(void)
{
	return (bytes){ UI_SCRIPT, sizeof UI_SCRIPT };
}

bytes page_style(void)
{
	return (bytes){ UI_STYLE, sizeof UI_STYLE };
}
#else
bytes page_script(void)
{
	return (bytes){ NULL, 0 };
}

bytes page_style(void)
{
	return (bytes){ NULL, 0 };
}
#endif

/* The id keeps Cytoscape.js from adding a style of its own, which the policy would refuse: app.css has it. */
#define STYLE_ID "__________cytoscape_stylesheet"
#define HEAD                                                                                                 \
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"                                \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"                         \
	"<meta name=\"color-scheme\" content=\"light dark\">\n"                                              \
	"<meta name=\"referrer\" content=\"no-referrer\">\n"                                                 \
	"<link rel=\"icon\" href=\"data:,\">\n<title>Investigation report</title>\n"

str page_shell(void)
{
	return STR(
		HEAD
		"<link rel=\"stylesheet\" href=\"app.css\" id=\"" STYLE_ID "\">\n"
		"</head><body>\n<div id=\"app\"></div>\n<script src=\"app.js\"></script>\n</body></html>\n");
}

/* --- the case inside ----------------------------------------------------------------------------- */

/* JSON inside of a script element: "<" only ever stands in strings. */
static int pass_inert(void *ctx, bytes piece)
{
	struct out *to = ctx;
	const char *p = (const char *)piece.ptr, *end = p + piece.len;

	while (p < end) {
		const char *lt = memchr(p, '<', (size_t)(end - p));

		buf_add(&to->b, p, (size_t)((lt ? lt : end) - p));
		if (!lt)
			break;
		buf_z(&to->b, "\\u003c");
		p = lt + 1;
	}
	out_some(to);
	return to->failed ? to->error : 0;
}

static int put_head_block(struct out *o, const struct story *st, err *e)
{
	struct out inert = { .pass = pass_inert, .ctx = o };

	buf_z(&o->b, "<script type=\"application/json\" id=\"case-head\">");
	case_json_page_head(&inert, st);
	buf_byte(&inert.b, '}');
	if (out_end(&inert, e) < 0)
		return -1;
	buf_z(&o->b, "</script>\n");
	return 0;
}

static int put_body_block(struct out *o, struct store *s, const struct story *st, err *e)
{
	struct page_pack *pack = page_pack_new(o);
	struct out packed = { .pass = page_pack_pass, .ctx = pack };
	int rc, error;

	if (!pack)
		return err_errno(e, ENOMEM, "cannot pack the report");
	buf_z(&o->b, "<script type=\"application/gzip+base64\" id=\"case-body\">");
	buf_z(&packed.b, "{\"schema\":\"spoor-case/1\"");
	rc = case_json_page_body(&packed, s, st, e);
	buf_z(&packed.b, "}");
	if (out_end(&packed, rc < 0 ? NULL : e) < 0)
		rc = -1;
	error = page_pack_end(pack);
	if (error && rc == 0)
		rc = err_errno(e, error, "cannot pack the report");
	buf_z(&o->b, "</script>\n");
	return rc;
}

int page_document(struct store *s, const struct story *st, buf *out, err *e)
{
	struct out o = { .fd = -1, .pass = out_keep, .ctx = out };
	int rc;

	case_json_page_head(&o, st);
	rc = case_json_page_body(&o, s, st, e);
	buf_z(&o.b, "}\n");
	return out_end(&o, rc < 0 ? NULL : e) < 0 ? -1 : rc;
}

#include "print.inc"

bytes page_print_style(void)
{
	return (bytes){ PRINT_STYLE, sizeof PRINT_STYLE };
}

void page_hash_source(bytes source, buf *out)
{
	uint8_t digest[SHA256_LEN] = { 0 };
	struct sha256 *sha = sha256_new(NULL);

	if (sha && sha256_add(sha, source, NULL) == 0)
		sha256_end(sha, digest, NULL);
	sha256_free(sha);
	buf_z(out, "'sha256-");
	base64_add(out, (bytes){ digest, sizeof digest });
	buf_byte(out, '\'');
}

/* --- report.html --------------------------------------------------------------------------------- */

/* Drawn before the script has begun, and all there is without one: the sentences. */
static void put_words(void *ctx, bool evidence, str text)
{
	(void)evidence;
	visible_html(ctx, text, false);
}

static void put_first_view(buf *b, const struct story *st)
{
	buf_z(b, "<main><section><h1>Investigation report</h1>\n<ol>\n");
	for (uint32_t i = 0; i < st->nparagraphs; i++) {
		buf_z(b, "<li>");
		story_sentence_each(&st->paragraphs[i].sentence, LANGUAGE_EN, put_words, b);
		buf_z(b, "</li>\n");
	}
	buf_z(b,
	      "</ol>\n<noscript><p class=\"note\">The views and the evidence behind each sentence need the script of this "
	      "file; without it, spoor report CASE --format html writes the same as a plain document.</p></noscript>\n"
	      "</section></main>\n");
}

static void put_policy(buf *b)
{
	buf_z(b, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
	page_hash_source(page_style(), b);
	buf_z(b, "; script-src ");
	page_hash_source(page_script(), b);
	buf_z(b,
	      "; img-src data: blob:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'\">\n");
}

int report_page(struct store *s, const struct story *st, int fd, err *e)
{
	struct out o = { .fd = fd };
	buf *b = &o.b;

	buf_z(b, HEAD);
	put_policy(b);
	buf_z(b, "<style id=\"" STYLE_ID "\">");
	buf_add(b, page_style().ptr, page_style().len);
	buf_z(b, "</style></head><body>\n<div id=\"app\">");
	put_first_view(b, st);
	buf_z(b, "</div>\n");
	if (put_head_block(&o, st, e) < 0 || put_body_block(&o, s, st, e) < 0) {
		out_end(&o, NULL);
		return -1;
	}
	buf_z(b, "<script>");
	buf_add(b, page_script().ptr, page_script().len);
	buf_z(b, "</script>\n</body></html>\n");
	return out_end(&o, e);
}
