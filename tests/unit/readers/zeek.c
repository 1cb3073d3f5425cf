/* Zeek's own logs: headers, types, escapes, damage. */
#include "readers/json_run.h"
#include "readers/text/textlog.h"
#include "unit.h"

#define NS(s) ((s) * INT64_C(1000000000))
#define HEAD                                                                                                        \
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"                 \
	"#open\t2024-04-18-10-00-00\n"
#define CONN HEAD "#fields\tts\tuid\tn\tb\ts\tl\tm\n#types\ttime\tstring\tcount\tbool\tstring\tset[string]\tvector[interval]\n"

static const struct {
	const char *what, *line;
	const char *event; /* as JSON */
} GOOD[] = {
	{ "plain", "1713406447.5\tC1\t7\tT\ta\tx,y\t1.0,2.5\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":7,\"b\":true,\"s\":\"a\",\"l\":[\"x\",\"y\"],\"m\":[1.0,2.5]}" },
	{ "unset", "1713406447.5\tC1\t-\t-\t-\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\"}" },
	{ "empty", "1713406447.5\tC1\t0\tF\t(empty)\t(empty)\t(empty)\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"\"}" },
	{ "lists of one", "1713406447.5\tC1\t0\tF\ta\tx\t1.0\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"a\",\"l\":\"x\",\"m\":1.0}" },
	{ "empty and unset elements", "1713406447.5\tC1\t0\tF\ta\tx,-,(empty)\t1.0,-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"a\",\"l\":[\"x\",\"\"],\"m\":1.0}" },
	{ "escaped separators", "1713406447.5\tC1\t0\tF\ta\\x09b\tx\\x2cy,z\t1.0\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"a\\tb\",\"l\":[\"x,y\",\"z\"],\"m\":1.0}" },
	{ "escaped backslash", "1713406447.5\tC1\t0\tF\t\\\\\\\\h\\\\c$\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"\\\\\\\\h\\\\c$\"}" },
	{ "an escaped escape", "1713406447.5\tC1\t0\tF\t\\\\x41\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"\\\\x41\"}" },
	{ "UTF-8, escaped", "1713406447.5\tC1\t0\tF\t\\xc3\\xa9\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"\xC3\xA9\"}" },
	{ "UTF-8", "1713406447.5\tC1\t0\tF\t\xC3\xA9\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"\xC3\xA9\"}" },
	{ "bytes and controls", "1713406447.5\tC1\t0\tF\t\\x00\\xff\\x7f\\xc2\\x85\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"\\\\x00\\\\xff\\\\x7f\\\\xc2\\\\x85\"}" },
	{ "escapes that are none", "1713406447.5\tC1\t0\tF\t\\x4\\q\\\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":0,\"b\":false,\"s\":\"\\\\x4\\\\q\\\\\"}" },
	{ "a number that is none", "1713406447.5\tC1\tnan\tF\ta\t-\t1,x\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":\"nan\",\"b\":false,\"s\":\"a\",\"m\":[\"1\",\"x\"]}" },
	{ "a truth value that is none", "1713406447.5\tC1\t1\tX\ta\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":1,\"b\":\"X\",\"s\":\"a\"}" },
	{ "a truth value of many letters", "1713406447.5\tC1\t1\t}x\ta\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":1,\"b\":\"}x\",\"s\":\"a\"}" },
	{ "a large number", "1713406447.5\tC1\t18446744073709551616\tT\ta\t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":18446744073709551616,\"b\":true,\"s\":\"a\"}" },
	{ "spaces", "1713406447.5\tC1\t1\tT\t a  b \t-\t-\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":1,\"b\":true,\"s\":\" a  b \"}" },
	{ "CRLF", "1713406447.5\tC1\t1\tT\ta\t-\t-\r\n", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":1,\"b\":true,\"s\":\"a\"}" },
	{ "no line end", "1713406447.5\tC1\t1\tT\ta\t-\t-", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":1,\"b\":true,\"s\":\"a\"}" },
	{ "cut", "1713406447.5\tC1\t1", "{\"ts\":1713406447.5,\"uid\":\"C1\",\"n\":1}" },
	{ "a time of no use", "-2.15e+09\tC1\t1\tT\ta\t-\t-\n", "{\"ts\":-2.15e+09,\"uid\":\"C1\",\"n\":1,\"b\":true,\"s\":\"a\"}" },
	{ "no time", "-\tC1\t1\tT\ta\t-\t-\n", "{\"uid\":\"C1\",\"n\":1,\"b\":true,\"s\":\"a\"}" },
};

static void values_are_those_of_the_json_form(void **state)
{
	buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		struct run r;

		buf_clear(&b);
		buf_z(&b, CONN);
		buf_z(&b, GOOD[i].line);
		run_reader(&r, &reader_zeek, str_bytes(buf_view(&b)), 0, NULL, NULL);
		CHECK(GOOD[i].what, r.end == READER_END && r.nevents == 1 && r.ngaps == 0);
		CHECK_STR(GOOD[i].what, str_of(r.events[0].json), str_of(GOOD[i].event));
		CHECK(GOOD[i].what, r.events[0].basis == TIME_UTC_BY_SPEC);
		CHECK(GOOD[i].what, r.events[0].time_ns == (GOOD[i].line[0] == '-' ? TIME_NONE : NS(1713406447) + 500000000));
		run_done(&r);
	}
	buf_done(&b);
}

#define LINE "1713406447.5\tC1\t1\tT\ta\t-\t-\n"

static const struct {
	const char *what, *in;
	size_t events, gaps;
} BAD[] = {
	{ "nothing", "", 0, 0 },
	{ "a header alone", CONN "#close\t2024-04-18-11-00-00\n", 0, 0 },
	{ "lines before the header", LINE CONN LINE, 1, 1 },
	{ "lines without any fields", HEAD LINE LINE, 0, 2 },
	{ "too few fields", CONN "1713406447.5\tC1\t1\n" LINE, 1, 1 },
	{ "too many fields", CONN "1713406447.5\tC1\t1\tT\ta\t-\t-\t9\n" LINE, 1, 1 },
	{ "a time that is none", CONN "yesterday\tC1\t1\tT\ta\t-\t-\n" LINE, 1, 1 },
	{ "text between", CONN LINE "hello\n" LINE, 2, 1 },
	{ "blank lines", CONN "\n" LINE "\n\n" LINE, 2, 0 },
	{ "zeros of a preallocated file", CONN LINE "\n", 1, 0 },
	{ "no types", HEAD "#fields\tts\tuid\n1713406447\tC1\n", 1, 0 },
	{ "fewer types than fields", HEAD "#fields\tts\tuid\tx\n#types\ttime\n1713406447\tC1\t2\n", 1, 0 },
	{ "types that we do not know", HEAD "#fields\tts\tuid\n#types\ttime\tfunc[\n1713406447\tC1\n", 1, 0 },
	{ "an empty header line", HEAD "#fields\t\n" LINE, 0, 1 },
	{ "a name twice", HEAD "#fields\tts\tu\tu\n1713406447\ta\tb\n", 1, 0 },
	{ "directives that we do not know", CONN "#\n#x\n#fields\n" LINE, 0, 1 },
};

static void damage_is_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(BAD); i++) {
		for (size_t window = 0; window < 2; window++) {
			struct run r;

			run_reader(&r, &reader_zeek, str_bytes(str_of(BAD[i].in)), window, NULL, NULL);
			CHECK(BAD[i].what, r.end == READER_END);
			CHECK(BAD[i].what, r.nevents == BAD[i].events);
			CHECK(BAD[i].what, r.ngaps == BAD[i].gaps);
			run_done(&r);
		}
	}
}

static void look_datasets(void *ctx, const event *ev)
{
	buf *b = ctx;

	buf_str(b, ev->schema->dataset);
	buf_byte(b, ' ');
}

/* Joined files, another path, other fields, another separator. */
static void the_header_may_change(void **state)
{
	static const char IN[] = CONN LINE "#close\tx\n"
			  "#separator ,\n#set_separator,;\n#unset_field,N/A\n#empty_field,EMPTY\n#path,dns\n#fields,ts,q,l\n#types,time,string,set[string]\n"
			  "1713406448,a,b;c\n1713406449,N/A,EMPTY\n"
			  "#path,../evil\n1713406450,a,b\n";
	struct run r;
	buf b = { 0 };

	(void)state;
	run_reader(&r, &reader_zeek, str_bytes(str_of(IN)), 0, look_datasets, &b);
	assert_int_equal(r.nevents, 4);
	assert_int_equal(r.ngaps, 0);
	CHECK_STR("datasets", buf_view(&b), STR("zeek.conn zeek.dns zeek.dns zeek.other "));
	CHECK_STR("second", str_of(r.events[1].json), STR("{\"ts\":1713406448,\"q\":\"a\",\"l\":[\"b\",\"c\"]}"));
	CHECK_STR("third", str_of(r.events[2].json), STR("{\"ts\":1713406449}"));
	run_done(&r);
	buf_done(&b);
}

static void claims(void **state)
{
	static const struct {
		const char *what, *head;
		int claim;
	} P[] = {
		{ "a log", CONN LINE, 95 },
		{ "a header alone", HEAD, 60 },
		{ "W3C", "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time\n", 0 },
		{ "comments", "# separator\n# fields\n", 0 },
		{ "text", "1713406447.5\tC1\n", 0 },
		{ "JSON", "{\"ts\":1}\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(P); i++) {
		struct text_head_store *store = NULL;
		struct text_head h;

		assert_true(text_head_init(&h, &store, str_bytes(str_of(P[i].head)), STR("conn.log")));
		CHECK(P[i].what, text_claim(reader_zeek.text, &h) == P[i].claim);
		text_head_done(store);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_those_of_the_json_form),
		cmocka_unit_test(damage_is_counted),
		cmocka_unit_test(the_header_may_change),
		cmocka_unit_test(claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
