#include "detect/scan.h"

#include <hs.h>
#include <stdlib.h>

#include "detect/scanplan.h"
#include "sigma/regex.h"
#include "util/limits.h"

/* --- making ---------------------------------------------------------------------------------- */

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

void scan_key(const struct scan_pattern *p, size_t n, bool regex, buf *key)
{
	buf_byte(key, regex);
	for (size_t i = 0; i < n; i++) {
		uint32_t len = (uint32_t)p[i].text.len;

		buf_add(key, &len, sizeof len);
		buf_byte(key, (char)p[i].flags);
		buf_str(key, p[i].text);
	}
}

bool scan_compile(const struct scan_pattern *p, size_t n, bool regex, buf *to, int *ret_bad)
{
	hs_database_t *db = compile(p, n, regex, ret_bad);
	char *form = NULL;
	size_t len = 0;
	bool ok = db && hs_serialize_database(db, &form, &len) == HS_SUCCESS;

	if (ok)
		buf_add(to, form, len);
	free(form);
	hs_free_database(db);
	return ok && !to->failed;
}

/* --- scanning -------------------------------------------------------------------------------- */

struct scan_set {
	const struct plan *plan;
	hs_database_t **dbs; /* by number; NULL: not opened yet */
	hs_scratch_t *scratch;
	VEC(uint32_t) hits;
};

struct scan_set *scan_set_new(const struct plan *plan, err *e)
{
	struct scan_set *s = calloc(1, sizeof *s);

	if (s) {
		s->plan = plan;
		s->dbs = calloc(plan->dbs.len + 1, sizeof(hs_database_t *));
	}
	if (!s || !s->dbs) {
		free(s);
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a detector");
		return NULL;
	}
	return s;
}

void scan_set_free(struct scan_set *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->plan->dbs.len; i++)
		hs_free_database(s->dbs[i]);
	hs_free_scratch(s->scratch);
	VEC_DONE(&s->hits);
	free(s->dbs);
	free(s);
}

static hs_database_t *opened(struct scan_set *s, uint32_t number)
{
	const struct plan_db *at = &s->plan->dbs.at[number];
	hs_database_t *db = NULL;

	if (s->dbs[number])
		return s->dbs[number];
	if (hs_deserialize_database(s->plan->db_bytes.ptr + at->at, at->len, &db) != HS_SUCCESS)
		return NULL;
	if (hs_alloc_scratch(db, &s->scratch) != HS_SUCCESS) {
		hs_free_database(db);
		return NULL;
	}
	s->dbs[number] = db;
	return db;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct scan_set *s = ctx;
	uint32_t *hit = VEC_PUSH(&s->hits, LIMIT_SIGMA_PREDICATES);

	(void)from, (void)to, (void)flags;
	if (hit)
		*hit = id;
	return hit == NULL;
}

int scan_run(struct scan_set *s, uint32_t db, str text, const uint32_t **ret_hits)
{
	hs_database_t *hs = opened(s, db - 1);

	s->hits.len = 0;
	if (!hs || hs_scan(hs, text.len ? text.ptr : "", (unsigned)text.len, 0, s->scratch, on_match, s) !=
			   HS_SUCCESS)
		return -1;
	*ret_hits = s->hits.at;
	return (int)s->hits.len;
}
