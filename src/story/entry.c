/* Servers that were made to run commands. No single sight makes an entry: what a server's process starts,
 * who asked for which page at that time, what was left behind and whom the server called first after
 * it are counted together, and what the server does every other day counts nothing. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum {
	ROUTINE_DAYS = 3, /* the same command on as many days: the server's own habit */
	ENOUGH = 4,       /* points that make an entry */
};

/* A process below a server process. */
struct below {
	uint32_t host;
	int64_t ns;
	text_id shape; /* its command without digits, or its image */
	text_id command, parent;
	uint32_t looks; /* tools of looking around in it, a bit each */
	bool direct;
	bool guessed; /* by the user alone */
	struct story_refs refs;
};

/* Commands of one host close to each other. */
struct burst {
	uint32_t host, nlooks, commands;
	uint32_t sure; /* of them, those whose parent a log names */
	int64_t from, to;
	size_t first;
	struct story_refs refs;
};

struct asked;
struct candidate;

struct search {
	struct finder *f;
	map below_keys, shape_keys;
	map runs_as; /* host and user: the program of a server that runs as this user */
	VEC(struct below) below;
	VEC(struct burst) burst;
	VEC(struct asked) asked; /* by server, path, time */
	VEC(struct candidate) candidate;
};

/* --- processes below servers ----------------------------------------------------------------- */

static uint32_t look_bit(str word)
{
	char lower[16];

	if (word.len == 0 || word.len >= sizeof lower || !role_is(ROLE_LOOK, word))
		return 0;
	for (size_t i = 0; i < word.len; i++)
		lower[i] = (char)(word.ptr[i] | 0x20);
	/* a bit by length and first letters is enough: it only has to tell them apart mostly */
	return 1u << ((lower[0] * 7 + lower[word.len > 1 ? 1 : 0] * 3 + (int)word.len) % 32);
}

static uint32_t looks_in(str command)
{
	uint32_t bits = 0;
	size_t from = 0;

	for (size_t i = 0; i <= command.len; i++) {
		char c = i < command.len ? command.ptr[i] : ' ';
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (word)
			continue;
		bits |= look_bit((str){ command.ptr + from, i - from });
		from = i + 1;
	}
	return bits;
}

static text_id shape_of(struct finder *f, str s)
{
	buf shape = { 0 };
	text_id id;

	for (size_t i = 0; i < s.len && i < 160; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			buf_byte(&shape, s.ptr[i]);
	id = trace_id_lower(&f->t, buf_view(&shape));
	buf_done(&shape);
	return id;
}

static void below_add(struct search *s, const struct fact *f, uint32_t host, text_id server, bool direct,
		      buf *key)
{
	struct below *c = VEC_PUSH(&s->below, LIMIT_STORY_PAGES);
	str command = f->attr[FA_COMMAND].len ? f->attr[FA_COMMAND] : str_basename(f->attr[FA_PROCESS]);

	if (!c) {
		s->f->b->st->dropped++;
		return;
	}
	c->host = host;
	c->ns = f->first_ns;
	c->direct = direct;
	c->guessed = server != 0;
	c->shape = shape_of(s->f, command);
	c->command = trace_id(&s->f->t, command);
	c->parent = server ? server : trace_id(&s->f->t, f->attr[FA_PARENT]);
	c->looks = looks_in(command) | looks_in(str_basename(f->attr[FA_PROCESS]));
	refs_add_all(&c->refs, f->refs, f->nrefs);
	process_key(key, host, f->attr[FA_PROCESS_ID]);
	map_put(&s->below_keys, buf_view(key), s->below.len - 1, NULL);
}

/* Whom a process of Unix runs as, where it is not he who logged on: a service's user. Everything may run as root. Empty:
 * not told, or somebody's own. */
static str service_user(const struct fact *f)
{
	str user = f->attr[FA_DETAIL];
	bool unix_path = str_starts(f->attr[FA_PROCESS], STR("/"));

	if (!unix_path || str_eq(user, STR("uid 0")) || str_eq(user, STR("root")) ||
	    str_eq(user, f->attr[FA_ACCOUNT]))
		return (str){ "", 0 };
	return user;
}

static void runs_as_key(buf *key, uint32_t host, str user)
{
	buf_add(key, &host, sizeof host);
	buf_str(key, user);
}

static int on_server_runs(void *ctx, const struct fact *f, err *e)
{
	struct search *s = ctx;
	uint32_t host = host_named(s->f->b, f->attr[FA_HOST]);
	str user = service_user(f);
	buf key = { 0 };

	(void)e;
	if (host == STORY_NOBODY || user.len == 0 ||
	    !(role_is(ROLE_SERVER, f->attr[FA_PROCESS]) || role_is(ROLE_RUNTIME, f->attr[FA_PROCESS])))
		return 0;
	runs_as_key(&key, host, user);
	map_put(&s->runs_as, buf_view(&key), trace_id(&s->f->t, f->attr[FA_PROCESS]), NULL);
	buf_done(&key);
	return 0;
}

/* The server below which a program was started whose parent no log names: one that runs as the same user. 0: none. */
static text_id server_of(struct search *s, const struct fact *f, uint32_t host)
{
	str user = service_user(f);
	struct map_entry *m;
	buf key = { 0 };

	if (f->attr[FA_PARENT].len || user.len == 0)
		return 0;
	runs_as_key(&key, host, user);
	m = map_get(&s->runs_as, buf_view(&key));
	buf_done(&key);
	return m ? (text_id)m->value : 0;
}

static int on_start(void *ctx, const struct fact *f, err *e)
{
	struct search *s = ctx;
	text_id server;
	uint32_t host = host_named(s->f->b, f->attr[FA_HOST]);
	buf key = { 0 };
	struct map_entry *m;
	bool direct;

	(void)e;
	if (host == STORY_NOBODY || !fact_is_usable(f))
		return 0;
	server = server_of(s, f, host);
	direct = server || role_is(ROLE_SERVER, f->attr[FA_PARENT]) ||
		 role_is(ROLE_RUNTIME, f->attr[FA_PARENT]);
	process_key(&key, host, f->attr[FA_PARENT_ID]);
	m = f->attr[FA_PARENT_ID].len ? map_get(&s->below_keys, buf_view(&key)) : NULL;
	if (m && (m->value >= s->below.len || f->first_ns - s->below.at[m->value].ns > DAY))
		m = NULL; /* the number was used again */
	if (direct ? role_is(ROLE_TOOL, f->attr[FA_PROCESS]) : m != NULL)
		below_add(s, f, host, server, direct, &key);
	buf_done(&key);
	return 0;
}

static int below_order(const void *pa, const void *pb)
{
	const struct below *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (a->shape > b->shape) - (a->shape < b->shape);
}

/* On how many days does this host run a command of this shape? */
static void shapes_count(struct search *s)
{
	for (size_t i = 0; i < s->below.len; i++) {
		const struct below *c = &s->below.at[i];
		uint32_t key[2] = { c->host, c->shape };
		uint64_t day = (uint64_t)(c->ns / DAY);
		bool fresh;
		struct map_entry *m = map_put(&s->shape_keys, (str){ (const char *)key, sizeof key },
					      day << 16 | 1, &fresh);

		if (m && !fresh && m->value >> 16 != day)
			m->value = day << 16 | ((m->value & 0xffff) + ((m->value & 0xffff) < 0xffff));
	}
}

static bool is_routine(const struct search *s, const struct below *c)
{
	uint32_t key[2] = { c->host, c->shape };
	struct map_entry *m = map_get(&s->shape_keys, (str){ (const char *)key, sizeof key });

	return m && (m->value & 0xffff) >= ROUTINE_DAYS && !c->looks;
}

static void bursts_find(struct search *s)
{
	struct burst *u = NULL;
	uint32_t looks = 0;

	if (s->below.len)
		qsort(s->below.at, s->below.len, sizeof *s->below.at, below_order);
	shapes_count(s);
	for (size_t i = 0; i < s->below.len; i++) {
		const struct below *c = &s->below.at[i];

		if (is_routine(s, c))
			continue;
		if (!u || u->host != c->host || c->ns - u->to > HOUR) {
			u = VEC_PUSH(&s->burst, LIMIT_STORY_PAGES);
			if (!u)
				return;
			*u = (struct burst){ .host = c->host, .from = c->ns, .first = i };
			looks = 0;
		}
		u->to = c->ns;
		u->commands++;
		u->sure += !c->guessed;
		looks |= c->looks;
		u->nlooks = (uint32_t)__builtin_popcount(looks);
		refs_add_all(&u->refs, c->refs.at, c->refs.n);
	}
}

/* --- who asked for what ---------------------------------------------------------------------- */

/* A request that was answered, in the order of server, path and time. */
struct asked {
	uint32_t server, path, client, row;
	int64_t ns;
};

static int asked_order(const void *pa, const void *pb)
{
	const struct asked *a = pa, *b = pb;

	if (a->server != b->server)
		return a->server < b->server ? -1 : 1;
	if (a->path != b->path)
		return a->path < b->path ? -1 : 1;
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (a->client > b->client) - (a->client < b->client);
}

static void asked_collect(struct search *s)
{
	struct trace *t = &s->f->t;

	for (size_t i = 0; i < t->request.len; i++) {
		const struct request *r = &t->request.at[i];
		struct asked *a = r->first_ok_ns == TIME_NONE ? NULL : VEC_PUSH(&s->asked, LIMIT_TRACE_ROWS);

		if (a)
			*a = (struct asked){ r->server, r->path, r->client, (uint32_t)i, r->first_ok_ns };
	}
	if (s->asked.len)
		qsort(s->asked.at, s->asked.len, sizeof *s->asked.at, asked_order);
}

/* --- what speaks for an entry ------------------------------------------------------------------ */

enum sight {
	SIGHT_LOOKING,   /* several tools of looking around below the server's process */
	SIGHT_COMMAND,   /* an unusual command below it */
	SIGHT_NEW_PAGE,  /* somebody outside was first to ask for a path, and was answered */
	SIGHT_PAGE_FILE, /* a page was written below the web root */
	SIGHT_PAGE_USED, /* and that very page was asked for from outside */
	SIGHT_SCRIPT,    /* a management command with a page in it */
	SIGHT_INSTALLED, /* a service, task or module that the organisation had not seen */
	SIGHT_CALLED,    /* a place outside that nobody had called before */
	SIGHT_SHIELD,    /* protection was told to look away */
	SIGHTS
};

static const uint8_t POINTS[SIGHTS] = {
	[SIGHT_LOOKING] = 2,   [SIGHT_COMMAND] = 1,   [SIGHT_NEW_PAGE] = 1,
	[SIGHT_PAGE_FILE] = 1, [SIGHT_PAGE_USED] = 2, [SIGHT_SCRIPT] = 3,
	[SIGHT_INSTALLED] = 1, [SIGHT_CALLED] = 1,    [SIGHT_SHIELD] = 1,
};

/* A candidate: a host and the time around which it is looked at. */
struct candidate {
	const struct finder *f;
	uint32_t host, points;
	int64_t at, begin; /* begin: the first sight that counts */
	bool sight[SIGHTS];
};

static void see(struct candidate *c, enum sight k, int64_t ns)
{
	static const enum signal OF[SIGHTS] = {
		[SIGHT_LOOKING] = SIGNAL_SERVER_COMMANDS, [SIGHT_COMMAND] = SIGNAL_SERVER_COMMANDS,
		[SIGHT_NEW_PAGE] = SIGNAL_NEW_PAGES,      [SIGHT_PAGE_FILE] = SIGNAL_WRITTEN_PAGES,
		[SIGHT_PAGE_USED] = SIGNAL_WRITTEN_PAGES, [SIGHT_SCRIPT] = SIGNAL_WRITTEN_PAGES,
		[SIGHT_INSTALLED] = SIGNAL_NEW_INSTALLS,  [SIGHT_CALLED] = SIGNAL_FIRST_CALLS,
		[SIGHT_SHIELD] = SIGNAL_WRITTEN_PAGES,
	};

	if (!uses(c->f, OF[k]))
		return;
	if (!c->sight[k])
		c->points += POINTS[k];
	c->sight[k] = true;
	if (k <= SIGHT_SCRIPT && (c->begin == TIME_NONE || ns < c->begin))
		c->begin = ns;
}

static size_t asked_from(const struct search *s, uint32_t server)
{
	size_t lo = 0, hi = s->asked.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->asked.at[mid].server < server)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The first that was answered for its path? */
static bool is_first(const struct search *s, size_t i)
{
	return i == 0 || s->asked.at[i - 1].server != s->asked.at[i].server ||
	       s->asked.at[i - 1].path != s->asked.at[i].path;
}

/* Calls fn for each path that somebody outside was the first to be answered for between from and to. */
static void each_new_path(const struct search *s, uint32_t server, int64_t from, int64_t to,
			  void (*fn)(const struct search *, const struct asked *, void *), void *ctx)
{
	for (size_t i = asked_from(s, server); i < s->asked.len && s->asked.at[i].server == server; i++) {
		const struct asked *a = &s->asked.at[i];

		if (is_first(s, i) && a->ns >= from && a->ns <= to && is_outside(s->f, a->client))
			fn(s, a, ctx);
	}
}

static void on_new_path(const struct search *s, const struct asked *a, void *ctx)
{
	struct candidate *c = ctx;
	const struct request *r = &s->f->t.request.at[a->row];

	if (r->post || role_is(ROLE_PAGE, trace_text(&s->f->t, a->path)))
		see(c, SIGHT_NEW_PAGE, a->ns);
}

static void see_requests(const struct search *s, struct candidate *c)
{
	each_new_path(s, c->host, c->at - HOUR, c->at + HOUR, on_new_path, c);
}

/* Was somebody outside the first to ask for this page, after it had been written? A page that was asked for
 * before was there before: an update. */
static bool is_used(const struct search *s, const struct story_observation *o)
{
	str base = str_basename(o->object);

	for (size_t k = asked_from(s, o->host); k < s->asked.len && s->asked.at[k].server == o->host; k++) {
		const struct asked *a = &s->asked.at[k];

		if (is_first(s, k) && a->ns >= o->first_ns - MINUTE && a->ns < o->first_ns + 7 * DAY &&
		    is_outside(s->f, a->client) &&
		    str_eq_ascii_nocase(str_basename(trace_text(&s->f->t, a->path)), base))
			return true;
	}
	return false;
}

/* Pages written near, and whether somebody outside asked for one. */
static void see_pages(const struct search *s, struct candidate *c)
{
	struct builder *b = s->f->b;

	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];

		if (o->host != c->host || o->recovered || o->first_ns == TIME_NONE ||
		    o->first_ns < c->at - 2 * HOUR || o->first_ns > c->at + DAY)
			continue;
		if (o->kind == OBS_ADMIN_CMDLET && o->weight >= 90)
			see(c, SIGHT_SCRIPT, o->first_ns);
		if (o->kind == OBS_DEFENSE && has_nocase(o->sentence.values[1], "xclusion"))
			see(c, SIGHT_SHIELD, o->first_ns);
		if (o->kind != OBS_PAGE_WRITTEN)
			continue;
		see(c, SIGHT_PAGE_FILE, o->first_ns);
		if (is_used(s, o))
			see(c, SIGHT_PAGE_USED, o->first_ns);
	}
}

/* What was left behind and whom the server called, both new to the whole organisation. */
static void see_after(const struct search *s, struct candidate *c)
{
	const struct finder *f = s->f;

	for (size_t i = 0; i < f->t.install.len; i++) {
		const struct install *n = &f->t.install.at[i];

		if (n->host == c->host && n->s.first_ns >= c->at - 10 * MINUTE &&
		    n->s.first_ns < c->at + 3 * HOUR && f->object_seen[n->object].hosts <= 2 &&
		    f->object_seen[n->object].first_ns >= c->at - 10 * MINUTE)
			see(c, SIGHT_INSTALLED, n->s.first_ns);
	}
	for (size_t i = 0; i < f->t.contact.len; i++) {
		const struct contact *k = &f->t.contact.at[i];

		if (k->host == c->host && k->s.first_ns >= c->at - 10 * MINUTE &&
		    k->s.first_ns < c->at + DAY && !k->refused &&
		    f->dest_seen[k->dest].first_ns >= c->at - HOUR)
			see(c, SIGHT_CALLED, k->s.first_ns);
	}
}

/* --- candidates ------------------------------------------------------------------------------- */

static void candidate_judge(struct search *s, uint32_t host, int64_t at, const struct burst *u)
{
	struct candidate c = { .f = s->f, .host = host, .at = at, .begin = TIME_NONE }, *kept;
	bool other;

	if (u && u->nlooks >= 2)
		see(&c, SIGHT_LOOKING, u->from);
	if (u && (u->sure || u->nlooks)) /* applications start programs under their own user, too */
		see(&c, SIGHT_COMMAND, u->from);
	see_requests(s, &c);
	see_pages(s, &c);
	see_after(s, &c);
	/* a page that was put there and is used is an application, unless something else speaks */
	other = c.sight[SIGHT_LOOKING] || c.sight[SIGHT_SCRIPT] ||
		(c.sight[SIGHT_PAGE_USED] &&
		 (c.sight[SIGHT_COMMAND] || c.sight[SIGHT_SHIELD] || c.sight[SIGHT_CALLED]));
	if (c.points < ENOUGH || !other)
		return;
	kept = VEC_PUSH(&s->candidate, LIMIT_STORY_PAGES);
	if (kept)
		*kept = c;
}

static int candidate_order(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;

	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	if (a->points != b->points)
		return a->points > b->points ? -1 : 1;
	return (a->host > b->host) - (a->host < b->host);
}

static void candidates_find(struct search *s)
{
	struct builder *b = s->f->b;

	for (size_t i = 0; i < s->burst.len; i++)
		candidate_judge(s, s->burst.at[i].host, s->burst.at[i].from, &s->burst.at[i]);
	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];

		if (o->host != STORY_NOBODY && !o->recovered && o->first_ns != TIME_NONE &&
		    (o->kind == OBS_PAGE_WRITTEN || (o->kind == OBS_ADMIN_CMDLET && o->weight >= 90)))
			candidate_judge(s, o->host, o->first_ns, NULL);
	}
	if (s->candidate.len)
		qsort(s->candidate.at, s->candidate.len, sizeof *s->candidate.at, candidate_order);
}

/* --- telling ------------------------------------------------------------------------------------ */

struct teller {
	struct finder *f;
	uint32_t host;
	int64_t *begin;
};

/* The requests for a page that was first asked for from outside, and who else asked for it. */
static void tell_page(const struct search *s, const struct asked *a, void *ctx)
{
	const struct teller *t = ctx;
	const struct request *r = &s->f->t.request.at[a->row];
	struct story_clue *c;

	if (!r->post && !role_is(ROLE_PAGE, trace_text(&s->f->t, a->path)))
		return;
	c = clue_add(t->f, t->host, FAMILY_SERVICE, GRADE_STRONG, "initial-access", 85, r->first_ok_ns,
		     &r->s.refs,
		     sentence_of(t->f->b, "inc.new_page", "ip", trace_text(&s->f->t, a->client), "path",
				 trace_text(&s->f->t, a->path), "host", host_text(t->f, t->host), NULL));
	if (c && (*t->begin == TIME_NONE || r->first_ok_ns < *t->begin))
		*t->begin = r->first_ok_ns;
}

static void tell_burst(struct search *s, const struct burst *u)
{
	for (size_t i = u->first, n = 0; i < s->below.len && n < u->commands && n < 40; i++) {
		const struct below *c = &s->below.at[i];

		if (c->host != u->host || is_routine(s, c))
			continue;
		n++;
		clue_add(s->f, u->host, FAMILY_ENDPOINT, GRADE_CONTROL, c->looks ? "discovery" : "execution",
			 c->direct ? 92 : 80, c->ns, &c->refs,
			 sentence_of(s->f->b, "inc.server_command", "parent",
				     str_basename(trace_text(&s->f->t, c->parent)), "command",
				     trace_text(&s->f->t, c->command), NULL));
	}
}

static void tell_observations(struct search *s, const struct candidate *c)
{
	struct builder *b = s->f->b;
	bool near;

	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];

		if (o->host != c->host || o->recovered || o->first_ns == TIME_NONE ||
		    o->first_ns < c->at - 2 * HOUR || o->first_ns > c->at + DAY)
			continue;
		near = o->first_ns > c->begin - HOUR / 2 && o->first_ns < c->begin + HOUR / 2;
		if (o->kind == OBS_PAGE_WRITTEN && (is_used(s, o) || near))
			clue_add(s->f, o->host, FAMILY_ENDPOINT, GRADE_CONTROL, "persistence", 90,
				 o->first_ns, &o->refs, o->sentence);
		else if (o->kind == OBS_ADMIN_CMDLET && o->weight >= 90)
			clue_add(s->f, o->host, FAMILY_SERVICE, GRADE_CONTROL, "initial-access", 95,
				 o->first_ns, &o->refs, o->sentence);
		else if (o->kind == OBS_DEFENSE && has_nocase(o->sentence.values[1], "xclusion"))
			clue_add(s->f, o->host, FAMILY_ENDPOINT, GRADE_STRONG, "defense-evasion", 75,
				 o->first_ns, &o->refs, o->sentence);
	}
}

static void tell_entry(struct search *s, const struct candidate *c, uint32_t incident)
{
	struct finder *f = s->f;
	int64_t begin = c->begin;
	struct teller t = { f, c->host, &begin };
	struct incident_entry *e;

	each_new_path(s, c->host, c->at - HOUR, c->at + 2 * HOUR, tell_page, &t);
	for (size_t i = 0; i < s->burst.len; i++) {
		const struct burst *u = &s->burst.at[i];

		if (u->host == c->host && u->from >= c->at - DAY && u->from <= c->at + DAY)
			tell_burst(s, u);
	}
	tell_observations(s, c);
	suspect_in(f, c->host, begin, STORY_NOBODY, "public-facing application", incident);
	f->suspect[c->host].entry = true;
	e = VEC_PUSH(&f->entry, 1024);
	if (e)
		*e = (struct incident_entry){ .host = c->host,
					      .incident = incident,
					      .ns = begin,
					      .vector = "public-facing application",
					      .score = c->points };
}

void entry_find(struct finder *f)
{
	struct search s = { .f = f };
	struct builder *b = f->b;

	map_init(&s.below_keys, LIMIT_STORY_PAGES, 16u << 20);
	map_init(&s.shape_keys, LIMIT_STORY_PAGES, 16u << 20);
	map_init(&s.runs_as, LIMIT_STORY_HOSTS, 16u << 20);
	if (b->rc == 0)
		b->rc = trace_each_fact(&f->t, FACT_FILE_WRITE, on_server_runs, &s);
	if (b->rc == 0)
		b->rc = trace_each_fact(&f->t, FACT_PROCESS_START, on_server_runs, &s);
	if (b->rc == 0)
		b->rc = trace_each_fact(&f->t, FACT_PROCESS_START, on_start, &s);
	bursts_find(&s);
	asked_collect(&s);
	candidates_find(&s);
	for (size_t i = 0; i < s.candidate.len; i++) {
		const struct candidate *c = &s.candidate.at[i];

		if (f->suspect[c->host].entry || f->barred[c->host])
			continue; /* the earliest counts; later ones are its consequences */
		tell_entry(&s, c, incident_new(f, c->begin));
	}
	map_done(&s.below_keys);
	map_done(&s.shape_keys);
	map_done(&s.runs_as);
	VEC_DONE(&s.below);
	VEC_DONE(&s.burst);
	VEC_DONE(&s.asked);
	VEC_DONE(&s.candidate);
}
