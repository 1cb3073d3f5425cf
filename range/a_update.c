/* a_update.c - scenario A: the vendor's upgrade service, good releases and the bad one. */
#include <stdio.h>

#include "a.h"

enum { FETCH_WHOLE, FETCH_RANGES, FETCH_TWICE, FETCH_CUT };

const char *a_package_path(const struct a_plan *a, uint32_t version, char *out, size_t cap)
{
	const char *slash = a->update_linux ? "/" : "\\";

	snprintf(out, cap, "%s%s%s%s%s", a->store, slash, a->version[version], slash, a->package_file);
	return out;
}

/* --- requests ------------------------------------------------------------------------------- */

static void request(struct world *w, const struct a_plan *a, uint32_t host, int64_t t, const char *path,
		    uint16_t status, uint64_t size, uint32_t ms)
{
	struct web q = { .t = t + ms * MS,
			 .client = host_seen_ip(w, host, t),
			 .method = "GET",
			 .path = path,
			 .agent = a->agent_ua,
			 .status = status,
			 .port = a->port,
			 .in = 280,
			 .out = size,
			 .ms = ms };
	struct contact c = { .t = t,
			     .dur = ms * MS,
			     .host = host,
			     .peer = a->update,
			     .port = a->port,
			     .proto = NET_HTTP,
			     .name = w->hosts.at[a->update].fqdn,
			     .method = "GET",
			     .path = path,
			     .agent = a->agent_ua,
			     .up = 412,
			     .down = size + 420 };

	act_web(w, a->update, &q);
	act_contact(w, &c);
}

/* Bytes of a package go over the wire; answers when it is complete. */
static int64_t download(struct world *w, uint32_t host, int64_t t, uint32_t version, uint64_t size,
			unsigned how)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	uint32_t ms = (uint32_t)(size / (uint64_t)rng_between(&h->rng, 2000, 9000));
	char path[200];

	snprintf(path, sizeof path, "%s/%s/%s", a->url_root, a->version[version], a->package_file);
	switch (how) {
	case FETCH_RANGES:
		for (uint64_t part = size / 3, at = 0; at < size; at += part, t += ms / 3 * MS + 200 * MS) {
			part = size - at < part + 3 ? size - at : part;
			request(w, a, host, t, path, 206, part, ms / 3 + 1);
		}
		return t;
	case FETCH_CUT:
		size = size / 100 * (uint64_t)rng_between(&h->rng, 12, 88);
		request(w, a, host, t, path, 200, size, ms / 2 + 1);
		h->served = size;
		return t + ms / 2 * MS;
	case FETCH_TWICE:
		request(w, a, host, t, path, 200, size, ms);
		t += ms * MS + 40 * SECOND;
	}
	request(w, a, host, t, path, 200, size, ms);
	return t + ms * MS;
}

/* --- on the desk ---------------------------------------------------------------------------- */

static void agent_says(struct world *w, uint32_t host, int64_t t, const char *what, const char *version,
		       uint64_t size)
{
	char z[160];

	snprintf(z, sizeof z, "%s %s size=%llu", what, version, (unsigned long long)size);
	row_agent(w, host, t, z);
}

static struct process updater_of(struct world *w, uint32_t host)
{
	const struct a_plan *a = a_of(w);
	struct process p = w->hosts.at[host].services;

	p.pid = 2400;
	p.image = world_text(w, "%s\\%s", a->folder, a->updater_exe);
	p.command = world_text(w, "\"%s\" --service", p.image);
	return p;
}

/* The package starts: the same for every package, good or bad, but for its hash and signature. */
static struct process start_package(struct world *w, uint32_t host, int64_t t, uint32_t version, bool bad)
{
	const struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	struct process updater = updater_of(w, host), p;
	const char *image = world_text(w, "%s\\upd\\setup_%s.exe", a->data_folder, a->version[version]);
	const char *content = bad ? "pkg-bad" : world_text(w, "pkg-%u", version);

	act_file(w, host, t, &updater, image);
	p = act_process(w, host, t + 2 * SECOND, &updater, &h->local,
			&(struct start){ image, world_text(w, "setup_%s.exe /S", a->version[version]),
					 content, a->package_file });
	act_image(w, host, t + 2 * SECOND + 40 * MS, &p, image, !bad, content);
	return p;
}

static void good_install(struct world *w, uint32_t host, int64_t t, uint32_t version)
{
	const struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	struct process p;

	agent_says(w, host, t - 8 * SECOND, "verify ok", a->version[version], a->size[version]);
	twin(w, OBS_UPDATE_EXEC);
	p = start_package(w, host, t, version, false);
	twin(w, OBS_FILE_DROP);
	act_file(w, host, t + 6 * SECOND, &p, world_text(w, "%s\\%s", a->folder, a->agent_exe));
	twin(w, OBS_SERVICE);
	act_service(w, host, t + 9 * SECOND, &h->local, a->service,
		    world_text(w, "\"%s\\%s\"", a->folder, a->agent_exe));
	act_service_state(w, host, t + 10 * SECOND, a->service, true);
	step_end(w);
	act_process_end(w, host, t + 20 * SECOND, &p);
	agent_says(w, host, t + 21 * SECOND, "apply ok", a->version[version], a->size[version]);
}

/* A release reaches a host: the campaign is listed with its first rows only. */
static void good_fetch(struct world *w, uint32_t host, int64_t t, uint32_t version)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	unsigned how = rng_chance(&h->rng, 13)  ? FETCH_RANGES
		       : rng_chance(&h->rng, 3) ? FETCH_TWICE
						: FETCH_WHOLE;
	struct decoy *d = NULL;
	int64_t end;

	for (size_t i = 0; i < w->decoys.len; i++)
		if (w->decoys.at[i].id == a->release_decoy[version])
			d = &w->decoys.at[i];
	if (d && d->hosts++ < 40)
		step_begin(w, &(struct step){ .phase = "decoy",
					      .what = "a genuine release is fetched",
					      .campaign = d->id,
					      .host = host,
					      .from = a->update,
					      .label = LABEL_TWIN,
					      .obs = OBS_DOWNLOAD,
					      .time = t });
	else
		twin(w, OBS_DOWNLOAD);
	end = download(w, host, t, version, a->size[version], how);
	agent_says(w, host, end, "download", a->version[version], a->size[version]);
	step_end(w);
	good_install(w, host, end + rng_between(&h->rng, 20, 240) * SECOND, version);
}

/* --- the bad package ------------------------------------------------------------------------- */

void a_fetch(struct world *w, uint32_t host, int64_t t)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	uint32_t outcome = a->target[host] & 15;
	unsigned how = outcome == 3              ? FETCH_CUT
		       : rng_chance(&h->rng, 13) ? FETCH_RANGES
		       : rng_chance(&h->rng, 3)  ? FETCH_TWICE
						 : FETCH_WHOLE;
	uint32_t edge = outcome != 1 ? 0
				     : world_edge(w, &(struct edge){ a->update, host, "update-delivery", NULL,
								     "A", t, true });
	int64_t end;

	a->target[host] |= 32;
	h->artefact = a->artefact;
	h->via = "update";
	h->served = a->bad_size;
	a_step(w, "lateral-movement", "the tampered package is served", host, a->update, OBS_DOWNLOAD,
	       outcome == 3 ? SHOWS_PART : SHOWS_FETCH, t);
	step_edge(w, edge);
	end = download(w, host, t, a->bad_version, a->bad_size, how);
	if (outcome == 3) {
		agent_says(w, host, end, "download aborted", a->version[a->bad_version], h->served);
		h->state = STATE_EXPOSED;
		return;
	}
	agent_says(w, host, end, "download", a->version[a->bad_version], a->bad_size);
	agent_says(w, host, end + SECOND, "verify ok", a->version[a->bad_version], a->bad_size);
	t = end + rng_between(&h->rng, 20, 240) * SECOND;
	a_step(w, "execution", "the package runs as the system", host, NOWHERE, OBS_UPDATE_EXEC,
	       outcome == 1 ? SHOWS_CONTROL : 0, t);
	step_edge(w, edge);
	start_package(w, host, t, a->bad_version, true);
	agent_says(w, host, t + 22 * SECOND, outcome == 2 ? "apply failed" : "apply ok",
		   a->version[a->bad_version], a->bad_size);
	a_installed(w, host, t + 5 * SECOND, outcome);
}

static bool bad_is_due(const struct a_plan *a, uint32_t host, int64_t t)
{
	return a->attacked && t >= a->mass && t < a->mass_end && a->target[host] && !(a->target[host] & 32);
}

void a_poll(struct world *w, uint32_t host, int64_t t)
{
	struct a_plan *a = a_of(w);
	struct host *h = &w->hosts.at[host];
	bool news = false;
	char path[200];

	h->timers[2] += ((int64_t)a->poll_minutes - 60) * MINUTE;
	snprintf(path, sizeof path, "%s/%s", a->url_root, a->manifest);
	for (uint32_t v = h->version + 1; v < A_RELEASES; v++)
		news |= t >= a->released[v];
	twin(w, OBS_BEACON);
	request(w, a, host, t, path, news ? 200 : 304, news ? 940 : 0, 3);
	step_end(w);
	if (bad_is_due(a, host, t)) {
		a_fetch(w, host, t + SECOND);
		step_end(w);
		return;
	}
	for (uint32_t v = h->version + 1; v < A_RELEASES; v++) {
		int64_t lag = (int64_t)((host * 2654435761u ^ (uint32_t)w->seed) % 3) * DAY;

		if (t < a->released[v] + lag)
			break;
		h->version = v;
		good_fetch(w, host, t + SECOND, v);
		break;
	}
}

/* Those who did not ask in time are asked to. */
void a_force_rest(struct world *w, int64_t t, uint32_t unused_a, uint32_t unused_b)
{
	struct a_plan *a = a_of(w);
	struct rng r = rng_stream(w->seed, "rest", 0);

	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (a->target[i] && !(a->target[i] & 32)) {
			a_fetch(w, i, t + rng_between(&r, 0, 3600) * SECOND);
			step_end(w);
		}
}

/* --- releases on the server -------------------------------------------------------------------- */

static void write_content(struct world *w, const struct a_plan *a, int64_t t, const char *path)
{
	struct process p = w->hosts.at[a->update].explorer;

	if (a->update_linux) {
		row_file_audit(w, a->update, t, 9120, 1001, "/usr/bin/cp", path);
		return;
	}
	p.image = "C:\\Windows\\explorer.exe";
	act_file(w, a->update, t, &p, path);
	act_file_access(w, a->update, t + 20 * MS, &p, path);
}

static void console_log(struct world *w, const struct a_plan *a, int64_t t, uint32_t from, const char *what)
{
	char z[240], ip[20];
	buf b = { ip, 0, sizeof ip - 1, sizeof ip - 1, false };

	put_ip(&b, host_ip(w, from, t));
	ip[b.len] = '\0';
	snprintf(z, sizeof z, "console: login ok user=admin ip=%s", ip);
	row_vendor(w, a->update, t, "INFO", z);
	row_vendor(w, a->update, t + 30 * SECOND, "INFO", what);
}

static void session_from_jump(struct world *w, const struct a_plan *a, int64_t t)
{
	if (a->update_linux) {
		twin(w, OBS_SSH);
		act_ssh(w, a->update, t, w->people.at[a->deployer].user, a->jump, false);
	} else {
		struct session s;

		twin(w, OBS_EXPLICIT);
		act_explicit(w, a->jump, t - SECOND, &w->hosts.at[a->jump].local, a->deployer, a->update,
			     &w->hosts.at[a->jump].explorer);
		twin(w, OBS_REMOTE_LOGON);
		s = act_logon(w, a->update, t, a->deployer, 10, a->jump, "Kerberos");
		twin(w, OBS_REMOTE_DESKTOP);
		act_remote_desktop(w, a->update, t + 100 * MS, a->deployer, a->jump);
		step_end(w);
		act_logoff(w, a->update, t + 30 * MINUTE, &s);
	}
	step_end(w);
}

static void release(struct world *w, int64_t t, uint32_t version, uint32_t unused)
{
	struct a_plan *a = a_of(w);
	char path[200], what[200];

	t += (int64_t)(w->seed % 977) * MS;
	if (a->release_decoy[version] == NULL)
		a->release_decoy[version] = decoy_begin(w, "genuine-release", t, t + 4 * DAY, 0);
	session_from_jump(w, a, t);
	step_begin(w, &(struct step){ .phase = "decoy",
				      .what = "a release is published",
				      .campaign = a->release_decoy[version],
				      .host = a->update,
				      .from = a->jump,
				      .label = LABEL_TWIN,
				      .obs = OBS_PACKAGE_WRITE,
				      .time = t });
	write_content(w, a, t + 5 * MINUTE, a_package_path(a, version, path, sizeof path));
	snprintf(path, sizeof path, "%s%s%s", a->store, a->update_linux ? "/" : "\\", a->manifest);
	write_content(w, a, t + 6 * MINUTE, path);
	snprintf(what, sizeof what, "publish package %s version=%s size=%llu", a->product,
		 a->version[version], (unsigned long long)a->size[version]);
	console_log(w, a, t + 4 * MINUTE, a->jump, what);
	step_end(w);
}

/* Rules for the agents go to the same folders, twice a week. */
static void policy_update(struct world *w, int64_t t, uint32_t number, uint32_t unused)
{
	struct a_plan *a = a_of(w);
	char path[200];

	session_from_jump(w, a, t);
	snprintf(path, sizeof path, "%s%spolicy%srules-%u.dat", a->store, a->update_linux ? "/" : "\\",
		 a->update_linux ? "/" : "\\", number);
	twin(w, OBS_PACKAGE_WRITE);
	write_content(w, a, t + 3 * MINUTE, path);
	twin(w, OBS_CONFIG);
	console_log(w, a, t + 2 * MINUTE, a->jump, "publish policy rules");
	step_end(w);
}

void a_release_plan(struct world *w, struct a_plan *a)
{
	int64_t days = (w->to - w->from) / DAY;
	struct rng r = rng_stream(w->seed, "policy", 0);

	for (uint32_t v = 1; v < A_RELEASES; v++)
		if (a->released[v] < w->to)
			agenda_add(w, a->released[v], release, v, 0);
	for (int64_t day = 1; day < days; day++)
		if (w->density > 2 || weekday_of(w, a->org, at_hour(w, day, 12, 0)) % 3 == 1)
			agenda_add(w, at_hour(w, day, 11, 20) + within(&r, 0, 30), policy_update,
				   (uint32_t)day, 0);
}
