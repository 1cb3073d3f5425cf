/* The incident in words, from incidents made by hand. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "story/narrate.h"
#include "util/times.h"

#define T0 (INT64_C(1684294860) * NS_PER_S) /* 2023-05-17T03:41:00Z */
#define MINUTE (60 * NS_PER_S)

enum { HOSTS = 400, SAID_MAX = 600 };

struct said {
	struct story_paragraph at[SAID_MAX];
	size_t n;
};

struct made {
	struct story st;
	struct incident in;
	arena mem;
	struct said said;
	struct story_host host[HOSTS];
	struct incident_host verdict[HOSTS];
	char name[HOSTS][16];
};

static void hear(void *ctx, const struct story_paragraph *p)
{
	struct said *s = ctx;

	assert_true(s->n < SAID_MAX);
	s->at[s->n++] = *p;
}

/* Hosts H000...: the first is the entry, then so many of each class. */
static struct made *made(uint32_t nhosts, uint32_t confirmed, uint32_t likely, uint32_t exposed,
			 uint32_t cleared)
{
	struct made *m = calloc(1, sizeof *m);

	assert_non_null(m);
	arena_init(&m->mem, 16u << 20);
	m->st.hosts = m->host;
	m->st.nhosts = m->in.nhosts = nhosts;
	m->in.hosts = m->verdict;
	for (uint32_t i = 0; i < nhosts; i++) {
		enum host_class c = i < confirmed                                ? CLASS_CONFIRMED
				    : i < confirmed + likely                     ? CLASS_LIKELY
				    : i < confirmed + likely + exposed           ? CLASS_EXPOSED
				    : i < confirmed + likely + exposed + cleared ? CLASS_CLEARED
										 : CLASS_UNKNOWN;

		snprintf(m->name[i], sizeof m->name[i], "H%03u", i);
		m->host[i].name = str_of(m->name[i]);
		m->verdict[i] =
			(struct incident_host){ .host = i,
						.incident = c <= CLASS_LIKELY ? 0 : STORY_NOBODY,
						.class = c,
						.first_ns = c <= CLASS_EXPOSED ? T0 + i * MINUTE : TIME_NONE,
						.parent = i && c <= CLASS_LIKELY ? 0 : STORY_NOBODY,
						.via = i && c <= CLASS_LIKELY ? "ssh" : "",
						.entry = i == 0 && confirmed,
						.refs = { .at = { { 0, 4096 + i, i } }, .n = 1 } };
		m->in.by_class[c]++;
	}
	m->in.nincidents = confirmed ? 1 : 0;
	m->st.first_ns = T0;
	m->st.last_ns = T0 + 1000 * MINUTE;
	return m;
}

static void told(struct made *m)
{
	struct narrator n = { .st = &m->st, .in = &m->in, .mem = &m->mem, .tell = hear, .ctx = &m->said };

	m->said.n = 0;
	narrate(&n);
	assert_false(n.failed);
}

static void unmade(struct made *m)
{
	arena_done(&m->mem);
	free(m);
}

static const struct story_paragraph *find(const struct made *m, const char *key)
{
	for (size_t i = 0; i < m->said.n; i++)
		if (strcmp(m->said.at[i].sentence.key, key) == 0)
			return &m->said.at[i];
	return NULL;
}

static void says(const struct made *m, const char *key, enum story_language lang, const char *part)
{
	const struct story_paragraph *p = find(m, key);
	buf text = { 0 };

	if (!p)
		fail_msg("%s is not told", key);
	story_sentence_text(&p->sentence, lang, &text);
	if (str_find(buf_view(&text), str_of(part)) == SIZE_MAX)
		fail_msg("%s: \"%s\" is not in: %.*s", key, part, STR_ARG(buf_view(&text)));
	buf_done(&text);
}

/* Sentences come part by part, each of an incident in full before what concerns all. */
static void check_order(const struct made *m)
{
	for (size_t i = 1; i < m->said.n; i++)
		if (m->said.at[i].part != PART_INCIDENT)
			CHECK(m->said.at[i].sentence.key, m->said.at[i].part >= m->said.at[i - 1].part);
}

/* A key that was shown instead of its text: "way.ssh" - but not "another way." */
static bool shows_key(str text, str prefix)
{
	size_t at = str_find(text, prefix);

	return at != SIZE_MAX && at + prefix.len < text.len && text.ptr[at + prefix.len] >= 'a' &&
	       text.ptr[at + prefix.len] <= 'z';
}

/* Every key has its text, in both languages, and no placeholder stays. */
static void check_texts(const struct made *m)
{
	for (size_t i = 0; i < m->said.n; i++)
		for (int lang = 0; lang < LANGUAGES; lang++) {
			const struct story_sentence *s = &m->said.at[i].sentence;
			buf text = { 0 };

			story_sentence_text(s, (enum story_language)lang, &text);
			CHECK(s->key, !str_eq(buf_view(&text), str_of(s->key)));
			CHECK(s->key, str_find(buf_view(&text), STR("{")) == SIZE_MAX);
			CHECK(s->key, str_find(buf_view(&text), STR("clean")) == SIZE_MAX);
			/* words of ours were turned into their text */
			CHECK(s->key, !shows_key(buf_view(&text), STR("way.")));
			CHECK(s->key, !shows_key(buf_view(&text), STR("sure.")));
			buf_done(&text);
		}
}

static void test_nothing(void **state)
{
	struct made *m = made(10, 0, 0, 1, 6);

	(void)state;
	told(m);
	says(m, "nar.nothing", LANGUAGE_EN, "That is no proof that there was none");
	says(m, "nar.nothing", LANGUAGE_EN, "6 have logs");
	says(m, "nar.nothing", LANGUAGE_EN, "3 cannot be judged");
	says(m, "nar.unseen_hosts", LANGUAGE_EN, ": 3.");
	says(m, "nar.ask_hosts", LANGUAGE_EN, "open questions: 4");
	assert_null(find(m, "nar.head"));
	assert_null(find(m, "nar.hosts"));
	check_texts(m);
	unmade(m);
}

static void test_incident(void **state)
{
	struct made *m = made(300, 231, 31, 10, 20);
	const struct incident_entry entry = {
		.host = 0, .ns = T0, .vector = "public-facing application", .score = 9
	};
	const struct story_clue clues[] = {
		{ .host = 0,
		  .from = STORY_NOBODY,
		  .family = FAMILY_SERVICE,
		  .grade = GRADE_STRONG,
		  .phase = "initial-access",
		  .weight = 80,
		  .ns = T0,
		  .sentence = { "inc.new_page",
				{ "ip", "path", "host" },
				{ STR("198.51.100.7"), STR("/x.jsp"), STR("H000") },
				.nargs = 3 } },
		{ .host = 0,
		  .from = STORY_NOBODY,
		  .family = FAMILY_ENDPOINT,
		  .grade = GRADE_CONTROL,
		  .phase = "execution",
		  .weight = 90,
		  .ns = T0 + MINUTE,
		  .sentence = { "inc.program",
				{ "image", "hash", "parent" },
				{ STR("c:\\p\\a.exe"), STR("abcd"), STR("services.exe") },
				.nargs = 3 },
		  .refs = { { { 0, 7, 7 } }, 1 } },
		{ .host = 1,
		  .from = 0,
		  .family = FAMILY_ENDPOINT,
		  .grade = GRADE_CONTROL,
		  .phase = "execution",
		  .weight = 90,
		  .ns = T0 + 2 * MINUTE,
		  .sentence = { "inc.program",
				{ "image", "hash", "parent" },
				{ STR("C:\\P\\A.exe"), STR("abcd"), STR("services.exe") },
				.nargs = 3 } },
	};
	const struct incident_external ext[] = {
		{ .ip = STR("198.51.100.7"),
		  .role = EXTERNAL_RELAY,
		  .confidence = 0.9,
		  .first_ns = T0,
		  .last_ns = T0 },
		{ .ip = STR("203.0.113.9"),
		  .name = STR("x.example"),
		  .role = EXTERNAL_C2,
		  .confidence = 1,
		  .first_ns = T0,
		  .last_ns = T0 + 90 * MINUTE,
		  .hosts = 17 },
	};
	const struct incident_artefact art = { .host = 0,
					       .kind = "tampered-package",
					       .path = STR("/r/u.cab"),
					       .size = 19793984,
					       .other_size = 19652160,
					       .from_ns = T0,
					       .to_ns = T0 + 5 * MINUTE };
	const struct incident_loss loss[] = {
		{ .host = 0,
		  .what = STR("203.0.113.9"),
		  .estimate = 1000000,
		  .low = 900000,
		  .high = 1100000,
		  .first_ns = T0,
		  .last_ns = T0,
		  .measurable = true },
		{ .host = 1, .what = STR("203.0.113.9"), .first_ns = T0, .last_ns = T0 },
	};
	const uint32_t clients[] = { 1, 2, 3 };

	(void)state;
	m->in.entries = &entry;
	m->in.nentries = 1;
	m->in.clues = clues;
	m->in.nclues = COUNT(clues);
	m->in.external = ext;
	m->in.nexternal = COUNT(ext);
	m->in.artefacts = &art;
	m->in.nartefacts = 1;
	m->in.losses = loss;
	m->in.nlosses = COUNT(loss);
	m->in.first_clients = clients;
	m->in.nfirst_clients = COUNT(clients);
	told(m);
	says(m, "nar.head", LANGUAGE_EN, "hosts confirmed: 231, likely: 31");
	says(m, "nar.entry", LANGUAGE_EN, "began on H000 at 2023-05-17 03:41:00 UTC");
	says(m, "nar.entry", LANGUAGE_EN, "an exploited application that the outside can reach");
	says(m, "nar.entry", LANGUAGE_EN, "several independent kinds");
	says(m, "nar.entry", LANGUAGE_ZH, "利用对外开放的应用");
	says(m, "inc.new_page", LANGUAGE_EN, "198.51.100.7 was the first to ask H000 for /x.jsp");
	says(m, "nar.relay", LANGUAGE_EN, "suspected relay (90 %)");
	says(m, "nar.package", LANGUAGE_EN, "19 793 984 bytes instead of 19 652 160");
	/* one program, however it was written, on two hosts */
	says(m, "nar.program", LANGUAGE_EN, "c:\\p\\a.exe ran on 2 hosts, first on H000");
	says(m, "nar.way", LANGUAGE_EN, "261 hosts were first reached by SSH");
	says(m, "nar.first_client", LANGUAGE_EN, "is H001 at 2023-05-17 03:42:00 UTC, by SSH from H000");
	says(m, "nar.next_clients", LANGUAGE_EN, "H002, H003");
	says(m, "nar.classes", LANGUAGE_EN, "At most 280 hosts may be concerned");
	says(m, "nar.control_named", LANGUAGE_EN, "(17): 203.0.113.9 (x.example)");
	says(m, "nar.loss_part", LANGUAGE_EN, "between 900 000 and 1 100 000 bytes left, estimate 1 000 000");
	says(m, "nar.loss_unmeasured", LANGUAGE_EN, "H001: something left");
	says(m, "nar.until_call", LANGUAGE_EN, "203.0.113.9 at 2023-05-17 05:11:00 UTC");
	says(m, "nar.erased_none", LANGUAGE_EN, "cannot be seen");
	says(m, "nar.ask_network_to", LANGUAGE_EN, "whoever called 203.0.113.9");
	says(m, "nar.ask_network_to", LANGUAGE_EN, "open questions: 18");
	assert_int_equal(find(m, "nar.program")->refs.n, 1);
	assert_int_equal(find(m, "nar.program")->refs.at[0].offset, 7);
	check_order(m);
	check_texts(m);
	unmade(m);
}

/* What does not fit together is said: order, ways between incidents, what was stopped. */
static void test_doubts(void **state)
{
	struct made *m = made(4, 4, 0, 0, 0);
	const struct incident_edge edges[] = {
		{ .from = 0, .to = 1, .kind = "rdp", .ns = T0, .first = true },
		{ .from = 1, .to = 3, .incident = 1, .kind = "new-way", .ns = T0 + MINUTE },
	};
	const struct story_clue stopped = {
		.host = 2,
		.from = STORY_NOBODY,
		.family = FAMILY_ALERT,
		.grade = GRADE_BLOCKED,
		.phase = "execution",
		.ns = T0,
		.sentence = { "obs.alert", { "detail", "object" }, { STR("a"), STR("b") }, .nargs = 2 }
	};

	(void)state;
	m->in.nincidents = 2;
	m->verdict[3].incident = 1;
	m->verdict[3].parent = STORY_NOBODY;
	m->verdict[0].first_ns = T0 + 100 * MINUTE; /* the parent is later than its child */
	m->in.edges = edges;
	m->in.nedges = COUNT(edges);
	m->in.clues = &stopped;
	m->in.nclues = 1;
	told(m);
	says(m, "nar.doubt_order", LANGUAGE_EN,
	     "H001 shows its first sign at 2023-05-17 03:42:00 UTC, before H000");
	says(m, "nar.doubt_joined", LANGUAGE_EN,
	     "H003 was reached at 2023-05-17 03:42:00 UTC by new-way from H001");
	says(m, "nar.doubt_joined", LANGUAGE_EN, "a host of incident 1:");
	says(m, "nar.doubt_blocked", LANGUAGE_EN, "On H002 something was stopped");
	says(m, "nar.entry_none", LANGUAGE_EN, "How it began was not recorded");
	assert_int_equal(find(m, "nar.doubt_joined")->incident, 1);
	check_texts(m);
	unmade(m);
}

/* Lists that never end: what is left out is counted. */
static void test_many(void **state)
{
	struct made *m = made(300, 300, 0, 0, 0);
	static struct incident_external ext[500];
	static struct story_clue clue[300];
	static char object[300][24];

	(void)state;
	for (size_t i = 0; i < COUNT(ext); i++)
		ext[i] = (struct incident_external){ .ip = STR("198.51.100.7"),
						     .role = i % 2 ? EXTERNAL_RELAY : EXTERNAL_C2,
						     .first_ns = TIME_NONE,
						     .last_ns = TIME_NONE };
	for (uint32_t i = 0; i < COUNT(clue); i++) {
		snprintf(object[i], sizeof object[i], "svc%u", i);
		clue[i] = (struct story_clue){ .host = i,
					       .from = STORY_NOBODY,
					       .family = FAMILY_ENDPOINT,
					       .grade = GRADE_CONTROL,
					       .phase = "persistence",
					       .ns = T0 + i,
					       .sentence = { "inc.service",
							     { "object", "command" },
							     { str_of(object[i]), STR("x") },
							     .nargs = 2 } };
	}
	m->in.external = ext;
	m->in.nexternal = COUNT(ext);
	m->in.clues = clue;
	m->in.nclues = COUNT(clue);
	told(m);
	assert_true(m->said.n < 80);
	says(m, "nar.relays_more", LANGUAGE_EN, ": 240.");
	says(m, "nar.controls_more", LANGUAGE_EN, ": 240.");
	says(m, "nar.plants_more", LANGUAGE_EN, "key events: 248."); /* of 256 that are kept apart */
	check_order(m);
	check_texts(m);
	unmade(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_incident),
		cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
