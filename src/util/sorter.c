#include "util/sorter.h"

#include <stdlib.h>
#include <unistd.h>

#include "util/limits.h"
#include "util/tempfile.h"
#include "util/vec.h"

enum {
	HEADER = 8,             /* two 32-bit lengths before each stored record */
	RUN_BUFFER = 64 * 1024, /* read-ahead of one run while merging */
	WRITE_BUFFER = 1 << 20,
	MERGE_WAYS = 32, /* runs of one level that are merged into one of the next */
};

/* One record in memory. data[at] is its header; `at` grows with each record, so it is the sequence
 * number too. prefix holds the first key bytes, big-endian: most comparisons end there. */
struct entry {
	uint64_t prefix;
	uint64_t at;
};

struct run { /* a sorted stretch of the temporary file */
	uint64_t off, len;
	unsigned level;
};

struct run_reader {
	uint64_t pos, end; /* in the file, behind what `mem` holds */
	uint8_t *mem;
	size_t cap, start, len; /* valid bytes: mem[start, start + len) */
	size_t record;          /* bytes of the current record, 0: none */
};

struct merge {
	struct run_reader *readers;
	size_t n;
	size_t *heap; /* indices of readers that have a record, smallest at 0 */
	size_t heap_len;
};

struct sorter {
	buf data;
	VEC(struct entry) entries;
	VEC(struct run) runs;
	size_t mem_max;
	uint64_t count;
	int fd;
	uint64_t file_end;
	bool reading;
	size_t next; /* in entries, while all is in memory */
	struct merge merge;
};

int sorter_new(struct sorter **ret, size_t mem_bytes, err *e)
{
	struct sorter *s = calloc(1, sizeof *s);

	if (!s)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for sorting");
	s->fd = -1;
	s->mem_max = mem_bytes;
	*ret = s;
	return 0;
}

static void merge_done(struct merge *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->readers[i].mem);
	free(m->readers);
	free(m->heap);
	*m = (struct merge){ 0 };
}

void sorter_free(struct sorter *s)
{
	if (!s)
		return;
	merge_done(&s->merge);
	buf_done(&s->data);
	VEC_DONE(&s->entries);
	VEC_DONE(&s->runs);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

uint64_t sorter_len(const struct sorter *s)
{
	return s->count;
}

bool sorter_spilled(const struct sorter *s)
{
	return s->fd >= 0;
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static bytes record_key(const uint8_t *p)
{
	return (bytes){ p + HEADER, load_le32(p) };
}

static bytes record_payload(const uint8_t *p)
{
	return (bytes){ p + HEADER + load_le32(p), load_le32(p + 4) };
}

static uint64_t record_len(const uint8_t *p)
{
	return HEADER + (uint64_t)load_le32(p) + load_le32(p + 4);
}

static uint64_t key_prefix(bytes key)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (i < key.len ? key.ptr[i] : 0);
	return v;
}

static int entry_cmp(const void *pa, const void *pb, void *data)
{
	const struct entry *a = pa, *b = pb;
	int c;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	c = str_cmp(bytes_str(record_key((uint8_t *)data + a->at)),
		    bytes_str(record_key((uint8_t *)data + b->at)));
	return c ? c : (a->at > b->at) - (a->at < b->at);
}

static void entries_sort(struct sorter *s)
{
	if (s->entries.len)
		qsort_r(s->entries.at, s->entries.len, sizeof s->entries.at[0], entry_cmp, s->data.ptr);
}

/* --- writing runs --------------------------------------------------------------------------- */

struct run_writer {
	int fd;
	uint64_t off; /* file offset of block's first byte */
	buf block;
};

static int writer_flush(struct run_writer *w, err *e)
{
	if (w->block.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for sorting");
	if (tempfile_write(w->fd, w->off, str_bytes(buf_view(&w->block)), e) < 0)
		return -1;
	w->off += w->block.len;
	buf_clear(&w->block);
	return 0;
}

static int writer_add(struct run_writer *w, const uint8_t *record, err *e)
{
	buf_add(&w->block, record, (size_t)record_len(record));
	return w->block.len >= WRITE_BUFFER || w->block.failed ? writer_flush(w, e) : 0;
}

static int run_push(struct sorter *s, uint64_t end, unsigned level, err *e)
{
	struct run *r = VEC_PUSH(&s->runs, LIMIT_SORTER_RUNS);

	if (!r)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for sorting");
	*r = (struct run){ .off = s->file_end, .len = end - s->file_end, .level = level };
	s->file_end = end;
	return 0;
}

/* --- merging -------------------------------------------------------------------------------- */

/* Have `need` bytes in memory; false in *ret_ok at the run's end. */
static int reader_need(int fd, struct run_reader *r, size_t need, bool *ret_ok, err *e)
{
	size_t want;

	*ret_ok = true;
	if (r->len >= need)
		return 0;
	if (need - r->len > r->end - r->pos) {
		*ret_ok = false;
		return 0;
	}
	if (r->cap < need) {
		size_t cap = need > RUN_BUFFER ? need : RUN_BUFFER;
		uint8_t *mem = malloc(cap);

		if (!mem)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for sorting");
		if (r->len)
			memcpy(mem, r->mem + r->start, r->len);
		free(r->mem);
		r->mem = mem;
		r->cap = cap;
	} else {
		memmove(r->mem, r->mem + r->start, r->len);
	}
	r->start = 0;
	want = r->cap - r->len;
	if (want > r->end - r->pos)
		want = (size_t)(r->end - r->pos);
	if (tempfile_read(fd, r->pos, r->mem + r->len, want, e) < 0)
		return -1;
	r->pos += want;
	r->len += want;
	return 0;
}

/* Step to the next record of the run; r->record is 0 behind the last. */
static int reader_step(int fd, struct run_reader *r, err *e)
{
	uint64_t len;
	bool ok;

	r->start += r->record;
	r->len -= r->record;
	r->record = 0;
	if (reader_need(fd, r, HEADER, &ok, e) < 0)
		return -1;
	if (!ok)
		return 0;
	len = record_len(r->mem + r->start);
	if (reader_need(fd, r, (size_t)len, &ok, e) < 0)
		return -1;
	if (!ok)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "temporary file was changed");
	r->record = (size_t)len;
	return 0;
}

static bool heap_less(const struct merge *m, size_t a, size_t b)
{
	const struct run_reader *ra = &m->readers[a], *rb = &m->readers[b];
	int c = str_cmp(bytes_str(record_key(ra->mem + ra->start)),
			bytes_str(record_key(rb->mem + rb->start)));

	return c ? c < 0 : a < b; /* an earlier run holds the earlier records */
}

static void heap_down(struct merge *m, size_t i)
{
	for (;;) {
		size_t small = i;

		for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < m->heap_len; c++)
			if (heap_less(m, m->heap[c], m->heap[small]))
				small = c;
		if (small == i)
			return;
		size_t t = m->heap[i];
		m->heap[i] = m->heap[small];
		m->heap[small] = t;
		i = small;
	}
}

static int merge_init(struct merge *m, int fd, const struct run *runs, size_t n, err *e)
{
	m->readers = calloc(n ? n : 1, sizeof *m->readers);
	m->heap = calloc(n ? n : 1, sizeof *m->heap);
	if (!m->readers || !m->heap)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for sorting");
	m->n = n;
	for (size_t i = 0; i < n; i++) {
		struct run_reader *r = &m->readers[i];

		r->pos = runs[i].off;
		r->end = runs[i].off + runs[i].len;
		if (reader_step(fd, r, e) < 0)
			return -1;
		if (r->record)
			m->heap[m->heap_len++] = i;
	}
	for (size_t i = m->heap_len; i-- > 0;)
		heap_down(m, i);
	return 0;
}

/* The smallest record, or NULL. It stays current until merge_step(). */
static const uint8_t *merge_top(const struct merge *m)
{
	const struct run_reader *r;

	if (!m->heap_len)
		return NULL;
	r = &m->readers[m->heap[0]];
	return r->mem + r->start;
}

static int merge_step(struct merge *m, int fd, err *e)
{
	struct run_reader *r = &m->readers[m->heap[0]];

	if (reader_step(fd, r, e) < 0)
		return -1;
	if (!r->record)
		m->heap[0] = m->heap[--m->heap_len];
	heap_down(m, 0);
	return 0;
}

/* Replace the last n runs by one of the next level. */
static int runs_merge(struct sorter *s, size_t n, err *e)
{
	struct run *first = &s->runs.at[s->runs.len - n];
	struct run_writer w = { .fd = s->fd, .off = s->file_end };
	unsigned level = first->level + 1;
	struct merge m = { 0 };
	const uint8_t *record;
	int rc = merge_init(&m, s->fd, first, n, e);

	while (rc == 0 && (record = merge_top(&m))) {
		rc = writer_add(&w, record, e);
		if (rc == 0)
			rc = merge_step(&m, s->fd, e);
	}
	if (rc == 0)
		rc = writer_flush(&w, e);
	merge_done(&m);
	buf_done(&w.block);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		tempfile_release(s->fd, first[i].off, first[i].len);
	s->runs.len -= n;
	return run_push(s, w.off, level, e);
}

static int runs_reduce(struct sorter *s, err *e)
{
	while (s->runs.len >= MERGE_WAYS &&
	       s->runs.at[s->runs.len - MERGE_WAYS].level == s->runs.at[s->runs.len - 1].level)
		if (runs_merge(s, MERGE_WAYS, e) < 0)
			return -1;
	return 0;
}

/* --- adding --------------------------------------------------------------------------------- */

static int spill(struct sorter *s, err *e)
{
	struct run_writer w = { .off = s->file_end };
	int rc = 0;

	if (s->fd < 0) {
		s->fd = tempfile_open(e);
		if (s->fd < 0)
			return -1;
	}
	w.fd = s->fd;
	entries_sort(s);
	for (size_t i = 0; rc == 0 && i < s->entries.len; i++)
		rc = writer_add(&w, (uint8_t *)s->data.ptr + s->entries.at[i].at, e);
	if (rc == 0)
		rc = writer_flush(&w, e);
	buf_done(&w.block);
	if (rc < 0 || run_push(s, w.off, 0, e) < 0)
		return -1;
	buf_clear(&s->data);
	s->entries.len = 0;
	return runs_reduce(s, e);
}

int sorter_add(struct sorter *s, bytes key, bytes payload, err *e)
{
	uint8_t head[HEADER];
	struct entry *en;
	size_t at = s->data.len;

	if (s->reading || key.len >= 1u << 30 || payload.len >= 1u << 30)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "record cannot be sorted");
	put_le32(head, (uint32_t)key.len);
	put_le32(head + 4, (uint32_t)payload.len);
	buf_add(&s->data, head, sizeof head);
	buf_add(&s->data, key.ptr, key.len);
	buf_add(&s->data, payload.ptr, payload.len);
	en = s->data.failed ? NULL : VEC_PUSH(&s->entries, SIZE_MAX / sizeof *en);
	if (!en)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for sorting");
	*en = (struct entry){ .prefix = key_prefix(key), .at = at };
	s->count++;
	if (s->data.len + s->entries.len * sizeof *en < s->mem_max)
		return 0;
	return spill(s, e);
}

/* --- reading -------------------------------------------------------------------------------- */

static int reading_start(struct sorter *s, err *e)
{
	s->reading = true;
	if (s->fd < 0) {
		entries_sort(s);
		return 0;
	}
	if (s->entries.len && spill(s, e) < 0)
		return -1;
	buf_done(&s->data);
	VEC_DONE(&s->entries);
	return merge_init(&s->merge, s->fd, s->runs.at, s->runs.len, e);
}

int sorter_next(struct sorter *s, bytes *ret_key, bytes *ret_payload, err *e)
{
	const uint8_t *record = NULL;
	bool first = !s->reading;

	if (first && reading_start(s, e) < 0)
		return -1;
	if (s->fd >= 0) {
		if (!first && s->merge.heap_len && merge_step(&s->merge, s->fd, e) < 0)
			return -1;
		record = merge_top(&s->merge);
	} else if (s->next < s->entries.len) {
		record = (uint8_t *)s->data.ptr + s->entries.at[s->next++].at;
	}
	if (!record)
		return 0;
	*ret_key = record_key(record);
	*ret_payload = record_payload(record);
	return 1;
}

/* --- keys ----------------------------------------------------------------------------------- */

void sorter_key_u64(buf *key, uint64_t v)
{
	uint8_t p[8];

	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
	buf_add(key, p, sizeof p);
}

void sorter_key_i64(buf *key, int64_t v)
{
	sorter_key_u64(key, (uint64_t)v ^ UINT64_C(1) << 63);
}

/* NUL becomes 00 FF and 00 00 ends the part, so that no part can look like the next one. */
void sorter_key_str(buf *key, str s)
{
	while (s.len) {
		const char *nul = memchr(s.ptr, 0, s.len);
		size_t n = nul ? (size_t)(nul - s.ptr) : s.len;

		buf_add(key, s.ptr, n);
		s.ptr += n;
		s.len -= n;
		if (nul) {
			buf_add(key, "\x00\xff", 2);
			s.ptr++;
			s.len--;
		}
	}
	buf_add(key, "\x00\x00", 2);
}
