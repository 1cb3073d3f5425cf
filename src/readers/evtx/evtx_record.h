/* evtx_record.h - one record's bytes to one event. Private to the EVTX reader. */
#ifndef SPOOR_READERS_EVTX_EVTX_RECORD_H
#define SPOOR_READERS_EVTX_EVTX_RECORD_H

#include "readers/evtx/evtx_priv.h"

#define EVTX_TEMPLATE_CACHE 128u /* slots; a chunk seldom has more templates */

/* Decoder of the records of one chunk at a time. */
struct evtx_decoder {
	struct schema_set *schemas;
	struct evtx_plans *plans;         /* shared by all readers of the set */
	const struct evtx_layout *layout; /* of the last record */
	bool layout_allowed;
	struct evtx_canon canon;
	map by_template_id; /* u32 template id -> plan: for records whose definition is lost */
	arena mem;          /* composite texts of the current record */
	value *values;
	uint32_t max_values;
	struct {
		uint32_t key; /* definition offset + 1 */
		struct evtx_plan *plan;
	} templates[EVTX_TEMPLATE_CACHE];
	bytes chunk;
};

int evtx_decoder_init(struct evtx_decoder *d, struct schema_set *schemas, err *e);
void evtx_decoder_done(struct evtx_decoder *d);

/* Records from now on lie in `chunk`; views of earlier events end here. */
void evtx_decoder_chunk(struct evtx_decoder *d, bytes chunk);

/* Decode the record at [at, at + size) of the chunk; its header has been checked. Fills everything of
 * *ret but ref.item, ref.offset and EVENT_RECOVERED. 0, or -1 with *why. */
int evtx_decode(struct evtx_decoder *d, uint32_t at, uint32_t size, event *ret, const char **why);

#endif
