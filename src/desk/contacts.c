#include "desk/contacts.h"

#include "desk/deskdb_priv.h"
#include "desk/trail.h"
#include "util/json.h"
#include "util/sha256.h"

enum contacts_format contacts_format_of(str text)
{
	str line, rest;

	text = str_trim(text);
	if (text.len && (text.ptr[0] == '{' || text.ptr[0] == '['))
		return CONTACTS_RDAP;
	/* a table's head names the column; whois has "name: value" or comments */
	line = str_cut(text, '\n', &rest);
	if (str_find(line, STR("contact")) != SIZE_MAX && str_find(line, STR(":")) == SIZE_MAX)
		return CONTACTS_CSV;
	return CONTACTS_WHOIS;
}

/* --- keeping ------------------------------------------------------------------------------------- */

struct keep {
	struct desk *d;
	sqlite3_stmt *put;
	str source, now;
	uint64_t fresh;
};

static int keep_one(void *ctx, const struct contact *c, err *e)
{
	struct keep *k = ctx;
	const str texts[] = { c->kind,    c->contact, c->name,
			      c->country, k->source,  c->seen.len ? c->seen : k->now };
	int rc;

	sqlite3_reset(k->put);
	sqlite3_clear_bindings(k->put);
	desk_bind(k->put, 1, str_of(contact_scope_name(c->scope)));
	desk_bind(k->put, 2, c->key);
	if (c->scope == CONTACT_PREFIX) {
		sqlite3_bind_blob(k->put, 3, c->lo, CONTACT_BOUND, SQLITE_STATIC);
		sqlite3_bind_blob(k->put, 4, c->hi, CONTACT_BOUND, SQLITE_STATIC);
	}
	for (size_t i = 0; i < COUNT(texts); i++)
		desk_bind(k->put, (int)i + 5, texts[i].len ? texts[i] : (str){ 0 });
	rc = desk_step(k->d, k->put, e);
	k->fresh += rc == 0 && sqlite3_changes(k->d->db) > 0;
	sqlite3_reset(k->put);
	return rc < 0 ? -1 : 0;
}

static int hash_text(str text, char hex[SHA256_HEX_LEN + 1], err *e)
{
	uint8_t sum[SHA256_LEN];
	struct sha256 *h = sha256_new(e);
	int rc = h && sha256_add(h, str_bytes(text), e) == 0 && sha256_end(h, sum, e) == 0 ? 0 : -1;

	if (rc == 0)
		sha256_hex(sum, hex);
	sha256_free(h);
	return rc;
}

/* One entry for a file: a national list has a hundred thousand rows. */
static int tell_trail(struct desk *d, str text, str source, const struct contact_counts *n, uint64_t fresh,
		      err *e)
{
	char hex[SHA256_HEX_LEN + 1];
	buf after = { 0 };
	int rc = hash_text(text, hex, e);

	buf_byte(&after, '{');
	json_member_str(&after, "sha256", str_of(rc == 0 ? hex : ""));
	json_member_u64(&after, "contacts", n->told);
	json_member_u64(&after, "new", fresh);
	buf_byte(&after, '}');
	if (rc == 0)
		rc = trail_add(d, "contacts.import", source, STR(""), buf_view(&after), e);
	buf_done(&after);
	return rc;
}

int contacts_import(struct desk *d, enum contacts_format format, str text, str source,
		    struct contact_counts *n, uint64_t *ret_new, err *e)
{
	static int (*const READ[])(str, contact_fn *, void *, struct contact_counts *, err *) = {
		[CONTACTS_CSV] = contact_csv_read, [CONTACTS_RDAP] = rdap_read, [CONTACTS_WHOIS] = whois_read
	};
	struct keep k = { .d = d, .source = source };
	buf now = { 0 };
	int rc;

	/* nothing changes where what is there is as young: importing again is not a change */
	if (desk_prepare(
		    d,
		    "INSERT INTO contacts(scope, key, lo, hi, kind, contact, name, country, source, seen) "
		    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(scope, key, kind, contact) DO UPDATE SET "
		    "name = coalesce(?7, name), country = coalesce(?8, country), source = ?9, seen = ?10 WHERE ?10 > seen",
		    &k.put, e) < 0)
		return -1;
	*n = (struct contact_counts){ 0 };
	desk_time(&now, desk_now(d));
	k.now = buf_view(&now);
	rc = READ[format](text, keep_one, &k, n, e);
	sqlite3_finalize(k.put);
	if (rc == 0 && k.fresh)
		rc = tell_trail(d, text, source, n, k.fresh, e);
	if (rc == 0)
		*ret_new = k.fresh;
	buf_done(&now);
	return rc;
}

/* --- finding --------------------------------------------------------------------------------------- */

#define COLUMNS "SELECT key, kind, contact, name, country, source, seen FROM contacts WHERE scope = ?1 AND "
#define ORDER " ORDER BY lo DESC, hi, seen DESC, contact"

static int ask(struct desk *d, const struct contact *c, str key, const char *kind,
	       int (*fn)(void *ctx, const struct contact *c, err *e), void *ctx, err *e)
{
	sqlite3_stmt *st;
	int rc, more = 0;

	if (desk_prepare(d,
			 c->scope == CONTACT_PREFIX
				 ? COLUMNS "lo <= ?2 AND hi >= ?3 AND (?4 IS NULL OR kind = ?4)" ORDER
				 : COLUMNS "key = ?2 AND (?4 IS NULL OR kind = ?4) AND ?3 IS NULL" ORDER,
			 &st, e) < 0)
		return -1;
	desk_bind(st, 1, str_of(contact_scope_name(c->scope)));
	if (c->scope == CONTACT_PREFIX) {
		sqlite3_bind_blob(st, 2, c->lo, CONTACT_BOUND, SQLITE_STATIC);
		sqlite3_bind_blob(st, 3, c->hi, CONTACT_BOUND, SQLITE_STATIC);
	} else {
		desk_bind(st, 2, key);
	}
	desk_bind(st, 4, str_of(kind));
	while (more == 0 && (rc = desk_step(d, st, e)) == 1) {
		struct contact x = { .scope = c->scope,
				     .key = desk_column(st, 0),
				     .kind = desk_column(st, 1),
				     .contact = desk_column(st, 2),
				     .name = desk_column(st, 3),
				     .country = desk_column(st, 4),
				     .source = desk_column(st, 5),
				     .seen = desk_column(st, 6) };

		more = fn(ctx, &x, e);
	}
	if (more == 0 && rc < 0)
		more = -1;
	sqlite3_finalize(st);
	return more;
}

int contacts_each(struct desk *d, enum contact_scope scope, str key, const char *kind,
		  int (*fn)(void *ctx, const struct contact *c, err *e), void *ctx, err *e)
{
	struct contact c = { 0 };
	buf text = { 0 };
	str rest;
	int rc = 0;

	if (!contact_key(&c, scope, key, &text)) {
		buf_done(&text);
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "\"%.*s\" is no %s", (int)u64_min(key.len, 60),
			       key.ptr, contact_scope_name(scope));
	}
	rest = c.key;
	do {
		rc = ask(d, &c, rest, kind, fn, ctx, e);
		if (scope != CONTACT_DOMAIN)
			break;
		str_cut(rest, '.', &rest);
	} while (rc == 0 && rest.len);
	buf_done(&text);
	return rc < 0 ? -1 : 0;
}

/* --- whom to write to --------------------------------------------------------------------------------- */

const char *contact_step_name(enum contact_step s)
{
	static const char *const NAMES[CONTACT_STEPS] = { "hoster", "registrar", "national-cert" };

	return (unsigned)s < CONTACT_STEPS ? NAMES[s] : NULL;
}

struct take {
	struct contact *to;
	arena *mem;
	bool found;
};

static int take_first(void *ctx, const struct contact *c, err *e)
{
	struct take *t = ctx;

	*t->to = *c;
	t->to->key = arena_str(t->mem, c->key);
	t->to->kind = arena_str(t->mem, c->kind);
	t->to->contact = arena_str(t->mem, c->contact);
	t->to->name = arena_str(t->mem, c->name);
	t->to->country = arena_str(t->mem, c->country);
	t->to->source = arena_str(t->mem, c->source);
	t->to->seen = arena_str(t->mem, c->seen);
	t->found = t->to->key.ptr && t->to->kind.ptr && t->to->contact.ptr && t->to->name.ptr &&
		   t->to->country.ptr && t->to->source.ptr && t->to->seen.ptr;
	return t->found ? 1 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a contact");
}

static int first_of(struct desk *d, enum contact_scope scope, str key, const char *kind, struct contact *ret,
		    arena *mem, err *e)
{
	struct take t = { .to = ret, .mem = mem };

	if (key.len == 0)
		return 0;
	if (contacts_each(d, scope, key, kind, take_first, &t, e) < 0)
		return -1;
	return t.found;
}

static int take_country(void *ctx, const struct contact *c, err *e)
{
	return c->country.len ? take_first(ctx, c, e) : 0;
}

/* Country of the target: of what is known of its network or name, else as the case says. */
static int country_of(struct desk *d, const struct contact_way *w, str *ret, arena *mem, err *e)
{
	struct contact c;
	struct take t = { .to = &c, .mem = mem };

	if (contacts_each(d, contact_scope_of(w->target), w->target, NULL, take_country, &t, e) < 0)
		return -1;
	*ret = t.found ? c.country : w->country;
	return 0;
}

static int step_of(struct desk *d, const struct contact_way *w, enum contact_step step, struct contact *ret,
		   arena *mem, err *e)
{
	enum contact_scope scope = contact_scope_of(w->target);
	str country;
	int rc;

	switch (step) {
	case STEP_HOSTER:
		rc = first_of(d, scope, w->target, "hoster", ret, mem, e);
		return rc == 0 ? first_of(d, CONTACT_ASN, w->asn, "hoster", ret, mem, e) : rc;
	case STEP_REGISTRAR:
		return scope == CONTACT_DOMAIN ? first_of(d, scope, w->target, "registrar", ret, mem, e) : 0;
	case STEP_NATIONAL:
		if (country_of(d, w, &country, mem, e) < 0)
			return -1;
		return first_of(d, CONTACT_COUNTRY, country, "national-cert", ret, mem, e);
	case CONTACT_STEPS:
		break;
	}
	return 0;
}

int contacts_for(struct desk *d, const struct contact_way *w, enum contact_step from, struct contact *ret,
		 enum contact_step *ret_step, arena *mem, err *e)
{
	for (unsigned s = from; s < CONTACT_STEPS; s++) {
		int rc = step_of(d, w, (enum contact_step)s, ret, mem, e);

		if (rc == 1)
			*ret_step = (enum contact_step)s;
		if (rc != 0)
			return rc;
	}
	return 0;
}
