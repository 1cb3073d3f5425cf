/* corr_group.c - one correlation, one group: its matches pass through the window, alerts come out. */
#include <stdio.h>
#include <stdlib.h>

#include "detect/correlate_priv.h"

struct tied { /* a match among those of one time and place */
	struct corr_hit hit;
	size_t value_at, value_len;
};

struct group {
	uint32_t number; /* of the correlation */
	const struct correlation *of;
	bool logged; /* others refer to it */
	buf key;     /* names the group in the sorter */
	buf texts;
	struct finding_detail shown[LIMIT_CORRELATION_FIELDS];
	uint32_t nshown;

	VEC(struct tied) ties;
	buf tie_values;

	uint64_t first_entry; /* in the log, of the first event in the window */
	uint64_t alerts;      /* of the correlation, over its groups */

	bool open; /* a finding is under way: all events until `end` are in it */
	int64_t end_ns;
	int128 sum; /* what its first window was asked about */
	uint64_t n;
};

/* --- findings ------------------------------------------------------------------------------- */

/* "12", "2.5": hundredths are enough to see why. */
static str number_shown(int128 sum, uint64_t n, char *to, size_t size)
{
	double v = (double)sum / CORR_ONE / (double)n;
	int len = snprintf(to, size, "%.2f", v);

	while (len > 0 && strchr(to, '.') && (to[len - 1] == '0' || to[len - 1] == '.'))
		if (to[--len] == '.')
			break;
	to[len] = '\0';
	return str_of(to);
}

static void detail(struct finding *f, str name, str text)
{
	if (f->ndetails < FINDING_DETAILS_MAX)
		f->details[f->ndetails++] = (struct finding_detail){ name, text };
}

/* The host of all events; where they differ *list names the first of them. */
static str host_shown(const struct correlator *c, buf *list)
{
	enum { LISTED = 8 };
	uint32_t listed[LISTED], n = 0;

	for (size_t i = 0; i < c->refs.events.len; i++) {
		uint32_t host = c->refs.events.at[i].host, k = 0;

		while (k < n && listed[k] != host)
			k++;
		if (k == n && n == LISTED) {
			buf_z(list, ", ...");
			break;
		}
		if (k == n) {
			listed[n++] = host;
			buf_z(list, k ? ", " : "");
			buf_str(list, c->hosts.entries[host].key);
		}
	}
	return n == 1 ? c->hosts.entries[listed[0]].key : STR("");
}

static int finding_tell(struct correlator *c, err *e)
{
	const struct group *g = c->group;
	const struct rule_info *info = &c->rs->infos.at[g->of->info];
	size_t n = c->refs.events.len;
	struct event_ref *refs = calloc(n, sizeof *refs);
	char count[32], number[64], last[TIME_TEXT_MAX];
	buf hosts = { 0 };
	struct finding f = { .rule_id = g->of->id,
			     .rule_title = info->title,
			     .level = info->level,
			     .tags = info->tags,
			     .profile = STR(""),
			     .channel = STR(""),
			     .provider = STR(""),
			     .refs = refs,
			     .nrefs = (uint32_t)n };
	int rc;

	if (!refs)
		return corr_no_memory(e);
	for (size_t i = 0; i < n; i++)
		refs[i] = (struct event_ref){ c->refs.events.at[i].item, c->refs.events.at[i].offset,
					      c->refs.events.at[i].record };
	f.time_ns = c->refs.events.at[0].time_ns;
	f.host = host_shown(c, &hosts);
	for (uint32_t i = 0; i < g->nshown && i < FINDING_DETAILS_MAX - 4; i++)
		detail(&f, g->shown[i].name, g->shown[i].value);
	detail(&f, str_of(corr_type_name(g->of->terms.type)),
	       number_shown(g->sum, g->n, number, sizeof number));
	snprintf(count, sizeof count, "%s%zu", c->refs.left_out ? "more than " : "", n);
	detail(&f, STR("events"), str_of(count));
	time_text(c->refs.events.at[n - 1].time_ns, last);
	detail(&f, STR("last"), str_of(last));
	if (!f.host.len && hosts.len)
		detail(&f, STR("hosts"), buf_view(&hosts));
	rc = hosts.failed ? corr_no_memory(e) : c->sink->finding(c->sink->ctx, &f, e);
	buf_done(&hosts);
	free(refs);
	return rc;
}

/* No later window overlaps: the finding under way is complete. */
static int finding_close(struct correlator *c, err *e)
{
	struct group *g = c->group;
	int rc;

	if (!g->open)
		return 0;
	g->open = false;
	if (g->of->hidden)
		return 0;
	rc = corr_refs_finish(&c->refs, &c->log, e);
	if (rc == 0 && c->refs.left_out)
		corr_tally(c, SHORT_REFS, c->refs.left_out, g->of->id, c->refs.events.at[0].item,
			   c->refs.events.at[0].offset);
	if (rc == 0)
		rc = finding_tell(c, e);
	corr_refs_clear(&c->refs);
	return rc;
}

/* --- alerts --------------------------------------------------------------------------------- */

/* What the alerts of one moment have in common: the events of their window. */
struct extent {
	uint64_t first, n; /* in the log */
	int64_t last_ns;
};

/* An alert is a match for the correlations that refer to this one, at the time of its last event. */
static int alert_chain(struct correlator *c, uint64_t number, const struct extent *x, err *e)
{
	const struct group *g = c->group;
	const struct fields fields = { g->shown, g->nshown };
	const uint64_t order[2] = { number, 0 };
	uint32_t target = g->number | REF_CORRELATION;
	const struct corr_hit hit = { .time_ns = x->last_ns,
				      .a = x->first,
				      .b = x->n,
				      .item = (uint32_t)number,
				      .src = g->number + 1 };

	for (size_t i = corr_first_use(c, target); i < c->uses.len && c->uses.at[i].target == target; i++)
		if (corr_put(c, &c->uses.at[i], hit, order, STR(""), &fields, e) < 0)
			return -1;
	return 0;
}

static int alert(struct correlator *c, const struct corr_hit *anchor, const struct extent *x, err *e)
{
	struct group *g = c->group;
	struct correlate_alert a = { .rule_id = g->of->id,
				     .number = g->alerts++,
				     .group = g->shown,
				     .ngroup = g->nshown,
				     .last_ns = x->last_ns };

	if (anchor->src)
		a.of = c->rs->correlations.at[anchor->src - 1].id;
	a.anchor =
		(struct event_ref){ anchor->item, anchor->src ? 0 : anchor->a, anchor->src ? 0 : anchor->b };
	if (c->sink->alert && c->sink->alert(c->sink->ctx, &a, e) < 0)
		return -1;
	return g->logged ? alert_chain(c, a.number, x, e) : 0;
}

/* Does an alert of this moment begin a window? */
static bool moment_anchors(const struct corr_window *w, int64_t time_ns)
{
	for (size_t i = w->head; i < w->hits.len && w->hits.at[i].time_ns == time_ns; i++)
		if (corr_window_anchors(w, &w->hits.at[i]))
			return true;
	return false;
}

/* A finding joins windows that overlap. */
static void finding_reach(struct group *g, int64_t time_ns, int128 sum, uint64_t n)
{
	if (!g->open) {
		g->open = true;
		g->sum = sum;
		g->n = n;
	}
	if (__builtin_add_overflow(time_ns, g->of->terms.span_ns, &g->end_ns))
		g->end_ns = INT64_MAX;
}

/* The window of the first match is complete: judge it, and let go all matches of its moment. */
static int settle(struct correlator *c, err *e)
{
	struct corr_window *w = &c->window;
	struct group *g = c->group;
	int64_t at = corr_window_first(w)->time_ns;
	const struct extent x = { g->first_entry, w->events, corr_window_last(w)->time_ns };
	int128 sum;
	uint64_t n;
	bool holds = corr_window_holds(w, &sum, &n) && moment_anchors(w, at);

	if (g->open && at > g->end_ns && finding_close(c, e) < 0)
		return -1;
	if (holds)
		finding_reach(g, at, sum, n);
	while (corr_window_len(w) && corr_window_first(w)->time_ns == at) {
		struct corr_hit hit = *corr_window_first(w);

		if (holds && corr_window_anchors(w, &hit) && alert(c, &hit, &x, e) < 0)
			return -1;
		if (hit.flags & HIT_LAST) {
			g->first_entry++;
			if (g->open && !g->of->hidden && corr_refs_add(&c->refs, &hit, e) < 0)
				return -1;
		}
		corr_window_drop(w);
	}
	return 0;
}

/* --- matches of a group --------------------------------------------------------------------- */

static int hit_add(struct correlator *c, const struct corr_hit *hit, str text, err *e)
{
	struct group *g = c->group;
	bool full;

	while (corr_window_is_over(&c->window, hit->time_ns))
		if (settle(c, e) < 0)
			return -1;
	if (corr_window_len(&c->window) >= c->window_max) {
		corr_tally(c, SHORT_WINDOW, 1, g->of->id, hit->item, hit->a);
		if (settle(c, e) < 0)
			return -1;
	}
	if (corr_window_add(&c->window, hit, text, &full, e) < 0)
		return -1;
	if (full)
		corr_tally(c, SHORT_VALUES, 1, g->of->id, hit->item, hit->a);
	return g->logged && hit->flags & HIT_LAST ? corr_log_add(&c->log, hit, e) : 0;
}

static int cmp_tied(const void *pa, const void *pb)
{
	const struct tied *a = pa, *b = pb;

	if (a->hit.item != b->hit.item)
		return a->hit.item < b->hit.item ? -1 : 1;
	return (a->hit.ref > b->hit.ref) - (a->hit.ref < b->hit.ref);
}

/* Matches of one time and place are one event, if they are of one content. */
static int ties_end(struct correlator *c, err *e)
{
	struct group *g = c->group;
	size_t n = 0;

	if (g->tie_values.failed)
		return corr_no_memory(e);
	if (g->ties.len)
		qsort(g->ties.at, g->ties.len, sizeof g->ties.at[0], cmp_tied);
	for (size_t i = 0; i < g->ties.len; i++)
		if (!n || cmp_tied(&g->ties.at[n - 1], &g->ties.at[i]) != 0)
			g->ties.at[n++] = g->ties.at[i];
	for (size_t i = 0; i < n; i++) {
		struct tied *t = &g->ties.at[i];
		str text = STR("");

		if (i + 1 == n || g->ties.at[i + 1].hit.item != t->hit.item)
			t->hit.flags |= HIT_LAST;
		if (t->value_len)
			text = (str){ g->tie_values.ptr + t->value_at, t->value_len };
		if (hit_add(c, &t->hit, text, e) < 0)
			return -1;
	}
	g->ties.len = 0;
	buf_clear(&g->tie_values);
	return 0;
}

static bool is_tied(const struct corr_hit *a, const struct corr_hit *b)
{
	return !a->src && !b->src && a->time_ns == b->time_ns && a->a == b->a && a->b == b->b;
}

static int ties_add(struct correlator *c, const struct corr_hit *hit, str text, err *e)
{
	struct group *g = c->group;
	struct tied *t;

	if (g->ties.len && (!is_tied(&g->ties.at[0].hit, hit) || g->ties.len >= c->window_max) &&
	    ties_end(c, e) < 0)
		return -1;
	t = VEC_PUSH(&g->ties, LIMIT_CORRELATION_WINDOW);
	if (!t)
		return corr_no_memory(e);
	*t = (struct tied){ *hit, g->tie_values.len, text.len };
	buf_str(&g->tie_values, text);
	return 0;
}

/* --- groups --------------------------------------------------------------------------------- */

static bool take(bytes *from, size_t n, bytes *ret)
{
	return bytes_sub(*from, 0, n, ret) && bytes_sub(*from, n, from->len - n, from);
}

static int damaged(err *e)
{
	return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "temporary file was changed");
}

static int group_end(struct correlator *c, err *e)
{
	if (!c->group->of)
		return 0;
	if (ties_end(c, e) < 0)
		return -1;
	while (corr_window_len(&c->window))
		if (settle(c, e) < 0)
			return -1;
	return finding_close(c, e);
}

/* The group of a record, with its values as this first match has them. */
static int group_begin(struct correlator *c, bytes key, const struct record *r, bytes shown, err *e)
{
	struct group *g = c->group;
	uint32_t number = 0;
	size_t at = 0;
	bytes part;

	for (size_t i = 4; i < 8; i++)
		number = number << 8 | key.ptr[i];
	if (number >= c->rs->correlations.len || r->nshown > COUNT(g->shown))
		return damaged(e);
	if (!g->of || number != g->number)
		g->alerts = 0;
	g->number = number;
	g->of = &c->rs->correlations.at[number];
	g->logged = corr_is_used(c, number | REF_CORRELATION);
	g->first_entry = c->log.len;
	corr_window_begin(&c->window, &g->of->terms);
	buf_clear(&g->key);
	buf_add(&g->key, key.ptr, r->group_len);
	buf_clear(&g->texts);
	buf_add(&g->texts, shown.ptr, shown.len);
	if (g->key.failed || g->texts.failed)
		return corr_no_memory(e);
	shown = str_bytes(buf_view(&g->texts));
	for (g->nshown = 0; g->nshown < r->nshown; g->nshown++) {
		if (!bytes_sub(shown, at, 4, &part) || !bytes_sub(shown, at + 4, load_le32(part.ptr), &part))
			return damaged(e);
		at += 4 + part.len;
		g->shown[g->nshown] = (struct finding_detail){ correlation_names(c->rs, g->of)[g->nshown],
							       bytes_str(part) };
	}
	return 0;
}

static int record_take(struct correlator *c, bytes key, bytes payload, err *e)
{
	struct group *g = c->group;
	struct map_entry *host_entry;
	struct record r;
	bytes head, host, text;
	bool is_new;

	if (!take(&payload, sizeof r, &head))
		return damaged(e);
	memcpy(&r, head.ptr, sizeof r);
	if (r.group_len > key.len || r.group_len < 8 || !take(&payload, r.host_len, &host) ||
	    !take(&payload, r.value_len, &text))
		return damaged(e);
	if (!g->of || !str_eq(buf_view(&g->key), (str){ (const char *)key.ptr, r.group_len }))
		if (group_end(c, e) < 0 || group_begin(c, key, &r, payload, e) < 0)
			return -1;
	host_entry = map_put(&c->hosts, bytes_str(host), c->hosts.len, &is_new);
	if (!host_entry && g->of)
		corr_tally(c, SHORT_HOSTS, 1, g->of->id, r.hit.item, r.hit.a);
	r.hit.host = host_entry ? (uint32_t)host_entry->value : 0;
	if (!r.hit.src)
		r.hit.item = corr_item_as(c, r.hit.item);
	return ties_add(c, &r.hit, bytes_str(text), e);
}

int corr_storey_run(struct correlator *c, struct sorter *s, err *e)
{
	struct group g = { 0 };
	bytes key, payload;
	int rc;

	c->group = &g;
	while ((rc = sorter_next(s, &key, &payload, e)) > 0 && record_take(c, key, payload, e) == 0)
		;
	rc = rc ? -1 : group_end(c, e);
	buf_done(&g.key);
	buf_done(&g.texts);
	VEC_DONE(&g.ties);
	buf_done(&g.tie_values);
	c->group = NULL;
	return rc;
}
