/* Versions, ranges and names of CPE: three texts, with line ends between. The order of versions must be antisymmetric and never contradict
 * itself; a name of CPE matches itself; a range answers. */
#include <stdint.h>
#include <stdlib.h>

#include "util/limits.h"
#include "warn/cpe.h"
#include "warn/verrange.h"

static bool contradicts(enum ver_order ab, enum ver_order bc, enum ver_order ac)
{
	if (ab == VER_UNDECIDED || bc == VER_UNDECIDED || ab == VER_GREATER || bc == VER_GREATER ||
	    ac == VER_UNDECIDED)
		return false;
	return ac == VER_GREATER || (ac == VER_EQUAL) != (ab == VER_EQUAL && bc == VER_EQUAL);
}

static enum ver_order back(enum ver_order o)
{
	return o == VER_UNDECIDED ? o : (enum ver_order) - (int)o;
}

static void order(str a, str b, str c)
{
	for (int i = 0; i < VER_SCHEMES; i++) {
		enum ver_scheme s = (enum ver_scheme)i;
		enum ver_order ab = ver_compare(s, a, b), bc = ver_compare(s, b, c),
			       ac = ver_compare(s, a, c);

		if (ver_compare(s, b, a) != back(ab) || ver_compare(s, a, a) != VER_EQUAL ||
		    contradicts(ab, bc, ac) || contradicts(back(ab), ac, bc))
			abort();
	}
}

static void ranges(str a, str b)
{
	struct ver_set set;
	enum ver_scheme s;
	bool known;
	arena mem;

	arena_init(&mem, 1 << 20);
	if (ver_text_parse(a, &set)) {
		if (set.n == 0 || set.n > VER_SPANS)
			abort();
		ver_set_has(VER_GENERIC, &set, b);
	}
	if (vers_parse(a, &mem, &s, &known, &set)) {
		if (set.n == 0 || set.n > VER_SPANS)
			abort();
		ver_set_has(s, &set, b);
	}
	arena_done(&mem);
}

static void names(str a, str b)
{
	struct cpe x, y;
	arena mem;

	arena_init(&mem, 1 << 20);
	if (cpe_parse(a, &mem, &x)) {
		bool both = cpe_parse(b, &mem, &y);

		for (int i = 0; i < CPE_ATTRIBUTES; i++) {
			if (cpe_compare(&x.at[i], &x.at[i]) != CPE_EQUAL)
				abort();
			if (both && !cpe_is_wild(&x.at[i]) && !cpe_is_wild(&y.at[i]) &&
			    (cpe_compare(&x.at[i], &y.at[i]) == CPE_SUPERSET) !=
				    (cpe_compare(&y.at[i], &x.at[i]) == CPE_SUBSET))
				abort();
		}
	}
	arena_done(&mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str rest = { (const char *)data, size };
	str a = str_cut(rest, '\n', &rest), b = str_cut(rest, '\n', &rest), c = rest;

	order(a, b, c);
	ranges(a, b);
	names(a, b);
	return 0;
}
