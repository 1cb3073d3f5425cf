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
		return (size_t)snprintf(out, cap, "%s", w->hosts.at[s->host].name);
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

/* The day of a weekly log: its own folder per week, as a scheduled copy keeps them. */
#define PATH pattern_path

#define V15 "{h}/Program Files/Microsoft/Exchange Server/V15/"
#define HP(name) V15 "Logging/HttpProxy/" name "/HttpProxy_{Y}{m}{d}{H}-1.LOG"
#define ZEEK_PATH(name) "{h}/zeek/{Y}-{m}-{d}/" name ".00:00:00-00:00:00.log"

static const struct log_kind KINDS[LOG_TEXT_COUNT] = {
	[LOG_IIS] = { "iis", DAY, false, "{h}/inetpub/logs/LogFiles/W3SVC1/u_ex{y}{m}{d}.log", PATH,
		      head_iis },
	[LOG_IIS_BACK] = { "iis-back", DAY, false, "{h}/inetpub/logs/LogFiles/W3SVC2/u_ex{y}{m}{d}.log", PATH,
			   head_iis },
	[LOG_NGINX] = { "nginx", DAY, true, "{h}/var/log/nginx/access.log-{Y}{m}{d}", PATH },
	[LOG_TOMCAT] = { "tomcat-access", DAY, true, "{h}/tomcat/logs/localhost_access_log.{Y}-{m}-{d}.txt",
			 PATH },
	[LOG_CATALINA] = { "catalina", DAY, true, "{h}/tomcat/logs/catalina.{Y}-{m}-{d}.log", PATH },
	[LOG_APP_AUDIT] = { "app-audit", 0, true, "{h}/export/audit_{Y}{m}{d}.csv", PATH, head_app_audit },
	[LOG_SQL_ERROR] = { "sql-errorlog", 0, true, "{h}/MSSQL/Log/ERRORLOG", PATH, head_sql },
	[LOG_VENDOR] = { "update-server", WEEK, true, "{h}/{v}/logs/server-{Y}{m}{d}.log", PATH },
	[LOG_AGENT] = { "update-agent", 0, true, "{h}/ProgramData/{v}/logs/agent.log", PATH },
	[LOG_WSUS] = { "wsus", 0, false, "{h}/Update Services/LogFiles/SoftwareDistribution.log", PATH },
	[LOG_WSUS_CHANGE] = { "wsus-change", 0, false, "{h}/Update Services/LogFiles/Change.log", PATH },
	[LOG_AUTH] = { "auth", WEEK, true, "{h}/var/log/auth.log-{Y}{m}{d}", PATH },
	[LOG_AUDITD] = { "auditd", 0, false, "{h}/var/log/audit/audit.log", PATH },
	[LOG_DHCP] = { "dhcp", DAY, true, "{h}/dhcp/{Y}-{m}-{d}/DhcpSrvLog-{a}.log", PATH, head_dhcp },
	[LOG_DNS] = { "dns", 0, true, "{h}/System32/dns/dns.log", PATH, head_dns },
	[LOG_SQUID] = { "proxy", WEEK, false, "{h}/var/log/squid/access.log-{Y}{m}{d}", PATH },
	[LOG_ELFF] = { "proxy", DAY, false, "{h}/SG_main_{y}{m}{d}.log", PATH, head_elff },
	[LOG_PAN] = { "firewall", WEEK, true, "{h}/syslog/pan-{Y}{m}{d}.log", PATH },
	[LOG_ASA] = { "firewall", WEEK, true, "{h}/syslog/asa-{Y}{m}{d}.log", PATH },
	[LOG_FORTI] = { "firewall", WEEK, true, "{h}/syslog/fgt-{Y}{m}{d}.log", PATH },
	[LOG_NETFLOW] = { "netflow", WEEK, true, "{h}/nfdump-{Y}{m}{d}.csv", PATH, head_netflow },
	[LOG_EVE] = { "sensor", DAY, true, "{h}/suricata/eve.json.{Y}{m}{d}", PATH },
	[LOG_ZEEK_CONN] = { "sensor", DAY, true, ZEEK_PATH("conn"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_DNS] = { "sensor", DAY, true, ZEEK_PATH("dns"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_SSL] = { "sensor", DAY, true, ZEEK_PATH("ssl"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_HTTP] = { "sensor", DAY, true, ZEEK_PATH("http"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_SMB] = { "sensor", DAY, true, ZEEK_PATH("smb_files"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_NTLM] = { "sensor", DAY, true, ZEEK_PATH("ntlm"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_RPC] = { "sensor", DAY, true, ZEEK_PATH("dce_rpc"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_RDP] = { "sensor", DAY, true, ZEEK_PATH("rdp"), PATH, head_zeek, tail_zeek },
	[LOG_ZEEK_SSH] = { "sensor", DAY, true, ZEEK_PATH("ssh"), PATH, head_zeek, tail_zeek },
	[LOG_HP_OWA] = { "httpproxy", DAY, false, HP("Owa"), PATH, head_exchange },
	[LOG_HP_ECP] = { "httpproxy", DAY, false, HP("Ecp"), PATH, head_exchange },
	[LOG_HP_EWS] = { "httpproxy", DAY, false, HP("Ews"), PATH, head_exchange },
	[LOG_HP_AUTODISCOVER] = { "httpproxy", DAY, false, HP("Autodiscover"), PATH, head_exchange },
	[LOG_HP_MAPI] = { "httpproxy", DAY, false, HP("Mapi"), PATH, head_exchange },
	[LOG_HP_EAS] = { "httpproxy", DAY, false, HP("Eas"), PATH, head_exchange },
	[LOG_HP_POWERSHELL] = { "httpproxy", DAY, false, HP("PowerShell"), PATH, head_exchange },
	[LOG_EWS] = { "ews", DAY, false, V15 "Logging/Ews/Ews_{Y}{m}{d}{H}-1.LOG", PATH, head_exchange },
	[LOG_MAPI] = { "mapihttp", DAY, false, V15 "Logging/MapiHttp/Mailbox/MapiHttp_{Y}{m}{d}{H}-1.LOG",
		       PATH, head_exchange },
	[LOG_ECP_SERVER] = { "ecp-server", DAY, false, V15 "Logging/ECP/Server/ECPServer{Y}{m}{d}-1.LOG",
			     PATH, head_exchange },
	[LOG_CMDLET] = { "cmdlet", DAY, false,
			 V15 "Logging/CmdletInfra/Powershell-Proxy/Cmdlet/Rps_Cmdlet_{Y}{m}{d}{H}-1.LOG",
			 PATH, head_exchange },
	[LOG_TRACKING] = { "tracking", DAY, false,
			   V15 "TransportRoles/Logs/MessageTracking/MSGTRK{Y}{m}{d}{H}-1.LOG", PATH,
			   head_exchange },
	[LOG_SMTP_IN] = { "smtp", DAY, false,
			  V15 "TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive/RECV{Y}{m}{d}{H}-1.LOG",
			  PATH, head_exchange },
	[LOG_SMTP_OUT] = { "smtp", DAY, false,
			   V15 "TransportRoles/Logs/Hub/ProtocolLog/SmtpSend/SEND{Y}{m}{d}{H}-1.LOG", PATH,
			   head_exchange },
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
