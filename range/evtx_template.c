/* evtx_template.c - names and templates of a chunk: the tree of a System part and of an event's own data. */
#include "evtx_writer_priv.h"

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

void template_guid(const struct evtx_def *d, const char *computer, uint8_t ret[16])
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

uint32_t put_template(struct evtx_writer *w, const struct evtx_def *d, const char *computer,
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
