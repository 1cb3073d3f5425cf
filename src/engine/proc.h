/* proc.h - worker processes seen from the coordinator: start, message, end.
 *
 * A worker is our own program again, with nothing but a socket: standard streams on /dev/null, no other
 * descriptor, no environment. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_PROC_H
#define SPOOR_ENGINE_PROC_H

#include <sys/types.h>

#include "engine/wire_check.h"

struct task;
struct job;

enum proc_state { PROC_DEAD, PROC_STARTING, PROC_IDLE, PROC_BUSY };

struct proc {
	enum proc_state state;
	pid_t pid;
	int fd;
	struct wire_in in;
	struct wire_peer peer;
	struct task *task; /* while busy */
	struct job *job;
	bool more;        /* frames that have arrived may be left in `in` */
	bool waiting;     /* said that it cannot go on before its turn */
	int64_t heard_ns; /* monotonic: last sign of headway */
};

/* Start a worker and send its Setup. rules_fd and output_fd: -1 if none. */
int proc_start(struct proc *p, const Wire__Setup *setup, int rules_fd, int output_fd, err *e);

/* Ask it to leave; all of them before the first is waited for. */
void proc_ask_to_stop(struct proc *p);

/* Wait for one that was asked, insist after a moment. */
void proc_stop(struct proc *p);

/* It is gone or must go: kill it, wait for it. `why` (of ERR_TEXT_MAX bytes) becomes what ended it,
 * unless it is set already. */
void proc_reap(struct proc *p, char *why, size_t why_size);

/* Monotonic clock in ns. */
int64_t clock_ns(void);

#endif
