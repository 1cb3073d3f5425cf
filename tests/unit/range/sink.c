#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "sink.h"

struct place {
	char file[64];
	uint64_t offset, record;
	uint32_t step;
	bool lost;
};

struct seen {
	struct place at[16];
	size_t n;
};

static void daily(const struct sink *s, int64_t t, char out[SINK_PATH_MAX])
{
	snprintf(out, SINK_PATH_MAX, "host/day-%d.log", (int)(t / DAY));
}

static void head(const struct sink *s, int64_t t, buf *out)
{
	buf_z(out, "#one\n#two\n");
}

static const struct log_kind KIND = { .source = "test", .period = DAY, .path = daily, .header = head };

static void landed(void *ctx, const struct sink *s, const struct row *r, const char *file, uint64_t offset,
		   uint64_t record)
{
	struct seen *seen = ctx;
	struct place *p = &seen->at[seen->n++];

	snprintf(p->file, sizeof p->file, "%s", file ? file : "");
	p->offset = offset;
	p->record = record;
	p->step = r->step;
	p->lost = file == NULL;
}

static int64_t same_clock(void *ctx, const struct sink *s, int64_t t)
{
	return t;
}

struct rig {
	char dir[64];
	struct sinks all;
	struct seen seen;
};

static void rig_up(struct rig *r)
{
	memset(r, 0, sizeof *r);
	snprintf(r->dir, sizeof r->dir, "/tmp/spoor-sink-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	assert_int_equal(sinks_init(&r->all, r->dir, NULL), 0);
	r->all.landed = landed;
	r->all.clock = same_clock;
	r->all.ctx = &r->seen;
	r->all.listed = 1;
}

static void rig_down(struct rig *r)
{
	char path[128];

	for (int day = 0; day < 3; day++) {
		snprintf(path, sizeof path, "%s/host/day-%d.log", r->dir, day);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/host", r->dir);
	rmdir(path);
	rmdir(r->dir);
	sinks_done(&r->all);
}

static void tell(struct sink *s, int64_t t, const char *text, uint32_t step)
{
	buf_z(sink_row(s), text);
	sink_end(s, t, step);
}

static void holds(struct rig *r, const char *file, const char *want)
{
	char path[128], got[256] = "";
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", r->dir, file);
	f = fopen(path, "re");
	assert_non_null(f);
	got[fread(got, 1, sizeof got - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, want);
}

static void rows_told_in_any_order_are_written_in_time(void **state)
{
	struct rig r;
	struct sink *s;

	rig_up(&r);
	s = sink_new(&r.all, &KIND, 0);
	tell(s, 30, "c\n", 0);
	tell(s, 10, "a\n", 0);
	tell(s, 20, "b1\n", 0);
	tell(s, 20, "b2\n", 0);
	sinks_flush(&r.all, 25);
	tell(s, 27, "between\n", 0);
	assert_int_equal(sinks_finish(&r.all, NULL), 0);
	holds(&r, "host/day-0.log", "#one\n#two\na\nb1\nb2\nbetween\nc\n");
	rig_down(&r);
}

static void a_new_day_is_a_new_file_with_its_head(void **state)
{
	struct rig r;
	struct sink *s;

	rig_up(&r);
	s = sink_new(&r.all, &KIND, 0);
	tell(s, DAY + 5, "second\n", 0);
	tell(s, 5, "first\n", 0);
	assert_int_equal(sinks_finish(&r.all, NULL), 0);
	holds(&r, "host/day-0.log", "#one\n#two\nfirst\n");
	holds(&r, "host/day-1.log", "#one\n#two\nsecond\n");
	rig_down(&r);
}

static void rows_of_a_step_tell_where_they_lie(void **state)
{
	struct rig r;
	struct sink *s;

	rig_up(&r);
	s = sink_new(&r.all, &KIND, 0);
	tell(s, 1, "plain\n", 0);
	tell(s, 2, "mine\n", 7);
	assert_int_equal(sinks_finish(&r.all, NULL), 0);
	assert_int_equal(r.seen.n, 1);
	assert_string_equal(r.seen.at[0].file, "host/day-0.log");
	assert_int_equal(r.seen.at[0].offset, 16);
	assert_int_equal(r.seen.at[0].record, 4);
	assert_int_equal(r.seen.at[0].step, 7);
	rig_down(&r);
}

static void dropped_rows_are_counted_and_told_as_lost(void **state)
{
	struct rig r;
	struct sink *s;

	rig_up(&r);
	s = sink_new(&r.all, &KIND, 0);
	sink_drop(s, 0, 10, "deleted");
	tell(s, 5, "gone\n", 3);
	tell(s, 6, "gone\n", 0);
	tell(s, 10, "there\n", 0);
	assert_true(sink_skips(s, 7, 0));
	assert_false(sink_skips(s, 7, 3));
	assert_false(sink_skips(s, 10, 0));
	assert_int_equal(sinks_finish(&r.all, NULL), 0);
	holds(&r, "host/day-0.log", "#one\n#two\nthere\n");
	assert_int_equal(r.seen.n, 1);
	assert_true(r.seen.at[0].lost);
	assert_int_equal(s->drops.at[0].lost, 3);
	assert_int_equal(s->kept, 1);
	rig_down(&r);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(rows_told_in_any_order_are_written_in_time),
		cmocka_unit_test(a_new_day_is_a_new_file_with_its_head),
		cmocka_unit_test(rows_of_a_step_tell_where_they_lie),
		cmocka_unit_test(dropped_rows_are_counted_and_told_as_lost),
	};

	return cmocka_run_group_tests_name("sink", TESTS, NULL, NULL);
}
