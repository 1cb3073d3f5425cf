/* The window and the driver: short reads, read errors, readers that ask for nothing or too much. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/drive.h"
#include "util/buf.h"
#include "util/limits.h"

/* --- a content ------------------------------------------------------------------------------ */

enum { SIZE = 1000000, SECTOR = 4096 };

struct made { /* byte i is i mod 251 */
	uint64_t at;
	size_t most;  /* bytes per read */
	uint64_t bad; /* the sector that cannot be read, UINT64_MAX: none */
};

static int64_t made_read(void *ctx, uint8_t *to, size_t cap, err *e)
{
	struct made *m = ctx;
	size_t n = cap < m->most ? cap : m->most;

	if (n > SIZE - m->at)
		n = (size_t)(SIZE - m->at);
	if (m->at / SECTOR == m->bad)
		return err_set(e, ERR_IO, m->at, "read error");
	if (m->bad > m->at / SECTOR && n > m->bad * SECTOR - m->at)
		n = (size_t)(m->bad * SECTOR - m->at);
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)((m->at + i) % 251);
	m->at += n;
	return (int64_t)n;
}

static bool made_resume(void *ctx, uint64_t offset)
{
	((struct made *)ctx)->at = offset;
	return offset < SIZE;
}

static void test_windows_do_not_depend_on_short_reads(void **state)
{
	static const size_t MOST[] = { 1, 7, 4095, SIZE };
	uint64_t ends[COUNT(MOST)][3];

	for (size_t i = 0; i < COUNT(MOST); i++) {
		struct made m = { .most = MOST[i], .bad = UINT64_MAX };
		struct window_source src = { made_read, NULL, &m };
		struct window w = { 0 };

		window_begin(&w, &src, 0);
		w.align = 4096;
		w.align_first = 100;
		assert_int_equal(window_fill(&w, 0, 1, NULL), 0);
		ends[i][0] = window_end(&w);
		assert_int_equal((ends[i][0] - 100) % 4096, 0);
		assert_int_equal(window_fill(&w, 70000, 300000, NULL), 0);
		assert_int_equal(w.offset, 70000);
		ends[i][1] = window_end(&w);
		assert_true(ends[i][1] >= 370000);
		for (size_t k = 0; k < w.len; k++)
			assert_int_equal(window_bytes(&w).ptr[k], (70000 + k) % 251);
		assert_int_equal(window_fill(&w, 900000, 300000, NULL), 0); /* a skip, then the end */
		assert_true(w.end);
		assert_int_equal(w.offset, 900000);
		ends[i][2] = window_end(&w);
		assert_int_equal(ends[i][2], SIZE);
		assert_memory_equal(ends[i], ends[0], sizeof ends[i]);
		window_done(&w);
	}
}

static void test_window_refuses_too_much(void **state)
{
	struct made m = { .most = SIZE, .bad = UINT64_MAX };
	struct window_source src = { made_read, NULL, &m };
	struct window w = { 0 };
	err e = { 0 };

	window_begin(&w, &src, 0);
	assert_int_equal(window_fill(&w, 0, (size_t)LIMIT_WINDOW + 1, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(window_fill(&w, 0, SIZE_MAX, &e), -1);
	window_done(&w);
}

/* --- readers -------------------------------------------------------------------------------- */

enum how { SUM, ASKS_AGAIN, ASKS_BACK, ASKS_TOO_MUCH, NEVER_ENDS };

struct tiny {
	enum how how;
	uint64_t at, sum;
};

static struct tiny TINY; /* one at a time in these tests */

static int tiny_open(void **ret, const struct reader_env *env, err *e)
{
	*ret = &TINY;
	return 0;
}

static enum reader_step tiny_next(void *self, struct reader_input *in, event *ev, struct gap *g, err *e)
{
	struct tiny *t = self;
	bytes b;

	while (bytes_sub(in->data, t->at - in->offset, 10, &b)) {
		for (int i = 0; i < 10; i++)
			t->sum += b.ptr[i];
		t->at += 10;
	}
	if (in->last)
		return t->how == NEVER_ENDS ? READER_MORE : READER_END;
	in->need_from = t->how == ASKS_BACK && in->offset ? 0 : t->how == ASKS_AGAIN ? in->offset : t->at;
	in->need_len = t->how == ASKS_AGAIN ? 1 : t->how == ASKS_TOO_MUCH ? LIMIT_WINDOW + 1ul : 10;
	return READER_MORE;
}

static void tiny_close(void *self)
{
}

static const struct reader_ops TINY_OPS = {
	.name = "tiny", .open = tiny_open, .next = tiny_next, .close = tiny_close
};

static int note_event(void *ctx, const event *ev, err *e)
{
	return 0;
}

static int note_gap(void *ctx, const struct gap *g, err *e)
{
	buf_printf(ctx, "%s %llu-%llu;", gap_kind_name(g->kind), (unsigned long long)g->from,
		   (unsigned long long)g->to);
	return 0;
}

static int note_run(void *ctx, const struct record_run *r, err *e)
{
	return 0;
}

static int note_block(void *ctx, uint64_t at, err *e)
{
	return 0;
}

static bool drive(enum how how, uint64_t bad, buf *gaps)
{
	struct made m = { .most = SIZE, .bad = bad };
	struct window_source src = { made_read, made_resume, &m };
	struct drive_sink sink = { gaps, note_event, note_gap, note_run, note_block };
	struct reader_env env = { .end = UINT64_MAX };
	struct window w = { 0 };
	bool fatal = false;

	TINY = (struct tiny){ .how = how };
	window_begin(&w, &src, 0);
	assert_int_equal(window_fill(&w, 0, 1, NULL), 0);
	assert_int_equal(drive_reader(&TINY_OPS, &env, &w, &sink, &fatal, NULL), 0);
	window_done(&w);
	return fatal;
}

static uint64_t sum_without(uint64_t bad)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < SIZE; i++)
		sum += i / SECTOR == bad ? 0 : i % 251;
	return sum;
}

static void test_drive_reads_all(void **state)
{
	buf gaps = { 0 };

	assert_false(drive(SUM, UINT64_MAX, &gaps));
	assert_int_equal(gaps.len, 0);
	assert_int_equal(TINY.sum, sum_without(UINT64_MAX));
}

static void test_read_error_costs_a_sector(void **state)
{
	buf gaps = { 0 };

	assert_true(drive(SUM, 100, &gaps));
	CHECK_STR("gap", buf_view(&gaps), STR("unreadable 409600-413696;"));
	assert_int_equal(TINY.sum, sum_without(100));
	assert_int_equal(TINY.at, SIZE);
	buf_done(&gaps);
}

static void test_readers_without_headway_are_stopped(void **state)
{
	static const enum how HOW[] = { ASKS_AGAIN, ASKS_BACK, NEVER_ENDS };

	for (size_t i = 0; i < COUNT(HOW); i++) {
		buf gaps = { 0 };

		assert_true(drive(HOW[i], UINT64_MAX, &gaps));
		assert_true(str_starts(buf_view(&gaps), STR("unsupported ")));
		buf_done(&gaps);
	}
}

static void test_reader_that_wants_too_much_is_limited(void **state)
{
	buf gaps = { 0 };

	assert_true(drive(ASKS_TOO_MUCH, UINT64_MAX, &gaps));
	assert_true(str_starts(buf_view(&gaps), STR("limit ")));
	buf_done(&gaps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows_do_not_depend_on_short_reads),
		cmocka_unit_test(test_window_refuses_too_much),
		cmocka_unit_test(test_drive_reads_all),
		cmocka_unit_test(test_read_error_costs_a_sector),
		cmocka_unit_test(test_readers_without_headway_are_stopped),
		cmocka_unit_test(test_reader_that_wants_too_much_is_limited),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
