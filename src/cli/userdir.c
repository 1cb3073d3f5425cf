#include "cli/userdir.h"

#include <stdlib.h>

bool user_dir(const char *variable, const char *below_home, buf *to)
{
	const char *base = getenv(variable), *home = getenv("HOME");

	if (base && base[0] == '/')
		buf_printf(to, "%s/spoor", base);
	else if (home && home[0] == '/')
		buf_printf(to, "%s/%s/spoor", home, below_home);
	else
		return false;
	return !to->failed;
}
