#include "warn/jtree.h"

#include "readers/json/flat.h"
#include "util/json.h"
#include "util/limits.h"

void jtree_init(struct jtree *t)
{
	memset(t, 0, sizeof *t);
	arena_init(&t->mem, LIMIT_WARN_FILE_BYTES);
}

void jtree_done(struct jtree *t)
{
	VEC_DONE(&t->node);
	arena_done(&t->mem);
}

int jdoc_open(struct jdoc *ret, struct jsonshim *shim, str text, err *e)
{
	*ret = (struct jdoc){ .text = text };
	switch (jsonshim_index(shim, str_bytes(text).ptr, text.len, &ret->at, &ret->n)) {
	case JSONSHIM_OK:
		return 0;
	case JSONSHIM_EMPTY:
		ret->n = 0;
		return 0;
	case JSONSHIM_OPEN:
		return err_set(e, ERR_TRUNCATED, text.len, "no JSON: it ends inside a string");
	case JSONSHIM_UTF8:
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no JSON: not UTF-8");
	case JSONSHIM_CONTROL:
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no JSON: a control character inside a string");
	default:
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for JSON");
	}
}

char jdoc_peek(const struct jdoc *d)
{
	return d->i < d->n ? d->text.ptr[d->at[d->i]] : 0;
}

static int ends(const struct jdoc *d, err *e)
{
	return err_set(e, ERR_TRUNCATED, d->text.len, "no JSON: it ends inside of brackets");
}

int jdoc_expect(struct jdoc *d, char c, err *e)
{
	if (d->i >= d->n)
		return ends(d, e);
	if (jdoc_peek(d) != c)
		return err_set(e, ERR_CORRUPT, d->at[d->i], "no JSON: '%c' should stand here", c);
	d->i++;
	return 0;
}

/* The inside of the string whose quote is at `at`. The index proved that it is closed. */
static str raw_string(str text, size_t at)
{
	size_t i = at + 1;

	while (i < text.len && text.ptr[i] != '"')
		i += text.ptr[i] == '\\' ? 2 : 1;
	if (i > text.len)
		i = text.len;
	return (str){ text.ptr + at + 1, i - at - 1 };
}

str jdoc_take_string(struct jdoc *d)
{
	return raw_string(d->text, d->at[d->i++]);
}

bool jdoc_has(const struct jdoc *d, const char *name)
{
	size_t depth = 0;

	for (size_t i = d->i; i < d->n; i++) {
		char c = d->text.ptr[d->at[i]];

		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return false;
		else if (c == '"' && depth == 1 && i + 1 < d->n && d->text.ptr[d->at[i + 1]] == ':' &&
			 str_is(raw_string(d->text, d->at[i]), name))
			return true;
	}
	return false;
}

/* --- building ----------------------------------------------------------------------------------------------------------- */

/* The bytes of a number or literal. */
static str scalar(const struct jdoc *d)
{
	size_t at = d->at[d->i], end = d->i + 1 < d->n ? d->at[d->i + 1] : d->text.len;

	return str_trim((str){ d->text.ptr + at, end - at });
}

static bool scalar_kind(str s, enum jkind *ret)
{
	if (str_is(s, "true"))
		*ret = J_TRUE;
	else if (str_is(s, "false"))
		*ret = J_FALSE;
	else if (str_is(s, "null"))
		*ret = J_NULL;
	else if (json_text_is_number(s))
		*ret = J_NUMBER;
	else
		return false;
	return true;
}

static int add(struct jdoc *d, struct jtree *t, enum jkind kind, err *e)
{
	struct jnode *n = VEC_PUSH(&t->node, LIMIT_WARN_NODES);

	if (!n)
		return err_set(e, ERR_LIMIT, d->at[d->i],
			       "a record with more than %u values, or no memory for it", LIMIT_WARN_NODES);
	*n = (struct jnode){ d->at[d->i], (uint32_t)t->node.len, kind };
	d->i++;
	return 0;
}

static int add_name(struct jdoc *d, struct jtree *t, err *e)
{
	if (d->i >= d->n)
		return ends(d, e);
	if (jdoc_peek(d) != '"')
		return err_set(e, ERR_CORRUPT, d->at[d->i],
			       "no JSON: the name of a member should stand here");
	return add(d, t, J_STRING, e) < 0 ? -1 : jdoc_expect(d, ':', e);
}

/* Behind a value: close what ends here; answers the depth that is left, -1 on an error. */
static int close_up(struct jdoc *d, struct jtree *t, uint32_t *open, int depth, err *e)
{
	while (depth > 0) {
		struct jnode *top = &t->node.at[open[depth - 1]];
		char c = jdoc_peek(d);

		if (c == ',') {
			d->i++;
			if (top->kind == J_OBJECT && add_name(d, t, e) < 0)
				return -1;
			return depth;
		}
		if (jdoc_expect(d, top->kind == J_OBJECT ? '}' : ']', e) < 0)
			return -1;
		top->end = (uint32_t)t->node.len;
		depth--;
	}
	return 0;
}

/* An opening bracket: 1 if something stands inside, 0 if it closed at once. */
static int open_up(struct jdoc *d, struct jtree *t, enum jkind kind, err *e)
{
	if (add(d, t, kind, e) < 0)
		return -1;
	if (jdoc_peek(d) == (kind == J_OBJECT ? '}' : ']')) {
		d->i++;
		return 0;
	}
	if (kind == J_OBJECT && add_name(d, t, e) < 0)
		return -1;
	return 1;
}

int jdoc_tree(struct jdoc *d, struct jtree *t, err *e)
{
	uint32_t open[LIMIT_WARN_DEPTH];
	int depth = 0, opened;
	enum jkind kind;

	t->text = d->text;
	t->node.len = 0;
	arena_clear(&t->mem);
	do {
		char c = jdoc_peek(d);

		if (d->i >= d->n)
			return ends(d, e);
		if (c == '{' || c == '[') {
			if (depth == (int)LIMIT_WARN_DEPTH)
				return err_set(e, ERR_LIMIT, d->at[d->i],
					       "brackets in brackets deeper than %u", LIMIT_WARN_DEPTH);
			open[depth] = (uint32_t)t->node.len;
			opened = open_up(d, t, c == '{' ? J_OBJECT : J_ARRAY, e);
			if (opened < 0)
				return -1;
			if (opened) {
				depth++;
				continue;
			}
		} else if (c == '"') {
			if (add(d, t, J_STRING, e) < 0)
				return -1;
		} else {
			if (!scalar_kind(scalar(d), &kind))
				return err_set(e, ERR_CORRUPT, d->at[d->i],
					       "no JSON: a value should stand here");
			if (add(d, t, kind, e) < 0)
				return -1;
		}
		depth = close_up(d, t, open, depth, e);
	} while (depth > 0);
	return depth;
}

/* --- asking --------------------------------------------------------------------------------------------------------------- */

bool jt_is(const struct jtree *t, uint32_t i, enum jkind kind)
{
	return i < t->node.len && t->node.at[i].kind == kind;
}

uint32_t jt_get(const struct jtree *t, uint32_t object, const char *name)
{
	if (!jt_is(t, object, J_OBJECT))
		return J_NONE;
	for (uint32_t i = object + 1; i < t->node.at[object].end;) {
		if (str_is(raw_string(t->text, t->node.at[i].at), name))
			return i + 1;
		i = t->node.at[i + 1].end;
	}
	return J_NONE;
}

uint32_t jt_first(const struct jtree *t, uint32_t array)
{
	return jt_is(t, array, J_ARRAY) && array + 1 < t->node.at[array].end ? array + 1 : J_NONE;
}

uint32_t jt_next(const struct jtree *t, uint32_t array, uint32_t i)
{
	uint32_t next = t->node.at[i].end;

	return next < t->node.at[array].end ? next : J_NONE;
}

str jt_text(struct jtree *t, uint32_t i)
{
	bool bad = false;
	size_t n;
	char *to;
	str s;

	if (!jt_is(t, i, J_STRING))
		return STR("");
	s = raw_string(t->text, t->node.at[i].at);
	if (s.len == 0 || !memchr(s.ptr, '\\', s.len))
		return s;
	to = arena_alloc(&t->mem, s.len);
	n = to ? flat_unescape(s, to, &bad) : SIZE_MAX;
	return n == SIZE_MAX ? STR("") : (str){ to, n };
}

str jt_str(struct jtree *t, uint32_t object, const char *name)
{
	return jt_text(t, jt_get(t, object, name));
}

bool jt_is_true(const struct jtree *t, uint32_t i)
{
	return jt_is(t, i, J_TRUE);
}

bool jt_milli(const struct jtree *t, uint32_t i, uint32_t *ret)
{
	uint32_t whole = 0, part = 0, unit = 100;
	size_t k = 0;
	str s;

	if (!jt_is(t, i, J_NUMBER))
		return false;
	s = (str){ t->text.ptr + t->node.at[i].at, t->text.len - t->node.at[i].at };
	for (; k < s.len && s.ptr[k] >= '0' && s.ptr[k] <= '9' && k < 5; k++)
		whole = whole * 10 + (uint32_t)(s.ptr[k] - '0');
	if (k == 0 || whole > 1000)
		return false;
	if (k < s.len && s.ptr[k] == '.')
		for (k++; k < s.len && s.ptr[k] >= '0' && s.ptr[k] <= '9'; k++, unit /= 10)
			part += unit * (uint32_t)(s.ptr[k] - '0');
	if (k < s.len && (s.ptr[k] | 32) == 'e')
		return false;
	*ret = whole * 1000 + part;
	return true;
}
