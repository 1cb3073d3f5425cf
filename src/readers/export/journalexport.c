/* journalexport.c - journald's export form (journalctl -o export, systemd-journal-remote): "KEY=value" lines, a value
 * with bytes that are no text as "KEY", its length in eight bytes and the bytes; a blank line behind each entry. An
 * entry has the same columns as in journalctl -o json. Source: systemd.io, Journal Export Formats. */
#include <stdlib.h>

#include "readers/json/flatkind.h"
#include "readers/json/toevent.h"
#include "readers/readers.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/utf.h"
#include "util/vec.h"

enum { STEP = 64 * 1024, FIELDS_MAX = 1024, NAME_MAX_BYTES = 64 };

static const struct json_dialect *const DIALECTS[] = { &flat_dialect, NULL };

struct field {
	str name;
	value v;
};

struct journalexport {
	struct reader_env env;
	struct json_choice choice;
	struct json_fill fill;
	struct flat flat;
	VEC(struct field) fields;
	VEC(value) same; /* values of one name */
	uint64_t pos;
	uint64_t number; /* of the entry, from 1 */
};

/* --- fields --------------------------------------------------------------------------------- */

/* Upper-case letters, digits and underscores, no digit first. */
static bool is_name(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') && s.ptr[i] != '_' &&
		    !(i && s.ptr[i] >= '0' && s.ptr[i] <= '9'))
			return false;
	return s.len > 0 && s.len <= NAME_MAX_BYTES;
}

enum part { PART_FIELD, PART_END, PART_MORE, PART_BAD, PART_LONG };

/* The field at the start of b, *ret_used bytes of it. PART_END: the blank line behind an entry. */
static enum part next_field(bytes b, struct field *ret, size_t *ret_used)
{
	const uint8_t *end = b.len ? memchr(b.ptr, '\n', b.len) : NULL;
	str rest, line;
	bytes data;
	uint64_t len;

	if (!end)
		return b.len >= LIMIT_LINE_BYTES ? PART_LONG : PART_MORE;
	line = (str){ (const char *)b.ptr, (size_t)(end - b.ptr) };
	*ret_used = line.len + 1;
	if (!line.len)
		return PART_END;
	ret->name = str_cut(line, '=', &rest);
	if (!is_name(ret->name))
		return PART_BAD;
	if (ret->name.len < line.len) {
		ret->v = rest.len ? value_utf8(rest) : (value){ 0 };
		return PART_FIELD;
	}
	if (!bytes_le64(b, *ret_used, &len))
		return PART_MORE;
	if (len > LIMIT_LINE_BYTES)
		return PART_LONG;
	if (!bytes_sub(b, *ret_used + 8, len + 1, &data))
		return PART_MORE;
	if (data.ptr[len] != '\n')
		return PART_BAD;
	ret->v = len ? value_utf8((str){ (const char *)data.ptr, (size_t)len }) : (value){ 0 };
	*ret_used += 8 + (size_t)len + 1;
	return PART_FIELD;
}

/* The fields of the entry at the start of b up to its blank line. */
static enum part take_entry(struct journalexport *x, bytes b, bool last, size_t *ret_len)
{
	size_t at = 0, used = 0;
	struct field f, *to;

	x->fields.len = 0;
	for (;;) {
		enum part p = next_field((bytes){ b.ptr + at, b.len - at }, &f, &used);

		*ret_len = at;
		if (p == PART_END) {
			*ret_len = at + used;
			return PART_END;
		}
		if (p == PART_MORE && last && at == b.len && x->fields.len)
			return PART_END; /* no blank line behind the last */
		if (p != PART_FIELD)
			return p;
		at += used;
		to = VEC_PUSH(&x->fields, FIELDS_MAX);
		if (!to || at > LIMIT_LINE_BYTES)
			return PART_LONG;
		*to = f;
	}
}

/* --- an entry to its event ------------------------------------------------------------------ */

/* Bytes that are no text are shown as in the JSON form. */
static value shown(struct journalexport *x, value v)
{
	str s = { (const char *)v.ptr, v.len };
	buf b = { 0 };
	char *to = NULL;

	if (!v.len || utf8_valid_prefix(s) == s.len)
		return v;
	buf_utf8_or_escape(&b, s);
	if (!b.failed)
		to = flat_scratch(&x->flat, b.len);
	if (to) {
		memcpy(to, b.ptr, b.len);
		v = value_utf8((str){ to, b.len });
	}
	buf_done(&b);
	return v;
}

/* One leaf a name: what comes again has several values. */
static bool leaves(struct journalexport *x)
{
	for (size_t i = 0; i < x->fields.len; i++) {
		const struct field *f = &x->fields.at[i];
		bool again = false;
		value *to;

		for (size_t k = 0; k < i && !again; k++)
			again = str_eq(x->fields.at[k].name, f->name);
		if (again)
			continue;
		x->same.len = 0;
		for (size_t k = i; k < x->fields.len; k++) {
			if (!str_eq(x->fields.at[k].name, f->name))
				continue;
			to = VEC_PUSH(&x->same, FIELDS_MAX);
			if (!to)
				return false;
			*to = shown(x, x->fields.at[k].v);
		}
		if (!flat_leaf(&x->flat, f->name,
			       x->same.len > 1 ? flat_join(&x->flat, x->same.at, (uint32_t)x->same.len)
					       : x->same.at[0]))
			return false;
	}
	return true;
}

static enum reader_step skip(struct journalexport *x, size_t len, enum gap_kind kind, const char *why,
			     struct gap *g)
{
	gap_set(g, kind, x->pos, x->pos + len, "entry %llu: %s", (unsigned long long)x->number, why);
	g->item = x->env.item;
	g->lost = 1;
	x->pos += len;
	return READER_SKIPPED;
}

static bool has_time(const struct journalexport *x)
{
	for (size_t i = 0; i < x->fields.len; i++)
		if (str_eq(x->fields.at[i].name, STR("__REALTIME_TIMESTAMP")))
			return true;
	return false;
}

static enum reader_step give(struct journalexport *x, bytes entry, event *ev, struct gap *g, err *e)
{
	const struct json_plan *p;
	err why = { 0 };

	if (!has_time(x))
		return skip(x, entry.len, GAP_DAMAGED, "no time", g);
	if (!flat_begin(&x->flat, 2 * entry.len) || !leaves(x) || x->flat.sig.failed) {
		err_set(e, ERR_OOM, x->pos, "no memory for an entry");
		return READER_FATAL;
	}
	p = json_choose(&x->choice, buf_view(&x->flat.sig), &why);
	if (!p || !p->schema || p->nleaves != x->flat.n)
		return skip(x, entry.len, GAP_LIMIT,
			    why.code ? why.text : "more kinds of entries than may be", g);
	if (!json_fill_event(&x->fill, p, &x->flat, x->env.host, ev)) {
		err_set(e, ERR_OOM, x->pos, "no memory for an entry");
		return READER_FATAL;
	}
	ev->length = (uint32_t)entry.len;
	ev->ref = (struct event_ref){ .item = x->env.item, .offset = x->pos, .record = x->number };
	ev->raw = entry;
	x->pos += entry.len;
	return READER_EVENT;
}

/* --- reading -------------------------------------------------------------------------------- */

/* Behind a fault: where the next entry may begin, behind a blank line; all of b if there is none. */
static size_t to_next(bytes b, size_t from)
{
	for (size_t i = from; i + 1 < b.len; i++) {
		const uint8_t *p = memchr(b.ptr + i, '\n', b.len - i - 1);

		if (!p)
			return b.len;
		i = (size_t)(p - b.ptr);
		if (p[1] == '\n')
			return i + 2;
	}
	return b.len;
}

static enum reader_step more(struct journalexport *x, struct reader_input *in, size_t have)
{
	in->need_from = x->pos;
	in->need_len = have + STEP;
	return READER_MORE;
}

static enum reader_step next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap, err *e)
{
	struct journalexport *x = self;
	uint64_t end = in->offset + in->data.len;
	size_t len = 0;
	bytes b;

	if (x->pos < in->offset || x->pos > end)
		return more(x, in, 0);
	b = (bytes){ in->data.ptr + (x->pos - in->offset), (size_t)(end - x->pos) };
	while (b.len && b.ptr[0] == '\n') {
		b = (bytes){ b.ptr + 1, b.len - 1 };
		x->pos++;
	}
	if (!b.len)
		return in->last ? READER_END : more(x, in, 0);
	switch (take_entry(x, b, in->last, &len)) {
	case PART_END:
		x->number++;
		return give(x, (bytes){ b.ptr, len }, ret_ev, ret_gap, e);
	case PART_MORE:
		if (!in->last)
			return more(x, in, b.len);
		x->number++;
		return skip(x, b.len, GAP_TRUNCATED, "the content ends inside of it", ret_gap);
	case PART_LONG:
		x->number++;
		return skip(x, to_next(b, len), GAP_LIMIT, "it is longer than we read", ret_gap);
	default:
		x->number++;
		return skip(x, to_next(b, len), GAP_DAMAGED, "a line that is no field", ret_gap);
	}
}

static void export_close(void *self)
{
	struct journalexport *x = self;

	if (!x)
		return;
	json_choice_done(&x->choice);
	json_fill_done(&x->fill);
	flat_done(&x->flat);
	VEC_DONE(&x->fields);
	VEC_DONE(&x->same);
	free(x);
}

static int export_open(void **ret, const struct reader_env *env, err *e)
{
	struct journalexport *x = calloc(1, sizeof *x);

	if (!x)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a journal");
	x->env = *env;
	x->env.head = (bytes){ 0 };
	x->pos = env->begin;
	if (json_choice_init(&x->choice, env->schemas, DIALECTS, e) < 0) {
		export_close(x);
		return -1;
	}
	*ret = x;
	return 0;
}

/* Fields first, one of them the time. */
static int export_probe(bytes head, str path)
{
	enum { LOOK = 64, SURE = 93 };
	size_t at = 0, used = 0;
	struct field f;

	(void)path;
	for (unsigned i = 0; i < LOOK; i++) {
		if (next_field((bytes){ head.ptr + at, head.len - at }, &f, &used) != PART_FIELD)
			return 0;
		if (str_eq(f.name, STR("__REALTIME_TIMESTAMP")))
			return SURE;
		at += used;
	}
	return 0;
}

const struct reader_ops reader_journalexport = {
	.name = "journalexport",
	.summary = "journald's export form: journalctl -o export",
	.piece_align = 0, /* the bytes of a value may look like an entry */
	.probe = export_probe,
	.open = export_open,
	.next = next,
	.close = export_close,
};
