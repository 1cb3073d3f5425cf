/* Finding and replacing. A text is walked from word to word; at the begin of each the longest known name wins. Names must end
 * where words end, so that "ops" is not found in "laptops". What has a form of its own (addresses, MACs, SIDs, mailboxes, profile
 * folders) is found without having been known before. */
#include "report/redact_priv.h"

#include <stdlib.h>

#include "story/identity.h"
#include "util/csv.h"
#include "util/limits.h"
#include "util/sha256.h"

enum { NAME_LEAST = 2, DIGITS = 10, CODED_LEAST = 16, DEPTH_MAX = 2 };

static const char *const KIND_NAMES[REDACT_KINDS] = { "host", "user", "domain", "ip",
						      "mac",  "sid",  "party",  "base64" };

/* --- letters --------------------------------------------------------------------------------------- */

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (low(c) >= 'a' && low(c) <= 'f');
}

static bool is_word(char c)
{
	return is_digit(c) || (low(c) >= 'a' && low(c) <= 'z');
}

/* What names of hosts and accounts are written with. */
static bool is_name(char c)
{
	return is_word(c) || c == '.' || c == '-' || c == '_' || c == '$';
}

static bool is_edge(str s, size_t i)
{
	return i == 0 || i >= s.len || !is_word(s.ptr[i - 1]) || !is_word(s.ptr[i]);
}

/* Behind %5C or %40 of a URL? */
static bool is_behind_escape(str s, size_t i)
{
	return i >= 3 && s.ptr[i - 3] == '%' && is_hex(s.ptr[i - 2]) && is_hex(s.ptr[i - 1]);
}

static str part(str s, size_t from, size_t to)
{
	return (str){ s.ptr + from, to - from };
}

str redact_lower(struct redactor *r, str s)
{
	buf_clear(&r->lower);
	for (size_t i = 0; i < s.len; i++)
		buf_byte(&r->lower, low(s.ptr[i]));
	r->failed |= r->lower.failed;
	return buf_view(&r->lower);
}

/* --- names ------------------------------------------------------------------------------------------- */

static unsigned first_two(str s)
{
	return (unsigned)(unsigned char)low(s.ptr[0]) << 8 | (unsigned char)low(s.ptr[1]);
}

/* The name of that kind, made if it is new: its index, or SIZE_MAX. */
static size_t name_made(struct redactor *r, enum redact_kind kind, str shown, str canonical)
{
	uint8_t mac[SHA256_LEN];
	char hex[SHA256_HEX_LEN + 1];
	struct redact_name *n;
	struct map_entry *m;
	buf key = { 0 };
	bool fresh;

	buf_z(&key, KIND_NAMES[kind]);
	buf_byte(&key, 0);
	for (size_t i = 0; i < canonical.len; i++)
		buf_byte(&key, low(canonical.ptr[i]));
	m = key.failed ? NULL : map_put(&r->made, buf_view(&key), r->name.len, &fresh);
	if (m && !fresh) {
		buf_done(&key);
		return m->value;
	}
	n = m && sha256_mac(r->key, str_bytes(buf_view(&key)), mac) ? VEC_PUSH(&r->name, LIMIT_REDACT_NAMES)
								    : NULL;
	buf_done(&key);
	if (!n) {
		r->failed = true;
		return SIZE_MAX;
	}
	sha256_hex(mac, hex);
	*n = (struct redact_name){ .kind = kind,
				   .name = arena_str(&r->mem, shown),
				   .canonical = arena_str(&r->mem, canonical),
				   .pseudonym =
					   arena_printf(&r->mem, "%s-%.*s", KIND_NAMES[kind], DIGITS, hex) };
	r->failed |= !n->name.ptr || !n->canonical.ptr || !n->pseudonym.ptr;
	return r->name.len - 1;
}

void redact_add(struct redactor *r, enum redact_kind kind, str name, const str *canonical)
{
	size_t made;
	str lower;

	if (name.len < NAME_LEAST || name.len > LIMIT_REDACT_NAME || redact_is_common(name))
		return;
	lower = redact_lower(r, name);
	if (map_get(&r->keep, lower) || map_get(&r->names, lower))
		return;
	made = name_made(r, kind, canonical ? *canonical : name, canonical ? *canonical : name);
	lower = redact_lower(r, name);
	if (made == SIZE_MAX || !map_put(&r->names, lower, made, NULL)) {
		r->failed = true;
		return;
	}
	if (r->longest[first_two(lower)] < lower.len)
		r->longest[first_two(lower)] = (uint16_t)lower.len;
}

void redact_keep(struct redactor *r, str name)
{
	if (name.len && !map_put(&r->keep, redact_lower(r, name), 0, NULL))
		r->failed = true;
}

static void put(struct redactor *r, size_t made, buf *out)
{
	if (made == SIZE_MAX) {
		buf_z(out, "[redacted]");
		return;
	}
	buf_str(out, r->name.at[made].pseudonym);
}

static void put_new(struct redactor *r, enum redact_kind kind, str name, buf *out)
{
	put(r, name_made(r, kind, name, name), out);
}

static struct redact_name *known(struct redactor *r, str name)
{
	struct map_entry *m = name.len >= NAME_LEAST ? map_get(&r->names, redact_lower(r, name)) : NULL;

	return m ? &r->name.at[m->value] : NULL;
}

/* --- what has a form of its own: each answers where it ends, or 0 ------------------------------------- */

static size_t quad_end(str s, size_t i, unsigned octet[4])
{
	for (int k = 0; k < 4; k++) {
		size_t from = i;

		for (octet[k] = 0; i < s.len && is_digit(s.ptr[i]) && i - from < 3; i++)
			octet[k] = octet[k] * 10 + (unsigned)(s.ptr[i] - '0');
		if (i == from || octet[k] > 255 || (k < 3 && (i >= s.len || s.ptr[i++] != '.')))
			return 0;
	}
	if (i < s.len && (is_word(s.ptr[i]) || (s.ptr[i] == '.' && i + 1 < s.len && is_digit(s.ptr[i + 1]))))
		return 0;
	return i;
}

static bool is_own_ip(struct redactor *r, str ip)
{
	if (address_is_local(ip) || map_get(&r->keep, redact_lower(r, ip)))
		return false;
	return map_get(&r->own_ips, redact_lower(r, ip)) ||
	       identity_is_internal(r->st ? r->st->identity : NULL, ip);
}

static size_t ip4(struct redactor *r, str s, size_t i, buf *out)
{
	static const char ARPA[] = ".in-addr.arpa";
	unsigned octet[4];
	size_t end = i && s.ptr[i - 1] == '.' && i > 1 && is_digit(s.ptr[i - 2]) ? 0 : quad_end(s, i, octet);
	bool reversed;
	char back[16];
	str ip;

	if (!end)
		return 0;
	reversed = s.len - end >= sizeof ARPA - 1 &&
		   str_eq_ascii_nocase(part(s, end, end + sizeof ARPA - 1), (str){ ARPA, sizeof ARPA - 1 });
	ip = part(s, i, end);
	if (reversed) {
		snprintf(back, sizeof back, "%u.%u.%u.%u", octet[3], octet[2], octet[1], octet[0]);
		ip = str_of(back);
	}
	if (!is_own_ip(r, ip))
		return 0;
	put_new(r, REDACT_IP, ip, out);
	return end;
}

static size_t ip6(struct redactor *r, str s, size_t i, buf *out)
{
	size_t end = i, colons = 0;

	while (end < s.len && end - i < 46 && (is_hex(s.ptr[end]) || s.ptr[end] == ':'))
		colons += s.ptr[end++] == ':';
	while (end > i && s.ptr[end - 1] == ':' && !(end > i + 1 && s.ptr[end - 2] == ':')) {
		colons--;
		end--;
	}
	if (colons < 2 || end - i < 4 || (end < s.len && is_word(s.ptr[end])) ||
	    !is_own_ip(r, part(s, i, end)))
		return 0;
	put_new(r, REDACT_IP, part(s, i, end), out);
	return end;
}

/* Six pairs with one mark between them, or three groups of four with dots; whose card it is, is nobody's business. */
static size_t mac(struct redactor *r, str s, size_t i, buf *out)
{
	char mark = i + 2 < s.len ? s.ptr[i + 2] : 0;
	size_t group = mark == ':' || mark == '-' ? 2 : 4, end = i;

	for (size_t k = 0; k < 12 / group; k++, end += group) {
		if (k && (end >= s.len || s.ptr[end++] != (group == 2 ? mark : '.')))
			return 0;
		if (end + group > s.len)
			return 0;
		for (size_t x = 0; x < group; x++)
			if (!is_hex(s.ptr[end + x]))
				return 0;
	}
	if (end < s.len && (is_word(s.ptr[end]) || (group == 2 && s.ptr[end] == mark)))
		return 0;
	buf_clear(&r->lower);
	for (size_t k = i; k < end; k++)
		if (is_hex(s.ptr[k]))
			buf_byte(&r->lower, low(s.ptr[k]));
	put_new(r, REDACT_MAC, buf_view(&r->lower), out);
	return end;
}

static size_t sid(struct redactor *r, str s, size_t i, buf *out)
{
	size_t end = i + 9;

	if (s.len - i < 9 || !str_eq_ascii_nocase(part(s, i, i + 9), STR("S-1-5-21-")))
		return 0;
	while (end < s.len &&
	       (is_digit(s.ptr[end]) || (s.ptr[end] == '-' && end + 1 < s.len && is_digit(s.ptr[end + 1]))))
		end++;
	put_new(r, REDACT_SID, part(s, i, end), out);
	return end;
}

/* Where the word of name characters that begins at i ends; a full stop at its end is the sentence's. */
static size_t name_end(str s, size_t i)
{
	size_t end = i;

	while (end < s.len && is_name(s.ptr[end]))
		end++;
	while (end > i && (s.ptr[end - 1] == '.' || s.ptr[end - 1] == '-'))
		end--;
	return end;
}

/* Is it an own domain, or a name below one? */
static bool is_below_own(struct redactor *r, str name)
{
	for (size_t i = 0; i < name.len; i++) {
		const struct redact_name *n =
			i == 0 || name.ptr[i - 1] == '.' ? known(r, part(name, i, name.len)) : NULL;

		if (n && n->kind == REDACT_DOMAIN)
			return true;
	}
	return false;
}

static void put_user(struct redactor *r, str name, buf *out)
{
	const struct redact_name *n = known(r, name);

	if (redact_is_common(name))
		buf_str(out, name);
	else if (n)
		put(r, (size_t)(n - r->name.at), out);
	else
		put_new(r, REDACT_USER, name, out);
}

/* name@own.domain: the name; the domain comes by itself. A host of an own domain that nobody knew. */
static size_t below_domain(struct redactor *r, str s, size_t i, buf *out)
{
	size_t end = name_end(s, i), at = i, domain, mark;
	str name = part(s, i, end);

	if (i && !is_behind_escape(s, i) && (is_name(s.ptr[i - 1]) || s.ptr[i - 1] == '+'))
		return 0;
	while (at < s.len && (is_name(s.ptr[at]) || s.ptr[at] == '+'))
		at++;
	mark = s.len - at > 3 && str_eq(part(s, at, at + 3), STR("%40")) ? 3 : at < s.len && s.ptr[at] == '@';
	if (at > i && mark) {
		domain = name_end(s, at + mark);
		if (domain > at + mark && is_below_own(r, part(s, at + mark, domain))) {
			put_user(r, part(s, i, at), out);
			return at;
		}
	}
	if (!memchr(name.ptr, '.', name.len) || known(r, name) || !is_below_own(r, name))
		return 0;
	put_new(r, REDACT_HOST, name, out);
	return end;
}

/* Behind \Users\, /home/ and the like: whose profile it is. */
static size_t profile(struct redactor *r, str s, size_t i, buf *out)
{
	static const char *const FOLDERS[] = { "users", "home", "documents and settings" };
	size_t at = i, end;

	while (at && (s.ptr[at - 1] == '\\' || s.ptr[at - 1] == '/'))
		at--;
	for (size_t k = 0; at < i && k < COUNT(FOLDERS); k++) {
		str folder = str_of(FOLDERS[k]);

		if (at < folder.len + 1 || !str_eq_ascii_nocase(part(s, at - folder.len, at), folder) ||
		    (s.ptr[at - folder.len - 1] != '\\' && s.ptr[at - folder.len - 1] != '/'))
			continue;
		/* names with blanks are only sure if the path goes on */
		for (end = i; end < s.len && end - i < 64 && (unsigned char)s.ptr[end] >= ' ' &&
			      !strchr("\\/\"'<>|*?:;,", s.ptr[end]);)
			end++;
		if (end >= s.len || (s.ptr[end] != '\\' && s.ptr[end] != '/'))
			end = name_end(s, i);
		if (end == i || known(r, part(s, i, end)) || redact_is_common(part(s, i, end)))
			return 0;
		put_new(r, REDACT_USER, part(s, i, end), out);
		return end;
	}
	return 0;
}

/* Behind DOMAIN\ of our own: an account that nobody knew. */
static size_t account(struct redactor *r, str s, size_t i, bool after_domain, buf *out)
{
	size_t from = i, end;

	while (from < s.len && s.ptr[from] == '\\')
		from++;
	if (from == i && s.len - i > 3 && str_eq_ascii_nocase(part(s, i, i + 3), STR("%5c")))
		from += 3;
	if (!after_domain || from == i || from - i > 3)
		return 0;
	end = name_end(s, from);
	if (end < s.len && s.ptr[end] == '\\')
		return 0; /* a path goes on: it was a share */
	if (end == from)
		return 0;
	buf_str(out, part(s, i, from));
	put_user(r, part(s, from, end), out);
	return end;
}

/* --- text in base64 ---------------------------------------------------------------------------------- */

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* The text that a run holds: UTF-8, or UTF-16 without its zeros. False: it is none. */
static bool decode(str s, buf *out)
{
	uint32_t bits = 0, n = 0, zeros = 0;
	size_t kept = 0;

	buf_clear(out);
	for (size_t i = 0; i < s.len; i++) {
		bits = bits << 6 | (uint32_t)value_of(s.ptr[i]);
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		buf_byte(out, (char)(bits >> n & 0xff));
		zeros += (bits >> n & 0xff) == 0;
	}
	if (zeros && zeros * 3 < out->len)
		return false;
	for (size_t i = 0; i < out->len; i++) {
		unsigned char c = (unsigned char)out->ptr[i];

		if (c == 0 && zeros)
			continue;
		if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
			return false;
		out->ptr[kept++] = out->ptr[i];
	}
	out->len = kept;
	return kept > 8 && !out->failed;
}

static size_t coded(struct redactor *r, str s, size_t i, buf *out)
{
	size_t end = i, before;
	buf inner = { 0 }, clear = { 0 };
	bool hit = false;

	if (r->depth == DEPTH_MAX || (i && value_of(s.ptr[i - 1]) >= 0))
		return 0;
	while (end < s.len && value_of(s.ptr[end]) >= 0)
		end++;
	before = end;
	while (end < s.len && s.ptr[end] == '=' && end - before < 2)
		end++;
	if (before - i < CODED_LEAST || !decode(part(s, i, before), &inner)) {
		buf_done(&inner);
		return 0;
	}
	r->depth++;
	redact_text(r, buf_view(&inner), &clear);
	r->depth--;
	hit = clear.failed || !str_eq(buf_view(&inner), buf_view(&clear));
	buf_done(&inner);
	buf_done(&clear);
	if (!hit)
		return 0;
	put_new(r, REDACT_CODED, part(s, i, end), out);
	return end;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

/* The longest known name that begins at i. */
static size_t longest(struct redactor *r, str s, size_t i, struct redact_name **ret)
{
	size_t most = i + 1 < s.len ? r->longest[first_two(part(s, i, i + 2))] : 0;

	for (size_t end = i + most < s.len ? i + most : s.len; most && end >= i + NAME_LEAST; end--) {
		if (!is_edge(s, end))
			continue;
		*ret = known(r, part(s, i, end));
		if (*ret)
			return end;
	}
	return 0;
}

static size_t of_form(struct redactor *r, str s, size_t i, buf *out)
{
	static size_t (*const FORMS[])(struct redactor *, str, size_t, buf *) = { coded, below_domain,
										  profile };
	char c = s.ptr[i];
	size_t end = 0;

	for (size_t k = 0; k < COUNT(FORMS) && !end; k++)
		end = FORMS[k](r, s, i, out);
	if (!end && (c == 'S' || c == 's'))
		end = sid(r, s, i, out);
	if (!end && is_hex(c))
		end = mac(r, s, i, out);
	if (!end && is_digit(c))
		end = ip4(r, s, i, out);
	if (!end && (is_hex(c) || c == ':'))
		end = ip6(r, s, i, out);
	return end;
}

void redact_text(struct redactor *r, str s, buf *out)
{
	bool after_domain = false;

	for (size_t i = 0; i < s.len;) {
		struct redact_name *n = NULL;
		bool edge = is_edge(s, i) || is_behind_escape(s, i), of_path = i && (s.ptr[i - 1] == '\\');
		size_t end;

		end = s.ptr[i] == '\\' || s.ptr[i] == '%' ? account(r, s, i, after_domain, out) : 0;
		after_domain = false;
		if (!end && edge)
			end = of_form(r, s, i, out);
		if (!end && edge && (end = longest(r, s, i, &n))) {
			put(r, (size_t)(n - r->name.at), out);
			after_domain = n->kind == REDACT_DOMAIN && !of_path;
		}
		if (end) {
			i = end;
			continue;
		}
		buf_byte(out, s.ptr[i++]);
	}
	out->failed |= r->failed;
}

void redactor_map(const struct redactor *r, buf *out)
{
	buf_z(out, "pseudonym,kind,name" CSV_LINE_END);
	for (size_t i = 0; i < r->name.len; i++) {
		const struct redact_name *n = &r->name.at[i];

		csv_cell(out, n->pseudonym);
		buf_byte(out, ',');
		csv_cell(out, str_of(KIND_NAMES[n->kind]));
		buf_byte(out, ',');
		csv_cell(out, n->name);
		buf_z(out, CSV_LINE_END);
	}
}

struct redactor *redact_bare(bytes key, const struct story *st)
{
	struct redactor *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->key = key;
	r->st = st;
	arena_init(&r->mem, LIMIT_REDACT_BYTES);
	map_init(&r->names, LIMIT_REDACT_NAMES, LIMIT_REDACT_BYTES);
	map_init(&r->made, LIMIT_REDACT_NAMES, LIMIT_REDACT_BYTES);
	map_init(&r->keep, LIMIT_REDACT_NAMES, LIMIT_REDACT_BYTES);
	map_init(&r->own_ips, LIMIT_REDACT_NAMES, LIMIT_REDACT_BYTES);
	return r;
}

int redactor_new(struct redactor **ret, struct store *s, const struct story *st, bytes key, err *e)
{
	struct redactor *r = redact_bare(key, st);
	int rc;

	if (!r)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to redact");
	rc = redact_learn(r, s, e);
	if (rc == 0 && r->failed)
		rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more names than can be redacted");
	if (rc < 0)
		redactor_free(r);
	else
		*ret = r;
	return rc;
}

void redactor_free(struct redactor *r)
{
	if (!r)
		return;
	map_done(&r->names);
	map_done(&r->made);
	map_done(&r->keep);
	map_done(&r->own_ips);
	VEC_DONE(&r->name);
	arena_done(&r->mem);
	buf_done(&r->lower);
	buf_done(&r->decoded);
	free(r);
}
