/* Text of the evidence on its way to people: address and task normalisers, references, and what makes
 * text visible. Whatever goes in, nothing that steers or marks up comes out. */
#include <stdlib.h>

#include "facts/facts_priv.h"
#include "report/visible.h"
#include "store/ref.h"
#include "store/store_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What flat logs say: each is bounded whatever the log holds. */
static void flat_texts(str s)
{
	static void (*const ONE[])(str, buf *) = {
		fact_text_address,  fact_text_file,   fact_text_domain,	  fact_text_urlport, fact_text_denied,
		fact_text_action,   fact_text_shape,  fact_text_mac,	  fact_text_pathin,  fact_text_hashin,
		fact_text_versionin, fact_text_outcome, fact_text_mailbox, fact_text_maildomain, fact_text_service,
	};
	str head = { s.ptr, s.len / 2 }, tail = { s.ptr + s.len / 2, s.len - s.len / 2 };
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(ONE); i++) {
		b.len = 0;
		ONE[i](s, &b);
		if (b.len > 1024)
			abort();
	}
	b.len = 0;
	fact_text_path(head, STR("404"), tail, true, &b);
	fact_text_path(head, tail, STR("GET"), false, &b);
	fact_text_query(tail, head, STR("GET"), &b);
	fact_text_version(head, tail, &b);
	fact_text_param(head, STR("a"), &b);
	fact_text_answers(head, tail, &b);
	fact_text_item(head, STR("2"), &b);
	fact_text_pair(head, STR("user,ip"), &b);
	fact_text_pairip(tail, STR("user,ip"), &b);
	fact_text_word(s, STR(" for "), &b);
	fact_text_before(s, STR(":"), &b);
	if (b.len > 8192 + s.len)
		abort();
	fact_text_sample(s, &b);
	fact_text_uid(s, &b);
	fact_text_part(s, STR("a"), PART_REST, &b);
	buf_done(&b);
}

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
	flat_texts(s);
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
