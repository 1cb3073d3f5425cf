#include "event/render_csv.h"

#include "util/csv.h"

static const char HEAD[] = "timestamp,host,channel,provider,event_id,record_id,level,file,offset,fields";

void render_csv_head(buf *out)
{
	buf_z(out, HEAD);
	buf_z(out, CSV_LINE_END);
}

static void cell(buf *out, buf *text, value v)
{
	buf_clear(text);
	value_text(v, text);
	csv_cell(out, buf_view(text));
	buf_byte(out, ',');
}

/* The event's own data, "Name=value | Name=value"; what has a column of its own is not repeated. */
static void fields(buf *text, const event *ev)
{
	bool any = false;

	buf_clear(text);
	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		const struct column *c = &ev->schema->columns[i];
		value v = event_value(ev, (int32_t)i);

		if (v.type == VALUE_ABSENT || c->flags & (COLUMN_F_HIDDEN | COLUMN_F_DERIVED) ||
		    c->section == SECTION_SYSTEM)
			continue;
		if (any)
			buf_z(text, " | ");
		buf_str(text, c->raw.len ? c->raw : c->name);
		buf_byte(text, '=');
		value_text(v, text);
		any = true;
	}
}

void render_csv(buf *out, const event *ev, str path)
{
	buf text = { 0 };

	buf_time(out, ev->time_ns);
	buf_byte(out, ',');
	cell(out, &text, event_wk(ev, WK_COMPUTER));
	cell(out, &text,
	     ev->schema->family == FAMILY_FLAT ? value_utf8(ev->schema->dataset) : event_wk(ev, WK_CHANNEL));
	cell(out, &text, event_wk(ev, WK_PROVIDER));
	cell(out, &text, event_wk(ev, WK_EVENT_ID));
	cell(out, &text, event_wk(ev, WK_RECORD_ID));
	cell(out, &text, event_wk(ev, WK_LEVEL));
	csv_cell(out, path);
	buf_byte(out, ',');
	buf_u64(out, ev->ref.offset);
	buf_byte(out, ',');
	fields(&text, ev);
	csv_cell(out, buf_view(&text));
	out->failed |= text.failed;
	buf_done(&text);
}
