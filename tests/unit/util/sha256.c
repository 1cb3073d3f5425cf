#include "unit.h"

#include <stdlib.h>

#include "util/sha256.h"

/* FIPS 180-4 examples; the million letters are the standard's third message. */
static void gives_the_known_digests(void **state)
{
	static const struct { str in; size_t times; const char *want; } T[] = {
		{ STR(""), 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ STR("abc"), 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 1,
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ STR("aaaaaaaaaa"), 100000,
		  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	};
	err e = { 0 };
	struct sha256 *h = sha256_new(&e);

	assert_non_null(h);
	for (size_t i = 0; i < COUNT(T); i++) { /* one context: each end starts the next message */
		uint8_t digest[SHA256_LEN];
		char hex[SHA256_HEX_LEN + 1];

		for (size_t k = 0; k < T[i].times; k++)
			assert_int_equal(sha256_add(h, str_bytes(T[i].in), &e), 0);
		assert_int_equal(sha256_end(h, digest, &e), 0);
		sha256_hex(digest, hex);
		assert_string_equal(hex, T[i].want);
	}
	sha256_free(h);
	sha256_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(gives_the_known_digests) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
