#include "sigma/predicate.h"

#include "util/times.h"

static bool two_digits(str s, size_t at, unsigned *ret)
{
	if (at + 2 > s.len || (unsigned char)(s.ptr[at] - '0') > 9 ||
	    (unsigned char)(s.ptr[at + 1] - '0') > 9)
		return false;
	*ret = (unsigned)(s.ptr[at] - '0') * 10 + (unsigned)(s.ptr[at + 1] - '0');
	return true;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const uint8_t DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return DAYS[month - 1] + (month == 2 && leap);
}

/* ISO 8601 week: that of the Thursday of the same week. */
static int iso_week(unsigned year, unsigned month, unsigned day)
{
	int64_t days = time_days_from_civil(year, month, day);
	int64_t weekday = ((days + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday; Monday is 0 */
	int64_t thursday = days - weekday + 3, y;
	unsigned m, d;

	time_civil_from_days(thursday, &y, &m, &d);
	return (int)((thursday - time_days_from_civil(y, 1, 1)) / 7) + 1;
}

/* The part of an ISO time, without any zone conversion; -1 if the text has none. */
static int time_part(str s, enum pred_part part)
{
	unsigned century, yy, month, day, hour, minute, year;
	bool has_time;

	if (!two_digits(s, 0, &century) || !two_digits(s, 2, &yy) || s.len < 10 || s.ptr[4] != '-' ||
	    !two_digits(s, 5, &month) || s.ptr[7] != '-' || !two_digits(s, 8, &day))
		return -1;
	year = century * 100 + yy;
	if (year == 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return -1;
	has_time = s.len >= 16 && (s.ptr[10] == 'T' || s.ptr[10] == ' ') && two_digits(s, 11, &hour) &&
		   s.ptr[13] == ':' && two_digits(s, 14, &minute);
	switch (part) {
	case PART_YEAR:
		return (int)year;
	case PART_MONTH:
		return (int)month;
	case PART_WEEK:
		return iso_week(year, month, day);
	case PART_DAY:
		return (int)day;
	case PART_HOUR:
		return has_time ? (int)hour : -1;
	case PART_MINUTE:
		return has_time ? (int)minute : -1;
	}
	return -1;
}

static bool compare(const struct pred *p, str text)
{
	struct number n;
	int c;

	if (!number_parse(text, true, &n))
		return false;
	c = number_cmp(&n, &p->number);
	switch ((enum pred_op)p->op) {
	case OP_LT:
		return c < 0;
	case OP_LTE:
		return c <= 0;
	case OP_GT:
		return c > 0;
	case OP_GTE:
		return c >= 0;
	}
	return false;
}

bool pred_text(const struct pred *p, struct regex_scratch *re, str text, bool naive, uint64_t *limited)
{
	struct number n;
	enum regex_result r;

	switch (p->kind) {
	case PRED_GLOB:
		return naive ? pattern_match_naive(&p->pattern, text) : pattern_match(&p->pattern, text);
	case PRED_REGEX:
		r = regex_search(&p->regex, re, text);
		*limited += r == REGEX_LIMIT;
		return r == REGEX_YES;
	case PRED_NUMBER:
		return number_parse(text, false, &n) && number_cmp(&n, &p->number) == 0;
	case PRED_COMPARE:
		return compare(p, text);
	case PRED_CIDR:
		return cidr_match(&p->net, text);
	case PRED_TIMEPART:
		n.is_int = true;
		n.i = time_part(text, (enum pred_part)p->op);
		return n.i >= 0 && number_cmp(&n, &p->number) == 0;
	case PRED_NULL:
	case PRED_EXISTS:
	case PRED_FIELDREF:
		break;
	}
	return false;
}

bool pred_ref_texts(const struct pred *p, str a, str b)
{
	switch (p->op & (REF_STARTS | REF_ENDS)) {
	case REF_STARTS | REF_ENDS:
		return str_find(a, b) != SIZE_MAX;
	case REF_STARTS:
		return str_starts(a, b);
	case REF_ENDS:
		return str_ends(a, b);
	default:
		return str_eq(a, b);
	}
}
