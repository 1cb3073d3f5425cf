#include "readers/json/flat.h"

#include <stdlib.h>

#include "readers/json/kinds.h"
#include "util/json.h"
#include "util/utf.h"

/* An inner text is unescaped once, its own strings again, and names are copied: what one object can
 * need is a small multiple of its text. */
enum { SCRATCH_PER_BYTE = 4, SCRATCH_SLACK = 4096, SIG_PER_BYTE = 4, TAG_MAX = 128 };

/* Lengths of the names in note_inner(). */
#define INNER_LENGTHS (UINT64_C(1) << 4 | 1 << 8 | 1 << 9 | 1 << 13 | 1 << 15)

void flat_done(struct flat *f)
{
	if (!f)
		return;
	buf_done(&f->sig);
	free(f->values);
	free(f->elems);
	free(f->scratch);
	jsonshim_free(f->shim);
	*f = (struct flat){ 0 };
}

bool flat_begin(struct flat *f, size_t text_len)
{
	size_t want = text_len * SCRATCH_PER_BYTE + SCRATCH_SLACK;

	if (want > f->scratch_cap) {
		free(f->scratch);
		f->scratch = malloc(want);
		f->scratch_cap = f->scratch ? want : 0;
		if (!f->scratch)
			return false;
	}
	f->scratch_len = 0;
	f->n = 0;
	f->limited = f->has_win = false;
	f->inner = INNER_NONE;
	buf_clear(&f->sig);
	f->sig.max = text_len * SIG_PER_BYTE + SCRATCH_SLACK;
	return true;
}

char *flat_scratch(struct flat *f, size_t n)
{
	char *p = f->scratch + f->scratch_len;

	if (n > f->scratch_cap - f->scratch_len)
		return NULL;
	f->scratch_len += n;
	return p;
}

static bool values_grow(struct flat *f)
{
	uint32_t cap = f->cap ? f->cap * 2 : 128;
	value *p = realloc(f->values, cap * sizeof *p);

	if (!p)
		return false;
	f->values = p;
	f->cap = cap;
	return true;
}

static void sig_name(struct flat *f, str name, char mark)
{
	if (buf_reserve(&f->sig, name.len + 1)) {
		memcpy(f->sig.ptr + f->sig.len, name.ptr, name.len);
		f->sig.ptr[f->sig.len + name.len] = mark;
		f->sig.len += name.len + 1;
	}
}

bool flat_leaf(struct flat *f, str name, value v)
{
	if (f->n == LIMIT_COLUMNS - 1) { /* one is left for a time that we make */
		f->limited = true;
		return true;
	}
	if (f->n == f->cap && !values_grow(f))
		return false;
	f->values[f->n++] = v;
	sig_name(f, name, FLAT_LEAF);
	return true;
}

void flat_open(struct flat *f, str name)
{
	sig_name(f, name, FLAT_OPEN);
}

void flat_close(struct flat *f)
{
	buf_byte(&f->sig, FLAT_CLOSE);
}

/* --- strings and scalars -------------------------------------------------------------------- */

static int hex4(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		int c = (unsigned char)p[i], d;

		if (c >= '0' && c <= '9')
			d = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			d = (c | 0x20) - 'a' + 10;
		else
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static char *put_utf8(char *p, uint32_t cp)
{
	if (cp < 0x80) {
		*p++ = (char)cp;
	} else if (cp < 0x800) {
		*p++ = (char)(0xC0 | cp >> 6);
		*p++ = (char)(0x80 | (cp & 0x3F));
	} else if (cp < 0x10000) {
		*p++ = (char)(0xE0 | cp >> 12);
		*p++ = (char)(0x80 | (cp >> 6 & 0x3F));
		*p++ = (char)(0x80 | (cp & 0x3F));
	} else {
		*p++ = (char)(0xF0 | cp >> 18);
		*p++ = (char)(0x80 | (cp >> 12 & 0x3F));
		*p++ = (char)(0x80 | (cp >> 6 & 0x3F));
		*p++ = (char)(0x80 | (cp & 0x3F));
	}
	return p;
}

/* The code point of \uXXXX at s[i] (i behind the 'u'); *i moves behind what was used. */
static int64_t unicode_escape(str s, size_t *i, bool *ret_bad)
{
	int hi, lo;

	if (s.len - *i < 4 || (hi = hex4(s.ptr + *i)) < 0)
		return -1;
	*i += 4;
	if (hi < 0xD800 || hi > 0xDFFF)
		return hi;
	if (hi < 0xDC00 && s.len - *i >= 6 && s.ptr[*i] == '\\' && s.ptr[*i + 1] == 'u') {
		lo = hex4(s.ptr + *i + 2);
		if (lo >= 0xDC00 && lo <= 0xDFFF) {
			*i += 6;
			return 0x10000 + ((int64_t)(hi - 0xD800) << 10) + (lo - 0xDC00);
		}
	}
	*ret_bad = true;
	return 0xFFFD;
}

size_t flat_unescape(str s, char *out, bool *ret_bad)
{
	static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
	char *p = out;
	size_t i = 0;

	while (i < s.len) {
		const char *hit = memchr(s.ptr + i, '\\', s.len - i);
		size_t n = hit ? (size_t)(hit - s.ptr) - i : s.len - i;
		const char *from;
		int64_t cp;

		memmove(p, s.ptr + i, n);
		p += n;
		i += n;
		if (!hit)
			break;
		if (++i == s.len)
			return SIZE_MAX;
		if (s.ptr[i] == 'u') {
			i++;
			cp = unicode_escape(s, &i, ret_bad);
			if (cp < 0)
				return SIZE_MAX;
			p = put_utf8(p, (uint32_t)cp);
			continue;
		}
		from = memchr(FROM, s.ptr[i], sizeof FROM - 1);
		if (!from)
			return SIZE_MAX;
		*p++ = TO[from - FROM];
		i++;
	}
	return (size_t)(p - out);
}

/* In a text that had to be repaired, bytes that were no UTF-8 stand as \xNN. */
static bool has_repair_mark(str s)
{
	for (size_t at; (at = str_find(s, STR("\\x"))) != SIZE_MAX;) {
		s = (str){ s.ptr + at + 2, s.len - at - 2 };
		if (s.len >= 2 &&
		    ((s.ptr[0] >= '8' && s.ptr[0] <= '9') || (s.ptr[0] >= 'a' && s.ptr[0] <= 'f')))
			return true;
	}
	return false;
}

/* raw: between the quotes. False: a malformed escape. */
static bool string_value(struct flat *f, str raw, value *ret)
{
	bool bad = false;
	char *p;
	size_t n;

	if (raw.len == 0 || !memchr(raw.ptr, '\\', raw.len)) {
		*ret = value_utf8(raw);
		return true;
	}
	p = flat_scratch(f, raw.len);
	if (!p) {
		f->limited = true;
		*ret = value_utf8(raw);
		return true;
	}
	n = flat_unescape(raw, p, &bad);
	if (n == SIZE_MAX)
		return false;
	f->scratch_len -= raw.len - n;
	*ret = value_utf8((str){ p, n });
	if (bad || (f->repaired && has_repair_mark((str){ p, n })))
		ret->flags |= VALUE_F_REPAIRED;
	return true;
}

static bool atom_value(str s, value *ret)
{
	uint8_t type;

	if (str_eq(s, STR("null"))) {
		*ret = (value){ 0 };
		return true;
	}
	if (str_eq(s, STR("true")) || str_eq(s, STR("false")))
		type = VALUE_TRUE_FALSE;
	else if (json_text_is_number(s))
		type = VALUE_NUMBER;
	else
		return false;
	*ret = (value){ (const uint8_t *)s.ptr, (uint32_t)s.len, type, 0, 0 };
	return true;
}

/* --- walking the index ---------------------------------------------------------------------- */

static uint8_t peek(const struct flat_cursor *c)
{
	return c->i < c->n ? c->text.ptr[c->at[c->i]] : 0;
}

/* The token at the cursor with what follows it up to the next token, without white space. */
static str token(const struct flat_cursor *c)
{
	size_t from = c->at[c->i];
	size_t to = c->i + 1 < c->n ? c->at[c->i + 1] : c->text.len;
	const char *p = (const char *)c->text.ptr;

	while (to > from + 1 &&
	       (p[to - 1] == ' ' || p[to - 1] == '\t' || p[to - 1] == '\n' || p[to - 1] == '\r'))
		to--;
	return (str){ p + from, to - from };
}

/* The inside of the string at the cursor, which moves on. */
static bool take_string(struct flat_cursor *c, str *ret)
{
	str t = token(c);

	if (t.len < 2 || t.ptr[t.len - 1] != '"')
		return false;
	*ret = (str){ t.ptr + 1, t.len - 2 };
	c->i++;
	return true;
}

static enum flat_result scalar(struct flat *f, struct flat_cursor *c, value *ret)
{
	str s;

	if (peek(c) == '"') {
		if (!take_string(c, &s) || !string_value(f, s, ret))
			return FLAT_BAD;
		return FLAT_OK;
	}
	if (c->i + 1 >= c->n)
		return FLAT_CUT; /* the last token: nothing closes the object */
	if (!atom_value(token(c), ret))
		return FLAT_BAD;
	c->i++;
	return FLAT_OK;
}

static bool opens(uint8_t ch)
{
	return ch == '{' || ch == '[';
}

/* A container deeper than we follow becomes text. */
static enum flat_result skip_deep(struct flat *f, struct flat_cursor *c, str name)
{
	size_t from = c->at[c->i], depth = 0;
	value v;

	f->limited = true;
	for (; c->i < c->n; c->i++) {
		uint8_t ch = peek(c);

		if (opens(ch))
			depth++;
		else if ((ch == '}' || ch == ']') && --depth == 0)
			break;
	}
	if (c->i >= c->n)
		return FLAT_CUT;
	v = value_utf8((str){ (const char *)c->text.ptr + from, c->at[c->i] + 1 - from });
	v.flags |= VALUE_F_REPAIRED;
	c->i++;
	return flat_leaf(f, name, v) ? FLAT_OK : FLAT_OOM;
}

static void note_inner(struct flat *f, str name, value v)
{
	static const struct {
		str name;
		enum flat_inner inner;
		uint8_t first;
	} INNER[] = {
		{ { "_raw", 4 }, INNER_RAW, 0 },
		{ { "full_log", 8 }, INNER_FULL_LOG, '{' },
		{ { "EventData", 9 }, INNER_EVENTDATA, 0 },
		{ { "SyslogMessage", 13 }, INNER_SYSLOG, '<' },
		{ { "CloudTrailEvent", 15 }, INNER_JSON, '{' },
		{ { "AuditData", 9 }, INNER_JSON, '{' },
	};

	for (size_t i = 0; i < COUNT(INNER); i++) {
		if (str_eq(name, INNER[i].name) && f->inner == INNER_NONE && f->n > 0 && v.len > 0 &&
		    v.type == VALUE_UTF8 && (!INNER[i].first || v.ptr[0] == INNER[i].first)) {
			f->inner = INNER[i].inner;
			f->inner_leaf = f->n - 1;
			f->inner_text = (str){ (const char *)v.ptr, v.len };
		}
	}
}

static enum flat_result walk_object(struct flat *f, struct flat_cursor *c, unsigned depth);
static enum flat_result walk_array(struct flat *f, struct flat_cursor *c, str name, unsigned depth);

static void sig_tag(struct flat *f, value v)
{
	buf_byte(&f->sig, FLAT_TAG);
	for (uint32_t i = 0; i < v.len; i++)
		buf_byte(&f->sig, v.ptr[i] < 0x20 || v.ptr[i] == '\\' ? '_' : (char)v.ptr[i]);
	buf_byte(&f->sig, FLAT_TAG);
}

static enum flat_result member_leaf(struct flat *f, str name, value v)
{
	uint32_t n = f->n;

	if (v.type == VALUE_UTF8 && v.len < TAG_MAX && kind_tags(name, (str){ (const char *)v.ptr, v.len }))
		sig_tag(f, v);
	if (!flat_leaf(f, name, v))
		return FLAT_OOM;
	if (f->n > n && (INNER_LENGTHS >> (name.len & 63) & 1))
		note_inner(f, name, v);
	return FLAT_OK;
}

static enum flat_result walk_member(struct flat *f, struct flat_cursor *c, str name, unsigned depth)
{
	enum flat_result r;
	value v;

	if (!opens(peek(c))) {
		r = scalar(f, c, &v);
		return r == FLAT_OK ? member_leaf(f, name, v) : r;
	}
	if (depth >= LIMIT_JSON_DEPTH)
		return skip_deep(f, c, name);
	if (peek(c) == '[')
		return walk_array(f, c, name, depth + 1);
	if (c->i + 1 < c->n && c->text.ptr[c->at[c->i + 1]] == '}') { /* {} */
		c->i += 2;
		return flat_leaf(f, name, (value){ 0 }) ? FLAT_OK : FLAT_OOM;
	}
	if (depth <= 2 && str_eq(name, STR("win")))
		f->has_win = true;
	flat_open(f, name);
	r = walk_object(f, c, depth + 1);
	flat_close(f);
	return r;
}

/* Cursor at '{'. Names longer than LIMIT_JSON_NAME are hostile: they would fill the schema memory. */
static enum flat_result walk_object(struct flat *f, struct flat_cursor *c, unsigned depth)
{
	c->i++;
	if (peek(c) == '}') {
		c->i++;
		return FLAT_OK;
	}
	for (;;) {
		enum flat_result r;
		str name;

		if (c->i + 1 >= c->n)
			return FLAT_CUT;
		if (peek(c) != '"' || !take_string(c, &name) || peek(c) != ':')
			return FLAT_BAD;
		c->i++;
		if (name.len > LIMIT_JSON_NAME) {
			f->limited = true;
			name.len = LIMIT_JSON_NAME;
			while (name.len &&
			       ((uint8_t)name.ptr[name.len - 1] >= 0x80 || name.ptr[name.len - 1] == '\\'))
				name.len--; /* neither half a character nor half an escape */
		}
		r = walk_member(f, c, name, depth);
		if (r != FLAT_OK)
			return r;
		if (peek(c) == '}') {
			c->i++;
			return FLAT_OK;
		}
		if (c->i >= c->n)
			return FLAT_CUT;
		if (peek(c) != ',')
			return FLAT_BAD;
		c->i++;
	}
}

/* --- arrays --------------------------------------------------------------------------------- */

static bool is_unnamed(str name)
{
	return str_eq(name, STR("#text")) || str_eq(name, STR("Data"));
}

static bool elem_push(struct flat *f, value v)
{
	if (f->nelems == f->elems_cap) {
		uint32_t cap = f->elems_cap ? f->elems_cap * 2 : 64;
		value *p = realloc(f->elems, cap * sizeof *p);

		if (!p)
			return false;
		f->elems = p;
		f->elems_cap = cap;
	}
	f->elems[f->nelems++] = v;
	return true;
}

/* NUL separates the elements of an array value, so one inside an element has to give way. */
static size_t put_element(char *to, value v, uint8_t *flags)
{
	size_t n = 0;

	*flags |= v.flags & VALUE_F_REPAIRED;
	if (!v.len || !memchr(v.ptr, 0, v.len)) {
		if (v.len)
			memcpy(to, v.ptr, v.len);
		return v.len;
	}
	*flags |= VALUE_F_REPAIRED;
	for (uint32_t i = 0; i < v.len; i++) {
		if (v.ptr[i]) {
			to[n++] = (char)v.ptr[i];
		} else {
			memcpy(to + n, "\xEF\xBF\xBD", 3);
			n += 3;
		}
	}
	return n;
}

/* Numbers stay numbers where all are. */
static uint8_t common_type(const value *v, uint32_t n)
{
	uint8_t type = VALUE_ABSENT;

	for (uint32_t i = 0; i < n; i++) {
		if (v[i].type == VALUE_ABSENT)
			continue;
		if (type != VALUE_ABSENT && type != v[i].type)
			return VALUE_UTF8;
		type = v[i].type;
	}
	return type;
}

value flat_join(struct flat *f, const value *v, uint32_t n)
{
	uint8_t flags = VALUE_F_ARRAY;
	value ret = { .type = common_type(v, n) };
	char *p = f->scratch + f->scratch_len;
	size_t room = f->scratch_cap - f->scratch_len, len = 0;
	bool any = false, open = false; /* an empty last element would not show without its end */

	for (uint32_t i = 0; i < n; i++) {
		size_t pos = 0;
		value one;

		while (value_next(v[i], &pos, &one)) {
			if (3 * (size_t)one.len + 2 > room - len) {
				f->limited = true;
				break;
			}
			if (any)
				p[len++] = '\0';
			any = true;
			open = one.len == 0;
			len += put_element(p + len, one, &flags);
		}
	}
	if (open)
		p[len++] = '\0';
	f->scratch_len += len;
	ret.ptr = (const uint8_t *)p;
	ret.len = (uint32_t)len;
	ret.flags = flags;
	return any ? ret : (value){ 0 };
}

static enum flat_result array_done(struct flat *f, str name, uint32_t from)
{
	uint32_t n = f->nelems - from;
	value v = n == 0 ? (value){ 0 } : n == 1 ? f->elems[from] : flat_join(f, f->elems + from, n);

	f->nelems = from;
	return member_leaf(f, name, v);
}

static enum flat_result element(struct flat *f, struct flat_cursor *c, str name, unsigned depth)
{
	enum flat_result r;
	value v;

	if (opens(peek(c)))
		return walk_member(f, c, name, depth);
	r = scalar(f, c, &v);
	if (r != FLAT_OK)
		return r;
	if (is_unnamed(name))
		return member_leaf(f, name, v);
	return elem_push(f, v) ? FLAT_OK : FLAT_OOM;
}

/* Cursor at '['. */
static enum flat_result walk_array(struct flat *f, struct flat_cursor *c, str name, unsigned depth)
{
	uint32_t from = f->nelems, n = f->n;
	enum flat_result r;

	c->i++;
	if (peek(c) == ']') {
		c->i++;
		return array_done(f, name, from);
	}
	for (;;) {
		r = element(f, c, name, depth);
		if (r != FLAT_OK)
			return r;
		if (peek(c) == ']')
			break;
		if (c->i >= c->n)
			return FLAT_CUT;
		if (peek(c) != ',')
			return FLAT_BAD;
		c->i++;
	}
	c->i++;
	return f->nelems > from || f->n == n ? array_done(f, name, from) : FLAT_OK;
}

enum flat_result flat_object(struct flat *f, struct flat_cursor *c)
{
	enum flat_result r;

	if (!flat_begin(f, c->text.len))
		return FLAT_OOM;
	f->nelems = 0;
	r = walk_object(f, c, 0);
	if (r == FLAT_OK && f->sig.failed) {
		f->sig.failed = false;
		f->limited = true;
	}
	return r;
}

/* --- events inside a text ------------------------------------------------------------------- */

static bool inner_json(struct flat *f, str text)
{
	struct flat_cursor c = { .text = str_bytes(text) };

	if (!f->shim)
		f->shim = jsonshim_new();
	if (!f->shim || jsonshim_index(f->shim, c.text.ptr, c.text.len, &c.at, &c.n) != JSONSHIM_OK ||
	    peek(&c) != '{')
		return false;
	return walk_object(f, &c, 1) == FLAT_OK && c.i == c.n;
}

bool flat_inner(struct flat *f, flat_text *other)
{
	str text = f->inner_text;
	size_t sig_len = f->sig.len;
	uint32_t n = f->n;
	bool wrap = f->inner == INNER_EVENTDATA, ok = false;

	if (f->inner == INNER_NONE || (f->inner == INNER_FULL_LOG && f->has_win))
		return false;
	f->nelems = 0;
	if (text.ptr[0] == '{') {
		if (wrap)
			flat_open(f, STR("EventData"));
		ok = inner_json(f, text);
		if (wrap)
			flat_close(f);
	} else if (other) {
		ok = other(f);
	}
	if (!ok || f->sig.failed) {
		f->sig.failed = false;
		f->sig.len = sig_len;
		f->n = n;
		return false;
	}
	f->values[f->inner_leaf] = (value){ 0 }; /* told by its parts now; raw keeps the text */
	return true;
}
