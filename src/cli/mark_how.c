#include "cli/mark_how.h"

#include "report/report.h"
#include "report/why.h"
#include "story/decided.h"
#include "story/hostrole.h"

static bool is_known_id(const struct story *st, const struct decision *d)
{
	const struct incident *in = st->incident;
	char id[DECIDED_ID_LEN + 1];

	for (uint32_t i = 0; i < in->nrejected; i++)
		if (str_eq(str_of(in->rejected[i].id), d->target))
			return true;
	for (uint32_t i = 0; d->kind == DECISION_SIGN && i < in->nclues; i++) {
		decided_sign_id(st, &in->clues[i], id);
		if (str_eq(str_of(id), d->target))
			return true;
	}
	for (uint32_t i = 0; d->kind == DECISION_EDGE && i < in->nedges; i++) {
		decided_edge_id(st, in->edges[i].from, in->edges[i].to, in->edges[i].kind, id);
		if (str_eq(str_of(id), d->target))
			return true;
	}
	return false;
}

/* The target as the case has it; an error if it has no such thing. */
static int target_check(const struct story *st, struct decision *d, err *e)
{
	uint32_t host;

	switch (d->kind) {
	case DECISION_ROLE:
		if (!str_eq(d->value, STR("none")) && host_role_named(d->value) == HOST_ROLES)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no role \"%.*s\"", STR_ARG(d->value));
		/* fall through */
	case DECISION_HOST:
		host = report_host_named(st, d->target);
		if (host == STORY_NOBODY)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET,
				       "the case has no host \"%.*s\", or several so called",
				       STR_ARG(d->target));
		d->target = story_host_name(st, host);
		return 0;
	case DECISION_SIGN:
	case DECISION_EDGE:
		if (!st->incident || !is_known_id(st, d))
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "the case has no %s with the id \"%.*s\"",
				       decision_kind_name(d->kind), STR_ARG(d->target));
		return 0;
	default:
		return 0;
	}
}

int mark_decide(const char *dir, struct decision *d, uint64_t expect, buf *changes, err *e)
{
	struct story *before = NULL, *after = NULL;
	struct store *s = NULL;
	int rc = -1;

	if (store_open(&s, dir, e) < 0 || story_build(&before, s, e) < 0 || target_check(before, d, e) < 0)
		goto out;
	rc = decisions_add(dir, d, expect, e);
	if (rc != 0)
		goto out;
	rc = -1;
	if (story_build(&after, s, e) < 0 || report_write(s, after, dir, e) < 0)
		goto out;
	if (decided_changes(before, after, changes) == 0)
		buf_z(changes, "the story did not change\n");
	rc = 0;
out:
	story_free(before);
	story_free(after);
	store_close(s);
	return rc;
}
