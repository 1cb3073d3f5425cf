/* rules_stats.c - what rules can do on this evidence: which matched, which could, and why the others
 * cannot. One pass over the evidence that detects and counts kinds of events. */
#include <stdlib.h>
#include <unistd.h>

#include "cli/evidence_run.h"
#include "cli/gapsay.h"
#include "cli/rulepack.h"
#include "cli/rules_verbs.h"
#include "detect/coverage.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/map.h"

struct rule_count {
	uint64_t live, recovered;
};

struct stats {
	struct cli *cli;
	bool json, all;
	bool bare; /* no evidence: only what rules read */
	struct gapsay gaps;
	struct rulepack pack;
	const struct ruleset *rs;
	struct census *census;
	struct coverage_table table;
	map matches; /* rule id to index of `counts` */
	VEC(struct rule_count) counts;
	arena mem;
	buf out;
};

/* --- gathering ------------------------------------------------------------------------------ */

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct stats *s = ctx;
	bool is_new;
	struct map_entry *entry = map_put(&s->matches, f->rule_id, s->counts.len, &is_new);

	if (!entry || (is_new && !VEC_PUSH(&s->counts, LIMIT_RULE_FILES)))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules");
	if (f->flags & EVENT_RECOVERED)
		s->counts.at[entry->value].recovered++;
	else
		s->counts.at[entry->value].live++;
	return 0;
}

static int on_kind(void *ctx, const struct census_kind *k, err *e)
{
	struct stats *s = ctx;

	(void)e;
	(void)census_add(s->census, k, NULL); /* what is full says so of itself */
	return 0;
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	struct stats *s = ctx;

	(void)e;
	gapsay_gap(&s->gaps, g);
	return 0;
}

static int on_item(void *ctx, const struct store_item *it, err *e)
{
	struct stats *s = ctx;

	(void)e;
	gapsay_item(&s->gaps, it->path);
	return 0;
}

static struct rule_count count_of(const struct stats *s, const struct rule_info *info)
{
	const struct map_entry *entry = map_get(&s->matches, info->id);

	return entry && info->status == RULE_OK ? s->counts.at[entry->value] : (struct rule_count){ 0 };
}

/* --- for people ----------------------------------------------------------------------------- */

static void heading(struct stats *s, const char *text)
{
	term_begin(&s->out, &s->cli->out, TERM_BOLD);
	buf_z(&s->out, text);
	term_end(&s->out, &s->cli->out, TERM_BOLD);
	buf_byte(&s->out, '\n');
}

/* Kinds are sorted by source: one line for each. */
static void put_sources(struct stats *s)
{
	size_t n = census_len(s->census);

	heading(s, "      events   kinds  log");
	for (size_t i = 0; i < n;) {
		const struct census_kind *first = census_at(s->census, i);
		uint64_t events = 0, kinds = 0;

		for (; i < n; i++, kinds++) {
			const struct census_kind *k = census_at(s->census, i);

			if (k->windows != first->windows || k->rest != first->rest ||
			    !str_eq(k->source, first->source))
				break;
			events += k->events;
		}
		buf_printf(&s->out, "%12llu %7llu  ", (unsigned long long)events, (unsigned long long)kinds);
		term_str(&s->out, first->rest         ? STR("(kinds past the limit, not told apart)")
				  : first->source.len ? first->source
						      : STR("(no name)"));
		buf_byte(&s->out, '\n');
	}
}

static int cmp_gate(const void *a, const void *b)
{
	const struct coverage_gate *p = a, *q = b;

	if (p->events != q->events)
		return p->events < q->events ? 1 : -1;
	if (p->rules != q->rules)
		return p->rules < q->rules ? 1 : -1;
	return str_cmp(p->where, q->where);
}

static void put_gates(struct stats *s)
{
	unsigned absent = 0;

	buf_byte(&s->out, '\n');
	heading(s, "      events   rules  can match  read by rules as");
	qsort(s->table.gates, s->table.ngates, sizeof *s->table.gates, cmp_gate);
	for (uint32_t i = 0; i < s->table.ngates; i++) {
		const struct coverage_gate *g = &s->table.gates[i];

		if (!g->events && !s->all && !s->bare) {
			absent++;
			continue;
		}
		buf_printf(&s->out, "%12llu %7u %10u  ", (unsigned long long)g->events, g->rules, g->can);
		term_str(&s->out, g->where);
		buf_z(&s->out, g->known ? "\n" : " (only with --logsource)\n");
	}
	if (absent)
		buf_printf(&s->out, "%12d %7s %10s  %u more, of which there are no events\n", 0, "", "", absent);
}

static void put_rule(struct stats *s, size_t i)
{
	const struct rule_info *info = ruleset_at(s->rs, i);
	const struct coverage *c = &s->table.rules[i];
	struct rule_count n = count_of(s, info);
	buf *b = &s->out;

	buf_printf(b, "%12llu %12llu  %-14s %-13s ", (unsigned long long)n.live, (unsigned long long)c->events,
		   n.live ? "matched" : coverage_state_name(c->state), finding_level_name(info->level));
	term_str(b, info->title.len ? info->title : info->path);
	if (c->missing.len && c->state == COVERAGE_NO_FIELD) {
		buf_z(b, " (lacks ");
		term_str(b, c->missing);
		buf_byte(b, ')');
	} else if (info->reason.len) {
		buf_z(b, " (");
		term_str(b, info->reason);
		buf_byte(b, ')');
	}
	buf_byte(b, '\n');
}

static void put_rules(struct stats *s)
{
	uint64_t matched = 0, others[COVERAGE_STATES] = { 0 };

	buf_byte(&s->out, '\n');
	if (!s->bare || s->all)
		heading(s, "     matches       events  state          level         rule");
	for (size_t i = 0; i < ruleset_len(s->rs); i++) {
		bool hit = count_of(s, ruleset_at(s->rs, i)).live > 0;

		matched += hit;
		others[s->table.rules[i].state] += !hit;
		if (hit || s->all)
			put_rule(s, i);
	}
	buf_printf(&s->out, "%s%zu rules", s->bare && !s->all ? "" : "\n", ruleset_len(s->rs));
	if (!s->bare)
		buf_printf(&s->out, ": %llu matched, %llu more can match", (unsigned long long)matched,
			   (unsigned long long)others[COVERAGE_CAN]);
	for (int st = COVERAGE_NO_FIELD; st >= 0; st--)
		if (others[st])
			buf_printf(&s->out, ", %llu %s", (unsigned long long)others[st],
				   s->bare && st == COVERAGE_NO_LOG
					   ? "with a reader"
					   : coverage_state_name((enum coverage_state)st));
	buf_byte(&s->out, '\n');
	if (s->table.incomplete)
		buf_z(&s->out, "Some kinds of events were too many to be told apart: rules have the benefit of doubt.\n");
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void json_kinds(struct stats *s)
{
	buf *b = &s->out;

	json_key(b, "kinds");
	buf_byte(b, '[');
	for (size_t i = 0; i < census_len(s->census); i++) {
		const struct census_kind *k = census_at(s->census, i);

		buf_z(b, i ? ",\n{" : "\n{");
		json_member_str(b, k->windows ? "channel" : "dataset", k->source);
		if (k->windows) {
			json_member_str(b, "provider", k->provider);
			json_member_str(b, "event_id", k->event_id);
		}
		json_member_u64(b, "events", k->events);
		json_member_bool(b, "complete", !k->rest && !k->more_fields);
		json_key(b, "fields");
		buf_byte(b, '[');
		for (uint32_t f = 0; f < k->nfields; f++) {
			json_sep(b);
			json_str(b, k->fields[f]);
		}
		buf_z(b, "]}");
	}
	buf_z(b, "]");
}

static void json_gates(struct stats *s)
{
	buf *b = &s->out;

	json_key(b, "gates");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < s->table.ngates; i++) {
		const struct coverage_gate *g = &s->table.gates[i];

		buf_z(b, i ? ",\n{" : "\n{");
		json_member_str(b, "where", g->where);
		json_member_u64(b, "events", g->events);
		json_member_u64(b, "rules", g->rules);
		json_member_u64(b, "can_match", g->can);
		json_member_bool(b, "known", g->known);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void json_rules(struct stats *s)
{
	buf *b = &s->out;

	json_key(b, "rules");
	buf_byte(b, '[');
	for (size_t i = 0; i < ruleset_len(s->rs); i++) {
		const struct rule_info *info = ruleset_at(s->rs, i);
		const struct coverage *c = &s->table.rules[i];
		struct rule_count n = count_of(s, info);

		buf_z(b, i ? ",\n{" : "\n{");
		json_member_str(b, "id", info->id);
		json_member_str(b, "title", info->title);
		json_member_str(b, "level", str_of(finding_level_name(info->level)));
		json_member_str(b, "path", info->path);
		json_member_str(b, "state", str_of(coverage_state_name(c->state)));
		json_member_u64(b, "events", c->events);
		json_member_u64(b, "matches", n.live);
		if (n.recovered)
			json_member_u64(b, "matches_recovered", n.recovered);
		if (c->state == COVERAGE_NO_FIELD)
			json_member_str(b, "missing_fields", c->missing);
		if (info->reason.len)
			json_member_str(b, "reason", info->reason);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void put_json(struct stats *s)
{
	buf *b = &s->out;

	buf_z(b, "{\"schema\":\"spoor-rule-stats/1\",\"totals\":{");
	json_member_u64(b, "rules", ruleset_len(s->rs));
	for (int st = 0; st < COVERAGE_STATES; st++)
		json_member_u64(b, coverage_state_name((enum coverage_state)st), s->table.by_state[st]);
	json_member_bool(b, "complete", !s->table.incomplete);
	buf_byte(b, '}');
	json_kinds(s);
	json_gates(s);
	json_rules(s);
	buf_z(b, "}\n");
}

/* --- all of it ------------------------------------------------------------------------------ */

static int report(struct stats *s, err *e)
{
	if (census_sort(s->census, e) < 0 || coverage_make(&s->table, s->rs, s->census, &s->mem, e) < 0)
		return -1;
	if (s->json) {
		put_json(s);
	} else {
		if (!s->bare)
			put_sources(s);
		put_gates(s);
		put_rules(s);
	}
	return cli_flush(STDOUT_FILENO, &s->out, e);
}

static int gather(struct stats *s, const struct cli_args *args, err *e)
{
	const struct engine_sink sink = { s, on_finding, NULL, on_gap, on_item, on_kind };
	struct engine_totals totals;
	struct engine_options o;
	int code;

	if (s->bare)
		return report(s, e) < 0 ? cli_fail(s->cli, e) : EXIT_DONE;
	code = run_options(s->cli, &command_rules, args, &o);
	if (code != EXIT_DONE)
		return code;
	o.rules = str_bytes(buf_view(&s->pack.image));
	o.census = true;
	code = run_engine(s->cli, &o, &sink, &totals);
	if (code != EXIT_DONE && code != EXIT_GAPS)
		return code;
	gapsay_end(&s->gaps);
	return report(s, e) < 0 ? cli_fail(s->cli, e) : code;
}

int rules_stats(struct cli *cli, const struct cli_args *args)
{
	struct stats s = { .cli = cli,
			   .json = args_get(args, "json") != NULL,
			   .all = args_get(args, "all") != NULL,
			   .bare = args->paths.len == 0 };
	err e = { .offset = ERR_NO_OFFSET };
	buf bundle = { 0 };
	int code;

	gapsay_init(&s.gaps, cli);
	arena_init(&s.mem, LIMIT_SIGMA_BYTES);
	map_init(&s.matches, LIMIT_RULE_FILES, LIMIT_SIGMA_BYTES);
	if (rulepack_read(args, &bundle, NULL, &e) < 0 ||
	    rulepack_compile(str_bytes(buf_view(&bundle)), &s.pack, &e) < 0 ||
	    (s.rs = rulepack_rules(&s.pack, &e)) == NULL || census_new(&s.census, LIMIT_CENSUS_KINDS, &e) < 0)
		code = cli_fail(cli, &e);
	else
		code = gather(&s, args, &e);
	census_free(s.census);
	rulepack_done(&s.pack);
	map_done(&s.matches);
	VEC_DONE(&s.counts);
	arena_done(&s.mem);
	buf_done(&s.out);
	buf_done(&bundle);
	return code;
}
