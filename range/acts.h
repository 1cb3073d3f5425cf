/* acts.h - what people and programs do, told to every log that would hold it.
 *
 * An act knows the logs of a host and the devices between hosts: a connection goes to Sysmon, the name server, the
 * proxy or firewall, the sensor and the flow exporter. Callers give times; acts add milliseconds only. Rows belong to
 * the world's current step. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_ACTS_H
#define SPOOR_RANGE_ACTS_H

#include "logs.h"
#include "winev.h"

/* --- accounts ------------------------------------------------------------------------------- */

/* 4624 and 4672 on `host`, and what the domain controller logs of it (4776, or 4769). from: the host it came from,
 * NOWHERE for the console. package: "Kerberos", "NTLM" or "Negotiate". Answers the new session. */
struct session act_logon(struct world *w, uint32_t host, int64_t t, uint32_t who, uint32_t type,
			 uint32_t from, const char *package);
void act_logoff(struct world *w, uint32_t host, int64_t t, const struct session *s);
void act_service_logon(struct world *w, uint32_t host, int64_t t);
void act_logon_failed(struct world *w, uint32_t host, int64_t t, const char *user, uint32_t from);
void act_ticket(struct world *w, int64_t t, uint32_t who, uint32_t from, const char *service, bool weak);
/* 4648 on the source host. */
void act_explicit(struct world *w, uint32_t host, int64_t t, const struct session *s, uint32_t as,
		  uint32_t to, const struct process *with);
/* A directory replication request, 4662 on the domain controller. */
void act_replicate(struct world *w, uint32_t org, int64_t t, const struct session *s);

/* --- processes and files ---------------------------------------------------------------------- */

struct start {
	const char *image, *command;
	const char *content, *original; /* see struct process */
};

struct process act_process(struct world *w, uint32_t host, int64_t t, const struct process *parent,
			   const struct session *s, const struct start *what);
void act_process_end(struct world *w, uint32_t host, int64_t t, const struct process *p);
void act_file(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path);
/* Write access that an audited folder logs: 4663. */
void act_file_access(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path);
void act_delete(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path,
		const char *content);
void act_timestomp(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path,
		   int64_t to);
void act_image(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *path,
	       bool is_signed, const char *content);
void act_registry(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *key,
		  const char *value);
void act_read_memory(struct world *w, uint32_t host, int64_t t, const struct process *p, const char *target,
		     uint32_t access);
void act_sysmon_config(struct world *w, uint32_t host, int64_t t, const char *file);

/* --- services, tasks, protection ---------------------------------------------------------------- */

void act_service(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
		 const char *path);
void act_service_state(struct world *w, uint32_t host, int64_t t, const char *name, bool running);
void act_task(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name,
	      const char *command, bool remote);
void act_task_deleted(struct world *w, uint32_t host, int64_t t, const struct session *s, const char *name);
void act_task_run(struct world *w, uint32_t host, int64_t t, const char *name, const char *action);
void act_exclusion(struct world *w, uint32_t host, int64_t t, const char *path);
/* 1116 and 1117: found and removed. */
void act_found(struct world *w, uint32_t host, int64_t t, const char *threat, const char *path,
	       const char *process);
void act_log_cleared(struct world *w, uint32_t host, int64_t t, const struct session *s, bool system_too);

/* One of the many small things that Windows notes by itself: number 0..WINDOWS_NOTES-1. */
#define WINDOWS_NOTES 9u
void act_windows_note(struct world *w, uint32_t host, int64_t t, uint32_t number);
/* A transfer of the background service: begun and done. */
void act_bits(struct world *w, uint32_t host, int64_t t, const char *name, const char *url, uint64_t size);
/* An administrator's work on accounts at the domain controller: a group member, an account enabled. */
void act_account_work(struct world *w, uint32_t org, int64_t t, uint32_t admin, uint32_t about);

/* --- remote work -------------------------------------------------------------------------------- */

/* 5140, and 5145 where `file` is given, with the connection below it. */
void act_share(struct world *w, uint32_t host, int64_t t, const struct session *s, uint32_t from,
	       const char *share, const char *file, bool write, uint64_t size);
/* The same by the host itself, through its loopback address. */
void act_share_loopback(struct world *w, uint32_t host, int64_t t, const char *share, const char *file);
void act_remote_desktop(struct world *w, uint32_t host, int64_t t, uint32_t who, uint32_t from);
void act_winrm(struct world *w, uint32_t host, int64_t t, uint32_t who, uint32_t from);
void act_ssh(struct world *w, uint32_t host, int64_t t, const char *user, uint32_t from, bool password);
void act_script(struct world *w, uint32_t host, int64_t t, const struct sid *sid, const char *text);
/* A cmdlet of mail administration. */
void act_cmdlet(struct world *w, uint32_t host, int64_t t, const char *caller, const struct sid *sid,
		const char *cmdlet, const char *parameters);

/* --- network ------------------------------------------------------------------------------------ */

struct contact {
	int64_t t, dur;
	uint32_t host;            /* who opens it */
	const struct process *by; /* for Sysmon, or NULL */
	uint32_t ip;              /* outside; 0 where `peer` is given */
	uint32_t peer;            /* a host, or NOWHERE */
	const char *name;         /* asked for before; NULL: address only */
	uint16_t port;
	enum protocol proto;
	const char *method, *path, *agent, *user;
	uint64_t up, down;
	bool resolve;       /* the name is looked up first */
	bool direct;        /* not through the proxy */
	bool denied, quiet; /* quiet: Sysmon's configuration leaves it out */
};

void act_contact(struct world *w, const struct contact *c);
void act_lookup(struct world *w, uint32_t host, int64_t t, const struct process *by, const char *name,
		uint32_t answer);
/* A session that comes from outside to a public host. */
void act_inbound(struct world *w, uint32_t host, int64_t t, int64_t dur, uint32_t from, uint16_t port,
		 const char *name, uint64_t in, uint64_t out, const char *print);

/* --- web and mail ------------------------------------------------------------------------------- */

/* A request to a web server, with the session around it where the client is outside. */
void act_web(struct world *w, uint32_t server, const struct web *q);
void act_exchange(struct world *w, uint32_t server, const struct exch *x);

#endif
