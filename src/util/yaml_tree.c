#include "util/yaml_tree.h"

#include <stdlib.h>
#include <yaml.h>

#include "util/limits.h"
#include "util/map.h"
#include "util/vec.h"

/* --- documents ------------------------------------------------------------------------------ */

/* Length of the line at s with its end, and whether it begins a new document. */
static size_t line_len(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\n')
			return i + 1;
		if (s.ptr[i] == '\r')
			return i + 1 < s.len && s.ptr[i + 1] == '\n' ? i + 2 : i + 1;
	}
	return s.len;
}

static bool is_marker(str line, const char *marker)
{
	return line.len >= 3 && memcmp(line.ptr, marker, 3) == 0 &&
	       (line.len == 3 || strchr(" \t\r\n", line.ptr[3]));
}

/* A line that may stand before the "---" of its own document. */
static bool is_prologue(str line)
{
	return line.ptr[0] == '%' || line.ptr[0] == '#' || str_trim(line).len == 0;
}

bool yaml_split(str *rest, uint32_t *line, str *ret_doc, uint32_t *ret_line)
{
	bool content = false, end = false;
	size_t n = 0;

	if (rest->len == 0)
		return false;
	*ret_line = *line;
	while (n < rest->len && !end) {
		str one = { rest->ptr + n, line_len((str){ rest->ptr + n, rest->len - n }) };

		if (content && is_marker(one, "---"))
			break;
		content |= !is_prologue(one);
		end = is_marker(one, "...");
		n += one.len;
		++*line;
	}
	*ret_doc = (str){ rest->ptr, n };
	*rest = (str){ rest->ptr + n, rest->len - n };
	return true;
}

/* --- tree ----------------------------------------------------------------------------------- */

struct anchored {
	struct ynode *node;
};

struct builder {
	arena *mem;
	uint32_t first_line;
	struct ynode *stack[LIMIT_YAML_DEPTH];
	const struct ynode *key[LIMIT_YAML_DEPTH]; /* waiting for its value */
	unsigned depth;
	uint32_t nodes;
	map anchors; /* name to index of `anchored` */
	VEC(struct anchored) anchored;
	struct ynode *root;
};

static int fail(const struct builder *b, const yaml_event_t *ev, err *e, const char *what)
{
	uint64_t line = b->first_line + ev->start_mark.line;

	return err_set(e, ERR_CORRUPT, line, "line %llu: %s", (unsigned long long)line, what);
}

static bool key_is_new(const struct ynode *of, str key)
{
	for (const struct ylink *l = of->first; l; l = l->next)
		if (str_eq(l->key->text, key))
			return false;
	return true;
}

static int add_entry(struct builder *b, const yaml_event_t *ev, struct ynode *parent, const struct ynode *key,
		     const struct ynode *value, err *e)
{
	struct ylink *l = arena_alloc(b->mem, sizeof *l);

	if (!l)
		return fail(b, ev, e, "document too large");
	*l = (struct ylink){ .key = key, .value = value };
	if (parent->last)
		parent->last->next = l;
	else
		parent->first = l;
	parent->last = l;
	if (++parent->len > LIMIT_YAML_KEYS && key)
		return fail(b, ev, e, "too many keys in one map");
	return 0;
}

/* Hang a finished or just opened node below the innermost open one. */
static int attach(struct builder *b, const yaml_event_t *ev, struct ynode *node, err *e)
{
	struct ynode *parent;
	const struct ynode *key = NULL;

	if (b->depth == 0) {
		b->root = node;
		return 0;
	}
	parent = b->stack[b->depth - 1];
	if (parent->kind == YAML_MAP) {
		key = b->key[b->depth - 1];
		if (!key) {
			if (node->kind != YAML_SCALAR)
				return fail(b, ev, e, "a key must be a scalar");
			if (node->plain && str_eq(node->text, STR("<<")))
				return fail(b, ev, e, "merge keys are not supported");
			if (!key_is_new(parent, node->text)) {
				int len = node->text.len < 60 ? (int)node->text.len : 60;
				uint64_t line = b->first_line + ev->start_mark.line;

				return err_set(e, ERR_CORRUPT, line, "line %llu: duplicate key \"%.*s\"",
					       (unsigned long long)line, len, node->text.ptr);
			}
			b->key[b->depth - 1] = node;
			return 0;
		}
		b->key[b->depth - 1] = NULL;
	}
	return add_entry(b, ev, parent, key, node, e);
}

static bool core_tag(const char *tag)
{
	static const char CORE[] = "tag:yaml.org,2002:";

	return !tag || strcmp(tag, "!") == 0 ||
	       (strncmp(tag, CORE, sizeof CORE - 1) == 0 && !strchr(tag + sizeof CORE - 1, '/') &&
		!strchr(tag + sizeof CORE - 1, ':'));
}

static struct ynode *new_node(struct builder *b, const yaml_event_t *ev, enum ynode_kind kind,
			      const char *tag, const char *anchor, err *e)
{
	struct ynode *n = NULL;
	bool is_new;

	if (!core_tag(tag)) {
		fail(b, ev, e, "tags are not supported");
		return NULL;
	}
	if (++b->nodes <= LIMIT_YAML_NODES)
		n = arena_alloc(b->mem, sizeof *n);
	if (!n) {
		fail(b, ev, e, "document too large");
		return NULL;
	}
	n->kind = kind;
	n->line = b->first_line + (uint32_t)ev->start_mark.line;
	n->column = (uint32_t)ev->start_mark.column + 1;
	if (anchor) {
		struct anchored *at = VEC_PUSH(&b->anchored, LIMIT_YAML_NODES);
		struct map_entry *entry = map_put(&b->anchors, str_of(anchor), b->anchored.len - 1, &is_new);

		if (!at || !entry) {
			fail(b, ev, e, "too many anchors");
			return NULL;
		}
		at->node = n;
		entry->value = b->anchored.len - 1; /* a later anchor of that name replaces it */
	}
	return n;
}

static int on_scalar(struct builder *b, const yaml_event_t *ev, err *e)
{
	str text = { (const char *)ev->data.scalar.value, ev->data.scalar.length };
	const char *tag = (const char *)ev->data.scalar.tag;
	struct ynode *n = new_node(b, ev, YAML_SCALAR, tag, (const char *)ev->data.scalar.anchor, e);

	if (!n)
		return -1;
	n->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !tag;
	n->text = arena_str(b->mem, text);
	n->weight = 1;
	if (!n->text.ptr)
		return fail(b, ev, e, "document too large");
	return attach(b, ev, n, e);
}

static int on_open(struct builder *b, const yaml_event_t *ev, enum ynode_kind kind, const yaml_char_t *tag,
		   const yaml_char_t *anchor, err *e)
{
	struct ynode *n = new_node(b, ev, kind, (const char *)tag, (const char *)anchor, e);

	if (!n || attach(b, ev, n, e) < 0)
		return -1;
	if (b->depth == LIMIT_YAML_DEPTH)
		return fail(b, ev, e, "nested too deep");
	b->key[b->depth] = NULL;
	b->stack[b->depth++] = n;
	return 0;
}

static void on_close(struct builder *b)
{
	struct ynode *n = b->stack[--b->depth];

	n->weight = 1;
	for (const struct ylink *l = n->first; l; l = l->next)
		n->weight += l->value->weight; /* bounded: every alias was checked when it came */
}

static int on_alias(struct builder *b, const yaml_event_t *ev, err *e)
{
	struct map_entry *entry = map_get(&b->anchors, str_of((const char *)ev->data.alias.anchor));
	struct ynode *n;

	if (!entry)
		return fail(b, ev, e, "alias without its anchor");
	n = b->anchored.at[entry->value].node;
	if (n->weight == 0)
		return fail(b, ev, e, "alias inside its own anchor");
	if (n->weight > LIMIT_YAML_NODES - b->nodes)
		return fail(b, ev, e, "aliases multiply the document beyond the limit");
	b->nodes += n->weight;
	return attach(b, ev, n, e);
}

static int on_event(struct builder *b, const yaml_event_t *ev, err *e)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, ev, e);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(b, ev, YAML_LIST, ev->data.sequence_start.tag, ev->data.sequence_start.anchor,
			       e);
	case YAML_MAPPING_START_EVENT:
		return on_open(b, ev, YAML_MAP, ev->data.mapping_start.tag, ev->data.mapping_start.anchor, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_close(b);
		return 0;
	case YAML_ALIAS_EVENT:
		return on_alias(b, ev, e);
	default:
		return 0;
	}
}

static int parse_events(struct builder *b, yaml_parser_t *parser, err *e)
{
	for (;;) {
		yaml_event_t ev;
		yaml_event_type_t type;
		int r;

		if (!yaml_parser_parse(parser, &ev)) {
			uint64_t line = b->first_line + parser->problem_mark.line;

			return err_set(e, ERR_CORRUPT, line, "line %llu: %s", (unsigned long long)line,
				       parser->problem ? parser->problem : "no valid YAML");
		}
		type = ev.type;
		r = on_event(b, &ev, e);
		yaml_event_delete(&ev);
		if (r < 0)
			return -1;
		/* yaml_split() cut one document */
		if (type == YAML_DOCUMENT_END_EVENT || type == YAML_STREAM_END_EVENT)
			return 0;
	}
}

int yaml_tree_parse(const struct ynode **ret, str doc, uint32_t first_line, arena *mem, err *e)
{
	struct builder *b = calloc(1, sizeof *b);
	yaml_parser_t parser;
	int r;

	if (!b || !yaml_parser_initialize(&parser)) {
		free(b);
		return err_set(e, ERR_OOM, first_line, "no memory for YAML");
	}
	b->mem = mem;
	b->first_line = first_line;
	map_init(&b->anchors, LIMIT_YAML_NODES, LIMIT_YAML_ANCHOR_BYTES);
	yaml_parser_set_input_string(&parser, (const unsigned char *)doc.ptr, doc.len);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	r = parse_events(b, &parser, e);
	if (r == 0)
		*ret = b->root;
	yaml_parser_delete(&parser);
	map_done(&b->anchors);
	VEC_DONE(&b->anchored);
	free(b);
	return r;
}

/* --- access --------------------------------------------------------------------------------- */

const struct ynode *yaml_get(const struct ynode *of, const char *key)
{
	str name = str_of(key);

	if (!of || of->kind != YAML_MAP)
		return NULL;
	for (const struct ylink *l = of->first; l; l = l->next)
		if (str_eq(l->key->text, name))
			return l->value;
	return NULL;
}

str yaml_get_text(const struct ynode *of, const char *key)
{
	const struct ynode *n = yaml_get(of, key);

	return n && n->kind == YAML_SCALAR ? n->text : STR("");
}

static bool one_of(str s, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(s, str_of(*words)))
			return true;
	return false;
}

/* Digits with underscores of a base, with an optional sign and prefix. */
static bool based_number(str s, struct number *ret)
{
	bool negative = s.len && s.ptr[0] == '-';
	unsigned base = 8;
	int128 v = 0;

	if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
		s = (str){ s.ptr + 1, s.len - 1 };
	if (s.len < 2 || s.ptr[0] != '0')
		return false;
	if (s.ptr[1] == 'x' || s.ptr[1] == 'b')
		base = s.ptr[1] == 'x' ? 16 : 2;
	for (size_t i = base == 8 ? 1 : 2; i < s.len; i++) {
		int c = (unsigned char)s.ptr[i];
		int d = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : 99;

		if (c == '_')
			continue;
		if (d >= (int)base || v >> 100)
			return false;
		v = v * base + d;
	}
	*ret = (struct number){ .is_int = true, .i = negative ? -v : v };
	return true;
}

static bool yaml_number(str s, struct number *ret)
{
	char tmp[64];
	size_t n = 0;
	bool point = false;
	size_t first = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');

	if (s.len == 0 || s.len >= sizeof tmp)
		return false;
	if (s.len > first + 1 && s.ptr[first] == '0' && s.ptr[first + 1] != '.')
		return based_number(s, ret);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '_' && i > first)
			continue;
		point |= s.ptr[i] == '.';
		if ((s.ptr[i] | 32) == 'e' && !point)
			return false; /* YAML 1.1: 1e3 is a string */
		tmp[n++] = s.ptr[i];
	}
	return tmp[0] != ' ' && number_parse((str){ tmp, n }, false, ret);
}

enum scalar_type yaml_scalar_type(const struct ynode *n, struct number *ret_num, bool *ret_bool)
{
	static const char *const NULLS[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const TRUES[] = { "true", "True", "TRUE", "yes", "Yes",
					     "YES",  "on",   "On",   "ON",  NULL };
	static const char *const FALSES[] = { "false", "False", "FALSE", "no",  "No",
					      "NO",    "off",   "Off",   "OFF", NULL };

	if (!n->plain)
		return SCALAR_STRING;
	if (one_of(n->text, NULLS))
		return SCALAR_NULL;
	*ret_bool = one_of(n->text, TRUES);
	if (*ret_bool || one_of(n->text, FALSES))
		return SCALAR_BOOL;
	return yaml_number(n->text, ret_num) ? SCALAR_NUMBER : SCALAR_STRING;
}
