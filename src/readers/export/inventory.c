#include "readers/export/inventory.h"

/* In the order of INVENTORY_COLUMNS. */
enum {
	C_ID,
	C_HOST,
	C_FQDN,
	C_ALIASES,
	C_IP,
	C_MAC,
	C_OS,
	C_ROLE,
	C_CRITICALITY,
	C_OWNER,
	C_SITE,
	C_ZONE,
	C_FROM,
	C_TO,
	C_AGENT
};

static const char *const INVENTORY_NAMES[INVENTORY_COLUMNS] = {
	[C_ID] = "asset_id",     [C_HOST] = "hostname", [C_FQDN] = "fqdn",
	[C_ALIASES] = "aliases", [C_IP] = "ip",         [C_MAC] = "mac",
	[C_OS] = "os",           [C_ROLE] = "role",     [C_CRITICALITY] = "criticality",
	[C_OWNER] = "owner_org", [C_SITE] = "site",     [C_ZONE] = "timezone",
	[C_FROM] = "valid_from", [C_TO] = "valid_to",   [C_AGENT] = "agent_id",
};

static bool is_list(uint32_t column)
{
	return column == C_ALIASES || column == C_IP || column == C_MAC;
}

void inventory_head(struct inventory *v, const struct csv_head *h)
{
	bool taken[INVENTORY_COLUMNS] = { false };

	for (uint32_t i = 0; i < INVENTORY_COLUMNS; i++)
		v->names[i] = str_of(INVENTORY_NAMES[i]);
	v->n = INVENTORY_COLUMNS;
	for (uint32_t i = 0; i < h->n; i++) {
		str name = csv_column_name(h->kind, h->plain[i], h->names[i]);
		uint32_t k = 0;

		while (k < INVENTORY_COLUMNS && !str_eq(v->names[k], name))
			k++;
		if (k == INVENTORY_COLUMNS ||
		    (taken[k] && !is_list(k))) { /* a second one keeps its own name */
			k = v->n++;
			v->names[k] = h->names[i];
		} else {
			taken[k] = true;
		}
		v->to[i] = (uint16_t)k;
	}
}

/* --- cells ---------------------------------------------------------------------------------- */

/* Without what office programs and people put there: an apostrophe that makes a number a text, words for nothing. */
static str clean(value v)
{
	static const char *const NOTHING[] = { "-",      "--",  "n/a",     "na",   "none",
					       "null",   "nil", "unknown", "tbd",  "#n/a",
					       "(null)", "无",  "/",       "暂无", "未知" };
	str s = str_trim((str){ (const char *)v.ptr, v.type == VALUE_ABSENT ? 0 : v.len });

	if (s.len && s.ptr[0] == '\'')
		s = str_trim((str){ s.ptr + 1, s.len - 1 });
	for (size_t i = 0; i < COUNT(NOTHING); i++)
		if (str_eq_ascii_nocase(s, str_of(NOTHING[i])))
			s.len = 0;
	return s;
}

static int hex_of(char c)
{
	return c >= '0' && c <= '9'                     ? c - '0'
	       : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
							: -1;
}

/* 00-11-22-AA-BB-01 of any punctuation, as RFC 7042 writes it; the text itself if it is no address of 48 bits. */
static str mac_of(str s, arena *mem)
{
	char digits[12];
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		int d = hex_of(s.ptr[i]);

		if (d >= 0 && n < sizeof digits)
			digits[n++] = "0123456789ABCDEF"[d];
		else if (d >= 0 || !memchr(":-. ", s.ptr[i], 4))
			return s;
	}
	if (n != sizeof digits)
		return s;
	return arena_printf(mem, "%.2s-%.2s-%.2s-%.2s-%.2s-%.2s", digits, digits + 2, digits + 4, digits + 6,
			    digits + 8, digits + 10);
}

/* The elements of a list, to values[column] behind those that are there. */
static void add_list(struct text *t, uint32_t column, str s)
{
	value *to = &t->values[column];
	bool blanks = column != C_MAC; /* a MAC may be written with blanks inside */
	buf all = { 0 };
	str one;

	if (to->type != VALUE_ABSENT) {
		buf_add(&all, to->ptr, to->len);
		buf_byte(&all, '\0');
	}
	for (size_t i = 0, from = 0; i <= s.len; i++) {
		if (i < s.len && !memchr(";,|\n\r\t", s.ptr[i], 6) && !(blanks && s.ptr[i] == ' '))
			continue;
		one = clean(value_utf8((str){ s.ptr + from, i - from }));
		from = i + 1;
		if (column == C_MAC)
			one = mac_of(one, &t->mem);
		if (!one.len || memchr(one.ptr, 0, one.len))
			continue;
		buf_str(&all, one);
		buf_byte(&all, '\0');
	}
	if (all.len > 1 && !all.failed) {
		one = arena_str(&t->mem, (str){ all.ptr, all.len - 1 });
		*to = one.ptr ? value_utf8(one) : (value){ 0 };
		if (one.ptr && memchr(one.ptr, 0, one.len))
			to->flags = VALUE_F_ARRAY;
	}
	buf_done(&all);
}

/* A day or time in one form: UTC where the zone is known, else as written. */
static str when_of(struct text *t, const struct csv_head *h, str s)
{
	struct logtime lt;
	char iso[TIME_TEXT_MAX];
	size_t n;

	if (!csvtime_read(s, &h->order, &lt) || !lt.has_year)
		return s;
	if (lt.basis == TIME_LOCAL_ASSUMED && t->env.zone && zone_to_utc(t->env.zone, lt.ns, &lt.ns))
		lt.basis = TIME_LOCAL_DECLARED;
	n = time_text(lt.ns, iso);
	if (lt.basis == TIME_LOCAL_ASSUMED && n)
		n--; /* no zone is known: do not claim one */
	return arena_str(&t->mem, (str){ iso, n });
}

static str word_of(struct text *t, const struct csv_head *h, uint32_t column, str s)
{
	buf plain = { 0 };
	str word;

	(void)t;
	csv_plain_name(&plain, s);
	word = plain.failed ? (str){ "", 0 }
			    : csv_word(h->kind, str_of(INVENTORY_NAMES[column]), buf_view(&plain));
	buf_done(&plain);
	return word.len ? word : s;
}

static bool is_ip(str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.len; i++)
		digits += (s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '.';
	return digits == s.len || memchr(s.ptr, ':', s.len) != NULL;
}

/* "CORP\ws01" and "ws01.corp.example" in the column of names: the name, and what else it says. */
static void take_name_apart(struct text *t)
{
	value *host = &t->values[C_HOST], *fqdn = &t->values[C_FQDN];
	str s = { (const char *)host->ptr, host->type == VALUE_ABSENT ? 0 : host->len }, rest, first;

	first = str_cut(s, '\\', &rest);
	if (rest.len && first.len)
		s = rest;
	first = str_cut(s, '.', &rest);
	if (first.len && rest.len && !is_ip(s)) {
		if (fqdn->type == VALUE_ABSENT)
			*fqdn = value_utf8(s);
		s = first;
	}
	*host = s.len ? value_utf8(s) : (value){ 0 };
	if (s.len || fqdn->type == VALUE_ABSENT)
		return;
	first = str_cut((str){ (const char *)fqdn->ptr, fqdn->len }, '.', &rest);
	if (first.len)
		*host = value_utf8(first);
}

bool inventory_row(struct text *t, const struct inventory *v, const struct csv_head *h, const value *cells)
{
	memset(t->values, 0, v->n * sizeof *t->values);
	for (uint32_t i = 0; i < h->n; i++) {
		uint32_t column = v->to[i];
		str s = clean(cells[i]);

		if (!s.len)
			continue;
		if (is_list(column)) {
			add_list(t, column, s);
			continue;
		}
		if (column == C_FROM || column == C_TO)
			s = when_of(t, h, s);
		else if (column == C_ROLE || column == C_CRITICALITY)
			s = word_of(t, h, column, s);
		t->values[column] = s.len ? value_utf8(s) : (value){ 0 };
	}
	take_name_apart(t);
	for (uint32_t i = 0; i < INVENTORY_COLUMNS; i++)
		if (t->values[i].type != VALUE_ABSENT &&
		    (i == C_ID || i == C_HOST || i == C_IP || i == C_MAC || i == C_AGENT))
			return true;
	t->why = "no asset: neither a name nor an address nor a number";
	return false;
}
