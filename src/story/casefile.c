/* A table says which keys a map may have and what they hold; one walker reads by it, so that all maps are equally
 * strict. */
#include "story/casefile.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "story/identity.h"
#include "story/signals.h"
#include "util/limits.h"
#include "util/times.h"
#include "util/yaml_tree.h"

enum key_type {
	KEY_TEXT,
	KEY_NAMES,    /* list of texts, or one */
	KEY_NETWORKS, /* list of addresses and prefixes, or one */
	KEY_TIME,
	KEY_ROLE,
	KEY_SIGNALS, /* names of signals.h */
	KEY_ZONES,
	KEY_HOSTS,
	KEY_PARTIES,
	KEY_INDICATORS,
	KEY_HOST_OF_ZONE, /* a host whose logs have the zone */
	KEY_INDICATOR,    /* its value; the key names the type */
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset;
	int which; /* of KEY_INDICATOR */
};

#define AT(of, member) offsetof(struct of, member)

static const struct key TOP[] = {
	{ "title", KEY_TEXT, AT(case_file, title), 0 },
	{ "own_prefixes", KEY_NETWORKS, AT(case_file, prefixes), 0 },
	{ "nat_pools", KEY_NETWORKS, AT(case_file, nat), 0 },
	{ "vpn_pools", KEY_NETWORKS, AT(case_file, vpn), 0 },
	{ "balancers", KEY_NETWORKS, AT(case_file, balancers), 0 },
	{ "proxies", KEY_NETWORKS, AT(case_file, proxies), 0 },
	{ "time_zones", KEY_ZONES, 0, 0 },
	{ "hosts", KEY_HOSTS, 0, 0 },
	{ "parties", KEY_PARTIES, 0, 0 },
	{ "indicators", KEY_INDICATORS, 0, 0 },
	{ "signals_off", KEY_SIGNALS, AT(case_file, signals_off), 0 },
	{ NULL, KEY_TEXT, 0, 0 },
};

static const struct key ZONE[] = {
	{ "paths", KEY_TEXT, AT(case_zone, paths), 0 },
	{ "host", KEY_HOST_OF_ZONE, AT(case_zone, paths), 0 },
	{ "zone", KEY_TEXT, AT(case_zone, zone), 0 },
	{ NULL, KEY_TEXT, 0, 0 },
};

static const struct key HOST[] = {
	{ "name", KEY_TEXT, AT(case_host, name), 0 },
	{ "aliases", KEY_NAMES, AT(case_host, aliases), 0 },
	{ "addresses", KEY_NETWORKS, AT(case_host, addresses), 0 },
	{ "role", KEY_ROLE, AT(case_host, role), 0 },
	{ "owner", KEY_TEXT, AT(case_host, owner), 0 },
	{ "note", KEY_TEXT, AT(case_host, note), 0 },
	{ "reimaged", KEY_TIME, AT(case_host, reimaged_ns), 0 },
	{ "notified", KEY_TIME, AT(case_host, notified_ns), 0 },
	{ NULL, KEY_TEXT, 0, 0 },
};

static const struct key PARTY[] = {
	{ "name", KEY_TEXT, AT(case_party, name), 0 },
	{ "kind", KEY_TEXT, AT(case_party, kind), 0 },
	{ "contact", KEY_TEXT, AT(case_party, contact), 0 },
	{ "domains", KEY_NAMES, AT(case_party, domains), 0 },
	{ "prefixes", KEY_NETWORKS, AT(case_party, prefixes), 0 },
	{ NULL, KEY_TEXT, 0, 0 },
};

static const struct key INDICATOR[] = {
	{ "ip", KEY_INDICATOR, 0, INDICATOR_IP },           { "domain", KEY_INDICATOR, 0, INDICATOR_DOMAIN },
	{ "hash", KEY_INDICATOR, 0, INDICATOR_HASH },       { "path", KEY_INDICATOR, 0, INDICATOR_PATH },
	{ "account", KEY_INDICATOR, 0, INDICATOR_ACCOUNT }, { "kind", KEY_TEXT, AT(case_indicator, kind), 0 },
	{ "note", KEY_TEXT, AT(case_indicator, note), 0 },  { NULL, KEY_TEXT, 0, 0 },
};

/* --- errors ---------------------------------------------------------------------------------- */

#define WRONG(e, n, ...) wrong_at((e), (n), __VA_ARGS__)

static int wrong_at(err *e, const struct ynode *n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int wrong_at(err *e, const struct ynode *n, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(e, ERR_CORRUPT, n->line, "%u:%u: %s", n->line, n->column, text);
}

/* How many letters must change to make b of a: texts up to 31 bytes. */
static unsigned distance(str a, str b)
{
	unsigned row[32], diagonal;

	if (a.len >= COUNT(row) || b.len >= COUNT(row))
		return UINT32_MAX;
	for (unsigned k = 0; k <= b.len; k++)
		row[k] = k;
	for (size_t i = 1; i <= a.len; i++) {
		diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t k = 1; k <= b.len; k++) {
			unsigned above = row[k], best = diagonal + (a.ptr[i - 1] != b.ptr[k - 1]);

			best = above + 1 < best ? above + 1 : best;
			best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
			diagonal = above;
			row[k] = best;
		}
	}
	return row[b.len];
}

static int unknown_key(const struct ynode *key, const struct key *keys, err *e)
{
	const char *best = NULL;
	unsigned least = 4; /* what is farther off was hardly meant */
	str shown = { key->text.ptr, key->text.len < 40 ? key->text.len : 40 };

	for (; keys->name; keys++) {
		unsigned d = distance(key->text, str_of(keys->name));

		if (d < least) {
			least = d;
			best = keys->name;
		}
	}
	if (best)
		return WRONG(e, key, "no key \"%.*s\" here; is \"%s\" meant?", STR_ARG(shown), best);
	return WRONG(e, key, "no key \"%.*s\" here", STR_ARG(shown));
}

static int no_room(const struct ynode *n, err *e)
{
	return err_set(e, ERR_OOM, n->line, "no memory for case.yaml");
}

/* --- values ---------------------------------------------------------------------------------- */

static int text_of(const struct ynode *n, str *ret, arena *mem, err *e)
{
	if (n->kind != YAML_SCALAR)
		return WRONG(e, n, "a text belongs here");
	*ret = arena_str(mem, str_trim(n->text));
	return ret->ptr ? 0 : no_room(n, e);
}

/* A list or a single value: the nodes one by one. */
static const struct ynode *item_first(const struct ynode *n, const struct ylink **at)
{
	*at = n->kind == YAML_LIST ? n->first : NULL;
	return n->kind == YAML_LIST ? (*at ? (*at)->value : NULL) : n;
}

static const struct ynode *item_next(const struct ylink **at)
{
	*at = *at ? (*at)->next : NULL;
	return *at ? (*at)->value : NULL;
}

static uint32_t item_count(const struct ynode *n)
{
	return n->kind == YAML_LIST ? n->len : 1;
}

static int names_of(const struct ynode *n, struct case_names *ret, arena *mem, err *e)
{
	str *to = arena_array(mem, item_count(n) + 1u, sizeof *to);
	const struct ylink *at;
	uint32_t k = 0;

	if (!to)
		return no_room(n, e);
	for (const struct ynode *x = item_first(n, &at); x; x = item_next(&at))
		if (text_of(x, &to[k++], mem, e) < 0)
			return -1;
	*ret = (struct case_names){ to, k };
	return 0;
}

static int networks_of(const struct ynode *n, struct case_networks *ret, arena *mem, err *e)
{
	struct cidr *to = arena_array(mem, item_count(n) + 1u, sizeof *to);
	const struct ylink *at;
	uint32_t k = 0;
	err why = { 0 };

	if (!to)
		return no_room(n, e);
	for (const struct ynode *x = item_first(n, &at); x; x = item_next(&at))
		if (x->kind != YAML_SCALAR)
			return WRONG(e, x, "an address or a prefix belongs here");
		else if (cidr_parse(str_trim(x->text), &to[k++], &why) < 0)
			return WRONG(e, x, "%s", why.text);
	*ret = (struct case_networks){ to, k };
	return 0;
}

static int time_of(const struct ynode *n, int64_t *ret, err *e)
{
	enum time_basis basis;
	char day[32];
	str s = n->kind == YAML_SCALAR ? str_trim(n->text) : STR("");

	if (s.len == 10) { /* a day alone: its begin */
		memcpy(day, s.ptr, 10);
		memcpy(day + 10, "T00:00:00Z", 10);
		s = (str){ day, 20 };
	}
	if (!time_parse_iso(s, ret, &basis))
		return WRONG(e, n, "a day (2024-04-18) or a time (2024-04-18T08:00:00Z) belongs here");
	if (basis == TIME_LOCAL_ASSUMED)
		return WRONG(e, n, "the time has no zone: end it with Z or +08:00");
	return 0;
}

static int role_of(const struct ynode *n, enum host_role *ret, err *e)
{
	str s = n->kind == YAML_SCALAR ? n->text : STR("");

	*ret = host_role_named(s);
	if (*ret == HOST_ROLES)
		return WRONG(e, n, "no role \"%.*s\"; docs/case-yaml.md lists them",
			     (int)(s.len < 40 ? s.len : 40), s.ptr);
	return 0;
}

static int map_of(const struct ynode *n, const struct key *keys, void *to, struct case_file *c, err *e);

/* A list of maps. fill: what a new one starts with. */
static int maps_of(const struct ynode *n, const struct key *keys, const void *fill, size_t size,
		   const char *must, const void **ret, uint32_t *ret_n, struct case_file *c, err *e)
{
	char *to;
	uint32_t k = 0;

	if (n->kind != YAML_LIST)
		return WRONG(e, n, "a list belongs here");
	to = arena_array(&c->mem, n->len + 1u, size);
	if (!to)
		return no_room(n, e);
	for (const struct ylink *l = n->first; l; l = l->next, k++) {
		memcpy(to + k * size, fill, size);
		if (l->value->kind != YAML_MAP)
			return WRONG(e, l->value, "a map with keys belongs here");
		if (must && !yaml_get(l->value, must))
			return WRONG(e, l->value, "the key \"%s\" is missing", must);
		if (map_of(l->value, keys, to + k * size, c, e) < 0)
			return -1;
	}
	*ret = to;
	*ret_n = k;
	return 0;
}

static int zones_of(const struct ynode *n, struct case_file *c, err *e)
{
	const struct case_zone fill = { 0 };
	const void *at = NULL;
	struct case_zone *z;
	const struct ylink *l;

	if (maps_of(n, ZONE, &fill, sizeof fill, "zone", &at, &c->nzones, c, e) < 0)
		return -1;
	c->zones = at;
	z = (struct case_zone *)(uintptr_t)at;
	for (l = n->first; l && z; l = l->next)
		z++->line = l->value->line;
	return 0;
}

static int indicators_of(const struct ynode *n, struct case_file *c, err *e)
{
	const struct case_indicator fill = { 0 };
	const struct ylink *l;
	const void *at = NULL;

	if (maps_of(n, INDICATOR, &fill, sizeof fill, NULL, &at, &c->nindicators, c, e) < 0)
		return -1;
	c->indicators = at;
	l = n->first;
	for (uint32_t i = 0; i < c->nindicators && c->indicators && l; i++, l = l->next)
		if (c->indicators[i].value.len == 0)
			return WRONG(e, l->value, "an indicator needs ip, domain, hash, path or account");
	return 0;
}

static int indicator_of(const struct ynode *n, int which, struct case_indicator *to, struct case_file *c,
			err *e)
{
	struct cidr net;
	err why = { 0 };

	if (to->value.len)
		return WRONG(e, n, "one indicator has one value: write another entry");
	if (text_of(n, &to->value, &c->mem, e) < 0)
		return -1;
	if (to->value.len == 0)
		return WRONG(e, n, "the indicator is empty");
	if (which == INDICATOR_IP && cidr_parse(to->value, &net, &why) < 0)
		return WRONG(e, n, "%s", why.text);
	to->type = (enum case_indicator_type)which;
	to->line = n->line;
	return 0;
}

static int signals_of(const struct ynode *n, uint32_t *ret, err *e)
{
	const struct ylink *at;

	for (const struct ynode *x = item_first(n, &at); x; x = item_next(&at)) {
		str s = x->kind == YAML_SCALAR ? x->text : STR("");
		enum signal k;

		if (!signal_named(s, &k))
			return WRONG(e, x, "no signal \"%.*s\"; docs/case-yaml.md lists them",
				     (int)(s.len < 40 ? s.len : 40), s.ptr);
		*ret |= 1u << k;
	}
	return 0;
}

static int value_of(const struct ynode *n, const struct key *k, void *to, struct case_file *c, err *e)
{
	void *at = (char *)to + k->offset;
	const struct case_host host = { .role = HOST_ROLES,
					.reimaged_ns = TIME_NONE,
					.notified_ns = TIME_NONE };
	const struct case_party party = { 0 };
	const void *list = NULL;
	uint32_t count = 0;

	switch (k->type) {
	case KEY_TEXT:
	case KEY_HOST_OF_ZONE:
		return text_of(n, at, &c->mem, e);
	case KEY_NAMES:
		return names_of(n, at, &c->mem, e);
	case KEY_NETWORKS:
		return networks_of(n, at, &c->mem, e);
	case KEY_TIME:
		return time_of(n, at, e);
	case KEY_ROLE:
		return role_of(n, at, e);
	case KEY_SIGNALS:
		return signals_of(n, at, e);
	case KEY_ZONES:
		return zones_of(n, c, e);
	case KEY_HOSTS:
		if (maps_of(n, HOST, &host, sizeof host, "name", &list, &count, c, e) < 0)
			return -1;
		c->hosts = list;
		c->nhosts = count;
		return 0;
	case KEY_PARTIES:
		if (maps_of(n, PARTY, &party, sizeof party, "name", &list, &count, c, e) < 0)
			return -1;
		c->parties = list;
		c->nparties = count;
		return 0;
	case KEY_INDICATORS:
		return indicators_of(n, c, e);
	case KEY_INDICATOR:
		return indicator_of(n, k->which, to, c, e);
	}
	return 0;
}

static bool is_nothing(const struct ynode *n)
{
	return n->kind == YAML_SCALAR && n->plain && (n->text.len == 0 || str_eq(n->text, STR("~")));
}

static int map_of(const struct ynode *n, const struct key *keys, void *to, struct case_file *c, err *e)
{
	if (n->kind != YAML_MAP)
		return WRONG(e, n, "a map with keys belongs here");
	for (const struct ylink *l = n->first; l; l = l->next) {
		const struct key *k = keys;

		while (k->name && !str_eq(l->key->text, str_of(k->name)))
			k++;
		if (!k->name)
			return unknown_key(l->key, keys, e);
		if (!is_nothing(l->value) && value_of(l->value, k, to, c, e) < 0)
			return -1;
	}
	return 0;
}

/* --- the file -------------------------------------------------------------------------------- */

int case_file_parse(struct case_file **ret, str text, err *e)
{
	struct case_file *c = calloc(1, sizeof *c);
	const struct ynode *root = NULL;
	uint32_t line = 1, first;
	str doc;
	arena scratch;
	int rc = 0;

	if (!c)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for case.yaml");
	arena_init(&c->mem, LIMIT_CASE_FILE * 8u);
	arena_init(&scratch, LIMIT_CASE_FILE * 32u);
	if (text.len > LIMIT_CASE_FILE)
		rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "case.yaml has more than %u bytes",
			     LIMIT_CASE_FILE);
	if (rc == 0 && yaml_split(&text, &line, &doc, &first)) {
		rc = yaml_tree_parse(&root, doc, first, &scratch, e);
		if (rc == 0 && root && !is_nothing(root))
			rc = map_of(root, TOP, c, c, e);
		if (rc == 0 && str_trim(text).len)
			rc = err_set(e, ERR_CORRUPT, line, "%u:1: only one document belongs in case.yaml",
				     line);
	}
	arena_done(&scratch);
	if (rc < 0) {
		case_file_free(c);
		return -1;
	}
	*ret = c;
	return 0;
}

void case_file_free(struct case_file *c)
{
	if (!c)
		return;
	arena_done(&c->mem);
	free(c);
}

/* --- questions ------------------------------------------------------------------------------- */

static bool in_any(const struct case_networks *n, str ip)
{
	for (uint32_t i = 0; i < n->n; i++)
		if (cidr_match(&n->at[i], ip))
			return true;
	return false;
}

unsigned case_file_address_flags(const struct case_file *c, str ip)
{
	unsigned flags = 0;

	if (in_any(&c->nat, ip) || in_any(&c->balancers, ip) || in_any(&c->proxies, ip))
		flags |= ADDRESS_SHARED;
	if (in_any(&c->vpn, ip))
		flags |= ADDRESS_POOL;
	return flags;
}

bool case_file_is_own(const struct case_file *c, str ip)
{
	if (in_any(&c->prefixes, ip) || in_any(&c->nat, ip) || in_any(&c->vpn, ip) ||
	    in_any(&c->balancers, ip) || in_any(&c->proxies, ip))
		return true;
	for (uint32_t i = 0; i < c->nparties; i++)
		if (in_any(&c->parties[i].prefixes, ip))
			return true;
	for (uint32_t i = 0; i < c->nhosts; i++)
		if (in_any(&c->hosts[i].addresses, ip))
			return true;
	return false;
}

const char *case_indicator_type_name(enum case_indicator_type type)
{
	static const char *const NAMES[] = { "ip", "domain", "hash", "path", "account" };

	return (unsigned)type < COUNT(NAMES) ? NAMES[type] : NULL;
}

static bool below_domain(str name, str domain)
{
	if (domain.len == 0 || name.len < domain.len)
		return false;
	if (!str_eq_ascii_nocase((str){ name.ptr + name.len - domain.len, domain.len }, domain))
		return false;
	return name.len == domain.len || name.ptr[name.len - domain.len - 1] == '.';
}

const struct case_party *case_file_party(const struct case_file *c, str name, str ip)
{
	const struct case_party *best = NULL;
	size_t longest = 0;

	for (uint32_t i = 0; i < c->nparties; i++) {
		const struct case_party *p = &c->parties[i];

		for (uint32_t k = 0; k < p->domains.n; k++)
			if (p->domains.at[k].len > longest && below_domain(name, p->domains.at[k])) {
				longest = p->domains.at[k].len;
				best = p;
			}
		if (!best && ip.len && in_any(&p->prefixes, ip))
			best = p;
	}
	return best;
}
