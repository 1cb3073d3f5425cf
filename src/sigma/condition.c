/* condition.c - conditions: or < and < not < x-of < parentheses. Recursion only enters parentheses
 * and carries its depth. */
#include "sigma/rule_priv.h"
#include "util/limits.h"

struct parser {
	struct sigma_pool *pool;
	const struct search_id *ids;
	size_t nids;
	str rest;
	str tok;       /* current token, empty at the end */
	id_list stack; /* operands of open lists */
	unsigned depth;
	err *e;
};

static uint32_t parse_or(struct parser *p);

static bool is_blank(char c)
{
	return c == ' ' || (unsigned char)(c - 9) < 5;
}

static void advance(struct parser *p)
{
	size_t n = 0;

	while (p->rest.len && is_blank(p->rest.ptr[0]))
		p->rest = (str){ p->rest.ptr + 1, p->rest.len - 1 };
	if (p->rest.len && strchr("()|,", p->rest.ptr[0]) && p->rest.ptr[0])
		n = 1;
	else
		while (n < p->rest.len && !is_blank(p->rest.ptr[n]) &&
		       !(strchr("()|,", p->rest.ptr[n]) && p->rest.ptr[n]))
			n++;
	p->tok = (str){ p->rest.ptr, n };
	p->rest = (str){ p->rest.ptr + n, p->rest.len - n };
}

static uint32_t refuse(struct parser *p, const char *what)
{
	err_set(p->e, ERR_CORRUPT, ERR_NO_OFFSET, "condition: %s near \"%.*s\"", what,
		(int)u64_min(p->tok.len, 60), p->tok.len ? p->tok.ptr : "");
	return UINT32_MAX;
}

static bool tok_is(const struct parser *p, const char *word)
{
	return str_eq_ascii_nocase(p->tok, str_of(word));
}

/* Does `*`-pattern match name? Stars stand for any run, everywhere. */
static bool name_matches(str pattern, str name)
{
	size_t i = 0, j = 0, star = SIZE_MAX, mark = 0;

	while (j < name.len) {
		if (i < pattern.len && pattern.ptr[i] == '*') {
			star = i++;
			mark = j;
		} else if (i < pattern.len && pattern.ptr[i] == name.ptr[j]) {
			i++;
			j++;
		} else if (star != SIZE_MAX) {
			j = ++mark;
			i = star + 1;
		} else {
			return false;
		}
	}
	while (i < pattern.len && pattern.ptr[i] == '*')
		i++;
	return i == pattern.len;
}

static bool push(struct parser *p, uint32_t node)
{
	uint32_t *at = VEC_PUSH(&p->stack, LIMIT_SIGMA_NODES);

	if (!at) {
		refuse(p, "too long");
		return false;
	}
	*at = node;
	return true;
}

/* The operands pushed since `base` become one node. */
static uint32_t pop_list(struct parser *p, enum node_op op, size_t base)
{
	uint32_t node = sigma_list(p->pool, op, p->stack.at + base, p->stack.len - base);

	p->stack.len = base;
	return node == UINT32_MAX ? refuse(p, "too long") : node;
}

/* Behind "1 of", "any of", "all of". */
static uint32_t parse_selector(struct parser *p, enum node_op op)
{
	size_t base = p->stack.len;
	bool them = tok_is(p, "them");
	str pattern = p->tok;

	if (pattern.len == 0 || strchr("()|,", pattern.ptr[0]))
		return refuse(p, "\"of\" needs a pattern");
	for (size_t i = 0; i < p->nids; i++) {
		str name = p->ids[i].name;

		if (name.len && name.ptr[0] == '_' && (them || pattern.ptr[0] != '_'))
			continue;
		if ((them || name_matches(pattern, name)) && !push(p, p->ids[i].node))
			return UINT32_MAX;
	}
	if (p->stack.len == base)
		return refuse(p, "no search identifier matches the pattern");
	advance(p);
	return pop_list(p, op, base);
}

static uint32_t parse_identifier(struct parser *p)
{
	for (size_t i = 0; i < p->nids; i++) {
		if (str_eq(p->ids[i].name, p->tok)) {
			advance(p);
			return p->ids[i].node;
		}
	}
	if (tok_is(p, "|"))
		return refuse(p, "aggregations are not part of Sigma 2; use a correlation,");
	return refuse(p, "unknown search identifier");
}

/* "1 of", "any of", "all of" at the current token? */
static bool at_quantifier(struct parser *p, enum node_op *ret_op)
{
	struct parser ahead = *p;

	if (!tok_is(p, "1") && !tok_is(p, "any") && !tok_is(p, "all"))
		return false;
	advance(&ahead);
	if (!tok_is(&ahead, "of"))
		return false;
	*ret_op = tok_is(p, "all") ? NODE_AND : NODE_OR;
	p->tok = ahead.tok;
	p->rest = ahead.rest;
	advance(p);
	return true;
}

static uint32_t parse_primary(struct parser *p)
{
	enum node_op op;
	uint32_t node;

	if (p->tok.len == 0)
		return refuse(p, "an operand is missing");
	if (at_quantifier(p, &op))
		return parse_selector(p, op);
	if (!tok_is(p, "("))
		return parse_identifier(p);
	if (++p->depth > LIMIT_SIGMA_DEPTH)
		return refuse(p, "parentheses nested too deep");
	advance(p);
	node = parse_or(p);
	if (node == UINT32_MAX)
		return node;
	if (!tok_is(p, ")"))
		return refuse(p, "\")\" is missing");
	advance(p);
	p->depth--;
	return node;
}

static uint32_t parse_not(struct parser *p)
{
	bool negated = false;
	uint32_t node;

	while (tok_is(p, "not")) {
		negated = !negated;
		advance(p);
	}
	node = parse_primary(p);
	if (node != UINT32_MAX && negated && (node = sigma_not(p->pool, node)) == UINT32_MAX)
		return refuse(p, "too long");
	return node;
}

static uint32_t parse_list(struct parser *p, const char *word, enum node_op op,
			   uint32_t (*operand)(struct parser *))
{
	size_t base = p->stack.len;

	for (;;) {
		uint32_t node = operand(p);

		if (node == UINT32_MAX || !push(p, node))
			return UINT32_MAX;
		if (!tok_is(p, word))
			return pop_list(p, op, base);
		advance(p);
	}
}

static uint32_t parse_and(struct parser *p)
{
	return parse_list(p, "and", NODE_AND, parse_not);
}

static uint32_t parse_or(struct parser *p)
{
	return parse_list(p, "or", NODE_OR, parse_and);
}

uint32_t condition_compile(struct sigma_pool *pool, str text, const struct search_id *ids, size_t n, err *e)
{
	struct parser p = { .pool = pool, .ids = ids, .nids = n, .rest = text, .e = e };
	uint32_t node;

	advance(&p);
	node = parse_or(&p);
	if (node != UINT32_MAX && p.tok.len) {
		if (tok_is(&p, "|"))
			node = refuse(&p, "aggregations are not part of Sigma 2; use a correlation,");
		else
			node = refuse(&p, "an operator is missing");
	}
	VEC_DONE(&p.stack);
	return node;
}
