/* html_priv.h - the parts of report.html. */
#ifndef SPOOR_REPORT_HTML_PRIV_H
#define SPOOR_REPORT_HTML_PRIV_H

#include "report/out.h"
#include "report/report_priv.h"
#include "report/visible.h"
#include "util/times.h"

/* Rows shown per table; the rest is counted and stands in case.json. */
enum {
	ROWS_TIMELINE = 1000,
	ROWS_HOSTS = 500,
	ROWS_EDGES = 500,
	ROWS_FINDINGS = 500,
	ROWS_BLIND = 500,
	ROWS_ITEMS = 1000,
	ROWS_ADDRESSES = 300,
	ROWS_COVERAGE = 300,
	LANES = 14
};

#define CLOCK_WORTH_NS (2 * NS_PER_S) /* less is not worth a row */

struct html {
	struct out o;
	struct store *s;
	const struct story *st;
};

static inline buf *html_buf(struct html *h)
{
	return &h->o.b;
}

/* Frame: up to the first section, and behind the last. */
void html_head(struct html *h);
void html_foot(struct html *h);
void html_nav(struct html *h);

void html_lanes(struct html *h);
void html_incident(struct html *h); /* the narrative and its tables */
void html_story(struct html *h);
void html_timeline(struct html *h);
void html_hosts(struct html *h);
void html_edges(struct html *h);
int html_findings(struct html *h, err *e);
void html_coverage(struct html *h);
void html_clocks(struct html *h);
void html_blind(struct html *h);
void html_gaps(struct html *h);
void html_items(struct html *h);

/* 'sha256-...' of a piece of a page, so that its policy lets nothing else run or style. */
void html_hash_source(bytes source, buf *out);

/* Small things. */
void html_text(buf *b, str s);             /* escaped */
void html_clip(buf *b, str s, size_t max); /* its beginning, with an ellipsis */
void html_time(buf *b, int64_t ns);        /* "2024-04-18 02:14:07.108" */
void html_count(buf *b, uint64_t n);       /* 12 345 */
void html_bytes(buf *b, uint64_t n);
void html_sentence(buf *b, const struct story_sentence *s);
void html_refs(struct html *h, const struct event_ref *refs, uint32_t n, uint64_t of);
const char *html_weight(uint8_t weight); /* class: w80 w60 w40 w0 */
void html_section(struct html *h, const char *id, const char *title, const char *note);
void html_section_end(struct html *h);
void html_cell_time(struct html *h, int64_t first, int64_t last);
void html_cell_text(struct html *h, const char *class, str s); /* class may be NULL */
void html_cell_host(struct html *h, str s);
void html_cell_count(struct html *h, uint64_t n);
void html_cell_end_refs(struct html *h, const struct story_refs *refs, uint64_t of);
void html_host_name(buf *b, str s);
void html_pill(buf *b, const char *class, const char *word);
void html_recovered_mark(buf *b, bool recovered);
/* A table with headings "t:Time|n:Count|What": class before the colon. filter: its id, or NULL. */
void html_table(struct html *h, const char *id, const char *headings);
void html_table_end(struct html *h, uint64_t shown, uint64_t all, const char *what);

#endif
