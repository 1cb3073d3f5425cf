#include "util/times.h"

#define FILETIME_1970 INT64_C(116444736000000000)

int time_from_filetime(uint64_t ticks, int64_t *ret_ns, err *e)
{
	int64_t rel, ns;

	if (ticks > INT64_MAX)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "FILETIME 0x%llx is out of range",
			       (unsigned long long)ticks);
	rel = (int64_t)ticks - FILETIME_1970;
	if (__builtin_mul_overflow(rel, 100, &ns))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "FILETIME 0x%llx is out of range",
			       (unsigned long long)ticks);
	*ret_ns = ns;
	return 0;
}

/* Both conversions count years from March, so that the leap day ends the year. */
int64_t time_days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + (int64_t)doe - 719468;
}

void time_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (int64_t)yoe + era * 400 + (*month <= 2);
}

static unsigned days_in_month(int64_t year, unsigned month)
{
	static const uint8_t DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return DAYS[month - 1] + (month == 2 && leap);
}

bool time_from_civil(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned min, unsigned sec,
		     uint32_t ns, int64_t *ret_ns)
{
	int64_t s, v;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month) || hour > 23 || min > 59 || sec > 60 || ns >= NS_PER_S)
		return false;
	s = time_days_from_civil(year, month, day) * 86400 + hour * 3600 + min * 60 + sec;
	if (__builtin_mul_overflow(s, NS_PER_S, &v) || __builtin_add_overflow(v, ns, &v))
		return false;
	*ret_ns = v;
	return true;
}

static bool digits(str *s, unsigned n, unsigned *ret)
{
	unsigned v = 0;

	if (s->len < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		unsigned d = (unsigned char)s->ptr[i] - '0';

		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	*s = (str){ s->ptr + n, s->len - n };
	*ret = v;
	return true;
}

static bool skip_any(str *s, const char *any)
{
	if (s->len == 0 || s->ptr[0] == '\0' || !strchr(any, s->ptr[0]))
		return false;
	*s = (str){ s->ptr + 1, s->len - 1 };
	return true;
}

static bool fraction(str *s, uint32_t *ret_ns)
{
	uint32_t ns = 0, unit = 100000000;
	unsigned d, n = 0;

	while (s->len && n < 9 && digits(s, 1, &d)) {
		ns += d * unit;
		unit /= 10;
		n++;
	}
	*ret_ns = ns;
	return n > 0;
}

static bool zone(str *s, int64_t *ret_seconds, enum time_basis *ret_basis)
{
	unsigned h, m = 0;
	bool minus;

	if (s->len == 0) {
		*ret_seconds = 0;
		*ret_basis = TIME_LOCAL_ASSUMED;
		return true;
	}
	if (skip_any(s, "Zz")) {
		*ret_seconds = 0;
		*ret_basis = TIME_UTC_EXPLICIT;
		return s->len == 0;
	}
	minus = s->ptr[0] == '-';
	if (!skip_any(s, "+-") || !digits(s, 2, &h))
		return false;
	skip_any(s, ":");
	if (s->len && !digits(s, 2, &m))
		return false;
	if (s->len || h > 14 || m > 59)
		return false;
	*ret_seconds = (minus ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
	*ret_basis = TIME_OFFSET_EXPLICIT;
	return true;
}

bool time_parse_iso(str s, int64_t *ret_ns, enum time_basis *ret_basis)
{
	unsigned year, month, day, hour, min, sec = 0;
	uint32_t frac = 0;
	int64_t ns, off;
	enum time_basis basis;

	if (!digits(&s, 4, &year) || !skip_any(&s, "-/") || !digits(&s, 2, &month) || !skip_any(&s, "-/") ||
	    !digits(&s, 2, &day) || !skip_any(&s, "Tt ") || !digits(&s, 2, &hour) || !skip_any(&s, ":") ||
	    !digits(&s, 2, &min))
		return false;
	if (skip_any(&s, ":") && !digits(&s, 2, &sec))
		return false;
	if (skip_any(&s, ".,") && !fraction(&s, &frac))
		return false;
	if (s.len > 1 && s.ptr[0] == ' ')
		s = (str){ s.ptr + 1, s.len - 1 };
	if (!zone(&s, &off, &basis) || !time_from_civil(year, month, day, hour, min, sec, frac, &ns) ||
	    __builtin_sub_overflow(ns, off * NS_PER_S, &ns) || ns == TIME_NONE)
		return false;
	*ret_ns = ns;
	*ret_basis = basis;
	return true;
}

static char *put_digits(char *p, unsigned v, unsigned n)
{
	for (unsigned i = n; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

size_t time_text(int64_t ns, char out[TIME_TEXT_MAX])
{
	int64_t secs, days, year;
	unsigned month, day, sod, groups;
	uint32_t frac;
	char *p = out;

	if (ns == TIME_NONE) {
		*p = '\0';
		return 0;
	}
	secs = ns / NS_PER_S - (ns % NS_PER_S < 0);
	frac = (uint32_t)(ns % NS_PER_S + (ns % NS_PER_S < 0 ? NS_PER_S : 0));
	days = secs / 86400 - (secs % 86400 < 0);
	sod = (unsigned)(secs - days * 86400);
	time_civil_from_days(days, &year, &month, &day);
	p = put_digits(p, (unsigned)year, 4);
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = 'T';
	p = put_digits(p, sod / 3600, 2);
	*p++ = ':';
	p = put_digits(p, sod / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, sod % 60, 2);
	groups = frac == 0 ? 0 : frac % 1000000 == 0 ? 1 : frac % 1000 == 0 ? 2 : 3;
	if (groups) {
		*p++ = '.';
		p = put_digits(p, frac / 1000000, 3);
		if (groups > 1)
			p = put_digits(p, frac / 1000 % 1000, 3);
		if (groups > 2)
			p = put_digits(p, frac % 1000, 3);
	}
	*p++ = 'Z';
	*p = '\0';
	return (size_t)(p - out);
}

void buf_time(buf *b, int64_t ns)
{
	char text[TIME_TEXT_MAX];

	buf_add(b, text, time_text(ns, text));
}
