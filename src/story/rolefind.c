/* What each host is for: as declared, as an inventory says, by the logs that it writes, by its system; else it is
 * taken for a workstation. */
#include "store/decisions.h"
#include "story/sources.h"
#include "story/story_priv.h"

static bool better(const struct story_host *h, enum role_basis basis)
{
	return h->role == HOST_UNKNOWN || basis < h->role_basis;
}

static void role_set(struct story_host *h, enum host_role role, enum role_basis basis)
{
	if (role == HOST_UNKNOWN || role == HOST_ROLES || !better(h, basis))
		return;
	h->role = role;
	h->role_basis = basis;
}

static int on_asset(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t host = host_of_asset(b, f);
	str os = asset_value(f, "os"), owner = f->attr[FA_ACCOUNT];

	(void)e;
	if (host == STORY_NOBODY)
		return 0;
	if (b->host.at[host].owner.len == 0)
		b->host.at[host].owner = keep(b, owner);
	role_set(&b->host.at[host], host_role_named(f->attr[FA_DETAIL]), ROLE_INVENTORY);
	if (has_nocase(os, "server"))
		role_set(&b->host.at[host], HOST_SERVER, ROLE_SYSTEM);
	else if (has_nocase(os, "windows"))
		role_set(&b->host.at[host], HOST_WORKSTATION, ROLE_SYSTEM);
	return 0;
}

/* Tickets are granted by domain controllers only. */
static int on_authentication(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t host = host_named(b, f->attr[FA_HOST]);

	(void)e;
	if (host != STORY_NOBODY && str_starts(f->attr[FA_DETAIL], STR("kerberos")))
		role_set(&b->host.at[host], HOST_DC, ROLE_LOGS);
	return 0;
}

void roles_find(struct builder *b)
{
	const struct case_file *c = b->st->declared;

	for (uint32_t i = 0; c && i < c->nhosts; i++) {
		uint32_t host = host_named(b, c->hosts[i].name);

		if (host != STORY_NOBODY)
			role_set(&b->host.at[host], c->hosts[i].role, ROLE_DECLARED);
	}
	for (size_t i = 0; i < decisions_count(b->st->decisions); i++) {
		const struct decision *d = decision_at(b->st->decisions, i);
		uint32_t host =
			d->kind == DECISION_ROLE && !d->superseded ? host_named(b, d->target) : STORY_NOBODY;

		if (host != STORY_NOBODY && host_role_named(d->value) != HOST_ROLES)
			role_set(&b->host.at[host], host_role_named(d->value), ROLE_DECLARED);
	}
	each_fact(b, FACT_ASSET, on_asset);
	each_fact(b, FACT_AUTHENTICATION, on_authentication);
	owners_fill(b);
	for (size_t i = 0; i < b->host.len; i++) {
		struct story_host *h = &b->host.at[i];
		uint64_t has = 0;

		for (uint32_t k = 0; k < h->nchannels; k++) {
			uint32_t s = h->channels[k].recovered ? SOURCE_NONE : source_of(h->channels[k].name);

			has |= s == SOURCE_NONE ? 0 : UINT64_C(1) << s;
		}
		h->sources = has;
		/* a controller's logs say more than the system it runs on */
		if (h->role_basis >= ROLE_LOGS || h->role == HOST_UNKNOWN)
			role_set(h, source_role(has), ROLE_LOGS);
		if (h->role == HOST_UNKNOWN && has & sources_windows())
			role_set(h, HOST_WORKSTATION, ROLE_DEFAULT);
	}
}
