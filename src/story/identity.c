#include "story/identity.h"

#include <stdlib.h>

#include "facts/facts.h"
#include "story/casefile.h"
#include "util/cidr.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/times.h"
#include "util/vec.h"

/* --- what a basis is worth ------------------------------------------------------------------- */

/* Odds against "somebody else or nobody known", whose odds are 1. A host's own word about its address is hardly
 * ever wrong; a workstation name is what the client chose to send. */
static const double ODDS[BASES] = {
	[BASIS_DECLARED] = 200,       [BASIS_OWN_CONNECTION] = 49, [BASIS_OWN_SERVER] = 30,
	[BASIS_MACHINE_ACCOUNT] = 19, [BASIS_LEASE] = 9,           [BASIS_INVENTORY] = 4,
	[BASIS_WORKSTATION] = 1.5,    [BASIS_VPN] = 1.5,           [BASIS_RESOLVED_NAME] = 1,
};

#define SANE(ns) ((ns) > INT64_MIN / 2 && (ns) < INT64_MAX / 2) /* evidence may name any year */
#define BRIDGE_NS (8 * NS_PER_DAY) /* the usual lease of a wired net: so long an address stays where it was */

/* Of the odds of the nearest interval, where none holds the moment itself. A lease says itself where it begins and
 * ends; beyond that it says little. */
static double fading(const struct identity_interval *i, int64_t distance_ns, unsigned flags)
{
	double leased = i->bases & 1u << BASIS_LEASE ? 0.1 : 1;
	bool moves = flags & (ADDRESS_LEASED | ADDRESS_MOVES);

	if (flags & ADDRESS_POOL)
		return 0;                  /* a closed session is nobody's */
	if (distance_ns <= NS_PER_DAY / 4) /* a machine keeps its address while it is on */
		return 0.9 * leased;
	if (distance_ns <= NS_PER_DAY)
		return moves ? 0.05 : 0.5;
	if (distance_ns <= BRIDGE_NS)
		return moves ? 0.02 : 0.25;
	return moves ? 0.01 : 0.12; /* who never moved is likely to be there still */
}

/* --- shape ----------------------------------------------------------------------------------- */

struct address {
	str ip;
	uint32_t first, n; /* intervals */
	unsigned flags;
	bool own; /* address of a host with logs, by a strong basis */
};

struct claim {
	uint32_t address, host;
	enum story_basis basis;
	int64_t from, to, until;
	uint64_t count;
	struct event_ref ref;
	bool has_ref;
};

struct binding {
	uint32_t inside, nat; /* addresses */
	int64_t from, to;
};

struct identity {
	const struct case_file *declared;
	arena text;
	map ips; /* to an index of `address` */
	VEC(struct address) address;
	VEC(struct claim) claim;
	map open; /* (address, host, basis) to its last claim */
	VEC(struct identity_interval) interval;
	VEC(uint32_t) reach; /* per interval: the one of its address, at or before it, that lasts longest */
	VEC(struct binding) binding;
	const struct identity_interval **of_host; /* grouped by host */
	uint32_t *host_first;                     /* nhosts + 1 */
	uint32_t nhosts;
};

int identity_new(struct identity **ret, const struct case_file *c, err *e)
{
	struct identity *id = calloc(1, sizeof *id);

	if (!id)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for identities");
	id->declared = c;
	arena_init(&id->text, LIMIT_STORY_BYTES);
	map_init(&id->ips, LIMIT_STORY_ADDRESSES, LIMIT_STORY_ADDRESSES * 64u);
	map_init(&id->open, LIMIT_STORY_CLAIMS, LIMIT_STORY_CLAIMS * 12u);
	*ret = id;
	return 0;
}

void identity_free(struct identity *id)
{
	if (!id)
		return;
	arena_done(&id->text);
	map_done(&id->ips);
	map_done(&id->open);
	VEC_DONE(&id->address);
	VEC_DONE(&id->claim);
	VEC_DONE(&id->interval);
	VEC_DONE(&id->reach);
	VEC_DONE(&id->binding);
	free(id->of_host);
	free(id->host_first);
	free(id);
}

static bool address_at(struct identity *id, str ip, uint32_t *ret)
{
	struct map_entry *m;
	struct address *a;
	bool fresh;

	if (ip.len == 0 || ip.len > 45)
		return false;
	m = map_put(&id->ips, ip, id->address.len, &fresh);
	if (!m)
		return false;
	if (fresh) {
		a = VEC_PUSH(&id->address, LIMIT_STORY_ADDRESSES);
		if (!a)
			return false;
		a->ip = arena_str(&id->text, ip);
		if (!a->ip.ptr)
			a->ip = STR("");
	}
	*ret = (uint32_t)m->value;
	return *ret < id->address.len;
}

bool address_is_local(str ip)
{
	return ip.len == 0 || str_starts(ip, STR("127.")) || str_eq(ip, STR("::1")) ||
	       str_eq(ip, STR("::")) || str_starts(ip, STR("0.")) || str_starts(ip, STR("169.254.")) ||
	       str_starts(ip, STR("fe80:")) || str_starts(ip, STR("ff0")) || str_starts(ip, STR("255.")) ||
	       str_starts(ip, STR("224.")) || str_starts(ip, STR("239."));
}

/* --- claims ---------------------------------------------------------------------------------- */

bool identity_claim(struct identity *id, const struct identity_claim *in)
{
	uint32_t key[3], address;
	struct map_entry *m;
	struct claim *c;
	int64_t until = in->until_ns == TIME_NONE || in->until_ns < in->to_ns ? in->to_ns : in->until_ns;

	if (!SANE(in->from_ns) || !SANE(until) || in->to_ns < in->from_ns || address_is_local(in->ip))
		return true; /* nothing to remember */
	if (!address_at(id, in->ip, &address))
		return false;
	key[0] = address;
	key[1] = in->host;
	key[2] = (uint32_t)in->basis;
	m = map_put(&id->open, (str){ (const char *)key, sizeof key }, id->claim.len, NULL);
	if (!m)
		return false;
	if (m->value < id->claim.len) {
		c = &id->claim.at[m->value];
		/* the same again within the hour: one claim */
		if (in->from_ns >= c->from && in->from_ns - c->to <= NS_PER_HOUR) {
			c->to = in->to_ns > c->to ? in->to_ns : c->to;
			c->until = until > c->until ? until : c->until;
			c->count += in->count;
			return true;
		}
	}
	c = VEC_PUSH(&id->claim, LIMIT_STORY_CLAIMS);
	if (!c)
		return false;
	m->value = id->claim.len - 1;
	*c = (struct claim){ .address = address,
			     .host = in->host,
			     .basis = in->basis,
			     .from = in->from_ns,
			     .to = in->to_ns,
			     .until = until,
			     .count = in->count,
			     .has_ref = in->nrefs > 0 };
	if (in->nrefs)
		c->ref = in->refs[0];
	return true;
}

bool identity_mark(struct identity *id, str ip, unsigned flags)
{
	uint32_t address;

	if (address_is_local(ip))
		return true;
	if (!address_at(id, ip, &address))
		return false;
	id->address.at[address].flags |= flags;
	return true;
}

bool identity_bind(struct identity *id, str inside, str nat_ip, int64_t from_ns, int64_t to_ns)
{
	uint32_t in, out;
	struct binding *b;

	if (!SANE(from_ns) || !SANE(to_ns) || address_is_local(inside) || str_eq(inside, nat_ip))
		return true;
	if (!address_at(id, inside, &in) || !address_at(id, nat_ip, &out))
		return false;
	id->address.at[out].flags |= ADDRESS_SHARED;
	b = VEC_PUSH(&id->binding, LIMIT_STORY_CLAIMS);
	if (b)
		*b = (struct binding){ in, out, from_ns, to_ns < from_ns ? from_ns : to_ns };
	return b != NULL;
}

/* --- claims into intervals ------------------------------------------------------------------- */

static int claim_order(const void *pa, const void *pb)
{
	const struct claim *a = pa, *b = pb;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->basis != b->basis)
		return a->basis < b->basis ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* The interval of this address that a claim goes on with: the host's last one, unless another host had the
 * address in between or the silence is too long. NULL: a new one. */
static struct identity_interval *goes_on(const struct identity *id, const struct address *a,
					 const struct claim *c)
{
	enum { LOOK_BACK = 64 }; /* more hosts at once are a shared address, where it does not matter */
	int64_t bridge = a->flags & ADDRESS_POOL                       ? NS_PER_HOUR / 4
			 : a->flags & (ADDRESS_LEASED | ADDRESS_MOVES) ? BRIDGE_NS
								       : INT64_MAX;

	for (uint32_t k = 0; k < a->n && k < LOOK_BACK; k++) {
		struct identity_interval *i = &id->interval.at[a->first + a->n - 1 - k];

		if (i->host != c->host)
			continue;
		if (c->from <= i->until_ns)
			return i; /* they overlap, whatever others say */
		return k == 0 && c->from - i->to_ns <= bridge ? i : NULL;
	}
	return NULL;
}

static bool interval_add(struct identity *id, const struct claim *c)
{
	struct address *a = &id->address.at[c->address];
	struct identity_interval *i = goes_on(id, a, c);

	if (!i) {
		i = VEC_PUSH(&id->interval, LIMIT_STORY_CLAIMS);
		if (!i)
			return false;
		if (a->n++ == 0)
			a->first = (uint32_t)id->interval.len - 1;
		*i = (struct identity_interval){ .ip = a->ip,
						 .host = c->host,
						 .basis = c->basis,
						 .from_ns = c->from,
						 .to_ns = c->to,
						 .until_ns = c->until };
	}
	i->basis = c->basis < i->basis ? c->basis : i->basis;
	i->bases |= 1u << c->basis;
	i->to_ns = c->to > i->to_ns ? c->to : i->to_ns;
	i->until_ns = c->until > i->until_ns ? c->until : i->until_ns;
	i->count += c->count;
	if (c->has_ref) {
		struct fact all = { .nrefs = i->nrefs }, one = { .nrefs = 1, .refs = { c->ref } };

		memcpy(all.refs, i->refs, sizeof i->refs);
		fact_combine(&all, &one);
		memcpy(i->refs, all.refs, sizeof i->refs);
		i->nrefs = all.nrefs;
	}
	return true;
}

/* What a lease adds ends where another host is seen. */
static void cut_extensions(struct identity *id, const struct address *a)
{
	for (uint32_t k = 0; k < a->n; k++) {
		struct identity_interval *i = &id->interval.at[a->first + k];

		for (uint32_t n = k + 1; n < a->n; n++) {
			const struct identity_interval *next = &id->interval.at[a->first + n];

			if (next->from_ns >= i->until_ns)
				break;
			if (next->host == i->host || next->from_ns < i->to_ns)
				continue;
			i->until_ns = next->from_ns;
			break;
		}
	}
}

/* An address that acts for three hosts at the same time, and is nobody's own, is shared. Three at one moment may
 * be chance of coarse times; it must come again or last. */
static bool looks_shared(const struct identity *id, const struct address *a)
{
	int64_t from = TIME_NONE;
	unsigned times = 0;

	for (uint32_t k = 0; k < a->n; k++)
		if (id->interval.at[a->first + k].bases & (1u << BASIS_DECLARED | 1u << BASIS_OWN_CONNECTION |
							   1u << BASIS_OWN_SERVER | 1u << BASIS_INVENTORY))
			return false;
	for (uint32_t k = 2; k < a->n; k++) {
		const struct identity_interval *i = &id->interval.at[a->first + k];
		unsigned together = 1;
		uint32_t other = i->host;

		for (uint32_t b = 1; b <= k && b < 32 && together < 3; b++) {
			const struct identity_interval *x = i - b;

			if (x->to_ns < i->from_ns || x->host == i->host || x->host == other)
				continue;
			other = x->host;
			together++;
		}
		if (together < 3)
			continue;
		times += from == TIME_NONE || i->from_ns - from > NS_PER_HOUR;
		from = i->from_ns;
		if (times > 1 || i->to_ns - i->from_ns > NS_PER_HOUR / 2)
			return true;
	}
	return false;
}

static bool reach_fill(struct identity *id, const struct address *a)
{
	uint32_t best = a->first;

	for (uint32_t k = a->first; k < a->first + a->n; k++) {
		uint32_t *r = VEC_PUSH(&id->reach, LIMIT_STORY_CLAIMS);

		if (!r)
			return false;
		if (id->interval.at[k].until_ns > id->interval.at[best].until_ns)
			best = k;
		*r = best;
	}
	return true;
}

static int binding_order(const void *pa, const void *pb)
{
	const struct binding *a = pa, *b = pb;

	if (a->nat != b->nat)
		return a->nat < b->nat ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->inside > b->inside) - (a->inside < b->inside);
}

static bool group_by_host(struct identity *id, uint32_t nhosts)
{
	uint32_t *at;

	id->nhosts = nhosts;
	id->of_host = calloc(id->interval.len + 1, sizeof *id->of_host);
	at = id->host_first = calloc((size_t)nhosts + 2, sizeof *id->host_first);
	if (!id->of_host || !at)
		return false;
	for (size_t i = 0; i < id->interval.len; i++)
		if (id->interval.at[i].host < nhosts)
			at[id->interval.at[i].host + 2]++;
	for (uint32_t h = 2; h <= nhosts + 1; h++)
		at[h] += at[h - 1];
	/* at[h + 1] is where h goes on; in the end it is where h + 1 begins */
	for (size_t i = 0; i < id->interval.len; i++)
		if (id->interval.at[i].host < nhosts)
			id->of_host[at[id->interval.at[i].host + 1]++] = &id->interval.at[i];
	return true;
}

/* "10.7.12." of 10.7.12.41; empty for what is no IPv4 address. */
static str net_of(str ip)
{
	while (ip.len && ip.ptr[ip.len - 1] != '.')
		ip.len--;
	return ip;
}

/* Neighbours of leased addresses come out of the same pool, though the DHCP log keeps a week only. */
static void mark_neighbours(struct identity *id)
{
	map nets;

	map_init(&nets, LIMIT_STORY_ADDRESSES, LIMIT_STORY_ADDRESSES * 16u);
	for (size_t i = 0; i < id->address.len; i++)
		if (id->address.at[i].flags & ADDRESS_LEASED && net_of(id->address.at[i].ip).len)
			map_put(&nets, net_of(id->address.at[i].ip), 0, NULL);
	for (size_t i = 0; i < id->address.len; i++)
		if (map_get(&nets, net_of(id->address.at[i].ip)))
			id->address.at[i].flags |= ADDRESS_MOVES;
	map_done(&nets);
}

int identity_settle(struct identity *id, const bool *own, uint32_t nhosts, err *e)
{
	const unsigned STRONG = 1u << BASIS_DECLARED | 1u << BASIS_OWN_CONNECTION | 1u << BASIS_OWN_SERVER |
				1u << BASIS_MACHINE_ACCOUNT | 1u << BASIS_INVENTORY;
	bool ok = true;

	for (size_t i = 0; id->declared && i < id->address.len; i++)
		id->address.at[i].flags |= case_file_address_flags(id->declared, id->address.at[i].ip);
	mark_neighbours(id);
	if (id->claim.len)
		qsort(id->claim.at, id->claim.len, sizeof *id->claim.at, claim_order);
	for (size_t i = 0; ok && i < id->claim.len; i++)
		ok = interval_add(id, &id->claim.at[i]);
	for (size_t i = 0; ok && i < id->address.len; i++) {
		struct address *a = &id->address.at[i];

		/* in the order of their addresses, so that reach runs along with the intervals */
		cut_extensions(id, a);
		if (!(a->flags & (ADDRESS_POOL | ADDRESS_SHARED)) && looks_shared(id, a))
			a->flags |= ADDRESS_SHARED;
		for (uint32_t k = 0; k < a->n; k++) {
			const struct identity_interval *x = &id->interval.at[a->first + k];

			a->own |= x->host < nhosts && own[x->host] && (x->bases & STRONG);
		}
		if (a->n)
			ok = a->first == id->reach.len && reach_fill(id, a);
	}
	if (id->binding.len)
		qsort(id->binding.at, id->binding.len, sizeof *id->binding.at, binding_order);
	ok = ok && group_by_host(id, nhosts);
	VEC_DONE(&id->claim);
	map_done(&id->open);
	return ok ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for identities");
}

/* --- questions ------------------------------------------------------------------------------- */

static const struct address *find(const struct identity *id, str ip)
{
	struct map_entry *m = id && ip.len ? map_get(&id->ips, ip) : NULL;

	return m && m->value < id->address.len ? &id->address.at[m->value] : NULL;
}

struct answer {
	struct identity_share *out;
	double odds[16];
	size_t n, max;
};

static void answer_add(struct answer *w, const struct identity_interval *i, double part, bool near)
{
	double odds = 0;
	size_t k;

	for (unsigned b = 0; b < BASES; b++)
		if (i->bases & 1u << b)
			odds += ODDS[b];
	odds *= part;
	if (odds <= 0)
		return;
	for (k = 0; k < w->n && w->out[k].host != i->host; k++)
		;
	if (k == w->n) {
		if (k == w->max || k == COUNT(w->odds))
			return;
		w->n++;
		w->odds[k] = 0;
		w->out[k] = (struct identity_share){ .host = i->host, .basis = i->basis, .near = near };
	}
	w->odds[k] = odds > w->odds[k] ? odds : w->odds[k];
	w->out[k].basis = i->basis < w->out[k].basis ? i->basis : w->out[k].basis;
	w->out[k].near &= near;
}

/* Index of the last interval of a that begins at or before ns; UINT32_MAX: none. */
static uint32_t last_before(const struct identity *id, const struct address *a, int64_t ns)
{
	uint32_t lo = a->first, hi = a->first + a->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (id->interval.at[mid].from_ns <= ns)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo == a->first ? UINT32_MAX : lo - 1;
}

static void answer_now(const struct identity *id, const struct address *a, uint32_t k, int64_t ns,
		       struct answer *w)
{
	for (unsigned steps = 0; steps < 256; k--, steps++) {
		if (id->interval.at[id->reach.at[k]].until_ns < ns)
			return; /* nor does any before it last so long */
		if (id->interval.at[k].until_ns >= ns)
			answer_add(w, &id->interval.at[k], 1, false);
		if (k == a->first)
			return;
	}
}

static void answer_near(const struct identity *id, const struct address *a, uint32_t k, int64_t ns,
			struct answer *w)
{
	const struct identity_interval *before = k == UINT32_MAX ? NULL : &id->interval.at[id->reach.at[k]];
	uint32_t next = k == UINT32_MAX ? a->first : k + 1;
	const struct identity_interval *after = next < a->first + a->n ? &id->interval.at[next] : NULL;
	bool same = before && after && before->host == after->host;

	if (before)
		answer_add(w, before, fading(before, ns - before->until_ns, a->flags) * (same ? 2 : 1), true);
	if (after)
		answer_add(w, after, fading(after, after->from_ns - ns, a->flags) * (same ? 2 : 1), true);
}

/* Odds into weights; the likeliest first, equal ones by host. */
static void answer_end(struct answer *w, unsigned flags)
{
	double sum = 1;

	for (size_t i = 0; i < w->n; i++)
		sum += w->odds[i];
	for (size_t i = 0; i < w->n; i++) {
		struct identity_share s = w->out[i];
		size_t k = i;

		s.weight = w->odds[i] / sum;
		s.shared = flags & ADDRESS_SHARED;
		s.pooled = flags & ADDRESS_POOL;
		for (; k > 0 && (w->out[k - 1].weight < s.weight ||
				 (w->out[k - 1].weight <= s.weight && w->out[k - 1].host > s.host));
		     k--)
			w->out[k] = w->out[k - 1];
		w->out[k] = s;
	}
}

size_t identity_at(const struct identity *id, str ip, int64_t ns, struct identity_share *out, size_t max)
{
	const struct address *a = find(id, ip);
	struct answer w = { .out = out, .max = max };
	uint32_t k;

	if (!a || a->n == 0)
		return 0;
	if (ns == TIME_NONE) {
		for (k = 0; k < a->n && k < 4096; k++)
			answer_add(&w, &id->interval.at[a->first + k], 1, true);
	} else {
		ns = ns < INT64_MIN / 2 ? INT64_MIN / 2 : ns > INT64_MAX / 2 ? INT64_MAX / 2 : ns;
		k = last_before(id, a, ns);
		if (k != UINT32_MAX)
			answer_now(id, a, k, ns, &w);
		if (w.n == 0)
			answer_near(id, a, k, ns, &w);
	}
	answer_end(&w, a->flags);
	return w.n;
}

unsigned identity_flags(const struct identity *id, str ip)
{
	const struct address *a = find(id, ip);
	unsigned flags = a ? a->flags : 0;

	if (id && id->declared)
		flags |= case_file_address_flags(id->declared, ip);
	return flags;
}

bool identity_is_internal(const struct identity *id, str ip)
{
	static const struct cidr PRIVATE[] = {
		{ { 10 }, 4, 8 },           { { 172, 16 }, 4, 12 },    { { 192, 168 }, 4, 16 },
		{ { 169, 254 }, 4, 16 },    { { 127 }, 4, 8 },         { { 0xFC }, 16, 7 },
		{ { 0xFE, 0x80 }, 16, 10 }, { { [15] = 1 }, 16, 128 },
	};
	const struct address *a = find(id, ip);

	if (a && a->own)
		return true;
	for (size_t i = 0; i < COUNT(PRIVATE); i++)
		if (cidr_match(&PRIVATE[i], ip))
			return true;
	return id && id->declared && case_file_is_own(id->declared, ip);
}

const struct identity_interval *identity_intervals(const struct identity *id, size_t *ret_n)
{
	*ret_n = id ? id->interval.len : 0;
	return id ? id->interval.at : NULL;
}

size_t identity_host_addresses(const struct identity *id, uint32_t host,
			       const struct identity_interval *const **ret)
{
	if (!id || host >= id->nhosts)
		return 0;
	*ret = (const struct identity_interval *const *)id->of_host + id->host_first[host];
	return id->host_first[host + 1] - id->host_first[host];
}

size_t identity_behind(const struct identity *id, str nat_ip, int64_t ns, str *out, size_t max)
{
	struct map_entry *m = id && nat_ip.len ? map_get(&id->ips, nat_ip) : NULL;
	size_t n = 0, lo = 0, hi = id ? id->binding.len : 0;

	if (!m || !SANE(ns))
		return 0;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (id->binding.at[mid].nat < m->value)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < id->binding.len && id->binding.at[lo].nat == m->value && n < max; lo++) {
		const struct binding *b = &id->binding.at[lo];
		str ip = id->address.at[b->inside].ip;
		size_t k = 0;

		if (b->from > ns + NS_PER_HOUR || b->to < ns - NS_PER_HOUR)
			continue;
		while (k < n && !str_eq(out[k], ip))
			k++;
		if (k == n)
			out[n++] = ip;
	}
	return n;
}
