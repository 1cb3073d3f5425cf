/* The picture: one lane per host, key events as dots, means of administration as arrows, in time.
 * Silences are compressed: distance grows with the logarithm of the time that passed. */
#include <stdio.h>
#include <stdlib.h>

#include "report/html_priv.h"

enum { LEFT = 215, RIGHT = 20, WIDTH = 1180, TOP = 34, LANE = 34, MOST_MARKS = 400 };

struct mark {
	int64_t ns;
	double x;
	uint32_t at; /* index of the observation or the edge */
	bool is_edge;
};

struct lanes {
	const struct story *st;
	uint32_t host[LANES]; /* shown, in the order of their first mark */
	uint32_t nhosts;
	struct mark *mark;
	size_t nmarks;
};

static bool edge_shown(const struct story_edge *x)
{
	return x->from != STORY_NOBODY && x->first_ns != TIME_NONE && x->kind != EDGE_NETWORK_LOGON &&
	       x->kind != EDGE_SHARE && x->kind != EDGE_CONNECTION;
}

static int lane_of(const struct lanes *l, uint32_t host)
{
	for (uint32_t i = 0; i < l->nhosts; i++)
		if (l->host[i] == host)
			return (int)i;
	return -1;
}

static void lane_add(struct lanes *l, uint32_t host)
{
	if (host != STORY_NOBODY && lane_of(l, host) < 0 && l->nhosts < LANES)
		l->host[l->nhosts++] = host;
}

static int mark_order(const void *pa, const void *pb)
{
	const struct mark *a = pa, *b = pb;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->is_edge != b->is_edge)
		return a->is_edge ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* Strong sights first, then arrows, then the rest, as long as there is room. */
static void choose(struct lanes *l, uint8_t least, uint8_t below)
{
	const struct story *st = l->st;

	for (uint32_t i = 0; i < st->nobservations && l->nmarks < MOST_MARKS; i++) {
		const struct story_observation *o = &st->observations[i];

		if (o->weight < least || o->weight >= below || o->first_ns == TIME_NONE ||
		    o->host == STORY_NOBODY)
			continue;
		lane_add(l, o->host);
		if (lane_of(l, o->host) >= 0)
			l->mark[l->nmarks++] = (struct mark){ .ns = o->first_ns, .at = i };
	}
}

static void choose_edges(struct lanes *l)
{
	const struct story *st = l->st;

	for (uint32_t i = 0; i < st->nedges && l->nmarks < MOST_MARKS; i++) {
		const struct story_edge *x = &st->edges[i];

		if (!edge_shown(x))
			continue;
		lane_add(l, x->from);
		lane_add(l, x->to);
		if (lane_of(l, x->from) >= 0 && lane_of(l, x->to) >= 0)
			l->mark[l->nmarks++] = (struct mark){ .ns = x->first_ns, .at = i, .is_edge = true };
	}
}

/* How much room a silence takes: a logarithm of base 2, straight between the powers, so that it is the
 * same on every machine. */
static double room(int64_t ns)
{
	double s = 1 + (double)ns / 1e9, k = 0;

	for (; s >= 2; k++)
		s /= 2;
	return k + s - 1;
}

static void place(struct lanes *l)
{
	double sum = 0;

	qsort(l->mark, l->nmarks, sizeof *l->mark, mark_order);
	for (size_t i = 1; i < l->nmarks; i++) {
		sum += room(l->mark[i].ns - l->mark[i - 1].ns);
		l->mark[i].x = sum;
	}
	for (size_t i = 0; i < l->nmarks; i++)
		l->mark[i].x = LEFT + 20 + (sum > 0 ? l->mark[i].x / sum : 0.5) * (WIDTH - LEFT - RIGHT - 40);
}

static void axis(struct html *h, const struct lanes *l, int bottom)
{
	buf *b = html_buf(h);
	const double label = 118; /* width of one */
	double right = 0;

	for (size_t i = 0; i < l->nmarks; i++) {
		const struct mark *m = &l->mark[i];
		double from = m->x > WIDTH - 80 ? m->x - label : m->x < LEFT + 60 ? m->x : m->x - label / 2;

		if (from < right + 14)
			continue;
		right = from + label;
		buf_printf(b, "<line class=\"tick\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", m->x,
			   m->x, TOP - 10, bottom);
		buf_printf(b, "<text class=\"axis\" x=\"%.1f\" y=\"14\" text-anchor=\"%s\">", m->x,
			   m->x > WIDTH - 80  ? "end"
			   : m->x < LEFT + 60 ? "start"
					      : "middle");
		html_time(b, m->ns - m->ns % NS_PER_S);
		buf_z(b, "</text>");
	}
}

static int lane_y(int lane)
{
	return TOP + lane * LANE + LANE / 2;
}

static void title_of(buf *b, const struct story_sentence *s)
{
	buf text = { 0 };

	story_sentence_text(s, LANGUAGE_EN, &text);
	buf_z(b, "<title>");
	visible_html(b, (str){ text.ptr, text.len > 300 ? 300 : text.len }, true);
	buf_z(b, "</title>");
	buf_done(&text);
}

static void draw_edge(struct html *h, const struct lanes *l, const struct mark *m)
{
	const struct story_edge *x = &l->st->edges[m->at];
	int from = lane_y(lane_of(l, x->from)), to = lane_y(lane_of(l, x->to));
	int tip = to > from ? to - 7 : to + 7, back = to > from ? tip - 8 : tip + 8;
	buf *b = html_buf(h);

	buf_printf(b, "<g><path class=\"edge\" d=\"M%.1f %d L%.1f %d\"/>", m->x, from, m->x, back);
	buf_printf(b, "<path class=\"tip\" d=\"M%.1f %d L%.1f %d L%.1f %d Z\"/><title>", m->x, tip,
		   m->x - 4.5, back, m->x + 4.5, back);
	visible_html(b, story_host_name(l->st, x->from), true);
	buf_z(b, " to ");
	visible_html(b, story_host_name(l->st, x->to), true);
	buf_printf(b, ": %s</title></g>\n", story_edge_name(x->kind));
}

static void draw_dot(struct html *h, const struct lanes *l, const struct mark *m)
{
	const struct story_observation *o = &l->st->observations[m->at];
	const char *class = o->weight >= 75 ? "fcrit" : o->weight >= 55 ? "fhigh" : "fmed";
	buf *b = html_buf(h);

	buf_printf(b, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%d\" r=\"%s\">", class, m->x,
		   lane_y(lane_of(l, o->host)), o->weight >= 75 ? "6.5" : "5");
	title_of(b, &o->sentence);
	buf_z(b, "</circle>\n");
}

static void draw(struct html *h, struct lanes *l)
{
	int bottom = TOP + (int)l->nhosts * LANE;
	buf *b = html_buf(h);

	buf_printf(b,
		   "<svg class=\"lanes\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Key events per host "
		   "over time\">\n",
		   WIDTH, bottom + 6);
	axis(h, l, bottom);
	for (uint32_t i = 0; i < l->nhosts; i++) {
		str name = story_host_name(l->st, l->host[i]);

		buf_printf(b, "<line class=\"lane\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", LEFT,
			   WIDTH - RIGHT, lane_y((int)i), lane_y((int)i));
		buf_printf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LEFT - 10, lane_y((int)i) + 4);
		visible_html(b, (str){ name.ptr, name.len > 26 ? 25 : name.len }, true);
		buf_printf(b, "%s</text>\n", name.len > 26 ? "\xE2\x80\xA6" : "");
	}
	for (size_t i = 0; i < l->nmarks; i++)
		if (l->mark[i].is_edge)
			draw_edge(h, l, &l->mark[i]);
	for (size_t i = 0; i < l->nmarks; i++)
		if (!l->mark[i].is_edge)
			draw_dot(h, l, &l->mark[i]);
	buf_z(b, "</svg>\n");
}

void html_lanes(struct html *h)
{
	struct lanes l = { .st = h->st };

	l.mark = calloc(MOST_MARKS, sizeof *l.mark);
	if (!l.mark)
		return; /* the tables say the same */
	choose(&l, 75, 255);
	choose_edges(&l);
	choose(&l, 40, 75);
	if (l.nmarks >= 2) {
		place(&l);
		html_section(
			h, "picture", "Hosts over time",
			"Dots are key events, arrows are means of administration from one host to another. "
			"Silences are compressed: the axis shows order, its labels show time (UTC).");
		draw(h, &l);
		html_section_end(h);
	}
	free(l.mark);
}
