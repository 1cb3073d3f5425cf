#include "unit.h"

#include "cli/term.h"

static void shows_what_a_terminal_would_obey(void **state)
{
	static const struct { const char *what; str in; str want; size_t columns; } T[] = {
		{ "plain", STR("abc ~"), STR("abc ~"), 5 },
		{ "escape sequence", STR("\x1b[31mred"), STR("\\x1b[31mred"), 11 },
		{ "clipboard by OSC 52", STR("\x1b]52;c;AA==\x07"), STR("\\x1b]52;c;AA==\\x07"), 18 },
		{ "line break and tab", STR("a\r\n\tb"), STR("a\\x0d\\x0a\\x09b"), 14 },
		{ "NUL", STR("a\0b"), STR("a\\x00b"), 6 },
		{ "C1 as UTF-8", STR("\xc2\x9b"), STR("\\u009b"), 6 },
		{ "C1 as a bare byte", STR("\x9b"), STR("\\x9b"), 4 },
		{ "direction override", STR("exe\xe2\x80\xae" "fdp"), STR("exe\\u202e" "fdp"), 12 },
		{ "isolate", STR("\xe2\x81\xa6"), STR("\\u2066"), 6 },
		{ "zero-width space", STR("a\xe2\x80\x8b"), STR("a\\u200b"), 7 },
		{ "tag character", STR("\xf3\xa0\x81\x81"), STR("\\U0e0041"), 8 },
		{ "CJK", STR("\xe4\xb8\xad\xe6\x96\x87"), STR("\xe4\xb8\xad\xe6\x96\x87"), 4 },
		{ "full-width", STR("\xef\xbc\xa1"), STR("\xef\xbc\xa1"), 2 },
		{ "emoji", STR("\xf0\x9f\x98\x80"), STR("\xf0\x9f\x98\x80"), 2 },
		{ "combining mark", STR("e\xcc\x81"), STR("e\xcc\x81"), 1 },
		{ "latin", STR("\xc3\xa9"), STR("\xc3\xa9"), 1 },
		{ "overlong", STR("\xc0\x9b"), STR("\\xc0\\x9b"), 8 },
	};
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(T); i++) {
		buf_clear(&b);
		term_str(&b, T[i].in);
		CHECK_STR(T[i].what, buf_view(&b), T[i].want);
		CHECK(T[i].what, term_width(T[i].in) == T[i].columns);
	}
	buf_done(&b);
}

static void cells_have_their_width(void **state)
{
	static const struct { const char *what; str in; size_t columns; str want; } T[] = {
		{ "filled", STR("ab"), 4, STR("ab  ") },
		{ "exact", STR("abcd"), 4, STR("abcd") },
		{ "cut", STR("abcde"), 4, STR("abc\xe2\x80\xa6") },
		{ "wide exact", STR("\xe4\xb8\xad\xe6\x96\x87"), 4, STR("\xe4\xb8\xad\xe6\x96\x87") },
		{ "wide cut before half a character", STR("\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97"), 4,
		  STR("\xe4\xb8\xad\xe2\x80\xa6 ") },
		{ "escape never split", STR("abc\x1bzz"), 5, STR("abc\xe2\x80\xa6 ") },
		{ "empty", STR(""), 3, STR("   ") },
		{ "no room", STR("abc"), 0, STR("") },
		{ "one column", STR("abc"), 1, STR("\xe2\x80\xa6") },
	};
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(T); i++) {
		buf_clear(&b);
		term_cell(&b, T[i].in, T[i].columns);
		CHECK_STR(T[i].what, buf_view(&b), T[i].want);
		CHECK(T[i].what, term_width(buf_view(&b)) == T[i].columns);
	}
	buf_done(&b);
}

static void no_style_without_colour(void **state)
{
	struct term off = { 0 }, on = { .color = true };
	buf b = { 0 };

	term_begin(&b, &off, TERM_RED);
	term_end(&b, &off, TERM_RED);
	term_begin(&b, &on, TERM_PLAIN);
	term_end(&b, &on, TERM_PLAIN);
	assert_int_equal(b.len, 0);
	term_begin(&b, &on, TERM_RED);
	term_end(&b, &on, TERM_RED);
	CHECK_STR("red", buf_view(&b), STR("\x1b[31m\x1b[0m"));
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_a_terminal_would_obey),
		cmocka_unit_test(cells_have_their_width),
		cmocka_unit_test(no_style_without_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
