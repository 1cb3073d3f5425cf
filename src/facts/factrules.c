#include "facts/facts_priv.h"

#include "facts_rules.inc"

const struct fact_rule *fact_rule_at(size_t i)
{
	return i < COUNT(RULES) ? &RULES[i] : NULL;
}

size_t fact_rules_len(void)
{
	return COUNT(RULES);
}

const struct fact_op *fact_rule_ops(const struct fact_rule *r)
{
	return &OPS[r->op];
}

const struct fact_condition *fact_rule_conditions(const struct fact_rule *r)
{
	return &CONDITIONS[r->condition];
}

bool fact_rule_matches(const struct fact_rule *r, str provider, str channel, uint64_t event_id)
{
	str rest = str_of(r->provider);

	if (r->datasets || event_id != r->event_id)
		return false;
	if (provider.len == 0)
		return str_eq_ascii_nocase(channel, str_of(r->channel));
	while (rest.len)
		if (str_eq_ascii_nocase(provider, str_cut(rest, '|', &rest)))
			return true;
	return false;
}

bool fact_rule_covers(const struct fact_rule *r, str dataset)
{
	str rest = r->datasets ? str_of(r->datasets) : STR("");

	while (rest.len) {
		str one = str_cut(rest, ',', &rest);

		if (str_ends(one, STR("*")) ? str_starts(dataset, (str){ one.ptr, one.len - 1 })
					    : str_eq(dataset, one))
			return true;
	}
	return false;
}
