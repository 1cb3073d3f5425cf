/* haproxy.c - HAProxy's logs of HTTP and TCP, through syslog. What a server behind it logs as the client is HAProxy itself: here
 * stands who asked. Source: HAProxy configuration manual, "Log formats" (TCP and HTTP log format). */
#include "readers/logs/access.h"
#include "readers/logs/device.h"

/* "198.51.100.9:51831 [18/Apr/2024:10:14:13.345] fe~ be/srv ...": up to the bracket's end. */
static bool head_of(str s, str *ret_client, str *ret_time, str *ret_rest)
{
	str rest, time;

	*ret_client = str_cut(s, ' ', &rest);
	if (!rest.len || rest.ptr[0] != '[' || !memchr(ret_client->ptr, ':', ret_client->len) ||
	    (unsigned char)(ret_client->ptr[ret_client->len - 1] - '0') > 9)
		return false;
	time = str_cut((str){ rest.ptr + 1, rest.len - 1 }, ']', &rest);
	if (time.len < 20 || time.ptr[2] != '/' || time.ptr[6] != '/' || time.ptr[11] != ':' ||
	    time.ptr[14] != ':' || !rest.len || rest.ptr[0] != ' ')
		return false;
	*ret_time = time;
	*ret_rest = (str){ rest.ptr + 1, rest.len - 1 };
	return true;
}

/* Without the daemon's name before it. */
static str text_of(str message)
{
	str tag, pid, client, time, rest;

	if (!head_of(message, &client, &time, &rest))
		(void)syslog_tag(&message, &tag, &pid);
	return message;
}

/* Two words, a slash in the second, then times apart by slashes. */
static bool haproxy_is(str message, const struct syslog_head *head)
{
	str client, time, rest, s = text_of(message), back, times;

	(void)head;
	if (!head_of(s, &client, &time, &rest))
		return false;
	str_cut(rest, ' ', &rest);
	back = str_cut(rest, ' ', &rest);
	times = str_cut(rest, ' ', &rest);
	return rest.len && memchr(back.ptr, '/', back.len) && memchr(times.ptr, '/', times.len);
}

static void put_time(struct text *t, struct device *d, str s)
{
	str clock = { s.ptr + 12, s.len - 12 };

	d->has_time = logtime_whole(
		arena_printf(&t->mem, "%.2s-%.3s-%.4s %.*s", s.ptr, s.ptr + 3, s.ptr + 7, STR_ARG(clock)),
		LOGTIME_DAYMON, &d->time);
}

static void put_client(struct text_keys *k, str client)
{
	size_t i = client.len;

	while (i > 0 && client.ptr[i - 1] != ':')
		i--;
	text_keys_put_str(k, "c-ip", (str){ client.ptr, i ? i - 1 : 0 });
	text_keys_put_str(k, "c-port", (str){ client.ptr + i, client.len - i });
}

static void put_words(struct text_keys *k, str *s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_keys_put_str(k, names[i], str_cut(*s, ' ', s));
}

static bool is_bad_request(str s)
{
	return str_eq(s, STR("<BADREQ>"));
}

/* `{headers} "GET / HTTP/1.1"`: the request is in the last quotes; one that is too long lacks the closing one. */
static void put_request(struct text_keys *k, str s)
{
	struct access_request r;
	size_t at = str_find(s, STR(" \""));
	str request;

	if (at == SIZE_MAX && s.len && s.ptr[0] == '"')
		at = 0;
	else if (at != SIZE_MAX)
		at++;
	text_keys_put_str(k, "headers", str_trim((str){ s.ptr, at == SIZE_MAX ? s.len : at }));
	if (at == SIZE_MAX)
		return;
	request = (str){ s.ptr + at + 1, s.len - at - 1 };
	request.len -= request.len && request.ptr[request.len - 1] == '"';
	if (is_bad_request(request) || !access_request(request, &r)) {
		text_keys_put_str(k, "cs-request", request);
		return;
	}
	text_keys_put_str(k, "cs-method", r.method);
	text_keys_put_str(k, "cs-uri", r.target);
	text_keys_put_str(k, "cs-uri-stem", r.stem);
	text_keys_put_str(k, "cs-uri-query", r.query);
	text_keys_put_str(k, "cs-version", r.version);
	text_keys_put_str(k, "cs-host", r.host);
}

enum { OF_TCP = 3 }; /* times of a connection: waiting, connecting, all; of a request there are five */

static size_t parts(str times)
{
	size_t n = 0;

	for (; times.len; n++)
		str_cut(times, '/', &times);
	return n;
}

static struct text_keys *haproxy_line(struct text *t, struct device *d, str message)
{
	static const char *const ENDS[] = { "frontend", "backend", "times" };
	static const char *const HTTP[] = { "sc-status", "sc-bytes",    "request-cookie", "response-cookie",
					    "state",     "connections", "queues" };
	static const char *const TCP[] = { "sc-bytes", "state", "connections", "queues" };
	struct text_keys *k = device_begin(d, DEVICE_HAPROXY);
	str client, time, rest, s = text_of(message), tag, pid;

	if (s.ptr != message.ptr && syslog_tag(&message, &tag, &pid))
		text_keys_put_str(k, "program", tag);
	if (!head_of(s, &client, &time, &rest))
		return k;
	put_time(t, d, time);
	put_client(k, client);
	put_words(k, &rest, ENDS, COUNT(ENDS));
	if (parts(text_keys_get(k, "times")) == OF_TCP) {
		d->dataset = "haproxy.tcp";
		put_words(k, &rest, TCP, COUNT(TCP));
		return k;
	}
	put_words(k, &rest, HTTP, COUNT(HTTP));
	put_request(k, rest);
	return k;
}

const struct device_kind haproxy_kind = { .dataset = "haproxy.http", .is = haproxy_is, .line = haproxy_line };
