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

void gapsay_item(struct gapsay *s, uint32_t id, str path)
{
	(void)id;
	if (s->gaps == 0)
		return;
	if (++s->items > GAPSAY_ITEMS) {
		s->silent_gaps += s->gaps;
		s->gaps = 0;
		return;
	}
	for (uint64_t i = 0; i < s->gaps && i < GAPSAY_KEPT; i++)
		cli_say(s->cli, "%.*s: %s: %s", STR_ARG(path), gap_kind_name(s->kept[i].kind), s->kept[i].text);
	if (s->gaps > GAPSAY_KEPT)
		cli_say(s->cli, "%.*s: %llu more gaps", STR_ARG(path), (unsigned long long)(s->gaps - GAPSAY_KEPT));
	s->gaps = 0;
}

void gapsay_end(struct gapsay *s)
{
	if (s->silent_gaps)
		cli_say(s->cli, "%llu more gaps in %llu more files", (unsigned long long)s->silent_gaps,
			(unsigned long long)(s->items - GAPSAY_ITEMS));
	if (s->gaps) /* gaps that belong to no item, as ids missing between pieces */
		gapsay_item(s, 0, STR("all files"));
}
