#include "readers/textlog_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

static char *copy_of(bytes b)
{
	char *p = malloc(b.len + 1);

	if (!p)
		abort();
	if (b.len)
		memcpy(p, b.ptr, b.len);
	p[b.len] = '\0';
	return p;
}

static char *fields_of(const event *ev)
{
	buf b = { 0 };

	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		value v = event_value(ev, (int32_t)i);

		if (v.type == VALUE_ABSENT)
			continue;
		buf_str(&b, ev->schema->columns[i].raw);
		buf_byte(&b, '=');
		value_text(v, &b);
		buf_byte(&b, '\n');
	}
	buf_byte(&b, '\0');
	return b.ptr;
}

static void keep(struct textlog_run *r, const event *ev)
{
	struct textlog_event *to;
	buf ecs = { 0 }, host = { 0 };

	if (r->nevents == TEXTLOG_EVENTS_MAX)
		return;
	to = &r->events[r->nevents++];
	render_ecs(&ecs, ev, NULL);
	buf_byte(&ecs, '\0');
	value_text(event_wk(ev, WK_COMPUTER), &host);
	buf_byte(&host, '\0');
	*to = (struct textlog_event){ .fields = fields_of(ev),
				      .ecs = ecs.ptr,
				      .raw = copy_of(ev->raw),
				      .time_ns = ev->time_ns,
				      .basis = ev->time_basis,
				      .flags = ev->flags,
				      .length = ev->length,
				      .offset = ev->ref.offset,
				      .record = ev->ref.record };
	snprintf(to->dataset, sizeof to->dataset, "%.*s", STR_ARG(ev->schema->dataset));
	snprintf(to->host, sizeof to->host, "%s", host.ptr);
	buf_done(&host);
}

static void show_window(struct reader_input *in, bytes content, uint64_t from, size_t len)
{
	size_t left = content.len - (size_t)from;
	uint8_t *p;

	if (len > left)
		len = left;
	p = malloc(len ? len : 1);
	if (!p)
		abort();
	if (len)
		memcpy(p, content.ptr + from, len);
	free((void *)(uintptr_t)in->data.ptr);
	*in = (struct reader_input){ .data = { p, len }, .offset = from, .last = len == left };
}

static void step(struct textlog_run *r, enum reader_step s, const event *ev, const struct gap *g)
{
	if (s == READER_EVENT)
		keep(r, ev);
	if (s != READER_SKIPPED)
		return;
	if (g->kind == GAP_ASSUMED) {
		r->nassumed++;
		return;
	}
	if (r->ngaps < TEXTLOG_GAPS_MAX)
		r->gaps[r->ngaps] = *g;
	r->last = *g;
	r->ngaps++;
}

void textlog_run(struct textlog_run *ret, const struct reader_ops *ops, bytes content,
		 struct textlog_with with)
{
	struct reader_input in = { 0 };
	struct reader_env env = { .begin = with.begin,
				  .end = with.end ? with.end : UINT64_MAX,
				  .ops = ops,
				  .head = content,
				  .path = with.path,
				  .host = with.host,
				  .coding = with.coding,
				  .mtime_ns = with.mtime_ns,
				  .zone = with.zone };
	struct textlog_run r = { .end = READER_MORE };
	void *reader = NULL;

	r.events = calloc(TEXTLOG_EVENTS_MAX, sizeof *r.events);
	env.schemas = schema_set_new(NULL);
	if (env.head.len > READER_PROBE_LEN)
		env.head.len = READER_PROBE_LEN;
	if (!r.events || !env.schemas || ops->open(&reader, &env, NULL) < 0)
		abort();
	show_window(&in, content, with.begin, with.window ? with.window : content.len);
	while (r.end != READER_END && r.end != READER_FATAL) {
		struct gap g;
		event ev;
		err e = { 0 };

		r.end = ops->next(reader, &in, &ev, &g, &e);
		step(&r, r.end, &ev, &g);
		if (r.end != READER_MORE)
			continue;
		if (in.last || in.need_len == 0 || in.need_from < in.offset)
			break; /* asks for what cannot be: r.end says so */
		show_window(&in, content, in.need_from, with.window ? in.need_len : content.len);
	}
	free((void *)(uintptr_t)in.data.ptr);
	ops->close(reader);
	r.nschemas = schema_set_len(env.schemas);
	schema_set_free(env.schemas);
	*ret = r;
}

void textlog_run_str(struct textlog_run *ret, const struct reader_ops *ops, const char *content)
{
	textlog_run(ret, ops, str_bytes(str_of(content)), (struct textlog_with){ 0 });
}

void textlog_run_done(struct textlog_run *r)
{
	for (size_t i = 0; i < r->nevents; i++) {
		free(r->events[i].fields);
		free(r->events[i].ecs);
		free(r->events[i].raw);
	}
	free(r->events);
}

str textlog_field(const struct textlog_event *ev, const char *name)
{
	str rest = str_of(ev->fields), line, text;

	while (rest.len) {
		line = str_cut(rest, '\n', &rest);
		if (str_eq(str_cut(line, '=', &text), str_of(name)))
			return text;
	}
	return STR("");
}

bool textlog_ecs_has(const struct textlog_event *ev, const char *part)
{
	return strstr(ev->ecs, part) != NULL;
}

/* --- tables --------------------------------------------------------------------------------- */

void textlog_check_fields(const char *what, const struct textlog_event *ev, const char *fields)
{
	str rest = str_of(fields), one, want;

	while (rest.len) {
		str name;
		char z[64];

		one = str_cut(rest, ' ', &rest);
		name = str_cut(one, '=', &want);
		snprintf(z, sizeof z, "%.*s", STR_ARG(name));
		CHECK_STR(what, textlog_field(ev, z), want);
	}
}

static void check_good(const struct textlog_case *c, const struct textlog_run *r)
{
	char time[TIME_TEXT_MAX];

	if (r->ngaps)
		fail_msg("%s: gap: %s", c->what, r->gaps[0].text);
	CHECK(c->what, r->end == READER_END && r->nevents == 1 && r->events[0].flags == 0);
	CHECK_STR(c->what, str_of(r->events[0].raw), str_of(c->line));
	if (c->time) {
		time_text(r->events[0].time_ns, time);
		CHECK_STR(c->what, str_of(time), str_of(c->time));
	}
	if (c->fields)
		textlog_check_fields(c->what, &r->events[0], c->fields);
}

void textlog_good(const struct reader_ops *ops, const char *head, const struct textlog_case *cases,
		  struct textlog_with with)
{
	for (; cases->what; cases++) {
		struct textlog_run r;
		buf b = { 0 };

		buf_z(&b, head);
		buf_z(&b, cases->line);
		buf_byte(&b, '\n');
		textlog_run(&r, ops, str_bytes(buf_view(&b)), with);
		check_good(cases, &r);
		textlog_run_done(&r);
		buf_done(&b);
	}
}

void textlog_bad(const struct reader_ops *ops, const char *head, const struct textlog_case *cases,
		 const char *good_line)
{
	for (; cases->what; cases++) {
		struct textlog_run r;
		buf b = { 0 };

		buf_z(&b, head);
		buf_z(&b, cases->line);
		buf_byte(&b, '\n');
		buf_z(&b, good_line);
		buf_byte(&b, '\n');
		textlog_run(&r, ops, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
		CHECK(cases->what, r.end == READER_END && r.nevents == 1 && r.ngaps == 1);
		CHECK_STR(cases->what, str_of(r.events[0].raw), str_of(good_line));
		CHECK(cases->what, r.gaps[0].from == strlen(head) && r.gaps[0].lost == 1 &&
					   r.gaps[0].to <= strlen(head) + strlen(cases->line));
		textlog_run_done(&r);
		buf_done(&b);
	}
}
