#include "evidence/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/json.h"
#include "util/utf.h"

enum { FLUSH_AT = 64 * 1024 };

static const char FINAL[] = "manifest.jsonl", PART[] = "manifest.jsonl.part";

struct manifest {
	int dir, fd;
	buf pending;
};

static void put_path(buf *b, str path)
{
	static const char HEX[] = "0123456789abcdef";

	json_member_str(b, "path", path);
	if (utf8_valid_prefix(path) == path.len)
		return;
	json_key(b, "path_hex");
	buf_byte(b, '"');
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		buf_byte(b, HEX[c >> 4]);
		buf_byte(b, HEX[c & 15]);
	}
	buf_byte(b, '"');
}

void manifest_line(buf *b, const struct manifest_entry *m)
{
	char hex[SHA256_HEX_LEN + 1];

	buf_byte(b, '{');
	json_member_u64(b, "id", m->id);
	json_key(b, "parent");
	if (m->parent == MANIFEST_NO_PARENT)
		buf_z(b, "null");
	else
		buf_u64(b, m->parent);
	put_path(b, m->path);
	json_member_u64(b, "size", m->size);
	json_member_time(b, "mtime", m->mtime_ns);
	json_key(b, "sha256");
	if (m->sha256) {
		sha256_hex(m->sha256, hex);
		json_str(b, str_of(hex));
	} else {
		buf_z(b, "null");
	}
	json_member_str(b, "format", m->format);
	json_member_str(b, "verdict", m->verdict);
	json_member_str(b, "reason", m->reason);
	buf_z(b, "}\n");
}

int manifest_create(struct manifest **ret, const char *dir, err *e)
{
	struct manifest *m = calloc(1, sizeof *m);
	int saved;

	if (!m)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "manifest: no memory");
	m->fd = -1;
	m->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->dir >= 0) {
		if (unlinkat(m->dir, PART, 0) < 0 && errno != ENOENT)
			goto fail;
		m->fd = openat(m->dir, PART, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	if (m->fd < 0)
		goto fail;
	*ret = m;
	return 0;
fail:
	saved = errno;
	manifest_free(m);
	return err_errno(e, saved, "%s/%s", dir, PART);
}

static int flush(struct manifest *m, err *e)
{
	size_t done = 0;

	while (done < m->pending.len) {
		ssize_t n = write(m->fd, m->pending.ptr + done, m->pending.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, errno, "%s", PART);
		done += (size_t)n;
	}
	buf_clear(&m->pending);
	return 0;
}

int manifest_add(struct manifest *m, const struct manifest_entry *entry, err *e)
{
	manifest_line(&m->pending, entry);
	if (m->pending.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "manifest: no memory");
	return m->pending.len < FLUSH_AT ? 0 : flush(m, e);
}

int manifest_finish(struct manifest *m, err *e)
{
	int rc = flush(m, e);

	if (rc == 0 && (fsync(m->fd) < 0 || renameat(m->dir, PART, m->dir, FINAL) < 0 || fsync(m->dir) < 0))
		rc = err_errno(e, errno, "%s", FINAL);
	manifest_free(m);
	return rc;
}

void manifest_free(struct manifest *m)
{
	if (!m)
		return;
	if (m->fd >= 0)
		close(m->fd);
	if (m->dir >= 0)
		close(m->dir);
	buf_done(&m->pending);
	free(m);
}
