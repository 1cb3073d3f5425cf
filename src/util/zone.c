#include "util/zone.h"

#include "util/times.h"

bool zone_fixed(str s, int32_t *ret_offset_s)
{
	uint64_t hour, min = 0;
	str hours, mins;
	int32_t sign;

	if (str_eq_ascii_nocase(s, STR("UTC")) || str_eq_ascii_nocase(s, STR("Z"))) {
		*ret_offset_s = 0;
		return true;
	}
	if (s.len < 2 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
		return false;
	sign = s.ptr[0] == '-' ? -1 : 1;
	s = (str){ s.ptr + 1, s.len - 1 };
	hours = str_cut(s, ':', &mins);
	if (!mins.len && s.len == 4) {
		hours = (str){ s.ptr, 2 };
		mins = (str){ s.ptr + 2, 2 };
	}
	if (hours.len > 2 || !str_to_u64(hours, &hour) || hour > 14 ||
	    (mins.len && (mins.len != 2 || !str_to_u64(mins, &min) || min > 59)))
		return false;
	*ret_offset_s = sign * (int32_t)(hour * 3600 + min * 60);
	return true;
}

bool zone_to_utc(const struct time_zone *z, int64_t local_ns, int64_t *ret_ns)
{
	int64_t local_s = local_ns / NS_PER_S;
	size_t lo = 0, hi = z->nsteps - 1;

	/* the first step before whose end the time lies */
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (local_s - z->steps[mid].offset_s < z->steps[mid + 1].from_s)
			hi = mid;
		else
			lo = mid + 1;
	}
	return !__builtin_sub_overflow(local_ns, z->steps[lo].offset_s * NS_PER_S, ret_ns);
}
