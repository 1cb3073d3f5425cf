/* render.h - events as JSON: in the shape of evtx_dump's JSON lines, and as ECS documents.
 *
 * One object, no line end; always valid UTF-8 and valid JSON whatever the evidence holds; the same bytes
 * for the same event. docs/ecs.md lists what stands where. Thread rule: one cache per thread. */
#ifndef SPOOR_EVENT_RENDER_H
#define SPOOR_EVENT_RENDER_H

#include "event/event.h"

/* {"Event":{"System":...}} from the columns, whatever file the event came in. Fields that lie outside of
 * the Windows event go to "#other" beside "Event". An event that is no Windows event gives its fields
 * under their names. EVTX records have a faster way of their own (evtx.h). */
void render_evtx_json(buf *out, const event *ev);

/* What ECS calls a column, found once per schema and provider. Bounded. */
struct render_cache;

struct render_cache *render_cache_new(err *e);
void render_cache_free(struct render_cache *c);

/* Forget all: before the events of another schema set. */
void render_cache_clear(struct render_cache *c);

struct render_source {
	str path;                   /* of the item, as reported; empty: left out */
	str sha256;                 /* of the item, hex; empty while it is not known */
	struct render_cache *cache; /* NULL: nothing is remembered, which is slow */
};

/* One ECS document. src may be NULL. */
void render_ecs(buf *out, const event *ev, const struct render_source *src);

/* A value as a JSON value: numbers and booleans as such, arrays as arrays, absent as null. */
void render_value(buf *out, value v);

/* The value's text as a JSON string. */
void render_text(buf *out, value v);

#endif
