#include "serve/answer.h"

#include <stdlib.h>

#include "util/json.h"

static const struct {
	const char *name, *value;
} EVERY[] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
	  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cache-Control", "no-store" },
	{ "Connection", "close" },
};

static const struct {
	int status;
	const char *phrase, *text;
} REFUSALS[] = {
	{ 400, "Bad Request", "this request makes no sense" },
	{ 401, "Unauthorized", "open the address that spoor serve printed" },
	{ 403, "Forbidden", "this is not allowed from here" },
	{ 404, "Not Found", "there is no such thing" },
	{ 405, "Method Not Allowed", "this cannot be asked so" },
	{ 408, "Request Timeout", "the request took too long" },
	{ 409, "Conflict", "somebody was faster" },
	{ 411, "Length Required", "the length of the body is missing" },
	{ 413, "Content Too Large", "this is too large" },
	{ 415, "Unsupported Media Type", "the body must be JSON" },
	{ 417, "Expectation Failed", "nothing can be expected here" },
	{ 421, "Misdirected Request", "this is not the server that was asked for" },
	{ 429, "Too Many Requests", "too many wrong tokens: slow down" },
	{ 431, "Request Header Fields Too Large", "the head of the request is too large" },
	{ 500, "Internal Server Error", "this failed; the terminal of spoor serve may say why" },
	{ 501, "Not Implemented", "this server cannot do that" },
	{ 503, "Service Unavailable", "too much at once: try again" },
	{ 504, "Gateway Timeout", "this took too long" },
	{ 505, "HTTP Version Not Supported", "HTTP/1.1 is spoken here" },
};

static size_t refusal_of(int status)
{
	for (size_t i = 0; i < COUNT(REFUSALS); i++)
		if (REFUSALS[i].status == status)
			return i;
	return refusal_of(500);
}

static struct MHD_Response *finish(struct MHD_Response *r, const char *type)
{
	enum MHD_Result ok = r ? MHD_add_response_header(r, "Content-Type", type) : MHD_NO;

	for (size_t i = 0; r && ok == MHD_YES && i < COUNT(EVERY); i++)
		ok = MHD_add_response_header(r, EVERY[i].name, EVERY[i].value);
	if (r && ok != MHD_YES) { /* an answer without its protection is none */
		MHD_destroy_response(r);
		r = NULL;
	}
	return r;
}

struct MHD_Response *answer_own(buf *body, const char *type)
{
	struct MHD_Response *r = NULL;

	if (!body->failed)
		r = MHD_create_response_from_buffer(body->len, body->ptr, MHD_RESPMEM_MUST_FREE);
	if (r)
		*body = (buf){ 0 };
	else
		buf_done(body);
	return finish(r, type);
}

struct MHD_Response *answer_const(bytes body, const char *type)
{
	union { /* the library takes it without const and leaves it alone */
		const void *from;
		void *to;
	} p = { body.ptr };

	return finish(MHD_create_response_from_buffer(body.len, p.to, MHD_RESPMEM_PERSISTENT), type);
}

static void error_body(buf *out, size_t i)
{
	buf_byte(out, '{');
	json_member_str(out, "error", str_of(REFUSALS[i].text));
	buf_z(out, "}\n");
}

struct MHD_Response *answer_error(int status)
{
	buf body = { 0 };

	error_body(&body, refusal_of(status));
	return answer_own(&body, ANSWER_JSON);
}

void answer_raw_error(buf *out, int status)
{
	size_t which = refusal_of(status);
	buf body = { 0 };

	error_body(&body, which);
	buf_printf(out, "HTTP/1.1 %d %s\r\nContent-Type: " ANSWER_JSON "\r\nContent-Length: %zu\r\n", status,
		   REFUSALS[which].phrase, body.len);
	for (size_t i = 0; i < COUNT(EVERY); i++)
		buf_printf(out, "%s: %s\r\n", EVERY[i].name, EVERY[i].value);
	buf_z(out, "\r\n");
	buf_str(out, buf_view(&body));
	buf_done(&body);
}
