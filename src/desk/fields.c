#include "desk/fields.h"

#include "share/share.h"
#include "util/limits.h"
#include "util/times.h"
#include "util/utf.h"
#include "desk/deskdb.h"

#include "rsit.inc"

const struct rsit_type *rsit_at(size_t i)
{
	return i < COUNT(RSIT) ? &RSIT[i] : NULL;
}

const struct rsit_type *rsit_named(str name)
{
	for (size_t i = 0; i < COUNT(RSIT); i++)
		if (str_is(name, RSIT[i].name))
			return &RSIT[i];
	return NULL;
}

bool field_is_text(str s)
{
	size_t n;

	if (utf8_valid_prefix(s) != s.len)
		return false;
	for (; s.len; s = (str){ s.ptr + n, s.len - n }) {
		uint32_t cp = utf8_next(s, &n);

		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200b && cp <= 0x200f) ||
		    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
		    cp == 0xfffe || cp == 0xffff)
			return false;
	}
	return true;
}

static int refuse(const struct field *f, str v, const char *takes, err *e)
{
	return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s takes %s, not \"%.*s\"", f->name, takes,
		       (int)(v.len > 60 ? 60 : v.len), v.ptr);
}

static void upper(buf *to, str s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_byte(to, s.ptr[i] >= 'a' && s.ptr[i] <= 'z' ? (char)(s.ptr[i] - 32) : s.ptr[i]);
}

static void lower(buf *to, str s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_byte(to, s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i]);
}

static int put_word(const struct field *f, const char *const *words, str v, buf *to, err *e)
{
	buf list = { 0 };

	for (size_t i = 0; words[i]; i++)
		if (str_eq_ascii_nocase(v, str_of(words[i]))) {
			buf_z(to, words[i]);
			return 0;
		}
	for (size_t i = 0; words[i]; i++)
		buf_printf(&list, "%s%s", i ? ", " : "one of ", words[i]);
	buf_byte(&list, 0);
	refuse(f, v, list.failed ? "another word" : list.ptr, e);
	buf_done(&list);
	return -1;
}

static int put_time(const struct field *f, str v, buf *to, err *e)
{
	static const char TAKES[] =
		"a date or a time with its zone, as 2024-12-09 or 2024-12-09T08:00:00+08:00";
	enum time_basis basis;
	char text[40];
	int64_t ns;

	if (v.len == 10) {
		memcpy(text, v.ptr, 10);
		memcpy(text + 10, "T00:00:00Z", 11);
		v = str_of(text);
	}
	if (!time_parse_iso(v, &ns, &basis) || (basis != TIME_UTC_EXPLICIT && basis != TIME_OFFSET_EXPLICIT))
		return refuse(f, v, TAKES, e);
	desk_time(to, ns);
	return 0;
}

static int put_count(const struct field *f, str v, buf *to, err *e)
{
	uint64_t n;

	if (!str_to_u64(v, &n) || n > LIMIT_DESK_COUNT)
		return refuse(f, v, "a number of at most 15 digits", e);
	buf_u64(to, n);
	return 0;
}

static int put_country(const struct field *f, str v, buf *to, err *e)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.len != 2 ||
		    !((v.ptr[i] >= 'a' && v.ptr[i] <= 'z') || (v.ptr[i] >= 'A' && v.ptr[i] <= 'Z')))
			return refuse(f, v, "a country of two letters (ISO 3166)", e);
	upper(to, v);
	return 0;
}

static int put_tlp(const struct field *f, str v, buf *to, err *e)
{
	enum tlp t;

	if (!tlp_named(v, &t))
		return refuse(f, v, "a colour of TLP 2.0: CLEAR, GREEN, AMBER, AMBER+STRICT, RED", e);
	buf_z(to, tlp_name(t) + 4);
	return 0;
}

static int put_type(const struct field *f, str v, buf *to, err *e)
{
	buf low = { 0 };
	const struct rsit_type *t;

	lower(&low, v);
	t = rsit_named(buf_view(&low));
	buf_done(&low);
	if (!t)
		return refuse(f, v, "a type of the taxonomy (desk types lists them)", e);
	buf_z(to, t->name);
	return 0;
}

int field_put(const struct field *f, str v, buf *to, err *e)
{
	static const char *const YESNO[] = { "yes", "no", NULL };
	static const char *const PAPS[] = { "RED", "AMBER", "GREEN", "CLEAR", NULL };

	v = str_trim(v);
	if (v.len == 0)
		return f->required ? err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s must not be empty", f->name) : 0;
	if (v.len > LIMIT_DESK_TEXT)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s takes at most %u bytes, not %zu", f->name,
			       LIMIT_DESK_TEXT, v.len);
	if (!field_is_text(v))
		return err_set(
			e, ERR_ARG, ERR_NO_OFFSET,
			"%s takes one line of UTF-8 without control characters and marks that turn the writing",
			f->name);
	switch (f->kind) {
	case FIELD_WORD:
		return put_word(f, f->words, v, to, e);
	case FIELD_TLP:
		return put_tlp(f, v, to, e);
	case FIELD_PAP:
		return put_word(f, PAPS, str_starts(v, STR("PAP:")) ? (str){ v.ptr + 4, v.len - 4 } : v, to,
				e);
	case FIELD_TYPE:
		return put_type(f, v, to, e);
	case FIELD_COUNTRY:
		return put_country(f, v, to, e);
	case FIELD_YESNO:
		return put_word(f, YESNO, v, to, e);
	case FIELD_TIME:
		return put_time(f, v, to, e);
	case FIELD_COUNT:
		return put_count(f, v, to, e);
	case FIELD_MAIL:
		if (!share_contact_ok(v))
			return refuse(f, v, "an address like abuse@example.org", e);
		lower(to, v);
		return 0;
	case FIELD_TEXT:
	case FIELD_LIST:
		break;
	}
	buf_str(to, v);
	return 0;
}
