/* Reading containers inside a sandbox: after evidence_process_init() nothing but reading the descriptor
 * and memory is asked from the system, whatever the format. (A sanitizer asks for more: not built then.) */
#include "make.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int confine(void)
{
#define ALLOW(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_pread64),
		ALLOW(SYS_lseek),
		ALLOW(SYS_mmap),
		ALLOW(SYS_munmap),
		ALLOW(SYS_mremap),
		ALLOW(SYS_brk),
		ALLOW(SYS_madvise),
		ALLOW(SYS_futex),
		ALLOW(SYS_exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog prog = { COUNT(code), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

/* In a child: 0 if exactly `members` members can be read to their ends. */
static int child_reads(int fd, unsigned members)
{
	struct archive_walk *a;
	struct archive_member m;
	uint8_t p[4096];
	unsigned n = 0;
	err e = { 0 };
	int r;

	if (evidence_process_init(&e) < 0 || !confine())
		return 2;
	if (archive_open(&a, fd, STR("o"), &e) < 0)
		return 3;
	while ((r = archive_next(a, &m, &e)) > 0) {
		int64_t got;

		while ((got = archive_read(a, p, sizeof p, &e)) > 0)
			;
		n += got == 0 && m.readable && str_find(m.path, STR("unreadable")) == SIZE_MAX;
	}
	archive_close(a);
	return r == 0 && n == members ? 0 : 4;
}

static void reading_asks_the_system_for_nothing_else(void **state)
{
	static const char *const FORMATS[] = { "zip", "zip-store", "ustar", "pax", "7z", "gzip", "xz", "zstd", "bzip2" };

	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		for (int nested = 0; nested < 2; nested++) {
			buf c = { 0 };
			pid_t pid;
			int fd, status = -1;

			make_archive(&c, FORMATS[i],
				     (struct put[]){ { .name = "\xe6\x97\xa5/\xc3\xbc", .data = STR("alpha") }, { 0 } });
			if (nested)
				make_wrap(&c, "zip", "\xc3\xbc.z");
			fd = make_fd(buf_view(&c));
			fflush(NULL);
			pid = fork();
			if (pid == 0)
				_exit(child_reads(fd, 1));
			assert_int_equal(waitpid(pid, &status, 0), pid);
			if (status != 0)
				fail_msg("%s, nested %d: status %#x", FORMATS[i], nested, status);
			close(fd);
			buf_done(&c);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reading_asks_the_system_for_nothing_else) };
	err e = { 0 };

	if (evidence_process_init(&e) < 0) /* for the names that we write */
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
