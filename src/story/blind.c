/* What could not be seen, and why: as much part of the story as what could. */
#include <stdlib.h>

#include "story/signals.h"
#include "story/story_priv.h"
#include "util/limits.h"

static struct story_blind *blind_at(struct builder *b, enum blind_kind kind, uint32_t host)
{
	struct story_blind *x = VEC_PUSH(&b->blind, LIMIT_STORY_OBSERVATIONS);

	if (!x) {
		b->st->dropped++;
		return NULL;
	}
	x->kind = kind;
	x->host = host;
	return x;
}

static void blind_run(struct builder *b)
{
	const struct story *st = b->st;
	uint64_t recovered = 0;
	struct story_blind *x;

	if (!st->run.finished && (x = blind_at(b, BLIND_RUN, STORY_NOBODY)) != NULL)
		x->sentence = sentence_of(b, "blind.unfinished", NULL);
	if (st->run.rules_rejected && (x = blind_at(b, BLIND_RUN, STORY_NOBODY)) != NULL)
		x->sentence =
			sentence_of(b, "blind.rules", "count", keep_u64(b, st->run.rules_rejected), NULL);
	for (unsigned s = 0; st->declared && s < SIGNALS; s++)
		if (st->declared->signals_off >> s & 1 && (x = blind_at(b, BLIND_RUN, STORY_NOBODY)) != NULL)
			x->sentence = sentence_of(b, "blind.signal_off", "what",
						  str_of(signal_name((enum signal)s)), NULL);
	for (size_t i = 0; i < b->item.len; i++)
		recovered += b->item.at[i].recovered;
	if (recovered && (x = blind_at(b, BLIND_RUN, STORY_NOBODY)) != NULL)
		x->sentence = sentence_of(b, "blind.recovered", "count", keep_u64(b, recovered), NULL);
}

/* One line per kind of gap; each gap by itself stands in its own list. */
static void blind_gaps(struct builder *b)
{
	bool told[GAP_KINDS] = { false };

	for (size_t i = 0; i < b->gap.len; i++) {
		const struct gap *g = &b->gap.at[i];
		bool missing = g->kind == GAP_MISSING;
		struct story_blind *x;
		const char *kind = gap_kind_name(g->kind);

		if (!missing && told[g->kind])
			continue;
		told[g->kind] = true;
		x = blind_at(b, missing ? BLIND_MISSING_RECORDS : BLIND_UNREAD, STORY_NOBODY);
		if (!x)
			return;
		if (missing)
			x->sentence = sentence_of(b, "blind.missing", "text", keep(b, str_of(g->text)), NULL);
		else
			x->sentence = sentence_of(
				b, "blind.unread", "count", keep_u64(b, b->st->gaps_by_kind[g->kind]), "kind",
				str_of(wording(keep_printf(b, "gap.%s", kind ? kind : "").ptr, LANGUAGE_EN)),
				"text", keep(b, str_of(g->text)), NULL);
	}
}

/* Text that no format knows was read, and yet not understood: an item with verdict ok is no proof of anything. */
static void blind_text(struct builder *b)
{
	const struct store_item *first = NULL;
	struct story_blind *x;
	uint64_t n = 0;

	for (size_t i = 0; i < b->item.len; i++) {
		if (!str_eq(b->item.at[i].format, STR("plaintext")))
			continue;
		first = first ? first : &b->item.at[i];
		n++;
	}
	if (n && (x = blind_at(b, BLIND_UNREAD, STORY_NOBODY)) != NULL)
		x->sentence =
			sentence_of(b, "blind.text", "count", keep_u64(b, n), "path", first->path, NULL);
}

static void blind_sources(struct builder *b)
{
	for (size_t i = 0; i < b->cell.len; i++) {
		const struct matrix_cell *c = &b->cell.at[i];
		const struct story_host *h = &b->host.at[c->host];
		struct story_blind *x = c->missing ? blind_at(b, BLIND_CHANNEL, c->host) : NULL;
		str name, hides;

		if (!x)
			continue;
		name = keep_printf(b, "source.%s", source_name(c->source));
		hides = keep_printf(b, "hides.%s", source_name(c->source));
		x->sentence = sentence_of(b, "blind.channel", "host", h->name, "kind",
					  str_of(wording(name.len ? name.ptr : "", LANGUAGE_EN)), "what",
					  str_of(wording(hides.len ? hides.ptr : "", LANGUAGE_EN)), NULL);
		x->refs = h->refs;
	}
}

/* "2024-04-19 to 2024-04-25", or one day, which reads alike everywhere. */
static void silence_words(struct builder *b, struct story_sentence *s, str span)
{
	const str to = STR(" to ");
	size_t at = str_find(span, to), end = at + to.len;
	struct story_sentence words;

	if (at == SIZE_MAX)
		return;
	words = sentence_of(b, "word.span", "from", (str){ span.ptr, at }, "to",
			    (str){ span.ptr + end, span.len - end }, NULL);
	sentence_put_said(b, s, "span", &words);
}

static void blind_channels(struct builder *b, uint32_t host)
{
	const struct story_host *h = &b->host.at[host];
	struct story_blind *x;

	for (uint32_t i = 0; i < h->nchannels; i++) {
		const struct story_channel *c = &h->channels[i];

		if (c->silent_days == 0 || c->days < 3 || c->recovered)
			continue; /* two days prove no habit of writing every day */
		x = blind_at(b, BLIND_SILENCE, host);
		if (!x)
			return;
		x->sentence = sentence_of(b, "blind.silence", "host", h->name, "channel", c->name, "count",
					  keep_u64(b, c->silent_days), "span", c->longest_silence, NULL);
		silence_words(b, &x->sentence, c->longest_silence);
		x->refs = c->refs;
	}
	if (b->no_command[host] && (x = blind_at(b, BLIND_COMMAND_LINES, host)) != NULL)
		x->sentence = sentence_of(b, "blind.commands", "host", h->name, "count",
					  keep_u64(b, b->no_command[host]), NULL);
}

static void blind_cleared(struct builder *b)
{
	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];
		struct story_blind *x;

		if (o->kind != OBS_LOG_CLEARED || (x = blind_at(b, BLIND_CLEARED, o->host)) == NULL)
			continue;
		x->sentence =
			sentence_of(b, "blind.cleared", "host",
				    o->host == STORY_NOBODY ? STR("") : b->host.at[o->host].name, "object",
				    o->object, "time", keep_time(b, o->last_ns), "account", o->account, NULL);
		x->refs = o->refs;
	}
}

static int blind_order(const void *pa, const void *pb)
{
	/* grouped by kind; within a kind as they came: by host, by time */
	const struct story_blind *a = *(const struct story_blind *const *)pa;
	const struct story_blind *b = *(const struct story_blind *const *)pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a > b) - (a < b);
}

static void group_by_kind(struct builder *b)
{
	const struct story_blind **order = calloc(b->blind.len + 1, sizeof *order);
	struct story_blind *sorted = calloc(b->blind.len + 1, sizeof *sorted);

	for (size_t i = 0; order && sorted && i < b->blind.len; i++)
		order[i] = &b->blind.at[i];
	if (order && sorted && b->blind.len) {
		qsort(order, b->blind.len, sizeof *order, blind_order);
		for (size_t i = 0; i < b->blind.len; i++)
			sorted[i] = *order[i];
		memcpy(b->blind.at, sorted, b->blind.len * sizeof *sorted);
	}
	b->failed |= !order || !sorted;
	free(order);
	free(sorted);
}

void blind_collect(struct builder *b)
{
	struct story_blind *x;

	blind_run(b);
	blind_gaps(b);
	blind_text(b);
	blind_cleared(b);
	blind_sources(b);
	for (uint32_t i = 0; i < b->host.len; i++) {
		const struct story_host *h = &b->host.at[i];

		if (h->has_logs) {
			blind_channels(b, i);
		} else if ((x = blind_at(b, BLIND_NO_LOGS, i)) != NULL) {
			x->sentence = sentence_of(b, "blind.no_logs", "host", h->name, "count",
						  keep_u64(b, h->events), NULL);
			x->refs = h->refs;
		}
		if (h->ambiguous && (x = blind_at(b, BLIND_RUN, i)) != NULL)
			x->sentence = sentence_of(b, "blind.ambiguous", "host", h->name, NULL);
	}
	if (b->st->dropped && (x = blind_at(b, BLIND_RUN, STORY_NOBODY)) != NULL)
		x->sentence = sentence_of(b, "blind.dropped", "count", keep_u64(b, b->st->dropped), NULL);
	group_by_kind(b);
}
