#include <archive.h>
#include <errno.h>
#include <hs/hs.h>
#include <linux/seccomp.h>
#include <openssl/crypto.h>
#include <protobuf-c/protobuf-c.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <xxhash.h>
#include <yaml.h>

#include "cli/rulepack.h"
#include "detect/detect.h"
#include "readers/reader.h"
#include "report/report.h"

static const struct cli_option OPTIONS[] = {
	{ 'r', "rules", "PATH", "Rules to look at instead of the shipped pack; may be repeated" },
	{ 0 },
};

struct visit {
	const struct cli *cli;
	buf out;
	unsigned concerns;
};

static void row(struct visit *v, const char *name, const char *text)
{
	buf_printf(&v->out, "  %-22s ", name);
	term_str(&v->out, str_of(text));
	buf_byte(&v->out, '\n');
}

/* Something that limits what spoor can do here, and what to do about it. */
static void concern(struct visit *v, const char *name, const char *what, const char *remedy)
{
	buf_printf(&v->out, "  %-22s ", name);
	term_begin(&v->out, &v->cli->out, TERM_YELLOW);
	term_str(&v->out, str_of(what));
	term_end(&v->out, &v->cli->out, TERM_YELLOW);
	buf_printf(&v->out, " - %s\n", remedy);
	v->concerns++;
}

static void title(struct visit *v, const char *text)
{
	term_begin(&v->out, &v->cli->out, TERM_BOLD);
	buf_z(&v->out, text);
	term_end(&v->out, &v->cli->out, TERM_BOLD);
	buf_byte(&v->out, '\n');
}

static void libraries(struct visit *v)
{
	char xxh[32];
	unsigned n = XXH_versionNumber();

	snprintf(xxh, sizeof xxh, "%u.%u.%u", n / 10000, n / 100 % 100, n % 100);
	title(v, "Libraries");
	row(v, "libcrypto", OpenSSL_version(OPENSSL_VERSION));
	row(v, "vectorscan", hs_version());
	row(v, "libarchive", archive_version_details());
	row(v, "sqlite", sqlite3_libversion());
	row(v, "libyaml", yaml_get_version_string());
	row(v, "protobuf-c", protobuf_c_version());
	row(v, "xxhash", xxh);
}

static void cpu(struct visit *v)
{
	buf b = { 0 };
	cpu_set_t set;

	title(v, "Processor");
	if (sched_getaffinity(0, sizeof set, &set) == 0) {
		buf_printf(&b, "%d\n", CPU_COUNT(&set));
		b.ptr[b.len - 1] = '\0';
		row(v, "usable cores", b.ptr);
	}
#if defined(__x86_64__)
	static const char *const NAMES[] = { "ssse3", "sse4.2", "avx2", "avx512bw" };
	bool has[] = { __builtin_cpu_supports("ssse3") != 0, __builtin_cpu_supports("sse4.2") != 0,
		       __builtin_cpu_supports("avx2") != 0, __builtin_cpu_supports("avx512bw") != 0 };

	buf_clear(&b);
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (has[i])
			buf_printf(&b, "%s ", NAMES[i]);
	buf_byte(&b, '\0');
	row(v, "vector instructions", b.failed ? "" : b.ptr);
	if (hs_valid_platform() != HS_SUCCESS)
		concern(v, "pattern matching", "this processor is not supported", "SSSE3 is needed");
#endif
	buf_done(&b);
}

static void sandbox(struct visit *v)
{
	char text[64];
	struct utsname u;
	unsigned action = SECCOMP_RET_KILL_PROCESS;
	long abi = syscall(444 /* landlock_create_ruleset */, NULL, 0, 1u /* ask for the version */);

	title(v, "Sandbox of the workers");
	if (uname(&u) == 0)
		row(v, "kernel", u.release);
	snprintf(text, sizeof text, "ABI %ld", abi);
	if (abi > 0)
		row(v, "Landlock", text);
	else
		concern(v, "Landlock", "not available",
			"Linux 5.13 or later with landlock in lsm=; seccomp still holds");
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		row(v, "seccomp", "available");
	else
		concern(v, "seccomp", "not available",
			"hostile evidence is less contained; use --require-sandbox to refuse");
}

static void rules(struct visit *v, const struct cli_args *args)
{
	struct ruleset *rs = NULL;
	struct rulepack_from from = { 0 };
	buf bundle = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	size_t ok = 0;
	char text[64];

	title(v, "Rules");
	if (rulepack_read(args, &bundle, &from, &e) < 0) {
		concern(v, "rules", "none", e.text);
	} else {
		buf_byte(&from.paths, '\0');
		row(v, "from", from.paths.failed ? "" : from.paths.ptr);
		if (ruleset_new(&rs, str_bytes(buf_view(&bundle)), &e) < 0) {
			concern(v, "rules", "cannot be compiled", e.text);
		} else {
			for (size_t i = 0; i < ruleset_len(rs); i++)
				ok += ruleset_at(rs, i)->status == RULE_OK;
			snprintf(text, sizeof text, "%zu of %zu documents", ok, ruleset_len(rs));
			row(v, "executable", text);
		}
	}
	ruleset_free(rs);
	buf_done(&bundle);
	rulepack_from_done(&from);
}

static void limits(struct visit *v)
{
	const char *tmp = getenv("TMPDIR");
	struct statvfs fs;
	struct rlimit files;
	char text[128];

	title(v, "Limits");
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		snprintf(text, sizeof text, "%llu", (unsigned long long)files.rlim_cur);
		if (files.rlim_cur < 64)
			concern(v, "open files", text, "raise it with ulimit -n");
		else
			row(v, "open files", text);
	}
	snprintf(text, sizeof text, "%lld MiB of %lld MiB free",
		 (long long)sysconf(_SC_AVPHYS_PAGES) * sysconf(_SC_PAGESIZE) >> 20,
		 (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) >> 20);
	row(v, "memory", text);
	tmp = tmp && *tmp ? tmp : "/tmp";
	if (statvfs(tmp, &fs) != 0) {
		concern(v, "temporary space", tmp, "set TMPDIR to a folder that can be written");
		return;
	}
	snprintf(text, sizeof text, "%llu MiB free in %.90s",
		 (unsigned long long)fs.f_bavail * fs.f_frsize >> 20, tmp);
	if ((unsigned long long)fs.f_bavail * fs.f_frsize < (1ull << 30))
		concern(v, "temporary space", text, "sorting many results may need more; set TMPDIR");
	else
		row(v, "temporary space", text);
}

static void readers(struct visit *v)
{
	title(v, "Formats");
	for (size_t i = 0; READERS[i]; i++)
		row(v, READERS[i]->name, READERS[i]->summary);
}

/* What the evidence of a case covers. */
static int run_case(struct cli *cli, const char *dir)
{
	struct store *s = NULL;
	err e = { .offset = ERR_NO_OFFSET };
	buf out = { 0 };
	int missing = -1;

	if (store_open(&s, dir, &e) == 0)
		missing = report_coverage(s, cli->out.color, &out, &e);
	store_close(s);
	if (missing >= 0 && cli_flush(STDOUT_FILENO, &out, &e) < 0)
		missing = -1;
	buf_done(&out);
	return missing < 0 ? cli_fail(cli, &e) : missing ? EXIT_GAPS : EXIT_DONE;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	struct visit v = { .cli = cli };
	err e = { .offset = ERR_NO_OFFSET };
	int code;

	if (args->paths.len > 1)
		return cli_usage(cli, &command_doctor, "doctor takes one case at most");
	if (args->paths.len)
		return run_case(cli, args->paths.at[0]);
	buf_z(&v.out, "spoor " SPOOR_VERSION "\n");
	libraries(&v);
	cpu(&v);
	sandbox(&v);
	readers(&v);
	rules(&v, args);
	limits(&v);
	buf_printf(&v.out, v.concerns ? "%u concern%s\n" : "all well\n", v.concerns,
		   v.concerns == 1 ? "" : "s");
	code = v.concerns ? EXIT_GAPS : EXIT_DONE;
	if (cli_flush(STDOUT_FILENO, &v.out, &e) < 0)
		code = cli_fail(cli, &e);
	buf_done(&v.out);
	return code;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "say what works on this machine, or what the evidence of a case covers",
	.usage = "[-r PATH]... | CASE",
	.options = OPTIONS,
	.details =
		"Versions of the libraries, processor, sandbox, formats, rules, limits and temporary space.\n"
		"Each concern comes with its remedy; exit code 3 if there is one.\n"
		"\n"
		"With a case: which logs of which hosts it holds, day by day, what a host of that role should have and\n"
		"does not, what that hides, and clocks that were off; exit code 3 if something is missing.",
	.run = run,
};
