#include "report/report_priv.h"

#include "report/paper.h"
#include "report/out.h"
#include "report/page.h"

const char *report_level_name(enum finding_level level)
{
	static const char *const NAMES[] = { "informational", "low", "medium", "high", "critical" };

	return (unsigned)level < COUNT(NAMES) ? NAMES[level] : "informational";
}

/* Items are ordered by number, which need not be dense. */
const struct store_item *story_ref_item(const struct story *st, const struct event_ref *r)
{
	size_t lo = 0, hi = st->nitems;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (st->items[mid].id < r->item)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < st->nitems && st->items[lo].id == r->item ? &st->items[lo] : NULL;
}

size_t story_ref_text(const struct story *st, const struct event_ref *r, char out[REF_TEXT_MAX])
{
	const struct store_item *it = story_ref_item(st, r);

	return event_ref_text(it && it->has_sha256 ? it->sha256 : NULL, r, out);
}

int report_html(struct store *s, const struct story *st, int fd, err *e)
{
	struct out o = { .fd = fd };
	struct doc d;

	if (doc_build(&d, s, st, LANGUAGE_EN, NULL, e) < 0)
		return -1;
	doc_html(&d, &o.b);
	doc_done(&d);
	return out_end(&o, e);
}

struct job {
	struct store *s;
	const struct story *st;
};

static int fill_json(void *ctx, int fd, err *e)
{
	struct job *j = ctx;

	return report_json(j->s, j->st, fd, e);
}

static int fill_html(void *ctx, int fd, err *e)
{
	struct job *j = ctx;

	return page_script().len ? report_page(j->s, j->st, fd, e) : report_html(j->s, j->st, fd, e);
}

int report_write(struct store *s, const struct story *st, const char *dir, err *e)
{
	struct job j = { .s = s, .st = st };

	if (out_file(dir, "case.json", fill_json, &j, e) < 0)
		return -1;
	return out_file(dir, "report.html", fill_html, &j, e);
}
