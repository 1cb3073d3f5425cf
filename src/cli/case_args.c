#include "cli/case_args.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/slurp.h"
#include "cli/zone_load.h"
#include "report/out.h"
#include "store/decisions.h"
#include "story/casefile.h"
#include "util/limits.h"

/* Zones of the file behind the ones that are there already. */
static int add_zones(const struct case_file *c, struct engine_options *o, arena *mem, err *e)
{
	struct engine_declared *all = arena_array(mem, o->ndeclared + c->nzones + 1, sizeof *all);

	if (!all)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for " CASE_YAML);
	if (o->ndeclared)
		memcpy(all, o->declared, o->ndeclared * sizeof *all);
	for (uint32_t i = 0; i < c->nzones; i++) {
		const struct case_zone *z = &c->zones[i];
		struct time_zone *zone;
		str name = arena_str(mem, z->zone);

		if (!name.ptr || zone_load(name.ptr, &zone, mem, e) < 0)
			return err_prefix(e, "%u", z->line);
		all[o->ndeclared + i] =
			(struct engine_declared){ .paths = arena_str(mem, z->paths), .zone = zone };
	}
	o->declared = all;
	o->ndeclared += c->nzones;
	return 0;
}

/* Zones that analysts decided on in this case, behind what was declared. */
static int add_decided(const char *dir, struct engine_options *o, arena *mem, err *e)
{
	struct decisions *d = NULL;
	int rc = decisions_read(&d, dir, e);

	for (size_t i = 0; rc == 0 && i < decisions_count(d); i++) {
		const struct decision *x = decision_at(d, i);
		struct case_zone z = { .paths = x->target, .zone = x->value };
		const struct case_file one = { .zones = &z, .nzones = 1 };

		if (x->kind == DECISION_ZONE && !x->superseded && !str_eq(x->value, STR("none")) &&
		    add_zones(&one, o, mem, e) < 0)
			rc = err_prefix(e, DECISIONS_FILE ", decision %llu", (unsigned long long)x->n);
	}
	decisions_free(d);
	return rc;
}

int case_args_read(const struct cli_args *args, const char *dir, struct engine_options *o,
		   struct case_args *ret, arena *mem, err *e)
{
	const char *given = args_get(args, "case");
	str path = given ? str_of(given) : arena_printf(mem, "%s/" CASE_YAML, dir);
	struct case_file *c = NULL;
	int there;

	*ret = (struct case_args){ 0 };
	if (!path.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for " CASE_YAML);
	there = slurp(path.ptr, LIMIT_CASE_FILE, &ret->text, e);
	if (there == 0 && given)
		there = err_set(e, ERR_IO, ERR_NO_OFFSET, "%s is not there", given);
	if (there > 0 && (case_file_parse(&c, buf_view(&ret->text), e) < 0 || add_zones(c, o, mem, e) < 0))
		there = err_prefix(e, "%s", path.ptr);
	case_file_free(c);
	if (there >= 0 && add_decided(dir, o, mem, e) < 0)
		there = -1;
	if (there < 0)
		buf_done(&ret->text);
	return there < 0 ? -1 : 0;
}

static int fill(void *ctx, int fd, err *e)
{
	const struct case_args *c = ctx;
	size_t at = 0;

	while (at < c->text.len) {
		ssize_t n = write(fd, c->text.ptr + at, c->text.len - at);

		if (n < 0)
			return err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot write " CASE_YAML);
		at += (size_t)n;
	}
	return 0;
}

int case_args_keep(const struct case_args *c, const char *dir, err *e)
{
	return c->text.len ? out_file(dir, CASE_YAML, fill, (void *)(uintptr_t)c, e) : 0;
}

void case_args_done(struct case_args *c)
{
	buf_done(&c->text);
}
