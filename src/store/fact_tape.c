#include "store/fact_tape.h"

#include <stdlib.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/tempfile.h"

enum { BLOCK = 256 * 1024 };

/* A fact on the tape: this, its references, the lengths of its attributes, their bytes. It never leaves this process, so
 * it is plain memory. */
struct record {
	uint64_t len; /* of all */
	uint64_t attrs;
	int64_t first_ns, last_ns;
	uint64_t count, bytes;
	uint32_t hours, nrefs;
};
_Static_assert(FA_COUNT <= 64 && sizeof(struct record) == 56, "a bit per attribute; no holes");

struct fact_tape {
	int fd;       /* -1: none yet */
	bool useless; /* no space for it */
	bool spoiled; /* what is being written has changed meanwhile */
	int writing;  /* enum fact_kind, -1: none */
	uint64_t end;
	buf block; /* what is not yet in the file */
	struct {
		uint64_t from, to;
		bool there;
	} kind[FACT_KINDS];
};

struct fact_tape *fact_tape_new(void)
{
	struct fact_tape *t = calloc(1, sizeof *t);

	if (t) {
		t->fd = -1;
		t->writing = -1;
	}
	return t;
}

void fact_tape_free(struct fact_tape *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		close(t->fd);
	buf_done(&t->block);
	free(t);
}

/* --- writing --------------------------------------------------------------------------------- */

bool fact_tape_start(struct fact_tape *t, enum fact_kind kind)
{
	if (t->writing >= 0 || t->useless)
		return false;
	if (t->fd < 0)
		t->fd = tempfile_open(NULL);
	t->useless = t->fd < 0;
	if (t->useless)
		return false;
	t->writing = (int)kind;
	t->spoiled = false;
	t->kind[kind].from = t->end;
	buf_clear(&t->block);
	return true;
}

static void flush(struct fact_tape *t)
{
	if (t->block.failed || tempfile_write(t->fd, t->end, str_bytes(buf_view(&t->block)), NULL) < 0)
		t->useless = true;
	t->end += t->block.len;
	buf_clear(&t->block);
}

void fact_tape_add(struct fact_tape *t, const struct fact *f)
{
	size_t refs = f->nrefs * sizeof *f->refs;
	struct record r = { .len = sizeof r + refs,
			    .first_ns = f->first_ns,
			    .last_ns = f->last_ns,
			    .count = f->count,
			    .bytes = f->bytes,
			    .hours = f->hours,
			    .nrefs = f->nrefs };
	uint32_t lens[FA_COUNT], n = 0;

	if (t->useless)
		return;
	for (uint32_t i = 0; i < FA_COUNT; i++) {
		if (f->attr[i].len == 0)
			continue;
		r.attrs |= UINT64_C(1) << i;
		lens[n++] = (uint32_t)f->attr[i].len;
		r.len += sizeof *lens + f->attr[i].len;
	}
	buf_add(&t->block, &r, sizeof r);
	buf_add(&t->block, f->refs, refs);
	buf_add(&t->block, lens, n * sizeof *lens);
	for (uint32_t i = 0; i < FA_COUNT; i++)
		buf_str(&t->block, f->attr[i]);
	if (t->block.len >= BLOCK)
		flush(t);
}

void fact_tape_end(struct fact_tape *t, bool whole)
{
	int kind = t->writing;

	t->writing = -1;
	whole &= !t->spoiled && !t->useless;
	if (whole)
		flush(t);
	t->kind[kind].to = t->end;
	t->kind[kind].there = whole && !t->useless;
	if (!t->kind[kind].there)
		t->end = t->kind[kind].from;
}

void fact_tape_forget(struct fact_tape *t)
{
	for (int i = 0; i < FACT_KINDS; i++)
		t->kind[i].there = false;
	t->spoiled = true;
	if (t->writing < 0)
		t->end = 0;
}

/* --- reading --------------------------------------------------------------------------------- */

bool fact_tape_has(const struct fact_tape *t, enum fact_kind kind)
{
	return t->kind[kind].there;
}

/* The next part of a kind, of which some bytes lie in memory. */
struct reel {
	int fd;
	uint64_t at, to; /* of the file: what was not read yet */
	uint8_t *mem;
	size_t size, from, len;
};

/* Let n bytes lie in memory. False: there are none, or *e says why. */
static bool reel_want(struct reel *r, size_t n, err *e)
{
	size_t more;

	if (r->len >= n)
		return true;
	if (n > r->size) {
		uint8_t *mem = realloc(r->mem, n + BLOCK);

		if (!mem)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to read facts") == 0;
		r->mem = mem;
		r->size = n + BLOCK;
	}
	if (r->len)
		memmove(r->mem, r->mem + r->from, r->len);
	r->from = 0;
	more = r->size - r->len;
	if (more > r->to - r->at)
		more = (size_t)(r->to - r->at);
	if (r->len + more < n)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "temporary file was changed") == 0;
	if (tempfile_read(r->fd, r->at, r->mem + r->len, more, e) < 0)
		return false;
	r->at += more;
	r->len += more;
	return true;
}

/* The attributes of the record before are taken away. False: not as it was written. */
static bool fact_of(bytes all, struct fact *f, uint64_t *attrs)
{
	struct record r;
	bytes refs, lens, text;
	size_t n, at;

	memcpy(&r, all.ptr, sizeof r);
	for (uint64_t m = *attrs; m; m &= m - 1)
		f->attr[__builtin_ctzll(m)] = STR("");
	*attrs = r.attrs;
	n = (size_t)__builtin_popcountll(r.attrs);
	if (r.nrefs > FACT_REFS || r.attrs >> (FA_COUNT - 1) > 1 ||
	    !bytes_sub(all, sizeof r, r.nrefs * sizeof *f->refs, &refs) ||
	    !bytes_sub(all, sizeof r + refs.len, n * sizeof(uint32_t), &lens))
		return false;
	f->first_ns = r.first_ns;
	f->last_ns = r.last_ns;
	f->count = r.count;
	f->bytes = r.bytes;
	f->hours = r.hours;
	f->nrefs = r.nrefs;
	memcpy(f->refs, refs.ptr, refs.len);
	at = sizeof r + refs.len + lens.len;
	for (uint64_t m = r.attrs; m; m &= m - 1) {
		uint32_t len;

		memcpy(&len, lens.ptr, sizeof len);
		lens.ptr += sizeof len;
		if (!bytes_sub(all, at, len, &text))
			return false;
		f->attr[__builtin_ctzll(m)] = bytes_str(text);
		at += len;
	}
	return true;
}

int fact_tape_each(struct fact_tape *t, enum fact_kind kind, int (*fn)(void *, const struct fact *, err *),
		   void *ctx, err *e)
{
	struct reel r = { .fd = t->fd, .at = t->kind[kind].from, .to = t->kind[kind].to };
	struct fact f = { .kind = kind };
	uint64_t attrs = 0;
	int rc = 0;

	for (int i = 0; i < FA_COUNT; i++) /* as from the case: what is absent is empty, and never a null pointer */
		f.attr[i] = STR("");
	while (rc == 0 && (r.len || r.at < r.to)) {
		uint64_t len = 0;

		if (!reel_want(&r, sizeof(struct record), e)) {
			rc = -1;
			break;
		}
		memcpy(&len, r.mem + r.from, sizeof len);
		if (len < sizeof(struct record) || !reel_want(&r, len, e) ||
		    !fact_of((bytes){ r.mem + r.from, len }, &f, &attrs)) {
			rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "temporary file was changed");
			break;
		}
		rc = fn(ctx, &f, e);
		r.from += len;
		r.len -= len;
	}
	free(r.mem);
	return rc;
}
