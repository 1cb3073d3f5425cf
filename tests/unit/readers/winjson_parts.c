/* The pieces of the JSON reader by themselves. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "readers/json/feed.h"
#include "readers/json/flat.h"
#include "readers/winjson/shape.h"
#include "readers/json/repair.h"
#include "readers/json/when.h"
#include "readers/winjson/winxml.h"
#include "unit.h"

#define T0 INT64_C(1713406447) /* 2024-04-18T02:14:07Z */

/* --- times ---------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	uint8_t type;
	bool ok;
	int64_t ns;
	enum time_basis basis;
} TIMES[] = {
	{ "2024-04-18T02:14:07Z", VALUE_UTF8, true, T0 * NS_PER_S, TIME_UTC_EXPLICIT },
	{ "2024-04-18T10:14:07.000+08:00", VALUE_UTF8, true, T0 * NS_PER_S, TIME_OFFSET_EXPLICIT },
	{ "2024-04-18 02:14:07", VALUE_UTF8, true, T0 * NS_PER_S, TIME_LOCAL_ASSUMED },
	{ "2024-04-18 02:14:07.000 UTC", VALUE_UTF8, true, T0 * NS_PER_S, TIME_UTC_EXPLICIT },
	{ "2024-04-18 02:14:07.000 CEST", VALUE_UTF8, true, T0 * NS_PER_S, TIME_LOCAL_ASSUMED },
	{ "1713406447", VALUE_NUMBER, true, T0 * NS_PER_S, TIME_UTC_BY_SPEC },
	{ "1713406447.112904700", VALUE_NUMBER, true, T0 * NS_PER_S + 112904700, TIME_UTC_BY_SPEC },
	{ "1713406447.1129047001999", VALUE_NUMBER, true, T0 * NS_PER_S + 112904700, TIME_UTC_BY_SPEC },
	{ "1713406447112", VALUE_NUMBER, true, T0 * NS_PER_S + 112000000, TIME_UTC_BY_SPEC },
	{ "1713406447112904", VALUE_NUMBER, true, T0 * NS_PER_S + 112904000, TIME_UTC_BY_SPEC },
	{ "1713406447112904700", VALUE_NUMBER, true, T0 * NS_PER_S + 112904700, TIME_UTC_BY_SPEC },
	{ "1713406447", VALUE_UTF8, true, T0 * NS_PER_S, TIME_UTC_BY_SPEC },
	{ "-1", VALUE_NUMBER, true, -NS_PER_S, TIME_UTC_BY_SPEC },
	{ "/Date(1713406447112)/", VALUE_UTF8, true, T0 * NS_PER_S + 112000000, TIME_UTC_BY_SPEC },
	{ "/Date()/", VALUE_UTF8, false, 0, 0 },
	{ "1e9", VALUE_NUMBER, false, 0, 0 },
	{ "99999999999", VALUE_NUMBER, false, 0, 0 }, /* seconds beyond the year 2262 */
	{ "9223372036854775808", VALUE_NUMBER, false, 0, 0 },
	{ "true", VALUE_TRUE_FALSE, false, 0, 0 },
	{ "2024-04-18", VALUE_UTF8, false, 0, 0 },
	{ "", VALUE_UTF8, false, 0, 0 },
};

static void times_by_their_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TIMES); i++) {
		value v = value_utf8(str_of(TIMES[i].text));
		enum time_basis basis = TIME_LOCAL_DECLARED;
		int64_t ns = 42;

		v.type = TIMES[i].type;
		CHECK(TIMES[i].text, when_parse(v, &ns, &basis) == TIMES[i].ok);
		CHECK(TIMES[i].text, ns == (TIMES[i].ok ? TIMES[i].ns : 42));
		CHECK(TIMES[i].text, basis == (TIMES[i].ok ? TIMES[i].basis : TIME_LOCAL_DECLARED));
	}
}

static void zones_shown_by_the_receipt(void **state)
{
	static const struct {
		const char *what;
		int64_t local_s, received_s, utc_s, want_s;
		bool ok;
	} T[] = {
		{ "UTC-4, received at once", 1000, 1000, 1000 + 4 * 3600, 1000 + 4 * 3600, true },
		{ "UTC+5:45", 90000, 90001, 90003 - 20700, 90000 - 20700, true },
		{ "UTC", 1000, 1002, 1060, 1000, true },
		{ "UTC+8, minutes late", 90000, 90001, 90001 - 28800 + 299, 90000 - 28800, true },
		{ "no quarter near", 1000, 1000, 1000 + 3600 + 420, 0, false },
		{ "further than any zone", 0, 0, 15 * 3600, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		int64_t ns = 42;

		CHECK(T[i].what, when_local(T[i].local_s * NS_PER_S, T[i].received_s * NS_PER_S,
					    T[i].utc_s * NS_PER_S, &ns) == T[i].ok);
		CHECK(T[i].what, ns == (T[i].ok ? T[i].want_s * NS_PER_S : 42));
	}
}

/* --- strings -------------------------------------------------------------------------------- */

static void escapes(void **state)
{
	static const struct {
		const char *in, *want; /* NULL: malformed */
		bool bad;
	} T[] = {
		{ "plain", "plain", false },       { "a\\\\b", "a\\b", false },
		{ "\\u0041\\u00e9", "A\xC3\xA9", false }, { "\\u20AC", "\xE2\x82\xAC", false },
		{ "\\uD83D\\uDE00", "\xF0\x9F\x98\x80", false },
		{ "\\uD83D", "\xEF\xBF\xBD", true },    { "\\uDE00x", "\xEF\xBF\xBDx", true },
		{ "\\uD83D\\u0041", "\xEF\xBF\xBD" "A", true }, { "\\uD83D\\n", "\xEF\xBF\xBD\n", true },
		{ "\\uD83D\\uD83D\\uDE00", "\xEF\xBF\xBD\xF0\x9F\x98\x80", true },
		{ "\\x41", NULL, false },         { "\\u12G4", NULL, false },
		{ "\\u123", NULL, false },        { "end\\", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		char out[64];
		bool bad = false;
		size_t n = flat_unescape(str_of(T[i].in), out, &bad);

		CHECK(T[i].in, (n == SIZE_MAX) == (T[i].want == NULL));
		if (!T[i].want)
			continue;
		CHECK_STR(T[i].in, ((str){ out, n }), str_of(T[i].want));
		CHECK(T[i].in, bad == T[i].bad);
	}
}

static void repairs(void **state)
{
	static const struct {
		const char *what;
		str in, want;
	} T[] = {
		{ "nothing to do", { "{\"a\":\"\xC3\xA9\"}", 10 }, { "{\"a\":\"\xC3\xA9\"}", 10 } },
		{ "Latin-1 in a string", { "{\"a\":\"\xE9\"}", 9 }, { "{\"a\":\"\\\\xe9\"}", 13 } },
		{ "raw tab in a string", { "{\"a\":\"\t\"}", 9 }, { "{\"a\":\"\\u0009\"}", 14 } },
		{ "tab between tokens", { "{\t\"a\":1}", 8 }, { "{\t\"a\":1}", 8 } },
		{ "junk between tokens", { "{\xFF\"a\":1}", 8 }, { "{ \"a\":1}", 8 } },
		{ "quote behind an escape", { "{\"\\\"\x01\":1}", 8 }, { "{\"\\\"\\u0001\":1}", 13 } },
		{ "bad byte behind an escape", { "{\"\\\xFF\":1}", 7 }, { "{\"\\\\xff\":1}", 10 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };

		json_repair(&b, str_bytes(T[i].in));
		CHECK_STR(T[i].what, buf_view(&b), T[i].want);
		buf_done(&b);
	}
}

static void field_names_are_restored(void **state)
{
	static const struct {
		const char *in, *want;
	} T[] = {
		{ "targetUserName", "TargetUserName" }, { "image", "Image" },
		{ "sourceProcessGUID", "SourceProcessGUID" }, { "sourceProcessGuid", "SourceProcessGuid" },
		{ "iPString", "IPString" },             { "cVEID", "CVEID" },
		{ "updateTitle", "updateTitle" },       { "jobOwner", "jobOwner" },
		{ "targetusername", "TargetUserName" }, { "processId", "ProcessId" },
		{ "unheardOfField", "UnheardOfField" }, { "threat Name", "Threat Name" },
		{ "", "" },                             { "Already", "Already" },
	};
	arena mem;

	(void)state;
	arena_init(&mem, 1 << 16);
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_STR(T[i].in, field_name_restore(str_of(T[i].in), &mem), str_of(T[i].want));
	arena_done(&mem);
}

/* --- brackets and codings ------------------------------------------------------------------- */

static void objects_by_their_brackets(void **state)
{
	static const struct {
		const char *in;
		bool lines;
		size_t used;
		uint32_t depth;
	} T[] = {
		{ "{}x", true, 2, 0 },
		{ "{\"}\\\"}\":[{}]} x", true, 13, 0 },
		{ "{\n}", false, 3, 0 },
		{ "{\n}", true, 1, 1 },
		{ "{\"a\n\"}", false, 3, 1 },         /* no string goes over a line */
		{ "{\"a\":1,\n{\"b\":2}", false, 7, 1 }, /* the next record begins */
		{ "{\"a\":1,\n {\"b\":2}", false, 16, 1 },
		{ "{[[", false, 3, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct balance b = { 0 };
		str s = str_of(T[i].in);

		CHECK(T[i].in, balance_scan(&b, (const uint8_t *)s.ptr, s.len, T[i].lines) == T[i].used);
		CHECK(T[i].in, b.depth == T[i].depth);
	}
}

/* The library must not read behind the text: the next page cannot be read at all. */
static void index_stays_inside_the_text(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n;
	uint8_t *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct jsonshim *s = jsonshim_new();
	const uint32_t *at;

	(void)state;
	assert_ptr_not_equal(p, MAP_FAILED);
	assert_non_null(s);
	assert_int_equal(mprotect(p + page, page, PROT_NONE), 0);
	memset(p, ' ', page);
	for (size_t len = 1; len < 300; len++) {
		uint8_t *text = p + page - len;

		memset(text, 'x', len);
		text[0] = '"';
		assert_int_equal(jsonshim_index(s, text, len, &at, &n),
				 JSONSHIM_OPEN); /* the worst case: a string up to the end */
		text[len - 1] = len > 1 ? '"' : '{';
		assert_int_equal(jsonshim_index(s, text, len, &at, &n), JSONSHIM_OK);
		assert_int_equal(n, 1);
	}
	assert_int_equal(jsonshim_index(s, p, 0, &at, &n), JSONSHIM_EMPTY);
	assert_int_equal(jsonshim_index(s, p, 100, &at, &n), JSONSHIM_EMPTY);
	jsonshim_free(s);
	munmap(p, 2 * page);
}

static void coding_is_judged_by_the_bytes(void **state)
{
	static const struct {
		const char *what;
		bytes in;
		enum feed_coding coding;
		const char *text;
	} T[] = {
		{ "UTF-8", { (const uint8_t *)"{}", 2 }, FEED_UTF8, "{}" },
		{ "LE with mark", { (const uint8_t *)"\xFF\xFE{\0}\0", 6 }, FEED_UTF16LE, "\xEF\xBB\xBF{}" },
		{ "BE with mark", { (const uint8_t *)"\xFE\xFF\0{\0}", 6 }, FEED_UTF16BE, "\xEF\xBB\xBF{}" },
		{ "LE", { (const uint8_t *)"{\0}\0\r\0\n\0", 8 }, FEED_UTF16LE, "{}\r\n" },
		{ "BE, odd end", { (const uint8_t *)"\0{\0}\0\n\0", 7 }, FEED_UTF16BE, "{}\n" },
		{ "UTF-8 and zeros", { (const uint8_t *)"{}\n\0\0\0\0\0", 8 }, FEED_UTF8, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct reader_input in = { .data = T[i].in, .last = true };
		struct feed f = { 0 };

		CHECK(T[i].what, feed_load(&f, &in));
		CHECK(T[i].what, f.coding == T[i].coding);
		if (T[i].text)
			CHECK_STR(T[i].what, bytes_str(f.text), str_of(T[i].text));
		feed_done(&f);
	}
}

/* --- XML ------------------------------------------------------------------------------------ */

static bool xml_ok(const char *text)
{
	struct flat f = { .scratch = malloc(1 << 20), .scratch_cap = 1 << 20 };
	bool ok = f.scratch && winxml_flat(&f, str_of(text));

	flat_done(&f);
	return ok;
}

static void xml_without_entities_of_its_own(void **state)
{
	buf b = { 0 };

	(void)state;
	assert_true(xml_ok("<Event><System/></Event>"));
	assert_true(xml_ok("<e:Event xmlns:e='x'><e:System/></e:Event>"));
	assert_true(xml_ok("<EventData><Data Name='a'>&lt;&#x41;</Data></EventData>"));
	assert_false(xml_ok("<!DOCTYPE Event [<!ENTITY a 'b'>]><Event>&a;</Event>"));
	assert_false(xml_ok("<!DOCTYPE Event SYSTEM 'file:///etc/passwd'><Event/>"));
	assert_false(xml_ok("<Event>&unknown;</Event>"));
	assert_false(xml_ok("<Event><System></Event>"));
	assert_false(xml_ok("<html/>"));
	assert_false(xml_ok("<Event/><Event/>"));
	for (int i = 0; i < 200; i++)
		buf_z(&b, "<Event>");
	for (int i = 0; i < 200; i++)
		buf_z(&b, "</Event>");
	buf_byte(&b, '\0');
	assert_false(xml_ok(b.ptr)); /* deeper than LIMIT_JSON_DEPTH */
	buf_clear(&b);
	buf_z(&b, "<Event>");
	for (int i = 0; i < 5000; i++)
		buf_z(&b, "<a/>");
	buf_add(&b, "</Event>", 9);
	assert_false(xml_ok(b.ptr)); /* more elements than a record has */
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_by_their_form),
		cmocka_unit_test(zones_shown_by_the_receipt),
		cmocka_unit_test(escapes),
		cmocka_unit_test(repairs),
		cmocka_unit_test(field_names_are_restored),
		cmocka_unit_test(objects_by_their_brackets),
		cmocka_unit_test(index_stays_inside_the_text),
		cmocka_unit_test(coding_is_judged_by_the_bytes),
		cmocka_unit_test(xml_without_entities_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
