#include "serve/head_check.h"

#include "util/limits.h"

size_t head_length(bytes b)
{
	for (size_t i = 0; i + 4 <= b.len; i++)
		if (b.ptr[i] == '\r' && b.ptr[i + 1] == '\n' && b.ptr[i + 2] == '\r' && b.ptr[i + 3] == '\n')
			return i + 4;
	return 0;
}

const char *head_status_text(int status)
{
	switch (status) {
	case 405:
		return "Method Not Allowed";
	case 408:
		return "Request Timeout";
	case 413:
		return "Content Too Large";
	case 421:
		return "Misdirected Request";
	case 431:
		return "Request Header Fields Too Large";
	case 503:
		return "Service Unavailable";
	case 505:
		return "HTTP Version Not Supported";
	default:
		return "Bad Request";
	}
}

/* Lines end with CR LF, and neither stands anywhere else; no other control character but a tab. */
static bool is_text(str head)
{
	for (size_t i = 0; i < head.len; i++) {
		unsigned char c = (unsigned char)head.ptr[i];

		if (c == '\r' && (i + 1 == head.len || head.ptr[i + 1] != '\n'))
			return false;
		if (c == '\n' && (i == 0 || head.ptr[i - 1] != '\r'))
			return false;
		if ((c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7F)
			return false;
	}
	return true;
}

/* A line without its end; false: there is none. */
static bool next_line(str *rest, str *line)
{
	size_t at = str_find(*rest, STR("\r\n"));

	if (at == SIZE_MAX)
		return false;
	*line = (str){ rest->ptr, at };
	*rest = (str){ rest->ptr + at + 2, rest->len - at - 2 };
	return true;
}

/* "/path?query" of plain characters: no authority, no fragment, no coding of ours to be guessed. */
static bool is_target(str t)
{
	if (t.len == 0 || t.ptr[0] != '/' || (t.len > 1 && (t.ptr[1] == '/' || t.ptr[1] == '\\')))
		return false;
	for (size_t i = 0; i < t.len; i++)
		if (t.ptr[i] <= ' ' || (unsigned char)t.ptr[i] >= 0x7F || strchr("#\"<>\\^`{|}", t.ptr[i]))
			return false;
	return true;
}

static int check_request_line(str line)
{
	str rest, method = str_cut(line, ' ', &rest), version, target = str_cut(rest, ' ', &version);

	if (!str_eq(version, STR("HTTP/1.1")))
		return str_starts(version, STR("HTTP/")) && str_find(version, STR(" ")) == SIZE_MAX ? 505
												    : 400;
	if (!is_target(target))
		return 400;
	return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD")) || str_eq(method, STR("POST")) ? 0
													: 405;
}

static bool is_token(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c && strchr("!#$%&'*+-.^_`|~", c))))
			return false;
	}
	return s.len > 0;
}

static bool is_own_host(str host, uint16_t port)
{
	static const char *const NAMES[] = { "127.0.0.1:", "localhost:", "[::1]:" };
	char digits[8];
	int n = snprintf(digits, sizeof digits, "%u", port);

	for (size_t i = 0; i < COUNT(NAMES); i++) {
		str name = str_of(NAMES[i]);

		if (str_starts(host, name) &&
		    str_eq((str){ host.ptr + name.len, host.len - name.len }, (str){ digits, (size_t)n }))
			return true;
	}
	return false;
}

static int check_length(str text)
{
	uint64_t n = 0;

	if (text.len == 0 || text.len > 18)
		return text.len ? 413 : 400;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return 400;
		n = n * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	return n > LIMIT_SERVE_BODY ? 413 : 0;
}

int head_check(str head, uint16_t port)
{
	unsigned hosts = 0, lengths = 0;
	str rest = head, line;
	int status;

	if (head.len > LIMIT_SERVE_HEAD)
		return 431;
	if (!is_text(head) || !next_line(&rest, &line))
		return 400;
	status = check_request_line(line);
	while (status == 0 && next_line(&rest, &line) && line.len) {
		str text, name = str_cut(line, ':', &text);

		/* a name that a blank follows or precedes, or none: a line that goes on from the one before */
		if (name.len == line.len || !is_token(name))
			return 400;
		text = str_trim(text);
		if (str_eq_ascii_nocase(name, STR("host"))) {
			if (++hosts > 1)
				return 400;
			if (!is_own_host(text, port))
				return 421;
		} else if (str_eq_ascii_nocase(name, STR("content-length"))) {
			status = ++lengths > 1 ? 400 : check_length(text);
		} else if (str_eq_ascii_nocase(name, STR("transfer-encoding")) ||
			   str_eq_ascii_nocase(name, STR("upgrade")) ||
			   str_eq_ascii_nocase(name, STR("expect"))) {
			return 400; /* bodies have a length here, and nothing is negotiated */
		}
	}
	if (status == 0 && hosts == 0)
		return 400;
	return status;
}
