/* Files of indicators: any text; what comes out must be bounded and lower case. */
#include <stdint.h>
#include <stdlib.h>

#include "cli/indicators.h"
#include "util/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct indicators in;
	err e = { 0 };

	indicators_init(&in);
	if (indicators_read(&in, (str){ (const char *)data, size }, &e) == 0 && in.at.len > size + 1)
		abort();
	for (size_t i = 0; i < in.at.len; i++) {
		str s = in.at.at[i].value;

		if (s.len == 0 || s.len > LIMIT_INDICATOR_TEXT)
			abort();
		for (size_t k = 0; k < s.len; k++)
			if (s.ptr[k] >= 'A' && s.ptr[k] <= 'Z')
				abort();
	}
	indicators_done(&in);
	return 0;
}
