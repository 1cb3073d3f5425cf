/* What all paths together tell: machines' folders, and until when logs go whose files were copied. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/collection.h"
#include "util/times.h"

enum { PATH_LEN = 160 };
static const char *const FILES[] = { "updsrv/var/log/auth.log",     "updsrv/nginx/access.json",
				     "updsrv/app/2025-03-04/x.log", "zeek/dns.log",
				     "web.2025.03.11.log",          "old-20250230.log" };
static char top[64], dir[80];

static void parents(char *path)
{
	for (char *p = path + strlen(dir) + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(path, 0700);
			*p = '/';
		}
}

static void write_files(int64_t first_s, int64_t step_s)
{
	char path[PATH_LEN];

	for (size_t i = 0; i < COUNT(FILES); i++) {
		struct timespec at[2] = { { first_s + (int64_t)i * step_s, 0 },
					  { first_s + (int64_t)i * step_s, 0 } };
		FILE *f;

		snprintf(path, sizeof path, "%s/%s", dir, FILES[i]);
		parents(path);
		f = fopen(path, "w");
		assert_non_null(f);
		fclose(f);
		assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
	}
}

static int setup(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/spoor-collection-XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(dir, sizeof dir, "%s/op7", top); /* called like a machine, and none */
	return mkdir(dir, 0700);
}

static int teardown(void **state)
{
	static const char *const FOLDERS[] = { "updsrv/var/log", "updsrv/var",
					       "updsrv/nginx",   "updsrv/app/2025-03-04",
					       "updsrv/app",     "updsrv",
					       "zeek",           "" };
	char path[PATH_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT(FILES); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, FILES[i]);
		unlink(path);
	}
	for (size_t i = 0; i < COUNT(FOLDERS); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, FOLDERS[i]);
		rmdir(path);
	}
	return rmdir(top);
}

static void learn(struct collection *c, arena *mem)
{
	const char *paths[] = { dir };
	Wire__Setup m;
	struct walk *files;

	wire__setup__init(&m);
	assert_int_equal(walk_new(&files, paths, 1, NULL), 0);
	assert_int_equal(collection_learn(&m, files, mem, NULL), 0);
	assert_int_equal(collection_unpack(&m, c, mem, NULL), 0);
	walk_free(files);
}

static void test_hosts(void **state)
{
	static const char *const HOSTS[COUNT(FILES)] = { "updsrv", "updsrv", "updsrv", "op7", "op7", "op7" };
	struct collection c;
	char path[PATH_LEN];
	arena mem;

	(void)state;
	arena_init(&mem, 1 << 20);
	write_files(1741900000, 0);
	learn(&c, &mem);
	for (size_t i = 0; i < COUNT(FILES); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, FILES[i]);
		CHECK_STR(FILES[i], collection_host(&c, str_of(path)), str_of(HOSTS[i]));
	}
	CHECK_STR("called like one", collection_host(&c, STR("x/mx01/a.log")), STR("mx01"));
	arena_done(&mem);
}

static void test_times(void **state)
{
	static const struct {
		const char *what;
		int64_t first_s, step_s;
		bool copied;
	} T[] = {
		{ "written when the logs were", 1741651200, 60, false },
		{ "written long after, one by one", 1767225600, 86400, false },
		{ "copied long after", 1767225600, 60, true },
	};
	struct collection c;
	arena mem;

	(void)state;
	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(T); i++) {
		int64_t mtime = T[i].first_s * NS_PER_S,
			newest = INT64_C(1741651200) * NS_PER_S; /* 2025-03-11 */

		write_files(T[i].first_s, T[i].step_s);
		learn(&c, &mem);
		CHECK(T[i].what, collection_written(&c, mtime) ==
					 (T[i].copied ? newest + 31 * 86400 * NS_PER_S : mtime));
		CHECK(T[i].what,
		      collection_written(&c, newest) == newest); /* a member of an archive has its own */
	}
	arena_done(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hosts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_times, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
