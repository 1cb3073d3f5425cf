/* warn_priv.h - what is known of vulnerabilities that met a row. */
#ifndef SPOOR_WARN_WARN_PRIV_H
#define SPOOR_WARN_WARN_PRIV_H

#include "warn/match.h"
#include "warn/warn.h"

/* Of a record that met a row. */
struct warn_info {
	str title, summary;
	struct rec_score score[REC_SCORES];
	size_t nscores;
	str ref[REC_REFS];
	size_t nrefs;
	str alias[REC_ALIASES];
	size_t naliases;
	int64_t published_ns;
};

struct warn_record {
	enum rec_source source;
	str id, issue; /* views on the map's keys */
	int64_t updated_ns;
	uint64_t hash; /* of what it says, to see contradictions */
	bool dead;     /* a newer one counts */
	bool rejected;
	struct warn_info *info; /* NULL: it met no row */
	str file;
};

struct warn_hit {
	uint32_t record, row, text;   /* text: of w->texts, as is ... */
	uint32_t about;               /* ... the product as the record names it */
	uint8_t affected, grade, why; /* tri, match_grade, match_why */
	bool disputed;
	uint8_t priority;
	uint32_t vuln; /* set by warn_finish() */
};

struct warn_kev {
	str action, title;
	int64_t added_ns;
	bool ransomware;
};

struct warn_vuln {
	str id, title, summary;
	const struct warn_info *info[SOURCES]; /* the live record of each source; NULL: none */
	struct rec_score score;                /* the one that counts; version 0: none */
	bool exploited, has_epss;
	struct warn_kev kev;
	uint32_t epss_micro, percentile_micro; /* millionths */
	int64_t published_ns, updated_ns;
	size_t hit, nhits; /* of w->hit */
	uint8_t priority;
	str alias[2 * REC_ALIASES];
	size_t naliases;
};

struct warn_party {
	str name, contact;
	size_t first, n; /* of w->by_party */
};

enum { SAID_MAX = 50 };

struct warn {
	const struct stock *stock;
	struct warn_options o;
	struct matcher *matcher;
	struct jtree tree;
	struct record record;
	struct jsonshim *shim;
	arena mem;
	VEC(struct warn_record) rec;
	map records; /* source, issue and id to place in rec */
	map seen;    /* id to a set of sources, bit SOURCES: rejected in the CVE List */
	map issues;  /* documents of CSAF to the time of the newest, in seconds since 1970, plus one */
	map texts;   /* of reasons */
	map kev_ids, epss, ids;
	VEC(struct warn_kev) kev;
	VEC(str) id_list; /* identifiers; map ids: first + 1, each with the next in id_next */
	VEC(uint32_t) id_next;
	VEC(struct warn_hit) hit;
	VEC(struct warn_vuln) vuln;
	VEC(uint32_t) by_party; /* hits in the order of parties */
	VEC(struct warn_party) party;
	VEC(char *) said;
	uint64_t unsaid; /* more of these */
	uint64_t denials_lost;
	struct warn_counts n;
	bool failed;
};

void warn_say(struct warn *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
str warn_kept(struct warn *w, str s);
str warn_text(const struct warn *w, uint32_t text);

/* One record that the tree holds. -1: it was left out, see *e. */
int warn_take(struct warn *w, uint32_t root, str file, err *e);

/* rank.c: how urgent, and why in words. */
void warn_rank(struct warn *w, struct warn_vuln *v);
uint8_t warn_hit_priority(const struct warn *w, const struct warn_vuln *v, const struct warn_hit *h);
void warn_priority_words(const struct warn *w, const struct warn_vuln *v, const struct warn_hit *h,
			 enum warn_language l, buf *to);

/* words.c */
const char *warn_verdict_word(uint8_t affected, enum warn_language l);
const char *warn_grade_word(uint8_t grade, enum warn_language l);
/* The reason as a sentence. */
void warn_why_words(const struct warn *w, const struct warn_hit *h, enum warn_language l, buf *to);
void warn_exposure_words(enum exposure x, enum warn_language l, buf *to);

#endif
