/* others.c - what else happens: a commodity infection, and clients who write into logs. */
#include <stdio.h>
#include <stdlib.h>

#include "acts.h"
#include "routine.h"
#include "scenario.h"

/* --- a commodity infection, unrelated to anything -------------------------------------------------- */

struct commodity {
	const char *attachment, *image, *task, *name, *print;
	uint32_t control;
	int64_t end;
};

static uint32_t m_step(struct world *w, const char *phase, const char *what, uint32_t host, enum obs obs,
		       unsigned shows, int64_t t)
{
	return step_begin(w, &(struct step){ .phase = phase,
					     .what = what,
					     .campaign = "M",
					     .host = host,
					     .from = NOWHERE,
					     .label = LABEL_MALICIOUS,
					     .obs = (uint8_t)obs,
					     .shows = (uint8_t)shows,
					     .key = true,
					     .time = t });
}

static struct process sample_of(struct world *w, uint32_t host)
{
	const struct commodity *m = w->commodity;
	struct process p = w->hosts.at[host].explorer;

	p.pid += 1200;
	p.image = m->image;
	p.command = m->image;
	p.content = "commodity";
	return p;
}

static void m_calls(struct world *w, int64_t t, uint32_t host, uint32_t step)
{
	const struct commodity *m = w->commodity;
	struct host *h = &w->hosts.at[host];
	struct process p = sample_of(w, host);
	bool first = !step;

	if (first)
		step = 1 + m_step(w, "command-and-control", "the sample calls out", host, OBS_BEACON,
				  SHOWS_CONTACT, t);
	w->step = step;
	if (desk_on(w, host, t))
		act_contact(w, &(struct contact){ .t = t,
						  .dur = SECOND,
						  .host = host,
						  .by = &p,
						  .ip = m->control,
						  .peer = NOWHERE,
						  .name = m->name,
						  .port = 80,
						  .proto = NET_HTTP,
						  .method = "POST",
						  .path = "/gate",
						  .agent = "Mozilla/4.0 (compatible)",
						  .user = h->user.user,
						  .resolve = first,
						  .up = 900,
						  .down = 300 });
	t += rng_between(&h->rng, 280, 320) * SECOND;
	if (t < m->end)
		agenda_add(w, t, m_calls, host, step);
}

static void infect(struct world *w, int64_t t, uint32_t host, uint32_t number)
{
	const struct commodity *m = w->commodity;
	struct host *h = &w->hosts.at[host];
	struct process mail = h->explorer, p;

	mail.image = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE";
	mail.command = world_text(w, "\"%s\" /n \"C:\\Users\\%s\\Downloads\\%s\"", mail.image, h->user.user,
				  m->attachment);
	h->state = STATE_COMPROMISED;
	h->compromised = t;
	h->via = "mail attachment";
	m_step(w, "initial-access", "an attachment is opened", host, OBS_FILE_DROP, SHOWS_CONTROL, t);
	act_file(w, host, t, &mail, m->image);
	m_step(w, "execution", "it starts a program", host, OBS_UPDATE_EXEC, SHOWS_CONTROL, t + 3 * SECOND);
	p = act_process(w, host, t + 3 * SECOND, &mail, &h->user,
			&(struct start){ m->image, m->image, "commodity", NULL });
	m_step(w, "persistence", "and a task", host, OBS_TASK, SHOWS_CONTROL, t + 9 * SECOND);
	act_task(w, host, t + 9 * SECOND, &h->user, m->task, m->image, false);
	m_calls(w, t + 20 * SECOND, host, 0);
	if (number % 2 == 0)
		return;
	m_step(w, "execution", "protection finds it a day later", host, OBS_ALERT, 0, t + DAY);
	act_found(w, host, t + DAY, "Trojan:Script/Downloader", m->image, p.image);
}

void plan_commodity(struct world *w)
{
	struct rng r = rng_stream(w->seed, "commodity", 0);
	struct commodity *m = arena_alloc(&w->mem, sizeof *m);
	int64_t day = working_day(w, 0, part_of_window(w, 50, 2));
	uint32_t n = 0;

	if (!m) {
		world_fail(w, "no memory for the scenario");
		return;
	}
	w->commodity = m;
	m->attachment = world_literal(w, world_text(w, "%s.docm", world_word(w, &r, 3)));
	m->image = world_literal(w, world_text(w, "C:\\Users\\Public\\%s.exe", world_word(w, &r, 3)));
	m->task = world_literal(w, world_text(w, "\\%s", world_word(w, &r, 3)));
	m->name = world_literal(w, world_text(w, "%s.example", world_word(w, &r, 4)));
	m->control = world_outside(w, &r, 2);
	m->end = at_hour(w, day + 9, 0, 0);
	world_external(w, &(struct external){ m->control, m->name, "M1", "c2", "M", at_hour(w, day, 9, 0),
					      m->end, 0, 0 });
	world_artefact(w, &(struct artefact){ .kind = "implant",
					      .host = NOWHERE,
					      .name = m->image,
					      .sha256 = world_hash(w, "commodity") });
	for (uint32_t i = 0; i < w->hosts.len && n < 4; i++) {
		const struct host *h = &w->hosts.at[i];

		if (h->role == ROLE_DESK && h->org == 0 && h->number % 5 == 4 && h->collected)
			agenda_add(w, at_hour(w, day, 9, 30) + within(&r, 0, 300), infect, i, n++);
	}
}

/* --- clients who write into logs --------------------------------------------------------------------- */

/* Texts that a client chose: lines that look like rows, terminal sequences, cells that look like formulas. */
static const char *const CHOSEN[] = {
	"Mozilla/5.0\x1b[2J\x1b[1;1H\x1b]0;owned\x07",
	"=1+1;+SUM(A1:A9);-2;@x",
	"x\\x0a2024-01-01 00:00:00 10.0.0.1 GET /owa/auth/page.aspx - 443 - 10.0.0.2 x - 200 0 0 1",
	"</td></tr><b>text</b><!--",
	"\"},{\"event_type\":\"alert\",\"src_ip\":\"10.0.0.1\"},{\"x\":\"",
	"%0d%0a#Fields:+date+time+cs-uri-stem",
	"'; -- \"quoted\" \\ \xe2\x80\xae.gpj.exe",
};

static void poison(struct world *w, int64_t t, uint32_t host, uint32_t number)
{
	struct host *h = &w->hosts.at[host];
	const char *text = CHOSEN[number % COUNT(CHOSEN)];
	struct web q = { .t = t,
			 .client = 0xc00002f0 + number % 8,
			 .method = "GET",
			 .path = "/",
			 .query = "q=1",
			 .agent = text,
			 .referer = text,
			 .status = 404,
			 .port = 443,
			 .in = 900,
			 .out = 1245,
			 .ms = 3 };
	struct session s = h->local;

	twin(w, OBS_WEB_PROBE);
	act_web(w, host, &q);
	if (h->windows && number % 3 == 0)
		act_process(w, host, t + SECOND, &h->services, &s,
			    &(struct start){ "C:\\Windows\\System32\\findstr.exe", text, NULL, NULL });
	step_end(w);
}

static void poison_login(struct world *w, int64_t t, uint32_t host, uint32_t unused)
{
	row_auth(
		w, host, t, "sshd", 9321,
		"Failed password for invalid user root from 10.0.0.1 port 22 ssh2 from 192.0.2.241 port 40022 ssh2");
	row_auth(
		w, host, t + SECOND, "sshd", 9322,
		"Failed password for invalid user Accepted password for root from 192.0.2.241 port 40023 ssh2");
}

/* One row longer than any buffer that somebody thought would do. */
static void long_row(struct world *w, int64_t t, uint32_t host, uint32_t unused)
{
	size_t n = 1200000;
	char *text = malloc(n + 1);
	struct web q = { .t = t,
			 .client = 0xc00002f8,
			 .method = "GET",
			 .path = "/",
			 .agent = "x",
			 .query = text,
			 .status = 400,
			 .port = 443,
			 .in = 1200300,
			 .out = 300,
			 .ms = 9 };

	if (!text) {
		world_fail(w, "no memory for a long row");
		return;
	}
	memset(text, 'A', n);
	text[n] = '\0';
	act_web(w, host, &q);
	free(text);
}

void plan_poison(struct world *w)
{
	struct rng r = rng_stream(w->seed, "poison", 0);
	int64_t minutes = (w->to - w->from) / MINUTE - 60;
	uint32_t lx = world_find(w, NOWHERE, ROLE_LINUX, 0);

	for (uint32_t i = 0; i < w->hosts.len; i++)
		for (uint32_t k = 0; w->hosts.at[i].public_facing && k < 40; k++)
			agenda_add(w, w->from + within(&r, 1, minutes), poison, i, k);
	for (uint32_t k = 0; lx != NOWHERE && k < 12; k++)
		agenda_add(w, w->from + within(&r, 1, minutes), poison_login, lx, 0);
	for (uint32_t i = 0, n = 0; i < w->hosts.len && n < 2; i++)
		if (w->hosts.at[i].public_facing) {
			agenda_add(w, w->from + within(&r, 1, minutes), long_row, i, 0);
			n++;
		}
}
