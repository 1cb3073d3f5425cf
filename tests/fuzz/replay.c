/* replay.c - runs a fuzz entry over its seeds and over deterministic mutations of them, as a test.
 *
 * usage: fuzz_NAME DIR    (TAP: one line per seed)
 * A crash names its input: before each call the input's number is in `place`, and the fatal-signal
 * handler prints it. Every call has a time limit, since a hang is a defect as much as a crash. */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MUTATIONS = 48, SECONDS_PER_CALL = 20, SEED_MAX = 4 << 20 };

static char place[512];

static void on_signal(int sig)
{
	static const char ALARM[] = "Bail out! a call ran longer than allowed: ";
	static const char CRASH[] = "Bail out! crashed on: ";
	ssize_t n = sig == SIGALRM ? write(STDOUT_FILENO, ALARM, sizeof ALARM - 1)
				   : write(STDOUT_FILENO, CRASH, sizeof CRASH - 1);

	n += write(STDOUT_FILENO, place, strlen(place));
	n += write(STDOUT_FILENO, "\n", 1);
	_exit(n > 0 ? 99 : 98);
}

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* Change a copy of the seed: bytes, little-endian sentinels, a cut, a doubled part. Answers its length. */
static size_t mutate(uint8_t *data, size_t len, uint64_t *rnd)
{
	static const uint32_t SENTINELS[] = { 0,      1,       0x7F,       0x80,       0xFF,
					      0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF };
	size_t n = 1 + next_random(rnd) % 6;

	for (size_t i = 0; i < n && len; i++) {
		uint64_t r = next_random(rnd);
		size_t at = (size_t)(next_random(rnd) % len);
		uint32_t v;

		switch (r % 5) {
		case 0:
			data[at] ^= (uint8_t)(1u << (r >> 8) % 8);
			break;
		case 1:
			data[at] = (uint8_t)(r >> 8);
			break;
		case 2:
			v = SENTINELS[(r >> 8) % (sizeof SENTINELS / sizeof SENTINELS[0])];
			memcpy(data + at, &v, len - at < 4 ? len - at : 4);
			break;
		case 3:
			memmove(data + at, data, len - at);
			break;
		default:
			if (i == 0)
				len = at;
			break;
		}
	}
	return len;
}

/* Each call gets its own heap block of exactly the input's size, so that ASan sees an overrun. */
static void call(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	alarm(SECONDS_PER_CALL);
	LLVMFuzzerTestOneInput(copy, len);
	alarm(0);
	free(copy);
}

static uint8_t *slurp(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(SEED_MAX);

	if (!f || !data)
		abort();
	*ret_len = fread(data, 1, SEED_MAX, f);
	fclose(f);
	return data;
}

static void replay(const char *dir, const char *name)
{
	char path[4096];
	size_t len;
	uint8_t *seed, *work;
	uint64_t rnd = 0;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	seed = slurp(path, &len);
	work = malloc(len ? len : 1);
	if (!work)
		abort();
	for (const char *p = name; *p; p++)
		rnd = rnd * 31 + (unsigned char)*p;
	snprintf(place, sizeof place, "%s", name);
	call(seed, len);
	for (int i = 0; i < MUTATIONS; i++) {
		memcpy(work, seed, len);
		snprintf(place, sizeof place, "%s, mutation %d", name, i);
		call(work, mutate(work, len, &rnd));
	}
	free(work);
	free(seed);
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **names = NULL;
	int n = argc == 2 ? scandir(argv[1], &names, visible, alphasort) : -1;

	if (n < 1) {
		printf("Bail out! no seeds in %s\n", argc == 2 ? argv[1] : "(no folder given)");
		return 1;
	}
	signal(SIGALRM, on_signal);
#if !defined(__SANITIZE_ADDRESS__)
	signal(SIGSEGV, on_signal);
	signal(SIGBUS, on_signal);
	signal(SIGFPE, on_signal);
	signal(SIGABRT, on_signal);
#endif
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("TAP version 13\n1..%d\n", n + 1);
	snprintf(place, sizeof place, "the empty input");
	call((const uint8_t *)"", 0);
	printf("ok 1 - the empty input\n");
	for (int i = 0; i < n; i++) {
		replay(argv[1], names[i]->d_name);
		printf("ok %d - %s and %d mutations\n", i + 2, names[i]->d_name, MUTATIONS);
		free(names[i]);
	}
	free(names);
	return 0;
}
