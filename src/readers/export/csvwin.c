#include "readers/export/csvwin.h"

#include <stdlib.h>

#include "readers/json/flatkind.h"
#include "readers/winjson/windialect.h"
#include "readers/winjson/wintext.h"
#include "util/json.h"

static const struct json_dialect *const DIALECTS[] = { &windows_dialect, &flat_dialect, NULL };

int csvwin_open(struct csvwin *w, struct schema_set *schemas, err *e)
{
	arena_init(&w->mem, LIMIT_JSON_PLAN_BYTES);
	return json_choice_init(&w->choice, schemas, DIALECTS, e);
}

void csvwin_done(struct csvwin *w)
{
	json_choice_done(&w->choice);
	json_fill_done(&w->fill);
	flat_done(&w->flat);
	flat_done(&w->payload);
	jsonshim_free(w->shim);
	arena_done(&w->mem);
	buf_done(&w->name);
}

static str text_of(value v)
{
	return (str){ (const char *)v.ptr, v.type == VALUE_ABSENT ? 0 : v.len };
}

/* --- leaves --------------------------------------------------------------------------------- */

/* A name as it would stand in JSON. */
static str escaped(struct csvwin *w, str name)
{
	if (name.len > LIMIT_JSON_NAME)
		name.len = LIMIT_JSON_NAME;
	buf_clear(&w->name);
	json_escape(&w->name, name);
	return w->name.failed ? STR("") : buf_view(&w->name);
}

static bool put(struct csvwin *w, str name, value v)
{
	return flat_leaf(&w->flat, escaped(w, name), v);
}

/* The cell of a column that the kind's table calls so; absent if there is none. */
static value cell(const struct csv_head *h, const value *cells, const char *name)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (str_eq(h->names[i], str_of(name)))
			return cells[i];
	return (value){ 0 };
}

/* The event time as a JSON event would have it: with a Z where it is known to be UTC. */
static value time_leaf(const struct text *t, struct csvwin *w)
{
	char iso[TIME_TEXT_MAX];
	size_t n = time_text(t->time_ns, iso);
	str s;

	if (n && t->basis == TIME_LOCAL_ASSUMED)
		n--;
	s = arena_str(&w->mem, (str){ iso, n });
	return n && s.ptr ? value_utf8(s) : (value){ 0 };
}

/* --- EvtxECmd ------------------------------------------------------------------------------- */

/* What stands for a number or a mask of the record. */
static value word_to(value v, const char *const (*words)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_ascii_nocase(text_of(v), str_of(words[i][0])))
			return value_utf8(str_of(words[i][1]));
	return (value){ 0 };
}

static const char *const LEVELS[][2] = {
	{ "LogAlways", "0" }, { "Critical", "1" },    { "Error", "2" },   { "Warning", "3" },
	{ "Info", "4" },      { "Information", "4" }, { "Verbose", "5" },
};

static const char *const KEYWORDS[][2] = {
	{ "Audit success", "0x8020000000000000" },
	{ "Audit failure", "0x8010000000000000" },
	{ "Classic", "0x80000000000000" },
};

static bool put_attribute(struct csvwin *w, const char *element, const char *name, value v)
{
	bool ok;

	flat_open(&w->flat, str_of(element));
	flat_open(&w->flat, STR("#attributes"));
	ok = put(w, str_of(name), v);
	flat_close(&w->flat);
	flat_close(&w->flat);
	return ok;
}

static bool put_system(struct text *t, struct csvwin *w, const struct csv_head *h, const value *cells)
{
	value level = cell(h, cells, "Level"), named = word_to(level, LEVELS, COUNT(LEVELS));
	bool ok;

	flat_open(&w->flat, STR("System"));
	ok = put_attribute(w, "Provider", "Name", cell(h, cells, "Provider")) &&
	     put(w, STR("EventID"), cell(h, cells, "EventId")) &&
	     put(w, STR("Level"), named.len ? named : level) &&
	     put(w, STR("Keywords"), word_to(cell(h, cells, "Keywords"), KEYWORDS, COUNT(KEYWORDS))) &&
	     put_attribute(w, "TimeCreated", "SystemTime", time_leaf(t, w)) &&
	     put(w, STR("EventRecordID"), cell(h, cells, "EventRecordId"));
	flat_open(&w->flat, STR("Execution"));
	flat_open(&w->flat, STR("#attributes"));
	ok = ok && put(w, STR("ProcessID"), cell(h, cells, "ProcessId")) &&
	     put(w, STR("ThreadID"), cell(h, cells, "ThreadId"));
	flat_close(&w->flat);
	flat_close(&w->flat);
	ok = ok && put(w, STR("Channel"), cell(h, cells, "Channel")) &&
	     put(w, STR("Computer"), cell(h, cells, "Computer")) &&
	     put_attribute(w, "Security", "UserID", cell(h, cells, "UserId"));
	flat_close(&w->flat);
	return ok;
}

/* A leaf of the payload under its own path; attributes are written with @ there. */
static bool put_path(struct csvwin *w, const struct leaf_name *l, value v)
{
	uint32_t open = 0;
	str last = l->last;
	bool ok;

	for (; open + 1 < l->nparts; open++)
		flat_open(&w->flat, escaped(w, l->parts[open]));
	if (last.len > 1 && last.ptr[0] == '@') {
		flat_open(&w->flat, STR("#attributes"));
		open++;
		last = (str){ last.ptr + 1, last.len - 1 };
	}
	ok = put(w, last, v);
	while (open--)
		flat_close(&w->flat);
	return ok;
}

static bool put_data(struct csvwin *w, str name, value v)
{
	bool ok;

	flat_open(&w->flat, STR("EventData"));
	ok = put(w, name, v);
	flat_close(&w->flat);
	return ok;
}

/* {"EventData":{"Data":[{"@Name":"a","#text":"b"},...]}}: a name, and in the next leaf its text if it has one. */
static bool put_leaves(struct csvwin *w, const struct leaf_names *names)
{
	const value *v = w->payload.values;
	bool ok = true;

	for (uint32_t i = 0; i < names->n && ok; i++) {
		bool text_next =
			i + 1 < names->n && str_eq(names->at[i + 1].dotted, STR("EventData.Data.#text"));

		if (str_eq(names->at[i].dotted, STR("EventData.Data.@Name"))) {
			ok = put_data(w, text_of(v[i]), text_next ? v[i + 1] : (value){ 0 });
			i += text_next;
		} else if (str_eq(names->at[i].dotted, STR("EventData.Data"))) {
			flat_open(&w->flat, STR("EventData"));
			flat_open(&w->flat, STR("Data"));
			ok = put(w, STR("#text"), v[i]);
			flat_close(&w->flat);
			flat_close(&w->flat);
		} else {
			ok = put_path(w, &names->at[i], v[i]);
		}
	}
	return ok;
}

/* False: it is no JSON. */
static bool put_payload(struct csvwin *w, str json)
{
	struct flat_cursor c = { .text = str_bytes(json) };
	struct leaf_names names;

	if (!w->shim)
		w->shim = jsonshim_new();
	if (!w->shim || jsonshim_index(w->shim, c.text.ptr, c.text.len, &c.at, &c.n) != JSONSHIM_OK ||
	    json.ptr[c.at[0]] != '{' || flat_object(&w->payload, &c) != FLAT_OK ||
	    !leaf_names_parse(&names, buf_view(&w->payload.sig), &w->mem) || names.n != w->payload.n)
		return false;
	return put_leaves(w, &names);
}

/* What EvtxECmd makes of the event beside it: kept, but not as what Windows logged. */
static bool put_beside(struct csvwin *w, const struct csv_head *h, const value *cells)
{
	static const char *const OWN[] = { "MapDescription", "UserName",       "RemoteHost",   "PayloadData1",
					   "PayloadData2",   "PayloadData3",   "PayloadData4", "PayloadData5",
					   "PayloadData6",   "ExecutableInfo", "HiddenRecord", "SourceFile",
					   "ChunkNumber",    "ExtraDataOffset" };
	bool ok = true;

	flat_open(&w->flat, STR("EvtxECmd"));
	for (size_t i = 0; ok && i < COUNT(OWN); i++)
		ok = put(w, str_of(OWN[i]), cell(h, cells, OWN[i]));
	flat_close(&w->flat);
	return ok;
}

static bool leaves_evtxecmd(struct text *t, struct csvwin *w, const struct csv_head *h, const value *cells)
{
	value payload = cell(h, cells, "Payload");
	bool ok;

	flat_open(&w->flat, STR("Event"));
	ok = put_system(t, w, h, cells);
	if (ok && payload.len && !put_payload(w, text_of(payload)))
		t->repaired = true; /* its data is not there */
	flat_close(&w->flat);
	return ok && put_beside(w, h, cells);
}

/* --- a column a field ----------------------------------------------------------------------- */

/* "TimeGenerated [UTC]" of Log Analytics is TimeGenerated. */
static str field_name(str name)
{
	size_t n = str_find(name, STR(" ["));

	return n == SIZE_MAX ? name : (str){ name.ptr, n };
}

/* The name of a type where PowerShell had a list to write. */
static bool is_type_name(str s)
{
	return str_starts(s, STR("System.Collections.")) ||
	       str_starts(s, STR("System.Diagnostics.Eventing."));
}

static void note_inner(struct csvwin *w, enum flat_inner inner, str text)
{
	w->flat.inner = inner;
	w->flat.inner_leaf = w->flat.n - 1;
	w->flat.inner_text = text;
}

static bool leaves_winevent(struct text *t, struct csvwin *w, const struct csv_head *h, const value *cells)
{
	for (uint32_t i = 0; i < h->n; i++) {
		str name = field_name(h->names[i]), s = text_of(cells[i]);

		if (!name.len)
			continue;
		if (!put(w, name,
			 (int32_t)i == h->time ? time_leaf(t, w)
			 : is_type_name(s)     ? (value){ 0 }
					       : cells[i]))
			return false;
		if (str_eq(name, STR("EventData")) && s.len && (s.ptr[0] == '<' || s.ptr[0] == '{'))
			note_inner(w, INNER_EVENTDATA, s);
	}
	return true;
}

/* The event itself; Splunk's own fields of it say the same again. */
static bool leaves_splunk(struct text *t, struct csvwin *w, const struct csv_head *h, const value *cells)
{
	str raw = text_of(cell(h, cells, "_raw"));

	if (!raw.len || (raw.ptr[0] != '<' && str_find(raw, STR("LogName=")) == SIZE_MAX))
		return false;
	if (!put(w, STR("_time"), time_leaf(t, w)) || !put(w, STR("_raw"), value_utf8(raw)))
		return false;
	note_inner(w, INNER_RAW, raw);
	return true;
}

/* --- rows ----------------------------------------------------------------------------------- */

static bool leaves(struct text *t, struct csvwin *w, const struct csv_head *h, const value *cells)
{
	switch (h->kind->how) {
	case CSV_EVTXECMD:
		return leaves_evtxecmd(t, w, h, cells);
	case CSV_WINEVENT:
		return leaves_winevent(t, w, h, cells);
	case CSV_SPLUNK:
		return leaves_splunk(t, w, h, cells);
	default:
		return false;
	}
}

const event *csvwin_row(struct text *t, struct csvwin *w, const struct csv_head *h, const value *cells)
{
	const struct json_plan *p;
	err why = { 0 };

	arena_clear(&w->mem);
	if (!flat_begin(&w->flat, t->line.len + h->text.len) || !leaves(t, w, h, cells))
		return NULL;
	flat_inner(&w->flat, wintext_flat);
	if (w->flat.sig.failed)
		return NULL;
	p = json_choose(&w->choice, buf_view(&w->flat.sig), &why);
	if (!p) {
		t->why = "more kinds of events than one file may have";
		t->refused = true;
		return NULL;
	}
	if (p->dialect != &windows_dialect || !p->schema || p->nleaves != w->flat.n ||
	    !json_fill_event(&w->fill, p, &w->flat, t->env.host, &w->ev))
		return NULL;
	if (t->time_ns == TIME_NONE) { /* a time inside of the event */
		t->time_ns = w->ev.time_ns;
		t->basis = w->ev.time_basis;
	}
	return &w->ev;
}
