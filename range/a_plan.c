/* a_plan.c - scenario A: organisation, product and parameters, drawn from the seed. */
#include "a.h"

#include <stdlib.h>

static const struct roster ROSTER[] = {
	{ ROLE_DC, 2 },     { ROLE_FILES, 1 },   { ROLE_DMS, 1 },      { ROLE_WSUS, 1 },   { ROLE_JUMP, 1 },
	{ ROLE_BACKUP, 1 }, { ROLE_SCANNER, 1 }, { ROLE_MONITOR, 1 },  { ROLE_BUILD, 1 },  { ROLE_LINUX, 2 },
	{ ROLE_UPDATE, 1 }, { ROLE_PROXY, 1 },   { ROLE_FIREWALL, 1 }, { ROLE_SENSOR, 1 },
};
#define SERVERS 16u

void build_a(struct world *w)
{
	struct rng r = rng_stream(w->seed, "a", 0);
	uint32_t org = world_org(w, 20 + rng_below(&r, 60), 8 * HOUR, "");
	uint32_t share = w->scenario[0] == 'A' ? w->size.hosts : w->size.hosts / 2;
	struct a_plan *a = arena_alloc(&w->mem, sizeof *a);

	build_admins(w, org, 4);
	build_servers(w, org, ROSTER, COUNT(ROSTER));
	build_desks(w, org, share > SERVERS + 12 ? share - SERVERS : 12, 62, 50, 25);
	if (!a || w->failed) {
		world_fail(w, "no memory for the scenario");
		return;
	}
	w->scenario_a = a;
	a->org = org;
	a->dms = world_find(w, org, ROLE_DMS, 0);
	a->update = world_find(w, org, ROLE_UPDATE, 0);
	a->jump = w->orgs.at[org].jump;
	a->files = w->orgs.at[org].files;
	w->sensor = world_find(w, org, ROLE_SENSOR, 0);
	w->hosts.at[w->sensor].variant = (uint8_t)rng_below(&r, 3);
	w->hosts.at[w->orgs.at[org].proxy].variant = (uint8_t)rng_below(&r, 3);
	w->hosts.at[w->orgs.at[org].firewall].variant = (uint8_t)rng_below(&r, 3);
	a_draw_product(w, a);
}

/* --- the product ---------------------------------------------------------------------------- */

static const char *const SUFFIXES[] = { "Guard", "Doc", "Vault", "Seal", "Secure", "Shield", "Safe", "Flow" };
static const char *const URL_ROOTS[] = { "/pkg/%s", "/update/%s", "/repo/%s/client", "/dl/%s",
					 "/%s/release" };
static const char *const MANIFESTS[] = { "manifest.json", "latest.xml", "version.ini", "catalog.json",
					 "index.dat" };
static const char *const PACKAGES[] = { "setup.exe", "client.msi", "full.pkg", "install.exe", "bundle.cab" };
static const char *const CONTEXTS[] = { "/%s", "/%s/portal", "/%s-web", "/app/%s" };

static const char *one_word(struct world *w, struct rng *r, int n)
{
	return world_word(w, r, n);
}

void a_draw_product(struct world *w, struct a_plan *a)
{
	struct rng r = rng_stream(w->seed, "product", 0);
	const char *word = one_word(w, &r, 3);
	struct host *u = &w->hosts.at[a->update], *d = &w->hosts.at[a->dms];
	unsigned major = 2 + rng_below(&r, 8), minor = rng_below(&r, 9), patch = 3 + rng_below(&r, 20);

	a->vendor = world_capital(w, word);
	a->product = world_text(w, "%s%s", a->vendor, PICK(&r, SUFFIXES));
	a->agent_exe = world_text(w, "%s.exe", a->product);
	a->updater_exe = world_text(w, "%sUpd.exe", a->vendor);
	a->service = world_text(w, "%s Agent", a->product);
	a->folder = world_text(w, "C:\\Program Files\\%s\\%s", a->vendor, a->product);
	a->data_folder = world_text(w, "C:\\ProgramData\\%s", a->product);
	a->url_root = world_fill(w, PICK(&r, URL_ROOTS), word);
	a->manifest = PICK(&r, MANIFESTS);
	a->package_file = PICK(&r, PACKAGES);
	a->agent_ua = world_text(w, "%sUpdater/%u.%u (Windows NT 10.0; x64)", a->product, major, minor);
	a->update_linux = rng_chance(&r, 50);
	a->store = a->update_linux ? world_text(w, "/srv/%s/pkg", word) : world_text(w, "D:\\%s\\pkg", word);
	a->context = world_fill(w, PICK(&r, CONTEXTS), word);
	a->war = world_text(w, "%s.war", word);
	a->upload_path = world_text(w, "%s/servlet/%sUpload", a->context, one_word(w, &r, 2));
	a->converter = world_text(w, "D:\\%s\\bin\\%sconv.exe", word, one_word(w, &r, 2));
	a->port = (uint16_t)(8000 + rng_below(&r, 1900));
	a->poll_minutes = 45 + 5 * rng_below(&r, 7);
	for (uint32_t i = 0; i < A_RELEASES; i++) {
		a->version[i] = world_text(w, "%u.%u.%u", major, minor, patch + i);
		a->size[i] = 17000000 + rng_below(&r, 9000000) / 512 * 512;
	}
	a->deployer = world_person(w, a->org, true);
	w->people.at[a->deployer].service = true;
	w->people.at[a->deployer].user = world_text(w, "svc-%s", one_word(w, &r, 2));
	w->vendor_folder = a->product;
	if (a->update_linux)
		world_linux(w, a->update);
	u->web = a->update_linux ? WEB_NGINX : WEB_IIS;
	u->web_bytes = true;
	u->variant = (uint8_t)rng_below(&r, 2);
	d->web = WEB_TOMCAT;
	d->public_facing = true;
	w->hosts.at[world_find(w, a->org, ROLE_WSUS, 0)].web = WEB_IIS;
	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (w->hosts.at[i].org == a->org && w->hosts.at[i].role == ROLE_DESK)
			w->hosts.at[i].agent = rng_below(&r, 1000) < 886;
}

/* --- the intrusion -------------------------------------------------------------------------- */

static const char *const DROP_FOLDERS[] = { "C:\\ProgramData\\%s", "C:\\Users\\Public\\%s",
					    "C:\\Windows\\Temp\\%s", "C:\\ProgramData\\%s\\cache" };
static const char *const SERVICE_WORDS[] = { "%s Sync Helper", "%s Host Service", "%s Cache Manager",
					     "%s Link Monitor" };
static const char *const NAME_FORMS[] = { "cdn-%s.example", "%s-sync.example", "img.%s.example",
					  "api-%s.example", "%s.static.example" };
static const char *const ARCHIVE_SUFFIXES[] = { "7z", "cab", "dat", "zip", "bin" };

static const char *literal_word(struct world *w, struct rng *r, int n)
{
	return world_literal(w, world_word(w, r, n));
}

/* A new word in a form, both remembered. The form is drawn before the call: the order of draws is part of the seed's
 * promise, and that of arguments is not. */
static const char *named(struct world *w, struct rng *r, const char *form)
{
	return world_literal(w, world_fill(w, form, literal_word(w, r, 3)));
}

static int64_t night(const struct world *w, struct rng *r, int64_t day, unsigned from_minute,
		     unsigned to_minute)
{
	return day_start(w, day) + within(r, from_minute, to_minute);
}

static void draw_names(struct world *w, struct a_plan *a, struct rng *r)
{
	const char *folder = named(w, r, PICK(r, DROP_FOLDERS));
	const char *client = named(w, r, PICK(r, DROP_FOLDERS));

	for (int i = 0; i < 2; i++)
		a->relay[i] = world_outside(w, r, 1);
	for (int i = 0; i < A_CONTROL; i++) {
		a->control[i] = world_outside(w, r, 2);
		a->control_name[i] = named(w, r, PICK(r, NAME_FORMS));
		world_external(w, &(struct external){ a->control[i], a->control_name[i],
						      world_text(w, "C%d", i + 1), "c2", "A", 0, 0, 0, 0 });
	}
	a->cloud = world_outside(w, r, 2);
	a->cloud_name = world_literal(w, world_text(w, "%s.cloud-drive.example", literal_word(w, r, 3)));
	a->page = world_literal(w, world_text(w, "%s/%s.jsp", a->context, literal_word(w, r, 3)));
	a->foothold_service = named(w, r, PICK(r, SERVICE_WORDS));
	a->foothold_image = world_literal(w, world_text(w, "%s\\%s.exe", folder, literal_word(w, r, 2)));
	a->foothold_task = world_literal(w, world_text(w, "\\%s", literal_word(w, r, 4)));
	a->implant = literal_word(w, r, 3);
	a->implant_image = world_literal(w, world_text(w, "%s\\%s.exe", client, a->implant));
	a->implant_service = named(w, r, PICK(r, SERVICE_WORDS));
	a->archiver = world_literal(w, world_text(w, "%s\\%.3s.exe", client, world_hash(w, "archiver")));
	a->archive_folder = client;
	a->archive_suffix = PICK(r, ARCHIVE_SUFFIXES);
	a->print = world_literal(w, world_text(w, "%.32s", world_hash(w, "ja3")));
}

static void draw_times(struct world *w, struct a_plan *a, struct rng *r)
{
	int64_t days = (w->to - w->from) / DAY;
	int64_t entry = part_of_window(w, 25, 2) + rng_between(r, 0, days / 40),
		clean = part_of_window(w, 93, 8);
	int64_t mass = part_of_window(w, 36, entry + 3);

	if (mass < entry + 3)
		mass = entry + 3;
	mass = working_day(w, a->org, mass);
	a->probe = night(w, r, entry > 5 ? entry - 5 : 0, 90, 280);
	a->entry = night(w, r, entry, 170, 230);
	a->move = night(w, r, entry + 1, 100, 160);
	a->tamper = night(w, r, entry + 2, 80, 110);
	a->pilot = a->tamper + 33 * MINUTE;
	a->mass = at_hour(w, mass, 8, 0);
	a->mass_end = a->mass + 36 * HOUR;
	a->theft = a->mass + 2 * DAY;
	a->clean = night(w, r, clean, 150, 250);
	a->released[0] = at_hour(w, working_day(w, a->org, 0), 0, 30);
	a->released[1] = at_hour(w, working_day(w, a->org, part_of_window(w, 6, 1)), 14, 30);
	a->released[2] = at_hour(w, working_day(w, a->org, part_of_window(w, 62, mass + 2)), 15, 10);
	a->bad_version = 1;
}

/* Who gets the bad package, and what becomes of it: shuffled, then dealt. */
static void draw_targets(struct world *w, struct a_plan *a, struct rng *r)
{
	uint32_t *order = arena_array(&w->mem, w->hosts.len, sizeof *order), n = 0, take;

	a->target = arena_array(&w->mem, w->hosts.len, sizeof *a->target);
	if (!order || !a->target) {
		world_fail(w, "no memory for the scenario");
		return;
	}
	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (w->hosts.at[i].agent)
			order[n++] = i;
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = rng_below(r, i), x = order[i - 1];

		order[i - 1] = order[k];
		order[k] = x;
	}
	take = n * (26 + rng_below(r, 9)) / 100;
	take = take < 9 ? n < 9 ? n : 9 : take;
	a->npilot = take > 60 ? 6 : take / 4;
	for (uint32_t i = 0; i < take; i++)
		a->target[order[i]] = i < a->npilot                         ? 1 + 16
				      : i < a->npilot + take * 7 / 100 + 1  ? 2
				      : i < a->npilot + take * 12 / 100 + 2 ? 3
									    : 1;
	/* The first of the pilot can be seen in full. */
	w->hosts.at[order[0]].sysmon = w->hosts.at[order[0]].audits = w->hosts.at[order[0]].collected = true;
}

void a_draw_intrusion(struct world *w, struct a_plan *a)
{
	struct rng r = rng_stream(w->seed, "intrusion-a", 0);

	a->attacked = true;
	draw_names(w, a, &r);
	draw_times(w, a, &r);
	draw_targets(w, a, &r);
	a->bad_size = a->size[a->bad_version] + 512 * rng_between(&r, 100, 700);
	for (int i = 0; i < 2; i++)
		world_external(w, &(struct external){ a->relay[i], NULL, world_text(w, "R%d", i + 1), "relay",
						      "A", a->probe, a->entry + HOUR, 0, 0 });
	world_external(w, &(struct external){ a->cloud, a->cloud_name, "X1", "exfiltration", "A", a->theft,
					      a->clean, 0, 0 });
}

uint32_t a_step(struct world *w, const char *phase, const char *what, uint32_t host, uint32_t from,
		enum obs obs, unsigned shows, int64_t t)
{
	return step_begin(w, &(struct step){ .phase = phase,
					     .what = what,
					     .campaign = "A",
					     .host = host,
					     .from = from,
					     .label = LABEL_MALICIOUS,
					     .obs = (uint8_t)obs,
					     .shows = (uint8_t)shows,
					     .key = true,
					     .time = t });
}

void plan_a_decoys(struct world *w)
{
	struct a_plan *a = a_of(w);
	struct rng r = rng_stream(w->seed, "releases-a", 0);

	if (a->released[1] == 0)
		draw_times(w, a, &r);
	a_release_plan(w, a);
	for (int64_t day = 0; day < (w->to - w->from) / DAY; day++)
		agenda_add(w, at_hour(w, day, 7, 30), a_dms_life, 0, 0);
}

void plan_a(struct world *w)
{
	struct a_plan *a = a_of(w);

	a_draw_intrusion(w, a);
	plan_a_decoys(w);
	a_server_plan(w, a);
	a_client_plan(w, a);
}
