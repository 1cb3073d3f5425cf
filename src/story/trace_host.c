/* What happened on hosts, what servers gave, what was asked of them. */
#include "story/trace_priv.h"

/* --- what happened on hosts -------------------------------------------------------------------- */

static void install_add(struct trace *t, enum install_kind kind, const struct fact *f)
{
	uint32_t host = host_named(t->b, f->attr[FA_HOST]), row_;
	/* two logs record one installation within seconds, but not with the same words */
	uint32_t key[] = { (uint32_t)kind, host, trace_id_lower(t, f->attr[FA_OBJECT]),
			   (uint32_t)(f->first_ns / DAY) };
	struct install *n;

	if (!fact_is_usable(f) || host == STORY_NOBODY || key[2] == 0)
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
	span_widen(&n->s, f);
}

int trace_service(void *ctx, const struct fact *f, err *e)
{
	(void)e;
	install_add(ctx, INSTALL_SERVICE, f);
	return 0;
}

int trace_task(void *ctx, const struct fact *f, err *e)
{
	(void)e;
	install_add(ctx, INSTALL_TASK, f);
	return 0;
}

int trace_module(void *ctx, const struct fact *f, err *e)
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

int trace_start(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t host = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { host, trace_id_lower(t, f->attr[FA_PROCESS]),
			   trace_id_lower(t, best_hash(f->attr[FA_HASHES])) };
	struct program *p;

	(void)e;
	if (!fact_is_usable(f) || host == STORY_NOBODY || key[1] == 0)
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
	}
	span_widen(&p->s, f);
	return 0;
}

int trace_write(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t host = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { host, trace_id_lower(t, f->attr[FA_OBJECT]) };
	struct written *w;

	(void)e;
	if (!fact_is_usable(f) || host == STORY_NOBODY || key[1] == 0)
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

int trace_served(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint64_t size = 0;
	uint32_t server = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { server, trace_id(t, f->attr[FA_OBJECT]), trace_id(t, f->attr[FA_SOURCE_IP]),
			   trace_id(t, f->attr[FA_SIZE]), trace_id(t, f->attr[FA_DAY]) };
	struct served *s;

	(void)e;
	if (!fact_is_usable(f) || server == STORY_NOBODY || key[1] == 0 || key[2] == 0 ||
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
	}
	s->bytes += f->bytes;
	span_widen(&s->s, f);
	return 0;
}

int trace_request(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t server = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { server, trace_id(t, f->attr[FA_SOURCE_IP]), trace_id(t, f->attr[FA_OBJECT]) };
	bool ok = f->attr[FA_STATUS].len &&
		  (f->attr[FA_STATUS].ptr[0] == '2' || f->attr[FA_STATUS].ptr[0] == '3');
	struct request *r;

	(void)e;
	if (!fact_is_usable(f) || server == STORY_NOBODY || key[1] == 0 || key[2] == 0)
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
	if (ok && (r->first_ok_ns == TIME_NONE || f->first_ns < r->first_ok_ns))
		r->first_ok_ns = f->first_ns;
	r->post |= str_eq(f->attr[FA_METHOD], STR("POST")) || str_eq(f->attr[FA_METHOD], STR("PUT"));
	span_widen(&r->s, f);
	return 0;
}

int trace_mail(void *ctx, const struct fact *f, err *e)
{
	struct trace *t = ctx;
	uint32_t server = host_named(t->b, f->attr[FA_HOST]), row_;
	uint32_t key[] = { server, trace_id_lower(t, f->attr[FA_ACCOUNT]),
			   trace_id_lower(t, f->attr[FA_TARGET_ACCOUNT]), trace_id(t, f->attr[FA_SOURCE_IP]),
			   trace_id(t, f->attr[FA_METHOD]) };
	struct mail *m;

	(void)e;
	if (!fact_is_usable(f))
		return 0;
	m = ROW(t, KEY_MAIL, mail, key);
	if (!m)
		return 0;
	if (m->s.count == 0)
		*m = (struct mail){ .server = server,
				    .account = key[1],
				    .mailbox = key[2],
				    .client = key[3],
				    .method = key[4] };
	m->bytes += f->bytes;
	span_widen(&m->s, f);
	return 0;
}
