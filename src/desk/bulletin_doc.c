#include "desk/bulletin_doc.h"

#include <stdio.h>

#include "desk/svgbars.h"
#include "util/limits.h"
#include "util/times.h"

enum { PLACES = 12, PLOT_ROWS = 12 };

static const char *word(const struct bulletin *b, const char *key)
{
	return desk_word(key, b->lang);
}

static void add_word(struct deskdoc *d, const struct bulletin *b, enum block_kind kind, const char *key,
		     const struct desk_arg *args)
{
	buf text = { 0 };

	desk_say(&text, b->lang, key, args);
	deskdoc_add(d, kind, buf_view(&text));
	d->failed |= text.failed;
	buf_done(&text);
}

/* Where the number at i stands in the appendix. */
static void anchor_of(char to[24], size_t i)
{
	snprintf(to, 24, "n%zu", i + 1);
}

/* --- head ------------------------------------------------------------------------------------------------- */

static void day(buf *to, int64_t ns)
{
	char text[TIME_TEXT_MAX];

	time_text(ns, text);
	buf_printf(to, "%.10s", text);
}

static void summary(struct deskdoc *d, const struct bulletin *b)
{
	const struct bulletin_number *all = bulletin_number(b, "incidents.handled"),
				     *cross = bulletin_number(b, "incidents.cross_border"),
				     *closed = bulletin_number(b, "incidents.closed");
	buf n = { 0 }, change = { 0 }, over = { 0 }, share = { 0 }, done = { 0 };

	if (!all || !cross || !closed || all->n[NOW] == 0) {
		add_word(d, b, BLOCK_TEXT, "bulletin.quiet", NULL);
		return;
	}
	buf_u64(&n, all->n[NOW]);
	bulletin_change(&change, b, all);
	buf_u64(&over, cross->n[NOW]);
	buf_printf(&share, "%.1f", 100.0 * (double)cross->n[NOW] / (double)all->n[NOW]);
	buf_u64(&done, closed->n[NOW]);
	add_word(d, b, BLOCK_TEXT, "bulletin.summary",
		 (struct desk_arg[]){ { "n", buf_view(&n) },
				      { "change", buf_view(&change) },
				      { "cross", buf_view(&over) },
				      { "share", buf_view(&share) },
				      { "closed", buf_view(&done) },
				      { 0 } });
	buf_done(&n), buf_done(&change), buf_done(&over), buf_done(&share), buf_done(&done);
}

static void head(struct deskdoc *d, const struct bulletin *b)
{
	const char *colour = tlp_name(b->tlp) + 4;
	buf from = { 0 }, to = { 0 };
	char key[32];

	day(&from, b->span.from_ns + b->offset_s * NS_PER_S);
	day(&to, b->span.to_ns + b->offset_s * NS_PER_S - NS_PER_DAY);
	snprintf(key, sizeof key, "tlp.%s", colour);
	add_word(d, b, BLOCK_TITLE, "bulletin.title", (struct desk_arg[]){ { "week", b->week }, { 0 } });
	add_word(d, b, BLOCK_TEXT, "bulletin.period",
		 (struct desk_arg[]){ { "from", buf_view(&from) },
				      { "to", buf_view(&to) },
				      { "zone", b->zone },
				      { "org", b->org },
				      { 0 } });
	add_word(
		d, b, BLOCK_TEXT, "bulletin.marked",
		(struct desk_arg[]){ { "tlp", str_of(colour) }, { "meaning", str_of(word(b, key)) }, { 0 } });
	summary(d, b);
	add_word(d, b, BLOCK_TEXT, "bulletin.resolve", NULL);
	buf_done(&from);
	buf_done(&to);
}

/* --- tables --------------------------------------------------------------------------------------------------- */

static void table_head(struct deskdoc *d, const struct bulletin *b)
{
	struct block *row = deskdoc_add(d, BLOCK_HEAD, str_of(word(b, "head.what")));

	deskdoc_cell(d, row, (struct block_cell){ .text = str_of(word(b, "head.now")), .number = true });
	deskdoc_cell(d, row, (struct block_cell){ .text = str_of(word(b, "head.before")), .number = true });
	deskdoc_cell(d, row, (struct block_cell){ .text = str_of(word(b, "head.change")), .number = true });
}

static void table_row(struct deskdoc *d, const struct bulletin *b, size_t i)
{
	const struct bulletin_number *n = &b->number.at[i];
	buf label = { 0 }, now = { 0 }, before = { 0 }, change = { 0 };
	struct block *row;
	char anchor[24];

	anchor_of(anchor, i);
	bulletin_label(&label, b, n);
	buf_u64(&now, n->n[NOW]);
	buf_u64(&before, n->n[BEFORE]);
	bulletin_change(&change, b, n);
	row = deskdoc_add(d, BLOCK_ROW, buf_view(&label));
	deskdoc_cell(d, row,
		     (struct block_cell){ buf_view(&now), n->n[NOW] ? str_of(anchor) : STR(""), true });
	deskdoc_cell(d, row,
		     (struct block_cell){ buf_view(&before), n->n[BEFORE] ? str_of(anchor) : STR(""), true });
	deskdoc_cell(d, row, (struct block_cell){ .text = buf_view(&change), .number = true });
	buf_done(&label), buf_done(&now), buf_done(&before), buf_done(&change);
}

/* Is the number in the document? Of places the largest only; JSON has all. */
static bool is_shown(const struct bulletin *b, size_t i)
{
	size_t rank = 0;

	if (b->number.at[i].group < NUMBERS_SECTORS)
		return true;
	for (size_t k = 0; k < i; k++)
		rank += b->number.at[k].group == b->number.at[i].group;
	return rank < PLACES;
}

static void section(struct deskdoc *d, const struct bulletin *b, const char *title, enum number_group group,
		    enum number_group and_group)
{
	bool any = false;

	for (size_t i = 0; i < b->number.len; i++) {
		if ((b->number.at[i].group != group && b->number.at[i].group != and_group) || !is_shown(b, i))
			continue;
		if (!any) {
			deskdoc_add(d, BLOCK_SECTION, str_of(word(b, title)));
			table_head(d, b);
		}
		any = true;
		table_row(d, b, i);
	}
}

/* --- plots ------------------------------------------------------------------------------------------------------- */

static void plot(struct deskdoc *d, const struct bulletin *b, const char *name, const char *title,
		 enum number_group group)
{
	const str names[2] = { str_of(word(b, "word.this_week")), str_of(word(b, "word.week_before")) };
	struct svg_bar bars[PLOT_ROWS];
	buf labels[PLOT_ROWS] = { { 0 } }, svg = { 0 };
	struct block *block;
	size_t n = 0;

	for (size_t i = 0; i < b->number.len && n < PLOT_ROWS; i++) {
		const struct bulletin_number *x = &b->number.at[i];

		/* numbers of other sizes would hide these */
		if (x->group != group || str_is(x->key, "leaked_bytes") || str_is(x->key, "leaked_records") ||
		    x->n[NOW] + x->n[BEFORE] == 0)
			continue;
		bulletin_label(&labels[n], b, x);
		bars[n] = (struct svg_bar){ buf_view(&labels[n]), { x->n[NOW], x->n[BEFORE] } };
		n++;
	}
	if (n) {
		svg_bars(&svg, str_of(word(b, title)), bars, n, names);
		block = deskdoc_add(d, BLOCK_PLOT, str_of(name));
		deskdoc_cell(d, block, (struct block_cell){ .text = str_of(word(b, title)) });
		if (block)
			block->svg = arena_str(&d->mem, buf_view(&svg));
		d->failed |= !block || !block->svg.ptr || svg.failed;
	}
	for (size_t i = 0; i < n; i++)
		buf_done(&labels[i]);
	buf_done(&svg);
}

/* --- cases, advice ------------------------------------------------------------------------------------------------- */

static str or_not_said(const struct bulletin *b, str s)
{
	return s.len ? s : str_of(word(b, "word.not_said"));
}

static void one_case(struct deskdoc *d, const struct bulletin *b, size_t i)
{
	const struct bulletin_case *c = &b->top.at[i];
	const struct rsit_type *type = rsit_named(c->type);
	char severity[32], letter[2] = { (char)('A' + i), 0 };
	buf counts = { 0 };

	snprintf(severity, sizeof severity, "severity.%.*s", (int)u64_min(c->severity.len, 16),
		 c->severity.ptr);
	if (c->hosts)
		buf_printf(&counts, "%s: %llu. ", word(b, "number.hosts"), (unsigned long long)c->hosts);
	if (c->leaked_records)
		buf_printf(&counts, "%s: %llu. ", word(b, "number.leaked_records"),
			   (unsigned long long)c->leaked_records);
	if (c->cross_border)
		buf_z(&counts, word(b, "case.cross"));
	add_word(d, b, BLOCK_ITEM, "case.line",
		 (struct desk_arg[]){
			 { "letter", str_of(letter) },
			 { "type", type ? str_of(b->lang == LANGUAGE_ZH ? type->zh : type->en) : c->type },
			 { "severity", str_of(word(b, severity)) },
			 { "sector", or_not_said(b, c->sector) },
			 { "province", or_not_said(b, c->province) },
			 { "counts", str_trim(buf_view(&counts)) },
			 { 0 } });
	buf_done(&counts);
}

static void cases(struct deskdoc *d, const struct bulletin *b)
{
	deskdoc_add(d, BLOCK_SECTION, str_of(word(b, "section.cases")));
	for (size_t i = 0; i < b->top.len; i++)
		one_case(d, b, i);
	if (b->top.len == 0)
		add_word(d, b, BLOCK_TEXT, "case.none", NULL);
}

/* For the classes of incidents that occurred, the most frequent first; each once. */
static void advice(struct deskdoc *d, const struct bulletin *b)
{
	const char *said[4] = { 0 };
	size_t n = 0;

	deskdoc_add(d, BLOCK_SECTION, str_of(word(b, "section.advice")));
	add_word(d, b, BLOCK_ITEM, "advice.general", NULL);
	for (size_t i = 0; i < b->number.len && n < COUNT(said); i++) {
		const struct bulletin_number *x = &b->number.at[i];
		const struct rsit_type *type =
			x->group == NUMBERS_TYPES && x->n[NOW] ? rsit_named(x->key) : NULL;
		bool new = type != NULL;
		char key[64];

		for (size_t k = 0; new &&k < n; k++)
			new = strcmp(said[k], type->group) != 0;
		if (!new)
			continue;
		snprintf(key, sizeof key, "advice.%s", type->group);
		if (desk_word(key, b->lang) == key)
			continue;
		said[n++] = type->group;
		add_word(d, b, BLOCK_ITEM, key, NULL);
	}
}

/* --- appendix -------------------------------------------------------------------------------------------------------- */

static void ids(struct deskdoc *d, const struct bulletin *b, const struct bulletin_number *n, int side)
{
	buf text = { 0 };

	if (n->part[side].len == 0)
		return;
	buf_printf(&text, "%s, %llu: ", word(b, side == NOW ? "word.this_week" : "word.week_before"),
		   (unsigned long long)n->n[side]);
	for (size_t i = 0; i < n->part[side].len; i++) {
		buf_z(&text, i ? ", " : "");
		buf_str(&text, n->part[side].at[i].id);
		if (n->part[side].at[i].n != 1)
			buf_printf(&text, " (%llu)", (unsigned long long)n->part[side].at[i].n);
	}
	deskdoc_add(d, BLOCK_TEXT, buf_view(&text));
	d->failed |= text.failed;
	buf_done(&text);
}

static void appendix(struct deskdoc *d, const struct bulletin *b)
{
	deskdoc_add(d, BLOCK_SECTION, str_of(word(b, "section.appendix")));
	for (size_t i = 0; i < b->number.len; i++) {
		const struct bulletin_number *n = &b->number.at[i];
		buf label = { 0 };
		struct block *entry;
		char anchor[24];

		if (n->n[NOW] + n->n[BEFORE] == 0 || !is_shown(b, i))
			continue;
		anchor_of(anchor, i);
		bulletin_label(&label, b, n);
		entry = deskdoc_add(d, BLOCK_ENTRY, buf_view(&label));
		if (entry)
			entry->anchor = arena_str(&d->mem, str_of(anchor));
		d->failed |= !entry || !entry->anchor.ptr;
		ids(d, b, n, NOW);
		ids(d, b, n, BEFORE);
		buf_done(&label);
	}
}

int bulletin_doc(struct deskdoc *d, const struct bulletin *b, err *e)
{
	deskdoc_init(d, b->lang == LANGUAGE_ZH ? "zh-Hans" : "en");
	head(d, b);
	section(d, b, "section.numbers", NUMBERS_MAIN, NUMBERS_MAIN);
	plot(d, b, "numbers", "plot.counts", NUMBERS_MAIN);
	section(d, b, "section.types", NUMBERS_TYPES, NUMBERS_TYPES);
	plot(d, b, "kinds", "plot.types", NUMBERS_TYPES);
	section(d, b, "section.severities", NUMBERS_SEVERITIES, NUMBERS_SEVERITIES);
	section(d, b, "section.sectors", NUMBERS_SECTORS, NUMBERS_SECTORS);
	section(d, b, "section.provinces", NUMBERS_PROVINCES, NUMBERS_PROVINCES);
	section(d, b, "section.vulns", NUMBERS_VULNS, NUMBERS_VULNS);
	section(d, b, "section.actions", NUMBERS_ACTIONS, NUMBERS_BY_PARTY);
	cases(d, b);
	advice(d, b);
	appendix(d, b);
	return d->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a bulletin") : 0;
}
