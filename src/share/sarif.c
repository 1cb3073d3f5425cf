/* SARIF 2.1.0: the rules that matched, one result each. Where is what evidence: by its hash, by its path only where the hosts
 * of the victim may be named. */
#include <stdio.h>

#include "share/share.h"
#include "util/json.h"
#include "util/sha256.h"
#include "util/times.h"

static const char *const LEVELS[LEVEL_CRITICAL + 1] = {
	[LEVEL_MEDIUM] = "warning", [LEVEL_HIGH] = "error", [LEVEL_CRITICAL] = "error"
};

static const char *level_of(const struct story_rule *r)
{
	const char *level = (unsigned)r->level <= LEVEL_CRITICAL ? LEVELS[r->level] : NULL;

	return level ? level : "note";
}

static void text_object(buf *b, const char *key, str text)
{
	json_key(b, key);
	buf_byte(b, '{');
	json_member_str(b, "text", text);
	buf_byte(b, '}');
}

static str id_of(const struct story_rule *r)
{
	return r->id.len ? r->id : r->title;
}

/* Rules are counted over all hosts: to one party they are not told. */
static uint32_t rules_told(const struct told *t)
{
	return t->mine ? 0 : t->st->nrules;
}

static void put_rules(buf *b, const struct told *t)
{
	const struct story *st = t->st;

	json_key(b, "rules");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < rules_told(t); i++) {
		const struct story_rule *r = &st->rules[i];

		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "id", id_of(r));
		text_object(b, "shortDescription", r->title.len ? r->title : id_of(r));
		json_key(b, "defaultConfiguration");
		buf_printf(b, "{\"level\":\"%s\"}", level_of(r));
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

/* What may stand in a path of a URI stands there, all else as %XX. */
static void uri_text(buf *b, str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
		    c == '.' || c == '_' || c == '~' || (c == '/' && i > 0))
			buf_byte(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned char)c);
	}
}

static void put_location(buf *b, const struct story *st, const struct event_ref *ref, bool named)
{
	const struct store_item *it = ref->item < st->nitems ? &st->items[ref->item] : NULL;
	char hash[2 * SHA256_LEN + 1] = "";
	buf uri = { 0 };

	if (it && it->has_sha256)
		sha256_hex(it->sha256, hash);
	if (it && named && it->path.len)
		uri_text(&uri, it->path);
	else if (hash[0])
		buf_printf(&uri, "evidence/sha256/%s", hash);
	else
		buf_printf(&uri, "evidence/item/%u", ref->item);
	json_key(b, "locations");
	buf_z(b, "[{\"physicalLocation\":{\"artifactLocation\":{");
	json_member_str(b, "uri", buf_view(&uri));
	buf_z(b, "},\"region\":{");
	json_member_u64(b, "byteOffset", ref->offset);
	buf_z(b, "}}}]");
	buf_done(&uri);
}

static void put_result(buf *b, const struct told *t, uint32_t number, bool named)
{
	const struct story_rule *r = &t->st->rules[number];
	char uuid[UUID_TEXT + 1];
	buf text = { 0 };

	share_uuid(t, "result", id_of(r), uuid);
	buf_str(&text, r->title.len ? r->title : id_of(r));
	buf_printf(&text, ": %llu event%s on %u host%s", (unsigned long long)r->count,
		   r->count == 1 ? "" : "s", r->hosts, r->hosts == 1 ? "" : "s");
	if (r->first_ns != TIME_NONE) {
		buf_z(&text, ", first ");
		share_time(&text, r->first_ns);
	}
	if (r->last_ns != TIME_NONE) {
		buf_z(&text, ", last ");
		share_time(&text, r->last_ns);
	}
	json_sep(b);
	buf_byte(b, '{');
	json_member_str(b, "guid", str_of(uuid));
	json_member_str(b, "ruleId", id_of(r));
	json_member_u64(b, "ruleIndex", number);
	json_member_str(b, "level", str_of(level_of(r)));
	text_object(b, "message", buf_view(&text));
	put_location(b, t->st, &r->ref, named);
	if (r->count)
		json_member_u64(b, "occurrenceCount", r->count > INT32_MAX ? INT32_MAX : r->count);
	buf_byte(b, '}');
	buf_done(&text);
}

void share_sarif(buf *out, struct told *t, const struct share_options *o)
{
	const struct story *st = t->st;

	buf_z(out,
	      "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{");
	json_key(out, "tool");
	buf_z(out, "{\"driver\":{\"name\":\"spoor\"");
	if (st->run.version.len)
		json_member_str(out, "version", st->run.version);
	put_rules(out, t);
	buf_z(out, "}}");
	json_key(out, "results");
	buf_byte(out, '[');
	for (uint32_t i = 0; i < rules_told(t); i++)
		put_result(out, t, i, o->hosts);
	buf_z(out, "],\"columnKind\":\"utf16CodeUnits\"}]}\n");
}
