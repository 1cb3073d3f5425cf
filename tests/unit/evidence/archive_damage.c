#include "make.h"

#include <time.h>

static const struct put THREE[] = { { .name = "a", .data = STR("alpha, the first of the three members\n") },
				    { .name = "b", .data = STR("beta, the second of the three members\n") },
				    { .name = "c", .data = STR("gamma, the third of the three members\n") },
				    { 0 } };

#define A_TEXT "alpha, the first of the three members\n"
#define B_TEXT "beta, the second of the three members\n"
#define C_TEXT "gamma, the third of the three members\n"

static void check(const char *what, str container, const struct archive_limits *limits, const char *want)
{
	buf got = { 0 }, texts = { 0 };

	read_all(&got, &texts, container, "o", limits);
	if (!str_eq(buf_view(&got), str_of(want)))
		print_message("# reasons: %.*s", STR_ARG(buf_view(&texts)));
	CHECK_STR(what, buf_view(&got), str_of(want));
	buf_done(&texts);
	buf_done(&got);
}

/* Where the n-th `needle` lies in b. */
static size_t find(const buf *b, str needle, unsigned n)
{
	size_t at = 0;

	for (;;) {
		size_t hit = str_find((str){ b->ptr + at, b->len - at }, needle);

		assert_true(hit != SIZE_MAX);
		at += hit;
		if (n-- == 0)
			return at;
		at++;
	}
}

static void a_wrong_crc_costs_no_byte_and_no_other_member(void **state)
{
	buf c = { 0 };

	make_archive(&c, "zip-store", THREE);
	c.ptr[find(&c, STR("second"), 0)] = 'S';
	check("stored", buf_view(&c), NULL,
	      "o!/a=" A_TEXT "\no!/b=beta, the Second of the three members\n!checksum\no!/c=" C_TEXT "\n");
	buf_done(&c);
}

static void a_broken_deflate_stream_costs_one_member(void **state)
{
	struct put puts[4] = { THREE[0], THREE[1], THREE[2], { 0 } };
	buf c = { 0 }, big = { 0 }, got = { 0 };

	for (unsigned k = 0; k < 20000; k++)
		buf_printf(&big, "%u ", k * 2654435761u);
	puts[1].data = buf_view(&big);
	make_archive(&c, "zip", puts);
	memset(c.ptr + find(&c, STR("PK\3\4"), 1) + 2000, 0xFF, 3000);
	read_all(&got, NULL, buf_view(&c), "o.zip", NULL);
	assert_true(str_starts(buf_view(&got), STR("o.zip!/a=" A_TEXT "\no.zip!/b=0 2654435761")));
	assert_true(str_find(buf_view(&got), STR("!damaged\n")) != SIZE_MAX);
	assert_true(str_ends(buf_view(&got), STR("o.zip!/c=" C_TEXT "\n")));
	make_wrap(&c, "gzip", "n"); /* kept in memory, read by its directory too */
	read_all(&got, NULL, buf_view(&c), "o.zip.gz", NULL);
	assert_true(str_ends(buf_view(&got), STR("o.zip.gz!/o.zip!/c=" C_TEXT "\n")));
	buf_done(&c);
	buf_done(&big);
	buf_done(&got);
}

static void a_cut_container_keeps_what_lies_before_the_cut(void **state)
{
	static const struct {
		const char *format;
		size_t keep_of_third; /* bytes of the third member's text that stay */
		const char *want;
	} T[] = {
		{ "zip-store", 36, "o!/a=" A_TEXT "\no!/b=" B_TEXT "\no!/c=gamma, the third of the three mem!truncated\n!truncated\n" },
		{ "ustar", 5, "o!/a=" A_TEXT "\no!/b=" B_TEXT "\no!/c=gamma!truncated\n!truncated\n" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf c = { 0 };

		make_archive(&c, T[i].format, THREE);
		check(T[i].format, (str){ c.ptr, find(&c, STR("gamma"), 0) + T[i].keep_of_third }, NULL, T[i].want);
		buf_done(&c);
	}
}

static void every_cut_is_told(void **state)
{
	static const char *const FORMATS[] = { "zip", "ustar", "7z", "gzip", "xz", "zstd", "bzip2" };

	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		buf c = { 0 }, got = { 0 }, whole = { 0 };
		size_t last;

		make_archive(&c, FORMATS[i], i < 3 ? THREE : (struct put[]){ THREE[0], { 0 } });
		read_all(&whole, NULL, buf_view(&c), "o", NULL);
		assert_true(str_find(buf_view(&whole), STR("!/")) != SIZE_MAX);
		/* a tar ends at its two empty blocks; they and padding are no content */
		last = strcmp(FORMATS[i], "ustar") == 0 ? find(&c, STR("gamma"), 0) + 512 : c.len;
		for (size_t n = 0; n < last; n++) {
			read_all(&got, NULL, (str){ c.ptr, n }, "o", NULL);
			if (str_eq(buf_view(&got), buf_view(&whole)))
				fail_msg("%s cut at %zu of %zu: told as whole", FORMATS[i], n, c.len);
		}
		buf_done(&c);
		buf_done(&got);
		buf_done(&whole);
	}
}

static void a_cut_stream_gives_every_byte_it_can(void **state)
{
	static const char *const FORMATS[] = { "gzip", "zstd", "xz" };
	buf text = { 0 };

	for (unsigned k = 0; k < 40000; k++)
		buf_printf(&text, "%u\n", k * 2654435761u);
	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		buf c = { 0 }, got = { 0 };
		size_t plus;
		uint64_t n = 0;

		make_archive(&c, FORMATS[i],
			     (struct put[]){ { .name = "n", .data = buf_view(&text) }, { 0 } });
		read_all(&got, NULL, (str){ c.ptr, c.len - 20 }, "o", NULL);
		CHECK(FORMATS[i], str_ends(buf_view(&got), STR("!truncated\n")));
		plus = str_find(buf_view(&got), STR("+"));
		CHECK(FORMATS[i], plus != SIZE_MAX);
		assert_true(str_to_u64(str_cut((str){ got.ptr + plus + 1, got.len - plus - 1 }, '!', &(str){ 0 }), &n));
		/* blocks of xz and zstd are decoded as they come: all but the last part is there */
		CHECK(FORMATS[i], n > text.len - 140000);
		if (strcmp(FORMATS[i], "gzip") == 0)
			CHECK(FORMATS[i], n > text.len - 200);
		buf_done(&c);
		buf_done(&got);
	}
	buf_done(&text);
}

static void a_wrong_checksum_of_a_stream_is_told(void **state)
{
	buf c = { 0 };

	make_archive(&c, "gzip", (struct put[]){ { .name = "n", .data = STR("alpha\n") }, { 0 } });
	c.ptr[c.len - 8] ^= 1;
	check("gzip", buf_view(&c), NULL, "o!/o=alpha\n!checksum\n");
	buf_done(&c);
	make_archive(&c, "ustar", THREE);
	make_wrap(&c, "gzip", "n");
	c.ptr[c.len - 8] ^= 1;
	check("tar.gz", buf_view(&c), NULL,
	      "o!/a=" A_TEXT "\no!/b=" B_TEXT "\no!/c=" C_TEXT "\n!corrupt\n");
	make_wrap(&c, "zip", "in.tar.gz");
	check("tar.gz in zip", buf_view(&c), NULL,
	      "o!/in.tar.gz!/a=" A_TEXT "\no!/in.tar.gz!/b=" B_TEXT "\no!/in.tar.gz!/c=" C_TEXT
	      "\no!/in.tar.gz~checksum\n");
	buf_done(&c);
}

static void a_broken_inner_container_is_a_gap_of_the_outer(void **state)
{
	static const str BAD[] = { STR("PK\3\4 and nothing else"), STR("\x1f\x8b\x08 and nothing else"),
				   STR("7z\xbc\xaf\x27\x1c and nothing else") };

	for (size_t i = 0; i < COUNT(BAD); i++) {
		buf c = { 0 }, got = { 0 };

		make_archive(&c, "ustar",
			     (struct put[]){ THREE[0], { .name = "bad", .data = BAD[i] }, THREE[2], { 0 } });
		read_all(&got, NULL, buf_view(&c), "o", NULL);
		assert_true(str_starts(buf_view(&got), STR("o!/a=" A_TEXT "\no!/bad")));
		assert_true(str_find(buf_view(&got), STR("~damaged")) != SIZE_MAX ||
			    str_find(buf_view(&got), STR("!damaged")) != SIZE_MAX ||
			    str_find(buf_view(&got), STR("~truncated")) != SIZE_MAX);
		assert_true(str_ends(buf_view(&got), STR("\no!/c=" C_TEXT "\n")));
		buf_done(&c);
		buf_done(&got);
	}
}

static void a_tar_header_that_lies_ends_it(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		str bytes;
	} T[] = {
		{ "size is negative (base 256)", 124, STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00") },
		{ "size is 8 EiB", 124, STR("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff") },
		{ "size beyond the end", 124, STR("77777777777") },
		{ "checksum wrong", 0, STR("z") },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf c = { 0 }, got = { 0 };
		size_t second = 1024;
		unsigned sum = 0;

		make_archive(&c, "ustar", THREE);
		memcpy(c.ptr + second + T[i].at, T[i].bytes.ptr, T[i].bytes.len);
		if (T[i].at) {
			memset(c.ptr + second + 148, ' ', 8);
			for (size_t k = 0; k < 512; k++)
				sum += (unsigned char)c.ptr[second + k];
			snprintf(c.ptr + second + 148, 8, "%06o", sum);
		}
		read_all(&got, NULL, buf_view(&c), "o", NULL);
		CHECK(T[i].what, str_starts(buf_view(&got), STR("o!/a=" A_TEXT "\n")));
		CHECK(T[i].what, str_ends(buf_view(&got), STR("!corrupt\n")) ||
					 str_ends(buf_view(&got), STR("!truncated\n")));
		buf_done(&c);
		buf_done(&got);
	}
}

/* --- limits --------------------------------------------------------------------------------- */

static struct archive_limits small(void)
{
	struct archive_limits m = ARCHIVE_LIMITS;

	m.ratio_from = 1 << 20;
	return m;
}

static void nests_as_deep_as_the_limit_and_no_deeper(void **state)
{
	buf c = { 0 };

	make_archive(&c, "zip", (struct put[]){ { .name = "a", .data = STR("alpha\n") }, { 0 } });
	for (int i = 2; i <= 20; i++) {
		make_wrap(&c, i % 2 ? "zip" : "gzip", "z");
		if (i == (int)ARCHIVE_LIMITS.depth)
			check("at the limit", buf_view(&c), NULL, "o!/z!/z!/z!/z!/a=alpha\n\n");
		if (i == (int)ARCHIVE_LIMITS.depth + 1)
			check("over the limit", buf_view(&c), NULL, "o!/o!/z!/z!/z!/z~limit\n");
	}
	check("20 deep", buf_view(&c), NULL, "o!/o!/z!/z!/z!/z~limit\n");
	buf_done(&c);
}

static void a_bomb_stops_at_its_ratio(void **state)
{
	static const char *const FORMATS[] = { "xz", "zstd", "bzip2" }; /* deflate ends at 1,032 : 1 */
	static char zeros[64 << 20];
	const struct archive_limits m = small();
	struct timespec t0, t1;

	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		buf c = { 0 }, got = { 0 }, texts = { 0 };

		make_archive(&c, FORMATS[i],
			     (struct put[]){ { .name = "n", .data = { zeros, sizeof zeros } }, { 0 } });
		clock_gettime(CLOCK_MONOTONIC, &t0);
		read_all(&got, &texts, buf_view(&c), "o", &m);
		clock_gettime(CLOCK_MONOTONIC, &t1);
		CHECK(FORMATS[i], str_ends(buf_view(&got), STR("!limit\n!limit\n")));
		CHECK(FORMATS[i], str_find(buf_view(&texts), STR("too many times its size (limit 2000)")) != SIZE_MAX);
		CHECK(FORMATS[i], t1.tv_sec - t0.tv_sec < 10);
		/* the same inside, and beside others: the whole is given up, and says so */
		make_wrap(&c, "zip-store", "n");
		make_wrap(&c, "ustar", "z");
		read_all(&got, NULL, buf_view(&c), "o", &m);
		CHECK(FORMATS[i], str_ends(buf_view(&got), STR("!limit\n!limit\n")));
		buf_done(&c);
		buf_done(&got);
		buf_done(&texts);
	}
}

static void small_logs_may_pack_as_well_as_they_like(void **state)
{
	static char zeros[16 << 20];
	buf c = { 0 }, got = { 0 };

	make_archive(&c, "bzip2", (struct put[]){ { .name = "n", .data = { zeros, sizeof zeros } }, { 0 } });
	read_all(&got, NULL, buf_view(&c), "o", NULL);
	assert_true(str_ends(buf_view(&got), STR("+16777216\n")));
	buf_done(&c);
	buf_done(&got);
}

static void an_unread_bomb_stops_too(void **state)
{
	static char zeros[64 << 20];
	const struct archive_limits m = small();
	struct archive_walk *a;
	struct archive_member member;
	buf c = { 0 };
	err e = { 0 };
	int fd;

	make_archive(&c, "ustar",
		     (struct put[]){ { .name = "n", .data = { zeros, sizeof zeros } }, THREE[0], { 0 } });
	make_wrap(&c, "bzip2", "n");
	fd = make_fd(buf_view(&c));
	assert_int_equal(archive_open_limited(&a, fd, STR("o"), &m, &e), 0);
	assert_int_equal(archive_next(a, &member, &e), 1);
	assert_int_equal(archive_next(a, &member, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	archive_close(a);
	close(fd);
	buf_done(&c);
}

static void limits_of_members_and_bytes_are_told(void **state)
{
	struct archive_limits m = ARCHIVE_LIMITS;
	buf c = { 0 };

	make_archive(&c, "zip-store", THREE);
	m.members = 2;
	check("members", buf_view(&c), &m, "o!/a=" A_TEXT "\no!/b=" B_TEXT "\n!limit\n");
	m.members = 3;
	check("exactly as many", buf_view(&c), &m, "o!/a=" A_TEXT "\no!/b=" B_TEXT "\no!/c=" C_TEXT "\n");
	m.member_bytes = 37;
	check("bytes of a member", buf_view(&c), &m, "o!/a=!limit\no!/b=!limit\no!/c=!limit\n");
	m.member_bytes = 38;
	m.bytes = 80;
	check("bytes of all", buf_view(&c), &m, "o!/a=" A_TEXT "\no!/b=" B_TEXT "\n!limit\n");
	buf_done(&c);
}

static void an_inner_7z_must_fit_into_memory(void **state)
{
	struct archive_limits m = ARCHIVE_LIMITS;
	buf c = { 0 };

	make_archive(&c, "7z", THREE);
	make_wrap(&c, "zip", "in.7z");
	check("fits", buf_view(&c), NULL,
	      "o!/in.7z!/a=" A_TEXT "\no!/in.7z!/b=" B_TEXT "\no!/in.7z!/c=" C_TEXT "\n");
	m.buffer_bytes = 64;
	check("does not fit", buf_view(&c), &m, "o!/in.7z~limit\n");
	buf_done(&c);
	make_archive(&c, "zip", THREE); /* a zip is then read as it lies there */
	make_wrap(&c, "zip", "in.zip");
	check("zip", buf_view(&c), &m,
	      "o!/in.zip!/a=" A_TEXT "\no!/in.zip!/b=" B_TEXT "\no!/in.zip!/c=" C_TEXT "\n");
	buf_done(&c);
}

static void a_sparse_member_of_exbibytes_stops(void **state)
{
	const struct archive_limits m = small();
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	static const char block[512];
	buf c = { 0 }, got = { 0 };
	struct sink sink = { &c };

	archive_write_set_format_pax(a);
	archive_write_open(a, &sink, NULL, sink_write, NULL);
	archive_entry_copy_pathname(entry, "sparse");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, INT64_MAX / 2);
	archive_entry_sparse_add_entry(entry, 0, 512);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, block, sizeof block), sizeof block);
	archive_write_close(a);
	archive_write_free(a);
	archive_entry_free(entry);
	read_all(&got, NULL, buf_view(&c), "o", &m);
	assert_true(str_ends(buf_view(&got), STR("!limit\n")));
	buf_done(&c);
	buf_done(&got);
}

static void gives_a_member_with_an_unreadable_time_none(void **state)
{
	struct archive_walk *a;
	struct archive_member m;
	struct archive *w = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	buf c = { 0 };
	struct sink sink = { &c };
	err e = { 0 };
	int fd;

	archive_write_set_format_pax(w);
	archive_write_open(w, &sink, NULL, sink_write, NULL);
	archive_entry_copy_pathname(entry, "old");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, 0);
	archive_entry_set_mtime(entry, INT64_MIN / 2, 0);
	archive_write_header(w, entry);
	archive_write_close(w);
	archive_write_free(w);
	archive_entry_free(entry);
	fd = make_fd(buf_view(&c));
	assert_int_equal(archive_open(&a, fd, STR("o"), &e), 0);
	assert_int_equal(archive_next(a, &m, &e), 1);
	assert_true(m.mtime_ns == INT64_MIN);
	archive_close(a);
	close(fd);
	buf_done(&c);
}

static int process_init(void **state)
{
	err e = { 0 };

	return evidence_process_init(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_crc_costs_no_byte_and_no_other_member),
		cmocka_unit_test(a_broken_deflate_stream_costs_one_member),
		cmocka_unit_test(a_cut_container_keeps_what_lies_before_the_cut),
		cmocka_unit_test(every_cut_is_told),
		cmocka_unit_test(a_cut_stream_gives_every_byte_it_can),
		cmocka_unit_test(a_wrong_checksum_of_a_stream_is_told),
		cmocka_unit_test(a_broken_inner_container_is_a_gap_of_the_outer),
		cmocka_unit_test(a_tar_header_that_lies_ends_it),
		cmocka_unit_test(nests_as_deep_as_the_limit_and_no_deeper),
		cmocka_unit_test(a_bomb_stops_at_its_ratio),
		cmocka_unit_test(small_logs_may_pack_as_well_as_they_like),
		cmocka_unit_test(an_unread_bomb_stops_too),
		cmocka_unit_test(limits_of_members_and_bytes_are_told),
		cmocka_unit_test(an_inner_7z_must_fit_into_memory),
		cmocka_unit_test(a_sparse_member_of_exbibytes_stops),
		cmocka_unit_test(gives_a_member_with_an_unreadable_time_none),
	};

	return cmocka_run_group_tests(tests, process_init, NULL);
}
