#include "cli/items.h"

#include "store/ref.h"
#include "util/limits.h"

void items_init(struct items *items)
{
	*items = (struct items){ 0 };
	arena_init(&items->mem, LIMIT_ITEM_NAME_BYTES);
}

void items_done(struct items *items)
{
	VEC_DONE(&items->at);
	arena_done(&items->mem);
}

int items_add(struct items *items, const struct store_item *it, err *e)
{
	struct item_name *n = VEC_PUSH(&items->at, LIMIT_ITEM_NAMES);

	if (n)
		n->path = arena_str(&items->mem, it->path);
	if (!n || !n->path.ptr)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET,
			       "results refer to too many files: search parts of the evidence");
	n->id = it->id;
	n->has_sha256 = it->has_sha256;
	memcpy(n->sha256, it->sha256, sizeof n->sha256);
	return 0;
}

const struct item_name *items_find(const struct items *items, uint32_t id)
{
	size_t lo = 0, hi = items->at.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (items->at.at[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < items->at.len && items->at.at[lo].id == id ? &items->at.at[lo] : NULL;
}

void items_ref(buf *b, const struct items *items, const struct event_ref *ref)
{
	const struct item_name *n = items_find(items, ref->item);
	char text[REF_TEXT_MAX];

	buf_add(b, text, event_ref_text(n && n->has_sha256 ? n->sha256 : NULL, ref, text));
}
