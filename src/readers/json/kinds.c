#include "readers/json/kinds.h"

#include "util/limits.h"

enum cond_what {
	COND_THERE,
	COND_ABSENT,
	COND_BELOW,  /* name ends with the dot */
	COND_TEXT,   /* the member's text is `text` */
	COND_TAGGED, /* the member has a text that can be a dataset */
	COND_COUNT,  /* so many leaves */
};

struct cond {
	uint8_t what;
	str name, text;
	bool or_next;
};

struct tag {
	str name, text; /* text empty: any */
};

struct part_row {
	str dataset, member;
	enum kind_part what;
};

#define WANT_KINDS
#include "json_kinds.inc"

/* --- conditions ----------------------------------------------------------------------------- */

struct index {
	const struct leaf_names *names;
	map by_dotted; /* -> number of the leaf */
};

static const struct leaf_name *leaf(const struct index *x, str dotted)
{
	struct map_entry *m = map_get(&x->by_dotted, dotted);

	return m ? &x->names->at[m->value] : NULL;
}

/* What may follow in a dataset's name: it comes from the evidence. */
static bool can_be_dataset(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') && !(s.ptr[i] >= '0' && s.ptr[i] <= '9') &&
		    !memchr("_.-", s.ptr[i], 3))
			return false;
	return s.len > 0 && s.len <= 64;
}

static bool holds(const struct cond *c, const struct index *x)
{
	const struct leaf_name *l;
	uint64_t n;

	switch ((enum cond_what)c->what) {
	case COND_ABSENT:
		return !leaf(x, c->name);
	case COND_BELOW:
		return leaf_names_below(x->names, c->name);
	case COND_COUNT:
		return str_to_u64(c->name, &n) && n == x->names->n;
	default:
		l = leaf(x, c->name);
		if (!l)
			return false;
		return c->what == COND_TEXT     ? str_eq(l->tag, c->text)
		       : c->what == COND_TAGGED ? can_be_dataset(l->tag)
						: true;
	}
}

static bool fits(const struct kind *k, const struct index *x)
{
	for (unsigned i = 0; i < k->nconds; i++) {
		bool ok = holds(&CONDS[k->cond + i], x);

		for (; CONDS[k->cond + i].or_next; i++)
			ok = ok || holds(&CONDS[k->cond + i + 1], x);
		if (!ok)
			return false;
	}
	return true;
}

const struct kind *kind_of(const struct leaf_names *names)
{
	struct index x = { .names = names };
	const struct kind *found = NULL;
	bool ok = true;

	map_init(&x.by_dotted, LIMIT_COLUMNS, LIMIT_JSON_PLAN_BYTES);
	for (uint32_t i = 0; i < names->n && ok; i++)
		ok = map_put(&x.by_dotted, names->at[i].dotted, i, NULL) != NULL;
	for (size_t k = 0; ok && k < COUNT(KINDS) && !found; k++)
		if (fits(&KINDS[k], &x))
			found = &KINDS[k];
	map_done(&x.by_dotted);
	return found;
}

str kind_dataset(const struct kind *k, const struct leaf_names *names, arena *mem)
{
	int32_t i = leaf_names_find(names, k->tagged);

	if (!k->tagged.len || i < 0)
		return k->prefix;
	return arena_printf(mem, "%.*s%.*s", STR_ARG(k->prefix), STR_ARG(names->at[i].tag));
}

bool kind_is_ecs(const struct kind *k)
{
	return k->prefix.len == 0 || str_eq(k->prefix, STR("ecs"));
}

/* --- fields --------------------------------------------------------------------------------- */

enum kind_part kind_part(str dataset, str dotted)
{
	for (size_t i = 0; i < COUNT(PARTS); i++)
		if (str_eq(PARTS[i].member, dotted) && str_eq(PARTS[i].dataset, dataset))
			return PARTS[i].what;
	return PART_NONE;
}

bool kind_tags(str name, str text)
{
	if (!name.len || !(TAG_MASK >> ((name.len + (uint8_t)name.ptr[0]) % 64) & 1))
		return false;
	for (size_t i = 0; i < COUNT(TAGS); i++)
		if (str_eq(TAGS[i].name, name) && (!TAGS[i].text.len || str_eq(TAGS[i].text, text)))
			return true;
	return false;
}
