#include "readers/evtx/evtx_priv.h"
#include "util/limits.h"

enum {
	TOK_END = 0x00,
	TOK_OPEN = 0x01,
	TOK_CLOSE_START = 0x02,
	TOK_CLOSE_EMPTY = 0x03,
	TOK_END_ELEMENT = 0x04,
	TOK_TEXT = 0x05,
	TOK_ATTRIBUTE = 0x06,
	TOK_CDATA = 0x07,
	TOK_CHAR_REF = 0x08,
	TOK_ENTITY_REF = 0x09,
	TOK_PI_TARGET = 0x0A,
	TOK_PI_DATA = 0x0B,
	TOK_SLOT = 0x0D,
	TOK_OPTIONAL_SLOT = 0x0E,
	TOK_FRAGMENT = 0x0F,
	TOK_MORE = 0x40,
	TYPE_STRING = 0x01,
};

/* A name in the chunk: u32 next, u16 hash, u16 units, text, u16 0. */
static bool name_at(bytes chunk, uint32_t off, bytes *ret_text)
{
	bytes head;

	return off >= EVTX_CHUNK_HEADER_LEN && bytes_sub(chunk, off, 8, &head) &&
	       load_le16(head.ptr + 6) <= LIMIT_BINXML_NAME &&
	       bytes_sub(chunk, (uint64_t)off + 8, 2u * load_le16(head.ptr + 6), ret_text);
}

/* True if the name's text has the hash that stands before it. */
static bool hash_is_right(bytes text)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < text.len; i += 2)
		hash = hash * 65599 + load_le16(text.ptr + i);
	return (uint16_t)hash == load_le16(text.ptr - 4);
}

/* Read the name reference at *at; a name stored right behind it is stepped over. *at and the text are
 * untouched on failure. */
static bool take_name(const struct evtx_canon *c, uint32_t *at, uint32_t end, bytes *ret_text)
{
	uint32_t off, behind = *at + 4;
	bytes text;

	if (end < behind)
		return false;
	off = load_le32(c->chunk.ptr + *at);
	if (!name_at(c->chunk, off, &text))
		return false;
	if (off == behind)
		behind += 10 + (uint32_t)text.len;
	if (behind > end)
		return false;
	*at = behind;
	*ret_text = text;
	return true;
}

enum dependency { DEPENDENCY_UNKNOWN, DEPENDENCY_YES, DEPENDENCY_NO };

/* The name of an element, behind its size and perhaps a dependency id, which some producers leave out
 * inside fragments. What leads to a name with the right hash is believed, for the whole fragment. */
static bool take_element_name(const struct evtx_canon *c, enum dependency *dep, uint32_t *at, uint32_t end,
			      bytes *ret_name)
{
	uint32_t with = *at + 6, without = *at + 4;
	bytes name_with = { 0 }, name_without = { 0 };
	bool a, b;

	if (*dep != DEPENDENCY_UNKNOWN) {
		*at = *dep == DEPENDENCY_YES ? with : without;
		return take_name(c, at, end, ret_name);
	}
	a = take_name(c, &with, end, &name_with);
	b = take_name(c, &without, end, &name_without);
	if (a && (!b || hash_is_right(name_with) || !hash_is_right(name_without))) {
		*dep = DEPENDENCY_YES;
		*at = with;
		*ret_name = name_with;
		return true;
	}
	*dep = DEPENDENCY_NO;
	*at = without;
	*ret_name = name_without;
	return b;
}

enum { COPY_STEP = 32 };

static inline void put_text(struct evtx_canon *c, enum canon_token tok, bytes text)
{
	char *p;

	if (!buf_reserve(&c->out, 3 + text.len + COPY_STEP))
		return;
	p = c->out.ptr + c->out.len;
	p[0] = (char)tok;
	p[1] = (char)(text.len / 2 & 0xFF);
	p[2] = (char)(text.len / 2 >> 8);
	if (text.len <= COPY_STEP && (size_t)(c->chunk.ptr + c->chunk.len - text.ptr) >= COPY_STEP)
		memcpy(p + 3, text.ptr, COPY_STEP); /* a fixed length needs no call */
	else
		memcpy(p + 3, text.ptr, text.len);
	c->out.len += 3 + text.len;
}

/* A token that carries nothing. */
static inline void put_mark(struct evtx_canon *c, enum canon_token tok)
{
	const char mark[3] = { (char)tok, 0, 0 };

	buf_add(&c->out, mark, sizeof mark);
}

static void put_slot(struct evtx_canon *c, uint32_t slot)
{
	char tok[3] = { CANON_SLOT, (char)(slot & 0xFF), (char)(slot >> 8) };

	buf_add(&c->out, tok, 3);
}

/* A literal: itself in a template and where a Data element is named; a slot elsewhere. */
static bool put_literal(struct evtx_canon *c, bytes text, bool as_slot)
{
	while (text.len >= 2 && load_le16(text.ptr + text.len - 2) == 0)
		text.len -= 2;
	if (!as_slot) {
		put_text(c, CANON_TEXT, text);
		return true;
	}
	if (c->nvalues >= c->max_values) {
		c->why = "too many values in one record";
		return false;
	}
	c->values[c->nvalues] =
		text.len ? (value){ text.ptr, (uint32_t)text.len, VALUE_UTF16, 0, 0 } : (value){ 0 };
	put_slot(c, c->nvalues++);
	return true;
}

static bool is_ascii(bytes utf16, str want)
{
	if (utf16.len != want.len * 2)
		return false;
	for (size_t i = 0; i < want.len; i++)
		if (load_le16(utf16.ptr + 2 * i) != (unsigned char)want.ptr[i])
			return false;
	return true;
}

struct cursor {
	uint32_t at, end;
	uint32_t depth;
	bool raw;
	bool in_start;  /* between the open token and its close */
	bool data;      /* the open element is called Data */
	bool data_name; /* inside the Name attribute of a Data element */
	enum dependency dependency;
};

static bool fail(struct evtx_canon *c, const char *why)
{
	c->why = why;
	return false;
}

static bool take_open(struct evtx_canon *c, struct cursor *k, bool attributes)
{
	uint32_t at = k->at;
	bytes name;

	if (k->in_start) {
		put_mark(c, CANON_CONTENT);
		k->in_start = false;
	}
	if (++k->depth > LIMIT_BINXML_DEPTH)
		return fail(c, "elements nested too deep");
	if (!take_element_name(c, &k->dependency, &at, k->end, &name))
		return fail(c, "element name outside the chunk");
	if (attributes) {
		if (k->end - at < 4)
			return fail(c, "attribute list cut off");
		at += 4;
	}
	put_text(c, CANON_OPEN, name);
	k->at = at;
	k->in_start = true;
	k->data = is_ascii(name, STR("Data"));
	k->data_name = false;
	return true;
}

static bool take_text(struct evtx_canon *c, struct cursor *k, bool typed)
{
	uint32_t at = k->at;
	bytes text;

	if (typed) {
		if (k->end - at < 1)
			return fail(c, "value cut off");
		if (c->chunk.ptr[at++] != TYPE_STRING)
			return fail(c, "literal value that is no string");
	}
	if (k->end - at < 2 || !bytes_sub((bytes){ c->chunk.ptr, k->end }, (uint64_t)at + 2,
					  2u * load_le16(c->chunk.ptr + at), &text))
		return fail(c, "text cut off");
	k->at = at + 2 + (uint32_t)text.len;
	return put_literal(c, text, k->raw && !k->data_name);
}

static bool skip_text(struct evtx_canon *c, struct cursor *k)
{
	uint32_t len;

	if (k->end - k->at < 2)
		return fail(c, "text cut off");
	len = 2 + 2u * load_le16(c->chunk.ptr + k->at);
	if (len > k->end - k->at)
		return fail(c, "text cut off");
	k->at += len;
	return true;
}

static bool take_slot(struct evtx_canon *c, struct cursor *k)
{
	uint32_t slot;

	if (k->end - k->at < 3)
		return fail(c, "substitution cut off");
	slot = load_le16(c->chunk.ptr + k->at);
	if (k->raw)
		return fail(c, "substitution outside a template");
	if (slot >= LIMIT_EVTX_VALUES)
		return fail(c, "substitution number too large");
	k->at += 3;
	put_slot(c, slot);
	return true;
}

static bool take_char_ref(struct evtx_canon *c, struct cursor *k)
{
	bytes unit;

	if (!bytes_sub((bytes){ c->chunk.ptr, k->end }, k->at, 2, &unit))
		return fail(c, "character reference cut off");
	k->at += 2;
	return put_literal(c, unit, k->raw && !k->data_name);
}

/* One token behind its first byte. *done: the fragment's end. */
static bool take_token(struct evtx_canon *c, struct cursor *k, uint8_t tok, bool *done)
{
	bytes name;

	switch (tok & ~TOK_MORE) {
	case TOK_END:
		*done = true;
		return k->depth == 0 || fail(c, "fragment ends inside an element");
	case TOK_OPEN:
		return take_open(c, k, tok & TOK_MORE);
	case TOK_ATTRIBUTE:
		if (!k->in_start || !take_name(c, &k->at, k->end, &name))
			return fail(c, "bad attribute");
		put_text(c, CANON_ATTRIBUTE, name);
		k->data_name = k->data && is_ascii(name, STR("Name"));
		return true;
	case TOK_CLOSE_START:
		if (!k->in_start)
			return fail(c, "start tag closed twice");
		k->in_start = k->data_name = false;
		put_mark(c, CANON_CONTENT);
		return true;
	case TOK_CLOSE_EMPTY:
		if (!k->in_start)
			return fail(c, "start tag closed twice");
		k->in_start = k->data_name = false;
		put_mark(c, CANON_CONTENT);
		k->depth--;
		put_mark(c, CANON_CLOSE);
		return true;
	case TOK_END_ELEMENT:
		if (k->depth == 0 || k->in_start)
			return fail(c, "end tag without its start");
		k->depth--;
		put_mark(c, CANON_CLOSE);
		return true;
	case TOK_TEXT:
		return take_text(c, k, true);
	case TOK_CDATA:
		return take_text(c, k, false);
	case TOK_CHAR_REF:
		return take_char_ref(c, k);
	case TOK_ENTITY_REF:
		if (!take_name(c, &k->at, k->end, &name))
			return fail(c, "bad entity reference");
		put_text(c, CANON_ENTITY, name);
		return true;
	case TOK_PI_TARGET: /* carries no field: stepped over */
		return take_name(c, &k->at, k->end, &name) || fail(c, "bad processing instruction");
	case TOK_PI_DATA:
		return skip_text(c, k);
	case TOK_SLOT:
	case TOK_OPTIONAL_SLOT:
		return take_slot(c, k);
	case TOK_FRAGMENT:
		if (k->end - k->at < 3)
			return fail(c, "fragment header cut off");
		k->at += 3;
		return true;
	default:
		return fail(c, "unknown BinXML token");
	}
}

uint32_t evtx_canon_fragment(struct evtx_canon *c, uint32_t at, uint32_t end, bool raw)
{
	struct cursor k = { .at = at, .end = end, .raw = raw };
	bool done = false;

	buf_clear(&c->out);
	c->nvalues = 0;
	c->why = NULL;
	if (end > c->chunk.len || at > end) {
		c->why = "fragment outside the chunk";
		return 0;
	}
	while (!done) {
		if (k.at >= k.end) {
			/* an end token that was cut off is forgiven where nothing else is open */
			if (k.depth == 0 && c->out.len)
				break;
			c->why = "fragment has no end";
			return 0;
		}
		if (!take_token(c, &k, c->chunk.ptr[k.at++], &done))
			return 0;
	}
	put_mark(c, CANON_END);
	if (c->out.failed) {
		c->why = "no memory";
		return 0;
	}
	return k.at;
}
