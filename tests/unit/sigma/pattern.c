/* pattern.c - both matchers of patterns against each other, and what a pattern knows of itself. */
#include "unit/unit.h"

#include "sigma/fold.h"
#include "sigma/pattern.h"

static void make(struct pattern *ret, const char *text, bool cased, arena *mem)
{
	pat_elems elems = { 0 };

	assert_true(pat_parse(&elems, str_of(text)));
	assert_true(pattern_init(ret, elems.at, elems.len, cased, mem));
	VEC_DONE(&elems);
}

static const struct {
	const char *pattern, *literal;
	uint32_t segments;
	bool open_start, open_end;
} SHAPES[] = {
	{ "", "", 0, false, false },
	{ "*", "", 0, true, true },
	{ "abc", "abc", 1, false, false },
	{ "*ABC", "abc", 1, true, false },
	{ "ab*cde?f", "cde", 2, false, false },
	{ "ab?c*", "ab", 1, false, true },
	{ "a\\*b*c", "a*b", 2, false, false },
	{ "**x**y**", "x", 2, true, true },
	{ "?", "", 1, false, false },
	{ "a\xC3\x89*", "a\xC3\xA9", 1, false, true },
};

static void test_shapes(void **state)
{
	arena mem;

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(SHAPES); i++) {
		struct pattern p;

		make(&p, SHAPES[i].pattern, false, &mem);
		CHECK_STR(SHAPES[i].pattern, p.literal, str_of(SHAPES[i].literal));
		CHECK(SHAPES[i].pattern, p.nsegments == SHAPES[i].segments);
		CHECK(SHAPES[i].pattern, p.open_start == SHAPES[i].open_start);
		CHECK(SHAPES[i].pattern, p.open_end == SHAPES[i].open_end);
	}
	arena_done(&mem);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static void random_text(uint32_t *seed, const char *const *letters, size_t n, unsigned max, char *out)
{
	unsigned len = next_random(seed) % max;

	*out = 0;
	while (len--) {
		const char *letter = letters[next_random(seed) % n];

		memcpy(out, letter, strlen(letter) + 1);
		out += strlen(letter);
	}
}

/* Small alphabets meet often: stars, question marks, dashes of windash, two-byte characters. */
static void test_both_matchers(void **state)
{
	static const char *const IN_PATTERN[] = { "a", "b", "*", "?", "\xC3\xA9", "\\*", "-a", "*" };
	static const char *const IN_TEXT[] = { "a", "b", "\xC3\xA9", "*", "-", "/", "\xE2\x80\x93", "\n" };
	uint32_t seed = 20240229;
	unsigned matches = 0;
	arena mem;

	arena_init(&mem, 1 << 20);
	for (int i = 0; i < 200000; i++) {
		char pattern[64], text[64];
		pat_elems elems = { 0 };
		struct pattern p;
		bool fast;

		arena_clear(&mem);
		random_text(&seed, IN_PATTERN, COUNT(IN_PATTERN), 9, pattern);
		random_text(&seed, IN_TEXT, COUNT(IN_TEXT), 9, text);
		assert_true(pat_parse(&elems, str_of(pattern)));
		if (i % 2)
			pat_windash(&elems);
		assert_true(pattern_init(&p, elems.at, elems.len, i % 3 == 0, &mem));
		VEC_DONE(&elems);
		fast = pattern_match(&p, str_of(text));
		if (fast != pattern_match_naive(&p, str_of(text)))
			fail_msg("\"%s\" on \"%s\": %d", pattern, text, fast);
		if (fast && str_find(str_of(text), p.literal) == SIZE_MAX)
			fail_msg("\"%s\" matches \"%s\" without its literal", pattern, text);
		matches += fast;
	}
	assert_in_range(matches, 10000, 190000);
	arena_done(&mem);
}

static void test_folding(void **state)
{
	static const struct {
		const char *what, *text, *want;
	} T[] = {
		{ "ASCII", "Hello, World @[`{", "hello, world @[`{" },
		{ "long run and a tail", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcABCDEFGHIJKLMNOPQRSTUVWXYZ\xC3\x89Z",
		  "abcdefghijklmnopqrstuvwxyzabcabcdefghijklmnopqrstuvwxyz\xC3\xA9z" },
		{ "one to several stays", "\xC4\xB0", "\xC4\xB0" },
		{ "grows in bytes", "\xC8\xBA", "\xE2\xB1\xA5" },
		{ "shrinks in bytes", "\xE2\x84\xAA", "k" },
		{ "not UTF-8",
		  "A\xFF"
		  "B",
		  "a\\xffb" },
		{ "cut sequence", "A\xE2\x80", "a\\xe2\\x80" },
		{ "surrogate in UTF-8", "\xED\xA0\x80", "\\xed\\xa0\\x80" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };

		fold_utf8(str_of(T[i].text), &b);
		CHECK_STR(T[i].what, buf_view(&b), str_of(T[i].want));
		buf_done(&b);
	}
}

static void test_folding_utf16(void **state)
{
	static const uint8_t WIDE[] = { 'A', 0, 0xC9, 0,    'Z',  0,    0x00, 0xD8,
					'B', 0, 0x01, 0xD8, 0x00, 0xDC, 'x' };
	buf b = { 0 };

	/* a lone surrogate, U+10400, an odd last byte */
	fold_utf16le((bytes){ WIDE, sizeof WIDE }, &b);
	CHECK_STR("UTF-16", buf_view(&b),
		  STR("a\xC3\xA9z\xEF\xBF\xBD"
		      "b\xF0\x90\x90\xA8"));
	buf_done(&b);
}

static void test_word(void **state)
{
	assert_true(fold_is_word('_') && fold_is_word('0') && fold_is_word('z'));
	assert_true(fold_is_word(0xE9) && fold_is_word(0x4E2D));
	assert_false(fold_is_word('-') || fold_is_word(0x2013) || fold_is_word(0xA0));
	assert_true(fold_is_word(0x10400));
	assert_false(fold_is_word(0x10FFFF));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),  cmocka_unit_test(test_both_matchers),
		cmocka_unit_test(test_folding), cmocka_unit_test(test_folding_utf16),
		cmocka_unit_test(test_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
