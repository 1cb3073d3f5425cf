/* Configurations of NVD: nodes of criteria joined by AND and OR. "Running on" is a second node whose criteria are not vulnerable.
 *
 * A row is affected where a vulnerable criterion of its own product holds for it and the whole configuration holds for its host. Vulnerable products that the
 * inventory does not list are not there; of platforms that it does not list nothing is known. */
#include "util/limits.h"
#include "warn/match_priv.h"

static bool leaf_read(struct matcher *m, const struct rec_match *x, struct leaf *l)
{
	struct prodname n;
	char *kept;

	*l = (struct leaf){ .m = x, .id_cpe = STOCK_NONE, .id_full = STOCK_NONE, .id_product = STOCK_NONE };
	l->readable = cpe_parse(x->criteria, m->mem, &l->cpe);
	if (!l->readable)
		return true;
	l->wild = l->cpe.at[CPE_VENDOR].kind != CPE_VALUE || l->cpe.at[CPE_PRODUCT].kind != CPE_VALUE ||
		  cpe_is_wild(&l->cpe.at[CPE_VENDOR]) || cpe_is_wild(&l->cpe.at[CPE_PRODUCT]);
	if (l->wild)
		return true;
	l->id_cpe =
		stock_find(m->stock, STOCK_CPE,
			   stock_cpe_key(l->cpe.at[CPE_VENDOR].text, l->cpe.at[CPE_PRODUCT].text, &m->key));
	n = prodname_of(l->cpe.at[CPE_VENDOR].text, l->cpe.at[CPE_PRODUCT].text, &m->names);
	l->id_full = stock_find(m->stock, STOCK_FULL, n.full);
	l->id_product = stock_find(m->stock, STOCK_PRODUCT, n.product);
	kept = arena_alloc(m->mem, n.vendor.len + 1);
	if (!kept)
		return false;
	if (n.vendor.len)
		memcpy(kept, n.vendor.ptr, n.vendor.len);
	l->name.vendor = (str){ kept, n.vendor.len };
	return true;
}

/* Is the row's product the criterion's? */
static bool leaf_is_about(const struct matcher *m, const struct leaf *l, const struct stock_row *row)
{
	if (row->cpe)
		return l->wild ? cpe_compare(&l->cpe.at[CPE_VENDOR], &row->cpe->at[CPE_VENDOR]) !=
						 CPE_DISJOINT &&
					 cpe_compare(&l->cpe.at[CPE_PRODUCT], &row->cpe->at[CPE_PRODUCT]) !=
						 CPE_DISJOINT
			       : l->id_cpe != STOCK_NONE && row->id[STOCK_CPE] == l->id_cpe &&
					 cpe_compare(&l->cpe.at[CPE_PART], &row->cpe->at[CPE_PART]) !=
						 CPE_DISJOINT;
	return (l->id_full != STOCK_NONE && row->id[STOCK_FULL] == l->id_full) ||
	       (l->id_product != STOCK_NONE && row->id[STOCK_PRODUCT] == l->id_product &&
		(m->o.any_vendor || prodname_vendors_akin(l->name.vendor, row->name.vendor)));
}

/* Does the host say by CPE which operating system it has? Then one that it does not list is not there. */
static bool names_its_system(const struct matcher *m, const struct stock_row *row)
{
	const struct stock *s = m->stock;

	for (uint32_t i = stock_first(s, STOCK_HOST, row->id[STOCK_HOST]); i != STOCK_NONE;
	     i = s->row.at[i].next[STOCK_HOST])
		if (s->row.at[i].cpe && s->row.at[i].cpe->at[CPE_PART].kind == CPE_VALUE &&
		    s->row.at[i].cpe->at[CPE_PART].text.ptr[0] == 'o')
			return true;
	return false;
}

static bool is_system(const struct leaf *l)
{
	return l->cpe.at[CPE_PART].kind == CPE_VALUE && l->cpe.at[CPE_PART].text.ptr[0] == 'o';
}

/* Does the criterion hold for the row's host? */
static enum tri leaf_on_host(struct matcher *m, struct leaf *l, const struct stock_row *row)
{
	const struct stock *s = m->stock;
	enum tri there = TRI_NO;
	bool listed = false;

	if (!l->readable)
		return TRI_UNKNOWN;
	if (row->id[STOCK_HOST] == STOCK_NONE) {
		if (leaf_is_about(m, l, row))
			return judge_leaf(m, l, row).affected;
		return l->m->vulnerable ? TRI_NO : TRI_UNKNOWN;
	}
	for (uint32_t i = stock_first(s, STOCK_HOST, row->id[STOCK_HOST]);
	     i != STOCK_NONE && there != TRI_YES; i = s->row.at[i].next[STOCK_HOST])
		if (leaf_is_about(m, l, &s->row.at[i])) {
			listed = true;
			there = tri_or(there, judge_leaf(m, l, &s->row.at[i]).affected);
		}
	if (listed)
		return there;
	if (l->m->vulnerable)
		return TRI_NO;
	return is_system(l) && names_its_system(m, row) ? TRI_NO : TRI_UNKNOWN;
}

static enum tri node_holds(struct matcher *m, const struct record *r, const struct rec_config *c,
			   const struct rec_node *n, const struct stock_row *row)
{
	enum tri t = n->all ? TRI_YES : TRI_NO;
	uint32_t first = n->match - r->node.at[c->node].match;

	m->steps += n->nmatches;
	for (uint32_t i = 0; i < n->nmatches && m->steps < m->steps_max; i++) {
		enum tri one = leaf_on_host(m, &m->leaf.at[first + i], row);

		t = n->all ? tri_and(t, one) : tri_or(t, one);
		if (t == (n->all ? TRI_NO : TRI_YES))
			break;
	}
	return n->negate ? tri_not(t) : t;
}

static enum tri config_holds(struct matcher *m, const struct record *r, const struct rec_config *c,
			     const struct stock_row *row)
{
	enum tri t = c->all ? TRI_YES : TRI_NO;

	for (uint32_t i = 0; i < c->nnodes; i++) {
		enum tri one = node_holds(m, r, c, &r->node.at[c->node + i], row);

		t = c->all ? tri_and(t, one) : tri_or(t, one);
	}
	return c->negate ? tri_not(t) : t;
}

/* Only ORs of what is vulnerable: a row's own criterion decides. */
static bool is_simple(const struct record *r, const struct rec_config *c)
{
	if (c->negate || (c->all && c->nnodes > 1))
		return false;
	for (uint32_t i = 0; i < c->nnodes; i++) {
		const struct rec_node *n = &r->node.at[c->node + i];

		if (n->negate || (n->all && n->nmatches > 1))
			return false;
	}
	return true;
}

/* What the row is affected only together with: the first criterion that stands for a platform. */
static str platform_of(struct matcher *m, size_t nleaves)
{
	for (size_t i = 0; i < nleaves; i++) {
		const struct leaf *l = &m->leaf.at[i];
		str t;

		if (l->m->vulnerable || !l->readable)
			continue;
		t = arena_printf(m->mem, "%.*s %.*s", STR_ARG(cpe_value_text(&l->cpe.at[CPE_VENDOR])),
				 STR_ARG(cpe_value_text(&l->cpe.at[CPE_PRODUCT])));
		return t.ptr ? t : STR("");
	}
	return STR("");
}

static void gather_leaf(struct matcher *m, const struct record *r, const struct rec_config *c, struct leaf *l,
			bool simple, str platform)
{
	match_begin(m);
	match_by_cpe(m, &l->cpe);
	m->steps += m->found.len;
	m->vendor = cpe_value_text(&l->cpe.at[CPE_VENDOR]);
	m->product = cpe_value_text(&l->cpe.at[CPE_PRODUCT]);
	for (size_t i = 0; i < m->found.len && m->steps < m->steps_max; i++) {
		const struct found f = m->found.at[i];
		const struct stock_row *row = &m->stock->row.at[f.row];
		struct judged j = judge_leaf(m, l, row);
		enum tri whole = simple || j.affected == TRI_NO ? TRI_YES : config_holds(m, r, c, row);

		if (whole == TRI_NO) {
			j.affected = TRI_NO;
			j.why = WHY_OTHER;
			j.text = platform;
		} else if (whole == TRI_UNKNOWN && j.affected == TRI_YES) {
			j.affected = TRI_UNKNOWN;
			j.why = WHY_PLATFORM;
			j.text = platform;
		}
		match_gather(m, &f, &j, 0, false);
	}
}

static void match_config(struct matcher *m, const struct record *r, const struct rec_config *c)
{
	bool simple = is_simple(r, c), any = false;
	str platform = { 0 };

	m->leaf.len = 0;
	for (uint32_t n = 0; n < c->nnodes; n++) {
		const struct rec_node *node = &r->node.at[c->node + n];

		for (uint32_t i = 0; i < node->nmatches; i++) {
			struct leaf *l = VEC_PUSH(&m->leaf, LIMIT_WARN_PARTS);

			if (!l || !leaf_read(m, &r->match.at[node->match + i], l)) {
				m->failed = true;
				return;
			}
			any |= l->wild || l->id_cpe != STOCK_NONE || l->id_full != STOCK_NONE ||
			       l->id_product != STOCK_NONE;
		}
	}
	if (!any)
		return;
	if (!simple)
		platform = platform_of(m, m->leaf.len);
	for (size_t i = 0; i < m->leaf.len && m->steps < m->steps_max; i++)
		if (m->leaf.at[i].readable && m->leaf.at[i].m->vulnerable)
			gather_leaf(m, r, c, &m->leaf.at[i], simple, platform);
}

void match_configs(struct matcher *m, const struct record *r)
{
	for (size_t i = 0; i < r->config.len; i++)
		match_config(m, r, &r->config.at[i]);
}
