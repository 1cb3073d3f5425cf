#include "desk/noticemake.h"

#include <stdlib.h>

#include "desk/deskdb_priv.h"
#include "desk/noticetext.h"
#include "desk/targets.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/sha256.h"
#include "util/times.h"

/* One making: what all its notices share. */
struct making {
	const struct notice_order *o;
	struct record settings, incident;
	map made; /* ids of notices that are right */
	arena mem;
};

/* One notice that is to be. */
struct wanted {
	enum notice_role role;
	str party, name, contact, country, lang, after;
	str preface; /* before the text; empty: none */
	struct told *told;
	const struct privacy *privacy;
	uint32_t number; /* of the party */
	str targets;
};

static bool same_hash(const struct notice *n, const char *hex)
{
	return str_eq(n->v[N_CONTENT], str_of(hex));
}

static int tell(const struct making *m, str id, enum notice_role role, str name, str contact,
		const char *what, err *e)
{
	return m->o->tell(m->o->ctx, id, notice_role_name(role), name, contact, what, e);
}

/* --- texts of a notice ----------------------------------------------------------------------------------------- */

struct texts {
	buf subject, body, letter, xarf, indicators;
};

static void texts_done(struct texts *t)
{
	buf_done(&t->subject), buf_done(&t->body), buf_done(&t->letter), buf_done(&t->xarf),
		buf_done(&t->indicators);
}

static bool texts_failed(const struct texts *t)
{
	return t->subject.failed || t->body.failed || t->letter.failed || t->xarf.failed ||
	       t->indicators.failed;
}

static int texts_make(const struct making *m, const struct wanted *w, str id, str deadline, struct texts *t,
		      err *e)
{
	struct notice_text n = { .role = w->role,
				 .lang = desk_language(w->lang),
				 .tlp = record_get(&m->incident, "tlp"),
				 .pap = record_get(&m->incident, "pap"),
				 .notice = id,
				 .incident = m->incident.id,
				 .org = record_get(&m->settings, "org"),
				 .contact = record_get(&m->settings, "contact"),
				 .name = w->name,
				 .deadline = deadline,
				 .told = w->told,
				 .privacy = w->privacy,
				 .party = w->number };
	struct share_options o = {
		.producer = n.org, .contact = n.contact, .hosts = w->role == NOTICE_VICTIM, .language = n.lang
	};

	if (!tlp_named(n.tlp, &o.tlp))
		o.tlp = TLP_RED;
	buf_clear(&t->subject), buf_clear(&t->body), buf_clear(&t->letter), buf_clear(&t->xarf),
		buf_clear(&t->indicators);
	notice_subject(&t->subject, &n);
	if (w->preface.len) {
		buf_str(&t->body, w->preface);
		buf_z(&t->body, "\n\n");
	}
	notice_body(&t->body, &n);
	n.markdown = true;
	notice_body(&t->letter, &n);
	if (w->preface.len) {
		buf_z(&t->letter, "\n---\n\n");
		notice_evidence(&t->letter, w->preface, true);
		buf_byte(&t->letter, '\n');
	}
	share_xarf(&t->xarf, w->told, &o);
	share_csv(&t->indicators, w->told, &o);
	return texts_failed(t) || w->told->failed
		       ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a notice")
		       : 0;
}

/* What is told, without what only this row has: its id and its deadline. */
static int content_hash(const struct making *m, const struct wanted *w, struct texts *t,
			char hex[SHA256_HEX_LEN + 1], err *e)
{
	uint8_t sum[SHA256_LEN];
	struct sha256 *h;
	int rc = texts_make(m, w, STR(""), STR(""), t, e);
	const str parts[] = { w->contact,         buf_view(&t->subject),    buf_view(&t->body),
			      buf_view(&t->xarf), buf_view(&t->indicators), w->targets };

	if (rc < 0)
		return -1;
	h = sha256_new(e);
	rc = h ? 0 : -1;
	for (size_t i = 0; rc == 0 && i < COUNT(parts); i++)
		if (sha256_add(h, str_bytes(parts[i]), e) < 0 || sha256_add(h, str_bytes(STR("\f")), e) < 0)
			rc = -1;
	if (rc == 0)
		rc = sha256_end(h, sum, e);
	if (rc == 0)
		sha256_hex(sum, hex);
	sha256_free(h);
	return rc;
}

/* --- keeping a notice ---------------------------------------------------------------------------------------------- */

static int deadline_make(struct making *m, str *ret, err *e)
{
	str given = record_get(&m->incident, "deadline");
	int64_t days = (int64_t)record_count(&m->settings, "answer_days");
	buf text = { 0 };

	desk_time(&text, desk_now(m->o->d));
	if (given.len && str_cmp(given, buf_view(&text)) > 0) { /* texts of times compare as times */
		buf_clear(&text);
		buf_str(&text, given);
	} else {
		buf_clear(&text);
		desk_time(&text, desk_now(m->o->d) + days * NS_PER_DAY);
	}
	*ret = arena_str(&m->mem, buf_view(&text));
	buf_done(&text);
	return ret->ptr ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a notice");
}

/* The row: a draft that is there is renewed, what was sent gets a further part. */
static int row_begin(struct making *m, const struct notice *old, struct notice *n, err *e)
{
	bool reuse = old && !str_is(old->v[N_STATE], "sent") && !str_is(old->v[N_STATE], "acknowledged") &&
		     !str_is(old->v[N_STATE], "to-send");
	uint64_t number, part = 0;
	buf text = { 0 }, now = { 0 };
	int rc = 0;

	if (old)
		str_to_u64(old->v[N_PART], &part);
	if (reuse) {
		n->v[N_ID] = old->v[N_ID];
		n->v[N_PART] = old->v[N_PART];
		n->v[N_DEADLINE] = old->v[N_DEADLINE];
		n->v[N_MADE] = old->v[N_MADE];
		return 0;
	}
	if (desk_number(m->o->d, "N-", &number, e) < 0)
		return -1;
	buf_printf(&text, "N-%06llu", (unsigned long long)number);
	n->v[N_ID] = arena_str(&m->mem, buf_view(&text));
	buf_clear(&text);
	buf_u64(&text, part + 1);
	n->v[N_PART] = arena_str(&m->mem, buf_view(&text));
	desk_time(&now, desk_now(m->o->d));
	n->v[N_MADE] = arena_str(&m->mem, buf_view(&now));
	rc = deadline_make(m, &n->v[N_DEADLINE], e);
	if (rc == 0 && (!n->v[N_ID].ptr || !n->v[N_PART].ptr || !n->v[N_MADE].ptr))
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a notice");
	buf_done(&text);
	buf_done(&now);
	return rc;
}

static int row_put(struct making *m, const struct wanted *w, struct notice *n, struct texts *t,
		   const char *hex, const char *what, err *e)
{
	if (texts_make(m, w, n->v[N_ID], n->v[N_DEADLINE], t, e) < 0)
		return -1;
	n->v[N_INCIDENT] = m->incident.id;
	n->v[N_PARTY] = w->party;
	n->v[N_AFTER] = w->after;
	n->v[N_ROLE] = str_of(notice_role_name(w->role));
	n->v[N_NAME] = w->name;
	n->v[N_CONTACT] = w->contact;
	n->v[N_COUNTRY] = w->country;
	n->v[N_LANG] = w->lang;
	n->v[N_TLP] = record_get(&m->incident, "tlp");
	n->v[N_PAP] = record_get(&m->incident, "pap");
	n->v[N_STATE] = w->contact.len ? STR("draft") : STR("no-contact");
	n->v[N_SUBJECT] = buf_view(&t->subject);
	n->v[N_BODY] = buf_view(&t->body);
	n->v[N_LETTER] = buf_view(&t->letter);
	n->v[N_XARF] = buf_view(&t->xarf);
	n->v[N_INDICATORS] = buf_view(&t->indicators);
	n->v[N_TARGETS] = w->targets;
	n->v[N_CONTENT] = str_of(hex);
	return notice_put(m->o->d, n, what, e);
}

static int note_made(struct making *m, str id, err *e)
{
	bool is_new;

	return map_put(&m->made, id, 0, &is_new)
		       ? 0
		       : err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u notices", LIMIT_DESK_PARTIES);
}

static int keep(struct making *m, const struct wanted *w, err *e)
{
	struct notice old = { 0 }, n = { 0 };
	struct texts t = { 0 };
	char hex[SHA256_HEX_LEN + 1];
	const char *why, *what;
	int known, rc = -1;

	if (!tlp_gate(record_get(&m->incident, "tlp"), record_get(&m->incident, "pap"), w->role,
		      record_get(&m->incident, "named"), w->name, w->contact, &why))
		return tell(m, STR(""), w->role, w->name, w->contact, why, e);
	known = notice_find_party(m->o->d, m->incident.id, w->party, &old, &m->mem, e);
	if (known < 0 || content_hash(m, w, &t, hex, e) < 0)
		goto out;
	if (known && same_hash(&old, hex) && !str_is(old.v[N_STATE], "withdrawn")) {
		n.v[N_ID] = old.v[N_ID];
		what = "as it was";
	} else {
		what = !known ? "made" : str_is(old.v[N_STATE], "draft") ? "renewed" : "made, a further part";
		if (row_begin(m, known ? &old : NULL, &n, e) < 0 ||
		    row_put(m, w, &n, &t, hex, "notice.make", e) < 0)
			goto out;
	}
	rc = note_made(m, n.v[N_ID], e);
	if (rc == 0)
		rc = tell(m, n.v[N_ID], w->role, w->name, w->contact, what, e);
out:
	texts_done(&t);
	return rc;
}

/* Investigated again, the same evidence tells the same: when that was done is not told. */
static void time_of_sight(struct told *t)
{
	if (t->first_ns != TIME_NONE)
		t->made_ns = t->first_ns;
}

/* --- who was hurt ------------------------------------------------------------------------------------------------------ */

static int take_owner(void *ctx, const struct contact *c, err *e)
{
	buf *b = ctx;

	(void)e;
	if (b->len)
		return 1;
	buf_str(b, c->contact);
	return 1;
}

/* Of case.yaml, else of the registry by its name, else of lists by its domains. */
static int party_contact(struct making *m, const struct case_party *x, const struct record *row, str *ret,
			 err *e)
{
	buf mail = { 0 };
	int rc = 0;

	if (!contact_mail(x->contact, &mail)) {
		buf_clear(&mail);
		buf_str(&mail, record_get(row, "contact"));
		for (uint32_t i = 0; rc == 0 && mail.len == 0 && i < x->domains.n; i++)
			rc = contacts_each(m->o->d, CONTACT_DOMAIN, x->domains.at[i], "owner", take_owner,
					   &mail, e);
	}
	*ret = arena_str(&m->mem, buf_view(&mail));
	buf_done(&mail);
	return rc < 0 || ret->ptr ? rc : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a contact");
}

static int party_row(struct making *m, str name, struct record *ret, err *e)
{
	buf ref = { 0 };
	int rc;

	buf_z(&ref, "name:");
	for (size_t i = 0; i < name.len; i++)
		buf_byte(&ref,
			 name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] + 32) : name.ptr[i]);
	*ret = (struct record){ .type = &RECORD_PARTY };
	rc = record_find_ref(m->o->d, &RECORD_PARTY, buf_view(&ref), ret, &m->mem, e);
	buf_done(&ref);
	return rc < 0 ? -1 : 0;
}

static str language(const struct making *m, str of_party)
{
	return m->o->lang.len ? m->o->lang : of_party.len ? of_party : record_get(&m->settings, "lang");
}

static int victim(struct making *m, const struct story *st, const struct privacy *p, uint32_t i, err *e)
{
	const struct case_party *x = &st->declared->parties[i];
	struct wanted w = { .role = NOTICE_VICTIM, .name = x->name, .privacy = p, .number = i };
	struct told told;
	struct record row;
	int rc = told_build_party(&told, st, privacy_mine(p, i), e);

	if (rc == 0 && told.host.len) {
		time_of_sight(&told);
		notice_indicators_keep(&told, p, i);
		w.told = &told;
		w.party = arena_printf(&m->mem, "party:%.*s", STR_ARG(x->name));
		rc = party_row(m, x->name, &row, e);
		if (rc == 0)
			rc = party_contact(m, x, &row, &w.contact, e);
		w.lang = language(m, rc == 0 ? record_get(&row, "lang") : STR(""));
		if (rc == 0)
			rc = w.party.ptr ? keep(m, &w, e)
					 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a notice");
	}
	told_done(&told);
	return rc;
}

static int victims(struct making *m, const struct story *st, const struct privacy *p, err *e)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && p && i < st->declared->nparties; i++)
		rc = victim(m, st, p, i, e);
	return rc;
}

/* --- what is outside ------------------------------------------------------------------------------------------------------- */

struct group {
	enum notice_role role;
	str contact, name, country;
	VEC(uint32_t) pick; /* of targets */
};

struct groups {
	VEC(struct group) at;
};

static void groups_done(struct groups *g)
{
	for (size_t i = 0; i < g->at.len; i++)
		VEC_DONE(&g->at.at[i].pick);
	VEC_DONE(&g->at);
}

static bool group_add(struct groups *g, enum notice_role role, const struct contact *c, uint32_t target)
{
	struct group *to = NULL;
	uint32_t *pick;

	for (size_t i = 0; c && i < g->at.len; i++)
		if (str_eq(g->at.at[i].contact, c->contact))
			to = &g->at.at[i];
	if (!to) {
		to = VEC_PUSH(&g->at, LIMIT_DESK_PARTIES);
		if (!to)
			return false;
		to->role = role;
		if (c) {
			to->contact = c->contact;
			to->name = c->name.len ? c->name : share_contact_domain(c->contact);
			to->country = c->country;
		}
	}
	pick = VEC_PUSH(&to->pick, LIMIT_STORY_CLUES);
	if (pick)
		*pick = target;
	return pick != NULL;
}

static const enum notice_role ROLE_OF_STEP[CONTACT_STEPS] = { NOTICE_HOSTER, NOTICE_REGISTRAR,
							      NOTICE_NATIONAL };

static int group_all(struct making *m, const struct targets *t, int from, struct groups *g, err *e)
{
	for (uint32_t i = 0; i < t->at.len; i++) {
		const struct target *x = &t->at.at[i];
		struct contact_way way = { x->x.value, x->asn, x->country };
		enum contact_step step = from >= 0                  ? (enum contact_step)from
					 : x->x.type == TOLD_DOMAIN ? STEP_REGISTRAR
								    : STEP_HOSTER;
		enum notice_role role = ROLE_OF_STEP[step < CONTACT_STEPS ? step : STEP_NATIONAL];
		struct contact c;
		int rc = contacts_for(m->o->d, &way, step, &c, &step, &m->mem, e);

		if (rc < 0)
			return -1;
		if (!group_add(g, rc ? ROLE_OF_STEP[step] : role, rc ? &c : NULL, i))
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for notices");
	}
	return 0;
}

static int group_keep(struct making *m, const struct targets *t, const struct group *g,
		      const struct wanted *base, err *e)
{
	static const struct incident NOTHING;
	static const struct story EMPTY = { .incident = &NOTHING };
	struct wanted w = *base;
	struct told told;
	buf text = { 0 };
	int rc = targets_told(&told, t, g->pick.at, g->pick.len, &EMPTY, e);

	w.role = g->role;
	w.contact = g->contact;
	w.country = g->country;
	w.name = g->contact.len ? g->name : t->at.at[g->pick.at[0]].x.value;
	w.party = g->contact.len ? arena_printf(&m->mem, "mail:%.*s%s%.*s", STR_ARG(g->contact),
						w.after.len ? " after " : "", STR_ARG(w.after))
				 : arena_printf(&m->mem, "target:%.*s", STR_ARG(w.name));
	w.lang = language(m, STR(""));
	w.told = &told;
	targets_write(&text, t, g->pick.at, g->pick.len);
	w.targets = buf_view(&text);
	if (rc == 0 && (!w.party.ptr || text.failed))
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a notice");
	if (rc == 0)
		rc = keep(m, &w, e);
	told_done(&told);
	buf_done(&text);
	return rc;
}

static const struct incident_external *external_of(const struct story *st, const struct told_indicator *x)
{
	for (uint32_t i = 0; i < st->incident->nexternal; i++)
		if (str_eq_ascii_nocase(st->incident->external[i].ip,
					x->type == TOLD_DOMAIN ? x->name : x->value))
			return &st->incident->external[i];
	return NULL;
}

static int targets_of_case(struct making *m, const struct story *st, const struct told *told,
			   struct targets *t, err *e)
{
	t->key = str_of(told->key);
	t->made_ns = told->made_ns;
	for (size_t i = 0; i < told->indicator.len; i++) {
		const struct told_indicator *x = &told->indicator.at[i];
		const struct incident_external *out = external_of(st, x);
		struct target *to;

		if (x->type > TOLD_DOMAIN || x->role > TOLD_EXFILTRATION || !share_is_plain(x->value))
			continue;
		to = VEC_PUSH(&t->at, LIMIT_STORY_CLUES);
		if (!to)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for notices");
		to->x = *x;
		to->x.hosts = 0;            /* how many were hurt is nobody's business */
		if (x->type == TOLD_DOMAIN) /* where a name pointed to is another party's */
			to->x.name = STR("");
		to->country = out ? out->country : STR("");
		to->asn = out && out->asn && x->type != TOLD_DOMAIN ? arena_printf(&m->mem, "AS%u", out->asn)
								    : STR("");
	}
	return 0;
}

static int outside(struct making *m, const struct story *st, const struct told *told, err *e)
{
	struct wanted base = { 0 };
	struct targets t = { 0 };
	struct groups g = { 0 };
	int rc = targets_of_case(m, st, told, &t, e);

	if (rc == 0)
		rc = group_all(m, &t, -1, &g, e);
	for (size_t i = 0; rc == 0 && i < g.at.len; i++)
		rc = group_keep(m, &t, &g.at.at[i], &base, e);
	groups_done(&g);
	targets_done(&t);
	return rc;
}

/* --- the whole incident ---------------------------------------------------------------------------------------------------------- */

struct stale {
	struct making *m;
	VEC(str) id;
};

static int find_stale(void *ctx, const struct notice *n, err *e)
{
	struct stale *s = ctx;
	str *to;

	if (map_get(&s->m->made, n->v[N_ID]) || n->v[N_AFTER].len)
		return 0;
	if (!str_is(n->v[N_STATE], "draft") && !str_is(n->v[N_STATE], "no-contact"))
		return 0;
	to = VEC_PUSH(&s->id, LIMIT_DESK_PARTIES);
	if (to)
		*to = arena_str(&s->m->mem, n->v[N_ID]);
	return to && to->ptr ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for notices");
}

/* Drafts that the case, the contacts or the colours do not stand behind any more. */
static int withdraw(struct making *m, err *e)
{
	struct stale s = { .m = m };
	int rc = notices_each(m->o->d, m->incident.id, NULL, find_stale, &s, e);

	for (size_t i = 0; rc == 0 && i < s.id.len; i++) {
		rc = notice_set(m->o->d, s.id.at[i], N_STATE, STR("withdrawn"), "notice.withdraw", e);
		if (rc == 0)
			rc = m->o->tell(m->o->ctx, s.id.at[i], "", STR(""), STR(""), "withdrawn", e);
	}
	VEC_DONE(&s.id);
	return rc;
}

static int making_begin(struct making *m, const struct notice_order *o, str incident, err *e)
{
	int rc;

	*m = (struct making){ .o = o };
	arena_init(&m->mem, LIMIT_DESK_BYTES);
	map_init(&m->made, LIMIT_DESK_PARTIES, LIMIT_DESK_BYTES);
	if (desk_settings(o->d, &m->settings, &m->mem, e) < 0)
		return -1;
	rc = record_find(o->d, &RECORD_INCIDENT, incident, &m->incident, &m->mem, e);
	if (rc == 0)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "there is no incident %.*s",
			       (int)u64_min(incident.len, 60), incident.ptr);
	if (rc == 1 &&
	    (record_get(&m->settings, "org").len == 0 || record_get(&m->settings, "contact").len == 0))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "notices need who writes: desk set org=NAME contact=MAIL");
	return rc < 0 ? -1 : 0;
}

static void making_end(struct making *m)
{
	map_done(&m->made);
	arena_done(&m->mem);
}

int notices_make(const struct notice_order *o, str incident, const struct story *st, const struct privacy *p,
		 err *e)
{
	struct making m;
	struct told told = { 0 };
	int rc = making_begin(&m, o, incident, e);

	if (rc == 0)
		rc = told_build(&told, st, e);
	if (rc == 0 && !str_eq(record_get(&m.incident, "case_key"), str_of(told.key)))
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET,
			     "the case is not that of %.*s (desk import-case CASE makes its incident)",
			     STR_ARG(m.incident.id));
	if (rc == 0)
		rc = victims(&m, st, p, e);
	time_of_sight(&told);
	if (rc == 0)
		rc = outside(&m, st, &told, e);
	if (rc == 0)
		rc = withdraw(&m, e);
	told_done(&told);
	making_end(&m);
	return rc;
}

/* --- the next contact ---------------------------------------------------------------------------------------------------------------- */

static int escalate_victim(struct making *m, const struct notice *n, err *e)
{
	struct notice_due due;
	struct record row;
	str second;
	int rc = party_row(m, n->v[N_NAME], &row, e);

	if (rc < 0 || notice_due_read(m->o->d, n, &due, e) < 0)
		return -1;
	second = record_get(&row, "second");
	if (second.len == 0 || str_eq(second, n->v[N_CONTACT]))
		return tell(m, n->v[N_ID], NOTICE_VICTIM, n->v[N_NAME], STR(""),
			    "no second contact is known (party add name=... second=MAIL)", e);
	if (due.waiting)
		return tell(m, n->v[N_ID], NOTICE_VICTIM, n->v[N_NAME], second, "a mail waits already", e);
	rc = mail_queue(m->o->d, n, "escalation", record_get(&m->settings, "contact"), second, e);
	return rc < 0 ? -1
		      : tell(m, n->v[N_ID], NOTICE_VICTIM, n->v[N_NAME], second,
			     "queued to the second contact", e);
}

static int escalate_outside(struct making *m, const struct notice *n, enum notice_role role, err *e)
{
	struct wanted base = { .after = n->v[N_ID] };
	struct targets t = { 0 };
	struct groups g = { 0 };
	buf preface = { 0 };
	int rc = targets_read(&t, n->v[N_TARGETS], &m->mem, e);

	desk_say(&preface, desk_language(language(m, STR(""))), "escalate.text",
		 (struct desk_arg[]){
			 { "name", n->v[N_NAME] }, { "date", (str){ n->v[N_MADE].ptr, 10 } }, { 0 } });
	base.preface = buf_view(&preface);
	if (rc == 0)
		rc = group_all(m, &t,
			       (int)(role == NOTICE_HOSTER      ? STEP_REGISTRAR
				     : role == NOTICE_REGISTRAR ? STEP_NATIONAL
								: CONTACT_STEPS),
			       &g, e);
	for (size_t i = 0; rc == 0 && i < g.at.len; i++) {
		if (g.at.at[i].contact.len == 0)
			rc = tell(m, n->v[N_ID], role, n->v[N_NAME], STR(""), "no further contact is known",
				  e);
		else if (!str_eq(g.at.at[i].contact, n->v[N_CONTACT]))
			rc = group_keep(m, &t, &g.at.at[i], &base, e);
	}
	buf_done(&preface);
	groups_done(&g);
	targets_done(&t);
	return rc;
}

int notice_escalate(const struct notice_order *o, str id, err *e)
{
	enum notice_role role = NOTICE_VICTIM;
	struct notice n;
	struct making m;
	bool next = false;
	arena mem;
	int rc;

	arena_init(&mem, LIMIT_DESK_BYTES);
	rc = notice_find(o->d, id, &n, &mem, e);
	if (rc == 0)
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET, "there is no notice %.*s", (int)u64_min(id.len, 60),
			     id.ptr);
	else if (rc == 1 && !str_is(n.v[N_STATE], "sent"))
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET,
			     "notice %.*s is %.*s: only what was sent and not answered goes on", STR_ARG(id),
			     STR_ARG(n.v[N_STATE]));
	else if (rc == 1)
		rc = notice_has_next(o->d, id, &next, e);
	if (rc == 0 && !next) {
		notice_role_named(n.v[N_ROLE], &role);
		rc = making_begin(&m, o, n.v[N_INCIDENT], e);
		if (rc == 0)
			rc = role == NOTICE_VICTIM ? escalate_victim(&m, &n, e)
						   : escalate_outside(&m, &n, role, e);
		making_end(&m);
	} else if (rc == 0) {
		rc = o->tell(o->ctx, id, "", n.v[N_NAME], STR(""), "went on already", e);
	}
	arena_done(&mem);
	return rc;
}
