/* Patterns of STIX: comparisons of a property with a text, joined by AND, OR and qualifiers. Only equality can be
 * looked up; a comparison of another kind is counted as passed. */
#include "cli/indicators_priv.h"
#include "util/limits.h"

struct cursor {
	str s;
	size_t i;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

static void spaces(struct cursor *c)
{
	while (c->i < c->s.len && (c->s.ptr[c->i] == ' ' || c->s.ptr[c->i] == '\t' ||
				   c->s.ptr[c->i] == '\n' || c->s.ptr[c->i] == '\r'))
		c->i++;
}

static str word(struct cursor *c)
{
	size_t from = c->i;

	while (c->i < c->s.len && is_word(c->s.ptr[c->i]))
		c->i++;
	return (str){ c->s.ptr + from, c->i - from };
}

/* 'text' with \' and \\ inside: without its quotes, unescaped into out. False if none begins here. */
static bool literal(struct cursor *c, buf *out)
{
	buf_clear(out);
	if (c->i >= c->s.len || c->s.ptr[c->i] != '\'')
		return false;
	for (c->i++; c->i < c->s.len && c->s.ptr[c->i] != '\''; c->i++) {
		if (c->s.ptr[c->i] == '\\' && c->i + 1 < c->s.len)
			c->i++;
		buf_byte(out, c->s.ptr[c->i]);
	}
	c->i += c->i < c->s.len;
	return true;
}

/* The property behind the colon: up to the operator; its quoted parts may hold anything. */
static str property(struct cursor *c)
{
	size_t from = c->i;
	bool quoted = false;

	for (; c->i < c->s.len; c->i++) {
		char x = c->s.ptr[c->i];

		if (x == '\'')
			quoted = !quoted;
		else if (!quoted && (x == ' ' || x == '=' || x == '!' || x == '<' || x == '>' || x == '\t'))
			break;
	}
	return (str){ c->s.ptr + from, c->i - from };
}

static bool compared(struct indicators *in, str type, str prop, str text)
{
	static const struct {
		const char *object, *property;
		enum scope_type type;
	} KNOWN[] = {
		{ "ipv4-addr", "value", SCOPE_IP },
		{ "ipv6-addr", "value", SCOPE_IP },
		{ "domain-name", "value", SCOPE_DOMAIN },
		{ "file", "name", SCOPE_FILE },
		{ "directory", "path", SCOPE_PATH },
		{ "file", "parent_directory_ref.path", SCOPE_PATH },
		{ "process", "image_ref.name", SCOPE_FILE },
	};

	if (str_is(type, "url") && str_is(prop, "value"))
		return indicator_add_url(in, text);
	if (str_find(prop, STR("hashes")) != SIZE_MAX)
		return indicator_add(in, SCOPE_HASH, text);
	for (size_t i = 0; i < COUNT(KNOWN); i++)
		if (str_is(type, KNOWN[i].object) && str_is(prop, KNOWN[i].property))
			return indicator_add(in, KNOWN[i].type, text);
	return false;
}

/* One comparison behind "type:". */
static void comparison(struct indicators *in, struct cursor *c, str type, buf *text)
{
	str prop = property(c), op;
	bool equal;

	spaces(c);
	if (c->i < c->s.len && c->s.ptr[c->i] == '=') {
		equal = true;
		c->i++;
	} else {
		op = word(c);
		equal = str_is(op, "IN");
		if (op.len == 0)
			return;
	}
	spaces(c);
	if (c->i < c->s.len && c->s.ptr[c->i] == '(')
		c->i++;
	for (spaces(c); literal(c, text); spaces(c)) {
		in->passed += !(equal && compared(in, type, prop, buf_view(text)));
		spaces(c);
		if (c->i >= c->s.len || c->s.ptr[c->i] != ',')
			break;
		c->i++;
	}
}

void indicators_pattern(struct indicators *in, str pattern)
{
	struct cursor c = { pattern, 0 };
	buf text = { .max = LIMIT_INDICATOR_TEXT };

	while (c.i < c.s.len) {
		str type;

		if (literal(&c, &text))
			continue; /* of a qualifier: START t'...' */
		type = word(&c);
		if (type.len && c.i < c.s.len && c.s.ptr[c.i] == ':') {
			c.i++;
			comparison(in, &c, type, &text);
		} else if (type.len == 0) {
			c.i++;
		}
	}
	buf_done(&text);
}
