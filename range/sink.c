#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/times.h"

#define FILETIME_1970 UINT64_C(116444736000000000)
#define OUT_FULL (256u << 10)
#define NO_FILE UINT32_MAX

static void fail(struct sinks *all, const err *e)
{
	if (!all->failed)
		all->error = *e;
	all->failed = true;
}

static void fail_memory(struct sinks *all)
{
	err e = { 0 };

	err_set(&e, ERR_OOM, ERR_NO_OFFSET, "no memory for rows of logs");
	fail(all, &e);
}

int make_folders(const char *path, err *e)
{
	char part[2 * SINK_PATH_MAX];

	for (size_t i = 1; path[i] && i < sizeof part; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) < 0 && errno != EEXIST)
			return err_errno(e, errno, "cannot create %s", part);
	}
	return 0;
}

int sinks_init(struct sinks *s, const char *dir, err *e)
{
	memset(s, 0, sizeof *s);
	if (asprintf(&s->dir, "%s/", dir) < 0)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a path");
	return make_folders(s->dir, e);
}

static void sink_free(struct sink *s)
{
	VEC_DONE(&s->rows);
	VEC_DONE(&s->drops);
	buf_done(&s->text);
	buf_done(&s->out);
	evtx_writer_free(s->evtx);
	free(s);
}

void sinks_done(struct sinks *all)
{
	for (size_t i = 0; i < all->at.len; i++)
		sink_free(all->at.at[i]);
	for (size_t i = 0; i < all->files.len; i++) {
		free(all->files.at[i].path);
		free(all->files.at[i].shown);
	}
	VEC_DONE(&all->at);
	VEC_DONE(&all->files);
	free(all->dir);
}

struct sink *sink_new(struct sinks *all, const struct log_kind *kind, uint32_t host)
{
	struct sink **slot = all->failed ? NULL : VEC_PUSH(&all->at, LIMIT_SINKS);
	struct sink *s = slot ? calloc(1, sizeof *s) : NULL;

	if (!s) {
		if (slot)
			all->at.len--;
		fail_memory(all);
		return NULL;
	}
	*slot = s;
	s->kind = kind;
	s->all = all;
	s->host = host;
	s->id = (uint32_t)all->at.len - 1;
	s->file = NO_FILE;
	s->first = s->last = TIME_NONE;
	return s;
}

void sink_drop(struct sink *s, int64_t from, int64_t to, const char *cause)
{
	struct drop *d = s ? VEC_PUSH(&s->drops, 1u << 16) : NULL;

	if (d)
		*d = (struct drop){ from, to, cause, 0 };
}

static bool dropped(struct sink *s, int64_t t)
{
	for (size_t i = 0; i < s->drops.len; i++)
		if (t >= s->drops.at[i].from && t < s->drops.at[i].to) {
			s->drops.at[i].lost++;
			return true;
		}
	return false;
}

bool sink_skips(struct sink *s, int64_t time, uint32_t step)
{
	return s->drops.len && step < s->all->listed && dropped(s, time);
}

buf *sink_row(struct sink *s)
{
	struct row *r = VEC_PUSH(&s->rows, LIMIT_SINK_ROWS);

	if (!r) {
		fail_memory(s->all);
		buf_clear(&s->text);
		return &s->text;
	}
	r->at = (uint32_t)s->text.len;
	return &s->text;
}

void sink_end(struct sink *s, int64_t time, uint32_t step)
{
	struct row *r;

	if (s->all->failed || !s->rows.len)
		return;
	if (s->text.failed || s->text.len > UINT32_MAX / 2) {
		fail_memory(s->all);
		return;
	}
	r = &s->rows.at[s->rows.len - 1];
	r->len = (uint32_t)s->text.len - r->at;
	r->time = time;
	r->order = s->all->order++;
	r->step = step;
	s->told++;
}

/* --- files ---------------------------------------------------------------------------------- */

static struct sink_file *file_of(struct sink *s)
{
	return &s->all->files.at[s->file];
}

static int write_at(struct sinks *all, const char *path, bytes data, int64_t at, err *e)
{
	char full[3 * SINK_PATH_MAX];
	int fd, flags = O_WRONLY | O_CREAT | O_CLOEXEC | (at < 0 ? O_APPEND : 0);
	ssize_t n = 0;

	snprintf(full, sizeof full, "%s%s", all->dir, path);
	fd = open(full, flags, 0666);
	if (fd < 0 && errno == ENOENT && make_folders(full, e) == 0)
		fd = open(full, flags, 0666);
	if (fd < 0)
		return err_errno(e, errno, "cannot write %s", full);
	while (data.len && n >= 0) {
		n = at < 0 ? write(fd, data.ptr, data.len) : pwrite(fd, data.ptr, data.len, at);
		if (n > 0) {
			data.ptr += n;
			data.len -= (size_t)n;
			at = at < 0 ? at : at + n;
		}
	}
	if (close(fd) != 0 || n < 0)
		return err_errno(e, errno, "cannot write %s", full);
	return 0;
}

static void flush_out(struct sink *s)
{
	err e = { 0 };

	if (s->out.len == 0 || s->all->failed)
		return;
	if (s->out.failed)
		fail_memory(s->all);
	else if (write_at(s->all, file_of(s)->path, str_bytes(buf_view(&s->out)), -1, &e) < 0)
		fail(s->all, &e);
	buf_clear(&s->out);
}

static int evtx_to_file(void *ctx, uint64_t at, bytes data, err *e)
{
	struct sink *s = ctx;
	struct sink_file *f = file_of(s);

	f->size = u64_max(f->size, at + data.len);
	return write_at(s->all, f->path, data, (int64_t)at, e);
}

static int evtx_from_file(void *ctx, uint64_t at, void *to, size_t n, err *e)
{
	struct sink *s = ctx;
	char full[3 * SINK_PATH_MAX];
	ssize_t got;
	int fd;

	snprintf(full, sizeof full, "%s%s", s->all->dir, file_of(s)->path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : pread(fd, to, n, (off_t)at);
	if (fd >= 0)
		close(fd);
	if (got != (ssize_t)n)
		return err_errno(e, errno, "cannot read %s again", full);
	return 0;
}

static void close_file(struct sink *s)
{
	err e = { 0 };
	size_t before = s->out.len;

	if (s->file == NO_FILE || s->all->failed)
		return;
	if (s->evtx) {
		if (evtx_writer_finish(s->evtx, &e) < 0)
			fail(s->all, &e);
		evtx_writer_free(s->evtx);
		s->evtx = NULL;
	} else {
		if (s->kind->trailer)
			s->kind->trailer(s, s->last, &s->out);
		file_of(s)->size += s->out.len - before;
		flush_out(s);
	}
	buf_done(&s->out); /* thousands of logs, few of them busy */
	s->out = (buf){ 0 };
	s->file = NO_FILE;
}

/* Most rows are one line; events of the kernel's audit and heads in mid-file are more. */
static uint64_t lines_of(const char *p, size_t len)
{
	const char *end = p + len;
	uint64_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

static void open_file(struct sink *s, int64_t t)
{
	struct sink_file *f = VEC_PUSH(&s->all->files, LIMIT_SINK_FILES);
	char path[SINK_PATH_MAX], shown[SINK_PATH_MAX];
	err e = { 0 };

	if (!f) {
		fail_memory(s->all);
		return;
	}
	s->kind->path(s, t, path);
	f->sink = s->id;
	memcpy(shown, path, sizeof shown);
	f->finish = s->all->plan ? s->all->plan(s->all->ctx, s, t, path, shown) : FINISH_PLAIN;
	f->path = strdup(path);
	f->shown = strdup(shown);
	f->first = f->last = TIME_NONE;
	s->file = (uint32_t)(f - s->all->files.at);
	s->lines = 0;
	if (!f->path || !f->shown) {
		fail_memory(s->all);
		return;
	}
	if (s->kind->evtx) {
		if (evtx_writer_new(&s->evtx, evtx_to_file, evtx_from_file, s, &e) < 0)
			fail(s->all, &e);
		return;
	}
	if (s->kind->header)
		s->kind->header(s, t, &s->out);
	f->size = s->out.len;
	s->lines = lines_of(s->out.ptr, s->out.len);
}

static int64_t period_of(const struct sink *s, int64_t t)
{
	return s->kind->period ? s->all->clock(s->all->ctx, s, t) / s->kind->period : 0;
}

/* --- rows ----------------------------------------------------------------------------------- */

static void put_event(struct sink *s, bytes row, uint64_t id)
{
	struct packed_event ev;
	struct evtx_record r = { 0 };
	err e = { 0 };

	memcpy(&ev, row.ptr, sizeof ev);
	r.def = ev.def;
	r.computer = ev.computer;
	r.id = id;
	r.created = (uint64_t)(ev.logged / 100) + FILETIME_1970;
	r.written = r.created + 1000 + (r.created >> 3) % 4000;
	r.pid = ev.pid;
	r.tid = ev.tid;
	r.user_sid = (bytes){ ev.sid, ev.sid_len };
	r.packed = (bytes){ row.ptr + sizeof ev, row.len - sizeof ev };
	r.packed_n = ev.nvalues;
	if (evtx_writer_add(s->evtx, &r, &e) < 0)
		fail(s->all, &e);
}

static void put_text(struct sink *s, bytes row)
{
	size_t before = s->out.len;

	if (s->kind->render)
		s->kind->render(s, row, &s->out);
	else
		buf_add(&s->out, row.ptr, row.len);
	file_of(s)->size += s->out.len - before;
	file_of(s)->huge += s->out.len - before > 1u << 20;
	s->lines += lines_of(s->out.ptr + before, s->out.len - before);
	if (s->out.len >= OUT_FULL)
		flush_out(s);
}

static void land(struct sink *s, const struct row *r)
{
	bytes row = { (const uint8_t *)s->text.ptr + r->at, r->len };
	uint64_t id, offset;
	struct sink_file *f;
	int64_t period;

	if (dropped(s, r->time)) {
		if (s->kind->evtx)
			++*s->ids;
		if (r->step != NO_STEP)
			s->all->landed(s->all->ctx, s, r, NULL, 0, 0);
		return;
	}
	period = period_of(s, r->time);
	if (s->file != NO_FILE && period > s->rolled) /* a clock that was set back opens no old file */
		close_file(s);
	if (s->file == NO_FILE) {
		open_file(s, r->time);
		s->rolled = period;
	}
	if (s->all->failed)
		return;
	f = file_of(s);
	id = s->kind->evtx ? ++*s->ids : s->lines + 1;
	offset = f->size;
	if (s->kind->evtx)
		put_event(s, row, id);
	else
		put_text(s, row);
	if (s->kind->evtx && !s->all->failed)
		offset = evtx_writer_last_at(s->evtx);
	if (f->rows++ == 0)
		f->first = r->time;
	f->last = r->time;
	s->first = s->first == TIME_NONE ? r->time : s->first;
	s->last = r->time;
	s->kept++;
	s->all->rows++;
	if (r->step == NO_STEP)
		return;
	f->marked_end = offset + (s->kind->evtx ? 65536 : f->size - offset);
	s->all->landed(s->all->ctx, s, r, f->shown, offset, id);
}

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* What was not due moves to the front of the sink's text. */
static void keep_rest(struct sink *s, size_t done)
{
	size_t n = s->rows.len - done;
	buf text = { 0 };

	if (n == 0) { /* thousands of logs, few of them busy in the same slice */
		VEC_DONE(&s->rows);
		buf_done(&s->text);
		s->text = (buf){ 0 };
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct row r = s->rows.at[done + i];
		size_t at = text.len;

		buf_add(&text, s->text.ptr + r.at, r.len);
		r.at = (uint32_t)at;
		s->rows.at[i] = r;
	}
	s->rows.len = n;
	if (text.failed)
		fail_memory(s->all);
	buf_done(&s->text);
	s->text = text;
}

static void flush_sink(struct sink *s, int64_t upto)
{
	size_t i = 0;
	bool sorted = true;

	if (s->rows.len == 0)
		return;
	for (size_t k = 1; sorted && k < s->rows.len; k++)
		sorted = by_time(&s->rows.at[k - 1], &s->rows.at[k]) < 0;
	if (!sorted)
		qsort(s->rows.at, s->rows.len, sizeof *s->rows.at, by_time);
	for (; i < s->rows.len && s->rows.at[i].time < upto && !s->all->failed; i++)
		land(s, &s->rows.at[i]);
	if (i) {
		keep_rest(s, i);
		s->used = s->all->flushes;
	}
}

/* --- memory --------------------------------------------------------------------------------- */

static size_t held_by(const struct sink *s)
{
	return s->out.cap + (s->evtx ? evtx_writer_held(s->evtx) : 0);
}

static void park(struct sink *s)
{
	err e = { 0 };

	if (s->evtx && evtx_writer_park(s->evtx, &e) < 0)
		fail(s->all, &e);
	flush_out(s);
	buf_done(&s->out);
	s->out = (buf){ 0 };
}

static int by_use(const void *a, const void *b)
{
	const struct sink *x = *(struct sink *const *)a, *y = *(struct sink *const *)b;

	if (x->used != y->used)
		return x->used < y->used ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* Begun files that were not used for longest give their memory to the disk, until a third of the limit is free. */
static void park_idle(struct sinks *all, size_t held)
{
	struct sink **idle = malloc(all->at.len * sizeof *idle);
	size_t n = 0;

	if (!idle) {
		fail_memory(all);
		return;
	}
	for (size_t i = 0; i < all->at.len; i++)
		if (held_by(all->at.at[i]))
			idle[n++] = all->at.at[i];
	qsort(idle, n, sizeof *idle, by_use);
	for (size_t i = 0; i < n && held > LIMIT_SINK_HELD / 3 * 2 && !all->failed; i++) {
		held -= held_by(idle[i]);
		park(idle[i]);
	}
	free(idle);
}

void sinks_flush(struct sinks *all, int64_t upto)
{
	size_t held = 0;

	all->flushes++;
	for (size_t i = 0; i < all->at.len && !all->failed; i++) {
		flush_sink(all->at.at[i], upto);
		held += held_by(all->at.at[i]);
	}
	if (held > LIMIT_SINK_HELD && !all->failed)
		park_idle(all, held);
}

int sinks_finish(struct sinks *all, err *e)
{
	sinks_flush(all, INT64_MAX);
	for (size_t i = 0; i < all->at.len && !all->failed; i++)
		close_file(all->at.at[i]);
	if (!all->failed)
		return 0;
	if (e)
		*e = all->error;
	return -1;
}
