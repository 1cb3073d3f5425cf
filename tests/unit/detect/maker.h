/* maker.h - events from one line of text each, as cases.tsv writes them.
 *
 * name='text' (\n \\ \uXXXX \UXXXXXXXX), null: element without value, @null: attribute without value,
 * 7u 7x -7i: unsigned, hexadecimal, signed; ['x','y']: array; ~ before a value: the same in each event of the schema;
 * EventID=!8u: the event's own id, else it is 7; b'00ff' g'..' s'..' t'..' f'..' n'1.0' w'..': binary, GUID, SID, FILETIME,
 * float by their bytes, a JSON number and Windows-1252 by their text.
 * Thread rule: tests run in one thread. */
#ifndef SPOOR_TESTS_DETECT_MAKER_H
#define SPOOR_TESTS_DETECT_MAKER_H

#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "event/event.h"
#include "util/utf.h"

/* --- events from text ----------------------------------------------------------------------- */

struct maker {
	arena mem;
	bool utf16;
	struct column cols[64];
	bool flat; /* a line of some log: not of Windows, no event id of its own */
	value values[64], consts[64];
	uint32_t n, nslots, nconsts;
};

static unsigned hex_digits(const char **p, int n)
{
	unsigned v = 0;

	while (n--) {
		char c = *(*p)++;

		v = v * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

/* 'text' with escapes, at *p; appended as UTF-8. */
static void take_text(const char **p, buf *out)
{
	for (++*p; **p != '\'';) {
		char c = *(*p)++;

		if (c != '\\') {
			buf_byte(out, c);
			continue;
		}
		c = *(*p)++;
		if (c == 'u' || c == 'U')
			buf_utf8_cp(out, hex_digits(p, c == 'u' ? 4 : 8));
		else
			buf_byte(out, c == 'n' ? '\n' : c);
	}
	++*p;
}

static void put_utf16(buf *out, str s)
{
	for (size_t i = 0, len; i < s.len; i += len) {
		uint32_t c = utf8_next((str){ s.ptr + i, s.len - i }, &len);

		if (c >= 0x10000) {
			uint32_t hi = 0xD800 + ((c - 0x10000) >> 10);

			buf_byte(out, (char)hi);
			buf_byte(out, (char)(hi >> 8));
			c = 0xDC00 + (c & 0x3FF);
		}
		buf_byte(out, (char)c);
		buf_byte(out, (char)(c >> 8));
	}
}

static value keep(struct maker *m, buf *b, uint8_t type)
{
	str s = arena_str(&m->mem, buf_view(b));
	value v = { (const uint8_t *)s.ptr, (uint32_t)s.len, type, 0, 0 };

	buf_done(b);
	return v;
}

static value text_value(struct maker *m, const char **p)
{
	buf text = { 0 }, wide = { 0 };

	take_text(p, &text);
	if (!m->utf16)
		return keep(m, &text, VALUE_UTF8);
	put_utf16(&wide, buf_view(&text));
	buf_done(&text);
	return keep(m, &wide, VALUE_UTF16);
}

static value number_value(struct maker *m, const char **p)
{
	char *end;
	long long n = strtoll(*p, &end, 10);
	uint8_t le[8];
	value v = { .ptr = arena_alloc(&m->mem, 8), .len = 8, .unit = 8 };

	for (int i = 0; i < 8; i++)
		le[i] = (uint8_t)((unsigned long long)n >> 8 * i);
	memcpy((uint8_t *)(uintptr_t)v.ptr, le, 8);
	v.type = *end == 'u' ? VALUE_UINT : *end == 'x' ? VALUE_HEX : VALUE_INT;
	*p = end + 1;
	return v;
}

/* A value of another type, by its bytes. */
static value typed_value(struct maker *m, const char **p)
{
	static const char LETTERS[] = "bgstfnw";
	static const uint8_t TYPES[] = { VALUE_BINARY, VALUE_GUID,   VALUE_SID, VALUE_FILETIME,
					 VALUE_FLOAT,  VALUE_NUMBER, VALUE_ANSI };
	unsigned k = (unsigned)(strchr(LETTERS, *(*p)++) - LETTERS);
	buf text = { 0 };

	if (k >= 5) {
		take_text(p, &text);
		return keep(m, &text, TYPES[k]);
	}
	for (++*p; **p != '\'';)
		buf_byte(&text, (char)hex_digits(p, 2));
	++*p;
	return keep(m, &text, TYPES[k]);
}

static value one_value(struct maker *m, const char **p)
{
	if (strchr("bgstfnw", **p))
		return typed_value(m, p);
	return **p == '\'' ? text_value(m, p) : number_value(m, p);
}

static value array_value(struct maker *m, const char **p)
{
	buf b = { 0 };
	value v = { 0 };

	while (**p != ']') {
		++*p;
		v = one_value(m, p);
		buf_add(&b, v.ptr, v.len);
		if (value_is_text(v)) /* ends each */
			buf_add(&b, "\0", v.type == VALUE_UTF16 ? 2 : 1);
	}
	++*p;
	uint16_t unit = v.unit;

	v = keep(m, &b, v.type);
	v.flags = VALUE_F_ARRAY;
	v.unit = unit;
	return v;
}

static void add_column(struct maker *m, const char *name, size_t len, const char *path, value v, unsigned flags,
		       bool constant)
{
	struct column *col = &m->cols[m->n++];
	buf b = { 0 };

	for (size_t i = 0; i < len; i++)
		if (name[i] != ' ')
			buf_byte(&b, name[i]);
	*col = (struct column){ .raw = { name, len },
				.path = str_of(path),
				.slot = constant ? -1 - (int32_t)m->nconsts : (int32_t)m->nslots,
				.section = SECTION_EVENTDATA,
				.flags = (uint8_t)flags };
	col->name = arena_str(&m->mem, buf_view(&b));
	buf_done(&b);
	if (constant)
		m->consts[m->nconsts++] = v;
	else
		m->values[m->nslots++] = v;
}

static void add_fields(struct maker *m, const char *p)
{
	while (*p) {
		const char *name = p, *end;
		value v = { 0 };
		bool constant = false, own_id = false;
		unsigned flags = 0;

		if (*p == '\'') {
			end = strchr(++name, '\'');
			p = end + 1;
		} else {
			end = strchr(p, '=');
			p = end;
		}
		while (strchr("@~!", *++p)) {
			flags |= *p == '@' ? COLUMN_F_ATTRIBUTE : 0;
			constant |= *p == '~';
			own_id |= *p == '!';
		}
		if (strncmp(p, "null", 4) == 0)
			p += 4;
		else
			v = *p == '[' ? array_value(m, &p) : one_value(m, &p);
		if (own_id)
			m->values[1] = v;
		else
			add_column(m, name, (size_t)(end - name), "EventData/x", v, flags, constant);
		while (*p == ' ')
			p++;
	}
}

static void add_system(struct maker *m)
{
	const char *prov = "'prov'", *chan = "'chan'", *id = "7u";

	add_column(m, "Provider_Name", 13, "System/Provider/@Name", text_value(m, &prov), COLUMN_F_ATTRIBUTE,
		   false);
	add_column(m, "EventID", 7, "System/EventID", number_value(m, &id), 0, false);
	add_column(m, "Channel", 7, "System/Channel", text_value(m, &chan), 0, false);
}

/* The event of a text; its values and names live in m->mem, its schema in set. */
static event make_event(struct maker *m, struct schema_set *set, const char *text)
{
	struct schema proto = { .reader = "test", .columns = m->cols, .consts = m->consts };
	event ev = { .time_ns = TIME_NONE, .values = m->values };

	m->n = m->nslots = m->nconsts = 0;
	proto.family = m->flat ? FAMILY_FLAT : FAMILY_WINDOWS;
	add_system(m);
	add_fields(m, text);
	proto.ncolumns = m->n;
	proto.nslots = m->nslots;
	proto.nconsts = m->nconsts;
	ev.schema = schema_set_add(set, &proto, NULL);
	assert_non_null(ev.schema);
	return ev;
}

#endif
