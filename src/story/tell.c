/* The summary: a handful of sentences, the strongest first, each with its events. */
#include <stdlib.h>

#include "story/narrate.h"
#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum { LISTED = 5, EDGES_TOLD = 12 };

static struct story_paragraph *tell(struct builder *b, uint8_t weight, int64_t ns, struct story_sentence s)
{
	struct story_paragraph *p = VEC_PUSH(&b->paragraph, LIMIT_STORY_OBSERVATIONS);

	if (!p) {
		b->st->dropped++;
		return NULL;
	}
	p->sentence = s;
	p->weight = weight;
	p->time_ns = ns;
	p->part = PART_REST;
	p->incident = STORY_NOBODY;
	return p;
}

/* A list in one value, in each language: "a; b; c and 4 more". */
struct list {
	buf text[LANGUAGES];
	size_t n;
};

static void list_put(buf *text, str s)
{
	size_t n;

	if (text->len)
		buf_z(text, "; ");
	if (s.len > 300) {
		for (n = 300; n && ((unsigned char)s.ptr[n] & 0xC0) == 0x80; n--)
			;
		buf_add(text, s.ptr, n);
		buf_z(text, "\xE2\x80\xA6");
	} else {
		buf_str(text, s);
	}
}

/* Text of the evidence alone. */
static void list_add(struct list *l, str s)
{
	bool shown = l->n++ < LISTED && s.len;

	for (int lang = 0; shown && lang < LANGUAGES; lang++)
		list_put(&l->text[lang], s);
}

static void list_add_said(struct list *l, const struct story_sentence *s)
{
	bool shown = l->n++ < LISTED;

	for (int lang = 0; shown && lang < LANGUAGES; lang++) {
		buf text = { 0 };

		story_sentence_text(s, (enum story_language)lang, &text);
		list_put(&l->text[lang], buf_view(&text));
		buf_done(&text);
	}
}

/* The list becomes the value {list} of a sentence. */
static struct story_sentence listed(struct builder *b, struct list *l, struct story_sentence s)
{
	str in[LANGUAGES];

	for (int lang = 0; lang < LANGUAGES; lang++) {
		buf *text = &l->text[lang];

		if (l->n > LISTED) {
			const struct story_sentence more =
				sentence_of(b, "word.and_more", "count", keep_u64(b, l->n - LISTED), NULL);

			buf_byte(text, ' ');
			story_sentence_text(&more, (enum story_language)lang, text);
		}
		in[lang] = keep(b, buf_view(text));
		b->failed |= text->failed;
		buf_done(text);
	}
	sentence_put(b, &s, "list", in);
	return s;
}

static str host_text(const struct builder *b, uint32_t host)
{
	return host == STORY_NOBODY ? STR("") : b->host.at[host].name;
}

/* --- scope ----------------------------------------------------------------------------------- */

static struct story_paragraph *tell_case(struct builder *b, int64_t ns, struct story_sentence s)
{
	struct story_paragraph *p = tell(b, 100, ns, s);

	if (p)
		p->part = PART_CASE;
	return p;
}

static void tell_scope(struct builder *b)
{
	struct story *st = b->st;
	bool one = st->nhosts_with_logs == 1;
	struct story_paragraph *p;

	if (!st->run.finished)
		tell_case(b, TIME_NONE, sentence_of(b, "sum.unfinished", NULL));
	if (st->events == 0) {
		tell_case(b, TIME_NONE,
			  sentence_of(b, "sum.nothing", "items", keep_u64(b, b->item.len), NULL));
		return;
	}
	p = tell_case(b, st->first_ns,
		      sentence_of(b, one ? "sum.scope_one" : "sum.scope", "events", keep_u64(b, st->events),
				  "hosts", keep_u64(b, st->nhosts_with_logs), "host",
				  b->host.len ? b->host.at[0].name : STR(""), "first",
				  keep_time(b, st->first_ns), "last", keep_time(b, st->last_ns), "items",
				  keep_u64(b, b->item.len), NULL));
	if (p && b->host.len)
		p->refs = b->host.at[0].refs;
}

/* With an incident only its own hosts are told of by what they did: others it has judged otherwise. */
static bool may_tell(const struct builder *b, uint32_t host)
{
	const struct incident *in = b->st->incident;

	if (!in || in->nincidents == 0)
		return true;
	for (uint32_t i = 0; i < in->nhosts; i++)
		if (in->hosts[i].host == host)
			return in->hosts[i].class <= CLASS_LIKELY;
	return false;
}

/* --- web servers ----------------------------------------------------------------------------- */

static struct story_sentence duration(struct builder *b, int64_t ns)
{
	int64_t s = ns / NS_PER_S;

	if (s < 120)
		return sentence_of(
			b, "word.seconds", "count",
			keep_printf(b, "%lld.%lld", (long long)s, (long long)(ns % NS_PER_S / 100000000)),
			NULL);
	if (s < 7200)
		return sentence_of(b, "word.minutes", "count", keep_printf(b, "%lld", (long long)(s / 60)),
				   NULL);
	if (s < 172800)
		return sentence_of(b, "word.hours", "count", keep_printf(b, "%lld", (long long)(s / 3600)),
				   NULL);
	return sentence_of(b, "word.days", "count", keep_printf(b, "%lld", (long long)(s / 86400)), NULL);
}

/* What one host has of pages and of children of servers, in time. */
struct web_sight {
	const struct story_observation *page;  /* the last written before the first child; else the first */
	const struct story_observation *child; /* the first */
	size_t pages, children;
};

/* Commands that servers start day after day are their daily work, whatever they look like. Each start is an
 * observation of its own, so the days are counted over all of them. */
struct habits {
	map of; /* host, parent and command -> last day and how many days, 32 bits each */
};

enum { ROUTINE_DAYS = 3 };

static void habit_key(buf *key, const struct story_observation *o)
{
	buf_clear(key);
	buf_add(key, &o->host, sizeof o->host);
	for (size_t i = 0; i < o->parent.len; i++)
		buf_byte(key, o->parent.ptr[i] >= 'A' && o->parent.ptr[i] <= 'Z'
				      ? (char)(o->parent.ptr[i] + 32)
				      : o->parent.ptr[i]);
	buf_byte(key, 0);
	buf_str(key, o->command);
}

/* From when on a host is under control: what it does then is no habit of its own. */
static int64_t *controlled_since(const struct builder *b)
{
	const struct incident *in = b->st->incident;
	int64_t *since = calloc(b->host.len + 1, sizeof *since);

	for (size_t i = 0; since && i < b->host.len; i++)
		since[i] = INT64_MAX;
	for (uint32_t i = 0; since && in && i < in->nhosts; i++)
		if (in->hosts[i].host < b->host.len && in->hosts[i].class <= CLASS_LIKELY &&
		    in->hosts[i].first_ns != TIME_NONE)
			since[in->hosts[i].host] = in->hosts[i].first_ns;
	return since;
}

static void habits_learn(struct builder *b, struct habits *h)
{
	int64_t *since = controlled_since(b);
	buf key = { 0 };

	b->failed |= !since;

	map_init(&h->of, LIMIT_STORY_PAGES, 64u << 20);
	for (size_t i = 0; since && i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];
		uint32_t day = (uint32_t)(o->first_ns / DAY);
		struct map_entry *m;
		bool fresh;

		if (o->kind != OBS_SERVER_CHILD || o->command.len == 0 || o->first_ns == TIME_NONE ||
		    o->host == STORY_NOBODY || o->first_ns >= since[o->host])
			continue;
		habit_key(&key, o);
		m = map_put(&h->of, buf_view(&key), (uint64_t)day << 32 | 1, &fresh);
		/* observations are by time here: a day does not come back */
		if (m && !fresh && m->value >> 32 != day)
			m->value = (uint64_t)day << 32 | ((m->value & UINT32_MAX) + 1);
	}
	free(since);
	buf_done(&key);
}

static bool is_routine(const struct habits *h, const struct story_observation *o)
{
	struct map_entry *m;
	buf key = { 0 };

	habit_key(&key, o);
	m = o->command.len ? map_get(&h->of, buf_view(&key)) : NULL;
	buf_done(&key);
	return m && (m->value & UINT32_MAX) >= ROUTINE_DAYS;
}

static struct web_sight look(const struct builder *b, const struct habits *h, uint32_t host)
{
	struct web_sight w = { 0 };

	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];

		if (o->host != host)
			continue;
		if (o->kind == OBS_SERVER_CHILD && o->weight >= 80) {
			if (is_routine(h, o))
				continue;
			w.children++;
			if (!w.child)
				w.child = o;
		} else if (o->kind == OBS_PAGE_WRITTEN) {
			w.pages++;
			if (!w.page || !w.child)
				w.page = o;
		}
	}
	return w;
}

static void tell_commands(struct builder *b, const struct habits *h, uint32_t host, const struct web_sight *w)
{
	struct list commands = { 0 };
	struct story_refs refs = { 0 };
	struct story_paragraph *p;
	bool recovered = false;

	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];

		if (o->host != host || o->kind != OBS_SERVER_CHILD || o->weight < 80 || is_routine(h, o))
			continue;
		list_add(&commands, o->command.len ? o->command : str_basename(o->process));
		refs_add_all(&refs, o->refs.at, o->refs.n);
		recovered |= o->recovered;
	}
	p = tell(b, 88, w->child->first_ns,
		 listed(b, &commands,
			sentence_of(b, "sum.web_commands", "count", keep_u64(b, w->children), "host",
				    host_text(b, host), "list", STR(""), NULL)));
	if (p) {
		p->refs = refs;
		p->recovered = recovered;
	}
}

static void tell_compiled(struct builder *b, uint32_t host, const struct story_observation *page)
{
	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];
		struct story_paragraph *p;

		if (o->host != host || o->kind != OBS_PAGE_COMPILED || o->first_ns < page->first_ns ||
		    !str_eq_ascii_nocase(o->object, str_basename(page->object)))
			continue;
		p = tell(b, 89, o->first_ns,
			 sentence_of(b, "sum.page_compiled", "time", keep_time(b, o->first_ns), NULL));
		if (p) {
			p->refs = o->refs;
			p->recovered = o->recovered;
		}
		return;
	}
}

static str command_or_image(const struct story_observation *o)
{
	return o->command.len ? o->command : str_basename(o->process);
}

static struct story_sentence web_shell(struct builder *b, str host, const struct web_sight *w)
{
	const struct story_sentence after = duration(b, w->child->first_ns - w->page->first_ns);
	struct story_sentence s =
		sentence_of(b, "sum.web_shell", "host", host, "object", w->page->object, "time",
			    keep_time(b, w->page->first_ns), "after", STR(""), "parent",
			    str_basename(w->child->parent), "command", command_or_image(w->child), NULL);

	sentence_put_said(b, &s, "after", &after);
	return s;
}

static void tell_web_host(struct builder *b, const struct habits *h, uint32_t host)
{
	struct web_sight w = look(b, h, host);
	struct story_paragraph *p;
	str name = host_text(b, host);

	if (w.page && w.child && w.page->first_ns != TIME_NONE && w.page->first_ns <= w.child->first_ns) {
		p = tell(b, 90, w.page->first_ns, web_shell(b, name, &w));
		if (p) {
			p->refs = w.page->refs;
			refs_add_all(&p->refs, w.child->refs.at, w.child->refs.n);
			p->recovered = w.page->recovered || w.child->recovered;
		}
		tell_compiled(b, host, w.page);
	} else if (w.child) {
		p = tell(b, 85, w.child->first_ns,
			 sentence_of(b, "sum.child_alone", "host", name, "parent",
				     str_basename(w.child->parent), "command", command_or_image(w.child),
				     "time", keep_time(b, w.child->first_ns), NULL));
		if (p) {
			p->refs = w.child->refs;
			p->recovered = w.child->recovered;
		}
	} else if (w.page) {
		p = tell(b, 60, w.page->first_ns,
			 sentence_of(b, "sum.page_alone", "host", name, "count", keep_u64(b, w.pages),
				     "object", w.page->object, "time", keep_time(b, w.page->first_ns), NULL));
		if (p) {
			p->refs = w.page->refs;
			p->recovered = w.page->recovered;
		}
	}
	if (w.children > 1)
		tell_commands(b, h, host, &w);
}

static void tell_web(struct builder *b)
{
	bool *seen = calloc(b->host.len + 1, sizeof *seen);
	struct habits h;

	habits_learn(b, &h);
	for (size_t i = 0; seen && i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];

		if ((o->kind != OBS_PAGE_WRITTEN && o->kind != OBS_SERVER_CHILD) || o->host == STORY_NOBODY ||
		    seen[o->host])
			continue;
		seen[o->host] = true;
		if (!may_tell(b, o->host))
			continue;
		tell_web_host(b, &h, o->host);
	}
	b->failed |= !seen;
	map_done(&h.of);
	free(seen);
}

/* --- the rest -------------------------------------------------------------------------------- */

/* Script itself, or only the name of a page? */
static bool carries_script(str command)
{
	return has_nocase(command, "<script") || has_nocase(command, "runat=") ||
	       has_nocase(command, "eval(");
}

static void tell_cmdlets(struct builder *b)
{
	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];
		struct story_paragraph *p;

		if (o->kind != OBS_ADMIN_CMDLET || o->weight < 90 || !may_tell(b, o->host))
			continue;
		p = tell(b, 91, o->first_ns,
			 sentence_of(b, carries_script(o->command) ? "sum.cmdlet" : "sum.cmdlet_page", "host",
				     host_text(b, o->host), "time", keep_time(b, o->first_ns), "object",
				     o->object, "command", o->command, NULL));
		if (p) {
			p->refs = o->refs;
			p->recovered = o->recovered;
		}
		return; /* the timeline has them all */
	}
}

static void tell_listed(struct builder *b, enum observation_kind kind, const char *key, uint8_t weight)
{
	struct list list = { 0 };
	struct story_refs refs = { 0 };
	struct story_paragraph *p;
	bool recovered = false;
	int64_t first = TIME_NONE;

	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];
		struct story_sentence item;

		if (o->kind != kind)
			continue;
		if (list.n == 0)
			first = o->first_ns;
		item = sentence_of(b, "item.at", "object", o->object, "host", host_text(b, o->host), "time",
				   keep_time(b, o->first_ns), NULL);
		list_add_said(&list, &item);
		refs_add_all(&refs, o->refs.at, o->refs.n);
		recovered |= o->recovered;
	}
	if (list.n == 0)
		return;
	p = tell(b, weight, first, listed(b, &list, sentence_of(b, key, "list", STR(""), NULL)));
	if (p) {
		p->refs = refs;
		p->recovered = recovered;
	}
}

static void tell_alerts(struct builder *b)
{
	const struct story_observation *first = NULL;
	struct story_paragraph *p;
	uint64_t n = 0;

	for (size_t i = 0; i < b->obs.len; i++) {
		if (b->obs.at[i].kind != OBS_ALERT)
			continue;
		n += b->obs.at[i].count;
		first = first ? first : &b->obs.at[i];
	}
	if (!first)
		return;
	p = tell(b, 65, first->first_ns,
		 sentence_of(b, "sum.alerts", "count", keep_u64(b, n), "host", host_text(b, first->host),
			     "time", keep_time(b, first->first_ns), "object", first->object, NULL));
	if (p)
		p->refs = first->refs;
}

static void tell_persistence(struct builder *b)
{
	struct list list = { 0 };
	struct story_refs refs = { 0 };
	struct story_paragraph *p;
	bool recovered = false;
	uint64_t n = 0;

	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];
		struct story_sentence item;

		if (o->kind != OBS_SERVICE && o->kind != OBS_TASK)
			continue;
		n++;
		if (o->weight < 60)
			continue;
		item = sentence_of(b, o->command.len ? "item.command" : "item.on", "object", o->object,
				   "host", host_text(b, o->host), "command", o->command, NULL);
		list_add_said(&list, &item);
		refs_add_all(&refs, o->refs.at, o->refs.n);
		recovered |= o->recovered;
	}
	if (list.n == 0)
		return;
	p = tell(b, 62, TIME_NONE,
		 listed(b, &list,
			sentence_of(b, "sum.persistence", "count", keep_u64(b, n), "list", STR(""), NULL)));
	if (p) {
		p->refs = refs;
		p->recovered = recovered;
	}
}

/* Means of administration, the stronger the higher; 0 for what everybody uses. */
static unsigned edge_rank(const struct story_edge *x)
{
	static const unsigned RANKS[EDGE_KINDS] = {
		[EDGE_REMOTE_INSTALL] = 5, [EDGE_ADMIN_SHARE] = 4,          [EDGE_WINRM] = 3,
		[EDGE_REMOTE_DESKTOP] = 2, [EDGE_EXPLICIT_CREDENTIALS] = 1,
	};

	return RANKS[x->kind];
}

/* The rank from which edges fit the summary. */
static unsigned least_shown(const struct builder *b)
{
	uint64_t n[6] = { 0 }, sum = 0;
	unsigned rank = 5;

	for (size_t i = 0; i < b->edge.len; i++)
		n[edge_rank(&b->edge.at[i])]++;
	for (; rank > 1; rank--) {
		sum += n[rank];
		if (sum + n[rank - 1] > EDGES_TOLD)
			break;
	}
	return rank;
}

static void tell_edges(struct builder *b)
{
	uint64_t admin = 0, told = 0;
	unsigned least;

	for (size_t i = 0; i < b->edge.len; i++)
		admin += edge_rank(&b->edge.at[i]) > 0;
	if (b->edge.len == 0)
		return;
	tell(b, 50, TIME_NONE,
	     sentence_of(b, "sum.edges", "count", keep_u64(b, b->edge.len), "admin", keep_u64(b, admin),
			 NULL));
	least = least_shown(b);
	for (size_t i = 0; i < b->edge.len && told < EDGES_TOLD; i++) {
		const struct story_edge *x = &b->edge.at[i];
		str what = keep_printf(b, "edge.%s", story_edge_name(x->kind));
		struct story_paragraph *p;

		if (edge_rank(x) == 0 || edge_rank(x) < least)
			continue;
		told++;
		p = tell(b, 49, x->first_ns,
			 sentence_of(b, x->count > 1 ? "sum.edge" : "sum.edge_once", "from",
				     x->from == STORY_NOBODY ? x->from_ip : host_text(b, x->from), "to",
				     host_text(b, x->to), "what", str_of(wording(what.ptr, LANGUAGE_EN)),
				     "first", keep_time(b, x->first_ns), "last", keep_time(b, x->last_ns),
				     "count", keep_u64(b, x->count), "account",
				     x->naccounts ? x->accounts[0] : STR(""), NULL));
		if (p) {
			p->refs = x->refs;
			p->recovered = x->recovered;
		}
	}
}

static void tell_findings(struct builder *b)
{
	struct story *st = b->st;
	struct list list = { 0 };
	struct story_refs refs = { 0 };
	struct story_paragraph *p;
	bool recovered = false;
	uint64_t n = 0;

	for (int l = 0; l <= LEVEL_CRITICAL; l++)
		n += st->findings[l];
	if (n == 0) {
		tell(b, 40, TIME_NONE, sentence_of(b, "sum.no_findings", NULL));
		return;
	}
	tell(b, 45, TIME_NONE,
	     sentence_of(b, "sum.findings", "count", keep_u64(b, n), "critical",
			 keep_u64(b, st->findings[LEVEL_CRITICAL]), "high",
			 keep_u64(b, st->findings[LEVEL_HIGH]), "medium",
			 keep_u64(b, st->findings[LEVEL_MEDIUM]), "low", keep_u64(b, st->findings[LEVEL_LOW]),
			 "informational", keep_u64(b, st->findings[LEVEL_INFORMATIONAL]), NULL));
	for (size_t i = 0; i < b->rule.len && b->rule.at[i].level >= LEVEL_HIGH; i++) {
		list_add(&list, keep_printf(b, "%.*s (%llu)", STR_ARG(b->rule.at[i].title),
					    (unsigned long long)b->rule.at[i].count));
		if (i < STORY_REFS)
			refs_add(&refs, &b->rule.at[i].ref);
	}
	if (list.n == 0)
		return;
	p = tell(b, 44, TIME_NONE, listed(b, &list, sentence_of(b, "sum.rules_top", "list", STR(""), NULL)));
	if (p) {
		p->refs = refs;
		p->recovered = recovered;
	}
}

/* --- the incident ---------------------------------------------------------------------------- */

static void tell_narrated(void *ctx, const struct story_paragraph *from)
{
	struct builder *b = ctx;
	struct story_paragraph *p = VEC_PUSH(&b->paragraph, LIMIT_STORY_OBSERVATIONS);

	if (p)
		*p = *from;
	else
		b->st->dropped++;
}

static void tell_incident(struct builder *b)
{
	struct story seen = *b->st; /* what is known so far, before it is handed over */
	struct narrator n = {
		.st = &seen, .in = b->st->incident, .mem = b->mem, .tell = tell_narrated, .ctx = b
	};

	seen.hosts = b->host.at;
	seen.nhosts = (uint32_t)b->host.len;
	seen.edges = b->edge.at;
	seen.nedges = (uint32_t)b->edge.len;
	seen.observations = b->obs.at;
	seen.nobservations = (uint32_t)b->obs.len;
	seen.blind = b->blind.at;
	seen.nblind = (uint32_t)b->blind.len;
	seen.matrix.cells = b->cell.at;
	seen.matrix.ncells = (uint32_t)b->cell.len;
	narrate(&n);
	b->failed |= n.failed;
}

void story_tell(struct builder *b)
{
	bool incident = b->st->incident && b->st->incident->nincidents;

	/* reading order: what it is about, the incident, what else stands out, what rules say, what is not known */
	tell_scope(b);
	if (b->st->incident && b->st->events)
		tell_incident(b);
	tell_cmdlets(b);
	tell_web(b);
	tell_alerts(b);
	if (!incident) {
		tell_persistence(b);
		tell_edges(b);
	}
	tell_listed(b, OBS_LOG_CLEARED, "sum.cleared", 70);
	tell_findings(b);
	if (b->blind.len)
		tell(b, 99, TIME_NONE, sentence_of(b, "sum.blind", "count", keep_u64(b, b->blind.len), NULL));
}
