#include "detect/ruleset.h"

#include <stdlib.h>

#include "detect/bundle.h"
#include "detect/xref.h"
#include "sigma/convert.h"
#include "util/limits.h"
#include "util/utf.h"

/* --- documents ------------------------------------------------------------------------------ */

static struct rule_info *add_info(struct ruleset *rs, const struct bundle_file *f, err *e)
{
	struct rule_info *info = VEC_PUSH(&rs->infos, LIMIT_RULE_FILES);
	static const str EMPTY = STR("");

	if (info) {
		*info = (struct rule_info){ EMPTY,
					    EMPTY,
					    EMPTY,
					    EMPTY,
					    EMPTY,
					    EMPTY,
					    EMPTY,
					    EMPTY,
					    EMPTY,
					    .level = LEVEL_MEDIUM,
					    .kind = RULE_KIND_NONE,
					    .reason = EMPTY };
		info->path = arena_str(&rs->pool.mem, f->path);
	}
	if (!info || !info->path.ptr) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u rules", LIMIT_RULE_FILES);
		return NULL;
	}
	return info;
}

const char *rule_kind_name(enum rule_kind kind)
{
	static const char *const NAMES[] = { "rule", "correlation", "filter", "other" };

	return (size_t)kind < COUNT(NAMES) ? NAMES[kind] : "other";
}

static void fill_info(struct rule_info *info, const struct sigma_rule *r)
{
	info->id = r->id;
	info->name = r->name;
	info->title = r->title;
	info->product = r->product;
	info->category = r->category;
	info->service = r->service;
	info->tags = r->tags;
	info->status_text = r->status;
	info->level = (enum finding_level)r->level;
}

/* --- variants ------------------------------------------------------------------------------- */

/* The rule's condition and what the gate asks besides. */
static uint32_t gate_root(struct sigma_pool *p, uint32_t root, const struct logsource_gate *gate, err *e)
{
	uint32_t ids[COUNT(gate->conditions) + 1];
	size_t n = 0;

	for (; gate->conditions[n].name; n++) {
		struct pred proto = { .kind = PRED_GLOB };
		pat_elems text = { 0 };
		uint32_t pred = UINT32_MAX;

		if (pat_add_text(&text, str_of(gate->conditions[n].value)))
			pred = sigma_pred(p, &proto, text.at, text.len, e);
		VEC_DONE(&text);
		ids[n] = sigma_leaf(p, sigma_field(p, str_of(gate->conditions[n].name)), pred);
	}
	ids[n++] = root;
	return sigma_list(p, NODE_AND, ids, n);
}

static int add_variant(struct ruleset *rs, uint32_t rule, const struct logsource_where *where, err *e)
{
	struct variant *v = VEC_PUSH(&rs->variants, LIMIT_RULE_FILES * LOGSOURCE_VARIANTS_MAX);
	const struct logsource_gate *gate = logsource_gate_at(where->gate);

	if (!v)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules");
	v->rule = rule;
	v->root = rs->rules.at[rule].root;
	v->where = *where;
	if (!gate)
		return 0;
	if (gate->extended)
		v->root = convert_root(&rs->pool, v->root, gate, e);
	v->root = v->root == UINT32_MAX ? v->root : gate_root(&rs->pool, v->root, gate, e);
	for (; !gate->extended && v->nrenames < VARIANT_RENAMES && gate->renames[v->nrenames].name;
	     v->nrenames++) {
		const struct logsource_rename *r = &gate->renames[v->nrenames];

		v->renames[v->nrenames].from = sigma_field(&rs->pool, str_of(r->name));
		v->renames[v->nrenames].to = sigma_field(&rs->pool, str_of(r->sources[0].field));
	}
	return v->root == UINT32_MAX ? err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules") : 0;
}

/* After filters have changed what rules ask. */
static int add_variants(struct ruleset *rs, err *e)
{
	for (uint32_t i = 0; i < rs->rules.len; i++) {
		const struct rule_info *info = &rs->infos.at[rs->rules.at[i].info];
		struct logsource_where where[LOGSOURCE_VARIANTS_MAX];
		size_t n =
			logsource_variants(info->product, info->category, info->service, rs->extended, where);

		for (size_t k = 0; k < n; k++)
			if (add_variant(rs, i, &where[k], e) < 0)
				return -1;
	}
	return 0;
}

/* --- where events belong --------------------------------------------------------------------- */

bool event_place_of(struct event_place *ret, const event *ev, const struct logsource_triple *declared,
		    arena *mem)
{
	*ret = (struct event_place){ .windows = ev->schema->family == FAMILY_WINDOWS };
	if (!ret->windows) {
		ret->nsources = logsource_of_dataset(ev->schema->dataset, ret->sources);
		if (declared && ret->nsources < COUNT(ret->sources))
			ret->sources[ret->nsources++] = *declared;
		return true;
	}
	ret->channel = value_str(event_wk(ev, WK_CHANNEL), mem);
	ret->event_id = value_str(event_wk(ev, WK_EVENT_ID), mem);
	if (!ret->channel.ptr || !ret->event_id.ptr)
		return false;
	logsource_of_channel(ret->channel, &ret->services);
	return true;
}

bool group_applies(const struct plan_group *g, const struct event_place *place)
{
	const struct logsource_gate *gate = logsource_gate_at(g->where.gate);

	if (g->where.windows != place->windows)
		return false;
	if (place->windows)
		return (g->where.every_channel || place->services.writes[g->where.service]) &&
		       (!gate || logsource_gate_has_event(gate, place->event_id));
	for (size_t i = 0; i < place->nsources; i++)
		if (logsource_names(&g->where, &place->sources[i]))
			return true;
	return false;
}

/* --- compiling ------------------------------------------------------------------------------ */

/* Two rules with one id would be one in every report: the second is refused. */
static int claim_id(struct ruleset *rs, struct rule_info *info, str id, err *e)
{
	bool is_new;
	struct map_entry *entry = map_put(&rs->ids, id, (uint64_t)(info - rs->infos.at), &is_new);
	str why;

	if (!entry)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules");
	if (is_new)
		return 1;
	why = arena_printf(&rs->pool.mem, "same id as %s", rs->infos.at[entry->value].path.ptr);
	return ruleset_mark(rs, info, RULE_REJECTED, why.ptr ? why : STR("same id as another rule"), e);
}

/* What a compiled document is kept as; NULL past a ceiling. */
static bool keep_rule(struct ruleset *rs, uint32_t info, str id, const struct sigma_rule *r)
{
	struct compiled_rule *rule = VEC_PUSH(&rs->rules, LIMIT_RULE_FILES);

	if (rule)
		*rule = (struct compiled_rule){ .info = info, .id = id, .root = r->root };
	return rule != NULL;
}

static bool keep_correlation(struct ruleset *rs, uint32_t info, str id, const struct sigma_rule *r,
			     const struct sigma_correlation *def)
{
	struct correlation *c = VEC_PUSH(&rs->correlations, LIMIT_RULE_FILES);
	struct correlation_draft *draft = VEC_PUSH(&rs->drafts, LIMIT_RULE_FILES);

	if (!c || !draft)
		return false;
	*c = (struct correlation){ .info = info, .id = id, .terms = def->terms };
	*draft = (struct correlation_draft){ .def = *def, .has_level = r->has_level };
	return true;
}

static bool keep_filter(struct ruleset *rs, uint32_t info, const struct sigma_filter *def)
{
	struct filter_draft *f = VEC_PUSH(&rs->filters, LIMIT_RULE_FILES);

	if (f)
		*f = (struct filter_draft){ info, *def };
	return f != NULL;
}

/* Id, else name, else the file and which document of it. */
static str known_as(struct ruleset *rs, const struct bundle_file *f, uint32_t number,
		    const struct sigma_rule *r)
{
	if (r->id.len)
		return r->id;
	if (r->name.len)
		return r->name;
	return number == 1 ? arena_str(&rs->pool.mem, f->name)
			   : arena_printf(&rs->pool.mem, "%.*s#%u", STR_ARG(f->name), number);
}

static int compile_doc(struct ruleset *rs, struct rule_info *info, const struct bundle_file *f,
		       uint32_t number, const struct ynode *doc, struct sigma_rule *r, err *e)
{
	uint32_t at = (uint32_t)(info - rs->infos.at);
	struct sigma_correlation correlation;
	struct sigma_filter filter;
	err why = { 0 };
	str id = known_as(rs, f, number, r);
	int rc;

	if (info->kind == RULE_KIND_RULE)
		rc = sigma_rule_compile(&rs->pool, doc, r, &why);
	else if (info->kind == RULE_KIND_CORRELATION)
		rc = sigma_correlation_parse(doc, &rs->pool.mem, &correlation, &why);
	else
		rc = sigma_filter_compile(&rs->pool, doc, r, &filter, &why);
	if (why.code == ERR_OOM || !id.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules");
	if (rc < 0)
		return ruleset_mark(rs, info, RULE_REJECTED, str_of(why.text), e);
	info->id = id;
	rc = claim_id(rs, info, id, e);
	if (rc <= 0)
		return rc;
	if (info->kind == RULE_KIND_RULE          ? keep_rule(rs, at, id, r)
	    : info->kind == RULE_KIND_CORRELATION ? keep_correlation(rs, at, id, r, &correlation)
						  : keep_filter(rs, at, &filter))
		return 0;
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules");
}

static int add_doc(struct ruleset *rs, const struct bundle_file *f, uint32_t number, const struct ynode *doc,
		   err *e)
{
	static const enum rule_kind KINDS[] = {
		[SIGMA_RULE] = RULE_KIND_RULE,
		[SIGMA_CORRELATION] = RULE_KIND_CORRELATION,
		[SIGMA_FILTER] = RULE_KIND_FILTER,
		[SIGMA_NO_RULE] = RULE_KIND_NONE,
	};
	struct rule_info *info = add_info(rs, f, e);
	struct sigma_rule r;

	if (!info || sigma_rule_head(&rs->pool, doc, &r, e) < 0)
		return -1;
	fill_info(info, &r);
	info->kind = KINDS[sigma_doc_kind(doc)];
	if (info->kind == RULE_KIND_NONE)
		return ruleset_mark(rs, info, RULE_OTHER, STR("not a rule"), e);
	return compile_doc(rs, info, f, number, doc, &r, e);
}

static int add_refused(struct ruleset *rs, const struct bundle_file *f, str why, err *e)
{
	struct rule_info *info = add_info(rs, f, e);

	return info ? ruleset_mark(rs, info, RULE_REJECTED, why, e) : -1;
}

static int add_file(struct ruleset *rs, const struct bundle_file *f, arena *scratch, err *e)
{
	str rest = f->text, doc;
	uint32_t line = 1, first, number = 0;
	int r = 0;

	if (f->status == BUNDLE_VALUES || f->status == BUNDLE_PROFILE)
		return 0;
	if (f->status != BUNDLE_OK)
		return add_refused(rs, f, f->text, e);
	if (utf8_valid_prefix(rest) != rest.len)
		return add_refused(rs, f, STR("not UTF-8"), e);
	while (r == 0 && yaml_split(&rest, &line, &doc, &first)) {
		const struct ynode *root = NULL;
		err why = { 0 };

		arena_clear(scratch);
		if (yaml_tree_parse(&root, doc, first, scratch, &why) < 0)
			r = add_refused(rs, f, str_of(why.text), e);
		else if (root)
			r = add_doc(rs, f, ++number, root, e);
	}
	return r;
}

/* What concerns all rules, wherever it stands in the bundle. */
static int add_settings(struct ruleset *rs, bytes bundle, err *e)
{
	struct bundle_file f;
	size_t pos;
	int got, r = 0;

	if (!bundle_open(bundle, &pos))
		return err_set(e, ERR_CORRUPT, 0, "no rule bundle");
	while (r == 0 && (got = bundle_next(bundle, &pos, &f)) != 0) {
		if (got < 0)
			return err_set(e, ERR_CORRUPT, pos, "damaged rule bundle");
		if (f.status == BUNDLE_VALUES)
			r = placeholders_add(&rs->placeholders, f.path, f.text, e);
		rs->extended |= f.status == BUNDLE_PROFILE && str_eq(f.text, STR("extended"));
	}
	return r;
}

static int compile(struct ruleset *rs, bytes bundle, err *e)
{
	struct bundle_file f;
	arena scratch;
	size_t pos;
	int r = 0;

	placeholders_init(&rs->placeholders);
	if (sigma_pool_init(&rs->pool, e) < 0 || add_settings(rs, bundle, e) < 0)
		return -1;
	rs->pool.placeholders = &rs->placeholders;
	map_init(&rs->ids, LIMIT_RULE_FILES, LIMIT_SIGMA_BYTES);
	bundle_open(bundle, &pos);
	arena_init(&scratch, LIMIT_SIGMA_BYTES);
	while (r == 0 && bundle_next(bundle, &pos, &f) > 0)
		r = add_file(rs, &f, &scratch, e);
	arena_done(&scratch);
	if (r == 0)
		r = xref_filters(rs, e);
	if (r == 0)
		r = add_variants(rs, e);
	if (r == 0)
		r = xref_correlations(rs, e);
	if (r == 0)
		r = plan_make(rs, e);
	VEC_DONE(&rs->filters);
	VEC_DONE(&rs->drafts);
	/* known by number from now on */
	map_done(&rs->pool.pred_ids);
	map_done(&rs->ids);
	return r;
}

int ruleset_new(struct ruleset **ret, bytes bundle, err *e)
{
	struct ruleset *rs = calloc(1, sizeof *rs);

	if (!rs)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules");
	if (compile(rs, bundle, e) < 0) {
		ruleset_free(rs);
		return -1;
	}
	*ret = rs;
	return 0;
}

size_t ruleset_len(const struct ruleset *rs)
{
	return rs->infos.len;
}

const struct rule_info *ruleset_at(const struct ruleset *rs, size_t i)
{
	return i < rs->infos.len ? &rs->infos.at[i] : NULL;
}

void ruleset_free(struct ruleset *rs)
{
	if (!rs)
		return;
	if (rs->thawed) { /* the rest is the image's */
		map_done(&rs->pool.field_ids);
		free(rs);
		return;
	}
	sigma_pool_done(&rs->pool);
	VEC_DONE(&rs->infos);
	VEC_DONE(&rs->rules);
	VEC_DONE(&rs->variants);
	VEC_DONE(&rs->correlations);
	VEC_DONE(&rs->corr_refs);
	VEC_DONE(&rs->corr_names);
	VEC_DONE(&rs->rule_keys);
	VEC_DONE(&rs->filters);
	VEC_DONE(&rs->drafts);
	placeholders_done(&rs->placeholders);
	map_done(&rs->ids);
	plan_done(&rs->plan);
	free(rs);
}
