#include "engine/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/limits.h"
#include "util/str.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

bool sandbox_is_full(void)
{
	return !SANITIZED;
}

static void limit_set(__rlimit_resource_t what, rlim_t value)
{
	struct rlimit r;

	if (getrlimit(what, &r) == 0 && r.rlim_max != RLIM_INFINITY && r.rlim_max < value)
		value = r.rlim_max;
	r = (struct rlimit){ value, value };
	(void)setrlimit(what, &r);
}

/* Landlock: the kernel's structure grew with its ABI, and Debian 12's header knows the first version. */
static void landlock_enter(void)
{
	struct {
		uint64_t fs, net, scoped;
	} attr = { 0 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u /* LANDLOCK_CREATE_RULESET_VERSION */);
	size_t len = abi < 4 ? 8 : abi < 6 ? 16 : 24;
	int fd;

	if (abi < 1)
		return;
	attr.fs = (UINT64_C(1) << 13) - 1;           /* execute .. make_sym */
	attr.fs |= abi >= 2 ? UINT64_C(1) << 13 : 0; /* refer */
	attr.fs |= abi >= 3 ? UINT64_C(1) << 14 : 0; /* truncate */
	attr.fs |= abi >= 5 ? UINT64_C(1) << 15 : 0; /* ioctl on devices */
	attr.net = abi >= 4 ? 3 : 0;                 /* bind, connect */
	attr.scoped = abi >= 6 ? 3 : 0;              /* abstract sockets, signals */
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, len, 0u);
	if (fd < 0)
		return;
	(void)syscall(SYS_landlock_restrict_self, fd, 0u);
	close(fd);
}

/* Everything a worker does once it runs: read descriptors it was handed, write the output, talk to the
 * coordinator, manage memory, die. */
static const int ALLOWED[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(preadv),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(fadvise64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getcpu),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrusage),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Habits of libraries that can live with a refusal: a locale, a configuration file, "is it a tty?". */
static const int REFUSED[] = {
	SCMP_SYS(open),       SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(stat),   SCMP_SYS(lstat),   SCMP_SYS(statx),  SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(ioctl),   SCMP_SYS(fcntl),  SCMP_SYS(prlimit64),
	SCMP_SYS(getrlimit),  SCMP_SYS(socket),
};

static int allow_conditional(scmp_filter_ctx c)
{
	int rc = 0;

	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* How the C library writes fstat(); Landlock has no say in stat. */
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
			       SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
	rc |= seccomp_rule_add(c, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 1,
			       SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0));
	/* abort() */
	rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
			       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	return rc;
}

static int allow_list(scmp_filter_ctx c)
{
	int rc = allow_conditional(c);

	for (size_t i = 0; i < COUNT(ALLOWED); i++)
		rc |= seccomp_rule_add(c, SCMP_ACT_ALLOW, ALLOWED[i], 0);
	for (size_t i = 0; i < COUNT(REFUSED); i++)
		rc |= seccomp_rule_add(c, SCMP_ACT_ERRNO(EACCES), REFUSED[i], 0);
	return rc;
}

static int deny_list(scmp_filter_ctx c)
{
	static const int
		DENIED
			[] = {
				SCMP_SYS(execve),  SCMP_SYS(execveat), SCMP_SYS(socket),
				SCMP_SYS(connect), SCMP_SYS(bind),     SCMP_SYS(process_vm_writev),
				SCMP_SYS(bpf), /* the leak search needs ptrace */
			};
	int rc = 0;

	for (size_t i = 0; i < COUNT(DENIED); i++)
		rc |= seccomp_rule_add(c, SCMP_ACT_ERRNO(EACCES), DENIED[i], 0);
	return rc;
}

static bool filter_enter(void)
{
	scmp_filter_ctx c = seccomp_init(SANITIZED ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
	int rc;

	if (!c)
		return false;
	rc = SANITIZED ? deny_list(c) : allow_list(c);
	(void)seccomp_attr_set(c, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* binary tree: the list is long */
	if (rc == 0)
		rc = seccomp_load(c);
	seccomp_release(c);
	return rc == 0;
}

bool sandbox_enter(void)
{
	limit_set(RLIMIT_CORE, 0);
	limit_set(RLIMIT_NOFILE, 16);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	if (!SANITIZED) { /* whose shadow memory is huge and whose leak search reads /proc */
		limit_set(RLIMIT_AS, LIMIT_WORKER_AS);
		(void)prctl(PR_SET_DUMPABLE, 0);
		landlock_enter();
	}
	return filter_enter() && !SANITIZED;
}
