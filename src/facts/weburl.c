/* weburl.c - what the URLs of logs say: which file, which page, which version. */
#include "facts/facts_priv.h"

enum { PATH_MAX_LEN = 1024, QUERY_MAX_LEN = 512, VALUE_MAX_LEN = 64, QUERY_PARTS = 16, OPAQUE_LEN = 20 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* --- parts of a URL ---------------------------------------------------------------------------- */

struct url_parts {
	str scheme, host, port, path, query;
};

/* A URL of any of the forms that logs have: whole, path only, host:port of CONNECT. */
static struct url_parts url_split(str s)
{
	struct url_parts u = { 0 };
	size_t at = s.len && s.ptr[0] == '/' ? SIZE_MAX : str_find(s, STR("://"));
	str rest;

	if (at != SIZE_MAX && at <= 10) {
		u.scheme = (str){ s.ptr, at };
		s = (str){ s.ptr + at + 3, s.len - at - 3 };
	}
	if (s.len && s.ptr[0] != '/' && (u.scheme.len || memchr(s.ptr, ':', s.len))) {
		size_t n = 0;

		while (n < s.len && s.ptr[n] != '/' && s.ptr[n] != '?')
			n++;
		u.host = (str){ s.ptr, n };
		s = (str){ s.ptr + n, s.len - n };
		at = str_find(u.host, STR("@"));
		if (at != SIZE_MAX)
			u.host = (str){ u.host.ptr + at + 1, u.host.len - at - 1 };
		if (u.host.len && u.host.ptr[0] == '[') {
			u.host = str_cut((str){ u.host.ptr + 1, u.host.len - 1 }, ']', &rest);
			str_cut(rest, ':', &u.port);
		} else {
			u.host = str_cut(u.host, ':', &u.port);
		}
	}
	s = str_cut(s, '#', &rest);
	u.path = str_cut(s, '?', &u.query);
	return u;
}

/* Only the path, which is what most logs have: the others are rare and dearer. */
static str url_path(str s)
{
	if (s.len == 0 || s.ptr[0] != '/')
		return url_split(s).path;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '?' || s.ptr[i] == '#')
			return (str){ s.ptr, i };
	return s;
}

/* Extension of a path's last part, without the dot; empty if it has none that could be one. */
static str extension(str path)
{
	size_t dot = SIZE_MAX, i = path.len;
	bool letter = false;

	while (i > 0 && path.ptr[i - 1] != '/' && path.ptr[i - 1] != '\\') {
		char c = path.ptr[--i];

		if (dot == SIZE_MAX && c == '.')
			dot = i;
		else if (dot == SIZE_MAX && !is_digit(c) && !is_letter(c))
			return (str){ "", 0 };
		if (c == '@')
			return (str){ "", 0 }; /* an address of mail */
		letter |= dot == SIZE_MAX && is_letter(c);
	}
	if (dot == SIZE_MAX || !letter || path.len - dot - 1 > 10)
		return (str){ "", 0 };
	return (str){ path.ptr + dot + 1, path.len - dot - 1 };
}

/* What decorates pages, and pages and scripts themselves: everything else with an extension is a file. */
enum ext_kind { EXT_NONE, EXT_ASSET, EXT_PAGE, EXT_FILE };
static const char ASSETS[][8] = { "css", "js",   "mjs",   "map", "png", "jpg", "jpeg", "gif", "svg",
				  "ico", "woff", "woff2", "ttf", "eot", "otf", "webp", "bmp", "avif" };
static const char PAGES[][8] = { "html",   "htm",   "xhtml", "shtml", "asp",  "aspx",  "ashx", "asmx",  "axd",
				 "ascx",   "svc",   "eas",   "owa",   "jsp",  "jspx",  "jspf", "jhtml", "do",
				 "action", "faces", "php",   "php3",  "php5", "phtml", "cgi",  "pl",    "py",
				 "rb",     "cfm",   "cfml",  "nsf",   "fcgi", "dll",   "mvc" };

static bool is_listed(uint64_t word, const char (*list)[8], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (load_le64((const uint8_t *)list[i]) == word)
			return true;
	return false;
}

/* Text of at most eight bytes in lower case as a number, the way the lists hold theirs. */
static uint64_t short_word(str s)
{
	uint8_t word[8] = { 0 };

	for (size_t i = 0; i < s.len; i++)
		word[i] = (uint8_t)lower(s.ptr[i]);
	return load_le64(word);
}

static enum ext_kind ext_kind(str ext)
{
	uint64_t w;

	if (ext.len == 0)
		return EXT_NONE;
	if (ext.len > 7)
		return EXT_FILE;
	w = short_word(ext);
	if (is_listed(w, ASSETS, COUNT(ASSETS)))
		return EXT_ASSET;
	return is_listed(w, PAGES, COUNT(PAGES)) ? EXT_PAGE : EXT_FILE;
}

bool fact_path_is_asset(str url)
{
	str ext = extension(url_path(url));

	return ext.len > 0 && ext.len < 8 && is_listed(short_word(ext), ASSETS, COUNT(ASSETS));
}

bool fact_path_is_file(str url)
{
	return ext_kind(extension(url_path(url))) == EXT_FILE;
}

/* --- paths ------------------------------------------------------------------------------------- */

/* Numbers of five digits and more, long hexadecimal numbers and GUIDs differ in every request. */
static bool is_number_like(str s, char *ret)
{
	size_t digits = 0, dashes = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (is_digit(c))
			digits++;
		else if (c == '-')
			dashes++;
		else if (!is_hex(c))
			return false;
	}
	*ret = digits == s.len ? '#' : '*';
	return (digits == s.len && digits >= 5) || (digits > 0 && s.len - dashes >= 16 && dashes <= 4);
}

static void put_lower(str s, bool low, buf *out)
{
	size_t start = out->len;

	buf_str(out, s);
	for (size_t i = start; low && i < out->len; i++)
		out->ptr[i] = lower(out->ptr[i]);
}

/* Behind the second slash-separated part. */
static str two_parts(str path)
{
	size_t slashes = 0;

	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/' && ++slashes == 3)
			return (str){ path.ptr, i };
	return path;
}

/* Part by part, numbers replaced, parameters of parts (";jsessionid=...") left out. */
static void put_parts(str path, bool low, buf *out)
{
	while (path.len) {
		size_t n = path.ptr[0] == '/', start;
		str part, rest;
		char as;

		if (n)
			buf_byte(out, '/');
		start = n;
		while (n < path.len && path.ptr[n] != '/')
			n++;
		part = str_cut((str){ path.ptr + start, n - start }, ';', &rest);
		if (part.len >= 5 && is_number_like(part, &as))
			buf_byte(out, as);
		else
			put_lower(part, low, out);
		path = (str){ path.ptr + n, path.len - n };
	}
}

static bool is_read(str method)
{
	return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD"));
}

bool fact_status_is_refused(str status)
{
	return status.len == 3 && status.ptr[0] == '4' && !str_eq(status, STR("401")) &&
	       !str_eq(status, STR("407"));
}

void fact_text_path(str url, str status, str method, bool low, buf *out)
{
	str path = url_path(url), ext;
	enum ext_kind kind;

	if (url.len == 0)
		return;
	if (path.len == 0) {
		buf_byte(out, '/');
		return;
	}
	if (path.len > PATH_MAX_LEN)
		path.len = PATH_MAX_LEN;
	if (fact_status_is_refused(status)) {
		str two = two_parts(path);

		put_parts(two, low, out);
		if (two.len < path.len)
			buf_z(out, "/*");
		return;
	}
	ext = extension(path);
	kind = ext_kind(ext);
	if (kind == EXT_ASSET && is_read(method)) {
		size_t n = path.len;

		while (n > 0 && path.ptr[n - 1] != '/')
			n--;
		put_lower((str){ path.ptr, n }, low, out);
		buf_z(out, "*.");
		put_lower(ext, true, out);
	} else if (kind == EXT_ASSET || kind == EXT_FILE) {
		put_lower(path, low, out);
	} else {
		put_parts(path, low, out);
	}
}

void fact_text_file(str url, buf *out)
{
	str path = url_path(url);

	if (path.len > PATH_MAX_LEN)
		path.len = PATH_MAX_LEN;
	if (fact_path_is_file(path))
		buf_str(out, path);
}

/* --- queries ----------------------------------------------------------------------------------- */

/* Keys and tokens: long, of letters and digits mixed, without what words are parted by. */
static bool is_opaque(str s)
{
	size_t digits = 0, letters = 0;

	if (s.len < OPAQUE_LEN)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (is_digit(c))
			digits++;
		else if (is_letter(c))
			letters++;
		else if (c != '-' && c != '_' && c != '.' && c != '~' && c != '%' && c != '=')
			return false;
	}
	return digits >= 2 && letters > 0;
}

static void put_value(str v, buf *out)
{
	char as;

	while (v.len && v.ptr[v.len - 1] == ';')
		v.len--;
	if (v.len >= 5 && is_number_like(v, &as))
		buf_byte(out, as);
	else if (is_opaque(v))
		buf_byte(out, '*');
	else
		buf_add(out, v.ptr, v.len < VALUE_MAX_LEN ? v.len : VALUE_MAX_LEN);
}

void fact_text_query(str query, str url, str method, buf *out)
{
	size_t start = out->len;
	unsigned parts = 0;

	if (query.len && query.ptr[0] == '?')
		query = (str){ query.ptr + 1, query.len - 1 };
	if (query.len == 0 || (is_read(method) && fact_path_is_asset(url)))
		return;
	while (query.len && parts < QUERY_PARTS && out->len - start < QUERY_MAX_LEN) {
		str v, part = str_cut(query, '&', &query), k = str_cut(part, '=', &v);

		if (part.len == 0)
			continue;
		if (parts++)
			buf_byte(out, '&');
		put_value(k, out);
		if (k.len < part.len) {
			buf_byte(out, '=');
			put_value(v, out);
		}
	}
	if (query.len)
		buf_z(out, "&*");
}

void fact_text_param(str query, str name, buf *out)
{
	while (query.len) {
		str v, k = str_cut(str_cut(query, '&', &query), '=', &v);

		if (str_eq_ascii_nocase(k, name)) {
			buf_add(out, v.ptr, v.len < VALUE_MAX_LEN ? v.len : VALUE_MAX_LEN);
			return;
		}
	}
}

/* --- versions ---------------------------------------------------------------------------------- */

/* Is there a dot between digits? Where there is none, no version is. */
static bool has_digit_dot(str s)
{
	const char *from = s.ptr, *end = s.ptr + s.len, *dot;

	while (from < end && (dot = memchr(from, '.', (size_t)(end - from))) != NULL) {
		if (dot > s.ptr && dot + 1 < end && is_digit(dot[-1]) && is_digit(dot[1]))
			return true;
		from = dot + 1;
	}
	return false;
}

/* Numbers joined by dots, at least two; no extension, no address. */
static str version_in(str s)
{
	if (!has_digit_dot(s))
		return (str){ "", 0 };
	for (size_t i = 0; i < s.len; i++) {
		size_t n = i, dots = 0, last = 0;

		if (!is_digit(s.ptr[i]) || (i && (is_digit(s.ptr[i - 1]) || s.ptr[i - 1] == '.')))
			continue;
		while (n < s.len &&
		       (is_digit(s.ptr[n]) || (s.ptr[n] == '.' && n + 1 < s.len && is_digit(s.ptr[n + 1])))) {
			if (s.ptr[n] == '.') {
				dots++;
				last = n;
			}
			n++;
		}
		if (n < s.len && is_letter(s.ptr[n]) &&
		    dots) { /* "1.2.7z": the last number is of an extension */
			n = last;
			dots--;
		}
		if (dots && dots <= 4 && n - i <= 32)
			return (str){ s.ptr + i, n - i };
		i = n > i ? n - 1 : i;
	}
	return (str){ "", 0 };
}

static bool names_version(str k)
{
	static const char NAMES[][8] = { "v", "ver", "version", "build", "rev", "release", "to", "target" };

	return k.len > 0 && k.len < 8 && is_listed(short_word(k), NAMES, COUNT(NAMES)) &&
	       !memchr(k.ptr, '\0', k.len);
}

void fact_text_version(str url, str query, buf *out)
{
	str v = { "", 0 };

	if (query.len == 0 && url.len)
		query = url_split(url).query;
	while (query.len && v.len == 0) {
		str text, k = str_cut(str_cut(query, '&', &query), '=', &text);

		if (names_version(k))
			v = version_in(text);
	}
	buf_str(out, v.len ? v : version_in(url_path(url)));
}

/* --- hosts ------------------------------------------------------------------------------------- */

void fact_text_domain(str url, buf *out)
{
	str host = url_split(url).host;

	if (host.len <= 255)
		put_lower(host, true, out);
}

void fact_text_urlport(str url, buf *out)
{
	struct url_parts u = url_split(url);
	uint64_t n;

	if (str_to_u64(u.port, &n) && n < 65536)
		buf_str(out, u.port);
	else if (str_eq_ascii_nocase(u.scheme, STR("https")))
		buf_z(out, "443");
	else if (str_eq_ascii_nocase(u.scheme, STR("http")))
		buf_z(out, "80");
}
