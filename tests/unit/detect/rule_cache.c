/* rule_cache.c - images of compiled rules: there and back, kept, authenticated, thrown away. */
#include "unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/bundle.h"
#include "detect/detector.h"
#include "detect/image.h"
#include "detect/rule_cache.h"
#include "util/limits.h"

static const char RULE[] = "title: t\nid: 00000000-0000-4000-8000-%012u\nlogsource: {product: windows, service: security}\n"
			   "detection:\n  s:\n    a|contains: needle%u\n    b|re: '^x[0-9]+$'\n  condition: s\n";

static void make_bundle(buf *b, unsigned number)
{
	char text[512];
	struct bundle_file f = { .path = STR("r.yml"), .name = STR("r.yml") };

	snprintf(text, sizeof text, RULE, number, number);
	f.text = str_of(text);
	buf_clear(b);
	bundle_begin(b);
	bundle_add(b, &f);
}

struct place {
	char root[64], cache[96], state[96];
	struct rule_cache_place at;
};

static void place_make(struct place *p)
{
	snprintf(p->root, sizeof p->root, "/tmp/spoor-cache-XXXXXX");
	assert_non_null(mkdtemp(p->root));
	snprintf(p->cache, sizeof p->cache, "%s/a/cache", p->root);
	snprintf(p->state, sizeof p->state, "%s/b/state", p->root);
	p->at = (struct rule_cache_place){ p->cache, p->state };
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

static void place_remove(struct place *p)
{
	assert_int_equal(nftw(p->root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* How many images lie in a folder, and the path of one of them. */
static unsigned find_images(const char *dir, char *ret, size_t size)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	unsigned n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		if (!str_ends(str_of(entry->d_name), STR(".rules")))
			continue;
		snprintf(ret, size, "%s/%s", dir, entry->d_name);
		n++;
	}
	closedir(d);
	return n;
}

static int count(void *ctx, const struct finding *f, err *e)
{
	++*(int *)ctx;
	return 0;
}

/* Does the set match a = needleN, b = x1? */
static int matches(const struct ruleset *rs, const char *a)
{
	static const struct column COLUMNS[] = {
		{ .name = STR("Channel"), .raw = STR("Channel"), .path = STR("System/Channel"), .slot = 0 },
		{ .name = STR("a"), .raw = STR("a"), .path = STR("EventData/a"), .slot = 1 },
		{ .name = STR("b"), .raw = STR("b"), .path = STR("EventData/b"), .slot = 2 },
	};
	const struct schema proto = { .family = FAMILY_WINDOWS, .reader = "test", .columns = COLUMNS, .ncolumns = 3, .nslots = 3 };
	value values[3] = { value_utf8(STR("Security")), value_utf8(str_of(a)), value_utf8(STR("x1")) };
	struct schema_set *set = schema_set_new(NULL);
	event ev = { .schema = schema_set_add(set, &proto, NULL), .values = values, .time_ns = TIME_NONE };
	struct detector *d;
	int n = 0;

	assert_int_equal(detector_new(&d, rs, NULL), 0);
	assert_int_equal(detector_event(d, &ev, count, &n, NULL), 0);
	detector_free(d);
	schema_set_free(set);
	return n;
}

static void there_and_back(void **state)
{
	buf bundle = { 0 }, image = { 0 }, again = { 0 };
	struct ruleset *rs, *thawed;
	err e = { 0 };

	make_bundle(&bundle, 7);
	assert_int_equal(ruleset_new(&rs, str_bytes(buf_view(&bundle)), &e), 0);
	assert_int_equal(ruleset_freeze(rs, &image, &e), 0);
	ruleset_free(rs);
	buf_str(&again, buf_view(&image));
	assert_int_equal(ruleset_thaw(&thawed, image.ptr, image.len, &e), 0);
	assert_int_equal(ruleset_len(thawed), 1);
	CHECK_STR("title", ruleset_at(thawed, 0)->title, STR("t"));
	assert_int_equal(matches(thawed, "a needle7!"), 1);
	assert_int_equal(matches(thawed, "a needle8!"), 0);
	ruleset_free(thawed);

	assert_int_equal(ruleset_thaw(&thawed, again.ptr, again.len - 1, &e), -1); /* cut */
	assert_int_equal(e.code, ERR_CORRUPT);
	again.ptr[0]++; /* another program's */
	assert_int_equal(ruleset_thaw(&thawed, again.ptr, again.len, &e), -1);
	assert_int_equal(ruleset_thaw(&thawed, again.ptr, 5, &e), -1);
	buf_done(&bundle);
	buf_done(&image);
	buf_done(&again);
}

static void is_kept(void **state)
{
	struct place p;
	buf bundle = { 0 }, first = { 0 }, second = { 0 };
	bool hit = true;
	struct stat st;
	char key[160];

	place_make(&p);
	make_bundle(&bundle, 1);
	assert_int_equal(rule_cache_image(&p.at, str_bytes(buf_view(&bundle)), &first, &hit, NULL), 0);
	assert_false(hit);
	assert_int_equal(rule_cache_image(&p.at, str_bytes(buf_view(&bundle)), &second, &hit, NULL), 0);
	assert_true(hit);
	assert_true(str_eq(buf_view(&first), buf_view(&second)));
	snprintf(key, sizeof key, "%s/rules.key", p.state);
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	make_bundle(&bundle, 2); /* other rules, another image */
	assert_int_equal(rule_cache_image(&p.at, str_bytes(buf_view(&bundle)), &second, &hit, NULL), 0);
	assert_false(hit);
	place_remove(&p);
	buf_done(&bundle);
	buf_done(&first);
	buf_done(&second);
}

/* What may be done to a kept image; each costs a compilation, none is loaded. */
static void harm_byte(const char *image, const char *key)
{
	int fd = open(image, O_RDWR);

	assert_true(fd >= 0 && pwrite(fd, "\xff", 1, 5000) == 1);
	close(fd);
}

static void harm_length(const char *image, const char *key)
{
	assert_int_equal(truncate(image, 100), 0);
}

static void harm_mode(const char *image, const char *key)
{
	assert_int_equal(chmod(image, 0666), 0);
}

static void harm_link(const char *image, const char *key)
{
	char moved[420];

	snprintf(moved, sizeof moved, "%s.moved", image);
	assert_int_equal(rename(image, moved), 0);
	assert_int_equal(symlink(moved, image), 0);
}

static void harm_key(const char *image, const char *key)
{
	assert_int_equal(truncate(key, 3), 0);
}

static void harm_key_mode(const char *image, const char *key)
{
	assert_int_equal(chmod(key, 0644), 0);
}

static void what_was_changed_is_not_loaded(void **state)
{
	static const struct {
		const char *what;
		void (*harm)(const char *image, const char *key);
	} T[] = {
		{ "one byte", harm_byte },	  { "cut", harm_length },   { "anybody may write it", harm_mode },
		{ "a link in its place", harm_link }, { "the key is cut", harm_key }, { "anybody may read the key", harm_key_mode },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct place p;
		buf bundle = { 0 }, image = { 0 };
		char name[400], key[160];
		struct ruleset *rs;
		bool hit;

		place_make(&p);
		make_bundle(&bundle, 1);
		assert_int_equal(rule_cache_image(&p.at, str_bytes(buf_view(&bundle)), &image, &hit, NULL), 0);
		assert_int_equal(find_images(p.cache, name, sizeof name), 1);
		snprintf(key, sizeof key, "%s/rules.key", p.state);
		T[i].harm(name, key);
		assert_int_equal(rule_cache_image(&p.at, str_bytes(buf_view(&bundle)), &image, &hit, NULL), 0);
		CHECK(T[i].what, !hit);
		assert_int_equal(ruleset_thaw(&rs, image.ptr, image.len, NULL), 0);
		CHECK(T[i].what, matches(rs, "needle1") == 1);
		ruleset_free(rs);
		place_remove(&p);
		buf_done(&bundle);
		buf_done(&image);
	}
}

static void no_place_is_no_error(void **state)
{
	static const struct rule_cache_place NOWHERE = { NULL, NULL }, FORBIDDEN = { "/proc/x", "/proc/y" };
	buf bundle = { 0 }, image = { 0 };
	bool hit = true;

	make_bundle(&bundle, 1);
	assert_int_equal(rule_cache_image(&NOWHERE, str_bytes(buf_view(&bundle)), &image, &hit, NULL), 0);
	assert_false(hit);
	assert_int_equal(rule_cache_image(&FORBIDDEN, str_bytes(buf_view(&bundle)), &image, &hit, NULL), 0);
	assert_false(hit);
	buf_done(&bundle);
	buf_done(&image);
}

static void write_rule(const char *path, unsigned number)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, RULE, number, number);
	fclose(f);
}

static void unchanged_files_are_not_read(void **state)
{
	struct place p;
	buf bundle = { 0 }, stamp = { 0 }, image = { 0 }, again = { 0 };
	char path[96];
	const char *const paths[] = { path };
	int64_t newest = 0, unused = 0;

	place_make(&p);
	snprintf(path, sizeof path, "%s/r.yml", p.root);
	write_rule(path, 3);
	assert_int_equal(rules_stamp(&stamp, paths, 1, &newest, NULL), 0);
	assert_true(newest > 0);
	assert_int_equal(rules_read(&bundle, paths, 1, NULL), 0);
	assert_int_equal(rule_cache_image(&p.at, str_bytes(buf_view(&bundle)), &image, NULL, NULL), 0);
	assert_false(rule_cache_stamped(&p.at, str_bytes(buf_view(&stamp)), &again));

	/* changed a moment ago: another change might look the same */
	rule_cache_stamp(&p.at, str_bytes(buf_view(&stamp)), newest, str_bytes(buf_view(&bundle)));
	assert_false(rule_cache_stamped(&p.at, str_bytes(buf_view(&stamp)), &again));
	rule_cache_stamp(&p.at, str_bytes(buf_view(&stamp)), newest - 3600 * NS_PER_S, str_bytes(buf_view(&bundle)));
	assert_true(rule_cache_stamped(&p.at, str_bytes(buf_view(&stamp)), &again));
	assert_true(str_eq(buf_view(&image), buf_view(&again)));

	write_rule(path, 4); /* another content of the same size */
	buf_clear(&stamp);
	assert_int_equal(rules_stamp(&stamp, paths, 1, &unused, NULL), 0);
	assert_false(rule_cache_stamped(&p.at, str_bytes(buf_view(&stamp)), &again));
	assert_int_equal(remove(path), 0);
	assert_int_equal(rules_stamp(&stamp, paths, 1, &unused, NULL), -1);
	place_remove(&p);
	buf_done(&bundle);
	buf_done(&stamp);
	buf_done(&image);
	buf_done(&again);
}

static void few_are_kept(void **state)
{
	struct place p;
	buf bundle = { 0 }, image = { 0 };
	char name[400];

	place_make(&p);
	for (unsigned i = 0; i < LIMIT_RULE_IMAGES + 3; i++) {
		make_bundle(&bundle, i);
		assert_int_equal(rule_cache_image(&p.at, str_bytes(buf_view(&bundle)), &image, NULL, NULL), 0);
	}
	assert_int_equal(find_images(p.cache, name, sizeof name), LIMIT_RULE_IMAGES);
	place_remove(&p);
	buf_done(&bundle);
	buf_done(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(is_kept),
		cmocka_unit_test(what_was_changed_is_not_loaded),
		cmocka_unit_test(no_place_is_no_error),
		cmocka_unit_test(unchanged_files_are_not_read),
		cmocka_unit_test(few_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
