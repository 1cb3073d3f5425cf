/* desk_verbs.h - what the verbs of `desk` share. Thread rule: the main thread. */
#ifndef SPOOR_CLI_DESK_VERBS_H
#define SPOOR_CLI_DESK_VERBS_H

#include "cli/command.h"
#include "desk/records.h"

/* One call of a verb: the registry is open, words behind the verb are in args->paths. */
struct desk_call {
	struct cli *cli;
	const struct cli_args *args;
	struct desk *d;
	buf out; /* shown once all is done */
	arena mem;
	int code; /* EXIT_DONE unless a verb says otherwise */
};

/* 0, or -1 with *e set: then nothing of it was done. */
typedef int desk_verb(struct desk_call *c, err *e);

desk_verb desk_set, desk_show, desk_fields, desk_types, desk_trail;
desk_verb desk_incident_add, desk_incident_set, desk_incident_show, desk_incident_list;
desk_verb desk_party_add, desk_party_list, desk_vuln_add, desk_vuln_list;
desk_verb desk_import, desk_import_from_case;
desk_verb desk_contacts_import, desk_contacts_find;
desk_verb desk_notices_make, desk_notices_list, desk_notices_show, desk_notices_export, desk_notices_send;
desk_verb desk_bulletin;
desk_verb desk_takedown_add, desk_takedown_check, desk_takedown_import, desk_takedown_list;
desk_verb desk_notices_ack, desk_notices_remind, desk_notices_escalate;

/* A whole file that is imported. */
int desk_slurp(const char *path, buf *to, err *e);
/* words[from..] as FIELD=VALUE into r. */
int desk_words(struct desk_call *c, size_t from, struct record *r, err *e);
/* Rows like r as a table, CSV or JSON (-f), the named columns in the table. */
int desk_list(struct desk_call *c, const struct record *like, const char *const *columns, err *e);
/* "2024-000001 added" */
void desk_say_done(struct desk_call *c, str id, enum record_done done);

#endif
