#include "facts/facts_priv.h"

#include <stdio.h>

const char *fact_kind_name(enum fact_kind kind)
{
	static const char *const NAMES[FACT_KINDS] = {
		[FACT_LOGON] = "logon",
		[FACT_LOGON_FAILED] = "logon_failed",
		[FACT_EXPLICIT_CREDENTIALS] = "explicit_credentials",
		[FACT_PROCESS_START] = "process_start",
		[FACT_FILE_WRITE] = "file_write",
		[FACT_SERVICE_INSTALL] = "service_install",
		[FACT_TASK_INSTALL] = "task_install",
		[FACT_SHARE_ACCESS] = "share_access",
		[FACT_LOG_CLEARED] = "log_cleared",
		[FACT_CONNECTION] = "connection",
		[FACT_CLOCK_CHANGE] = "clock_change",
		[FACT_ACCOUNT_CHANGE] = "account_change",
		[FACT_COVERAGE] = "coverage",
		[FACT_AUTHENTICATION] = "authentication",
		[FACT_REMOTE_SESSION] = "remote_session",
		[FACT_TASK_RUN] = "task_run",
		[FACT_TASK_REMOVE] = "task_remove",
		[FACT_MODULE_INSTALL] = "module_install",
		[FACT_LOOKUP] = "lookup",
		[FACT_TRANSFER] = "transfer",
		[FACT_ADMIN_CMDLET] = "admin_cmdlet",
		[FACT_DEFENSE_CHANGE] = "defense_change",
		[FACT_ALERT] = "alert",
		[FACT_FILE_DELETE] = "file_delete",
		[FACT_TIMESTOMP] = "timestomp",
		[FACT_PROCESS_ACCESS] = "process_access",
		[FACT_SHARE_CHANGE] = "share_change",
		[FACT_SYSTEM_STATE] = "system_state",
		[FACT_WEB_REQUEST] = "web_request",
		[FACT_ARTEFACT_SERVED] = "artefact_served",
		[FACT_PROXY_REQUEST] = "proxy_request",
		[FACT_LEASE] = "lease",
		[FACT_NAT_BINDING] = "nat_binding",
		[FACT_VPN_SESSION] = "vpn_session",
		[FACT_MAIL_ACCESS] = "mail_access",
		[FACT_MAIL_SENT] = "mail_sent",
		[FACT_APP_EVENT] = "app_event",
		[FACT_CLOCK_SAMPLE] = "clock_sample",
		[FACT_ASSET] = "asset",
		[FACT_ACCOUNT_INFO] = "account_info",
	};

	return (unsigned)kind < FACT_KINDS ? NAMES[kind] : NULL;
}

const char *fact_attr_name(enum fact_attr attr)
{
	static const char *const NAMES[FA_COUNT] = {
		[FA_HOST] = "host",
		[FA_ACCOUNT] = "account",
		[FA_ACCOUNT_SID] = "account_sid",
		[FA_TARGET_ACCOUNT] = "target_account",
		[FA_TARGET_HOST] = "target_host",
		[FA_SOURCE_IP] = "source_ip",
		[FA_SOURCE_HOST] = "source_host",
		[FA_TARGET_IP] = "target_ip",
		[FA_PORT] = "port",
		[FA_LOGON_TYPE] = "logon_type",
		[FA_LOGON_ID] = "logon_id",
		[FA_PROCESS] = "process",
		[FA_PROCESS_ID] = "process_id",
		[FA_PARENT] = "parent",
		[FA_PARENT_ID] = "parent_id",
		[FA_COMMAND] = "command",
		[FA_OBJECT] = "object",
		[FA_HASHES] = "hashes",
		[FA_DETAIL] = "detail",
		[FA_CHANNEL] = "channel",
		[FA_PARENT_COMMAND] = "parent_command",
		[FA_DAY] = "day",
		[FA_ORIGIN] = "origin",
		[FA_AGENT] = "agent",
		[FA_METHOD] = "method",
		[FA_STATUS] = "status",
		[FA_SIZE] = "size",
		[FA_VERSION] = "version",
		[FA_MAC] = "mac",
		[FA_NAT_IP] = "nat_ip",
		[FA_OBSERVER] = "observer",
		[FA_MEASURE] = "measure",
	};

	return (unsigned)attr < FA_COUNT ? NAMES[attr] : NULL;
}

int fact_cmp(const struct fact *a, const struct fact *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	for (int i = 0; i < FA_COUNT; i++) {
		int c = str_cmp(a->attr[i], b->attr[i]);

		if (c)
			return c;
	}
	return 0;
}

int fact_ref_cmp(const struct event_ref *a, const struct event_ref *b)
{
	if (a->item != b->item)
		return a->item < b->item ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->record < b->record ? -1 : a->record > b->record;
}

void fact_span_add(struct fact_span *s, const struct fact_span *more)
{
	if (more->first_ns != TIME_NONE && (s->first_ns == TIME_NONE || more->first_ns < s->first_ns))
		s->first_ns = more->first_ns;
	if (more->last_ns != TIME_NONE && (s->last_ns == TIME_NONE || more->last_ns > s->last_ns))
		s->last_ns = more->last_ns;
	if (__builtin_add_overflow(s->count, more->count, &s->count))
		s->count = UINT64_MAX;
	if (__builtin_add_overflow(s->bytes, more->bytes, &s->bytes))
		s->bytes = UINT64_MAX;
	s->hours |= more->hours;
}

void fact_refs_add(struct event_ref *refs, uint32_t *nrefs, const struct event_ref *r)
{
	uint32_t i = *nrefs;

	while (i > 0) {
		int c = fact_ref_cmp(r, &refs[i - 1]);

		if (c == 0)
			return;
		if (c > 0)
			break;
		i--;
	}
	if (i == FACT_REFS)
		return;
	if (*nrefs < FACT_REFS)
		++*nrefs;
	memmove(&refs[i + 1], &refs[i], (*nrefs - i - 1) * sizeof *refs);
	refs[i] = *r;
}

void fact_combine(struct fact *a, const struct fact *b)
{
	struct fact_span s = { a->first_ns, a->last_ns, a->count, a->bytes, a->hours };
	const struct fact_span more = { b->first_ns, b->last_ns, b->count, b->bytes, b->hours };

	fact_span_add(&s, &more);
	a->first_ns = s.first_ns;
	a->last_ns = s.last_ns;
	a->count = s.count;
	a->bytes = s.bytes;
	a->hours = s.hours;
	for (uint32_t i = 0; i < b->nrefs && i < FACT_REFS; i++)
		fact_refs_add(a->refs, &a->nrefs, &b->refs[i]);
}

uint32_t fact_hour_bit(int64_t ns)
{
	int64_t hour = ns / (3600 * NS_PER_S) - (ns % (3600 * NS_PER_S) < 0);

	if (ns == TIME_NONE)
		return 0;
	hour %= 24;
	return UINT32_C(1) << (hour < 0 ? hour + 24 : hour);
}

str fact_day(int64_t ns, char out[24])
{
	int64_t year;
	unsigned month, day;

	if (ns == TIME_NONE)
		return (str){ "", 0 };
	time_civil_from_days(ns / (86400 * NS_PER_S) - (ns % (86400 * NS_PER_S) < 0), &year, &month, &day);
	return (str){ out, (size_t)snprintf(out, 24, "%04d-%02u-%02u", (int)year, month, day) };
}
