/* Which names are the victim's: of hosts, of their domains, of the accounts that act on them, of mailboxes; what case.yaml
 * says of parties. What the reconstruction found outside is the intruders' and stays. */
#include "report/redact_priv.h"

#include "story/incident.h"
#include "util/cidr.h"
#include "util/limits.h"

enum {
	DOMAIN_USERS = 3, /* a domain of accounts that nobody else names: as many of them speak for it */
	NUMBER_LEAST = 5  /* digits of a number of staff; shorter ones are counts and years */
};

/* What every system has, what every log writes, words that say what an account is for. */
/* clang-format off */
static const char *const COMMON[] = {
	"system", "localsystem", "local system", "local service", "localservice", "network service", "networkservice",
	"nt authority", "nt service", "builtin", "font driver host", "window manager", "iis apppool", "anonymous",
	"anonymous logon", "administrator", "administrators", "admin", "guest", "defaultaccount", "wdagutilityaccount",
	"krbtgt", "root", "nobody", "daemon", "bin", "sshd", "www-data",
	"apache", "nginx", "tomcat", "mysql", "postgres", "syslog", "user",
	"users", "everyone", "all users", "public", "default", "default user", "default.migrated",
	"localhost", "local", "localdomain", "workgroup", "unknown", "none", "null",
	"n/a", "lan", "corp", "internal", "com", "net", "org",
	"gov", "edu", "example", "arpa", "in-addr.arpa", "healthmailbox", "microsoft",
	"windows",
};
/* clang-format on */

bool redact_is_common(str name)
{
	size_t digits = 0;
	str s = name;

	if (s.len && s.ptr[s.len - 1] == '$')
		s.len--;
	for (size_t i = 0; i < COUNT(COMMON); i++)
		if (str_eq_ascii_nocase(s, str_of(COMMON[i])))
			return true;
	while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	if (digits == s.len && digits < NUMBER_LEAST)
		return true;
	return s.len > 4 && (str_eq_ascii_nocase((str){ s.ptr, 4 }, STR("dwm-")) ||
			     str_eq_ascii_nocase((str){ s.ptr, 5 }, STR("umfd-")));
}

static bool is_address(str s)
{
	struct cidr net;

	return cidr_parse(s, &net, NULL) == 0;
}

static str behind_dot(str name)
{
	str rest;

	str_cut(name, '.', &rest);
	return rest;
}

/* --- hosts and domains ---------------------------------------------------------------------------------- */

/* "zishelstor.example" of "mx01.zishelstor.example": with a dot inside, so that nobody's "com" is found everywhere. Its first
 * word is what accounts write before a backslash. */
static void add_domain(struct redactor *r, str domain)
{
	str rest, first = str_cut(domain, '.', &rest);

	if (!memchr(domain.ptr, '.', domain.len) || is_address(domain))
		return;
	redact_add(r, REDACT_DOMAIN, domain, NULL);
	if (first.len > 3)
		redact_add(r, REDACT_DOMAIN, first, &domain);
}

static void add_host_name(struct redactor *r, str name, str canonical)
{
	str rest, first = str_cut(name, '.', &rest);

	if (is_address(name))
		return;
	redact_add(r, REDACT_HOST, name, &canonical);
	redact_add(r, REDACT_HOST, first, &canonical);
}

static void learn_hosts(struct redactor *r)
{
	const struct story *st = r->st;

	for (uint32_t i = 0; i < st->nhosts; i++) /* those with logs are first, and surely ours */
		if (st->hosts[i].has_logs && behind_dot(st->hosts[i].name).len)
			add_domain(r, behind_dot(st->hosts[i].name));
	for (uint32_t i = 0; i < st->nhosts; i++) {
		const struct story_host *h = &st->hosts[i];

		add_host_name(r, h->name, h->name);
		for (uint32_t k = 0; k < h->naliases; k++)
			add_host_name(r, h->aliases[k], h->name);
		if (h->owner.len > 2)
			redact_add(r, REDACT_PARTY, h->owner, NULL);
	}
	for (uint32_t i = 0; i < st->naddresses; i++)
		if (st->addresses[i].host != STORY_NOBODY &&
		    !map_put(&r->own_ips, redact_lower(r, st->addresses[i].ip), 0, NULL))
			r->failed = true;
}

static void learn_declared(struct redactor *r)
{
	const struct case_file *c = r->st->declared;

	for (uint32_t i = 0; c && i < c->nindicators; i++)
		redact_keep(r, c->indicators[i].value);
	for (uint32_t i = 0; c && i < c->nparties; i++) {
		const struct case_party *p = &c->parties[i];

		for (uint32_t k = 0; k < p->domains.n; k++)
			add_domain(r, p->domains.at[k]);
		redact_add(r, REDACT_PARTY, p->name, NULL);
	}
	for (uint32_t i = 0; c && i < c->nhosts; i++) {
		add_host_name(r, c->hosts[i].name, c->hosts[i].name);
		for (uint32_t k = 0; k < c->hosts[i].aliases.n; k++)
			add_host_name(r, c->hosts[i].aliases.at[k], c->hosts[i].name);
	}
}

static void learn_intruders(struct redactor *r)
{
	const struct incident *in = r->st->incident;

	for (uint32_t i = 0; in && i < in->nexternal; i++) {
		redact_keep(r, in->external[i].ip);
		redact_keep(r, in->external[i].name);
	}
}

/* --- accounts --------------------------------------------------------------------------------------------- */

struct accounts {
	struct redactor *r;
	map domains, pairs; /* DOMAIN of DOMAIN\user -> how many users; the pairs that were counted */
};

static bool is_account_name(str s)
{
	if (s.len < 2 || s.len > 64 || (s.len > 4 && str_eq_ascii_nocase((str){ s.ptr, 4 }, STR("S-1-"))))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || strchr("\\/:=;|<>\"*?,@{}[]()", s.ptr[i]))
			return false;
	return true;
}

static void add_user(struct redactor *r, str name)
{
	if (!is_account_name(name))
		return;
	if (name.ptr[name.len - 1] == '$') { /* of a machine */
		name.len--;
		redact_add(r, REDACT_HOST, name, NULL);
		return;
	}
	redact_add(r, REDACT_USER, name, NULL);
}

/* "CN=Jane Roe,OU=Staff,DC=corp,DC=example" */
static void add_distinguished(struct redactor *r, str s)
{
	str rest = s;

	while (rest.len) {
		str text, pair = str_cut(rest, ',', &rest), key = str_cut(pair, '=', &text);

		if (str_eq_ascii_nocase(str_trim(key), STR("CN")) &&
		    !str_eq_ascii_nocase(text, STR("Users")) && !str_eq_ascii_nocase(text, STR("Computers")))
			add_user(r, text);
	}
}

static bool is_own_domain(struct redactor *r, str domain)
{
	struct map_entry *m = domain.len ? map_get(&r->names, redact_lower(r, domain)) : NULL;

	return m && r->name.at[m->value].kind == REDACT_DOMAIN;
}

static void add_account(struct redactor *r, str s)
{
	str user, domain = str_cut(s, '\\', &user);
	size_t users = str_find(s, STR("/Users/"));

	if (s.len > 3 && str_eq_ascii_nocase((str){ s.ptr, 3 }, STR("CN="))) {
		add_distinguished(r, s);
	} else if (user.len) {
		add_user(r, user);
	} else if (memchr(s.ptr ? s.ptr : "", '@', s.len)) {
		user = str_cut(s, '@', &domain);
		if (is_own_domain(r, domain))
			add_user(r, user);
	} else if (users != SIZE_MAX) {
		add_user(r, (str){ s.ptr + users + 7, s.len - users - 7 });
	} else {
		add_user(r, s);
	}
}

/* Domains first: whose a mailbox is, is judged by them. */
static void count_domain(struct accounts *a, str s)
{
	str user, domain = str_cut(s, '\\', &user);
	struct map_entry *m;
	buf pair = { 0 };
	bool fresh = false;

	if (user.len == 0 || domain.len < 2 || redact_is_common(domain))
		return;
	buf_str(&pair, redact_lower(a->r, s));
	m = map_put(&a->pairs, buf_view(&pair), 0, &fresh);
	buf_done(&pair);
	if (!m || !fresh)
		return;
	m = map_put(&a->domains, redact_lower(a->r, domain), 0, NULL);
	if (m && ++m->value == DOMAIN_USERS)
		redact_add(a->r, REDACT_DOMAIN, domain, NULL);
}

static bool is_ours(const struct fact *f)
{
	/* whoever guesses passwords may call himself anything */
	return f->kind != FACT_LOGON_FAILED;
}

static int on_domain(void *ctx, const struct fact *f, err *e)
{
	struct accounts *a = ctx;
	str box = f->attr[FA_TARGET_ACCOUNT], domain;

	(void)e;
	if (!is_ours(f))
		return 0;
	count_domain(a, f->attr[FA_ACCOUNT]);
	count_domain(a, f->attr[FA_TARGET_ACCOUNT]);
	if (f->kind == FACT_MAIL_ACCESS) { /* of mailboxes that the server has */
		str_cut(box, '@', &domain);
		if (domain.len)
			add_domain(a->r, domain);
	}
	return 0;
}

/* "name=Jane Roe" of a row of a directory. */
static void add_person(struct redactor *r, str detail)
{
	while (detail.len) {
		str text, one = str_cut(detail, ';', &detail), key = str_cut(one, '=', &text);

		if (str_is(str_trim(key), "name") && text.len > 3)
			add_user(r, str_trim(text));
	}
}

static int on_account(void *ctx, const struct fact *f, err *e)
{
	struct accounts *a = ctx;

	(void)e;
	if (!is_ours(f))
		return 0;
	/* behind which our own hosts show themselves outside */
	if (f->attr[FA_NAT_IP].len &&
	    !map_put(&a->r->own_ips, redact_lower(a->r, f->attr[FA_NAT_IP]), 0, NULL))
		a->r->failed = true;
	if (f->kind == FACT_ASSET) {
		if (f->attr[FA_ACCOUNT].len > 2)
			redact_add(a->r, REDACT_PARTY, f->attr[FA_ACCOUNT], NULL);
		return 0;
	}
	add_account(a->r, f->attr[FA_ACCOUNT]);
	add_account(a->r, f->attr[FA_TARGET_ACCOUNT]);
	if (f->kind == FACT_ACCOUNT_INFO)
		add_person(a->r, f->attr[FA_DETAIL]);
	return 0;
}

int redact_learn(struct redactor *r, struct store *s, err *e)
{
	struct accounts a = { .r = r };
	int rc;

	map_init(&a.domains, LIMIT_REDACT_NAMES, LIMIT_REDACT_BYTES);
	map_init(&a.pairs, LIMIT_REDACT_NAMES, LIMIT_REDACT_BYTES);
	learn_intruders(r);
	learn_declared(r);
	learn_hosts(r);
	rc = store_each_fact(s, -1, on_domain, &a, e);
	if (rc == 0)
		rc = store_each_fact(s, -1, on_account, &a, e);
	map_done(&a.domains);
	map_done(&a.pairs);
	return rc;
}
