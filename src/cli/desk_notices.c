/* Verbs on notices: make, list, show, export, acknowledge, remind, escalate. */
#include "cli/desk_verbs.h"
#include "cli/outfile.h"
#include "desk/mailform.h"
#include "desk/noticemake.h"
#include "share/share.h"
#include "util/csv.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/times.h"

/* --- making -------------------------------------------------------------------------------------------- */

static int told_of(void *ctx, str id, const char *role, str name, str contact, const char *what, err *e)
{
	struct desk_call *c = ctx;

	(void)e;
	term_cell(&c->out, id.len ? id : STR("-"), 9);
	buf_printf(&c->out, "  %-13s  ", role);
	term_cell(&c->out, contact.len ? contact : STR("-"),
		  term_width(contact) > 30 ? term_width(contact) : 30);
	buf_z(&c->out, "  ");
	term_str(&c->out, name);
	buf_printf(&c->out, ": %s\n", id.len ? what : "not made");
	if (!id.len)
		buf_printf(&c->out, "           %s\n", what);
	return 0;
}

static int order_of(struct desk_call *c, struct notice_order *o, err *e)
{
	static const char *const LANGS[] = { "en", "zh", NULL };
	int lang = args_word(c->args, "lang", LANGS, 2, e);

	*o = (struct notice_order){ .d = c->d,
				    .tell = told_of,
				    .ctx = c,
				    .lang = str_of(lang >= 0 && lang < 2 ? LANGS[lang] : NULL) };
	return lang < 0 ? -1 : 0;
}

/* The story takes its time: others must not wait for it, so the transaction begins behind it. */
int desk_notices_make(struct desk_call *c, err *e)
{
	const char *path = args_get(c->args, "case");
	struct notice_order o;
	struct privacy *p = NULL;
	struct store *s = NULL;
	struct story *st = NULL;
	int rc = -1;

	if (order_of(c, &o, e) < 0)
		return -1;
	if (!path)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "notices make needs --case CASE");
	if (store_open(&s, path, e) == 0 && story_build(&st, s, e) == 0 &&
	    (!st->declared || st->declared->nparties == 0 || privacy_new(&p, st, s, e) == 0) &&
	    desk_begin(c->d, e) == 0)
		rc = notices_make(&o, str_of(c->args->paths.at[0]), st, p, e);
	if (rc == 0)
		rc = desk_commit(c->d, e);
	privacy_free(p);
	story_free(st);
	store_close(s);
	return rc;
}

/* --- looking ----------------------------------------------------------------------------------------------- */

static const enum notice_column SHORT[] = { N_ID,           N_INCIDENT, N_PART,    N_ROLE,  N_STATE,
					    N_TLP,          N_CONTACT,  N_COUNTRY, N_MADE,  N_DEADLINE,
					    N_ACKNOWLEDGED, N_AFTER,    N_NAME,    N_ANSWER };

struct listing {
	struct desk_call *c;
	int format;
	uint64_t n;
};

static bool is_overdue(const struct desk_call *c, const struct notice *n)
{
	enum time_basis basis;
	int64_t ns;

	return str_is(n->v[N_STATE], "sent") && time_parse_iso(n->v[N_DEADLINE], &ns, &basis) &&
	       ns < desk_now(c->d);
}

static int list_one(void *ctx, const struct notice *n, err *e)
{
	struct listing *l = ctx;
	buf *b = &l->c->out;

	(void)e;
	if (l->format == 2) {
		buf_z(b, l->n ? ",\n{" : "\n{");
		for (size_t i = 0; i < COUNT(SHORT); i++)
			if (n->v[SHORT[i]].len)
				json_member_str(b, notice_column_name(SHORT[i]), n->v[SHORT[i]]);
		json_member_bool(b, "overdue", is_overdue(l->c, n));
		buf_byte(b, '}');
	} else if (l->format == 1) {
		for (size_t i = 0; i < COUNT(SHORT); i++) {
			buf_z(b, i ? "," : "");
			csv_cell(b, n->v[SHORT[i]]);
		}
		buf_z(b, CSV_LINE_END);
	} else {
		buf_printf(b, "%.*s  %.*s  %-13.*s  %-12.*s  %.10s  ", STR_ARG(n->v[N_ID]),
			   STR_ARG(n->v[N_INCIDENT]), STR_ARG(n->v[N_ROLE]), STR_ARG(n->v[N_STATE]),
			   n->v[N_DEADLINE].ptr);
		term_cell(b, n->v[N_CONTACT].len ? n->v[N_CONTACT] : STR("-"), 30);
		buf_z(b, "  ");
		term_str(b, n->v[N_NAME]);
		buf_z(b, is_overdue(l->c, n) ? "  (overdue)\n" : "\n");
	}
	l->n++;
	return 0;
}

int desk_notices_list(struct desk_call *c, err *e)
{
	static const char *const FORMATS[] = { "table", "csv", "json", NULL };
	struct listing l = { .c = c, .format = args_word(c->args, "format", FORMATS, 0, e) };

	if (l.format < 0)
		return -1;
	for (size_t i = 0; l.format == 1 && i < COUNT(SHORT); i++)
		buf_printf(&c->out, "%s%s%s", i ? "," : "", notice_column_name(SHORT[i]),
			   i + 1 == COUNT(SHORT) ? CSV_LINE_END : "");
	if (l.format == 2)
		buf_byte(&c->out, '[');
	if (notices_each(c->d, c->args->paths.len ? str_of(c->args->paths.at[0]) : STR(""), NULL, list_one,
			 &l, e) < 0)
		return -1;
	if (l.format == 2)
		buf_z(&c->out, "\n]\n");
	return 0;
}

static int show_mail(void *ctx, const struct desk_mail *m, err *e)
{
	struct desk_call *c = ctx;

	(void)e;
	buf_printf(&c->out, "mail               %.*s %.*s to %.*s: %.*s %.*s %.*s\n", STR_ARG(m->v[M_ID]),
		   STR_ARG(m->v[M_KIND]), STR_ARG(m->v[M_CONTACT]), STR_ARG(m->v[M_STATE]),
		   STR_ARG(m->v[M_SENT]), STR_ARG(m->v[M_MESSAGE_ID]));
	return 0;
}

static int find(struct desk_call *c, str id, struct notice *n, err *e)
{
	int rc = notice_find(c->d, id, n, &c->mem, e);

	return rc == 1   ? 0
	       : rc == 0 ? err_set(e, ERR_IO, ERR_NO_OFFSET, "there is no notice %.*s",
				   (int)u64_min(id.len, 60), id.ptr)
			 : -1;
}

int desk_notices_show(struct desk_call *c, err *e)
{
	struct notice n;
	str rest;

	if (find(c, str_of(c->args->paths.at[0]), &n, e) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(SHORT); i++)
		if (n.v[SHORT[i]].len) {
			buf_printf(&c->out, "%-18s ", notice_column_name(SHORT[i]));
			term_str(&c->out, n.v[SHORT[i]]);
			buf_byte(&c->out, '\n');
		}
	if (mails_each(c->d, n.v[N_ID], NULL, show_mail, c, e) < 0)
		return -1;
	buf_z(&c->out, "subject            ");
	term_str(&c->out, n.v[N_SUBJECT]);
	buf_z(&c->out, "\n\n");
	for (rest = n.v[N_BODY]; rest.len;) {
		term_str(&c->out, str_cut(rest, '\n', &rest));
		buf_byte(&c->out, '\n');
	}
	return 0;
}

/* --- files ----------------------------------------------------------------------------------------------------- */

/* The mail as it would go out first. */
static int form_of(const struct record *settings, const struct notice *n, struct mail_form *f, buf *id,
		   err *e)
{
	enum time_basis basis;

	mail_message_id(id, n, 1, share_contact_domain(record_get(settings, "contact")));
	*f = (struct mail_form){ .org = record_get(settings, "org"),
				 .from = record_get(settings, "contact"),
				 .to = n->v[N_CONTACT],
				 .message_id = buf_view(id),
				 .notice = n };
	time_parse_iso(n->v[N_MADE], &f->date_ns, &basis);
	return id->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a mail") : 0;
}

struct export
{
	const char *dir;
	struct record settings;
	uint64_t n;
};

static int put(const struct export *x, str id, const char *ending, buf *content, err *e)
{
	char name[64];

	snprintf(name, sizeof name, "%.20s%s", id.ptr, ending);
	return outfile_into(x->dir, name, content, e);
}

static int export_one(void *ctx, const struct notice *n, err *e)
{
	struct export *x = ctx;
	struct mail_form f;
	buf out = { 0 }, id = { 0 };
	int rc = str_is(n->v[N_STATE], "withdrawn") ? 1 : form_of(&x->settings, n, &f, &id, e);

	if (rc == 0 && f.to.len) {
		rc = mail_write(&out, &f, e);
		if (rc == 0)
			rc = put(x, n->v[N_ID], ".eml", &out, e);
	}
	if (rc == 0) {
		buf_clear(&out);
		buf_str(&out, n->v[N_LETTER]);
		rc = put(x, n->v[N_ID], ".md", &out, e);
	}
	if (rc == 0) {
		buf_clear(&out);
		portal_write(&out, &f);
		rc = put(x, n->v[N_ID], ".json", &out, e);
	}
	x->n += rc == 0;
	buf_done(&out);
	buf_done(&id);
	return rc < 0 ? -1 : 0;
}

int desk_notices_export(struct desk_call *c, err *e)
{
	struct export x = { .dir = args_get(c->args, "output") };

	if (!x.dir)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "notices export needs -o FOLDER, one that is there");
	if (desk_settings(c->d, &x.settings, &c->mem, e) < 0 ||
	    notices_each(c->d, c->args->paths.len ? str_of(c->args->paths.at[0]) : STR(""), NULL, export_one,
			 &x, e) < 0)
		return -1;
	buf_printf(&c->out, "%llu notices, each as mail (.eml), letter (.md) and for portals (.json)\n",
		   (unsigned long long)x.n);
	return 0;
}

/* --- answers and their absence --------------------------------------------------------------------------------------- */

int desk_notices_ack(struct desk_call *c, err *e)
{
	static const struct field ANSWER = { .name = "--note", .kind = FIELD_TEXT };
	const char *note = args_get(c->args, "note");
	buf text = { 0 };
	int rc = note ? field_put(&ANSWER, str_of(note), &text, e) : 0;

	if (rc == 0)
		rc = notice_acknowledge(c->d, str_of(c->args->paths.at[0]), buf_view(&text), e);
	if (rc == 0)
		buf_printf(&c->out, "%s acknowledged\n", c->args->paths.at[0]);
	buf_done(&text);
	return rc;
}

struct due_list {
	struct desk_call *c;
	uint64_t reminders; /* sent so far, at least */
	int64_t after_ns;   /* since the last mail */
	VEC(str) id;
};

static int is_due(void *ctx, const struct notice *n, err *e)
{
	struct due_list *l = ctx;
	struct notice_due due;
	str *to;

	if (notice_due_read(l->c->d, n, &due, e) < 0)
		return -1;
	if (due.waiting || due.deadline_ns == TIME_NONE || desk_now(l->c->d) < due.deadline_ns ||
	    due.reminders < l->reminders)
		return 0;
	if (due.reminders && desk_now(l->c->d) - due.last_ns < l->after_ns)
		return 0;
	to = VEC_PUSH(&l->id, LIMIT_DESK_PARTIES);
	if (to)
		*to = arena_str(&l->c->mem, n->v[N_ID]);
	return to && to->ptr ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a list");
}

/* Those that were named, else all that are due. */
static int due_ids(struct desk_call *c, struct due_list *l, const struct record *settings, err *e)
{
	l->c = c;
	l->after_ns = (int64_t)record_count(settings, "answer_days") * NS_PER_DAY;
	if (c->args->paths.len == 0)
		return notices_each(c->d, STR(""), "sent", is_due, l, e);
	for (size_t i = 0; i < c->args->paths.len; i++) {
		str *to = VEC_PUSH(&l->id, LIMIT_DESK_PARTIES);

		if (!to)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a list");
		*to = str_of(c->args->paths.at[i]);
	}
	return 0;
}

static int remind_one(struct desk_call *c, const struct record *settings, str id, err *e)
{
	struct notice n;
	struct notice_due due;

	if (find(c, id, &n, e) < 0 || notice_due_read(c->d, &n, &due, e) < 0)
		return -1;
	if (!str_is(n.v[N_STATE], "sent"))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "notice %.*s is %.*s: nothing to remind of",
			       STR_ARG(id), STR_ARG(n.v[N_STATE]));
	if (due.waiting) {
		buf_printf(&c->out, "%.*s: a mail waits already\n", STR_ARG(id));
		return 0;
	}
	if (mail_queue(c->d, &n, "reminder", record_get(settings, "contact"), n.v[N_CONTACT], e) < 0)
		return -1;
	buf_printf(&c->out, "%.*s: reminder %llu queued to %.*s\n", STR_ARG(id),
		   (unsigned long long)due.reminders + 1, STR_ARG(n.v[N_CONTACT]));
	return 0;
}

int desk_notices_remind(struct desk_call *c, err *e)
{
	struct due_list l = { 0 };
	struct record settings;
	int rc = desk_settings(c->d, &settings, &c->mem, e);

	if (rc == 0)
		rc = due_ids(c, &l, &settings, e);
	for (size_t i = 0; rc == 0 && i < l.id.len; i++)
		rc = remind_one(c, &settings, l.id.at[i], e);
	VEC_DONE(&l.id);
	return rc;
}

int desk_notices_escalate(struct desk_call *c, err *e)
{
	struct due_list l = { .reminders = 1 };
	struct notice_order o;
	struct record settings;
	int rc = order_of(c, &o, e);

	if (rc == 0)
		rc = desk_settings(c->d, &settings, &c->mem, e);
	if (rc == 0)
		rc = due_ids(c, &l, &settings, e);
	for (size_t i = 0; rc == 0 && i < l.id.len; i++)
		rc = notice_escalate(&o, l.id.at[i], e);
	VEC_DONE(&l.id);
	return rc;
}
