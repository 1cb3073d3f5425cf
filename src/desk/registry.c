/* registry.c - the fields of everything that a registry holds: constant tables. */
#include "desk/records.h"

static const char *const SEVERITIES[] = { "low", "medium", "high", "critical", NULL };
static const char *const STATES[] = { "open", "handled", "closed", "rejected", NULL };
static const char *const LANGS[] = { "en", "zh", NULL };
/* Who takes part: who is hurt, who can act, who works with the desk. */
static const char *const PARTY_KINDS[] = { "organisation",  "hoster",    "cloud",
					   "registrar",     "app-store", "isp",
					   "national-cert", "branch",    "partner",
					   "other",         NULL };
static const char *const TARGETS[] = { "address", "domain", "url", "app", "account", NULL };
static const char *const TAKEN[] = { "asked", "down", "up", "refused", "given-up", NULL };

static const struct field SETTINGS[] = {
	{ .name = "org", .kind = FIELD_TEXT },
	{ .name = "contact", .kind = FIELD_MAIL },
	{ .name = "country", .kind = FIELD_COUNTRY },
	{ .name = "lang", .kind = FIELD_WORD, .words = LANGS, .absent = "en" },
	{ .name = "answer_days", .kind = FIELD_COUNT, .absent = "5" },
	{ 0 },
};

static int settings_check(const struct record *r, err *e)
{
	uint64_t days = record_count(r, "answer_days");

	return days >= 1 && days <= 365 ? 0
					: err_set(e, ERR_ARG, ERR_NO_OFFSET, "answer_days takes 1 to 365");
}

const struct record_type RECORD_SETTINGS = { .name = "the desk",
					     .table = "settings",
					     .ids = IDS_ONE,
					     .prefix = "desk",
					     .fields = SETTINGS,
					     .check = settings_check };

static const struct field INCIDENT[] = {
	{ .name = "title", .kind = FIELD_TEXT, .required = true },
	{ .name = "tlp", .kind = FIELD_TLP, .absent = "AMBER" },
	{ .name = "pap", .kind = FIELD_PAP, .absent = "GREEN" },
	{ .name = "severity", .kind = FIELD_WORD, .words = SEVERITIES, .absent = "medium" },
	{ .name = "type", .kind = FIELD_TYPE, .absent = "undetermined" },
	{ .name = "sector", .kind = FIELD_TEXT },
	{ .name = "province", .kind = FIELD_TEXT },
	{ .name = "country", .kind = FIELD_COUNTRY },
	{ .name = "cross_border", .kind = FIELD_YESNO },
	{ .name = "status", .kind = FIELD_WORD, .words = STATES, .absent = "open" },
	{ .name = "opened", .kind = FIELD_TIME, .absent = "(now)" },
	{ .name = "closed", .kind = FIELD_TIME },
	{ .name = "deadline", .kind = FIELD_TIME },
	{ .name = "named", .kind = FIELD_LIST },
	{ .name = "case_path", .kind = FIELD_TEXT },
	{ .name = "case_key", .kind = FIELD_TEXT },
	{ .name = "first_seen", .kind = FIELD_TIME },
	{ .name = "note", .kind = FIELD_TEXT },
	{ .name = "hosts", .kind = FIELD_COUNT },
	{ .name = "infected_hosts", .kind = FIELD_COUNT },
	{ .name = "data_breach_cases", .kind = FIELD_COUNT },
	{ .name = "leaked_records", .kind = FIELD_COUNT },
	{ .name = "leaked_bytes", .kind = FIELD_COUNT },
	{ .name = "defaced_sites", .kind = FIELD_COUNT },
	{ .name = "backdoored_sites", .kind = FIELD_COUNT },
	{ .name = "phishing_sites", .kind = FIELD_COUNT },
	{ .name = "malicious_urls", .kind = FIELD_COUNT },
	{ .name = "apps", .kind = FIELD_COUNT },
	{ 0 },
};

/* Texts of times compare as times. */
static int incident_check(const struct record *r, err *e)
{
	str opened = record_get(r, "opened"), closed = record_get(r, "closed"),
	    deadline = record_get(r, "deadline");
	bool is_closed = str_is(record_get(r, "status"), "closed");

	if (closed.len && str_cmp(closed, opened) < 0)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "closed %.*s lies before opened %.*s",
			       STR_ARG(closed), STR_ARG(opened));
	if (deadline.len && str_cmp(deadline, opened) < 0)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "deadline %.*s lies before opened %.*s",
			       STR_ARG(deadline), STR_ARG(opened));
	if (is_closed && !closed.len)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "status=closed needs closed=TIME");
	if (closed.len && str_is(record_get(r, "status"), "open"))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "status=open and closed=%.*s contradict each other",
			       STR_ARG(closed));
	return 0;
}

const struct record_type RECORD_INCIDENT = { .name = "incident",
					     .table = "incidents",
					     .ids = IDS_YEARLY,
					     .dated = "opened",
					     .fields = INCIDENT,
					     .check = incident_check };

static const struct field PARTY[] = {
	{ .name = "name", .kind = FIELD_TEXT, .required = true },
	{ .name = "kind", .kind = FIELD_WORD, .words = PARTY_KINDS, .absent = "organisation" },
	{ .name = "country", .kind = FIELD_COUNTRY },
	{ .name = "contact", .kind = FIELD_MAIL },
	{ .name = "second", .kind = FIELD_MAIL },
	{ .name = "lang", .kind = FIELD_WORD, .words = LANGS },
	{ .name = "note", .kind = FIELD_TEXT },
	{ 0 },
};

const struct record_type RECORD_PARTY = { .name = "party",
					  .table = "parties",
					  .ids = IDS_NUMBERED,
					  .prefix = "P-",
					  .key = "name",
					  .fields = PARTY };

static const struct field TAKEDOWN[] = {
	{ .name = "incident", .kind = FIELD_TEXT, .required = true },
	{ .name = "target", .kind = FIELD_TEXT, .required = true },
	{ .name = "kind", .kind = FIELD_WORD, .words = TARGETS, .absent = "url" },
	{ .name = "party", .kind = FIELD_TEXT },
	{ .name = "party_kind", .kind = FIELD_WORD, .words = PARTY_KINDS, .absent = "hoster" },
	{ .name = "country", .kind = FIELD_COUNTRY },
	{ .name = "state", .kind = FIELD_WORD, .words = TAKEN, .absent = "asked" },
	{ .name = "asked", .kind = FIELD_TIME, .absent = "(now)" },
	{ .name = "deadline", .kind = FIELD_TIME },
	{ .name = "down", .kind = FIELD_TIME },
	{ .name = "note", .kind = FIELD_TEXT },
	{ 0 },
};

const struct record_type RECORD_TAKEDOWN = { .name = "takedown",
					     .table = "takedowns",
					     .ids = IDS_NUMBERED,
					     .prefix = "T-",
					     .dated = "asked",
					     .fields = TAKEDOWN };

static const struct field VULN[] = {
	{ .name = "published", .kind = FIELD_TIME, .absent = "(now)" },
	{ .name = "severity", .kind = FIELD_WORD, .words = SEVERITIES, .absent = "medium" },
	{ .name = "title", .kind = FIELD_TEXT },
	{ .name = "product", .kind = FIELD_TEXT },
	{ 0 },
};

const struct record_type RECORD_VULN = {
	.name = "vulnerability", .table = "vulns", .ids = IDS_GIVEN, .dated = "published", .fields = VULN
};
