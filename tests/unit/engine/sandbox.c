/* A process in the worker's sandbox tries to get out. Each attempt runs in a child of its own: refused
 * means an error or death by SIGSYS. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/sandbox.h"

/* Each answers true if it got through. */

static bool open_read(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool open_write(void)
{
	return open("/tmp/spoor-escape", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool open_raw(void)
{
	return syscall(SYS_open, "/etc/passwd", O_RDONLY) >= 0;
}

static bool own_memory(void)
{
	return open("/proc/self/mem", O_RDWR | O_CLOEXEC) >= 0;
}

static bool tcp(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}

static bool unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}

static bool run_program(void)
{
	char *const argv[] = { (char[]){ "true" }, NULL };

	execv("/bin/true", argv);
	return false;
}

static bool fork_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool trace_parent(void)
{
	return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
}

static bool write_parent(void)
{
	char c = 0;
	struct iovec v = { &c, 1 };

	return process_vm_writev(getppid(), &v, 1, &v, 1, 0) == 1;
}

static bool kill_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool executable_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	       MAP_FAILED;
}

static bool executable_later(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool io_uring(void)
{
	char params[120] = { 0 };

	return syscall(425, 1, params) >= 0;
}

static bool load_bpf(void)
{
	char attr[128] = { 0 };

	return syscall(SYS_bpf, 0, attr, sizeof attr) >= 0;
}

static bool new_namespace(void)
{
	return syscall(SYS_unshare, CLONE_NEWUSER) == 0;
}

static bool rename_file(void)
{
	return rename("/tmp/spoor-escape", "/tmp/spoor-escape2") == 0 || errno == ENOENT;
}

static bool more_memory(void)
{
	void *p = mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p != MAP_FAILED;
}

static const struct {
	const char *what;
	bool (*attempt)(void);
} ESCAPES[] = {
	{ "open for reading", open_read },
	{ "open for writing", open_write },
	{ "open by the old call", open_raw },
	{ "open own memory", own_memory },
	{ "make a TCP socket", tcp },
	{ "make a Unix socket", unix_socket },
	{ "run a program", run_program },
	{ "fork", fork_child },
	{ "trace the parent", trace_parent },
	{ "write the parent's memory", write_parent },
	{ "signal the parent", kill_parent },
	{ "map executable memory", executable_memory },
	{ "make memory executable", executable_later },
	{ "io_uring", io_uring },
	{ "bpf", load_bpf },
	{ "new namespace", new_namespace },
	{ "rename a file", rename_file },
	{ "more memory than allowed", more_memory },
};

enum { GOT_THROUGH = 1, NO_SANDBOX = 2 };

static int in_child(bool (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (!sandbox_enter())
			_exit(NO_SANDBOX);
		_exit(attempt() ? GOT_THROUGH : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_every_escape_is_refused(void **state)
{
	if (!sandbox_is_full())
		UNIT_SKIP("the sandbox of sanitizer builds is not the whole one");
	for (size_t i = 0; i < COUNT(ESCAPES); i++) {
		int status = in_child(ESCAPES[i].attempt);
		bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
		bool refused = WIFEXITED(status) && WEXITSTATUS(status) == 0;

		CHECK(ESCAPES[i].what, killed || refused);
	}
}

/* The attempts themselves work where nothing holds them back: else the test above proves nothing. */
static void test_the_attempts_are_real(void **state)
{
	assert_true(open_read());
	assert_true(open_raw());
	assert_true(unix_socket());
	assert_true(fork_child());
	assert_true(executable_memory());
	assert_true(executable_later());
	assert_true(kill_parent());
	assert_true(rename_file());
}

static bool ordinary_work(void)
{
	char *p = malloc(64 << 20);
	bool ok = p != NULL;

	if (p)
		memset(p, 1, 64 << 20);
	free(p);
	return !ok;
}

static void test_ordinary_work_goes_on(void **state)
{
	int status;

	if (!sandbox_is_full())
		UNIT_SKIP("the sandbox of sanitizer builds is not the whole one");
	status = in_child(ordinary_work);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_escape_is_refused),
		cmocka_unit_test(test_the_attempts_are_real),
		cmocka_unit_test(test_ordinary_work_goes_on),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
