#include "sigma/filter.h"

#include "sigma/rule_priv.h"
#include "util/limits.h"

/* What a condition says about its selections. */
enum side { SIDE_NONE, SIDE_SELECTED, SIDE_REST, SIDE_MIXED };

static bool is_selection(const search_ids *ids, uint32_t node)
{
	for (size_t i = 0; i < ids->len; i++)
		if (ids->at[i].node == node)
			return true;
	return false;
}

static enum side side_of(const struct sigma_pool *p, const search_ids *ids, uint32_t node)
{
	const struct sigma_node *at = &p->nodes.at[node];
	enum side side = SIDE_NONE;

	if (is_selection(ids, node))
		return SIDE_SELECTED;
	if (at->op == NODE_NOT) {
		side = side_of(p, ids, at->first);
		return side == SIDE_SELECTED ? SIDE_REST : side == SIDE_REST ? SIDE_SELECTED : side;
	}
	for (uint32_t i = 0; i < at->n; i++) {
		enum side kid = side_of(p, ids, p->kids.at[at->first + i]);

		side = side == SIDE_NONE || side == kid ? kid : SIDE_MIXED;
	}
	return side;
}

/* The condition becomes what a rule must satisfy besides. UINT32_MAX: refused, *e. */
static uint32_t rest_of(struct sigma_pool *p, const search_ids *ids, const struct ynode *condition, err *e)
{
	uint32_t node = condition_compile(p, condition->text, ids->at, ids->len, e);

	if (node == UINT32_MAX)
		return node;
	switch (side_of(p, ids, node)) {
	case SIDE_SELECTED:
		return sigma_not(p, node);
	case SIDE_REST:
		return node;
	default:
		doc_refuse(condition, e,
			   "a filter's condition must either name what is left out (\"selection\") or "
			   "exclude it (\"not selection\"), not both");
		return UINT32_MAX;
	}
}

static int take_rules(struct sigma_pool *p, const struct ynode *filter, struct sigma_filter *f, err *e)
{
	const struct ynode *rules = yaml_get(filter, "rules");

	if (!rules)
		return doc_refuse(filter, e, "a filter without rules");
	if (doc_names_take(rules, "rules", LIMIT_FILTER_RULES, &p->mem, &f->rules, e) < 0)
		return -1;
	for (uint32_t i = 0; i < f->rules.len; i++)
		f->any |= str_eq_ascii_nocase(f->rules.at[i], STR("any"));
	return 0;
}

static int check_head(const struct ynode *doc, const struct sigma_filter *f, err *e)
{
	str taxonomy = yaml_get_text(doc, "taxonomy");

	if (yaml_get(doc, "filter")->kind != YAML_MAP)
		return doc_refuse(doc, e, "filter must be a map");
	if (yaml_get(doc, "detection"))
		return doc_refuse(doc, e, "a document is a rule or a filter, not both");
	if (taxonomy.len && !str_eq(taxonomy, STR("sigma")))
		return doc_refuse(doc, e, "unknown taxonomy");
	if (!f->product.len && !f->category.len && !f->service.len)
		return doc_refuse(doc, e, "a filter without logsource");
	return 0;
}

int sigma_filter_compile(struct sigma_pool *p, const struct ynode *doc, const struct sigma_rule *head,
			 struct sigma_filter *ret, err *e)
{
	static const char *const NOT_SELECTIONS[] = { "condition", "rules", NULL };
	const struct ynode *filter = yaml_get(doc, "filter"), *condition = yaml_get(filter, "condition");
	struct sigma_filter f = {
		.line = doc->line,
		.product = head->product,
		.category = head->category,
		.service = head->service,
		.root = UINT32_MAX,
	};
	search_ids ids = { 0 };
	err why = { 0 };

	if (check_head(doc, &f, e) < 0 || take_rules(p, filter, &f, e) < 0)
		return -1;
	if (!condition || condition->kind != YAML_SCALAR)
		return doc_refuse(filter, e, "a filter needs a condition, one text");
	if (selections_compile(p, filter, NOT_SELECTIONS, &ids, &why) == 0)
		f.root = rest_of(p, &ids, condition, &why);
	VEC_DONE(&ids);
	if (f.root == UINT32_MAX) {
		if (why.code == ERR_NONE)
			doc_refuse(condition, &why, "condition or selection that cannot be understood");
		if (e)
			*e = why;
		return -1;
	}
	*ret = f;
	return 0;
}

bool sigma_filter_covers(const struct sigma_filter *f, str product, str category, str service)
{
	return (!f->product.len || str_eq(f->product, product)) &&
	       (!f->category.len || str_eq(f->category, category)) &&
	       (!f->service.len || str_eq(f->service, service));
}
