#include "runs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"
#include "util/tempfile.h"

void place_make(struct place *p)
{
	snprintf(p->dir, sizeof p->dir, "/tmp/spoor-engine-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
}

void place_remove(struct place *p)
{
	const char *const argv[] = { "rm", "-rf", p->dir, NULL };
	pid_t pid = fork();

	if (pid == 0) {
		execvp("rm", (char *const *)argv);
		_exit(127);
	}
}

void place_put(const struct place *p, const char *name, str content)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", p->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(tempfile_write(fd, 0, str_bytes(content), NULL), 0);
	close(fd);
}

void record_add(buf *b, const char *text)
{
	char record[FAKE_RECORD + 1];

	snprintf(record, sizeof record, "%-63s\n", text);
	buf_add(b, record, FAKE_RECORD);
}

void records_add(buf *b, const char *magic, unsigned first, unsigned n)
{
	char text[64];

	if (magic)
		record_add(b, magic);
	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof text, "E%u %s", first + i, (first + i) % 1000 == 7 ? "evil" : "good");
		record_add(b, text);
	}
}

/* --- writing down --------------------------------------------------------------------------- */

static int put_finding(void *ctx, const struct finding *f, err *e)
{
	buf_printf(ctx, "finding %.*s item=%u off=%llu rec=%llu %.*s=[%.*s]\n", STR_ARG(f->rule_id),
		   f->refs[0].item, (unsigned long long)f->refs[0].offset,
		   (unsigned long long)f->refs[0].record, STR_ARG(f->details[0].name),
		   STR_ARG(f->details[0].value));
	return 0;
}

static int put_gap(void *ctx, const struct gap *g, err *e)
{
	buf_printf(ctx, "gap %s item=%u %llu-%llu lost=%llu %s\n", gap_kind_name(g->kind), g->item,
		   (unsigned long long)g->from, (unsigned long long)g->to, (unsigned long long)g->lost,
		   g->text);
	return 0;
}

static int put_fact(void *ctx, const struct fact *f, err *e)
{
	buf_printf(ctx, "fact %s count=%llu refs=%u", fact_kind_name(f->kind), (unsigned long long)f->count,
		   f->nrefs);
	for (unsigned i = 0; i < f->nrefs; i++)
		buf_printf(ctx, " %u:%llu", f->refs[i].item, (unsigned long long)f->refs[i].offset);
	buf_printf(ctx, "\n");
	return 0;
}

static int put_kind(void *ctx, const struct census_kind *k, err *e)
{
	buf_printf(ctx, "kind %.*s events=%llu", STR_ARG(k->source), (unsigned long long)k->events);
	for (uint32_t i = 0; i < k->nfields; i++)
		buf_printf(ctx, " %.*s", STR_ARG(k->fields[i]));
	buf_printf(ctx, "\n");
	return 0;
}

static int put_item(void *ctx, const struct store_item *it, err *e)
{
	char hex[SHA256_HEX_LEN + 1] = "-";

	if (it->has_sha256)
		sha256_hex(it->sha256, hex);
	buf_printf(ctx, "item %u parent=%d %.*s size=%llu %.*s %.*s [%.*s] events=%llu sha=%.8s\n", it->id,
		   (int)it->parent, STR_ARG(str_basename(it->path)), (unsigned long long)it->size,
		   STR_ARG(it->format), STR_ARG(it->verdict), STR_ARG(it->reason),
		   (unsigned long long)it->events, hex);
	return 0;
}

static void slurp(int fd, buf *to)
{
	char block[65536];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(fd, block, sizeof block, at)) > 0) {
		buf_add(to, block, (size_t)n);
		at += n;
	}
}

void ran_make(struct ran *r, const struct place *p, struct engine_options o)
{
	const char *path = p->dir;
	struct engine_sink sink = { &r->log, put_finding, put_fact, put_gap, put_item, put_kind };

	*r = (struct ran){ 0 };
	o.paths = &path;
	o.npaths = 1;
	if (o.output)
		o.output_fd = tempfile_open(NULL);
	r->rc = engine_run(&o, &sink, &r->totals, &r->e);
	if (o.output) {
		slurp(o.output_fd, &r->output);
		close(o.output_fd);
	}
}

void ran_done(struct ran *r)
{
	buf_done(&r->log);
	buf_done(&r->output);
}

unsigned ran_count(const struct ran *r, const char *needle)
{
	str rest = buf_view(&r->log), want = str_of(needle);
	unsigned n = 0;
	size_t at;

	while ((at = str_find(rest, want)) != SIZE_MAX) {
		n++;
		rest.ptr += at + want.len;
		rest.len -= at + want.len;
	}
	return n;
}
