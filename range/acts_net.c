/* acts_net.c - connections, lookups, requests: what the devices between hosts see. */
#include "acts.h"

static bool inside(uint32_t ip)
{
	return ip >> 24 == 10;
}

static uint32_t answer_of(const struct contact *c, const struct world *w)
{
	return c->peer == NOWHERE ? c->ip : host_ip(w, c->peer, c->t);
}

void act_lookup(struct world *w, uint32_t host, int64_t t, const struct process *by, const char *name,
		uint32_t answer)
{
	const struct host *h = &w->hosts.at[host];
	uint32_t dc = w->orgs.at[h->org].dc;
	char z[40];
	buf b = { z, 0, sizeof z - 1, sizeof z - 1, false };

	if (dc != NOWHERE)
		row_dns(w, dc, t, host_ip(w, host, t), name, answer);
	if (w->sensor != NOWHERE && dc != NOWHERE)
		row_sensor_dns(w, w->sensor, t, host_ip(w, host, t), w->hosts.at[dc].ip, name, answer);
	if (!by || !ev_begin(w, host, D_SM_DNS, t + 6 * MS))
		return;
	ev_user(w, &SID_SYSTEM);
	put_plain(&b, host_clock(h, t), 3, '.');
	z[b.len] = '\0';
	ev_z(w, "UtcTime", z);
	ev_guid(w, "ProcessGuid", by->guid);
	ev_n(w, "ProcessId", by->pid);
	ev_z(w, "QueryName", name);
	ev_z(w, "QueryStatus", answer ? "0" : "9003");
	buf_clear(&b);
	PUT(&b, "::ffff:");
	put_ip(&b, answer);
	buf_byte(&b, ';');
	z[b.len] = '\0';
	ev_z(w, "QueryResults", answer ? z : "-");
	ev_z(w, "Image", by->image);
	ev_f(w, "User", "%s\\%s", by->who.domain, by->who.user);
	ev_end(w);
}

static void sysmon_contact(struct world *w, const struct contact *c, const struct flow *f)
{
	const struct host *h = &w->hosts.at[c->host];
	char z[40];
	buf b = { z, 0, sizeof z - 1, sizeof z - 1, false };

	if (!c->by || c->quiet || !ev_begin(w, c->host, D_SM_NET, c->t + 40 * MS))
		return;
	put_plain(&b, host_clock(h, c->t), 3, '.');
	z[b.len] = '\0';
	ev_user(w, &SID_SYSTEM);
	ev_z(w, "UtcTime", z);
	ev_guid(w, "ProcessGuid", c->by->guid);
	ev_n(w, "ProcessId", c->by->pid);
	ev_z(w, "Image", c->by->image);
	ev_f(w, "User", "%s\\%s", c->by->who.domain, c->by->who.user);
	ev_z(w, "Protocol", "tcp");
	ev_n(w, "Initiated", 1);
	ev_ip(w, "SourceIp", f->src);
	ev_z(w, "SourceHostname", h->fqdn);
	ev_n(w, "SourcePort", f->sport);
	ev_ip(w, "DestinationIp", f->dst);
	ev_z(w, "DestinationHostname",
	     c->name && c->peer == NOWHERE ? c->name
	     : c->peer != NOWHERE          ? w->hosts.at[c->peer].fqdn
					   : "-");
	ev_n(w, "DestinationPort", f->dport);
	ev_z(w, "DestinationPortName", f->dport == 443 ? "https" : f->dport == 445 ? "microsoft-ds" : "-");
	ev_end(w);
}

static void watched(struct world *w, const struct flow *f)
{
	if (w->sensor != NOWHERE)
		row_sensor(w, w->sensor, f);
	if (w->netflow != NOWHERE)
		row_netflow(w, w->netflow, f);
}

/* To the outside: by the proxy where the organisation has one and the host must use it. */
static void outward(struct world *w, const struct contact *c, struct flow *f)
{
	const struct org *o = &w->orgs.at[w->hosts.at[c->host].org];
	uint32_t nat = o->egress[f->src % o->negress];
	bool proxied = o->proxy != NOWHERE && !c->direct;

	if (proxied) {
		uint32_t target = f->dst;
		uint16_t port = f->dport;

		row_proxy(w, o->proxy, f);
		f->dst = w->hosts.at[o->proxy].ip;
		f->dport = 3128;
		watched(w, f);
		f->src = f->dst;
		f->dst = target;
		f->dport = port;
		w->connections++;
		if (c->denied)
			return;
	} else {
		watched(w, f);
	}
	if (o->firewall != NOWHERE)
		row_firewall(w, o->firewall, f, nat, false);
}

void act_contact(struct world *w, const struct contact *c)
{
	struct host *h = &w->hosts.at[c->host];
	struct flow f = { .t = c->t,
			  .dur = c->dur ? c->dur : 400 * MS,
			  .src = host_seen_ip(w, c->host, c->t),
			  .dst = answer_of(c, w),
			  .host = c->host,
			  .peer = c->peer,
			  .sport = (uint16_t)(49152 + rng_below(&h->rng, 16000)),
			  .dport = c->port,
			  .proto = c->proto,
			  .name = c->name,
			  .method = c->method,
			  .path = c->path,
			  .agent = c->agent,
			  .user = c->user,
			  .up = c->up,
			  .down = c->down,
			  .denied = c->denied };

	w->connections++;
	if (c->resolve && c->name)
		act_lookup(w, c->host, c->t - 30 * MS, c->quiet ? NULL : c->by, c->name, f.dst);
	sysmon_contact(w, c, &f);
	if (inside(f.dst))
		watched(w, &f);
	else
		outward(w, c, &f);
}

void act_inbound(struct world *w, uint32_t host, int64_t t, int64_t dur, uint32_t from, uint16_t port,
		 const char *name, uint64_t in, uint64_t out, const char *print)
{
	struct host *h = &w->hosts.at[host];
	const struct org *o = &w->orgs.at[h->org];
	struct flow f = { .t = t,
			  .dur = dur,
			  .src = from,
			  .dst = h->ip,
			  .host = NOWHERE,
			  .peer = host,
			  .sport = (uint16_t)(1024 + rng_below(&h->rng, 60000)),
			  .dport = port,
			  .proto = port == 25 ? NET_SMTP : NET_TLS,
			  .name = name,
			  .agent = print,
			  .up = in,
			  .down = out };

	w->connections++;
	if (o->firewall != NOWHERE)
		row_firewall(w, o->firewall, &f, o->egress[0], true);
	watched(w, &f);
}

void act_web(struct world *w, uint32_t server, const struct web *q)
{
	if (!inside(q->client))
		act_inbound(w, server, q->t - q->ms * MS, (q->ms + 200) * MS, q->client, q->port, NULL,
			    q->in + 600, q->out + 3000, NULL);
	row_web(w, server, q);
}

void act_exchange(struct world *w, uint32_t server, const struct exch *x)
{
	if (!inside(x->client))
		act_inbound(w, server, x->t - x->ms * MS, (x->ms + 400) * MS, x->client, 443, NULL,
			    x->in + 600, x->out + 3000, NULL);
	row_exchange(w, server, x);
}
