/* auditd.c - the Linux audit log, raw or enriched. The records of one event, which share time and serial number,
 * become one event: a field that several of them have holds all its values. Values that auditd wrote in
 * hexadecimal are text again; added are the command line, the name of the system call, addresses, the paths of
 * created files, and the outcome. Sources: audit-userspace (lib/, auparse/), field-dictionary.csv. */
#include <stdlib.h>

#include "readers/logs/auditd.h"
#include "readers/readers.h"
#include "readers/text/escape.h"
#include "readers/text/textlog.h"
#include "util/limits.h"
#include "util/map.h"

enum { ARGS_MAX = 64, NAME_MAX_LEN = 64 };

/* A field of the event; values one behind the other. */
struct held {
	str name;
	struct said *first, *last;
	size_t n, bytes;
};

struct said {
	str text;
	struct said *next;
};

struct auditd {
	struct held fields[LIMIT_AUDITD_FIELDS];
	size_t n;
	size_t marks[2 * LIMIT_AUDITD_FIELDS]; /* by the hash of the name: number of the field + 1 */

	buf key; /* names that were said last */
	const char *dataset;
	bool list;          /* in a PATH: its fields keep in step */
	str args[ARGS_MAX]; /* of execve */
	size_t nargs;
	bool more_args;
	str cwd;
	str opened; /* the last file that was there already */
};

/* --- fields of an event --------------------------------------------------------------------- */

static struct held *field_named(struct auditd *a, str name, bool make)
{
	size_t mask = COUNT(a->marks) - 1, at = (size_t)hash_bytes(name.ptr, name.len) & mask;

	for (; a->marks[at]; at = (at + 1) & mask)
		if (str_eq(a->fields[a->marks[at] - 1].name, name))
			return &a->fields[a->marks[at] - 1];
	if (!make || a->n == COUNT(a->fields))
		return NULL;
	a->marks[at] = a->n + 1;
	a->fields[a->n] = (struct held){ .name = name };
	return &a->fields[a->n++];
}

/* False: more fields than an event has, or no memory. */
static bool add(struct text *t, str name, str text)
{
	struct auditd *a = t->state;
	struct held *f = field_named(a, name, true);
	struct said *s;

	if (f && f->n == 1 && !a->list && str_eq(f->first->text, text))
		return true; /* another record says it, too */
	s = f ? arena_alloc(&t->mem, sizeof *s) : NULL;
	if (!s)
		return false;
	*s = (struct said){ .text = text };
	if (f->last)
		f->last->next = s;
	else
		f->first = s;
	f->last = s;
	f->n++;
	f->bytes += text.len + 1;
	return true;
}

static str first_of(struct auditd *a, const char *name)
{
	const struct held *f = field_named(a, str_of(name), false);

	return f && f->n ? f->first->text : (str){ 0 };
}

static bool is_absent(str s)
{
	return !s.len || str_eq(s, STR("?")) || str_eq(s, STR("(null)")) || str_eq(s, STR("(none)"));
}

/* --- values in hexadecimal ------------------------------------------------------------------ */

/* Fields that hold what users choose: auditd writes them in quotes, or in hexadecimal where they hold
 * quotes, spaces or controls. */
static bool can_be_hex(str type, str name)
{
	static const char *const NAMES[] = { "acct",     "cmd",       "comm",     "cwd",  "data", "dir",
					     "exe",      "file",      "grp",      "key",  "name", "ocomm",
					     "path",     "proctitle", "old-acct", "unit", "vm",   "watch",
					     "root_dir", "sw",        NULL };

	if (str_eq(type, STR("EXECVE")) && name.len > 1 && name.ptr[0] == 'a')
		return (unsigned char)(name.ptr[1] - '0') <= 9;
	for (size_t i = 0; NAMES[i]; i++)
		if (str_eq(name, str_of(NAMES[i])))
			return true;
	return false;
}

/* The text that hexadecimal digits stand for; an empty one if they are none. Bytes of 0 end arguments. */
static str unhex(struct text *t, str s)
{
	char *to;

	for (size_t i = 0; i < s.len; i++)
		if (escape_digit(s.ptr[i]) < 0 || s.ptr[i] >= 'a')
			return (str){ 0 };
	to = s.len && s.len % 2 == 0 ? arena_alloc(&t->mem, s.len / 2) : NULL;
	if (!to || !escape_unhex(s, to))
		return (str){ 0 };
	for (size_t i = 0; i < s.len / 2; i++)
		if (to[i] == '\0')
			to[i] = ' ';
	return (str){ to, s.len / 2 };
}

static str decoded(struct text *t, str type, const struct auditd_field *f)
{
	str raw = !f->quoted && can_be_hex(type, f->name) ? unhex(t, f->value) : (str){ 0 };

	return raw.len ? escape_shown(raw, &t->mem) : f->value;
}

/* --- records -------------------------------------------------------------------------------- */

/* "a12" or "a12[3]"; SIZE_MAX: no argument. */
static size_t argument(str name)
{
	uint64_t n;
	str part;

	if (name.len < 2 || name.ptr[0] != 'a') /* a word has no name at all */
		return SIZE_MAX;
	return str_to_u64(str_cut((str){ name.ptr + 1, name.len - 1 }, '[', &part), &n) && n < SIZE_MAX
		       ? (size_t)n
		       : SIZE_MAX;
}

/* Long arguments come in parts. */
static bool add_argument(struct text *t, struct auditd *a, size_t i, str text)
{
	char *to;

	if (i >= ARGS_MAX) {
		a->more_args = true;
		return true;
	}
	if (i >= a->nargs)
		a->nargs = i + 1;
	if (!a->args[i].len) {
		a->args[i] = text;
		return true;
	}
	if (!text.len)
		return true;
	to = arena_alloc(&t->mem, a->args[i].len + text.len);
	if (!to)
		return false;
	memcpy(to, a->args[i].ptr, a->args[i].len);
	memcpy(to + a->args[i].len, text.ptr, text.len);
	a->args[i] = (str){ to, a->args[i].len + text.len };
	return true;
}

/* Several keys are apart by byte 1. */
static bool add_keys(struct text *t, str name, str keys)
{
	bool ok = true;
	str raw = unhex(t, keys);

	for (keys = raw.len ? raw : keys; ok && keys.len;)
		ok = add(t, name, escape_shown(str_cut(keys, '\x01', &keys), &t->mem));
	return ok;
}

static bool add_address(struct text *t, str hex)
{
	struct auditd_address ad;

	if (!auditd_address(hex, &ad))
		return true;
	return add(t, STR("saddr_fam"), str_of(ad.family)) &&
	       (!ad.host[0] ||
		add(t, ad.port[0] ? STR("laddr") : STR("saddr_path"), arena_str(&t->mem, str_of(ad.host)))) &&
	       (!ad.port[0] || add(t, STR("lport"), arena_str(&t->mem, str_of(ad.port))));
}

/* A file with its directory. */
static str whole_path(struct text *t, const struct auditd *a, str name)
{
	bool relative = name.len && name.ptr[0] != '/' && a->cwd.len;

	return relative ? arena_printf(&t->mem, "%.*s/%.*s", STR_ARG(a->cwd), STR_ARG(name)) : name;
}

static bool add_field(struct text *t, struct auditd *a, str type, const struct auditd_field *f)
{
	bool execve = str_eq(type, STR("EXECVE"));
	size_t arg = execve ? argument(f->name) : SIZE_MAX;

	if (!f->name.len || f->name.len > NAME_MAX_LEN || f->value.ptr == NULL || is_absent(f->value))
		return true;
	if (str_eq(f->value, STR("{"))) /* SADDR={ ... }: fields follow */
		return true;
	if (arg != SIZE_MAX)
		return add_argument(t, a, arg, decoded(t, type, f));
	if (execve && f->name.ptr[0] == 'a' && str_ends(f->name, STR("_len")))
		return true;
	if (str_eq(f->name, STR("key")) && !f->quoted)
		return add_keys(t, f->name, f->value);
	if (str_eq(f->name, STR("cwd")))
		a->cwd = decoded(t, type, f);
	return add(t, f->name, decoded(t, type, f));
}

/* "avc: denied { getattr } for": from the first word to the last, as it stands. */
static void add_word(str *words, str word)
{
	if (!words->len)
		*words = word;
	else
		words->len = (size_t)(word.ptr - words->ptr) + word.len;
}

static bool add_record(struct text *t, struct auditd *a, const struct auditd_head *h)
{
	str rest = h->fields, words = { 0 }, name = { 0 };
	struct auditd_field f;
	bool created = false, normal = false, ok = add(t, STR("type"), h->type);

	a->list = str_eq(h->type, STR("PATH"));
	while (ok && auditd_field(&rest, &f)) {
		ok = add_field(t, a, h->type, &f);
		if (!f.name.len && !str_eq(f.value, STR("}")))
			add_word(&words, f.value);
		else if (str_eq(f.name, STR("saddr")))
			ok = ok && add_address(t, f.value);
		else if (str_eq(f.name, STR("name")))
			name = decoded(t, h->type, &f);
		else if (str_eq(f.name, STR("nametype"))) {
			created = str_eq(f.value, STR("CREATE"));
			normal = str_eq(f.value, STR("NORMAL"));
		}
	}
	a->list = false;
	if (normal)
		a->opened = whole_path(t, a, name);
	return ok && (!words.len || add(t, STR("text"), words)) &&
	       (!created || !name.len || add(t, STR("created"), whole_path(t, a, name)));
}

/* --- what follows from the records ---------------------------------------------------------- */

/* The system call's own arguments are pointers to those of the program. */
static void drop_pointers(struct auditd *a)
{
	static const char *const NAMES[] = { "a0", "a1", "a2", "a3" };

	for (size_t i = 0; i < COUNT(NAMES); i++) {
		struct held *f = field_named(a, str_of(NAMES[i]), false);

		if (f)
			*f = (struct held){ .name = f->name };
	}
}

/* The arguments, and all of them as a line. */
static bool add_command(struct text *t, struct auditd *a)
{
	buf line = { .max = LIMIT_LINE_BYTES };
	bool ok = true;
	str s;

	drop_pointers(a);
	for (size_t i = 0; i < a->nargs; i++) {
		str name = arena_printf(&t->mem, "a%zu", i);

		if (i)
			buf_byte(&line, ' ');
		buf_str(&line, a->args[i]);
		ok = ok && name.ptr && add(t, name, a->args[i]);
	}
	s = arena_str(&t->mem, buf_view(&line));
	buf_done(&line);
	return ok && s.ptr && add(t, STR("cmdline"), s);
}

static str outcome_of(struct auditd *a)
{
	static const char *const GOOD[] = { "yes", "success", "1" }, *const BAD[] = { "no", "failed", "0" };
	str said = first_of(a, "success");

	if (!said.len)
		said = first_of(a, "res");
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		if (str_eq(said, str_of(GOOD[i])))
			return STR("success");
		if (str_eq(said, str_of(BAD[i])))
			return STR("failure");
	}
	return (str){ 0 };
}

/* Was a file that is there opened to be written anew? Not where something is only added to it, as to a log. */
static bool is_rewritten(struct auditd *a, str call)
{
	enum {
		WRITES = 3,
		APPENDS = 0x400
	}; /* O_WRONLY and O_RDWR, O_APPEND: of Linux on all its machines */
	uint64_t flags = 0;
	str hex;

	if (str_eq(call, STR("truncate")) || str_eq(call, STR("creat")))
		return true;
	if (!str_eq(call, STR("open")) && !str_eq(call, STR("openat")))
		return false;
	hex = first_of(a, str_eq(call, STR("open")) ? "a1" : "a2");
	for (size_t i = 0; i < hex.len; i++)
		flags = flags << 4 |
			(hex.ptr[i] <= '9' ? hex.ptr[i] - '0' : (hex.ptr[i] | 0x20) - 'a' + 10) % 16u;
	return (flags & WRITES) && !(flags & APPENDS);
}

static bool add_derived(struct text *t, struct auditd *a)
{
	str outcome = outcome_of(a), call = { 0 }, named = first_of(a, "SYSCALL");

	if (!named.len)
		named = call = auditd_syscall(first_of(a, "arch"), first_of(a, "syscall"));
	if (a->opened.len && !a->nargs && !first_of(a, "created").len && is_rewritten(a, named) &&
	    !add(t, STR("written"), a->opened))
		return false;
	return (!a->nargs || add_command(t, a)) && (!call.len || add(t, STR("SYSCALL"), call)) &&
	       (!outcome.len || add(t, STR("outcome"), outcome));
}

/* A start of a program, a new file, a connection, or anything else. */
static const char *dataset_of(struct auditd *a)
{
	if (a->nargs)
		return "auditd.process";
	if (first_of(a, "created").len || first_of(a, "written").len)
		return "auditd.file";
	if (first_of(a, "laddr").len && str_eq(first_of(a, "SYSCALL"), STR("connect")))
		return "auditd.network";
	return "auditd.log";
}

/* --- events --------------------------------------------------------------------------------- */

static void auditd_close(void *state)
{
	struct auditd *a = state;

	buf_done(&a->key);
}

static void begin(struct auditd *a)
{
	memset(a->marks, 0, sizeof a->marks);
	memset(a->args, 0, sizeof a->args);
	a->n = a->nargs = 0;
	a->more_args = a->list = false;
	a->cwd = a->opened = (str){ 0 };
}

/* Columns are said anew when other names come, or another kind. */
static bool columns(struct text *t, struct auditd *a)
{
	str names[LIMIT_AUDITD_FIELDS];
	const char *dataset = dataset_of(a);
	buf key = { 0 };
	bool same;

	for (size_t i = 0; i < a->n; i++) {
		names[i] = a->fields[i].name;
		buf_add(&key, &names[i].len, sizeof names[i].len);
		buf_str(&key, names[i]);
	}
	same = t->schema && a->dataset == dataset && str_eq(buf_view(&key), buf_view(&a->key));
	buf_done(&a->key);
	a->key = key;
	a->dataset = NULL;
	if (!same && !text_columns(t, str_of(dataset), names, a->n))
		return false;
	a->dataset = dataset;
	return true;
}

static bool put(struct text *t, const struct held *f, value *to)
{
	size_t len = 0;
	char *p;

	*to = (value){ 0 };
	if (f->n < 2) {
		if (f->n)
			*to = value_utf8(f->first->text);
		return true;
	}
	p = arena_alloc(&t->mem, f->bytes);
	if (!p)
		return false;
	for (const struct said *s = f->first; s; s = s->next) {
		if (s != f->first)
			p[len++] = '\0';
		if (s->text.len) /* an argument that no record told has no text */
			memcpy(p + len, s->text.ptr, s->text.len);
		len += s->text.len;
	}
	*to = value_utf8((str){ p, len });
	to->flags = VALUE_F_ARRAY;
	return true;
}

static enum text_line bad(struct text *t, const char *why)
{
	if (!t->why)
		t->why = why;
	return TEXT_BAD;
}

static enum text_line auditd_line(struct text *t)
{
	struct auditd *a = t->state;
	str rest = t->line;
	struct auditd_head h;
	struct logtime lt;
	bool whole = true;

	begin(a);
	while (rest.len) {
		str line = str_trim(str_cut(rest, '\n', &rest));

		if (!line.len)
			continue;
		if (!auditd_head(line, &h) || !logtime_whole(h.time, LOGTIME_EPOCH, &lt))
			return bad(t, "no record of an audit log");
		if (!a->n)
			whole = (!h.node.len || add(t, STR("node"), h.node)) &&
				add(t, STR("serial"), h.serial);
		whole = whole && add_record(t, a, &h);
	}
	if (!a->n) /* only blanks */
		return TEXT_NOTHING;
	whole = whole && add_derived(t, a);
	if (!columns(t, a))
		return bad(t, NULL);
	for (size_t i = 0; i < a->n; i++)
		whole &= put(t, &a->fields[i], &t->values[i]);
	t->repaired = !whole || a->more_args;
	t->time_ns = lt.ns;
	return TEXT_EVENT;
}

/* Records of one event lie together but where several processors wrote at once. */
static bool auditd_same(str first, str next)
{
	struct auditd_head a, b;

	return auditd_head(first, &a) && auditd_head(next, &b) && str_eq(a.id, b.id) &&
	       str_eq(a.node, b.node);
}

static bool fits(str line)
{
	struct auditd_head h;

	return auditd_head(line, &h);
}

static int auditd_claim(const struct text_head *h)
{
	enum { SURE = 92, SHARE_MIN = 50 };

	return text_fits(h, fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format AUDITD = {
	.framing = FRAME_SAME,
	.same = auditd_same,
	.claim = auditd_claim,
	.line = auditd_line,
	.state_bytes = sizeof(struct auditd),
	.close = auditd_close,
};

const struct reader_ops reader_auditd =
	TEXT_READER("auditd", "The Linux audit log, raw or enriched", &AUDITD);
