/* whois.c - answers of whois servers that lie in a file, one after another.
 *
 * An answer is blocks of "name: value". A network is bound to a contact by what says so most directly: a comment "Abuse contact
 * for ...", the handle that it names (abuse-c, mnt-irt, org) or, as ARIN and registrars do it, the contact in the blocks behind
 * it and before the next network. */
#include "desk/contact.h"

#include "desk/fields.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/vec.h"

struct net {
	enum contact_scope scope;
	str key_text; /* as written */
	str handles[4];
	size_t nhandles;
	str mail, country, name;
	bool registrar;
};

struct whois {
	VEC(struct net) net;
	map handle; /* of who takes reports: number + 1 in `mail` */
	VEC(str) mail;
	size_t current; /* first network that a following contact is of; SIZE_MAX: none */
	str block;      /* handle of the block that is read; empty: none */
	bool in_block, net_block, failed;
};

static bool line_pair(str line, str *name, str *v)
{
	size_t colon = str_find(line, STR(":"));

	if (line.len == 0 || line.ptr[0] == '%' || line.ptr[0] == '#' || colon == SIZE_MAX || colon == 0 ||
	    colon > 48)
		return false;
	*name = str_trim((str){ line.ptr, colon });
	*v = str_trim((str){ line.ptr + colon + 1, line.len - colon - 1 });
	return name->len && v->len;
}

static bool is_any(str name, const char *const *words)
{
	for (; *words; words++)
		if (str_eq_ascii_nocase(name, str_of(*words)))
			return true;
	return false;
}

/* --- what lines say ------------------------------------------------------------------------------ */

static void net_begin(struct whois *w, enum contact_scope scope, str text)
{
	struct net *n = VEC_PUSH(&w->net, LIMIT_DESK_ROWS);

	if (!n) {
		w->failed = true;
		return;
	}
	n->scope = scope;
	n->key_text = text;
	w->current = w->net.len - 1;
	w->net_block = true;
}

static void handle_mail(struct whois *w, str handle, str mail)
{
	struct map_entry *at;
	bool is_new;
	str *to;

	if (handle.len == 0)
		return;
	at = map_put(&w->handle, handle, w->mail.len, &is_new);
	if (!at) {
		w->failed = true;
		return;
	}
	if (!is_new)
		return;
	to = VEC_PUSH(&w->mail, LIMIT_DESK_ROWS);
	if (to)
		*to = mail;
	else
		w->failed = true;
}

/* "% Abuse contact for '192.0.2.0 - 192.0.2.255' is 'abuse@example.net'" stands before the network. */
static void comment(struct whois *w, str line)
{
	static const str BEGIN = { "% Abuse contact for '", 21 };
	str range, rest, mail;

	if (!str_starts(line, BEGIN))
		return;
	range = str_cut((str){ line.ptr + BEGIN.len, line.len - BEGIN.len }, '\'', &rest);
	if (!str_starts(rest, STR(" is '")))
		return;
	mail = str_cut((str){ rest.ptr + 5, rest.len - 5 }, '\'', &rest);
	handle_mail(w, range, mail);
}

static void net_line(struct net *n, str name, str v)
{
	static const char *const HANDLES[] = { "abuse-c", "mnt-irt", "org", NULL };
	static const char *const NAMES[] = { "org-name", "OrgName",   "descr", "netname",
					     "NetName",  "Registrar", NULL };

	if (is_any(name, HANDLES) && n->nhandles < COUNT(n->handles))
		n->handles[n->nhandles++] = v;
	else if (str_eq_ascii_nocase(name, STR("country")) && n->country.len == 0)
		n->country = v;
	else if (is_any(name, NAMES) && n->name.len == 0)
		n->name = v;
}

static void pair(struct whois *w, str name, str v)
{
	static const char *const RANGES[] = { "inetnum", "inet6num", "NetRange", NULL };
	static const char *const ROUTES[] = { "route", "route6", NULL };
	static const char *const MAILS[] = { "abuse-mailbox", "OrgAbuseEmail",
					     "Registrar Abuse Contact Email", NULL };
	static const char *const HOLDERS[] = { "nic-hdl", "irt", "organisation", "role", NULL };
	struct net *last;

	if (is_any(name, RANGES) || is_any(name, ROUTES)) {
		net_begin(w, CONTACT_PREFIX, v);
		return;
	}
	if (str_eq_ascii_nocase(name, STR("domain name")) || str_eq_ascii_nocase(name, STR("domain"))) {
		net_begin(w, CONTACT_DOMAIN, v);
		return;
	}
	if (str_eq_ascii_nocase(name, STR("aut-num")) || str_eq_ascii_nocase(name, STR("ASNumber"))) {
		net_begin(w, CONTACT_ASN, v);
		return;
	}
	last = w->current == SIZE_MAX ? NULL : &w->net.at[w->current];
	if (is_any(name, MAILS)) {
		if (w->block.len)
			handle_mail(w, w->block, v);
		if (last && last->mail.len == 0) {
			last->mail = v;
			last->registrar = str_starts(name, STR("Registrar"));
		}
	} else if (!w->net_block && is_any(name, HOLDERS) &&
		   (w->block.len == 0 || str_eq_ascii_nocase(name, STR("nic-hdl")))) {
		w->block = v;
	} else if (last && (w->net_block || last->name.len == 0)) {
		net_line(last, name, v);
	}
}

/* A block's handle may stand behind its mail address: it is looked for first. */
static void block_read(struct whois *w, str block)
{
	static const char *const HOLDERS[] = { "nic-hdl", "irt", "organisation", NULL };
	str rest = block, name, v;

	w->block = STR("");
	w->net_block = false;
	while (rest.len)
		if (line_pair(str_cut(rest, '\n', &rest), &name, &v) && is_any(name, HOLDERS))
			w->block = v;
	for (rest = block; rest.len;) {
		str line = str_cut(rest, '\n', &rest);

		if (line.len && line.ptr[0] == '%')
			comment(w, str_trim(line));
		else if (line_pair(line, &name, &v))
			pair(w, name, v);
	}
}

/* Up to the next empty line. */
static str block_next(str *rest)
{
	str all = *rest;

	while (rest->len) {
		str line = str_cut(*rest, '\n', rest);

		if (str_trim(line).len == 0)
			break;
	}
	return (str){ all.ptr, all.len - rest->len };
}

/* --- telling --------------------------------------------------------------------------------------- */

static str by_handle(const struct whois *w, str handle)
{
	const struct map_entry *at = map_get(&w->handle, handle);

	return at ? w->mail.at[at->value] : STR("");
}

static str mail_of(const struct whois *w, const struct net *n)
{
	str mail = by_handle(w, n->key_text);

	for (size_t i = 0; mail.len == 0 && i < n->nhandles; i++)
		mail = by_handle(w, n->handles[i]);
	return mail.len ? mail : n->mail;
}

static int tell(const struct whois *w, const struct net *n, contact_fn *fn, void *ctx,
		struct contact_counts *counts, err *e)
{
	struct contact c = { 0 };
	buf key = { 0 }, mail = { 0 };
	str written = mail_of(w, n);
	int rc = 0;

	counts->objects++;
	if (!contact_key(&c, n->scope, n->key_text, &key)) {
		counts->malformed++;
	} else if (written.len == 0) {
		counts->bare++;
	} else if (!contact_mail(written, &mail)) {
		counts->malformed++;
	} else {
		c.kind = n->scope != CONTACT_DOMAIN ? STR("hoster")
			 : n->registrar             ? STR("registrar")
						    : STR("owner");
		c.contact = buf_view(&mail);
		c.country = n->country.len == 2 ? n->country : STR("");
		c.name = field_is_text(n->name) && n->name.len <= LIMIT_DESK_TEXT ? n->name : STR("");
		rc = fn(ctx, &c, e);
		counts->told++;
	}
	buf_done(&key);
	buf_done(&mail);
	return rc;
}

int whois_read(str text, contact_fn *fn, void *ctx, struct contact_counts *n, err *e)
{
	struct whois w = { .current = SIZE_MAX };
	str rest = text;
	int rc = 0;

	map_init(&w.handle, LIMIT_DESK_ROWS, LIMIT_DESK_BYTES);
	while (rest.len && !w.failed)
		block_read(&w, block_next(&rest));
	if (w.failed)
		rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u objects, or no memory",
			     LIMIT_DESK_ROWS);
	else if (w.net.len == 0)
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			     "no answer of whois: it names no network and no domain");
	for (size_t i = 0; rc == 0 && i < w.net.len; i++)
		rc = tell(&w, &w.net.at[i], fn, ctx, n, e);
	map_done(&w.handle);
	VEC_DONE(&w.net);
	VEC_DONE(&w.mail);
	return rc;
}
