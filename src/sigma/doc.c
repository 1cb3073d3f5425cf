#include "sigma/doc.h"

#include <stdio.h>

int doc_refuse_line(uint32_t line, err *e, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(e, ERR_CORRUPT, line, "line %u: %s", line, text);
}

static bool is_new(const struct doc_names *names, str one)
{
	for (uint32_t i = 0; i < names->len; i++)
		if (str_eq(names->at[i], one))
			return false;
	return true;
}

int doc_names_take(const struct ynode *n, const char *what, uint32_t max, arena *mem, struct doc_names *ret,
		   err *e)
{
	struct ylink single = { .value = n };
	const struct ylink *first = n->kind == YAML_SCALAR ? &single : n->first;
	uint32_t len = n->kind == YAML_SCALAR ? 1 : n->len;
	struct doc_names names = { 0 };
	str *at;

	if (n->kind == YAML_MAP || len == 0)
		return doc_refuse(n, e, "%s must be a text or a list of texts", what);
	if (len > max)
		return doc_refuse(n, e, "more than %u entries under %s", max, what);
	names.at = at = arena_array(mem, len, sizeof *at);
	if (!at)
		return err_set(e, ERR_OOM, n->line, "no memory for rules");
	for (const struct ylink *l = first; l; l = l->next) {
		str one = l->value->kind == YAML_SCALAR ? str_trim(l->value->text) : STR("");

		if (!one.len)
			return doc_refuse(l->value, e, "%s must be a text or a list of texts", what);
		if (!is_new(&names, one))
			return doc_refuse(l->value, e, "\"%.*s\" stands twice under %s", DOC_NAME(one), what);
		at[names.len] = arena_str(mem, one);
		if (!at[names.len++].ptr)
			return err_set(e, ERR_OOM, n->line, "no memory for rules");
	}
	*ret = names;
	return 0;
}
