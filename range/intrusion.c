#include "intrusion.h"

#include "acts.h"

void intrusion_plan(struct world *w, struct intrusion *ret)
{
	struct rng r = rng_stream(w->seed, "intrusion", 0);
	static const enum hop_method METHODS[] = { HOP_SERVICE, HOP_TASK, HOP_WMI, HOP_DESKTOP };
	uint32_t first_desk = world_find(w, ROLE_DESK), files = world_find(w, ROLE_FILES);
	struct intrusion in = { .entry = world_find(w, ROLE_MAIL), .account = 0, .collect_on = files };

	in.start = w->from + DAY + rng_between(&r, 17 * 60, 20 * 60) * MINUTE; /* second night, local 01-04 */
	in.relay = world_text(w, "198.51.100.%u", 1 + rng_below(&r, 250));
	in.control = world_text(w, "203.0.113.%u", 1 + rng_below(&r, 250));
	in.control_name = world_word(w, &r, 2);
	in.control_name = world_text(w, "%s.%s.example", in.control_name, world_word(w, &r, 2));
	in.page = world_text(w, "%s.aspx", world_word(w, &r, 3));
	in.implant = world_text(w, "%s.exe", world_word(w, &r, 3));
	in.service = world_text(w, "%s Helper", world_word(w, &r, 3));
	in.task = world_text(w, "\\%s", world_word(w, &r, 3));
	in.hops[in.nhops++] = (struct hop){ in.entry, files, HOP_SERVICE, 50 * MINUTE };
	in.hops[in.nhops++] = (struct hop){ in.entry, world_find(w, ROLE_APP), HOP_TASK, 65 * MINUTE };
	for (uint32_t i = first_desk + rng_below(&r, 2); i < w->hosts.len && in.nhops < 5; i += 2) {
		uint32_t from = in.nhops < 4 ? in.entry : files;

		in.hops[in.nhops] = (struct hop){ from, i, METHODS[rng_below(&r, COUNT(METHODS))],
						  80 * MINUTE + 17 * MINUTE * in.nhops };
		in.nhops++;
	}
	in.clear_on = in.hops[in.nhops - 1].to;
	*ret = in;
}

static struct process web_pool(struct world *w, uint32_t host)
{
	struct process p = w->hosts.at[host].services;

	p.pid = 7412;
	p.image = "C:\\Windows\\System32\\inetsrv\\w3wp.exe";
	p.command = "c:\\windows\\system32\\inetsrv\\w3wp.exe -ap \"MSExchangeOWAAppPool\"";
	p.who = w->hosts.at[host].local;
	return p;
}

/* A shell below the web server, and the first look around. */
static struct process look_around(struct world *w, const struct intrusion *in, int64_t t,
				  const struct process *pool)
{
	static const struct {
		const char *image, *command;
	} LOOKS[] = {
		{ "C:\\Windows\\System32\\whoami.exe", "whoami" },
		{ "C:\\Windows\\System32\\ipconfig.exe", "ipconfig /all" },
		{ "C:\\Windows\\System32\\net.exe", "net group \"domain admins\" /domain" },
		{ "C:\\Windows\\System32\\nltest.exe", "nltest /domain_trusts" },
		{ "C:\\Windows\\System32\\tasklist.exe", "tasklist /svc" },
	};
	struct host *h = &w->hosts.at[in->entry];
	struct process shell = act_process(w, in->entry, t, pool, &h->local, "C:\\Windows\\System32\\cmd.exe",
					   "\"cmd.exe\" /c whoami & ipconfig /all");

	for (size_t i = 0; i < COUNT(LOOKS); i++) {
		struct process p = act_process(w, in->entry, t + (int64_t)(1 + 19 * i) * NS_PER_S, &shell,
					       &h->local, LOOKS[i].image, LOOKS[i].command);

		act_process_end(w, in->entry, t + (int64_t)(2 + 19 * i) * NS_PER_S, &p);
	}
	return shell;
}

static void enter(struct world *w, const struct intrusion *in)
{
	struct host *h = &w->hosts.at[in->entry];
	const char *page = world_text(
		w, "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\FrontEnd\\HttpProxy\\owa\\auth\\%s",
		in->page);
	struct process pool = web_pool(w, in->entry), kernel = h->services;
	struct session loop = h->local;
	int64_t t = in->start;

	kernel.pid = 4;
	kernel.image = "System";
	kernel.command = "";
	world_step(w, "entry", "a page is written through the mail server's own administration", in->entry,
		   NOWHERE, t);
	act_cmdlet(w, in->entry, t, "New-MailboxExportRequest",
		   world_text(w, "-Mailbox \"%s\" -FilePath \"\\\\127.0.0.1\\C$\\%s\"", world_user(w, 2),
			      path_below_drive(page)),
		   world_user(w, 0));
	act_share(w, in->entry, t + 4 * NS_PER_S, &loop, "127.0.0.1", "C$", path_below_drive(page), true);
	act_file(w, in->entry, t + 4 * NS_PER_S + 20 * MS, &kernel, page);
	world_step(w, "execution", "the web server starts a shell", in->entry, NOWHERE, t + 3 * MINUTE);
	look_around(w, in, t + 3 * MINUTE, &pool);
	world_calm(w);
}

static const char *staged(struct world *w, const struct intrusion *in)
{
	return world_text(w, "C:\\ProgramData\\%s", in->implant);
}

static void settle(struct world *w, const struct intrusion *in)
{
	struct host *h = &w->hosts.at[in->entry];
	struct process pool = web_pool(w, in->entry), p;
	int64_t t = in->start + 14 * MINUTE;
	struct rec *r;

	world_step(w, "persistence", "a program is placed and runs as a service", in->entry, NOWHERE, t);
	act_file(w, in->entry, t, &pool, staged(w, in));
	r = world_log(w, in->entry, D_DEF_CONFIG, t + 20 * NS_PER_S);
	rec_set(w, r, "Product Name", "Microsoft Defender Antivirus");
	rec_set(w, r, "New Value",
		"HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\ProgramData = 0x0");
	act_service(w, in->entry, t + MINUTE, &h->local, in->service, staged(w, in));
	act_service_state(w, in->entry, t + MINUTE + NS_PER_S, in->service, "running");
	p = act_process(w, in->entry, t + MINUTE + NS_PER_S, &h->services, &h->local, staged(w, in),
			staged(w, in));
	world_step(w, "command-and-control", "the service calls out", in->entry, NOWHERE, t + 2 * MINUTE);
	for (int i = 0; i < 40; i++) {
		int64_t at = t + 2 * MINUTE + i * 15 * MINUTE + rng_between(&h->rng, -90, 90) * NS_PER_S;

		if (i == 0)
			act_lookup(w, in->entry, at, &p, in->control_name, in->control);
		act_connect(w, in->entry, at + 50 * MS, &p, in->control, in->control_name, 443);
	}
	world_calm(w);
}

static void take_credentials(struct world *w, const struct intrusion *in)
{
	struct host *h = &w->hosts.at[in->entry];
	int64_t t = in->start + 35 * MINUTE;
	struct process p = { 0 };
	struct rec *r;

	world_step(w, "credential-access", "the memory of the logon service is read", in->entry, NOWHERE, t);
	p = act_process(w, in->entry, t, &h->services, &h->local, staged(w, in), staged(w, in));
	r = world_log(w, in->entry, D_SM_ACCESS, t + 2 * NS_PER_S);
	rec_set(w, r, "UtcTime", "-");
	rec_set(w, r, "SourceProcessGUID", "%s", p.guid ? p.guid : "");
	rec_set(w, r, "SourceProcessId", "%u", p.pid);
	rec_set(w, r, "SourceImage", "%s", p.image);
	rec_set(w, r, "TargetProcessId", "712");
	rec_set(w, r, "TargetImage", "C:\\Windows\\system32\\lsass.exe");
	rec_set(w, r, "GrantedAccess", "0x1010");
	rec_set(w, r, "CallTrace",
		"C:\\Windows\\SYSTEM32\\ntdll.dll+9d4e4|C:\\Windows\\System32\\KERNELBASE.dll+2c1fe|UNKNOWN("
		"000001F2A1B30000)");
	rec_set(w, r, "SourceUser", "NT AUTHORITY\\SYSTEM");
	rec_set(w, r, "TargetUser", "NT AUTHORITY\\SYSTEM");
	act_file(w, in->entry, t + 9 * NS_PER_S, &p,
		 world_text(w, "C:\\Windows\\Temp\\%.4s.dmp", in->implant));
	world_calm(w);
}

/* What the target's own logs keep of an arrival, by method. */
static struct process arrive(struct world *w, const struct intrusion *in, const struct hop *hop, int64_t t,
			     const struct session *there)
{
	struct host *h = &w->hosts.at[hop->to];
	struct process parent = h->services;

	switch (hop->method) {
	case HOP_SERVICE:
		act_service(w, hop->to, t, there, in->service, staged(w, in));
		act_service_state(w, hop->to, t + NS_PER_S, in->service, "running");
		break;
	case HOP_TASK:
		act_task(w, hop->to, t, there, in->task, staged(w, in), true);
		act_task_run(w, hop->to, t + NS_PER_S, in->task, staged(w, in));
		parent.pid = 1204;
		parent.image = "C:\\Windows\\System32\\svchost.exe";
		parent.command = "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule";
		break;
	case HOP_WMI:
		parent.pid = 5120;
		parent.image = "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe";
		parent.command = "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding";
		break;
	case HOP_DESKTOP:
		act_remote_desktop(w, hop->to, t, &w->people.at[in->account], hop->from);
		parent.pid = 6004;
		parent.image = "C:\\Windows\\explorer.exe";
		parent.command = "C:\\Windows\\Explorer.EXE";
		break;
	}
	return act_process(w, hop->to, t + 2 * NS_PER_S, &parent,
			   hop->method == HOP_DESKTOP ? there : &h->local, staged(w, in), staged(w, in));
}

static void move(struct world *w, const struct intrusion *in, const struct hop *hop)
{
	static const char *const WHAT[] = { "a service is installed from another host",
					    "a task is registered from another host",
					    "a program is started through remote management",
					    "a remote desktop session" };
	struct host *from = &w->hosts.at[hop->from];
	const struct person *as = &w->people.at[in->account];
	int64_t t = in->start + hop->after;
	struct process p = from->services;
	struct session there;

	p.image = staged(w, in);
	p.pid = 9000 + 4 * hop->to;
	world_step(w, "lateral-movement", WHAT[hop->method], hop->to, hop->from, t);
	act_explicit(w, hop->from, t, &from->local, as, hop->to, &p);
	act_connect(w, hop->from, t + 10 * MS, &p, w->hosts.at[hop->to].ip, w->hosts.at[hop->to].fqdn,
		    hop->method == HOP_DESKTOP ? 3389
		    : hop->method == HOP_WMI   ? 135
					       : 445);
	there = act_logon(w, hop->to, t + 200 * MS, as, hop->method == HOP_DESKTOP ? 10 : 3, hop->from,
			  "NTLM");
	if (hop->method != HOP_DESKTOP)
		act_share(w, hop->to, t + NS_PER_S, &there, from->ip, "C$", path_below_drive(staged(w, in)),
			  true);
	p = arrive(w, in, hop, t + 4 * NS_PER_S, &there);
	for (int i = 0; i < 12; i++) /* the others reach the outside through the entry host */
		act_connect(w, hop->to, t + (5 + 15 * i) * MINUTE, &p, w->hosts.at[in->entry].ip,
			    w->hosts.at[in->entry].fqdn, 8443);
	act_logoff(w, hop->to, t + 20 * MINUTE, &there);
	world_calm(w);
}

static void collect(struct world *w, const struct intrusion *in)
{
	struct host *h = &w->hosts.at[in->collect_on];
	int64_t t = in->start + 3 * HOUR;
	const char *tool = "C:\\ProgramData\\a.exe";
	struct process p;

	world_step(w, "collection", "files are packed into volumes", in->collect_on, NOWHERE, t);
	p = act_process(
		w, in->collect_on, t, &h->services, &h->local, tool,
		"C:\\ProgramData\\a.exe a -r -v200m C:\\ProgramData\\c.7z D:\\drawings D:\\contracts");
	for (int i = 1; i <= 9; i++)
		act_file(w, in->collect_on, t + i * 70 * NS_PER_S, &p,
			 world_text(w, "C:\\ProgramData\\c.7z.%03d", i));
	act_process_end(w, in->collect_on, t + 12 * MINUTE, &p);
	world_step(w, "exfiltration", "the volumes leave", in->collect_on, NOWHERE, t + 20 * MINUTE);
	for (int i = 0; i < 9; i++)
		act_connect(w, in->collect_on, t + (20 + 2 * i) * MINUTE, &p, in->control, in->control_name,
			    443);
	world_calm(w);
}

static void clean_up(struct world *w, const struct intrusion *in)
{
	int64_t t = in->start + 5 * HOUR;
	const struct person *as = &w->people.at[in->account];

	for (uint32_t i = 0; i < in->nhops; i++) {
		const struct hop *hop = &in->hops[i];

		if (hop->method != HOP_TASK)
			continue;
		world_step(w, "stealth", "the task is deleted", hop->to, hop->from, t + i * MINUTE);
		act_task_deleted(w, hop->to, t + i * MINUTE, &w->hosts.at[hop->to].local, in->task);
	}
	world_step(w, "stealth", "the Security log is cleared", in->clear_on, NOWHERE, t + 10 * MINUTE);
	act_log_cleared(w, in->clear_on, t + 10 * MINUTE,
			&(struct session){ as->user, w->domain, as->sid, 0x51ffe, 3, true }, true);
	world_calm(w);
}

void intrusion_play(struct world *w, const struct intrusion *in)
{
	enter(w, in);
	settle(w, in);
	take_credentials(w, in);
	for (uint32_t i = 0; i < in->nhops; i++)
		move(w, in, &in->hops[i]);
	collect(w, in);
	clean_up(w, in);
}
