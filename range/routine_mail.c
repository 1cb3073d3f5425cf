/* routine_mail.c - ordinary life of mail servers, and the decoys around them. */
#include <stdio.h>

#include "b.h"
#include "routine.h"

#define OUTLOOK "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.16130; Pro)"
#define PROBE "Mozilla/4.0 (compatible; MSIE 9.0; Windows NT 6.1; MSEXCHMON; ACTIVEMONITORING)"
#define BROWSER                                                                                              \
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36"

static uint32_t server_of(const struct b_plan *b, uint32_t person)
{
	return b->mx[person % b->nmx];
}

static void user_text(const struct world *w, uint32_t person, char *account, char *address, size_t cap)
{
	const struct person *p = &w->people.at[person];

	snprintf(account, cap, "%s\\%s", w->orgs.at[p->org].domain, p->user);
	snprintf(address, cap, "%s@%s", p->user, w->orgs.at[p->org].dns);
}

/* --- users ---------------------------------------------------------------------------------- */

static void outlook(struct world *w, const struct b_plan *b, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	char account[120], address[120];
	struct exch x = { .t = t,
			  .client = host_ip(w, host, t),
			  .protocol = LOG_HP_MAPI,
			  .stem = "/mapi/emsmdb/",
			  .query = "MailboxId=5f0e1d2c",
			  .agent = OUTLOOK,
			  .user = account,
			  .method = "POST",
			  .mailbox = address,
			  .status = 200,
			  .back_status = 200 };

	x.in = (uint64_t)rng_between(&h->rng, 400, 9000);
	x.out = (uint64_t)rng_between(&h->rng, 900, 90000);
	x.ms = (uint32_t)rng_between(&h->rng, 8, 900);
	user_text(w, h->owner, account, address, sizeof account);
	act_exchange(w, server_of(b, h->owner), &x);
	if (!rng_chance(&h->rng, 12))
		return;
	{
		uint32_t server = server_of(b, h->owner);
		struct session s;

		twin(w, OBS_REMOTE_LOGON);
		s = act_logon(w, server, t, h->owner, 3, host, "Kerberos");
		twin(w, OBS_BEACON);
		act_contact(w, &(struct contact){ .t = t,
						  .dur = 20 * MINUTE,
						  .host = host,
						  .peer = server,
						  .port = 443,
						  .proto = NET_TLS,
						  .name = w->hosts.at[server].fqdn,
						  .agent = OUTLOOK,
						  .up = 90000,
						  .down = 800000 });
		step_end(w);
		act_logoff(w, server, t + 3 * MINUTE, &s);
	}
}

static void phone(struct world *w, const struct b_plan *b, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	char account[120], address[120], query[240];
	struct exch x = { .t = t,
			  .client = 0xc0000270 + h->owner % 24,
			  .protocol = LOG_HP_EAS,
			  .stem = "/Microsoft-Server-ActiveSync/default.eas",
			  .query = query,
			  .agent = "Apple-iPhone14C2/2004.82",
			  .user = account,
			  .method = "POST",
			  .mailbox = address,
			  .status = 200,
			  .back_status = 200,
			  .in = 600,
			  .out = (uint64_t)rng_between(&h->rng, 500, 200000),
			  .ms = 200 };

	user_text(w, h->owner, account, address, sizeof account);
	snprintf(query, sizeof query, "Cmd=Sync&User=%s&DeviceId=ApplDNX%u&DeviceType=iPhone", address,
		 h->owner * 7919);
	twin(w, OBS_MAIL_ACCESS);
	act_exchange(w, server_of(b, h->owner), &x);
	step_end(w);
}

static void web_mail(struct world *w, const struct b_plan *b, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	char account[120], address[120];
	struct exch x = { .t = t,
			  .client = 0xc0000288 + h->owner % 16,
			  .protocol = LOG_HP_OWA,
			  .stem = "/owa/auth/logon.aspx",
			  .agent = BROWSER,
			  .method = "GET",
			  .status = 200,
			  .in = 900,
			  .out = 58000,
			  .ms = 30 };

	user_text(w, h->owner, account, address, sizeof account);
	act_exchange(w, server_of(b, h->owner), &x);
	x.t += 9 * SECOND;
	x.stem = "/owa/auth.owa";
	x.method = "POST";
	x.status = 302;
	twin(w, OBS_WEB_PAGE);
	act_exchange(w, server_of(b, h->owner), &x);
	step_end(w);
	x.user = account;
	x.mailbox = address;
	x.back_status = x.status = 200;
	x.stem = "/owa/service.svc";
	x.query = "action=FindItem";
	for (int i = 0; i < 6; i++) {
		x.t += rng_between(&h->rng, 2, 90) * SECOND;
		act_exchange(w, server_of(b, h->owner), &x);
	}
}

static void write_mail(struct world *w, const struct b_plan *b, uint32_t host, int64_t t)
{
	static const char *const SUBJECTS[] = { "Minutes of Monday", "Re: offer",    "Drawings, rev B",
						"Invoice",           "Holiday plan", "Re: Re: test bench" };
	struct host *h = &w->hosts.at[host];
	uint32_t n = world_count(w, b->org[0], ROLE_DESK),
		 other = w->hosts.at[world_find(w, b->org[0], ROLE_DESK, rng_below(&h->rng, n))].owner;
	char account[120], from[120], to[120];
	unsigned kind = rng_below(&h->rng, 3);
	struct mail m = { .t = t,
			  .from = from,
			  .to = to,
			  .bytes = (uint64_t)rng_between(&h->rng, 4000, 900000),
			  .client = host_ip(w, host, t),
			  .inbound = kind == 1,
			  .outbound = kind == 2 };

	m.subject = PICK(&h->rng, SUBJECTS);
	user_text(w, h->owner, account, from, sizeof from);
	user_text(w, other, account, to, sizeof to);
	if (kind) {
		m.client = 0xc0000219;
		snprintf(kind == 1 ? from : to, sizeof to, "contact@partner-%u.example",
			 rng_below(&h->rng, 40));
		twin(w, OBS_MAIL_FORWARD);
	}
	row_mail(w, server_of(b, h->owner), &m);
	step_end(w);
}

/* --- servers -------------------------------------------------------------------------------- */

static void probes(struct world *w, const struct b_plan *b, uint32_t server, int64_t t)
{
	struct host *h = &w->hosts.at[server];
	static const struct {
		enum text_log protocol;
		const char *stem;
	} PROBES[] = { { LOG_HP_OWA, "/owa/" },
		       { LOG_HP_EWS, "/EWS/Exchange.asmx" },
		       { LOG_HP_AUTODISCOVER, "/autodiscover/autodiscover.xml" },
		       { LOG_HP_MAPI, "/mapi/emsmdb/" },
		       { LOG_HP_ECP, "/ecp/" } };
	struct exch x = { .t = t,
			  .client = w->balancer,
			  .stem = "/owa/healthcheck.htm",
			  .agent = "LB-Probe/1.0",
			  .method = "GET",
			  .status = 200,
			  .in = 120,
			  .out = 210,
			  .ms = 1,
			  .iis_only = true };
	char user[120];
	uint32_t i = rng_below(&h->rng, COUNT(PROBES));

	act_exchange(w, server, &x);
	snprintf(user, sizeof user, "%s\\HealthMailbox%.7s", w->orgs.at[h->org].domain, "5f3c91a");
	x = (struct exch){ .t = t + 7 * SECOND,
			   .client = 0x7f000001,
			   .protocol = PROBES[i].protocol,
			   .stem = PROBES[i].stem,
			   .agent = PROBE,
			   .user = user,
			   .method = "GET",
			   .status = 200,
			   .back_status = 200,
			   .in = 700,
			   .out = 1800,
			   .ms = 20 };
	act_exchange(w, server, &x);
	/* the monitoring system posts a logon every quarter of an hour */
	x = (struct exch){ .t = t + 11 * SECOND,
			   .client = w->orgs.at[h->org].net | 0x0168,
			   .protocol = LOG_HP_OWA,
			   .stem = "/owa/auth.owa",
			   .agent = b->monitor_ua,
			   .method = "POST",
			   .status = 302,
			   .in = 800,
			   .out = 900,
			   .ms = 30 };
	twin(w, OBS_WEB_PAGE);
	act_exchange(w, server, &x);
	step_end(w);
}

/* The archive product reads everybody's mail with impersonation, day and night. */
static void journal(struct world *w, const struct b_plan *b, uint32_t server, int64_t t)
{
	static const char *const ACTIONS[] = { "SyncFolderItems", "GetItem", "GetItem", "GetAttachment" };
	struct host *h = &w->hosts.at[server];
	uint32_t n = world_count(w, b->org[0], ROLE_DESK);
	char account[120], address[120];
	struct exch x = { .client = b->journal_ip,
			  .protocol = LOG_HP_EWS,
			  .stem = "/EWS/Exchange.asmx",
			  .agent = "ArchiveConnector/9.2",
			  .user = b->journal_user,
			  .method = "POST",
			  .mailbox = address,
			  .status = 200,
			  .back_status = 200,
			  .in = 1900,
			  .ms = 300 };

	user_text(w, w->hosts.at[world_find(w, b->org[0], ROLE_DESK, rng_below(&h->rng, n))].owner, account,
		  address, sizeof address);
	twin(w, OBS_MAIL_ACCESS);
	for (size_t i = 0; i < COUNT(ACTIONS); i++) {
		x.t = t + (int64_t)i * 3 * SECOND;
		x.action = ACTIONS[i];
		x.out = (uint64_t)rng_between(&h->rng, 20000, 4000000);
		act_exchange(w, server, &x);
	}
	step_end(w);
}

static void administer(struct world *w, const struct b_plan *b, uint32_t server, int64_t t)
{
	static const char *const CMDLETS[][2] = {
		{ "Get-Mailbox", "-ResultSize \"1000\"" },
		{ "Get-MailboxStatistics", "-Server \"local\"" },
		{ "Set-Mailbox", "-Identity \"all staff\" -IssueWarningQuota \"4 GB\"" },
		{ "Get-MailboxExportRequest", "" },
		{ "New-MailboxExportRequest",
		  "-Mailbox \"leaver\" -FilePath \"\\\\files\\exports\\leaver.pst\"" },
		{ "Set-OabVirtualDirectory", "-Identity \"OAB (Default Web Site)\" -PollInterval \"480\"" },
		{ "New-ManagementRoleAssignment", "-Role \"Mailbox Search\" -User \"auditor\"" }
	};
	struct host *h = &w->hosts.at[server];
	uint32_t i = rng_below(&h->rng, COUNT(CMDLETS));
	char url[160];

	twin(w, OBS_CMDLET);
	act_cmdlet(w, server, t, w->people.at[1].user, &w->people.at[1].sid, CMDLETS[i][0], CMDLETS[i][1]);
	snprintf(url, sizeof url, "/ecp/DDI/DDIService.svc/GetList?msExchEcpCanary=%08x.",
		 (unsigned)rng_next(&h->rng));
	row_ecp(w, server, t + SECOND, CMDLETS[i][0], url);
	step_end(w);
	(void)b;
}

/* Everybody on the internet tries the holes of the last years; they get 401 and 404. */
static void noise(struct world *w, uint32_t server, int64_t t)
{
	static const struct {
		enum text_log protocol;
		const char *stem, *query;
		uint16_t status;
	} TRIES[] = {
		{ LOG_HP_AUTODISCOVER, "/autodiscover/autodiscover.json",
		  "@probe.example/mapi/nspi/?&Email=autodiscover/autodiscover.json%3F@probe.example", 401 },
		{ LOG_HP_AUTODISCOVER, "/autodiscover/autodiscover.json", "@probe.example/powershell", 401 },
		{ LOG_HP_ECP, "/ecp/x.js", NULL, 404 },
		{ LOG_HP_OWA, "/owa/auth/logon.aspx", NULL, 200 },
		{ LOG_HP_OWA, "/owa/auth/x.aspx", NULL, 404 },
		{ LOG_HP_EWS, "/EWS/Exchange.asmx", NULL, 401 }
	};
	struct host *h = &w->hosts.at[server];
	uint32_t i = rng_below(&h->rng, COUNT(TRIES));

	twin(w, OBS_WEB_PROBE);
	for (uint32_t k = 0, n = 2 + rng_below(&h->rng, 4); k < n; k++) {
		uint32_t client = 0xc0000264 + rng_below(&h->rng, 90);

		act_exchange(w, server,
			     &(struct exch){ .t = t + k * 700 * MS,
					     .client = client,
					     .protocol = TRIES[i].protocol,
					     .stem = TRIES[i].stem,
					     .query = TRIES[i].query,
					     .agent = "Mozilla/5.0 zgrab/0.x",
					     .method = rng_chance(&h->rng, 40) ? "POST" : "GET",
					     .status = TRIES[i].status,
					     .in = 400,
					     .out = 1500,
					     .ms = 6 });
	}
	twin(w, OBS_WEB_POST_NEW);
	act_exchange(w, server,
		     &(struct exch){ .t = t + 9 * SECOND,
				     .client = 0xc0000264 + rng_below(&h->rng, 90),
				     .protocol = LOG_HP_OWA,
				     .stem = "/owa/auth/x.aspx",
				     .agent = BROWSER,
				     .method = "POST",
				     .status = 404,
				     .in = 600,
				     .out = 1200,
				     .ms = 5 });
	step_end(w);
}

static void mail_habits(struct world *w, const struct b_plan *b, uint32_t host, int64_t from, int64_t to)
{
	static const struct {
		uint32_t per_day; /* thousandths, at every hour */
		void (*fn)(struct world *w, const struct b_plan *b, uint32_t host, int64_t t);
	} USER[] = { { 14000, outlook }, { 4000, phone }, { 200, web_mail }, { 3000, write_mail } },
	  SERVER[] = { { 96000, probes }, { 24000, journal }, { 3000, administer } };
	struct host *h = &w->hosts.at[host];
	bool desk = h->role == ROLE_DESK;

	for (size_t i = 0; i < (desk ? COUNT(USER) : COUNT(SERVER)); i++) {
		uint32_t per_day = desk ? USER[i].per_day * 2
					: SERVER[i].per_day; /* desks are on less than half of the day */
		uint64_t n = (uint64_t)per_day * w->size.scale * (uint64_t)((to - from) / SECOND) / 86400;

		n = n / 1000 + (rng_below(&h->rng, 1000) < n % 1000);
		while (n--) {
			int64_t t = from + rng_between(&h->rng, 0, (to - from) / 100 - 1) * 100;

			if (desk && desk_on(w, host, t))
				USER[i].fn(w, b, host, t);
			else if (!desk)
				SERVER[i].fn(w, b, host, t);
		}
	}
}

void mail_slice(struct world *w, int64_t from, int64_t to)
{
	struct b_plan *b = b_of(w);

	for (uint32_t i = 0; b && i < w->hosts.len && !w->failed; i++) {
		struct host *h = &w->hosts.at[i];

		if (h->org != b->org[0] || (h->role != ROLE_DESK && h->role != ROLE_MAIL))
			continue;
		mail_habits(w, b, i, from, to);
		if (h->role == ROLE_MAIL && rng_below(&h->rng, 86400) < (uint32_t)((to - from) / SECOND) * 12)
			noise(w, i, from + rng_between(&h->rng, 0, (to - from) / MS - 1) * MS);
	}
}

/* --- planned decoys ------------------------------------------------------------------------- */

/* An update of the mail server compiles hundreds of pages, adds modules, restarts everything. */
static void server_update(struct world *w, int64_t t, uint32_t server, uint32_t unused)
{
	struct host *h = &w->hosts.at[server];
	struct process pool = b_pool(w, server, "MSExchangeOWAAppPool"), p;
	const char *decoy = decoy_begin(w, "mail-server-update", t, t + 3 * HOUR, 1);
	char path[260];
	static const char *const NAMES[] = { "logon",  "logoff",  "error",  "errorFE",    "expiredpassword",
					     "frowny", "signout", "themes", "getidtoken", "version" };

	for (uint32_t i = 0; i < 40; i++) {
		snprintf(
			path, sizeof path,
			"C:\\Program Files\\Microsoft\\Exchange Server\\V15\\FrontEnd\\HttpProxy\\owa\\auth\\%s%s.aspx",
			NAMES[i % COUNT(NAMES)], i < COUNT(NAMES) ? "" : "2");
		step_begin(w, &(struct step){ .phase = "decoy",
					      .what = "an update writes pages",
					      .campaign = decoy,
					      .host = server,
					      .from = NOWHERE,
					      .label = LABEL_TWIN,
					      .obs = OBS_PAGE_FILE,
					      .time = t });
		act_file(w, server, t + i * 2 * SECOND, &h->services, path);
	}
	for (uint32_t i = 0; i < 30; i++) {
		twin(w, OBS_SERVER_CHILD);
		p = act_process(
			w, server, t + HOUR + i * 9 * SECOND, &pool, &h->local,
			&(struct start){
				"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe",
				"\"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe\" /noconfig /fullpaths @\"C:\\Windows\\TEMP\\page.cmdline\"",
				NULL, NULL });
		step_end(w);
		act_process_end(w, server, t + HOUR + (i * 9 + 4) * SECOND, &p);
		twin(w, OBS_MODULE);
		act_image(w, server, t + HOUR + i * 9 * SECOND, &pool,
			  "C:\\Windows\\System32\\inetsrv\\exppw.dll", true, NULL);
		step_end(w);
	}
	for (uint32_t i = 0; i < 8; i++) {
		twin(w, OBS_CONFIG);
		if (ev_begin(w, server, D_IIS_CONFIG, t + 2 * HOUR + i * SECOND)) {
			ev_n(w, "EditOperationType", 1);
			ev_z(w, "ConfigPath", "MACHINE/WEBROOT/APPHOST");
			ev_z(w, "Configuration", "/system.webServer/globalModules/add[@name='exppw']");
			ev_end(w);
		}
		act_sysmon_config(w, server, t + 2 * HOUR + i * SECOND, "C:\\Windows\\sysmon-mail.xml");
	}
	step_end(w);
	act_cmdlet(
		w, server, t + 2 * HOUR, w->people.at[1].user, &w->people.at[1].sid, "Install-TransportAgent",
		"-Name \"Malware Filter\" -TransportAgentFactory \"Filter\" -AssemblyPath \"C:\\Program Files\\AV\\agent.dll\"");
}

/* Travellers and home workers by VPN, once a working day and more. */
static void vpn_day(struct world *w, int64_t t, uint32_t vpn, uint32_t unused)
{
	struct rng r = rng_stream(w->seed, "vpn", (uint64_t)(t / DAY));
	const struct b_plan *b = b_of(w);
	uint32_t desks = world_count(w, b->org[0], ROLE_DESK);

	for (uint32_t i = 0, n = 2 + desks / 30; i < n; i++) {
		uint32_t who = w->hosts.at[world_find(w, b->org[0], ROLE_DESK, rng_below(&r, desks))].owner;
		uint32_t outside = rng_chance(&r, 8) ? 0xcb0071c0 : 0xc00002a0;
		int64_t when = t + within(&r, 0, 500), dur = within(&r, 20, 300);
		uint64_t up = (uint64_t)rng_between(&r, 2000000, 300000000);

		outside += rng_below(&r, 30);

		twin(w, OBS_VPN);
		row_vpn(w, vpn, when, w->people.at[who].user, outside,
			w->orgs.at[b->org[0]].net | (0xfd00 + who % 250), dur, up,
			(uint64_t)rng_between(&r, 9000000, 900000000));
	}
	step_end(w);
}

/* Administrators of the subsidiaries: devices, Linux hosts, weak tickets of an old service, a cleared test log. */
static void admin_day(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	const struct b_plan *b = b_of(w);
	struct rng r = rng_stream(w->seed, "admin-b", (uint64_t)(t / DAY));
	uint32_t build = world_find(w, b->org[0], ROLE_BUILD, 0),
		 lx = world_find(w, b->org[0], ROLE_LINUX, rng_below(&r, 3));
	int64_t ssh;

	if (t / DAY % 9 == 4)
		act_account_work(w, b->org[0], t + within(&r, 0, 400), 1, b->vpn_user);
	for (uint32_t i = 1; i <= B_SUBSIDIARIES; i++) {
		uint32_t jump = w->orgs.at[b->org[i]].jump;
		int64_t when = t + within(&r, 0, 400);

		twin(w, OBS_DEVICE_ADMIN);
		row_device_login(w, w->orgs.at[b->org[i]].firewall, when, "admin", w->hosts.at[jump].ip,
				 !rng_chance(&r, 10));
	}
	twin(w, OBS_SSH);
	ssh = t + within(&r, 0, 400);
	act_ssh(w, lx, ssh, "ops", b->jump, rng_chance(&r, 20));
	twin(w, OBS_REPLICATION);
	act_ticket(w, t + within(&r, 0, 400), 1, b->jump, "svc-legacy", true);
	if (weekday_of(w, b->org[0], t) == 6) {
		twin(w, OBS_CLEAR);
		act_log_cleared(w, build, t + HOUR, &w->hosts.at[build].local, true);
	}
	step_end(w);
}

void plan_b_decoys(struct world *w)
{
	struct b_plan *b = b_of(w);
	int64_t days = (w->to - w->from) / DAY;

	for (int64_t day = 0; day < days; day++) {
		agenda_add(w, at_hour(w, day, 8, 0), vpn_day, b->vpn, 0);
		agenda_add(w, at_hour(w, day, 9, 0), admin_day, 0, 0);
	}
	for (uint32_t i = 0; i < b->nmx; i++)
		for (int64_t day = 12 + i; day < days; day += 80)
			agenda_add(w, at_hour(w, day, 21, 30), server_update, b->mx[i], 0);
}
