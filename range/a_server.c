/* a_server.c - scenario A on the servers: how they came in, took the upgrade server, and cleaned up. */
#include <stdio.h>

#include "a.h"

#define BROWSER "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:124.0) Gecko/20100101 Firefox/124.0"

static const char *const PORTAL[] = { "/login.do",      "/index.do",      "/doc/list.do",   "/doc/view.do",
				      "/help/about.do", "/api/version",   "/static/app.js", "/static/app.css",
				      "/admin/",        "/servlet/status" };

static struct process tomcat_of(struct world *w, const struct a_plan *a)
{
	struct process p = w->hosts.at[a->dms].services;

	p.pid = 3188;
	p.image = "D:\\tomcat\\bin\\tomcat9.exe";
	p.command = "\"D:\\tomcat\\bin\\tomcat9.exe\" //RS//Tomcat9";
	return p;
}

static void portal_request(struct world *w, const struct a_plan *a, int64_t t, uint32_t client,
			   const char *method, const char *path, uint16_t status, uint64_t in, uint64_t out)
{
	act_web(w, a->dms,
		&(struct web){ .t = t,
			       .client = client,
			       .method = method,
			       .path = path,
			       .agent = BROWSER,
			       .status = status,
			       .port = 8443,
			       .in = in,
			       .out = out,
			       .ms = 40 });
}

/* --- ordinary life of the document system -------------------------------------------------------- */

static void partner_visit(struct world *w, const struct a_plan *a, struct rng *r, int64_t t)
{
	uint32_t client = 0xc0000250 + rng_below(r, 12);
	char path[160];

	for (uint32_t i = 0, n = 3 + rng_below(r, 8); i < n; i++) {
		uint16_t status = rng_chance(r, 4) ? 404 : 200;

		snprintf(path, sizeof path, "%s%s", a->context, PICK(r, PORTAL));
		portal_request(w, a, t + i * 9 * SECOND, client, "GET", path, status, 600,
			       8000 + rng_below(r, 60000));
	}
	if (rng_chance(r, 50)) {
		snprintf(path, sizeof path, "%s/doc/upload.do?id=%u", a->context, rng_below(r, 1000000));
		twin(w, OBS_WEB_POST_NEW);
		portal_request(w, a, t + 2 * MINUTE, client, "POST", path, 200, 400000, 120);
		snprintf(path, sizeof path, "%s/doc/preview-%u.jsp", a->context, rng_below(r, 100000));
		twin(w, OBS_WEB_PAGE);
		portal_request(w, a, t + 2 * MINUTE + 20 * SECOND, client, "GET", path, 200, 500, 9000);
		step_end(w);
	}
}

static void convert_document(struct world *w, const struct a_plan *a, int64_t t)
{
	struct process tomcat = tomcat_of(w, a), shell, tool;
	struct session *s = &w->hosts.at[a->dms].local;

	twin(w, OBS_SERVER_CHILD);
	shell = act_process(w, a->dms, t, &tomcat, s,
			    &(struct start){ "C:\\Windows\\System32\\cmd.exe",
					     "cmd.exe /c convert.bat job.xml", NULL, NULL });
	tool = act_process(w, a->dms, t + SECOND, &shell, s,
			   &(struct start){ a->converter, a->converter, NULL, NULL });
	step_end(w);
	act_process_end(w, a->dms, t + 9 * SECOND, &tool);
	act_process_end(w, a->dms, t + 10 * SECOND, &shell);
}

/* Every few weeks a hotfix is deployed in the evening, from the jump host: pages appear and are compiled. */
static void deploy_hotfix(struct world *w, const struct a_plan *a, struct rng *r, int64_t t)
{
	struct process tomcat = tomcat_of(w, a);
	const char *decoy = decoy_begin(w, "application-hotfix", t, t + HOUR, 1);
	char path[200];
	struct session s;

	twin(w, OBS_REMOTE_LOGON);
	s = act_logon(w, a->dms, t, a->deployer, 10, a->jump, "Kerberos");
	twin(w, OBS_REMOTE_DESKTOP);
	act_remote_desktop(w, a->dms, t + 100 * MS, a->deployer, a->jump);
	step_begin(w, &(struct step){ .phase = "decoy",
				      .what = "an application hotfix is deployed",
				      .campaign = decoy,
				      .host = a->dms,
				      .from = a->jump,
				      .label = LABEL_TWIN,
				      .obs = OBS_PAGE_FILE,
				      .time = t });
	snprintf(path, sizeof path, "D:\\tomcat\\webapps\\%s", a->war);
	act_file(w, a->dms, t + 6 * MINUTE, &w->hosts.at[a->dms].explorer, path);
	for (int i = 0; i < 12; i++) {
		snprintf(path, sizeof path, "D:\\tomcat\\webapps%s\\p%u.jsp", a->context,
			 rng_below(r, 100000));
		for (char *z = path; *z; z++)
			*z = (char)(*z == '/' ? '\\' : *z);
		act_file(w, a->dms, t + (8 * 60 + i) * SECOND, &tomcat, path);
		act_file_access(w, a->dms, t + (8 * 60 + i) * SECOND + 9 * MS, &tomcat, path);
	}
	step_end(w);
	row_catalina(
		w, a->dms, t + 8 * MINUTE, "INFO", "org.apache.catalina.startup.HostConfig.deployWAR",
		world_text(
			w,
			"Deployment of web application archive [D:\\tomcat\\webapps\\%s] has finished in [4,211] ms",
			a->war));
	act_logoff(w, a->dms, t + 40 * MINUTE, &s);
}

/* One day: partners, people who open protected documents, converters, the licence server, the database. */
void a_dms_life(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);
	struct rng r = rng_stream(w->seed, "dms", (uint64_t)(t / DAY));
	static const char *const ACTIONS[] = { "view",  "view",     "view",    "decrypt",
					       "print", "download", "outgoing" };
	static const char *const SERVERS[] = { "licence.vendor-portal.example",
					       "updates.tools-vendor.example" };
	uint32_t desks = world_count(w, a->org, ROLE_DESK);
	uint32_t server = world_find(
		w, a->org, PICK(&r, ((enum role[]){ ROLE_FILES, ROLE_BUILD, ROLE_LINUX, ROLE_MONITOR })), 0);

	for (uint32_t i = 0, n = 3 + rng_below(&r, 5); i < n; i++)
		partner_visit(w, a, &r, t + within(&r, 0, 600));
	for (uint32_t i = 0, n = 10 + desks / 2; i < n && !is_holiday(w, a->org, t); i++) {
		uint32_t who = world_find(w, a->org, ROLE_DESK, rng_below(&r, desks));
		const char *action = PICK(&r, ACTIONS);

		int64_t when = t + within(&r, 30, 620);
		uint32_t file = rng_below(&r, 9999999);

		twin(w, OBS_APP_EXPORT);
		row_app_audit(w, a->dms, when, w->people.at[w->hosts.at[who].owner].user, action, file, who,
			      (uint64_t)rng_between(&r, 9000, 90000000));
	}
	step_end(w);
	for (int i = 0; i < 4; i++)
		convert_document(w, a, t + within(&r, 30, 620));
	for (size_t i = 0; i < COUNT(SERVERS); i++) {
		twin(w, OBS_FIRST_OUT);
		act_contact(w, &(struct contact){ .t = t + within(&r, 0, 300),
						  .host = i ? server : a->dms,
						  .by = &w->hosts.at[a->dms].services,
						  .ip = 0xc0000230 + (uint32_t)i,
						  .peer = NOWHERE,
						  .name = SERVERS[i],
						  .port = 443,
						  .proto = NET_TLS,
						  .agent = "licd/3.1",
						  .direct = true,
						  .resolve = true,
						  .up = 1800,
						  .down = 5200 });
	}
	step_end(w);
	row_sql(w, a->dms, t - 7 * HOUR + within(&r, 0, 1),
		"DBCC CHECKDB found 0 errors and repaired 0 errors.");
	row_catalina(w, a->dms, t + within(&r, 0, 600), "WARNING",
		     "org.apache.catalina.core.StandardWrapperValve.invoke", "session expired");
	row_wsus(w, world_find(w, a->org, ROLE_WSUS, 0), t - 5 * HOUR + within(&r, 0, 9), false,
		 "CatalogSyncAgentCore.ExecuteSyncProtocol", "Synchronization finished");
	if ((t - w->from) / DAY % 28 == 13)
		row_wsus(w, world_find(w, a->org, ROLE_WSUS, 0), t + 2 * HOUR + within(&r, 0, 30), true,
			 "AdminDataAccess.ExecuteSPDeployUpdate",
			 world_text(
				 w,
				 "Deployment(Install) of cumulative update by %s\\%s for group All Computers",
				 w->orgs.at[a->org].domain, w->people.at[0].user));
	if (t / DAY % 9 == 4)
		act_account_work(w, a->org, t + within(&r, 60, 400), 0,
				 w->hosts.at[world_find(w, a->org, ROLE_DESK, rng_below(&r, desks))].owner);
	if (t / DAY % 16 == 5)
		deploy_hotfix(w, a, &r, at_hour(w, (t - w->from) / DAY, 22, 0));
	if (weekday_of(w, a->org, t) == 6 && world_find(w, a->org, ROLE_BUILD, 0) != NOWHERE) {
		uint32_t build = world_find(w, a->org, ROLE_BUILD, 0);

		twin(w, OBS_CLEAR);
		act_log_cleared(w, build, t + HOUR, &w->hosts.at[build].local, true);
		step_end(w);
	}
}

/* --- A0, A1: probing and entry -------------------------------------------------------------------- */

static void probe(struct world *w, int64_t t, uint32_t relay, uint32_t unused)
{
	struct a_plan *a = a_of(w);
	struct rng r = rng_stream(w->seed, "probe", relay);
	char path[160];

	a_step(w, "reconnaissance", "the portal is looked at from outside", a->dms, NOWHERE, OBS_WEB_PROBE, 0,
	       t);
	for (uint32_t i = 0, n = 20 + rng_below(&r, 25); i < n; i++) {
		snprintf(path, sizeof path, "%s%s", a->context, PICK(&r, PORTAL));
		portal_request(w, a, t, a->relay[relay % 2], "GET", path,
			       rng_chance(&r, 40)   ? 404
			       : rng_chance(&r, 20) ? 403
						    : 200,
			       500, 1200);
		t += rng_between(&r, 40, 400) * SECOND;
	}
	portal_request(w, a, t, a->relay[relay % 2], "POST", a->upload_path, 500, 900, 2400);
	row_catalina(w, a->dms, t + 300 * MS, "SEVERE",
		     "org.apache.catalina.core.StandardWrapperValve.invoke",
		     "Servlet.service() for servlet [upload] threw exception java.lang.NullPointerException");
}

static void discover(struct world *w, uint32_t host, int64_t t, const struct process *shell,
		     const struct session *s)
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

	for (size_t i = 0; i < COUNT(LOOKS); i++) {
		struct process p =
			act_process(w, host, t + (int64_t)(1 + 19 * i) * SECOND, shell, s,
				    &(struct start){ LOOKS[i].image, LOOKS[i].command, NULL, NULL });

		act_process_end(w, host, t + (int64_t)(2 + 19 * i) * SECOND, &p);
	}
}

static void enter(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[a->dms];
	struct process tomcat = tomcat_of(w, a), shell;
	char path[200];

	h->state = STATE_COMPROMISED;
	h->compromised = t;
	h->via = "public-facing application";
	a_step(w, "initial-access", "an upload to a path never asked for, then its page", a->dms, NOWHERE,
	       OBS_WEB_POST_NEW, SHOWS_CONTROL, t);
	portal_request(w, a, t, a->relay[0], "POST", a->upload_path, 200, 3800, 87);
	row_catalina(w, a->dms, t + 700 * MS, "SEVERE", "org.apache.catalina.core.ApplicationContext.log",
		     "unexpected content type for slot tmp");
	a_step(w, "execution", "the page is written below the web root", a->dms, NOWHERE, OBS_PAGE_FILE,
	       SHOWS_CONTROL, t);
	snprintf(path, sizeof path, "D:\\tomcat\\webapps%s", a->page);
	for (char *z = path; *z; z++)
		*z = (char)(*z == '/' ? '\\' : *z);
	act_file(w, a->dms, t + 300 * MS, &tomcat, path);
	act_file_access(w, a->dms, t + 310 * MS, &tomcat, path);
	a_step(w, "execution", "the page is used", a->dms, NOWHERE, OBS_WEB_PAGE, SHOWS_CONTROL, t + MINUTE);
	for (int i = 0; i < 9; i++)
		portal_request(w, a, t + (60 + 90 * i) * SECOND, a->relay[i > 5], i ? "POST" : "GET", a->page,
			       200, 900, 1400 + 300 * (uint64_t)i);
	a_step(w, "execution", "the web server starts a shell", a->dms, NOWHERE, OBS_SERVER_CHILD,
	       SHOWS_CONTROL, t + 2 * MINUTE);
	shell = act_process(w, a->dms, t + 2 * MINUTE, &tomcat, &h->local,
			    &(struct start){ "C:\\Windows\\System32\\cmd.exe",
					     "cmd.exe /c whoami & ipconfig /all", NULL, NULL });
	a_step(w, "discovery", "a first look around", a->dms, NOWHERE, OBS_DISCOVERY, SHOWS_CONTROL,
	       t + 2 * MINUTE);
	discover(w, a->dms, t + 2 * MINUTE, &shell, &h->local);
	row_sql(w, a->dms, t + 9 * MINUTE,
		"Configuration option 'xp_cmdshell' changed from 0 to 1. Run the RECONFIGURE statement to install.");
}

/* --- A2: foothold ----------------------------------------------------------------------------- */

static struct process foothold_of(struct world *w, const struct a_plan *a)
{
	struct process p = w->hosts.at[a->dms].services;

	p.pid = 7716;
	p.image = a->foothold_image;
	p.command = a->foothold_image;
	p.content = "foothold";
	return p;
}

static void settle(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[a->dms];
	struct process tomcat = tomcat_of(w, a);

	a_step(w, "persistence", "a program is placed", a->dms, NOWHERE, OBS_FILE_DROP, SHOWS_CONTROL, t);
	act_file(w, a->dms, t, &tomcat, a->foothold_image);
	a_step(w, "stealth", "protection is told to look away", a->dms, NOWHERE, OBS_DEFENDER, SHOWS_CONTROL,
	       t + 20 * SECOND);
	act_exclusion(w, a->dms, t + 20 * SECOND, a->foothold_image);
	a_step(w, "persistence", "it runs as a service", a->dms, NOWHERE, OBS_SERVICE, SHOWS_CONTROL,
	       t + MINUTE);
	act_service(w, a->dms, t + MINUTE, &h->local, a->foothold_service, a->foothold_image);
	act_service_state(w, a->dms, t + MINUTE + SECOND, a->foothold_service, true);
	act_process(w, a->dms, t + MINUTE + SECOND, &h->services, &h->local,
		    &(struct start){ a->foothold_image, a->foothold_image, "foothold", NULL });
	a_step(w, "persistence", "and as a task", a->dms, NOWHERE, OBS_TASK, SHOWS_CONTROL, t + 3 * MINUTE);
	act_task(w, a->dms, t + 3 * MINUTE, &h->local, a->foothold_task, a->foothold_image, false);
}

/* The document server calls out for the first time in its life, and goes on. */
static void foothold_beacon(struct world *w, int64_t t, uint32_t first, uint32_t unused)
{
	struct a_plan *a = a_of(w);
	struct rng *r = &w->hosts.at[a->dms].rng;
	struct process p = foothold_of(w, a);
	uint32_t *calls = &w->hosts.at[a->dms].calls[0];

	if (first)
		a_step(w, "command-and-control", "the server calls out", a->dms, NOWHERE, OBS_FIRST_OUT,
		       SHOWS_CONTACT, t);
	else if (!*calls)
		*calls = 1 + a_step(w, "command-and-control", "the server goes on calling", a->dms, NOWHERE,
				    OBS_BEACON, SHOWS_CONTACT, t);
	else
		w->step = *calls;
	act_contact(w, &(struct contact){ .t = t,
					  .dur = 900 * MS,
					  .host = a->dms,
					  .by = &p,
					  .ip = a->control[0],
					  .peer = NOWHERE,
					  .name = a->control_name[0],
					  .port = 443,
					  .proto = NET_TLS,
					  .agent = a->print,
					  .direct = true,
					  .resolve = first || rng_chance(r, 5),
					  .up = (uint64_t)rng_between(r, 1100, 1600),
					  .down = (uint64_t)rng_between(r, 400, 3000) });
	t += rng_between(r, 240, 360) * (t < a->move + DAY ? 1 : 24) *
	     SECOND; /* it slows down when the work there is done */
	if (t < a->clean)
		agenda_add(w, t, foothold_beacon, 0, 0);
}

/* --- A3, A4: the upgrade server ------------------------------------------------------------------- */

static void move(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);
	struct process p = foothold_of(w, a);
	struct host *u = &w->hosts.at[a->update];
	const char *account =
		world_text(w, "%s\\%s", w->orgs.at[a->org].domain, w->people.at[a->deployer].user);
	uint32_t edge =
		world_edge(w, &(struct edge){ a->dms, a->update, a->update_linux ? "ssh" : "remote-logon",
					      account, "A", t, true });
	struct session s;

	u->state = STATE_COMPROMISED;
	u->compromised = t;
	a_step(w, "lateral-movement", "stolen credentials are used", a->dms, NOWHERE, OBS_EXPLICIT, 0, t);
	step_edge(w, edge);
	act_explicit(w, a->dms, t - SECOND, &w->hosts.at[a->dms].local, a->deployer, a->update, &p);
	if (a->update_linux) {
		a_step(w, "lateral-movement", "a password logon from the document server", a->update, a->dms,
		       OBS_SSH, SHOWS_CONTROL | SHOWS_LOGON, t);
		step_edge(w, edge);
		act_ssh(w, a->update, t, w->people.at[a->deployer].user, a->dms, true);
		return;
	}
	a_step(w, "lateral-movement", "a logon from the document server", a->update, a->dms, OBS_REMOTE_LOGON,
	       SHOWS_CONTROL | SHOWS_LOGON, t);
	step_edge(w, edge);
	s = act_logon(w, a->update, t, a->deployer, 3, a->dms, "NTLM");
	a_step(w, "lateral-movement", "a program is copied over", a->update, a->dms, OBS_SHARE_WRITE,
	       SHOWS_CONTROL, t);
	step_edge(w, edge);
	act_share(w, a->update, t + 2 * SECOND, &s, a->dms, "C$", a->foothold_image + 3, true, 410000);
	a_step(w, "execution", "and started as a service", a->update, a->dms, OBS_SERVICE, SHOWS_CONTROL, t);
	step_edge(w, edge);
	act_service(w, a->update, t + 5 * SECOND, &s, a->foothold_service, a->foothold_image);
	act_logoff(w, a->update, t + 30 * MINUTE, &s);
}

static void write_package(struct world *w, const struct a_plan *a, int64_t t, const struct process *p,
			  const char *path)
{
	if (a->update_linux) {
		row_file_audit(w, a->update, t, 22817, 1001, "/usr/bin/cp", path);
		return;
	}
	act_file(w, a->update, t, p, path);
	act_file_access(w, a->update, t + 10 * MS, p, path);
}

static void vendor_login(struct world *w, const struct a_plan *a, int64_t t, const char *what)
{
	char z[200], ip[20];
	buf b = { ip, 0, sizeof ip - 1, sizeof ip - 1, false };

	put_ip(&b, w->hosts.at[a->dms].ip);
	ip[b.len] = '\0';
	snprintf(z, sizeof z, "console: login ok user=admin ip=%s", ip);
	row_vendor(w, a->update, t, "INFO", z);
	row_vendor(w, a->update, t + 40 * SECOND, "INFO", what);
}

static void tamper(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);
	struct host *u = &w->hosts.at[a->update];
	char path[200], manifest[200];
	struct process p = u->services;

	a_package_path(a, a->bad_version, path, sizeof path);
	snprintf(manifest, sizeof manifest, "%s%s%s", a->store, a->update_linux ? "/" : "\\", a->manifest);
	if (a->update_linux) {
		const char *const argv[] = { "/usr/bin/sha256sum", path, NULL };

		a_step(w, "discovery", "the package is hashed", a->update, NOWHERE, OBS_DISCOVERY,
		       SHOWS_CONTROL, t);
		row_execve(w, a->update, t, 22817, 22910, 1001, argv);
	} else {
		a_step(w, "discovery", "the package is hashed", a->update, NOWHERE, OBS_DISCOVERY,
		       SHOWS_CONTROL, t);
		p = act_process(w, a->update, t, &u->services, &u->local,
				&(struct start){ "C:\\Windows\\System32\\certutil.exe",
						 world_text(w, "certutil -hashfile %s SHA256", path), NULL,
						 NULL });
	}
	a_step(w, "impact", "the package is replaced under the same version", a->update, NOWHERE,
	       OBS_PACKAGE_WRITE, SHOWS_CONTROL, t + 9 * MINUTE);
	write_package(w, a, t + 8 * MINUTE, &p, world_text(w, "%s.bak", path));
	write_package(w, a, t + 9 * MINUTE, &p, path);
	write_package(w, a, t + 10 * MINUTE, &p, manifest);
	a_step(w, "stealth", "its time is set back", a->update, NOWHERE, OBS_TIMESTOMP, SHOWS_CONTROL,
	       t + 11 * MINUTE);
	act_timestomp(w, a->update, t + 11 * MINUTE, &p, path, a->released[a->bad_version] + 5 * MINUTE);
	act_delete(w, a->update, t + 14 * MINUTE, &p, world_text(w, "%s.bak", path),
		   world_text(w, "pkg-%u", a->bad_version));
	a_step(w, "impact", "the service's console is used from the document server", a->update, a->dms,
	       OBS_CONFIG, SHOWS_CONTROL, t + 15 * MINUTE);
	vendor_login(w, a, t + 15 * MINUTE, "targeting rule changed: group=pilot force=1");
}

static void open_targeting(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);

	a_step(w, "impact", "the package is opened to many", a->update, a->dms, OBS_CONFIG, SHOWS_CONTROL, t);
	vendor_login(w, a, t, "targeting rule changed: group=wide force=1");
}

static void pilot(struct world *w, int64_t t, uint32_t host, uint32_t unused)
{
	a_fetch(w, host, t);
}

/* --- A9: cleaning up -------------------------------------------------------------------------------- */

static void clean(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[a->dms];
	char path[200];
	struct process p = w->hosts.at[a->update].services;

	a_step(w, "stealth", "the genuine package is put back", a->update, NOWHERE, OBS_PACKAGE_WRITE,
	       SHOWS_CONTROL, t);
	write_package(w, a, t, &p, a_package_path(a, a->bad_version, path, sizeof path));
	a_step(w, "stealth", "the task is deleted", a->dms, NOWHERE, OBS_TASK_GONE, SHOWS_CONTROL,
	       t + 8 * MINUTE);
	act_task_deleted(w, a->dms, t + 8 * MINUTE, &h->local, a->foothold_task);
	a_step(w, "stealth", "the logs of the document server are cleared", a->dms, NOWHERE, OBS_CLEAR,
	       SHOWS_CONTROL, t + 5 * MINUTE);
	act_log_cleared(w, a->dms, t + 5 * MINUTE, &h->local, true);
}

static void wipe(struct world *w, uint32_t host, const char *source, int64_t from, int64_t to,
		 const char *cause)
{
	struct gap *g = VEC_PUSH(&w->wipes, 4096);

	if (g)
		*g = (struct gap){ host, source, cause, from, to, NULL };
}

void a_server_plan(struct world *w, struct a_plan *a)
{
	char path[200];
	uint32_t n = 0;

	a->artefact = world_artefact(
		w, &(struct artefact){
			   .kind = "tampered-package",
			   .host = a->update,
			   .path = world_keep(w, a_package_path(a, a->bad_version, path, sizeof path)),
			   .sha256 = world_hash(w, "pkg-bad"),
			   .size = a->bad_size,
			   .original_sha256 = world_hash(w, world_text(w, "pkg-%u", a->bad_version)),
			   .original_size = a->size[a->bad_version],
			   .from = a->tamper + 9 * MINUTE,
			   .to = a->clean });
	world_artefact(w, &(struct artefact){ .kind = "implant",
					      .host = NOWHERE,
					      .name = a->implant_image,
					      .sha256 = world_hash(w, "implant") });
	world_artefact(w, &(struct artefact){ .kind = "implant",
					      .host = a->dms,
					      .path = a->foothold_image,
					      .name = a->foothold_image,
					      .sha256 = world_hash(w, "foothold") });
	for (uint32_t i = 0; i < 3; i++)
		agenda_add(w, a->probe + i * DAY, probe, i, 0);
	agenda_add(w, a->entry, enter, 0, 0);
	agenda_add(w, a->entry + 22 * MINUTE, settle, 0, 0);
	agenda_add(w, a->entry + 36 * MINUTE, foothold_beacon, 1, 0);
	agenda_add(w, a->move, move, 0, 0);
	agenda_add(w, a->tamper, tamper, 0, 0);
	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (a->target[i] & 16)
			agenda_add(w, a->pilot + n++ * 6 * MINUTE, pilot, i, 0);
	agenda_add(w, a->mass - 7 * HOUR, open_targeting, 0, 0);
	agenda_add(w, a->mass_end - 2 * HOUR, a_force_rest, 0, 0);
	agenda_add(w, a->clean, clean, 0, 0);
	wipe(w, a->dms, "Security", INT64_MIN, a->clean + 5 * MINUTE, "cleared");
	wipe(w, a->dms, "System", INT64_MIN, a->clean + 5 * MINUTE + SECOND, "cleared");
	if (rng_chance(&w->hosts.at[a->dms].rng, 70)) /* lines are cut out of the web server's log */
		wipe(w, a->dms, "tomcat-access", a->entry - 22 * MINUTE, a->entry + 38 * MINUTE, "deleted");
	w->accounts.len = 0;
	{
		const char **account = VEC_PUSH(&w->accounts, 64);

		if (account)
			*account = world_text(w, "%s\\%s", w->orgs.at[a->org].domain,
					      w->people.at[a->deployer].user);
	}
}
