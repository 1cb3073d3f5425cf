#include "sigma/correlation.h"

#include <math.h>

#include "util/limits.h"

/* --- types ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool values, numbers;
} TYPES[CORR_TYPES] = {
	[CORR_EVENT_COUNT] = { "event_count", false, false },
	[CORR_VALUE_COUNT] = { "value_count", true, false },
	[CORR_TEMPORAL] = { "temporal", false, false },
	[CORR_TEMPORAL_ORDERED] = { "temporal_ordered", false, false },
	[CORR_VALUE_SUM] = { "value_sum", true, true },
	[CORR_VALUE_AVG] = { "value_avg", true, true },
	[CORR_VALUE_PERCENTILE] = { "value_percentile", true, true },
	[CORR_VALUE_MEDIAN] = { "value_median", true, true },
};

const char *corr_type_name(enum corr_type type)
{
	return TYPES[type].name;
}

bool corr_type_has_values(enum corr_type type)
{
	return TYPES[type].values;
}

bool corr_type_has_numbers(enum corr_type type)
{
	return TYPES[type].numbers;
}

/* --- numbers -------------------------------------------------------------------------------- */

bool corr_fixed(const struct number *n, int128 *ret)
{
	const int128 max = (int128)10000000000 * 10000000000;

	if (n->is_int) {
		if (n->i > max || n->i < -max)
			return false;
		*ret = n->i * CORR_ONE;
		return true;
	}
	if (!(fabs(n->d) <= 1e20))
		return false;
	*ret = (int128)rint(n->d * CORR_ONE);
	return true;
}

bool corr_holds(const struct corr_terms *c, int128 sum, uint64_t n)
{
	for (uint32_t i = 0; i < c->nbounds; i++) {
		int128 bound = c->bounds[i].value * (int128)n;
		bool holds = false;

		switch (c->bounds[i].op) {
		case CORR_GT:
			holds = sum > bound;
			break;
		case CORR_GTE:
			holds = sum >= bound;
			break;
		case CORR_LT:
			holds = sum < bound;
			break;
		case CORR_LTE:
			holds = sum <= bound;
			break;
		case CORR_EQ:
			holds = sum == bound;
			break;
		case CORR_NEQ:
			holds = sum != bound;
			break;
		case CORR_OPS:
			break;
		}
		if (!holds)
			return false;
	}
	return true;
}

/* --- parts ---------------------------------------------------------------------------------- */

struct parser {
	struct sigma_correlation *c;
	arena *mem;
	bool has_span, has_percentile;
};

static bool keep(arena *mem, const struct ynode *n, str *ret)
{
	*ret = arena_str(mem, str_trim(n->text));
	return ret->ptr != NULL;
}

static int take_type(struct parser *p, const struct ynode *n, err *e)
{
	for (int i = 0; i < CORR_TYPES; i++) {
		if (n->kind == YAML_SCALAR && str_eq(str_trim(n->text), str_of(TYPES[i].name))) {
			p->c->terms.type = (enum corr_type)i;
			return 0;
		}
	}
	return doc_refuse(n, e, "unknown type of correlation");
}

static int take_rules(struct parser *p, const struct ynode *n, err *e)
{
	return doc_names_take(n, "rules", LIMIT_CORRELATION_RULES, p->mem, &p->c->rules, e);
}

static int take_group_by(struct parser *p, const struct ynode *n, err *e)
{
	if (n->kind == YAML_LIST && n->len == 0)
		return 0;
	return doc_names_take(n, "group-by", LIMIT_CORRELATION_FIELDS, p->mem, &p->c->group_by, e);
}

static int take_alias(struct parser *p, const struct ynode *alias, const struct ynode *of,
		      struct corr_alias *to, err *e)
{
	if (of->kind != YAML_MAP || of->len == 0)
		return doc_refuse(of, e, "an alias must be a map of rules to fields");
	for (const struct ylink *l = of->first; l; l = l->next, to++)
		if (l->value->kind != YAML_SCALAR || l->value->text.len == 0)
			return doc_refuse(l->value, e, "an alias must name one field for a rule");
		else if (!keep(p->mem, alias, &to->alias) || !keep(p->mem, l->key, &to->rule) ||
			 !keep(p->mem, l->value, &to->field))
			return err_set(e, ERR_OOM, of->line, "no memory for rules");
	return 0;
}

static int take_aliases(struct parser *p, const struct ynode *n, err *e)
{
	struct corr_alias *at;
	uint32_t len = 0;

	if (n->kind != YAML_MAP)
		return doc_refuse(n, e, "aliases must be a map");
	for (const struct ylink *l = n->first; l; l = l->next)
		len += l->value->len;
	if (len > LIMIT_CORRELATION_ALIASES)
		return doc_refuse(n, e, "more than %u aliases", LIMIT_CORRELATION_ALIASES);
	at = arena_array(p->mem, len ? len : 1, sizeof *at);
	if (!at)
		return err_set(e, ERR_OOM, n->line, "no memory for rules");
	p->c->aliases = at;
	for (const struct ylink *l = n->first; l; l = l->next) {
		if (take_alias(p, l->key, l->value, at + p->c->naliases, e) < 0)
			return -1;
		p->c->naliases += l->value->len;
	}
	return 0;
}

/* Number and letter. What exceeds all times is as good as endless. */
static int take_timespan(struct parser *p, const struct ynode *n, err *e)
{
	static const struct {
		char letter;
		int64_t ns;
	} UNITS[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	str s = n->kind == YAML_SCALAR ? str_trim(n->text) : STR("");
	int64_t v = 0, unit = 0;
	size_t digits = 0;

	for (; digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9'; digits++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, s.ptr[digits] - '0', &v))
			v = INT64_MAX;
	for (size_t i = 0; i < COUNT(UNITS) && digits && digits + 1 == s.len; i++)
		if (s.ptr[digits] == UNITS[i].letter)
			unit = UNITS[i].ns * 1000000000;
	if (!unit)
		return doc_refuse(n, e, "a timespan is a number and one of s, m, h, d");
	if (__builtin_mul_overflow(v, unit, &p->c->terms.span_ns))
		p->c->terms.span_ns = INT64_MAX;
	p->has_span = true;
	return 0;
}

static int take_generate(struct parser *p, const struct ynode *n, err *e)
{
	struct number unused;

	if (n->kind != YAML_SCALAR || yaml_scalar_type(n, &unused, &p->c->generate) != SCALAR_BOOL)
		return doc_refuse(n, e, "generate is true or false");
	return 0;
}

/* --- condition ------------------------------------------------------------------------------ */

static int take_percentile(struct parser *p, const struct ynode *n, err *e)
{
	struct number v;

	if (n->kind != YAML_SCALAR || !number_parse(n->text, false, &v))
		return doc_refuse(n, e, "percentile must be a number");
	p->c->terms.percentile = v.is_int ? (double)v.i : v.d;
	if (!(p->c->terms.percentile >= 0 && p->c->terms.percentile <= 100))
		return doc_refuse(n, e, "percentile must be between 0 and 100");
	p->has_percentile = true;
	return 0;
}

static int take_bound(struct parser *p, const struct ylink *l, err *e)
{
	static const char *const OPS[CORR_OPS] = { "gt", "gte", "lt", "lte", "eq", "neq" };
	struct corr_bound *b = &p->c->terms.bounds[p->c->terms.nbounds];
	struct number v;
	int op = 0;

	while (op < CORR_OPS && !str_eq(l->key->text, str_of(OPS[op])))
		op++;
	if (op == CORR_OPS)
		return doc_refuse(l->key, e, "condition: unknown operator \"%.*s\"", DOC_NAME(l->key->text));
	if (l->value->kind != YAML_SCALAR || !number_parse(l->value->text, false, &v) ||
	    !corr_fixed(&v, &b->value))
		return doc_refuse(l->value, e, "condition: %s needs a number", OPS[op]);
	b->op = (enum corr_op)op; /* keys of a map differ: there is room */
	p->c->terms.nbounds++;
	return 0;
}

static int take_condition(struct parser *p, const struct ynode *n, err *e)
{
	if (n->kind != YAML_MAP)
		return doc_refuse(n, e, "the condition of a correlation must be a map");
	for (const struct ylink *l = n->first; l; l = l->next) {
		int rc;

		if (str_eq(l->key->text, STR("field")))
			rc = doc_names_take(l->value, "field", LIMIT_CORRELATION_FIELDS, p->mem,
					    &p->c->fields, e);
		else if (str_eq(l->key->text, STR("percentile")))
			rc = take_percentile(p, l->value, e);
		else
			rc = take_bound(p, l, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* --- the whole ------------------------------------------------------------------------------ */

static const struct {
	const char *key;
	int (*take)(struct parser *p, const struct ynode *n, err *e);
} KEYS[] = {
	{ "type", take_type },         { "rules", take_rules },       { "group-by", take_group_by },
	{ "aliases", take_aliases },   { "timespan", take_timespan }, { "condition", take_condition },
	{ "generate", take_generate },
};

static int take_key(struct parser *p, const struct ylink *l, err *e)
{
	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (str_eq(l->key->text, str_of(KEYS[i].key)))
			return KEYS[i].take(p, l->value, e);
	return doc_refuse(l->key, e, "unknown key \"%.*s\" in a correlation", DOC_NAME(l->key->text));
}

/* An order has all rules in it or is none: a condition may only say so. */
static bool means_all(const struct corr_terms *terms)
{
	for (uint32_t n = 0; n <= terms->nrules; n++)
		if (corr_holds(terms, (int128)n * CORR_ONE, 1) != (n == terms->nrules))
			return false;
	return true;
}

static int check(struct parser *p, const struct ynode *at, err *e)
{
	const struct sigma_correlation *c = p->c;
	struct corr_terms *terms = &p->c->terms;
	bool temporal = terms->type == CORR_TEMPORAL || terms->type == CORR_TEMPORAL_ORDERED;
	const char *type = corr_type_name(terms->type);

	terms->nrules = c->rules.len;
	if (!c->rules.len)
		return doc_refuse(at, e, "a correlation without rules");
	if (!p->has_span)
		return doc_refuse(at, e, "a correlation without timespan");
	if (!terms->nbounds && !temporal)
		return doc_refuse(at, e, "%s needs a condition with an operator", type);
	if (!terms->nbounds)
		terms->bounds[terms->nbounds++] =
			(struct corr_bound){ CORR_GTE, (int128)c->rules.len * CORR_ONE };
	if (corr_type_has_values(terms->type) != (c->fields.len > 0))
		return doc_refuse(at, e, "%s takes %s in its condition", type,
				  c->fields.len ? "no field" : "a field");
	if (corr_type_has_numbers(terms->type) && c->fields.len > 1)
		return doc_refuse(at, e, "%s takes one field", type);
	if (p->has_percentile && terms->type != CORR_VALUE_PERCENTILE)
		return doc_refuse(at, e, "%s takes no percentile", type);
	if (terms->type == CORR_TEMPORAL_ORDERED && c->rules.len > LIMIT_CORRELATION_ORDERED)
		return doc_refuse(at, e, "more than %u rules in an order", LIMIT_CORRELATION_ORDERED);
	if (terms->type == CORR_TEMPORAL_ORDERED && !means_all(terms))
		return doc_refuse(
			at, e, "temporal_ordered asks for all rules; its condition asks for something else");
	return 0;
}

/* The specification shows `generate` beside `correlation`, its tools read it inside. */
static int take_outer_generate(struct parser *p, const struct ynode *doc, const struct ynode *correlation,
			       err *e)
{
	const struct ynode *n = yaml_get(doc, "generate");
	bool inner = p->c->generate;

	if (!n)
		return 0;
	if (take_generate(p, n, e) < 0)
		return -1;
	if (yaml_get(correlation, "generate") && inner != p->c->generate)
		return doc_refuse(n, e, "generate is said twice and differs");
	return 0;
}

int sigma_correlation_parse(const struct ynode *doc, arena *mem, struct sigma_correlation *ret, err *e)
{
	const struct ynode *at = yaml_get(doc, "correlation");
	struct sigma_correlation c = { .line = doc->line, .terms = { .type = CORR_TYPES, .percentile = 50 } };
	struct parser p = { .c = &c, .mem = mem };
	str taxonomy = yaml_get_text(doc, "taxonomy");

	if (at->kind != YAML_MAP)
		return doc_refuse(at, e, "correlation must be a map");
	if (taxonomy.len && !str_eq(taxonomy, STR("sigma")))
		return doc_refuse(doc, e, "unknown taxonomy");
	if (yaml_get(doc, "detection"))
		return doc_refuse(doc, e, "a document is a rule or a correlation, not both");
	for (const struct ylink *l = at->first; l; l = l->next)
		if (take_key(&p, l, e) < 0)
			return -1;
	if (c.terms.type == CORR_TYPES)
		return doc_refuse(at, e, "a correlation without type");
	if (take_outer_generate(&p, doc, at, e) < 0 || check(&p, at, e) < 0)
		return -1;
	*ret = c;
	return 0;
}
