/* Verbs on rows: the desk itself, incidents, parties, vulnerabilities; the trail. */
#include "cli/desk_verbs.h"
#include "desk/deskcsv.h"
#include "desk/fromcase.h"
#include "desk/trail.h"
#include "util/csv.h"
#include "util/json.h"
#include "util/limits.h"

/* --- words ------------------------------------------------------------------------------------- */

int desk_words(struct desk_call *c, size_t from, struct record *r, err *e)
{
	for (size_t i = from; i < c->args->paths.len; i++) {
		str rest, word = str_of(c->args->paths.at[i]), name = str_cut(word, '=', &rest);

		if (name.len == word.len)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "\"%s\" is not FIELD=VALUE",
				       c->args->paths.at[i]);
		if (record_set(r, name, rest, &c->mem, e) < 0)
			return -1;
	}
	return 0;
}

void desk_say_done(struct desk_call *c, str id, enum record_done done)
{
	static const char *const WORDS[] = {
		[RECORD_SAME] = "as it was", [RECORD_CHANGED] = "changed", [RECORD_ADDED] = "added"
	};

	term_str(&c->out, id);
	buf_printf(&c->out, " %s\n", WORDS[done]);
}

/* --- lists --------------------------------------------------------------------------------------- */

enum list_format { LIST_TABLE, LIST_CSV, LIST_JSON };

struct list {
	struct desk_call *c;
	const char *const *columns;
	enum list_format format;
	uint64_t n;
};

static void json_row(buf *b, const struct record *r)
{
	buf_byte(b, '{');
	json_member_str(b, "id", r->id);
	json_member_str(b, "ref", r->ref);
	for (size_t i = 0; r->type->fields[i].name; i++) {
		if (!r->value[i].ptr || !r->value[i].len)
			continue;
		if (r->type->fields[i].kind == FIELD_COUNT)
			json_member_u64(b, r->type->fields[i].name, record_count(r, r->type->fields[i].name));
		else
			json_member_str(b, r->type->fields[i].name, r->value[i]);
	}
	buf_byte(b, '}');
}

static void csv_row(buf *b, const struct record *r)
{
	csv_cell(b, r->id);
	buf_byte(b, ',');
	csv_cell(b, r->ref);
	for (size_t i = 0; r->type->fields[i].name; i++) {
		buf_byte(b, ',');
		csv_cell(b, r->value[i]);
	}
	buf_z(b, CSV_LINE_END);
}

static void csv_head(buf *b, const struct record_type *t)
{
	buf_z(b, "id,ref");
	for (size_t i = 0; t->fields[i].name; i++)
		buf_printf(b, ",%s", t->fields[i].name);
	buf_z(b, CSV_LINE_END);
}

static int list_row(void *ctx, const struct record *r, err *e)
{
	struct list *l = ctx;
	buf *b = &l->c->out;

	(void)e;
	if (l->format == LIST_JSON) {
		buf_z(b, l->n ? ",\n" : "\n");
		json_row(b, r);
	} else if (l->format == LIST_CSV) {
		csv_row(b, r);
	} else {
		term_str(b, r->id);
		for (size_t i = 0; l->columns[i]; i++) {
			str v = record_get(r, l->columns[i]);

			buf_z(b, "  ");
			if (l->columns[i + 1])
				term_cell(b, v.len ? v : STR("-"), term_width(v) > 20 ? 40 : 20);
			else
				term_str(b, v);
		}
		buf_byte(b, '\n');
	}
	l->n++;
	return b->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a list") : 0;
}

int desk_list(struct desk_call *c, const struct record *like, const char *const *columns, err *e)
{
	static const char *const FORMATS[] = { "table", "csv", "json", NULL };
	int format = args_word(c->args, "format", FORMATS, LIST_TABLE, e);
	struct list l = { .c = c, .columns = columns, .format = (enum list_format)format };

	if (format < 0)
		return -1;
	if (l.format == LIST_CSV)
		csv_head(&c->out, like->type);
	if (l.format == LIST_JSON)
		buf_byte(&c->out, '[');
	if (record_each(c->d, like, NULL, NULL, list_row, &l, e) < 0)
		return -1;
	if (l.format == LIST_JSON)
		buf_z(&c->out, "\n]\n");
	return 0;
}

static int list_like(struct desk_call *c, const struct record_type *t, const char *const *columns, err *e)
{
	struct record like = { .type = t };

	return desk_words(c, 0, &like, e) < 0 ? -1 : desk_list(c, &like, columns, e);
}

/* --- rows ------------------------------------------------------------------------------------------ */

static int put(struct desk_call *c, struct record *r, size_t from, const char *what, err *e)
{
	enum record_done done;
	buf id = { 0 };
	int rc = desk_words(c, from, r, e);

	if (rc == 0)
		rc = record_put(c->d, r, what, &id, &done, e);
	if (rc == 0)
		desk_say_done(c, buf_view(&id), done);
	buf_done(&id);
	return rc;
}

static void show(struct desk_call *c, const struct record *r)
{
	const char *format = args_get(c->args, "format");

	if (format && strcmp(format, "json") == 0) {
		json_row(&c->out, r);
		buf_byte(&c->out, '\n');
		return;
	}
	buf_z(&c->out, "id                 ");
	term_str(&c->out, r->id);
	buf_byte(&c->out, '\n');
	for (size_t i = 0; r->type->fields[i].name; i++)
		if (r->value[i].ptr && r->value[i].len) {
			buf_printf(&c->out, "%-18s ", r->type->fields[i].name);
			term_str(&c->out, r->value[i]);
			buf_byte(&c->out, '\n');
		}
}

int desk_set(struct desk_call *c, err *e)
{
	struct record r = { .type = &RECORD_SETTINGS };

	return put(c, &r, 0, "desk.set", e);
}

int desk_show(struct desk_call *c, err *e)
{
	struct record r;

	if (desk_settings(c->d, &r, &c->mem, e) < 0)
		return -1;
	show(c, &r);
	return 0;
}

int desk_incident_add(struct desk_call *c, err *e)
{
	struct record r = { .type = &RECORD_INCIDENT };

	return put(c, &r, 0, "incident.add", e);
}

int desk_incident_set(struct desk_call *c, err *e)
{
	struct record r = { .type = &RECORD_INCIDENT, .id = str_of(c->args->paths.at[0]) };

	return put(c, &r, 1, "incident.set", e);
}

int desk_incident_show(struct desk_call *c, err *e)
{
	struct record r;
	int rc = record_find(c->d, &RECORD_INCIDENT, str_of(c->args->paths.at[0]), &r, &c->mem, e);

	if (rc == 1)
		show(c, &r);
	return rc == 1   ? 0
	       : rc == 0 ? err_set(e, ERR_IO, ERR_NO_OFFSET, "there is no incident %s", c->args->paths.at[0])
			 : -1;
}

int desk_incident_list(struct desk_call *c, err *e)
{
	static const char *const COLUMNS[] = { "opened", "status", "tlp", "severity", "type", "title", NULL };

	return list_like(c, &RECORD_INCIDENT, COLUMNS, e);
}

int desk_party_add(struct desk_call *c, err *e)
{
	struct record r = { .type = &RECORD_PARTY };

	return put(c, &r, 0, "party.add", e);
}

int desk_party_list(struct desk_call *c, err *e)
{
	static const char *const COLUMNS[] = { "kind", "country", "contact", "name", NULL };

	return list_like(c, &RECORD_PARTY, COLUMNS, e);
}

int desk_vuln_add(struct desk_call *c, err *e)
{
	struct record r = { .type = &RECORD_VULN, .id = str_of(c->args->paths.at[0]) };

	return put(c, &r, 1, "vuln.add", e);
}

int desk_vuln_list(struct desk_call *c, err *e)
{
	static const char *const COLUMNS[] = { "published", "severity", "product", "title", NULL };

	return list_like(c, &RECORD_VULN, COLUMNS, e);
}

/* --- files ----------------------------------------------------------------------------------------- */

int desk_import(struct desk_call *c, err *e)
{
	static const char *const KINDS[] = { "incidents", "parties", "vulns", NULL };
	static const struct {
		const struct record_type *type;
		const char *what;
	} OF[] = { { &RECORD_INCIDENT, "incident.import" },
		   { &RECORD_PARTY, "party.import" },
		   { &RECORD_VULN, "vuln.import" } };
	int kind = args_word(c->args, "what", KINDS, 0, e);
	struct import_counts n;
	buf text = { 0 };
	int rc;

	if (kind < 0)
		return -1;
	rc = desk_slurp(c->args->paths.at[0], &text, e);
	if (rc == 0 && record_import(c->d, OF[kind].type, buf_view(&text), OF[kind].what, &n, e) < 0)
		rc = err_prefix(e, "%s", c->args->paths.at[0]);
	if (rc == 0)
		buf_printf(&c->out, "%llu rows: %llu added, %llu changed\n", (unsigned long long)n.rows,
			   (unsigned long long)n.added, (unsigned long long)n.changed);
	buf_done(&text);
	return rc;
}

int desk_import_from_case(struct desk_call *c, err *e)
{
	const char *path = c->args->paths.at[0];
	struct told told = { 0 };
	struct store *s = NULL;
	struct story *st = NULL;
	enum record_done done;
	buf id = { 0 };
	int rc = -1;

	/* the transaction begins behind what takes its time */
	if (store_open(&s, path, e) == 0 && story_build(&st, s, e) == 0 && told_build(&told, st, e) == 0 &&
	    desk_begin(c->d, e) == 0)
		rc = desk_import_case(c->d, &told, str_of(path), &id, &done, e);
	if (rc == 0)
		rc = desk_commit(c->d, e);
	if (rc == 0)
		desk_say_done(c, buf_view(&id), done);
	told_done(&told);
	story_free(st);
	store_close(s);
	buf_done(&id);
	return rc;
}

/* --- what there is ------------------------------------------------------------------------------------ */

static void field_line(buf *b, const struct field *f)
{
	static const char *const KINDS[] = { [FIELD_TEXT] = "text",
					     [FIELD_WORD] = "one of",
					     [FIELD_TLP] = "CLEAR, GREEN, AMBER, AMBER+STRICT, RED",
					     [FIELD_PAP] = "CLEAR, GREEN, AMBER, RED",
					     [FIELD_TYPE] = "type (desk types)",
					     [FIELD_COUNTRY] = "two letters",
					     [FIELD_YESNO] = "yes, no",
					     [FIELD_TIME] = "time",
					     [FIELD_COUNT] = "number",
					     [FIELD_MAIL] = "mail address",
					     [FIELD_LIST] = "texts, ; between" };

	buf_printf(b, "%-18s %s", f->name, KINDS[f->kind]);
	for (size_t i = 0; f->words && f->words[i]; i++)
		buf_printf(b, "%s%s", i ? ", " : " ", f->words[i]);
	if (f->required)
		buf_z(b, "; must be given");
	if (f->absent)
		buf_printf(b, "; default %s", f->absent);
	buf_byte(b, '\n');
}

int desk_fields(struct desk_call *c, err *e)
{
	static const struct {
		const char *word;
		const struct record_type *type;
	} OF[] = { { "incident", &RECORD_INCIDENT },
		   { "party", &RECORD_PARTY },
		   { "takedown", &RECORD_TAKEDOWN },
		   { "vuln", &RECORD_VULN },
		   { "desk", &RECORD_SETTINGS } };
	const char *word = c->args->paths.len ? c->args->paths.at[0] : "incident";

	for (size_t i = 0; i < COUNT(OF); i++)
		if (strcmp(word, OF[i].word) == 0) {
			for (const struct field *f = OF[i].type->fields; f->name; f++)
				field_line(&c->out, f);
			return 0;
		}
	return err_set(e, ERR_ARG, ERR_NO_OFFSET,
		       "desk fields takes incident, party, takedown, vuln or desk");
}

int desk_types(struct desk_call *c, err *e)
{
	const struct rsit_type *t;

	(void)e;
	for (size_t i = 0; (t = rsit_at(i)) != NULL; i++)
		buf_printf(&c->out, "%-28s %-38s %s\n", t->group, t->name, t->en);
	return 0;
}

static int trail_line(void *ctx, const struct trail_entry *x, err *e)
{
	struct desk_call *c = ctx;
	const char *format = args_get(c->args, "format");

	(void)e;
	if (format && strcmp(format, "json") == 0) {
		buf_byte(&c->out, '{');
		json_member_i64(&c->out, "n", x->n);
		json_member_str(&c->out, "time", x->time);
		json_member_str(&c->out, "who", x->who);
		json_member_str(&c->out, "what", x->what);
		json_member_str(&c->out, "object", x->object);
		json_member_str(&c->out, "before", x->before);
		json_member_str(&c->out, "after", x->after);
		json_member_str(&c->out, "hash", x->hash);
		buf_z(&c->out, "}\n");
		return 0;
	}
	buf_printf(&c->out, "%6lld  %.*s  ", (long long)x->n, STR_ARG(x->time));
	term_cell(&c->out, x->who, 20);
	buf_z(&c->out, "  ");
	term_cell(&c->out, x->what, 18);
	buf_z(&c->out, "  ");
	term_str(&c->out, x->object);
	buf_byte(&c->out, '\n');
	return 0;
}

int desk_trail(struct desk_call *c, err *e)
{
	char hash[SHA256_HEX_LEN + 1];
	uint64_t n;

	if (!args_get(c->args, "verify"))
		return trail_each(c->d, trail_line, c, e);
	if (trail_verify(c->d, &n, hash, e) < 0)
		return -1;
	buf_printf(&c->out, "%llu entries, whole; the last hash is %s\n", (unsigned long long)n,
		   n ? hash : "-");
	return 0;
}
