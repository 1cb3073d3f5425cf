/* logs_priv.h - heads and tails of text logs, of range/ only. */
#ifndef SPOOR_RANGE_LOGS_PRIV_H
#define SPOOR_RANGE_LOGS_PRIV_H

#include "logs.h"

/* A new row, or NULL where there is no such log. */
static inline buf *row_in(struct sink *s)
{
	return s ? sink_row(s) : NULL;
}

/* Names of protocols by sensor and firewall. */
struct protocol_names {
	const char *zeek, *pan, *eve;
};
extern const struct protocol_names PROTOCOLS[];

static inline void put_u_comma(buf *b, uint64_t v)
{
	put_u(b, v);
	buf_byte(b, ',');
}

static inline void put_ip_comma(buf *b, uint32_t ip)
{
	put_ip(b, ip);
	buf_byte(b, ',');
}

void pattern_path(const struct sink *s, int64_t t, char out[SINK_PATH_MAX]);
void head_iis(const struct sink *s, int64_t t, buf *b);
void head_app_audit(const struct sink *s, int64_t t, buf *b);
void head_sql(const struct sink *s, int64_t t, buf *b);
void head_dhcp(const struct sink *s, int64_t t, buf *b);
void head_kea(const struct sink *s, int64_t t, buf *b);
void head_dns(const struct sink *s, int64_t t, buf *b);
void head_elff(const struct sink *s, int64_t t, buf *b);
void head_netflow(const struct sink *s, int64_t t, buf *b);
void head_zeek(const struct sink *s, int64_t t, buf *b);
void tail_zeek(const struct sink *s, int64_t t, buf *b);
void head_exchange(const struct sink *s, int64_t t, buf *b);

#endif
