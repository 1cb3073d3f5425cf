#include "desk/notices.h"

#include "desk/deskdb_priv.h"
#include "desk/trail.h"
#include "share/share.h"
#include "util/limits.h"
#include "util/times.h"

static const char *const COLUMNS[NOTICE_COLUMNS] = {
	"id",      "incident",   "party",   "part",    "after", "role",     "name",         "contact",
	"country", "lang",       "tlp",     "pap",     "state", "subject",  "body",         "letter",
	"xarf",    "indicators", "targets", "content", "made",  "deadline", "acknowledged", "answer"
};
static const char *const MAIL_NAMES[MAIL_COLUMNS] = { "id",      "notice",     "n",     "kind", "sender",
						      "contact", "message_id", "state", "date", "sent" };

const char *notice_column_name(enum notice_column c)
{
	return (unsigned)c < NOTICE_COLUMNS ? COLUMNS[c] : NULL;
}

static int prepare(struct desk *d, buf *sql, sqlite3_stmt **ret, err *e)
{
	int rc;

	buf_byte(sql, 0);
	rc = sql->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a question")
			 : desk_prepare(d, sql->ptr, ret, e);
	buf_done(sql);
	return rc;
}

static void names_list(buf *sql, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(sql, "%s%s", i ? ", " : "", names[i]);
}

static void row_read(sqlite3_stmt *st, str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = desk_column(st, (int)i);
}

static bool row_keep(str *v, size_t n, arena *mem)
{
	for (size_t i = 0; i < n; i++) {
		v[i] = arena_str(mem, v[i]);
		if (!v[i].ptr)
			return false;
	}
	return true;
}

/* One row to v, its texts in mem. */
static int one(struct desk *d, sqlite3_stmt *st, str *v, size_t n, arena *mem, err *e)
{
	int rc = desk_step(d, st, e);

	if (rc == 1) {
		row_read(st, v, n);
		if (!row_keep(v, n, mem))
			rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a notice");
	}
	sqlite3_finalize(st);
	return rc;
}

/* --- notices ------------------------------------------------------------------------------------------------- */

int notices_each(struct desk *d, str incident, const char *state,
		 int (*fn)(void *ctx, const struct notice *n, err *e), void *ctx, err *e)
{
	sqlite3_stmt *st;
	buf sql = { 0 };
	int rc;

	buf_z(&sql, "SELECT ");
	names_list(&sql, COLUMNS, NOTICE_COLUMNS);
	buf_z(&sql,
	      " FROM notices WHERE (?1 IS NULL OR incident = ?1) AND (?2 IS NULL OR state = ?2) ORDER BY id");
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	desk_bind(st, 1, incident.len ? incident : (str){ 0 });
	desk_bind(st, 2, str_of(state));
	while ((rc = desk_step(d, st, e)) == 1) {
		struct notice n;

		row_read(st, n.v, NOTICE_COLUMNS);
		if (fn(ctx, &n, e) < 0) {
			rc = -1;
			break;
		}
	}
	sqlite3_finalize(st);
	return rc;
}

static int find_where(struct desk *d, const char *where, str a, str b, struct notice *ret, arena *mem, err *e)
{
	sqlite3_stmt *st;
	buf sql = { 0 };

	buf_z(&sql, "SELECT ");
	names_list(&sql, COLUMNS, NOTICE_COLUMNS);
	buf_printf(&sql, " FROM notices WHERE %s", where);
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	desk_bind(st, 1, a);
	if (b.ptr)
		desk_bind(st, 2, b);
	return one(d, st, ret->v, NOTICE_COLUMNS, mem, e);
}

int notice_find(struct desk *d, str id, struct notice *ret, arena *mem, err *e)
{
	return find_where(d, "id = ?1", id, (str){ 0 }, ret, mem, e);
}

int notice_find_party(struct desk *d, str incident, str party, struct notice *ret, arena *mem, err *e)
{
	return find_where(d, "incident = ?1 AND party = ?2 ORDER BY part DESC LIMIT 1", incident, party, ret,
			  mem, e);
}

int notice_has_next(struct desk *d, str id, bool *ret, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (desk_prepare(d, "SELECT 1 FROM notices WHERE after = ? AND state <> 'withdrawn' LIMIT 1", &st,
			 e) < 0)
		return -1;
	desk_bind(st, 1, id);
	rc = desk_step(d, st, e);
	sqlite3_finalize(st);
	*ret = rc == 1;
	return rc < 0 ? -1 : 0;
}

int notice_put(struct desk *d, const struct notice *n, const char *what, err *e)
{
	struct trail_change c;
	sqlite3_stmt *st;
	buf sql = { 0 };

	if (trail_before(&c, d, what, "notices", n->v[N_ID], e) < 0)
		return -1;
	buf_z(&sql, "INSERT INTO notices(");
	names_list(&sql, COLUMNS, NOTICE_COLUMNS);
	buf_z(&sql, ") VALUES (");
	for (size_t i = 0; i < NOTICE_COLUMNS; i++)
		buf_z(&sql, i ? ", ?" : "?");
	buf_z(&sql, ") ON CONFLICT(id) DO UPDATE SET ");
	for (size_t i = 1; i < NOTICE_COLUMNS; i++)
		buf_printf(&sql, "%s%s = excluded.%s", i > 1 ? ", " : "", COLUMNS[i], COLUMNS[i]);
	if (prepare(d, &sql, &st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	for (size_t i = 0; i < NOTICE_COLUMNS; i++)
		desk_bind(st, (int)i + 1, n->v[i].len ? n->v[i] : (str){ 0 });
	if (desk_run(d, st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	return trail_after(&c, NULL, e);
}

int notice_set(struct desk *d, str id, enum notice_column column, str v, const char *what, err *e)
{
	struct trail_change c;
	sqlite3_stmt *st;
	buf sql = { 0 };

	if (trail_before(&c, d, what, "notices", id, e) < 0)
		return -1;
	buf_printf(&sql, "UPDATE notices SET %s = ? WHERE id = ?", COLUMNS[column]);
	if (prepare(d, &sql, &st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	desk_bind(st, 1, v.len ? v : (str){ 0 });
	desk_bind(st, 2, id);
	if (desk_run(d, st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	return trail_after(&c, NULL, e);
}

static int acknowledge(struct desk *d, const struct notice *n, str answer, err *e)
{
	buf now = { 0 };
	int rc = 0;

	desk_time(&now, desk_now(d));
	if (answer.len && !str_eq(answer, n->v[N_ANSWER]))
		rc = notice_set(d, n->v[N_ID], N_ANSWER, answer, "notice.answer", e);
	if (rc == 0 && n->v[N_ACKNOWLEDGED].len == 0)
		rc = notice_set(d, n->v[N_ID], N_ACKNOWLEDGED, buf_view(&now), "notice.acknowledge", e);
	if (rc == 0)
		rc = notice_set(d, n->v[N_ID], N_STATE, STR("acknowledged"), "notice.acknowledge", e);
	buf_done(&now);
	return rc;
}

int notice_acknowledge(struct desk *d, str id, str answer, err *e)
{
	struct notice n;
	arena mem;
	int rc;

	arena_init(&mem, LIMIT_DESK_BYTES);
	rc = notice_find(d, id, &n, &mem, e);
	if (rc == 0)
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET, "there is no notice %.*s", STR_ARG(id));
	else if (rc == 1 && !str_is(n.v[N_STATE], "sent") && !str_is(n.v[N_STATE], "acknowledged"))
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET, "notice %.*s was not sent: it is %.*s", STR_ARG(id),
			     STR_ARG(n.v[N_STATE]));
	else if (rc == 1)
		rc = acknowledge(d, &n, answer, e);
	arena_done(&mem);
	return rc;
}

/* --- mails ---------------------------------------------------------------------------------------------------- */

int mails_each(struct desk *d, str notice, const char *state,
	       int (*fn)(void *ctx, const struct desk_mail *m, err *e), void *ctx, err *e)
{
	bool unsent = state && strcmp(state, "!sent") == 0;
	sqlite3_stmt *st;
	buf sql = { 0 };
	int rc;

	buf_z(&sql, "SELECT ");
	names_list(&sql, MAIL_NAMES, MAIL_COLUMNS);
	buf_printf(
		&sql,
		" FROM mails WHERE (?1 IS NULL OR notice = ?1) AND (?2 IS NULL OR state %s ?2) ORDER BY id",
		unsent ? "<>" : "=");
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	desk_bind(st, 1, notice.len ? notice : (str){ 0 });
	desk_bind(st, 2, unsent ? STR("sent") : str_of(state));
	while ((rc = desk_step(d, st, e)) == 1) {
		struct desk_mail m;

		row_read(st, m.v, MAIL_COLUMNS);
		if (fn(ctx, &m, e) < 0) {
			rc = -1;
			break;
		}
	}
	sqlite3_finalize(st);
	return rc;
}

int mail_find(struct desk *d, str id, struct desk_mail *ret, arena *mem, err *e)
{
	sqlite3_stmt *st;
	buf sql = { 0 };

	buf_z(&sql, "SELECT ");
	names_list(&sql, MAIL_NAMES, MAIL_COLUMNS);
	buf_z(&sql, " FROM mails WHERE id = ?");
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	desk_bind(st, 1, id);
	return one(d, st, ret->v, MAIL_COLUMNS, mem, e);
}

void mail_message_id(buf *b, const struct notice *n, uint64_t number, str domain)
{
	buf_printf(b, "<%.*s.%llu.%.16s@%.*s>", STR_ARG(n->v[N_ID]), (unsigned long long)number,
		   n->v[N_CONTENT].ptr, STR_ARG(domain));
}

static int mail_insert(struct desk *d, const struct desk_mail *m, err *e)
{
	struct trail_change c;
	sqlite3_stmt *st;
	buf sql = { 0 };

	if (trail_before(&c, d, "mail.queue", "mails", m->v[M_ID], e) < 0)
		return -1;
	buf_z(&sql, "INSERT INTO mails(");
	names_list(&sql, MAIL_NAMES, MAIL_COLUMNS);
	buf_z(&sql, ") VALUES (");
	for (size_t i = 0; i < MAIL_COLUMNS; i++)
		buf_z(&sql, i ? ", ?" : "?");
	buf_byte(&sql, ')');
	if (prepare(d, &sql, &st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	for (size_t i = 0; i < MAIL_COLUMNS; i++)
		desk_bind(st, (int)i + 1, m->v[i].len ? m->v[i] : (str){ 0 });
	if (desk_run(d, st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	return trail_after(&c, NULL, e);
}

int mail_queue(struct desk *d, const struct notice *n, const char *kind, str sender, str contact, err *e)
{
	struct desk_mail m = { 0 };
	struct notice_due due;
	buf id = { 0 }, number = { 0 }, message_id = { 0 };
	uint64_t id_number;
	int rc;

	if (!share_contact_ok(sender) || !share_contact_ok(contact))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "a mail needs an address on both sides");
	if (notice_due_read(d, n, &due, e) < 0 || desk_number(d, "M-", &id_number, e) < 0)
		return -1;
	buf_printf(&id, "M-%06llu", (unsigned long long)id_number);
	buf_u64(&number, due.mails + 1);
	mail_message_id(&message_id, n, due.mails + 1, share_contact_domain(sender));
	m.v[M_ID] = buf_view(&id);
	m.v[M_NOTICE] = n->v[N_ID];
	m.v[M_N] = buf_view(&number);
	m.v[M_KIND] = str_of(kind);
	m.v[M_SENDER] = sender;
	m.v[M_CONTACT] = contact;
	m.v[M_MESSAGE_ID] = buf_view(&message_id);
	m.v[M_STATE] = STR("to-send");
	rc = mail_insert(d, &m, e);
	if (rc == 0 && str_is(n->v[N_STATE], "draft"))
		rc = notice_set(d, n->v[N_ID], N_STATE, STR("to-send"), "notice.queue", e);
	buf_done(&id);
	buf_done(&number);
	buf_done(&message_id);
	return rc;
}

static int mail_state(struct desk *d, str id, const char *sql, str now, const char *what, err *e)
{
	struct trail_change c;
	sqlite3_stmt *st;

	if (trail_before(&c, d, what, "mails", id, e) < 0)
		return -1;
	if (desk_prepare(d, sql, &st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	desk_bind(st, 1, now);
	desk_bind(st, 2, id);
	if (desk_run(d, st, e) < 0) {
		buf_done(&c.before);
		return -1;
	}
	return trail_after(&c, NULL, e);
}

int mail_begin(struct desk *d, str id, err *e)
{
	buf now = { 0 };
	int rc;

	desk_time(&now, desk_now(d));
	rc = mail_state(
		d, id,
		"UPDATE mails SET state = 'sending', date = coalesce(date, ?1) WHERE id = ?2 AND state <> 'sent'",
		buf_view(&now), "mail.begin", e);
	buf_done(&now);
	return rc;
}

int mail_sent(struct desk *d, const struct desk_mail *m, err *e)
{
	struct notice n;
	buf now = { 0 };
	arena mem;
	int rc;

	arena_init(&mem, LIMIT_DESK_BYTES);
	desk_time(&now, desk_now(d));
	rc = mail_state(d, m->v[M_ID],
			"UPDATE mails SET state = 'sent', sent = ?1 WHERE id = ?2 AND state <> 'sent'",
			buf_view(&now), "mail.sent", e);
	if (rc == 0)
		rc = notice_find(d, m->v[M_NOTICE], &n, &mem, e);
	if (rc == 1)
		rc = str_is(n.v[N_STATE], "to-send")
			     ? notice_set(d, n.v[N_ID], N_STATE, STR("sent"), "notice.sent", e)
			     : 0;
	arena_done(&mem);
	buf_done(&now);
	return rc;
}

static int count_mail(void *ctx, const struct desk_mail *m, err *e)
{
	struct notice_due *due = ctx;
	enum time_basis basis;
	int64_t ns;

	(void)e;
	due->mails++;
	if (!str_is(m->v[M_STATE], "sent")) {
		due->waiting = true;
		return 0;
	}
	due->reminders += str_is(m->v[M_KIND], "reminder");
	if (time_parse_iso(m->v[M_SENT], &ns, &basis) && (due->last_ns == TIME_NONE || ns > due->last_ns))
		due->last_ns = ns;
	return 0;
}

int notice_due_read(struct desk *d, const struct notice *n, struct notice_due *ret, err *e)
{
	enum time_basis basis;

	*ret = (struct notice_due){ .last_ns = TIME_NONE, .deadline_ns = TIME_NONE };
	time_parse_iso(n->v[N_DEADLINE], &ret->deadline_ns, &basis);
	return mails_each(d, n->v[N_ID], NULL, count_mail, ret, e);
}
