/* Files that the desk writes: whole or not at all. */
#include <unistd.h>

#include "cli/desk_verbs.h"
#include "report/out.h"

static int fill(void *ctx, int fd, err *e)
{
	struct out o = { .b = *(buf *)ctx, .fd = fd };

	*(buf *)ctx = (buf){ 0 };
	return out_end(&o, e);
}

int desk_write_into(const char *dir, const char *name, buf *content, err *e)
{
	if (content->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for %s", name);
	return out_file(dir, name, fill, content, e);
}

int desk_write_to(const char *path, buf *content, err *e)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	buf dir = { 0 };
	int rc;

	if (!path)
		return cli_flush(STDOUT_FILENO, content, e);
	if (slash)
		buf_add(&dir, path, slash == path ? 1 : (size_t)(slash - path));
	else
		buf_z(&dir, ".");
	buf_byte(&dir, 0);
	rc = dir.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory")
			: desk_write_into(dir.ptr, slash ? slash + 1 : path, content, e);
	buf_done(&dir);
	return rc;
}
