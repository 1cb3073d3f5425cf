/* IODEF 2 as JSON (RFC 8727): the same classes as in XML; what may stand several times is an array. */
#include "share/share.h"
#include "util/json.h"

static void z_member(buf *b, const char *key, const char *text)
{
	json_member_str(b, key, str_of(text));
}

static void time_member(buf *b, const char *key, int64_t ns)
{
	if (ns == TIME_NONE)
		return;
	json_key(b, key);
	buf_byte(b, '"');
	share_time(b, ns);
	buf_byte(b, '"');
}

static void put_node(buf *b, const struct told_indicator *x)
{
	json_key(b, "Node");
	buf_byte(b, '{');
	if (x->type == TOLD_DOMAIN) {
		json_key(b, "DomainData");
		buf_z(b, "[{\"system-status\":\"unknown\",\"domain-status\":\"unknown\"");
		json_member_str(b, "Name", x->value);
	} else {
		json_key(b, "Address");
		buf_byte(b, '[');
		buf_byte(b, '{');
		json_member_str(b, "value", x->value);
		z_member(b, "category", x->type == TOLD_IPV4 ? "ipv4-addr" : "ipv6-addr");
	}
	buf_z(b, "}]}");
}

static void put_system(buf *b, const struct told_indicator *x)
{
	buf text = { 0 };

	json_sep(b);
	buf_byte(b, '{');
	time_member(b, "StartTime", x->first_ns);
	time_member(b, "EndTime", x->last_ns);
	json_key(b, "Flow");
	buf_z(b, "[{\"System\":[{");
	z_member(b, "category", x->role == TOLD_RELAY ? "source" : "infrastructure");
	put_node(b, x);
	buf_printf(&text, "suspected %s, %u %%", told_role_name(x->role), x->confidence);
	json_key(b, "Description");
	buf_byte(b, '[');
	json_str(b, buf_view(&text));
	buf_z(b, "]}]}]}");
	buf_done(&text);
}

static void put_contact(buf *b, const struct share_options *o)
{
	json_key(b, "Contact");
	buf_z(b, "[{\"role\":\"creator\",\"type\":\"organization\",\"ContactName\":[");
	json_str(b, share_producer(o));
	buf_byte(b, ']');
	if (o->contact.len) {
		json_key(b, "Email");
		buf_z(b, "[{");
		json_member_str(b, "EmailTo", o->contact);
		buf_z(b, "}]");
	}
	buf_z(b, "}]");
}

void share_iodef_json(buf *out, struct told *t, const struct share_options *o)
{
	static const char *const RESTRICTIONS[TLPS] = { "white", "green", "amber", "amber", "red" };
	char uuid[UUID_TEXT + 1];
	bool any = false;
	buf title = { 0 };

	share_uuid(t, "incident", STR(""), uuid);
	share_title(&title, t);
	buf_z(&title, "; reconstructed from logs");
	buf_z(out, "{\"version\":\"2.0\",\"lang\":\"en\",\"Incident\":[{\"purpose\":\"reporting\"");
	z_member(out, "restriction", RESTRICTIONS[o->tlp]);
	json_key(out, "IncidentID");
	buf_byte(out, '{');
	z_member(out, "id", uuid);
	json_member_str(out, "name", share_producer(o));
	buf_byte(out, '}');
	time_member(out, "StartTime", t->first_ns);
	time_member(out, "GenerationTime", t->made_ns);
	json_key(out, "Description");
	buf_byte(out, '[');
	json_str(out, buf_view(&title));
	buf_byte(out, ']');
	put_contact(out, o);
	for (size_t i = 0; i < t->indicator.len; i++) {
		if (t->indicator.at[i].type > TOLD_DOMAIN)
			continue;
		if (!any) {
			json_key(out, "EventData");
			buf_byte(out, '[');
		}
		any = true;
		put_system(out, &t->indicator.at[i]);
	}
	buf_z(out, any ? "]}]}\n" : "}]}\n");
	buf_done(&title);
}
