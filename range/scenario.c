#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "acts.h"
#include "degrade.h"
#include "inventory.h"
#include "routine.h"
#include "truth.h"
#include "site.h"

static void build_mixed(struct world *w)
{
	build_a(w);
	build_b(w);
}

static void plan_null(struct world *w)
{
	plan_a_decoys(w);
	plan_b_decoys(w);
}

static void plan_mixed(struct world *w)
{
	plan_a(w);
	plan_b(w);
	plan_commodity(w);
}

static void plan_poisoned(struct world *w)
{
	plan_b(w);
	plan_poison(w);
}

static const struct scenario SCENARIOS[] = {
	{ "a", "A", "document system, upgrade server, trojans to hundreds of hosts, theft", 1254, 184, 2024,
	  3, 1, build_a, plan_a },
	{ "b", "B", "mail server through relays, months of mail theft, springboard into subsidiaries", 3800,
	  290, 2023, 5, 1, build_b, plan_b },
	{ "null", "null", "background and decoys, no intrusion", 300, 60, 2024, 3, 4, build_mixed,
	  plan_null },
	{ "mixed", "mixed", "A, B and a commodity infection in one evidence", 600, 120, 2024, 3, 4,
	  build_mixed, plan_mixed },
	{ "poison", "poison", "B with rows that clients chose", 120, 60, 2023, 5, 1, build_b, plan_poisoned },
};

const struct scenario *scenario_at(size_t i)
{
	return i < COUNT(SCENARIOS) ? &SCENARIOS[i] : NULL;
}

const struct scenario *scenario_find(const char *name)
{
	for (size_t i = 0; i < COUNT(SCENARIOS); i++)
		if (strcmp(SCENARIOS[i].name, name) == 0)
			return &SCENARIOS[i];
	return NULL;
}

/* --- building ------------------------------------------------------------------------------- */

void build_servers(struct world *w, uint32_t org, const struct roster *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < list[i].count; k++)
			world_host(w, org, list[i].role, "hq");
	if (w->failed)
		return;
	w->orgs.at[org].backup_user = world_person(w, org, true);
	w->people.at[w->orgs.at[org].backup_user].service = true;
	w->orgs.at[org].dc = world_find(w, org, ROLE_DC, 0);
	w->orgs.at[org].files = world_find(w, org, ROLE_FILES, 0);
	w->orgs.at[org].jump = world_find(w, org, ROLE_JUMP, 0);
	w->orgs.at[org].proxy = world_find(w, org, ROLE_PROXY, 0);
	w->orgs.at[org].firewall = world_find(w, org, ROLE_FIREWALL, 0);
}

void build_admins(struct world *w, uint32_t org, uint32_t n)
{
	while (n--)
		world_person(w, org, true);
}

void build_desks(struct world *w, uint32_t org, uint32_t n, unsigned sysmon, unsigned audits, unsigned wifi)
{
	static const char *const SITES[] = { "hq", "hq", "hq", "site-1", "site-2" };

	for (uint32_t i = 0; i < n && !w->failed; i++) {
		uint32_t index = world_host(w, org, ROLE_DESK, SITES[i % COUNT(SITES)]);
		struct rng r = rng_stream(w->seed, "desk", index);
		struct host *h = &w->hosts.at[index];

		h->owner = world_person(w, org, false);
		h->sysmon = rng_chance(&r, sysmon);
		h->audits = rng_chance(&r, audits);
		h->commands = h->audits && rng_chance(&r, 60);
		h->wifi = rng_chance(&r, wifi);
		h->collected = !rng_chance(&r, 8);
		h->user = h->local;
		h->user.user = w->people.at[h->owner].user;
	}
}

const char *decoy_begin(struct world *w, const char *kind, int64_t from, int64_t to, uint32_t hosts)
{
	struct decoy *d = VEC_PUSH(&w->decoys, 65536);

	if (!d) {
		world_fail(w, "no memory for the truth");
		return "";
	}
	*d = (struct decoy){ .id = world_text(w, "d-%zu", w->decoys.len),
			     .kind = kind,
			     .hosts = hosts,
			     .from = from,
			     .to = to };
	return d->id;
}

int64_t part_of_window(const struct world *w, unsigned percent, int64_t least)
{
	int64_t n = (w->to - w->from) / DAY * percent / 100;

	return n < least ? least : n;
}

int64_t within(struct rng *r, int64_t from, int64_t to)
{
	return rng_between(r, from * 60000, to * 60000) * MS;
}

int64_t working_day(const struct world *w, uint32_t org, int64_t n)
{
	while (is_holiday(w, org, at_hour(w, n, 12, 0)))
		n++;
	return n;
}

void scenario_poll(struct world *w, uint32_t host, int64_t t)
{
	if (w->scenario_a && w->hosts.at[host].agent)
		a_poll(w, host, t);
}

/* --- operating system updates: the largest benign fan-out ------------------------------------------ */

#define PATCH_BYTES 48211034u

static void patch_rows(struct world *w, uint32_t host, uint32_t server, int64_t t, uint32_t round)
{
	struct host *h = &w->hosts.at[host];
	char path[120], url[240], hash[65], key[40];
	struct web q = { .t = t,
			 .client = host_seen_ip(w, host, t),
			 .method = "GET",
			 .path = path,
			 .agent = "Microsoft BITS/7.8",
			 .status = 206,
			 .port = 8530,
			 .in = 420,
			 .out = PATCH_BYTES / 3,
			 .ms = 900 };
	uint8_t guid[16] = { 0xa1, 0x5c, (uint8_t)round, 7, 0x40, 0x41, 9, 0x45, 0x80, 2, 3, 4, 5, 6, 7, 8 };
	struct process p;

	snprintf(key, sizeof key, "patch-%u", round);
	hash_hex(w->seed, key, hash);
	for (char *z = hash; *z; z++)
		*z = (char)(*z >= 'a' ? *z - 32 : *z);
	snprintf(path, sizeof path, "/Content/%.2s/%.40s.cab", hash + 38, hash);
	twin(w, OBS_DOWNLOAD);
	for (int i = 0; i < 3; i++) {
		q.t = t + i * 2 * SECOND;
		act_web(w, server, &q);
	}
	if (ev_begin(w, host, D_UPDATE_START, t)) {
		ev_f(w, "updateTitle", "Cumulative Update %u for Windows 10 (KB50%05u)", round,
		     10000 + round * 37);
		ev_guid(w, "updateGuid", guid);
		ev_n(w, "updateRevisionNumber", 200 + round);
		ev_end(w);
	}
	snprintf(url, sizeof url, "http://%s:8530%s", w->hosts.at[server].fqdn, path);
	act_bits(w, host, t, "WU Client Download", url, PATCH_BYTES);
	twin(w, OBS_FILE_DROP);
	act_file(w, host, t + 7 * SECOND, &h->services,
		 "C:\\Windows\\SoftwareDistribution\\Download\\update.cab");
	twin(w, OBS_UPDATE_EXEC);
	site_patch_log(w, host, t + SECOND, round);
	p = act_process(w, host, t + 20 * SECOND, &h->services, &h->local,
			&(struct start){ "C:\\Windows\\SoftwareDistribution\\Download\\Install\\patch.exe",
					 "patch.exe /quiet /norestart", key, NULL });
	act_image(w, host, t + 21 * SECOND, &p, p.image, true, key);
	if (rng_chance(&h->rng, 40)) {
		twin(w, OBS_SERVICE);
		act_service(w, host, t + 30 * SECOND, &h->local, "Update Health Service",
			    "C:\\Windows\\System32\\uhssvc.exe");
	}
	step_end(w);
	if (ev_begin(w, host, D_UPDATE_DONE, t + 90 * SECOND)) {
		ev_f(w, "updateTitle", "Cumulative Update %u for Windows 10 (KB50%05u)", round,
		     10000 + round * 37);
		ev_guid(w, "updateGuid", guid);
		ev_n(w, "updateRevisionNumber", 200 + round);
		ev_guid(w, "serviceGuid", guid);
		ev_end(w);
	}
}

/* Patch nights are every 28 days from the thirteenth on; a desk fetches what it does not have. */
void scenario_patch(struct world *w, uint32_t host, int64_t t)
{
	struct host *h = &w->hosts.at[host];
	uint32_t server = world_find(w, h->org, ROLE_WSUS, 0);
	uint32_t round = (uint32_t)((t - w->from + 15 * DAY) / (28 * DAY));
	struct web q = { .t = t,
			 .client = host_seen_ip(w, host, t),
			 .method = "POST",
			 .path = "/ClientWebService/client.asmx",
			 .agent = "Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.50",
			 .status = 200,
			 .port = 8530,
			 .in = 2400,
			 .out = 6100,
			 .ms = 60 };

	if (server == NOWHERE)
		return;
	act_web(w, server, &q);
	if (h->patched >= round)
		return;
	h->patched = round;
	patch_rows(w, host, server, t + 20 * SECOND, round);
}

/* --- running -------------------------------------------------------------------------------- */

static int64_t slice_length(const struct world *w)
{
	uint64_t load = (uint64_t)w->hosts.len * w->size.scale;

	return load > 100000 ? MINUTE : load > 20000 ? 10 * MINUTE : HOUR;
}

static void live(struct world *w)
{
	int64_t length = slice_length(w);

	for (int64_t t = w->from; t < w->to && !w->failed && !w->sinks.failed; t += length) {
		routine_slice(w, t, t + length);
		agenda_run(w, t + length);
		sinks_flush(&w->sinks, t + length);
	}
}

static void window(struct world *w, const struct scenario *s)
{
	uint32_t days = w->size.days;

	w->density = days < 150 ? 150 / (days ? days : 1) + 1 : 1;

	/* The first organisation lives eight hours before Greenwich. */
	w->from = time_days_from_civil(s->year, (unsigned)s->month, (unsigned)s->day) * DAY - 8 * HOUR;
	w->to = w->from + days * DAY;
	w->sensor_from = w->from + days * DAY / 4;
}

static int finish(struct world *w, const char *dir, err *e)
{
	if (sinks_finish(&w->sinks, e) < 0)
		return -1;
	if (w->failed) {
		*e = w->error;
		return -1;
	}
	if (fflush(w->sidecar) != 0)
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot write the truth's events");
	if (degrade_files(w, e) < 0 || inventory_write(w, dir, e) < 0 || site_write(w, dir, e) < 0)
		return -1;
	return truth_write(w, dir, e);
}

int scenario_run(const struct scenario *s, uint64_t seed, const struct range_size *size,
		 const struct bundle *bundle, const char *dir, err *e)
{
	struct world *w = calloc(1, sizeof *w);
	int rc;

	if (!w)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the world");
	rc = world_init(w, seed, size, dir, e);
	if (rc == 0) {
		w->bundle = bundle;
		w->scenario = s->letter;
		w->variant = "base";
		w->size.hosts = size->hosts ? size->hosts : s->hosts;
		w->size.days = size->days ? size->days : s->days;
		w->sinks.plan = degrade_plan;
		window(w, s);
		s->build(w);
		degrade_hosts(w);
		site_draw(w);
		s->plan(w);
		if (bundle->level[DEG_POISON] && s->plan != plan_poisoned)
			plan_poison(w);
		live(w);
		rc = finish(w, dir, e);
	}
	world_done(w);
	free(w);
	return rc;
}
