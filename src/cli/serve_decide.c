#include "cli/serve_decide.h"

#include <jansson.h>

#include "cli/mark_how.h"
#include "util/json.h"

uint64_t decide_revision(const char *dir)
{
	struct decisions *d = NULL;
	uint64_t n = 0;

	if (decisions_read(&d, dir, NULL) == 0)
		n = decisions_revision(d);
	decisions_free(d);
	return n;
}

enum serve_outcome decide_list(const char *dir, buf *out, err *e)
{
	struct decisions *d = NULL;

	if (decisions_read(&d, dir, e) < 0)
		return SERVE_BROKEN;
	buf_byte(out, '{');
	json_member_u64(out, "revision", decisions_revision(d));
	json_key(out, "decisions");
	buf_byte(out, '[');
	for (size_t i = 0; i < decisions_count(d); i++) {
		json_sep(out);
		decision_json(out, decision_at(d, i));
	}
	buf_z(out, "]}\n");
	decisions_free(d);
	return SERVE_OK;
}

/* --- making one -------------------------------------------------------------------------------- */

static str text_of(const json_t *o, const char *key)
{
	const json_t *x = json_object_get(o, key);

	return json_is_string(x) ? (str){ json_string_value(x), json_string_length(x) } : STR("");
}

static void put_changes(buf *out, str lines)
{
	json_key(out, "changes");
	buf_byte(out, '[');
	while (lines.len) {
		str line = str_cut(lines, '\n', &lines);

		if (!line.len || str_eq(line, STR("the story did not change")))
			continue;
		json_sep(out);
		buf_byte(out, '{');
		json_member_str(out, "text", line);
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
}

static enum serve_outcome refuse(buf *out, str why)
{
	buf_byte(out, '{');
	json_member_str(out, "error", why);
	buf_z(out, "}\n");
	return SERVE_BAD;
}

static enum serve_outcome decide(const char *dir, struct decision *d, const json_t *expect, buf *out, err *e)
{
	uint64_t seen = json_is_integer(expect) ? (uint64_t)json_integer_value(expect) : DECISIONS_ANY;
	buf changes = { 0 };
	int rc = mark_decide(dir, d, seen, &changes, e);

	if (rc < 0) {
		buf_done(&changes);
		return e->code == ERR_ARG ? refuse(out, str_of(e->text)) : SERVE_BROKEN;
	}
	buf_byte(out, '{');
	json_member_u64(out, "revision", decide_revision(dir));
	if (rc > 0)
		json_member_str(out, "error", STR("somebody decided about this meanwhile: look again"));
	put_changes(out, buf_view(&changes));
	buf_z(out, "}\n");
	buf_done(&changes);
	return rc > 0 ? SERVE_CONFLICT : SERVE_OK;
}

enum serve_outcome decide_from(const char *dir, str body, buf *out, err *e)
{
	json_t *o = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
	struct decision d = { .who = text_of(o, "who"),
			      .target = text_of(o, "target"),
			      .value = text_of(o, "value"),
			      .reason = text_of(o, "reason") };
	enum serve_outcome rc;

	if (d.who.len == 0)
		d.who = STR("analyst");
	if (!json_is_object(o) || !decision_kind_named(text_of(o, "kind"), &d.kind)) {
		rc = refuse(out, STR("this is no decision"));
	} else {
		if (d.kind == DECISION_NOTE)
			d.value = STR("");
		rc = decide(dir, &d, json_object_get(o, "expect"), out, e);
	}
	json_decref(o);
	return rc;
}
