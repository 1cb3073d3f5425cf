/* Directories are visited from a work list and opened component by component below a named root, with
 * O_NOFOLLOW at each step: no recursion, no path longer than the system allows, two descriptors at a
 * time, and nothing that is swapped for a link while we look is followed. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/evidence.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/times.h"
#include "util/vec.h"

/* A path that the user named. */
struct root {
	str path; /* without trailing slashes */
	uint64_t dev, ino;
	bool followed; /* it is a link to what dev and ino say */
};

struct node {
	struct walk_item item;
	uint32_t root;
	size_t rel; /* where the part below the root starts in item.path; its length for the root itself */
};

/* A directory still to be read. */
struct pending {
	str path;
	size_t rel;
	uint32_t root, depth;
};

struct walk {
	arena names;
	VEC(struct root) roots;
	VEC(struct node) nodes;
	VEC(struct pending) todo;
	map dirs;     /* (device, inode) of directories seen: links and bind mounts may show one twice */
	bool full;    /* the limit has been told */
	bool visited; /* something could be looked at */
};

enum { DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC, ITEMS_OWN = 2 };

static str identity(const struct stat *st, uint64_t key[2])
{
	key[0] = st->st_dev;
	key[1] = st->st_ino;
	return (str){ (const char *)key, 2 * sizeof key[0] };
}

static int64_t mtime_of(const struct stat *st)
{
	int64_t ns;

	if (__builtin_mul_overflow((int64_t)st->st_mtim.tv_sec, NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, (int64_t)st->st_mtim.tv_nsec, &ns))
		return TIME_NONE;
	return ns;
}

static int no_memory(err *e)
{
	return err_set(e, ERR_OOM, ERR_NO_OFFSET, "walk: no memory");
}

/* A new item at `path`; NULL when there is no memory. Past the ceiling the last item tells so, once. */
static struct node *node_add(struct walk *w, str path, size_t rel, uint32_t root)
{
	struct node *n;

	if (w->full)
		return NULL;
	n = VEC_PUSH(&w->nodes, LIMIT_WALK_ITEMS + ITEMS_OWN);
	if (!n)
		return NULL;
	*n = (struct node){ .item = { .path = path, .mtime_ns = TIME_NONE }, .root = root, .rel = rel };
	if (w->nodes.len > LIMIT_WALK_ITEMS) {
		w->full = true;
		gap_set(&n->item.gap, GAP_LIMIT, 0, 0,
			"more than %u files: this one and what follows in the walk is not read",
			LIMIT_WALK_ITEMS);
	}
	return n;
}

/* No room for more names: the directory in which that happened tells so. */
static int names_full(struct walk *w, const struct pending *d, err *e)
{
	struct node *n = node_add(w, d->path, d->rel, d->root);

	if (!n)
		return w->full ? 0 : no_memory(e);
	w->full = true;
	gap_set(&n->item.gap, GAP_LIMIT, 0, 0,
		"names of files take more than %u bytes: the rest of the walk is not read",
		LIMIT_WALK_PATH_BYTES);
	return 0;
}

static int add_unreadable(struct walk *w, str path, size_t rel, uint32_t root, enum gap_kind kind,
			  const char *reason, err *e)
{
	struct node *n = node_add(w, path, rel, root);

	if (!n)
		return w->full ? 0 : no_memory(e);
	if (!w->full)
		gap_set(&n->item.gap, kind, 0, 0, "%s", reason);
	return 0;
}

static int add_errno(struct walk *w, str path, size_t rel, uint32_t root, int errno_value, err *e)
{
	char text[96];

	return add_unreadable(w, path, rel, root, GAP_UNREADABLE, strerror_r(errno_value, text, sizeof text),
			      e);
}

static const char *special_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFIFO:
		return "FIFO, not read";
	case S_IFSOCK:
		return "socket, not read";
	case S_IFCHR:
	case S_IFBLK:
		return "device, not read";
	default:
		return "no regular file, not read";
	}
}

/* A file whose reading would never end is told, not read. */
static void check_size(struct walk_item *it, const struct stat *st)
{
	uint64_t stored = (uint64_t)st->st_blocks * 512;

	if (it->size > LIMIT_FILE_BYTES)
		gap_set(&it->gap, GAP_LIMIT, 0, it->size, "declared size of %llu bytes is over the limit",
			(unsigned long long)it->size);
	else if (it->size > LIMIT_SPARSE_BYTES && stored < it->size / LIMIT_SPARSE_RATIO)
		gap_set(&it->gap, GAP_LIMIT, 0, it->size, "sparse: %llu bytes, of which only %llu are stored",
			(unsigned long long)it->size, (unsigned long long)stored);
	else
		it->readable = true;
}

static int add_link(struct walk *w, str path, size_t rel, uint32_t root, int dir, const char *name, err *e)
{
	char target[512], text[GAP_TEXT_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof target);
	buf b = { .max = sizeof text - 1 };
	int rc;

	if (n < 0)
		return add_errno(w, path, rel, root, errno, e);
	buf_z(&b, "symbolic link to ");
	for (ssize_t i = 0; i < n && b.len < sizeof text - 32; i++)
		if ((unsigned char)target[i] < 0x20 || (unsigned char)target[i] >= 0x7F)
			buf_printf(&b, "\\x%02x", (unsigned char)target[i]);
		else
			buf_byte(&b, target[i]);
	buf_z(&b, ", not followed");
	buf_byte(&b, 0);
	rc = b.failed ? no_memory(e) : add_unreadable(w, path, rel, root, GAP_SKIPPED, b.ptr, e);
	buf_done(&b);
	return rc;
}

static int add_dir(struct walk *w, str path, size_t rel, uint32_t root, uint32_t depth, const struct stat *st,
		   err *e)
{
	uint64_t key[2];
	struct pending *p;
	bool fresh = false;

	if (depth > LIMIT_WALK_DEPTH)
		return add_unreadable(w, path, rel, root, GAP_LIMIT, "directories nested too deep, not read",
				      e);
	if (!map_put(&w->dirs, identity(st, key), 0, &fresh))
		return w->dirs.len >= LIMIT_WALK_ITEMS ? add_unreadable(w, path, rel, root, GAP_LIMIT,
									"too many directories, not read", e)
						       : no_memory(e);
	if (!fresh)
		return 0;
	p = VEC_PUSH(&w->todo, LIMIT_WALK_ITEMS);
	if (!p)
		return no_memory(e);
	*p = (struct pending){ path, rel, root, depth };
	return 0;
}

static int add_file(struct walk *w, str path, size_t rel, uint32_t root, const struct stat *st, err *e)
{
	struct node *n = node_add(w, path, rel, root);

	if (!n)
		return w->full ? 0 : no_memory(e);
	n->item.mtime_ns = mtime_of(st);
	n->item.dev = st->st_dev;
	n->item.ino = st->st_ino;
	if (S_ISREG(st->st_mode))
		n->item.size = (uint64_t)st->st_size;
	if (w->full)
		return 0;
	if (S_ISREG(st->st_mode))
		check_size(&n->item, st);
	else
		gap_set(&n->item.gap, GAP_SKIPPED, 0, 0, "%s", special_name(st->st_mode));
	return 0;
}

/* "dir/name", and where the part below the root starts. */
static str path_join(struct walk *w, str dir, const char *name)
{
	size_t n = strlen(name), slash = dir.len && dir.ptr[dir.len - 1] != '/';
	char *p = arena_alloc(&w->names, dir.len + slash + n + 1);

	if (!p)
		return (str){ 0 };
	memcpy(p, dir.ptr, dir.len);
	if (slash)
		p[dir.len] = '/';
	memcpy(p + dir.len + slash, name, n);
	return (str){ p, dir.len + slash + n };
}

static int visit_entry(struct walk *w, const struct pending *d, int fd, const char *name, err *e)
{
	struct stat st;
	str path = path_join(w, d->path, name);
	bool at_root = d->rel == d->path.len;
	size_t rel = at_root ? path.len - strlen(name) : d->rel;

	if (!path.ptr)
		return w->names.used_bytes > LIMIT_WALK_PATH_BYTES / 2 ? names_full(w, d, e) : no_memory(e);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return add_errno(w, path, rel, d->root, errno, e);
	if (S_ISDIR(st.st_mode))
		return add_dir(w, path, rel, d->root, d->depth + 1, &st, e);
	if (S_ISLNK(st.st_mode))
		return add_link(w, path, rel, d->root, fd, name, e);
	return add_file(w, path, rel, d->root, &st, e);
}

/* Open a named path again, and only if it still is what was found. */
static int root_open(const struct root *r, int flags)
{
	struct stat st;
	int fd = open(r->path.ptr, flags | (r->followed ? 0 : O_NOFOLLOW));

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_dev == r->dev && st.st_ino == r->ino)
		return fd;
	close(fd);
	errno = ESTALE;
	return -1;
}

/* Open what lies at path[rel..] below its root; `flags` for the last component. */
static int open_below(const struct walk *w, uint32_t root, str path, size_t rel, int flags)
{
	const struct root *r = &w->roots.at[root];
	const char *p = path.ptr + rel, *end = path.ptr + path.len;
	int fd = root_open(r, p == end ? flags & ~O_NOFOLLOW : DIR_FLAGS);

	while (fd >= 0 && p < end) {
		char name[NAME_MAX + 1];
		const char *slash = memchr(p, '/', (size_t)(end - p));
		size_t n = (size_t)((slash ? slash : end) - p);
		int next, saved;

		if (n > NAME_MAX) {
			close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, p, n);
		name[n] = 0;
		next = openat(fd, name, (slash ? DIR_FLAGS : flags) | O_NOFOLLOW);
		saved = errno;
		close(fd);
		errno = saved;
		fd = next;
		p = slash ? slash + 1 : end;
	}
	return fd;
}

static int read_dir(struct walk *w, const struct pending *d, err *e)
{
	int fd = open_below(w, d->root, d->path, d->rel, DIR_FLAGS), rc = 0;
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return add_errno(w, d->path, d->rel, d->root, errno, e);
	dir = fdopendir(fd);
	if (!dir) {
		rc = add_errno(w, d->path, d->rel, d->root, errno, e);
		close(fd);
		return rc;
	}
	w->visited = true;
	while (rc == 0 && !w->full && (errno = 0, entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = visit_entry(w, d, fd, entry->d_name, e);
	if (rc == 0 && !w->full && errno != 0)
		rc = add_errno(w, d->path, d->rel, d->root, errno, e);
	closedir(dir);
	return rc;
}

static int visit_root(struct walk *w, const char *named, err *e)
{
	struct stat st;
	struct root *r = VEC_PUSH(&w->roots, UINT32_MAX);
	uint32_t at = (uint32_t)(w->roots.len - 1);
	str path = str_of(named);

	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	if (!r || !(r->path = arena_str(&w->names, path)).ptr)
		return no_memory(e);
	path = r->path;
	if (lstat(path.ptr, &st) < 0)
		return add_errno(w, path, path.len, at, errno, e);
	if (S_ISLNK(st.st_mode)) {
		if (stat(path.ptr, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
			return add_link(w, path, path.len, at, AT_FDCWD, path.ptr, e);
		r->followed = true;
	}
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	if (S_ISDIR(st.st_mode))
		return add_dir(w, path, path.len, at, 0, &st, e);
	w->visited = true;
	return add_file(w, path, path.len, at, &st, e);
}

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct node *)a)->item.path, ((const struct node *)b)->item.path);
}

/* Keep the first name of each file. What has no inode (it could not be looked at) goes by its path. */
static int drop_repeats(struct walk *w, err *e)
{
	size_t n = 0;
	map files;
	int rc = 0;

	map_init(&files, LIMIT_WALK_ITEMS + ITEMS_OWN, SIZE_MAX / 2);
	for (size_t i = 0; i < w->nodes.len; i++) {
		const struct walk_item *it = &w->nodes.at[i].item;
		uint64_t key[2] = { it->dev, it->ino };
		bool fresh = true;

		if (it->ino != 0 && !map_put(&files, (str){ (const char *)key, sizeof key }, 0, &fresh)) {
			rc = no_memory(e);
			break;
		}
		if (it->ino == 0 && n > 0)
			fresh = !str_eq(w->nodes.at[n - 1].item.path, it->path);
		if (fresh)
			w->nodes.at[n++] = w->nodes.at[i];
	}
	map_done(&files);
	if (rc == 0)
		w->nodes.len = n;
	return rc;
}

static int walk_all(struct walk *w, const char *const *paths, size_t n, err *e)
{
	for (size_t i = 0; i < n; i++)
		if (visit_root(w, paths[i], e) < 0)
			return -1;
	while (w->todo.len > 0 && !w->full) {
		struct pending d = w->todo.at[--w->todo.len];

		if (read_dir(w, &d, e) < 0)
			return -1;
	}
	if (!w->visited) {
		const struct walk_item *it = w->nodes.len ? &w->nodes.at[0].item : NULL;

		return err_set(e, ERR_IO, ERR_NO_OFFSET, "%s: %s", paths[0],
			       it ? it->gap.text : "nothing to read");
	}
	if (w->nodes.len)
		qsort(w->nodes.at, w->nodes.len, sizeof *w->nodes.at, by_path);
	return drop_repeats(w, e);
}

int walk_new(struct walk **ret, const char *const *paths, size_t n, err *e)
{
	struct walk *w;

	if (n == 0)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no path was named");
	w = calloc(1, sizeof *w);
	if (!w)
		return no_memory(e);
	arena_init(&w->names, LIMIT_WALK_PATH_BYTES);
	map_init(&w->dirs, LIMIT_WALK_ITEMS, SIZE_MAX / 2);
	if (walk_all(w, paths, n, e) < 0) {
		walk_free(w);
		return -1;
	}
	*ret = w;
	return 0;
}

size_t walk_len(const struct walk *w)
{
	return w->nodes.len;
}

const struct walk_item *walk_at(const struct walk *w, size_t i)
{
	return &w->nodes.at[i].item;
}

int walk_open(const struct walk *w, size_t i, err *e)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	const struct node *n = &w->nodes.at[i];
	struct stat st;
	int fd;

	if (!n->item.readable)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s", n->item.gap.text);
	fd = open_below(w, n->root, n->item.path, n->rel, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM) /* O_NOATIME is for the owner */
		fd = open_below(w, n->root, n->item.path, n->rel, flags);
	if (fd < 0 && (errno == ESTALE || errno == ELOOP || errno == ENOENT || errno == ENOTDIR))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			       "no longer the file that was found: replaced, moved or removed");
	if (fd < 0)
		return err_errno(e, errno, "cannot be opened");
	if (fstat(fd, &st) < 0) {
		err_errno(e, errno, "cannot be opened");
		close(fd);
		return -1;
	}
	if (!S_ISREG(st.st_mode) || st.st_dev != n->item.dev || st.st_ino != n->item.ino) {
		close(fd);
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			       "no longer the file that was found: another one lies there now");
	}
	return fd;
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	VEC_DONE(&w->todo);
	VEC_DONE(&w->nodes);
	VEC_DONE(&w->roots);
	map_done(&w->dirs);
	arena_done(&w->names);
	free(w);
}
