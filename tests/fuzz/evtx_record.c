/* Fuzz entry: the bytes become the BinXML of one record whose header and sizes are right. */
#include "evtx_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 4096, CHUNK = 65536, FIRST = 512, RECORD_HEADER = 24 };

static void put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file = calloc(1, HEADER + CHUNK), *chunk = file + HEADER, *record = chunk + FIRST;
	uint32_t body = (uint32_t)(size < 60000 ? size : 60000);
	uint32_t total = RECORD_HEADER + body + 4;
	struct evtx_drive d = { 0 };

	if (!file)
		return 0;
	memcpy(file, "ElfFile", 8);
	memcpy(chunk, "ElfChnk", 8);
	put32(chunk + 48, FIRST + total);
	memcpy(record, "**\0", 4);
	put32(record + 4, total);
	put32(record + 8, 1);
	memcpy(record + 16, "\x00\x80\x3E\xD5\xDE\xB1\xD9\x01", 8);
	memcpy(record + RECORD_HEADER, data, body);
	put32(record + total - 4, total);
	evtx_drive(&d, (bytes){ file, HEADER + CHUNK }, SIZE_MAX);
	must_hold(d.events + d.lost + d.gaps > 0);
	buf_done(&d.json);
	free(file);
	return 0;
}
