#include "engine/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/sandbox.h"
#include "util/times.h"

enum { WORKER_FD = 3, STOP_TRIES = 500 /* of one millisecond */ };

int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Standard streams lead nowhere: a worker must not write on the analyst's terminal. Sanitizer builds keep
 * stderr, or their reports would be lost. */
static int actions_init(posix_spawn_file_actions_t *a, int fd)
{
	int rc = posix_spawn_file_actions_init(a);

	if (rc)
		return rc;
	rc |= posix_spawn_file_actions_adddup2(a, fd, WORKER_FD);
	rc |= posix_spawn_file_actions_addopen(a, 0, "/dev/null", O_RDONLY, 0);
	rc |= posix_spawn_file_actions_addopen(a, 1, "/dev/null", O_WRONLY, 0);
	if (sandbox_is_full())
		rc |= posix_spawn_file_actions_addopen(a, 2, "/dev/null", O_WRONLY, 0);
	rc |= posix_spawn_file_actions_addclosefrom_np(a, WORKER_FD + 1);
	return rc ? ENOMEM : 0;
}

static int attributes_init(posix_spawnattr_t *at)
{
	sigset_t none, all;
	int rc = posix_spawnattr_init(at);

	if (rc)
		return rc;
	sigemptyset(&none);
	sigfillset(&all);
	rc |= posix_spawnattr_setsigmask(at, &none);
	rc |= posix_spawnattr_setsigdefault(at, &all);
	rc |= posix_spawnattr_setflags(at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return rc ? ENOMEM : 0;
}

static int spawn(pid_t *ret, int fd)
{
	char name[] = "spoor-worker", arg[] = ENGINE_WORKER_ARG;
	char *argv[] = { name, arg, NULL }, *envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc = actions_init(&actions, fd);

	if (rc)
		return rc;
	rc = attributes_init(&attr);
	if (rc == 0) {
		rc = posix_spawn(ret, "/proc/self/exe", &actions, &attr, argv, envp);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static int setup_send(struct proc *p, const Wire__Setup *setup, int rules_fd, int output_fd, err *e)
{
	Wire__ToWorker m = WIRE__TO_WORKER__INIT;
	int fds[WIRE_FDS];
	unsigned n = 0;

	if (rules_fd >= 0)
		fds[n++] = rules_fd;
	if (output_fd >= 0)
		fds[n++] = output_fd;
	m.body_case = WIRE__TO_WORKER__BODY_SETUP;
	m.setup = (Wire__Setup *)setup;
	return wire_send_to(p->fd, &m, fds, n, e);
}

int proc_start(struct proc *p, const Wire__Setup *setup, int rules_fd, int output_fd, err *e)
{
	int sv[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0)
		return err_errno(e, errno, "making a socket for a worker");
	*p = (struct proc){ .fd = sv[0], .heard_ns = clock_ns() };
	rc = spawn(&p->pid, sv[1]);
	close(sv[1]);
	if (rc) {
		close(sv[0]);
		return err_errno(e, rc, "starting a worker process");
	}
	p->state = PROC_STARTING;
	p->peer.output = output_fd >= 0;
	wire_in_init(&p->in, p->fd, false);
	if (setup_send(p, setup, rules_fd, output_fd, e) < 0) {
		proc_reap(p, NULL, 0);
		return -1;
	}
	return 0;
}

static void forget(struct proc *p)
{
	wire_in_done(&p->in);
	close(p->fd);
	*p = (struct proc){ .state = PROC_DEAD, .fd = -1 };
}

void proc_ask_to_stop(struct proc *p)
{
	Wire__ToWorker m = WIRE__TO_WORKER__INIT;
	Wire__Stop stop = WIRE__STOP__INIT;

	if (p->state == PROC_DEAD)
		return;
	m.body_case = WIRE__TO_WORKER__BODY_STOP;
	m.stop = &stop;
	(void)wire_send_to(p->fd, &m, NULL, 0, NULL);
	shutdown(p->fd, SHUT_RDWR);
}

void proc_stop(struct proc *p)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	int status;

	if (p->state == PROC_DEAD)
		return;
	for (int i = 0; i < STOP_TRIES; i++) {
		if (waitpid(p->pid, &status, WNOHANG) != 0) {
			forget(p);
			return;
		}
		nanosleep(&ms, NULL);
	}
	proc_reap(p, NULL, 0);
}

void proc_reap(struct proc *p, char *why, size_t why_size)
{
	int status = 0;

	kill(p->pid, SIGKILL); /* without effect on one that is dying: its own status stays */
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (why && !*why) {
		if (WIFSIGNALED(status)) {
			const char *name = sigabbrev_np(WTERMSIG(status));

			snprintf(why, why_size, "the worker process died (SIG%s)", name ? name : "?");
		} else {
			snprintf(why, why_size, "the worker process ended (exit code %d)",
				 WEXITSTATUS(status));
		}
	}
	forget(p);
}
