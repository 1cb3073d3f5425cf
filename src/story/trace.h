/* trace.h - the facts of a case as the tables in which the steps of the reconstruction look things up.
 *
 * One pass over the facts of each kind; every table holds one row per thing and pair, with first and
 * last time, count and events, so that its size grows with hosts, destinations and programs, not with
 * events. Texts are numbers here (trace_text() gives them back), hosts those of builder.host. Rows from
 * carved records are left out: they show that something was, not when. Thread rule: as the story. */
#ifndef SPOOR_STORY_TRACE_H
#define SPOOR_STORY_TRACE_H

#include "story/story_priv.h"

typedef uint32_t text_id; /* 0: no text */

/* When and how often. */
struct span {
	int64_t first_ns, last_ns;
	uint64_t count;
	uint32_t days; /* distinct UTC days */
	int32_t day;   /* the last one counted */
	struct story_refs refs;
};

/* A host and a place outside that it called. */
struct contact {
	uint32_t host; /* STORY_NOBODY: only `ip` is known */
	text_id ip;    /* of the caller as logged */
	text_id dest;  /* address, or the name where no address was logged */
	text_id name;  /* the name it was called by, where one was logged */
	text_id process;
	bool refused; /* never let through */
	struct span s;
};

/* Somebody who came to a host with means of administration. */
enum access_kind {
	ACCESS_LOGON,    /* network logon: by itself no control */
	ACCESS_EXPLICIT, /* other credentials, told by the source */
	ACCESS_SHARE,    /* administrative share or control pipe */
	ACCESS_DESKTOP,
	ACCESS_WINRM,
	ACCESS_SSH,
	ACCESS_CONSOLE, /* logon to a device or an application */
	ACCESS_KINDS
};

struct access {
	uint32_t from, to; /* from: STORY_NOBODY if only an address is known */
	text_id ip, account;
	enum access_kind kind;
	text_id wrote; /* a program that was written over a share, its name */
	struct span s;
};

/* Somebody outside who came to a host, seen on the network. */
struct inbound {
	text_id ip;
	uint32_t host;
	uint64_t sent; /* bytes that the host sent back, where that was much */
	struct span s;
};

/* A host that called another one. */
struct inner {
	uint32_t from, to;
	text_id port;
	struct span s;
};

/* An arrival as a point in time: first and last of each fact. */
struct arrival_at {
	uint32_t to, access;
	int64_t ns;
	struct event_ref ref;
};

enum install_kind { INSTALL_SERVICE, INSTALL_TASK, INSTALL_MODULE };

struct install {
	uint32_t host;
	enum install_kind kind;
	text_id object, command, image; /* image: the program in the command, lower case */
	struct span s;
};

/* A program started on a host. */
struct program {
	uint32_t host;
	text_id image, hash; /* image: lower case */
	text_id parent, command;
	struct span s;
};

/* A file written on a host. */
struct written {
	uint32_t host;
	text_id path, process; /* lower case */
	text_id as;            /* the path as logged */
	struct span s;
};

/* A client and a file that a server gave it. */
struct served {
	uint32_t server;
	text_id path, client;
	uint64_t size; /* of the whole object; 0: given in parts, `bytes` are their sum */
	uint64_t bytes;
	struct span s;
};

/* A client and a path of a server. */
struct request {
	uint32_t server;
	text_id client, path, agent;
	int64_t first_ok_ns; /* answered 2xx or 3xx; TIME_NONE: never */
	bool post;
	struct span s;
};

/* Mail read. */
struct mail {
	uint32_t server;
	text_id account, mailbox, client, method;
	uint64_t bytes;
	struct span s;
};

struct trace_name { /* what a name meant */
	text_id name, ip;
};

enum { TRACE_MAPS = 11 };

struct trace {
	map texts;
	map keys[TRACE_MAPS];
	VEC(struct contact) contact;
	VEC(struct access) access;
	VEC(struct arrival_at) arrival; /* by host, then time */
	VEC(struct install) install;
	VEC(struct program) program;
	VEC(struct written) written;
	VEC(struct served) served;
	VEC(struct request) request;
	VEC(struct mail) mail;
	VEC(struct inbound) inbound;
	VEC(struct inner) inner;
	VEC(struct trace_name) name;
	map name_ip; /* name -> text id of its first address */
	/* rows of host h: [x_of[h], x_of[h + 1]) */
	uint32_t *contact_of, *install_of, *program_of;
	int32_t *years; /* per item: years to add to times that were logged without one */
	uint32_t *
		copies; /* per item: how many items have the same content, itself included; what they say was said once */
	int64_t *twice_until; /* per item: up to then another log tells the same; TIME_NONE: none does */
	int64_t *shift_ns;    /* per item: to add to local times whose zone was found */
	buf scratch;
	struct builder *b;
};

void trace_collect(struct builder *b, struct trace *t); /* failures end up in the builder */
void trace_done(struct trace *t);

/* For each row of a table that is ordered by host: EACH_OF(t, install, host, i) { ... t->install.at[i] ... } */
#define EACH_OF(t, table, h, i) for (uint32_t i = (t)->table##_of[h]; i < (t)->table##_of[(h) + 1]; i++)

text_id trace_id(struct trace *t, str s); /* 0 without memory or for an empty text */
text_id trace_id_lower(struct trace *t, str s);
text_id trace_find(const struct trace *t, str s); /* 0: never seen */
str trace_text(const struct trace *t, text_id id);

/* The address that a name meant, else the name: 0 if neither was ever seen. */
text_id trace_dest(const struct trace *t, str name);

/* The program in a command line: unquoted, without arguments. */
str command_image(str command);

/* Fill years and shift_ns. */
void trace_times(struct trace *t);

/* The fact with its times in the years of the rest of the evidence: as fn(t, f, e) gets it. */
int trace_each_fact(struct trace *t, enum fact_kind kind, int (*fn)(void *, const struct fact *, err *),
		    void *ctx);

/* Is it a connection to a proxy, of which a sensor tells the name that was asked for? */
bool asks_proxy(struct trace *t, const struct fact *f);

/* Who had this address then: STORY_NOBODY if that is not known, or shared by several. */
uint32_t who_at(struct builder *b, str ip, int64_t ns);
bool is_inside(struct builder *b, str ip);

#endif
