/* factwords.c - addresses, words for outcomes and messages, each in one form. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "facts/facts_priv.h"

bool fact_absent_word(str s)
{
	static const str WORDS[] = { { "N/A", 3 }, { "%%1793", 6 }, { "(empty)", 7 }, { "(null)", 6 } };

	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (str_eq(s, WORDS[i]))
			return true;
	return false;
}

/* "[v6]:port", "v4:port", "v6%zone", "::ffff:v4" -> the address alone */
void fact_text_ip(str s, buf *out)
{
	char tmp[INET6_ADDRSTRLEN + 1], canon[INET6_ADDRSTRLEN];
	unsigned char v6[16];
	str rest;

	s = str_trim(s);
	if (str_starts(s, STR("[")))
		s = str_cut((str){ s.ptr + 1, s.len - 1 }, ']', &rest);
	s = str_cut(s, '%', &rest);
	if (str_find(s, STR(".")) != SIZE_MAX) {
		str head = str_cut(s, ':', &rest);

		if (rest.len && str_find(head, STR(".")) != SIZE_MAX)
			s = head; /* 192.0.2.1:3389 */
		if (s.len > 7 && str_eq_ascii_nocase((str){ s.ptr, 7 }, STR("::ffff:")))
			s = (str){ s.ptr + 7, s.len - 7 };
	}
	if (fact_absent(s) || str_eq(s, STR("::")) || str_eq(s, STR("0.0.0.0")) ||
	    str_eq_ascii_nocase(s, STR("LOCAL")) || str_eq_ascii_nocase(s, STR("Unknown")))
		return;
	if (s.len < sizeof tmp && str_find(s, STR(":")) != SIZE_MAX) {
		memcpy(tmp, s.ptr, s.len);
		tmp[s.len] = '\0';
		if (inet_pton(AF_INET6, tmp, v6) == 1 && inet_ntop(AF_INET6, v6, canon, sizeof canon))
			s = str_of(canon);
	}
	buf_str(out, s);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_alnum(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* --- addresses -------------------------------------------------------------------------------- */

/* Four numbers, with a port behind them at most. */
static bool is_v4(str s)
{
	size_t dots = 0, digits = 0, i = 0;

	for (; i < s.len && (is_digit(s.ptr[i]) || s.ptr[i] == '.'); i++) {
		if (s.ptr[i] == '.') {
			if (digits == 0 || digits > 3)
				return false;
			dots++;
			digits = 0;
		} else {
			digits++;
		}
	}
	return dots == 3 && digits > 0 && digits <= 3 && (i == s.len || s.ptr[i] == ':');
}

static bool is_v6(str s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len && s.ptr[i] != '%'; i++) {
		colons += s.ptr[i] == ':';
		if (!is_hex(s.ptr[i]) && !memchr(":.[]", s.ptr[i], 4))
			return false;
	}
	return colons >= 2;
}

void fact_text_address(str s, buf *out)
{
	s = str_trim(s);
	if (s.len < 80 && (is_v4(s) || is_v6(s)))
		fact_text_ip(s, out);
}

void fact_text_mac(str s, buf *out)
{
	char hex[12];
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (is_hex(c) && n < sizeof hex)
			hex[n++] = (char)(c >= 'a' ? c & ~0x20 : c);
		else if (n == sizeof hex && memchr(",;| ", c, 4))
			break; /* the first of several */
		else if (is_hex(c) || !memchr(":-. ", c, 4))
			return; /* an identifier of another kind */
	}
	for (size_t i = 0; i < n && n == sizeof hex; i += 2) {
		if (i)
			buf_byte(out, '-');
		buf_add(out, hex + i, 2);
	}
}

enum { ANSWERS_MAX = 4, ANSWERS_SEEN = 32, ANSWER_LEN = 48 };

static int answer_cmp(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Keep the address in its place of the sorted, distinct ones. */
static void answer_add(char (*all)[ANSWER_LEN], size_t *n, str one)
{
	buf tmp = { 0 };

	fact_text_address(one, &tmp);
	if (tmp.len && tmp.len < ANSWER_LEN && *n < ANSWERS_SEEN) {
		memcpy(all[*n], tmp.ptr, tmp.len);
		all[(*n)++][tmp.len] = '\0';
	}
	buf_done(&tmp);
}

void fact_text_answers(str list, str rcode, buf *out)
{
	char all[ANSWERS_SEEN][ANSWER_LEN];
	size_t n = 0, put = 0;

	for (size_t i = 0, from = 0; i <= list.len; i++) {
		if (i < list.len && !memchr(", ;\t\"[]", list.ptr[i], 7))
			continue;
		answer_add(all, &n, (str){ list.ptr + from, i - from });
		from = i + 1;
	}
	qsort(all, n, sizeof all[0], answer_cmp);
	for (size_t i = 0; i < n && put < ANSWERS_MAX; i++) {
		if (i && strcmp(all[i], all[i - 1]) == 0)
			continue;
		if (put++)
			buf_byte(out, ' ');
		buf_z(out, all[i]);
	}
	if (put == 0 && !str_eq_ascii_nocase(rcode, STR("NOERROR")) && !str_eq(rcode, STR("0")))
		buf_str(out, rcode);
}

/* --- words for outcomes ------------------------------------------------------------------------ */

/* Beginnings of words: firewalls, flows and proxies say the same in many ways. */
static const char *const REFUSED[] = { "den",        "drop",    "block",  "reject",     "reset-",
				       "discard",    "refus",   "forbid", "policy-den", "REJ",
				       "tcp_denied", "failure", "fail" };
static const char *const PLAIN[] = {
	"allow", "accept",  "pass",   "permit", "close",      "built",       "teardown", "trust", "start",
	"end",   "timeout", "SF",     "S1",     "S2",         "S3",          "RSTO",     "RSTR",  "OTH",
	"SH",    "SHR",     "RSTOS0", "RSTRH",  "client-rst", "server-rst",  "ip-conn",  "dns",   "success",
	"ok",    "true",    "open",   "create", "conn",       "established", "flow",
};

static bool begins(str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str w = str_of(list[i]);

		if (word.len >= w.len && str_eq_ascii_nocase((str){ word.ptr, w.len }, w))
			return true;
	}
	return false;
}

void fact_text_denied(str word, buf *out)
{
	if (begins(word, REFUSED, COUNT(REFUSED)))
		buf_z(out, "denied");
}

void fact_text_action(str word, buf *out)
{
	if (begins(word, REFUSED, COUNT(REFUSED))) {
		buf_z(out, "denied");
		return;
	}
	if (str_eq(word, STR("S0"))) {
		buf_z(out, "unanswered");
		return;
	}
	if (begins(word, PLAIN, COUNT(PLAIN)))
		return;
	for (size_t i = 0; i < word.len && i < 64; i++)
		buf_byte(out, lower(word.ptr[i]));
}

/* --- messages ---------------------------------------------------------------------------------- */

/* A run of letters and digits with a digit in it, and what joins them in numbers, addresses and identifiers. */
static size_t numeric_run(str s, size_t i, bool *ret_hex)
{
	size_t n = i;
	bool digit = false;

	*ret_hex = true;
	for (; n < s.len && (is_alnum(s.ptr[n]) || (n > i && memchr(".:-_", s.ptr[n], 4))); n++) {
		digit |= is_digit(s.ptr[n]);
		*ret_hex &= is_hex(s.ptr[n]) || !is_alnum(s.ptr[n]);
	}
	while (n > i && !is_alnum(s.ptr[n - 1]))
		n--;
	return digit ? n - i : 0;
}

/* Length of what begins here and differs in every line: the value of a pair, a quoted text, a path, a URL, an address
 * of mail; 0: it is none of these. */
static size_t variable(str s, size_t i)
{
	char c = s.ptr[i];
	size_t n = i;
	bool path = false, wide;

	if (c == '"' || c == '\'') {
		const char *end = memchr(s.ptr + i + 1, c, s.len - i - 1);

		return end ? (size_t)(end - s.ptr) + 1 - i : 0;
	}
	wide = i >= 3 && memcmp(s.ptr + i - 3, "\xEF\xBC\x9A", 3) == 0; /* the colon of East Asian text */
	if (!wide && i && s.ptr[i - 1] != ' ' && s.ptr[i - 1] != '=' && s.ptr[i - 1] != '(' &&
	    s.ptr[i - 1] != '[')
		return 0;
	while (n < s.len && !memchr(" \t\r\n,;)]\"", s.ptr[n], 8)) {
		path |= s.ptr[n] == '\\' || (s.ptr[n] == '/' && n + 1 < s.len && is_alnum(s.ptr[n + 1])) ||
			(s.ptr[n] == '@' && n > i);
		n++;
	}
	return path || wide || (i && s.ptr[i - 1] == '=') ? n - i : 0;
}

void fact_text_shape(str s, buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < s.len && out->len - start < FACT_SHAPE_LEN;) {
		bool hex, first = i == 0 || !is_alnum(s.ptr[i - 1]);
		size_t v = variable(s, i), n;

		if (v) {
			buf_byte(out, '*');
			i += v;
			continue;
		}
		n = first && is_alnum(s.ptr[i]) ? numeric_run(s, i, &hex) : 0;
		if (n && (hex || is_digit(s.ptr[i]))) {
			buf_byte(out, '#');
			i += n;
		} else if (is_digit(s.ptr[i])) {
			buf_byte(out, '#');
			while (i < s.len && is_digit(s.ptr[i]))
				i++;
		} else if (memchr(" \t\r\n", s.ptr[i], 4)) {
			buf_byte(out, ' ');
			while (i < s.len && memchr(" \t\r\n", s.ptr[i], 4))
				i++;
		} else {
			buf_byte(out, s.ptr[i++]);
		}
	}
	while (out->len - start > FACT_SHAPE_LEN ||
	       (out->len > start && s.len && out->len - start == FACT_SHAPE_LEN &&
		((unsigned char)out->ptr[out->len - 1] & 0xC0) == 0x80))
		out->len--;
	if (out->len > start && (unsigned char)out->ptr[out->len - 1] >= 0xC0)
		out->len--; /* the first byte of a character that was cut */
}

void fact_text_part(str text, str mark, enum fact_part which, buf *out)
{
	size_t at = str_find(text, mark);
	str rest, name;

	if (at == SIZE_MAX)
		return;
	text = (str){ text.ptr + at + mark.len, text.len - at - mark.len };
	text = str_trim(str_cut(text, ';', &rest));
	if (fact_absent(text))
		return;
	name = str_cut(text, '.', &rest);
	buf_str(out, which == PART_ALL ? text : which == PART_NAME ? name : rest);
}

void fact_text_service(str port, buf *out)
{
	static const char *const PORTS[] = { "21",   "22",   "23",   "25",   "53",   "80",   "88",
					     "110",  "111",  "135",  "139",  "143",  "389",  "443",
					     "445",  "465",  "500",  "587",  "636",  "873",  "993",
					     "995",  "1433", "1521", "2049", "3128", "3268", "3306",
					     "3389", "4443", "5432", "5900", "5985", "5986", "6379",
					     "7001", "8000", "8080", "8443", "8530", "8531", "9200" };

	for (size_t i = 0; i < COUNT(PORTS); i++)
		if (str_eq(port, str_of(PORTS[i])))
			buf_str(out, port);
}

void fact_text_mailbox(str s, buf *out)
{
	static const char *const MARKS[] = { "smtp~", "smtp:", "mailto:", "<" };
	size_t from = 0;

	for (size_t i = 0; i < COUNT(MARKS); i++)
		if (s.len - from >= strlen(MARKS[i]) &&
		    str_eq_ascii_nocase((str){ s.ptr + from, strlen(MARKS[i]) }, str_of(MARKS[i])))
			from += strlen(MARKS[i]);
	for (size_t i = from; i < s.len && s.ptr[i] != '>' && s.ptr[i] != ';' && i - from < 320; i++)
		buf_byte(out, lower(s.ptr[i]));
}

void fact_text_maildomain(str s, buf *out)
{
	size_t at = str_find(s, STR("@"));

	for (size_t i = at; i < s.len && !memchr(">;, ", s.ptr[i], 4) && i - at < 256; i++)
		buf_byte(out, lower(s.ptr[i]));
}
