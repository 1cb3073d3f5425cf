#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/declared_args.h"
#include "cli/hexdump.h"
#include "engine/declared.h"
#include "engine/drive.h"
#include "engine/sandbox.h"
#include "event/render.h"
#include "evidence/evidence.h"
#include "evidence/origin.h"
#include "readers/evtx/evtx.h"
#include "readers/reader.h"
#include "store/ref.h"
#include "store/store.h"
#include "util/limits.h"

static const struct cli_option OPTIONS[] = {
	{ 0, "json", NULL, "Only the record as JSON, on one line" },
	{ 0, "ecs", NULL, "Only the record in ECS, on one line" },
	DECLARED_OPTIONS,
	{ 0, "no-verify", NULL, "Do not hash the evidence first to prove that it is the same" },
	{ 0 },
};

/* What is to be shown, and where it was found. */
struct target {
	str file;   /* path of the file on disk */
	str member; /* whole path of the archive member ("a.zip!/x"), empty for the file itself */
	uint64_t offset, record;
	bool check_record;
	bool has_sha256;
	uint8_t sha256[SHA256_LEN];
};

/* --- from a case ---------------------------------------------------------------------------- */

struct lookup {
	const struct ref_text *ref;
	struct target *target;
	arena *mem;
	unsigned hits;
};

/* Items come in order, an archive before its members: the file of the members that follow is the last
 * item without a parent. */
static int look_at_item(void *ctx, const struct store_item *it, err *e)
{
	struct lookup *l = ctx;
	struct target *t = l->target;
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

static int target_from_case(struct target *t, const char *dir, const char *text, arena *mem, err *e)
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
static int target_from_path(struct target *t, const char *text, arena *mem, err *e)
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

static int source_open(struct source *s, const struct target *t, uint64_t begin, err *e)
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
static int verify(struct source *s, const struct target *t, uint8_t *scratch, size_t cap, err *e)
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
	const struct cli *cli;
	const struct cli_args *args;
	const struct target *target;
	const struct reader_ops *ops;
	bool verified, found;
	buf *out;
	uint8_t head[READER_PROBE_LEN]; /* of the content */
	struct engine_declared *declared;
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

	return offset > f->target->offset + LIMIT_SHOW_SCAN ? err_set(e, ERR_NONE, 0, "behind it") : 0;
}

static void as_json(buf *b, const struct reader_ops *ops, const event *ev)
{
	if (strcmp(ops->name, "evtx") == 0)
		b->failed |= !evtx_render_json(b, ev);
	else
		render_evtx_json(b, ev);
}

static void as_ecs(buf *b, const struct target *t, const event *ev)
{
	char hex[SHA256_HEX_LEN + 1] = "";
	struct render_source src = { .path = t->member.len ? t->member : t->file };

	if (t->has_sha256)
		sha256_hex(t->sha256, hex);
	src.sha256 = str_of(hex);
	render_ecs(b, ev, &src);
}

static void print_fields(buf *b, const event *ev)
{
	buf text = { .max = LIMIT_VALUE_TEXT };

	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		const struct column *c = &ev->schema->columns[i];
		value v = event_value(ev, (int32_t)i);

		if (v.type == VALUE_ABSENT || c->flags & COLUMN_F_HIDDEN)
			continue;
		buf_clear(&text);
		value_text(v, &text);
		buf_z(b, "  ");
		term_cell(b, c->name, 30);
		buf_z(b, "  ");
		term_str(b, buf_view(&text));
		buf_byte(b, '\n');
	}
	buf_done(&text);
}

static void print_record(struct finder *f, const event *ev)
{
	const struct target *t = f->target;
	const struct term *term = &f->cli->out;
	buf *b = f->out, json = { 0 };
	bytes shown = ev->raw;
	char hex[SHA256_HEX_LEN + 1];

	buf_z(b, "file      ");
	term_str(b, t->member.len ? t->member : t->file);
	if (t->has_sha256) {
		sha256_hex(t->sha256, hex);
		buf_printf(b, "\nsha256    %s (%s)", hex, f->verified ? "verified" : "not verified");
	}
	buf_printf(b, "\nrecord    %llu at byte %llu, %u bytes, read as %s%s%s\ntime      ",
		   (unsigned long long)ev->ref.record, (unsigned long long)ev->ref.offset, ev->length,
		   f->ops->name, ev->flags & EVENT_RECOVERED ? ", recovered" : "",
		   ev->flags & EVENT_PARTIAL ? ", damaged" : "");
	if (ev->time_ns == TIME_NONE)
		buf_z(b, "unknown");
	buf_time(b, ev->time_ns);
	buf_z(b, "\n\n");
	term_begin(b, term, TERM_BOLD);
	buf_z(b, "Fields");
	term_end(b, term, TERM_BOLD);
	buf_byte(b, '\n');
	print_fields(b, ev);
	buf_byte(b, '\n');
	term_begin(b, term, TERM_BOLD);
	buf_z(b, "JSON");
	term_end(b, term, TERM_BOLD);
	buf_z(b, "\n  ");
	as_json(&json, f->ops, ev);
	term_str(b, buf_view(&json));
	buf_done(&json);
	buf_z(b, "\n\n");
	term_begin(b, term, TERM_BOLD);
	buf_z(b, "Bytes");
	term_end(b, term, TERM_BOLD);
	buf_byte(b, '\n');
	if (shown.len > LIMIT_SHOW_DUMP)
		shown.len = LIMIT_SHOW_DUMP;
	hexdump(b, shown, ev->ref.offset, "  ");
	if (shown.len < ev->raw.len)
		buf_printf(b, "  and %zu more bytes\n", ev->raw.len - shown.len);
}

static int look_at_event(void *ctx, const event *ev, err *e)
{
	struct finder *f = ctx;
	const struct target *t = f->target;

	if (ev->ref.offset != t->offset || (t->check_record && ev->ref.record != t->record))
		return 0;
	f->found = true;
	if (args_get(f->args, "json")) {
		as_json(f->out, f->ops, ev);
		buf_byte(f->out, '\n');
	} else if (args_get(f->args, "ecs")) {
		as_ecs(f->out, t, ev);
		buf_byte(f->out, '\n');
	} else {
		print_record(f, ev);
	}
	return err_set(e, ERR_NONE, 0, "found"); /* ends the drive */
}

/* Where to begin so that the record can be decoded: the start of its piece in a file that can be read in
 * pieces, else the start of the content. Lines are numbered by the pieces that a run makes, so those must
 * be the same here. */
static uint64_t begin_of(const struct reader_ops *ops, const struct target *t, uint64_t size)
{
	if (!ops->piece_align || t->member.len || t->offset < ops->piece_first)
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
				  .path = f->target->member.len ? f->target->member : f->target->file };
	struct window_source from = { .read = source_read, .ctx = s };
	struct window win = { 0 };
	err stop = { 0 };
	bytes head;
	bool fatal;
	int rc = -1;

	if (source_open(s, f->target, 0, e) < 0)
		return -1;
	window_begin(&win, &from, 0);
	win.stop = UINT64_MAX;
	if (window_fill(&win, 0, READER_PROBE_LEN, e) < 0)
		goto done;
	head = window_bytes(&win);
	if (head.len > READER_PROBE_LEN)
		head.len = READER_PROBE_LEN;
	f->ops = reader_pick(head, env.path, e);
	memcpy(f->head, head.ptr, head.len);
	env.schemas = f->ops ? schema_set_new(e) : NULL;
	if (!env.schemas)
		goto done;
	env.begin = begin_of(f->ops, f->target, s->size);
	env.ops = f->ops;
	env.head = (bytes){ f->head, head.len };
	env.mtime_ns = s->mtime_ns;
	env.host = origin_host(env.path);
	declared_apply(f->declared, f->ndeclared, &env);
	if (env.begin) {
		if (source_open(s, f->target, env.begin, e) < 0)
			goto done;
		window_begin(&win, &from, env.begin);
		win.stop = UINT64_MAX;
	}
	win.align = f->ops->piece_align;
	win.align_first = f->ops->piece_first;
	rc = drive_reader(f->ops, &env, &win, &sink, &fatal, &stop);
	if (rc < 0 && stop.code != ERR_NONE) {
		*e = stop;
		goto done;
	}
	rc = f->found ? 0
		      : err_set(e, ERR_IO, ERR_NO_OFFSET, "no record %s begins at byte %llu of %.*s",
				f->target->check_record ? "with that id" : "",
				(unsigned long long)f->target->offset, STR_ARG(f->target->file));
done:
	schema_set_free(env.schemas);
	window_done(&win);
	return rc;
}

/* Everything that needs the file system is open: what follows parses hostile bytes. */
static int show(struct finder *f, struct source *s, err *e)
{
	enum { SCRATCH = 1 << 20 };
	const struct target *t = f->target;
	uint8_t *scratch;
	int rc = 0;

	if (evidence_process_init(e) < 0)
		return -1;
	if (!sandbox_enter())
		cli_say(f->cli, "this reads hostile bytes without a sandbox (see: spoor doctor)");
	scratch = malloc(SCRATCH);
	if (!scratch)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for reading");
	if (t->has_sha256 && !args_get(f->args, "no-verify")) {
		rc = verify(s, t, scratch, SCRATCH, e);
		f->verified = rc == 0;
	}
	free(scratch);
	return rc == 0 ? find_record(f, s, e) : -1;
}

static int open_file(str path, err *e)
{
	struct walk *w;
	int fd = -1;

	if (walk_new(&w, &path.ptr, 1, e) < 0) /* its file is NUL-terminated, see below */
		return -1;
	if (walk_len(w) == 1)
		fd = walk_open(w, 0, e);
	else
		err_set(e, ERR_ARG, ERR_NO_OFFSET, "%.*s is a folder: name the file", STR_ARG(path));
	walk_free(w);
	return fd;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	struct target t = { 0 };
	struct source s = { .fd = -1 };
	buf out = { 0 };
	struct finder *f;
	err e = { .offset = ERR_NO_OFFSET };
	arena mem;
	int rc, code = EXIT_DONE;

	if (args->paths.len < 1 || args->paths.len > 2)
		return cli_usage(cli, &command_show,
				 "show needs a case and a reference, or PATH:OFFSET:RECORD");
	f = calloc(1, sizeof *f);
	if (!f)
		return EXIT_INTERNAL;
	*f = (struct finder){ .cli = cli, .args = args, .target = &t, .out = &out };
	arena_init(&mem, LIMIT_SHOW_MEM);
	rc = declared_args(args, &f->declared, &f->ndeclared, &cli->mem, &e);
	if (rc == 0)
		rc = args->paths.len == 2
			     ? target_from_case(&t, args->paths.at[0], args->paths.at[1], &mem, &e)
			     : target_from_path(&t, args->paths.at[0], &mem, &e);
	if (rc == 0) {
		str path = arena_str(&mem, t.file); /* terminated where a member's name was cut off */

		s.fd = path.ptr ? open_file(path, &e) : err_set(&e, ERR_OOM, ERR_NO_OFFSET, "no memory");
		rc = s.fd < 0 ? -1 : show(f, &s, &e);
	}
	if (rc < 0 || cli_flush(STDOUT_FILENO, &out, &e) < 0)
		code = cli_fail(cli, &e);
	source_done(&s);
	if (s.fd >= 0)
		close(s.fd);
	buf_done(&out);
	arena_done(&mem);
	free(f);
	return code;
}

const struct command command_show = {
	.name = "show",
	.summary = "one record, down to its bytes",
	.usage = "CASE REFERENCE | PATH:OFFSET[:RECORD]",
	.options = OPTIONS,
	.details =
		"The reference SHA256:OFFSET:RECORD is that of reports and of event.ref; the hash may be shortened to\n"
		"eight digits. The evidence is found again through the case and hashed, so that what is shown is\n"
		"what the case speaks of. Shown are the decoded fields, the record as JSON and its bytes with their\n"
		"offsets in the content.",
	.run = run,
};
