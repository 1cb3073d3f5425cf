/* b_plan.c - scenario B: organisations and parameters, drawn from the seed. */
#include "b.h"

#include <stdlib.h>

static const struct roster HQ[] = {
	{ ROLE_DC, 2 },      { ROLE_FILES, 1 }, { ROLE_JUMP, 1 },   { ROLE_BACKUP, 1 }, { ROLE_SCANNER, 1 },
	{ ROLE_MONITOR, 1 }, { ROLE_BUILD, 1 }, { ROLE_LINUX, 3 },  { ROLE_PROXY, 1 },  { ROLE_FIREWALL, 1 },
	{ ROLE_VPN, 1 },     { ROLE_WSUS, 1 },  { ROLE_SENSOR, 1 },
};
static const struct roster SUBSIDIARY[] = {
	{ ROLE_DC, 1 }, { ROLE_FILES, 1 }, { ROLE_JUMP, 1 }, { ROLE_LINUX, 1 }, { ROLE_FIREWALL, 1 },
};
static const uint8_t SHARES[] = { 64, 14, 14, 8 }; /* percent of desks */

static void build_mail(struct world *w, struct b_plan *b, uint32_t hosts)
{
	b->nmx = hosts > 1000 ? 4 : 2;
	for (uint32_t i = 0; i < b->nmx; i++) {
		b->mx[i] = world_host(w, b->org[0], ROLE_MAIL, "hq");
		w->hosts.at[b->mx[i]].web = WEB_IIS;
		w->hosts.at[b->mx[i]].public_facing = true;
	}
}

void build_b(struct world *w)
{
	struct rng r = rng_stream(w->seed, "b", 0);
	uint32_t share = w->scenario[0] == 'm' || w->scenario[0] == 'n' ? w->size.hosts / 2 : w->size.hosts;
	uint32_t net = 100 + rng_below(&r, 60), servers = 15 + 5 * B_SUBSIDIARIES + (share > 1000 ? 4 : 2);
	uint32_t desks = share > servers + 12 ? share - servers : 12;
	struct b_plan *b = arena_alloc(&w->mem, sizeof *b);
	static const char *const SUFFIXES[] = { "", "-power", "-grid", "-metering" };
	const char *monitor;

	if (!b) {
		world_fail(w, "no memory for the scenario");
		return;
	}
	w->scenario_b = b;
	for (uint32_t i = 0; i <= B_SUBSIDIARIES; i++) {
		b->org[i] = world_org(w, net + i, i == 2 ? HOUR : 8 * HOUR, SUFFIXES[i]);
		w->orgs.at[b->org[i]].dst = i == 2;
		build_admins(w, b->org[i], i ? 2 : 4);
		if (i)
			build_servers(w, b->org[i], SUBSIDIARY, COUNT(SUBSIDIARY));
		else
			build_servers(w, b->org[i], HQ, COUNT(HQ));
		if (w->failed)
			return;
		w->hosts.at[w->orgs.at[b->org[i]].firewall].variant = i ? FW_FORTI : FW_PAN;
		if (!i)
			build_mail(w, b, share);
		build_desks(w, b->org[i], desks * SHARES[i] / 100 + 1, 40, 50, 25);
	}
	b->jump = w->orgs.at[b->org[0]].jump;
	b->vpn = world_find(w, b->org[0], ROLE_VPN, 0);
	b->vpn_user = w->hosts.at[world_find(w, b->org[0], ROLE_DESK, 2)].owner;
	w->hosts.at[world_find(w, b->org[0], ROLE_WSUS, 0)].web = WEB_IIS;
	w->hosts.at[w->orgs.at[b->org[0]].proxy].variant = (uint8_t)rng_below(&r, 3);
	w->hosts.at[world_find(w, b->org[0], ROLE_SENSOR, 0)].variant = (uint8_t)rng_below(&r, 2);
	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (w->hosts.at[i].role == ROLE_LINUX)
			w->hosts.at[i].variant = (uint8_t)rng_below(&r, 2);
	if (w->sensor == NOWHERE)
		w->sensor = world_find(w, b->org[0], ROLE_SENSOR, 0);
	w->netflow = w->sensor;
	b->journal_ip = w->orgs.at[b->org[0]].net | 0x0190;
	monitor = world_word(w, &r, 2);
	b->journal_user = world_text(w, "%s\\svc-%s", w->orgs.at[b->org[0]].domain, world_word(w, &r, 2));
	b->monitor_ua = world_text(w, "%sMonitor/%u.3", world_capital(w, monitor), 2 + rng_below(&r, 7));
}

/* --- parameters ----------------------------------------------------------------------------- */

static const char *const NAME_FORMS[] = { "img-%s.example", "%s-edge.example", "api.%s.example",
					  "ns-%s.example" };
static const char *const PAGE_FORMS[] = { "error%s", "%s_small", "logon%s", "RedirSuite%s", "%sFS" };
static const char *const SERVICE_FORMS[] = { "%s Diagnostics", "%s Event Relay", "%s Link Service",
					     "%s Update Broker" };
static const char *const FOLDERS[] = { "C:\\ProgramData\\%s", "C:\\Windows\\Temp\\%s", "C:\\PerfLogs\\%s",
				       "C:\\Users\\Public\\%s" };
static const char *const SUFFIXES[] = { "7z", "rar", "cab", "dat", "log" };
static const char *const AGENTS[] = {
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.4430.93 Safari/537.36",
	"Mozilla/5.0 (X11; Linux x86_64; rv:%s.0) Gecko/20100101 Firefox",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/%s.1.15 (KHTML, like Gecko) Version/14.1 Safari",
};

static const char *word(struct world *w, struct rng *r, int n)
{
	return world_literal(w, world_word(w, r, n));
}

/* A new word in a form that was drawn before: the order of draws is part of the seed's promise. */
static const char *named(struct world *w, struct rng *r, const char *form)
{
	return world_literal(w, world_fill(w, form, word(w, r, 3)));
}

static void draw_names(struct world *w, struct b_plan *b, struct rng *r)
{
	const char *folder = named(w, r, PICK(r, FOLDERS)), *agent;
	uint32_t number;

	b->entry_by = (enum b_entry)rng_below(r, 2);
	b->drop_by = (enum b_drop)rng_below(r, 3);
	b->keep_by = (enum b_keep)rng_below(r, 2);
	w->variant = b->entry_by == B_SSRF ? "ssrf" : "pathconf";
	for (int i = 0; i < B_RELAYS; i++)
		b->relay[i] = world_outside(w, r, 1);
	b->control = world_outside(w, r, 2);
	b->control_name = named(w, r, PICK(r, NAME_FORMS));
	b->page = world_literal(w, world_text(w, "%s.aspx", named(w, r, PICK(r, PAGE_FORMS))));
	agent = PICK(r, AGENTS);
	b->ua = world_literal(w, world_fill(w, agent, world_text(w, "%u", 60 + rng_below(r, 900))));
	b->print = world_literal(w, world_text(w, "%.32s", world_hash(w, "ja3-b")));
	b->canary = world_literal(w, world_text(w, "%.22s", world_hash(w, "canary")));
	b->letter = world_literal(w, world_text(w, "/ecp/%s.js", world_word(w, r, 2)));
	b->module = world_literal(w, world_text(w, "C:\\Windows\\System32\\inetsrv\\%s.dll", word(w, r, 3)));
	b->agent_name = world_literal(w, world_text(w, "%s Agent", world_capital(w, word(w, r, 3))));
	b->agent_path = world_literal(
		w,
		world_text(
			w,
			"C:\\Program Files\\Microsoft\\Exchange Server\\V15\\TransportRoles\\agents\\%s.dll",
			word(w, r, 3)));
	b->implant = world_literal(w, world_text(w, "%s\\%s.exe", folder, word(w, r, 3)));
	b->service = named(w, r, PICK(r, SERVICE_FORMS));
	b->task = world_literal(w, world_text(w, "\\%s", word(w, r, 4)));
	b->archive_folder = folder;
	b->archive_suffix = PICK(r, SUFFIXES);
	b->stage_name = word(w, r, 2);
	b->pst_folder = world_text(w, "ProgramData\\%s", word(w, r, 3));
	b->forward_to = named(w, r, "box@%s-mail.example");
	number = rng_below(r, 9999);
	b->ews_ua = world_literal(
		w, world_text(w, "ExchangeServicesClient/15.00.%04u.%03u", number, rng_below(r, 999)));
}

static int64_t night(const struct world *w, struct rng *r, int64_t day)
{
	return day_start(w, day) + rng_between(r, 150 * 60, 190 * 60) * SECOND + rng_between(r, 0, 999) * MS;
}

static void draw_times(struct world *w, struct b_plan *b, struct rng *r)
{
	int64_t days = (w->to - w->from) / DAY,
		entry = part_of_window(w, 6, 2) + rng_between(r, 0, 1 + days / 60);
	static const uint8_t WAVES[] = { 8, 14, 32, 68, 84 }; /* percent of the window */
	int64_t t;

	b->entry = night(w, r, entry);
	b->drop = b->entry + rng_between(r, 8, 20) * MINUTE;
	b->keep = b->drop + (days > 60 ? 14 : days / 8 + 1) * DAY + rng_between(r, 0, 60) * MINUTE;
	b->credentials = b->entry + (days > 60 ? 2 : 1) * DAY;
	b->mail = b->credentials + DAY;
	b->end = day_start(w, days * 95 / 100);
	for (size_t i = 0; i < COUNT(WAVES); i++)
		b->wave[i] = night(w, r,
				   part_of_window(w, WAVES[i], entry + 2 + (int64_t)i * (days > 40 ? 4 : 1)));
	for (t = b->entry; t < b->end && b->nspans < B_SPANS; b->nspans++) {
		int64_t length = rng_between(r, 4, 19) * DAY;

		b->spans[b->nspans].from = t;
		b->spans[b->nspans].to = t + length;
		b->spans[b->nspans].relay = b->nspans < 2 ? 1 + b->nspans : 1 + rng_below(r, B_RELAYS - 1);
		t += length - rng_between(r, 0, 12) * HOUR;
	}
}

uint32_t b_relay(const struct b_plan *b, int64_t t)
{
	for (uint32_t i = b->nspans; i-- > 0;)
		if (t >= b->spans[i].from)
			return b->relay[b->spans[i].relay];
	return b->relay[0];
}

static void draw_mailboxes(struct world *w, struct b_plan *b, struct rng *r)
{
	uint32_t n = world_count(w, b->org[0], ROLE_DESK);

	b->nmailbox = n / 38 > 3 ? n / 38 : 3;
	b->mailbox = arena_array(&w->mem, b->nmailbox, sizeof *b->mailbox);
	for (uint32_t i = 0; b->mailbox && i < b->nmailbox; i++)
		b->mailbox[i] =
			w->hosts.at[world_find(w, b->org[0], ROLE_DESK, (i * 37 + rng_below(r, 7)) % n)]
				.owner;
	if (!b->mailbox)
		world_fail(w, "no memory for the scenario");
}

/* Nine of the service method, eight of the next and so on, as far as the hosts go. */
static void draw_targets(struct world *w, struct b_plan *b, struct rng *r)
{
	static const uint8_t HOW_MANY[] = { 9, 8, 5, 4, 3, 3, 2 };
	uint32_t desks = world_count(w, b->org[0], ROLE_DESK),
		 all = desks + world_count(w, b->org[1], ROLE_DESK);
	uint32_t want = all / 60 > 34 ? 34 : all / 60 < 9 ? 9 : all / 60, taken = 0;

	b->second_hop = w->orgs.at[b->org[1]].jump;
	for (uint32_t m = 0; m < COUNT(HOW_MANY); m++) {
		uint32_t n = (HOW_MANY[m] * want + 16) / 34;

		for (uint32_t i = 0; i < (n ? n : 1) && b->ntarget < B_TARGETS; i++) {
			struct b_target *t = &b->target[b->ntarget];
			uint32_t org = b->org[i % 4 == 3 ? 1 + (m & 1) : 0];

			*t = (struct b_target){ NOWHERE, b->mx[0], (enum b_method)m, b->ntarget % 5,
						rng_chance(r, 29) };
			if (m == B_SSH)
				t->host = world_find(w, b->org[0], ROLE_LINUX, i);
			else if (m == B_DEVICE)
				t->host = w->orgs.at[b->org[1 + i % 2]].firewall;
			else if (m == B_DESKTOP && i == 0)
				t->host = b->second_hop;
			else
				t->host = world_find(w, org, ROLE_DESK,
						     (taken++ * 5 + 1) % world_count(w, org, ROLE_DESK));
			if (m < B_SSH && org != b->org[0] && t->host != b->second_hop) {
				t->from = b->second_hop;
				t->wave = 2 + t->wave % 3;
			}
			if (t->host == b->second_hop)
				t->wave = 1;
			if (t->host != NOWHERE)
				b->ntarget++;
		}
	}
}

/* One host is reached for the first time once only. */
static void drop_repeated(struct b_plan *b)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < b->ntarget; i++) {
		bool again = false;

		for (uint32_t k = 0; k < kept; k++)
			again |= b->target[k].host == b->target[i].host;
		if (!again)
			b->target[kept++] = b->target[i];
	}
	b->ntarget = kept;
}

static void draw(struct world *w, struct b_plan *b)
{
	struct rng r = rng_stream(w->seed, "intrusion-b", 0);

	b->attacked = true;
	draw_names(w, b, &r);
	draw_times(w, b, &r);
	draw_mailboxes(w, b, &r);
	draw_targets(w, b, &r);
	drop_repeated(b);
	b->service_account = world_person(w, b->org[0], true);
	w->people.at[b->service_account].service = true;
	w->people.at[b->service_account].user = world_text(w, "svc-%s", world_word(w, &r, 2));
	b->stolen = world_person(w, b->org[0], true);
	for (uint32_t i = 0; i < B_RELAYS; i++)
		world_external(w, &(struct external){ b->relay[i], NULL, world_text(w, "R%u", i + 1), "relay",
						      "B", b->entry - 8 * DAY, b->end, 0, 0 });
	world_external(w, &(struct external){ b->control, b->control_name, "C1", "c2", "B", b->wave[0],
					      b->end, 0, 0 });
}

uint32_t b_step(struct world *w, const char *phase, const char *what, uint32_t host, uint32_t from,
		enum obs obs, unsigned shows, int64_t t)
{
	return step_begin(w, &(struct step){ .phase = phase,
					     .what = what,
					     .campaign = "B",
					     .host = host,
					     .from = from,
					     .label = LABEL_MALICIOUS,
					     .obs = (uint8_t)obs,
					     .shows = (uint8_t)shows,
					     .key = true,
					     .time = t });
}

struct process b_pool(struct world *w, uint32_t host, const char *pool)
{
	struct process p = w->hosts.at[host].services;

	p.pid = 7412;
	p.image = "C:\\Windows\\System32\\inetsrv\\w3wp.exe";
	p.command = world_text(w, "c:\\windows\\system32\\inetsrv\\w3wp.exe -ap \"%s\" -v \"v4.0\"", pool);
	p.guid[1] ^= 0x77;
	return p;
}

const char *b_address(struct world *w, uint32_t person)
{
	return world_text(w, "%s@%s", w->people.at[person].user, w->orgs.at[w->people.at[person].org].dns);
}

void b_wipe(struct world *w, uint32_t host, const char *source, int64_t from, int64_t to, const char *cause)
{
	struct gap *g = VEC_PUSH(&w->wipes, 4096);

	if (g)
		*g = (struct gap){ host, source, cause, from, to, NULL };
}

void plan_b(struct world *w)
{
	struct b_plan *b = b_of(w);

	draw(w, b);
	plan_b_decoys(w);
	if (w->failed)
		return;
	b_mail_plan(w, b);
	b_move_plan(w, b);
}
