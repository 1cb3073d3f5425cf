#include "cli/geo.h"

#include <maxminddb.h>
#include <netinet/in.h>

#include "util/vec.h"

enum { GEO_FILES = 8 };

struct geo {
	MMDB_s file[GEO_FILES];
	uint32_t nfiles;
	arena mem;
	VEC(str) addresses;
	uint64_t found;
};

static str text_at(MMDB_entry_s *at, const char *const *path, struct geo *g)
{
	MMDB_entry_data_s d;

	if (MMDB_aget_value(at, &d, path) != MMDB_SUCCESS || !d.has_data || d.type != MMDB_DATA_TYPE_UTF8_STRING)
		return STR("");
	return arena_str(&g->mem, (str){ d.utf8_string, d.data_size < 200 ? d.data_size : 200 });
}

static bool flag_at(MMDB_entry_s *at, const char *name)
{
	const char *const top[] = { name, NULL }, *const below[] = { "traits", name, NULL };
	MMDB_entry_data_s d;

	return (MMDB_aget_value(at, &d, top) == MMDB_SUCCESS || MMDB_aget_value(at, &d, below) == MMDB_SUCCESS) &&
	       d.has_data && d.type == MMDB_DATA_TYPE_BOOLEAN && d.boolean;
}

static void read_entry(struct geo *g, MMDB_entry_s *at, struct store_place *p)
{
	static const struct {
		const char *member, *kind;
	} KINDS[] = { { "is_tor_exit_node", "tor" },
		      { "is_anonymous_vpn", "vpn" },
		      { "is_residential_proxy", "residential proxy" },
		      { "is_public_proxy", "public proxy" },
		      { "is_hosting_provider", "hosting" } };
	const char *const country[] = { "country", "iso_code", NULL },
			  *const registered[] = { "registered_country", "iso_code", NULL },
			  *const number[] = { "autonomous_system_number", NULL },
			  *const organization[] = { "autonomous_system_organization", NULL };
	MMDB_entry_data_s d;

	if (p->country.len == 0)
		p->country = text_at(at, country, g);
	if (p->country.len == 0)
		p->country = text_at(at, registered, g);
	if (p->asn == 0 && MMDB_aget_value(at, &d, number) == MMDB_SUCCESS && d.has_data &&
	    d.type == MMDB_DATA_TYPE_UINT32)
		p->asn = d.uint32;
	if (p->network.len == 0)
		p->network = text_at(at, organization, g);
	for (size_t i = 0; p->kind.len == 0 && i < COUNT(KINDS); i++)
		if (flag_at(at, KINDS[i].member))
			p->kind = str_of(KINDS[i].kind);
}

static int look_up(struct geo *g, struct store *s, str ip, err *e)
{
	struct store_place p = { .ip = ip };
	char text[INET6_ADDRSTRLEN + 1];
	bool any = false;

	if (ip.len >= sizeof text)
		return 0;
	memcpy(text, ip.ptr, ip.len);
	text[ip.len] = 0;
	for (uint32_t i = 0; i < g->nfiles; i++) {
		int gai = 0, bad = MMDB_SUCCESS;
		MMDB_lookup_result_s r = MMDB_lookup_string(&g->file[i], text, &gai, &bad);

		if (gai || bad != MMDB_SUCCESS || !r.found_entry)
			continue;
		read_entry(g, &r.entry, &p);
		any = true;
	}
	if (!any || (p.country.len == 0 && p.asn == 0 && p.kind.len == 0))
		return 0;
	g->found++;
	return store_put_place(s, &p, e);
}

static int on_address(void *ctx, str ip, err *e)
{
	struct geo *g = ctx;
	str *to = VEC_PUSH(&g->addresses, 1u << 24);

	if (!to)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for addresses");
	*to = arena_str(&g->mem, ip);
	return 0;
}

static int open_files(struct geo *g, const struct cli_args *args, err *e)
{
	const char *path;

	for (size_t i = 0; (path = args_nth(args, "geo", i)) != NULL; i++) {
		int bad;

		if (g->nfiles == GEO_FILES)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "at most %d files for --geo", GEO_FILES);
		bad = MMDB_open(path, MMDB_MODE_MMAP, &g->file[g->nfiles]);
		if (bad != MMDB_SUCCESS)
			return err_set(e, ERR_IO, ERR_NO_OFFSET, "%s: %s; --geo takes files in MaxMind's format", path,
				       MMDB_strerror(bad));
		g->nfiles++;
	}
	return 0;
}

int geo_fill(struct store *s, const struct cli_args *args, uint64_t *ret, err *e)
{
	struct geo g = { 0 };
	int rc;

	arena_init(&g.mem, (size_t)1 << 30);
	rc = open_files(&g, args, e);
	if (rc == 0 && g.nfiles)
		rc = store_each_address(s, on_address, &g, e);
	if (rc == 0 && g.nfiles && (rc = store_begin(s, e)) == 0) {
		for (size_t i = 0; rc == 0 && i < g.addresses.len; i++)
			rc = look_up(&g, s, g.addresses.at[i], e);
		if (rc == 0)
			rc = store_commit(s, e);
	}
	for (uint32_t i = 0; i < g.nfiles; i++)
		MMDB_close(&g.file[i]);
	VEC_DONE(&g.addresses);
	arena_done(&g.mem);
	*ret = g.found;
	return rc;
}
