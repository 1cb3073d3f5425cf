/* Containers as a stack of levels. Each level reads from the descriptor or from the current member of
 * the level under it, and hands out the content of its own current member in pieces. Every piece, of
 * whatever level, is counted where it is handed out (piece_counted), and libraries get their input only
 * through us, so that no bomb can work longer than its limits allow inside one call.
 *
 * A compressed tar is two levels, shown as one: tar itself never sees the compression. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "evidence/evidence.h"
#include "evidence/member_name_priv.h"
#include "evidence/unpack_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum { HEAD_LEN = 512, IO_LEN = 64 * 1024 };

const struct archive_limits ARCHIVE_LIMITS = {
	.depth = LIMIT_ARCHIVE_DEPTH,
	.members = LIMIT_ARCHIVE_MEMBERS,
	.member_bytes = LIMIT_ARCHIVE_MEMBER_BYTES,
	.bytes = LIMIT_ARCHIVE_BYTES,
	.ratio = LIMIT_ARCHIVE_RATIO,
	.ratio_from = LIMIT_ARCHIVE_RATIO_FROM,
	.bulk_ratio = LIMIT_ARCHIVE_RATIO_BULK,
	.bulk_from = LIMIT_ARCHIVE_RATIO_BULK_FROM,
	.buffer_bytes = LIMIT_ARCHIVE_BUFFER,
};

struct level {
	struct archive_walk *walk;
	struct level *outer; /* whose current member we read; NULL: the descriptor */
	const char *kind;
	bool started;
	unsigned depth; /* 1: the outermost container; a compressed tar counts once */
	buf shown;      /* path of this container */

	/* input */
	uint64_t at;   /* place in the descriptor, or in `kept` */
	buf kept;      /* first part of the input, read ahead ... */
	bool kept_all; /* ... all of it */
	uint8_t *io;
	err input_fault; /* the system's, not the format's */

	/* decoder: one of the two */
	struct unpack *unpack;
	bytes packed; /* input not yet decoded */
	bool packed_end;
	struct archive *ar;
	struct archive_entry *entry;
	bool streaming;   /* zip without its directory: member by member as it lies there */
	bool broken;      /* the decoder refuses to go on */
	err passed;       /* first damage between members that was passed over */
	uint64_t index;   /* members begun */
	uint64_t resumed; /* headers read again */

	/* content of the current member */
	bool member;
	uint64_t out;      /* bytes handed out */
	bytes piece, rest; /* decoded next; begun by the user */
	uint64_t hole;     /* zeros before `piece` */
	bool end;
	err fault; /* behind piece; sticks to the member */
	bool told; /* to the user */
	uint8_t head[HEAD_LEN];
	size_t head_len, head_at;
};

struct archive_walk {
	int fd;
	uint64_t size; /* of the descriptor */
	struct archive_limits limits;
	struct level *top;
	uint64_t members, answered, out;
	size_t kept_bytes; /* of all levels */
	err spent;         /* a ceiling of the whole was reached */
	bool readable;     /* the current member may be read */
	buf path, raw;
};

/* --- process, errors ------------------------------------------------------------------------ */

int evidence_process_init(err *e)
{
	static const char *const LOCALES[] = { "C.UTF-8", "C.utf8", "en_US.UTF-8" };

	for (size_t i = 0; i < COUNT(LOCALES); i++) {
		if (!setlocale(LC_CTYPE, LOCALES[i]) || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
			continue;
		if (setenv("TZ", "UTC0", 1) < 0)
			return err_errno(e, errno, "TZ");
		tzset();
		return 0;
	}
	return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "the system has no UTF-8 locale (C.UTF-8)");
}

void evidence_gap(struct gap *ret, const err *e, uint64_t from, uint64_t to)
{
	static const enum gap_kind KINDS[] = {
		[ERR_NONE] = GAP_UNREADABLE,
		[ERR_ARG] = GAP_UNREADABLE,
		[ERR_OOM] = GAP_LIMIT,
		[ERR_IO] = GAP_UNREADABLE,
		[ERR_TRUNCATED] = GAP_TRUNCATED,
		[ERR_CORRUPT] = GAP_DAMAGED,
		[ERR_UNSUPPORTED] = GAP_UNSUPPORTED,
		[ERR_LIMIT] = GAP_LIMIT,
	};
	enum gap_kind kind = (size_t)e->code < COUNT(KINDS) ? KINDS[e->code] : GAP_UNREADABLE;

	if (e->code == ERR_CORRUPT && strstr(e->text, "checksum"))
		kind = GAP_CHECKSUM;
	if (e->code == ERR_UNSUPPORTED && strstr(e->text, "encrypted"))
		kind = GAP_SKIPPED;
	gap_set(ret, kind, from, to, "%s", e->text);
}

static bool mentions(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

/* What libarchive says, as an error of ours. Its texts may quote the evidence. */
static int archive_fault(const struct level *l, err *e)
{
	const char *said = archive_error_string(l->ar);
	enum err_code code = ERR_CORRUPT;
	const char *prefix = "";
	char text[160];
	size_t n = 0;

	if (l->input_fault.code) {
		*e = l->input_fault;
		return -1;
	}
	for (; said && said[n] && n < sizeof text - 1; n++)
		text[n] = said[n] >= 0x20 && said[n] < 0x7F ? said[n] : '?';
	text[n] = 0;
	if (archive_errno(l->ar) == ENOMEM) {
		code = ERR_OOM;
	} else if (mentions(text, "CRC")) {
		prefix = "checksum: ";
	} else if (mentions(text, "encrypt") || mentions(text, "passphrase")) {
		code = ERR_UNSUPPORTED;
		prefix = "encrypted: ";
	} else if (mentions(text, "truncated") || mentions(text, "premature")) {
		code = ERR_TRUNCATED;
	} else if (mentions(text, "unsupported") || mentions(text, "not supported")) {
		code = ERR_UNSUPPORTED;
	}
	return err_set(e, code, l->out, "%s: %s%s", l->kind, prefix, n ? text : "damaged");
}

/* --- content of the current member ---------------------------------------------------------- */

static int whole_spent(struct archive_walk *w, const char *what, uint64_t limit)
{
	return err_set(&w->spent, ERR_LIMIT, w->out, "%s (limit %llu): the rest is not read", what,
		       (unsigned long long)limit);
}

/* Count n bytes that a level hands out, before they are used. */
static int piece_counted(struct level *l, size_t n)
{
	struct archive_walk *w = l->walk;
	const struct archive_limits *m = &w->limits;

	l->out += n;
	w->out += n;
	if (w->out > m->bytes)
		whole_spent(w, "unpacks to too many bytes", m->bytes);
	else if (w->out > m->ratio_from && w->out / m->ratio > w->size)
		whole_spent(w, "unpacks to too many times its size", m->ratio);
	else if (w->out > m->bulk_from && w->out / m->bulk_ratio > w->size)
		whole_spent(w, "unpacks to gigabytes at too many times its size", m->bulk_ratio);
	if (w->spent.code)
		l->fault = w->spent;
	else if (l->out > m->member_bytes)
		err_set(&l->fault, ERR_LIMIT, l->out, "member of more than %llu bytes: the rest is not read",
			(unsigned long long)m->member_bytes);
	return l->fault.code == ERR_LIMIT ? -1 : 0;
}

static int input_next(struct level *l, bytes *ret);

/* Decode until something came out, the stream ended or broke. */
static void unpack_more(struct level *l)
{
	bool full = true; /* the decoder may hold more than it could hand out */
	size_t n = 0;

	for (;;) {
		if (l->packed.len == 0 && !full && !l->packed_end && input_next(l, &l->packed) <= 0)
			l->packed_end = true;
		if (unpack_run(l->unpack, &l->packed, l->io, IO_LEN, &n, &l->fault) < 0)
			l->fault.offset = l->out;
		l->piece = (bytes){ l->io, n };
		if (n || l->fault.code)
			return;
		if (l->packed_end && l->packed.len == 0) {
			if (l->input_fault.code)
				l->fault = l->input_fault;
			else if (!unpack_complete(l->unpack))
				err_set(&l->fault, ERR_TRUNCATED, l->out, "%s: ends before its stream does",
					l->kind);
			l->end = true;
			return;
		}
		full = false;
	}
}

static void archive_more(struct level *l)
{
	const void *p = NULL;
	size_t n = 0;
	la_int64_t off = (la_int64_t)l->out;
	int r = archive_read_data_block(l->ar, &p, &n, &off);

	if (r == ARCHIVE_EOF) {
		l->end = true;
		n = 0;
	} else if (r != ARCHIVE_OK) {
		archive_fault(l, &l->fault);
		l->broken = r == ARCHIVE_FATAL;
		l->end = true;
		if (r !=
		    ARCHIVE_WARN) /* a warning comes with good data, such as the block before a bad CRC */
			return;
	}
	if (off < 0 || (uint64_t)off < l->out) {
		if (n && !l->fault.code)
			err_set(&l->fault, ERR_CORRUPT, l->out, "%s: parts of a sparse file overlap",
				l->kind);
		l->end = true;
		return;
	}
	l->piece = (bytes){ p, n };
	l->hole = (uint64_t)off - l->out;
}

/* The next piece of the member; valid until the next call. 1, 0 at the end, -1 with l->fault. */
static int piece_next(struct level *l, bytes *ret)
{
	static const uint8_t ZEROS[16 * 1024] = { 0 };

	for (;;) {
		if (l->fault.code == ERR_LIMIT)
			return -1;
		if (l->hole) {
			*ret = (bytes){ ZEROS, (size_t)u64_min(l->hole, sizeof ZEROS) };
			l->hole -= ret->len;
			return piece_counted(l, ret->len) < 0 ? -1 : 1;
		}
		if (l->piece.len) {
			*ret = l->piece;
			l->piece.len = 0;
			return piece_counted(l, ret->len) < 0 ? -1 : 1;
		}
		if (l->fault.code)
			return -1;
		if (l->end)
			return 0;
		if (l->unpack)
			unpack_more(l);
		else
			archive_more(l);
	}
}

/* As piece_next(), at most cap bytes, and from the member's first byte although its head was looked at. */
static int take(struct level *l, size_t cap, bytes *ret)
{
	size_t left = l->head_len - l->head_at;
	int r;

	if (left) {
		*ret = (bytes){ l->head + l->head_at, left < cap ? left : cap };
		l->head_at += ret->len;
		return 1;
	}
	if (l->rest.len == 0 && (r = piece_next(l, &l->rest)) <= 0) {
		l->rest = (bytes){ 0 }; /* a piece over a limit is not handed out */
		return r;
	}
	*ret = (bytes){ l->rest.ptr, l->rest.len < cap ? l->rest.len : cap };
	l->rest = (bytes){ l->rest.ptr + ret->len, l->rest.len - ret->len };
	return 1;
}

static void member_begin(struct level *l)
{
	l->member = true;
	l->out = l->hole = 0;
	l->piece = l->rest = (bytes){ 0 };
	l->head_len = l->head_at = 0;
	l->end = l->told = false;
	l->fault = (err){ 0 };
	l->index++;
}

/* Look at the first bytes; what could not be read is told when the member is. */
static bytes member_head(struct level *l)
{
	bytes p;

	while (l->head_len < HEAD_LEN && piece_next(l, &p) > 0) {
		size_t n = p.len < HEAD_LEN - l->head_len ? p.len : HEAD_LEN - l->head_len;

		memcpy(l->head + l->head_len, p.ptr, n);
		l->head_len += n;
		l->rest = (bytes){ p.ptr + n, p.len - n };
	}
	return (bytes){ l->head, l->head_len };
}

static void member_drain(struct level *l)
{
	bytes p;

	while (l->member && take(l, SIZE_MAX, &p) > 0)
		;
	l->member = false;
}

/* --- input of a level ----------------------------------------------------------------------- */

static bool in_memory(const struct level *l)
{
	return l->outer && l->kept_all;
}

static bool seekable(const struct level *l)
{
	return !l->outer || l->kept_all;
}

static int descriptor_next(struct level *l, uint8_t *to, bytes *ret)
{
	ssize_t n;

	do
		n = pread(l->walk->fd, to, IO_LEN, (off_t)l->at);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		err_errno(&l->input_fault, errno, "read at %llu", (unsigned long long)l->at);
		return -1;
	}
	l->at += (uint64_t)n;
	*ret = (bytes){ to, (size_t)n };
	return n > 0;
}

/* More input: 1, 0 at its end (or where the container around it broke: that is told when this level is
 * closed), -1 where work must stop. */
static int input_next(struct level *l, bytes *ret)
{
	if (l->walk->spent.code)
		return -1;
	if (!l->outer)
		return descriptor_next(l, l->io + (l->unpack ? IO_LEN : 0), ret);
	if (l->at < l->kept.len) {
		*ret = (bytes){ (const uint8_t *)l->kept.ptr + l->at, l->kept.len - l->at };
		l->at = l->kept.len;
		return 1;
	}
	if (l->kept_all)
		return 0;
	return take(l->outer, SIZE_MAX, ret) > 0 ? 1 : l->walk->spent.code ? -1 : 0;
}

static la_ssize_t on_read(struct archive *ar, void *ctx, const void **ret)
{
	struct level *l = ctx;
	bytes b = { 0 };
	int r = input_next(l, &b);

	if (r < 0) {
		archive_set_error(ar, EIO, "input");
		return ARCHIVE_FATAL;
	}
	*ret = b.ptr;
	return r > 0 ? (la_ssize_t)b.len : 0;
}

static uint64_t input_size(const struct level *l)
{
	return in_memory(l) ? l->kept.len : l->walk->size;
}

/* Never beyond the end: a cut file must be noticed, and libarchive reads there next. */
static la_int64_t on_skip(struct archive *ar, void *ctx, la_int64_t request)
{
	struct level *l = ctx;
	uint64_t size = input_size(l), left = l->at < size ? size - l->at : 0;
	uint64_t n = request > 0 ? u64_min((uint64_t)request, left) : 0;

	l->at += n;
	return (la_int64_t)n;
}

static la_int64_t on_seek(struct archive *ar, void *ctx, la_int64_t off, int whence)
{
	struct level *l = ctx;
	la_int64_t base = whence == SEEK_SET ? 0 : (la_int64_t)(whence == SEEK_CUR ? l->at : input_size(l));

	if (__builtin_add_overflow(base, off, &base) || base < 0) {
		archive_set_error(ar, EINVAL, "offset outside of the archive");
		return ARCHIVE_FATAL;
	}
	l->at = (uint64_t)base;
	return base;
}

/* --- levels --------------------------------------------------------------------------------- */

static int no_memory(err *e)
{
	return err_set(e, ERR_OOM, ERR_NO_OFFSET, "archive: no memory");
}

static int add_format(struct level *l)
{
	if (strcmp(l->kind, "tar") == 0)
		return archive_read_support_format_tar(l->ar) == ARCHIVE_OK &&
		       archive_read_set_format_option(l->ar, "tar", "read_concatenated_archives", "1") ==
			       ARCHIVE_OK;
	if (strcmp(l->kind, "7z") == 0)
		return archive_read_support_format_7zip(l->ar) == ARCHIVE_OK;
	return (l->streaming ? archive_read_support_format_zip_streamable(l->ar)
			     : archive_read_support_format_zip_seekable(l->ar)) == ARCHIVE_OK;
}

/* A zip whose directory cannot be found or read was cut: read what lies there from its beginning. */
static bool try_streaming(struct level *l)
{
	if (strcmp(l->kind, "zip") != 0 || l->streaming || l->input_fault.code || l->walk->spent.code)
		return false;
	l->streaming = true;
	return true;
}

/* Start libarchive at the beginning of the input. Only formats that read by themselves: nothing here
 * may start a program. */
static int decoder_start(struct level *l, err *e)
{
	archive_read_free(l->ar);
	l->ar = archive_read_new();
	l->at = 0;
	l->broken = false;
	l->index = 0;
	if (!l->ar || !add_format(l))
		return no_memory(e);
	archive_read_set_read_callback(l->ar, on_read);
	if (seekable(l)) {
		archive_read_set_skip_callback(l->ar, on_skip);
		archive_read_set_seek_callback(l->ar, on_seek);
	}
	archive_read_set_callback_data(l->ar, l);
	if (archive_read_open1(l->ar) == ARCHIVE_OK)
		return 0;
	return try_streaming(l) ? decoder_start(l, e) : archive_fault(l, e);
}

static void level_free(struct level *l)
{
	archive_read_free(l->ar);
	unpack_free(l->unpack);
	if (l->walk->kept_bytes >= l->kept.len)
		l->walk->kept_bytes -= l->kept.len;
	buf_done(&l->kept);
	buf_done(&l->shown);
	free(l->io);
	free(l);
}

/* Zip and 7z are read by their directory, which is at their end: keep the whole member in memory if
 * that is allowed. What was kept and is not all of it is read first. */
static int input_keep(struct level *l, err *e)
{
	struct archive_walk *w = l->walk;
	bytes p;
	int r = 0;

	while (w->kept_bytes + l->kept.len <= w->limits.buffer_bytes &&
	       (r = take(l->outer, SIZE_MAX, &p)) > 0)
		buf_add(&l->kept, p.ptr, p.len);
	w->kept_bytes += l->kept.len;
	if (l->kept.failed)
		return no_memory(e);
	l->kept_all = r <= 0;
	if (!l->kept_all && strcmp(l->kind, "7z") == 0)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET,
			       "7z of more than %zu bytes inside a container: unpack it and name it itself",
			       w->limits.buffer_bytes);
	return 0;
}

static int level_start(struct level *l, err *e)
{
	err why = { 0 };

	l->io = malloc(2 * IO_LEN);
	if (!l->io)
		return no_memory(e);
	l->unpack = unpack_new(l->kind, &why);
	if (why.code) {
		*e = why;
		return -1;
	}
	if (l->unpack)
		return 0;
	if (l->outer && strcmp(l->kind, "tar") != 0 && input_keep(l, e) < 0)
		return -1;
	l->streaming = strcmp(l->kind, "zip") == 0 && !seekable(l);
	return decoder_start(l, e);
}

/* Put a level on the stack. One that cannot start is there too, to be closed with its fault. */
static int level_push(struct archive_walk *w, const char *kind, str shown, unsigned depth, err *e)
{
	struct level *l = calloc(1, sizeof *l);

	if (!l)
		return no_memory(e);
	*l = (struct level){ .walk = w, .outer = w->top, .kind = kind, .depth = depth };
	buf_str(&l->shown, shown);
	w->top = l;
	if (l->shown.failed)
		return no_memory(e);
	l->started = level_start(l, &l->fault) == 0;
	return 0;
}

static void level_pop(struct archive_walk *w)
{
	struct level *l = w->top;

	w->top = l->outer;
	level_free(l);
}

/* --- members -------------------------------------------------------------------------------- */

/* libarchive passes over unread content without decoding it. */
static bool skips_free(const struct level *l)
{
	return !l->unpack && (strcmp(l->kind, "tar") == 0 || (strcmp(l->kind, "zip") == 0 && !l->streaming));
}

/* The decoder gave up inside a member: a zip with a directory goes on behind it. */
static int resume(struct level *l, err *e)
{
	uint64_t index = l->index;
	err why = l->fault;

	l->resumed += index;
	if (!l->ar || strcmp(l->kind, "zip") != 0 || l->streaming || l->resumed > LIMIT_ARCHIVE_RESUMES) {
		*e = why;
		return -1;
	}
	if (decoder_start(l, e) < 0)
		return -1;
	for (; l->index < index; l->index++) {
		int r = archive_read_next_header(l->ar, &l->entry);

		if (r == ARCHIVE_FATAL || r == ARCHIVE_EOF) {
			*e = why;
			return -1;
		}
	}
	return 0;
}

/* No more headers: the end, but not if some could not be found. */
static int header_end(const struct level *l, err *e)
{
	if (l->passed.code) {
		*e = l->passed;
		return -1;
	}
	if (l->streaming && seekable(l))
		return err_set(e, ERR_TRUNCATED, ERR_NO_OFFSET,
			       "zip: its directory is missing or damaged: members may be missing too");
	return 0;
}

/* A header was read, but not all of it. A name without a UTF-8 form is shown as such, no loss. */
static void pass_warning(struct level *l)
{
	const char *said = archive_error_string(l->ar);

	if (!l->passed.code && !(said && mentions(said, "cannot be converted")))
		archive_fault(l, &l->passed);
}

/* The next header: 1, 0 at the end, -1. */
static int header_next(struct level *l, err *e)
{
	struct archive_walk *w = l->walk;

	for (;;) {
		int r = archive_read_next_header(l->ar, &l->entry);

		if (r == ARCHIVE_EOF)
			return header_end(l, e);
		if (++w->members > w->limits.members)
			return whole_spent(w, "holds too many members", w->limits.members);
		if (r == ARCHIVE_WARN)
			pass_warning(l);
		if (r == ARCHIVE_OK || r == ARCHIVE_WARN)
			return 1;
		if (r == ARCHIVE_FATAL && l->index == 0 && try_streaming(l)) {
			if (decoder_start(l, e) < 0)
				return -1;
			continue;
		}
		if (r != ARCHIVE_RETRY)
			return archive_fault(l, e);
		if (!l->passed.code) /* libarchive looks for the next header behind it */
			archive_fault(l, &l->passed);
	}
}

/* Step to the next member of the level: 1 there is one, 0 the end, -1 it cannot be read on. */
static int member_next(struct level *l, err *e)
{
	int r;

	if (l->member && (!skips_free(l) || l->unpack))
		member_drain(l);
	l->member = false;
	if (l->walk->spent.code)
		return -1;
	if (l->unpack) {
		if (l->index == 0) {
			member_begin(l);
			return 1;
		}
		if (l->fault.code && !l->told) {
			*e = l->fault;
			return -1;
		}
		return 0;
	}
	if (l->broken && resume(l, e) < 0)
		return -1;
	r = header_next(l, e);
	if (r > 0)
		member_begin(l);
	return r;
}

static int64_t entry_mtime(struct archive_entry *entry)
{
	int64_t ns;

	if (!entry || !archive_entry_mtime_is_set(entry) ||
	    __builtin_mul_overflow((int64_t)archive_entry_mtime(entry), NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, (int64_t)archive_entry_mtime_nsec(entry), &ns))
		return TIME_NONE;
	return ns;
}

/* Of a compressed stream: as it says itself, or as the member that it is. */
static int64_t stream_mtime(const struct level *l)
{
	int64_t seconds;

	if (unpack_mtime(l->unpack, &seconds))
		return seconds * NS_PER_S;
	return l->outer ? entry_mtime(l->outer->entry) : TIME_NONE;
}

/* w->path and w->raw of the level's current member. */
static int member_names(struct archive_walk *w, struct level *l, err *e)
{
	const char *name = l->entry ? archive_entry_pathname(l->entry) : NULL;

	buf_clear(&w->path);
	buf_clear(&w->raw);
	buf_str(&w->path, buf_view(&l->shown));
	buf_z(&w->path, "!/");
	if (l->unpack) {
		member_name_inner(&w->path, buf_view(&l->shown));
	} else if (name) {
		buf_z(&w->raw, name);
		member_name_show(&w->path, buf_view(&w->raw));
	} else {
		buf_printf(&w->path, "(unreadable name %llu)", (unsigned long long)l->index);
	}
	return w->path.failed || w->raw.failed ? no_memory(e) : 0;
}

/* Why the entry is not read at all; false if it is. */
static bool entry_refused(struct archive_entry *entry, struct gap *ret)
{
	const char *to = archive_entry_hardlink(entry);
	const char *what = to ? "hard link to " : "symbolic link to ";
	buf target = { .max = GAP_TEXT_MAX / 2 };

	if (archive_entry_is_encrypted(entry)) {
		gap_set(ret, GAP_SKIPPED, 0, 0, "encrypted, not read");
		return true;
	}
	if (!to && archive_entry_filetype(entry) == AE_IFLNK) {
		to = archive_entry_symlink(entry);
		to = to ? to : "?";
	}
	if (to) {
		str s = { to, strnlen(to, GAP_TEXT_MAX / 8) };

		member_name_show(&target, s);
		gap_set(ret, GAP_SKIPPED, 0, 0, "%s%.*s, not followed", what, STR_ARG(buf_view(&target)));
		buf_done(&target);
		return true;
	}
	if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0) {
		gap_set(ret, GAP_SKIPPED, 0, 0, "device, FIFO or socket, not read");
		return true;
	}
	return false;
}

static void answer(struct archive_walk *w, struct level *l, struct archive_member *ret)
{
	bool sized = l->entry && archive_entry_size_is_set(l->entry) && archive_entry_size(l->entry) >= 0;

	*ret = (struct archive_member){
		.path = buf_view(&w->path),
		.raw_path = buf_view(&w->raw),
		.mtime_ns = entry_mtime(l->entry),
		.size = sized ? (uint64_t)archive_entry_size(l->entry) : UINT64_MAX,
	};
}

/* The top level stands at a member. 1: answered in *ret; 0: passed over, or a level was put on top. */
static int member_visit(struct archive_walk *w, struct archive_member *ret, err *e)
{
	struct level *l = w->top;
	const char *inner;
	bool tar_inside;
	str shown;

	if (l->entry && archive_entry_filetype(l->entry) == AE_IFDIR)
		return 0;
	if (member_names(w, l, e) < 0)
		return -1;
	answer(w, l, ret);
	if (l->entry && entry_refused(l->entry, &ret->gap))
		return 1;
	inner = container_kind(member_head(l));
	if (w->spent.code)
		return -1;
	if (l->unpack)
		ret->mtime_ns = stream_mtime(l);
	if (!inner) {
		ret->readable = w->readable = true;
		return 1;
	}
	tar_inside = l->unpack && strcmp(inner, "tar") == 0;
	if (!tar_inside && l->depth >= w->limits.depth) {
		gap_set(&ret->gap, GAP_LIMIT, 0, 0, "%s inside %u other containers: not opened (limit %u)",
			inner, l->depth, w->limits.depth);
		return 1;
	}
	shown = buf_view(tar_inside ? &l->shown : &w->path);
	return level_push(w, inner, shown, l->depth + !tar_inside, e);
}

/* The top level has ended (why NULL) or failed. What broke the container around it is the reason to
 * tell. 1: *ret tells it as a member of the outer container; -1: it is the outer container. */
static int level_close(struct archive_walk *w, const err *why, struct archive_member *ret, err *e)
{
	struct level *l = w->top, *outer = l->outer;
	bool outermost = l->depth == 1;
	err reason = why ? *why : (err){ 0 };

	if (outer) {
		member_drain(outer);
		if (w->spent.code)
			return -1;
		if (outer->fault.code && !outer->told)
			reason = outer->fault;
		outer->told = true;
	}
	if (reason.code && !outermost) {
		buf_clear(&w->path);
		buf_clear(&w->raw);
		buf_str(&w->path, buf_view(&l->shown));
		if (w->path.failed)
			return no_memory(e);
		*ret = (struct archive_member){ .path = buf_view(&w->path),
						.mtime_ns = TIME_NONE,
						.size = UINT64_MAX };
		evidence_gap(&ret->gap, &reason, 0, 0);
	}
	level_pop(w);
	if (!reason.code)
		return 0;
	if (!outermost)
		return 1;
	*e = reason;
	return err_prefix(e, "after %llu members", (unsigned long long)w->answered);
}

static int give_up(struct archive_walk *w)
{
	while (w->top)
		level_pop(w);
	return -1;
}

int archive_next(struct archive_walk *w, struct archive_member *ret, err *e)
{
	w->readable = false;
	while (w->top) {
		err why = w->top->started ? (err){ 0 } : w->top->fault;
		int r = w->top->started ? member_next(w->top, &why) : -1;

		if (r > 0)
			r = member_visit(w, ret, &why);
		else if (!w->spent.code)
			r = level_close(w, r < 0 ? &why : NULL, ret, &why);
		if (w->spent.code) {
			*e = w->spent;
			return give_up(w);
		}
		if (r > 0) {
			w->answered++;
			return 1;
		}
		if (r < 0) {
			*e = why;
			return give_up(w);
		}
	}
	return 0;
}

int64_t archive_read(struct archive_walk *w, uint8_t *to, size_t cap, err *e)
{
	struct level *l = w->top;
	bytes p = { 0 };
	int r;

	if (!l || !w->readable)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no member to read");
	if (cap == 0)
		return 0;
	r = take(l, cap, &p);
	if (r < 0) {
		l->told = true;
		if (e)
			*e = l->fault;
		return -1;
	}
	if (r == 0)
		return 0;
	memcpy(to, p.ptr, p.len);
	return (int64_t)p.len;
}

int archive_open(struct archive_walk **ret, int fd, str display, err *e)
{
	return archive_open_limited(ret, fd, display, NULL, e);
}

int archive_open_limited(struct archive_walk **ret, int fd, str display, const struct archive_limits *limits,
			 err *e)
{
	struct archive_walk *w;
	uint8_t head[HEAD_LEN];
	off_t size = lseek(fd, 0, SEEK_END);
	const char *kind;
	ssize_t n;

	do
		n = pread(fd, head, sizeof head, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 || size < 0)
		return err_errno(e, errno, "read");
	kind = container_kind((bytes){ head, (size_t)n });
	if (!kind)
		return err_set(e, ERR_UNSUPPORTED, 0, "no container that we know");
	w = calloc(1, sizeof *w);
	if (!w)
		return no_memory(e);
	w->fd = fd;
	w->size = (uint64_t)size;
	w->limits = limits ? *limits : ARCHIVE_LIMITS;
	if (level_push(w, kind, display, 1, e) < 0) {
		archive_close(w);
		return -1;
	}
	if (!w->top->started) {
		*e = w->top->fault;
		archive_close(w);
		return -1;
	}
	*ret = w;
	return 0;
}

void archive_close(struct archive_walk *w)
{
	if (!w)
		return;
	give_up(w);
	buf_done(&w->path);
	buf_done(&w->raw);
	free(w);
}
