/* reader_drive.h - any bytes through a reader, in a window of some size, and through both renderers.
 * Thread rule: one thread. */
#ifndef SPOOR_TESTS_FUZZ_READER_DRIVE_H
#define SPOOR_TESTS_FUZZ_READER_DRIVE_H

#include <stdlib.h>

#include "event/render.h"
#include "readers/readers.h"
#include "readers/json/feed.h"
#include "util/utf.h"

static void must_hold(bool fact)
{
	if (!fact)
		abort();
}

struct said {
	buf text; /* one line per event, gaps apart: where a line is judged by its window, gaps may differ */
	uint64_t steps;
	bool well_formed; /* texts are UTF-8; those of a line log may hold any bytes */
};

/* Brackets and strings balance: the output is one object. */
static void must_be_object(str json)
{
	struct balance b = { 0 };

	must_hold(utf8_valid_prefix(json) == json.len && json.len >= 2 && json.ptr[0] == '{');
	must_hold(balance_scan(&b, (const uint8_t *)json.ptr, json.len, true) == json.len && b.depth == 0);
}

static void say_event(struct said *s, const event *ev, bytes content, const struct render_source *src)
{
	size_t at = s->text.len;

	must_hold(ev->ref.offset <= content.len && ev->length <= content.len - ev->ref.offset);
	must_hold(ev->raw.len == ev->length &&
		  (ev->length == 0 || memcmp(ev->raw.ptr, content.ptr + ev->ref.offset, ev->length) == 0));
	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		buf text = { 0 };

		value_text(event_value(ev, (int32_t)i), &text);
		must_hold(!s->well_formed || utf8_valid_prefix(buf_view(&text)) == text.len);
		buf_done(&text);
	}
	render_evtx_json(&s->text, ev);
	must_be_object((str){ s->text.ptr + at, s->text.len - at });
	at = s->text.len;
	render_ecs(&s->text, ev, src);
	must_be_object((str){ s->text.ptr + at, s->text.len - at });
	buf_printf(&s->text, " %llu\n", (unsigned long long)ev->ref.offset);
}

static void read_all(const struct reader_ops *ops, struct said *s, bytes content, size_t window)
{
	struct reader_env env = { .schemas = schema_set_new(NULL), .end = UINT64_MAX, .ops = ops };
	struct render_source src = { .cache = render_cache_new(NULL) };
	struct reader_input in = { .data = { content.ptr, content.len < window ? content.len : window } };
	enum reader_step step;
	void *self = NULL;

	in.last = in.data.len == content.len;
	must_hold(env.schemas && src.cache && ops->open(&self, &env, NULL) == 0);
	do {
		struct gap gap = { 0 };
		event ev;
		err e = { 0 };

		step = ops->next(self, &in, &ev, &gap, &e);
		must_hold(++s->steps < 64 + 4 * content.len);
		if (step == READER_EVENT)
			say_event(s, &ev, content, &src);
		if (step == READER_SKIPPED)
			must_hold(gap.from <= gap.to && gap.to <= content.len + 1);
		if (step == READER_MORE) {
			uint64_t left = content.len - in.need_from;

			must_hold(!in.last && in.need_len > 0 && in.need_from >= in.offset);
			in.offset = in.need_from;
			in.data = (bytes){ content.ptr + in.need_from, (size_t)u64_min(left, in.need_len) };
			in.last = in.data.len == left;
		}
		must_hold(step != READER_FATAL);
	} while (step != READER_END);
	ops->close(self);
	render_cache_free(src.cache);
	schema_set_free(env.schemas);
}

#endif
