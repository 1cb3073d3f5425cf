#include "event/schema.h"

#include <stdio.h>

#include "event/ecs.h"
#include "event/event.h"
#include "event/gap.h"
#include "unit.h"
#include "util/limits.h"

static const struct column COLUMNS[] = {
	{ .name = { "Provider_Name", 13 }, .raw = { "Name", 4 }, .path = { "System/Provider/@Name", 21 },
	  .slot = -1, .section = SECTION_SYSTEM, .flags = COLUMN_F_ATTRIBUTE },
	{ .name = { "EventID", 7 }, .raw = { "EventID", 7 }, .path = { "System/EventID", 14 },
	  .slot = 0, .section = SECTION_SYSTEM },
	{ .name = { "Image", 5 }, .raw = { "Image", 5 }, .path = { "EventData/Image", 15 }, .slot = 1,
	  .section = SECTION_EVENTDATA },
	{ .name = { "Image", 5 }, .raw = { "Image", 5 }, .path = { "EventData/Image_1", 17 }, .slot = 2,
	  .section = SECTION_EVENTDATA },
	{ .name = { "xmlns", 5 }, .raw = { "xmlns", 5 }, .path = { "@xmlns", 6 }, .slot = 3,
	  .section = SECTION_OTHER, .flags = COLUMN_F_HIDDEN },
};

static struct schema proto(char *provider)
{
	static value consts[1];

	consts[0] = value_utf8(str_of(provider));
	return (struct schema){ .family = FAMILY_WINDOWS,
				.reader = "test",
				.columns = COLUMNS,
				.ncolumns = COUNT(COLUMNS),
				.consts = consts,
				.nconsts = 1,
				.nslots = 4 };
}

static void added_schema_is_a_copy(void **state)
{
	char provider[] = "Microsoft-Windows-Sysmon";
	struct schema p = proto(provider);
	struct schema_set *set = schema_set_new(NULL);
	const struct schema *s = schema_set_add(set, &p, NULL);
	value values[4] = { value_utf8(STR("1")) };
	event ev = { .schema = s, .values = values };

	(void)state;
	assert_non_null(s);
	memset(provider, 'x', sizeof provider - 1); /* the original may go away */
	assert_int_equal(s->id, 0);
	assert_int_equal(s->wk[WK_PROVIDER], 0);
	assert_int_equal(s->wk[WK_EVENT_ID], 1);
	assert_int_equal(s->wk[WK_CHANNEL], -1);
	assert_true(value_eq_nocase(event_wk(&ev, WK_PROVIDER), STR("Microsoft-Windows-Sysmon")));
	assert_true(value_eq_nocase(event_wk(&ev, WK_EVENT_ID), STR("1")));
	assert_int_equal(event_wk(&ev, WK_CHANNEL).type, VALUE_ABSENT);
	assert_int_equal(event_value(&ev, -1).type, VALUE_ABSENT);
	CHECK_STR("ecs by the constant provider", s->columns[2].ecs, STR("process.executable"));
	assert_ptr_equal(schema_set_at(set, 0), s);
	assert_null(schema_set_at(set, 1));
	assert_int_equal(schema_set_len(set), 1);
	schema_set_free(set);
}

static void columns_by_name(void **state)
{
	struct schema p = proto((char[]){ "P" });
	struct schema_set *set = schema_set_new(NULL);
	const struct schema *s = schema_set_add(set, &p, NULL);

	(void)state;
	assert_int_equal(schema_find(s, STR("Image"), 0), 2);
	assert_int_equal(schema_find(s, STR("Image"), 3), 3); /* a field may have several columns */
	assert_int_equal(schema_find(s, STR("Image"), 4), -1);
	assert_int_equal(schema_find(s, STR("image"), 0), -1); /* names are exact */
	assert_int_equal(schema_find(s, STR("xmlns"), 0), -1); /* structure is no field */
	schema_set_free(set);
}

static void too_many_columns(void **state)
{
	struct schema_set *set = schema_set_new(NULL);
	struct schema p = { .columns = COLUMNS, .ncolumns = LIMIT_COLUMNS + 1 };
	err e = { 0 };

	(void)state;
	assert_null(schema_set_add(set, &p, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(schema_set_len(set), 0);
	schema_set_free(set);
}

static void an_item_may_use_so_many(void **state)
{
	struct schema_set *set = schema_set_new(NULL);
	struct schema p = { .ncolumns = 1 };
	const struct schema *first = NULL;
	err e = { 0 };
	struct column col = { .name = STR("a"), .raw = STR("a"), .path = STR("a"), .slot = 0 };

	(void)state;
	p.columns = &col;
	for (unsigned i = 0; i < LIMIT_ITEM_SCHEMAS; i++) {
		const struct schema *s = schema_set_add(set, &p, NULL);

		assert_non_null(s);
		assert_true(schema_set_use(set, s));
		if (!first)
			first = s;
	}
	assert_null(schema_set_add(set, &p, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(schema_set_len(set), LIMIT_ITEM_SCHEMAS); /* the refused one takes nothing */
	assert_true(schema_set_use(set, first)); /* known ones stay usable */
	assert_true(schema_set_next_item(set));
	assert_non_null(schema_set_add(set, &p, NULL)); /* another item, another count */
	schema_set_free(set);
}

/* --- ECS ------------------------------------------------------------------------------------ */

static void ecs_by_provider_and_event(void **state)
{
	static const struct {
		const char *provider, *name;
		uint64_t id;
		const char *ecs; /* of the first row, NULL: none */
		size_t rows;
	} T[] = {
		{ "Microsoft-Windows-Sysmon", "Image", 1, "process.executable", 2 },
		{ "Microsoft-Windows-Sysmon", "Hashes", 1, "process.hash", 2 },
		{ "Microsoft-Windows-Sysmon", "Hashes", 7, "file.hash", 2 },
		{ "Microsoft-Windows-Sysmon", "Hashes", 3, NULL, 0 },
		{ "Microsoft-Windows-Security-Auditing", "TargetUserName", 4624, "user.name", 1 },
		{ "Microsoft-Windows-Security-Auditing", "TargetUserName", 4720, "user.target.name", 1 },
		{ "Microsoft-Windows-Security-Auditing", "TargetUserName", 4732, "group.name", 1 },
		{ "Microsoft-Windows-Security-Auditing", "SubjectUserName", 4624, "", 1 },
		{ "Microsoft-Windows-Security-Auditing", "ProcessId", 4688, "process.parent.pid", 1 },
		{ "Microsoft-Windows-Security-Auditing", "ProcessId", 4663, "process.pid", 1 },
		{ "", "CommandLine", 0, "process.command_line", 1 },
		{ "Unheard-Of", "CommandLine", 0, "process.command_line", 1 },
		{ "Unheard-Of", "ProcessId", 0, NULL, 0 },
		{ "Microsoft-Windows-Sysmon", "NoSuchField", 1, NULL, 0 },
		{ "Microsoft-Windows-Sysmon", "Image", UINT64_MAX, "process.executable", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct column c = { .name = str_of(T[i].name), .section = SECTION_EVENTDATA };
		const struct ecs_row *rows = NULL;
		char what[80];

		snprintf(what, sizeof what, "%s %s", T[i].provider, T[i].name);
		CHECK(what, ecs_rows_windows(str_of(T[i].provider), T[i].id, &c, &rows) == T[i].rows);
		if (T[i].rows)
			CHECK_STR(what, rows->ecs, str_of(T[i].ecs));
		c.section = SECTION_OTHER; /* what a collector adds is no event field */
		CHECK(what, ecs_rows_windows(str_of(T[i].provider), T[i].id, &c, &rows) == 0);
	}
}

static void ecs_of_system_goes_by_path(void **state)
{
	struct column c = { .name = STR("Computer"), .path = STR("System/Computer"), .section = SECTION_SYSTEM };

	(void)state;
	CHECK_STR("Computer", ecs_name_windows(STR(""), &c), STR("host.name"));
	c.section = SECTION_EVENTDATA; /* a data field of that name is something else */
	CHECK_STR("Computer in EventData", ecs_name_windows(STR(""), &c), STR(""));
	assert_true(ecs_event_id_known(4624));
	assert_false(ecs_event_id_known(UINT64_MAX));
	CHECK_STR("known", ecs_provider_known(STR("Service Control Manager")), STR("Service Control Manager"));
	CHECK_STR("unknown", ecs_provider_known(STR("x")), STR(""));
}

/* --- gaps ----------------------------------------------------------------------------------- */

static void gap_text_is_cut_not_overrun(void **state)
{
	struct gap g;

	(void)state;
	gap_set(&g, GAP_LIMIT, 1, 2, "%0500d", 7);
	assert_int_equal(strlen(g.text), GAP_TEXT_MAX - 1);
	assert_int_equal(g.kind, GAP_LIMIT);
	assert_int_equal(g.from, 1);
	assert_int_equal(g.to, 2);
	assert_int_equal(g.lost, 0);
	assert_true(g.first_ns == INT64_MIN && g.last_ns == INT64_MIN);
}

static void gap_kinds_have_words(void **state)
{
	(void)state;
	for (unsigned k = 0; k < GAP_KINDS; k++) {
		const char *name = gap_kind_name((enum gap_kind)k);

		assert_non_null(name);
		for (unsigned o = 0; o < k; o++)
			assert_string_not_equal(name, gap_kind_name((enum gap_kind)o));
	}
	assert_string_equal(gap_kind_name(GAP_KINDS), "invalid");
	assert_string_equal(gap_kind_name(GAP_DAMAGED), "damaged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_schema_is_a_copy),
		cmocka_unit_test(columns_by_name),
		cmocka_unit_test(too_many_columns),
		cmocka_unit_test(an_item_may_use_so_many),
		cmocka_unit_test(ecs_by_provider_and_event),
		cmocka_unit_test(ecs_of_system_goes_by_path),
		cmocka_unit_test(gap_text_is_cut_not_overrun),
		cmocka_unit_test(gap_kinds_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
