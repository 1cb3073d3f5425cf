#include "sigma/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs.h>
#include <pcre2.h>
#include <stdlib.h>

#include "util/limits.h"
#include "util/vec.h"

struct compiled { /* one expression, each form made on first use */
	bool tried, linear_tried[2];
	pcre2_code *code;
	hs_database_t *linear[2]; /* Vectorscan's, for ASCII and for any text; NULL: refused */
};

struct regex_scratch {
	pcre2_match_data *match;
	pcre2_match_context *quick, *patient; /* step limits: worth a try; the last word */
	hs_scratch_t *hs;
	VEC(struct compiled) compiled; /* by number of the expression */
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

static pcre2_code *compile(str pattern, unsigned flags, int *ret_code, PCRE2_SIZE *ret_at)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C |
			   (flags & REGEX_CASELESS ? PCRE2_CASELESS : 0u) |
			   (flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0u) |
			   (flags & REGEX_DOTALL ? PCRE2_DOTALL : 0u);
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;

	*ret_code = 0;
	*ret_at = 0;
	if (context) {
		pcre2_set_newline(context, PCRE2_NEWLINE_LF);
		pcre2_set_parens_nest_limit(context, LIMIT_REGEX_NEST);
		pcre2_set_max_pattern_length(context, LIMIT_REGEX_PATTERN);
		code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, ret_code, ret_at,
				     context);
	}
	pcre2_compile_context_free(context);
	return code;
}

int regex_check(str pattern, unsigned flags, err *e)
{
	PCRE2_UCHAR text[120] = "no memory";
	PCRE2_SIZE at;
	int code;
	pcre2_code *re = compile(pattern, flags, &code, &at);

	if (re) {
		pcre2_code_free(re);
		return 0;
	}
	if (code)
		pcre2_get_error_message(code, text, sizeof text);
	return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "regular expression: %s at character %zu",
		       (const char *)text, at);
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
	for (size_t i = 0; i < s->compiled.len; i++) {
		pcre2_code_free(s->compiled.at[i].code);
		hs_free_database(s->compiled.at[i].linear[0]);
		hs_free_database(s->compiled.at[i].linear[1]);
	}
	VEC_DONE(&s->compiled);
	hs_free_scratch(s->hs);
	free(s);
}

/* What the scratch has of an expression; NULL without memory. */
static struct compiled *compiled_form(const struct regex *re, struct regex_scratch *s)
{
	struct compiled *c;
	PCRE2_SIZE at;
	int code;

	while (s->compiled.len <= re->number)
		if (!VEC_PUSH(&s->compiled, LIMIT_SIGMA_PREDICATES))
			return NULL;
	c = &s->compiled.at[re->number];
	if (!c->tried)
		c->code = compile(re->pattern, re->flags, &code, &at);
	c->tried = true;
	return c;
}

static enum regex_result search_pcre(const struct compiled *c, struct regex_scratch *s, str text,
				     pcre2_match_context *limits)
{
	int r = c->code ? pcre2_match(c->code, (PCRE2_SPTR)text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK,
				      s->match, limits)
			: PCRE2_ERROR_NOMEMORY;

	if (r >= 0)
		return REGEX_YES;
	return r == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}

/* Vectorscan's form of the expression, or NULL. */
static hs_database_t *linear_form(const struct regex *re, struct compiled *c, struct regex_scratch *s,
				  bool unicode)
{
	hs_compile_error_t *error = NULL;
	hs_database_t **db = &c->linear[unicode];

	if (c->linear_tried[unicode])
		return *db;
	c->linear_tried[unicode] = true;
	if (memchr(re->pattern.ptr, 0, re->pattern.len))
		return NULL; /* its interface ends at a NUL */
	if (hs_compile(re->pattern.ptr, regex_hs_flags(re->flags, unicode), HS_MODE_BLOCK, NULL, db,
		       &error) != HS_SUCCESS) {
		hs_free_compile_error(error);
		*db = NULL;
	} else if (hs_alloc_scratch(*db, &s->hs) != HS_SUCCESS) {
		hs_free_database(*db);
		*db = NULL;
	}
	return *db;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	(void)id, (void)from, (void)to, (void)flags;
	*(bool *)ctx = true;
	return 1; /* one is enough */
}

static enum regex_result search_linear(const struct regex *re, struct compiled *c, struct regex_scratch *s,
				       str text, bool unicode)
{
	hs_database_t *db = linear_form(re, c, s, unicode);
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
	struct compiled *c = compiled_form(re, s);
	enum regex_result r;

	if (!c)
		return REGEX_LIMIT;
	if (!text.ptr)
		text.ptr = "";
	r = search_pcre(c, s, text, s->quick);
	if (r == REGEX_LIMIT)
		r = search_linear(re, c, s, text, !regex_is_ascii(text) || !regex_is_ascii(re->pattern));
	if (r == REGEX_LIMIT)
		r = search_pcre(c, s, text, s->patient);
	return r;
}
