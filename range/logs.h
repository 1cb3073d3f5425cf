/* logs.h - the text logs of hosts and devices: their kinds, and one function per kind of row.
 *
 * Each row is written as the product writes it: its time zone, its escapes, its separators. The formats are
 * described in the formats document; the range's own decisions in docs/range.md. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_LOGS_H
#define SPOOR_RANGE_LOGS_H

#include "fmt.h"
#include "world.h"

enum text_log {
	LOG_IIS,      /* W3SVC1: the web server of a host; the front end of a mail server */
	LOG_IIS_BACK, /* W3SVC2 */
	LOG_NGINX,
	LOG_TOMCAT,
	LOG_CATALINA,
	LOG_APP_AUDIT,
	LOG_SQL_ERROR,
	LOG_VENDOR, /* server of a vendor's updater */
	LOG_AGENT,  /* its client */
	LOG_WSUS,
	LOG_WSUS_CHANGE,
	LOG_AUTH,
	LOG_AUDITD,
	LOG_DHCP,
	LOG_DHCPD,
	LOG_KEA,
	LOG_DNS,
	LOG_BIND,
	LOG_CCM_APP,
	LOG_CCM_UPDATE,
	LOG_SQUID,
	LOG_ELFF,
	LOG_PAN,
	LOG_ASA,
	LOG_FORTI,
	LOG_NETFLOW,
	LOG_EVE,
	LOG_ZEEK_CONN,
	LOG_ZEEK_DNS,
	LOG_ZEEK_SSL,
	LOG_ZEEK_HTTP,
	LOG_ZEEK_SMB,
	LOG_ZEEK_NTLM,
	LOG_ZEEK_RPC,
	LOG_ZEEK_RDP,
	LOG_ZEEK_SSH,
	LOG_HP_OWA,
	LOG_HP_ECP,
	LOG_HP_EWS,
	LOG_HP_AUTODISCOVER,
	LOG_HP_MAPI,
	LOG_HP_EAS,
	LOG_HP_POWERSHELL,
	LOG_EWS,
	LOG_MAPI,
	LOG_ECP_SERVER,
	LOG_CMDLET,
	LOG_TRACKING,
	LOG_SMTP_IN,
	LOG_SMTP_OUT,
	LOG_TEXT_COUNT
};

/* The log of a host, made when first used; NULL where its logs were not collected. */
struct sink *log_of(struct world *w, uint32_t host, enum text_log log);

/* --- web ------------------------------------------------------------------------------------ */

enum web_server { WEB_NONE, WEB_IIS, WEB_NGINX, WEB_TOMCAT };

struct web {
	int64_t t; /* when it ends */
	uint32_t client;
	const char *method, *path, *query, *agent, *user, *referer; /* NULL: none */
	uint16_t status, port;
	uint64_t in, out; /* bytes of request and reply */
	uint32_t ms;
	const char *forwarded;
};

void row_web(struct world *w, uint32_t server, const struct web *q);
void row_iis(struct world *w, uint32_t server, enum text_log log, const struct web *q);
/* A head in mid-file, when the fields change (host.web_change_at). */
void iis_fields_change(struct world *w, int64_t t, uint32_t server, uint32_t log);

/* --- servers -------------------------------------------------------------------------------- */

void row_catalina(struct world *w, uint32_t host, int64_t t, const char *level, const char *source,
		  const char *text);
/* One line of an application's audit table, written as CSV. */
void row_app_audit(struct world *w, uint32_t host, int64_t t, const char *user, const char *action,
		   uint32_t file, uint32_t client, uint64_t size);
void row_sql(struct world *w, uint32_t host, int64_t t, const char *text);
void row_vendor(struct world *w, uint32_t host, int64_t t, const char *level, const char *text);
void row_agent(struct world *w, uint32_t host, int64_t t, const char *text);
void row_wsus(struct world *w, uint32_t host, int64_t t, bool change, const char *method, const char *text);
void row_auth(struct world *w, uint32_t host, int64_t t, const char *tag, uint32_t pid, const char *text);
/* execve of argv (NULL-terminated) by uid, as the kernel's audit tells it. */
void row_execve(struct world *w, uint32_t host, int64_t t, uint32_t ppid, uint32_t pid, uint32_t uid,
		const char *const *argv);
/* A file written or renamed. */
void row_file_audit(struct world *w, uint32_t host, int64_t t, uint32_t pid, uint32_t uid, const char *exe,
		    const char *path);

/* --- network -------------------------------------------------------------------------------- */

enum protocol { NET_TLS, NET_HTTP, NET_SMB, NET_RPC, NET_RDP, NET_SSH, NET_LDAP, NET_SMTP, NET_OTHER };

struct flow {
	int64_t t, dur;
	uint32_t src, dst, host, peer; /* addresses; host, peer: the hosts, or NOWHERE */
	uint16_t sport, dport;
	enum protocol proto;
	const char *name; /* server name asked for */
	const char *method, *path, *agent, *user;
	uint16_t status;
	uint64_t up, down;
	bool denied;
};

void row_proxy(struct world *w, uint32_t proxy, const struct flow *f);
/* What the firewall of an organisation writes of a session that crosses it; nat: address outside. */
void row_firewall(struct world *w, uint32_t firewall, const struct flow *f, uint32_t nat, bool inbound);
void row_sensor(struct world *w, uint32_t sensor, const struct flow *f);
void row_netflow(struct world *w, uint32_t exporter, const struct flow *f);
void row_dns(struct world *w, uint32_t server, int64_t t, uint32_t client, const char *name, uint32_t answer);
void row_sensor_dns(struct world *w, uint32_t sensor, int64_t t, uint32_t client, uint32_t server,
		    const char *name, uint32_t answer);
void row_dhcp(struct world *w, uint32_t server, int64_t t, unsigned id, uint32_t host, uint32_t ip);
/* What a site runs in place of Windows' own services (logs_site.c); row_dns() and row_dhcp() choose. */
void row_bind(struct world *w, uint32_t server, int64_t t, uint32_t client, const char *name);
void row_isc(struct world *w, uint32_t server, int64_t t, unsigned id, uint32_t host, uint32_t ip);
void row_kea(struct world *w, uint32_t server, int64_t t, unsigned id, uint32_t host, uint32_t ip);
/* A line of a Configuration Manager client; file and line of its source, as it says them. */
void row_ccm(struct world *w, uint32_t host, int64_t t, enum text_log log, const char *file, unsigned line,
	     const char *text);
void row_vpn(struct world *w, uint32_t vpn, int64_t t, const char *user, uint32_t outside, uint32_t assigned,
	     int64_t dur, uint64_t up, uint64_t down);
void row_device_login(struct world *w, uint32_t firewall, int64_t t, const char *user, uint32_t from,
		      bool ok);

/* Kinds of sensor: host.variant. */
enum { SENSOR_TSV, SENSOR_JSON, SENSOR_EVE };
/* ... of firewall, and of proxy. */
enum { FW_PAN, FW_ASA, FW_FORTI };
enum { PROXY_SQUID, PROXY_SQUID_UP, PROXY_ELFF };

/* --- Exchange ------------------------------------------------------------------------------- */

struct exch {
	int64_t t;
	uint32_t client;
	enum text_log protocol;                  /* LOG_HP_... */
	const char *stem, *query, *agent, *user; /* user "DOMAIN\\name" or NULL */
	const char *method, *action;             /* SOAP action or request type */
	const char *anchor, *hint, *mailbox;     /* AnchorMailbox, RoutingHint; mailbox acted on */
	uint16_t status, back_status;
	uint64_t in, out;
	uint32_t ms;
	bool iis_only; /* a page of the front end: no proxy module */
};

void row_exchange(struct world *w, uint32_t server, const struct exch *x);
void row_ecp(struct world *w, uint32_t server, int64_t t, const char *command, const char *url);
void row_cmdlet(struct world *w, uint32_t server, int64_t t, const char *user, const char *sid,
		const char *cmdlet, const char *parameters);

struct mail {
	int64_t t;
	const char *from, *to, *subject;
	uint64_t bytes;
	uint32_t client; /* address */
	bool inbound, outbound;
	const char *redirect; /* a copy goes there */
};

void row_mail(struct world *w, uint32_t server, const struct mail *m);

#endif
