/* desk bulletin: a week in numbers, as a document or for programs. */
#include <stdio.h>

#include "cli/desk_verbs.h"
#include "cli/outfile.h"
#include "desk/bulletin_doc.h"
#include "util/times.h"
#include "util/zone.h"

enum form { FORM_MD, FORM_HTML, FORM_JSON, FORM_DOCX };

static int options_read(struct desk_call *c, struct bulletin *b, enum form *form, err *e)
{
	static const char *const FORMS[] = { "md", "html", "json", "docx", NULL };
	static const char *const LANGS[] = { "en", "zh", NULL };
	const char *week = args_get(c->args, "week"), *zone = args_get(c->args, "zone"),
		   *tlp = args_get(c->args, "tlp");
	int f = args_word(c->args, "format", FORMS, FORM_MD, e),
	    lang = args_word(c->args, "lang", LANGS, 2, e);
	struct record settings;

	if (f < 0 || lang < 0 || desk_settings(c->d, &settings, &c->mem, e) < 0)
		return -1;
	*form = (enum form)f;
	b->week = str_of(week ? week : "");
	b->zone = str_of(zone ? zone : "UTC");
	b->tlp = TLP_CLEAR;
	b->lang = lang < 2 ? (enum story_language)lang : desk_language(record_get(&settings, "lang"));
	if (!zone_fixed(b->zone, &b->offset_s))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "--zone takes UTC or an offset as +08:00");
	if (!week_parse(b->week, b->offset_s, &b->span))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "bulletin needs --week YEAR-Wnn, a week that there is, as 2024-W50");
	if (tlp && !tlp_named(str_of(tlp), &b->tlp))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "--tlp takes a colour of TLP 2.0: clear, green, amber, amber+strict, red");
	return 0;
}

/* "a/b/week.md" to "week". */
static str stem_of(const char *path)
{
	str name = path ? str_basename(str_of(path)) : STR("bulletin");
	size_t dot = str_find(name, STR("."));

	return dot == SIZE_MAX || dot == 0 ? name : (str){ name.ptr, dot };
}

/* Plots of a Markdown file lie beside it: PATH's folder / STEM-NAME.svg. */
static int plots_write(const char *path, const struct deskdoc *d, err *e)
{
	str whole = str_of(path), name = str_basename(whole);

	for (size_t i = 0; i < d->at.len; i++) {
		const struct block *b = &d->at.at[i];
		buf to = { 0 }, svg = { 0 };
		int rc;

		if (b->kind != BLOCK_PLOT)
			continue;
		buf_printf(&to, "%.*s%.*s-%.*s.svg%c", (int)(whole.len - name.len), whole.ptr,
			   STR_ARG(stem_of(path)), STR_ARG(b->cell[0].text), '\0');
		buf_str(&svg, b->svg);
		rc = to.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory")
			       : outfile_put(to.ptr, &svg, e);
		buf_done(&to);
		buf_done(&svg);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int compose(const struct bulletin *b, enum form form, const char *path, buf *out, err *e)
{
	struct deskdoc d = { 0 };
	int rc = 0;

	if (form == FORM_JSON) {
		bulletin_json(out, b);
		return 0;
	}
	rc = bulletin_doc(&d, b, e);
	if (rc == 0 && form == FORM_MD) {
		deskdoc_md(out, &d, stem_of(path));
		rc = path ? plots_write(path, &d, e) : 0;
	} else if (rc == 0 && form == FORM_HTML) {
		deskdoc_html(out, &d);
	} else if (rc == 0) {
		rc = deskdoc_docx(out, &d, b->span.to_ns / NS_PER_S, e);
	}
	deskdoc_done(&d);
	return rc;
}

int desk_bulletin(struct desk_call *c, err *e)
{
	const char *path = args_get(c->args, "output");
	struct bulletin b = { 0 };
	enum form form = FORM_MD;
	buf out = { 0 };
	int rc = options_read(c, &b, &form, e);

	if (rc == 0 && form == FORM_DOCX && !path)
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET, "a docx needs -o FILE");
	if (rc == 0)
		rc = bulletin_count(&b, c->d, e);
	if (rc == 0)
		rc = compose(&b, form, path, &out, e);
	if (rc == 0)
		rc = out.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a bulletin")
				: outfile_put(path, &out, e);
	bulletin_done(&b);
	buf_done(&out);
	return rc;
}
