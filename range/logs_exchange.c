/* logs_exchange.c - rows of the text logs of a mail server. */
#include "logs_priv.h"

#define HTTPPROXY                                                                                               \
	"DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,ClientRequestId,Protocol,"   \
	"UrlHost,UrlStem,ProtocolAction,AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,"     \
	"AnchorMailbox,UserAgent,ClientIpAddress,ServerHostName,HttpStatus,BackEndStatus,ErrorCode,Method,"     \
	"ProxyAction,TargetServer,TargetServerVersion,RoutingType,RoutingHint,BackEndCookie,"                   \
	"ServerLocatorHost,ServerLocatorLatency,RequestBytes,ResponseBytes,TargetOutstandingRequests,"          \
	"AuthModulePerfContext,HttpPipelineLatency,CalculateTargetBackEndLatency,GlsLatencyBreakup,"            \
	"TotalGlsLatency,AccountForestLatencyBreakup,TotalAccountForestLatency,ResourceForestLatencyBreakup,"   \
	"TotalResourceForestLatency,ADLatency,SharedCacheLatencyBreakup,TotalSharedCacheLatency,"               \
	"ActivityContextLifeTime,ModuleToHandlerSwitchingLatency,ClientReqStreamLatency,BackendReqInitLatency," \
	"BackendReqStreamLatency,BackendProcessingLatency,BackendRespInitLatency,BackendRespStreamLatency,"     \
	"ClientRespStreamLatency,KerberosAuthHeaderLatency,HandlerCompletionLatency,RequestHandlerLatency,"     \
	"HandlerToModuleSwitchingLatency,ProxyTime,CoreLatency,RoutingLatency,HttpProxyOverhead,"               \
	"TotalRequestTime,RouteRefresherLatency,UrlQuery,BackEndGenericInfo,GenericInfo,GenericErrors,"         \
	"EdgeTraceId,DatabaseGuid,UserADObjectGuid,PartitionEndpointLookupLatency,RoutingStatus"
#define EWS                                                                                                  \
	"DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,Ring,ClientRequestId,"    \
	"AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,UserAgent,VersionInfo,"           \
	"ClientIpAddress,ServerHostName,FrontEndServer,SoapAction,HttpStatus,RequestSize,ResponseSize,"      \
	"ErrorCode,ImpersonatedUser,ProxyAsUser,ActAsUser,Cookie,CorrelationGuid,PrimaryOrProxyServer,"      \
	"TaskType,TotalRequestTime,ClientStatistics,GenericInfo,AuthenticationErrors,GenericErrors,Puid,"    \
	"StartTime,ProcessId"
#define MAPI                                                                                                   \
	"DateTime,RequestId,MapiRequestId,ClientRequestId,RequestType,HttpStatusCode,ResponseCode,StatusCode," \
	"ReturnCode,TotalRequestLatency,DeploymentRing,MajorVersion,MinorVersion,BuildVersion,"                \
	"RevisionVersion,AuthenticatedUserEmail,UPN,Puid,TenantGuid,MailboxId,MDBGuid,ActAsUserEmail,"         \
	"ClientIP,SourceCafeServer,EdgeInfo,NetworkDeviceInfo,SessionCookie,SequenceCookie,MapiClientInfo,"    \
	"ClientSoftware,ClientSoftwareVersion,ClientMode,AuthenticationType,AuthModuleLatency,LiveIdBasicLog," \
	"LiveIdBasicError,LiveIdNegotiateError,OAuthLatency,OAuthError,OAuthErrorCategory,OAuthExtraInfo,"     \
	"AuthenticatedUser,RopIds,OperationSpecific,GenericInfo,GenericErrors"
#define CMDLET                                                                                                \
	"DateTime,StartTime,RequestId,ClientRequestId,MajorVersion,MinorVersion,BuildVersion,"                \
	"RevisionVersion,ServerHostName,ProcessId,ProcessName,ThreadId,CultureInfo,Organization,"             \
	"AuthenticatedUser,ExecutingUserSid,EffectiveOrganization,UserServicePlan,IsAdmin,ClientApplication," \
	"Cmdlet,Parameters,CmdletUniqueId,ExecutionResult,GenericInfo,NonPiiParameters"
#define TRACKING                                                                                               \
	"date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,"    \
	"event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,"       \
	"total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,"      \
	"return-path,message-info,directionality,tenant-id,original-client-ip,original-server-ip,custom-data," \
	"transport-traffic-type,log-id,schema-version"
#define SMTP                                                                                                 \
	"date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"

static const struct {
	enum text_log log;
	const char *type, *fields;
	bool repeated; /* the names stand as a row too */
} TYPES[] = {
	{ LOG_HP_OWA, "HttpProxy Logs", HTTPPROXY, true },
	{ LOG_HP_ECP, "HttpProxy Logs", HTTPPROXY, true },
	{ LOG_HP_EWS, "HttpProxy Logs", HTTPPROXY, true },
	{ LOG_HP_AUTODISCOVER, "HttpProxy Logs", HTTPPROXY, true },
	{ LOG_HP_MAPI, "HttpProxy Logs", HTTPPROXY, true },
	{ LOG_HP_EAS, "HttpProxy Logs", HTTPPROXY, true },
	{ LOG_HP_POWERSHELL, "HttpProxy Logs", HTTPPROXY, true },
	{ LOG_EWS, "EWS Logs", EWS, false },
	{ LOG_MAPI, "MapiHttp Logs", MAPI, true },
	{ LOG_ECP_SERVER, "ECP Server Log", "TimeStamp,ServerName,EventId,EventData", false },
	{ LOG_CMDLET, "Rps Cmdlet Logs", CMDLET, false },
	{ LOG_TRACKING, "Message Tracking Log", TRACKING, false },
	{ LOG_SMTP_IN, "SMTP Receive Protocol Log", SMTP, false },
	{ LOG_SMTP_OUT, "SMTP Send Protocol Log", SMTP, false },
};

void head_exchange(const struct sink *s, int64_t t, buf *b)
{
	const struct world *w = s->all->ctx;
	size_t i = 0;

	while (i + 1 < COUNT(TYPES) && TYPES[i].log != s->variant)
		i++;
	PUT(b, "\xef\xbb\xbf#Software: Microsoft Exchange Server\r\n#Version: 15.02.1258.012\r\n#Log-type: ");
	buf_z(b, TYPES[i].type);
	PUT(b, "\r\n#Date: ");
	put_iso(b, host_clock(&w->hosts.at[s->host], t), 3, "Z");
	PUT(b, "\r\n#Fields: ");
	buf_z(b, TYPES[i].fields);
	PUT(b, "\r\n");
	if (TYPES[i].repeated) {
		buf_z(b, TYPES[i].fields);
		PUT(b, "\r\n");
	}
}

/* HttpProxy has spaces where a value has commas. */
static void put_uncomma(buf *b, const char *z)
{
	for (; z && *z; z++)
		buf_byte(b, *z == ',' ? ' ' : *z);
}

static void put_quoted(buf *b, const char *z)
{
	buf_byte(b, '"');
	for (; z && *z; z++) {
		if (*z == '"')
			buf_byte(b, '"');
		buf_byte(b, *z);
	}
	buf_byte(b, '"');
}

static void random_id(struct host *h, uint8_t id[16])
{
	for (int half = 0; half < 2; half++) {
		uint64_t v = rng_next(&h->rng);

		for (int i = 0; i < 8; i++)
			id[8 * half + i] = (uint8_t)(v >> 8 * i);
	}
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x40);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
}

static const char *const PROTOCOL_NAMES[] = {
	"Owa", "Ecp", "Ews", "Autodiscover", "Mapi", "Eas", "PowerShell"
};

static void put_build(buf *b)
{
	PUT(b, ",15,2,1258,12,");
}

static void row_httpproxy(struct world *w, uint32_t server, const struct exch *x, const uint8_t id[16])
{
	struct host *h = &w->hosts.at[server];
	const struct org *o = &w->orgs.at[h->org];
	struct sink *s = log_of(w, server, x->protocol);
	buf *b = row_in(s);

	if (!b)
		return;
	put_iso(b, host_clock(h, x->t), 3, "Z,");
	put_uuid(b, id, false);
	put_build(b);
	buf_byte(b, ',');
	buf_z(b, PROTOCOL_NAMES[x->protocol - LOG_HP_OWA]);
	PUT(b, ",mail.");
	buf_z(b, o->dns);
	buf_byte(b, ',');
	put_uncomma(b, x->stem);
	PUT(b, ",,");
	buf_z(b, x->user ? x->protocol == LOG_HP_EAS ? "Basic" : "Negotiate" : "");
	buf_z(b, x->user ? ",true," : ",false,");
	put_uncomma(b, x->user);
	buf_byte(b, ',');
	if (x->user)
		buf_z(b, o->dns);
	buf_byte(b, ',');
	if (x->anchor) {
		put_uncomma(b, x->anchor);
	} else if (x->mailbox) {
		PUT(b, "Smtp~");
		put_uncomma(b, x->mailbox);
	}
	buf_byte(b, ',');
	put_uncomma(b, x->agent);
	buf_byte(b, ',');
	put_ip(b, x->client);
	buf_byte(b, ',');
	buf_z(b, h->name);
	buf_byte(b, ',');
	put_u(b, x->status);
	buf_byte(b, ',');
	if (x->back_status)
		put_u(b, x->back_status);
	PUT(b, ",,");
	buf_z(b, x->method);
	buf_z(b, x->back_status ? ",Proxy," : ",,");
	if (x->back_status) {
		buf_z(b, h->fqdn);
		PUT(b, ",15.02.1258.000,IntraForest,");
	} else {
		PUT(b, ",,,");
	}
	put_uncomma(b, x->hint ? x->hint : x->user ? "WindowsIdentity" : "");
	PUT(b, ",,,,");
	put_u(b, x->in);
	buf_byte(b, ',');
	put_u(b, x->out);
	PUT(b, ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,");
	put_u(b, x->ms);
	PUT(b, ",,");
	put_uncomma(b, x->query);
	PUT(b, ",,BeginRequest=");
	put_iso(b, host_clock(h, x->t) - x->ms * MS, 3, "Z;EndRequest=");
	put_iso(b, host_clock(h, x->t), 3, "Z;,,,,,,");
	if (x->back_status)
		PUT(b, "CafeV1");
	PUT(b, "\r\n");
	sink_end(s, x->t, w->step);
}

static void row_ews(struct world *w, uint32_t server, const struct exch *x, const uint8_t id[16])
{
	struct host *h = &w->hosts.at[server];
	struct sink *s = log_of(w, server, LOG_EWS);
	buf *b = row_in(s);

	if (!b)
		return;
	put_iso(b, host_clock(h, x->t), 3, "Z,");
	put_uuid(b, id, false);
	PUT(b, ",15,2,1258,12,,,Negotiate,true,");
	put_uncomma(b, x->user);
	PUT(b, ",,");
	put_quoted(b, x->agent);
	PUT(b, ",Target=None;Req=Exchange2013_SP1/Exchange2013_SP1;,");
	put_ip(b, x->client);
	buf_byte(b, ',');
	buf_z(b, h->name);
	buf_byte(b, ',');
	buf_z(b, h->fqdn);
	buf_byte(b, ',');
	buf_z(b, x->action ? x->action : "FindItem");
	buf_byte(b, ',');
	put_u(b, x->status);
	buf_byte(b, ',');
	put_u(b, x->in);
	buf_byte(b, ',');
	put_u(b, x->out);
	PUT(b, ",,");
	buf_z(b, x->mailbox ? x->mailbox : "");
	PUT(b, ",,");
	buf_z(b, x->mailbox ? x->mailbox : "");
	PUT(b, ",,,LocalTask,");
	buf_z(b, x->action ? x->action : "FindItem");
	buf_byte(b, ',');
	put_u(b, x->ms);
	PUT(b, ",,MailboxTypeCacheSize=80;,,,,");
	put_iso(b, host_clock(h, x->t) - x->ms * MS, 3, "Z,");
	PUT(b, "11284\r\n");
	sink_end(s, x->t, w->step);
}

static void row_mapi(struct world *w, uint32_t server, const struct exch *x, const uint8_t id[16])
{
	struct host *h = &w->hosts.at[server];
	struct sink *s = log_of(w, server, LOG_MAPI);
	buf *b = row_in(s);

	if (!b)
		return;
	put_iso(b, host_clock(h, x->t), 3, "Z,");
	put_uuid(b, id, false);
	PUT(b, ",,,");
	buf_z(b, x->action ? x->action : "Execute");
	PUT(b, ",200,0,0,0,");
	put_u(b, x->ms);
	PUT(b, ",,15,2,1258,12,");
	buf_z(b, x->mailbox ? x->mailbox : "");
	buf_byte(b, ',');
	buf_z(b, x->mailbox ? x->mailbox : "");
	PUT(b, ",,,");
	buf_z(b, x->mailbox ? x->mailbox : "");
	PUT(b, ",,");
	buf_z(b, x->mailbox ? x->mailbox : "");
	buf_byte(b, ',');
	put_ip(b, x->client);
	buf_byte(b, ',');
	buf_z(b, h->fqdn);
	PUT(b, ",,,,,,OUTLOOK.EXE,16.0.16130.20332,Cached,Negotiate,,,,,,,,,");
	put_uncomma(b, x->user);
	PUT(b, ",>Lgn;,,,\r\n");
	sink_end(s, x->t, w->step);
}

static void row_front(struct world *w, uint32_t server, const struct exch *x, const uint8_t id[16])
{
	char query[1024];
	buf q = { query, 0, sizeof query - 1, sizeof query - 1, false };
	struct web web = { .t = x->t,
			   .client = x->client,
			   .method = x->method,
			   .path = x->stem,
			   .query = query,
			   .agent = x->agent,
			   .user = x->user,
			   .status = x->status,
			   .port = 443,
			   .in = x->in,
			   .out = x->out,
			   .ms = x->ms };

	if (x->query)
		buf_z(&q, x->query);
	if (!x->iis_only) {
		PUT(&q, "&CorrelationID=<empty>;&cafeReqId=");
		put_uuid(&q, id, false);
		buf_byte(&q, ';');
	}
	query[q.len] = '\0';
	row_iis(w, server, LOG_IIS, &web);
	if (!x->back_status)
		return;
	web.t -= 2 * MS;
	web.port = 444;
	web.client = w->hosts.at[server].ip;
	web.query = x->query;
	row_iis(w, server, LOG_IIS_BACK, &web);
}

void row_exchange(struct world *w, uint32_t server, const struct exch *x)
{
	uint8_t id[16];

	random_id(&w->hosts.at[server], id);
	row_front(w, server, x, id);
	if (x->iis_only)
		return;
	row_httpproxy(w, server, x, id);
	if (x->protocol == LOG_HP_EWS && x->user && x->status == 200)
		row_ews(w, server, x, id);
	if (x->protocol == LOG_HP_MAPI && x->user)
		row_mapi(w, server, x, id);
}

void row_ecp(struct world *w, uint32_t server, int64_t t, const char *command, const char *url)
{
	struct host *h = &w->hosts.at[server];
	uint8_t id[16];
	struct sink *s = log_of(w, server, LOG_ECP_SERVER);
	buf *b = row_in(s);

	if (!b)
		return;
	random_id(h, id);
	put_iso(b, host_clock(h, t), 3, "Z,");
	buf_z(b, h->name);
	PUT(b, ",ECP.Request,S:TIME=");
	put_u(b, 20 + (uint64_t)(t / MS) % 400);
	PUT(b, ";S:SID=");
	put_uuid(b, id, false);
	PUT(b, ";S:CMD=");
	buf_z(b, command);
	PUT(b, ";S:REQID=;S:URL=");
	buf_z(b, url);
	PUT(b, ";S:REFERRER=;S:EX=;S:ACTID=");
	id[3] ^= 0x5a;
	put_uuid(b, id, false);
	PUT(b, ";S:RS=0;S:BLD=15.2.1258.12\r\n");
	sink_end(s, t, w->step);
}

void row_cmdlet(struct world *w, uint32_t server, int64_t t, const char *user, const char *sid,
		const char *cmdlet, const char *parameters)
{
	struct host *h = &w->hosts.at[server];
	uint8_t id[16];
	struct sink *s = log_of(w, server, LOG_CMDLET);
	buf *b = row_in(s);

	if (!b)
		return;
	random_id(h, id);
	put_iso(b, host_clock(h, t), 3, "Z,");
	put_iso(b, host_clock(h, t) - 180 * MS, 3, "Z,");
	put_uuid(b, id, false);
	PUT(b, ",,15,2,1258,12,");
	buf_z(b, h->name);
	PUT(b, ",9204,w3wp#MSExchangePowerShellAppPool,41,en-US,,");
	buf_z(b, user);
	buf_byte(b, ',');
	buf_z(b, sid);
	PUT(b, ",,,True,RemoteManagementShell,");
	buf_z(b, cmdlet);
	buf_byte(b, ',');
	put_quoted(b, parameters);
	buf_byte(b, ',');
	id[3] ^= 0x5a;
	put_uuid(b, id, false);
	PUT(b, ",Success,,\r\n");
	sink_end(s, t, w->step);
}

/* --- transport ------------------------------------------------------------------------------ */

static void row_tracking(struct world *w, uint32_t server, const struct mail *m, const char *event,
			 const char *source, const char *to, const char *related, const uint8_t id[16],
			 int64_t t)
{
	struct host *h = &w->hosts.at[server];
	const struct org *o = &w->orgs.at[h->org];
	struct sink *s = log_of(w, server, LOG_TRACKING);
	buf *b = row_in(s);

	if (!b)
		return;
	put_iso(b, host_clock(h, t), 3, "Z,");
	put_ip(b, m->client);
	PUT(b, ",,");
	put_ip(b, h->ip);
	buf_byte(b, ',');
	buf_z(b, h->name);
	buf_byte(b, ',');
	put_hex(b, (uint64_t)id[2] << 40 | (uint64_t)(t / MS) % 0xffffffffff, 16);
	PUT(b, ";250 2.0.0 OK,");
	buf_z(b, m->outbound ? "Outbound to Internet" : m->inbound ? "Default Frontend" : "");
	buf_byte(b, ',');
	buf_z(b, source);
	buf_byte(b, ',');
	buf_z(b, event);
	buf_byte(b, ',');
	put_u(b, 7000000000 + (uint64_t)id[0] * 65536 + id[1]);
	PUT(b, ",<");
	put_hex(b, (uint64_t)id[4] << 24 | (uint64_t)id[5] << 16 | (uint64_t)id[9] << 8 | id[10], 12);
	buf_byte(b, '@');
	buf_z(b, o->dns);
	PUT(b, ">,");
	put_uuid(b, id, false);
	buf_byte(b, ',');
	buf_z(b, to);
	PUT(b, ",250 2.1.5 OK,");
	put_u(b, m->bytes);
	PUT(b, ",1,");
	buf_z(b, related ? related : "");
	PUT(b, ",,");
	put_quoted(b, m->subject);
	buf_byte(b, ',');
	buf_z(b, m->from);
	buf_byte(b, ',');
	buf_z(b, m->from);
	buf_byte(b, ',');
	put_iso(b, host_clock(h, t) - 900 * MS, 3, "Z;SRV=");
	buf_z(b, h->fqdn);
	PUT(b, ":TOTAL-FE=0.110,");
	buf_z(b, m->inbound ? "Incoming" : "Originating");
	PUT(b, ",,");
	put_ip(b, m->client);
	PUT(b, ",,S:E2ELatency=1.341;S:DeliveryPriority=Normal,Email,");
	put_uuid(b, id, false);
	PUT(b, ",15.02.1258.012\r\n");
	sink_end(s, t, w->step);
}

static void smtp_line(struct world *w, uint32_t server, enum text_log log, const struct mail *m, int64_t t,
		      unsigned number, char event, const char *data)
{
	struct host *h = &w->hosts.at[server];
	struct sink *s = log_of(w, server, log);
	buf *b = row_in(s);

	if (!b)
		return;
	put_iso(b, host_clock(h, t), 3, "Z,");
	buf_z(b, log == LOG_SMTP_IN ? "Default Frontend " : "Outbound to Internet");
	if (log == LOG_SMTP_IN)
		buf_z(b, h->name);
	PUT(b, ",08DB5700");
	put_hex(b, (uint64_t)(m->t / MS) & 0xffffffff, 8);
	buf_byte(b, ',');
	put_u(b, number);
	buf_byte(b, ',');
	put_ip(b, h->ip);
	buf_z(b, log == LOG_SMTP_IN ? ":25," : ":41022,");
	put_ip(b, m->client);
	buf_z(b, log == LOG_SMTP_IN ? ":52011," : ":25,");
	buf_byte(b, event);
	buf_byte(b, ',');
	buf_z(b, data);
	PUT(b, ",\r\n");
	sink_end(s, t, w->step);
}

static void smtp_session(struct world *w, uint32_t server, enum text_log log, const struct mail *m)
{
	char from[300], to[300];
	bool in = log == LOG_SMTP_IN;
	buf f = { from, 0, sizeof from - 1, sizeof from - 1, false },
	    r = { to, 0, sizeof to - 1, sizeof to - 1, false };

	PUT(&f, "MAIL FROM:<");
	buf_z(&f, m->from);
	PUT(&f, ">");
	from[f.len] = '\0';
	PUT(&r, "RCPT TO:<");
	buf_z(&r, m->redirect ? m->redirect : m->to);
	PUT(&r, ">");
	to[r.len] = '\0';
	smtp_line(w, server, log, m, m->t, 0, '+', "");
	smtp_line(w, server, log, m, m->t + 40 * MS, 1, in ? '<' : '>', from);
	smtp_line(w, server, log, m, m->t + 80 * MS, 2, in ? '<' : '>', to);
	smtp_line(w, server, log, m, m->t + 400 * MS, 3, in ? '>' : '<',
		  "250 2.6.0 Queued mail for delivery");
	smtp_line(w, server, log, m, m->t + 420 * MS, 4, '-', "Local");
}

void row_mail(struct world *w, uint32_t server, const struct mail *m)
{
	uint8_t id[16];

	random_id(&w->hosts.at[server], id);
	row_tracking(w, server, m, "RECEIVE", m->inbound ? "SMTP" : "STOREDRIVER", m->to, NULL, id, m->t);
	row_tracking(w, server, m, "HARECEIVE", "SMTP", m->to, NULL, id, m->t + 200 * MS);
	if (m->redirect) {
		row_tracking(w, server, m, "REDIRECT", "ROUTING", m->redirect, m->to, id, m->t + 500 * MS);
		row_tracking(w, server, m, "SENDEXTERNAL", "SMTP", m->redirect, NULL, id, m->t + 900 * MS);
		smtp_session(w, server, LOG_SMTP_OUT, m);
	}
	if (m->outbound) {
		row_tracking(w, server, m, "SENDEXTERNAL", "SMTP", m->to, NULL, id, m->t + 900 * MS);
		smtp_session(w, server, LOG_SMTP_OUT, m);
	} else {
		row_tracking(w, server, m, "DELIVER", "STOREDRIVER", m->to, NULL, id, m->t + 700 * MS);
	}
	if (m->inbound)
		smtp_session(w, server, LOG_SMTP_IN, m);
}
