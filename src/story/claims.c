/* Which facts say that an address was a host's, and when. */
#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

#define LIKELY 0.3         /* below it, nobody known is far likelier */
#define LEASE_NS (8 * DAY) /* where the server does not tell */

static void claim_span(struct builder *b, str ip, uint32_t host, enum story_basis basis, const struct fact *f,
		       int64_t from, int64_t to)
{
	const struct identity_claim c = { ip, host, basis, from, to, TIME_NONE, f->count, f->refs, f->nrefs };

	if (host != STORY_NOBODY && !identity_claim(b->st->identity, &c))
		b->st->dropped++;
}

/* Go through the times of a fact: its hours where it has them; else the whole, but of more than a day only its ends,
 * because nobody knows what was in between. */
static void each_span(const struct fact *f, void (*fn)(void *, const struct fact *, int64_t, int64_t),
		      void *ctx)
{
	int64_t day;
	unsigned h = 0;

	if (!time_is_sane(f->first_ns) || !time_is_sane(f->last_ns))
		return;
	day = f->first_ns - (f->first_ns % DAY + DAY) % DAY;
	if (f->last_ns - f->first_ns > DAY) {
		fn(ctx, f, f->first_ns, f->first_ns);
		fn(ctx, f, f->last_ns, f->last_ns);
		return;
	}
	if (f->hours == 0 || f->last_ns >= day + DAY) {
		fn(ctx, f, f->first_ns, f->last_ns);
		return;
	}
	while (h < 24) {
		int64_t from, to;

		if (!(f->hours >> h & 1)) {
			h++;
			continue;
		}
		from = day + h * HOUR;
		while (h < 24 && f->hours >> h & 1)
			h++;
		to = day + h * HOUR - 1;
		from = from < f->first_ns ? f->first_ns : from;
		to = to > f->last_ns ? f->last_ns : to;
		if (from <= to)
			fn(ctx, f, from, to);
	}
}

struct claiming {
	struct builder *b;
	str ip;
	uint32_t host;
	enum story_basis basis;
};

static void one_span(void *ctx, const struct fact *f, int64_t from, int64_t to)
{
	struct claiming *c = ctx;

	claim_span(c->b, c->ip, c->host, c->basis, f, from, to);
}

static void claim(struct builder *b, str ip, uint32_t host, enum story_basis basis, const struct fact *f)
{
	struct claiming c = { b, ip, host, basis };

	if (host != STORY_NOBODY && ip.len)
		each_span(f, one_span, &c);
}

/* --- logs of hosts --------------------------------------------------------------------------- */

/* Which side of a connection in a host's own log is the host; 0: the log does not say, as a router's. */
static int own_side(str detail)
{
	static const struct {
		const char *begins, *ends;
		int side;
	} WORDS[] = {
		{ "outbound", "", FA_SOURCE_IP },
		{ "inbound", "", FA_TARGET_IP },
		{ "", " send", FA_SOURCE_IP }, /* firewall of the host itself */
		{ "", " receive", FA_TARGET_IP },
	};

	for (size_t i = 0; i < COUNT(WORDS); i++) {
		size_t n = strlen(WORDS[i].ends);

		if (starts_nocase(detail, WORDS[i].begins) && detail.len > n &&
		    str_eq_ascii_nocase((str){ detail.ptr + detail.len - n, n }, str_of(WORDS[i].ends)))
			return WORDS[i].side;
	}
	return 0;
}

static int on_connection(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	int own = f->attr[FA_HOST].len ? own_side(f->attr[FA_DETAIL]) : 0;
	bool inbound = own == FA_TARGET_IP;

	(void)e;
	if (!own)
		return 0; /* a device's: it says nothing of names */
	claim(b, f->attr[own], host_named(b, f->attr[FA_HOST]), BASIS_OWN_CONNECTION, f);
	/* the other side, only under a name that is a host already */
	claim(b, f->attr[inbound ? FA_SOURCE_IP : FA_TARGET_IP],
	      host_named(b, f->attr[inbound ? FA_SOURCE_HOST : FA_TARGET_HOST]), BASIS_RESOLVED_NAME, f);
	return 0;
}

/* A server's own log: the address that it was asked at, if the log has it. */
static int on_served(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;

	(void)e;
	claim(b, f->attr[FA_TARGET_IP], host_named(b, f->attr[FA_HOST]), BASIS_OWN_SERVER, f);
	return 0;
}

/* "CORP\WS01$": the host; else nobody. */
static uint32_t machine_of(struct builder *b, str account)
{
	str rest;

	account = str_cut(str_basename(account), '@', &rest);
	if (account.len < 2 || account.ptr[account.len - 1] != '$')
		return STORY_NOBODY;
	account.len--;
	return host_named(b, account);
}

/* Majority vote over the hosts that an account sits at: the candidate and how far it leads. */
struct seat {
	uint32_t host;
	uint64_t lead;
};

static void sit(struct builder *b, const struct fact *f)
{
	static const char *const TYPES[] = { "2", "7", "11" };
	str account = keep_lower(b, str_basename(f->attr[FA_ACCOUNT]));
	uint32_t host = host_named(b, f->attr[FA_HOST]);
	struct map_entry *m;
	struct seat *s;
	bool fresh, seated = false;

	for (size_t i = 0; i < COUNT(TYPES); i++)
		seated |= str_eq(f->attr[FA_LOGON_TYPE], str_of(TYPES[i]));
	if (!seated || account.len == 0 || host == STORY_NOBODY)
		return;
	m = map_put(&b->seat_keys, account, b->seat.len, &fresh);
	s = !m ? NULL : fresh ? VEC_PUSH(&b->seat, LIMIT_STORY_HOSTS) : &b->seat.at[m->value];
	if (!s)
		return;
	if (fresh || s->host == host)
		*s = (struct seat){ host, s->lead + f->count };
	else if (s->lead >= f->count)
		s->lead -= f->count;
	else
		*s = (struct seat){ host, f->count - s->lead };
}

static uint32_t seat_of(struct builder *b, str account)
{
	struct map_entry *m = map_get(&b->seat_keys, keep_lower(b, str_basename(account)));

	return m && m->value < b->seat.len ? b->seat.at[m->value].host : STORY_NOBODY;
}

static int on_logon(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;

	(void)e;
	claim(b, f->attr[FA_SOURCE_IP], host_named(b, f->attr[FA_SOURCE_HOST]), BASIS_WORKSTATION, f);
	claim(b, f->attr[FA_SOURCE_IP], machine_of(b, f->attr[FA_ACCOUNT]), BASIS_MACHINE_ACCOUNT, f);
	sit(b, f);
	return 0;
}

static int on_authentication(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;

	(void)e;
	claim(b, f->attr[FA_SOURCE_IP], machine_of(b, f->attr[FA_ACCOUNT]), BASIS_MACHINE_ACCOUNT, f);
	return 0;
}

/* "mx01.corp.example" asked for, "10.0.0.5 fe80::1" answered: one address is that host's, of several any may be. */
static int on_lookup(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t host = host_named(b, f->attr[FA_OBJECT]);
	str rest = f->attr[FA_DETAIL], ip = STR("");
	unsigned n = 0;

	(void)e;
	if (host == STORY_NOBODY)
		return 0;
	while (rest.len) {
		size_t k = 0;
		str one;

		while (k < rest.len && rest.ptr[k] != ' ' && rest.ptr[k] != ';' && rest.ptr[k] != ',')
			k++;
		one = (str){ rest.ptr, k };
		rest = k < rest.len ? (str){ rest.ptr + k + 1, rest.len - k - 1 } : STR("");
		if (str_starts(one, STR("::ffff:")))
			one = (str){ one.ptr + 7, one.len - 7 };
		if (!looks_like_address(one) || address_is_local(one))
			continue;
		ip = one;
		n++;
	}
	if (n == 1)
		claim(b, ip, host, BASIS_RESOLVED_NAME, f);
	return 0;
}

/* --- leases and VPN: each ends what was before ----------------------------------------------- */

/* Something that happened to an address that is given away. */
struct grant {
	str ip;
	int64_t from, to, lasts;
	str who; /* MAC or account */
	uint32_t host;
	bool ends;
	struct event_ref ref;
	uint32_t nrefs;
};

/* An account's VPN session ended. */
struct leaving {
	str who;
	int64_t ns;
};

struct granting {
	struct builder *b;
	struct grant *like;
	int64_t ahead_ns; /* the log's zone: times are placed without it */
};

static void one_grant(void *ctx, const struct fact *f, int64_t from, int64_t to)
{
	struct granting *g = ctx;
	struct grant *x = VEC_PUSH(&g->b->grant, LIMIT_STORY_CLAIMS);

	if (!x) {
		g->b->st->dropped++;
		return;
	}
	*x = *g->like;
	x->from = from - g->ahead_ns;
	x->to = to - g->ahead_ns;
	x->nrefs = f->nrefs ? 1 : 0;
	if (f->nrefs)
		x->ref = f->refs[0];
}

static int on_lease(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	str what = f->attr[FA_DETAIL];
	uint64_t seconds = 0;
	struct grant g = { .ip = keep(b, f->attr[FA_SOURCE_IP]), .host = STORY_NOBODY, .lasts = LEASE_NS };
	struct granting ctx_of = { b, &g, 0 };
	uint32_t by_mac = host_of_mac(b, f->attr[FA_MAC], f->first_ns);
	char digits[MAC_DIGITS];

	(void)e;
	if (str_starts(what, STR("deny")) || str_starts(what, STR("conflict")) || address_is_local(g.ip))
		return 0;
	for (size_t i = 0; i < b->lease_zone.len; i++)
		if (b->lease_zone.at[i].server == host_telling(b, f))
			ctx_of.ahead_ns = b->lease_zone.at[i].ahead_ns;
	if (str_to_u64(f->attr[FA_SIZE], &seconds) && seconds && seconds < 400 * 86400)
		g.lasts = (int64_t)seconds * NS_PER_S;
	g.ends = str_starts(what, STR("release")) || str_starts(what, STR("expire"));
	g.who = mac_digits(f->attr[FA_MAC], digits) ? keep(b, (str){ digits, MAC_DIGITS })
						    : keep_lower(b, f->attr[FA_TARGET_HOST]);
	g.host = by_mac != STORY_NOBODY ? by_mac : host_named(b, f->attr[FA_TARGET_HOST]);
	if (!identity_mark(b->st->identity, g.ip, ADDRESS_LEASED))
		b->st->dropped++;
	each_span(f, one_grant, &ctx_of);
	return 0;
}

static int on_vpn(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct grant g = { .ip = keep(b, f->attr[FA_TARGET_IP]),
			   .lasts = DAY,
			   .who = keep_lower(b, f->attr[FA_ACCOUNT]),
			   .host = host_named(b, f->attr[FA_SOURCE_HOST]),
			   .ends = !str_starts(f->attr[FA_DETAIL], STR("open")) };
	struct granting ctx_of = { b, &g, 0 };

	(void)e;
	if (g.host == STORY_NOBODY)
		g.host = seat_of(b, f->attr[FA_ACCOUNT]);
	if (g.ends && g.who.len) {
		struct leaving *x = VEC_PUSH(&b->leaving, LIMIT_STORY_CLAIMS);

		/* many gateways tell the end of a session without its address */
		if (x)
			*x = (struct leaving){ g.who, f->first_ns };
	}
	if (g.ip.len == 0 || address_is_local(g.ip))
		return 0;
	if (!identity_mark(b->st->identity, g.ip, ADDRESS_POOL))
		b->st->dropped++;
	each_span(f, one_grant, &ctx_of);
	return 0;
}

static int leaving_order(const void *pa, const void *pb)
{
	const struct leaving *a = pa, *b = pb;
	int c = str_cmp(a->who, b->who);

	return c ? c : (a->ns > b->ns) - (a->ns < b->ns);
}

/* When somebody left next; INT64_MAX: not seen. */
static int64_t leaves(const struct builder *b, str who, int64_t ns)
{
	const struct leaving key = { who, ns };
	size_t lo = 0, hi = b->leaving.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (leaving_order(&b->leaving.at[mid], &key) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < b->leaving.len && str_eq(b->leaving.at[lo].who, who) ? b->leaving.at[lo].ns : INT64_MAX;
}

static int grant_order(const void *pa, const void *pb)
{
	const struct grant *a = pa, *b = pb;
	int c = str_cmp(a->ip, b->ip);

	if (c)
		return c;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->ends != b->ends)
		return a->ends ? -1 : 1; /* ended and given away again in the same second */
	c = str_cmp(a->who, b->who);
	return c ? c : (a->to > b->to) - (a->to < b->to);
}

static void grants_claim(struct builder *b, enum story_basis basis)
{
	if (b->leaving.len)
		qsort(b->leaving.at, b->leaving.len, sizeof *b->leaving.at, leaving_order);
	if (b->grant.len)
		qsort(b->grant.at, b->grant.len, sizeof *b->grant.at, grant_order);
	for (size_t i = 0; i < b->grant.len; i++) {
		const struct grant *g = &b->grant.at[i];
		struct identity_claim c = { g->ip, g->host, basis,   g->from, g->to, g->to + g->lasts,
					    1,     &g->ref, g->nrefs };

		if (g->ends || g->host == STORY_NOBODY)
			continue;
		for (size_t k = i + 1; k < b->grant.len && str_eq(b->grant.at[k].ip, g->ip); k++) {
			const struct grant *next = &b->grant.at[k];

			if (next->from >= c.until_ns)
				break;
			if (!next->ends && str_eq(next->who, g->who))
				continue;
			c.until_ns = next->from;
			break;
		}
		if (basis == BASIS_VPN && leaves(b, g->who, g->from) < c.until_ns)
			c.until_ns = leaves(b, g->who, g->from);
		c.to_ns = c.to_ns > c.until_ns ? c.until_ns : c.to_ns;
		if (c.to_ns >= c.from_ns && !identity_claim(b->st->identity, &c))
			b->st->dropped++;
	}
	b->grant.len = 0;
}

/* --- tables and devices ---------------------------------------------------------------------- */

static int on_asset(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	int64_t from = f->first_ns == TIME_NONE ? b->st->first_ns : f->first_ns;
	int64_t to = f->last_ns == TIME_NONE ? b->st->last_ns : f->last_ns;
	uint32_t host = host_of_asset(b, f);

	(void)e;
	if (f->attr[FA_SOURCE_IP].len && from != TIME_NONE && to != TIME_NONE && from <= to)
		claim_span(b, f->attr[FA_SOURCE_IP], host, BASIS_INVENTORY, f, from, to);
	return 0;
}

static int on_binding(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;

	(void)e;
	if (f->attr[FA_SOURCE_IP].len && f->attr[FA_NAT_IP].len &&
	    !identity_bind(b->st->identity, f->attr[FA_SOURCE_IP], f->attr[FA_NAT_IP], f->first_ns,
			   f->last_ns))
		b->st->dropped++;
	return 0;
}

static void declared_claim(struct builder *b)
{
	const struct case_file *c = b->st->declared;
	const struct fact none = { .count = 1 };

	for (uint32_t i = 0; c && b->st->first_ns != TIME_NONE && i < c->nhosts; i++)
		for (uint32_t k = 0; k < c->hosts[i].addresses.n; k++) {
			const struct cidr *net = &c->hosts[i].addresses.at[k];
			char text[CIDR_TEXT_MAX];

			if (net->bits == net->len * 8)
				claim_span(b, keep(b, str_of(cidr_address_text(net, text))),
					   host_named(b, c->hosts[i].name), BASIS_DECLARED, &none,
					   b->st->first_ns, b->st->last_ns);
		}
}

void claims_collect(struct builder *b)
{
	bool *own = arena_array(&b->st->arrays, b->host.len + 1, sizeof *own);

	if (!own) {
		b->failed = true;
		return;
	}
	for (size_t h = 0; h < b->host.len; h++)
		own[h] = b->host.at[h].has_logs;
	each_fact(b, FACT_CONNECTION, on_connection);
	each_fact(b, FACT_WEB_REQUEST, on_served);
	each_fact(b, FACT_LOGON, on_logon);
	each_fact(b, FACT_REMOTE_SESSION, on_logon);
	each_fact(b, FACT_AUTHENTICATION, on_authentication);
	each_fact(b, FACT_LOOKUP, on_lookup);
	each_fact(b, FACT_LEASE, on_lease);
	grants_claim(b, BASIS_LEASE);
	each_fact(b, FACT_VPN_SESSION, on_vpn);
	grants_claim(b, BASIS_VPN);
	each_fact(b, FACT_ASSET, on_asset);
	each_fact(b, FACT_NAT_BINDING, on_binding);
	declared_claim(b);
	if (b->rc == 0)
		b->rc = identity_settle(b->st->identity, own, (uint32_t)b->host.len, b->e);
}

/* --- for the rest of the story --------------------------------------------------------------- */

uint32_t host_at(struct builder *b, str ip, int64_t ns, enum story_basis *ret_basis)
{
	struct identity_share s[2];
	size_t n = identity_at(b->st->identity, ip, ns, s, COUNT(s));

	if (n == 0 || s[0].shared || s[0].weight < LIKELY || (n > 1 && s[0].weight < 2 * s[1].weight))
		return STORY_NOBODY;
	*ret_basis = s[0].basis;
	return s[0].host;
}
