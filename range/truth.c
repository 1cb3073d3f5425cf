#include "truth.h"

#include <errno.h>
#include <stdio.h>

#include "degrade.h"
#include "fmt.h"
#include "inventory.h"
#include "util/json.h"
#include "winev.h"

static const char *const STATES[] = { "clean", "exposed", "blocked", "compromised" };

/* --- pieces --------------------------------------------------------------------------------- */

static void open_list(buf *b, const char *key)
{
	json_key(b, key);
	buf_byte(b, '[');
}

static void open_item(buf *b)
{
	json_sep(b);
	PUT(b, "\n{");
}

static void text(buf *b, const char *key, const char *value)
{
	if (value)
		json_member_str(b, key, str_of(value));
}

static void host_ref(buf *b, const struct world *w, const char *key, uint32_t host)
{
	if (host != NOWHERE)
		text(b, key, w->hosts.at[host].folder);
}

static void ip_text(buf *b, const char *key, uint32_t ip)
{
	json_key(b, key);
	buf_byte(b, '"');
	put_ip(b, ip);
	buf_byte(b, '"');
}

static int64_t inside(const struct world *w, int64_t t)
{
	return t < w->from ? w->from : t > w->to ? w->to : t;
}

static void interval(buf *b, const struct world *w, int64_t from, int64_t to)
{
	json_member_time(b, "from", inside(w, from));
	json_member_time(b, "to", inside(w, to));
}

static void refs(buf *b, const char *key, const struct step *s)
{
	open_list(b, key);
	for (uint32_t i = 0; s && i < s->nrefs; i++) {
		json_sep(b);
		PUT(b, "\"e-");
		buf_u64(b, s->refs[i]);
		buf_byte(b, '"');
	}
	buf_byte(b, ']');
}

/* The strongest class that the evidence which is left allows. */
static const char *ceiling(const struct host *h)
{
	bool meeting = h->shown & (SHOWS_FETCH | SHOWS_LOGON) && h->shown & SHOWS_CONTACT;

	if (h->state == STATE_COMPROMISED)
		return h->shown & SHOWS_CONTROL ? "confirmed"
		       : meeting                ? "likely"
		       : h->shown               ? "exposed"
						: "unknown";
	if (h->state == STATE_BLOCKED)
		return h->shown & SHOWS_BLOCK ? "cleared" : "exposed";
	if (h->state == STATE_EXPOSED)
		return "exposed";
	return h->collected ? "cleared" : "unknown";
}

/* --- hosts ---------------------------------------------------------------------------------- */

static void identities(buf *b, const struct world *w, uint32_t host)
{
	const struct host *h = &w->hosts.at[host];
	int64_t offset = w->orgs.at[h->org].utc_offset;

	open_list(b, "identities");
	for (int64_t t = w->from; t < w->to; t = h->wifi ? (t + offset) / DAY * DAY - offset + DAY : w->to) {
		int64_t end = h->wifi ? (t + offset) / DAY * DAY - offset + DAY : w->to;

		json_sep(b);
		buf_byte(b, '{');
		ip_text(b, "ip", host_ip(w, host, t));
		json_key(b, "mac");
		buf_byte(b, '"');
		put_mac(b, h->mac, ':');
		buf_byte(b, '"');
		interval(b, w, t, end);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static const char *source_of(const struct sink *s)
{
	return s->kind == &KIND_EVTX ? s->about : s->kind->source;
}

static void coverage(buf *b, const struct world *w, uint32_t host)
{
	open_list(b, "coverage");
	for (size_t i = 0; i < w->sinks.at.len; i++) {
		const struct sink *s = w->sinks.at.at[i];

		if (s->host != host || !s->kept)
			continue;
		json_sep(b);
		buf_byte(b, '{');
		text(b, "source", source_of(s));
		json_member_u64(b, "rows", s->kept);
		interval(b, w, s->first, s->last);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static const struct step *first_control(const struct world *w, uint32_t host)
{
	const struct step *best = NULL;

	for (size_t i = OBS_COUNT; i < w->steps.len; i++) {
		const struct step *s = &w->steps.at[i];

		if (s->host == host && s->label == LABEL_MALICIOUS && s->shows & SHOWS_CONTROL &&
		    s->seen != TIME_NONE && (!best || s->seen < best->seen))
			best = s;
	}
	return best;
}

static void compromise(buf *b, const struct world *w, const struct host *h)
{
	json_key(b, "first_compromise");
	buf_byte(b, '{');
	json_member_time(b, "true", h->compromised);
	json_member_time(b, "observable", h->observable);
	refs(b, "event_refs", first_control(w, h->index));
	buf_byte(b, '}');
	if (!h->via)
		return;
	json_key(b, "delivery");
	buf_byte(b, '{');
	text(b, "via", h->via);
	host_ref(b, w, "from_host", h->parent);
	if (h->artefact) {
		json_key(b, "artefact");
		buf_printf(b, "\"art-%u\"", h->artefact);
		json_member_u64(b, "bytes", h->served);
		json_member_bool(b, "complete", h->state == STATE_COMPROMISED || h->state == STATE_BLOCKED);
	}
	buf_byte(b, '}');
}

static void host(buf *b, const struct world *w, uint32_t i)
{
	const struct host *h = &w->hosts.at[i];
	int64_t offset = w->orgs.at[h->org].utc_offset, middle = w->from + (w->to - w->from) / 2;

	open_item(b);
	text(b, "host_id", h->folder);
	open_list(b, "names");
	json_str(b, str_of(h->folder));
	buf_byte(b, ',');
	json_str(b, str_of(h->fqdn));
	if (h->old_name) {
		buf_byte(b, ',');
		json_str(b, str_of(h->old_name));
		buf_byte(b, ',');
		json_str(b, str_of(h->old_fqdn));
	}
	buf_byte(b, ']');
	text(b, "role", ROLE_NAMES[h->role]);
	text(b, "org", w->orgs.at[h->org].name);
	text(b, "site", h->site);
	identities(b, w, i);
	json_member_i64(b, "clock_offset_ms", (host_clock(h, middle) - middle) / MS);
	if (h->clock_step_at != INT64_MAX) {
		json_member_time(b, "clock_step_at", h->clock_step_at);
		json_member_i64(b, "clock_step_ms", h->clock_step / MS);
	}
	json_key(b, "tz");
	buf_byte(b, '"');
	put_zone(b, offset);
	buf_byte(b, '"');
	json_member_bool(b, "nat", h->natted);
	text(b, "state", STATES[h->state]);
	text(b, "evidence_ceiling", ceiling(h));
	if (h->state != STATE_CLEAN)
		compromise(b, w, h);
	coverage(b, w, i);
	buf_byte(b, '}');
}

static void hosts(buf *b, const struct world *w)
{
	open_list(b, "hosts");
	for (uint32_t i = 0; i < w->hosts.len; i++)
		host(b, w, i);
	buf_byte(b, ']');
}

/* --- the story ------------------------------------------------------------------------------ */

static const char *campaign_of(const struct world *w, uint32_t host)
{
	for (size_t i = OBS_COUNT; i < w->steps.len; i++)
		if (w->steps.at[i].host == host && w->steps.at[i].label == LABEL_MALICIOUS)
			return w->steps.at[i].campaign;
	return NULL;
}

/* Hosts that were entered from outside, earliest first; and the first desk of each campaign. */
static void entries(buf *b, const struct world *w)
{
	uint32_t entry = NOWHERE, zero = NOWHERE;

	for (uint32_t i = 0; i < w->hosts.len; i++) {
		const struct host *h = &w->hosts.at[i];

		if (h->state != STATE_COMPROMISED)
			continue;
		if (h->parent == NOWHERE &&
		    (entry == NOWHERE || h->compromised < w->hosts.at[entry].compromised))
			entry = i;
		if (h->role == ROLE_DESK &&
		    (zero == NOWHERE || h->compromised < w->hosts.at[zero].compromised))
			zero = i;
	}
	if (entry != NOWHERE) {
		json_key(b, "entry_point");
		buf_byte(b, '{');
		host_ref(b, w, "host", entry);
		json_member_time(b, "time", w->hosts.at[entry].compromised);
		text(b, "vector", w->hosts.at[entry].via);
		refs(b, "evidence", first_control(w, entry));
		buf_byte(b, '}');
	}
	if (zero != NOWHERE) {
		json_key(b, "patient_zero_client");
		buf_byte(b, '{');
		host_ref(b, w, "host", zero);
		json_member_time(b, "time", w->hosts.at[zero].compromised);
		buf_byte(b, '}');
	}
	open_list(b, "entries");
	for (uint32_t i = 0; i < w->hosts.len; i++) {
		const struct host *h = &w->hosts.at[i];

		if (h->state != STATE_COMPROMISED || h->parent != NOWHERE)
			continue;
		open_item(b);
		text(b, "campaign", campaign_of(w, i));
		host_ref(b, w, "host", i);
		json_member_time(b, "time", h->compromised);
		text(b, "vector", h->via);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void edge_evidence(buf *b, const struct world *w, uint32_t edge)
{
	open_list(b, "evidence");
	for (size_t i = OBS_COUNT; i < w->steps.len; i++)
		for (uint32_t k = 0; w->steps.at[i].edge == edge && k < w->steps.at[i].nrefs && k < 2; k++) {
			json_sep(b);
			buf_printf(b, "\"e-%llu\"", (unsigned long long)w->steps.at[i].refs[k]);
		}
	buf_byte(b, ']');
}

static void edges(buf *b, const struct world *w)
{
	open_list(b, "edges");
	for (uint32_t i = 0; i < w->edges.len; i++) {
		const struct edge *x = &w->edges.at[i];

		open_item(b);
		json_key(b, "id");
		buf_printf(b, "\"g-%u\"", i + 1);
		text(b, "campaign", x->campaign);
		host_ref(b, w, "src", x->from);
		host_ref(b, w, "dst", x->to);
		text(b, "kind", x->kind);
		text(b, "account", x->account);
		json_member_time(b, "time", x->time);
		json_member_bool(b, "first_infection", x->first);
		edge_evidence(b, w, i + 1);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void externals(buf *b, const struct world *w)
{
	open_list(b, "external");
	for (size_t i = 0; i < w->externals.len; i++) {
		const struct external *x = &w->externals.at[i];
		char country[3] = { 'X', geo_country(x->ip), '\0' };

		if (x->rows + x->lost == 0)
			continue; /* drawn, and never used in these weeks */
		open_item(b);
		ip_text(b, "ip", x->ip);
		text(b, "domain", x->domain);
		text(b, "cluster", x->cluster);
		text(b, "role", x->role);
		text(b, "campaign", x->campaign);
		text(b, "country", country);
		json_member_u64(b, "asn", geo_asn(x->ip));
		interval(b, w, x->from ? x->from : w->from, x->to ? x->to : w->to);
		json_member_u64(b, "rows", x->rows);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void artefacts(buf *b, const struct world *w)
{
	open_list(b, "artefacts");
	for (uint32_t i = 0; i < w->artefacts.len; i++) {
		const struct artefact *x = &w->artefacts.at[i];

		open_item(b);
		json_key(b, "id");
		buf_printf(b, "\"art-%u\"", i + 1);
		text(b, "kind", x->kind);
		host_ref(b, w, "host", x->host);
		text(b, "path", x->path);
		text(b, "name", x->name);
		text(b, "sha256", x->sha256);
		if (x->size)
			json_member_u64(b, "size", x->size);
		if (x->original_size) {
			json_key(b, "original");
			buf_byte(b, '{');
			json_member_u64(b, "size", x->original_size);
			text(b, "sha256", x->original_sha256);
			buf_byte(b, '}');
			json_member_time(b, "served_from", x->from);
			json_member_time(b, "served_to", x->to);
		}
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static bool measurable(const struct world *w, const struct loss *l)
{
	const struct step *s = &w->steps.at[l->step];

	return s->rows > s->lost;
}

static void losses(buf *b, const struct world *w)
{
	uint64_t total = 0, seen = 0;

	open_list(b, "exfil");
	for (size_t i = 0; i < w->losses.len; i++) {
		const struct loss *l = &w->losses.at[i];

		open_item(b);
		text(b, "campaign", l->campaign);
		host_ref(b, w, "from_host", l->host);
		ip_text(b, "to", l->ip);
		json_member_time(b, "from", l->from);
		json_member_time(b, "to_time", l->to);
		json_member_u64(b, "bytes", l->bytes);
		text(b, "channel", l->channel);
		text(b, "mailbox", l->mailbox);
		json_member_bool(b, "measurable", measurable(w, l));
		buf_byte(b, '}');
		total += l->bytes;
		seen += measurable(w, l) ? l->bytes : 0;
	}
	buf_byte(b, ']');
	json_key(b, "exfil_total_bytes");
	buf_byte(b, '{');
	json_member_u64(b, "true", total);
	json_member_u64(b, "measurable", seen);
	buf_byte(b, '}');
}

static void mailboxes(buf *b, const struct world *w)
{
	open_list(b, "mailboxes");
	for (size_t i = 0; i < w->losses.len; i++) {
		const struct loss *l = &w->losses.at[i];
		uint64_t sum = 0;
		bool first = l->mailbox != NULL;

		for (size_t k = 0; first && k < w->losses.len; k++) {
			const struct loss *o = &w->losses.at[k];

			if (!o->mailbox || strcmp(o->mailbox, l->mailbox) != 0 ||
			    strcmp(o->channel, l->channel) != 0)
				continue;
			first = k >= i;
			sum += o->bytes;
		}
		if (!first)
			continue;
		open_item(b);
		text(b, "address", l->mailbox);
		text(b, "method", l->channel);
		json_member_u64(b, "bytes", sum);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

/* --- steps ---------------------------------------------------------------------------------- */

static bool same_kind(const struct step *a, const struct step *b)
{
	return strcmp(a->what, b->what) == 0 && strcmp(a->campaign, b->campaign) == 0;
}

/* The first three of each kind that left something to see: what a timeline must hold. */
static bool is_key(const struct world *w, size_t i)
{
	const struct step *s = &w->steps.at[i];
	unsigned before = 0;

	if (!s->key || s->label != LABEL_MALICIOUS || s->seen == TIME_NONE)
		return false;
	for (size_t k = OBS_COUNT; k < i && before < 3; k++)
		before += same_kind(&w->steps.at[k], s) && w->steps.at[k].seen != TIME_NONE;
	return before < 3;
}

static void steps(buf *b, const struct world *w)
{
	open_list(b, "key_events");
	for (size_t i = OBS_COUNT; i < w->steps.len; i++) {
		const struct step *s = &w->steps.at[i];

		if (!is_key(w, i))
			continue;
		open_item(b);
		json_member_u64(b, "step", i + 1);
		text(b, "campaign", s->campaign);
		text(b, "phase", s->phase);
		text(b, "what", s->what);
		host_ref(b, w, "host", s->host);
		host_ref(b, w, "from", s->from);
		json_member_time(b, "time", s->time);
		json_member_time(b, "seen", s->seen);
		refs(b, "events", s);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void phases(buf *b, const struct world *w)
{
	open_list(b, "phases");
	for (size_t i = OBS_COUNT; i < w->steps.len; i++) {
		const struct step *s = &w->steps.at[i];
		int64_t from = s->time, to = s->time;
		bool first = s->label == LABEL_MALICIOUS;

		for (size_t k = OBS_COUNT; first && k < w->steps.len; k++) {
			const struct step *o = &w->steps.at[k];

			if (o->label != LABEL_MALICIOUS || strcmp(o->phase, s->phase) != 0 ||
			    strcmp(o->campaign, s->campaign) != 0)
				continue;
			first = k >= i;
			from = o->time < from ? o->time : from;
			to = o->time > to ? o->time : to;
		}
		if (!first)
			continue;
		open_item(b);
		text(b, "campaign", s->campaign);
		text(b, "tactic", s->phase);
		interval(b, w, from, to);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void decoys(buf *b, const struct world *w)
{
	open_list(b, "decoys");
	for (size_t i = 0; i < w->decoys.len; i++) {
		const struct decoy *d = &w->decoys.at[i];

		open_item(b);
		text(b, "id", d->id);
		text(b, "kind", d->kind);
		json_member_u64(b, "hosts", d->hosts);
		interval(b, w, d->from, d->to);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
	open_list(b, "observables");
	for (size_t i = 0; i < OBS_COUNT; i++) {
		open_item(b);
		text(b, "observable", OBS_NAMES[i]);
		json_member_u64(b, "malicious", w->obs[i][LABEL_MALICIOUS]);
		json_member_u64(b, "benign", w->obs[i][LABEL_TWIN]);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void copies(buf *b, const struct world *w)
{
	open_list(b, "copies");
	for (size_t i = 0; i < w->copies.len; i++) {
		open_item(b);
		text(b, "file", w->copies.at[i].file);
		text(b, "of", w->copies.at[i].of);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void gaps(buf *b, const struct world *w)
{
	open_list(b, "gaps");
	for (size_t i = 0; i < w->sinks.at.len; i++) {
		const struct sink *s = w->sinks.at.at[i];

		for (size_t k = 0; k < s->drops.len; k++) {
			if (!s->drops.at[k].lost)
				continue;
			open_item(b);
			host_ref(b, w, "host", s->host);
			text(b, "source", source_of(s));
			interval(b, w, s->drops.at[k].from, s->drops.at[k].to);
			text(b, "cause", s->drops.at[k].cause);
			json_member_u64(b, "rows", s->drops.at[k].lost);
			buf_byte(b, '}');
		}
	}
	for (size_t i = 0; i < w->gaps.len; i++) {
		const struct gap *g = &w->gaps.at[i];

		open_item(b);
		host_ref(b, w, "host", g->host);
		text(b, "source", g->source);
		interval(b, w, g->from, g->to);
		text(b, "cause", g->cause);
		text(b, "file", g->file);
		buf_byte(b, '}');
	}
	for (uint32_t i = 0; i < w->hosts.len; i++) {
		if (w->hosts.at[i].collected)
			continue;
		open_item(b);
		host_ref(b, w, "host", i);
		text(b, "source", "all");
		interval(b, w, w->from, w->to);
		text(b, "cause", "not collected");
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void names(buf *b, const char *key, const char *const *at, size_t n)
{
	open_list(b, key);
	for (size_t i = 0; i < n; i++) {
		json_sep(b);
		json_str(b, str_of(at[i]));
	}
	buf_byte(b, ']');
}

static void head(buf *b, const struct world *w)
{
	buf_byte(b, '{');
	json_member_str(b, "schema", STR("spoor-truth/1"));
	text(b, "scenario", w->scenario);
	text(b, "variant", w->variant);
	json_member_u64(b, "seed", w->seed);
	json_key(b, "degradation");
	buf_byte(b, '{');
	text(b, "bundle", w->bundle->name);
	for (size_t i = 0; i < DEG_COUNT; i++)
		json_member_u64(b, DEG_NAMES[i], w->bundle->level[i]);
	buf_byte(b, '}');
	json_key(b, "window");
	buf_byte(b, '{');
	interval(b, w, w->from, w->to);
	buf_byte(b, '}');
	json_member_u64(b, "records", w->sinks.rows);
	json_member_u64(b, "events", w->events);
}

int truth_write(struct world *w, const char *dir, err *e)
{
	char path[2 * SINK_PATH_MAX];
	buf b = { 0 };
	FILE *f;
	int rc;

	head(&b, w);
	hosts(&b, w);
	entries(&b, w);
	edges(&b, w);
	externals(&b, w);
	artefacts(&b, w);
	names(&b, "accounts", w->accounts.at, w->accounts.len);
	mailboxes(&b, w);
	losses(&b, w);
	phases(&b, w);
	steps(&b, w);
	decoys(&b, w);
	gaps(&b, w);
	copies(&b, w);
	names(&b, "literals", w->literals.at, w->literals.len);
	PUT(&b, "}\n");
	snprintf(path, sizeof path, "%s/truth.json", dir);
	f = fopen(path, "we");
	rc = b.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the truth")
	     : !f || fwrite(b.ptr, 1, b.len, f) != b.len ? err_errno(e, errno, "cannot write %s", path)
							 : 0;
	if (f && fclose(f) != 0 && rc == 0)
		rc = err_errno(e, errno, "cannot write %s", path);
	buf_done(&b);
	return rc;
}
