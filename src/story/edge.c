#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

/* Who came: a host, or only an address. */
struct origin {
	uint32_t host;
	str ip;
	enum story_basis basis;
};

/* From the address if it is known, else from the name that the other side gave. False: nobody from
 * elsewhere. */
static bool origin_of(struct builder *b, const struct fact *f, uint32_t at, struct origin *ret)
{
	struct origin o = { STORY_NOBODY, f->attr[FA_SOURCE_IP], BASES };

	if (o.ip.len && address_is_local(o.ip))
		return false;
	o.host = host_at(b, o.ip, f->first_ns, &o.basis);
	if (o.host == STORY_NOBODY) {
		o.host = host_named(b, f->attr[FA_SOURCE_HOST]);
		if (o.host != STORY_NOBODY)
			o.basis = BASIS_WORKSTATION;
	}
	if (o.host == STORY_NOBODY && o.ip.len == 0)
		return false;
	if (o.host == at)
		return false;
	*ret = o;
	return true;
}

static void add_sample(struct builder *b, str samples[EDGE_SAMPLES], uint32_t *n, str s)
{
	if (s.len == 0)
		return;
	for (uint32_t i = 0; i < *n; i++)
		if (str_eq_ascii_nocase(samples[i], s))
			return;
	if (*n < EDGE_SAMPLES)
		samples[(*n)++] = keep(b, s);
}

static void edge_add(struct builder *b, enum story_edge_kind kind, const struct origin *from, uint32_t to,
		     str account, str what, const struct fact *f)
{
	struct story_edge *x;
	struct map_entry *m;
	char key[96];
	size_t n = 0, ip = from->host == STORY_NOBODY && from->ip.len <= 64 ? from->ip.len : 0;
	bool fresh;

	if (to == STORY_NOBODY || (from->host == STORY_NOBODY && ip == 0))
		return;
	key[n++] = (char)kind;
	key[n++] = fact_is_recovered(f);
	memcpy(key + n, &from->host, 4);
	memcpy(key + n + 4, &to, 4);
	memcpy(key + n + 8, from->ip.ptr, ip);
	m = map_put(&b->edge_keys, (str){ key, n + 8 + ip }, b->edge.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&b->edge, LIMIT_STORY_EDGES))) {
		b->st->dropped++;
		return;
	}
	x = &b->edge.at[m->value];
	if (fresh) {
		x->kind = kind;
		x->from = from->host;
		x->to = to;
		x->recovered = fact_is_recovered(f);
		x->from_ip = keep(b, from->ip);
		x->basis = from->basis;
		x->first_ns = x->last_ns = TIME_NONE;
	}
	x->count += f->count;
	span_add(&x->first_ns, &x->last_ns, f->first_ns, f->last_ns);
	add_sample(b, x->accounts, &x->naccounts, account);
	add_sample(b, x->what, &x->nwhat, what);
	refs_add_all(&x->refs, f->refs, f->nrefs);
}

static void arrive(struct builder *b, const struct origin *o, uint32_t at, const struct fact *f)
{
	int64_t when[2] = { f->first_ns, f->last_ns };

	for (int i = 0; i < 2; i++) {
		struct arrival *a;

		if (when[i] == TIME_NONE || (i && when[1] == when[0]) || f->nrefs == 0)
			continue;
		a = VEC_PUSH(&b->arrival, LIMIT_STORY_ARRIVALS);
		if (a)
			*a = (struct arrival){ at,
					       o->host,
					       keep(b, o->ip),
					       keep(b, f->attr[FA_ACCOUNT]),
					       when[i],
					       f->refs[i && f->nrefs > 1 ? 1 : 0] };
	}
}

static bool is_nobody(const struct fact *f)
{
	return str_eq(f->attr[FA_ACCOUNT_SID], STR("S-1-5-7")) ||
	       has_nocase(f->attr[FA_ACCOUNT], "ANONYMOUS LOGON");
}

static int on_logon(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t at = host_named(b, f->attr[FA_HOST]);
	str type = f->attr[FA_LOGON_TYPE];
	struct origin o;

	(void)e;
	if (is_nobody(f) || !origin_of(b, f, at, &o))
		return 0;
	if (str_eq(type, STR("10"))) {
		edge_add(b, EDGE_REMOTE_DESKTOP, &o, at, f->attr[FA_ACCOUNT], f->attr[FA_DETAIL], f);
	} else if (str_eq(type, STR("3")) || str_eq(type, STR("8"))) {
		edge_add(b, EDGE_NETWORK_LOGON, &o, at, f->attr[FA_ACCOUNT], f->attr[FA_DETAIL], f);
		arrive(b, &o, at, f);
	}
	return 0;
}

static int on_explicit(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	struct origin o = { host_named(b, f->attr[FA_HOST]), STR(""), BASES };
	uint32_t to = host_named(b, f->attr[FA_TARGET_HOST]);

	(void)e;
	if (to != o.host)
		edge_add(b, EDGE_EXPLICIT_CREDENTIALS, &o, to, f->attr[FA_TARGET_ACCOUNT],
			 str_basename(f->attr[FA_PROCESS]), f);
	return 0;
}

static int on_session(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t here = host_named(b, f->attr[FA_HOST]);
	bool winrm = str_starts(f->attr[FA_DETAIL], STR("winrm"));
	bool outward = str_ends(f->attr[FA_DETAIL], STR(" to"));
	enum story_edge_kind kind = winrm ? EDGE_WINRM : EDGE_REMOTE_DESKTOP;
	struct origin o = { here, STR(""), BASES };

	(void)e;
	if (outward) {
		enum story_basis basis = BASES;
		uint32_t to = host_named(b, f->attr[FA_TARGET_HOST]);

		if (to == STORY_NOBODY)
			to = host_at(b, f->attr[FA_TARGET_IP], f->first_ns, &basis);
		if (to != here)
			edge_add(b, kind, &o, to, f->attr[FA_ACCOUNT], f->attr[FA_DETAIL], f);
	} else if (origin_of(b, f, here, &o)) {
		edge_add(b, kind, &o, here, f->attr[FA_ACCOUNT], f->attr[FA_DETAIL], f);
	}
	return 0;
}

/* Pipes through which services, tasks and the registry of a host are controlled. */
static bool is_control_pipe(str detail)
{
	static const char *const PIPES[] = { "svcctl", "atsvc", "winreg", "samr", "eventlog", "psexe" };

	for (size_t i = 0; i < COUNT(PIPES); i++)
		if (has_nocase(detail, PIPES[i]))
			return true;
	return false;
}

static int on_share(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t at = host_named(b, f->attr[FA_HOST]);
	str share = str_basename(f->attr[FA_OBJECT]);
	bool ipc = str_eq_ascii_nocase(share, STR("IPC$"));
	bool control = ipc && is_control_pipe(f->attr[FA_DETAIL]);
	struct origin o;

	(void)e;
	if (!origin_of(b, f, at, &o) || (ipc && !control) || str_eq_ascii_nocase(share, STR("SYSVOL")) ||
	    str_eq_ascii_nocase(share, STR("NETLOGON")))
		return 0; /* every member of a domain uses these all the time */
	if (control) {
		edge_add(b, EDGE_ADMIN_SHARE, &o, at, f->attr[FA_ACCOUNT], f->attr[FA_DETAIL], f);
		arrive(b, &o, at, f);
	} else {
		edge_add(b, str_ends(share, STR("$")) ? EDGE_ADMIN_SHARE : EDGE_SHARE, &o, at,
			 f->attr[FA_ACCOUNT], share, f);
	}
	return 0;
}

static bool is_admin_port(str port)
{
	static const char *const PORTS[] = { "22", "135", "445", "3389", "5985", "5986" };

	for (size_t i = 0; i < COUNT(PORTS); i++)
		if (str_eq(port, str_of(PORTS[i])))
			return true;
	return false;
}

static int on_connection(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t here = host_named(b, f->attr[FA_HOST]);
	struct origin o = { here, STR(""), BASES };
	str what = keep_printf(b, "port %.*s, %.*s", STR_ARG(f->attr[FA_PORT]),
			       STR_ARG(str_basename(f->attr[FA_PROCESS])));

	(void)e;
	if (!is_admin_port(f->attr[FA_PORT]))
		return 0;
	if (str_starts(f->attr[FA_DETAIL], STR("inbound"))) {
		if (origin_of(b, f, here, &o))
			edge_add(b, EDGE_CONNECTION, &o, here, STR(""), what, f);
	} else if (!address_is_local(f->attr[FA_TARGET_IP])) {
		enum story_basis basis = BASES;
		uint32_t to = host_at(b, f->attr[FA_TARGET_IP], f->first_ns, &basis);

		if (to == STORY_NOBODY)
			to = host_named(b, f->attr[FA_TARGET_HOST]);
		if (to != here)
			edge_add(b, EDGE_CONNECTION, &o, to, f->attr[FA_ACCOUNT], what, f);
	}
	return 0;
}

/* --- installations right after an arrival ---------------------------------------------------- */

static int arrival_order(const void *pa, const void *pb)
{
	const struct arrival *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return str_cmp(a->from_ip, b->from_ip);
}

/* The last arrival on the host at or before ns, if it is near. */
static const struct arrival *arrival_before(const struct builder *b, uint32_t host, int64_t ns)
{
	const int64_t NEAR = 30 * NS_PER_S;
	const struct arrival *best = NULL;
	size_t lo = 0, hi = b->arrival.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct arrival *a = &b->arrival.at[mid];

		if (a->host < host || (a->host == host && a->ns <= ns)) {
			best = a;
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return best && best->host == host && ns - best->ns <= NEAR ? best : NULL;
}

static int on_install(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	uint32_t at = host_named(b, f->attr[FA_HOST]);
	const struct arrival *a = f->first_ns == TIME_NONE ? NULL : arrival_before(b, at, f->first_ns);
	struct fact both = *f;

	(void)e;
	if (!a)
		return 0;
	both.nrefs = f->nrefs ? 1 : 0;
	if (both.nrefs < FACT_REFS)
		both.refs[both.nrefs++] = a->ref;
	edge_add(b, EDGE_REMOTE_INSTALL, &(struct origin){ a->from, a->from_ip, BASES }, at, a->account,
		 f->attr[FA_OBJECT], &both);
	return 0;
}

static int edge_order(const void *pa, const void *pb)
{
	const struct story_edge *a = pa, *b = pb;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return str_cmp(a->from_ip, b->from_ip);
}

void edges_collect(struct builder *b)
{
	each_fact(b, FACT_LOGON, on_logon);
	each_fact(b, FACT_EXPLICIT_CREDENTIALS, on_explicit);
	each_fact(b, FACT_REMOTE_SESSION, on_session);
	each_fact(b, FACT_SHARE_ACCESS, on_share);
	each_fact(b, FACT_CONNECTION, on_connection);
	if (b->arrival.len)
		qsort(b->arrival.at, b->arrival.len, sizeof *b->arrival.at, arrival_order);
	each_fact(b, FACT_SERVICE_INSTALL, on_install);
	each_fact(b, FACT_TASK_INSTALL, on_install);
	if (b->edge.len)
		qsort(b->edge.at, b->edge.len, sizeof *b->edge.at, edge_order);
}
