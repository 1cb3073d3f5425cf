/* Fields in their one form, weeks, rows that are said twice, the chain of the trail. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "desk/deskcsv.h"
#include "desk/trail.h"
#include "desk/week.h"
#include "util/limits.h"
#include "util/times.h"

static void fields(void **state)
{
	static const char *const WORDS[] = { "low", "high", NULL };
	static const struct {
		enum field_kind kind;
		const char *in, *want; /* NULL: refused */
	} T[] = {
		{ FIELD_TEXT, "  a b ", "a b" },
		{ FIELD_TEXT, "", "" },
		{ FIELD_TEXT, "a\nb", NULL },
		{ FIELD_TEXT, "a\x7f", NULL },
		{ FIELD_TEXT, "a\xff", NULL },
		{ FIELD_TEXT, "\xc2\x9b", NULL },	 /* a C1 control character */
		{ FIELD_TEXT, "a\xe2\x80\xae", NULL }, /* turns the direction of writing */
		{ FIELD_TEXT, "a\xe2\x80\x8b", NULL }, /* invisible */
		{ FIELD_TEXT, "\xe4\xb8\xad", "\xe4\xb8\xad" },
		{ FIELD_WORD, "HIGH", "high" },
		{ FIELD_WORD, "medium", NULL },
		{ FIELD_TLP, "tlp:amber+strict", "AMBER+STRICT" },
		{ FIELD_TLP, "WHITE", NULL },
		{ FIELD_PAP, "PAP:red", "RED" },
		{ FIELD_PAP, "white", NULL },
		{ FIELD_TYPE, "Phishing", "phishing" },
		{ FIELD_TYPE, "fishing", NULL },
		{ FIELD_COUNTRY, "cn", "CN" },
		{ FIELD_COUNTRY, "C1", NULL },
		{ FIELD_COUNTRY, "CHN", NULL },
		{ FIELD_YESNO, "Yes", "yes" },
		{ FIELD_YESNO, "1", NULL },
		{ FIELD_TIME, "2024-12-09", "2024-12-09T00:00:00Z" },
		{ FIELD_TIME, "2024-12-09T07:00:00.9+08:00", "2024-12-08T23:00:00Z" },
		{ FIELD_TIME, "2024-12-09T07:00:00", NULL },
		{ FIELD_TIME, "2024-02-30", NULL },
		{ FIELD_TIME, "9999999999", NULL },
		{ FIELD_COUNT, "0", "0" },
		{ FIELD_COUNT, "007", "7" },
		{ FIELD_COUNT, "1000000000000000", "1000000000000000" },
		{ FIELD_COUNT, "1000000000000001", NULL },
		{ FIELD_COUNT, "-1", NULL },
		{ FIELD_COUNT, "1.5", NULL },
		{ FIELD_MAIL, "A@B.example", "a@b.example" },
		{ FIELD_MAIL, "a@b.example, c@d.example", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		const struct field f = { .name = "f", .kind = T[i].kind, .words = WORDS };
		buf out = { 0 };
		err e = { 0 };

		CHECK(T[i].in, (field_put(&f, str_of(T[i].in), &out, &e) == 0) == (T[i].want != NULL));
		CHECK(T[i].in, T[i].want || (e.code == ERR_ARG && out.len == 0));
		if (T[i].want)
			CHECK_STR(T[i].in, buf_view(&out), str_of(T[i].want));
		buf_done(&out);
	}
}

static void weeks(void **state)
{
	static const struct {
		const char *week;
		int32_t offset;
		const char *from; /* NULL: there is none */
	} T[] = { { "2024-W50", 0, "2024-12-09T00:00:00Z" },    { "2024-W50", 28800, "2024-12-08T16:00:00Z" },
		  { "2020-W53", 0, "2020-12-28T00:00:00Z" },    { "2021-W01", 0, "2021-01-04T00:00:00Z" },
		  { "2025-W01", 0, "2024-12-30T00:00:00Z" },    { "1970-W01", 0, "1969-12-29T00:00:00Z" },
		  { "2021-W53", 0, NULL },			  { "2024-W00", 0, NULL },
		  { "2024-W5", 0, NULL },			  { "2024-w50", 0, NULL },
		  { "+024-W50", 0, NULL },			  { "", 0, NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct week w;
		buf from = { 0 };

		CHECK(T[i].week, week_parse(str_of(T[i].week), T[i].offset, &w) == (T[i].from != NULL));
		if (T[i].from) {
			buf_time(&from, w.from_ns);
			CHECK_STR(T[i].week, buf_view(&from), str_of(T[i].from));
			CHECK(T[i].week, w.to_ns - w.from_ns == 7 * NS_PER_DAY && week_before(&w).to_ns == w.from_ns);
		}
		buf_done(&from);
	}
}

/* --- rows ------------------------------------------------------------------------------------------------- */

struct registry {
	char path[64];
	struct desk *d;
	arena mem;
};

static int setup(void **state)
{
	struct registry *r = calloc(1, sizeof *r);
	err e = { 0 };

	snprintf(r->path, sizeof r->path, "/tmp/spoor-desk-XXXXXX");
	arena_init(&r->mem, LIMIT_DESK_BYTES);
	*state = r;
	return mkstemp(r->path) >= 0 && desk_create(r->path, &e) == 0 && desk_open(&r->d, r->path, &e) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct registry *r = *state;

	desk_close(r->d);
	arena_done(&r->mem);
	unlink(r->path);
	free(r);
	return 0;
}

static enum record_done put(struct registry *r, const char *title, const char *ref, const char *field, const char *v, buf *id)
{
	struct record x = { .type = &RECORD_INCIDENT, .ref = str_of(ref) };
	enum record_done done = RECORD_SAME;
	err e = { 0 };

	if (title)
		assert_int_equal(record_set(&x, STR("title"), str_of(title), &r->mem, &e), 0);
	if (field)
		assert_int_equal(record_set(&x, str_of(field), str_of(v), &r->mem, &e), 0);
	buf_clear(id);
	assert_int_equal(desk_begin(r->d, &e), 0);
	assert_int_equal(record_put(r->d, &x, "test", id, &done, &e), 0);
	assert_int_equal(desk_commit(r->d, &e), 0);
	return done;
}

static void said_twice(void **state)
{
	struct registry *r = *state;
	char hash[SHA256_HEX_LEN + 1];
	uint64_t n = 0;
	buf id = { 0 };
	err e = { 0 };

	desk_set_now(r->d, 1733702400 * NS_PER_S); /* 2024-12-09 */
	assert_int_equal(put(r, "a", "", NULL, NULL, &id), RECORD_ADDED);
	CHECK_STR("id", buf_view(&id), STR("2024-000001"));
	desk_set_now(r->d, 1765238400 * NS_PER_S); /* a year later: said again it is still the same */
	assert_int_equal(put(r, "a", "", NULL, NULL, &id), RECORD_SAME);
	CHECK_STR("id", buf_view(&id), STR("2024-000001"));
	assert_int_equal(put(r, "a", "x", NULL, NULL, &id), RECORD_ADDED);
	CHECK_STR("id", buf_view(&id), STR("2025-000001"));
	assert_int_equal(put(r, NULL, "x", "hosts", "3", &id), RECORD_CHANGED);
	assert_int_equal(put(r, NULL, "x", "hosts", "003", &id), RECORD_SAME);
	assert_int_equal(put(r, NULL, "x", "hosts", "", &id), RECORD_CHANGED);
	assert_int_equal(trail_verify(r->d, &n, hash, &e), 0);
	assert_int_equal(n, 4); /* what changed nothing is not there */
	buf_done(&id);
}

static void half_a_table(void **state)
{
	static const char TABLE[] = "title,hosts\nA,1\nB,many\n";
	struct record like = { .type = &RECORD_INCIDENT };
	struct registry *r = *state;
	struct import_counts n = { 77, 77, 77 };
	err e = { 0 };

	assert_int_equal(desk_begin(r->d, &e), 0);
	assert_int_equal(record_import(r->d, &RECORD_INCIDENT, str_of(TABLE), "test", &n, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_non_null(strstr(e.text, "line 3"));
	assert_true(n.rows == 77);
	desk_rollback(r->d);
	assert_int_equal(record_each(r->d, &like, NULL, NULL, NULL, NULL, &e), 0); /* no row: nothing is called */
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(weeks),
		cmocka_unit_test_setup_teardown(said_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(half_a_table, setup, teardown),
	};

	return cmocka_run_group_tests_name("desk-registry", TESTS, NULL, NULL);
}
