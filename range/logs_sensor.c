/* logs_sensor.c - rows of flow exporters and network sensors: nfdump, Zeek, Suricata. */
#include "logs_priv.h"

const struct protocol_names PROTOCOLS[] = {
	[NET_TLS] = { "ssl", "ssl", "tls" },
	[NET_HTTP] = { "http", "web-browsing", "http" },
	[NET_SMB] = { "smb,gssapi,ntlm", "ms-ds-smb", "smb" },
	[NET_RPC] = { "dce_rpc", "msrpc", "dcerpc" },
	[NET_RDP] = { "rdp,ssl", "ms-rdp", "rdp" },
	[NET_SSH] = { "ssh", "ssh", "ssh" },
	[NET_LDAP] = { "ldap_tcp", "ldap", "failed" },
	[NET_SMTP] = { "smtp", "smtp", "smtp" },
	[NET_OTHER] = { NULL, "incomplete", "failed" },
};

/* --- flows ---------------------------------------------------------------------------------- */

void head_netflow(const struct sink *s, int64_t t, buf *b)
{
	PUT(b, "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n");
}

static void row_one_way(struct world *w, struct sink *s, const struct flow *f, bool back)
{
	uint64_t n = back ? f->down : f->up;
	buf *b = sink_row(s);

	put_plain(b, host_local(w, s->host, f->t), 3, '.');
	buf_byte(b, ',');
	put_u(b, (uint64_t)(f->dur / SECOND));
	buf_byte(b, '.');
	put_pad(b, (uint64_t)(f->dur / MS % 1000), 3);
	PUT(b, ",6,");
	put_ip_comma(b, back ? f->dst : f->src);
	put_u_comma(b, back ? f->dport : f->sport);
	put_ip_comma(b, back ? f->src : f->dst);
	put_u_comma(b, back ? f->sport : f->dport);
	put_u_comma(b, n / 1000 + 3);
	put_u_comma(b, n + 40 * (n / 1000 + 3));
	PUT(b, "1\n");
	sink_end(s, f->t + f->dur, w->step);
}

void row_netflow(struct world *w, uint32_t exporter, const struct flow *f)
{
	struct sink *s = log_of(w, exporter, LOG_NETFLOW);

	/* Sampled exporters see one session in so many. */
	if (!s || (w->sampling > 1 && w->connections % w->sampling))
		return;
	row_one_way(w, s, f, false);
	row_one_way(w, s, f, true);
}

/* --- sensors: Zeek ---------------------------------------------------------------------------- */

#define ID4 "id.orig_h\tid.orig_p\tid.resp_h\tid.resp_p"
#define ID4_TYPES "addr\tport\taddr\tport"
static const struct {
	enum text_log log;
	const char *path, *fields, *types;
} ZEEK[] = {
	{ LOG_ZEEK_CONN, "conn",
	  "ts\tuid\t" ID4
	  "\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\t"
	  "missed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents",
	  "time\tstring\t" ID4_TYPES
	  "\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\t"
	  "count\tcount\tcount\tset[string]" },
	{ LOG_ZEEK_DNS, "dns",
	  "ts\tuid\t" ID4
	  "\tproto\ttrans_id\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\t"
	  "RA\tZ\tanswers\tTTLs\trejected",
	  "time\tstring\t" ID4_TYPES
	  "\tenum\tcount\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\t"
	  "bool\tcount\tvector[string]\tvector[interval]\tbool" },
	{ LOG_ZEEK_SSL, "ssl",
	  "ts\tuid\t" ID4
	  "\tversion\tcipher\tcurve\tserver_name\tresumed\tlast_alert\tnext_protocol\testablished\tja3",
	  "time\tstring\t" ID4_TYPES "\tstring\tstring\tstring\tstring\tbool\tstring\tstring\tbool\tstring" },
	{ LOG_ZEEK_HTTP, "http",
	  "ts\tuid\t" ID4
	  "\ttrans_depth\tmethod\thost\turi\treferrer\tversion\tuser_agent\torigin\trequest_body_len\t"
	  "response_body_len\tstatus_code\tstatus_msg",
	  "time\tstring\t" ID4_TYPES
	  "\tcount\tstring\tstring\tstring\tstring\tstring\tstring\tstring\tcount\tcount\tcount\t"
	  "string" },
	{ LOG_ZEEK_SMB, "smb_files", "ts\tuid\t" ID4 "\tfuid\taction\tpath\tname\tsize",
	  "time\tstring\t" ID4_TYPES "\tstring\tenum\tstring\tstring\tcount" },
	{ LOG_ZEEK_NTLM, "ntlm", "ts\tuid\t" ID4 "\tusername\thostname\tdomainname\tsuccess",
	  "time\tstring\t" ID4_TYPES "\tstring\tstring\tstring\tbool" },
	{ LOG_ZEEK_RPC, "dce_rpc", "ts\tuid\t" ID4 "\trtt\tnamed_pipe\tendpoint\toperation",
	  "time\tstring\t" ID4_TYPES "\tinterval\tstring\tstring\tstring" },
	{ LOG_ZEEK_RDP, "rdp",
	  "ts\tuid\t" ID4 "\tcookie\tresult\tsecurity_protocol\tclient_name\tkeyboard_layout",
	  "time\tstring\t" ID4_TYPES "\tstring\tstring\tstring\tstring\tstring" },
	{ LOG_ZEEK_SSH, "ssh",
	  "ts\tuid\t" ID4 "\tversion\tauth_success\tauth_attempts\tdirection\tclient\tserver",
	  "time\tstring\t" ID4_TYPES "\tcount\tbool\tcount\tenum\tstring\tstring" },
};

static size_t zeek_of(uint32_t log)
{
	size_t i = 0;

	while (i + 1 < COUNT(ZEEK) && ZEEK[i].log != log)
		i++;
	return i;
}

/* 2024-04-18-10-00-00 */
static void put_dashed(buf *b, int64_t local)
{
	struct civil c = civil_of(local);

	put_date(b, &c, '-');
	buf_byte(b, '-');
	put_pad(b, c.hour, 2);
	buf_byte(b, '-');
	put_pad(b, c.min, 2);
	buf_byte(b, '-');
	put_pad(b, c.sec, 2);
}

void head_zeek(const struct sink *s, int64_t t, buf *b)
{
	const struct world *w = s->all->ctx;
	size_t i = zeek_of(s->variant);

	if (w->hosts.at[s->host].variant == SENSOR_JSON)
		return;
	PUT(b, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t");
	buf_z(b, ZEEK[i].path);
	PUT(b, "\n#open\t");
	put_dashed(b, host_local(w, s->host, t));
	PUT(b, "\n#fields\t");
	buf_z(b, ZEEK[i].fields);
	PUT(b, "\n#types\t");
	buf_z(b, ZEEK[i].types);
	buf_byte(b, '\n');
}

void tail_zeek(const struct sink *s, int64_t t, buf *b)
{
	const struct world *w = s->all->ctx;

	if (w->hosts.at[s->host].variant == SENSOR_JSON)
		return;
	PUT(b, "#close\t");
	put_dashed(b, host_local(w, s->host, t));
	buf_byte(b, '\n');
}

struct zrow {
	struct sink *s;
	buf *b;
	str names;
	bool json;
};

/* The place of the next value: a tab, or its key. */
static void z_next(struct zrow *z)
{
	str name = str_cut(z->names, '\t', &z->names);

	if (!z->json) {
		if (name.ptr[0] != 't' || name.len != 2)
			buf_byte(z->b, '\t');
		return;
	}
	buf_z(z->b, name.len == 2 && name.ptr[0] == 't' ? "\"" : ",\"");
	buf_str(z->b, name);
	PUT(z->b, "\":");
}

static void z_text(struct zrow *z, const char *text)
{
	if (!text && z->json) {
		str_cut(z->names, '\t', &z->names);
		return;
	}
	z_next(z);
	if (z->json)
		buf_byte(z->b, '"');
	for (const char *p = text ? text : "-"; *p; p++) {
		if (*p == '\\')
			buf_z(z->b, z->json ? "\\\\" : "\\x5c");
		else
			buf_byte(z->b, *p);
	}
	if (z->json)
		buf_byte(z->b, '"');
}

static void z_num(struct zrow *z, uint64_t v)
{
	z_next(z);
	put_u(z->b, v);
}

static void z_bool(struct zrow *z, bool v)
{
	z_next(z);
	if (z->json)
		buf_z(z->b, v ? "true" : "false");
	else
		buf_byte(z->b, v ? 'T' : 'F');
}

static void z_seconds(struct zrow *z, int64_t ns)
{
	z_next(z);
	put_epoch(z->b, ns, 6);
}

static void z_ip(struct zrow *z, uint32_t ip)
{
	z_next(z);
	if (z->json)
		buf_byte(z->b, '"');
	put_ip(z->b, ip);
	if (z->json)
		buf_byte(z->b, '"');
}

/* C and seventeen letters, from the connection's serial. */
static void z_uid(struct zrow *z, uint64_t serial)
{
	static const char DIGITS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t x = serial * UINT64_C(0x9e3779b97f4a7c15);

	z_next(z);
	if (z->json)
		buf_byte(z->b, '"');
	buf_byte(z->b, 'C');
	for (int i = 0; i < 10; i++, x /= 62)
		buf_byte(z->b, DIGITS[x % 62]);
	for (int i = 0; i < 7; i++, serial /= 62)
		buf_byte(z->b, DIGITS[serial % 62]);
	if (z->json)
		buf_byte(z->b, '"');
}

static bool z_begin(struct world *w, struct zrow *z, uint32_t sensor, enum text_log log, int64_t t,
		    const struct flow *f)
{
	const struct host *h = &w->hosts.at[sensor];

	z->s = log_of(w, sensor, log);
	if (!z->s || sink_skips(z->s, t, w->step))
		return false;
	z->json = h->variant == SENSOR_JSON;
	z->names = str_of(ZEEK[zeek_of((uint32_t)log)].fields);
	z->b = sink_row(z->s);
	if (z->json)
		buf_byte(z->b, '{');
	z_seconds(z, host_clock(h, t));
	z_uid(z, w->connections);
	z_ip(z, f->src);
	z_num(z, f->sport);
	z_ip(z, f->dst);
	z_num(z, f->dport);
	return true;
}

static void z_end(struct world *w, struct zrow *z, int64_t t)
{
	buf_z(z->b, z->json ? "}\n" : "\n");
	sink_end(z->s, t, w->step);
}

static bool inside(uint32_t ip)
{
	return ip >> 24 == 10;
}

static void zeek_conn(struct world *w, uint32_t sensor, const struct flow *f)
{
	uint64_t up = f->up / 1000 + 4, down = f->down / 1200 + 4;
	struct zrow z;

	if (!z_begin(w, &z, sensor, LOG_ZEEK_CONN, f->t, f))
		return;
	z_text(&z, "tcp");
	z_text(&z, f->denied ? NULL : PROTOCOLS[f->proto].zeek);
	z_seconds(&z, f->dur);
	z_num(&z, f->denied ? 0 : f->up);
	z_num(&z, f->denied ? 0 : f->down);
	z_text(&z, f->denied ? "S0" : "SF");
	z_bool(&z, inside(f->src));
	z_bool(&z, inside(f->dst));
	z_num(&z, 0);
	z_text(&z, f->denied ? "S" : "ShADadfF");
	z_num(&z, f->denied ? 1 : up);
	z_num(&z, f->denied ? 52 : f->up + 40 * up);
	z_num(&z, f->denied ? 0 : down);
	z_num(&z, f->denied ? 0 : f->down + 40 * down);
	z_text(&z, NULL);
	z_end(w, &z, f->t + f->dur);
}

/* A client program has its own fingerprint of TLS: the same for all that share it. */
static void zeek_ssl(struct world *w, uint32_t sensor, const struct flow *f)
{
	struct zrow z;

	if (!z_begin(w, &z, sensor, LOG_ZEEK_SSL, f->t + 30 * MS, f))
		return;
	z_text(&z, "TLSv12");
	z_text(&z, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
	z_text(&z, "x25519");
	z_text(&z, f->name);
	z_bool(&z, false);
	z_text(&z, NULL);
	z_text(&z, NULL);
	z_bool(&z, true);
	z_text(&z, f->agent && str_find(str_of(f->agent), STR(" ")) == SIZE_MAX
			   ? f->agent
			   : "579ccef312d18482fc42e2b822ca2430");
	z_end(w, &z, f->t + 30 * MS);
}

static void zeek_http(struct world *w, uint32_t sensor, const struct flow *f)
{
	struct zrow z;

	if (!z_begin(w, &z, sensor, LOG_ZEEK_HTTP, f->t + 20 * MS, f))
		return;
	z_num(&z, 1);
	z_text(&z, f->method ? f->method : "GET");
	z_text(&z, f->name);
	z_text(&z, f->path ? f->path : "/");
	z_text(&z, NULL);
	z_text(&z, "1.1");
	z_text(&z, f->agent);
	z_text(&z, NULL);
	z_num(&z, f->method && f->method[0] == 'P' ? f->up : 0);
	z_num(&z, f->down);
	z_num(&z, f->status ? f->status : 200);
	z_text(&z, "OK");
	z_end(w, &z, f->t + f->dur);
}

static void zeek_login(struct world *w, uint32_t sensor, const struct flow *f)
{
	struct zrow z;

	if (f->proto == NET_SMB && f->user && z_begin(w, &z, sensor, LOG_ZEEK_NTLM, f->t + 5 * MS, f)) {
		z_text(&z, f->user);
		z_text(&z, f->host == NOWHERE ? NULL : w->hosts.at[f->host].name);
		z_text(&z, w->orgs.at[0].domain);
		z_bool(&z, true);
		z_end(w, &z, f->t + 5 * MS);
	}
	if (f->proto == NET_SMB && f->path && z_begin(w, &z, sensor, LOG_ZEEK_SMB, f->t + 40 * MS, f)) {
		z_text(&z, "FmpQw21a");
		z_text(&z, f->up > f->down ? "SMB::FILE_WRITE" : "SMB::FILE_OPEN");
		z_text(&z, f->name);
		z_text(&z, f->path);
		z_num(&z, f->up > f->down ? f->up : f->down);
		z_end(w, &z, f->t + 40 * MS);
	}
	if (f->proto == NET_RPC && f->path && z_begin(w, &z, sensor, LOG_ZEEK_RPC, f->t + 10 * MS, f)) {
		z_seconds(&z, 1200000);
		z_text(&z, f->name);
		z_text(&z, f->name);
		z_text(&z, f->path);
		z_end(w, &z, f->t + 10 * MS);
	}
	if (f->proto == NET_RDP && z_begin(w, &z, sensor, LOG_ZEEK_RDP, f->t + 10 * MS, f)) {
		z_text(&z, f->user);
		z_text(&z, "encrypted");
		z_text(&z, "HYBRID_EX");
		z_text(&z, f->host == NOWHERE ? NULL : w->hosts.at[f->host].name);
		z_text(&z, "English - United States");
		z_end(w, &z, f->t + 10 * MS);
	}
	if (f->proto == NET_SSH && z_begin(w, &z, sensor, LOG_ZEEK_SSH, f->t + 10 * MS, f)) {
		z_num(&z, 2);
		z_bool(&z, true);
		z_num(&z, 1);
		z_text(&z, NULL);
		z_text(&z, "SSH-2.0-OpenSSH_9.2");
		z_text(&z, "SSH-2.0-OpenSSH_9.2p1 Debian-2");
		z_end(w, &z, f->t + 10 * MS);
	}
}

/* --- sensors: Suricata ---------------------------------------------------------------------- */

static buf *eve_row(struct world *w, struct sink *s, int64_t t, const char *type, const struct flow *f)
{
	const struct host *h = &w->hosts.at[s->host];
	buf *b = sink_row(s);

	PUT(b, "{\"timestamp\":\"");
	put_iso(b, host_local(w, s->host, t), 6, "");
	put_zone(b, org_offset(&w->orgs.at[h->org], t));
	PUT(b, "\",\"flow_id\":");
	put_u(b, (w->connections * UINT64_C(0x9e3779b97f4a7c15)) >> 12);
	PUT(b, ",\"in_iface\":\"ens2\",\"event_type\":\"");
	buf_z(b, type);
	PUT(b, "\",\"src_ip\":\"");
	put_ip(b, f->src);
	PUT(b, "\",\"src_port\":");
	put_u(b, f->sport);
	PUT(b, ",\"dest_ip\":\"");
	put_ip(b, f->dst);
	PUT(b, "\",\"dest_port\":");
	put_u(b, f->dport);
	PUT(b, ",\"proto\":\"TCP\"");
	return b;
}

static void put_json(buf *b, const char *key, const char *value)
{
	buf_byte(b, '"');
	buf_z(b, key);
	PUT(b, "\":\"");
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_byte(b, '\\');
		buf_byte(b, *value);
	}
	buf_byte(b, '"');
}

static void eve_flow(struct world *w, uint32_t sensor, const struct flow *f)
{
	struct sink *s = log_of(w, sensor, LOG_EVE);
	int64_t end = f->t + f->dur;
	buf *b;

	if (!s || sink_skips(s, f->t, w->step))
		return;
	if (f->proto == NET_TLS && f->name) {
		b = eve_row(w, s, f->t + 30 * MS, "tls", f);
		PUT(b, ",\"tls\":{");
		put_json(b, "sni", f->name);
		PUT(b, ",\"version\":\"TLS 1.2\",\"ja3\":{\"hash\":\"");
		buf_z(b, f->agent && str_find(str_of(f->agent), STR(" ")) == SIZE_MAX
				 ? f->agent
				 : "579ccef312d18482fc42e2b822ca2430");
		PUT(b, "\"}}}\n");
		sink_end(s, f->t + 30 * MS, w->step);
	}
	if (f->proto == NET_HTTP) {
		b = eve_row(w, s, f->t + 40 * MS, "http", f);
		PUT(b, ",\"tx_id\":0,\"http\":{");
		put_json(b, "hostname", f->name ? f->name : "-");
		buf_byte(b, ',');
		put_json(b, "url", f->path ? f->path : "/");
		buf_byte(b, ',');
		put_json(b, "http_user_agent", f->agent ? f->agent : "-");
		PUT(b, ",\"http_method\":\"");
		buf_z(b, f->method ? f->method : "GET");
		PUT(b, "\",\"protocol\":\"HTTP/1.1\",\"status\":");
		put_u(b, f->status ? f->status : 200);
		PUT(b, ",\"length\":");
		put_u(b, f->down);
		PUT(b, "}}\n");
		sink_end(s, f->t + 40 * MS, w->step);
	}
	b = eve_row(w, s, end, "flow", f);
	PUT(b, ",\"app_proto\":\"");
	buf_z(b, PROTOCOLS[f->proto].eve);
	PUT(b, "\",\"flow\":{\"pkts_toserver\":");
	put_u(b, f->up / 1000 + 4);
	PUT(b, ",\"pkts_toclient\":");
	put_u(b, f->down / 1200 + 4);
	PUT(b, ",\"bytes_toserver\":");
	put_u(b, f->up);
	PUT(b, ",\"bytes_toclient\":");
	put_u(b, f->down);
	PUT(b, ",\"start\":\"");
	put_iso(b, host_local(w, sensor, f->t), 6, "");
	put_zone(b, org_offset(&w->orgs.at[w->hosts.at[sensor].org], f->t));
	PUT(b, "\",\"end\":\"");
	put_iso(b, host_local(w, sensor, end), 6, "");
	put_zone(b, org_offset(&w->orgs.at[w->hosts.at[sensor].org], end));
	PUT(b, "\",\"age\":");
	put_u(b, (uint64_t)(f->dur / SECOND));
	buf_z(b, f->denied ? ",\"state\":\"new\",\"reason\":\"timeout\",\"alerted\":false}}\n"
			   : ",\"state\":\"closed\",\"reason\":\"timeout\",\"alerted\":false}}\n");
	sink_end(s, end, w->step);
}

void row_sensor(struct world *w, uint32_t sensor, const struct flow *f)
{
	if (w->hosts.at[sensor].variant == SENSOR_EVE) {
		eve_flow(w, sensor, f);
		return;
	}
	zeek_conn(w, sensor, f);
	if (f->denied)
		return;
	if (f->proto == NET_TLS)
		zeek_ssl(w, sensor, f);
	else if (f->proto == NET_HTTP)
		zeek_http(w, sensor, f);
	else
		zeek_login(w, sensor, f);
}

/* answers and TTLs: one of each, or unset. */
static void z_answer(struct zrow *z, uint32_t answer)
{
	if (!answer) {
		z_text(z, NULL);
		z_text(z, NULL);
		return;
	}
	z_next(z);
	buf_z(z->b, z->json ? "[\"" : "");
	put_ip(z->b, answer);
	buf_z(z->b, z->json ? "\"]" : "");
	z_next(z);
	buf_z(z->b, z->json ? "[300.0]" : "300.000000");
}

void row_sensor_dns(struct world *w, uint32_t sensor, int64_t t, uint32_t client, uint32_t server,
		    const char *name, uint32_t answer)
{
	struct flow f = {
		.t = t, .src = client, .dst = server, .dport = 53, .sport = (uint16_t)(49152 + t / MS % 16000)
	};
	struct zrow z;

	w->connections++;
	if (w->hosts.at[sensor].variant == SENSOR_EVE || !z_begin(w, &z, sensor, LOG_ZEEK_DNS, t, &f))
		return;
	z_text(&z, "udp");
	z_num(&z, (uint64_t)(t / MS) & 0xffff);
	z_text(&z, name);
	z_num(&z, 1);
	z_text(&z, "C_INTERNET");
	z_num(&z, 1);
	z_text(&z, "A");
	z_num(&z, answer ? 0 : 3);
	z_text(&z, answer ? "NOERROR" : "NXDOMAIN");
	z_bool(&z, false);
	z_bool(&z, false);
	z_bool(&z, true);
	z_bool(&z, true);
	z_num(&z, 0);
	z_answer(&z, answer);
	z_bool(&z, false);
	z_end(w, &z, t + 3 * MS);
}
