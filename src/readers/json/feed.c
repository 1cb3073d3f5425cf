#include "readers/json/feed.h"

#include "util/utf.h"

enum { SNIFF_LEN = 4096 };

void feed_done(struct feed *f)
{
	buf_done(&f->utf8);
}

static enum feed_coding sniff(bytes b)
{
	size_t n = b.len < SNIFF_LEN ? b.len : SNIFF_LEN, odd = 0, even = 0;

	if (n >= 2 && b.ptr[0] == 0xFF && b.ptr[1] == 0xFE)
		return FEED_UTF16LE;
	if (n >= 2 && b.ptr[0] == 0xFE && b.ptr[1] == 0xFF)
		return FEED_UTF16BE;
	for (size_t i = 0; i + 1 < n; i += 2) {
		even += b.ptr[i] == 0 && b.ptr[i + 1] != 0;
		odd += b.ptr[i + 1] == 0 && b.ptr[i] != 0;
	}
	/* text without a byte order mark: of Latin letters every second byte is zero */
	if (odd * 10 > n / 2 * 3 && odd > 10 * even)
		return FEED_UTF16LE;
	if (even * 10 > n / 2 * 3 && even > 10 * odd)
		return FEED_UTF16BE;
	return FEED_UTF8;
}

/* Convert what is new, up to the last whole character. */
static void convert(struct feed *f, bytes fresh, bool last)
{
	size_t n = fresh.len & ~(size_t)1;
	char *from;

	if (f->used) { /* forget what was consumed */
		memmove(f->utf8.ptr, f->utf8.ptr + f->used, f->utf8.len - f->used);
		f->utf8.len -= f->used;
		f->used = 0;
	}
	if (n >= 2 && !last) { /* half of a pair waits for the other */
		uint8_t high = fresh.ptr[f->coding == FEED_UTF16LE ? n - 1 : n - 2];

		if (high >= 0xD8 && high < 0xDC)
			n -= 2;
	}
	if (!buf_reserve(&f->utf8, UTF8_OF_UTF16_MAX(n / 2)))
		return;
	from = f->utf8.ptr + f->utf8.len;
	if (f->coding == FEED_UTF16LE) {
		f->utf8.len += utf16le_to_utf8((bytes){ fresh.ptr, n }, from, NULL);
	} else {
		for (size_t i = 0, step; i < n; i += step) {
			uint8_t le[4];

			step = n - i >= 4 && fresh.ptr[i] >= 0xD8 && fresh.ptr[i] < 0xDC ? 4 : 2;
			for (size_t k = 0; k < step; k++)
				le[k] = fresh.ptr[i + (k ^ 1)];
			f->utf8.len += utf16le_to_utf8((bytes){ le, step }, f->utf8.ptr + f->utf8.len, NULL);
		}
	}
	f->converted += last ? fresh.len : n;
}

bool feed_load(struct feed *f, const struct reader_input *in)
{
	uint64_t end = in->offset + in->data.len;

	if (f->coding == FEED_UNKNOWN) {
		if (in->data.len < SNIFF_LEN && !in->last)
			return false;
		f->coding = sniff(in->data);
		f->converted = f->pos;
	}
	f->last = in->last;
	if (f->coding == FEED_UTF8) {
		if (f->pos < in->offset || f->pos > end)
			return false;
		f->text = (bytes){ in->data.ptr + (f->pos - in->offset), (size_t)(end - f->pos) };
		return true;
	}
	if (f->converted < in->offset || f->converted > end)
		return false;
	if (f->converted < end)
		convert(f,
			(bytes){ in->data.ptr + (f->converted - in->offset), (size_t)(end - f->converted) },
			in->last);
	if (f->utf8.failed)
		return false;
	f->text = (bytes){ (const uint8_t *)f->utf8.ptr + f->used, f->utf8.len - f->used };
	return true;
}

uint64_t feed_span(const struct feed *f, size_t n)
{
	uint64_t units = 0;

	if (f->coding == FEED_UTF8 || f->coding == FEED_UNKNOWN)
		return n;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = f->text.ptr[i];

		units += (c & 0xC0) != 0x80 ? 1 + (c >= 0xF0) : 0;
	}
	return units * 2;
}

void feed_skip(struct feed *f, size_t n)
{
	f->pos += feed_span(f, n);
	f->text = (bytes){ f->text.ptr + n, f->text.len - n };
	if (f->coding != FEED_UTF8)
		f->used += n;
}

size_t balance_scan(struct balance *b, const uint8_t *p, size_t n, bool lines)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];

		if (b->in_string) {
			if (b->escaped)
				b->escaped = false;
			else if (c == '\\')
				b->escaped = true;
			else if (c == '"')
				b->in_string = false;
			if (c == '\n')
				return i;
		} else if (c == '"') {
			b->in_string = true;
		} else if (c == '{' || c == '[') {
			b->depth++;
		} else if (c == '}' || c == ']') {
			if (--b->depth == 0)
				return i + 1;
		} else if (c == '\n') {
			/* a line that opens an object in its first column starts the next record */
			if (lines || (i + 2 < n && p[i + 1] == '{' && p[i + 2] == '"'))
				return i;
		}
	}
	return n;
}
