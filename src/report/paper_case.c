/* What the report says, in its order: half a page for who decides, then everything for who checks. */
#include <stdio.h>

#include "report/paper.h"
#include "report/report_priv.h"
#include "store/decisions.h"
#include "story/incident.h"
#include "story/sources.h"
#include "util/limits.h"
#include "util/times.h"

/* Rows told; the rest is counted and stands in case.json. */
enum {
	ROWS_SIGNS = 600,
	ROWS_HOSTS = 1500,
	ROWS_RULES = 300,
	ROWS_BLIND = 400,
	ROWS_GAPS = 400,
	ROWS_ITEMS = 2000,
	ROWS_LOSS = 400,
	ROWS_LEFT = 800
};

/* --- the executive page -------------------------------------------------------------------------- */

/* Which sentences answer the questions of who decides. */
static bool is_executive(const struct story_paragraph *p)
{
	static const char *const KEYS[] = { "nar.head",      "nar.none",         "nar.entry",
					    "nar.hosts",     "nar.classes",      "nar.loss",
					    "nar.loss_none", "nar.unseen_hosts", "nar.decided" };

	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (strcmp(p->sentence.key, KEYS[i]) == 0)
			return true;
	return p->part == PART_NEXT;
}

static void executive(struct doc *d)
{
	doc_heading(d, 1, "executive", "doc.executive");
	for (uint32_t i = 0; i < d->st->nparagraphs; i++)
		if (is_executive(&d->st->paragraphs[i])) {
			doc_begin(d, DOC_POINT);
			doc_sentence(d, &d->st->paragraphs[i].sentence);
		}
	doc_begin(d, DOC_PARAGRAPH);
	doc_words(d, str_of(wording("doc.judged", d->lang)));
}

/* --- the story ----------------------------------------------------------------------------------- */

static void story(struct doc *d)
{
	enum story_part at = STORY_PARTS;

	doc_heading(d, 1, "story", "doc.story");
	for (uint32_t i = 0; i < d->st->nparagraphs; i++) {
		const struct story_paragraph *p = &d->st->paragraphs[i];
		char key[64];

		if (p->part != at) {
			snprintf(key, sizeof key, "part.%s", story_part_name(p->part));
			doc_heading(d, 2, NULL, key);
			at = p->part;
		}
		doc_begin(d, DOC_PARAGRAPH);
		doc_sentence(d, &p->sentence);
		doc_refs(d, &p->refs);
	}
}

/* --- tables of the incident ----------------------------------------------------------------------- */

static void hosts(struct doc *d, const struct incident *in)
{
	uint32_t told = 0;

	doc_heading(d, 1, "hosts", "doc.hosts");
	doc_table(d, "hosts", "host class probability first way from role owner refs");
	for (uint32_t i = 0; in && i < in->nhosts && told < ROWS_HOSTS; i++, told++) {
		const struct incident_host *h = &in->hosts[i];
		const struct story_host *own = &d->st->hosts[h->host];
		char p[16];

		snprintf(p, sizeof p, "%.2f", h->probability);
		doc_cell(d, own->name);
		doc_cell_z(d, host_class_name(h->class));
		doc_cell_z(d, p);
		doc_cell_time(d, h->first_ns);
		doc_cell_z(d, h->via);
		doc_cell(d, h->parent == STORY_NOBODY ? STR("") : story_host_name(d->st, h->parent));
		doc_cell_z(d, host_role_name(own->role));
		doc_cell(d, own->owner);
		doc_cell_refs(d, &h->refs);
	}
	doc_table_end(d, in ? in->nhosts : 0);
}

static void relays(struct doc *d, const struct incident *in)
{
	doc_heading(d, 1, "relays", "doc.relays");
	doc_table(d, "outside", "address name role operator confidence country network first last refs");
	for (uint32_t i = 0; in && i < in->nexternal; i++) {
		const struct incident_external *x = &in->external[i];
		char p[16];

		doc_cell(d, x->ip);
		doc_cell(d, x->name);
		doc_cell_z(d, external_role_name(x->role));
		doc_cell_u64(d, x->cluster + 1u);
		snprintf(p, sizeof p, "%.2f", x->confidence);
		doc_cell_z(d, p);
		doc_cell(d, x->country);
		doc_cell(d, x->network);
		doc_cell_time(d, x->first_ns);
		doc_cell_time(d, x->last_ns);
		doc_cell_refs(d, &x->refs);
	}
	doc_table_end(d, in ? in->nexternal : 0);
}

static void left_behind(struct doc *d, const struct incident *in)
{
	uint32_t told = 0;

	doc_heading(d, 1, "artefacts", "doc.artefacts");
	doc_table(d, "artefacts", "kind host path size genuine first last sha256 refs");
	for (uint32_t i = 0; in && i < in->nartefacts && told < ROWS_LEFT; i++, told++) {
		const struct incident_artefact *a = &in->artefacts[i];

		doc_cell_z(d, a->kind);
		doc_cell(d, a->host == STORY_NOBODY ? STR("") : story_host_name(d->st, a->host));
		doc_cell(d, a->path);
		doc_cell_u64(d, a->size);
		doc_cell_u64(d, a->other_size);
		doc_cell_time(d, a->from_ns);
		doc_cell_time(d, a->to_ns);
		doc_cell(d, a->sha256);
		doc_cell_refs(d, &a->refs);
	}
	doc_table_end(d, in ? in->nartefacts : 0);
}

static void loss(struct doc *d, const struct incident *in)
{
	uint32_t told = 0;

	doc_heading(d, 1, "loss", "doc.loss");
	doc_table(d, "loss", "host to low estimate high measured first last refs");
	for (uint32_t i = 0; in && i < in->nlosses && told < ROWS_LOSS; i++, told++) {
		const struct incident_loss *x = &in->losses[i];

		doc_cell(d, x->host == STORY_NOBODY ? STR("") : story_host_name(d->st, x->host));
		doc_cell(d, x->what);
		doc_cell_u64(d, x->low);
		doc_cell_u64(d, x->estimate);
		doc_cell_u64(d, x->high);
		doc_cell_z(d, wording(x->measurable ? "doc.yes" : "doc.no", d->lang));
		doc_cell_time(d, x->first_ns);
		doc_cell_time(d, x->last_ns);
		doc_cell_refs(d, &x->refs);
	}
	doc_table_end(d, in ? in->nlosses : 0);
}

static void timeline(struct doc *d, const struct incident *in)
{
	uint32_t told = 0;

	doc_heading(d, 1, "timeline", "doc.timeline");
	doc_table(d, "timeline", "time host phase grade what refs");
	for (uint32_t i = 0; in && i < in->ntimeline && told < ROWS_SIGNS; i++, told++) {
		const struct story_clue *c = &in->clues[in->timeline[i]];
		buf text = { 0 };

		doc_cell_time(d, c->ns);
		doc_cell(d, c->host == STORY_NOBODY ? STR("") : story_host_name(d->st, c->host));
		doc_cell_z(d, c->phase);
		doc_cell_z(d, clue_grade_name(c->grade));
		story_sentence_text(&c->sentence, d->lang, &text);
		doc_cell(d, buf_view(&text));
		buf_done(&text);
		doc_cell_refs(d, &c->refs);
	}
	doc_table_end(d, in ? in->ntimeline : 0);
}

/* --- tables of the case --------------------------------------------------------------------------- */

static void rules(struct doc *d)
{
	doc_heading(d, 1, "rules", "doc.rules");
	doc_table(d, "rules", "level rule count hosts first last refs");
	for (uint32_t i = 0; i < d->st->nrules && i < ROWS_RULES; i++) {
		const struct story_rule *r = &d->st->rules[i];
		const struct story_refs ref = { .at = { r->ref }, .n = 1 };

		doc_cell_z(d, report_level_name(r->level));
		doc_cell(d, r->title);
		doc_cell_u64(d, r->count);
		doc_cell_u64(d, r->hosts);
		doc_cell_time(d, r->first_ns);
		doc_cell_time(d, r->last_ns);
		doc_cell_refs(d, &ref);
	}
	doc_table_end(d, d->st->nrules);
}

static void unseen(struct doc *d)
{
	doc_heading(d, 1, "unseen", "doc.unseen");
	doc_begin(d, DOC_PARAGRAPH);
	doc_words(d, str_of(wording("doc.no_clean", d->lang)));
	doc_table(d, "not-seen", "kind host what refs");
	for (uint32_t i = 0; i < d->st->nblind && i < ROWS_BLIND; i++) {
		const struct story_blind *x = &d->st->blind[i];
		buf text = { 0 };

		doc_cell_z(d, story_blind_name(x->kind));
		doc_cell(d, x->host == STORY_NOBODY ? STR("") : story_host_name(d->st, x->host));
		story_sentence_text(&x->sentence, d->lang, &text);
		doc_cell(d, buf_view(&text));
		buf_done(&text);
		doc_cell_refs(d, &x->refs);
	}
	doc_table_end(d, d->st->nblind);
	doc_heading(d, 2, NULL, "doc.gaps");
	doc_table(d, "gaps", "kind file from to lost what");
	for (uint32_t i = 0; i < d->st->ngaps && i < ROWS_GAPS; i++) {
		const struct gap *g = &d->st->gaps[i];
		const struct event_ref at = { .item = g->item };
		const struct store_item *it = story_ref_item(d->st, &at);

		doc_cell_z(d, gap_kind_name(g->kind));
		doc_cell(d, it ? it->path : STR(""));
		doc_cell_u64(d, g->from);
		doc_cell_u64(d, g->to);
		doc_cell_u64(d, g->lost);
		doc_cell(d, str_of(g->text));
	}
	doc_table_end(d, d->st->ngaps);
}

static void decided(struct doc *d)
{
	const struct decisions *all = d->st->decisions;

	if (decisions_count(all) == 0)
		return;
	doc_heading(d, 1, "decisions", "doc.decisions");
	doc_table(d, "decisions", "number time by kind target value reason");
	for (size_t i = 0; i < decisions_count(all); i++) {
		const struct decision *x = decision_at(all, i);

		doc_cell_u64(d, x->n);
		doc_cell_time(d, x->at_ns);
		doc_cell_z(d, arena_str(&d->mem, x->who).ptr);
		doc_cell_z(d, decision_kind_name(x->kind));
		doc_cell(d, x->target);
		doc_cell(d, x->value);
		doc_cell(d, x->reason);
	}
	doc_table_end(d, decisions_count(all));
}

static void evidence(struct doc *d)
{
	char hex[SHA256_HEX_LEN + 1];

	doc_heading(d, 1, "evidence", "doc.evidence");
	doc_begin(d, DOC_PARAGRAPH);
	doc_words(d, str_of(wording("doc.made", d->lang)));
	doc_words(d, STR(" spoor "));
	doc_words(d, d->st->run.version);
	doc_words(d, STR(": "));
	doc_evidence(d, d->st->run.command);
	doc_table(d, "files", "path format verdict size events first last sha256");
	for (uint32_t i = 0; i < d->st->nitems && i < ROWS_ITEMS; i++) {
		const struct store_item *it = &d->st->items[i];

		hex[0] = 0;
		if (it->has_sha256)
			sha256_hex(it->sha256, hex);
		doc_cell(d, it->path);
		doc_cell(d, it->format);
		doc_cell(d, it->verdict);
		doc_cell_u64(d, it->size);
		doc_cell_u64(d, it->events);
		doc_cell_time(d, it->first_ns);
		doc_cell_time(d, it->last_ns);
		doc_cell_z(d, hex);
	}
	doc_table_end(d, d->st->nitems);
}

/* Numbers in brackets, resolved: the last part, when all are known. */
static void references(struct doc *d)
{
	doc_heading(d, 1, "references", "doc.references");
	doc_begin(d, DOC_PARAGRAPH);
	doc_words(d, str_of(wording("doc.how", d->lang)));
	doc_table(d, "references", "number reference file");
	for (uint32_t i = 0; i < d->ref.len; i++) {
		const struct store_item *it = story_ref_item(d->st, &d->ref.at[i]);
		buf text = { 0 };

		buf_printf(&text, "[%u]", i + 1);
		buf_byte(&text, 0);
		doc_cell_z(d, text.failed ? "" : text.ptr);
		buf_clear(&text);
		doc_ref_text(d, i + 1, &text);
		buf_byte(&text, 0);
		doc_cell_z(d, text.failed ? "" : text.ptr);
		buf_done(&text);
		doc_cell(d, it ? it->path : STR(""));
	}
	doc_table_end(d, d->ref.len);
}

int doc_build(struct doc *d, struct store *s, const struct story *st, enum story_language lang,
	      struct redactor *r, err *e)
{
	(void)s;
	*d = (struct doc){ .lang = lang, .st = st, .redactor = r };
	arena_init(&d->mem, LIMIT_STORY_BYTES);
	map_init(&d->ref_keys, 1u << 20, 64u << 20);
	executive(d);
	story(d);
	hosts(d, st->incident);
	relays(d, st->incident);
	left_behind(d, st->incident);
	loss(d, st->incident);
	timeline(d, st->incident);
	rules(d);
	unseen(d);
	decided(d);
	evidence(d);
	references(d);
	if (d->failed) {
		doc_done(d);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the report");
	}
	return 0;
}
