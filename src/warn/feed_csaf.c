/* Documents of CSAF 2.0: a tree of products, each with a number, and vulnerabilities that name these numbers by their status.
 *
 * A product gets a statement per status. Its versions are those of the branch (product_version, product_version_range) or of
 * its package URL; of others the document says nothing. A relationship ("as component of") holds where both are there. */
#include "util/limits.h"
#include "util/map.h"
#include "warn/record.h"
#include "warn/stock.h"

/* A product of the tree. */
struct csaf_product {
	str vendor, product, version, cpe, purl;
	bool range;       /* version is a range */
	unsigned said_of; /* number of the vulnerability whose statements ... */
	uint8_t said;     /* ... with these lists name it already */
	bool on_other;
	uint32_t other;
};

struct csaf_doc {
	struct record *r; /* that is filled now; NULL while the tree is read */
	struct jtree *t;
	uint32_t root, at; /* the document, and the vulnerability that comes next */
	unsigned number;
	uint64_t odd;
	bool failed;
	VEC(struct csaf_product) product;
	map ids; /* product_id to its place */
	buf scratch;
};

/* What is known of a product in this branch. */
struct branch {
	str vendor, product, version;
	bool range;
};

static struct csaf_product *take_id(struct csaf_doc *c, uint32_t full)
{
	str id = jt_str(c->t, full, "product_id");
	bool fresh = false;
	struct map_entry *m = id.len ? map_put(&c->ids, id, c->product.len, &fresh) : NULL;
	struct csaf_product *p = m && fresh ? VEC_PUSH(&c->product, LIMIT_WARN_PARTS) : NULL;

	c->odd += !p;
	return p;
}

/* Package URLs and names of CPE know vendor, product and version, too. */
static void take_helper(struct csaf_doc *c, uint32_t full, struct csaf_product *p)
{
	uint32_t helper = jt_get(c->t, full, "product_identification_helper");
	str key, version;
	struct cpe cpe;

	p->cpe = jt_str(c->t, helper, "cpe");
	p->purl = jt_str(c->t, helper, "purl");
	if (p->version.len == 0 && p->purl.len && stock_purl(p->purl, &c->scratch, &key, &version) &&
	    version.len) {
		p->version = arena_str(&c->t->mem, version);
		c->failed |= !p->version.ptr;
	}
	if (p->version.len == 0 && p->cpe.len && cpe_parse(p->cpe, &c->t->mem, &cpe) &&
	    cpe.at[CPE_VERSION].kind == CPE_VALUE && !cpe_is_wild(&cpe.at[CPE_VERSION]))
		p->version = cpe.at[CPE_VERSION].text;
}

static void take_full(struct csaf_doc *c, uint32_t full, const struct branch *b)
{
	struct csaf_product *p = jt_is(c->t, full, J_OBJECT) ? take_id(c, full) : NULL;

	if (!p)
		return;
	p->vendor = b->vendor;
	p->product = b->product.len ? b->product : jt_str(c->t, full, "name");
	p->version = b->version;
	p->range = b->range;
	take_helper(c, full, p);
}

/* Depth is that of the JSON, which has a ceiling. */
static void take_branches(struct csaf_doc *c, uint32_t list, struct branch above)
{
	for (uint32_t i = jt_first(c->t, list); i != J_NONE; i = jt_next(c->t, list, i)) {
		str category = jt_str(c->t, i, "category"), name = jt_str(c->t, i, "name");
		struct branch b = above;

		if (str_is(category, "vendor"))
			b.vendor = name;
		else if (str_is(category, "product_name"))
			b.product = name;
		else if (str_is(category, "product_version") || str_is(category, "product_version_range")) {
			b.version = name;
			b.range = str_is(category, "product_version_range");
		} else if (str_is(category, "service_pack") || str_is(category, "patch_level")) {
			str joined =
				arena_printf(&c->t->mem, "%.*s %.*s", STR_ARG(above.version), STR_ARG(name));

			if (joined.ptr && above.version.len && !above.range &&
			    joined.len < LIMIT_VERSION_TEXT)
				b.version = joined;
		}
		take_full(c, jt_get(c->t, i, "product"), &b);
		take_branches(c, jt_get(c->t, i, "branches"), b);
	}
}

static bool place_of(struct csaf_doc *c, str id, uint32_t *ret)
{
	struct map_entry *m = id.len ? map_get(&c->ids, id) : NULL;

	if (m && m->value < c->product.len)
		*ret = (uint32_t)m->value;
	return m && m->value < c->product.len;
}

static void take_relationships(struct csaf_doc *c, uint32_t list)
{
	for (uint32_t i = jt_first(c->t, list); i != J_NONE; i = jt_next(c->t, list, i)) {
		uint32_t part, whole;
		struct csaf_product *p, copy;

		if (!place_of(c, jt_str(c->t, i, "product_reference"), &part) ||
		    !place_of(c, jt_str(c->t, i, "relates_to_product_reference"), &whole)) {
			c->odd++;
			continue;
		}
		copy = c->product.at[part];
		p = take_id(c, jt_get(c->t, i, "full_product_name"));
		if (!p)
			continue;
		*p = copy;
		p->on_other = true;
		p->other = whole;
	}
}

struct csaf_doc *csaf_open(struct jtree *t, uint32_t root)
{
	uint32_t tree = jt_get(t, root, "product_tree"), full = jt_get(t, tree, "full_product_names");
	struct csaf_doc *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->t = t;
	c->root = root;
	c->at = jt_first(t, jt_get(t, root, "vulnerabilities"));
	map_init(&c->ids, LIMIT_WARN_PARTS, LIMIT_WARN_STOCK_BYTES);
	take_branches(c, jt_get(t, tree, "branches"), (struct branch){ 0 });
	for (uint32_t i = jt_first(t, full); i != J_NONE; i = jt_next(t, full, i))
		take_full(c, i, &(struct branch){ 0 });
	take_relationships(c, jt_get(t, tree, "relationships"));
	return c;
}

void csaf_close(struct csaf_doc *c)
{
	if (!c)
		return;
	VEC_DONE(&c->product);
	map_done(&c->ids);
	buf_done(&c->scratch);
	free(c);
}

/* --- statements ------------------------------------------------------------------------------------------------------------- */

static void put_cpe(struct record *r, struct rec_product *p, str cpe)
{
	str *to;

	p->cpe = (uint32_t)r->cpe.len;
	if (cpe.len == 0)
		return;
	to = VEC_PUSH(&r->cpe, LIMIT_WARN_PARTS);
	if (to)
		*to = cpe;
	r->failed |= !to;
	p->ncpes = (uint32_t)r->cpe.len - p->cpe;
}

static void put_version(struct record *r, struct rec_product *p, const struct csaf_product *from,
			enum rec_status status)
{
	struct rec_version *v = VEC_PUSH(&r->version, LIMIT_WARN_PARTS);

	if (!v) {
		r->failed = true;
		return;
	}
	p->version = (uint32_t)r->version.len - 1;
	p->nversions = 1;
	v->status = status;
	v->text = from->version;
	v->scheme = VER_GENERIC;
	if (from->version.len == 0) /* all versions, or the one of the CPE name */
		v->span = (struct ver_span){ 0 };
	else if (str_starts(from->version, STR("vers:")))
		v->words = from->version;
	else
		record_words(v, from->version);
}

/* Statement about a product of the tree; answers its index, UINT32_MAX without memory. */
static uint32_t put_product(struct csaf_doc *c, uint32_t place, enum rec_status status)
{
	const struct csaf_product from = c->product.at[place];
	struct record *r = c->r;
	uint32_t index = (uint32_t)r->product.len;
	struct rec_product *p = VEC_PUSH(&r->product, LIMIT_WARN_PARTS);

	if (!p) {
		r->failed = true;
		return UINT32_MAX;
	}
	p->vendor = from.vendor;
	p->product = from.product;
	p->purl = from.purl;
	p->otherwise = REC_UNLISTED;
	p->context = status == REC_UNSAID;
	put_cpe(r, p, from.cpe);
	put_version(r, p, &from, p->context ? REC_AFFECTED : status);
	if (from.on_other && !p->context) {
		uint32_t other = put_product(c, from.other, REC_UNSAID);

		if (other != UINT32_MAX) {
			r->product.at[index].on_other = true;
			r->product.at[index].other = other;
		}
	}
	return index;
}

/* Was the product named in this list before? */
static bool is_said(struct csaf_doc *c, uint32_t place, uint8_t list)
{
	struct csaf_product *p = &c->product.at[place];
	bool before = p->said_of == c->number && (p->said & list);

	p->said = p->said_of == c->number ? p->said | list : list;
	p->said_of = c->number;
	return before;
}

static void take_status(struct csaf_doc *c, uint32_t status)
{
	static const struct {
		const char *name;
		enum rec_status status;
	} LISTS[] = { { "known_affected", REC_AFFECTED },    { "first_affected", REC_AFFECTED },
		      { "last_affected", REC_AFFECTED },     { "fixed", REC_UNAFFECTED },
		      { "first_fixed", REC_UNAFFECTED },     { "known_not_affected", REC_UNAFFECTED },
		      { "under_investigation", REC_UNKNOWN } };

	for (size_t k = 0; k < COUNT(LISTS); k++) {
		uint32_t list = jt_get(c->t, status, LISTS[k].name), place;

		for (uint32_t i = jt_first(c->t, list); i != J_NONE; i = jt_next(c->t, list, i)) {
			if (!place_of(c, jt_text(c->t, i), &place))
				c->r->odd++;
			else if (!is_said(c, place, (uint8_t)(1u << k)))
				put_product(c, place, LISTS[k].status);
		}
	}
}

static void take_scores(struct record *r, struct jtree *t, uint32_t scores)
{
	for (uint32_t i = jt_first(t, scores); i != J_NONE; i = jt_next(t, scores, i)) {
		uint32_t v3 = jt_get(t, i, "cvss_v3"), v2 = jt_get(t, i, "cvss_v2"), milli;

		if (jt_milli(t, jt_get(t, v3, "baseScore"), &milli))
			record_score(r, str_is(jt_str(t, v3, "version"), "3.0") ? 30 : 31, milli,
				     jt_str(t, v3, "vectorString"), true);
		if (jt_milli(t, jt_get(t, v2, "baseScore"), &milli))
			record_score(r, 20, milli, jt_str(t, v2, "vectorString"), true);
	}
}

static void take_notes(struct record *r, struct jtree *t, uint32_t notes)
{
	for (uint32_t i = jt_first(t, notes); i != J_NONE; i = jt_next(t, notes, i)) {
		str category = jt_str(t, i, "category");

		if (r->summary.len == 0 && (str_is(category, "description") || str_is(category, "summary")))
			r->summary = jt_str(t, i, "text");
	}
}

/* CVE, else the first number of another system, else the document's own number. */
static str identifier(struct record *r, struct jtree *t, uint32_t v, str document, unsigned number)
{
	uint32_t ids = jt_get(t, v, "ids");
	str cve = jt_str(t, v, "cve"), first = { 0 };

	for (uint32_t i = jt_first(t, ids); i != J_NONE; i = jt_next(t, ids, i)) {
		str text = jt_str(t, i, "text");

		if (first.len == 0)
			first = text;
		if (cve.len && text.len && r->naliases < REC_ALIASES)
			r->alias[r->naliases++] = text;
	}
	if (record_is_cve(cve) || first.len)
		return record_is_cve(cve) ? cve : first;
	return document.len ? arena_printf(&t->mem, "%.*s (%u)", STR_ARG(document), number) : document;
}

static void take_document(struct csaf_doc *c, struct record *r, str *ret_id)
{
	struct jtree *t = c->t;
	uint32_t document = jt_get(t, c->root, "document"), tracking = jt_get(t, document, "tracking"),
		 refs = jt_get(t, document, "references");
	str publisher = jt_str(t, jt_get(t, document, "publisher"), "namespace");

	*ret_id = jt_str(t, tracking, "id");
	r->source = SOURCE_CSAF;
	r->issue = arena_printf(&t->mem, "%.*s %.*s", STR_ARG(publisher), STR_ARG(*ret_id));
	r->title = jt_str(t, document, "title");
	r->updated_ns = record_time(jt_str(t, tracking, "current_release_date"));
	r->published_ns = record_time(jt_str(t, tracking, "initial_release_date"));
	r->odd = c->odd;
	r->failed = c->failed || !r->issue.ptr;
	for (uint32_t i = jt_first(t, refs); i != J_NONE; i = jt_next(t, refs, i))
		record_ref(r, jt_str(t, i, "url"));
}

int csaf_next(struct csaf_doc *c, struct record *r)
{
	struct jtree *t = c->t;
	uint32_t v = c->at;
	str document, title;

	if (v == J_NONE)
		return 0;
	c->at = jt_next(t, jt_get(t, c->root, "vulnerabilities"), v);
	record_clear(r);
	take_document(c, r, &document);
	r->id = identifier(r, t, v, document, ++c->number);
	if (r->id.len == 0)
		return -1;
	title = jt_str(t, v, "title");
	if (title.len)
		r->title = title;
	take_notes(r, t, jt_get(t, v, "notes"));
	take_scores(r, t, jt_get(t, v, "scores"));
	c->r = r;
	take_status(c, jt_get(t, v, "product_status"));
	return 1;
}
