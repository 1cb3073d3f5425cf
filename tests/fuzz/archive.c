/* Any bytes as a container: every member, of every depth, is read under small ceilings. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "evidence/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct archive_limits SMALL = {
	.depth = 4,
	.members = 200,
	.member_bytes = 1 << 20,
	.bytes = 4 << 20,
	.ratio = 1000,
	.ratio_from = 64 << 10,
	.bulk_ratio = 200,
	.bulk_from = 1 << 20,
	.buffer_bytes = 256 << 10,
};

/* What must hold whatever the bytes are; a fuzzer notices nothing but a crash. */
static void must(bool fact)
{
	if (!fact)
		abort();
}

static void read_member(struct archive_walk *a, const struct archive_member *m)
{
	uint8_t p[4096];
	uint64_t total = 0;
	struct gap g;
	int64_t n;
	err e = { 0 };

	must(m->path.len > 0);
	while ((n = archive_read(a, p, sizeof p, &e)) > 0)
		must((total += (uint64_t)n) <= SMALL.member_bytes && (size_t)n <= sizeof p);
	must((n < 0) == (e.code != ERR_NONE));
	if (n < 0)
		evidence_gap(&g, &e, total, total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct archive_walk *a;
	struct archive_member m;
	static bool prepared;
	int fd = memfd_create("archive", MFD_CLOEXEC), r = 0;
	err e = { 0 };

	prepared = prepared || evidence_process_init(NULL) == 0;
	must(prepared);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    archive_open_limited(&a, fd, STR("in"), &SMALL, &e) < 0) {
		close(fd);
		return 0;
	}
	for (unsigned i = 0; (r = archive_next(a, &m, &e)) > 0; i++) {
		must(i <= 2 * SMALL.members);
		if (!m.readable)
			must(m.gap.text[0] != 0);
		else if (i % 5 != 4) /* some are passed over unread */
			read_member(a, &m);
	}
	must(r == 0 || e.code != ERR_NONE);
	archive_close(a);
	close(fd);
	return 0;
}
