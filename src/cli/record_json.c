#include "cli/record_json.h"

#include "event/render.h"
#include "readers/evtx/evtx.h"
#include "store/ref.h"
#include "util/base64.h"
#include "util/json.h"
#include "util/limits.h"

void record_as_json(buf *out, const struct reader_ops *ops, const event *ev)
{
	if (strcmp(ops->name, "evtx") == 0)
		out->failed |= !evtx_render_json(out, ev);
	else
		render_evtx_json(out, ev);
}

static void put_flags(buf *out, const event *ev)
{
	json_key(out, "flags");
	buf_byte(out, '[');
	if (ev->flags & EVENT_RECOVERED) {
		json_sep(out);
		json_str(out, STR("recovered"));
	}
	if (ev->flags & EVENT_PARTIAL) {
		json_sep(out);
		json_str(out, STR("damaged"));
	}
	buf_byte(out, ']');
}

static void put_fields(buf *out, const event *ev)
{
	buf text = { .max = LIMIT_VALUE_TEXT };

	json_key(out, "fields");
	buf_byte(out, '[');
	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		const struct column *c = &ev->schema->columns[i];
		value v = event_value(ev, (int32_t)i);

		if (v.type == VALUE_ABSENT || c->flags & COLUMN_F_HIDDEN)
			continue;
		buf_clear(&text);
		value_text(v, &text);
		json_sep(out);
		buf_byte(out, '{');
		json_member_str(out, "name", c->name);
		json_member_str(out, "value", buf_view(&text));
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
	buf_done(&text);
}

void record_json_begin(buf *out, const struct record_seen *seen, const event *ev)
{
	const struct record_target *t = seen->target;
	char hex[SHA256_HEX_LEN + 1];
	bytes raw = ev->raw;
	buf json = { .max = LIMIT_SERVE_ANSWER / 8 };

	buf_byte(out, '{');
	json_member_str(out, "path", t->member.len ? t->member : t->file);
	if (t->has_sha256) {
		sha256_hex(t->sha256, hex);
		json_member_str(out, "sha256", str_of(hex));
	}
	json_member_bool(out, "verified", seen->verified);
	json_member_str(out, "format", str_of(seen->ops->name));
	json_member_u64(out, "offset", ev->ref.offset);
	json_member_u64(out, "record", ev->ref.record);
	json_member_u64(out, "length", ev->length);
	json_member_time(out, "time", ev->time_ns);
	put_flags(out, ev);
	put_fields(out, ev);
	record_as_json(&json, seen->ops, ev);
	json_member_str(out, "json", buf_view(&json));
	out->failed |= json.failed;
	buf_done(&json);
	if (raw.len > LIMIT_SHOW_DUMP)
		raw.len = LIMIT_SHOW_DUMP;
	json_key(out, "hex");
	buf_byte(out, '"');
	base64_add(out, raw);
	buf_byte(out, '"');
}

static void put_refs(buf *out, const struct record_target *t, const struct event_ref *refs, uint32_t n)
{
	char text[REF_TEXT_MAX];

	for (uint32_t i = 0; i < n; i++) {
		json_sep(out);
		json_str(out, (str){ text, event_ref_text(t->sha256, &refs[i], text) });
	}
}

void record_json_end(buf *out, const struct record_target *t)
{
	json_key(out, "neighbours");
	buf_byte(out, '[');
	if (t->near && t->has_sha256) { /* without a hash nothing here knows the number of the item */
		put_refs(out, t, t->near->before, t->near->nbefore);
		put_refs(out, t, t->near->behind, t->near->nbehind);
	}
	buf_z(out, "]}\n");
}
