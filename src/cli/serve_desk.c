#include "cli/serve_desk.h"

#include <jansson.h>
#include <stdio.h>

#include "cli/selfrun.h"
#include "util/json.h"
#include "util/limits.h"

static const struct {
	const char *what, *verb, *sub;
} VIEWS[] = {
	{ "incidents", "incident", "list" }, { "notices", "notices", "list" },
	{ "takedowns", "takedown", "list" }, { "parties", "party", "list" },
	{ "vulns", "vuln", "list" },
};

/* What a browser may do. Nothing is sent from here: mails leave by `spoor desk notices send --send` only. */
static const struct {
	const char *verb, *first, *second;
	bool with_case;
} ACTIONS[] = {
	{ "incident add", "incident", "add", false },
	{ "incident set", "incident", "set", false },
	{ "party add", "party", "add", false },
	{ "notices make", "notices", "make", true },
	{ "notices ack", "notices", "ack", false },
	{ "notices remind", "notices", "remind", false },
	{ "notices escalate", "notices", "escalate", false },
	{ "takedown add", "takedown", "add", false },
	{ "takedown check", "takedown", "check", false },
};

static int run(const char *const *words, buf *out, err *e)
{
	buf problem = { 0 };
	int code = selfrun(words, out, &problem, e);

	if (code > 0) {
		str said = buf_view(&problem);

		if (str_starts(said, STR("spoor: ")))
			said = (str){ said.ptr + 7, said.len - 7 };
		err_set(e, code == 4 ? ERR_BUSY : ERR_ARG, ERR_NO_OFFSET, "%.*s",
			(int)(said.len < 400 ? said.len : 400), said.ptr);
	}
	buf_done(&problem);
	return code == 0 ? 0 : -1;
}

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= '0' && s.ptr[i] <= '9') && !(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') &&
		    s.ptr[i] != '-')
			return false;
	return s.len > 0 && s.len < 40 && s.ptr[0] != '-';
}

int serve_desk_view(const struct serve_desk *d, str what, buf *out, err *e)
{
	str id, head = str_cut(what, '/', &id);
	char word[48];

	for (size_t i = 0; i < COUNT(VIEWS); i++)
		if (str_eq(what, str_of(VIEWS[i].what)))
			return run((const char *const[]){ "desk", "-d", d->db, VIEWS[i].verb, VIEWS[i].sub,
							  "-f", "json", NULL },
				   out, e);
	if (!is_plain(id))
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "the desk has no such view");
	snprintf(word, sizeof word, "%.*s", STR_ARG(id));
	if (str_eq(head, STR("bulletin")))
		return run((const char *const[]){ "desk", "-d", d->db, "bulletin", "--week", word, "-f",
						  "json", NULL },
			   out, e);
	if (str_eq(head, STR("notices"))) {
		buf text = { 0 };
		int rc = run((const char *const[]){ "desk", "-d", d->db, "notices", "show", word, NULL },
			     &text, e);

		buf_byte(out, '{');
		json_member_str(out, "text", buf_view(&text));
		buf_z(out, "}\n");
		buf_done(&text);
		return rc;
	}
	return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "the desk has no such view");
}

/* The words behind the verb; all stand behind "--", so none is an option. */
static int act(const struct serve_desk *d, size_t action, const json_t *words, const char *note, buf *out,
	       err *e)
{
	const char *argv[SELFRUN_WORDS + 1] = { "desk", "-d", d->db };
	size_t n = 3, i;
	const json_t *x;
	buf text = { 0 };
	int rc;

	if (ACTIONS[action].with_case) {
		if (!d->dir)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET,
				       "no case is served: spoor serve CASE --desk FILE");
		argv[n++] = "--case";
		argv[n++] = d->dir;
	}
	if (note) {
		argv[n++] = "--note";
		argv[n++] = note;
	}
	argv[n++] = "--";
	argv[n++] = ACTIONS[action].first;
	argv[n++] = ACTIONS[action].second;
	json_array_foreach((json_t *)(uintptr_t)words, i, x)
	{
		if (!json_is_string(x) || strlen(json_string_value(x)) != json_string_length(x) ||
		    n + 1 >= SELFRUN_WORDS)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "words are texts, and not so many");
		argv[n++] = json_string_value(x);
	}
	rc = run(argv, &text, e);
	if (rc == 0) {
		buf_byte(out, '{');
		json_member_str(out, "said", buf_view(&text));
		buf_z(out, "}\n");
	}
	buf_done(&text);
	return rc;
}

int serve_desk_act(const struct serve_desk *d, str body, buf *out, err *e)
{
	json_t *o = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
	const char *verb = json_string_value(json_object_get(o, "verb"));
	const json_t *words = json_object_get(o, "words");
	int rc = 1;

	for (size_t i = 0; verb && json_is_array(words) && i < COUNT(ACTIONS) && rc == 1; i++)
		if (strcmp(verb, ACTIONS[i].verb) == 0)
			rc = act(d, i, words, json_string_value(json_object_get(o, "note")), out, e);
	json_decref(o);
	return rc == 1 ? err_set(e, ERR_ARG, ERR_NO_OFFSET, "the desk does not do that from a browser") : rc;
}
