/* job.h - one question to the case, answered by a process of its own.
 *
 * The child has nothing but a pipe; it may enter a sandbox, die, or take too long: what arrives is checked and complete, or
 * it is a failure. Thread rule: one owner, single-threaded process. */
#ifndef SPOOR_SERVE_JOB_H
#define SPOOR_SERVE_JOB_H

#include <sys/types.h>

#include "serve/route.h"
#include "serve/serve.h"

struct job_ask { /* borrowed until job_start() returns */
	enum serve_answer what;
	str text; /* the reference, or the body */
	struct serve_query query;
	bool pack; /* gzip it, too */
};

struct job {
	enum serve_answer what;
	pid_t pid; /* 0: this place is free */
	int fd;    /* read end, non-blocking */
	int64_t deadline_ns;
	uint64_t waiting; /* a bit for each connection */
	char tag[65];     /* of the case when it was asked */
	buf in;
};

struct job_result {
	enum serve_outcome outcome;
	buf plain, packed; /* packed: empty unless asked for */
};

/* How many of a kind may run at a time. */
unsigned job_most(enum serve_answer what);

int job_start(struct job *j, const struct serve_case_ops *ops, const struct job_ask *ask, int64_t now_ns,
	      err *e);
/* Take what has arrived. True: that was all, job_end() is next. */
bool job_read(struct job *j);
/* The place is free afterwards; the process is gone. False, and *ret empty, if what arrived is not complete. */
bool job_end(struct job *j, struct job_result *ret);
/* Wait for its end, but not for ever; job_end() or job_drop() is next. */
void job_wait(struct job *j, int ms);
/* Kill it. */
void job_drop(struct job *j);

#endif
