#include "util/err.h"

#include <stdio.h>
#include <string.h>

int err_set_at(err *e, enum err_code code, uint64_t offset, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->code = code;
	e->offset = offset;
	e->file = file;
	e->line = line;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return -1;
}

int err_errno_at(err *e, int errno_value, const char *file, int line, const char *fmt, ...)
{
	char reason[96];
	size_t n;
	va_list ap;

	if (!e)
		return -1;
	e->code = ERR_IO;
	e->offset = ERR_NO_OFFSET;
	e->file = file;
	e->line = line;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", strerror_r(errno_value, reason, sizeof reason));
	return -1;
}

int err_prefix(err *e, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	size_t n;
	va_list ap;

	if (!e)
		return -1;
	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", old);
	return -1;
}

const char *err_code_name(enum err_code code)
{
	static const char *const NAMES[] = { "none",      "argument", "memory",      "io",
					     "truncated", "corrupt",  "unsupported", "limit",
					     "busy" };

	return (unsigned)code < sizeof NAMES / sizeof NAMES[0] ? NAMES[code] : "unknown";
}
