#include "readers/export/csvkind.h"

struct csv_cond {
	str name;
	bool absent, more; /* more: or the next */
};

struct csv_alias {
	uint8_t kind;
	str plain, name;
};

struct csv_word {
	uint8_t kind;
	str column, plain, value;
};

#include "csv_kinds.inc"

void csv_plain_name(buf *out, str name)
{
	size_t unit = str_find(name, STR(" ["));

	if (unit != SIZE_MAX) /* "TimeGenerated [UTC]" of Log Analytics */
		name.len = unit;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c == '\0' || memchr(" _-./()[]#:\"'\t\r\n", c, 16))
			continue;
		buf_byte(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
	}
}

static const struct csv_alias *alias_of(uint8_t kind, str plain)
{
	for (size_t i = 0; i < COUNT(ALIASES); i++)
		if (ALIASES[i].kind == kind && str_eq(ALIASES[i].plain, plain))
			return &ALIASES[i];
	return NULL;
}

/* Is a column there that the table calls `name` (plain)? The alias of its own name is the first of each. */
static bool has(uint8_t kind, const str *plain, size_t n, str name)
{
	const struct csv_alias *wanted = alias_of(kind, name), *a;

	for (size_t i = 0; i < n; i++) {
		if (str_eq(plain[i], name))
			return true;
		a = wanted ? alias_of(kind, plain[i]) : NULL;
		if (a && str_eq(a->name, wanted->name))
			return true;
	}
	return false;
}

static bool fits(const struct csv_kind *k, const str *plain, size_t n)
{
	const struct csv_cond *c = CONDS + k->cond, *end = c + k->nconds;

	while (c < end) {
		bool absent = c->absent, any = false, more = true;

		for (; more; c++) {
			more = c->more;
			/* what must not be there is meant by its own name: "date" is no alias then */
			for (size_t i = 0; absent && i < n; i++)
				any |= str_eq(plain[i], c->name);
			any |= !absent && has(k->id, plain, n, c->name);
		}
		if (any == absent)
			return false;
	}
	return true;
}

const struct csv_kind *csv_kind_of(const str *plain, size_t n)
{
	for (size_t i = 0; i < COUNT(KINDS); i++)
		if (fits(&KINDS[i], plain, n))
			return &KINDS[i];
	return NULL;
}

str csv_column_name(const struct csv_kind *k, str plain, str name)
{
	const struct csv_alias *a = alias_of(k->id, plain);

	return a ? a->name : name;
}

str csv_word(const struct csv_kind *k, str column, str plain)
{
	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (WORDS[i].kind == k->id && str_eq(WORDS[i].plain, plain) &&
		    str_eq(WORDS[i].column, column))
			return WORDS[i].value;
	return (str){ "", 0 };
}
