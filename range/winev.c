#include "winev.h"

#include <stdarg.h>
#include <stdio.h>

#include "fmt.h"
#include "util/json.h"
#include "util/utf.h"
#include "winev_priv.h"

#define FILETIME_1970 UINT64_C(116444736000000000)

/* "Microsoft-Windows-Sysmon/Operational" -> "Microsoft-Windows-Sysmon%4Operational.evtx". */
static void evtx_path(const struct sink *s, int64_t t, char out[SINK_PATH_MAX])
{
	const char *channel = s->about;
	const struct world *w = s->all->ctx;
	size_t n = (size_t)snprintf(out, SINK_PATH_MAX, "%s/Windows/System32/winevt/Logs/",
				    w->hosts.at[s->host].folder);

	for (; *channel && n + 8 < SINK_PATH_MAX; channel++) {
		out[n++] = *channel == '/' ? '%' : *channel;
		if (*channel == '/')
			out[n++] = '4';
	}
	snprintf(out + n, SINK_PATH_MAX - n, ".evtx");
}

const struct log_kind KIND_EVTX = { .source = "windows", .path = evtx_path, .evtx = true };

/* --- building ------------------------------------------------------------------------------- */

/* Definitions of one channel share its sink; a table of channels per definition set. */
static uint32_t channel_of(struct world *w, const struct evtx_def *d)
{
	return w->defs.channel[d - w->defs.at];
}

static struct sink *event_sink(struct world *w, struct host *h, const struct evtx_def *d, int64_t t)
{
	uint32_t c = channel_of(w, d);

	if (h->shape == SHAPE_EXPORT || t >= h->mix_at) {
		if (!h->exported)
			h->exported = world_sink(w, export_kind(w), h->index, NULL);
		return h->exported;
	}
	if (!h->channels[c]) {
		h->channels[c] = world_sink(w, &KIND_EVTX, h->index, d->channel);
		if (h->channels[c])
			h->channels[c]->ids = &h->ids[c];
	}
	return h->channels[c];
}

bool ev_begin(struct world *w, uint32_t host, enum def_id def, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	const struct evtx_def *d = &w->defs.at[def];
	struct packed_event head = { .def = d, .computer = h->fqdn, .logged = host_clock(h, t) };
	struct sink *s;
	buf *b;

	if (w->failed || !h->windows || !h->collected ||
	    (!h->sysmon && def >= D_SM_PROCESS && def <= D_SM_DELETE))
		return false;
	s = event_sink(w, h, d, t);
	if (!s) {
		world_fail(w, "no memory for a log");
		return false;
	}
	head.pid = 4 + 4 * (uint32_t)(h->rng.s[0] >> 40 & 255);
	head.tid = 4 + 4 * (uint32_t)(h->rng.s[1] >> 40 & 2047);
	head.nvalues = d->body == EVTX_CLASSIC ? 3 : d->nfields;
	w->now_sink = s;
	w->now_def = d;
	w->now_field = 0;
	w->now_time = t;
	b = sink_row(s);
	w->now_start = b->len;
	buf_add(b, &head, sizeof head);
	w->now_desc = b->len;
	if (buf_reserve(b, 4 * head.nvalues)) {
		memset(b->ptr + b->len, 0, 4 * (size_t)head.nvalues);
		b->len += 4 * (size_t)head.nvalues;
	}
	return true;
}

/* The next value: its descriptor; the caller appends `len` bytes. */
static void describe(struct world *w, uint8_t type, size_t len)
{
	buf *b = &w->now_sink->text;
	uint8_t *d;

	if (b->failed)
		return;
	d = (uint8_t *)b->ptr + w->now_desc + 4 * w->now_field++;
	d[0] = (uint8_t)len;
	d[1] = (uint8_t)(len >> 8);
	d[2] = type;
}

static void put_le(buf *b, uint64_t v, size_t n)
{
	uint8_t le[8];

	for (size_t i = 0; i < 8; i++)
		le[i] = (uint8_t)(v >> 8 * i);
	buf_add(b, le, n);
}

static size_t put_wide(buf *b, const char *z)
{
	size_t n = strlen(z), used, before = b->len;
	str rest = { z, n };

	if (!buf_reserve(b, 2 * n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if ((uint8_t)z[i] >= 0x80)
			goto wide;
		b->ptr[b->len + 2 * i] = z[i];
		b->ptr[b->len + 2 * i + 1] = 0;
	}
	b->len += 2 * n;
	return 2 * n;
wide:
	while (rest.len) {
		uint32_t cp = utf8_next(rest, &used);

		if (cp >= 0x10000) {
			put_le(b, 0xd800 + ((cp - 0x10000) >> 10), 2);
			cp = 0xdc00 + ((cp - 0x10000) & 0x3ff);
		}
		put_le(b, cp, 2);
		rest.ptr += used;
		rest.len -= used;
	}
	return b->len - before;
}

static size_t type_size(uint8_t type)
{
	static const uint8_t SIZES[32] = {
		[EVTX_I8] = 1,       [EVTX_U8] = 1,    [EVTX_I16] = 2,  [EVTX_U16] = 2,  [EVTX_I32] = 4,
		[EVTX_U32] = 4,      [EVTX_I64] = 8,   [EVTX_U64] = 8,  [EVTX_BOOL] = 4, [EVTX_SIZE] = 8,
		[EVTX_FILETIME] = 8, [EVTX_HEX32] = 4, [EVTX_HEX64] = 8
	};

	return type < 32 ? SIZES[type] : 0;
}

static void zero(struct world *w, uint8_t type)
{
	static const uint8_t NOTHING[16];
	buf *b = &w->now_sink->text;

	if (type == EVTX_STRING) {
		describe(w, type, 2);
		put_le(b, '-', 2);
	} else if (type == EVTX_GUID) {
		describe(w, type, 16);
		buf_add(b, NOTHING, 16);
	} else if (type == EVTX_SID) {
		describe(w, type, SID_NULL.len);
		buf_add(b, SID_NULL.b, SID_NULL.len);
	} else if (type_size(type)) {
		describe(w, type, type_size(type));
		buf_add(b, NOTHING, type_size(type));
	} else {
		describe(w, EVTX_NULL, 0);
	}
}

static uint8_t seek(struct world *w, const char *field)
{
	const struct evtx_def *d = w->now_def;

	while (w->now_field < d->nfields && strcmp(d->fields[w->now_field].name, field) != 0)
		zero(w, d->fields[w->now_field].type);
	if (w->now_field < d->nfields)
		return d->fields[w->now_field].type;
	world_fail(w, world_text(w, "event %u has no %s there", d->id, field));
	return EVTX_NULL;
}

void ev_z(struct world *w, const char *field, const char *text)
{
	buf *b = &w->now_sink->text;
	uint8_t type = seek(w, field);

	if (w->failed || type != EVTX_STRING) {
		if (type != EVTX_STRING)
			world_fail(w, world_text(w, "%s is no text", field));
		return;
	}
	describe(w, type, put_wide(b, text));
}

void ev_f(struct world *w, const char *field, const char *fmt, ...)
{
	char z[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(z, sizeof z, fmt, ap);
	va_end(ap);
	ev_z(w, field, z);
}

void ev_ip(struct world *w, const char *field, uint32_t ip)
{
	char z[20];
	buf b = { z, 0, sizeof z, sizeof z, false };

	put_ip(&b, ip);
	z[b.len] = '\0';
	ev_z(w, field, z);
}

void ev_n(struct world *w, const char *field, uint64_t number)
{
	uint8_t type = seek(w, field);
	size_t size = type_size(type);

	if (w->failed || !size) {
		world_fail(w, world_text(w, "%s is no number", field));
		return;
	}
	describe(w, type, size);
	put_le(&w->now_sink->text, number, size);
}

void ev_sid(struct world *w, const char *field, const struct sid *sid)
{
	if (seek(w, field) != EVTX_SID || w->failed) {
		world_fail(w, world_text(w, "%s is no SID", field));
		return;
	}
	describe(w, EVTX_SID, sid->len);
	buf_add(&w->now_sink->text, sid->b, sid->len);
}

void ev_guid(struct world *w, const char *field, const uint8_t guid[16])
{
	if (seek(w, field) != EVTX_GUID || w->failed) {
		world_fail(w, world_text(w, "%s is no GUID", field));
		return;
	}
	describe(w, EVTX_GUID, 16);
	buf_add(&w->now_sink->text, guid, 16);
}

void ev_time(struct world *w, const char *field, int64_t t)
{
	ev_n(w, field, (uint64_t)(t / 100) + FILETIME_1970);
}

void ev_data(struct world *w, const char *elements)
{
	buf *b = &w->now_sink->text;
	str all = str_of(elements);
	size_t n = 0;
	char z[4096];

	while (all.len) {
		str one = str_cut(all, '\x1f', &all);

		snprintf(z, sizeof z, "%.*s", STR_ARG(one));
		n += put_wide(b, z) + 2;
		put_le(b, 0, 2);
	}
	describe(w, EVTX_STRING | EVTX_ARRAY, n);
}

void ev_user(struct world *w, const struct sid *sid)
{
	struct packed_event head;
	buf *b = &w->now_sink->text;

	if (b->failed)
		return;
	memcpy(&head, b->ptr + w->now_start, sizeof head);
	head.sid_len = sid->len;
	memcpy(head.sid, sid->b, sid->len);
	memcpy(b->ptr + w->now_start, &head, sizeof head);
}

void ev_end(struct world *w)
{
	const struct evtx_def *d = w->now_def;

	if (d->body != EVTX_CLASSIC)
		while (w->now_field < d->nfields && !w->failed)
			zero(w, d->fields[w->now_field].type);
	sink_end(w->now_sink, w->now_time, w->step);
}

/* --- Winlogbeat ----------------------------------------------------------------------------- */

static void beat_path(const struct sink *s, int64_t t, char out[SINK_PATH_MAX])
{
	const struct world *w = s->all->ctx;

	snprintf(out, SINK_PATH_MAX, "winlogbeat/%s.ndjson", w->hosts.at[s->host].folder);
}

static void narrow(buf *b, const uint8_t *p, size_t len, bool plain)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t cp = load_le16(p + i);
		char z[8];
		buf u = { z, 0, sizeof z, sizeof z, false };

		if (cp >= 0xd800 && cp < 0xdc00 && i + 3 < len) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (load_le16(p + i + 2) - 0xdc00u);
			i += 2;
		}
		if (cp >= 0x20 && cp < 0x7f && cp != '"' && cp != '\\')
			buf_byte(b, (char)cp);
		else if (plain)
			buf_utf8_cp(b, cp);
		else
			json_escape(b, (buf_utf8_cp(&u, cp), buf_view(&u)));
	}
}

void sid_text(buf *b, const uint8_t *p, size_t len)
{
	PUT(b, "S-");
	put_u(b, p[0]);
	buf_byte(b, '-');
	put_u(b, p[7]);
	for (size_t i = 8; i + 4 <= len; i += 4) {
		buf_byte(b, '-');
		put_u(b, load_le32(p + i));
	}
}

static void guid_text(buf *b, const uint8_t *p, bool upper)
{
	static const uint8_t ORDER[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t raw[16];

	for (int i = 0; i < 16; i++)
		raw[i] = p[ORDER[i]];
	buf_byte(b, '{');
	put_uuid(b, raw, upper);
	buf_byte(b, '}');
}

static unsigned hex_digits(uint64_t v)
{
	unsigned n = 1;

	while (v >>= 4)
		n++;
	return n;
}

void ev_value(buf *b, uint8_t type, const uint8_t *p, size_t len, bool plain)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len && i < 8; i++)
		v |= (uint64_t)p[i] << 8 * i;
	switch (type) {
	case EVTX_STRING:
		narrow(b, p, len, plain);
		break;
	case EVTX_SID:
		sid_text(b, p, len);
		break;
	case EVTX_GUID:
		guid_text(b, p, false);
		break;
	case EVTX_HEX32:
	case EVTX_HEX64:
	case EVTX_SIZE:
		PUT(b, "0x");
		put_hex(b, v, hex_digits(v));
		break;
	case EVTX_BOOL:
		buf_z(b, v ? "true" : "false");
		break;
	case EVTX_FILETIME:
		buf_time(b, (int64_t)(v - FILETIME_1970) * 100);
		break;
	default:
		put_u(b, v);
	}
}

/* Nameless Data: param1 and so on. */
static void classic_members(buf *b, const uint8_t *p, size_t len)
{
	unsigned n = 0;

	for (size_t at = 0, i = 0; i + 1 < len; i += 2) {
		if (load_le16(p + i))
			continue;
		json_sep(b);
		PUT(b, "\"param");
		put_u(b, ++n);
		PUT(b, "\":\"");
		narrow(b, p + at, i - at, false);
		buf_byte(b, '"');
		at = i + 2;
	}
}

static void beat_members(const struct packed_event *ev, bytes row, buf *b)
{
	const uint8_t *desc = row.ptr + sizeof *ev, *p = desc + 4 * (size_t)ev->nvalues;

	for (uint32_t i = 0; i < ev->nvalues; i++) {
		size_t len = load_le16(desc + 4 * i);
		uint8_t type = desc[4 * i + 2];

		if (ev->def->body == EVTX_CLASSIC) {
			if (i == 0)
				classic_members(b, p, len);
		} else if (len) {
			json_key(b, ev->def->fields[i].name);
			buf_byte(b, '"');
			ev_value(b, type, p, len, false);
			buf_byte(b, '"');
		}
		p += len;
	}
}

static void beat_render(const struct sink *s, bytes row, buf *b)
{
	const struct world *w = s->all->ctx;
	struct host *h = &w->hosts.at[s->host];
	struct packed_event ev;
	const struct evtx_def *d;

	memcpy(&ev, row.ptr, sizeof ev);
	d = ev.def;
	PUT(b, "{\"@timestamp\":\"");
	put_iso(b, ev.logged, 3, "Z\",\"event\":{\"code\":\"");
	put_u(b, d->id);
	PUT(b, "\",\"created\":\"");
	put_iso(b, ev.logged + 1300 * MS, 3, "Z\",\"kind\":\"event\",\"provider\":\"");
	buf_z(b, d->provider);
	PUT(b,
	    "\"},\"agent\":{\"type\":\"winlogbeat\",\"version\":\"8.12.2\"},\"ecs\":{\"version\":\"8.0.0\"},\"host\":{\"name\":\"");
	buf_z(b, ev.computer);
	PUT(b, "\"},\"winlog\":{\"api\":\"wineventlog\",\"channel\":\"");
	buf_z(b, d->channel);
	PUT(b, "\",\"computer_name\":\"");
	buf_z(b, ev.computer);
	PUT(b, "\",\"event_id\":\"");
	put_u(b, d->id);
	PUT(b, "\",\"record_id\":");
	put_u(b, ++h->ids[w->defs.channel[d - w->defs.at]]);
	PUT(b, ",\"provider_name\":\"");
	buf_z(b, d->provider);
	if (d->provider_guid) {
		PUT(b, "\",\"provider_guid\":\"");
		buf_z(b, d->provider_guid);
	}
	PUT(b, "\",\"process\":{\"pid\":");
	put_u(b, ev.pid);
	PUT(b, ",\"thread\":{\"id\":");
	put_u(b, ev.tid);
	PUT(b, "}}");
	if (d->version) {
		PUT(b, ",\"version\":");
		put_u(b, d->version);
	}
	if (ev.sid_len) {
		PUT(b, ",\"user\":{\"identifier\":\"");
		sid_text(b, ev.sid, ev.sid_len);
		PUT(b, "\"}");
	}
	buf_z(b, d->body == EVTX_USER_DATA ? ",\"user_data\":{" : ",\"event_data\":{");
	if (d->body == EVTX_USER_DATA)
		json_member_str(b, "xml_name", str_of(d->user_element));
	beat_members(&ev, row, b);
	PUT(b, "}}}\n");
}

const struct log_kind KIND_BEAT = { .source = "windows", .path = beat_path, .render = beat_render };
