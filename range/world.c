#include "world.h"

#include <ctype.h>
#include <stdarg.h>

#include "util/sha256.h"

const char *world_text(struct world *w, const char *fmt, ...)
{
	char *z = NULL;
	va_list ap;
	int n;
	str s;

	va_start(ap, fmt);
	n = w->failed ? -1 : vasprintf(&z, fmt, ap);
	va_end(ap);
	if (n < 0) {
		w->failed = true;
		return "";
	}
	s = arena_str(&w->mem, (str){ z, (size_t)n });
	free(z);
	if (s.ptr)
		return s.ptr;
	w->failed = true;
	return "";
}

const char *world_word(struct world *w, struct rng *r, int syllables)
{
	static const char *const HEADS[] = { "b", "d", "f", "g", "h",  "k",  "l",  "m",  "n", "p",
					     "r", "s", "t", "v", "br", "st", "tr", "gl", "sk" };
	static const char *const TAILS[] = {
		"a", "e", "i", "o", "u", "an", "en", "or", "el", "is", "um", "ar"
	};
	char out[40] = "";
	size_t n = 0;

	while (syllables-- > 0 && n + 6 < sizeof out) {
		const char *head = HEADS[rng_below(r, COUNT(HEADS))];
		const char *tail = TAILS[rng_below(r, COUNT(TAILS))];

		n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", head, tail);
	}
	return world_text(w, "%s", out);
}

const char *world_hash(struct world *w, const char *content)
{
	struct sha256 *h = sha256_new(NULL);
	uint8_t digest[SHA256_LEN];
	char hex[SHA256_HEX_LEN + 1] = "";
	str seed = str_of(world_text(w, "%llu|%s", (unsigned long long)w->seed, content));

	if (!h || sha256_add(h, str_bytes(seed), NULL) < 0 || sha256_end(h, digest, NULL) < 0)
		w->failed = true;
	else
		sha256_hex(digest, hex);
	sha256_free(h);
	for (char *p = hex; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return world_text(w, "SHA256=%s", hex);
}

/* --- log ------------------------------------------------------------------------------------ */

static const char *zero_text(uint8_t type)
{
	switch (type & (uint8_t)~EVTX_ARRAY) {
	case EVTX_STRING:
	case EVTX_ANSI:
		return type & EVTX_ARRAY ? "" : "-";
	case EVTX_GUID:
		return "{00000000-0000-0000-0000-000000000000}";
	case EVTX_SID:
		return "S-1-0-0";
	case EVTX_HEX32:
	case EVTX_HEX64:
	case EVTX_SIZE:
		return "0x0";
	case EVTX_BOOL:
		return "false";
	case EVTX_BINARY:
		return "";
	default:
		return "0";
	}
}

struct rec *world_log(struct world *w, uint32_t host, enum def_id def, int64_t time)
{
	const struct evtx_def *d = &w->defs.at[def];
	struct host *h = &w->hosts.at[host];
	struct rec *r = w->failed ? NULL : VEC_PUSH(&w->log, LIMIT_WORLD_RECORDS);

	if (r)
		r->values = arena_array(&w->mem, d->nfields ? d->nfields : 1, sizeof *r->values);
	if (!r || !r->values) {
		w->failed = true;
		return NULL;
	}
	r->time = time;
	r->host = host;
	r->order = (uint32_t)(w->log.len - 1);
	r->def = (uint16_t)def;
	r->mark = w->mark;
	r->pid = 4 + 4 * rng_below(&h->rng, 200);
	r->tid = 4 + 4 * rng_below(&h->rng, 2000);
	for (uint32_t i = 0; i < d->nfields; i++)
		r->values[i] = zero_text(d->fields[i].type);
	return r;
}

void rec_set(struct world *w, struct rec *r, const char *field, const char *fmt, ...)
{
	int i = r ? def_field(&w->defs.at[r->def], field) : -1;
	char *z = NULL;
	va_list ap;
	int n;

	if (i < 0)
		return;
	va_start(ap, fmt);
	n = vasprintf(&z, fmt, ap);
	va_end(ap);
	if (n < 0) {
		w->failed = true;
		return;
	}
	r->values[i] = world_text(w, "%s", z);
	free(z);
}

void world_step(struct world *w, const char *phase, const char *what, uint32_t host, uint32_t from,
		int64_t time)
{
	struct step *s = VEC_PUSH(&w->steps, UINT16_MAX - 1);

	if (!s) {
		w->failed = true;
		return;
	}
	*s = (struct step){ phase, what, host, from, time };
	w->mark = (uint16_t)w->steps.len;
	w->hosts.at[host].reached = true;
}

void world_calm(struct world *w)
{
	w->mark = 0;
}

/* --- organisation --------------------------------------------------------------------------- */

static const char *upper(struct world *w, const char *s)
{
	char out[40];
	size_t i;

	for (i = 0; s[i] && i + 1 < sizeof out; i++)
		out[i] = (char)toupper((unsigned char)s[i]);
	out[i] = '\0';
	return world_text(w, "%s", out);
}

static void add_person(struct world *w, struct rng *r, uint32_t rid, bool admin)
{
	struct person *p = VEC_PUSH(&w->people, LIMIT_WORLD_HOSTS);
	const char *name = world_word(w, r, 2 + (int)rng_below(r, 2));

	if (!p) {
		w->failed = true;
		return;
	}
	p->user = admin ? world_text(w, "adm-%s", name)
			: world_text(w, "%c.%s", 'a' + (int)rng_below(r, 26), name);
	p->sid = world_text(w, "%s-%u", w->domain_sid, rid);
	p->admin = admin;
}

static const char *process_guid(struct world *w, uint32_t host, uint32_t pid, int64_t time)
{
	return world_text(w, "{%08x-%04x-%04x-%04x-%012x}", (unsigned)(w->seed * 2654435761u) ^ host,
			  (unsigned)(time / NS_PER_S & 0xffff), (unsigned)(time / NS_PER_S >> 16 & 0xffff),
			  pid & 0xffff, (unsigned)(time / MS & 0xffffffff));
}

static void add_host(struct world *w, struct rng *r, enum role role, uint32_t number, enum shape shape)
{
	static const char *const CODES[] = { "DC", "MX", "FS", "AP", "JP", "WS" };
	uint32_t index = (uint32_t)w->hosts.len;
	struct host *h = VEC_PUSH(&w->hosts, LIMIT_WORLD_HOSTS);
	const char *site;

	if (!h) {
		w->failed = true;
		return;
	}
	site = upper(w, w->domain);
	h->name = world_text(w, role == ROLE_DESK ? "%.3s-%s%03u" : "%.3s-%s%02u", site, CODES[role],
			     role == ROLE_DESK ? 100 + number * 7 + rng_below(r, 7) : number);
	h->fqdn = world_text(w, "%s.%s", h->name, w->dns);
	h->ip = world_text(w, role == ROLE_DESK ? "10.20.30.%u" : "10.20.1.%u", 11 + index);
	h->role = role;
	h->shape = shape;
	h->sysmon = role != ROLE_DESK || rng_chance(r, 70);
	h->audits_commands = rng_chance(r, 80) || role == ROLE_MAIL;
	h->next_pid = 3000 + 4 * rng_below(r, 200);
	h->next_logon = 0x20000 + rng_below(r, 0x8000);
	h->rng = rng_stream(w->seed, "host", index);
	h->local = (struct session){ world_text(w, "%s$", h->name), w->domain, "S-1-5-18", 0x3e7, 5, true };
	h->services = (struct process){ 620, process_guid(w, index, 620, w->from),
					"C:\\Windows\\System32\\services.exe",
					"C:\\Windows\\system32\\services.exe", h->local };
}

int world_init(struct world *w, uint64_t seed, const struct world_size *size, err *e)
{
	struct rng r = rng_stream(seed, "world", 0);
	uint32_t a, b, c;

	memset(w, 0, sizeof *w);
	arena_init(&w->mem, LIMIT_WORLD_BYTES);
	w->seed = seed;
	if (defs_init(&w->defs, e) < 0)
		return -1;
	w->domain = upper(w, world_word(w, &r, 3));
	w->dns = world_text(w, "%s.example", world_word(w, &r, 3));
	a = rng_below(&r, 1u << 31);
	b = rng_below(&r, 1u << 31);
	c = rng_below(&r, 1u << 31);
	w->domain_sid = world_text(w, "S-1-5-21-%u-%u-%u", a, b, c);
	/* A Monday of 2024, midnight UTC. */
	w->from = (time_days_from_civil(2024, 1, 8) + 7 * (int64_t)rng_below(&r, 45)) * DAY;
	w->days = size->days;
	w->utc_offset = 8 * HOUR;
	for (uint32_t i = 0; i < 2; i++)
		add_person(w, &r, 1101 + i, true);
	for (uint32_t i = 0; i < size->desks; i++)
		add_person(w, &r, 1120 + i, false);
	for (uint32_t role = ROLE_DC; role <= ROLE_ADMIN; role++)
		add_host(w, &r, (enum role)role, 1, role == ROLE_APP ? SHAPE_ZIP : SHAPE_EVTX);
	for (uint32_t i = 0; i < size->desks; i++) {
		add_host(w, &r, ROLE_DESK, i, i % 3 == 1 ? SHAPE_JSON : SHAPE_EVTX);
		if (!w->failed)
			w->hosts.at[w->hosts.len - 1].owner = 2 + i;
	}
	return w->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the world") : 0;
}

void world_done(struct world *w)
{
	VEC_DONE(&w->hosts);
	VEC_DONE(&w->people);
	VEC_DONE(&w->log);
	VEC_DONE(&w->steps);
	arena_done(&w->mem);
}

uint32_t world_find(const struct world *w, enum role role)
{
	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (w->hosts.at[i].role == role)
			return i;
	return 0;
}

const char *world_user(const struct world *w, uint32_t i)
{
	return i < w->people.len ? w->people.at[i].user : "";
}

const char *path_below_drive(const char *path)
{
	return strlen(path) > 3 ? path + 3 : path;
}
