/* What is shared when the evidence is hostile: names and paths with markup, formulas, quotes, control characters; addresses and
 * names that are the organisation's own. With a folder as argument the exports are written there, for check_hostile.py. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "share/share.h"
#include "util/times.h"

#define T0 (INT64_C(1684294860) * NS_PER_S) /* 2023-05-17T03:41:00Z */
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NASTY "=cmd|'/c x'!A1 \"q\" <b>&amp;]]> * ? {$(id)}`\x1b[31m\x07\r\nadd x 1.2.3.4\xff\xfe.exe"

static struct incident_external EXTERNAL[] = {
	{ .ip = STR("198.51.100.7"), .name = STR("relay.example"), .role = EXTERNAL_RELAY, .confidence = 0.9, .first_ns = T0,
	  .last_ns = T0 + NS_PER_S },
	{ .ip = STR("2001:db8::7"), .name = STR("bad.example\n*.good.example\xfe"), .role = EXTERNAL_C2, .confidence = 0.95,
	  .first_ns = T0, .last_ns = T0, .hosts = 3 },
	{ .ip = STR("198.51.100.8\";flush ruleset"), .role = EXTERNAL_C2, .confidence = 0.95, .first_ns = TIME_NONE,
	  .last_ns = TIME_NONE },
	{ .ip = STR("10.0.0.5"), .role = EXTERNAL_RELAY, .confidence = 0.9, .first_ns = T0, .last_ns = T0 },
	{ .ip = STR("192.168.7.7"), .name = STR("nat.example"), .role = EXTERNAL_C2, .confidence = 0.9, .first_ns = T0,
	  .last_ns = T0 },
	{ .ip = STR("203.0.113.200"), .name = STR("gate.example"), .role = EXTERNAL_EXFILTRATION, .confidence = 0.9,
	  .first_ns = T0, .last_ns = T0 },
	{ .ip = STR("203.0.113.9"), .name = STR("WEB01.corp.example"), .role = EXTERNAL_EXFILTRATION, .confidence = 0.9,
	  .first_ns = T0, .last_ns = T0 },
};

static struct incident_artefact ARTEFACTS[] = {
	{ .host = 0, .kind = "implant", .path = STR("C:\\x\\" NASTY), .sha256 = STR(HASH), .from_ns = T0, .to_ns = T0 },
	{ .host = 0, .kind = "web-page", .path = STR("\t\x1b=1+1\xe2\x80\xae\xc2\x9b"), .sha256 = STR(""), .from_ns = TIME_NONE, .to_ns = TIME_NONE },
	{ .host = 0, .kind = "staged-archive", .path = STR("C:\\secret-archive.7z"), .sha256 = STR(HASH) },
};

static struct story_host HOSTS[] = { { .name = STR("WEB01.corp.example") } };
static struct story_address ADDRESSES[] = { { .ip = STR("203.0.113.200"), .host = 0 } };
static struct incident_host VERDICTS[] = { { .host = 0, .class = CLASS_CONFIRMED, .probability = 0.99 } };
static struct story_rule RULES[] = { { .id = STR("r\"1"), .title = STR(NASTY), .level = LEVEL_HIGH, .count = 2, .hosts = 1,
				       .first_ns = T0, .last_ns = T0 } };
static struct story_clue CLUES[] = {
	{ .host = 0, .grade = GRADE_CONTROL, .phase = "defense-evasion", .ns = T0, .sentence = { .key = "obs.log_cleared" } },
	{ .host = 0, .grade = GRADE_STRONG, .phase = "execution", .ns = T0,
	  .sentence = { .key = "obs.page_written", .names = { "path" }, .values = { STR(NASTY) }, .nargs = 1 } },
};
static const uint32_t TIMELINE[] = { 0, 1 };

static struct incident INCIDENT = { .nincidents = 1, .external = EXTERNAL, .nexternal = COUNT(EXTERNAL), .artefacts = ARTEFACTS,
				    .nartefacts = COUNT(ARTEFACTS), .hosts = VERDICTS, .nhosts = 1, .clues = CLUES,
				    .nclues = COUNT(CLUES), .timeline = TIMELINE, .ntimeline = 2, .by_class = { 1 } };
static struct story STORY = { .incident = &INCIDENT, .hosts = HOSTS, .nhosts = 1, .addresses = ADDRESSES, .naddresses = 1,
			      .rules = RULES, .nrules = 1, .run = { .version = STR("0"), .started_ns = T0 } };
static const struct share_options OPTIONS = { .tlp = TLP_AMBER_STRICT, .producer = STR("\"><x>&\x1b\xff"), .contact = STR("a@cert.example") };

static void fill(const struct share_format *f, struct told *t, const struct share_options *o, buf *out)
{
	err e = { 0 };

	assert_int_equal(told_build(t, &STORY, &e), 0);
	if (f->lacks)
		assert_null(f->lacks(t, o));
	f->write(out, t, o);
	assert_false(out->failed || t->failed);
}

static bool holds(const buf *b, const char *what)
{
	return str_find(buf_view(b), str_of(what)) != SIZE_MAX;
}

/* Nothing of the organisation, nothing that was only gathered, nothing that a terminal would obey: in no format. */
static void nothing_that_must_not(void **state)
{
	static const char *const NEVER[] = { "10.0.0.5", "192.168.7.7", "203.0.113.200", "203.0.113.9", "web01", "WEB01", "secret-archive",
					     "\x1b", "\x07", "Defense Evasion", "\"defense-evasion\"",
					     "flush", "good.example" };

	(void)state;
	for (const struct share_format *f = SHARE_FORMATS; f->name; f++) {
		bool events = strcmp(f->name, "ecs") == 0 || strcmp(f->name, "ocsf") == 0 ||
			      strcmp(f->name, "timesketch") == 0;
		struct told t;
		buf out = { 0 };

		fill(f, &t, &OPTIONS, &out);
		for (size_t i = 0; i < COUNT(NEVER); i++)
			if (!(events && strstr(NEVER[i], "01"))) /* those name the host of an event */
				CHECK(f->name, !holds(&out, NEVER[i]));
		told_done(&t);
		buf_done(&out);
	}
}

static void indicators(void **state)
{
	static const struct {
		enum told_type type;
		const char *value;
	} WANT[] = { { TOLD_IPV4, "198.51.100.7" },
		     { TOLD_IPV6, "2001:db8::7" },
		     { TOLD_DOMAIN, "relay.example" },
		     { TOLD_SHA256, HASH } };
	struct told t;
	err e = { 0 };

	(void)state;
	assert_int_equal(told_build(&t, &STORY, &e), 0);
	assert_int_equal(t.indicator.len, COUNT(WANT) + 2); /* and two paths */
	for (size_t i = 0; i < COUNT(WANT); i++) {
		CHECK(WANT[i].value, t.indicator.at[i].type == WANT[i].type);
		CHECK_STR(WANT[i].value, t.indicator.at[i].value, str_of(WANT[i].value));
	}
	assert_int_equal(t.technique.len, 2);
	assert_string_equal(t.technique.at[1].tactic, "defense-impairment");
	told_done(&t);
}

/* Lists that a firewall or name server loads hold lines of ours and plain values, nothing else. */
static void lists_are_plain(void **state)
{
	static const char *const LISTS[] = { "blocklist", "hosts", "rpz", "nft", "ipset" };

	(void)state;
	for (const struct share_format *f = SHARE_FORMATS; f->name; f++)
		for (size_t i = 0; i < COUNT(LISTS); i++) {
			struct told t;
			buf out = { 0 };

			if (strcmp(LISTS[i], f->name) != 0)
				continue;
			fill(f, &t, &OPTIONS, &out);
			CHECK(f->name, !holds(&out, "flush") && !holds(&out, "good.example"));
			CHECK(f->name, holds(&out, strstr("hosts rpz", f->name) ? "relay.example" : "198.51.100.7"));
			told_done(&t);
			buf_done(&out);
		}
}

/* Text that would end a quote, an element, a cell or a line appears only escaped. */
static void escaped(void **state)
{
	static const struct {
		const char *format, *raw;
	} NEVER[] = {
		{ "iodef", "<x>" },	{ "iodef", "=\"\"" },	{ "csv", "\"=cmd" },	{ "csv", "\"=1+1" },
		{ "csv", "\nadd" },	{ "stix", "\nadd" },		{ "misp", "\nadd" },	{ "yara", "cmd" },
		{ "sarif", "\"q\"" },	{ "ecs", "\"q\"" },		{ "ocsf", "\"q\"" },	{ "timesketch", "\"q\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(NEVER); i++)
		for (const struct share_format *f = SHARE_FORMATS; f->name; f++) {
			struct told t;
			buf out = { 0 };

			if (strcmp(f->name, NEVER[i].format) != 0)
				continue;
			fill(f, &t, &OPTIONS, &out);
			CHECK(NEVER[i].raw, !holds(&out, NEVER[i].raw));
			told_done(&t);
			buf_done(&out);
		}
}

static void small_things(void **state)
{
	static const struct {
		const char *mail;
		bool ok;
	} MAILS[] = { { "csirt@cert.example", true }, { "a.b-c@x.y.example", true }, { "", false },	 { "@x.example", false },
		      { "a@", false },		      { "a@b", false },		     { "a@.example", false }, { "a@x.example.", false },
		      { "a b@x.example", false },     { "a@x.example\n", false },    { "a@b@x.example", false },
		      { "a@x.example:25", false },    { "<a@x.example>", false } };
	static const struct {
		const char *path, *want;
		bool hosts;
	} PATHS[] = { { "C:\\Users\\alice\\a.exe", "C:\\Users\\%USERNAME%\\a.exe", false },
		      { "c:\\users\\alice", "c:\\users\\%USERNAME%", false },
		      { "C:\\Users\\alice\\a.exe", "C:\\Users\\alice\\a.exe", true },
		      { "/home/bob/x", "/home/%USERNAME%/x", false },
		      { "C:\\Windows\\a.exe", "C:\\Windows\\a.exe", false },
		      { "", "", false } };
	struct told_indicator x = { .type = TOLD_IPV4, .value = STR("192.0.2.1") };
	struct share_options o = { .defang = true };
	char uuid[UUID_TEXT + 1];
	static const uint8_t DNS[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
					 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
	buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(MAILS); i++)
		CHECK(MAILS[i].mail, share_contact_ok(str_of(MAILS[i].mail)) == MAILS[i].ok);
	share_readable(&b, &x, &o);
	CHECK_STR("defanged", buf_view(&b), STR("192.0.2[.]1"));
	buf_clear(&b);
	x = (struct told_indicator){ .type = TOLD_PATH, .value = STR("C:\\a.exe") };
	share_readable(&b, &x, &o);
	CHECK_STR("a path is not defanged", buf_view(&b), STR("C:\\a.exe"));
	buf_clear(&b);
	for (size_t i = 0; i < COUNT(PATHS); i++) {
		o.hosts = PATHS[i].hosts;
		share_path(&b, str_of(PATHS[i].path), &o);
		CHECK_STR(PATHS[i].path, buf_view(&b), str_of(PATHS[i].want));
		buf_clear(&b);
	}
	share_time(&b, -1);
	CHECK_STR("before 1970", buf_view(&b), STR("1969-12-31T23:59:59.999Z"));
	buf_done(&b);
	uuid5(DNS, STR("www.example.com"), uuid); /* RFC 9562, appendix A.4 */
	assert_string_equal(uuid, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

/* Two parties: what is told to one holds no host, address, time or count of the other. */
static void party(void **state)
{
	static struct incident_external out[] = {
		{ .ip = STR("198.51.100.7"), .role = EXTERNAL_C2, .confidence = 0.9, .first_ns = T0 - NS_PER_S, .last_ns = T0 + NS_PER_S,
		  .hosts = 2 },
		{ .ip = STR("198.51.100.9"), .role = EXTERNAL_C2, .confidence = 0.9, .first_ns = T0, .last_ns = T0, .hosts = 1 },
	};
	static struct story_host hosts[] = { { .name = STR("ALPHA01") }, { .name = STR("BETA01") } };
	static struct incident_host verdicts[] = { { .host = 0, .class = CLASS_CONFIRMED }, { .host = 1, .class = CLASS_CONFIRMED } };
	static struct incident_artefact artefacts[] = {
		{ .host = 1, .kind = "implant", .path = STR("C:\\beta.exe"), .sha256 = STR(HASH), .from_ns = TIME_NONE, .to_ns = TIME_NONE }
	};
#define CONTACT(h, a, when)                                                                                    \
	{ .host = h, .from = STORY_NOBODY, .grade = GRADE_STRONG, .phase = "execution", .ns = when,             \
	  .sentence = { .key = "inc.contact", .names = { "a" }, .values = { STR(a) }, .nargs = 1 } }
	static struct story_clue clues[] = {
		CONTACT(0, "198.51.100.7", T0),
		CONTACT(1, "198.51.100.7", T0 + NS_PER_S),
		CONTACT(1, "198.51.100.9", T0 + NS_PER_S),
		CONTACT(0, "sent by \\\\beta01\\c$", T0), /* names the other's host */
		{ .host = 0, .from = 1, .grade = GRADE_CONTROL, .phase = "execution", .ns = T0, .sentence = { .key = "inc.service" } },
	};
#undef CONTACT
	static const uint32_t timeline[] = { 0, 1, 2, 3, 4 };
	static const char *const never[] = { "198.51.100.9", "BETA", "beta", "\"count\":2", "03:41:01" };
	static const bool mine[] = { true, false };
	struct incident in = { .nincidents = 1, .external = out, .nexternal = 2, .hosts = verdicts, .nhosts = 2, .clues = clues,
			       .nclues = COUNT(clues), .timeline = timeline, .ntimeline = COUNT(timeline), .artefacts = artefacts,
			       .nartefacts = 1, .by_class = { 2 } };
	struct story st = { .incident = &in, .hosts = hosts, .nhosts = 2, .rules = RULES, .nrules = 1, .run = { .started_ns = T0 } };
	struct share_options o = OPTIONS;

	(void)state;
	o.hosts = true;
	for (const struct share_format *f = SHARE_FORMATS; f->name; f++) {
		struct told t;
		buf all = { 0 };
		err e = { 0 };

		assert_int_equal(told_build_party(&t, &st, mine, &e), 0);
		assert_int_equal(t.indicator.len, 1);
		assert_int_equal(t.host.len, 1);
		assert_int_equal(t.by_class[CLASS_CONFIRMED], 1);
		f->write(&all, &t, &o);
		for (size_t i = 0; i < COUNT(never); i++)
			CHECK(f->name, !holds(&all, never[i]));
		told_done(&t);
		buf_done(&all);
	}
}

static int write_all(const char *dir)
{
	for (const struct share_format *f = SHARE_FORMATS; f->name; f++) {
		struct told t;
		buf out = { 0 };
		char path[512];
		FILE *to;
		err e = { 0 };

		snprintf(path, sizeof path, "%s/%s", dir, f->name);
		to = fopen(path, "wb");
		if (!to || told_build(&t, &STORY, &e) < 0)
			return 1;
		f->write(&out, &t, &OPTIONS);
		fwrite(out.ptr, 1, out.len, to);
		if (fclose(to) != 0 || out.failed)
			return 1;
		told_done(&t);
		buf_done(&out);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(nothing_that_must_not), cmocka_unit_test(indicators), cmocka_unit_test(lists_are_plain),
		cmocka_unit_test(escaped),		 cmocka_unit_test(small_things), cmocka_unit_test(party),
	};

	return argc == 2 ? write_all(argv[1]) : cmocka_run_group_tests_name("share", TESTS, NULL, NULL);
}
