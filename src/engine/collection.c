#include "engine/collection.h"

#include <stdlib.h>

#include "evidence/origin.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/times.h"
#include "util/vec.h"

static const int64_t DAY_NS = 86400 * NS_PER_S;

enum { COPIED_MIN = 3, LATE_DAYS = 60, SLACK_DAYS = 31 };

/* --- dates in names -------------------------------------------------------------------------- */

static bool digits_at(str s, size_t at, size_t n, unsigned *ret)
{
	*ret = 0;
	for (size_t i = at; i < at + n; i++) {
		unsigned d = i < s.len ? (unsigned char)s.ptr[i] - (unsigned)'0' : 10;

		if (d > 9)
			return false;
		*ret = *ret * 10 + d;
	}
	return true;
}

/* "2025-03-04", "2025.03.04", "2025_03_04", "20250304" at this place; days since 1970. */
static bool date_at(str s, size_t at, int64_t *ret)
{
	unsigned year, month, day;
	size_t gap;
	int64_t ns;

	if ((at && (unsigned char)(s.ptr[at - 1] - '0') <= 9) || !digits_at(s, at, 4, &year) || year < 1990 ||
	    year > 2100)
		return false;
	gap = at + 4 < s.len && memchr("-._", s.ptr[at + 4], 3) ? 1 : 0;
	if (!digits_at(s, at + 4 + gap, 2, &month) || !digits_at(s, at + 6 + 2 * gap, 2, &day) ||
	    (gap && s.ptr[at + 6 + gap] != s.ptr[at + 4]) ||
	    !time_from_civil(year, month, day, 0, 0, 0, 0, &ns))
		return false;
	*ret = ns / DAY_NS;
	return true;
}

static int64_t newest_date(str path)
{
	int64_t newest = INT64_MIN, day;

	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)(path.ptr[i] - '0') <= 9 && date_at(path, i, &day) && day > newest)
			newest = day;
	return newest;
}

/* Where all files were written within a day, long after the newest date in their names, they were copied and their times lost.
 * Logs of those dates end soon after them. */
static void learn_times(Wire__Setup *m, const struct walk *files)
{
	int64_t first = INT64_MAX, last = INT64_MIN, newest = INT64_MIN;
	size_t n = 0;

	for (size_t i = 0; i < walk_len(files); i++) {
		const struct walk_item *w = walk_at(files, i);
		int64_t day = newest_date(w->path);

		if (!w->readable)
			continue;
		n++;
		first = w->mtime_ns < first ? w->mtime_ns : first;
		last = w->mtime_ns > last ? w->mtime_ns : last;
		newest = day > newest ? day : newest;
	}
	if (n < COPIED_MIN || newest == INT64_MIN || last - first > DAY_NS ||
	    first / DAY_NS < newest + LATE_DAYS)
		return;
	m->copied_ns = first;
	m->until_ns = (newest + SLACK_DAYS) * DAY_NS;
}

/* --- folders --------------------------------------------------------------------------------- */

int collection_learn(Wire__Setup *m, const struct walk *files, arena *mem, err *e)
{
	VEC(ProtobufCBinaryData) folders = { 0 };
	ProtobufCBinaryData *one;
	map seen;
	int rc = 0;

	learn_times(m, files);
	map_init(&seen, LIMIT_HOST_FOLDERS, LIMIT_DECLARED_BYTES / 2);
	for (size_t i = 0; i < walk_len(files) && rc == 0; i++) {
		str folder = origin_folder(walk_at(files, i)->path);
		bool fresh = false;

		if (folder.len == 0 || !map_put(&seen, folder, 0, &fresh) || !fresh)
			continue; /* beyond the limits a file's own path must tell */
		one = VEC_PUSH(&folders, LIMIT_HOST_FOLDERS);
		if (one)
			*one = wire_bytes(folder);
	}
	map_done(&seen);
	m->folders = arena_array(mem, folders.len + 1, sizeof *m->folders);
	if (!m->folders)
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the folders of the evidence");
	else if (folders.len)
		memcpy(m->folders, folders.at, folders.len * sizeof *m->folders);
	m->n_folders = rc == 0 ? folders.len : 0;
	VEC_DONE(&folders);
	return rc;
}

static int folder_order(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

int collection_unpack(const Wire__Setup *m, struct collection *ret, arena *mem, err *e)
{
	*ret = (struct collection){ .copied_ns = m->copied_ns, .until_ns = m->until_ns };
	ret->folders = arena_array(mem, m->n_folders + 1, sizeof *ret->folders);
	for (; ret->folders && ret->nfolders < m->n_folders; ret->nfolders++) {
		ret->folders[ret->nfolders] = arena_str(mem, wire_str(m->folders[ret->nfolders]));
		if (!ret->folders[ret->nfolders].ptr)
			break;
	}
	if (!ret->folders || ret->nfolders < m->n_folders)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the folders of the evidence");
	if (ret->nfolders)
		qsort(ret->folders, ret->nfolders, sizeof *ret->folders, folder_order);
	return 0;
}

str collection_host(const struct collection *c, str path)
{
	/* what its own layout shows is nearer, a name that is only like a machine's says least */
	if (c->nfolders && origin_folder(path).len == 0)
		for (size_t n = path.len; n-- > 0;) {
			str folder = { path.ptr, n };

			if ((path.ptr[n] == '/' || path.ptr[n] == '\\') &&
			    bsearch(&folder, c->folders, c->nfolders, sizeof *c->folders, folder_order))
				return str_basename(folder);
		}
	return origin_host(path);
}

int64_t collection_written(const struct collection *c, int64_t mtime_ns)
{
	return c->copied_ns && mtime_ns >= c->copied_ns ? c->until_ns : mtime_ns;
}
