#include "cli/declared_args.h"

#include "cli/zone_load.h"
#include "readers/text/codepage.h"

static size_t count(const struct cli_args *args, const char *name)
{
	size_t n = 0;

	while (args_nth(args, name, n))
		n++;
	return n;
}

/* "PATH=WHAT" to its halves; the last '=' counts: no zone and no coding has one. */
static const char *halves(const char *given, str *ret_paths)
{
	const char *eq = strrchr(given, '=');

	*ret_paths = eq ? (str){ given, (size_t)(eq - given) } : STR("");
	return eq ? eq + 1 : given;
}

static bool coding_known(str name)
{
	return codepage_named(name) || str_eq_ascii_nocase(name, STR("utf-8")) ||
	       str_eq_ascii_nocase(name, STR("utf-16le")) || str_eq_ascii_nocase(name, STR("utf-16be"));
}

int declared_args(const struct cli_args *args, struct engine_declared **ret, size_t *ret_n, arena *mem,
		  err *e)
{
	size_t zones = count(args, "tz"), codings = count(args, "encoding"), n = 0;
	struct engine_declared *d = arena_array(mem, zones + codings + 1, sizeof *d);

	if (!d)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for options");
	for (; n < zones; n++) {
		struct time_zone *z;

		if (zone_load(halves(args_nth(args, "tz", n), &d[n].paths), &z, mem, e) < 0)
			return -1;
		d[n].zone = z;
	}
	for (; n < zones + codings; n++) {
		d[n].coding = str_of(halves(args_nth(args, "encoding", n - zones), &d[n].paths));
		if (!coding_known(d[n].coding))
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "\"%.*s\" is no coding that we know",
				       STR_ARG(d[n].coding));
	}
	*ret = d;
	*ret_n = n;
	return 0;
}
