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

/* Is it an assumption that was said before? */
static bool is_said(struct gapsay *s, const struct gap *g)
{
	if (g->kind != GAP_ASSUMED)
		return false;
	for (unsigned i = 0; i < s->nassumed; i++)
		if (strcmp(s->assumed[i].text, g->text) == 0) {
			s->again[i]++;
			return true;
		}
	if (s->nassumed < GAPSAY_ASSUMED)
		s->assumed[s->nassumed++] = *g;
	return false;
}

/* What is left to be said of the item. */
static void leave_out_said(struct gapsay *s)
{
	uint64_t kept = s->gaps < GAPSAY_KEPT ? s->gaps : GAPSAY_KEPT, left = 0;

	for (uint64_t i = 0; i < kept; i++)
		if (!is_said(s, &s->kept[i]))
			s->kept[left++] = s->kept[i];
	s->gaps -= kept - left;
}

void gapsay_item(struct gapsay *s, str path)
{
	leave_out_said(s);
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
	for (unsigned i = 0; i < s->nassumed; i++)
		if (s->again[i])
			cli_say(s->cli, "so in %llu more files: %s: %s", (unsigned long long)s->again[i],
				gap_kind_name(s->assumed[i].kind), s->assumed[i].text);
	/* What follows the last item belongs to none: record ids that are in no file. */
	if (s->gaps)
		cli_say(s->cli, "%llu gaps over all files, the first: %s: %s", (unsigned long long)s->gaps,
			gap_kind_name(s->kept[0].kind), s->kept[0].text);
}
