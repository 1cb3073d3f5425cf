/* json.c - any bytes through the JSON reader. */
#include "reader_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes content = { data, size };
	struct said whole = { .well_formed = true }, parts = { .well_formed = true };
	int windows = reader_winjson.probe(content, (str){ "", 0 }), other = reader_json.probe(content, (str){ "", 0 });

	must_hold(windows >= 0 && windows <= 100 && other >= 0 && other <= 100);
	must_hold(windows != other || windows < 30); /* never a tie between the two */
	read_all(&reader_json, &whole, content, size ? size : 1);
	read_all(&reader_json, &parts, content, 1);
	buf_done(&whole.text);
	buf_done(&parts.text);
	return 0;
}
