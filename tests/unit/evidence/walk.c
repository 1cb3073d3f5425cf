#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evidence/evidence.h"
#include "util/buf.h"

/* Each test runs in an empty directory of its own, in memory where that is possible. */
static int enter(void **state)
{
	char *dir = strdup("/dev/shm/spoor-walk-XXXXXX");

	if (dir && !mkdtemp(dir)) {
		free(dir);
		dir = strdup("/tmp/spoor-walk-XXXXXX");
		if (dir && !mkdtemp(dir))
			return -1;
	}
	*state = dir;
	return dir && chdir(dir) == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	if (kind == FTW_DNR)
		chmod(path, 0700);
	return remove(path);
}

static int leave(void **state)
{
	int rc = chdir("/");

	rc |= nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return rc;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* "path" or "path~gap-kind", one per line. */
static void list(buf *ret, const char *const *paths, size_t n)
{
	struct walk *w;
	err e = { 0 };

	buf_clear(ret);
	if (walk_new(&w, paths, n, &e) < 0) {
		buf_printf(ret, "!%s\n", err_code_name(e.code));
		return;
	}
	for (size_t i = 0; i < walk_len(w); i++) {
		const struct walk_item *it = walk_at(w, i);

		buf_str(ret, it->path);
		if (!it->readable)
			buf_printf(ret, "~%s", gap_kind_name(it->gap.kind));
		buf_byte(ret, '\n');
	}
	walk_free(w);
}

static void check(const char *what, const char *const *paths, const char *want)
{
	size_t n = 0;
	buf got = { 0 };

	while (paths[n])
		n++;
	list(&got, paths, n);
	CHECK_STR(what, buf_view(&got), str_of(want));
	buf_done(&got);
}

#define PATHS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void sorts_by_bytes_and_gives_each_file_once(void **state)
{
	mkdir("d", 0700);
	mkdir("d/sub", 0700);
	put("d/b", "b");
	put("d/B", "B");
	put("d/sub/x", "x");
	put("d/sub.log", "y");
	put("d/\xc3\xa4", "z");
	assert_int_equal(link("d/b", "d/hard"), 0);
	check("one", PATHS("d"), "d/B\nd/b\nd/sub.log\nd/sub/x\nd/\xc3\xa4\n");
	check("slash", PATHS("d/"), "d/B\nd/b\nd/sub.log\nd/sub/x\nd/\xc3\xa4\n");
	check("named twice", PATHS("d", "d"), "d/B\nd/b\nd/sub.log\nd/sub/x\nd/\xc3\xa4\n");
	check("part named too", PATHS("d/sub", "d", "d/b"), "d/B\nd/b\nd/sub.log\nd/sub/x\nd/\xc3\xa4\n");
	check("a file", PATHS("d/b"), "d/b\n");
	check("the same as ./", PATHS("d/b", "./d/b"), "./d/b\n");
	check("an empty directory", PATHS("d/sub"), "d/sub/x\n");
}

static void tells_what_is_no_file(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "d/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	mkdir("d", 0700);
	assert_int_equal(mkfifo("d/fifo", 0600), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
	close(fd);
	put("d/a", "a");
	check("kinds", PATHS("d"), "d/a\nd/fifo~skipped\nd/socket~skipped\n");
	check("a device", PATHS("/dev/null", "d/a"), "/dev/null~skipped\nd/a\n");
	check("a FIFO, named", PATHS("d/fifo"), "d/fifo~skipped\n");
}

static void follows_no_link_but_a_named_one(void **state)
{
	mkdir("d", 0700);
	mkdir("out", 0700);
	put("out/secret", "s");
	put("d/a", "a");
	assert_int_equal(symlink("../out", "d/dir"), 0);
	assert_int_equal(symlink("../out/secret", "d/file"), 0);
	assert_int_equal(symlink("loop", "d/loop"), 0);
	assert_int_equal(symlink(".", "d/self"), 0);
	assert_int_equal(symlink("d", "link"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	check("inside", PATHS("d"), "d/a\nd/dir~skipped\nd/file~skipped\nd/loop~skipped\nd/self~skipped\n");
	check("named", PATHS("link"),
	      "link/a\nlink/dir~skipped\nlink/file~skipped\nlink/loop~skipped\nlink/self~skipped\n");
	check("named file", PATHS("d/file"), "d/file\n");
	check("dangling", PATHS("dangling", "d/a"), "d/a\ndangling~skipped\n");
	check("loop", PATHS("d/loop", "d/a"), "d/a\nd/loop~skipped\n");
}

static void names_the_target_of_a_link(void **state)
{
	struct walk *w;
	err e = { 0 };

	mkdir("d", 0700);
	assert_int_equal(symlink("/etc/pass\x1bwd", "d/l"), 0);
	assert_int_equal(walk_new(&w, PATHS("d"), 1, &e), 0);
	CHECK_STR("target", str_of(walk_at(w, 0)->gap.text), STR("symbolic link to /etc/pass\\x1bwd, not followed"));
	walk_free(w);
}

static void fails_only_if_nothing_can_be_visited(void **state)
{
	put("a", "a");
	check("one missing", PATHS("missing", "a"), "a\nmissing~unreadable\n");
	check("all missing", PATHS("missing", "gone"), "!io\n");
	mkdir("empty", 0700);
	check("empty directory", PATHS("empty"), "");
	check("missing below a file", PATHS("a/b"), "!io\n");
}

static void goes_on_behind_what_it_may_not_read(void **state)
{
	pid_t pid;
	int status = 1;

	mkdir("d", 0755);
	mkdir("d/closed", 0);
	mkdir("d/open", 0755);
	put("d/open/x", "x");
	put("d/z", "z");
	chmod("d/z", 0);
	chmod(".", 0755);
	fflush(NULL);
	pid = fork();
	if (pid == 0) { /* as somebody who is not root */
		struct walk *w;
		err e = { 0 };
		bool good = geteuid() != 0 || setresuid(65534, 65534, 65534) == 0;

		good = good && walk_new(&w, PATHS("d"), 1, &e) == 0 && walk_len(w) == 3;
		good = good && !walk_at(w, 0)->readable && walk_at(w, 0)->gap.kind == GAP_UNREADABLE &&
		       strstr(walk_at(w, 0)->gap.text, "ermission");
		good = good && walk_at(w, 1)->readable && walk_open(w, 1, &e) >= 0;
		good = good && walk_open(w, 2, &e) < 0 && e.code == ERR_IO && strstr(e.text, "ermission");
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void takes_names_of_any_bytes(void **state)
{
	char name[256] = { 0 };
	buf want = { 0 };

	memset(name, 'n', 255);
	mkdir("d", 0700);
	put("d/a\nb", "1");
	assert_int_equal(chdir("d"), 0);
	put("\xff\xfe", "2");
	put(name, "3");
	assert_int_equal(chdir(".."), 0);
	buf_printf(&want, "d/a\nb\nd/%s\nd/\xff\xfe\n", name);
	buf_byte(&want, 0);
	check("names", PATHS("d"), want.ptr);
	buf_done(&want);
}

static void walks_a_wide_directory(void **state)
{
	struct walk *w;
	err e = { 0 };
	char name[32];

	mkdir("d", 0700);
	assert_int_equal(chdir("d"), 0);
	for (int i = 0; i < 100000; i++) {
		int fd;

		snprintf(name, sizeof name, "%06d", 99999 - i);
		fd = open(name, O_CREAT | O_WRONLY, 0600);
		assert_true(fd >= 0);
		close(fd);
	}
	assert_int_equal(chdir(".."), 0);
	assert_int_equal(walk_new(&w, PATHS("d"), 1, &e), 0);
	assert_int_equal(walk_len(w), 100000);
	CHECK_STR("first", walk_at(w, 0)->path, STR("d/000000"));
	CHECK_STR("last", walk_at(w, 99999)->path, STR("d/099999"));
	walk_free(w);
}

static void reads_deep_trees_to_a_limit(void **state)
{
	struct walk *w;
	err e = { 0 };
	const struct walk_item *it;
	int fd;

	/* 3,000 levels of a 20-byte name: no path that the system takes at once */
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(mkdir("a-directory-of-a-tree", 0700), 0);
		if (i == 1000)
			put("found", "deep");
		assert_int_equal(chdir("a-directory-of-a-tree"), 0);
	}
	assert_int_equal(chdir(*state), 0);
	assert_int_equal(walk_new(&w, PATHS("a-directory-of-a-tree"), 1, &e), 0);
	assert_int_equal(walk_len(w), 2);
	it = walk_at(w, 0);
	assert_false(it->readable);
	assert_int_equal(it->gap.kind, GAP_LIMIT);
	it = walk_at(w, 1);
	assert_true(it->readable && str_ends(it->path, STR("/found")) && it->path.len > 20000);
	fd = walk_open(w, 1, &e);
	assert_true(fd >= 0);
	close(fd);
	walk_free(w);
	/* nftw() cannot remove it */
	for (int i = 0; i < 3000; i++)
		assert_int_equal(chdir("a-directory-of-a-tree"), 0);
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(chdir(".."), 0);
		if (i == 1998 || i == 1999)
			unlink("found");
		assert_int_equal(rmdir("a-directory-of-a-tree"), 0);
	}
}

static void notices_that_a_file_was_swapped(void **state)
{
	static const char *const SWAPS[] = { "another file", "a link to the same file's copy", "a FIFO",
					     "removed", "a directory", "its directory is a link now" };

	put("other", "evil");
	for (size_t i = 0; i < COUNT(SWAPS); i++) {
		struct walk *w;
		err e = { 0 };
		int fd;

		mkdir("d", 0700);
		put("d/a", "good");
		assert_int_equal(walk_new(&w, PATHS("d"), 1, &e), 0);
		fd = walk_open(w, 0, &e);
		CHECK(SWAPS[i], fd >= 0);
		close(fd);
		assert_int_equal(rename("d/a", "kept"), 0);
		if (i == 0)
			put("d/a", "evil");
		if (i == 1)
			assert_int_equal(symlink("../kept", "d/a"), 0);
		if (i == 2)
			assert_int_equal(mkfifo("d/a", 0600), 0);
		if (i == 4)
			mkdir("d/a", 0700);
		if (i == 5) { /* the very file, but by another way */
			rename("kept", "d/a");
			rename("d", "moved");
			assert_int_equal(symlink("moved", "d"), 0);
		}
		fd = walk_open(w, 0, &e);
		CHECK(SWAPS[i], fd < 0);
		CHECK(SWAPS[i], e.code == ERR_CORRUPT);
		walk_free(w);
		if (i == 5) {
			unlink("d");
			rename("moved", "d");
		}
		unlink("d/a");
		rmdir("d/a");
		rmdir("d");
	}
}

static void opens_for_reading_only_and_leaves_no_trace(void **state)
{
	struct walk *w;
	err e = { 0 };
	struct stat before, after;
	char c;
	int fd;

	put("a", "text");
	assert_int_equal(utimensat(AT_FDCWD, "a", (struct timespec[]){ { 1, 0 }, { 2, 0 } }, 0), 0);
	stat("a", &before);
	assert_int_equal(walk_new(&w, PATHS("a"), 1, &e), 0);
	assert_true(walk_at(w, 0)->mtime_ns == INT64_C(2000000000) && walk_at(w, 0)->size == 4);
	fd = walk_open(w, 0, &e);
	assert_int_equal(read(fd, &c, 1), 1);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	stat("a", &after);
	assert_int_equal(before.st_atim.tv_sec, after.st_atim.tv_sec);
	walk_free(w);
}

static void refuses_files_that_never_end(void **state)
{
	int fd = open("sparse", O_CREAT | O_WRONLY, 0600);

	put("a", "a");
	if (ftruncate(fd, INT64_C(1) << 40) < 0) {
		close(fd);
		print_message("# this file system has no sparse files\n");
		return;
	}
	close(fd);
	check("sparse", PATHS("."), "./a\n./sparse~limit\n");
}

static void needs_few_descriptors(void **state)
{
	pid_t pid;
	int status = 1;

	for (int i = 0; i < 40; i++) {
		char name[32];

		snprintf(name, sizeof name, "d%02d", i);
		mkdir(name, 0700);
		snprintf(name, sizeof name, "d%02d/x", i);
		put(name, "x");
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct walk *w;
		err e = { 0 };
		int fd = -1;

		for (int i = 0; i < 5; i++) /* whatever is open already stays; leave room for three */
			fd = dup(0);
		if (fd < 0 || setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)fd + 4, (rlim_t)fd + 4 }) < 0)
			_exit(2);
		_exit(walk_new(&w, PATHS("."), 1, &e) == 0 && walk_len(w) == 40 && walk_at(w, 39)->readable ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sorts_by_bytes_and_gives_each_file_once),
		TEST(tells_what_is_no_file),
		TEST(follows_no_link_but_a_named_one),
		TEST(names_the_target_of_a_link),
		TEST(fails_only_if_nothing_can_be_visited),
		TEST(goes_on_behind_what_it_may_not_read),
		TEST(takes_names_of_any_bytes),
		TEST(walks_a_wide_directory),
		TEST(reads_deep_trees_to_a_limit),
		TEST(notices_that_a_file_was_swapped),
		TEST(opens_for_reading_only_and_leaves_no_trace),
		TEST(refuses_files_that_never_end),
		TEST(needs_few_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
