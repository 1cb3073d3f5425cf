#include "cli/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int slurp(const char *path, size_t max, buf *to, err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t start = to->len;
	struct stat st;
	ssize_t n = -1;
	int rc;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_errno(e, errno, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "%s is not a regular file", path);
	}
	while (buf_reserve(to, 4096) && (n = read(fd, to->ptr + to->len, to->cap - to->len)) > 0) {
		to->len += (size_t)n;
		if (to->len - start > max)
			break;
	}
	if (to->failed || to->len - start > max)
		rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "%s is larger than %zu bytes", path, max);
	else
		rc = n < 0 ? err_errno(e, errno, "%s", path) : 1;
	close(fd);
	return rc;
}
