/* A bulletin for programs: each number with the ids that it was counted from. */
#include "desk/bulletin.h"
#include "util/json.h"

static void parts(buf *to, const char *key, const char *amounts, const struct bulletin_number *n, int side)
{
	bool sums = false;

	json_key(to, key);
	buf_byte(to, '[');
	for (size_t i = 0; i < n->part[side].len; i++) {
		json_sep(to);
		json_str(to, n->part[side].at[i].id);
		sums |= n->part[side].at[i].n != 1;
	}
	buf_byte(to, ']');
	if (!sums)
		return;
	json_key(to, amounts);
	buf_byte(to, '[');
	for (size_t i = 0; i < n->part[side].len; i++)
		buf_printf(to, "%s%llu", i ? "," : "", (unsigned long long)n->part[side].at[i].n);
	buf_byte(to, ']');
}

static void number(buf *to, const struct bulletin *b, const struct bulletin_number *n)
{
	static const char *const GROUPS[NUMBER_GROUPS] = {
		"main",  "vulnerabilities", "actions", "by_party",
		"types", "severities",      "sectors", "provinces"
	};
	buf label = { 0 }, change = { 0 };

	bulletin_label(&label, b, n);
	bulletin_change(&change, b, n);
	buf_z(to, "\n{");
	json_member_str(to, "group", str_of(GROUPS[n->group]));
	json_member_str(to, "key", n->key);
	json_member_str(to, "label", buf_view(&label));
	json_member_u64(to, "value", n->n[NOW]);
	json_member_u64(to, "before", n->n[BEFORE]);
	json_member_str(to, "change", buf_view(&change));
	parts(to, "ids", "amounts", n, NOW);
	parts(to, "ids_before", "amounts_before", n, BEFORE);
	buf_byte(to, '}');
	to->failed |= label.failed || change.failed;
	buf_done(&label);
	buf_done(&change);
}

static void top(buf *to, const struct bulletin_case *c)
{
	buf_byte(to, '{');
	json_member_str(to, "id", c->id);
	json_member_str(to, "type", c->type);
	json_member_str(to, "severity", c->severity);
	json_member_str(to, "sector", c->sector);
	json_member_str(to, "province", c->province);
	json_member_bool(to, "cross_border", c->cross_border);
	json_member_u64(to, "hosts", c->hosts);
	json_member_u64(to, "leaked_records", c->leaked_records);
	buf_byte(to, '}');
}

void bulletin_json(buf *to, const struct bulletin *b)
{
	buf_z(to, "{\"schema\":\"spoor-bulletin/1\"");
	json_member_str(to, "week", b->week);
	json_member_time(to, "from", b->span.from_ns);
	json_member_time(to, "to", b->span.to_ns);
	json_member_str(to, "org", b->org);
	json_member_str(to, "tlp", str_of(tlp_name(b->tlp)));
	json_key(to, "numbers");
	buf_byte(to, '[');
	for (size_t i = 0; i < b->number.len; i++) {
		buf_z(to, i ? "," : "");
		number(to, b, &b->number.at[i]);
	}
	buf_z(to, "]");
	json_key(to, "cases");
	buf_byte(to, '[');
	for (size_t i = 0; i < b->top.len; i++) {
		json_sep(to);
		top(to, &b->top.at[i]);
	}
	buf_z(to, "]}\n");
}
