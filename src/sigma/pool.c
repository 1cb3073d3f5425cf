#include "sigma/fold.h"
#include "sigma/rule.h"
#include "util/limits.h"

int sigma_pool_init(struct sigma_pool *p, err *e)
{
	*p = (struct sigma_pool){ 0 };
	arena_init(&p->mem, LIMIT_SIGMA_BYTES);
	map_init(&p->field_ids, LIMIT_SIGMA_FIELDS, LIMIT_SIGMA_BYTES);
	map_init(&p->pred_ids, LIMIT_SIGMA_PREDICATES, LIMIT_SIGMA_BYTES);
	if (sigma_field(p, STR("")) != FIELD_ANY)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules");
	return 0;
}

void sigma_pool_done(struct sigma_pool *p)
{
	VEC_DONE(&p->preds);
	VEC_DONE(&p->nodes);
	VEC_DONE(&p->kids);
	VEC_DONE(&p->labels);
	map_done(&p->field_ids);
	map_done(&p->pred_ids);
	arena_done(&p->mem);
}

uint32_t sigma_field(struct sigma_pool *p, str name)
{
	bool is_new;
	struct map_entry *entry = map_put(&p->field_ids, name, p->field_ids.len, &is_new);

	return entry ? (uint32_t)entry->value : UINT32_MAX;
}

str sigma_field_name(const struct sigma_pool *p, uint32_t field)
{
	return field < p->field_ids.len ? p->field_ids.entries[field].key : STR("");
}

/* --- predicates ----------------------------------------------------------------------------- */

static void pred_key(const struct pred *proto, const uint32_t *elems, size_t n, buf *key)
{
	buf_byte(key, (char)proto->kind);
	buf_byte(key, (char)(proto->cased | proto->want << 1));
	buf_add(key, &proto->op, sizeof proto->op);
	switch (proto->kind) {
	case PRED_GLOB:
		for (size_t i = 0; i < n; i++) {
			uint32_t c = proto->cased ? elems[i] : fold_cp(elems[i]);

			buf_add(key, &c, sizeof c);
		}
		break;
	case PRED_REGEX:
		buf_add(key, &proto->regex.flags, sizeof proto->regex.flags);
		buf_str(key, proto->regex.pattern);
		break;
	case PRED_NUMBER:
	case PRED_COMPARE:
	case PRED_TIMEPART:
		buf_byte(key, proto->number.is_int);
		number_text(&proto->number, key);
		break;
	case PRED_CIDR:
		buf_add(key, &proto->net, sizeof proto->net);
		break;
	case PRED_FIELDREF:
		buf_add(key, &proto->ref, sizeof proto->ref);
		break;
	case PRED_NULL:
	case PRED_EXISTS:
		break;
	}
}

static int pred_freeze(struct sigma_pool *p, struct pred *pred, const struct pred *proto,
		       const uint32_t *elems, size_t n, err *e)
{
	*pred = *proto;
	if (pred->kind == PRED_REGEX) {
		if (regex_check(proto->regex.pattern, proto->regex.flags, e) < 0)
			return -1;
		pred->regex.pattern = arena_str(&p->mem, proto->regex.pattern);
		pred->regex.number = p->nregexes++;
		return pred->regex.pattern.ptr
			       ? 0
			       : err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "rules need too much memory");
	}
	if (pred->kind == PRED_GLOB && !pattern_init(&pred->pattern, elems, n, pred->cased, &p->mem))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "rules need too much memory");
	return 0;
}

uint32_t sigma_pred(struct sigma_pool *p, const struct pred *proto, const uint32_t *elems, size_t n, err *e)
{
	buf key = { .max = LIMIT_SIGMA_BYTES };
	struct map_entry *entry;
	struct pred fresh;
	uint32_t id = UINT32_MAX;

	pred_key(proto, elems, n, &key);
	if (key.failed) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules");
		goto done;
	}
	entry = map_get(&p->pred_ids, buf_view(&key));
	if (entry) {
		id = (uint32_t)entry->value;
		goto done;
	}
	if (pred_freeze(p, &fresh, proto, elems, n, e) < 0)
		goto done;
	if (VEC_PUSH(&p->preds, LIMIT_SIGMA_PREDICATES)) {
		bool is_new;

		p->preds.at[p->preds.len - 1] = fresh;
		if (map_put(&p->pred_ids, buf_view(&key), p->preds.len - 1, &is_new))
			id = (uint32_t)p->preds.len - 1;
	}
	if (id == UINT32_MAX)
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many different values in all rules");
done:
	buf_done(&key);
	return id;
}

/* --- nodes ---------------------------------------------------------------------------------- */

static uint32_t add_node(struct sigma_pool *p, struct sigma_node node)
{
	struct sigma_node *at = VEC_PUSH(&p->nodes, LIMIT_SIGMA_NODES);

	if (!at)
		return UINT32_MAX;
	*at = node;
	return (uint32_t)p->nodes.len - 1;
}

uint32_t sigma_leaf(struct sigma_pool *p, uint32_t field, uint32_t pred)
{
	if (field == UINT32_MAX || pred == UINT32_MAX)
		return UINT32_MAX;
	return add_node(p, (struct sigma_node){ NODE_LEAF, field, pred });
}

uint32_t sigma_not(struct sigma_pool *p, uint32_t node)
{
	return node == UINT32_MAX ? node : add_node(p, (struct sigma_node){ NODE_NOT, node, 0 });
}

uint32_t sigma_list(struct sigma_pool *p, enum node_op op, const uint32_t *ids, size_t n)
{
	uint32_t first = (uint32_t)p->kids.len;

	if (n == 1)
		return ids[0];
	for (size_t i = 0; i < n; i++) {
		uint32_t *kid = VEC_PUSH(&p->kids, LIMIT_SIGMA_NODES);

		if (!kid || ids[i] == UINT32_MAX)
			return UINT32_MAX;
		*kid = ids[i];
	}
	return add_node(p, (struct sigma_node){ (uint8_t)op, first, (uint32_t)n });
}

bool sigma_label(struct sigma_pool *p, uint32_t node, str text, bool converted)
{
	struct sigma_label *at;

	if (p->labels.len && p->labels.at[p->labels.len - 1].node >= node)
		return true; /* an operand that stands for the whole was named before */
	at = VEC_PUSH(&p->labels, LIMIT_SIGMA_NODES);
	if (!at)
		return false;
	at->node = node;
	at->converted = converted;
	at->text = arena_str(&p->mem, text);
	return at->text.ptr != NULL;
}

struct sigma_label sigma_label_of(const struct sigma_pool *p, uint32_t node)
{
	size_t lo = 0, hi = p->labels.len;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (p->labels.at[mid].node < node)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < p->labels.len && p->labels.at[lo].node == node)
		return p->labels.at[lo];
	return (struct sigma_label){ node, false, STR("") };
}
