#include "made_case.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void made_open(struct made_case *c)
{
	struct store_item it = { .id = 0,
				 .parent = UINT32_MAX,
				 .path = STR("evidence/made.evtx"),
				 .size = 1 << 20,
				 .has_sha256 = true,
				 .format = STR("evtx"),
				 .verdict = STR("ok"),
				 .first_ns = MADE_T0,
				 .last_ns = MADE_T0 };
	struct store_run run = { .version = STR("0.1"), .command = STR("made"), .finished = true };
	err e = { 0 };

	memset(it.sha256, 0xAB, sizeof it.sha256);
	memset(c, 0, sizeof *c);
	snprintf(c->dir, sizeof c->dir, "/tmp/spoor-story-XXXXXX");
	if (!mkdtemp(c->dir) || store_create(&c->s, c->dir, false, &e) < 0 ||
	    store_put_item(c->s, &it, &e) < 0 || store_put_run(c->s, &run, &e) < 0)
		abort();
	c->offset = 4096;
}

void made_close(struct made_case *c)
{
	char path[512];
	DIR *d;
	struct dirent *x;

	store_close(c->s);
	d = opendir(c->dir);
	while (d && (x = readdir(d)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", c->dir, x->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(c->dir);
}

static void put(struct made_case *c, enum fact_kind kind, double seconds, uint64_t count, uint64_t octets,
		va_list ap)
{
	struct fact f = { .kind = kind, .count = count, .bytes = octets, .nrefs = 1 };
	int attr;

	f.first_ns = f.last_ns = MADE_T0 + (int64_t)(seconds * 1e9);
	f.refs[0] = (struct event_ref){ 0, c->offset, c->offset / 512 };
	c->offset += 512;
	while ((attr = va_arg(ap, int)) >= 0)
		f.attr[attr] = str_of(va_arg(ap, const char *));
	if (store_put_fact(c->s, &f, NULL) < 0)
		abort();
}

void made_fact(struct made_case *c, enum fact_kind kind, double seconds, uint64_t count, ...)
{
	va_list ap;

	va_start(ap, count);
	put(c, kind, seconds, count, 0, ap);
	va_end(ap);
}

void made_bytes(struct made_case *c, enum fact_kind kind, double seconds, uint64_t octets, ...)
{
	va_list ap;

	va_start(ap, octets);
	put(c, kind, seconds, 1, octets, ap);
	va_end(ap);
}

void made_coverage(struct made_case *c, const char *host, const char *channel, int days, uint64_t count)
{
	char day[16];

	snprintf(day, sizeof day, "day%d", days);
	made_fact(c, FACT_COVERAGE, days * 86400.0, count, FA_HOST, host, FA_CHANNEL, channel, FA_DAY, day,
		  -1);
}

void made_finding(struct made_case *c, const char *host, const char *title, enum finding_level level,
		  double seconds)
{
	struct event_ref ref = { 0, c->offset, c->offset / 512 };
	struct finding f = { .rule_id = str_of(title),
			     .rule_title = str_of(title),
			     .level = level,
			     .time_ns = MADE_T0 + (int64_t)(seconds * 1e9),
			     .host = str_of(host),
			     .channel = STR("Security"),
			     .event_id = 4688,
			     .refs = &ref,
			     .nrefs = 1,
			     .ndetails = 1 };
	err e = { 0 };

	c->offset += 512;
	f.details[0] = (struct finding_detail){ STR("CommandLine"), STR("cmd /c <b>&\x1b[31m\xE2\x80\xAE") };
	if (store_put_finding(c->s, &f, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
}
