#include <stdio.h>

#include "cli/finding_out.h"
#include "cli/finding_pack.h"
#include "cli/gapsay.h"
#include "cli/rulepack.h"
#include "cli/evidence_run.h"
#include "detect/coverage.h"
#include "detect/detect.h"
#include "util/limits.h"
#include "util/sorter.h"

static const struct cli_option OPTIONS[] = {
	RULE_OPTIONS,
	{ 'f', "format", "FORMAT", "table, csv, jsonl, ecs or timesketch. Default: table" },
	{ 'o', "output", "FILE", "Write there instead of standard output" },
	{ 0, "min-level", "LEVEL", "Only this level and above: informational, low, medium, high, critical" },
	{ 0, "naive", NULL,
	  "Evaluate rule by rule, without optimisation: slow, and the findings are the same" },
	{ 0, "recovered", NULL, "Also findings in records carved out of slack and damaged blocks (marked)" },
	RUN_OPTIONS,
	{ 0 },
};

struct hunt {
	struct gapsay gaps;
	struct items items;
	struct sorter *sorter;
	enum finding_level min_level;
	bool with_recovered;
	uint64_t by_level[LEVEL_CRITICAL + 1];
	uint64_t in_recovered; /* findings left out for that */
	uint64_t below_level;  /* left out for that */
	struct census *census;
	buf key, payload;
};

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct hunt *h = ctx;

	if (f->level > LEVEL_CRITICAL || f->nrefs == 0)
		return 0;
	if (f->level < h->min_level) {
		h->below_level++;
		return 0;
	}
	if ((f->flags & EVENT_RECOVERED) && !h->with_recovered) {
		h->in_recovered++;
		return 0;
	}
	h->by_level[f->level]++;
	buf_clear(&h->key);
	buf_clear(&h->payload);
	sorter_key_i64(&h->key, f->time_ns);
	sorter_key_u64(&h->key, f->refs[0].item);
	sorter_key_u64(&h->key, f->refs[0].offset);
	sorter_key_str(&h->key, f->rule_id);
	finding_pack(&h->payload, f);
	if (h->key.failed || h->payload.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a finding");
	return sorter_add(h->sorter, str_bytes(buf_view(&h->key)), str_bytes(buf_view(&h->payload)), e);
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	struct hunt *h = ctx;

	(void)e;
	gapsay_gap(&h->gaps, g);
	return 0;
}

static int on_item(void *ctx, const struct store_item *it, err *e)
{
	struct hunt *h = ctx;

	gapsay_item(&h->gaps, it->path);
	return it->cited ? items_add(&h->items, it, e) : 0;
}

/* A census that is full says so of itself; it is there for people and stops nothing. */
static int on_kind(void *ctx, const struct census_kind *k, err *e)
{
	struct hunt *h = ctx;

	(void)e;
	(void)census_add(h->census, k, NULL);
	return 0;
}

static int write_sorted(struct hunt *h, const struct finding_writer *w, const struct term *t, int fd, err *e)
{
	enum { FLUSH_AT = 256 * 1024 };
	buf out = { 0 };
	arena mem;
	bytes key, payload;
	int rc;

	arena_init(&mem, LIMIT_FINDING_MEM);
	if (w->head)
		w->head(&out, t);
	while ((rc = sorter_next(h->sorter, &key, &payload, e)) > 0) {
		struct finding f;

		arena_clear(&mem);
		if (finding_unpack(payload, &f, &mem, e) < 0) {
			rc = -1;
			break;
		}
		w->row(&out, t, &f, &h->items);
		if (out.len >= FLUSH_AT && cli_flush(fd, &out, e) < 0) {
			rc = -1;
			break;
		}
	}
	if (rc == 0)
		rc = cli_flush(fd, &out, e);
	arena_done(&mem);
	buf_done(&out);
	return rc;
}

static uint64_t found(const struct hunt *h)
{
	uint64_t n = 0;

	for (size_t i = 0; i < COUNT(h->by_level); i++)
		n += h->by_level[i];
	return n;
}

static void say_totals(const struct cli *cli, const struct hunt *h, const struct engine_totals *t)
{
	uint64_t n = found(h);

	cli_say(cli,
		"%llu findings (%llu critical, %llu high, %llu medium, %llu low, %llu informational) in "
		"%llu events of %llu files, %.1f s; %llu gaps",
		(unsigned long long)n, (unsigned long long)h->by_level[LEVEL_CRITICAL],
		(unsigned long long)h->by_level[LEVEL_HIGH], (unsigned long long)h->by_level[LEVEL_MEDIUM],
		(unsigned long long)h->by_level[LEVEL_LOW],
		(unsigned long long)h->by_level[LEVEL_INFORMATIONAL], (unsigned long long)t->events,
		(unsigned long long)t->items, (double)t->wall_ns / 1e9, (unsigned long long)t->gaps);
	if (h->in_recovered)
		cli_say(cli, "%llu more findings in recovered records, which --recovered shows",
			(unsigned long long)h->in_recovered);
}

/* No findings must have a reason. */
static void say_why_none(const struct cli *cli, struct hunt *h, struct rulepack *pack)
{
	const struct ruleset *rs = rulepack_rules(pack, NULL);
	struct coverage_table t;
	arena mem;

	arena_init(&mem, LIMIT_SIGMA_BYTES);
	if (h->below_level)
		cli_say(cli, "%llu findings are below --min-level", (unsigned long long)h->below_level);
	if (rs && census_sort(h->census, NULL) == 0 && coverage_make(&t, rs, h->census, &mem, NULL) == 0) {
		cli_say(cli,
			"of %zu rules %llu can match events that are here; %llu read other logs, %llu other "
			"events, %llu need fields that are not here, %llu are rejected",
			ruleset_len(rs), (unsigned long long)t.by_state[COVERAGE_CAN],
			(unsigned long long)(t.by_state[COVERAGE_NO_LOG] + t.by_state[COVERAGE_NO_READER]),
			(unsigned long long)t.by_state[COVERAGE_NO_EVENT],
			(unsigned long long)t.by_state[COVERAGE_NO_FIELD],
			(unsigned long long)t.by_state[COVERAGE_REJECTED]);
		cli_say(cli, "spoor rules stats, with the same paths and rules, tells which and why");
	}
	arena_done(&mem);
}

static int hunt(struct cli *cli, const struct cli_args *args, struct engine_options *o,
		const struct finding_writer *w, enum finding_level min_level)
{
	struct hunt h = { .min_level = min_level, .with_recovered = args_get(args, "recovered") != NULL };
	struct engine_sink sink = { &h, on_finding, NULL, on_gap, on_item, on_kind };
	struct engine_totals totals;
	struct run_output out = { .fd = -1 };
	struct rulepack pack = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	int code;

	gapsay_init(&h.gaps, cli);
	items_init(&h.items);
	if (rulepack_open(args, &pack, &e) < 0 || rulepack_correlator(&pack, &o->correlator, &e) < 0 ||
	    census_new(&h.census, LIMIT_CENSUS_KINDS, &e) < 0 ||
	    sorter_new(&h.sorter, LIMIT_HUNT_SORT_BYTES, &e) < 0 || run_output_open(&out, args, o, &e) < 0) {
		code = cli_fail(cli, &e);
		goto done;
	}
	o->rules = str_bytes(buf_view(&pack.image));
	o->hash = o->census = true;
	o->naive = args_get(args, "naive") != NULL;
	code = run_engine(cli, o, &sink, &totals);
	if (code == EXIT_DONE || code == EXIT_GAPS) {
		gapsay_end(&h.gaps);
		if (write_sorted(&h, w, &cli->out, out.fd, &e) < 0)
			code = cli_fail(cli, &e);
		else
			say_totals(cli, &h, &totals);
		if (!found(&h))
			say_why_none(cli, &h, &pack);
	}
	if (run_output_close(&out, code == EXIT_DONE || code == EXIT_GAPS, &e) < 0)
		code = cli_fail(cli, &e);
done:
	census_free(h.census);
	sorter_free(h.sorter);
	items_done(&h.items);
	buf_done(&h.key);
	buf_done(&h.payload);
	correlator_free(o->correlator);
	rulepack_done(&pack);
	return code;
}

static const struct finding_writer *writer_named(const char *name)
{
	for (size_t i = 0; i < FINDING_WRITERS_LEN; i++)
		if (strcmp(FINDING_WRITERS[i].name, name) == 0)
			return &FINDING_WRITERS[i];
	return NULL;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const char *format = args_get(args, "format"), *level = args_get(args, "min-level");
	const struct finding_writer *w = writer_named(format ? format : "table");
	enum finding_level min_level = LEVEL_INFORMATIONAL;
	struct engine_options o;
	int code;

	if (!w)
		return cli_usage(cli, &command_hunt,
				 "--format takes one of table, csv, jsonl, ecs, timesketch, not \"%s\"",
				 format);
	if (level && !finding_level_parse(str_of(level), &min_level))
		return cli_usage(
			cli, &command_hunt,
			"--min-level takes one of informational, low, medium, high, critical, not \"%s\"",
			level);
	code = run_options(cli, &command_hunt, args, &o);
	return code == EXIT_DONE ? hunt(cli, args, &o, w, min_level) : code;
}

const struct command command_hunt = {
	.name = "hunt",
	.summary = "detections as a timeline",
	.usage = "PATH... [-r RULES]... [-f FORMAT] [-o FILE] [--min-level LEVEL] [-j N]",
	.options = OPTIONS,
	.details =
		"Evaluates Sigma rules over every event and writes the findings sorted by time, in "
		"bounded memory.\n"
		"\n"
		"jsonl: one object per finding with rule.id, rule.name, rule.level, rule.tags, @timestamp, host.name,\n"
		"log.file.path, event.code, winlog.record_id, details, and event.ref: SHA256:OFFSET:RECORD of each\n"
		"contributing event, which spoor show opens. ecs: the same, nested, for Elasticsearch. timesketch: JSON\n"
		"lines for its import.\n"
		"csv: cells that a spreadsheet would take for a formula are prefixed with an apostrophe.\n"
		"\n"
		"Findings in records that were carved out of slack or damaged blocks are counted, and shown with\n"
		"--recovered (event.recovered is true there): they may be older than the log itself.\n"
		"\n"
		"What could not be read is said on standard error and gives exit code 3.",
	.run = run,
};
