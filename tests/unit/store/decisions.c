/* The trail of decisions: chain, conflicts, torn lines, two writers at once. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/decisions.h"

static char folder[] = "/tmp/spoor-decisions-XXXXXX";

static void trail_path(char path[256])
{
	snprintf(path, 256, "%s/" DECISIONS_FILE, folder);
}

static int fresh(void **state)
{
	char path[256];

	(void)state;
	trail_path(path);
	unlink(path);
	return 0;
}

static struct decision on(enum decision_kind kind, const char *target, const char *value)
{
	return (struct decision){ .kind = kind, .target = str_of(target), .value = str_of(value),
				  .who = STR("anna"), .reason = STR("seen \"it\" \xFF") };
}

static void test_latest_counts(void **state)
{
	struct decision a = on(DECISION_HOST, "ws01", "confirmed"), b = on(DECISION_HOST, "ws01", "cleared"),
			c = on(DECISION_SIGN, "ws01", "rejected"), d = on(DECISION_HOST, "ws01", "none");
	struct decisions *all;
	struct stat st;
	char path[256];

	(void)state;
	assert_int_equal(decisions_add(folder, &a, 0, NULL), 0);
	assert_int_equal(decisions_add(folder, &c, 0, NULL), 0); /* another kind: its own history */
	assert_int_equal(decisions_add(folder, &b, 1, NULL), 0);
	assert_int_equal(b.n, 3);
	assert_int_equal(decisions_read(&all, folder, NULL), 0);
	assert_int_equal(decisions_count(all), 3);
	assert_true(decision_at(all, 0)->superseded);
	assert_false(decision_at(all, 2)->superseded);
	CHECK_STR("latest", decision_of(all, DECISION_HOST, STR("ws01"))->value, STR("cleared"));
	CHECK_STR("bytes that are no UTF-8 stay visible", decision_at(all, 0)->reason, STR("seen \"it\" \\xff"));
	CHECK_STR("whole", decisions_damage(all), STR(""));
	decisions_free(all);
	assert_int_equal(decisions_add(folder, &d, 3, NULL), 0);
	assert_int_equal(decisions_read(&all, folder, NULL), 0);
	assert_null(decision_of(all, DECISION_HOST, STR("ws01")));
	assert_int_equal(decisions_revision(all), 4);
	decisions_free(all);
	trail_path(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_conflict(void **state)
{
	struct decision a = on(DECISION_HOST, "ws01", "confirmed"), b = on(DECISION_HOST, "ws01", "cleared");
	struct decisions *all;

	(void)state;
	assert_int_equal(decisions_add(folder, &a, 0, NULL), 0);
	assert_int_equal(decisions_add(folder, &b, 0, NULL), 1); /* has not seen the first */
	assert_int_equal(decisions_add(folder, &b, 1, NULL), 0);
	assert_int_equal(decisions_add(folder, &b, DECISIONS_ANY, NULL), 0);
	assert_int_equal(decisions_read(&all, folder, NULL), 0);
	assert_int_equal(decisions_count(all), 3);
	decisions_free(all);
}

static void test_refused(void **state)
{
	static char long_text[9000];
	struct decision T[] = {
		on(DECISION_HOST, "ws01", "guilty"), on(DECISION_HOST, "", "cleared"), on(DECISION_SIGN, "x", "cleared"),
		on(DECISION_ROLE, "ws01", ""),       on(DECISION_PIN, "x", "yes"),     on(DECISION_HOST, "ws01", "reimaged soon"),
		on(DECISION_HOST, "ws01", "cleared"), on(DECISION_HOST, "ws01", "cleared"), on(DECISION_KINDS, "x", "none"),
	};

	(void)state;
	memset(long_text, 'x', sizeof long_text - 1);
	T[6].reason = STR("");
	T[7].reason = str_of(long_text);
	for (size_t i = 0; i < COUNT(T); i++) {
		err e = { 0 };

		assert_int_equal(decisions_add(folder, &T[i], DECISIONS_ANY, &e), -1);
		assert_int_equal(e.code, ERR_ARG);
	}
	T[0] = on(DECISION_HOST, "ws01", "reimaged 2024-05-02");
	assert_int_equal(decisions_add(folder, &T[0], DECISIONS_ANY, NULL), 0);
	T[0] = on(DECISION_HOST, "ws01", "notified 2024-05-02T08:00:00+08:00");
	assert_int_equal(decisions_add(folder, &T[0], DECISIONS_ANY, NULL), 0);
}

static void write_trail(const char *text, size_t len)
{
	char path[256];
	int fd;

	trail_path(path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	close(fd);
}

/* The machine stopped while a line was written: it is told, and what follows is whole. */
static void test_torn(void **state)
{
	struct decision a = on(DECISION_HOST, "ws01", "confirmed"), b = on(DECISION_HOST, "ws02", "cleared");
	struct decisions *all;

	(void)state;
	assert_int_equal(decisions_add(folder, &a, 0, NULL), 0);
	write_trail("{\"n\":2,\"at\":\"2024-0", 18);
	assert_int_equal(decisions_add(folder, &b, 0, NULL), 0);
	assert_int_equal(decisions_read(&all, folder, NULL), 0);
	assert_int_equal(decisions_count(all), 2);
	CHECK_STR("damage", decisions_damage(all), STR("line 2 is no decision"));
	assert_non_null(decision_of(all, DECISION_HOST, STR("ws02")));
	decisions_free(all);
}

static void test_changed_by_hand(void **state)
{
	struct decision a = on(DECISION_HOST, "ws01", "confirmed"), b = on(DECISION_HOST, "ws02", "cleared");
	struct decisions *all;
	char path[256];
	int fd;

	(void)state;
	assert_int_equal(decisions_add(folder, &a, 0, NULL), 0);
	assert_int_equal(decisions_add(folder, &b, 0, NULL), 0);
	trail_path(path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "2", 1, 9), 1); /* the time of the first */
	close(fd);
	assert_int_equal(decisions_read(&all, folder, NULL), 0);
	assert_true(str_find(decisions_damage(all), STR("line 1")) != SIZE_MAX ||
		    str_find(decisions_damage(all), STR("line 2 does not follow")) != SIZE_MAX);
	decisions_free(all);
}

static void test_links_are_refused(void **state)
{
	struct decision a = on(DECISION_HOST, "ws01", "confirmed");
	struct decisions *all = NULL;
	char path[256];

	(void)state;
	trail_path(path);
	assert_int_equal(symlink("/tmp/spoor-no-such-file", path), 0);
	assert_int_equal(decisions_add(folder, &a, 0, NULL), -1);
	assert_int_equal(decisions_read(&all, folder, NULL), -1);
	unlink(path);
}

enum { WRITERS = 6, EACH = 25 };

static void test_many_writers(void **state)
{
	struct decisions *all;
	int bad = 0;

	(void)state;
	for (int w = 0; w < WRITERS; w++)
		if (fork() == 0) {
			for (int i = 0; i < EACH; i++) {
				char name[32];
				struct decision d;

				snprintf(name, sizeof name, "host-%d-%d", w, i);
				d = on(DECISION_HOST, name, "cleared");
				if (decisions_add(folder, &d, 0, NULL) != 0)
					_exit(1);
			}
			_exit(0);
		}
	for (int w = 0; w < WRITERS; w++) {
		int status;

		wait(&status);
		bad += status != 0;
	}
	assert_int_equal(bad, 0);
	assert_int_equal(decisions_read(&all, folder, NULL), 0);
	assert_int_equal(decisions_count(all), WRITERS * EACH);
	CHECK_STR("one chain", decisions_damage(all), STR(""));
	decisions_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_latest_counts, fresh), cmocka_unit_test_setup(test_conflict, fresh),
		cmocka_unit_test_setup(test_refused, fresh),	   cmocka_unit_test_setup(test_torn, fresh),
		cmocka_unit_test_setup(test_changed_by_hand, fresh), cmocka_unit_test_setup(test_links_are_refused, fresh),
		cmocka_unit_test_setup(test_many_writers, fresh),
	};
	int rc;

	if (!mkdtemp(folder))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	fresh(NULL);
	rmdir(folder);
	return rc;
}
