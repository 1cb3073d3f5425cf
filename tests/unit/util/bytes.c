#include "unit.h"

#include "util/str.h"

static const uint8_t TEN[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 0xFF, 0x80 };

static void sub_never_leaves_its_enclosing_bytes(void **state)
{
	static const struct { const char *what; size_t in; uint64_t off, len; bool want; } T[] = {
		{ "all", 10, 0, 10, true },
		{ "nothing at the end", 10, 10, 0, true },
		{ "one behind the end", 10, 10, 1, false },
		{ "offset behind the end", 10, 11, 0, false },
		{ "length overflows", 10, 1, UINT64_MAX, false },
		{ "offset overflows", 10, UINT64_MAX, 1, false },
		{ "both overflow to something small", 10, UINT64_MAX - 3, 8, false },
		{ "empty in empty", 0, 0, 0, true },
		{ "one in empty", 0, 0, 1, false },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		bytes in = { T[i].in ? TEN : NULL, T[i].in }, out = { TEN, 77 };

		CHECK(T[i].what, bytes_sub(in, T[i].off, T[i].len, &out) == T[i].want);
		if (T[i].want)
			CHECK(T[i].what, out.len == T[i].len && (!in.ptr || out.ptr == TEN + T[i].off));
		else
			CHECK(T[i].what, out.len == 77); /* untouched */
	}
}

static void loads_are_little_endian_and_checked(void **state)
{
	bytes in = { TEN, sizeof TEN };
	uint16_t u16 = 7;
	uint32_t u32 = 7;
	uint64_t u64 = 7;

	assert_true(bytes_le16(in, 8, &u16));
	assert_int_equal(u16, 0x80FF);
	assert_true(bytes_le32(in, 6, &u32));
	assert_int_equal(u32, 0x80FF0807);
	assert_true(bytes_le64(in, 2, &u64));
	assert_true(u64 == 0x80FF080706050403u);
	u16 = 7, u32 = 7, u64 = 7;
	assert_false(bytes_le16(in, 9, &u16));
	assert_false(bytes_le32(in, 7, &u32));
	assert_false(bytes_le64(in, 3, &u64));
	assert_false(bytes_le64(in, UINT64_MAX - 2, &u64));
	assert_true(u16 == 7 && u32 == 7 && u64 == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_never_leaves_its_enclosing_bytes),
		cmocka_unit_test(loads_are_little_endian_and_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
