#include "site.h"

#include <errno.h>
#include <stdio.h>

#include "degrade.h"
#include "logs.h"
#include "winev.h"

/* --- draws ---------------------------------------------------------------------------------- */

static const char *const DIRECTORY[] = { NULL, "csvde", "ldifde", "Get-ADComputer" };

static void draw_org(struct world *w, uint32_t org)
{
	struct org *o = &w->orgs.at[org];
	struct rng r = rng_stream(w->seed, "site", org);
	uint32_t lx = world_find(w, org, ROLE_LINUX, 0), leases = rng_below(&r, 100);

	if (lx != NOWHERE && rng_chance(&r, 35))
		o->bind = lx;
	if (lx != NOWHERE && leases < 40)
		o->leases = leases < 20 ? LEASES_ISC : LEASES_KEA;
	o->lease_server = lx;
	o->managed = rng_chance(&r, 40);
	if (o->dc != NOWHERE)
		o->directory = DIRECTORY[rng_below(&r, COUNT(DIRECTORY))];
}

/* What a desk was called before is drawn apart from everything else. */
static void rename_desk(struct world *w, int64_t t, uint32_t host, uint32_t unused)
{
	struct host *h = &w->hosts.at[host];
	const struct org *o = &w->orgs.at[h->org];
	const char *now = world_text(w, "%s.%s", h->folder, o->dns),
		   *account = world_text(w, "%s$", h->folder);
	struct session admin = { "Administrator", o->domain, &SID_SYSTEM, 0x3e7, 3, true };

	if (ev_begin(w, host, D_RENAMED, t)) {
		ev_data(w, world_text(w, "%s\x1f%s\x1f", h->old_name, h->folder));
		ev_end(w);
	}
	if (o->dc != NOWHERE && ev_begin(w, o->dc, D_ACCOUNT_RENAMED, t - 3 * SECOND)) {
		ev_z(w, "OldTargetUserName", h->local.user);
		ev_z(w, "NewTargetUserName", account);
		ev_z(w, "TargetDomainName", o->domain);
		ev_sid(w, "SubjectUserSid", admin.sid);
		ev_z(w, "SubjectUserName", admin.user);
		ev_z(w, "SubjectDomainName", admin.domain);
		ev_end(w);
	}
	h->name = h->folder;
	h->fqdn = now;
	h->local.user = h->services.who.user = account;
}

static void plan_rename(struct world *w, struct host *h, struct rng *r)
{
	const struct org *o = &w->orgs.at[h->org];

	h->old_name = world_upper(w, world_text(w, "%.3s-pc%04u", o->name, 1000 + rng_below(r, 9000)));
	h->old_fqdn = world_text(w, "%s.%s", h->old_name, o->dns);
	h->name = h->old_name;
	h->fqdn = h->old_fqdn;
	h->local.user = h->services.who.user = world_text(w, "%s$", h->old_name);
	agenda_add(w, at_hour(w, rng_between(r, 1, (w->to - w->from) / DAY - 1), 10, 20) + 417 * MS,
		   rename_desk, h->index, 0);
}

void site_draw(struct world *w)
{
	const struct bundle *b = w->bundle;

	for (uint32_t i = 0; i < w->orgs.len; i++)
		draw_org(w, i);
	for (size_t i = 0; i < w->hosts.len; i++) {
		struct host *h = &w->hosts.at[i];
		struct rng r = rng_stream(w->seed, "site-host", i);
		int64_t change = w->from + rng_between(&r, (w->to - w->from) / 5, (w->to - w->from) / 5 * 4);

		if (b->level[DEG_DHCP] && h->role == ROLE_DESK && rng_chance(&r, 3 * b->level[DEG_DHCP]))
			plan_rename(w, h, &r);
		if (!b->level[DEG_ROTATION] || !h->windows || !rng_chance(&r, 50))
			continue;
		h->web_change_at = change / SECOND * SECOND + 123457; /* no row has this time */
		if (h->role == ROLE_MAIL || h->role == ROLE_WSUS ||
		    (h->role == ROLE_UPDATE && h->web == WEB_IIS)) {
			agenda_add(w, h->web_change_at, iis_fields_change, h->index, LOG_IIS);
			if (h->role == ROLE_MAIL)
				agenda_add(w, h->web_change_at, iis_fields_change, h->index, LOG_IIS_BACK);
		}
	}
}

/* --- Configuration Manager ------------------------------------------------------------------------ */

void site_patch_log(struct world *w, uint32_t host, int64_t t, uint32_t round)
{
	static const struct {
		int64_t after;
		enum text_log log;
		const char *file;
		unsigned line;
		const char *text; /* %u: the round */
	} LINES[] = {
		{ 0, LOG_CCM_UPDATE, "cwuahandler.cpp", 1005,
		  "Async searching of updates using WUAgent started." },
		{ 14, LOG_CCM_UPDATE, "cwuahandler.cpp", 2056, "Async searching completed." },
		{ 16, LOG_CCM_UPDATE, "cwuahandler.cpp", 2174, "1. Update (Missing): cumulative round %u" },
		{ 19, LOG_CCM_APP, "appprovider.cpp", 1702,
		  "+++ Starting Install enforcement for round %u, ContentPath - C:\\Windows\\ccmcache\\%u" },
		{ 20, LOG_CCM_APP, "appcontext.cpp", 1150,
		  "    Executing Command line: patch.exe /quiet /norestart (%u)" },
		{ 88, LOG_CCM_APP, "appexcnlib.cpp", 1243, "    Process terminated with exitcode: 0" },
		{ 90, LOG_CCM_APP, "appprovider.cpp", 2545,
		  "++++++ App enforcement completed for round %u." },
		{ 91, LOG_CCM_UPDATE, "cwuahandler.cpp", 3004, "Installation of updates completed." },
	};
	char number[16];

	if (!w->orgs.at[w->hosts.at[host].org].managed)
		return;
	snprintf(number, sizeof number, "%u", round);
	for (size_t i = 0; i < COUNT(LINES); i++) {
		buf b = { 0 };

		for (const char *p = LINES[i].text; *p; p++) {
			if (p[0] == '%' && p[1] == 'u') {
				buf_z(&b, number);
				p++;
			} else {
				buf_byte(&b, *p);
			}
		}
		buf_byte(&b, '\0');
		if (b.failed)
			world_fail(w, "no memory for a row");
		else
			row_ccm(w, host, t + LINES[i].after * SECOND + 31 * MS, LINES[i].log, LINES[i].file,
				LINES[i].line, b.ptr);
		buf_done(&b);
	}
}

/* --- the directory's computers --------------------------------------------------------------------- */

#define FILETIME_1970 UINT64_C(116444736000000000)

/* What the directory knows of one computer. */
struct computer {
	char dn[300], created[24], sid_text[64];
	uint8_t sid[28];
	uint64_t last_logon; /* FILETIME; up to two weeks old */
	const char *os;
};

static struct computer computer_of(const struct world *w, const struct host *h)
{
	const struct org *o = &w->orgs.at[h->org];
	struct rng r = rng_stream(w->seed, "computer", h->index);
	struct civil c =
		civil_of(w->from - rng_between(&r, 20, 900) * DAY - rng_between(&r, 0, 86399) * SECOND);
	struct computer k = { .os = h->role == ROLE_DESK ? "Windows 10 Enterprise"
							 : "Windows Server 2019 Standard" };
	uint32_t part[5] = { 21, o->sid[0], o->sid[1], o->sid[2], 5000 + h->index };

	snprintf(k.dn, sizeof k.dn, "CN=%s,OU=%s,DC=%s", h->folder,
		 h->role == ROLE_DESK ? "Desks" : "Servers", o->name);
	for (const char *p = strchr(o->dns, '.'); p; p = strchr(p + 1, '.')) {
		const char *end = strchr(p + 1, '.');
		size_t n = strlen(k.dn);

		snprintf(k.dn + n, sizeof k.dn - n, ",DC=%.*s", end ? (int)(end - p - 1) : (int)strlen(p + 1),
			 p + 1);
	}
	snprintf(k.created, sizeof k.created, "%04u%02u%02u%02u%02u%02u.0Z", c.year, c.month, c.day, c.hour,
		 c.min, c.sec);
	snprintf(k.sid_text, sizeof k.sid_text, "S-1-5-21-%u-%u-%u-%u", part[1], part[2], part[3], part[4]);
	memcpy(k.sid, (uint8_t[8]){ 1, 5, 0, 0, 0, 0, 0, 5 }, 8);
	for (int i = 0; i < 20; i++)
		k.sid[8 + i] = (uint8_t)(part[i / 4] >> 8 * (i % 4));
	k.last_logon = (uint64_t)((w->to - rng_between(&r, 0, 13) * DAY) / 100) + FILETIME_1970;
	return k;
}

static void put_base64(buf *b, const uint8_t *p, size_t n)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0u);

		buf_byte(b, DIGITS[v >> 18]);
		buf_byte(b, DIGITS[v >> 12 & 63]);
		buf_byte(b, i + 1 < n ? DIGITS[v >> 6 & 63] : '=');
		buf_byte(b, i + 2 < n ? DIGITS[v & 63] : '=');
	}
}

static void put_quoted(buf *b, const char *z)
{
	buf_byte(b, '"');
	buf_z(b, z);
	buf_byte(b, '"');
}

static void csvde_row(const struct host *h, const struct computer *k, buf *b)
{
	put_quoted(b, k->dn);
	PUT(b, ",computer,");
	buf_z(b, h->folder);
	buf_byte(b, ',');
	buf_z(b, k->created);
	PUT(b, ",4096,");
	put_u(b, k->last_logon);
	PUT(b, ",X'");
	for (size_t i = 0; i < sizeof k->sid; i++)
		put_hex(b, k->sid[i], 2);
	PUT(b, "',");
	buf_z(b, h->folder);
	PUT(b, "$,");
	buf_z(b, k->os);
	buf_byte(b, ',');
	buf_z(b, h->fqdn);
	PUT(b, "\r\n");
}

static void ldif_line(buf *b, const char *name, const char *value)
{
	buf_z(b, name);
	PUT(b, ": ");
	buf_z(b, value);
	PUT(b, "\r\n");
}

static void ldifde_entry(const struct host *h, const struct computer *k, buf *b)
{
	ldif_line(b, "dn", k->dn);
	PUT(b, "changetype: add\r\nobjectClass: top\r\nobjectClass: person\r\nobjectClass: computer\r\n");
	ldif_line(b, "cn", h->folder);
	ldif_line(b, "whenCreated", k->created);
	PUT(b, "userAccountControl: 4096\r\nlastLogonTimestamp: ");
	put_u(b, k->last_logon);
	PUT(b, "\r\nobjectSid:: ");
	put_base64(b, k->sid, sizeof k->sid);
	PUT(b, "\r\nsAMAccountName: ");
	buf_z(b, h->folder);
	PUT(b, "$\r\n");
	ldif_line(b, "operatingSystem", k->os);
	ldif_line(b, "dNSHostName", h->fqdn);
	PUT(b, "\r\n");
}

static void powershell_row(const struct host *h, const struct computer *k, buf *b)
{
	const char *const CELLS[] = { k->dn,       h->fqdn, "True", h->folder, "computer",
				      k->sid_text, NULL,    k->os,  k->created };

	for (size_t i = 0; i < COUNT(CELLS); i++) {
		if (i)
			buf_byte(b, ',');
		if (CELLS[i]) {
			put_quoted(b, CELLS[i]);
		} else {
			buf_byte(b, '"');
			buf_z(b, h->folder);
			PUT(b, "$\"");
		}
	}
	PUT(b, "\r\n");
}

static const struct {
	const char *name, *ending, *head;
	void (*put)(const struct host *h, const struct computer *k, buf *b);
} EXPORTS[] = {
	{ "csvde", "csv",
	  "DN,objectClass,cn,whenCreated,userAccountControl,lastLogonTimestamp,objectSid,sAMAccountName,operatingSystem,"
	  "dNSHostName\r\n",
	  csvde_row },
	{ "ldifde", "ldf", "", ldifde_entry },
	{ "Get-ADComputer", "csv",
	  "#TYPE Microsoft.ActiveDirectory.Management.ADComputer\r\n"
	  "\"DistinguishedName\",\"DNSHostName\",\"Enabled\",\"Name\",\"ObjectClass\",\"SID\",\"SamAccountName\","
	  "\"OperatingSystem\",\"whenCreated\"\r\n",
	  powershell_row },
};

static int write_export(const struct world *w, uint32_t org, size_t kind, const char *dir, err *e)
{
	char path[3 * SINK_PATH_MAX];
	buf b = { 0 };
	FILE *f;
	int rc;

	buf_z(&b, EXPORTS[kind].head);
	for (size_t i = 0; i < w->hosts.len; i++) {
		const struct host *h = &w->hosts.at[i];
		struct computer k;

		if (h->org != org || !h->windows)
			continue;
		k = computer_of(w, h);
		EXPORTS[kind].put(h, &k, &b);
	}
	snprintf(path, sizeof path, "%s/evidence/directory/%s-computers.%s", dir, w->orgs.at[org].name,
		 EXPORTS[kind].ending);
	rc = make_folders(path, e);
	f = rc == 0 ? fopen(path, "we") : NULL;
	if (rc == 0 && (!f || b.failed || fwrite(b.ptr, 1, b.len, f) != b.len))
		rc = err_errno(e, errno, "cannot write %s", path);
	if (f && fclose(f) != 0 && rc == 0)
		rc = err_errno(e, errno, "cannot write %s", path);
	buf_done(&b);
	return rc;
}

int site_write(const struct world *w, const char *dir, err *e)
{
	for (uint32_t org = 0; org < w->orgs.len; org++)
		for (size_t kind = 0; kind < COUNT(EXPORTS); kind++)
			if (w->orgs.at[org].directory &&
			    strcmp(w->orgs.at[org].directory, EXPORTS[kind].name) == 0 &&
			    write_export(w, org, kind, dir, e) < 0)
				return -1;
	return 0;
}
