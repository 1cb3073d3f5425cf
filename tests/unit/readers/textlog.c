/* The engine of line logs: lines, codings, framing, pieces, notes, limits; the splitters and patterns. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "readers/text/linepat.h"
#include "readers/textlog_run.h"
#include "util/limits.h"

/* --- formats of our own --------------------------------------------------------------------- */

static const struct text_format PLAIN = {
	.dataset = "test.plain",
	.patterns =
		(const struct text_pattern[]){ { "{time:iso} {level:word} {message:rest}", NULL }, { 0 } },
};
static const struct reader_ops reader_plain = TEXT_READER_PIECES("plain", "a test", &PLAIN);

static const struct text_format YEARLESS = {
	.dataset = "test.yearless",
	.patterns =
		(const struct text_pattern[]){ { "{time:syslog} {host:word} {message:rest}", NULL }, { 0 } },
};
static const struct reader_ops reader_yearless = TEXT_READER("yearless", "a test", &YEARLESS);

static bool starts_with_digit(str line)
{
	return line.len && line.ptr[0] >= '0' && line.ptr[0] <= '9';
}

static const struct text_format STACKS = {
	.dataset = "test.stacks",
	.framing = FRAME_STARTS,
	.starts = starts_with_digit,
	.patterns = (const struct text_pattern[]){ { "{time:iso} {message:rest}", NULL }, { 0 } },
};
static const struct reader_ops reader_stacks = TEXT_READER_PIECES("stacks", "a test", &STACKS);

static enum text_line csv_line(struct text *t)
{
	static const str NAMES[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };

	if (!t->schema && !text_columns(t, STR("test.csv"), NAMES, 3))
		return TEXT_BAD;
	return split_csv(t->line, ',', t->values, 3, &t->mem) == 3 ? TEXT_EVENT : TEXT_BAD;
}

static const struct text_format CSV = { .framing = FRAME_CSV, .line = csv_line };
static const struct reader_ops reader_csv = TEXT_READER("csv", "a test", &CSV);

/* --- lines ---------------------------------------------------------------------------------- */

#define L1 "2024-04-18T01:00:00Z INFO one"
#define L2 "2024-04-18T02:00:00Z WARN two"

static const struct {
	const char *what, *content;
	size_t len; /* 0: strlen */
	size_t events, gaps;
	uint8_t last_flags;
	uint64_t last_offset, last_record;
} ENDS[] = {
	{ "LF", L1 "\n" L2 "\n", 0, 2, 0, 0, 30, 2 },
	{ "CR LF", L1 "\r\n" L2 "\r\n", 0, 2, 0, 0, 31, 2 },
	{ "lone CR", L1 "\r" L2 "\r", 0, 2, 0, 0, 30, 2 },
	{ "a CR inside a line of an LF log", L1 "\r" L2 "\n" L2 "\n", 0, 2, 0, 0, 60, 2 },
	{ "no end of the last line", L1 "\n" L2, 0, 2, 0, EVENT_PARTIAL, 30, 2 },
	{ "blank lines", "\n\n" L1 "\n\n\r\n" L2 "\n\n", 0, 2, 0, 0, 35, 6 },
	{ "byte order mark", "\xEF\xBB\xBF" L1 "\n" L2 "\n", 0, 2, 0, 0, 33, 2 },
	{ "byte order mark in the middle", L1 "\n\xEF\xBB\xBF" L2 "\n", 0, 2, 0, 0, 33, 2 },
	{ "a tail of NULs", L1 "\n" L2 "\n\0\0\0\0\0\0\0\0\0\0\0\0", 72, 2, 0, 0, 30, 2 },
	{ "NULs in the middle", L1 "\n\0\0\0\0\0\0\0\0\0\0\0\0" L2 "\n", 72, 2, 0, 0, 42, 2 },
	{ "NULs before the line end", L1 "\n" L2 "\0\0\n", 62, 2, 0, 0, 30, 2 },
	{ "a bad line between good ones", L1 "\n???\n" L2 "\n", 0, 2, 1, 0, 34, 3 },
	{ "nothing", "", 0, 0, 0, 0, 0, 0 },
	{ "only line ends", "\n\n\r\n\n", 0, 0, 0, 0, 0, 0 },
	{ "only NULs", "\0\0\0\0\0", 5, 0, 0, 0, 0, 0 },
};

static void line_ends(void **state)
{
	static const size_t WINDOWS[] = { 0, 1, 7, 31 };

	(void)state;
	for (size_t i = 0; i < COUNT(ENDS); i++) {
		bytes b = { (const uint8_t *)ENDS[i].content,
			    ENDS[i].len ? ENDS[i].len : strlen(ENDS[i].content) };

		for (size_t w = 0; w < COUNT(WINDOWS); w++) {
			struct textlog_run r;

			textlog_run(&r, &reader_plain, b, (struct textlog_with){ .window = WINDOWS[w] });
			CHECK(ENDS[i].what, r.end == READER_END && r.nevents == ENDS[i].events);
			CHECK(ENDS[i].what, r.ngaps == ENDS[i].gaps && r.nassumed == 0);
			if (r.nevents) {
				struct textlog_event *ev = &r.events[r.nevents - 1];

				CHECK(ENDS[i].what, ev->flags == ENDS[i].last_flags &&
							    ev->offset == ENDS[i].last_offset &&
							    ev->record == ENDS[i].last_record);
				CHECK_STR(ENDS[i].what, str_of(ev->raw), STR(L2));
			}
			textlog_run_done(&r);
		}
	}
}

/* A line of `len` bytes between two short ones. */
static bytes long_line(buf *b, size_t len)
{
	buf_z(b, L1 "\n2024-04-18T01:30:00Z LONG ");
	while (b->len < 30 + len)
		buf_byte(b, 'x');
	buf_z(b, "\n" L2 "\n");
	return str_bytes(buf_view(b));
}

static void long_lines(void **state)
{
	static const struct {
		const char *what;
		size_t len, gaps;
		uint8_t flags;
	} T[] = {
		{ "just short enough", LIMIT_LINE_BYTES, 0, 0 },
		{ "one too long", LIMIT_LINE_BYTES + 1, 1, EVENT_PARTIAL },
		{ "three times too long", 3u * LIMIT_LINE_BYTES, 1, EVENT_PARTIAL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };
		bytes content = long_line(&b, T[i].len);
		struct textlog_run r;

		textlog_run(&r, &reader_plain, content, (struct textlog_with){ .window = 65536 });
		CHECK(T[i].what, r.end == READER_END && r.nevents == 3 && r.ngaps == T[i].gaps);
		CHECK(T[i].what, r.events[1].flags == T[i].flags && r.events[1].length <= LIMIT_LINE_BYTES);
		CHECK(T[i].what, r.events[2].flags == 0 && r.events[2].record == 3);
		if (T[i].gaps)
			CHECK(T[i].what, r.gaps[0].kind == GAP_LIMIT &&
						 r.gaps[0].from == 30 + LIMIT_LINE_BYTES &&
						 r.gaps[0].to >= 30 + T[i].len);
		textlog_run_done(&r);
		buf_done(&b);
	}
}

/* --- codings -------------------------------------------------------------------------------- */

static void to_utf16(buf *b, const char *ascii, bool big, bool mark)
{
	if (mark)
		buf_add(b, big ? "\xFE\xFF" : "\xFF\xFE", 2);
	for (; *ascii; ascii++) {
		buf_byte(b, big ? '\0' : *ascii);
		buf_byte(b, big ? *ascii : '\0');
	}
}

static void utf16(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 8; k++) {
		bool big = k & 1, mark = k & 2;
		struct textlog_run r;
		buf b = { 0 };

		to_utf16(&b, L1 "\r\n" L2 "\r\n", big, mark);
		textlog_run(&r, &reader_plain, str_bytes(buf_view(&b)),
			    (struct textlog_with){ .window = k & 4 });
		assert_int_equal(r.nevents, 2);
		assert_int_equal(r.ngaps + r.nassumed, 0);
		assert_string_equal(r.events[1].fields,
				    "time=2024-04-18T02:00:00Z\nlevel=WARN\nmessage=two\n");
		assert_int_equal(r.events[1].offset, 2 * 31 + (mark ? 2 : 0));
		assert_int_equal(r.events[1].length, 2 * strlen(L2));
		textlog_run_done(&r);
		buf_done(&b);
	}
}

static const struct {
	const char *what, *message, *utf8, *declared;
	size_t assumed;
} CODED[] = {
	{ "UTF-8", "\xE6\x96\x87\xE4\xBB\xB6 ok", "\xE6\x96\x87\xE4\xBB\xB6 ok", "", 0 },
	{ "gb18030 guessed",
	  "\xCE\xC4\xBC\xFE\xC9\xCF\xB4\xAB\xCA\xA7\xB0\xDC\xA3\xAC\xD3\xC3\xBB\xA7\xB2\xBB\xB4\xE6\xD4\xDA",
	  "\xE6\x96\x87\xE4\xBB\xB6\xE4\xB8\x8A\xE4\xBC\xA0\xE5\xA4\xB1\xE8\xB4\xA5\xEF\xBC\x8C\xE7\x94\xA8\xE6\x88\xB7\xE4"
	  "\xB8\x8D\xE5\xAD\x98\xE5\x9C\xA8",
	  "", 1 },
	{ "cp1251 guessed",
	  "\xCE\xF8\xE8\xE1\xEA\xE0 \xE2\xF5\xEE\xE4\xE0 \xEF\xEE\xEB\xFC\xE7\xEE\xE2\xE0\xF2\xE5\xEB\xFF",
	  "\xD0\x9E\xD1\x88\xD0\xB8\xD0\xB1\xD0\xBA\xD0\xB0 \xD0\xB2\xD1\x85\xD0\xBE\xD0\xB4\xD0\xB0 "
	  "\xD0\xBF\xD0\xBE\xD0\xBB\xD1\x8C\xD0\xB7\xD0\xBE\xD0\xB2\xD0\xB0\xD1\x82\xD0\xB5\xD0\xBB\xD1\x8F",
	  "", 1 },
	{ "cp932 guessed",
	  "\x83\x86\x81\x5B\x83\x55\x81\x5B\x82\xCC\x83\x8D\x83\x4F\x83\x43\x83\x93\x82\xC9\x8E\xB8\x94\x73\x82\xB5\x82\xDC\x82"
	  "\xB5\x82\xBD",
	  "\xE3\x83\xA6\xE3\x83\xBC\xE3\x82\xB6\xE3\x83\xBC\xE3\x81\xAE\xE3\x83\xAD\xE3\x82\xB0\xE3\x82\xA4\xE3\x83\xB3\xE3\x81"
	  "\xAB\xE5\xA4\xB1\xE6\x95\x97\xE3\x81\x97\xE3\x81\xBE\xE3\x81\x97\xE3\x81\x9F",
	  "", 1 },
	{ "one declared", "\xCE\xC4", "\xE6\x96\x87", "cp936", 0 },
	{ "one declared by another name", "\xC4", "\xC3\x84", "Windows-1252", 0 },
	{ "declared, with a byte that is nothing", "\xCE\xC4\xFF", "\xE6\x96\x87\\xff", "GBK", 0 },
	{ "GB18030's four bytes", "\x81\x30\x81\x30 \x90\x30\x81\x30", "\xC2\x80 \xF0\x90\x80\x80", "gb18030",
	  0 },
	{ "a few bad bytes are no code page",
	  "a\xFF\xFE"
	  "b",
	  "a\xFF\xFE"
	  "b",
	  "", 0 },
};

static void code_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(CODED); i++) {
		struct textlog_run r;
		buf b = { 0 };

		buf_z(&b, "2024-04-18T01:00:00Z X ");
		buf_z(&b, CODED[i].message);
		buf_z(&b, "\n" L2 "\n");
		textlog_run(&r, &reader_plain, str_bytes(buf_view(&b)),
			    (struct textlog_with){ .coding = str_of(CODED[i].declared) });
		CHECK(CODED[i].what, r.nevents == 2 && r.ngaps == 0 && r.nassumed == CODED[i].assumed);
		CHECK_STR(CODED[i].what, textlog_field(&r.events[0], "message"), str_of(CODED[i].utf8));
		CHECK(CODED[i].what, r.events[0].length == 23 + strlen(CODED[i].message));
		textlog_run_done(&r);
		buf_done(&b);
	}
}

/* --- framing -------------------------------------------------------------------------------- */

static const struct {
	const char *what, *content;
	size_t events, gaps;
	const char *a; /* field a of the first event */
} QUOTES[] = {
	{ "no quotes", "1,2,3\n4,5,6\n", 2, 0, "1" },
	{ "a line end inside quotes", "\"x\ny\",2,3\n4,5,6\n", 2, 0, "x\ny" },
	{ "an injected line stays one event", "\"x\r\n9,9,9\r\ny\",2,3\r\n4,5,6\r\n", 2, 0,
	  "x\r\n9,9,9\r\ny" },
	{ "doubled quotes", "\"say \"\"x\"\"\",2,3\n", 1, 0, "say \"x\"" },
	{ "a quote inside a bare field", "x\"y,2,3\n4,5,6\n", 2, 0, "x\"y" },
	{ "a quote that nobody closes", "\"x,2,3\n4,5,6\n7,8,9\n", 2, 1, "4" },
	{ "many that nobody closes", "\"x,2,3\n\"4,5,6\n7,8,9\n", 2, 0, "x,2,3\n" },
	{ "quotes to the end of the content", "\"1\",\"2\",\"3\"", 1, 0, "1" },
	{ "absent fields", ",,\n", 1, 0, "" },
	{ "too few", "1,2\n1,2,3\n", 1, 1, "1" },
};

static void csv_framing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(QUOTES); i++) {
		for (size_t window = 0; window < 3; window++) {
			struct textlog_run r;

			textlog_run(&r, &reader_csv, str_bytes(str_of(QUOTES[i].content)),
				    (struct textlog_with){ .window = window });
			CHECK(QUOTES[i].what, r.end == READER_END && r.nevents >= 1);
			if (r.nevents != QUOTES[i].events || r.ngaps != QUOTES[i].gaps)
				fail_msg("%s: %zu events, %zu gaps", QUOTES[i].what, r.nevents, r.ngaps);
			CHECK(QUOTES[i].what,
			      str_starts(str_of(r.events[0].fields), STR("a=")) || !*QUOTES[i].a);
			if (*QUOTES[i].a)
				CHECK(QUOTES[i].what,
				      str_starts(str_of(r.events[0].fields + 2), str_of(QUOTES[i].a)));
			textlog_run_done(&r);
		}
	}
}

static void joined_lines(void **state)
{
	static const char CONTENT[] = "  tail of what came before\n"
				      "2024-04-18 01:00:00 first\n\tat a.b(C)\n\tat d.e(F)\n"
				      "2024-04-18 02:00:00 second\n"
				      "2024-04-18 03:00:00 third\n\tat x\n";
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_stacks, CONTENT);
	assert_int_equal(r.nevents, 3);
	assert_int_equal(r.ngaps, 1);
	assert_string_equal(r.events[0].raw, "2024-04-18 01:00:00 first\n\tat a.b(C)\n\tat d.e(F)");
	assert_int_equal(r.events[0].record, 2);
	assert_string_equal(r.events[1].raw, "2024-04-18 02:00:00 second");
	assert_int_equal(r.events[1].record, 5);
	assert_string_equal(r.events[2].raw, "2024-04-18 03:00:00 third\n\tat x");
	textlog_run_done(&r);
}

/* --- pieces --------------------------------------------------------------------------------- */

/* However content is cut in two, both pieces together give what the whole gives. */
static void cut_everywhere(const struct reader_ops *ops, bytes content)
{
	struct textlog_run whole;

	textlog_run(&whole, ops, content, (struct textlog_with){ 0 });
	assert_true(whole.nevents > 2);
	for (size_t at = TEXT_PIECE_ALIGN; at < content.len; at += TEXT_PIECE_ALIGN) {
		struct textlog_run a, b;
		size_t n = 0;

		textlog_run(&a, ops, content, (struct textlog_with){ .end = at, .window = 5 });
		textlog_run(&b, ops, content, (struct textlog_with){ .begin = at, .window = 5 });
		assert_int_equal(a.nevents + b.nevents, whole.nevents);
		for (size_t i = 0; i < a.nevents; i++, n++) {
			assert_string_equal(a.events[i].fields, whole.events[n].fields);
			assert_int_equal(a.events[i].record, whole.events[n].record);
		}
		for (size_t i = 0; i < b.nevents; i++, n++) {
			assert_string_equal(b.events[i].fields, whole.events[n].fields);
			assert_int_equal(b.events[i].offset, whole.events[n].offset);
			assert_int_equal(b.events[i].record, 0);
		}
		textlog_run_done(&a);
		textlog_run_done(&b);
	}
	textlog_run_done(&whole);
}

static void pieces(void **state)
{
	static const char STACK[] = "2024-04-18 01:00:00 first\n\tat a.b(C)\n\n\tat d.e(F)\n"
				    "2024-04-18 02:00:00 second\n2024-04-18 03:00:00 third\n\tat x\n";
	static const char NULS[] = L1 "\n\0\0\0\0\0\0\0\0" L2 "\n" L1 "\r\n\r\n" L2;
	buf wide = { 0 };

	(void)state;
	cut_everywhere(&reader_plain, (bytes){ (const uint8_t *)NULS, sizeof NULS - 1 });
	cut_everywhere(&reader_stacks, str_bytes(str_of(STACK)));
	to_utf16(&wide, L1 "\n" L2 "\r\n\r\n" L1 "\n", false, true);
	cut_everywhere(&reader_plain, str_bytes(buf_view(&wide)));
	buf_done(&wide);
}

/* --- times and hosts ------------------------------------------------------------------------ */

static void assumptions(void **state)
{
	static const struct zone_step STEP = { INT64_MIN / 2, 28800 };
	static const struct time_zone EAST = { &STEP, 1 };
	static const char CONTENT[] = "Dec 31 23:00:00 mx01 a\nJan  1 01:00:00 mx01 b\n";
	const int64_t mtime = INT64_C(1704160000) * NS_PER_S; /* 2024-01-02 */
	struct textlog_run r;
	char text[TIME_TEXT_MAX];

	(void)state;
	textlog_run(&r, &reader_yearless, str_bytes(str_of(CONTENT)),
		    (struct textlog_with){ .mtime_ns = mtime });
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 0);
	assert_int_equal(r.nassumed, 2); /* year and zone, each once */
	time_text(r.events[0].time_ns, text);
	assert_string_equal(text, "2023-12-31T23:00:00Z");
	time_text(r.events[1].time_ns, text);
	assert_string_equal(text, "2024-01-01T01:00:00Z");
	assert_int_equal(r.events[0].basis, TIME_LOCAL_ASSUMED);
	textlog_run_done(&r);
	textlog_run(&r, &reader_yearless, str_bytes(str_of(CONTENT)),
		    (struct textlog_with){ .mtime_ns = mtime, .zone = &EAST });
	assert_int_equal(r.nassumed, 1);
	time_text(r.events[0].time_ns, text);
	assert_string_equal(text, "2023-12-31T15:00:00Z");
	assert_int_equal(r.events[0].basis, TIME_LOCAL_DECLARED);
	textlog_run_done(&r);
	textlog_run_str(&r, &reader_yearless, CONTENT); /* nothing tells the year */
	assert_int_equal(r.nevents, 2);
	assert_true(r.events[0].time_ns == TIME_NONE);
	textlog_run_done(&r);
}

static void hosts(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run(&r, &reader_plain, str_bytes(STR(L1 "\n")), (struct textlog_with){ .host = STR("MX01") });
	assert_string_equal(r.events[0].host, "MX01");
	assert_true(textlog_ecs_has(&r.events[0], "\"host\":{\"name\":\"MX01\"}"));
	assert_false(textlog_ecs_has(&r.events[0], "\"host.name\""));
	assert_true(textlog_ecs_has(&r.events[0], "\"dataset\":\"test.plain\""));
	textlog_run_done(&r);
	textlog_run_str(&r, &reader_plain, L1 "\n");
	assert_string_equal(r.events[0].host, "");
	textlog_run_done(&r);
}

/* --- splitters ------------------------------------------------------------------------------ */

static str joined(buf *b, const value *v, size_t n, size_t max)
{
	buf_clear(b);
	for (size_t i = 0; i < n && i < max; i++) {
		buf_byte(b, '<');
		if (v[i].type == VALUE_ABSENT)
			buf_byte(b, '0');
		value_text(v[i], b);
		buf_byte(b, '>');
	}
	return buf_view(b);
}

enum splitter { SPACES, TABS, QUOTED, COMMAS };

static const struct {
	enum splitter how;
	const char *line, *fields;
	size_t n;
} SPLITS[] = {
	{ SPACES, "a b c", "<a><b><c>", 3 },
	{ SPACES, "  a  -\tb ", "<a><0><b>", 3 },
	{ SPACES, "", "", 0 },
	{ SPACES, "   ", "", 0 },
	{ SPACES, "--", "<-->", 1 },
	{ SPACES, "1 2 3 4 5 6", "<1><2><3><4>", 6 },
	{ TABS, "a\t\t-\tb c", "<a><0><0><b c>", 4 },
	{ TABS, "", "<0>", 1 },
	{ QUOTED, "a \"b c\" \"\" - d", "<a><b c><0><0>", 5 },
	{ QUOTED, "\"b c\"", "<b c>", 1 },
	{ QUOTED, "\"b c", "<\"b><c>", 2 },
	{ QUOTED, "a\"b c\" d", "<a\"b><c\"><d>", 3 },
	{ QUOTED, "\"a\"b\" c", "<a\"b><c>", 2 },
	{ COMMAS, "a,,\"b,c\",d", "<a><0><b,c><d>", 4 },
	{ COMMAS, "\"a\"\"b\"", "<a\"b>", 1 },
	{ COMMAS, "\"a\"x,b", "<a><b>", 2 },
	{ COMMAS, "\"a", "<a>", 1 },
	{ COMMAS, "\"", "<0>", 1 },
	{ COMMAS, "a,\"", "<a><0>", 2 },
	{ COMMAS, ",", "<0><0>", 2 },
	{ COMMAS, "-", "<->", 1 },
};

static size_t split_as(enum splitter how, str line, value *out, size_t max, arena *mem)
{
	switch (how) {
	case SPACES:
		return split_spaces(line, out, max);
	case TABS:
		return split_char(line, '\t', out, max);
	case QUOTED:
		return split_quoted(line, out, max);
	default:
		return split_csv(line, ',', out, max, mem);
	}
}

static void splitters(void **state)
{
	value v[4];
	buf b = { 0 };
	arena mem;

	(void)state;
	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(SPLITS); i++) {
		size_t len = strlen(SPLITS[i].line), n;
		char *exact = malloc(len ? len : 1); /* a byte too many is seen by the sanitizer */

		assert_non_null(exact);
		memcpy(exact, SPLITS[i].line, len);
		n = split_as(SPLITS[i].how, (str){ exact, len }, v, COUNT(v), &mem);
		CHECK_STR(SPLITS[i].line, joined(&b, v, n, COUNT(v)), str_of(SPLITS[i].fields));
		CHECK(SPLITS[i].line, n == SPLITS[i].n);
		free(exact);
	}
	buf_done(&b);
	arena_done(&mem);
}

/* Fields of every length around the blocks that are looked at at once. */
static void split_lengths(void **state)
{
	char line[300];
	value v[8];

	(void)state;
	for (size_t a = 1; a < 140; a++) {
		memset(line, 'x', sizeof line);
		line[a] = ' ';
		assert_int_equal(split_spaces((str){ line, a + 1 + 66 }, v, COUNT(v)), 2);
		assert_int_equal(v[0].len, a);
		assert_int_equal(v[1].len, 66);
		line[a] = ',';
		assert_int_equal(split_csv((str){ line, a + 1 + 66 }, ',', v, COUNT(v), NULL), 2);
		assert_int_equal(v[1].len, 66);
	}
}

static void pairs(void **state)
{
	static const struct {
		const char *line, *said;
	} T[] = {
		{ "a=1 b=\"x y\" c=", "a:1;b:x y;c:0;" },
		{ "junk a=1  b=2", "a:1;b:2;" },
		{ "a=\"x\\\"y\\\\\" b=2", "a:x\"y\\;b:2;" },
		{ "a=\"open b=2", "a:open b=2;" },
		{ "=x a=1", "x a:1;" },
		{ "a=b=c", "a:b=c;" },
		{ "", "" },
		{ "=", "" },
	};
	arena mem;
	buf b = { 0 };

	(void)state;
	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(T); i++) {
		str rest = str_of(T[i].line);
		struct split_pair p;

		buf_clear(&b);
		while (split_pair_next(&rest, ' ', &p, &mem)) {
			buf_str(&b, p.key);
			buf_byte(&b, ':');
			if (p.value.type == VALUE_ABSENT)
				buf_byte(&b, '0');
			value_text(p.value, &b);
			buf_byte(&b, ';');
		}
		if (strcmp(T[i].line, "=x a=1") == 0) /* what has no key is passed over */
			CHECK_STR(T[i].line, buf_view(&b), STR("a:1;"));
		else
			CHECK_STR(T[i].line, buf_view(&b), str_of(T[i].said));
	}
	buf_done(&b);
	arena_done(&mem);
}

/* --- patterns ------------------------------------------------------------------------------- */

#define COMBINED                                                                                             \
	"{client} {ident} {user} [{time:clf}] \"{request:quoted}\" {status:digits} {bytes}||| "              \
	"\"{referrer:quoted}\" \"{agent:quoted}\"||| {rest:rest}"

static const struct {
	const char *what, *pattern, *line;
	const char *said; /* fields, "|" behind each, "0" for those that are not there; NULL: no match */
} PATTERNS[] = {
	{ "combined", COMBINED,
	  "10.7.12.41 - - [18/Apr/2024:10:13:58 +0800] \"GET /a HTTP/1.1\" 200 19456512 \"-\" \"A/4.2 (x)\"",
	  "10.7.12.41|-|-|18/Apr/2024:10:13:58 +0800|GET /a HTTP/1.1|200|19456512|-|A/4.2 (x)|0|" },
	{ "common", COMBINED, "h - u [18/Apr/2024:10:13:58 +0800] \"-\" 408 -",
	  "h|-|u|18/Apr/2024:10:13:58 +0800|-|408|-|0|0|0|" },
	{ "a user with spaces", COMBINED, "h - a b c [18/Apr/2024:10:13:58 +0800] \"x\" 200 1",
	  "h|-|a b c|18/Apr/2024:10:13:58 +0800|x|200|1|0|0|0|" },
	{ "escaped quotes", COMBINED, "h - - [18/Apr/2024:10:13:58 +0800] \"a \\\"b\\\" c\" 200 1",
	  "h|-|-|18/Apr/2024:10:13:58 +0800|a \\\"b\\\" c|200|1|0|0|0|" },
	{ "a third tail", COMBINED, "h - - [18/Apr/2024:10:13:58 +0800] \"x\" 200 1 \"r\" \"a\" 17 x",
	  "h|-|-|18/Apr/2024:10:13:58 +0800|x|200|1|r|a|17 x|" },
	{ "a status of letters", COMBINED, "h - - [18/Apr/2024:10:13:58 +0800] \"x\" abc 1", NULL },
	{ "no time", COMBINED, "h - - [yesterday] \"x\" 200 1", NULL },
	{ "a quote that is not closed", COMBINED, "h - - [18/Apr/2024:10:13:58 +0800] \"x 200 1", NULL },
	{ "cut in a tail", COMBINED, "h - - [18/Apr/2024:10:13:58 +0800] \"x\" 200 1 \"r\" \"a", NULL },
	{ "runs of spaces", "{a} {b:rest}", "x    y z", "x|y z|" },
	{ "dropped", "{} {b}", "x y", "y|" },
	{ "word before fixed text", "{tag:word}[{pid:digits}]: {m:rest}", "sshd[12]: hello",
	  "sshd|12|hello|" },
	{ "word without it", "{tag:word}[{pid:digits}]: {m:rest}", "sshd: hello", NULL },
	{ "fixed text alone", "abc", "abc", "" },
	{ "more than the pattern", "{a:word} {b:word}", "x y z", NULL },
	{ "spaces at the end are nothing", "{a:word} {b:word}", "x y  ", "x|y|" },
	{ "empty line", "{a:word}", "", NULL },
};

static void patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(PATTERNS); i++) {
		struct linepat_hit hit;
		str names[LINEPAT_FIELDS];
		size_t n = linepat_names(PATTERNS[i].pattern, names);
		bool fits = linepat_match(PATTERNS[i].pattern, str_of(PATTERNS[i].line), &hit);
		buf b = { 0 };

		CHECK(PATTERNS[i].what, fits == (PATTERNS[i].said != NULL));
		for (size_t k = 0; fits && k < n; k++) {
			buf_str(&b, hit.values[k].ptr ? hit.values[k] : STR("0"));
			buf_byte(&b, '|');
		}
		if (fits)
			CHECK_STR(PATTERNS[i].what, buf_view(&b), str_of(PATTERNS[i].said));
		buf_done(&b);
	}
}

/* --- claims --------------------------------------------------------------------------------- */

static int claim(const struct text_format *f, const char *content)
{
	struct text_head h;
	struct text_head_store *store;
	int score;

	assert_true(text_head_init(&h, &store, str_bytes(str_of(content)), STR("")));
	score = text_claim(f, &h);
	text_head_done(store);
	return score;
}

static void claims(void **state)
{
	(void)state;
	assert_int_equal(claim(&PLAIN, L1 "\n" L2 "\n"), 85);
	assert_int_equal(claim(&PLAIN, L1 "\n" L2 "\n" L1 "\n" L2 "\nx\n"), 85); /* 80 % */
	assert_int_equal(claim(&PLAIN, L1 "\n" L2 "\n" L1 "\nx\n"), 0);
	assert_int_equal(claim(&PLAIN, ""), 0);
	assert_int_equal(claim(&PLAIN, "\n\n"), 0);
	assert_int_equal(claim(&YEARLESS, L1 "\n"), 0);
}

/* --- refusals ------------------------------------------------------------------------------- */

static void misuse(void **state)
{
	struct reader_env env = { .end = UINT64_MAX };
	void *reader = NULL;
	err e = { 0 };

	(void)state;
	assert_int_equal(text_open(&reader, &env, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	text_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_ends),  cmocka_unit_test(long_lines),    cmocka_unit_test(utf16),
		cmocka_unit_test(code_pages), cmocka_unit_test(csv_framing),   cmocka_unit_test(joined_lines),
		cmocka_unit_test(pieces),     cmocka_unit_test(assumptions),   cmocka_unit_test(hosts),
		cmocka_unit_test(splitters),  cmocka_unit_test(split_lengths), cmocka_unit_test(pairs),
		cmocka_unit_test(patterns),   cmocka_unit_test(claims),        cmocka_unit_test(misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
