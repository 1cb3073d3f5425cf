/* Who called what outside, who came to whom. */
#include "story/trace_priv.h"

/* The host whose log it is, or whose address is the source. */
static uint32_t speaker(struct builder *b, const struct fact *f)
{
	return f->attr[FA_HOST].len ? host_named(b, f->attr[FA_HOST])
				    : who_at(b, f->attr[FA_SOURCE_IP], f->first_ns);
}

/* --- the world outside ----------------------------------------------------------------------- */

static void contact_add(struct trace *t, uint32_t host, str ip, str dest, str name, const struct fact *f)
{
	text_id d = trace_id_lower(t, dest);
	text_id from = host == STORY_NOBODY ? trace_id(t, ip) : 0;
	uint32_t key[] = { host, from, d }, row_;
	struct contact *c;
	bool refused = str_eq(f->attr[FA_STATUS], STR("denied"));

	if (d == 0 || (host == STORY_NOBODY && from == 0))
		return;
	c = ROW(t, KEY_CONTACT, contact, key);
	if (!c)
		return;
	if (c->s.count == 0) {
		c->host = host;
		c->ip = trace_id(t, ip);
		c->dest = d;
		c->refused = true;
	}
	c->refused = c->refused && refused;
	if (!c->name && name.len)
		c->name = trace_id_lower(t, name);
	if (!c->process && f->attr[FA_PROCESS].len)
		c->process = trace_id_lower(t, f->attr[FA_PROCESS]);
	span_widen(&c->s, f);
}

static void name_add(struct trace *t, str name, str ip)
{
	text_id key[] = { trace_id_lower(t, name), trace_id(t, ip) };
	struct trace_name *n;
	uint32_t row_;

	if (key[0] == 0 || key[1] == 0)
		return;
	n = ROW(t, KEY_NAME, name, key);
	if (!n)
		return;
	*n = (struct trace_name){ key[0], key[1] };
	map_put(&t->name_ip, trace_text(t, key[0]), key[1], NULL);
}

text_id trace_dest(const struct trace *t, str name)
{
	char lower[256];
	struct map_entry *m;

	if (name.len == 0 || name.len > sizeof lower)
		return 0;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] + 32) : name.ptr[i];
	name = (str){ lower, name.len };
	m = map_get(&t->name_ip, name);
	return m ? (text_id)m->value : trace_find(t, name);
}

static bool is_name(str s)
{
	return s.len && str_find(s, STR(".")) != SIZE_MAX && str_find(s, STR(":")) == SIZE_MAX &&
	       !(s.ptr[s.len - 1] >= '0' && s.ptr[s.len - 1] <= '9');
}

static void inbound_add(struct trace *t, str ip, str target, uint64_t sent, const struct fact *f)
{
	uint32_t key[] = { trace_id(t, ip), who_at(t->b, target, f->first_ns) }, row_;
	struct inbound *x;

	if (key[0] == 0 || key[1] == STORY_NOBODY)
		return;
	x = ROW(t, KEY_INBOUND, inbound, key);
	if (!x)
		return;
	x->ip = key[0];
	x->host = key[1];
	x->sent += sent;
	span_widen(&x->s, f);
}

/* What a server sent back to somebody outside. Several sensors may have seen it: loss.c counts once. */
int trace_reply(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;

	(void)e;
	if (fact_is_usable(f) && str_eq(f->attr[FA_DETAIL], STR("reply")) &&
	    is_inside(t->b, f->attr[FA_SOURCE_IP]) && !is_inside(t->b, f->attr[FA_TARGET_IP]))
		inbound_add(t, f->attr[FA_TARGET_IP], f->attr[FA_SOURCE_IP], f->bytes, f);
	return 0;
}

int trace_proxy(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	str name = f->attr[FA_TARGET_HOST], ip = f->attr[FA_TARGET_IP];

	(void)e;
	if (!fact_is_usable(f))
		return 0;
	if (ip.len && is_inside(t->b, ip))
		ip = STR("");
	if (ip.len == 0 && !is_name(name))
		ip = name;
	if (ip.len && is_inside(t->b, ip))
		return 0;
	if (ip.len == 0) {
		text_id known = trace_dest(t, name);

		ip = known ? trace_text(t, known) : STR("");
	}
	contact_add(t, who_at(t->b, f->attr[FA_SOURCE_IP], f->first_ns), f->attr[FA_SOURCE_IP],
		    ip.len ? ip : name, name, f);
	if (ip.len && is_name(name))
		name_add(t, name, ip);
	return 0;
}

int trace_lookup(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	str rest = f->attr[FA_DETAIL], one;

	(void)e;
	while (rest.len) {
		one = str_cut(rest, ' ', &rest);
		if (one.len && (one.ptr[one.len - 1] == ';' || one.ptr[one.len - 1] == ','))
			one.len--;
		if (one.len > 6 && one.ptr[0] >= '0' && one.ptr[0] <= '9' && !is_name(one) &&
		    !is_inside(t->b, one))
			name_add(t, f->attr[FA_OBJECT], one);
	}
	return 0;
}

/* --- access ---------------------------------------------------------------------------------- */

static struct access *access_row(struct trace *t, enum access_kind kind, uint32_t from, str ip, uint32_t to,
				 str account, const struct fact *f)
{
	text_id who = trace_id_lower(t, account), at = from == STORY_NOBODY ? trace_id(t, ip) : 0;
	uint32_t key[] = { (uint32_t)kind, from, to, at, who }, row_;
	int64_t when[2] = { f->first_ns, f->last_ns };
	struct access *a;

	if (to == STORY_NOBODY || (from == STORY_NOBODY && at == 0) || from == to)
		return NULL;
	a = ROW(t, KEY_ACCESS, access, key);
	if (!a)
		return NULL;
	if (a->s.count == 0) {
		a->kind = kind;
		a->from = from;
		a->to = to;
		a->ip = trace_id(t, ip);
		a->account = who;
	}
	span_widen(&a->s, f);
	for (int i = 0; i < 2; i++) {
		struct arrival_at *v;

		if (when[i] == TIME_NONE || (i && when[1] == when[0]) || f->nrefs == 0)
			continue;
		v = VEC_PUSH(&t->arrival, LIMIT_TRACE_ROWS);
		if (v)
			*v = (struct arrival_at){ to, (uint32_t)(a - t->access.at), when[i],
						  f->refs[i && f->nrefs > 1 ? f->nrefs - 1 : 0] };
	}
	return a;
}

static void access_add(struct trace *t, enum access_kind kind, uint32_t from, str ip, uint32_t to,
		       str account, const struct fact *f)
{
	access_row(t, kind, from, ip, to, account, f);
}

static bool is_machine(const struct fact *f)
{
	str account = f->attr[FA_ACCOUNT];

	return str_eq(f->attr[FA_ACCOUNT_SID], STR("S-1-5-7")) || has_nocase(account, "ANONYMOUS LOGON") ||
	       (account.len && account.ptr[account.len - 1] == '$');
}

/* Who came, by the record on the host that was come to. */
static uint32_t comer(struct builder *b, const struct fact *f)
{
	uint32_t host = who_at(b, f->attr[FA_SOURCE_IP], f->first_ns);

	return host == STORY_NOBODY ? host_named(b, f->attr[FA_SOURCE_HOST]) : host;
}

int trace_logon(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	str type = f->attr[FA_LOGON_TYPE], ip = f->attr[FA_SOURCE_IP];
	static const struct {
		const char *type;
		enum access_kind kind;
	} TYPES[] = { { "3", ACCESS_LOGON }, { "8", ACCESS_LOGON },         { "10", ACCESS_DESKTOP },
		      { "ssh", ACCESS_SSH }, { "console", ACCESS_CONSOLE }, { "web", ACCESS_CONSOLE } };

	(void)e;
	if (!fact_is_usable(f) || is_machine(f) || (ip.len && address_is_local(ip)))
		return 0;
	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (str_eq(type, str_of(TYPES[i].type)))
			access_add(t, TYPES[i].kind, comer(t->b, f), ip, host_named(t->b, f->attr[FA_HOST]),
				   f->attr[FA_ACCOUNT], f);
	return 0;
}

int trace_explicit(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;

	(void)e;
	if (fact_is_usable(f) && !str_ends(f->attr[FA_TARGET_ACCOUNT], STR("$")))
		access_add(t, ACCESS_EXPLICIT, host_named(t->b, f->attr[FA_HOST]), STR(""),
			   host_named(t->b, f->attr[FA_TARGET_HOST]), f->attr[FA_TARGET_ACCOUNT], f);
	return 0;
}

int trace_session(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	struct builder *b = t->b;
	uint32_t here = host_named(b, f->attr[FA_HOST]), to;
	enum access_kind kind = str_starts(f->attr[FA_DETAIL], STR("winrm")) ? ACCESS_WINRM : ACCESS_DESKTOP;

	(void)e;
	if (!fact_is_usable(f))
		return 0;
	if (str_ends(f->attr[FA_DETAIL], STR(" to"))) {
		to = host_named(b, f->attr[FA_TARGET_HOST]);
		if (to == STORY_NOBODY)
			to = who_at(b, f->attr[FA_TARGET_IP], f->first_ns);
		access_add(t, kind, here, STR(""), to, f->attr[FA_ACCOUNT], f);
	} else if (!address_is_local(f->attr[FA_SOURCE_IP])) {
		access_add(t, kind, comer(b, f), f->attr[FA_SOURCE_IP], here, f->attr[FA_ACCOUNT], f);
	}
	return 0;
}

static bool is_program(str path)
{
	static const char *const ENDS[] = { ".exe", ".dll", ".bat", ".cmd", ".ps1",
					    ".vbs", ".sys", ".scr", ".msi" };

	for (size_t i = 0; i < COUNT(ENDS); i++) {
		str end = str_of(ENDS[i]);

		if (path.len > end.len &&
		    str_eq_ascii_nocase((str){ path.ptr + path.len - end.len, end.len }, end))
			return true;
	}
	return false;
}

int trace_share(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	struct access *a;
	str share = str_basename(f->attr[FA_OBJECT]);
	bool ipc = str_eq_ascii_nocase(share, STR("IPC$"));

	(void)e;
	if (!fact_is_usable(f) || is_machine(f) || address_is_local(f->attr[FA_SOURCE_IP]) ||
	    !str_ends(share, STR("$")) ||
	    (ipc && !has_nocase(f->attr[FA_DETAIL], "svcctl") && !has_nocase(f->attr[FA_DETAIL], "atsvc") &&
	     !has_nocase(f->attr[FA_DETAIL], "psexe")))
		return 0;
	a = access_row(t, ACCESS_SHARE, comer(t->b, f), f->attr[FA_SOURCE_IP],
		       host_named(t->b, f->attr[FA_HOST]), f->attr[FA_ACCOUNT], f);
	if (a && !a->wrote && str_starts(f->attr[FA_DETAIL], STR("write ")) && is_program(f->attr[FA_DETAIL]))
		a->wrote = trace_id_lower(t, str_basename(f->attr[FA_DETAIL]));
	return 0;
}

/* --- connections ------------------------------------------------------------------------------ */

/* A program over an administrative share, as the network saw it: "ADMIN$ Temp\\x.exe". */
static void share_seen(struct trace *t, uint32_t from, str source, const struct fact *f)
{
	str object = f->attr[FA_OBJECT], name;
	struct access *a;

	if (str_find(object, STR("$ ")) == SIZE_MAX || !is_program(object) ||
	    has_nocase(f->attr[FA_DETAIL], "read"))
		return;
	a = access_row(t, ACCESS_SHARE, from, source, who_at(t->b, f->attr[FA_TARGET_IP], f->first_ns),
		       STR(""), f);
	name = str_basename(object);
	if (a && !a->wrote)
		a->wrote = trace_id_lower(t, name);
}

static void inner_add(struct trace *t, uint32_t from, const struct fact *f)
{
	uint32_t to = who_at(t->b, f->attr[FA_TARGET_IP], f->first_ns), row_;
	uint32_t key[] = { from, to, trace_id(t, f->attr[FA_PORT]) };
	struct inner *x;

	if (from == STORY_NOBODY || to == STORY_NOBODY || from == to || key[2] == 0)
		return;
	x = ROW(t, KEY_INNER, inner, key);
	if (!x)
		return;
	x->from = from;
	x->to = to;
	x->port = key[2];
	span_widen(&x->s, f);
}

/* A sensor between a host and its proxy: the address is the proxy's, the name what was asked of it. */
bool asks_proxy(struct trace *t, const struct fact *f)
{
	uint32_t proxy;

	if (!is_name(f->attr[FA_TARGET_HOST]) || !is_inside(t->b, f->attr[FA_TARGET_IP]))
		return false;
	proxy = who_at(t->b, f->attr[FA_TARGET_IP], f->first_ns);
	return proxy != STORY_NOBODY && t->b->host.at[proxy].role == HOST_PROXY &&
	       host_named(t->b, f->attr[FA_TARGET_HOST]) == STORY_NOBODY;
}

int trace_connection(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	str target = f->attr[FA_TARGET_IP], source = f->attr[FA_SOURCE_IP];
	bool inbound = f->attr[FA_HOST].len && str_starts(f->attr[FA_DETAIL], STR("inbound"));
	bool refused = str_eq(f->attr[FA_STATUS], STR("denied"));
	uint32_t from;

	(void)e;
	if (!fact_is_usable(f) || inbound || address_is_local(target))
		return 0;
	from = speaker(t->b, f);
	if (asks_proxy(t, f)) {
		text_id known = trace_dest(t, f->attr[FA_TARGET_HOST]);

		contact_add(t, from, source, known ? trace_text(t, known) : f->attr[FA_TARGET_HOST],
			    f->attr[FA_TARGET_HOST], f);
	} else if (!is_inside(t->b, target)) {
		if (f->attr[FA_HOST].len || is_inside(t->b, source))
			contact_add(t, from, source, target, f->attr[FA_TARGET_HOST], f);
		if (is_name(f->attr[FA_TARGET_HOST]))
			name_add(t, f->attr[FA_TARGET_HOST], target);
	} else if (!is_inside(t->b, source)) {
		if (!refused)
			inbound_add(t, source, target, 0, f);
	} else if (!refused) {
		if (f->attr[FA_OBJECT].len)
			share_seen(t, from, source, f);
		inner_add(t, from, f);
	}
	return 0;
}
