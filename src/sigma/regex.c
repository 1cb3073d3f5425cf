#include "sigma/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs.h>
#include <pcre2.h>
#include <stdlib.h>

#include "util/limits.h"
#include "util/vec.h"

struct regex {
	pcre2_code *code;
	str pattern;
	unsigned flags;
	uint32_t number;
};

struct linear { /* Vectorscan's form of an expression, made on first use */
	bool tried;
	hs_database_t *db; /* NULL: refused */
};

struct regex_scratch {
	pcre2_match_data *match;
	pcre2_match_context *quick, *patient; /* step limits: worth a try; the last word */
	hs_scratch_t *hs;
	VEC(struct linear) linear; /* by number of the expression: for ASCII, for any text */
};

bool regex_is_ascii(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	return true;
}

unsigned regex_hs_flags(unsigned flags, bool unicode)
{
	return HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY | (unicode ? HS_FLAG_UTF8 | HS_FLAG_UCP : 0u) |
	       (flags & REGEX_CASELESS ? HS_FLAG_CASELESS : 0u) |
	       (flags & REGEX_MULTILINE ? HS_FLAG_MULTILINE : 0u) |
	       (flags & REGEX_DOTALL ? HS_FLAG_DOTALL : 0u);
}

struct regex *regex_new(str pattern, unsigned flags, uint32_t number, err *e)
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
		re->code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, &code, &at, context);
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
	re->pattern = pattern;
	re->flags = flags;
	re->number = number;
	return re;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	pcre2_code_free(re->code);
	free(re);
}

static pcre2_match_context *context_new(uint32_t steps)
{
	pcre2_match_context *c = pcre2_match_context_create(NULL);

	if (c) {
		pcre2_set_match_limit(c, steps);
		pcre2_set_depth_limit(c, steps);
		pcre2_set_heap_limit(c, LIMIT_REGEX_HEAP_KIB);
	}
	return c;
}

struct regex_scratch *regex_scratch_new(void)
{
	struct regex_scratch *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->match = pcre2_match_data_create(1, NULL);
	s->quick = context_new(LIMIT_REGEX_STEPS_QUICK);
	s->patient = context_new(LIMIT_REGEX_STEPS);
	if (!s->match || !s->quick || !s->patient) {
		regex_scratch_free(s);
		return NULL;
	}
	return s;
}

void regex_scratch_free(struct regex_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->quick);
	pcre2_match_context_free(s->patient);
	for (size_t i = 0; i < s->linear.len; i++)
		hs_free_database(s->linear.at[i].db);
	VEC_DONE(&s->linear);
	hs_free_scratch(s->hs);
	free(s);
}

static enum regex_result search_pcre(const struct regex *re, struct regex_scratch *s, str text,
				     pcre2_match_context *limits)
{
	int r = pcre2_match(re->code, (PCRE2_SPTR)text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, s->match,
			    limits);

	if (r >= 0)
		return REGEX_YES;
	return r == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}

/* Vectorscan's form of the expression, or NULL. */
static hs_database_t *linear_form(const struct regex *re, struct regex_scratch *s, bool unicode)
{
	hs_compile_error_t *error = NULL;
	size_t at = re->number * 2u + unicode;
	struct linear *l;

	while (s->linear.len <= at)
		if (!VEC_PUSH(&s->linear, LIMIT_SIGMA_PREDICATES * 2u))
			return NULL;
	l = &s->linear.at[at];
	if (l->tried)
		return l->db;
	l->tried = true;
	if (memchr(re->pattern.ptr, 0, re->pattern.len))
		return NULL; /* its interface ends at a NUL */
	if (hs_compile(re->pattern.ptr, regex_hs_flags(re->flags, unicode), HS_MODE_BLOCK, NULL, &l->db,
		       &error) != HS_SUCCESS) {
		hs_free_compile_error(error);
		l->db = NULL;
	} else if (hs_alloc_scratch(l->db, &s->hs) != HS_SUCCESS) {
		hs_free_database(l->db);
		l->db = NULL;
	}
	return l->db;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	(void)id, (void)from, (void)to, (void)flags;
	*(bool *)ctx = true;
	return 1; /* one is enough */
}

static enum regex_result search_linear(const struct regex *re, struct regex_scratch *s, str text,
				       bool unicode)
{
	hs_database_t *db = linear_form(re, s, unicode);
	bool found = false;
	hs_error_t r;

	if (!db)
		return REGEX_LIMIT;
	r = hs_scan(db, text.ptr, (unsigned)text.len, 0, s->hs, on_match, &found);
	if (found)
		return REGEX_YES;
	return r == HS_SUCCESS ? REGEX_NO : REGEX_LIMIT;
}

enum regex_result regex_search(const struct regex *re, struct regex_scratch *s, str text)
{
	enum regex_result r;

	if (!text.ptr)
		text.ptr = "";
	r = search_pcre(re, s, text, s->quick);
	if (r == REGEX_LIMIT)
		r = search_linear(re, s, text, !regex_is_ascii(text) || !regex_is_ascii(re->pattern));
	if (r == REGEX_LIMIT)
		r = search_pcre(re, s, text, s->patient);
	return r;
}
