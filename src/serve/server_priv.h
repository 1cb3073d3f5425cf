/* server_priv.h - the state of a running server, inside its folder.
 *
 * A connection is first ours (its head is looked at without being taken from the socket), then the library's, which reads the
 * body and sends the answer. Thread rule: one thread. */
#ifndef SPOOR_SERVE_SERVER_PRIV_H
#define SPOOR_SERVE_SERVER_PRIV_H

#include "serve/answer.h"
#include "serve/job.h"
#include "util/limits.h"

enum conn_state {
	CONN_FREE,
	CONN_HEAD,    /* ours: the head is arriving */
	CONN_BODY,    /* the library's from here on: the body is arriving */
	CONN_QUEUED,  /* suspended: for a place among the jobs */
	CONN_RUNNING, /* suspended: for its job */
	CONN_WATCH,   /* suspended: for a change */
	CONN_READY,   /* resumed: the answer is there */
	CONN_SENDING,
};

struct conn {
	enum conn_state state;
	int fd;
	uint32_t generation;   /* of this place: events of its last owner are not ours */
	uint64_t number;       /* counts connections: who came first */
	int64_t deadline_ns;   /* of its state */
	buf bytes;             /* the head as it was sent */
	struct http_head head; /* views into bytes */
	struct MHD_Connection *mhd;
	const struct serve_route *route;
	buf body;
	buf query; /* decoded: what is searched for, then where to go on */
	struct serve_query search;
	uint64_t since;
	struct MHD_Response *answer; /* NULL in CONN_READY: end without one */
	bool gone;                   /* the other end sends no more: nobody is there to wait for */
	bool answer_shared;          /* it is the cache's */
	unsigned status;
};

struct cache { /* the document, as long as the case is as it was */
	char tag[65];
	struct MHD_Response *plain, *packed;
};

enum { SERVE_JOBS = 10 };

struct serve {
	struct serve_options o;
	struct session session;
	int listen_fd, epoll_fd;
	struct MHD_Daemon *mhd;
	struct conn conns[LIMIT_SERVE_CONNECTIONS];
	struct job jobs[SERVE_JOBS];
	struct cache cache;
	uint64_t accepted;
	int64_t now_ns, looked_ns;
	bool stop;
};

/* What an event of epoll belongs to. */
enum wake { WAKE_LISTEN, WAKE_STOP, WAKE_LIBRARY, WAKE_CONN, WAKE_JOB };
int wake_add(struct serve *s, int fd, uint32_t events, enum wake kind, uint32_t index, uint32_t generation);

/* --- front.c: connections that are ours ---------------------------------------------------- */

void front_accept(struct serve *s);
void front_look(struct serve *s, struct conn *c);
/* Its time is over. */
void front_expire(struct conn *c);
/* Free the place; the socket is closed by whose it is. */
void conn_clear(struct conn *c);

/* --- reply.c: requests that the library has read ------------------------------------------- */

enum MHD_Result reply_handle(void *server, struct MHD_Connection *connection, const char *url,
			     const char *method, const char *version, const char *upload, size_t *upload_len,
			     void **place);

/* --- wait.c: requests whose answer takes time ---------------------------------------------- */

#define TAG_QUOTED 80

/* The tag of a case as a header field has it. */
void wait_tag(const char *tag, char out[TAG_QUOTED]);
struct MHD_Response *wait_revision(uint64_t revision);
/* Give a suspended connection its answer; NULL: it ends without. */
void wait_ready(struct serve *s, struct conn *c, unsigned status, struct MHD_Response *answer, bool shared);
/* Whoever asked is gone. */
void wait_gone(struct serve *s, struct conn *c);
void wait_start_jobs(struct serve *s);
/* A job has ended. */
void wait_job(struct serve *s, struct job *j);
/* A job's time is over. */
void wait_late(struct serve *s, struct job *j);
/* Tell those who watch, if there is news. */
void wait_news(struct serve *s);

#endif
