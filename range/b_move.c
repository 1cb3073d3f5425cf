/* b_move.c - scenario B inside: credentials, the springboard, control of devices, what they take, and clean-up. */
#include <stdio.h>

#include "b.h"
#include "routine.h"

static struct process implant_of(struct world *w, uint32_t host)
{
	const struct b_plan *b = b_of(w);
	struct process p = w->hosts.at[host].services;

	p.pid = 8100 + 4 * (host % 400);
	p.image = b->implant;
	p.command = b->implant;
	p.content = "implant-b";
	p.guid[2] ^= 0x19;
	return p;
}

/* --- B4: credentials ---------------------------------------------------------------------------- */

static void take_credentials(struct world *w, int64_t t, uint32_t again, uint32_t unused)
{
	struct b_plan *b = b_of(w);
	struct host *h = &w->hosts.at[b->mx[0]];
	struct process pool = b_pool(w, b->mx[0], "MSExchangeOWAAppPool"), p;
	struct session s;

	b_step(w, "credential-access", "the memory of the logon service is read", b->mx[0], NOWHERE,
	       OBS_LSASS, SHOWS_CONTROL, t);
	p = act_process(
		w, b->mx[0], t, &pool, &h->local,
		&(struct start){
			"C:\\Windows\\System32\\rundll32.exe",
			"rundll32.exe C:\\windows\\System32\\comsvcs.dll MiniDump 712 C:\\root\\out.dmp full",
			NULL, NULL });
	act_read_memory(w, b->mx[0], t + 2 * SECOND, &p, "C:\\Windows\\system32\\lsass.exe", 0x1fffff);
	act_file(w, b->mx[0], t + 4 * SECOND, &p, world_text(w, "C:\\root\\%.6s.dmp", b->canary));
	if (!again) {
		b_step(w, "credential-access", "protection objects on another node", b->mx[1], NOWHERE,
		       OBS_ALERT, 0, t + 20 * MINUTE);
		act_found(w, b->mx[1], t + 20 * MINUTE, "Behavior:Win32/LsassDump",
			  world_text(w, "C:\\root\\%.6s.dmp", b->canary),
			  "C:\\Windows\\System32\\rundll32.exe");
		return;
	}
	b_step(w, "credential-access", "the directory is asked to replicate to the mail server",
	       w->orgs.at[b->org[0]].dc, b->mx[0], OBS_REPLICATION, 0, t + HOUR);
	s = (struct session){
		h->name, w->orgs.at[b->org[0]].domain, &w->people.at[b->stolen].sid, 0x8a41f2, 3, true
	};
	for (int i = 0; i < 3; i++)
		act_replicate(w, b->org[0], t + HOUR + i * SECOND, &s);
	for (uint32_t i = 0; i < 9; i++)
		act_ticket(w, t + 2 * HOUR + i * SECOND, b->stolen, b->mx[0], world_text(w, "svc-%u", i),
			   true);
}

/* --- B6: arrivals ------------------------------------------------------------------------------- */

static const char *const KINDS[] = { "remote-service", "wmi", "winrm",       "rdp",
				     "remote-task",    "ssh", "device-admin" };
static const enum obs ARRIVALS[] = { OBS_SERVICE, OBS_REMOTE_EXEC, OBS_REMOTE_EXEC, OBS_REMOTE_DESKTOP,
				     OBS_TASK,    OBS_SSH,         OBS_DEVICE_ADMIN };

static void run_implant(struct world *w, uint32_t host, int64_t t, const struct process *parent,
			const struct session *s)
{
	const struct b_plan *b = b_of(w);

	act_process(w, host, t, parent, s, &(struct start){ b->implant, b->implant, "implant-b", NULL });
}

static void windows_arrival(struct world *w, const struct b_plan *b, const struct b_target *x, int64_t t,
			    const struct session *there)
{
	struct host *h = &w->hosts.at[x->host];
	struct process parent = h->services;

	switch (x->method) {
	case B_SERVICE:
		act_service(w, x->host, t, there, b->service, b->implant);
		act_service_state(w, x->host, t + SECOND, b->service, true);
		break;
	case B_TASK:
		act_task(w, x->host, t, there, b->task, b->implant, true);
		act_task_run(w, x->host, t + SECOND, b->task, b->implant);
		parent.image = "C:\\Windows\\System32\\svchost.exe";
		parent.command = "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule";
		break;
	case B_WMI:
		act_contact(w, &(struct contact){ .t = t - 50 * MS,
						  .dur = 2 * SECOND,
						  .host = x->from,
						  .peer = x->host,
						  .port = 135,
						  .proto = NET_RPC,
						  .name = "IWbemServices",
						  .path = "ExecMethod",
						  .up = 3000,
						  .down = 2000 });
		parent.image = "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe";
		parent.command = "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding";
		break;
	case B_WINRM:
		act_winrm(w, x->host, t, b->stolen, x->from);
		parent.image = "C:\\Windows\\System32\\wsmprovhost.exe";
		parent.command = "C:\\Windows\\system32\\wsmprovhost.exe -Embedding";
		break;
	default:
		act_remote_desktop(w, x->host, t, b->stolen, x->from);
		parent = h->explorer;
	}
	run_implant(w, x->host, t + 2 * SECOND, &parent, x->method == B_DESKTOP ? there : &h->local);
}

static uint32_t edge_of(struct world *w, const struct b_plan *b, const struct b_target *x, int64_t t,
			bool first)
{
	return world_edge(w, &(struct edge){ x->from, x->host, KINDS[x->method],
					     world_text(w, "%s\\%s", w->orgs.at[b->org[0]].domain,
							w->people.at[b->stolen].user),
					     "B", t, first });
}

static void on(struct world *w, uint32_t edge, const char *what, uint32_t host, uint32_t from, enum obs obs,
	       unsigned shows, int64_t t)
{
	b_step(w, "lateral-movement", what, host, from, obs, shows, t);
	step_edge(w, edge);
}

static void calls(struct world *w, int64_t t, uint32_t target, uint32_t step);

static void arrive(struct world *w, int64_t t, uint32_t number, uint32_t again)
{
	struct b_plan *b = b_of(w);
	const struct b_target *x = &b->target[number];
	struct host *h = &w->hosts.at[x->host], *from = &w->hosts.at[x->from];
	struct process with = implant_of(w, x->from);
	uint32_t edge = edge_of(w, b, x, t, !again);
	const char *ops = "ops";
	struct session there;

	if (!again) {
		h->state = STATE_COMPROMISED;
		h->compromised = t;
	}
	if (x->method == B_DEVICE) {
		on(w, edge, "the console of a firewall is opened from the mail server", x->host, x->from,
		   OBS_DEVICE_ADMIN, SHOWS_CONTROL | SHOWS_LOGON, t);
		row_device_login(w, x->host, t, "admin", from->ip, true);
		act_contact(w, &(struct contact){ .t = t - SECOND,
						  .dur = 9 * MINUTE,
						  .host = x->from,
						  .peer = x->host,
						  .port = 443,
						  .proto = NET_TLS,
						  .by = &with,
						  .up = 20000,
						  .down = 90000 });
		return;
	}
	if (x->method == B_SSH) {
		on(w, edge, "a logon from the mail server", x->host, x->from, OBS_SSH,
		   SHOWS_CONTROL | SHOWS_LOGON, t);
		act_ssh(w, x->host, t, ops, x->from, true);
		row_execve(w, x->host, t + 30 * SECOND, 4410, 4466, 1001,
			   (const char *const[]){ "/usr/bin/id", NULL });
		return;
	}
	on(w, edge, "stolen credentials are used", x->from, NOWHERE, OBS_EXPLICIT, 0, t - SECOND);
	act_explicit(w, x->from, t - SECOND, &from->local, b->stolen, x->host, &with);
	on(w, edge, "a logon from a controlled host", x->host, x->from, OBS_REMOTE_LOGON, SHOWS_LOGON, t);
	act_contact(w, &(struct contact){ .t = t - 100 * MS,
					  .dur = 3 * SECOND,
					  .host = x->from,
					  .peer = x->host,
					  .by = &with,
					  .port = x->method == B_DESKTOP ? 3389 : 445,
					  .proto = NET_SMB,
					  .user = w->people.at[b->stolen].user,
					  .up = 4000,
					  .down = 3000 });
	there = act_logon(w, x->host, t, b->stolen, x->method == B_DESKTOP ? 10 : 3, x->from, "NTLM");
	if (x->method != B_DESKTOP) {
		on(w, edge, "a program is copied over", x->host, x->from, OBS_SHARE_WRITE, SHOWS_CONTROL,
		   t + SECOND);
		act_share(w, x->host, t + SECOND, &there, x->from, "ADMIN$",
			  world_text(w, "Temp\\%s", str_basename(str_of(b->implant)).ptr), true, 380000);
	}
	on(w, edge, "and started", x->host, x->from, ARRIVALS[x->method], SHOWS_CONTROL, t + 4 * SECOND);
	windows_arrival(w, b, x, t + 4 * SECOND, &there);
	act_logoff(w, x->host, t + 20 * MINUTE, &there);
	if (!again)
		agenda_add(w, t + 5 * MINUTE, calls, number, 0);
}

/* --- B7: control ---------------------------------------------------------------------------------- */

static void calls(struct world *w, int64_t t, uint32_t number, uint32_t step)
{
	struct b_plan *b = b_of(w);
	const struct b_target *x = &b->target[number];
	struct host *h = &w->hosts.at[x->host];
	struct process p = implant_of(w, x->host);
	/* every quarter of an hour while there is work, then every hour */
	int64_t next = t + rng_between(&h->rng, 630, 1170) * (t < h->compromised + 20 * DAY ? 1 : 4) * SECOND;
	bool first = !step;
	uint64_t up, down;

	if (first)
		step = 1 + b_step(w, "command-and-control",
				  x->direct ? "the implant calls out" : "the implant calls the mail server",
				  x->host, NOWHERE, OBS_BEACON, SHOWS_CONTACT, t);
	w->step = step;
	if (next < b->end)
		agenda_add(w, next, calls, number, step);
	if (!first && !desk_on(w, x->host, t))
		return;
	up = (uint64_t)rng_between(&h->rng, 900, 3000);
	down = (uint64_t)rng_between(&h->rng, 500, 5000);
	if (x->direct)
		act_contact(w, &(struct contact){ .t = t,
						  .dur = 2 * SECOND,
						  .host = x->host,
						  .by = &p,
						  .ip = b->control,
						  .peer = NOWHERE,
						  .name = b->control_name,
						  .port = 443,
						  .proto = NET_TLS,
						  .agent = b->print,
						  .resolve = first,
						  .direct = true,
						  .up = up,
						  .down = down,
						  .quiet = !first });
	else
		act_contact(w, &(struct contact){ .t = t,
						  .dur = rng_between(&h->rng, 20, 700) * SECOND,
						  .host = x->host,
						  .by = &p,
						  .peer = b->mx[0],
						  .port = 8443,
						  .proto = NET_TLS,
						  .agent = b->print,
						  .up = up,
						  .down = down,
						  .quiet = !first });
}

/* --- B8: what devices lose -------------------------------------------------------------------------- */

static void take(struct world *w, int64_t t, uint32_t number, uint32_t unused)
{
	struct b_plan *b = b_of(w);
	const struct b_target *x = &b->target[number];
	struct host *h = &w->hosts.at[x->host];
	struct process p = implant_of(w, x->host), packer;
	uint64_t size = (uint64_t)rng_between(&h->rng, 40, 900) * 1048576;
	const char *archive =
		world_text(w, "%s\\%s%02u.%s", b->archive_folder, b->stage_name, number, b->archive_suffix);
	const char *staged = world_text(w, "FrontEnd\\HttpProxy\\owa\\auth\\Current\\themes\\%s%02u.png",
					b->stage_name, number);
	struct session s;
	uint32_t step, relay = b_relay(b, t + 2 * HOUR);

	if (!h->windows || h->state != STATE_COMPROMISED)
		return;
	b_step(w, "collection", "files are packed", x->host, NOWHERE, OBS_ARCHIVE, SHOWS_CONTROL, t);
	packer = act_process(w, x->host, t, &p, &h->local,
			     &(struct start){ world_text(w, "%s\\%.3s.exe", b->archive_folder, b->canary),
					      world_text(w, "%.3s.exe a -r %s D:\\", b->canary, archive),
					      "packer-b", "Rar.exe" });
	act_file(w, x->host, t + MINUTE, &packer, archive);
	b_step(w, "collection", "the archive is laid into the web server's folder", b->mx[1], x->host,
	       OBS_SHARE_WRITE, SHOWS_CONTROL, t + HOUR);
	s = act_logon(w, b->mx[1], t + HOUR, b->stolen, 3, x->host, "NTLM");
	act_share(w, b->mx[1], t + HOUR + SECOND, &s, x->host, "C$",
		  world_text(w, "Program Files\\Microsoft\\Exchange Server\\V15\\%s", staged), true, size);
	step = b_step(w, "exfiltration", "a relay fetches it", b->mx[1], NOWHERE, OBS_UPLOAD, 0,
		      t + 2 * HOUR);
	act_exchange(w, b->mx[1],
		     &(struct exch){ .t = t + 2 * HOUR,
				     .client = relay,
				     .stem = world_text(w, "/owa/auth/Current/themes/%s%02u.png",
							b->stage_name, number),
				     .agent = b->ua,
				     .method = "GET",
				     .status = 200,
				     .in = 500,
				     .out = size,
				     .ms = 90000,
				     .iis_only = true });
	world_artefact(w, &(struct artefact){
				  .kind = "staged-archive", .host = x->host, .path = archive, .size = size });
	world_loss(w, &(struct loss){ x->host, relay, "web", "B", NULL, t + 2 * HOUR,
				      t + 2 * HOUR + 90 * SECOND, size, step });
}

static void vpn(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct b_plan *b = b_of(w);
	struct rng r = rng_stream(w->seed, "vpn-b", (uint64_t)(t / DAY));
	int64_t dur = within(&r, 30, 200);
	uint64_t up = (uint64_t)rng_between(&r, 9000000, 90000000),
		 down = (uint64_t)rng_between(&r, 9000000, 900000000);

	b_step(w, "persistence", "a stolen account opens a tunnel from a relay", b->vpn, NOWHERE, OBS_VPN, 0,
	       t);
	row_vpn(w, b->vpn, t, w->people.at[b->vpn_user].user, b->relay[5], w->orgs.at[b->org[0]].net | 0xfd7b,
		dur, up, down);
}

/* --- B9: clean-up ------------------------------------------------------------------------------------- */

static void clear_log(struct world *w, int64_t t, uint32_t host, uint32_t unused)
{
	const struct b_plan *b = b_of(w);
	const struct person *as = &w->people.at[b->stolen];
	struct session s = { as->user, w->orgs.at[b->org[0]].domain, &as->sid, 0x51ffe, 3, true };

	b_step(w, "stealth", "a log is cleared", host, NOWHERE, OBS_CLEAR, SHOWS_CONTROL, t);
	act_log_cleared(w, host, t, &s, false);
}

static void change_sysmon(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	const struct b_plan *b = b_of(w);

	b_step(w, "stealth", "what is logged on the mail server changes", b->mx[0], NOWHERE, OBS_CONFIG,
	       SHOWS_CONTROL, t);
	act_sysmon_config(w, b->mx[0], t, world_text(w, "C:\\Windows\\Temp\\%.6s.xml", b->canary));
}

void b_move_plan(struct world *w, struct b_plan *b)
{
	struct rng r = rng_stream(w->seed, "move-plan", 0);
	uint32_t takers = 0;

	agenda_add(w, b->credentials, take_credentials, 0, 0);
	agenda_add(w, b->credentials + (b->wave[0] - b->credentials) / 2, take_credentials, 1, 0);
	for (uint32_t i = 0; i < b->ntarget; i++) {
		const struct b_target *x = &b->target[i];
		int64_t t = b->wave[x->wave] + i * 7 * MINUTE + within(&r, 0, 5);

		if (t >= b->end)
			t = b->end - DAY - i * MINUTE;
		agenda_add(w, t, arrive, i, 0);
		if (i % 5 == 4 && x->method < B_SSH && t + 9 * DAY < b->end)
			agenda_add(w, t + 8 * DAY, arrive, i, 1);
		if (i % 5 < 2 && t + 5 * DAY < b->end && takers < 14) {
			agenda_add(w, t + 3 * DAY + within(&r, 0, 90), take, i, 0);
			takers++;
		}
	}
	for (int i = 0; i < 6; i++) {
		int64_t t = b->wave[1] + i * 11 * DAY;

		if (t < b->end)
			agenda_add(w, t + within(&r, 0, 60), vpn, 0, 0);
	}
	for (uint32_t i = 1; i < b->ntarget && i < 10; i += 6) {
		int64_t t = b->wave[b->target[i].wave] + 5 * DAY;

		if (w->hosts.at[b->target[i].host].windows && t < b->end) {
			agenda_add(w, t, clear_log, b->target[i].host, 0);
			b_wipe(w, b->target[i].host, "Security", INT64_MIN, t, "cleared");
		}
	}
	agenda_add(w, b->keep + HOUR, change_sysmon, 0, 0);
	b_wipe(w, b->mx[0], "iis", (b->entry / DAY) * DAY, (b->entry / DAY + 3) * DAY, "deleted");
	world_artefact(w, &(struct artefact){ .kind = "implant",
					      .host = NOWHERE,
					      .name = b->implant,
					      .sha256 = world_hash(w, "implant-b") });
	world_artefact(
		w,
		&(struct artefact){
			.kind = "web-page",
			.host = b->mx[0],
			.name = b->page,
			.path = world_text(
				w,
				"C:\\Program Files\\Microsoft\\Exchange Server\\V15\\FrontEnd\\HttpProxy\\owa\\auth\\%s",
				b->page) });
	{
		const char **account = VEC_PUSH(&w->accounts, 64);

		if (account)
			*account = world_text(w, "%s\\%s", w->orgs.at[b->org[0]].domain,
					      w->people.at[b->stolen].user);
	}
}
