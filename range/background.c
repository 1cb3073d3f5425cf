#include "background.h"

#include "acts.h"

/* What people start. Plain programs; the paths carry the user's name where Windows puts it. */
static const struct {
	const char *image, *arguments;
} PROGRAMS[] = {
	{ "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE", "" },
	{ "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE", " /dde" },
	{ "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE", " /n" },
	{ "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
	  " --type=renderer --lang=en-US" },
	{ "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe", " --single-argument" },
	{ "C:\\Windows\\System32\\notepad.exe", "" },
	{ "C:\\Windows\\System32\\mspaint.exe", "" },
	{ "C:\\Windows\\System32\\calc.exe", "" },
	{ "C:\\Program Files\\7-Zip\\7zFM.exe", "" },
	{ "C:\\Windows\\System32\\SnippingTool.exe", "" },
	{ "C:\\Windows\\explorer.exe", " /factory,{75dff2b7-6936-4c06-a8bb-676a7b00b24b} -Embedding" },
	{ "C:\\Windows\\System32\\mmc.exe", " compmgmt.msc" },
};

/* What Windows starts by itself. */
static const struct {
	const char *image, *arguments;
} SYSTEM_PROGRAMS[] = {
	{ "C:\\Windows\\System32\\svchost.exe", " -k netsvcs -p -s BITS" },
	{ "C:\\Windows\\System32\\svchost.exe", " -k LocalServiceNetworkRestricted -p" },
	{ "C:\\Windows\\System32\\taskhostw.exe", "" },
	{ "C:\\Windows\\System32\\backgroundTaskHost.exe", " -ServerName:App" },
	{ "C:\\Windows\\System32\\conhost.exe", " 0xffffffff -ForceV1" },
	{ "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", " -secured -Embedding" },
	{ "C:\\Windows\\System32\\dllhost.exe", " /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}" },
	{ "C:\\Windows\\System32\\SearchProtocolHost.exe", "" },
	{ "C:\\Program Files\\Windows Defender\\MpCmdRun.exe", " SignatureUpdate -ScheduleJob" },
	{ "C:\\Windows\\servicing\\TrustedInstaller.exe", "" },
};

static const struct {
	const char *name, *action;
} TASKS[] = {
	{ "\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan", "C:\\Windows\\System32\\usoclient.exe" },
	{ "\\Microsoft\\Windows\\Windows Defender\\Windows Defender Scheduled Scan",
	  "C:\\Program Files\\Windows Defender\\MpCmdRun.exe" },
	{ "\\Microsoft\\Windows\\Time Synchronization\\SynchronizeTime", "C:\\Windows\\System32\\sc.exe" },
	{ "\\Microsoft\\Windows\\DiskCleanup\\SilentCleanup", "C:\\Windows\\System32\\cleanmgr.exe" },
	{ "\\Microsoft\\Windows\\Customer Experience Improvement Program\\Consolidator",
	  "C:\\Windows\\System32\\wsqmcons.exe" },
	{ "\\GoogleUpdateTaskMachineCore", "C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe" },
};

static const char *const SERVICES[] = { "Windows Update",
					"Background Intelligent Transfer Service",
					"Windows Modules Installer",
					"WinHTTP Web Proxy Auto-Discovery Service",
					"Application Experience",
					"Network Setup Service",
					"Microsoft Defender Antivirus Service" };

static const char *const FOLDERS[] = {
	"projects", "drawings", "finance", "templates", "minutes", "contracts"
};
static const char *const SUFFIXES[] = { "xlsx", "docx", "pdf", "dwg", "pptx" };

static int64_t local_hour(const struct world *w, int64_t midnight, int hour)
{
	return midnight + hour * HOUR - w->utc_offset;
}

static int64_t some_time(struct rng *r, int64_t from, int64_t length)
{
	int64_t ms = rng_between(r, from / MS, (from + length) / MS);

	return ms * MS + rng_below(r, 9999) * 100;
}

/* --- what every host does ------------------------------------------------------------------- */

static void system_program(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	uint32_t i = rng_below(&h->rng, COUNT(SYSTEM_PROGRAMS));
	struct process p =
		act_process(w, host, t, &h->services, &h->local, SYSTEM_PROGRAMS[i].image,
			    world_text(w, "%s%s", SYSTEM_PROGRAMS[i].image, SYSTEM_PROGRAMS[i].arguments));

	act_process_end(w, host, t + rng_between(&h->rng, 1, 900) * NS_PER_S, &p);
}

static void system_work(struct world *w, uint32_t host, int64_t from, int64_t length, uint32_t n)
{
	struct rng *r = &w->hosts.at[host].rng;

	for (uint32_t i = 0; i < n; i++) {
		int64_t t = some_time(r, from, length);
		uint32_t task = rng_below(r, COUNT(TASKS)), service = rng_below(r, COUNT(SERVICES));

		switch (rng_below(r, 4)) {
		case 0:
			act_task_run(w, host, t, TASKS[task].name, TASKS[task].action);
			break;
		case 1:
			act_service_state(w, host, t, SERVICES[service], "running");
			act_service_state(w, host, t + rng_between(r, 60, 600) * NS_PER_S, SERVICES[service],
					  "stopped");
			break;
		case 2:
			act_service_logon(w, host, t);
			break;
		default:
			system_program(w, host, t);
		}
	}
}

static void boot(struct world *w, uint32_t host, int64_t t)
{
	struct rec *r = world_log(w, host, D_BOOT, t);
	char text[TIME_TEXT_MAX];

	time_text(t, text);
	rec_set(w, r, "MajorVersion", "10");
	rec_set(w, r, "BuildVersion", "19045");
	rec_set(w, r, "StartTime", "%s", text);
	world_log(w, host, D_LOG_START, t + 9 * NS_PER_S);
	for (uint32_t i = 0; i < COUNT(SERVICES); i++)
		act_service_state(w, host, t + (12 + i) * NS_PER_S, SERVICES[i], "running");
	for (uint32_t i = 0; i < 6; i++)
		act_service_logon(w, host, t + (10 + 2 * i) * NS_PER_S);
}

/* --- people --------------------------------------------------------------------------------- */

static void browse(struct world *w, uint32_t host, int64_t t, const struct process *p)
{
	static const char *const SITES[] = {
		"news", "maps", "mail", "cdn", "shop", "wiki", "static", "login"
	};
	struct rng *r = &w->hosts.at[host].rng;
	uint32_t i = rng_below(r, COUNT(SITES));
	const char *name = world_text(w, "%s.%s.example", SITES[i], i % 2 ? "portal" : "widely-used");
	const char *ip = world_text(w, "192.0.2.%u", 10 + i);

	act_lookup(w, host, t, p, name, ip);
	act_connect(w, host, t + 40 * MS, p, ip, name, 443);
}

/* "drawings\\anna-07.dwg" below `folder`. One draw a statement: the order of draws is part of the seed's promise. */
static const char *document(struct world *w, struct rng *r, const char *folder, const char *who)
{
	uint32_t number = rng_below(r, 99);
	const char *suffix = SUFFIXES[rng_below(r, COUNT(SUFFIXES))];

	return world_text(w, "%s\\%s-%02u.%s", folder, who, number, suffix);
}

/* Somebody opens files on the file server. */
static void use_share(struct world *w, uint32_t host, int64_t t, const struct person *who)
{
	uint32_t server = world_find(w, ROLE_FILES);
	struct rng *r = &w->hosts.at[host].rng;
	struct session s = act_logon(w, server, t, who, 3, host, "Kerberos");
	const char *folder = FOLDERS[rng_below(r, COUNT(FOLDERS))];

	act_ticket(w, t - 30 * MS, who, host, world_text(w, "%s$", w->hosts.at[server].name));
	for (uint32_t i = 0, n = 1 + rng_below(r, 4); i < n; i++) {
		const char *file = document(w, r, folder, who->user);
		bool write = rng_chance(r, 25);

		act_share(w, server, t + (1 + i) * 300 * MS, &s, w->hosts.at[host].ip, folder, file, write);
	}
	act_logoff(w, server, t + rng_between(r, 15, 600) * NS_PER_S, &s);
}

static void one_thing(struct world *w, uint32_t host, int64_t t, const struct session *s)
{
	struct host *h = &w->hosts.at[host];
	uint32_t i = rng_below(&h->rng, COUNT(PROGRAMS));
	struct process p = act_process(w, host, t, &h->explorer, s, PROGRAMS[i].image,
				       world_text(w, "\"%s\"%s", PROGRAMS[i].image, PROGRAMS[i].arguments));

	if (i < 3) {
		const char *folder = FOLDERS[rng_below(&h->rng, COUNT(FOLDERS))];

		act_file(w, host, t + 3 * NS_PER_S, &p,
			 world_text(w, "C:\\Users\\%s\\Documents\\%s", s->user,
				    document(w, &h->rng, folder, s->user)));
	}
	if (i == 3 || i == 4)
		for (uint32_t n = 1 + rng_below(&h->rng, 4); n; n--)
			browse(w, host, t + n * 700 * MS, &p);
	act_process_end(w, host, t + rng_between(&h->rng, 20, 5400) * NS_PER_S, &p);
}

static void desk_day(struct world *w, uint32_t host, int64_t midnight)
{
	struct host *h = &w->hosts.at[host];
	const struct person *who = &w->people.at[h->owner];
	int64_t start = local_hour(w, midnight, 8) + rng_between(&h->rng, 0, 70) * MINUTE;
	int64_t length = 9 * HOUR + rng_between(&h->rng, -40, 60) * MINUTE;
	struct session s;

	boot(w, host, start);
	if (rng_chance(&h->rng, 20))
		act_logon_failed(w, host, start + MINUTE, who->user, NOWHERE);
	act_ticket(w, start + 2 * MINUTE - NS_PER_S, who, host, "krbtgt");
	s = act_logon(w, host, start + 2 * MINUTE, who, 2, NOWHERE, "Negotiate");
	h->explorer = act_process(w, host, start + 2 * MINUTE + NS_PER_S, &h->services, &s,
				  "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE");
	for (uint32_t i = 0, n = 35 + rng_below(&h->rng, 25); i < n; i++)
		one_thing(w, host, some_time(&h->rng, start + 3 * MINUTE, length), &s);
	for (uint32_t i = 0, n = 8 + rng_below(&h->rng, 8); i < n; i++)
		use_share(w, host, some_time(&h->rng, start + 3 * MINUTE, length), who);
	system_work(w, host, start, length, 70);
	act_logoff(w, host, start + length, &s);
	world_log(w, host, D_LOG_STOP, start + length + MINUTE);
}

/* --- servers and those who look after them --------------------------------------------------- */

static void mail_day(struct world *w, uint32_t host, int64_t midnight)
{
	static const char *const CMDLETS[][2] = {
		{ "Get-Mailbox", "-ResultSize \"1000\"" },
		{ "Get-MailboxStatistics", "-Server \"local\"" },
		{ "Get-TransportService", "" },
		{ "Set-Mailbox", "-Identity \"%s\" -IssueWarningQuota \"4 GB\"" },
		{ "Test-ServiceHealth", "" },
	};
	struct host *h = &w->hosts.at[host];
	struct process pool = h->services;

	pool.image = "C:\\Windows\\System32\\inetsrv\\w3wp.exe";
	pool.command = "c:\\windows\\system32\\inetsrv\\w3wp.exe -ap \"MSExchangeOWAAppPool\"";
	pool.pid = 7412;
	for (uint32_t i = 0; i < 12; i++) {
		uint32_t c = rng_below(&h->rng, COUNT(CMDLETS));
		const struct person *who = &w->people.at[2 + rng_below(&h->rng, (uint32_t)w->people.len - 2)];
		const char *parameters =
			c == 3 ? world_text(w, "-Identity \"%s\" -IssueWarningQuota \"4 GB\"", who->user)
			       : CMDLETS[c][1];

		act_cmdlet(w, host, some_time(&h->rng, local_hour(w, midnight, 8), 10 * HOUR), CMDLETS[c][0],
			   parameters, w->people.at[0].user);
	}
	/* Outlook: people log on to the mail server over the network, all day. */
	for (uint32_t i = 0; i < w->hosts.len; i++) {
		if (w->hosts.at[i].role != ROLE_DESK)
			continue;
		for (uint32_t n = 12; n; n--) {
			int64_t t = some_time(&h->rng, local_hour(w, midnight, 8), 10 * HOUR);
			struct session s =
				act_logon(w, host, t, &w->people.at[w->hosts.at[i].owner], 3, i, "Kerberos");

			act_logoff(w, host, t + 3 * MINUTE, &s);
		}
	}
	/* The server compiles its own pages after a restart of the pool. */
	for (uint32_t i = 0; i < 3; i++) {
		struct process p = act_process(
			w, host, some_time(&h->rng, midnight, DAY), &pool, &h->local,
			"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe",
			"\"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe\" /noconfig "
			"/fullpaths @\"C:\\Windows\\TEMP\\page.cmdline\"");
		act_process_end(w, host, midnight + DAY - NS_PER_S, &p);
	}
}

/* An administrator's round from the jump host: remote desktop, a service by remote management, a task. */
static void admin_day(struct world *w, uint32_t jump, int64_t midnight, int64_t day)
{
	struct host *j = &w->hosts.at[jump];
	const struct person *who = &w->people.at[day % 2];
	int64_t start = local_hour(w, midnight, 9) + rng_between(&j->rng, 0, 50) * MINUTE;
	struct session s = act_logon(w, jump, start, who, 2, NOWHERE, "Negotiate");
	struct process shell;
	uint32_t other = 0;

	j->explorer = act_process(w, jump, start + NS_PER_S, &j->services, &s, "C:\\Windows\\explorer.exe",
				  "C:\\Windows\\Explorer.EXE");
	shell = act_process(w, jump, start + 5 * MINUTE, &j->explorer, &s,
			    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
			    "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -File "
			    "D:\\admin\\inventory.ps1");
	act_script(w, jump, start + 5 * MINUTE + 400 * MS, who->sid,
		   "Get-CimInstance Win32_OperatingSystem | Select-Object Caption, LastBootUpTime");
	for (other = 0; other < w->hosts.len; other++) {
		int64_t t = start + (10 + 14 * other) * MINUTE;
		struct session there;

		if (other == jump || (w->hosts.at[other].role == ROLE_DESK && (other + day) % 3))
			continue;
		act_explicit(w, jump, t, &s, who, other, &shell);
		there = act_logon(w, other, t + 300 * MS, who, w->hosts.at[other].role == ROLE_DESK ? 3 : 10,
				  jump, "Negotiate");
		if (there.type == 10)
			act_remote_desktop(w, other, t + 100 * MS, who, jump);
		if (there.type == 3)
			act_share(w, other, t + NS_PER_S, &there, j->ip, "ADMIN$", "Temp\\inventory.csv",
				  true);
		if (day == 1 && there.type == 3) {
			act_service(w, other, t + 2 * NS_PER_S, &there, "Asset Inventory Agent",
				    "\"C:\\Program Files\\Asset Inventory\\agent.exe\" --service");
			act_service_state(w, other, t + 4 * NS_PER_S, "Asset Inventory Agent", "running");
		}
		if (day == 0 && there.type == 3)
			act_task(w, other, t + 3 * NS_PER_S, &there, "\\Asset Inventory",
				 "C:\\Program Files\\Asset Inventory\\scan.exe", true);
		act_logoff(w, other, t + 8 * MINUTE, &there);
	}
	act_logoff(w, jump, start + 8 * HOUR, &s);
}

/* Nightly backup: the application server packs and copies to the file server. */
static void backup_night(struct world *w, int64_t midnight)
{
	uint32_t app = world_find(w, ROLE_APP), files = world_find(w, ROLE_FILES);
	struct host *h = &w->hosts.at[app];
	int64_t t = local_hour(w, midnight, 23);
	const struct person *who = &w->people.at[1];
	struct process p =
		act_process(w, app, t, &h->services, &h->local, "C:\\Program Files\\Backup\\bkagent.exe",
			    "\"C:\\Program Files\\Backup\\bkagent.exe\" run --set nightly");
	struct session s = act_logon(w, files, t + MINUTE, who, 3, app, "Kerberos");

	act_connect(w, app, t + MINUTE, &p, w->hosts.at[files].ip, w->hosts.at[files].fqdn, 445);
	for (int i = 0; i < 12; i++)
		act_share(w, files, t + (2 + i) * MINUTE, &s, h->ip, "backup",
			  world_text(w, "backup\\app-%u-%02d.bak", (unsigned)(midnight / DAY), i), true);
	act_logoff(w, files, t + 20 * MINUTE, &s);
	act_process_end(w, app, t + 21 * MINUTE, &p);
}

void background_fill(struct world *w)
{
	for (int64_t day = 0; day < w->days; day++) {
		int64_t midnight = w->from + day * DAY;

		for (uint32_t i = 0; i < w->hosts.len && !w->failed; i++) {
			if (w->hosts.at[i].role == ROLE_DESK)
				desk_day(w, i, midnight);
			else
				system_work(w, i, midnight, DAY - HOUR, 220);
		}
		mail_day(w, world_find(w, ROLE_MAIL), midnight);
		admin_day(w, world_find(w, ROLE_ADMIN), midnight, day);
		backup_night(w, midnight);
	}
}
