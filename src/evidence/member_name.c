#include "evidence/member_name_priv.h"

#include "evidence/evidence.h"
#include "util/limits.h"
#include "util/utf.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte of s at *i, decoded; moves *i behind it. */
static char percent_next(str s, size_t *i)
{
	int hi = -1, lo = -1;

	if (s.ptr[*i] == '%' && s.len - *i >= 3) {
		hi = hex_digit(s.ptr[*i + 1]);
		lo = hex_digit(s.ptr[*i + 2]);
	}
	if (hi < 0 || lo < 0)
		return s.ptr[(*i)++];
	*i += 3;
	return (char)(hi << 4 | lo);
}

str percent_decode(str s, arena *mem)
{
	char *p = arena_alloc(mem, s.len + 1);
	size_t n = 0;

	if (!p)
		return (str){ 0 };
	for (size_t i = 0; i < s.len;)
		p[n++] = percent_next(s, &i);
	return (str){ p, n };
}

/* Velociraptor stores a file as uploads/ACCESSOR/PATH with each part of PATH percent-encoded. Only there:
 * the channel file "...%4Admin.evtx" of a plain copy must keep its name. */
static bool by_collector(str raw)
{
	static const str ACCESSORS[] = {
		STR("auto"),     STR("file"),      STR("ntfs"),     STR("lazy_ntfs"),    STR("raw_ntfs"),
		STR("ntfs_vss"), STR("mft"),       STR("raw_file"), STR("vss"),          STR("ext4"),
		STR("raw_ext4"), STR("lazy_ext4"), STR("registry"), STR("raw_registry"), STR("raw_reg"),
		STR("fat"),      STR("data"),      STR("sparse"),   STR("collector"),    STR("zip"),
	};
	size_t at = str_starts(raw, STR("uploads/")) ? 0 : str_find(raw, STR("/uploads/"));
	str accessor, rest;

	if (at == SIZE_MAX)
		return false;
	at += at == 0 && raw.ptr[0] == 'u' ? 8 : 9;
	accessor = str_cut((str){ raw.ptr + at, raw.len - at }, '/', &rest);
	for (size_t i = 0; i < COUNT(ACCESSORS); i++)
		if (rest.len && str_eq(accessor, ACCESSORS[i]))
			return true;
	return false;
}

/* Would move a cursor, or show text in another order than it is stored. */
static bool deceptive(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x200E || cp == 0x200F ||
	       (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF;
}

static void show(buf *b, str s)
{
	while (s.len) {
		size_t n, valid;
		uint32_t cp = utf8_next(s, &n);

		valid = utf8_valid_prefix((str){ s.ptr, n });
		if (valid == n && !deceptive(cp))
			buf_add(b, s.ptr, n);
		else
			for (size_t i = 0; i < n; i++)
				buf_printf(b, "\\x%02x", (unsigned char)s.ptr[i]);
		s = (str){ s.ptr + n, s.len - n };
	}
}

void member_name_show(buf *b, str raw)
{
	bool cut = raw.len > LIMIT_ARCHIVE_NAME;

	if (cut)
		raw.len = LIMIT_ARCHIVE_NAME;
	if (by_collector(raw)) {
		buf decoded = { 0 };

		for (size_t i = 0; i < raw.len;)
			buf_byte(&decoded, percent_next(raw, &i));
		if (decoded.failed)
			b->failed = true;
		show(b, buf_view(&decoded));
		buf_done(&decoded);
	} else {
		show(b, raw);
	}
	if (cut)
		buf_z(b, "(cut)");
}

void member_name_inner(buf *b, str outer)
{
	static const struct {
		str suffix, instead;
	} SUFFIXES[] = {
		{ STR(".gz"), STR("") },       { STR(".xz"), STR("") },      { STR(".zst"), STR("") },
		{ STR(".bz2"), STR("") },      { STR(".zstd"), STR("") },    { STR(".gzip"), STR("") },
		{ STR(".tgz"), STR(".tar") },  { STR(".txz"), STR(".tar") }, { STR(".tzst"), STR(".tar") },
		{ STR(".tbz2"), STR(".tar") }, { STR(".tbz"), STR(".tar") },
	};
	str base = str_basename(outer);

	for (size_t i = 0; i < COUNT(SUFFIXES); i++) {
		str s = SUFFIXES[i].suffix;
		str end = base.len > s.len ? (str){ base.ptr + base.len - s.len, s.len } : base;

		if (end.len < base.len && str_eq_ascii_nocase(end, s)) {
			buf_add(b, base.ptr, base.len - s.len);
			buf_str(b, SUFFIXES[i].instead);
			return;
		}
	}
	buf_str(b, base);
}
