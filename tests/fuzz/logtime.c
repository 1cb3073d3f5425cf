/* logtime.c - any bytes as a time in every form: nothing is read behind its end, and what was read is read
 * again alike. */
#include <stdlib.h>

#include "util/logtime.h"
#include "util/zone.h"

static void must_hold(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str s = { (const char *)data, size };
	struct logtime_day day = { .known = false };
	int32_t offset;
	int64_t ns;

	for (int form = LOGTIME_NONE; form <= LOGTIME_EPOCH; form++) {
		struct logtime t = { 0 }, again = { 0 };
		size_t n = logtime_read(s, (enum logtime_form)form, &t);

		must_hold(n <= size);
		if (!n)
			continue;
		must_hold(t.precision_ns > 0);
		must_hold(logtime_read((str){ s.ptr, n }, (enum logtime_form)form, &again) == n &&
			  again.ns == t.ns);
		if (!t.has_year)
			(void)logtime_before(&t, INT64_C(1704160000) * NS_PER_S, &ns);
	}
	if (size >= 10)
		(void)logtime_day(&day, s.ptr, &ns);
	if (size >= 8 && logtime_clock(s.ptr, &ns))
		must_hold(ns >= 0 && ns <= 86400 * NS_PER_S);
	(void)zone_fixed(s, &offset);
	return 0;
}
