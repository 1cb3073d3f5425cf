#include "readers/winjson/winxml.h"

#include <stdlib.h>

#include <expat.h>

#include "util/arena.h"
#include "util/json.h"
#include "util/map.h"
#include "util/vec.h"

enum { NODES_MAX = 4096, TREE_BYTES_MAX = 8 << 20 };

struct node {
	str name, text;                     /* text: joined, as written between the tags */
	const char **attrs;                 /* name, value, ..., NULL */
	uint32_t first, last, next, parent; /* index + 1 of nodes; 0 none */
	bool has_child;
};

struct tree {
	XML_Parser parser;
	arena mem;
	VEC(struct node) nodes;
	buf text;      /* of the innermost element */
	uint32_t open; /* index + 1 */
	unsigned depth;
	bool failed;
};

static void stop(struct tree *t)
{
	t->failed = true;
	XML_StopParser(t->parser, XML_FALSE);
}

static void on_doctype(void *ctx, const char *name, const char *sysid, const char *pubid, int internal)
{
	(void)name, (void)sysid, (void)pubid, (void)internal;
	stop(ctx);
}

static const char **copy_attrs(arena *mem, const char **attrs)
{
	size_t n = 0;
	const char **copy;

	while (attrs[n])
		n++;
	copy = arena_array(mem, n + 1, sizeof *copy);
	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = arena_str(mem, str_of(attrs[i])).ptr;
		if (!copy[i])
			return NULL;
	}
	return copy;
}

static void on_start(void *ctx, const char *name, const char **attrs)
{
	struct tree *t = ctx;
	struct node *n;
	uint32_t id;

	if (++t->depth > LIMIT_JSON_DEPTH || !(n = VEC_PUSH(&t->nodes, NODES_MAX))) {
		stop(t);
		return;
	}
	id = (uint32_t)t->nodes.len;
	n->parent = t->open;
	n->name = arena_str(&t->mem, str_of(name));
	n->attrs = copy_attrs(&t->mem, attrs);
	if (!n->name.ptr || !n->attrs) {
		stop(t);
		return;
	}
	if (t->open) {
		struct node *up = &t->nodes.at[t->open - 1];

		if (up->last)
			t->nodes.at[up->last - 1].next = id;
		else
			up->first = id;
		up->last = id;
		up->has_child = true;
	}
	t->open = id;
	buf_clear(&t->text);
}

static void on_end(void *ctx, const char *name)
{
	struct tree *t = ctx;
	struct node *n = &t->nodes.at[t->open - 1];

	(void)name;
	if (!n->has_child) {
		n->text = arena_str(&t->mem, buf_view(&t->text));
		if (!n->text.ptr || t->text.failed)
			stop(t);
	}
	buf_clear(&t->text);
	t->open = n->parent;
	t->depth--;
}

static void on_text(void *ctx, const char *p, int n)
{
	struct tree *t = ctx;

	buf_add(&t->text, p, (size_t)n);
}

/* --- to leaves ------------------------------------------------------------------------------ */

static str local_name(str name)
{
	str rest, head = str_cut(name, ':', &rest);

	return rest.len ? rest : head;
}

/* A name as it would stand in JSON. */
static str json_name(struct tree *t, str name)
{
	str s;

	if (name.len > LIMIT_JSON_NAME)
		name.len = LIMIT_JSON_NAME;
	buf_clear(&t->text);
	json_escape(&t->text, name);
	s = arena_str(&t->mem, buf_view(&t->text));
	return s.ptr ? s : STR("");
}

static bool leaf_text(struct flat *f, str name, str text)
{
	char *p = flat_scratch(f, text.len);

	if (!p)
		return false;
	if (text.len)
		memcpy(p, text.ptr, text.len);
	return flat_leaf(f, name, value_utf8((str){ p, text.len }));
}

static const char *attr(const struct node *n, const char *name)
{
	for (size_t i = 0; n->attrs[i]; i += 2)
		if (strcmp(n->attrs[i], name) == 0)
			return n->attrs[i + 1];
	return NULL;
}

static bool emit(struct flat *f, struct tree *t, const struct node *n, bool in_data);

static bool emit_attrs(struct flat *f, struct tree *t, const struct node *n)
{
	flat_open(f, STR("#attributes"));
	for (size_t i = 0; n->attrs[i]; i += 2)
		if (!leaf_text(f, json_name(t, str_of(n->attrs[i])), str_of(n->attrs[i + 1])))
			return false;
	flat_close(f);
	return true;
}

/* <Data Name="X">v</Data> is member X; <Data>v</Data> is Data.#text. */
static bool emit_data(struct flat *f, struct tree *t, const struct node *n)
{
	const char *name = attr(n, "Name");
	bool ok;

	if (name)
		return leaf_text(f, json_name(t, str_of(name)), n->text);
	flat_open(f, STR("Data"));
	ok = leaf_text(f, STR("#text"), n->text);
	flat_close(f);
	return ok;
}

static bool emit(struct flat *f, struct tree *t, const struct node *n, bool in_data)
{
	str local = local_name(n->name), name, text = n->text;

	if (in_data && !n->has_child && str_eq(local, STR("Data")))
		return emit_data(f, t, n);
	if (!str_trim(text).len) /* an empty element, as some write it: its tags in two lines */
		text.len = 0;
	name = json_name(t, local);
	if (!n->has_child && !n->attrs[0])
		return text.len ? leaf_text(f, name, text) : flat_leaf(f, name, (value){ 0 });
	flat_open(f, name);
	if (n->attrs[0] && !emit_attrs(f, t, n))
		return false;
	if (text.len && !leaf_text(f, STR("#text"), text))
		return false;
	in_data = str_eq(local, STR("EventData"));
	for (uint32_t i = n->first; i; i = t->nodes.at[i - 1].next)
		if (!emit(f, t, &t->nodes.at[i - 1], in_data))
			return false;
	flat_close(f);
	return true;
}

static bool parse(struct tree *t, str text)
{
	t->parser = XML_ParserCreate("UTF-8");
	if (!t->parser)
		return false;
	XML_SetHashSalt(t->parser, (unsigned long)hash_bytes("xml", 3) | 1);
	XML_SetUserData(t->parser, t);
	XML_SetStartDoctypeDeclHandler(t->parser, on_doctype);
	XML_SetElementHandler(t->parser, on_start, on_end);
	XML_SetCharacterDataHandler(t->parser, on_text);
	return XML_Parse(t->parser, text.ptr, (int)text.len, 1) == XML_STATUS_OK && !t->failed;
}

bool winxml_flat(struct flat *f, str text)
{
	struct tree t = { .text.max = LIMIT_VALUE_TEXT };
	bool ok = false;

	if (text.len > INT32_MAX)
		return false;
	arena_init(&t.mem, TREE_BYTES_MAX);
	if (parse(&t, text) && t.nodes.len) {
		str root = local_name(t.nodes.at[0].name);

		if (str_eq(root, STR("Event")) || str_eq(root, STR("EventData")))
			ok = emit(f, &t, &t.nodes.at[0], false);
	}
	if (t.parser)
		XML_ParserFree(t.parser);
	arena_done(&t.mem);
	VEC_DONE(&t.nodes);
	buf_done(&t.text);
	return ok;
}
