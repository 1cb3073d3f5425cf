#include "cli/gapsay.h"

void gapsay_init(struct gapsay *s, const struct cli *cli)
{
	*s = (struct gapsay){ .cli = cli };
}

void gapsay_gap(struct gapsay *s, const struct gap *g)
{
	if (s->gaps < GAPSAY_KEPT)
		s->kept[s->gaps] = *g;
	s->gaps++;
}

void gapsay_item(struct gapsay *s, str path)
{
	if (s->gaps == 0)
		return;
	if (++s->items > GAPSAY_ITEMS) {
		s->silent_gaps += s->gaps;
		s->gaps = 0;
		return;
	}
	for (uint64_t i = 0; i < s->gaps && i < GAPSAY_KEPT; i++)
		cli_say(s->cli, "%.*s: %s: %s", STR_ARG(path), gap_kind_name(s->kept[i].kind),
			s->kept[i].text);
	if (s->gaps > GAPSAY_KEPT)
		cli_say(s->cli, "%.*s: %llu more gaps", STR_ARG(path),
			(unsigned long long)(s->gaps - GAPSAY_KEPT));
	s->gaps = 0;
}

void gapsay_end(struct gapsay *s)
{
	if (s->silent_gaps)
		cli_say(s->cli, "%llu more gaps in %llu more files", (unsigned long long)s->silent_gaps,
			(unsigned long long)(s->items - GAPSAY_ITEMS));
	/* What follows the last item belongs to none: record ids that are in no file. */
	if (s->gaps)
		cli_say(s->cli, "%llu gaps over all files, the first: %s: %s", (unsigned long long)s->gaps,
			gap_kind_name(s->kept[0].kind), s->kept[0].text);
}
