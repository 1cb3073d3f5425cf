#include "cli/hexdump.h"

enum { PER_LINE = 16 };

static void line(buf *b, bytes part, uint64_t offset, const char *indent)
{
	buf_printf(b, "%s%08llx ", indent, (unsigned long long)offset);
	for (size_t i = 0; i < PER_LINE; i++) {
		if (i == PER_LINE / 2)
			buf_byte(b, ' ');
		if (i < part.len)
			buf_printf(b, " %02x", part.ptr[i]);
		else
			buf_z(b, "   ");
	}
	buf_z(b, "  |");
	for (size_t i = 0; i < part.len; i++)
		buf_byte(b, part.ptr[i] >= 0x20 && part.ptr[i] < 0x7F ? (char)part.ptr[i] : '.');
	buf_z(b, "|\n");
}

void hexdump(buf *b, bytes data, uint64_t offset, const char *indent)
{
	for (size_t at = 0; at < data.len; at += PER_LINE) {
		bytes part;

		if (!bytes_sub(data, at, data.len - at < PER_LINE ? data.len - at : PER_LINE, &part))
			return;
		line(b, part, offset + at, indent);
	}
}
