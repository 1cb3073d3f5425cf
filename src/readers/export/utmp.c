/* utmp.c - wtmp and btmp of Linux: 384 bytes a record, no header. Who logged on where (wtmp) and who failed to
 * (btmp). Nothing in a record says which file it is of: failures are told by what sshd and login write for them, else by
 * the file's name. Source: utmp(5), bits/utmp.h of glibc on x86-64 and others with times of 32 bits. */
#include <stdlib.h>

#include "event/schema.h"
#include "readers/readers.h"

enum {
	RECORD = 384,
	AT_TYPE = 0,
	AT_PID = 4,
	AT_LINE = 8,
	LINE_MAX_BYTES = 32,
	AT_ID = 40,
	ID_MAX_BYTES = 4,
	AT_USER = 44,
	USER_MAX_BYTES = 32,
	AT_HOST = 76,
	HOST_MAX_BYTES = 256,
	AT_TERMINATION = 332,
	AT_EXIT = 334,
	AT_SESSION = 336,
	AT_SECONDS = 340,
	AT_MICROSECONDS = 344,
	AT_ADDRESS = 348,
	AT_UNUSED = 364,
	STEP = 64 * 1024,
};

static const char *const TYPES[] = { "empty",        "run_level",     "boot",  "new_time", "old_time",
				     "init_process", "login_process", "login", "logout",   "accounting" };
enum { TYPE_EMPTY = 0, TYPE_RUN_LEVEL = 1, TYPE_BOOT = 2, TYPE_LOGIN_PROCESS = 6 };

enum {
	C_ACTION,
	C_TYPE,
	C_PID,
	C_LINE,
	C_ID,
	C_USER,
	C_HOST,
	C_KERNEL,
	C_ADDRESS,
	C_SESSION,
	C_TERMINATION,
	C_EXIT,
	COLUMNS
};
static const char *const NAMES[COLUMNS] = { "action", "type",   "pid",     "line",    "id",          "user",
					    "host",   "kernel", "address", "session", "termination", "exit" };

enum { K_WTMP, K_BTMP, KINDS };

struct utmp {
	struct reader_env env;
	uint64_t pos;
	const struct schema *schema;
	value values[COLUMNS + 1]; /* and the host's name */
	char address[64];
};

/* --- records -------------------------------------------------------------------------------- */

/* The text of a field of fixed size: up to a NUL, or all of it. */
static str text_at(bytes r, size_t at, size_t max)
{
	const uint8_t *end = memchr(r.ptr + at, 0, max);

	return (str){ (const char *)r.ptr + at, end ? (size_t)(end - r.ptr) - at : max };
}

static bool is_printable(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.ptr[i] < 0x20 || s.ptr[i] == 0x7F)
			return false;
	return true;
}

/* Could these be a record? Its type, the gaps that are always zero, the fraction of a second, texts. */
static bool is_record(bytes r)
{
	bool zero = true;

	if (load_le16(r.ptr + AT_TYPE) >= COUNT(TYPES) || load_le16(r.ptr + AT_TYPE + 2) ||
	    load_le32(r.ptr + AT_MICROSECONDS) >= 1000000)
		return false;
	for (size_t i = AT_UNUSED; i < RECORD; i++)
		zero &= r.ptr[i] == 0;
	return zero && is_printable(text_at(r, AT_LINE, LINE_MAX_BYTES)) &&
	       is_printable(text_at(r, AT_HOST, HOST_MAX_BYTES));
}

/* A record that says something, for those that judge content by it. */
static bool says_something(bytes r)
{
	enum { FIRST_S = 315532800 }; /* 1980 */

	return load_le16(r.ptr + AT_TYPE) != TYPE_EMPTY && load_le32(r.ptr + AT_SECONDS) >= FIRST_S;
}

static size_t address_text(bytes r, char *out, size_t max)
{
	const uint8_t *a = r.ptr + AT_ADDRESS;
	bool v6 = load_le32(a + 4) || load_le32(a + 8) || load_le32(a + 12);
	size_t n = 0;

	if (!v6 && !load_le32(a))
		return 0;
	if (!v6)
		return (size_t)snprintf(out, max, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
	for (unsigned i = 0; i < 16; i += 2)
		n += (size_t)snprintf(out + n, max - n, "%s%x", i ? ":" : "",
				      (unsigned)(a[i] << 8 | a[i + 1]));
	return n;
}

static value text_value(str s)
{
	return s.len ? value_utf8(s) : (value){ 0 };
}

static value number_value(bytes r, size_t at, size_t size)
{
	return (value){ r.ptr + at, (uint32_t)size, VALUE_INT, 0, 0 };
}

/* Where the machine starts or stops the version of its kernel stands in the place of the other end. */
static bool tells_kernel(bytes r)
{
	return load_le16(r.ptr + AT_TYPE) == TYPE_RUN_LEVEL || load_le16(r.ptr + AT_TYPE) == TYPE_BOOT;
}

static void give(struct utmp *u, bytes r, event *ev)
{
	value *v = u->values;
	size_t n = address_text(r, u->address, sizeof u->address);

	v[C_ACTION] = value_utf8(str_of(TYPES[load_le16(r.ptr + AT_TYPE)]));
	v[C_TYPE] = number_value(r, AT_TYPE, 2);
	v[C_PID] = number_value(r, AT_PID, 4);
	v[C_LINE] = text_value(text_at(r, AT_LINE, LINE_MAX_BYTES));
	v[C_ID] = text_value(text_at(r, AT_ID, ID_MAX_BYTES));
	v[C_USER] = text_value(text_at(r, AT_USER, USER_MAX_BYTES));
	v[C_HOST] = v[C_KERNEL] = (value){ 0 };
	v[tells_kernel(r) ? C_KERNEL : C_HOST] = text_value(text_at(r, AT_HOST, HOST_MAX_BYTES));
	v[C_ADDRESS] = text_value((str){ u->address, n });
	v[C_SESSION] = number_value(r, AT_SESSION, 4);
	v[C_TERMINATION] = number_value(r, AT_TERMINATION, 2);
	v[C_EXIT] = number_value(r, AT_EXIT, 2);
	*ev = (event){
		.schema = u->schema,
		.values = v,
		.time_ns = (int64_t)load_le32(r.ptr + AT_SECONDS) * NS_PER_S +
			   (int64_t)load_le32(r.ptr + AT_MICROSECONDS) * 1000,
		.written_ns = TIME_NONE,
		.time_basis = TIME_UTC_BY_SPEC,
		.length = RECORD,
		.ref = { .item = u->env.item, .offset = u->pos, .record = u->pos / RECORD + 1 },
		.raw = r,
	};
	if (!load_le32(r.ptr + AT_SECONDS))
		ev->time_ns = TIME_NONE;
}

/* --- which file ----------------------------------------------------------------------------- */

static bool says_failure(bytes r)
{
	str line = text_at(r, AT_LINE, LINE_MAX_BYTES), user = text_at(r, AT_USER, USER_MAX_BYTES);

	return str_eq(line, STR("ssh:notty")) ||
	       (load_le16(r.ptr + AT_TYPE) == TYPE_LOGIN_PROCESS && user.len && !str_eq(user, STR("LOGIN")));
}

/* By the first records; where they say nothing, by the name. */
static unsigned kind_of_file(bytes head, str path)
{
	unsigned failures = 0, others = 0;
	bytes r;

	for (uint64_t at = 0; bytes_sub(head, at, RECORD, &r); at += RECORD) {
		if (!is_record(r) || !says_something(r))
			continue;
		failures += says_failure(r);
		others += !says_failure(r);
	}
	if (failures != others)
		return failures > others ? K_BTMP : K_WTMP;
	return str_starts(str_basename(path), STR("btmp")) ? K_BTMP : K_WTMP;
}

/* --- reading -------------------------------------------------------------------------------- */

static const struct schema *schema_new(struct schema_set *set, unsigned kind, err *e)
{
	struct column cols[COLUMNS + 1] = { 0 };
	struct schema proto = { .family = FAMILY_FLAT,
				.reader = "utmp",
				.dataset = kind == K_BTMP ? STR("linux.btmp") : STR("linux.wtmp"),
				.columns = cols,
				.ncolumns = COLUMNS + 1,
				.nslots = COLUMNS + 1 };

	for (int32_t i = 0; i <= COLUMNS; i++) {
		str name = i < COLUMNS ? str_of(NAMES[i]) : STR("host.name");

		cols[i] = (struct column){
			.name = name, .raw = name, .path = name, .slot = i, .section = SECTION_FLAT
		};
	}
	cols[COLUMNS].ecs = STR("host.name");
	cols[COLUMNS].flags = COLUMN_F_DERIVED;
	return schema_set_add(set, &proto, e);
}

/* The schemas are the set's. */
static void known_done(void *mem)
{
	(void)mem;
}

/* One schema of each kind for all items of a set. */
static const struct schema *schema_of(struct schema_set *set, unsigned kind, err *e)
{
	static const char OWNER;
	bool fresh;
	const struct schema **known =
		schema_set_state(set, &OWNER, KINDS * sizeof *known, known_done, &fresh);

	if (!known) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a reader of logons");
		return NULL;
	}
	if (!known[kind])
		known[kind] = schema_new(set, kind, e);
	return known[kind];
}

static int utmp_open(void **ret, const struct reader_env *env, err *e)
{
	struct utmp *u = calloc(1, sizeof *u);

	if (!u)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a reader of logons");
	u->env = *env;
	u->pos = env->begin;
	u->schema = schema_of(env->schemas, kind_of_file(env->head, env->path), e);
	u->env.head = (bytes){ 0 };
	if (!u->schema || !schema_set_use(env->schemas, u->schema)) {
		free(u);
		return u ? err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more kinds of records than may be") : -1;
	}
	if (env->host.len)
		u->values[COLUMNS] = value_utf8(env->host);
	*ret = u;
	return 0;
}

static enum reader_step skip(struct utmp *u, size_t n, enum gap_kind kind, const char *why, struct gap *g)
{
	gap_set(g, kind, u->pos, u->pos + n, "record %llu: %s", (unsigned long long)u->pos / RECORD + 1, why);
	g->item = u->env.item;
	g->lost = 1;
	u->pos += n;
	return READER_SKIPPED;
}

/* What was set aside for records that never came. */
static bool is_zero(const struct reader_input *in, uint64_t pos)
{
	for (uint64_t i = pos - in->offset; i < in->data.len; i++)
		if (in->data.ptr[i])
			return false;
	return true;
}

static enum reader_step utmp_next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap,
				  err *e)
{
	struct utmp *u = self;
	uint64_t end = in->offset + in->data.len;
	bytes r = { 0 };

	(void)e;
	for (;;) {
		if (u->pos >= u->env.end)
			return READER_END;
		if (u->pos < in->offset || u->pos + RECORD > end) {
			if (!in->last) {
				in->need_from = u->pos;
				in->need_len = STEP;
				return READER_MORE;
			}
			return u->pos >= end || is_zero(in, u->pos)
				       ? READER_END
				       : skip(u, (size_t)(end - u->pos), GAP_TRUNCATED,
					      "the content ends inside of it", ret_gap);
		}
		if (!bytes_sub(in->data, u->pos - in->offset, RECORD, &r) || !is_record(r))
			return skip(u, RECORD, GAP_DAMAGED, "no record of a logon", ret_gap);
		if (load_le16(r.ptr + AT_TYPE) != TYPE_EMPTY || load_le32(r.ptr + AT_SECONDS))
			break;
		u->pos += RECORD; /* cleared */
	}
	give(u, r, ret_ev);
	u->pos += RECORD;
	return READER_EVENT;
}

static void utmp_close(void *self)
{
	free(self);
}

/* There is no magic: a sequence of records without a fault, some of which say something. */
static int utmp_probe(bytes head, str path)
{
	enum { LOOK = 64, SURE = 92 };
	unsigned said = 0, bad = 0, n = 0;
	bytes r;

	(void)path;
	for (; n < LOOK && bytes_sub(head, (uint64_t)n * RECORD, RECORD, &r); n++) {
		bool good = is_record(r);

		if (n == 0 && !good)
			return 0;
		bad += !good;
		said += good && says_something(r);
	}
	if (!said || bad * 10 > n)
		return 0;
	return bad ? SURE - 12 : SURE;
}

const struct reader_ops reader_utmp = {
	.name = "utmp",
	.summary = "wtmp and btmp of Linux: logons, failed logons, starts",
	.piece_align = RECORD,
	.probe = utmp_probe,
	.open = utmp_open,
	.next = utmp_next,
	.close = utmp_close,
};
