#include "readers/evtx/evtx_record.h"

#include <stdlib.h>

#include "util/limits.h"

/* What a BinXML value type is to us. */
enum care {
	CARE_UNKNOWN, /* no such type: kept as bytes */
	CARE_NONE,    /* fixed size: nothing to look at unless it has no bytes */
	CARE_UTF16,   /* a string may end with NULs */
	CARE_ANSI,
	CARE_BINXML, /* a fragment of its own */
	CARE_UNIT,   /* an array whose unit depends on its size */
};

#define SCALAR(code, value_type) [code] = { value_type, 0, 0, CARE_NONE }
#define ARRAY(code, value_type, unit) [0x80 + (code)] = { value_type, VALUE_F_ARRAY, unit, CARE_NONE }
#define BOTH(code, value_type, unit) SCALAR(code, value_type), ARRAY(code, value_type, unit)

static const struct value_kind {
	uint8_t type, flags; /* these three as in struct value: copied together */
	uint16_t unit;       /* bytes of one array element */
	uint32_t care;       /* enum care; as wide as it is, an entry has eight bytes */
} KIND[256] = {
	[0x00] = { VALUE_ABSENT, 0, 0, CARE_NONE },
	[0x01] = { VALUE_UTF16, 0, 0, CARE_UTF16 },
	[0x81] = { VALUE_UTF16, VALUE_F_ARRAY, 0, CARE_NONE },
	[0x02] = { VALUE_ANSI, 0, 0, CARE_ANSI },
	[0x82] = { VALUE_ANSI, VALUE_F_ARRAY, 0, CARE_NONE },
	BOTH(0x03, VALUE_INT, 1),
	BOTH(0x04, VALUE_UINT, 1),
	BOTH(0x05, VALUE_INT, 2),
	BOTH(0x06, VALUE_UINT, 2),
	BOTH(0x07, VALUE_INT, 4),
	BOTH(0x08, VALUE_UINT, 4),
	BOTH(0x09, VALUE_INT, 8),
	BOTH(0x0A, VALUE_UINT, 8),
	BOTH(0x0B, VALUE_FLOAT, 4),
	BOTH(0x0C, VALUE_FLOAT, 8),
	BOTH(0x0D, VALUE_BOOL, 4),
	BOTH(0x0E, VALUE_BINARY, 0),
	BOTH(0x0F, VALUE_GUID, 16),
	SCALAR(0x10, VALUE_HEX),
	[0x90] = { VALUE_HEX, VALUE_F_ARRAY, 8, CARE_UNIT }, /* 4 or 8 bytes each */
	BOTH(0x11, VALUE_FILETIME, 8),
	BOTH(0x12, VALUE_SYSTEMTIME, 16),
	BOTH(0x13, VALUE_SID, 0),
	BOTH(0x14, VALUE_HEX, 4),
	BOTH(0x15, VALUE_HEX, 8),
	[0x21] = { VALUE_BINARY, 0, 0, CARE_BINXML },
};

enum { VALUE_META_LEN = sizeof(value) - offsetof(value, type) };

_Static_assert(offsetof(struct value_kind, care) - offsetof(struct value_kind, type) == VALUE_META_LEN &&
		       offsetof(struct value_kind, unit) == offsetof(value, unit) - offsetof(value, type),
	       "value_kind begins with the tail of value");

struct pending { /* a value that is a fragment itself */
	uint32_t at, len, slot, parent;
};

struct record {
	struct evtx_decoder *d;
	struct evtx_instance inst[EVTX_NESTED_MAX + 1];
	uint32_t ninst;
	struct pending pending[EVTX_NESTED_MAX];
	uint32_t npending;
	uint32_t nslots; /* slots in use */
	bool partial;
};

int evtx_decoder_init(struct evtx_decoder *d, struct schema_set *schemas, err *e)
{
	bool fresh;

	*d = (struct evtx_decoder){ .schemas = schemas, .max_values = LIMIT_EVTX_VALUES * 4 };
	arena_init(&d->mem, LIMIT_EVTX_RECORD_TEXT);
	map_init(&d->by_template_id, LIMIT_EVTX_PLANS, LIMIT_EVTX_PLAN_BYTES);
	d->plans = schema_set_state(schemas, &KIND, sizeof *d->plans, evtx_plans_done, &fresh);
	if (d->plans && fresh)
		evtx_plans_init(d->plans, schemas);
	d->values = malloc(d->max_values * sizeof *d->values);
	if (!d->values || !d->plans)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for record values");
	return 0;
}

void evtx_decoder_done(struct evtx_decoder *d)
{
	if (!d)
		return;
	buf_done(&d->canon.out);
	arena_done(&d->mem);
	map_done(&d->by_template_id);
	free(d->values);
	d->values = NULL;
}

void evtx_decoder_chunk(struct evtx_decoder *d, bytes chunk)
{
	d->chunk = chunk;
	d->canon.chunk = chunk;
	memset(d->templates, 0, sizeof d->templates);
}

/* The plan of the definition at `off`. A definition whose id is another one has been overwritten; the
 * id then leads to the definition that an earlier chunk had, and the record is marked. */
static struct evtx_plan *template_plan(struct record *r, uint32_t id, uint32_t off, const char **why)
{
	struct evtx_decoder *d = r->d;
	uint32_t k = (off * 0x9E3779B1u) >> 25; /* 7 bits: EVTX_TEMPLATE_CACHE */
	str id_key = { (const char *)&id, sizeof id };
	struct map_entry *known;
	struct evtx_plan *plan;
	bytes head;
	uint32_t size;

	if (d->templates[k].key == off + 1)
		return d->templates[k].plan;
	if (bytes_sub(d->chunk, off, EVTX_TEMPLATE_HEADER_LEN, &head) && load_le32(head.ptr + 4) == id) {
		size = load_le32(head.ptr + 20);
		if (size <= d->chunk.len - off - EVTX_TEMPLATE_HEADER_LEN &&
		    evtx_canon_fragment(&d->canon, off + EVTX_TEMPLATE_HEADER_LEN,
					off + EVTX_TEMPLATE_HEADER_LEN + size, false)) {
			plan = evtx_plan_get(d->plans, buf_view(&d->canon.out), why);
			if (!plan)
				return NULL;
			d->templates[k].key = off + 1;
			d->templates[k].plan = plan;
			known = map_put(&d->by_template_id, id_key, plan->id, NULL);
			if (known)
				known->value = plan->id;
			return plan;
		}
	}
	known = map_get(&d->by_template_id, id_key);
	if (!known) {
		*why = "its template is not there any more";
		return NULL;
	}
	r->partial = true;
	return d->plans->list.at[known->value];
}

/* A value whose kind asks for a second look. */
static inline void look_again(struct record *r, value *v, enum care care, uint32_t pos, uint32_t slot,
			      uint32_t self)
{
	switch (care) {
	case CARE_NONE:
		return;
	case CARE_UTF16:
		v->len &= ~1u;
		while (v->len && load_le16(v->ptr + v->len - 2) == 0)
			v->len -= 2;
		return;
	case CARE_ANSI:
		while (v->len && v->ptr[v->len - 1] == 0)
			v->len--;
		return;
	case CARE_BINXML:
		if (v->len && r->npending < EVTX_NESTED_MAX)
			r->pending[r->npending++] = (struct pending){ pos, v->len, slot, self };
		else if (v->len)
			r->partial = true;
		return;
	case CARE_UNIT:
		v->unit = v->len % 8 ? 4 : 8;
		return;
	case CARE_UNKNOWN:
		v->type = VALUE_BINARY;
		v->flags = VALUE_F_REPAIRED;
		r->partial = true;
		return;
	}
}

/* Descriptors and values at `at`; answers false with *why if the record ends before them. */
static bool read_values(struct record *r, struct evtx_instance *in, uint32_t self, uint32_t at, uint32_t end,
			const char **why)
{
	struct evtx_decoder *d = r->d;
	const uint8_t *base = d->chunk.ptr, *desc;
	value *slots = d->values + in->base;
	uint32_t count, n, pos;

	if (end - at < 4) {
		*why = "value count cut off";
		return false;
	}
	count = load_le32(base + at);
	if (count > (end - at - 4) / 4) {
		*why = "more values than bytes";
		return false;
	}
	desc = base + at + 4;
	pos = at + 4 + 4 * count;
	n = count < in->plan->nslots ? count : in->plan->nslots;
	for (uint32_t i = 0; i < n; i++, desc += 4) {
		uint32_t size = load_le16(desc);
		const struct value_kind *k = &KIND[desc[2]];

		if (__builtin_expect(size > end - pos, 0)) {
			size = end - pos;
			r->partial = true;
		}
		slots[i].ptr = base + pos;
		slots[i].len = size;
		memcpy(&slots[i].type, &k->type, VALUE_META_LEN);
		if (k->care != CARE_NONE)
			look_again(r, &slots[i], (enum care)k->care, pos, in->base + i, self);
		else if (size == 0 && !(k->flags & VALUE_F_ARRAY) && k->type != VALUE_BINARY)
			slots[i].type = VALUE_ABSENT;
		pos += size;
	}
	for (uint32_t i = n; i < in->plan->nslots; i++)
		slots[i] = (value){ 0 };
	return true;
}

static bool room_for(struct record *r, uint32_t nslots, const char **why)
{
	if (nslots <= r->d->max_values - r->nslots)
		return true;
	*why = "too many values in one record";
	return false;
}

/* A template instance: 0C, 01, u32 id, u32 offset of its definition, perhaps the definition, values. */
static bool read_template(struct record *r, struct evtx_instance *in, uint32_t self, uint32_t at,
			  uint32_t end, const char **why)
{
	const uint8_t *base = r->d->chunk.ptr;
	uint32_t off, size;

	if (end - at < 10) {
		*why = "template instance cut off";
		return false;
	}
	off = load_le32(base + at + 6);
	in->plan = template_plan(r, load_le32(base + at + 2), off, why);
	if (!in->plan || !room_for(r, in->plan->nslots, why))
		return false;
	at += 10;
	if (off == at) {
		if (end - at < EVTX_TEMPLATE_HEADER_LEN) {
			*why = "template definition cut off";
			return false;
		}
		size = load_le32(base + at + 20);
		if (size > end - at - EVTX_TEMPLATE_HEADER_LEN) {
			*why = "template definition larger than its record";
			return false;
		}
		at += EVTX_TEMPLATE_HEADER_LEN + size;
	}
	r->nslots += in->plan->nslots;
	return read_values(r, in, self, at, end, why);
}

/* A fragment without a template: its literals are its values. */
static bool read_raw(struct record *r, struct evtx_instance *in, uint32_t at, uint32_t end, const char **why)
{
	struct evtx_decoder *d = r->d;

	d->canon.values = d->values + r->nslots;
	d->canon.max_values = d->max_values - r->nslots;
	if (!evtx_canon_fragment(&d->canon, at, end, true)) {
		*why = d->canon.why;
		return false;
	}
	in->plan = evtx_plan_get(d->plans, buf_view(&d->canon.out), why);
	if (!in->plan)
		return false;
	r->nslots += d->canon.nvalues;
	return true;
}

static bool read_fragment(struct record *r, const struct pending *p, const char **why)
{
	const uint8_t *base = r->d->chunk.ptr;
	uint32_t at = p->at, end = p->at + p->len, self = r->ninst;
	struct evtx_instance *in = &r->inst[self];

	*in = (struct evtx_instance){ .parent = p->parent, .parent_slot = p->slot, .base = r->nslots };
	if (end - at >= 4 && base[at] == 0x0F)
		at += 4;
	if (end - at >= 1 && base[at] == 0x0C) {
		if (!read_template(r, in, self, at, end, why))
			return false;
	} else if (!read_raw(r, in, at, end, why)) {
		return false;
	}
	r->ninst++;
	return true;
}

/* Fragments inside values, breadth first. One that cannot be read stays a binary value. */
static void read_nested(struct record *r)
{
	const char *why;

	for (uint32_t i = 0; i < r->npending; i++) {
		struct pending p = r->pending[i];
		uint32_t nslots = r->nslots, npending = r->npending;

		if (r->ninst > EVTX_NESTED_MAX) {
			r->partial = true;
			return;
		}
		if (read_fragment(r, &p, &why)) {
			r->d->values[p.slot] = (value){ 0 };
			continue;
		}
		r->nslots = nslots;
		r->npending = npending;
		r->d->values[p.slot].flags |= VALUE_F_REPAIRED;
		r->partial = true;
	}
}

static bool fill_composites(struct evtx_decoder *d, const struct evtx_layout *lay)
{
	for (uint32_t i = 0; i < lay->ncomposites; i++) {
		const struct evtx_composite *c = &lay->composites[i];
		buf text = { .max = LIMIT_VALUE_TEXT };
		str s;

		for (uint32_t k = 0; k < c->nparts; k++) {
			if (c->parts[k].is_slot)
				value_text(d->values[c->parts[k].slot], &text);
			else
				buf_str(&text, c->parts[k].lit);
		}
		s = text.failed ? (str){ 0 } : arena_str(&d->mem, buf_view(&text));
		buf_done(&text);
		if (!s.ptr)
			return false;
		d->values[c->slot] = value_utf8(s);
	}
	return true;
}

static const struct evtx_layout *layout_of(struct record *r, const char **why)
{
	struct evtx_plan *root = r->inst[0].plan;
	const struct evtx_layout *lay;

	const struct evtx_plan *nested = r->ninst == 2 ? r->inst[1].plan : NULL;
	uint32_t slot = r->ninst == 2 ? r->inst[1].parent_slot : 0;
	struct evtx_seen *seen;

	if (r->ninst > 2)
		return evtx_layout_get(r->d->plans, r->inst, r->ninst, why);
	seen = &root->seen[nested ? nested->id % EVTX_SEEN : 0];
	if (seen->layout && seen->nested == nested && seen->slot == slot)
		return seen->layout;
	lay = evtx_layout_get(r->d->plans, r->inst, r->ninst, why);
	if (lay)
		*seen = (struct evtx_seen){ nested, slot, lay };
	return lay;
}

static void set_times(event *ev, const struct evtx_layout *lay, const value *values, uint64_t ticks)
{
	value t = lay->time_slot >= 0 ? values[lay->time_slot] : event_wk(ev, WK_TIME_CREATED);

	if (time_from_filetime(ticks, &ev->written_ns, NULL) < 0)
		ev->written_ns = TIME_NONE;
	ev->time_basis = TIME_UTC_BY_SPEC;
	if (!value_time(t, &ev->time_ns))
		ev->time_ns = ev->written_ns;
}

int evtx_decode(struct evtx_decoder *d, uint32_t at, uint32_t size, event *ret, const char **why)
{
	struct record r;
	struct pending root = { at + EVTX_RECORD_HEADER_LEN, size - EVTX_RECORD_HEADER_LEN - 4, UINT32_MAX,
				0 };
	const struct evtx_layout *lay;

	r.d = d;
	r.ninst = r.npending = r.nslots = 0;
	r.partial = false;
	if (d->mem.used_bytes)
		arena_clear(&d->mem);
	if (!read_fragment(&r, &root, why))
		return -1;
	read_nested(&r);
	lay = layout_of(&r, why);
	if (!lay)
		return -1;
	if (lay != d->layout) {
		d->layout = lay;
		d->layout_allowed = schema_set_use(d->schemas, lay->schema);
	}
	if (!d->layout_allowed) {
		*why = EVTX_TOO_MANY_KINDS;
		return -1;
	}
	if (lay->ncomposites && (lay->nslots > d->max_values || !fill_composites(d, lay))) {
		*why = "texts too long";
		return -1;
	}
	ret->schema = lay->schema;
	ret->values = d->values;
	ret->flags = r.partial ? EVENT_PARTIAL : 0;
	ret->length = size;
	ret->raw = (bytes){ d->chunk.ptr + at, size };
	ret->ref.record = load_le64(d->chunk.ptr + at + 8);
	set_times(ret, lay, d->values, load_le64(d->chunk.ptr + at + 16));
	return 0;
}
