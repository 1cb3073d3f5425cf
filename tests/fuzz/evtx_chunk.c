/* Fuzz entry: the bytes become one chunk behind a good file header, its length and magic repaired. */
#include "evtx_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 4096, CHUNK = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file = calloc(1, HEADER + CHUNK);
	struct evtx_drive d = { 0 };

	if (!file)
		return 0;
	memcpy(file, "ElfFile", 8);
	memcpy(file + HEADER, data, size < CHUNK ? size : CHUNK);
	memcpy(file + HEADER, "ElfChnk", 8);
	evtx_drive(&d, (bytes){ file, HEADER + CHUNK }, SIZE_MAX);
	buf_done(&d.json);
	free(file);
	return 0;
}
