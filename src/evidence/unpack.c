#include "evidence/unpack_priv.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "util/limits.h"

enum { ZSTD_WINDOW_LOG = 27 }; /* LIMIT_DECODER_BYTES */
_Static_assert(1u << ZSTD_WINDOW_LOG == LIMIT_DECODER_BYTES, "the window of zstd is its limit");

struct codec {
	const char *kind;
	uint8_t first;                          /* byte of a stream */
	int (*begin)(struct unpack *u, err *e); /* a new stream */
	/* As unpack_run(), within one stream; u->between becomes true at its end. */
	int (*step)(struct unpack *u, bytes *in, uint8_t *out, size_t cap, size_t *ret_len, err *e);
	void (*end)(struct unpack *u);
};

struct unpack {
	const struct codec *codec;
	bool begun;   /* the library holds memory */
	bool between; /* behind a whole stream */
	union {
		z_stream gz;
		lzma_stream xz;
		bz_stream bz;
		ZSTD_DCtx *zstd;
	} s;
	gz_header gz_head; /* of the first stream of gzip; the others have none */
};

static unsigned len_uint(size_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (unsigned)n;
}

static void advance(bytes *in, size_t n)
{
	if (n) /* an empty input has no pointer to move */
		*in = (bytes){ in->ptr + n, in->len - n };
}

static int no_memory(const struct unpack *u, err *e)
{
	return err_set(e, ERR_OOM, ERR_NO_OFFSET, "%s: no memory", u->codec->kind);
}

static int corrupt(const struct unpack *u, const char *reason, err *e)
{
	return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s: %s", u->codec->kind, reason);
}

/* --- gzip --- */

static int gz_begin(struct unpack *u, err *e)
{
	if (u->begun)
		return inflateReset(&u->s.gz) == Z_OK ? 0 : no_memory(u, e);
	u->s.gz = (z_stream){ 0 };
	if (inflateInit2(&u->s.gz, 15 + 16) != Z_OK) /* the largest window, gzip framing only */
		return no_memory(u, e);
	u->begun = true;
	inflateGetHeader(&u->s.gz, &u->gz_head); /* cannot fail: nothing was read yet */
	return 0;
}

static int gz_step(struct unpack *u, bytes *in, uint8_t *out, size_t cap, size_t *ret_len, err *e)
{
	z_stream *z = &u->s.gz;
	unsigned had = len_uint(in->len), room = len_uint(cap);
	int rc;

	z->next_in = (z_const Bytef *)(uintptr_t)in->ptr;
	z->avail_in = had;
	z->next_out = out;
	z->avail_out = room;
	rc = inflate(z, Z_NO_FLUSH);
	advance(in, had - z->avail_in);
	*ret_len = room - z->avail_out;
	if (rc == Z_STREAM_END)
		u->between = true;
	if (rc == Z_STREAM_END || rc == Z_OK || rc == Z_BUF_ERROR)
		return 0;
	if (rc == Z_MEM_ERROR)
		return no_memory(u, e);
	if (z->msg && strstr(z->msg, "check") && !strstr(z->msg, "header"))
		return corrupt(u, "checksum or length at the end is wrong", e);
	return corrupt(u, z->msg ? z->msg : "damaged", e);
}

static void gz_end(struct unpack *u)
{
	inflateEnd(&u->s.gz);
}

/* --- xz --- */

static int xz_begin(struct unpack *u, err *e)
{
	if (!u->begun)
		u->s.xz = (lzma_stream)LZMA_STREAM_INIT;
	u->begun = true;
	return lzma_stream_decoder(&u->s.xz, LIMIT_DECODER_BYTES, 0) == LZMA_OK ? 0 : no_memory(u, e);
}

static int xz_step(struct unpack *u, bytes *in, uint8_t *out, size_t cap, size_t *ret_len, err *e)
{
	lzma_stream *z = &u->s.xz;
	lzma_ret rc;

	z->next_in = in->ptr;
	z->avail_in = in->len;
	z->next_out = out;
	z->avail_out = cap;
	rc = lzma_code(z, LZMA_RUN);
	advance(in, in->len - z->avail_in);
	*ret_len = cap - z->avail_out;
	switch (rc) {
	case LZMA_STREAM_END:
		u->between = true;
		return 0;
	case LZMA_OK:
	case LZMA_BUF_ERROR:
		return 0;
	case LZMA_MEM_ERROR:
		return no_memory(u, e);
	case LZMA_MEMLIMIT_ERROR:
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "xz: needs %llu bytes of memory, limit %u",
			       (unsigned long long)lzma_memusage(z), LIMIT_DECODER_BYTES);
	case LZMA_OPTIONS_ERROR:
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "xz: unsupported filter or check");
	default:
		return corrupt(u, "damaged", e);
	}
}

static void xz_end(struct unpack *u)
{
	lzma_end(&u->s.xz);
}

/* --- bzip2 --- */

static void bz_end(struct unpack *u)
{
	BZ2_bzDecompressEnd(&u->s.bz);
}

static int bz_begin(struct unpack *u, err *e)
{
	if (u->begun)
		bz_end(u);
	u->begun = false;
	u->s.bz = (bz_stream){ 0 };
	if (BZ2_bzDecompressInit(&u->s.bz, 0, 0) != BZ_OK)
		return no_memory(u, e);
	u->begun = true;
	return 0;
}

static int bz_step(struct unpack *u, bytes *in, uint8_t *out, size_t cap, size_t *ret_len, err *e)
{
	bz_stream *z = &u->s.bz;
	unsigned had = len_uint(in->len), room = len_uint(cap);
	int rc;

	z->next_in = (char *)(uintptr_t)in->ptr;
	z->avail_in = had;
	z->next_out = (char *)out;
	z->avail_out = room;
	rc = BZ2_bzDecompress(z);
	advance(in, had - z->avail_in);
	*ret_len = room - z->avail_out;
	if (rc == BZ_STREAM_END)
		u->between = true;
	if (rc == BZ_STREAM_END || rc == BZ_OK)
		return 0;
	return rc == BZ_MEM_ERROR ? no_memory(u, e) : corrupt(u, "damaged", e);
}

/* --- zstd --- */

static int zstd_begin(struct unpack *u, err *e)
{
	if (!u->begun)
		u->s.zstd = ZSTD_createDCtx();
	if (!u->s.zstd)
		return no_memory(u, e);
	u->begun = true;
	ZSTD_DCtx_reset(u->s.zstd, ZSTD_reset_session_only);
	ZSTD_DCtx_setParameter(u->s.zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	return 0;
}

static int zstd_step(struct unpack *u, bytes *in, uint8_t *out, size_t cap, size_t *ret_len, err *e)
{
	ZSTD_inBuffer from = { in->ptr, in->len, 0 };
	ZSTD_outBuffer to = { out, cap, 0 };
	size_t rc = ZSTD_decompressStream(u->s.zstd, &to, &from);

	advance(in, from.pos);
	*ret_len = to.pos;
	if (rc == 0)
		u->between = true;
	if (!ZSTD_isError(rc))
		return 0;
	switch (ZSTD_getErrorCode(rc)) {
	case ZSTD_error_memory_allocation:
		return no_memory(u, e);
	case ZSTD_error_frameParameter_windowTooLarge:
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "zstd: window is over the limit of %u bytes",
			       LIMIT_DECODER_BYTES);
	case ZSTD_error_checksum_wrong:
		return corrupt(u, "checksum is wrong", e);
	case ZSTD_error_dictionary_wrong:
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "zstd: made with a dictionary");
	default:
		return corrupt(u, ZSTD_getErrorName(rc), e);
	}
}

static void zstd_end(struct unpack *u)
{
	ZSTD_freeDCtx(u->s.zstd);
}

static const struct codec CODECS[] = {
	{ "gzip", 0x1f, gz_begin, gz_step, gz_end },
	{ "xz", 0xfd, xz_begin, xz_step, xz_end },
	{ "zstd", 0x28, zstd_begin, zstd_step, zstd_end },
	{ "bzip2", 'B', bz_begin, bz_step, bz_end },
};

struct unpack *unpack_new(const char *kind, err *e)
{
	for (size_t i = 0; i < COUNT(CODECS); i++) {
		struct unpack *u;

		if (strcmp(CODECS[i].kind, kind) != 0)
			continue;
		u = calloc(1, sizeof *u);
		if (!u) {
			err_set(e, ERR_OOM, ERR_NO_OFFSET, "%s: no memory", kind);
			return NULL;
		}
		u->codec = &CODECS[i];
		if (u->codec->begin(u, e) < 0) {
			unpack_free(u);
			return NULL;
		}
		return u;
	}
	return NULL;
}

/* zstd allows frames of foreign data between its own: 0x50..0x5f. */
static bool may_begin(const struct unpack *u, uint8_t c)
{
	return c == u->codec->first || (u->codec->step == zstd_step && (c & 0xf0) == 0x50);
}

int unpack_run(struct unpack *u, bytes *in, uint8_t *out, size_t cap, size_t *ret_len, err *e)
{
	*ret_len = 0;
	if (u->between) { /* another stream, padding (tape, xz), a line end that a tool added, or foreign */
		while (in->len && memchr("\0\r\n", in->ptr[0], 3))
			advance(in, 1);
		if (in->len == 0)
			return 0;
		if (!may_begin(u, in->ptr[0]))
			return corrupt(u, "foreign data behind the end of the compressed data", e);
		u->between = false;
		if (u->codec->begin(u, e) < 0)
			return -1;
	}
	return u->codec->step(u, in, out, cap, ret_len, e);
}

bool unpack_mtime(const struct unpack *u, int64_t *ret_s)
{
	if (u->gz_head.done != 1 || u->gz_head.time == 0)
		return false;
	*ret_s = (int64_t)u->gz_head.time;
	return true;
}

bool unpack_complete(const struct unpack *u)
{
	return u->between;
}

void unpack_free(struct unpack *u)
{
	if (u && u->begun)
		u->codec->end(u);
	free(u);
}
