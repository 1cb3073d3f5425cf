#include <stdlib.h>

#include "readers/text/linepat.h"
#include "readers/text/textlog.h"
#include "util/limits.h"

/* Memory of converted lines. */
struct text_head_store {
	arena mem;
};

static bool add_line(struct text_head *h, struct text_head_store *store, bytes raw, buf *scratch)
{
	str s = coding_text(&h->coding, raw, scratch);

	if (s.ptr && s.len && s.ptr == scratch->ptr)
		s = arena_str(&store->mem, s);
	if (!s.ptr)
		return false;
	if (s.len)
		h->lines[h->nlines++] = s;
	return true;
}

bool text_head_init(struct text_head *h, struct text_head_store **ret_store, bytes head, str path)
{
	return text_head_init_as(h, ret_store, head, path, (str){ 0 });
}

bool text_head_init_as(struct text_head *h, struct text_head_store **ret_store, bytes head, str path,
		       str coding)
{
	struct text_head_store *store = calloc(1, sizeof *store);
	bool ended, whole = head.len < READER_PROBE_LEN, ok = store != NULL, lone_cr;
	buf scratch = { 0 };

	*h = (struct text_head){ .path = path, .coding = coding_of(head, coding) };
	if (ok)
		arena_init(&store->mem, LIMIT_TEXT_RECORD_BYTES);
	lone_cr = lines_lone_cr(&h->coding, head);
	while (ok && head.len && h->nlines < TEXT_SAMPLE) {
		bytes raw = lines_cut(&h->coding, lone_cr, &head, &ended);

		if (!ended && !whole && h->nlines) /* the head cuts it, not the content */
			break;
		ok = add_line(h, store, raw, &scratch);
	}
	buf_done(&scratch);
	if (!ok) {
		text_head_done(store);
		store = NULL;
	}
	*ret_store = store;
	return ok;
}

void text_head_done(struct text_head_store *store)
{
	if (!store)
		return;
	arena_done(&store->mem);
	free(store);
}

int text_claim(const struct text_format *f, const struct text_head *h)
{
	return f->claim ? f->claim(h) : linepat_claim(f, h);
}

int text_claim_most(const struct text_format *f)
{
	enum { SURE = 100 };

	if (!f->claim)
		return LINEPAT_CLAIM;
	return f->claim_most ? f->claim_most : SURE;
}

bool text_fits(const struct text_head *h, bool (*fits)(str line), unsigned percent)
{
	size_t good = 0, bad = 0;

	for (size_t i = 0; i < h->nlines && !text_misfits(h, bad, percent); i++) {
		bool one = fits(h->lines[i]);

		good += one;
		bad += !one;
		if (good * 100 >= h->nlines * percent)
			return true;
	}
	return false;
}
