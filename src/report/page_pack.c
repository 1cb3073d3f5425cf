#include "report/page_pack.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "util/base64.h"

enum { CHUNK = 48 * 1024, GZIP = 16 + 15, LEVEL = 9 }; /* CHUNK: a multiple of 3, so that pieces join */

struct page_pack {
	z_stream z;
	struct out *to;
	uint8_t packed[CHUNK];
};

struct page_pack *page_pack_new(struct out *to)
{
	struct page_pack *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->to = to;
	if (deflateInit2(&p->z, LEVEL, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(p);
		return NULL;
	}
	p->z.next_out = p->packed;
	p->z.avail_out = CHUNK;
	return p;
}

static void flush_packed(struct page_pack *p)
{
	base64_add(&p->to->b, (bytes){ p->packed, CHUNK - p->z.avail_out });
	out_some(p->to);
	p->z.next_out = p->packed;
	p->z.avail_out = CHUNK;
}

static int pack(struct page_pack *p, bytes piece, int how)
{
	int rc;

	p->z.next_in = (unsigned char *)piece.ptr; /* zlib does not write there */
	p->z.avail_in = (unsigned)piece.len;
	do {
		rc = deflate(&p->z, how);
		if (p->z.avail_out == 0)
			flush_packed(p);
	} while (rc == Z_OK && (p->z.avail_in || how == Z_FINISH));
	return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? 0 : EIO;
}

int page_pack_pass(void *ctx, bytes piece)
{
	return piece.len ? pack(ctx, piece, Z_NO_FLUSH) : 0;
}

int page_pack_end(struct page_pack *p)
{
	int error = pack(p, (bytes){ (const uint8_t *)"", 0 }, Z_FINISH);

	flush_packed(p);
	deflateEnd(&p->z);
	free(p);
	return error;
}
