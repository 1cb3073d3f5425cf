#include "readers/evtx/evtx_priv.h"
#include "util/limits.h"
#include "util/utf.h"

void evtx_plans_init(struct evtx_plans *p, struct schema_set *schemas)
{
	*p = (struct evtx_plans){ .schemas = schemas, .mem = schema_set_arena(schemas) };
	map_init(&p->by_canon, LIMIT_EVTX_PLANS, LIMIT_EVTX_PLAN_BYTES);
	map_init(&p->by_layout, LIMIT_EVTX_PLANS, LIMIT_EVTX_PLAN_BYTES);
}

void evtx_plans_done(void *plans)
{
	struct evtx_plans *p = plans;

	map_done(&p->by_canon);
	map_done(&p->by_layout);
	VEC_DONE(&p->list);
	VEC_DONE(&p->layouts);
}

struct parse {
	struct evtx_plans *p;
	VEC(struct evtx_node) nodes;
	uint32_t open[LIMIT_BINXML_DEPTH + 1]; /* elements being filled, innermost last */
	uint32_t last[LIMIT_BINXML_DEPTH + 1]; /* their last child so far */
	uint32_t depth;
	uint32_t attr;      /* attribute being filled, 0 none */
	uint32_t last_attr; /* of the innermost element */
	uint32_t last_part; /* of the attribute */
	uint32_t nslots;
	bool failed;
};

static uint32_t node_new(struct parse *s, enum evtx_node_kind kind)
{
	struct evtx_node *n = VEC_PUSH(&s->nodes, UINT16_MAX);

	if (!n) {
		s->failed = true;
		return 0;
	}
	n->kind = (uint8_t)kind;
	return (uint32_t)s->nodes.len - 1;
}

/* Hang a text, slot or element where the parser stands. */
static void attach(struct parse *s, uint32_t id)
{
	uint32_t *last = s->attr ? &s->last_part : &s->last[s->depth];

	if (id == 0)
		return;
	if (*last)
		s->nodes.at[*last].next = id;
	else if (s->attr)
		s->nodes.at[s->attr].child = id;
	else if (s->depth)
		s->nodes.at[s->open[s->depth]].child = id;
	*last = id;
}

static str to_utf8(struct parse *s, bytes text)
{
	char *p = arena_alloc(s->p->mem, UTF8_OF_UTF16_MAX(text.len / 2) + 1);

	if (!p) {
		s->failed = true;
		return (str){ "", 0 };
	}
	return (str){ p, utf16le_to_utf8(text, p, NULL) };
}

static str entity_text(str name)
{
	static const struct {
		str name, text;
	} KNOWN[] = { { { "amp", 3 }, { "&", 1 } },
		      { { "lt", 2 }, { "<", 1 } },
		      { { "gt", 2 }, { ">", 1 } },
		      { { "quot", 4 }, { "\"", 1 } },
		      { { "apos", 4 }, { "'", 1 } } };

	for (size_t i = 0; i < COUNT(KNOWN); i++)
		if (str_eq(name, KNOWN[i].name))
			return KNOWN[i].text;
	return name;
}

static void attribute_begin(struct parse *s, bytes text)
{
	uint32_t id = node_new(s, NODE_ATTRIBUTE);

	if (id == 0)
		return;
	s->nodes.at[id].text = to_utf8(s, text);
	if (s->last_attr)
		s->nodes.at[s->last_attr].next = id;
	else
		s->nodes.at[s->open[s->depth]].attr = id;
	s->last_attr = s->attr = id;
	s->last_part = 0;
}

static void element_begin(struct parse *s, bytes text)
{
	uint32_t id = node_new(s, NODE_ELEMENT);

	s->attr = 0;
	if (id == 0)
		return;
	s->nodes.at[id].text = to_utf8(s, text);
	attach(s, id);
	s->depth++;
	s->open[s->depth] = id;
	s->last[s->depth] = 0;
	s->last_attr = 0;
}

static void literal(struct parse *s, str text)
{
	uint32_t id = node_new(s, NODE_TEXT);

	if (id == 0)
		return;
	s->nodes.at[id].text = text;
	attach(s, id);
}

static void slot(struct parse *s, uint32_t number)
{
	uint32_t id = node_new(s, NODE_SLOT);

	if (id == 0)
		return;
	s->nodes.at[id].slot = (uint16_t)number;
	attach(s, id);
	if (number + 1 > s->nslots)
		s->nslots = number + 1;
}

/* Canonical bytes are our own: well-formed by construction. */
static void parse_tokens(struct parse *s, str canon)
{
	const uint8_t *p = (const uint8_t *)canon.ptr, *end = p + canon.len;

	node_new(s, NODE_TEXT); /* 0 stands for "none" */
	while (p < end && !s->failed) {
		uint32_t n = load_le16(p + 1);
		enum canon_token tok = p[0];
		bytes text = { p + 3, 2u * n };

		p += 3;
		if (tok == CANON_SLOT) {
			slot(s, n);
			continue;
		}
		p += text.len;
		switch (tok) {
		case CANON_OPEN:
			element_begin(s, text);
			break;
		case CANON_ATTRIBUTE:
			attribute_begin(s, text);
			break;
		case CANON_CONTENT:
			s->attr = 0;
			break;
		case CANON_CLOSE:
			s->attr = 0;
			if (s->depth)
				s->depth--;
			break;
		case CANON_TEXT:
			literal(s, to_utf8(s, text));
			break;
		case CANON_ENTITY:
			literal(s, entity_text(to_utf8(s, text)));
			break;
		case CANON_SLOT:
		case CANON_END:
			break;
		}
	}
}

static struct evtx_plan *plan_make(struct evtx_plans *p, str canon)
{
	struct parse s = { .p = p };
	size_t before = p->mem->used_bytes;
	struct evtx_plan *plan = arena_alloc(p->mem, sizeof *plan), **at;
	struct evtx_node *nodes;

	parse_tokens(&s, canon);
	nodes = arena_array(p->mem, s.nodes.len, sizeof *nodes);
	at = plan && nodes && !s.failed ? VEC_PUSH(&p->list, LIMIT_EVTX_PLANS) : NULL;
	if (at) {
		memcpy(nodes, s.nodes.at, s.nodes.len * sizeof *nodes);
		*plan = (struct evtx_plan){ .id = (uint32_t)p->list.len - 1,
					    .bytes = (uint32_t)(p->mem->used_bytes - before),
					    .nslots = s.nslots,
					    .nodes = nodes,
					    .nnodes = (uint32_t)s.nodes.len };
		*at = plan;
	}
	VEC_DONE(&s.nodes);
	return at ? plan : NULL;
}

/* Limits count what an item uses, whether it was there before or not: see schema.h. */
static bool plan_allowed(struct evtx_plans *p, struct evtx_plan *plan)
{
	if (plan->used_in == p->item)
		return true;
	if (p->item_bytes + plan->bytes > LIMIT_EVTX_ITEM_PLAN_BYTES)
		return false;
	plan->used_in = p->item;
	p->item_bytes += plan->bytes;
	return true;
}

static struct evtx_plan *plan_find(struct evtx_plans *p, str canon)
{
	struct map_entry *e = map_get(&p->by_canon, canon);
	struct evtx_plan *plan;

	if (e)
		return p->list.at[e->value];
	plan = plan_make(p, canon);
	if (!plan || !map_put(&p->by_canon, canon, plan->id, NULL))
		return NULL;
	if (p->list.len > LIMIT_EVTX_PLANS / 2 || p->by_canon.keys.used_bytes > LIMIT_EVTX_PLAN_BYTES / 2)
		schema_set_wear_out(p->schemas);
	return plan;
}

struct evtx_plan *evtx_plan_get(struct evtx_plans *p, str canon, const char **why)
{
	struct evtx_plan *plan;

	if (p->item != schema_set_item(p->schemas)) {
		p->item = schema_set_item(p->schemas);
		p->item_bytes = 0;
	}
	plan = plan_find(p, canon);
	if (plan && plan_allowed(p, plan))
		return plan;
	*why = EVTX_TOO_MANY_KINDS;
	return NULL;
}
