/* finding.h - the one result type of every detector. Thread rule: plain data. */
#ifndef SPOOR_DETECT_FINDING_H
#define SPOOR_DETECT_FINDING_H

#include "event/event.h"

enum finding_level { LEVEL_INFORMATIONAL, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVEL_CRITICAL };

/* "informational" ... "critical"; NULL if out of range. */
const char *finding_level_name(enum finding_level level);
bool finding_level_parse(str s, enum finding_level *ret);

#define FINDING_DETAILS_MAX 12

struct finding_detail {
	str name;  /* raw field name */
	str value; /* UTF-8, cut to LIMIT_FINDING_VALUE */
};

/* A finding's strings are borrowed: valid during the sink call that hands it over. */
struct finding {
	str rule_id; /* Sigma id; or the pack-relative file name where a rule has none */
	str rule_title;
	str rule_sha256; /* of the rule's file, hex; only in findings read from a case */
	enum finding_level level;
	str tags;    /* space-separated: "attack.execution attack.t1059.001" */
	str profile; /* "strict" or "extended"; empty for other analytics */
	int64_t time_ns;
	str host; /* Computer as logged */
	str channel, provider;
	uint64_t event_id;
	uint64_t record_id; /* EventRecordID as logged, which need not be refs[0].record; 0 unknown */
	uint8_t flags;      /* EVENT_* of the event */
	const struct event_ref *refs; /* every contributing event, at least one */
	uint32_t nrefs;
	struct finding_detail details[FINDING_DETAILS_MAX];
	uint32_t ndetails;
	/* First values of the fields that correlations of this rule want; those that are not there are not
	 * here. At most LIMIT_FINDING_KEYS; a value beyond LIMIT_FINDING_KEY bytes is cut one byte behind it. */
	const struct finding_detail *keys;
	uint32_t nkeys;
};

/* Takes a copy of what it wants to keep. Answers 0, or -1 to stop the run. */
typedef int (*finding_sink)(void *ctx, const struct finding *f, err *e);

#endif
