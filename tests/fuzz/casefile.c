/* case.yaml: any text gives declarations that can be asked, or an error with a line. */
#include <stdlib.h>

#include "story/casefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct case_file *c = NULL;
	err e = { 0 };

	if (case_file_parse(&c, (str){ (const char *)data, size }, &e) < 0) {
		if (c || e.code == ERR_NONE || e.text[0] == 0)
			abort();
		return 0;
	}
	(void)case_file_address_flags(c, STR("203.0.113.9"));
	(void)case_file_is_own(c, STR("2001:db8::1"));
	(void)case_file_party(c, STR("a.b.example"), STR("10.0.0.1"));
	for (uint32_t i = 0; i < c->nindicators; i++)
		if (!case_indicator_type_name(c->indicators[i].type) || c->indicators[i].value.len == 0)
			abort();
	for (uint32_t i = 0; i < c->nhosts; i++)
		if (c->hosts[i].role > HOST_ROLES)
			abort();
	case_file_free(c);
	return 0;
}
