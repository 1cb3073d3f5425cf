/* Tables of contacts: any text gives contacts in their one form, or an error with a line. */
#include <stdlib.h>

#include "desk/contact.h"
#include "desk/fields.h"

static int look(void *ctx, const struct contact *c, err *e)
{
	(void)ctx, (void)e;
	if (c->key.len == 0 || c->contact.len == 0 || !field_is_text(c->name) || !field_is_text(c->key))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct contact_counts n = { 0 };
	err e = { 0 };

	if (contact_csv_read((str){ (const char *)data, size }, look, NULL, &n, &e) < 0 &&
	    (e.code == ERR_NONE || e.text[0] == 0))
		abort();
	return 0;
}
