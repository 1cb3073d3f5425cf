/* logs_site.c - what a site may run instead of Windows' own services: BIND for names, ISC dhcpd or Kea for addresses,
 * Configuration Manager for software on desks. */
#include <stdio.h>

#include "logs_priv.h"

/* --- BIND ----------------------------------------------------------------------------------- */

/* Questions only, as its query log has them: what was answered nobody wrote down. */
void row_bind(struct world *w, uint32_t server, int64_t t, uint32_t client, const char *name)
{
	const struct host *h = &w->hosts.at[server];
	struct sink *s = log_of(w, server, LOG_BIND);
	struct civil c = civil_of(host_local(w, server, t));
	buf *b = row_in(s);

	if (!b)
		return;
	put_pad(b, c.day, 2);
	buf_byte(b, '-');
	buf_add(b, MONTHS[c.month - 1], 3);
	buf_byte(b, '-');
	put_u(b, c.year);
	buf_byte(b, ' ');
	put_clock(b, &c);
	buf_byte(b, '.');
	put_pad(b, c.ms, 3);
	PUT(b, " queries: info: client @0x7f3a");
	put_hex(b, (uint64_t)(t / MS) * 2654435761u >> 4 & 0xffffff, 6);
	PUT(b, "00 ");
	put_ip(b, client);
	buf_byte(b, '#');
	put_u(b, 49152 + (uint64_t)(t / (3 * MS)) % 16384);
	PUT(b, " (");
	buf_z(b, name);
	PUT(b, "): query: ");
	buf_z(b, name);
	PUT(b, " IN A +E(0)K (");
	put_ip(b, h->ip);
	PUT(b, ")\n");
	sink_end(s, t, w->step);
}

/* --- leases --------------------------------------------------------------------------------- */

static void isc_line(struct world *w, uint32_t server, int64_t t, const char *what, uint32_t host,
		     uint32_t ip)
{
	const struct host *h = &w->hosts.at[host];
	struct sink *s = log_of(w, server, LOG_DHCPD);
	bool asks = strncmp(what, "DHCPREQUEST", 11) == 0, gone = strncmp(what, "DHCPRELEASE", 11) == 0;
	buf *b = row_in(s);

	if (!b)
		return;
	put_syslog(b, host_local(w, server, t), false);
	buf_byte(b, ' ');
	buf_z(b, w->hosts.at[server].name);
	PUT(b, " dhcpd[811]: ");
	buf_z(b, what);
	put_ip(b, ip);
	buf_z(b, asks || gone ? " from " : " to ");
	put_mac(b, h->mac, ':');
	PUT(b, " (");
	buf_z(b, h->name);
	buf_z(b, gone ? ") via eth1 (found)\n" : ") via eth1\n");
	sink_end(s, t, w->step);
}

void row_isc(struct world *w, uint32_t server, int64_t t, unsigned id, uint32_t host, uint32_t ip)
{
	if (id == 12) {
		isc_line(w, server, t, "DHCPRELEASE of ", host, ip);
		return;
	}
	if (id == 10)
		isc_line(w, server, t, "DHCPOFFER on ", host, ip);
	isc_line(w, server, t + 2 * MS, "DHCPREQUEST for ", host, ip);
	isc_line(w, server, t + 5 * MS, "DHCPACK on ", host, ip);
}

void head_kea(const struct sink *s, int64_t t, buf *b)
{
	PUT(b, "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
	       "user_context,pool_id\n");
}

/* The memfile is a journal: each row replaces what was known of its address. */
void row_kea(struct world *w, uint32_t server, int64_t t, unsigned id, uint32_t host, uint32_t ip)
{
	const struct host *h = &w->hosts.at[host];
	struct sink *s = log_of(w, server, LOG_KEA);
	uint64_t lifetime = w->short_leases ? 3600 : h->wifi ? 8 * 3600 : 8 * 86400;
	buf *b = row_in(s);

	if (!b)
		return;
	put_ip_comma(b, ip);
	put_mac(b, h->mac, ':');
	PUT(b, ",01:");
	put_mac(b, h->mac, ':');
	buf_byte(b, ',');
	put_u_comma(b, id == 12 ? 0 : lifetime);
	put_u_comma(b, (uint64_t)(host_clock(&w->hosts.at[server], t) / SECOND) + (id == 12 ? 0 : lifetime));
	put_u_comma(b, 1 + (ip >> 8 & 255));
	PUT(b, "1,1,");
	buf_z(b, h->fqdn);
	buf_z(b, id == 12 ? ",2,,0\n" : ",0,,0\n"); /* 2: given back */
	sink_end(s, t, w->step);
}

/* --- Configuration Manager ---------------------------------------------------------------------- */

void row_ccm(struct world *w, uint32_t host, int64_t t, enum text_log log, const char *file, unsigned line,
	     const char *text)
{
	const struct host *h = &w->hosts.at[host];
	struct civil c = civil_of(host_local(w, host, t));
	int64_t bias = -org_offset(&w->orgs.at[h->org], t) / MINUTE;
	struct sink *s = log_of(w, host, log);
	buf *b = row_in(s);

	if (!b)
		return;
	PUT(b, "<![LOG[");
	buf_z(b, text);
	PUT(b, "]LOG]!><time=\"");
	put_clock(b, &c);
	buf_byte(b, '.');
	put_pad(b, c.ms, 3);
	buf_byte(b, bias < 0 ? '-' : '+');
	put_pad(b, (uint64_t)(bias < 0 ? -bias : bias), 3);
	PUT(b, "\" date=\"");
	put_pad(b, c.month, 2);
	buf_byte(b, '-');
	put_pad(b, c.day, 2);
	buf_byte(b, '-');
	put_u(b, c.year);
	PUT(b, "\" component=\"");
	buf_z(b, log == LOG_CCM_APP ? "AppEnforce" : "WUAHandler");
	PUT(b, "\" context=\"\" type=\"1\" thread=\"");
	put_u(b, 1000 + 4 * ((uint64_t)(t / MINUTE) % 2000));
	PUT(b, "\" file=\"");
	buf_z(b, file);
	buf_byte(b, ':');
	put_u(b, line);
	PUT(b, "\">\r\n");
	sink_end(s, t, w->step);
}
