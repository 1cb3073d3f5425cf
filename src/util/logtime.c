#include "util/logtime.h"

/* A reader's place in a text; every step answers false and leaves the rest unread where it does not fit. */
struct cursor {
	const char *p, *end;
};

static bool number(struct cursor *c, unsigned min, unsigned max, unsigned *ret)
{
	unsigned v = 0, n = 0;

	while (n < max && c->p + n < c->end && (unsigned char)(c->p[n] - '0') <= 9)
		v = v * 10 + (unsigned)(c->p[n++] - '0');
	if (n < min)
		return false;
	c->p += n;
	*ret = v;
	return true;
}

static bool one_of(struct cursor *c, const char *any)
{
	if (c->p >= c->end || *c->p == '\0' || !strchr(any, *c->p))
		return false;
	c->p++;
	return true;
}

static bool spaces(struct cursor *c)
{
	const char *from = c->p;

	while (c->p < c->end && *c->p == ' ')
		c->p++;
	return c->p > from;
}

static bool month_name(struct cursor *c, unsigned *ret)
{
	static const char NAMES[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned m = 0; c->end - c->p >= 3 && m < 12; m++) {
		if (str_eq_ascii_nocase((str){ c->p, 3 }, (str){ NAMES + 3 * m, 3 })) {
			c->p += 3;
			*ret = m + 1;
			return true;
		}
	}
	return false;
}

static bool fraction(struct cursor *c, uint32_t *ret_ns, int64_t *ret_precision)
{
	uint32_t ns = 0, unit = 100000000;
	const char *from = c->p;

	for (; c->p < c->end && (unsigned char)(*c->p - '0') <= 9; c->p++) {
		ns += (uint32_t)(*c->p - '0') * unit;
		if (unit)
			*ret_precision = unit;
		unit /= 10;
	}
	*ret_ns = ns;
	return c->p > from;
}

static bool digit_next(const struct cursor *c, unsigned at)
{
	return c->end - c->p > at && (unsigned char)(c->p[at] - '0') <= 9;
}

/* hh:mm[:ss[.fraction]] */
static bool clock_read(struct cursor *c, int64_t *ret_ns, int64_t *ret_precision)
{
	unsigned hour, min, sec = 0;
	uint32_t frac = 0;

	*ret_precision = NS_PER_S;
	if (!number(c, 1, 2, &hour) || !one_of(c, ":") || !number(c, 2, 2, &min))
		return false;
	if (digit_next(c, 1) && one_of(c, ":")) {
		if (!number(c, 2, 2, &sec))
			return false;
		/* "02:117" of Windows Update, "02,771" of Java */
		if (digit_next(c, 1) && one_of(c, ".,:"))
			fraction(c, &frac, ret_precision);
	} else {
		*ret_precision = 60 * NS_PER_S;
	}
	if (hour > 23 || min > 59 || sec > 60)
		return false;
	*ret_ns = (int64_t)(hour * 3600 + min * 60 + sec) * NS_PER_S + frac;
	return true;
}

static bool letter_next(const struct cursor *c, unsigned at)
{
	return c->end - c->p > at && (unsigned)((c->p[at] | 0x20) - 'a') <= 25;
}

/* The same with AM or PM behind it, where people's forms have it: 12:00 AM is midnight. */
static bool clock_of_people(struct cursor *c, int64_t *ret_ns, int64_t *ret_precision)
{
	const int64_t noon = 12 * 3600 * NS_PER_S;
	struct cursor half;
	char which;

	if (!clock_read(c, ret_ns, ret_precision))
		return false;
	half = *c;
	spaces(&half);
	if (half.end - half.p < 2 || (half.p[1] | 0x20) != 'm' || letter_next(&half, 2) ||
	    digit_next(&half, 2))
		return true;
	which = (char)(half.p[0] | 0x20);
	if (which != 'a' && which != 'p')
		return true;
	if (*ret_ns >= noon + noon / 12 || *ret_ns < noon / 12) /* 13:05 PM, 0:05 AM: not said by a clock */
		return false;
	*ret_ns = *ret_ns % noon + (which == 'p' ? noon : 0);
	c->p = half.p + 2;
	return true;
}

/* Z, UTC, GMT, +08:00, +0800, +08 behind at most one space; nothing is a zone that was not written. */
static void zone_read(struct cursor *c, int64_t *ret_s, enum time_basis *ret_basis)
{
	struct cursor z = *c;
	unsigned hour, min = 0;
	bool minus;

	*ret_s = 0;
	*ret_basis = TIME_LOCAL_ASSUMED;
	(void)one_of(&z, " ");
	if (z.end - z.p >= 3 &&
	    (str_eq((str){ z.p, 3 }, STR("UTC")) || str_eq((str){ z.p, 3 }, STR("GMT")))) {
		c->p = z.p + 3;
		*ret_basis = TIME_UTC_EXPLICIT;
		return;
	}
	if (z.p == c->p && one_of(&z, "Zz")) {
		c->p = z.p;
		*ret_basis = TIME_UTC_EXPLICIT;
		return;
	}
	minus = z.p < z.end && *z.p == '-';
	if (!one_of(&z, "+-") || !number(&z, 2, 2, &hour) || hour > 14)
		return;
	c->p = z.p;
	(void)one_of(&z, ":");
	if (number(&z, 2, 2, &min) && min <= 59)
		c->p = z.p;
	else
		min = 0;
	*ret_s = (minus ? -1 : 1) * (int64_t)(hour * 3600 + min * 60);
	*ret_basis = TIME_OFFSET_EXPLICIT;
}

static bool join(struct cursor *c, unsigned year, unsigned month, unsigned day, int64_t clock_ns,
		 struct logtime *t)
{
	int64_t midnight, offset;

	zone_read(c, &offset, &t->basis);
	t->has_year = true;
	return time_from_civil(year, month, day, 0, 0, 0, 0, &midnight) &&
	       !__builtin_add_overflow(midnight, clock_ns, &t->ns) &&
	       !__builtin_sub_overflow(t->ns, offset * NS_PER_S, &t->ns) && t->ns != TIME_NONE;
}

static unsigned full_year(unsigned y, const char *from, const char *to)
{
	return to - from == 2 ? y + (y < 70 ? 2000 : 1900) : y;
}

static bool read_iso(struct cursor *c, struct logtime *t)
{
	unsigned year, month, day;
	int64_t clock_ns;

	if (!number(c, 4, 4, &year) || !one_of(c, "-/.") || !number(c, 1, 2, &month) || !one_of(c, "-/.") ||
	    !number(c, 1, 2, &day) || !one_of(c, "Tt _,-"))
		return false;
	spaces(c);
	return clock_of_people(c, &clock_ns, &t->precision_ns) && join(c, year, month, day, clock_ns, t);
}

static bool read_clf(struct cursor *c, struct logtime *t)
{
	unsigned year, month, day;
	int64_t clock_ns;

	return number(c, 1, 2, &day) && one_of(c, "/") && month_name(c, &month) && one_of(c, "/") &&
	       number(c, 4, 4, &year) && one_of(c, ":") && clock_read(c, &clock_ns, &t->precision_ns) &&
	       join(c, year, month, day, clock_ns, t);
}

static bool read_syslog(struct cursor *c, struct logtime *t)
{
	struct cursor y;
	unsigned year, month, day;

	if (!month_name(c, &month) || !spaces(c) || !number(c, 1, 2, &day) || !spaces(c))
		return false;
	y = *c;
	if (number(&y, 4, 4, &year) && spaces(&y)) {
		*c = y;
		return clock_read(c, &t->day_ns, &t->precision_ns) && join(c, year, month, day, t->day_ns, t);
	}
	if (!clock_read(c, &t->day_ns, &t->precision_ns) || day < 1 || day > 31)
		return false;
	t->has_year = false;
	t->basis = TIME_LOCAL_ASSUMED;
	t->month = (uint8_t)month;
	t->day = (uint8_t)day;
	return true;
}

static bool read_ctime(struct cursor *c, struct logtime *t)
{
	unsigned year, month, day;
	int64_t clock_ns;

	for (int i = 0; i < 3; i++)
		if (c->p >= c->end || (unsigned)((*c->p++ | 0x20) - 'a') > 25)
			return false;
	return spaces(c) && month_name(c, &month) && spaces(c) && number(c, 1, 2, &day) && spaces(c) &&
	       clock_read(c, &clock_ns, &t->precision_ns) && spaces(c) && number(c, 4, 4, &year) &&
	       join(c, year, month, day, clock_ns, t);
}

static bool read_daymon(struct cursor *c, struct logtime *t)
{
	unsigned year, month, day;
	int64_t clock_ns;

	return number(c, 1, 2, &day) && one_of(c, "- ") && month_name(c, &month) && one_of(c, "- ") &&
	       number(c, 4, 4, &year) && one_of(c, " T:") && clock_read(c, &clock_ns, &t->precision_ns) &&
	       join(c, year, month, day, clock_ns, t);
}

static bool read_slashed(struct cursor *c, bool day_first, struct logtime *t)
{
	unsigned year, first, second;
	const char *from;
	int64_t clock_ns;

	if (!number(c, 1, 2, &first) || !one_of(c, "/.-") || !number(c, 1, 2, &second) || !one_of(c, "/.-"))
		return false;
	from = c->p;
	if (!number(c, 2, 4, &year) || c->p - from == 3)
		return false;
	year = full_year(year, from, c->p);
	if (!one_of(c, " ,\t-"))
		return false;
	spaces(c);
	return clock_of_people(c, &clock_ns, &t->precision_ns) &&
	       join(c, year, day_first ? second : first, day_first ? first : second, clock_ns, t);
}

static bool read_compact(struct cursor *c, struct logtime *t)
{
	unsigned year, month, day, hour, min, sec;
	uint32_t frac = 0;

	t->precision_ns = NS_PER_S;
	if (!number(c, 4, 4, &year) || !number(c, 2, 2, &month) || !number(c, 2, 2, &day))
		return false;
	(void)one_of(c, "T -");
	if (!number(c, 2, 2, &hour) || !number(c, 2, 2, &min) || !number(c, 2, 2, &sec) || hour > 23 ||
	    min > 59 || sec > 60)
		return false;
	if (digit_next(c, 1) && one_of(c, ".,"))
		fraction(c, &frac, &t->precision_ns);
	return join(c, year, month, day, (int64_t)(hour * 3600 + min * 60 + sec) * NS_PER_S + frac, t);
}

static bool read_epoch(struct cursor *c, struct logtime *t)
{
	static const struct {
		uint8_t digits;
		int64_t unit_ns;
	} UNITS[] = { { 11, NS_PER_S }, { 14, 1000000 }, { 17, 1000 }, { 19, 1 } };
	const char *from = c->p;
	uint64_t u;
	uint32_t frac = 0;
	size_t k = 0;

	while (c->p < c->end && (unsigned char)(*c->p - '0') <= 9)
		c->p++;
	if (!str_to_u64((str){ from, (size_t)(c->p - from) }, &u) || u > INT64_MAX)
		return false;
	while (k < COUNT(UNITS) && c->p - from > UNITS[k].digits)
		k++;
	if (k == COUNT(UNITS))
		return false;
	t->precision_ns = UNITS[k].unit_ns;
	if (k == 0 && digit_next(c, 1) && one_of(c, ".,"))
		fraction(c, &frac, &t->precision_ns);
	t->basis = TIME_UTC_BY_SPEC;
	t->has_year = true;
	return !__builtin_mul_overflow((int64_t)u, UNITS[k].unit_ns, &t->ns) &&
	       !__builtin_add_overflow(t->ns, (int64_t)frac, &t->ns);
}

static bool read_form(struct cursor *c, enum logtime_form form, struct logtime *t)
{
	switch (form) {
	case LOGTIME_ISO:
		return read_iso(c, t);
	case LOGTIME_CLF:
		return read_clf(c, t);
	case LOGTIME_SYSLOG:
		return read_syslog(c, t);
	case LOGTIME_CTIME:
		return read_ctime(c, t);
	case LOGTIME_DAYMON:
		return read_daymon(c, t);
	case LOGTIME_US:
		return read_slashed(c, false, t);
	case LOGTIME_EU:
		return read_slashed(c, true, t);
	case LOGTIME_COMPACT:
		return read_compact(c, t);
	case LOGTIME_EPOCH:
		return read_epoch(c, t);
	case LOGTIME_NONE:
		break;
	}
	return false;
}

size_t logtime_read(str s, enum logtime_form form, struct logtime *ret)
{
	struct logtime t = { .ns = TIME_NONE, .precision_ns = NS_PER_S };
	struct cursor c = { s.ptr, s.ptr + s.len };

	if (!s.len || !read_form(&c, form, &t))
		return 0;
	*ret = t;
	return (size_t)(c.p - s.ptr);
}

bool logtime_whole(str s, enum logtime_form form, struct logtime *ret)
{
	struct logtime t;

	s = str_trim(s);
	if (!s.len || logtime_read(s, form, &t) != s.len)
		return false;
	*ret = t;
	return true;
}

bool logtime_in_year(const struct logtime *t, int64_t year, int64_t *ret_ns)
{
	int64_t midnight;

	if (!time_from_civil(year, t->month, t->day, 0, 0, 0, 0, &midnight))
		return false;
	return !__builtin_add_overflow(midnight, t->day_ns, ret_ns);
}

bool logtime_before(const struct logtime *t, int64_t anchor_ns, int64_t *ret_ns)
{
	enum { LEAP_CYCLE = 8 }; /* 1896 to 1904: the longest way to a 29 February */
	int64_t day_ns = 86400 * NS_PER_S, year, ns;
	unsigned month, day;

	if (anchor_ns == TIME_NONE || anchor_ns > INT64_MAX - day_ns)
		return false;
	time_civil_from_days((anchor_ns + day_ns) / day_ns, &year, &month, &day);
	for (int i = 0; i <= LEAP_CYCLE; i++) {
		if (logtime_in_year(t, year - i, &ns) && ns <= anchor_ns + day_ns) {
			*ret_ns = ns;
			return true;
		}
	}
	return false;
}

bool logtime_day(struct logtime_day *cache, const char text[10], int64_t *ret_ns)
{
	struct cursor c = { text, text + 10 };
	unsigned year, month, day;

	if (cache->known && memcmp(cache->text, text, 10) == 0) {
		*ret_ns = cache->ns;
		return true;
	}
	if (!number(&c, 4, 4, &year) || !one_of(&c, "-/") || !number(&c, 2, 2, &month) || !one_of(&c, "-/") ||
	    !number(&c, 2, 2, &day) || !time_from_civil(year, month, day, 0, 0, 0, 0, &cache->ns)) {
		cache->known = false;
		return false;
	}
	memcpy(cache->text, text, 10);
	cache->known = true;
	*ret_ns = cache->ns;
	return true;
}
