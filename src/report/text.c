/* The story in short for a terminal. */
#include "report/report_priv.h"
#include "report/visible.h"
#include "story/incident.h"
#include "util/times.h"

struct wrap {
	buf *out;
	unsigned columns, indent, at;
};

static void new_line(struct wrap *w)
{
	buf_byte(w->out, '\n');
	for (unsigned i = 0; i < w->indent; i++)
		buf_byte(w->out, ' ');
	w->at = w->indent;
}

/* Words of a text, broken at the width; a word that is too long is broken itself. A blank is written with the word behind it,
 * so that no line ends in one. */
static void put_words(struct wrap *w, str s)
{
	bool blank = false;

	while (s.len) {
		str rest, word = str_cut(s, ' ', &rest);
		bool more = word.len < s.len;
		unsigned width = (unsigned)visible_width(word);

		if (w->at > w->indent && w->at + blank + width > w->columns) {
			new_line(w);
		} else if (blank) {
			buf_byte(w->out, ' ');
			w->at++;
		}
		while (width > w->columns - w->indent && word.len > 1) {
			size_t n = w->columns - w->indent;

			n = n < word.len ? n : word.len;
			while (n > 1 && n < word.len && ((unsigned char)word.ptr[n] & 0xC0) == 0x80)
				n--;
			buf_add(w->out, word.ptr, n);
			word = (str){ word.ptr + n, word.len - n };
			width = (unsigned)visible_width(word);
			new_line(w);
		}
		buf_str(w->out, word);
		w->at += width;
		blank = more;
		s = rest;
	}
}

/* Evidence is shown in its beginning: all of it stands in the report. */
static void sentence_part(void *ctx, bool evidence, str text)
{
	enum { SHOWN = 480 };
	size_t n = text.len;

	if (evidence && n > SHOWN)
		for (n = SHOWN; n && ((unsigned char)text.ptr[n] & 0xC0) == 0x80; n--)
			;
	visible_text(ctx, (str){ text.ptr, n });
	if (n < text.len)
		buf_z(ctx, "\xE2\x80\xA6");
}

/* The whole sentence is made visible first, so that what is wrapped holds no control character. */
static void put_sentence(struct wrap *w, const struct story_sentence *s)
{
	buf safe = { 0 };

	story_sentence_each(s, LANGUAGE_EN, sentence_part, &safe);
	put_words(w, buf_view(&safe));
	buf_done(&safe);
}

static const char *color_of(uint8_t weight)
{
	return weight >= 95 ? "" : weight >= 75 ? "\x1b[31m" : weight >= 55 ? "\x1b[33m" : "";
}

static void put_heading(buf *out, bool color, const char *text)
{
	buf_printf(out, "%s%s%s\n", color ? "\x1b[1m" : "", text, color ? "\x1b[0m" : "");
}

enum { HOSTS_SHOWN = 12 };

static int host_cmp(const struct story_host *a, const struct story_host *b)
{
	for (int l = LEVEL_CRITICAL; l >= LEVEL_HIGH; l--)
		if (a->findings[l] != b->findings[l])
			return a->findings[l] > b->findings[l] ? -1 : 1;
	if (a->observations != b->observations)
		return a->observations > b->observations ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* The hosts with most against them, at most HOSTS_SHOWN. */
static uint32_t top_hosts(const struct story *st, const struct story_host *top[HOSTS_SHOWN])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->nhosts_with_logs; i++) {
		const struct story_host *h = &st->hosts[i];
		uint32_t at = n;

		while (at > 0 && host_cmp(h, top[at - 1]) < 0)
			at--;
		if (at == HOSTS_SHOWN)
			continue;
		n += n < HOSTS_SHOWN;
		memmove(&top[at + 1], &top[at], (n - at - 1) * sizeof *top);
		top[at] = h;
	}
	return n;
}

/* A name in so many columns: without its domain where the whole has no room, else cut. */
static void put_name(buf *out, str name, unsigned columns)
{
	buf shown = { 0 };
	str rest;
	size_t n, width;

	if (visible_width(name) > columns && !(name.len && name.ptr[0] >= '0' && name.ptr[0] <= '9'))
		name = str_cut(name, '.', &rest);
	visible_text(&shown, name);
	n = shown.len > columns ? columns - 1 : shown.len;
	while (n && n < shown.len && ((unsigned char)shown.ptr[n] & 0xC0) == 0x80)
		n--;
	width = visible_width((str){ shown.ptr, n }) + (n < shown.len);
	buf_add(out, shown.ptr, n);
	if (n < shown.len)
		buf_z(out, "\xE2\x80\xA6");
	for (; width < columns; width++)
		buf_byte(out, ' ');
	buf_done(&shown);
}

/* Counts and the first event take a fixed part of a line; names get the rest. */
static void put_hosts(const struct story *st, buf *out, unsigned columns)
{
	enum { COUNTS = 2 + 10 + 9 + 7 + 8, TIME = 2 + 20, NAME_LEAST = 12, NAME_MOST = 48 };
	const struct story_host *top[HOSTS_SHOWN];
	uint32_t shown_hosts = top_hosts(st, top);
	bool timed = columns >= COUNTS + TIME + NAME_LEAST;
	unsigned used = COUNTS + (timed ? TIME : 0),
		 name = columns > used + NAME_LEAST ? columns - used : NAME_LEAST;

	name = name < NAME_MOST ? name : NAME_MOST;
	buf_printf(out, "  %-*s %9s %8s %6s %7s%s\n", (int)name, "host", "events", "critical", "high",
		   "medium", timed ? "  first event (UTC)" : "");
	for (uint32_t i = 0; i < shown_hosts; i++) {
		const struct story_host *h = top[i];
		char time[TIME_TEXT_MAX] = "";

		buf_z(out, "  ");
		put_name(out, h->name, name);
		if (h->first_ns != TIME_NONE)
			time_text(h->first_ns - h->first_ns % NS_PER_S, time);
		buf_printf(out, " %9llu %8llu %6llu %7llu%s%s\n", (unsigned long long)h->events,
			   (unsigned long long)h->findings[LEVEL_CRITICAL],
			   (unsigned long long)h->findings[LEVEL_HIGH],
			   (unsigned long long)h->findings[LEVEL_MEDIUM], timed ? "  " : "",
			   timed ? time : "");
	}
	if (st->nhosts_with_logs > shown_hosts)
		buf_printf(out, "  and %u more\n", st->nhosts_with_logs - shown_hosts);
}

/* --- sentences --------------------------------------------------------------------------------- */

static void put_paragraph(buf *out, const struct story_paragraph *p, unsigned columns, bool color)
{
	const char *c = color ? color_of(p->weight) : "";
	struct wrap w = { out, columns, 4, 4 };

	buf_printf(out, "  %s*%s ", c, *c ? "\x1b[0m" : "");
	put_sentence(&w, &p->sentence);
	if (p->recovered)
		put_words(&w, STR(" [recovered records]"));
	buf_byte(out, '\n');
}

static void put_part(buf *out, enum story_part part)
{
	buf key = { 0 };

	buf_printf(&key, "part.%s", story_part_name(part));
	buf_byte(&key, 0);
	if (!key.failed)
		buf_printf(out, "  %s:\n", wording(key.ptr, LANGUAGE_EN));
	buf_done(&key);
}

/* Sentences from one part to another: at most so many, the rest is counted. */
static void put_paragraphs(const struct story *st, enum story_part from, enum story_part to, uint32_t most,
			   unsigned columns, bool color, buf *out)
{
	const struct story_paragraph *before = NULL;
	uint32_t told = 0, more = 0;

	for (uint32_t i = 0; i < st->nparagraphs; i++) {
		const struct story_paragraph *p = &st->paragraphs[i];

		if (p->part < from || p->part > to)
			continue;
		if (told == most) {
			more++;
			continue;
		}
		told++;
		if (from != to && p->part != PART_INCIDENT && (!before || before->part != p->part))
			put_part(out, p->part);
		put_paragraph(out, p, columns, color);
		before = p;
	}
	if (more)
		buf_printf(out, "    and %u more sentences\n", more);
}

/* Hosts by class, as names: what a reader takes to the next step. */
static void put_classes(const struct story *st, unsigned columns, bool color, buf *out)
{
	enum { NAMES = 40 };
	const struct incident *in = st->incident;

	if (!in || in->nincidents == 0)
		return;
	put_heading(out, color, "Hosts by class");
	for (int k = 0; k < CLASSES; k++) {
		struct wrap w = { out, columns, 15, 15 };
		bool listed = k <= CLASS_EXPOSED;
		uint32_t told = 0;

		if (in->by_class[k] == 0)
			continue;
		buf_printf(out, "  %-9s %u", host_class_name((enum host_class)k), in->by_class[k]);
		for (w.at = 13 + (in->by_class[k] > 9) + (in->by_class[k] > 99); listed && w.at < 15; w.at++)
			buf_byte(out, ' ');
		for (uint32_t i = 0; listed && i < in->nhosts && told < NAMES; i++) {
			buf name = { 0 };

			if (in->hosts[i].class != (enum host_class)k)
				continue;
			buf_z(&name, told ? " " : "");
			visible_text(&name, story_host_name(st, in->hosts[i].host));
			told++;
			put_words(&w, buf_view(&name));
			buf_done(&name);
		}
		if (listed && told < in->by_class[k])
			buf_printf(out, " and %u more", in->by_class[k] - told);
		buf_byte(out, '\n');
	}
}

/* What stays on the screen: each incident in a sentence, and what left. */
static void put_short(const struct story *st, unsigned columns, bool color, buf *out)
{
	static const char *const KEYS[] = { "nar.nothing", "nar.head", "nar.entry", "nar.loss",
					    "nar.loss_part" };
	uint32_t told = 0;

	for (uint32_t i = 0; i < st->nparagraphs; i++)
		for (size_t k = 0; k < COUNT(KEYS); k++) {
			if (strcmp(st->paragraphs[i].sentence.key, KEYS[k]) != 0)
				continue;
			if (told++ == 0)
				put_heading(out, color, "In short");
			put_paragraph(out, &st->paragraphs[i], columns, color);
		}
}

void report_text(const struct story *st, unsigned columns, bool color, buf *out)
{
	enum { CASE = 5, NARRATIVE = 60, REST = 15 };

	columns = columns == 0 ? 100 : columns < 40 ? 40 : columns;
	put_heading(out, color, "Story");
	put_paragraphs(st, PART_CASE, PART_CASE, CASE, columns, color, out);
	put_paragraphs(st, PART_INCIDENT, PART_NEXT, NARRATIVE, columns, color, out);
	if (st->incident && st->incident->nincidents)
		put_part(out, PART_REST);
	put_paragraphs(st, PART_REST, PART_REST, REST, columns, color, out);
	put_classes(st, columns, color, out);
	if (st->nhosts_with_logs) {
		put_heading(out, color, "Hosts with logs of their own");
		put_hosts(st, out, columns);
	}
	put_short(st, columns, color, out);
}
