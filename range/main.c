/* spoor-range - makes evidence of incidents that never happened: docs/range.md. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "background.h"
#include "samples.h"
#include "write.h"

enum { EXIT_DONE = 0, EXIT_USAGE = 1, EXIT_FAILED = 2 };

enum { DEMO_DAYS = 3, DEMO_DESKS = 6, DEMO_SEED = 1 };

struct arguments {
	const char *command, *out;
	uint64_t seed;
};

static int usage(FILE *to, int rc)
{
	fputs("usage: spoor-range demo -o DIR [--seed N]\n"
	      "       spoor-range samples -o DIR\n\n"
	      "demo     a small synthetic incident: DIR/evidence and DIR/truth.json; the same seed, the same "
	      "bytes\n"
	      "samples  small EVTX files with known values, for tests\n",
	      to);
	return rc;
}

static bool arguments_read(struct arguments *a, int argc, char **argv)
{
	*a = (struct arguments){ argc > 1 ? argv[1] : "", NULL, DEMO_SEED };
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			a->out = argv[++i];
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc &&
			 str_to_u64(str_of(argv[i + 1]), &a->seed))
			i++;
		else
			return false;
	}
	return a->out != NULL;
}

static int demo(const char *dir, uint64_t seed, err *e)
{
	static const struct world_size SIZE = { .desks = DEMO_DESKS, .days = DEMO_DAYS };
	struct world *w = calloc(1, sizeof *w);
	struct intrusion in;
	int rc;

	if (!w)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the world");
	rc = world_init(w, seed, &SIZE, e);
	if (rc == 0) {
		intrusion_plan(w, &in);
		background_fill(w);
		intrusion_play(w, &in);
		rc = log_settle(w, e);
	}
	if (rc == 0)
		rc = world_write(w, &in, dir, e);
	world_done(w);
	free(w);
	return rc;
}

int main(int argc, char **argv)
{
	struct arguments a;
	err e = { 0 };
	int rc;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return usage(stdout, EXIT_DONE);
	if (!arguments_read(&a, argc, argv))
		return usage(stderr, EXIT_USAGE);
	if (mkdir(a.out, 0777) < 0 && errno != EEXIST)
		rc = err_errno(&e, errno, "cannot create %s", a.out);
	else if (strcmp(a.command, "demo") == 0)
		rc = demo(a.out, a.seed, &e);
	else if (strcmp(a.command, "samples") == 0)
		rc = samples_write(a.out, &e);
	else
		return usage(stderr, EXIT_USAGE);
	if (rc < 0)
		fprintf(stderr, "spoor-range: %s\n", e.text);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
