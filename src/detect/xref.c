#include "detect/xref.h"

#include <stdlib.h>

#include "util/limits.h"

#define NOBODY UINT32_MAX
#define AMBIGUOUS (UINT64_C(1) << 32)

/* A field that a correlation wants of a rule's matches. */
struct want {
	uint32_t rule, order, field;
};

/* Documents by id and by name, and what became of each. */
struct index {
	struct ruleset *rs;
	map names;         /* "i" and an id in lower case, or "n" and a name: number of the rule_info */
	uint32_t *targets; /* by number of the rule_info: as in corr_refs; NOBODY */
	buf key;
	map wanted; /* (rule, field) that stand in wants */
	VEC(struct want) wants;
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
		bool own_id = !str_eq(info->id, info->name); /* else it is a name that serves as one */

		if (!may_be_named(info) || (info->status == RULE_REJECTED) != rejected)
			continue;
		if ((own_id && !index_put(x, 'i', info->id, i, !rejected)) ||
		    !index_put(x, 'n', info->name, i, !rejected))
			return no_memory(e);
	}
	return 0;
}

static void index_done(struct index *x)
{
	map_done(&x->names);
	map_done(&x->wanted);
	VEC_DONE(&x->wants);
	free(x->targets);
	buf_done(&x->key);
}

static int index_init(struct index *x, struct ruleset *rs, err *e)
{
	*x = (struct index){ .rs = rs, .targets = malloc((rs->infos.len + 1) * sizeof *x->targets) };
	map_init(&x->names, 2 * LIMIT_RULE_FILES, LIMIT_SIGMA_BYTES);
	map_init(&x->wanted, LIMIT_CORRELATION_WANTS, LIMIT_SIGMA_BYTES);
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
static int link_filter(struct index *x, const struct filter_draft *f, err *e)
{
	struct rule_info *info = &x->rs->infos.at[f->info];
	struct applied done = { 0 };

	if (f->def.any)
		return apply_to_all(x->rs, &f->def, e);
	if (apply_to_named(x, &f->def, &done, e) < 0)
		return -1;
	return ruleset_mark(x->rs, info, done.rules ? RULE_OK : RULE_REJECTED, str_of(done.why.text), e);
}

int xref_filters(struct ruleset *rs, err *e)
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

enum step { STEP_DONE, STEP_REFUSED, STEP_WAITS, STEP_FAILED };

static struct correlation_draft *draft_of(const struct ruleset *rs, const struct correlation *c)
{
	return &rs->drafts.at[c - rs->correlations.at];
}

/* The correlation that a target means; NULL: a rule. */
static struct correlation *target_correlation(const struct ruleset *rs, uint32_t target)
{
	return target & REF_CORRELATION ? &rs->correlations.at[target & ~REF_CORRELATION] : NULL;
}

static bool is_grouped_by(const struct ruleset *rs, const struct correlation *c, str field)
{
	const struct doc_names *by = &draft_of(rs, c)->def.group_by;

	for (uint32_t i = 0; i < by->len; i++)
		if (str_eq(by->at[i], field))
			return true;
	return false;
}

/* Another field that workers must send with matches of this rule. */
static bool want_field(struct index *x, uint32_t rule, str name)
{
	uint32_t pair[] = { rule, sigma_field(&x->rs->pool, name) };
	struct compiled_rule *at = &x->rs->rules.at[rule];
	struct want *w;
	bool is_new;

	if (pair[1] == NOBODY || !map_put(&x->wanted, (str){ (const char *)pair, sizeof pair }, 0, &is_new))
		return false;
	if (!is_new)
		return true;
	w = at->nkeys < LIMIT_FINDING_KEYS ? VEC_PUSH(&x->wants, LIMIT_CORRELATION_WANTS) : NULL;
	if (!w)
		return false;
	*w = (struct want){ rule, at->nkeys++, pair[1] };
	return true;
}

static bool is_repeated(const uint32_t *refs, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (refs[k] == refs[i])
			return true;
	return false;
}

/* Each reference once; those to correlations not before these are linked. */
static enum step find_refs(struct index *x, struct correlation *c, err *why)
{
	struct correlation_draft *d = draft_of(x->rs, c);
	uint32_t line = d->def.line;
	bool waits = false;

	for (uint32_t i = 0; i < c->terms.nrules; i++) {
		str name = d->def.rules.at[i];
		uint32_t info = index_find(x, name, line, why);
		const struct correlation *below;

		if (info == NOBODY)
			return STEP_REFUSED;
		d->refs[i] = x->targets[info];
		if (d->refs[i] == NOBODY || x->rs->infos.at[info].status == RULE_REJECTED) {
			doc_refuse_line(line, why, "rule \"%.*s\" is rejected", DOC_NAME(name));
			return STEP_REFUSED;
		}
		if (is_repeated(d->refs, i)) {
			doc_refuse_line(line, why, "rule \"%.*s\" stands twice under rules", DOC_NAME(name));
			return STEP_REFUSED;
		}
		below = target_correlation(x->rs, d->refs[i]);
		waits |= below && !below->linked;
		if (below && below->linked && below->height >= c->height)
			c->height = below->height + 1;
	}
	return waits ? STEP_WAITS : STEP_DONE;
}

/* Under which target each alias holds. */
static bool find_aliases(struct index *x, const struct sigma_correlation *def, uint32_t *targets, err *why)
{
	for (uint32_t i = 0; i < def->naliases; i++) {
		uint32_t info = index_find(x, def->aliases[i].rule, def->line, why);

		if (info == NOBODY)
			return false;
		targets[i] = x->targets[info];
	}
	return true;
}

static str resolve(const struct sigma_correlation *def, const uint32_t *alias_targets, uint32_t target,
		   str name)
{
	for (uint32_t i = 0; i < def->naliases; i++)
		if (alias_targets[i] == target && str_eq(def->aliases[i].alias, name))
			return def->aliases[i].field;
	return name;
}

static bool keep_name(struct ruleset *rs, str name)
{
	str *at = VEC_PUSH(&rs->corr_names, LIMIT_CORRELATION_WANTS);

	if (at)
		*at = name;
	return at != NULL;
}

/* Can a reference give this field? Rules of events are asked to send it. */
static bool check_key(struct index *x, const struct sigma_correlation *def, uint32_t target, str rule,
		      str key, err *why)
{
	const struct correlation *below = target_correlation(x->rs, target);

	if (below && !is_grouped_by(x->rs, below, key))
		doc_refuse_line(def->line, why, "correlation \"%.*s\" is not grouped by \"%.*s\"",
				DOC_NAME(rule), DOC_NAME(key));
	else if (!below && !want_field(x, target, key))
		doc_refuse_line(def->line, why, "too many fields of rule \"%.*s\": at most %u",
				DOC_NAME(rule), LIMIT_FINDING_KEYS);
	else
		return true;
	return false;
}

static str name_at(const struct sigma_correlation *def, uint32_t i)
{
	return i < def->group_by.len ? def->group_by.at[i] : def->fields.at[i - def->group_by.len];
}

/* Names of groups and fields, then what they are in each reference. */
static enum step find_names(struct index *x, struct correlation *c, const uint32_t *aliases, err *why)
{
	const struct correlation_draft *d = draft_of(x->rs, c);
	uint32_t n = c->ngroup + c->nfields;

	c->first_name = (uint32_t)x->rs->corr_names.len;
	for (uint32_t i = 0; i < n; i++)
		if (!keep_name(x->rs, name_at(&d->def, i)))
			return STEP_FAILED;
	for (uint32_t ref = 0; ref < c->terms.nrules; ref++)
		for (uint32_t i = 0; i < n; i++) {
			str key = resolve(&d->def, aliases, d->refs[ref], name_at(&d->def, i));

			if (!keep_name(x->rs, key))
				return STEP_FAILED;
			if (!check_key(x, &d->def, d->refs[ref], d->def.rules.at[ref], key, why))
				return STEP_REFUSED;
		}
	return STEP_DONE;
}

static enum finding_level level_of_target(const struct ruleset *rs, uint32_t target)
{
	const struct correlation *c = target_correlation(rs, target);

	return rs->infos.at[c ? c->info : rs->rules.at[target].info].level;
}

/* All is found: keep the references. Without a level of its own it is as grave as the gravest rule. */
static bool finish(struct ruleset *rs, struct correlation *c)
{
	const struct correlation_draft *d = draft_of(rs, c);
	struct rule_info *info = &rs->infos.at[c->info];

	c->first_ref = (uint32_t)rs->corr_refs.len;
	if (!d->has_level)
		info->level = LEVEL_INFORMATIONAL;
	for (uint32_t i = 0; i < c->terms.nrules; i++) {
		uint32_t *at = VEC_PUSH(&rs->corr_refs, LIMIT_CORRELATION_WANTS);

		if (!at)
			return false;
		*at = d->refs[i];
		if (!d->has_level && level_of_target(rs, d->refs[i]) > info->level)
			info->level = level_of_target(rs, d->refs[i]);
	}
	c->linked = true;
	return true;
}

static enum step link_one(struct index *x, struct correlation *c, err *why)
{
	struct correlation_draft *d = draft_of(x->rs, c);
	uint32_t *aliases;
	enum step step;

	if (!d->refs)
		d->refs = arena_array(&x->rs->pool.mem, c->terms.nrules, sizeof *d->refs);
	if (!d->refs)
		return STEP_FAILED;
	step = find_refs(x, c, why);
	if (step != STEP_DONE)
		return step;
	if (c->height > LIMIT_CORRELATION_DEPTH) {
		doc_refuse_line(d->def.line, why, "correlations of correlations more than %u deep",
				LIMIT_CORRELATION_DEPTH);
		return STEP_REFUSED;
	}
	c->ngroup = d->def.group_by.len;
	c->nfields = d->def.fields.len;
	aliases = arena_array(&x->rs->pool.mem, d->def.naliases + 1, sizeof *aliases);
	if (!aliases)
		return STEP_FAILED;
	if (!find_aliases(x, &d->def, aliases, why))
		return STEP_REFUSED;
	step = find_names(x, c, aliases, why);
	return step == STEP_DONE && !finish(x->rs, c) ? STEP_FAILED : step;
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
			enum step step;

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

/* The first reference that keeps a correlation waiting; NULL: none does. */
static const struct correlation *waits_for(const struct ruleset *rs, const struct correlation *c,
					   str *ret_name)
{
	const struct correlation_draft *d = draft_of(rs, c);

	for (uint32_t i = 0; i < c->terms.nrules; i++) {
		const struct correlation *below = target_correlation(rs, d->refs[i]);

		if (below && !below->linked) {
			*ret_name = d->def.rules.at[i];
			return below;
		}
	}
	return NULL;
}

/* Does the way from c along the waiting references come back to it? */
static bool is_circular(const struct ruleset *rs, const struct correlation *c)
{
	const struct correlation *at = c;
	str unused;

	for (unsigned steps = 0; steps < LIMIT_CORRELATION_CYCLE && at; steps++) {
		if (rs->infos.at[at->info].status == RULE_REJECTED)
			return false;
		at = waits_for(rs, at, &unused);
		if (at == c)
			return true;
	}
	return false;
}

/* What still waits is part of a circle, or stands on one, or on too many storeys. */
static int refuse_waiting(struct ruleset *rs, err *e)
{
	for (uint32_t i = 0; i < rs->correlations.len; i++) {
		const struct correlation *c = &rs->correlations.at[i];
		struct rule_info *info = &rs->infos.at[c->info];
		uint32_t line = draft_of(rs, c)->def.line;
		err why = { 0 };
		str name = { 0 };

		if (c->linked || info->status == RULE_REJECTED)
			continue;
		waits_for(rs, c, &name);
		if (is_circular(rs, c))
			doc_refuse_line(line, &why, "refers to itself by way of \"%.*s\"", DOC_NAME(name));
		else
			doc_refuse_line(
				line, &why,
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

/* --- what workers are told ------------------------------------------------------------------ */

static void set_hidden(struct ruleset *rs, uint32_t target, bool hidden)
{
	struct correlation *c = target_correlation(rs, target);

	if (c)
		c->hidden = hidden;
	else
		rs->rules.at[target].hidden = hidden;
	rs->infos.at[c ? c->info : rs->rules.at[target].info].hidden = hidden;
}

/* Findings of what correlations refer to are not shown, unless one of these asks for it. */
static void hide(struct ruleset *rs)
{
	for (int generate = 0; generate < 2; generate++)
		for (size_t i = 0; i < rs->correlations.len; i++) {
			const struct correlation *c = &rs->correlations.at[i];

			for (uint32_t k = 0; c->linked && k < c->terms.nrules; k++)
				if (draft_of(rs, c)->def.generate == generate)
					set_hidden(rs, correlation_refs(rs, c)[k], !generate);
		}
}

static int cmp_want(const void *pa, const void *pb)
{
	const struct want *a = pa, *b = pb;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* The wanted fields of each rule in a row. */
static int keep_wants(struct index *x, err *e)
{
	if (x->wants.len)
		qsort(x->wants.at, x->wants.len, sizeof x->wants.at[0], cmp_want);
	for (size_t i = 0; i < x->wants.len; i++) {
		const struct want *w = &x->wants.at[i];
		uint32_t *field = VEC_PUSH(&x->rs->rule_keys, LIMIT_CORRELATION_WANTS);

		if (!field)
			return no_memory(e);
		if (w->order == 0)
			x->rs->rules.at[w->rule].first_key = (uint32_t)i;
		*field = w->field;
	}
	return 0;
}

int xref_correlations(struct ruleset *rs, err *e)
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
		rc = keep_wants(&x, e);
	if (rc == 0)
		hide(rs);
	index_done(&x);
	return rc;
}
