/* access.h - one line of a web server's access log (common, combined, with a virtual host before it and anything
 * behind it) taken apart. Thread rule: pure functions. */
#ifndef SPOOR_READERS_ACCESS_H
#define SPOOR_READERS_ACCESS_H

#include "util/str.h"

enum { ACCESS_EXTRA_MAX = 8, ACCESS_TIME_LEN = 26 };

/* A field behind those that all logs have. */
struct access_extra {
	str text;
	bool quoted;
};

/* Views on the line; ptr NULL: the line has no such field. */
struct access_line {
	str vhost, client, ident, user;
	str time; /* 18/Apr/2024:10:13:58 +0800 */
	str request, status, bytes;
	str referer, agent;
	size_t nextra; /* that the line has; more than ACCESS_EXTRA_MAX are not kept */
	bool open;     /* the last quote does not close */
	bool plain;    /* no backslash anywhere */
	struct access_extra extra[ACCESS_EXTRA_MAX]; /* the first `nextra` */
};

/* False if the line is none of an access log: *ret holds nothing then. */
bool access_split(str line, struct access_line *ret);

/* A request line; version ("1.1") is empty for HTTP/0.9. False if it is none, such as the bytes of a TLS hello:
 * *ret is as before then. */
struct access_request {
	str method, target, version;
	str host, stem, query; /* parts of the target; empty: not there */
};
bool access_request(str request, struct access_request *ret);

/* What a proxy was asked for: "scheme://user@host:port/path?query", the same without its scheme,
 * "host:port" of CONNECT, "/path". Who the client said to be there is left out. */
struct access_url {
	str host, stem, query, extension; /* host with its port; empty: not there */
};
void access_url(str url, struct access_url *ret);

/* "a", or "a, b": addresses as X-Forwarded-For has them. */
bool access_is_addresses(str s);

#endif
