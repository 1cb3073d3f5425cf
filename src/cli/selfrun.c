#include "cli/selfrun.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/limits.h"

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One piece of what comes. False: it has ended. */
static bool take(int fd, buf *to)
{
	char part[16384];
	ssize_t n = read(fd, part, sizeof part);

	if (n < 0)
		return errno == EINTR;
	buf_add(to, part, (size_t)n);
	return n > 0;
}

/* Both streams until both end. False: over a limit. */
static bool gather(const int fds[2], buf *out, buf *problem)
{
	int64_t end = now_ms() + LIMIT_SELFRUN_MS;
	bool open[2] = { true, true };

	while (open[0] || open[1]) {
		struct pollfd p[2] = { { open[0] ? fds[0] : -1, POLLIN, 0 },
				       { open[1] ? fds[1] : -1, POLLIN, 0 } };

		if (now_ms() > end || out->len > LIMIT_SELFRUN_BYTES || problem->len > LIMIT_SELFRUN_BYTES)
			return false;
		if (poll(p, 2, 500) < 0 && errno != EINTR)
			return false;
		for (int i = 0; i < 2; i++)
			if (open[i] && p[i].revents)
				open[i] = take(fds[i], i ? problem : out);
	}
	return true;
}

static int start(const char *const *words, const int to[2], pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	char *argv[SELFRUN_WORDS + 2] = { (char *)(uintptr_t) "spoor" };
	sigset_t none;
	int rc;

	for (size_t i = 0; words[i] && i < SELFRUN_WORDS; i++)
		argv[i + 1] = (char *)(uintptr_t)words[i];
	sigemptyset(&none);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none); /* a server's threads block what ends it */
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, to[0], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, to[1], STDERR_FILENO);
	rc = posix_spawn(pid, "/proc/self/exe", &files, &how, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return rc;
}

int selfrun(const char *const *words, buf *out, buf *problem, err *e)
{
	int a[2], b[2], rc, status = 0;
	buf said = { 0 };
	bool in_time;
	pid_t pid;

	if (pipe2(a, O_CLOEXEC) < 0)
		return err_errno(e, errno, "no pipe");
	if (pipe2(b, O_CLOEXEC) < 0) {
		close(a[0]);
		close(a[1]);
		return err_errno(e, errno, "no pipe");
	}
	rc = start(words, (const int[2]){ a[1], b[1] }, &pid);
	close(a[1]);
	close(b[1]);
	in_time = rc == 0 && gather((const int[2]){ a[0], b[0] }, out, &said);
	close(a[0]);
	close(b[0]);
	if (rc == 0 && !in_time)
		kill(pid, SIGKILL);
	while (rc == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (problem) {
		str rest, line = str_cut(buf_view(&said), '\n', &rest);

		buf_str(problem, line);
	}
	buf_done(&said);
	if (rc)
		return err_errno(e, rc, "the program cannot be run again");
	if (!in_time)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "it took too long");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
