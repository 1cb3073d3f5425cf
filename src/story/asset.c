/* What joins names beside their spelling: rows of an inventory, MAC addresses, agents' numbers, what the analyst
 * declared. By strength: agent > MAC > full name > short name; never an address. */
#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

/* --- MAC addresses --------------------------------------------------------------------------- */

bool mac_digits(str mac, char out[MAC_DIGITS])
{
	size_t n = 0;

	for (size_t i = 0; i < mac.len; i++) {
		char c = mac.ptr[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c + 32);
		if (c == ':' || c == '-' || c == '.')
			continue;
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || n == MAC_DIGITS)
			return false;
		out[n++] = c;
	}
	if (n != MAC_DIGITS || memcmp(out, "000000000000", n) == 0 || memcmp(out, "ffffffffffff", n) == 0)
		return false;
	return true;
}

/* Made up by software: a phone's private address, a virtual bridge. It may return elsewhere. */
static bool mac_is_local(const char digits[MAC_DIGITS])
{
	return strchr("2367abef", digits[1]) != NULL;
}

/* A name that had a MAC from one time to another. */
struct wearing {
	uint32_t key; /* of b->wear_keys */
	uint32_t name;
	int64_t from, to;
	bool listed; /* by an inventory: stronger than a lease's name, which the client chose */
};

static void wear(struct builder *b, str kind, str key, uint32_t name, int64_t from, int64_t to, bool listed)
{
	struct wearing *w;
	struct map_entry *m, *k;
	char text[80];
	uint32_t pair[2];
	size_t n = kind.len;
	bool fresh;

	if (name == NAME_NONE || key.len == 0 || n + key.len > sizeof text)
		return;
	memcpy(text, kind.ptr, n);
	memcpy(text + n, key.ptr, key.len);
	k = map_put(&b->wear_keys, (str){ text, n + key.len }, b->wear_keys.len, NULL);
	if (!k) {
		b->st->dropped++;
		return;
	}
	pair[0] = (uint32_t)k->value;
	pair[1] = name;
	m = map_put(&b->wear_pairs, (str){ (const char *)pair, sizeof pair }, b->wear.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&b->wear, LIMIT_STORY_HOSTS * 4u))) {
		b->st->dropped++;
		return;
	}
	w = &b->wear.at[m->value];
	if (fresh)
		*w = (struct wearing){ pair[0], name, TIME_NONE, TIME_NONE, false };
	span_add(&w->from, &w->to, from, to);
	w->listed |= listed;
}

/* --- who is named ---------------------------------------------------------------------------- */

static uint32_t name_index(struct builder *b, str raw, const struct fact *f)
{
	struct name_info *n = name_at(b, raw, false);

	if (!n)
		return NAME_NONE;
	n->mentions += f->count;
	if (!n->own)
		refs_add_all(&n->refs, f->refs, f->nrefs);
	return (uint32_t)(n - b->name.at);
}

/* A part without "=" goes on with the value before it: lists of names have semicolons too. */
str asset_value(const struct fact *f, const char *key)
{
	str rest = f->attr[FA_COMMAND], found = STR("");

	while (rest.len) {
		str one = str_cut(rest, ';', &rest), text, name = str_cut(one, '=', &text);

		if (name.len == one.len) {
			if (found.ptr && found.len)
				found.len = (size_t)(one.ptr + one.len - found.ptr);
			continue;
		}
		if (found.len)
			break;
		if (str_eq_ascii_nocase(str_trim(name), str_of(key)))
			found = text;
	}
	return str_trim(found);
}

static void link(struct builder *b, uint32_t a, uint32_t c)
{
	struct name_pair *p =
		a == NAME_NONE || c == NAME_NONE || a == c ? NULL : VEC_PUSH(&b->same, LIMIT_STORY_HOSTS);

	if (p)
		*p = (struct name_pair){ a, c };
}

static void aliases_link(struct builder *b, str list, uint32_t name, const struct fact *f)
{
	while (list.len) {
		size_t k = 0;

		while (k < list.len && list.ptr[k] != ',' && list.ptr[k] != ';' && list.ptr[k] != '|' &&
		       list.ptr[k] != ' ')
			k++;
		link(b, name, name_index(b, (str){ list.ptr, k }, f));
		list = k < list.len ? (str){ list.ptr + k + 1, list.len - k - 1 } : STR("");
	}
}

static int on_asset_name(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t full = name_index(b, f->attr[FA_OBJECT], f),
		 name = name_index(b, f->attr[FA_TARGET_HOST], f);
	uint32_t lead = full != NAME_NONE ? full : name;
	char digits[MAC_DIGITS];
	str agent = asset_value(f, "agent_id");

	(void)e;
	link(b, full, name);
	aliases_link(b, asset_value(f, "aliases"), lead, f);
	if (mac_digits(f->attr[FA_MAC], digits))
		wear(b, STR("mac "), (str){ digits, MAC_DIGITS }, lead, f->first_ns, f->last_ns, true);
	wear(b, STR("agent "), agent, lead, f->first_ns, f->last_ns, true);
	wear(b, STR("sid "), f->attr[FA_ACCOUNT_SID].len ? f->attr[FA_ACCOUNT_SID] : asset_value(f, "sid"),
	     lead, f->first_ns, f->last_ns, true);
	return 0;
}

static int on_lease_name(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t name = name_index(b, f->attr[FA_TARGET_HOST], f);
	char digits[MAC_DIGITS];

	(void)e;
	if (name == NAME_NONE)
		return 0;
	span_add(&b->name.at[name].first_ns, &b->name.at[name].last_ns, f->first_ns, f->last_ns);
	if (mac_digits(f->attr[FA_MAC], digits) && !mac_is_local(digits))
		wear(b, STR("mac "), (str){ digits, MAC_DIGITS }, name, f->first_ns, f->last_ns, false);
	return 0;
}

/* "CORP\\OLD$" -> "OLD"; empty for accounts of people. */
static str machine_of(str account)
{
	account = str_basename(account);
	return account.len > 1 && account.ptr[account.len - 1] == '$' ? (str){ account.ptr, account.len - 1 }
								      : STR("");
}

/* A domain controller tells that a machine's account has another name now. */
static int on_account_name(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	str old = machine_of(f->attr[FA_OBJECT]), now = machine_of(f->attr[FA_TARGET_ACCOUNT]);

	(void)e;
	if (str_starts(f->attr[FA_DETAIL], STR("renamed")) && old.len && now.len)
		link(b, name_index(b, old, f), name_index(b, now, f));
	return 0;
}

void assets_collect(struct builder *b)
{
	const struct case_file *c = b->st->declared;
	const struct fact said = { .count = 0 };

	each_fact(b, FACT_ASSET, on_asset_name);
	each_fact(b, FACT_LEASE, on_lease_name);
	each_fact(b, FACT_ACCOUNT_CHANGE, on_account_name);
	for (uint32_t i = 0; c && i < c->nhosts; i++) {
		uint32_t name = name_index(b, c->hosts[i].name, &said);

		for (uint32_t k = 0; k < c->hosts[i].aliases.n; k++)
			link(b, name, name_index(b, c->hosts[i].aliases.at[k], &said));
	}
}

/* --- joining --------------------------------------------------------------------------------- */

static uint32_t root_of(struct builder *b, uint32_t i)
{
	while (b->name.at[i].host != i) {
		b->name.at[i].host = b->name.at[b->name.at[i].host].host;
		i = b->name.at[i].host;
	}
	return i;
}

/* Which of two names leads: of its own logs before spoken of, full before short, then the earlier. */
static bool leads(const struct name_info *a, const struct name_info *c)
{
	if (a->own != c->own)
		return a->own;
	if (a->full != c->full)
		return a->full;
	return a < c;
}

static void join(struct builder *b, uint32_t a, uint32_t c)
{
	uint32_t ra = root_of(b, a), rc = root_of(b, c);

	if (ra == rc)
		return;
	if (leads(&b->name.at[ra], &b->name.at[rc])) {
		b->name.at[rc].host = ra;
		b->name.at[ra].own |= b->name.at[rc].own;
	} else {
		b->name.at[ra].host = rc;
		b->name.at[rc].own |= b->name.at[ra].own;
	}
}

static int wear_order(const void *pa, const void *pb)
{
	const struct wearing *a = pa, *b = pb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->name > b->name) - (a->name < b->name);
}

/* All that is known of a host's times by names that end here: until when was it called so? */
static int64_t name_last(struct builder *b, uint32_t name, int64_t at_least)
{
	int64_t last = b->name.at[name].last_ns;

	return last != TIME_NONE && last > at_least ? last : at_least;
}

/* Two names of one MAC or agent: the same machine renamed, if the old name is heard no more when the new one begins.
 * Both at the same time: a dock, a shared adapter, a copied machine; left apart. */
static void worn_in_turn(struct builder *b, const struct wearing *a, const struct wearing *c)
{
	int64_t begins = c->from, ends;
	struct name_change *x;

	if (root_of(b, a->name) == root_of(b, c->name) || begins == TIME_NONE || a->from == TIME_NONE)
		return;
	if (b->name.at[a->name].ambiguous || b->name.at[c->name].ambiguous)
		return;
	if (b->name.at[c->name].first_ns != TIME_NONE && b->name.at[c->name].first_ns < begins)
		begins = b->name.at[c->name].first_ns;
	ends = name_last(b, a->name, a->to == TIME_NONE ? INT64_MAX : a->to);
	if (ends > begins)
		return;
	join(b, a->name, c->name);
	x = VEC_PUSH(&b->change, LIMIT_STORY_HOSTS);
	if (x)
		*x = (struct name_change){ c->name, begins, false };
}

/* One name with another MAC from some time on: another machine has taken over the name, or it got another card. */
static void taken_over(struct builder *b)
{
	struct wearing *w = b->wear.at;

	for (size_t i = 0; i < b->wear.len; i++)
		for (size_t k = b->wear_first_of[w[i].name]; k != SIZE_MAX; k = b->wear_next[k]) {
			struct name_change *x;

			if (w[k].key == w[i].key || w[k].from == TIME_NONE || w[i].to == TIME_NONE ||
			    w[i].from == TIME_NONE || w[k].from <= w[i].to ||
			    w[k].from - w[i].to > 400 * 24 * HOUR)
				continue;
			/* the same kind of key: a MAC is no agent */
			if (b->wear_keys.entries[w[k].key].key.ptr[0] !=
			    b->wear_keys.entries[w[i].key].key.ptr[0])
				continue;
			x = VEC_PUSH(&b->change, LIMIT_STORY_HOSTS);
			if (x)
				*x = (struct name_change){ w[i].name, w[k].from, true };
		}
}

/* Lists of wearings by name, for taken_over(). */
static bool index_names(struct builder *b)
{
	b->wear_first_of = arena_array(&b->st->arrays, b->name.len + 1, sizeof *b->wear_first_of);
	b->wear_next = arena_array(&b->st->arrays, b->wear.len + 1, sizeof *b->wear_next);
	if (!b->wear_first_of || !b->wear_next)
		return false;
	for (size_t i = 0; i < b->name.len; i++)
		b->wear_first_of[i] = SIZE_MAX;
	for (size_t i = b->wear.len; i-- > 0;) {
		b->wear_next[i] = b->wear_first_of[b->wear.at[i].name];
		b->wear_first_of[b->wear.at[i].name] = i;
	}
	return true;
}

void assets_join(struct builder *b)
{
	for (size_t i = 0; i < b->same.len; i++) {
		const struct name_pair *p = &b->same.at[i];

		/* a short name that fits several hosts says nothing */
		if (!b->name.at[p->a].ambiguous && !b->name.at[p->b].ambiguous)
			join(b, p->a, p->b);
	}
	if (b->wear.len)
		qsort(b->wear.at, b->wear.len, sizeof *b->wear.at, wear_order);
	for (size_t i = 1; i < b->wear.len; i++)
		if (b->wear.at[i - 1].key == b->wear.at[i].key)
			worn_in_turn(b, &b->wear.at[i - 1], &b->wear.at[i]);
	if (!index_names(b)) {
		b->failed = true;
		return;
	}
	taken_over(b);
	for (uint32_t i = 0; i < b->name.len; i++)
		b->name.at[i].host = root_of(b, i);
}

/* After names have become hosts. */
void assets_fill(struct builder *b)
{
	const struct case_file *c = b->st->declared;

	for (size_t i = 0; i < b->change.len; i++) {
		const struct name_change *x = &b->change.at[i];
		struct story_host *h = &b->host.at[b->name.at[x->name].host];
		int64_t *at = x->another ? &h->reimaged_ns : &h->renamed_ns;

		if (*at == TIME_NONE || x->ns > *at)
			*at = x->ns;
	}
	for (uint32_t i = 0; c && i < c->nhosts; i++) {
		uint32_t host = host_named(b, c->hosts[i].name);

		if (host == STORY_NOBODY)
			continue;
		if (c->hosts[i].reimaged_ns != TIME_NONE)
			b->host.at[host].reimaged_ns = c->hosts[i].reimaged_ns;
		b->host.at[host].owner = keep(b, c->hosts[i].owner);
		b->host.at[host].note = keep(b, c->hosts[i].note);
	}
}

/* Whose a host is, where no row of its own says so: by its domain. */
void owners_fill(struct builder *b)
{
	for (size_t i = 0; b->st->declared && i < b->host.len; i++) {
		struct story_host *h = &b->host.at[i];
		const struct case_party *p =
			h->owner.len ? NULL : case_file_party(b->st->declared, h->name, STR(""));

		if (p)
			h->owner = keep(b, p->name);
	}
}

/* --- questions ------------------------------------------------------------------------------- */

uint32_t host_of_mac(struct builder *b, str mac, int64_t ns)
{
	char text[4 + MAC_DIGITS] = "mac ";
	struct map_entry *m;
	uint32_t host = STORY_NOBODY;
	size_t lo = 0, hi = b->wear.len;

	if (!mac_digits(mac, text + 4) || !(m = map_get(&b->wear_keys, (str){ text, sizeof text })))
		return STORY_NOBODY;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->wear.at[mid].key < m->value)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < b->wear.len && b->wear.at[lo].key == m->value; lo++) {
		const struct wearing *w = &b->wear.at[lo];

		if (!w->listed || (ns != TIME_NONE && w->from != TIME_NONE && ns < w->from) ||
		    (ns != TIME_NONE && w->to != TIME_NONE && ns > w->to))
			continue;
		if (host != STORY_NOBODY && host != b->name.at[w->name].host)
			return STORY_NOBODY; /* listed for two: it says nothing */
		host = b->name.at[w->name].host;
	}
	return host;
}

uint32_t host_of_asset(struct builder *b, const struct fact *f)
{
	uint32_t host = host_named(b, f->attr[FA_OBJECT]);

	return host != STORY_NOBODY ? host : host_named(b, f->attr[FA_TARGET_HOST]);
}
