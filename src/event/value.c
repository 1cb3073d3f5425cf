#include "event/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/limits.h"
#include "util/times.h"
#include "util/utf.h"

/* Windows-1252, 0x80..0x9F; zero where the code page has no character. */
static const uint16_t CP1252_HIGH[32] = {
	0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static void text_ansi(bytes b, buf *out)
{
	for (size_t i = 0, n; i < b.len; i++) {
		uint32_t c;

		for (n = i; n < b.len && b.ptr[n] < 0x80; n++)
			;
		buf_add(out, b.ptr + i, n - i);
		i = n;
		if (i == b.len)
			return;
		c = b.ptr[i];
		if (c >= 0x80 && c < 0xA0 && CP1252_HIGH[c - 0x80])
			c = CP1252_HIGH[c - 0x80];
		buf_utf8_cp(out, c);
	}
}

static bool load_uint(value v, uint64_t *ret)
{
	switch (v.len) {
	case 1:
		*ret = v.ptr[0];
		return true;
	case 2:
		*ret = load_le16(v.ptr);
		return true;
	case 4:
		*ret = load_le32(v.ptr);
		return true;
	case 8:
		*ret = load_le64(v.ptr);
		return true;
	default:
		return false;
	}
}

static bool load_int(value v, int64_t *ret)
{
	uint64_t u = 0;
	unsigned shift;

	if (!load_uint(v, &u))
		return false;
	shift = 64 - 8 * (unsigned)v.len;
	*ret = (int64_t)(u << shift) >> shift;
	return true;
}

static void text_hex_upper(bytes b, buf *out)
{
	static const char HEX[] = "0123456789ABCDEF";

	if (!buf_reserve(out, b.len * 2))
		return;
	for (size_t i = 0; i < b.len; i++) {
		out->ptr[out->len++] = HEX[b.ptr[i] >> 4];
		out->ptr[out->len++] = HEX[b.ptr[i] & 15];
	}
}

static void text_guid(value v, buf *out)
{
	const uint8_t *p = v.ptr;

	if (v.len != 16) {
		text_hex_upper((bytes){ v.ptr, v.len }, out);
		return;
	}
	buf_printf(out, "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", load_le32(p), load_le16(p + 4),
		   load_le16(p + 6), p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15]);
}

static void text_sid(value v, buf *out)
{
	uint64_t authority = 0;

	if (v.len < 8 || v.len < 8u + 4u * v.ptr[1]) {
		text_hex_upper((bytes){ v.ptr, v.len }, out);
		return;
	}
	for (unsigned i = 2; i < 8; i++)
		authority = authority << 8 | v.ptr[i];
	buf_printf(out, "S-%u-%llu", v.ptr[0], (unsigned long long)authority);
	for (unsigned i = 0; i < v.ptr[1]; i++)
		buf_printf(out, "-%u", load_le32(v.ptr + 8 + 4u * i));
}

static bool systemtime_ns(value v, int64_t *ret)
{
	const uint8_t *p = v.ptr;

	return v.len == 16 &&
	       time_from_civil(load_le16(p), load_le16(p + 2), load_le16(p + 6), load_le16(p + 8),
			       load_le16(p + 10), load_le16(p + 12), load_le16(p + 14) * 1000000u, ret);
}

/* Also the times that ns since 1970 cannot hold: 0, which programs write for "never", is 1601. */
static bool text_filetime(uint64_t ticks, buf *out)
{
	uint64_t secs = ticks / 10000000, frac = ticks % 10000000;
	int64_t ns, year;
	unsigned month, day, sod = (unsigned)(secs % 86400);

	if (time_from_filetime(ticks, &ns, NULL) == 0) {
		buf_time(out, ns);
		return true;
	}
	time_civil_from_days((int64_t)(secs / 86400) + time_days_from_civil(1601, 1, 1), &year, &month, &day);
	if (year > 9999)
		return false;
	buf_printf(out, "%04d-%02u-%02uT%02u:%02u:%02u", (int)year, month, day, sod / 3600, sod / 60 % 60,
		   sod % 60);
	if (frac)
		buf_printf(out, ".%07u00", (unsigned)frac);
	buf_byte(out, 'Z');
	return true;
}

static void text_float(value v, buf *out)
{
	double d;
	float f;
	char tmp[40];

	if (v.len == 4) {
		uint32_t u = load_le32(v.ptr);

		memcpy(&f, &u, 4);
		d = (double)f;
	} else if (v.len == 8) {
		uint64_t u = load_le64(v.ptr);

		memcpy(&d, &u, 8);
	} else {
		text_hex_upper((bytes){ v.ptr, v.len }, out);
		return;
	}
	/* the shortest form that reads back as the same number */
	for (int prec = 1; prec <= 17; prec++) {
		snprintf(tmp, sizeof tmp, "%.*g", prec, d);
		if (v.len == 4 ? (float)strtod(tmp, NULL) == (float)d : strtod(tmp, NULL) == d)
			break;
	}
	buf_z(out, tmp);
	if (isfinite(d) && d == floor(d) && !strpbrk(tmp, ".e"))
		buf_z(out, ".0");
}

static void text_one(value v, buf *out)
{
	bytes b = { v.ptr, v.len };
	uint64_t u;
	int64_t i;

	switch ((enum value_type)v.type) {
	case VALUE_ABSENT:
	case VALUE_TYPES:
		return;
	case VALUE_UTF8:
	case VALUE_NUMBER:
	case VALUE_TRUE_FALSE:
		buf_str(out, bytes_str(b));
		return;
	case VALUE_UTF16:
		buf_utf16le(out, b);
		return;
	case VALUE_ANSI:
		text_ansi(b, out);
		return;
	case VALUE_INT:
		if (load_int(v, &i)) {
			buf_i64(out, i);
			return;
		}
		break;
	case VALUE_UINT:
		if (load_uint(v, &u)) {
			buf_u64(out, u);
			return;
		}
		break;
	case VALUE_FLOAT:
		text_float(v, out);
		return;
	case VALUE_BOOL:
		u = 0;
		for (size_t k = 0; k < b.len; k++)
			u |= b.ptr[k];
		buf_z(out, u ? "true" : "false");
		return;
	case VALUE_GUID:
		text_guid(v, out);
		return;
	case VALUE_FILETIME:
		if (v.len == 8 && text_filetime(load_le64(v.ptr), out))
			return;
		break;
	case VALUE_SYSTEMTIME:
		if (systemtime_ns(v, &i)) {
			buf_time(out, i);
			return;
		}
		break;
	case VALUE_SID:
		text_sid(v, out);
		return;
	case VALUE_HEX:
		if (load_uint(v, &u)) {
			buf_printf(out, "0x%llx", (unsigned long long)u);
			return;
		}
		break;
	case VALUE_BINARY:
		break;
	}
	text_hex_upper(b, out);
}

bool value_next(value v, size_t *pos, value *ret)
{
	size_t i = *pos, n;

	if (!(v.flags & VALUE_F_ARRAY)) {
		if (i != 0 || v.type == VALUE_ABSENT)
			return false;
		*ret = v;
		*pos = 1;
		return true;
	}
	if (v.type == VALUE_UTF16)
		v.len &= ~1u; /* half a unit is no element */
	if (i >= v.len)
		return false;
	*ret = v;
	ret->flags = (uint8_t)(v.flags & ~VALUE_F_ARRAY);
	ret->ptr = v.ptr + i;
	if (v.type == VALUE_UTF16) {
		for (n = 0; i + n + 1 < v.len && load_le16(v.ptr + i + n) != 0; n += 2)
			;
		ret->len = (uint32_t)n;
		*pos = i + n + 2;
	} else if (value_is_text(v) || v.type == VALUE_NUMBER || v.type == VALUE_TRUE_FALSE) {
		for (n = 0; i + n < v.len && v.ptr[i + n] != 0; n++)
			;
		ret->len = (uint32_t)n;
		*pos = i + n + 1;
	} else {
		n = v.unit ? v.unit : v.len;
		if (n > v.len - i)
			n = v.len - i;
		ret->len = (uint32_t)n;
		*pos = i + n;
	}
	return true;
}

void value_text(value v, buf *out)
{
	value one;
	size_t pos = 0;
	bool first = true;

	if (!(v.flags & VALUE_F_ARRAY)) {
		text_one(v, out);
		return;
	}
	while (value_next(v, &pos, &one)) {
		if (!first)
			buf_add(out, ", ", 2);
		text_one(one, out);
		first = false;
	}
}

str value_str(value v, arena *mem)
{
	buf b = { 0 };
	str s;

	if (v.type == VALUE_UTF8 && !(v.flags & VALUE_F_ARRAY))
		return (str){ v.len ? (const char *)v.ptr : "", v.len };
	if (v.type == VALUE_UTF16 && !(v.flags & VALUE_F_ARRAY)) {
		char *p = arena_alloc(mem, UTF8_OF_UTF16_MAX(v.len / 2) + 1);

		if (!p)
			return (str){ 0 };
		return (str){ p, utf16le_to_utf8((bytes){ v.ptr, v.len }, p, NULL) };
	}
	value_text(v, &b);
	s = b.failed ? (str){ 0 } : arena_str(mem, buf_view(&b));
	buf_done(&b);
	return s;
}

/* Numbers are short: the text of any value that could be one fits here. */
static str short_text(value v, char tmp[64])
{
	size_t n = 0;

	if (v.type == VALUE_UTF16) {
		for (; 2 * n + 1 < v.len && n < 64; n++) {
			uint16_t u = load_le16(v.ptr + 2 * n);

			if (u >= 0x80)
				return (str){ tmp, 0 };
			tmp[n] = (char)u;
		}
		return (str){ tmp, 2 * n < v.len ? 0 : n };
	}
	return (str){ (const char *)v.ptr, v.len };
}

static bool text_u64(str s, uint64_t *ret)
{
	uint64_t u = 0;

	if (s.len > 2 && s.len <= 18 && s.ptr[0] == '0' && (s.ptr[1] | 0x20) == 'x') {
		for (size_t i = 2; i < s.len; i++) {
			int c = (unsigned char)s.ptr[i];
			int d = c >= '0' && c <= '9'                     ? c - '0'
				: (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
									 : -1;

			if (d < 0)
				return false;
			u = u << 4 | (unsigned)d;
		}
		*ret = u;
		return true;
	}
	return str_to_u64(s, ret);
}

bool value_u64(value v, uint64_t *ret)
{
	char tmp[64];
	int64_t i;

	if (v.flags & VALUE_F_ARRAY)
		return false;
	if (v.type == VALUE_UTF8 && str_to_u64((str){ (const char *)v.ptr, v.len }, ret))
		return true; /* as most are in text logs */
	switch ((enum value_type)v.type) {
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_BOOL:
		return load_uint(v, ret);
	case VALUE_INT:
		if (!load_int(v, &i) || i < 0)
			return false;
		*ret = (uint64_t)i;
		return true;
	case VALUE_UTF8:
	case VALUE_UTF16:
	case VALUE_NUMBER:
		return text_u64(short_text(v, tmp), ret);
	default:
		return false;
	}
}

bool value_i64(value v, int64_t *ret)
{
	char tmp[64];
	uint64_t u;
	str s;

	if (v.type == VALUE_INT && !(v.flags & VALUE_F_ARRAY))
		return load_int(v, ret);
	if (value_u64(v, &u)) {
		if (u > INT64_MAX)
			return false;
		*ret = (int64_t)u;
		return true;
	}
	if ((v.flags & VALUE_F_ARRAY) ||
	    (v.type != VALUE_UTF8 && v.type != VALUE_UTF16 && v.type != VALUE_NUMBER))
		return false;
	s = short_text(v, tmp);
	if (s.len < 2 || s.ptr[0] != '-' || !str_to_u64((str){ s.ptr + 1, s.len - 1 }, &u) ||
	    u > (uint64_t)INT64_MAX + 1)
		return false;
	*ret = (int64_t)(0 - u);
	return true;
}

bool value_time(value v, int64_t *ret_ns)
{
	enum time_basis basis;
	char tmp[64];

	if (v.flags & VALUE_F_ARRAY)
		return false;
	switch ((enum value_type)v.type) {
	case VALUE_FILETIME:
		return v.len == 8 && load_le64(v.ptr) != 0 &&
		       time_from_filetime(load_le64(v.ptr), ret_ns, NULL) == 0;
	case VALUE_SYSTEMTIME:
		return systemtime_ns(v, ret_ns);
	case VALUE_UTF8:
	case VALUE_UTF16:
		return time_parse_iso(short_text(v, tmp), ret_ns, &basis);
	default:
		return false;
	}
}

bool value_eq_nocase(value v, str ascii)
{
	buf b = { 0 };
	bool same;

	if (v.flags & VALUE_F_ARRAY)
		return false;
	if (v.type == VALUE_UTF16) {
		if (v.len / 2 != ascii.len)
			return false;
		for (size_t i = 0; i < ascii.len; i++) {
			uint16_t u = load_le16(v.ptr + 2 * i);
			char c = (char)u;

			if (u >= 0x80 || !str_eq_ascii_nocase((str){ &c, 1 }, (str){ ascii.ptr + i, 1 }))
				return false;
		}
		return true;
	}
	if (v.type == VALUE_UTF8)
		return str_eq_ascii_nocase((str){ (const char *)v.ptr, v.len }, ascii);
	value_text(v, &b);
	same = str_eq_ascii_nocase(buf_view(&b), ascii);
	buf_done(&b);
	return same;
}
