/* STIX 2.1. Identifiers of observables follow the specification (2.9): version 5 over the canonical form of what makes
 * them; those of the other objects depend on the evidence. */
#include <stdio.h>

#include "share/share.h"
#include "util/json.h"

/* Marking definitions of TLP 2.0, as its extension fixes them. */
static const struct {
	const char *id, *name;
} TLP_MARKINGS[TLPS] = {
	[TLP_CLEAR] = { "94868c89-83c2-464b-929b-a1a8aa3c8487", "clear" },
	[TLP_GREEN] = { "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green" },
	[TLP_AMBER] = { "55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber" },
	[TLP_AMBER_STRICT] = { "939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict" },
	[TLP_RED] = { "e828b379-4e03-4974-9ac4-e53a884c97c1", "red" },
};
#define TLP_EXTENSION "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

struct stix {
	buf *b;
	struct told *t;
	const struct share_options *o;
	char me[UUID_TEXT + 1]; /* identity of who shares */
	char incident[UUID_TEXT + 1];
};

/* --- objects ------------------------------------------------------------------------------------ */

static void id_member(buf *b, const char *key, const char *type, const char *uuid)
{
	json_key(b, key);
	buf_printf(b, "\"%s--%s\"", type, uuid);
}

static void time_member(buf *b, const char *key, int64_t ns)
{
	json_key(b, key);
	buf_byte(b, '"');
	share_time(b, ns);
	buf_byte(b, '"');
}

static void z_member(buf *b, const char *key, const char *text)
{
	json_member_str(b, key, str_of(text));
}

/* An observable: no times, no creator. */
static void observable_begin(struct stix *w, const char *type, const char *uuid)
{
	json_sep(w->b);
	buf_byte(w->b, '{');
	z_member(w->b, "type", type);
	z_member(w->b, "spec_version", "2.1");
	id_member(w->b, "id", type, uuid);
	json_key(w->b, "object_marking_refs");
	buf_printf(w->b, "[\"marking-definition--%s\"]", TLP_MARKINGS[w->o->tlp].id);
}

static void object_begin(struct stix *w, const char *type, const char *uuid)
{
	observable_begin(w, type, uuid);
	time_member(w->b, "created", w->t->made_ns);
	time_member(w->b, "modified", w->t->made_ns);
	id_member(w->b, "created_by_ref", "identity", w->me);
}

static void object_end(struct stix *w)
{
	buf_byte(w->b, '}');
}

static void relate(struct stix *w, const char *from_type, const char *from, const char *how,
		   const char *to_type, const char *to)
{
	char key[160], uuid[UUID_TEXT + 1];

	snprintf(key, sizeof key, "%s|%s|%s", from, how, to);
	share_uuid(w->t, "relationship", str_of(key), uuid);
	object_begin(w, "relationship", uuid);
	z_member(w->b, "relationship_type", how);
	id_member(w->b, "source_ref", from_type, from);
	id_member(w->b, "target_ref", to_type, to);
	object_end(w);
}

/* --- what stands first ------------------------------------------------------------------------------ */

static void put_marking(struct stix *w)
{
	json_sep(w->b);
	buf_printf(
		w->b,
		"{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"marking-definition--%s\","
		"\"created\":\"2022-10-01T00:00:00.000Z\",\"name\":\"%s\",\"extensions\":{\"%s\":{\"extension_type\":"
		"\"property-extension\",\"tlp_2_0\":\"%s\"}}}",
		TLP_MARKINGS[w->o->tlp].id, tlp_name(w->o->tlp), TLP_EXTENSION, TLP_MARKINGS[w->o->tlp].name);
}

static void put_me(struct stix *w)
{
	object_begin(w, "identity", w->me);
	json_member_str(w->b, "name", share_producer(w->o));
	z_member(w->b, "identity_class", "organization");
	object_end(w);
}

static void put_incident(struct stix *w)
{
	buf text = { 0 };

	object_begin(w, "incident", w->incident);
	share_title(&text, w->t);
	json_member_str(w->b, "name", buf_view(&text));
	buf_clear(&text);
	buf_printf(
		&text,
		"Hosts under control: %u confirmed, %u likely; %u exposed; %u of which the logs cannot tell. Reconstructed from "
		"logs; nobody is named as culprit.",
		w->t->by_class[CLASS_CONFIRMED], w->t->by_class[CLASS_LIKELY], w->t->by_class[CLASS_EXPOSED],
		w->t->by_class[CLASS_UNKNOWN]);
	json_member_str(w->b, "description", buf_view(&text));
	object_end(w);
	buf_done(&text);
}

/* --- indicators ------------------------------------------------------------------------------------- */

/* The canonical form of what makes the id, and the id. */
static const char *observable_id(const struct told_indicator *x, char out[UUID_TEXT + 1])
{
	static const uint8_t SPACE[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
					   0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };
	buf form = { 0 };

	buf_z(&form, x->type == TOLD_SHA256 ? "{\"hashes\":{\"SHA-256\":"
		     : x->type == TOLD_PATH ? "{\"name\":"
					    : "{\"value\":");
	json_str(&form, x->type == TOLD_PATH ? str_basename(x->value) : x->value);
	buf_z(&form, x->type == TOLD_SHA256 ? "}}" : "}");
	uuid5(SPACE, buf_view(&form), out);
	buf_done(&form);
	return x->type == TOLD_SHA256 || x->type == TOLD_PATH ? "file" : told_type_name(x->type);
}

static void put_observable(struct stix *w, const struct told_indicator *x, const char *type, const char *uuid)
{
	observable_begin(w, type, uuid);
	if (x->type == TOLD_SHA256) {
		json_key(w->b, "hashes");
		buf_z(w->b, "{\"SHA-256\":");
		json_str(w->b, x->value);
		buf_byte(w->b, '}');
	} else if (x->type == TOLD_PATH) {
		json_member_str(w->b, "name", str_basename(x->value));
	} else {
		json_member_str(w->b, "value", x->value);
	}
	object_end(w);
}

/* Text inside of quotes of a pattern. */
static void pattern_text(buf *b, str s)
{
	buf_byte(b, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\'' || s.ptr[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, s.ptr[i]);
	}
	buf_byte(b, '\'');
}

static void pattern_of(buf *b, const struct told_indicator *x)
{
	static const char *const PATHS[TOLD_TYPES] = { "ipv4-addr:value", "ipv6-addr:value",
						       "domain-name:value", "file:hashes.'SHA-256'",
						       "file:name" };

	buf_printf(b, "[%s = ", PATHS[x->type]);
	pattern_text(b, x->type == TOLD_PATH ? str_basename(x->value) : x->value);
	buf_byte(b, ']');
}

static void put_indicator(struct stix *w, const struct told_indicator *x, const char *uuid)
{
	buf text = { 0 };

	object_begin(w, "indicator", uuid);
	buf_printf(&text, "Suspected %s", told_role_name(x->role));
	json_member_str(w->b, "name", buf_view(&text));
	buf_clear(&text);
	pattern_of(&text, x);
	json_member_str(w->b, "pattern", buf_view(&text));
	z_member(w->b, "pattern_type", "stix");
	time_member(w->b, "valid_from", x->first_ns == TIME_NONE ? w->t->made_ns : x->first_ns);
	json_key(w->b, "indicator_types");
	buf_z(w->b, "[\"malicious-activity\"]");
	json_member_u64(w->b, "confidence", x->confidence);
	object_end(w);
	buf_done(&text);
}

/* What stands behind an indicator: infrastructure for addresses and names, malware for files. */
static const char *put_behind(struct stix *w, const struct told_indicator *x, char uuid[UUID_TEXT + 1])
{
	static const char *const KINDS[TOLD_ROLES] = { [TOLD_RELAY] = "anonymization",
						       [TOLD_CONTROL] = "command-and-control",
						       [TOLD_EXFILTRATION] = "exfiltration" };
	bool file = x->role >= TOLD_IMPLANT;
	const char *type = file ? "malware" : "infrastructure";

	share_uuid(w->t, type, x->value, uuid);
	object_begin(w, type, uuid);
	json_member_str(w->b, "name",
			file ? str_basename(x->name.len && x->type == TOLD_SHA256 ? x->name : x->value)
			     : x->value);
	if (file) {
		json_member_bool(w->b, "is_family", false);
		json_key(w->b, "malware_types");
		buf_z(w->b, x->role == TOLD_PAGE ? "[\"webshell\"]" : "[\"unknown\"]");
	} else {
		json_key(w->b, "infrastructure_types");
		buf_printf(w->b, "[\"%s\"]", KINDS[x->role]);
		if (x->first_ns != TIME_NONE)
			time_member(w->b, "first_seen", x->first_ns);
		if (x->last_ns != TIME_NONE && x->last_ns > x->first_ns)
			time_member(w->b, "last_seen", x->last_ns);
	}
	object_end(w);
	return type;
}

/* A sighting of the indicator by whoever shares, with what was observed. */
static void put_sighting(struct stix *w, const struct told_indicator *x, const char *indicator,
			 const char *observed)
{
	char uuid[UUID_TEXT + 1];

	share_uuid(w->t, "sighting", x->value, uuid);
	object_begin(w, "sighting", uuid);
	time_member(w->b, "first_seen", x->first_ns);
	if (x->last_ns > x->first_ns)
		time_member(w->b, "last_seen", x->last_ns);
	json_member_u64(w->b, "count", x->hosts ? x->hosts : 1);
	id_member(w->b, "sighting_of_ref", "indicator", indicator);
	json_key(w->b, "observed_data_refs");
	buf_printf(w->b, "[\"observed-data--%s\"]", observed);
	json_key(w->b, "where_sighted_refs");
	buf_printf(w->b, "[\"identity--%s\"]", w->me);
	object_end(w);
}

static void put_observed(struct stix *w, const struct told_indicator *x, const char *type,
			 const char *observable, const char *indicator)
{
	char uuid[UUID_TEXT + 1];

	if (x->first_ns == TIME_NONE || x->last_ns == TIME_NONE)
		return;
	share_uuid(w->t, "observed-data", x->value, uuid);
	object_begin(w, "observed-data", uuid);
	time_member(w->b, "first_observed", x->first_ns);
	time_member(w->b, "last_observed", x->last_ns);
	json_member_u64(w->b, "number_observed", x->hosts ? x->hosts : 1);
	json_key(w->b, "object_refs");
	buf_printf(w->b, "[\"%s--%s\"]", type, observable);
	object_end(w);
	put_sighting(w, x, indicator, uuid);
}

static void put_one(struct stix *w, const struct told_indicator *x)
{
	char indicator[UUID_TEXT + 1], observable[UUID_TEXT + 1], behind[UUID_TEXT + 1];
	const char *type = observable_id(x, observable), *behind_type;

	share_uuid(w->t, "indicator", x->value, indicator);
	put_indicator(w, x, indicator);
	put_observable(w, x, type, observable);
	behind_type = put_behind(w, x, behind);
	put_observed(w, x, type, observable, indicator);
	relate(w, "indicator", indicator, "indicates", behind_type, behind);
	relate(w, "indicator", indicator, "based-on", type, observable);
	relate(w, "incident", w->incident, "related-to", behind_type, behind);
}

/* --- techniques and hosts ------------------------------------------------------------------------------ */

static void put_technique(struct stix *w, const struct told_technique *x)
{
	char uuid[UUID_TEXT + 1];

	share_uuid(w->t, "attack-pattern", str_of(x->id), uuid);
	object_begin(w, "attack-pattern", uuid);
	z_member(w->b, "name", x->name);
	json_key(w->b, "external_references");
	buf_printf(w->b, "[{\"source_name\":\"mitre-attack\",\"external_id\":\"%s\"}]", x->id);
	object_end(w);
	relate(w, "incident", w->incident, "related-to", "attack-pattern", uuid);
}

static void put_host(struct stix *w, const struct told_host *h)
{
	char uuid[UUID_TEXT + 1];
	buf text = { 0 };

	share_uuid(w->t, "host", h->name, uuid);
	object_begin(w, "identity", uuid);
	json_member_str(w->b, "name", h->name);
	z_member(w->b, "identity_class", "system");
	buf_printf(&text, "%s, probability %.0f %%", host_class_name(h->verdict->class),
		   h->verdict->probability * 100);
	json_member_str(w->b, "description", buf_view(&text));
	object_end(w);
	relate(w, "incident", w->incident, "related-to", "identity", uuid);
	buf_done(&text);
}

void share_stix(buf *out, struct told *t, const struct share_options *o)
{
	struct stix w = { .b = out, .t = t, .o = o };
	char bundle[UUID_TEXT + 1];

	share_uuid(t, "identity", o->producer, w.me);
	share_uuid(t, "incident", STR(""), w.incident);
	share_uuid(t, "bundle", str_of(tlp_name(o->tlp)), bundle);
	buf_printf(out, "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":[", bundle);
	put_marking(&w);
	put_me(&w);
	put_incident(&w);
	for (size_t i = 0; i < t->indicator.len; i++)
		put_one(&w, &t->indicator.at[i]);
	for (size_t i = 0; i < t->technique.len; i++)
		put_technique(&w, &t->technique.at[i]);
	for (size_t i = 0; o->hosts && i < t->host.len; i++)
		put_host(&w, &t->host.at[i]);
	buf_z(out, "]}\n");
}
