/* The order of the narrative, and what its parts share. */
#include "story/narrate_priv.h"

#include <stdarg.h>
#include <stdio.h>

#include "util/times.h"

enum { NAMES_LISTED = 8 };

static str kept(struct narrator *n, str s)
{
	n->failed |= s.ptr == NULL;
	return s.ptr ? s : STR("");
}

str narrate_number(struct narrator *n, uint64_t v)
{
	char digits[24], out[40];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && len > 4 && (len - i) % 3 == 0)
			out[at++] = ' ';
		out[at++] = digits[i];
	}
	return kept(n, arena_str(n->mem, (str){ out, (size_t)at }));
}

str narrate_time(struct narrator *n, int64_t ns)
{
	char text[TIME_TEXT_MAX];
	size_t len;

	if (ns == TIME_NONE)
		return STR("");
	len = time_text(ns - ns % NS_PER_S, text);
	return kept(n, arena_printf(n->mem, "%.10s %.*s UTC", text, len > 12 ? (int)len - 12 : 0, text + 11));
}

str narrate_name(const struct narrator *n, uint32_t host)
{
	return story_host_name(n->st, host);
}

str narrate_list(struct narrator *n, const uint32_t *hosts, uint32_t len)
{
	buf b = { 0 };
	str s;

	for (uint32_t i = 0; i < len && i < NAMES_LISTED; i++) {
		buf_z(&b, i ? ", " : "");
		buf_str(&b, narrate_name(n, hosts[i]));
	}
	if (len > NAMES_LISTED)
		buf_printf(&b, " (+%u)", len - NAMES_LISTED);
	s = kept(n, arena_str(n->mem, buf_view(&b)));
	buf_done(&b);
	return s;
}

const struct incident_host *narrate_host(const struct narrator *n, uint32_t host)
{
	for (uint32_t i = 0; i < n->in->nhosts; i++)
		if (n->in->hosts[i].host == host)
			return &n->in->hosts[i];
	return NULL;
}

str narrate_way(struct narrator *n, const char *via)
{
	buf b = { 0 };
	const char *text;
	str key;

	if (!via || !*via)
		via = "unknown";
	buf_z(&b, "way.");
	for (const char *c = via; *c; c++)
		buf_byte(&b, *c == ' ' || *c == '-' ? '_' : *c);
	key = kept(n, arena_str(n->mem, buf_view(&b)));
	buf_done(&b);
	text = key.len ? wording(key.ptr, LANGUAGE_EN) : "";
	return text == key.ptr ? kept(n, arena_str(n->mem, str_of(via))) : key;
}

void narrate_span(const struct narrator *n, uint32_t incident, int64_t *first, int64_t *last)
{
	*first = *last = TIME_NONE;
	for (uint32_t i = 0; i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];

		if (c->incident == incident && c->grade >= GRADE_STRONG)
			span_add(first, last, TIME_NONE, c->ns);
	}
	/* a thing that lay there before is no beginning: that is when the first host was under control */
	for (uint32_t i = 0; i < n->in->nhosts; i++)
		if (n->in->hosts[i].incident == incident)
			span_add(first, last, n->in->hosts[i].first_ns, n->in->hosts[i].first_ns);
	for (uint32_t i = 0; i < n->in->nexternal; i++)
		if (n->in->external[i].incident == incident && n->in->external[i].role == EXTERNAL_C2)
			span_add(first, last, TIME_NONE, n->in->external[i].last_ns);
	for (uint32_t i = 0; i < n->in->nlosses; i++)
		if (n->in->losses[i].incident == incident)
			span_add(first, last, TIME_NONE, n->in->losses[i].last_ns);
	for (uint32_t i = 0; i < n->in->nentries; i++)
		if (n->in->entries[i].incident == incident)
			span_add(first, last, n->in->entries[i].ns, TIME_NONE);
}

str sentence_value(const struct story_sentence *s, const char *name)
{
	for (uint32_t i = 0; i < s->nargs; i++)
		if (strcmp(s->names[i], name) == 0)
			return s->values[i];
	return STR("");
}

void narrate_sentence(struct narrator *n, uint32_t incident, enum story_part part, uint8_t weight, int64_t ns,
		      const struct story_refs *refs, const struct story_sentence *s)
{
	struct story_paragraph p = {
		.sentence = *s, .time_ns = ns, .weight = weight, .part = part, .incident = incident
	};

	if (refs)
		p.refs = *refs;
	n->tell(n->ctx, &p);
}

void narrate_say(struct narrator *n, uint32_t incident, enum story_part part, uint8_t weight, int64_t ns,
		 const struct story_refs *refs, const char *key, ...)
{
	struct story_sentence s = { .key = key };
	const char *name;
	va_list ap;

	va_start(ap, key);
	while ((name = va_arg(ap, const char *)) != NULL && s.nargs < STORY_ARGS) {
		s.names[s.nargs] = name;
		s.values[s.nargs++] = va_arg(ap, str);
	}
	va_end(ap);
	narrate_sentence(n, incident, part, weight, ns, refs, &s);
}

static void counts_of(const struct narrator *n, uint32_t incident, uint64_t by_class[CLASSES])
{
	for (uint32_t i = 0; i < n->in->nhosts; i++)
		if (n->in->hosts[i].incident == incident)
			by_class[n->in->hosts[i].class]++;
}

static void narrate_head(struct narrator *n, uint32_t incident)
{
	uint64_t by_class[CLASSES] = { 0 };
	struct story_refs refs = { 0 };
	int64_t first, last;

	counts_of(n, incident, by_class);
	narrate_span(n, incident, &first, &last);
	for (uint32_t i = 0; i < n->in->nclues && refs.n < STORY_REFS; i++)
		if (n->in->clues[i].incident == incident && n->in->clues[i].grade == GRADE_CONTROL)
			refs_add_all(&refs, n->in->clues[i].refs.at, n->in->clues[i].refs.n);
	narrate_say(n, incident, PART_INCIDENT, 95, first, &refs, "nar.head", "number",
		    narrate_number(n, incident + 1), "count", narrate_number(n, n->in->nincidents), "first",
		    narrate_time(n, first), "last", narrate_time(n, last), "confirmed",
		    narrate_number(n, by_class[CLASS_CONFIRMED]), "likely",
		    narrate_number(n, by_class[CLASS_LIKELY]), NULL);
}

/* Nothing amounts to an incident: that is no proof that there was none. */
static void narrate_nothing(struct narrator *n)
{
	const uint32_t *c = n->in->by_class;
	uint64_t signs = (uint64_t)c[CLASS_CONFIRMED] + c[CLASS_LIKELY] + c[CLASS_EXPOSED];

	narrate_say(n, STORY_NOBODY, PART_INCIDENT, 95, TIME_NONE, NULL, "nar.nothing", "cleared",
		    narrate_number(n, c[CLASS_CLEARED]), "unknown", narrate_number(n, c[CLASS_UNKNOWN]),
		    "exposed", narrate_number(n, signs), NULL);
}

void narrate(struct narrator *n)
{
	if (n->in->nincidents == 0)
		narrate_nothing(n);
	for (uint32_t i = 0; i < n->in->nincidents; i++) {
		narrate_head(n, i);
		narrate_beginning(n, i);
		narrate_planted(n, i);
		narrate_spread(n, i);
		narrate_hosts(n, i);
		narrate_outside(n, i);
		narrate_erased(n, i);
		narrate_doubt(n, i);
	}
	narrate_decided(n);
	narrate_unseen(n);
	narrate_next(n);
}

const char *story_part_name(enum story_part part)
{
	static const char *const NAMES[STORY_PARTS] = {
		[PART_CASE] = "case",     [PART_INCIDENT] = "incident", [PART_BEGINNING] = "beginning",
		[PART_RELAYS] = "relays", [PART_PLANTED] = "planted",   [PART_SPREAD] = "spread",
		[PART_HOSTS] = "hosts",   [PART_CONTROL] = "control",   [PART_LOSS] = "loss",
		[PART_END] = "end",       [PART_ERASED] = "erased",     [PART_DOUBT] = "doubt",
		[PART_UNSEEN] = "unseen", [PART_NEXT] = "next",         [PART_REST] = "rest",
	};

	return (unsigned)part < STORY_PARTS ? NAMES[part] : NULL;
}
