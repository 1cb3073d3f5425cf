/* winev_shapes.c - Windows events as other people's tools export them: Wazuh, Splunk (JSON and CSV, XML inside),
 * EvtxECmd's CSV. One file per host; a row is one line. Formats: the formats document, section 3. */
#include <ctype.h>
#include <stdio.h>

#include "fmt.h"
#include "logs_priv.h"
#include "util/json.h"
#include "winev_priv.h"

/* One event on its way out. */
struct shaped {
	struct packed_event ev;
	const struct evtx_def *d;
	const struct host *h;
	const uint8_t *desc, *values;
	uint64_t id;
};

static struct shaped shaped_of(const struct sink *s, bytes row)
{
	struct world *w = s->all->ctx;
	struct shaped o;

	memcpy(&o.ev, row.ptr, sizeof o.ev);
	o.d = o.ev.def;
	o.h = &w->hosts.at[s->host];
	o.desc = row.ptr + sizeof o.ev;
	o.values = o.desc + 4 * (size_t)o.ev.nvalues;
	o.id = ++w->hosts.at[s->host].ids[w->defs.channel[o.d - w->defs.at]];
	return o;
}

/* Value i, whose bytes are at *p, as plain text into `ret`; false: null. *p moves on. */
static bool next_value(const struct shaped *o, uint32_t i, const uint8_t **p, buf *ret)
{
	size_t len = load_le16(o->desc + 4 * i);

	buf_clear(ret);
	if (len)
		ev_value(ret, o->desc[4 * i + 2], *p, len, true);
	*p += len;
	return len > 0;
}

/* Elements of a classic event's Data, one after another; false at the end. */
static bool next_element(const struct shaped *o, size_t *at, buf *ret)
{
	size_t len = load_le16(o->desc), end = *at;

	buf_clear(ret);
	while (end + 1 < len && load_le16(o->values + end))
		end += 2;
	if (end + 1 >= len)
		return false;
	ev_value(ret, EVTX_STRING, o->values + *at, end - *at, true);
	*at = end + 2;
	return true;
}

static const char *level_name(unsigned level, bool wazuh)
{
	static const char *const NAMES[][2] = { { "LogAlways", "AUDIT_SUCCESS" },
						{ "Critical", "CRITICAL" },
						{ "Error", "ERROR" },
						{ "Warning", "WARNING" },
						{ "Info", "INFORMATION" } };

	return NAMES[level < COUNT(NAMES) ? level : COUNT(NAMES) - 1][wazuh];
}

/* --- Wazuh ---------------------------------------------------------------------------------- */

/* TargetUserName -> targetUserName: what its decoder does to every name. */
static void lower_key(buf *b, const char *name)
{
	char key[64];

	snprintf(key, sizeof key, "%s", name);
	key[0] = (char)tolower((unsigned char)key[0]);
	json_key(b, key);
}

static void wazuh_data(const struct shaped *o, buf *b)
{
	const uint8_t *p = o->values;
	buf text = { 0 };
	size_t at = 0;
	bool more = false;

	if (o->d->body == EVTX_CLASSIC) {
		json_key(b, "data");
		buf_byte(b, '"');
		for (; next_element(o, &at, &text); more = true) {
			if (more)
				PUT(b, ", ");
			json_escape(b, buf_view(&text));
		}
		buf_byte(b, '"');
	}
	for (uint32_t i = 0; o->d->body != EVTX_CLASSIC && i < o->ev.nvalues; i++)
		if (next_value(o, i, &p, &text)) {
			lower_key(b, o->d->fields[i].name);
			json_str(b, buf_view(&text));
		}
	b->failed |= text.failed;
	buf_done(&text);
}

static void wazuh_system(const struct shaped *o, buf *b)
{
	const struct evtx_def *d = o->d;

	PUT(b, "\"system\":{\"providerName\":\"");
	buf_z(b, d->provider);
	if (d->provider_guid) {
		PUT(b, "\",\"providerGuid\":\"");
		buf_z(b, d->provider_guid);
	}
	PUT(b, "\",\"eventID\":\"");
	put_u(b, d->id);
	PUT(b, "\",\"version\":\"");
	put_u(b, d->version);
	PUT(b, "\",\"level\":\"");
	put_u(b, d->level);
	PUT(b, "\",\"task\":\"");
	put_u(b, d->task);
	PUT(b, "\",\"opcode\":\"");
	put_u(b, d->opcode);
	PUT(b, "\",\"keywords\":\"0x");
	put_hex(b, d->keywords, 16);
	PUT(b, "\",\"systemTime\":\"");
	put_iso(b, o->ev.logged, 6, "0Z\",\"eventRecordID\":\"");
	put_u(b, o->id);
	PUT(b, "\",\"processID\":\"");
	put_u(b, o->ev.pid);
	PUT(b, "\",\"threadID\":\"");
	put_u(b, o->ev.tid);
	PUT(b, "\",\"channel\":\"");
	buf_z(b, d->channel);
	PUT(b, "\",\"computer\":\"");
	buf_z(b, o->ev.computer);
	PUT(b, "\",\"severityValue\":\"");
	buf_z(b, level_name(d->level, true));
	PUT(b, "\"}");
}

static void wazuh_render(const struct sink *s, bytes row, buf *b)
{
	struct shaped o = shaped_of(s, row);
	const char *group = o.d->body == EVTX_USER_DATA ? o.d->user_element : "eventdata";

	PUT(b, "{\"timestamp\":\"");
	put_iso(b, o.ev.logged + 1700 * MS, 3, "+0000\",\"agent\":{\"id\":\"");
	put_pad(b, s->host + 1, 4);
	PUT(b, "\",\"name\":\"");
	buf_z(b, o.h->folder);
	PUT(b, "\"},\"manager\":{\"name\":\"siem\"},\"id\":\"");
	put_epoch(b, o.ev.logged + 1700 * MS, 3);
	PUT(b, "\",\"decoder\":{\"name\":\"windows_eventchannel\"},\"data\":{\"win\":{");
	wazuh_system(&o, b);
	lower_key(b, group);
	buf_byte(b, '{');
	wazuh_data(&o, b);
	PUT(b, "}}},\"location\":\"EventChannel\"}\n");
}

/* --- Splunk --------------------------------------------------------------------------------- */

static void xml_text(buf *b, str s)
{
	for (size_t i = 0; i < s.len; i++)
		switch (s.ptr[i]) {
		case '<':
			PUT(b, "&lt;");
			break;
		case '>':
			PUT(b, "&gt;");
			break;
		case '&':
			PUT(b, "&amp;");
			break;
		case '\'':
			PUT(b, "&apos;");
			break;
		case '"':
			PUT(b, "&quot;");
			break;
		default:
			if ((uint8_t)s.ptr[i] >= 0x20) /* XML has no other way to say it */
				buf_byte(b, s.ptr[i]);
		}
}

static void xml_system(const struct shaped *o, buf *b)
{
	const struct evtx_def *d = o->d;

	PUT(b, "<System><Provider Name='");
	buf_z(b, d->provider);
	if (d->provider_guid) {
		PUT(b, "' Guid='");
		buf_z(b, d->provider_guid);
	}
	PUT(b, "'/><EventID");
	if (d->body == EVTX_CLASSIC) {
		PUT(b, " Qualifiers='");
		put_u(b, d->qualifiers);
		buf_byte(b, '\'');
	}
	buf_byte(b, '>');
	put_u(b, d->id);
	PUT(b, "</EventID><Version>");
	put_u(b, d->version);
	PUT(b, "</Version><Level>");
	put_u(b, d->level);
	PUT(b, "</Level><Task>");
	put_u(b, d->task);
	PUT(b, "</Task><Opcode>");
	put_u(b, d->opcode);
	PUT(b, "</Opcode><Keywords>0x");
	put_hex(b, d->keywords, 16);
	PUT(b, "</Keywords><TimeCreated SystemTime='");
	put_iso(b, o->ev.logged, 6, "000Z'/><EventRecordID>");
	put_u(b, o->id);
	PUT(b, "</EventRecordID><Correlation/><Execution ProcessID='");
	put_u(b, o->ev.pid);
	PUT(b, "' ThreadID='");
	put_u(b, o->ev.tid);
	PUT(b, "'/><Channel>");
	buf_z(b, d->channel);
	PUT(b, "</Channel><Computer>");
	buf_z(b, o->ev.computer);
	PUT(b, "</Computer><Security");
	if (o->ev.sid_len) {
		PUT(b, " UserID='");
		sid_text(b, o->ev.sid, o->ev.sid_len);
		buf_byte(b, '\'');
	}
	PUT(b, "/></System>");
}

static void xml_data(const struct shaped *o, buf *b)
{
	const uint8_t *p = o->values;
	bool user = o->d->body == EVTX_USER_DATA;
	buf text = { 0 };

	for (size_t at = 0; o->d->body == EVTX_CLASSIC && next_element(o, &at, &text);) {
		PUT(b, "<Data>");
		xml_text(b, buf_view(&text));
		PUT(b, "</Data>");
	}
	for (uint32_t i = 0; o->d->body != EVTX_CLASSIC && i < o->ev.nvalues; i++) {
		const char *name = o->d->fields[i].name;

		next_value(o, i, &p, &text);
		buf_z(b, user ? "<" : "<Data Name='");
		buf_z(b, name);
		buf_z(b, user ? ">" : "'>");
		xml_text(b, buf_view(&text));
		PUT(b, "</");
		buf_z(b, user ? name : "Data");
		buf_byte(b, '>');
	}
	b->failed |= text.failed;
	buf_done(&text);
}

static void xml_event(const struct shaped *o, buf *b)
{
	const struct evtx_def *d = o->d;

	PUT(b, "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>");
	xml_system(o, b);
	if (d->body == EVTX_USER_DATA) {
		PUT(b, "<UserData><");
		buf_z(b, d->user_element);
		if (d->user_ns) {
			PUT(b, " xmlns='");
			buf_z(b, d->user_ns);
			buf_byte(b, '\'');
		}
		buf_byte(b, '>');
		xml_data(o, b);
		PUT(b, "</");
		buf_z(b, d->user_element);
		PUT(b, "></UserData>");
	} else if (d->body != EVTX_BARE) {
		PUT(b, "<EventData>");
		xml_data(o, b);
		PUT(b, "</EventData>");
	}
	PUT(b, "</Event>");
}

/* _time as a search head in the organisation's zone shows it. */
static void splunk_time(const struct world *w, const struct shaped *o, buf *b)
{
	int64_t offset = org_offset(&w->orgs.at[o->h->org], o->ev.logged);

	put_iso(b, o->ev.logged + offset, 3, "");
	put_zone(b, offset);
}

static void splunk_render(const struct sink *s, bytes row, buf *b)
{
	struct shaped o = shaped_of(s, row);
	buf raw = { 0 };

	xml_event(&o, &raw);
	PUT(b, "{\"preview\":false,\"result\":{\"_raw\":");
	json_str(b, buf_view(&raw));
	PUT(b, ",\"_time\":\"");
	splunk_time(s->all->ctx, &o, b);
	PUT(b, "\",\"host\":\"");
	buf_z(b, o.h->folder);
	PUT(b, "\",\"source\":\"XmlWinEventLog:");
	buf_z(b, o.d->channel);
	PUT(b, "\",\"sourcetype\":\"XmlWinEventLog\"}}\n");
	b->failed |= raw.failed;
	buf_done(&raw);
}

/* "a ""word""" */
static void csv_text(buf *b, str s)
{
	buf_byte(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, s.ptr[i]);
	}
	buf_byte(b, '"');
}

static void splunk_head(const struct sink *s, int64_t t, buf *b)
{
	PUT(b, "\"_raw\",\"_time\",host,source,sourcetype\n");
}

static void splunk_csv_render(const struct sink *s, bytes row, buf *b)
{
	struct shaped o = shaped_of(s, row);
	buf raw = { 0 };

	xml_event(&o, &raw);
	csv_text(b, buf_view(&raw));
	PUT(b, ",\"");
	splunk_time(s->all->ctx, &o, b);
	PUT(b, "\",");
	csv_text(b, str_of(o.h->folder));
	PUT(b, ",\"XmlWinEventLog:");
	buf_z(b, o.d->channel);
	PUT(b, "\",XmlWinEventLog\n");
	b->failed |= raw.failed;
	buf_done(&raw);
}

/* --- EvtxECmd ------------------------------------------------------------------------------- */

static void evtxecmd_head(const struct sink *s, int64_t t, buf *b)
{
	PUT(b, "\xef\xbb\xbf"
	       "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,"
	       "Computer,ChunkNumber,UserId,MapDescription,UserName,RemoteHost,PayloadData1,PayloadData2,"
	       "PayloadData3,PayloadData4,PayloadData5,PayloadData6,ExecutableInfo,HiddenRecord,SourceFile,"
	       "Keywords,ExtraDataOffset,Payload\r\n");
}

/* {"EventData":{"Data":[{"@Name":"x","#text":"y"}, ...]}}, with text alone where Data has no names. */
static void payload(const struct shaped *o, buf *b)
{
	const uint8_t *p = o->values;
	bool user = o->d->body == EVTX_USER_DATA, classic = o->d->body == EVTX_CLASSIC, more = false;
	buf text = { 0 };

	buf_z(b, user ? "{\"UserData\":{" : "{\"EventData\":{\"Data\":");
	if (user) {
		json_key(b, o->d->user_element);
		buf_byte(b, '{');
	} else {
		buf_byte(b, classic ? '"' : '[');
	}
	for (size_t at = 0; classic && next_element(o, &at, &text); more = true) {
		if (more)
			PUT(b, ", ");
		json_escape(b, buf_view(&text));
	}
	for (uint32_t i = 0; !classic && i < o->ev.nvalues; i++) {
		next_value(o, i, &p, &text);
		if (user) {
			json_member_str(b, o->d->fields[i].name, buf_view(&text));
			continue;
		}
		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "@Name", str_of(o->d->fields[i].name));
		json_member_str(b, "#text", buf_view(&text));
		buf_byte(b, '}');
	}
	buf_z(b, user ? "}}}" : classic ? "\"}}" : "]}}");
	b->failed |= text.failed;
	buf_done(&text);
}

static void evtxecmd_render(const struct sink *s, bytes row, buf *b)
{
	struct shaped o = shaped_of(s, row);
	buf inner = { 0 };

	put_u(b, s->lines);
	buf_byte(b, ',');
	put_u(b, o.id);
	buf_byte(b, ',');
	put_plain(b, o.ev.logged, 6, '.');
	PUT(b, "0,");
	put_u(b, o.d->id);
	buf_byte(b, ',');
	buf_z(b, level_name(o.d->level, false));
	buf_byte(b, ',');
	buf_z(b, o.d->provider);
	buf_byte(b, ',');
	buf_z(b, o.d->channel);
	buf_byte(b, ',');
	put_u(b, o.ev.pid);
	buf_byte(b, ',');
	put_u(b, o.ev.tid);
	buf_byte(b, ',');
	buf_z(b, o.ev.computer);
	PUT(b, ",0,");
	if (o.ev.sid_len)
		sid_text(b, o.ev.sid, o.ev.sid_len);
	PUT(b, ",,,,,,,,,,,False,C:\\case\\");
	buf_z(b, o.h->folder);
	PUT(b, ".evtx,");
	buf_z(b, o.d->keywords >> 52 & 2 ? "Audit success" : o.d->keywords >> 52 & 1 ? "Audit failure" : "");
	PUT(b, ",0,");
	payload(&o, &inner);
	csv_text(b, buf_view(&inner));
	PUT(b, "\r\n");
	b->failed |= inner.failed;
	buf_done(&inner);
}

/* --- kinds ---------------------------------------------------------------------------------- */

static const struct log_kind EXPORTS[] = {
	[EXPORT_WAZUH] = { .source = "windows",
			   .pattern = "wazuh/archives-{h}.json",
			   .path = pattern_path,
			   .render = wazuh_render },
	[EXPORT_SPLUNK] = { .source = "windows",
			    .pattern = "splunk/{h}.json",
			    .path = pattern_path,
			    .render = splunk_render },
	[EXPORT_SPLUNK_CSV] = { .source = "windows",
				.pattern = "splunk/{h}.csv",
				.path = pattern_path,
				.header = splunk_head,
				.render = splunk_csv_render },
	[EXPORT_EVTXECMD] = { .source = "windows",
			      .pattern = "evtxecmd/{h}_EvtxECmd_Output.csv",
			      .path = pattern_path,
			      .header = evtxecmd_head,
			      .render = evtxecmd_render },
};

const struct log_kind *export_kind(const struct world *w)
{
	return w->collector == EXPORT_BEAT ? &KIND_BEAT : &EXPORTS[w->collector];
}
