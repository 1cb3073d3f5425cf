/* zeek.c - any bytes through the reader of Zeek's own logs. */
#include "reader_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes content = { data, size };
	struct said whole = { 0 }, parts = { 0 };

	read_all(&reader_zeek, &whole, content, size ? size : 1);
	read_all(&reader_zeek, &parts, content, 1);
	must_hold(str_eq(buf_view(&whole.text), buf_view(&parts.text)));
	buf_done(&whole.text);
	buf_done(&parts.text);
	return 0;
}
