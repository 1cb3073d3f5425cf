#include "util/base64.h"

void base64_add(buf *out, bytes data)
{
	static const char ABC[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = data.ptr;

	if (!buf_reserve(out, (data.len + 2) / 3 * 4))
		return;
	for (size_t i = 0; i < data.len; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < data.len ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < data.len ? p[i + 2] : 0u);

		buf_byte(out, ABC[v >> 18]);
		buf_byte(out, ABC[v >> 12 & 63]);
		buf_byte(out, i + 1 < data.len ? ABC[v >> 6 & 63] : '=');
		buf_byte(out, i + 2 < data.len ? ABC[v & 63] : '=');
	}
}
