#include "cli/finding_out.h"

#include "util/csv.h"
#include "util/json.h"
#include "util/times.h"

enum term_style finding_level_style(enum finding_level level)
{
	static const enum term_style STYLES[] = { TERM_DIM, TERM_CYAN, TERM_YELLOW, TERM_RED,
						  TERM_BRIGHT_RED };

	return (size_t)level < COUNT(STYLES) ? STYLES[level] : TERM_PLAIN;
}

static str level_of(const struct finding *f)
{
	const char *name = finding_level_name(f->level);

	return str_of(name ? name : "?");
}

static str path_of(const struct finding *f, const struct items *items)
{
	const struct item_name *n = f->nrefs ? items_find(items, f->refs[0].item) : NULL;

	return n ? n->path : (str){ 0 };
}

/* Correlations and logs without numbers have no code of an event. */
static bool has_code(const struct finding *f)
{
	return f->event_id || f->channel.len;
}

/* "Image=C:\x.exe CommandLine=..." in the rule's own order. */
static void details_text(buf *b, const struct finding *f, const char *between)
{
	for (uint32_t i = 0; i < f->ndetails; i++) {
		if (i)
			buf_z(b, between);
		buf_str(b, f->details[i].name);
		buf_byte(b, '=');
		buf_str(b, f->details[i].value);
	}
}

/* --- table ---------------------------------------------------------------------------------- */

enum { TIME_COLUMNS = 20, LEVEL_COLUMNS = 8, TABLE_COLUMNS_DEFAULT = 160 };

/* Widths of host, rule and details in what the terminal leaves. */
/* Of a terminal without room for whole names of hosts. */
static bool is_narrow(const struct term *t)
{
	return t->columns && t->columns < 120;
}

/* "MX01" of "MX01.corp.example"; an address stays whole. */
static str first_label(str host)
{
	size_t dot = str_find(host, STR(".")), i = 0;

	while (i < host.len && ((host.ptr[i] >= '0' && host.ptr[i] <= '9') || host.ptr[i] == '.' || host.ptr[i] == ':'))
		i++;
	return dot == SIZE_MAX || dot == 0 || i == host.len ? host : (str){ host.ptr, dot };
}

static void table_widths(const struct term *t, size_t *host, size_t *rule, size_t *details)
{
	size_t all = t->columns ? t->columns : TABLE_COLUMNS_DEFAULT;
	size_t left = all > TIME_COLUMNS + LEVEL_COLUMNS + 24 ? all - TIME_COLUMNS - LEVEL_COLUMNS - 8 : 16;

	*host = left / 5 < 24 ? left / 5 : 24;
	*rule = (left - *host) * 2 / 5;
	if (is_narrow(t)) { /* what matched tells more than where its details begin */
		*host = left / 4 < 12 ? left / 4 : 12;
		*rule = (left - *host) * 2 / 3;
	}
	*details = left - *host - *rule;
}

static void table_row(buf *b, const struct term *t, str when, str level, enum term_style style, str host,
		      str rule, str details)
{
	size_t whost, wrule, wdetails;

	table_widths(t, &whost, &wrule, &wdetails);
	term_cell(b, when, TIME_COLUMNS);
	buf_z(b, "  ");
	term_begin(b, t, style);
	term_cell(b, level, LEVEL_COLUMNS);
	term_end(b, t, style);
	buf_z(b, "  ");
	term_cell(b, is_narrow(t) ? first_label(host) : host, whost);
	buf_z(b, "  ");
	term_cell(b, rule, wrule);
	buf_z(b, "  ");
	term_cell(b, details, wdetails);
	while (b->len && b->ptr[b->len - 1] == ' ')
		b->len--;
	buf_byte(b, '\n');
}

static void table_head(buf *b, const struct term *t)
{
	buf row = { 0 };

	table_row(&row, t, STR("TIME (UTC)"), STR("LEVEL"), TERM_PLAIN, STR("HOST"), STR("RULE"),
		  STR("DETAILS"));
	term_begin(b, t, TERM_BOLD);
	buf_str(b, str_trim(buf_view(&row)));
	term_end(b, t, TERM_BOLD);
	buf_byte(b, '\n');
	buf_done(&row);
}

static void table_finding(buf *b, const struct term *t, const struct finding *f, const struct items *items)
{
	char when[TIME_TEXT_MAX];
	size_t n = time_text(f->time_ns, when);
	str level = level_of(f);
	buf details = { 0 };

	if (n > 19) { /* whole seconds, as in 2024-04-18T02:13:58Z */
		when[19] = 'Z';
		n = 20;
	}
	if (f->level == LEVEL_INFORMATIONAL)
		level = STR("info");
	details_text(&details, f, " ");
	table_row(b, t, n ? (str){ when, n } : STR("-"), level, finding_level_style(f->level), f->host,
		  f->rule_title, buf_view(&details));
	buf_done(&details);
}

/* --- CSV ------------------------------------------------------------------------------------ */

static void refs_text(buf *b, const struct finding *f, const struct items *items)
{
	for (uint32_t i = 0; i < f->nrefs; i++) {
		if (i)
			buf_byte(b, ' ');
		items_ref(b, items, &f->refs[i]);
	}
}

static void csv_head(buf *b, const struct term *t)
{
	(void)t;
	buf_z(b,
	      "timestamp,level,rule,host,channel,event_id,record_id,details,file,rule_id,tags,event_ref\r\n");
}

static void csv_finding(buf *b, const struct term *t, const struct finding *f, const struct items *items)
{
	buf text = { 0 };

	(void)t;
	buf_time(b, f->time_ns);
	buf_byte(b, ',');
	csv_cell(b, level_of(f));
	buf_byte(b, ',');
	csv_cell(b, f->rule_title);
	buf_byte(b, ',');
	csv_cell(b, f->host);
	buf_byte(b, ',');
	csv_cell(b, f->channel);
	buf_byte(b, ',');
	if (has_code(f))
		buf_u64(b, f->event_id);
	buf_byte(b, ',');
	if (f->record_id)
		buf_u64(b, f->record_id);
	buf_byte(b, ',');
	details_text(&text, f, " | ");
	csv_cell(b, buf_view(&text));
	buf_byte(b, ',');
	csv_cell(b, path_of(f, items));
	buf_byte(b, ',');
	csv_cell(b, f->rule_id);
	buf_byte(b, ',');
	csv_cell(b, f->tags);
	buf_byte(b, ',');
	buf_clear(&text);
	refs_text(&text, f, items);
	csv_cell(b, buf_view(&text));
	buf_z(b, "\r\n");
	b->failed |= text.failed;
	buf_done(&text);
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void json_words(buf *b, const char *key, str words)
{
	json_key(b, key);
	buf_byte(b, '[');
	while (words.len) {
		str word = str_cut(words, ' ', &words);

		if (!word.len)
			continue;
		json_sep(b);
		json_str(b, word);
	}
	buf_byte(b, ']');
}

static void json_refs(buf *b, const char *key, const struct finding *f, const struct items *items)
{
	json_key(b, key);
	buf_byte(b, '[');
	for (uint32_t i = 0; i < f->nrefs; i++) {
		json_sep(b);
		buf_byte(b, '"');
		items_ref(b, items, &f->refs[i]);
		buf_byte(b, '"');
	}
	buf_byte(b, ']');
}

static void json_details(buf *b, const char *key, const struct finding *f)
{
	json_key(b, key);
	buf_byte(b, '{');
	for (uint32_t i = 0; i < f->ndetails; i++) {
		json_sep(b);
		json_str(b, f->details[i].name);
		buf_byte(b, ':');
		json_str(b, f->details[i].value);
	}
	buf_byte(b, '}');
}

static void json_member_optional(buf *b, const char *key, str text)
{
	if (text.len)
		json_member_str(b, key, text);
}

/* The flat form: ECS names with dots as keys. */
static void jsonl_finding(buf *b, const struct term *t, const struct finding *f, const struct items *items)
{
	(void)t;
	buf_byte(b, '{');
	json_member_time(b, "@timestamp", f->time_ns);
	json_member_str(b, "rule.id", f->rule_id);
	json_member_str(b, "rule.name", f->rule_title);
	json_member_str(b, "rule.level", level_of(f));
	json_words(b, "rule.tags", f->tags);
	json_member_optional(b, "rule.profile", f->profile);
	json_member_str(b, "host.name", f->host);
	json_member_str(b, "log.file.path", path_of(f, items));
	json_refs(b, "event.ref", f, items);
	if (has_code(f))
		json_member_u64(b, "event.code", f->event_id);
	json_member_optional(b, "event.provider", f->provider);
	json_member_optional(b, "winlog.channel", f->channel);
	if (f->record_id)
		json_member_u64(b, "winlog.record_id", f->record_id);
	if (f->flags & EVENT_RECOVERED)
		json_member_bool(b, "event.recovered", true);
	if (f->flags & EVENT_PARTIAL)
		json_member_bool(b, "event.partial", true);
	json_details(b, "details", f);
	buf_z(b, "}\n");
}

static void open_object(buf *b, const char *key)
{
	json_key(b, key);
	buf_byte(b, '{');
}

/* ATT&CK tags as ECS threat.technique.id: "attack.t1059.001" gives "T1059.001". */
static void ecs_techniques(buf *b, str tags)
{
	bool any = false;

	while (tags.len) {
		str tag = str_cut(tags, ' ', &tags);

		if (!str_starts(tag, STR("attack.t")) || tag.len < 12 || tag.ptr[8] < '0' || tag.ptr[8] > '9')
			continue;
		buf_z(b, any ? ",\"" : ",\"threat\":{\"technique\":{\"id\":[\"");
		buf_byte(b, 'T');
		json_escape(b, (str){ tag.ptr + 8, tag.len - 8 });
		buf_byte(b, '"');
		any = true;
	}
	if (any)
		buf_z(b, "]}}");
}

/* Nested objects, as Elasticsearch takes them. */
static void ecs_finding(buf *b, const struct term *t, const struct finding *f, const struct items *items)
{
	(void)t;
	buf_byte(b, '{');
	json_member_time(b, "@timestamp", f->time_ns);
	json_member_str(b, "message", f->rule_title);
	open_object(b, "ecs");
	json_member_str(b, "version", STR("8.11.0"));
	buf_byte(b, '}');
	open_object(b, "event");
	json_member_str(b, "kind", STR("alert"));
	json_member_str(b, "module", STR("spoor"));
	if (has_code(f)) {
		json_key(b, "code");
		buf_printf(b, "\"%llu\"", (unsigned long long)f->event_id);
	}
	json_member_optional(b, "provider", f->provider);
	json_member_u64(b, "severity", (uint64_t)f->level);
	json_refs(b, "ref", f, items);
	buf_byte(b, '}');
	open_object(b, "rule");
	json_member_str(b, "id", f->rule_id);
	json_member_str(b, "name", f->rule_title);
	json_member_str(b, "level", level_of(f));
	buf_byte(b, '}');
	json_words(b, "tags", f->tags);
	ecs_techniques(b, f->tags);
	open_object(b, "host");
	json_member_str(b, "name", f->host);
	buf_byte(b, '}');
	open_object(b, "log");
	open_object(b, "file");
	json_member_str(b, "path", path_of(f, items));
	buf_z(b, "}}");
	open_object(b, "winlog");
	json_member_str(b, "channel", f->channel);
	if (f->record_id)
		json_member_u64(b, "record_id", f->record_id);
	json_details(b, "event_data", f);
	buf_z(b, "}}\n");
}

/* JSON lines that Timesketch imports: message, datetime and timestamp_desc are obligatory there. */
static void timesketch_finding(buf *b, const struct term *t, const struct finding *f,
			       const struct items *items)
{
	buf message = { 0 };

	(void)t;
	buf_printf(&message, "[%.*s] ", STR_ARG(level_of(f)));
	buf_str(&message, f->rule_title);
	buf_z(&message, ": ");
	details_text(&message, f, " ");
	buf_byte(b, '{');
	json_member_str(b, "message", buf_view(&message));
	json_member_time(b, "datetime", f->time_ns == TIME_NONE ? 0 : f->time_ns);
	json_member_str(b, "timestamp_desc",
			f->time_ns == TIME_NONE ? STR("Time unknown") : STR("Event Logged"));
	json_member_str(b, "data_type", STR("spoor:finding"));
	json_member_str(b, "rule_id", f->rule_id);
	json_member_str(b, "rule_name", f->rule_title);
	json_member_str(b, "rule_level", level_of(f));
	json_words(b, "tag", f->tags);
	json_member_str(b, "computer_name", f->host);
	json_member_str(b, "channel", f->channel);
	if (has_code(f))
		json_member_u64(b, "event_identifier", f->event_id);
	if (f->record_id)
		json_member_u64(b, "record_number", f->record_id);
	json_member_str(b, "display_name", path_of(f, items));
	json_refs(b, "event_ref", f, items);
	buf_z(b, "}\n");
	b->failed |= message.failed;
	buf_done(&message);
}

const struct finding_writer FINDING_WRITERS[] = {
	{ "table", table_head, table_finding },     { "csv", csv_head, csv_finding },
	{ "jsonl", NULL, jsonl_finding },           { "ecs", NULL, ecs_finding },
	{ "timesketch", NULL, timesketch_finding },
};
const size_t FINDING_WRITERS_LEN = COUNT(FINDING_WRITERS);
