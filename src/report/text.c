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

/* Words of a text, broken at the width; a word that is too long is broken itself. */
static void put_words(struct wrap *w, str s)
{
	while (s.len) {
		str rest, word = str_cut(s, ' ', &rest);
		bool space = word.len < s.len;
		unsigned width = (unsigned)visible_width(word);

		if (w->at > w->indent && w->at + width > w->columns)
			new_line(w);
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
		if (space && w->at < w->columns) {
			buf_byte(w->out, ' ');
			w->at++;
		}
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

static void put_hosts(const struct story *st, buf *out, unsigned columns)
{
	const struct story_host *top[HOSTS_SHOWN];
	uint32_t shown_hosts = top_hosts(st, top);
	unsigned name = columns > 90 ? 32 : 24;

	buf_printf(out, "  %-*s %10s %8s %8s %8s  %s\n", (int)name, "host", "events", "critical", "high",
		   "medium", "first event (UTC)");
	for (uint32_t i = 0; i < shown_hosts; i++) {
		const struct story_host *h = top[i];
		char time[TIME_TEXT_MAX] = "";
		buf shown = { 0 };
		size_t n;

		visible_text(&shown, h->name);
		n = shown.len > name ? name - 1 : shown.len;
		while (n && n < shown.len && ((unsigned char)shown.ptr[n] & 0xC0) == 0x80)
			n--;
		buf_z(out, "  ");
		buf_add(out, shown.ptr, n);
		if (n < shown.len)
			buf_z(out, "\xE2\x80\xA6");
		for (size_t k = visible_width((str){ shown.ptr, n }) + (n < shown.len); k < name; k++)
			buf_byte(out, ' ');
		if (h->first_ns != TIME_NONE)
			time_text(h->first_ns - h->first_ns % NS_PER_S, time);
		buf_printf(out, " %10llu %8llu %8llu %8llu  %s\n", (unsigned long long)h->events,
			   (unsigned long long)h->findings[LEVEL_CRITICAL],
			   (unsigned long long)h->findings[LEVEL_HIGH],
			   (unsigned long long)h->findings[LEVEL_MEDIUM], time);
		buf_done(&shown);
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
		struct wrap w = { out, columns, 14, 14 };
		bool listed = k <= CLASS_EXPOSED;
		uint32_t told = 0;

		if (in->by_class[k] == 0)
			continue;
		buf_printf(out, "  %-9s %-3u", host_class_name((enum host_class)k), in->by_class[k]);
		w.at = 15;
		for (uint32_t i = 0; listed && i < in->nhosts && told < NAMES; i++) {
			buf name = { 0 };

			if (in->hosts[i].class != (enum host_class)k)
				continue;
			buf_z(&name, " ");
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
}
