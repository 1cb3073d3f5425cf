#include "readers/export/csvtime.h"

#include "util/zone.h"

enum { CELL_MAX = 64, EPOCH_MIN = 9 };

/* A cell on its way. */
struct cursor {
	const char *at, *end;
};

static bool take_text(struct cursor *c, const char *s)
{
	size_t n = strlen(s);

	if ((size_t)(c->end - c->at) < n || memcmp(c->at, s, n) != 0)
		return false;
	c->at += n;
	return true;
}

static void pass_blanks(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
	while (take_text(c, "\xC2\xA0") || take_text(c, "\xE2\x80\xAF") || take_text(c, "\xE2\x80\x8E"))
		pass_blanks(
			c); /* hard and narrow blanks, the mark for left to right: PowerShell's and Excel's */
}

/* Up to nine digits; answers how many there were. */
static unsigned take_number(struct cursor *c, uint32_t *ret)
{
	unsigned n = 0;

	*ret = 0;
	while (c->at < c->end && n < 9 && *c->at >= '0' && *c->at <= '9') {
		*ret = *ret * 10 + (uint32_t)(*c->at++ - '0');
		n++;
	}
	return n;
}

/* --- parts ---------------------------------------------------------------------------------- */

enum half { HALF_NONE, HALF_AM, HALF_PM };

static enum half take_half(struct cursor *c)
{
	static const struct {
		const char *text;
		enum half half;
	} WORDS[] = {
		{ "AM", HALF_AM },   { "am", HALF_AM },   { "a.m.", HALF_AM }, { "上午", HALF_AM },
		{ "오전", HALF_AM }, { "PM", HALF_PM },   { "pm", HALF_PM },   { "p.m.", HALF_PM },
		{ "下午", HALF_PM }, { "오후", HALF_PM },
	};

	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (take_text(c, WORDS[i].text))
			return WORDS[i].half;
	return HALF_NONE;
}

struct parts {
	uint32_t n[3]; /* of the date, in the order written */
	unsigned digits[3];
	char mark;
	uint32_t hour, min, sec, ns;
	int64_t precision_ns;
};

/* "2024-4-18", "18.04.2024", "2024年4月18日" */
static bool take_date(struct cursor *c, struct parts *p)
{
	static const char *const SIGNS[] = { "年", "月", "日" };

	for (unsigned i = 0; i < 3; i++) {
		p->digits[i] = take_number(c, &p->n[i]);
		if (!p->digits[i] || p->digits[i] > 4)
			return false;
		if (p->mark == 'y' || (i == 0 && take_text(c, SIGNS[0]))) {
			if (i && !take_text(c, SIGNS[i]))
				return false;
			p->mark = 'y';
			pass_blanks(c);
		} else if (i < 2) {
			if (c->at >= c->end || !memchr("/.-", *c->at, 3) || (i && *c->at != p->mark))
				return false;
			p->mark = *c->at++;
			pass_blanks(c); /* "18. 4. 2024" */
		}
	}
	return true;
}

static void take_fraction(struct cursor *c, struct parts *p)
{
	uint32_t scale = 100000000;

	if (c->at + 1 >= c->end || !memchr(".,", *c->at, 2) || c->at[1] < '0' || c->at[1] > '9')
		return;
	for (c->at++; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		p->ns += (uint32_t)(*c->at - '0') * scale;
		p->precision_ns = scale ? scale : 1;
		scale /= 10;
	}
}

/* "10:14", "10:14:02.113", "10时14分02秒", before or behind the half of the day */
static bool take_clock(struct cursor *c, struct parts *p)
{
	enum half half = take_half(c);
	bool signs;

	pass_blanks(c);
	if (!take_number(c, &p->hour))
		return false;
	signs = take_text(c, "时") || take_text(c, "點") || take_text(c, "点");
	if (!signs && !take_text(c, ":"))
		return false;
	p->precision_ns = 60 * NS_PER_S;
	if (!take_number(c, &p->min))
		return signs;
	if (signs ? take_text(c, "分") : take_text(c, ":")) {
		if (!take_number(c, &p->sec))
			return signs;
		p->precision_ns = NS_PER_S;
		take_fraction(c, p);
		if (signs)
			take_text(c, "秒");
	}
	pass_blanks(c);
	if (half == HALF_NONE)
		half = take_half(c);
	if (half != HALF_NONE && (p->hour < 1 || p->hour > 12))
		return half == HALF_PM && p->hour < 24; /* "下午 14:05": people do */
	if (half != HALF_NONE)
		p->hour = p->hour % 12 + (half == HALF_PM ? 12 : 0);
	return true;
}

/* What stands behind: nothing, a zone. */
static bool take_zone(struct cursor *c, int32_t *ret_offset_s, enum time_basis *ret)
{
	str rest;

	pass_blanks(c);
	rest = str_trim((str){ c->at, (size_t)(c->end - c->at) });
	*ret_offset_s = 0;
	*ret = TIME_LOCAL_ASSUMED;
	if (!rest.len)
		return true;
	*ret = TIME_UTC_EXPLICIT;
	if (str_eq(rest, STR("Z")) || str_eq(rest, STR("UTC")) || str_eq(rest, STR("GMT")))
		return true;
	if (str_starts(rest, STR("UTC")) || str_starts(rest, STR("GMT")))
		rest = (str){ rest.ptr + 3, rest.len - 3 };
	*ret = TIME_OFFSET_EXPLICIT;
	return rest.len && (rest.ptr[0] == '+' || rest.ptr[0] == '-') && zone_fixed(rest, ret_offset_s);
}

/* --- forms ---------------------------------------------------------------------------------- */

/* Which parts of the date are year, month, day. False if none can be. */
static bool put_in_order(const struct parts *p, const struct csvtime_order *order, uint32_t ymd[3])
{
	bool day_first = order->day_first || (!order->month_first && p->mark != '/');

	if (p->digits[0] == 4 || p->mark == 'y') {
		memcpy(ymd, p->n, sizeof p->n);
		return true;
	}
	if (p->digits[2] != 4 && p->digits[2] != 2)
		return false;
	if (p->n[0] > 12 || p->n[1] > 12)
		day_first = p->n[0] > 12;
	ymd[0] = p->digits[2] == 2 ? 2000 + p->n[2] : p->n[2];
	ymd[1] = p->n[day_first ? 1 : 0];
	ymd[2] = p->n[day_first ? 0 : 1];
	return true;
}

static bool read_parts(str s, const struct csvtime_order *order, struct logtime *ret, struct parts *p)
{
	struct cursor c = { s.ptr, s.ptr + s.len };
	uint32_t ymd[3];
	int32_t offset;
	enum time_basis basis;
	int64_t ns;

	*p = (struct parts){ .precision_ns = 24 * 3600 * NS_PER_S };
	if (!take_date(&c, p) || !put_in_order(p, order, ymd))
		return false;
	if (c.at < c.end && (*c.at == 'T' || *c.at == ','))
		c.at++;
	pass_blanks(&c);
	if (c.at < c.end && !take_clock(&c, p))
		return false;
	if (!take_zone(&c, &offset, &basis) ||
	    !time_from_civil(ymd[0], ymd[1], ymd[2], p->hour, p->min, p->sec, p->ns, &ns))
		return false;
	*ret = (struct logtime){ .ns = ns - offset * NS_PER_S,
				 .precision_ns = p->precision_ns,
				 .basis = basis,
				 .has_year = true };
	return true;
}

/* Days since 1899-12-30 with a fraction, as Excel keeps a date: 45400.4264 */
static bool read_serial(str s, struct logtime *ret)
{
	enum { FIRST = 20000, LAST = 80000, OF_1970 = 25569 }; /* 1954 .. 2119 */
	str fraction, whole = str_cut(s, '.', &fraction);
	uint64_t days, part = 0, scale = 1;

	if (whole.len != 5 || !str_to_u64(whole, &days) || days < FIRST || days >= LAST || fraction.len > 15)
		return false;
	for (size_t i = 0; i < fraction.len && i < 10; i++) {
		if (fraction.ptr[i] < '0' || fraction.ptr[i] > '9')
			return false;
		part = part * 10 + (uint64_t)(fraction.ptr[i] - '0');
		scale *= 10;
	}
	/* to the nearest second: that is what the number can hold */
	*ret = (struct logtime){
		.ns = ((int64_t)days - OF_1970) * 86400 * NS_PER_S +
		      (int64_t)((part * 86400 + scale / 2) / scale) * NS_PER_S,
		.precision_ns = fraction.len ? NS_PER_S : 86400 * NS_PER_S,
		.basis = TIME_LOCAL_ASSUMED,
		.has_year = true,
	};
	return true;
}

static bool read_any(str s, const struct csvtime_order *order, struct logtime *ret, struct parts *p)
{
	static const enum logtime_form FORMS[] = { LOGTIME_ISO,    LOGTIME_EPOCH, LOGTIME_DAYMON, LOGTIME_CLF,
						   LOGTIME_SYSLOG, LOGTIME_CTIME, LOGTIME_COMPACT };
	struct logtime lt;

	*p = (struct parts){ 0 };
	s = str_trim(s);
	if (s.len < 5 || s.len > CELL_MAX)
		return false;
	if (read_parts(s, order, ret, p) || read_serial(s, ret))
		return true;
	*p = (struct parts){ 0 };
	for (size_t i = 0; i < COUNT(FORMS); i++) {
		if (FORMS[i] == LOGTIME_EPOCH && s.len < EPOCH_MIN) /* a number in a cell may be anything */
			continue;
		if (!logtime_whole(s, FORMS[i], &lt))
			continue;
		*ret = lt;
		return true;
	}
	return false;
}

bool csvtime_read(str cell, const struct csvtime_order *order, struct logtime *ret)
{
	struct parts p;

	return read_any(cell, order, ret, &p);
}

bool csvtime_learn(struct csvtime_order *order, str cell)
{
	struct logtime lt;
	struct parts p;

	if (!read_any(cell, order, &lt, &p))
		return false;
	if (p.digits[0] && p.digits[0] != 4 && p.mark != 'y') {
		order->day_first |= p.n[0] > 12;
		order->month_first |= p.n[1] > 12;
		order->open |= p.n[0] <= 12 && p.n[1] <= 12 && p.n[0] != p.n[1];
	}
	return true;
}
