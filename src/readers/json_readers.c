/* json_readers.c - the two entries for JSON. Both read every object by what it is, so that a file which
 * mixes Windows events with others is read alike whoever claims it. */
#include "readers/json/flatkind.h"
#include "readers/json/jsonread.h"
#include "readers/readers.h"
#include "readers/winjson/windialect.h"

static const struct json_dialect *const DIALECTS[] = { &windows_dialect, &flat_dialect, NULL };

static int open_any(void **ret, const struct reader_env *env, err *e)
{
	return json_open(ret, env, DIALECTS, e);
}

static int probe_windows(bytes head, str path)
{
	struct json_verdict v = json_judge(head, DIALECTS);
	unsigned rest = v.known + v.other;

	(void)path;
	if (v.first)
		return v.first >= rest ? 95 : 85;
	return rest ? 20 : 0;
}

/* JSON of no known kind is still JSON; lines of another format between it say that it may be theirs. */
static int probe_any(bytes head, str path)
{
	struct json_verdict v = json_judge(head, DIALECTS);
	unsigned sum = v.known + v.other;

	(void)path;
	if (v.first || !sum)
		return v.first ? 20 : 0;
	if (v.junk > sum)
		return 35;
	return v.known >= v.other ? 90 : v.known ? 80 : 60;
}

const struct reader_ops reader_winjson = {
	.name = "winjson",
	.summary =
		"Windows events as JSON: evtx_dump, Winlogbeat, Elasticsearch, NXLog, Wazuh, Velociraptor, "
		"Splunk, GELF",
	.piece_align = 0, /* line numbers and an enclosing array are known from the start only */
	.probe = probe_windows,
	.open = open_any,
	.next = json_next,
	.close = json_close,
};

const struct reader_ops reader_json = {
	.name = "json",
	.summary = "other logs as JSON: Zeek, Suricata, ECS, CloudTrail, Azure, Google Cloud, Microsoft 365, "
		   "Okta, GitHub, Kubernetes, journald, osquery, Docker, web servers",
	.piece_align = 0,
	.probe = probe_any,
	.open = open_any,
	.next = json_next,
	.close = json_close,
};
