/* Flattening a record's fragments into columns (for rules and facts) and into a linear program that
 * writes the native JSON shape. Happens once per combination of plans. */
#include "readers/evtx/evtx_priv.h"
#include "util/json.h"
#include "util/limits.h"

struct key_use {
	str key;
	uint32_t count;
};

typedef VEC(struct key_use) key_list;

struct build {
	struct evtx_plans *p;
	arena *mem;
	const struct evtx_instance *inst;
	uint32_t ninst;
	uint32_t nslots;
	buf lit; /* literal JSON since the last op */
	VEC(struct evtx_op) ops;
	VEC(struct column) columns;
	VEC(value) consts;
	VEC(struct evtx_composite) composites;
	size_t lit_bytes;
	uint32_t nrefs; /* places where a slot is written */
	buf path;
	enum column_section section;
	unsigned depth;
	bool failed;
};

/* A node of one instance. */
struct at {
	const struct evtx_instance *inst;
	uint32_t node;
};

static const struct evtx_node *node(struct at a)
{
	return &a.inst->plan->nodes[a.node];
}

static struct at at_child(struct at a)
{
	return (struct at){ a.inst, node(a)->child };
}

static struct at at_next(struct at a)
{
	return (struct at){ a.inst, node(a)->next };
}

/* The instance whose fragment fills this slot in this record, or NULL. */
static const struct evtx_instance *nested_at(const struct build *b, struct at a)
{
	uint32_t slot = a.inst->base + node(a)->slot;

	for (uint32_t i = 1; i < b->ninst; i++)
		if (b->inst[i].parent_slot == slot)
			return &b->inst[i];
	return NULL;
}

/* --- the program ---------------------------------------------------------------------------- */

static void flush(struct build *b, enum evtx_action action, uint32_t slot, const void *arg)
{
	struct evtx_op *op = VEC_PUSH(&b->ops, LIMIT_COLUMNS * 4);
	char *lit = arena_alloc(b->mem, b->lit.len + EVTX_LIT_PAD);

	if (!op || !lit || b->lit.failed) {
		b->failed = true;
		return;
	}
	if (b->lit.len)
		memcpy(lit, b->lit.ptr, b->lit.len);
	*op = (struct evtx_op){ lit, (uint32_t)b->lit.len, slot, (uint8_t)action, arg };
	b->lit_bytes += b->lit.len + 64;
	buf_clear(&b->lit);
}

static str json_text(struct build *b, str s)
{
	buf t = { 0 };
	str r;

	json_str(&t, s);
	r = t.failed ? (str){ 0 } : arena_str(b->mem, buf_view(&t));
	buf_done(&t);
	if (!r.ptr)
		b->failed = true;
	b->lit_bytes += r.len;
	return r;
}

/* --- text made of parts --------------------------------------------------------------------- */

enum text_kind { TEXT_NONE, TEXT_CONST, TEXT_SLOT };

struct text {
	enum text_kind kind;
	str text;      /* TEXT_CONST, UTF-8 */
	uint32_t slot; /* TEXT_SLOT, absolute */
};

static bool is_text_part(const struct build *b, struct at a)
{
	return node(a)->kind == NODE_TEXT || (node(a)->kind == NODE_SLOT && !nested_at(b, a));
}

/* More than one part and not all constant: a slot of its own that is filled per record. */
static struct text composite(struct build *b, struct at first, uint32_t nparts)
{
	struct evtx_part *parts = arena_array(b->mem, nparts, sizeof *parts);
	struct evtx_composite *c = VEC_PUSH(&b->composites, LIMIT_COLUMNS);
	uint32_t n = 0;

	if (!parts || !c) {
		b->failed = true;
		return (struct text){ 0 };
	}
	for (struct at a = first; a.node; a = at_next(a)) {
		if (!is_text_part(b, a))
			continue;
		if (node(a)->kind == NODE_TEXT)
			parts[n++] = (struct evtx_part){ .lit = node(a)->text };
		else
			parts[n++] =
				(struct evtx_part){ .slot = a.inst->base + node(a)->slot, .is_slot = true };
	}
	*c = (struct evtx_composite){ parts, n, b->nslots++ };
	return (struct text){ TEXT_SLOT, { 0 }, c->slot };
}

/* The text that a list of parts makes; a single literal is the plan's own. */
static struct text text_of(struct build *b, struct at first)
{
	uint32_t nparts = 0, nslots = 0, slot = 0;
	buf joined = { 0 };
	str text;

	if (first.node && !node(first)->next && node(first)->kind == NODE_TEXT)
		return (struct text){ TEXT_CONST, node(first)->text, 0 };
	for (struct at a = first; a.node; a = at_next(a)) {
		if (!is_text_part(b, a))
			continue;
		nparts++;
		if (node(a)->kind == NODE_SLOT) {
			nslots++;
			slot = a.inst->base + node(a)->slot;
		} else {
			buf_str(&joined, node(a)->text);
		}
	}
	text = nparts && nslots == 0 ? arena_str(b->mem, buf_view(&joined)) : (str){ "", 0 };
	buf_done(&joined);
	if (!text.ptr)
		b->failed = true;
	if (nparts == 0)
		return (struct text){ 0 };
	if (nslots == 0)
		return (struct text){ TEXT_CONST, text, 0 };
	if (nparts == 1)
		return (struct text){ TEXT_SLOT, { 0 }, slot };
	return composite(b, first, nparts);
}

static struct evtx_part part_of(struct build *b, struct text t)
{
	if (t.kind == TEXT_SLOT) {
		b->nrefs++;
		return (struct evtx_part){ .slot = t.slot, .is_slot = true };
	}
	return (struct evtx_part){ .lit = json_text(b, t.text) }; /* no text at all: "" */
}

/* --- columns -------------------------------------------------------------------------------- */

static str without_spaces(struct build *b, str s)
{
	char *p = arena_alloc(b->mem, s.len + 1);
	size_t n = 0;

	if (!p) {
		b->failed = true;
		return s;
	}
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != ' ')
			p[n++] = s.ptr[i];
	return (str){ p, n };
}

static void column(struct build *b, str name, str raw, unsigned flags, struct text t)
{
	struct column *c = VEC_PUSH(&b->columns, LIMIT_COLUMNS);
	value *k;

	if (!c) {
		b->failed = true;
		return;
	}
	*c = (struct column){ .name = without_spaces(b, name),
			      .raw = raw,
			      .path = arena_str(b->mem, buf_view(&b->path)),
			      .slot = (int32_t)t.slot,
			      .section = (uint8_t)b->section,
			      .flags = (uint8_t)flags };
	if (t.kind == TEXT_SLOT)
		return;
	k = VEC_PUSH(&b->consts, LIMIT_COLUMNS);
	if (!k) {
		b->failed = true;
		return;
	}
	*k = t.kind == TEXT_CONST ? value_utf8(t.text) : (value){ 0 };
	c->slot = -(int32_t)b->consts.len;
}

static size_t path_push(struct build *b, const char *sep, str name)
{
	size_t old = b->path.len;

	if (old)
		buf_z(&b->path, "/");
	buf_z(&b->path, sep);
	buf_str(&b->path, name);
	if (b->path.len > LIMIT_EVTX_PATH)
		b->failed = true;
	return old;
}

static void attribute_column(struct build *b, str element, str attr, struct text t)
{
	size_t old = path_push(b, "@", attr);
	bool hidden = str_starts(attr, STR("xmlns"));
	str name = attr;

	if (b->section == SECTION_SYSTEM)
		name = arena_printf(b->mem, "%.*s_%.*s", STR_ARG(element), STR_ARG(attr));
	if (!name.ptr)
		b->failed = true;
	else
		column(b, name, attr, COLUMN_F_ATTRIBUTE | (hidden ? COLUMN_F_HIDDEN : 0u), t);
	b->path.len = old;
}

/* --- elements ------------------------------------------------------------------------------- */

static void members(struct build *b, struct at first, key_list *keys, bool *comma);

/* The next real element at or behind a, entering fragments that fill slots. */
struct element_walk {
	struct at outer, inner;
	bool in_nested;
};

static bool next_element(const struct build *b, struct element_walk *w, struct at *ret)
{
	for (;;) {
		if (w->in_nested) {
			struct at a = w->inner;

			if (a.node == 0) {
				w->in_nested = false;
				w->outer = at_next(w->outer);
				continue;
			}
			w->inner = at_next(a);
			if (node(a)->kind == NODE_ELEMENT) {
				*ret = a;
				return true;
			}
			continue;
		}
		if (w->outer.node == 0)
			return false;
		if (node(w->outer)->kind == NODE_ELEMENT) {
			*ret = w->outer;
			w->outer = at_next(w->outer);
			return true;
		}
		if (node(w->outer)->kind == NODE_SLOT) {
			const struct evtx_instance *n = nested_at(b, w->outer);

			if (n && n->plan->nnodes > 1) {
				w->inner = (struct at){ n, 1 };
				w->in_nested = true;
				continue;
			}
		}
		w->outer = at_next(w->outer);
	}
}

static bool has_elements(const struct build *b, struct at first)
{
	struct element_walk w = { .outer = first };
	struct at a;

	return next_element(b, &w, &a);
}

static bool is_data(struct at e)
{
	return str_eq(node(e)->text, STR("Data"));
}

/* The constant Name of a <Data Name="...">, empty if it has none. */
static str data_name(struct build *b, struct at e)
{
	for (struct at a = { e.inst, node(e)->attr }; a.node; a = at_next(a)) {
		if (str_eq(node(a)->text, STR("Name"))) {
			struct text t = text_of(b, at_child(a));

			return t.kind == TEXT_CONST ? t.text : (str){ 0 };
		}
	}
	return (str){ 0 };
}

/* Answers how often the key has been used before. */
static uint32_t key_open(struct build *b, str key, key_list *keys, bool *comma)
{
	struct key_use *use = NULL;

	for (size_t i = 0; i < keys->len; i++)
		if (str_eq(keys->at[i].key, key))
			use = &keys->at[i];
	if (*comma)
		buf_byte(&b->lit, ',');
	*comma = true;
	buf_byte(&b->lit, '"');
	json_escape(&b->lit, key);
	if (use)
		buf_printf(&b->lit, "_%u", use->count++);
	else if ((use = VEC_PUSH(keys, LIMIT_COLUMNS)))
		*use = (struct key_use){ key, 1 };
	else
		b->failed = true;
	buf_z(&b->lit, "\":");
	return use ? use->count - 1 : 0;
}

/* How an array value repeats an element called `key`. */
static const struct evtx_repeat *repeat_of(struct build *b, str key, uint32_t used)
{
	struct evtx_repeat *r = arena_alloc(b->mem, sizeof *r);
	str quoted = json_text(b, key);

	if (!r || !quoted.ptr) {
		b->failed = true;
		return NULL;
	}
	*r = (struct evtx_repeat){ { quoted.ptr + 1, quoted.len - 2 }, used + 1 };
	return r;
}

/* prefix + key + ":", readable for EVTX_LIT_PAD bytes past its end. */
static str padded(struct build *b, str prefix, str key)
{
	char *p = arena_alloc(b->mem, prefix.len + key.len + 1 + EVTX_LIT_PAD);

	if (!p || !key.ptr) {
		b->failed = true;
		return (str){ "", 0 };
	}
	memcpy(p, prefix.ptr, prefix.len);
	memcpy(p + prefix.len, key.ptr, key.len);
	p[prefix.len + key.len] = ':';
	b->lit_bytes += prefix.len + key.len + 1 + EVTX_LIT_PAD;
	return (str){ p, prefix.len + key.len + 1 };
}

struct attrs {
	struct evtx_attr *at;
	uint32_t n;
	bool dynamic; /* one of them may be absent in a record */
};

/* All attributes of e that can have a value. */
static struct attrs attributes(struct build *b, struct at e)
{
	struct attrs list = { 0 };
	uint32_t n = 0;

	for (struct at a = { e.inst, node(e)->attr }; a.node; a = at_next(a))
		n++;
	list.at = arena_array(b->mem, n, sizeof *list.at);
	if (!list.at) {
		b->failed = true;
		return list;
	}
	for (struct at a = { e.inst, node(e)->attr }; a.node; a = at_next(a)) {
		struct text t = text_of(b, at_child(a));
		struct evtx_attr *attr;
		str key;

		attribute_column(b, node(e)->text, node(a)->text, t);
		if (t.kind == TEXT_NONE)
			continue;
		attr = &list.at[list.n++];
		key = json_text(b, node(a)->text);
		attr->first = padded(b, STR("{\"#attributes\":{"), key);
		attr->later = padded(b, STR(","), key);
		attr->value = part_of(b, t);
		list.dynamic |= t.kind == TEXT_SLOT;
	}
	if (b->failed)
		list.n = 0;
	return list;
}

/* {"#attributes":{...} of constants only; the element's own brace stays open. */
static void static_attributes(struct build *b, const struct attrs *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		buf_str(&b->lit, i ? list->at[i].later : list->at[i].first);
		buf_str(&b->lit, list->at[i].value.lit);
	}
	buf_byte(&b->lit, '}');
}

static void dynamic_attributes(struct build *b, const struct attrs *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		flush(b, ACT_ATTRIBUTE, 0, &list->at[i]);
}

/* The text of an element; repeat: not NULL where an array repeats the element. */
static void plain_text(struct build *b, struct text t, const struct evtx_repeat *repeat)
{
	switch (t.kind) {
	case TEXT_NONE:
		buf_z(&b->lit, "null");
		break;
	case TEXT_CONST:
		buf_byte(&b->lit, '"');
		json_escape(&b->lit, t.text);
		buf_byte(&b->lit, '"');
		break;
	case TEXT_SLOT:
		b->nrefs++;
		flush(b, repeat ? ACT_TEXT : ACT_VALUE, t.slot, repeat);
		break;
	}
}

/* An element without elements inside: attributes and text. */
static void leaf(struct build *b, struct at e, struct text t, bool drop_attributes,
		 const struct evtx_repeat *repeat)
{
	struct attrs list = { 0 };
	str *text;

	if (!drop_attributes)
		list = attributes(b, e);
	if (list.n == 0) {
		plain_text(b, t, repeat);
		return;
	}
	if (list.dynamic || t.kind == TEXT_SLOT)
		dynamic_attributes(b, &list);
	else
		static_attributes(b, &list);
	if (t.kind == TEXT_SLOT) {
		b->nrefs++;
		flush(b, ACT_END_TEXT, t.slot, NULL);
	} else if (!list.dynamic) {
		if (t.kind == TEXT_CONST) {
			buf_z(&b->lit, ",\"#text\":");
			plain_text(b, t, NULL);
		}
		buf_byte(&b->lit, '}');
	} else if (t.kind == TEXT_CONST) {
		text = arena_alloc(b->mem, sizeof *text);
		if (!text) {
			b->failed = true;
			return;
		}
		*text = json_text(b, t.text);
		flush(b, ACT_END_LITERAL, 0, text);
	} else {
		flush(b, ACT_END_EMPTY, 0, NULL);
	}
}

/* An element with elements inside. */
static void container(struct build *b, struct at e, struct text t)
{
	key_list keys = { 0 };
	struct attrs list = attributes(b, e);
	bool comma = false;

	if (list.dynamic) {
		dynamic_attributes(b, &list);
		flush(b, ACT_MEMBERS, 0, NULL);
	} else if (list.n) {
		static_attributes(b, &list);
		comma = true;
	} else {
		buf_byte(&b->lit, '{');
	}
	if (t.kind != TEXT_NONE && comma)
		buf_byte(&b->lit, ',');
	if (t.kind == TEXT_CONST) {
		buf_z(&b->lit, "\"#text\":");
		plain_text(b, t, NULL);
		comma = true;
	} else if (t.kind == TEXT_SLOT) {
		b->nrefs++;
		flush(b, ACT_TEXT_MEMBER, t.slot, NULL);
		comma = false;
	}
	members(b, at_child(e), &keys, &comma);
	buf_byte(&b->lit, '}');
	VEC_DONE(&keys);
}

static enum column_section section_of(const struct build *b, str name)
{
	if (b->depth != 1)
		return b->section;
	if (str_eq(name, STR("System")))
		return SECTION_SYSTEM;
	if (str_eq(name, STR("EventData")))
		return SECTION_EVENTDATA;
	if (str_eq(name, STR("UserData")))
		return SECTION_USERDATA;
	return SECTION_OTHER;
}

static void element(struct build *b, struct at e, key_list *keys, bool *comma)
{
	str name = node(e)->text, named = is_data(e) ? data_name(b, e) : (str){ 0 };
	str key = named.len ? named : name;
	enum column_section outer = b->section;
	struct text t = text_of(b, at_child(e));
	size_t old = b->path.len;
	uint32_t used;

	used = key_open(b, key, keys, comma);
	b->section = section_of(b, name);
	if (b->depth > 0) /* the root, Event, is no part of a path */
		path_push(b, "", key);
	b->depth++;
	if (b->depth > LIMIT_BINXML_DEPTH) {
		b->failed = true;
	} else if (has_elements(b, at_child(e))) {
		container(b, e, t);
	} else {
		if (t.kind != TEXT_NONE)
			column(b, key, key, 0, t);
		leaf(b, e, t, named.len > 0, is_data(e) ? NULL : repeat_of(b, key, used));
	}
	b->depth--;
	b->path.len = old;
	b->section = outer;
}

/* All unnamed Data of one parent become one list, where the first of them stands. */
static void data_list(struct build *b, struct at first, key_list *keys, bool *comma)
{
	struct element_walk w = { .outer = first };
	struct evtx_list *list = arena_alloc(b->mem, sizeof *list);
	struct evtx_part *parts;
	struct at e;
	uint32_t n = 0;
	size_t old = path_push(b, "", STR("Data"));

	while (next_element(b, &w, &e))
		n++;
	parts = arena_array(b->mem, n, sizeof *parts);
	if (!list || !parts) {
		b->failed = true;
		return;
	}
	list->parts = parts;
	w = (struct element_walk){ .outer = first };
	while (next_element(b, &w, &e)) {
		struct text t;

		if (!is_data(e) || data_name(b, e).len || has_elements(b, at_child(e)))
			continue;
		t = text_of(b, at_child(e));
		column(b, STR("Data"), STR("Data"), COLUMN_F_UNNAMED, t);
		parts[list->nparts++] = part_of(b, t);
	}
	b->path.len = old;
	key_open(b, STR("Data"), keys, comma);
	flush(b, ACT_LIST, 0, list);
	b->lit_bytes += 16u + 2u * list->nparts;
}

static void members(struct build *b, struct at first, key_list *keys, bool *comma)
{
	struct element_walk w = { .outer = first };
	bool listed = false;
	struct at e;

	while (!b->failed && next_element(b, &w, &e)) {
		if (is_data(e) && !data_name(b, e).len && !has_elements(b, at_child(e))) {
			if (!listed)
				data_list(b, first, keys, comma);
			listed = true;
			continue;
		}
		element(b, e, keys, comma);
	}
}

static void count_part(const struct evtx_part *part, uint32_t *uses, uint32_t nslots)
{
	if (part->is_slot && part->slot < nslots)
		uses[part->slot]++;
}

/* How often the most used slot is written: a template may name one slot many times, and the output
 * then is so many times larger than the record. */
static uint32_t repeats(struct build *b)
{
	uint32_t *uses = arena_array(b->mem, b->nslots + 1, sizeof *uses), most = 1;

	if (!uses)
		return UINT16_MAX;
	for (size_t i = 0; i < b->ops.len; i++) {
		const struct evtx_op *op = &b->ops.at[i];
		const struct evtx_attr *attr = op->arg;
		const struct evtx_list *list = op->arg;

		switch ((enum evtx_action)op->action) {
		case ACT_VALUE:
		case ACT_TEXT:
		case ACT_TEXT_MEMBER:
		case ACT_END_TEXT:
			if (op->slot < b->nslots)
				uses[op->slot]++;
			break;
		case ACT_ATTRIBUTE:
			count_part(&attr->value, uses, b->nslots);
			break;
		case ACT_LIST:
			for (uint32_t k = 0; k < list->nparts; k++)
				count_part(&list->parts[k], uses, b->nslots);
			break;
		case ACT_NONE:
		case ACT_END_EMPTY:
		case ACT_END_LITERAL:
		case ACT_MEMBERS:
			break;
		}
	}
	for (uint32_t i = 0; i < b->nslots; i++)
		most = uses[i] > most ? uses[i] : most;
	return most;
}

static const struct evtx_layout *finish(struct build *b)
{
	struct evtx_layout *lay = arena_alloc(b->mem, sizeof *lay);
	struct evtx_op *ops = arena_array(b->mem, b->ops.len, sizeof *ops);
	struct evtx_composite *comps = arena_array(b->mem, b->composites.len, sizeof *comps);
	const struct schema *s;
	struct schema proto = {
		.family = FAMILY_WINDOWS,
		.reader = "evtx",
		.columns = b->columns.at,
		.ncolumns = (uint32_t)b->columns.len,
		.consts = b->consts.at,
		.nconsts = (uint32_t)b->consts.len,
		.nslots = b->nslots,
		.render = lay,
	};

	if (b->failed || !lay || !ops || !comps)
		return NULL;
	memcpy(ops, b->ops.at, b->ops.len * sizeof *ops);
	if (b->composites.len)
		memcpy(comps, b->composites.at, b->composites.len * sizeof *comps);
	s = schema_set_add(b->p->schemas, &proto, NULL);
	if (!s)
		return NULL;
	*lay = (struct evtx_layout){ .schema = s,
				     .ops = ops,
				     .nops = (uint32_t)b->ops.len,
				     .nslots = b->nslots,
				     .composites = comps,
				     .ncomposites = (uint32_t)b->composites.len,
				     .lit_bytes = b->lit_bytes + 256 + 64u * b->nrefs,
				     .repeats = repeats(b) };
	lay->time_slot = s->wk[WK_TIME_CREATED] < 0 ? -1 : s->columns[s->wk[WK_TIME_CREATED]].slot;
	lay->computer_slot = s->wk[WK_COMPUTER] < 0 ? -1 : s->columns[s->wk[WK_COMPUTER]].slot;
	lay->channel_slot = s->wk[WK_CHANNEL] < 0 ? -1 : s->columns[s->wk[WK_CHANNEL]].slot;
	return lay;
}

static const struct evtx_layout *layout_make(struct evtx_plans *p, const struct evtx_instance *inst,
					     uint32_t ninst)
{
	struct build b = { .p = p, .mem = p->mem, .inst = inst, .ninst = ninst };
	key_list keys = { 0 };
	const struct evtx_layout *lay;
	struct arena_mark before = arena_mark(p->mem);
	size_t plan_bytes = 0;
	bool comma = false;

	b.nslots = inst[ninst - 1].base + inst[ninst - 1].plan->nslots;
	buf_byte(&b.lit, '{');
	if (inst[0].plan->nnodes > 1)
		members(&b, (struct at){ &inst[0], 1 }, &keys, &comma);
	buf_byte(&b.lit, '}');
	flush(&b, ACT_NONE, 0, NULL);
	lay = finish(&b);
	for (uint32_t i = 0; i < ninst; i++)
		plan_bytes += inst[i].plan->bytes;
	if (lay)
		schema_set_charge(p->schemas, lay->schema,
				  p->mem->used_bytes - before.used_bytes - lay->schema->bytes + plan_bytes);
	if (lay && !schema_set_use(p->schemas, lay->schema)) {
		schema_set_take_back(p->schemas, before);
		lay = NULL;
	} else if (!lay) {
		arena_rewind(p->mem, before);
	}
	buf_done(&b.lit);
	buf_done(&b.path);
	VEC_DONE(&b.ops);
	VEC_DONE(&b.columns);
	VEC_DONE(&b.consts);
	VEC_DONE(&b.composites);
	VEC_DONE(&keys);
	return lay;
}

const struct evtx_layout *evtx_layout_get(struct evtx_plans *p, const struct evtx_instance *inst,
					  uint32_t ninst, const char **why)
{
	struct {
		uint32_t plan, parent_slot;
	} key[EVTX_NESTED_MAX + 1];
	const struct evtx_layout *lay, **at;
	struct map_entry *e;
	str k;

	for (uint32_t i = 0; i < ninst; i++) {
		key[i].plan = inst[i].plan->id;
		key[i].parent_slot = inst[i].parent_slot;
	}
	k = (str){ (const char *)key, ninst * sizeof key[0] };
	e = map_get(&p->by_layout, k);
	if (e)
		return p->layouts.at[e->value];
	lay = layout_make(p, inst, ninst);
	at = lay ? VEC_PUSH(&p->layouts, LIMIT_EVTX_PLANS) : NULL;
	if (!at || !map_put(&p->by_layout, k, p->layouts.len - 1, NULL)) {
		*why = EVTX_TOO_MANY_KINDS;
		return NULL;
	}
	*at = lay;
	return lay;
}
