/* write_log.c - sorting the log, and its EVTX and Winlogbeat forms. */
#include <stdlib.h>

#include "util/json.h"
#include "write.h"

#define FILETIME_1970 UINT64_C(116444736000000000)
#define LIMIT_RECORD_BYTES (1u << 20) /* values of one record; a chunk holds 64 KiB */

/* Sorted with qsort_r, which the C library provides: the definitions name the channels. */
static int by_file(const void *a, const void *b, void *ctx)
{
	const struct world *w = ctx;
	const struct rec *x = a, *y = b;
	int c;

	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	c = strcmp(w->defs.at[x->def].channel, w->defs.at[y->def].channel);
	if (c)
		return c;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static bool same_file(const struct world *w, const struct rec *a, const struct rec *b)
{
	return a->host == b->host && strcmp(w->defs.at[a->def].channel, w->defs.at[b->def].channel) == 0;
}

/* Records before the last clearing of their log are gone; what follows keeps its ids. */
static size_t drop_cleared(const struct world *w, size_t from, size_t to)
{
	for (size_t i = to; i > from; i--) {
		uint16_t def = w->log.at[i - 1].def;

		if (def == D_SEC_CLEARED || def == D_SYS_CLEARED)
			return i - 1;
	}
	return from;
}

int log_settle(struct world *w, err *e)
{
	size_t kept = 0, from = 0;

	if (w->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the events");
	qsort_r(w->log.at, w->log.len, sizeof *w->log.at, by_file, w);
	while (from < w->log.len) {
		struct rng r =
			rng_stream(w->seed, w->defs.at[w->log.at[from].def].channel, w->log.at[from].host);
		uint64_t id = 1000 + rng_below(&r, 900000);
		size_t to = from, start;

		while (to < w->log.len && same_file(w, &w->log.at[from], &w->log.at[to]))
			w->log.at[to++].id = id++;
		start = drop_cleared(w, from, to);
		memmove(w->log.at + kept, w->log.at + start, (to - start) * sizeof *w->log.at);
		kept += to - start;
		from = to;
	}
	w->log.len = kept;
	return 0;
}

/* --- EVTX ----------------------------------------------------------------------------------- */

static int add_record(const struct world *w, const struct rec *r, struct evtx_writer *to, arena *mem, err *e)
{
	const struct evtx_def *d = &w->defs.at[r->def];
	struct evtx_value v[EVTX_FIELDS_MAX] = { { 0 } }, sid = { 0 };
	struct evtx_record out = { .def = d,
				   .computer = w->hosts.at[r->host].fqdn,
				   .id = r->id,
				   .pid = r->pid,
				   .tid = r->tid,
				   .values = v };

	arena_clear(mem);
	for (uint32_t i = 0; i < d->nfields; i++)
		if (evtx_value_parse(d->fields[i].type, str_of(r->values[i]), mem, &v[i], e) < 0)
			return err_prefix(e, "event %u, %s", d->id, d->fields[i].name);
	if (r->sid && evtx_value_parse(EVTX_SID, str_of(r->sid), mem, &sid, e) < 0)
		return -1;
	out.user_sid = sid.data;
	out.created = (uint64_t)(r->time / 100) + FILETIME_1970;
	out.written = out.created + 1000 + r->order % 4000;
	return evtx_writer_add(to, &out, e);
}

int write_evtx(const struct world *w, size_t from, size_t to, FILE *out, err *e)
{
	struct evtx_writer *writer;
	arena mem;
	int rc = 0;

	if (evtx_writer_new(&writer, out, e) < 0)
		return -1;
	arena_init(&mem, LIMIT_RECORD_BYTES);
	for (size_t i = from; rc == 0 && i < to; i++)
		rc = add_record(w, &w->log.at[i], writer, &mem, e);
	if (rc == 0)
		rc = evtx_writer_finish(writer, e);
	evtx_writer_free(writer);
	arena_done(&mem);
	return rc;
}

/* --- Winlogbeat ----------------------------------------------------------------------------- */

static void json_data(const struct evtx_def *d, const struct rec *r, buf *b)
{
	if (d->body == EVTX_CLASSIC) {
		str all = str_of(r->values[0]);
		char name[16];

		for (unsigned i = 1; all.len; i++) {
			snprintf(name, sizeof name, "param%u", i);
			json_member_str(b, name, str_cut(all, '\x1f', &all));
		}
		return;
	}
	if (d->body == EVTX_USER_DATA)
		json_member_str(b, "xml_name", str_of(d->user_element));
	for (uint32_t i = 0; i < d->nfields; i++)
		if (r->values[i][0])
			json_member_str(b, d->fields[i].name, str_of(r->values[i]));
}

static void open_object(buf *b, const char *key)
{
	json_key(b, key);
	buf_byte(b, '{');
}

static void number_text(buf *b, const char *key, uint64_t v)
{
	json_key(b, key);
	buf_printf(b, "\"%llu\"", (unsigned long long)v);
}

void json_record(const struct world *w, const struct rec *r, buf *b)
{
	const struct evtx_def *d = &w->defs.at[r->def];
	const struct host *h = &w->hosts.at[r->host];

	buf_byte(b, '{');
	json_member_time(b, "@timestamp", r->time);
	open_object(b, "event");
	number_text(b, "code", d->id);
	json_member_str(b, "kind", STR("event"));
	json_member_str(b, "provider", str_of(d->provider));
	buf_z(b,
	      "},\"agent\":{\"type\":\"winlogbeat\",\"version\":\"8.12.2\"},\"ecs\":{\"version\":\"8.0.0\"}");
	open_object(b, "host");
	json_member_str(b, "name", str_of(h->fqdn));
	buf_byte(b, '}');
	open_object(b, "winlog");
	json_member_str(b, "api", STR("wineventlog"));
	json_member_str(b, "channel", str_of(d->channel));
	json_member_str(b, "computer_name", str_of(h->fqdn));
	number_text(b, "event_id", d->id);
	number_text(b, "record_id", r->id);
	json_member_str(b, "provider_name", str_of(d->provider));
	if (d->provider_guid)
		json_member_str(b, "provider_guid", str_of(d->provider_guid));
	if (d->version)
		json_member_u64(b, "version", d->version);
	open_object(b, "process");
	json_member_u64(b, "pid", r->pid);
	buf_printf(b, ",\"thread\":{\"id\":%u}}", r->tid);
	if (r->sid) {
		open_object(b, "user");
		json_member_str(b, "identifier", str_of(r->sid));
		buf_byte(b, '}');
	}
	open_object(b, d->body == EVTX_USER_DATA ? "user_data" : "event_data");
	json_data(d, r, b);
	buf_z(b, "}}}\n");
}
