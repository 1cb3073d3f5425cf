/* The frame of report.html: head, figures, navigation, foot. */
#include <stdio.h>

#include "report/html_priv.h"
#include "story/incident.h"
#include "util/base64.h"

#include "page.inc"

void html_hash_source(bytes source, buf *out)
{
	uint8_t digest[SHA256_LEN] = { 0 };
	struct sha256 *sha = sha256_new(NULL);

	if (sha && sha256_add(sha, source, NULL) == 0)
		sha256_end(sha, digest, NULL);
	sha256_free(sha);
	buf_z(out, "'sha256-");
	base64_add(out, (bytes){ digest, sizeof digest });
	buf_z(out, "'");
}

static void card(struct html *h, const char *class, uint64_t n, const char *what)
{
	buf *b = html_buf(h);

	buf_printf(b, "<div class=\"card%s%s\"><b>", *class ? " " : "", class);
	html_count(b, n);
	buf_printf(b, "</b><span>%s</span></div>\n", what);
}

/* Findings per level as one bar. */
static void level_card(struct html *h)
{
	static const char *const CLASS[] = { "finfo", "flow", "fmed", "fhigh", "fcrit" };
	const uint64_t *n = h->st->findings;
	buf *b = html_buf(h);
	uint64_t all = 0;
	double x = 0;

	for (int l = 0; l <= LEVEL_CRITICAL; l++)
		all += n[l];
	buf_z(b, "<div class=\"card w3\"><b>");
	html_count(b, all);
	buf_z(b, "</b><span>rule matches</span><div class=\"bar\">"
		 "<svg viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	for (int l = LEVEL_CRITICAL; l >= 0 && all; l--) {
		double w = 1000.0 * (double)n[l] / (double)all;

		buf_printf(b, "<rect class=\"%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"8\"/>", CLASS[l],
			   x, w);
		x += w;
	}
	buf_z(b, "</svg></div><span>");
	for (int l = LEVEL_CRITICAL; l >= 0; l--) {
		html_count(b, n[l]);
		buf_printf(b, " %s%s", report_level_name((enum finding_level)l), l ? ", " : "");
	}
	buf_z(b, "</span></div>\n");
}

static void cards(struct html *h)
{
	const struct story *st = h->st;
	uint64_t not_ok = 0;
	buf *b = html_buf(h);

	for (size_t i = 1; i < COUNT(st->verdicts); i++)
		not_ok += st->verdicts[i];
	buf_z(b, "<div class=\"cards\">\n");
	card(h, "", st->nhosts_with_logs, "hosts with logs of their own");
	card(h, "", st->nhosts - st->nhosts_with_logs, "hosts only spoken of");
	card(h, "", st->events, "events");
	card(h, "", st->nitems, "files of evidence");
	card(h, "", not_ok, "of them not or not fully read");
	level_card(h);
	buf_z(b, "<div class=\"card w2\"><span>first event (UTC)</span><b>");
	html_time(b, st->first_ns);
	buf_z(b, "</b><span>last event</span><b>");
	html_time(b, st->last_ns);
	buf_z(b, "</b></div>\n</div>\n");
	if (!st->run.finished)
		buf_z(b, "<p class=\"warn\">The run that made this case did not finish. Everything here is "
			 "incomplete.</p>\n");
}

void html_nav(struct html *h)
{
	const struct story *st = h->st;
	uint64_t gaps = 0, rules = st->nrules;
	const struct {
		const char *id, *title;
		uint64_t n;
	} LINKS[] = {
		{ "incident", "Incident", st->incident ? st->incident->nincidents : 0 },
		{ "story", "Summary", st->nparagraphs },
		{ "timeline", "Key events", st->nobservations },
		{ "hosts", "Hosts", st->nhosts },
		{ "edges", "Between hosts", st->nedges },
		{ "findings", "Rules", rules },
		{ "coverage", "Coverage", st->nhosts_with_logs },
		{ "blind", "Not seen", st->nblind },
		{ "gaps", "Gaps", 0 },
		{ "items", "Evidence", st->nitems },
	};
	buf *b = html_buf(h);

	for (int k = 0; k < GAP_KINDS; k++)
		gaps += st->gaps_by_kind[k];
	buf_z(b, "<nav aria-label=\"Sections\">\n");
	for (size_t i = 0; i < COUNT(LINKS); i++) {
		buf_printf(b, "<a href=\"#%s\">%s<span>", LINKS[i].id, LINKS[i].title);
		html_count(b, strcmp(LINKS[i].id, "gaps") == 0 ? gaps : LINKS[i].n);
		buf_z(b, "</span></a>\n");
	}
	buf_z(b, "</nav>\n");
}

void html_head(struct html *h)
{
	const struct story *st = h->st;
	buf *b = html_buf(h);

	buf_z(b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
	html_hash_source((bytes){ STYLE, sizeof STYLE }, b);
	buf_z(b, "; script-src ");
	html_hash_source((bytes){ SCRIPT, sizeof SCRIPT }, b);
	buf_z(b, "; base-uri 'none'; form-action 'none'\">\n"
		 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		 "<meta name=\"color-scheme\" content=\"light dark\">\n"
		 "<meta name=\"referrer\" content=\"no-referrer\">\n"
		 "<title>Investigation report</title>\n<style>");
	buf_add(b, STYLE, sizeof STYLE);
	buf_z(b, "</style></head><body>\n<header><div class=\"in\"><div class=\"mark\">spoor</div>"
		 "<h1>Investigation report</h1><p>");
	if (st->nhosts_with_logs == 1) {
		html_text(b, st->hosts[0].name);
		buf_z(b, " \xC2\xB7 ");
	}
	html_time(b, st->first_ns);
	buf_z(b, " to ");
	html_time(b, st->last_ns);
	buf_z(b, " UTC \xC2\xB7 spoor ");
	html_text(b, st->run.version);
	buf_z(b, "</p></div></header>\n<div class=\"layout\">\n");
	html_nav(h);
	buf_z(b, "<main>\n");
	cards(h);
}

static void put_hash(buf *b, const char *what, str hash)
{
	if (!hash.len)
		return;
	buf_printf(b, ", %s <span class=\"hash\">", what);
	html_text(b, hash);
	buf_z(b, "</span>");
}

void html_foot(struct html *h)
{
	const struct story *st = h->st;
	buf *b = html_buf(h);

	html_section(
		h, "how", "How to check a statement",
		"Every row names its events. A reference is the SHA-256 of the file's content (here its first "
		"16 digits), the byte offset of the record in it, and the record's number.");
	buf_z(b, "<p class=\"note\">In the folder of this case, with the evidence where it was, this shows "
		 "the record with its fields and its bytes:</p><code class=\"cmd\">spoor show . "
		 "HASH:OFFSET:RECORD</code>\n"
		 "<p class=\"note\">case.json beside this file holds everything that is shown here and what "
		 "was left out of the tables; case.db is the same as a SQLite database. Times are UTC. "
		 "Characters of the evidence that would hide or steer are shown as escapes. "
		 "\xE2\x80\x9C"
		 "Suspected\xE2\x80\x9D and \xE2\x80\x9C"
		 "consistent with\xE2\x80\x9D mean what they say: a "
		 "person has to judge.</p>\n<p class=\"note\">Made by spoor ");
	html_text(b, st->run.version);
	buf_z(b, " with <span class=\"ev\">");
	html_text(b, st->run.command);
	buf_z(b, "</span>, ");
	html_count(b, st->run.rules_ok);
	buf_z(b, " rules");
	if (st->run.rules_name.len) {
		buf_z(b, " of the pinned release ");
		html_text(b, st->run.rules_name);
	}
	put_hash(b, "all together", st->run.rules_sha256);
	put_hash(b, "values of placeholders", st->run.values_sha256);
	if (str_eq(st->run.profile, STR("extended")))
		buf_z(b, ", profile extended");
	buf_z(b, ".</p>\n");
	html_section_end(h);
	buf_z(b, "</main></div>\n<script>");
	buf_add(b, SCRIPT, sizeof SCRIPT);
	buf_z(b, "</script>\n</body></html>\n");
}
