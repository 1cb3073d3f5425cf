/* Signs of the incident, one JSON object a line: for timelines and for stores of events. Their sentences name hosts and
 * accounts of the victim: they are for its own desks. */
#include <stdio.h>

#include "share/share.h"
#include "story/story.h"
#include "util/json.h"
#include "util/times.h"

#define OCSF_VERSION "1.8.0"
#define ECS_VERSION "8.11.0" /* as documents of events */
#define ATTACK_VERSION "19"

/* How a store of events should rank a sign, by its grade. */
static const struct {
	unsigned ocsf; /* severity_id: 1 informational ... 5 critical */
	const char *name;
} SEVERITIES[GRADES] = {
	[GRADE_NOTE] = { 1, "Informational" }, [GRADE_BLOCKED] = { 2, "Low" },
	[GRADE_WEAK] = { 2, "Low" },           [GRADE_STRONG] = { 4, "High" },
	[GRADE_CONTROL] = { 5, "Critical" },
};

struct sign {
	const struct story_clue *clue;
	const struct told_technique *technique;
	const struct share_tactic *tactic;
	str message;
	char uuid[UUID_TEXT + 1];
};

static void z_member(buf *b, const char *key, const char *text)
{
	json_member_str(b, key, str_of(text));
}

static void time_member(buf *b, const char *key, int64_t ns)
{
	json_key(b, key);
	buf_byte(b, '"');
	share_time(b, ns);
	buf_byte(b, '"');
}

/* --- Timesketch ------------------------------------------------------------------------------------- */

static void put_timesketch(buf *out, const struct told *t, const struct sign *s)
{
	buf_byte(out, '{');
	json_member_str(out, "message", s->message);
	time_member(out, "datetime", s->clue->ns);
	z_member(out, "timestamp_desc", "Sign of the incident");
	z_member(out, "tactic", s->tactic ? s->tactic->shortname : s->clue->phase);
	z_member(out, "grade", clue_grade_name(s->clue->grade));
	if (s->clue->host != STORY_NOBODY)
		json_member_str(out, "host", story_host_name(t->st, s->clue->host));
	buf_z(out, "}\n");
}

/* --- ECS -------------------------------------------------------------------------------------------- */

static void list_member(buf *b, const char *key, str one)
{
	json_key(b, key);
	buf_byte(b, '[');
	json_str(b, one);
	buf_byte(b, ']');
}

static void ecs_technique(buf *b, const struct told_technique *x)
{
	str id = str_of(x->id);
	size_t dot = str_find(id, STR("."));

	json_key(b, "technique");
	buf_byte(b, '{');
	list_member(b, "id", dot == SIZE_MAX ? id : (str){ id.ptr, dot });
	if (dot == SIZE_MAX) {
		list_member(b, "name", str_of(x->name));
	} else {
		json_key(b, "subtechnique");
		buf_byte(b, '{');
		list_member(b, "id", id);
		list_member(b, "name", str_of(x->name));
		buf_byte(b, '}');
	}
	buf_byte(b, '}');
}

static void ecs_threat(buf *b, const struct sign *s)
{
	if (!s->tactic)
		return;
	json_key(b, "threat");
	buf_byte(b, '{');
	z_member(b, "framework", "MITRE ATT&CK");
	json_key(b, "tactic");
	buf_byte(b, '{');
	list_member(b, "id", str_of(s->tactic->id));
	list_member(b, "name", str_of(s->tactic->name));
	buf_byte(b, '}');
	if (s->technique)
		ecs_technique(b, s->technique);
	buf_byte(b, '}');
}

static void put_ecs(buf *out, const struct told *t, const struct sign *s)
{
	buf_byte(out, '{');
	time_member(out, "@timestamp", s->clue->ns);
	json_key(out, "ecs");
	buf_z(out, "{\"version\":\"" ECS_VERSION "\"}");
	json_key(out, "event");
	buf_z(out, "{\"kind\":\"signal\",\"category\":[\"intrusion_detection\"],\"type\":[\"info\"],"
		   "\"module\":\"spoor\",\"dataset\":\"spoor.signs\"");
	z_member(out, "id", s->uuid);
	json_member_u64(out, "severity", s->clue->weight);
	buf_byte(out, '}');
	json_member_str(out, "message", s->message);
	ecs_threat(out, s);
	if (s->clue->host != STORY_NOBODY) {
		json_key(out, "host");
		buf_byte(out, '{');
		json_member_str(out, "name", story_host_name(t->st, s->clue->host));
		buf_byte(out, '}');
	}
	json_key(out, "spoor");
	buf_byte(out, '{');
	z_member(out, "grade", clue_grade_name(s->clue->grade));
	z_member(out, "family", clue_family_name(s->clue->family));
	buf_z(out, "}}\n");
}

/* --- OCSF: Detection Finding, class 2004 -------------------------------------------------------------- */

static void ocsf_attack(buf *b, const struct sign *s)
{
	if (!s->tactic)
		return;
	json_key(b, "attacks");
	buf_z(b, "[{");
	json_key(b, "tactic");
	buf_byte(b, '{');
	z_member(b, "uid", s->tactic->id);
	z_member(b, "name", s->tactic->name);
	buf_byte(b, '}');
	if (s->technique) {
		bool sub = strchr(s->technique->id, '.') != NULL;

		json_key(b, sub ? "sub_technique" : "technique");
		buf_byte(b, '{');
		z_member(b, "uid", s->technique->id);
		z_member(b, "name", s->technique->name);
		buf_byte(b, '}');
	}
	z_member(b, "version", ATTACK_VERSION);
	buf_z(b, "}]");
}

static void put_ocsf(buf *out, const struct told *t, const struct sign *s)
{
	int64_t ms = s->clue->ns / 1000000;

	buf_z(out,
	      "{\"activity_id\":1,\"activity_name\":\"Create\",\"category_uid\":2,\"category_name\":\"Findings\","
	      "\"class_uid\":2004,\"class_name\":\"Detection Finding\",\"type_uid\":200401");
	json_member_u64(out, "severity_id", SEVERITIES[s->clue->grade].ocsf);
	z_member(out, "severity", SEVERITIES[s->clue->grade].name);
	json_member_i64(out, "time", ms);
	json_member_str(out, "message", s->message);
	json_key(out, "metadata");
	buf_z(out,
	      "{\"version\":\"" OCSF_VERSION "\",\"product\":{\"name\":\"spoor\",\"vendor_name\":\"spoor\"");
	if (t->st->run.version.len)
		json_member_str(out, "version", t->st->run.version);
	buf_z(out, "}}");
	json_key(out, "finding_info");
	buf_byte(out, '{');
	z_member(out, "uid", s->uuid);
	z_member(out, "title", "Sign of a suspected intrusion");
	json_member_str(out, "desc", s->message);
	ocsf_attack(out, s);
	buf_byte(out, '}');
	if (s->clue->host != STORY_NOBODY) {
		json_key(out, "resources");
		buf_z(out, "[{\"type\":\"host\"");
		json_member_str(out, "name", story_host_name(t->st, s->clue->host));
		buf_z(out, "}]");
	}
	buf_z(out, "}\n");
}

/* --- all of them ------------------------------------------------------------------------------------ */

static void sign_put(buf *out, struct told *t, const struct share_options *o, uint32_t number, buf *text,
		     void (*put)(buf *out, const struct told *t, const struct sign *s))
{
	const struct story_clue *c = &t->st->incident->clues[number];
	struct sign s = { .clue = c,
			  .technique = told_technique_of(t, c),
			  .tactic = share_tactic_of(c->phase) };
	char key[96];

	if (c->ns == TIME_NONE)
		return; /* none of the formats takes an event without time */
	if (s.technique)
		s.tactic = share_tactic_of(s.technique->tactic);
	buf_clear(text);
	story_sentence_text(&c->sentence, o->language, text);
	s.message = buf_view(text);
	snprintf(key, sizeof key, "%u|%lld|%.40s", number, (long long)c->ns, c->sentence.key);
	share_uuid(t, "sign", str_of(key), s.uuid);
	put(out, t, &s);
}

/* The most telling ones, for people. */
void share_timesketch(buf *out, struct told *t, const struct share_options *o)
{
	const struct incident *in = t->st->incident;
	buf text = { 0 };

	for (uint32_t i = 0; i < in->ntimeline; i++)
		if (told_sign(t, &in->clues[in->timeline[i]]))
			sign_put(out, t, o, in->timeline[i], &text, put_timesketch);
	buf_done(&text);
}

/* All of them, for machines. */
static void signs_put(buf *out, struct told *t, const struct share_options *o,
		      void (*put)(buf *out, const struct told *t, const struct sign *s))
{
	const struct incident *in = t->st->incident;
	buf text = { 0 };

	for (uint32_t i = 0; i < in->nclues; i++)
		if (told_sign(t, &in->clues[i]))
			sign_put(out, t, o, i, &text, put);
	buf_done(&text);
}

void share_ecs(buf *out, struct told *t, const struct share_options *o)
{
	signs_put(out, t, o, put_ecs);
}

void share_ocsf(buf *out, struct told *t, const struct share_options *o)
{
	signs_put(out, t, o, put_ocsf);
}
