#include "sigma/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "util/limits.h"

struct regex {
	pcre2_code *code;
};

struct regex_scratch {
	pcre2_match_data *match;
	pcre2_match_context *context;
};

struct regex *regex_new(str pattern, unsigned flags, err *e)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C |
			   (flags & REGEX_CASELESS ? PCRE2_CASELESS : 0u) |
			   (flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0u) |
			   (flags & REGEX_DOTALL ? PCRE2_DOTALL : 0u);
	struct regex *re = calloc(1, sizeof *re);
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	int code = 0;
	PCRE2_SIZE at = 0;

	if (re && context) {
		pcre2_set_newline(context, PCRE2_NEWLINE_LF);
		pcre2_set_parens_nest_limit(context, LIMIT_REGEX_NEST);
		pcre2_set_max_pattern_length(context, LIMIT_REGEX_PATTERN);
		re->code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, &code, &at,
					 context);
	}
	pcre2_compile_context_free(context);
	if (!re || !re->code) {
		PCRE2_UCHAR text[120] = "no memory";

		if (code)
			pcre2_get_error_message(code, text, sizeof text);
		free(re);
		err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "regular expression: %s at character %zu",
			(const char *)text, at);
		return NULL;
	}
	return re;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	pcre2_code_free(re->code);
	free(re);
}

struct regex_scratch *regex_scratch_new(void)
{
	struct regex_scratch *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->match = pcre2_match_data_create(1, NULL);
	s->context = pcre2_match_context_create(NULL);
	if (!s->match || !s->context) {
		regex_scratch_free(s);
		return NULL;
	}
	pcre2_set_match_limit(s->context, LIMIT_REGEX_STEPS);
	pcre2_set_depth_limit(s->context, LIMIT_REGEX_STEPS);
	pcre2_set_heap_limit(s->context, LIMIT_REGEX_HEAP_KIB);
	return s;
}

void regex_scratch_free(struct regex_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->context);
	free(s);
}

enum regex_result regex_search(const struct regex *re, struct regex_scratch *s, str text)
{
	int r = pcre2_match(re->code, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, 0,
			    PCRE2_NO_UTF_CHECK, s->match, s->context);

	if (r >= 0)
		return REGEX_YES;
	return r == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}
