#include "serve/session.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "util/limits.h"
#include "util/sha256.h"

static int draw(char out[SECRET_HEX + 1], err *e)
{
	uint8_t raw[SECRET_LEN];

	if (getrandom(raw, sizeof raw, 0) != sizeof raw)
		return err_errno(e, errno, "cannot draw a secret");
	sha256_hex(raw, out); /* as long as a digest */
	return 0;
}

int session_draw(struct session *s, uint16_t port, err *e)
{
	*s = (struct session){ .port = port };
	snprintf(s->cookie_name, sizeof s->cookie_name, "spoor_%u", port);
	return draw(s->token, e) < 0 || draw(s->cookie, e) < 0 || draw(s->csrf, e) < 0 ? -1 : 0;
}

/* Takes the same time for every text of the right length. */
static bool same_secret(str shown, const char secret[SECRET_HEX + 1])
{
	unsigned char differ = 0;

	if (shown.len != SECRET_HEX)
		return false;
	for (size_t i = 0; i < SECRET_HEX; i++)
		differ |= (unsigned char)(shown.ptr[i] ^ secret[i]);
	return differ == 0;
}

/* "http://" and the Host that was asked for, which is one of ours. */
static bool is_own_origin(str origin, str host)
{
	static const str SCHEME = { "http://", 7 };

	return str_starts(origin, SCHEME) &&
	       str_eq((str){ origin.ptr + SCHEME.len, origin.len - SCHEME.len }, host);
}

/* Programs send neither field, browsers send what is true. */
static bool is_own_site(const struct http_head *h, bool changes)
{
	if (h->origin.ptr && !is_own_origin(h->origin, h->host))
		return false;
	if (!h->fetch_site.ptr || str_eq(h->fetch_site, STR("same-origin")))
		return true;
	return !changes && str_eq(h->fetch_site, STR("none")); /* typed by the user */
}

int session_judge(const struct session *s, enum serve_need need, const struct http_head *h)
{
	if (need == NEED_NOTHING)
		return 0;
	if (!is_own_site(h, need != NEED_COOKIE))
		return 403;
	if (need == NEED_TOKEN)
		return 0;
	if (!same_secret(http_cookie(h->cookie, str_of(s->cookie_name)), s->cookie))
		return 401;
	if (need == NEED_BOTH && !same_secret(h->token, s->csrf))
		return 403;
	return 0;
}

/* --- the exchange -------------------------------------------------------------------------- */

/* Take `what` from the front of s, behind white space. */
static bool take(str *s, str what)
{
	*s = str_trim(*s);
	if (!str_starts(*s, what))
		return false;
	*s = (str){ s->ptr + what.len, s->len - what.len };
	return true;
}

/* The one form that there is: no other member, no escape. */
static bool token_of(str body, str *ret)
{
	str rest;

	if (!take(&body, STR("{")) || !take(&body, STR("\"token\"")) || !take(&body, STR(":")) ||
	    !take(&body, STR("\"")))
		return false;
	*ret = str_cut(body, '"', &rest);
	return rest.ptr && take(&rest, STR("}")) && str_trim(rest).len == 0;
}

int session_open(struct session *s, str body)
{
	str token;

	if (!token_of(body, &token))
		return 400;
	if (same_secret(token, s->token)) { /* always: nobody can lock the owner out by guessing */
		s->wrong = 0;
		return 0;
	}
	if (s->wrong < LIMIT_SERVE_WRONG) {
		s->wrong++;
		return 401;
	}
	return 429;
}
