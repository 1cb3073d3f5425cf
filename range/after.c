/* after.c - what happens to complete files: compressed, packed by a collector, cut, copied. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "degrade.h"
#include "winev.h"

#define PATH_LEN (4 * SINK_PATH_MAX)

static int read_file(const char *path, uint8_t **ret, size_t *ret_len, err *e)
{
	FILE *f = fopen(path, "rbe");
	long len = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
	uint8_t *data = len >= 0 ? malloc((size_t)len + 1) : NULL;
	bool ok = data && fseek(f, 0, SEEK_SET) == 0 && fread(data, 1, (size_t)len, f) == (size_t)len;

	if (f)
		fclose(f);
	if (!ok) {
		free(data);
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot read %s back", path);
	}
	*ret = data;
	*ret_len = (size_t)len;
	return 0;
}

static int write_file(const char *path, bytes data, err *e)
{
	FILE *f;

	if (make_folders(path, e) < 0)
		return -1;
	f = fopen(path, "wbe");
	if (!f || fwrite(data.ptr, 1, data.len, f) != data.len || fclose(f) != 0)
		return err_errno(e, errno, "cannot write %s", path);
	return 0;
}

/* --- gzip ----------------------------------------------------------------------------------- */

static int compress_file(const char *path, err *e)
{
	char packed[PATH_LEN + 8];
	uint8_t *data;
	size_t len;
	gzFile z;
	int rc = 0;

	if (read_file(path, &data, &len, e) < 0)
		return -1;
	snprintf(packed, sizeof packed, "%s.gz", path);
	z = gzopen(packed, "wb1");
	if (!z || (len && gzwrite(z, data, (unsigned)len) != (int)len) || gzclose(z) != Z_OK)
		rc = err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot write %s", packed);
	free(data);
	if (rc == 0 && unlink(path) != 0)
		rc = err_errno(e, errno, "cannot remove %s", path);
	return rc;
}

/* --- a collector's archive -------------------------------------------------------------------- */

/* "HOST/Windows/.../X%4Y.evtx" -> "uploads/auto/C%3A/Windows/.../X%254Y.evtx". */
static void member_name(const char *path, char out[PATH_LEN])
{
	size_t n = (size_t)snprintf(out, PATH_LEN, "uploads/auto/C%%3A");

	for (const char *p = strchr(path, '/'); p && *p && n + 4 < PATH_LEN; p++) {
		if (*p == '%')
			n += (size_t)snprintf(out + n, PATH_LEN - n, "%%25");
		else
			out[n++] = *p;
	}
	out[n] = '\0';
}

static int archive_fail(struct archive *a, err *e)
{
	return err_set(e, ERR_IO, ERR_NO_OFFSET, "archive: %s", archive_error_string(a));
}

static int add_member(struct archive *a, const char *name, int64_t time, bytes data, err *e)
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

/* Folders that became empty, from the innermost out. */
static void remove_folders(const char *root, char *path)
{
	char *slash;

	while ((slash = strrchr(path, '/')) && strlen(path) > strlen(root)) {
		*slash = '\0';
		if (rmdir(path) != 0)
			return;
	}
}

static int pack_member(struct world *w, struct archive *a, const struct sink_file *f, err *e)
{
	char path[PATH_LEN], name[PATH_LEN];
	uint8_t *data = NULL;
	size_t len = 0;
	int rc;

	snprintf(path, sizeof path, "%s%s", w->sinks.dir, f->path);
	member_name(f->path, name);
	rc = read_file(path, &data, &len, e);
	if (rc == 0)
		rc = add_member(a, name, f->last, (bytes){ data, len }, e);
	free(data);
	if (rc == 0 && unlink(path) == 0)
		remove_folders(w->sinks.dir, path);
	return rc;
}

static int pack_host(struct world *w, uint32_t host, err *e)
{
	struct archive *a = NULL;
	char path[PATH_LEN];
	int rc = 0;

	for (size_t i = 0; i < w->sinks.files.len && rc == 0; i++) {
		const struct sink_file *f = &w->sinks.files.at[i];

		if (f->finish != FINISH_ZIP || w->sinks.at.at[f->sink]->host != host)
			continue;
		if (!a) {
			a = archive_write_new();
			snprintf(path, sizeof path, "%sCollection-%s.zip", w->sinks.dir,
				 w->hosts.at[host].folder);
			if (!a || archive_write_set_format_zip(a) != ARCHIVE_OK ||
			    archive_write_open_filename(a, path) != ARCHIVE_OK)
				rc = a ? archive_fail(a, e)
				       : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an archive");
		}
		if (rc == 0)
			rc = pack_member(w, a, f, e);
	}
	if (a && rc == 0 && archive_write_close(a) != ARCHIVE_OK)
		rc = archive_fail(a, e);
	archive_write_free(a);
	return rc;
}

/* --- damage --------------------------------------------------------------------------------- */

static void note(struct world *w, const struct sink_file *f, const char *cause)
{
	const struct sink *s = w->sinks.at.at[f->sink];

	world_gap(w, &(struct gap){ s->host, s->kind->source, cause, f->last, f->last,
				    world_keep(w, f->shown) });
}

/* Only behind the last row that the truth names: what is lost is background. */
static int damage(struct world *w, struct sink_file *f, struct rng *r, err *e)
{
	const struct sink *s = w->sinks.at.at[f->sink];
	char path[PATH_LEN];
	uint8_t *data;
	size_t len, cut;
	int rc;

	if (f->finish != FINISH_PLAIN || f->size < 4000 || f->marked_end + 200000 > f->size ||
	    s->kind->render)
		return 0;
	snprintf(path, sizeof path, "%s%s", w->sinks.dir, f->path);
	if (read_file(path, &data, &len, e) < 0)
		return -1;
	if (s->kind->evtx && rng_chance(r, 50)) {
		data[len - 65536 + 124] ^= 0x11;
		note(w, f, "wrong checksum");
	} else if (s->kind->evtx) {
		len -= 32768;
		note(w, f, "cut in the last chunk");
	} else if (rng_chance(r, 50)) {
		cut = 10 + rng_below(r, 50);
		len -= cut;
		note(w, f, "last line cut");
	} else {
		uint8_t *grown = realloc(data, len + 512);

		if (!grown) {
			free(data);
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a file");
		}
		data = grown;
		memset(data + len, 0, 512);
		len += 512;
		note(w, f, "NUL tail");
	}
	rc = write_file(path, (bytes){ data, len }, e);
	free(data);
	return rc;
}

static int copy_bytes(struct world *w, const struct sink_file *f, const char *as, bytes data, err *e)
{
	char copy[PATH_LEN];

	snprintf(copy, sizeof copy, "%s%s", w->sinks.dir, as);
	if (write_file(copy, data, e) < 0)
		return -1;
	world_copy(w, as, f->shown);
	return 0;
}

/* Two people collected the same file. */
static int copy_again(struct world *w, const struct sink_file *f, err *e)
{
	char path[PATH_LEN], as[PATH_LEN];
	uint8_t *data;
	size_t len;
	int rc;

	snprintf(path, sizeof path, "%s%s", w->sinks.dir, f->path);
	snprintf(as, sizeof as, "second-collection/%s", f->path);
	if (read_file(path, &data, &len, e) < 0)
		return -1;
	rc = copy_bytes(w, f, as, (bytes){ data, len }, e);
	free(data);
	return rc;
}

/* A rotation that copies and then truncates, met half-way: the first lines are there twice. */
static int copy_rotated(struct world *w, const struct sink_file *f, struct rng *r, err *e)
{
	char path[PATH_LEN], as[PATH_LEN];
	uint8_t *data;
	size_t len;
	int rc = 0;

	snprintf(path, sizeof path, "%s%s", w->sinks.dir, f->path);
	snprintf(as, sizeof as, "%s.1", f->path);
	if (read_file(path, &data, &len, e) < 0)
		return -1;
	len = len / 100 * (30 + rng_below(r, 60));
	while (len && data[len - 1] != '\n')
		len--;
	if (len)
		rc = copy_bytes(w, f, as, (bytes){ data, len }, e);
	free(data);
	return rc;
}

static bool rotates(const struct world *w, const struct sink_file *f)
{
	const struct sink *s = w->sinks.at.at[f->sink];

	return w->bundle->level[DEG_ROTATION] && s->kind->period && !w->hosts.at[s->host].windows;
}

int degrade_files(struct world *w, err *e)
{
	const struct bundle *b = w->bundle;

	for (size_t i = 0; i < w->sinks.files.len; i++) {
		struct sink_file *f = &w->sinks.files.at[i];
		struct rng r = rng_stream(w->seed, f->path, 0);
		char path[PATH_LEN];

		snprintf(path, sizeof path, "%s%s", w->sinks.dir, f->path);
		if (f->huge)
			note(w, f, "a row of more than a mebibyte");
		if (b->level[DEG_TRUNCATE] && rng_chance(&r, 3 * b->level[DEG_TRUNCATE]) &&
		    damage(w, f, &r, e) < 0)
			return -1;
		if (b->level[DEG_DUPLICATE] && f->finish == FINISH_PLAIN &&
		    rng_chance(&r, b->level[DEG_DUPLICATE]) && copy_again(w, f, e) < 0)
			return -1;
		if (rotates(w, f) && rng_chance(&r, 2 * b->level[DEG_ROTATION]) &&
		    copy_rotated(w, f, &r, e) < 0)
			return -1;
		if (f->finish == FINISH_GZ && compress_file(path, e) < 0)
			return -1;
	}
	for (uint32_t i = 0; i < w->hosts.len; i++)
		if (w->hosts.at[i].shape == SHAPE_ZIP && pack_host(w, i, e) < 0)
			return -1;
	return 0;
}
