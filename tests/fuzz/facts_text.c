/* Text of the evidence on its way to people: address and task normalisers, references, and what makes
 * text visible. Whatever goes in, nothing that steers or marks up comes out. */
#include <stdlib.h>

#include "facts/facts_priv.h"
#include "report/visible.h"
#include "store/ref.h"
#include "store/store_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str s = { (const char *)data, size };
	struct event_ref refs[FACT_REFS];
	struct ref_text ref;
	buf b = { 0 };

	fact_text_ip(s, &b);
	if (b.len > size + 64)
		abort();
	b.len = 0;
	fact_text_task(s, &b);
	b.len = 0;
	visible_html(&b, s, true);
	for (size_t i = 0; i < b.len; i++)
		if ((unsigned char)b.ptr[i] < 0x20 || b.ptr[i] == '<' || b.ptr[i] == '>' || b.ptr[i] == '"' ||
		    b.ptr[i] == 0x7F)
			abort();
	b.len = 0;
	visible_text(&b, s);
	if (visible_width(s) > b.len)
		abort();
	b.len = 0;
	store_text(s, &b);
	if (b.len && memchr(b.ptr, 0, b.len))
		abort();
	if (store_refs_parse(s, refs) > FACT_REFS)
		abort();
	if (event_ref_parse(s, &ref) && ref.hash[0] == '\0' && !str_starts(str_trim(s), STR("item")))
		abort();
	buf_done(&b);
	return 0;
}
