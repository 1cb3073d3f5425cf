/* What suggests that a web or application server was made to run commands: from behaviour alone, no
 * names of tools or campaigns. */
#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum { MANY_PAGES = 20 }; /* by one process within an hour: an installation, not an intruder */

struct page {
	uint32_t host;
	str path, process, process_id;
	bool recovered;
	int64_t first_ns;
	uint64_t count;
	struct story_refs refs;
};

/* A process below a server: itself or a descendant of what it started. */
struct child {
	uint32_t root; /* index of the observation it belongs to */
	int64_t ns;
};

struct web {
	struct builder *b;
	map page_keys, child_keys;
	VEC(struct page) page;
	VEC(struct child) child;
};

/* --- pages ----------------------------------------------------------------------------------- */

static int on_write(void *ctx, const struct fact *f, err *e)
{
	struct web *w = ctx;
	str path = f->attr[FA_OBJECT];
	struct page *p;
	struct map_entry *m;
	buf key = { 0 };
	uint32_t host;
	bool fresh;

	(void)e;
	if (!role_is(ROLE_PAGE, path) || !role_is(ROLE_ROOT, path) || role_is(ROLE_NOTROOT, path))
		return 0;
	host = host_named(w->b, f->attr[FA_HOST]);
	buf_add(&key, &host, sizeof host);
	buf_byte(&key, fact_is_recovered(f));
	for (size_t i = 0; i < path.len; i++)
		buf_byte(&key,
			 path.ptr[i] >= 'A' && path.ptr[i] <= 'Z' ? (char)(path.ptr[i] + 32) : path.ptr[i]);
	m = map_put(&w->page_keys, buf_view(&key), w->page.len, &fresh);
	buf_done(&key);
	if (!m || (fresh && !VEC_PUSH(&w->page, LIMIT_STORY_PAGES))) {
		w->b->st->dropped++;
		return 0;
	}
	p = &w->page.at[m->value];
	if (fresh)
		*p = (struct page){ .host = host,
				    .path = keep(w->b, path),
				    .process = keep(w->b, f->attr[FA_PROCESS]),
				    .process_id = keep(w->b, f->attr[FA_PROCESS_ID]),
				    .recovered = fact_is_recovered(f),
				    .first_ns = f->first_ns };
	p->count += f->count;
	refs_add_all(&p->refs, f->refs, f->nrefs);
	return 0;
}

static int page_order(const void *pa, const void *pb)
{
	const struct page *a = pa, *b = pb;
	int c;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	c = str_cmp(a->process, b->process);
	if (c == 0)
		c = a->recovered - b->recovered;
	if (c)
		return c;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return str_cmp(a->path, b->path);
}

static void tell_page(struct builder *b, const struct page *p)
{
	struct story_observation *o;
	struct fact f = {
		.first_ns = p->first_ns, .last_ns = p->first_ns, .count = p->count, .nrefs = p->refs.n
	};
	bool kernel = str_eq_ascii_nocase(p->process, STR("System"));

	memcpy(f.refs, p->refs.at, sizeof f.refs);
	if (p->recovered)
		f.attr[FA_ORIGIN] = STR("recovered");
	o = observation_at(b, OBS_PAGE_WRITTEN, p->host, p->path, &f, kernel ? 80 : 70, NULL);
	if (!o)
		return;
	o->object = p->path;
	o->process = p->process;
	o->process_id = p->process_id;
	o->sentence = sentence_of(b, kernel ? "obs.page_written_system" : "obs.page_written", "object",
				  p->path, "process", p->process, NULL);
}

static void tell_deployment(struct builder *b, const struct page *p, size_t n)
{
	struct story_observation *o;
	struct fact f = { .first_ns = p[0].first_ns, .last_ns = p[n - 1].first_ns, .count = n };

	f.nrefs = p[0].refs.n;
	memcpy(f.refs, p[0].refs.at, sizeof f.refs);
	o = observation_at(b, OBS_PAGES_DEPLOYED, p->host, p->path, &f, 25, NULL);
	if (!o)
		return;
	o->object = p->path;
	o->process = p->process;
	o->sentence = sentence_of(b, "obs.pages_deployed", "count", keep_u64(b, n), "process", p->process,
				  "object", p->path, NULL);
}

static void tell_pages(struct web *w)
{

	if (w->page.len)
		qsort(w->page.at, w->page.len, sizeof *w->page.at, page_order);
	for (size_t i = 0, k; i < w->page.len; i = k) {
		const struct page *p = &w->page.at[i];

		for (k = i + 1;
		     k < w->page.len && w->page.at[k].host == p->host &&
		     str_eq(w->page.at[k].process, p->process) && w->page.at[k].recovered == p->recovered &&
		     p->first_ns != TIME_NONE && w->page.at[k].first_ns - p->first_ns <= HOUR;
		     k++)
			;
		if (k - i > MANY_PAGES)
			tell_deployment(w->b, p, k - i);
		else
			for (size_t n = i; n < k; n++)
				tell_page(w->b, &w->page.at[n]);
	}
}

/* "...\Temporary ASP.NET Files\app\1\2\name.aspx.f5dba9b9.compiled" -> "name.aspx" */
static int on_compile(void *ctx, const struct fact *f, err *e)
{
	struct builder *b = ctx;
	str path = f->attr[FA_OBJECT], base = str_basename(path);
	struct story_observation *o;
	size_t dots = 0, cut = base.len;

	(void)e;
	if (!has_nocase(path, "\\Temporary ASP.NET Files\\") || base.len < 10 ||
	    !str_eq_ascii_nocase((str){ base.ptr + base.len - 9, 9 }, STR(".compiled")))
		return 0;
	while (cut > 0 && dots < 2)
		dots += base.ptr[--cut] == '.';
	base.len = cut;
	if (!role_is(ROLE_PAGE, base) || !role_is(ROLE_SERVER, f->attr[FA_PROCESS]))
		return 0;
	o = observation_at(b, OBS_PAGE_COMPILED, host_named(b, f->attr[FA_HOST]), path, f, 30, NULL);
	if (!o)
		return 0;
	o->object = keep(b, base);
	o->process = keep(b, f->attr[FA_PROCESS]);
	o->sentence = sentence_of(b, "obs.page_compiled", "process", keep(b, str_basename(o->process)),
				  "page", o->object, NULL);
	return 0;
}

/* --- children of servers --------------------------------------------------------------------- */

void process_key(buf *key, uint32_t host, str pid)
{
	buf_clear(key);
	buf_add(key, &host, sizeof host);
	buf_str(key, pid);
}

/* `-ap "Name"` on the command line of an IIS worker. */
static str app_pool(str command)
{
	size_t at = str_find(command, STR("-ap \""));
	str rest;

	if (at == SIZE_MAX)
		return STR("");
	return str_cut((str){ command.ptr + at + 5, command.len - at - 5 }, '"', &rest);
}

static struct child *remember(struct web *w, buf *key, uint32_t root, int64_t ns)
{
	bool fresh;
	struct map_entry *m = map_put(&w->child_keys, buf_view(key), w->child.len, &fresh);

	if (!m || (fresh && !VEC_PUSH(&w->child, LIMIT_STORY_PAGES)))
		return NULL;
	w->child.at[m->value] = (struct child){ root, ns };
	return &w->child.at[m->value];
}

/* Key of a start: number, image, and a slot of time, because a number may be used again later. */
static void start_key(buf *key, const struct fact *f, int64_t slot)
{
	str base = str_basename(f->attr[FA_PROCESS]);

	buf_clear(key);
	buf_str(key, f->attr[FA_PROCESS_ID]);
	buf_printf(key, "/%lld/", (long long)slot);
	for (size_t i = 0; i < base.len; i++)
		buf_byte(key,
			 base.ptr[i] >= 'A' && base.ptr[i] <= 'Z' ? (char)(base.ptr[i] + 32) : base.ptr[i]);
}

/* Two logs may record the same start: same host, number and image within seconds. */
static struct story_observation *start_at(struct builder *b, const struct fact *f, uint32_t host,
					  uint8_t weight, bool *ret_new)
{
	const int64_t SLOT = 10 * NS_PER_S;
	int64_t slot = f->first_ns == TIME_NONE ? -1 : f->first_ns / SLOT;
	struct story_observation *o = NULL;
	buf key = { 0 };

	for (int64_t s = slot - 1; !o && slot >= 0 && s <= slot + 1; s++) {
		start_key(&key, f, s);
		o = observation_find(b, OBS_SERVER_CHILD, host, fact_is_recovered(f), buf_view(&key));
		if (o && (f->first_ns - o->first_ns > SLOT / 2 || o->first_ns - f->first_ns > SLOT / 2))
			o = NULL;
	}
	*ret_new = !o;
	if (o) {
		refs_add_all(&o->refs, f->refs, f->nrefs);
	} else {
		start_key(&key, f, slot);
		o = observation_at(b, OBS_SERVER_CHILD, host, buf_view(&key), f, weight, ret_new);
	}
	buf_done(&key);
	return o;
}

static void tell_child(struct web *w, const struct fact *f, uint32_t host, bool server)
{
	struct builder *b = w->b;
	bool fresh;
	struct story_observation *o = start_at(b, f, host, server ? 85 : 50, &fresh);
	str pool = app_pool(f->attr[FA_PARENT_COMMAND]);
	buf key = { 0 };

	if (!o)
		return;
	/* the record that says more wins */
	if (fresh || (o->command.len == 0 && f->attr[FA_COMMAND].len) || (o->object.len == 0 && pool.len)) {
		o->process = keep(b, f->attr[FA_PROCESS]);
		o->process_id = keep(b, f->attr[FA_PROCESS_ID]);
		o->parent = keep(b, f->attr[FA_PARENT]);
		if (f->attr[FA_COMMAND].len)
			o->command = keep(b, f->attr[FA_COMMAND]);
		o->account = keep(b, f->attr[FA_ACCOUNT]);
		o->object = keep(b, pool);
		o->sentence = sentence_of(b,
					  !server    ? "obs.runtime_child"
					  : pool.len ? "obs.server_child_pool"
						     : "obs.server_child",
					  "parent", str_basename(o->parent), "pool", o->object, "process",
					  str_basename(o->process), "command", o->command, NULL);
	}
	process_key(&key, host, f->attr[FA_PROCESS_ID]);
	remember(w, &key, (uint32_t)(o - b->obs.at), f->first_ns);
	buf_done(&key);
}

static int on_start(void *ctx, const struct fact *f, err *e)
{
	struct web *w = ctx;
	struct builder *b = w->b;
	uint32_t host = host_named(b, f->attr[FA_HOST]);
	struct map_entry *m;
	buf key = { 0 };
	bool server;

	(void)e;
	if (host == STORY_NOBODY)
		return 0;
	if (f->attr[FA_COMMAND].len == 0)
		b->no_command[host] += f->count;
	server = role_is(ROLE_SERVER, f->attr[FA_PARENT]);
	if (server || role_is(ROLE_RUNTIME, f->attr[FA_PARENT])) {
		if (role_is(ROLE_TOOL, f->attr[FA_PROCESS]))
			tell_child(w, f, host, server);
		return 0;
	}
	process_key(&key, host, f->attr[FA_PARENT_ID]);
	m = f->attr[FA_PARENT_ID].len ? map_get(&w->child_keys, buf_view(&key)) : NULL;
	if (m && f->first_ns != TIME_NONE && f->first_ns - w->child.at[m->value].ns < DAY) {
		uint32_t root = w->child.at[m->value].root;
		struct story_observation *o = &b->obs.at[root];

		/* what ran below it belongs to the same sight; its own start was counted already */
		span_add(&o->first_ns, &o->last_ns, f->first_ns, f->last_ns);
		refs_add_all(&o->refs, f->refs, f->nrefs);
		process_key(&key, host, f->attr[FA_PROCESS_ID]);
		remember(w, &key, root, f->first_ns);
	}
	buf_done(&key);
	return 0;
}

void web_collect(struct builder *b)
{
	struct web w = { .b = b };

	map_init(&w.page_keys, LIMIT_STORY_PAGES, 64u << 20);
	map_init(&w.child_keys, LIMIT_STORY_PAGES, 16u << 20);
	if (b->rc == 0)
		b->rc = store_each_fact(b->s, FACT_FILE_WRITE, on_write, &w, b->e);
	tell_pages(&w);
	each_fact(b, FACT_FILE_WRITE, on_compile);
	if (b->rc == 0)
		b->rc = store_each_fact(b->s, FACT_PROCESS_START, on_start, &w, b->e);
	map_done(&w.page_keys);
	map_done(&w.child_keys);
	VEC_DONE(&w.page);
	VEC_DONE(&w.child);
}
