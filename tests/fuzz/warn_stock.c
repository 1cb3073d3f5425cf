/* Inventories: any text. Each row must be found again by its keys. */
#include <stdint.h>
#include <stdlib.h>

#include "warn/stock.h"

static void must_find(const struct stock *s, enum stock_key kind, uint32_t row)
{
	uint32_t id = s->row.at[row].id[kind], at;

	if (id == STOCK_NONE)
		return;
	for (at = stock_first(s, kind, id); at != STOCK_NONE && at != row; at = s->row.at[at].next[kind])
		if (s->row.at[at].id[kind] != id)
			abort();
	if (at != row)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stock s;
	err e = { 0 };

	stock_init(&s);
	stock_read(&s, (str){ (const char *)data, size }, STR("fuzz"), &e);
	if (s.row.len > size + 1)
		abort();
	for (uint32_t i = 0; i < s.row.len && i < 200; i++) {
		for (int k = 0; k < STOCK_KEYS; k++)
			must_find(&s, (enum stock_key)k, i);
		if (s.row.at[i].name.full.len != s.row.at[i].name.vendor.len + s.row.at[i].name.product.len)
			abort();
	}
	stock_done(&s);
	return 0;
}
