/* story.h - what the case amounts to: hosts, edges between them in time, key events, what could not be
 * seen. Built from the store alone, deterministic, every statement with its events.
 *
 * It states what was recorded and what that is consistent with. It never names a culprit and never
 * calls a host clean: where nothing was seen it says what could not be seen. Thread rule: a story
 * belongs to one thread; once built it does not change. */
#ifndef SPOOR_STORY_STORY_H
#define SPOOR_STORY_STORY_H

#include "store/store.h"
#include "story/casefile.h"
#include "story/clock.h"
#include "story/hostrole.h"
#include "story/identity.h"
#include "story/matrix.h"
#include "util/arena.h"

#define STORY_NOBODY UINT32_MAX /* no host */
#define STORY_REFS FACT_REFS

struct story_refs {
	struct event_ref at[STORY_REFS];
	uint32_t n;
};

struct story_channel {
	str name;       /* empty: the events do not say */
	bool recovered; /* carved records are counted apart */
	uint64_t events;
	int64_t first_ns, last_ns;
	uint32_t days;        /* UTC days with events */
	uint32_t silent_days; /* days between first and last without */
	str longest_silence;  /* "2024-04-19 to 2024-04-25", empty if there is none */
	struct story_refs refs;
};

struct story_host {
	str name;           /* as logged; the longest form that joins the others */
	const str *aliases; /* every other way it was written */
	uint32_t naliases;
	bool has_logs;       /* false: others speak of it */
	bool ambiguous;      /* a short name that fits several full names: joined with none */
	int64_t renamed_ns;  /* it has another name since then; TIME_NONE: not known to */
	int64_t reimaged_ns; /* the name is another machine's since then: what was before may not be its own */
	enum host_role role;
	enum role_basis role_basis;
	uint64_t sources; /* own logs, a bit per source of sources.h */
	str owner, note;  /* of the inventory or as declared */
	uint64_t events;
	int64_t first_ns, last_ns;
	const struct story_channel *channels;
	uint32_t nchannels;
	uint64_t findings[LEVEL_CRITICAL + 1];
	uint32_t observations;
	struct story_refs refs; /* of what first mentions it */
};

/* An address of a host from one time to another; identity.h answers for a moment. */
struct story_address {
	str ip;
	uint32_t host;
	enum story_basis basis; /* the strongest of them */
	unsigned flags;         /* ADDRESS_ of identity.h */
	double weight;          /* 0..1, in the middle of the interval */
	int64_t first_ns, last_ns;
	int64_t until_ns; /* with what a lease adds */
	uint64_t count;
	struct story_refs refs;
};

enum story_edge_kind {
	EDGE_EXPLICIT_CREDENTIALS,
	EDGE_NETWORK_LOGON,
	EDGE_REMOTE_DESKTOP,
	EDGE_ADMIN_SHARE, /* C$, ADMIN$ and the like, and control pipes of services and tasks */
	EDGE_SHARE,
	EDGE_WINRM,
	EDGE_CONNECTION,     /* to a port of remote administration */
	EDGE_REMOTE_INSTALL, /* service or task put in place right after a logon from there */
	EDGE_KINDS
};

#define EDGE_SAMPLES 4

struct story_edge {
	enum story_edge_kind kind;
	uint32_t from; /* host, or STORY_NOBODY: `from_ip` alone */
	uint32_t to;
	str from_ip;            /* address it was seen with, empty if only a name was given */
	bool recovered;         /* from carved records */
	enum story_basis basis; /* how from_ip was resolved; BASES if it was not needed */
	int64_t first_ns, last_ns;
	uint64_t count;
	str accounts[EDGE_SAMPLES];
	uint32_t naccounts;
	str what[EDGE_SAMPLES]; /* shares, processes, services */
	uint32_t nwhat;
	struct story_refs refs;
};

enum observation_kind {
	OBS_PAGE_WRITTEN,   /* a page that a server executes, below a web root */
	OBS_PAGES_DEPLOYED, /* many of them at once by one process */
	OBS_PAGE_COMPILED,  /* a server compiled such a page: it was asked for */
	OBS_SERVER_CHILD,   /* a server process started an interpreter or a discovery tool */
	OBS_LOG_CLEARED,
	OBS_SERVICE,
	OBS_TASK,
	OBS_TASK_REMOVED,
	OBS_MODULE,
	OBS_EXPLICIT_CREDENTIALS,
	OBS_ADMIN_CMDLET,
	OBS_ALERT,
	OBS_DEFENSE,
	OBS_CLOCK,
	OBS_ACCOUNT,
	OBS_SHARE,
	OBS_TIMESTOMP,
	OBS_CREDENTIAL_STORE,
	OBS_FAILED_LOGONS,
	OBS_REMOTE_DESKTOP,
	OBS_FINDING, /* a rule of level high or critical */
	OBS_KINDS
};

enum { STORY_ARGS = 8 };

/* A sentence: a template of data/wording.tsv and what stands in its braces. */
struct story_sentence {
	const char *key;
	const char *names[STORY_ARGS]; /* of the placeholders */
	str values[STORY_ARGS];        /* text of the evidence, not escaped */
	uint32_t nargs;
	const str
		*chinese; /* values in Chinese where they differ, by place, else empty; NULL: no value does */
};

struct story_observation {
	enum observation_kind kind;
	uint32_t host;
	uint8_t weight; /* 0..100: how much an analyst should want to see it */
	bool recovered; /* from carved records: never one with the same sight in live ones */
	int64_t first_ns, last_ns;
	uint64_t count;
	struct story_sentence sentence;
	struct story_refs refs;
	/* what other parts join on */
	str object, process, process_id, parent, command, account;
};

struct story_rule {
	str id, title, sha256; /* of its file, hex */
	enum finding_level level;
	uint64_t count;
	uint32_t hosts;
	int64_t first_ns, last_ns;
	struct event_ref ref;
};

enum blind_kind {
	BLIND_NO_LOGS,
	BLIND_CHANNEL,
	BLIND_CLEARED,
	BLIND_MISSING_RECORDS,
	BLIND_SILENCE,
	BLIND_UNREAD, /* items or parts that could not be read */
	BLIND_COMMAND_LINES,
	BLIND_RUN, /* the run itself: not finished, rules rejected, limits of the story */
	BLIND_KINDS
};

struct story_blind {
	enum blind_kind kind;
	uint32_t host; /* STORY_NOBODY if it concerns no single one */
	struct story_sentence sentence;
	struct story_refs refs;
};

/* What a paragraph is about, in reading order. */
enum story_part {
	PART_CASE, /* what the evidence is */
	PART_INCIDENT,
	PART_BEGINNING,
	PART_RELAYS,
	PART_PLANTED,
	PART_SPREAD,
	PART_HOSTS,
	PART_CONTROL,
	PART_LOSS,
	PART_END,
	PART_ERASED,
	PART_DOUBT,
	PART_UNSEEN,
	PART_NEXT,
	PART_REST, /* what else stands out */
	STORY_PARTS
};

/* One paragraph of the summary. */
struct story_paragraph {
	struct story_sentence sentence;
	struct story_refs refs;
	int64_t time_ns;
	uint8_t weight;
	enum story_part part;
	uint32_t incident; /* number from 0; STORY_NOBODY: of none or of all */
	bool recovered;    /* some of what it says is from carved records */
};

struct incident;
struct decisions;

struct story {
	struct store_run run;
	const struct store_item *items;
	uint32_t nitems;
	uint64_t verdicts[6];           /* ok partial unreadable limit unknown skipped */
	const struct story_host *hosts; /* with logs first, then by name */
	uint32_t nhosts, nhosts_with_logs;
	const struct story_address *addresses; /* by address, then time */
	uint32_t naddresses;
	const struct story_edge *edges; /* by time */
	uint32_t nedges;
	const struct story_observation *observations; /* by time */
	uint32_t nobservations;
	const struct story_rule *rules; /* by level, then count */
	uint32_t nrules;
	uint64_t findings[LEVEL_CRITICAL + 1];
	const struct gap *gaps;
	uint32_t ngaps;
	uint64_t gaps_by_kind[GAP_KINDS];
	struct story_matrix matrix;
	const struct story_blind *blind;
	uint32_t nblind;
	const struct story_paragraph *paragraphs; /* the summary, in reading order */
	uint32_t nparagraphs;
	uint64_t facts, events;
	int64_t first_ns, last_ns;
	uint64_t dropped;            /* hosts, edges, observations, texts behind the ceilings of limits.h */
	struct case_file *declared;  /* case.yaml beside the case; NULL: none */
	struct decisions *decisions; /* of analysts */
	uint64_t rejected_findings;
	struct identity *identity;
	struct clock_model *clock;
	const struct incident *incident; /* incident.h */
	arena mem, arrays;
};

/* Reads case.yaml in the folder of the case too: ERR_CORRUPT if it makes no sense. */
int story_build(struct story **ret, struct store *s, err *e);
void story_free(struct story *st);

/* Stable lower-case words, used in JSON. */
const char *story_edge_name(enum story_edge_kind kind);
const char *story_observation_name(enum observation_kind kind);
const char *story_basis_name(enum story_basis basis);
const char *story_blind_name(enum blind_kind kind);
const char *story_part_name(enum story_part part);

/* "MXS01" or, where nobody is meant, the empty string. */
str story_host_name(const struct story *st, uint32_t host);

/* --- wording: data/wording.tsv -------------------------------------------------------------- */

enum story_language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGES };

/* The text under a key; English where the language has none yet; the key itself if nobody knows it. */
const char *wording(const char *key, enum story_language lang);

/* The table's own text for TEXT, under a key made of PREFIX and TEXT ('_' for blanks and hyphens); TEXT itself if there
 * is none that says just this in English. A value of a sentence that is the table's own text, not a copy of it, is said
 * in the language of the sentence. */
str wording_word(const char *prefix, str text);

/* Is it the table's own text, as wording() and wording_word() give it? Whoever copies values leaves it as it is. */
bool wording_has(str text);

/* Take a sentence apart: our own words and text of the evidence, in order. */
void story_sentence_each(const struct story_sentence *s, enum story_language lang,
			 void (*part)(void *ctx, bool evidence, str text), void *ctx);

/* The whole sentence as one text, evidence not escaped. */
void story_sentence_text(const struct story_sentence *s, enum story_language lang, buf *out);

#endif
