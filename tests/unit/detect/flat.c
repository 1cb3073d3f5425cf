/* flat.c - rows of text as flat events of declared log sources; for comparing with other evaluators.
 *
 *	flat_rows RULES ROWS > record,rule
 * A row: record, product, category, service ("" where unknown), event as maker.h reads it. Rules are asked by both
 * evaluators, which must agree: exit code 1 if they do not. */
#include "maker.h"

#include "detect/detect.h"
#include "sigma/logsource.h"
#include "util/limits.h"

#define SOURCES_MAX 512

struct source { /* a log source, and the detectors that it was declared to: fast, walking */
	char *key;
	struct detector *by[2];
};

struct flat {
	struct ruleset *rules;
	struct source sources[SOURCES_MAX];
	size_t nsources;
	buf said[2];
	uint64_t differences;
};

static void die(const char *what)
{
	fprintf(stderr, "flat_rows: %s\n", what);
	exit(1);
}

static void load(struct flat *f, const char *path)
{
	buf bundle = { 0 };
	err e = { 0 };

	if (rules_read(&bundle, &path, 1, &e) < 0 || ruleset_new(&f->rules, str_bytes(buf_view(&bundle)), &e) < 0)
		die(e.text);
	buf_done(&bundle);
}

/* The detectors of a log source, whose three words stand in key. */
static struct source *find_source(struct flat *f, const char *key)
{
	struct logsource_triple words;
	str rest = str_of(key);
	struct source *s;
	err e = { 0 };

	for (size_t i = 0; i < f->nsources; i++)
		if (strcmp(f->sources[i].key, key) == 0)
			return &f->sources[i];
	if (f->nsources == SOURCES_MAX)
		die("too many log sources");
	s = &f->sources[f->nsources++];
	s->key = strdup(key);
	words.product = str_cut(rest, '\t', &rest);
	words.category = str_cut(rest, '\t', &rest);
	words.service = rest;
	for (int i = 0; i < 2; i++) {
		if (detector_new(&s->by[i], f->rules, &e) < 0 || detector_declare(s->by[i], &words, &e) < 0)
			die(e.text);
		detector_set_naive(s->by[i], i == 1);
	}
	return s;
}

static int note(void *ctx, const struct finding *found, err *e)
{
	(void)e;
	buf_str(ctx, found->rule_id);
	buf_byte(ctx, '\n');
	return 0;
}

static void one_row(struct flat *f, const char *record, struct source *s, struct schema_set *schemas,
		    const char *text)
{
	struct maker m = { .flat = true };
	event ev;
	err e = { 0 };
	str rest;

	arena_init(&m.mem, LIMIT_VALUE_TEXT * 4);
	ev = make_event(&m, schemas, text);
	for (int i = 0; i < 2; i++) {
		buf_clear(&f->said[i]);
		if (detector_event(s->by[i], &ev, note, &f->said[i], &e) < 0)
			die(e.text);
	}
	f->differences += !str_eq(buf_view(&f->said[0]), buf_view(&f->said[1]));
	for (rest = buf_view(&f->said[0]); rest.len;) {
		str rule = str_cut(rest, '\n', &rest);

		printf("%s,%.*s\n", record, STR_ARG(rule));
	}
	arena_done(&m.mem);
}

/* Cut a row behind its record and behind its log source. */
static void take_row(struct flat *f, char *line, struct schema_set *schemas)
{
	char *source = strchr(line, '\t'), *end = source;

	for (int i = 0; end && i < 3; i++)
		end = strchr(end + 1, '\t');
	if (!end)
		die("columns missing");
	*source++ = *end++ = 0;
	one_row(f, line, find_source(f, source), schemas, end);
}

static void done(struct flat *f)
{
	for (size_t i = 0; i < f->nsources; i++) {
		detector_free(f->sources[i].by[0]);
		detector_free(f->sources[i].by[1]);
		free(f->sources[i].key);
	}
	ruleset_free(f->rules);
	buf_done(&f->said[0]);
	buf_done(&f->said[1]);
}

int main(int argc, char **argv)
{
	static struct flat f;
	struct schema_set *schemas = schema_set_new(NULL);
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *rows;

	if (argc != 3)
		die("usage: flat_rows RULES ROWS");
	load(&f, argv[1]);
	rows = fopen(argv[2], "r");
	if (!rows)
		die("cannot read the rows");
	while ((n = getline(&line, &room, rows)) > 0) {
		line[strcspn(line, "\n")] = 0;
		take_row(&f, line, schemas);
	}
	fclose(rows);
	free(line);
	done(&f);
	schema_set_free(schemas);
	fprintf(stderr, "differences %llu\n", (unsigned long long)f.differences);
	return f.differences != 0;
}
