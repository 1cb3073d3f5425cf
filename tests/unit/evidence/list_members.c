/* What archive_walk answers for each named file: MEMBER lines "bytes<TAB>verdict<TAB>path" with verdict
 * "ok" or a gap kind, then "END<TAB>ok" or the error's code, and its text. For tests/hostile/containers. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "evidence/evidence.h"

static const char *read_member(struct archive_walk *a, uint64_t *ret_bytes)
{
	static uint8_t p[256 * 1024];
	struct gap g;
	int64_t n;
	err e = { 0 };

	while ((n = archive_read(a, p, sizeof p, &e)) > 0)
		*ret_bytes += (uint64_t)n;
	if (n == 0)
		return "ok";
	evidence_gap(&g, &e, 0, 0);
	return gap_kind_name(g.kind);
}

static void list(const char *path)
{
	struct archive_walk *a = NULL;
	struct archive_member m;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	err e = { 0 };

	r = archive_open(&a, fd, str_basename(str_of(path)), &e);
	while (r >= 0 && (r = archive_next(a, &m, &e)) > 0) {
		uint64_t n = 0;
		const char *verdict = m.readable ? read_member(a, &n) : gap_kind_name(m.gap.kind);

		printf("%llu\t%s\t%.*s\n", (unsigned long long)n, verdict, STR_ARG(m.path));
	}
	printf("END\t%s\t%s\n", r < 0 ? err_code_name(e.code) : "ok", r < 0 ? e.text : "");
	archive_close(a);
	close(fd);
}

int main(int argc, char **argv)
{
	err e = { 0 };

	if (evidence_process_init(&e) < 0)
		return 1;
	for (int i = 1; i < argc; i++)
		list(argv[i]);
	return 0;
}
