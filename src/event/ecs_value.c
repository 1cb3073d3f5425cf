#include "event/ecs_value.h"

#include <arpa/inet.h>

#include "event/render.h"
#include "util/json.h"
#include "util/times.h"

static str text_of(buf *tmp, value v)
{
	if (v.type == VALUE_UTF8 && !(v.flags & VALUE_F_ARRAY))
		return (str){ (const char *)v.ptr, v.len };
	buf_clear(tmp);
	value_text(v, tmp);
	return buf_view(tmp);
}

/* What logs write where there is nothing. */
static bool is_nothing(str s)
{
	return s.len == 0 || str_eq(s, STR("-"));
}

static bool put_text(buf *out, str s)
{
	if (is_nothing(s))
		return false;
	json_str(out, s);
	return true;
}

static bool put_u64(buf *out, uint64_t u)
{
	buf_u64(out, u);
	return true;
}

static bool put_time(buf *out, value v)
{
	int64_t ns;

	if (!value_time(v, &ns))
		return false;
	buf_byte(out, '"');
	buf_time(out, ns);
	buf_byte(out, '"');
	return true;
}

static bool put_ip(buf *out, str s)
{
	unsigned char addr[16];
	char z[64];

	if (s.len > 7 && str_eq_ascii_nocase((str){ s.ptr, 7 }, STR("::ffff:")) && memchr(s.ptr, '.', s.len))
		s = (str){ s.ptr + 7, s.len - 7 };
	if (s.len == 0 || s.len >= sizeof z)
		return false;
	memcpy(z, s.ptr, s.len);
	z[s.len] = '\0';
	if (memchr(s.ptr, 0, s.len) ||
	    (inet_pton(AF_INET, z, addr) != 1 && inet_pton(AF_INET6, z, addr) != 1))
		return false;
	json_str(out, s);
	return true;
}

/* host:port and [v6]:port; a bare IPv6 address has no port. */
static str cut_port(str s, str *ret_port)
{
	size_t i = s.len;

	*ret_port = (str){ "", 0 };
	while (i > 0 && s.ptr[i - 1] != ':' && s.ptr[i - 1] != ']')
		i--;
	if (i > 0 && s.ptr[i - 1] == ':' &&
	    (memchr(s.ptr, ':', i - 1) == NULL || (i > 1 && s.ptr[i - 2] == ']'))) {
		*ret_port = (str){ s.ptr + i, s.len - i };
		s.len = i - 1;
	}
	if (s.len >= 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']')
		s = (str){ s.ptr + 1, s.len - 2 };
	return s;
}

static bool put_port(buf *out, str s)
{
	uint64_t u;

	return str_to_u64(s, &u) && u <= UINT16_MAX && put_u64(out, u);
}

/* '+' stands for a space. */
static bool put_plus(buf *out, str s)
{
	size_t from = out->len;

	if (!put_text(out, s))
		return false;
	for (size_t i = from; !out->failed && i < out->len; i++)
		if (out->ptr[i] == '+')
			out->ptr[i] = ' ';
	return true;
}

static bool put_lower(buf *out, str s)
{
	size_t from = out->len + 1;

	json_str(out, s);
	for (size_t i = from; !out->failed && i < out->len; i++)
		if (out->ptr[i] >= 'A' && out->ptr[i] <= 'Z')
			out->ptr[i] |= 0x20;
	return true;
}

/* The next "ALG=hex" of a list; false at its end. */
static bool next_hash(str *list, str *ret_algorithm, str *ret_hex)
{
	while (list->len) {
		*ret_algorithm = str_cut(str_cut(*list, ',', list), '=', ret_hex);
		if (ret_hex->len)
			return true;
	}
	return false;
}

static bool put_imphash(buf *out, str s)
{
	str algorithm, hex;

	while (next_hash(&s, &algorithm, &hex))
		if (str_eq_ascii_nocase(algorithm, STR("IMPHASH")))
			return put_lower(out, hex);
	return false;
}

/* Each algorithm that ECS has a field for, once. */
static bool put_hashes(buf *out, str s)
{
	static const char *const NAMES[] = { "md5", "sha1", "sha256", "sha384", "sha512" };
	size_t from = out->len;
	bool any = false, done[COUNT(NAMES)] = { false };
	str algorithm, hex;

	buf_byte(out, '{');
	while (next_hash(&s, &algorithm, &hex)) {
		size_t i = 0;

		while (i < COUNT(NAMES) && !str_eq_ascii_nocase(algorithm, str_of(NAMES[i])))
			i++;
		if (i == COUNT(NAMES) || done[i])
			continue;
		if (any)
			buf_byte(out, ',');
		json_str(out, str_of(NAMES[i]));
		buf_byte(out, ':');
		put_lower(out, hex);
		any = done[i] = true;
	}
	buf_byte(out, '}');
	if (!any)
		out->len = from;
	return any;
}

static bool put_bool(buf *out, str s)
{
	bool yes = str_eq_ascii_nocase(s, STR("true")) || str_eq(s, STR("1"));

	if (!yes && !str_eq_ascii_nocase(s, STR("false")) && !str_eq(s, STR("0")))
		return false;
	buf_z(out, yes ? "true" : "false");
	return true;
}

/* A decimal number of `unit_ns` to whole nanoseconds. */
static bool put_duration(buf *out, str s, uint64_t unit_ns)
{
	str frac, whole = str_cut(s, '.', &frac);
	uint64_t n, ns, digit = unit_ns;

	if (!str_to_u64(whole, &n) || n > INT64_MAX / unit_ns)
		return false;
	ns = n * unit_ns;
	for (size_t i = 0; i < frac.len; i++) {
		if (frac.ptr[i] < '0' || frac.ptr[i] > '9')
			return false;
		digit /= 10;
		ns += digit * (uint64_t)(frac.ptr[i] - '0');
	}
	return put_u64(out, ns);
}

static bool put_outcome(buf *out, str s, bool words)
{
	static const char *const GOOD[] = { "0",       "T",         "true",
					    "success", "succeeded", "successful",
					    "allow",   "allowed",   "accept",
					    "pass",    "permit",    "permitted",
					    "forward", "ok",        "\xE6\x88\x90\xE5\x8A\x9F" };
	static const char *const BAD[] = {
		"F",     "false",   "failure", "failed",   "fail",
		"deny",  "denied",  "error",   "drop",     "dropped",
		"block", "blocked", "reject",  "rejected", "\xE5\xA4\xB1\xE8\xB4\xA5"
	}; /* Chinese, as above */
	uint64_t code;
	bool number = str_to_u64(s, &code);

	if (words && number)
		return false;

	for (size_t i = 0; i < COUNT(GOOD); i++)
		if (str_eq_ascii_nocase(s, str_of(GOOD[i])))
			return put_text(out, STR("success"));
	for (size_t i = 0; i < COUNT(BAD); i++)
		if (str_eq_ascii_nocase(s, str_of(BAD[i])))
			return put_text(out, STR("failure"));
	return number && put_text(out, STR("failure"));
}

static bool put_url_path(buf *out, str s)
{
	return s.len && s.ptr[0] == '/' && put_text(out, str_cut(s, '?', &s));
}

static bool put_url_query(buf *out, str s)
{
	str query;

	str_cut(s, '?', &query);
	return put_text(out, query);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c;
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? c & ~0x20 : -1;
}

/* Six or eight octets in hex, whatever stands between them. */
static bool put_mac(buf *out, str s)
{
	char text[24];
	size_t n = 0, digits = 0;

	for (size_t i = 0; i < s.len; i++) {
		int d = hex_digit(s.ptr[i]);

		if (d < 0 && !memchr(":-.", s.ptr[i], 3))
			return false;
		if (d < 0)
			continue;
		if (digits == 16)
			return false;
		if (digits && digits % 2 == 0)
			text[n++] = '-';
		text[n++] = (char)d;
		digits++;
	}
	return (digits == 12 || digits == 16) && put_text(out, (str){ text, n });
}

/* "TLSv12", "TLS 1.2", "TLSv1.2", "SSLv3" to the number. */
static bool put_tls_version(buf *out, str s)
{
	char text[4];

	while (s.len && (s.ptr[0] < '0' || s.ptr[0] > '9'))
		s = (str){ s.ptr + 1, s.len - 1 };
	if (s.len != 2 || s.ptr[1] < '0' || s.ptr[1] > '9')
		return s.len <= 3 && put_text(out, s);
	memcpy(text, (char[]){ s.ptr[0], '.', s.ptr[1] }, 3);
	return put_text(out, (str){ text, 3 });
}

/* IANA protocol numbers that logs have; another number stays as it is. */
static bool put_transport(buf *out, str s)
{
	static const struct {
		const char *number, *name;
	} NAMES[] = { { "1", "icmp" },       { "2", "igmp" },  { "6", "tcp" },  { "17", "udp" },
		      { "41", "ipv6" },      { "47", "gre" },  { "50", "esp" }, { "51", "ah" },
		      { "58", "ipv6-icmp" }, { "132", "sctp" } };

	str rest;

	s = str_cut(s, '/', &rest); /* "tcp/https" */
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(s, str_of(NAMES[i].number)))
			return put_text(out, str_of(NAMES[i].name));
	return !is_nothing(s) && put_lower(out, s);
}

bool ecs_put(buf *out, buf *tmp, value v, enum ecs_how how)
{
	str s, tail;
	uint64_t u;

	if (v.type == VALUE_ABSENT)
		return false;
	switch (how) {
	case ECS_AS_IS:
		render_value(out, v);
		return true;
	case ECS_NUMBER:
		return value_u64(v, &u) && put_u64(out, u);
	case ECS_TIME:
		return put_time(out, v);
	default:
		break;
	}
	s = text_of(tmp, v);
	switch (how) {
	case ECS_IP:
		return put_ip(out, s);
	case ECS_BOOL:
		return put_bool(out, s);
	case ECS_LOWER:
		return !is_nothing(s) && put_lower(out, s);
	case ECS_BASENAME:
		return put_text(out, str_basename(s));
	case ECS_ACCOUNT:
		str_cut(s, '\\', &tail);
		return put_text(out, tail.len ? tail : s);
	case ECS_DOMAIN:
		s = str_cut(s, '\\', &tail);
		return tail.len && put_text(out, s);
	case ECS_HASHES:
		return put_hashes(out, s);
	case ECS_IMPHASH:
		return put_imphash(out, s);
	case ECS_MS:
		return put_duration(out, s, 1000000);
	case ECS_S:
		return put_duration(out, s, NS_PER_S);
	case ECS_PLUS:
		return put_plus(out, s);
	case ECS_HOST_OF:
		return put_text(out, cut_port(s, &tail));
	case ECS_IP_OF:
		return put_ip(out, cut_port(s, &tail));
	case ECS_PORT_OF:
		cut_port(s, &tail);
		return put_port(out, tail);
	case ECS_OUTCOME:
	case ECS_OUTCOME_WORD:
		return put_outcome(out, s, how == ECS_OUTCOME_WORD);
	case ECS_FAILURE:
		return !is_nothing(s) && put_text(out, STR("failure"));
	case ECS_URL_PATH:
		return put_url_path(out, s);
	case ECS_URL_QUERY:
		return put_url_query(out, s);
	case ECS_MAC:
		return put_mac(out, s);
	case ECS_TRANSPORT:
		return put_transport(out, s);
	case ECS_TLS_VERSION:
		return put_tls_version(out, s);
	default:
		return put_text(out, s);
	}
}

bool ecs_put_all(buf *out, buf *tmp, value v, enum ecs_how how)
{
	size_t pos = 0, from = out->len, n = 0, before;
	value one;

	if (!(v.flags & VALUE_F_ARRAY) || how == ECS_AS_IS)
		return ecs_put(out, tmp, v, how);
	buf_byte(out, '[');
	while (value_next(v, &pos, &one)) {
		before = out->len;
		if (n)
			buf_byte(out, ',');
		if (ecs_put(out, tmp, one, how))
			n++;
		else
			out->len = before;
	}
	buf_byte(out, ']');
	if (n == 0)
		out->len = from;
	return n > 0;
}
