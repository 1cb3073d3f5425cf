#include "store/decisions.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/sha256.h"
#include "util/times.h"
#include "util/vec.h"

struct decisions {
	VEC(struct decision) all;
	map latest; /* kind and target -> index */
	arena mem;
	buf damage;
	char last[SHA256_HEX_LEN + 1]; /* hash of the last line that counts */
	bool torn;                     /* the file does not end with a line end */
};

static const char *const KINDS[DECISION_KINDS] = {
	[DECISION_HOST] = "host",       [DECISION_SIGN] = "sign", [DECISION_EDGE] = "edge",
	[DECISION_FINDING] = "finding", [DECISION_ROLE] = "role", [DECISION_NOTE] = "note",
	[DECISION_PIN] = "pin",         [DECISION_ZONE] = "zone",
};

const char *decision_kind_name(enum decision_kind kind)
{
	return (unsigned)kind < DECISION_KINDS ? KINDS[kind] : NULL;
}

bool decision_kind_named(str name, enum decision_kind *ret)
{
	for (int k = 0; k < DECISION_KINDS; k++)
		if (str_eq(name, str_of(KINDS[k]))) {
			*ret = (enum decision_kind)k;
			return true;
		}
	return false;
}

/* --- what can be decided ------------------------------------------------------------------------- */

/* "2024-05-02" */
static bool is_day(str s)
{
	enum time_basis basis;
	char at[32];
	int64_t ns;
	int n = s.len == 10 ? snprintf(at, sizeof at, "%.*sT00:00:00Z", STR_ARG(s)) : 0;

	return n == 20 && time_parse_iso((str){ at, (size_t)n }, &ns, &basis);
}

/* "reimaged" alone or with a time behind it. */
static bool is_word_with_time(str value, const char *word)
{
	str rest, head = str_cut(value, ' ', &rest);
	enum time_basis basis;
	int64_t ns;

	return str_eq(head, str_of(word)) &&
	       (rest.len == 0 || is_day(rest) || time_parse_iso(rest, &ns, &basis));
}

static const char *lacks_value(const struct decision *d)
{
	bool judged = str_eq(d->value, STR("confirmed")) || str_eq(d->value, STR("rejected"));

	if (str_eq(d->value, STR("none")))
		return NULL;
	switch (d->kind) {
	case DECISION_HOST:
		return str_eq(d->value, STR("confirmed")) || str_eq(d->value, STR("cleared")) ||
				       is_word_with_time(d->value, "reimaged") ||
				       is_word_with_time(d->value, "notified")
			       ? NULL
			       : "a host is confirmed, cleared, reimaged [TIME], notified [TIME] or none";
	case DECISION_SIGN:
	case DECISION_EDGE:
	case DECISION_FINDING:
		return judged ? NULL : "it is confirmed, rejected or none";
	case DECISION_PIN:
		return str_eq(d->value, STR("pinned")) ? NULL : "an event is pinned or none";
	default:
		return d->value.len || d->kind == DECISION_NOTE ? NULL : "a value is missing";
	}
}

static const char *lacks(const struct decision *d)
{
	if ((unsigned)d->kind >= DECISION_KINDS)
		return "no such kind";
	if (d->target.len == 0 || d->target.len > LIMIT_DECISION_TARGET)
		return "a target is missing or too long";
	if (d->who.len == 0 || d->who.len > LIMIT_DECISION_NAME)
		return "who decides is missing or too long";
	if (d->value.len > LIMIT_DECISION_TARGET || d->reason.len > LIMIT_DECISION_REASON)
		return "the value or the reason is too long";
	if (d->reason.len == 0)
		return "a reason is missing";
	return lacks_value(d);
}

/* --- reading ------------------------------------------------------------------------------------- */

static void damaged(struct decisions *d, size_t line, const char *what)
{
	if (d->damage.len < 2000)
		buf_printf(&d->damage, "%sline %zu %s", d->damage.len ? "; " : "", line, what);
}

static str member(struct decisions *d, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? arena_str(&d->mem, (str){ json_string_value(v), json_string_length(v) })
				 : STR("");
}

static void key_of(buf *key, enum decision_kind kind, str target)
{
	buf_clear(key);
	buf_byte(key, (char)kind);
	buf_str(key, target);
}

static bool keep_one(struct decisions *d, struct decision x)
{
	struct decision *to;
	struct map_entry *m;
	buf key = { 0 };
	bool fresh;

	key_of(&key, x.kind, x.target);
	m = map_put(&d->latest, buf_view(&key), d->all.len, &fresh);
	buf_done(&key);
	to = m ? VEC_PUSH(&d->all, LIMIT_DECISIONS) : NULL;
	if (!to)
		return false;
	if (!fresh)
		d->all.at[m->value].superseded = true;
	m->value = d->all.len - 1;
	*to = x;
	return true;
}

static bool hash_line(str line, char hex[SHA256_HEX_LEN + 1])
{
	uint8_t digest[SHA256_LEN];
	struct sha256 *sha = sha256_new(NULL);
	bool ok = sha && sha256_add(sha, str_bytes(line), NULL) == 0 && sha256_end(sha, digest, NULL) == 0;

	sha256_free(sha);
	if (ok)
		sha256_hex(digest, hex);
	return ok;
}

/* False: no memory, or the ceiling. */
static bool parse_line(struct decisions *d, str line, size_t number)
{
	json_t *o = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);
	struct decision x = { .at_ns = TIME_NONE };
	enum time_basis basis;
	bool ok = true;

	if (!json_is_object(o) || !json_is_integer(json_object_get(o, "n")) ||
	    !decision_kind_named(member(d, o, "kind"), &x.kind)) {
		damaged(d, number, "is no decision");
		json_decref(o);
		return true;
	}
	x.n = (uint64_t)json_integer_value(json_object_get(o, "n"));
	x.who = member(d, o, "who");
	x.target = member(d, o, "target");
	x.value = member(d, o, "value");
	x.reason = member(d, o, "reason");
	if (!time_parse_iso(member(d, o, "at"), &x.at_ns, &basis) || lacks(&x))
		damaged(d, number, "is no whole decision");
	else {
		if (!str_eq(member(d, o, "prev"), str_of(d->last)) || x.n != decisions_revision(d) + 1)
			damaged(d, number, "does not follow the one before it");
		ok = keep_one(d, x) && hash_line(line, d->last);
	}
	json_decref(o);
	return ok;
}

int decisions_parse(struct decisions **ret, str text, err *e)
{
	struct decisions *d = calloc(1, sizeof *d);
	str rest = text;
	bool ok = d != NULL;

	if (!d)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for " DECISIONS_FILE);
	arena_init(&d->mem, 2 * LIMIT_DECISIONS_FILE);
	map_init(&d->latest, LIMIT_DECISIONS, LIMIT_DECISIONS_FILE);
	for (size_t number = 1; ok && rest.len; number++) {
		size_t end = str_find(rest, STR("\n"));
		str line = end == SIZE_MAX ? rest : (str){ rest.ptr, end };

		rest = end == SIZE_MAX ? STR("") : (str){ rest.ptr + end + 1, rest.len - end - 1 };
		if (end == SIZE_MAX) {
			d->torn = true;
			damaged(d, number, "is torn");
		} else if (line.len) {
			ok = parse_line(d, line, number);
		}
	}
	if (!ok || d->damage.failed) {
		decisions_free(d);
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET,
			       DECISIONS_FILE ": more than %u decisions, or no memory", LIMIT_DECISIONS);
	}
	*ret = d;
	return 0;
}

void decisions_free(struct decisions *d)
{
	if (!d)
		return;
	VEC_DONE(&d->all);
	map_done(&d->latest);
	arena_done(&d->mem);
	buf_done(&d->damage);
	free(d);
}

static int open_trail(const char *dir, int flags, err *e)
{
	char path[4096];
	struct stat st;
	int fd;

	if ((size_t)snprintf(path, sizeof path, "%s/" DECISIONS_FILE, dir) >= sizeof path)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s: the path is too long", dir);
	fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == ENOENT && !(flags & O_CREAT) ? -2 : err_errno(e, errno, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > LIMIT_DECISIONS_FILE) {
		close(fd);
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s is no small file", path);
	}
	return fd;
}

static int read_fd(struct decisions **ret, int fd, err *e)
{
	buf text = { .max = LIMIT_DECISIONS_FILE };
	char part[16384];
	ssize_t n;
	int rc;

	while ((n = read(fd, part, sizeof part)) > 0)
		buf_add(&text, part, (size_t)n);
	if (n < 0 || text.failed)
		rc = err_errno(e, n < 0 ? errno : ENOMEM, DECISIONS_FILE);
	else
		rc = decisions_parse(ret, buf_view(&text), e);
	buf_done(&text);
	return rc;
}

int decisions_read(struct decisions **ret, const char *dir, err *e)
{
	int fd = open_trail(dir, O_RDONLY, e), rc;

	if (fd == -2)
		return decisions_parse(ret, STR(""), e);
	if (fd < 0)
		return -1;
	rc = read_fd(ret, fd, e);
	close(fd);
	return rc;
}

/* --- asking -------------------------------------------------------------------------------------- */

size_t decisions_count(const struct decisions *d)
{
	return d ? d->all.len : 0;
}

const struct decision *decision_at(const struct decisions *d, size_t i)
{
	return &d->all.at[i];
}

static const struct decision *latest_of(const struct decisions *d, enum decision_kind kind, str target)
{
	struct map_entry *m;
	buf key = { 0 };

	if (!d)
		return NULL;
	key_of(&key, kind, target);
	m = map_get(&d->latest, buf_view(&key));
	buf_done(&key);
	return m ? &d->all.at[m->value] : NULL;
}

const struct decision *decision_of(const struct decisions *d, enum decision_kind kind, str target)
{
	const struct decision *x = latest_of(d, kind, target);

	return x && !str_eq(x->value, STR("none")) ? x : NULL;
}

uint64_t decisions_revision(const struct decisions *d)
{
	return d && d->all.len ? d->all.at[d->all.len - 1].n : 0;
}

str decisions_damage(const struct decisions *d)
{
	return d ? buf_view(&d->damage) : STR("");
}

void decision_json(buf *out, const struct decision *d)
{
	buf_byte(out, '{');
	json_member_u64(out, "n", d->n);
	json_member_time(out, "at", d->at_ns);
	json_member_str(out, "who", d->who);
	json_member_str(out, "kind", str_of(KINDS[d->kind]));
	json_member_str(out, "target", d->target);
	json_member_str(out, "value", d->value);
	json_member_str(out, "reason", d->reason);
	if (d->superseded)
		json_member_bool(out, "superseded", true);
	buf_byte(out, '}');
}

/* --- adding -------------------------------------------------------------------------------------- */

static void write_line(buf *b, const struct decision *d, const char *prev)
{
	buf_byte(b, '{');
	json_member_u64(b, "n", d->n);
	json_member_time(b, "at", d->at_ns);
	json_member_str(b, "who", d->who);
	json_member_str(b, "kind", str_of(KINDS[d->kind]));
	json_member_str(b, "target", d->target);
	json_member_str(b, "value", d->value);
	json_member_str(b, "reason", d->reason);
	json_member_str(b, "prev", str_of(prev));
	buf_z(b, "}\n");
}

static int append(int fd, const struct decisions *before, struct decision *d, err *e)
{
	buf line = { 0 };
	ssize_t n;
	int rc = 0;

	if (before->torn) /* what is torn stays alone on its line */
		buf_byte(&line, '\n');
	write_line(&line, d, before->last);
	n = line.failed ? -1 : write(fd, line.ptr, line.len);
	if (n != (ssize_t)line.len || fsync(fd) < 0)
		rc = err_errno(e, n < 0 ? errno : EIO, DECISIONS_FILE " cannot be written");
	buf_done(&line);
	return rc;
}

int decisions_add(const char *dir, struct decision *d, uint64_t expect, err *e)
{
	const char *why = lacks(d);
	struct decisions *before = NULL;
	const struct decision *latest;
	struct timespec now;
	int fd, rc = -1;

	if (why)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s", why);
	fd = open_trail(dir, O_RDWR | O_APPEND | O_CREAT, e);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX) < 0) {
		err_errno(e, errno, DECISIONS_FILE " cannot be locked");
	} else if (read_fd(&before, fd, e) == 0) {
		latest = latest_of(before, d->kind, d->target);
		if (expect != DECISIONS_ANY && expect != (latest ? latest->n : 0)) {
			rc = 1;
		} else {
			clock_gettime(CLOCK_REALTIME, &now);
			d->n = decisions_revision(before) + 1;
			d->at_ns = (int64_t)now.tv_sec * NS_PER_S;
			rc = append(fd, before, d, e);
		}
	}
	decisions_free(before);
	close(fd);
	return rc;
}
