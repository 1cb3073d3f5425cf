/* story_priv.h - the story while it is being built. */
#ifndef SPOOR_STORY_STORY_PRIV_H
#define SPOOR_STORY_STORY_PRIV_H

#include "facts/facts.h"
#include "story/casefile.h"
#include "story/identity.h"
#include "story/story.h"
#include "util/map.h"
#include "util/times.h"
#include "util/vec.h"

enum role {
	ROLE_SERVER,
	ROLE_RUNTIME,
	ROLE_TOOL,
	ROLE_PAGE,
	ROLE_ROOT,
	ROLE_NOTROOT,
	ROLE_LOOK,
	ROLE_OFFICE,
	ROLE_COVERT,
	ROLES_COUNT
};

/* A name that the evidence gives to some host. */
struct name_info {
	str text, lower, shortname;
	bool own;       /* it stands in the Computer field of events */
	bool full;      /* it has a domain part */
	bool ambiguous; /* short, and several full names begin with it */
	uint32_t host;  /* after names_join() */
	uint64_t mentions, findings[LEVEL_CRITICAL + 1];
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

#define NAME_NONE UINT32_MAX

struct channel_info {
	uint32_t name; /* of the host; NAME_NONE: the events do not say, nor does the place of their file */
	str channel;
	bool recovered;
	uint64_t events;
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

struct channel_day {
	uint32_t channel; /* index of channel_info */
	int32_t day;      /* since 1970 */
};

struct rule_info_hit { /* findings of one rule on one host name */
	uint32_t rule, name;
	uint64_t count;
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

/* Two names of one host, by a row of an inventory or as declared. */
struct name_pair {
	uint32_t a, b;
};

/* A name was taken at a time: by a machine that had another before, or by another machine. */
struct name_change {
	uint32_t name;
	int64_t ns;
	bool another;
};

/* How far a server's log of leases is ahead by its zone. */
struct lease_zone {
	uint32_t server;
	int64_t ahead_ns;
};

struct short_info; /* host.c: the full names that begin with a short one */
struct wearing;    /* asset.c: who had which MAC or agent, from when to when */
struct leaving;
struct grant; /* claims.c: leases and VPN sessions */
struct seat;  /* claims.c: where an account sits */

/* A remote logon or access as a point in time, to judge installations by. */
struct arrival {
	uint32_t host, from;
	str from_ip, account;
	int64_t ns;
	struct event_ref ref;
};

struct builder {
	struct store *s;
	struct story *st;
	arena *mem;
	bool failed; /* no memory */
	int rc;
	err *e;

	map names;  /* lower-case name -> name_info */
	map shorts; /* short form of full names -> short_info */
	struct short_info *short_info;
	VEC(struct name_info) name;
	map channel_keys;
	VEC(struct channel_info) channel;
	VEC(struct channel_day) day;
	map rule_keys, hit_keys;
	VEC(struct story_rule) rule;
	VEC(struct rule_info_hit) hit;

	VEC(struct story_host) host;
	VEC(struct name_pair) same;
	map wear_keys, wear_pairs;
	VEC(struct wearing) wear;
	size_t *wear_first_of, *wear_next; /* lists by name */
	VEC(struct name_change) change;
	VEC(struct lease_zone) lease_zone;
	VEC(struct grant) grant;
	VEC(struct leaving) leaving;
	bool *kerberos; /* per host: its machine account got tickets */
	map seat_keys;
	VEC(struct seat) seat;
	VEC(struct story_address) address;
	map edge_keys;
	VEC(struct story_edge) edge;
	VEC(struct arrival) arrival;
	map observation_keys;
	VEC(struct story_observation) obs;
	VEC(struct matrix_cell) cell;
	VEC(struct story_blind) blind;
	VEC(struct story_paragraph) paragraph;
	VEC(struct gap) gap;
	VEC(struct store_item) item;
	uint64_t *no_command; /* per host: process starts without a command line */
};

#define MINUTE NS_PER_MIN
#define HOUR NS_PER_HOUR
#define DAY NS_PER_DAY

/* Times that can be subtracted and added to without care: 1824 to 2115. Evidence may say anything. */
static inline bool time_is_sane(int64_t ns)
{
	return ns > INT64_MIN / 2 && ns < INT64_MAX / 2;
}

/* --- small things ---------------------------------------------------------------------------- */

str keep(struct builder *b, str s); /* a copy that lives as long as the story */
str keep_lower(struct builder *b, str s);
str keep_u64(struct builder *b, uint64_t v);
str keep_time(struct builder *b, int64_t ns);
str keep_printf(struct builder *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void refs_add(struct story_refs *r, const struct event_ref *ref);
void refs_add_all(struct story_refs *r, const struct event_ref *refs, uint32_t n);
void span_add(int64_t *first, int64_t *last, int64_t from, int64_t to);
bool has_nocase(str hay, const char *needle);
bool starts_nocase(str hay, const char *prefix);

/* sentence_of(b, "key", "name", STR("value"), ..., NULL): values must live as long as the story. */
struct story_sentence sentence_of(struct builder *b, const char *key, ...);
/* A value of several words, in each language: its placeholder is one of the sentence already. */
void sentence_put(struct builder *b, struct story_sentence *s, const char *name, const str in[LANGUAGES]);
/* The same, the value being a sentence itself. */
void sentence_put_said(struct builder *b, struct story_sentence *s, const char *name,
		       const struct story_sentence *said);

/* --- passes ---------------------------------------------------------------------------------- */

void names_collect(struct builder *b); /* coverage, findings, names that others speak of */
void names_join(struct builder *b);    /* names -> hosts */
uint32_t host_named(struct builder *b, str raw);
void hosts_fill(struct builder *b); /* channels, counters */
/* The host whose log says a fact: its host, its observer, else by the place of its file. */
uint32_t host_telling(struct builder *b, const struct fact *f);
struct name_info *name_at(struct builder *b, str raw, bool own);
bool looks_like_address(str s);
void assets_collect(struct builder *b); /* names of inventories and leases, what was declared */
void assets_join(struct builder *b);    /* inside names_join() */
void assets_fill(struct builder *b);
void owners_fill(struct builder *b);
void roles_find(struct builder *b);
void claims_collect(struct builder *b);   /* who was at which address: identity.h */
void lease_zones_find(struct builder *b); /* before claims: leases are placed by them */
void clocks_collect(struct builder *b);   /* clock.h */
/* The host that was at an address at ns, if one is far likelier than all others and does not share it. */
uint32_t host_at(struct builder *b, str ip, int64_t ns, enum story_basis *ret_basis);

#define MAC_DIGITS 12
/* "00-11-22-AA-BB-01" in any punctuation to its digits. False: no MAC, or nobody's. */
bool mac_digits(str mac, char out[MAC_DIGITS]);
/* The host that an inventory lists it for. */
uint32_t host_of_mac(struct builder *b, str mac, int64_t ns);
uint32_t host_of_asset(struct builder *b, const struct fact *f);
/* Of "key=value;..." in an asset's command. */
str asset_value(const struct fact *f, const char *key);
void edges_collect(struct builder *b);
void web_collect(struct builder *b);
void observations_collect(struct builder *b);
void matrix_collect(struct builder *b); /* matrix.h */
void blind_collect(struct builder *b);
void story_tell(struct builder *b);

bool role_is(enum role role, str name); /* names by whole or "*" ending, pages by ending, roots by part */

/* From carved records? */
static inline bool fact_is_recovered(const struct fact *f)
{
	return f->attr[FA_ORIGIN].len > 0;
}

/* Not carved, and with a time. */
static inline bool fact_is_usable(const struct fact *f)
{
	return !fact_is_recovered(f) && f->first_ns != TIME_NONE;
}

/* An observation; those with the same key are one, carved records apart. NULL past the ceiling. */
struct story_observation *observation_at(struct builder *b, enum observation_kind kind, uint32_t host,
					 str key, const struct fact *f, uint8_t weight, bool *ret_new);

/* One that is there already, or NULL. */
struct story_observation *observation_find(struct builder *b, enum observation_kind kind, uint32_t host,
					   bool recovered, str key);

/* A process of a host by its number, as a key. */
void process_key(buf *key, uint32_t host, str pid);

/* An array moved into the story's memory; without memory the builder has failed. */
const void *settle(struct builder *b, const void *from, size_t n, size_t size);
#define SETTLE(b, vec) settle((b), (vec)->at, (vec)->len, sizeof *(vec)->at)

/* Go through facts of a kind; failures end up in the builder. */
void each_fact(struct builder *b, int kind, int (*fn)(void *, const struct fact *, err *));

#endif
