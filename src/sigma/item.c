/* item.c - one detection item: field, modifiers, values. The table MODIFIERS is the list of what we
 * know; each modifier changes every value in turn. */
#include "sigma/encode.h"
#include "sigma/fold.h"
#include "sigma/rule_priv.h"
#include "util/base64.h"
#include "util/limits.h"
#include "util/utf.h"

enum alt_kind {
	ALT_TEXT,  /* elems */
	ALT_BYTES, /* data: not text until it is encoded */
	ALT_NUMBER,
	ALT_BOOL,
	ALT_NULL,
	ALT_PRED, /* pred: ready */
};

/* One value, or one of the alternatives that it was expanded to. */
struct alt {
	enum alt_kind kind;
	uint32_t next;       /* index + 1 of the next alternative of the same value; 0: none */
	bool cased, changed; /* changed: a modifier was applied */
	bool flag;           /* ALT_BOOL */
	pat_elems elems;
	buf data;
	struct number number;
	struct pred pred;
	str text; /* as written, or the value of a placeholder that it was */
	const struct ynode *node;
};

struct item {
	struct sigma_pool *pool;
	uint32_t field;
	bool all, negated;
	VEC(struct alt) alts; /* the first `values` are the values as written */
	size_t values;
};

struct modifier {
	const char *name;
	int (*apply)(struct item *it, struct alt *a, unsigned arg, err *e);
	unsigned arg;
};

static int refuse(const struct alt *a, err *e, const char *why)
{
	return err_set(e, ERR_UNSUPPORTED, a->node->line, "line %u: %s", a->node->line, why);
}

static int no_memory(const struct alt *a, err *e)
{
	return err_set(e, ERR_LIMIT, a->node->line, "line %u: value too long", a->node->line);
}

/* Modifiers of strings take a number or truth value by its text: all values of Sigma are strings. */
static int need_text(struct alt *a, err *e)
{
	if (a->kind == ALT_TEXT)
		return 0;
	if (a->kind != ALT_NUMBER && a->kind != ALT_BOOL)
		return refuse(a, e, "this modifier needs a string");
	a->kind = ALT_TEXT;
	return pat_parse(&a->elems, a->text) ? 0 : no_memory(a, e);
}

/* The bytes of a value that is to be encoded. */
static int need_bytes(struct alt *a, err *e)
{
	if (a->kind == ALT_BYTES)
		return 0;
	if (need_text(a, e) < 0)
		return -1;
	if (pat_has_wildcards(&a->elems))
		return refuse(a, e, "a value with wildcards cannot be encoded");
	buf_clear(&a->data);
	pat_text(a->elems.at, a->elems.len, &a->data);
	a->kind = ALT_BYTES;
	return a->data.failed ? no_memory(a, e) : 0;
}

static int take_text(struct alt *a, buf *text, err *e)
{
	a->kind = ALT_TEXT;
	a->elems.len = 0;
	return !text->failed && pat_add_text(&a->elems, buf_view(text)) ? 0 : no_memory(a, e);
}

/* A copy of alternative i behind the others; the array may move. */
static struct alt *fork_alt(struct item *it, size_t i)
{
	struct alt *copy = VEC_PUSH(&it->alts, LIMIT_SIGMA_VALUES), *a = &it->alts.at[i];

	if (!copy)
		return NULL;
	*copy = *a;
	a->next = (uint32_t)it->alts.len;
	copy->changed = true;
	copy->elems = (pat_elems){ 0 };
	copy->data = (buf){ 0 };
	for (size_t k = 0; k < a->elems.len; k++)
		if (!pat_add(&copy->elems, a->elems.at[k]))
			return NULL;
	buf_str(&copy->data, buf_view(&a->data));
	return copy->data.failed ? NULL : copy;
}

/* --- modifiers ------------------------------------------------------------------------------ */

#define AT_START 1u
#define AT_END 2u

static int mod_star(struct item *it, struct alt *a, unsigned where, err *e)
{
	bool ok = true;

	if (a->kind == ALT_PRED && a->pred.kind == PRED_FIELDREF) {
		a->pred.op |= (where & AT_END ? REF_STARTS : 0u) | (where & AT_START ? REF_ENDS : 0u);
		return 0;
	}
	if (a->kind == ALT_PRED && a->pred.kind == PRED_REGEX)
		return 0; /* ".*" around a search changes nothing */
	if (need_text(a, e) < 0)
		return -1;
	if (where & AT_START && (a->elems.len == 0 || a->elems.at[0] != PAT_STAR))
		ok = pat_prepend(&a->elems, PAT_STAR);
	if (ok && where & AT_END && a->elems.at[a->elems.len - 1] != PAT_STAR)
		ok = pat_add(&a->elems, PAT_STAR);
	return ok ? 0 : no_memory(a, e);
}

static int mod_end_star(struct item *it, struct alt *a, unsigned where, err *e)
{
	if (a->kind == ALT_TEXT && a->elems.len == 0)
		return pat_add(&a->elems, PAT_STAR) ? 0 : no_memory(a, e);
	return mod_star(it, a, where, e);
}

static int mod_cased(struct item *it, struct alt *a, unsigned arg, err *e)
{
	a->cased = true;
	return need_text(a, e);
}

static int mod_windash(struct item *it, struct alt *a, unsigned arg, err *e)
{
	if (need_text(a, e) < 0)
		return -1;
	pat_windash(&a->elems);
	return 0;
}

static int mod_utf16(struct item *it, struct alt *a, unsigned arg, err *e)
{
	buf out = { 0 };

	if (a->kind == ALT_BYTES)
		return refuse(a, e, "the value is encoded twice");
	if (need_bytes(a, e) < 0)
		return -1;
	if (arg == 'B')
		buf_add(&out, "\xFF\xFE", 2);
	encode_utf16(buf_view(&a->data), arg == 'b', &out);
	buf_done(&a->data);
	a->data = out;
	return out.failed ? no_memory(a, e) : 0;
}

static int mod_base64(struct item *it, struct alt *a, unsigned arg, err *e)
{
	buf out = { 0 };
	int r;

	if (need_bytes(a, e) < 0)
		return -1;
	base64_add(&out, str_bytes(buf_view(&a->data)));
	r = take_text(a, &out, e);
	buf_done(&out);
	return r;
}

static int mod_base64offset(struct item *it, struct alt *a, unsigned arg, err *e)
{
	size_t i = (size_t)(a - it->alts.at);
	uint32_t line = a->node->line;
	int r = 0;

	if (need_bytes(a, e) < 0)
		return -1;
	for (unsigned before = 3; before-- > 0 && r == 0;) {
		struct alt *to = before ? fork_alt(it, i) : &it->alts.at[i];
		buf out = { 0 };

		if (!to)
			return err_set(e, ERR_LIMIT, line, "line %u: too many values", line);
		encode_base64_offset(buf_view(&to->data), before, &out);
		r = take_text(to, &out, e);
		buf_done(&out);
	}
	return r;
}

static int mod_regex(struct item *it, struct alt *a, unsigned arg, err *e)
{
	if (a->changed || a->kind == ALT_NULL)
		return refuse(a, e, "\"re\" must be the first modifier of a string");
	a->kind = ALT_PRED;
	a->pred = (struct pred){ .kind = PRED_REGEX, .regex = { .pattern = a->text } };
	return 0;
}

static int mod_regex_flag(struct item *it, struct alt *a, unsigned flag, err *e)
{
	if (a->kind != ALT_PRED || a->pred.kind != PRED_REGEX)
		return refuse(a, e, "i, m and s belong to \"re\"");
	a->pred.regex.flags |= flag;
	return 0;
}

static int mod_cidr(struct item *it, struct alt *a, unsigned arg, err *e)
{
	if (a->changed || a->kind != ALT_TEXT)
		return refuse(a, e, "\"cidr\" must be the first modifier of a string");
	a->kind = ALT_PRED;
	a->pred = (struct pred){ .kind = PRED_CIDR };
	if (cidr_parse(a->text, &a->pred.net, e) < 0)
		return err_prefix(e, "line %u", a->node->line);
	return 0;
}

static int need_number(struct alt *a, err *e)
{
	if (a->kind == ALT_NUMBER)
		return 0;
	if (a->kind != ALT_TEXT || !number_parse(a->text, false, &a->number))
		return refuse(a, e, "this modifier needs a number");
	return 0;
}

static int mod_compare(struct item *it, struct alt *a, unsigned op, err *e)
{
	if (need_number(a, e) < 0)
		return -1;
	a->kind = ALT_PRED;
	a->pred = (struct pred){ .kind = PRED_COMPARE, .op = op, .number = a->number };
	return 0;
}

static int mod_timepart(struct item *it, struct alt *a, unsigned part, err *e)
{
	if (need_number(a, e) < 0)
		return -1;
	if (!a->number.is_int)
		return refuse(a, e, "a part of a time is a whole number");
	a->kind = ALT_PRED;
	a->pred = (struct pred){ .kind = PRED_TIMEPART, .op = part, .number = a->number };
	return 0;
}

static int mod_exists(struct item *it, struct alt *a, unsigned arg, err *e)
{
	bool want = a->flag;

	if (it->field == FIELD_ANY)
		return refuse(a, e, "\"exists\" needs a field");
	if (a->kind == ALT_TEXT) {
		want = str_eq_ascii_nocase(a->node->text, STR("true")) ||
		       str_eq_ascii_nocase(a->node->text, STR("yes"));
		if (!want && !str_eq_ascii_nocase(a->node->text, STR("false")) &&
		    !str_eq_ascii_nocase(a->node->text, STR("no")))
			return refuse(a, e, "\"exists\" is true or false");
	} else if (a->kind != ALT_BOOL) {
		return refuse(a, e, "\"exists\" is true or false");
	}
	a->kind = ALT_PRED;
	a->pred = (struct pred){ .kind = PRED_EXISTS, .want = want };
	return 0;
}

static int mod_fieldref(struct item *it, struct alt *a, unsigned arg, err *e)
{
	unsigned op = 0;
	buf name = { 0 };

	if (it->field == FIELD_ANY)
		return refuse(a, e, "\"fieldref\" needs a field");
	if (need_text(a, e) < 0)
		return -1;
	/* startswith|fieldref means what fieldref|startswith means */
	if (a->changed && a->elems.len && a->elems.at[0] == PAT_STAR)
		op |= REF_ENDS;
	if (a->changed && a->elems.len && a->elems.at[a->elems.len - 1] == PAT_STAR)
		op |= REF_STARTS;
	for (size_t i = 0; i < a->elems.len; i++)
		if (a->elems.at[i] >= PAT_STAR && (!op || (i && i + 1 < a->elems.len)))
			return refuse(a, e, "a field name has no wildcards");
	pat_text(a->elems.at, a->elems.len, &name);
	a->kind = ALT_PRED;
	a->pred = (struct pred){ .kind = PRED_FIELDREF,
				 .op = op,
				 .ref = sigma_field(it->pool, buf_view(&name)) };
	if (name.len == 0 || name.failed || a->pred.ref == UINT32_MAX)
		a->pred.ref = FIELD_ANY;
	buf_done(&name);
	return a->pred.ref == FIELD_ANY ? refuse(a, e, "\"fieldref\" names no field") : 0;
}

/* Of a placeholder's name. SigmaHQ also writes %DC-MACHINE-NAME%. */
static bool is_name_char(uint32_t c)
{
	return c == '_' || c == '-' || c == '.' || (c < 0x80 && fold_is_word(c));
}

struct found { /* a placeholder in elems[from, to), with its percent signs */
	size_t from, to;
	char name[64];
	size_t len;
};

/* The first placeholder at or behind `from`. */
static bool find_placeholder(const pat_elems *p, size_t from, struct found *ret)
{
	for (size_t i = from; i < p->len; i++) {
		size_t k = i + 1;

		if (p->at[i] != '%' || (i && p->at[i - 1] == '\\'))
			continue;
		for (; k < p->len && is_name_char(p->at[k]); k++)
			if (k - i <= sizeof ret->name)
				ret->name[k - i - 1] = (char)p->at[k];
		if (k == p->len || p->at[k] != '%' || k == i + 1)
			continue;
		ret->from = i;
		ret->to = k + 1;
		ret->len = k - i - 1;
		return true;
	}
	return false;
}

/* Put the value in the place of the placeholder; *ret_end is where it ends. */
static int put_value(struct alt *a, const struct found *at, str value, size_t *ret_end, err *e)
{
	pat_elems out = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < at->from; i++)
		ok = pat_add(&out, a->elems.at[i]);
	ok = ok && pat_parse(&out, value);
	*ret_end = out.len;
	for (size_t i = at->to; ok && i < a->elems.len; i++)
		ok = pat_add(&out, a->elems.at[i]);
	if (at->from == 0 && at->to == a->elems.len)
		a->text = value; /* the whole: may become an address or an expression */
	else
		a->changed = true;
	VEC_DONE(&a->elems);
	a->elems = out;
	return ok ? 0 : no_memory(a, e);
}

/* Every placeholder of alternative i at or behind `from`, each value an alternative of its own. */
static int expand_from(struct item *it, size_t i, size_t from, unsigned depth, err *e)
{
	const struct alt *a = &it->alts.at[i];
	const struct ynode *node = a->node;
	bool changed = a->changed;
	struct found at;
	const str *values;
	size_t n = 0;

	if (!find_placeholder(&a->elems, from, &at))
		return 0;
	if (depth == LIMIT_PLACEHOLDER_NEST)
		return refuse(a, e, "too many placeholders in one value");
	values = at.len <= sizeof at.name
			 ? placeholders_get(it->pool->placeholders, (str){ at.name, at.len }, &n)
			 : NULL;
	if (!values)
		return err_set(e, ERR_UNSUPPORTED, node->line, "line %u: placeholder %%%.*s%% has no values",
			       node->line, (int)u64_min(at.len, sizeof at.name), at.name);
	while (n-- > 0) { /* the first value last, in the place of the original */
		struct alt *to = n ? fork_alt(it, i) : &it->alts.at[i];
		size_t end;

		if (!to)
			return err_set(e, ERR_LIMIT, node->line, "line %u: too many values", node->line);
		to->changed = changed;
		if (put_value(to, &at, values[n], &end, e) < 0 ||
		    expand_from(it, (size_t)(to - it->alts.at), end, depth + 1, e) < 0)
			return -1;
	}
	return 0;
}

static int mod_expand(struct item *it, struct alt *a, unsigned arg, err *e)
{
	if (a->kind == ALT_PRED)
		return refuse(a, e, "\"expand\" must stand before this modifier");
	return need_text(a, e) < 0 ? -1 : expand_from(it, (size_t)(a - it->alts.at), 0, 0, e);
}

static int mod_all(struct item *it, struct alt *a, unsigned arg, err *e)
{
	it->all = true;
	return 0;
}

static int mod_neq(struct item *it, struct alt *a, unsigned arg, err *e)
{
	it->negated = true;
	return 0;
}

static const struct modifier MODIFIERS[] = {
	{ "contains", mod_star, AT_START | AT_END },
	{ "startswith", mod_end_star, AT_END },
	{ "endswith", mod_star, AT_START },
	{ "all", mod_all, 0 },
	{ "neq", mod_neq, 0 },
	{ "cased", mod_cased, 0 },
	{ "windash", mod_windash, 0 },
	{ "re", mod_regex, 0 },
	{ "i", mod_regex_flag, REGEX_CASELESS },
	{ "ignorecase", mod_regex_flag, REGEX_CASELESS },
	{ "m", mod_regex_flag, REGEX_MULTILINE },
	{ "multiline", mod_regex_flag, REGEX_MULTILINE },
	{ "s", mod_regex_flag, REGEX_DOTALL },
	{ "dotall", mod_regex_flag, REGEX_DOTALL },
	{ "cidr", mod_cidr, 0 },
	{ "expand", mod_expand, 0 },
	{ "base64", mod_base64, 0 },
	{ "base64offset", mod_base64offset, 0 },
	{ "wide", mod_utf16, 'l' },
	{ "utf16le", mod_utf16, 'l' },
	{ "utf16be", mod_utf16, 'b' },
	{ "utf16", mod_utf16, 'B' },
	{ "fieldref", mod_fieldref, 0 },
	{ "exists", mod_exists, 0 },
	{ "lt", mod_compare, OP_LT },
	{ "lte", mod_compare, OP_LTE },
	{ "gt", mod_compare, OP_GT },
	{ "gte", mod_compare, OP_GTE },
	{ "minute", mod_timepart, PART_MINUTE },
	{ "hour", mod_timepart, PART_HOUR },
	{ "day", mod_timepart, PART_DAY },
	{ "week", mod_timepart, PART_WEEK },
	{ "month", mod_timepart, PART_MONTH },
	{ "year", mod_timepart, PART_YEAR },
};

static const struct modifier *find_modifier(str name)
{
	for (size_t i = 0; i < COUNT(MODIFIERS); i++)
		if (str_eq(name, str_of(MODIFIERS[i].name)))
			return &MODIFIERS[i];
	return NULL;
}

/* A dash class cannot be encoded: every alternative gets its five forms, one dash after the other. */
static int expand_dashes(struct item *it, err *e)
{
	static const uint32_t DASHES[] = { '-', '/', 0x2013, 0x2014, 0x2015 };

	for (size_t i = 0; i < it->alts.len; i++) {
		for (size_t k = 0; k < it->alts.at[i].elems.len; k++) {
			if (it->alts.at[i].elems.at[k] != PAT_DASH)
				continue;
			for (size_t d = 1; d < COUNT(DASHES); d++) {
				struct alt *to = fork_alt(it, i);

				if (!to)
					return refuse(&it->alts.at[i], e, "too many dashes to be encoded");
				to->elems.at[k] = DASHES[d];
			}
			it->alts.at[i].elems.at[k] = DASHES[0];
		}
	}
	return 0;
}

static bool encodes(const struct modifier *m)
{
	return m->apply == mod_base64 || m->apply == mod_base64offset || m->apply == mod_utf16;
}

/* expand says for itself whether the value is still one that was written. */
static bool keeps_value(const struct modifier *m)
{
	return m->apply == mod_all || m->apply == mod_neq || m->apply == mod_expand;
}

static int apply(struct item *it, const struct modifier *m, err *e)
{
	size_t n;

	if (encodes(m) && expand_dashes(it, e) < 0)
		return -1;
	n = it->alts.len;
	for (size_t i = 0; i < n; i++) {
		if (m->apply(it, &it->alts.at[i], m->arg, e) < 0)
			return -1;
		it->alts.at[i].changed |= !keeps_value(m);
	}
	return 0;
}

/* --- values to predicates ------------------------------------------------------------------- */

/* A pattern; without a field it is searched in each value. */
static uint32_t text_leaf(struct item *it, struct alt *a, bool cased, err *e)
{
	struct pred proto = { .kind = PRED_GLOB, .cased = cased };

	if (it->field == FIELD_ANY && mod_star(it, a, AT_START | AT_END, e) < 0)
		return UINT32_MAX;
	return sigma_leaf(it->pool, it->field, sigma_pred(it->pool, &proto, a->elems.at, a->elems.len, e));
}

static uint32_t number_leaf(struct item *it, struct alt *a, err *e)
{
	struct pred proto = { .kind = PRED_NUMBER, .number = a->number };
	buf text = { 0 };
	int r;

	if (it->field != FIELD_ANY)
		return sigma_leaf(it->pool, it->field, sigma_pred(it->pool, &proto, NULL, 0, e));
	number_text(&a->number, &text);
	r = take_text(a, &text, e);
	buf_done(&text);
	return r < 0 ? UINT32_MAX : text_leaf(it, a, true, e);
}

static uint32_t alt_leaf(struct item *it, struct alt *a, err *e)
{
	struct pred null = { .kind = PRED_NULL };

	switch (a->kind) {
	case ALT_TEXT:
		return text_leaf(it, a, a->cased, e);
	case ALT_NUMBER:
		return number_leaf(it, a, e);
	case ALT_BOOL:
		a->kind = ALT_TEXT;
		if (pat_add_text(&a->elems, a->flag ? STR("true") : STR("false")))
			return text_leaf(it, a, false, e);
		no_memory(a, e);
		return UINT32_MAX;
	case ALT_NULL:
		if (it->field != FIELD_ANY && !a->changed)
			return sigma_leaf(it->pool, it->field, sigma_pred(it->pool, &null, NULL, 0, e));
		refuse(a, e, "null needs a field and no modifier");
		return UINT32_MAX;
	case ALT_PRED:
		return sigma_leaf(it->pool, it->field, sigma_pred(it->pool, &a->pred, NULL, 0, e));
	case ALT_BYTES:
		refuse(a, e, "utf16 and wide must be followed by base64 or base64offset");
		return UINT32_MAX;
	}
	return UINT32_MAX;
}

/* Alternatives of one value are OR, values OR or (all) AND, neq turns the whole around. */
static uint32_t join(struct item *it, err *e)
{
	id_list leaves = { 0 }, values = { 0 };
	uint32_t node = UINT32_MAX;

	for (size_t v = 0; v < it->values; v++) {
		uint32_t *value = VEC_PUSH(&values, LIMIT_SIGMA_VALUES);

		leaves.len = 0;
		for (size_t i = v + 1; i != 0; i = it->alts.at[i - 1].next) {
			uint32_t *leaf = VEC_PUSH(&leaves, LIMIT_SIGMA_VALUES);

			if (!leaf)
				goto done;
			*leaf = alt_leaf(it, &it->alts.at[i - 1], e);
			if (*leaf == UINT32_MAX)
				goto done;
		}
		if (!value)
			goto done;
		*value = sigma_list(it->pool, NODE_OR, leaves.at, leaves.len);
	}
	node = sigma_list(it->pool, it->all ? NODE_AND : NODE_OR, values.at, values.len);
	if (it->negated)
		node = sigma_not(it->pool, node);
done:
	VEC_DONE(&leaves);
	VEC_DONE(&values);
	return node;
}

static int add_value(struct item *it, const struct ynode *n, err *e)
{
	struct alt *a = VEC_PUSH(&it->alts, LIMIT_SIGMA_VALUES);

	if (!a)
		return err_set(e, ERR_LIMIT, n->line, "line %u: too many values", n->line);
	a->node = n;
	a->text = n->text;
	it->values++;
	if (n->kind != YAML_SCALAR)
		return refuse(a, e, "a value must be a scalar");
	switch (yaml_scalar_type(n, &a->number, &a->flag)) {
	case SCALAR_NULL:
		a->kind = ALT_NULL;
		return 0;
	case SCALAR_BOOL:
		a->kind = ALT_BOOL;
		return 0;
	case SCALAR_NUMBER:
		a->kind = ALT_NUMBER;
		return 0;
	case SCALAR_STRING:
		break;
	}
	a->kind = ALT_TEXT;
	return pat_parse(&a->elems, n->text) ? 0 : no_memory(a, e);
}

static int add_values(struct item *it, const struct ynode *value, err *e)
{
	if (value->kind != YAML_LIST)
		return add_value(it, value, e);
	if (value->len == 0)
		return err_set(e, ERR_CORRUPT, value->line, "line %u: empty list of values", value->line);
	for (const struct ylink *l = value->first; l; l = l->next)
		if (add_value(it, l->value, e) < 0)
			return -1;
	return 0;
}

static int apply_all(struct item *it, str modifiers, uint32_t line, err *e)
{
	while (modifiers.ptr) {
		str name = str_cut(modifiers, '|', &modifiers);
		const struct modifier *m = find_modifier(name);

		if (!m)
			return err_set(e, ERR_UNSUPPORTED, line, "line %u: unknown modifier \"%.*s\"", line,
				       name.len < 40 ? (int)name.len : 40, name.ptr);
		if (apply(it, m, e) < 0)
			return -1;
	}
	return 0;
}

uint32_t item_compile(struct sigma_pool *p, str key, const struct ynode *value, err *e)
{
	struct item it = { .pool = p };
	str modifiers, name = str_cut(key, '|', &modifiers);
	uint32_t node = UINT32_MAX;

	it.field = sigma_field(p, name);
	if (it.field == UINT32_MAX)
		err_set(e, ERR_LIMIT, value->line, "too many field names");
	else if (add_values(&it, value, e) == 0 && apply_all(&it, modifiers, value->line, e) == 0)
		node = join(&it, e);
	for (size_t i = 0; i < it.alts.len; i++) {
		VEC_DONE(&it.alts.at[i].elems);
		buf_done(&it.alts.at[i].data);
	}
	VEC_DONE(&it.alts);
	return node;
}
