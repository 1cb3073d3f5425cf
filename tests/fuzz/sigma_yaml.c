/* Rule texts: documents are cut, parsed, compiled and, where they are accepted, evaluated on a small
 * event both ways. The findings must agree. Correlations get the matches at some times, in two orders;
 * what they find must agree too. */
#include <stdlib.h>

#include "detect/bundle.h"
#include "detect/correlate.h"
#include "detect/detector.h"

static int count(void *ctx, const struct finding *f, err *e)
{
	(void)f, (void)e;
	++*(unsigned *)ctx;
	return 0;
}

static unsigned evaluate(const struct ruleset *rs, const event *ev, bool naive)
{
	struct detector *d;
	unsigned n = 0;

	if (detector_new(&d, rs, NULL) < 0)
		return 0;
	detector_set_naive(d, naive);
	if (detector_event(d, ev, count, &n, NULL) < 0)
		abort();
	detector_free(d);
	return n;
}

/* --- correlations --------------------------------------------------------------------------- */

struct heard {
	uint64_t findings, refs, alerts;
};

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct heard *h = ctx;

	(void)e;
	h->findings++;
	h->refs = h->refs * 31 + f->nrefs;
	return 0;
}

static int on_alert(void *ctx, const struct correlate_alert *a, err *e)
{
	(void)a, (void)e;
	((struct heard *)ctx)->alerts++;
	return 0;
}

static int to_correlator(void *ctx, const struct finding *f, err *e)
{
	bool shown;

	return correlator_add(ctx, f, &shown, e);
}

static struct heard correlate(const struct ruleset *rs, event *ev, bool backwards)
{
	enum { TIMES = 8 };
	struct heard h = { 0 };
	const struct correlate_sink sink = { &h, on_finding, NULL, on_alert };
	struct correlator *c;
	struct detector *d;

	if (correlator_new(&c, rs, NULL) < 0 || !c)
		return h;
	if (detector_new(&d, rs, NULL) == 0) {
		for (int i = 0; i < TIMES; i++) {
			int k = backwards ? TIMES - 1 - i : i;

			ev->time_ns = (k * k / 3) * NS_PER_S;
			ev->ref.offset = (uint64_t)k;
			if (detector_event(d, ev, to_correlator, c, NULL) < 0)
				abort();
		}
		detector_free(d);
	}
	if (correlator_finish(c, &sink, NULL) < 0)
		abort();
	correlator_free(c);
	return h;
}

static const struct column COLUMNS[] = {
	{ .name = STR("Image"), .raw = STR("Image"), .path = STR("EventData/Image"), .slot = 0 },
	{ .name = STR("a"), .raw = STR("a"), .path = STR("EventData/a"), .slot = 1 },
	{ .name = STR("EventID"), .raw = STR("EventID"), .path = STR("System/EventID"), .slot = 2 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct schema proto = { .family = FAMILY_WINDOWS,
				      .reader = "fuzz",
				      .columns = COLUMNS,
				      .ncolumns = COUNT(COLUMNS),
				      .nslots = COUNT(COLUMNS) };
	const struct bundle_file f = { .path = STR("fuzz.yml"),
				       .name = STR("fuzz.yml"),
				       .text = { (const char *)data, size } };
	value values[COUNT(COLUMNS)] = { value_utf8(STR("C:\\Windows\\cmd.exe")),
					 value_utf8(STR("xyz -enc 10.0.0.1")), value_utf8(STR("1")) };
	struct schema_set *set = schema_set_new(NULL);
	struct ruleset *rs = NULL;
	buf bundle = { 0 };

	bundle_begin(&bundle);
	bundle_add(&bundle, &f);
	if (set && ruleset_new(&rs, str_bytes(buf_view(&bundle)), NULL) == 0) {
		event ev = { .schema = schema_set_add(set, &proto, NULL), .values = values };
		struct heard once = correlate(rs, &ev, false), again = correlate(rs, &ev, true);

		if (evaluate(rs, &ev, true) != evaluate(rs, &ev, false))
			abort();
		if (once.findings != again.findings || once.refs != again.refs || once.alerts != again.alerts)
			abort();
	}
	ruleset_free(rs);
	schema_set_free(set);
	buf_done(&bundle);
	return 0;
}
