/* What was done on hosts under control once they were: programs placed and started, looking around, packing,
 * reading the credential store, changing what is logged, turning mail aside, erasing. None of it makes a host
 * suspect; it is told because the host is. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum { PER_HOST = 40 }; /* clues of one kind on one host: nobody reads more */

struct aftermath {
	struct finder *f;
	uint32_t *told, *outside; /* per host */
	uint32_t entry;           /* the first host of all */
	const char *phase, *key;
	uint8_t weight;
	uint32_t copies; /* told */
	str forward[16]; /* addresses that mailboxes were turned to */
	uint32_t nforward;
	uint8_t *image;   /* per text: a program that carries a marked content somewhere */
	uint8_t *dropper; /* per text: a program that placed one of the intruders' */
};

static bool after(const struct finder *f, uint32_t host, int64_t ns)
{
	return host != STORY_NOBODY && f->suspect[host].in && ns != TIME_NONE &&
	       ns >= f->suspect[host].t0 - MINUTE;
}

static bool is_marked(const struct finder *f, text_id image)
{
	return image && mark_of(f, MARK_IMAGE, image) != NULL;
}

static bool room(struct aftermath *w, uint32_t host)
{
	return w->told[host]++ < PER_HOST;
}

/* --- programs and files ---------------------------------------------------------------------- */

static void tell_written(struct aftermath *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->t.written.len; i++) {
		const struct written *x = &f->t.written.at[i];
		bool placed = is_marked(f, x->path) || w->image[x->path], by = is_marked(f, x->process);

		if (!after(f, x->host, x->s.last_ns) || (!placed && !by) || !room(w, x->host))
			continue;
		if (placed && !by && is_odd_place(trace_text(&f->t, x->process)))
			w->dropper[x->process] = 1;
		clue_add(f, x->host, FAMILY_ENDPOINT, placed ? GRADE_STRONG : GRADE_NOTE,
			 placed ? "persistence" : "collection", placed ? 78 : 73,
			 after(f, x->host, x->s.first_ns) ? x->s.first_ns : x->s.last_ns, &x->s.refs,
			 sentence_of(f->b, placed ? "inc.placed" : "inc.written_by", "path",
				     trace_text(&f->t, x->as), "process", trace_text(&f->t, x->process),
				     NULL));
	}
}

/* What placed the intruders' program somewhere ran right before a host came under control. */
static void tell_droppers(struct aftermath *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->t.program.len; i++) {
		const struct program *p = &f->t.program.at[i];
		int64_t t0 = f->suspect[p->host].t0, when[2] = { p->s.first_ns, p->s.last_ns };

		for (int k = 0; f->suspect[p->host].in && w->dropper[p->image] && k < 2; k++)
			if (when[k] > t0 - 15 * MINUTE && when[k] < t0 + 15 * MINUTE && room(w, p->host))
				clue_add(f, p->host, FAMILY_ENDPOINT, GRADE_STRONG, "execution", 79, when[k],
					 &p->s.refs,
					 sentence_of(f->b, "inc.dropper", "image",
						     trace_text(&f->t, p->image), "parent",
						     trace_text(&f->t, p->parent), NULL));
	}
}

/* Children of the intruders' programs, and tools of looking around at the same hour. */
static void tell_programs(struct aftermath *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->t.program.len; i++) {
		const struct program *p = &f->t.program.at[i];

		if (!after(f, p->host, p->s.first_ns) || is_marked(f, p->image) || !is_marked(f, p->parent) ||
		    !room(w, p->host))
			continue;
		clue_add(f, p->host, FAMILY_ENDPOINT, GRADE_NOTE, "discovery", 70, p->s.first_ns, &p->s.refs,
			 sentence_of(f->b, "inc.child", "parent", str_basename(trace_text(&f->t, p->parent)),
				     "command", trace_text(&f->t, p->command ? p->command : p->image), NULL));
	}
}

struct starts {
	struct aftermath *w;
	map pids; /* processes below marked ones */
};

/* Starts below the intruders' programs, at any depth: their commands are what hands on the keyboard did. */
static int on_start(void *ctx, const struct fact *x, err *e)
{
	struct starts *s = ctx;
	struct finder *f = s->w->f;
	uint32_t host = host_named(f->b, x->attr[FA_HOST]);
	struct story_refs refs = { 0 };
	struct map_entry *m;
	bool root, parent, server;
	buf key = { 0 };
	str command;

	(void)e;
	if (!fact_is_usable(x) || !after(f, host, x->first_ns))
		return 0;
	root = is_marked(f, trace_id_lower(&f->t, x->attr[FA_PROCESS]));
	parent = is_marked(f, trace_id_lower(&f->t, x->attr[FA_PARENT]));
	process_key(&key, host, x->attr[FA_PARENT_ID]);
	m = x->attr[FA_PARENT_ID].len ? map_get(&s->pids, buf_view(&key)) : NULL;
	if (m && x->first_ns - (int64_t)m->value > 2 * DAY)
		m = NULL;
	if (root || parent || m) {
		process_key(&key, host, x->attr[FA_PROCESS_ID]);
		m = map_put(&s->pids, buf_view(&key), (uint64_t)x->first_ns, NULL);
		if (m)
			m->value = (uint64_t)x->first_ns;
	}
	buf_done(&key);
	/* a server's process does not start programs from odd places, day by day least of all */
	server = role_is(ROLE_SERVER, x->attr[FA_PARENT]) && is_odd_place(x->attr[FA_PROCESS]);
	if (root || (!parent && !m && !server) || !room(s->w, host))
		return 0;
	command = x->attr[FA_COMMAND].len ? x->attr[FA_COMMAND] : x->attr[FA_PROCESS];
	refs_add_all(&refs, x->refs, x->nrefs);
	clue_add(f, host, FAMILY_ENDPOINT, GRADE_NOTE, "discovery", 71, x->first_ns, &refs,
		 sentence_of(f->b, "inc.child", "parent", str_basename(x->attr[FA_PARENT]), "command",
			     command, NULL));
	return 0;
}

/* A program started that has marked content on other hosts, right after the host had fetched it. */
static void tell_fetched(struct aftermath *w)
{
	struct finder *f = w->f;

	for (size_t i = 0, n = f->clue.len; i < n; i++) {
		struct story_clue d = f->clue.at[i];

		if (d.family != FAMILY_DELIVERY || d.grade < GRADE_STRONG)
			continue;
		for (size_t k = 0; k < f->t.program.len; k++) {
			const struct program *p = &f->t.program.at[k];

			if (p->host != d.host || !w->image[p->image] || p->hash ||
			    p->s.last_ns < d.ns - MINUTE || p->s.first_ns > d.ns + HOUR)
				continue;
			clue_add(f, p->host, FAMILY_ENDPOINT, GRADE_STRONG, "execution", 81,
				 p->s.first_ns < d.ns ? p->s.last_ns : p->s.first_ns, &p->s.refs,
				 sentence_of(f->b, "inc.fetched_ran", "image", trace_text(&f->t, p->image),
					     "parent", trace_text(&f->t, p->parent), NULL));
		}
	}
}

/* Protection spoke right after the fetch: what came was stopped, unless something says otherwise. */
static void tell_blocked(struct aftermath *w)
{
	struct finder *f = w->f;

	for (size_t i = 0, n = f->clue.len; i < n; i++) {
		struct story_clue d = f->clue.at[i];

		if (d.family != FAMILY_DELIVERY)
			continue;
		for (size_t k = 0; k < f->b->obs.len; k++) {
			const struct story_observation *o = &f->b->obs.at[k];

			if (o->kind == OBS_ALERT && o->host == d.host && !o->recovered &&
			    o->first_ns != TIME_NONE && o->first_ns > d.ns - 5 * MINUTE &&
			    o->first_ns < d.ns + 6 * HOUR)
				clue_add(f, o->host, FAMILY_ALERT, GRADE_BLOCKED, "execution", 75,
					 o->first_ns, &o->refs, o->sentence);
		}
	}
}

/* --- what comes from outside, day by day ----------------------------------------------------------- */

/* Requests, mail and replies of relays: a clue a day, so that the whole length of it can be seen. */
static int on_relayed(void *ctx, const struct fact *x, err *e)
{
	struct aftermath *w = ctx;
	struct finder *f = w->f;
	bool reply = str_eq(x->attr[FA_DETAIL], STR("reply"));
	str ip = x->attr[reply ? FA_TARGET_IP : FA_SOURCE_IP];
	uint32_t host = reply                        ? who_at(f->b, x->attr[FA_SOURCE_IP], x->first_ns)
			: x->kind == FACT_CONNECTION ? who_at(f->b, x->attr[FA_TARGET_IP], x->first_ns)
						     : host_named(f->b, x->attr[FA_HOST]);
	struct story_refs refs = { 0 };
	char time[TIME_TEXT_MAX];

	(void)e;
	if (host == STORY_NOBODY || !fact_is_usable(x) || !is_relay(f, trace_find(&f->t, ip)) ||
	    !after(f, f->suspect[host].in ? host : w->entry, x->first_ns) ||
	    w->outside[host]++ >= 4 * PER_HOST)
		return 0;
	refs_add_all(&refs, x->refs, x->nrefs);
	time_text(x->first_ns, time);
	clue_add(f, host, FAMILY_SERVICE, GRADE_NOTE, w->phase, w->weight, x->first_ns, &refs,
		 sentence_of(f->b, w->key, "ip", ip, "day", keep(f->b, (str){ time, 10 }), NULL));
	return 0;
}

static void tell_relayed(struct aftermath *w)
{
	static const struct {
		enum fact_kind kind;
		const char *phase, *key;
		uint8_t weight;
	} FLOWS[] = { { FACT_WEB_REQUEST, "command-and-control", "inc.relayed_web", 66 },
		      { FACT_MAIL_ACCESS, "collection", "inc.relayed_mail", 65 },
		      { FACT_TRANSFER, "exfiltration", "inc.relayed_data", 65 },
		      { FACT_CONNECTION, "command-and-control", "inc.relayed_call", 64 } };
	struct finder *f = w->f;

	w->entry = STORY_NOBODY;
	for (uint32_t h = 0; h < f->b->host.len; h++)
		if (f->suspect[h].entry &&
		    (w->entry == STORY_NOBODY || f->suspect[h].t0 < f->suspect[w->entry].t0))
			w->entry = h;
	for (size_t i = 0; i < COUNT(FLOWS) && w->entry != STORY_NOBODY && f->b->rc == 0; i++) {
		w->phase = FLOWS[i].phase;
		w->key = FLOWS[i].key;
		w->weight = FLOWS[i].weight;
		f->b->rc = trace_each_fact(&f->t, FLOWS[i].kind, on_relayed, w);
	}
}

/* --- what the story has observed anyway ----------------------------------------------------------- */

static const struct {
	enum observation_kind kind;
	const char *phase;
	uint8_t weight;
	bool servers_only;
} KINDS[] = {
	{ OBS_CREDENTIAL_STORE, "credential-access", 77, false },
	{ OBS_LOG_CLEARED, "defense-evasion", 79, false },
	{ OBS_TIMESTOMP, "defense-evasion", 72, true },
	{ OBS_MODULE, "persistence", 76, true },
	{ OBS_DEFENSE, "defense-evasion", 66, true },
	{ OBS_ALERT, "execution", 72, false },
	{ OBS_PAGE_COMPILED, "execution", 68, true },
	{ OBS_SERVER_CHILD, "execution", 69, true },
};

/* Cmdlets with which mail is opened to somebody, taken out or turned aside. */
static bool is_mail_cmdlet(const struct story_observation *o)
{
	return has_nocase(o->command, "ApplicationImpersonation") ||
	       has_nocase(o->command, "ForwardingSmtpAddress") ||
	       str_eq_ascii_nocase(o->object, STR("New-MailboxExportRequest")) ||
	       str_eq_ascii_nocase(o->object, STR("Install-TransportAgent")) ||
	       str_eq_ascii_nocase(o->object, STR("Enable-TransportAgent"));
}

static bool is_erasing(const struct finder *f, const struct story_observation *o)
{
	for (size_t i = 0; o->kind == OBS_TASK_REMOVED && i < f->t.install.len; i++) {
		const struct install *n = &f->t.install.at[i];

		if (n->host == o->host && n->kind == INSTALL_TASK &&
		    str_eq_ascii_nocase(trace_text(&f->t, n->object), o->object))
			return mark_of(f, MARK_OBJECT, n->object) || is_marked(f, n->image);
	}
	return false;
}

/* Where copies are turned to: "... -ForwardingSmtpAddress \"smtp:x@y.example\"". */
static str forwarded_to(str command)
{
	static const char NAME[] = "ForwardingSmtpAddress";
	str rest;

	for (size_t i = 0; i + sizeof NAME < command.len; i++) {
		if (!str_eq_ascii_nocase((str){ command.ptr + i, sizeof NAME - 1 },
					 STR("ForwardingSmtpAddress")))
			continue;
		rest = (str){ command.ptr + i + sizeof NAME - 1, command.len - i - sizeof NAME + 1 };
		while (rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == ':' || rest.ptr[0] == '"' ||
				    rest.ptr[0] == '\''))
			rest = (str){ rest.ptr + 1, rest.len - 1 };
		if (rest.len > 5 && str_eq_ascii_nocase((str){ rest.ptr, 5 }, STR("smtp:")))
			rest = (str){ rest.ptr + 5, rest.len - 5 };
		for (size_t k = 0; k < rest.len; k++)
			if (rest.ptr[k] == '"' || rest.ptr[k] == '\'' || rest.ptr[k] == ' ')
				rest.len = k;
		return rest;
	}
	return STR("");
}

static void tell_cmdlet(struct aftermath *w, const struct story_observation *o)
{
	str to = forwarded_to(o->command);

	if (to.len && w->nforward < COUNT(w->forward))
		w->forward[w->nforward++] = keep_lower(w->f->b, to);
	if (room(w, o->host))
		clue_add(w->f, o->host, FAMILY_SERVICE, GRADE_NOTE, "collection", 82, o->first_ns, &o->refs,
			 o->sentence);
}

/* Copies that went where a mailbox was turned to. */
static int on_copy(void *ctx, const struct fact *x, err *e)
{
	struct aftermath *w = ctx;
	uint32_t host = host_named(w->f->b, x->attr[FA_HOST]);
	struct story_refs refs = { 0 };

	(void)e;
	for (uint32_t i = 0; i < w->nforward && host != STORY_NOBODY; i++) {
		if (!str_eq_ascii_nocase(x->attr[FA_TARGET_ACCOUNT], w->forward[i]) ||
		    w->copies++ >= 4 * PER_HOST)
			continue;
		refs_add_all(&refs, x->refs, x->nrefs);
		clue_add(w->f, host, FAMILY_SERVICE, GRADE_NOTE, "exfiltration", 65, x->first_ns, &refs,
			 sentence_of(w->f->b, "inc.copied", "account", x->attr[FA_ACCOUNT], "to",
				     w->forward[i], "time", keep_time(w->f->b, x->first_ns), NULL));
	}
	return 0;
}

static void tell_observed(struct aftermath *w)
{
	struct finder *f = w->f;
	uint32_t incident = 0;
	bool mail = mail_incident(f, &incident);

	for (size_t i = 0; i < f->b->obs.len; i++) {
		const struct story_observation *o = &f->b->obs.at[i];
		const char *phase = NULL;
		uint8_t weight = 0;

		if (o->recovered || o->host == STORY_NOBODY)
			continue;
		if (o->kind == OBS_ADMIN_CMDLET && mail && is_mail_cmdlet(o) &&
		    o->first_ns >= f->begin[incident]) {
			tell_cmdlet(w, o);
			continue;
		}
		if (!after(f, o->host, o->first_ns))
			continue;
		for (size_t k = 0; k < COUNT(KINDS); k++)
			if (KINDS[k].kind == o->kind && (!KINDS[k].servers_only || is_server(f, o->host))) {
				phase = KINDS[k].phase;
				weight = KINDS[k].weight;
			}
		if (o->kind == OBS_SERVER_CHILD &&
		    (o->weight < 80 || o->first_ns > f->suspect[o->host].t0 + 7 * DAY))
			phase = NULL;
		if (is_erasing(f, o)) {
			phase = "defense-evasion";
			weight = 74;
		}
		if (phase && room(w, o->host))
			clue_add(f, o->host, o->kind == OBS_ALERT ? FAMILY_ALERT : FAMILY_ENDPOINT,
				 GRADE_NOTE, phase, weight, o->first_ns, &o->refs, o->sentence);
	}
}

/* --- who looked at it before ---------------------------------------------------------------------- */

static void tell_probing(struct aftermath *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->t.request.len; i++) {
		const struct request *r = &f->t.request.at[i];
		const struct suspect *s = &f->suspect[r->server];

		if (!s->in || !s->entry || r->s.first_ns >= s->t0 || r->s.first_ns < s->t0 - 30 * DAY ||
		    !is_relay(f, r->client) || !room(w, r->server))
			continue;
		clue_add(f, r->server, FAMILY_SERVICE, GRADE_NOTE, "reconnaissance", 67, r->s.first_ns,
			 &r->s.refs,
			 sentence_of(f->b, "inc.probed", "ip", trace_text(&f->t, r->client), "path",
				     trace_text(&f->t, r->path), NULL));
	}
}

static bool images_mark(struct aftermath *w)
{
	struct finder *f = w->f;

	/* no step adds texts to the tables that are looked up here */
	w->image = calloc(f->t.texts.len + 1, 1);
	w->dropper = calloc(f->t.texts.len + 1, 1);
	w->told = calloc(f->b->host.len + 1, sizeof *w->told);
	w->outside = calloc(f->b->host.len + 1, sizeof *w->outside);
	for (size_t i = 0; w->image && i < f->t.program.len; i++)
		if (mark_of(f, MARK_HASH, f->t.program.at[i].hash))
			w->image[f->t.program.at[i].image] = 1;
	return w->image && w->dropper && w->told && w->outside;
}

void aftermath_tell(struct finder *f)
{
	struct aftermath w = { .f = f };
	struct starts s = { .w = &w };

	map_init(&s.pids, LIMIT_STORY_PAGES, 16u << 20);
	if (images_mark(&w)) {
		tell_fetched(&w);
		tell_blocked(&w);
		tell_written(&w);
		tell_droppers(&w);
		tell_observed(&w);
		tell_probing(&w);
		tell_relayed(&w);
		if (f->b->rc == 0 && w.nforward)
			f->b->rc = trace_each_fact(&f->t, FACT_MAIL_SENT, on_copy, &w);
		if (f->b->rc == 0 && f->nincidents)
			f->b->rc = trace_each_fact(&f->t, FACT_PROCESS_START, on_start, &s);
		tell_programs(&w);
	}
	map_done(&s.pids);
	free(w.image);
	free(w.dropper);
	free(w.told);
	free(w.outside);
}
