#include "readers/winjson/columns.h"

#include "util/limits.h"

enum { ELEMENTS_MAX = 1 << 18 };

#define LIT(s)                                                                                               \
	{                                                                                                    \
		s, sizeof(s) - 1                                                                             \
	}

static const struct {
	str name, raw, path;
	uint8_t flags;
} SYSTEM[SYS_COUNT] = {
	[SYS_PROVIDER] = { LIT("Provider_Name"), LIT("Name"), LIT("System/Provider/@Name"), 1 },
	[SYS_PROVIDER_GUID] = { LIT("Provider_Guid"), LIT("Guid"), LIT("System/Provider/@Guid"), 1 },
	[SYS_EVENT_SOURCE] = { LIT("Provider_EventSourceName"), LIT("EventSourceName"),
			       LIT("System/Provider/@EventSourceName"), 1 },
	[SYS_QUALIFIERS] = { LIT("EventID_Qualifiers"), LIT("Qualifiers"), LIT("System/EventID/@Qualifiers"),
			     1 },
	[SYS_EVENT_ID] = { LIT("EventID"), LIT("EventID"), LIT("System/EventID"), 0 },
	[SYS_VERSION] = { LIT("Version"), LIT("Version"), LIT("System/Version"), 0 },
	[SYS_LEVEL] = { LIT("Level"), LIT("Level"), LIT("System/Level"), 0 },
	[SYS_TASK] = { LIT("Task"), LIT("Task"), LIT("System/Task"), 0 },
	[SYS_OPCODE] = { LIT("Opcode"), LIT("Opcode"), LIT("System/Opcode"), 0 },
	[SYS_KEYWORDS] = { LIT("Keywords"), LIT("Keywords"), LIT("System/Keywords"), 0 },
	[SYS_TIME] = { LIT("TimeCreated_SystemTime"), LIT("SystemTime"),
		       LIT("System/TimeCreated/@SystemTime"), 1 },
	[SYS_RECORD_ID] = { LIT("EventRecordID"), LIT("EventRecordID"), LIT("System/EventRecordID"), 0 },
	[SYS_ACTIVITY] = { LIT("Correlation_ActivityID"), LIT("ActivityID"),
			   LIT("System/Correlation/@ActivityID"), 1 },
	[SYS_RELATED] = { LIT("Correlation_RelatedActivityID"), LIT("RelatedActivityID"),
			  LIT("System/Correlation/@RelatedActivityID"), 1 },
	[SYS_PROCESS] = { LIT("Execution_ProcessID"), LIT("ProcessID"), LIT("System/Execution/@ProcessID"),
			  1 },
	[SYS_THREAD] = { LIT("Execution_ThreadID"), LIT("ThreadID"), LIT("System/Execution/@ThreadID"), 1 },
	[SYS_CHANNEL] = { LIT("Channel"), LIT("Channel"), LIT("System/Channel"), 0 },
	[SYS_COMPUTER] = { LIT("Computer"), LIT("Computer"), LIT("System/Computer"), 0 },
	[SYS_USER] = { LIT("Security_UserID"), LIT("UserID"), LIT("System/Security/@UserID"), 1 },
};
_Static_assert(COLUMN_F_ATTRIBUTE == 1, "the table writes the flag as 1");

/* What each shape calls those places; where two names say the same, the first listed wins and the
 * other becomes a hidden column outside of the event. */
struct alias {
	enum sys sys;
	str dotted;
};

static const struct alias ECS[] = {
	{ SYS_PROVIDER, LIT("winlog.provider_name") },
	{ SYS_PROVIDER, LIT("event.provider") },
	{ SYS_PROVIDER_GUID, LIT("winlog.provider_guid") },
	{ SYS_EVENT_ID, LIT("winlog.event_id") },
	{ SYS_EVENT_ID, LIT("event.code") },
	{ SYS_VERSION, LIT("winlog.version") },
	{ SYS_RECORD_ID, LIT("winlog.record_id") },
	{ SYS_ACTIVITY, LIT("winlog.activity_id") },
	{ SYS_RELATED, LIT("winlog.related_activity_id") },
	{ SYS_PROCESS, LIT("winlog.process.pid") },
	{ SYS_THREAD, LIT("winlog.process.thread.id") },
	{ SYS_CHANNEL, LIT("winlog.channel") },
	{ SYS_COMPUTER, LIT("winlog.computer_name") },
	{ SYS_COMPUTER, LIT("host.name") },
	{ SYS_USER, LIT("winlog.user.identifier") },
};

/* Winlogbeat before version 7. */
static const struct alias BEATS6[] = {
	{ SYS_PROVIDER, LIT("source_name") },
	{ SYS_PROVIDER_GUID, LIT("provider_guid") },
	{ SYS_EVENT_ID, LIT("event_id") },
	{ SYS_VERSION, LIT("version") },
	{ SYS_RECORD_ID, LIT("record_number") },
	{ SYS_ACTIVITY, LIT("activity_id") },
	{ SYS_RELATED, LIT("related_activity_id") },
	{ SYS_PROCESS, LIT("process_id") },
	{ SYS_THREAD, LIT("thread_id") },
	{ SYS_CHANNEL, LIT("log_name") },
	{ SYS_COMPUTER, LIT("computer_name") },
	{ SYS_USER, LIT("user.identifier") },
};

/* Behind "data.win.system." or "win.system.". */
static const struct alias WAZUH[] = {
	{ SYS_PROVIDER, LIT("providerName") },
	{ SYS_PROVIDER_GUID, LIT("providerGuid") },
	{ SYS_EVENT_SOURCE, LIT("eventSourceName") },
	{ SYS_QUALIFIERS, LIT("qualifiers") },
	{ SYS_EVENT_ID, LIT("eventID") },
	{ SYS_VERSION, LIT("version") },
	{ SYS_LEVEL, LIT("level") },
	{ SYS_TASK, LIT("task") },
	{ SYS_OPCODE, LIT("opcode") },
	{ SYS_KEYWORDS, LIT("keywords") },
	{ SYS_RECORD_ID, LIT("eventRecordID") },
	{ SYS_ACTIVITY, LIT("activityID") },
	{ SYS_RELATED, LIT("relatedActivityID") },
	{ SYS_PROCESS, LIT("processID") },
	{ SYS_THREAD, LIT("threadID") },
	{ SYS_CHANNEL, LIT("channel") },
	{ SYS_COMPUTER, LIT("computer") },
	{ SYS_USER, LIT("securityUserID") },
};

static const struct alias FLAT[] = {
	{ SYS_PROVIDER, LIT("Provider_Name") },
	{ SYS_PROVIDER, LIT("ProviderName") },
	{ SYS_PROVIDER, LIT("SourceName") },
	{ SYS_PROVIDER, LIT("EventSourceName") },
	{ SYS_PROVIDER, LIT("Provider") },
	{ SYS_PROVIDER_GUID, LIT("ProviderGuid") },
	{ SYS_PROVIDER_GUID, LIT("Provider_Guid") },
	{ SYS_PROVIDER_GUID, LIT("ProviderId") },
	{ SYS_QUALIFIERS, LIT("Qualifiers") },
	{ SYS_EVENT_ID, LIT("EventID") },
	{ SYS_EVENT_ID, LIT("EventId") },
	{ SYS_EVENT_ID, LIT("EventCode") },
	{ SYS_EVENT_ID, LIT("event_id") },
	{ SYS_EVENT_ID, LIT("EventIdentifier") },
	{ SYS_VERSION, LIT("Version") },
	{ SYS_LEVEL, LIT("LevelValue") },
	{ SYS_LEVEL, LIT("Level") },
	{ SYS_LEVEL, LIT("EventLevel") },
	{ SYS_TASK, LIT("TaskValue") },
	{ SYS_TASK, LIT("Task") },
	{ SYS_OPCODE, LIT("OpcodeValue") },
	{ SYS_OPCODE, LIT("Opcode") },
	{ SYS_OPCODE, LIT("OpCode") },
	{ SYS_KEYWORDS, LIT("Keywords") },
	{ SYS_RECORD_ID, LIT("EventRecordID") },
	{ SYS_RECORD_ID, LIT("EventRecordId") },
	{ SYS_RECORD_ID, LIT("RecordNumber") },
	{ SYS_RECORD_ID, LIT("RecordId") },
	{ SYS_RECORD_ID, LIT("RecordID") },
	{ SYS_ACTIVITY, LIT("ActivityID") },
	{ SYS_ACTIVITY, LIT("ActivityId") },
	{ SYS_RELATED, LIT("RelatedActivityID") },
	{ SYS_RELATED, LIT("RelatedActivityId") },
	{ SYS_PROCESS, LIT("ExecutionProcessID") },
	{ SYS_PROCESS, LIT("Execution_ProcessID") },
	{ SYS_THREAD, LIT("ExecutionThreadID") },
	{ SYS_THREAD, LIT("Execution_ThreadID") },
	{ SYS_CHANNEL, LIT("Channel") },
	{ SYS_CHANNEL, LIT("channel") },
	{ SYS_CHANNEL, LIT("LogName") },
	{ SYS_CHANNEL, LIT("log_name") },
	{ SYS_COMPUTER, LIT("Computer") },
	{ SYS_COMPUTER, LIT("Hostname") },
	{ SYS_COMPUTER, LIT("ComputerName") },
	{ SYS_COMPUTER, LIT("MachineName") },
	{ SYS_USER, LIT("UserID") },
	{ SYS_USER, LIT("UserSID") },
	{ SYS_USER, LIT("Security_UserID") },
};

/* Get-WinEvent's property names: too common to mean this elsewhere. */
static const struct alias WINEVENT[] = {
	{ SYS_EVENT_ID, LIT("Id") }, { SYS_PROCESS, LIT("ProcessId") }, { SYS_THREAD, LIT("ThreadId") },
	{ SYS_USER, LIT("UserId") }, { SYS_USER, LIT("UserId.Value") },
};

/* Fields that a collector adds beside those of the event, in the flat shape. */
static const str FLAT_OUTSIDE[] = {
	LIT("@timestamp"),
	LIT("@version"),
	LIT("Activity"),
	LIT("Bookmark"),
	LIT("Category"),
	LIT("EventData"),
	LIT("UserData"),
	LIT("ContainerLog"),
	LIT("DisplayName"),
	LIT("EntryNumber"),
	LIT("EventLevelName"),
	LIT("EventOriginId"),
	LIT("EventReceivedTime"),
	LIT("EventTime"),
	LIT("EventTimeWritten"),
	LIT("EventTypeOrignal"),
	LIT("ERROR_EVT_UNRESOLVED"),
	LIT("FullPath"),
	LIT("KeywordsDisplayNames"),
	LIT("LevelDisplayName"),
	LIT("ManagementGroupName"),
	LIT("MatchedQueryIds"),
	LIT("Message"),
	LIT("OSPath"),
	LIT("OpcodeDisplayName"),
	LIT("SchemaVersion"),
	LIT("Severity"),
	LIT("SeverityValue"),
	LIT("Sid"),
	LIT("SidType"),
	LIT("SourceComputerId"),
	LIT("SourceModuleName"),
	LIT("SourceModuleType"),
	LIT("SourceSystem"),
	LIT("TaskCategory"),
	LIT("TaskDisplayName"),
	LIT("TenantId"),
	LIT("TimeCollected"),
	LIT("TimeCreated"),
	LIT("TimeGenerated"),
	LIT("Type"),
	LIT("_Source"),
	LIT("_ItemId"),
	LIT("_ResourceId"),
	LIT("_bkt"),
	LIT("_cd"),
	LIT("_id"),
	LIT("_index"),
	LIT("_indextime"),
	LIT("_raw"),
	LIT("_score"),
	LIT("_serial"),
	LIT("_si"),
	LIT("_sourcetype"),
	LIT("_time"),
	LIT("_type"),
	LIT("facility"),
	LIT("full_log"),
	LIT("full_message"),
	LIT("gl2_source_input"),
	LIT("host"),
	LIT("index"),
	LIT("lastrow"),
	LIT("level"),
	LIT("linecount"),
	LIT("message"),
	LIT("offset"),
	LIT("port"),
	LIT("preview"),
	LIT("punct"),
	LIT("short_message"),
	LIT("source"),
	LIT("sourcetype"),
	LIT("splunk_server"),
	LIT("streams"),
	LIT("tags"),
	LIT("timestamp"),
	LIT("type"),
	LIT("version"),
};

/* Outside of the event, and said again there: rendered text, copies, another tool's verdict. A keyword
 * must match what Windows logged, not what somebody wrote about it. A name ending in "." is a prefix. */
static const str COPIES[] = {
	LIT("@timestamp"),
	LIT("Activity"),
	LIT("Category"),
	LIT("DisplayName"),
	LIT("EventData"),
	LIT("EventTime"),
	LIT("EventTypeOrignal"),
	LIT("EvtxECmd."),
	LIT("SyslogMessage"),
	LIT("UserData"),
	LIT("KeywordsDisplayNames"),
	LIT("LevelDisplayName"),
	LIT("Message"),
	LIT("OpcodeDisplayName"),
	LIT("TaskCategory"),
	LIT("TaskDisplayName"),
	LIT("TimeCreated"),
	LIT("TimeGenerated"),
	LIT("_raw"),
	LIT("_time"),
	LIT("data.win.system."),
	LIT("decoder."),
	LIT("destination."),
	LIT("dns."),
	LIT("error."),
	LIT("event."),
	LIT("file."),
	LIT("full_log"),
	LIT("full_message"),
	LIT("group."),
	LIT("hash."),
	LIT("host.name"),
	LIT("log.level"),
	LIT("message"),
	LIT("network."),
	LIT("previous_output"),
	LIT("process."),
	LIT("registry."),
	LIT("related."),
	LIT("rule."),
	LIT("service."),
	LIT("short_message"),
	LIT("source."),
	LIT("timestamp"),
	LIT("user."),
	LIT("win.system."),
	LIT("winlog."),
	LIT("System.TimeCreated."),
};

static bool listed(const str *list, size_t n, str name)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].ptr[list[i].len - 1] == '.' ? str_starts(name, list[i]) : str_eq(name, list[i]))
			return true;
	return false;
}

struct column column_of_sys(enum sys sys)
{
	return (struct column){ .name = SYSTEM[sys].name,
				.raw = SYSTEM[sys].raw,
				.path = SYSTEM[sys].path,
				.section = SECTION_SYSTEM,
				.flags = SYSTEM[sys].flags };
}

/* --- building columns ----------------------------------------------------------------------- */

struct builder {
	struct colspec *spec;
	const struct leaf_names *names;
	arena *mem;
	map elements;
	bool apart; /* evtx_dump --separate-json-attributes */
	bool failed;
};

static str check(struct builder *b, str s)
{
	if (!s.ptr) {
		b->failed = true;
		return (str){ "", 0 };
	}
	return s;
}

static str without_spaces(struct builder *b, str s)
{
	str copy;
	size_t n = 0;

	if (!s.len || !memchr(s.ptr, ' ', s.len))
		return s;
	copy = check(b, arena_str(b->mem, s));
	for (size_t i = 0; i < copy.len; i++)
		if (copy.ptr[i] != ' ')
			((char *)(uintptr_t)copy.ptr)[n++] = copy.ptr[i];
	return (str){ copy.ptr, n };
}

static str join(struct builder *b, str head, const char *sep, str tail)
{
	size_t sep_len = strlen(sep);
	char *p = arena_alloc(b->mem, head.len + sep_len + tail.len + 1);

	if (!p)
		return check(b, (str){ 0 });
	if (head.len)
		memcpy(p, head.ptr, head.len);
	memcpy(p + head.len, sep, sep_len);
	if (tail.len)
		memcpy(p + head.len + sep_len, tail.ptr, tail.len);
	return (str){ p, head.len + sep_len + tail.len };
}

static void put_beside(struct builder *b, uint32_t i, bool copy)
{
	str dotted = b->names->at[i].dotted;

	b->spec[i].col = (struct column){ .name = dotted,
					  .raw = dotted,
					  .path = join(b, STR("#other"), "/", dotted),
					  .section = SECTION_OTHER,
					  .flags = copy ? COLUMN_F_HIDDEN : 0 };
	b->spec[i].sys = SYS_COUNT;
}

static void put_outside(struct builder *b, uint32_t i)
{
	put_beside(b, i, listed(COPIES, COUNT(COPIES), b->names->at[i].dotted));
}

static void put_copy(struct builder *b, uint32_t i)
{
	put_beside(b, i, true);
}

static void put_data(struct builder *b, uint32_t i, str raw)
{
	bool unnamed = str_eq(raw, STR("Data"));

	b->spec[i].col = (struct column){ .name = without_spaces(b, raw),
					  .raw = raw,
					  .path = join(b, STR("EventData"), "/", raw),
					  .section = SECTION_EVENTDATA,
					  .flags = unnamed ? COLUMN_F_UNNAMED : 0 };
}

/* parts[0..n): from the element below UserData inwards. */
static void put_user(struct builder *b, uint32_t i, const str *parts, uint32_t n)
{
	str path = STR("UserData");

	for (uint32_t k = 0; k < n; k++)
		path = join(b, path, "/", parts[k]);
	b->spec[i].col = (struct column){ .name = without_spaces(b, parts[n - 1]),
					  .raw = parts[n - 1],
					  .path = path,
					  .section = SECTION_USERDATA };
}

static void put_sys(struct builder *b, uint32_t i, enum sys sys)
{
	b->spec[i].col = column_of_sys(sys);
	b->spec[i].sys = (uint8_t)sys;
}

/* Give every place in Event/System to the best leaf; the rest stays unset (path NULL). */
static void put_aliases(struct builder *b, const struct alias *list, size_t n, str prefix)
{
	bool taken[SYS_COUNT + 1] = { false };

	for (uint32_t i = 0; i < b->names->n; i++)
		taken[b->spec[i].sys] = b->spec[i].col.path.ptr != NULL;
	for (size_t k = 0; k < n; k++) {
		for (uint32_t i = 0; i < b->names->n && !taken[list[k].sys]; i++) {
			str d = b->names->at[i].dotted;

			if (!b->spec[i].col.path.ptr && d.len == prefix.len + list[k].dotted.len &&
			    str_starts(d, prefix) && str_ends(d, list[k].dotted)) {
				put_sys(b, i, list[k].sys);
				taken[list[k].sys] = true;
			}
		}
	}
}

/* --- evtx_dump ------------------------------------------------------------------------------ */

/* "Foo_12" -> 3: the length without the number that evtx_dump gives a repeated element. */
static size_t without_number(str s)
{
	size_t n = s.len;

	while (n > 0 && s.ptr[n - 1] >= '0' && s.ptr[n - 1] <= '9')
		n--;
	return n > 1 && n < s.len && s.ptr[n - 1] == '_' ? n - 1 : s.len;
}

/* Every element of the event by its dotted place, for looking up siblings. */
static bool note_elements(struct builder *b)
{
	for (uint32_t i = 0; i < b->names->n; i++) {
		const struct leaf_name *l = &b->names->at[i];
		size_t len = 0;

		for (uint32_t k = 0; k < l->nparts; k++) {
			len += l->parts[k].len + (k > 0);
			if (!map_put(&b->elements, (str){ l->dotted.ptr, len }, 0, NULL))
				return false;
		}
	}
	return true;
}

/* The name without its number, if an element without it stands in the same place. */
static str without_repeat(struct builder *b, const struct leaf_name *l, uint32_t part)
{
	str s = l->parts[part];
	size_t n = without_number(s), before = 0;

	if (n == s.len)
		return s;
	if (!b->elements.len && !note_elements(b)) {
		b->failed = true;
		return s;
	}
	for (uint32_t k = 0; k < part; k++)
		before += l->parts[k].len + 1;
	if (map_get(&b->elements, (str){ l->dotted.ptr, before + n }))
		return (str){ s.ptr, n };
	return s;
}

static bool is_xmlns(str attr)
{
	return str_eq(attr, STR("xmlns")) || str_starts(attr, STR("xmlns:"));
}

/* The element that "<El>_attributes" belongs to, or an empty str. */
static str attributes_of(str part)
{
	static const char END[] = "_attributes";

	return str_ends(part, STR("_attributes")) ? (str){ part.ptr, part.len - (sizeof END - 1) }
						  : (str){ NULL, 0 };
}

static uint8_t section_of(str part)
{
	return str_eq(part, STR("System"))      ? SECTION_SYSTEM
	       : str_eq(part, STR("EventData")) ? SECTION_EVENTDATA
	       : str_eq(part, STR("UserData"))  ? SECTION_USERDATA
						: SECTION_OTHER;
}

/* The names of an evtx_dump leaf below Event, as the elements that lead to it and maybe an attribute. */
static void put_evtx(struct builder *b, uint32_t i)
{
	const struct leaf_name *l = &b->names->at[i];
	str parts[2 * LIMIT_JSON_DEPTH + 8], path = { "", 0 }, attr = { NULL, 0 }, element, owner;
	uint32_t n = 0, last = 0;
	struct column *col = &b->spec[i].col;

	for (uint32_t k = 0; k < l->nparts && n < COUNT(parts); k++) {
		owner = b->apart ? attributes_of(l->parts[k]) : (str){ NULL, 0 };
		if (k + 2 == l->nparts && (str_eq(l->parts[k], STR("#attributes")) || owner.ptr)) {
			if (owner.len)
				parts[n++] = owner;
			attr = l->parts[k + 1];
			break;
		}
		if (k + 1 == l->nparts && str_eq(l->parts[k], STR("#text")))
			break;
		last = k;
		parts[n++] = l->parts[k];
	}
	/* parts[0] is "Event" */
	for (uint32_t k = 1; k < n; k++)
		path = k > 1 ? join(b, path, "/", parts[k]) : parts[k];
	element = n > 1 ? (last == n - 1 ? without_repeat(b, l, last) : parts[n - 1]) : STR("Event");
	*col = (struct column){ .raw = attr.ptr ? attr
				       : n > 1  ? parts[n - 1]
						: element,
				.path = path,
				.section = n > 1 ? section_of(parts[1]) : SECTION_OTHER };
	if (attr.ptr) {
		col->path = path.len ? join(b, path, "/@", attr) : join(b, path, "@", attr);
		col->flags = COLUMN_F_ATTRIBUTE | (is_xmlns(attr) ? COLUMN_F_HIDDEN : 0);
		col->name = col->section == SECTION_SYSTEM && n > 2 ? join(b, element, "_", attr) : attr;
	} else {
		col->name = element;
		if (n <= 2)
			col->flags = COLUMN_F_HIDDEN; /* EventData itself, empty */
		else if (n == 3 && col->section == SECTION_EVENTDATA && str_eq(element, STR("Data")))
			col->flags = COLUMN_F_UNNAMED;
		else if (str_eq(parts[1], STR("RenderingInfo")))
			col->flags = COLUMN_F_HIDDEN; /* what was logged, said again for people */
	}
	col->name = without_spaces(b, col->name);
	for (int s = 0; s < SYS_COUNT; s++)
		if (str_eq(col->path, SYSTEM[s].path))
			b->spec[i].sys = (uint8_t)s;
}

/* --- the other shapes ----------------------------------------------------------------------- */

static bool known(const struct leaf_names *names, const char *dotted)
{
	return leaf_names_find(names, str_of(dotted)) >= 0;
}

static str behind(str s, size_t n)
{
	return (str){ s.ptr + n, s.len - n };
}

/* The element in UserData, which Winlogbeat gives as a member of its own; empty if it does not. */
static str user_data_element(const struct leaf_names *names)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (str_eq(names->at[i].last, STR("xml_name")) ||
		    str_ends(names->at[i].last, STR(".xml_name")))
			return names->at[i].tag;
	return (str){ "", 0 };
}

static void columns_ecs(struct builder *b)
{
	static const str DATA[] = { LIT("winlog.event_data."), LIT("event_data.") };
	static const str USER[] = { LIT("winlog.user_data."), LIT("user_data.") };
	str element = user_data_element(b->names);

	if (known(b->names, "log_name"))
		put_aliases(b, BEATS6, COUNT(BEATS6), STR(""));
	else
		put_aliases(b, ECS, COUNT(ECS), STR(""));
	for (uint32_t i = 0; i < b->names->n; i++) {
		str d = b->names->at[i].dotted;

		for (size_t k = 0; k < 2 && !b->spec[i].col.path.ptr; k++) {
			if (str_starts(d, DATA[k]) && d.len > DATA[k].len)
				put_data(b, i, behind(d, DATA[k].len));
			else if (str_starts(d, USER[k]) && d.len > USER[k].len &&
				 !str_ends(d, STR(".xml_name"))) {
				str parts[2] = { element, behind(d, USER[k].len) };
				uint32_t from = element.len ? 0 : 1;

				put_user(b, i, parts + from, 2 - from);
			}
		}
	}
}

/* param1, param2, ...: so in EventData, with a capital only in UserData. */
static bool is_param(str s)
{
	uint64_t n;

	return str_starts(s, STR("param")) && str_to_u64(behind(s, 5), &n);
}

static void columns_wazuh(struct builder *b)
{
	static const str HEADS[] = { LIT("data.win."), LIT("win.") };
	str head = HEADS[1];

	for (uint32_t i = 0; i < b->names->n; i++)
		if (str_starts(b->names->at[i].dotted, HEADS[0]))
			head = HEADS[0];
	put_aliases(b, WAZUH, COUNT(WAZUH), join(b, head, "system", STR(".")));
	for (uint32_t i = 0; i < b->names->n; i++) {
		const struct leaf_name *l = &b->names->at[i];
		uint32_t skip = head.len == HEADS[0].len ? 2 : 1;
		str parts[2];

		if (b->spec[i].col.path.ptr || !str_starts(l->dotted, head) || l->nparts != skip + 2 ||
		    str_eq(l->parts[skip], STR("system")))
			continue;
		parts[0] = field_name_restore(l->parts[skip], b->mem);
		parts[1] = field_name_restore(l->last, b->mem);
		if (str_eq(l->parts[skip], STR("eventdata")))
			put_data(b, i, is_param(l->last) ? l->last : parts[1]);
		else
			put_user(b, i, parts, 2);
		b->spec[i].twice = true;
	}
}

/* EventData and UserData as objects, in whatever shape. */
static bool put_sections(struct builder *b, uint32_t i)
{
	const struct leaf_name *l = &b->names->at[i];

	if (l->nparts < 2)
		return false;
	if (str_eq(l->parts[0], STR("EventData"))) {
		/* Data.#text, or a member; what lies deeper keeps its dots */
		if (str_eq(l->parts[1], STR("Data")))
			put_data(b, i, STR("Data"));
		else
			put_data(b, i, behind(l->dotted, sizeof "EventData." - 1));
		return true;
	}
	if (str_eq(l->parts[0], STR("UserData"))) {
		put_user(b, i, l->parts + 1, l->nparts - 1);
		return true;
	}
	return false;
}

static void columns_velociraptor(struct builder *b)
{
	for (uint32_t i = 0; i < b->names->n; i++) {
		const struct leaf_name *l = &b->names->at[i];
		str name, path;

		if (put_sections(b, i) || !str_eq(l->parts[0], STR("System")) || l->nparts < 2 ||
		    l->nparts > 3 || str_eq(l->dotted, STR("System.TimeCreated.SystemTime")))
			continue;
		path = join(b, STR("System"), "/", l->parts[1]);
		name = l->parts[1];
		b->spec[i].col = (struct column){ .name = name, .raw = l->last, .section = SECTION_SYSTEM };
		if (l->nparts == 3 && !str_eq(l->last, STR("Value"))) {
			b->spec[i].col.flags = COLUMN_F_ATTRIBUTE;
			b->spec[i].col.name = join(b, name, "_", l->last);
			path = join(b, path, "/@", l->last);
		} else {
			b->spec[i].col.raw = name;
		}
		b->spec[i].col.path = path;
		for (int s = 0; s < SYS_COUNT; s++)
			if (str_eq(path, SYSTEM[s].path))
				b->spec[i].sys = (uint8_t)s;
	}
}

/* NXLog puts its own fields beside those of the event, under names that events use too. */
static bool nxlog_own(const struct leaf_names *names, str name)
{
	if (str_eq(name, STR("EventType")) && known(names, "EventCode"))
		return true; /* Splunk's classic form, likewise */
	if (!known(names, "SourceModuleName"))
		return false;
	if (str_eq(name, STR("EventType")))
		return !known(names, "EventTypeOrignal");
	/* who logged, resolved from UserID: the three come together */
	if (str_eq(name, STR("AccountName")) || str_eq(name, STR("AccountType")) ||
	    str_eq(name, STR("Domain")))
		return known(names, "UserID") && known(names, "AccountType");
	return false;
}

/* Where EventData is an object of its own, nothing beside it is event data. */
static bool has_sections(const struct leaf_names *names)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (names->at[i].nparts > 1 && (str_eq(names->at[i].parts[0], STR("EventData")) ||
						str_eq(names->at[i].parts[0], STR("UserData"))))
			return true;
	return false;
}

static bool is_alias(str name)
{
	for (size_t k = 0; k < COUNT(FLAT); k++)
		if (str_eq(FLAT[k].dotted, name))
			return true;
	return false;
}

static void columns_flat(struct builder *b)
{
	/* before version 5 NXLog called the logging process ProcessID; ThreadID it is still */
	static const struct alias NXLOG[] = { { SYS_THREAD, LIT("ThreadID") },
					      { SYS_PROCESS, LIT("ProcessID") } };
	static const struct alias GELF[] = { { SYS_COMPUTER, LIT("host") } };
	const struct leaf_names *names = b->names;
	bool nxlog = known(names, "SourceModuleName"), sections = has_sections(names);

	put_aliases(b, FLAT, COUNT(FLAT), STR(""));
	if (nxlog)
		put_aliases(b, NXLOG, known(names, "ExecutionProcessID") ? 1 : 2, STR(""));
	if (known(names, "short_message")) /* GELF: the sender */
		put_aliases(b, GELF, COUNT(GELF), STR(""));
	if (known(names, "Id") && known(names, "LogName"))
		put_aliases(b, WINEVENT, COUNT(WINEVENT), STR(""));
	for (uint32_t i = 0; i < names->n; i++) {
		const struct leaf_name *l = &names->at[i];

		if (b->spec[i].col.path.ptr || put_sections(b, i))
			continue;
		if (str_eq(l->dotted, STR("Properties.Value")))
			put_data(b, i, STR("Data"));
		else if (nxlog_own(names, l->last) || is_alias(l->last))
			put_copy(b, i);
		else if (l->nparts == 1 && !sections && !listed(FLAT_OUTSIDE, COUNT(FLAT_OUTSIDE), l->last))
			put_data(b, i, l->last);
	}
}

static void columns_other(struct builder *b)
{
	for (uint32_t i = 0; i < b->names->n; i++) {
		str d = b->names->at[i].dotted;

		b->spec[i].col = (struct column){ .name = d, .raw = d, .path = d, .section = SECTION_FLAT };
	}
}

bool columns_of(struct colspec *spec, const struct leaf_names *names, enum shape shape, arena *mem)
{
	struct builder b = { .spec = spec, .names = names, .mem = mem };

	map_init(&b.elements, ELEMENTS_MAX, LIMIT_JSON_PLAN_BYTES);
	for (uint32_t i = 0; i < names->n; i++)
		spec[i] = (struct colspec){ .leaf = i, .sys = SYS_COUNT };
	switch (shape) {
	case SHAPE_EVTX_DUMP:
		for (uint32_t i = 0; i < names->n; i++)
			b.apart |= str_eq(names->at[i].parts[0], STR("Event_attributes"));
		for (uint32_t i = 0; i < names->n; i++)
			if (str_eq(names->at[i].parts[0], STR("Event")) ||
			    str_eq(names->at[i].parts[0], STR("Event_attributes")))
				put_evtx(&b, i);
		break;
	case SHAPE_ECS:
		columns_ecs(&b);
		break;
	case SHAPE_WAZUH:
		columns_wazuh(&b);
		break;
	case SHAPE_VELOCIRAPTOR:
		columns_velociraptor(&b);
		break;
	case SHAPE_FLAT:
		columns_flat(&b);
		break;
	case SHAPE_OTHER:
	case SHAPE_ACTION:
		columns_other(&b);
		break;
	}
	for (uint32_t i = 0; i < names->n; i++)
		if (!spec[i].col.path.ptr)
			put_outside(&b, i);
	map_done(&b.elements);
	return !b.failed;
}
