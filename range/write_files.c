/* write_files.c - where the evidence of each host goes: folders, JSON lines, an archive. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "util/json.h"
#include "write.h"

#define PATH_LEN 1024

/* "Microsoft-Windows-Sysmon/Operational" -> "Microsoft-Windows-Sysmon%4Operational.evtx". */
static void channel_file(const char *channel, const char *slash, char *out, size_t cap)
{
	size_t n = 0;

	for (; *channel && n + 8 < cap; channel++) {
		if (*channel == '/')
			n += (size_t)snprintf(out + n, cap - n, "%s", slash);
		else
			out[n++] = *channel;
	}
	snprintf(out + n, cap - n, ".evtx");
}

void file_name(const struct world *w, const struct rec *r, char *out, size_t cap)
{
	const struct host *h = &w->hosts.at[r->host];
	char file[256];

	switch (h->shape) {
	case SHAPE_EVTX:
		channel_file(w->defs.at[r->def].channel, "%4", file, sizeof file);
		snprintf(out, cap, "%s/%s", h->name, file);
		break;
	case SHAPE_JSON:
		snprintf(out, cap, "winlogbeat/%s.ndjson", h->name);
		break;
	case SHAPE_ZIP: /* as a collector stores it: percent-encoded, so that "%4" becomes "%254" */
		channel_file(w->defs.at[r->def].channel, "%254", file, sizeof file);
		snprintf(out, cap, "Collection-%s.zip!/uploads/auto/C%%3A/Windows/System32/winevt/Logs/%s",
			 h->name, file);
		break;
	}
}

static int make_folder(const char *path, err *e)
{
	return mkdir(path, 0777) < 0 && errno != EEXIST ? err_errno(e, errno, "cannot create %s", path) : 0;
}

static FILE *create(const char *path, err *e)
{
	FILE *f = fopen(path, "w+be");

	if (!f)
		err_errno(e, errno, "cannot create %s", path);
	return f;
}

static int finish(FILE *f, int rc, err *e)
{
	return fclose(f) != 0 && rc == 0 ? err_errno(e, errno, "cannot write a file") : rc;
}

static int evtx_on_disk(const struct world *w, size_t from, size_t to, const char *dir, err *e)
{
	char name[512], path[PATH_LEN];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, w->hosts.at[w->log.at[from].host].name);
	if (make_folder(path, e) < 0)
		return -1;
	file_name(w, &w->log.at[from], name, sizeof name);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = create(path, e);
	return f ? finish(f, write_evtx(w, from, to, f, e), e) : -1;
}

/* --- archive -------------------------------------------------------------------------------- */

static int archive_fail(struct archive *a, err *e)
{
	return err_set(e, ERR_IO, ERR_NO_OFFSET, "archive: %s", archive_error_string(a));
}

static int archive_add(struct archive *a, const char *name, int64_t time, bytes data, err *e)
{
	struct archive_entry *entry = archive_entry_new();
	int rc = 0;

	if (!entry)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an archive entry");
	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, (la_int64_t)data.len);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, time / NS_PER_S, 0);
	if (archive_write_header(a, entry) != ARCHIVE_OK ||
	    archive_write_data(a, data.ptr, data.len) != (la_ssize_t)data.len)
		rc = archive_fail(a, e);
	archive_entry_free(entry);
	return rc;
}

/* All of f, for the archive writer. */
static int read_back(FILE *f, uint8_t **ret, size_t *ret_len, err *e)
{
	long len = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
	uint8_t *data = len > 0 ? malloc((size_t)len) : NULL;

	rewind(f);
	if (!data || fread(data, 1, (size_t)len, f) != (size_t)len) {
		free(data);
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot read %ld bytes back", len);
	}
	*ret = data;
	*ret_len = (size_t)len;
	return 0;
}

static int evtx_in_archive(const struct world *w, size_t from, size_t to, struct archive *a, err *e)
{
	char name[512], *member;
	uint8_t *data = NULL;
	size_t len = 0;
	FILE *f = tmpfile();
	int rc;

	if (!f)
		return err_errno(e, errno, "cannot create a temporary file");
	rc = write_evtx(w, from, to, f, e);
	if (rc == 0)
		rc = read_back(f, &data, &len, e);
	rc = finish(f, rc, e);
	file_name(w, &w->log.at[from], name, sizeof name);
	member = strstr(name, "!/");
	if (rc == 0)
		rc = archive_add(a, member ? member + 2 : name, w->log.at[to - 1].time, (bytes){ data, len },
				 e);
	free(data);
	return rc;
}

static size_t file_end(const struct world *w, size_t from, size_t end)
{
	size_t to = from;

	while (to < end &&
	       strcmp(w->defs.at[w->log.at[to].def].channel, w->defs.at[w->log.at[from].def].channel) == 0)
		to++;
	return to;
}

static int host_archive(const struct world *w, size_t from, size_t end, const char *dir, err *e)
{
	struct archive *a = archive_write_new();
	char path[PATH_LEN];
	int rc = 0;

	snprintf(path, sizeof path, "%s/Collection-%s.zip", dir, w->hosts.at[w->log.at[from].host].name);
	if (!a || archive_write_set_format_zip(a) != ARCHIVE_OK ||
	    archive_write_open_filename(a, path) != ARCHIVE_OK)
		rc = a ? archive_fail(a, e) : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an archive");
	for (size_t at = from; rc == 0 && at < end;) {
		size_t to = file_end(w, at, end);

		rc = evtx_in_archive(w, at, to, a, e);
		at = to;
	}
	if (a && rc == 0 && archive_write_close(a) != ARCHIVE_OK)
		rc = archive_fail(a, e);
	archive_write_free(a);
	return rc;
}

/* --- JSON lines ----------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
	const struct rec *x = *(const struct rec *const *)a, *y = *(const struct rec *const *)b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int host_json(const struct world *w, size_t from, size_t end, const char *dir, err *e)
{
	const struct rec **order = calloc(end - from, sizeof *order);
	char path[PATH_LEN];
	buf b = { 0 };
	FILE *f = NULL;
	int rc = -1;

	snprintf(path, sizeof path, "%s/winlogbeat", dir);
	if (!order)
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a host's log");
	else if (make_folder(path, e) == 0) {
		snprintf(path, sizeof path, "%s/winlogbeat/%s.ndjson", dir,
			 w->hosts.at[w->log.at[from].host].name);
		f = create(path, e);
	}
	if (f) {
		for (size_t i = from; i < end; i++)
			order[i - from] = &w->log.at[i];
		qsort(order, end - from, sizeof *order, by_time);
		for (size_t i = 0; i < end - from; i++)
			json_record(w, order[i], &b);
		rc = b.failed || fwrite(b.ptr, 1, b.len, f) != b.len
			     ? err_errno(e, errno, "cannot write %s", path)
			     : 0;
		rc = finish(f, rc, e);
	}
	buf_done(&b);
	free(order);
	return rc;
}

static int host_evtx(const struct world *w, size_t from, size_t end, const char *dir, err *e)
{
	while (from < end) {
		size_t to = file_end(w, from, end);

		if (evtx_on_disk(w, from, to, dir, e) < 0)
			return -1;
		from = to;
	}
	return 0;
}

int world_write(const struct world *w, const struct intrusion *in, const char *dir, err *e)
{
	static int (*const BY_SHAPE[])(const struct world *, size_t, size_t, const char *, err *) = {
		[SHAPE_EVTX] = host_evtx, [SHAPE_JSON] = host_json, [SHAPE_ZIP] = host_archive
	};
	char path[PATH_LEN];
	FILE *f;

	snprintf(path, sizeof path, "%s/evidence", dir);
	if (make_folder(dir, e) < 0 || make_folder(path, e) < 0)
		return -1;
	for (size_t from = 0; from < w->log.len;) {
		size_t to = from;

		while (to < w->log.len && w->log.at[to].host == w->log.at[from].host)
			to++;
		if (BY_SHAPE[w->hosts.at[w->log.at[from].host].shape](w, from, to, path, e) < 0)
			return -1;
		from = to;
	}
	snprintf(path, sizeof path, "%s/truth.json", dir);
	f = create(path, e);
	return f ? finish(f, truth_write(w, in, f, e), e) : -1;
}
