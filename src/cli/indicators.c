#include "cli/indicators_priv.h"

#include "util/cidr.h"
#include "util/limits.h"

void indicators_init(struct indicators *in)
{
	memset(in, 0, sizeof *in);
	arena_init(&in->mem, LIMIT_SCOPE_BYTES);
	map_init(&in->seen, LIMIT_SCOPE_INDICATORS, LIMIT_SCOPE_BYTES);
}

void indicators_done(struct indicators *in)
{
	VEC_DONE(&in->at);
	map_done(&in->seen);
	arena_done(&in->mem);
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- what a value is --------------------------------------------------------------------------------------- */

static bool is_ip(str s)
{
	struct cidr net;

	return s.len >= 2 && str_find(s, STR("/")) == SIZE_MAX && cidr_parse(s, &net, NULL) == 0;
}

static bool is_hash(str s)
{
	if (s.len != 32 && s.len != 40 && s.len != 64)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !((s.ptr[i] | 32) >= 'a' && (s.ptr[i] | 32) <= 'f'))
			return false;
	return true;
}

/* Labels with dots between, the last one of letters (or xn--). */
static bool is_domain(str s)
{
	size_t label = 0, dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '.') {
			if (label == 0)
				return false;
			dots++;
			label = 0;
		} else if (is_alpha(s.ptr[i]) || is_digit(s.ptr[i]) || s.ptr[i] == '-' || s.ptr[i] == '_' ||
			   (s.ptr[i] & 0x80)) {
			label++;
		} else {
			return false;
		}
	}
	return dots > 0 && label >= 2 && s.len <= 253 && !is_digit(s.ptr[s.len - 1]);
}

static bool is_path(str s)
{
	return s.len > 3 &&
	       ((is_alpha(s.ptr[0]) && s.ptr[1] == ':' && (s.ptr[2] == '\\' || s.ptr[2] == '/')) ||
		(s.ptr[0] == '\\' && s.ptr[1] == '\\') || (s.ptr[0] == '/' && s.ptr[1] != '/') ||
		(s.ptr[0] == '%' && str_find(s, STR("\\")) != SIZE_MAX));
}

/* Endings of files that nobody takes for a domain, and those that are one, too. */
static int file_ending(str s)
{
	static const char *const FILES[] = { "exe", "dll", "sys",  "ps1",   "bat",  "cmd",  "vbs",  "vbe",
					     "js",  "jse", "wsf",  "hta",   "scr",  "msi",  "lnk",  "cab",
					     "rar", "7z",  "aspx", "ashx",  "asmx", "asp",  "jsp",  "jspx",
					     "php", "jar", "war",  "class", "dat",  "bin",  "tmp",  "dmp",
					     "elf", "doc", "docm", "docx",  "xls",  "xlsm", "xlsx", "pdf",
					     "rtf", "iso", "img",  "vhd",   "chm",  "ocx",  "cpl",  "txt",
					     "log", "ko" };
	static const char *const BOTH[] = { "zip", "sh", "so", "py", "pl", "ps" };
	size_t dot = s.len;
	str end;

	while (dot > 0 && s.ptr[dot - 1] != '.')
		dot--;
	if (dot < 2)
		return 0;
	end = (str){ s.ptr + dot, s.len - dot };
	for (size_t i = 0; i < COUNT(FILES); i++)
		if (str_eq_ascii_nocase(end, str_of(FILES[i])))
			return 2;
	for (size_t i = 0; i < COUNT(BOTH); i++)
		if (str_eq_ascii_nocase(end, str_of(BOTH[i])))
			return 1;
	return 0;
}

/* --- adding ----------------------------------------------------------------------------------------------------- */

/* "hxxp://evil[.]example" as it was meant. */
static str refanged(struct indicators *in, str s)
{
	static const struct {
		const char *from, *to;
	} MEANT[] = { { "[.]", "." }, { "(.)", "." }, { "[dot]", "." }, { "[:]", ":" }, { "hxxp", "http" } };
	buf b = { 0 };
	str got;

	if (s.len > LIMIT_INDICATOR_TEXT)
		return STR("");
	for (size_t i = 0; i < s.len;) {
		size_t k, len = 0;

		for (k = 0; k < COUNT(MEANT); k++) {
			len = strlen(MEANT[k].from);
			if (len <= s.len - i &&
			    str_eq_ascii_nocase((str){ s.ptr + i, len }, str_of(MEANT[k].from)))
				break;
		}
		if (k < COUNT(MEANT)) {
			buf_z(&b, MEANT[k].to);
			i += len;
		} else {
			buf_byte(&b, s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i]);
			i++;
		}
	}
	got = arena_str(&in->mem, str_trim(buf_view(&b)));
	in->failed |= got.ptr == NULL || b.failed;
	buf_done(&b);
	return got.ptr ? got : STR("");
}

static bool put(struct indicators *in, enum scope_type type, str lower)
{
	struct scope_indicator *x;
	buf key = { 0 };
	bool fresh = false;

	buf_byte(&key, (char)type);
	buf_str(&key, lower);
	if (!map_put(&in->seen, buf_view(&key), 0, &fresh))
		in->failed = true;
	buf_done(&key);
	x = fresh ? VEC_PUSH(&in->at, LIMIT_SCOPE_INDICATORS) : NULL;
	if (x)
		*x = (struct scope_indicator){ type, lower };
	in->failed |= fresh && !x;
	return true;
}

bool indicator_add(struct indicators *in, enum scope_type type, str text)
{
	str s = refanged(in, text), rest;

	switch (type) {
	case SCOPE_IP:
		s = str_cut(s, '/', &rest);
		return (rest.len == 0 || str_eq(rest, STR("32")) || str_eq(rest, STR("128"))) && is_ip(s) &&
		       put(in, type, s);
	case SCOPE_DOMAIN:
		if (s.len && s.ptr[s.len - 1] == '.')
			s.len--;
		if (s.len > 2 && s.ptr[0] == '*' && s.ptr[1] == '.')
			s = (str){ s.ptr + 2, s.len - 2 };
		return is_domain(s) && put(in, type, s);
	case SCOPE_HASH:
		return is_hash(s) && put(in, type, s);
	case SCOPE_PATH:
		return is_path(s) && put(in, type, s);
	case SCOPE_FILE:
		s = str_basename(s);
		return s.len > 0 && put(in, type, s);
	default:
		return false;
	}
}

bool indicator_add_url(struct indicators *in, str url)
{
	str s = refanged(in, url), rest;
	size_t at = str_find(s, STR("://"));

	if (at == SIZE_MAX)
		return false;
	s = str_cut((str){ s.ptr + at + 3, s.len - at - 3 }, '/', &rest);
	if (s.len && s.ptr[0] == '[')
		s = str_cut((str){ s.ptr + 1, s.len - 1 }, ']', &rest);
	else
		s = str_cut(s, ':', &rest);
	return indicator_add(in, SCOPE_IP, s) || indicator_add(in, SCOPE_DOMAIN, s);
}

bool indicator_guess(struct indicators *in, str text)
{
	str s = str_trim(text);
	int file;

	if (s.len < 3 || s.len > LIMIT_INDICATOR_TEXT)
		return false;
	if (str_find(s, STR("://")) != SIZE_MAX)
		return indicator_add_url(in, s);
	if (indicator_add(in, SCOPE_IP, s) || indicator_add(in, SCOPE_HASH, s) ||
	    indicator_add(in, SCOPE_PATH, s))
		return true;
	if (str_find(s, STR(" ")) != SIZE_MAX)
		return false;
	file = file_ending(s);
	if (file)
		indicator_add(in, SCOPE_FILE, s);
	return (file < 2 && indicator_add(in, SCOPE_DOMAIN, s)) || file;
}

/* --- lines and cells ---------------------------------------------------------------------------------------------- */

/* The next cell of a line: quoted ones may hold separators; two quotes are one. */
static str cell(struct indicators *in, str *line)
{
	buf b = { 0 };
	size_t i = 0;
	str s;

	if (line->len && line->ptr[0] == '"') {
		for (i = 1; i < line->len; i++) {
			if (line->ptr[i] == '"' && i + 1 < line->len && line->ptr[i + 1] == '"')
				i++;
			else if (line->ptr[i] == '"')
				break;
			buf_byte(&b, line->ptr[i]);
		}
		i += i < line->len;
	}
	for (; i < line->len && line->ptr[i] != ',' && line->ptr[i] != ';' && line->ptr[i] != '\t'; i++)
		buf_byte(&b, line->ptr[i]);
	*line = i < line->len ? (str){ line->ptr + i + 1, line->len - i - 1 } : (str){ line->ptr + i, 0 };
	s = arena_str(&in->mem, buf_view(&b));
	in->failed |= s.ptr == NULL || b.failed;
	buf_done(&b);
	return s.ptr ? s : STR("");
}

static void read_line(struct indicators *in, str line)
{
	struct arena_mark mark = arena_mark(&in->mem);
	size_t had = in->at.len;
	bool any = false;

	line = str_trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return;
	while (line.len) {
		str left = str_trim(line);

		line = left;
		any |= indicator_guess(in, cell(in, &line));
	}
	in->passed += !any;
	if (in->at.len == had)
		arena_rewind(&in->mem, mark);
}

int indicators_read(struct indicators *in, str text, err *e)
{
	str trimmed, line;

	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = (str){ text.ptr + 3, text.len - 3 };
	trimmed = str_trim(text);
	if (trimmed.len &&
	    (trimmed.ptr[0] == '{' || (trimmed.ptr[0] == '[' && !str_starts(trimmed, STR("[.]"))))) {
		if (indicators_json(in, trimmed, e) < 0)
			return -1;
	} else {
		while (text.len) {
			line = str_cut(text, '\n', &text);
			read_line(in, line);
		}
	}
	if (in->failed)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u indicators, or no memory for them",
			       LIMIT_SCOPE_INDICATORS);
	return 0;
}
