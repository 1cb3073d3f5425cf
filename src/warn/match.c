#include "warn/match_priv.h"

#include "util/limits.h"

int matcher_new(struct matcher **ret, const struct stock *stock, const struct match_options *o, err *e)
{
	struct matcher *m = calloc(1, sizeof *m);
	size_t n = stock->row.len + 1;

	if (m) {
		m->stock = stock;
		m->o = *o;
		m->steps_max = LIMIT_WARN_STEPS + (uint64_t)LIMIT_WARN_STEPS_ROW * stock->row.len;
		m->stamp = calloc(n, sizeof *m->stamp);
		m->slot = calloc(n, sizeof *m->slot);
		m->answer = calloc(n, sizeof *m->answer);
	}
	if (!m || !m->stamp || !m->slot || !m->answer) {
		matcher_free(m);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to match");
	}
	*ret = m;
	return 0;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	free(m->stamp);
	free(m->slot);
	free(m->answer);
	VEC_DONE(&m->found);
	VEC_DONE(&m->gathered);
	VEC_DONE(&m->out);
	VEC_DONE(&m->leaf);
	buf_done(&m->names);
	buf_done(&m->key);
	free(m);
}

uint64_t matcher_untried(const struct matcher *m)
{
	return m->untried;
}

/* --- finding rows ------------------------------------------------------------------------------------------------------------- */

void match_begin(struct matcher *m)
{
	m->found.len = 0;
	m->now++;
	if (m->now == 0) { /* after 4 billion statements */
		memset(m->stamp, 0, m->stock->row.len * sizeof *m->stamp);
		m->now = 1;
	}
}

static void found(struct matcher *m, uint32_t row, enum match_grade grade)
{
	struct found *f;

	if (m->stamp[row] == m->now) {
		f = &m->found.at[m->slot[row]];
		if (f->grade < grade)
			f->grade = grade;
		return;
	}
	f = VEC_PUSH(&m->found, LIMIT_WARN_ROWS);
	if (!f) {
		m->failed = true;
		return;
	}
	*f = (struct found){ row, grade };
	m->stamp[row] = m->now;
	m->slot[row] = (uint32_t)m->found.len - 1;
}

static void by_names(struct matcher *m, const struct prodname *n, bool rows_with_cpe)
{
	const struct stock *s = m->stock;
	uint32_t id;

	if (n->product.len == 0)
		return;
	id = stock_find(s, STOCK_FULL, n->full);
	for (uint32_t i = stock_first(s, STOCK_FULL, id); i != STOCK_NONE; i = s->row.at[i].next[STOCK_FULL])
		if (rows_with_cpe || !s->row.at[i].cpe)
			found(m, i,
			      n->vendor.len || s->row.at[i].name.vendor.len ? GRADE_NAME : GRADE_PRODUCT);
	id = stock_find(s, STOCK_PRODUCT, n->product);
	for (uint32_t i = stock_first(s, STOCK_PRODUCT, id); i != STOCK_NONE;
	     i = s->row.at[i].next[STOCK_PRODUCT])
		if ((rows_with_cpe || !s->row.at[i].cpe) &&
		    (m->o.any_vendor || prodname_vendors_akin(n->vendor, s->row.at[i].name.vendor)))
			found(m, i, GRADE_PRODUCT);
}

void match_by_name(struct matcher *m, str vendor, str product)
{
	struct prodname n = prodname_of(vendor, product, &m->names);

	by_names(m, &n, true);
}

static void by_cpe_key(struct matcher *m, const struct cpe *c, uint32_t id)
{
	const struct stock *s = m->stock;

	for (uint32_t i = stock_first(s, STOCK_CPE, id); i != STOCK_NONE; i = s->row.at[i].next[STOCK_CPE])
		if (cpe_compare(&c->at[CPE_PART], &s->row.at[i].cpe->at[CPE_PART]) != CPE_DISJOINT)
			found(m, i, GRADE_EXACT);
}

/* A wildcard in vendor or product: every product is tried. */
static void by_wild_cpe(struct matcher *m, const struct cpe *c)
{
	const struct stock *s = m->stock;
	const struct stock_index *x = &s->index[STOCK_CPE];

	if (m->wild == LIMIT_WARN_WILD) {
		m->untried++;
		return;
	}
	m->wild++;
	for (uint32_t id = 0; id < x->first.len; id++) {
		const struct cpe *other = s->row.at[x->first.at[id]].cpe;
		enum cpe_relation v = cpe_compare(&c->at[CPE_VENDOR], &other->at[CPE_VENDOR]),
				  p = cpe_compare(&c->at[CPE_PRODUCT], &other->at[CPE_PRODUCT]);

		if ((v == CPE_EQUAL || v == CPE_SUPERSET) && (p == CPE_EQUAL || p == CPE_SUPERSET))
			by_cpe_key(m, c, id);
	}
}

static bool is_plain(const struct cpe_value *v)
{
	return v->kind == CPE_VALUE && !cpe_is_wild(v);
}

void match_by_cpe(struct matcher *m, const struct cpe *c)
{
	struct prodname n;

	if (!is_plain(&c->at[CPE_VENDOR]) || !is_plain(&c->at[CPE_PRODUCT])) {
		by_wild_cpe(m, c);
		return;
	}
	by_cpe_key(m, c,
		   stock_find(m->stock, STOCK_CPE,
			      stock_cpe_key(c->at[CPE_VENDOR].text, c->at[CPE_PRODUCT].text, &m->key)));
	n = prodname_of(c->at[CPE_VENDOR].text, c->at[CPE_PRODUCT].text, &m->names);
	by_names(m, &n, false);
}

void match_by_purl(struct matcher *m, str purl)
{
	const struct stock *s = m->stock;
	str key, version;
	uint32_t id;

	if (purl.len == 0 || !stock_purl(purl, &m->key, &key, &version))
		return;
	id = stock_find(s, STOCK_PURL, key);
	for (uint32_t i = stock_first(s, STOCK_PURL, id); i != STOCK_NONE; i = s->row.at[i].next[STOCK_PURL])
		found(m, i, GRADE_EXACT);
}

/* --- gathering -------------------------------------------------------------------------------------------------------------------- */

/* Which of two answers about a row stays: affected before not known before not affected, whatever commits cannot tell last. */
static int weight(enum tri affected, bool only_git)
{
	return only_git ? 0 : affected == TRI_YES ? 3 : affected == TRI_UNKNOWN ? 2 : 1;
}

static void keep(const struct matcher *m, struct gathered *g, const struct found *f, const struct judged *j,
		 uint8_t container)
{
	g->a = (struct match_answer){ .row = f->row,
				      .affected = j->affected,
				      .grade = f->grade,
				      .why = j->why,
				      .text = j->text,
				      .vendor = m->vendor,
				      .product = m->product,
				      .disputed = g->a.disputed };
	g->only_git = j->only_git;
	g->single = j->single;
	g->container = container;
}

/* A document of CSAF says of one version that it is affected and that it is not. The answer that names this version counts. */
static void contradiction(const struct matcher *m, struct gathered *g, const struct found *f,
			  const struct judged *j, uint8_t container)
{
	if (g->single == j->single) {
		g->a.affected = TRI_UNKNOWN;
		g->a.why = WHY_CONTRADICTS;
	} else if (j->single) {
		keep(m, g, f, j, container);
	}
}

/* A distribution takes fixes over into older versions: the maker's ranges tell nothing of its packages. */
static void doubt_package(struct judged *j)
{
	if (j->affected != TRI_YES || j->scheme == VER_DEB || j->scheme == VER_RPM ||
	    (j->why != WHY_LISTED && j->why != WHY_RANGE && j->why != WHY_DEFAULT))
		return;
	j->affected = TRI_UNKNOWN;
	j->why = WHY_BACKPORTED;
}

void match_gather(struct matcher *m, const struct found *f, const struct judged *said, uint8_t container,
		  bool csaf)
{
	struct judged own = *said, *j = &own;
	struct gathered *g;
	int had, now;

	if (j->silent)
		return;
	if (m->stock->row.at[f->row].packaged)
		doubt_package(j);
	if (!m->answer[f->row]) {
		g = VEC_PUSH(&m->gathered, LIMIT_WARN_ROWS);
		if (!g) {
			m->failed = true;
			return;
		}
		m->answer[f->row] = (uint32_t)m->gathered.len;
		keep(m, g, f, j, container);
		return;
	}
	g = &m->gathered.at[m->answer[f->row] - 1];
	had = weight(g->a.affected, g->only_git);
	now = weight(j->affected, j->only_git);
	if (csaf && had + now == 4 && had != now) {
		contradiction(m, g, f, j, container);
		return;
	}
	if (had + now == 4 && had != now && g->container != container)
		g->a.disputed = true;
	if (now > had || (now == had && f->grade > g->a.grade))
		keep(m, g, f, j, container);
}

/* --- products ----------------------------------------------------------------------------------------------------------------------- */

static void find_product(struct matcher *m, const struct record *r, const struct rec_product *p)
{
	match_begin(m);
	for (uint32_t i = 0; i < p->ncpes; i++) {
		struct cpe c;

		if (cpe_parse(r->cpe.at[p->cpe + i], m->mem, &c))
			match_by_cpe(m, &c);
	}
	match_by_purl(m, p->purl);
	match_by_name(m, p->vendor, p->product);
	m->steps += m->found.len;
}

/* Is the other product on the row's host, too? Not known where the inventory does not list it. */
static enum tri other_is_there(struct matcher *m, const struct record *r, const struct rec_product *other,
			       uint32_t row)
{
	const struct stock *s = m->stock;
	enum tri there = TRI_NO;
	bool listed = false;

	if (s->row.at[row].id[STOCK_HOST] == STOCK_NONE)
		return TRI_UNKNOWN;
	m->steps += m->found.len;
	for (size_t i = 0; i < m->found.len && m->steps < m->steps_max; i++) {
		const struct stock_row *x = &s->row.at[m->found.at[i].row];

		if (x->id[STOCK_HOST] != s->row.at[row].id[STOCK_HOST])
			continue;
		listed = true;
		there = tri_or(there, judge_product(m, r, other, x->version).affected);
	}
	return listed ? there : TRI_UNKNOWN;
}

/* Statements that hold only as part of another product: rows are found for both. */
static void gather_part(struct matcher *m, const struct record *r, const struct rec_product *p)
{
	const struct rec_product *other = &r->product.at[p->other];
	struct found *part = m->found.len ? arena_array(m->mem, m->found.len, sizeof *part) : NULL;
	size_t n = m->found.len;

	if (!part) {
		m->failed |= n != 0;
		return;
	}
	memcpy(part, m->found.at, n * sizeof *part);
	find_product(m, r, other);
	for (size_t i = 0; i < n; i++) {
		struct judged j = judge_product(m, r, p, m->stock->row.at[part[i].row].version);
		enum tri there = j.affected == TRI_NO ? TRI_YES : other_is_there(m, r, other, part[i].row);

		if (there == TRI_NO)
			continue;
		if (there == TRI_UNKNOWN && j.affected == TRI_YES) {
			j.affected = TRI_UNKNOWN;
			j.why = WHY_PLATFORM;
			j.text = other->product;
		}
		match_gather(m, &part[i], &j, p->container, r->source == SOURCE_CSAF);
	}
}

/* judge_product() of a row. Inventories have one version on many hosts, and equal texts lie at one place. */
static struct judged judge_row(struct matcher *m, const struct record *r, const struct rec_product *p,
			       uint32_t row)
{
	str version = m->stock->row.at[row].version;
	struct known *k = &m->known[((uintptr_t)version.ptr >> 4) % COUNT(m->known)];

	if (k->now != m->now || k->version.ptr != version.ptr || k->version.len != version.len)
		*k = (struct known){ m->now, version, judge_product(m, r, p, version) };
	return k->j;
}

static void match_product(struct matcher *m, const struct record *r, const struct rec_product *p)
{
	find_product(m, r, p);
	m->vendor = p->vendor;
	m->product = p->product;
	if (p->on_other) {
		gather_part(m, r, p);
		return;
	}
	for (size_t i = 0; i < m->found.len && m->steps < m->steps_max; i++) {
		const struct found f = m->found.at[i];
		struct judged j = { .affected = TRI_UNKNOWN, .why = WHY_KEV };

		if (r->source != SOURCE_KEV)
			j = judge_row(m, r, p, f.row);
		match_gather(m, &f, &j, p->container, r->source == SOURCE_CSAF);
	}
}

static int by_row(const void *a, const void *b)
{
	const struct match_answer *x = a, *y = b;

	return x->row < y->row ? -1 : x->row > y->row;
}

int matcher_run(struct matcher *m, const struct record *r, arena *mem, const struct match_answer **ret_at,
		size_t *ret_n, err *e)
{
	m->mem = mem;
	m->gathered.len = m->out.len = 0;
	m->failed = false;
	m->steps = 0;
	for (size_t i = 0; i < r->product.len && m->steps < m->steps_max; i++)
		if (!r->product.at[i].context)
			match_product(m, r, &r->product.at[i]);
	match_configs(m, r);
	for (size_t i = 0; i < m->gathered.len; i++) {
		struct match_answer *a = VEC_PUSH(&m->out, LIMIT_WARN_ROWS);

		m->answer[m->gathered.at[i].a.row] = 0;
		if (a)
			*a = m->gathered.at[i].a;
		m->failed |= !a;
	}
	if (m->failed || m->names.failed || m->key.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for what is known of %.*s",
			       STR_ARG(r->id));
	if (m->steps >= m->steps_max)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET,
			       "%.*s asks for more than %u comparisons: left out", STR_ARG(r->id),
			       LIMIT_WARN_STEPS);
	if (m->out.len)
		qsort(m->out.at, m->out.len, sizeof *m->out.at, by_row);
	*ret_at = m->out.at;
	*ret_n = m->out.len;
	return 0;
}
