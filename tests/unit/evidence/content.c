#include "make.h"

#include <fcntl.h>

#include "evidence/manifest.h"
#include "util/times.h"

static void reads_a_range(void **state)
{
	static const struct {
		const char *what;
		uint64_t begin, end;
		const char *want;
	} T[] = {
		{ "all", 0, UINT64_MAX, "0123456789" }, { "from", 4, UINT64_MAX, "456789" },
		{ "to", 0, 3, "012" },			{ "part", 2, 5, "234" },
		{ "nothing", 3, 3, "" },		{ "beyond the end", 8, 100, "89" },
		{ "behind the end", 20, 30, "" },	{ "behind any file", UINT64_MAX - 1, UINT64_MAX, "" },
	};
	int fd = make_fd(STR("0123456789"));

	for (size_t i = 0; i < COUNT(T); i++) {
		for (size_t cap = 1; cap <= 16; cap++) {
			struct content *c;
			uint8_t p[16];
			buf got = { 0 };
			int64_t n;
			err e = { 0 };

			assert_int_equal(content_file(&c, fd, T[i].begin, T[i].end, &e), 0);
			while ((n = content_read(c, p, cap, &e)) > 0)
				buf_add(&got, p, (size_t)n);
			CHECK(T[i].what, n == 0);
			CHECK_STR(T[i].what, buf_view(&got), str_of(T[i].want));
			content_free(c);
			buf_done(&got);
		}
	}
	close(fd);
}

static void tells_errors_with_their_place(void **state)
{
	struct content *c;
	uint8_t p[4];
	err e = { 0 };
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);

	assert_int_equal(content_file(&c, fd, 5, 4, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	assert_int_equal(content_file(&c, fd, 7, UINT64_MAX, &e), 0);
	assert_int_equal(content_read(c, p, sizeof p, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(e.offset, 7);
	content_free(c);
	close(fd);
}

static void a_file_that_shrinks_just_ends(void **state)
{
	struct content *c;
	uint8_t p[4];
	err e = { 0 };
	int fd = make_fd(STR("0123456789"));

	assert_int_equal(content_file(&c, fd, 0, 10, &e), 0);
	assert_int_equal(content_read(c, p, 4, &e), 4);
	assert_int_equal(ftruncate(fd, 2), 0);
	assert_int_equal(content_read(c, p, 4, &e), 0);
	content_free(c);
	close(fd);
}

static void knows_containers_by_content(void **state)
{
	static const struct {
		const char *what;
		str head;
		const char *want;
	} T[] = {
		{ "gzip", STR("\x1f\x8b\x08\x00"), "gzip" },
		{ "gzip, other method", STR("\x1f\x8b\x07\x00"), NULL },
		{ "xz", STR("\xfd" "7zXZ\0\0\4"), "xz" },
		{ "zstd", STR("\x28\xb5\x2f\xfd"), "zstd" },
		{ "bzip2", STR("BZh91AY&SY"), "bzip2" },
		{ "bzip2, empty", STR("BZh9\x17\x72\x45\x38\x50\x90"), "bzip2" },
		{ "text that starts with BZh", STR("BZh9 is a word"), NULL },
		{ "zip", STR("PK\3\4"), "zip" },
		{ "zip, empty", STR("PK\5\6"), "zip" },
		{ "text that starts with PK", STR("PK text"), NULL },
		{ "7z", STR("7z\xbc\xaf\x27\x1c"), "7z" },
		{ "EVTX", STR("ElfFile\0"), NULL },
		{ "nothing", STR(""), NULL },
	};
	static char zeros[1024];

	for (size_t i = 0; i < COUNT(T); i++) {
		const char *kind = container_kind(str_bytes(T[i].head));

		CHECK(T[i].what, (kind == NULL) == (T[i].want == NULL));
		CHECK(T[i].what, !kind || strcmp(kind, T[i].want) == 0);
	}
	assert_null(container_kind((bytes){ (const uint8_t *)zeros, sizeof zeros }));
}

static void knows_tar_by_its_checksum(void **state)
{
	buf c = { 0 };
	bytes b;

	make_archive(&c, "ustar", (struct put[]){ { .name = "a", .data = STR("alpha") }, { 0 } });
	b = str_bytes(buf_view(&c));
	assert_string_equal(container_kind(b), "tar");
	b.len = 511;
	assert_null(container_kind(b));
	b.len = 512;
	c.ptr[0] = 'b'; /* "ustar" stays, the sum is wrong: a text that happens to say ustar there */
	assert_null(container_kind(b));
	c.ptr[0] = 'a';
	memset(c.ptr + 257, 0, 8); /* as before POSIX: no magic */
	snprintf(c.ptr + 148, 8, "%06o", 0u);
	assert_null(container_kind(b));
	for (unsigned k = 0, sum = 0; k < 512; k++) {
		sum += k >= 148 && k < 156 ? ' ' : (unsigned char)c.ptr[k];
		if (k == 511)
			snprintf(c.ptr + 148, 8, "%06o", sum);
	}
	assert_string_equal(container_kind(b), "tar");
	buf_done(&c);
}

static void decodes_percent_signs(void **state)
{
	static const char *const T[][2] = {
		{ "C%3A/Windows/x%2Dy", "C:/Windows/x-y" }, { "%", "%" },	  { "%4", "%4" },
		{ "a%4", "a%4" },			    { "%zz", "%zz" },	  { "%%41", "%A" },
		{ "%254", "%4" },			    { "%c3%A4", "\xc3\xa4" }, { "", "" },
	};
	arena mem;

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_STR(T[i][0], percent_decode(str_of(T[i][0]), &mem), str_of(T[i][1]));
	arena_done(&mem);
}

static void errors_become_gaps(void **state)
{
	static const struct {
		enum err_code code;
		const char *text;
		enum gap_kind want;
	} T[] = {
		{ ERR_IO, "read", GAP_UNREADABLE },
		{ ERR_TRUNCATED, "cut", GAP_TRUNCATED },
		{ ERR_CORRUPT, "damaged", GAP_DAMAGED },
		{ ERR_CORRUPT, "zip: checksum: bad CRC", GAP_CHECKSUM },
		{ ERR_UNSUPPORTED, "method 9", GAP_UNSUPPORTED },
		{ ERR_UNSUPPORTED, "7z: encrypted: header", GAP_SKIPPED },
		{ ERR_LIMIT, "too much", GAP_LIMIT },
		{ ERR_OOM, "no memory", GAP_LIMIT },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct gap g;
		err e = { 0 };

		err_set(&e, T[i].code, 0, "%s", T[i].text);
		evidence_gap(&g, &e, 3, 9);
		CHECK(T[i].text, g.kind == T[i].want && g.from == 3 && g.to == 9);
		CHECK_STR(T[i].text, str_of(g.text), str_of(T[i].text));
	}
}

static void writes_a_line_per_item(void **state)
{
	static const uint8_t DIGEST[SHA256_LEN] = { 0xab, 1 };
	static const struct {
		const char *what;
		struct manifest_entry in;
		const char *want;
	} T[] = {
		{ "whole",
		  { .id = 7, .parent = 3, .path = STR("a.zip!/b"), .size = 12, .mtime_ns = 0, .sha256 = DIGEST,
		    .format = STR("evtx"), .verdict = STR("ok") },
		  "{\"id\":7,\"parent\":3,\"path\":\"a.zip!/b\",\"size\":12,\"mtime\":\"1970-01-01T00:00:00Z\","
		  "\"sha256\":\"ab01000000000000000000000000000000000000000000000000000000000000\","
		  "\"format\":\"evtx\",\"verdict\":\"ok\",\"reason\":\"\"}\n" },
		{ "unreadable, bad name",
		  { .id = 0, .parent = MANIFEST_NO_PARENT, .path = STR("a\xff\n\""), .mtime_ns = TIME_NONE,
		    .verdict = STR("unreadable"), .reason = STR("Permission denied") },
		  "{\"id\":0,\"parent\":null,\"path\":\"a\\\\xff\\n\\\"\",\"path_hex\":\"61ff0a22\",\"size\":0,"
		  "\"mtime\":null,\"sha256\":null,\"format\":\"\",\"verdict\":\"unreadable\","
		  "\"reason\":\"Permission denied\"}\n" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };

		manifest_line(&b, &T[i].in);
		CHECK_STR(T[i].what, buf_view(&b), str_of(T[i].want));
		manifest_line(&b, &T[i].in); /* no comma from the line before */
		assert_int_equal(b.len, 2 * strlen(T[i].want));
		buf_done(&b);
	}
}

static void a_manifest_that_is_there_is_whole(void **state)
{
	char dir[] = "/tmp/spoor-manifest-XXXXXX", part[64], final[64];
	struct manifest *m;
	err e = { 0 };

	assert_non_null(mkdtemp(dir));
	snprintf(part, sizeof part, "%s/manifest.jsonl.part", dir);
	snprintf(final, sizeof final, "%s/manifest.jsonl", dir);
	assert_int_equal(symlink("/tmp/spoor-must-not-appear", part), 0);
	assert_int_equal(manifest_create(&m, dir, &e), 0);
	for (uint32_t i = 0; i < 3000; i++)
		assert_int_equal(manifest_add(m, &(struct manifest_entry){ .id = i, .path = STR("x") }, &e), 0);
	assert_int_equal(access(final, F_OK), -1);
	manifest_free(m); /* given up */
	assert_int_equal(access(final, F_OK), -1);
	assert_int_equal(access("/tmp/spoor-must-not-appear", F_OK), -1);
	assert_int_equal(manifest_create(&m, dir, &e), 0);
	assert_int_equal(manifest_add(m, &(struct manifest_entry){ .path = STR("x") }, &e), 0);
	assert_int_equal(manifest_finish(m, &e), 0);
	assert_int_equal(access(final, F_OK), 0);
	assert_int_equal(access(part, F_OK), -1);
	assert_int_equal(manifest_create(&m, final, &e), -1); /* no directory */
	assert_int_equal(e.code, ERR_IO);
	unlink(final);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_range),
		cmocka_unit_test(tells_errors_with_their_place),
		cmocka_unit_test(a_file_that_shrinks_just_ends),
		cmocka_unit_test(knows_containers_by_content),
		cmocka_unit_test(knows_tar_by_its_checksum),
		cmocka_unit_test(decodes_percent_signs),
		cmocka_unit_test(errors_become_gaps),
		cmocka_unit_test(writes_a_line_per_item),
		cmocka_unit_test(a_manifest_that_is_there_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
