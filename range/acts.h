/* acts.h - what people and programs do, as the events that Windows writes about it.
 *
 * Each act writes to all logs that would hold it: a process start goes to Security where the host
 * audits it and to Sysmon where that runs. Times are given by the caller; acts add milliseconds only.
 * Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_ACTS_H
#define SPOOR_RANGE_ACTS_H

#include "world.h"

#define NOWHERE UINT32_MAX

/* 4624 and 4672. `from`: the host it came from, NOWHERE for the console; `package` "Kerberos", "NTLM" or
 * "Negotiate". Answers the new session. */
struct session act_logon(struct world *w, uint32_t host, int64_t t, const struct person *who, uint32_t type,
			 uint32_t from, const char *package);
/* A service's own logon, as LocalSystem. */
void act_service_logon(struct world *w, uint32_t host, int64_t t);
void act_logon_failed(struct world *w, uint32_t host, int64_t t, const char *user, uint32_t from);
void act_logoff(struct world *w, uint32_t host, int64_t t, const struct session *s);
/* Kerberos at the domain controller: a ticket for `service`. */
void act_ticket(struct world *w, int64_t t, const struct person *who, uint32_t from, const char *service);
/* 4648 on the source host. */
void act_explicit(struct world *w, uint32_t host, int64_t t, const struct session *s, const struct person *as,
		  uint32_t to, const struct process *with);

struct process act_process(struct world *w, uint32_t host, int64_t t, const struct process *parent,
			   const struct session *s, const char *image, const char *command);
void act_process_end(struct world *w, uint32_t host, int64_t t, const struct process *p);

void act_file(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path);
void act_connect(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *ip,
		 const char *name, uint16_t port);
void act_lookup(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *name,
		const char *answer);
/* 5140, and 5145 where `file` is given. ip: the client's address. */
void act_share(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *ip,
	       const char *share, const char *file, bool write);
void act_service(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
		 const char *path);
void act_service_state(struct world *w, uint32_t host, int64_t t, const char *name, const char *state);
void act_task(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
	      const char *command, bool remote);
void act_task_deleted(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name);
void act_task_run(struct world *w, uint32_t host, int64_t t, const char *name, const char *action);
/* One Exchange management cmdlet, its parameters as the log shows them. */
void act_cmdlet(struct world *w, uint32_t host, int64_t t, const char *cmdlet, const char *parameters,
		const char *caller);
void act_script(struct world *w, uint32_t host, int64_t t, const char *sid, const char *text);
void act_remote_desktop(struct world *w, uint32_t host, int64_t t, const struct person *who, uint32_t from);
void act_log_cleared(struct world *w, uint32_t host, int64_t t, const struct session *s, bool system_too);

#endif
