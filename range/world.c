#include "world.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const ROLE_NAMES[ROLE_COUNT] = { "dc",     "mail",       "file",   "dms",     "update",
					     "wsus",   "jump",       "backup", "scanner", "monitoring",
					     "build",  "server",     "proxy",  "fw",      "vpn",
					     "sensor", "workstation" };
static const char *const CODES[ROLE_COUNT] = { "dc", "mx", "fs", "dm", "up", "wu", "jp", "bk", "sc",
					       "mo", "bd", "lx", "px", "fw", "vp", "sn", "ws" };

const char *const OBS_NAMES[OBS_COUNT] = {
	"web-probe",      "web-post-new-path",
	"web-page",       "server-child",
	"discovery",      "service",
	"task",           "file-drop",
	"page-file",      "defender",
	"alert",          "first-outbound",
	"beacon",         "lookup",
	"explicit-logon", "remote-logon",
	"share-write",    "remote-desktop",
	"remote-exec",    "package-write",
	"download",       "update-exec",
	"lsass-access",   "archive",
	"upload",         "app-export",
	"log-clear",      "timestomp",
	"cmdlet",         "mail-access",
	"mail-forward",   "module",
	"replication",    "vpn-session",
	"device-admin",   "ssh-logon",
	"task-delete",    "config-change",
};

const struct sid SID_SYSTEM = { 12, { 1, 1, 0, 0, 0, 0, 0, 5, 18 } };
const struct sid SID_NULL = { 12, { 1, 1, 0, 0, 0, 0, 0, 0, 0 } };
const struct sid SID_NETWORK_SERVICE = { 12, { 1, 1, 0, 0, 0, 0, 0, 5, 20 } };

void world_fail(struct world *w, const char *what)
{
	if (!w->failed)
		err_set(&w->error, ERR_OOM, ERR_NO_OFFSET, "%s", what);
	w->failed = true;
}

static const char *keep(struct world *w, str s)
{
	str copy = w->failed ? (str){ 0 } : arena_str(&w->mem, s);

	if (copy.ptr)
		return copy.ptr;
	world_fail(w, "no memory for the world");
	return "";
}

const char *world_keep(struct world *w, const char *text)
{
	return keep(w, str_of(text));
}

const char *world_text(struct world *w, const char *fmt, ...)
{
	char z[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(z, sizeof z, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof z) {
		world_fail(w, "a text of the world is too long");
		return "";
	}
	return keep(w, (str){ z, (size_t)n });
}

const char *world_fill(struct world *w, const char *pattern, const char *word)
{
	size_t at = str_find(str_of(pattern), STR("%s"));

	return at == SIZE_MAX ? pattern : world_text(w, "%.*s%s%s", (int)at, pattern, word, pattern + at + 2);
}

const char *world_word(struct world *w, struct rng *r, int syllables)
{
	static const char *const HEADS[] = { "b", "d", "f", "g", "h",  "k",  "l",  "m",  "n",  "p", "r",
					     "s", "t", "v", "z", "br", "st", "tr", "gl", "sk", "pl" };
	static const char *const TAILS[] = { "a",  "e",  "i",  "o",  "u",  "an", "en",
					     "or", "el", "is", "um", "ar", "in", "ol" };
	char out[64] = "";
	size_t n = 0;

	while (syllables-- > 0 && n + 6 < sizeof out) {
		const char *head = HEADS[rng_below(r, COUNT(HEADS))];
		const char *tail = TAILS[rng_below(r, COUNT(TAILS))];

		n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", head, tail);
	}
	return world_text(w, "%s", out);
}

static const char *recased(struct world *w, const char *word, size_t n)
{
	char out[256];
	size_t i;

	for (i = 0; word[i] && i + 1 < sizeof out; i++)
		out[i] = i < n ? (char)toupper((unsigned char)word[i]) : word[i];
	out[i] = '\0';
	return keep(w, (str){ out, i });
}

const char *world_capital(struct world *w, const char *word)
{
	return recased(w, word, 1);
}

const char *world_upper(struct world *w, const char *word)
{
	return recased(w, word, SIZE_MAX);
}

const char *world_literal(struct world *w, const char *text)
{
	const char **slot = VEC_PUSH(&w->literals, 65536);

	if (slot)
		*slot = text;
	return text;
}

void hash_hex(uint64_t seed, const char *content, char out[65])
{
	struct rng r = rng_stream(seed, content, 0);

	for (int i = 0; i < 4; i++) {
		uint64_t v = rng_next(&r);

		for (int k = 0; k < 16; k++, v >>= 4)
			out[16 * i + k] = "0123456789abcdef"[v & 15];
	}
	out[64] = '\0';
}

const char *world_hash(struct world *w, const char *content)
{
	char hex[65];

	hash_hex(w->seed, content, hex);
	return world_keep(w, hex);
}

uint32_t world_outside(struct world *w, struct rng *r, unsigned block)
{
	static const uint32_t BLOCKS[] = { 0xc0000200, 0xc6336400, 0xcb007100 };
	uint32_t ip, *kept;

	do {
		bool taken = false;

		ip = BLOCKS[block] + 1 + rng_below(r, 250);
		for (size_t i = 0; i < w->drawn.len; i++)
			taken |= w->drawn.at[i] == ip;
		if (!taken)
			break;
	} while (w->drawn.len < 200);
	kept = VEC_PUSH(&w->drawn, 1024);
	if (!kept)
		world_fail(w, "no memory for the truth");
	else
		*kept = ip;
	return ip;
}

bool sid_of(const char *text, struct sid *ret)
{
	struct evtx_value v;
	arena mem;
	bool ok;

	arena_init(&mem, 4096);
	ok = evtx_value_parse(EVTX_SID, str_of(text), &mem, &v, NULL) == 0 && v.data.len <= sizeof ret->b;
	if (ok) {
		ret->len = (uint8_t)v.data.len;
		memcpy(ret->b, v.data.ptr, v.data.len);
	}
	arena_done(&mem);
	return ok;
}

/* --- organisation --------------------------------------------------------------------------- */

static bool begins_like_another(const struct world *w, uint32_t norgs, const char *word)
{
	for (uint32_t i = 0; i < norgs; i++)
		if (strncmp(w->orgs.at[i].name, word, 3) == 0)
			return true;
	return false;
}

uint32_t world_org(struct world *w, uint32_t net, int64_t utc_offset, const char *suffix)
{
	uint32_t index = (uint32_t)w->orgs.len;
	struct rng r = rng_stream(w->seed, "org", index);
	struct org *o = VEC_PUSH(&w->orgs, 16);
	const char *word = world_word(w, &r, 3);

	if (!o) {
		world_fail(w, "no memory for an organisation");
		return 0;
	}
	while (begins_like_another(w, index, word)) /* hosts would have the same names */
		word = world_word(w, &r, 3);
	o->name = word;
	o->domain = world_upper(w, word);
	o->dns = world_text(w, "%s%s.example", word, suffix);
	for (int i = 0; i < 3; i++)
		o->sid[i] = rng_below(&r, 1u << 31);
	o->net = 0x0a000000 | net << 16;
	o->utc_offset = utc_offset;
	o->dc = o->proxy = o->firewall = o->jump = o->files = NOWHERE;
	o->negress = 4;
	o->bind = NOWHERE;
	for (uint32_t i = 0; i < 4; i++)
		o->egress[i] = 0xc0000200 + 200 + index * 8 + i; /* 192.0.2.200 and up */
	o->wifi_nat = o->net | 0x0afe;
	return index;
}

uint32_t world_person(struct world *w, uint32_t org, bool admin)
{
	uint32_t index = (uint32_t)w->people.len;
	struct rng r = rng_stream(w->seed, "person", index);
	struct person *p = VEC_PUSH(&w->people, LIMIT_HOSTS);
	const struct org *o = &w->orgs.at[org];
	char text[80];

	if (!p) {
		world_fail(w, "no memory for a person");
		return 0;
	}
	p->given = world_word(w, &r, 2 + (int)rng_below(&r, 2));
	p->user = admin ? world_text(w, "adm-%s", p->given)
			: world_text(w, "%c.%s", 'a' + (int)rng_below(&r, 26), p->given);
	snprintf(text, sizeof text, "S-1-5-21-%u-%u-%u-%u", o->sid[0], o->sid[1], o->sid[2], 1101 + index);
	sid_of(text, &p->sid);
	p->org = org;
	p->admin = admin;
	p->night = !admin && rng_chance(&r, 4);
	return index;
}

static void host_names(struct world *w, struct host *h, const struct org *o)
{
	const char *dns = o->dns;

	h->name = h->role == ROLE_DESK ? world_text(w, "%.3s-%s%04u", o->name, CODES[h->role], h->number + 1)
				       : world_text(w, "%.3s-%s%02u", o->name, CODES[h->role], h->number + 1);
	if (h->windows)
		h->name = world_upper(w, h->name);
	h->fqdn = world_text(w, "%s.%s", h->name, dns);
	h->folder = h->name;
}

static void host_machine(struct world *w, struct host *h)
{
	const struct org *o = &w->orgs.at[h->org];

	h->next_pid = 3000 + 4 * rng_below(&h->rng, 200);
	h->next_logon = 0x20000 + rng_below(&h->rng, 0x8000);
	h->local = (struct session){ world_text(w, "%s$", h->name), o->domain, &SID_SYSTEM, 0x3e7, 5, true };
	h->services = (struct process){ .pid = 620,
					.image = "C:\\Windows\\System32\\services.exe",
					.command = "C:\\Windows\\system32\\services.exe",
					.who = h->local };
	for (int i = 0; i < 16; i++)
		h->services.guid[i] = (uint8_t)rng_below(&h->rng, 256);
	h->explorer = h->services;
	h->explorer.pid = 5000 + 4 * rng_below(&h->rng, 100);
	h->explorer.image = "C:\\Windows\\explorer.exe";
	h->explorer.command = "C:\\Windows\\Explorer.EXE";
	h->user = h->local;
	for (uint32_t i = 0; i < CHANNELS_MAX; i++)
		h->ids[i] = 1000 + rng_below(&h->rng, 900000);
}

uint32_t world_host(struct world *w, uint32_t org, enum role role, const char *site)
{
	static const uint8_t VENDORS[][3] = { { 0x00, 0x15, 0x5d },
					      { 0x00, 0x50, 0x56 },
					      { 0x3c, 0x52, 0x82 },
					      { 0xd4, 0x81, 0xd7 },
					      { 0x8c, 0xec, 0x4b } };
	uint32_t index = (uint32_t)w->hosts.len, vendor;
	struct host *h = VEC_PUSH(&w->hosts, LIMIT_HOSTS);

	if (!h) {
		world_fail(w, "no memory for a host");
		return 0;
	}
	h->rng = rng_stream(w->seed, "host", index);
	h->org = org;
	h->index = index;
	h->role = role;
	h->site = site;
	h->number = world_count(w, org, role) - 1;
	h->windows = role <= ROLE_BUILD;
	if (role == ROLE_DESK)
		h->windows = true;
	h->owner = NOWHERE;
	h->parent = NOWHERE;
	h->collected = true;
	h->compromised = h->observable = TIME_NONE;
	h->clock_step_at = INT64_MAX;
	h->mix_at = INT64_MAX;
	h->web_change_at = INT64_MAX;
	h->audits = h->sysmon = h->commands = h->windows;
	h->ip = w->orgs.at[org].net |
		(role == ROLE_DESK ? 0x1400 + h->number + 1 : 0x0100 + (uint32_t)role * 8 + h->number + 1);
	vendor = rng_below(&h->rng, COUNT(VENDORS));
	memcpy(h->mac, VENDORS[vendor], 3);
	for (int i = 3; i < 6; i++)
		h->mac[i] = (uint8_t)rng_below(&h->rng, 256);
	host_names(w, h, &w->orgs.at[org]);
	host_machine(w, h);
	return index;
}

void world_linux(struct world *w, uint32_t host)
{
	struct host *h = &w->hosts.at[host];

	h->windows = h->sysmon = h->audits = h->commands = false;
	host_names(w, h, &w->orgs.at[h->org]);
}

uint32_t world_find(const struct world *w, uint32_t org, enum role role, uint32_t n)
{
	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (w->hosts.at[i].role == role && (org == NOWHERE || w->hosts.at[i].org == org) && n-- == 0)
			return i;
	return NOWHERE;
}

uint32_t world_count(const struct world *w, uint32_t org, enum role role)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->hosts.len; i++)
		n += w->hosts.at[i].role == role && w->hosts.at[i].org == org;
	return n;
}

/* --- addresses and clocks --------------------------------------------------------------------- */

#define WIFI_POOL 8191u /* a prime: the address of a day is a permutation of the hosts */

uint32_t host_ip(const struct world *w, uint32_t host, int64_t t)
{
	const struct host *h = &w->hosts.at[host];
	uint64_t day;

	if (!h->wifi)
		return h->ip;
	day = (uint64_t)((t + w->orgs.at[h->org].utc_offset) / DAY);
	return w->orgs.at[h->org].net |
	       (uint32_t)(0x8000 + 1 + (h->number * (1 + day % 4099) + day * 613) % WIFI_POOL);
}

uint32_t host_seen_ip(const struct world *w, uint32_t host, int64_t t)
{
	const struct host *h = &w->hosts.at[host];

	return h->natted ? w->orgs.at[h->org].wifi_nat : host_ip(w, host, t);
}

int64_t host_clock(const struct host *h, int64_t t)
{
	int64_t shown = t + h->clock_offset;

	if (h->clock_drift)
		shown += (t / DAY % 90) * h->clock_drift;
	return t >= h->clock_step_at ? shown + h->clock_step : shown;
}

/* Last Sunday of a month at 01:00 UTC. */
static int64_t last_sunday(int64_t year, unsigned month)
{
	int64_t day = time_days_from_civil(year, month, 31);

	return (day - (day + 4) % 7) * DAY + HOUR;
}

int64_t org_offset(const struct org *o, int64_t t)
{
	int64_t year;
	unsigned month, day;

	if (!o->dst)
		return o->utc_offset;
	time_civil_from_days(t / DAY, &year, &month, &day);
	return t >= last_sunday(year, 3) && t < last_sunday(year, 10) ? o->utc_offset + HOUR : o->utc_offset;
}

int64_t host_local(const struct world *w, uint32_t host, int64_t t)
{
	const struct host *h = &w->hosts.at[host];

	return host_clock(h, t) + org_offset(&w->orgs.at[h->org], t);
}

int64_t day_start(const struct world *w, int64_t n)
{
	return w->from + n * DAY;
}

unsigned weekday_of(const struct world *w, uint32_t org, int64_t t)
{
	return (unsigned)(((t + org_offset(&w->orgs.at[org], t)) / DAY + 4) % 7);
}

bool is_holiday(const struct world *w, uint32_t org, int64_t t)
{
	unsigned day = weekday_of(w, org, t);
	int64_t n = (t - w->from) / DAY, days = (w->to - w->from) / DAY;

	/* The national holiday: seven days before the middle of the window. */
	return day == 0 || day == 6 || (days >= 40 && n >= days * 36 / 100 - 7 && n < days * 36 / 100);
}

/* --- truth ---------------------------------------------------------------------------------- */

uint32_t step_begin(struct world *w, const struct step *s)
{
	struct step *to = w->failed ? NULL : VEC_PUSH(&w->steps, LIMIT_STEPS);

	if (!to) {
		world_fail(w, "no memory for the truth");
		return 0;
	}
	*to = *s;
	to->seen = TIME_NONE;
	w->step = (uint32_t)w->steps.len;
	return w->step - 1;
}

void step_edge(struct world *w, uint32_t edge)
{
	if (w->step != NO_STEP)
		w->steps.at[w->step - 1].edge = edge;
}

void step_end(struct world *w)
{
	w->step = NO_STEP;
}

void twin(struct world *w, enum obs obs)
{
	w->step = 1 + (uint32_t)obs;
}

static bool sooner(const struct deed *a, const struct deed *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static void swap(struct deed *a, struct deed *b)
{
	struct deed x = *a;

	*a = *b;
	*b = x;
}

void agenda_add(struct world *w, int64_t t, deed_fn *fn, uint32_t a, uint32_t b)
{
	struct deed *d = VEC_PUSH(&w->agenda, 1u << 24), *heap = w->agenda.at;
	size_t i = w->agenda.len - 1;

	if (!d) {
		world_fail(w, "no memory for the agenda");
		return;
	}
	*d = (struct deed){ t, w->deeds++, fn, a, b };
	for (; i && sooner(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
}

static struct deed agenda_take(struct world *w)
{
	struct deed *heap = w->agenda.at, first = heap[0];
	size_t n = --w->agenda.len, i = 0;

	heap[0] = heap[n];
	for (;;) {
		size_t least = i, left = 2 * i + 1;

		if (left < n && sooner(&heap[left], &heap[least]))
			least = left;
		if (left + 1 < n && sooner(&heap[left + 1], &heap[least]))
			least = left + 1;
		if (least == i)
			return first;
		swap(&heap[i], &heap[least]);
		i = least;
	}
}

void agenda_run(struct world *w, int64_t upto)
{
	while (w->agenda.len && w->agenda.at[0].time < upto && !w->failed) {
		struct deed d = agenda_take(w);

		d.fn(w, d.time, d.a, d.b);
		step_end(w);
	}
}

uint32_t world_edge(struct world *w, const struct edge *e)
{
	struct edge *to = VEC_PUSH(&w->edges, 1u << 20);
	struct host *h;

	if (!to) {
		world_fail(w, "no memory for the truth");
		return 0;
	}
	*to = *e;
	h = &w->hosts.at[e->to];
	if (e->first && h->parent == NOWHERE) {
		h->parent = e->from;
		h->via = e->kind;
	}
	return (uint32_t)w->edges.len;
}

#define WORLD_ADD(list, type)                                                                                \
	type *to = VEC_PUSH(&w->list, 1u << 20);                                                             \
	if (!to)                                                                                             \
		world_fail(w, "no memory for the truth");                                                    \
	else                                                                                                 \
		*to = *x;

void world_external(struct world *w, const struct external *x){ WORLD_ADD(externals, struct external) }

uint32_t world_artefact(struct world *w, const struct artefact *x)
{
	WORLD_ADD(artefacts, struct artefact)
	return (uint32_t)w->artefacts.len;
}

void world_loss(struct world *w, const struct loss *x)
{
	WORLD_ADD(losses, struct loss)
}

void world_copy(struct world *w, const char *file, const char *of)
{
	struct copy *c = VEC_PUSH(&w->copies, LIMIT_SINK_FILES);

	if (!c) {
		world_fail(w, "no memory for the truth");
		return;
	}
	*c = (struct copy){ world_keep(w, file), world_keep(w, of) };
}

void world_gap(struct world *w, const struct gap *x)
{
	WORLD_ADD(gaps, struct gap)
}

/* Which addresses outside does a row of an intruder name? */
static void externals_seen(struct world *w, const struct sink *s, const struct row *r, bool lost)
{
	for (size_t i = 0; i < w->externals.len; i++) {
		struct external *x = &w->externals.at[i];
		char ip[16];
		int n = snprintf(ip, sizeof ip, "%u.%u.%u.%u", x->ip >> 24, x->ip >> 16 & 255,
				 x->ip >> 8 & 255, x->ip & 255);
		const char *row = s->text.ptr + r->at, *hit = memmem(row, r->len, ip, (size_t)n);

		while (hit && hit + n < row + r->len && hit[n] >= '0' && hit[n] <= '9')
			hit = memmem(hit + n, (size_t)(row + r->len - hit - n), ip, (size_t)n);
		if (hit || (x->domain && memmem(row, r->len, x->domain, strlen(x->domain))))
			*(lost ? &x->lost : &x->rows) += 1;
	}
}

/* A row of a step has landed, or was lost on the way. */
static void landed(void *ctx, const struct sink *s, const struct row *r, const char *file, uint64_t offset,
		   uint64_t record)
{
	struct world *w = ctx;
	struct step *step = &w->steps.at[r->step - 1];
	struct host *h = &w->hosts.at[step->host];
	char time[TIME_TEXT_MAX], logged[TIME_TEXT_MAX];

	step->rows++;
	w->obs[step->obs][step->label] += file != NULL;
	if (!step->campaign)
		return;
	if (step->label == LABEL_MALICIOUS)
		externals_seen(w, s, r, !file);
	if (!file) {
		step->lost++;
		return;
	}
	h->shown |= step->label == LABEL_MALICIOUS ? step->shows : 0u;
	if (step->label == LABEL_MALICIOUS && step->shows & SHOWS_CONTROL &&
	    (h->observable == TIME_NONE || r->time < h->observable))
		h->observable = r->time;
	if (step->seen == TIME_NONE)
		step->seen = r->time;
	w->events++;
	if (step->nrefs < STEP_REFS)
		step->refs[step->nrefs++] = w->events;
	time_text(r->time, time);
	time_text(host_clock(&w->hosts.at[s->host], r->time), logged);
	fprintf(w->sidecar, "{\"event_id\":\"e-%llu\",\"host_id\":\"%s\",\"file\":\"",
		(unsigned long long)w->events, h->folder);
	for (; *file; file++)
		fprintf(w->sidecar, *file == '\\' || *file == '"' ? "\\%c" : "%c", *file);
	fprintf(w->sidecar,
		"\",\"offset\":%llu,\"record\":%llu,\"ts_true\":\"%s\",\"ts_logged\":\"%s\",\"label\":\"%s\",\"phase\":\"%s\","
		"\"observable\":\"%s\",\"campaign\":\"%s\",\"step\":%u",
		(unsigned long long)offset, (unsigned long long)record, time, logged,
		step->label == LABEL_MALICIOUS ? "malicious" : "benign-twin", step->phase,
		OBS_NAMES[step->obs], step->campaign, r->step);
	if (step->edge)
		fprintf(w->sidecar, ",\"edge_id\":\"g-%u\"", step->edge);
	fputs("}\n", w->sidecar);
}

static int64_t roll_clock(void *ctx, const struct sink *s, int64_t t)
{
	const struct world *w = ctx;

	return s->kind->local ? host_local(w, s->host, t) : host_clock(&w->hosts.at[s->host], t);
}

int world_init(struct world *w, uint64_t seed, const struct range_size *size, const char *dir, err *e)
{
	char path[2 * SINK_PATH_MAX];

	memset(w, 0, sizeof *w);
	arena_init(&w->mem, LIMIT_WORLD_BYTES);
	w->seed = seed;
	w->size = *size;
	snprintf(path, sizeof path, "%s/evidence", dir);
	if (defs_init(&w->defs, e) < 0 || sinks_init(&w->sinks, path, e) < 0)
		return -1;
	w->sensor = w->netflow = NOWHERE;
	for (uint32_t i = 0; i < OBS_COUNT; i++) {
		step_begin(w, &(struct step){ .phase = "background",
					      .what = OBS_NAMES[i],
					      .label = LABEL_TWIN,
					      .obs = (uint8_t)i });
		step_end(w);
	}
	w->sinks.listed = OBS_COUNT + 1;
	w->sinks.landed = landed;
	w->sinks.clock = roll_clock;
	w->sinks.ctx = w;
	snprintf(path, sizeof path, "%s/truth.events.jsonl", dir);
	w->sidecar = fopen(path, "we");
	if (!w->sidecar)
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot create %s", path);
	return 0;
}

void world_done(struct world *w)
{
	sinks_done(&w->sinks);
	VEC_DONE(&w->orgs);
	VEC_DONE(&w->hosts);
	VEC_DONE(&w->people);
	VEC_DONE(&w->steps);
	VEC_DONE(&w->edges);
	VEC_DONE(&w->externals);
	VEC_DONE(&w->drawn);
	VEC_DONE(&w->artefacts);
	VEC_DONE(&w->losses);
	VEC_DONE(&w->decoys);
	VEC_DONE(&w->gaps);
	VEC_DONE(&w->copies);
	VEC_DONE(&w->agenda);
	VEC_DONE(&w->wipes);
	VEC_DONE(&w->literals);
	VEC_DONE(&w->accounts);
	if (w->sidecar)
		fclose(w->sidecar);
	arena_done(&w->mem);
}
