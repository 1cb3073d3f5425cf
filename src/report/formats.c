#include "report/formats.h"

#include "report/paper.h"
#include "report/out.h"

const char *report_format_name(enum report_format f)
{
	static const char *const NAMES[REPORT_FORMATS] = { "md", "docx", "html", "json", "csv" };

	return (unsigned)f < REPORT_FORMATS ? NAMES[f] : NULL;
}

/* A piece of case.json ends at a line end, where no string is open. */
struct redacting {
	struct redactor *r;
	buf held;
	buf *to;
};

static int pass_json(void *ctx, bytes piece)
{
	struct redacting *x = ctx;
	size_t end;

	buf_add(&x->held, piece.ptr, piece.len);
	for (end = x->held.len; end && x->held.ptr[end - 1] != '\n'; end--)
		;
	redact_json(x->r, (str){ x->held.ptr, end }, x->to);
	memmove(x->held.ptr, x->held.ptr + end, x->held.len - end);
	x->held.len -= end;
	return x->held.failed || x->to->failed ? 12 : 0; /* ENOMEM */
}

static int write_json(struct store *s, const struct story *st, struct redactor *r, buf *out, err *e)
{
	struct redacting x = { .r = r, .to = out };
	struct out o = { .fd = -1, .pass = r ? pass_json : out_keep, .ctx = r ? (void *)&x : (void *)out };
	int rc = report_json_out(s, st, &o, e);

	if (rc == 0 && r)
		redact_json(r, buf_view(&x.held), out);
	buf_done(&x.held);
	return rc;
}

int report_format_write(struct store *s, const struct story *st, const struct report_wish *w, const char *dir,
			buf *out, err *e)
{
	struct doc d;
	int rc = 0;

	if (w->format == REPORT_JSON)
		return write_json(s, st, w->redactor, out, e);
	if (doc_build(&d, s, st, w->lang, w->redactor, e) < 0)
		return -1;
	if (w->format == REPORT_CSV)
		rc = doc_csv(&d, dir, e);
	else if (w->format == REPORT_DOCX)
		rc = doc_docx(&d, out, e);
	else if (w->frame.len)
		rc = doc_template(&d, w->frame, w->format == REPORT_HTML, out, e);
	else if (w->format == REPORT_HTML)
		doc_html(&d, out);
	else
		doc_md(&d, out);
	doc_done(&d);
	return rc < 0 ? -1 : out->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the report") : 0;
}
