#include "cli/rulepack.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/detect.h"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool rulepack_find(buf *to)
{
	static const char *const BESIDE[] = { "/rules", "/../rules", "/../share/spoor/rules" };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	size_t start = to->len;

	while (n > 0 && self[n - 1] != '/')
		n--;
	for (size_t i = 0; n > 0 && i < COUNT(BESIDE); i++) {
		to->len = start;
		buf_add(to, self, (size_t)n - 1);
		buf_z(to, BESIDE[i]);
		buf_byte(to, '\0');
		if (!to->failed && is_folder(to->ptr + start)) {
			to->len--;
			return true;
		}
	}
	to->len = start;
	if (!is_folder(SPOOR_DATADIR "/rules"))
		return false;
	buf_z(to, SPOOR_DATADIR "/rules");
	return true;
}

int rulepack_read(const struct cli_args *args, buf *ret, buf *ret_from, err *e)
{
	VEC(const char *) paths = { 0 };
	buf found = { 0 };
	int rc = -1;

	for (const char *p; (p = args_nth(args, "rules", paths.len)) != NULL;) {
		const char **slot = VEC_PUSH(&paths, 10000);

		if (!slot) {
			err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many --rules");
			goto done;
		}
		*slot = p;
	}
	if (paths.len == 0) {
		const char **slot = VEC_PUSH(&paths, 1);

		if (!slot || !rulepack_find(&found)) {
			err_set(e, ERR_IO, ERR_NO_OFFSET,
				"no rules found beside the program or in %s/rules: name some with -r",
				SPOOR_DATADIR);
			goto done;
		}
		buf_byte(&found, '\0');
		*slot = found.ptr;
	}
	rc = rules_read(ret, paths.at, paths.len, e);
	for (size_t i = 0; rc == 0 && ret_from && i < paths.len; i++)
		buf_printf(ret_from, "%s%s", i ? ", " : "", paths.at[i]);
done:
	VEC_DONE(&paths);
	buf_done(&found);
	return rc;
}
