/* Fuzz entry: a whole EVTX file, read in large and in small windows with the same result. */
#include "evtx_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evtx_drive whole = { 0 }, parts = { 0 };
	bytes content = { data, size };

	evtx_drive(&whole, content, SIZE_MAX);
	evtx_drive(&parts, content, 70000);
	must_hold(whole.events == parts.events && whole.gaps == parts.gaps &&
		  str_eq(buf_view(&whole.json), buf_view(&parts.json)));
	buf_done(&whole.json);
	buf_done(&parts.json);
	return 0;
}
