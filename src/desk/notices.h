/* notices.h - notices of a registry and the mails that carry them.
 *
 * A notice is a draft until a mail of it is queued; then "to-send", "sent", "acknowledged". "no-contact": nobody to write to is
 * known; "withdrawn": the case does not say so any more, and it was never sent. A mail has its Message-ID from the moment it is
 * queued, and its date from the first try: sent twice, because the program was killed in between, it is the same mail.
 * Thread rule: as the registry. */
#ifndef SPOOR_DESK_NOTICES_H
#define SPOOR_DESK_NOTICES_H

#include "desk/records.h"
#include "desk/tlpgate.h"

enum notice_column {
	N_ID,
	N_INCIDENT,
	N_PARTY, /* what makes it one party: "party:NAME", "mail:ADDRESS", "target:VALUE" */
	N_PART,  /* from 1; a later part tells what was not known when an earlier was sent */
	N_AFTER, /* the notice that was not answered */
	N_ROLE,
	N_NAME,
	N_CONTACT,
	N_COUNTRY,
	N_LANG,
	N_TLP,
	N_PAP,
	N_STATE,
	N_SUBJECT,
	N_BODY,
	N_LETTER,
	N_XARF,       /* XARF 4, one a line */
	N_INDICATORS, /* CSV */
	N_TARGETS,    /* targets.h */
	N_CONTENT,    /* SHA-256 of what is told */
	N_MADE,
	N_DEADLINE,
	N_ACKNOWLEDGED,
	N_ANSWER,
	NOTICE_COLUMNS
};

struct notice {
	str v[NOTICE_COLUMNS]; /* empty: NULL */
};
const char *notice_column_name(enum notice_column c);

/* Rows of an incident (empty: all) in the state (NULL: any), by id. Strings are valid during the call. */
int notices_each(struct desk *d, str incident, const char *state,
		 int (*fn)(void *ctx, const struct notice *n, err *e), void *ctx, err *e);
/* 1: there is; strings in mem. 0: none. */
int notice_find(struct desk *d, str id, struct notice *ret, arena *mem, err *e);
/* The last part of what a party is told. */
int notice_find_party(struct desk *d, str incident, str party, struct notice *ret, arena *mem, err *e);
/* Is there one that follows it? */
int notice_has_next(struct desk *d, str id, bool *ret, err *e);
/* Insert, or replace the row with the id. */
int notice_put(struct desk *d, const struct notice *n, const char *what, err *e);
int notice_set(struct desk *d, str id, enum notice_column c, str v, const char *what, err *e);
/* ERR_ARG unless it was sent. answer: what they said, may be empty. */
int notice_acknowledge(struct desk *d, str id, str answer, err *e);

/* --- mails ----------------------------------------------------------------------------------------------- */

enum mail_column {
	M_ID,
	M_NOTICE,
	M_N,
	M_KIND,
	M_SENDER,
	M_CONTACT,
	M_MESSAGE_ID,
	M_STATE,
	M_DATE,
	M_SENT,
	MAIL_COLUMNS
};

struct desk_mail {
	str v[MAIL_COLUMNS];
};

/* Mails of a notice (empty: all) in the state ("!sent": not yet sent; NULL: any), by id. */
int mails_each(struct desk *d, str notice, const char *state,
	       int (*fn)(void *ctx, const struct desk_mail *m, err *e), void *ctx, err *e);
int mail_find(struct desk *d, str id, struct desk_mail *ret, arena *mem, err *e);
/* Queue a mail of the notice: kind "first", "reminder", "escalation". sender: mail address of who writes. */
int mail_queue(struct desk *d, const struct notice *n, const char *kind, str sender, str contact, err *e);
/* First try begins: its date is fixed. */
int mail_begin(struct desk *d, str id, err *e);
int mail_sent(struct desk *d, const struct desk_mail *m, err *e);
/* "<N-000001.1.0123456789abcdef@cert.example>" */
void mail_message_id(buf *b, const struct notice *n, uint64_t number, str domain);

struct notice_due {
	uint64_t mails;     /* queued or sent so far */
	bool waiting;       /* one of them is not sent yet */
	uint64_t reminders; /* sent */
	int64_t last_ns;    /* when the last was sent; TIME_NONE: none */
	int64_t deadline_ns;
};
int notice_due_read(struct desk *d, const struct notice *n, struct notice_due *ret, err *e);

#endif
