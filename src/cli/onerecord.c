#include "cli/onerecord.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/case_args.h"
#include "cli/declared_args.h"
#include "engine/declared.h"
#include "engine/drive.h"
#include "engine/sandbox.h"
#include "evidence/evidence.h"
#include "evidence/origin.h"
#include "readers/text/textlog.h"
#include "store/ref.h"
#include "store/store.h"
#include "util/limits.h"

/* --- from a case ---------------------------------------------------------------------------- */

struct lookup {
	const struct ref_text *ref;
	struct record_target *target;
	arena *mem;
	unsigned hits;
};

/* Items come in order, an archive before its members: the file of the members that follow is the last
 * item without a parent. */
static int look_at_item(void *ctx, const struct store_item *it, err *e)
{
	struct lookup *l = ctx;
	struct record_target *t = l->target;
	str path;

	if (!event_ref_names(l->ref, it->has_sha256 ? it->sha256 : NULL, it->id))
		return 0;
	path = arena_str(l->mem, it->path);
	if (!path.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path");
	if (l->hits++) /* the same content twice: the first place serves */
		return 0;
	t->has_sha256 = it->has_sha256;
	memcpy(t->sha256, it->sha256, sizeof t->sha256);
	t->file = path;
	if (it->parent != UINT32_MAX) {
		size_t cut = str_find(path, STR("!/"));

		t->member = path;
		if (cut != SIZE_MAX)
			t->file.len = cut;
	}
	return 0;
}

static int target_from_case(struct record_target *t, const char *dir, const char *text, arena *mem, err *e)
{
	struct ref_text ref;
	struct lookup l = { &ref, t, mem, 0 };
	struct store *s;
	int rc;

	if (!event_ref_parse(str_of(text), &ref))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "\"%s\" is no event reference: SHA256:OFFSET:RECORD", text);
	if (store_open(&s, dir, e) < 0)
		return -1;
	rc = store_each_item(s, look_at_item, &l, e);
	store_close(s);
	if (rc < 0)
		return -1;
	if (l.hits == 0)
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "the case %s holds no evidence with that hash", dir);
	t->offset = ref.offset;
	t->record = ref.record;
	t->check_record = true;
	t->case_dir = dir;
	return 0;
}

/* --- from a path ---------------------------------------------------------------------------- */

/* The text before the last ':' and the number behind it. */
static bool cut_number(str *s, uint64_t *ret)
{
	size_t i = s->len;

	while (i > 0 && s->ptr[i - 1] != ':')
		i--;
	if (i == 0 || !str_to_u64((str){ s->ptr + i, s->len - i }, ret))
		return false;
	s->len = i - 1;
	return true;
}

/* PATH:OFFSET or PATH:OFFSET:RECORD; PATH may name an archive's member as reports do. */
static int target_from_path(struct record_target *t, const char *text, arena *mem, err *e)
{
	str path = arena_str(mem, str_of(text));
	uint64_t last, before;
	size_t cut;

	if (!path.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path");
	if (!cut_number(&path, &last))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "\"%s\" is no place in a file: PATH:OFFSET:RECORD",
			       text);
	t->offset = last;
	if (cut_number(&path, &before)) {
		t->offset = before;
		t->record = last;
		t->check_record = true;
	}
	t->file = path;
	cut = str_find(path, STR("!/"));
	if (cut != SIZE_MAX) {
		t->member = path;
		t->file.len = cut;
	}
	return 0;
}

/* --- reading -------------------------------------------------------------------------------- */

/* The content of the target: the file's own, or a member's. */
struct source {
	int fd;
	struct content *content;
	struct archive_walk *archive;
	int64_t mtime_ns;
	uint64_t size; /* of the file */
};

static int64_t source_read(void *ctx, uint8_t *to, size_t cap, err *e)
{
	struct source *s = ctx;

	return s->archive ? archive_read(s->archive, to, cap, e) : content_read(s->content, to, cap, e);
}

static void source_done(struct source *s)
{
	content_free(s->content);
	archive_close(s->archive);
	s->content = NULL;
	s->archive = NULL;
}

static int source_open(struct source *s, const struct record_target *t, uint64_t begin, err *e)
{
	struct archive_member m;
	struct stat st;
	int rc;

	source_done(s);
	if (!t->member.len) {
		if (fstat(s->fd, &st) == 0) {
			s->mtime_ns = st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec;
			s->size = (uint64_t)st.st_size;
		}
		return content_file(&s->content, s->fd, begin, UINT64_MAX, e);
	}
	if (archive_open(&s->archive, s->fd, t->file, e) < 0)
		return -1;
	while ((rc = archive_next(s->archive, &m, e)) > 0) {
		if (!str_eq(m.path, t->member))
			continue;
		s->mtime_ns = m.mtime_ns;
		return m.readable ? 0 : err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "%s", m.gap.text);
	}
	return rc < 0 ? -1 : err_set(e, ERR_IO, ERR_NO_OFFSET, "%.*s holds no such member", STR_ARG(t->file));
}

/* Read all and compare the hash, so that what is shown is what the case speaks of. */
static int verify(struct source *s, const struct record_target *t, uint8_t *scratch, size_t cap, err *e)
{
	struct sha256 *h = sha256_new(e);
	uint8_t digest[SHA256_LEN];
	int64_t n = -1;

	if (h && source_open(s, t, 0, e) == 0)
		while ((n = source_read(s, scratch, cap, e)) > 0)
			if (sha256_add(h, (bytes){ scratch, (size_t)n }, e) < 0) {
				n = -1;
				break;
			}
	if (n == 0 && sha256_end(h, digest, e) < 0)
		n = -1;
	sha256_free(h);
	if (n < 0)
		return -1;
	if (memcmp(digest, t->sha256, SHA256_LEN) != 0)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			       "%.*s is not the file that the case read: its SHA-256 differs",
			       STR_ARG(t->file));
	return 0;
}

struct finder {
	struct record_seen seen;
	record_look look;
	void *ctx;
	bool found, shown;              /* shown: what follows cannot take it back */
	uint8_t head[READER_PROBE_LEN]; /* of the content */
	const struct engine_declared *declared;
	size_t ndeclared;
};

static int ignore_gap(void *ctx, const struct gap *g, err *e)
{
	return 0;
}

static int ignore_run(void *ctx, const struct record_run *r, err *e)
{
	return 0;
}

/* Stop where the record should have been long ago. */
static int block_end(void *ctx, uint64_t offset, err *e)
{
	struct finder *f = ctx;

	return offset > f->seen.target->offset + LIMIT_SHOW_SCAN ? err_set(e, ERR_NONE, 0, "behind it") : 0;
}

static void keep_before(struct record_near *n, const struct event_ref *r)
{
	if (n->nbefore == LIMIT_SERVE_NEIGHBOURS)
		memmove(n->before, n->before + 1, --n->nbefore * sizeof *n->before);
	n->before[n->nbefore++] = *r;
}

/* Ends the drive when nobody wants more. */
static int look_behind(struct record_near *n, const struct event_ref *r, err *e)
{
	if (n && r)
		n->behind[n->nbehind++] = *r;
	return n && n->nbehind < LIMIT_SERVE_NEIGHBOURS ? 0 : err_set(e, ERR_NONE, 0, "found");
}

static int look_at_event(void *ctx, const event *ev, err *e)
{
	struct finder *f = ctx;
	const struct record_target *t = f->seen.target;
	bool unnumbered = f->seen.ops->text && t->record == 0; /* a line behind the first piece */

	if (f->found)
		return look_behind(t->near, &ev->ref, e);
	if (ev->ref.offset != t->offset || (t->check_record && ev->ref.record != t->record && !unnumbered)) {
		if (t->near)
			keep_before(t->near, &ev->ref);
		return 0;
	}
	f->found = true;
	if (f->look(f->ctx, &f->seen, ev, e) < 0)
		return -1;
	f->shown = true;
	return look_behind(t->near, NULL, e);
}

/* Where to begin so that the record can be decoded: the start of its piece in a file that can be read in
 * pieces, else the start of the content. Lines are numbered by the pieces that a run makes, so those must
 * be the same here. */
static uint64_t begin_of(const struct reader_ops *ops, const struct record_target *t, uint64_t size)
{
	if (!ops->piece_align || t->member.len || t->offset < ops->piece_first)
		return 0;
	if (ops->text && ops->text->mark) /* what its header says there is known from the start only */
		return 0;
	if (ops->text) /* a line that starts at a cut belongs to the piece before */
		return size > LIMIT_PIECE_BYTES && t->offset
			       ? (t->offset - 1) / LIMIT_PIECE_BYTES * LIMIT_PIECE_BYTES
			       : 0;
	return ops->piece_first + (t->offset - ops->piece_first) / ops->piece_align * ops->piece_align;
}

static int find_record(struct finder *f, struct source *s, err *e)
{
	const struct drive_sink sink = { f, look_at_event, ignore_gap, ignore_run, block_end };
	struct reader_env env = { .end = UINT64_MAX,
				  .path = f->seen.target->member.len ? f->seen.target->member
								     : f->seen.target->file };
	struct window_source from = { .read = source_read, .ctx = s };
	struct window win = { 0 };
	err stop = { 0 };
	bytes head;
	bool fatal;
	int rc = -1;

	if (source_open(s, f->seen.target, 0, e) < 0)
		return -1;
	window_begin(&win, &from, 0);
	win.stop = UINT64_MAX;
	if (window_fill(&win, 0, READER_PROBE_LEN, e) < 0)
		goto done;
	head = window_bytes(&win);
	if (head.len > READER_PROBE_LEN)
		head.len = READER_PROBE_LEN;
	f->seen.ops = reader_pick(head, env.path, e);
	memcpy(f->head, head.ptr, head.len);
	env.schemas = f->seen.ops ? schema_set_new(e) : NULL;
	if (!env.schemas)
		goto done;
	env.begin = begin_of(f->seen.ops, f->seen.target, s->size);
	env.ops = f->seen.ops;
	env.head = (bytes){ f->head, head.len };
	env.mtime_ns = s->mtime_ns;
	env.host = origin_host(env.path);
	declared_apply(f->declared, f->ndeclared, &env);
	f->seen.declared = declared_source(f->declared, f->ndeclared, env.path);
	if (env.begin) {
		if (source_open(s, f->seen.target, env.begin, e) < 0)
			goto done;
		window_begin(&win, &from, env.begin);
		win.stop = UINT64_MAX;
	}
	win.align = f->seen.ops->piece_align;
	win.align_first = f->seen.ops->piece_first;
	rc = drive_reader(f->seen.ops, &env, &win, &sink, &fatal, &stop);
	if (rc < 0 && stop.code != ERR_NONE && !f->shown) {
		*e = stop;
		goto done;
	}
	rc = f->found ? 0
		      : err_set(e, ERR_IO, ERR_NO_OFFSET, "no record %s begins at byte %llu of %.*s",
				f->seen.target->check_record ? "with that id" : "",
				(unsigned long long)f->seen.target->offset, STR_ARG(f->seen.target->file));
done:
	schema_set_free(env.schemas);
	window_done(&win);
	return rc;
}

/* Everything that needs the file system is open: what follows parses hostile bytes. */
static int read_sandboxed(const struct cli *cli, struct finder *f, struct source *s, bool check, err *e)
{
	enum { SCRATCH = 1 << 20 };
	const struct record_target *t = f->seen.target;
	uint8_t *scratch;
	int rc = 0;

	if (evidence_process_init(e) < 0)
		return -1;
	if (!sandbox_enter())
		cli_say(cli, "this reads hostile bytes without a sandbox (see: spoor doctor)");
	scratch = malloc(SCRATCH);
	if (!scratch)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for reading");
	if (t->has_sha256 && check) {
		rc = verify(s, t, scratch, SCRATCH, e);
		f->seen.verified = rc == 0;
	}
	free(scratch);
	return rc == 0 ? find_record(f, s, e) : -1;
}

static int open_file(str path, err *e)
{
	struct walk *w;
	int fd = -1;

	if (walk_new(&w, &path.ptr, 1, e) < 0) /* its file is NUL-terminated, see record_target() */
		return -1;
	if (walk_len(w) == 1)
		fd = walk_open(w, 0, e);
	else
		err_set(e, ERR_ARG, ERR_NO_OFFSET, "%.*s is a folder: name the file", STR_ARG(path));
	walk_free(w);
	return fd;
}

int record_target(struct record_target *ret, const char *const *words, size_t n, arena *mem, err *e)
{
	struct record_target t = { 0 };
	int rc = n == 2 ? target_from_case(&t, words[0], words[1], mem, e)
			: target_from_path(&t, words[0], mem, e);

	if (rc == 0) {
		t.file = arena_str(mem, t.file); /* terminated where a member's name was cut off */
		if (!t.file.ptr)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path");
		*ret = t;
	}
	return rc;
}

/* --tz and the like, then the zones of case.yaml: as in the run that made the case. */
static int read_declared(struct finder *f, struct cli *cli, const struct cli_args *args, err *e)
{
	const char *dir = f->seen.target->case_dir;
	struct engine_options o = { 0 };
	struct case_args c = { 0 };
	struct engine_declared *given;

	if (declared_args(args, &given, &o.ndeclared, &cli->mem, e) < 0)
		return -1;
	o.declared = given;
	if (dir && case_args_read(args, dir, &o, &c, &cli->mem, e) < 0)
		return -1;
	case_args_done(&c);
	f->declared = o.declared;
	f->ndeclared = o.ndeclared;
	return 0;
}

int record_read(struct cli *cli, const struct cli_args *args, const struct record_target *t, record_look look,
		void *ctx, err *e)
{
	struct source s = { .fd = -1 };
	struct finder *f = calloc(1, sizeof *f);
	int rc;

	if (!f)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for reading");
	*f = (struct finder){ .seen = { .target = t }, .look = look, .ctx = ctx };
	rc = read_declared(f, cli, args, e);
	if (rc == 0) {
		s.fd = open_file(t->file, e);
		rc = s.fd < 0 ? -1 : read_sandboxed(cli, f, &s, !args_get(args, "no-verify"), e);
	}
	source_done(&s);
	if (s.fd >= 0)
		close(s.fd);
	free(f);
	return rc;
}
