/* spoor-range - makes evidence of incidents that never happened, and scores what was made of it: docs/range.md. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "degrade.h"
#include "samples.h"
#include "scenario.h"
#include "score.h"

enum { EXIT_DONE = 0, EXIT_USAGE = 1, EXIT_FAILED = 2 };

#define DEFAULT_SEED 1

struct arguments {
	const char *command, *out, *bundle;
	uint64_t seed, hosts, days, scale;
};

static int usage(FILE *to, int rc)
{
	fputs("usage: spoor-range SCENARIO -o DIR [--seed N] [--hosts N] [--days N] [--scale N] [--bundle NAME]\n"
	      "       spoor-range score CASE TRUTH [--json]\n"
	      "       spoor-range samples -o DIR\n\n"
	      "scenarios:\n",
	      to);
	for (size_t i = 0; scenario_at(i); i++)
		fprintf(to, "  %-8s %s (%u hosts, %u days)\n", scenario_at(i)->name, scenario_at(i)->about,
			scenario_at(i)->hosts, scenario_at(i)->days);
	fputs("\nDIR/evidence holds the logs, DIR/truth.json what happened, DIR/truth.events.jsonl where each row of it lies.\n"
	      "The same seed and numbers give the same bytes. --scale multiplies the background, never the intrusion.\n"
	      "bundles: easy (default), normal, hard, field\n"
	      "score: how well a case tells a truth (DIR/truth.json), with what simple methods would have said\n"
	      "samples: small EVTX files with known values, for tests\n",
	      to);
	return rc;
}

static bool arguments_read(struct arguments *a, int argc, char **argv)
{
	const struct {
		const char *name;
		uint64_t *to;
		uint64_t max;
	} NUMBERS[] = { { "--seed", &a->seed, UINT64_MAX },
			{ "--hosts", &a->hosts, 20000 },
			{ "--days", &a->days, 2000 },
			{ "--scale", &a->scale, 100000 } };

	*a = (struct arguments){ argc > 1 ? argv[1] : "", NULL, "easy", DEFAULT_SEED, 0, 0, 1 };
	for (int i = 2; i + 1 < argc; i += 2) {
		bool known = false;

		if (strcmp(argv[i], "-o") == 0) {
			a->out = argv[i + 1];
			continue;
		}
		if (strcmp(argv[i], "--bundle") == 0) {
			a->bundle = argv[i + 1];
			continue;
		}
		for (size_t k = 0; k < COUNT(NUMBERS); k++)
			if (strcmp(argv[i], NUMBERS[k].name) == 0)
				known = str_to_u64(str_of(argv[i + 1]), NUMBERS[k].to) &&
					*NUMBERS[k].to <= NUMBERS[k].max;
		if (!known)
			return false;
	}
	return argc % 2 == 0 && a->out != NULL && a->scale > 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

/* A range that was made here before gives way; anything else that lies there does not. */
static int clear_place(const char *dir, err *e)
{
	char evidence[2 * SINK_PATH_MAX], rows[2 * SINK_PATH_MAX];

	if ((size_t)snprintf(evidence, sizeof evidence, "%s/evidence", dir) >= sizeof evidence)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "the path is too long");
	if (rmdir(evidence) == 0 || errno == ENOENT)
		return 0;
	snprintf(rows, sizeof rows, "%s/truth.events.jsonl", dir);
	if (access(rows, F_OK) != 0)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s is there, and no range made it", evidence);
	if (nftw(evidence, remove_one, 32, FTW_DEPTH | FTW_PHYS) != 0)
		return err_errno(e, errno, "cannot replace %s", evidence);
	return 0;
}

static int make(const struct arguments *a, err *e)
{
	const struct scenario *s = scenario_find(a->command);
	const struct bundle *b = bundle_find(a->bundle);
	struct range_size size = { (uint32_t)a->hosts, (uint32_t)a->days, (uint32_t)a->scale };
	char folder[2 * SINK_PATH_MAX];

	if (!b)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no bundle is called %s", a->bundle);
	if ((size_t)snprintf(folder, sizeof folder, "%s/", a->out) >= sizeof folder)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "the path is too long");
	if (make_folders(folder, e) < 0)
		return -1;
	if (!s)
		return samples_write(a->out, e);
	return clear_place(a->out, e) < 0 ? -1 : scenario_run(s, a->seed, &size, b, a->out, e);
}

static int score(int argc, char **argv, err *e)
{
	bool json = argc == 5 && strcmp(argv[4], "--json") == 0;

	if (argc != 4 && !json)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "score takes a case, a truth and perhaps --json");
	return score_case(argv[2], argv[3], json, stdout, e);
}

int main(int argc, char **argv)
{
	struct arguments a;
	err e = { 0 };
	int rc;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return usage(stdout, EXIT_DONE);
	if (argc > 1 && strcmp(argv[1], "score") == 0)
		rc = score(argc, argv, &e);
	else if (!arguments_read(&a, argc, argv) ||
		 (!scenario_find(a.command) && strcmp(a.command, "samples") != 0))
		return usage(stderr, EXIT_USAGE);
	else
		rc = make(&a, &e);
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, "spoor-range: %s\n", e.text);
	return e.code == ERR_ARG ? EXIT_USAGE : EXIT_FAILED;
}
