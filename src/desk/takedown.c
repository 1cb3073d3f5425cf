#include "desk/takedown.h"

#include "desk/contact.h"
#include "desk/deskdb_priv.h"
#include "desk/tlpgate.h"
#include "desk/trail.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/times.h"

static const char *const RESULTS[] = { "up", "down", "refused", NULL };

/* --- asking -------------------------------------------------------------------------------------------- */

static int may_ask(struct desk *d, const struct record *r, arena *mem, err *e)
{
	str id = record_get(r, "incident"), party = record_get(r, "party");
	enum notice_role role =
		str_is(record_get(r, "party_kind"), "registrar") ? NOTICE_REGISTRAR : NOTICE_HOSTER;
	struct record incident;
	const char *why;
	int rc = record_find(d, &RECORD_INCIDENT, id, &incident, mem, e);

	if (rc == 0)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "there is no incident %.*s",
			       (int)u64_min(id.len, 60), id.ptr);
	if (rc < 0)
		return -1;
	if (!tlp_gate(record_get(&incident, "tlp"), record_get(&incident, "pap"), role,
		      record_get(&incident, "named"), party, party, &why))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%.*s: %s", STR_ARG(id), why);
	return 0;
}

static const char *kind_of(str target)
{
	return str_find(target, STR("://")) != SIZE_MAX     ? "url"
	       : contact_scope_of(target) == CONTACT_PREFIX ? "address"
							    : "domain";
}

int takedown_add(struct desk *d, struct record *r, buf *ret_id, enum record_done *ret, err *e)
{
	str target = record_get(r, "target"), party = record_get(r, "party");
	arena mem;
	int rc;

	arena_init(&mem, LIMIT_DESK_BYTES);
	rc = may_ask(d, r, &mem, e);
	if (rc == 0 && target.len && record_get(r, "kind").len == 0)
		rc = record_set(r, STR("kind"), str_of(kind_of(target)), &mem, e);
	r->ref = arena_printf(&mem, "%.*s|%.*s|%.*s", STR_ARG(record_get(r, "incident")), STR_ARG(target),
			      STR_ARG(party));
	if (rc == 0)
		rc = r->ref.ptr ? record_put(d, r, "takedown.add", ret_id, ret, e)
				: err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory");
	arena_done(&mem);
	return rc;
}

/* --- looking again ----------------------------------------------------------------------------------------- */

/* 1: this look is there already; 0: it is new. */
static int known_check(struct desk *d, str id, str time, str result, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (desk_prepare(d, "SELECT result FROM checks WHERE takedown = ? AND time = ?", &st, e) < 0)
		return -1;
	desk_bind(st, 1, id);
	desk_bind(st, 2, time);
	rc = desk_step(d, st, e);
	if (rc == 1 && !str_eq(desk_column(st, 0), result))
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET,
			     "%.*s was \"%.*s\" at %.*s, and cannot be \"%.*s\" too", STR_ARG(id),
			     STR_ARG(desk_column(st, 0)), STR_ARG(time), STR_ARG(result));
	sqlite3_finalize(st);
	return rc;
}

static int put_check(struct desk *d, str id, str time, str result, str note, err *e)
{
	sqlite3_stmt *st;
	buf after = { 0 };
	int rc;

	if (desk_prepare(d, "INSERT INTO checks(takedown, time, result, note) VALUES (?, ?, ?, ?)", &st, e) <
	    0)
		return -1;
	desk_bind(st, 1, id);
	desk_bind(st, 2, time);
	desk_bind(st, 3, result);
	desk_bind(st, 4, note.len ? note : (str){ 0 });
	rc = desk_run(d, st, e);
	buf_byte(&after, '{');
	json_member_str(&after, "time", time);
	json_member_str(&after, "result", result);
	json_member_str(&after, "note", note);
	buf_byte(&after, '}');
	if (rc == 0)
		rc = trail_add(d, "takedown.check", id, STR(""), buf_view(&after), e);
	buf_done(&after);
	return rc;
}

/* State of the last look; "down" since the first of the looks at the end that all say so. */
static int state_of(struct desk *d, str id, buf *state, buf *down, err *e)
{
	sqlite3_stmt *st;
	bool still = true;
	int rc;

	if (desk_prepare(d, "SELECT result, time FROM checks WHERE takedown = ? ORDER BY time DESC", &st, e) <
	    0)
		return -1;
	desk_bind(st, 1, id);
	while (still && (rc = desk_step(d, st, e)) == 1) {
		if (state->len == 0)
			buf_str(state, desk_column(st, 0));
		still = str_is(desk_column(st, 0), "down");
		if (still) {
			buf_clear(down);
			buf_str(down, desk_column(st, 1));
		}
	}
	sqlite3_finalize(st);
	return still && rc < 0 ? -1 : 0;
}

static int follow(struct desk *d, str id, err *e)
{
	struct record r = { .type = &RECORD_TAKEDOWN, .id = id };
	enum record_done done;
	buf state = { 0 }, down = { 0 }, ignored = { 0 };
	arena mem;
	int rc = state_of(d, id, &state, &down, e);

	arena_init(&mem, LIMIT_LINE_BYTES);
	if (rc == 0)
		rc = record_set(&r, STR("state"), buf_view(&state), &mem, e);
	if (rc == 0)
		rc = record_set(&r, STR("down"), buf_view(&down), &mem, e);
	if (rc == 0)
		rc = record_put(d, &r, "takedown.state", &ignored, &done, e);
	arena_done(&mem);
	buf_done(&state);
	buf_done(&down);
	buf_done(&ignored);
	return rc;
}

int takedown_check(struct desk *d, str id, int64_t ns, str result, str note, bool *ret_changed, err *e)
{
	static const struct field RESULT = {
		.name = "result", .kind = FIELD_WORD, .words = RESULTS, .required = true
	};
	static const struct field NOTE = { .name = "note", .kind = FIELD_TEXT };
	struct record r;
	buf time = { 0 }, word = { 0 }, text = { 0 };
	arena mem;
	int rc, known = 0;

	arena_init(&mem, LIMIT_DESK_BYTES);
	rc = record_find(d, &RECORD_TAKEDOWN, id, &r, &mem, e);
	if (rc == 0)
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET, "there is no take-down %.*s",
			     (int)u64_min(id.len, 60), id.ptr);
	else if (rc == 1)
		rc = field_put(&RESULT, result, &word, e) < 0 || field_put(&NOTE, note, &text, e) < 0 ? -1
												      : 0;
	desk_time(&time, ns);
	if (rc == 0 && str_cmp(buf_view(&time), record_get(&r, "asked")) < 0)
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET, "%.*s was asked for at %.*s, after this look",
			     STR_ARG(id), STR_ARG(record_get(&r, "asked")));
	if (rc == 0)
		rc = known = known_check(d, id, buf_view(&time), buf_view(&word), e);
	if (rc == 0)
		rc = put_check(d, id, buf_view(&time), buf_view(&word), buf_view(&text), e);
	if (rc == 0)
		rc = follow(d, id, e);
	if (rc >= 0)
		*ret_changed = known == 0;
	arena_done(&mem);
	buf_done(&time);
	buf_done(&word);
	buf_done(&text);
	return rc < 0 ? -1 : 0;
}

/* --- tables ------------------------------------------------------------------------------------------------- */

struct matching {
	VEC(str) id;
	arena *mem;
};

static int note_id(void *ctx, const struct record *r, err *e)
{
	struct matching *m = ctx;
	str *to = VEC_PUSH(&m->id, LIMIT_DESK_ROWS);

	if (to)
		*to = arena_str(m->mem, r->id);
	return to && to->ptr ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a list");
}

/* The take-downs that a row means. */
static int meant(struct desk *d, const struct deskcsv *c, struct matching *m, err *e)
{
	struct record like = { .type = &RECORD_TAKEDOWN };
	str id = deskcsv_cell(c, "id"), target = deskcsv_cell(c, "target");

	if (id.len) {
		str *to = VEC_PUSH(&m->id, LIMIT_DESK_ROWS);

		if (!to)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a list");
		*to = id;
		return 0;
	}
	if (target.len == 0)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "id or target is needed");
	if (record_set(&like, STR("target"), target, m->mem, e) < 0 ||
	    record_each(d, &like, NULL, NULL, note_id, m, e) < 0)
		return -1;
	return m->id.len ? 0
			 : err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "nobody was asked to take down \"%.*s\"",
				   (int)u64_min(target.len, 60), target.ptr);
}

static int row_put(struct desk *d, const struct deskcsv *c, arena *mem, struct import_counts *n, err *e)
{
	static const struct field TIME = { .name = "time", .kind = FIELD_TIME, .required = true };
	struct matching m = { .mem = mem };
	enum time_basis basis;
	buf time = { 0 };
	int64_t ns = 0;
	int rc = field_put(&TIME, deskcsv_cell(c, "time"), &time, e);

	if (rc == 0)
		time_parse_iso(buf_view(&time), &ns, &basis);
	if (rc == 0)
		rc = meant(d, c, &m, e);
	for (size_t i = 0; rc == 0 && i < m.id.len; i++) {
		bool changed = false;

		rc = takedown_check(d, m.id.at[i], ns, deskcsv_cell(c, "result"), deskcsv_cell(c, "note"),
				    &changed, e);
		n->added += changed;
	}
	VEC_DONE(&m.id);
	buf_done(&time);
	return rc;
}

int takedown_import(struct desk *d, str text, struct import_counts *ret, err *e)
{
	struct import_counts n = { 0 };
	struct deskcsv c;
	arena mem;
	int rc = deskcsv_open(&c, text, e);

	arena_init(&mem, LIMIT_DESK_BYTES);
	while (rc == 0 && (rc = deskcsv_next(&c, e)) == 1) {
		arena_clear(&mem);
		n.rows++;
		rc = row_put(d, &c, &mem, &n, e);
		if (rc < 0) {
			e->code = e->code == ERR_ARG ? ERR_CORRUPT : e->code;
			rc = err_prefix(e, "line %zu", c.line);
			break;
		}
	}
	if (rc == 0)
		*ret = n;
	deskcsv_done(&c);
	arena_done(&mem);
	return rc;
}
