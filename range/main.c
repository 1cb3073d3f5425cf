/* spoor-range - makes evidence of incidents that never happened. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "samples.h"

enum { EXIT_USAGE = 1, EXIT_FAILED = 2 };

static int usage(FILE *to, int rc)
{
	fputs("usage: spoor-range demo -o DIR [--seed N]\n"
	      "       spoor-range samples -o DIR\n\n"
	      "demo     a small synthetic incident: DIR/evidence and DIR/truth.json\n"
	      "samples  small EVTX files with known values, for tests\n",
	      to);
	return rc;
}

int main(int argc, char **argv)
{
	const char *out = NULL;
	err e = { 0 };
	int rc;

	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			out = argv[++i];
	if (argc < 2 || !out)
		return usage(stderr, EXIT_USAGE);
	if (mkdir(out, 0777) < 0 && errno != EEXIST) {
		fprintf(stderr, "spoor-range: %s: %s\n", out, strerror(errno));
		return EXIT_FAILED;
	}
	rc = samples_write(out, &e);
	if (rc < 0)
		fprintf(stderr, "spoor-range: %s\n", e.text);
	return rc < 0 ? EXIT_FAILED : 0;
}
