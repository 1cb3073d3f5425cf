#include "sigma/rule.h"

#include "sigma/rule_priv.h"
#include "util/limits.h"

/* --- selections ----------------------------------------------------------------------------- */

static uint32_t compile_map(struct sigma_pool *p, const struct ynode *n, err *e)
{
	id_list items = { 0 };
	uint32_t node = UINT32_MAX;

	for (const struct ylink *l = n->first; l; l = l->next) {
		uint32_t *item = VEC_PUSH(&items, LIMIT_SIGMA_VALUES);

		if (!item)
			goto done;
		*item = item_compile(p, l->key->text, l->value, e);
		if (*item == UINT32_MAX)
			goto done;
	}
	node = sigma_list(p, NODE_AND, items.at, items.len);
done:
	VEC_DONE(&items);
	return node;
}

static uint32_t compile_list(struct sigma_pool *p, const struct ynode *n, unsigned depth, err *e)
{
	id_list items = { 0 };
	uint32_t node = UINT32_MAX;
	bool keywords = true;

	for (const struct ylink *l = n->first; l; l = l->next)
		keywords &= l->value->kind == YAML_SCALAR;
	if (keywords)
		return item_compile(p, STR(""), n, e);
	for (const struct ylink *l = n->first; l; l = l->next) {
		uint32_t *item = VEC_PUSH(&items, LIMIT_SIGMA_VALUES);

		if (!item)
			goto done;
		*item = detection_compile(p, l->value, depth + 1, e);
		if (*item == UINT32_MAX)
			goto done;
	}
	node = sigma_list(p, NODE_OR, items.at, items.len);
done:
	VEC_DONE(&items);
	return node;
}

uint32_t detection_compile(struct sigma_pool *p, const struct ynode *n, unsigned depth, err *e)
{
	if (depth > LIMIT_YAML_DEPTH || (n->kind != YAML_SCALAR && n->len == 0)) {
		err_set(e, ERR_CORRUPT, n->line, "line %u: empty or too deep selection", n->line);
		return UINT32_MAX;
	}
	if (n->kind == YAML_MAP)
		return compile_map(p, n, e);
	return n->kind == YAML_LIST ? compile_list(p, n, depth, e) : item_compile(p, STR(""), n, e);
}

/* --- rules ---------------------------------------------------------------------------------- */

enum sigma_kind sigma_doc_kind(const struct ynode *doc)
{
	if (yaml_get(doc, "correlation"))
		return SIGMA_CORRELATION;
	if (yaml_get(doc, "filter"))
		return SIGMA_FILTER;
	/* a title and a log source are a rule's: without a detection it is a broken one */
	return yaml_get(doc, "detection") || (yaml_get(doc, "title") && yaml_get(doc, "logsource"))
		       ? SIGMA_RULE
		       : SIGMA_NO_RULE;
}

static bool keep_text(struct sigma_pool *p, const struct ynode *of, const char *key, str *ret)
{
	*ret = arena_str(&p->mem, str_trim(yaml_get_text(of, key)));
	return ret->ptr != NULL;
}

static bool keep_tags(struct sigma_pool *p, const struct ynode *tags, str *ret)
{
	buf b = { .max = LIMIT_SIGMA_TAGS };

	for (const struct ylink *l = tags && tags->kind == YAML_LIST ? tags->first : NULL; l; l = l->next) {
		size_t before = b.len;

		if (l->value->kind != YAML_SCALAR)
			continue;
		if (b.len)
			buf_byte(&b, ' ');
		buf_str(&b, l->value->text);
		if (b.failed) { /* the rest of an absurd list */
			b.failed = false;
			b.len = before;
			break;
		}
	}
	*ret = arena_str(&p->mem, buf_view(&b));
	buf_done(&b);
	return ret->ptr != NULL;
}

/* A word that is none counts as the level of rules without one. */
static enum sigma_level level_of(str s, bool *ret_known)
{
	static const char *const NAMES[] = { "informational", "low", "medium", "high", "critical" };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq_ascii_nocase(s, str_of(NAMES[i]))) {
			*ret_known = true;
			return (enum sigma_level)i;
		}
	return SIGMA_MEDIUM;
}

int sigma_rule_head(struct sigma_pool *p, const struct ynode *doc, struct sigma_rule *ret, err *e)
{
	const struct ynode *logsource = yaml_get(doc, "logsource");

	*ret = (struct sigma_rule){ .line = doc->line, .root = UINT32_MAX };
	ret->level = level_of(yaml_get_text(doc, "level"), &ret->has_level);
	if (keep_text(p, doc, "id", &ret->id) && keep_text(p, doc, "name", &ret->name) &&
	    keep_text(p, doc, "title", &ret->title) && keep_text(p, doc, "status", &ret->status) &&
	    keep_tags(p, yaml_get(doc, "tags"), &ret->tags) &&
	    keep_text(p, logsource, "product", &ret->product) &&
	    keep_text(p, logsource, "category", &ret->category) &&
	    keep_text(p, logsource, "service", &ret->service))
		return 0;
	return err_set(e, ERR_LIMIT, doc->line, "rules need too much memory");
}

static int check_head(const struct ynode *doc, const struct sigma_rule *r, err *e)
{
	const struct ynode *detection = yaml_get(doc, "detection");
	str taxonomy = yaml_get_text(doc, "taxonomy"), action = yaml_get_text(doc, "action");

	if (action.len)
		return err_set(e, ERR_UNSUPPORTED, doc->line, "line %u: \"action\" is not part of Sigma 2",
			       doc->line);
	if (taxonomy.len && !str_eq(taxonomy, STR("sigma")))
		return err_set(e, ERR_UNSUPPORTED, doc->line, "line %u: unknown taxonomy", doc->line);
	if (!detection || detection->kind != YAML_MAP)
		return err_set(e, ERR_CORRUPT, doc->line, "line %u: no detection", doc->line);
	if (!r->product.len && !r->category.len && !r->service.len)
		return err_set(e, ERR_CORRUPT, doc->line, "line %u: no logsource", doc->line);
	return 0;
}

static bool is_one_of(str s, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(s, str_of(*words)))
			return true;
	return false;
}

int selections_compile(struct sigma_pool *p, const struct ynode *of, const char *const *skip, search_ids *ids,
		       err *e)
{
	for (const struct ylink *l = of->first; l; l = l->next) {
		struct search_id *id;

		if (is_one_of(l->key->text, skip))
			continue;
		id = VEC_PUSH(ids, LIMIT_YAML_KEYS);
		if (!id)
			return err_set(e, ERR_LIMIT, l->key->line, "too many search identifiers");
		id->name = l->key->text;
		id->node = detection_compile(p, l->value, 0, e);
		if (id->node == UINT32_MAX)
			return -1;
		if (!sigma_label(p, id->node, id->name, false))
			return err_set(e, ERR_LIMIT, l->key->line, "rules need too much memory");
	}
	return 0;
}

/* A list of conditions is an OR. */
static uint32_t compile_conditions(struct sigma_pool *p, const struct ynode *n, const search_ids *ids, err *e)
{
	id_list conditions = { 0 };
	uint32_t node = UINT32_MAX;

	if (n->kind == YAML_SCALAR)
		return condition_compile(p, n->text, ids->at, ids->len, e);
	if (n->kind == YAML_LIST && n->len)
		for (const struct ylink *l = n->first; l; l = l->next) {
			uint32_t *at = VEC_PUSH(&conditions, LIMIT_YAML_KEYS);

			if (!at || l->value->kind != YAML_SCALAR)
				goto done;
			*at = condition_compile(p, l->value->text, ids->at, ids->len, e);
			if (*at == UINT32_MAX)
				goto done;
		}
	if (conditions.len)
		node = sigma_list(p, NODE_OR, conditions.at, conditions.len);
done:
	VEC_DONE(&conditions);
	return node;
}

int sigma_rule_compile(struct sigma_pool *p, const struct ynode *doc, struct sigma_rule *ret, err *e)
{
	static const char *const NOT_SELECTIONS[] = { "condition", "timeframe", NULL };
	size_t nodes = p->nodes.len, kids = p->kids.len;
	const struct ynode *detection = yaml_get(doc, "detection"), *condition;
	search_ids ids = { 0 };
	err why = { 0 };

	if (check_head(doc, ret, e) < 0)
		return -1;
	condition = yaml_get(detection, "condition");
	if (!condition)
		return err_set(e, ERR_CORRUPT, detection->line, "line %u: no condition", detection->line);
	if (selections_compile(p, detection, NOT_SELECTIONS, &ids, &why) == 0)
		ret->root = compile_conditions(p, condition, &ids, &why);
	VEC_DONE(&ids);
	if (ret->root != UINT32_MAX)
		return 0;
	p->nodes.len = nodes;
	p->kids.len = kids;
	while (p->labels.len && p->labels.at[p->labels.len - 1].node >= nodes)
		p->labels.len--;
	if (why.code == ERR_NONE)
		err_set(&why, ERR_CORRUPT, condition->line,
			"line %u: condition or selection that cannot be understood", condition->line);
	if (e)
		*e = why;
	return -1;
}
