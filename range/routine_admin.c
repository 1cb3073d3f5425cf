/* routine_admin.c - twins of an intrusion: what administrators, scanners, backups, monitors and developers do that
 * looks like one, and the noise of the internet. */
#include <stdio.h>

#include "acts.h"
#include "routine.h"
#include "scenario.h"

#define BROWSER                                                                                              \
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"

static uint32_t an_admin(const struct world *w, uint32_t org, struct rng *r)
{
	uint32_t n = 0, pick;

	for (uint32_t i = 0; i < w->people.len; i++)
		n += w->people.at[i].org == org && w->people.at[i].admin && !w->people.at[i].service;
	pick = n ? rng_below(r, n) : 0;
	for (uint32_t i = 0; i < w->people.len; i++)
		if (w->people.at[i].org == org && w->people.at[i].admin && !w->people.at[i].service &&
		    pick-- == 0)
			return i;
	return 0;
}

static uint32_t a_windows_host(const struct world *w, uint32_t org, struct rng *r)
{
	for (int tries = 0; tries < 40; tries++) {
		uint32_t i = rng_below(r, (uint32_t)w->hosts.len);

		if (w->hosts.at[i].org == org && w->hosts.at[i].windows)
			return i;
	}
	return w->orgs.at[org].jump;
}

/* A round of the administrators from the jump host: by desktop, shell, remote installation or task. */
void admin_round(struct world *w, uint32_t jump, int64_t t)
{
	struct host *j = &w->hosts.at[jump];
	uint32_t who = an_admin(w, j->org, &j->rng), other = a_windows_host(w, j->org, &j->rng);
	uint32_t how = rng_below(&j->rng, 5);
	struct session s = j->local, there;
	struct process shell = j->explorer;

	if (other == jump || !desk_on(w, other, t))
		return;
	shell.image = "C:\\Windows\\System32\\mmc.exe";
	twin(w, OBS_EXPLICIT);
	act_explicit(w, jump, t, &s, who, other, &shell);
	twin(w, OBS_REMOTE_LOGON);
	there = act_logon(w, other, t + 300 * MS, who, how == 0 ? 10 : 3, jump,
			  how == 1 ? "NTLM" : "Kerberos");
	switch (how) {
	case 0:
		twin(w, OBS_REMOTE_DESKTOP);
		act_remote_desktop(w, other, t + 100 * MS, who, jump);
		break;
	case 1:
		twin(w, OBS_SHARE_WRITE);
		act_share(w, other, t + SECOND, &there, jump, "ADMIN$", "Temp\\inventory.csv", true, 18000);
		twin(w, OBS_SERVICE);
		act_service(w, other, t + 2 * SECOND, &there, "Asset Inventory Agent",
			    "\"C:\\Program Files\\Asset Inventory\\agent.exe\" --service");
		act_service_state(w, other, t + 4 * SECOND, "Asset Inventory Agent", true);
		break;
	case 2:
		twin(w, OBS_TASK);
		act_task(w, other, t + 3 * SECOND, &there, "\\Asset Inventory Scan",
			 "C:\\Program Files\\Asset Inventory\\scan.exe", true);
		if (rng_chance(&j->rng, 60)) {
			twin(w, OBS_TASK_GONE);
			act_task_deleted(w, other, t + 20 * MINUTE, &there, "\\Asset Inventory Scan");
		}
		break;
	case 3:
		twin(w, OBS_REMOTE_EXEC);
		act_winrm(w, other, t + SECOND, who, jump);
		act_process(w, other, t + 2 * SECOND, &w->hosts.at[other].services, &there,
			    &(struct start){ "C:\\Windows\\System32\\wsmprovhost.exe",
					     "C:\\Windows\\system32\\wsmprovhost.exe -Embedding", NULL,
					     NULL });
		break;
	default:
		twin(w, OBS_DISCOVERY);
		act_process(w, other, t + 2 * SECOND, &w->hosts.at[other].services, &there,
			    &(struct start){ "C:\\Windows\\System32\\ipconfig.exe", "ipconfig /all", NULL,
					     NULL });
		act_process(w, other, t + 9 * SECOND, &w->hosts.at[other].services, &there,
			    &(struct start){ "C:\\Windows\\System32\\net.exe",
					     "net localgroup administrators", NULL, NULL });
		act_process(
			w, other, t + 14 * SECOND, &w->hosts.at[other].services, &there,
			&(struct start){ "C:\\Windows\\System32\\whoami.exe", "whoami /groups", NULL, NULL });
	}
	step_end(w);
	act_logoff(w, other, t + 8 * MINUTE, &there);
}

/* A credentialed scanner touches a host: failed and good logons, a service for the length of the scan. */
void scan_host(struct world *w, uint32_t scanner, int64_t t)
{
	struct host *s = &w->hosts.at[scanner];
	uint32_t who = an_admin(w, s->org, &s->rng), other = a_windows_host(w, s->org, &s->rng);
	struct session there;

	if (other == scanner || !desk_on(w, other, t))
		return;
	for (int i = 0; i < 3; i++)
		act_logon_failed(w, other, t + i * SECOND, i ? "administrator" : "guest", scanner);
	twin(w, OBS_REMOTE_LOGON);
	there = act_logon(w, other, t + 5 * SECOND, who, 3, scanner, "NTLM");
	twin(w, OBS_SHARE_WRITE);
	act_share(w, other, t + 6 * SECOND, &there, scanner, "ADMIN$", "Temp\\vscan-probe.exe", true, 900000);
	twin(w, OBS_SERVICE);
	act_service(w, other, t + 8 * SECOND, &there, "VScan Probe", "%SystemRoot%\\Temp\\vscan-probe.exe");
	act_service_state(w, other, t + 9 * SECOND, "VScan Probe", true);
	twin(w, OBS_REMOTE_EXEC);
	act_process(w, other, t + 9 * SECOND, &w->hosts.at[other].services, &w->hosts.at[other].local,
		    &(struct start){ "C:\\Windows\\Temp\\vscan-probe.exe",
				     "C:\\Windows\\Temp\\vscan-probe.exe --local", NULL, NULL });
	step_end(w);
	act_logoff(w, other, t + 3 * MINUTE, &there);
}

/* Each server hands its catalogue to the backup server, which comes for the files: both ways, every night. */
static void backup_pairs(struct world *w, uint32_t backup, int64_t t)
{
	const struct host *h = &w->hosts.at[backup];
	uint32_t who = w->orgs.at[h->org].backup_user;
	struct session s;

	for (uint32_t i = 0; i < w->hosts.len; i++) {
		if (w->hosts.at[i].org != h->org || w->hosts.at[i].role == ROLE_DESK ||
		    !w->hosts.at[i].windows || i == backup)
			continue;
		t += 40 * SECOND + (int64_t)(i % 7) * 130 * MS;
		twin(w, OBS_REMOTE_LOGON);
		s = act_logon(w, backup, t, who, 3, i, "Kerberos");
		twin(w, OBS_SHARE_WRITE);
		act_share(w, backup, t + SECOND, &s, i, "catalog", "sets\\today.idx", true, 90000);
		step_end(w);
		act_logoff(w, backup, t + 9 * SECOND, &s);
		twin(w, OBS_REMOTE_LOGON);
		s = act_logon(w, i, t + 10 * SECOND, who, 3, backup, "NTLM");
		twin(w, OBS_SHARE_WRITE);
		act_share(w, i, t + 11 * SECOND, &s, backup, "C$", "ProgramData\\Backup\\job.xml", true,
			  4000);
		step_end(w);
		act_logoff(w, i, t + 20 * SECOND, &s);
	}
}

/* The night's backup: archives of a server, copied to the file server and to a cloud store. */
void backup_run(struct world *w, uint32_t backup, int64_t t)
{
	struct host *h = &w->hosts.at[backup];
	uint32_t files = w->orgs.at[h->org].files, who = w->orgs.at[h->org].backup_user;
	char file[120];
	struct process p =
		act_process(w, backup, t, &h->services, &h->local,
			    &(struct start){ "C:\\Program Files\\Backup\\bkagent.exe",
					     "\"C:\\Program Files\\Backup\\bkagent.exe\" run --set nightly",
					     NULL, NULL });
	struct session s = act_logon(w, files, t + MINUTE, who, 3, backup, "Kerberos");

	for (int i = 0; i < 9; i++) {
		snprintf(file, sizeof file, "backup\\set-%u-%02d.7z", (unsigned)(t / DAY), i);
		twin(w, OBS_ARCHIVE);
		act_file(w, backup, t + (2 + i) * MINUTE, &p, "C:\\ProgramData\\Backup\\cache\\set.7z");
		twin(w, OBS_SHARE_WRITE);
		act_share(w, files, t + (2 + i) * MINUTE, &s, backup, "backup", file, true, 900000000);
	}
	for (int i = 0; i < 8; i++) {
		twin(w, OBS_UPLOAD);
		act_contact(w, &(struct contact){ .t = t + (20 + 4 * i) * MINUTE,
						  .dur = 200 * SECOND,
						  .host = backup,
						  .by = &p,
						  .ip = 0xc0000228,
						  .peer = NOWHERE,
						  .name = "vault.cloud-backup.example",
						  .port = 443,
						  .proto = NET_TLS,
						  .agent = "bkagent/7.2",
						  .resolve = i == 0,
						  .direct = true,
						  .down = 90000,
						  .up = (uint64_t)rng_between(&h->rng, 8, 22) * 1000000000 });
	}
	step_end(w);
	act_logoff(w, files, t + 30 * MINUTE, &s);
	backup_pairs(w, backup, t + 32 * MINUTE);
	act_process_end(w, backup, t + 31 * MINUTE, &p);
}

/* Monitoring asks every server: perfectly periodic, logons and replication reads included. */
void monitor_round(struct world *w, uint32_t monitor, int64_t t)
{
	struct host *h = &w->hosts.at[monitor];
	uint32_t who = an_admin(w, h->org, &h->rng), other = rng_below(&h->rng, (uint32_t)w->hosts.len);
	struct session s;

	if (w->hosts.at[other].org != h->org || w->hosts.at[other].role == ROLE_DESK || other == monitor)
		return;
	twin(w, OBS_BEACON);
	act_contact(w, &(struct contact){ .t = t,
					  .dur = 300 * MS,
					  .host = monitor,
					  .peer = other,
					  .port = 10050,
					  .proto = NET_OTHER,
					  .up = 220,
					  .down = 900 });
	step_end(w);
	if (w->hosts.at[other].role == ROLE_DC) {
		s = act_logon(w, other, t + SECOND, who, 3, monitor, "Kerberos");
		twin(w, OBS_REPLICATION);
		act_replicate(w, h->org, t + 2 * SECOND, &s);
		step_end(w);
		act_logoff(w, other, t + 9 * SECOND, &s);
	} else if (w->hosts.at[other].windows) {
		twin(w, OBS_LSASS);
		act_read_memory(w, other, t + 2 * SECOND, &w->hosts.at[other].services,
				"C:\\Windows\\system32\\lsass.exe", 0x1000);
		step_end(w);
	}
}

/* Developers: rare unsigned programs, scripts, archives. */
void build_job(struct world *w, uint32_t build, int64_t t)
{
	struct host *h = &w->hosts.at[build];
	char image[160], content[64];
	struct process p;

	snprintf(content, sizeof content, "build-%llu", (unsigned long long)rng_next(&h->rng) % 1000000);
	snprintf(image, sizeof image, "D:\\build\\out\\%s\\app.exe", content);
	twin(w, OBS_FILE_DROP);
	act_file(w, build, t, &h->services, image);
	p = act_process(w, build, t + 4 * SECOND, &h->services, &h->local,
			&(struct start){ image, "app.exe --selftest", content, NULL });
	act_process_end(w, build, t + 40 * SECOND, &p);
	twin(w, OBS_MODULE);
	act_image(w, build, t + 5 * SECOND, &p, image, false, content);
	twin(w, OBS_TIMESTOMP);
	act_timestomp(w, build, t + 41 * SECOND, &p, image, t - 300 * DAY);
	step_end(w);
	act_script(w, build, t + MINUTE, &SID_SYSTEM,
		   "Compress-Archive -Path D:\\build\\out -DestinationPath D:\\drop\\nightly.zip");
	act_delete(w, build, t + 5 * MINUTE, &p, image, content);
}

/* Noise of the internet at a public host: old probes, crawlers, brute force. Nothing follows. */
void internet_noise(struct world *w, uint32_t host, int64_t t)
{
	static const char *const PATHS[] = { "/.env",
					     "/wp-login.php",
					     "/manager/html",
					     "/solr/admin/info/system",
					     "/",
					     "/robots.txt",
					     "/struts2-showcase/index.action",
					     "/cgi-bin/luci",
					     "/owa/",
					     "/actuator/env",
					     "/console/login/LoginForm.jsp",
					     "/boaform/admin/formLogin" };
	struct host *h = &w->hosts.at[host];
	struct web q = { .t = t,
			 .method = "GET",
			 .agent = rng_chance(&h->rng, 50) ? "Mozilla/5.0 zgrab/0.x" : BROWSER,
			 .port = 443,
			 .in = 310,
			 .out = 1245,
			 .ms = 4,
			 .status = 404 };

	q.client = 0xc0000264 + rng_below(&h->rng, 90);
	twin(w, OBS_WEB_PROBE);
	for (uint32_t i = 0, n = 1 + rng_below(&h->rng, 6); i < n; i++) {
		q.path = PATHS[rng_below(&h->rng, COUNT(PATHS))];
		q.method = rng_chance(&h->rng, 15) ? "POST" : "GET";
		q.t = t + i * 900 * MS;
		act_web(w, host, &q);
	}
	step_end(w);
}
