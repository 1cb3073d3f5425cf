/* evtx_writer_priv.h - inside the EVTX writer: its state, and how bytes are put into a chunk. */
#ifndef SPOOR_RANGE_EVTX_WRITER_PRIV_H
#define SPOOR_RANGE_EVTX_WRITER_PRIV_H

#include "evtx_writer.h"
#include "util/vec.h"

#define HEADER_LEN 4096u
#define CHUNK_LEN 65536u
#define CHUNK_HEADER_LEN 512u
#define NAME_SLOTS 64u
#define NAMES_AT 128u
#define TEMPLATE_SLOTS 32u
#define TEMPLATES_AT 384u
#define RECORD_HEADER_LEN 24u

#define EVENT_NS "http://schemas.microsoft.com/win/2004/08/events/event"
#define NO_DEPENDENCY 0xffffu

/* Substitutions of the System part, numbered as the Windows event log service numbers them. */
enum {
	S_LEVEL,
	S_OPCODE,
	S_TASK,
	S_ID,
	S_QUALIFIERS,
	S_KEYWORDS,
	S_CREATED,
	S_ACTIVITY,
	S_PID,
	S_TID,
	S_RECORD_ID,
	S_VERSION,
	S_USER,
	S_UNUSED_13,
	S_UNUSED_14,
	S_UNUSED_15,
	S_UNUSED_16,
	S_UNUSED_17,
	S_RELATED,
	S_BODY,
	S_COUNT
};

/* Templates of a definition on a computer: their names for ever, their places in this chunk (0: not yet). */
struct known {
	const struct evtx_def *def;
	const char *computer;
	uint8_t system_guid[16], body_guid[16];
	uint32_t system_at, body_at;
};

#define KNOWN_MAX 64u     /* definitions of one channel; the oldest gives way */
#define CHUNK_FIRST 4096u /* bytes that a chunk begins with; it grows to CHUNK_LEN */

struct evtx_writer {
	evtx_out *out;
	evtx_in *in; /* NULL: never parked */
	void *ctx;
	VEC(struct known) known;
	uint32_t next_known;
	uint64_t last_id, nchunks;
	uint64_t first_number, number; /* records before this chunk, records so far */
	uint64_t chunk_first_id, chunk_last_id;
	uint32_t at;          /* next free byte of the chunk */
	uint32_t last_record; /* offset */
	uint32_t in_chunk;    /* records */
	bool full;            /* what was put last did not fit */
	uint8_t *chunk;       /* NULL: parked in the file */
	uint32_t cap;         /* bytes of it */
	uint32_t saved;       /* what the file has of its records, from parking before */
};

/* --- bytes ---------------------------------------------------------------------------------- */

static inline void set_le(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

static inline void put(struct evtx_writer *w, const void *p, size_t n)
{
	if (n > w->cap - w->at) {
		w->full = true;
		return;
	}
	if (n)
		memcpy(w->chunk + w->at, p, n);
	w->at += (uint32_t)n;
}

static inline void put_le(struct evtx_writer *w, uint64_t v, size_t n)
{
	uint8_t b[8];

	set_le(b, v, n);
	put(w, b, n);
}

/* ASCII as UTF-16LE. */
static inline void put_wide(struct evtx_writer *w, const char *ascii)
{
	size_t n = strlen(ascii);
	uint8_t *to = w->chunk + w->at;

	if (2 * n > w->cap - w->at) {
		w->full = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		to[2 * i] = (uint8_t)ascii[i];
		to[2 * i + 1] = 0;
	}
	w->at += (uint32_t)(2 * n);
}

/* A size that is known later: its place. The size counts from behind itself. */
static inline uint32_t put_size(struct evtx_writer *w)
{
	put_le(w, 0, 4);
	return w->at;
}

static inline void close_size(struct evtx_writer *w, uint32_t from)
{
	if (!w->full)
		set_le(w->chunk + from - 4, w->at - from, 4);
}

static inline void fragment_header(struct evtx_writer *w)
{
	put_le(w, 0x0001010f, 4);
}

/* --- templates (evtx_template.c) -------------------------------------------------------------- */

/* A GUID that depends on nothing but what the template says. computer NULL: the body's. */
void template_guid(const struct evtx_def *d, const char *computer, uint8_t ret[16]);
/* Template instance up to its definition, which follows inline where the chunk does not have it. Answers where
 * the definition is. computer NULL: the body's template. */
uint32_t put_template(struct evtx_writer *w, const struct evtx_def *d, const char *computer,
		      const uint8_t guid[16]);

#endif
