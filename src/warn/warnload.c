/* Feeds as they lie on disk: files, folders, compressed or in archives. Unpacking is that of evidence/, with its ceilings. */
#include <fcntl.h>
#include <unistd.h>

#include "evidence/evidence.h"
#include "util/limits.h"
#include "warn/warn_priv.h"

enum { HEAD = 4096 };

struct loader {
	struct warn *w;
	buf text;
	uint64_t read, unread;
};

static const char *kind_of(int fd)
{
	uint8_t head[HEAD];
	ssize_t n = pread(fd, head, sizeof head, 0);

	return n > 0 ? container_kind((bytes){ head, (size_t)n }) : NULL;
}

/* All of a content: 0, or -1 with *e. */
static int fill(buf *to, uint64_t max, int64_t (*more)(void *ctx, uint8_t *at, size_t cap, err *e), void *ctx,
		err *e)
{
	enum { STEP = 1 << 18 };

	buf_clear(to);
	for (;;) {
		int64_t n;

		if (!buf_reserve(to, STEP))
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to read it");
		n = more(ctx, (uint8_t *)to->ptr + to->len, to->cap - to->len, e);
		if (n <= 0)
			return (int)n;
		to->len += (size_t)n;
		if (to->len > max)
			return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "larger than %llu bytes",
				       (unsigned long long)max);
	}
}

static int64_t from_content(void *ctx, uint8_t *at, size_t cap, err *e)
{
	return content_read(ctx, at, cap, e);
}

static int64_t from_archive(void *ctx, uint8_t *at, size_t cap, err *e)
{
	return archive_read(ctx, at, cap, e);
}

static int plain(int fd, uint64_t max, buf *to, err *e)
{
	struct content *c;
	int rc;

	if (content_file(&c, fd, 0, UINT64_MAX, e) < 0)
		return -1;
	rc = fill(to, max, from_content, c, e);
	content_free(c);
	return rc;
}

/* --- one file ------------------------------------------------------------------------------------------------------------------------ */

/* The only member of a compressed file or of an archive with one. */
static int packed(int fd, const char *path, uint64_t max, buf *to, err *e)
{
	struct archive_member m;
	struct archive_walk *a;
	int rc;

	if (archive_open(&a, fd, str_of(path), e) < 0)
		return -1;
	rc = archive_next(a, &m, e);
	if (rc == 0 || (rc > 0 && !m.readable))
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "nothing in it that can be read");
	if (rc > 0)
		rc = fill(to, max, from_archive, a, e);
	archive_close(a);
	return rc < 0 ? -1 : 0;
}

int warn_slurp(const char *path, uint64_t max, buf *to, err *e)
{
	struct walk *w;
	int fd, rc;

	if (walk_new(&w, &path, 1, e) < 0)
		return -1;
	fd = walk_len(w) == 1 ? walk_open(w, 0, e)
			      : err_set(e, ERR_ARG, ERR_NO_OFFSET, "one file is wanted here");
	rc = fd < 0 ? -1 : kind_of(fd) ? packed(fd, path, max, to, e) : plain(fd, max, to, e);
	if (fd >= 0)
		close(fd);
	walk_free(w);
	return rc < 0 ? err_prefix(e, "%s", path) : 0;
}

/* --- many ------------------------------------------------------------------------------------------------------------------------------ */

/* Could this be a feed? What is in folders and archives beside them (read-me files, signatures, lists of hashes) is passed. */
static bool is_like_feed(str s)
{
	size_t i = 0;
	str rest, line;

	if (str_starts(s, STR("\xEF\xBB\xBF")))
		i = 3;
	while (i < s.len && strchr(" \t\r\n", s.ptr[i]) && s.ptr[i])
		i++;
	if (i == s.len)
		return false;
	if (s.ptr[i] == '{' || s.ptr[i] == '[')
		return true;
	s = (str){ s.ptr + i, s.len - i };
	while (s.len && s.ptr[0] == '#')
		str_cut(s, '\n', &s);
	line = str_cut(s, '\n', &rest);
	return str_starts(line, STR("cve,epss"));
}

static int take(struct loader *l, str name, bool named, err *e)
{
	err own = { .offset = ERR_NO_OFFSET };
	str text = buf_view(&l->text);

	if (!named && !is_like_feed(text)) {
		l->w->n.passed++;
		return 0;
	}
	if (warn_feed(l->w, text, name, &own) == 0) {
		l->read++;
		return 0;
	}
	if (own.code == ERR_OOM || l->w->failed) {
		*e = own;
		return -1;
	}
	l->unread++;
	if (own.offset != ERR_NO_OFFSET)
		warn_say(l->w, "%s (at byte %llu): what stands behind it was not read", own.text,
			 (unsigned long long)own.offset);
	else
		warn_say(l->w, "%s: not read", own.text);
	return 0;
}

static void unreadable(struct loader *l, str name, const char *why)
{
	l->unread++;
	warn_say(l->w, "%.*s: %s", STR_ARG(name), why);
}

static int members(struct loader *l, int fd, str name, err *e)
{
	struct archive_walk *a;
	struct archive_member m;
	err own = { .offset = ERR_NO_OFFSET };
	int rc;

	if (archive_open(&a, fd, name, &own) < 0) {
		unreadable(l, name, own.text);
		return 0;
	}
	while ((rc = archive_next(a, &m, &own)) > 0) {
		err damage = { .offset = ERR_NO_OFFSET };

		if (!m.readable || fill(&l->text, LIMIT_WARN_FILE_BYTES, from_archive, a, &damage) < 0) {
			if (damage.code == ERR_OOM)
				break;
			unreadable(l, m.path, m.readable ? damage.text : "cannot be read");
			continue;
		}
		if (take(l, m.path, false, e) < 0) {
			archive_close(a);
			return -1;
		}
	}
	if (rc < 0)
		unreadable(l, name, own.text);
	archive_close(a);
	return rc > 0 ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to read %.*s", STR_ARG(name)) : 0;
}

static bool is_named(const char *const *paths, size_t n, str path)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(paths[i]), path))
			return true;
	return false;
}

static int load_item(struct loader *l, const struct walk *w, size_t i, bool named, err *e)
{
	const struct walk_item *item = walk_at(w, i);
	err own = { .offset = ERR_NO_OFFSET };
	int fd = item->readable ? walk_open(w, i, &own) : -1, rc = 0;

	if (fd < 0) {
		unreadable(l, item->path, item->readable ? own.text : "cannot be read");
		return 0;
	}
	if (kind_of(fd)) {
		rc = members(l, fd, item->path, e);
	} else if (plain(fd, LIMIT_WARN_FILE_BYTES, &l->text, &own) == 0) {
		rc = take(l, item->path, named, e);
	} else {
		unreadable(l, item->path, own.text);
	}
	close(fd);
	return rc;
}

int warn_load(struct warn *w, const char *const *paths, size_t n, uint64_t *ret_unread, err *e)
{
	struct loader l = { .w = w };
	struct walk *walk;
	int rc = 0;

	if (walk_new(&walk, paths, n, e) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < walk_len(walk); i++)
		rc = load_item(&l, walk, i, is_named(paths, n, walk_at(walk, i)->path), e);
	if (rc == 0 && l.read == 0)
		rc = err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "no feed could be read%s%s",
			     warn_said(w, 0) ? ": " : "", warn_said(w, 0) ? warn_said(w, 0) : "");
	*ret_unread = l.unread;
	buf_done(&l.text);
	walk_free(walk);
	return rc;
}
