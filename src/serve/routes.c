#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "serve/serve_priv.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/sha256.h"

/* What a request has to bring. */
enum needs {
	NEEDS_NOTHING, /* what is the same in every copy of the program */
	NEEDS_TOKEN,   /* the one-time way in: the body is looked at */
	NEEDS_COOKIE,
	NEEDS_BOTH /* the cookie, and the header that no other site can send */
};

struct request {
	struct server *s;
	struct MHD_Connection *c;
	const char *url;
	buf body;
};

struct reply {
	unsigned status;
	const char *type;
	buf out;
	const char *cookie; /* NULL: none */
	uint64_t revision;  /* 0: it has none */
};

typedef void answer_fn(struct request *r, struct reply *a);

static const char *header(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->c, MHD_HEADER_KIND, name);
}

static const char *argument(const struct request *r, const char *name)
{
	const char *v = MHD_lookup_connection_value(r->c, MHD_GET_ARGUMENT_KIND, name);

	return v ? v : "";
}

static void fail(struct reply *a, unsigned status, const char *why)
{
	a->status = status;
	a->type = "application/json";
	buf_clear(&a->out);
	buf_byte(&a->out, '{');
	json_member_str(&a->out, "error", str_of(why));
	buf_z(&a->out, "}\n");
}

static void fail_err(struct reply *a, const err *e)
{
	fail(a, e->code == ERR_ARG ? 400 : e->code == ERR_UNSUPPORTED ? 404 : 500, e->text);
}

/* --- secrets ------------------------------------------------------------------------------------- */

/* In a time that does not tell where they differ. */
static bool is_secret(str given, const char *secret)
{
	uint8_t a[SHA256_LEN], b[SHA256_LEN];
	bytes key = str_bytes(STR("spoor serve"));

	return sha256_mac(key, str_bytes(given), a) && sha256_mac(key, str_bytes(str_of(secret)), b) &&
	       sha256_same(a, b);
}

static bool has_cookie(const struct request *r)
{
	char name[32];
	const char *given;

	snprintf(name, sizeof name, "spoor_%u", r->s->port);
	given = MHD_lookup_connection_value(r->c, MHD_COOKIE_KIND, name);
	return given && is_secret(str_of(given), r->s->session);
}

static bool is_same_origin(const struct request *r, bool changes)
{
	const char *origin = header(r, "Origin"), *site = header(r, "Sec-Fetch-Site"),
		   *host = header(r, "Host");

	if (origin && (strncmp(origin, "http://", 7) != 0 || !host || strcmp(origin + 7, host) != 0))
		return false;
	/* "none": somebody typed the address */
	return !site || strcmp(site, "same-origin") == 0 || (!changes && strcmp(site, "none") == 0);
}

/* --- answers ------------------------------------------------------------------------------------- */

static void put_csrf(const struct request *r, struct reply *a)
{
	buf_byte(&a->out, '{');
	json_member_str(&a->out, "csrf", str_of(r->s->csrf));
	buf_z(&a->out, "}\n");
}

/* {"token":"..."}: nothing else has business here, so nothing else is read. */
static void post_session(struct request *r, struct reply *a)
{
	str body = str_trim(buf_view(&r->body)), rest, token;

	if (atomic_load(&r->s->wrong) >= LIMIT_SERVE_WRONG) {
		fail(a, 429, "too many wrong tokens: start the server anew");
		return;
	}
	token = str_find(body, STR("\"token\"")) == SIZE_MAX ? STR("")
							     : (str_cut(body, ':', &rest), str_trim(rest));
	if (token.len < 3 || token.ptr[0] != '"' || token.ptr[token.len - 1] != '}') {
		fail(a, 400, "a token is expected");
		return;
	}
	token = str_cut((str){ token.ptr + 1, token.len - 2 }, '"', &rest);
	if (!is_secret(token, r->s->token)) {
		atomic_fetch_add(&r->s->wrong, 1);
		fail(a, 401, "this is not the token of this server");
		return;
	}
	atomic_store(&r->s->wrong, 0);
	a->cookie = r->s->session;
	put_csrf(r, a);
}

static void get_session(struct request *r, struct reply *a)
{
	put_csrf(r, a);
}

static void get_case(struct request *r, struct reply *a)
{
	err e = { .offset = ERR_NO_OFFSET };

	if (r->s->o->of->document(r->s->o->of->ctx, &a->out, &a->revision, &e) < 0)
		fail_err(a, &e);
}

static void get_event(struct request *r, struct reply *a)
{
	str ref = str_of(r->url + strlen("/api/event/"));
	err e = { .offset = ERR_NO_OFFSET };

	for (size_t i = 0; i < ref.len; i++)
		if (!(ref.ptr[i] >= '0' && ref.ptr[i] <= '9') && !(ref.ptr[i] >= 'a' && ref.ptr[i] <= 'z') &&
		    ref.ptr[i] != ':') {
			fail(a, 400, "a reference is HASH:OFFSET:RECORD");
			return;
		}
	if (r->s->o->of->event(r->s->o->of->ctx, ref, &a->out, &e) < 0)
		fail_err(a, &e);
}

static void get_search(struct request *r, struct reply *a)
{
	err e = { .offset = ERR_NO_OFFSET };

	if (r->s->o->of->search(r->s->o->of->ctx, str_of(argument(r, "q")), &a->out, &e) < 0)
		fail_err(a, &e);
}

static void get_changes(struct request *r, struct reply *a)
{
	buf_byte(&a->out, '{');
	json_member_u64(&a->out, "revision", r->s->o->of->revision(r->s->o->of->ctx));
	buf_z(&a->out, "}\n");
}

static void post_decision(struct request *r, struct reply *a)
{
	err e = { .offset = ERR_NO_OFFSET };
	int rc = r->s->o->of->decide(r->s->o->of->ctx, buf_view(&r->body), &a->out, &e);

	if (rc < 0)
		fail_err(a, &e);
	else if (rc > 0)
		a->status = 409;
}

/* Every route there is, but the assets. A test asks each without what it needs. */
static const struct route {
	const char *method, *path; /* a path that ends with '/' stands for all below it */
	enum needs needs;
	answer_fn *answer;
} ROUTES[] = {
	{ "POST", "/api/session", NEEDS_TOKEN, post_session },
	{ "GET", "/api/session", NEEDS_COOKIE, get_session },
	{ "GET", "/api/case", NEEDS_COOKIE, get_case },
	{ "GET", "/api/event/", NEEDS_COOKIE, get_event },
	{ "GET", "/api/search", NEEDS_COOKIE, get_search },
	{ "GET", "/api/changes", NEEDS_COOKIE, get_changes },
	{ "POST", "/api/decisions", NEEDS_BOTH, post_decision },
};

static bool is_at(const struct route *t, const char *url)
{
	size_t n = strlen(t->path);

	return t->path[n - 1] == '/' ? strncmp(url, t->path, n) == 0 : strcmp(url, t->path) == 0;
}

static void route(struct request *r, const char *method, struct reply *a)
{
	bool known = false;

	for (size_t i = 0; i < COUNT(ROUTES); i++) {
		const struct route *t = &ROUTES[i];
		const char *csrf = header(r, "X-Spoor-Token");
		bool changes = t->needs == NEEDS_BOTH || t->needs == NEEDS_TOKEN;

		if (!is_at(t, r->url))
			continue;
		known = true;
		if (strcmp(t->method, method) != 0)
			continue;
		if (!is_same_origin(r, changes))
			fail(a, 403, "not from this page");
		else if (t->needs >= NEEDS_COOKIE && !has_cookie(r))
			fail(a, 401, "no session: open the address that spoor printed");
		else if (t->needs == NEEDS_BOTH && !(csrf && is_secret(str_of(csrf), r->s->csrf)))
			fail(a, 403, "no token of this session");
		else
			t->answer(r, a);
		return;
	}
	fail(a, known ? 405 : 404, known ? "not with this method" : "there is nothing here");
}

/* --- sending ------------------------------------------------------------------------------------- */

static void put_headers(struct MHD_Response *m, bool secret)
{
	static const char *const ALWAYS[][2] = {
		{ "Connection", "close" }, /* the front looks at each request's head */
		{ "Content-Security-Policy",
		  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
		  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Cross-Origin-Embedder-Policy", "require-corp" },
		{ "Referrer-Policy", "no-referrer" },
		{ "X-Frame-Options", "DENY" },
	};

	for (size_t i = 0; i < COUNT(ALWAYS); i++)
		MHD_add_response_header(m, ALWAYS[i][0], ALWAYS[i][1]);
	MHD_add_response_header(m, "Cache-Control", secret ? "no-store" : "no-cache");
}

/* *p gives way to its gzip; false: it stays as it is. */
static bool squeeze(struct request *r, buf *p)
{
	const char *accepts = header(r, "Accept-Encoding");
	z_stream z = { 0 };
	buf to = { 0 };
	int rc;

	if (p->len < 1400 || !accepts || !strstr(accepts, "gzip") || p->len > UINT32_MAX / 2)
		return false;
	if (deflateInit2(&z, 5, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	if (!buf_reserve(&to, deflateBound(&z, p->len))) {
		deflateEnd(&z);
		return false;
	}
	z.next_in = (unsigned char *)p->ptr;
	z.avail_in = (unsigned)p->len;
	z.next_out = (unsigned char *)to.ptr;
	z.avail_out = (unsigned)to.cap;
	rc = deflate(&z, Z_FINISH);
	to.len = z.total_out;
	deflateEnd(&z);
	if (rc != Z_STREAM_END) {
		buf_done(&to);
		return false;
	}
	buf_done(p);
	*p = to;
	return true;
}

static enum MHD_Result send_reply(struct request *r, struct reply *a)
{
	bool packed = squeeze(r, &a->out);
	struct MHD_Response *m;
	enum MHD_Result rc;
	char text[SECRET_HEX + 128];

	if (a->out.failed) {
		buf_done(&a->out);
		fail(a, 500, "no memory for the answer");
		packed = false;
	}
	m = MHD_create_response_from_buffer(a->out.len, a->out.ptr, MHD_RESPMEM_MUST_COPY);
	buf_done(&a->out);
	if (!m)
		return MHD_NO;
	put_headers(m, true);
	MHD_add_response_header(m, "Content-Type", a->type);
	if (packed)
		MHD_add_response_header(m, "Content-Encoding", "gzip");
	if (a->cookie) {
		snprintf(text, sizeof text, "spoor_%u=%s; Path=/; HttpOnly; SameSite=Strict", r->s->port,
			 a->cookie);
		MHD_add_response_header(m, "Set-Cookie", text);
	}
	if (a->revision) {
		snprintf(text, sizeof text, "\"%llu\"", (unsigned long long)a->revision);
		MHD_add_response_header(m, "ETag", text);
	}
	rc = MHD_queue_response(r->c, a->status, m);
	MHD_destroy_response(m);
	return rc;
}

static enum MHD_Result send_asset(struct request *r, const struct serve_asset *x)
{
	struct MHD_Response *m = MHD_create_response_from_buffer(x->data.len, (void *)(uintptr_t)x->data.ptr,
								 MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc;

	if (!m)
		return MHD_NO;
	put_headers(m, false);
	MHD_add_response_header(m, "Content-Type", x->type);
	rc = MHD_queue_response(r->c, 200, m);
	MHD_destroy_response(m);
	return rc;
}

static enum MHD_Result answer(struct request *r, const char *method)
{
	struct reply a = { .status = 200, .type = "application/json" };

	for (size_t i = 0; i < r->s->o->nassets; i++)
		if (strcmp(r->url, r->s->o->assets[i].path) == 0 && strcmp(method, "POST") != 0)
			return send_asset(r, &r->s->o->assets[i]);
	route(r, strcmp(method, "HEAD") == 0 ? "GET" : method, &a);
	return send_reply(r, &a);
}

/* --- of the daemon ------------------------------------------------------------------------------- */

enum MHD_Result routes_answer(void *cls, struct MHD_Connection *c, const char *url, const char *method,
			      const char *version, const char *data, size_t *len, void **state)
{
	struct request *r = *state;

	(void)version;
	if (!r) { /* the head is there, the body comes */
		r = calloc(1, sizeof *r);
		*state = r;
		if (r)
			*r = (struct request){ .s = cls, .c = c, .body = { .max = LIMIT_SERVE_BODY } };
		return r ? MHD_YES : MHD_NO;
	}
	r->url = url;
	if (*len) {
		buf_add(&r->body, data, *len);
		*len = 0;
		return r->body.failed ? MHD_NO : MHD_YES;
	}
	return answer(r, method);
}

void routes_done(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct request *r = *state;

	(void)cls;
	(void)c;
	(void)why;
	if (r)
		buf_done(&r->body);
	free(r);
	*state = NULL;
}
