#include "evtx_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <libdeflate.h>

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

#define KNOWN_MAX 64u /* definitions of one channel; the oldest gives way */

struct evtx_writer {
	evtx_out *out;
	void *ctx;
	struct known known[KNOWN_MAX];
	uint32_t nknown, next_known;
	uint64_t last_id, nchunks;
	uint64_t first_number, number; /* records before this chunk, records so far */
	uint64_t chunk_first_id, chunk_last_id;
	uint32_t at;          /* next free byte of the chunk */
	uint32_t last_record; /* offset */
	uint32_t in_chunk;    /* records */
	bool full;            /* what was put last did not fit */
	uint8_t chunk[CHUNK_LEN];
};

/* --- bytes ---------------------------------------------------------------------------------- */

static inline void set_le(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

static inline void put(struct evtx_writer *w, const void *p, size_t n)
{
	if (n > CHUNK_LEN - w->at) {
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
static void put_wide(struct evtx_writer *w, const char *ascii)
{
	size_t n = strlen(ascii);
	uint8_t *to = w->chunk + w->at;

	if (2 * n > CHUNK_LEN - w->at) {
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
static uint32_t put_size(struct evtx_writer *w)
{
	put_le(w, 0, 4);
	return w->at;
}

static void close_size(struct evtx_writer *w, uint32_t from)
{
	if (!w->full)
		set_le(w->chunk + from - 4, w->at - from, 4);
}

/* --- names ---------------------------------------------------------------------------------- */

uint16_t evtx_hash(bytes utf16)
{
	uint32_t h = 0;

	for (size_t i = 0; i + 1 < utf16.len; i += 2)
		h = h * 65599 + load_le16(utf16.ptr + i);
	return (uint16_t)h;
}

static bool name_is(const struct evtx_writer *w, uint32_t off, const char *ascii, size_t len)
{
	if (load_le16(w->chunk + off + 6) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (load_le16(w->chunk + off + 8 + 2 * i) != (uint8_t)ascii[i])
			return false;
	return true;
}

static uint16_t ascii_hash(const char *ascii)
{
	uint32_t h = 0;

	for (; *ascii; ascii++)
		h = h * 65599 + (uint8_t)*ascii;
	return (uint16_t)h;
}

/* A reference to a name; the name itself behind it where the chunk does not have it yet. */
static void put_name(struct evtx_writer *w, const char *ascii)
{
	uint16_t hash = ascii_hash(ascii);
	uint8_t *slot = w->chunk + NAMES_AT + 4 * (hash % NAME_SLOTS);
	uint32_t head = load_le32(slot), self = w->at + 4;
	size_t len = strlen(ascii);

	for (uint32_t off = head; off; off = load_le32(w->chunk + off)) {
		if (name_is(w, off, ascii, len)) {
			put_le(w, off, 4);
			return;
		}
	}
	put_le(w, self, 4);
	put_le(w, head, 4);
	put_le(w, hash, 2);
	put_le(w, len, 2);
	put_wide(w, ascii);
	put_le(w, 0, 2);
	if (!w->full)
		set_le(slot, self, 4);
}

/* --- elements ------------------------------------------------------------------------------- */

/* Element start up to its name; answers the place of its size. */
static uint32_t open_element(struct evtx_writer *w, const char *name, uint16_t dependency,
			     bool has_attributes)
{
	uint32_t from;

	put_le(w, has_attributes ? 0x41 : 0x01, 1);
	put_le(w, dependency, 2);
	from = put_size(w);
	put_name(w, name);
	return from;
}

static void close_start(struct evtx_writer *w)
{
	put_le(w, 0x02, 1);
}

static void end_element(struct evtx_writer *w, uint32_t from)
{
	put_le(w, 0x04, 1);
	close_size(w, from);
}

static void end_empty(struct evtx_writer *w, uint32_t from)
{
	put_le(w, 0x03, 1);
	close_size(w, from);
}

static void put_text(struct evtx_writer *w, const char *ascii)
{
	put_le(w, 0x05, 1);
	put_le(w, EVTX_STRING, 1);
	put_le(w, strlen(ascii), 2);
	put_wide(w, ascii);
}

static void put_substitution(struct evtx_writer *w, uint16_t index, uint8_t type, bool optional)
{
	put_le(w, optional ? 0x0e : 0x0d, 1);
	put_le(w, index, 2);
	put_le(w, type, 1);
}

static void put_attribute(struct evtx_writer *w, const char *name, bool more)
{
	put_le(w, more ? 0x46 : 0x06, 1);
	put_name(w, name);
}

static void fragment_header(struct evtx_writer *w)
{
	put_le(w, 0x0001010f, 4);
}

/* <name>value</name> with an optional substitution, as every System element has. */
static void value_element(struct evtx_writer *w, const char *name, uint16_t index, uint8_t type)
{
	uint32_t from = open_element(w, name, index, false);

	close_start(w);
	put_substitution(w, index, type, true);
	end_element(w, from);
}

static void text_element(struct evtx_writer *w, const char *name, const char *text)
{
	uint32_t from = open_element(w, name, NO_DEPENDENCY, false);

	close_start(w);
	put_text(w, text);
	end_element(w, from);
}

/* <name a="value" b="value"/>; b may be NULL. */
static void attribute_element(struct evtx_writer *w, const char *name, const char *a, uint16_t index_a,
			      const char *b, uint16_t index_b, uint8_t type)
{
	uint32_t from = open_element(w, name, NO_DEPENDENCY, true);
	uint32_t list = put_size(w);

	put_attribute(w, a, b);
	put_substitution(w, index_a, type, true);
	if (b) {
		put_attribute(w, b, false);
		put_substitution(w, index_b, type, true);
	}
	close_size(w, list);
	end_empty(w, from);
}

/* --- templates ------------------------------------------------------------------------------ */

static void provider_element(struct evtx_writer *w, const struct evtx_def *d)
{
	uint32_t from = open_element(w, "Provider", NO_DEPENDENCY, true);
	uint32_t list = put_size(w);

	put_attribute(w, "Name", d->provider_guid);
	put_text(w, d->provider);
	if (d->provider_guid) {
		put_attribute(w, "Guid", false);
		put_text(w, d->provider_guid);
	}
	close_size(w, list);
	end_empty(w, from);
}

static void event_id_element(struct evtx_writer *w)
{
	uint32_t from = open_element(w, "EventID", S_ID, true);
	uint32_t list = put_size(w);

	put_attribute(w, "Qualifiers", false);
	put_substitution(w, S_QUALIFIERS, EVTX_U16, true);
	close_size(w, list);
	close_start(w);
	put_substitution(w, S_ID, EVTX_U16, true);
	end_element(w, from);
}

static void system_element(struct evtx_writer *w, const struct evtx_def *d, const char *computer)
{
	uint32_t from = open_element(w, "System", NO_DEPENDENCY, false);

	close_start(w);
	provider_element(w, d);
	event_id_element(w);
	value_element(w, "Version", S_VERSION, EVTX_U8);
	value_element(w, "Level", S_LEVEL, EVTX_U8);
	value_element(w, "Task", S_TASK, EVTX_U16);
	value_element(w, "Opcode", S_OPCODE, EVTX_U8);
	value_element(w, "Keywords", S_KEYWORDS, EVTX_HEX64);
	attribute_element(w, "TimeCreated", "SystemTime", S_CREATED, NULL, 0, EVTX_FILETIME);
	value_element(w, "EventRecordID", S_RECORD_ID, EVTX_U64);
	attribute_element(w, "Correlation", "ActivityID", S_ACTIVITY, "RelatedActivityID", S_RELATED,
			  EVTX_GUID);
	attribute_element(w, "Execution", "ProcessID", S_PID, "ThreadID", S_TID, EVTX_U32);
	text_element(w, "Channel", d->channel);
	text_element(w, "Computer", computer);
	attribute_element(w, "Security", "UserID", S_USER, NULL, 0, EVTX_SID);
	end_element(w, from);
}

static void event_template(struct evtx_writer *w, const struct evtx_def *d, const char *computer)
{
	uint32_t from, list, user;

	fragment_header(w);
	from = open_element(w, "Event", NO_DEPENDENCY, true);
	list = put_size(w);
	put_attribute(w, "xmlns", false);
	put_text(w, EVENT_NS);
	close_size(w, list);
	close_start(w);
	system_element(w, d, computer);
	if (d->body == EVTX_USER_DATA) {
		user = open_element(w, "UserData", S_BODY, false);
		close_start(w);
		put_substitution(w, S_BODY, EVTX_BINXML, true);
		end_element(w, user);
	} else {
		put_substitution(w, S_BODY, EVTX_BINXML, true);
	}
	end_element(w, from);
	put_le(w, 0, 1);
}

static void data_element(struct evtx_writer *w, const struct evtx_field *f, uint16_t index)
{
	uint32_t from = open_element(w, "Data", f->optional ? index : NO_DEPENDENCY, true);
	uint32_t list = put_size(w);

	put_attribute(w, "Name", false);
	put_text(w, f->name);
	close_size(w, list);
	close_start(w);
	put_substitution(w, index, f->type, f->optional);
	end_element(w, from);
}

static void user_data_fields(struct evtx_writer *w, const struct evtx_def *d)
{
	for (uint16_t i = 0; i < d->nfields; i++) {
		uint32_t from = open_element(w, d->fields[i].name, NO_DEPENDENCY, false);

		close_start(w);
		put_substitution(w, i, d->fields[i].type, d->fields[i].optional);
		end_element(w, from);
	}
}

static void body_template(struct evtx_writer *w, const struct evtx_def *d)
{
	const char *name = d->body == EVTX_USER_DATA ? d->user_element : "EventData";
	bool has_ns = d->body == EVTX_USER_DATA && d->user_ns;
	uint32_t from, list;

	fragment_header(w);
	from = open_element(w, name, NO_DEPENDENCY, has_ns);
	if (has_ns) {
		list = put_size(w);
		put_attribute(w, "xmlns", false);
		put_text(w, d->user_ns);
		close_size(w, list);
	}
	close_start(w);
	if (d->body == EVTX_USER_DATA) {
		user_data_fields(w, d);
	} else if (d->body == EVTX_CLASSIC) {
		value_element(w, "Data", 0, d->fields[0].type);
		value_element(w, "Binary", 2, EVTX_BINARY);
	} else {
		for (uint16_t i = 0; i < d->nfields; i++)
			data_element(w, &d->fields[i], i);
	}
	end_element(w, from);
	put_le(w, 0, 1);
}

/* FNV-1a, 64 bits wide. */
static uint64_t fold(uint64_t h, const char *z)
{
	for (; *z; z++)
		h = (h ^ (uint8_t)*z) * UINT64_C(0x100000001b3);
	return (h ^ 0x1f) * UINT64_C(0x100000001b3);
}

/* A GUID that depends on nothing but what the template says. computer NULL: the body's. */
static void template_guid(const struct evtx_def *d, const char *computer, uint8_t ret[16])
{
	for (unsigned half = 0; half < 2; half++) {
		uint64_t h = UINT64_C(0xcbf29ce484222325) + half;

		h = fold(fold(h, d->provider), d->channel) ^ (uint64_t)d->body << 56;
		if (computer) {
			h = fold(h, computer);
		} else {
			h = fold(h ^ ((uint64_t)d->id << 8 | d->version),
				 d->user_element ? d->user_element : "");
			for (uint32_t i = 0; i < d->nfields; i++)
				h = fold(h ^ d->fields[i].type ^ (uint64_t)d->fields[i].optional << 8,
					 d->fields[i].name);
		}
		set_le(ret + 8 * half, h ^ h >> 29, 8);
	}
	ret[7] = (uint8_t)((ret[7] & 0x0f) | 0x50);
	ret[8] = (uint8_t)((ret[8] & 0x3f) | 0x80);
}

static struct known *known_get(struct evtx_writer *w, const struct evtx_record *r)
{
	struct known *k;

	for (uint32_t i = 0; i < w->nknown; i++)
		if (w->known[i].def == r->def && w->known[i].computer == r->computer)
			return &w->known[i];
	k = &w->known[w->nknown < KNOWN_MAX ? w->nknown++ : w->next_known++ % KNOWN_MAX];
	*k = (struct known){ .def = r->def, .computer = r->computer };
	template_guid(r->def, r->computer, k->system_guid);
	template_guid(r->def, NULL, k->body_guid);
	return k;
}

/* Template instance up to its definition, which follows inline where the chunk does not have it. Answers where
 * the definition is. computer NULL: the body's template. */
static uint32_t put_template(struct evtx_writer *w, const struct evtx_def *d, const char *computer,
			     const uint8_t guid[16])
{
	uint8_t *slot = w->chunk + TEMPLATES_AT + 4 * (evtx_hash((bytes){ guid, 16 }) % TEMPLATE_SLOTS);
	uint32_t head = load_le32(slot), self, from;

	put_le(w, 0x010c, 2);
	put(w, guid, 4);
	for (uint32_t off = head; off; off = load_le32(w->chunk + off)) {
		if (memcmp(w->chunk + off + 4, guid, 16) == 0) {
			put_le(w, off, 4);
			return off;
		}
	}
	self = w->at + 4;
	put_le(w, self, 4);
	put_le(w, head, 4);
	put(w, guid, 16);
	from = put_size(w);
	if (computer)
		event_template(w, d, computer);
	else
		body_template(w, d);
	close_size(w, from);
	if (!w->full)
		set_le(slot, self, 4);
	return self;
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

	if (w->full || size >= CHUNK_LEN - start) { /* libevtx loses a record that ends with its chunk */
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

static void begin_chunk(struct evtx_writer *w)
{
	memset(w->chunk, 0, CHUNK_LEN);
	w->at = CHUNK_HEADER_LEN;
	w->in_chunk = 0;
	w->first_number = w->number;
	w->full = false;
	for (uint32_t i = 0; i < w->nknown; i++)
		w->known[i].system_at = w->known[i].body_at = 0;
}

static int end_chunk(struct evtx_writer *w, err *e)
{
	uint8_t *c = w->chunk;

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
	if (w->out(w->ctx, HEADER_LEN + w->nchunks * CHUNK_LEN, (bytes){ c, CHUNK_LEN }, e) < 0)
		return -1;
	w->nchunks++;
	begin_chunk(w);
	return 0;
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

/* Try one record at the end of the chunk; w->full says that it does not fit, and nothing changed. */
static void try_record(struct evtx_writer *w, const struct evtx_record *r, uint64_t id)
{
	struct known *k = known_get(w, r);
	uint8_t tables[CHUNK_HEADER_LEN];
	uint32_t start = w->at;

	w->full = false;
	if (!r->values && k->system_at && k->body_at && CHUNK_LEN - start > FAST_OVERHEAD + r->packed.len) {
		put_record_fast(w, r, id, k);
	} else {
		memcpy(tables, w->chunk, sizeof tables);
		put_record(w, r, id, k);
		if (w->full) {
			memcpy(w->chunk, tables, sizeof tables);
			memset(w->chunk + start, 0, CHUNK_LEN - start);
			w->at = start;
			k->system_at = k->body_at = 0;
			return;
		}
	}
	count_record(w, start, id);
}

int evtx_writer_add(struct evtx_writer *w, const struct evtx_record *r, err *e)
{
	uint64_t id = r->id ? r->id : w->last_id + 1;

	try_record(w, r, id);
	if (!w->full)
		return 0;
	if (w->in_chunk) {
		if (end_chunk(w, e) < 0)
			return -1;
		try_record(w, r, id);
	}
	if (w->full)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "event %u does not fit into a chunk", r->def->id);
	return 0;
}

int evtx_writer_new(struct evtx_writer **ret, evtx_out *out, void *ctx, err *e)
{
	struct evtx_writer *w = calloc(1, sizeof *w);
	static const uint8_t ZEROS[HEADER_LEN];

	if (!w)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an EVTX writer");
	w->out = out;
	w->ctx = ctx;
	begin_chunk(w);
	if (out(ctx, 0, (bytes){ ZEROS, sizeof ZEROS }, e) < 0) {
		free(w);
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
	return evtx_writer_new(ret, out_file, out, e);
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
	return HEADER_LEN + w->nchunks * CHUNK_LEN + w->last_record;
}

uint64_t evtx_writer_last_id(const struct evtx_writer *w)
{
	return w->last_id;
}

void evtx_writer_free(struct evtx_writer *w)
{
	free(w);
}
