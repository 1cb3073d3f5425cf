/* When line logs with headers may be read in pieces. */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "engine/cut.h"
#include "readers/readers.h"
#include "readers/text/textlog.h"
#include "util/buf.h"
#include "util/limits.h"
#include "util/tempfile.h"

static bool agree(const struct text_head *h)
{
	return h->nlines > 0 && !str_eq(h->lines[0], STR("#no"));
}

static const struct text_format MARKED = { .mark = '#', .mark_free = "#Date:", .can_cut = agree };
static const struct text_format UNMARKED = { 0 };

static int looked(void *ctx, uint64_t offset, err *e)
{
	uint64_t *last = ctx;

	(void)e;
	assert_true(offset > *last); /* a sign of life that is headway */
	*last = offset;
	return 0;
}

static const struct {
	const char *what, *head, *middle; /* middle NULL: lines that end with CR */
	const struct text_format *text;
	bool want;
} T[] = {
	{ "no line that says something", "#Fields: a\n", "x\n", &MARKED, true },
	{ "the same header again", "#Fields: a\n#Software: s\n", "#Software: s\n#Fields: a\n", &MARKED,
	  true },
	{ "another header", "#Fields: a\n", "#Fields: b\n", &MARKED, false },
	{ "the beginning of the header", "#Fields: a b\n", "#Fields: a\n", &MARKED, false },
	{ "a date, which says nothing", "#Fields: a\n", "#Date: x\n", &MARKED, true },
	{ "another header behind a byte order mark", "#Fields: a\n", "\xEF\xBB\xBF#Fields: b\n", &MARKED,
	  false },
	{ "the mark inside a line", "#Fields: a\n", "x#Fields: b\n", &MARKED, true },
	{ "the format does not agree", "#no\n", "x\n", &MARKED, false },
	{ "a format without marks", "#Fields: a\n", "#Fields: b\n", &UNMARKED, true },
	{ "lone CR", "#Fields: a\r", NULL, &MARKED, false },
	{ "UTF-16", "\xFF\xFE", "x\n", &MARKED, false },
};

/* A file too large for one task: head, lines, `middle` in the middle, lines. */
static int file_of(const char *head, const char *middle, uint64_t size)
{
	int fd = tempfile_open(NULL);
	const char *line = middle ? "a line of the log of no importance\n" : "a line of old machines\r";
	buf b = { 0 };

	assert_true(fd >= 0);
	buf_z(&b, head);
	while (b.len < size / 2)
		buf_z(&b, line);
	if (middle)
		buf_z(&b, middle);
	while (b.len < size)
		buf_z(&b, line);
	assert_int_equal(tempfile_write(fd, 0, str_bytes(buf_view(&b)), NULL), 0);
	buf_done(&b);
	return fd;
}

static void cuts(void **state)
{
	static uint8_t head[READER_PROBE_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct reader_ops ops = { .name = "x", .text = T[i].text, .piece_align = 2 };
		uint64_t told = 0;
		int fd = file_of(T[i].head, T[i].middle, LIMIT_PIECE_BYTES + 100);
		struct cut_look look = { .fd = fd,
					 .size = (uint64_t)lseek(fd, 0, SEEK_END),
					 .head = { head, sizeof head },
					 .looked = looked,
					 .ctx = &told };
		bool got = false;

		assert_int_equal(tempfile_read(fd, 0, head, sizeof head, NULL), 0);
		assert_int_equal(cut_possible(&ops, &look, &got, NULL), 0);
		CHECK(T[i].what, got == T[i].want);
		look.size = LIMIT_PIECE_BYTES; /* small enough for one task */
		assert_int_equal(cut_possible(&ops, &look, &got, NULL), 0);
		CHECK(T[i].what, !got);
		ops.piece_align = 0;
		look.size = LIMIT_PIECE_BYTES + 1;
		assert_int_equal(cut_possible(&ops, &look, &got, NULL), 0);
		CHECK(T[i].what, !got);
		close(fd);
	}
}

/* Zeek's logs end with a line that only tells when; joined ones may have other fields. */
static void cuts_zeek(void **state)
{
	static uint8_t head[READER_PROBE_LEN];
	static const struct {
		const char *middle;
		bool want;
	} Z[] = { { "#close\t2024-04-18-10-00-00\n", true },
		  { "#fields\tts\n", true },
		  { "#fields\tts\tuid\n", false },
		  { "#types\tstring\n", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(Z); i++) {
		uint64_t told = 0;
		int fd = file_of("#separator \\x09\n#fields\tts\n#types\ttime\n", Z[i].middle,
				 LIMIT_PIECE_BYTES + 100);
		struct cut_look look = { fd, (uint64_t)lseek(fd, 0, SEEK_END), { head, sizeof head }, STR("conn.log"),
					 looked, &told };
		bool got = false;

		assert_int_equal(tempfile_read(fd, 0, head, sizeof head, NULL), 0);
		assert_int_equal(cut_possible(&reader_zeek, &look, &got, NULL), 0);
		CHECK(Z[i].middle, got == Z[i].want);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(cuts), cmocka_unit_test(cuts_zeek) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
