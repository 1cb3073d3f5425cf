#include "fmt.h"

const char MONTHS[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
			     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
const char WEEKDAYS[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

struct civil civil_of(int64_t ns)
{
	int64_t days = ns / (86400 * NS_PER_S), rest = ns - days * 86400 * NS_PER_S, year;
	struct civil c = { 0 };
	uint32_t s;

	time_civil_from_days(days, &year, &c.month, &c.day);
	c.year = (unsigned)year;
	s = (uint32_t)(rest / NS_PER_S);
	c.hour = s / 3600;
	c.min = s / 60 % 60;
	c.sec = s % 60;
	c.us = (unsigned)(rest % NS_PER_S / 1000);
	c.ms = c.us / 1000;
	c.weekday = (unsigned)((days + 4) % 7);
	return c;
}

void put_u(buf *b, uint64_t v)
{
	char tmp[20];
	size_t i = sizeof tmp;

	for (; v > UINT32_MAX; v /= 10)
		tmp[--i] = (char)('0' + v % 10);
	for (uint32_t low = (uint32_t)v;;) {
		tmp[--i] = (char)('0' + low % 10);
		low /= 10;
		if (!low)
			break;
	}
	buf_add(b, tmp + i, sizeof tmp - i);
}

void put_pad(buf *b, uint64_t v, unsigned n)
{
	if (!buf_reserve(b, n))
		return;
	for (unsigned i = n; i-- > 0; v /= 10)
		b->ptr[b->len + i] = (char)('0' + v % 10);
	b->len += n;
}

void put_hex(buf *b, uint64_t v, unsigned digits)
{
	if (!buf_reserve(b, digits))
		return;
	for (unsigned i = digits; i-- > 0; v >>= 4)
		b->ptr[b->len + i] = "0123456789abcdef"[v & 15];
	b->len += digits;
}

void put_ip(buf *b, uint32_t ip)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		put_u(b, ip >> shift & 255);
		if (shift)
			buf_byte(b, '.');
	}
}

void put_mac(buf *b, const uint8_t mac[6], char sep)
{
	for (int i = 0; i < 6; i++) {
		if (i && sep)
			buf_byte(b, sep);
		put_hex(b, mac[i], 2);
	}
}

void put_uuid(buf *b, const uint8_t id[16], bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			buf_byte(b, '-');
		buf_byte(b, digits[id[i] >> 4]);
		buf_byte(b, digits[id[i] & 15]);
	}
}

void put_zone(buf *b, int64_t offset_ns)
{
	int64_t minutes = offset_ns / (60 * NS_PER_S);

	buf_byte(b, minutes < 0 ? '-' : '+');
	if (minutes < 0)
		minutes = -minutes;
	put_pad(b, (uint64_t)minutes / 60, 2);
	put_pad(b, (uint64_t)minutes % 60, 2);
}

void put_date(buf *b, const struct civil *c, char sep)
{
	put_pad(b, c->year, 4);
	if (sep)
		buf_byte(b, sep);
	put_pad(b, c->month, 2);
	if (sep)
		buf_byte(b, sep);
	put_pad(b, c->day, 2);
}

void put_clock(buf *b, const struct civil *c)
{
	put_pad(b, c->hour, 2);
	buf_byte(b, ':');
	put_pad(b, c->min, 2);
	buf_byte(b, ':');
	put_pad(b, c->sec, 2);
}

static void fraction(buf *b, const struct civil *c, unsigned digits, char point)
{
	if (!digits)
		return;
	buf_byte(b, point);
	put_pad(b, digits == 3 ? c->ms : c->us, digits);
}

void put_iso(buf *b, int64_t ns, unsigned digits, const char *zone)
{
	struct civil c = civil_of(ns);

	put_date(b, &c, '-');
	buf_byte(b, 'T');
	put_clock(b, &c);
	fraction(b, &c, digits, '.');
	buf_z(b, zone);
}

void put_plain(buf *b, int64_t ns, unsigned digits, char point)
{
	struct civil c = civil_of(ns);

	put_date(b, &c, '-');
	buf_byte(b, ' ');
	put_clock(b, &c);
	fraction(b, &c, digits, point);
}

void put_clf(buf *b, int64_t ns, int64_t offset_ns)
{
	struct civil c = civil_of(ns + offset_ns);

	buf_byte(b, '[');
	put_pad(b, c.day, 2);
	buf_byte(b, '/');
	buf_add(b, MONTHS[c.month - 1], 3);
	buf_byte(b, '/');
	put_pad(b, c.year, 4);
	buf_byte(b, ':');
	put_clock(b, &c);
	buf_byte(b, ' ');
	put_zone(b, offset_ns);
	buf_byte(b, ']');
}

void put_syslog(buf *b, int64_t ns, bool year)
{
	struct civil c = civil_of(ns);

	buf_add(b, MONTHS[c.month - 1], 3);
	buf_byte(b, ' ');
	if (c.day < 10)
		buf_byte(b, ' ');
	put_u(b, c.day);
	buf_byte(b, ' ');
	if (year) {
		put_u(b, c.year);
		buf_byte(b, ' ');
	}
	put_clock(b, &c);
}

void put_epoch(buf *b, int64_t ns, unsigned digits)
{
	put_u(b, (uint64_t)(ns / NS_PER_S));
	if (!digits)
		return;
	buf_byte(b, '.');
	put_pad(b, (uint64_t)(ns % NS_PER_S) / (digits == 3 ? 1000000 : 1000), digits);
}
