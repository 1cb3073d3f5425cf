#include "readers/text/coding.h"

#include "util/utf.h"

enum { SNIFF_BYTES = 4096 };

/* UTF-16 without a mark: of Latin letters, digits and spaces every second byte is zero. */
static bool is_wide(bytes b, enum coding_kind *ret)
{
	size_t n = b.len < SNIFF_BYTES ? b.len : SNIFF_BYTES, odd = 0, even = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		even += b.ptr[i] == 0 && b.ptr[i + 1] != 0;
		odd += b.ptr[i + 1] == 0 && b.ptr[i] != 0;
	}
	*ret = odd > even ? CODING_UTF16LE : CODING_UTF16BE;
	return (odd > even ? odd : even) * 10 > n / 2 * 3 && (odd > even ? odd > 10 * even : even > 10 * odd);
}

/* How much of a text is well-formed; what the end of the view cuts off does not count against it. */
static bool is_utf8(bytes b)
{
	size_t n = utf8_valid_prefix(bytes_str(b));

	return b.len - n < 4 && (b.len == n || b.len >= SNIFF_BYTES);
}

static struct coding declared_coding(str name)
{
	struct coding c = { .kind = CODING_UTF8, .page = codepage_named(name) };

	if (c.page)
		c.kind = CODING_PAGE;
	else if (str_eq_ascii_nocase(name, STR("utf-16le")) || str_eq_ascii_nocase(name, STR("utf-16")))
		c.kind = CODING_UTF16LE;
	else if (str_eq_ascii_nocase(name, STR("utf-16be")))
		c.kind = CODING_UTF16BE;
	return c;
}

/* Mostly well-formed: damage in UTF-8, not another coding. */
static bool is_damaged_utf8(bytes b)
{
	size_t good = 0, bad = 0, n;

	for (size_t i = 0; i < b.len; i += n) {
		n = 1;
		if (b.ptr[i] < 0x80)
			continue;
		(void)utf8_next((str){ (const char *)b.ptr + i, b.len - i }, &n);
		good += n > 1;
		bad += n == 1;
	}
	return good > 4 * bad;
}

struct coding coding_of(bytes head, str declared)
{
	static const struct {
		uint8_t bytes[3], len, kind;
	} MARKS[] = {
		{ { 0xEF, 0xBB, 0xBF }, 3, CODING_UTF8 },
		{ { 0xFF, 0xFE }, 2, CODING_UTF16LE },
		{ { 0xFE, 0xFF }, 2, CODING_UTF16BE },
	};
	struct coding c = { .kind = CODING_UTF8 };
	enum coding_kind wide;

	for (size_t i = 0; i < COUNT(MARKS); i++) {
		if (head.len >= MARKS[i].len && memcmp(head.ptr, MARKS[i].bytes, MARKS[i].len) == 0) {
			c.kind = (enum coding_kind)MARKS[i].kind;
			c.bom_bytes = MARKS[i].len;
			return c;
		}
	}
	if (is_wide(head, &wide)) {
		c.kind = wide;
		return c;
	}
	if (declared.len)
		return declared_coding(declared);
	if (is_utf8(head) || is_damaged_utf8(head))
		return c;
	c.page = codepage_guess(head);
	c.guessed = c.page != NULL;
	c.kind = c.page ? CODING_PAGE : CODING_UTF8;
	return c;
}

const char *coding_name(const struct coding *c)
{
	switch (c->kind) {
	case CODING_UTF16LE:
		return "utf-16le";
	case CODING_UTF16BE:
		return "utf-16be";
	case CODING_PAGE:
		return codepage_name(c->page);
	default:
		return "utf-8";
	}
}

static bool is_ascii(bytes b)
{
	size_t i = 0;

	for (; i + 8 <= b.len; i += 8)
		if (load_le64(b.ptr + i) & UINT64_C(0x8080808080808080))
			return false;
	for (; i < b.len; i++)
		if (b.ptr[i] & 0x80)
			return false;
	return true;
}

static void from_utf16be(bytes line, buf *out)
{
	for (size_t i = 0, step; i + 1 < line.len; i += step) {
		uint8_t le[4];

		step = line.len - i >= 4 && line.ptr[i] >= 0xD8 && line.ptr[i] < 0xDC ? 4 : 2;
		for (size_t k = 0; k < step; k++)
			le[k] = line.ptr[i + (k ^ 1)];
		buf_utf16le(out, (bytes){ le, step });
	}
}

str coding_text(const struct coding *c, bytes line, buf *scratch)
{
	if (c->kind == CODING_UTF8 || (c->kind == CODING_PAGE && is_ascii(line)))
		return (str){ line.len ? (const char *)line.ptr : "", line.len };
	buf_clear(scratch);
	if (c->kind == CODING_UTF16LE)
		buf_utf16le(scratch, line);
	else if (c->kind == CODING_UTF16BE)
		from_utf16be(line, scratch);
	else
		codepage_decode(c->page, line, scratch);
	if (scratch->failed)
		return (str){ 0 };
	return (str){ scratch->len ? scratch->ptr : "", scratch->len };
}
