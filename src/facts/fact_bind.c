/* fact_bind.c - a rule's fields as columns of a schema, looked up once. */
#include "event/ecs.h"
#include "facts/facts_priv.h"

/* Fields being collected: most rules need few. */
enum { COLS_MAX = 512, ALTERNATIVES_MAX = 24 };

struct binder {
	const struct schema *schema;
	struct fact_col cols[COLS_MAX];
	uint32_t ncols;
};

/* --- Windows events -------------------------------------------------------------------------- */

/* Exact name; else the same name with its first letter in the other case, as some shippers write it. */
static int32_t find_field(const struct schema *s, str want)
{
	int32_t col;

	if (want.len == 0)
		return -1;
	for (uint32_t from = 0; (col = schema_find(s, want, from)) >= 0; from = (uint32_t)col + 1)
		if (s->columns[col].section != SECTION_SYSTEM)
			return col;
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		str have = s->columns[i].name;

		if (s->columns[i].section != SECTION_SYSTEM && have.len == want.len &&
		    (have.ptr[0] ^ want.ptr[0]) == 0x20 &&
		    memcmp(have.ptr + 1, want.ptr + 1, want.len - 1) == 0)
			return (int32_t)i;
	}
	return -1;
}

/* The rendered text beside the event, which readers hide from rules. */
static int32_t find_message(const struct schema *s)
{
	for (uint32_t i = 0; i < s->ncolumns; i++)
		if (str_eq_ascii_nocase(s->columns[i].name, STR("Message")))
			return (int32_t)i;
	return -1;
}

static int32_t first_unnamed(const struct schema *s)
{
	for (uint32_t i = 0; i < s->ncolumns; i++)
		if (s->columns[i].flags & COLUMN_F_UNNAMED)
			return (int32_t)i;
	return schema_find(s, STR("Data"), 0);
}

static int32_t find_for(const struct schema *s, const struct fact_op *op, str name)
{
	switch (op->fn) {
	case FN_LITERAL:
		return -1;
	case FN_DATA:
		return first_unnamed(s);
	case FN_CMDLET:
	case FN_PARAMETERS:
		return find_message(s);
	default:
		return find_field(s, name);
	}
}

/* --- flat logs ------------------------------------------------------------------------------- */

static void add_col(struct binder *b, int32_t col, uint8_t how)
{
	if (col >= 0 && b->ncols < COLS_MAX)
		b->cols[b->ncols++] = (struct fact_col){ col, how, fact_how_converts(how) };
}

/* Columns that data/ecs_*.tsv call `want`, in the log's own order; a derived host counts too. */
static void add_ecs(struct binder *b, str want, uint32_t start)
{
	const struct schema *s = b->schema;

	for (uint32_t i = 0; i < s->ncolumns && b->ncols - start < ALTERNATIVES_MAX; i++) {
		const struct ecs_flat_row *row;
		size_t n = ecs_rows_flat(s->dataset, s->columns[i].raw, &row);

		for (size_t k = 0; k < n; k++)
			if (str_eq(row[k].ecs, want)) {
				add_col(b, (int32_t)i, row[k].how);
				break;
			}
		if (n == 0 && str_eq(s->columns[i].ecs, want))
			add_col(b, (int32_t)i, ECS_TEXT);
	}
}

/* {name as logged}: every column of the name, as a JSON log may have it in several places. */
static void add_raw(struct binder *b, str want, uint32_t start)
{
	for (uint32_t i = 0; i < b->schema->ncolumns && b->ncols - start < ALTERNATIVES_MAX; i++)
		if (str_eq(b->schema->columns[i].raw, want) &&
		    !(b->schema->columns[i].flags & COLUMN_F_DERIVED))
			add_col(b, (int32_t)i, ECS_TEXT);
}

/* "a/b": the columns of a and then those of b. */
static struct fact_arg bind_flat(struct binder *b, str fields)
{
	uint32_t start = b->ncols;

	while (fields.len) {
		str one = str_cut(fields, '/', &fields);

		if (str_starts(one, STR("{")))
			add_raw(b, (str){ one.ptr + 1, one.len - 2 }, start);
		else
			add_ecs(b, one, start);
	}
	return (struct fact_arg){ (uint16_t)start, (uint16_t)(b->ncols - start) };
}

static struct fact_arg bind_one(struct binder *b, int32_t col)
{
	uint32_t start = b->ncols;

	add_col(b, col, ECS_TEXT);
	return (struct fact_arg){ (uint16_t)start, (uint16_t)(b->ncols - start) };
}

/* --- both ------------------------------------------------------------------------------------ */

bool fact_fn_takes_literal(enum fact_fn fn)
{
	static const enum fact_fn FNS[] = { FN_DATA,   FN_IF,   FN_PART,   FN_PARTNAME, FN_PARTREST,
					    FN_PARAM,  FN_WORD, FN_WORDIP, FN_BEFORE,   FN_PAIR,
					    FN_PAIRIP, FN_ITEM, FN_LABEL };

	for (size_t i = 0; i < COUNT(FNS); i++)
		if (FNS[i] == fn)
			return true;
	return false;
}

/* Is argument i of the function a field, and no literal? */
static bool takes_field(enum fact_fn fn, int i)
{
	switch (fn) {
	case FN_LITERAL:
	case FN_DAY:
	case FN_CHANNEL:
	case FN_USER:
	case FN_PLACE:
		return false;
	default:
		return i == 0 || !fact_fn_takes_literal(fn);
	}
}

/* The alternatives of "bytes" follow one another. */
static struct fact_arg bytes_of(const struct fact_op *ops, uint32_t nops, const struct fact_arg *args)
{
	struct fact_arg all = { 0 };

	for (uint32_t i = 0; i < nops; i++) {
		if (ops[i].attr != FA_BYTES)
			continue;
		if (all.n == 0)
			all.at = args[i * FACT_ARGS].at;
		all.n = (uint16_t)(args[i * FACT_ARGS].at + args[i * FACT_ARGS].n - all.at);
	}
	return all;
}

bool fact_plan_bind(struct fact_plan *p, const struct fact_rule *r, const struct schema *s, arena *mem)
{
	const struct fact_op *ops = fact_rule_ops(r);
	const struct fact_condition *conds = fact_rule_conditions(r);
	struct fact_arg *args = arena_array(mem, (size_t)r->nops * FACT_ARGS + 1, sizeof *args);
	struct fact_arg *cond = arena_array(mem, r->nconditions + 1, sizeof *cond);
	struct fact_col *cols;
	struct binder b = { .schema = s };

	if (!args || !cond)
		return false;
	*p = (struct fact_plan){ .rule = r, .args = args, .cond = cond };
	for (uint32_t i = 0; i < r->nops; i++) {
		p->daily |= ops[i].fn == FN_DAY;
		p->timed |= ops[i].attr == FA_FIRST || ops[i].attr == FA_LAST;
		for (int k = 0; k < FACT_ARGS; k++) {
			struct fact_arg *a = &args[i * FACT_ARGS + (uint32_t)k];

			if (!ops[i].arg[k].len || !takes_field(ops[i].fn, k))
				*a = (struct fact_arg){ 0 };
			else if (r->datasets)
				*a = bind_flat(&b, ops[i].arg[k]);
			else
				*a = bind_one(&b, find_for(s, &ops[i], ops[i].arg[k]));
		}
	}
	for (uint32_t i = 0; i < r->nconditions; i++)
		cond[i] = r->datasets ? bind_flat(&b, conds[i].field)
				      : bind_one(&b, find_field(s, conds[i].field));
	p->cols = b.cols;
	p->bytes = bytes_of(ops, r->nops, args);
	cols = arena_array(mem, b.ncols + 1, sizeof *cols);
	if (!cols)
		return false;
	memcpy(cols, b.cols, b.ncols * sizeof *cols);
	p->cols = cols;
	return true;
}
