#include "story/scope.h"

#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"

struct finder_of {
	struct scope *to;
	const struct story *st;
	const struct scope_indicator *in;
	map wanted;  /* type byte and value -> index */
	map hosts;   /* lower-case name -> host */
	map matches; /* host or place, and indicator -> index of match */
	bool wants[SCOPE_TYPES];
	buf key, lower;
	uint64_t serial; /* of the fact */
	bool failed;
};

const char *scope_type_name(enum scope_type type)
{
	static const char *const NAMES[SCOPE_TYPES] = { "ip", "domain", "hash", "path", "file" };

	return (unsigned)type < SCOPE_TYPES ? NAMES[type] : NULL;
}

enum host_class scope_class(const struct story *st, uint32_t host, double *ret_probability)
{
	*ret_probability = -1;
	for (uint32_t i = 0; st->incident && i < st->incident->nhosts; i++)
		if (st->incident->hosts[i].host == host) {
			*ret_probability = st->incident->hosts[i].probability;
			return st->incident->hosts[i].class;
		}
	return CLASS_UNKNOWN;
}

static void add_lower(buf *b, str s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_byte(b, s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i]);
}

/* --- whose fact it is -------------------------------------------------------------------------------------- */

static void host_learn(struct finder_of *f, str name, uint32_t host)
{
	bool fresh;

	buf_clear(&f->key);
	add_lower(&f->key, name);
	if (name.len)
		f->failed |= !map_put(&f->hosts, buf_view(&f->key), host, &fresh);
}

static void hosts_learn(struct finder_of *f)
{
	for (uint32_t i = 0; i < f->st->nhosts; i++) {
		host_learn(f, f->st->hosts[i].name, i);
		for (uint32_t k = 0; k < f->st->hosts[i].naliases; k++)
			host_learn(f, f->st->hosts[i].aliases[k], i);
	}
}

static uint32_t host_of_name(struct finder_of *f, str name)
{
	struct map_entry *m;

	if (name.len == 0)
		return STORY_NOBODY;
	buf_clear(&f->key);
	add_lower(&f->key, name);
	m = map_get(&f->hosts, buf_view(&f->key));
	return m ? (uint32_t)m->value : STORY_NOBODY;
}

/* As for the story itself: one host far likelier than all others, and the address not shared. */
static uint32_t host_of_ip(const struct finder_of *f, str ip, int64_t ns)
{
	struct identity_share s[4];
	size_t n = ip.len && f->st->identity ? identity_at(f->st->identity, ip, ns, s, COUNT(s)) : 0;

	if (n == 0 || s[0].shared || s[0].weight < 0.5 || (n > 1 && s[0].weight < 2 * s[1].weight))
		return STORY_NOBODY;
	return s[0].host;
}

/* The host that dealt with the indicator. *ret_where: its name, or what is known instead. */
static uint32_t host_of_fact(struct finder_of *f, const struct fact *x, bool is_source, str *ret_where)
{
	str ip = x->attr[is_source ? FA_TARGET_IP : FA_SOURCE_IP];
	str name = x->attr[is_source ? FA_TARGET_HOST : FA_SOURCE_HOST];
	uint32_t host = x->kind == FACT_PROXY_REQUEST ? STORY_NOBODY : host_of_name(f, x->attr[FA_HOST]);

	if (host == STORY_NOBODY)
		host = host_of_ip(f, ip, x->first_ns);
	if (host == STORY_NOBODY)
		host = host_of_name(f, name);
	*ret_where = host != STORY_NOBODY   ? f->st->hosts[host].name
		     : ip.len               ? ip
		     : name.len             ? name
		     : x->attr[FA_HOST].len ? x->attr[FA_HOST]
					    : x->attr[FA_OBSERVER];
	return host;
}

/* --- matching ------------------------------------------------------------------------------------------------- */

static void match_add(struct finder_of *f, const struct fact *x, uint32_t indicator, bool is_source)
{
	struct scope_match *r;
	struct map_entry *m;
	str where;
	uint32_t host = host_of_fact(f, x, is_source, &where);
	bool fresh;

	buf_clear(&f->key);
	buf_add(&f->key, &indicator, sizeof indicator);
	buf_add(&f->key, &host, sizeof host);
	if (host == STORY_NOBODY)
		add_lower(&f->key, where);
	m = map_put(&f->matches, buf_view(&f->key), f->to->match.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&f->to->match, LIMIT_SCOPE_MATCHES))) {
		f->to->dropped++;
		return;
	}
	r = &f->to->match.at[m->value];
	if (fresh) {
		*r = (struct scope_match){ .host = host,
					   .where = arena_str(&f->to->mem, where),
					   .indicator = indicator,
					   .first_ns = TIME_NONE,
					   .last_ns = TIME_NONE };
		f->failed |= r->where.ptr == NULL;
	}
	if (r->serial == f->serial)
		return;
	r->serial = f->serial;
	r->facts++;
	r->count += x->count;
	r->kinds |= UINT64_C(1) << x->kind;
	span_add(&r->first_ns, &r->last_ns, x->first_ns, x->last_ns);
	refs_add_all(&r->refs, x->refs, x->nrefs);
}

/* f->lower holds the value. */
static bool look_up(struct finder_of *f, const struct fact *x, enum scope_type type, str lower,
		    bool is_source)
{
	struct map_entry *m;

	if (!f->wants[type] || lower.len == 0)
		return false;
	buf_clear(&f->key);
	buf_byte(&f->key, (char)type);
	buf_str(&f->key, lower);
	m = map_get(&f->wanted, buf_view(&f->key));
	if (m)
		match_add(f, x, (uint32_t)m->value, is_source);
	return m != NULL;
}

static str lowered(struct finder_of *f, str s)
{
	buf_clear(&f->lower);
	add_lower(&f->lower, s);
	return buf_view(&f->lower);
}

/* The name, and every domain above it: the nearest that is wanted. */
static void match_domain(struct finder_of *f, const struct fact *x, str name, bool is_source)
{
	str rest;

	if (!f->wants[SCOPE_DOMAIN] || name.len == 0)
		return;
	rest = lowered(f, name);
	if (rest.len && rest.ptr[rest.len - 1] == '.')
		rest.len--;
	while (rest.len && !look_up(f, x, SCOPE_DOMAIN, rest, is_source))
		str_cut(rest, '.', &rest);
}

static void match_url(struct finder_of *f, const struct fact *x, str url)
{
	size_t at = str_find(url, STR("://"));
	str host, rest;

	if (at == SIZE_MAX)
		return;
	host = (str){ url.ptr + at + 3, url.len - at - 3 };
	host = str_cut(str_cut(host, '/', &rest), ':', &rest);
	match_domain(f, x, host, false);
	look_up(f, x, SCOPE_IP, lowered(f, host), false);
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Words of a list: hashes as "SHA256=...,MD5=...", answers of a name server. */
static void match_words(struct finder_of *f, const struct fact *x, enum scope_type type, str list)
{
	for (size_t i = 0, from = 0; f->wants[type] && i <= list.len; i++) {
		bool inside =
			i < list.len && (is_alnum(list.ptr[i]) ||
					 (type == SCOPE_IP && (list.ptr[i] == '.' || list.ptr[i] == ':')));

		if (inside)
			continue;
		if (i > from)
			look_up(f, x, type, lowered(f, (str){ list.ptr + from, i - from }), false);
		from = i + 1;
	}
}

/* The program of a command line: what stands in quotes, or up to the first space. */
static str program_of(str command)
{
	str rest;

	if (command.len && command.ptr[0] == '"')
		return str_cut((str){ command.ptr + 1, command.len - 1 }, '"', &rest);
	return str_cut(command, ' ', &rest);
}

static void match_path(struct finder_of *f, const struct fact *x, str path)
{
	if (path.len == 0 || !(f->wants[SCOPE_PATH] || f->wants[SCOPE_FILE]))
		return;
	look_up(f, x, SCOPE_PATH, lowered(f, path), false);
	look_up(f, x, SCOPE_FILE, lowered(f, str_basename(path)), false);
}

static int on_fact(void *ctx, const struct fact *x, err *e)
{
	struct finder_of *f = ctx;
	str object = x->attr[FA_OBJECT], program = program_of(x->attr[FA_COMMAND]);

	f->serial++;
	if (x->kind == FACT_COVERAGE || x->kind == FACT_CLOCK_SAMPLE)
		return 0;
	look_up(f, x, SCOPE_IP, lowered(f, x->attr[FA_SOURCE_IP]), true);
	look_up(f, x, SCOPE_IP, lowered(f, x->attr[FA_TARGET_IP]), false);
	look_up(f, x, SCOPE_IP, lowered(f, x->attr[FA_NAT_IP]), false);
	match_domain(f, x, x->attr[FA_TARGET_HOST], false);
	match_domain(f, x, x->attr[FA_SOURCE_HOST], true);
	match_words(f, x, SCOPE_HASH, x->attr[FA_HASHES]);
	if (x->kind == FACT_LOOKUP) {
		match_domain(f, x, object, false);
		match_words(f, x, SCOPE_IP, x->attr[FA_DETAIL]);
		return f->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the hosts in scope") : 0;
	}
	match_url(f, x, object);
	match_path(f, x, object);
	match_path(f, x, x->attr[FA_PROCESS]);
	match_path(f, x, x->attr[FA_PARENT]);
	if (!str_eq_ascii_nocase(program, x->attr[FA_PROCESS]) && !str_eq_ascii_nocase(program, object))
		match_path(f, x, program);
	return f->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the hosts in scope") : 0;
}

/* --- all of it --------------------------------------------------------------------------------------------------- */

struct order {
	uint8_t class;
	uint32_t rank; /* in the order of suspicion; unknown places last */
	struct scope_match match;
};

static int by_suspicion(const void *pa, const void *pb)
{
	const struct order *a = pa, *b = pb;
	int c;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	c = str_cmp(a->match.where, b->match.where);
	return c ? c : (a->match.indicator > b->match.indicator) - (a->match.indicator < b->match.indicator);
}

static bool sorted(struct scope *s, const struct story *st)
{
	struct order *o = calloc(s->match.len + 1, sizeof *o);
	uint32_t *rank = calloc(st->nhosts + 1, sizeof *rank);
	const struct incident *in = st->incident;

	for (uint32_t i = 0; rank && in && i < in->nhosts; i++)
		if (in->hosts[i].host < st->nhosts)
			rank[in->hosts[i].host] = i;
	for (size_t i = 0; o && rank && i < s->match.len; i++) {
		uint32_t host = s->match.at[i].host;

		o[i].rank = host == STORY_NOBODY ? UINT32_MAX : rank[host];
		o[i].class =
			in && o[i].rank < in->nhosts ? (uint8_t)in->hosts[o[i].rank].class : CLASS_UNKNOWN;
		o[i].match = s->match.at[i];
	}
	if (o && rank && s->match.len)
		qsort(o, s->match.len, sizeof *o, by_suspicion);
	for (size_t i = 0; o && rank && i < s->match.len; i++) {
		s->match.at[i] = o[i].match;
		s->hosts += i == 0 || o[i].match.host != o[i - 1].match.host ||
			    !str_eq(o[i].match.where, o[i - 1].match.where);
	}
	free(rank);
	free(o);
	return o && rank;
}

int scope_find(struct scope *ret, struct store *s, const struct story *st, const struct scope_indicator *in,
	       size_t n, err *e)
{
	struct finder_of f = { .to = ret, .st = st, .in = in };
	bool fresh;
	int rc;

	memset(ret, 0, sizeof *ret);
	arena_init(&ret->mem, LIMIT_SCOPE_BYTES);
	map_init(&f.wanted, LIMIT_SCOPE_INDICATORS, LIMIT_SCOPE_BYTES);
	map_init(&f.hosts, 4 * LIMIT_STORY_HOSTS, LIMIT_SCOPE_BYTES);
	map_init(&f.matches, LIMIT_SCOPE_MATCHES, LIMIT_SCOPE_BYTES);
	for (size_t i = 0; i < n; i++) {
		buf_clear(&f.key);
		buf_byte(&f.key, (char)in[i].type);
		add_lower(&f.key, in[i].value);
		f.failed |= !map_put(&f.wanted, buf_view(&f.key), i, &fresh);
		f.wants[in[i].type] = true;
	}
	hosts_learn(&f);
	if (f.failed)
		rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many indicators or host names");
	else
		rc = store_each_fact(s, -1, on_fact, &f, e);
	if (rc == 0 && !sorted(ret, st))
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the hosts in scope");
	map_done(&f.wanted);
	map_done(&f.hosts);
	map_done(&f.matches);
	buf_done(&f.key);
	buf_done(&f.lower);
	return rc;
}

void scope_done(struct scope *s)
{
	VEC_DONE(&s->match);
	arena_done(&s->mem);
}
