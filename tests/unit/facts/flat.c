/* Which flat log gives which fact: the table in data/ against made-up events, one of each row at least. */
#include "unit.h"

#include "facts/facts_priv.h"

enum { FIELDS = 24 };

struct field {
	const char *name, *text; /* text NULL: the field is there but has no value in this event */
};

static void fact_line(const struct fact *f, buf *out)
{
	buf_z(out, fact_kind_name(f->kind));
	for (int i = 0; i < FA_COUNT; i++) {
		if (f->attr[i].len == 0 || i == FA_DAY)
			continue;
		buf_printf(out, " %s=[", fact_attr_name((enum fact_attr)i));
		buf_str(out, f->attr[i]);
		buf_z(out, "]");
	}
	if (f->bytes)
		buf_printf(out, " bytes=%llu", (unsigned long long)f->bytes);
	if (f->hours && f->hours != 1u << 10)
		buf_printf(out, " hours=%x", f->hours);
	if (f->attr[FA_DAY].len && !str_eq(f->attr[FA_DAY], STR("2024-04-18")))
		buf_z(out, " wrong day");
	if (!f->attr[FA_DAY].len != !f->hours)
		buf_z(out, " hours without a day");
	buf_z(out, "\n");
}

struct made {
	event ev;
	struct column columns[FIELDS + 1];
	value values[FIELDS + 1];
};

static void make(struct made *m, struct schema_set *set, const char *dataset, const struct field *f)
{
	struct schema proto = { .family = FAMILY_FLAT, .reader = "test", .dataset = str_of(dataset) };
	uint32_t n = 0;

	for (; f[n].name; n++) {
		str name = str_of(f[n].name);

		m->columns[n] = (struct column){
			.name = name, .raw = name, .path = name, .slot = (int32_t)n, .section = SECTION_FLAT
		};
		if (str_eq(name, STR("host.name"))) {
			m->columns[n].ecs = name;
			m->columns[n].flags = COLUMN_F_DERIVED;
		}
		m->values[n] = f[n].text ? value_utf8(str_of(f[n].text)) : (value){ 0 };
	}
	proto.columns = m->columns;
	proto.ncolumns = proto.nslots = n;
	m->ev = (event){ .schema = schema_set_add(set, &proto, NULL),
			 .values = m->values,
			 .time_ns = INT64_C(1713435253) * NS_PER_S, /* 2024-04-18T10:14:13Z */
			 .ref = { 1, 2, 3 } };
	assert_non_null(m->ev.schema);
}

#include "flat_cases.h"

static void lines_of(struct fact_table *t, bool coverage, buf *out)
{
	assert_int_equal(fact_table_sort(t, NULL), 0);
	for (size_t i = 0; i < fact_table_len(t); i++)
		if (coverage || fact_table_at(t, i)->kind != FACT_COVERAGE)
			fact_line(fact_table_at(t, i), out);
	buf_byte(out, '\0');
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct schema_set *set = schema_set_new(NULL);
		struct made m;
		struct fact_table *t;
		buf got = { 0 };

		assert_int_equal(fact_table_new(&t, NULL), 0);
		make(&m, set, CASES[i].dataset, CASES[i].f);
		assert_int_equal(fact_table_observe(t, &m.ev, NULL), 0);
		lines_of(t, false, &got);
		got.len--;
		CHECK_STR(CASES[i].what, buf_view(&got), str_of(CASES[i].want));
		buf_done(&got);
		fact_table_free(t);
		schema_set_free(set);
	}
}

/* Mark the rules that make a fact of the event. */
static void mark_rules(bool *hit, const struct made *m)
{
	const struct fact_rule *r;
	arena mem;
	struct fact_plan p;
	struct fact_draft d = { 0 };

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; (r = fact_rule_at(i)) != NULL; i++) {
		if (!fact_rule_covers(r, m->ev.schema->dataset))
			continue;
		assert_true(fact_plan_bind(&p, r, m->ev.schema, &mem));
		fact_draft_clear(&d);
		if (fact_plan_holds(&p, &m->ev, &d) && fact_plan_run(&p, &m->ev, &d) == RUN_FACT)
			hit[i] = true;
	}
	fact_draft_done(&d);
	arena_done(&mem);
}

/* A row that no case reaches is a row that nobody has seen work. */
static void test_every_row_has_a_case(void **state)
{
	size_t n = fact_rules_len(), missing = 0;
	bool *hit = calloc(n, sizeof *hit);

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct schema_set *set = schema_set_new(NULL);
		struct made m;

		make(&m, set, CASES[i].dataset, CASES[i].f);
		mark_rules(hit, &m);
		schema_set_free(set);
	}
	for (size_t i = 0; i < n; i++) {
		const struct fact_rule *r = fact_rule_at(i);

		if (!r->datasets || hit[i])
			continue;
		print_message("# no case: flat row %zu: %s of %s\n", i, fact_kind_name(r->kind), r->datasets);
		missing++;
	}
	free(hit);
	assert_int_equal(missing, 0);
}

/* The same lines, whatever was remembered of others before them, and in whatever order. */
static void test_cache_changes_nothing(void **state)
{
	static const char *const IPS[] = { "10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.3", "-", "10.0.0.2" };
	static const char *const BYTES[] = { "10", "-", "20", "N/A", "5", "7" };
	buf got[2] = { 0 };

	(void)state;
	for (int reverse = 0; reverse < 2; reverse++) {
		struct schema_set *set = schema_set_new(NULL);
		struct made m;
		struct fact_table *t;
		const struct field f[] = { { "c-ip", "" }, { "cs-method", "GET" }, { "cs-uri-stem", "/a" },
					   { "sc-status", "200" }, { "cs-bytes", "" }, { "host.name", "WEB" }, { 0 } };

		assert_int_equal(fact_table_new(&t, NULL), 0);
		make(&m, set, "iis.access", f);
		for (unsigned k = 0; k < 60; k++) {
			unsigned i = reverse ? 59 - k : k;

			m.values[0] = value_utf8(str_of(IPS[i % 6]));
			m.values[4] = value_utf8(str_of(BYTES[i / 6 % 6]));
			m.ev.ref.offset = i;
			m.ev.time_ns = (INT64_C(1713435253) + i * 3600) * NS_PER_S;
			assert_int_equal(fact_table_observe(t, &m.ev, NULL), 0);
		}
		lines_of(t, true, &got[reverse]);
		fact_table_free(t);
		schema_set_free(set);
	}
	assert_true(got[0].len > 200);
	assert_string_equal(got[0].ptr, got[1].ptr);
	buf_done(&got[0]);
	buf_done(&got[1]);
}

/* All that a fact says, its counts, times and references too. */
static void whole_line(const struct fact *f, buf *out)
{
	for (int i = 0; i < FA_COUNT; i++) {
		buf_str(out, f->attr[i]);
		buf_byte(out, '|');
	}
	buf_printf(out, "%d %llu %llu %lld %lld %x", (int)f->kind, (unsigned long long)f->count, (unsigned long long)f->bytes,
		   (long long)f->first_ns, (long long)f->last_ns, f->hours);
	for (uint32_t i = 0; i < f->nrefs; i++)
		buf_printf(out, " %u:%llu", f->refs[i].item, (unsigned long long)f->refs[i].offset);
	buf_byte(out, '\n');
}

static void whole_table(struct fact_table *t, buf *out)
{
	assert_int_equal(fact_table_sort(t, NULL), 0);
	for (size_t i = 0; i < fact_table_len(t); i++)
		whole_line(fact_table_at(t, i), out);
	buf_byte(out, '\0');
}

/* Line k of a log made of one event: as it is, or with another value in one field; now and then a later hour, the next
 * day, a recovered record, an offset that comes before. */
static void vary(struct made *m, const struct field *f, unsigned k, uint64_t *random)
{
	static const char *const OTHER[] = { "", "-", "7", "300000", "404", "304", "/a/b.exe?x=1", "10.9.8.7", "POST", "N/A", "1500", "50000" };
	uint64_t r = *random = *random * 6364136223846793005u + 1442695040888963407u;
	uint32_t n = m->ev.schema->ncolumns;

	for (uint32_t i = 0; i < n; i++)
		m->values[i] = f[i].text ? value_utf8(str_of(f[i].text)) : (value){ 0 };
	if (r >> 63)
		m->values[(r >> 32) % n] = value_utf8(str_of(OTHER[(r >> 40) % COUNT(OTHER)]));
	m->ev.time_ns = (INT64_C(1713435253) + (int64_t)(r >> 50) % 3 * 3600 + (k % 40 == 39 ? 86400 : 0)) * NS_PER_S;
	m->ev.flags = (r >> 56) % 16 == 0 ? EVENT_RECOVERED : 0;
	m->ev.ref = (struct event_ref){ 1 + k % 2, (k * 37) % 101, k };
}

/* What was remembered of earlier lines changes no fact: a table that saw them all says the same as tables that saw one
 * line each, put together. Of every dataset that the table of rules has a case for. */
static void test_memory_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct schema_set *set = schema_set_new(NULL);
		struct fact_table *all, *sum, *one;
		buf got = { 0 }, want = { 0 };
		uint64_t random = i;
		struct made m;

		assert_int_equal(fact_table_new(&all, NULL), 0);
		assert_int_equal(fact_table_new(&sum, NULL), 0);
		make(&m, set, CASES[i].dataset, CASES[i].f);
		for (unsigned k = 0; k < 80; k++) {
			vary(&m, CASES[i].f, k, &random);
			assert_int_equal(fact_table_observe(all, &m.ev, NULL), 0);
			assert_int_equal(fact_table_new(&one, NULL), 0);
			assert_int_equal(fact_table_observe(one, &m.ev, NULL), 0);
			assert_int_equal(fact_table_sort(one, NULL), 0);
			for (size_t j = 0; j < fact_table_len(one); j++)
				assert_int_equal(fact_table_merge(sum, fact_table_at(one, j), NULL), 0);
			fact_table_free(one);
		}
		whole_table(all, &got);
		whole_table(sum, &want);
		CHECK_STR(CASES[i].what, buf_view(&got), buf_view(&want));
		buf_done(&got);
		buf_done(&want);
		fact_table_free(all);
		fact_table_free(sum);
		schema_set_free(set);
	}
}

static void test_hours_merge(void **state)
{
	struct fact a = { .kind = FACT_COVERAGE, .count = 1, .hours = 0x5 }, b = a, c = a, x, y;

	(void)state;
	b.hours = 0x800000;
	c.hours = 0x6;
	x = a;
	fact_combine(&x, &b);
	fact_combine(&x, &c);
	y = c;
	fact_combine(&y, &b);
	fact_combine(&y, &a);
	assert_int_equal(x.hours, 0x800007);
	assert_int_equal(y.hours, x.hours);
	fact_combine(&y, &y);
	assert_int_equal(y.hours, x.hours);
	assert_int_equal(fact_hour_bit(TIME_NONE), 0);
	assert_int_equal(fact_hour_bit(0), 1);
	assert_int_equal(fact_hour_bit(-1), 1u << 23);
	assert_int_equal(fact_hour_bit(23 * 3600 * NS_PER_S), 1u << 23);
}

static void test_texts(void **state)
{
	static const struct {
		const char *what;
		void (*fn)(str, buf *);
		const char *in, *want;
	} T[] = {
		{ "address with port", fact_text_address, "192.0.2.1:80", "192.0.2.1" },
		{ "address in brackets", fact_text_address, "[2001:db8::0:1]:443", "2001:db8::1" },
		{ "name is no address", fact_text_address, "face.bad.cafe.beef", "" },
		{ "text with colons", fact_text_address, "at 10:00:00", "" },
		{ "too many digits", fact_text_address, "1921.0.2.1", "" },
		{ "mac with dots", fact_text_mac, "0050.5673.dfb8", "00-50-56-73-DF-B8" },
		{ "first of two macs", fact_text_mac, "00:50:56:73:df:b8,00:50:56:73:df:b9", "00-50-56-73-DF-B8" },
		{ "client id is no mac", fact_text_mac, "0100505673dfb8", "" },
		{ "cut mac", fact_text_mac, "00:50:56", "" },
		{ "file behind a query", fact_text_file, "http://h/a/b.exe?x.y", "/a/b.exe" },
		{ "address of mail is no file", fact_text_file, "/u/a@b.com", "" },
		{ "page is no file", fact_text_file, "/x.aspx", "" },
		{ "version is no extension", fact_text_file, "/pkg/4.2", "" },
		{ "domain of a URL", fact_text_domain, "https://u:p@WWW.x.example:8443/a", "www.x.example" },
		{ "domain of CONNECT", fact_text_domain, "x.example:443", "x.example" },
		{ "path has no domain", fact_text_domain, "/a:b", "" },
		{ "port by scheme", fact_text_urlport, "https://x/", "443" },
		{ "port of v6", fact_text_urlport, "http://[::1]:81/", "81" },
		{ "port too large", fact_text_urlport, "x:70000", "" },
		{ "shape", fact_text_shape, "user=bob id 77 from 10.0.0.1 read \"x y\" C:\\a\\b a@b.c", "user=* id # from # read * * *" },
		{ "shape of a word with digits", fact_text_shape, "tomcat9 v2 0x1f", "tomcat# v# #" },
		{ "refused words", fact_text_denied, "Reset-Both", "denied" },
		{ "let through", fact_text_action, "Permit", "" },
		{ "own word", fact_text_action, "Quarantine", "quarantine" },
		{ "path in a message", fact_text_pathin, "wrote (/var/www/a.jsp), done", "/var/www/a.jsp" },
		{ "no path in a message", fact_text_pathin, "either/or is 1/2", "" },
		{ "version in a message", fact_text_versionin, "apply v4.2.7 to 10.0.0.1", "4.2.7" },
		{ "address is no version", fact_text_versionin, "from 10.0.0.1", "" },
		{ "outcome", fact_text_outcome, "was not successful: error", "failed" },
		{ "no outcome", fact_text_outcome, "tokens refreshed", "" },
		{ "nobody", fact_text_uid, "4294967295", "" },
		{ "zero key", fact_text_sample, "{00000000-0000-0000-0000-000000000000}", "" },
		{ "mailbox", fact_text_mailbox, "SMTP:Ann@Corp.example", "ann@corp.example" },
		{ "domain of the first", fact_text_maildomain, "<a@B.example>;c@d", "@b.example" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf got = { 0 };

		T[i].fn(str_of(T[i].in), &got);
		CHECK_STR(T[i].what, buf_view(&got), str_of(T[i].want));
		buf_done(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_every_row_has_a_case),
		cmocka_unit_test(test_cache_changes_nothing),
		cmocka_unit_test(test_memory_changes_nothing),
		cmocka_unit_test(test_hours_merge),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
