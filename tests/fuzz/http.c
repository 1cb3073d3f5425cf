/* The head of a request, its values, and who may ask what with it: nothing but ours may pass. */
#include <stdlib.h>

#include "serve/route.h"
#include "util/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fact)
{
	if (!fact)
		abort();
}

static bool inside(str s, const uint8_t *data, size_t size)
{
	return !s.ptr || ((const uint8_t *)s.ptr >= data && (const uint8_t *)s.ptr + s.len <= data + size);
}

/* Bytes that arrive later change no verdict that was given. */
static void in_pieces(const uint8_t *data, size_t size, int whole)
{
	for (size_t n = 0; n < size; n += 1 + size / 16) {
		struct http_head h;
		int rc = http_head_parse((bytes){ data, n }, &h);

		must(rc == HTTP_HEAD_MORE || rc == whole);
	}
}

static void values(const struct http_head *h)
{
	buf b = { .max = LIMIT_SERVE_HEAD };

	(void)http_cookie(h->cookie, STR("spoor_80"));
	(void)http_takes_gzip(h->accept_encoding);
	if (http_query(h->query, "q", &b) == 1)
		must(b.len <= h->query.len && !(b.len && memchr(b.ptr, 0, b.len)));
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session s = {
		.token = "0", .cookie = "1", .csrf = "2", .cookie_name = "spoor_80", .port = 80
	};
	struct http_head h = { 0 };
	const struct serve_route *r;
	const char *allow = NULL;
	int status = 0, rc = http_head_parse((bytes){ data, size }, &h);

	in_pieces(data, size, rc);
	(void)session_open(&s, bytes_str((bytes){ data, size }));
	if (rc != HTTP_HEAD_DONE) {
		must(rc == HTTP_HEAD_MORE || (rc >= 400 && rc < 600));
		return 0;
	}
	must(h.len <= size && h.len <= LIMIT_SERVE_HEAD && h.body_len <= LIMIT_SERVE_BODY);
	must(inside(h.method, data, size) && inside(h.path, data, size) && inside(h.query, data, size) &&
	     inside(h.host, data, size) && inside(h.cookie, data, size) && h.host.ptr);
	must(h.path.len && h.path.ptr[0] == '/' && !memchr(h.path.ptr, '\n', h.path.len));
	values(&h);
	/* Its secrets are too short to be shown: whatever is sent, only the page and the exchange are there. */
	r = route_of(&h, &s, &status, &allow);
	must(r ? r->need == NEED_NOTHING || r->need == NEED_TOKEN : status >= 400);
	return 0;
}
