/* err.h - one error value, filled once, where the fault is seen.
 *
 * The caller owns it and passes it last; success leaves it untouched. The place is a place in the
 * evidence (byte offset, record or line number), not in our code; file:line of our code is kept for
 * bug reports. Functions that fail return -1 or NULL. Nothing here prints. Thread rule: none shared. */
#ifndef SPOOR_UTIL_ERR_H
#define SPOOR_UTIL_ERR_H

#include <stdarg.h>
#include <stdint.h>

enum err_code {
	ERR_NONE,
	ERR_ARG,         /* the caller or the user asked for something that makes no sense */
	ERR_OOM,         /* an allocation failed */
	ERR_IO,          /* the operating system said no; the text carries its reason */
	ERR_TRUNCATED,   /* the evidence ends before the object does */
	ERR_CORRUPT,     /* the evidence contradicts its format */
	ERR_UNSUPPORTED, /* valid, but nothing we read */
	ERR_LIMIT,       /* a ceiling of limits.h was reached */
	ERR_BUSY,        /* somebody else holds it: the same may succeed later */
};

#define ERR_TEXT_MAX 256
#define ERR_NO_OFFSET UINT64_MAX

typedef struct err {
	enum err_code code;
	uint64_t offset; /* in the evidence, or ERR_NO_OFFSET */
	const char *file;
	int line;
	char text[ERR_TEXT_MAX];
} err;

/* Always -1, where compiler and analyser can see it. */
static inline int err_failed(int rc)
{
	(void)rc;
	return -1;
}

/* Fill *e (NULL is allowed) and answer -1, so that `return err_set(...)` reads well. */
#define err_set(e, code, offset, ...)                                                                        \
	err_failed(err_set_at((e), (code), (offset), __FILE__, __LINE__, __VA_ARGS__))
int err_set_at(err *e, enum err_code code, uint64_t offset, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* As err_set(), with strerror(errno_value) behind the message. */
#define err_errno(e, errno_value, ...)                                                                       \
	err_failed(err_errno_at((e), (errno_value), __FILE__, __LINE__, __VA_ARGS__))
int err_errno_at(err *e, int errno_value, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Put "context: " before the message on the way up. Answers -1. */
int err_prefix(err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Stable lower-case word of a code: "truncated". Used in JSON and reports. */
const char *err_code_name(enum err_code code);

#endif
