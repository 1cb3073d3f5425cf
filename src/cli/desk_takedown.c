/* Verbs on take-downs: what was asked of others, and whether it is down. */
#include "cli/desk_verbs.h"
#include "desk/takedown.h"

int desk_takedown_add(struct desk_call *c, err *e)
{
	struct record r = { .type = &RECORD_TAKEDOWN };
	enum record_done done;
	buf id = { 0 };
	int rc = record_set(&r, STR("incident"), str_of(c->args->paths.at[0]), &c->mem, e);

	if (rc == 0)
		rc = desk_words(c, 1, &r, e);
	if (rc == 0)
		rc = takedown_add(c->d, &r, &id, &done, e);
	if (rc == 0)
		desk_say_done(c, buf_view(&id), done);
	buf_done(&id);
	return rc;
}

/* takedown check ID up|down|refused */
int desk_takedown_check(struct desk_call *c, err *e)
{
	const char *note = args_get(c->args, "note");
	bool changed = false;

	if (takedown_check(c->d, str_of(c->args->paths.at[0]), desk_now(c->d), str_of(c->args->paths.at[1]),
			   str_of(note ? note : ""), &changed, e) < 0)
		return -1;
	buf_printf(&c->out, "%s %s%s\n", c->args->paths.at[0], c->args->paths.at[1],
		   changed ? "" : ", as it was");
	return 0;
}

int desk_takedown_import(struct desk_call *c, err *e)
{
	struct import_counts n;
	buf text = { 0 };
	int rc = desk_slurp(c->args->paths.at[0], &text, e);

	if (rc == 0 && takedown_import(c->d, buf_view(&text), &n, e) < 0)
		rc = err_prefix(e, "%s", c->args->paths.at[0]);
	if (rc == 0)
		buf_printf(&c->out, "%llu rows: %llu new\n", (unsigned long long)n.rows,
			   (unsigned long long)n.added);
	buf_done(&text);
	return rc;
}

int desk_takedown_list(struct desk_call *c, err *e)
{
	static const char *const COLUMNS[] = { "incident", "state",  "deadline", "party_kind",
					       "party",    "target", NULL };
	struct record like = { .type = &RECORD_TAKEDOWN };

	return desk_words(c, 0, &like, e) < 0 ? -1 : desk_list(c, &like, COLUMNS, e);
}
