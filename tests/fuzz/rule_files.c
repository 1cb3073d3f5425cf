/* What stands beside rules: any text as a file of values for placeholders, as the samples of a rule, and as
 * a rule that is read as the profile "extended" has it. There the evaluators must agree, and a finding must
 * follow from its explanation. */
#include <stdlib.h>

#include "detect/bundle.h"
#include "detect/detector.h"
#include "detect/explain.h"
#include "detect/samples.h"

static const struct {
	const char *name, *path, *value;
} FIELDS[] = {
	{ "Channel", "System/Channel", "Security" },
	{ "EventID", "System/EventID", NULL }, /* 4688 or 4657 */
	{ "SubjectUserName", "EventData/x", "anna" },
	{ "SubjectDomainName", "EventData/x", "CORP" },
	{ "SubjectLogonId", "EventData/x", "0x3e7" },
	{ "TargetUserName", "EventData/x", "-" },
	{ "NewProcessName", "EventData/x", "C:\\Windows\\cmd.exe" },
	{ "NewProcessId", "EventData/x", "0x4d2" },
	{ "MandatoryLabel", "EventData/x", "S-1-16-16384" },
	{ "ObjectName", "EventData/x", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x" },
	{ "ObjectValueName", "EventData/x", "Start" },
	{ "OperationType", "EventData/x", "%%1905" },
	{ "NewValueType", "EventData/x", "%%1876" },
	{ "NewValue", "EventData/x", "4" },
};

static const event *make_event(struct schema_set *set, const char *id, value values[COUNT(FIELDS)], event *ev)
{
	struct column cols[COUNT(FIELDS)] = { 0 };
	struct schema proto = { .family = FAMILY_WINDOWS, .reader = "fuzz", .columns = cols };

	for (size_t i = 0; i < COUNT(FIELDS); i++) {
		str name = str_of(FIELDS[i].name);

		cols[i] = (struct column){ name, name, str_of(FIELDS[i].path), STR(""), (int32_t)i, 0, 0 };
		values[i] = value_utf8(str_of(FIELDS[i].value ? FIELDS[i].value : id));
	}
	proto.ncolumns = proto.nslots = COUNT(FIELDS);
	*ev = (event){ .schema = schema_set_add(set, &proto, NULL), .values = values, .time_ns = TIME_NONE };
	return ev->schema ? ev : NULL;
}

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

static unsigned explain_all(const struct ruleset *rs, const event *ev)
{
	unsigned n = 0;
	arena mem;

	arena_init(&mem, 64 << 20);
	for (size_t i = 0; i < ruleset_len(rs); i++) {
		struct explanation why;

		arena_clear(&mem);
		if (ruleset_at(rs, i)->status == RULE_OK && explain_rule(&why, rs, i, ev, NULL, &mem, NULL) == 0)
			n += why.matches;
	}
	arena_done(&mem);
	return n;
}

static void as_rule(str text)
{
	const struct bundle_file f = { .path = STR("fuzz.yml"), .name = STR("fuzz.yml"), .text = text };
	struct schema_set *set = schema_set_new(NULL);
	struct ruleset *rs = NULL;
	buf bundle = { 0 };

	bundle_begin(&bundle);
	bundle_add(&bundle, &f);
	rules_set_extended(&bundle);
	if (set && ruleset_new(&rs, str_bytes(buf_view(&bundle)), NULL) == 0) {
		static const char *const IDS[] = { "4688", "4657" };
		value values[COUNT(FIELDS)];
		event ev;

		for (size_t i = 0; i < COUNT(IDS) && make_event(set, IDS[i], values, &ev); i++) {
			unsigned n = evaluate(rs, &ev, true);

			if (evaluate(rs, &ev, false) != n || explain_all(rs, &ev) != n)
				abort();
		}
	}
	ruleset_free(rs);
	schema_set_free(set);
	buf_done(&bundle);
}

static void as_values(str text)
{
	struct placeholders p;

	placeholders_init(&p);
	(void)placeholders_add(&p, STR("fuzz.yml"), text, NULL);
	placeholders_done(&p);
}

static int no_sink(void *ctx, const struct sample_result *r, err *e)
{
	(void)ctx, (void)r, (void)e;
	return 0;
}

static void as_samples(str text)
{
	static const char RULE[] =
		"title: t\nid: t\nlogsource: {product: windows, category: process_creation}\n"
		"detection: {s: {Image|contains: x}, condition: not s}\n";
	const struct bundle_file f = { .path = STR("r.yml"), .name = STR("r.yml"), .text = str_of(RULE) };
	struct ruleset *rs = NULL;
	struct detector *d = NULL;
	buf bundle = { 0 };

	bundle_begin(&bundle);
	bundle_add(&bundle, &f);
	if (ruleset_new(&rs, str_bytes(buf_view(&bundle)), NULL) == 0 && detector_new(&d, rs, NULL) == 0)
		(void)samples_run(d, STR("r.yml"), text, no_sink, NULL, NULL);
	detector_free(d);
	ruleset_free(rs);
	buf_done(&bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, size };

	as_values(text);
	as_samples(text);
	as_rule(text);
	return 0;
}
