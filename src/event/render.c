#include "event/render.h"

#include <math.h>

#include "util/json.h"
#include "util/limits.h"
#include "util/utf.h"

/* Elements inside elements, with Event, #attributes and what a flat name may hold in slashes. */
enum { PLACES_MAX = 2 * LIMIT_JSON_DEPTH + 8 };

/* --- values --------------------------------------------------------------------------------- */

void render_text(buf *out, value v)
{
	size_t at, len;
	char *p;

	if (v.type == VALUE_UTF8 && !(v.flags & VALUE_F_ARRAY)) {
		json_str(out, (str){ (const char *)v.ptr, v.len });
		return;
	}
	/* convert behind the place where the escaped text will end, then escape forward */
	at = out->len;
	value_text(v, out);
	len = out->len - at;
	out->len = at;
	if (!buf_reserve(out, 7 * len + 2))
		return;
	p = out->ptr + at + 6 * len + 2;
	memmove(p, out->ptr + at, len);
	json_str(out, (str){ p, len });
}

static bool is_finite(value v)
{
	uint64_t u = v.len == 8 ? load_le64(v.ptr) : 0;
	uint32_t u4 = v.len == 4 ? load_le32(v.ptr) : 0;
	double d;
	float f;

	memcpy(&d, &u, sizeof d);
	memcpy(&f, &u4, sizeof f);
	return (v.len == 8 && isfinite(d)) || (v.len == 4 && isfinite(f));
}

static bool is_bare(value v)
{
	switch ((enum value_type)v.type) {
	case VALUE_INT:
	case VALUE_UINT:
		return v.len == 1 || v.len == 2 || v.len == 4 || v.len == 8;
	case VALUE_FLOAT:
		return is_finite(v);
	case VALUE_BOOL:
	case VALUE_NUMBER:
	case VALUE_TRUE_FALSE:
		return true;
	default:
		return false;
	}
}

static void one(buf *out, value v)
{
	if (v.type == VALUE_ABSENT)
		buf_add(out, "null", 4);
	else if (is_bare(v))
		value_text(v, out);
	else
		render_text(out, v);
}

void render_value(buf *out, value v)
{
	value element;
	size_t pos = 0;
	bool first = true;

	if (!(v.flags & VALUE_F_ARRAY)) {
		one(out, v);
		return;
	}
	buf_byte(out, '[');
	while (value_next(v, &pos, &element)) {
		if (!first)
			buf_byte(out, ',');
		one(out, element);
		first = false;
	}
	buf_byte(out, ']');
}

/* --- evtx_dump's shape ---------------------------------------------------------------------- */

/* Where a column's value goes: below places[0..n) under `key`. */
struct place {
	str at[PLACES_MAX];
	uint32_t n;
	str key;
};

struct writer {
	buf *out;
	const event *ev;
	struct place open; /* key not used */
	bool comma;        /* something stands before in the innermost object */
};

static bool push(struct place *p, str part)
{
	if (p->n == PLACES_MAX)
		return false;
	p->at[p->n++] = part;
	return true;
}

/* A path ends with the raw name, which may hold slashes itself. */
static str container_of(const struct column *c)
{
	size_t n = c->path.len;

	if (str_ends(c->path, c->raw))
		n -= c->raw.len;
	if (n > 0 && c->path.ptr[n - 1] == '@')
		n--;
	if (n > 0 && c->path.ptr[n - 1] == '/')
		n--;
	return (str){ c->path.ptr, n };
}

static void place_of(const struct column *c, struct place *ret)
{
	str rest = container_of(c), part;

	ret->n = 0;
	ret->key = c->raw;
	if (!str_starts(c->path, STR("#other/")))
		push(ret, STR("Event"));
	while (rest.len) {
		part = str_cut(rest, '/', &rest);
		push(ret, part);
	}
	if (c->flags & COLUMN_F_ATTRIBUTE)
		push(ret, STR("#attributes"));
}

static void key(struct writer *w, str name)
{
	if (w->comma)
		buf_byte(w->out, ',');
	json_str(w->out, name);
	buf_byte(w->out, ':');
	w->comma = true;
}

/* Close and open objects until exactly p's are open. */
static void go_to(struct writer *w, const struct place *p)
{
	uint32_t same = 0;

	while (same < p->n && same < w->open.n && str_eq(p->at[same], w->open.at[same]))
		same++;
	for (; w->open.n > same; w->open.n--) {
		buf_byte(w->out, '}');
		w->comma = true;
	}
	for (; w->open.n < p->n; w->open.n++) {
		key(w, p->at[w->open.n]);
		buf_byte(w->out, '{');
		w->comma = false;
		w->open.at[w->open.n] = p->at[w->open.n];
	}
}

/* The element whose text this is has attributes or children: it is open, or the next column is one. */
static bool is_open_element(const struct writer *w, const struct place *p)
{
	if (w->open.n <= p->n || !str_eq(w->open.at[p->n], p->key))
		return false;
	for (uint32_t i = 0; i < p->n; i++)
		if (!str_eq(w->open.at[i], p->at[i]))
			return false;
	return true;
}

static bool opens_next(const struct schema *s, uint32_t i)
{
	str path = s->columns[i].path;

	return path.len && i + 1 < s->ncolumns && str_starts(s->columns[i + 1].path, path) &&
	       s->columns[i + 1].path.len > path.len && s->columns[i + 1].path.ptr[path.len] == '/';
}

/* All values of unnamed <Data> at once: one as it is, more as an array. */
static void unnamed(struct writer *w, uint32_t first)
{
	const struct schema *s = w->ev->schema;
	uint32_t n = 0;

	for (uint32_t i = first; i < s->ncolumns; i++)
		n += (s->columns[i].flags & COLUMN_F_UNNAMED) != 0;
	buf_z(w->out, "{\"#text\":");
	if (n > 1)
		buf_byte(w->out, '[');
	for (uint32_t i = first, k = 0; i < s->ncolumns; i++) {
		if (!(s->columns[i].flags & COLUMN_F_UNNAMED))
			continue;
		if (k++)
			buf_byte(w->out, ',');
		render_value(w->out, event_value(w->ev, (int32_t)i));
	}
	if (n > 1)
		buf_byte(w->out, ']');
	buf_byte(w->out, '}');
}

static void column(struct writer *w, uint32_t i, bool *unnamed_done)
{
	const struct column *c = &w->ev->schema->columns[i];
	struct place p;

	if ((c->flags & COLUMN_F_UNNAMED) && *unnamed_done)
		return;
	place_of(c, &p);
	if (!(c->flags & COLUMN_F_ATTRIBUTE) && (is_open_element(w, &p) || opens_next(w->ev->schema, i)) &&
	    push(&p, p.key))
		p.key = STR("#text");
	go_to(w, &p);
	key(w, p.key);
	if (c->flags & COLUMN_F_UNNAMED) {
		*unnamed_done = true;
		unnamed(w, i);
	} else {
		render_value(w->out, event_value(w->ev, (int32_t)i));
	}
}

/* What is absent is left out: a schema may have more columns than its event. */
static void flat(buf *out, const event *ev)
{
	bool comma = false;

	buf_byte(out, '{');
	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		value v = event_value(ev, (int32_t)i);

		if (v.type == VALUE_ABSENT || ev->schema->columns[i].flags & COLUMN_F_LINE)
			continue;
		if (comma)
			buf_byte(out, ',');
		comma = true;
		json_str(out, ev->schema->columns[i].path);
		buf_byte(out, ':');
		render_value(out, v);
	}
	buf_byte(out, '}');
}

void render_evtx_json(buf *out, const event *ev)
{
	struct writer w = { .out = out, .ev = ev };
	const struct place none = { .n = 0 };
	bool unnamed_done = false;

	if (ev->schema->family == FAMILY_FLAT) {
		flat(out, ev);
		return;
	}
	buf_byte(out, '{');
	for (uint32_t i = 0; i < ev->schema->ncolumns; i++)
		column(&w, i, &unnamed_done);
	go_to(&w, &none);
	buf_byte(out, '}');
}
