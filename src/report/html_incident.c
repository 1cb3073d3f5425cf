/* The incident: its narrative, then hosts by class, what was called and steered from, what was left behind. */
#include <stdlib.h>

#include "report/html_priv.h"
#include "story/incident.h"

enum { ROWS_INCIDENT = 500, REASONS = 3, NAMES_LISTED = 2000 };

/* --- the narrative ------------------------------------------------------------------------------------ */

static void heading(buf *b, const struct story_paragraph *p)
{
	buf key = { 0 };

	buf_printf(&key, "part.%s", story_part_name(p->part));
	buf_byte(&key, 0);
	if (!key.failed) {
		buf_printf(b, "<h3 class=\"part\">%s</h3>\n", wording(key.ptr, LANGUAGE_EN));
	}
	buf_done(&key);
}

static void sentence(struct html *h, uint32_t i)
{
	const struct story_paragraph *p = &h->st->paragraphs[i];
	buf *b = html_buf(h);

	buf_printf(b, "<li id=\"s%u\" class=\"%s\">", i + 1,
		   p->weight >= 95 ? "base" : html_weight(p->weight));
	html_sentence(b, &p->sentence);
	html_recovered_mark(b, p->recovered);
	html_refs(h, p->refs.at, p->refs.n, 0);
	buf_z(b, "</li>\n");
	out_some(&h->o);
}

static bool is_narrative(const struct story_paragraph *p)
{
	return p->part != PART_CASE && p->part != PART_REST;
}

/* Sentences of the narrative, or all others, a heading wherever the part or the incident changes. */
static void sentences(struct html *h, bool narrative)
{
	const struct story_paragraph *before = NULL;
	buf *b = html_buf(h);

	for (uint32_t i = 0; i < h->st->nparagraphs; i++) {
		const struct story_paragraph *p = &h->st->paragraphs[i];

		if (is_narrative(p) != narrative)
			continue;
		if (!before || before->part != p->part || before->incident != p->incident) {
			if (before)
				buf_z(b, "</ul>\n");
			if (narrative && p->part != PART_INCIDENT && (!before || before->part != p->part))
				heading(b, p);
			buf_z(b, "<ul class=\"story\">\n");
		}
		sentence(h, i);
		before = p;
	}
	if (before)
		buf_z(b, "</ul>\n");
}

/* --- hosts by class ------------------------------------------------------------------------------------- */

static const char *class_pill(enum host_class c)
{
	static const char *const PILL[CLASSES] = { "w80", "w60", "w40", "ok", "w0" };

	return PILL[c];
}

/* Clues of each host, weightiest first: index of the first REASONS of them. */
struct reasons {
	uint32_t clue[REASONS];
	uint32_t n, all;
};

static void reason_add(const struct incident *in, struct reasons *r, uint32_t clue)
{
	uint32_t at;

	if (in->clues[clue].grade == GRADE_NOTE)
		return;
	r->all++;
	for (at = 0; at < r->n; at++) {
		const struct story_clue *c = &in->clues[r->clue[at]], *x = &in->clues[clue];

		if (x->grade > c->grade || (x->grade == c->grade && x->weight > c->weight))
			break;
	}
	if (at == REASONS)
		return;
	r->n += r->n < REASONS;
	for (uint32_t k = r->n - 1; k > at; k--)
		r->clue[k] = r->clue[k - 1];
	r->clue[at] = clue;
}

static void host_reasons(struct html *h, const struct incident_host *x, const struct reasons *r)
{
	const struct incident *in = h->st->incident;
	buf *b = html_buf(h);

	buf_z(b, "<td class=\"w\">");
	for (uint32_t i = 0; i < r->n; i++) {
		const struct story_clue *c = &in->clues[r->clue[i]];

		buf_printf(b, "%s<span class=\"sub\">%s, %s</span> ", i ? "<br>" : "",
			   clue_family_name(c->family), clue_grade_name(c->grade));
		html_sentence(b, &c->sentence);
		html_refs(h, c->refs.at, c->refs.n, 0);
	}
	if (r->all > r->n)
		buf_printf(b, "<br><span class=\"sub\">and %u more, by spoor story explain . ",
			   r->all - r->n);
	if (r->all > r->n) {
		html_text(b, story_host_name(h->st, x->host));
		buf_z(b, "</span>");
	}
	if (r->n == 0)
		html_refs(h, x->refs.at, x->refs.n, 0);
	buf_z(b, "</td>");
}

static void host_row(struct html *h, const struct incident_host *x, const struct reasons *r)
{
	buf *b = html_buf(h);

	buf_z(b, "<tr>");
	html_cell_host(h, story_host_name(h->st, x->host));
	buf_z(b, "<td>");
	html_pill(b, class_pill(x->class), host_class_name(x->class));
	buf_printf(b, "<br><span class=\"sub\">%.0f %%%s</span></td>", x->probability * 100,
		   x->entry ? ", entry" : "");
	html_cell_time(h, x->first_ns, x->first_ns);
	buf_z(b, "<td class=\"h\">");
	html_host_name(b, story_host_name(h->st, x->parent));
	if (x->via[0]) {
		buf_z(b, "<br><span class=\"sub\">");
		html_text(b, str_of(x->via));
		buf_z(b, "</span>");
	}
	buf_z(b, "</td>");
	host_reasons(h, x, r);
	buf_z(b, "</tr>\n");
	out_some(&h->o);
}

/* Hosts without a reason of their own are names: hundreds of them fit. */
static void names_of(struct html *h, enum host_class class)
{
	const struct incident *in = h->st->incident;
	buf key = { 0 }, *b = html_buf(h);
	uint32_t told = 0;

	if (in->by_class[class] == 0)
		return;
	buf_printf(&key, "class.%s", host_class_name(class));
	buf_byte(&key, 0);
	buf_z(b, "<details class=\"names\"><summary>");
	html_pill(b, class_pill(class), host_class_name(class));
	buf_printf(b, " %u hosts. %s</summary><p class=\"sub\">", in->by_class[class],
		   key.failed ? "" : wording(key.ptr, LANGUAGE_EN));
	for (uint32_t i = 0; i < in->nhosts && told < NAMES_LISTED; i++) {
		if (in->hosts[i].class != class)
			continue;
		buf_z(b, told++ ? ", " : "");
		html_host_name(b, story_host_name(h->st, in->hosts[i].host));
	}
	if (told < in->by_class[class])
		buf_printf(b, " and %u more in case.json", in->by_class[class] - told);
	buf_z(b, "</p></details>\n");
	buf_done(&key);
	out_some(&h->o);
}

static void hosts_table(struct html *h)
{
	const struct incident *in = h->st->incident;
	struct reasons *r = calloc(h->st->nhosts + 1, sizeof *r);
	uint64_t shown = 0, all = (uint64_t)in->by_class[CLASS_CONFIRMED] + in->by_class[CLASS_LIKELY] +
				  in->by_class[CLASS_EXPOSED];

	html_buf(h)->failed |= !r;
	for (uint32_t i = 0; r && i < in->nclues; i++)
		if (in->clues[i].host < h->st->nhosts)
			reason_add(in, &r[in->clues[i].host], i);
	buf_z(html_buf(h),
	      "<h3>Hosts by class</h3>\n<p class=\"note\">The class follows from the signs by rule; the "
	      "percentage is the probability that the host was under control. spoor story explain . HOST "
	      "gives all signs and the sum.</p>\n");
	if (all) {
		html_table(h, "t-classes", "Host|Class|t:First sign|Reached from|w:Reasons");
		for (uint32_t i = 0; r && i < in->nhosts && shown < ROWS_INCIDENT; i++) {
			const struct incident_host *x = &in->hosts[i];

			if (x->class > CLASS_EXPOSED || x->host >= h->st->nhosts)
				continue;
			host_row(h, x, &r[x->host]);
			shown++;
		}
		html_table_end(h, shown, all, "hosts");
	}
	free(r);
	names_of(h, CLASS_CLEARED);
	names_of(h, CLASS_UNKNOWN);
}

/* --- the outside, things, loss --------------------------------------------------------------------------- */

static void external_table(struct html *h)
{
	const struct incident *in = h->st->incident;
	uint64_t shown = 0;
	buf *b = html_buf(h);

	if (in->nexternal == 0)
		return;
	buf_z(b, "<h3>Relays and control servers</h3>\n");
	html_table(h, "t-external", "Address|Role|n:Sure|n:Hosts|n:Bytes|t:Seen|Events");
	for (uint32_t i = 0; i < in->nexternal && shown < ROWS_INCIDENT; i++, shown++) {
		const struct incident_external *x = &in->external[i];

		buf_z(b, "<tr><td class=\"h\">");
		html_text(b, x->ip);
		if (x->name.len) {
			buf_z(b, "<br><span class=\"sub\">");
			html_text(b, x->name);
			buf_z(b, "</span>");
		}
		if (x->country.len || x->asn) {
			buf_z(b, "<br><span class=\"sub\">");
			html_text(b, x->country);
			if (x->asn)
				buf_printf(b, " AS%u ", x->asn);
			html_text(b, x->network);
			if (x->net_kind.len)
				buf_z(b, ", ");
			html_text(b, x->net_kind);
			buf_z(b, "</span>");
		}
		buf_z(b, "</td><td>");
		html_pill(b, x->role == EXTERNAL_RELAY ? "w60" : "w80", external_role_name(x->role));
		buf_printf(b, "</td><td class=\"n\">%.0f %%</td>", x->confidence * 100);
		html_cell_count(h, x->hosts);
		buf_z(b, "<td class=\"n\">");
		if (x->bytes)
			html_bytes(b, x->bytes);
		buf_z(b, "</td>");
		html_cell_time(h, x->first_ns, x->last_ns);
		buf_z(b, "<td>");
		html_cell_end_refs(h, &x->refs, 0);
		buf_z(b, "</tr>\n");
		out_some(&h->o);
	}
	html_table_end(h, shown, in->nexternal, "addresses");
}

static void artefact_table(struct html *h)
{
	const struct incident *in = h->st->incident;
	uint64_t shown = 0;
	buf *b = html_buf(h);

	if (in->nartefacts == 0)
		return;
	buf_z(b, "<h3>Things left behind</h3>\n");
	html_table(h, "t-artefacts", "What|w:Path|Host|n:Size|n:Genuine|t:Served");
	for (uint32_t i = 0; i < in->nartefacts && shown < ROWS_INCIDENT; i++, shown++) {
		const struct incident_artefact *x = &in->artefacts[i];

		buf_z(b, "<tr><td>");
		html_pill(b, "w60", x->kind);
		buf_z(b, "</td><td class=\"w\">");
		html_text(b, x->path);
		if (x->sha256.len) {
			buf_z(b, "<br><span class=\"hash\">");
			html_text(b, x->sha256);
			buf_z(b, "</span>");
		}
		html_cell_end_refs(h, &x->refs, 0);
		html_cell_host(h, x->host == STORY_NOBODY ? STR("several") : story_host_name(h->st, x->host));
		html_cell_count(h, x->size);
		html_cell_count(h, x->other_size);
		if (x->from_ns == TIME_NONE)
			buf_z(b, "<td></td>");
		else
			html_cell_time(h, x->from_ns, x->to_ns);
		buf_z(b, "</tr>\n");
		out_some(&h->o);
	}
	html_table_end(h, shown, in->nartefacts, "things");
}

static void loss_table(struct html *h)
{
	const struct incident *in = h->st->incident;
	uint64_t shown = 0;
	buf *b = html_buf(h);

	if (in->nlosses == 0)
		return;
	buf_z(b, "<h3>Loss</h3>\n");
	html_table(h, "t-loss", "Host|What or where to|n:Estimate|n:At least|n:At most|t:Seen");
	for (uint32_t i = 0; i < in->nlosses && shown < ROWS_INCIDENT; i++, shown++) {
		const struct incident_loss *x = &in->losses[i];

		buf_z(b, "<tr>");
		html_cell_host(h, story_host_name(h->st, x->host));
		buf_z(b, "<td>");
		html_text(b, x->what);
		if (!x->measurable)
			buf_z(b, " <span class=\"pill w40\">not measurable</span>");
		html_cell_end_refs(h, &x->refs, 0);
		html_cell_count(h, x->estimate);
		html_cell_count(h, x->low);
		html_cell_count(h, x->high);
		html_cell_time(h, x->first_ns, x->last_ns);
		buf_z(b, "</tr>\n");
		out_some(&h->o);
	}
	html_table_end(h, shown, in->nlosses, "flows");
}

void html_incident(struct html *h)
{
	if (!h->st->incident)
		return;
	html_section(h, "incident", "Incident",
		     "What the evidence amounts to, in reading order. Each sentence opens its events; "
		     "\xE2\x80\x9Csuspected\xE2\x80\x9D and \xE2\x80\x9C"
		     "consistent with\xE2\x80\x9D mean what they say.");
	sentences(h, true);
	if (h->st->incident->nhosts)
		hosts_table(h);
	external_table(h);
	artefact_table(h);
	loss_table(h);
	html_section_end(h);
}

void html_story(struct html *h)
{
	html_section(h, "story", "Summary", NULL);
	sentences(h, false);
	html_section_end(h);
}
