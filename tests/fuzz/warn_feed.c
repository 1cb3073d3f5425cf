/* Feeds: any text, as JSON of CVE, NVD, CSAF, KEV or as a table of scores, matched with a small stock and written in every form.
 * Each warning must be about a row that there is, with an urgency of 100 at most; what is written is bounded. */
#include <stdint.h>
#include <stdlib.h>

#include "warn/warn.h"

static void fill(struct stock *s)
{
	static const struct stock_given ROWS[] = {
		{ .party = STR("A"),
		  .host = STR("h"),
		  .vendor = STR("Adobe"),
		  .product = STR("Illustrator"),
		  .version = STR("28.5") },
		{ .party = STR("A"),
		  .host = STR("h"),
		  .cpe = STR("cpe:2.3:o:apple:macos:14.1:*:*:*:*:*:*:*") },
		{ .party = STR("B"),
		  .host = STR("i"),
		  .cpe = STR("cpe:2.3:a:adobe:illustrator:28.0:*:*:*:*:*:*:*") },
		{ .party = STR("B"),
		  .host = STR("j"),
		  .purl = STR("pkg:maven/org.example/nimble@1.6"),
		  .exposure = STR("internet") },
		{ .party = STR("C"), .product = STR("Widget") },
	};

	for (size_t i = 0; i < COUNT(ROWS); i++)
		stock_add(s, &ROWS[i]);
}

static void write_all(const struct warn *w)
{
	static const struct warn_publisher P = { .contact = STR("a@example.org"),
						 .tlp = TLP_AMBER,
						 .version = "0" };
	buf out = { 0 }, name = { 0 };

	warn_write_table(w, WARN_EN, &out);
	warn_write_csv(w, WARN_ZH, &out);
	warn_write_json(w, WARN_EN, &out);
	for (size_t i = 0; i < warn_len(w); i++) {
		buf_clear(&name);
		warn_write_csaf(w, i, &P, &name, &out);
		for (size_t k = 0; k < name.len; k++)
			if (name.ptr[k] == '/' || name.ptr[k] == '\0')
				abort();
	}
	for (size_t i = 0; i < warn_parties(w); i++) {
		buf_clear(&name);
		warn_write_notice(w, i, WARN_EN, false, &name, &out);
	}
	for (size_t i = 0; i < out.len; i++)
		if (out.ptr[i] == '\x1b' && warn_len(w) == 0)
			abort();
	if (out.failed)
		abort();
	buf_done(&out);
	buf_done(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct warn_options ALL = { .all = true, .since_ns = TIME_NONE };
	str text = { (const char *)data, size };
	struct warn_counts n;
	struct warn *w = NULL;
	struct stock s;
	err e = { 0 };

	stock_init(&s);
	fill(&s);
	if (warn_new(&w, &s, &ALL, &e) < 0)
		abort();
	warn_feed(w, text, STR("fuzz"), &e);
	warn_ids(w, text, STR("fuzz"), &e);
	if (warn_finish(w, &e) < 0)
		abort();
	n = warn_counts(w);
	if (n.affected + n.undecided > n.records * s.row.len + n.exploited * s.row.len || n.parties > 3)
		abort();
	write_all(w);
	warn_free(w);
	stock_done(&s);
	return 0;
}
