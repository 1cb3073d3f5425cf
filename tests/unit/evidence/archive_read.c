#include "make.h"
#include "util/times.h"

#define A_LITERAL STR("alpha\n")

static const str A = A_LITERAL, B = STR("beta\n");

static void check(const char *what, const buf *container, const char *display, const char *want)
{
	buf got = { 0 };

	read_all(&got, NULL, buf_view(container), display, NULL);
	CHECK_STR(what, buf_view(&got), str_of(want));
	buf_done(&got);
}

static void reads_members_in_stored_order(void **state)
{
	static const struct put TWO[] = { { .name = "dir/b", .data = STR("beta\n") },
					  { .name = "a", .data = STR("alpha\n") },
					  { .name = "empty" },
					  { 0 } };
	static const char *const FORMATS[] = { "zip", "zip-store", "ustar", "pax" };

	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		buf c = { 0 };

		make_archive(&c, FORMATS[i], TWO);
		check(FORMATS[i], &c, "/x/outer", "/x/outer!/dir/b=beta\n\n/x/outer!/a=alpha\n\n/x/outer!/empty=\n");
		buf_done(&c);
	}
}

static void reads_7z(void **state)
{
	buf c = { 0 };

	make_archive(&c, "7z", (struct put[]){ { .name = "b", .data = B }, { .name = "a", .data = A }, { 0 } });
	check("7z", &c, "o.7z", "o.7z!/b=beta\n\no.7z!/a=alpha\n\n");
	buf_done(&c);
}

static void names_what_a_compressed_file_holds(void **state)
{
	static const struct {
		const char *format, *display, *want;
	} T[] = {
		{ "gzip", "/logs/x.log.gz", "/logs/x.log.gz!/x.log=alpha\n\n" },
		{ "gzip", "/logs/X.LOG.GZ", "/logs/X.LOG.GZ!/X.LOG=alpha\n\n" },
		{ "gzip", "without", "without!/without=alpha\n\n" },
		{ "gzip", ".gz", ".gz!/.gz=alpha\n\n" },
		{ "xz", "x.log.xz", "x.log.xz!/x.log=alpha\n\n" },
		{ "zstd", "x.log.zst", "x.log.zst!/x.log=alpha\n\n" },
		{ "bzip2", "x.tbz2", "x.tbz2!/x.tar=alpha\n\n" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf c = { 0 };

		make_archive(&c, T[i].format, (struct put[]){ { .name = "n", .data = A }, { 0 } });
		check(T[i].display, &c, T[i].display, T[i].want);
		buf_done(&c);
	}
}

static void reads_streams_one_behind_the_other(void **state)
{
	static const char *const FORMATS[] = { "gzip", "xz", "zstd", "bzip2" };

	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		buf c = { 0 };

		make_archive(&c, FORMATS[i], (struct put[]){ { .name = "n", .data = A }, { 0 } });
		make_archive(&c, FORMATS[i], (struct put[]){ { .name = "n", .data = B }, { 0 } });
		check(FORMATS[i], &c, "x", "x!/x=alpha\nbeta\n\n");
		buf_add(&c, "\0\0\0\0", 4); /* padding is no damage ... */
		buf_add(&c, "\r\n", 2);      /* ... nor a line end that some tool added */
		check(FORMATS[i], &c, "x", "x!/x=alpha\nbeta\n\n");
		buf_z(&c, "foreign");
		check(FORMATS[i], &c, "x", "x!/x=alpha\nbeta\n!damaged\n");
		buf_done(&c);
	}
}

static void a_compressed_tar_is_one_container(void **state)
{
	static const char *const FILTERS[] = { "gzip", "xz", "zstd", "bzip2" };

	for (size_t i = 0; i < COUNT(FILTERS); i++) {
		buf c = { 0 };

		make_archive(&c, "ustar", (struct put[]){ { .name = "a", .data = A }, { 0 } });
		make_wrap(&c, FILTERS[i], "n");
		check(FILTERS[i], &c, "c.tar.z", "c.tar.z!/a=alpha\n\n");
		buf_done(&c);
	}
}

static void an_empty_compressed_file_is_an_empty_member(void **state)
{
	buf c = { 0 };

	make_archive(&c, "gzip", (struct put[]){ { .name = "n" }, { 0 } });
	check("gzip", &c, "x.log.gz", "x.log.gz!/x.log=\n");
	buf_done(&c);
}

static void opens_containers_inside_containers(void **state)
{
	static const char *const INNER[] = { "zip", "7z", "ustar" };
	static const char *const OUTER[] = { "zip", "zip-store", "ustar", "7z" };

	for (size_t i = 0; i < COUNT(INNER); i++) {
		for (size_t k = 0; k < COUNT(OUTER); k++) {
			buf c = { 0 };

			make_archive(&c, INNER[i], (struct put[]){ { .name = "a", .data = A }, { 0 } });
			make_wrap(&c, OUTER[k], "in");
			check(INNER[i], &c, "o", "o!/in!/a=alpha\n\n");
			buf_done(&c);
		}
	}
}

static void goes_on_behind_an_inner_container(void **state)
{
	buf inner = { 0 }, outer = { 0 };

	make_archive(&inner, "zip", (struct put[]){ { .name = "a", .data = A }, { .name = "b", .data = B }, { 0 } });
	make_wrap(&inner, "gzip", "n");
	make_archive(&outer, "ustar",
		     (struct put[]){ { .name = "1.zip.gz", .data = buf_view(&inner) },
				     { .name = "2", .data = B },
				     { .name = "3.zip.gz", .data = buf_view(&inner) },
				     { 0 } });
	check("mixed", &outer, "o.tar",
	      "o.tar!/1.zip.gz!/1.zip!/a=alpha\n\no.tar!/1.zip.gz!/1.zip!/b=beta\n\no.tar!/2=beta\n\n"
	      "o.tar!/3.zip.gz!/3.zip!/a=alpha\n\no.tar!/3.zip.gz!/3.zip!/b=beta\n\n");
	buf_done(&inner);
	buf_done(&outer);
}

static void members_that_nobody_reads_are_passed_over(void **state)
{
	static const char *const FORMATS[] = { "zip", "zip-store", "ustar", "7z" };

	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		struct archive_walk *a;
		struct archive_member m;
		buf c = { 0 }, big = { 0 };
		int fd;
		err e = { 0 };

		for (unsigned k = 0; k < 40000; k++)
			buf_printf(&big, "%u ", k * 2654435761u);
		make_archive(&c, FORMATS[i],
			     (struct put[]){ { .name = "big", .data = buf_view(&big) },
					     { .name = "big2", .data = buf_view(&big) },
					     { .name = "a", .data = A },
					     { 0 } });
		fd = make_fd(buf_view(&c));
		assert_int_equal(archive_open(&a, fd, STR("o"), &e), 0);
		assert_int_equal(archive_next(a, &m, &e), 1);
		assert_int_equal(archive_next(a, &m, &e), 1);
		CHECK_STR(FORMATS[i], m.path, STR("o!/big2"));
		CHECK(FORMATS[i], m.size == big.len || m.size == UINT64_MAX);
		assert_int_equal(archive_next(a, &m, &e), 1);
		CHECK_STR(FORMATS[i], m.path, STR("o!/a"));
		CHECK_STR(FORMATS[i], m.raw_path, STR("a"));
		CHECK(FORMATS[i], m.mtime_ns == INT64_C(1700000000000000000));
		archive_close(a);
		close(fd);
		buf_done(&c);
		buf_done(&big);
	}
}

static void reads_in_pieces_of_any_size(void **state)
{
	struct archive_walk *a;
	struct archive_member m;
	buf c = { 0 }, big = { 0 }, got = { 0 };
	err e = { 0 };
	int fd;

	for (unsigned k = 0; k < 20000; k++)
		buf_printf(&big, "%u ", k * 2654435761u);
	make_archive(&c, "zip", (struct put[]){ { .name = "big", .data = buf_view(&big) }, { 0 } });
	fd = make_fd(buf_view(&c));
	assert_int_equal(archive_open(&a, fd, STR("o"), &e), 0);
	assert_int_equal(archive_next(a, &m, &e), 1);
	for (size_t cap = 1;; cap = cap % 97 + 1) {
		uint8_t p[97];
		int64_t n = archive_read(a, p, cap, &e);

		assert_true(n >= 0 && (size_t)n <= cap);
		if (n == 0)
			break;
		buf_add(&got, p, (size_t)n);
	}
	assert_true(str_eq(buf_view(&got), buf_view(&big)));
	archive_close(a);
	close(fd);
	buf_done(&c);
	buf_done(&big);
	buf_done(&got);
}

static void skips_what_is_no_file(void **state)
{
	buf c = { 0 }, got = { 0 }, texts = { 0 };

	make_archive(&c, "pax",
		     (struct put[]){ { .name = "d/", .type = AE_IFDIR },
				     { .name = "link", .link = "../../../etc/passwd" },
				     { .name = "link/x", .data = B }, /* "through" the link */
				     { .name = "hard", .link = "/etc/shadow", .hard = true },
				     { .name = "fifo", .type = AE_IFIFO },
				     { .name = "dev", .type = AE_IFCHR },
				     { .name = "a", .data = A },
				     { 0 } });
	read_all(&got, &texts, buf_view(&c), "o", NULL);
	CHECK_STR("kinds", buf_view(&got),
		  STR("o!/link~skipped\no!/link/x=beta\n\no!/hard~skipped\no!/fifo~skipped\no!/dev~skipped\n"
		      "o!/a=alpha\n\n"));
	CHECK_STR("reasons", buf_view(&texts),
		  STR("symbolic link to ../../../etc/passwd, not followed\nhard link to /etc/shadow, not "
		      "followed\ndevice, FIFO or socket, not read\ndevice, FIFO or socket, not read\n"));
	buf_done(&c);
	buf_done(&got);
	buf_done(&texts);
}

static void shows_names_and_uses_none(void **state)
{
	static const struct {
		const char *what, *name, *shown;
	} T[] = {
		{ "up", "../../x", "../../x" },
		{ "absolute", "/etc/x", "/etc/x" },
		{ "drive", "C:\\Windows/x", "C:\\Windows/x" }, /* all backslashes: libarchive turns them */
		{ "UTF-8", "\xe6\x97\xa5/\xc3\xbc", "\xe6\x97\xa5/\xc3\xbc" },
		{ "escape sequence", "\x1b]0;x\x07", "\\x1b]0;x\\x07" },
		{ "newline", "a\nb", "a\\x0ab" },
		{ "right to left", "a\xe2\x80\xae" "b", "a\\xe2\\x80\\xaeb" },
		{ "C1 control", "a\xc2\x9b" "b", "a\\xc2\\x9bb" },
		{ "collector", "uploads/auto/C%3A/Win%2520x%254", "uploads/auto/C:/Win%20x%4" },
		{ "collector, device", "uploads/ntfs/%5C%5C.%5CC%3A/x", "uploads/ntfs/\\\\.\\C:/x" },
		{ "collector below a folder", "F.1/uploads/auto/C%3A/x", "F.1/uploads/auto/C:/x" },
		{ "collector hides a newline", "uploads/auto/a%0Ab", "uploads/auto/a\\x0ab" },
		{ "plain copy keeps %4", "logs/X%4Admin.evtx", "logs/X%4Admin.evtx" },
		{ "upload folder of a web server", "var/uploads/2024/a%41", "var/uploads/2024/a%41" },
	};
	static const char *const FORMATS[] = { "zip", "ustar" };

	for (size_t i = 0; i < COUNT(T); i++) {
		for (size_t k = 0; k < COUNT(FORMATS); k++) {
			buf c = { 0 }, want = { 0 };

			make_archive(&c, FORMATS[k],
				     (struct put[]){ { .name = T[i].name, .data = A }, { 0 } });
			buf_printf(&want, "o!/%s=alpha\n\n", T[i].shown);
			buf_byte(&want, 0);
			check(T[i].what, &c, "o", want.ptr);
			buf_done(&c);
			buf_done(&want);
		}
	}
}

static void shows_names_that_are_not_utf8(void **state)
{
	static const struct put ONE[] = { { .name = "a\xff\xfe", .data = A_LITERAL }, { 0 } };
	buf c = { 0 };

	make_archive(&c, "ustar", ONE);
	check("tar", &c, "o", "o!/a\\xff\\xfe=alpha\n\n");
	buf_clear(&c);
	/* Marked as UTF-8 by the writer: libarchive gives no name at all. The content is read. */
	make_archive(&c, "zip", ONE);
	check("zip", &c, "o", "o!/(unreadable name 1)=alpha\n\n");
	for (size_t i = 0; i + 8 < c.len; i++) { /* the same unmarked: flag 11 of both headers */
		if (memcmp(c.ptr + i, "PK\3\4", 4) == 0)
			c.ptr[i + 7] = 0;
		if (memcmp(c.ptr + i, "PK\1\2", 4) == 0)
			c.ptr[i + 9] = 0;
	}
	check("zip, unmarked", &c, "o", "o!/a\\xff\\xfe=alpha\n\n");
	buf_done(&c);
}

static void cuts_a_name_that_is_too_long(void **state)
{
	static char name[60001];
	buf c = { 0 }, got = { 0 };

	memset(name, 'n', sizeof name - 1);
	make_archive(&c, "zip", (struct put[]){ { .name = name, .data = A }, { 0 } });
	read_all(&got, NULL, buf_view(&c), "o", NULL);
	assert_int_equal(got.len, 3 + 32768 + strlen("(cut)=alpha\n\n"));
	buf_done(&c);
	buf_done(&got);
}

static void says_what_is_encrypted(void **state)
{
	buf c = { 0 };

	make_archive(&c, "zip-aes", (struct put[]){ { .name = "a", .data = A }, { .name = "b", .data = B }, { 0 } });
	check("aes", &c, "o.zip", "o.zip!/a~skipped\no.zip!/b~skipped\n");
	buf_done(&c);
}

static void gives_both_of_two_equal_names(void **state)
{
	static const char *const FORMATS[] = { "zip", "ustar", "7z" };

	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		buf c = { 0 };

		make_archive(&c, FORMATS[i],
			     (struct put[]){ { .name = "a", .data = A }, { .name = "a", .data = B }, { 0 } });
		check(FORMATS[i], &c, "o", "o!/a=alpha\n\no!/a=beta\n\n");
		buf_done(&c);
	}
}

static void reads_tars_one_behind_the_other(void **state)
{
	buf c = { 0 };

	make_archive(&c, "ustar", (struct put[]){ { .name = "a", .data = A }, { 0 } });
	make_archive(&c, "ustar", (struct put[]){ { .name = "b", .data = B }, { 0 } });
	check("cat", &c, "o", "o!/a=alpha\n\no!/b=beta\n\n");
	buf_done(&c);
}

static void refuses_what_is_no_container(void **state)
{
	static const str T[] = { STR(""), STR("P"), STR("PK"), STR("plain text"), STR("\x1f\x8b") };

	for (size_t i = 0; i < COUNT(T); i++) {
		buf got = { 0 };

		read_all(&got, NULL, T[i], "o", NULL);
		CHECK_STR("refused", buf_view(&got), STR("!unsupported\n"));
		buf_done(&got);
	}
}

static int process_init(void **state)
{
	err e = { 0 };

	return evidence_process_init(&e);
}

/* Logs without a year need to know when their file was written last. */
static void tells_when_compressed_content_was_changed(void **state)
{
	static const struct {
		const char *what, *format, *wrap;
		uint8_t says[4]; /* MTIME of gzip */
		int64_t want;
	} T[] = {
		{ "gzip says it", "gzip", NULL, { 0xd7, 0x16, 0x14, 0x50 }, INT64_C(1343493847000000000) },
		{ "gzip says nothing", "gzip", NULL, { 0 }, TIME_NONE },
		{ "the archive around it says it", "gzip", "zip", { 0 }, INT64_C(1700000000000000000) },
		{ "gzip says it before the archive around it", "gzip", "zip", { 0xd7, 0x16, 0x14, 0x50 },
		  INT64_C(1343493847000000000) },
		{ "bzip2 has no place for it", "bzip2", NULL, { 0 }, TIME_NONE },
		{ "bzip2 in an archive", "bzip2", "ustar", { 0 }, INT64_C(1700000000000000000) },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct archive_walk *a;
		struct archive_member m;
		buf c = { 0 };
		int fd;
		err e = { 0 };

		make_archive(&c, T[i].format, (struct put[]){ { .name = "n", .data = A }, { 0 } });
		if (strcmp(T[i].format, "gzip") == 0)
			memcpy(c.ptr + 4, T[i].says, 4);
		if (T[i].wrap)
			make_wrap(&c, T[i].wrap, "n");
		fd = make_fd(buf_view(&c));
		assert_int_equal(archive_open(&a, fd, STR("o"), &e), 0);
		assert_int_equal(archive_next(a, &m, &e), 1);
		CHECK(T[i].what, m.mtime_ns == T[i].want);
		archive_close(a);
		close(fd);
		buf_done(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_members_in_stored_order),
		cmocka_unit_test(reads_7z),
		cmocka_unit_test(names_what_a_compressed_file_holds),
		cmocka_unit_test(reads_streams_one_behind_the_other),
		cmocka_unit_test(a_compressed_tar_is_one_container),
		cmocka_unit_test(an_empty_compressed_file_is_an_empty_member),
		cmocka_unit_test(opens_containers_inside_containers),
		cmocka_unit_test(goes_on_behind_an_inner_container),
		cmocka_unit_test(members_that_nobody_reads_are_passed_over),
		cmocka_unit_test(reads_in_pieces_of_any_size),
		cmocka_unit_test(tells_when_compressed_content_was_changed),
		cmocka_unit_test(skips_what_is_no_file),
		cmocka_unit_test(shows_names_and_uses_none),
		cmocka_unit_test(shows_names_that_are_not_utf8),
		cmocka_unit_test(cuts_a_name_that_is_too_long),
		cmocka_unit_test(says_what_is_encrypted),
		cmocka_unit_test(gives_both_of_two_equal_names),
		cmocka_unit_test(reads_tars_one_behind_the_other),
		cmocka_unit_test(refuses_what_is_no_container),
	};

	return cmocka_run_group_tests(tests, process_init, NULL);
}
