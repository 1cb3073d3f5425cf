/* The tables of report.html. */
#include <stdlib.h>

#include "report/html_priv.h"

/* --- key events ------------------------------------------------------------------------------ */

/* The weight from which observations fit the table. */
static uint8_t least_weight(const struct story *st)
{
	uint64_t by_weight[256] = { 0 }, sum = 0;
	int w = 255;

	for (uint32_t i = 0; i < st->nobservations; i++)
		by_weight[st->observations[i].weight]++;
	for (; w > 0; w--) {
		sum += by_weight[w];
		if (sum + by_weight[w - 1] > ROWS_TIMELINE)
			break;
	}
	return (uint8_t)w;
}

void html_timeline(struct html *h)
{
	const struct story *st = h->st;
	uint8_t least = least_weight(st);
	uint64_t shown = 0;
	buf *b = html_buf(h);

	html_section(
		h, "timeline", "Key events",
		"What stands out among the facts of the logs, in the order of time (UTC). The same sight "
		"several times is one row.");
	if (st->nobservations == 0) {
		buf_z(b, "<p class=\"empty\">None was recognised.</p>\n");
		html_section_end(h);
		return;
	}
	html_table(h, "t-timeline", "t:Time|Host|Kind|w:What|n:Times");
	for (uint32_t i = 0; i < st->nobservations; i++) {
		const struct story_observation *o = &st->observations[i];

		if (o->weight < least || shown == ROWS_TIMELINE)
			continue;
		shown++;
		buf_z(b, "<tr>");
		html_cell_time(h, o->first_ns, o->last_ns);
		html_cell_host(h, story_host_name(st, o->host));
		buf_z(b, "<td>");
		html_pill(b, html_weight(o->weight), story_observation_name(o->kind));
		buf_z(b, "</td><td class=\"w\">");
		html_sentence(b, &o->sentence);
		html_recovered_mark(b, o->recovered);
		html_cell_end_refs(h, &o->refs, o->count);
		html_cell_count(h, o->count);
		buf_z(b, "</tr>\n");
		out_some(&h->o);
	}
	html_table_end(h, shown, st->nobservations, "key events of less weight");
	html_section_end(h);
}

/* --- hosts ----------------------------------------------------------------------------------- */

/* Live channels one by one, what was carved as one line. */
static void host_channels(buf *b, const struct story_host *x)
{
	enum { SHOWN = 8 };
	uint64_t recovered = 0;
	uint32_t live = 0;

	for (uint32_t i = 0; i < x->nchannels; i++) {
		const struct story_channel *c = &x->channels[i];
		str name = c->name.len ? c->name : str_of(wording("word.no_channel", LANGUAGE_EN));
		str common = STR("Microsoft-Windows-");

		if (c->recovered) {
			recovered += c->events;
			continue;
		}
		if (live++ >= SHOWN)
			continue;
		if (str_starts(name, common))
			name = (str){ name.ptr + common.len, name.len - common.len };
		buf_printf(b, "%s", live > 1 ? "<br>" : "");
		html_text(b, name);
		buf_z(b, " <span class=\"sub\">");
		html_count(b, c->events);
		buf_printf(b, " on %u day%s", c->days, c->days == 1 ? "" : "s");
		if (c->silent_days)
			buf_printf(b, ", %u silent", c->silent_days);
		buf_z(b, "</span>");
	}
	if (live > SHOWN)
		buf_printf(b, "<br><span class=\"sub\">and %u more</span>", live - SHOWN);
	if (recovered) {
		buf_z(b, live ? "<br><span class=\"sub\">" : "<span class=\"sub\">");
		html_count(b, recovered);
		buf_z(b, " recovered records</span>");
	}
}

static void host_row(struct html *h, const struct story_host *x)
{
	buf *b = html_buf(h);

	buf_z(b, "<tr><td class=\"h\">");
	html_host_name(b, x->name);
	for (uint32_t i = 0; i < x->naliases && i < 4; i++) {
		buf_z(b, "<br><span class=\"sub\">also ");
		html_text(b, x->aliases[i]);
		buf_z(b, "</span>");
	}
	buf_z(b, "<br>");
	html_cell_end_refs(h, &x->refs, 0);
	buf_z(b, "<td>");
	html_pill(b, x->has_logs ? "ok" : "w60", x->has_logs ? "own logs" : "no logs");
	buf_z(b, "</td>");
	html_cell_time(h, x->first_ns, x->last_ns);
	html_cell_count(h, x->events);
	buf_z(b, "<td class=\"m\">");
	for (int l = LEVEL_CRITICAL; l >= 0; l--) {
		if (x->findings[l] == 0)
			continue;
		buf_printf(b, "<span class=\"pill %s\">", report_level_name((enum finding_level)l));
		html_count(b, x->findings[l]);
		buf_printf(b, " %s</span><br>", report_level_name((enum finding_level)l));
	}
	buf_z(b, "</td>");
	html_cell_count(h, x->observations);
	buf_z(b, "<td class=\"c\">");
	host_channels(b, x);
	buf_z(b, "</td></tr>\n");
}

static void address_table(struct html *h)
{
	const struct story *st = h->st;
	uint64_t shown = 0;
	buf *b = html_buf(h);

	if (st->naddresses == 0)
		return;
	buf_z(b,
	      "<h3>Addresses taken for hosts</h3>\n<p class=\"note\">Only where the evidence says so, and only for "
	      "that time; the strongest reason is shown. An address of several hosts at once (shared) is taken "
	      "for none of them.</p>\n");
	html_table(h, "t-addresses", "Address|Host|w:Reason|t:Seen|n:Times");
	for (uint32_t i = 0; i < st->naddresses && shown < ROWS_ADDRESSES; i++, shown++) {
		const struct story_address *a = &st->addresses[i];
		buf key = { 0 };

		buf_printf(&key, "basis.%s", story_basis_name(a->basis));
		buf_byte(&key, 0);
		buf_z(b, "<tr>");
		html_cell_text(h, "t", a->ip);
		buf_z(b, "<td class=\"h\">");
		html_host_name(b, story_host_name(st, a->host));
		if (a->flags & ADDRESS_SHARED)
			html_pill(b, "w40", "shared");
		buf_z(b, "</td>");
		buf_z(b, "<td class=\"w\">");
		html_text(b, str_of(key.failed ? "" : wording(key.ptr, LANGUAGE_EN)));
		html_cell_end_refs(h, &a->refs, a->count);
		html_cell_time(h, a->first_ns, a->last_ns);
		html_cell_count(h, a->count);
		buf_z(b, "</tr>\n");
		buf_done(&key);
		out_some(&h->o);
	}
	html_table_end(h, shown, st->naddresses, "addresses");
}

void html_hosts(struct html *h)
{
	const struct story *st = h->st;
	uint64_t shown = 0;

	html_section(h, "hosts", "Hosts",
		     "A short name and a full name are one host where only one full name fits. What a host "
		     "without logs did cannot be seen.");
	if (st->nhosts == 0) {
		buf_z(html_buf(h), "<p class=\"empty\">No host is named by the evidence.</p>\n");
		html_section_end(h);
		return;
	}
	html_table(h, "t-hosts", "Host|Logs|t:Seen|n:Events|Rule matches|n:Key events|Channels");
	for (uint32_t i = 0; i < st->nhosts && shown < ROWS_HOSTS; i++, shown++) {
		host_row(h, &st->hosts[i]);
		out_some(&h->o);
	}
	html_table_end(h, shown, st->nhosts, "hosts");
	address_table(h);
	html_section_end(h);
}

/* --- edges ----------------------------------------------------------------------------------- */

static void samples(buf *b, const str *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_z(b, "<br>");
		html_text(b, s[i]);
	}
}

static void edge_row(struct html *h, const struct story_edge *x)
{
	const struct story *st = h->st;
	bool strong = x->kind == EDGE_REMOTE_INSTALL || x->kind == EDGE_ADMIN_SHARE;
	buf *b = html_buf(h);

	buf_z(b, "<tr>");
	html_cell_time(h, x->first_ns, x->last_ns);
	buf_z(b, "<td class=\"h\">");
	html_host_name(b, x->from == STORY_NOBODY ? x->from_ip : story_host_name(st, x->from));
	if (x->from != STORY_NOBODY && x->from_ip.len) {
		buf_z(b, "<br><span class=\"sub\">");
		html_text(b, x->from_ip);
		buf_z(b, "</span>");
	}
	buf_z(b, "</td>");
	html_cell_host(h, story_host_name(st, x->to));
	buf_z(b, "<td>");
	html_pill(b, strong ? "w60" : "w0", story_edge_name(x->kind));
	html_recovered_mark(b, x->recovered);
	buf_z(b, "</td><td class=\"s\">");
	samples(b, x->accounts, x->naccounts);
	buf_z(b, "</td><td class=\"s\">");
	samples(b, x->what, x->nwhat);
	buf_z(b, x->nwhat ? "<br>" : "");
	html_cell_end_refs(h, &x->refs, x->count);
	html_cell_count(h, x->count);
	buf_z(b, "</tr>\n");
}

void html_edges(struct html *h)
{
	const struct story *st = h->st;
	uint64_t shown = 0;

	html_section(
		h, "edges", "Between hosts",
		"Who reached whom by what, in the order of the first time. A workstation name is what the "
		"other side called itself. Administrators do the same: it is the pair, the account and the "
		"hour that tell.");
	if (st->nedges == 0) {
		buf_z(html_buf(h),
		      "<p class=\"empty\">No access from one host to another was recorded.</p>\n");
		html_section_end(h);
		return;
	}
	html_table(h, "t-edges", "t:Time|From|To|By|Accounts|What|n:Times");
	/* means of administration first where not all fit */
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < st->nedges && shown < ROWS_EDGES; i++) {
			bool plain = st->edges[i].kind == EDGE_NETWORK_LOGON ||
				     st->edges[i].kind == EDGE_SHARE || st->edges[i].kind == EDGE_CONNECTION;

			if (st->nedges > ROWS_EDGES ? plain != (pass == 1) : pass == 1)
				continue;
			edge_row(h, &st->edges[i]);
			shown++;
			out_some(&h->o);
		}
	}
	html_table_end(h, shown, st->nedges, "connections");
	html_section_end(h);
}

/* --- findings -------------------------------------------------------------------------------- */

struct finding_rows {
	struct html *h;
	uint64_t shown, all;
};

static int finding_row(void *ctx, const struct finding *f, err *e)
{
	struct finding_rows *r = ctx;
	struct html *h = r->h;
	buf *b = html_buf(h);

	(void)e;
	if (f->level < LEVEL_HIGH)
		return 0;
	r->all++;
	if (r->shown == ROWS_FINDINGS)
		return 0;
	r->shown++;
	buf_z(b, "<tr>");
	html_cell_time(h, f->time_ns, f->time_ns);
	html_cell_host(h, f->host);
	buf_z(b, "<td>");
	html_pill(b, report_level_name(f->level), report_level_name(f->level));
	buf_z(b, "</td><td class=\"w\">");
	html_text(b, f->rule_title);
	html_recovered_mark(b, f->flags & EVENT_RECOVERED);
	for (uint32_t i = 0; i < f->ndetails; i++) {
		str v = f->details[i].value;

		if (v.len == 0)
			continue;
		buf_z(b, "<br><span class=\"sub\">");
		html_text(b, f->details[i].name);
		buf_z(b, "</span> ");
		html_clip(b, v, 400);
	}
	buf_z(b, "<br>");
	html_refs(h, f->refs, f->nrefs > 8 ? 8 : f->nrefs, f->nrefs);
	buf_z(b, "</td></tr>\n");
	out_some(&h->o);
	return 0;
}

static void rule_table(struct html *h)
{
	const struct story *st = h->st;
	uint64_t shown = 0;
	buf *b = html_buf(h);

	html_table(h, "t-rules", "Level|w:Rule|n:Matches|n:Hosts|t:Seen");
	for (uint32_t i = 0; i < st->nrules && shown < ROWS_FINDINGS; i++, shown++) {
		const struct story_rule *r = &st->rules[i];

		buf_z(b, "<tr><td>");
		html_pill(b, report_level_name(r->level), report_level_name(r->level));
		buf_z(b, "</td><td class=\"w\">");
		html_text(b, r->title);
		buf_z(b, "<br><span class=\"sub\">");
		html_text(b, r->id);
		buf_z(b, "</span>");
		if (r->sha256.len) {
			buf_z(b, "<br><span class=\"sub\">SHA-256</span> <span class=\"hash\">");
			html_text(b, r->sha256);
			buf_z(b, "</span>");
		}
		html_refs(h, &r->ref, 1, r->count);
		buf_z(b, "</td>");
		html_cell_count(h, r->count);
		html_cell_count(h, r->hosts);
		html_cell_time(h, r->first_ns, r->last_ns);
		buf_z(b, "</tr>\n");
		out_some(&h->o);
	}
	html_table_end(h, shown, st->nrules, "rules");
}

int html_findings(struct html *h, err *e)
{
	const struct story *st = h->st;
	struct finding_rows rows = { .h = h };
	int rc;

	html_section(
		h, "findings", "Rules that matched",
		"A match says that an event looks like what the rule describes, not that it is an attack.");
	if (st->nrules == 0) {
		buf_z(html_buf(h), "<p class=\"empty\">No rule matched.</p>\n");
		html_section_end(h);
		return 0;
	}
	rule_table(h);
	if (st->findings[LEVEL_HIGH] + st->findings[LEVEL_CRITICAL] == 0) {
		html_section_end(h);
		return 0;
	}
	buf_z(html_buf(h), "<h3>Matches of level high and critical</h3>\n");
	html_table(h, "t-findings", "t:Time|Host|Level|w:Rule and fields");
	rc = store_each_finding(h->s, finding_row, &rows, e);
	html_table_end(h, rows.shown, rows.all, "matches");
	html_section_end(h);
	return rc;
}

/* --- what was not seen ----------------------------------------------------------------------- */

void html_blind(struct html *h)
{
	const struct story *st = h->st;
	uint64_t shown = 0;
	buf *b = html_buf(h);

	html_section(
		h, "blind", "What could not be seen",
		"No host is called clean. Where nothing stands above, it may be that nothing was recorded, "
		"that it was deleted, or that it could not be read.");
	if (st->nblind == 0) {
		buf_z(b, "<p class=\"empty\">Nothing is known to be missing.</p>\n");
		html_section_end(h);
		return;
	}
	html_table(h, "t-blind", "Kind|Host|w:What");
	for (uint32_t i = 0; i < st->nblind && shown < ROWS_BLIND; i++, shown++) {
		const struct story_blind *x = &st->blind[i];
		bool hard = x->kind == BLIND_CLEARED || x->kind == BLIND_MISSING_RECORDS ||
			    x->kind == BLIND_UNREAD;

		buf_z(b, "<tr><td>");
		html_pill(b, hard ? "w60" : "w0", story_blind_name(x->kind));
		buf_z(b, "</td>");
		html_cell_host(h, story_host_name(st, x->host));
		buf_z(b, "<td class=\"w\">");
		html_sentence(b, &x->sentence);
		html_cell_end_refs(h, &x->refs, 0);
		buf_z(b, "</tr>\n");
		out_some(&h->o);
	}
	html_table_end(h, shown, st->nblind, "points");
	html_section_end(h);
}

void html_gaps(struct html *h)
{
	const struct story *st = h->st;
	uint64_t shown = 0, all = 0;
	buf *b = html_buf(h);

	for (int k = 0; k < GAP_KINDS; k++)
		all += st->gaps_by_kind[k];
	html_section(
		h, "gaps", "Gaps",
		"Parts of the evidence that could not be read, are missing, or were passed over, one by one.");
	if (all == 0) {
		buf_z(b, "<p class=\"empty\">None.</p>\n");
		html_section_end(h);
		return;
	}
	html_table(h, "t-gaps", "Kind|File|What|n:From|n:To|n:Lost records");
	for (uint32_t i = 0; i < st->ngaps && shown < ROWS_ITEMS; i++, shown++) {
		const struct gap *g = &st->gaps[i];
		const struct event_ref ref = { g->item, 0, 0 };
		const struct store_item *it = story_ref_item(st, &ref);

		buf_z(b, "<tr><td>");
		html_pill(b, "w40", gap_kind_name(g->kind));
		buf_z(b, "</td>");
		html_cell_text(h, NULL, it ? it->path : STR(""));
		html_cell_text(h, NULL, str_of(g->text));
		html_cell_count(h, g->from);
		html_cell_count(h, g->to);
		html_cell_count(h, g->lost);
		buf_z(b, "</tr>\n");
		out_some(&h->o);
	}
	html_table_end(h, shown, all, "gaps");
	html_section_end(h);
}

void html_items(struct html *h)
{
	const struct story *st = h->st;
	uint64_t shown = 0;
	char hex[SHA256_HEX_LEN + 1];
	buf *b = html_buf(h);

	html_section(h, "items", "Evidence",
		     "Every file that was found, members of archives too, with the SHA-256 of its content.");
	html_table(h, "t-items", "File|Format|Read|n:Size|n:Events|t:Events from|SHA-256");
	for (uint32_t i = 0; i < st->nitems && shown < ROWS_ITEMS; i++, shown++) {
		const struct store_item *it = &st->items[i];
		bool ok = str_eq(it->verdict, STR("ok"));

		buf_z(b, "<tr>");
		html_cell_text(h, NULL, it->path);
		html_cell_text(h, NULL, it->format);
		buf_printf(b, "<td><span class=\"pill %s\">", ok ? "ok" : "w40");
		html_text(b, it->verdict);
		buf_z(b, "</span>");
		if (it->reason.len) {
			buf_z(b, "<br><span class=\"sub\">");
			html_text(b, it->reason);
			buf_z(b, "</span>");
		}
		buf_z(b, "</td><td class=\"n\">");
		html_bytes(b, it->size);
		buf_z(b, "</td>");
		html_cell_count(h, it->events);
		if (it->events)
			html_cell_time(h, it->first_ns, it->last_ns);
		else
			buf_z(b, "<td></td>");
		if (it->has_sha256)
			sha256_hex(it->sha256, hex);
		buf_printf(b, "<td class=\"hash\">%s</td></tr>\n", it->has_sha256 ? hex : "");
		out_some(&h->o);
	}
	html_table_end(h, shown, st->nitems, "files");
	html_section_end(h);
}
