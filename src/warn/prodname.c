#include "warn/prodname.h"

#include "util/limits.h"

static const struct {
	const char *other, *name;
} VENDORS[] = {
#include "vendor_names.inc"
};

static bool is_word_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80 || c == '+' || c == '#';
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Registered, trade mark, copyright. */
static size_t mark_at(str s, size_t i)
{
	static const char *const MARKS[] = { "®", "™", "©", "(r)", "(tm)", "(c)" };

	for (size_t k = 0; k < COUNT(MARKS); k++) {
		size_t n = strlen(MARKS[k]);

		if (n <= s.len - i && str_eq_ascii_nocase((str){ s.ptr + i, n }, str_of(MARKS[k])))
			return n;
	}
	return 0;
}

/* Words in lower case with one blank between. Answers what was added. */
static str words(str s, buf *b)
{
	size_t from = b->len;
	bool gap = false;

	if (s.len > LIMIT_PRODUCT_TEXT)
		s.len = LIMIT_PRODUCT_TEXT;
	for (size_t i = 0; i < s.len; i++) {
		size_t mark = mark_at(s, i);
		unsigned char c = lower(s.ptr[i]);

		if (mark) {
			i += mark - 1;
			continue;
		}
		if (!is_word_char(c)) {
			gap = true;
			continue;
		}
		if (gap && b->len > from)
			buf_byte(b, ' ');
		gap = false;
		buf_byte(b, (char)c);
	}
	return (str){ b->ptr + from, b->len - from };
}

static bool drop_last_word(str *s, const char *word)
{
	size_t n = strlen(word);

	if (s->len <= n + 1 || s->ptr[s->len - n - 1] != ' ' || memcmp(s->ptr + s->len - n, word, n) != 0)
		return false;
	s->len -= n + 1;
	return true;
}

/* A vendor without what only says which kind of company it is. */
static str plain_vendor(str s)
{
	static const char *const FORMS[] = { "software foundation",
					     "foundation",
					     "inc",
					     "incorporated",
					     "ltd",
					     "limited",
					     "llc",
					     "llp",
					     "corp",
					     "corporation",
					     "co",
					     "company",
					     "gmbh",
					     "ag",
					     "kg",
					     "se",
					     "sa",
					     "sas",
					     "srl",
					     "spa",
					     "bv",
					     "nv",
					     "oy",
					     "ab",
					     "as",
					     "plc",
					     "kk",
					     "pty",
					     "pte",
					     "project" };
	bool again = true;

	if (str_starts(s, STR("the ")))
		s = (str){ s.ptr + 4, s.len - 4 };
	while (again) {
		again = false;
		for (size_t i = 0; i < COUNT(FORMS); i++)
			again |= drop_last_word(&s, FORMS[i]);
	}
	for (size_t i = 0; i < COUNT(VENDORS); i++)
		if (str_is(s, VENDORS[i].other))
			return str_of(VENDORS[i].name);
	return s;
}

/* Without blanks. */
static str joined(str s, buf *b)
{
	size_t from = b->len;

	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != ' ')
			buf_byte(b, s.ptr[i]);
	return (str){ b->ptr + from, b->len - from };
}

/* "adobe illustrator" of "adobe" is "illustrator". */
static str without_vendor(str product, str vendor)
{
	if (vendor.len && product.len > vendor.len + 1 && str_starts(product, vendor) &&
	    product.ptr[vendor.len] == ' ')
		return (str){ product.ptr + vendor.len + 1, product.len - vendor.len - 1 };
	return product;
}

struct prodname prodname_of(str vendor, str product, buf *b)
{
	struct prodname n = { 0 };
	str v, full_vendor, p;

	buf_clear(b);
	/* views must not move: room for all of it at once */
	if (!buf_reserve(b, 8 * LIMIT_PRODUCT_TEXT))
		return n;
	full_vendor = words(vendor, b);
	v = plain_vendor(full_vendor);
	if (str_is(v, "n a") || str_is(v, "unknown") || str_is(v, "unspecified"))
		v = (str){ 0 };
	p = words(product, b);
	if (str_is(p, "n a") || str_is(p, "unknown") || str_is(p, "unspecified"))
		return n;
	if (v.len) {
		p = without_vendor(p, full_vendor);
		p = without_vendor(p, v);
	}
	n.vendor = joined(v, b);
	n.product = joined(p, b);
	n.full = (str){ n.vendor.ptr, n.vendor.len + n.product.len };
	return n;
}

bool prodname_vendors_akin(str a, str b)
{
	enum { SHORTEST = 3 };
	str s = a.len < b.len ? a : b, l = a.len < b.len ? b : a;

	return s.len == 0 || (s.len >= SHORTEST ? str_starts(l, s) : str_eq(s, l));
}
