/* fmt.h - appenders for rows of logs: numbers, addresses and the many ways of writing a time.
 *
 * No printf, no locale, no libc time: fast, and the same bytes everywhere. Times are ns since 1970; the
 * caller adds the zone's offset where a log writes local time. Thread rule: one owner per buf. */
#ifndef SPOOR_RANGE_FMT_H
#define SPOOR_RANGE_FMT_H

#include "util/buf.h"
#include "util/times.h"

/* A string literal. */
#define PUT(b, literal) buf_add((b), literal, sizeof(literal) - 1)

struct civil {
	unsigned year, month, day, hour, min, sec, ms, us;
	unsigned weekday; /* 0: Sunday */
};

/* Decimal; faster than buf_u64(). */
void put_u(buf *b, uint64_t v);
struct civil civil_of(int64_t ns);

/* v with leading zeros, n digits. */
void put_pad(buf *b, uint64_t v, unsigned n);
void put_hex(buf *b, uint64_t v, unsigned digits);
void put_ip(buf *b, uint32_t ip);
/* Lower-case hex pairs with `sep` between, none if 0. */
void put_mac(buf *b, const uint8_t mac[6], char sep);
/* 16 bytes as they are as 8-4-4-4-12; `upper` digits. */
void put_uuid(buf *b, const uint8_t id[16], bool upper);
/* "+0800" */
void put_zone(buf *b, int64_t offset_ns);

void put_date(buf *b, const struct civil *c, char sep);              /* 2024-04-18 */
void put_clock(buf *b, const struct civil *c);                       /* 10:14:02 */
void put_iso(buf *b, int64_t ns, unsigned digits, const char *zone); /* 2024-04-18T10:14:02.003Z */
void put_plain(buf *b, int64_t ns, unsigned digits, char point);     /* 2024-04-18 10:14:02,003 */
void put_clf(buf *b, int64_t ns, int64_t offset_ns);                 /* [18/Apr/2024:10:14:02 +0800] */
void put_syslog(buf *b, int64_t ns, bool year);      /* Apr 18 10:14:02, Apr 18 2024 10:14:02 */
void put_epoch(buf *b, int64_t ns, unsigned digits); /* 1713406442.917 */
extern const char MONTHS[12][4], WEEKDAYS[7][4];

#endif
