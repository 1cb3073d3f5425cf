#include "util/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int tempfile_open(err *e)
{
	const char *dir = secure_getenv("TMPDIR");
	char name[4096];
	int fd;

	if (!dir || !*dir)
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd >= 0)
		return fd;
	/* Some file systems have no O_TMPFILE. */
	if ((size_t)snprintf(name, sizeof name, "%s/spoor-XXXXXX", dir) >= sizeof name)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "TMPDIR is too long");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, errno, "cannot make a temporary file in %s", dir);
	unlink(name);
	return fd;
}

int tempfile_write(int fd, uint64_t off, bytes data, err *e)
{
	while (data.len) {
		ssize_t n = pwrite(fd, data.ptr, data.len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(e, n ? errno : ENOSPC, "cannot write a temporary file");
		data.ptr += n;
		data.len -= (size_t)n;
		off += (uint64_t)n;
	}
	return 0;
}

int tempfile_read(int fd, uint64_t off, uint8_t *to, size_t len, err *e)
{
	while (len) {
		ssize_t n = pread(fd, to, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(e, n ? errno : EIO, "cannot read a temporary file back");
		to += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return 0;
}

void tempfile_release(int fd, uint64_t off, uint64_t len)
{
	if (len)
		(void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)len);
}
