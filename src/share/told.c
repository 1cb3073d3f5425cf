#include "share/told.h"
#include "share/share.h"

#include <stdlib.h>

#include "story/narrate.h"
#include "util/cidr.h"
#include "util/limits.h"
#include "util/sha256.h"

#include "attack_steps.inc"

/* --- indicators -------------------------------------------------------------------------------- */

static bool is_mine(const struct told *t, uint32_t host)
{
	return !t->mine || (host < t->st->nhosts && t->mine[host]);
}

static bool holds(str text, str what)
{
	for (size_t i = 0; what.len && i + what.len <= text.len; i++)
		if (str_eq_ascii_nocase((str){ text.ptr + i, what.len }, what))
			return true;
	return false;
}

static bool names_host(str text, const struct story_host *h)
{
	if (holds(text, h->name))
		return true;
	for (uint32_t i = 0; i < h->naliases; i++)
		if (holds(text, h->aliases[i]))
			return true;
	return false;
}

bool told_sign(const struct told *t, const struct story_clue *c)
{
	if (c->incident == STORY_NOBODY || !is_mine(t, c->host))
		return false;
	if (!t->mine)
		return true;
	if (c->from != STORY_NOBODY && !is_mine(t, c->from))
		return false;
	for (uint32_t i = 0; i < c->sentence.nargs; i++)
		for (uint32_t h = 0; h < t->st->nhosts; h++)
			if (!t->mine[h] && names_host(c->sentence.values[i], &t->st->hosts[h]))
				return false;
	return true;
}

static bool sign_names(const struct story_clue *c, str what)
{
	for (uint32_t k = 0; what.len && k < c->sentence.nargs; k++)
		if (str_eq_ascii_nocase(c->sentence.values[k], what))
			return true;
	return false;
}

/* What a party's own signs say of it: its times, no counts. false: none of them names it. */
static bool party_view(const struct told *t, struct told_indicator *x, str name)
{
	const struct incident *in = t->st->incident;
	bool any = false;

	x->first_ns = x->last_ns = TIME_NONE;
	x->hosts = 0;
	for (uint32_t i = 0; i < in->nclues; i++) {
		const struct story_clue *c = &in->clues[i];

		if (!told_sign(t, c) || !(sign_names(c, x->value) || sign_names(c, name)))
			continue;
		any = true;
		if (x->first_ns == TIME_NONE || c->ns < x->first_ns)
			x->first_ns = c->ns;
		if (x->last_ns == TIME_NONE || c->ns > x->last_ns)
			x->last_ns = c->ns;
	}
	return any;
}

static bool is_ipv4(str s)
{
	unsigned dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != '.' && (s.ptr[i] < '0' || s.ptr[i] > '9'))
			return false;
		dots += s.ptr[i] == '.';
	}
	return dots == 3 && s.len >= 7 && s.len <= 15;
}

static enum told_type address_type(str s)
{
	if (is_ipv4(s))
		return TOLD_IPV4;
	return str_find(s, STR(":")) != SIZE_MAX ? TOLD_IPV6 : TOLD_DOMAIN;
}

static void indicator_add(struct told *t, struct told_indicator x)
{
	for (size_t i = 0; i < t->indicator.len; i++) {
		struct told_indicator *o = &t->indicator.at[i];

		if (o->type != x.type || !str_eq_ascii_nocase(o->value, x.value))
			continue;
		o->hosts += x.hosts;
		if (x.confidence > o->confidence)
			o->confidence = x.confidence;
		if (x.first_ns != TIME_NONE && (o->first_ns == TIME_NONE || x.first_ns < o->first_ns))
			o->first_ns = x.first_ns;
		if (x.last_ns != TIME_NONE && (o->last_ns == TIME_NONE || x.last_ns > o->last_ns))
			o->last_ns = x.last_ns;
		return;
	}
	if (x.value.len && !VEC_PUSH(&t->indicator, LIMIT_STORY_CLUES))
		t->failed = true;
	else if (x.value.len)
		t->indicator.at[t->indicator.len - 1] = x;
}

/* Networks that are somebody's own everywhere: private, shared by a provider's customers, of one link or one machine,
 * for many. A list of Internet addresses to look for or to block must hold none. */
static const char *const NEVER_TOLD[] = {
	"0.0.0.0/8",      "10.0.0.0/8",  "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.168.0.0/16", "224.0.0.0/3", "::/127",        "fc00::/7",    "fe80::/10",      "ff00::/8",
};

static bool is_own_address(const struct told *t, str ip)
{
	const struct story *st = t->st;

	for (size_t i = 0; i < COUNT(NEVER_TOLD); i++) {
		struct cidr net;
		err e = { 0 };

		if (cidr_parse(str_of(NEVER_TOLD[i]), &net, &e) == 0 && cidr_match(&net, ip))
			return true;
	}
	for (uint32_t i = 0; i < st->naddresses; i++)
		if (str_eq(st->addresses[i].ip, ip) && st->addresses[i].host != STORY_NOBODY)
			return true;
	return false;
}

static bool is_own_name(const struct told *t, str name)
{
	for (uint32_t i = 0; name.len && i < t->st->nhosts; i++) {
		const struct story_host *h = &t->st->hosts[i];

		if (str_eq_ascii_nocase(h->name, name))
			return true;
		for (uint32_t k = 0; k < h->naliases; k++)
			if (str_eq_ascii_nocase(h->aliases[k], name))
				return true;
	}
	return false;
}

static void outside_add(struct told *t, const struct incident_external *x)
{
	static const enum told_role ROLES[EXTERNAL_ROLES] = { [EXTERNAL_RELAY] = TOLD_RELAY,
							      [EXTERNAL_C2] = TOLD_CONTROL,
							      [EXTERNAL_EXFILTRATION] = TOLD_EXFILTRATION };
	struct told_indicator i = { .type = address_type(x->ip),
				    .role = ROLES[x->role],
				    .value = x->ip,
				    .name = x->name,
				    .confidence = (unsigned)(x->confidence * 100 + 0.5),
				    .first_ns = x->first_ns,
				    .last_ns = x->last_ns,
				    .incident = x->incident,
				    .hosts = x->hosts,
				    .refs = x->refs };

	/* what is neither address nor name cannot be looked for, and is more likely made to harm who tries */
	if (!share_is_plain(x->ip))
		return;
	if (t->mine && !party_view(t, &i, x->name))
		return;
	if (!share_is_plain(x->name))
		i.name = STR("");
	/* an address that has the name of one of its hosts is the organisation's, too */
	if (is_own_name(t, x->name) ||
	    (i.type == TOLD_DOMAIN ? is_own_name(t, x->ip) : is_own_address(t, x->ip)))
		return;
	indicator_add(t, i);
	if (i.name.len == 0 || i.type == TOLD_DOMAIN || address_type(x->name) != TOLD_DOMAIN)
		return;
	i.type = TOLD_DOMAIN;
	i.value = x->name;
	i.name = x->ip;
	indicator_add(t, i);
}

static void artefact_add(struct told *t, const struct incident_artefact *a)
{
	enum told_role role = strcmp(a->kind, "web-page") == 0           ? TOLD_PAGE
			      : strcmp(a->kind, "tampered-package") == 0 ? TOLD_PACKAGE
									 : TOLD_IMPLANT;
	struct told_indicator i = { .type = TOLD_SHA256,
				    .role = role,
				    .value = a->sha256,
				    .name = a->path,
				    .confidence = 85,
				    .first_ns = a->from_ns,
				    .last_ns = a->to_ns,
				    .incident = a->incident,
				    .hosts = 1,
				    .refs = a->refs };

	if (strcmp(a->kind, "staged-archive") == 0)
		return; /* the victim's own content */
	if (strcmp(a->kind, "module") == 0 && a->sha256.len == 0)
		return; /* a path that products have, too */
	if (!is_mine(t, a->host))
		return;
	indicator_add(t, i);
	if (role == TOLD_PACKAGE)
		return; /* the path is the genuine one's */
	i.type = TOLD_PATH;
	i.value = a->path;
	i.name = a->sha256;
	indicator_add(t, i);
}

static int indicator_order(const void *pa, const void *pb)
{
	const struct told_indicator *a = pa, *b = pb;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return str_cmp(a->value, b->value);
}

/* --- techniques -------------------------------------------------------------------------------- */

static const struct attack_step *step_of(const struct story_clue *c)
{
	str how = sentence_value(&c->sentence, "how");

	for (size_t k = 0; k < COUNT(ATTACK_STEPS); k++)
		if (strcmp(ATTACK_STEPS[k].key, c->sentence.key) == 0 &&
		    (!ATTACK_STEPS[k].how[0] || str_eq(how, str_of(ATTACK_STEPS[k].how))))
			return &ATTACK_STEPS[k];
	return NULL;
}

const struct told_technique *told_technique_of(const struct told *t, const struct story_clue *c)
{
	const struct attack_step *step = step_of(c);

	for (size_t i = 0; step && i < t->technique.len; i++)
		if (strcmp(t->technique.at[i].id, step->id) == 0)
			return &t->technique.at[i];
	return NULL;
}

static void technique_add(struct told *t, const struct attack_step *step, const struct story_clue *c)
{
	struct told_technique *x = NULL;

	for (size_t i = 0; i < t->technique.len; i++)
		if (strcmp(t->technique.at[i].id, step->id) == 0)
			x = &t->technique.at[i];
	if (!x) {
		x = VEC_PUSH(&t->technique, 1024);
		if (!x) {
			t->failed = true;
			return;
		}
		*x = (struct told_technique){
			.id = step->id, .name = step->name, .tactic = step->tactic, .first_ns = c->ns
		};
	}
	x->count++;
	if (c->ns < x->first_ns)
		x->first_ns = c->ns;
	for (uint32_t i = 0; i < c->refs.n && x->refs.n < STORY_REFS; i++)
		x->refs.at[x->refs.n++] = c->refs.at[i];
}

static void techniques_find(struct told *t)
{
	const struct incident *in = t->st->incident;

	for (uint32_t i = 0; i < in->nclues; i++) {
		const struct story_clue *c = &in->clues[i];
		const struct attack_step *step = told_sign(t, c) ? step_of(c) : NULL;

		if (step)
			technique_add(t, step, c);
	}
}

static int technique_order(const void *pa, const void *pb)
{
	return strcmp(((const struct told_technique *)pa)->id, ((const struct told_technique *)pb)->id);
}

/* --- all of it --------------------------------------------------------------------------------- */

/* The same evidence gives the same ids, whoever investigates it. */
static void key_make(struct told *t)
{
	uint8_t sum[SHA256_LEN];
	struct sha256 *h;
	err e = { 0 };

	h = sha256_new(&e);
	t->failed |= !h;
	for (uint32_t i = 0; h && i < t->st->nitems; i++)
		if (t->st->items[i].has_sha256 &&
		    sha256_add(h, (bytes){ t->st->items[i].sha256, SHA256_LEN }, &e) < 0)
			t->failed = true;
	if (!h || sha256_end(h, sum, &e) < 0)
		t->failed = true;
	else
		sha256_hex(sum, t->key);
	sha256_free(h);
}

static void hosts_add(struct told *t)
{
	const struct incident *in = t->st->incident;

	for (uint32_t i = 0; i < in->nhosts; i++) {
		struct told_host *h;

		if (!is_mine(t, in->hosts[i].host))
			continue;
		t->by_class[in->hosts[i].class]++;
		if (in->hosts[i].class > CLASS_EXPOSED)
			continue;
		h = VEC_PUSH(&t->host, LIMIT_STORY_HOSTS);
		if (!h) {
			t->failed = true;
			return;
		}
		*h = (struct told_host){ t->st->hosts[in->hosts[i].host].name, &in->hosts[i] };
	}
}

int told_build(struct told *t, const struct story *st, err *e)
{
	return told_build_party(t, st, NULL, e);
}

int told_build_party(struct told *t, const struct story *st, const bool *mine, err *e)
{
	const struct incident *in = st->incident;

	*t = (struct told){ .st = st,
			    .mine = mine,
			    .made_ns = st->run.started_ns,
			    .first_ns = TIME_NONE,
			    .last_ns = TIME_NONE };
	if (t->made_ns == TIME_NONE)
		t->made_ns = 0;
	arena_init(&t->mem, (size_t)1 << 30);
	key_make(t);
	for (uint32_t i = 0; i < in->nexternal; i++)
		outside_add(t, &in->external[i]);
	for (uint32_t i = 0; i < in->nartefacts; i++)
		artefact_add(t, &in->artefacts[i]);
	if (t->indicator.len)
		qsort(t->indicator.at, t->indicator.len, sizeof *t->indicator.at, indicator_order);
	hosts_add(t);
	techniques_find(t);
	if (t->technique.len)
		qsort(t->technique.at, t->technique.len, sizeof *t->technique.at, technique_order);
	for (uint32_t i = 0; i < in->nclues; i++) {
		int64_t ns = in->clues[i].ns;

		if (in->clues[i].grade < GRADE_STRONG || !told_sign(t, &in->clues[i]))
			continue;
		if (t->first_ns == TIME_NONE || ns < t->first_ns)
			t->first_ns = ns;
		if (t->last_ns == TIME_NONE || ns > t->last_ns)
			t->last_ns = ns;
	}
	return t->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for what is shared") : 0;
}

void told_done(struct told *t)
{
	VEC_DONE(&t->indicator);
	VEC_DONE(&t->host);
	VEC_DONE(&t->technique);
	arena_done(&t->mem);
}

const char *told_type_name(enum told_type t)
{
	static const char *const NAMES[TOLD_TYPES] = { "ipv4-addr", "ipv6-addr", "domain-name", "sha256",
						       "path" };

	return (unsigned)t < TOLD_TYPES ? NAMES[t] : NULL;
}

const char *told_role_name(enum told_role r)
{
	static const char *const NAMES[TOLD_ROLES] = { "relay",   "control server",   "exfiltration",
						       "implant", "page on a server", "replaced package" };

	return (unsigned)r < TOLD_ROLES ? NAMES[r] : NULL;
}
