#include "cli/fetch.h"

#include <errno.h>
#include <unistd.h>

#include "cli/curlopen.h"
#include "util/limits.h"

struct download {
	int fd;
	uint64_t len;
	bool too_large;
	int failed; /* errno */
};

bool fetch_is_url(const char *word)
{
	return strstr(word, "://") != NULL;
}

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
	struct download *d = ctx;

	(void)size; /* 1 by the library's contract */
	d->len += n;
	d->too_large = d->len > LIMIT_RELEASE_BYTES;
	for (size_t done = 0; !d->too_large && done < n;) {
		ssize_t put = write(d->fd, p + done, n - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			d->failed = errno;
			return 0;
		}
		done += (size_t)put;
	}
	return d->too_large ? 0 : n;
}

static CURLcode set_up(const struct curl_library *l, CURL *c, const char *url, const char *ca, struct download *d, char *why)
{
	const struct {
		CURLoption option;
		long value;
	} longs[] = {
		{ CURLOPT_FOLLOWLOCATION, 1 },  { CURLOPT_MAXREDIRS, 5 },
		{ CURLOPT_FAILONERROR, 1 },     { CURLOPT_CONNECTTIMEOUT, 30 },
		{ CURLOPT_LOW_SPEED_LIMIT, 1 }, { CURLOPT_LOW_SPEED_TIME, 60 },
		{ CURLOPT_NOSIGNAL, 1 },        { CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
	};
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; rc == CURLE_OK && i < COUNT(longs); i++)
		rc = l->setopt(c, longs[i].option, longs[i].value);
	if (rc == CURLE_OK)
		rc = l->setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	if (rc == CURLE_OK)
		rc = l->setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	if (rc == CURLE_OK)
		rc = l->setopt(c, CURLOPT_URL, url);
	if (rc == CURLE_OK)
		rc = l->setopt(c, CURLOPT_ERRORBUFFER, why);
	if (rc == CURLE_OK)
		rc = l->setopt(c, CURLOPT_WRITEFUNCTION, take);
	if (rc == CURLE_OK)
		rc = l->setopt(c, CURLOPT_WRITEDATA, d);
	if (rc == CURLE_OK && ca)
		rc = l->setopt(c, CURLOPT_CAINFO, ca);
	return rc;
}

int fetch_url(const char *url, const char *ca, int fd, err *e)
{
	struct download d = { .fd = fd };
	struct curl_library l = { 0 };
	char why[CURL_ERROR_SIZE] = "";
	CURLcode rc;
	CURL *c;

	if (!str_starts(str_of(url), STR("https://")))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "only https: is fetched, not %s", url);
	if (!curl_library_open(&l))
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			       "cannot fetch %s: libcurl.so.4 is not installed (package libcurl4); fetch it by "
			       "other means and name the file",
			       url);
	c = l.init();
	if (!c)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to fetch %s", url);
	rc = set_up(&l, c, url, ca, &d, why);
	if (rc == CURLE_OK)
		rc = l.perform(c);
	l.cleanup(c);
	if (d.too_large)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "%s is larger than %u bytes", url, LIMIT_RELEASE_BYTES);
	if (d.failed)
		return err_errno(e, d.failed, "cannot keep what %s gave", url);
	if (rc != CURLE_OK)
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot fetch %s: %s", url,
			       why[0] ? why : l.strerror(rc));
	return 0;
}
