/* The trail of decisions: whatever lies there, what was read can be asked. */
#include <stdlib.h>

#include "store/decisions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decisions *d = NULL;
	uint64_t live = 0;

	if (decisions_parse(&d, (str){ (const char *)data, size }, NULL) < 0)
		return 0;
	for (size_t i = 0; i < decisions_count(d); i++) {
		const struct decision *x = decision_at(d, i), *latest = decision_of(d, x->kind, x->target);

		if (!decision_kind_name(x->kind) || x->target.len == 0)
			abort();
		live += !x->superseded;
		if (!x->superseded && latest && latest != x)
			abort(); /* two that count */
	}
	if (decisions_count(d) && live == 0)
		abort();
	decisions_free(d);
	return 0;
}
