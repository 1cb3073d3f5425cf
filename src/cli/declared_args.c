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

/* Where "product=..." begins in "PATH=product=...": at the first of the three words; else NULL. */
static const char *source_words(const char *given)
{
	static const char *const WORDS[] = { "product=", "category=", "service=" };
	const char *first = NULL;

	for (size_t i = 0; i < COUNT(WORDS); i++) {
		const char *at = strstr(given, WORDS[i]);

		if (at && (at == given || at[-1] == '=') && (!first || at < first))
			first = at;
	}
	return first;
}

/* "product=linux,service=auditd" */
static bool source_parse(str s, struct logsource_triple *ret)
{
	struct {
		str word, *to;
	} words[] = { { STR("product="), &ret->product },
		      { STR("category="), &ret->category },
		      { STR("service="), &ret->service } };

	*ret = (struct logsource_triple){ STR(""), STR(""), STR("") };
	while (s.len) {
		const char *comma = memchr(s.ptr, ',', s.len);
		size_t len = comma ? (size_t)(comma - s.ptr) : s.len, i = 0;
		str one = { s.ptr, len };

		while (i < COUNT(words) && (!str_starts(one, words[i].word) || words[i].to->len))
			i++;
		if (i == COUNT(words) || one.len == words[i].word.len)
			return false;
		if (comma && comma + 1 == s.ptr + s.len)
			return false;
		*words[i].to = (str){ one.ptr + words[i].word.len, one.len - words[i].word.len };
		s = (str){ s.ptr + len + (comma != NULL), s.len - len - (comma != NULL) };
	}
	return true;
}

static int source_arg(const char *given, struct engine_declared *d, err *e)
{
	const char *words = source_words(given);

	if (!words || !source_parse(str_of(words), &d->source))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET,
			       "--logsource takes product=..., category=... and service=..., comma-separated, "
			       "not \"%s\"",
			       given);
	d->paths = (str){ given, words == given ? 0 : (size_t)(words - given) - 1 };
	return 0;
}

int declared_args(const struct cli_args *args, struct engine_declared **ret, size_t *ret_n, arena *mem,
		  err *e)
{
	size_t zones = count(args, "tz"), codings = count(args, "encoding");
	size_t sources = count(args, "logsource"), n = 0;
	struct engine_declared *d = arena_array(mem, zones + codings + sources + 1, sizeof *d);

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
	for (; n < zones + codings + sources; n++)
		if (source_arg(args_nth(args, "logsource", n - zones - codings), &d[n], e) < 0)
			return -1;
	*ret = d;
	*ret_n = n;
	return 0;
}
