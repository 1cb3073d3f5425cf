/* Software that the evidence of a case tells of. Modest: the log of dpkg names what was installed, upgraded and removed, with versions. Banners
 * and agents name what somebody wanted to be taken for, so they are not used. */
#include "store/store.h"
#include "util/limits.h"
#include "warn/stock.h"
#include "warn/version.h"

struct package {
	str host, name, version;
	int64_t last_ns;
	bool gone;
};

struct packages {
	VEC(struct package) at;
	map places; /* host and name */
	arena mem;
	bool failed;
};

/* 1: there now, 0: taken away, -1: says nothing of it. */
static int state_of(str action)
{
	if (str_is(action, "install") || str_is(action, "upgrade") || str_is(action, "configure"))
		return 1;
	return str_is(action, "remove") || str_is(action, "purge") ? 0 : -1;
}

/* Of two at the same time the higher version is the later one. */
static bool is_later(const struct package *had, int64_t last_ns, str version)
{
	if (last_ns != had->last_ns)
		return last_ns > had->last_ns;
	return ver_compare(VER_DEB, version, had->version) == VER_GREATER;
}

static int on_fact(void *ctx, const struct fact *f, err *e)
{
	struct packages *x = ctx;
	str host = f->attr[FA_HOST], name = f->attr[FA_OBJECT], version = f->attr[FA_VERSION];
	int state = state_of(f->attr[FA_METHOD]);
	bool fresh = false;
	buf key = { 0 };
	struct map_entry *m;
	struct package *p = NULL;

	(void)e;
	if (state < 0 || host.len == 0 || name.len == 0 || version.len == 0)
		return 0;
	m = map_put(&x->places, stock_cpe_key(host, name, &key), x->at.len, &fresh);
	buf_done(&key);
	if (m)
		p = fresh ? VEC_PUSH(&x->at, LIMIT_WARN_ROWS) : &x->at.at[m->value];
	if (!p) {
		x->failed = true;
		return -1;
	}
	if (fresh) {
		p->host = arena_str(&x->mem, host);
		p->name = arena_str(&x->mem, name);
		p->last_ns = TIME_NONE;
	}
	if (fresh || is_later(p, f->last_ns, version)) {
		p->version = arena_str(&x->mem, version);
		p->last_ns = f->last_ns;
		p->gone = !state;
	}
	x->failed |= !p->host.ptr || !p->name.ptr || !p->version.ptr;
	return x->failed ? -1 : 0;
}

int stock_read_case(struct stock *s, const char *dir, size_t *ret_n, err *e)
{
	struct packages x = { 0 };
	struct store *store = NULL;
	size_t before = s->row.len;
	int rc;

	map_init(&x.places, LIMIT_WARN_ROWS, LIMIT_WARN_STOCK_BYTES);
	arena_init(&x.mem, LIMIT_WARN_STOCK_BYTES);
	rc = store_open(&store, dir, e);
	if (rc == 0)
		rc = store_each_fact(store, FACT_APP_EVENT, on_fact, &x, e);
	for (size_t i = 0; rc == 0 && i < x.at.len; i++) {
		struct stock_given g = { .host = x.at.at[i].host,
					 .product = x.at.at[i].name,
					 .version = x.at.at[i].version,
					 .packaged = true };

		if (!x.at.at[i].gone)
			stock_add(s, &g);
	}
	if (x.failed || s->failed)
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "%s: more software than there is memory for", dir);
	*ret_n = s->row.len - before;
	store_close(store);
	VEC_DONE(&x.at);
	map_done(&x.places);
	arena_done(&x.mem);
	return rc;
}
