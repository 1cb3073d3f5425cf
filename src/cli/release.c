#include "cli/release.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/slurp.h"
#include "detect/detect.h"
#include "detect/samples.h"
#include "engine/sandbox.h"
#include "evidence/evidence.h"
#include "util/limits.h"
#include "util/utf.h"
#include "util/vec.h"

bool release_is_rules(str name)
{
	return (str_ends(name, STR(".yml")) || str_ends(name, STR(".yaml"))) && !samples_is_name(name);
}

bool release_is_licence(str name)
{
	static const char *const BEGIN[] = { "LICENSE", "LICENCE", "COPYING", "NOTICE" };
	str base = str_basename(name);

	for (size_t i = 0; i < COUNT(BEGIN); i++)
		if (str_starts(base, str_of(BEGIN[i])))
			return true;
	return false;
}

/* A relative path of plain names: nothing hidden, nothing above, nothing that a terminal or a list of
 * hashes would stumble on. */
static bool is_plain_path(str path)
{
	if (!path.len || utf8_valid_prefix(path) != path.len)
		return false;
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7f || path.ptr[i] == '\\')
			return false;
	while (path.ptr) {
		str part = str_cut(path, '/', &path);

		if (!part.len || part.len > 255 || part.ptr[0] == '.')
			return false;
	}
	return true;
}

static int too_large(err *e)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "rule texts exceed %u bytes", LIMIT_RULES_BYTES);
}

static int add(buf *to, str name, str text, err *e)
{
	const struct bundle_file f = { .path = name, .name = name, .text = text };

	bundle_add(to, &f);
	return to->failed || to->len > LIMIT_RULES_BYTES ? too_large(e) : 0;
}

/* --- without the folder that all lie in ------------------------------------------------------ */

/* Bytes of the first folder's name with its slash, if it is the same for all; else 0. */
static size_t common_folder(bytes files)
{
	struct bundle_file f;
	str common = { 0 };
	size_t pos;

	if (!bundle_open(files, &pos))
		return 0;
	while (bundle_next(files, &pos, &f) > 0) {
		const char *slash = memchr(f.name.ptr, '/', f.name.len);
		str first = { f.name.ptr, slash ? (size_t)(slash - f.name.ptr) + 1 : 0 };

		if (!slash || (common.len && !str_eq(common, first)))
			return 0;
		common = first;
	}
	return common.len;
}

struct named {
	str name, text;
};

static int cmp_named(const void *a, const void *b)
{
	return str_cmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* The files of `from` in the order of their names, cut. Two of one name are an error. */
static int settle(const buf *from, buf *ret, err *e)
{
	bytes files = { (const uint8_t *)from->ptr, from->len };
	size_t pos, cut = common_folder(files);
	VEC(struct named) list = { 0 };
	struct bundle_file f;
	int rc = 0;

	(void)bundle_open(files, &pos);
	while (rc == 0 && bundle_next(files, &pos, &f) > 0) {
		struct named *n = VEC_PUSH(&list, LIMIT_RULE_FILES);

		if (!n)
			rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u rule files", LIMIT_RULE_FILES);
		else
			*n = (struct named){ { f.name.ptr + cut, f.name.len - cut }, f.text };
	}
	if (list.len)
		qsort(list.at, list.len, sizeof *list.at, cmp_named);
	bundle_begin(ret);
	for (size_t i = 0; rc == 0 && i < list.len; i++) {
		if (i && str_eq(list.at[i].name, list.at[i - 1].name))
			rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%.*s is there twice",
				     STR_ARG(list.at[i].name));
		else
			rc = add(ret, list.at[i].name, list.at[i].text, e);
	}
	VEC_DONE(&list);
	return rc;
}

/* --- folders -------------------------------------------------------------------------------- */

static int add_rules(const char *dir, buf *to, err *e)
{
	struct bundle_file f;
	buf read = { 0 };
	size_t pos = 0;
	int rc = rules_read(&read, &dir, 1, e);

	if (rc == 0)
		(void)bundle_open(str_bytes(buf_view(&read)), &pos);
	while (rc == 0 && bundle_next(str_bytes(buf_view(&read)), &pos, &f) > 0) {
		if (f.status != BUNDLE_OK)
			rc = err_set(e, ERR_IO, ERR_NO_OFFSET, "%.*s: %.*s", STR_ARG(f.path), STR_ARG(f.text));
		else if (!is_plain_path(f.name))
			rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%.*s: a name that is not taken over",
				     STR_ARG(f.path));
		else
			rc = add(to, f.name, f.text, e);
	}
	buf_done(&read);
	return rc;
}

/* Those in the folder itself. */
static int add_licences(const char *dir, buf *to, err *e)
{
	DIR *d = opendir(dir);
	buf path = { 0 }, text = { 0 };
	struct dirent *entry;
	int rc = 0;

	if (!d)
		return err_errno(e, errno, "%s", dir);
	while (rc == 0 && (entry = readdir(d)) != NULL) {
		str name = str_of(entry->d_name);

		if (!release_is_licence(name) || release_is_rules(name) || !is_plain_path(name))
			continue;
		buf_clear(&path);
		buf_clear(&text);
		buf_printf(&path, "%s/%s", dir, entry->d_name);
		buf_byte(&path, '\0');
		if (!path.failed && slurp(path.ptr, LIMIT_RULE_BYTES, &text, NULL) > 0)
			rc = add(to, name, buf_view(&text), e);
	}
	closedir(d);
	buf_done(&path);
	buf_done(&text);
	return rc;
}

int release_of_dir(const char *dir, buf *ret, err *e)
{
	buf files = { 0 };
	int rc;

	bundle_begin(&files);
	rc = add_rules(dir, &files, e);
	if (rc == 0)
		rc = add_licences(dir, &files, e);
	if (rc == 0)
		rc = settle(&files, ret, e);
	buf_done(&files);
	return rc;
}

/* --- archives, in a child process ------------------------------------------------------------ */

/* The member's name inside the archive; empty for what is not taken: members of inner archives, hidden
 * files, names that are no plain paths. */
static str member_name(const struct archive_member *m)
{
	size_t cut = str_find(m->path, STR("!/"));
	str name;

	if (cut == SIZE_MAX)
		return STR("");
	name = (str){ m->path.ptr + cut + 2, m->path.len - cut - 2 };
	if (str_find(name, STR("!/")) != SIZE_MAX || !is_plain_path(name) ||
	    !(release_is_rules(name) || release_is_licence(name)))
		return STR("");
	return name;
}

static int read_member(struct archive_walk *a, str name, buf *text, err *e)
{
	int64_t n = -1;

	buf_clear(text);
	while (buf_reserve(text, 65536) &&
	       (n = archive_read(a, (uint8_t *)text->ptr + text->len, 65536, e)) > 0) {
		text->len += (size_t)n;
		if (text->len > LIMIT_RULE_BYTES)
			return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "%.*s is too large for a rule file",
				       STR_ARG(name));
	}
	return n < 0 ? err_prefix(e, "%.*s", STR_ARG(name)) : 0;
}

static int read_members(int fd, const char *display, buf *to, err *e)
{
	struct archive_walk *a = NULL;
	struct archive_member m;
	buf text = { 0 };
	int rc, files = 0;

	bundle_begin(to);
	rc = archive_open(&a, fd, str_of(display), e);
	while (rc >= 0 && (rc = archive_next(a, &m, e)) > 0) {
		str name = member_name(&m);

		if (!name.len)
			continue;
		if (++files > (int)LIMIT_RULE_FILES)
			rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u rule files", LIMIT_RULE_FILES);
		else if (!m.readable)
			rc = err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "%.*s: %s", STR_ARG(name), m.gap.text);
		else
			rc = read_member(a, name, &text, e);
		if (rc == 0)
			rc = add(to, name, buf_view(&text), e);
	}
	archive_close(a);
	buf_done(&text);
	return rc < 0 ? -1 : 0;
}

static void write_all(int fd, const void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t put = write(fd, (const char *)p + done, n - done);

		if (put <= 0 && errno != EINTR)
			_exit(1);
		done += put > 0 ? (size_t)put : 0;
	}
}

/* The child: one byte, 0 and the bundle, or 1 and what is wrong. */
__attribute__((noreturn)) static void child(int archive, const char *name, int out)
{
	err e = { .offset = ERR_NO_OFFSET };
	buf files = { 0 };
	int rc = evidence_process_init(&e);

	(void)sandbox_enter();
	if (rc == 0)
		rc = read_members(archive, name, &files, &e);
	write_all(out, rc == 0 ? "\0" : "\1", 1);
	if (rc == 0)
		write_all(out, files.ptr, files.len);
	else
		write_all(out, e.text, strlen(e.text));
	_exit(0);
}

static int hear(int fd, buf *to, err *e)
{
	ssize_t n;

	while (buf_reserve(to, 65536)) {
		n = read(fd, to->ptr + to->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, errno, "reading from a process of our own");
		if (n == 0)
			return 0;
		to->len += (size_t)n;
		if (to->len > LIMIT_RULES_BYTES + 65536u)
			return too_large(e);
	}
	return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rules");
}

/* What came out of the sandbox is as hostile as what went in. */
static bool names_are_plain(bytes files)
{
	struct bundle_file f;
	size_t pos;
	int got;

	if (!bundle_open(files, &pos))
		return false;
	while ((got = bundle_next(files, &pos, &f)) > 0)
		if (f.status != BUNDLE_OK || !str_eq(f.name, f.path) || !is_plain_path(f.name))
			return false;
	return got == 0;
}

int release_of_archive(int fd, const char *name, buf *ret, err *e)
{
	buf said = { 0 }, files;
	int ends[2], rc, status = 0;
	pid_t pid;

	if (pipe(ends) < 0)
		return err_errno(e, errno, "cannot start a process");
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		child(fd, name, ends[1]);
	}
	close(ends[1]);
	rc = pid < 0 ? err_errno(e, errno, "cannot start a process") : hear(ends[0], &said, e);
	close(ends[0]);
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	files = (buf){ said.ptr + 1, said.len - 1, 0, 0, false };
	if (rc == 0 && (status != 0 || said.len == 0))
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s: its reader died", name);
	else if (rc == 0 && said.ptr[0] != 0)
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s: %.*s", name, (int)u64_min(files.len, 200),
			     files.ptr);
	else if (rc == 0 && !names_are_plain((bytes){ (const uint8_t *)files.ptr, files.len }))
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s: its reader answered nonsense", name);
	else if (rc == 0)
		rc = settle(&files, ret, e);
	buf_done(&said);
	return rc;
}
