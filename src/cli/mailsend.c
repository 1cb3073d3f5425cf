#include "cli/mailsend.h"

#include "cli/curlopen.h"
#include "util/buf.h"

struct upload {
	str mail;
	size_t at;
};

static size_t give(char *to, size_t size, size_t n, void *ctx)
{
	struct upload *u = ctx;
	size_t room = size * n, left = u->mail.len - u->at;

	room = left < room ? left : room;
	memcpy(to, u->mail.ptr + u->at, room);
	u->at += room;
	return room;
}

/* The host of smtp://host:port/name. */
static str host_of(str url)
{
	size_t at = str_find(url, STR("://"));
	str rest = at == SIZE_MAX ? (str){ 0 } : (str){ url.ptr + at + 3, url.len - at - 3 };
	size_t end = 0;

	if (rest.len && rest.ptr[0] == '[')
		while (end < rest.len && rest.ptr[end] != ']')
			end++;
	while (end < rest.len && rest.ptr[end] != ':' && rest.ptr[end] != '/')
		end++;
	return (str){ rest.ptr, end };
}

static bool is_here(const char *url)
{
	str host = host_of(str_of(url));

	return str_is(host, "localhost") || str_is(host, "127.0.0.1") || str_is(host, "[::1]");
}

int mail_server_check(const struct mail_server *s, err *e)
{
	str url = str_of(s->url);

	if (!str_starts(url, STR("smtp://")) && !str_starts(url, STR("smtps://")))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "--smtp takes smtps://HOST or smtp://HOST, not %.100s", s->url);
	if (memchr(url.ptr, '@', url.len))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "names and passwords belong into a netrc file (--netrc), not into --smtp");
	return host_of(url).len ? 0 : err_set(e, ERR_ARG, ERR_NO_OFFSET, "--smtp names no host");
}

static CURLcode set_up(const struct curl_library *l, CURL *c, const struct mail_server *s, const char *from,
		       struct curl_slist *to, struct upload *u, char *why)
{
	const struct {
		CURLoption option;
		long v;
	} longs[] = {
		{ CURLOPT_UPLOAD, 1 },
		{ CURLOPT_CONNECTTIMEOUT, 30 },
		{ CURLOPT_LOW_SPEED_LIMIT, 1 },
		{ CURLOPT_LOW_SPEED_TIME, 60 },
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_NETRC, CURL_NETRC_OPTIONAL },
		{ CURLOPT_USE_SSL, is_here(s->url) ? CURLUSESSL_TRY : CURLUSESSL_ALL },
	};
	const struct {
		CURLoption option;
		const void *v;
	} pointers[] = {
		{ CURLOPT_PROTOCOLS_STR, "smtp,smtps" },
		{ CURLOPT_URL, s->url },
		{ CURLOPT_MAIL_FROM, from },
		{ CURLOPT_MAIL_RCPT, to },
		{ CURLOPT_READDATA, u },
		{ CURLOPT_ERRORBUFFER, why },
		{ CURLOPT_CAINFO, s->ca },
		{ CURLOPT_NETRC_FILE, s->netrc },
		{ CURLOPT_PROXY, "" },
	};
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; rc == CURLE_OK && i < COUNT(longs); i++)
		rc = l->setopt(c, longs[i].option, longs[i].v);
	for (size_t i = 0; rc == CURLE_OK && i < COUNT(pointers); i++)
		if (pointers[i].v)
			rc = l->setopt(c, pointers[i].option, pointers[i].v);
	return rc == CURLE_OK ? l->setopt(c, CURLOPT_READFUNCTION, give) : rc;
}

int mail_send(const struct mail_server *s, str from, str to, str mail, err *e)
{
	struct upload u = { .mail = mail };
	struct curl_library l = { 0 };
	struct curl_slist *list = NULL;
	char why[CURL_ERROR_SIZE] = "";
	buf sender = { 0 }, recipient = { 0 };
	CURLcode rc = CURLE_OUT_OF_MEMORY;
	CURL *c;

	if (mail_server_check(s, e) < 0)
		return -1;
	if (!curl_library_open(&l))
		return err_set(
			e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			"cannot send: libcurl.so.4 is not installed (package libcurl4); --outbox writes files instead");
	buf_printf(&sender, "<%.*s>%c", STR_ARG(from), '\0');
	buf_printf(&recipient, "<%.*s>%c", STR_ARG(to), '\0');
	c = l.init();
	if (!sender.failed && !recipient.failed)
		list = l.slist_append(NULL, recipient.ptr);
	if (c && list)
		rc = set_up(&l, c, s, sender.ptr, list, &u, why);
	if (rc == CURLE_OK)
		rc = l.perform(c);
	l.slist_free_all(list);
	if (c)
		l.cleanup(c);
	buf_done(&sender);
	buf_done(&recipient);
	return rc == CURLE_OK
		       ? 0
		       : err_set(e, ERR_IO, ERR_NO_OFFSET, "%s: %s", s->url, why[0] ? why : l.strerror(rc));
}
