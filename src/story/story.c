#include "story/story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/decisions.h"
#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

/* --- small things ---------------------------------------------------------------------------- */

str keep(struct builder *b, str s)
{
	str copy;

	if (s.len == 0)
		return STR("");
	copy = arena_str(b->mem, s);
	if (!copy.ptr) {
		b->st->dropped++;
		return STR("");
	}
	return copy;
}

str keep_lower(struct builder *b, str s)
{
	char *p = arena_alloc(b->mem, s.len + 1);

	if (!p) {
		b->st->dropped++;
		return STR("");
	}
	for (size_t i = 0; i < s.len; i++)
		p[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i];
	return (str){ p, s.len };
}

str keep_printf(struct builder *b, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? NULL : arena_alloc(b->mem, (size_t)n + 1);
	if (!p) {
		b->st->dropped++;
		return STR("");
	}
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (str){ p, (size_t)n };
}

str keep_u64(struct builder *b, uint64_t v)
{
	return keep_printf(b, "%llu", (unsigned long long)v);
}

str keep_time(struct builder *b, int64_t ns)
{
	char text[TIME_TEXT_MAX];
	size_t n;

	if (ns == TIME_NONE)
		return STR("");
	/* whole seconds: the exact time stands with the key events */
	n = time_text(ns - ns % NS_PER_S, text);
	return keep_printf(b, "%.10s %.*s UTC", text, n > 12 ? (int)n - 12 : 0, text + 11);
}

void refs_add(struct story_refs *r, const struct event_ref *ref)
{
	struct fact a = { .nrefs = r->n }, one = { .nrefs = 1 };

	memcpy(a.refs, r->at, sizeof a.refs);
	one.refs[0] = *ref;
	fact_combine(&a, &one);
	memcpy(r->at, a.refs, sizeof a.refs);
	r->n = a.nrefs;
}

void refs_add_all(struct story_refs *r, const struct event_ref *refs, uint32_t n)
{
	for (uint32_t i = 0; i < n && i < STORY_REFS; i++)
		refs_add(r, &refs[i]);
}

void span_add(int64_t *first, int64_t *last, int64_t from, int64_t to)
{
	if (from != TIME_NONE && (*first == TIME_NONE || from < *first))
		*first = from;
	if (to != TIME_NONE && (*last == TIME_NONE || to > *last))
		*last = to;
}

bool has_nocase(str hay, const char *needle)
{
	str n = str_of(needle);

	for (size_t i = 0; i + n.len <= hay.len; i++)
		if (str_eq_ascii_nocase((str){ hay.ptr + i, n.len }, n))
			return true;
	return false;
}

bool starts_nocase(str hay, const char *prefix)
{
	str p = str_of(prefix);

	return hay.len >= p.len && str_eq_ascii_nocase((str){ hay.ptr, p.len }, p);
}

struct story_sentence sentence_of(struct builder *b, const char *key, ...)
{
	struct story_sentence s = { .key = key };
	const char *name;
	va_list ap;

	(void)b;
	va_start(ap, key);
	while ((name = va_arg(ap, const char *)) != NULL && s.nargs < STORY_ARGS) {
		s.names[s.nargs] = name;
		s.values[s.nargs++] = va_arg(ap, str);
	}
	va_end(ap);
	return s;
}

void sentence_put(struct builder *b, struct story_sentence *s, const char *name, const str in[LANGUAGES])
{
	str *chinese = arena_array(b->mem, STORY_ARGS, sizeof *chinese);

	if (!chinese) {
		b->st->dropped++;
		return;
	}
	for (uint32_t i = 0; i < s->nargs; i++) {
		chinese[i] = s->chinese ? s->chinese[i] : STR("");
		if (strcmp(s->names[i], name) != 0)
			continue;
		s->values[i] = in[LANGUAGE_EN];
		chinese[i] = in[LANGUAGE_ZH];
	}
	s->chinese = chinese;
}

void sentence_put_said(struct builder *b, struct story_sentence *s, const char *name,
		       const struct story_sentence *said)
{
	str in[LANGUAGES];

	for (int lang = 0; lang < LANGUAGES; lang++) {
		buf text = { 0 };

		story_sentence_text(said, (enum story_language)lang, &text);
		in[lang] = keep(b, buf_view(&text));
		b->failed |= text.failed;
		buf_done(&text);
	}
	sentence_put(b, s, name, in);
}

void each_fact(struct builder *b, int kind, int (*fn)(void *, const struct fact *, err *))
{
	if (b->rc == 0 && !b->failed)
		b->rc = store_each_fact(b->s, kind, fn, b, b->e);
}

/* --- items and gaps -------------------------------------------------------------------------- */

static int on_item(void *ctx, const struct store_item *it, err *e)
{
	static const char *const VERDICTS[] = {
		"ok", "partial", "unreadable", "limit", "unknown", "skipped"
	};
	struct builder *b = ctx;
	struct store_item *copy = VEC_PUSH(&b->item, LIMIT_STORY_ITEMS);

	(void)e;
	for (size_t i = 0; i < COUNT(VERDICTS); i++)
		b->st->verdicts[i] += str_eq(it->verdict, str_of(VERDICTS[i]));
	if (!copy) {
		b->st->dropped++;
		return 0;
	}
	*copy = *it;
	copy->path = keep(b, it->path);
	copy->format = keep(b, it->format);
	copy->verdict = keep(b, it->verdict);
	copy->reason = keep(b, it->reason);
	return 0;
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	struct builder *b = ctx;
	struct gap *copy;

	(void)e;
	b->st->gaps_by_kind[g->kind]++;
	copy = VEC_PUSH(&b->gap, LIMIT_STORY_GAPS);
	if (copy)
		*copy = *g;
	return 0;
}

static int rule_order(const void *pa, const void *pb)
{
	const struct story_rule *a = pa, *b = pb;
	int c;

	if (a->level != b->level)
		return a->level > b->level ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	c = str_cmp(a->title, b->title);
	return c ? c : str_cmp(a->id, b->id);
}

/* --- building -------------------------------------------------------------------------------- */

static void maps_init(struct builder *b)
{
	map_init(&b->names, LIMIT_STORY_HOSTS, 32u << 20);
	map_init(&b->shorts, LIMIT_STORY_HOSTS, LIMIT_STORY_HOSTS * 64);
	map_init(&b->channel_keys, LIMIT_STORY_CHANNELS, 128u << 20);
	map_init(&b->rule_keys, LIMIT_STORY_RULES, 16u << 20);
	map_init(&b->hit_keys, LIMIT_STORY_OBSERVATIONS, 16u << 20);
	map_init(&b->wear_keys, LIMIT_STORY_HOSTS * 4u, 32u << 20);
	map_init(&b->wear_pairs, LIMIT_STORY_HOSTS * 4u, 32u << 20);
	map_init(&b->seat_keys, LIMIT_STORY_HOSTS, 32u << 20);
	map_init(&b->edge_keys, LIMIT_STORY_EDGES, 32u << 20);
	map_init(&b->observation_keys, LIMIT_STORY_OBSERVATIONS, 128u << 20);
}

/* The finished arrays move into the story's memory. */
const void *settle(struct builder *b, const void *from, size_t n, size_t size)
{
	void *to = arena_array(&b->st->arrays, n + 1, size);

	if (!to)
		b->failed = true;
	else if (n)
		memcpy(to, from, n * size);
	return to;
}

/* --- addresses ------------------------------------------------------------------------------- */

static int address_order(const void *pa, const void *pb)
{
	const struct story_address *a = pa, *b = pb;
	int c = str_cmp(a->ip, b->ip);

	if (c)
		return c;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return (a->host > b->host) - (a->host < b->host);
}

static void addresses_list(struct builder *b)
{
	size_t n;
	const struct identity_interval *i = identity_intervals(b->st->identity, &n);

	for (size_t k = 0; k < n; k++) {
		struct story_address *a = VEC_PUSH(&b->address, LIMIT_STORY_CLAIMS);
		struct identity_share s[8];
		size_t found = identity_at(b->st->identity, i[k].ip,
					   i[k].from_ns + (i[k].to_ns - i[k].from_ns) / 2, s, COUNT(s));

		if (!a) {
			b->st->dropped++;
			return;
		}
		*a = (struct story_address){ .ip = i[k].ip,
					     .host = i[k].host,
					     .basis = i[k].basis,
					     .flags = identity_flags(b->st->identity, i[k].ip),
					     .first_ns = i[k].from_ns,
					     .last_ns = i[k].to_ns,
					     .until_ns = i[k].until_ns,
					     .count = i[k].count };
		for (size_t x = 0; x < found; x++)
			if (s[x].host == a->host)
				a->weight = s[x].weight;
		refs_add_all(&a->refs, i[k].refs, i[k].nrefs);
	}
	if (b->address.len)
		qsort(b->address.at, b->address.len, sizeof *b->address.at, address_order);
}

static void hand_over(struct builder *b)
{
	struct story *st = b->st;

	st->items = SETTLE(b, &b->item);
	st->nitems = (uint32_t)b->item.len;
	st->hosts = SETTLE(b, &b->host);
	st->nhosts = (uint32_t)b->host.len;
	addresses_list(b);
	st->addresses = SETTLE(b, &b->address);
	st->naddresses = (uint32_t)b->address.len;
	st->edges = SETTLE(b, &b->edge);
	st->nedges = (uint32_t)b->edge.len;
	st->observations = SETTLE(b, &b->obs);
	st->nobservations = (uint32_t)b->obs.len;
	st->rules = SETTLE(b, &b->rule);
	st->nrules = (uint32_t)b->rule.len;
	st->gaps = SETTLE(b, &b->gap);
	st->ngaps = (uint32_t)b->gap.len;
	st->matrix.cells = SETTLE(b, &b->cell);
	st->matrix.ncells = (uint32_t)b->cell.len;
	st->blind = SETTLE(b, &b->blind);
	st->nblind = (uint32_t)b->blind.len;
	st->paragraphs = SETTLE(b, &b->paragraph);
	st->nparagraphs = (uint32_t)b->paragraph.len;
}

static void builder_done(struct builder *b)
{
	map *const MAPS[] = { &b->shorts,    &b->names,           &b->channel_keys, &b->rule_keys,
			      &b->hit_keys,  &b->wear_keys,       &b->wear_pairs,   &b->seat_keys,
			      &b->edge_keys, &b->observation_keys };

	for (size_t i = 0; i < COUNT(MAPS); i++)
		map_done(MAPS[i]);
	VEC_DONE(&b->name);
	VEC_DONE(&b->channel);
	VEC_DONE(&b->day);
	VEC_DONE(&b->rule);
	VEC_DONE(&b->hit);
	VEC_DONE(&b->host);
	VEC_DONE(&b->same);
	VEC_DONE(&b->wear);
	VEC_DONE(&b->change);
	VEC_DONE(&b->lease_zone);
	VEC_DONE(&b->grant);
	VEC_DONE(&b->leaving);
	VEC_DONE(&b->seat);
	VEC_DONE(&b->address);
	VEC_DONE(&b->edge);
	VEC_DONE(&b->arrival);
	VEC_DONE(&b->obs);
	VEC_DONE(&b->cell);
	VEC_DONE(&b->blind);
	VEC_DONE(&b->paragraph);
	VEC_DONE(&b->gap);
	VEC_DONE(&b->item);
}

static void build(struct builder *b)
{
	struct incident *incident;

	if (b->rc == 0)
		b->rc = store_get_run(b->s, &b->st->run, b->mem, b->e);
	if (b->rc == 0)
		b->rc = store_each_item(b->s, on_item, b, b->e);
	if (b->rc == 0)
		b->rc = store_each_gap(b->s, on_gap, b, b->e);
	if (b->rc == 0)
		b->rc = store_count_facts(b->s, &b->st->facts, b->e);
	if (b->rc == 0 && !b->failed)
		names_collect(b);
	if (b->rc || b->failed)
		return;
	names_join(b);
	if (b->failed)
		return;
	hosts_fill(b);
	roles_find(b);
	lease_zones_find(b);
	claims_collect(b);
	clocks_collect(b);
	if (b->rc || b->failed)
		return;
	edges_collect(b);
	web_collect(b);
	observations_collect(b);
	if (b->rc || b->failed)
		return;
	/* rules last: until here others point at them by number */
	if (b->rule.len)
		qsort(b->rule.at, b->rule.len, sizeof *b->rule.at, rule_order);
	matrix_collect(b);
	blind_collect(b);
	incident = arena_alloc(&b->st->arrays, sizeof *incident);
	if (!incident) {
		b->failed = true;
		return;
	}
	incident_build(b, incident);
	b->st->incident = incident;
	if (b->rc || b->failed)
		return;
	story_tell(b);
	hand_over(b);
}

static int declared_read(struct builder *b)
{
	buf text = { 0 };
	int rc = store_case_yaml(b->s, &text, b->e);

	if (rc > 0 && (rc = case_file_parse(&b->st->declared, buf_view(&text), b->e)) < 0)
		err_prefix(b->e, CASE_YAML);
	buf_done(&text);
	return rc < 0 ? -1 : 0;
}

static int decisions_of_case(struct builder *b)
{
	str dir = store_dir(b->s);

	return dir.len ? decisions_read(&b->st->decisions, keep(b, dir).ptr, b->e) : 0;
}

int story_build(struct story **ret, struct store *s, err *e)
{
	struct story *st = calloc(1, sizeof *st);
	struct builder b = { .s = s, .st = st, .e = e };

	if (!st)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the story");
	arena_init(&st->mem, LIMIT_STORY_BYTES);
	arena_init(&st->arrays, SIZE_MAX); /* of counted things, each with its own ceiling */
	st->first_ns = st->last_ns = TIME_NONE;
	b.mem = &st->mem;
	maps_init(&b);
	b.rc = declared_read(&b);
	if (b.rc == 0)
		b.rc = decisions_of_case(&b);
	if (b.rc == 0)
		b.rc = identity_new(&st->identity, st->declared, e);
	if (b.rc == 0)
		b.rc = clock_new(&st->clock, e);
	build(&b);
	builder_done(&b);
	if (b.rc == 0 && b.failed)
		b.rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the story");
	if (b.rc < 0) {
		story_free(st);
		return -1;
	}
	*ret = st;
	return 0;
}

void story_free(struct story *st)
{
	if (!st)
		return;
	identity_free(st->identity);
	clock_free(st->clock);
	case_file_free(st->declared);
	decisions_free(st->decisions);
	arena_done(&st->mem);
	arena_done(&st->arrays);
	free(st);
}

str story_host_name(const struct story *st, uint32_t host)
{
	return host < st->nhosts ? st->hosts[host].name : STR("");
}

/* --- names of kinds -------------------------------------------------------------------------- */

const char *story_edge_name(enum story_edge_kind kind)
{
	static const char *const NAMES[EDGE_KINDS] = {
		[EDGE_EXPLICIT_CREDENTIALS] = "explicit_credentials",
		[EDGE_NETWORK_LOGON] = "network_logon",
		[EDGE_REMOTE_DESKTOP] = "remote_desktop",
		[EDGE_ADMIN_SHARE] = "admin_share",
		[EDGE_SHARE] = "share",
		[EDGE_WINRM] = "winrm",
		[EDGE_CONNECTION] = "connection",
		[EDGE_REMOTE_INSTALL] = "remote_install",
	};

	return (unsigned)kind < EDGE_KINDS ? NAMES[kind] : NULL;
}

const char *story_observation_name(enum observation_kind kind)
{
	static const char *const NAMES[OBS_KINDS] = {
		[OBS_PAGE_WRITTEN] = "page_written",
		[OBS_PAGES_DEPLOYED] = "pages_deployed",
		[OBS_PAGE_COMPILED] = "page_compiled",
		[OBS_SERVER_CHILD] = "server_child",
		[OBS_LOG_CLEARED] = "log_cleared",
		[OBS_SERVICE] = "service",
		[OBS_TASK] = "task",
		[OBS_TASK_REMOVED] = "task_removed",
		[OBS_MODULE] = "module",
		[OBS_EXPLICIT_CREDENTIALS] = "explicit_credentials",
		[OBS_ADMIN_CMDLET] = "admin_cmdlet",
		[OBS_ALERT] = "alert",
		[OBS_DEFENSE] = "defense_change",
		[OBS_CLOCK] = "clock_change",
		[OBS_ACCOUNT] = "account_change",
		[OBS_SHARE] = "share_change",
		[OBS_TIMESTOMP] = "timestomp",
		[OBS_CREDENTIAL_STORE] = "credential_store",
		[OBS_FAILED_LOGONS] = "failed_logons",
		[OBS_REMOTE_DESKTOP] = "remote_desktop",
		[OBS_FINDING] = "finding",
	};

	return (unsigned)kind < OBS_KINDS ? NAMES[kind] : NULL;
}

const char *story_basis_name(enum story_basis basis)
{
	static const char *const NAMES[BASES] = {
		[BASIS_DECLARED] = "declared",
		[BASIS_OWN_CONNECTION] = "own_connection",
		[BASIS_OWN_SERVER] = "own_server",
		[BASIS_MACHINE_ACCOUNT] = "machine_account",
		[BASIS_LEASE] = "lease",
		[BASIS_INVENTORY] = "inventory",
		[BASIS_WORKSTATION] = "workstation",
		[BASIS_VPN] = "vpn",
		[BASIS_RESOLVED_NAME] = "resolved_name",
	};

	return (unsigned)basis < BASES ? NAMES[basis] : NULL;
}

const char *story_blind_name(enum blind_kind kind)
{
	static const char *const NAMES[BLIND_KINDS] = {
		[BLIND_NO_LOGS] = "no_logs",
		[BLIND_CHANNEL] = "channel_missing",
		[BLIND_CLEARED] = "log_cleared",
		[BLIND_MISSING_RECORDS] = "records_missing",
		[BLIND_SILENCE] = "silence",
		[BLIND_UNREAD] = "not_read",
		[BLIND_COMMAND_LINES] = "command_lines",
		[BLIND_RUN] = "run",
	};

	return (unsigned)kind < BLIND_KINDS ? NAMES[kind] : NULL;
}
