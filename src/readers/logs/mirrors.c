/* mirrors.c - servers that hand out packages to others: apt-cacher-ng, JFrog Artifactory, Sonatype Nexus; and the logs of
 * dnf and yum. Sources: apt-cacher-ng's manual, "Log file format"; JFrog, "Artifactory logs" (request log of 7.x and of
 * 6.x); Nexus' logback-access.xml; dnf(8), yum.conf(5). */
#include "readers/logs/access.h"
#include "readers/readers.h"
#include "readers/text/escape.h"
#include "readers/text/linepat.h"

/* --- mirrors -------------------------------------------------------------------------------- */

static const struct text_format APTCACHER = {
	.dataset = "aptcacher.access",
	.patterns =
		(const struct text_pattern[]){
			{ "{time:epoch}|{direction:word}|{bytes:digits}|{c-ip:word}|{path:rest}", NULL },
			{ 0 },
		},
};
const struct reader_ops reader_aptcacher =
	TEXT_READER_PIECES("aptcacher", "apt-cacher-ng's log of transfers", &APTCACHER);

static const struct text_format ARTIFACTORY = {
	.dataset = "artifactory.request",
	.patterns =
		(const struct text_pattern[]){
			{ "{time:iso}|{trace:word}|{c-ip:word}|{user}|{cs-method:word}|{cs-uri}|{sc-status:digits}|"
			  "{cs-bytes:word}|{sc-bytes:word}|{time-taken:digits}||||{cs-user-agent:rest}",
			  NULL },
			{ "{time:compact}|{time-taken:digits}|{type:word}|{c-ip:word}|{user}|{cs-method:word}|{cs-uri}|"
			  "{cs-version}|{sc-status:digits}|{sc-bytes:digits}",
			  NULL },
			{ 0 },
		},
};
const struct reader_ops reader_artifactory =
	TEXT_READER_PIECES("artifactory", "JFrog Artifactory's log of requests", &ARTIFACTORY);

/* --- Nexus ---------------------------------------------------------------------------------- */

/* A web server's line but for what stands behind the status: lengths of both bodies, milliseconds, agent, thread. */
static const struct text_pattern NEXUS_LINES[] = {
	{ "{c-ip:word} {} {cs-username} [{time:clf}] \"{request:quoted}\" {sc-status:digits} {cs-bytes:word} {sc-bytes:word} "
	  "{time-taken:digits} \"{cs-user-agent:quoted}\" [{thread:last}]",
	  NULL },
	{ 0 },
};
enum { N_REQUEST = 3, N_NAMED = 10, N_PARTS = 5 };

static enum text_line nexus_line(struct text *t)
{
	static const char *const PARTS[N_PARTS] = { "cs-method", "cs-uri", "cs-uri-stem", "cs-uri-query",
						    "cs-version" };
	struct access_request r = { 0 };
	struct linepat_hit hit;
	const str *names;
	str all[N_NAMED + N_PARTS];
	size_t n;

	if (linepat_set_match(t->patterns, t->line, &hit, &names, &n) == SIZE_MAX || n != N_NAMED)
		return TEXT_BAD;
	for (size_t i = 0; i < COUNT(all); i++)
		all[i] = i < N_NAMED ? names[i] : str_of(PARTS[i - N_NAMED]);
	if (!t->schema && !text_columns(t, STR("nexus.request"), all, COUNT(all)))
		return TEXT_BAD;
	for (size_t i = 0; i < N_NAMED; i++)
		t->values[i] = split_value(hit.values[i]);
	(void)access_request(escape_plain(hit.values[N_REQUEST], ESCAPE_C, &t->mem), &r);
	t->values[N_NAMED] = split_value(r.method);
	t->values[N_NAMED + 1] = split_value(r.target);
	t->values[N_NAMED + 2] = split_value(r.stem);
	t->values[N_NAMED + 3] = split_value(r.query);
	t->values[N_NAMED + 4] = split_value(r.version);
	text_time(t, &hit.time);
	return TEXT_EVENT;
}

static bool nexus_fits(str line)
{
	struct linepat_hit hit;

	return linepat_match(NEXUS_LINES[0].pattern, line, &hit);
}

static int nexus_claim(const struct text_head *h)
{
	enum { SURE = 89, SHARE_MIN = 80 }; /* above what any web server's log is */

	return text_fits(h, nexus_fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format NEXUS = {
	.claim = nexus_claim,
	.claim_most = 89,
	.line = nexus_line,
	.patterns = NEXUS_LINES,
};
const struct reader_ops reader_nexus = TEXT_READER_PIECES("nexus", "Sonatype Nexus' log of requests", &NEXUS);

/* --- dnf and yum ---------------------------------------------------------------------------- */

static const struct text_pattern RPM[] = {
	{ "{time:iso} {level:word} {action:word}: {package:word}", "linux.dnf" },
	{ "{time:iso} {level:word} {message:rest}", "linux.dnf" },
	{ "{time:syslog} {action:word}: {package:word}", "linux.yum" },
	{ 0 },
};

static bool is_one_of(str word, const char *const *words)
{
	while (*words && !str_eq(word, str_of(*words)))
		words++;
	return *words != NULL;
}

static bool is_action(str s)
{
	static const char *const ACTIONS[] = { "Installed",     "Upgraded",    "Upgrade",   "Updated",
					       "Erased",        "Erase",       "Removed",   "Downgraded",
					       "Downgrade",     "Reinstalled", "Reinstall", "Obsoleted",
					       "Obsoleting",    "Install",     "Cleanup",   "Dep-Install",
					       "Dep-Installed", NULL };

	return is_one_of(s, ACTIONS);
}

/* The levels that only dnf has are among these; its zone is always written. */
static bool dnf_fits(str line, bool *ret_own)
{
	static const char *const LEVELS[] = { "INFO",     "DEBUG",  "WARNING",  "ERROR",
					      "CRITICAL", "DDEBUG", "SUBDEBUG", NULL };
	static const char *const OWN[] = { "DDEBUG", "SUBDEBUG", NULL };
	struct linepat_hit hit;

	if (!linepat_match("{time:iso} {level:word} {message:rest}", line, &hit) ||
	    hit.time.basis == TIME_LOCAL_ASSUMED || !is_one_of(hit.values[1], LEVELS))
		return false;
	*ret_own |= is_one_of(hit.values[1], OWN) ||
		    str_find(hit.values[2], STR("logging initialized")) != SIZE_MAX;
	return true;
}

static bool yum_fits(str line)
{
	struct linepat_hit hit;

	return linepat_match("{time:syslog} {action:word}: {package:word}", line, &hit) &&
	       is_action(hit.values[1]);
}

/* A word before a colon is an action only if it is one. */
static enum text_line rpm_line(struct text *t)
{
	bool own = false;

	if (!yum_fits(t->line) && !dnf_fits(t->line, &own)) {
		t->why = "no line of dnf or yum";
		return TEXT_BAD;
	}
	return linepat_line(t);
}

static int rpm_claim(const struct text_head *h)
{
	enum { SURE = 84, SHARE_MIN = 80 };
	size_t dnf = 0, yum = 0;
	bool own = false;

	for (size_t i = 0; i < h->nlines; i++) {
		dnf += dnf_fits(h->lines[i], &own);
		yum += yum_fits(h->lines[i]);
	}
	if (!h->nlines || (dnf + yum) * 100 < h->nlines * SHARE_MIN)
		return 0;
	return own || yum * 2 > h->nlines ? SURE : 0;
}

static const struct text_format RPMLOG = {
	.line_keywords = true,
	.claim = rpm_claim,
	.claim_most = 84,
	.line = rpm_line,
	.patterns = RPM,
};
const struct reader_ops reader_rpmlog = TEXT_READER_PIECES("rpmlog", "Logs of dnf and yum", &RPMLOG);
