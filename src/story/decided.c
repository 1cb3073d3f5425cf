#include "story/decided.h"

#include <stdio.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/sha256.h"

/* --- ids ----------------------------------------------------------------------------------------- */

static void id_of(const buf *what, char ret[DECIDED_ID_LEN + 1])
{
	uint8_t digest[SHA256_LEN] = { 0 };
	char hex[SHA256_HEX_LEN + 1];
	struct sha256 *sha = sha256_new(NULL);

	if (sha && sha256_add(sha, str_bytes(buf_view(what)), NULL) == 0)
		sha256_end(sha, digest, NULL);
	sha256_free(sha);
	sha256_hex(digest, hex);
	memcpy(ret, hex, DECIDED_ID_LEN);
	ret[DECIDED_ID_LEN] = 0;
}

static void add_part(buf *b, str s)
{
	buf_u64(b, s.len);
	buf_byte(b, ':');
	buf_str(b, s);
}

static void sign_id(str host, const struct story_clue *c, char ret[DECIDED_ID_LEN + 1])
{
	buf what = { 0 };

	add_part(&what, host);
	add_part(&what, str_of(c->phase));
	add_part(&what, str_of(c->sentence.key));
	for (uint32_t i = 0; i < c->sentence.nargs; i++)
		add_part(&what, c->sentence.values[i]);
	id_of(&what, ret);
	buf_done(&what);
}

static void edge_id(str from, str to, const char *kind, char ret[DECIDED_ID_LEN + 1])
{
	buf what = { 0 };

	add_part(&what, from);
	add_part(&what, to);
	add_part(&what, str_of(kind));
	id_of(&what, ret);
	buf_done(&what);
}

void decided_sign_id(const struct story *st, const struct story_clue *c, char ret[DECIDED_ID_LEN + 1])
{
	sign_id(story_host_name(st, c->host), c, ret);
}

void decided_edge_id(const struct story *st, uint32_t from, uint32_t to, const char *kind,
		     char ret[DECIDED_ID_LEN + 1])
{
	edge_id(story_host_name(st, from), story_host_name(st, to), kind, ret);
}

/* --- while the story is built -------------------------------------------------------------------- */

static bool is_value(const struct decision *d, const char *wanted)
{
	return d && str_eq(d->value, str_of(wanted));
}

/* The latest decision on each host of the story, by any of its names. */
void decided_begin(struct finder *f)
{
	const struct decisions *all = f->b->st->decisions;

	for (size_t i = 0; i < decisions_count(all); i++) {
		const struct decision *d = decision_at(all, i);
		uint32_t host = d->kind == DECISION_HOST ? host_named(f->b, d->target) : STORY_NOBODY;

		if (host != STORY_NOBODY)
			f->decided[host] = str_eq(d->value, STR("none")) ? NULL : d;
	}
	for (uint32_t h = 0; h < f->b->host.len; h++)
		f->barred[h] |= is_value(f->decided[h], "cleared");
}

bool decided_any(const struct finder *f, enum decision_kind kind)
{
	const struct decisions *all = f->b->st->decisions;

	for (size_t i = 0; i < decisions_count(all); i++)
		if (decision_at(all, i)->kind == kind && is_value(decision_at(all, i), "rejected") &&
		    !decision_at(all, i)->superseded)
			return true;
	return false;
}

static void rejected_add(struct finder *f, const struct incident_rejected *x)
{
	struct incident_rejected *to = VEC_PUSH(&f->rejected, LIMIT_DECISIONS);

	if (to)
		*to = *x;
	if (x->host != STORY_NOBODY)
		f->touched[x->host] = true;
}

/* A sign that tells how one host was reached from another by a way that was rejected goes with it. */
static bool is_by_rejected_way(const struct finder *f, const struct story_clue *c)
{
	if (c->from == STORY_NOBODY || strcmp(c->phase, "lateral-movement") != 0)
		return false;
	for (size_t i = 0; i < f->rejected.len; i++) {
		const struct incident_rejected *x = &f->rejected.at[i];

		if (x->kind == DECISION_EDGE && x->from == c->from && x->host == c->host)
			return true;
	}
	return false;
}

static void reject_edges(struct finder *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->edge.len; i++) {
		const struct incident_edge *x = &f->edge.at[i];
		struct incident_rejected r = { .kind = DECISION_EDGE,
					       .host = x->to,
					       .from = x->from,
					       .way = x->kind,
					       .ns = x->ns,
					       .refs = x->refs };

		edge_id(host_text(f, x->from), host_text(f, x->to), x->kind, r.id);
		if (!is_value(decision_of(f->b->st->decisions, DECISION_EDGE, str_of(r.id)), "rejected")) {
			f->edge.at[kept++] = *x;
			continue;
		}
		rejected_add(f, &r);
		if (f->suspect[x->to].parent == x->from)
			f->suspect[x->to].parent = STORY_NOBODY;
	}
	f->edge.len = kept;
}

static void reject_signs(struct finder *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->clue.len; i++) {
		const struct story_clue *c = &f->clue.at[i];
		struct incident_rejected r = { .kind = DECISION_SIGN,
					       .host = c->host,
					       .from = c->from,
					       .ns = c->ns,
					       .sentence = c->sentence,
					       .refs = c->refs };

		sign_id(host_text(f, c->host), c, r.id);
		if (is_by_rejected_way(f, c) ||
		    is_value(decision_of(f->b->st->decisions, DECISION_SIGN, str_of(r.id)), "rejected"))
			rejected_add(f, &r);
		else
			f->clue.at[kept++] = *c;
	}
	f->clue.len = kept;
}

void decided_reject(struct finder *f)
{
	if (decided_any(f, DECISION_EDGE))
		reject_edges(f);
	if (f->rejected.len || decided_any(f, DECISION_SIGN))
		reject_signs(f);
}

/* Hosts that were held to be under control only because of what was rejected. */
bool decided_bar(struct finder *f)
{
	bool more = false;

	for (size_t i = 0; i < f->host.len; i++) {
		const struct incident_host *h = &f->host.at[i];

		if (h->class <= CLASS_LIKELY || !f->suspect[h->host].in || !f->touched[h->host])
			continue;
		f->barred[h->host] = more = true;
	}
	return more;
}

void decided_verdict(const struct finder *f, struct incident_host *h)
{
	const struct decision *d = f->decided[h->host];

	h->decided = d;
	if (is_value(d, "confirmed")) {
		h->class = CLASS_CONFIRMED;
		h->probability = h->probability > 0.99 ? h->probability : 0.99;
	} else if (is_value(d, "cleared")) {
		h->class = CLASS_CLEARED;
		h->probability = h->probability < 0.01 ? h->probability : 0.01;
	}
}

/* --- what it changed ----------------------------------------------------------------------------- */

static const struct incident_host *verdict_of(const struct story *st, str name)
{
	const struct incident *in = st->incident;

	for (uint32_t i = 0; in && i < in->nhosts; i++)
		if (str_eq(story_host_name(st, in->hosts[i].host), name))
			return &in->hosts[i];
	return NULL;
}

static str entry_of(const struct story *st)
{
	const struct incident *in = st->incident;

	return in && in->nentries ? story_host_name(st, in->entries[0].host) : STR("(not recorded)");
}

uint32_t decided_changes(const struct story *before, const struct story *after, buf *lines)
{
	const struct incident *a = before->incident, *b = after->incident;
	uint32_t n = 0;

	if (a && b && a->nincidents != b->nincidents) {
		buf_printf(lines, "incidents: %u, before %u\n", b->nincidents, a->nincidents);
		n++;
	}
	if (!str_eq(entry_of(before), entry_of(after))) {
		buf_printf(lines, "beginning: %.*s, before %.*s\n", STR_ARG(entry_of(after)),
			   STR_ARG(entry_of(before)));
		n++;
	}
	for (uint32_t i = 0; b && i < b->nhosts; i++) {
		const struct incident_host *h = &b->hosts[i];
		str name = story_host_name(after, h->host);
		const struct incident_host *old = verdict_of(before, name);

		if (!old || old->class == h->class)
			continue;
		if (n < DECIDED_CHANGES)
			buf_printf(lines, "%.*s: %s, before %s\n", STR_ARG(name), host_class_name(h->class),
				   host_class_name(old->class));
		n++;
	}
	return n;
}
