/* detect.h - findings from events: Sigma now, indicators and YARA later, one result type.
 *
 * Coordinator: rules_read() collects rule texts into one bundle of bytes. Worker: ruleset_new() compiles
 * the bundle, a detector binds it to each schema on first sight and evaluates events. Compiled rules
 * are immutable and shared; a detector is scratch. Thread rule: one detector per thread. */
#ifndef SPOOR_DETECT_DETECT_H
#define SPOOR_DETECT_DETECT_H

#include "detect/finding.h"
#include "event/gap.h"
#include "util/buf.h"

/* Collect every *.yml / *.yaml below each path (file or directory, sorted, links not followed) into
 * *ret: an opaque, self-describing byte string that ruleset_new() reads. */
int rules_read(buf *ret, const char *const *paths, size_t n, err *e);

/* Append what tells whether the files that rules_read() would collect are still what they were: path, times,
 * size, identity of each; not their texts. *newest_ns grows to the last change of any of them. */
int rules_stamp(buf *ret, const char *const *paths, size_t n, int64_t *newest_ns, err *e);

/* Add value files (sigma/placeholder.h), found as rules are, to such a string. One that is broken is an
 * error that names file and line. */
int rules_read_values(buf *bundle, const char *const *paths, size_t n, err *e);

/* Let rules be read as the profile "extended" has it (data/sigma_logsource.tsv). */
void rules_set_extended(buf *bundle);

struct ruleset;

enum rule_status { RULE_OK, RULE_REJECTED, RULE_OTHER }; /* other: not a rule */
enum rule_kind { RULE_KIND_RULE, RULE_KIND_CORRELATION, RULE_KIND_FILTER, RULE_KIND_NONE };

/* "rule", "correlation", "filter", "other". */
const char *rule_kind_name(enum rule_kind kind);

struct rule_info {
	str id, name, title, path, product, category, service, tags, status_text;
	enum finding_level level;
	enum rule_kind kind;
	enum rule_status status;
	bool hidden; /* its matches serve correlations only */
	str reason;  /* why rejected, with line where known; if ok empty or a remark */
};

int ruleset_new(struct ruleset **ret, bytes bundle, err *e);
size_t ruleset_len(const struct ruleset *rs); /* documents, rejected ones too */
const struct rule_info *ruleset_at(const struct ruleset *rs, size_t i);
void ruleset_free(struct ruleset *rs);

struct detector;

int detector_new(struct detector **ret, const struct ruleset *rs, err *e);
/* Evaluate one event; each match goes to the sink, in the order of the rules in the set. */
int detector_event(struct detector *d, const event *ev, finding_sink sink, void *ctx, err *e);

/* After an event: a rule that could not be decided because a limit stopped it (a regular expression
 * that backtracks without end). True if *ret was set; ask again until false. */
bool detector_take_gap(struct detector *d, struct gap *ret);

/* Evaluate by walking each rule, without databases, triggers and memory of earlier events: slow, and
 * the answers are the same. */
void detector_set_naive(struct detector *d, bool naive);

struct logsource_triple;
/* What the user says that flat events are from now on, besides what their dataset says; NULL: nothing.
 * Copied. */
int detector_declare(struct detector *d, const struct logsource_triple *source, err *e);

/* A detector remembers what it bound to schemas: call this before a schema_set is freed if the
 * detector lives on. */
void detector_forget_schemas(struct detector *d);

void detector_free(struct detector *d);

#endif
