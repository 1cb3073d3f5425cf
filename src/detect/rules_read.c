/* rules_read.c - collecting texts of rules and of values for them. Runs in the coordinator; looks at names, not at contents. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/bundle.h"
#include "detect/detect.h"
#include "detect/samples.h"
#include "sigma/placeholder.h"
#include "util/arena.h"
#include "util/limits.h"
#include "util/vec.h"

struct entry {
	str path;
	size_t root; /* bytes of path that belong to the path named by the user */
	bool named;  /* the user named this very file: a link is followed */
	struct stat st;
};

struct collect {
	arena mem;
	VEC(struct entry) files;
};

static bool is_rule_name(str name)
{
	return (str_ends(name, STR(".yml")) || str_ends(name, STR(".yaml"))) && !samples_is_name(name);
}

static int add_file(struct collect *c, str path, size_t root, bool named, const struct stat *st, err *e)
{
	struct entry *entry = VEC_PUSH(&c->files, LIMIT_RULE_FILES);

	if (!entry)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u rule files", LIMIT_RULE_FILES);
	*entry = (struct entry){ path, root, named, *st };
	return 0;
}

static int visit_dir(struct collect *c, int fd, str path, size_t root, unsigned depth, err *e);

/* What lies in a directory under this name. Takes no descriptor over. */
static int visit_name(struct collect *c, int dir, str dir_path, const char *name, size_t root, unsigned depth,
		      err *e)
{
	str path = arena_printf(&c->mem, "%s/%s", dir_path.ptr, name);
	struct stat st;
	int fd;

	if (!path.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the names of rules");
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		st = (struct stat){ 0 };
	if (!S_ISDIR(st.st_mode))
		return is_rule_name(path) ? add_file(c, path, root, false, &st, e) : 0;
	if (depth == LIMIT_RULES_DEPTH)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "%s: directories nested too deep", path.ptr);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, errno, "%s", path.ptr);
	return visit_dir(c, fd, path, root, depth + 1, e);
}

static int visit_dir(struct collect *c, int fd, str path, size_t root, unsigned depth, err *e)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	int r = 0;

	if (!dir) {
		close(fd);
		return err_errno(e, errno, "%s", path.ptr);
	}
	while (r == 0 && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			r = visit_name(c, dirfd(dir), path, d->d_name, root, depth, e);
	closedir(dir);
	return r;
}

static int visit(struct collect *c, const char *name, err *e)
{
	str path = arena_str(&c->mem, str_of(name));
	struct stat st;
	int fd;

	if (!path.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the names of rules");
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	path = arena_str(&c->mem, path);
	if (!path.ptr || stat(path.ptr, &st) < 0)
		return err_errno(e, errno, "%s", name);
	if (!S_ISDIR(st.st_mode))
		return add_file(c, path, path.len - str_basename(path).len, true, &st, e);
	fd = open(path.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, errno, "%s", path.ptr);
	return visit_dir(c, fd, path, path.len + 1, 0, e);
}

static int cmp_entry(const void *a, const void *b)
{
	return str_cmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

/* Read a whole regular file; else *ret_why. */
static bool read_text(const struct entry *entry, buf *to, const char **ret_why)
{
	int fd = open(entry->path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (entry->named ? 0 : O_NOFOLLOW));
	struct stat st;
	ssize_t n = -1;

	*ret_why = errno == ELOOP ? "a link, not followed" : "cannot be opened";
	if (fd < 0)
		return false;
	*ret_why = "not a regular file";
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*ret_why = "cannot be read";
		while (buf_reserve(to, 4096) && (n = read(fd, to->ptr + to->len, to->cap - to->len)) > 0)
			to->len += (size_t)n;
		if (to->failed || to->len > LIMIT_RULE_BYTES) {
			*ret_why = "too large for a rule file";
			n = -1;
		}
	}
	close(fd);
	return n == 0;
}

static int read_all(struct collect *c, enum bundle_status status, buf *ret, err *e)
{
	buf text = { .max = LIMIT_RULE_BYTES + 65536 };

	for (size_t i = 0; i < c->files.len; i++) {
		struct entry *entry = &c->files.at[i];
		struct bundle_file f = { .status = status, .path = entry->path };
		const char *why;

		if (i && str_eq(entry->path, c->files.at[i - 1].path))
			continue; /* named twice */
		buf_clear(&text);
		f.name = (str){ f.path.ptr + entry->root, f.path.len - entry->root };
		if (read_text(entry, &text, &why)) {
			f.text = buf_view(&text);
		} else {
			f.status = BUNDLE_UNREADABLE;
			f.text = str_of(why);
		}
		bundle_add(ret, &f);
		if (ret->len > LIMIT_RULES_BYTES)
			ret->failed = true;
		if (ret->failed)
			break;
	}
	buf_done(&text);
	return ret->failed
		       ? err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "rule texts exceed %u bytes", LIMIT_RULES_BYTES)
		       : 0;
}

static int collect(struct collect *c, const char *const *paths, size_t n, err *e)
{
	int r = 0;

	*c = (struct collect){ 0 };
	arena_init(&c->mem, LIMIT_RULES_BYTES);
	for (size_t i = 0; i < n && r == 0; i++)
		r = visit(c, paths[i], e);
	if (r == 0 && c->files.len)
		qsort(c->files.at, c->files.len, sizeof *c->files.at, cmp_entry);
	return r;
}

static void collect_done(struct collect *c)
{
	VEC_DONE(&c->files);
	arena_done(&c->mem);
}

static int read_paths(buf *ret, enum bundle_status status, const char *const *paths, size_t n, err *e)
{
	struct collect c;
	int r = collect(&c, paths, n, e);

	if (r == 0)
		r = read_all(&c, status, ret, e);
	collect_done(&c);
	return r;
}

int rules_stamp(buf *ret, const char *const *paths, size_t n, int64_t *newest_ns, err *e)
{
	struct collect c;
	int r = collect(&c, paths, n, e);

	for (size_t i = 0; r == 0 && i < c.files.len; i++) {
		const struct entry *f = &c.files.at[i];
		int64_t written = (int64_t)f->st.st_mtim.tv_sec * 1000000000 + f->st.st_mtim.tv_nsec;
		int64_t changed = (int64_t)f->st.st_ctim.tv_sec * 1000000000 + f->st.st_ctim.tv_nsec;
		int64_t what[] = { written, changed, (int64_t)f->st.st_size, (int64_t)f->st.st_ino,
				   (int64_t)f->st.st_dev, (int64_t)f->st.st_mode, (int64_t)f->root };

		*newest_ns = changed > *newest_ns ? changed : *newest_ns;
		buf_str(ret, f->path);
		buf_byte(ret, 0);
		buf_add(ret, what, sizeof what);
	}
	buf_byte(ret, '\n');
	collect_done(&c);
	return r < 0 || ret->failed ? -1 : 0;
}

int rules_read(buf *ret, const char *const *paths, size_t n, err *e)
{
	bundle_begin(ret);
	return read_paths(ret, BUNDLE_OK, paths, n, e);
}

/* What was added behind `from` must be values. */
static int check_values(const buf *bundle, size_t from, err *e)
{
	bytes b = { (const uint8_t *)bundle->ptr, bundle->len };
	struct placeholders p;
	struct bundle_file f;
	int r = 0;

	placeholders_init(&p);
	while (r == 0 && bundle_next(b, &from, &f) > 0)
		r = f.status == BUNDLE_VALUES ? placeholders_add(&p, f.path, f.text, e)
					      : err_set(e, ERR_IO, ERR_NO_OFFSET, "%.*s: %.*s",
							STR_ARG(f.path), STR_ARG(f.text));
	placeholders_done(&p);
	return r;
}

int rules_read_values(buf *bundle, const char *const *paths, size_t n, err *e)
{
	size_t from = bundle->len;

	return read_paths(bundle, BUNDLE_VALUES, paths, n, e) < 0 ? -1 : check_values(bundle, from, e);
}

void rules_set_extended(buf *bundle)
{
	const struct bundle_file f = { .status = BUNDLE_PROFILE, .text = STR("extended") };

	bundle_add(bundle, &f);
}
