#include "report/redact.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "story/incident.h"
#include "util/csv.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/sha256.h"
#include "util/vec.h"

enum { WORD_MAX = 255, WORD_MIN = 3, PSEUDONYM_HEX = 8 };

struct entry {
	str word; /* lower case */
	str pseudonym;
};

struct redactor {
	bytes key;
	map words;
	VEC(struct entry) entry;
	arena mem;
	bool failed;
};

/* --- the words ----------------------------------------------------------------------------------- */

static bool is_of_system(str word)
{
	static const char *const WORDS[] = {
		"system",
		"administrator",
		"administrators",
		"guest",
		"root",
		"local",
		"service",
		"localservice",
		"networkservice",
		"network",
		"local service",
		"network service",
		"anonymous logon",
		"anonymous",
		"nobody",
		"www-data",
		"daemon",
		"nt authority",
		"nt service",
		"admin",
		"user",
		"test",
		"defaultaccount",
		"window manager",
		"font driver host",
		"builtin",
		"workgroup",
		"localhost",
		"everyone",
		"users",
		"public",
	};

	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (str_eq(word, str_of(WORDS[i])))
			return true;
	return false;
}

static str lower(struct redactor *r, str s)
{
	str kept = arena_str(&r->mem, s);

	for (size_t i = 0; kept.ptr && i < kept.len; i++)
		if (kept.ptr[i] >= 'A' && kept.ptr[i] <= 'Z')
			((char *)(uintptr_t)kept.ptr)[i] = (char)(kept.ptr[i] + 32);
	r->failed |= !kept.ptr;
	return kept.ptr ? kept : STR("");
}

/* `word` stands for the thing whose canonical name is `of`. */
static void add(struct redactor *r, const char *kind, str word, str of)
{
	uint8_t mac[SHA256_LEN];
	char hex[SHA256_HEX_LEN + 1];
	struct map_entry *m;
	struct entry *x;
	buf what = { 0 };
	bool fresh;

	if (word.len < WORD_MIN || word.len > WORD_MAX)
		return;
	word = lower(r, word);
	if (is_of_system(word))
		return;
	m = map_put(&r->words, word, r->entry.len, &fresh);
	if (!m || !fresh) {
		r->failed |= !m;
		return;
	}
	buf_z(&what, kind);
	buf_byte(&what, ':');
	buf_str(&what, lower(r, of));
	x = VEC_PUSH(&r->entry, SIZE_MAX);
	if (!x || !sha256_mac(r->key, str_bytes(buf_view(&what)), mac)) {
		r->failed = true;
	} else {
		sha256_hex(mac, hex);
		*x = (struct entry){ word, arena_printf(&r->mem, "%s-%.*s", kind, PSEUDONYM_HEX, hex) };
	}
	buf_done(&what);
}

/* Each domain that a full name ends with, but the last label alone. */
static void add_domains(struct redactor *r, str name)
{
	str rest = name;

	while (rest.len) {
		size_t dot = str_find(rest, STR("."));

		if (dot == SIZE_MAX)
			return;
		rest = (str){ rest.ptr + dot + 1, rest.len - dot - 1 };
		if (str_find(rest, STR(".")) != SIZE_MAX)
			add(r, "domain", rest, rest);
	}
}

static bool is_address(str s)
{
	bool digits = s.len > 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == ':')
			return true;
		digits = digits && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '.');
	}
	return digits;
}

static void add_host(struct redactor *r, str name, str of)
{
	str rest;

	if (is_address(name)) {
		add(r, "ip", name, name);
		return;
	}
	add(r, "host", name, of);
	add(r, "host", str_cut(name, '.', &rest), of);
	add_domains(r, name);
}

static int on_account(void *ctx, str host, str account, str sid, err *e)
{
	struct redactor *r = ctx;
	size_t slash = str_find(account, STR("\\")), at = str_find(account, STR("@")),
	       path = str_find(account, STR("/"));

	(void)host;
	(void)sid;
	(void)e;
	if (path != SIZE_MAX) { /* "corp.example/Users/anna" */
		str rest = account, last = account;

		add_domains(r, str_cut(account, '/', &rest));
		add(r, "domain", str_cut(account, '/', &rest), str_cut(account, '/', &rest));
		while (rest.len)
			last = str_cut(rest, '/', &rest);
		account = last;
	} else if (slash != SIZE_MAX) {
		str domain = { account.ptr, slash };

		add(r, "domain", domain, domain);
		account = (str){ account.ptr + slash + 1, account.len - slash - 1 };
	} else if (at != SIZE_MAX) {
		str domain = { account.ptr + at + 1, account.len - at - 1 };

		add(r, "domain", domain, domain);
		add_domains(r, domain);
		account.len = at;
	}
	if (account.len && account.ptr[account.len - 1] == '$')
		account.len--;
	add(r, "user", account, account);
	return 0;
}

static bool is_outside(const struct story *st, str ip)
{
	const struct incident *in = st->incident;

	for (uint32_t i = 0; in && i < in->nexternal; i++)
		if (str_eq(in->external[i].ip, ip))
			return true;
	return false;
}

int redactor_new(struct redactor **ret, struct store *s, const struct story *st, bytes key, err *e)
{
	struct redactor *r = calloc(1, sizeof *r);
	int rc;

	if (!r)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to redact");
	r->key = key;
	map_init(&r->words, LIMIT_TRACE_TEXTS, LIMIT_TRACE_TEXT_BYTES);
	arena_init(&r->mem, LIMIT_STORY_BYTES);
	for (uint32_t i = 0; i < st->nhosts; i++) {
		const struct story_host *h = &st->hosts[i];

		add_host(r, h->name, h->name);
		for (uint32_t k = 0; k < h->naliases; k++)
			add_host(r, h->aliases[k], h->name);
		add(r, "org", h->owner, h->owner);
	}
	for (uint32_t i = 0; i < st->naddresses; i++)
		if (!is_outside(st, st->addresses[i].ip))
			add(r, "ip", st->addresses[i].ip, st->addresses[i].ip);
	for (uint32_t i = 0; st->declared && i < st->declared->nparties; i++) {
		const struct case_party *p = &st->declared->parties[i];

		add(r, "org", p->name, p->name);
		for (uint32_t k = 0; k < p->domains.n; k++)
			add(r, "domain", p->domains.at[k], p->domains.at[k]);
	}
	rc = store_each_account(s, on_account, r, e);
	if (rc == 0 && r->failed)
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to redact");
	if (rc < 0) {
		redactor_free(r);
		return -1;
	}
	*ret = r;
	return 0;
}

void redactor_free(struct redactor *r)
{
	if (!r)
		return;
	map_done(&r->words);
	VEC_DONE(&r->entry);
	arena_done(&r->mem);
	free(r);
}

/* --- texts --------------------------------------------------------------------------------------- */

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

/* What stands between the parts of a name, and may stand inside of one. */
static bool is_joint(char c)
{
	return c == '.' || c == '-' || c == '_' || c == ':';
}

/* The longest word that begins here and ends where a part ends; NULL: none. */
static const struct entry *longest_at(const struct redactor *r, str s, size_t at, size_t *ret_end)
{
	const struct entry *best = NULL;
	char low[WORD_MAX];
	size_t n = 0;

	for (size_t i = at; i < s.len && n < WORD_MAX; i++) {
		char c = s.ptr[i];

		if (!is_word_byte(c) && !is_joint(c) && c != ' ')
			break;
		low[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		if (is_word_byte(c) && (i + 1 == s.len || !is_word_byte(s.ptr[i + 1]))) {
			struct map_entry *m = map_get(&r->words, (str){ low, n });

			if (m) {
				best = &r->entry.at[m->value];
				*ret_end = i + 1;
			}
		}
	}
	return best;
}

/* "%5C" in an address of the web: a character between words. */
static bool is_url_escape(str s, size_t i)
{
	return s.ptr[i] == '%' && i + 2 < s.len && isxdigit((unsigned char)s.ptr[i + 1]) && isxdigit((unsigned char)s.ptr[i + 2]);
}

/* escapes: a backslash and what follows it are one character, as in JSON. */
static void redact(const struct redactor *r, str s, bool escapes, buf *out)
{
	bool within = false; /* a word that began before */
	size_t i = 0;

	while (i < s.len) {
		size_t end = 0, step = 1;
		const struct entry *x = !within && is_word_byte(s.ptr[i]) ? longest_at(r, s, i, &end) : NULL;

		if (x) {
			buf_str(out, x->pseudonym);
			i = end;
			within = true;
			continue;
		}
		if (escapes && s.ptr[i] == '\\') {
			step = i + 1 < s.len && s.ptr[i + 1] == 'u' ? 6 : 2;
			step = step < s.len - i ? step : s.len - i;
			within = false;
		} else if (is_url_escape(s, i)) {
			step = 3;
			within = false;
		} else {
			within = is_word_byte(s.ptr[i]);
		}
		buf_add(out, s.ptr + i, step);
		i += step;
	}
}

void redact_text(const struct redactor *r, str s, buf *out)
{
	redact(r, s, false, out);
}

/* Members of case.json whose values are words of the program. */
static bool is_own_word(str key)
{
	static const char *const KEYS[] = { "kind",    "class", "via",    "role",   "role_basis",
					    "basis",   "grade", "family", "phase",  "part",
					    "verdict", "log",   "why",    "status", "level",
					    "profile", "key",   "vector", "schema", "id" };

	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (str_eq(key, str_of(KEYS[i])))
			return true;
	return false;
}

/* The end of a string that begins at s[at] == '"'. */
static size_t string_end(str s, size_t at)
{
	for (size_t i = at + 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i;
	}
	return s.len;
}

void redact_json(const struct redactor *r, str s, buf *out)
{
	str key = STR("");
	size_t i = 0;

	while (i < s.len) {
		size_t end, after;

		if (s.ptr[i] != '"') {
			buf_byte(out, s.ptr[i++]);
			continue;
		}
		end = string_end(s, i);
		after = end < s.len ? end + 1 : end;
		if (after < s.len && s.ptr[after] == ':') {
			buf_add(out, s.ptr + i, after - i);
			key = (str){ s.ptr + i + 1, end - i - 1 };
		} else if (is_own_word(key)) {
			buf_add(out, s.ptr + i, after - i);
		} else {
			buf_byte(out, '"');
			redact(r, (str){ s.ptr + i + 1, end - i - 1 }, true, out);
			buf_z(out, after > end ? "\"" : "");
		}
		i = after;
	}
}

void redactor_map(const struct redactor *r, buf *out)
{
	buf_z(out, "pseudonym,word" CSV_LINE_END);
	for (size_t i = 0; i < r->entry.len; i++) {
		csv_cell(out, r->entry.at[i].pseudonym);
		buf_byte(out, ',');
		csv_cell(out, r->entry.at[i].word);
		buf_z(out, CSV_LINE_END);
	}
}
