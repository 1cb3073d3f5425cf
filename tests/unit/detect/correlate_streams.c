/* correlate_streams: matches from a text, correlated; what came out as text. For correlate_oracle.py.
 *
 * Standard input, one word and its tab-separated arguments a line:
 *   rules                          YAML until a line "end"
 *   hit RULE SECONDS NUMBER F=V... one match; the number stands for the event
 *   item ITEM HEX                  content of an item whose matches came before
 *   run                            evaluate, answer, forget
 * Answers: "rejected REASON", "alert ID NUMBER OF ANCHOR LAST F=V...", "finding ID SECONDS LEVEL EVENTS",
 * "gap TEXT", "done". */
#include <stdio.h>
#include <stdlib.h>

#include "detect/bundle.h"
#include "detect/correlate.h"
#include "util/limits.h"
#include "util/times.h"

enum { WORDS_MAX = 40 };

static void die(const char *what, const err *e)
{
	fprintf(stderr, "correlate_streams: %s: %s\n", what, e ? e->text : "");
	exit(1);
}

static int on_alert(void *ctx, const struct correlate_alert *a, err *e)
{
	(void)ctx, (void)e;
	printf("alert\t%.*s\t%llu\t%.*s\t%llu\t%lld", STR_ARG(a->rule_id), (unsigned long long)a->number,
	       STR_ARG(a->of), (unsigned long long)(a->of.len ? a->anchor.item : a->anchor.offset),
	       (long long)(a->last_ns / NS_PER_S));
	for (uint32_t i = 0; i < a->ngroup; i++)
		printf("\t%.*s=%.*s", STR_ARG(a->group[i].name), STR_ARG(a->group[i].value));
	putchar('\n');
	return 0;
}

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	(void)ctx, (void)e;
	printf("finding\t%.*s\t%lld\t%s\t", STR_ARG(f->rule_id), (long long)(f->time_ns / NS_PER_S),
	       finding_level_name(f->level));
	for (uint32_t i = 0; i < f->nrefs; i++)
		printf("%s%llu", i ? "," : "", (unsigned long long)f->refs[i].offset);
	putchar('\n');
	return 0;
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	(void)ctx, (void)e;
	printf("gap\t%s\t%s\n", gap_kind_name(g->kind), g->text);
	return 0;
}

struct session {
	struct ruleset *rs;
	struct correlator *c;
};

static void forget(struct session *s)
{
	correlator_free(s->c);
	ruleset_free(s->rs);
	*s = (struct session){ 0 };
}

static void take_rules(struct session *s)
{
	struct bundle_file f = { .path = STR("stream.yml"), .name = STR("stream.yml") };
	buf text = { 0 }, bundle = { 0 };
	char *line = NULL;
	size_t cap = 0;
	err e = { 0 };

	forget(s);
	while (getline(&line, &cap, stdin) > 0 && strcmp(line, "end\n") != 0)
		buf_z(&text, line);
	f.text = buf_view(&text);
	bundle_begin(&bundle);
	bundle_add(&bundle, &f);
	if (ruleset_new(&s->rs, str_bytes(buf_view(&bundle)), &e) < 0 || correlator_new(&s->c, s->rs, &e) < 0)
		die("rules", &e);
	for (size_t i = 0; i < ruleset_len(s->rs); i++)
		if (ruleset_at(s->rs, i)->status != RULE_OK)
			printf("rejected\t%.*s\n", STR_ARG(ruleset_at(s->rs, i)->reason));
	free(line);
	buf_done(&text);
	buf_done(&bundle);
}

static void take_hit(struct session *s, char **word, size_t n)
{
	struct finding_detail keys[WORDS_MAX];
	struct event_ref ref = { 0 };
	struct finding f = { .rule_id = str_of(word[1]), .refs = &ref, .nrefs = 1, .keys = keys };
	bool shown;
	err e = { 0 };

	f.host = STR("host");
	f.time_ns = strcmp(word[2], "-") == 0 ? TIME_NONE : (int64_t)strtoll(word[2], NULL, 10) * NS_PER_S;
	ref.offset = ref.record = strtoull(word[3], NULL, 10);
	for (size_t i = 4; i < n; i++) {
		str rest, name = str_cut(str_of(word[i]), '=', &rest);

		if (str_eq(name, STR("@item")))
			ref.item = (uint32_t)strtoul(rest.ptr, NULL, 10);
		else
			keys[f.nkeys++] = (struct finding_detail){ name, rest };
	}
	if (s->c && correlator_add(s->c, &f, &shown, &e) < 0)
		die("hit", &e);
}

static void take_item(struct session *s, char **word)
{
	uint8_t sha256[SHA256_LEN] = { 0 };
	err e = { 0 };

	sha256[0] = (uint8_t)strtoul(word[2], NULL, 16);
	if (s->c && correlator_item(s->c, (uint32_t)strtoul(word[1], NULL, 10), sha256, &e) < 0)
		die("item", &e);
}

static void run(struct session *s)
{
	struct correlate_sink sink = { NULL, on_finding, on_gap, on_alert };
	err e = { 0 };

	if (s->c && correlator_finish(s->c, &sink, &e) < 0)
		die("run", &e);
	printf("done\n");
	fflush(stdout);
	forget(s);
}

int main(void)
{
	struct session s = { 0 };
	char *line = NULL, *word[WORDS_MAX];
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		char *rest = line;
		size_t n = 0;

		line[strcspn(line, "\n")] = '\0';
		while (n < WORDS_MAX && (word[n] = strsep(&rest, "\t")))
			n++;
		if (strcmp(word[0], "rules") == 0)
			take_rules(&s);
		else if (strcmp(word[0], "hit") == 0 && n >= 4)
			take_hit(&s, word, n);
		else if (strcmp(word[0], "item") == 0 && n == 3)
			take_item(&s, word);
		else if (strcmp(word[0], "run") == 0)
			run(&s);
	}
	forget(&s);
	free(line);
	return 0;
}
