#include "detect/scan.h"

#include <hs.h>
#include <stdlib.h>

#include "sigma/regex.h"
#include "util/buf.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/vec.h"

struct scan_db {
	hs_database_t *hs;
};

struct scan_slot {
	struct scan_db *db; /* stays where it is: classes hold it */
};

struct scan_cache {
	map index; /* content to number of db */
	VEC(struct scan_slot) dbs;
	hs_scratch_t *scratch;
	VEC(uint32_t) hits;
	size_t bytes;
};

struct scan_cache *scan_cache_new(err *e)
{
	struct scan_cache *c = calloc(1, sizeof *c);

	if (!c) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a detector");
		return NULL;
	}
	map_init(&c->index, LIMIT_DETECT_CLASSES, LIMIT_DETECT_BYTES);
	return c;
}

void scan_cache_free(struct scan_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->dbs.len; i++) {
		hs_free_database(c->dbs.at[i].db->hs);
		free(c->dbs.at[i].db);
	}
	hs_free_scratch(c->scratch);
	VEC_DONE(&c->dbs);
	VEC_DONE(&c->hits);
	map_done(&c->index);
	free(c);
}

struct arrays {
	const char **texts;
	size_t *lens;
	unsigned *flags, *ids;
};

static bool arrays_init(struct arrays *a, const struct scan_pattern *p, size_t n, bool regex)
{
	a->texts = calloc(n, sizeof *a->texts);
	a->lens = calloc(n, sizeof *a->lens);
	a->flags = calloc(n, sizeof *a->flags);
	a->ids = calloc(n, sizeof *a->ids);
	if (!a->texts || !a->lens || !a->flags || !a->ids)
		return false;
	for (size_t i = 0; i < n; i++) {
		a->texts[i] = p[i].text.ptr;
		a->lens[i] = p[i].text.len;
		a->flags[i] = regex ? regex_hs_flags(p[i].flags, false) : (unsigned)HS_FLAG_SINGLEMATCH;
		a->ids[i] = (unsigned)i;
	}
	return true;
}

static void arrays_done(struct arrays *a)
{
	free(a->texts);
	free(a->lens);
	free(a->flags);
	free(a->ids);
}

static hs_database_t *compile(const struct scan_pattern *p, size_t n, bool regex, int *ret_bad)
{
	struct arrays a = { 0 };
	hs_database_t *db = NULL;
	hs_compile_error_t *error = NULL;

	if (arrays_init(&a, p, n, regex)) {
		if (regex)
			hs_compile_multi(a.texts, a.flags, a.ids, (unsigned)n, HS_MODE_BLOCK, NULL, &db,
					 &error);
		else
			hs_compile_lit_multi(a.texts, a.flags, a.ids, a.lens, (unsigned)n, HS_MODE_BLOCK,
					     NULL, &db, &error);
	}
	if (error) {
		*ret_bad = error->expression;
		hs_free_compile_error(error);
	}
	arrays_done(&a);
	return db;
}

static bool content_key(const struct scan_pattern *p, size_t n, bool regex, buf *key)
{
	buf_byte(key, regex);
	for (size_t i = 0; i < n; i++) {
		uint32_t len = (uint32_t)p[i].text.len;

		buf_add(key, &len, sizeof len);
		buf_byte(key, (char)p[i].flags);
		buf_str(key, p[i].text);
	}
	return !key->failed;
}

static struct scan_db *add_db(struct scan_cache *c, hs_database_t *hs)
{
	struct scan_db *db = calloc(1, sizeof *db);
	struct scan_slot *at;
	size_t size = 0;

	if (!db || hs_alloc_scratch(hs, &c->scratch) != HS_SUCCESS)
		goto fail;
	at = VEC_PUSH(&c->dbs, LIMIT_DETECT_CLASSES);
	if (!at)
		goto fail;
	at->db = db;
	db->hs = hs;
	hs_database_size(hs, &size);
	c->bytes += size;
	return db;
fail:
	free(db);
	hs_free_database(hs);
	return NULL;
}

const struct scan_db *scan_db_get(struct scan_cache *c, const struct scan_pattern *p, size_t n, bool regex,
				  int *ret_bad)
{
	buf key = { 0 };
	const struct scan_db *db = NULL;
	struct map_entry *entry;
	hs_database_t *hs;
	bool is_new;

	*ret_bad = -1;
	if (!content_key(p, n, regex, &key))
		goto done;
	entry = map_get(&c->index, buf_view(&key));
	if (entry) {
		db = c->dbs.at[entry->value].db;
		goto done;
	}
	hs = compile(p, n, regex, ret_bad);
	if (hs)
		db = add_db(c, hs);
	if (db) /* one that cannot be remembered still serves its first user */
		map_put(&c->index, buf_view(&key), c->dbs.len - 1, &is_new);
done:
	buf_done(&key);
	return db;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct scan_cache *c = ctx;
	uint32_t *hit = VEC_PUSH(&c->hits, LIMIT_SIGMA_PREDICATES);

	(void)from, (void)to, (void)flags;
	if (hit)
		*hit = id;
	return hit == NULL;
}

int scan_run(struct scan_cache *c, const struct scan_db *db, str text, const uint32_t **ret_hits)
{
	c->hits.len = 0;
	if (hs_scan(db->hs, text.len ? text.ptr : "", (unsigned)text.len, 0, c->scratch, on_match, c) !=
	    HS_SUCCESS)
		return -1;
	*ret_hits = c->hits.at;
	return (int)c->hits.len;
}

size_t scan_cache_bytes(const struct scan_cache *c)
{
	return c->bytes;
}
