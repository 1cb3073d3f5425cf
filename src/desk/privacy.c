#include "desk/privacy.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/map.h"

enum { SHARED = 0 }; /* value of a word that is nobody's or several parties'; else the party's number + 1 */

struct privacy {
	const struct story *st;
	const struct case_file *declared;
	uint32_t *host_party; /* number + 1; 0: nobody's */
	bool *mine;           /* parties x hosts */
	map sure;             /* words whose owner follows from a name */
	map seen;             /* words whose owner follows from where they were seen */
	map odd;              /* names of more than one token: looked for as text ... */
	map domains;          /* short names of domains, by the machines in them */
	map heads;            /* ... where the first token of one stands */
	bool failed;
};

static bool in_networks(const struct case_networks *n, str ip)
{
	for (uint32_t i = 0; i < n->n; i++)
		if (cidr_match(&n->at[i], ip))
			return true;
	return false;
}

static uint32_t number_of(const struct privacy *p, const struct case_party *party)
{
	return party ? (uint32_t)(party - p->declared->parties) + 1 : SHARED;
}

/* --- words ---------------------------------------------------------------------------------------- */

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

static size_t lowered(str s, char *to, size_t cap)
{
	size_t n = s.len < cap ? s.len : cap;

	for (size_t i = 0; i < n; i++)
		to[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i];
	return n;
}

static str trim_word(str s)
{
	while (s.len && (s.ptr[0] == '.' || s.ptr[0] == '-'))
		s = (str){ s.ptr + 1, s.len - 1 };
	while (s.len && (s.ptr[s.len - 1] == '.' || s.ptr[s.len - 1] == '-'))
		s.len--;
	return s;
}

static void put_in(struct privacy *p, map *m, str word, uint32_t owner)
{
	char low[256];
	struct map_entry *at;
	bool is_new;

	if (word.len < 2 || word.len > sizeof low)
		return;
	at = map_put(m, (str){ low, lowered(word, low, sizeof low) }, owner, &is_new);
	if (!at)
		p->failed = true;
	else if (!is_new && at->value != owner)
		at->value = SHARED;
}

/* The next run of bytes of words; empty at the end. */
static str token_next(str *rest)
{
	size_t from = 0, to;

	while (from < rest->len && !is_word_byte(rest->ptr[from]))
		from++;
	to = from;
	while (to < rest->len && is_word_byte(rest->ptr[to]))
		to++;
	*rest = (str){ rest->ptr + to, rest->len - to };
	return (str){ rest->ptr - (to - from), to - from };
}

static void put(struct privacy *p, map *m, str word, uint32_t owner)
{
	str rest = word, token = token_next(&rest);

	if (token.len == word.len) {
		put_in(p, m, trim_word(word), owner);
		return;
	}
	while (trim_word(token).len < 2 && rest.len)
		token = token_next(&rest);
	put_in(p, &p->odd, word, owner);
	put_in(p, &p->heads, trim_word(token), SHARED);
}

static str first_label(str name)
{
	str rest;

	return str_cut(name, '.', &rest);
}

/* --- hosts and addresses ------------------------------------------------------------------------------ */

static const struct case_party *party_of_owner(const struct privacy *p, str owner)
{
	for (uint32_t i = 0; owner.len && i < p->declared->nparties; i++)
		if (str_eq_ascii_nocase(p->declared->parties[i].name, owner))
			return &p->declared->parties[i];
	return NULL;
}

/* By its names first: an inventory may call the owner otherwise. Two that contradict each other: nobody's. */
static uint32_t party_of_host(const struct privacy *p, uint32_t host)
{
	const struct story_host *h = &p->st->hosts[host];
	uint32_t by_name = number_of(p, case_file_party(p->declared, h->name, STR(""))),
		 by_owner = number_of(p, party_of_owner(p, h->owner)), by_address = 0;

	for (uint32_t i = 0; by_name == 0 && i < h->naliases; i++)
		by_name = number_of(p, case_file_party(p->declared, h->aliases[i], STR("")));
	if (by_name && by_owner && by_name != by_owner)
		return 0;
	if (by_name || by_owner)
		return by_name ? by_name : by_owner;
	for (uint32_t i = 0; i < p->st->naddresses; i++) {
		const struct story_address *a = &p->st->addresses[i];
		uint32_t party =
			a->host == host ? number_of(p, case_file_party(p->declared, STR(""), a->ip)) : 0;

		if (party && by_address && party != by_address)
			return 0;
		by_address = party ? party : by_address;
	}
	return by_address;
}

static void hosts_read(struct privacy *p)
{
	const struct story *st = p->st;

	for (uint32_t h = 0; h < st->nhosts; h++) {
		uint32_t party = party_of_host(p, h);

		p->host_party[h] = party;
		if (party)
			p->mine[(size_t)(party - 1) * st->nhosts + h] = true;
		put(p, &p->sure, st->hosts[h].name, party);
		put(p, &p->sure, first_label(st->hosts[h].name), party);
		for (uint32_t i = 0; i < st->hosts[h].naliases; i++) {
			put(p, &p->sure, st->hosts[h].aliases[i], party);
			put(p, &p->sure, first_label(st->hosts[h].aliases[i]), party);
		}
	}
	for (uint32_t i = 0; i < st->naddresses; i++)
		if (st->addresses[i].host != STORY_NOBODY)
			put_in(p, &p->seen, st->addresses[i].ip, p->host_party[st->addresses[i].host]);
}

static void parties_read(struct privacy *p)
{
	for (uint32_t i = 0; i < p->declared->nparties; i++) {
		const struct case_party *x = &p->declared->parties[i];

		put(p, &p->sure, x->name, i + 1);
		for (uint32_t k = 0; k < x->domains.n; k++)
			put(p, &p->sure, first_label(x->domains.at[k]), i + 1);
	}
}

/* --- accounts --------------------------------------------------------------------------------------------- */

/* Accounts that every system has: nobody learns anything from them. */
static bool is_everybodys(str account, str sid)
{
	static const char *const NAMES[] = { "SYSTEM",
					     "LOCAL SERVICE",
					     "NETWORK SERVICE",
					     "ANONYMOUS LOGON",
					     "ANONYMOUS",
					     "Administrator",
					     "Administrators",
					     "Guest",
					     "root",
					     "daemon",
					     "nobody",
					     "www-data",
					     "NT AUTHORITY",
					     "BUILTIN",
					     "Everyone",
					     "WORKGROUP",
					     "IUSR",
					     "-",
					     "WINDOW MANAGER",
					     "FONT DRIVER HOST",
					     "sshd",
					     "IIS APPPOOL" };
	static const char *const SIDS[] = { "S-1-5-18", "S-1-5-19", "S-1-5-20",
					    "S-1-5-7",  "S-1-0-0",  "S-1-5-17" };

	for (size_t i = 0; i < COUNT(SIDS); i++)
		if (str_is(sid, SIDS[i]))
			return true;
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq_ascii_nocase(account, str_of(NAMES[i])))
			return true;
	return str_ends(sid, STR("-500")) || str_ends(sid, STR("-501")) || str_starts(account, STR("DWM-")) ||
	       str_starts(account, STR("UMFD-"));
}

static bool lookup(const map *m, str word, uint32_t *ret)
{
	char low[256];
	const struct map_entry *at = word.len >= 2 && word.len <= sizeof low
					     ? map_get(m, (str){ low, lowered(word, low, sizeof low) })
					     : NULL;

	if (at)
		*ret = (uint32_t)at->value;
	return at != NULL;
}

static uint32_t party_of_named_host(const struct privacy *p, str host)
{
	uint32_t party = SHARED;

	if (!lookup(&p->sure, host, &party))
		lookup(&p->sure, first_label(host), &party);
	return party;
}

/* "DOMAIN\\HOST$": whose host it is, its domain's short name is. */
static int on_machine(void *ctx, str host, str account, str sid, err *e)
{
	struct privacy *p = ctx;
	uint32_t party = SHARED;
	str user, domain = str_cut(account, '\\', &user);

	(void)host, (void)sid, (void)e;
	if (domain.len == account.len || user.len < 3 || user.ptr[user.len - 1] != '$' ||
	    is_everybodys(domain, STR("")))
		return 0;
	user.len--;
	if (lookup(&p->sure, user, &party) && party)
		put(p, &p->domains, domain, party);
	return 0;
}

/* Whose a domain is, written in whatever way: 0: nobody's that we know. */
static uint32_t party_of_domain(const struct privacy *p, str domain)
{
	uint32_t party = number_of(p, case_file_party(p->declared, domain, STR("")));

	if (party == SHARED && !lookup(&p->domains, domain, &party))
		lookup(&p->sure, domain, &party);
	return party;
}

/* "DOMAIN\\user", "user@domain" or "user". A domain that is a party's, or a host, says whose it is; else where it was seen. */
static int on_account(void *ctx, str host, str account, str sid, err *e)
{
	struct privacy *p = ctx;
	str user, domain = str_cut(account, '\\', &user);
	uint32_t party = SHARED;

	(void)e;
	if (domain.len == account.len)
		user = str_cut(account, '@', &domain);
	if (domain.len && !is_everybodys(domain, STR("")))
		party = party_of_domain(p, domain);
	if (user.len && user.ptr[user.len - 1] == '$')
		user.len--;
	if (is_everybodys(user, sid) || user.len == 0)
		return 0;
	if (party)
		put(p, &p->sure, user, party);
	else if (domain.len &&
		 memchr(account.ptr, '@', account.len)) /* somebody outside that they write with */
		put(p, &p->seen, account, party_of_named_host(p, host));
	else
		put(p, &p->seen, user, party_of_named_host(p, host));
	return 0;
}

int privacy_new(struct privacy **ret, const struct story *st, struct store *s, err *e)
{
	struct privacy *p = calloc(1, sizeof *p);

	if (!p || !st->declared) {
		free(p);
		return p ? err_set(e, ERR_ARG, ERR_NO_OFFSET,
				   "the case names no parties (case.yaml: parties)")
			 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for names");
	}
	p->st = st;
	p->declared = st->declared;
	map_init(&p->odd, LIMIT_STORY_ADDRESSES, LIMIT_DESK_BYTES);
	map_init(&p->domains, LIMIT_STORY_ADDRESSES, LIMIT_DESK_BYTES);
	map_init(&p->heads, LIMIT_STORY_ADDRESSES, LIMIT_DESK_BYTES);
	map_init(&p->sure, LIMIT_STORY_ADDRESSES * 4, LIMIT_DESK_BYTES);
	map_init(&p->seen, LIMIT_STORY_ADDRESSES * 4, LIMIT_DESK_BYTES);
	p->host_party = calloc(st->nhosts + 1u, sizeof *p->host_party);
	p->mine = calloc((size_t)st->nhosts * p->declared->nparties + 1, sizeof *p->mine);
	if (!p->host_party || !p->mine) {
		privacy_free(p);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for names");
	}
	hosts_read(p);
	parties_read(p);
	if (store_each_account(s, on_machine, p, e) < 0 || store_each_account(s, on_account, p, e) < 0) {
		privacy_free(p);
		return -1;
	}
	if (p->failed) {
		privacy_free(p);
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "the case has too many names to keep them apart");
	}
	*ret = p;
	return 0;
}

void privacy_free(struct privacy *p)
{
	if (!p)
		return;
	map_done(&p->odd);
	map_done(&p->domains);
	map_done(&p->heads);
	map_done(&p->sure);
	map_done(&p->seen);
	free(p->host_party);
	free(p->mine);
	free(p);
}

uint32_t privacy_host_party(const struct privacy *p, uint32_t host)
{
	return host < p->st->nhosts && p->host_party[host] ? p->host_party[host] - 1 : PRIVACY_NOBODY;
}

const bool *privacy_mine(const struct privacy *p, uint32_t party)
{
	return p->mine + (size_t)party * p->st->nhosts;
}

/* --- reading a text ------------------------------------------------------------------------------------- */

/* An address: of the party by its prefix or its host, or outside of everybody. */
static bool address_may(const struct privacy *p, uint32_t party, str ip)
{
	uint32_t owner = SHARED;

	if (address_is_local(ip) || in_networks(&p->declared->parties[party].prefixes, ip))
		return true;
	if (lookup(&p->seen, ip, &owner))
		return owner == party + 1;
	return !identity_is_internal(p->st->identity, ip) && !case_file_is_own(p->declared, ip);
}

/* A word without '@' and slashes: a name that is known; one in a party's domain; one whose first label is known. */
static bool word_may(const struct privacy *p, uint32_t party, str word)
{
	uint32_t owner = SHARED;

	word = trim_word(word);
	if (word.len < 2)
		return true;
	if (lookup(&p->sure, word, &owner))
		return owner == party + 1;
	owner = number_of(p, case_file_party(p->declared, word, STR("")));
	if (owner)
		return owner == party + 1;
	if (lookup(&p->sure, first_label(word), &owner) || lookup(&p->domains, word, &owner) ||
	    lookup(&p->seen, word, &owner))
		return owner == party + 1;
	return true;
}

static bool is_address(str s)
{
	struct cidr net;
	err e = { 0 };

	return s.len <= 45 && memchr(s.ptr, '/', s.len) == NULL && cidr_parse(s, &net, &e) == 0;
}

/* A run of bytes of words, '@' and ':'. */
static bool run_may(const struct privacy *p, uint32_t party, str run)
{
	str rest = run;

	if (is_address(run))
		return address_may(p, party, run);
	while (rest.len) { /* "host:445", "198.51.100.7:443" */
		str piece = str_cut(rest, ':', &rest);

		while (piece.len) {
			str half = str_cut(piece, '@', &piece);

			if (is_address(half) ? !address_may(p, party, half) : !word_may(p, party, half))
				return false;
		}
	}
	return true;
}

/* The host of "\\host\share": one that nobody knows may be anybody's. */
static bool unc_may(const struct privacy *p, uint32_t party, str text)
{
	for (size_t i = 0; i + 2 < text.len; i++) {
		size_t end = i + 2;
		uint32_t owner = SHARED;
		str host;

		if (text.ptr[i] != '\\' || text.ptr[i + 1] != '\\' || !is_word_byte(text.ptr[i + 2]) ||
		    (i && text.ptr[i - 1] == '\\'))
			continue;
		while (end < text.len && is_word_byte(text.ptr[end]))
			end++;
		host = (str){ text.ptr + i + 2, end - i - 2 };
		if (is_address(host) || str_is(host, "."))
			continue;
		if (!lookup(&p->sure, host, &owner) && !lookup(&p->sure, first_label(host), &owner))
			owner = number_of(p, case_file_party(p->declared, host, STR("")));
		if (owner != party + 1)
			return false;
	}
	return true;
}

static bool holds(str text, str what)
{
	for (size_t i = 0; i + what.len <= text.len; i++)
		if (str_eq_ascii_nocase((str){ text.ptr + i, what.len }, what))
			return true;
	return false;
}

/* Names of more than one token, where the head of one stands. */
static bool odd_may(const struct privacy *p, uint32_t party, str text)
{
	str rest = text;
	bool head = false;
	uint32_t ignored;

	while (!head && rest.len)
		head = lookup(&p->heads, trim_word(token_next(&rest)), &ignored);
	for (uint32_t k = 0; head && k < p->odd.len; k++)
		if (p->odd.entries[k].value != party + 1 && holds(text, p->odd.entries[k].key))
			return false;
	return true;
}

bool privacy_may_read(const struct privacy *p, uint32_t party, str text)
{
	size_t i = 0;

	while (i < text.len) {
		size_t from = i;

		while (i < text.len &&
		       (is_word_byte(text.ptr[i]) || text.ptr[i] == '@' || text.ptr[i] == ':'))
			i++;
		if (i > from && !run_may(p, party, (str){ text.ptr + from, i - from }))
			return false;
		i += i == from;
	}
	return unc_may(p, party, text) && odd_may(p, party, text);
}
