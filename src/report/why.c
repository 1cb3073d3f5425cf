#include "report/why.h"

#include <math.h>

#include "report/report_priv.h"
#include "report/visible.h"
#include "story/incident.h"
#include "story/odds.h"
#include "util/times.h"

enum { CLUES_SHOWN = 60 };

/* --- names ---------------------------------------------------------------------------------------------- */

static bool is_name_of(const struct story_host *h, str name)
{
	if (str_eq_ascii_nocase(h->name, name))
		return true;
	for (uint32_t i = 0; i < h->naliases; i++)
		if (str_eq_ascii_nocase(h->aliases[i], name))
			return true;
	return false;
}

uint32_t report_host_named(const struct story *st, str name)
{
	uint32_t found = STORY_NOBODY;

	for (uint32_t i = 0; i < st->nhosts; i++)
		if (is_name_of(&st->hosts[i], name))
			return i;
	if (name.len == 0 || str_find(name, STR(".")) != SIZE_MAX)
		return STORY_NOBODY;
	for (uint32_t i = 0; i < st->nhosts; i++) {
		str rest;

		if (!str_eq_ascii_nocase(str_cut(st->hosts[i].name, '.', &rest), name))
			continue;
		if (found != STORY_NOBODY)
			return STORY_NOBODY;
		found = i;
	}
	return found;
}

static void put(buf *out, str s)
{
	visible_text(out, s);
}

static void put_time(buf *out, int64_t ns)
{
	char text[TIME_TEXT_MAX];

	if (ns == TIME_NONE)
		buf_z(out, "unknown");
	else
		buf_add(out, text, time_text(ns, text));
}

static void part(void *ctx, bool evidence, str text)
{
	(void)evidence;
	visible_text(ctx, text);
}

static void put_refs(const struct story *st, const struct story_refs *r, buf *out)
{
	char text[REF_TEXT_MAX];

	for (uint32_t i = 0; i < r->n; i++) {
		buf_z(out, "        spoor show . ");
		buf_add(out, text, story_ref_text(st, &r->at[i], text));
		buf_byte(out, '\n');
	}
}

/* --- a host ------------------------------------------------------------------------------------------------ */

struct sums {
	enum clue_grade grade[FAMILIES];
	uint64_t clues[FAMILIES];
	bool blocked;
};

static struct sums sums_of(const struct incident *in, uint32_t host)
{
	struct sums s = { 0 };

	for (uint32_t i = 0; i < in->nclues; i++) {
		const struct story_clue *c = &in->clues[i];

		if (c->host != host || c->grade == GRADE_NOTE)
			continue;
		s.blocked |= c->grade == GRADE_BLOCKED;
		s.clues[c->family]++;
		if (c->grade > s.grade[c->family])
			s.grade[c->family] = c->grade;
	}
	return s;
}

static void put_rule(const struct incident_host *h, const struct sums *s, buf *out)
{
	bool stopped = s->blocked && (h->class == CLASS_EXPOSED || h->class == CLASS_CLEARED);
	buf key = { 0 };

	buf_printf(&key, "class.%s%s", host_class_name(h->class), stopped ? "_blocked" : "");
	buf_byte(&key, 0);
	if (!key.failed)
		buf_z(out, wording(key.ptr, LANGUAGE_EN));
	buf_done(&key);
}

static void put_sum(const struct incident_host *h, const struct sums *s, buf *out)
{
	double odds = ODDS_PRIOR;

	buf_printf(out, "  log-odds  %+5.1f  before any evidence\n", ODDS_PRIOR);
	for (int k = 0; k < FAMILIES; k++) {
		double add = clue_odds((enum clue_family)k, s->grade[k]);

		odds += add;
		if (s->clues[k])
			buf_printf(out, "            %+5.1f  %s, strongest of %llu: %s\n", add,
				   clue_family_name((enum clue_family)k), (unsigned long long)s->clues[k],
				   clue_grade_name(s->grade[k]));
	}
	if (h->class == CLASS_CLEARED || h->class == CLASS_UNKNOWN)
		buf_z(out, "            the class sets the probability, not the sum\n");
	else if (fabs(odds_probability(odds) - h->probability) > 0.01)
		buf_printf(out, "            %+5.1f  together; the verdict's own sum differs\n", odds);
	else
		buf_printf(out, "            %+5.1f  together: %.1f %%\n", odds,
			   odds_probability(odds) * 100);
}

static void put_clue(const struct story *st, const struct story_clue *c, buf *out)
{
	buf_z(out, "  ");
	put_time(out, c->ns);
	buf_printf(out, "  %s, %s, %s\n    ", clue_family_name(c->family), clue_grade_name(c->grade),
		   c->phase);
	story_sentence_each(&c->sentence, LANGUAGE_EN, part, out);
	buf_byte(out, '\n');
	put_refs(st, &c->refs, out);
}

static void put_clues(const struct story *st, uint32_t host, buf *out)
{
	const struct incident *in = st->incident;
	uint32_t told = 0, more = 0;

	for (uint32_t i = 0; i < in->nclues; i++) {
		if (in->clues[i].host != host)
			continue;
		if (told == CLUES_SHOWN) {
			more++;
			continue;
		}
		if (told++ == 0)
			buf_z(out, "Signs, by time:\n");
		put_clue(st, &in->clues[i], out);
	}
	if (told == 0)
		buf_z(out, "No sign of this host is recorded.\n");
	if (more)
		buf_printf(out, "  and %u more in case.json\n", more);
}

static const struct incident_host *verdict_on(const struct incident *in, uint32_t host)
{
	for (uint32_t i = 0; i < in->nhosts; i++)
		if (in->hosts[i].host == host)
			return &in->hosts[i];
	return NULL;
}

static void put_logs(const struct story_host *h, buf *out)
{
	if (!h->has_logs) {
		buf_z(out, "  logs      none of its own: others speak of it\n");
		return;
	}
	buf_z(out, "  logs      ");
	put_time(out, h->first_ns);
	buf_z(out, " to ");
	put_time(out, h->last_ns);
	buf_printf(out, ", %u channels, %llu events\n", h->nchannels, (unsigned long long)h->events);
}

static enum why_found why_host(const struct story *st, uint32_t host, buf *out)
{
	const struct incident_host *h = verdict_on(st->incident, host);
	struct sums s = sums_of(st->incident, host);

	if (!h)
		return WHY_NO_HOST;
	put(out, story_host_name(st, host));
	buf_printf(out, ": %s, %.1f %%", host_class_name(h->class), h->probability * 100);
	if (h->incident != STORY_NOBODY)
		buf_printf(out, ", incident %u%s", h->incident + 1, h->entry ? ", entry" : "");
	buf_z(out, "\n  rule      ");
	put_rule(h, &s, out);
	buf_byte(out, '\n');
	if (h->decided) {
		buf_z(out, "  declared  ");
		put(out, h->decided->value);
		buf_z(out, " by ");
		put(out, h->decided->who);
		buf_z(out, " at ");
		put_time(out, h->decided->at_ns);
		buf_z(out, ": ");
		put(out, h->decided->reason);
		buf_byte(out, '\n');
	}
	put_sum(h, &s, out);
	put_logs(&st->hosts[host], out);
	if (h->first_ns != TIME_NONE) {
		buf_z(out, "  since     ");
		put_time(out, h->first_ns);
		buf_byte(out, '\n');
	}
	if (h->parent != STORY_NOBODY) {
		buf_z(out, "  reached   from ");
		put(out, story_host_name(st, h->parent));
		buf_z(out, " by ");
		put(out, str_of(h->via));
		buf_byte(out, '\n');
	}
	put_clues(st, host, out);
	return WHY_TOLD;
}

/* --- a way -------------------------------------------------------------------------------------------------- */

static uint32_t put_told_edges(const struct story *st, uint32_t from, uint32_t to, buf *out)
{
	const struct incident *in = st->incident;
	uint32_t told = 0;

	for (uint32_t i = 0; i < in->nedges; i++) {
		const struct incident_edge *e = &in->edges[i];

		if (e->from != from || e->to != to)
			continue;
		told++;
		buf_z(out, "  ");
		put_time(out, e->ns);
		buf_printf(out, "  %s%s%s", e->kind,
			   e->first ? ", the way by which it was first reached" : "",
			   e->account.len ? ", account " : "");
		put(out, e->account);
		buf_byte(out, '\n');
		put_refs(st, &e->refs, out);
	}
	for (uint32_t i = 0; i < in->nclues; i++)
		if (in->clues[i].host == to && in->clues[i].from == from) {
			told++;
			put_clue(st, &in->clues[i], out);
		}
	return told;
}

static uint32_t put_seen_edges(const struct story *st, uint32_t from, uint32_t to, buf *out)
{
	uint32_t told = 0;

	for (uint32_t i = 0; i < st->nedges; i++) {
		const struct story_edge *e = &st->edges[i];

		if (e->from != from || e->to != to)
			continue;
		if (told++ == 0)
			buf_z(out, "All access that was recorded:\n");
		buf_z(out, "  ");
		put_time(out, e->first_ns);
		buf_z(out, " to ");
		put_time(out, e->last_ns);
		buf_printf(out, "  %s, %llu times", story_edge_name(e->kind), (unsigned long long)e->count);
		for (uint32_t k = 0; k < e->naccounts; k++) {
			buf_z(out, k ? ", " : ", accounts ");
			put(out, e->accounts[k]);
		}
		buf_byte(out, '\n');
		put_refs(st, &e->refs, out);
	}
	return told;
}

static enum why_found why_edge(const struct story *st, uint32_t from, uint32_t to, buf *out)
{
	buf told = { 0 }, seen = { 0 };
	uint32_t ntold = put_told_edges(st, from, to, &told), nseen = put_seen_edges(st, from, to, &seen);

	if (ntold + nseen) {
		put(out, story_host_name(st, from));
		buf_z(out, " to ");
		put(out, story_host_name(st, to));
		buf_z(out, ntold ? ": of the incident\n" : ": recorded, no part of an incident\n");
		buf_str(out, buf_view(&told));
		buf_str(out, buf_view(&seen));
		out->failed |= told.failed || seen.failed;
	}
	buf_done(&told);
	buf_done(&seen);
	return ntold + nseen ? WHY_TOLD : WHY_NO_EDGE;
}

/* --- a sentence ---------------------------------------------------------------------------------------------- */

static enum why_found why_sentence(const struct story *st, uint64_t number, buf *out)
{
	const struct story_paragraph *p;

	if (number == 0 || number > st->nparagraphs)
		return WHY_NO_SENTENCE;
	p = &st->paragraphs[number - 1];
	buf_printf(out, "%llu of %u, part %s", (unsigned long long)number, st->nparagraphs,
		   story_part_name(p->part));
	if (p->incident != STORY_NOBODY)
		buf_printf(out, ", incident %u", p->incident + 1);
	buf_z(out, "\n  ");
	story_sentence_each(&p->sentence, LANGUAGE_EN, part, out);
	buf_printf(out, "\n  made of %s with\n", p->sentence.key);
	for (uint32_t i = 0; i < p->sentence.nargs; i++) {
		buf_printf(out, "    %-10s ", p->sentence.names[i]);
		put(out, p->sentence.values[i]);
		buf_byte(out, '\n');
	}
	buf_z(out,
	      p->refs.n ? "  events\n"
			: "  It counts what other sentences and tables list; it has no events of its own.\n");
	put_refs(st, &p->refs, out);
	return WHY_TOLD;
}

enum why_found report_why(const struct story *st, str what, buf *out)
{
	size_t dots = str_find(what, STR(".."));
	uint32_t host, other;
	uint64_t number;

	host = report_host_named(st, what);
	if (host == STORY_NOBODY && str_to_u64(what, &number))
		return why_sentence(st, number, out);
	if (!st->incident)
		return WHY_NO_INCIDENT;
	if (host != STORY_NOBODY)
		return why_host(st, host, out);
	if (dots == SIZE_MAX)
		return WHY_NO_HOST;
	host = report_host_named(st, (str){ what.ptr, dots });
	other = report_host_named(st, (str){ what.ptr + dots + 2, what.len - dots - 2 });
	if (host == STORY_NOBODY || other == STORY_NOBODY)
		return WHY_NO_HOST;
	return why_edge(st, host, other, out);
}
