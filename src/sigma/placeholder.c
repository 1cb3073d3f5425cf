#include "sigma/placeholder.h"

#include "util/yaml_tree.h"
#include "util/limits.h"
#include "util/utf.h"

void placeholders_init(struct placeholders *p)
{
	*p = (struct placeholders){ 0 };
	arena_init(&p->mem, LIMIT_RULES_BYTES);
	map_init(&p->names, LIMIT_PLACEHOLDERS, LIMIT_RULES_BYTES);
}

void placeholders_done(struct placeholders *p)
{
	arena_done(&p->mem);
	map_done(&p->names);
	VEC_DONE(&p->lists);
	VEC_DONE(&p->values);
}

static int add_value(struct placeholders *p, const struct ynode *n, err *e)
{
	struct number number;
	bool flag;
	str *at;

	if (n->kind != YAML_SCALAR || yaml_scalar_type(n, &number, &flag) == SCALAR_NULL)
		return err_set(e, ERR_CORRUPT, n->line, "line %u: a value must be a text or a number",
			       n->line);
	at = VEC_PUSH(&p->values, LIMIT_PLACEHOLDER_VALUES);
	if (!at)
		return err_set(e, ERR_LIMIT, n->line, "line %u: more than %u values", n->line,
			       LIMIT_PLACEHOLDER_VALUES);
	*at = arena_str(&p->mem, n->text);
	return at->ptr ? 0 : err_set(e, ERR_LIMIT, n->line, "line %u: values need too much memory", n->line);
}

static int add_values(struct placeholders *p, const struct ynode *value, err *e)
{
	if (value->kind == YAML_SCALAR)
		return add_value(p, value, e);
	if (value->kind != YAML_LIST || value->len == 0)
		return err_set(e, ERR_CORRUPT, value->line, "line %u: not a value or a list of values",
			       value->line);
	for (const struct ylink *l = value->first; l; l = l->next)
		if (add_value(p, l->value, e) < 0)
			return -1;
	return 0;
}

static int add_list(struct placeholders *p, str path, const struct ylink *l, err *e)
{
	struct placeholder *at = VEC_PUSH(&p->lists, LIMIT_PLACEHOLDERS);
	uint32_t line = l->key->line;
	struct map_entry *entry;
	bool is_new;

	entry = at ? map_put(&p->names, l->key->text, p->lists.len - 1, &is_new) : NULL;
	if (!entry)
		return err_set(e, ERR_LIMIT, line, "line %u: more than %u placeholders", line,
			       LIMIT_PLACEHOLDERS);
	if (!is_new)
		return err_set(e, ERR_CORRUPT, line, "line %u: %.*s has values already, by %.*s", line,
			       (int)u64_min(l->key->text.len, 60), l->key->text.ptr,
			       STR_ARG(p->lists.at[entry->value].file));
	at->file = path;
	at->first = (uint32_t)p->values.len;
	if (add_values(p, l->value, e) < 0)
		return -1;
	at->n = (uint32_t)p->values.len - at->first;
	return 0;
}

static int add_doc(struct placeholders *p, str path, const struct ynode *doc, err *e)
{
	const struct ynode *vars = yaml_get(doc, "vars");

	if (vars && vars->kind == YAML_MAP)
		doc = vars;
	if (doc->kind != YAML_MAP)
		return err_set(e, ERR_CORRUPT, doc->line, "line %u: not a map of names to values", doc->line);
	for (const struct ylink *l = doc->first; l; l = l->next)
		if (add_list(p, path, l, e) < 0)
			return -1;
	return 0;
}

static int add_text(struct placeholders *p, str path, str text, err *e)
{
	uint32_t line = 1, first;
	arena scratch;
	str doc;
	int r = 0;

	if (utf8_valid_prefix(text) != text.len)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "not UTF-8");
	arena_init(&scratch, LIMIT_SIGMA_BYTES);
	while (r == 0 && yaml_split(&text, &line, &doc, &first)) {
		const struct ynode *root = NULL;

		arena_clear(&scratch);
		r = yaml_tree_parse(&root, doc, first, &scratch, e);
		if (r == 0 && root)
			r = add_doc(p, path, root, e);
	}
	arena_done(&scratch);
	return r;
}

int placeholders_add(struct placeholders *p, str path, str text, err *e)
{
	err why = { 0 };
	str kept = arena_str(&p->mem, path);

	if (!kept.ptr)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "values need too much memory");
	if (add_text(p, kept, text, &why) == 0)
		return 0;
	return err_set(e, why.code, ERR_NO_OFFSET, "%.*s: %s", STR_ARG(kept), why.text);
}

const str *placeholders_get(const struct placeholders *p, str name, size_t *ret_n)
{
	const struct map_entry *entry = p ? map_get(&p->names, name) : NULL;

	if (!entry)
		return NULL;
	*ret_n = p->lists.at[entry->value].n;
	return p->values.at + p->lists.at[entry->value].first;
}
