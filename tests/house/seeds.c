/* seeds.c - every reader has a seed to fuzz it with. usage: house_seeds CORPUS. Prints TAP.
 *
 * Seeds of the line formats (textlog) must be content that some line format claims, or the fuzzer begins with text that all
 * refuse; each reader must be the one that is picked for a seed. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/reader.h"
#include "util/buf.h"

enum { SEED_MAX = 1 << 20, READERS_MAX = 256 };

static unsigned count, failed;

static void ok(bool good, const char *what, const char *name)
{
	printf("%sok %u - %s%s\n", good ? "" : "not ", ++count, what, name);
	failed += !good;
}

static bool slurp(const char *path, buf *to)
{
	static char block[1 << 16];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(block, 1, sizeof block, f)) > 0 && to->len < SEED_MAX)
		buf_add(to, block, n);
	fclose(f);
	return !to->failed;
}

/* The reader that is picked for a seed; skip: bytes before its content. */
static const struct reader_ops *reader_of(const char *folder, const char *name, size_t skip)
{
	const struct reader_ops *ops = NULL;
	buf path = { 0 }, content = { 0 };
	bytes head;
	err e = { 0 };

	buf_printf(&path, "%s/%s%c", folder, name, '\0');
	if (!path.failed && slurp(path.ptr, &content) && bytes_sub(str_bytes(buf_view(&content)), skip, content.len - skip, &head)) {
		if (head.len > READER_PROBE_LEN)
			head.len = READER_PROBE_LEN;
		ops = reader_pick(head, STR(""), &e);
	}
	buf_done(&content);
	buf_done(&path);
	return ops;
}

static void note(bool seen[READERS_MAX], const struct reader_ops *ops)
{
	for (size_t i = 0; READERS[i] && i < READERS_MAX; i++)
		seen[i] |= READERS[i] == ops;
}

/* skip: bytes that the fuzz entry takes for itself. */
static void look(bool seen[READERS_MAX], const char *corpus, const char *entry, size_t skip)
{
	struct dirent *at;
	buf path = { 0 };
	DIR *d;

	buf_printf(&path, "%s/%s%c", corpus, entry, '\0');
	d = path.failed ? NULL : opendir(path.ptr);
	while (d && (at = readdir(d))) {
		const struct reader_ops *ops = at->d_name[0] == '.' ? NULL : reader_of(path.ptr, at->d_name, skip);

		if (at->d_name[0] != '.' && skip)
			ok(ops && ops->text, "a line format claims the seed ", at->d_name);
		note(seen, ops);
	}
	ok(d != NULL, "there are seeds of ", entry);
	if (d)
		closedir(d);
	buf_done(&path);
}

int main(int argc, char **argv)
{
	/* Entries whose seeds are whole content, and those that say in their first bytes what they are for. */
	static const struct {
		const char *name;
		size_t skip;
	} ENTRIES[] = { { "evtx_file", 0 }, { "json", 0 }, { "zeek", 0 }, { "textlog", 2 }, { "exports", 0 } };
	bool seen[READERS_MAX] = { false };

	if (argc != 2)
		return 2;
	for (size_t i = 0; i < COUNT(ENTRIES); i++)
		look(seen, argv[1], ENTRIES[i].name, ENTRIES[i].skip);
	for (size_t i = 0; READERS[i] && i < READERS_MAX; i++)
		ok(seen[i], "a seed that it claims: ", READERS[i]->name);
	printf("1..%u\n", count);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
