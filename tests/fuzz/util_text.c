/* Fuzz entry: text conversions of util. Whatever goes in, UTF-8 and JSON come out well-formed. */
#include <stdlib.h>

#include "util/json.h"
#include "util/times.h"
#include "util/utf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes in = { data, size };
	buf out = { 0 };
	str trimmed, rest;
	int64_t ns;
	uint64_t u;
	enum time_basis basis;

	buf_utf16le(&out, in);
	must(utf8_valid_prefix(buf_view(&out)) == out.len);
	buf_clear(&out);
	buf_utf8_or_escape(&out, bytes_str(in));
	must(utf8_valid_prefix(buf_view(&out)) == out.len);
	buf_clear(&out);
	json_str(&out, bytes_str(in));
	must(utf8_valid_prefix(buf_view(&out)) == out.len && out.len >= 2);
	for (size_t i = 0; i < out.len; i++)
		must((unsigned char)out.ptr[i] >= 0x20);
	buf_done(&out);

	if (time_parse_iso(bytes_str(in), &ns, &basis)) {
		char text[TIME_TEXT_MAX];
		int64_t again;

		must(time_parse_iso((str){ text, time_text(ns, text) }, &again, &basis) && again == ns);
	}
	trimmed = str_trim(str_cut(bytes_str(in), ':', &rest));
	must(trimmed.len + rest.len <= size);
	str_to_u64(trimmed, &u);
	return 0;
}
