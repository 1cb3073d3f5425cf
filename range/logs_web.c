/* logs_web.c - rows of web servers and of the applications behind them. */
#include "logs_priv.h"

static void put_or_dash(buf *b, const char *z)
{
	buf_z(b, z && *z ? z : "-");
}

/* W3C: spaces become plus signs. */
static void put_plus(buf *b, const char *z)
{
	if (!z || !*z)
		buf_byte(b, '-');
	else
		for (; *z; z++)
			buf_byte(b, *z == ' ' ? '+' : *z);
}

/* --- IIS ------------------------------------------------------------------------------------ */

void head_iis(const struct sink *s, int64_t t, buf *b)
{
	const struct world *w = s->all->ctx;
	const struct host *h = &w->hosts.at[s->host];

	PUT(b, "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: ");
	put_plain(b, host_clock(h, t), 0, 0);
	PUT(b, "\r\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
	       "cs(User-Agent) cs(Referer) ");
	if (t >= h->web_change_at)
		PUT(b, "cs-host ");
	PUT(b, "sc-status sc-substatus sc-win32-status ");
	buf_z(b, h->web_bytes ? "sc-bytes cs-bytes time-taken" : "time-taken");
	buf_z(b, w->forwarded ? " X-Forwarded-For\r\n" : "\r\n");
}

void iis_fields_change(struct world *w, int64_t t, uint32_t server, uint32_t log)
{
	struct sink *s = log_of(w, server, (enum text_log)log);
	buf *b = row_in(s);

	if (!b)
		return;
	head_iis(s, t, b);
	sink_end(s, t, NO_STEP);
}

void row_iis(struct world *w, uint32_t server, enum text_log log, const struct web *q)
{
	const struct host *h = &w->hosts.at[server];
	bool hidden = w->balanced && h->role == ROLE_MAIL && log == LOG_IIS && q->forwarded == NULL;
	struct sink *s = log_of(w, server, log);
	buf *b = row_in(s);

	if (!b)
		return;
	put_plain(b, host_clock(h, q->t), 0, 0);
	buf_byte(b, ' ');
	put_ip(b, h->ip);
	buf_byte(b, ' ');
	buf_z(b, q->method);
	buf_byte(b, ' ');
	put_plus(b, q->path);
	buf_byte(b, ' ');
	put_plus(b, q->query);
	buf_byte(b, ' ');
	put_u(b, q->port);
	buf_byte(b, ' ');
	put_plus(b, q->user);
	buf_byte(b, ' ');
	put_ip(b, hidden ? w->balancer : q->client);
	buf_byte(b, ' ');
	put_plus(b, q->agent);
	buf_byte(b, ' ');
	put_plus(b, q->referer);
	buf_byte(b, ' ');
	if (q->t >= h->web_change_at) {
		buf_z(b, h->fqdn);
		buf_byte(b, ' ');
	}
	put_u(b, q->status);
	PUT(b, " 0 0 ");
	if (h->web_bytes) {
		put_u(b, q->out);
		buf_byte(b, ' ');
		put_u(b, q->in);
		buf_byte(b, ' ');
	}
	put_u(b, q->ms);
	if (w->forwarded) {
		buf_byte(b, ' ');
		if (hidden)
			put_ip(b, q->client);
		else
			buf_byte(b, '-');
	}
	PUT(b, "\r\n");
	sink_end(s, q->t, w->step);
}

/* --- nginx, Tomcat -------------------------------------------------------------------------- */

static void put_request(buf *b, const struct world *w, uint32_t server, const struct web *q)
{
	const struct host *h = &w->hosts.at[server];

	put_ip(b, q->client);
	PUT(b, " - ");
	put_or_dash(b, q->user);
	buf_byte(b, ' ');
	put_clf(b, host_clock(h, q->t), org_offset(&w->orgs.at[h->org], q->t));
	PUT(b, " \"");
	buf_z(b, q->method);
	buf_byte(b, ' ');
	buf_z(b, q->path);
	if (q->query) {
		buf_byte(b, '?');
		buf_z(b, q->query);
	}
	PUT(b, " HTTP/1.1\" ");
	put_u(b, q->status);
	buf_byte(b, ' ');
}

/* nginx: a quote or control byte of the client is written \xNN. */
static void put_escaped(buf *b, const char *z)
{
	for (z = z && *z ? z : "-"; *z; z++) {
		if (*z == '"' || *z == '\\' || (uint8_t)*z < 0x20) {
			PUT(b, "\\x");
			put_hex(b, (uint8_t)*z, 2);
		} else {
			buf_byte(b, *z);
		}
	}
}

static void row_nginx(struct world *w, uint32_t server, const struct web *q)
{
	struct sink *s = log_of(w, server, LOG_NGINX);
	buf *b = row_in(s);

	if (!b)
		return;
	put_request(b, w, server, q);
	put_u(b, q->out);
	PUT(b, " \"");
	put_escaped(b, q->referer);
	PUT(b, "\" \"");
	put_escaped(b, q->agent);
	PUT(b, "\" ");
	put_u(b, q->ms / 1000);
	buf_byte(b, '.');
	put_pad(b, q->ms % 1000, 3);
	buf_byte(b, '\n');
	sink_end(s, q->t, w->step);
}

static void row_tomcat(struct world *w, uint32_t server, const struct web *q)
{
	struct sink *s = log_of(w, server, LOG_TOMCAT);
	buf *b = row_in(s);

	if (!b)
		return;
	put_request(b, w, server, q);
	if (q->out)
		put_u(b, q->out);
	else
		buf_byte(b, '-');
	PUT(b, " \"");
	put_escaped(b, q->referer);
	PUT(b, "\" \"");
	put_escaped(b, q->agent);
	PUT(b, "\" ");
	put_u(b, q->ms);
	PUT(b, "\r\n");
	sink_end(s, q->t, w->step);
}

void row_web(struct world *w, uint32_t server, const struct web *q)
{
	switch (w->hosts.at[server].web) {
	case WEB_IIS:
		row_iis(w, server, LOG_IIS, q);
		break;
	case WEB_NGINX:
		row_nginx(w, server, q);
		break;
	case WEB_TOMCAT:
		row_tomcat(w, server, q);
		break;
	}
}

void row_catalina(struct world *w, uint32_t host, int64_t t, const char *level, const char *source,
		  const char *text)
{
	struct civil c = civil_of(host_local(w, host, t));
	struct sink *s = log_of(w, host, LOG_CATALINA);
	buf *b = row_in(s);

	if (!b)
		return;
	put_pad(b, c.day, 2);
	buf_byte(b, '-');
	buf_add(b, MONTHS[c.month - 1], 3);
	buf_byte(b, '-');
	put_pad(b, c.year, 4);
	buf_byte(b, ' ');
	put_clock(b, &c);
	buf_byte(b, '.');
	put_pad(b, c.ms, 3);
	buf_byte(b, ' ');
	buf_z(b, level);
	PUT(b, " [http-nio-8443-exec-");
	put_u(b, 1 + (uint64_t)(t / MS) % 24);
	PUT(b, "] ");
	buf_z(b, source);
	buf_byte(b, ' ');
	buf_z(b, text);
	PUT(b, "\r\n");
	sink_end(s, t, w->step);
}

/* --- applications --------------------------------------------------------------------------- */

void head_app_audit(const struct sink *s, int64_t t, buf *b)
{
	PUT(b, "time,operator,department,file_id,action,client_ip,client_mac,bytes,result\r\n");
}

void row_app_audit(struct world *w, uint32_t host, int64_t t, const char *user, const char *action,
		   uint32_t file, uint32_t client, uint64_t size)
{
	const struct host *c = &w->hosts.at[client];
	struct sink *s = log_of(w, host, LOG_APP_AUDIT);
	buf *b = row_in(s);

	if (!b)
		return;
	put_plain(b, host_local(w, host, t), 0, 0);
	buf_byte(b, ',');
	buf_z(b, user);
	PUT(b, ",D");
	put_pad(b, c->number % 12, 2);
	PUT(b, ",F");
	put_pad(b, file, 7);
	buf_byte(b, ',');
	buf_z(b, action);
	buf_byte(b, ',');
	put_ip(b, host_ip(w, client, t));
	buf_byte(b, ',');
	put_mac(b, c->mac, '-');
	buf_byte(b, ',');
	put_u(b, size);
	PUT(b, ",ok\r\n");
	sink_end(s, t, w->step);
}

static void put_wide(buf *b, const char *ascii)
{
	for (; *ascii; ascii++) {
		buf_byte(b, *ascii);
		buf_byte(b, '\0');
	}
}

void head_sql(const struct sink *s, int64_t t, buf *b)
{
	PUT(b, "\xff\xfe");
}

void row_sql(struct world *w, uint32_t host, int64_t t, const char *text)
{
	char z[40];
	buf time = { z, 0, sizeof z, sizeof z, false };
	struct sink *s = log_of(w, host, LOG_SQL_ERROR);
	buf *b = row_in(s);

	if (!b)
		return;
	put_plain(&time, host_local(w, host, t), 0, 0);
	buf_byte(&time, '.');
	put_pad(&time, (uint64_t)(t / (10 * MS)) % 100, 2);
	buf_byte(&time, '\0');
	put_wide(b, z);
	put_wide(b, " spid");
	put_wide(b, t / SECOND % 2 ? "52        " : "61        ");
	put_wide(b, text);
	put_wide(b, "\r\n");
	sink_end(s, t, w->step);
}

void row_vendor(struct world *w, uint32_t host, int64_t t, const char *level, const char *text)
{
	struct sink *s = log_of(w, host, LOG_VENDOR);
	buf *b = row_in(s);

	if (!b)
		return;
	put_plain(b, host_local(w, host, t), 3, ',');
	buf_byte(b, ' ');
	buf_z(b, level);
	PUT(b, " [worker-");
	put_u(b, 1 + (uint64_t)(t / MS) % 8);
	PUT(b, "] ");
	buf_z(b, text);
	buf_byte(b, '\n');
	sink_end(s, t, w->step);
}

void row_agent(struct world *w, uint32_t host, int64_t t, const char *text)
{
	struct sink *s = log_of(w, host, LOG_AGENT);
	buf *b = row_in(s);

	if (!b)
		return;
	buf_byte(b, '[');
	put_plain(b, host_local(w, host, t), 3, '.');
	PUT(b, "] ");
	buf_z(b, text);
	PUT(b, "\r\n");
	sink_end(s, t, w->step);
}

void row_wsus(struct world *w, uint32_t host, int64_t t, bool change, const char *method, const char *text)
{
	struct sink *s = log_of(w, host, change ? LOG_WSUS_CHANGE : LOG_WSUS);
	buf *b = row_in(s);

	if (!b)
		return;
	put_plain(b, host_clock(&w->hosts.at[host], t), 3, '.');
	buf_z(b, change ? " UTC\tChange\tw3wp." : " UTC\tInfo\tWsusService.");
	put_u(b, 4 + (uint64_t)(t / MS) % 60);
	buf_byte(b, '\t');
	buf_z(b, method);
	buf_byte(b, '\t');
	buf_z(b, text);
	PUT(b, "\r\n");
	sink_end(s, t, w->step);
}

/* --- Linux ---------------------------------------------------------------------------------- */

/* variant 0: RFC 3164 as rsyslog's old default writes it; 1: high precision. */
void row_auth(struct world *w, uint32_t host, int64_t t, const char *tag, uint32_t pid, const char *text)
{
	const struct host *h = &w->hosts.at[host];
	struct sink *s = log_of(w, host, LOG_AUTH);
	buf *b = row_in(s);

	if (!b)
		return;
	if (h->variant) {
		int64_t offset = org_offset(&w->orgs.at[h->org], t);

		put_iso(b, host_local(w, host, t), 6, offset < 0 ? "-" : "+");
		put_pad(b, (uint64_t)(offset / HOUR), 2);
		PUT(b, ":00");
	} else {
		put_syslog(b, host_local(w, host, t), false);
	}
	buf_byte(b, ' ');
	buf_z(b, h->name);
	buf_byte(b, ' ');
	buf_z(b, tag);
	if (pid) {
		buf_byte(b, '[');
		put_u(b, pid);
		buf_byte(b, ']');
	}
	PUT(b, ": ");
	buf_z(b, text);
	buf_byte(b, '\n');
	sink_end(s, t, w->step);
}

static void put_audit(buf *b, const struct host *h, const char *type, int64_t t, uint64_t serial)
{
	PUT(b, "type=");
	buf_z(b, type);
	PUT(b, " msg=audit(");
	put_epoch(b, host_clock(h, t), 3);
	buf_byte(b, ':');
	put_u(b, serial);
	PUT(b, "): ");
}

static void put_ids(buf *b, uint32_t uid)
{
	PUT(b, " auid=");
	put_u(b, uid ? uid : UINT32_MAX);
	PUT(b, " uid=");
	put_u(b, uid);
	PUT(b, " gid=");
	put_u(b, uid);
	PUT(b, " euid=");
	put_u(b, uid);
	PUT(b, " suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3");
}

static const char *name_of(const char *path)
{
	return str_basename(str_of(path)).ptr;
}

static void put_syscall(buf *b, const struct host *h, int64_t t, uint64_t serial, unsigned call,
			uint32_t ppid, uint32_t pid, uint32_t uid, const char *exe, const char *key)
{
	put_audit(b, h, "SYSCALL", t, serial);
	PUT(b, "arch=c000003e syscall=");
	put_u(b, call);
	PUT(b, " success=yes exit=0 a0=55d0 a1=55d1 a2=55d2 a3=0 items=2 ppid=");
	put_u(b, ppid);
	PUT(b, " pid=");
	put_u(b, pid);
	put_ids(b, uid);
	PUT(b, " comm=\"");
	buf_z(b, name_of(exe));
	PUT(b, "\" exe=\"");
	buf_z(b, exe);
	PUT(b, "\" subj=unconfined key=\"");
	buf_z(b, key);
	PUT(b, "\"\n");
}

/* proctitle: arguments with NUL between, in hex. */
static void put_proctitle(buf *b, const struct host *h, int64_t t, uint64_t serial, const char *const *argv)
{
	put_audit(b, h, "PROCTITLE", t, serial);
	PUT(b, "proctitle=");
	for (size_t i = 0; argv[i]; i++) {
		for (const char *p = argv[i]; *p; p++) {
			put_hex(b, (uint8_t)*p >> 4, 1);
			put_hex(b, (uint8_t)*p & 15, 1);
		}
		if (argv[i + 1])
			PUT(b, "00");
	}
	buf_byte(b, '\n');
}

/* The records of one event are one row: they stand together, as the kernel's audit writes them. */
void row_execve(struct world *w, uint32_t host, int64_t t, uint32_t ppid, uint32_t pid, uint32_t uid,
		const char *const *argv)
{
	struct host *h = &w->hosts.at[host];
	uint64_t serial = ++h->next_logon;
	size_t argc = 0;
	struct sink *s = log_of(w, host, LOG_AUDITD);
	buf *b = row_in(s);

	if (!b)
		return;
	put_syscall(b, h, t, serial, 59, ppid, pid, uid, argv[0], "exec");
	put_audit(b, h, "EXECVE", t, serial);
	while (argv[argc])
		argc++;
	PUT(b, "argc=");
	put_u(b, argc);
	for (size_t i = 0; i < argc; i++) {
		PUT(b, " a");
		put_u(b, i);
		PUT(b, "=\"");
		buf_z(b, argv[i]);
		buf_byte(b, '"');
	}
	buf_byte(b, '\n');
	put_audit(b, h, "CWD", t, serial);
	PUT(b, "cwd=\"/\"\n");
	put_proctitle(b, h, t, serial, argv);
	sink_end(s, t, w->step);
}

void row_file_audit(struct world *w, uint32_t host, int64_t t, uint32_t pid, uint32_t uid, const char *exe,
		    const char *path)
{
	struct host *h = &w->hosts.at[host];
	uint64_t serial = ++h->next_logon;
	const char *const argv[] = { exe, path, NULL };
	struct sink *s = log_of(w, host, LOG_AUDITD);
	buf *b = row_in(s);

	if (!b)
		return;
	put_syscall(b, h, t, serial, 257, 1, pid, uid, exe, "content");
	put_audit(b, h, "CWD", t, serial);
	PUT(b, "cwd=\"/\"\n");
	put_audit(b, h, "PATH", t, serial);
	PUT(b, "item=1 name=\"");
	buf_z(b, path);
	PUT(b, "\" inode=");
	put_u(b, 262144 + serial % 65536);
	PUT(b, " dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=CREATE cap_fp=0 cap_fi=0 cap_fe=0 "
	       "cap_fver=0\n");
	put_proctitle(b, h, t, serial, argv);
	sink_end(s, t, w->step);
}
