#include "detect/link.h"

#include <stdlib.h>

#include "util/limits.h"

#define NOBODY UINT32_MAX
#define AMBIGUOUS (UINT64_C(1) << 32)

/* Documents by id and by name, and what became of each. */
struct index {
	struct ruleset *rs;
	map names;         /* "i" and an id in lower case, or "n" and a name: number of the rule_info */
	uint32_t *targets; /* by number of the rule_info: as in correlation.refs; NOBODY */
	buf key;
};

static int no_memory(err *e)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "rules need too much memory");
}

/* --- names ---------------------------------------------------------------------------------- */

static str name_key(struct index *x, char kind, str text)
{
	buf_clear(&x->key);
	buf_byte(&x->key, kind);
	buf_str(&x->key, text);
	for (size_t i = 1; kind == 'i' && i < x->key.len; i++)
		if ((unsigned)x->key.ptr[i] - 'A' < 26u)
			x->key.ptr[i] = (char)(x->key.ptr[i] + 32);
	return x->key.failed ? (str){ 0 } : buf_view(&x->key);
}

static bool index_put(struct index *x, char kind, str text, uint32_t info, bool replace)
{
	bool is_new;
	str key = text.len ? name_key(x, kind, text) : (str){ 0 };
	struct map_entry *entry = key.len ? map_put(&x->names, key, info, &is_new) : NULL;

	if (!text.len)
		return true;
	if (entry && !is_new && replace && entry->value != info)
		entry->value |= AMBIGUOUS;
	return entry != NULL;
}

static bool may_be_named(const struct rule_info *info)
{
	return info->kind == RULE_KIND_RULE || info->kind == RULE_KIND_CORRELATION;
}

/* Rejected documents take what names are left: they are found, and told as what they are. */
static int index_names(struct index *x, bool rejected, err *e)
{
	for (uint32_t i = 0; i < x->rs->infos.len; i++) {
		const struct rule_info *info = &x->rs->infos.at[i];

		if (!may_be_named(info) || (info->status == RULE_REJECTED) != rejected)
			continue;
		if (!index_put(x, 'i', info->id, i, !rejected) ||
		    !index_put(x, 'n', info->name, i, !rejected))
			return no_memory(e);
	}
	return 0;
}

static void index_done(struct index *x)
{
	map_done(&x->names);
	free(x->targets);
	buf_done(&x->key);
}

static int index_init(struct index *x, struct ruleset *rs, err *e)
{
	*x = (struct index){ .rs = rs, .targets = malloc((rs->infos.len + 1) * sizeof *x->targets) };
	map_init(&x->names, 2 * LIMIT_RULE_FILES, LIMIT_SIGMA_BYTES);
	if (!x->targets)
		return no_memory(e);
	for (size_t i = 0; i < rs->infos.len; i++)
		x->targets[i] = NOBODY;
	for (uint32_t i = 0; i < rs->rules.len; i++)
		x->targets[rs->rules.at[i].info] = i;
	for (uint32_t i = 0; i < rs->correlations.len; i++)
		x->targets[rs->correlations.at[i].info] = i | REF_CORRELATION;
	return index_names(x, false, e) < 0 ? -1 : index_names(x, true, e);
}

/* The rule_info that a reference means; NOBODY with the reason in *why. */
static uint32_t index_find(struct index *x, str text, uint32_t line, err *why)
{
	static const char KINDS[] = { 'n', 'i' };
	uint64_t found = NOBODY;

	for (size_t i = 0; i < COUNT(KINDS); i++) {
		const struct map_entry *entry = map_get(&x->names, name_key(x, KINDS[i], text));

		if (entry)
			found = found == NOBODY || found == entry->value ? entry->value : AMBIGUOUS;
	}
	if (found == NOBODY)
		doc_refuse_line(line, why, "there is no rule \"%.*s\"", DOC_NAME(text));
	else if (found & AMBIGUOUS)
		doc_refuse_line(line, why, "several rules are called \"%.*s\"", DOC_NAME(text));
	else
		return (uint32_t)found;
	return NOBODY;
}

int ruleset_mark(struct ruleset *rs, struct rule_info *info, enum rule_status status, str reason, err *e)
{
	info->status = status;
	info->reason = arena_str(&rs->pool.mem, reason);
	return info->reason.ptr ? 0 : no_memory(e);
}

/* --- filters -------------------------------------------------------------------------------- */

struct applied {
	uint32_t rules;
	err why; /* the first reference that came to nothing */
};

static int apply_to(struct ruleset *rs, const struct sigma_filter *f, struct compiled_rule *rule, err *e)
{
	uint32_t both[] = { rule->root, f->root };

	rule->root = sigma_list(&rs->pool, NODE_AND, both, COUNT(both));
	return rule->root == NOBODY ? no_memory(e) : 0;
}

static bool covers(const struct ruleset *rs, const struct sigma_filter *f, const struct compiled_rule *rule)
{
	const struct rule_info *info = &rs->infos.at[rule->info];

	return sigma_filter_covers(f, info->product, info->category, info->service);
}

static int apply_to_all(struct ruleset *rs, const struct sigma_filter *f, err *e)
{
	for (size_t i = 0; i < rs->rules.len; i++)
		if (covers(rs, f, &rs->rules.at[i]) && apply_to(rs, f, &rs->rules.at[i], e) < 0)
			return -1;
	return 0;
}

static int apply_to_named(struct index *x, const struct sigma_filter *f, struct applied *ret, err *e)
{
	for (uint32_t i = 0; i < f->rules.len; i++) {
		str name = f->rules.at[i];
		err why = { 0 };
		uint32_t info = index_find(x, name, f->line, &why);
		uint32_t target = info == NOBODY ? NOBODY : x->targets[info];

		if (info != NOBODY && target == NOBODY)
			doc_refuse_line(f->line, &why, "rule \"%.*s\" is rejected", DOC_NAME(name));
		else if (info != NOBODY && target & REF_CORRELATION)
			doc_refuse_line(f->line, &why, "\"%.*s\" is a correlation: filter its rules",
					DOC_NAME(name));
		else if (info != NOBODY && !covers(x->rs, f, &x->rs->rules.at[target]))
			doc_refuse_line(f->line, &why, "rule \"%.*s\" is of another log source",
					DOC_NAME(name));
		else if (info != NOBODY && apply_to(x->rs, f, &x->rs->rules.at[target], e) < 0)
			return -1;
		ret->rules += why.code == ERR_NONE;
		if (why.code != ERR_NONE && ret->why.code == ERR_NONE)
			ret->why = why;
	}
	return 0;
}

/* A filter that names only what is not there is a mistake; one that names some of it is told. */
static int link_filter(struct index *x, const struct filter *f, err *e)
{
	struct rule_info *info = &x->rs->infos.at[f->info];
	struct applied done = { 0 };

	if (f->def.any)
		return apply_to_all(x->rs, &f->def, e);
	if (apply_to_named(x, &f->def, &done, e) < 0)
		return -1;
	return ruleset_mark(x->rs, info, done.rules ? RULE_OK : RULE_REJECTED, str_of(done.why.text), e);
}

int link_filters(struct ruleset *rs, err *e)
{
	struct index x;
	int rc = 0;

	if (rs->filters.len == 0)
		return 0;
	rc = index_init(&x, rs, e);
	for (size_t i = 0; rc == 0 && i < rs->filters.len; i++)
		rc = link_filter(&x, &rs->filters.at[i], e);
	index_done(&x);
	return rc;
}

/* --- references of one correlation ---------------------------------------------------------- */

enum link_step { STEP_DONE, STEP_REFUSED, STEP_WAITS, STEP_FAILED };

static bool is_group_of(const struct correlation *c, str field)
{
	for (uint32_t i = 0; i < c->def.group_by.len; i++)
		if (str_eq(c->def.group_by.at[i], field))
			return true;
	return false;
}

/* Another field that workers must send with matches of this rule. */
static bool want_field(struct ruleset *rs, struct compiled_rule *rule, str name)
{
	uint32_t field = sigma_field(&rs->pool, name);

	for (uint32_t i = 0; i < rule->nkeys; i++)
		if (rule->keys[i] == field)
			return true;
	if (!rule->keys)
		rule->keys = arena_array(&rs->pool.mem, LIMIT_FINDING_KEYS, sizeof *rule->keys);
	if (!rule->keys || field == NOBODY || rule->nkeys == LIMIT_FINDING_KEYS)
		return false;
	rule->keys[rule->nkeys++] = field;
	return true;
}

/* Each reference once; those to correlations not before these are linked. */
static enum link_step find_refs(struct index *x, struct correlation *c, uint32_t *refs, err *why)
{
	const struct doc_names *rules = &c->def.rules;
	bool waits = false;

	for (uint32_t i = 0; i < rules->len; i++) {
		uint32_t info = index_find(x, rules->at[i], c->def.line, why), target;

		if (info == NOBODY)
			return STEP_REFUSED;
		target = x->targets[info];
		if (target == NOBODY || x->rs->infos.at[info].status == RULE_REJECTED) {
			doc_refuse_line(c->def.line, why, "rule \"%.*s\" is rejected",
					DOC_NAME(rules->at[i]));
			return STEP_REFUSED;
		}
		for (uint32_t k = 0; k < i; k++)
			if (refs[k] == target) {
				doc_refuse_line(c->def.line, why, "rule \"%.*s\" stands twice under rules",
						DOC_NAME(rules->at[i]));
				return STEP_REFUSED;
			}
		refs[i] = target;
		if (target & REF_CORRELATION) {
			const struct correlation *of = &x->rs->correlations.at[target & ~REF_CORRELATION];

			waits |= !of->linked;
			if (of->linked && of->height >= c->height)
				c->height = of->height + 1;
		}
	}
	return waits ? STEP_WAITS : STEP_DONE;
}

/* Under which target each alias holds. */
static bool find_aliases(struct index *x, const struct correlation *c, uint32_t *targets, err *why)
{
	for (uint32_t i = 0; i < c->def.naliases; i++) {
		uint32_t info = index_find(x, c->def.aliases[i].rule, c->def.line, why);

		if (info == NOBODY)
			return false;
		targets[i] = x->targets[info];
	}
	return true;
}

static str resolve(const struct correlation *c, const uint32_t *alias_targets, uint32_t target, str name)
{
	for (uint32_t i = 0; i < c->def.naliases; i++)
		if (alias_targets[i] == target && str_eq(c->def.aliases[i].alias, name))
			return c->def.aliases[i].field;
	return name;
}

/* Fields of one reference: of the event, or of what a correlation groups by. */
static bool find_keys(struct index *x, const struct correlation *c, const uint32_t *alias_targets,
		      uint32_t ref, str *keys, err *why)
{
	struct ruleset *rs = x->rs;
	uint32_t target = c->refs[ref], ngroup = c->def.group_by.len;

	for (uint32_t i = 0; i < ngroup + c->def.fields.len; i++) {
		str name = i < ngroup ? c->def.group_by.at[i] : c->def.fields.at[i - ngroup];

		keys[i] = resolve(c, alias_targets, target, name);
		if (!(target & REF_CORRELATION)) {
			if (!want_field(rs, &rs->rules.at[target], keys[i])) {
				doc_refuse_line(c->def.line, why, "more than %u fields of rule \"%.*s\"",
						LIMIT_FINDING_KEYS, DOC_NAME(c->def.rules.at[ref]));
				return false;
			}
		} else if (!is_group_of(&rs->correlations.at[target & ~REF_CORRELATION], keys[i])) {
			doc_refuse_line(c->def.line, why, "correlation \"%.*s\" is not grouped by \"%.*s\"",
					DOC_NAME(c->def.rules.at[ref]), DOC_NAME(keys[i]));
			return false;
		}
	}
	return true;
}

static enum finding_level level_of_target(const struct ruleset *rs, uint32_t target)
{
	uint32_t info = target & REF_CORRELATION ? rs->correlations.at[target & ~REF_CORRELATION].info
						 : rs->rules.at[target].info;

	return rs->infos.at[info].level;
}

/* A correlation without a level is as grave as the gravest of its rules. */
static void raise_level(struct ruleset *rs, const struct correlation *c)
{
	struct rule_info *info = &rs->infos.at[c->info];

	if (c->has_level)
		return;
	info->level = LEVEL_INFORMATIONAL;
	for (uint32_t i = 0; i < c->def.rules.len; i++)
		if (level_of_target(rs, c->refs[i]) > info->level)
			info->level = level_of_target(rs, c->refs[i]);
}

static enum link_step find_all_keys(struct index *x, struct correlation *c, err *why)
{
	arena *mem = &x->rs->pool.mem;
	uint32_t nrefs = c->def.rules.len, nkeys = c->def.group_by.len + c->def.fields.len;
	uint32_t *aliases = arena_array(mem, c->def.naliases + 1, sizeof *aliases);
	str *keys = arena_array(mem, (size_t)nrefs * nkeys + 1, sizeof *keys);

	if (!aliases || !keys)
		return STEP_FAILED;
	if (!find_aliases(x, c, aliases, why))
		return STEP_REFUSED;
	for (uint32_t i = 0; i < nrefs; i++)
		if (!find_keys(x, c, aliases, i, keys + (size_t)i * nkeys, why))
			return STEP_REFUSED;
	c->keys = keys;
	return STEP_DONE;
}

static enum link_step link_one(struct index *x, struct correlation *c, err *why)
{
	enum link_step step;

	if (!c->refs)
		c->refs = arena_array(&x->rs->pool.mem, c->def.rules.len, sizeof *c->refs);
	if (!c->refs)
		return STEP_FAILED;
	step = find_refs(x, c, c->refs, why);
	if (step == STEP_DONE && c->height > LIMIT_CORRELATION_DEPTH) {
		doc_refuse_line(c->def.line, why, "correlations of correlations more than %u deep",
				LIMIT_CORRELATION_DEPTH);
		return STEP_REFUSED;
	}
	if (step == STEP_DONE)
		step = find_all_keys(x, c, why);
	if (step != STEP_DONE)
		return step;
	c->linked = true;
	raise_level(x->rs, c);
	return STEP_DONE;
}

/* --- all correlations ----------------------------------------------------------------------- */

/* Link what can be linked; each round adds a storey. */
static int link_rounds(struct index *x, err *e)
{
	struct ruleset *rs = x->rs;

	for (unsigned round = 0; round <= LIMIT_CORRELATION_DEPTH + 1; round++) {
		for (size_t i = 0; i < rs->correlations.len; i++) {
			struct correlation *c = &rs->correlations.at[i];
			struct rule_info *info = &rs->infos.at[c->info];
			err why = { 0 };
			enum link_step step;

			if (c->linked || info->status == RULE_REJECTED)
				continue;
			step = link_one(x, c, &why);
			if (step == STEP_FAILED ||
			    (step == STEP_REFUSED &&
			     ruleset_mark(rs, info, RULE_REJECTED, str_of(why.text), e) < 0))
				return no_memory(e);
		}
	}
	return 0;
}

/* The first reference that keeps a correlation waiting. */
static uint32_t waits_for(const struct ruleset *rs, const struct correlation *c, str *ret_name)
{
	for (uint32_t i = 0; i < c->def.rules.len; i++) {
		uint32_t target = c->refs[i];

		if (target & REF_CORRELATION && !rs->correlations.at[target & ~REF_CORRELATION].linked) {
			*ret_name = c->def.rules.at[i];
			return target & ~REF_CORRELATION;
		}
	}
	return NOBODY;
}

/* Does the way from c along the waiting references come back to it? */
static bool is_circular(const struct ruleset *rs, uint32_t c)
{
	uint32_t at = c;
	str unused;

	for (unsigned steps = 0; steps < LIMIT_CORRELATION_CYCLE && at != NOBODY; steps++) {
		at = waits_for(rs, &rs->correlations.at[at], &unused);
		if (at == c)
			return true;
	}
	return false;
}

/* What still waits is part of a circle, or stands on one, or on too many storeys. */
static int refuse_waiting(struct ruleset *rs, err *e)
{
	for (uint32_t i = 0; i < rs->correlations.len; i++) {
		struct correlation *c = &rs->correlations.at[i];
		struct rule_info *info = &rs->infos.at[c->info];
		err why = { 0 };
		str name = { 0 };

		if (c->linked || info->status == RULE_REJECTED)
			continue;
		waits_for(rs, c, &name);
		if (is_circular(rs, i))
			doc_refuse_line(c->def.line, &why, "refers to itself by way of \"%.*s\"",
					DOC_NAME(name));
		else
			doc_refuse_line(
				c->def.line, &why,
				"\"%.*s\" refers to itself or to more than %u correlations in a chain",
				DOC_NAME(name), LIMIT_CORRELATION_DEPTH);
		info->reason = arena_str(&rs->pool.mem, str_of(why.text));
		if (!info->reason.ptr)
			return no_memory(e);
	}
	for (size_t i = 0; i < rs->correlations.len; i++)
		if (!rs->correlations.at[i].linked)
			rs->infos.at[rs->correlations.at[i].info].status = RULE_REJECTED;
	return 0;
}

/* Findings of what a correlation refers to are not shown unless one of these asks for it. */
static void hide(struct ruleset *rs)
{
	for (int generate = 0; generate < 2; generate++)
		for (size_t i = 0; i < rs->correlations.len; i++) {
			const struct correlation *c = &rs->correlations.at[i];

			for (uint32_t k = 0; c->linked && c->def.generate == generate && k < c->def.rules.len;
			     k++) {
				uint32_t target = c->refs[k];

				if (target & REF_CORRELATION)
					rs->correlations.at[target & ~REF_CORRELATION].hidden = !generate;
				else
					rs->rules.at[target].hidden = !generate;
			}
		}
	for (size_t i = 0; i < rs->rules.len; i++)
		rs->infos.at[rs->rules.at[i].info].hidden = rs->rules.at[i].hidden;
	for (size_t i = 0; i < rs->correlations.len; i++)
		rs->infos.at[rs->correlations.at[i].info].hidden = rs->correlations.at[i].hidden;
}

int link_correlations(struct ruleset *rs, err *e)
{
	struct index x;
	int rc = 0;

	if (rs->correlations.len == 0)
		return 0;
	rc = index_init(&x, rs, e);
	if (rc == 0)
		rc = link_rounds(&x, e);
	if (rc == 0)
		rc = refuse_waiting(rs, e);
	if (rc == 0)
		hide(rs);
	index_done(&x);
	return rc;
}
