/* Answers of rdap: any text gives contacts that are in their one form, or an error that says why. */
#include <stdlib.h>

#include "desk/contact.h"
#include "desk/fields.h"

static int look(void *ctx, const struct contact *c, err *e)
{
	struct contact again = { 0 };
	buf key = { 0 }, mail = { 0 };

	(void)ctx, (void)e;
	/* a key read back is the same key, a mail address the same address: nothing else goes into a registry and a mail's head */
	if (!contact_key(&again, c->scope, c->key, &key) || !str_eq(again.key, c->key) ||
	    memcmp(again.lo, c->lo, CONTACT_BOUND) != 0 || memcmp(again.hi, c->hi, CONTACT_BOUND) != 0)
		abort();
	if (!contact_mail(c->contact, &mail) || !str_eq(buf_view(&mail), c->contact) ||
	    !field_is_text(c->name) || c->kind.len == 0)
		abort();
	buf_done(&key);
	buf_done(&mail);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct contact_counts n = { 0 };
	err e = { 0 };

	if (rdap_read((str){ (const char *)data, size }, look, NULL, &n, &e) < 0 &&
	    (e.code == ERR_NONE || e.text[0] == 0))
		abort();
	if (n.told + n.bare > 0 && n.objects == 0)
		abort();
	return 0;
}
