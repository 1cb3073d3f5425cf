#include "evtx_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <libdeflate.h>

#include "evtx_writer_priv.h"

/* --- templates that are known ----------------------------------------------------------------- */

static struct known *known_get(struct evtx_writer *w, const struct evtx_record *r)
{
	struct known *k;

	for (size_t i = 0; i < w->known.len; i++)
		if (w->known.at[i].def == r->def && w->known.at[i].computer == r->computer)
			return &w->known.at[i];
	k = w->known.len < KNOWN_MAX ? VEC_PUSH(&w->known, KNOWN_MAX)
				     : &w->known.at[w->next_known++ % KNOWN_MAX];
	if (!k)
		return NULL;
	*k = (struct known){ .def = r->def, .computer = r->computer };
	template_guid(r->def, r->computer, k->system_guid);
	template_guid(r->def, NULL, k->body_guid);
	return k;
}

/* --- values --------------------------------------------------------------------------------- */

/* Count, descriptors, values. Answers the place of the descriptors, for a size that is known later. */
static uint32_t put_values(struct evtx_writer *w, const struct evtx_value *v, uint32_t n)
{
	uint32_t descriptors;

	put_le(w, n, 4);
	descriptors = w->at;
	for (uint32_t i = 0; i < n; i++) {
		put_le(w, v[i].data.len, 2);
		put_le(w, v[i].type, 1);
		put_le(w, 0, 1);
	}
	for (uint32_t i = 0; i < n; i++)
		put(w, v[i].data.ptr, v[i].data.len);
	return descriptors;
}

static void put_body(struct evtx_writer *w, const struct evtx_record *r, struct known *k)
{
	struct evtx_value classic[3] = { { 0 } };

	fragment_header(w);
	k->body_at = put_template(w, r->def, NULL, k->body_guid);
	if (!r->values) {
		put_le(w, r->packed_n, 4);
		put(w, r->packed.ptr, r->packed.len);
	} else if (r->def->body == EVTX_CLASSIC) {
		classic[0] = r->values[0];
		if (r->def->nfields > 1)
			classic[2] = r->values[1];
		put_values(w, classic, 3);
	} else {
		put_values(w, r->values, r->def->nfields);
	}
	put_le(w, 0, 1);
}

struct system_bytes {
	uint8_t id[2], qualifiers[2], task[2], keywords[8], created[8], pid[4], tid[4], record_id[8];
};

static void system_values(const struct evtx_record *r, uint64_t id, struct system_bytes *s,
			  struct evtx_value v[S_COUNT])
{
	const struct evtx_def *d = r->def;

	set_le(s->id, d->id, 2);
	set_le(s->qualifiers, d->qualifiers, 2);
	set_le(s->task, d->task, 2);
	set_le(s->keywords, d->keywords, 8);
	set_le(s->created, r->created, 8);
	set_le(s->pid, r->pid, 4);
	set_le(s->tid, r->tid, 4);
	set_le(s->record_id, id, 8);
	v[S_LEVEL] = (struct evtx_value){ EVTX_U8, { &d->level, 1 } };
	v[S_OPCODE] = (struct evtx_value){ EVTX_U8, { &d->opcode, 1 } };
	v[S_TASK] = (struct evtx_value){ EVTX_U16, { s->task, 2 } };
	v[S_ID] = (struct evtx_value){ EVTX_U16, { s->id, 2 } };
	if (d->qualifiers || d->body == EVTX_CLASSIC)
		v[S_QUALIFIERS] = (struct evtx_value){ EVTX_U16, { s->qualifiers, 2 } };
	v[S_KEYWORDS] = (struct evtx_value){ EVTX_HEX64, { s->keywords, 8 } };
	v[S_CREATED] = (struct evtx_value){ EVTX_FILETIME, { s->created, 8 } };
	if (r->activity)
		v[S_ACTIVITY] = (struct evtx_value){ EVTX_GUID, { r->activity, 16 } };
	v[S_PID] = (struct evtx_value){ EVTX_U32, { s->pid, 4 } };
	v[S_TID] = (struct evtx_value){ EVTX_U32, { s->tid, 4 } };
	v[S_RECORD_ID] = (struct evtx_value){ EVTX_U64, { s->record_id, 8 } };
	v[S_VERSION] = (struct evtx_value){ EVTX_U8, { &d->version, 1 } };
	if (r->user_sid.len)
		v[S_USER] = (struct evtx_value){ EVTX_SID, r->user_sid };
}

/* --- records and chunks --------------------------------------------------------------------- */

static void end_record(struct evtx_writer *w, uint32_t start)
{
	uint32_t size = (w->at - start + 4 + 7) & ~7u;

	/* libevtx loses a record that ends with its chunk */
	if (w->full || size > w->cap - start || start + size == CHUNK_LEN) {
		w->full = true;
		return;
	}
	memset(w->chunk + w->at, 0, start + size - w->at);
	set_le(w->chunk + start + 4, size, 4);
	set_le(w->chunk + start + size - 4, size, 4);
	w->at = start + size;
}

static void begin_record(struct evtx_writer *w, const struct evtx_record *r, uint64_t id)
{
	put_le(w, 0x00002a2a, 4);
	put_le(w, 0, 4);
	put_le(w, id, 8);
	put_le(w, r->written, 8);
	fragment_header(w);
}

static void put_record(struct evtx_writer *w, const struct evtx_record *r, uint64_t id, struct known *k)
{
	struct evtx_value v[S_COUNT] = { { 0 } };
	struct system_bytes s;
	uint32_t start = w->at, descriptors, body;

	begin_record(w, r, id);
	k->system_at = put_template(w, r->def, r->computer, k->system_guid);
	system_values(r, id, &s, v);
	descriptors = put_values(w, v, S_COUNT);
	if (r->def->body != EVTX_BARE) {
		body = w->at;
		put_body(w, r, k);
		if (!w->full) {
			set_le(w->chunk + descriptors + 4 * S_BODY, w->at - body, 2);
			w->chunk[descriptors + 4 * S_BODY + 2] = EVTX_BINXML;
		}
	}
	put_le(w, 0, 1);
	end_record(w, start);
}

/* --- the common case: both templates are in the chunk, and there is room for certain ---------- */

#define FAST_OVERHEAD 400u /* everything of a record but its packed values and padding */

static uint8_t *describe(uint8_t *at, size_t len, uint8_t type)
{
	set_le(at, len, 2);
	at[2] = type;
	at[3] = 0;
	return at + 4;
}

static uint8_t *append(uint8_t *at, uint64_t v, size_t n)
{
	set_le(at, v, n);
	return at + n;
}

static uint8_t *append_bytes(uint8_t *at, const void *p, size_t n)
{
	if (n)
		memcpy(at, p, n);
	return at + n;
}

static uint8_t *instance(uint8_t *at, const uint8_t guid[16], uint32_t off)
{
	at = append(at, 0x010c, 2);
	at = append_bytes(at, guid, 4);
	return append(at, off, 4);
}

static void put_record_fast(struct evtx_writer *w, const struct evtx_record *r, uint64_t id,
			    const struct known *k)
{
	const struct evtx_def *d = r->def;
	uint32_t start = w->at;
	size_t body = 4 + 10 + 4 + r->packed.len + 1;
	bool qualified = d->qualifiers || d->body == EVTX_CLASSIC;
	uint8_t *p;

	begin_record(w, r, id);
	p = instance(w->chunk + w->at, k->system_guid, k->system_at);
	p = append(p, S_COUNT, 4);
	p = describe(p, 1, EVTX_U8);
	p = describe(p, 1, EVTX_U8);
	p = describe(p, 2, EVTX_U16);
	p = describe(p, 2, EVTX_U16);
	p = qualified ? describe(p, 2, EVTX_U16) : describe(p, 0, EVTX_NULL);
	p = describe(p, 8, EVTX_HEX64);
	p = describe(p, 8, EVTX_FILETIME);
	p = r->activity ? describe(p, 16, EVTX_GUID) : describe(p, 0, EVTX_NULL);
	p = describe(p, 4, EVTX_U32);
	p = describe(p, 4, EVTX_U32);
	p = describe(p, 8, EVTX_U64);
	p = describe(p, 1, EVTX_U8);
	p = r->user_sid.len ? describe(p, r->user_sid.len, EVTX_SID) : describe(p, 0, EVTX_NULL);
	memset(p, 0, 4 * (S_BODY - S_UNUSED_13));
	p += 4 * (S_BODY - S_UNUSED_13);
	p = describe(p, body, EVTX_BINXML);
	p = append(p, d->level, 1);
	p = append(p, d->opcode, 1);
	p = append(p, d->task, 2);
	p = append(p, d->id, 2);
	if (qualified)
		p = append(p, d->qualifiers, 2);
	p = append(p, d->keywords, 8);
	p = append(p, r->created, 8);
	if (r->activity)
		p = append_bytes(p, r->activity, 16);
	p = append(p, r->pid, 4);
	p = append(p, r->tid, 4);
	p = append(p, id, 8);
	p = append(p, d->version, 1);
	p = append_bytes(p, r->user_sid.ptr, r->user_sid.len);
	p = append(p, 0x0001010f, 4);
	p = instance(p, k->body_guid, k->body_at);
	p = append(p, r->packed_n, 4);
	p = append_bytes(p, r->packed.ptr, r->packed.len);
	p = append(p, 0, 2); /* end of the body, end of the record */
	w->at = (uint32_t)(p - w->chunk);
	end_record(w, start);
}

static uint32_t crc(const uint8_t *p, size_t n, uint32_t seed)
{
	return libdeflate_crc32(seed, p, n);
}

/* At least `want` bytes of chunk, taken with room to spare. */
static int chunk_grow(struct evtx_writer *w, uint32_t want, err *e)
{
	uint32_t cap = w->cap + w->cap / 2;
	uint8_t *to;

	if (want <= w->cap)
		return 0;
	cap = ((cap > want ? cap : want) + CHUNK_FIRST - 1) / CHUNK_FIRST * CHUNK_FIRST;
	cap = cap < CHUNK_LEN ? cap : CHUNK_LEN;
	to = realloc(w->chunk, cap);
	if (!to)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a chunk of an EVTX file");
	w->chunk = to;
	w->cap = cap;
	return 0;
}

static int begin_chunk(struct evtx_writer *w, err *e)
{
	free(w->chunk); /* small again: thousands of files are open */
	w->chunk = NULL;
	w->cap = 0;
	if (chunk_grow(w, CHUNK_FIRST, e) < 0)
		return -1;
	memset(w->chunk, 0, CHUNK_HEADER_LEN);
	w->at = CHUNK_HEADER_LEN;
	w->in_chunk = 0;
	w->saved = 0;
	w->first_number = w->number;
	w->full = false;
	for (size_t i = 0; i < w->known.len; i++)
		w->known.at[i].system_at = w->known.at[i].body_at = 0;
	return 0;
}

static uint64_t chunk_at(const struct evtx_writer *w)
{
	return HEADER_LEN + w->nchunks * CHUNK_LEN;
}

int evtx_writer_park(struct evtx_writer *w, err *e)
{
	if (!w->chunk || !w->in)
		return 0;
	if (w->out(w->ctx, chunk_at(w), (bytes){ w->chunk, w->saved ? CHUNK_HEADER_LEN : w->at }, e) < 0)
		return -1;
	if (w->saved && w->at > w->saved &&
	    w->out(w->ctx, chunk_at(w) + w->saved, (bytes){ w->chunk + w->saved, w->at - w->saved }, e) < 0)
		return -1;
	w->saved = w->at;
	free(w->chunk);
	w->chunk = NULL;
	w->cap = 0;
	return 0;
}

static int resume(struct evtx_writer *w, err *e)
{
	if (w->chunk)
		return 0;
	if (chunk_grow(w, w->at, e) < 0)
		return -1;
	return w->in(w->ctx, chunk_at(w), w->chunk, w->at, e);
}

size_t evtx_writer_held(const struct evtx_writer *w)
{
	return w->cap;
}

static int end_chunk(struct evtx_writer *w, err *e)
{
	uint8_t *c;

	if (resume(w, e) < 0 || chunk_grow(w, CHUNK_LEN, e) < 0)
		return -1;
	c = w->chunk;
	memset(c + w->at, 0, CHUNK_LEN - w->at);
	memcpy(c, "ElfChnk", 8);
	set_le(c + 8, w->first_number + 1, 8);
	set_le(c + 16, w->number, 8);
	set_le(c + 24, w->chunk_first_id, 8);
	set_le(c + 32, w->chunk_last_id, 8);
	set_le(c + 40, 128, 4);
	set_le(c + 44, w->last_record, 4);
	set_le(c + 48, w->at, 4);
	set_le(c + 52, crc(c + CHUNK_HEADER_LEN, w->at - CHUNK_HEADER_LEN, 0), 4);
	set_le(c + 120, 1, 4);
	set_le(c + 124, crc(c + 128, 384, crc(c, 120, 0)), 4);
	if (w->out(w->ctx, chunk_at(w), (bytes){ c, CHUNK_LEN }, e) < 0)
		return -1;
	w->nchunks++;
	return begin_chunk(w, e);
}

static void count_record(struct evtx_writer *w, uint32_t start, uint64_t id)
{
	if (w->in_chunk++ == 0)
		w->chunk_first_id = id;
	w->chunk_last_id = id;
	w->last_record = start;
	w->last_id = id;
	w->number++;
}

/* Put one record at the end of the chunk; w->full says that it does not fit, and nothing changed. */
static void slow_record(struct evtx_writer *w, const struct evtx_record *r, uint64_t id, struct known *k)
{
	uint8_t tables[CHUNK_HEADER_LEN];
	uint32_t start = w->at;

	memcpy(tables, w->chunk, sizeof tables);
	put_record(w, r, id, k);
	if (!w->full)
		return;
	memcpy(w->chunk, tables, sizeof tables);
	w->at = start;
	k->system_at = k->body_at = 0;
}

static int try_record(struct evtx_writer *w, const struct evtx_record *r, uint64_t id, err *e)
{
	struct known *k = known_get(w, r);
	uint32_t start = w->at, need = FAST_OVERHEAD + (uint32_t)r->packed.len;

	if (!k)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an EVTX writer");
	w->full = false;
	if (!r->values && k->system_at && k->body_at && r->packed.len < CHUNK_LEN &&
	    CHUNK_LEN - start > need) {
		if (chunk_grow(w, start + need, e) < 0)
			return -1;
		put_record_fast(w, r, id, k);
	} else {
		slow_record(w, r, id, k);
		while (w->full && w->cap < CHUNK_LEN) {
			if (chunk_grow(w, w->cap + 1, e) < 0)
				return -1;
			w->full = false;
			slow_record(w, r, id, k);
		}
	}
	if (!w->full)
		count_record(w, start, id);
	return 0;
}

int evtx_writer_add(struct evtx_writer *w, const struct evtx_record *r, err *e)
{
	uint64_t id = r->id ? r->id : w->last_id + 1;

	if (resume(w, e) < 0 || try_record(w, r, id, e) < 0)
		return -1;
	if (w->full && w->in_chunk && (end_chunk(w, e) < 0 || try_record(w, r, id, e) < 0))
		return -1;
	if (w->full)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "event %u does not fit into a chunk", r->def->id);
	return 0;
}

int evtx_writer_new(struct evtx_writer **ret, evtx_out *out, evtx_in *in, void *ctx, err *e)
{
	struct evtx_writer *w = calloc(1, sizeof *w);
	static const uint8_t ZEROS[HEADER_LEN];

	if (!w)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an EVTX writer");
	w->out = out;
	w->in = in;
	w->ctx = ctx;
	if (begin_chunk(w, e) < 0 || out(ctx, 0, (bytes){ ZEROS, sizeof ZEROS }, e) < 0) {
		evtx_writer_free(w);
		return -1;
	}
	*ret = w;
	return 0;
}

static int out_file(void *ctx, uint64_t at, bytes data, err *e)
{
	FILE *f = ctx;

	if (fseek(f, (long)at, SEEK_SET) != 0 || fwrite(data.ptr, data.len, 1, f) != 1)
		return err_errno(e, errno, "cannot write an EVTX file");
	return 0;
}

int evtx_writer_to_file(struct evtx_writer **ret, FILE *out, err *e)
{
	return evtx_writer_new(ret, out_file, NULL, out, e);
}

int evtx_writer_finish(struct evtx_writer *w, err *e)
{
	uint8_t h[128] = { 0 };

	if ((w->in_chunk || w->nchunks == 0) && end_chunk(w, e) < 0)
		return -1;
	memcpy(h, "ElfFile", 8);
	set_le(h + 16, w->nchunks - 1, 8);
	set_le(h + 24, w->number + 1, 8);
	set_le(h + 32, 128, 4);
	set_le(h + 36, 1, 2);
	set_le(h + 38, 3, 2);
	set_le(h + 40, HEADER_LEN, 2);
	set_le(h + 42, w->nchunks, 2);
	set_le(h + 124, crc(h, 120, 0), 4);
	return w->out(w->ctx, 0, (bytes){ h, sizeof h }, e);
}

uint64_t evtx_writer_last_at(const struct evtx_writer *w)
{
	return chunk_at(w) + w->last_record;
}

uint64_t evtx_writer_last_id(const struct evtx_writer *w)
{
	return w->last_id;
}

void evtx_writer_free(struct evtx_writer *w)
{
	if (!w)
		return;
	VEC_DONE(&w->known);
	free(w->chunk);
	free(w);
}
