#include "readers/evtx/evtx_runs.h"

#include "util/limits.h"

void evtx_runs_init(struct evtx_runs *r)
{
	*r = (struct evtx_runs){ 0 };
	map_init(&r->tracks, LIMIT_EVTX_RUNS, LIMIT_EVTX_PLAN_BYTES);
}

void evtx_runs_done(struct evtx_runs *r)
{
	if (!r)
		return;
	map_done(&r->tracks);
	VEC_DONE(&r->list);
}

static bool same_bytes(value a, value b, const uint8_t *seen)
{
	return a.len == b.len && a.type == b.type && (a.len == 0 || memcmp(a.ptr, seen, a.len) == 0);
}

/* The track of the event's computer and channel, or UINT32_MAX. */
static uint32_t track_of(struct evtx_runs *r, const event *ev)
{
	value computer = event_wk(ev, WK_COMPUTER), channel = event_wk(ev, WK_CHANNEL);
	buf key = { 0 };
	struct map_entry *e;

	if (r->tracks.len && same_bytes(computer, r->last_computer, r->seen) &&
	    same_bytes(channel, r->last_channel, r->seen + computer.len))
		return r->last_track;
	value_text(computer, &key);
	buf_byte(&key, '\0');
	value_text(channel, &key);
	e = key.failed ? NULL : map_put(&r->tracks, buf_view(&key), UINT64_MAX, NULL);
	buf_done(&key);
	if (!e)
		return UINT32_MAX;
	r->last_track = (uint32_t)(e - r->tracks.entries);
	if (computer.len + channel.len <= sizeof r->seen) {
		if (computer.len)
			memcpy(r->seen, computer.ptr, computer.len);
		if (channel.len)
			memcpy(r->seen + computer.len, channel.ptr, channel.len);
		r->last_computer = computer;
		r->last_channel = channel;
	} else {
		r->last_computer = (value){ .len = UINT32_MAX };
	}
	return r->last_track;
}

void evtx_runs_add(struct evtx_runs *r, const event *ev)
{
	uint32_t track;
	struct map_entry *t;
	struct evtx_run *run;
	int64_t ns = ev->written_ns;

	if (r->full)
		return;
	track = track_of(r, ev);
	if (track == UINT32_MAX)
		goto full;
	t = &r->tracks.entries[track];
	run = t->value == UINT64_MAX ? NULL : &r->list.at[t->value];
	if (run && ev->ref.record == run->last + 1 && run->last != UINT64_MAX) {
		run->last++;
		run->first_ns = ns < run->first_ns ? ns : run->first_ns;
		run->last_ns = ns > run->last_ns ? ns : run->last_ns;
		return;
	}
	if (run && ev->ref.record >= run->first && ev->ref.record <= run->last)
		return;
	run = VEC_PUSH(&r->list, LIMIT_EVTX_RUNS);
	if (!run)
		goto full;
	t->value = r->list.len - 1;
	*run = (struct evtx_run){ track, ev->ref.record, ev->ref.record, ns, ns };
	return;
full:
	r->full = true;
}

bool evtx_runs_has(const struct evtx_runs *r, uint64_t record, int64_t written_ns)
{
	for (size_t i = r->list.len; i-- > 0;) {
		const struct evtx_run *run = &r->list.at[i];

		if (record >= run->first && record <= run->last && written_ns >= run->first_ns &&
		    written_ns <= run->last_ns)
			return true;
	}
	return false;
}

bool evtx_runs_take(struct evtx_runs *r, struct record_run *ret)
{
	const struct evtx_run *run;
	str key;

	if (r->taken >= r->list.len)
		return false;
	run = &r->list.at[r->taken++];
	key = r->tracks.entries[run->track].key;
	ret->computer = str_cut(key, '\0', &ret->channel);
	ret->first = run->first;
	ret->last = run->last;
	ret->first_ns = run->first_ns;
	ret->last_ns = run->last_ns;
	return true;
}
