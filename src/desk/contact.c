#include "desk/contact.h"

#include "desk/deskcsv.h"
#include "share/share.h"

const char *contact_scope_name(enum contact_scope s)
{
	static const char *const NAMES[CONTACT_SCOPES] = { "prefix", "domain", "asn", "country" };

	return (unsigned)s < CONTACT_SCOPES ? NAMES[s] : NULL;
}

static void lower(buf *to, str s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_byte(to, s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i]);
}

/* --- keys -------------------------------------------------------------------------------------- */

static bool address(str s, struct cidr *ret)
{
	err e = { 0 };

	return cidr_parse(s, ret, &e) == 0;
}

static void bounds_of(const struct cidr *net, uint8_t lo[CONTACT_BOUND], uint8_t hi[CONTACT_BOUND])
{
	memset(lo, 0, CONTACT_BOUND);
	memset(hi, 0, CONTACT_BOUND);
	lo[0] = hi[0] = net->len == 4 ? 4 : 6;
	memcpy(lo + 1, net->addr, net->len);
	memcpy(hi + 1, net->addr, net->len);
	for (unsigned i = net->bits; i < net->len * 8u; i++) {
		lo[1 + i / 8] &= (uint8_t) ~(0x80 >> i % 8);
		hi[1 + i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
}

/* The network that begins at lo and ends at hi; false: it is more than one. */
static bool network_of(const struct cidr *from, const uint8_t lo[CONTACT_BOUND],
		       const uint8_t hi[CONTACT_BOUND], struct cidr *ret)
{
	for (unsigned bits = 0; bits <= from->len * 8u; bits++) {
		uint8_t a[CONTACT_BOUND], b[CONTACT_BOUND];

		*ret = *from;
		ret->bits = (uint8_t)bits;
		bounds_of(ret, a, b);
		if (memcmp(a, lo, CONTACT_BOUND) == 0 && memcmp(b, hi, CONTACT_BOUND) == 0)
			return true;
	}
	return false;
}

static bool prefix_key(struct contact *c, str text, buf *key)
{
	char out[CIDR_TEXT_MAX];
	struct cidr from, to;
	size_t dash = str_find(text, STR("-"));
	uint8_t ignored[CONTACT_BOUND];

	if (dash == SIZE_MAX) {
		if (!address(str_trim(text), &from))
			return false;
		bounds_of(&from, c->lo, c->hi);
		buf_printf(key, "%s/%u", cidr_address_text(&from, out), from.bits);
		return true;
	}
	if (!address(str_trim((str){ text.ptr, dash }), &from) ||
	    !address(str_trim((str){ text.ptr + dash + 1, text.len - dash - 1 }), &to) ||
	    from.len != to.len || from.bits != from.len * 8 || to.bits != to.len * 8 ||
	    memcmp(from.addr, to.addr, from.len) > 0)
		return false;
	bounds_of(&from, c->lo, ignored);
	bounds_of(&to, c->hi, ignored);
	if (network_of(&from, c->lo, c->hi, &to)) {
		buf_printf(key, "%s/%u", cidr_address_text(&to, out), to.bits);
	} else {
		address((str){ text.ptr + dash + 1, text.len - dash - 1 }, &to);
		buf_z(key, cidr_address_text(&from, out));
		buf_printf(key, "-%s", cidr_address_text(&to, out));
	}
	return true;
}

static bool domain_key(str text, buf *key)
{
	while (text.len && text.ptr[text.len - 1] == '.')
		text.len--;
	if (!share_is_plain(text) || text.ptr[0] == '.' || str_find(text, STR(":")) != SIZE_MAX ||
	    str_find(text, STR("..")) != SIZE_MAX)
		return false;
	lower(key, text);
	return true;
}

static bool asn_key(str text, buf *key)
{
	uint64_t n;

	if (text.len > 2 && str_eq_ascii_nocase((str){ text.ptr, 2 }, STR("AS")))
		text = (str){ text.ptr + 2, text.len - 2 };
	if (!str_to_u64(text, &n) || n > UINT32_MAX)
		return false;
	buf_printf(key, "AS%llu", (unsigned long long)n);
	return true;
}

bool contact_key(struct contact *c, enum contact_scope scope, str text, buf *key)
{
	static const struct field COUNTRY = { .name = "country", .kind = FIELD_COUNTRY, .required = true };
	size_t had = key->len;
	err e = { 0 };
	bool good = false;

	text = str_trim(text);
	c->scope = scope;
	switch (scope) {
	case CONTACT_PREFIX:
		good = prefix_key(c, text, key);
		break;
	case CONTACT_DOMAIN:
		good = domain_key(text, key);
		break;
	case CONTACT_ASN:
		good = asn_key(text, key);
		break;
	case CONTACT_COUNTRY:
		good = field_put(&COUNTRY, text, key, &e) == 0;
		break;
	case CONTACT_SCOPES:
		break;
	}
	good = good && !key->failed;
	if (good)
		c->key = (str){ key->ptr + had, key->len - had };
	return good;
}

enum contact_scope contact_scope_of(str text)
{
	struct cidr net;
	uint64_t n;

	if (address(text, &net))
		return CONTACT_PREFIX;
	if (text.len > 2 && str_eq_ascii_nocase((str){ text.ptr, 2 }, STR("AS")) &&
	    str_to_u64((str){ text.ptr + 2, text.len - 2 }, &n))
		return CONTACT_ASN;
	return CONTACT_DOMAIN;
}

bool contact_mail(str text, buf *to)
{
	text = str_trim(text);
	if (text.len > 7 && str_eq_ascii_nocase((str){ text.ptr, 7 }, STR("mailto:")))
		text = (str){ text.ptr + 7, text.len - 7 };
	if (!share_contact_ok(text))
		return false;
	lower(to, text);
	return !to->failed;
}

/* --- CSV --------------------------------------------------------------------------------------- */

static const char *const KINDS[] = { "owner", "hoster", "registrar", "national-cert", NULL };

static const char *kind_of(enum contact_scope s)
{
	static const char *const NAMES[CONTACT_SCOPES] = { "hoster", "owner", "hoster", "national-cert" };

	return NAMES[s];
}

struct csv_texts {
	buf key, mail, kind, seen, name;
};

static int wrong(const struct deskcsv *c, const char *what, str text, err *e)
{
	return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "line %zu: %s: \"%.*s\"", c->line, what,
		       (int)u64_min(text.len, 60), text.ptr);
}

/* Which of the four the row is about. */
static int row_key(const struct deskcsv *c, struct contact *x, buf *key, err *e)
{
	enum contact_scope scope = CONTACT_SCOPES;

	for (unsigned s = 0; s < CONTACT_SCOPES; s++)
		if (deskcsv_cell(c, contact_scope_name(s)).len) {
			/* of a national team's row the country is what it is about, of others only where they are */
			if (s == CONTACT_COUNTRY && scope != CONTACT_SCOPES)
				continue;
			if (scope != CONTACT_SCOPES)
				return wrong(c, "prefix, domain and asn: one of them",
					     deskcsv_cell(c, contact_scope_name(s)), e);
			scope = (enum contact_scope)s;
		}
	if (scope == CONTACT_SCOPES)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			       "line %zu: prefix, domain, asn or country is needed", c->line);
	if (!contact_key(x, scope, deskcsv_cell(c, contact_scope_name(scope)), key))
		return wrong(c, contact_scope_name(scope), deskcsv_cell(c, contact_scope_name(scope)), e);
	return 0;
}

static int row_read(const struct deskcsv *c, struct contact *x, struct csv_texts *t, err *e)
{
	static const struct field KIND = { .name = "kind", .kind = FIELD_WORD, .words = KINDS };
	static const struct field SEEN = { .name = "seen", .kind = FIELD_TIME };
	static const struct field NAME = { .name = "name", .kind = FIELD_TEXT };
	str kind = deskcsv_cell(c, "kind");

	if (row_key(c, x, &t->key, e) < 0)
		return -1;
	if (!contact_mail(deskcsv_cell(c, "contact"), &t->mail))
		return wrong(c, "contact is no mail address", deskcsv_cell(c, "contact"), e);
	if (field_put(&KIND, kind.len ? kind : str_of(kind_of(x->scope)), &t->kind, e) < 0 ||
	    field_put(&SEEN, deskcsv_cell(c, "seen"), &t->seen, e) < 0 ||
	    field_put(&NAME, deskcsv_cell(c, "name"), &t->name, e) < 0) {
		e->code = ERR_CORRUPT;
		return err_prefix(e, "line %zu", c->line);
	}
	x->kind = buf_view(&t->kind);
	x->contact = buf_view(&t->mail);
	x->seen = buf_view(&t->seen);
	x->name = buf_view(&t->name);
	x->country = deskcsv_cell(c, "country");
	return 0;
}

static bool columns_known(const struct deskcsv *c, err *e)
{
	static const char *const KNOWN[] = { "prefix",  "domain", "asn",  "country",
					     "contact", "name",   "kind", "seen" };

	for (size_t i = 0; i < c->n; i++) {
		bool known = c->head[i].len == 0;

		for (size_t k = 0; k < COUNT(KNOWN); k++)
			known |= str_is(c->head[i], KNOWN[k]);
		if (!known) {
			wrong(c, "no column of contacts", c->head[i], e);
			return false;
		}
	}
	return true;
}

int contact_csv_read(str text, contact_fn *fn, void *ctx, struct contact_counts *n, err *e)
{
	struct csv_texts t = { 0 };
	struct deskcsv c;
	int rc = deskcsv_open(&c, text, e);

	if (rc == 0 && !columns_known(&c, e))
		rc = -1;
	while (rc == 0 && (rc = deskcsv_next(&c, e)) == 1) {
		struct contact x = { 0 };

		buf_clear(&t.key), buf_clear(&t.mail), buf_clear(&t.kind), buf_clear(&t.seen),
			buf_clear(&t.name);
		n->objects++;
		rc = row_read(&c, &x, &t, e);
		if (rc == 0)
			rc = fn(ctx, &x, e);
		if (rc < 0)
			break;
		n->told++;
	}
	buf_done(&t.key), buf_done(&t.mail), buf_done(&t.kind), buf_done(&t.seen), buf_done(&t.name);
	deskcsv_done(&c);
	return rc;
}
