/* a_client.c - scenario A on the desks: the implant, its control, and what it takes. */
#include <stdio.h>

#include "a.h"
#include "routine.h"

static struct process implant_of(struct world *w, uint32_t host)
{
	const struct a_plan *a = a_of(w);
	struct process p = w->hosts.at[host].services;

	p.pid = 6100 + 4 * (host % 500);
	p.image = a->implant_image;
	p.command = a->implant_image;
	p.content = "implant";
	p.guid[0] ^= 0x3d;
	return p;
}

/* One step for all calls of a host: there are thousands. */
static void calls_out(struct world *w, struct host *h, enum obs obs, int64_t t)
{
	uint32_t *step = &h->calls[obs == OBS_LOOKUP];

	if (!*step)
		*step = 1 + a_step(w, "command-and-control", "the implant calls out", h->index, NOWHERE, obs,
				   SHOWS_CONTACT, t);
	w->step = *step;
}

static void beacon(struct world *w, int64_t t, uint32_t host, uint32_t first)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	struct process p = implant_of(w, host);
	uint32_t which = host % A_CONTROL;
	int64_t next = t + rng_between(&h->rng, 1350, 2250) * SECOND;

	if (next < a->clean)
		agenda_add(w, next, beacon, host, 0);
	/* It sleeps with its host, and on weekends. */
	if (!first && (!desk_on(w, host, t) || is_holiday(w, h->org, t)))
		return;
	if (first || rng_chance(&h->rng, 10)) {
		calls_out(w, h, OBS_LOOKUP, t);
		act_lookup(w, host, t - 40 * MS, &p, a->control_name[which],
			   which == 1 && t < a->mass + DAY ? 0 : a->control[which]);
	}
	if (which == 1 && t < a->mass + DAY)
		return; /* the second name does not exist on the first day */
	calls_out(w, h, OBS_BEACON, t);
	act_contact(w, &(struct contact){ .t = t,
					  .dur = 1100 * MS,
					  .host = host,
					  .by = &p,
					  .ip = a->control[which],
					  .peer = NOWHERE,
					  .name = a->control_name[which],
					  .port = 443,
					  .proto = NET_TLS,
					  .agent = a->print,
					  .up = (uint64_t)rng_between(&h->rng, 900, 2600),
					  .down = (uint64_t)rng_between(&h->rng, 500, 4000),
					  .quiet = !first && rng_chance(&h->rng, 50) });
}

void a_installed(struct world *w, uint32_t host, int64_t t, uint32_t outcome)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	struct process setup = h->services;

	setup.pid = h->next_pid;
	setup.image = world_text(w, "%s\\upd\\setup_%s.exe", a->data_folder, a->version[a->bad_version]);
	setup.content = "pkg-bad";
	if (outcome == 2) {
		h->state = STATE_BLOCKED;
		a_step(w, "execution", "protection removes the implant", host, NOWHERE, OBS_ALERT,
		       SHOWS_BLOCK, t);
		act_found(w, host, t, "Trojan:Win64/Generic!MSR", a->implant_image, setup.image);
		return;
	}
	h->state = STATE_COMPROMISED;
	h->compromised = t - 5 * SECOND;
	a_step(w, "persistence", "the implant is placed", host, NOWHERE, OBS_FILE_DROP, SHOWS_CONTROL, t);
	act_file(w, host, t, &setup, a->implant_image);
	a_step(w, "persistence", "it runs as a service", host, NOWHERE, OBS_SERVICE, SHOWS_CONTROL,
	       t + 2 * SECOND);
	act_service(w, host, t + 2 * SECOND, &h->local, a->implant_service, a->implant_image);
	act_service_state(w, host, t + 3 * SECOND, a->implant_service, true);
	act_registry(
		w, host, t + 2 * SECOND, &h->services,
		world_text(w, "HKLM\\System\\CurrentControlSet\\Services\\%s\\ImagePath", a->implant_service),
		a->implant_image);
	act_process(w, host, t + 4 * SECOND, &h->services, &h->local,
		    &(struct start){ a->implant_image, a->implant_image, "implant", NULL });
	beacon(w, t + rng_between(&h->rng, 6, 90) * SECOND, host, 1);
}

/* --- A7: hands on ----------------------------------------------------------------------------- */

static void interactive(struct world *w, int64_t t, uint32_t host, uint32_t reads_memory)
{
	static const char *const COMMANDS[][2] = {
		{ "C:\\Windows\\System32\\net.exe", "net view /domain" },
		{ "C:\\Windows\\System32\\systeminfo.exe", "systeminfo" },
		{ "C:\\Windows\\System32\\tasklist.exe", "tasklist /v" },
		{ "C:\\Windows\\System32\\nltest.exe", "nltest /dclist:" },
	};
	struct host *h = &w->hosts.at[host];
	struct process p = implant_of(w, host), shell;

	if (h->state != STATE_COMPROMISED)
		return;
	a_step(w, "discovery", "hands on the keyboard at night", host, NOWHERE, OBS_DISCOVERY, SHOWS_CONTROL,
	       t);
	shell = act_process(w, host, t, &p, &h->local,
			    &(struct start){ "C:\\Windows\\System32\\cmd.exe", "cmd.exe", NULL, NULL });
	for (size_t i = 0; i < COUNT(COMMANDS); i++)
		act_process(w, host, t + (int64_t)(20 + 45 * i) * SECOND, &shell, &h->local,
			    &(struct start){ COMMANDS[i][0], COMMANDS[i][1], NULL, NULL });
	if (!reads_memory)
		return;
	a_step(w, "credential-access", "the memory of the logon service is read", host, NOWHERE, OBS_LSASS,
	       SHOWS_CONTROL, t + 5 * MINUTE);
	act_read_memory(w, host, t + 5 * MINUTE, &p, "C:\\Windows\\system32\\lsass.exe", 0x1010);
}

/* --- A8: collection and theft ------------------------------------------------------------------- */

static const char *archive_name(struct world *w, const struct a_plan *a, uint32_t number)
{
	return world_text(w, "%s\\%.4s%02u.%s", a->archive_folder, a->implant, number, a->archive_suffix);
}

/* Files of a share are read by night, packed, and sent. */
static void take(struct world *w, int64_t t, uint32_t host, uint32_t number)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	struct process p = implant_of(w, host), packer;
	uint64_t megabytes = (uint64_t)rng_between(&h->rng, 40, 530);
	uint64_t size = megabytes * 1048576 + rng_below(&h->rng, 1000000);
	bool to_cloud = number == 1;
	uint32_t which = 1 + rng_below(&h->rng, A_CONTROL - 1);
	uint32_t ip = to_cloud ? a->cloud : a->control[which];
	const char *name = to_cloud ? a->cloud_name : a->control_name[which];
	const char *archive = archive_name(w, a, number);
	struct session s;
	uint32_t step;
	char file[120];

	if (h->state != STATE_COMPROMISED)
		return;
	a_step(w, "collection", "a share is read by night", a->files, host, OBS_SHARE_WRITE, 0, t);
	w->steps.at[w->step - 1].obs = OBS_REMOTE_LOGON;
	s = act_logon(w, a->files, t, h->owner, 3, host, "Kerberos");
	for (int i = 0; i < 12; i++) {
		snprintf(file, sizeof file, "drawings\\%s-%02d.dwg", h->user.user, i);
		act_share(w, a->files, t + (4 + i) * SECOND, &s, host, "drawings", file, false, size / 12);
	}
	a_step(w, "collection", "files are packed", host, NOWHERE, OBS_ARCHIVE, SHOWS_CONTROL,
	       t + 4 * MINUTE);
	packer = act_process(w, host, t + 4 * MINUTE, &p, &h->local,
			     &(struct start){ a->archiver,
					      world_text(w, "%s a -r -v%um %s D:\\drawings", a->archiver,
							 100 + number % 3 * 50, archive),
					      "packer", "Rar.exe" });
	act_file(w, host, t + 6 * MINUTE, &packer, archive);
	act_process_end(w, host, t + 9 * MINUTE, &packer);
	step = a_step(w, "exfiltration", "the archive leaves", host, NOWHERE, OBS_UPLOAD, SHOWS_CONTACT,
		      t + 12 * MINUTE);
	act_contact(w, &(struct contact){ .t = t + 12 * MINUTE,
					  .dur = (int64_t)(size / 4000000) * SECOND + SECOND,
					  .host = host,
					  .by = &p,
					  .ip = ip,
					  .peer = NOWHERE,
					  .name = name,
					  .port = 443,
					  .proto = NET_TLS,
					  .agent = a->print,
					  .resolve = true,
					  .up = size + 4000,
					  .down = 60000 });
	world_artefact(w, &(struct artefact){
				  .kind = "staged-archive", .host = host, .path = archive, .size = size });
	world_loss(w, &(struct loss){ host, ip, to_cloud ? "cloud" : "tls", "A", NULL, t + 12 * MINUTE,
				      t + 12 * MINUTE + (int64_t)(size / 4000000) * SECOND, size, step });
}

/* Two accounts take documents out of the document system itself. */
static void mass_export(struct world *w, int64_t t, uint32_t host, uint32_t unused)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];

	a_step(w, "collection", "documents are decrypted in bulk", a->dms, host, OBS_APP_EXPORT, 0, t);
	for (uint32_t i = 0; i < 60; i++)
		row_app_audit(w, a->dms, t + i * 7 * SECOND, h->user.user, i % 2 ? "decrypt" : "outgoing",
			      1000000 + host * 100 + i, host,
			      (uint64_t)rng_between(&h->rng, 400000, 30000000));
}

/* Between one and five in one of the nights from the theft's beginning on. */
static int64_t some_night(const struct world *w, const struct a_plan *a, struct rng *r, int64_t days)
{
	int64_t day = (a->theft - w->from) / DAY + rng_between(r, 0, days - 1);

	return day_start(w, day) + within(r, 60, 290);
}

void a_client_plan(struct world *w, struct a_plan *a)
{
	struct rng r = rng_stream(w->seed, "theft", 0);
	int64_t days = (a->clean - a->theft) / DAY;
	uint32_t thieves = 0, hands = 0, exporters = 0, victims = 0;

	for (uint32_t i = 0; i < w->hosts.len; i++)
		victims += (a->target[i] & 15) == 1;
	for (uint32_t i = 0; i < w->hosts.len && days > 0; i++) {
		if ((a->target[i] & 15) != 1)
			continue;
		if (hands * 30 < victims) {
			for (int k = 0; k < 3; k++)
				agenda_add(w, some_night(w, a, &r, days), interactive, i,
					   hands < 2 && k == 0);
			hands++;
		}
		if (thieves * 7 < victims) {
			for (uint32_t k = 0, n = 4 + rng_below(&r, 4); k < n; k++)
				agenda_add(w, some_night(w, a, &r, days), take, i, k);
			thieves++;
		}
		if (exporters < 2 && rng_chance(&r, 40)) {
			agenda_add(w, a->theft + rng_between(&r, 0, days - 1) * DAY + 2 * HOUR, mass_export,
				   i, 0);
			exporters++;
		}
	}
}
