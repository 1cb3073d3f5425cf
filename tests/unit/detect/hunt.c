/* hunt.c - the smallest hunter: rules and files in, a line per finding out. For comparing with other
 * evaluators and for measuring; not part of the product.
 *
 *	hunt [--naive|--both] [--explain] [--extended] [--repeat N] [--no-rules] [--time] [--status] RULES... -- FILE... > file,record_id,rule_id,flag
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "detect/detect.h"
#include "detect/explain.h"
#include "readers/reader.h"

struct hunt {
	struct ruleset *rules;
	struct detector *detector, *naive; /* naive: with --both, must agree */
	const event *event;                /* under way */
	bool explain;                      /* every finding */
	const char *file;
	str record;
	buf out, fast, slow;
	uint64_t events, findings, differences, gaps;
	double detect_s;
	bool quiet;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What the parts of an explanation say must follow from its tests alone. */
static bool follows(const struct explained *n)
{
	bool holds = n->op == NODE_LEAF ? n->holds : n->op == NODE_AND;

	for (uint32_t i = 0; i < n->nkids; i++) {
		bool kid = follows(&n->kids[i]);

		if (n->op == NODE_NOT)
			holds = !kid;
		else if (kid != (n->op == NODE_AND))
			holds = n->op == NODE_OR;
	}
	return holds;
}

/* Is there a test that holds by this value? */
static bool named(const struct explained *n, const struct finding_detail *d)
{
	if (n->op == NODE_LEAF && n->holds && n->hit_field.len && str_eq(n->hit, d->value))
		return true;
	for (uint32_t i = 0; i < n->nkids; i++)
		if (named(&n->kids[i], d))
			return true;
	return false;
}

static bool any_hit(const struct explained *n)
{
	bool hit = n->op == NODE_LEAF && n->holds && n->hit_field.len;

	for (uint32_t i = 0; i < n->nkids; i++) /* what is below a negation made nothing match */
		hit |= n->op != NODE_NOT && any_hit(&n->kids[i]);
	return hit;
}

static size_t rule_index(const struct ruleset *rs, str id)
{
	for (size_t i = 0; i < ruleset_len(rs); i++)
		if (ruleset_at(rs, i)->status == RULE_OK && str_eq(ruleset_at(rs, i)->id, id))
			return i;
	return SIZE_MAX;
}

/* The explanation of a finding must come to the same result, by what it shows. */
static bool explains(struct hunt *h, const struct finding *f, err *e)
{
	const struct explained_reading *r = NULL;
	struct explanation why;
	arena mem;
	bool good;

	arena_init(&mem, 64 << 20);
	good = explain_rule(&why, h->rules, rule_index(h->rules, f->rule_id), h->event, NULL, &mem, e) == 0 &&
	       why.matches && str_eq(why.profile, f->profile);
	for (uint32_t i = 0; good && !r; i++)
		r = why.readings[i].holds ? &why.readings[i] : NULL;
	if (good)
		good = r->applies && follows(&r->condition) &&
		       (!any_hit(&r->condition) || (f->ndetails && named(&r->condition, &f->details[0])));
	arena_done(&mem);
	return good;
}

static int show(void *ctx, const struct finding *f, err *e)
{
	struct hunt *h = ctx;

	h->findings++;
	if (h->explain && !explains(h, f, e)) {
		h->differences++;
		fprintf(stderr, "%s record %.*s: %.*s is not explained\n", h->file, STR_ARG(h->record),
			STR_ARG(f->rule_id));
	}
	if (h->quiet)
		return 0;
	buf_printf(&h->out, "%s,%.*s,%.*s,%s\n", h->file, STR_ARG(h->record), STR_ARG(f->rule_id),
		   f->flags & EVENT_RECOVERED ? "recovered" : "");
	return 0;
}

/* Everything that a finding says, for comparing both evaluators. */
static int note(void *ctx, const struct finding *f, err *e)
{
	buf *b = ctx;

	buf_str(b, f->rule_id);
	for (uint32_t i = 0; i < f->ndetails; i++) {
		buf_byte(b, '\t');
		buf_str(b, f->details[i].name);
		buf_byte(b, '=');
		buf_str(b, f->details[i].value);
	}
	buf_byte(b, '\n');
	return 0;
}

static int compare(struct hunt *h, const event *ev, err *e)
{
	buf_clear(&h->fast);
	buf_clear(&h->slow);
	if (detector_event(h->detector, ev, note, &h->fast, e) < 0 ||
	    detector_event(h->naive, ev, note, &h->slow, e) < 0)
		return -1;
	if (str_eq(buf_view(&h->fast), buf_view(&h->slow)))
		return 0;
	h->differences++;
	fprintf(stderr, "%s record %.*s: fast:\n%.*snaive:\n%.*s", h->file, STR_ARG(h->record),
		(int)h->fast.len, h->fast.ptr, (int)h->slow.len, h->slow.ptr);
	return 0;
}

static int one_event(struct hunt *h, const event *ev, err *e)
{
	arena mem;
	struct gap gap;
	double from;
	int r = 0;

	arena_init(&mem, 1 << 20);
	if (!h->quiet)
		h->record = value_str(event_wk(ev, WK_RECORD_ID), &mem);
	h->events++;
	h->event = ev;
	if (h->naive)
		r = compare(h, ev, e);
	if (r == 0 && h->detector) {
		from = h->quiet ? 0 : now_s();
		r = detector_event(h->detector, ev, show, h, e);
		h->detect_s += h->quiet ? 0 : now_s() - from;
		while (detector_take_gap(h->detector, &gap))
			h->gaps++;
	}
	arena_done(&mem);
	return r;
}

static int one_file(struct hunt *h, struct schema_set *schemas, bytes data, err *e)
{
	const struct reader_ops *ops;
	struct reader_env env = { .schemas = schemas, .end = UINT64_MAX, .path = str_of(h->file) };
	struct reader_input in = { .data = data, .last = true };
	bytes head = { data.ptr, data.len < READER_PROBE_LEN ? data.len : READER_PROBE_LEN };
	void *reader;
	int r = 0;

	ops = reader_pick(head, env.path, e);
	if (!ops || ops->open(&reader, &env, e) < 0)
		return -1;
	for (;;) {
		event ev;
		struct gap gap;
		enum reader_step step = ops->next(reader, &in, &ev, &gap, e);

		if (step == READER_EVENT)
			r = one_event(h, &ev, e);
		if (step == READER_FATAL || step == READER_MORE)
			r = -1;
		if (r < 0 || step == READER_END)
			break;
	}
	ops->close(reader);
	return r;
}

static bytes read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	bytes b = { 0 };
	long len;
	uint8_t *p;

	if (!f)
		return b;
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	rewind(f);
	p = malloc((size_t)len + 1);
	if (p && fread(p, 1, (size_t)len, f) == (size_t)len)
		b = (bytes){ p, (size_t)len };
	fclose(f);
	return b;
}

static void show_status(const struct ruleset *rs)
{
	static const char *const WORDS[] = { "ok", "rejected", "other" };
	unsigned count[3] = { 0 };

	for (size_t i = 0; i < ruleset_len(rs); i++) {
		const struct rule_info *info = ruleset_at(rs, i);

		count[info->status]++;
		if (info->status != RULE_OK)
			printf("%s\t%.*s\t%.*s\t%.*s\n", WORDS[info->status], STR_ARG(info->path),
			       STR_ARG(info->id), STR_ARG(info->reason));
	}
	printf("ok %u rejected %u other %u\n", count[0], count[1], count[2]);
}

struct options {
	bool naive, both, time, status, no_rules, extended;
	int repeat;
	const char *const *rules;
	size_t nrules;
};

static int load(struct hunt *h, const struct options *o, err *e)
{
	buf bundle = { 0 };
	double t0 = now_s(), t1;
	int r = rules_read(&bundle, o->rules, o->nrules, e);

	if (o->extended)
		rules_set_extended(&bundle);
	t1 = now_s();
	if (r == 0)
		r = ruleset_new(&h->rules, str_bytes(buf_view(&bundle)), e);
	buf_done(&bundle);
	if (o->time)
		fprintf(stderr, "read rules %.3f s, compile %.3f s\n", t1 - t0, now_s() - t1);
	if (r == 0 && !o->no_rules)
		r = detector_new(&h->detector, h->rules, e);
	if (r == 0 && o->naive)
		detector_set_naive(h->detector, true);
	if (r == 0 && o->both) {
		r = detector_new(&h->naive, h->rules, e);
		if (r == 0)
			detector_set_naive(h->naive, true);
	}
	return r;
}

static void forget(struct hunt *h, struct schema_set *schemas)
{
	if (h->detector)
		detector_forget_schemas(h->detector);
	if (h->naive)
		detector_forget_schemas(h->naive);
	schema_set_free(schemas);
}

static void hunt_files(struct hunt *h, const struct options *o, char **files, int n)
{
	for (int i = 0; i < n; i++) {
		bytes data = read_file(files[i]);
		struct schema_set *schemas = schema_set_new(NULL);
		err e = { 0 };

		h->file = files[i];
		for (int k = 0; k < o->repeat; k++) {
			double from = now_s();

			h->quiet = k > 0 || o->time;
			if (!data.ptr || one_file(h, schemas, data, &e) < 0)
				fprintf(stderr, "%s: %s\n", files[i], e.text);
			if (o->time)
				fprintf(stderr, "%s pass %d: %.3f s, %llu events so far\n", files[i], k,
					now_s() - from, (unsigned long long)h->events);
		}
		forget(h, schemas);
		free((void *)(uintptr_t)data.ptr);
	}
}

int main(int argc, char **argv)
{
	struct options o = { .repeat = 1 };
	struct hunt h = { 0 };
	err e = { 0 };
	int i = 1, first;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0 && argv[i][2]; i++) {
		o.naive |= strcmp(argv[i], "--naive") == 0;
		h.explain |= strcmp(argv[i], "--explain") == 0;
		o.extended |= strcmp(argv[i], "--extended") == 0;
		o.both |= strcmp(argv[i], "--both") == 0;
		o.time |= strcmp(argv[i], "--time") == 0;
		o.status |= strcmp(argv[i], "--status") == 0;
		o.no_rules |= strcmp(argv[i], "--no-rules") == 0;
		if (strcmp(argv[i], "--repeat") == 0 && i + 1 < argc)
			o.repeat = (int)strtol(argv[++i], NULL, 10);
	}
	for (first = i; i < argc && strcmp(argv[i], "--") != 0; i++)
		;
	o.rules = (const char *const *)argv + first;
	o.nrules = (size_t)(i - first);
	if (load(&h, &o, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	if (o.status)
		show_status(h.rules);
	if (i < argc)
		hunt_files(&h, &o, argv + i + 1, argc - i - 1);
	fwrite(h.out.ptr ? h.out.ptr : "", 1, h.out.len, stdout);
	fprintf(stderr, "events %llu findings %llu differences %llu gaps %llu detect %.3f s\n",
		(unsigned long long)h.events, (unsigned long long)h.findings,
		(unsigned long long)h.differences, (unsigned long long)h.gaps, h.detect_s);
	detector_free(h.detector);
	detector_free(h.naive);
	ruleset_free(h.rules);
	buf_done(&h.out);
	buf_done(&h.fast);
	buf_done(&h.slow);
	return h.differences != 0;
}
