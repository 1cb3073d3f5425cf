#include "readers/json/when.h"


/* Decimal text to ns, exact to the ninth digit. unit_ns: ns of one whole. */
static bool decimal_ns(str s, int64_t unit_ns, int64_t *ret)
{
	str frac, whole = str_cut(s, '.', &frac);
	bool minus = whole.len && whole.ptr[0] == '-';
	int64_t ns, rest = 0, digit = unit_ns;
	uint64_t u;

	if (minus)
		whole = (str){ whole.ptr + 1, whole.len - 1 };
	if (!str_to_u64(whole, &u) || u > INT64_MAX || __builtin_mul_overflow((int64_t)u, unit_ns, &ns))
		return false;
	for (size_t i = 0; i < frac.len; i++) {
		if (frac.ptr[i] < '0' || frac.ptr[i] > '9')
			return false;
		digit /= 10;
		rest += digit * (frac.ptr[i] - '0');
	}
	if (__builtin_add_overflow(ns, rest, &ns))
		return false;
	*ret = minus ? -ns : ns;
	return true;
}

/* Which unit a number of time is in, by its size: seconds until the year 5138. */
static int64_t unit_of(str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n <= 11 ? NS_PER_S : n <= 14 ? 1000000 : n <= 17 ? 1000 : 1;
}

/* "2024-04-18 02:14:07.112 CEST", as Splunk exports: of the names only UTC and GMT are certain. */
static bool named_zone(str s, int64_t *ret_ns, enum time_basis *ret_basis)
{
	size_t n = s.len;
	str zone;
	enum time_basis basis;

	while (n > 0 && s.ptr[n - 1] >= 'A' && s.ptr[n - 1] <= 'Z')
		n--;
	if (n < 2 || s.len - n < 2 || s.len - n > 5 || s.ptr[n - 1] != ' ')
		return false;
	zone = (str){ s.ptr + n, s.len - n };
	if (!time_parse_iso((str){ s.ptr, n - 1 }, ret_ns, &basis))
		return false;
	*ret_basis =
		str_eq(zone, STR("UTC")) || str_eq(zone, STR("GMT")) ? TIME_UTC_EXPLICIT : TIME_LOCAL_ASSUMED;
	return true;
}

bool when_parse(value v, int64_t *ret_ns, enum time_basis *ret_basis)
{
	str s = { (const char *)v.ptr, v.len };

	if ((v.flags & VALUE_F_ARRAY) || v.len == 0 || v.len > 64 ||
	    (v.type != VALUE_UTF8 && v.type != VALUE_NUMBER))
		return false;
	if (v.type == VALUE_UTF8 &&
	    (time_parse_iso(s, ret_ns, ret_basis) || named_zone(s, ret_ns, ret_basis)))
		return true;
	if (str_starts(s, STR("/Date(")) && str_ends(s, STR(")/"))) {
		if (!decimal_ns((str){ s.ptr + 6, s.len - 8 }, 1000000, ret_ns))
			return false;
	} else if (!decimal_ns(s, unit_of(s), ret_ns)) {
		return false;
	}
	*ret_basis = TIME_UTC_BY_SPEC;
	return true;
}

bool when_local(int64_t local_ns, int64_t received_ns, int64_t utc_ns, int64_t *ret_ns)
{
	int64_t apart, quarters, rest;

	if (__builtin_sub_overflow(utc_ns, received_ns, &apart) || apart > 840 * NS_PER_MIN ||
	    apart < -840 * NS_PER_MIN)
		return false;
	quarters = (apart + (apart < 0 ? -450 : 450) * NS_PER_S) / (15 * NS_PER_MIN);
	rest = apart - quarters * 15 * NS_PER_MIN;
	if (rest > 5 * NS_PER_MIN || rest < -5 * NS_PER_MIN)
		return false;
	return !__builtin_add_overflow(local_ns, quarters * 15 * NS_PER_MIN, ret_ns);
}
