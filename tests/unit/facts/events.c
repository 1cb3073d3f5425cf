#include "events.h"

#include <stdlib.h>

static value as_utf16(uint8_t *to, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = (uint8_t)text[i];
		to[2 * i + 1] = 0;
	}
	return (value){ to, (uint32_t)(2 * n), VALUE_UTF16, 0, 0 };
}

static void place(struct column *c, str path)
{
	size_t slash = 0;

	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/')
			slash = i + 1;
	c->path = path;
	c->section = str_starts(path, STR("System/"))     ? SECTION_SYSTEM
		     : str_starts(path, STR("UserData/")) ? SECTION_USERDATA
							  : SECTION_EVENTDATA;
	c->name = (str){ path.ptr + slash, path.len - slash };
	if (c->name.ptr[0] == '@') {
		c->flags = COLUMN_F_ATTRIBUTE;
		c->name = (str){ c->name.ptr + 1, c->name.len - 1 };
	}
	if (str_eq(path, STR("Data")))
		c->flags = COLUMN_F_UNNAMED;
	c->raw = c->name;
}

void made_event(struct made_event *m, struct schema_set *set, const struct made_field *fields, size_t n,
		enum made_as as)
{
	value consts[MADE_FIELDS];
	struct schema proto = { .family = FAMILY_WINDOWS, .reader = "made" };
	uint32_t slots = 0;

	if (n > MADE_FIELDS)
		abort();
	memset(m, 0, sizeof *m);
	for (size_t i = 0; i < n; i++) {
		value v = { 0 };

		place(&m->columns[i], str_of(fields[i].path));
		if (fields[i].text)
			v = as == MADE_UTF16 ? as_utf16(m->utf16[i], fields[i].text)
					     : value_utf8(str_of(fields[i].text));
		if (as == MADE_CONSTANTS && m->columns[i].section == SECTION_SYSTEM) {
			consts[proto.nconsts] = v;
			m->columns[i].slot = -1 - (int32_t)proto.nconsts++;
		} else {
			m->values[slots] = v;
			m->columns[i].slot = (int32_t)slots++;
		}
	}
	proto.columns = m->columns;
	proto.ncolumns = (uint32_t)n;
	proto.consts = consts;
	proto.nslots = slots;
	m->ev.schema = schema_set_add(set, &proto, NULL);
	if (!m->ev.schema)
		abort();
	m->ev.values = m->values;
	m->ev.time_ns = INT64_C(1713406447) * NS_PER_S; /* 2024-04-18T02:14:07Z */
	m->ev.written_ns = TIME_NONE;
	m->ev.ref = (struct event_ref){ 0, 4096, 7 };
}
