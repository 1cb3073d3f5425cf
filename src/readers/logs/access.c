#include "readers/logs/access.h"

#include "readers/text/marks.h"

enum { USUAL_QUOTES = 6 }; /* of the combined form */

static bool digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static str behind(str s, size_t n)
{
	return (str){ s.ptr + n, s.len - n };
}

static bool is_dash(str s)
{
	return s.len == 1 && s.ptr[0] == '-';
}

/* --- before the time ------------------------------------------------------------------------ */

/* Is "18/Apr/2024:10:13:58 +0800] " here? */
static bool is_time(str s)
{
	const char *p = s.ptr;

	return s.len > ACCESS_TIME_LEN + 2 && p[2] == '/' && p[6] == '/' && p[11] == ':' && p[14] == ':' &&
	       p[17] == ':' && p[20] == ' ' && (p[21] == '+' || p[21] == '-') && p[26] == ']' &&
	       p[27] == ' ' && digit(p[0]) && digit(p[1]) && digit(p[7]) && digit(p[10]) && digit(p[25]);
}

/* Where the bracket of the time stands. A quote behind it tells it from a name that somebody chose to log in
 * with: quotes in names are escaped. */
static size_t time_at(str line)
{
	for (size_t i = 0; i < line.len; i++) {
		const char *p = memchr(line.ptr + i, '[', line.len - i);
		str rest;

		if (!p)
			break;
		i = (size_t)(p - line.ptr);
		rest = behind(line, i + 1);
		if (i && p[-1] == ' ' && is_time(rest) && rest.ptr[ACCESS_TIME_LEN + 2] == '"')
			return i;
	}
	return SIZE_MAX;
}

/* An address, as far as it needs to be told from a host's name. */
static bool is_address(str s)
{
	size_t colons = 0, digits = 0, dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool hex = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';

		colons += c == ':';
		dots += c == '.';
		digits += digit(c);
		if (c == '%' && colons > 1)
			break;
		if (c != ':' && c != '.' && !digit(c) && !hex)
			return false;
		if (hex && !memchr(s.ptr, ':', s.len))
			return false;
	}
	return colons > 1 || (dots == 3 && digits > 3 && colons <= 1);
}

bool access_is_addresses(str s)
{
	str one;
	bool any = false;

	for (; s.len; any = true) {
		one = str_trim(str_cut(s, ',', &s));
		if (!is_address(one))
			return false;
	}
	return any;
}

static str word(str *rest)
{
	str s = *rest;
	size_t n = marks_near(s, ' ');

	*rest = n < s.len ? behind(s, n + 1) : (str){ 0 };
	return (str){ s.ptr, n };
}

/* "[vhost[:port]] client[, client...] ident user": the user's name may have spaces, an empty one may have none. */
static bool who(str s, struct access_line *a)
{
	str first = word(&s), rest = s, second = word(&rest);

	if (!first.len || !second.len)
		return false;
	if (!is_dash(second) && is_address(second) && !is_address(first) && first.ptr[first.len - 1] != ',') {
		a->vhost = first;
		first = second;
		s = rest;
	}
	a->client = first;
	while (s.len && a->client.ptr[a->client.len - 1] == ',') {
		first = word(&s);
		a->client.len = (size_t)(first.ptr - a->client.ptr) + first.len;
	}
	a->ident = word(&s);
	a->user = s;
	return a->ident.len > 0;
}

/* --- behind the time ------------------------------------------------------------------------ */

/* Three digits, "-", or where a proxy had no reply "0" with a size behind it. */
static bool is_status(str s)
{
	if (s.len > 2 && s.ptr[0] == '0' && s.ptr[1] == ' ')
		return digit(s.ptr[2]);
	return (s.len >= 3 && digit(s.ptr[0]) && digit(s.ptr[1]) && digit(s.ptr[2]) &&
		(s.len == 3 || s.ptr[3] == ' ')) ||
	       (s.len >= 1 && s.ptr[0] == '-' && (s.len == 1 || s.ptr[1] == ' '));
}

static bool is_end(str s)
{
	return s.len == 0 || s.ptr[0] == ' ';
}

/* What may stand behind a closing quote. */
static bool status_follows(str s)
{
	return s.len > 1 && s.ptr[0] == ' ' && is_status(behind(s, 1));
}

/* The quote that closes s, which begins behind the opening one: none that a backslash escapes, and fit to be
 * the end of its field, as not all servers escape. SIZE_MAX: none. */
static size_t closing(str s, bool (*fits)(str rest))
{
	for (size_t i = 0; i < s.len; i++) {
		const char *p = memchr(s.ptr + i, '"', s.len - i);
		size_t slashes = 0;

		if (!p)
			break;
		i = (size_t)(p - s.ptr);
		while (slashes < i && p[-1 - (ptrdiff_t)slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0 && fits(behind(s, i + 1)))
			return i;
	}
	return SIZE_MAX;
}

/* The next field behind the size. */
static bool next_field(str *rest, struct access_extra *ret, bool *ret_open)
{
	size_t end;
	str s = *rest;

	while (s.len && s.ptr[0] == ' ')
		s = behind(s, 1);
	if (!s.len)
		return false;
	ret->quoted = s.ptr[0] == '"';
	if (!ret->quoted) {
		ret->text = word(&s);
		*rest = s;
		return true;
	}
	s = behind(s, 1);
	end = closing(s, is_end);
	*ret_open = end == SIZE_MAX;
	if (*ret_open)
		end = s.len;
	ret->text = (str){ s.ptr, end };
	*rest = behind(s, end + !*ret_open);
	return true;
}

/* The first two quoted fields in a row are referer and agent; all others are what somebody has added. */
static void tail(str s, struct access_line *a)
{
	struct access_extra f;

	while (next_field(&s, &f, &a->open)) {
		if (f.quoted && !a->agent.ptr) {
			if (!a->referer.ptr) {
				a->referer = f.text;
				continue;
			}
			a->agent = f.text;
			continue;
		}
		if (a->nextra < ACCESS_EXTRA_MAX)
			a->extra[a->nextra] = f;
		a->nextra++;
	}
}

/* The quotes of a line. False if there are more, or a backslash before one, which may make it none. */
static bool quotes_of(str line, size_t quotes[USUAL_QUOTES], size_t *ret_n, bool *ret_plain)
{
	size_t n = 0;

	*ret_plain = true;
	for (size_t at = 0; at < line.len; at += MARKS_BLOCK)
		for (uint64_t m = marks_at(line, at, '"', '\\'); m; m &= m - 1) {
			size_t i = at + (size_t)__builtin_ctzll(m);

			if (line.ptr[i] == '\\') {
				*ret_plain = false;
				continue;
			}
			if (n == USUAL_QUOTES || (i && line.ptr[i - 1] == '\\'))
				return false;
			quotes[n++] = i;
		}
	*ret_n = n;
	return true;
}

/* Nearly all lines: combined or common without anything behind, and no quote but those around its fields. False:
 * this is none of them. */
static bool split_usual(str line, struct access_line *a)
{
	size_t q[USUAL_QUOTES], n, at;
	str s;

	if (!quotes_of(line, q, &n, &a->plain) || (n != 2 && n != USUAL_QUOTES) ||
	    q[0] <= ACCESS_TIME_LEN + 3)
		return false;
	at = q[0] - (ACCESS_TIME_LEN + 3);
	if (line.ptr[at] != '[' || line.ptr[at - 1] != ' ' || !is_time(behind(line, at + 1)) ||
	    !status_follows(behind(line, q[1] + 1)) || !who((str){ line.ptr, at - 1 }, a))
		return false;
	a->time = (str){ line.ptr + at + 1, ACCESS_TIME_LEN };
	a->request = (str){ line.ptr + q[0] + 1, q[1] - q[0] - 1 };
	s = behind(line, q[1] + 2);
	a->status = word(&s);
	a->bytes = word(&s);
	if (a->bytes.len && !str_is_digits(a->bytes) && !is_dash(a->bytes))
		return false;
	if (n == 2)
		return s.len == 0;
	a->referer = (str){ line.ptr + q[2] + 1, q[3] - q[2] - 1 };
	a->agent = (str){ line.ptr + q[4] + 1, q[5] - q[4] - 1 };
	return s.ptr == line.ptr + q[2] && line.ptr[q[3] + 1] == ' ' && q[4] == q[3] + 2 &&
	       q[5] + 1 == line.len;
}

/* All but the extra fields, which count by their number. One by one: as a block they are too few for what a compiler makes of
 * memset(). */
static inline void forget(struct access_line *a)
{
	a->vhost = a->client = a->ident = a->user = a->time = (str){ 0 };
	a->request = a->status = a->bytes = a->referer = a->agent = (str){ 0 };
	a->nextra = 0;
	a->open = a->plain = false;
}

bool access_split(str line, struct access_line *ret)
{
	size_t at, end;
	str s;

	forget(ret);
	if (split_usual(line, ret))
		return true;
	forget(ret);
	at = time_at(line);
	if (at == SIZE_MAX || !who((str){ line.ptr, at - 1 }, ret))
		return false;
	ret->time = (str){ line.ptr + at + 1, ACCESS_TIME_LEN };
	s = behind(line, at + ACCESS_TIME_LEN + 4);
	end = closing(s, status_follows);
	if (end == SIZE_MAX)
		return false;
	ret->request = (str){ s.ptr, end };
	s = behind(s, end + 2);
	ret->status = word(&s);
	ret->bytes = word(&s);
	if (ret->bytes.len && !str_is_digits(ret->bytes) && !is_dash(ret->bytes))
		return false;
	tail(s, ret);
	return true;
}

/* --- requests ------------------------------------------------------------------------------- */

static bool is_method(str s)
{
	enum { METHOD_MAX = 32 };

	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') && !(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') &&
		    s.ptr[i] != '-' && s.ptr[i] != '_')
			return false;
	return s.len > 0 && s.len <= METHOD_MAX;
}

/* "host:port" of "scheme://host:port/path?query" to r->host; the rest of the target is answered. */
static str without_host(str target, struct access_request *r)
{
	size_t scheme, end = 0;
	str s;

	if (target.ptr[0] == '/')
		return target;
	scheme = str_find((str){ target.ptr, target.len < 16 ? target.len : 16 }, STR("://"));
	if (scheme == SIZE_MAX)
		return target;
	s = behind(target, scheme + 3);
	while (end < s.len && s.ptr[end] != '/' && s.ptr[end] != '?')
		end++;
	r->host = (str){ s.ptr, end };
	return behind(s, end);
}

bool access_request(str request, struct access_request *ret)
{
	struct access_request r = { 0 };
	const char *last;
	str s = request;
	size_t at;

	r.method = word(&s);
	if (!is_method(r.method) || !s.len)
		return false;
	last = s.ptr + s.len;
	if (s.len > 9 && last[-9] == ' ' && last[-3] != ' ' && last[-2] != ' ' && last[-1] != ' ' &&
	    memcmp(last - 8, "HTTP/", 5) == 0) /* "1.1" */
		last -= 8;
	while (last > s.ptr && last[-1] != ' ')
		last--;
	r.version = (str){ last, (size_t)(s.ptr + s.len - last) };
	if (last > s.ptr && str_starts(r.version, STR("HTTP/"))) {
		s.len = (size_t)(last - 1 - s.ptr);
		r.version = behind(r.version, 5);
	} else {
		r.version = (str){ 0 };
	}
	if (!s.len)
		return false;
	r.target = s;
	r.stem = without_host(s, &r);
	at = marks_near(r.stem, '?');
	if (at < r.stem.len) {
		r.query = behind(r.stem, at + 1);
		r.stem.len = at;
	}
	*ret = r;
	return true;
}

/* --- URLs ----------------------------------------------------------------------------------- */

static str extension(str stem)
{
	str name = str_basename(stem);

	for (size_t i = name.len; i-- > 0;)
		if (name.ptr[i] == '.')
			return behind(name, i + 1);
	return (str){ 0 };
}

void access_url(str url, struct access_url *ret)
{
	struct access_url u = { 0 };
	size_t scheme, end = 0;
	str rest = url;

	*ret = u;
	if (!url.len)
		return;
	for (scheme = 0; scheme < url.len && !memchr(":/?", url.ptr[scheme], 3); scheme++)
		;
	if (str_starts(behind(url, scheme), STR("://")))
		rest = behind(url, scheme + 3);
	else if (str_starts(url, STR("error:"))) /* Squid has no URL to tell */
		rest.len = 0;
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
		end++;
	u.host = (str){ rest.ptr, end };
	for (size_t i = end; i-- > 0;)
		if (rest.ptr[i] == '@') {
			u.host = (str){ rest.ptr + i + 1, end - i - 1 };
			break;
		}
	u.stem = str_cut(behind(rest, end), '?', &u.query);
	u.extension = extension(u.stem);
	*ret = u;
}
