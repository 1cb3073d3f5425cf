/* http_head.h - the head of a request, by the letter of RFC 9112 and stricter.
 *
 * What two programs could read in two ways is refused: bare LF or CR, folded lines, blanks before a colon, a length
 * together with a coding, a header field twice where one is meant, any form of target but a path. Nothing is decoded: a path is what
 * was sent. The checked head is the only one that decisions are made on.
 * Thread rule: pure functions. */
#ifndef SPOOR_SERVE_HTTP_HEAD_H
#define SPOOR_SERVE_HTTP_HEAD_H

#include "util/buf.h"

/* Views into the bytes that were parsed; ptr NULL: not sent. */
struct http_head {
	str method, path, query; /* query: behind the first '?' */
	str host, origin, fetch_site, cookie, content_type, accept_encoding, if_none_match, token;
	uint64_t body_len; /* bytes of body that follow */
	size_t len;        /* bytes of the head with its empty line */
};

#define HTTP_HEAD_DONE 0
#define HTTP_HEAD_MORE (-1) /* fine so far, but not complete */

/* HTTP_HEAD_DONE (*ret filled), HTTP_HEAD_MORE, or the status that the request is to be refused with: 400, 411,
 * 413, 417, 421 (no Host, or two), 431 or 505. *ret is touched on success only. A fault is told as soon as it is there. */
int http_head_parse(bytes sent, struct http_head *ret);

/* Is it one of 127.0.0.1:port, localhost:port, [::1]:port, to the letter? */
bool http_host_ours(str host, uint16_t port);

/* The value of a cookie; ptr NULL if it is not there or there twice. */
str http_cookie(str header, str name);

/* Append the value of a parameter, percent-decoded, '+' as a blank. 1: there; 0: not there; -1: there twice, badly encoded, or
 * holding a NUL. */
int http_query(str query, const char *name, buf *out);

/* Does the list of codings name gzip without refusing it (q=0)? */
bool http_takes_gzip(str accept_encoding);

#endif
