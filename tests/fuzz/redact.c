/* Redaction: whatever the text, no name that is looked for is left in it as a word; whatever the JSON, it is refused or gone
 * through. */
#include <stdlib.h>

#include "report/redact_priv.h"

static const char *const NAMES[] = { "mx01.victim.example", "mx01", "j.roe", "victim.example", "ops" };

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void check_clean(str s)
{
	for (size_t k = 0; k < COUNT(NAMES); k++) {
		str n = str_of(NAMES[k]);

		for (size_t i = 0; i + n.len <= s.len; i++)
			if (str_eq_ascii_nocase((str){ s.ptr + i, n.len }, n) &&
			    (i == 0 || !is_word(s.ptr[i - 1])) &&
			    (i + n.len == s.len || !is_word(s.ptr[i + n.len])))
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const bytes KEY = { (const uint8_t *)"key", 3 };
	struct redactor *r = redact_bare(KEY, NULL);
	str text = { (const char *)data, size };
	buf clear = { 0 }, json = { 0 };

	if (!r)
		return 0;
	for (size_t k = 0; k < COUNT(NAMES); k++)
		redact_add(r,
			   k == 2 || k == 4 ? REDACT_USER
			   : k == 3         ? REDACT_DOMAIN
					    : REDACT_HOST,
			   str_of(NAMES[k]), NULL);
	redact_text(r, text, &clear);
	if (!clear.failed)
		check_clean(buf_view(&clear));
	redact_json(r, text, &json);
	buf_done(&clear);
	buf_done(&json);
	redactor_free(r);
	return 0;
}
