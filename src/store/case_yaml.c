/* case.yaml beside case.db: what the analyst declared. The case may be somebody else's: no link, no pipe. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_priv.h"
#include "util/limits.h"

#define CASE_YAML_FILE "case.yaml"

str store_dir(const struct store *s)
{
	const char *db = sqlite3_db_filename(s->db, "main"), *slash = db ? strrchr(db, '/') : NULL;

	return slash ? (str){ db, (size_t)(slash - db) } : STR("");
}

int store_case_yaml(struct store *s, buf *to, err *e)
{
	str dir = store_dir(s);
	char path[4096], part[16384];
	struct stat st;
	ssize_t n = 0;
	int fd;

	if (!dir.len || dir.len + sizeof "/" CASE_YAML_FILE > sizeof path)
		return 0;
	snprintf(path, sizeof path, "%.*s/" CASE_YAML_FILE, STR_ARG(dir));
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(e, errno, CASE_YAML_FILE " of the case");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > LIMIT_CASE_FILE) {
		close(fd);
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, CASE_YAML_FILE " of the case is no small file");
	}
	while ((n = read(fd, part, sizeof part)) > 0 && to->len <= LIMIT_CASE_FILE)
		buf_add(to, part, (size_t)n);
	close(fd);
	if (n < 0)
		return err_set(e, ERR_IO, ERR_NO_OFFSET, CASE_YAML_FILE " of the case cannot be read");
	return to->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for " CASE_YAML_FILE) : 1;
}
