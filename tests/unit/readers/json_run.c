#include "readers/json_run.h"

#include <stdlib.h>

static void keep_event(struct run *r, const event *ev)
{
	struct run_event *to;
	buf b = { 0 };

	if (r->nevents == RUN_EVENTS_MAX)
		return;
	to = &r->events[r->nevents++];
	render_evtx_json(&b, ev);
	buf_byte(&b, '\0');
	*to = (struct run_event){ .json = b.ptr,
				  .time_ns = ev->time_ns,
				  .basis = ev->time_basis,
				  .flags = ev->flags,
				  .family = ev->schema->family,
				  .schema_id = ev->schema->id,
				  .length = ev->length,
				  .offset = ev->ref.offset,
				  .record = ev->ref.record,
				  .raw_len = ev->raw.len };
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

void run_reader(struct run *ret, const struct reader_ops *ops, bytes content, size_t window, run_look look, void *ctx)
{
	struct reader_input in = { 0 };
	struct reader_env env = { .end = UINT64_MAX, .ops = ops };
	struct run r = { .end = READER_FATAL };
	void *reader = NULL;
	bool more = true;

	r.events = calloc(RUN_EVENTS_MAX, sizeof *r.events);
	env.schemas = r.schemas = schema_set_new(NULL);
	if (!r.events || !r.schemas || ops->open(&reader, &env, NULL) < 0)
		abort();
	show_window(&in, content, 0, window ? window : content.len);
	while (more) {
		struct gap g;
		event ev;
		err e = { 0 };

		r.end = ops->next(reader, &in, &ev, &g, &e);
		switch (r.end) {
		case READER_EVENT:
			keep_event(&r, &ev);
			if (look)
				look(ctx, &ev);
			break;
		case READER_SKIPPED:
			if (r.ngaps < RUN_GAPS_MAX)
				r.gaps[r.ngaps] = g;
			r.ngaps++;
			break;
		case READER_MORE:
			if (in.last || in.need_len == 0 || in.need_from < in.offset) {
				more = false; /* asks for what cannot be: r.end says so */
				break;
			}
			if (in.need_len > r.need_max)
				r.need_max = in.need_len;
			show_window(&in, content, in.need_from, window ? in.need_len : content.len);
			break;
		default:
			more = false;
		}
	}
	free((void *)(uintptr_t)in.data.ptr);
	ops->close(reader);
	*ret = r;
}

void run_bytes(struct run *ret, bytes content, size_t window, run_look look, void *ctx)
{
	run_reader(ret, &reader_winjson, content, window, look, ctx);
}

void run_str(struct run *ret, str content)
{
	run_bytes(ret, str_bytes(content), 0, NULL, NULL);
}

void run_done(struct run *r)
{
	for (size_t i = 0; i < r->nevents; i++)
		free(r->events[i].json);
	free(r->events);
	schema_set_free(r->schemas);
}
