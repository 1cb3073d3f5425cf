/* evtx_drive.h - reading some bytes with the EVTX reader to its end, in windows of a given size, and
 * checking what must hold whatever the bytes are. For fuzz entries and unit tests. */
#ifndef SPOOR_TESTS_EVTX_DRIVE_H
#define SPOOR_TESTS_EVTX_DRIVE_H

#include <stdlib.h>

#include "readers/evtx/evtx.h"
#include "readers/readers.h"
#include "util/utf.h"

struct evtx_drive {
	uint64_t events, recovered, gaps, lost, steps;
	buf json; /* one line per event */
};

static inline void must_hold(bool fact)
{
	if (!fact)
		abort();
}

static inline void drive_event(struct evtx_drive *d, const event *ev, bytes content)
{
	size_t start = d->json.len;

	d->events++;
	d->recovered += (ev->flags & EVENT_RECOVERED) != 0;
	must_hold(ev->ref.offset <= content.len && ev->length <= content.len - ev->ref.offset);
	must_hold(memcmp(ev->raw.ptr, content.ptr + ev->ref.offset, ev->length) == 0);
	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		buf text = { 0 };

		value_text(event_value(ev, (int32_t)i), &text);
		must_hold(utf8_valid_prefix(buf_view(&text)) == text.len);
		buf_done(&text);
	}
	must_hold(evtx_render_json(&d->json, ev));
	must_hold(utf8_valid_prefix((str){ d->json.ptr + start, d->json.len - start }) ==
		  d->json.len - start);
	buf_byte(&d->json, '\n');
}

/* window: bytes that the driver hands over at a time, grown as the reader asks. */
static inline void evtx_drive(struct evtx_drive *d, bytes content, size_t window)
{
	struct schema_set *schemas = schema_set_new(NULL);
	struct reader_env env = { .schemas = schemas, .end = UINT64_MAX };
	struct reader_input in = { .data = { content.ptr, content.len < window ? content.len : window } };
	enum reader_step step;
	struct record_run run;
	uint64_t runs = 0;
	void *self = NULL;
	event ev;
	struct gap gap;
	err e = { 0 };

	in.last = in.data.len == content.len;
	must_hold(schemas && reader_evtx.open(&self, &env, &e) == 0);
	do {
		step = reader_evtx.next(self, &in, &ev, &gap, &e);
		/* a reader that stops moving would hang: records and gaps are bounded by the bytes */
		must_hold(d->steps++ < content.len + 1000);
		if (step == READER_EVENT)
			drive_event(d, &ev, content);
		if (step == READER_SKIPPED) {
			d->gaps++;
			d->lost += gap.lost;
			must_hold(gap.from <= gap.to && gap.text[0]);
		}
		if (step == READER_MORE) {
			uint64_t from = in.need_from < content.len ? in.need_from : content.len;
			uint64_t len = u64_min(u64_max(window, in.need_len), content.len - from);

			must_hold(!in.last && in.need_from >= in.offset && in.need_len > 0);
			in.offset = from;
			in.data = (bytes){ content.ptr + from, (size_t)len };
			in.last = from + len == content.len;
		}
	} while (step != READER_END && step != READER_FATAL);
	while (reader_evtx.run(self, &run))
		must_hold(run.first <= run.last && runs++ < d->events);
	reader_evtx.close(self);
	schema_set_free(schemas);
}

#endif
