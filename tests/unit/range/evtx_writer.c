#include "unit.h"

#include <stdlib.h>
#include <zlib.h>

#include "evtx_writer.h"

static const struct evtx_def DEF = {
	.provider = "Test",
	.provider_guid = "{00112233-4455-6677-8899-aabbccddeeff}",
	.channel = "Test/Log",
	.id = 7,
	.level = 4,
	.nfields = 1,
	.fields = { { "Text", EVTX_STRING, false } },
};

struct file {
	uint8_t *data;
	size_t len;
};

/* n records whose one value has `size` bytes. */
static struct file make(uint32_t n, size_t size, int *ret_last)
{
	uint8_t *text = calloc(1, size ? size : 1);
	struct evtx_value v = { EVTX_STRING, { text, size } };
	struct evtx_record r = {
		.def = &DEF, .computer = "host.example", .created = 1, .written = 2, .values = &v
	};
	struct evtx_writer *w = NULL;
	struct file f = { 0 };
	FILE *out = tmpfile();
	int last = 0;

	assert_non_null(out);
	assert_int_equal(evtx_writer_to_file(&w, out, NULL), 0);
	while (n-- && last == 0)
		last = evtx_writer_add(w, &r, NULL);
	assert_int_equal(evtx_writer_finish(w, NULL), 0);
	evtx_writer_free(w);
	assert_int_equal(fseek(out, 0, SEEK_END), 0);
	f.len = (size_t)ftell(out);
	f.data = malloc(f.len);
	rewind(out);
	assert_int_equal(fread(f.data, 1, f.len, out), f.len);
	fclose(out);
	free(text);
	*ret_last = last;
	return f;
}

static uint32_t sum(const uint8_t *p, size_t n, uint32_t seed)
{
	return (uint32_t)crc32(seed, p, (unsigned)n);
}

static void sizes_and_checksums_are_right(void **state)
{
	int last;
	struct file f = make(300, 400, &last);
	uint32_t records = 0;

	assert_int_equal(last, 0);
	assert_true(f.len > 4096 + 2 * 65536 && (f.len - 4096) % 65536 == 0);
	assert_memory_equal(f.data, "ElfFile", 8);
	assert_int_equal(load_le32(f.data + 124), sum(f.data, 120, 0));
	assert_int_equal(load_le16(f.data + 42), (f.len - 4096) / 65536);
	for (size_t c = 4096; c < f.len; c += 65536) {
		const uint8_t *p = f.data + c;
		uint32_t free_at = load_le32(p + 48), at = 512, size = 0;

		assert_memory_equal(p, "ElfChnk", 8);
		assert_true(free_at < 65536);
		assert_int_equal(load_le32(p + 52), sum(p + 512, free_at - 512, 0));
		assert_int_equal(load_le32(p + 124), sum(p + 128, 384, sum(p, 120, 0)));
		for (; at < free_at; at += size, records++) {
			size = load_le32(p + at + 4);
			assert_int_equal(load_le32(p + at), 0x2a2a);
			assert_int_equal(size % 8, 0);
			assert_int_equal(load_le32(p + at + size - 4), size);
			assert_true(load_le64(p + at + 8) == records + 1);
		}
		assert_int_equal(at, free_at);
		assert_int_equal(load_le32(p + 44), at - size);
		assert_true(load_le64(p + 32) == records);
	}
	assert_int_equal(records, 300);
	free(f.data);
}

static void a_file_without_records_has_one_empty_chunk(void **state)
{
	int last;
	struct file f = make(0, 0, &last);

	assert_int_equal(f.len, 4096 + 65536);
	assert_int_equal(load_le32(f.data + 4096 + 48), 512);
	free(f.data);
}

static void what_fits_into_no_chunk_is_refused(void **state)
{
	int last;
	struct file f = make(1, 65000, &last);

	assert_int_equal(last, -1);
	free(f.data);
}

struct memory {
	uint8_t data[4096 + 8 * 65536];
	size_t len;
};

static int to_memory(void *ctx, uint64_t at, bytes data, err *e)
{
	struct memory *m = ctx;

	assert_true(at + data.len <= sizeof m->data);
	memcpy(m->data + at, data.ptr, data.len);
	m->len = at + data.len > m->len ? at + data.len : m->len;
	return 0;
}

static int from_memory(void *ctx, uint64_t at, void *to, size_t n, err *e)
{
	const struct memory *m = ctx;

	assert_true(at + n <= m->len);
	memcpy(to, m->data + at, n);
	return 0;
}

/* 400 records of growing size and three definitions, parked before each record whose number `every` divides. */
static struct memory *parked(uint32_t every)
{
	static const uint8_t ZEROS[800];
	struct memory *m = calloc(1, sizeof *m);
	struct evtx_def defs[3] = { DEF, DEF, DEF };
	struct evtx_writer *w = NULL;

	assert_non_null(m);
	defs[1].id = 8;
	defs[2].id = 9;
	assert_int_equal(evtx_writer_new(&w, to_memory, from_memory, m, NULL), 0);
	for (uint32_t i = 0; i < 400; i++) {
		uint8_t packed[4 + sizeof ZEROS] = { (uint8_t)(2 * i), (uint8_t)(2 * i >> 8), EVTX_STRING };
		struct evtx_record r = { .def = &defs[i % 3], .computer = "host.example", .created = i,
					 .packed = { packed, 4 + 2 * i }, .packed_n = 1 };

		if (every && i % every == 0) {
			assert_int_equal(evtx_writer_park(w, NULL), 0);
			assert_int_equal(evtx_writer_held(w), 0);
		}
		assert_int_equal(evtx_writer_add(w, &r, NULL), 0);
		assert_true(evtx_writer_held(w) > 0);
		assert_int_equal(load_le64(m->data), 0); /* no file before its end */
	}
	if (every)
		assert_int_equal(evtx_writer_park(w, NULL), 0);
	assert_int_equal(evtx_writer_finish(w, NULL), 0);
	evtx_writer_free(w);
	return m;
}

static void parking_changes_no_byte(void **state)
{
	struct memory *never = parked(0);

	assert_true(never->len > 4096 + 2 * 65536);
	for (uint32_t every = 1; every < 50; every += 12) {
		struct memory *m = parked(every);

		assert_int_equal(m->len, never->len);
		assert_memory_equal(m->data, never->data, m->len);
		free(m);
	}
	free(never);
}

/* Known answer: the name "EventID" in files that Windows wrote. */
static void names_hash_as_windows_hashes_them(void **state)
{
	static const uint8_t NAME[] = "E\0v\0e\0n\0t\0I\0D";

	assert_int_equal(evtx_hash((bytes){ NAME, 14 }), 0x61f5);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(sizes_and_checksums_are_right),
		cmocka_unit_test(a_file_without_records_has_one_empty_chunk),
		cmocka_unit_test(what_fits_into_no_chunk_is_refused),
		cmocka_unit_test(parking_changes_no_byte),
		cmocka_unit_test(names_hash_as_windows_hashes_them),
	};

	return cmocka_run_group_tests_name("evtx_writer", TESTS, NULL, NULL);
}
