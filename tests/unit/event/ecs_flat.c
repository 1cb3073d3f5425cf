/* Flat events in ECS: which row holds, what becomes of values, documents that are ECS already. */
#include <stdlib.h>

#include "event/ecs_value.h"
#include "event/render.h"
#include "unit.h"

#define RAW(literal) { (const uint8_t *)(literal), sizeof(literal) - 1

static void rows_of_the_dataset_come_first(void **state)
{
	static const struct {
		const char *what, *dataset, *field, *ecs;
		size_t n;
	} T[] = {
		{ "of the family", "zeek.conn", "id.orig_h", "source.ip", 2 },
		{ "of the dataset", "zeek.conn", "orig_bytes", "source.bytes", 1 },
		{ "of another dataset", "zeek.dns", "orig_bytes", "", 0 },
		{ "of another family", "nginx.access", "id.orig_h", "", 0 },
		{ "a family is no prefix of a word", "zeekling.conn", "id.orig_h", "", 0 },
		{ "unknown", "zeek.conn", "no_such", "", 0 },
		{ "no dataset", "", "id.orig_h", "", 0 },
		{ "behind the last", "zeek.conn", "zzzz", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		const struct ecs_flat_row *rows = NULL;

		CHECK(T[i].what, ecs_rows_flat(str_of(T[i].dataset), str_of(T[i].field), &rows) == T[i].n);
		if (T[i].n)
			CHECK_STR(T[i].what, rows->ecs, str_of(T[i].ecs));
	}
}

static void constants_of_a_dataset(void **state)
{
	const struct ecs_flat_row *row;
	size_t pos = 0, n = 0;

	(void)state;
	while ((row = ecs_const_flat(STR("zeek.notice"), &pos)) != NULL) {
		CHECK_STR("kind", row->ecs, STR("event.kind"));
		CHECK_STR("kind", row->field, STR("alert"));
		n++;
	}
	assert_int_equal(n, 1);
	pos = 0;
	assert_null(ecs_const_flat(STR("json"), &pos));
}

static void values(void **state)
{
	static const struct {
		const char *what;
		value in;
		enum ecs_how how;
		const char *want; /* empty: nothing */
	} T[] = {
		{ "text", RAW("a\"b"), VALUE_UTF8, 0, 0 }, ECS_TEXT, "\"a\\\"b\"" },
		{ "nothing", RAW("-"), VALUE_UTF8, 0, 0 }, ECS_TEXT, "" },
		{ "absent", { 0 }, ECS_TEXT, "" },
		{ "absent as it is", { 0 }, ECS_AS_IS, "" },
		{ "number", RAW("42"), VALUE_NUMBER, 0, 0 }, ECS_NUMBER, "42" },
		{ "fraction", RAW("4.2"), VALUE_NUMBER, 0, 0 }, ECS_NUMBER, "" },
		{ "address", RAW("::ffff:10.0.0.1"), VALUE_UTF8, 0, 0 }, ECS_IP, "\"10.0.0.1\"" },
		{ "no address", RAW("AWS Internal"), VALUE_UTF8, 0, 0 }, ECS_IP, "" },
		{ "endpoint", RAW("10.0.0.1:443"), VALUE_UTF8, 0, 0 }, ECS_IP_OF, "\"10.0.0.1\"" },
		{ "endpoint without a port", RAW("10.0.0.1"), VALUE_UTF8, 0, 0 }, ECS_IP_OF, "\"10.0.0.1\"" },
		{ "endpoint of IPv6", RAW("[2001:db8::1]:443"), VALUE_UTF8, 0, 0 }, ECS_IP_OF, "\"2001:db8::1\"" },
		{ "IPv6 alone", RAW("2001:db8::1"), VALUE_UTF8, 0, 0 }, ECS_IP_OF, "\"2001:db8::1\"" },
		{ "endpoint, half", RAW("["), VALUE_UTF8, 0, 0 }, ECS_IP_OF, "" },
		{ "seconds", RAW("4.120554"), VALUE_NUMBER, 0, 0 }, ECS_S, "4120554000" },
		{ "seconds, more digits than there are", RAW("0.0008699893951416016"), VALUE_NUMBER, 0, 0 }, ECS_S, "869989" },
		{ "seconds with an exponent", RAW("1e9"), VALUE_NUMBER, 0, 0 }, ECS_S, "" },
		{ "seconds beyond 64 bits", RAW("99999999999999"), VALUE_NUMBER, 0, 0 }, ECS_S, "" },
		{ "seconds below zero", RAW("-1"), VALUE_NUMBER, 0, 0 }, ECS_S, "" },
		{ "milliseconds", RAW("15"), VALUE_NUMBER, 0, 0 }, ECS_MS, "15000000" },
		{ "outcome", RAW("SUCCESS"), VALUE_UTF8, 0, 0 }, ECS_OUTCOME, "\"success\"" },
		{ "outcome of Zeek", RAW("F"), VALUE_UTF8, 0, 0 }, ECS_OUTCOME, "\"failure\"" },
		{ "outcome, a code", RAW("50126"), VALUE_UTF8, 0, 0 }, ECS_OUTCOME, "\"failure\"" },
		{ "outcome, code 0", RAW("0"), VALUE_NUMBER, 0, 0 }, ECS_OUTCOME, "\"success\"" },
		{ "outcome, a word", RAW("ok"), VALUE_UTF8, 0, 0 }, ECS_OUTCOME_WORD, "\"success\"" },
		{ "outcome, a word in Chinese", RAW("\xE5\xA4\xB1\xE8\xB4\xA5"), VALUE_UTF8, 0, 0 }, ECS_OUTCOME_WORD,
		  "\"failure\"" },
		{ "outcome, no word", RAW("1"), VALUE_UTF8, 0, 0 }, ECS_OUTCOME_WORD, "" },
		{ "outcome, neither", RAW("Started"), VALUE_UTF8, 0, 0 }, ECS_OUTCOME, "" },
		{ "failure", RAW("AccessDenied"), VALUE_UTF8, 0, 0 }, ECS_FAILURE, "\"failure\"" },
		{ "no failure", RAW(""), VALUE_UTF8, 0, 0 }, ECS_FAILURE, "" },
		{ "path", RAW("/a/b?c=d?e"), VALUE_UTF8, 0, 0 }, ECS_URL_PATH, "\"/a/b\"" },
		{ "path of a whole URL", RAW("http://h/a?b"), VALUE_UTF8, 0, 0 }, ECS_URL_PATH, "" },
		{ "query", RAW("/a/b?c=d?e"), VALUE_UTF8, 0, 0 }, ECS_URL_QUERY, "\"c=d?e\"" },
		{ "no query", RAW("/a/b"), VALUE_UTF8, 0, 0 }, ECS_URL_QUERY, "" },
		{ "mac", RAW("00:1a:2B:3c:4d:5e"), VALUE_UTF8, 0, 0 }, ECS_MAC, "\"00-1A-2B-3C-4D-5E\"" },
		{ "mac without marks", RAW("001122aabb01"), VALUE_UTF8, 0, 0 }, ECS_MAC, "\"00-11-22-AA-BB-01\"" },
		{ "mac, too short", RAW("00:11:22"), VALUE_UTF8, 0, 0 }, ECS_MAC, "" },
		{ "mac, too long", RAW("00:11:22:33:44:55:66:77:88"), VALUE_UTF8, 0, 0 }, ECS_MAC, "" },
		{ "mac, other text", RAW("unknown"), VALUE_UTF8, 0, 0 }, ECS_MAC, "" },
		{ "TLS of Zeek", RAW("TLSv12"), VALUE_UTF8, 0, 0 }, ECS_TLS_VERSION, "\"1.2\"" },
		{ "TLS of Suricata", RAW("TLS 1.3"), VALUE_UTF8, 0, 0 }, ECS_TLS_VERSION, "\"1.3\"" },
		{ "SSL", RAW("SSLv3"), VALUE_UTF8, 0, 0 }, ECS_TLS_VERSION, "\"3\"" },
		{ "TLS, unknown", RAW("unknown-64250"), VALUE_UTF8, 0, 0 }, ECS_TLS_VERSION, "" },
		{ "port", RAW("[::1]:80"), VALUE_UTF8, 0, 0 }, ECS_PORT_OF, "80" },
		{ "no port", RAW("::1"), VALUE_UTF8, 0, 0 }, ECS_PORT_OF, "" },
		{ "port, too large", RAW("h:65536"), VALUE_UTF8, 0, 0 }, ECS_PORT_OF, "" },
		{ "host", RAW("h:80"), VALUE_UTF8, 0, 0 }, ECS_HOST_OF, "\"h\"" },
		{ "plus", RAW("Mozilla/5.0+(a)"), VALUE_UTF8, 0, 0 }, ECS_PLUS, "\"Mozilla/5.0 (a)\"" },
		{ "several", RAW("a\0b"), VALUE_UTF8, VALUE_F_ARRAY, 0 }, ECS_TEXT, "[\"a\",\"b\"]" },
		{ "several, some fit", RAW("a\0" "10.0.0.1\0b"), VALUE_UTF8, VALUE_F_ARRAY, 0 }, ECS_IP, "[\"10.0.0.1\"]" },
		{ "several, none fits", RAW("a\0b"), VALUE_UTF8, VALUE_F_ARRAY, 0 }, ECS_IP, "" },
		{ "several numbers", RAW("1\0" "2"), VALUE_NUMBER, VALUE_F_ARRAY, 0 }, ECS_NUMBER, "[1,2]" },
		{ "as it is", RAW("1\0" "2"), VALUE_NUMBER, VALUE_F_ARRAY, 0 }, ECS_AS_IS, "[1,2]" },
	};
	buf tmp = { 0 }, out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf_clear(&out);
		CHECK(T[i].what, ecs_put_all(&out, &tmp, T[i].in, T[i].how) == (T[i].want[0] != '\0'));
		CHECK_STR(T[i].what, buf_view(&out), str_of(T[i].want));
	}
	buf_done(&tmp);
	buf_done(&out);
}

/* --- documents ------------------------------------------------------------------------------ */

static const struct schema *make(struct schema_set *set, const char *dataset, const char *const *names, uint32_t n,
				 bool own)
{
	struct column cols[16] = { 0 };
	struct schema proto = { .family = FAMILY_FLAT, .reader = "test", .dataset = str_of(dataset), .columns = cols,
				.ncolumns = n, .nslots = n };

	for (uint32_t i = 0; i < n; i++) {
		cols[i].name = cols[i].raw = cols[i].path = str_of(names[i]);
		cols[i].ecs = own ? cols[i].name : (str){ "", 0 };
		cols[i].slot = (int32_t)i;
		cols[i].section = SECTION_FLAT;
	}
	return schema_set_add(set, &proto, NULL);
}

static void check_document(const struct schema *s, const char *want)
{
	value v[16] = { 0 };
	event ev = { .schema = s, .values = v, .time_ns = 0, .written_ns = TIME_NONE, .ref = { 1, 2, 3 } };
	buf b = { 0 };

	for (uint32_t i = 0; i < s->nslots; i++)
		v[i] = value_utf8(STR("1"));
	render_ecs(&b, &ev, NULL);
	CHECK_STR("document", buf_view(&b), str_of(want));
	buf_done(&b);
}

static void by_the_table(void **state)
{
	static const char *const NAMES[] = { "note", "src", "proto", "other.x" };
	struct schema_set *set = schema_set_new(NULL);

	(void)state;
	check_document(make(set, "zeek.notice", NAMES, COUNT(NAMES), false),
		       "{\"@timestamp\":\"1970-01-01T00:00:00Z\",\"ecs\":{\"version\":\"8.11.0\"},\"event\":{\"dataset\":"
		       "\"zeek.notice\",\"kind\":\"alert\",\"module\":\"zeek\"},\"log\":{\"offset\":2},\"network\":{"
		       "\"transport\":\"1\"},\"rule\":{\"name\":\"1\"},\"spoor\":{\"event\":{\"record\":3,\"ref\":\"item-1:2:3\"},"
		       "\"fields\":{\"note\":\"1\",\"src\":\"1\",\"proto\":\"1\",\"other.x\":\"1\"}}}");
	schema_set_free(set);
}

/* Fields keep their places; what contradicts itself or us is told among the other fields. */
static void documents_that_are_ecs(void **state)
{
	static const char *const NAMES[] = { "@timestamp", "event.kind", "host", "host.name", "log.offset.x", "a.b.c.d.e.f.g" };
	struct schema_set *set = schema_set_new(NULL);
	const struct schema *s = make(set, "system.auth", NAMES, COUNT(NAMES), true);

	(void)state;
	check_document(s, "{\"@timestamp\":\"1970-01-01T00:00:00Z\",\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f.g\":\"1\"}}}}},\"ecs\":{"
			  "\"version\":\"8.11.0\"},\"event\":{\"dataset\":\"system.auth\",\"kind\":\"1\",\"module\":\"system\"},"
			  "\"host\":{\"name\":\"1\"},\"log\":{\"offset\":2},\"spoor\":{\"event\":{\"record\":3,\"ref\":\"item-1:2:3\"},"
			  "\"fields\":{\"@timestamp\":\"1\",\"host\":\"1\",\"log.offset.x\":\"1\"}}}");
	assert_int_equal(s->wk[WK_COMPUTER], 3);
	schema_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_the_dataset_come_first),
		cmocka_unit_test(constants_of_a_dataset),
		cmocka_unit_test(values),
		cmocka_unit_test(by_the_table),
		cmocka_unit_test(documents_that_are_ecs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
