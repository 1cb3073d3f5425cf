/* bench_decode - how fast one core decodes events or hashes bytes, nothing else.
 *
 * usage: bench_decode FILE...     reads each file into memory, then times decoding every event of it
 *        bench_decode --rules PATH FILE...  the same, and detecting in each event what the rules ask
 *        bench_decode --facts FILE...   the same, and making facts of each event
 *        bench_decode --sha256 N  times SHA-256 over N MiB
 * Prints one line: bytes, seconds, events, findings or facts. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "detect/detect.h"
#include "facts/facts.h"
#include "readers/reader.h"
#include "util/sha256.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int fail(const char *what)
{
	fprintf(stderr, "bench_decode: %s\n", what);
	return 1;
}

static bytes slurp(const char *path)
{
	bytes none = { 0 };
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *mem;
	size_t have = 0;

	if (fd < 0 || fstat(fd, &st) < 0 || !(mem = malloc((size_t)st.st_size + 1)))
		return none;
	while (have < (size_t)st.st_size) {
		ssize_t n = read(fd, mem + have, (size_t)st.st_size - have);

		if (n <= 0)
			return none;
		have += (size_t)n;
	}
	close(fd);
	return (bytes){ mem, have };
}

static int count_finding(void *ctx, const struct finding *f, err *e)
{
	++*(uint64_t *)ctx;
	return 0;
}

/* Facts of one event; a table that is full is emptied, as a worker would hand it on. */
static bool observe(struct fact_table *facts, const event *ev, uint64_t *ret_facts, err *e)
{
	if (fact_table_observe(facts, ev, e) < 0)
		return false;
	if (fact_table_full(facts)) {
		*ret_facts += fact_table_len(facts);
		fact_table_clear(facts);
	}
	return true;
}

/* All events of content that lies in memory as a whole; detect: NULL for no detection. */
static uint64_t decode(bytes all, struct detector *detect, bool with_facts, uint64_t *ret_findings,
		       uint64_t *ret_gaps)
{
	struct reader_env env = { .end = UINT64_MAX };
	struct reader_input in = { .data = all, .last = true };
	err e = { 0 };
	bytes head = all;
	const struct reader_ops *ops;
	enum reader_step step;
	uint64_t events = 0;
	struct gap gap;
	struct fact_table *facts = NULL;
	void *self;
	event ev;

	if (head.len > READER_PROBE_LEN)
		head.len = READER_PROBE_LEN;
	ops = reader_pick(head, STR(""), &e);
	env.schemas = schema_set_new(&e);
	env.ops = ops;
	env.head = head;
	if (with_facts && fact_table_new(&facts, &e) < 0)
		return 0;
	if (!ops || !env.schemas || ops->open(&self, &env, &e) < 0)
		return 0;
	while ((step = ops->next(self, &in, &ev, &gap, &e)) != READER_END && step != READER_FATAL) {
		if (step == READER_MORE) {
			if (!bytes_sub(all, in.need_from, all.len - in.need_from, &in.data))
				break;
			in.offset = in.need_from;
		}
		events += step == READER_EVENT;
		if (step == READER_EVENT && detect &&
		    detector_event(detect, &ev, count_finding, ret_findings, &e) < 0)
			break;
		if (step == READER_EVENT && facts && !observe(facts, &ev, ret_findings, &e))
			break;
		*ret_gaps += step == READER_SKIPPED;
	}
	ops->close(self);
	if (facts)
		*ret_findings += fact_table_len(facts);
	fact_table_free(facts);
	if (detect)
		detector_forget_schemas(detect);
	schema_set_free(env.schemas);
	return events;
}

static int hash(size_t mib)
{
	static const uint8_t BLOCK[1 << 20];
	uint8_t digest[SHA256_LEN];
	err e = { 0 };
	struct sha256 *h = sha256_new(&e);
	double start = now();
	int rc = h ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < mib; i++)
		rc = sha256_add(h, (bytes){ BLOCK, sizeof BLOCK }, &e);
	if (rc == 0)
		rc = sha256_end(h, digest, &e);
	if (rc == 0)
		printf("%zu %.6f 0\n", mib << 20, now() - start);
	sha256_free(h);
	return rc == 0 ? 0 : fail(e.text);
}

/* A detector of all rules below a path; NULL with the reason printed. */
static struct detector *detector_of(const char *rules)
{
	buf bundle = { 0 };
	struct ruleset *rs;
	struct detector *d;
	err e = { 0 };

	if (rules_read(&bundle, &rules, 1, &e) == 0 && ruleset_new(&rs, str_bytes(buf_view(&bundle)), &e) == 0 &&
	    detector_new(&d, rs, &e) == 0)
		return d; /* for the life of the process */
	fail(e.text);
	return NULL;
}

int main(int argc, char **argv)
{
	uint64_t bytes_read = 0, events = 0, findings = 0, gaps = 0, mib;
	struct detector *detect = NULL;
	bool facts = false;
	double seconds = 0;
	int first = 1;

	if (argc == 3 && strcmp(argv[1], "--sha256") == 0)
		return str_to_u64(str_of(argv[2]), &mib) ? hash((size_t)mib) : fail("--sha256 takes MiB");
	if (argc > 3 && strcmp(argv[1], "--rules") == 0) {
		detect = detector_of(argv[2]);
		first = 3;
		if (!detect)
			return 1;
	}
	if (argc > 2 && strcmp(argv[1], "--facts") == 0) {
		first = 2;
		facts = true;
	}
	for (int i = first; i < argc; i++) {
		bytes all = slurp(argv[i]);
		double start;

		if (!all.ptr)
			return fail("cannot read a file");
		start = now();
		events += decode(all, detect, facts, &findings, &gaps);
		seconds += now() - start;
		bytes_read += all.len;
		free((void *)(uintptr_t)all.ptr);
	}
	printf("%llu %.6f %llu %llu\n", (unsigned long long)bytes_read, seconds, (unsigned long long)events,
	       (unsigned long long)findings);
	return events ? 0 : fail("no events");
}
