#include "cli/outfile.h"

#include <unistd.h>

#include "cli/command.h"
#include "report/out.h"

static int fill(void *ctx, int fd, err *e)
{
	struct out o = { .b = *(buf *)ctx, .fd = fd };

	*(buf *)ctx = (buf){ 0 };
	return out_end(&o, e);
}

int outfile_into(const char *dir, const char *name, buf *out, err *e)
{
	if (out->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for what is written");
	return out_file(dir, name, fill, out, e);
}

int outfile_put(const char *path, buf *out, err *e)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	buf dir = { 0 };
	int rc;

	if (!path)
		return cli_flush(STDOUT_FILENO, out, e);
	if (slash)
		buf_add(&dir, path, slash == path ? 1 : (size_t)(slash - path));
	else
		buf_z(&dir, ".");
	buf_byte(&dir, 0);
	rc = dir.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory")
			: outfile_into(dir.ptr, slash ? slash + 1 : path, out, e);
	buf_done(&dir);
	return rc;
}
