/* logs.c - kinds of text logs: where their files lie, how they roll, what stands at their heads. */
#include "logs.h"

#include <stdio.h>

#include "logs_priv.h"

/* {h} host, {Y}{y}{m}{d}{H} time, {a} weekday, {w} folder of the week, {v} a word of the log's own. */
static size_t expand(const struct sink *s, const struct civil *c, char what, char *out, size_t cap)
{
	const struct world *w = s->all->ctx;

	switch (what) {
	case 'h':
		return (size_t)snprintf(out, cap, "%s", w->hosts.at[s->host].folder);
	case 'Y':
		return (size_t)snprintf(out, cap, "%04u", c->year);
	case 'y':
		return (size_t)snprintf(out, cap, "%02u", c->year % 100);
	case 'm':
		return (size_t)snprintf(out, cap, "%02u", c->month);
	case 'd':
		return (size_t)snprintf(out, cap, "%02u", c->day);
	case 'H':
		return (size_t)snprintf(out, cap, "%02u", c->hour);
	case 'a':
		return (size_t)snprintf(out, cap, "%s", WEEKDAYS[c->weekday]);
	default:
		return (size_t)snprintf(out, cap, "%s", s->about ? (const char *)s->about : "log");
	}
}

void pattern_path(const struct sink *s, int64_t t, char out[SINK_PATH_MAX])
{
	const struct world *w = s->all->ctx;
	struct civil c =
		civil_of(s->kind->local ? host_local(w, s->host, t) : host_clock(&w->hosts.at[s->host], t));
	size_t n = 0;

	for (const char *p = s->kind->pattern; *p && n + 64 < SINK_PATH_MAX; p++) {
		if (*p == '{' && p[1] && p[2] == '}') {
			n += expand(s, &c, p[1], out + n, SINK_PATH_MAX - n);
			p += 2;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
}

#define LOG(source, period, local, pattern, head, tail)                                                      \
	{                                                                                                    \
		source, period, local, pattern, pattern_path, head, tail, NULL, false                        \
	}

#define V15 "{h}/Program Files/Microsoft/Exchange Server/V15/"
#define HP(name) V15 "Logging/HttpProxy/" name "/HttpProxy_{Y}{m}{d}{H}-1.LOG"
#define ZEEK_PATH(name) "{h}/zeek/{Y}-{m}-{d}/" name ".00:00:00-00:00:00.log"

static const struct log_kind KINDS[LOG_TEXT_COUNT] = {
	[LOG_IIS] =
		LOG("iis", DAY, false, "{h}/inetpub/logs/LogFiles/W3SVC1/u_ex{y}{m}{d}.log", head_iis, NULL),
	[LOG_IIS_BACK] = LOG("iis-back", DAY, false, "{h}/inetpub/logs/LogFiles/W3SVC2/u_ex{y}{m}{d}.log",
			     head_iis, NULL),
	[LOG_NGINX] = LOG("nginx", DAY, true, "{h}/var/log/nginx/access.log-{Y}{m}{d}", NULL, NULL),
	[LOG_TOMCAT] = LOG("tomcat-access", DAY, true, "{h}/tomcat/logs/localhost_access_log.{Y}-{m}-{d}.txt",
			   NULL, NULL),
	[LOG_CATALINA] = LOG("catalina", DAY, true, "{h}/tomcat/logs/catalina.{Y}-{m}-{d}.log", NULL, NULL),
	[LOG_APP_AUDIT] = LOG("app-audit", 0, true, "{h}/export/audit_{Y}{m}{d}.csv", head_app_audit, NULL),
	[LOG_SQL_ERROR] = LOG("sql-errorlog", 0, true, "{h}/MSSQL/Log/ERRORLOG", head_sql, NULL),
	[LOG_VENDOR] = LOG("update-server", WEEK, true, "{h}/{v}/logs/server-{Y}{m}{d}.log", NULL, NULL),
	[LOG_AGENT] = LOG("update-agent", 0, true, "{h}/ProgramData/{v}/logs/agent.log", NULL, NULL),
	[LOG_WSUS] =
		LOG("wsus", 0, false, "{h}/Update Services/LogFiles/SoftwareDistribution.log", NULL, NULL),
	[LOG_WSUS_CHANGE] =
		LOG("wsus-change", 0, false, "{h}/Update Services/LogFiles/Change.log", NULL, NULL),
	[LOG_AUTH] = LOG("auth", WEEK, true, "{h}/var/log/auth.log-{Y}{m}{d}", NULL, NULL),
	[LOG_AUDITD] = LOG("auditd", 0, false, "{h}/var/log/audit/audit.log", NULL, NULL),
	[LOG_DHCP] = LOG("dhcp", DAY, true, "{h}/dhcp/{Y}-{m}-{d}/DhcpSrvLog-{a}.log", head_dhcp, NULL),
	[LOG_DHCPD] = LOG("dhcp", WEEK, true, "{h}/var/log/dhcpd.log-{Y}{m}{d}", NULL, NULL),
	[LOG_KEA] = LOG("dhcp", 0, true, "{h}/var/lib/kea/kea-leases4.csv", head_kea, NULL),
	[LOG_DNS] = LOG("dns", 0, true, "{h}/System32/dns/dns.log", head_dns, NULL),
	[LOG_BIND] = LOG("dns", WEEK, true, "{h}/var/log/named/query.log-{Y}{m}{d}", NULL, NULL),
	[LOG_CCM_APP] = LOG("ccm", 0, true, "{h}/Windows/CCM/Logs/AppEnforce.log", NULL, NULL),
	[LOG_CCM_UPDATE] = LOG("ccm", 0, true, "{h}/Windows/CCM/Logs/WUAHandler.log", NULL, NULL),
	[LOG_SQUID] = LOG("proxy", WEEK, false, "{h}/var/log/squid/access.log-{Y}{m}{d}", NULL, NULL),
	[LOG_ELFF] = LOG("proxy", DAY, false, "{h}/SG_main_{y}{m}{d}.log", head_elff, NULL),
	[LOG_PAN] = LOG("firewall", WEEK, true, "{h}/syslog/pan-{Y}{m}{d}.log", NULL, NULL),
	[LOG_ASA] = LOG("firewall", WEEK, true, "{h}/syslog/asa-{Y}{m}{d}.log", NULL, NULL),
	[LOG_FORTI] = LOG("firewall", WEEK, true, "{h}/syslog/fgt-{Y}{m}{d}.log", NULL, NULL),
	[LOG_NETFLOW] = LOG("netflow", WEEK, true, "{h}/nfdump-{Y}{m}{d}.csv", head_netflow, NULL),
	[LOG_EVE] = LOG("sensor", DAY, true, "{h}/suricata/eve.json.{Y}{m}{d}", NULL, NULL),
	[LOG_ZEEK_CONN] = LOG("sensor", DAY, true, ZEEK_PATH("conn"), head_zeek, tail_zeek),
	[LOG_ZEEK_DNS] = LOG("sensor", DAY, true, ZEEK_PATH("dns"), head_zeek, tail_zeek),
	[LOG_ZEEK_SSL] = LOG("sensor", DAY, true, ZEEK_PATH("ssl"), head_zeek, tail_zeek),
	[LOG_ZEEK_HTTP] = LOG("sensor", DAY, true, ZEEK_PATH("http"), head_zeek, tail_zeek),
	[LOG_ZEEK_SMB] = LOG("sensor", DAY, true, ZEEK_PATH("smb_files"), head_zeek, tail_zeek),
	[LOG_ZEEK_NTLM] = LOG("sensor", DAY, true, ZEEK_PATH("ntlm"), head_zeek, tail_zeek),
	[LOG_ZEEK_RPC] = LOG("sensor", DAY, true, ZEEK_PATH("dce_rpc"), head_zeek, tail_zeek),
	[LOG_ZEEK_RDP] = LOG("sensor", DAY, true, ZEEK_PATH("rdp"), head_zeek, tail_zeek),
	[LOG_ZEEK_SSH] = LOG("sensor", DAY, true, ZEEK_PATH("ssh"), head_zeek, tail_zeek),
	[LOG_HP_OWA] = LOG("httpproxy", DAY, false, HP("Owa"), head_exchange, NULL),
	[LOG_HP_ECP] = LOG("httpproxy", DAY, false, HP("Ecp"), head_exchange, NULL),
	[LOG_HP_EWS] = LOG("httpproxy", DAY, false, HP("Ews"), head_exchange, NULL),
	[LOG_HP_AUTODISCOVER] = LOG("httpproxy", DAY, false, HP("Autodiscover"), head_exchange, NULL),
	[LOG_HP_MAPI] = LOG("httpproxy", DAY, false, HP("Mapi"), head_exchange, NULL),
	[LOG_HP_EAS] = LOG("httpproxy", DAY, false, HP("Eas"), head_exchange, NULL),
	[LOG_HP_POWERSHELL] = LOG("httpproxy", DAY, false, HP("PowerShell"), head_exchange, NULL),
	[LOG_EWS] = LOG("ews", DAY, false, V15 "Logging/Ews/Ews_{Y}{m}{d}{H}-1.LOG", head_exchange, NULL),
	[LOG_MAPI] = LOG("mapihttp", DAY, false, V15 "Logging/MapiHttp/Mailbox/MapiHttp_{Y}{m}{d}{H}-1.LOG",
			 head_exchange, NULL),
	[LOG_ECP_SERVER] = LOG("ecp-server", DAY, false, V15 "Logging/ECP/Server/ECPServer{Y}{m}{d}-1.LOG",
			       head_exchange, NULL),
	[LOG_CMDLET] = LOG("cmdlet", DAY, false,
			   V15 "Logging/CmdletInfra/Powershell-Proxy/Cmdlet/Rps_Cmdlet_{Y}{m}{d}{H}-1.LOG",
			   head_exchange, NULL),
	[LOG_TRACKING] =
		LOG("tracking", DAY, false,
		    V15 "TransportRoles/Logs/MessageTracking/MSGTRK{Y}{m}{d}{H}-1.LOG", head_exchange, NULL),
	[LOG_SMTP_IN] = LOG("smtp", DAY, false,
			    V15 "TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive/RECV{Y}{m}{d}{H}-1.LOG",
			    head_exchange, NULL),
	[LOG_SMTP_OUT] = LOG("smtp", DAY, false,
			     V15 "TransportRoles/Logs/Hub/ProtocolLog/SmtpSend/SEND{Y}{m}{d}{H}-1.LOG",
			     head_exchange, NULL),

};

_Static_assert(LOG_TEXT_COUNT <= TEXT_LOGS_MAX, "a host has room for all its logs");

struct sink *log_of(struct world *w, uint32_t host, enum text_log log)
{
	struct host *h = &w->hosts.at[host];

	if (!h->collected || w->failed)
		return NULL;
	if (!h->text[log]) {
		h->text[log] = world_sink(w, &KINDS[log], host, NULL);
		if (!h->text[log])
			return NULL;
		h->text[log]->variant = (uint32_t)log;
		if (log == LOG_VENDOR || log == LOG_AGENT)
			h->text[log]->about = w->vendor_folder;
	}
	return h->text[log];
}
