#include "readers/text/codepage.h"

#include "util/utf.h"

/* A run of characters that GB18030 writes in four bytes, by the linear number of the four. */
struct gb_run {
	uint16_t linear, cp, n;
};

#include "codepages.inc"

enum { LEAD_MIN = 0x81, LEAD_MAX = 0xFE, TRAIL_MIN = 0x40, TRAIL_MAX = 0xFE };
enum { TRAILS = TRAIL_MAX - TRAIL_MIN + 1, GB_PLANES_FROM = 189000 };

struct codepage {
	const char *name, *aliases;
	const uint16_t *single; /* of bytes 0x80.., 0: none */
	const uint16_t *pairs;  /* of two bytes, NULL: single bytes only */
	bool four;              /* GB18030's four bytes */
};

static const struct codepage PAGES[] = {
	{ "gb18030", "cp936 gbk gb2312 936", GB18030_SINGLE, GB18030_PAIRS, true },
	{ "cp932", "shiftjis sjis windows31j 932", CP932_SINGLE, CP932_PAIRS, false },
	{ "cp949", "euckr uhc ksc56011987 949", CP949_SINGLE, CP949_PAIRS, false },
	{ "cp1251", "windows1251 1251", CP1251_SINGLE, NULL, false },
	{ "cp1252", "windows1252 iso88591 latin1 ansi 1252", CP1252_SINGLE, NULL, false },
};

static bool listed(const char *words, str name)
{
	str rest = str_of(words), one;

	while (rest.len) {
		one = str_cut(rest, ' ', &rest);
		if (str_eq_ascii_nocase(one, name))
			return true;
	}
	return false;
}

const struct codepage *codepage_named(str name)
{
	char plain[24];
	size_t n = 0;

	for (size_t i = 0; i < name.len && n < sizeof plain; i++)
		if (name.ptr[i] != '-' && name.ptr[i] != '_')
			plain[n++] = name.ptr[i];
	for (size_t i = 0; i < COUNT(PAGES); i++)
		if (str_eq_ascii_nocase(str_of(PAGES[i].name), (str){ plain, n }) ||
		    listed(PAGES[i].aliases, (str){ plain, n }))
			return &PAGES[i];
	return NULL;
}

const char *codepage_name(const struct codepage *cp)
{
	return cp->name;
}

static uint32_t pair_at(const struct codepage *cp, bytes s, size_t i)
{
	if (!cp->pairs || i + 1 >= s.len || s.ptr[i] < LEAD_MIN || s.ptr[i] > LEAD_MAX ||
	    s.ptr[i + 1] < TRAIL_MIN || s.ptr[i + 1] > TRAIL_MAX)
		return 0;
	return cp->pairs[(s.ptr[i] - LEAD_MIN) * TRAILS + (s.ptr[i + 1] - TRAIL_MIN)];
}

static uint32_t four_at(const struct codepage *cp, bytes s, size_t i)
{
	const uint8_t *p = s.ptr + i;
	uint32_t linear;

	if (!cp->four || s.len - i < 4 || p[0] < 0x81 || p[0] == 0xFF || p[1] < 0x30 || p[1] > 0x39 ||
	    p[2] < 0x81 || p[2] == 0xFF || p[3] < 0x30 || p[3] > 0x39)
		return 0;
	linear = ((p[0] - 0x81u) * 10 + p[1] - 0x30) * 1260 + (p[2] - 0x81u) * 10 + p[3] - 0x30;
	if (linear >= GB_PLANES_FROM)
		return linear - GB_PLANES_FROM <= 0xFFFFF ? linear - GB_PLANES_FROM + 0x10000 : 0;
	for (size_t k = 0; k < COUNT(GB_RUNS); k++)
		if (linear >= GB_RUNS[k].linear && linear - GB_RUNS[k].linear < GB_RUNS[k].n)
			return GB_RUNS[k].cp + (linear - GB_RUNS[k].linear);
	return 0;
}

/* The character at i and how many bytes it takes; 0 and one byte if there is none. */
static uint32_t char_at(const struct codepage *cp, bytes s, size_t i, size_t *ret_len)
{
	uint32_t c = s.ptr[i];

	*ret_len = 1;
	if (c < 0x80)
		return c;
	if ((c = pair_at(cp, s, i)) != 0) {
		*ret_len = 2;
		return c;
	}
	if ((c = four_at(cp, s, i)) != 0) {
		*ret_len = 4;
		return c;
	}
	return cp->single[s.ptr[i] - 0x80];
}

void codepage_decode(const struct codepage *cp, bytes s, buf *out)
{
	size_t n;

	for (size_t i = 0; i < s.len; i += n) {
		size_t from = i;
		uint32_t c;

		while (i < s.len && s.ptr[i] < 0x80)
			i++;
		buf_add(out, s.ptr + from, i - from);
		if (i == s.len)
			return;
		c = char_at(cp, s, i, &n);
		if (c)
			buf_utf8_cp(out, c);
		else
			buf_printf(out, "\\x%02x", s.ptr[i]);
	}
}

/* --- guessing ------------------------------------------------------------------------------- */

struct tally {
	unsigned chars;  /* beyond ASCII */
	unsigned common; /* of these, letters that running text in the code page's languages is made of */
	unsigned bad;    /* bytes that are no character */
};

/* Letters of running text. Korean syllables and Chinese level-1 characters share their place in the code
 * pages, so each must show what the other cannot: see codepage_guess(). */
static bool is_common(const struct codepage *cp, bytes s, size_t i, size_t len, uint32_t c)
{
	uint8_t b = s.ptr[i];

	if (cp->pairs == GB18030_PAIRS)
		return len == 2 && b >= 0xB0 && b <= 0xD7 && s.ptr[i + 1] >= 0xA1;
	if (cp->pairs == CP932_PAIRS)
		return c >= 0x3041 && c <= 0x30FE;
	if (cp->pairs == CP949_PAIRS)
		return len == 2 && b >= 0xB0 && b <= 0xC8 && s.ptr[i + 1] >= 0xA1;
	if (cp->single == CP1251_SINGLE) /* words, not single letters between ASCII ones */
		return c >= 0x410 && c <= 0x44F && i + 1 < s.len && s.ptr[i + 1] >= 0xC0;
	return c >= 0xC0 && c <= 0xFF && c != 0xD7 && c != 0xF7 && (i + 1 >= s.len || s.ptr[i + 1] < 0x80);
}

static struct tally count(const struct codepage *cp, bytes s)
{
	struct tally t = { 0 };
	size_t n;

	for (size_t i = 0; i < s.len; i += n) {
		uint32_t c = char_at(cp, s, i, &n);

		if (s.ptr[i] < 0x80)
			continue;
		t.bad += c == 0;
		t.chars++;
		t.common += c && is_common(cp, s, i, n, c);
	}
	return t;
}

/* How surely text is in the code page, in hundredths; 0: not. */
static unsigned likeness(const struct codepage *cp, const struct tally *t)
{
	enum { CHARS_MIN = 8, HANGUL_MIN = 16, BAD_OF = 50, COMMON = 60, HANGUL = 95, KANA = 30 };
	unsigned share = t->chars ? (unsigned)((uint64_t)t->common * 100 / t->chars) : 0;

	if (t->chars < CHARS_MIN || t->bad * BAD_OF > t->chars)
		return 0;
	if (cp->pairs == CP949_PAIRS) /* all in the 25 rows of Hangul: Chinese would use the rest of its 40 */
		return share >= HANGUL && t->chars >= HANGUL_MIN ? 200 : 0;
	if (cp->pairs == CP932_PAIRS) /* kana stand between the Chinese characters of Japanese */
		return share >= KANA ? 100 + share : 0;
	return share >= COMMON ? share : 0;
}

const struct codepage *codepage_guess(bytes s)
{
	const struct codepage *best = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < COUNT(PAGES); i++) {
		struct tally t = count(&PAGES[i], s);
		unsigned like = likeness(&PAGES[i], &t);

		if (like > most) {
			best = &PAGES[i];
			most = like;
		}
	}
	return best;
}
