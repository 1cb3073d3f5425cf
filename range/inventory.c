/* inventory.c - what an analyst is given beside the logs: the list of assets, and the fictional geography. */
#include "inventory.h"

#include <errno.h>
#include <stdio.h>

#include "degrade.h"
#include "fmt.h"

static void row(const struct world *w, uint32_t host, buf *b)
{
	const struct host *h = &w->hosts.at[host];
	const struct org *o = &w->orgs.at[h->org];

	PUT(b, "AS-");
	put_pad(b, 10000 + host, 5);
	buf_byte(b, ',');
	buf_z(b, h->folder);
	buf_byte(b, ',');
	buf_z(b, h->fqdn);
	buf_byte(b, ',');
	if (h->old_name && h->number % 2 == 0) /* not everybody keeps the list */
		buf_z(b, h->old_name);
	buf_byte(b, ',');
	if (!h->wifi) /* who has a leased address is for the address server to tell */
		put_ip(b, h->ip);
	buf_byte(b, ',');
	put_mac(b, h->mac, ':');
	buf_z(b, h->windows ? h->role == ROLE_DESK ? ",Windows 10," : ",Windows Server 2019," : ",Linux,");
	buf_z(b, ROLE_NAMES[h->role]);
	buf_z(b, h->role == ROLE_DESK ? ",normal," : ",high,");
	buf_z(b, o->name);
	buf_byte(b, ',');
	buf_z(b, h->site);
	buf_byte(b, ',');
	if (!w->bundle->level[DEG_TZ])
		put_zone(b, o->utc_offset);
	PUT(b, ",,,");
	if (h->agent)
		put_u(b, 700000 + host);
	PUT(b, "\r\n");
}

/* The country of a documentation address, and its network's number: eighths of each block. */
unsigned geo_asn(uint32_t ip)
{
	unsigned part = (ip >> 8 & 3) * 8 + (ip & 255) / 32;

	return part < 16 ? 64496 + part : 65536 + part % 16;
}

char geo_country(uint32_t ip)
{
	return (char)('A' + (ip & 255) / 32);
}

static void geography(buf *b)
{
	static const uint32_t BLOCKS[] = { 0xc0000200, 0xc6336400, 0xcb007100 };

	PUT(b, "network,country,asn\r\n");
	for (size_t i = 0; i < COUNT(BLOCKS); i++)
		for (uint32_t part = 0; part < 256; part += 32) {
			put_ip(b, BLOCKS[i] + part);
			PUT(b, "/27,X");
			buf_byte(b, geo_country(BLOCKS[i] + part));
			buf_byte(b, ',');
			put_u(b, geo_asn(BLOCKS[i] + part));
			PUT(b, "\r\n");
		}
}

static int put_file(const char *dir, const char *name, const buf *b, err *e)
{
	char path[2 * SINK_PATH_MAX];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = b->failed ? NULL : fopen(path, "we");
	if (!f || fwrite(b->ptr, 1, b->len, f) != b->len || fclose(f) != 0)
		return err_errno(e, errno, "cannot write %s", path);
	return 0;
}

int inventory_write(const struct world *w, const char *dir, err *e)
{
	buf b = { 0 };
	int rc;

	PUT(&b,
	    "asset_id,hostname,fqdn,aliases,ip,mac,os,role,criticality,owner_org,site,timezone,valid_from,valid_to,"
	    "agent_id\r\n");
	for (uint32_t i = 0; i < w->hosts.len; i++)
		row(w, i, &b);
	rc = put_file(dir, "evidence/inventory.csv", &b, e);
	buf_clear(&b);
	geography(&b);
	if (rc == 0)
		rc = put_file(dir, "geo_asn.csv", &b, e);
	buf_done(&b);
	return rc;
}
