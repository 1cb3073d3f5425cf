#include <stdlib.h>

#include "evtx_writer.h"
#include "util/times.h"
#include "util/utf.h"

#define FILETIME_1970 UINT64_C(116444736000000000)
#define ARRAY_SEPARATOR '\x1f'

static const struct {
	const char *name;
	uint8_t type, size; /* size 0: not fixed */
} TYPES[] = {
	{ "str", EVTX_STRING, 0 }, { "ansi", EVTX_ANSI, 0 },     { "i8", EVTX_I8, 1 },
	{ "u8", EVTX_U8, 1 },      { "i16", EVTX_I16, 2 },       { "u16", EVTX_U16, 2 },
	{ "i32", EVTX_I32, 4 },    { "u32", EVTX_U32, 4 },       { "i64", EVTX_I64, 8 },
	{ "u64", EVTX_U64, 8 },    { "f32", EVTX_F32, 4 },       { "f64", EVTX_F64, 8 },
	{ "bool", EVTX_BOOL, 4 },  { "bin", EVTX_BINARY, 0 },    { "guid", EVTX_GUID, 16 },
	{ "ptr", EVTX_SIZE, 8 },   { "time", EVTX_FILETIME, 8 }, { "systime", EVTX_SYSTEMTIME, 16 },
	{ "sid", EVTX_SID, 0 },    { "hex32", EVTX_HEX32, 4 },   { "hex64", EVTX_HEX64, 8 },
	{ "xml", EVTX_BINXML, 0 },
};

bool evtx_type_parse(str name, uint8_t *ret)
{
	bool array = str_ends(name, STR("[]"));

	if (array)
		name.len -= 2;
	for (size_t i = 0; i < COUNT(TYPES); i++) {
		if (!str_eq(name, str_of(TYPES[i].name)))
			continue;
		*ret = (uint8_t)(TYPES[i].type | (array ? EVTX_ARRAY : 0));
		return true;
	}
	return false;
}

static uint8_t type_size(uint8_t type)
{
	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (TYPES[i].type == type)
			return TYPES[i].size;
	return 0;
}

static void put_le(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

static int bad(str text, const char *what, err *e)
{
	return err_set(e, ERR_ARG, ERR_NO_OFFSET, "not a %s: \"%.*s\"", what, STR_ARG(text));
}

/* NUL-terminated copy on the stack for strtoull and friends; false if it is too long to be a number. */
static bool short_text(str text, char out[64])
{
	if (text.len == 0 || text.len > 63)
		return false;
	memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return true;
}

static int parse_number(uint8_t type, str text, uint8_t *to, size_t size, err *e)
{
	char z[64], *end;
	uint64_t v;

	if (!short_text(text, z))
		return bad(text, "number", e);
	if (type == EVTX_F32 || type == EVTX_F64) {
		double d = strtod(z, &end);
		float f = (float)d;

		memcpy(&v, &d, 8);
		if (type == EVTX_F32) {
			uint32_t u;

			memcpy(&u, &f, 4);
			v = u;
		}
	} else {
		v = z[0] == '-' ? (uint64_t)strtoll(z, &end, 10) : strtoull(z, &end, 0);
	}
	if (*end)
		return bad(text, "number", e);
	put_le(to, v, size);
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool hex_bytes(str text, uint8_t *to, size_t n)
{
	if (text.len != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(text.ptr[2 * i]), lo = hex_digit(text.ptr[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		to[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

/* {00112233-4455-6677-8899-AABBCCDDEEFF}, braces optional. */
static int parse_guid(str text, uint8_t *to, err *e)
{
	static const uint8_t ORDER[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	str whole = text;
	char digits[32];
	uint8_t raw[16];
	size_t n = 0;

	if (text.len == 38 && text.ptr[0] == '{') {
		text.ptr++;
		text.len -= 2;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '-')
			continue;
		if (n == 32)
			return bad(whole, "GUID", e);
		digits[n++] = text.ptr[i];
	}
	if (n != 32 || !hex_bytes((str){ digits, 32 }, raw, 16))
		return bad(whole, "GUID", e);
	for (size_t i = 0; i < 16; i++)
		to[i] = raw[ORDER[i]];
	return 0;
}

static int parse_sid(str text, uint8_t *to, size_t *ret_len, err *e)
{
	str rest, whole = text;
	uint64_t rev, auth, sub;
	size_t n = 0;

	if (!str_starts(text, STR("S-")))
		return bad(whole, "SID", e);
	text.ptr += 2;
	text.len -= 2;
	if (!str_to_u64(str_cut(text, '-', &rest), &rev) || rev > 255 ||
	    !str_to_u64(str_cut(rest, '-', &rest), &auth))
		return bad(whole, "SID", e);
	while (rest.len && n < 15) {
		if (!str_to_u64(str_cut(rest, '-', &rest), &sub) || sub > UINT32_MAX)
			return bad(whole, "SID", e);
		put_le(to + 8 + 4 * n++, sub, 4);
	}
	to[0] = (uint8_t)rev;
	to[1] = (uint8_t)n;
	for (size_t i = 0; i < 6; i++)
		to[2 + i] = (uint8_t)(auth >> 8 * (5 - i));
	*ret_len = 8 + 4 * n;
	return 0;
}

static int parse_time(uint8_t type, str text, uint8_t *to, err *e)
{
	enum time_basis basis;
	int64_t ns, days, rest;
	int64_t year;
	unsigned month, day;

	if (!time_parse_iso(text, &ns, &basis))
		return bad(text, "time", e);
	if (type == EVTX_FILETIME) {
		put_le(to, (uint64_t)(ns / 100) + FILETIME_1970, 8);
		return 0;
	}
	days = ns / NS_PER_S / 86400;
	rest = ns - days * 86400 * NS_PER_S;
	time_civil_from_days(days, &year, &month, &day);
	put_le(to, (uint64_t)year, 2);
	put_le(to + 2, month, 2);
	put_le(to + 4, (uint64_t)((days + 4) % 7), 2);
	put_le(to + 6, day, 2);
	put_le(to + 8, (uint64_t)(rest / (3600 * NS_PER_S)), 2);
	put_le(to + 10, (uint64_t)(rest / (60 * NS_PER_S) % 60), 2);
	put_le(to + 12, (uint64_t)(rest / NS_PER_S % 60), 2);
	put_le(to + 14, (uint64_t)(rest / 1000000 % 1000), 2);
	return 0;
}

/* One code point of UTF-8 text as UTF-16LE; answers the bytes written. */
static size_t put_utf16(uint8_t *to, uint32_t cp)
{
	if (cp < 0x10000) {
		put_le(to, cp, 2);
		return 2;
	}
	put_le(to, 0xd800 + ((cp - 0x10000) >> 10), 2);
	put_le(to + 2, 0xdc00 + ((cp - 0x10000) & 0x3ff), 2);
	return 4;
}

static int parse_string(str text, bool nul, arena *mem, bytes *ret, err *e)
{
	uint8_t *to = arena_alloc(mem, 2 * text.len + 2);
	size_t n = 0, used;

	if (!to)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a string");
	while (text.len) {
		uint32_t cp = utf8_next(text, &used);

		n += put_utf16(to + n, cp);
		text.ptr += used;
		text.len -= used;
	}
	*ret = (bytes){ to, n + (nul ? 2 : 0) };
	return 0;
}

static int parse_scalar(uint8_t type, str text, arena *mem, bytes *ret, err *e)
{
	size_t len = type_size(type);
	uint8_t *to;
	int rc;

	if (type == EVTX_STRING)
		return parse_string(text, false, mem, ret, e);
	if (type == EVTX_BINARY || type == EVTX_BINXML)
		len = text.len / 2;
	else if (type == EVTX_ANSI)
		len = text.len;
	else if (type == EVTX_SID)
		len = 68;
	to = arena_alloc(mem, len ? len : 1);
	if (!to)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a value");
	switch (type) {
	case EVTX_BINARY:
	case EVTX_BINXML:
		rc = hex_bytes(text, to, len) ? 0 : bad(text, "hex string", e);
		break;
	case EVTX_ANSI:
		memcpy(to, text.ptr, text.len);
		rc = 0;
		break;
	case EVTX_GUID:
		rc = parse_guid(text, to, e);
		break;
	case EVTX_SID:
		rc = parse_sid(text, to, &len, e);
		break;
	case EVTX_FILETIME:
	case EVTX_SYSTEMTIME:
		rc = parse_time(type, text, to, e);
		break;
	case EVTX_BOOL:
		put_le(to, str_eq(text, STR("true")), 4);
		rc = 0;
		break;
	default:
		rc = parse_number(type, text, to, len, e);
	}
	if (rc == 0)
		*ret = (bytes){ to, len };
	return rc;
}

/* Elements back to back; strings with their NUL, as event providers write them. */
static int parse_array(uint8_t type, str text, arena *mem, bytes *ret, err *e)
{
	buf all = { 0 };
	uint8_t *copy;

	while (text.len) {
		str one = str_cut(text, ARRAY_SEPARATOR, &text);
		bytes b = { 0 };
		int rc = type == EVTX_STRING ? parse_string(one, true, mem, &b, e)
					     : parse_scalar(type, one, mem, &b, e);

		if (rc < 0) {
			buf_done(&all);
			return -1;
		}
		buf_add(&all, b.ptr, b.len);
		if (type == EVTX_ANSI)
			buf_byte(&all, '\0');
	}
	copy = arena_alloc(mem, all.len ? all.len : 1);
	if (copy && all.len)
		memcpy(copy, all.ptr, all.len);
	*ret = (bytes){ copy, all.len };
	buf_done(&all);
	return copy ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an array");
}

int evtx_value_parse(uint8_t type, str text, arena *mem, struct evtx_value *ret, err *e)
{
	uint8_t base = type & (uint8_t)~EVTX_ARRAY;
	bool is_text = base == EVTX_STRING || base == EVTX_ANSI;
	bytes b = { 0 };

	if (type == EVTX_NULL || (text.len == 0 && !is_text)) {
		*ret = (struct evtx_value){ EVTX_NULL, { NULL, 0 } };
		return 0;
	}
	if ((type & EVTX_ARRAY ? parse_array(base, text, mem, &b, e) : parse_scalar(type, text, mem, &b, e)) <
	    0)
		return -1;
	if (b.len > UINT16_MAX)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "value of %zu bytes, a record holds 65535",
			       b.len);
	*ret = (struct evtx_value){ type, b };
	return 0;
}
