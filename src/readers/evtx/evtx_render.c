#include "readers/evtx/evtx_priv.h"

bool evtx_render_json(buf *out, const event *ev)
{
	const struct evtx_layout *lay = ev->schema->render;
	size_t bound;

	/* A value of n bytes takes at most 8 n + 64: 6 for each UTF-16 unit, 2 for binary, arrays of one-
	 * byte numbers 5 each, the fixed-size forms less than 64. All values lie in the record. */
	bound = lay->lit_bytes + (size_t)lay->repeats * (8u * (size_t)ev->length + 64) + EVTX_LIT_PAD;
	for (uint32_t i = 0; i < lay->ncomposites; i++)
		bound += (size_t)lay->repeats * 6u * ev->values[lay->composites[i].slot].len;
	if (!buf_reserve(out, bound))
		return false;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
		out->len += evtx_json_v3(out->ptr + out->len, lay, ev->values);
		return true;
	}
#endif
	out->len += evtx_json_base(out->ptr + out->len, lay, ev->values);
	return true;
}
