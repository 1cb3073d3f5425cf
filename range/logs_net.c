/* logs_net.c - rows of proxies, firewalls, name and address servers. */
#include "logs_priv.h"

/* --- proxies -------------------------------------------------------------------------------- */

static void row_squid(struct world *w, uint32_t proxy, const struct flow *f)
{
	const struct host *h = &w->hosts.at[proxy];
	bool tunnel = f->proto == NET_TLS;
	struct sink *s = log_of(w, proxy, LOG_SQUID);
	buf *b = row_in(s);

	if (!b)
		return;
	put_epoch(b, host_clock(h, f->t + f->dur), 3);
	buf_byte(b, ' ');
	for (int64_t ms = f->dur / MS, width = 100000; width > 1 && ms < width; width /= 10)
		buf_byte(b, ' ');
	put_u(b, (uint64_t)(f->dur / MS));
	buf_byte(b, ' ');
	put_ip(b, f->src);
	buf_z(b, f->denied ? " TCP_DENIED/" : tunnel ? " TCP_TUNNEL/" : " TCP_MISS/");
	put_u(b, f->denied ? 407 : f->status ? f->status : 200);
	buf_byte(b, ' ');
	put_u(b, f->denied ? 4102 : f->down);
	buf_byte(b, ' ');
	buf_z(b, tunnel ? "CONNECT" : f->method ? f->method : "GET");
	buf_byte(b, ' ');
	if (!tunnel)
		PUT(b, "http://");
	if (f->name)
		buf_z(b, f->name);
	else
		put_ip(b, f->dst);
	if (tunnel) {
		buf_byte(b, ':');
		put_u(b, f->dport);
	} else {
		buf_z(b, f->path ? f->path : "/");
	}
	buf_byte(b, ' ');
	buf_z(b, f->user ? f->user : "-");
	if (f->denied) {
		PUT(b, " HIER_NONE/-");
	} else {
		PUT(b, " HIER_DIRECT/");
		put_ip(b, f->dst);
	}
	buf_z(b, tunnel ? " -" : " text/html");
	if (h->variant == PROXY_SQUID_UP) {
		buf_byte(b, ' ');
		put_u(b, f->up);
	}
	buf_byte(b, '\n');
	sink_end(s, f->t + f->dur, w->step);
}

void head_elff(const struct sink *s, int64_t t, buf *b)
{
	const struct world *w = s->all->ctx;

	PUT(b, "#Software: SGOS 6.7.5.3\r\n#Version: 1.0\r\n#Date: ");
	put_plain(b, host_clock(&w->hosts.at[s->host], t), 0, 0);
	PUT(b,
	    "\r\n#Fields: date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result "
	    "cs-categories cs(Referer) sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host "
	    "cs-uri-port cs-uri-path cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes\r\n");
}

static void row_elff(struct world *w, uint32_t proxy, const struct flow *f)
{
	const struct host *h = &w->hosts.at[proxy];
	bool tunnel = f->proto == NET_TLS;
	struct sink *s = log_of(w, proxy, LOG_ELFF);
	buf *b = row_in(s);

	if (!b)
		return;
	put_plain(b, host_clock(h, f->t + f->dur), 0, 0);
	buf_byte(b, ' ');
	put_u(b, (uint64_t)(f->dur / MS));
	buf_byte(b, ' ');
	put_ip(b, f->src);
	buf_byte(b, ' ');
	buf_z(b, f->user ? f->user : "-");
	buf_z(b, f->denied ? " - authentication_failed DENIED" : " - - OBSERVED");
	PUT(b, " \"Technology/Internet\" - ");
	put_u(b, f->denied ? 407 : f->status ? f->status : 200);
	buf_z(b, f->denied ? " TCP_DENIED " : tunnel ? " TCP_TUNNELED " : " TCP_NC_MISS ");
	buf_z(b, tunnel ? "CONNECT - tcp " : f->method ? f->method : "GET");
	if (!tunnel)
		PUT(b, " text/html http ");
	if (f->name)
		buf_z(b, f->name);
	else
		put_ip(b, f->dst);
	buf_byte(b, ' ');
	put_u(b, f->dport);
	buf_byte(b, ' ');
	buf_z(b, f->path && !tunnel ? f->path : "/");
	PUT(b, " - - \"");
	buf_z(b, f->agent ? f->agent : "Mozilla/5.0 (Windows NT 10.0; Win64; x64)");
	PUT(b, "\" ");
	put_ip(b, h->ip);
	buf_byte(b, ' ');
	put_u(b, f->down);
	buf_byte(b, ' ');
	put_u(b, f->up);
	PUT(b, "\r\n");
	sink_end(s, f->t + f->dur, w->step);
}

void row_proxy(struct world *w, uint32_t proxy, const struct flow *f)
{
	if (w->hosts.at[proxy].variant == PROXY_ELFF)
		row_elff(w, proxy, f);
	else
		row_squid(w, proxy, f);
}

/* --- firewalls ------------------------------------------------------------------------------ */

/* 2024/04/18 10:14:12 */
static void put_slashed(buf *b, int64_t local)
{
	struct civil c = civil_of(local);

	put_date(b, &c, '/');
	buf_byte(b, ' ');
	put_clock(b, &c);
}

static void row_pan(struct world *w, uint32_t fw, const struct flow *f, uint32_t nat, bool inbound)
{
	const struct host *h = &w->hosts.at[fw];
	int64_t end = f->t + f->dur, local = host_local(w, fw, end);
	uint32_t packets_up = (uint32_t)(f->up / 900 + 3), packets_down = (uint32_t)(f->down / 1200 + 3);
	struct sink *s = log_of(w, fw, LOG_PAN);
	buf *b = row_in(s);

	if (!b)
		return;
	put_syslog(b, local, false);
	buf_byte(b, ' ');
	buf_z(b, h->name);
	PUT(b, " 1,");
	put_slashed(b, local);
	PUT(b, ",0011C100001,TRAFFIC,");
	buf_z(b, f->denied ? "deny" : "end");
	PUT(b, ",2561,");
	put_slashed(b, local);
	buf_byte(b, ',');
	put_ip_comma(b, f->src);
	put_ip_comma(b, inbound ? nat : f->dst);
	put_ip_comma(b, inbound ? f->src : nat);
	put_ip_comma(b, f->dst);
	buf_z(b, f->denied ? "block-any" : inbound ? "in-public" : "out-any");
	buf_byte(b, ',');
	if (f->user)
		buf_z(b, f->user);
	PUT(b, ",,");
	buf_z(b, f->denied ? "not-applicable" : PROTOCOLS[f->proto].pan);
	buf_z(b, inbound ? ",vsys1,untrust,dmz,ae2,ae1.7,fwd," : ",vsys1,trust,untrust,ae1.7,ae2,fwd,");
	put_slashed(b, local);
	buf_byte(b, ',');
	put_u_comma(b, 20000 + w->connections % 900000);
	PUT(b, "1,");
	put_u_comma(b, f->sport);
	put_u_comma(b, f->dport);
	put_u_comma(b, inbound ? f->sport : 1024 + (f->sport * 7u) % 60000);
	put_u_comma(b, f->dport);
	buf_z(b, f->denied ? "0x0,tcp,deny," : "0x400053,tcp,allow,");
	put_u_comma(b, f->up + f->down);
	put_u_comma(b, f->up);
	put_u_comma(b, f->down);
	put_u_comma(b, packets_up + packets_down);
	put_slashed(b, host_local(w, fw, f->t));
	buf_byte(b, ',');
	put_u_comma(b, (uint64_t)(f->dur / SECOND));
	PUT(b, "any,0,");
	put_u_comma(b, 9000000 + w->connections);
	buf_z(b, inbound ? "0x0,Reserved,10.0.0.0-10.255.255.255,0,"
			 : "0x0,10.0.0.0-10.255.255.255,Reserved,0,");
	put_u_comma(b, packets_up);
	put_u_comma(b, packets_down);
	buf_z(b, f->denied ? "policy-deny" : "tcp-fin");
	PUT(b, ",0,0,0,0,,");
	buf_z(b, h->name);
	PUT(b, ",from-policy,,,0,,0,,N/A,0,0,0,0\n");
	sink_end(s, end, w->step);
}

static buf *asa_row(struct world *w, struct sink *s, int64_t t, const char *id)
{
	buf *b = sink_row(s);

	PUT(b, "<134>");
	put_syslog(b, host_local(w, s->host, t), true);
	buf_byte(b, ' ');
	buf_z(b, w->hosts.at[s->host].name);
	PUT(b, " : %ASA-");
	buf_z(b, id);
	PUT(b, ": ");
	return b;
}

static void put_endpoint(buf *b, const char *zone, uint32_t ip, uint16_t port)
{
	buf_z(b, zone);
	buf_byte(b, ':');
	put_ip(b, ip);
	buf_byte(b, '/');
	put_u(b, port);
}

static void put_translated(buf *b, uint32_t ip, uint16_t port)
{
	PUT(b, " (");
	put_ip(b, ip);
	buf_byte(b, '/');
	put_u(b, port);
	buf_byte(b, ')');
}

static void row_asa(struct world *w, uint32_t fw, const struct flow *f, uint32_t nat, bool inbound)
{
	struct sink *s = log_of(w, fw, LOG_ASA);
	uint16_t nport = inbound ? f->sport : (uint16_t)(1024 + (f->sport * 7u) % 60000);
	int64_t sec = f->dur / SECOND;
	buf *b;

	if (!s)
		return;
	if (f->denied) {
		b = asa_row(w, s, f->t, "4-106023");
		PUT(b, "Deny tcp src ");
		put_endpoint(b, inbound ? "outside" : "inside", f->src, f->sport);
		PUT(b, " dst ");
		put_endpoint(b, inbound ? "dmz" : "outside", inbound ? nat : f->dst, f->dport);
		PUT(b, " by access-group \"edge\" [0x0, 0x0]\n");
		sink_end(s, f->t, w->step);
		return;
	}
	b = asa_row(w, s, f->t, "6-302013");
	buf_z(b, inbound ? "Built inbound TCP connection " : "Built outbound TCP connection ");
	put_u(b, w->connections);
	PUT(b, " for ");
	put_endpoint(b, "outside", inbound ? f->src : f->dst, inbound ? f->sport : f->dport);
	put_translated(b, inbound ? f->src : f->dst, inbound ? f->sport : f->dport);
	PUT(b, " to ");
	put_endpoint(b, inbound ? "dmz" : "inside", inbound ? f->dst : f->src, inbound ? f->dport : f->sport);
	put_translated(b, nat, inbound ? f->dport : nport);
	buf_byte(b, '\n');
	sink_end(s, f->t, w->step);
	b = asa_row(w, s, f->t + f->dur, "6-302014");
	PUT(b, "Teardown TCP connection ");
	put_u(b, w->connections);
	PUT(b, " for ");
	put_endpoint(b, "outside", inbound ? f->src : f->dst, inbound ? f->sport : f->dport);
	PUT(b, " to ");
	put_endpoint(b, inbound ? "dmz" : "inside", inbound ? f->dst : f->src, inbound ? f->dport : f->sport);
	PUT(b, " duration ");
	put_u(b, (uint64_t)sec / 3600);
	buf_byte(b, ':');
	put_pad(b, (uint64_t)sec / 60 % 60, 2);
	buf_byte(b, ':');
	put_pad(b, (uint64_t)sec % 60, 2);
	PUT(b, " bytes ");
	put_u(b, f->up + f->down);
	PUT(b, " TCP FINs\n");
	sink_end(s, f->t + f->dur, w->step);
}

static buf *forti_row(struct world *w, struct sink *s, int64_t t, const char *rest)
{
	const struct host *h = &w->hosts.at[s->host];
	struct civil c = civil_of(host_local(w, s->host, t));
	buf *b = sink_row(s);

	PUT(b, "date=");
	put_date(b, &c, '-');
	PUT(b, " time=");
	put_clock(b, &c);
	PUT(b, " devname=\"");
	buf_z(b, h->name);
	PUT(b, "\" devid=\"FGT60F0000000");
	put_pad(b, h->index % 1000, 3);
	PUT(b, "\" eventtime=");
	put_u(b, (uint64_t)host_clock(h, t));
	PUT(b, " tz=\"");
	put_zone(b, org_offset(&w->orgs.at[h->org], t));
	PUT(b, "\" ");
	buf_z(b, rest);
	return b;
}

static void row_forti(struct world *w, uint32_t fw, const struct flow *f, uint32_t nat, bool inbound)
{
	struct sink *s = log_of(w, fw, LOG_FORTI);
	buf *b;

	if (!s)
		return;
	b = forti_row(
		w, s, f->t + f->dur,
		"logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" srcip=");
	put_ip(b, f->src);
	PUT(b, " srcport=");
	put_u(b, f->sport);
	buf_z(b, inbound ? " srcintf=\"wan1\" srcintfrole=\"wan\" dstip="
			 : " srcintf=\"lan\" srcintfrole=\"lan\" dstip=");
	put_ip(b, inbound ? nat : f->dst);
	PUT(b, " dstport=");
	put_u(b, f->dport);
	buf_z(b, inbound ? " dstintf=\"dmz\" dstintfrole=\"dmz\" sessionid="
			 : " dstintf=\"wan1\" dstintfrole=\"wan\" sessionid=");
	put_u(b, 40000 + w->connections);
	buf_z(b, f->denied ? " proto=6 action=\"deny\" policyid=0" : " proto=6 action=\"close\" policyid=4");
	PUT(b, " policytype=\"policy\" service=\"");
	buf_z(b, f->dport == 443 ? "HTTPS" : f->dport == 80 ? "HTTP" : "tcp");
	buf_z(b, inbound ? "\" trandisp=\"dnat\" tranip=" : "\" trandisp=\"snat\" transip=");
	put_ip(b, inbound ? f->dst : nat);
	PUT(b, " transport=");
	put_u(b, 1024 + (f->sport * 7u) % 60000);
	PUT(b, " duration=");
	put_u(b, (uint64_t)(f->dur / SECOND));
	PUT(b, " sentbyte=");
	put_u(b, f->up);
	PUT(b, " rcvdbyte=");
	put_u(b, f->down);
	PUT(b, " sentpkt=");
	put_u(b, f->up / 900 + 3);
	PUT(b, " rcvdpkt=");
	put_u(b, f->down / 1200 + 3);
	buf_byte(b, '\n');
	sink_end(s, f->t + f->dur, w->step);
}

void row_firewall(struct world *w, uint32_t fw, const struct flow *f, uint32_t nat, bool inbound)
{
	switch (w->hosts.at[fw].variant) {
	case FW_PAN:
		row_pan(w, fw, f, nat, inbound);
		break;
	case FW_ASA:
		row_asa(w, fw, f, nat, inbound);
		break;
	default:
		row_forti(w, fw, f, nat, inbound);
	}
}

void row_device_login(struct world *w, uint32_t fw, int64_t t, const char *user, uint32_t from, bool ok)
{
	struct sink *s = log_of(w, fw, LOG_FORTI);
	buf *b;

	if (!s || w->hosts.at[fw].variant != FW_FORTI)
		return;
	b = forti_row(
		w, s, t,
		ok ? "logid=\"0100032001\" type=\"event\" subtype=\"system\" level=\"information\" vd=\"root\" "
		     "logdesc=\"Admin login successful\" user=\""
		   : "logid=\"0100032002\" type=\"event\" subtype=\"system\" level=\"alert\" vd=\"root\" "
		     "logdesc=\"Admin login failed\" user=\"");
	buf_z(b, user);
	PUT(b, "\" ui=\"https(");
	put_ip(b, from);
	PUT(b, ")\" method=\"https\" srcip=");
	put_ip(b, from);
	PUT(b, " dstip=");
	put_ip(b, w->hosts.at[fw].ip);
	buf_z(b, ok ? " action=\"login\" status=\"success\"\n" : " action=\"login\" status=\"failed\"\n");
	sink_end(s, t, w->step);
}

/* AnyConnect: session begins with its address, ends with its bytes. */
void row_vpn(struct world *w, uint32_t vpn, int64_t t, const char *user, uint32_t outside, uint32_t assigned,
	     int64_t dur, uint64_t up, uint64_t down)
{
	struct sink *s = log_of(w, vpn, LOG_ASA);
	int64_t sec = dur / SECOND;
	buf *b;

	if (!s)
		return;
	b = asa_row(w, s, t, "6-113039");
	PUT(b, "Group <staff> User <");
	buf_z(b, user);
	PUT(b, "> IP <");
	put_ip(b, outside);
	PUT(b, "> AnyConnect parent session started.\n");
	sink_end(s, t, w->step);
	b = asa_row(w, s, t + 900 * MS, "4-722051");
	PUT(b, "Group <staff> User <");
	buf_z(b, user);
	PUT(b, "> IP <");
	put_ip(b, outside);
	PUT(b, "> IPv4 Address <");
	put_ip(b, assigned);
	PUT(b, "> IPv6 address <::> assigned to session\n");
	sink_end(s, t + 900 * MS, w->step);
	b = asa_row(w, s, t + dur, "4-113019");
	PUT(b, "Group = staff, Username = ");
	buf_z(b, user);
	PUT(b, ", IP = ");
	put_ip(b, outside);
	PUT(b, ", Session disconnected. Session Type: SSL, Duration: ");
	put_u(b, (uint64_t)sec / 3600);
	PUT(b, "h:");
	put_pad(b, (uint64_t)sec / 60 % 60, 2);
	PUT(b, "m:");
	put_pad(b, (uint64_t)sec % 60, 2);
	PUT(b, "s, Bytes xmt: ");
	put_u(b, down);
	PUT(b, ", Bytes rcv: ");
	put_u(b, up);
	PUT(b, ", Reason: User Requested\n");
	sink_end(s, t + dur, w->step);
}

/* --- names and addresses ---------------------------------------------------------------------- */

void head_dns(const struct sink *s, int64_t t, buf *b)
{
	PUT(b, "DNS Server log file creation at ");
	put_plain(b, host_local(s->all->ctx, s->host, t), 0, 0);
	PUT(b, "\r\nLog file wrap at ");
	put_plain(b, host_local(s->all->ctx, s->host, t), 0, 0);
	PUT(b,
	    "\r\n\r\nMessage logging key (for packets - other items use a subset of these fields):\r\n"
	    "\tField #  Information         Values\r\n\t-------  -----------         ------\r\n"
	    "\t   1     Date\r\n\t   2     Time\r\n\t   3     Thread ID\r\n\t   4     Context\r\n"
	    "\t   5     Internal packet identifier\r\n\t   6     UDP/TCP indicator\r\n"
	    "\t   7     Send/Receive indicator\r\n\t   8     Remote IP\r\n\t   9     Xid (hex)\r\n"
	    "\t  10     Query/Response      R = Response\r\n\t                             blank = Query\r\n"
	    "\t  11     Opcode              Q = Standard Query\r\n"
	    "\t  12     [ Flags (hex)\r\n\t  13     Flags (char codes)\r\n\t  14     ResponseCode ]\r\n"
	    "\t  15     Question Type\r\n\t  16     Question Name\r\n\r\n");
}

/* www.x.example -> (3)www(1)x(7)example(0) */
static void put_labels(buf *b, const char *name)
{
	str rest = str_of(name);

	while (rest.len) {
		str label = str_cut(rest, '.', &rest);

		buf_byte(b, '(');
		put_u(b, label.len);
		buf_byte(b, ')');
		buf_str(b, label);
	}
	PUT(b, "(0)");
}

static void dns_packet(struct world *w, struct sink *s, int64_t t, uint32_t client, const char *name,
		       bool reply, bool found)
{
	struct civil c = civil_of(host_local(w, s->host, t));
	buf *b = sink_row(s);
	size_t from;

	put_u(b, c.month);
	buf_byte(b, '/');
	put_u(b, c.day);
	buf_byte(b, '/');
	put_u(b, c.year);
	buf_byte(b, ' ');
	put_u(b, c.hour % 12 ? c.hour % 12 : 12);
	buf_byte(b, ':');
	put_pad(b, c.min, 2);
	buf_byte(b, ':');
	put_pad(b, c.sec, 2);
	buf_z(b, c.hour < 12 ? " AM " : " PM ");
	PUT(b, "0FE0 PACKET  000002C53117D990 UDP ");
	buf_z(b, reply ? "Snd " : "Rcv ");
	from = b->len;
	put_ip(b, client);
	while (b->len - from < 16 && !b->failed)
		buf_byte(b, ' ');
	put_hex(b, (uint64_t)(t / (7 * MS)) & 0xffff, 4);
	buf_z(b, !reply  ? "   Q [0001   D   NOERROR] A      "
		 : found ? " R Q [8081   DR  NOERROR] A      "
			 : " R Q [8381   DR NXDOMAIN] A      ");
	put_labels(b, name);
	PUT(b, "\r\n");
	sink_end(s, t, w->step);
}

void row_dns(struct world *w, uint32_t server, int64_t t, uint32_t client, const char *name, uint32_t answer)
{
	uint32_t bind = w->orgs.at[w->hosts.at[server].org].bind;
	struct sink *s = bind == NOWHERE ? log_of(w, server, LOG_DNS) : NULL;

	if (bind != NOWHERE)
		row_bind(w, bind, t, client, name);
	if (!s)
		return;
	dns_packet(w, s, t, client, name, false, true);
	dns_packet(w, s, t + 4 * MS, client, name, true, answer != 0);
}

void head_dhcp(const struct sink *s, int64_t t, buf *b)
{
	PUT(b,
	    "\t\tMicrosoft DHCP Service Activity Log\r\n\r\n\r\nEvent ID  Meaning\r\n00\tThe log was started.\r\n"
	    "01\tThe log was stopped.\r\n02\tThe log was temporarily paused due to low disk space.\r\n"
	    "10\tA new IP address was leased to a client.\r\n11\tA lease was renewed by a client.\r\n"
	    "12\tA lease was released by a client.\r\n13\tAn IP address was found to be in use on the network.\r\n"
	    "16\tA lease was deleted.\r\n17\tA lease was expired and DNS records for an expired leases have not "
	    "been deleted.\r\n30\tDNS update request to the named DNS server.\r\n31\tDNS update failed.\r\n"
	    "32\tDNS update successful.\r\n50+\tCodes above 50 are used for Rogue Server Detection information.\r\n\r\n"
	    "ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, "
	    "QResult,Probationtime, CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),"
	    "UserClass(ASCII),RelayAgentInformation,DnsRegError.\r\n");
}

void row_dhcp(struct world *w, uint32_t server, int64_t t, unsigned id, uint32_t host, uint32_t ip)
{
	const struct host *h = &w->hosts.at[host];
	const struct org *o = &w->orgs.at[w->hosts.at[server].org];
	struct civil c = civil_of(host_local(w, server, t));
	struct sink *s = o->leases == LEASES_WINDOWS ? log_of(w, server, LOG_DHCP) : NULL;
	buf *b = row_in(s);

	if (o->leases == LEASES_ISC)
		row_isc(w, o->lease_server, t, id, host, ip);
	if (o->leases == LEASES_KEA)
		row_kea(w, o->lease_server, t, id, host, ip);
	if (!b)
		return;
	put_pad(b, id, 2);
	buf_byte(b, ',');
	put_pad(b, c.month, 2);
	buf_byte(b, '/');
	put_pad(b, c.day, 2);
	buf_byte(b, '/');
	put_pad(b, c.year % 100, 2);
	buf_byte(b, ',');
	put_clock(b, &c);
	buf_z(b, id == 10 ? ",Assign," : id == 11 ? ",Renew," : ",Release,");
	put_ip_comma(b, ip);
	buf_z(b, h->fqdn);
	buf_byte(b, ',');
	for (int i = 0; i < 6; i++) {
		buf_byte(b, "0123456789ABCDEF"[h->mac[i] >> 4]);
		buf_byte(b, "0123456789ABCDEF"[h->mac[i] & 15]);
	}
	PUT(b, ",,");
	put_u(b, 1000000000 + (uint64_t)(t / MS) % 3000000000u);
	PUT(b, ",0,,,,0x4D53465420352E30,MSFT 5.0,,,,0\r\n");
	sink_end(s, t, w->step);
}
