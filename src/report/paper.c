#include "report/paper.h"

#include <stdio.h>

#include "report/report_priv.h"
#include "util/limits.h"
#include "util/times.h"

#define ROOM SIZE_MAX

void doc_done(struct doc *d)
{
	VEC_DONE(&d->block);
	VEC_DONE(&d->run);
	VEC_DONE(&d->cell);
	VEC_DONE(&d->ref);
	map_done(&d->ref_keys);
	arena_done(&d->mem);
}

static str keep_text(struct doc *d, str s, bool evidence)
{
	buf hidden = { 0 };
	str kept;

	if (evidence && d->redactor) {
		redact_text(d->redactor, s, &hidden);
		s = buf_view(&hidden);
		d->failed |= hidden.failed;
	}
	kept = arena_str(&d->mem, s);
	buf_done(&hidden);
	d->failed |= !kept.ptr;
	return kept.ptr ? kept : STR("");
}

static struct doc_block *block_add(struct doc *d, enum doc_kind kind)
{
	struct doc_block *b = VEC_PUSH(&d->block, ROOM);

	if (!b) {
		d->failed = true;
		return NULL;
	}
	*b = (struct doc_block){ .kind = kind };
	b->first = b->last = kind == DOC_TABLE ? d->cell.len : d->run.len;
	return b;
}

void doc_heading(struct doc *d, unsigned level, const char *part, const char *key)
{
	struct doc_block *b = block_add(d, DOC_HEADING);

	if (!b)
		return;
	b->level = (uint8_t)level;
	b->part = part;
	b->title = str_of(wording(key, d->lang));
}

void doc_begin(struct doc *d, enum doc_kind kind)
{
	block_add(d, kind);
}

static void run_add(struct doc *d, struct doc_run r)
{
	struct doc_run *to = VEC_PUSH(&d->run, ROOM);

	if (!to || d->block.len == 0) {
		d->failed = true;
		return;
	}
	*to = r;
	d->block.at[d->block.len - 1].last = d->run.len;
}

void doc_words(struct doc *d, str s)
{
	run_add(d, (struct doc_run){ .what = RUN_WORDS, .text = keep_text(d, s, false) });
}

void doc_evidence(struct doc *d, str s)
{
	run_add(d, (struct doc_run){ .what = RUN_EVIDENCE, .text = keep_text(d, s, true) });
}

static void on_part(void *ctx, bool evidence, str text)
{
	if (evidence)
		doc_evidence(ctx, text);
	else
		doc_words(ctx, text);
}

void doc_sentence(struct doc *d, const struct story_sentence *s)
{
	story_sentence_each(s, d->lang, on_part, d);
}

static uint32_t ref_number(struct doc *d, const struct event_ref *r)
{
	struct map_entry *m;
	bool fresh;

	m = map_put(&d->ref_keys, (str){ (const char *)r, sizeof *r }, d->ref.len + 1, &fresh);
	if (m && fresh) {
		struct event_ref *to = VEC_PUSH(&d->ref, ROOM);

		if (to)
			*to = *r;
		else
			m = NULL;
	}
	d->failed |= !m;
	return m ? (uint32_t)m->value : 0;
}

void doc_refs(struct doc *d, const struct story_refs *refs)
{
	for (uint32_t i = 0; i < refs->n; i++)
		run_add(d, (struct doc_run){ .what = RUN_REFERENCE, .number = ref_number(d, &refs->at[i]) });
}

/* --- tables -------------------------------------------------------------------------------------- */

void doc_table(struct doc *d, const char *id, const char *keys)
{
	struct doc_block *b = block_add(d, DOC_TABLE);
	str rest = str_of(keys), word;
	char key[64];

	if (!b)
		return;
	b->id = id;
	while (rest.len && b->ncolumns < DOC_COLUMNS) {
		word = str_cut(rest, ' ', &rest);
		snprintf(key, sizeof key, "doc.col_%.*s", STR_ARG(word));
		b->columns[b->ncolumns++] = str_of(wording(key, d->lang));
	}
}

static void cell_add(struct doc *d, str s, bool evidence)
{
	str *to = VEC_PUSH(&d->cell, ROOM);

	if (!to) {
		d->failed = true;
		return;
	}
	*to = keep_text(d, s, evidence);
	d->block.at[d->block.len - 1].last = d->cell.len;
}

void doc_cell(struct doc *d, str s)
{
	cell_add(d, s, true);
}

void doc_cell_z(struct doc *d, const char *ours)
{
	cell_add(d, str_of(ours), false);
}

void doc_cell_time(struct doc *d, int64_t ns)
{
	char text[TIME_TEXT_MAX];
	size_t n = ns == TIME_NONE ? 0 : time_text(ns - ns % 1000000, text);

	for (size_t i = 0; i < n; i++)
		if (text[i] == 'T')
			text[i] = ' ';
	cell_add(d, (str){ text, n && text[n - 1] == 'Z' ? n - 1 : n }, false);
}

void doc_cell_u64(struct doc *d, uint64_t v)
{
	buf b = { 0 };

	buf_u64(&b, v);
	cell_add(d, buf_view(&b), false);
	buf_done(&b);
}

void doc_cell_refs(struct doc *d, const struct story_refs *refs)
{
	buf b = { 0 };

	for (uint32_t i = 0; i < refs->n; i++)
		buf_printf(&b, "%s[%u]", i ? " " : "", ref_number(d, &refs->at[i]));
	cell_add(d, buf_view(&b), false);
	buf_done(&b);
}

void doc_table_end(struct doc *d, uint64_t all)
{
	struct doc_block *b = d->block.len ? &d->block.at[d->block.len - 1] : NULL;

	if (b && b->kind == DOC_TABLE)
		b->all = all;
}

void doc_ref_text(const struct doc *d, uint32_t number, buf *out)
{
	char text[REF_TEXT_MAX];

	if (number && number <= d->ref.len)
		buf_add(out, text, story_ref_text(d->st, &d->ref.at[number - 1], text));
}
