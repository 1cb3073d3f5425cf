/* emit.c - a match becomes a finding: which fields made it, and what people want to see besides. */
#include "detect/detector.h"
#include "util/limits.h"
#include "util/utf.h"

/* Shown where there is room, in this order. */
static const char *const USEFUL[] = {
	"CommandLine",
	"Image",
	"NewProcessName",
	"ProcessName",
	"ParentImage",
	"ParentProcessName",
	"ParentCommandLine",
	"User",
	"TargetUserName",
	"TargetDomainName",
	"SubjectUserName",
	"LogonType",
	"IpAddress",
	"WorkstationName",
	"ServiceName",
	"ImagePath",
	"ServiceFileName",
	"TaskName",
	"TargetFilename",
	"TargetObject",
	"Details",
	"ShareName",
	"RelativeTargetName",
	"DestinationIp",
	"DestinationHostname",
	"DestinationPort",
	"QueryName",
	"PipeName",
	"ScriptBlockText",
	"ThreatName",
	"Path",
	"ObjectName",
	"Hashes",
};

struct emitter {
	struct detector *d;
	const struct variant *v;
	const event *ev;
	struct finding *f;
};

static bool has_detail(const struct finding *f, str name)
{
	for (uint32_t i = 0; i < f->ndetails; i++)
		if (str_eq(f->details[i].name, name))
			return true;
	return false;
}

/* At most LIMIT_FINDING_VALUE bytes, not inside a code point. */
static str cut_text(str s)
{
	size_t n = LIMIT_FINDING_VALUE;

	if (s.len <= n)
		return s;
	while (n && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
		n--;
	return (str){ s.ptr, n };
}

static str shown_text(struct emitter *x, value v)
{
	buf *b = &x->d->shown;

	buf_clear(b);
	values_text(v, b);
	return arena_str(&x->d->finding_mem, cut_text(buf_view(b)));
}

static void add_detail(struct emitter *x, const struct column *col, value v)
{
	struct finding *f = x->f;
	str text;

	if (f->ndetails == FINDING_DETAILS_MAX || has_detail(f, col->raw))
		return;
	text = shown_text(x, v);
	if (text.ptr)
		f->details[f->ndetails++] = (struct finding_detail){ col->raw, text };
}

/* Show the first value that satisfies a leaf. */
static void add_leaf(struct emitter *x, uint32_t field, uint32_t pred)
{
	int32_t col;
	value v;

	if (detector_leaf_value(x->d, x->ev, x->v, field, pred, &col, &v))
		add_detail(x, &x->ev->schema->columns[col], v);
}

static bool holds(struct emitter *x, uint32_t node)
{
	const struct sigma_pool *p = &x->d->rs->pool;
	const struct sigma_node *at = &p->nodes.at[node];

	switch ((enum node_op)at->op) {
	case NODE_NOT:
		return !holds(x, at->first);
	case NODE_LEAF:
		return detector_leaf_holds(x->d, x->ev, x->v, variant_field(x->v, at->first), at->n);
	case NODE_AND:
	case NODE_OR:
		for (uint32_t i = 0; i < at->n; i++)
			if (holds(x, p->kids.at[at->first + i]) != (at->op == NODE_AND))
				return at->op == NODE_OR;
		break;
	}
	return at->op == NODE_AND;
}

/* The leaves that made a node true. What was true by not being there has nothing to show. */
static void collect(struct emitter *x, uint32_t node)
{
	const struct sigma_pool *p = &x->d->rs->pool;
	const struct sigma_node *at = &p->nodes.at[node];
	uint32_t shown = x->f->ndetails;

	if (at->op == NODE_LEAF)
		add_leaf(x, variant_field(x->v, at->first), at->n);
	if (at->op != NODE_AND && at->op != NODE_OR)
		return;
	for (uint32_t i = 0; i < at->n && x->f->ndetails < FINDING_DETAILS_MAX; i++) {
		uint32_t kid = p->kids.at[at->first + i];

		if (at->op == NODE_AND || holds(x, kid))
			collect(x, kid);
		/* values of one list are of one field: the first that holds shows it */
		if (at->op == NODE_OR && x->f->ndetails > shown && p->nodes.at[kid].op == NODE_LEAF)
			break;
	}
}

/* The columns of a schema that USEFUL names, found once. */
static const struct useful_columns *useful_of(struct detector *d, const struct schema *s)
{
	struct useful_columns *u = &d->useful;

	if (u->schema == s)
		return u;
	u->schema = s;
	u->n = 0;
	for (size_t i = 0; i < COUNT(USEFUL) && u->n < COUNT(u->at); i++) {
		int32_t col = schema_find(s, str_of(USEFUL[i]), 0);

		if (col >= 0)
			u->at[u->n++] = col;
	}
	return u;
}

static void add_useful(struct emitter *x)
{
	const struct schema *s = x->ev->schema;
	const struct useful_columns *u = useful_of(x->d, s);

	for (size_t i = 0; i < u->n && x->f->ndetails < FINDING_DETAILS_MAX; i++) {
		value v = event_value(x->ev, u->at[i]);

		if (v.type != VALUE_ABSENT && v.len)
			add_detail(x, &s->columns[u->at[i]], v);
	}
}

/* The first value of a field: is it there, and what does it read? */
static bool first_value(struct emitter *x, uint32_t field, str *ret)
{
	const struct schema *s = x->ev->schema;
	struct field_names names = field_names_of(x->d->rs, s, variant_field(x->v, field));
	buf *b = &x->d->shown;

	for (uint32_t i = 0; i < s->ncolumns; i++) {
		const struct column *col = &s->columns[i];
		value v = event_value(x->ev, (int32_t)i), one;
		size_t pos = 0;

		if (!field_has_column(&names, col) || !column_is_present(s, col, v))
			continue;
		if (v.type == VALUE_ABSENT)
			return false; /* null comes first */
		if (!values_next(v, &pos, &one))
			continue;
		buf_clear(b);
		values_text(one, b);
		if (b->len > LIMIT_FINDING_KEY + 1)
			b->len = LIMIT_FINDING_KEY + 1;
		*ret = arena_str(&x->d->finding_mem, buf_view(b));
		return ret->ptr != NULL;
	}
	return false;
}

static void add_keys(struct emitter *x, const struct compiled_rule *rule)
{
	struct finding_detail *keys = arena_array(&x->d->finding_mem, rule->nkeys, sizeof *keys);
	const uint32_t *fields = x->d->rs->rule_keys.at + rule->first_key;

	x->f->keys = keys;
	for (uint32_t i = 0; keys && i < rule->nkeys; i++) {
		struct finding_detail *key = &keys[x->f->nkeys];

		key->name = sigma_field_name(&x->d->rs->pool, fields[i]);
		if (first_value(x, fields[i], &key->value))
			x->f->nkeys++;
	}
}

static str text_of(struct emitter *x, enum well_known wk)
{
	str s = shown_text(x, event_wk(x->ev, wk));

	return s.ptr ? s : STR("");
}

int detector_emit(struct detector *d, const struct variant *v, const event *ev, finding_sink sink, void *ctx,
		  err *e)
{
	const struct compiled_rule *rule = &d->rs->rules.at[v->rule];
	const struct rule_info *info = &d->rs->infos.at[rule->info];
	struct finding f = { .rule_id = rule->id,
			     .rule_title = info->title,
			     .level = info->level,
			     .tags = info->tags,
			     .profile = variant_is_extended(v) ? STR("extended") : STR("strict"),
			     .time_ns = ev->time_ns,
			     .flags = ev->flags,
			     .refs = &ev->ref,
			     .nrefs = 1 };
	struct emitter x = { d, v, ev, &f };

	arena_clear(&d->finding_mem);
	f.host = text_of(&x, WK_COMPUTER);
	f.channel = text_of(&x, WK_CHANNEL);
	f.provider = text_of(&x, WK_PROVIDER);
	if (!value_u64(event_wk(ev, WK_EVENT_ID), &f.event_id))
		f.event_id = 0;
	if (!value_u64(event_wk(ev, WK_RECORD_ID), &f.record_id))
		f.record_id = 0;
	if (rule->nkeys)
		add_keys(&x, rule);
	if (!rule->hidden) { /* nobody sees the others */
		collect(&x, v->root);
		add_useful(&x);
	}
	return sink(ctx, &f, e);
}
