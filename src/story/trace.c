#include "story/trace.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/times.h"

#define DAY_NS (86400 * NS_PER_S)

enum {
	KEY_CONTACT,
	KEY_ACCESS,
	KEY_INSTALL,
	KEY_PROGRAM,
	KEY_WRITTEN,
	KEY_SERVED,
	KEY_REQUEST,
	KEY_MAIL,
	KEY_SAID,
	KEY_NAME,
	KEY_INBOUND,
	KEY_TUNNEL
};

/* --- texts ----------------------------------------------------------------------------------- */

text_id trace_id(struct trace *t, str s)
{
	struct map_entry *m = s.len ? map_put(&t->texts, s, t->texts.len + 1, NULL) : NULL;

	if (s.len && !m)
		t->b->st->dropped++;
	return m ? (text_id)m->value : 0;
}

text_id trace_id_lower(struct trace *t, str s)
{
	buf *lower = &t->scratch;

	buf_clear(lower);
	for (size_t i = 0; i < s.len; i++)
		buf_byte(lower, s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i]);
	return lower->failed ? 0 : trace_id(t, buf_view(lower));
}

text_id trace_find(const struct trace *t, str s)
{
	struct map_entry *m = s.len ? map_get(&t->texts, s) : NULL;

	return m ? (text_id)m->value : 0;
}

str trace_text(const struct trace *t, text_id id)
{
	return id ? t->texts.entries[id - 1].key : STR("");
}

str command_image(str c)
{
	str rest, one;

	c = str_trim(c);
	if (c.len && c.ptr[0] == '"')
		return str_cut((str){ c.ptr + 1, c.len - 1 }, '"', &rest);
	/* unquoted paths may hold spaces: up to the first ending of a program, else the first word */
	for (size_t i = 0; i + 4 <= c.len; i++)
		if (str_eq_ascii_nocase((str){ c.ptr + i, 4 }, STR(".exe")) &&
		    (i + 4 == c.len || c.ptr[i + 4] == ' '))
			return (str){ c.ptr, i + 4 };
	one = str_cut(c, ' ', &rest);
	return one;
}

/* --- rows ------------------------------------------------------------------------------------ */

static void span_widen(struct span *s, const struct fact *f)
{
	if (s->count == 0) {
		s->first_ns = s->last_ns = TIME_NONE;
		s->day = INT32_MIN;
	}
	s->count += f->count;
	span_add(&s->first_ns, &s->last_ns, f->first_ns, f->last_ns);
	s->hours |= f->hours;
	if (f->first_ns != TIME_NONE) {
		int32_t day = (int32_t)(f->first_ns / DAY_NS);

		if (f->hours == 0)
			s->hours |= 1u << (uint32_t)(f->first_ns % DAY_NS / (3600 * NS_PER_S));
		if (day != s->day)
			s->days++;
		s->day = day;
	}
	refs_add_all(&s->refs, f->refs, f->nrefs);
}

/* The number of the row with this key in a table of `len` rows: len itself if it is new. False past a
 * ceiling, which is counted. */
static bool row_of(struct trace *t, int table, const void *key, size_t n, size_t len, uint32_t *ret)
{
	bool fresh;
	struct map_entry *m = len < LIMIT_TRACE_ROWS ? map_put(&t->keys[table], (str){ key, n }, len, &fresh)
						     : map_get(&t->keys[table], (str){ key, n });

	if (!m) {
		t->b->st->dropped++;
		return false;
	}
	*ret = (uint32_t)m->value;
	return true;
}

/* A row of table `vec`, made if it is new: evaluates to a pointer or NULL. */
#define ROW(t, table, vec, key)                                                                              \
	(row_of((t), (table), (key), sizeof(key), (t)->vec.len, &row_)                                       \
		 ? (row_ < (t)->vec.len ? &(t)->vec.at[row_] : VEC_PUSH(&(t)->vec, LIMIT_TRACE_ROWS))        \
		 : NULL)

static bool usable(const struct fact *f)
{
	return !fact_is_recovered(f) && f->first_ns != TIME_NONE;
}

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
	if (!c->print && f->attr[FA_AGENT].len)
		c->print = trace_id(t, f->attr[FA_AGENT]);
	if (str_eq(f->attr[FA_MEASURE], STR("sent")))
		c->bytes += f->bytes;
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

static bool is_admin_port(str port)
{
	static const char *const PORTS[] = { "22", "135", "445", "3389", "5985", "5986" };

	for (size_t i = 0; i < COUNT(PORTS); i++)
		if (str_eq(port, str_of(PORTS[i])))
			return true;
	return false;
}

static void access_add(struct trace *t, enum access_kind kind, uint32_t from, str ip, uint32_t to,
		       str account, const struct fact *f);
static struct access *access_row(struct trace *t, enum access_kind kind, uint32_t from, str ip, uint32_t to,
				 str account, const struct fact *f);

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
static int on_reply(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;

	(void)e;
	if (usable(f) && str_eq(f->attr[FA_DETAIL], STR("reply")) && is_inside(t->b, f->attr[FA_SOURCE_IP]) &&
	    !is_inside(t->b, f->attr[FA_TARGET_IP]))
		inbound_add(t, f->attr[FA_TARGET_IP], f->attr[FA_SOURCE_IP], f->bytes, f);
	return 0;
}

static int on_tunnel(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t key[] = { trace_id_lower(t, f->attr[FA_ACCOUNT]), trace_id(t, f->attr[FA_SOURCE_IP]) }, row_;
	struct tunnel *x;

	(void)e;
	if (!usable(f) || key[0] == 0 || key[1] == 0)
		return 0;
	x = ROW(t, KEY_TUNNEL, tunnel, key);
	if (!x)
		return 0;
	x->account = key[0];
	x->ip = key[1];
	if (!x->given)
		x->given = trace_id(t, f->attr[FA_TARGET_IP]);
	x->bytes += f->bytes;
	span_widen(&x->s, f);
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

static int on_connection(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	str target = f->attr[FA_TARGET_IP], source = f->attr[FA_SOURCE_IP];
	bool inbound = f->attr[FA_HOST].len && str_starts(f->attr[FA_DETAIL], STR("inbound"));
	bool refused = str_eq(f->attr[FA_STATUS], STR("denied"));
	uint32_t from;

	(void)e;
	if (!usable(f) || inbound || address_is_local(target))
		return 0;
	from = speaker(t->b, f);
	if (!is_inside(t->b, target)) {
		if (f->attr[FA_HOST].len || is_inside(t->b, source))
			contact_add(t, from, source, target, f->attr[FA_TARGET_HOST], f);
		if (is_name(f->attr[FA_TARGET_HOST]))
			name_add(t, f->attr[FA_TARGET_HOST], target);
	} else if (!is_inside(t->b, source)) {
		if (!refused)
			inbound_add(t, source, target, 0, f);
	} else if (f->attr[FA_OBJECT].len && !refused) {
		share_seen(t, from, source, f);
	} else if (is_admin_port(f->attr[FA_PORT]) && !refused) {
		uint32_t to = who_at(t->b, target, f->first_ns);

		access_add(t, ACCESS_CONNECTION, from, source, to, STR(""), f);
	}
	return 0;
}

static int on_proxy(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	str name = f->attr[FA_TARGET_HOST], ip = f->attr[FA_TARGET_IP];

	(void)e;
	if (!usable(f))
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

static int on_lookup(void *ctx, const struct fact *f, err *e)
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
	for (int i = 0; i < 2 && kind != ACCESS_CONNECTION; i++) {
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

static int on_logon(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	str type = f->attr[FA_LOGON_TYPE], ip = f->attr[FA_SOURCE_IP];
	static const struct {
		const char *type;
		enum access_kind kind;
	} TYPES[] = { { "3", ACCESS_LOGON }, { "8", ACCESS_LOGON },         { "10", ACCESS_DESKTOP },
		      { "ssh", ACCESS_SSH }, { "console", ACCESS_CONSOLE }, { "web", ACCESS_CONSOLE } };

	(void)e;
	if (!usable(f) || is_machine(f) || (ip.len && address_is_local(ip)))
		return 0;
	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (str_eq(type, str_of(TYPES[i].type)))
			access_add(t, TYPES[i].kind, comer(t->b, f), ip, host_named(t->b, f->attr[FA_HOST]),
				   f->attr[FA_ACCOUNT], f);
	return 0;
}

static int on_explicit(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;

	(void)e;
	if (usable(f) && !str_ends(f->attr[FA_TARGET_ACCOUNT], STR("$")))
		access_add(t, ACCESS_EXPLICIT, host_named(t->b, f->attr[FA_HOST]), STR(""),
			   host_named(t->b, f->attr[FA_TARGET_HOST]), f->attr[FA_TARGET_ACCOUNT], f);
	return 0;
}

static int on_session(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	struct builder *b = t->b;
	uint32_t here = host_named(b, f->attr[FA_HOST]), to;
	enum access_kind kind = str_starts(f->attr[FA_DETAIL], STR("winrm")) ? ACCESS_WINRM : ACCESS_DESKTOP;

	(void)e;
	if (!usable(f))
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

static int on_share(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	struct access *a;
	str share = str_basename(f->attr[FA_OBJECT]);
	bool ipc = str_eq_ascii_nocase(share, STR("IPC$"));

	(void)e;
	if (!usable(f) || is_machine(f) || address_is_local(f->attr[FA_SOURCE_IP]) ||
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

/* --- what happened on hosts -------------------------------------------------------------------- */

static void install_add(struct trace *t, enum install_kind kind, const struct fact *f)
{
	uint32_t host = host_named(t->b, f->attr[FA_HOST]), row_;
	/* two logs record one installation within seconds, but not with the same words */
	uint32_t key[] = { (uint32_t)kind, host, trace_id_lower(t, f->attr[FA_OBJECT]),
			   (uint32_t)(f->first_ns / DAY_NS) };
	struct install *n;

	if (!usable(f) || host == STORY_NOBODY || key[2] == 0)
		return;
	n = ROW(t, KEY_INSTALL, install, key);
	if (!n)
		return;
	if (n->s.count == 0) {
		n->host = host;
		n->kind = kind;
		n->object = trace_id(t, f->attr[FA_OBJECT]);
	}
	if (!n->command && f->attr[FA_COMMAND].len) {
		n->command = trace_id(t, f->attr[FA_COMMAND]);
		n->image = trace_id_lower(t, command_image(f->attr[FA_COMMAND]));
	}
	if (!n->account)
		n->account = trace_id_lower(t, f->attr[FA_ACCOUNT]);
	n->remote |= kind == INSTALL_TASK &&
		     (str_ends(f->attr[FA_DETAIL], STR(" 3")) || has_nocase(f->attr[FA_DETAIL], "remote"));
	span_widen(&n->s, f);
}

static int on_service(void *ctx, const struct fact *f, err *e)
{
	(void)e;
	install_add(ctx, INSTALL_SERVICE, f);
	return 0;
}

static int on_task(void *ctx, const struct fact *f, err *e)
{
	(void)e;
	install_add(ctx, INSTALL_TASK, f);
	return 0;
}

static int on_module(void *ctx, const struct fact *f, err *e)
{
	(void)e;
	install_add(ctx, INSTALL_MODULE, f);
	return 0;
}

/* "MD5=..,SHA256=..": the strongest; a bare hash as it is. */
static str best_hash(str hashes)
{
	static const char *const KINDS[] = { "SHA256=", "SHA1=", "MD5=" };
	str rest;

	for (size_t i = 0; i < COUNT(KINDS); i++) {
		size_t at = str_find(hashes, str_of(KINDS[i])), n = str_of(KINDS[i]).len;

		if (at != SIZE_MAX)
			return str_cut((str){ hashes.ptr + at + n, hashes.len - at - n }, ',', &rest);
	}
	return str_find(hashes, STR("=")) == SIZE_MAX ? hashes : STR("");
}

static int on_start(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t host = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { host, trace_id_lower(t, f->attr[FA_PROCESS]),
			   trace_id_lower(t, best_hash(f->attr[FA_HASHES])) };
	struct program *p;

	(void)e;
	if (!usable(f) || host == STORY_NOBODY || key[1] == 0)
		return 0;
	p = ROW(t, KEY_PROGRAM, program, key);
	if (!p)
		return 0;
	if (p->s.count == 0) {
		p->host = host;
		p->image = key[1];
		p->hash = key[2];
		p->parent = trace_id_lower(t, f->attr[FA_PARENT]);
		p->command = trace_id(t, f->attr[FA_COMMAND]);
		p->account = trace_id_lower(t, f->attr[FA_ACCOUNT]);
	}
	span_widen(&p->s, f);
	return 0;
}

static int on_write(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t host = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { host, trace_id_lower(t, f->attr[FA_OBJECT]) };
	struct written *w;

	(void)e;
	if (!usable(f) || host == STORY_NOBODY || key[1] == 0)
		return 0;
	w = ROW(t, KEY_WRITTEN, written, key);
	if (!w)
		return 0;
	if (w->s.count == 0) {
		w->host = host;
		w->path = key[1];
		w->as = trace_id(t, f->attr[FA_OBJECT]);
		w->process = trace_id_lower(t, f->attr[FA_PROCESS]);
	}
	span_widen(&w->s, f);
	return 0;
}

/* --- what servers gave and said ----------------------------------------------------------------- */

static int on_served(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint64_t size = 0;
	uint32_t server = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { server, trace_id(t, f->attr[FA_OBJECT]), trace_id(t, f->attr[FA_SOURCE_IP]),
			   trace_id(t, f->attr[FA_SIZE]), trace_id(t, f->attr[FA_DAY]) };
	struct served *s;

	(void)e;
	if (!usable(f) || server == STORY_NOBODY || key[1] == 0 || key[2] == 0 ||
	    str_eq(f->attr[FA_STATUS], STR("304")))
		return 0;
	str_to_u64(f->attr[FA_SIZE], &size);
	s = ROW(t, KEY_SERVED, served, key);
	if (!s)
		return 0;
	if (s->s.count == 0) {
		s->server = server;
		s->path = key[1];
		s->client = key[2];
		s->size = size;
		s->version = trace_id(t, f->attr[FA_VERSION]);
		s->agent = trace_id(t, f->attr[FA_AGENT]);
		s->etag = trace_id(t, f->attr[FA_HASHES]);
	}
	s->bytes += f->bytes;
	span_widen(&s->s, f);
	return 0;
}

static int on_request(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t server = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { server, trace_id(t, f->attr[FA_SOURCE_IP]), trace_id(t, f->attr[FA_OBJECT]) };
	bool ok = f->attr[FA_STATUS].len &&
		  (f->attr[FA_STATUS].ptr[0] == '2' || f->attr[FA_STATUS].ptr[0] == '3');
	struct request *r;

	(void)e;
	if (!usable(f) || server == STORY_NOBODY || key[1] == 0 || key[2] == 0)
		return 0;
	r = ROW(t, KEY_REQUEST, request, key);
	if (!r)
		return 0;
	if (r->s.count == 0) {
		r->server = server;
		r->client = key[1];
		r->path = key[2];
		r->first_ok_ns = TIME_NONE;
	}
	if (!r->agent)
		r->agent = trace_id(t, f->attr[FA_AGENT]);
	if (!r->account)
		r->account = trace_id_lower(t, f->attr[FA_ACCOUNT]);
	if (!r->query)
		r->query = trace_id(t, f->attr[FA_DETAIL]);
	if (ok) {
		r->ok += f->count;
		if (r->first_ok_ns == TIME_NONE || f->first_ns < r->first_ok_ns)
			r->first_ok_ns = f->first_ns;
	} else {
		r->refused += f->count;
	}
	r->post |= str_eq(f->attr[FA_METHOD], STR("POST")) || str_eq(f->attr[FA_METHOD], STR("PUT"));
	span_widen(&r->s, f);
	return 0;
}

static int on_mail(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t server = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { server, trace_id_lower(t, f->attr[FA_ACCOUNT]),
			   trace_id_lower(t, f->attr[FA_TARGET_ACCOUNT]), trace_id(t, f->attr[FA_SOURCE_IP]),
			   trace_id(t, f->attr[FA_METHOD]) };
	struct mail *m;

	(void)e;
	if (!usable(f))
		return 0;
	m = ROW(t, KEY_MAIL, mail, key);
	if (!m)
		return 0;
	if (m->s.count == 0)
		*m = (struct mail){ .server = server,
				    .account = key[1],
				    .mailbox = key[2],
				    .client = key[3],
				    .method = key[4],
				    .agent = trace_id(t, f->attr[FA_AGENT]) };
	m->bytes += f->bytes;
	span_widen(&m->s, f);
	return 0;
}

static int on_said(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t host = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { host,
			   trace_id_lower(t, f->attr[FA_ACCOUNT]),
			   trace_id(t, f->attr[FA_SOURCE_IP]),
			   trace_id(t, f->attr[FA_METHOD]),
			   trace_id(t, f->attr[FA_OBJECT]),
			   trace_id(t, f->attr[FA_VERSION]),
			   trace_id(t, f->attr[FA_STATUS]),
			   trace_id(t, f->attr[FA_DETAIL]),
			   trace_id(t, f->attr[FA_DAY]),
			   trace_id(t, f->attr[FA_SIZE]) };
	struct said *s;

	(void)e;
	if (!usable(f))
		return 0;
	s = ROW(t, KEY_SAID, said, key);
	if (!s)
		return 0;
	if (s->s.count == 0) {
		*s = (struct said){ .host = host,
				    .account = key[1],
				    .client = key[2],
				    .method = key[3],
				    .object = key[4],
				    .version = key[5],
				    .status = key[6],
				    .detail = key[7],
				    .hash = trace_id_lower(t, f->attr[FA_HASHES]) };
		str_to_u64(f->attr[FA_SIZE], &s->size);
	}
	span_widen(&s->s, f);
	return 0;
}

/* --- all of it --------------------------------------------------------------------------------- */

static int arrival_order(const void *pa, const void *pb)
{
	const struct arrival_at *a = pa, *b = pb;

	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (a->access > b->access) - (a->access < b->access);
}

static int contact_order(const void *pa, const void *pb)
{
	const struct contact *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->dest != b->dest)
		return a->dest < b->dest ? -1 : 1;
	return (a->ip > b->ip) - (a->ip < b->ip);
}

static int install_order(const void *pa, const void *pb)
{
	const struct install *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->s.first_ns != b->s.first_ns)
		return a->s.first_ns < b->s.first_ns ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->object > b->object) - (a->object < b->object);
}

static int program_order(const void *pa, const void *pb)
{
	const struct program *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->s.first_ns != b->s.first_ns)
		return a->s.first_ns < b->s.first_ns ? -1 : 1;
	if (a->image != b->image)
		return a->image < b->image ? -1 : 1;
	return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Order a table by host and note where each host begins; rows of nobody stand behind all. */
#define INDEX(t, table, order)                                                                               \
	do {                                                                                                 \
		uint32_t n_ = (uint32_t)(t)->b->host.len, at_ = 0;                                           \
                                                                                                             \
		if ((t)->table.len)                                                                          \
			qsort((t)->table.at, (t)->table.len, sizeof *(t)->table.at, (order));                \
		(t)->table##_of = arena_array(&(t)->b->st->arrays, n_ + 2, sizeof *(t)->table##_of);         \
		for (uint32_t h_ = 0; (t)->table##_of && h_ <= n_; h_++) {                                   \
			while (at_ < (t)->table.len && (t)->table.at[at_].host < h_)                         \
				at_++;                                                                       \
			(t)->table##_of[h_] = at_;                                                           \
		}                                                                                            \
		(t)->b->failed |= !(t)->table##_of;                                                          \
	} while (0)

void trace_collect(struct builder *b, struct trace *t)
{
	static const struct {
		enum fact_kind kind;
		int (*fn)(void *, const struct fact *, err *);
	} PASSES[] = {
		{ FACT_LOOKUP, on_lookup },
		{ FACT_CONNECTION, on_connection },
		{ FACT_PROXY_REQUEST, on_proxy },
		{ FACT_LOGON, on_logon },
		{ FACT_EXPLICIT_CREDENTIALS, on_explicit },
		{ FACT_REMOTE_SESSION, on_session },
		{ FACT_SHARE_ACCESS, on_share },
		{ FACT_SERVICE_INSTALL, on_service },
		{ FACT_TASK_INSTALL, on_task },
		{ FACT_MODULE_INSTALL, on_module },
		{ FACT_PROCESS_START, on_start },
		{ FACT_FILE_WRITE, on_write },
		{ FACT_ARTEFACT_SERVED, on_served },
		{ FACT_WEB_REQUEST, on_request },
		{ FACT_MAIL_ACCESS, on_mail },
		{ FACT_APP_EVENT, on_said },
		{ FACT_TRANSFER, on_reply },
		{ FACT_VPN_SESSION, on_tunnel },
	};

	*t = (struct trace){ .b = b };
	map_init(&t->name_ip, LIMIT_TRACE_TEXTS, LIMIT_TRACE_TEXT_BYTES);
	map_init(&t->texts, LIMIT_TRACE_TEXTS, LIMIT_TRACE_TEXT_BYTES);
	for (size_t i = 0; i < TRACE_TABLES; i++)
		map_init(&t->keys[i], LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	trace_times(t);
	for (size_t i = 0; i < COUNT(PASSES) && b->rc == 0 && !b->failed; i++)
		b->rc = trace_each_fact(t, PASSES[i].kind, PASSES[i].fn, t);
	if (t->arrival.len)
		qsort(t->arrival.at, t->arrival.len, sizeof *t->arrival.at, arrival_order);
	INDEX(t, contact, contact_order);
	INDEX(t, install, install_order);
	INDEX(t, program, program_order);
}

void trace_done(struct trace *t)
{
	map_done(&t->name_ip);
	map_done(&t->texts);
	for (size_t i = 0; i < TRACE_TABLES; i++)
		map_done(&t->keys[i]);
	VEC_DONE(&t->contact);
	VEC_DONE(&t->access);
	VEC_DONE(&t->arrival);
	VEC_DONE(&t->install);
	VEC_DONE(&t->program);
	VEC_DONE(&t->written);
	VEC_DONE(&t->served);
	VEC_DONE(&t->request);
	VEC_DONE(&t->mail);
	VEC_DONE(&t->inbound);
	VEC_DONE(&t->tunnel);
	VEC_DONE(&t->said);
	VEC_DONE(&t->name);
	buf_done(&t->scratch);
}
