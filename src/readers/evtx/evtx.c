/* Walking a log: file header, chunks, records, and what lies between them. */
#include "readers/evtx/evtx.h"

#include <libdeflate.h>
#include <stdlib.h>

#include "readers/evtx/evtx_record.h"
#include "readers/evtx/evtx_runs.h"
#include "readers/readers.h"
#include "util/limits.h"

static const char FILE_MAGIC[8] = "ElfFile";
static const char CHUNK_MAGIC[8] = "ElfChnk";
static const char RECORD_MAGIC[4] = { '*', '*', 0, 0 };

enum { SECTOR = 512 };

enum place {
	AT_START,   /* nothing read yet */
	AT_BLOCK,   /* a chunk should start at pos */
	IN_RECORDS, /* inside the live part of a chunk */
	IN_SLACK,   /* behind it, or in a block without a chunk header */
	AT_END,
};

struct evtx_reader {
	struct reader_env env;
	struct evtx_decoder dec;
	struct evtx_runs runs;
	enum place place;
	uint64_t pos;       /* content offset of the current block */
	uint32_t block_len; /* bytes of it to step over when done */
	bytes chunk;        /* the current block's bytes */
	uint32_t at;        /* next record in it */
	uint32_t live_end;

	uint32_t promised; /* chunks that the file header speaks of */

	/* counted over the item, told once at its end */
	uint32_t bad_crc;
	uint64_t bad_crc_at;
	uint64_t lost_slack, lost_slack_at;
	unsigned told; /* end gaps handed out */
};

static int evtx_probe(bytes head, str path)
{
	(void)path;
	if (head.len >= 8 && (memcmp(head.ptr, FILE_MAGIC, 8) == 0 || memcmp(head.ptr, CHUNK_MAGIC, 8) == 0))
		return 100;
	return 0;
}

static void evtx_close(void *self)
{
	struct evtx_reader *r = self;

	if (!r)
		return;
	evtx_decoder_done(&r->dec);
	evtx_runs_done(&r->runs);
	free(r);
}

static int evtx_open(void **ret, const struct reader_env *env, err *e)
{
	struct evtx_reader *r = calloc(1, sizeof *r);

	if (!r)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the EVTX reader");
	r->env = *env;
	r->pos = env->begin;
	r->place = env->begin ? AT_BLOCK : AT_START;
	evtx_runs_init(&r->runs);
	if (evtx_decoder_init(&r->dec, env->schemas, e) < 0) {
		evtx_close(r);
		return -1;
	}
	*ret = r;
	return 0;
}

static bool all_zero(bytes b)
{
	return b.len == 0 || (b.ptr[0] == 0 && memcmp(b.ptr, b.ptr + 1, b.len - 1) == 0);
}

/* Up to `len` bytes at pos; false if the window has fewer and more may come. */
static bool window_at(struct evtx_reader *r, struct reader_input *in, size_t len, bytes *ret)
{
	uint64_t skip = r->pos - in->offset;
	size_t have = r->pos >= in->offset && skip <= in->data.len ? in->data.len - (size_t)skip : 0;

	if (have < len && !in->last) {
		in->need_from = r->pos;
		in->need_len = len;
		return false;
	}
	*ret = have ? (bytes){ in->data.ptr + skip, have < len ? have : len } : (bytes){ 0 };
	return true;
}

static bool gap(struct evtx_reader *r, struct gap *g)
{
	g->item = r->env.item;
	return true;
}

/* --- file header ---------------------------------------------------------------------------- */

/* Answers true if *g was set. */
static bool start(struct evtx_reader *r, bytes head, struct gap *g)
{
	r->place = AT_BLOCK;
	if (head.len >= 8 && memcmp(head.ptr, CHUNK_MAGIC, 8) == 0)
		return false;
	r->pos = EVTX_FILE_HEADER_LEN;
	if (head.len < EVTX_FILE_HEADER_LEN) {
		r->place = AT_END;
		gap_set(g, GAP_TRUNCATED, 0, head.len, "file header needs 4096 bytes, %zu are there",
			head.len);
		return gap(r, g);
	}
	r->promised = load_le16(head.ptr + 42);
	if (libdeflate_crc32(0, head.ptr, 120) != load_le32(head.ptr + 124)) {
		r->promised = 0;
		gap_set(g, GAP_CHECKSUM, 0, 128, "file header checksum is wrong; read all the same");
		return gap(r, g);
	}
	return false;
}

/* --- chunks --------------------------------------------------------------------------------- */

static void check_crcs(struct evtx_reader *r, bytes chunk, uint32_t free_at)
{
	uint32_t head = libdeflate_crc32(0, chunk.ptr, 120);

	head = libdeflate_crc32(head, chunk.ptr + 128, EVTX_CHUNK_HEADER_LEN - 128);
	if (head == load_le32(chunk.ptr + 124) && free_at >= EVTX_CHUNK_HEADER_LEN && free_at <= chunk.len &&
	    libdeflate_crc32(0, chunk.ptr + EVTX_CHUNK_HEADER_LEN, free_at - EVTX_CHUNK_HEADER_LEN) ==
		    load_le32(chunk.ptr + 52))
		return;
	if (r->bad_crc++ == 0)
		r->bad_crc_at = r->pos;
}

static void enter_chunk(struct evtx_reader *r, bytes chunk)
{
	uint32_t free_at = load_le32(chunk.ptr + 48);

	check_crcs(r, chunk, free_at);
	r->chunk = chunk;
	r->at = EVTX_CHUNK_HEADER_LEN;
	/* a free-space offset that cannot be is no reason to believe that nothing is there */
	r->live_end =
		free_at >= EVTX_CHUNK_HEADER_LEN && free_at <= chunk.len ? free_at : (uint32_t)chunk.len;
	r->block_len = EVTX_CHUNK_LEN;
	r->place = IN_RECORDS;
	evtx_decoder_chunk(&r->dec, chunk);
}

/* Where the next chunk or file header starts inside a block that begins with neither. */
static uint32_t next_header(bytes block)
{
	for (uint32_t i = SECTOR; i + 8 <= block.len; i += SECTOR)
		if (memcmp(block.ptr + i, CHUNK_MAGIC, 8) == 0 || memcmp(block.ptr + i, FILE_MAGIC, 8) == 0)
			return i;
	return (uint32_t)block.len;
}

static bool enter_damaged(struct evtx_reader *r, bytes block, struct gap *g)
{
	uint32_t len = next_header(block);

	r->block_len = len;
	r->chunk = block;
	r->at = 0;
	r->live_end = 0;
	r->chunk.len = len;
	r->place = IN_SLACK;
	evtx_decoder_chunk(&r->dec, block);
	gap_set(g, GAP_DAMAGED, r->pos, r->pos + len,
		"no chunk header in a block of %u bytes; searched for records", len);
	return gap(r, g);
}

/* A block starts at pos. Answers true if *g was set. */
static bool enter_block(struct evtx_reader *r, bytes block, struct gap *g)
{
	if (block.len >= 8 && memcmp(block.ptr, FILE_MAGIC, 8) == 0) {
		r->pos += EVTX_FILE_HEADER_LEN;
		gap_set(g, GAP_DAMAGED, r->pos - EVTX_FILE_HEADER_LEN, r->pos,
			"another log follows inside the same file; read as well");
		return gap(r, g);
	}
	if (block.len >= EVTX_CHUNK_HEADER_LEN && memcmp(block.ptr, CHUNK_MAGIC, 8) == 0) {
		enter_chunk(r, block);
		if (block.len == EVTX_CHUNK_LEN)
			return false;
		gap_set(g, GAP_TRUNCATED, r->pos, r->pos + block.len, "the last chunk has %zu of 65536 bytes",
			block.len);
		return gap(r, g);
	}
	if (all_zero(block)) { /* allocated ahead, never written */
		r->pos += block.len;
		return false;
	}
	return enter_damaged(r, block, g);
}

/* --- records -------------------------------------------------------------------------------- */

/* Header of a record at `at`: magic, and a size that fits before `end`. */
static bool record_at(bytes chunk, uint32_t at, uint32_t end, uint32_t *ret_size)
{
	uint32_t size;

	if (end - at < EVTX_RECORD_MIN || memcmp(chunk.ptr + at, RECORD_MAGIC, 4) != 0)
		return false;
	size = load_le32(chunk.ptr + at + 4);
	if (size < EVTX_RECORD_MIN || size > end - at)
		return false;
	*ret_size = size;
	return true;
}

static bool size_copied(bytes chunk, uint32_t at, uint32_t size)
{
	return load_le32(chunk.ptr + at + size - 4) == size;
}

/* What a carved record must look like besides: its size twice, a time between 2000 and 2100, BinXML. */
static bool plausible(bytes chunk, uint32_t at, uint32_t size)
{
	const uint64_t year_2000 = UINT64_C(125911584000000000), year_2100 = UINT64_C(157469184000000000);
	uint64_t ticks = load_le64(chunk.ptr + at + 16);

	return size_copied(chunk, at, size) && ticks >= year_2000 && ticks < year_2100 &&
	       size > EVTX_RECORD_HEADER_LEN + 8 &&
	       memcmp(chunk.ptr + at + EVTX_RECORD_HEADER_LEN, "\x0F\x01\x01\x00", 4) == 0;
}

/* The first record with a good header in [from, end), or end. */
static uint32_t find_record(bytes chunk, uint32_t from, uint32_t end, bool carving)
{
	uint32_t size;

	while (from < end) {
		const uint8_t *hit = memmem(chunk.ptr + from, end - from, RECORD_MAGIC, 4);

		if (!hit)
			return end;
		from = (uint32_t)(hit - chunk.ptr);
		if (record_at(chunk, from, end, &size) && size_copied(chunk, from, size) &&
		    (!carving || plausible(chunk, from, size)))
			return from;
		from++;
	}
	return end;
}

static void place_event(struct evtx_reader *r, event *ev, uint32_t at)
{
	ev->ref.item = r->env.item;
	ev->ref.offset = r->pos + at;
}

/* The next live record. Sets *step if it has something to say; else the live part is done. */
static bool live_record(struct evtx_reader *r, event *ev, struct gap *g, enum reader_step *step)
{
	const char *why = "damaged";
	uint32_t at = r->at, size;

	if (r->live_end - at < EVTX_RECORD_MIN) {
		r->place = IN_SLACK;
		return false;
	}
	if (!record_at(r->chunk, at, r->live_end, &size)) {
		r->at = find_record(r->chunk, at + 1, r->live_end, false);
		if (r->at == r->live_end && all_zero((bytes){ r->chunk.ptr + at, r->live_end - at }))
			return false; /* the header's free-space offset points behind the last record */
		gap_set(g, GAP_DAMAGED, r->pos + at, r->pos + r->at, "no record header where one should be");
		gap(r, g);
		*step = READER_SKIPPED;
		return true;
	}
	r->at = at + size;
	if (evtx_decode(&r->dec, at, size, ev, &why) < 0) {
		gap_set(g, GAP_DAMAGED, r->pos + at, r->pos + at + size, "record %llu: %s",
			(unsigned long long)load_le64(r->chunk.ptr + at + 8), why);
		g->lost = 1;
		gap(r, g);
		/* its size may be the lie: look for the next header behind its first byte */
		if (!size_copied(r->chunk, at, size))
			r->at = find_record(r->chunk, at + 1, r->live_end, false);
		*step = READER_SKIPPED;
		return true;
	}
	if (!size_copied(r->chunk, at, size)) {
		ev->flags |= EVENT_PARTIAL;
		r->at = find_record(r->chunk, at + 1, r->live_end, false);
	}
	place_event(r, ev, at);
	evtx_runs_add(&r->runs, ev);
	*step = READER_EVENT;
	return true;
}

/* The next record carved out of slack or a damaged block that is not there alive as well. */
static bool carved_record(struct evtx_reader *r, event *ev)
{
	uint32_t end = (uint32_t)r->chunk.len;
	const char *why = NULL;

	for (;;) {
		uint32_t at = find_record(r->chunk, r->at, end, true), size;

		if (at >= end)
			return false;
		size = load_le32(r->chunk.ptr + at + 4);
		r->at = at + size;
		if (evtx_decode(&r->dec, at, size, ev, &why) < 0) {
			if (r->lost_slack++ == 0)
				r->lost_slack_at = r->pos + at;
			r->at = at + 1;
			continue;
		}
		if (evtx_runs_has(&r->runs, ev->ref.record, ev->written_ns))
			continue;
		place_event(r, ev, at);
		ev->flags |= EVENT_RECOVERED;
		return true;
	}
}

/* --- the end -------------------------------------------------------------------------------- */

/* Gaps that were counted over the whole item. */
static bool end_gap(struct evtx_reader *r, struct gap *g)
{
	for (;;) {
		switch (r->told++) {
		case 0:
			if (r->bad_crc == 0)
				continue;
			gap_set(g, GAP_CHECKSUM, r->bad_crc_at, r->pos,
				"%u chunks with a wrong checksum, the first here; read all the same",
				r->bad_crc);
			return gap(r, g);
		case 1:
			if (r->lost_slack == 0)
				continue;
			gap_set(g, GAP_DAMAGED, r->lost_slack_at, r->pos,
				"%llu old records in slack could not be decoded, the first here",
				(unsigned long long)r->lost_slack);
			g->lost = r->lost_slack;
			return gap(r, g);
		case 2:
			/* fewer than there are is usual: the header of an open log lags behind */
			if (r->env.end != UINT64_MAX ||
			    r->pos >= EVTX_FILE_HEADER_LEN + (uint64_t)r->promised * EVTX_CHUNK_LEN)
				continue;
			gap_set(g, GAP_TRUNCATED, r->pos, r->pos,
				"the file header speaks of %u chunks, the file ends before them",
				r->promised);
			return gap(r, g);
		case 3:
			if (!r->runs.full)
				continue;
			gap_set(g, GAP_LIMIT, 0, r->pos,
				"record ids too scattered: missing ids are not counted beyond %u runs",
				LIMIT_EVTX_RUNS);
			return gap(r, g);
		default:
			return false;
		}
	}
}

/* --- the contract --------------------------------------------------------------------------- */

static enum reader_step evtx_next(void *self, struct reader_input *in, event *ev, struct gap *g, err *e)
{
	struct evtx_reader *r = self;
	enum reader_step step;
	bytes block;

	(void)e;
	for (;;) {
		switch (r->place) {
		case AT_START:
			if (!window_at(r, in, EVTX_FILE_HEADER_LEN, &block))
				return READER_MORE;
			if (start(r, block, g))
				return READER_SKIPPED;
			break;
		case AT_BLOCK:
			if (r->pos >= r->env.end) {
				r->place = AT_END;
				break;
			}
			if (!window_at(r, in, EVTX_CHUNK_LEN, &block))
				return READER_MORE;
			if (block.len == 0)
				r->place = AT_END;
			else if (enter_block(r, block, g))
				return READER_SKIPPED;
			break;
		case IN_RECORDS:
			if (live_record(r, ev, g, &step))
				return step;
			if (r->place == IN_RECORDS)
				r->place = IN_SLACK;
			break;
		case IN_SLACK:
			if (carved_record(r, ev))
				return READER_EVENT;
			r->pos += r->block_len;
			r->place = AT_BLOCK;
			break;
		case AT_END:
			return end_gap(r, g) ? READER_SKIPPED : READER_END;
		}
	}
}

static bool evtx_run(void *self, struct record_run *ret)
{
	struct evtx_reader *r = self;

	return evtx_runs_take(&r->runs, ret);
}

const struct reader_ops reader_evtx = {
	.name = "evtx",
	.summary = "Windows XML event log (.evtx), damaged and carved ones included",
	.piece_align = EVTX_CHUNK_LEN,
	.piece_first = EVTX_FILE_HEADER_LEN,
	.probe = evtx_probe,
	.open = evtx_open,
	.next = evtx_next,
	.run = evtx_run,
	.close = evtx_close,
};
