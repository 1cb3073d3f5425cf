/* truth.c - what really happened, for scoring: docs/range.md. */
#include <errno.h>
#include <stdlib.h>

#include "util/json.h"
#include "write.h"

static const char *const ROLES[] = { "dc", "mail", "file", "app", "jump", "workstation" };
static const char *const SHAPES[] = { "evtx", "winlogbeat", "zip" };
static const char *const METHODS[] = { "remote-service", "remote-task", "wmi", "rdp" };

static void hosts(const struct world *w, buf *b)
{
	json_key(b, "hosts");
	buf_byte(b, '[');
	for (size_t i = 0; i < w->hosts.len; i++) {
		const struct host *h = &w->hosts.at[i];

		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "host_id", str_of(h->name));
		json_key(b, "names");
		buf_byte(b, '[');
		json_str(b, str_of(h->name));
		buf_byte(b, ',');
		json_str(b, str_of(h->fqdn));
		buf_byte(b, ']');
		json_member_str(b, "ip", str_of(h->ip));
		json_member_str(b, "role", str_of(ROLES[h->role]));
		json_member_str(b, "evidence", str_of(SHAPES[h->shape]));
		json_member_bool(b, "sysmon", h->sysmon);
		json_member_str(b, "state", str_of(h->reached ? "compromised" : "clean"));
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void edges(const struct world *w, const struct intrusion *in, buf *b)
{
	json_key(b, "edges");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < in->nhops; i++) {
		const struct hop *hop = &in->hops[i];

		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "src", str_of(w->hosts.at[hop->from].name));
		json_member_str(b, "dst", str_of(w->hosts.at[hop->to].name));
		json_member_str(b, "kind", str_of(METHODS[hop->method]));
		json_key(b, "account");
		buf_byte(b, '"');
		json_escape(b, str_of(w->domain));
		buf_z(b, "\\\\");
		json_escape(b, str_of(w->people.at[in->account].user));
		buf_byte(b, '"');
		json_member_time(b, "time", in->start + hop->after);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

/* Records of step `mark`, as file and record id. Those that a cleared log lost are not there. */
static void step_events(const struct world *w, uint16_t mark, buf *b)
{
	char name[512];

	json_key(b, "events");
	buf_byte(b, '[');
	for (size_t i = 0; i < w->log.len; i++) {
		if (w->log.at[i].mark != mark)
			continue;
		file_name(w, &w->log.at[i], name, sizeof name);
		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "file", str_of(name));
		json_member_str(b, "channel", str_of(w->defs.at[w->log.at[i].def].channel));
		json_member_u64(b, "record", w->log.at[i].id);
		json_member_u64(b, "event_id", w->defs.at[w->log.at[i].def].id);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void steps(const struct world *w, buf *b)
{
	json_key(b, "steps");
	buf_byte(b, '[');
	for (size_t i = 0; i < w->steps.len; i++) {
		const struct step *s = &w->steps.at[i];

		json_sep(b);
		buf_z(b, "\n{");
		json_member_str(b, "phase", str_of(s->phase));
		json_member_str(b, "what", str_of(s->what));
		json_member_str(b, "host", str_of(w->hosts.at[s->host].name));
		if (s->from != UINT32_MAX)
			json_member_str(b, "from", str_of(w->hosts.at[s->from].name));
		json_member_time(b, "time", s->time);
		step_events(w, (uint16_t)(i + 1), b);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void external(buf *b, const char *ip, const char *name, const char *role)
{
	json_sep(b);
	buf_byte(b, '{');
	json_member_str(b, "ip", str_of(ip));
	if (name)
		json_member_str(b, "domain", str_of(name));
	json_member_str(b, "role", str_of(role));
	buf_byte(b, '}');
}

int truth_write(const struct world *w, const struct intrusion *in, FILE *out, err *e)
{
	buf b = { 0 };
	int rc;

	buf_byte(&b, '{');
	json_member_str(&b, "schema", STR("spoor-truth/1"));
	json_member_str(&b, "scenario", STR("demo"));
	json_member_u64(&b, "seed", w->seed);
	json_key(&b, "window");
	buf_byte(&b, '{');
	json_member_time(&b, "from", w->from);
	json_member_time(&b, "to", w->from + w->days * DAY);
	buf_byte(&b, '}');
	json_member_u64(&b, "records", w->log.len);
	hosts(w, &b);
	json_key(&b, "entry_point");
	buf_byte(&b, '{');
	json_member_str(&b, "host", str_of(w->hosts.at[in->entry].name));
	json_member_time(&b, "time", in->start);
	json_member_str(&b, "vector", STR("public-facing application"));
	buf_byte(&b, '}');
	edges(w, in, &b);
	json_key(&b, "external");
	buf_byte(&b, '[');
	external(&b, in->relay, NULL, "relay");
	external(&b, in->control, in->control_name, "c2");
	buf_byte(&b, ']');
	steps(w, &b);
	buf_z(&b, "}\n");
	rc = b.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the truth")
	     : fwrite(b.ptr, 1, b.len, out) != b.len ? err_errno(e, errno, "cannot write the truth")
						     : 0;
	buf_done(&b);
	return rc;
}
