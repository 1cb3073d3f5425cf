/* json_dump.c - read JSON events from a file and write them again, one per line.
 *
 * json_dump [-e] [-w BYTES] [-n] FILE: -e ECS instead of evtx_dump's shape, -w size of the first
 * window (small ones make the reader ask often), -n no output, -s the schema of each event, -p only what probe()
 * says. Gaps go to stderr. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "event/render.h"
#include "readers/readers.h"

struct driver {
	FILE *file;
	uint8_t *bytes;
	size_t cap;
	struct reader_input in;
};

static int fill(struct driver *d, uint64_t from, size_t len)
{
	size_t drop = (size_t)(from - d->in.offset), have = d->in.data.len - drop;

	if (have)
		memmove(d->bytes, d->bytes + drop, have);
	if (len <= have)
		len = have + 1;
	if (len > d->cap) {
		uint8_t *p = realloc(d->bytes, len);

		if (!p)
			return -1;
		d->bytes = p;
		d->cap = len;
	}
	have += fread(d->bytes + have, 1, len - have, d->file);
	d->in.data = (bytes){ d->bytes, have };
	d->in.offset = from;
	d->in.last = have < len;
	return 0;
}

static void print_schema(const struct schema *s)
{
	printf("schema %u %s\n", s->id, s->family == FAMILY_WINDOWS ? "windows" : "flat");
	for (uint32_t i = 0; i < s->ncolumns; i++)
		printf("  %.*s | %.*s | %.*s%s%s\n", STR_ARG(s->columns[i].path),
		       STR_ARG(s->columns[i].name), STR_ARG(s->columns[i].ecs),
		       s->columns[i].flags & COLUMN_F_HIDDEN ? " hidden" : "",
		       s->columns[i].flags & COLUMN_F_UNNAMED ? " unnamed" : "");
}

int main(int argc, char **argv)
{
	bool ecs = false, quiet = false, probe = false, schemas = false;
	struct driver d = { 0 };
	struct render_source src = { 0 };
	struct reader_env env = { .end = UINT64_MAX };
	uint64_t events = 0, gaps = 0, window = 1 << 20, raw = 0;
	buf out = { 0 };
	err e = { 0 };
	void *r = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "enpsw:")) != -1) {
		ecs |= opt == 'e';
		quiet |= opt == 'n';
		probe |= opt == 'p';
		schemas |= opt == 's';
		if (opt == 'w' && !str_to_u64(str_of(optarg), &window))
			return 2;
	}
	if (optind >= argc || !(d.file = fopen(argv[optind], "rb")))
		return 2;
	env.path = src.path = str_of(argv[optind]);
	env.schemas = schema_set_new(&e);
	src.cache = render_cache_new(&e);
	if (!env.schemas || !src.cache || fill(&d, 0, probe ? READER_PROBE_LEN : window) < 0)
		return 1;
	if (probe) {
		printf("%d\n", reader_winjson.probe(d.in.data, env.path));
		return 0;
	}
	if (reader_winjson.open(&r, &env, &e) < 0)
		return 1;
	for (;;) {
		struct gap g;
		event ev;
		enum reader_step step = reader_winjson.next(r, &d.in, &ev, &g, &e);

		if (step == READER_EVENT) {
			events++;
			raw += ev.raw.len;
			if (schemas && events == 1)
				print_schema(ev.schema);
			if (quiet)
				continue;
			buf_clear(&out);
			if (ecs)
				render_ecs(&out, &ev, &src);
			else
				render_evtx_json(&out, &ev);
			buf_byte(&out, '\n');
			fwrite(out.ptr, 1, out.len, stdout);
		} else if (step == READER_SKIPPED) {
			gaps++;
			fprintf(stderr, "gap %s [%" PRIu64 ", %" PRIu64 ") lost %" PRIu64 ": %s\n",
				gap_kind_name(g.kind), g.from, g.to, g.lost, g.text);
		} else if (step == READER_MORE) {
			if (d.in.last || fill(&d, d.in.need_from, d.in.need_len) < 0)
				return 1;
		} else {
			break;
		}
	}
	fprintf(stderr, "events %" PRIu64 " gaps %" PRIu64 " schemas %u raw %" PRIu64 "%s%s\n", events, gaps,
		schema_set_len(env.schemas), raw, e.code ? " error: " : "", e.code ? e.text : "");
	reader_winjson.close(r);
	schema_set_free(env.schemas);
	render_cache_free(src.cache);
	buf_done(&out);
	free(d.bytes);
	fclose(d.file);
	return 0;
}
