/* desk notices send: mails out, each at most once as far as anybody can tell.
 *
 * A mail is queued with its Message-ID, marked "sending" with its date, handed over, marked "sent". Killed in between, the next
 * run hands over the same mail: same Message-ID, same bytes. One process sends at a time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/desk_verbs.h"
#include "cli/outfile.h"
#include "cli/mailsend.h"
#include "desk/mailform.h"
#include "share/share.h"
#include "util/limits.h"
#include "util/times.h"

struct sending {
	struct desk_call *c;
	struct record settings;
	str from; /* of mails that are queued now */
	struct mail_server server;
	const char *outbox;
	VEC(str) id;
	uint64_t sent, failed, held;
};

/* --- what may go out ------------------------------------------------------------------------------------ */

/* The incident may have got another colour since the notice was made. */
static int may_go(struct sending *s, const struct notice *n, const char **why, err *e)
{
	enum notice_role role = NOTICE_VICTIM;
	struct record incident;
	int rc = record_find(s->c->d, &RECORD_INCIDENT, n->v[N_INCIDENT], &incident, &s->c->mem, e);

	if (rc != 1)
		return rc < 0 ? -1
			      : err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "notice %.*s is of no incident",
					STR_ARG(n->v[N_ID]));
	notice_role_named(n->v[N_ROLE], &role);
	*why = NULL;
	if (!str_eq(record_get(&incident, "tlp"), n->v[N_TLP]) ||
	    !str_eq(record_get(&incident, "pap"), n->v[N_PAP]))
		*why = "the incident has other colours now: make the notices again";
	else
		tlp_gate(n->v[N_TLP], n->v[N_PAP], role, record_get(&incident, "named"), n->v[N_NAME],
			 n->v[N_CONTACT], why);
	return 0;
}

static int keep_id(struct sending *s, str id, err *e)
{
	str *to = VEC_PUSH(&s->id, LIMIT_DESK_ROWS);

	if (to)
		*to = arena_str(&s->c->mem, id);
	return to && to->ptr ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a list");
}

static int note_notice(void *ctx, const struct notice *n, err *e)
{
	return n->v[N_CONTACT].len ? keep_id(ctx, n->v[N_ID], e) : 0;
}

static int note_mail(void *ctx, const struct desk_mail *m, err *e)
{
	return keep_id(ctx, m->v[M_ID], e);
}

static void say(struct sending *s, str id, str to, str subject, const char *what)
{
	buf *b = &s->c->out;

	term_str(b, id);
	buf_printf(b, " to %.*s: %s: ", STR_ARG(to), what);
	term_str(b, subject);
	buf_byte(b, '\n');
}

/* Drafts into the queue, those of `only` or all. really: else it is only said. */
static int queue_drafts(struct sending *s, bool really, err *e)
{
	str only = s->c->args->paths.len ? str_of(s->c->args->paths.at[0]) : STR("");

	s->id.len = 0;
	if (notices_each(s->c->d, only, "draft", note_notice, s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->id.len; i++) {
		struct notice n;
		const char *why;

		if (notice_find(s->c->d, s->id.at[i], &n, &s->c->mem, e) != 1 || may_go(s, &n, &why, e) < 0)
			return -1;
		if (why) {
			s->held++;
			say(s, n.v[N_ID], n.v[N_CONTACT], str_of(why), "held back");
		} else if (!really) {
			say(s, n.v[N_ID], n.v[N_CONTACT], n.v[N_SUBJECT], "would be sent");
		} else if (mail_queue(s->c->d, &n, "first", s->from, n.v[N_CONTACT], e) < 0) {
			return -1;
		}
	}
	return 0;
}

/* --- one mail ------------------------------------------------------------------------------------------------ */

struct first {
	str message_id, sent;
	arena *mem;
};

/* The first mail of the notice, to which later ones answer. */
static int note_first(void *ctx, const struct desk_mail *m, err *e)
{
	struct first *f = ctx;

	if (!str_is(m->v[M_N], "1"))
		return 0;
	f->message_id = arena_str(f->mem, m->v[M_MESSAGE_ID]);
	f->sent = arena_str(f->mem, m->v[M_SENT]);
	return f->message_id.ptr && f->sent.ptr ? 0
						: err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a mail");
}

static int compose(struct sending *s, const struct desk_mail *m, const struct notice *n, buf *out, err *e)
{
	struct mail_form f = { .org = record_get(&s->settings, "org"),
			       .from = m->v[M_SENDER],
			       .to = m->v[M_CONTACT],
			       .message_id = m->v[M_MESSAGE_ID],
			       .kind = m->v[M_KIND],
			       .notice = n };
	struct first first = { .mem = &s->c->mem };
	enum time_basis basis;

	if (!time_parse_iso(m->v[M_DATE], &f.date_ns, &basis))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "mail %.*s has no date", STR_ARG(m->v[M_ID]));
	if (mails_each(s->c->d, n->v[N_ID], NULL, note_first, &first, e) < 0)
		return -1;
	f.in_reply_to = first.message_id;
	f.first_sent = first.sent;
	return mail_write(out, &f, e);
}

static int deliver(struct sending *s, const struct desk_mail *m, buf *mail, err *e)
{
	char name[64];

	if (!s->outbox)
		return mail_send(&s->server, m->v[M_SENDER], m->v[M_CONTACT], buf_view(mail), e);
	snprintf(name, sizeof name, "%.20s.eml", m->v[M_ID].ptr);
	return outfile_into(s->outbox, name, mail, e);
}

static int begin_one(struct sending *s, str id, struct desk_mail *m, err *e)
{
	if (desk_begin(s->c->d, e) < 0 || mail_begin(s->c->d, id, e) < 0 ||
	    mail_find(s->c->d, id, m, &s->c->mem, e) != 1)
		return -1;
	return desk_commit(s->c->d, e);
}

static int end_one(struct sending *s, const struct desk_mail *m, err *e)
{
	if (desk_begin(s->c->d, e) < 0 || mail_sent(s->c->d, m, e) < 0)
		return -1;
	return desk_commit(s->c->d, e);
}

static int send_one(struct sending *s, str id, err *e)
{
	struct desk_mail m;
	struct notice n;
	err failed = { .offset = ERR_NO_OFFSET };
	const char *why;
	buf mail = { 0 };
	int rc = mail_find(s->c->d, id, &m, &s->c->mem, e);

	if (rc == 1)
		rc = notice_find(s->c->d, m.v[M_NOTICE], &n, &s->c->mem, e);
	if (rc != 1 || may_go(s, &n, &why, e) < 0)
		return rc < 0 ? -1
			      : err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "mail %.*s cannot be read",
					STR_ARG(id));
	if (why) {
		s->held++;
		say(s, id, m.v[M_CONTACT], str_of(why), "held back");
		return 0;
	}
	if (begin_one(s, id, &m, e) < 0 || compose(s, &m, &n, &mail, e) < 0) {
		buf_done(&mail);
		return -1;
	}
	if (deliver(s, &m, &mail, &failed) < 0) {
		s->failed++;
		say(s, id, m.v[M_CONTACT], str_of(failed.text), "not sent, will be tried again");
	} else {
		rc = end_one(s, &m, e);
		s->sent += rc == 0;
		if (rc == 0)
			say(s, id, m.v[M_CONTACT], n.v[N_SUBJECT], "sent");
	}
	buf_done(&mail);
	return rc < 0 ? -1 : cli_flush(STDOUT_FILENO, &s->c->out, e);
}

/* --- all ------------------------------------------------------------------------------------------------------- */

static int lock(struct desk_call *c, err *e)
{
	buf path = { 0 };
	int fd;

	buf_printf(&path, "%s.send%c", args_get(c->args, "db"), '\0');
	fd = path.failed ? -1 : open(path.ptr, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0660);
	if (fd < 0)
		err_errno(e, errno, "%s: cannot lock it", path.failed ? "" : path.ptr);
	else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		fd = err_set(e, ERR_BUSY, ERR_NO_OFFSET, "somebody else is sending: try again");
	}
	buf_done(&path);
	return fd;
}

static int preview(struct sending *s, err *e)
{
	if (queue_drafts(s, false, e) < 0)
		return -1;
	s->id.len = 0;
	if (mails_each(s->c->d, STR(""), "!sent", note_mail, s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->id.len; i++) {
		struct desk_mail m;
		struct notice n;

		if (mail_find(s->c->d, s->id.at[i], &m, &s->c->mem, e) != 1 ||
		    notice_find(s->c->d, m.v[M_NOTICE], &n, &s->c->mem, e) != 1)
			return -1;
		say(s, m.v[M_ID], m.v[M_CONTACT], n.v[N_SUBJECT], "would be sent");
	}
	buf_z(&s->c->out, "Nothing was sent: --send sends, with --smtp URL or --outbox FOLDER.\n");
	return 0;
}

static int send_all(struct sending *s, err *e)
{
	if (desk_begin(s->c->d, e) < 0 || queue_drafts(s, true, e) < 0 || desk_commit(s->c->d, e) < 0)
		return -1;
	s->id.len = 0;
	if (mails_each(s->c->d, STR(""), "!sent", note_mail, s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->id.len; i++)
		if (send_one(s, s->id.at[i], e) < 0)
			return -1;
	buf_printf(&s->c->out, "%llu sent, %llu not sent, %llu held back\n", (unsigned long long)s->sent,
		   (unsigned long long)s->failed, (unsigned long long)s->held);
	s->c->code = s->failed ? EXIT_GAPS : EXIT_DONE;
	return 0;
}

int desk_notices_send(struct desk_call *c, err *e)
{
	struct sending s = { .c = c,
			     .server = { args_get(c->args, "smtp"), args_get(c->args, "ca"),
					 args_get(c->args, "netrc") },
			     .outbox = args_get(c->args, "outbox") };
	const char *from = args_get(c->args, "from");
	int fd, rc = desk_settings(c->d, &s.settings, &c->mem, e);

	if (rc < 0)
		return -1;
	s.from = from ? str_of(from) : record_get(&s.settings, "contact");
	if (s.server.url && mail_server_check(&s.server, e) < 0)
		return -1;
	if (!args_get(c->args, "send")) {
		rc = preview(&s, e);
	} else if (!s.server.url == !s.outbox) {
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET, "--send needs --smtp URL or --outbox FOLDER");
	} else if (!share_contact_ok(s.from)) {
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET,
			     "mails need who writes: --from MAIL, or desk set org=NAME contact=MAIL");
	} else {
		fd = lock(c, e);
		rc = fd < 0 ? -1 : send_all(&s, e);
		if (fd >= 0)
			close(fd);
	}
	VEC_DONE(&s.id);
	return rc;
}
