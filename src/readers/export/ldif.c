/* ldif.c - directories as LDIF: ldifde, ldapsearch, slapcat; entries and changes. An entry is an event without a time:
 * it tells what is. Lines that begin with a blank go on with the one before; "attr:: " is base64. An attribute that
 * comes again has several values. Source: RFC 2849; Microsoft, ldifde. */
#include <stdlib.h>

#include "readers/readers.h"
#include "readers/text/textkeys.h"
#include "readers/text/textlog.h"
#include "util/utf.h"

enum { ATTRIBUTES_MAX = 1024 };

/* An attribute of the entry, and all its values. */
struct attribute {
	str name;
	value first; /* the only value, while n == 1 */
	buf rest;    /* several, with a NUL behind each */
	uint32_t n;
};

struct ldif {
	struct text_keys keys[3]; /* a set of columns for each dataset */
	const struct text_keys *said;
	struct attribute *attrs;
	uint32_t n;
};

enum { K_OBJECT, K_COMPUTER, K_USER, KINDS };
static const char *const DATASETS[KINDS] = { "ad.object", "ad.computer", "ad.user" };

/* --- values --------------------------------------------------------------------------------- */

static int digit64(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
				      : -1;
}

/* False: no base64. */
static bool decode64(str s, arena *mem, bytes *ret)
{
	uint8_t *to = arena_alloc(mem, s.len / 4 * 3 + 3);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	while (s.len && s.ptr[s.len - 1] == '=')
		s.len--;
	for (size_t i = 0; to && i < s.len; i++) {
		int d = digit64(s.ptr[i]);

		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (uint8_t)(bits >> have);
		}
	}
	*ret = (bytes){ to, n };
	return to != NULL;
}

static bool is_text(bytes b)
{
	str s = bytes_str(b);

	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.ptr[i] < 0x20 && !memchr("\t\r\n", s.ptr[i], 3))
			return false;
	return utf8_valid_prefix(s) == s.len;
}

/* What bytes are: the identifiers of accounts and objects by their attribute, text, else shown in hex. */
static value value_of_bytes(str name, bytes b)
{
	value v = { b.ptr, (uint32_t)b.len, VALUE_BINARY, 0, 0 };

	if (!b.len)
		return (value){ 0 };
	if (str_eq_ascii_nocase(name, STR("objectSid")) || str_eq_ascii_nocase(name, STR("sIDHistory")) ||
	    str_eq_ascii_nocase(name, STR("securityIdentifier"))) {
		if (b.len >= 8 && b.ptr[0] == 1 && b.len == 8u + 4u * b.ptr[1])
			v.type = VALUE_SID;
	} else if (b.len == 16 && (str_ends(name, STR("GUID")) || str_ends(name, STR("Guid")))) {
		v.type = VALUE_GUID;
	} else if (is_text(b)) {
		v.type = VALUE_UTF8;
	}
	return v;
}

/* --- entries -------------------------------------------------------------------------------- */

/* Letters, digits, hyphens, an option behind ";", or an OID. */
static bool is_attribute(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] | 0x20) >= 'a' && (s.ptr[i] | 0x20) <= 'z') &&
		    !(s.ptr[i] >= '0' && s.ptr[i] <= '9') && !memchr("-;.=_", s.ptr[i], 5))
			return false;
	return s.len > 0 && s.len <= 256;
}

static struct attribute *attribute_of(struct ldif *d, str name)
{
	str rest;

	name = str_cut(name, ';', &rest); /* "member;range=0-1499" */
	for (uint32_t i = 0; i < d->n; i++)
		if (str_eq_ascii_nocase(d->attrs[i].name, name))
			return &d->attrs[i];
	if (d->n == ATTRIBUTES_MAX)
		return NULL;
	d->attrs[d->n].name = name;
	d->attrs[d->n].n = 0;
	buf_clear(&d->attrs[d->n].rest);
	return &d->attrs[d->n++];
}

/* NUL stands between values: one inside gives way. */
static void append(buf *b, value v)
{
	size_t at = b->len;

	value_text(v, b);
	for (; at < b->len; at++)
		if (b->ptr[at] == '\0')
			b->ptr[at] = ' ';
	buf_byte(b, '\0');
}

static void add(struct attribute *a, value v)
{
	if (v.type == VALUE_ABSENT)
		return;
	if (a->n == 1)
		append(&a->rest, a->first);
	if (a->n++)
		append(&a->rest, v);
	else
		a->first = v;
}

/* "name: value", "name:: base64", "name:< url". False: it is none of them. */
static bool take_line(struct text *t, struct ldif *d, str line)
{
	str rest, name = str_cut(line, ':', &rest);
	struct attribute *a;
	bytes b;

	if (name.len == line.len || !is_attribute(name))
		return false;
	a = attribute_of(d, name);
	if (!a) {
		t->repaired = true; /* more attributes than we follow */
		return true;
	}
	if (rest.len && rest.ptr[0] == ':') {
		if (!decode64(str_trim((str){ rest.ptr + 1, rest.len - 1 }), &t->mem, &b))
			return false;
		add(a, value_of_bytes(a->name, b));
		return true;
	}
	rest = str_trim(rest);
	add(a, rest.len ? value_utf8(rest) : (value){ 0 });
	return true;
}

/* The next line with those that go on with it; a copy only where there are such. */
static str next_line(str *text, arena *mem)
{
	str line = str_cut(*text, '\n', text), more;
	char *to;
	size_t n;

	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (!text->len || text->ptr[0] != ' ')
		return line;
	to = arena_alloc(mem, line.len + text->len);
	n = line.len;
	if (!to)
		return line;
	if (n)
		memcpy(to, line.ptr, n);
	while (text->len && text->ptr[0] == ' ') {
		more = str_cut(*text, '\n', text);
		if (more.len && more.ptr[more.len - 1] == '\r')
			more.len--;
		if (more.len > 1)
			memcpy(to + n, more.ptr + 1, more.len - 1);
		n += more.len ? more.len - 1 : 0;
	}
	return (str){ to, n };
}

/* A line that is no attribute, and may stand there: "-" of changes, comments, blank ones, what ldapsearch adds. */
static bool is_mark(str line)
{
	return !str_trim(line).len || line.ptr[0] == '#' || str_eq(str_trim(line), STR("-"));
}

static bool has_class(const struct ldif *d, const char *class)
{
	for (uint32_t i = 0; i < d->n; i++) {
		const struct attribute *a = &d->attrs[i];
		str rest = buf_view(&a->rest), one;

		if (!str_eq_ascii_nocase(a->name, STR("objectClass")))
			continue;
		if (a->n == 1)
			return value_eq_nocase(a->first, str_of(class));
		while (rest.len) {
			one = str_cut(rest, '\0', &rest);
			if (str_eq_ascii_nocase(one, str_of(class)))
				return true;
		}
	}
	return false;
}

static value all_of(const struct attribute *a)
{
	value v = a->first;

	if (a->n == 0)
		return (value){ 0 };
	if (a->n > 1) {
		v = value_utf8((str){ a->rest.ptr, a->rest.len - 1 });
		v.flags = VALUE_F_ARRAY;
	}
	return v;
}

/* ldifde writes computers as users, too: the narrower class first. */
static unsigned kind_of_entry(const struct ldif *d)
{
	return has_class(d, "computer") ? K_COMPUTER
	       : has_class(d, "user") || has_class(d, "inetOrgPerson") || has_class(d, "posixAccount")
		       ? K_USER
		       : K_OBJECT;
}

static enum text_line ldif_line(struct text *t)
{
	struct ldif *d = t->state;
	str text = t->line, line;
	bool any = false, dn;
	unsigned kind;

	d->n = 0;
	while (text.len) {
		line = next_line(&text, &t->mem);
		if (is_mark(line))
			continue;
		if (!take_line(t, d, line))
			t->repaired = true; /* the rest of the entry is worth having */
		any = true;
	}
	dn = d->n && str_eq_ascii_nocase(d->attrs[0].name, STR("dn"));
	if (!any || (d->n <= 2 && !dn &&
		     (str_eq_ascii_nocase(d->attrs[0].name, STR("version")) ||
		      str_eq_ascii_nocase(d->attrs[0].name, STR("search")))))
		return TEXT_NOTHING;
	if (!dn || !d->attrs[0].n) {
		t->why = "an entry without a name";
		return TEXT_BAD;
	}
	kind = kind_of_entry(d);
	text_keys_begin(&d->keys[kind]);
	for (uint32_t i = 0; i < d->n; i++)
		if (d->attrs[i].n)
			text_keys_put(&d->keys[kind], d->attrs[i].name, all_of(&d->attrs[i]));
	return text_keys_say(t, &d->keys[kind], DATASETS[kind], &d->said) ? TEXT_EVENT : TEXT_BAD;
}

static bool starts(str line)
{
	return line.len >= 3 && str_eq_ascii_nocase((str){ line.ptr, 3 }, STR("dn:"));
}

/* --- opening, knowing ----------------------------------------------------------------------- */

static int ldif_open(struct text *t, err *e)
{
	struct ldif *d = t->state;

	for (unsigned i = 0; i < KINDS; i++)
		text_keys_init(&d->keys[i]);
	d->attrs = calloc(ATTRIBUTES_MAX, sizeof *d->attrs);
	if (!d->attrs)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a directory");
	for (unsigned i = 0; i < ATTRIBUTES_MAX; i++)
		d->attrs[i].rest.max = LIMIT_TEXT_RECORD_BYTES;
	return 0;
}

static void ldif_close(void *state)
{
	struct ldif *d = state;

	for (unsigned i = 0; i < KINDS; i++)
		text_keys_done(&d->keys[i]);
	for (unsigned i = 0; d->attrs && i < ATTRIBUTES_MAX; i++)
		buf_done(&d->attrs[i].rest);
	free(d->attrs);
}

static bool fits(str line)
{
	str rest, name = str_cut(line, ':', &rest);

	return line.ptr[0] == ' ' || is_mark(line) || (name.len < line.len && is_attribute(name));
}

static int ldif_claim(const struct text_head *h)
{
	enum { SURE = 92, FITS = 80 };
	size_t i = 0;

	while (i < h->nlines && (is_mark(h->lines[i]) || str_starts(h->lines[i], STR("version: 1"))))
		i++;
	if (i == h->nlines || !starts(h->lines[i]) || h->lines[i].len < 5)
		return 0;
	return text_fits(h, fits, FITS) ? SURE : 0;
}

static const struct text_format LDIF = {
	.framing = FRAME_STARTS,
	.join_max = LIMIT_LDIF_LINES,
	.claim = ldif_claim,
	.line = ldif_line,
	.starts = starts,
	.state_bytes = sizeof(struct ldif),
	.open = ldif_open,
	.close = ldif_close,
};

const struct reader_ops reader_ldif =
	TEXT_READER("ldif", "Directories as LDIF: ldifde, ldapsearch, slapcat", &LDIF);
