#include "routine.h"

#include <stdio.h>

#include "acts.h"
#include "scenario.h"

/* --- words ---------------------------------------------------------------------------------- */

/* What people start; the command is the quoted image and these arguments. */
static const struct {
	const char *image, *command;
	uint8_t kind; /* 0 nothing more, 1 writes a document, 2 browses */
} PROGRAMS[] = {
	{ "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE",
	  "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE\"", 0 },
	{ "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE",
	  "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE\" /dde", 1 },
	{ "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
	  "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE\" /n", 1 },
	{ "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
	  "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --single-argument", 2 },
	{ "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
	  "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --type=renderer --lang=en-US",
	  0 },
	{ "C:\\Windows\\System32\\notepad.exe", "\"C:\\Windows\\system32\\notepad.exe\"", 1 },
	{ "C:\\Windows\\System32\\calc.exe", "\"C:\\Windows\\System32\\calc.exe\"", 0 },
	{ "C:\\Program Files\\7-Zip\\7zFM.exe", "\"C:\\Program Files\\7-Zip\\7zFM.exe\"", 0 },
	{ "C:\\Windows\\System32\\mmc.exe",
	  "\"C:\\Windows\\system32\\mmc.exe\" C:\\Windows\\system32\\compmgmt.msc", 0 },
	{ "C:\\Windows\\explorer.exe",
	  "C:\\Windows\\explorer.exe /factory,{75dff2b7-6936-4c06-a8bb-676a7b00b24b} -Embedding", 0 },
};

/* What Windows starts by itself. */
static const struct {
	const char *image, *command;
} SYSTEM_PROGRAMS[] = {
	{ "C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s BITS" },
	{ "C:\\Windows\\System32\\svchost.exe",
	  "C:\\Windows\\system32\\svchost.exe -k LocalServiceNetworkRestricted -p" },
	{ "C:\\Windows\\System32\\taskhostw.exe", "taskhostw.exe" },
	{ "C:\\Windows\\System32\\backgroundTaskHost.exe",
	  "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" -ServerName:App" },
	{ "C:\\Windows\\System32\\conhost.exe",
	  "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1" },
	{ "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
	  "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding" },
	{ "C:\\Windows\\System32\\dllhost.exe",
	  "C:\\Windows\\system32\\DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}" },
	{ "C:\\Windows\\System32\\SearchProtocolHost.exe",
	  "\"C:\\Windows\\system32\\SearchProtocolHost.exe\"" },
	{ "C:\\Program Files\\Windows Defender\\MpCmdRun.exe",
	  "\"C:\\Program Files\\Windows Defender\\MpCmdRun.exe\" SignatureUpdate -ScheduleJob" },
	{ "C:\\Windows\\servicing\\TrustedInstaller.exe", "C:\\Windows\\servicing\\TrustedInstaller.exe" },
};

static const struct {
	const char *name, *action;
} TASKS[] = {
	{ "\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan", "C:\\Windows\\System32\\usoclient.exe" },
	{ "\\Microsoft\\Windows\\Windows Defender\\Windows Defender Scheduled Scan",
	  "C:\\Program Files\\Windows Defender\\MpCmdRun.exe" },
	{ "\\Microsoft\\Windows\\Time Synchronization\\SynchronizeTime", "C:\\Windows\\System32\\sc.exe" },
	{ "\\Microsoft\\Windows\\DiskCleanup\\SilentCleanup", "C:\\Windows\\System32\\cleanmgr.exe" },
	{ "\\GoogleUpdateTaskMachineCore", "C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe" },
};

static const char *const SERVICES[] = { "Windows Update",
					"Background Intelligent Transfer Service",
					"Windows Modules Installer",
					"Application Experience",
					"Network Setup Service",
					"Microsoft Defender Antivirus Service" };
static const char *const FOLDERS[] = {
	"projects", "drawings", "finance", "templates", "minutes", "contracts"
};
static const char *const SUFFIXES[] = { "xlsx", "docx", "pdf", "dwg", "pptx" };

/* Sites that everybody visits; their addresses are 192.0.2.10 and up. */
static const char *const SITES[] = { "www.news-portal.example",    "maps.widely-used.example",
				     "cdn.widely-used.example",    "login.office-suite.example",
				     "files.office-suite.example", "wiki.open-knowledge.example",
				     "shop.big-market.example",    "static.big-market.example",
				     "search.widely-used.example", "video.stream-site.example",
				     "pay.bank-one.example",       "weather.public-service.example" };
#define SITE_IP(i) (0xc000020a + (i))
#define TELEMETRY "telemetry.office-suite.example"
#define TELEMETRY_IP 0xc000021e
#define BROWSER                                                                                              \
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"

/* --- time of work --------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

bool desk_day(const struct world *w, uint32_t host, int64_t t, int64_t *ret_start, int64_t *ret_end)
{
	const struct host *h = &w->hosts.at[host];
	const struct org *o = &w->orgs.at[h->org];
	int64_t offset = org_offset(o, t), midnight = (t + offset) / DAY * DAY - offset;
	bool night = h->owner != NOWHERE && w->people.at[h->owner].night;
	uint64_t m = mix(w->seed ^ (uint64_t)host << 32 ^ (uint64_t)(midnight / HOUR));

	*ret_start = midnight + (night ? 20 : 8) * HOUR - 15 * MINUTE + (int64_t)(m % 50) * MINUTE +
		     (int64_t)(m >> 8 & 63) * SECOND;
	*ret_end = *ret_start + (night ? 3 : 9) * HOUR + (int64_t)(m >> 20 & 63) * MINUTE / (night ? 3 : 1);
	return (m >> 40) % 100 < (is_holiday(w, h->org, t) ? 3 : 95);
}

bool desk_on(const struct world *w, uint32_t host, int64_t t)
{
	int64_t start, end;

	if (w->hosts.at[host].role != ROLE_DESK)
		return true;
	return desk_day(w, host, t, &start, &end) && t >= start && t < end;
}

/* --- habits --------------------------------------------------------------------------------- */

static void system_program(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	uint32_t i = rng_below(&h->rng, COUNT(SYSTEM_PROGRAMS));
	struct process p = act_process(
		w, host, t, &h->services, &h->local,
		&(struct start){ SYSTEM_PROGRAMS[i].image, SYSTEM_PROGRAMS[i].command, NULL, NULL });

	act_process_end(w, host, t + rng_between(&h->rng, 1, 900) * SECOND, &p);
}

static void system_work(struct world *w, uint32_t host, int64_t t)
{
	struct rng *r = &w->hosts.at[host].rng;
	uint32_t task = rng_below(r, COUNT(TASKS)), service = rng_below(r, COUNT(SERVICES));

	switch (rng_below(r, 5)) {
	case 4:
		act_windows_note(w, host, t, rng_below(r, WINDOWS_NOTES));
		break;
	case 0:
		act_task_run(w, host, t, TASKS[task].name, TASKS[task].action);
		break;
	case 1:
		act_service_state(w, host, t, SERVICES[service], true);
		act_service_state(w, host, t + rng_between(r, 60, 600) * SECOND, SERVICES[service], false);
		break;
	case 2:
		act_service_logon(w, host, t);
		break;
	default:
		system_program(w, host, t);
	}
}

static void browse(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	uint32_t i = rng_below(&h->rng, COUNT(SITES));
	struct process p = h->explorer;
	int64_t dur = rng_between(&h->rng, 200, 20000) * MS;
	uint64_t up = (uint64_t)rng_between(&h->rng, 800, 9000),
		 down = (uint64_t)rng_between(&h->rng, 4000, 900000);
	bool resolve = rng_chance(&h->rng, 40), quiet = rng_chance(&h->rng, 60);

	p.image = PROGRAMS[3].image;
	p.pid += 400;
	twin(w, OBS_LOOKUP);
	act_contact(w, &(struct contact){ .t = t,
					  .dur = dur,
					  .host = host,
					  .by = &p,
					  .ip = SITE_IP(i),
					  .peer = NOWHERE,
					  .name = SITES[i],
					  .port = 443,
					  .proto = NET_TLS,
					  .agent = BROWSER,
					  .user = h->user.user,
					  .resolve = resolve,
					  .up = up,
					  .quiet = quiet,
					  .down = down });
	step_end(w);
}

static void document(struct rng *r, const char *who, char *out, size_t cap)
{
	uint32_t folder = rng_below(r, COUNT(FOLDERS)), number = rng_below(r, 99),
		 suffix = rng_below(r, COUNT(SUFFIXES));

	snprintf(out, cap, "%s\\%s-%02u.%s", FOLDERS[folder], who, number, SUFFIXES[suffix]);
}

static void user_program(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	uint32_t i = rng_below(&h->rng, COUNT(PROGRAMS));
	struct process p = act_process(w, host, t, &h->explorer, &h->user,
				       &(struct start){ PROGRAMS[i].image, PROGRAMS[i].command, NULL, NULL });
	char file[160], path[260];

	if (PROGRAMS[i].kind == 1) {
		document(&h->rng, h->user.user, file, sizeof file);
		snprintf(path, sizeof path, "C:\\Users\\%s\\Documents\\%s", h->user.user, file);
		twin(w, OBS_FILE_DROP);
		act_file(w, host, t + 3 * SECOND, &p, path);
		step_end(w);
	}
	if (PROGRAMS[i].kind == 2)
		browse(w, host, t + 2 * SECOND);
	act_process_end(w, host, t + rng_between(&h->rng, 20, 5400) * SECOND, &p);
}

/* Somebody opens files on the file server. */
static void use_share(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	uint32_t server = w->orgs.at[h->org].files;
	struct session s;
	char file[160];

	if (server == NOWHERE || h->owner == NOWHERE)
		return;
	twin(w, OBS_REMOTE_LOGON);
	s = act_logon(w, server, t, h->owner, 3, host, "Kerberos");
	twin(w, OBS_SHARE_WRITE);
	for (uint32_t i = 0, n = 1 + rng_below(&h->rng, 3); i < n; i++) {
		const char *folder = PICK(&h->rng, FOLDERS);
		bool write = rng_chance(&h->rng, 30);

		document(&h->rng, h->user.user, file, sizeof file);
		act_share(w, server, t + (1 + i) * 300 * MS, &s, host, folder, file, write,
			  (uint64_t)rng_between(&h->rng, 9000, 4000000));
	}
	step_end(w);
	act_logoff(w, server, t + rng_between(&h->rng, 15, 600) * SECOND, &s);
}

/* Telemetry of the office suite: more regular than most beacons. */
static void telemetry(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	struct process p = h->explorer;

	p.image = PROGRAMS[0].image;
	p.pid += 800;
	twin(w, OBS_BEACON);
	act_contact(w, &(struct contact){ .t = t,
					  .dur = 700 * MS,
					  .host = host,
					  .by = &p,
					  .ip = TELEMETRY_IP,
					  .peer = NOWHERE,
					  .name = TELEMETRY,
					  .port = 443,
					  .proto = NET_TLS,
					  .agent = BROWSER,
					  .user = h->user.user,
					  .up = 2100,
					  .down = 900,
					  .resolve = true,
					  .quiet = rng_chance(&h->rng, 50) });
	step_end(w);
}

static void renew_lease(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	uint32_t dc = w->orgs.at[h->org].dc;

	if (dc != NOWHERE)
		row_dhcp(w, dc, t, 11, host, host_ip(w, host, t));
	if (w->short_leases) /* an hour's lease is renewed at its half */
		h->timers[0] -= 4 * HOUR - 30 * MINUTE;
}

/* Somebody at a server's console, or a job of its own. */
static void server_job(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	static const char *const ARGV[] = { "/usr/lib/apt/apt.systemd.daily", "update", NULL };

	if (h->windows) {
		system_work(w, host, t);
		return;
	}
	if (h->role > ROLE_LINUX && h->role != ROLE_UPDATE)
		return;
	row_auth(w, host, t, "CRON", 4000 + rng_below(&h->rng, 20000),
		 "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)");
	row_execve(w, host, t + 40 * MS, 1, 4000 + rng_below(&h->rng, 20000), 0, ARGV);
}

/* Help desk and users do what also intruders do, with protection watching. */
static void odd_job(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	char name[80], path[200];
	struct process p;

	switch (rng_below(&h->rng, 4)) {
	case 0: /* an installer brings a service in ProgramData */
		snprintf(name, sizeof name, "Tool %u Update Service", 100 + rng_below(&h->rng, 900));
		snprintf(path, sizeof path, "C:\\ProgramData\\Tool%u\\svc.exe",
			 100 + rng_below(&h->rng, 900));
		twin(w, OBS_FILE_DROP);
		act_file(w, host, t, &h->explorer, path);
		twin(w, OBS_SERVICE);
		act_service(w, host, t + 5 * SECOND, &h->user, name, path);
		act_service_state(w, host, t + 6 * SECOND, name, true);
		act_registry(w, host, t + 5 * SECOND, &h->services,
			     "HKLM\\System\\CurrentControlSet\\Services\\Tool\\ImagePath", path);
		break;
	case 1: /* unwanted software is found and removed */
		twin(w, OBS_ALERT);
		act_found(w, host, t, "PUA:Win32/Bundler", "C:\\Users\\Public\\Downloads\\setup-free.exe",
			  PROGRAMS[3].image);
		break;
	case 2:
		twin(w, OBS_DEFENDER);
		act_exclusion(w, host, t, "D:\\cad\\cache");
		break;
	default: /* files are packed for a partner and uploaded */
		twin(w, OBS_ARCHIVE);
		p = act_process(w, host, t, &h->explorer, &h->user,
				&(struct start){ "C:\\Program Files\\7-Zip\\7z.exe",
						 "7z.exe a -r D:\\send\\drawings.7z D:\\cad\\job", NULL,
						 NULL });
		act_file(w, host, t + 40 * SECOND, &p, "D:\\send\\drawings.7z");
		twin(w, OBS_UPLOAD);
		act_contact(w,
			    &(struct contact){ .t = t + 3 * MINUTE,
					       .dur = 90 * SECOND,
					       .host = host,
					       .by = &h->explorer,
					       .ip = 0xc000022c,
					       .peer = NOWHERE,
					       .name = "drop.partner-works.example",
					       .port = 443,
					       .proto = NET_TLS,
					       .agent = BROWSER,
					       .user = h->user.user,
					       .resolve = true,
					       .down = 40000,
					       .up = (uint64_t)rng_between(&h->rng, 100, 2000) * 1000000 });
	}
	step_end(w);
}

/* --- tables --------------------------------------------------------------------------------- */

enum hours { OFFICE, ALWAYS, NIGHT, WORK_DAY };

/* Share of a day's habits by hour, in thousandths; each row sums to 1000. */
static const uint16_t
	HOURS[][24] = {
		[OFFICE] = { 0,  0,  0,   0,   0,  0,  5,  30, 120, 140, 130, 90,
			     40, 70, 120, 115, 90, 40, 10, 0,  0,   0,   0,   0 },
		[ALWAYS] = { 41, 41, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42,
			     42, 42, 42, 42, 42, 42, 42, 42, 42, 41, 41, 41 },
		[NIGHT] = { 100, 100, 100, 100, 100, 50, 0, 0, 0, 0,  0,   0,
			    0,   0,   0,   0,   0,   0,  0, 0, 0, 50, 200, 200 },
		/* for desks: only while they are on */
		[WORK_DAY] = { 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100,
			       100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100 },
	};

static const struct habit {
	enum role role;
	uint32_t per_day; /* thousandths */
	enum hours hours;
	void (*fn)(struct world *w, uint32_t host, int64_t t);
	bool rare; /* oftener in a short window, so that twins stay in the majority */
} HABITS[] = {
	{ ROLE_DESK, 10000, WORK_DAY, user_program, false },
	{ ROLE_DESK, 9000, WORK_DAY, system_work, false },
	{ ROLE_DESK, 9000, WORK_DAY, browse, false },
	{ ROLE_DESK, 2500, WORK_DAY, use_share, false },
	{ ROLE_DESK, 32, WORK_DAY, odd_job, true },
	{ ROLE_DC, 40000, ALWAYS, system_work, false },
	{ ROLE_MAIL, 40000, ALWAYS, system_work, false },
	{ ROLE_FILES, 40000, ALWAYS, system_work, false },
	{ ROLE_DMS, 40000, ALWAYS, server_job, false },
	{ ROLE_UPDATE, 40000, ALWAYS, server_job, false },
	{ ROLE_WSUS, 40000, ALWAYS, system_work, false },
	{ ROLE_JUMP, 20000, ALWAYS, system_work, false },
	{ ROLE_JUMP, 14000, OFFICE, admin_round, true },
	{ ROLE_SCANNER, 8000, NIGHT, scan_host, false },
	{ ROLE_SCANNER, 6000, OFFICE, scan_host, false },
	{ ROLE_BACKUP, 10000, ALWAYS, system_work, false },
	{ ROLE_MONITOR, 120000, ALWAYS, monitor_round, false },
	{ ROLE_BUILD, 8000, OFFICE, build_job, false },
	{ ROLE_LINUX, 24000, ALWAYS, server_job, false },
	{ ROLE_DMS, 60000, ALWAYS, internet_noise, false },
	{ ROLE_MAIL, 20000, ALWAYS, internet_noise, false },
};

/* How often a habit happens in a slice: whole part and a chance for the rest. */
static uint32_t times_in(const struct world *w, struct rng *r, uint32_t per_day, uint32_t weight,
			 int64_t length)
{
	uint64_t x = (uint64_t)per_day * w->size.scale * weight; /* millionths per hour */
	uint64_t n = x * (uint64_t)(length / SECOND) / 3600;

	return (uint32_t)(n / 1000000) + (rng_below(r, 1000000) < n % 1000000);
}

static void habits_of(struct world *w, uint32_t host, int64_t from, int64_t to)
{
	struct host *h = &w->hosts.at[host];
	const struct org *o = &w->orgs.at[h->org];
	unsigned hour = (unsigned)((from + org_offset(o, from)) / HOUR % 24);
	bool off = is_holiday(w, h->org, from);

	for (size_t i = 0; i < COUNT(HABITS); i++) {
		uint32_t n;

		if (HABITS[i].role != h->role)
			continue;
		n = times_in(w, &h->rng, HABITS[i].per_day * (HABITS[i].rare ? w->density : 1),
			     HOURS[HABITS[i].hours][hour] / (off && HABITS[i].hours == OFFICE ? 12u : 1u),
			     to - from);
		while (n--) {
			int64_t t = from + rng_between(&h->rng, 0, (to - from) / 100 - 1) * 100;

			if (h->role != ROLE_DESK || desk_on(w, host, t))
				HABITS[i].fn(w, host, t);
		}
	}
}

/* Start and end of a desk's day. */
static void desk_edges(struct world *w, uint32_t host, int64_t from, int64_t to)
{
	struct host *h = &w->hosts.at[host];
	int64_t start, end;

	if (!desk_day(w, host, from, &start, &end) || h->owner == NOWHERE)
		return;
	if (start >= from && start < to) {
		uint32_t dc = w->orgs.at[h->org].dc;

		if (dc != NOWHERE)
			row_dhcp(w, dc, start, 10, host, host_ip(w, host, start));
		if (ev_begin(w, host, D_BOOT, start)) {
			ev_n(w, "MajorVersion", 10);
			ev_n(w, "BuildVersion", 19045);
			ev_time(w, "StartTime", host_clock(h, start));
			ev_end(w);
		}
		if (ev_begin(w, host, D_LOG_START, start + 9 * SECOND)) {
			ev_data(w, "");
			ev_end(w);
		}
		for (uint32_t i = 0; i < 3; i++)
			act_service_logon(w, host, start + (10 + 2 * i) * SECOND);
		if (rng_chance(&h->rng, 15))
			act_logon_failed(w, host, start + MINUTE, w->people.at[h->owner].user, NOWHERE);
		act_ticket(w, start + 2 * MINUTE - SECOND, h->owner, host, "krbtgt", false);
		h->user = act_logon(w, host, start + 2 * MINUTE, h->owner, 2, NOWHERE, "Negotiate");
		h->explorer = act_process(w, host, start + 2 * MINUTE + SECOND, &h->services, &h->user,
					  &(struct start){ "C:\\Windows\\explorer.exe",
							   "C:\\Windows\\Explorer.EXE", NULL, NULL });
	}
	if (end >= from && end < to) {
		act_logoff(w, host, end, &h->user);
		if (ev_begin(w, host, D_LOG_STOP, end + MINUTE)) {
			ev_data(w, "");
			ev_end(w);
		}
	}
}

/* Periodic habits: the number is the timer's. */
static const struct {
	enum role role;
	uint8_t timer;
	int64_t period;
	uint32_t jitter; /* percent */
	void (*fn)(struct world *w, uint32_t host, int64_t t);
} TIMERS[] = {
	{ ROLE_DESK, 0, 4 * HOUR, 2, renew_lease },      { ROLE_DESK, 1, 14 * MINUTE, 1, telemetry },
	{ ROLE_BACKUP, 1, DAY, 0, backup_run },          { ROLE_DESK, 2, 60 * MINUTE, 10, scenario_poll },
	{ ROLE_DESK, 3, 22 * HOUR, 20, scenario_patch },
};

static void timers_of(struct world *w, uint32_t host, int64_t to)
{
	struct host *h = &w->hosts.at[host];

	for (size_t i = 0; i < COUNT(TIMERS); i++) {
		int64_t *due = &h->timers[TIMERS[i].timer];

		if (TIMERS[i].role != h->role)
			continue;
		if (*due == 0) /* the backup begins at eleven at night */
			*due = h->role == ROLE_BACKUP ? at_hour(w, 0, 23, 0)
						      : w->from + rng_between(&h->rng, 0, TIMERS[i].period);
		while (*due < to) {
			int64_t jitter = TIMERS[i].period / 100 * TIMERS[i].jitter;

			if (desk_on(w, host, *due))
				TIMERS[i].fn(w, host, *due);
			*due += TIMERS[i].period + (jitter ? rng_between(&h->rng, -jitter, jitter) : 0);
			if (h->role == ROLE_DESK && !desk_on(w, host, *due) && TIMERS[i].period < 12 * HOUR &&
			    rng_chance(&h->rng, 10))
				*due += rng_between(&h->rng, 0, 600) * SECOND;
		}
	}
}

void routine_slice(struct world *w, int64_t from, int64_t to)
{
	for (uint32_t i = 0; i < w->hosts.len && !w->failed; i++) {
		if (w->hosts.at[i].role == ROLE_DESK)
			desk_edges(w, i, from, to);
		timers_of(w, i, to);
		habits_of(w, i, from, to);
	}
	mail_slice(w, from, to);
}
