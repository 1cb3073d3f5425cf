#include "detect/samples.h"

#include "detect/detector.h"
#include "util/limits.h"
#include "util/utf.h"

#define DATASET "event.dataset"

struct runner {
	struct detector *d;
	str rule_path;
	const struct variant *first; /* of the file's rules: where events are placed; NULL: nowhere */
	sample_sink sink;
	void *ctx;
	arena mem; /* of one event */
	bool matched;
	VEC(struct column) columns;
	VEC(value) values;
};

/* --- names ---------------------------------------------------------------------------------- */

static const struct {
	const char *rule, *samples;
} NAMES[] = { { ".yml", ".tests.yml" }, { ".yaml", ".tests.yaml" } };

bool samples_is_name(str path)
{
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_ends(path, str_of(NAMES[i].samples)))
			return true;
	return false;
}

bool samples_name(str rule_path, buf *to)
{
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		str end = str_of(NAMES[i].rule);

		if (!str_ends(rule_path, end))
			continue;
		buf_str(to, (str){ rule_path.ptr, rule_path.len - end.len });
		buf_z(to, NAMES[i].samples);
		return !to->failed;
	}
	return false;
}

/* --- one event ------------------------------------------------------------------------------ */

static const struct {
	const char *name, *path;
	uint8_t flags;
} SYSTEM[] = {
	{ "Channel", "System/Channel", 0 },
	{ "EventID", "System/EventID", 0 },
	{ "Provider_Name", "System/Provider/@Name", COLUMN_F_ATTRIBUTE },
	{ "Computer", "System/Computer", 0 },
};

static str without_spaces(arena *mem, str s)
{
	buf b = { 0 };
	str r;

	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != ' ')
			buf_byte(&b, s.ptr[i]);
	r = b.failed ? (str){ 0 } : arena_str(mem, buf_view(&b));
	buf_done(&b);
	return r;
}

static int add_column(struct runner *r, str raw, value v, bool windows, err *e)
{
	struct column *col = VEC_PUSH(&r->columns, LIMIT_COLUMNS);
	value *at = VEC_PUSH(&r->values, LIMIT_COLUMNS);

	if (!col || !at)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "an event with too many fields");
	*at = v;
	*col = (struct column){ .raw = raw,
				.slot = (int32_t)r->columns.len - 1,
				.section = windows ? SECTION_EVENTDATA : SECTION_FLAT };
	col->name = windows ? without_spaces(&r->mem, raw) : raw;
	col->path = windows ? arena_printf(&r->mem, "EventData/%.*s", STR_ARG(raw)) : raw;
	for (size_t i = 0; windows && i < COUNT(SYSTEM); i++)
		if (str_eq(raw, str_of(SYSTEM[i].name))) {
			col->path = str_of(SYSTEM[i].path);
			col->flags = SYSTEM[i].flags;
			col->section = SECTION_SYSTEM;
		}
	return col->name.ptr && col->path.ptr ? 0
					      : err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "an event too large");
}

static int add_scalar(struct runner *r, str name, const struct ynode *n, bool windows, err *e)
{
	struct number number;
	bool flag;

	if (n->kind != YAML_SCALAR)
		return err_set(e, ERR_CORRUPT, n->line, "line %u: a field holds a value or a list of values",
			       n->line);
	return add_column(r, name,
			  yaml_scalar_type(n, &number, &flag) == SCALAR_NULL ? (value){ 0 }
									     : value_utf8(n->text),
			  windows, e);
}

static int add_fields(struct runner *r, const struct ynode *sample, bool windows, err *e)
{
	for (const struct ylink *l = sample->first; l; l = l->next) {
		if (str_eq(l->key->text, STR(DATASET)))
			continue;
		if (l->value->kind != YAML_LIST && add_scalar(r, l->key->text, l->value, windows, e) < 0)
			return -1;
		for (const struct ylink *k = l->value->first; l->value->kind == YAML_LIST && k; k = k->next)
			if (add_scalar(r, l->key->text, k->value, windows, e) < 0)
				return -1;
	}
	return 0;
}

/* Where the rule looks for it. */
static int add_place(struct runner *r, const struct ynode *sample, err *e)
{
	const struct logsource_where *w = r->first && r->first->where.windows ? &r->first->where : NULL;
	const struct logsource_gate *gate = w ? logsource_gate_at(w->gate) : NULL;
	const char *channel = w && !w->every_channel ? logsource_channel_of(w->service) : NULL;

	if (channel && !yaml_get(sample, "Channel") &&
	    add_column(r, STR("Channel"), value_utf8(str_of(channel)), true, e) < 0)
		return -1;
	if (gate && !yaml_get(sample, "EventID"))
		return add_column(r, STR("EventID"), value_utf8(str_of(gate->event_ids[0])), true, e);
	return 0;
}

static int on_match(void *ctx, const struct finding *f, err *e)
{
	struct runner *r = ctx;
	const struct ruleset *rs = r->d->rs;

	for (size_t i = 0; i < rs->rules.len; i++)
		if (str_eq(rs->rules.at[i].id, f->rule_id))
			r->matched |= str_eq(rs->infos.at[rs->rules.at[i].info].path, r->rule_path);
	return 0;
}

static int run_event(struct runner *r, const struct ynode *sample, err *e)
{
	str dataset = yaml_get_text(sample, DATASET);
	bool windows = dataset.len == 0;
	struct schema proto = { .family = windows ? FAMILY_WINDOWS : FAMILY_FLAT,
				.reader = "samples",
				.dataset = dataset };
	struct schema_set *set;
	event ev = { .time_ns = TIME_NONE, .written_ns = TIME_NONE };
	int rc = -1;

	if (sample->kind != YAML_MAP)
		return err_set(e, ERR_CORRUPT, sample->line, "line %u: an event is a map of fields", sample->line);
	r->columns.len = r->values.len = 0;
	r->matched = false;
	if ((windows && add_place(r, sample, e) < 0) || add_fields(r, sample, windows, e) < 0)
		return -1;
	set = schema_set_new(e);
	if (!set)
		return -1;
	proto.columns = r->columns.at;
	proto.ncolumns = proto.nslots = (uint32_t)r->columns.len;
	ev.schema = schema_set_add(set, &proto, e);
	ev.values = r->values.at;
	if (ev.schema)
		rc = detector_event(r->d, &ev, on_match, r, e);
	detector_forget_schemas(r->d);
	schema_set_free(set);
	return rc;
}

/* --- a file --------------------------------------------------------------------------------- */

static int run_list(struct runner *r, const struct ynode *list, bool want, err *e)
{
	struct sample_result result = { .want = want };

	if (list->kind != YAML_LIST)
		return err_set(e, ERR_CORRUPT, list->line, "line %u: not a list of events", list->line);
	for (const struct ylink *l = list->first; l; l = l->next) {
		arena_clear(&r->mem);
		if (run_event(r, l->value, e) < 0)
			return -1;
		result.number++;
		result.line = l->value->line;
		result.matched = r->matched;
		if (r->sink(r->ctx, &result, e) < 0)
			return -1;
	}
	return 0;
}

static int run_doc(struct runner *r, const struct ynode *doc, err *e)
{
	if (doc->kind != YAML_MAP)
		return err_set(e, ERR_CORRUPT, doc->line, "line %u: neither match nor no_match", doc->line);
	for (const struct ylink *l = doc->first; l; l = l->next) {
		bool want = str_eq(l->key->text, STR("match"));

		if (!want && !str_eq(l->key->text, STR("no_match")))
			return err_set(e, ERR_CORRUPT, l->key->line,
				       "line %u: \"%.*s\" is neither match nor no_match", l->key->line,
				       (int)u64_min(l->key->text.len, 60), l->key->text.ptr);
		if (run_list(r, l->value, want, e) < 0)
			return -1;
	}
	return 0;
}

static const struct variant *first_variant(const struct ruleset *rs, str rule_path)
{
	for (size_t i = 0; i < rs->variants.len; i++) {
		const struct variant *v = &rs->variants.at[i];

		if (str_eq(rs->infos.at[rs->rules.at[v->rule].info].path, rule_path))
			return v;
	}
	return NULL;
}

int samples_run(struct detector *d, str rule_path, str text, sample_sink sink, void *ctx, err *e)
{
	struct runner r = { .d = d,
			    .rule_path = rule_path,
			    .first = first_variant(d->rs, rule_path),
			    .sink = sink,
			    .ctx = ctx };
	uint32_t line = 1, first;
	arena tree;
	str doc;
	int rc = 0;

	if (utf8_valid_prefix(text) != text.len)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "not UTF-8");
	arena_init(&r.mem, LIMIT_SIGMA_BYTES);
	arena_init(&tree, LIMIT_SIGMA_BYTES);
	while (rc == 0 && yaml_split(&text, &line, &doc, &first)) {
		const struct ynode *root = NULL;

		arena_clear(&tree);
		rc = yaml_tree_parse(&root, doc, first, &tree, e);
		if (rc == 0 && root)
			rc = run_doc(&r, root, e);
	}
	arena_done(&tree);
	arena_done(&r.mem);
	VEC_DONE(&r.columns);
	VEC_DONE(&r.values);
	return rc;
}
