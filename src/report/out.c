#include "report/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

static void pass_on(struct out *o)
{
	size_t at = 0;

	if (o->b.failed && !o->failed) {
		o->failed = true;
		o->error = ENOMEM;
	}
	if (o->pass && !o->failed) {
		o->error = o->pass(o->ctx, (bytes){ (const uint8_t *)o->b.ptr, o->b.len });
		o->failed = o->error != 0;
		at = o->b.len;
	}
	while (!o->failed && at < o->b.len) {
		ssize_t n = write(o->fd, o->b.ptr + at, o->b.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			o->failed = true;
			o->error = errno;
		} else {
			at += (size_t)n;
		}
	}
	buf_clear(&o->b);
}

int out_keep(void *ctx, bytes piece)
{
	buf *to = ctx;

	buf_add(to, piece.ptr, piece.len);
	return to->failed ? ENOMEM : 0;
}

void out_some(struct out *o)
{
	if (o->b.len >= PIECE || o->b.failed)
		pass_on(o);
}

int out_end(struct out *o, err *e)
{
	pass_on(o);
	buf_done(&o->b);
	return o->failed ? err_errno(e, o->error, "cannot write the report") : 0;
}

int out_file(const char *dir, const char *name, int (*fill)(void *ctx, int fd, err *e), void *ctx, err *e)
{
	char tmp[64];
	int d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1, rc = -1;

	if (d < 0)
		return err_errno(e, errno, "%s: cannot open the folder of the case", dir);
	snprintf(tmp, sizeof tmp, ".%s.new", name);
	if (unlinkat(d, tmp, 0) < 0 && errno != ENOENT) {
		err_errno(e, errno, "%s/%s: cannot take it away", dir, tmp);
		goto out;
	}
	fd = openat(d, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_errno(e, errno, "%s/%s: cannot make it", dir, tmp);
		goto out;
	}
	if (fill(ctx, fd, e) < 0)
		goto out;
	if (fsync(fd) < 0 || renameat(d, tmp, d, name) < 0) {
		err_errno(e, errno, "%s/%s: cannot put it in place", dir, name);
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0) {
		close(fd);
		if (rc < 0)
			unlinkat(d, tmp, 0);
	}
	close(d);
	return rc;
}
