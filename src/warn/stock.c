#include "warn/stock.h"

#include "util/limits.h"

void stock_init(struct stock *s)
{
	memset(s, 0, sizeof *s);
	for (int k = 0; k < STOCK_KEYS; k++)
		map_init(&s->index[k].keys, LIMIT_WARN_ROWS, LIMIT_WARN_STOCK_BYTES);
	map_init(&s->texts, 8 * LIMIT_WARN_ROWS, LIMIT_WARN_STOCK_BYTES);
	arena_init(&s->mem, LIMIT_WARN_STOCK_BYTES);
}

void stock_done(struct stock *s)
{
	for (int k = 0; k < STOCK_KEYS; k++) {
		map_done(&s->index[k].keys);
		VEC_DONE(&s->index[k].first);
	}
	map_done(&s->texts);
	VEC_DONE(&s->row);
	arena_done(&s->mem);
	buf_done(&s->scratch);
}

/* --- keys ----------------------------------------------------------------------------------------------------------------- */

str stock_cpe_key(str vendor, str product, buf *to)
{
	buf_clear(to);
	buf_str(to, vendor);
	buf_byte(to, '\0');
	buf_str(to, product);
	return buf_view(to);
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static void decoded(buf *to, str s, bool lower)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '%' && i + 2 < s.len && hex(s.ptr[i + 1]) >= 0 && hex(s.ptr[i + 2]) >= 0) {
			c = (char)(hex(s.ptr[i + 1]) << 4 | hex(s.ptr[i + 2]));
			i += 2;
		}
		buf_byte(to, lower && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
}

bool stock_purl(str purl, buf *to, str *ret_key, str *ret_version)
{
	str rest, name, version = { 0 };
	size_t at, key;

	purl = str_trim(purl);
	if (purl.len < 6 || purl.len > LIMIT_CPE_TEXT ||
	    !str_eq_ascii_nocase((str){ purl.ptr, 4 }, STR("pkg:")))
		return false;
	name = str_cut((str){ purl.ptr + 4, purl.len - 4 }, '#', &rest);
	name = str_cut(name, '?', &rest);
	for (at = name.len; at > 0 && name.ptr[at - 1] != '@' && name.ptr[at - 1] != '/';)
		at--;
	if (at > 1 && name.ptr[at - 1] == '@') {
		version = (str){ name.ptr + at, name.len - at };
		name.len = at - 1;
	}
	while (name.len && name.ptr[0] == '/')
		name = (str){ name.ptr + 1, name.len - 1 };
	if (str_find(name, STR("/")) == SIZE_MAX)
		return false;
	buf_clear(to);
	decoded(to, name, true);
	key = to->len;
	decoded(to, version, false);
	if (to->failed)
		return false;
	*ret_key = (str){ to->ptr, key };
	*ret_version = (str){ to->ptr + key, to->len - key };
	return true;
}

uint32_t stock_find(const struct stock *s, enum stock_key kind, str key)
{
	struct map_entry *m = key.len ? map_get(&s->index[kind].keys, key) : NULL;

	return m ? (uint32_t)m->value : STOCK_NONE;
}

uint32_t stock_first(const struct stock *s, enum stock_key kind, uint32_t id)
{
	return id < s->index[kind].first.len ? s->index[kind].first.at[id] : STOCK_NONE;
}

/* Row number `row` has this key. */
static void enter(struct stock *s, enum stock_key kind, str key, uint32_t row)
{
	struct stock_index *x = &s->index[kind];
	struct stock_row *r = &s->row.at[row];
	struct map_entry *m;
	bool fresh = false;
	uint32_t *first;

	r->id[kind] = r->next[kind] = STOCK_NONE;
	if (key.len == 0)
		return;
	m = map_put(&x->keys, key, x->first.len, &fresh);
	first = fresh ? VEC_PUSH(&x->first, LIMIT_WARN_ROWS) : NULL;
	if (!m || (fresh && !first)) {
		s->failed = true;
		return;
	}
	if (first)
		*first = STOCK_NONE;
	r->id[kind] = (uint32_t)m->value;
	r->next[kind] = x->first.at[m->value];
	x->first.at[m->value] = row;
}

/* --- rows ----------------------------------------------------------------------------------------------------------------- */

static str kept(struct stock *s, str text)
{
	struct map_entry *m;
	bool fresh;

	if (text.len == 0)
		return STR("");
	if (text.len > LIMIT_CPE_TEXT)
		text.len = LIMIT_CPE_TEXT;
	m = map_put(&s->texts, text, 0, &fresh);
	s->failed |= !m;
	return m ? m->key : STR("");
}

static enum exposure exposure_of(str word)
{
	static const struct {
		const char *word;
		enum exposure is;
	} WORDS[] = {
		{ "internet", EXPOSURE_INTERNET }, { "external", EXPOSURE_INTERNET },
		{ "public", EXPOSURE_INTERNET },   { "dmz", EXPOSURE_INTERNET },
		{ "exposed", EXPOSURE_INTERNET },  { "yes", EXPOSURE_INTERNET },
		{ "true", EXPOSURE_INTERNET },     { "1", EXPOSURE_INTERNET },
		{ "互联网", EXPOSURE_INTERNET },   { "公网", EXPOSURE_INTERNET },
		{ "外网", EXPOSURE_INTERNET },     { "internal", EXPOSURE_INTERNAL },
		{ "intranet", EXPOSURE_INTERNAL }, { "private", EXPOSURE_INTERNAL },
		{ "no", EXPOSURE_INTERNAL },       { "false", EXPOSURE_INTERNAL },
		{ "0", EXPOSURE_INTERNAL },        { "内网", EXPOSURE_INTERNAL },
	};

	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (str_eq_ascii_nocase(word, str_of(WORDS[i].word)))
			return WORDS[i].is;
	return EXPOSURE_UNKNOWN;
}

/* The name of CPE, if it can be found by its vendor and product. */
static const struct cpe *cpe_of(struct stock *s, str text)
{
	struct cpe c, *to;

	if (text.len == 0)
		return NULL;
	if (!cpe_parse(text, &s->mem, &c) || c.at[CPE_VENDOR].kind != CPE_VALUE ||
	    c.at[CPE_PRODUCT].kind != CPE_VALUE || cpe_is_wild(&c.at[CPE_VENDOR]) ||
	    cpe_is_wild(&c.at[CPE_PRODUCT])) {
		s->unreadable_cpe++;
		return NULL;
	}
	to = arena_alloc(&s->mem, sizeof *to);
	if (!to) {
		s->failed = true;
		return NULL;
	}
	*to = c;
	return to;
}

/* "9.0" and "sp2" of CPE as people write it. */
static str cpe_version(struct stock *s, const struct cpe *c)
{
	const struct cpe_value *v = &c->at[CPE_VERSION], *u = &c->at[CPE_UPDATE];

	buf_clear(&s->scratch);
	if (v->kind != CPE_VALUE || cpe_is_wild(v))
		return STR("");
	buf_str(&s->scratch, v->text);
	if (u->kind == CPE_VALUE && !cpe_is_wild(u)) {
		buf_byte(&s->scratch, ' ');
		buf_str(&s->scratch, u->text);
	}
	return kept(s, buf_view(&s->scratch));
}

static struct prodname kept_name(struct stock *s, struct prodname n)
{
	str full = kept(s, n.full);

	if (full.len != n.full.len || n.product.len == 0)
		return (struct prodname){ 0 };
	return (struct prodname){ { full.ptr, n.vendor.len },
				  { full.ptr + n.vendor.len, n.product.len },
				  full };
}

static void enter_keys(struct stock *s, uint32_t row, str purl)
{
	struct stock_row *r = &s->row.at[row];
	str key = { 0 }, version;

	enter(s, STOCK_CPE,
	      r->cpe ? stock_cpe_key(r->cpe->at[CPE_VENDOR].text, r->cpe->at[CPE_PRODUCT].text, &s->scratch)
		     : (str){ 0 },
	      row);
	enter(s, STOCK_FULL, r->name.full, row);
	enter(s, STOCK_PRODUCT, r->name.product, row);
	if (!purl.len || !stock_purl(purl, &s->scratch, &key, &version))
		key.len = 0;
	enter(s, STOCK_PURL, key, row);
	stock_cpe_key(r->party, r->host, &s->scratch);
	enter(s, STOCK_HOST, r->host.len ? buf_view(&s->scratch) : (str){ 0 }, row);
	s->failed |= s->scratch.failed;
}

bool stock_add(struct stock *s, const struct stock_given *g)
{
	const struct cpe *cpe = cpe_of(s, g->cpe);
	str purl_key = { 0 }, purl_version = { 0 };
	bool purl = g->purl.len && stock_purl(g->purl, &s->scratch, &purl_key, &purl_version);
	struct stock_row *r;
	buf names = { 0 };

	if (!cpe && !purl && g->product.len == 0) {
		s->passed++;
		return false;
	}
	r = VEC_PUSH(&s->row, LIMIT_WARN_ROWS);
	if (!r) {
		s->failed = true;
		return false;
	}
	r->cpe = cpe;
	r->party = kept(s, g->party);
	r->host = kept(s, g->host);
	r->contact = kept(s, g->contact);
	r->version = kept(s, g->version.len ? g->version : purl ? purl_version : (str){ 0 });
	r->vendor = kept(s, g->vendor.len ? g->vendor : cpe ? cpe->at[CPE_VENDOR].text : (str){ 0 });
	if (g->product.len || cpe)
		r->product = kept(s, g->product.len ? g->product : cpe->at[CPE_PRODUCT].text);
	else
		r->product = kept(s, purl_key);
	r->exposure = exposure_of(g->exposure);
	r->packaged = g->packaged;
	r->name = kept_name(s, prodname_of(r->vendor, r->product, &names));
	if (r->version.len == 0 && cpe)
		r->version = cpe_version(s, cpe);
	enter_keys(s, (uint32_t)s->row.len - 1, g->purl);
	s->failed |= names.failed;
	buf_done(&names);
	return !s->failed;
}
