#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"

bool address_is_local(str ip)
{
	return ip.len == 0 || str_starts(ip, STR("127.")) || str_eq(ip, STR("::1")) ||
	       str_eq(ip, STR("::")) || str_starts(ip, STR("0.")) || str_starts(ip, STR("169.254.")) ||
	       str_starts(ip, STR("fe80:")) || str_starts(ip, STR("ff0")) || str_starts(ip, STR("255.")) ||
	       str_starts(ip, STR("224.")) || str_starts(ip, STR("239."));
}

static void claim(struct builder *b, str ip, uint32_t host, enum story_basis basis, const struct fact *f)
{
	struct address_claim *c;
	struct map_entry *m;
	char key[80];
	bool fresh;

	if (host == STORY_NOBODY || address_is_local(ip) || ip.len > 64)
		return;
	memcpy(key, &host, sizeof host);
	key[sizeof host] = (char)basis;
	memcpy(key + sizeof host + 1, ip.ptr, ip.len);
	m = map_put(&b->claim_keys, (str){ key, sizeof host + 1 + ip.len }, b->claim.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&b->claim, LIMIT_STORY_ADDRESSES))) {
		b->st->dropped++;
		return;
	}
	c = &b->claim.at[m->value];
	if (fresh) {
		c->ip = keep(b, ip);
		c->host = host;
		c->basis = basis;
		c->first_ns = c->last_ns = TIME_NONE;
	}
	c->count += f->count;
	span_add(&c->first_ns, &c->last_ns, f->first_ns, f->last_ns);
	refs_add_all(&c->refs, f->refs, f->nrefs);
}

static int on_connection(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t own = host_named(b, f->attr[FA_HOST]);
	bool inbound = str_starts(f->attr[FA_DETAIL], STR("inbound"));

	(void)e;
	claim(b, f->attr[inbound ? FA_TARGET_IP : FA_SOURCE_IP], own, BASIS_OWN_CONNECTION, f);
	/* the other side, only under a name that is a host already */
	claim(b, f->attr[inbound ? FA_SOURCE_IP : FA_TARGET_IP],
	      host_named(b, f->attr[inbound ? FA_SOURCE_HOST : FA_TARGET_HOST]), BASIS_RESOLVED_NAME, f);
	return 0;
}

static int on_logon(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;

	(void)e;
	claim(b, f->attr[FA_SOURCE_IP], host_named(b, f->attr[FA_SOURCE_HOST]), BASIS_WORKSTATION, f);
	return 0;
}

/* "CORP\WS01$" authenticated from an address: that is WS01's. */
static int on_authentication(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	str account = str_basename(f->attr[FA_ACCOUNT]), rest;

	(void)e;
	account = str_cut(account, '@', &rest);
	if (account.len > 1 && account.ptr[account.len - 1] == '$') {
		account.len--;
		claim(b, f->attr[FA_SOURCE_IP], host_named(b, account), BASIS_MACHINE_ACCOUNT, f);
	}
	return 0;
}

static int claim_order(const void *pa, const void *pb)
{
	const struct address_claim *a = pa, *b = pb;
	int c = str_cmp(a->ip, b->ip);

	if (c)
		return c;
	if (a->basis != b->basis)
		return a->basis < b->basis ? -1 : 1;
	return (a->host > b->host) - (a->host < b->host);
}

void addresses_collect(struct builder *b)
{
	each_fact(b, FACT_CONNECTION, on_connection);
	each_fact(b, FACT_LOGON, on_logon);
	each_fact(b, FACT_REMOTE_SESSION, on_logon);
	each_fact(b, FACT_AUTHENTICATION, on_authentication);
	if (b->claim.len)
		qsort(b->claim.at, b->claim.len, sizeof *b->claim.at, claim_order);
	for (size_t i = 0; i < b->claim.len;) {
		const struct address_claim *c = &b->claim.at[i];
		struct story_address *a = VEC_PUSH(&b->address, LIMIT_STORY_ADDRESSES);
		size_t k;

		if (!a || !map_put(&b->address_keys, c->ip, b->address.len - 1, NULL)) {
			b->failed = true;
			return;
		}
		*a = (struct story_address){ .ip = c->ip,
					     .host = c->host,
					     .basis = c->basis,
					     .first_ns = TIME_NONE,
					     .last_ns = TIME_NONE };
		for (k = i; k < b->claim.len && str_eq(b->claim.at[k].ip, c->ip); k++) {
			const struct address_claim *other = &b->claim.at[k];

			if (other->basis != c->basis)
				continue;
			if (other->host != c->host)
				a->host = STORY_NOBODY;
			a->count += other->count;
			span_add(&a->first_ns, &a->last_ns, other->first_ns, other->last_ns);
			refs_add_all(&a->refs, other->refs.at, other->refs.n);
		}
		i = k;
	}
}

uint32_t host_at(struct builder *b, str ip, enum story_basis *ret_basis)
{
	struct map_entry *m = ip.len ? map_get(&b->address_keys, ip) : NULL;

	if (!m || b->address.at[m->value].host == STORY_NOBODY)
		return STORY_NOBODY;
	*ret_basis = b->address.at[m->value].basis;
	return b->address.at[m->value].host;
}
