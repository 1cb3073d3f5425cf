/* A MISP event as its REST interface and its feeds take it. */
#include <stdio.h>

#include "share/share.h"
#include "util/json.h"
#include "util/times.h"

static void seconds_member(buf *b, const char *key, int64_t ns)
{
	json_key(b, key);
	buf_printf(b, "\"%lld\"", (long long)(ns == TIME_NONE ? 0 : ns / NS_PER_S));
}

static void seen_member(buf *b, const char *key, int64_t ns)
{
	if (ns == TIME_NONE)
		return;
	json_key(b, key);
	buf_byte(b, '"');
	share_time(b, ns);
	buf_byte(b, '"');
}

static const char *type_of(const struct told_indicator *x)
{
	switch (x->type) {
	case TOLD_IPV4:
	case TOLD_IPV6:
		return x->role == TOLD_RELAY ? "ip-src" : "ip-dst";
	case TOLD_DOMAIN:
		return "domain";
	case TOLD_SHA256:
		return "sha256";
	case TOLD_PATH:
	case TOLD_TYPES:
		break;
	}
	return "filename";
}

static void put_attribute(buf *b, const struct told *t, const struct told_indicator *x)
{
	char uuid[UUID_TEXT + 1];
	buf comment = { 0 };

	share_uuid(t, "attribute", x->value, uuid);
	json_sep(b);
	buf_byte(b, '{');
	json_member_str(b, "uuid", str_of(uuid));
	json_member_str(b, "type", str_of(type_of(x)));
	json_member_str(b, "category",
			x->type == TOLD_SHA256 ? STR("Payload delivery")
			: x->type == TOLD_PATH ? STR("Artifacts dropped")
					       : STR("Network activity"));
	json_member_str(b, "value", x->type == TOLD_PATH ? str_basename(x->value) : x->value);
	json_member_bool(b, "to_ids", x->confidence >= 70 && x->type != TOLD_PATH);
	buf_printf(&comment, "suspected %s, %u %%", told_role_name(x->role), x->confidence);
	json_member_str(b, "comment", buf_view(&comment));
	seconds_member(b, "timestamp", t->made_ns);
	seen_member(b, "first_seen", x->first_ns);
	seen_member(b, "last_seen", x->last_ns);
	buf_byte(b, '}');
	buf_done(&comment);
}

static void put_tags(buf *b, const struct told *t, const struct share_options *o)
{
	json_key(b, "Tag");
	buf_byte(b, '[');
	buf_z(b, "{\"name\":\"");
	share_tlp_tag(b, o->tlp);
	buf_z(b, "\"}");
	for (size_t i = 0; i < t->technique.len; i++) {
		const struct told_technique *x = &t->technique.at[i];

		buf_printf(b, ",{\"name\":\"misp-galaxy:mitre-attack-pattern=\\\"%s - %s\\\"\"}", x->name,
			   x->id);
	}
	buf_byte(b, ']');
}

void share_misp(buf *out, struct told *t, const struct share_options *o)
{
	char uuid[UUID_TEXT + 1], date[TIME_TEXT_MAX];
	buf title = { 0 };

	share_uuid(t, "event", STR(""), uuid);
	share_title(&title, t);
	time_text(t->first_ns == TIME_NONE ? t->made_ns : t->first_ns, date);
	buf_z(out, "{\"Event\":{");
	json_member_str(out, "uuid", str_of(uuid));
	json_member_str(out, "info", buf_view(&title));
	json_member_str(out, "date", (str){ date, 10 });
	json_member_str(out, "threat_level_id", STR("4")); /* undefined: to be judged by who shares */
	json_member_str(out, "analysis", STR("1"));        /* ongoing */
	json_member_str(out, "distribution", STR("0")); /* this organisation only, until somebody decides */
	json_member_bool(out, "published", false);
	seconds_member(out, "timestamp", t->made_ns);
	put_tags(out, t, o);
	json_key(out, "Attribute");
	buf_byte(out, '[');
	for (size_t i = 0; i < t->indicator.len; i++)
		put_attribute(out, t, &t->indicator.at[i]);
	buf_z(out, "]}}\n");
	buf_done(&title);
}
